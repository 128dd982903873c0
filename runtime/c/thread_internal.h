/* thread_internal.h: the record of a thread; for stack.c and thread.c. */
#ifndef RPY_THREAD_INTERNAL_H
#define RPY_THREAD_INTERNAL_H

#include "rpy_thread.h"

struct rpy_thread {
    rpy_thread *next, **prev_next; /* in the list of attached threads */
    /* Values of the swapped globals while another thread runs. */
    void **ss_top;
    void *exc_value;
    uintptr_t stack_limit;
    int saved_errno, alt_errno;
    /* The shadow stack: mapping of ss_bytes at ss_base, last page unmapped. */
    void **ss_base;
    size_t ss_bytes;
    /* C stack: address near its start; bytes below it that exist, that are
     * used by default, and that are used. */
    uintptr_t stack_base;
    size_t stack_room, stack_default, stack_length;
    /* Thread-local words of RPython code. */
    void **tls;
    /* Depth of rpy_gil_enter_callback; thread was not started by us. */
    int foreign;
};

#endif
