/* gc_special.c: weak references, destructors, finalizers and their queues,
 * for the moving collectors. */
#include "gc_internal.h"

#if defined(RPY_GC_GENERATION) || defined(RPY_GC_STRESS)

/* Young lists hold objects made since the last minor collection; old ones the
 * rest.  Finalizer lists hold pairs: object, queue number plus 1 (0: __del__). */
static gci_vec young_weakrefs, old_weakrefs;
static gci_vec young_light, old_light;
static gci_vec young_finalizers, old_finalizers;
/* Old weakrefs whose target is pinned in the nursery. */
static gci_vec pinned_weakrefs;

/* Dead objects whose __del__ is to be called, oldest first, from dead_next. */
static gci_vec dead_objects;
static size_t dead_next;
/* The same for each FinalizerQueue. */
typedef struct dead_queue {
    gci_vec objects;
    size_t next;
    int triggered;
} dead_queue;
static dead_queue *queues;

int rpy_gci_special_pending;
static int running;

void rpy_gci_special_register(void *obj, const rpy_typeinfo *info)
{
    if (info->flags & RPY_TF_LIGHT_FINALIZER) {
        gci_push(&young_light, obj);
    } else if (info->flags & RPY_TF_FINALIZER) {
        gci_push(&young_finalizers, obj);
        gci_push(&young_finalizers, (void *)(uintptr_t)0);
    }
}

void rpy_gci_special_weakref(rpy_weakref *ref)
{
    gci_push(&young_weakrefs, ref);
}

void rpy_gc_register_finalizer(rpy_signed queue, void *obj)
{
    if (RPY_GC_FLAGS(obj) & RPY_GCF_PREBUILT)
        return;
    gci_push(&young_finalizers, obj);
    gci_push(&young_finalizers, (void *)(uintptr_t)(queue + 1));
}

/* --- Minor collections ------------------------------------------------ */

void rpy_gci_special_minor_roots(int promote)
{
    size_t n = young_finalizers.count, kept = 0;
    for (size_t i = 0; i < n; i += 2) {
        void *obj = young_finalizers.items[i];
        void *queue = young_finalizers.items[i + 1];
        if (!(*gci_word(obj) & 1) &&
            (RPY_GC_FLAGS(obj) & RPY_GCF_IGNORE_FINALIZER))
            continue;
        rpy_gci_revive(&obj);
        if (promote) {
            gci_push(&old_finalizers, obj);
            gci_push(&old_finalizers, queue);
        } else {
            young_finalizers.items[kept++] = obj;
            young_finalizers.items[kept++] = queue;
        }
    }
    young_finalizers.count = kept;
}

static void call_light_finalizer(void *obj)
{
    if (!(RPY_GC_FLAGS(obj) & RPY_GCF_IGNORE_FINALIZER))
        gci_info(obj)->finalizer(obj);
}

static void light_finalizers(gci_vec *from, gci_vec *to)
{
    size_t n = from->count, kept = 0;
    for (size_t i = 0; i < n; i++) {
        void *obj = from->items[i];
        if (rpy_gci_is_dying(obj))
            call_light_finalizer(obj);
        else if (from == to)
            to->items[kept++] = rpy_gci_new_address(obj);
        else
            gci_push(to, rpy_gci_new_address(obj));
    }
    from->count = kept;
}

/* Keeps a surviving weakref in `to` unless its target died. */
static void weakref_target(rpy_weakref *ref, gci_vec *to, size_t *kept)
{
    if (ref->target == NULL)
        return;
    if (rpy_gci_is_dying(ref->target)) {
        ref->target = NULL;
        return;
    }
    ref->target = rpy_gci_new_address(ref->target);
    if (rpy_gci_is_young_still(ref->target))
        gci_push(&pinned_weakrefs, ref);
    if (RPY_GC_FLAGS(ref->target) & RPY_GCF_PREBUILT)
        return;
    if (kept != NULL)
        to->items[(*kept)++] = ref;
    else
        gci_push(to, ref);
}

void rpy_gci_special_minor(int promote)
{
    size_t n = pinned_weakrefs.count;
    gci_vec again = pinned_weakrefs;
    pinned_weakrefs = (gci_vec){ 0 };
    for (size_t i = 0; i < n; i++) {
        rpy_weakref *ref = again.items[i];
        if (rpy_gci_is_dying(ref))
            continue;
        ref = rpy_gci_new_address(ref);
        if (ref->target != NULL && rpy_gci_is_dying(ref->target))
            ref->target = NULL;
        if (ref->target == NULL)
            continue;
        ref->target = rpy_gci_new_address(ref->target);
        if (rpy_gci_is_young_still(ref->target))
            gci_push(&pinned_weakrefs, ref);
    }
    rpy_gci_vec_free(&again);
    size_t young = young_weakrefs.count, kept = 0;
    for (size_t i = 0; i < young; i++) {
        rpy_weakref *ref = young_weakrefs.items[i];
        if (rpy_gci_is_dying(ref))
            continue;
        ref = rpy_gci_new_address(ref);
        if (promote)
            weakref_target(ref, &old_weakrefs, NULL);
        else
            weakref_target(ref, &young_weakrefs, &kept);
    }
    young_weakrefs.count = kept;
    light_finalizers(&young_light, promote ? &old_light : &young_light);
}

/* --- Order of finalization --------------------------------------------- */

/* Dying objects get a state while the order is found, in two flag bits:
 *   0  not seen
 *   1  reached from the candidate under consideration
 *   2  reached from exactly one earlier candidate, or a candidate
 *   3  reached from another candidate than the one that has it
 * A dying registered object in state 0 becomes a candidate; its finalizer is
 * called now unless a later candidate reaches it (state 3).  All others
 * wait for a later collection. */
#define ORDER_BITS (RPY_GCF_ORDER_1 | RPY_GCF_ORDER_2)
static gci_vec order_pending, order_seen;

static unsigned order_state(void *obj)
{
    return (RPY_GC_FLAGS(obj) & ORDER_BITS) / RPY_GCF_ORDER_1;
}

static void set_order_state(void *obj, unsigned state)
{
    RPY_GC_FLAGS(obj) =
        (RPY_GC_FLAGS(obj) & ~ORDER_BITS) | state * RPY_GCF_ORDER_1;
}

static void order_visit(void **slot, void *arg1, void *arg2)
{
    (void)arg1, (void)arg2;
    if (*slot != NULL && rpy_gci_is_dying(*slot))
        gci_push(&order_pending, *slot);
}

static void order_children(void *obj)
{
    gci_trace(obj, gci_info(obj), order_visit, NULL, NULL);
}

static void order_raise_to_3(void *obj)
{
    size_t bottom = order_pending.count;
    gci_push(&order_pending, obj);
    while (order_pending.count > bottom) {
        void *y = gci_pop(&order_pending);
        if (order_state(y) == 2) {
            set_order_state(y, 3);
            order_children(y);
        }
    }
}

static void order_candidate(void *obj)
{
    size_t first = order_seen.count;
    gci_push(&order_pending, obj);
    while (order_pending.count) {
        void *y = gci_pop(&order_pending);
        unsigned state = order_state(y);
        if (state == 0) {
            set_order_state(y, 1);
            gci_push(&order_seen, y);
            order_children(y);
        } else if (state == 2) {
            order_raise_to_3(y);
        }
    }
    for (size_t i = first; i < order_seen.count; i++)
        set_order_state(order_seen.items[i], 2);
}

static dead_queue *dead_queue_at(size_t number)
{
    if (queues == NULL) {
        queues = calloc(g_finalizer_queues_count + 1, sizeof *queues);
        if (queues == NULL)
            rpy_gci_panic("out of memory in the garbage collector");
    }
    return &queues[number];
}

static void add_dead(void *obj, size_t queue)
{
    if (queue == 0) {
        gci_push(&dead_objects, obj);
    } else {
        gci_push(&dead_queue_at(queue - 1)->objects, obj);
        dead_queue_at(queue - 1)->triggered = 1;
    }
    rpy_gci_special_pending = 1;
}

static void finalizers_major(void)
{
    gci_vec list = old_finalizers;
    gci_vec dying = { 0 };
    old_finalizers = (gci_vec){ 0 };
    for (size_t i = 0; i < list.count; i += 2) {
        void *obj = list.items[i], *queue = list.items[i + 1];
        if (!rpy_gci_is_dying(obj)) {
            gci_push(&old_finalizers, rpy_gci_new_address(obj));
            gci_push(&old_finalizers, queue);
        } else if (!(RPY_GC_FLAGS(obj) & RPY_GCF_IGNORE_FINALIZER)) {
            int first = order_state(obj) == 0;
            if (first)
                order_candidate(obj);
            gci_push(&dying, obj);
            gci_push(&dying, (void *)((uintptr_t)queue << 1 | (unsigned)first));
        }
    }
    /* Decide before anything is revived, then clear the states. */
    for (size_t i = 0; i < dying.count; i += 2) {
        uintptr_t q = (uintptr_t)dying.items[i + 1];
        if ((q & 1) && order_state(dying.items[i]) == 3)
            dying.items[i + 1] = (void *)(q & ~(uintptr_t)1);
    }
    for (size_t i = 0; i < order_seen.count; i++)
        set_order_state(order_seen.items[i], 0);
    order_seen.count = 0;
    for (size_t i = 0; i < dying.count; i += 2) {
        void *obj = dying.items[i];
        uintptr_t q = (uintptr_t)dying.items[i + 1];
        rpy_gci_revive(&obj);
        if (q & 1) {
            add_dead(obj, q >> 1);
        } else {
            gci_push(&old_finalizers, obj);
            gci_push(&old_finalizers, (void *)(q >> 1));
        }
    }
    rpy_gci_vec_free(&list);
    rpy_gci_vec_free(&dying);
}

static void weakrefs_clear_dying(void)
{
    for (size_t i = 0; i < old_weakrefs.count; i++) {
        rpy_weakref *ref = old_weakrefs.items[i];
        if (!rpy_gci_is_dying(ref))
            ref = rpy_gci_new_address(ref);
        if (ref->target != NULL && rpy_gci_is_dying(ref->target))
            ref->target = NULL;
    }
}

static void weakrefs_major(void)
{
    size_t kept = 0, n = old_weakrefs.count;
    for (size_t i = 0; i < n; i++) {
        rpy_weakref *ref = old_weakrefs.items[i];
        if (!rpy_gci_is_dying(ref))
            weakref_target(rpy_gci_new_address(ref), &old_weakrefs, &kept);
    }
    old_weakrefs.count = kept;
    size_t pinned = 0;
    for (size_t i = 0; i < pinned_weakrefs.count; i++) {
        rpy_weakref *ref = pinned_weakrefs.items[i];
        if (!rpy_gci_is_dying(ref))
            pinned_weakrefs.items[pinned++] = rpy_gci_new_address(ref);
    }
    pinned_weakrefs.count = pinned;
}

void rpy_gci_special_major(void)
{
    /* Weakrefs to what is dead now are cleared before finalizers revive it. */
    weakrefs_clear_dying();
    if (old_finalizers.count)
        finalizers_major();
    weakrefs_major();
    light_finalizers(&old_light, &old_light);
}

/* --- Calling ------------------------------------------------------------ */

void rpy_gci_special_trace_dead(rpy_gc_visit visit, void *arg1, void *arg2)
{
    for (size_t i = dead_next; i < dead_objects.count; i++)
        visit(&dead_objects.items[i], arg1, arg2);
    for (size_t q = 0; queues != NULL && q < g_finalizer_queues_count; q++)
        for (size_t i = queues[q].next; i < queues[q].objects.count; i++)
            visit(&queues[q].objects.items[i], arg1, arg2);
}

static void *take_dead(gci_vec *objects, size_t *next)
{
    if (*next == objects->count) {
        *next = objects->count = 0;
        return NULL;
    }
    return objects->items[(*next)++];
}

void *rpy_gc_next_dead(rpy_signed queue)
{
    dead_queue *q = dead_queue_at((size_t)queue);
    return take_dead(&q->objects, &q->next);
}

/* What a __del__ or trigger raised has nobody to go to. */
static void report_lost_exception(const char *where)
{
    if (rpy_exc_value == NULL)
        return;
    fflush(stdout);
    fprintf(stderr, "Warning: exception %s in %s is ignored\n",
            rpy_gc_type_name(RPY_GC_TID(rpy_exc_value)), where);
    rpy_exc_value = NULL;
}

static void call_finalizer(void *obj)
{
    void **root = rpy_ss_top;
    root[0] = obj;
    rpy_ss_top = root + 1;
    gci_info(obj)->finalizer(obj);
    rpy_ss_top = root;
    report_lost_exception("a destructor");
}

void rpy_gci_special_run(void)
{
    if (running || rpy_exc_value != NULL)
        return;
    running = 1;
    while (rpy_gci_special_pending) {
        rpy_gci_special_pending = 0;
        void *obj;
        while ((obj = take_dead(&dead_objects, &dead_next)) != NULL)
            call_finalizer(obj);
        for (size_t q = 0; queues != NULL && q < g_finalizer_queues_count; q++) {
            if (queues[q].triggered) {
                queues[q].triggered = 0;
                g_finalizer_triggers[q]();
                report_lost_exception("a finalizer trigger");
            }
        }
    }
    running = 0;
}

void rpy_gci_special_free(void)
{
    gci_vec *all[] = { &young_weakrefs, &old_weakrefs, &young_light,
                       &old_light, &young_finalizers, &old_finalizers,
                       &pinned_weakrefs, &dead_objects, &order_pending,
                       &order_seen };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        rpy_gci_vec_free(all[i]);
    for (size_t q = 0; queues != NULL && q < g_finalizer_queues_count; q++)
        rpy_gci_vec_free(&queues[q].objects);
    free(queues);
    queues = NULL;
}

#endif
