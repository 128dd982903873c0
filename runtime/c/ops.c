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
