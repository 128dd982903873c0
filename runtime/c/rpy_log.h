/* rpy_log.h: PYPYLOG, the sections of rpython.rlib.debug.
 *
 * PYPYLOG=FILE              profile: section marks of all categories
 * PYPYLOG=cat1,cat2:FILE    sections whose name starts with cat1 or cat2, with
 *                           all that is printed in them
 * PYPYLOG=:FILE             all sections with all that is printed in them
 * FILE `-` is standard error.  "%d" in FILE is replaced by the process id.
 *
 * A section is written as
 *     [1a2b3c] {gc-minor
 *     ... lines ...
 *     [1a2b4d] gc-minor}
 * with time stamps in hexadecimal (time stamp counter).
 */
#ifndef RPY_LOG_H
#define RPY_LOG_H

#include <stdio.h>
#include "rpy_base.h"

/* Bit 0: prints in the innermost section are wanted; further bits: those of
 * the sections around.  debug_print is guarded by `rpy_log_state & 1`. */
extern uint64_t rpy_log_state;
/* 0 until PYPYLOG was read and found set: then start and stop do nothing. */
extern int rpy_log_enabled;

#define RPY_LOG_PRINTS() RPY_UNLIKELY(rpy_log_state & 1)

void rpy_log_init(void);
/* debug_start(category), debug_stop(category); return the time stamp if
 * `timestamp` is not 0, else 0.  `category` is a static string. */
rpy_signed rpy_log_start(const char *category, int timestamp);
rpy_signed rpy_log_stop(const char *category, int timestamp);
/* debug_print: to be called only if RPY_LOG_PRINTS(). */
void rpy_log_printf(const char *format, ...) RPY_PRINTF(1, 2);
/* Writes bytes of a debug_print of strings. */
void rpy_log_write(const char *bytes, rpy_signed length);
/* debug_offset: position in the log file or -1; debug_flush; have_debug_prints. */
rpy_signed rpy_log_offset(void);
void rpy_log_flush(void);
int rpy_log_have_prints(void);
/* have_debug_prints_for(prefix). */
int rpy_log_have_prints_for(const char *prefix);
/* In the child after a fork: the log goes to FILE.fork<pid>. */
void rpy_log_forked(void);

#endif
