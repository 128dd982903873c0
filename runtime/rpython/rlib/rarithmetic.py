"""Machine integers: wrapping, checked and unsigned arithmetic.

In translated code `int` is a signed machine word.  The classes made by
`build_int` are the other integer types; the translator knows them by the
class attribute `_rpy_int_`, a pair (signed, bits).  `r_longlong` is `r_int`
and `r_ulonglong` is `r_uint`, since a word has 64 bits.
"""
import sys

from rpython.rlib.objectmodel import not_rpython, specialize, we_are_translated
from rpython.rtyper.intrinsic import intrinsic, register_int_class

LONG_BIT = 64
LONG_BIT_SHIFT = 6
LONGLONG_BIT = 64
LONGLONGLONG_BIT = 128
LONG_TEST = 1 << (LONG_BIT - 1)
LONG_MASK = (1 << LONG_BIT) - 1
LONGLONG_TEST = LONG_TEST
LONGLONG_MASK = LONG_MASK
LONGLONGLONG_TEST = 1 << (LONGLONGLONG_BIT - 1)
LONGLONGLONG_MASK = (1 << LONGLONGLONG_BIT) - 1

INT_MAX = (1 << 31) - 1
INT_MIN = -(1 << 31)
UINT_MAX = (1 << 32) - 1
SHRT_MAX = (1 << 15) - 1
SHRT_MIN = -(1 << 15)
USHRT_MAX = (1 << 16) - 1

maxint = sys.maxint
is_emulated_long = False


@not_rpython
def _get_bitsize(typecode):
    """The number of bits of the C type with this code of the struct module."""
    import struct
    return 8 * struct.calcsize(typecode)


# ---- wrapping ------------------------------------------------------------


@intrinsic('intmask')
def intmask(n):
    """The integer wrapped to a signed machine word."""
    if isinstance(n, int):
        return int(n)
    if isinstance(n, float):
        raise TypeError("intmask() of a float")
    if not isinstance(n, long):
        return n
    n = long(n) & LONG_MASK
    if n >= LONG_TEST:
        n -= 2 * LONG_TEST
    return int(n)


@intrinsic('intmask')
def longlongmask(n):
    """The integer wrapped to 64 signed bits."""
    return intmask(n)


@intrinsic('longlonglongmask')
def longlonglongmask(n):
    """The integer wrapped to 128 signed bits."""
    n = long(n) & LONGLONGLONG_MASK
    if n >= LONGLONGLONG_TEST:
        n -= 2 * LONGLONGLONG_TEST
    return r_longlonglong(n)


@intrinsic('widen')
def widen(n):
    """Integers narrower than a machine word as signed machine words."""
    if isinstance(n, bool):
        return int(n)
    if isinstance(n, base_int) and n.BITS < LONG_BIT:
        return int(n)
    return n


@intrinsic('ovfcheck')
def ovfcheck(r):
    """Raise OverflowError if the operation given as argument left the machine word."""
    assert not isinstance(r, unsigned_int), "ovfcheck() is for signed integers"
    if isinstance(r, int):
        return r
    if not -LONG_TEST <= r < LONG_TEST:
        raise OverflowError("signed integer expression did overflow")
    if type(r) is long:
        return int(r)
    return r


# ---- integer classes -----------------------------------------------------


class base_int(long):
    """The common base of all integer classes but `int` itself."""
    _intrinsic_ = 'cast_int'

    def _result(self, other, value):
        """The value, wrapped to the type that results of an operation have."""
        return compute_restype(type(self), type(other))._wrap(value)

    def __add__(self, other):
        if isinstance(other, (int, long)):
            return self._result(other, long(self) + long(other))
        return NotImplemented

    __radd__ = __add__

    def __sub__(self, other):
        if isinstance(other, (int, long)):
            return self._result(other, long(self) - long(other))
        return NotImplemented

    def __rsub__(self, other):
        if isinstance(other, (int, long)):
            return self._result(other, long(other) - long(self))
        return NotImplemented

    def __mul__(self, other):
        if isinstance(other, (int, long)):
            return self._result(other, long(self) * long(other))
        return NotImplemented

    __rmul__ = __mul__

    def __div__(self, other):
        if isinstance(other, (int, long)):
            return self._result(other, long(self) // long(other))
        return NotImplemented

    __floordiv__ = __div__

    def __rdiv__(self, other):
        if isinstance(other, (int, long)):
            return self._result(other, long(other) // long(self))
        return NotImplemented

    __rfloordiv__ = __rdiv__

    def __mod__(self, other):
        if isinstance(other, (int, long)):
            return self._result(other, long(self) % long(other))
        return NotImplemented

    def __rmod__(self, other):
        if isinstance(other, (int, long)):
            return self._result(other, long(other) % long(self))
        return NotImplemented

    def __divmod__(self, other):
        return self // other, self % other

    def __lshift__(self, n):
        return self._wrap(long(self) << long(n))

    def __rlshift__(self, n):
        return intmask(long(n) << long(self))

    def __rshift__(self, n):
        return self._wrap(long(self) >> long(n))

    def __rrshift__(self, n):
        return n >> long(self)

    def __and__(self, other):
        if isinstance(other, (int, long)):
            return self._result(other, long(self) & long(other))
        return NotImplemented

    __rand__ = __and__

    def __or__(self, other):
        if isinstance(other, (int, long)):
            return self._result(other, long(self) | long(other))
        return NotImplemented

    __ror__ = __or__

    def __xor__(self, other):
        if isinstance(other, (int, long)):
            return self._result(other, long(self) ^ long(other))
        return NotImplemented

    __rxor__ = __xor__

    def __pow__(self, other, modulus=None):
        if modulus is None:
            return self._result(other, pow(long(self), long(other)))
        return self._result(other, pow(long(self), long(other), long(modulus)))

    def __rpow__(self, other):
        return self._result(other, pow(long(other), long(self)))

    def __neg__(self):
        return self._wrap(-long(self))

    def __pos__(self):
        return self

    def __abs__(self):
        return self._wrap(abs(long(self)))

    def __invert__(self):
        return self._wrap(~long(self))

    def __int__(self):
        value = long(self)
        if -LONG_TEST <= value < LONG_TEST:
            return int(value)
        return value

    def __str__(self):
        return str(int(self))

    def __hex__(self):
        return '%s0x%x' % ('-' if self < 0 else '', abs(long(self)))

    def __oct__(self):
        if self == 0:
            return '0'
        return '%s0%o' % ('-' if self < 0 else '', abs(long(self)))

    def __repr__(self):
        return '%s(%s)' % (self.__class__.__name__, str(self))

    def __reduce__(self):
        return self.__class__, (long(self),)


class signed_int(base_int):
    """Integers with a sign."""
    SIGNED = True

    def __new__(cls, val=0):
        val = long(val)
        if not -(cls.MASK >> 1) - 1 <= val <= cls.MASK >> 1:
            raise OverflowError("%s does not fit into %d signed bits" % (val, cls.BITS))
        return super(signed_int, cls).__new__(cls, val)

    @classmethod
    def _wrap(cls, val):
        val &= cls.MASK
        if val > cls.MASK >> 1:
            val -= cls.MASK + 1
        return long.__new__(cls, val)


class unsigned_int(base_int):
    """Integers without a sign; construction wraps."""
    SIGNED = False

    def __new__(cls, val=0):
        return super(unsigned_int, cls).__new__(cls, long(val) & cls.MASK)

    @classmethod
    def _wrap(cls, val):
        return long.__new__(cls, val & cls.MASK)


_inttypes = {}


@not_rpython
def build_int(name, sign, bits, force_creation=False):
    """The integer class with this signedness and number of bits."""
    sign = bool(sign)
    key = sign, bits
    if key in _inttypes and not force_creation:
        return _inttypes[key]
    base = signed_int if sign else unsigned_int
    if name is None:
        name = '%sint%d' % ('' if sign else 'u', bits)
    namespace = {'BITS': bits, 'MASK': (1 << bits) - 1, '_rpy_int_': key,
                 '_intrinsic_': 'cast_int'}
    cls = type(name, (base,), namespace)
    if key not in _inttypes:
        _inttypes[key] = cls
        register_int_class(cls, sign, bits)
    return cls


r_int = build_int('r_int', True, LONG_BIT)
r_uint = build_int('r_uint', False, LONG_BIT)
r_longlong = r_int
r_ulonglong = r_uint
r_longlonglong = build_int('r_longlonglong', True, LONGLONGLONG_BIT)
r_ulonglonglong = build_int('r_ulonglonglong', False, LONGLONGLONG_BIT)
r_int32 = build_int('r_int32', True, 32)
r_uint32 = build_int('r_uint32', False, 32)
r_int64 = int
r_uint64 = r_uint
longlongmax = r_longlong(LONGLONG_TEST - 1)


@not_rpython
def compute_restype(self_type, other_type):
    """The type of the results of operations between two integer types."""
    if not issubclass(self_type, base_int):
        if not issubclass(other_type, base_int):
            return int
        return other_type
    if not issubclass(other_type, base_int) or self_type is other_type:
        return self_type
    if self_type.SIGNED != other_type.SIGNED:
        raise TypeError("operation between %s and %s: convert one of them explicitly"
                        % (self_type.__name__, other_type.__name__))
    return build_int(None, self_type.SIGNED, max(self_type.BITS, other_type.BITS))


@not_rpython
def signedtype(t):
    """Whether the integer type has a sign."""
    return True if t in (bool, int, long) else t.SIGNED


@not_rpython
def normalizedinttype(t):
    """The type of machine integers that stands for `t`."""
    if t is int:
        return int
    if t.BITS <= r_int.BITS:
        return build_int(None, t.SIGNED, r_int.BITS)
    return t


@specialize.argtype(0)
def is_valid_int(r):
    """Whether `r` fits into a signed machine word."""
    if we_are_translated():
        return isinstance(r, int)
    return isinstance(r, (int, long)) and -LONG_TEST <= r < LONG_TEST


@not_rpython
def is_signed_integer_type(tp):
    """Whether the low-level type is a signed integer type."""
    from rpython.rtyper.lltypesystem import lltype, rffi
    if tp is lltype.Signed:
        return True
    try:
        return rffi.platform.numbertype_to_rclass[tp].SIGNED
    except KeyError:
        return False


@specialize.memo()
def most_neg_value_of(tp):
    """The smallest value of the low-level integer type."""
    from rpython.rtyper.lltypesystem import lltype, rffi
    if tp is lltype.Signed:
        return -sys.maxint - 1
    cls = rffi.platform.numbertype_to_rclass[tp]
    return cls(-(cls.MASK >> 1) - 1) if cls.SIGNED else cls(0)


@specialize.memo()
def most_pos_value_of(tp):
    """The largest value of the low-level integer type."""
    from rpython.rtyper.lltypesystem import lltype, rffi
    if tp is lltype.Signed:
        return sys.maxint
    cls = rffi.platform.numbertype_to_rclass[tp]
    return cls(cls.MASK >> 1) if cls.SIGNED else cls(cls.MASK)


@specialize.ll()
def most_neg_value_of_same_type(x):
    """The smallest value of the type of `x`."""
    from rpython.rtyper.lltypesystem import lltype
    return most_neg_value_of(lltype.typeOf(x))


@specialize.ll()
def most_pos_value_of_same_type(x):
    """The largest value of the type of `x`."""
    from rpython.rtyper.lltypesystem import lltype
    return most_pos_value_of(lltype.typeOf(x))


# ---- floats of other sizes -----------------------------------------------


class r_singlefloat(object):
    """A float of 32 bits; it can only be stored and converted back."""
    _intrinsic_ = 'r_singlefloat'
    _rpy_float_ = 32

    def __init__(self, floatval):
        import struct
        try:
            self._bytes = struct.pack('f', floatval)
        except OverflowError:
            self._bytes = struct.pack('f', float('inf') if floatval > 0 else float('-inf'))

    def __float__(self):
        import struct
        return struct.unpack('f', self._bytes)[0]

    def __nonzero__(self):
        raise TypeError("not supported on r_singlefloat instances")

    def __cmp__(self, other):
        raise TypeError("not supported on r_singlefloat instances")

    def __eq__(self, other):
        return self.__class__ is other.__class__ and self._bytes == other._bytes

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(self._bytes)

    def __repr__(self):
        return 'r_singlefloat(%s)' % (float(self),)


class r_longfloat(object):
    """A float of the C type `long double`; it can only be stored and converted back."""
    _intrinsic_ = 'r_longfloat'
    _rpy_float_ = 128

    def __init__(self, floatval):
        self.value = float(floatval)

    def __float__(self):
        return self.value

    def __nonzero__(self):
        raise TypeError("not supported on r_longfloat instances")

    def __cmp__(self, other):
        raise TypeError("not supported on r_longfloat instances")

    def __eq__(self, other):
        return self.__class__ is other.__class__ and self.value == other.value

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(self.value)

    def __repr__(self):
        return 'r_longfloat(%s)' % (self.value,)


# ---- arithmetic ----------------------------------------------------------


def ovfcheck_float_to_int(x):
    """The float truncated to a machine word; OverflowError if it does not fit."""
    if -9223372036854776832.0 <= x < 9223372036854775296.0:
        return int(x)
    raise OverflowError


def ovfcheck_float_to_longlong(x):
    """The float truncated to 64 bits; OverflowError if it does not fit."""
    if -9223372036854776832.0 <= x < 9223372036854775296.0:
        return r_longlong(x)
    raise OverflowError


def _check_int32(r):
    if r < INT_MIN or r > INT_MAX:
        raise OverflowError
    return r
_check_int32._always_inline_ = True


def ovfcheck_int32_add(x, y):
    """The sum of two integers of 32 bits; OverflowError if it needs more."""
    return _check_int32(x + y)


def ovfcheck_int32_sub(x, y):
    """The difference of two integers of 32 bits; OverflowError if it needs more."""
    return _check_int32(x - y)


def ovfcheck_int32_mul(x, y):
    """The product of two integers of 32 bits; OverflowError if it needs more."""
    return _check_int32(x * y)


def highest_bit(n):
    """The position of the only set bit of `n`, a power of two."""
    assert n and (n & (n - 1)) == 0
    i = -1
    while n:
        i += 1
        n >>= 1
    return i


def int_between(n, m, p):
    """`n <= m < p`, where `n <= p`."""
    return n <= m and m < p
int_between._always_inline_ = True


def int_force_ge_zero(n):
    """`n`, or zero if it is negative."""
    if n < 0:
        return 0
    return n
int_force_ge_zero._always_inline_ = True


@intrinsic('int_c_div')
def int_c_div(x, y):
    """Division as in C, rounding towards zero; no check for zero."""
    r = abs(x) // abs(y)
    return r if (x < 0) == (y < 0) else -r


@intrinsic('int_c_mod')
def int_c_mod(x, y):
    """The remainder of `int_c_div`."""
    return x - int_c_div(x, y) * y


@intrinsic('uint_mul_high')
def uint_mul_high(a, b):
    """The upper word of the product of two unsigned words."""
    return r_uint((long(a) * long(b)) >> LONG_BIT)


def mulmod(a, b, c):
    """`(a * b) % c` without overflow."""
    return intmask(r_longlonglong(a) * r_longlonglong(b) % r_longlonglong(c))


@not_rpython
def check_support_int128():
    """Whether integers of 128 bits exist: always."""
    return True


@specialize.ll()
def byteswap(arg):
    """The number with its bytes in reverse order."""
    from rpython.rtyper.lltypesystem import lltype, rffi
    from rpython.rlib import longlong2float as bits
    T = lltype.typeOf(arg)
    if T == lltype.SingleFloat:
        return bits.uint2singlefloat(rffi.cast(rffi.UINT, _swap(_unsigned(bits.singlefloat2uint(arg)), 4)))
    if T == lltype.Float:
        swapped = _swap(r_uint(bits.float2longlong(arg)), 8)
        return bits.longlong2float(rffi.cast(rffi.LONGLONG, swapped))
    return rffi.cast(T, _swap(_unsigned(arg), rffi.sizeof(T)))


@specialize.ll()
def _unsigned(arg):
    from rpython.rtyper.lltypesystem import lltype, rffi
    return rffi.cast(lltype.Unsigned, arg)


def _swap(n, size):
    """The low `size` bytes of the word in reverse order."""
    result = r_uint(0)
    for _ in range(size):
        result = (result << 8) | (n & 0xff)
        n >>= 8
    return result


# ---- parsing -------------------------------------------------------------


def string_to_int(s, base=10, allow_underscores=False, no_implicit_octal=False,
                  max_str_digits=0, disallow_whitespace_after_sign=False):
    """The integer that the string spells in the base (0: by prefix).

    Raises ParseStringError or its subclass ParseStringOverflowError of rlib.rstring.
    """
    from rpython.rlib.rstring import NumberStringParser, ParseStringOverflowError, strip_spaces
    literal = strip_spaces(s)
    p = NumberStringParser(s, literal, base, 'int', allow_underscores=allow_underscores,
                           no_implicit_octal=no_implicit_octal, max_str_digits=max_str_digits,
                           disallow_whitespace_after_sign=disallow_whitespace_after_sign)
    base = p.base
    result = 0
    while True:
        digit = p.next_digit()
        if digit == -1:
            return result
        if p.sign == -1:
            digit = -digit
        try:
            result = ovfcheck(result * base)
            result = ovfcheck(result + digit)
        except OverflowError:
            raise ParseStringOverflowError(p)
