/* gc_gen.c: the nursery, minor collections, allocation.  See gc_gen.h. */
#include <sys/mman.h>
#include "gc_gen.h"
#include "rpy_time.h"

#if defined(RPY_GC_GENERATION)

char *rpy_gc_nursery_free, *rpy_gc_nursery_top;
uintptr_t rpy_gen_nursery;
size_t rpy_gen_nursery_size;
gci_vec rpy_gen_remembered, rpy_gen_carded, rpy_gen_prebuilt_roots;
int rpy_gen_saw_pinned;
gen_stats rpy_gen_stats;

/* Copied objects that were not scanned yet: a stack with room for as many
 * objects as the nursery can hold. */
static void **scan_base, **scan_top;
static size_t scan_bytes;
/* Large objects that were reached, not scanned yet. */
static gci_vec large_scan;
/* Old objects that point to pinned ones: remembered again. */
static gci_vec pinned_holders;
/* Bytes copied out of the nursery by the running minor collection. */
static size_t promoted_bytes;
static uint32_t promoted_flags;
/* Gap between pinned objects that is in use. */
static size_t gap_number;
/* Part of the nursery that may be used; less than all near the end of memory. */
static size_t nursery_allowed;
/* The next allocation has to collect (memory pressure). */
static int collection_requested;
static size_t young_pressure;
/* Large objects may be allocated up to this many bytes before a minor
 * collection, in multiples of the nursery. */
#define YOUNG_LARGE_FACTOR 4

/* --- Copying ----------------------------------------------------------- */

RPY_NOINLINE static void *promote_big(void *obj, const rpy_typeinfo *info,
                                      size_t size)
{
    rpy_signed length =
        info->flags & RPY_TF_VARSIZED ? *gci_length(obj, info) : 0;
    void *copy = rpy_gen_large_alloc(info, size, length, 0);
    if (copy == NULL)
        rpy_gci_panic("out of memory");
    memcpy(copy, obj, size);
    rpy_gen_large_add_old(copy, RPY_GC_TID(obj));
    RPY_GC_FLAGS(copy) |= RPY_GC_FLAGS(obj) &
                          (RPY_GCF_EXTRA | RPY_GCF_IGNORE_FINALIZER);
    return copy;
}

/* Pinned objects, and those that have a shadow. NULL: it does not move. */
RPY_NOINLINE static void *promote_special(void *obj, const rpy_typeinfo *info,
                                          size_t size)
{
    uint32_t flags = RPY_GC_FLAGS(obj);
    if (flags & RPY_GCF_PINNED) {
        rpy_gen_saw_pinned = 1;
        return NULL;
    }
    (void)info;
    void *copy = rpy_gen_shadow_of(obj);
    uint32_t kept = RPY_GC_FLAGS(copy) |
                    (flags & (RPY_GCF_EXTRA | RPY_GCF_IGNORE_FINALIZER));
    memcpy(copy, obj, size);
    RPY_GC_FLAGS(copy) = kept;
    return copy;
}

RPY_INLINE void copy_words(void *to, const void *from, size_t size)
{
    uint64_t *t = to;
    const uint64_t *f = from;
    if (RPY_LIKELY(size <= 64)) {
        size_t n = size / 8;
        do
            *t++ = *f++;
        while (--n);
    } else {
        memcpy(to, from, size);
    }
}

RPY_NOINLINE static void reached_large(void *obj)
{
    if (RPY_GC_FLAGS(obj) & RPY_GCF_YOUNG_LARGE) {
        rpy_gen_large_survives(obj);
        if (gci_info(obj)->flags & RPY_TF_HAS_PTRS)
            gci_push(&large_scan, obj);
    }
}

RPY_INLINE void minor_visit(void **slot, void *arg1, void *arg2)
{
    (void)arg1, (void)arg2;
    void *obj = *slot;
    if (!gen_in_nursery(obj)) {
        if (RPY_UNLIKELY((uintptr_t)obj - rpy_gen_young_large_low <
                         rpy_gen_young_large_span))
            reached_large(obj);
        return;
    }
    uint64_t word = *gci_word(obj);
    if (word & 1) {
        *slot = (void *)(word - 1);
        return;
    }
    const rpy_typeinfo *info = rpy_gc_typeinfo((uint32_t)word);
    size_t size = gci_size(obj, info);
    void *copy;
    if (RPY_UNLIKELY(word >> 32 & (RPY_GCF_SHADOW | RPY_GCF_PINNED))) {
        copy = promote_special(obj, info, size);
        if (copy == NULL)
            return;
    } else if (RPY_LIKELY(size <= GEN_SMALL_MAX)) {
        copy = gen_alloc(size);
        copy_words(copy, obj, size);
        RPY_GC_FLAGS(copy) = (uint32_t)(word >> 32) | promoted_flags;
    } else {
        copy = promote_big(obj, info, size);
    }
    promoted_bytes += size;
    *gci_word(obj) = (uintptr_t)copy + 1;
    *slot = copy;
    if (info->flags & RPY_TF_HAS_PTRS)
        *scan_top++ = copy;
}

static void minor_visit_root(void **slot, void *arg1, void *arg2)
{
    minor_visit(slot, arg1, arg2);
}

/* After an object was scanned: does it have to be scanned next time, too? */
RPY_INLINE void check_pinned(void *holder)
{
    if (RPY_UNLIKELY(rpy_gen_saw_pinned)) {
        rpy_gen_saw_pinned = 0;
        gci_push(&pinned_holders, holder);
    }
}

static void drain(void)
{
    do {
        while (scan_top > scan_base) {
            void *obj = *--scan_top;
            gci_trace(obj, gci_info(obj), minor_visit, NULL, NULL);
            check_pinned(obj);
        }
        while (large_scan.count) {
            void *obj = gci_pop(&large_scan);
            gci_trace(obj, gci_info(obj), minor_visit, NULL, NULL);
            check_pinned(obj);
        }
    } while (scan_top > scan_base);
}

static void scan_remembered(void)
{
    for (size_t i = 0; i < rpy_gen_remembered.count; i++) {
        void *obj = rpy_gen_remembered.items[i];
        RPY_GC_FLAGS(obj) |= RPY_GCF_BARRIER;
        gci_trace(obj, gci_info(obj), minor_visit, NULL, NULL);
        check_pinned(obj);
        if (rpy_gen_marking && gen_is_black(obj))
            rpy_gen_reshade(obj);
    }
    rpy_gen_remembered.count = 0;
}

static void scan_card(void *obj, const rpy_typeinfo *info, size_t card)
{
    rpy_signed from = (rpy_signed)(card << GEN_CARD_SHIFT);
    rpy_signed to = from + (1 << GEN_CARD_SHIFT);
    rpy_signed length = *gci_length(obj, info);
    if (to > length)
        to = length;
    gci_trace_items(obj, info, from, to, minor_visit, NULL, NULL);
    if (rpy_gen_marking && gen_is_black(obj))
        rpy_gen_reshade_items(obj, from, to);
}

static void scan_cards(void *obj)
{
    const rpy_typeinfo *info = gci_info(obj);
    gen_large *large = gen_large_of(obj);
    int pinned = 0;
    for (size_t card = 0; card < large->cards; card++) {
        uint8_t *byte = gen_card(large, card);
        if (*byte == 0)
            continue;
        *byte = 0;
        scan_card(obj, info, card);
        if (RPY_UNLIKELY(rpy_gen_saw_pinned)) {
            rpy_gen_saw_pinned = 0;
            pinned = 1;
        }
    }
    RPY_GC_FLAGS(obj) &= ~(uint32_t)RPY_GCF_CARDS_SET;
    if (pinned)
        gci_push(&pinned_holders, obj);
}

static void scan_carded(void)
{
    for (size_t i = 0; i < rpy_gen_carded.count; i++)
        scan_cards(rpy_gen_carded.items[i]);
    rpy_gen_carded.count = 0;
}

static void remember_pinned_holders(void)
{
    for (size_t i = 0; i < pinned_holders.count; i++) {
        void *obj = pinned_holders.items[i];
        if (RPY_GC_FLAGS(obj) & RPY_GCF_BARRIER) {
            RPY_GC_FLAGS(obj) &= ~(uint32_t)RPY_GCF_BARRIER;
            gci_push(&rpy_gen_remembered, obj);
        }
    }
    pinned_holders.count = 0;
}

static void reset_nursery(void)
{
    char *start, *end;
    gap_number = 0;
    rpy_gen_pinned_gap(0, &start, &end);
    if (rpy_gci_settings.debug)
        for (size_t n = 0; rpy_gen_pinned_gap(n, &start, &end); n++)
            memset(start, 0xDE, (size_t)(end - start));
    rpy_gen_pinned_gap(0, &start, &end);
    rpy_gc_nursery_free = start;
    rpy_gc_nursery_top = end;
}

void rpy_gen_minor(void)
{
    rpy_log_start("gc-minor", 0);
    promoted_bytes = 0;
    promoted_flags = RPY_GCF_BARRIER | gen_born_mark();
    rpy_gen_saw_pinned = 0;
    scan_remembered();
    scan_carded();
    rpy_gci_trace_roots(minor_visit_root, NULL, NULL, 0);
    rpy_gen_saw_pinned = 0;
    rpy_gci_special_minor_roots(1);
    drain();
    rpy_gci_special_minor(1);
    rpy_gen_large_end_minor();
    rpy_gen_shadow_end_minor();
    remember_pinned_holders();
    reset_nursery();
    rpy_gen_pressure += young_pressure;
    young_pressure = 0;
    collection_requested = 0;
    rpy_gen_stats.minors++;
    if (RPY_LOG_PRINTS())
        rpy_log_printf("minor collect, total memory used: %zu\n",
                       rpy_gen_used());
    rpy_log_stop("gc-minor", 0);
    if (rpy_gci_settings.debug >= 2)
        rpy_gc_verify();
}

/* What gc_special.c asks; while a minor collection is under way the nursery
 * is not empty, and a major one runs with an empty nursery. */
static int in_minor;

int rpy_gci_is_dying(void *obj)
{
    if (in_minor) {
        if (gen_in_nursery(obj))
            return !(*gci_word(obj) & 1) &&
                   !(RPY_GC_FLAGS(obj) & RPY_GCF_PINNED);
        return rpy_gen_young_large.count != 0 &&
               (RPY_GC_FLAGS(obj) & RPY_GCF_YOUNG_LARGE) != 0;
    }
    return !gen_in_nursery(obj) && !gen_is_black(obj);
}

void *rpy_gci_new_address(void *obj)
{
    if (gen_in_nursery(obj) && (*gci_word(obj) & 1))
        return (void *)(*gci_word(obj) - 1);
    return obj;
}

int rpy_gci_is_young_still(void *obj)
{
    return gen_in_nursery(obj);
}

void rpy_gci_revive(void **slot)
{
    if (in_minor) {
        minor_visit(slot, NULL, NULL);
    } else {
        gen_shade(*slot);
        rpy_gen_major_step(SIZE_MAX);
    }
}

/* --- Collections ----------------------------------------------------------- */

static void minor(void)
{
    in_minor = 1;
    rpy_gen_minor();
    in_minor = 0;
}

/* Decides how much of the nursery may be filled: its survivors must find room. */
static int allow_nursery(void)
{
    size_t allowed = rpy_gen_nursery_size;
    size_t limit = rpy_gci_settings.max_heap;
    if (limit) {
        size_t used = rpy_gen_used();
        size_t left = used < limit ? limit - used : 0;
        if (left < allowed)
            allowed = left;
    }
    if (!rpy_gen_reserve(allowed + allowed / 8 + GEN_BLOCK_SIZE * 2)) {
        size_t room = rpy_gen_free_block_bytes();
        room -= room / 4;
        if (room < allowed)
            allowed = room;
    }
    nursery_allowed = allowed & ~(size_t)7;
    char *most = (char *)rpy_gen_nursery + nursery_allowed;
    if (rpy_gc_nursery_top > most)
        rpy_gc_nursery_top =
            most > rpy_gc_nursery_free ? most : rpy_gc_nursery_free;
    return allowed == rpy_gen_nursery_size;
}

/* Handlers of a MemoryError get at least this much. */
#define GRACE ((size_t)65536)
#define LEAST_ALLOWED ((size_t)262144)
static int grace_given;

/* After a minor collection: 0 if memory is exhausted even after a full one. */
static int check_limits(void)
{
    if (RPY_LIKELY(allow_nursery())) {
        grace_given = 0;
        return 1;
    }
    rpy_gen_major_full();
    allow_nursery();
    if (nursery_allowed >= LEAST_ALLOWED || nursery_allowed >= rpy_gen_nursery_size) {
        grace_given = 0;
        return 1;
    }
    rpy_gc_nursery_top = rpy_gc_nursery_free + GRACE;
    if (grace_given && grace_given < 16) {
        grace_given++;
        return 1;
    }
    grace_given = 1;
    return 0;
}

static int collect(int full)
{
    int64_t start = rpy_time_monotonic_ns();
    minor();
    if (full)
        rpy_gen_major_full();
    else
        rpy_gen_major_step_if_due(promoted_bytes);
    int ok = check_limits();
    size_t used = rpy_gen_used();
    if (used > rpy_gen_stats.peak_used)
        rpy_gen_stats.peak_used = used;
    rpy_gen_stats.ns += rpy_time_monotonic_ns() - start;
    return ok;
}

static int has_room(size_t size)
{
    if (collection_requested)
        return 0;
    for (;;) {
        if ((size_t)(rpy_gc_nursery_top - rpy_gc_nursery_free) >= size)
            return 1;
        char *start, *end;
        if (!rpy_gen_pinned_gap(gap_number + 1, &start, &end))
            return 0;
        gap_number++;
        char *most = (char *)rpy_gen_nursery + nursery_allowed;
        rpy_gc_nursery_free = start;
        rpy_gc_nursery_top = end < most ? end : most > start ? most : start;
    }
}

/* More rounds than this mean that finalizers fill the nursery each time. */
#define MAX_ROUNDS 100

int rpy_gen_collect_for(size_t size)
{
    for (int round = 0; round < MAX_ROUNDS; round++) {
        if (!collect(0))
            return 0;
        if (rpy_gci_special_pending)
            rpy_gci_special_run();
        if (has_room(size))
            return 1;
    }
    return 0;
}

/* --- Allocation -------------------------------------------------------------- */

void *rpy_gc_malloc_slow(uint32_t tid, size_t size)
{
    if (size > RPY_GC_LARGE_SIZE)
        return rpy_gc_malloc_fixed_nonmovable(tid);
    if (!has_room(size) && !rpy_gen_collect_for(size))
        return rpy_gci_no_memory();
    char *p = rpy_gc_nursery_free;
    rpy_gc_nursery_free = p + size;
    *(uint64_t *)(void *)p = tid;
    return p;
}

static int over_limit(size_t size)
{
    size_t limit = rpy_gci_settings.max_heap;
    return limit && rpy_gen_used() + rpy_gen_young_large_bytes + size > limit;
}

/* Memory for an object outside the nursery, after collecting as needed. */
static void *alloc_outside(const rpy_typeinfo *info, size_t size,
                           rpy_signed length, int clear)
{
    if (rpy_gen_young_large_bytes + size >
            YOUNG_LARGE_FACTOR * rpy_gen_nursery_size ||
        over_limit(size)) {
        if (!rpy_gen_collect_for(0))
            return rpy_gci_no_memory();
    }
    void *obj = NULL;
    if (!over_limit(size))
        obj = rpy_gen_large_alloc(info, size, length, clear);
    if (obj == NULL) {
        collect(1);
        if (rpy_gci_special_pending)
            rpy_gci_special_run();
        if (!over_limit(size))
            obj = rpy_gen_large_alloc(info, size, length, clear);
    }
    return obj != NULL ? obj : rpy_gci_no_memory();
}

static void *alloc_varsize(uint32_t tid, rpy_signed length, int clear,
                           int nonmovable)
{
    const rpy_typeinfo *info = rpy_gc_typeinfo(tid);
    if (!gci_length_ok(info, length))
        return rpy_gci_no_memory();
    size_t size = gci_varsize(info, length);
    void *obj;
    if (size > RPY_GC_LARGE_SIZE || nonmovable) {
        obj = alloc_outside(info, size, length, clear);
        if (obj == NULL)
            return NULL;
        rpy_gen_large_add_young(obj, tid);
    } else {
        obj = rpy_gc_malloc_slow(tid, size);
        if (obj == NULL)
            return NULL;
        if (clear)
            memset((char *)obj + 8, 0, size - 8);
    }
    *gci_length(obj, info) = length;
    return obj;
}

void *rpy_gc_malloc_varsize_slow(uint32_t tid, rpy_signed length)
{
    return alloc_varsize(tid, length, 0, 0);
}

void *rpy_gc_malloc_varsize_clear_slow(uint32_t tid, rpy_signed length)
{
    return alloc_varsize(tid, length, 1, 0);
}

void *rpy_gc_malloc_varsize_nonmovable(uint32_t tid, rpy_signed length)
{
    return alloc_varsize(tid, length, 1, 1);
}

void *rpy_gc_malloc_fixed_nonmovable(uint32_t tid)
{
    const rpy_typeinfo *info = rpy_gc_typeinfo(tid);
    void *obj = alloc_outside(info, info->fixed_size, 0, 1);
    if (obj == NULL)
        return NULL;
    rpy_gen_large_add_young(obj, tid);
    if (info->flags & (RPY_TF_LIGHT_FINALIZER | RPY_TF_FINALIZER))
        rpy_gci_special_register(obj, info);
    return obj;
}

void *rpy_gc_malloc_special(uint32_t tid)
{
    const rpy_typeinfo *info = rpy_gc_typeinfo(tid);
    void *obj = rpy_gc_malloc_slow(tid, info->fixed_size);
    if (obj == NULL)
        return NULL;
    if (info->fixed_size <= RPY_GC_LARGE_SIZE)
        rpy_gci_special_register(obj, info);
    return obj;
}

void *rpy_gc_new_weakref(uint32_t tid, void *target)
{
    *rpy_ss_top++ = target;
    rpy_weakref *ref = rpy_gc_malloc_slow(tid, sizeof *ref);
    target = *--rpy_ss_top;
    if (ref == NULL)
        return NULL;
    ref->target = target;
    if (target != NULL && !(RPY_GC_FLAGS(target) & RPY_GCF_PREBUILT))
        rpy_gci_special_weakref(ref);
    return ref;
}

/* --- Interface of rgc ----------------------------------------------------------- */

void rpy_gc_collect(rpy_signed gen)
{
    collect(gen < 0 || gen >= 2);
    if (gen == 1 && !rpy_gen_marking)
        rpy_gen_major_start();
    if (rpy_gci_special_pending)
        rpy_gci_special_run();
}

rpy_signed rpy_gc_collect_step(void)
{
    minor();
    rpy_signed result = RPY_GC_SCANNING << 8 | RPY_GC_MARKING;
    if (!rpy_gen_marking)
        rpy_gen_major_start();
    else if (rpy_gen_major_step(4 * rpy_gen_nursery_size)) {
        rpy_gen_major_finish();
        result = RPY_GC_FINALIZING << 8 | RPY_GC_SCANNING;
    } else {
        result = RPY_GC_MARKING << 8 | RPY_GC_MARKING;
    }
    check_limits();
    if (rpy_gci_special_pending)
        rpy_gci_special_run();
    return result;
}

void rpy_gc_add_memory_pressure(rpy_signed bytes, void *obj)
{
    (void)obj;
    if (bytes <= 0)
        return;
    young_pressure += (size_t)bytes;
    if (young_pressure > YOUNG_LARGE_FACTOR * rpy_gen_nursery_size) {
        collection_requested = 1;
        rpy_gc_nursery_top = rpy_gc_nursery_free;
    }
}

rpy_signed rpy_gc_get_stats(rpy_signed number)
{
    size_t result = 0;
    switch (number) {
    case RPY_GC_TOTAL_MEMORY: case RPY_GC_TOTAL_ALLOCATED_MEMORY:
        result = rpy_gen_used() + rpy_gen_nursery_size;
        break;
    case RPY_GC_TOTAL_ARENA_MEMORY: result = rpy_gen_mapped; break;
    case RPY_GC_TOTAL_RAWMALLOCED_MEMORY: result = rpy_gen_large_bytes; break;
    case RPY_GC_PEAK_MEMORY: case RPY_GC_PEAK_ALLOCATED_MEMORY:
        result = rpy_gen_stats.peak_used;
        if (result < rpy_gen_used())
            result = rpy_gen_used();
        result += rpy_gen_nursery_size;
        break;
    case RPY_GC_PEAK_ARENA_MEMORY: result = rpy_gen_mapped_peak; break;
    case RPY_GC_PEAK_RAWMALLOCED_MEMORY: result = rpy_gen_large_peak; break;
    case RPY_GC_TOTAL_MEMORY_PRESSURE:
        result = rpy_gen_pressure + young_pressure;
        break;
    case RPY_GC_NURSERY_SIZE: result = rpy_gen_nursery_size; break;
    case RPY_GC_TOTAL_GC_TIME:
        result = (size_t)(rpy_gen_stats.ns / 1000000);
        break;
    default: break;
    }
    return (rpy_signed)result;
}

/* Huge pages make the first touch of memory several times cheaper.  But the
 * first part of the nursery is in small ones, for programs that need little. */
#define HUGE_PAGE ((uintptr_t)2 << 20)
#define SMALL_PART ((uintptr_t)256 << 10)
static void *nursery_mapping;

int rpy_gc_init(void)
{
    rpy_gci_read_settings();
    size_t size = rpy_gci_settings.nursery;
    char *nursery = mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    scan_bytes = (size / RPY_GC_MIN_SIZE + 1024) * sizeof(void *);
    scan_base = mmap(NULL, scan_bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (nursery == (char *)MAP_FAILED || (void *)scan_base == MAP_FAILED)
        return 0;
    scan_top = scan_base;
    nursery_mapping = nursery;
    uintptr_t start = (uintptr_t)nursery;
    rpy_gen_nursery =
        ((start + SMALL_PART + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1)) - SMALL_PART;
    if (size > SMALL_PART)
        madvise((void *)(rpy_gen_nursery + SMALL_PART), size - SMALL_PART,
                MADV_HUGEPAGE);
    rpy_gen_nursery_size = size;
    rpy_gen_threshold = rpy_gci_settings.min_heap;
    reset_nursery();
    allow_nursery();
    return 1;
}

void rpy_gc_shutdown(void)
{
    if (rpy_gen_nursery_size == 0)
        return;
    munmap(nursery_mapping, rpy_gen_nursery_size + HUGE_PAGE);
    munmap(scan_base, scan_bytes);
    rpy_gen_nursery_size = 0;
    rpy_gc_nursery_free = rpy_gc_nursery_top = NULL;
    rpy_gen_blocks_free();
    rpy_gen_large_free_all();
    rpy_gen_pin_free();
    rpy_gci_special_free();
    gci_vec *all[] = { &rpy_gen_remembered, &rpy_gen_carded, &large_scan,
                       &rpy_gen_prebuilt_roots, &pinned_holders,
                       &rpy_gen_grey };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        rpy_gci_vec_free(all[i]);
}

#endif
