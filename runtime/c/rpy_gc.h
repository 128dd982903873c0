/* rpy_gc.h: object layout, allocation, roots, barriers, and the rgc interface.
 *
 * This is the ABI between generated code and every collector.  The inline
 * code below is the same for all of them, so the generated C does not depend
 * on --gc; the collector is chosen when the runtime's .c files are compiled,
 * by defining one of
 *     RPY_GC_GENERATION   moving nursery + incremental old generation (default)
 *     RPY_GC_STRESS       moves objects at every allocation, poisons the rest
 *     RPY_GC_BOEHM        libgc (link with -lgc)
 *     RPY_GC_NONE         never frees
 *
 * Invariants
 *  - A GC pointer is NULL or points at an rpy_gc_header, 8-byte aligned.
 *  - An object's size is a multiple of 8 and at least RPY_GC_MIN_SIZE.
 *  - A collection can happen in every function below marked [collects] and
 *    nowhere else.  During it, every live GC pointer of generated code must be
 *    in a shadow stack slot, a static root, or a field of a live object, and
 *    every such place must hold NULL or a valid GC pointer.  (A slot of the
 *    shadow stack may also hold an odd number: it is skipped.)
 *  - A [collects] function returns NULL with rpy_exc_value set (MemoryError)
 *    when memory is exhausted.  rpy_exc_value is NULL when it is called.
 *  - All functions are called with the GIL held, unless noted.
 *  - Memory is not cleared except where the name says _clear.
 */
#ifndef RPY_GC_H
#define RPY_GC_H

#include "rpy_base.h"

/* ------------------------------------------------------------------ */
/* Object header                                                       */

/* The first word of every GC object.  tid is the byte offset of the object's
 * rpy_typeinfo in g_types, a multiple of 8.  flags is 0 in a fresh nursery
 * object; only RPY_GCF_* below marked (ABI) concern generated code.
 * While an object is being moved, the word is the new address plus 1. */
typedef struct rpy_gc_header {
    uint32_t tid;
    uint32_t flags;
} rpy_gc_header;

enum {
    /* (ABI) The object is old and not remembered: storing a GC pointer into
     * it must go through the write barrier. */
    RPY_GCF_BARRIER = 1u << 0,
    /* (ABI) Static data of the generated code; never moves, never freed. */
    RPY_GCF_PREBUILT = 1u << 1,
    /* Prebuilt, and no GC pointer was stored into it so far. */
    RPY_GCF_UNTOUCHED = 1u << 2,
    /* A pointer array with card bytes in front of its large-object header. */
    RPY_GCF_CARDS = 1u << 3,
    /* Some card of the array is set; it is in the list of carded arrays. */
    RPY_GCF_CARDS_SET = 1u << 4,
    /* Lives outside nursery and blocks, with its own rpy_gc_large header. */
    RPY_GCF_LARGE = 1u << 5,
    /* A large object that has not yet survived a minor collection. */
    RPY_GCF_YOUNG_LARGE = 1u << 6,
    /* Mark bit; its meaning flips with every major collection. */
    RPY_GCF_MARK = 1u << 7,
    /* A nursery object whose future address is already fixed. */
    RPY_GCF_SHADOW = 1u << 8,
    /* Stays where it is in the nursery. */
    RPY_GCF_PINNED = 1u << 9,
    /* Scratch bits of finalization ordering. */
    RPY_GCF_ORDER_1 = 1u << 10,
    RPY_GCF_ORDER_2 = 1u << 11,
    /* The user's rgc.toggle_gcflag_extra() bit. */
    RPY_GCF_EXTRA = 1u << 12,
    /* The program said rgc.may_ignore_finalizer(). */
    RPY_GCF_IGNORE_FINALIZER = 1u << 13,
    /* Scratch bit of heap walks. */
    RPY_GCF_SEEN = 1u << 14,
};

/* Flags in the static initialiser of a prebuilt object's header. */
#define RPY_GC_PREBUILT_FLAGS \
    (RPY_GCF_BARRIER | RPY_GCF_PREBUILT | RPY_GCF_UNTOUCHED)
/* Static initialiser of a prebuilt object's header. */
#define RPY_GC_PREBUILT_HEADER(tid_) { (tid_), RPY_GC_PREBUILT_FLAGS }

/* Smallest object, in bytes. */
#define RPY_GC_MIN_SIZE 16
/* Rounds the byte size of a struct to the size of its object. */
#define RPY_GC_ROUND(n) \
    ((n) <= RPY_GC_MIN_SIZE ? (size_t)RPY_GC_MIN_SIZE \
                            : (((size_t)(n) + 7) & ~(size_t)7))

/* ------------------------------------------------------------------ */
/* Type records                                                        */

/* Visits one GC pointer slot; may change it.  For custom trace hooks:
 * gc._trace_callback(callback, arg1, arg2, addr) is callback(addr, arg1, arg2). */
typedef void (*rpy_gc_visit)(void **slot, void *arg1, void *arg2);
/* A custom trace hook: visits the GC pointers that the object keeps in raw
 * memory.  Called during collections: it may not allocate, raise or store GC
 * pointers.  Called for old objects in a minor collection only if
 * rpy_gc_write_barrier(obj) was called since the last one. */
typedef void (*rpy_gc_custom_trace)(void *obj, rpy_gc_visit visit,
                                    void *arg1, void *arg2);

/* Rarely needed parts of a type record. */
typedef struct rpy_typeextra {
    /* Byte offsets of the GC pointers of the fixed part at 512 or above, ended
     * by 0; NULL for none. */
    const uint32_t *more_fixed_ptrs;
    /* The same within one item (offsets from the start of the item). */
    const uint32_t *more_item_ptrs;
    /* Called in addition to the pointers of the record; NULL for none. */
    rpy_gc_custom_trace custom_trace;
} rpy_typeextra;

/* Describes the objects of one type to the collector: 64 bytes.  For
 * instances the class's vtable follows directly (at tid + 64).
 * Classes are in preorder of the hierarchy, so that x is an instance of class
 * C iff tid(C) <= x->tid && x->tid <= class_last(C). */
typedef struct rpy_typeinfo {
    /* RPY_TF_*. */
    uint32_t flags;
    /* Fixed size: bytes of the whole object, header included, rounded.
     * Variable size: bytes before the first item (not rounded). */
    uint32_t fixed_size;
    /* Bytes per item; 0 for fixed size. */
    uint32_t item_size;
    /* Byte offset in the object of the length, a Signed. */
    uint32_t length_offset;
    /* Items allocated beyond the length (1 for strings: the final NUL). */
    uint32_t extra_items;
    /* tid of the last subclass in preorder; the own tid for leaf classes; 0
     * for types that are not instances. */
    uint32_t class_last;
    /* Bit i: the word at byte 8*i of the object is a GC pointer.  Never bit 0.
     * The target word of a weakref is not in it. */
    uint64_t fixed_ptrs;
    /* Bit i: the word at byte 8*i of each item is a GC pointer. */
    uint64_t item_ptrs;
    /* RPY_TF_LIGHT_FINALIZER, RPY_TF_FINALIZER: the function. */
    void (*finalizer)(void *obj);
    /* NULL for nearly all. */
    const rpy_typeextra *extra;
    /* Reserved, 0. */
    uint64_t reserved;
} rpy_typeinfo;

_Static_assert(sizeof(rpy_typeinfo) == 64, "type records are 64 bytes");

enum {
    /* The object has a length and items. */
    RPY_TF_VARSIZED = 1u << 0,
    /* Some bit is set in fixed_ptrs or item_ptrs, or extra has more or a
     * custom trace hook.  Objects without are never traced. */
    RPY_TF_HAS_PTRS = 1u << 1,
    /* Items are exactly one GC pointer: item_size 8, item_ptrs 1.  Gets card
     * marking when large. */
    RPY_TF_PTR_ARRAY = 1u << 2,
    /* The layout is rpy_weakref. */
    RPY_TF_WEAKREF = 1u << 3,
    /* finalizer is a destructor that only touches raw memory and fields that
     * are no GC pointers; called on the dead object, once, without reviving it. */
    RPY_TF_LIGHT_FINALIZER = 1u << 4,
    /* finalizer is a __del__ that may do anything; the dead object is revived
     * and it is called later, at the end of an allocation. */
    RPY_TF_FINALIZER = 1u << 5,
    /* extra->custom_trace is set. */
    RPY_TF_CUSTOM_TRACE = 1u << 6,
    /* extra->more_*_ptrs is set. */
    RPY_TF_MORE_PTRS = 1u << 7,
    /* A vtable follows; class_last is valid. */
    RPY_TF_INSTANCE = 1u << 8,
    /* Types whose objects are allocated with rpy_gc_malloc_special. */
    RPY_TF_SPECIAL =
        RPY_TF_WEAKREF | RPY_TF_LIGHT_FINALIZER | RPY_TF_FINALIZER,
};

/* The type records and vtables, generated.  The generated file that defines
 * it (as a struct) defines RPY_G_TYPES_DEFINED before including this, and may
 * not use the inline functions that need it. */
#ifndef RPY_G_TYPES_DEFINED
extern const char g_types[];

RPY_INLINE const rpy_typeinfo *rpy_gc_typeinfo(uint32_t tid)
{
    return (const rpy_typeinfo *)(const void *)(g_types + tid);
}
#endif

/* tid of an object. */
#define RPY_GC_TID(obj) (((const rpy_gc_header *)(const void *)(obj))->tid)
#define RPY_GC_FLAGS(obj) (((rpy_gc_header *)(void *)(obj))->flags)
/* The vtable of an instance: typeptr of the low-level type `object`. */
#define RPY_GC_VTABLE(obj) ((const void *)(g_types + RPY_GC_TID(obj) + 64))
/* Is `obj` (not NULL) an instance of the class with these constants? */
#define RPY_GC_ISINSTANCE(obj, first_tid, last_tid) \
    (RPY_GC_TID(obj) - (uint32_t)(first_tid) <= \
     (uint32_t)(last_tid) - (uint32_t)(first_tid))

/* Names of types for reports, generated, in increasing order of tid.  May
 * leave out types other than exception classes. */
typedef struct rpy_typename {
    uint32_t tid;
    const char *name;
} rpy_typename;
extern const rpy_typename g_type_names[];
extern const size_t g_type_names_count;

/* Name of a type, or "?". */
const char *rpy_gc_type_name(uint32_t tid);

/* ------------------------------------------------------------------ */
/* Roots                                                               */

/* Shadow stack of the running thread: a generated function stores the GC
 * pointers that are live over a [collects] call at rpy_ss_top[0..n-1], adds n,
 * calls, subtracts n and loads them back.  Grows upwards.  Swapped when the
 * GIL changes hands.  Its room is reserved in proportion to the C stack (see
 * rpy_stack.h), so that the stack check of recursive functions covers it. */
extern void **rpy_ss_top;

/* Addresses of generated static variables that hold GC pointers (and may hold
 * NULL).  The prebuilt objects themselves are not listed: those into which
 * a GC pointer is stored are found by the write barrier, and their initial
 * pointers may only refer to other prebuilt objects. */
extern void **const g_static_roots[];
extern const size_t g_static_roots_count;

/* Called at each collection to visit further roots (stacklets, handles of the
 * embedding interface).  walker(visit, arg1, arg2) calls visit on each slot. */
typedef void (*rpy_gc_root_walker)(rpy_gc_visit visit, void *arg1, void *arg2);
void rpy_gc_add_root_walker(rpy_gc_root_walker walker);

/* ------------------------------------------------------------------ */
/* Allocation                                                          */

/* The free part of the nursery.  Both equal if a collector has none. */
extern char *rpy_gc_nursery_free;
extern char *rpy_gc_nursery_top;

/* Objects above this many bytes are never in the nursery. */
#define RPY_GC_LARGE_SIZE ((size_t)32768)

/* [collects] Out-of-line parts of the functions below. */
void *rpy_gc_malloc_slow(uint32_t tid, size_t size);
void *rpy_gc_malloc_varsize_slow(uint32_t tid, rpy_signed length);
void *rpy_gc_malloc_varsize_clear_slow(uint32_t tid, rpy_signed length);

/* [collects] New object of fixed size.  size is the record's fixed_size, a
 * constant.  Only the header is initialised. */
RPY_INLINE void *rpy_gc_malloc_fixed(uint32_t tid, size_t size)
{
    char *p = rpy_gc_nursery_free;
    if (RPY_UNLIKELY((size_t)(rpy_gc_nursery_top - p) < size))
        return rpy_gc_malloc_slow(tid, size);
    rpy_gc_nursery_free = p + size;
    *(uint64_t *)(void *)p = tid;
    return p;
}

/* The nursery part of a variable-sized allocation; NULL if it does not fit.
 * total is rounded. */
RPY_INLINE void *rpy_gc_bump_varsize(uint32_t tid, rpy_signed length,
                                     size_t length_offset, size_t total)
{
    char *p = rpy_gc_nursery_free;
    if (RPY_UNLIKELY((size_t)(rpy_gc_nursery_top - p) < total))
        return NULL;
    rpy_gc_nursery_free = p + total;
    *(uint64_t *)(void *)p = tid;
    *(rpy_signed *)(void *)(p + length_offset) = length;
    return p;
}

/* [collects] New object of variable size.  All arguments but length are
 * constants equal to the record's fields: base is fixed_size.  Header and
 * length are initialised, nothing else (also not the extra item).  A negative
 * length raises MemoryError.  Items with GC pointers: use the _clear form
 * unless all are stored before the next [collects] call. */
RPY_INLINE void *rpy_gc_malloc_varsize(uint32_t tid, rpy_signed length,
                                       size_t base, size_t item_size,
                                       size_t length_offset, size_t extra_items)
{
    size_t most = (RPY_GC_LARGE_SIZE - base) / item_size - extra_items;
    if (RPY_LIKELY((size_t)length <= most)) {
        size_t total = RPY_GC_ROUND(
            base + ((size_t)length + extra_items) * item_size);
        void *p = rpy_gc_bump_varsize(tid, length, length_offset, total);
        if (RPY_LIKELY(p != NULL))
            return p;
    }
    return rpy_gc_malloc_varsize_slow(tid, length);
}

/* [collects] The same with everything after the header zero, but the length. */
RPY_INLINE void *rpy_gc_malloc_varsize_clear(uint32_t tid, rpy_signed length,
                                             size_t base, size_t item_size,
                                             size_t length_offset,
                                             size_t extra_items)
{
    size_t most = (RPY_GC_LARGE_SIZE - base) / item_size - extra_items;
    if (RPY_LIKELY((size_t)length <= most)) {
        size_t total = RPY_GC_ROUND(
            base + ((size_t)length + extra_items) * item_size);
        char *p = rpy_gc_bump_varsize(tid, 0, length_offset, total);
        if (RPY_LIKELY(p != NULL)) {
            memset(p + 8, 0, total - 8);
            *(rpy_signed *)(void *)(p + length_offset) = length;
            return p;
        }
    }
    return rpy_gc_malloc_varsize_clear_slow(tid, length);
}

/* [collects] New object of a fixed-size type with a flag of RPY_TF_SPECIAL
 * (but weakrefs).  Registers the finalizer. */
void *rpy_gc_malloc_special(uint32_t tid);

/* [collects] New objects that never move: address stable from the start. */
void *rpy_gc_malloc_fixed_nonmovable(uint32_t tid);
void *rpy_gc_malloc_varsize_nonmovable(uint32_t tid, rpy_signed length);

/* A weak reference: target is NULL once the object died.  Reading is a plain
 * load.  Prebuilt weakrefs may refer to prebuilt objects. */
typedef struct rpy_weakref {
    rpy_gc_header header;
    void *target;
} rpy_weakref;

/* [collects] New weakref; tid is of a RPY_TF_WEAKREF type of 16 bytes.  target
 * need not be rooted by the caller, who must reload other pointers as usual. */
void *rpy_gc_new_weakref(uint32_t tid, void *target);

/* ------------------------------------------------------------------ */
/* Write barrier                                                       */

/* Invariant between collections: an old object that holds a pointer to a
 * young one is in the remembered set (then its RPY_GCF_BARRIER is clear) or, if
 * it has cards, the card of the slot is set.  For incremental marking
 * the same record serves: every object stored into since the last minor
 * collection is known, and a minor collection greys those that are black
 * before any marking goes on.  So the barrier needs neither old nor new value,
 * and may come before or after the store, with no [collects] call between.
 *
 * No barrier is needed for storing into an object that was allocated
 * (other than _nonmovable) with no [collects] call since, nor for storing NULL
 * or a pointer to a prebuilt object, unless the object stored into is prebuilt
 * and the pointer is not. */
void rpy_gc_write_barrier_slow(void *obj);
void rpy_gc_write_barrier_array_slow(void *obj, rpy_signed index);

/* Before or after storing a GC pointer into a field of obj. */
RPY_INLINE void rpy_gc_write_barrier(void *obj)
{
    if (RPY_UNLIKELY(RPY_GC_FLAGS(obj) & RPY_GCF_BARRIER))
        rpy_gc_write_barrier_slow(obj);
}

/* Before or after storing a GC pointer into item `index` of obj.  For arrays
 * of structs with pointers too. */
RPY_INLINE void rpy_gc_write_barrier_array(void *obj, rpy_signed index)
{
    if (RPY_UNLIKELY(RPY_GC_FLAGS(obj) & RPY_GCF_BARRIER))
        rpy_gc_write_barrier_array_slow(obj, index);
}
#define rpy_gc_wb rpy_gc_write_barrier
#define rpy_gc_wb_array rpy_gc_write_barrier_array

/* Bulk form: before or after `count` items of dest, from dest_start, are
 * overwritten by memcpy or memmove.  src is where they come from, or NULL. */
void rpy_gc_write_barrier_copy(void *src, void *dest, rpy_signed src_start,
                               rpy_signed dest_start, rpy_signed count);

/* Copies items between two arrays of the same type, with the barrier.  The
 * ranges may overlap if src == dest.  Does not check bounds. */
void rpy_gc_arraycopy(void *src, void *dest, rpy_signed src_start,
                      rpy_signed dest_start, rpy_signed count);
/* Zeroes items. */
void rpy_gc_arrayclear(void *array, rpy_signed start, rpy_signed count);

/* Makes the array shorter where it is; 1 if done, 0 if the caller has to copy. */
int rpy_gc_shrink_array(void *array, rpy_signed new_length);

/* ------------------------------------------------------------------ */
/* Finalizers                                                          */

/* rgc.FinalizerQueue: queues are numbered from 0 by the generated code.
 * trigger functions are called at the end of an allocation or collection in
 * which the queue got dead objects; they may do anything. */
typedef void (*rpy_gc_trigger)(void);
extern const rpy_gc_trigger g_finalizer_triggers[];
extern const size_t g_finalizer_queues_count;

/* [collects] Object is to appear in the queue when it is found dead. */
void rpy_gc_register_finalizer(rpy_signed queue, void *obj);
/* Next dead object of the queue or NULL.  Does not collect. */
void *rpy_gc_next_dead(rpy_signed queue);
/* The object's finalizer need not be called any more. */
void rpy_gc_may_ignore_finalizer(void *obj);

/* ------------------------------------------------------------------ */
/* Identity, moving, pinning                                           */

/* Number that identifies the object as long as it lives; even if it moves. */
rpy_signed rpy_gc_unique_id(void *obj);
/* The same, mixed to serve as a hash; 0 for NULL. */
rpy_signed rpy_gc_identity_hash(void *obj);
/* May the object's address change? */
int rpy_gc_can_move(void *obj);
/* Keeps a movable object without GC pointers in place until unpinned.  Pins
 * nest.  Returns 1 if done, 0 if refused. */
int rpy_gc_pin(void *obj);
void rpy_gc_unpin(void *obj);
int rpy_gc_is_pinned(void *obj);
/* [collects] A non-moving equal of an object without GC pointers (obj itself
 * if it does not move); it may replace obj at the next collection. */
void *rpy_gc_move_out_of_nursery(void *obj);

/* ------------------------------------------------------------------ */
/* rgc                                                                 */

/* [collects] rgc.collect(gen):
 *  gen < 0 or >= 2: full collection, finalizers of what died are run;
 *  gen == 0: minor collection; gen == 1: minor plus starting a major one. */
void rpy_gc_collect(rpy_signed gen);

/* States of the incremental collection as seen by collect_step. */
enum { RPY_GC_SCANNING = 0, RPY_GC_MARKING = 1, RPY_GC_SWEEPING = 2,
       RPY_GC_FINALIZING = 3 };
/* [collects] One minor collection and one step of a major one.  Returns
 * (old state << 8) | new state; done iff the new state is 0 and the old not. */
rpy_signed rpy_gc_collect_step(void);
/* Automatic major collections on and off (minor ones always happen). */
void rpy_gc_enable(void);
void rpy_gc_disable(void);
int rpy_gc_is_enabled(void);

/* Tells of `bytes` of raw memory, kept by obj if not NULL, that will be freed
 * when it dies. */
void rpy_gc_add_memory_pressure(rpy_signed bytes, void *obj);
/* Sets the limit of PYPY_GC_MAX; 0 for none. */
void rpy_gc_set_max_heap_size(rpy_signed bytes);

/* Numbers for rgc.get_stats. */
enum {
    RPY_GC_TOTAL_MEMORY = 0,
    RPY_GC_TOTAL_ARENA_MEMORY = 1,
    RPY_GC_TOTAL_RAWMALLOCED_MEMORY = 2,
    RPY_GC_PEAK_MEMORY = 3,
    RPY_GC_PEAK_ARENA_MEMORY = 4,
    RPY_GC_PEAK_RAWMALLOCED_MEMORY = 5,
    RPY_GC_TOTAL_MEMORY_PRESSURE = 6,
    RPY_GC_TOTAL_ALLOCATED_MEMORY = 7,
    RPY_GC_PEAK_ALLOCATED_MEMORY = 8,
    RPY_GC_NURSERY_SIZE = 9,
    RPY_GC_TOTAL_GC_TIME = 10, /* milliseconds */
    RPY_GC_N_STATS = 11,
};
rpy_signed rpy_gc_get_stats(rpy_signed number);

/* Write up to max GC pointers into buffer (raw memory, unrooted: use them with
 * no [collects] call before) and return how many there are. */
rpy_signed rpy_gc_get_roots(void **buffer, rpy_signed max);
rpy_signed rpy_gc_get_referents(void *obj, void **buffer, rpy_signed max);
/* Bytes of the object; small number per type; is it an instance? */
rpy_signed rpy_gc_get_memory_usage(void *obj);
rpy_signed rpy_gc_get_type_index(void *obj);
int rpy_gc_is_instance(void *obj);
/* The extra bit of the object; toggle returns the new value. */
int rpy_gc_get_flag_extra(void *obj);
int rpy_gc_toggle_flag_extra(void *obj);
/* Calls callback(obj, arg) for every object reachable from the roots. */
void rpy_gc_walk_heap(void (*callback)(void *obj, void *arg), void *arg);
/* Writes a record (id, type index, size, referents..., -1) of words for each
 * reachable object to a file descriptor.  Returns 1 if it could. */
int rpy_gc_dump_heap(int fd);

/* ------------------------------------------------------------------ */
/* Start-up (called by rpy_main and rpy_thread)                        */

/* Reads PYPY_GC_* and makes the heap; 0 if there is no memory. */
int rpy_gc_init(void);
/* Frees what leak checkers would complain of; the heap is unusable after. */
void rpy_gc_shutdown(void);
/* Checks every reachable object; aborts with a message at the first fault. */
void rpy_gc_verify(void);

#endif
