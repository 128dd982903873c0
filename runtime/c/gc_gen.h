/* gc_gen.h: inside of the generational collector.
 *
 * Nursery: one contiguous region, bump allocation, everything that survives a
 * minor collection is copied to the old generation at once.  Pinned objects
 * stay; then the free nursery is the list of gaps between them.
 *
 * Old generation: objects up to GEN_SMALL_MAX bytes live in blocks of lines
 * (gc_blocks.c), filled by bump allocation into runs of free lines; lines are
 * freed as a whole, when no marked object is in them, so sweeping reads
 * 256 bytes per block and never an object.  Old objects do not move.  Larger
 * objects are allocated one by one (gc_large.c); they are young until they
 * survive a minor collection.
 *
 * Major collections mark incrementally, a step after each minor collection
 * (gc_major.c), and end in one atomic phase: roots again, finalizers,
 * weakrefs, sweep.
 *  - gen_mark is the value of RPY_GCF_MARK that means marked (live); starting
 *    a collection flips it, which makes every object white.
 *  - Between collections all live old objects have gen_mark.
 *  - Objects promoted while marking are white: they are found from the roots,
 *    which are scanned again at the end, from old objects stored into, which are
 *    greyed again by the next minor collection, or from each other.
 */
#ifndef RPY_GC_GEN_H
#define RPY_GC_GEN_H

#include "gc_internal.h"

/* --- Blocks (gc_blocks.c) -------------------------------------------- */

#define GEN_BLOCK_SIZE ((size_t)32768)
#define GEN_LINE_SIZE ((size_t)128)
#define GEN_LINES (GEN_BLOCK_SIZE / GEN_LINE_SIZE)
/* Larger objects do not go into blocks: at most a quarter of one, so that the
 * room lost at its end is small. */
#define GEN_SMALL_MAX ((size_t)8192)

/* Bump region for small objects: a run of free lines. */
extern char *rpy_gen_hole_free, *rpy_gen_hole_end;
/* Epoch byte of lines marked by the newest marking (1 or 2). */
extern uint8_t rpy_gen_epoch;

/* First line of each block: its line marks. 0 is free. */
RPY_INLINE uint8_t *gen_line_marks(const void *p)
{
    return (uint8_t *)((uintptr_t)p & ~(GEN_BLOCK_SIZE - 1));
}

/* Marks the lines of an object in a block. */
RPY_INLINE void gen_mark_lines(void *obj, size_t size)
{
    uint8_t *marks = gen_line_marks(obj);
    size_t offset = (uintptr_t)obj & (GEN_BLOCK_SIZE - 1);
    size_t first = offset / GEN_LINE_SIZE;
    size_t last = (offset + size - 1) / GEN_LINE_SIZE;
    marks[first] = rpy_gen_epoch;
    while (RPY_UNLIKELY(first < last))
        marks[++first] = rpy_gen_epoch;
}

RPY_NOINLINE void *rpy_gen_alloc_slow(size_t size);

/* Memory for an old object of at most GEN_SMALL_MAX bytes; never NULL. */
RPY_INLINE void *gen_alloc(size_t size)
{
    char *p = rpy_gen_hole_free;
    if (RPY_UNLIKELY((size_t)(rpy_gen_hole_end - p) < size))
        return rpy_gen_alloc_slow(size);
    rpy_gen_hole_free = p + size;
    return p;
}

/* Bytes of lines in use or handed out. */
extern size_t rpy_gen_block_bytes;
/* Bytes of memory mapped for blocks, now and at most. */
extern size_t rpy_gen_mapped, rpy_gen_mapped_peak;
/* Bytes in entirely free blocks. */
size_t rpy_gen_free_block_bytes(void);
/* Maps blocks until at least `bytes` are in free ones; 0 if impossible. */
int rpy_gen_reserve(size_t bytes);
/* Before marking: the lines marked from now on have another epoch. */
void rpy_gen_blocks_start_marking(void);
/* After marking: frees all lines that were not marked. */
void rpy_gen_blocks_sweep(void);
/* Unmaps chunks without live lines, but keeps `keep` bytes of free blocks. */
void rpy_gen_blocks_release(size_t keep);
void rpy_gen_blocks_free(void);

/* --- Large objects (gc_large.c) ---------------------------------------- */

/* In front of a large object; card bytes are in front of this, card i at
 * ((uint8_t *)large)[-1 - i]. */
typedef struct gen_large {
    uint32_t cards;      /* number of card bytes */
    uint32_t front;      /* bytes from the start of the malloc block */
    uint64_t bytes;      /* of the malloc block */
} gen_large;

#define GEN_CARD_SHIFT 7 /* 128 items (1 kB) per card */

RPY_INLINE gen_large *gen_large_of(void *obj) { return (gen_large *)obj - 1; }
RPY_INLINE uint8_t *gen_card(gen_large *large, size_t card)
{
    return (uint8_t *)large - 1 - card;
}

extern size_t rpy_gen_large_bytes, rpy_gen_large_peak;
extern size_t rpy_gen_young_large_bytes;
/* Young large objects, and the range of their addresses. */
extern gci_vec rpy_gen_young_large;
extern uintptr_t rpy_gen_young_large_low, rpy_gen_young_large_span;

/* Memory for a large object; header not set. NULL: no memory. */
void *rpy_gen_large_alloc(const rpy_typeinfo *info, size_t size,
                          rpy_signed length, int clear);
/* Registers it as old or young, with header flags. */
void rpy_gen_large_add_old(void *obj, uint32_t tid);
void rpy_gen_large_add_young(void *obj, uint32_t tid);
/* A young large object was reached for the first time. */
void rpy_gen_large_survives(void *obj);
void rpy_gen_large_end_minor(void); /* frees young ones not reached */
void rpy_gen_large_sweep(void);     /* frees old ones not marked */
void rpy_gen_large_free_all(void);

/* --- Nursery (gc_gen.c) -------------------------------------------------- */

extern uintptr_t rpy_gen_nursery;
extern size_t rpy_gen_nursery_size;

RPY_INLINE int gen_in_nursery(const void *p)
{
    return (uintptr_t)p - rpy_gen_nursery < rpy_gen_nursery_size;
}

/* Old objects stored into since the last minor collection. */
extern gci_vec rpy_gen_remembered;
/* Arrays with a card set. */
extern gci_vec rpy_gen_carded;
/* Prebuilt objects into which a pointer was ever stored. */
extern gci_vec rpy_gen_prebuilt_roots;

/* Copies the survivors out of the nursery. */
void rpy_gen_minor(void);
/* A collection as needed: minor, perhaps a major step; room in the nursery
 * after it, or 0. */
int rpy_gen_collect_for(size_t size);

/* Shadows (gc_pin.c): future addresses of nursery objects. */
void *rpy_gen_shadow_of(void *obj);       /* NULL if none */
void *rpy_gen_shadow_make(void *obj);
void rpy_gen_shadow_end_minor(void);
void rpy_gen_shadow_mark(void);
/* Pinned objects. */
extern size_t rpy_gen_pinned_count;
/* Set by the copying loop when it met a pinned object. */
extern int rpy_gen_saw_pinned;
/* Gap number n in the nursery between pinned objects (0 first); 0 if no more. */
int rpy_gen_pinned_gap(size_t n, char **start, char **end);
void rpy_gen_pin_free(void);

/* --- Marking (gc_major.c) --------------------------------------------------- */

extern uint32_t rpy_gen_mark;   /* value of RPY_GCF_MARK of live objects */
extern int rpy_gen_marking;
extern size_t rpy_gen_threshold;
extern size_t rpy_gen_pressure; /* raw bytes told of since the last major */

/* Mark bit for a newly promoted object. */
RPY_INLINE uint32_t gen_born_mark(void)
{
    return rpy_gen_marking ? rpy_gen_mark ^ RPY_GCF_MARK : rpy_gen_mark;
}
/* Edges still to follow while marking. */
extern gci_vec rpy_gen_grey;
RPY_INLINE void gen_shade(void *obj) { gci_push(&rpy_gen_grey, obj); }
RPY_INLINE int gen_is_black(const void *obj)
{
    uint32_t f = ((const rpy_gc_header *)obj)->flags;
    return ((f ^ rpy_gen_mark) & RPY_GCF_MARK) == 0 || (f & RPY_GCF_PREBUILT);
}
/* Shades what a black object refers to (all, or some items). */
void rpy_gen_reshade(void *obj);
void rpy_gen_reshade_items(void *obj, rpy_signed from, rpy_signed to);

/* Bytes in use of the whole old generation. */
size_t rpy_gen_used(void);
/* With an empty nursery: starts, goes on, or ends marking as due. */
void rpy_gen_major_step_if_due(size_t promoted);
void rpy_gen_major_start(void);
/* Marks about `bytes` of objects; 1 if the collection ended. */
int rpy_gen_major_step(size_t bytes);
void rpy_gen_major_finish(void);
/* A full collection: ends one under way, then does a whole one. */
void rpy_gen_major_full(void);

/* --- Statistics -------------------------------------------------------------- */

typedef struct gen_stats {
    int64_t ns;          /* time in collections */
    uint64_t minors, majors;
    size_t peak_used;
} gen_stats;
extern gen_stats rpy_gen_stats;

#endif
