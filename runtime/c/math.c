/* math.c: libm with Python's error rules.  See rpy_float.h. */
#define _GNU_SOURCE
#include "rpy_float.h"

double rpy_float_math1(double (*function)(double), double x, int can_overflow,
                       int *status)
{
    double r = function(x);
    *status = RPY_FLOAT_OK;
    if (isnan(r) && !isnan(x))
        *status = RPY_FLOAT_DOMAIN;
    else if (isinf(r) && isfinite(x))
        *status = can_overflow ? RPY_FLOAT_RANGE : RPY_FLOAT_DOMAIN;
    return r;
}

double rpy_float_pow(double x, double y, int *status)
{
    double r = pow(x, y);
    *status = RPY_FLOAT_OK;
    if (isfinite(r) || !isfinite(x) || !isfinite(y))
        return r;
    /* x ** fraction for x < 0; 0 ** negative; too large. */
    *status = isnan(r) || x == 0.0 ? RPY_FLOAT_DOMAIN : RPY_FLOAT_RANGE;
    return r;
}

double rpy_float_fmod(double x, double y, int *status)
{
    double r = fmod(x, y);
    *status = isnan(r) && !isnan(x) && !isnan(y) ? RPY_FLOAT_DOMAIN
                                                 : RPY_FLOAT_OK;
    return r;
}

double rpy_float_ldexp(double x, rpy_signed exponent, int *status)
{
    if (exponent > 100000)
        exponent = 100000;
    if (exponent < -100000)
        exponent = -100000;
    double r = ldexp(x, (int)exponent);
    *status = isinf(r) && isfinite(x) ? RPY_FLOAT_RANGE : RPY_FLOAT_OK;
    return r;
}

double rpy_float_frexp(double x, rpy_signed *exponent)
{
    int e = 0;
    double m = isfinite(x) ? frexp(x, &e) : x;
    *exponent = e;
    return m;
}

double rpy_float_modf(double x, double *integer_part)
{
    return modf(x, integer_part);
}

static double logarithm(double (*function)(double), double x, int *status)
{
    *status = RPY_FLOAT_OK;
    if (x <= 0.0) {
        *status = RPY_FLOAT_DOMAIN;
        return x;
    }
    return function(x);
}

double rpy_float_log(double x, int *status)
{
    return logarithm(log, x, status);
}

double rpy_float_log10(double x, int *status)
{
    return logarithm(log10, x, status);
}

double rpy_float_atan2(double y, double x)
{
    return atan2(y, x);
}

double rpy_float_hypot(double x, double y, int *status)
{
    double r = hypot(x, y);
    *status = isinf(r) && isfinite(x) && isfinite(y) ? RPY_FLOAT_RANGE
                                                     : RPY_FLOAT_OK;
    return r;
}

static int is_pole(double x)
{
    return x == -(double)INFINITY || (x <= 0.0 && floor(x) == x);
}

double rpy_float_gamma(double x, int *status)
{
    *status = RPY_FLOAT_OK;
    if (isnan(x) || x == (double)INFINITY)
        return x;
    if (is_pole(x)) {
        *status = RPY_FLOAT_DOMAIN;
        return x;
    }
    double r = tgamma(x);
    if (isinf(r))
        *status = RPY_FLOAT_RANGE;
    return r;
}

double rpy_float_lgamma(double x, int *status)
{
    *status = RPY_FLOAT_OK;
    if (isinf(x))
        return (double)INFINITY;
    if (isnan(x))
        return x;
    if (is_pole(x)) {
        *status = RPY_FLOAT_DOMAIN;
        return x;
    }
    int sign;
    double r = lgamma_r(x, &sign);
    if (isinf(r))
        *status = RPY_FLOAT_RANGE;
    return r;
}
