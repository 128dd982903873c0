/* gc_barrier.c: slow paths of the write barrier.  See gc_gen.h. */
#include "gc_gen.h"

#if defined(RPY_GC_GENERATION)

static void remember(void *obj)
{
    uint32_t flags = RPY_GC_FLAGS(obj);
    if (flags & RPY_GCF_UNTOUCHED)
        gci_push(&rpy_gen_prebuilt_roots, obj);
    RPY_GC_FLAGS(obj) =
        flags & ~(uint32_t)(RPY_GCF_BARRIER | RPY_GCF_UNTOUCHED);
    gci_push(&rpy_gen_remembered, obj);
}

void rpy_gc_write_barrier_slow(void *obj)
{
    remember(obj);
}

static void carded(void *obj)
{
    if (!(RPY_GC_FLAGS(obj) & RPY_GCF_CARDS_SET)) {
        RPY_GC_FLAGS(obj) |= RPY_GCF_CARDS_SET;
        gci_push(&rpy_gen_carded, obj);
    }
}

void rpy_gc_write_barrier_array_slow(void *obj, rpy_signed index)
{
    if (!(RPY_GC_FLAGS(obj) & RPY_GCF_CARDS)) {
        remember(obj);
        return;
    }
    *gen_card(gen_large_of(obj), (size_t)index >> GEN_CARD_SHIFT) = 1;
    carded(obj);
}

void rpy_gc_write_barrier_copy(void *src, void *dest, rpy_signed src_start,
                               rpy_signed dest_start, rpy_signed count)
{
    (void)src, (void)src_start;
    uint32_t flags = RPY_GC_FLAGS(dest);
    if (!(flags & RPY_GCF_BARRIER) || count <= 0)
        return;
    if (!(flags & RPY_GCF_CARDS)) {
        remember(dest);
        return;
    }
    gen_large *large = gen_large_of(dest);
    size_t first = (size_t)dest_start >> GEN_CARD_SHIFT;
    size_t last = (size_t)(dest_start + count - 1) >> GEN_CARD_SHIFT;
    memset(gen_card(large, last), 1, last - first + 1);
    carded(dest);
}

void rpy_gci_trace_prebuilt(rpy_gc_visit visit, void *arg1, void *arg2)
{
    for (size_t i = 0; i < rpy_gen_prebuilt_roots.count; i++) {
        void *obj = rpy_gen_prebuilt_roots.items[i];
        gci_trace(obj, gci_info(obj), visit, arg1, arg2);
    }
}

const char *rpy_gci_check_slot(void *holder, void **slot)
{
    uint32_t flags = RPY_GC_FLAGS(holder);
    void *obj = *slot;
    if ((flags & RPY_GCF_UNTOUCHED) && !(RPY_GC_FLAGS(obj) & RPY_GCF_PREBUILT))
        return "missing write barrier (prebuilt object)";
    int young = gen_in_nursery(obj) || (RPY_GC_FLAGS(obj) & RPY_GCF_YOUNG_LARGE);
    if (!(flags & RPY_GCF_BARRIER) || !young)
        return NULL;
    if (flags & RPY_GCF_CARDS) {
        size_t byte = (size_t)((char *)slot - (char *)holder) -
                      gci_info(holder)->fixed_size;
        if (*gen_card(gen_large_of(holder), byte / 8 >> GEN_CARD_SHIFT))
            return NULL;
    }
    return "missing write barrier";
}

int rpy_gc_shrink_array(void *array, rpy_signed new_length)
{
    const rpy_typeinfo *info = gci_info(array);
    rpy_signed *length = gci_length(array, info);
    /* Old memory is not given back: worth it only if little is lost.  A
     * young object leaves the rest behind when it moves. */
    if (!gen_in_nursery(array) && new_length < *length / 2)
        return 0;
    if (RPY_GC_FLAGS(array) & (RPY_GCF_PINNED | RPY_GCF_SHADOW))
        return 0;
    *length = new_length;
    return 1;
}

#endif
