/* gc_large.c: objects outside nursery and blocks, one by one.  See gc_gen.h. */
#include <sys/mman.h>
#include "gc_gen.h"

#if defined(RPY_GC_GENERATION)

size_t rpy_gen_large_bytes, rpy_gen_large_peak, rpy_gen_young_large_bytes;
gci_vec rpy_gen_young_large;
uintptr_t rpy_gen_young_large_low, rpy_gen_young_large_span;
static gci_vec old_large;

/* From this size on objects have their own mapping, in huge pages where they
 * fit: the first touch of their memory is several times cheaper, and it goes
 * back to the system at once.  At most half of the last huge page is wasted. */
#define MAP_SIZE ((size_t)4 << 20)
#define HUGE_PAGE ((size_t)2 << 20)

static char *map_huge(size_t size)
{
    size_t whole = (size + HUGE_PAGE + 4095) & ~(size_t)4095;
    char *p = mmap(NULL, whole, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == (char *)MAP_FAILED)
        return NULL;
    size_t skip = (HUGE_PAGE - ((uintptr_t)p & (HUGE_PAGE - 1))) & (HUGE_PAGE - 1);
    size_t used = (size + 4095) & ~(size_t)4095;
    if (skip)
        munmap(p, skip);
    if (whole > skip + used)
        munmap(p + skip + used, whole - skip - used);
    madvise(p + skip, used, MADV_HUGEPAGE);
    return p + skip;
}

static char *get_memory(size_t size, int clear)
{
    if (size >= MAP_SIZE)
        return map_huge(size);
    return clear ? calloc(1, size) : malloc(size);
}

static void give_back(char *p, size_t size)
{
    if (size >= MAP_SIZE)
        munmap(p, (size + 4095) & ~(size_t)4095);
    else
        free(p);
}

void *rpy_gen_large_alloc(const rpy_typeinfo *info, size_t size,
                          rpy_signed length, int clear)
{
    size_t cards = 0;
    if ((info->flags & RPY_TF_PTR_ARRAY) && length > 0)
        cards = ((size_t)length + (1u << GEN_CARD_SHIFT) - 1) >> GEN_CARD_SHIFT;
    if (cards > UINT32_MAX - 64)
        return NULL;
    size_t front = ((cards + 15) & ~(size_t)15) + sizeof(gen_large);
    char *p = get_memory(front + size, clear);
    if (p == NULL)
        return NULL;
    if (!clear)
        memset(p, 0, front);
    void *obj = p + front;
    gen_large *large = gen_large_of(obj);
    large->cards = (uint32_t)cards;
    large->front = (uint32_t)front;
    large->bytes = front + size;
    rpy_gen_large_bytes += front + size;
    if (rpy_gen_large_bytes > rpy_gen_large_peak)
        rpy_gen_large_peak = rpy_gen_large_bytes;
    return obj;
}

static void free_large(void *obj)
{
    gen_large *large = gen_large_of(obj);
    rpy_gen_large_bytes -= large->bytes;
    give_back((char *)obj - large->front, large->bytes);
}

static uint32_t old_flags(void *obj)
{
    uint32_t cards = gen_large_of(obj)->cards ? RPY_GCF_CARDS : 0;
    return RPY_GCF_LARGE | RPY_GCF_BARRIER | cards | gen_born_mark();
}

void rpy_gen_large_add_old(void *obj, uint32_t tid)
{
    rpy_gc_header *header = obj;
    header->tid = tid;
    header->flags = old_flags(obj);
    gci_push(&old_large, obj);
}

void rpy_gen_large_add_young(void *obj, uint32_t tid)
{
    rpy_gc_header *header = obj;
    header->tid = tid;
    header->flags = RPY_GCF_LARGE | RPY_GCF_YOUNG_LARGE;
    gci_push(&rpy_gen_young_large, obj);
    rpy_gen_young_large_bytes += gen_large_of(obj)->bytes;
    uintptr_t address = (uintptr_t)obj;
    if (rpy_gen_young_large.count == 1) {
        rpy_gen_young_large_low = address;
        rpy_gen_young_large_span = 1;
        return;
    }
    uintptr_t high = rpy_gen_young_large_low + rpy_gen_young_large_span - 1;
    if (address < rpy_gen_young_large_low)
        rpy_gen_young_large_low = address;
    if (address > high)
        high = address;
    rpy_gen_young_large_span = high - rpy_gen_young_large_low + 1;
}

void rpy_gen_large_survives(void *obj)
{
    rpy_gc_header *header = obj;
    uint32_t kept = header->flags & (RPY_GCF_EXTRA | RPY_GCF_IGNORE_FINALIZER);
    header->flags = old_flags(obj) | kept;
}

void rpy_gen_large_end_minor(void)
{
    for (size_t i = 0; i < rpy_gen_young_large.count; i++) {
        void *obj = rpy_gen_young_large.items[i];
        if (RPY_GC_FLAGS(obj) & RPY_GCF_YOUNG_LARGE)
            free_large(obj);
        else
            gci_push(&old_large, obj);
    }
    rpy_gen_young_large.count = 0;
    rpy_gen_young_large_bytes = 0;
    rpy_gen_young_large_low = rpy_gen_young_large_span = 0;
}

void rpy_gen_large_sweep(void)
{
    size_t kept = 0;
    for (size_t i = 0; i < old_large.count; i++) {
        void *obj = old_large.items[i];
        if (gen_is_black(obj))
            old_large.items[kept++] = obj;
        else
            free_large(obj);
    }
    old_large.count = kept;
}

void rpy_gen_large_free_all(void)
{
    for (size_t i = 0; i < old_large.count; i++)
        free_large(old_large.items[i]);
    for (size_t i = 0; i < rpy_gen_young_large.count; i++)
        free_large(rpy_gen_young_large.items[i]);
    rpy_gci_vec_free(&old_large);
    rpy_gci_vec_free(&rpy_gen_young_large);
}

#endif
