/* rpy_thread.h: the GIL, threads, locks, thread-local values, fork.
 *
 * Invariants
 *  - The thread with the GIL runs RPython code; only it may touch GC objects
 *    or the globals rpy_ss_top, rpy_exc_value, rpy_stack_limit,
 *    rpy_os_saved_errno, which belong to it and are swapped at a hand-over.
 *  - A thread that waits for the GIL gets it in order of arrival.
 *  - Functions marked [no GIL] may be called without it.
 *  - Giving the GIL away lets other threads collect: rpy_gil_release, _yield
 *    and _enter_callback count as [collects] (see rpy_gc.h).
 */
#ifndef RPY_THREAD_H
#define RPY_THREAD_H

#include "rpy_base.h"

/* State of a thread that is not running; one per attached thread. */
typedef struct rpy_thread rpy_thread;

/* The running thread's record (owner of the swapped globals). */
extern rpy_thread *rpy_thread_current;

/* Around a C call that may block: the call may not touch GC memory.
 * errno survives both.  Cheap while the process has one thread. */
void rpy_gil_release(void);   /* before */
void rpy_gil_acquire(void);   /* after; [no GIL] */
/* Lets waiting threads run, if there are any; returns 1 if it did. */
int rpy_gil_yield(void);
/* Does the calling thread have it?  [no GIL] */
int rpy_gil_held(void);

/* Start and end of a callback from C into RPython in any thread; a foreign
 * thread is attached at the first and stays known until it ends.  enter
 * returns a token for leave: 0 if the thread had the GIL already. [no GIL] */
int rpy_gil_enter_callback(void);
void rpy_gil_leave_callback(int token);

/* Starts a thread that calls function(argument) with the GIL.  argument is no
 * GC pointer.  Returns its identifier, -1 if impossible. */
rpy_signed rpy_thread_start(void (*function)(void *argument), void *argument);
/* Identifier of the calling thread, not 0.  [no GIL] */
rpy_signed rpy_thread_get_ident(void);
/* Stack size of new threads; 0 is the default.  set returns 0 if done, -1
 * if the size is invalid. */
rpy_signed rpy_thread_get_stacksize(void);
rpy_signed rpy_thread_set_stacksize(rpy_signed bytes);

/* Locks; not recursive, released by any thread. */
typedef struct rpy_thread_lock rpy_thread_lock;
rpy_thread_lock *rpy_thread_lock_new(void);   /* NULL: no memory */
void rpy_thread_lock_free(rpy_thread_lock *lock);
/* Waits at most `microseconds` (negative: for ever; 0: not at all).  Returns
 * 0 failed, 1 acquired, 2 interrupted by a signal (only if intr is not 0).
 * [no GIL]: release it around waits. */
int rpy_thread_lock_acquire_timed(rpy_thread_lock *lock,
                                  rpy_signed microseconds, int intr);
int rpy_thread_lock_acquire(rpy_thread_lock *lock, int wait);
/* Returns 0 if done, -1 if the lock was not held. */
int rpy_thread_lock_release(rpy_thread_lock *lock);

/* Thread-local words of RPython code (ThreadLocalField, ThreadLocalReference),
 * numbered from 0 by generated code.  Words from g_tls_gc_first on are GC
 * pointers and roots.  The array belongs to the running thread. */
extern const size_t g_tls_count;
extern const size_t g_tls_gc_first;
void **rpy_thread_tls(void);

/* Ends the calling thread's registration (thread about to end). */
void rpy_thread_detach(void);

/* Around fork().  The child has one thread, with the GIL. */
void rpy_thread_before_fork(void);
void rpy_thread_after_fork_parent(void);
void rpy_thread_after_fork_child(void);

/* --- Runtime-internal ------------------------------------------------ */

/* Makes the GIL, attaches the calling thread as the main one. 0: no memory. */
int rpy_thread_init(void);
/* Calls visit on every shadow stack (base, top), the pending exception and the
 * GC words of every thread but for those of the running one's rpy_exc_value. */
void rpy_thread_each_stack(void (*visit)(void **base, void **top, void *arg),
                           void *arg);

#endif
