/* gc_major.c: marking and the end of major collections.  See gc_gen.h. */
#include "gc_gen.h"

#if defined(RPY_GC_GENERATION)

uint32_t rpy_gen_mark = RPY_GCF_MARK;
int rpy_gen_marking;
size_t rpy_gen_threshold, rpy_gen_pressure;
gci_vec rpy_gen_grey;
static int disabled;

size_t rpy_gen_used(void)
{
    return rpy_gen_block_bytes + rpy_gen_large_bytes -
           rpy_gen_young_large_bytes + rpy_gen_pressure;
}

void rpy_gc_enable(void) { disabled = 0; }
void rpy_gc_disable(void) { disabled = 1; }
int rpy_gc_is_enabled(void) { return !disabled; }

/* --- Shading ------------------------------------------------------------ */

/* Adds an edge.  What is in the nursery now is pinned: it has no pointers and
 * is not marked. */
RPY_INLINE void shade_slot(void **slot, void *arg1, void *arg2)
{
    (void)arg1, (void)arg2;
    void *obj = *slot;
    if (obj != NULL && !gen_in_nursery(obj))
        gen_shade(obj);
}

static void shade_root(void **slot, void *arg1, void *arg2)
{
    shade_slot(slot, arg1, arg2);
}

/* Survivors are not in the nursery when an old object is greyed again in
 * a minor collection: its slots are updated by then. */
void rpy_gen_reshade(void *obj)
{
    gci_trace(obj, gci_info(obj), shade_slot, NULL, NULL);
}

void rpy_gen_reshade_items(void *obj, rpy_signed from, rpy_signed to)
{
    gci_trace_items(obj, gci_info(obj), from, to, shade_slot, NULL, NULL);
}

/* --- Marking --------------------------------------------------------------- */

/* Marks an object; returns its size, 0 if it was marked. */
RPY_INLINE size_t mark_object(void *obj)
{
    rpy_gc_header *header = obj;
    if (gen_is_black(obj))
        return 0;
    header->flags ^= RPY_GCF_MARK;
    const rpy_typeinfo *info = gci_info(obj);
    size_t size = gci_size(obj, info);
    if (RPY_LIKELY(!(header->flags & RPY_GCF_LARGE)))
        gen_mark_lines(obj, size);
    if (info->flags & RPY_TF_HAS_PTRS)
        gci_trace(obj, info, shade_slot, NULL, NULL);
    return size;
}

/* Edges taken from the stack wait here while their objects are fetched. */
#define AHEAD 8

/* Follows edges until about `bytes` were marked; 1 if none is left. */
int rpy_gen_major_step(size_t bytes)
{
    void *ahead[AHEAD];
    size_t n = 0, next = 0, done = 0;
    while (n > 0 || rpy_gen_grey.count > 0) {
        while (n < AHEAD && rpy_gen_grey.count > 0) {
            void *obj = gci_pop(&rpy_gen_grey);
            __builtin_prefetch(obj);
            ahead[(next + n++) % AHEAD] = obj;
        }
        void *obj = ahead[next];
        next = (next + 1) % AHEAD;
        n--;
        done += mark_object(obj);
        if (done >= bytes) {
            while (n-- > 0) {
                gen_shade(ahead[next]);
                next = (next + 1) % AHEAD;
            }
            return 0;
        }
    }
    return 1;
}

static void shade_prebuilt_roots(void)
{
    for (size_t i = 0; i < rpy_gen_prebuilt_roots.count; i++)
        rpy_gen_reshade(rpy_gen_prebuilt_roots.items[i]);
}

void rpy_gen_major_start(void)
{
    rpy_log_start("gc-collect-start", 0);
    rpy_gen_mark ^= RPY_GCF_MARK;
    rpy_gen_marking = 1;
    rpy_gen_blocks_start_marking();
    shade_prebuilt_roots();
    rpy_gci_trace_roots(shade_root, NULL, NULL, 1);
    rpy_log_stop("gc-collect-start", 0);
}

static void compute_threshold(void)
{
    gci_settings *s = &rpy_gci_settings;
    double used = (double)rpy_gen_used();
    double next = used * s->major_collect;
    double most = (double)rpy_gen_threshold * s->growth;
    if (next > most)
        next = most;
    /* Never so soon that the collector hardly does anything else. */
    if (next < used * 1.2)
        next = used * 1.2;
    if (next < (double)s->min_heap)
        next = (double)s->min_heap;
    if (s->max_heap && next > (double)s->max_heap)
        next = (double)s->max_heap;
    rpy_gen_threshold = (size_t)next;
}

/* Objects in the remembered set were scanned by the minor collection just
 * before, but those that point to pinned objects are in it again. */
static void forget_dead(gci_vec *v)
{
    size_t kept = 0;
    for (size_t i = 0; i < v->count; i++)
        if (gen_is_black(v->items[i]))
            v->items[kept++] = v->items[i];
    v->count = kept;
}

void rpy_gen_major_finish(void)
{
    rpy_log_start("gc-collect-finish", 0);
    rpy_gci_trace_roots(shade_root, NULL, NULL, 1);
    rpy_gen_major_step(SIZE_MAX);
    rpy_gci_special_major();
    rpy_gen_shadow_mark();
    forget_dead(&rpy_gen_remembered);
    rpy_gen_pressure = 0;
    rpy_gen_large_sweep();
    rpy_gen_blocks_sweep();
    rpy_gen_marking = 0;
    compute_threshold();
    if (rpy_gen_threshold > rpy_gen_used())
        rpy_gen_blocks_release(rpy_gen_threshold - rpy_gen_used() +
                               rpy_gen_nursery_size);
    rpy_gen_stats.majors++;
    if (RPY_LOG_PRINTS())
        rpy_log_printf("major collection %llu: live %zu, threshold %zu, "
                       "mapped %zu, large %zu\n",
                       (unsigned long long)rpy_gen_stats.majors,
                       rpy_gen_used(), rpy_gen_threshold, rpy_gen_mapped,
                       rpy_gen_large_bytes);
    rpy_log_stop("gc-collect-finish", 0);
    if (rpy_gci_settings.debug)
        rpy_gc_verify();
}

/* A step marks this many bytes per byte promoted, and twice the nursery, so
 * that marking ends long before the heap has grown by half again. */
#define STEP_PER_PROMOTED 4

void rpy_gen_major_step_if_due(size_t promoted)
{
    if (!rpy_gen_marking) {
        if (disabled || rpy_gen_used() < rpy_gen_threshold)
            return;
        rpy_gen_major_start();
    }
    rpy_log_start("gc-collect-step", 0);
    size_t step = rpy_gci_settings.step;
    if (step == 0)
        step = 2 * rpy_gen_nursery_size + STEP_PER_PROMOTED * promoted;
    if (rpy_gen_used() > rpy_gen_threshold + rpy_gen_threshold / 2)
        step = SIZE_MAX;
    rpy_gci_trace_roots(shade_root, NULL, NULL, 0);
    if (rpy_gen_major_step(step))
        rpy_gen_major_finish();
    rpy_log_stop("gc-collect-step", 0);
}

void rpy_gen_major_full(void)
{
    rpy_log_start("gc-collect-full", 0);
    if (rpy_gen_marking) {
        rpy_gen_major_step(SIZE_MAX);
        rpy_gen_major_finish();
    }
    rpy_gen_major_start();
    rpy_gen_major_step(SIZE_MAX);
    rpy_gen_major_finish();
    rpy_log_stop("gc-collect-full", 0);
}

#endif
