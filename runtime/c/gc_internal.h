/* gc_internal.h: what the files of the collectors share.  Not for generated
 * code.  Internal functions are rpy_gci_name. */
#ifndef RPY_GC_INTERNAL_H
#define RPY_GC_INTERNAL_H

#include <stdio.h>
#include <stdlib.h>
#include "rpy_gc.h"
#include "rpy_exc.h"
#include "rpy_log.h"
#include "rpy_thread.h"

#if !defined(RPY_GC_GENERATION) && !defined(RPY_GC_STRESS) && \
    !defined(RPY_GC_BOEHM) && !defined(RPY_GC_NONE)
#define RPY_GC_GENERATION
#endif

/* ------------------------------------------------------------------ */
/* Growing vectors of pointers                                         */

typedef struct gci_vec {
    void **items;
    size_t count, room;
} gci_vec;

/* Doubles the room; no memory is fatal, since it is needed to collect. */
RPY_COLD void rpy_gci_vec_grow(gci_vec *v);

RPY_INLINE void gci_push(gci_vec *v, void *item)
{
    if (RPY_UNLIKELY(v->count == v->room))
        rpy_gci_vec_grow(v);
    v->items[v->count++] = item;
}
RPY_INLINE void *gci_pop(gci_vec *v) { return v->items[--v->count]; }
void rpy_gci_vec_free(gci_vec *v);

/* ------------------------------------------------------------------ */
/* Objects                                                             */

RPY_INLINE uint64_t *gci_word(void *obj) { return (uint64_t *)obj; }

RPY_INLINE const rpy_typeinfo *gci_info(const void *obj)
{
    return rpy_gc_typeinfo(RPY_GC_TID(obj));
}

RPY_INLINE rpy_signed *gci_length(void *obj, const rpy_typeinfo *info)
{
    return (rpy_signed *)(void *)((char *)obj + info->length_offset);
}

/* Bytes of an object of variable size with this length. */
RPY_INLINE size_t gci_varsize(const rpy_typeinfo *info, rpy_signed length)
{
    return RPY_GC_ROUND(info->fixed_size +
                        ((size_t)length + info->extra_items) *
                            (size_t)info->item_size);
}

/* Bytes of an object. */
RPY_INLINE size_t gci_size(void *obj, const rpy_typeinfo *info)
{
    if (RPY_LIKELY(!(info->flags & RPY_TF_VARSIZED)))
        return info->fixed_size;
    return gci_varsize(info, *gci_length(obj, info));
}

/* Checks a length; 0 if the object would be too big for any memory. */
RPY_INLINE int gci_length_ok(const rpy_typeinfo *info, rpy_signed length)
{
    return length >= 0 &&
           (size_t)length <= ((size_t)1 << 46) / (info->item_size + 1u);
}

/* ------------------------------------------------------------------ */
/* Tracing                                                             */

/* The rare parts of gci_trace: offsets beyond the bit maps, custom hooks. */
void rpy_gci_trace_extra(void *obj, const rpy_typeinfo *info,
                         rpy_gc_visit visit, void *arg1, void *arg2);

RPY_INLINE void gci_trace_bits(char *base, uint64_t bits, rpy_gc_visit visit,
                               void *arg1, void *arg2)
{
    while (bits) {
        int i = __builtin_ctzll(bits);
        bits &= bits - 1;
        visit((void **)(void *)(base + 8 * i), arg1, arg2);
    }
}

/* Items from..to-1 of an object of variable size. */
RPY_INLINE void gci_trace_items(void *obj, const rpy_typeinfo *info,
                                rpy_signed from, rpy_signed to,
                                rpy_gc_visit visit, void *arg1, void *arg2)
{
    char *items = (char *)obj + info->fixed_size;
    if (info->flags & RPY_TF_PTR_ARRAY) {
        void **slot = (void **)(void *)items + from;
        void **end = (void **)(void *)items + to;
        for (; slot < end; slot++)
            visit(slot, arg1, arg2);
        return;
    }
    char *item = items + (size_t)from * info->item_size;
    char *end = items + (size_t)to * info->item_size;
    for (; item < end; item += info->item_size)
        gci_trace_bits(item, info->item_ptrs, visit, arg1, arg2);
}

/* Calls visit on every GC pointer slot of obj (not a weakref's target).
 * Specialised by inlining when visit is an inline function. */
RPY_INLINE void gci_trace(void *obj, const rpy_typeinfo *info,
                          rpy_gc_visit visit, void *arg1, void *arg2)
{
    gci_trace_bits(obj, info->fixed_ptrs, visit, arg1, arg2);
    if (RPY_LIKELY(!(info->flags & (RPY_TF_VARSIZED | RPY_TF_MORE_PTRS |
                                    RPY_TF_CUSTOM_TRACE))))
        return;
    if ((info->flags & RPY_TF_VARSIZED) && info->item_ptrs)
        gci_trace_items(obj, info, 0, *gci_length(obj, info), visit, arg1,
                        arg2);
    if (info->flags & (RPY_TF_MORE_PTRS | RPY_TF_CUSTOM_TRACE))
        rpy_gci_trace_extra(obj, info, visit, arg1, arg2);
}

/* Visits all roots: shadow stacks, pending exceptions, thread-local words,
 * static roots, root walkers; in a major collection also the dead objects
 * that wait for their finalizers.  Slots may hold NULL or odd numbers. */
void rpy_gci_trace_roots(rpy_gc_visit visit, void *arg1, void *arg2,
                         int major);

/* Visits the slots of prebuilt objects that were ever stored into. */
void rpy_gci_trace_prebuilt(rpy_gc_visit visit, void *arg1, void *arg2);
/* For the verifier: what is wrong with the pointer in a slot of a live
 * object, outside collections; NULL if nothing. */
const char *rpy_gci_check_slot(void *holder, void **slot);

/* ------------------------------------------------------------------ */
/* Settings (PYPY_GC_*), bytes                                         */

typedef struct gci_settings {
    size_t nursery;       /* PYPY_GC_NURSERY */
    double major_collect; /* PYPY_GC_MAJOR_COLLECT: threshold / live */
    double growth;        /* PYPY_GC_GROWTH: most a threshold may grow */
    size_t max_heap;      /* PYPY_GC_MAX: 0 is no limit */
    size_t min_heap;      /* PYPY_GC_MIN: least threshold */
    size_t step;          /* PYPY_GC_INCREMENT_STEP: bytes; 0 is automatic */
    int debug;            /* PYPY_GC_DEBUG: 1 verify after major, 2 minor too */
} gci_settings;
extern gci_settings rpy_gci_settings;
void rpy_gci_read_settings(void);

/* ------------------------------------------------------------------ */
/* Weakrefs and finalizers (gc_special.c)                              */

/* What a moving collector tells gc_special.c. Valid during a collection after
 * everything reachable was found. */

/* Would obj be freed by the collection under way? */
int rpy_gci_is_dying(void *obj);
/* Where an object that is not dying is now. */
void *rpy_gci_new_address(void *obj);
/* May this target of an old weakref still move in a minor collection (pinned)? */
int rpy_gci_is_young_still(void *obj);
/* Makes *slot and what it reaches survive; updates it. */
void rpy_gci_revive(void **slot);

void rpy_gci_special_register(void *obj, const rpy_typeinfo *info);
void rpy_gci_special_weakref(rpy_weakref *ref);
/* Before the survivors of a minor collection are complete: objects with
 * finalizers survive.  promote: the survivors are old from now on. */
void rpy_gci_special_minor_roots(int promote);
/* After that: weakrefs and light finalizers of young objects. */
void rpy_gci_special_minor(int promote);
/* In a major collection, after everything reachable from roots is marked. */
void rpy_gci_special_major(void);
/* Visits the dead objects in queues. */
void rpy_gci_special_trace_dead(rpy_gc_visit visit, void *arg1, void *arg2);
/* Is something to be called?  Safe points test it. */
extern int rpy_gci_special_pending;
/* [collects] Calls finalizers and triggers. */
void rpy_gci_special_run(void);
void rpy_gci_special_free(void);

/* ------------------------------------------------------------------ */
/* Map from object addresses to a word (gc_map.c)                      */

typedef struct gci_map {
    uintptr_t *keys, *values; /* keys 0: free */
    size_t count, room;       /* room: 0 or a power of two */
} gci_map;
uintptr_t rpy_gci_map_get(const gci_map *map, void *key); /* 0: absent */
void rpy_gci_map_put(gci_map *map, void *key, uintptr_t value);
void rpy_gci_map_clear(gci_map *map);
void rpy_gci_map_free(gci_map *map);

/* ------------------------------------------------------------------ */

/* A thread was attached, is about to be detached (not the main one). */
void rpy_gci_thread_start(void);
void rpy_gci_thread_stop(void);

/* Raises MemoryError; returns NULL. */
RPY_COLD void *rpy_gci_no_memory(void);
RPY_NORETURN RPY_COLD void rpy_gci_panic(const char *message);

#endif
