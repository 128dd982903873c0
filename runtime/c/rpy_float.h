/* rpy_float.h: floats to text and back, and libm with Python's errors.
 *
 * Nothing here depends on the locale.  None of it touches GC memory or needs
 * the GIL.
 */
#ifndef RPY_FLOAT_H
#define RPY_FLOAT_H

#include <math.h>
#include "rpy_base.h"

/* Flags of rpy_float_format; values of rfloat.DTSF_*. */
enum {
    RPY_FLOAT_SIGN = 0x1,      /* always a sign */
    RPY_FLOAT_ADD_DOT_0 = 0x2, /* ".0" if it would look like an integer */
    RPY_FLOAT_ALT = 0x4,       /* as %#: always a point, zeros kept with g */
};
/* Kinds of result; values of rfloat.DIST_*. */
enum { RPY_FLOAT_FINITE = 1, RPY_FLOAT_NAN = 2, RPY_FLOAT_INFINITY = 3 };

/* Bytes that suffice for rpy_float_format with this precision. */
#define RPY_FLOAT_FORMAT_ROOM(precision) ((size_t)(precision) + 330)

/* Writes x, NUL-terminated, into buffer (RPY_FLOAT_FORMAT_ROOM(precision)
 * bytes) and returns the length.  code is one of e E f F g G, or
 * r (shortest text that reads back as x, precision ignored; R is not taken).
 * Special values are nan, inf, -inf (upper case for E F G; a sign is added to
 * inf only if asked).  *kind, if not NULL, is set to RPY_FLOAT_FINITE ....
 * Returns -1 for an unknown code or negative precision. */
rpy_signed rpy_float_format(char *buffer, double x, char code,
                            rpy_signed precision, int flags, int *kind);
/* The same in memory from malloc (free with free); NULL: no memory or bad
 * arguments. */
char *rpy_float_to_string(double x, char code, rpy_signed precision, int flags,
                          int *kind);
/* Shortest text of repr() (with ".0"); buffer of 40 bytes; returns the length. */
rpy_signed rpy_float_repr(char *buffer, double x);
/* Text of str(): 12 digits, with ".0"; buffer of 40 bytes. */
rpy_signed rpy_float_str(char *buffer, double x);

/* Reads a decimal float from text of `length` bytes (not NUL-terminated):
 * optional sign, digits with optional point, optional exponent.  Also inf,
 * infinity and nan in any case.  No spaces, hexadecimals or underscores.
 * The whole text must be used.  Returns 1 and *result, or 0. */
int rpy_float_parse(const char *text, rpy_signed length, double *result);
/* As C's strtod on a NUL-terminated text, decimal and finite only: *end is
 * the first byte not used (text if there is no number). */
double rpy_float_strtod(const char *text, const char **end);

/* round(x, digits): halves away from zero, or to even; correct in decimal. */
double rpy_float_round(double x, rpy_signed digits, int half_even);

/* Bit patterns. */
RPY_INLINE int64_t rpy_float_to_bits(double x)
{
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}
RPY_INLINE double rpy_float_from_bits(int64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* (Signed)x and (Unsigned)x without undefined behaviour: what x86-64 gives,
 * the most negative number if x does not fit. */
RPY_INLINE rpy_signed rpy_float_to_signed(double x)
{
    if (RPY_LIKELY(x >= -9223372036854775808.0 && x < 9223372036854775808.0))
        return (rpy_signed)x;
    return INT64_MIN;
}
RPY_INLINE rpy_unsigned rpy_float_to_unsigned(double x)
{
    if (x >= 9223372036854775808.0 && x < 18446744073709551616.0)
        return (rpy_unsigned)x;
    return (rpy_unsigned)rpy_float_to_signed(x);
}

/* libm with Python's error rules: the status says which exception. */
enum { RPY_FLOAT_OK = 0, RPY_FLOAT_DOMAIN = 1 /* ValueError */,
       RPY_FLOAT_RANGE = 2 /* OverflowError */ };
double rpy_float_pow(double x, double y, int *status);
double rpy_float_fmod(double x, double y, int *status);
double rpy_float_ldexp(double x, rpy_signed exponent, int *status);
double rpy_float_frexp(double x, rpy_signed *exponent);
double rpy_float_modf(double x, double *integer_part);
double rpy_float_log(double x, int *status);
double rpy_float_log10(double x, int *status);
double rpy_float_atan2(double y, double x);
double rpy_float_hypot(double x, double y, int *status);
double rpy_float_gamma(double x, int *status);
double rpy_float_lgamma(double x, int *status);
/* Functions of one argument with the general rule: a NaN from a number is
 * a domain error, an infinity from a finite number a range error (a domain error
 * if can_overflow is 0). */
double rpy_float_math1(double (*function)(double), double x, int can_overflow,
                       int *status);

#endif
