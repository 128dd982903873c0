"""Floats: constants, classification, formatting, parsing and rounding."""
import math

from rpython.rlib.objectmodel import not_rpython, we_are_translated

USE_SHORT_FLOAT_REPR = True

# double_to_string flags
DTSF_STR_PRECISION = 12
DTSF_SIGN = 0x1
DTSF_ADD_DOT_0 = 0x2
DTSF_ALT = 0x4
DTSF_CUT_EXP_0 = 0x8
DTSF_NO_NEG_0 = 0x10

DIST_FINITE = 1
DIST_NAN = 2
DIST_INFINITY = 3

INFINITY = 1e200 * 1e200
NAN = abs(INFINITY / INFINITY)

DBL_MAX = 1.7976931348623157e308
DBL_MIN = 2.2250738585072014e-308
DBL_EPSILON = 2.220446049250313e-16
DBL_DIG = 15
DBL_MANT_DIG = 53
DBL_MAX_EXP = 1024
DBL_MIN_EXP = -1021
DBL_MAX_10_EXP = 308
DBL_MIN_10_EXP = -307
FLT_RADIX = 2
FLT_ROUNDS = 1


def isfinite(x):
    """Whether `x` is neither infinite nor a NaN."""
    return x - x == 0.0


# ---- functions -----------------------------------------------------------

copysign = math.copysign
log1p = math.log1p
expm1 = math.expm1
acosh = math.acosh
asinh = math.asinh
atanh = math.atanh
erf = math.erf
erfc = math.erfc


def gamma(x):
    """The gamma function; ValueError at its poles."""
    return math.gamma(x)


def lgamma(x):
    """The logarithm of the absolute value of the gamma function."""
    return math.lgamma(x)


def log2(x):
    """The logarithm to base 2."""
    from rpython.rtyper.lltypesystem.module.ll_math import ll_math_log2
    return ll_math_log2(x)


def cbrt(x):
    """The cubic root."""
    from rpython.rtyper.lltypesystem.module.ll_math import ll_math_cbrt
    return ll_math_cbrt(x)


def exp2(x):
    """Two to the power `x`."""
    from rpython.rtyper.lltypesystem.module.ll_math import ll_math_exp2
    return ll_math_exp2(x)


def nextafter(x, y):
    """The next float after `x` on the way to `y`."""
    from rpython.rtyper.lltypesystem.module.ll_math import ll_math_nextafter
    return ll_math_nextafter(x, y)


# ---- formatting ----------------------------------------------------------


def formatd(x, code, precision, flags=0):
    """`x` as text; code is one of 'e', 'f', 'g', their upper case, and 'r' for the shortest text."""
    text, _ = double_to_string(x, code, precision, flags)
    return text


def double_to_string(value, tp, precision, flags):
    """The text of `formatd`, and DIST_FINITE, DIST_NAN or DIST_INFINITY."""
    if we_are_translated():
        from rpython.rlib._rfloat_c import c_format
        text = c_format(value, tp, precision, flags & (DTSF_SIGN | DTSF_ADD_DOT_0 | DTSF_ALT))
    else:
        text = _host_format(value, tp, precision, flags)
    if isfinite(value):
        if flags & DTSF_CUT_EXP_0:
            text = _cut_exponent_zeros(text)
        if flags & DTSF_NO_NEG_0 and text.startswith('-') and _is_zero_text(text):
            text = text[1:]
        return text, DIST_FINITE
    if math.isnan(value):
        return text, DIST_NAN
    return text, DIST_INFINITY


def _is_zero_text(text):
    """Whether no digit of the number, but for its exponent, is other than zero."""
    for c in text:
        if c == 'e' or c == 'E':
            break
        if '1' <= c <= '9':
            return False
    return True


def _cut_exponent_zeros(text):
    """The text without zeros at the beginning of the exponent."""
    e = text.find('e')
    if e < 0:
        e = text.find('E')
        if e < 0:
            return text
    first = e + 2
    i = first
    end = len(text)
    while i < end - 1 and text[i] == '0':
        i += 1
    if i == first:
        return text
    return text[:first] + text[i:]


@not_rpython
def _host_format(value, tp, precision, flags):
    if math.isnan(value):
        text = 'nan'
    elif math.isinf(value):
        text = 'inf' if value > 0 else '-inf'
    elif tp == 'r':
        text = repr(value)
        if text.endswith('.0'):
            text = text[:-2]
    elif tp in ('e', 'f', 'g', 'E', 'F', 'G'):
        text = ('%#.*' if flags & DTSF_ALT else '%.*') + tp
        text = text % (precision, value)
    else:
        raise ValueError("unknown format code %r" % (tp,))
    if isfinite(value) and flags & DTSF_ADD_DOT_0 and text.lstrip('-').isdigit():
        text += '.0'
    if flags & DTSF_SIGN and not text.startswith('-') and not math.isnan(value):
        text = '+' + text
    return text.upper() if tp in ('E', 'F', 'G') else text


# ---- parsing -------------------------------------------------------------


def rstring_to_float(s):
    """The float that the decimal text spells; ValueError for anything around it."""
    if not s:
        raise ValueError("empty string")
    for c in s:
        if not ('0' <= c <= '9' or c == '.' or c == 'e' or c == 'E' or c == '-' or c == '+'):
            raise ValueError("invalid literal for float()")
    if we_are_translated():
        from rpython.rlib._rfloat_c import c_parse
        return c_parse(s)
    return float(s)


def string_to_float(s):
    """The float that the text spells, between spaces; also infinities and NaN.

    Raises ParseStringError of rlib.rstring.
    """
    from rpython.rlib.rstring import ParseStringError, strip_spaces
    s = strip_spaces(s)
    if not s:
        raise ParseStringError("could not convert string to float")
    last = s[len(s) - 1]
    if last == 'n' or last == 'N' or last == 'f' or last == 'F' or last == 'y' or last == 'Y':
        low = s.lower()
        if low == '-inf' or low == '-infinity':
            return -INFINITY
        elif low == 'inf' or low == '+inf' or low == 'infinity' or low == '+infinity':
            return INFINITY
        elif low == 'nan' or low == '+nan':
            return NAN
        elif low == '-nan':
            return -NAN
    try:
        return rstring_to_float(s)
    except ValueError:
        raise ParseStringError("could not convert string to float")


# ---- rounding ------------------------------------------------------------


def round_away(x):
    """The nearest integer as a float, halves away from zero."""
    absx = abs(x)
    y = math.floor(absx)
    if absx - y >= 0.5:
        y += 1.0
    return math.copysign(y, x)


def round_half_even(x):
    """The nearest integer as a float, halves to the even one."""
    absx = abs(x)
    y = math.floor(absx)
    rest = absx - y
    if rest > 0.5 or (rest == 0.5 and math.fmod(y, 2.0) == 1.0):
        y += 1.0
    return math.copysign(y, x)


def round_double(value, ndigits, half_even=False):
    """`value` rounded correctly to decimal digits, halves away from zero or to even."""
    if not isfinite(value) or ndigits > 323:
        return value
    if ndigits < -308:
        return 0.0 * value
    if ndigits == 0:
        if half_even:
            return round_half_even(value)
        return round_away(value)
    if we_are_translated():
        from rpython.rlib._rfloat_c import c_round
        result = c_round(value, ndigits, half_even)
    else:
        result = _host_round(value, ndigits, half_even)
    if not isfinite(result):
        raise OverflowError("overflow occurred during round")
    return result


@not_rpython
def _host_round(value, ndigits, half_even):
    numerator, denominator = abs(value).as_integer_ratio()
    if ndigits > 0:
        numerator *= 10 ** ndigits
    else:
        denominator *= 10 ** -ndigits
    quotient, rest = divmod(numerator, denominator)
    if 2 * rest > denominator or 2 * rest == denominator and (quotient & 1 or not half_even):
        quotient += 1
    try:
        result = float('%de%d' % (quotient, -ndigits))
    except OverflowError:
        result = INFINITY
    return math.copysign(result, value)


def float_as_rbigint_ratio(value):
    """The pair of big integers whose quotient is the float, in lowest terms."""
    from rpython.rlib.rbigint import rbigint
    if math.isinf(value):
        raise OverflowError("cannot pass infinity to as_integer_ratio()")
    elif math.isnan(value):
        raise ValueError("cannot pass nan to as_integer_ratio()")
    mantissa, exponent = math.frexp(value)
    for _ in range(300):
        if mantissa == math.floor(mantissa):
            break
        mantissa *= 2.0
        exponent -= 1
    numerator = rbigint.fromfloat(mantissa)
    denominator = rbigint.fromint(1)
    if exponent > 0:
        numerator = numerator.lshift(exponent)
    else:
        denominator = denominator.lshift(-exponent)
    return numerator, denominator
