"""Text of magnitudes in any base, and back, in less than quadratic time."""
from rpython.rlib import _rbigint_arith as arith
from rpython.rlib.rarithmetic import intmask, r_uint

# Digits in base 10 that fit into one digit of a magnitude.
DECIMAL_CHUNK = 18
DECIMAL_UNIT = 10 ** DECIMAL_CHUNK
# Numbers with more chunks are split in the middle.
SPLIT_CHUNKS = 24


# ---- to text -------------------------------------------------------------


def to_decimal(a):
    """The decimal digits."""
    if len(a) == 0:
        return '0'
    if len(a) == 1:
        return str(a[0])
    return to_base(a, 10, DECIMAL_CHUNK, DECIMAL_UNIT, '0123456789')


def _chunk_of(base):
    """How many digits of the base fit into one digit of a magnitude, and the unit they make."""
    size = 1
    unit = base
    while unit <= arith.INT_MASK // base:
        unit *= base
        size += 1
    return size, unit


def to_any_base(a, digits):
    """The text with the given digits, as many as the base."""
    base = len(digits)
    if len(a) == 0:
        return digits[0]
    if base & (base - 1) == 0:
        return _to_power_of_two(a, base, digits)
    size, unit = _chunk_of(base)
    return to_base(a, base, size, unit, digits)


def to_base(a, base, size, unit, digits):
    """The text of a magnitude that is not zero, without zeros in front."""
    powers = [[unit]]
    while 2 * len(powers[len(powers) - 1]) - 1 <= len(a):
        last = powers[len(powers) - 1]
        powers.append(arith.mul(last, last))
    pieces = []
    _append_text(pieces, a, base, size, digits, powers, len(powers) - 1, True)
    return ''.join(pieces)


def _append_text(pieces, a, base, size, digits, powers, level, first):
    """Append the text of a, which is less than powers[level] squared.

    Unless it is the first text, it is filled up with zeros to 2 * size << level digits.
    """
    if len(a) <= SPLIT_CHUNKS:
        text = _small_text(a, base, size, powers[0][0], digits)
        if not first:
            missing = (2 * size << level) - len(text)
            if missing > 0:
                pieces.append(digits[0] * missing)
        elif len(text) == 0:
            text = digits[0]
        pieces.append(text)
        return
    high, low = arith.divmod_magnitudes(a, powers[level])
    if level == 0:
        _append_chunk_pair(pieces, high, low, base, size, digits, first)
        return
    if first and len(high) == 0:
        _append_text(pieces, low, base, size, digits, powers, level - 1, True)
        return
    _append_text(pieces, high, base, size, digits, powers, level - 1, first)
    _append_text(pieces, low, base, size, digits, powers, level - 1, False)


def _append_chunk_pair(pieces, high, low, base, size, digits, first):
    """Append the text of two chunks."""
    text = _word_text(high[0] if len(high) else 0, base, digits)
    if not first:
        text = digits[0] * (size - len(text)) + text
    pieces.append(text)
    text = _word_text(low[0] if len(low) else 0, base, digits)
    pieces.append(digits[0] * (size - len(text)) + text)


def _word_text(n, base, digits):
    """The text of a word, empty for zero."""
    chars = []
    while n:
        chars.append(digits[n % base])
        n //= base
    chars.reverse()
    return ''.join(chars)


def _small_text(a, base, size, unit, digits):
    """The text of a small magnitude, empty for zero, by repeated division by a word."""
    chars = []
    while len(a) > 0:
        a, rest = arith.divmod_digit(a, unit)
        count = size
        while count > 0 if len(a) > 0 else rest > 0:
            chars.append(digits[rest % base])
            rest //= base
            count -= 1
    chars.reverse()
    return ''.join(chars)


def _to_power_of_two(a, base, digits):
    """The text in a base that is a power of two, by shifting."""
    bits = 1
    while 1 << bits < base:
        bits += 1
    chars = []
    accum = r_uint(0)
    have = 0
    mask = r_uint(base - 1)
    n = len(a)
    for i in range(n):
        digit = r_uint(a[i])
        if have:
            # complete the group of bits that began in the digit before
            accum |= digit << have & mask
            chars.append(digits[intmask(accum)])
            digit >>= bits - have
            left = arith.SHIFT - (bits - have)
        else:
            left = arith.SHIFT
        while left >= bits:
            chars.append(digits[intmask(digit & mask)])
            digit >>= bits
            left -= bits
        accum = digit
        have = left
    if have:
        chars.append(digits[intmask(accum)])
    end = len(chars)
    while end > 1 and chars[end - 1] == digits[0]:
        end -= 1
    assert end >= 0
    chars = chars[:end]
    chars.reverse()
    return ''.join(chars)


# ---- from text -----------------------------------------------------------


def from_digits(values, base):
    """The magnitude with these digits of the base, the most significant first."""
    if base & (base - 1) == 0:
        return _from_power_of_two(values, base)
    size, unit = _chunk_of(base)
    # the chunks, the most significant first
    chunks = []
    n = len(values)
    first = n % size
    i = 0
    while i < n:
        stop = i + size
        if i == 0 and first:
            stop = first
        word = 0
        while i < stop:
            word = word * base + values[i]
            i += 1
        chunks.append(word)
    return _from_chunks(chunks, unit)


def _from_chunks(chunks, unit):
    """The magnitude with these digits in base `unit`, the most significant first."""
    if len(chunks) <= SPLIT_CHUNKS:
        return _from_few_chunks(chunks, 0, len(chunks), unit)
    # combine neighbours until one magnitude is left
    parts = []
    stop = len(chunks)
    while stop > 0:
        start = max(stop - SPLIT_CHUNKS, 0)
        parts.append(_from_few_chunks(chunks, start, stop, unit))
        stop = start
    power = [1]
    for _ in range(SPLIT_CHUNKS):
        power = arith.mul_digit(power, unit)
    while len(parts) > 1:
        joined = []
        i = 0
        while i < len(parts):
            if i + 1 < len(parts):
                joined.append(arith.add(arith.mul(parts[i + 1], power), parts[i]))
            else:
                joined.append(parts[i])
            i += 2
        parts = joined
        if len(parts) > 1:
            power = arith.mul(power, power)
    return parts[0]


def _from_few_chunks(chunks, start, stop, unit):
    result = []
    for i in range(start, stop):
        result = arith.mul_digit(result, unit, chunks[i])
    return result


def _from_power_of_two(values, base):
    """The magnitude with these digits of a base that is a power of two."""
    bits = 1
    while 1 << bits < base:
        bits += 1
    result = [0] * (len(values) * bits // arith.SHIFT + 1)
    accum = r_uint(0)
    have = 0
    k = 0
    i = len(values) - 1
    while i >= 0:
        value = r_uint(values[i])
        accum |= value << have
        have += bits
        if have >= arith.SHIFT:
            result[k] = intmask(accum & arith.MASK)
            k += 1
            have -= arith.SHIFT
            accum = value >> bits - have
        i -= 1
    if have:
        result[k] = intmask(accum)
    return arith.normalized(result)
