#define _GNU_SOURCE /* memmem */

/* ops.c: out-of-line parts of rpy_ops.h. */

#include "rpy_ops.h"
#include "rpy_exc.h"

void *rpy_ops_shrink(void *array, rpy_signed length)
{
    const rpy_typeinfo *info = rpy_gc_typeinfo(RPY_GC_TID(array));
    char *copy;
    size_t tail;

    if (rpy_gc_shrink_array(array, length))
        return array;
    *rpy_ss_top++ = array;
    copy = rpy_gc_malloc_varsize_slow(RPY_GC_TID(array), length);
    array = *--rpy_ss_top;
    if (copy == NULL)
        return NULL;
    memcpy(copy + 8, (char *)array + 8, info->length_offset - 8);
    tail = info->length_offset + 8;
    memcpy(copy + tail, (char *)array + tail,
           info->fixed_size - tail + (size_t)length * info->item_size);
    return copy;
}

rpy_signed rpy_ops_find(const unsigned char *text, const unsigned char *sub,
                        rpy_signed length, rpy_signed start, rpy_signed end)
{
    const unsigned char *found;

    if (length > end - start)
        return -1;
    if (length == 1)
        found = memchr(text + start, sub[0], (size_t)(end - start));
    else
        found = memmem(text + start, (size_t)(end - start), sub,
                       (size_t)length);
    return found == NULL ? -1 : found - text;
}

rpy_signed rpy_ops_find_wide(const uint32_t *text, const uint32_t *sub,
                             rpy_signed length, rpy_signed start,
                             rpy_signed end)
{
    for (; length <= end - start; start++)
        if (memcmp(text + start, sub, (size_t)length * 4) == 0)
            return start;
    return -1;
}

rpy_signed rpy_ops_compare_wide(const uint32_t *a, const uint32_t *b,
                                rpy_signed n)
{
    for (rpy_signed i = 0; i < n; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}
