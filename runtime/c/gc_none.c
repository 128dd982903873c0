/* gc_none.c: allocates and never frees.  The nursery is a piece of memory
 * that is replaced by a new one when it is full. */
#include <sys/mman.h>
#include "gc_internal.h"

#if defined(RPY_GC_NONE)

char *rpy_gc_nursery_free, *rpy_gc_nursery_top;
static size_t total;

#define PIECE ((size_t)4 << 20)

int rpy_gc_init(void)
{
    rpy_gci_read_settings();
    return 1;
}

static void *map_zeroed(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    total += size;
    return p;
}

static void *allocate(uint32_t tid, size_t size)
{
    char *p;
    if (size > PIECE / 8) {
        p = map_zeroed(size);
    } else {
        if ((size_t)(rpy_gc_nursery_top - rpy_gc_nursery_free) < size) {
            p = map_zeroed(PIECE);
            if (p == NULL)
                return rpy_gci_no_memory();
            rpy_gc_nursery_free = p;
            rpy_gc_nursery_top = p + PIECE;
        }
        p = rpy_gc_nursery_free;
        rpy_gc_nursery_free = p + size;
    }
    if (p == NULL)
        return rpy_gci_no_memory();
    *(uint64_t *)(void *)p = tid;
    return p;
}

void *rpy_gc_malloc_slow(uint32_t tid, size_t size)
{
    return allocate(tid, size);
}

/* New memory is zero, so clearing costs nothing. */
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
    return allocate(tid, rpy_gc_typeinfo(tid)->fixed_size);
}

void *rpy_gc_malloc_fixed_nonmovable(uint32_t tid)
{
    return rpy_gc_malloc_special(tid);
}

void *rpy_gc_new_weakref(uint32_t tid, void *target)
{
    rpy_weakref *ref = allocate(tid, sizeof *ref);
    if (ref != NULL)
        ref->target = target;
    return ref;
}

#endif

/* What a collector that does not move and has no barrier answers. */
#if defined(RPY_GC_NONE) || defined(RPY_GC_BOEHM)

void rpy_gc_write_barrier_slow(void *obj) { RPY_GC_FLAGS(obj) &= ~(uint32_t)RPY_GCF_BARRIER; }
void rpy_gc_write_barrier_array_slow(void *obj, rpy_signed index)
{
    (void)index;
    rpy_gc_write_barrier_slow(obj);
}
void rpy_gc_write_barrier_copy(void *src, void *dest, rpy_signed src_start,
                               rpy_signed dest_start, rpy_signed count)
{
    (void)src, (void)dest, (void)src_start, (void)dest_start, (void)count;
}
int rpy_gc_shrink_array(void *array, rpy_signed new_length)
{
    *gci_length(array, gci_info(array)) = new_length;
    return 1;
}
rpy_signed rpy_gc_unique_id(void *obj) { return (rpy_signed)obj; }
int rpy_gc_can_move(void *obj) { (void)obj; return 0; }
int rpy_gc_pin(void *obj) { (void)obj; return 0; }
void rpy_gc_unpin(void *obj) { (void)obj; }
int rpy_gc_is_pinned(void *obj) { (void)obj; return 0; }
void *rpy_gc_move_out_of_nursery(void *obj) { return obj; }
void rpy_gci_trace_prebuilt(rpy_gc_visit visit, void *arg1, void *arg2)
{
    (void)visit, (void)arg1, (void)arg2;
}
const char *rpy_gci_check_slot(void *holder, void **slot)
{
    (void)holder, (void)slot;
    return NULL;
}

#endif

#if defined(RPY_GC_NONE)

int rpy_gci_special_pending;
void rpy_gci_special_trace_dead(rpy_gc_visit visit, void *arg1, void *arg2)
{
    (void)visit, (void)arg1, (void)arg2;
}
void rpy_gc_register_finalizer(rpy_signed queue, void *obj)
{
    (void)queue, (void)obj;
}
void *rpy_gc_next_dead(rpy_signed queue) { (void)queue; return NULL; }
void rpy_gc_collect(rpy_signed gen) { (void)gen; }
rpy_signed rpy_gc_collect_step(void)
{
    return RPY_GC_FINALIZING << 8 | RPY_GC_SCANNING;
}
static int disabled;
void rpy_gc_enable(void) { disabled = 0; }
void rpy_gc_disable(void) { disabled = 1; }
int rpy_gc_is_enabled(void) { return !disabled; }
void rpy_gc_add_memory_pressure(rpy_signed bytes, void *obj)
{
    (void)bytes, (void)obj;
}
rpy_signed rpy_gc_get_stats(rpy_signed number)
{
    return number <= RPY_GC_PEAK_ARENA_MEMORY ? (rpy_signed)total : 0;
}
void rpy_gc_shutdown(void) { }

#endif
