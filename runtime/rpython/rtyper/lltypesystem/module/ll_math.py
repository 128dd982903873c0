"""The functions of the math module in translated code: libm with Python's errors."""
import math

from rpython.rlib.objectmodel import not_rpython
from rpython.rlib.rfloat import INFINITY, isfinite
from rpython.rtyper.lltypesystem import lltype, rffi
from rpython.translator.tool.cbuild import ExternalCompilationInfo

_eci = ExternalCompilationInfo(includes=['math.h'], libraries=['m'])


@not_rpython
def _external(name, args, result, _callable=None):
    return rffi.llexternal(name, args, result, compilation_info=_eci, sandboxsafe=True,
                           elidable_function=True, _nowrapper=True, _callable=_callable)


@not_rpython
def _host_log2(x):
    return math.log(x) / math.log(2.0)


@not_rpython
def _host_cbrt(x):
    root = abs(x) ** (1.0 / 3.0)
    nearest = float(round(root)) if root < 1e15 else root
    if nearest * nearest * nearest == abs(x):
        root = nearest
    return math.copysign(root, x)


@not_rpython
def _host_nextafter(x, y):
    import struct
    if x != x or y != y:
        return x + y
    if x == y:
        return y
    if x == 0.0:
        return math.copysign(5e-324, y)
    bits = struct.unpack('<q', struct.pack('<d', x))[0]
    bits += 1 if (x < y) == (x > 0.0) else -1
    return struct.unpack('<d', struct.pack('<q', bits))[0]


_HOST_FUNCTIONS = {'log2': _host_log2, 'cbrt': _host_cbrt, 'exp2': lambda x: 2.0 ** x,
                   'tgamma': math.gamma}

# name in math (and C), whether an infinite result of a finite argument is an overflow
_UNARY = [('sqrt', False), ('exp', True), ('log', False), ('log10', False), ('log1p', True),
          ('expm1', True), ('sin', False), ('cos', False), ('tan', False), ('asin', False),
          ('acos', False), ('atan', False), ('sinh', True), ('cosh', True), ('tanh', False),
          ('asinh', False), ('acosh', False), ('atanh', False), ('erf', False), ('erfc', False),
          ('log2', False), ('cbrt', False), ('exp2', True)]


@not_rpython
def _make_unary(name, can_overflow):
    c_func = _external(name, [lltype.Float], lltype.Float,
                       _HOST_FUNCTIONS.get(name) or getattr(math, name))

    def ll_math(x):
        r = c_func(x)
        if not isfinite(r):
            if r != r:
                if x == x:
                    raise ValueError("math domain error")
            elif isfinite(x):
                if can_overflow:
                    raise OverflowError("math range error")
                raise ValueError("math domain error")
        return r
    ll_math.func_name = 'll_math_' + name
    return ll_math


for _name, _can_overflow in _UNARY:
    globals()['ll_math_' + _name] = _make_unary(_name, _can_overflow)

_c_floor = _external('floor', [lltype.Float], lltype.Float, math.floor)
_c_ceil = _external('ceil', [lltype.Float], lltype.Float, math.ceil)
_c_fabs = _external('fabs', [lltype.Float], lltype.Float, math.fabs)
_c_atan2 = _external('atan2', [lltype.Float, lltype.Float], lltype.Float, math.atan2)
_c_copysign = _external('copysign', [lltype.Float, lltype.Float], lltype.Float, math.copysign)
_c_nextafter = _external('nextafter', [lltype.Float, lltype.Float], lltype.Float, _host_nextafter)
_c_pow = _external('pow', [lltype.Float, lltype.Float], lltype.Float, math.pow)
_c_fmod = _external('fmod', [lltype.Float, lltype.Float], lltype.Float, math.fmod)
_c_hypot = _external('hypot', [lltype.Float, lltype.Float], lltype.Float, math.hypot)
_c_ldexp = _external('ldexp', [lltype.Float, rffi.INT], lltype.Float, math.ldexp)
_c_tgamma = _external('tgamma', [lltype.Float], lltype.Float, math.gamma)
_c_lgamma = _external('lgamma', [lltype.Float], lltype.Float, math.lgamma)
_c_frexp = rffi.llexternal('frexp', [lltype.Float, rffi.INTP], lltype.Float, compilation_info=_eci,
                           sandboxsafe=True, _nowrapper=True)
_c_modf = rffi.llexternal('modf', [lltype.Float, rffi.DOUBLEP], lltype.Float, compilation_info=_eci,
                          sandboxsafe=True, _nowrapper=True)

ll_math_floor = _c_floor
ll_math_ceil = _c_ceil
ll_math_fabs = _c_fabs
ll_math_atan2 = _c_atan2
ll_math_copysign = _c_copysign
ll_math_nextafter = _c_nextafter


def ll_math_isnan(y):
    """Whether the float is a NaN."""
    return y != y


def ll_math_isinf(y):
    """Whether the float is infinite."""
    return y == INFINITY or y == -INFINITY


def ll_math_pow(x, y):
    """`x` to the power `y`."""
    if y == 2.0:
        r = x * x
    else:
        r = _c_pow(x, y)
    if not isfinite(r):
        if r != r:
            if x == x and y == y:
                raise ValueError("math domain error")
        elif x == 0.0:
            raise ValueError("math domain error")
        elif isfinite(x) and isfinite(y):
            raise OverflowError("math range error")
    return r


def ll_math_fmod(x, y):
    """The remainder of the division, with the sign of `x`."""
    if ll_math_isinf(y) and isfinite(x):
        return x
    r = _c_fmod(x, y)
    if r != r and x == x and y == y:
        raise ValueError("math domain error")
    return r


def ll_math_hypot(x, y):
    """The length of the vector."""
    r = _c_hypot(x, y)
    if ll_math_isinf(r) and isfinite(x) and isfinite(y):
        raise OverflowError("math range error")
    return r


def ll_math_ldexp(x, exp):
    """`x` times two to the power `exp`."""
    if x == 0.0 or not isfinite(x):
        return x
    if exp > 5000:
        raise OverflowError("math range error")
    if exp < -5000:
        exp = -5000
    r = _c_ldexp(x, rffi.cast(rffi.INT, exp))
    if ll_math_isinf(r):
        raise OverflowError("math range error")
    return r


def ll_math_frexp(x):
    """The mantissa and the exponent."""
    if not isfinite(x):
        return x, 0
    exp = lltype.malloc(rffi.INTP.TO, 1, flavor='raw')
    mantissa = _c_frexp(x, exp)
    exponent = rffi.cast(lltype.Signed, exp[0])
    lltype.free(exp, flavor='raw')
    return mantissa, exponent


def ll_math_modf(x):
    """The fraction and the integral part."""
    if not isfinite(x):
        if x != x:
            return x, x
        return _c_copysign(0.0, x), x
    whole = lltype.malloc(rffi.DOUBLEP.TO, 1, flavor='raw')
    fraction = _c_modf(x, whole)
    integral = whole[0]
    lltype.free(whole, flavor='raw')
    return fraction, integral


def ll_math_gamma(x):
    """The gamma function."""
    r = _c_tgamma(x)
    if not isfinite(r):
        if x == 0.0 or (x < 0.0 and (ll_math_isinf(x) or _c_floor(x) == x)):
            raise ValueError("math domain error")
        if isfinite(x):
            raise OverflowError("math range error")
    return r


def ll_math_lgamma(x):
    """The logarithm of the absolute value of the gamma function."""
    if ll_math_isinf(x):
        return INFINITY
    r = _c_lgamma(x)
    if ll_math_isinf(r):
        if x <= 0.0 and _c_floor(x) == x:
            raise ValueError("math domain error")
        raise OverflowError("math range error")
    return r


def ll_math_degrees(x):
    """Radians as degrees."""
    return x * (180.0 / math.pi)


def ll_math_radians(x):
    """Degrees as radians."""
    return x * (math.pi / 180.0)
