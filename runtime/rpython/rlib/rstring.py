"""String builders, and string functions that work on str, unicode and lists of characters."""
import sys

from rpython.rlib.objectmodel import newlist_hint, specialize
from rpython.rlib.rarithmetic import ovfcheck
from rpython.rtyper.intrinsic import intrinsic

INIT_SIZE = 100

# ---- splitting -----------------------------------------------------------


@specialize.argtype(0)
def _isspace(s, pos):
    return s[pos].isspace()


@specialize.argtype(0, 1)
def split(value, by=None, maxsplit=-1, isutf8=False):
    """The pieces of `value` between occurrences of `by` (None: runs of spaces)."""
    if by is None:
        if isutf8:
            return _split_utf8_spaces(value, maxsplit)
        return _split_spaces(value, maxsplit)
    return _split_by(value, by, maxsplit)


@specialize.argtype(0)
def _split_spaces(value, maxsplit):
    res = []
    length = len(value)
    i = 0
    while True:
        while i < length and _isspace(value, i):
            i += 1
        if i >= length:
            return res
        if maxsplit == 0:
            j = length
        else:
            j = i + 1
            while j < length and not _isspace(value, j):
                j += 1
            maxsplit -= 1
        res.append(value[i:j])
        i = j + 1


@specialize.argtype(0, 1)
def _split_by(value, by, maxsplit):
    bylen = len(by)
    if bylen == 0:
        raise ValueError("empty separator")
    res = []
    start = 0
    length = len(value)
    while maxsplit != 0:
        next = find(value, by, start, length)
        if next < 0:
            break
        assert start >= 0
        res.append(value[start:next])
        start = next + bylen
        maxsplit -= 1
    assert start >= 0
    res.append(value[start:length])
    return res


@specialize.argtype(0, 1)
def rsplit(value, by=None, maxsplit=-1, isutf8=False):
    """Like `split`, where a limit counts from the right."""
    if by is None:
        if isutf8:
            return _rsplit_utf8_spaces(value, maxsplit)
        return _rsplit_spaces(value, maxsplit)
    return _rsplit_by(value, by, maxsplit)


@specialize.argtype(0)
def _rsplit_spaces(value, maxsplit):
    res = []
    end = len(value)
    while True:
        while end > 0 and _isspace(value, end - 1):
            end -= 1
        if end <= 0:
            break
        if maxsplit == 0:
            start = 0
        else:
            start = end - 1
            while start > 0 and not _isspace(value, start - 1):
                start -= 1
            maxsplit -= 1
        assert start >= 0
        res.append(value[start:end])
        end = start
        assert end >= 0
    res.reverse()
    return res


@specialize.argtype(0, 1)
def _rsplit_by(value, by, maxsplit):
    bylen = len(by)
    if bylen == 0:
        raise ValueError("empty separator")
    res = []
    end = len(value)
    while maxsplit != 0:
        next = rfind(value, by, 0, end)
        if next < 0:
            break
        start = next + bylen
        assert start >= 0 and end >= 0
        res.append(value[start:end])
        end = next
        maxsplit -= 1
    assert end >= 0
    res.append(value[0:end])
    res.reverse()
    return res


def _split_utf8_spaces(value, maxsplit):
    """`split` at the white space of Unicode."""
    from rpython.rlib.rutf8 import isspace, next_codepoint_pos
    res = []
    length = len(value)
    i = 0
    while True:
        while i < length and isspace(value, i):
            i = next_codepoint_pos(value, i)
        if i >= length:
            return res
        if maxsplit == 0:
            j = length
        else:
            j = next_codepoint_pos(value, i)
            while j < length and not isspace(value, j):
                j = next_codepoint_pos(value, j)
            maxsplit -= 1
        res.append(value[i:j])
        i = j


def _rsplit_utf8_spaces(value, maxsplit):
    """`rsplit` at the white space of Unicode."""
    from rpython.rlib.rutf8 import isspace, prev_codepoint_pos
    res = []
    end = len(value)
    while True:
        while end > 0:
            before = prev_codepoint_pos(value, end)
            assert before >= 0
            if not isspace(value, before):
                break
            end = before
        if end <= 0:
            break
        start = 0
        if maxsplit != 0:
            start = end
            while start > 0:
                before = prev_codepoint_pos(value, start)
                assert before >= 0
                if isspace(value, before):
                    break
                start = before
            maxsplit -= 1
        assert start >= 0 and end >= 0
        res.append(value[start:end])
        end = start
    res.reverse()
    return res


# ---- replacing -----------------------------------------------------------


@specialize.argtype(0, 1, 2)
def replace(input, sub, by, maxcount=-1):
    """`input` with the first `maxcount` (-1: all) occurrences of `sub` replaced."""
    result, _ = replace_count(input, sub, by, maxcount)
    return result


@specialize.argtype(0)
def _builder_for(example, size):
    if isinstance(example, str):
        return StringBuilder(size)
    elif isinstance(example, unicode):
        return UnicodeBuilder(size)
    else:
        return ByteListBuilder(size)


@specialize.argtype(0, 1, 2)
def replace_count(input, sub, by, maxcount=-1, isutf8=False):
    """The pair of the text with replacements made and their number."""
    if maxcount == 0:
        return input, 0
    length = len(input)
    sublen = len(sub)
    if sublen == 0:
        return _interleave(input, by, maxcount, isutf8)
    found = count(input, sub, 0, length)
    if found == 0:
        return input, 0
    if maxcount > 0 and found > maxcount:
        found = maxcount
    try:
        size = ovfcheck(ovfcheck(found * (len(by) - sublen)) + length)
    except OverflowError:
        raise OverflowError("replace string is too long")
    builder = _builder_for(input, size)
    start = 0
    for _ in range(found):
        next = find(input, sub, start, length)
        assert next >= 0 and start >= 0
        builder.append_slice(input, start, next)
        builder.append(by)
        start = next + sublen
    assert start >= 0
    builder.append_slice(input, start, length)
    return builder.build(), found


@specialize.argtype(0)
def _is_continuation(value, pos):
    """Whether the byte continues a character of several bytes in UTF-8."""
    return ord(value[pos]) & 0xC0 == 0x80


@specialize.argtype(0, 1)
def _interleave(input, by, maxcount, isutf8):
    """`by` in front of each of the first characters, and at the end if any is left."""
    length = len(input)
    positions = 1
    for pos in range(length):
        if not (isutf8 and _is_continuation(input, pos)):
            positions += 1
    if 0 < maxcount < positions:
        positions = maxcount
    try:
        size = ovfcheck(ovfcheck(positions * len(by)) + length)
    except OverflowError:
        raise OverflowError("replace string is too long")
    builder = _builder_for(input, size)
    pos = 0
    for i in range(positions):
        builder.append(by)
        if pos < length:
            next = pos + 1
            while isutf8 and next < length and _is_continuation(input, next):
                next += 1
            builder.append_slice(input, pos, next)
            pos = next
    assert pos >= 0
    builder.append_slice(input, pos, length)
    return builder.build(), positions


# ---- searching -----------------------------------------------------------


@specialize.argtype(0)
def _clipped(value, start, end):
    """The two ends of a range as in a slice, clipped to the length of the value."""
    length = len(value)
    if start < 0:
        start += length
        if start < 0:
            start = 0
    if end < 0:
        end += length
        if end < 0:
            end = 0
    elif end > length:
        end = length
    assert start >= 0
    assert end >= 0
    return start, end


@specialize.argtype(0, 1)
def _matches_at(value, pos, other):
    for j in range(len(other)):
        if value[pos + j] != other[j]:
            return False
    return True


@specialize.argtype(0, 1)
def startswith(u_self, prefix, start=0, end=sys.maxint):
    """Whether the part of the text from start to end begins with the prefix."""
    start, end = _clipped(u_self, start, end)
    if start > len(u_self) or end - start < len(prefix):
        return False
    return _matches_at(u_self, start, prefix)


@specialize.argtype(0, 1)
def endswith(u_self, suffix, start=0, end=sys.maxint):
    """Whether the part of the text from start to end ends with the suffix."""
    start, end = _clipped(u_self, start, end)
    begin = end - len(suffix)
    if start > end or begin < start:
        return False
    return _matches_at(u_self, begin, suffix)


@specialize.argtype(0, 1)
def find(value, other, start, end):
    """The first position of `other` in the range, -1 if there is none."""
    if isinstance(value, str) or isinstance(value, unicode):
        return value.find(other, start, end)
    return _search(value, other, start, end, SEARCH_FIND)


@specialize.argtype(0, 1)
def rfind(value, other, start, end):
    """The last position of `other` in the range, -1 if there is none."""
    if isinstance(value, str) or isinstance(value, unicode):
        return value.rfind(other, start, end)
    return _search(value, other, start, end, SEARCH_RFIND)


@specialize.argtype(0, 1)
def count(value, other, start, end):
    """The number of occurrences of `other` in the range that do not overlap."""
    if isinstance(value, str) or isinstance(value, unicode):
        return value.count(other, start, end)
    return _search(value, other, start, end, SEARCH_COUNT)


SEARCH_COUNT = 0
SEARCH_FIND = 1
SEARCH_RFIND = 2


@specialize.argtype(0, 1)
def _search(value, other, start, end, mode):
    """Counting and searching by comparison at each position, for any sequences."""
    start, end = _clipped(value, start, end)
    m = len(other)
    if start > end:
        return 0 if mode == SEARCH_COUNT else -1
    if mode == SEARCH_RFIND:
        pos = end - m
        while pos >= start:
            if _matches_at(value, pos, other):
                return pos
            pos -= 1
        return -1
    found = 0
    pos = start
    while pos + m <= end:
        if _matches_at(value, pos, other):
            if mode == SEARCH_FIND:
                return pos
            found += 1
            pos += m if m > 0 else 1
        else:
            pos += 1
    return found if mode == SEARCH_COUNT else -1


# ---- parsing numbers -----------------------------------------------------


@specialize.argtype(0)
def strip_spaces(s):
    """The string without spaces at both ends."""
    p = 0
    q = len(s)
    while p < q and _isspace(s, p):
        p += 1
    while p < q and _isspace(s, q - 1):
        q -= 1
    assert q >= p
    return s[p:q]


class ParseStringError(Exception):
    """The text spells no number."""

    def __init__(self, msg):
        self.msg = msg


class InvalidBaseError(ParseStringError):
    """The base is not 0 or from 2 to 36."""

    def __init__(self, msg):
        self.msg = msg


class ParseStringOverflowError(Exception):
    """The number does not fit into a machine word; `parser` has its digits."""

    def __init__(self, parser):
        self.parser = parser


class MaxDigitsError(Exception):
    """The number has more digits than allowed."""

    def __init__(self, digits):
        self.digits = digits


class NumberStringParser(object):
    """The sign, the base and the digits of a number in text.

    `s` is the text without spaces around it, `base` may be 0 for a base given by prefix.
    """

    def error(self):
        """Raise ParseStringError naming the function and the base."""
        raise ParseStringError("invalid literal for %s() with base %d"
                               % (self.fname, self.original_base))

    def __init__(self, s, literal, base, fname, allow_underscores=False,
                 no_implicit_octal=False, max_str_digits=0,
                 disallow_whitespace_after_sign=False):
        self.fname = fname
        self.original_base = base
        self.allow_underscores = allow_underscores
        sign = 1
        s = strip_spaces(literal)
        if s.startswith('-'):
            sign = -1
            s = s[1:]
            if not disallow_whitespace_after_sign:
                s = strip_spaces(s)
        elif s.startswith('+'):
            s = s[1:]
            if not disallow_whitespace_after_sign:
                s = strip_spaces(s)
        self.sign = sign
        if not s:
            self.error()
        if base == 0:
            base = self._guess_base(s, no_implicit_octal)
        elif base < 2 or base > 36:
            raise InvalidBaseError("%s() base must be >= 2 and <= 36, or 0" % fname)
        self.base = base
        start = 0
        if base == 16 and (s.startswith('0x') or s.startswith('0X')):
            start = 2
        elif base == 8 and (s.startswith('0o') or s.startswith('0O')):
            start = 2
        elif base == 2 and (s.startswith('0b') or s.startswith('0B')):
            start = 2
        end = len(s)
        if start == end:
            self.error()
        if s[end - 1] == '_' or (s[start] == '_' and (start == 0 or not allow_underscores)):
            self.error()
        self._check_length(s, start, max_str_digits)
        self.s = s
        self.start = start
        self.i = start
        self.end = end

    def _guess_base(self, s, no_implicit_octal):
        """The base that the prefix names; 1 allows nothing but zeros."""
        if s.startswith('0x') or s.startswith('0X'):
            return 16
        elif s.startswith('0b') or s.startswith('0B'):
            return 2
        elif s.startswith('0o') or s.startswith('0O'):
            return 8
        elif s.startswith('0'):
            return 1 if no_implicit_octal else 8
        return 10

    def _check_length(self, s, start, max_str_digits):
        """Refuse numbers that would take more than linear time."""
        if max_str_digits <= 0 or len(s) - start <= max_str_digits:
            return
        if self.base & (self.base - 1) == 0:
            return
        digits = 0
        for i in range(start, len(s)):
            if s[i] != '_':
                digits += 1
        if digits > max_str_digits:
            raise MaxDigitsError(digits)

    def rewind(self):
        """Back to the first digit."""
        self.i = self.start

    def _digit_at(self, i):
        """The value of the digit at the position; ParseStringError if it is none."""
        code = ord(self.s[i])
        if 48 <= code <= 57:
            digit = code - 48
        elif 97 <= code <= 122:
            digit = code - 87
        elif 65 <= code <= 90:
            digit = code - 55
        else:
            digit = 99
        if digit >= self.base:
            self.error()
        return digit

    def next_digit(self):
        """The next digit, -1 at the end."""
        i = self.i
        if i >= self.end:
            return -1
        if self.allow_underscores and self.s[i] == '_':
            i += 1
            if i >= self.end:
                self.error()
        digit = self._digit_at(i)
        self.i = i + 1
        return digit

    def prev_digit(self):
        """The digit in front of the position, after which the position is there."""
        i = self.i - 1
        assert i >= 0
        if self.allow_underscores and self.s[i] == '_':
            i -= 1
            assert i >= 0
        digit = self._digit_at(i)
        self.i = i
        return digit


# ---- builders ------------------------------------------------------------


class AbstractStringBuilder(object):
    """What the builders of both string types do when untranslated."""

    def __init__(self, init_size=INIT_SIZE):
        self._l = []
        self._size = 0

    def _grow(self, size):
        self._size += size

    def append(self, s):
        """Append a string or a character."""
        assert isinstance(s, self._tp)
        self._l.append(s)
        self._grow(len(s))

    def append_slice(self, s, start, end):
        """Append the part of a string from start to end."""
        assert isinstance(s, self._tp)
        assert 0 <= start <= end <= len(s)
        self._l.append(s[start:end])
        self._grow(end - start)

    def append_multiple_char(self, c, times):
        """Append a character several times."""
        assert isinstance(c, self._tp) and len(c) == 1
        self._l.append(c * times)
        self._grow(times)

    def append_charpsize(self, s, size):
        """Append `size` characters that a raw pointer points at."""
        assert size >= 0
        chars = [s[i] for i in range(size)]
        self._l.append(self._tp('').join(chars))
        self._grow(size)

    def build(self):
        """The string made so far; the builder can be continued."""
        result = self._tp('').join(self._l)
        self._l = [result]
        return result

    def getlength(self):
        """The length of the string made so far."""
        return self._size


class StringBuilder(AbstractStringBuilder):
    """Builds a str from pieces."""
    _intrinsic_ = 'StringBuilder'
    _tp = str


class UnicodeBuilder(AbstractStringBuilder):
    """Builds a unicode string from pieces."""
    _intrinsic_ = 'UnicodeBuilder'
    _tp = unicode


class ByteListBuilder(object):
    """Builds a list of characters from pieces."""

    def __init__(self, init_size=INIT_SIZE):
        assert init_size >= 0
        self.l = newlist_hint(init_size)

    @specialize.argtype(1)
    def append(self, s):
        """Append the characters of a string or of a list."""
        for c in s:
            self.l.append(c)

    @specialize.argtype(1)
    def append_slice(self, s, start, end):
        """Append the characters of a part of a string or of a list."""
        for i in range(start, end):
            self.l.append(s[i])

    def append_multiple_char(self, c, times):
        """Append a character several times."""
        assert isinstance(c, str)
        for _ in range(times):
            self.l.append(c)

    def append_charpsize(self, s, size):
        """Append `size` characters that a raw pointer points at."""
        for i in range(size):
            self.l.append(s[i])

    def build(self):
        """The list made so far."""
        return self.l

    def getlength(self):
        """The number of characters so far."""
        return len(self.l)


# ---- strings without NUL -------------------------------------------------


@intrinsic('assert_str0')
def assert_str0(fname):
    """`fname`, which the annotator then takes for free of NUL characters."""
    assert '\x00' not in fname, "a string with NUL characters"
    return fname


@intrinsic('check_str0')
def check_str0(fname):
    """`fname`, which the annotator must know to be free of NUL characters."""
    assert '\x00' not in fname, "a string with NUL characters"
    return fname
