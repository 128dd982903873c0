/* rpy_ops.h: what the C writer emits for single operations.
 *
 * Only generated code uses this.  Allocation comes in two parts: an inline
 * bump of the nursery that gives NULL when it does not fit, and the [collects]
 * functions of rpy_gc.h, around which generated code saves its roots.
 */
#ifndef RPY_OPS_H
#define RPY_OPS_H

#include "rpy_base.h"
#include "rpy_gc.h"
#include "rpy_exc.h"

#define RPY_C_NAN __builtin_nan("")
#define RPY_C_INF __builtin_inf()

/* New object of `size` bytes (a constant, at most RPY_GC_LARGE_SIZE) from the
 * nursery, or NULL. */
RPY_INLINE void *rpy_ops_bump(uint32_t tid, size_t size)
{
    char *p = rpy_gc_nursery_free;
    if (RPY_UNLIKELY((size_t)(rpy_gc_nursery_top - p) < size))
        return NULL;
    rpy_gc_nursery_free = p + size;
    *(uint64_t *)(void *)p = tid;
    return p;
}

/* The same for variable-sized objects; all but length are constants. */
RPY_INLINE void *rpy_ops_bump_array(uint32_t tid, rpy_signed length,
                                    size_t base, size_t item_size,
                                    size_t length_offset, size_t extra_items)
{
    size_t most = item_size == 0 ? (size_t)INT64_MAX
        : (RPY_GC_LARGE_SIZE - base) / item_size - extra_items;
    if (RPY_LIKELY((size_t)length <= most)) {
        size_t total = RPY_GC_ROUND(
            base + ((size_t)length + extra_items) * item_size);
        return rpy_gc_bump_varsize(tid, length, length_offset, total);
    }
    return NULL;
}

/* With everything but header and length zero. */
RPY_INLINE void *rpy_ops_bump_array_clear(uint32_t tid, rpy_signed length,
                                          size_t base, size_t item_size,
                                          size_t length_offset,
                                          size_t extra_items)
{
    char *p = rpy_ops_bump_array(tid, length, base, item_size, length_offset,
                                 extra_items);
    if (RPY_LIKELY(p != NULL)) {
        memset(p + 8, 0, length_offset - 8);
        memset(p + length_offset + 8, 0,
               base - length_offset - 8 +
               ((size_t)length + extra_items) * item_size);
    }
    return p;
}

/* [collects] The array made shorter, or a shorter copy of it. */
void *rpy_ops_shrink(void *array, rpy_signed length);

/* gc._trace_callback(callback, arg1, arg2, address) of custom trace hooks. */
RPY_INLINE void rpy_gc_trace_callback(void *callback, void *arg1, void *arg2,
                                      void *slot)
{
    ((rpy_gc_visit)callback)(slot, arg1, arg2);
}

/* First position of sub in text[start..end), or -1; an empty sub is found at
 * start.  0 <= start, end is at most the length of text. */
rpy_signed rpy_ops_find(const unsigned char *text, const unsigned char *sub,
                        rpy_signed length, rpy_signed start, rpy_signed end);
rpy_signed rpy_ops_find_wide(const uint32_t *text, const uint32_t *sub,
                             rpy_signed length, rpy_signed start,
                             rpy_signed end);
/* Less than, equal or greater than 0 by the first n characters. */
rpy_signed rpy_ops_compare_wide(const uint32_t *a, const uint32_t *b,
                                rpy_signed n);

/* Vtables start with the first and last type id of the class. */
RPY_INLINE int rpy_ops_issubclass(const void *sub, const void *class_)
{
    const rpy_signed *s = sub, *c = class_;
    return (rpy_unsigned)(s[0] - c[0]) <= (rpy_unsigned)(c[1] - c[0]);
}

/* Makes a fresh object an instance of the class with this vtable. */
#define rpy_ops_set_class(object, vtable) \
    (((rpy_gc_header *)(void *)(object))->tid = \
     (uint32_t)((const char *)(const void *)(vtable) - g_types - 64))

/* Python's // and % of 128-bit integers. */
RPY_INLINE rpy_int128 rpy_int128_floor_div(rpy_int128 a, rpy_int128 b)
{
    rpy_int128 q = b == -1 ? (rpy_int128)(0 - (rpy_uint128)a) : a / b;
    rpy_int128 r = b == -1 ? 0 : a % b;
    return q - (r != 0 && (r ^ b) < 0);
}
RPY_INLINE rpy_int128 rpy_int128_floor_mod(rpy_int128 a, rpy_int128 b)
{
    rpy_int128 r = b == -1 ? 0 : a % b;
    return r + ((r != 0 && (r ^ b) < 0) ? b : 0);
}

/* --lldebug: the index, if it is one of an array of `length` items.  (That of
 * the item behind the last one may be asked for, to get its address.) */
RPY_INLINE rpy_signed rpy_ops_index(rpy_signed index, rpy_signed length)
{
    if (RPY_UNLIKELY((rpy_unsigned)index > (rpy_unsigned)length))
        rpy_fatal("index out of the bounds of an array");
    return index;
}

RPY_INLINE int rpy_ops_abs_ovf(rpy_signed a, rpy_signed *r)
{
    *r = a < 0 ? (rpy_signed)(0 - (rpy_unsigned)a) : a;
    return a == INT64_MIN;
}

#endif
