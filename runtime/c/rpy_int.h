/* rpy_int.h: integer operations where C and the source language differ.
 *
 * Pure inline functions.  The _ovf forms return 1 on overflow.  Division by
 * zero and shift counts outside 0..63 are the caller's to exclude.
 */
#ifndef RPY_INT_H
#define RPY_INT_H

#include "rpy_base.h"

RPY_INLINE int rpy_int_add_ovf(rpy_signed a, rpy_signed b, rpy_signed *r)
{
    return __builtin_add_overflow(a, b, r);
}
RPY_INLINE int rpy_int_sub_ovf(rpy_signed a, rpy_signed b, rpy_signed *r)
{
    return __builtin_sub_overflow(a, b, r);
}
RPY_INLINE int rpy_int_mul_ovf(rpy_signed a, rpy_signed b, rpy_signed *r)
{
    return __builtin_mul_overflow(a, b, r);
}
RPY_INLINE int rpy_int_neg_ovf(rpy_signed a, rpy_signed *r)
{
    return __builtin_sub_overflow((rpy_signed)0, a, r);
}
RPY_INLINE int rpy_int_lshift_ovf(rpy_signed a, rpy_signed n, rpy_signed *r)
{
    *r = (rpy_signed)((rpy_unsigned)a << n);
    return (*r >> n) != a;
}

/* C division and remainder (rounding to zero), with MIN / -1 wrapping. */
RPY_INLINE rpy_signed rpy_int_c_div(rpy_signed a, rpy_signed b)
{
    return b == -1 ? (rpy_signed)(0 - (rpy_unsigned)a) : a / b;
}
RPY_INLINE rpy_signed rpy_int_c_mod(rpy_signed a, rpy_signed b)
{
    return b == -1 ? 0 : a % b;
}
/* Python's // and %, rounding to minus infinity. */
RPY_INLINE rpy_signed rpy_int_floor_div(rpy_signed a, rpy_signed b)
{
    rpy_signed q = rpy_int_c_div(a, b), r = rpy_int_c_mod(a, b);
    return q - (r != 0 && (r ^ b) < 0);
}
RPY_INLINE rpy_signed rpy_int_floor_mod(rpy_signed a, rpy_signed b)
{
    rpy_signed r = rpy_int_c_mod(a, b);
    return r + ((r != 0 && (r ^ b) < 0) ? b : 0);
}

/* Shifts of Python: counts of 64 and more give 0 or -1; not negative. */
RPY_INLINE rpy_signed rpy_int_lshift(rpy_signed a, rpy_signed n)
{
    return n < 64 ? (rpy_signed)((rpy_unsigned)a << n) : 0;
}
RPY_INLINE rpy_signed rpy_int_rshift(rpy_signed a, rpy_signed n)
{
    return a >> (n < 64 ? n : 63);
}
RPY_INLINE rpy_unsigned rpy_uint_lshift(rpy_unsigned a, rpy_signed n)
{
    return n < 64 ? a << n : 0;
}
RPY_INLINE rpy_unsigned rpy_uint_rshift(rpy_unsigned a, rpy_signed n)
{
    return n < 64 ? a >> n : 0;
}

/* High word of a product, and (a * b) mod c without overflow (c > 0, result
 * has the sign of Python's %). */
RPY_INLINE rpy_unsigned rpy_uint_mul_high(rpy_unsigned a, rpy_unsigned b)
{
    return (rpy_unsigned)(((rpy_uint128)a * b) >> 64);
}
RPY_INLINE rpy_signed rpy_int_mul_high(rpy_signed a, rpy_signed b)
{
    return (rpy_signed)(((rpy_int128)a * b) >> 64);
}
RPY_INLINE rpy_signed rpy_int_mulmod(rpy_signed a, rpy_signed b, rpy_signed c)
{
    rpy_int128 r = (rpy_int128)a * b % c;
    if (r != 0 && ((r < 0) != (c < 0)))
        r += c;
    return (rpy_signed)r;
}

#endif
