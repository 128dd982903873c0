/* gc_pin.c: objects of the nursery with a fixed place: pinned ones, and
 * those whose future address is known (shadows).  See gc_gen.h. */
#include "gc_gen.h"

#if defined(RPY_GC_GENERATION)

/* Young object with RPY_GCF_SHADOW -> memory in the old generation, with a
 * valid header.  Emptied by each minor collection but for pinned objects. */
static gci_map shadows;

/* Pinned objects in order of address, with the depth of nesting. */
typedef struct pinned {
    char *obj;
    size_t size;
    size_t depth;
} pinned;
/* More would make the nursery useless. */
#define MAX_PINNED 64
static pinned pins[MAX_PINNED];
size_t rpy_gen_pinned_count;
static size_t pinned_bytes;

/* --- Shadows ------------------------------------------------------------ */

void *rpy_gen_shadow_of(void *obj)
{
    return (void *)rpy_gci_map_get(&shadows, obj);
}

void *rpy_gen_shadow_make(void *obj)
{
    const rpy_typeinfo *info = gci_info(obj);
    size_t size = gci_size(obj, info);
    void *shadow;
    if (size <= GEN_SMALL_MAX) {
        shadow = gen_alloc(size);
        rpy_gc_header *header = shadow;
        header->tid = RPY_GC_TID(obj);
        header->flags = RPY_GCF_BARRIER | gen_born_mark();
    } else {
        rpy_signed length =
            info->flags & RPY_TF_VARSIZED ? *gci_length(obj, info) : 0;
        shadow = rpy_gen_large_alloc(info, size, length, 0);
        if (shadow == NULL)
            rpy_gci_panic("out of memory");
        rpy_gen_large_add_old(shadow, RPY_GC_TID(obj));
    }
    /* The header says what the memory is, its fields may not be traced yet:
     * nothing refers to the shadow before the object is copied to it. */
    if (info->flags & RPY_TF_VARSIZED)
        *gci_length(shadow, info) = *gci_length(obj, info);
    rpy_gci_map_put(&shadows, obj, (uintptr_t)shadow);
    RPY_GC_FLAGS(obj) |= RPY_GCF_SHADOW;
    return shadow;
}

void rpy_gen_shadow_end_minor(void)
{
    uintptr_t kept[MAX_PINNED];
    for (size_t i = 0; i < rpy_gen_pinned_count; i++)
        kept[i] = rpy_gci_map_get(&shadows, pins[i].obj);
    rpy_gci_map_clear(&shadows);
    for (size_t i = 0; i < rpy_gen_pinned_count; i++)
        if (kept[i])
            rpy_gci_map_put(&shadows, pins[i].obj, kept[i]);
}

/* The shadow of a pinned object must survive, though nothing refers to it. */
void rpy_gen_shadow_mark(void)
{
    for (size_t i = 0; i < rpy_gen_pinned_count; i++) {
        void *shadow = rpy_gen_shadow_of(pins[i].obj);
        if (shadow == NULL || gen_is_black(shadow))
            continue;
        RPY_GC_FLAGS(shadow) ^= RPY_GCF_MARK;
        if (!(RPY_GC_FLAGS(shadow) & RPY_GCF_LARGE))
            gen_mark_lines(shadow, pins[i].size);
    }
}

rpy_signed rpy_gc_unique_id(void *obj)
{
    if (!gen_in_nursery(obj))
        return (rpy_signed)obj;
    void *shadow = rpy_gen_shadow_of(obj);
    return (rpy_signed)(shadow != NULL ? shadow : rpy_gen_shadow_make(obj));
}

int rpy_gc_can_move(void *obj)
{
    return gen_in_nursery(obj) && !(RPY_GC_FLAGS(obj) & RPY_GCF_PINNED);
}

void *rpy_gc_move_out_of_nursery(void *obj)
{
    const rpy_typeinfo *info = gci_info(obj);
    if (!gen_in_nursery(obj) || (info->flags & RPY_TF_HAS_PTRS))
        return obj;
    void *shadow = rpy_gen_shadow_of(obj);
    if (shadow == NULL)
        shadow = rpy_gen_shadow_make(obj);
    memcpy((char *)shadow + 8, (char *)obj + 8, gci_size(obj, info) - 8);
    return shadow;
}

/* --- Pinning ----------------------------------------------------------------- */

/* Index of a pinned object, or where it would be inserted. */
static size_t find_pin(void *obj)
{
    size_t i = 0;
    while (i < rpy_gen_pinned_count && pins[i].obj < (char *)obj)
        i++;
    return i;
}

int rpy_gc_is_pinned(void *obj)
{
    return gen_in_nursery(obj) && (RPY_GC_FLAGS(obj) & RPY_GCF_PINNED) != 0;
}

int rpy_gc_pin(void *obj)
{
    if (!gen_in_nursery(obj))
        return 0;
    size_t i = find_pin(obj);
    if (RPY_GC_FLAGS(obj) & RPY_GCF_PINNED) {
        pins[i].depth++;
        return 1;
    }
    const rpy_typeinfo *info = gci_info(obj);
    size_t size = gci_size(obj, info);
    if ((info->flags & (RPY_TF_HAS_PTRS | RPY_TF_SPECIAL)) ||
        rpy_gen_pinned_count == MAX_PINNED ||
        pinned_bytes + size > rpy_gen_nursery_size / 4)
        return 0;
    memmove(pins + i + 1, pins + i,
            (rpy_gen_pinned_count - i) * sizeof *pins);
    pins[i] = (pinned){ obj, size, 1 };
    rpy_gen_pinned_count++;
    pinned_bytes += size;
    RPY_GC_FLAGS(obj) |= RPY_GCF_PINNED;
    return 1;
}

void rpy_gc_unpin(void *obj)
{
    if (!rpy_gc_is_pinned(obj))
        return;
    size_t i = find_pin(obj);
    if (--pins[i].depth > 0)
        return;
    RPY_GC_FLAGS(obj) &= ~(uint32_t)RPY_GCF_PINNED;
    pinned_bytes -= pins[i].size;
    rpy_gen_pinned_count--;
    memmove(pins + i, pins + i + 1,
            (rpy_gen_pinned_count - i) * sizeof *pins);
}

/* The gaps are those found by the last minor collection. */
static char *gap_starts[MAX_PINNED + 1], *gap_ends[MAX_PINNED + 1];
static size_t n_gaps;

static void find_gaps(void)
{
    char *start = (char *)rpy_gen_nursery;
    n_gaps = 0;
    for (size_t i = 0; i < rpy_gen_pinned_count; i++) {
        gap_starts[n_gaps] = start;
        gap_ends[n_gaps++] = pins[i].obj;
        start = pins[i].obj + pins[i].size;
    }
    gap_starts[n_gaps] = start;
    gap_ends[n_gaps++] = (char *)rpy_gen_nursery + rpy_gen_nursery_size;
}

int rpy_gen_pinned_gap(size_t n, char **start, char **end)
{
    if (n == 0)
        find_gaps();
    if (n >= n_gaps)
        return 0;
    *start = gap_starts[n];
    *end = gap_ends[n];
    return 1;
}

void rpy_gen_pin_free(void)
{
    rpy_gci_map_free(&shadows);
    rpy_gen_pinned_count = 0;
    pinned_bytes = 0;
}

#endif
