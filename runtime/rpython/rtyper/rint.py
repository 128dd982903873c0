"""Low-level helpers of integers and characters.

The suffix says which errors are checked: `zer` ZeroDivisionError, `ovf` OverflowError, `val` ValueError.
"""
import sys

from rpython.rlib.objectmodel import always_inline
from rpython.rtyper.lltypesystem import lltype
from rpython.rtyper.lowlevel import low_level_helpers

SMALLEST = -sys.maxint - 1


@always_inline
def ll_py_div_zer(x, y):
    if y == 0:
        raise ZeroDivisionError
    return x // y


@always_inline
def ll_py_div_ovf(x, y):
    if y == -1 and x == SMALLEST:
        raise OverflowError
    return x // y


@always_inline
def ll_py_div_ovf_zer(x, y):
    if y == 0:
        raise ZeroDivisionError
    return ll_py_div_ovf(x, y)


@always_inline
def ll_py_mod_zer(x, y):
    if y == 0:
        raise ZeroDivisionError
    return x % y


@always_inline
def ll_py_mod_ovf(x, y):
    if y == -1 and x == SMALLEST:
        raise OverflowError
    return x % y


@always_inline
def ll_py_mod_ovf_zer(x, y):
    if y == 0:
        raise ZeroDivisionError
    return ll_py_mod_ovf(x, y)


@always_inline
def ll_lshift_ovf(x, y):
    result = x << y
    if (result >> y) != x:
        raise OverflowError
    return result


@always_inline
def ll_lshift_ovf_val(x, y):
    if y < 0:
        raise ValueError
    return ll_lshift_ovf(x, y)


@always_inline
def ll_lshift_val(x, y):
    if y < 0:
        raise ValueError
    return x << y


@always_inline
def ll_rshift_val(x, y):
    if y < 0:
        raise ValueError
    return x >> y


def ll_int_pow(x, y):
    """Wraps around; a negative exponent gives 0."""
    if y < 0:
        return x - x
    result = x - x + 1
    while y > 0:
        if y & 1:
            result *= x
        y >>= 1
        x *= x
    return result


@always_inline
def ll_abs(x):
    if x < 0:
        return -x
    return x


@always_inline
def ll_min(a, b):
    if b < a:
        return b
    return a


@always_inline
def ll_max(a, b):
    if b > a:
        return b
    return a


@always_inline
def ll_hash(x):
    """The hash of an integer, bool or character."""
    return lltype.cast_primitive(lltype.Signed, x)


@always_inline
def ll_check_chr(n):
    if n < 0 or n > 255:
        raise ValueError
    return chr(n)


@always_inline
def ll_check_unichr(n):
    if n < 0 or n > 0x10ffff:
        raise ValueError
    return unichr(n)


low_level_helpers(globals())
