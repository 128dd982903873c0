/* gc_stress.c: a collector that finds mistakes of its users.
 *
 * Every object is a malloc block of its own.  Each allocation first moves
 * young objects: all those made since the last promotion; and, as often as
 * an allowance per allocation permits, all objects (in small heaps
 * each time).  What was moved or died is filled with 0xDE and kept apart for a
 * while; under AddressSanitizer it is freed.  New memory is filled with 0xCB.
 * A pointer to moved memory, or one that was never stored, is reported
 * with the type and offset of its holder; a missing write barrier is seen as
 * such a pointer in an old object.
 *
 * RPY_GCF_YOUNG_LARGE means young here, RPY_GCF_LARGE not movable, and
 * RPY_GCF_MARK reached or copied by the running collection. */
#include "gc_internal.h"

#if defined(RPY_GC_STRESS)

char *rpy_gc_nursery_free, *rpy_gc_nursery_top;

#define YOUNG RPY_GCF_YOUNG_LARGE
#define FIXED_PLACE (RPY_GCF_LARGE | RPY_GCF_PINNED)
#define KEPT_FLAGS (RPY_GCF_EXTRA | RPY_GCF_IGNORE_FINALIZER)

/* In front of each object. */
typedef struct side {
    size_t size;
    uint64_t id;    /* unique id, 0 if nobody asked */
    size_t pins;
    size_t unused;
} side;

/* Young objects are promoted when there are more than this many, or bytes. */
#define YOUNG_MOST 16
#define YOUNG_BYTES ((size_t)16384)
/* Bytes of old objects moved per allocation, on average. */
#define ALLOWANCE ((size_t)2048)
/* Bytes of poisoned memory kept. */
#define QUARANTINE ((size_t)1 << 20)

static gci_vec young, old, remembered, prebuilt_roots, pins;
static gci_vec pending; /* reached objects to be scanned */
static size_t live_bytes, young_bytes, allowance, peak_bytes;
static uint64_t next_id = (uint64_t)1 << 48;
static int full;         /* the running collection moves old objects */
static void *holder;     /* whose slots are visited; NULL: roots */
static int disabled;

static side *side_of(void *obj) { return (side *)obj - 1; }

/* --- Memory ------------------------------------------------------------- */

static void *new_memory(size_t size)
{
    side *s = malloc(sizeof *s + size);
    if (s == NULL)
        return NULL;
    memset(s, 0, sizeof *s);
    s->size = size;
    live_bytes += size;
    if (live_bytes > peak_bytes)
        peak_bytes = live_bytes;
    return s + 1;
}

static gci_vec quarantine;
static size_t quarantine_first, quarantine_bytes;

static void release_oldest(void)
{
    void *obj = quarantine.items[quarantine_first++];
    quarantine_bytes -= side_of(obj)->size;
    free(side_of(obj));
    if (quarantine_first > 65536 && quarantine_first * 2 > quarantine.count) {
        quarantine.count -= quarantine_first;
        memmove(quarantine.items, quarantine.items + quarantine_first,
                quarantine.count * sizeof(void *));
        quarantine_first = 0;
    }
}

static void discard(void *obj)
{
    size_t size = side_of(obj)->size;
    live_bytes -= size;
    memset(obj, 0xDE, size);
    if (RPY_ASAN) {
        free(side_of(obj));
        return;
    }
    gci_push(&quarantine, obj);
    quarantine_bytes += size;
    while (quarantine_bytes > QUARANTINE)
        release_oldest();
}

/* --- Moving --------------------------------------------------------------- */

RPY_NORETURN static void bad_pointer(void **slot)
{
    if (holder == NULL)
        fprintf(stderr, "stress: root %p holds ", (void *)slot);
    else
        fprintf(stderr, "stress: %s object %p (%s) at +%ld holds ",
                rpy_gc_type_name(RPY_GC_TID(holder)), holder,
                RPY_GC_FLAGS(holder) & RPY_GCF_BARRIER
                    ? "old, not remembered" : "young or remembered",
                (long)((char *)slot - (char *)holder));
    fprintf(stderr, "%p, which is no object (moved, dead or never set)\n",
            *slot);
    abort();
}

static void visit(void **slot, void *arg1, void *arg2)
{
    void *obj = *slot;
    (void)arg1, (void)arg2;
    if (obj == NULL)
        return;
    if ((uintptr_t)obj & 7 || (uintptr_t)obj >> 47)
        bad_pointer(slot);
    uint64_t word = *gci_word(obj);
    if (word & 1) {
        *slot = (void *)(word - 1);
        return;
    }
    uint32_t flags = (uint32_t)(word >> 32);
    if ((word & 7) || (uint32_t)word == 0xDEDEDEDEu)
        bad_pointer(slot);
    if (flags & (RPY_GCF_PREBUILT | RPY_GCF_MARK))
        return;
    if (!full && !(flags & YOUNG))
        return;
    if (flags & FIXED_PLACE) {
        RPY_GC_FLAGS(obj) |= RPY_GCF_MARK;
        gci_push(&pending, obj);
        return;
    }
    size_t size = gci_size(obj, gci_info(obj));
    void *copy = new_memory(size);
    if (copy == NULL)
        rpy_gci_panic("out of memory");
    side_of(copy)->id = side_of(obj)->id;
    memcpy(copy, obj, size);
    RPY_GC_FLAGS(copy) |= RPY_GCF_MARK;
    *gci_word(obj) = (uintptr_t)copy + 1;
    *slot = copy;
    gci_push(&pending, copy);
}

static void scan(void *obj)
{
    holder = obj;
    gci_trace(obj, gci_info(obj), visit, NULL, NULL);
    holder = NULL;
}

static gci_vec survivors;

static void drain(void)
{
    while (pending.count) {
        void *obj = gci_pop(&pending);
        gci_push(&survivors, obj);
        scan(obj);
    }
}

int rpy_gci_is_dying(void *obj)
{
    uint64_t word = *gci_word(obj);
    uint32_t flags = (uint32_t)(word >> 32);
    if (word & 1)
        return 0;
    if (flags & (RPY_GCF_PREBUILT | RPY_GCF_MARK))
        return 0;
    return full || (flags & YOUNG);
}

void *rpy_gci_new_address(void *obj)
{
    uint64_t word = *gci_word(obj);
    return word & 1 ? (void *)(word - 1) : obj;
}

int rpy_gci_is_young_still(void *obj)
{
    (void)obj;
    return 0;
}

void rpy_gci_revive(void **slot)
{
    visit(slot, NULL, NULL);
    drain();
}

static void discard_list(gci_vec *list)
{
    for (size_t i = 0; i < list->count; i++) {
        void *obj = list->items[i];
        uint64_t word = *gci_word(obj);
        if (!(word & 1) && (word >> 32 & RPY_GCF_MARK))
            continue; /* did not move */
        discard(obj);
    }
    list->count = 0;
}

/* What survived is young again, or old. */
static void keep_survivors(int promote)
{
    for (size_t i = 0; i < survivors.count; i++) {
        void *obj = survivors.items[i];
        uint32_t flags = RPY_GC_FLAGS(obj) & ~(uint32_t)RPY_GCF_MARK;
        if (promote)
            flags = (flags & (KEPT_FLAGS | FIXED_PLACE)) | RPY_GCF_BARRIER;
        RPY_GC_FLAGS(obj) = flags;
        gci_push(promote ? &old : &young, obj);
        if (!promote)
            young_bytes += side_of(obj)->size;
    }
    survivors.count = 0;
}

static void forget_remembered(void)
{
    for (size_t i = 0; i < remembered.count; i++)
        RPY_GC_FLAGS(remembered.items[i]) |= RPY_GCF_BARRIER;
    remembered.count = 0;
}

static void scan_list(gci_vec *list)
{
    for (size_t i = 0; i < list->count; i++)
        scan(list->items[i]);
}

static void collect(int everything, int promote)
{
    /* A full collection starts without young objects: then what their
     * finalizers and weakrefs need is decided once. */
    if (everything && young.count)
        collect(0, 1);
    full = everything;
    rpy_log_start(full ? "gc-collect-full" : "gc-minor", 0);
    young_bytes = 0;
    if (full)
        forget_remembered();
    rpy_gci_trace_roots(visit, NULL, NULL, full);
    for (size_t i = 0; i < pins.count; i++)
        visit(&pins.items[i], NULL, NULL);
    scan_list(full ? &prebuilt_roots : &remembered);
    drain();
    rpy_gci_special_minor_roots(promote);
    drain();
    rpy_gci_special_minor(promote);
    if (full)
        rpy_gci_special_major();
    drain();
    discard_list(&young);
    if (full)
        discard_list(&old);
    keep_survivors(promote);
    if (promote)
        forget_remembered();
    rpy_log_stop(full ? "gc-collect-full" : "gc-minor", 0);
}

static void add_slots(void **base, void **top, void *arg)
{
    *(size_t *)arg += (size_t)(top - base);
}

/* Each collection visits the whole shadow stack: in deep recursions only one
 * of several allocations collects. */
#define SLOTS_PER_COLLECTION 2048

static int too_deep(void)
{
    static size_t skipped;
    size_t slots = 0;
    rpy_thread_each_stack(add_slots, &slots);
    if (skipped++ * SLOTS_PER_COLLECTION < slots)
        return slots > SLOTS_PER_COLLECTION;
    skipped = 0;
    return 0;
}

/* Before an allocation of `size` bytes. */
static int collect_for(size_t size)
{
    if (too_deep() && !rpy_gci_settings.max_heap)
        return 1;
    size_t objects = old.count + young.count;
    allowance += ALLOWANCE + size;
    if (allowance >= live_bytes + 64 * objects) {
        allowance = 0;
        collect(1, 1);
    } else {
        collect(0, young.count >= YOUNG_MOST || young_bytes > YOUNG_BYTES);
    }
    if (rpy_gci_settings.max_heap &&
        live_bytes + size > rpy_gci_settings.max_heap) {
        collect(1, 1);
        if (live_bytes + size > rpy_gci_settings.max_heap)
            return 0;
    }
    if (rpy_gci_special_pending)
        rpy_gci_special_run();
    return 1;
}

/* --- Allocation ------------------------------------------------------------- */

static void *allocate(uint32_t tid, size_t size, uint32_t flags)
{
    void *obj = collect_for(size) ? new_memory(size) : NULL;
    if (obj == NULL)
        return rpy_gci_no_memory();
    memset(obj, 0xCB, size);
    rpy_gc_header *header = obj;
    header->tid = tid;
    header->flags = flags | YOUNG;
    gci_push(&young, obj);
    young_bytes += size;
    return obj;
}

static void *allocate_varsize(uint32_t tid, rpy_signed length, int clear,
                              uint32_t flags)
{
    const rpy_typeinfo *info = rpy_gc_typeinfo(tid);
    if (!gci_length_ok(info, length))
        return rpy_gci_no_memory();
    size_t size = gci_varsize(info, length);
    char *obj = allocate(tid, size, flags);
    if (obj == NULL)
        return NULL;
    if (clear)
        memset(obj + 8, 0, size - 8);
    *gci_length(obj, info) = length;
    return obj;
}

void *rpy_gc_malloc_slow(uint32_t tid, size_t size)
{
    return allocate(tid, size, 0);
}

void *rpy_gc_malloc_varsize_slow(uint32_t tid, rpy_signed length)
{
    return allocate_varsize(tid, length, 0, 0);
}

void *rpy_gc_malloc_varsize_clear_slow(uint32_t tid, rpy_signed length)
{
    return allocate_varsize(tid, length, 1, 0);
}

void *rpy_gc_malloc_varsize_nonmovable(uint32_t tid, rpy_signed length)
{
    return allocate_varsize(tid, length, 1, RPY_GCF_LARGE);
}

static void *allocate_fixed(uint32_t tid, uint32_t flags)
{
    const rpy_typeinfo *info = rpy_gc_typeinfo(tid);
    void *obj = allocate(tid, info->fixed_size, flags);
    if (obj != NULL)
        rpy_gci_special_register(obj, info);
    return obj;
}

void *rpy_gc_malloc_special(uint32_t tid)
{
    return allocate_fixed(tid, 0);
}

void *rpy_gc_malloc_fixed_nonmovable(uint32_t tid)
{
    char *obj = allocate_fixed(tid, RPY_GCF_LARGE);
    if (obj != NULL)
        memset(obj + 8, 0, rpy_gc_typeinfo(tid)->fixed_size - 8);
    return obj;
}

void *rpy_gc_new_weakref(uint32_t tid, void *target)
{
    *rpy_ss_top++ = target;
    rpy_weakref *ref = allocate(tid, sizeof *ref, 0);
    target = *--rpy_ss_top;
    if (ref == NULL)
        return NULL;
    ref->target = target;
    if (target != NULL && !(RPY_GC_FLAGS(target) & RPY_GCF_PREBUILT))
        rpy_gci_special_weakref(ref);
    return ref;
}

/* --- Barrier ------------------------------------------------------------------ */

void rpy_gc_write_barrier_slow(void *obj)
{
    uint32_t flags = RPY_GC_FLAGS(obj);
    if (flags & RPY_GCF_UNTOUCHED)
        gci_push(&prebuilt_roots, obj);
    RPY_GC_FLAGS(obj) =
        flags & ~(uint32_t)(RPY_GCF_BARRIER | RPY_GCF_UNTOUCHED);
    gci_push(&remembered, obj);
}

void rpy_gc_write_barrier_array_slow(void *obj, rpy_signed index)
{
    (void)index;
    rpy_gc_write_barrier_slow(obj);
}

void rpy_gc_write_barrier_copy(void *src, void *dest, rpy_signed src_start,
                               rpy_signed dest_start, rpy_signed count)
{
    (void)src, (void)src_start, (void)dest_start;
    if (count > 0)
        rpy_gc_write_barrier(dest);
}

int rpy_gc_shrink_array(void *array, rpy_signed new_length)
{
    if (RPY_GC_FLAGS(array) & RPY_GCF_PREBUILT)
        return 0;
    *gci_length(array, gci_info(array)) = new_length;
    return 1;
}

/* --- Identity and pinning -------------------------------------------------------- */

rpy_signed rpy_gc_unique_id(void *obj)
{
    if (obj == NULL || (RPY_GC_FLAGS(obj) & RPY_GCF_PREBUILT))
        return (rpy_signed)obj;
    side *s = side_of(obj);
    if (s->id == 0) {
        s->id = next_id;
        next_id += 48;
    }
    return (rpy_signed)s->id;
}

int rpy_gc_can_move(void *obj)
{
    return !(RPY_GC_FLAGS(obj) & (FIXED_PLACE | RPY_GCF_PREBUILT));
}

int rpy_gc_pin(void *obj)
{
    uint32_t flags = RPY_GC_FLAGS(obj);
    if ((flags & (RPY_GCF_PREBUILT | RPY_GCF_LARGE)) ||
        (gci_info(obj)->flags & (RPY_TF_HAS_PTRS | RPY_TF_SPECIAL)))
        return 0;
    if (side_of(obj)->pins++ == 0) {
        RPY_GC_FLAGS(obj) |= RPY_GCF_PINNED;
        gci_push(&pins, obj);
    }
    return 1;
}

void rpy_gc_unpin(void *obj)
{
    if (!rpy_gc_is_pinned(obj) || --side_of(obj)->pins > 0)
        return;
    RPY_GC_FLAGS(obj) &= ~(uint32_t)RPY_GCF_PINNED;
    for (size_t i = 0; i < pins.count; i++)
        if (pins.items[i] == obj)
            pins.items[i--] = gci_pop(&pins);
}

int rpy_gc_is_pinned(void *obj)
{
    return (RPY_GC_FLAGS(obj) & RPY_GCF_PINNED) != 0;
}

void *rpy_gc_move_out_of_nursery(void *obj)
{
    const rpy_typeinfo *info = gci_info(obj);
    if (!rpy_gc_can_move(obj) || (info->flags & RPY_TF_HAS_PTRS))
        return obj;
    *rpy_ss_top++ = obj;
    size_t size = gci_size(obj, info);
    char *copy = allocate(RPY_GC_TID(obj), size, RPY_GCF_LARGE);
    obj = *--rpy_ss_top;
    if (copy != NULL)
        memcpy(copy + 8, (char *)obj + 8, size - 8);
    return copy;
}

/* --- rgc ------------------------------------------------------------------------------ */

void rpy_gc_collect(rpy_signed gen)
{
    collect(gen != 0, 1);
    if (rpy_gci_special_pending)
        rpy_gci_special_run();
}

rpy_signed rpy_gc_collect_step(void)
{
    rpy_gc_collect(2);
    return RPY_GC_FINALIZING << 8 | RPY_GC_SCANNING;
}

void rpy_gc_enable(void) { disabled = 0; }
void rpy_gc_disable(void) { disabled = 1; }
int rpy_gc_is_enabled(void) { return !disabled; }

void rpy_gc_add_memory_pressure(rpy_signed bytes, void *obj)
{
    (void)obj;
    if (bytes > 0)
        allowance += (size_t)bytes;
}

rpy_signed rpy_gc_get_stats(rpy_signed number)
{
    switch (number) {
    case RPY_GC_TOTAL_MEMORY: case RPY_GC_TOTAL_ALLOCATED_MEMORY:
    case RPY_GC_TOTAL_RAWMALLOCED_MEMORY:
        return (rpy_signed)live_bytes;
    case RPY_GC_PEAK_MEMORY: case RPY_GC_PEAK_ALLOCATED_MEMORY:
    case RPY_GC_PEAK_RAWMALLOCED_MEMORY:
        return (rpy_signed)peak_bytes;
    default:
        return 0;
    }
}

void rpy_gci_trace_prebuilt(rpy_gc_visit visit_slot, void *arg1, void *arg2)
{
    for (size_t i = 0; i < prebuilt_roots.count; i++) {
        void *obj = prebuilt_roots.items[i];
        gci_trace(obj, gci_info(obj), visit_slot, arg1, arg2);
    }
}

const char *rpy_gci_check_slot(void *from, void **slot)
{
    if ((RPY_GC_FLAGS(from) & RPY_GCF_BARRIER) &&
        (RPY_GC_FLAGS(*slot) & YOUNG))
        return "missing write barrier";
    return NULL;
}

int rpy_gc_init(void)
{
    rpy_gci_read_settings();
    return 1;
}

void rpy_gc_shutdown(void)
{
    gci_vec *lists[] = { &young, &old };
    for (int i = 0; i < 2; i++)
        for (size_t j = 0; j < lists[i]->count; j++)
            free(side_of(lists[i]->items[j]));
    while (quarantine_first < quarantine.count)
        release_oldest();
    gci_vec *all[] = { &young, &old, &remembered, &prebuilt_roots, &pins,
                       &pending, &survivors, &quarantine };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        rpy_gci_vec_free(all[i]);
    rpy_gci_special_free();
}

#endif
