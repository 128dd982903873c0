/* rpy_exc.h: the current exception, raising of the built-in ones, tracebacks.
 *
 * Invariants
 *  - rpy_exc_value is NULL except while a function returns with an exception.
 *    It is a GC pointer to an instance and a root of every collection.
 *  - A function that may raise returns any value of its type when it raises;
 *    the caller tests rpy_exc_value.
 *  - Called with the GIL held; swapped when it changes hands.
 */
#ifndef RPY_EXC_H
#define RPY_EXC_H

#include "rpy_base.h"

extern void *rpy_exc_value;

/* Is an exception under way? */
#define RPY_EXC_OCCURRED() RPY_UNLIKELY(rpy_exc_value != NULL)

/* Exceptions that the runtime or generated code raises by itself.  The
 * generated code gives one prebuilt instance of each. */
enum {
    RPY_EXC_MEMORY_ERROR,
    RPY_EXC_STACK_OVERFLOW,    /* rstackovf's class, or RuntimeError */
    RPY_EXC_OVERFLOW_ERROR,
    RPY_EXC_ZERO_DIVISION_ERROR,
    RPY_EXC_VALUE_ERROR,
    RPY_EXC_INDEX_ERROR,
    RPY_EXC_KEY_ERROR,
    RPY_EXC_TYPE_ERROR,
    RPY_EXC_ASSERTION_ERROR,
    RPY_EXC_STOP_ITERATION,
    RPY_EXC_OS_ERROR,
    RPY_EXC_IO_ERROR,
    RPY_EXC_NOT_IMPLEMENTED_ERROR,
    RPY_EXC_RUNTIME_ERROR,
    RPY_EXC_ATTRIBUTE_ERROR,
    RPY_EXC_ARITHMETIC_ERROR,
    RPY_EXC_UNICODE_DECODE_ERROR,
    RPY_EXC_UNICODE_ENCODE_ERROR,
    RPY_EXC_COUNT
};
/* Generated: indexed by the enum; NULL for classes the program does not have
 * (raising one of these is a fatal error naming it). */
extern void *const g_exc_instances[RPY_EXC_COUNT];

/* Sets rpy_exc_value to the prebuilt instance. */
void rpy_exc_raise(int which);

/* --- Tracebacks ---------------------------------------------------- */

/* A place in the RPython source; generated as static const data. */
typedef struct rpy_location {
    const char *file;
    const char *function;
    int line;
} rpy_location;

/* Ring of the last events, newest last.  `what` is one of the kinds below,
 * with the tid of the exception's type in the upper half for the last two. */
typedef struct rpy_tb_entry {
    const rpy_location *where;
    uint64_t what;
} rpy_tb_entry;

enum {
    RPY_TB_PASS = 0,    /* a call here returned with an exception, passed on */
    RPY_TB_RAISE = 1,   /* raised here */
    RPY_TB_CATCH = 2,   /* handled here */
    RPY_TB_RERAISE = 3, /* an exception that was handled is raised again */
};
#define RPY_TB_SIZE 128 /* power of two */

extern rpy_tb_entry rpy_tb_ring[RPY_TB_SIZE];
extern uint32_t rpy_tb_count;

RPY_INLINE void rpy_tb_record(const rpy_location *where, uint64_t what)
{
    rpy_tb_entry *entry = &rpy_tb_ring[rpy_tb_count++ & (RPY_TB_SIZE - 1)];
    entry->where = where;
    entry->what = what;
}
/* After a call: the exception goes on to the caller. */
#define RPY_TB_PASSED(where) rpy_tb_record((where), RPY_TB_PASS)
/* At a raise of a new exception (also where an operation raised it). */
#define RPY_TB_RAISED(where) rpy_tb_record((where), RPY_TB_RAISE)
/* At a handler: call with the instance's tid before clearing rpy_exc_value. */
#define RPY_TB_CAUGHT(where, tid) \
    rpy_tb_record((where), RPY_TB_CATCH | (uint64_t)(tid) << 32)
/* At a raise of an exception that was caught before (finally, bare raise). */
#define RPY_TB_RERAISED(where, tid) \
    rpy_tb_record((where), RPY_TB_RERAISE | (uint64_t)(tid) << 32)

/* Writes the traceback of the newest exception to stderr:
 *   RPython traceback:
 *     File "f.py", line 3, in entry_point      (outermost first) */
void rpy_tb_print(void);

/* --- Ends ----------------------------------------------------------- */

/* How the process ends on an uncaught exception or a fatal error: by
 * exit status RPY_EXC_FATAL_STATUS, or by abort() if that is negative. */
#ifndef RPY_EXC_FATAL_STATUS
#define RPY_EXC_FATAL_STATUS -1
#endif
RPY_NORETURN void rpy_exc_end_process(void);

/* The traceback, "Fatal RPython error: NAME" on stderr, and the end. */
RPY_NORETURN void rpy_exc_uncaught(void);
/* "Fatal RPython error: message" (with traceback if one is under way). */
RPY_NORETURN void rpy_fatal(const char *message);
/* debug.fatalerror / fatalerror_notb of RPython code, with a length. */
RPY_NORETURN void rpy_exc_fatalerror(const char *message, rpy_signed length,
                                     int with_traceback);

#endif
