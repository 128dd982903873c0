/* stack.c: see rpy_stack.h. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/resource.h>
#include "rpy_stack.h"
#include "rpy_exc.h"
#include "thread_internal.h"

uintptr_t rpy_stack_limit;

/* Left for C functions and handlers below the deepest checked frame. */
#define STACK_MARGIN ((size_t)128 << 10)
/* Deeper stacks than this are not used by default, whatever the limit. */
#define STACK_MOST ((size_t)1 << 30)
#define STACK_LEAST ((size_t)64 << 10)
#define STACK_UNKNOWN ((size_t)8 << 20)

/* Length set by the program; 0: each thread's default. */
static size_t wanted_length;
static int critical;

static size_t room_of_main(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_STACK, &limit) != 0)
        return STACK_UNKNOWN;
    if (limit.rlim_cur == RLIM_INFINITY)
        return STACK_MOST / 8;
    return (size_t)limit.rlim_cur;
}

static size_t room_of_thread(uintptr_t here)
{
    pthread_attr_t attr;
    void *lowest;
    size_t size, room = STACK_UNKNOWN / 8;
    if (pthread_getattr_np(pthread_self(), &attr) != 0)
        return room;
    if (pthread_attr_getstack(&attr, &lowest, &size) == 0 &&
        here > (uintptr_t)lowest)
        room = here - (uintptr_t)lowest;
    pthread_attr_destroy(&attr);
    return room;
}

static size_t clamp(size_t length)
{
    if (length > STACK_MOST)
        return STACK_MOST;
    return length < STACK_LEAST ? STACK_LEAST : length;
}

static void set_limit(rpy_thread *thread)
{
    size_t length = thread->stack_default;
    if (wanted_length != 0 && wanted_length < thread->stack_room)
        length = wanted_length;
    thread->stack_length = length;
    rpy_stack_limit = critical ? 0 : thread->stack_base - length;
}

void rpy_stack_init(int main_thread)
{
    rpy_thread *thread = rpy_thread_current;
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    size_t room = main_thread ? room_of_main() : room_of_thread(here);
    thread->stack_base = here;
    /* What is already used above `here` in the main thread: arguments and
     * environment can be large, but are rarely. */
    size_t margin = room > 4 * STACK_MARGIN ? STACK_MARGIN * 2 : room / 2;
    thread->stack_room = clamp(room - margin / 2);
    thread->stack_default = clamp(room - margin);
    set_limit(thread);
}

int rpy_stack_toobig_slow(void)
{
    if (rpy_stack_limit == 0)
        return 0;
    rpy_exc_raise(RPY_EXC_STACK_OVERFLOW);
    return 1;
}

void rpy_stack_set_length(rpy_signed bytes)
{
    wanted_length = bytes > 0 ? clamp((size_t)bytes) : 0;
    set_limit(rpy_thread_current);
}

void rpy_stack_set_length_fraction(double fraction)
{
    size_t length = rpy_thread_current->stack_default;
    rpy_stack_set_length((rpy_signed)((double)length * fraction));
}

rpy_signed rpy_stack_get_length(void)
{
    return (rpy_signed)rpy_thread_current->stack_length;
}

int rpy_stack_almost_full(void)
{
    rpy_thread *thread = rpy_thread_current;
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    size_t most = thread->stack_length - thread->stack_length / 16;
    return here < thread->stack_base && thread->stack_base - here > most;
}

void rpy_stack_critical_start(void)
{
    critical++;
    set_limit(rpy_thread_current);
}

void rpy_stack_critical_stop(void)
{
    critical--;
    set_limit(rpy_thread_current);
}
