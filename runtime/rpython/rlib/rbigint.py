"""Integers of any size.

An rbigint is immutable: a sign and a magnitude, a list of digits in base
2 ** SHIFT.  The algorithms on magnitudes are in _rbigint_arith and _rbigint_str.
"""
import math

from rpython.rlib import _rbigint_arith as arith
from rpython.rlib import jit
from rpython.rlib._rbigint_arith import INT_MASK, MASK, SHIFT, bit_length_of_word
from rpython.rlib.objectmodel import not_rpython, specialize
from rpython.rlib.rarithmetic import intmask, ovfcheck, r_longlong, r_uint, r_ulonglong
from rpython.rtyper.lltypesystem import lltype

STORE_TYPE = lltype.Signed
UNSIGNED_TYPE = lltype.Unsigned
NULLDIGIT = 0
ONEDIGIT = 1
NULLDIGITS = []
ONEDIGITS = [ONEDIGIT]
BASE10 = '0123456789'
BASE8 = '01234567'
BASE16 = '0123456789abcdef'
BASE36 = '0123456789abcdefghijklmnopqrstuvwxyz'
# Exponents with at least so many bits are taken several bits at a time.
FIVEARY_CUTOFF = 8 * 63


class InvalidEndiannessError(Exception):
    """The byte order is neither 'big' nor 'little'."""


class InvalidSignednessError(Exception):
    """A negative number as unsigned bytes."""


class rbigint(object):
    """An integer; `sign` is -1, 0 or 1."""
    _immutable_ = True
    _immutable_fields_ = ['_digits[*]', 'size', 'sign']

    def __init__(self, digits=NULLDIGITS, sign=0, size=0):
        self._digits = digits
        self.size = size or len(digits)
        self.sign = sign

    # ---- digits ----

    def digit(self, x):
        """The x-th digit, the least significant first."""
        if x >= len(self._digits):
            return 0
        return self._digits[x]

    widedigit = digit

    def udigit(self, x):
        """The x-th digit as an unsigned word."""
        return r_uint(self.digit(x))

    def numdigits(self):
        """The number of digits, at least one."""
        return len(self._digits) or 1

    def get_sign(self):
        """-1, 0 or 1."""
        return self.sign

    def tobool(self):
        """Whether it is not zero."""
        return self.sign != 0

    # ---- from other things ----

    @staticmethod
    @jit.elidable
    def fromint(intval):
        """The big integer of a signed word."""
        if intval < 0:
            magnitude = -r_uint(intval)
            sign = -1
        elif intval > 0:
            magnitude = r_uint(intval)
            sign = 1
        else:
            return NULLRBIGINT
        if magnitude > MASK:
            return rbigint([intmask(magnitude & MASK), 1], sign)
        return rbigint([intmask(magnitude)], sign)

    @staticmethod
    def frombool(b):
        """One or zero."""
        if b:
            return ONERBIGINT
        return NULLRBIGINT

    @staticmethod
    @not_rpython
    def fromlong(l):
        """The big integer of a Python long, at translation time."""
        return rbigint(*args_from_long(l))

    @staticmethod
    @jit.elidable
    def fromfloat(dval):
        """The float without its fraction; OverflowError or ValueError for special values."""
        if math.isinf(dval):
            raise OverflowError("cannot convert float infinity to integer")
        if math.isnan(dval):
            raise ValueError("cannot convert float NaN to integer")
        return rbigint._fromfloat_finite(dval)

    @staticmethod
    def _fromfloat_finite(dval):
        sign = 1
        if dval < 0.0:
            sign = -1
            dval = -dval
        mantissa, exponent = math.frexp(dval)
        if exponent <= 0:
            return NULLRBIGINT
        digits = [int(math.ldexp(mantissa, 53))]
        if exponent >= 53:
            digits = arith.lshift(digits, exponent - 53)
        else:
            digits = arith.rshift(digits, 53 - exponent)
        return _make(digits, sign)

    @staticmethod
    @specialize.argtype(0)
    def fromrarith_int(i):
        """The big integer of any machine integer."""
        if i < 0:
            return rbigint.fromint(intmask(i))
        return rbigint._fromuint(r_ulonglong(i))

    @staticmethod
    def _fromuint(u):
        low = intmask(u & MASK)
        high = intmask(u >> SHIFT)
        if high:
            return rbigint([low, high], 1)
        if low:
            return rbigint([low], 1)
        return NULLRBIGINT

    @staticmethod
    def fromlist(items):
        """The number with these digits, the least significant first."""
        return _make(arith.normalized(items), 1)

    @staticmethod
    @jit.elidable
    def fromdecimalstr(s):
        """The number that the decimal text spells; the text must be right."""
        return _from_digits_text(s, 10)

    @staticmethod
    @jit.elidable
    def fromstr(s, base=0, allow_underscores=False):
        """The number that the text spells, also with a final L; ParseStringError else."""
        from rpython.rlib.rstring import NumberStringParser, strip_spaces
        s = literal = strip_spaces(s)
        if (s.endswith('l') or s.endswith('L')) and base < 22:
            s = s[:len(s) - 1]
        parser = NumberStringParser(s, s, base, 'long', allow_underscores=allow_underscores)
        return rbigint._from_numberstring_parser(parser)

    @staticmethod
    def _from_numberstring_parser(parser):
        return parse_digit_string(parser)

    @staticmethod
    def frombytes(s, byteorder, signed):
        """The number in two's complement or unsigned, byteorder is 'big' or 'little'."""
        if byteorder not in ('big', 'little'):
            raise InvalidEndiannessError()
        n = len(s)
        if n == 0:
            return NULLRBIGINT
        big = byteorder == 'big'
        top = ord(s[0]) if big else ord(s[n - 1])
        negative = signed and top >= 128
        values = [0] * n
        for i in range(n):
            values[i] = ord(s[i]) if big else ord(s[n - 1 - i])
        from rpython.rlib import _rbigint_str
        digits = _rbigint_str.from_digits(values, 256)
        if negative:
            return _make(arith.sub(arith.lshift([1], 8 * n), digits), -1)
        return _make(digits, 1)

    # ---- to other things ----

    def tobytes(self, nbytes, byteorder, signed):
        """The number in `nbytes` bytes; OverflowError if they are too few."""
        if byteorder not in ('big', 'little'):
            raise InvalidEndiannessError()
        if not signed and self.sign < 0:
            raise InvalidSignednessError()
        digits = self._digits
        bits = arith.bit_length(digits)
        if self.sign < 0:
            # one less is what two's complement inverts
            bits = arith.bit_length(arith.sub(digits, [1]))
            digits = arith.sub(arith.lshift([1], 8 * nbytes), digits) if bits < 8 * nbytes else digits
        if bits + (1 if signed else 0) > 8 * nbytes and not (nbytes == 0 and self.sign == 0):
            raise OverflowError
        chars = ['\x00'] * nbytes
        for i in range(nbytes):
            chars[i] = chr(_byte_at(digits, i))
        if byteorder == 'big':
            chars.reverse()
        return ''.join(chars)

    @not_rpython
    def tolong(self):
        """The Python long, at translation time."""
        result = 0
        for digit in self._digits[::-1]:
            result = (result << SHIFT) + digit
        return result * self.sign

    def toint(self):
        """The number as a signed word; OverflowError if it does not fit."""
        if len(self._digits) > 1:
            if self.sign < 0 and len(self._digits) == 2 and self._digits[0] == 0 and self._digits[1] == 1:
                return intmask(r_uint(1) << SHIFT)
            raise OverflowError("long int too large to convert to int")
        return self.digit(0) * self.sign

    tolonglong = toint

    def fits_int(self):
        """Whether it fits into a signed word."""
        try:
            self.toint()
        except OverflowError:
            return False
        return True

    def touint(self):
        """The number as an unsigned word; ValueError if negative, OverflowError if too large."""
        if self.sign < 0:
            raise ValueError("cannot convert negative integer to unsigned int")
        if len(self._digits) > 1 and (len(self._digits) > 2 or self._digits[1] > 1):
            raise OverflowError("long int too large to convert to unsigned int")
        return self._lowest_word()

    toulonglong = touint

    def _lowest_word(self):
        return self.udigit(0) | self.udigit(1) << SHIFT

    def uintmask(self):
        """The number modulo 2 ** 64."""
        low = self._lowest_word()
        if self.sign < 0:
            return -low
        return low

    ulonglongmask = uintmask

    @jit.elidable
    def tofloat(self):
        """The nearest float, halves to even; OverflowError if it is too large."""
        bits = arith.bit_length(self._digits)
        if bits > 1024:
            raise OverflowError("long int too large to convert to float")
        value = _scaled_to_float(self._digits, bits)
        if math.isinf(value):
            raise OverflowError("long int too large to convert to float")
        return -value if self.sign < 0 else value

    # ---- text ----

    @jit.elidable
    def format(self, digits, prefix='', suffix=''):
        """The text in the base len(digits)."""
        from rpython.rlib import _rbigint_str
        text = prefix + _rbigint_str.to_any_base(self._digits, digits) + suffix
        return '-' + text if self.sign < 0 else text

    @jit.elidable
    def repr(self):
        """The decimal text with a final L."""
        return self.str() + 'L'

    @jit.elidable
    def str(self):
        """The decimal text."""
        from rpython.rlib import _rbigint_str
        text = _rbigint_str.to_decimal(self._digits)
        return '-' + text if self.sign < 0 else text

    @jit.elidable
    def oct(self):
        """The octal text as oct() gives it."""
        if self.sign == 0:
            return '0L'
        return self.format(BASE8, '0', 'L')

    @jit.elidable
    def hex(self):
        """The hexadecimal text as hex() gives it."""
        return self.format(BASE16, '0x', 'L')

    def __repr__(self):
        return '<rbigint %s>' % (self.tolong(),)

    # ---- comparison ----

    @jit.elidable
    def _cmp(self, other):
        if self.sign != other.sign:
            return -1 if self.sign < other.sign else 1
        result = arith.compare(self._digits, other._digits)
        return -result if self.sign < 0 else result

    def _cmp_int(self, other):
        if len(self._digits) > 1:
            # only the smallest word has two digits
            return self._cmp(rbigint.fromint(other))
        value = self.digit(0) * self.sign
        if value == other:
            return 0
        return -1 if value < other else 1

    def eq(self, other):
        return self._cmp(other) == 0

    def ne(self, other):
        return self._cmp(other) != 0

    def lt(self, other):
        return self._cmp(other) < 0

    def le(self, other):
        return self._cmp(other) <= 0

    def gt(self, other):
        return self._cmp(other) > 0

    def ge(self, other):
        return self._cmp(other) >= 0

    def int_eq(self, other):
        return self._cmp_int(other) == 0

    def int_ne(self, other):
        return self._cmp_int(other) != 0

    def int_lt(self, other):
        return self._cmp_int(other) < 0

    def int_le(self, other):
        return self._cmp_int(other) <= 0

    def int_gt(self, other):
        return self._cmp_int(other) > 0

    def int_ge(self, other):
        return self._cmp_int(other) >= 0

    @jit.elidable
    def hash(self):
        """The hash; that of the word for numbers that fit into one."""
        x = r_uint(0)
        i = len(self._digits) - 1
        while i >= 0:
            x = x << SHIFT | x >> 64 - SHIFT
            digit = r_uint(self._digits[i])
            x += digit
            if x < digit:
                x += 1
            i -= 1
        result = intmask(x) * self.sign
        return result

    # ---- sums ----

    @jit.elidable
    def add(self, other):
        if self.sign == 0:
            return other
        if other.sign == 0:
            return self
        if len(self._digits) == 1 and len(other._digits) == 1:
            try:
                return rbigint.fromint(ovfcheck(self._digits[0] * self.sign + other._digits[0] * other.sign))
            except OverflowError:
                pass
        if self.sign == other.sign:
            return rbigint(arith.add(self._digits, other._digits), self.sign)
        return _difference(self._digits, other._digits, self.sign)

    def int_add(self, other):
        return self.add(rbigint.fromint(other))

    @jit.elidable
    def sub(self, other):
        if other.sign == 0:
            return self
        if self.sign == 0:
            return other.neg()
        if len(self._digits) == 1 and len(other._digits) == 1:
            try:
                return rbigint.fromint(ovfcheck(self._digits[0] * self.sign - other._digits[0] * other.sign))
            except OverflowError:
                pass
        if self.sign != other.sign:
            return rbigint(arith.add(self._digits, other._digits), self.sign)
        return _difference(self._digits, other._digits, self.sign)

    def int_sub(self, other):
        return self.sub(rbigint.fromint(other))

    def neg(self):
        return rbigint(self._digits, -self.sign)

    def abs(self):
        if self.sign >= 0:
            return self
        return rbigint(self._digits, 1)

    def invert(self):
        """-self - 1"""
        return self.int_add(1).neg()

    # ---- products ----

    @jit.elidable
    def mul(self, other):
        if self.sign == 0 or other.sign == 0:
            return NULLRBIGINT
        if len(self._digits) == 1 and len(other._digits) == 1:
            try:
                return rbigint.fromint(ovfcheck(self._digits[0] * other._digits[0]) * (self.sign * other.sign))
            except OverflowError:
                pass
        if len(other._digits) == 1:
            return rbigint(arith.mul_digit(self._digits, other._digits[0]), self.sign * other.sign)
        return rbigint(arith.mul(self._digits, other._digits), self.sign * other.sign)

    def int_mul(self, other):
        return self.mul(rbigint.fromint(other))

    # ---- quotients ----

    @jit.elidable
    def divmod(self, other):
        """Quotient, rounded down, and rest; ZeroDivisionError."""
        if other.sign == 0:
            raise ZeroDivisionError("long division or modulo by zero")
        if len(self._digits) <= 1 and len(other._digits) == 1:
            a = self.digit(0) * self.sign
            b = other._digits[0] * other.sign
            return rbigint.fromint(a // b), rbigint.fromint(a % b)
        quotient, rest = arith.divmod_magnitudes(self._digits, other._digits)
        div = _make(quotient, self.sign * other.sign)
        mod = _make(rest, self.sign)
        if mod.sign * other.sign < 0:
            mod = mod.add(other)
            div = div.sub(ONERBIGINT)
        return div, mod

    def int_divmod(self, other):
        return self.divmod(rbigint.fromint(other))

    def floordiv(self, other):
        return self.divmod(other)[0]

    def div(self, other):
        return self.floordiv(other)

    def int_floordiv(self, other):
        return self.divmod(rbigint.fromint(other))[0]

    int_div = int_floordiv

    def mod(self, other):
        return self.divmod(other)[1]

    def int_mod(self, other):
        return self.divmod(rbigint.fromint(other))[1]

    def int_mod_int_result(self, other):
        """The rest of the division by a word, as a word."""
        return self.divmod(rbigint.fromint(other))[1].toint()

    @jit.elidable
    def truediv(self, other):
        """The nearest float to the quotient; ZeroDivisionError, OverflowError."""
        if other.sign == 0:
            raise ZeroDivisionError("long division or modulo by zero")
        if self.sign == 0:
            return 0.0 * other.sign
        a = self._digits
        b = other._digits
        # scale so that the quotient has 55 or 56 bits
        shift = 55 - (arith.bit_length(a) - arith.bit_length(b))
        if shift > 55 + 1200:
            return 0.0 * (self.sign * other.sign)
        if shift < 55 - 1200:
            raise OverflowError("long/long too large for a float")
        if shift >= 0:
            a = arith.lshift(a, shift)
        else:
            b = arith.lshift(b, -shift)
        quotient, rest = arith.divmod_magnitudes(a, b)
        value = _round_to_float(quotient, len(rest) > 0, -shift)
        if math.isinf(value):
            raise OverflowError("long/long too large for a float")
        return value * (self.sign * other.sign)

    # ---- powers ----

    @jit.elidable
    def pow(self, other, modulus=None):
        """self ** other, modulo `modulus`; ValueError for negative exponents."""
        if other.sign < 0:
            if modulus is not None:
                raise TypeError("pow() 2nd argument cannot be negative when 3rd argument specified")
            raise ValueError("bigint pow() too negative")
        if modulus is not None and modulus.sign == 0:
            raise ValueError("pow() 3rd argument cannot be 0")
        if modulus is None:
            if other.sign == 0:
                return ONERBIGINT
            if self.sign == 0:
                return NULLRBIGINT
            if len(self._digits) == 1 and self._digits[0] == 1:
                return ONERBIGINT if self.sign > 0 or other._digits[0] & 1 == 0 else self
            if len(self._digits) == 1 and self._digits[0] & self._digits[0] - 1 == 0 and other.fits_int():
                return self._pow_of_two(other.toint())
            return _pow_by_bits(self, other._digits)
        result = _pow_modulo(self.mod(modulus), other._digits, modulus.abs())
        if modulus.sign < 0 and result.sign > 0:
            result = result.add(modulus)
        return result

    def _pow_of_two(self, exponent):
        """The power of a base that is a power of two."""
        bits = bit_length_of_word(r_uint(self._digits[0])) - 1
        sign = self.sign if exponent & 1 else 1
        return rbigint(arith.lshift(ONEDIGITS, ovfcheck(bits * exponent)), sign)

    def int_pow(self, other, modulus=None):
        return self.pow(rbigint.fromint(other), modulus)

    # ---- bits ----

    @jit.elidable
    def lshift(self, int_other):
        if int_other < 0:
            raise ValueError("negative shift count")
        if self.sign == 0 or int_other == 0:
            return self
        return rbigint(arith.lshift(self._digits, int_other), self.sign)

    def lqshift(self, int_other):
        """lshift() by less than SHIFT."""
        return self.lshift(int_other)

    @jit.elidable
    def rshift(self, int_other, dont_invert=False):
        """Shifted down, rounding to minus infinity, or to zero if `dont_invert`."""
        if int_other < 0:
            raise ValueError("negative shift count")
        digits = arith.rshift(self._digits, int_other)
        if self.sign < 0 and not dont_invert and not arith.low_bits_zero(self._digits, int_other):
            digits = arith.add(digits, ONEDIGITS)
        return _make(digits, self.sign)

    def rqshift(self, int_other):
        """rshift() of a number that is not negative."""
        return _make(arith.rshift(self._digits, int_other), self.sign)

    def abs_rshift_and_mask(self, bigshiftcount, mask):
        """(abs(self) >> bigshiftcount) & mask, as a word."""
        shifted = arith.rshift(self._digits, intmask(bigshiftcount))
        return (shifted[0] if len(shifted) else 0) & mask

    @jit.elidable
    def and_(self, other):
        return _bitwise(self, '&', other)

    @jit.elidable
    def or_(self, other):
        return _bitwise(self, '|', other)

    @jit.elidable
    def xor(self, other):
        return _bitwise(self, '^', other)

    def int_and_(self, other):
        return _bitwise(self, '&', rbigint.fromint(other))

    def int_or_(self, other):
        return _bitwise(self, '|', rbigint.fromint(other))

    def int_xor(self, other):
        return _bitwise(self, '^', rbigint.fromint(other))

    @jit.elidable
    def bit_length(self):
        """The number of bits of the absolute value."""
        return arith.bit_length(self._digits)

    @jit.elidable
    def bit_count(self):
        """The number of bits of the absolute value that are set."""
        count = 0
        for digit in self._digits:
            while digit:
                digit &= digit - 1
                count += 1
        return count

    # ---- others ----

    @jit.elidable
    def log(self, base):
        """The logarithm; natural if the base is 0.0."""
        if self.sign <= 0:
            raise ValueError
        bits = arith.bit_length(self._digits)
        exponent = 0
        digits = self._digits
        if bits > 1000:
            exponent = bits - 1000
            digits = arith.rshift(digits, exponent)
        value = _scaled_to_float(digits, arith.bit_length(digits))
        if base == 10.0:
            return math.log10(value) + exponent * math.log10(2.0)
        result = math.log(value) + exponent * math.log(2.0)
        if base != 0.0:
            result /= math.log(base)
        return result

    @jit.elidable
    def gcd(self, other):
        """The greatest common divisor, not negative."""
        a = self.abs()
        b = other.abs()
        while b.sign:
            if len(a._digits) <= 1 and len(b._digits) <= 1:
                x = a.digit(0)
                y = b.digit(0)
                while y:
                    x, y = y, x % y
                return rbigint.fromint(x)
            a, b = b, a.mod(b)
        return a

    @jit.elidable
    def isqrt(self):
        """The square root, rounded down; ValueError for negative numbers."""
        if self.sign < 0:
            raise ValueError("isqrt() argument must be nonnegative")
        if self.sign == 0:
            return self
        # Newton's method from above
        x = rbigint(arith.lshift(ONEDIGITS, (self.bit_length() + 1) // 2), 1)
        while True:
            y = x.add(self.floordiv(x)).rshift(1)
            if y.ge(x):
                return x
            x = y


# ---- helpers -------------------------------------------------------------


def _make(digits, sign):
    """The number of a normalised magnitude; the sign does not matter for zero."""
    if len(digits) == 0:
        return NULLRBIGINT
    return rbigint(digits, sign)


NULLRBIGINT = rbigint(NULLDIGITS, 0)
ONERBIGINT = rbigint(ONEDIGITS, 1)
ONENEGATIVERBIGINT = rbigint(ONEDIGITS, -1)


@not_rpython
def args_from_long(x):
    """Digits and sign of a Python long."""
    sign = cmp(x, 0)
    x = abs(x)
    digits = []
    while x:
        digits.append(int(x & ((1 << SHIFT) - 1)))
        x >>= SHIFT
    return digits, sign


def bit_length_int(val):
    """The number of bits of the absolute value of a word."""
    return bit_length_of_word(-r_uint(val) if val < 0 else r_uint(val))


def _byte_at(digits, i):
    """The i-th byte of a magnitude."""
    words = 8 * i // SHIFT
    bits = 8 * i % SHIFT
    if words >= len(digits):
        return 0
    value = r_uint(digits[words]) >> bits
    if bits > SHIFT - 8 and words + 1 < len(digits):
        value |= r_uint(digits[words + 1]) << SHIFT - bits
    return intmask(value & 0xFF)


def _difference(a, b, sign):
    """The number sign * (a - b)."""
    order = arith.compare(a, b)
    if order == 0:
        return NULLRBIGINT
    if order > 0:
        return rbigint(arith.sub(a, b), sign)
    return rbigint(arith.sub(b, a), -sign)


def _divrem(a, b):
    """Quotient and rest, rounding to zero."""
    if b.sign == 0:
        raise ZeroDivisionError("long division or modulo by zero")
    quotient, rest = arith.divmod_magnitudes(a._digits, b._digits)
    return _make(quotient, a.sign * b.sign), _make(rest, a.sign)


def _scaled_to_float(digits, bits):
    """The nearest float to a magnitude of so many bits."""
    if bits <= 53:
        return float(digits[0]) if len(digits) else 0.0
    shift = bits - 55
    if shift <= 0:
        return _round_to_float(digits, False, 0)
    top = arith.rshift(digits, shift)
    return _round_to_float(top, not arith.low_bits_zero(digits, shift), shift)


def _round_to_float(digits, sticky, exponent):
    """The nearest float to (digits + a bit more if sticky) * 2 ** exponent; inf if too large."""
    mantissa = digits[0]
    bits = bit_length_of_word(r_uint(mantissa))
    # so many of the bits have no room; numbers below the normal ones have less
    drop = bits - 53
    if bits + exponent < -1021:
        drop += -1021 - (bits + exponent)
    if drop > 0:
        if drop > 62:
            return 0.0
        rest = mantissa & (1 << drop) - 1
        half = 1 << drop - 1
        mantissa >>= drop
        if rest > half or (rest == half and (sticky or mantissa & 1)):
            mantissa += 1
        exponent += drop
    try:
        return math.ldexp(float(mantissa), exponent)
    except OverflowError:
        return float_infinity


float_infinity = 1e200 * 1e200


def _pow_by_bits(base, exponent):
    """The power, from the highest bit of the exponent down."""
    result = base._digits
    i = arith.bit_length(exponent) - 2
    while i >= 0:
        result = arith.mul(result, result)
        if exponent[i // SHIFT] >> i % SHIFT & 1:
            result = arith.mul(result, base._digits)
        i -= 1
    return rbigint(result, base.sign if exponent[0] & 1 else 1)


def _pow_modulo(base, exponent, modulus):
    """The power modulo a positive number; the base is reduced already."""
    m = modulus._digits
    b = base._digits
    if base.sign < 0:
        b = arith.sub(m, b)
    result = arith.divmod_magnitudes(ONEDIGITS, m)[1]
    bits = arith.bit_length(exponent)
    width = 4 if bits >= FIVEARY_CUTOFF else 1
    table = [result, b]
    while len(table) < 1 << width:
        table.append(arith.divmod_magnitudes(arith.mul(table[len(table) - 1], b), m)[1])
    i = (bits + width - 1) // width * width - width
    while i >= 0:
        for _ in range(width):
            result = arith.divmod_magnitudes(arith.mul(result, result), m)[1]
        k = _bits_at(exponent, i, width)
        if k:
            result = arith.divmod_magnitudes(arith.mul(result, table[k]), m)[1]
        i -= width
    return _make(result, 1)


def _bits_at(digits, start, width):
    """`width` bits of a magnitude from bit `start` on."""
    value = 0
    i = start + width - 1
    while i >= start:
        word = i // SHIFT
        bit = 0
        if word < len(digits):
            bit = digits[word] >> i % SHIFT & 1
        value = value << 1 | bit
        i -= 1
    return value


@specialize.arg(1)
def _bitwise(a, op, b):
    """The operation on the infinite two's complement forms."""
    n = max(len(a._digits), len(b._digits)) + 1
    x = _complement(a, n)
    y = _complement(b, n)
    result = [0] * n
    for i in range(n):
        if op == '&':
            result[i] = x[i] & y[i]
        elif op == '|':
            result[i] = x[i] | y[i]
        else:
            result[i] = x[i] ^ y[i]
    if result[n - 1] == 0:
        return _make(arith.normalized(result), 1)
    # negative: the magnitude is one more than the inverted digits
    for i in range(n):
        result[i] ^= INT_MASK
    return rbigint(arith.add(arith.normalized(result), ONEDIGITS), -1)


def _complement(a, n):
    """The lowest n digits of the two's complement form."""
    digits = a._digits
    result = [0] * n
    if a.sign >= 0:
        for i in range(len(digits)):
            result[i] = digits[i]
        return result
    digits = arith.sub(digits, ONEDIGITS)
    for i in range(len(digits)):
        result[i] = digits[i]
    for i in range(n):
        result[i] ^= INT_MASK
    return result


def _from_digits_text(s, base):
    """The number of a text of digits with an optional sign; nothing is checked."""
    from rpython.rlib import _rbigint_str
    sign = 1
    start = 0
    if s.startswith('-'):
        sign = -1
        start = 1
    elif s.startswith('+'):
        start = 1
    values = [0] * (len(s) - start)
    for i in range(start, len(s)):
        code = ord(s[i])
        if code <= 57:
            values[i - start] = code - 48
        else:
            values[i - start] = (code | 32) - 87
    return _make(_rbigint_str.from_digits(values, base), sign)


def parse_digit_string(parser):
    """The number of the digits of a NumberStringParser."""
    from rpython.rlib import _rbigint_str
    values = []
    while True:
        digit = parser.next_digit()
        if digit == -1:
            break
        values.append(digit)
    base = parser.base
    if base < 2:
        # only zeros are possible
        return NULLRBIGINT
    return _make(_rbigint_str.from_digits(values, base), parser.sign)
