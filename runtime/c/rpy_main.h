/* rpy_main.h: start and end of the program.
 *
 * An executable's main() is in main.c and calls rpy_main.  A shared library
 * is compiled with RPY_NO_MAIN and calls rpy_main_setup from its first entry.
 */
#ifndef RPY_MAIN_H
#define RPY_MAIN_H

#include "rpy_base.h"

/* Generated: work to do before any other generated code (may be empty).
 * Called with the runtime up, in the main thread. */
extern void g_startup(void);
/* Generated: makes the RPython list of the arguments, calls the entry point
 * of the target, and returns its result.  May raise.  Not in libraries. */
extern rpy_signed g_entry_point(int argc, char **argv);

/* The arguments of the process (argc, argv, as given to rpy_main). */
extern int rpy_main_argc;
extern char **rpy_main_argv;

/* Brings up stack limits, log, GIL, GC, then g_startup.  Returns 0, or 1
 * with a message on stderr if there is not enough memory.  Idempotent; the
 * thread that calls it first has the GIL afterwards. */
int rpy_main_setup(int argc, char **argv);

/* The whole life of an executable; returns the exit status (the result of the
 * entry point).  An uncaught exception ends the process, see rpy_exc.h. */
int rpy_main(int argc, char **argv);

/* Flushes stdout, stderr and the log, as at exit. */
void rpy_main_flush(void);

#endif
