/* main.c: see rpy_main.h. */
#include <stdio.h>
#include <stdlib.h>
#include "rpy_main.h"
#include "rpy_exc.h"
#include "rpy_gc.h"
#include "rpy_log.h"
#include "rpy_stack.h"
#include "rpy_thread.h"

int rpy_main_argc;
char **rpy_main_argv;

static int is_up;

int rpy_main_setup(int argc, char **argv)
{
    if (is_up)
        return 0;
    rpy_main_argc = argc;
    rpy_main_argv = argv;
    rpy_log_init();
    if (!rpy_thread_init() || !rpy_gc_init()) {
        fprintf(stderr, "out of memory at start-up\n");
        return 1;
    }
    is_up = 1;
    g_startup();
    if (rpy_exc_value != NULL)
        rpy_exc_uncaught();
    return 0;
}

void rpy_main_flush(void)
{
    fflush(stdout);
    fflush(stderr);
    rpy_log_flush();
}

#ifndef RPY_NO_MAIN
int rpy_main(int argc, char **argv)
{
    if (rpy_main_setup(argc, argv) != 0)
        return 1;
    rpy_signed status = g_entry_point(argc, argv);
    if (rpy_exc_value != NULL)
        rpy_exc_uncaught();
    rpy_main_flush();
#if RPY_ASAN
    rpy_gc_shutdown();
#endif
    return (int)status;
}

int main(int argc, char **argv)
{
    return rpy_main(argc, argv);
}
#endif

/* At the end of a program live objects may own raw memory; that is no leak. */
#if RPY_ASAN && !defined(RPY_LEAK_CHECK)
const char *__asan_default_options(void);
RPY_EXPORT const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif
