/* gc_blocks.c: blocks of lines, the old generation's memory for small objects.
 * See gc_gen.h. */
#include <sys/mman.h>
#include "gc_gen.h"

#if defined(RPY_GC_GENERATION)

/* Blocks are mapped and unmapped in chunks of one huge page: the kernel
 * clears it at once, which is several times cheaper than page by page. */
#define CHUNK_SIZE ((size_t)2 << 20)
#define CHUNK_BLOCKS (CHUNK_SIZE / GEN_BLOCK_SIZE)

typedef struct block block;
struct block {
    uint8_t marks[GEN_LINES];
    block *next;  /* in the free or partly free list */
    uint32_t is_free;
};
#define HEADER_LINES \
    ((sizeof(block) + GEN_LINE_SIZE - 1) / GEN_LINE_SIZE)

char *rpy_gen_hole_free, *rpy_gen_hole_end;
uint8_t rpy_gen_epoch = 1;
size_t rpy_gen_block_bytes, rpy_gen_mapped, rpy_gen_mapped_peak;

static gci_vec chunks;
static block *free_blocks, *partial_blocks;
static size_t n_free_blocks;
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

static void add_free_block(block *b)
{
    b->is_free = 1;
    b->next = free_blocks;
    free_blocks = b;
    n_free_blocks++;
}

static int map_chunk(void)
{
    char *p = map_aligned();
    if (p == NULL)
        return 0;
    madvise(p, CHUNK_SIZE, MADV_HUGEPAGE);
    gci_push(&chunks, p);
    rpy_gen_mapped += CHUNK_SIZE;
    if (rpy_gen_mapped > rpy_gen_mapped_peak)
        rpy_gen_mapped_peak = rpy_gen_mapped;
    for (size_t i = CHUNK_BLOCKS; i-- > 0;)
        add_free_block((block *)(void *)(p + i * GEN_BLOCK_SIZE));
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
    if (free_blocks == NULL && !map_chunk())
        rpy_gci_panic("out of memory");
    block *b = free_blocks;
    free_blocks = b->next;
    b->is_free = 0;
    n_free_blocks--;
    rpy_gen_block_bytes += GEN_BLOCK_SIZE - HEADER_LINES * GEN_LINE_SIZE;
    return b;
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

static void unmap_chunk(char *chunk)
{
    munmap(chunk, CHUNK_SIZE);
    rpy_gen_mapped -= CHUNK_SIZE;
}

static block *chunk_block(char *chunk, size_t i)
{
    return (block *)(void *)(chunk + i * GEN_BLOCK_SIZE);
}

/* Sorts the blocks of a chunk into the lists; *end is the end of that of
 * the partly free ones. */
static void sweep_chunk(char *chunk, block ***end)
{
    for (size_t i = CHUNK_BLOCKS; i-- > 0;) {
        block *b = chunk_block(chunk, i);
        size_t live = b->is_free ? 0 : sweep_block(b);
        if (live == 0) {
            add_free_block(b);
            continue;
        }
        rpy_gen_block_bytes += live * GEN_LINE_SIZE;
        if (live < GEN_LINES - HEADER_LINES) {
            **end = b;
            *end = &b->next;
        }
    }
}

void rpy_gen_blocks_sweep(void)
{
    block **end = &partial_blocks;
    free_blocks = NULL;
    n_free_blocks = 0;
    rpy_gen_block_bytes = 0;
    rpy_gen_hole_free = rpy_gen_hole_end = big_free = big_end = NULL;
    hole_block = NULL;
    for (size_t i = 0; i < chunks.count; i++)
        sweep_chunk(chunks.items[i], &end);
    *end = NULL;
}

static int is_free_chunk(char *chunk)
{
    for (size_t i = 0; i < CHUNK_BLOCKS; i++)
        if (!chunk_block(chunk, i)->is_free)
            return 0;
    return 1;
}

void rpy_gen_blocks_release(size_t keep)
{
    size_t free_bytes = n_free_blocks * GEN_BLOCK_SIZE, kept = 0;
    free_blocks = NULL;
    n_free_blocks = 0;
    for (size_t i = 0; i < chunks.count; i++) {
        char *chunk = chunks.items[i];
        if (free_bytes >= keep + CHUNK_SIZE && is_free_chunk(chunk)) {
            unmap_chunk(chunk);
            free_bytes -= CHUNK_SIZE;
            continue;
        }
        chunks.items[kept++] = chunk;
        for (size_t j = CHUNK_BLOCKS; j-- > 0;)
            if (chunk_block(chunk, j)->is_free)
                add_free_block(chunk_block(chunk, j));
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
