/* gc_blocks.c: blocks of lines, the old generation's memory for small objects.
 * See gc_gen.h. */
#include <sys/mman.h>
#include "gc_gen.h"

#if defined(RPY_GC_GENERATION)

/* Blocks are mapped and unmapped in chunks of one huge page: the kernel
 * clears it at once, which is several times cheaper than page by page. */
#define CHUNK_SIZE ((size_t)2 << 20)
#define CHUNK_BLOCKS (CHUNK_SIZE / GEN_BLOCK_SIZE)

/* The start of a block. */
typedef struct block block;
struct block {
    uint8_t marks[GEN_LINES];
    block *next;  /* in the list of partly free blocks */
};
#define HEADER_LINES \
    ((sizeof(block) + GEN_LINE_SIZE - 1) / GEN_LINE_SIZE)

/* Which blocks are free is noted outside of them: memory that is not used
 * yet is not touched. */
typedef struct chunk {
    char *base;
    uint64_t free; /* bit i: block i */
} chunk;
_Static_assert(CHUNK_BLOCKS == 64, "one bit per block");

char *rpy_gen_hole_free, *rpy_gen_hole_end;
uint8_t rpy_gen_epoch = 1;
size_t rpy_gen_block_bytes, rpy_gen_mapped, rpy_gen_mapped_peak;

static gci_vec chunks;
static block *partial_blocks;
static size_t n_free_blocks;
/* Free blocks are taken from this chunk on. */
static size_t free_chunk;
/* The block whose holes are being used, and the line where the search for
 * the next one starts. */
static block *hole_block;
static size_t hole_line;
/* Bump region for objects that did not fit a hole. */
static char *big_free, *big_end;

static char *map_aligned(void)
{
    char *p = mmap(NULL, CHUNK_SIZE, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    if (((uintptr_t)p & (CHUNK_SIZE - 1)) == 0)
        return p;
    munmap(p, CHUNK_SIZE);
    p = mmap(NULL, 2 * CHUNK_SIZE, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    size_t skip = (CHUNK_SIZE - ((uintptr_t)p & (CHUNK_SIZE - 1))) &
                  (CHUNK_SIZE - 1);
    if (skip)
        munmap(p, skip);
    munmap(p + skip + CHUNK_SIZE, CHUNK_SIZE - skip);
    return p + skip;
}

static int map_chunk(void)
{
    chunk *c = malloc(sizeof *c);
    char *p = c != NULL ? map_aligned() : NULL;
    if (p == NULL) {
        free(c);
        return 0;
    }
    madvise(p, CHUNK_SIZE, MADV_HUGEPAGE);
    c->base = p;
    c->free = ~(uint64_t)0;
    gci_push(&chunks, c);
    n_free_blocks += CHUNK_BLOCKS;
    rpy_gen_mapped += CHUNK_SIZE;
    if (rpy_gen_mapped > rpy_gen_mapped_peak)
        rpy_gen_mapped_peak = rpy_gen_mapped;
    return 1;
}

size_t rpy_gen_free_block_bytes(void)
{
    return n_free_blocks * GEN_BLOCK_SIZE;
}

int rpy_gen_reserve(size_t bytes)
{
    while (n_free_blocks * GEN_BLOCK_SIZE < bytes)
        if (!map_chunk())
            return 0;
    return 1;
}

static block *take_free_block(void)
{
    if (n_free_blocks == 0 && !map_chunk())
        rpy_gci_panic("out of memory");
    chunk *c = chunks.items[free_chunk];
    while (c->free == 0)
        c = chunks.items[++free_chunk];
    int i = __builtin_ctzll(c->free);
    c->free &= c->free - 1;
    n_free_blocks--;
    rpy_gen_block_bytes += GEN_BLOCK_SIZE - HEADER_LINES * GEN_LINE_SIZE;
    return (block *)(void *)(c->base + (size_t)i * GEN_BLOCK_SIZE);
}

static char *block_lines(block *b)
{
    return (char *)b + HEADER_LINES * GEN_LINE_SIZE;
}

/* Makes the next run of free lines of hole_block the current hole. */
static int next_hole(void)
{
    uint8_t *marks = hole_block->marks;
    size_t i = hole_line;
    while (i < GEN_LINES && marks[i] != 0)
        i++;
    if (i == GEN_LINES)
        return 0;
    size_t start = i;
    while (i < GEN_LINES && marks[i] == 0)
        i++;
    hole_line = i;
    rpy_gen_hole_free = (char *)hole_block + start * GEN_LINE_SIZE;
    rpy_gen_hole_end = (char *)hole_block + i * GEN_LINE_SIZE;
    rpy_gen_block_bytes += (i - start) * GEN_LINE_SIZE;
    return 1;
}

static void *alloc_big(size_t size)
{
    if ((size_t)(big_end - big_free) < size) {
        block *b = take_free_block();
        big_free = block_lines(b);
        big_end = (char *)b + GEN_BLOCK_SIZE;
    }
    char *p = big_free;
    big_free = p + size;
    return p;
}

RPY_NOINLINE void *rpy_gen_alloc_slow(size_t size)
{
    /* An object longer than a line may not fit many holes: leave the hole to
     * smaller ones. */
    if (size > GEN_LINE_SIZE && rpy_gen_hole_end != rpy_gen_hole_free)
        return alloc_big(size);
    for (;;) {
        if (hole_block != NULL && next_hole()) {
            if ((size_t)(rpy_gen_hole_end - rpy_gen_hole_free) >= size)
                break;
            if (size > GEN_LINE_SIZE)
                return alloc_big(size);
            continue;
        }
        hole_block = partial_blocks;
        if (hole_block != NULL) {
            partial_blocks = hole_block->next;
            hole_line = HEADER_LINES;
            continue;
        }
        block *b = take_free_block();
        rpy_gen_hole_free = block_lines(b);
        rpy_gen_hole_end = (char *)b + GEN_BLOCK_SIZE;
        break;
    }
    char *p = rpy_gen_hole_free;
    rpy_gen_hole_free = p + size;
    return p;
}

/* Lines keep their old epoch until the sweep: while marking, allocation
 * takes lines with mark 0 only. */
void rpy_gen_blocks_start_marking(void)
{
    rpy_gen_epoch ^= 3;
}

/* Zeroes the marks of other epochs; returns the number of live lines. */
static size_t sweep_block(block *b)
{
    size_t live = 0;
    uint8_t epoch = rpy_gen_epoch;
    for (size_t i = 0; i < GEN_LINES; i++) {
        uint8_t is_live = b->marks[i] == epoch;
        b->marks[i] = (uint8_t)(is_live * epoch);
        live += is_live;
    }
    return live;
}

static void unmap_chunk(chunk *c)
{
    munmap(c->base, CHUNK_SIZE);
    rpy_gen_mapped -= CHUNK_SIZE;
    free(c);
}

/* Finds the free blocks of a chunk; *end is the end of the list of the partly
 * free ones. */
static void sweep_chunk(chunk *c, block ***end)
{
    for (size_t i = 0; i < CHUNK_BLOCKS; i++) {
        if (c->free >> i & 1)
            continue;
        block *b = (block *)(void *)(c->base + i * GEN_BLOCK_SIZE);
        size_t live = sweep_block(b);
        rpy_gen_block_bytes += live * GEN_LINE_SIZE;
        if (live == 0) {
            c->free |= (uint64_t)1 << i;
        } else if (live < GEN_LINES - HEADER_LINES) {
            **end = b;
            *end = &b->next;
        }
    }
    n_free_blocks += (size_t)__builtin_popcountll(c->free);
}

void rpy_gen_blocks_sweep(void)
{
    block **end = &partial_blocks;
    n_free_blocks = 0;
    free_chunk = 0;
    rpy_gen_block_bytes = 0;
    rpy_gen_hole_free = rpy_gen_hole_end = big_free = big_end = NULL;
    hole_block = NULL;
    for (size_t i = 0; i < chunks.count; i++)
        sweep_chunk(chunks.items[i], &end);
    *end = NULL;
}

void rpy_gen_blocks_release(size_t keep)
{
    size_t kept = 0;
    for (size_t i = 0; i < chunks.count; i++) {
        chunk *c = chunks.items[i];
        if (c->free == ~(uint64_t)0 &&
            n_free_blocks * GEN_BLOCK_SIZE >= keep + CHUNK_SIZE) {
            n_free_blocks -= CHUNK_BLOCKS;
            unmap_chunk(c);
        } else {
            chunks.items[kept++] = c;
        }
    }
    chunks.count = kept;
}

void rpy_gen_blocks_free(void)
{
    for (size_t i = 0; i < chunks.count; i++)
        unmap_chunk(chunks.items[i]);
    rpy_gci_vec_free(&chunks);
}

#endif
