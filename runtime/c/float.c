/* float.c: floats to text and back.  See rpy_float.h.
 *
 * The digits come from the C library, whose conversions round correctly; the
 * layout is done here, so that the locale's decimal point does not matter. */
#define _GNU_SOURCE
#include <ctype.h>
#include <float.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include "rpy_float.h"

/* --- Digits ------------------------------------------------------------ */

/* A finite number without sign: 0.DIGITS * 10**point. */
typedef struct decimal {
    char digits[1600];
    int count, point;
} decimal;

/* Splits text of %e or %f: digits to `d`, whatever the decimal point is. */
static void take_digits(decimal *d, const char *text)
{
    int before = -1;
    d->count = 0;
    for (; *text != '\0' && *text != 'e'; text++) {
        if (isdigit((unsigned char)*text))
            d->digits[d->count++] = *text;
        else if (before < 0)
            before = d->count;
    }
    d->point = before < 0 ? d->count : before;
    if (*text == 'e')
        d->point += atoi(text + 1);
}

/* n >= 1 significant digits of x >= 0, correctly rounded. */
static void significant(decimal *d, double x, int n)
{
    char text[1600];
    if (n > 1100)
        n = 1100;
    snprintf(text, sizeof text, "%.*e", n - 1, x);
    take_digits(d, text);
}

/* n digits after the point. */
static void fixed(decimal *d, double x, int n)
{
    char text[1600];
    if (n > 1100)
        n = 1100;
    snprintf(text, sizeof text, "%.*f", n, x);
    take_digits(d, text);
}

static void strip_zeros(decimal *d)
{
    while (d->count > 1 && d->digits[d->count - 1] == '0')
        d->count--;
}

static locale_t c_locale(void)
{
    static locale_t locale;
    if (locale == (locale_t)0)
        locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return locale;
}

static double read_decimal(const char *text, char **end)
{
    locale_t locale = c_locale();
    if (locale == (locale_t)0)
        return strtod(text, end);
    return strtod_l(text, end, locale);
}

static double value_of(const decimal *d)
{
    char text[1700];
    snprintf(text, sizeof text, "0.%.*se%d", d->count, d->digits, d->point);
    return read_decimal(text, NULL);
}

/* The next larger number with as many digits. */
static void increment(decimal *d)
{
    int i = d->count;
    while (i > 0 && d->digits[i - 1] == '9')
        d->digits[--i] = '0';
    if (i > 0) {
        d->digits[i - 1]++;
    } else {
        d->digits[0] = '1';
        d->point++;
    }
}

/* The fewest digits that read back as x >= 0.  15 always read back if x
 * was written with so many, 17 always do.  The interval of numbers that read as
 * a power of two is wider above than below, so there the 16-digit number
 * just above may do when the nearest does not. */
static void shortest(decimal *d, double x)
{
    int exponent;
    if (x < DBL_MIN && x > 0.0) {
        /* Subnormal numbers have fewer digits. */
        for (int n = 1; n < 17; n++) {
            significant(d, x, n);
            if (value_of(d) == x)
                return;
        }
    }
    significant(d, x, 15);
    if (value_of(d) != x) {
        significant(d, x, 16);
        if (value_of(d) != x) {
            increment(d);
            if (frexp(x, &exponent) != 0.5 || value_of(d) != x)
                significant(d, x, 17);
        }
    }
    strip_zeros(d);
}

/* --- Layout ----------------------------------------------------------------- */

typedef struct layout {
    int sign, upper, flags;
    int exponential;
    int after;   /* least number of digits after the point */
} layout;

static char *put_digits(char *p, const decimal *d, int from, int to)
{
    for (int i = from; i < to; i++)
        *p++ = i >= 0 && i < d->count ? d->digits[i] : '0';
    return p;
}

static char *put_exponent(char *p, int exponent, int upper)
{
    *p++ = upper ? 'E' : 'e';
    *p++ = exponent < 0 ? '-' : '+';
    if (exponent < 0)
        exponent = -exponent;
    if (exponent >= 100)
        *p++ = (char)('0' + exponent / 100);
    *p++ = (char)('0' + exponent / 10 % 10);
    *p++ = (char)('0' + exponent % 10);
    return p;
}

static rpy_signed put(char *buffer, const decimal *d, const layout *l)
{
    char *p = buffer;
    int point = l->exponential ? 1 : d->point;
    int end = d->count > point + l->after ? d->count : point + l->after;
    if (l->sign)
        *p++ = (char)l->sign;
    if (point <= 0)
        *p++ = '0';
    p = put_digits(p, d, 0, point);
    if (end > point) {
        *p++ = '.';
        p = put_digits(p, d, point, end);
    } else if (l->flags & RPY_FLOAT_ALT) {
        *p++ = '.';
        if ((l->flags & RPY_FLOAT_ADD_DOT_0) && !l->exponential)
            *p++ = '0';
    } else if ((l->flags & RPY_FLOAT_ADD_DOT_0) && !l->exponential) {
        *p++ = '.';
        *p++ = '0';
    }
    if (l->exponential) {
        int zero = d->count == 1 && d->digits[0] == '0';
        for (int i = 0; !zero && i < d->count && d->digits[i] == '0'; i++)
            zero = i + 1 == d->count;
        p = put_exponent(p, zero ? 0 : d->point - 1, l->upper);
    }
    *p = '\0';
    return p - buffer;
}

static rpy_signed put_special(char *buffer, double x, int sign, int upper,
                              int *kind)
{
    char *p = buffer;
    if (isnan(x)) {
        *kind = RPY_FLOAT_NAN;
        strcpy(p, upper ? "NAN" : "nan");
        return 3;
    }
    *kind = RPY_FLOAT_INFINITY;
    if (sign)
        *p++ = (char)sign;
    strcpy(p, upper ? "INF" : "inf");
    return p + 3 - buffer;
}

static void general(decimal *d, double x, int precision, layout *l)
{
    significant(d, x, precision);
    int most = precision - ((l->flags & RPY_FLOAT_ADD_DOT_0) ? 1 : 0);
    l->exponential = x != 0.0 && (d->point <= -4 || d->point > most);
    if (!(l->flags & RPY_FLOAT_ALT))
        strip_zeros(d);
}

rpy_signed rpy_float_format(char *buffer, double x, char code,
                            rpy_signed precision, int flags, int *kind)
{
    int no_kind;
    decimal d;
    layout l = { 0 };
    if (kind == NULL)
        kind = &no_kind;
    if (precision < 0 || precision > 100000000)
        return -1;
    l.flags = flags;
    l.upper = code == 'E' || code == 'F' || code == 'G';
    l.sign = signbit(x) ? '-' : (flags & RPY_FLOAT_SIGN) ? '+' : 0;
    if (!isfinite(x) && strchr("eEfFgGr", code) != NULL && code != '\0')
        return put_special(buffer, x, l.sign, l.upper, kind);
    *kind = RPY_FLOAT_FINITE;
    x = fabs(x);
    switch (code) {
    case 'r':
        shortest(&d, x);
        l.exponential = x != 0.0 && (d.point <= -4 || d.point > 16);
        break;
    case 'e': case 'E':
        significant(&d, x, (int)precision + 1);
        l.exponential = 1;
        l.after = (int)precision;
        break;
    case 'f': case 'F':
        fixed(&d, x, (int)precision);
        l.after = (int)precision;
        break;
    case 'g': case 'G':
        general(&d, x, precision ? (int)precision : 1, &l);
        if (flags & RPY_FLOAT_ALT)
            l.after = (int)precision - (l.exponential ? 1 : d.point);
        if (l.after < 0)
            l.after = 0;
        break;
    default:
        return -1;
    }
    return put(buffer, &d, &l);
}

char *rpy_float_to_string(double x, char code, rpy_signed precision, int flags,
                          int *kind)
{
    if (precision < 0 || precision > 100000000)
        return NULL;
    char *buffer = malloc(RPY_FLOAT_FORMAT_ROOM(precision));
    if (buffer == NULL)
        return NULL;
    rpy_signed n = rpy_float_format(buffer, x, code, precision, flags, kind);
    if (n < 0) {
        free(buffer);
        return NULL;
    }
    char *smaller = realloc(buffer, (size_t)n + 1);
    return smaller != NULL ? smaller : buffer;
}

rpy_signed rpy_float_repr(char *buffer, double x)
{
    return rpy_float_format(buffer, x, 'r', 0, RPY_FLOAT_ADD_DOT_0, NULL);
}

rpy_signed rpy_float_str(char *buffer, double x)
{
    return rpy_float_format(buffer, x, 'g', 12, RPY_FLOAT_ADD_DOT_0, NULL);
}

/* --- Reading -------------------------------------------------------------------- */

static int same_word(const char *p, rpy_signed length, const char *word)
{
    if (length != (rpy_signed)strlen(word))
        return 0;
    for (rpy_signed i = 0; i < length; i++)
        if (tolower((unsigned char)p[i]) != word[i])
            return 0;
    return 1;
}

/* Length of the decimal number at the start of the text; 0 if none. */
static rpy_signed number_length(const char *p, rpy_signed length)
{
    rpy_signed i = 0, digits = 0;
    if (i < length && (p[i] == '+' || p[i] == '-'))
        i++;
    for (; i < length && isdigit((unsigned char)p[i]); i++)
        digits++;
    if (i < length && p[i] == '.') {
        rpy_signed after = i + 1;
        for (; after < length && isdigit((unsigned char)p[after]); after++)
            digits++;
        i = after;
    }
    if (digits == 0)
        return 0;
    if (i < length && (p[i] == 'e' || p[i] == 'E')) {
        rpy_signed e = i + 1;
        if (e < length && (p[e] == '+' || p[e] == '-'))
            e++;
        if (e < length && isdigit((unsigned char)p[e])) {
            while (e < length && isdigit((unsigned char)p[e]))
                e++;
            i = e;
        }
    }
    return i;
}

static int parse_special(const char *text, rpy_signed length, double *result)
{
    int negative = length > 0 && text[0] == '-';
    if (negative || (length > 0 && text[0] == '+')) {
        text++;
        length--;
    }
    double value;
    if (same_word(text, length, "inf") || same_word(text, length, "infinity"))
        value = (double)INFINITY;
    else if (same_word(text, length, "nan"))
        value = (double)NAN;
    else
        return 0;
    *result = negative ? -value : value;
    return 1;
}

int rpy_float_parse(const char *text, rpy_signed length, double *result)
{
    char local[128], *copy = local;
    if (length <= 0)
        return 0;
    if (number_length(text, length) != length)
        return parse_special(text, length, result);
    if (length >= (rpy_signed)sizeof local) {
        copy = malloc((size_t)length + 1);
        if (copy == NULL)
            return 0;
    }
    memcpy(copy, text, (size_t)length);
    copy[length] = '\0';
    *result = read_decimal(copy, NULL);
    if (copy != local)
        free(copy);
    return 1;
}

double rpy_float_strtod(const char *text, const char **end)
{
    double result = 0.0;
    rpy_signed n = number_length(text, (rpy_signed)strlen(text));
    if (n > 0)
        rpy_float_parse(text, n, &result);
    *end = text + n;
    return result;
}

/* --- Rounding ---------------------------------------------------------------------- */

/* Digits after the binary, and so after the decimal, point that x needs. */
static int fraction_bits(double x)
{
    int exponent;
    double m = frexp(x, &exponent);
    int64_t mantissa = (int64_t)ldexp(m, 53);
    int zeros = mantissa ? __builtin_ctzll((uint64_t)mantissa) : 53;
    int bits = 53 - zeros - exponent;
    return bits > 0 ? bits : 0;
}

/* Should the digits before `at` be rounded up?  The digits are exact. */
static int rounds_up(const decimal *d, int at, int half_even)
{
    if (at < 0 || d->digits[at] < '5')
        return 0;
    if (d->digits[at] > '5')
        return 1;
    for (int i = at + 1; i < d->count; i++)
        if (d->digits[i] != '0')
            return 1;
    return !half_even || (at > 0 && ((d->digits[at - 1] - '0') & 1));
}

double rpy_float_round(double x, rpy_signed digits, int half_even)
{
    decimal d;
    if (!isfinite(x) || x == 0.0)
        return x;
    int bits = fraction_bits(x);
    if (digits >= bits)
        return x;
    if (digits < -400)
        return copysign(0.0, x);
    fixed(&d, fabs(x), bits);
    /* Room for a carry: a leading zero. */
    memmove(d.digits + 1, d.digits, (size_t)d.count);
    d.digits[0] = '0';
    d.count++;
    d.point++;
    int at = d.point + (int)digits;
    if (at < 1)
        return copysign(0.0, x);
    if (at >= d.count)
        return x;
    int up = rounds_up(&d, at, half_even);
    d.count = at;
    if (up)
        increment(&d);
    return copysign(value_of(&d), x);
}
