/* gc_boehm.c: allocation from libgc.
 *
 * Objects never move, so the inline code's fast path (there is no nursery) and
 * the barrier never run.  libgc scans the C stack, registers and static data
 * by itself; shadow stacks, thread-local words and queued dead objects are
 * pushed by a hook. */
#include "gc_internal.h"

#if defined(RPY_GC_BOEHM)

#define GC_THREADS
#include <gc/gc.h>
#include <gc/gc_mark.h>
#include "rpy_time.h"

char *rpy_gc_nursery_free, *rpy_gc_nursery_top;
int rpy_gci_special_pending;

typedef struct dead_queue {
    gci_vec objects;
    size_t next;
    int triggered;
} dead_queue;
static dead_queue *queues;

static void push_stack(void **base, void **top, void *arg)
{
    (void)arg;
    GC_push_all(base, top);
}

/* Objects with a custom trace hook: malloc cells, cleared by libgc when the
 * object dies.  While it lives, what the hook finds is kept. */
static gci_vec custom;

static void push_slot(void **slot, void *arg1, void *arg2)
{
    (void)arg1, (void)arg2;
    GC_push_all(slot, slot + 1);
}

static void push_custom(void)
{
    for (size_t i = 0; i < custom.count; i++) {
        void *obj = *(void **)custom.items[i];
        if (obj != NULL)
            gci_info(obj)->extra->custom_trace(obj, push_slot, NULL, NULL);
    }
}

static void add_custom(void *obj)
{
    size_t kept = 0;
    for (size_t i = 0; custom.count == custom.room && i < custom.room; i++) {
        if (*(void **)custom.items[i] != NULL)
            custom.items[kept++] = custom.items[i];
        else
            free(custom.items[i]);
    }
    if (custom.count == custom.room)
        custom.count = kept;
    void **cell = malloc(sizeof *cell);
    if (cell == NULL)
        rpy_gci_panic("out of memory");
    *cell = obj;
    GC_general_register_disappearing_link(cell, obj);
    gci_push(&custom, cell);
}

static GC_push_other_roots_proc next_pusher;

static void push_roots(void)
{
    rpy_thread_each_stack(push_stack, NULL);
    push_custom();
    for (size_t i = 0; queues != NULL && i < g_finalizer_queues_count; i++)
        GC_push_all(queues[i].objects.items + queues[i].next,
                    queues[i].objects.items + queues[i].objects.count);
    if (next_pusher != NULL)
        next_pusher();
}

int rpy_gc_init(void)
{
    rpy_gci_read_settings();
    GC_INIT();
    GC_allow_register_threads();
    GC_set_finalize_on_demand(1);
    GC_set_warn_proc(GC_ignore_warn_proc);
    next_pusher = GC_get_push_other_roots();
    GC_set_push_other_roots(push_roots);
    if (rpy_gci_settings.max_heap)
        GC_set_max_heap_size(rpy_gci_settings.max_heap);
    queues = calloc(g_finalizer_queues_count + 1, sizeof *queues);
    return queues != NULL;
}

void rpy_gc_shutdown(void)
{
    for (size_t i = 0; queues != NULL && i < g_finalizer_queues_count; i++)
        rpy_gci_vec_free(&queues[i].objects);
    free(queues);
    queues = NULL;
}

/* --- Finalizers ------------------------------------------------------------ */

static void run_light(void *obj, void *data)
{
    (void)data;
    if (!(RPY_GC_FLAGS(obj) & RPY_GCF_IGNORE_FINALIZER))
        gci_info(obj)->finalizer(obj);
}

static void run_finalizer(void *obj, void *data)
{
    (void)data;
    if (RPY_GC_FLAGS(obj) & RPY_GCF_IGNORE_FINALIZER)
        return;
    *rpy_ss_top++ = obj;
    gci_info(obj)->finalizer(obj);
    rpy_ss_top--;
    rpy_exc_value = NULL;
}

static void queue_dead(void *obj, void *data)
{
    dead_queue *q = &queues[(uintptr_t)data];
    if (RPY_GC_FLAGS(obj) & RPY_GCF_IGNORE_FINALIZER)
        return;
    gci_push(&q->objects, obj);
    q->triggered = 1;
}

void rpy_gc_register_finalizer(rpy_signed queue, void *obj)
{
    if (!(RPY_GC_FLAGS(obj) & RPY_GCF_PREBUILT))
        GC_register_finalizer_ignore_self(obj, queue_dead,
                                          (void *)(uintptr_t)queue, NULL, NULL);
}

void *rpy_gc_next_dead(rpy_signed queue)
{
    dead_queue *q = &queues[queue];
    if (q->next == q->objects.count) {
        q->next = q->objects.count = 0;
        return NULL;
    }
    return q->objects.items[q->next++];
}

static void run_finalizers(void)
{
    static int running;
    if (running || rpy_exc_value != NULL || !GC_should_invoke_finalizers())
        return;
    running = 1;
    GC_invoke_finalizers();
    for (size_t i = 0; i < g_finalizer_queues_count; i++) {
        if (queues[i].triggered) {
            queues[i].triggered = 0;
            g_finalizer_triggers[i]();
            rpy_exc_value = NULL;
        }
    }
    running = 0;
}

void rpy_gci_special_trace_dead(rpy_gc_visit visit, void *arg1, void *arg2)
{
    for (size_t q = 0; q < g_finalizer_queues_count; q++)
        for (size_t i = queues[q].next; i < queues[q].objects.count; i++)
            visit(&queues[q].objects.items[i], arg1, arg2);
}

/* --- Allocation ---------------------------------------------------------------- */

/* Cleared: garbage in pointer fields would keep dead objects alive. */
static void *allocate(uint32_t tid, size_t size)
{
    const rpy_typeinfo *info = rpy_gc_typeinfo(tid);
    if (RPY_UNLIKELY(GC_should_invoke_finalizers()))
        run_finalizers();
    void *obj;
    if (info->flags & RPY_TF_HAS_PTRS) {
        obj = GC_malloc(size);
    } else {
        obj = GC_malloc_atomic(size);
        if (obj != NULL)
            memset(obj, 0, size);
    }
    if (obj == NULL)
        return rpy_gci_no_memory();
    *gci_word(obj) = tid;
    if (info->flags & RPY_TF_CUSTOM_TRACE)
        add_custom(obj);
    return obj;
}

void *rpy_gc_malloc_slow(uint32_t tid, size_t size)
{
    return allocate(tid, size);
}

void *rpy_gc_malloc_varsize_slow(uint32_t tid, rpy_signed length)
{
    const rpy_typeinfo *info = rpy_gc_typeinfo(tid);
    if (!gci_length_ok(info, length))
        return rpy_gci_no_memory();
    void *obj = allocate(tid, gci_varsize(info, length));
    if (obj != NULL)
        *gci_length(obj, info) = length;
    return obj;
}

void *rpy_gc_malloc_varsize_clear_slow(uint32_t tid, rpy_signed length)
{
    return rpy_gc_malloc_varsize_slow(tid, length);
}

void *rpy_gc_malloc_varsize_nonmovable(uint32_t tid, rpy_signed length)
{
    return rpy_gc_malloc_varsize_slow(tid, length);
}

void *rpy_gc_malloc_special(uint32_t tid)
{
    const rpy_typeinfo *info = rpy_gc_typeinfo(tid);
    void *obj = allocate(tid, info->fixed_size);
    if (obj == NULL)
        return NULL;
    if (info->flags & RPY_TF_LIGHT_FINALIZER)
        GC_register_finalizer_no_order(obj, run_light, NULL, NULL, NULL);
    else if (info->flags & RPY_TF_FINALIZER)
        GC_register_finalizer_no_order(obj, run_finalizer, NULL, NULL, NULL);
    return obj;
}

void *rpy_gc_malloc_fixed_nonmovable(uint32_t tid)
{
    return rpy_gc_malloc_special(tid);
}

void *rpy_gc_new_weakref(uint32_t tid, void *target)
{
    *rpy_ss_top++ = target;
    rpy_weakref *ref = allocate(tid, sizeof *ref);
    rpy_ss_top--;
    if (ref == NULL)
        return NULL;
    ref->target = target;
    if (target != NULL && !(RPY_GC_FLAGS(target) & RPY_GCF_PREBUILT))
        GC_general_register_disappearing_link(&ref->target, target);
    return ref;
}

/* --- rgc --------------------------------------------------------------------------- */

void rpy_gc_collect(rpy_signed gen)
{
    if (gen == 0)
        return;
    GC_gcollect();
    run_finalizers();
}

rpy_signed rpy_gc_collect_step(void)
{
    rpy_gc_collect(2);
    return RPY_GC_FINALIZING << 8 | RPY_GC_SCANNING;
}

void rpy_gc_enable(void)
{
    if (GC_is_disabled())
        GC_enable();
}

void rpy_gc_disable(void)
{
    if (!GC_is_disabled())
        GC_disable();
}

int rpy_gc_is_enabled(void) { return !GC_is_disabled(); }

void rpy_gc_add_memory_pressure(rpy_signed bytes, void *obj)
{
    static size_t pressure;
    (void)obj;
    if (bytes <= 0)
        return;
    pressure += (size_t)bytes;
    if (pressure > ((size_t)64 << 20)) {
        pressure = 0;
        rpy_gc_collect(2);
    }
}

rpy_signed rpy_gc_get_stats(rpy_signed number)
{
    switch (number) {
    case RPY_GC_TOTAL_MEMORY: case RPY_GC_TOTAL_ARENA_MEMORY:
    case RPY_GC_PEAK_MEMORY: case RPY_GC_PEAK_ARENA_MEMORY:
        return (rpy_signed)GC_get_heap_size();
    case RPY_GC_TOTAL_ALLOCATED_MEMORY: case RPY_GC_PEAK_ALLOCATED_MEMORY:
        return (rpy_signed)(GC_get_heap_size() - GC_get_free_bytes());
    default:
        return 0;
    }
}

void rpy_gci_thread_start(void)
{
    struct GC_stack_base base;
    if (GC_get_stack_base(&base) == GC_SUCCESS)
        GC_register_my_thread(&base);
}

void rpy_gci_thread_stop(void)
{
    GC_unregister_my_thread();
}

#else

/* Other collectors learn of threads by their shadow stacks alone. */
void rpy_gci_thread_start(void) { }
void rpy_gci_thread_stop(void) { }

#endif
