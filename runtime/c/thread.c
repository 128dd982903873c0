/* thread.c: see rpy_thread.h. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "rpy_exc.h"
#include "rpy_gc.h"
#include "rpy_log.h"
#include "rpy_os.h"
#include "rpy_stack.h"
#include "rpy_thread.h"
#include "gc_internal.h"
#include "thread_internal.h"

void **rpy_ss_top;
rpy_thread *rpy_thread_current;

static rpy_thread *threads;
/* Record of the calling thread; NULL: not attached. */
static _Thread_local rpy_thread *self;
/* Its destructor detaches foreign threads that end. */
static pthread_key_t end_key;

/* --- The GIL ------------------------------------------------------------- */

/* A thread takes the GIL by setting `held`.  If somebody holds it, it queues
 * up, and the holder hands it over without clearing `held`. */
typedef struct waiter {
    struct waiter *next;
    pthread_cond_t turn;
    int granted;
} waiter;

static atomic_int held, waiting;
static pthread_mutex_t queue_mutex = PTHREAD_MUTEX_INITIALIZER;
static waiter *queue_first, **queue_end = &queue_first;

static int try_take(void)
{
    int free_value = 0;
    return atomic_compare_exchange_strong(&held, &free_value, 1);
}

static void take_slow(void)
{
    pthread_mutex_lock(&queue_mutex);
    atomic_fetch_add(&waiting, 1);
    if (!try_take()) {
        waiter me = { NULL, PTHREAD_COND_INITIALIZER, 0 };
        *queue_end = &me;
        queue_end = &me.next;
        while (!me.granted)
            pthread_cond_wait(&me.turn, &queue_mutex);
        pthread_cond_destroy(&me.turn);
    }
    atomic_fetch_sub(&waiting, 1);
    pthread_mutex_unlock(&queue_mutex);
}

static void take(void)
{
    if (atomic_load(&waiting) != 0 || !try_take())
        take_slow();
}

/* With queue_mutex; the GIL is held by the caller for the next thread. */
static void grant_first(void)
{
    waiter *first = queue_first;
    queue_first = first->next;
    if (queue_first == NULL)
        queue_end = &queue_first;
    first->granted = 1;
    pthread_cond_signal(&first->turn);
}

static void give(void)
{
    if (atomic_load(&waiting) == 0) {
        atomic_store(&held, 0);
        if (RPY_LIKELY(atomic_load(&waiting) == 0))
            return;
        if (!try_take())
            return;
    }
    pthread_mutex_lock(&queue_mutex);
    if (queue_first != NULL)
        grant_first();
    else
        atomic_store(&held, 0);
    pthread_mutex_unlock(&queue_mutex);
}

static void save_state(rpy_thread *thread)
{
    thread->ss_top = rpy_ss_top;
    thread->exc_value = rpy_exc_value;
    thread->stack_limit = rpy_stack_limit;
    thread->saved_errno = rpy_os_saved_errno;
    thread->alt_errno = rpy_os_alt_errno;
}

static void load_state(rpy_thread *thread)
{
    rpy_thread_current = thread;
    rpy_ss_top = thread->ss_top;
    rpy_exc_value = thread->exc_value;
    rpy_stack_limit = thread->stack_limit;
    rpy_os_saved_errno = thread->saved_errno;
    rpy_os_alt_errno = thread->alt_errno;
}

void rpy_gil_release(void)
{
    int error = errno;
    save_state(self);
    rpy_thread_current = NULL;
    give();
    errno = error;
}

void rpy_gil_acquire(void)
{
    int error = errno;
    take();
    load_state(self);
    errno = error;
}

int rpy_gil_yield(void)
{
    if (atomic_load(&waiting) == 0)
        return 0;
    rpy_gil_release();
    rpy_gil_acquire();
    return 1;
}

int rpy_gil_held(void)
{
    return self != NULL && rpy_thread_current == self;
}

/* --- Attaching ------------------------------------------------------------- */

static int map_shadow_stack(rpy_thread *thread)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t bytes = thread->stack_room * RPY_STACK_SHADOW_RATIO;
    bytes = (bytes + page - 1) & ~(page - 1);
    char *p = mmap(NULL, bytes + page, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return 0;
    mprotect(p + bytes, page, PROT_NONE);
    thread->ss_base = (void **)(void *)p;
    thread->ss_bytes = bytes + page;
    return 1;
}

static void free_thread(rpy_thread *thread)
{
    if (thread->ss_base != NULL)
        munmap(thread->ss_base, thread->ss_bytes);
    free(thread->tls);
    free(thread);
}

static void unlink_thread(rpy_thread *thread)
{
    *thread->prev_next = thread->next;
    if (thread->next != NULL)
        thread->next->prev_next = thread->prev_next;
}

/* Makes the record of the calling thread, which has the GIL. */
static int attach(int main_thread, int foreign)
{
    rpy_thread *thread = calloc(1, sizeof *thread);
    if (thread == NULL)
        return 0;
    thread->foreign = foreign;
    thread->tls = calloc(g_tls_count + 1, sizeof(void *));
    rpy_thread_current = thread;
    rpy_stack_init(main_thread);
    if (thread->tls == NULL || !map_shadow_stack(thread)) {
        free_thread(thread);
        rpy_thread_current = NULL;
        return 0;
    }
    thread->next = threads;
    thread->prev_next = &threads;
    if (threads != NULL)
        threads->prev_next = &thread->next;
    threads = thread;
    self = thread;
    pthread_setspecific(end_key, thread);
    if (!main_thread)
        rpy_gci_thread_start();
    rpy_ss_top = thread->ss_base;
    rpy_exc_value = NULL;
    rpy_os_saved_errno = rpy_os_alt_errno = 0;
    return 1;
}

/* With the GIL, which it releases. */
static void detach_and_release(void)
{
    rpy_thread *thread = self;
    rpy_gci_thread_stop();
    unlink_thread(thread);
    self = NULL;
    pthread_setspecific(end_key, NULL);
    rpy_thread_current = NULL;
    free_thread(thread);
    give();
}

static void at_thread_end(void *value)
{
    rpy_thread *thread = value;
    if (thread == NULL || self != thread)
        return;
    if (rpy_thread_current != thread)
        take();
    detach_and_release();
}

void rpy_thread_detach(void)
{
    if (self == NULL)
        return;
    if (rpy_thread_current != self)
        take();
    detach_and_release();
}

int rpy_thread_init(void)
{
    if (pthread_key_create(&end_key, at_thread_end) != 0)
        return 0;
    take();
    return attach(1, 0);
}

int rpy_gil_enter_callback(void)
{
    if (self != NULL && rpy_thread_current == self)
        return 0;
    int error = errno;
    take();
    if (self != NULL)
        load_state(self);
    else if (!attach(0, 1))
        rpy_fatal("no memory to attach a thread");
    errno = error;
    return 1;
}

void rpy_gil_leave_callback(int token)
{
    if (token)
        rpy_gil_release();
}

void **rpy_thread_tls(void)
{
    return rpy_thread_current->tls;
}

void rpy_thread_each_stack(void (*visit)(void **base, void **top, void *arg),
                           void *arg)
{
    for (rpy_thread *t = threads; t != NULL; t = t->next) {
        int running = t == rpy_thread_current;
        visit(t->ss_base, running ? rpy_ss_top : t->ss_top, arg);
        if (!running)
            visit(&t->exc_value, &t->exc_value + 1, arg);
        if (g_tls_count > g_tls_gc_first)
            visit(t->tls + g_tls_gc_first, t->tls + g_tls_count, arg);
    }
}

/* --- Starting ---------------------------------------------------------------- */

typedef struct start {
    void (*function)(void *);
    void *argument;
} start;

static size_t wanted_stack_size;

static void *run_thread(void *data)
{
    start s = *(start *)data;
    free(data);
    take();
    if (!attach(0, 0))
        rpy_fatal("no memory to start a thread");
    s.function(s.argument);
    if (rpy_exc_value != NULL)
        rpy_exc_uncaught();
    detach_and_release();
    return NULL;
}

rpy_signed rpy_thread_start(void (*function)(void *argument), void *argument)
{
    pthread_attr_t attr;
    pthread_t thread;
    start *s = malloc(sizeof *s);
    if (s == NULL)
        return -1;
    *s = (start){ function, argument };
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    if (wanted_stack_size != 0)
        pthread_attr_setstacksize(&attr, wanted_stack_size);
    int failed = pthread_create(&thread, &attr, run_thread, s);
    pthread_attr_destroy(&attr);
    if (failed) {
        free(s);
        return -1;
    }
    return (rpy_signed)thread;
}

rpy_signed rpy_thread_get_ident(void)
{
    return (rpy_signed)pthread_self();
}

rpy_signed rpy_thread_get_stacksize(void)
{
    return (rpy_signed)wanted_stack_size;
}

rpy_signed rpy_thread_set_stacksize(rpy_signed bytes)
{
    if (bytes != 0 && bytes < 32768)
        return -1;
    wanted_stack_size = (size_t)bytes;
    if (bytes != 0 && wanted_stack_size < (size_t)PTHREAD_STACK_MIN)
        wanted_stack_size = (size_t)PTHREAD_STACK_MIN;
    return 0;
}

/* --- Locks -------------------------------------------------------------------- */

struct rpy_thread_lock {
    sem_t sem;
};

rpy_thread_lock *rpy_thread_lock_new(void)
{
    rpy_thread_lock *lock = malloc(sizeof *lock);
    if (lock != NULL && sem_init(&lock->sem, 0, 1) != 0) {
        free(lock);
        return NULL;
    }
    return lock;
}

void rpy_thread_lock_free(rpy_thread_lock *lock)
{
    if (lock != NULL) {
        sem_destroy(&lock->sem);
        free(lock);
    }
}

static int wait_until(sem_t *sem, const struct timespec *end, int intr)
{
    for (;;) {
        int failed = end ? sem_timedwait(sem, end) : sem_wait(sem);
        if (!failed)
            return 1;
        if (errno != EINTR)
            return 0;
        if (intr)
            return 2;
    }
}

int rpy_thread_lock_acquire_timed(rpy_thread_lock *lock,
                                  rpy_signed microseconds, int intr)
{
    if (sem_trywait(&lock->sem) == 0)
        return 1;
    if (microseconds == 0)
        return 0;
    if (microseconds < 0)
        return wait_until(&lock->sem, NULL, intr);
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += (time_t)(microseconds / 1000000);
    end.tv_nsec += (long)(microseconds % 1000000) * 1000;
    if (end.tv_nsec >= 1000000000) {
        end.tv_nsec -= 1000000000;
        end.tv_sec++;
    }
    return wait_until(&lock->sem, &end, intr);
}

int rpy_thread_lock_acquire(rpy_thread_lock *lock, int wait)
{
    return rpy_thread_lock_acquire_timed(lock, wait ? -1 : 0, 0);
}

int rpy_thread_lock_release(rpy_thread_lock *lock)
{
    int value;
    if (sem_getvalue(&lock->sem, &value) == 0 && value > 0)
        return -1;
    return sem_post(&lock->sem);
}

/* --- Fork ------------------------------------------------------------------------ */

void rpy_thread_before_fork(void)
{
    fflush(stdout);
    rpy_log_flush();
    pthread_mutex_lock(&queue_mutex);
}

void rpy_thread_after_fork_parent(void)
{
    pthread_mutex_unlock(&queue_mutex);
}

void rpy_thread_after_fork_child(void)
{
    pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;
    queue_mutex = fresh;
    queue_first = NULL;
    queue_end = &queue_first;
    atomic_store(&waiting, 0);
    for (rpy_thread *t = threads, *next; t != NULL; t = next) {
        next = t->next;
        if (t != self) {
            unlink_thread(t);
            free_thread(t);
        }
    }
    rpy_log_forked();
}
