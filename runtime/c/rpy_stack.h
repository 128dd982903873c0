/* rpy_stack.h: C stack overflow checks and the shadow stack's room.
 *
 * The stack grows downwards.  Each thread may use `length` bytes of it from
 * the address where the runtime first saw it; the limits are swapped with the GIL.
 * The shadow stack of a thread has RPY_STACK_SHADOW_RATIO times the
 * length, reserved but not committed, with an unmapped page above it; a check
 * fails when either is used up.
 */
#ifndef RPY_STACK_H
#define RPY_STACK_H

#include "rpy_base.h"

/* Lowest address that a checked function's frame may have.  0: no check. */
extern uintptr_t rpy_stack_limit;

/* Bytes of shadow stack per byte of C stack.  A C frame is at least 16 bytes
 * and rarely has more than eight roots per 16 bytes. */
#define RPY_STACK_SHADOW_RATIO 4

/* Sets rpy_exc_value to the StackOverflow instance and returns 1 if the stack
 * is really too big, else 0.  In RPY_STACK_CHECK: */
RPY_COLD int rpy_stack_toobig_slow(void);

/* The stack pointer; unlike __builtin_frame_address it costs the function no
 * frame pointer.  Elsewhere than on these machines, the frame's address. */
#if defined(__x86_64__)
register uintptr_t rpy_stack_pointer __asm__("rsp");
#elif defined(__aarch64__)
register uintptr_t rpy_stack_pointer __asm__("sp");
#else
#define rpy_stack_pointer ((uintptr_t)__builtin_frame_address(0))
#endif

/* At the entry of a function that can recurse: 1 if the function has to return
 * at once, with rpy_exc_value set. */
RPY_INLINE int rpy_stack_toobig(void)
{
    return RPY_UNLIKELY(rpy_stack_pointer < rpy_stack_limit) &&
        rpy_stack_toobig_slow();
}

/* rstack: usable bytes of C stack; takes effect in the running thread and in
 * those started later.  The fraction form multiplies the default length. */
void rpy_stack_set_length(rpy_signed bytes);
void rpy_stack_set_length_fraction(double fraction);
rpy_signed rpy_stack_get_length(void);
/* 1 if more than 15/16 of the length is in use. */
int rpy_stack_almost_full(void);
/* Between these, checks in this process never fail (end of the program,
 * printing of a traceback). */
void rpy_stack_critical_start(void);
void rpy_stack_critical_stop(void);

/* Called once per thread by rpy_main and rpy_thread: length from getrlimit in
 * the main thread (main_thread nonzero), from pthread attributes in others. */
void rpy_stack_init(int main_thread);

#endif
