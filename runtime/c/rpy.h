/* rpy.h: everything of the runtime that generated code uses. */
#ifndef RPY_H
#define RPY_H

#include "rpy_base.h"
#include "rpy_gc.h"
#include "rpy_exc.h"
#include "rpy_stack.h"
#include "rpy_main.h"
#include "rpy_log.h"
#include "rpy_thread.h"
#include "rpy_int.h"
#include "rpy_float.h"
#include "rpy_time.h"
#include "rpy_os.h"
#include "rpy_ops.h"

#endif
