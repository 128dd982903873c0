"""Low-level helpers of floats."""

from rpython.rlib.objectmodel import _hash_float, always_inline
from rpython.rtyper.lltypesystem.module import ll_math
from rpython.rtyper.lowlevel import low_level_helpers

@always_inline
def ll_float_div_zer(x, y):
    if y == 0.0:
        raise ZeroDivisionError
    return x / y

def ll_float_mod(x, y):
    """The remainder with the sign of the divisor."""
    r = ll_math._c_fmod(x, y)
    if r != 0.0 and (r < 0.0) != (y < 0.0):
        r += y
    return r

def ll_float_floordiv(x, y):
    return ll_math._c_floor((x - ll_float_mod(x, y)) / y + 0.5)

@always_inline
def ll_float_pow(x, y):
    return ll_math.ll_math_pow(x, y)

@always_inline
def ll_floor(x):
    return ll_math._c_floor(x)

@always_inline
def ll_fmod(x, y):
    return ll_math.ll_math_fmod(x, y)

def ll_hash_float(x):
    return _hash_float(x)

def ll_float_to_int_checked(x):
    if not (-9.3e18 < x < 9.3e18):
        raise OverflowError
    n = int(x)
    if x >= 9223372036854775808.0 or x < -9223372036854775808.0:
        raise OverflowError
    return n


low_level_helpers(globals())
