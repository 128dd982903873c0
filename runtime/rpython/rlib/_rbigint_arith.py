"""Arithmetic on magnitudes: lists of digits in base 2 ** SHIFT, least significant first.

Digits are signed machine words that are not negative.  A magnitude ends with a
digit other than zero; zero is the empty list.  No function changes its arguments.
"""
from rpython.rlib.objectmodel import always_inline
from rpython.rlib.rarithmetic import intmask, r_uint, uint_mul_high

SHIFT = 63
MASK = r_uint((1 << SHIFT) - 1)
INT_MASK = intmask((1 << SHIFT) - 1)

# Numbers of digits from which the faster methods pay.
KARATSUBA_CUTOFF = 34
SQUARE_CUTOFF = 50
DIVISION_CUTOFF = 60


def normalized(digits):
    """The list without zeros at its end."""
    i = len(digits)
    while i > 0 and digits[i - 1] == 0:
        i -= 1
    assert i >= 0
    if i == len(digits):
        return digits
    return digits[:i]


def compare(a, b):
    """-1, 0 or 1."""
    if len(a) != len(b):
        return -1 if len(a) < len(b) else 1
    i = len(a) - 1
    while i >= 0:
        if a[i] != b[i]:
            return -1 if a[i] < b[i] else 1
        i -= 1
    return 0


def bit_length_of_word(x):
    """The number of bits of an unsigned word."""
    n = 0
    if x >> 32:
        n += 32
        x >>= 32
    if x >> 16:
        n += 16
        x >>= 16
    if x >> 8:
        n += 8
        x >>= 8
    if x >> 4:
        n += 4
        x >>= 4
    if x >> 2:
        n += 2
        x >>= 2
    if x >> 1:
        return n + 2
    return n + intmask(x)


def bit_length(a):
    """The number of bits of a magnitude."""
    if len(a) == 0:
        return 0
    return (len(a) - 1) * SHIFT + bit_length_of_word(r_uint(a[len(a) - 1]))


# ---- addition and subtraction --------------------------------------------


def add(a, b):
    """a + b"""
    if len(a) < len(b):
        a, b = b, a
    n = len(a)
    m = len(b)
    result = [0] * (n + 1)
    carry = r_uint(0)
    i = 0
    while i < m:
        carry += r_uint(a[i]) + r_uint(b[i])
        result[i] = intmask(carry & MASK)
        carry >>= SHIFT
        i += 1
    while i < n:
        carry += r_uint(a[i])
        result[i] = intmask(carry & MASK)
        carry >>= SHIFT
        i += 1
    result[n] = intmask(carry)
    return normalized(result)


def sub(a, b):
    """a - b, where a >= b"""
    n = len(a)
    m = len(b)
    result = [0] * n
    borrow = r_uint(0)
    i = 0
    while i < m:
        borrow = r_uint(a[i]) - r_uint(b[i]) - borrow
        result[i] = intmask(borrow & MASK)
        borrow >>= SHIFT
        i += 1
    while i < n:
        borrow = r_uint(a[i]) - borrow
        result[i] = intmask(borrow & MASK)
        borrow >>= SHIFT
        i += 1
    return normalized(result)


def _add_into(result, start, b):
    """Add b to the digits of the result from `start` on."""
    carry = r_uint(0)
    i = start
    for digit in b:
        carry += r_uint(result[i]) + r_uint(digit)
        result[i] = intmask(carry & MASK)
        carry >>= SHIFT
        i += 1
    while carry:
        carry += r_uint(result[i])
        result[i] = intmask(carry & MASK)
        carry >>= SHIFT
        i += 1


def _sub_from(result, start, b):
    """Subtract b from the digits of the result from `start` on."""
    borrow = r_uint(0)
    i = start
    for digit in b:
        borrow = r_uint(result[i]) - r_uint(digit) - borrow
        result[i] = intmask(borrow & MASK)
        borrow >>= SHIFT
        i += 1
    while borrow:
        borrow = r_uint(result[i]) - borrow
        result[i] = intmask(borrow & MASK)
        borrow >>= SHIFT
        i += 1


# ---- multiplication ------------------------------------------------------


@always_inline
def _multiply_add(a, b, c, d):
    """The low and the high digit of a * b + c + d."""
    low = a * b
    high = uint_mul_high(a, b)
    total = low + c
    high += r_uint(total < low)
    low = total + d
    high += r_uint(low < total)
    return low & MASK, high << 1 | low >> SHIFT


def mul_digit(a, digit, extra=0):
    """a * digit + extra, for one digit and a word."""
    n = len(a)
    result = [0] * (n + 1)
    factor = r_uint(digit)
    carry = r_uint(extra)
    zero = r_uint(0)
    for i in range(n):
        low, carry = _multiply_add(factor, r_uint(a[i]), zero, carry)
        result[i] = intmask(low)
    result[n] = intmask(carry)
    return normalized(result)


def _school_mul(a, b):
    n = len(a)
    m = len(b)
    result = [0] * (n + m)
    for i in range(n):
        factor = r_uint(a[i])
        carry = r_uint(0)
        k = i
        for j in range(m):
            low, carry = _multiply_add(factor, r_uint(b[j]), r_uint(result[k]), carry)
            result[k] = intmask(low)
            k += 1
        result[k] = intmask(carry)
    return normalized(result)


def _school_square(a):
    n = len(a)
    result = [0] * (2 * n)
    zero = r_uint(0)
    # the products of different digits
    for i in range(n - 1):
        factor = r_uint(a[i])
        carry = r_uint(0)
        k = 2 * i + 1
        for j in range(i + 1, n):
            low, carry = _multiply_add(factor, r_uint(a[j]), r_uint(result[k]), carry)
            result[k] = intmask(low)
            k += 1
        result[k] = intmask(carry)
    # twice those, and the squares
    carry = r_uint(0)
    top = r_uint(0)
    for i in range(n):
        low, high = _multiply_add(r_uint(a[i]), r_uint(a[i]), zero, zero)
        x = r_uint(result[2 * i])
        y = r_uint(result[2 * i + 1])
        carry += low + (x << 1 & MASK | top)
        result[2 * i] = intmask(carry & MASK)
        carry = (carry >> SHIFT) + high + (y << 1 & MASK | x >> SHIFT - 1)
        result[2 * i + 1] = intmask(carry & MASK)
        carry >>= SHIFT
        top = y >> SHIFT - 1
    return normalized(result)


def mul(a, b):
    """a * b"""
    if len(a) > len(b):
        a, b = b, a
    if len(a) == 0:
        return a
    if len(a) == 1:
        return mul_digit(b, a[0])
    if a is b:
        if len(a) < SQUARE_CUTOFF:
            return _school_square(a)
    elif len(a) < KARATSUBA_CUTOFF:
        return _school_mul(a, b)
    if 2 * len(a) <= len(b):
        return _unbalanced_mul(a, b)
    return _karatsuba(a, b)


def _unbalanced_mul(a, b):
    """a * b, where b is much longer: in pieces as long as a."""
    n = len(a)
    result = [0] * (n + len(b))
    start = 0
    while start < len(b):
        stop = min(start + n, len(b))
        piece = normalized(b[start:stop])
        _add_into(result, start, mul(a, piece))
        start = stop
    return normalized(result)


def _karatsuba(a, b):
    """a * b by three products of half the length."""
    half = len(b) >> 1
    same = a is b
    a_low = normalized(a[:half])
    a_high = a[half:]
    if same:
        b_low = a_low
        b_high = a_high
    else:
        b_low = normalized(b[:half])
        b_high = b[half:]
    high = mul(a_high, b_high)
    low = mul(a_low, b_low)
    a_sum = add(a_low, a_high)
    b_sum = a_sum if same else add(b_low, b_high)
    middle = mul(a_sum, b_sum)
    result = [0] * (len(a) + len(b) + 1)
    for i in range(len(low)):
        result[i] = low[i]
    start = 2 * half
    for i in range(len(high)):
        result[start + i] = high[i]
    _add_into(result, half, sub(sub(middle, low), high))
    return normalized(result)


# ---- shifts --------------------------------------------------------------


def lshift(a, count):
    """a << count"""
    if len(a) == 0 or count == 0:
        return a
    words = count // SHIFT
    bits = count % SHIFT
    n = len(a)
    result = [0] * (n + words + 1)
    carry = r_uint(0)
    for i in range(n):
        digit = r_uint(a[i])
        result[words + i] = intmask(digit << bits & MASK | carry)
        carry = digit >> SHIFT - bits
    result[words + n] = intmask(carry)
    return normalized(result)


def rshift(a, count):
    """a >> count"""
    words = count // SHIFT
    bits = count % SHIFT
    n = len(a) - words
    if n <= 0:
        return []
    result = [0] * n
    for i in range(n):
        digit = r_uint(a[words + i]) >> bits
        if i + 1 < n:
            digit |= r_uint(a[words + i + 1]) << SHIFT - bits & MASK
        result[i] = intmask(digit)
    return normalized(result)


def low_bits_zero(a, count):
    """Whether the lowest `count` bits are all zero."""
    words = count // SHIFT
    bits = count % SHIFT
    for i in range(min(words, len(a))):
        if a[i]:
            return False
    if words < len(a) and bits:
        return r_uint(a[words]) << 64 - bits == 0
    return True


# ---- division ------------------------------------------------------------


@always_inline
def _divide_wide(high, low, d):
    """Quotient and rest of (high, low) by d, where high < d and d has all SHIFT bits.

    As a word of 64 bits, 2 * d has its top bit set: the division of two words by
    one, in two steps of half a word.
    """
    d <<= 1
    low <<= 1
    d_high = d >> 32
    d_low = d & 0xFFFFFFFF
    q1 = high // d_high
    rest = high - q1 * d_high
    while q1 >> 32 or q1 * d_low > (rest << 32 | low >> 32):
        q1 -= 1
        rest += d_high
        if rest >> 32:
            break
    middle = (high << 32 | low >> 32) - q1 * d
    q0 = middle // d_high
    rest = middle - q0 * d_high
    while q0 >> 32 or q0 * d_low > (rest << 32 | low & 0xFFFFFFFF):
        q0 -= 1
        rest += d_high
        if rest >> 32:
            break
    rest = (middle << 32 | low & 0xFFFFFFFF) - q0 * d
    return (q1 << 32) + q0, rest >> 1


def divmod_digit(a, digit):
    """Quotient, and the rest as a word, of the division by one digit."""
    n = len(a)
    result = [0] * n
    d = r_uint(digit)
    i = n - 1
    if d >> 31 == 0:
        # the halves of the digits one after the other
        small = r_uint(0)
        while i >= 0:
            x = r_uint(a[i])
            part = small << 32 | x >> 31
            q = part // d
            part = (part - q * d) << 31 | x & 0x7FFFFFFF
            q2 = part // d
            small = part - q2 * d
            result[i] = intmask((q << 31) + q2)
            i -= 1
        return normalized(result), intmask(small)
    shift = SHIFT - bit_length_of_word(d)
    d <<= shift
    rest = r_uint(a[n - 1]) >> SHIFT - shift if n > 0 else r_uint(0)
    while i >= 0:
        x = r_uint(a[i]) << shift & MASK
        if i > 0:
            x |= r_uint(a[i - 1]) >> SHIFT - shift
        q, rest = _divide_wide(rest, x, d)
        result[i] = intmask(q)
        i -= 1
    return normalized(result), intmask(rest >> shift)


def _school_divmod(a, b):
    """Quotient and rest; b has at least two digits and a is not smaller."""
    shift = SHIFT - bit_length_of_word(r_uint(b[len(b) - 1]))
    w = lshift(b, shift)
    shifted = lshift(a, shift)
    n = len(w)
    size = len(a) + 1
    v = [0] * size
    for i in range(len(shifted)):
        v[i] = shifted[i]
    k = size - n
    quotient = [0] * k
    top = r_uint(w[n - 1])
    second = r_uint(w[n - 2])
    j = k - 1
    while j >= 0:
        high = r_uint(v[j + n])
        if high >= top:
            q = MASK
            rest = r_uint(v[j + n - 1]) + top
        else:
            q, rest = _divide_wide(high, r_uint(v[j + n - 1]), top)
        while rest >> SHIFT == 0:
            # q is too big by at most two
            low = q * second
            product = uint_mul_high(q, second) << 1 | low >> SHIFT
            if product > rest or (product == rest and low & MASK > r_uint(v[j + n - 2])):
                q -= 1
                rest += top
            else:
                break
        if _sub_multiple(v, j, w, q):
            q -= 1
            _add_back(v, j, w)
        quotient[j] = intmask(q)
        j -= 1
    rest_digits = normalized(v[:n])
    return normalized(quotient), rshift(rest_digits, shift)


def _sub_multiple(v, start, w, q):
    """Subtract w * q from v at `start`; whether that became negative (v is then wrapped)."""
    carry = r_uint(0)
    borrow = r_uint(0)
    zero = r_uint(0)
    n = len(w)
    for i in range(n):
        low, carry = _multiply_add(q, r_uint(w[i]), zero, carry)
        borrow = r_uint(v[start + i]) - low - borrow
        v[start + i] = intmask(borrow & MASK)
        borrow >>= SHIFT
    borrow = r_uint(v[start + n]) - carry - borrow
    v[start + n] = intmask(borrow & MASK)
    return borrow >> SHIFT != 0


def _add_back(v, start, w):
    """Add w to v at `start`, dropping the carry out of the digit after it."""
    carry = r_uint(0)
    n = len(w)
    for i in range(n):
        carry += r_uint(v[start + i]) + r_uint(w[i])
        v[start + i] = intmask(carry & MASK)
        carry >>= SHIFT
    v[start + n] = intmask(r_uint(v[start + n]) + carry & MASK)


def divmod_magnitudes(a, b):
    """Quotient and rest of the division by b, which is not zero."""
    if compare(a, b) < 0:
        return [], a
    if len(b) == 1:
        quotient, rest = divmod_digit(a, b[0])
        if rest == 0:
            return quotient, []
        return quotient, [rest]
    if len(b) < DIVISION_CUTOFF or len(a) - len(b) < DIVISION_CUTOFF // 2:
        return _school_divmod(a, b)
    return _recursive_divmod(a, b)


def _piece(a, start, stop):
    """The magnitude made of the digits from start to stop, as far as they exist."""
    n = len(a)
    if stop > n:
        stop = n
    if start >= stop:
        return []
    assert start >= 0
    assert stop >= 0
    return normalized(a[start:stop])


def _joined(high, low, n):
    """high * base ** n + low, where low has at most n digits."""
    if len(high) == 0:
        return low
    result = [0] * (len(high) + n)
    for i in range(len(low)):
        result[i] = low[i]
    for i in range(len(high)):
        result[n + i] = high[i]
    return result


def _recursive_divmod(a, b):
    """Division by multiplication: the dividend in blocks as long as the divisor."""
    # make the divisor's length even often enough, and its top bit set
    n = len(b)
    unit = 1
    while n // unit >= DIVISION_CUTOFF:
        unit *= 2
    n = (n + unit - 1) // unit * unit
    shift = n * SHIFT - bit_length(b)
    b = lshift(b, shift)
    a = lshift(a, shift)
    blocks = (len(a) + n - 1) // n
    rest = []
    quotient = [0] * (blocks * n)
    i = blocks - 1
    while i >= 0:
        part, rest = _divide_two_by_one(_joined(rest, _piece(a, i * n, (i + 1) * n), n), b, n)
        for k in range(len(part)):
            quotient[i * n + k] = part[k]
        i -= 1
    return normalized(quotient), rshift(rest, shift)


def _divide_two_by_one(a, b, n):
    """Divide at most 2 * n digits by n, where the quotient has at most n."""
    if n < DIVISION_CUTOFF or n & 1:
        if compare(a, b) < 0:
            return [], a
        return _school_divmod(a, b)
    half = n >> 1
    b_high = _piece(b, half, n)
    b_low = _piece(b, 0, half)
    q_high, rest = _divide_three_by_two(_piece(a, n, 2 * n), _piece(a, half, n), b, b_high, b_low, half)
    q_low, rest = _divide_three_by_two(rest, _piece(a, 0, half), b, b_high, b_low, half)
    return _joined(q_high, q_low, half), rest


def _divide_three_by_two(high, low, b, b_high, b_low, half):
    """Divide high (two halves) and low (one half) by b, two halves."""
    if compare(_piece(high, half, 2 * half + 1), b_high) == 0:
        # the quotient of the upper halves would not fit: take the largest
        q = [INT_MASK] * half
        rest = add(sub(high, lshift(b_high, half * SHIFT)), b_high)
    else:
        q, rest = _divide_two_by_one(high, b_high, half)
    product = mul(q, b_low)
    rest = _joined(rest, low, half)
    while compare(rest, product) < 0:
        rest = add(rest, b)
        q = sub(q, [1])
    return q, sub(rest, product)
