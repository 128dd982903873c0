"""Text as strings in UTF-8: positions, checking, iteration, building and escaping.

Surrogates are allowed in the strings unless a function says otherwise.
"""
import sys

from rpython.rlib.objectmodel import always_inline, not_rpython
from rpython.rlib.rstring import StringBuilder
from rpython.rtyper.lltypesystem import lltype

MAXUNICODE = 0x10ffff
# The index storage has the byte position of every (1 << INDEX_SHIFT)-th character.
INDEX_SHIFT = 5


class OutOfRange(Exception):
    """No character has this number."""

    def __init__(self, code):
        self.code = code


class CheckError(Exception):
    """The string is not valid from `pos` on."""

    def __init__(self, pos):
        self.pos = pos


# ---- encoding of one character -------------------------------------------


def unichr_as_utf8(code, allow_surrogates=False):
    """The character as UTF-8; OutOfRange if there is none."""
    assert code >= 0
    if code <= 0x7F:
        return chr(code)
    if code <= 0x7FF:
        return chr(0xC0 | code >> 6) + chr(0x80 | code & 0x3F)
    if code <= 0xFFFF:
        if not allow_surrogates and 0xD800 <= code <= 0xDFFF:
            raise OutOfRange(code)
        return chr(0xE0 | code >> 12) + chr(0x80 | code >> 6 & 0x3F) + chr(0x80 | code & 0x3F)
    if code <= MAXUNICODE:
        return (chr(0xF0 | code >> 18) + chr(0x80 | code >> 12 & 0x3F) +
                chr(0x80 | code >> 6 & 0x3F) + chr(0x80 | code & 0x3F))
    raise OutOfRange(code)


def unichr_as_utf8_append(builder, code, allow_surrogates=False):
    """Append the character; ValueError for a surrogate, OutOfRange if there is none."""
    if code <= 0x7F:
        builder.append(chr(code))
    elif code <= 0x7FF:
        builder.append(chr(0xC0 | code >> 6))
        builder.append(chr(0x80 | code & 0x3F))
    elif code <= 0xFFFF:
        if not allow_surrogates and 0xD800 <= code <= 0xDFFF:
            raise ValueError("a surrogate")
        builder.append(chr(0xE0 | code >> 12))
        builder.append(chr(0x80 | code >> 6 & 0x3F))
        builder.append(chr(0x80 | code & 0x3F))
    elif code <= MAXUNICODE:
        builder.append(chr(0xF0 | code >> 18))
        builder.append(chr(0x80 | code >> 12 & 0x3F))
        builder.append(chr(0x80 | code >> 6 & 0x3F))
        builder.append(chr(0x80 | code & 0x3F))
    else:
        raise OutOfRange(code)


# ---- positions -----------------------------------------------------------


def next_codepoint_pos(code, pos):
    """The position behind the character at `pos`."""
    first = ord(code[pos])
    if first <= 0x7F:
        return pos + 1
    if first <= 0xDF:
        return pos + 2
    if first <= 0xEF:
        return pos + 3
    return pos + 4


def prev_codepoint_pos(code, pos):
    """The position of the character that ends in front of `pos`."""
    pos -= 1
    if pos >= len(code):
        return pos
    while pos > 0 and ord(code[pos]) & 0xC0 == 0x80:
        pos -= 1
    return pos


def codepoint_at_pos(code, pos):
    """The number of the character at `pos`."""
    first = ord(code[pos])
    if first <= 0x7F:
        return first
    second = ord(code[pos + 1])
    if first <= 0xDF:
        return (first & 0x1F) << 6 | second & 0x3F
    third = ord(code[pos + 2])
    if first <= 0xEF:
        return (first & 0x0F) << 12 | (second & 0x3F) << 6 | third & 0x3F
    fourth = ord(code[pos + 3])
    return (first & 0x07) << 18 | (second & 0x3F) << 12 | (third & 0x3F) << 6 | fourth & 0x3F


def codepoint_before_pos(code, pos):
    """The number of the character that ends in front of `pos`."""
    pos = prev_codepoint_pos(code, pos)
    assert pos >= 0
    return codepoint_at_pos(code, pos)


def _pos_at_index(utf8, index):
    """The position of a character by its index, by walking."""
    pos = 0
    for _ in range(index):
        pos = next_codepoint_pos(utf8, pos)
    return pos


def utf8_in_chars(value, pos, chars):
    """Whether the character at `pos` is one of `chars`."""
    end = next_codepoint_pos(value, pos)
    size = end - pos
    i = 0
    while i < len(chars):
        following = next_codepoint_pos(chars, i)
        if following - i == size:
            k = 0
            while k < size and chars[i + k] == value[pos + k]:
                k += 1
            if k == size:
                return True
        i = following
    return False


# ---- counting ------------------------------------------------------------


def codepoints_in_utf8(value, start=0, end=sys.maxint):
    """The number of characters in the part of the string."""
    if end > len(value):
        end = len(value)
    count = 0
    for i in range(start, end):
        # bytes that continue a character do not count
        count += ord(value[i]) & 0xC0 != 0x80
    return count


def get_utf8_length(s, start=0, end=sys.maxint):
    """The number of characters in the part of the string."""
    return codepoints_in_utf8(s, start, end)


def first_non_ascii_char(string):
    """The first position of a byte that is not ASCII, -1 if there is none."""
    for i in range(len(string)):
        if ord(string[i]) > 0x7F:
            return i
    return -1


def check_ascii(s):
    """Raise CheckError if the string is not ASCII."""
    pos = first_non_ascii_char(s)
    if pos >= 0:
        raise CheckError(pos)


# ---- checking ------------------------------------------------------------


@always_inline
def _invalid_cont_byte(ordch):
    """Whether the byte does not continue a character."""
    return ordch >> 6 != 2


_invalid_byte_2_of_2 = _invalid_cont_byte
_invalid_byte_3_of_3 = _invalid_cont_byte
_invalid_byte_3_of_4 = _invalid_cont_byte
_invalid_byte_4_of_4 = _invalid_cont_byte


def _invalid_byte_2_of_3(ordch1, ordch2, allow_surrogates):
    """Whether the second byte of three is wrong: too low, a surrogate, or no continuation."""
    if ordch2 >> 6 != 2:
        return True
    if ordch1 == 0xE0:
        return ordch2 < 0xA0
    return ordch1 == 0xED and ordch2 > 0x9F and not allow_surrogates


def _invalid_byte_2_of_4(ordch1, ordch2):
    """Whether the second byte of four is wrong: too low, too high, or no continuation."""
    if ordch2 >> 6 != 2:
        return True
    if ordch1 == 0xF0:
        return ordch2 < 0x90
    return ordch1 == 0xF4 and ordch2 > 0x8F


def _check_utf8(s, allow_surrogates, start, stop):
    """The number of characters in the part of the string, or ~position of the first wrong one."""
    pos = start
    continuation_bytes = 0
    while pos < stop:
        first = ord(s[pos])
        pos += 1
        if first <= 0x7F:
            continue
        if first <= 0xC1:
            return ~(pos - 1)
        if first <= 0xDF:
            if pos >= stop or ord(s[pos]) >> 6 != 2:
                return ~(pos - 1)
            pos += 1
            continuation_bytes += 1
        elif first <= 0xEF:
            if (pos + 2 > stop or _invalid_byte_2_of_3(first, ord(s[pos]), allow_surrogates)
                    or ord(s[pos + 1]) >> 6 != 2):
                return ~(pos - 1)
            pos += 2
            continuation_bytes += 2
        elif first <= 0xF4:
            if (pos + 3 > stop or _invalid_byte_2_of_4(first, ord(s[pos]))
                    or ord(s[pos + 1]) >> 6 != 2 or ord(s[pos + 2]) >> 6 != 2):
                return ~(pos - 1)
            pos += 3
            continuation_bytes += 3
        else:
            return ~(pos - 1)
    return pos - start - continuation_bytes


def check_utf8(s, allow_surrogates, start=0, stop=-1):
    """The number of characters in the part of the string; CheckError if it is wrong."""
    if stop < 0:
        stop = len(s)
    res = _check_utf8(s, allow_surrogates, start, stop)
    if res >= 0:
        return res
    raise CheckError(~res)


def surrogate_in_utf8(value):
    """The position of the first surrogate, -1 if there is none."""
    for i in range(len(value) - 2):
        if value[i] == '\xed' and ord(value[i + 1]) >= 0xA0:
            return i
    return -1


def has_surrogates(utf8):
    """Whether the string contains surrogates."""
    return surrogate_in_utf8(utf8) >= 0


def reencode_utf8_with_surrogates(utf8):
    """The string with each pair of surrogates turned into the character that it stands for."""
    builder = StringBuilder(len(utf8))
    pos = 0
    stop = len(utf8)
    while pos < stop:
        code = codepoint_at_pos(utf8, pos)
        pos = next_codepoint_pos(utf8, pos)
        if 0xD800 <= code <= 0xDBFF and pos < stop:
            second = codepoint_at_pos(utf8, pos)
            if 0xDC00 <= second <= 0xDFFF:
                code = 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00)
                pos = next_codepoint_pos(utf8, pos)
        unichr_as_utf8_append(builder, code, allow_surrogates=True)
    return builder.build()


# ---- index storage -------------------------------------------------------

UTF8_INDEX_STORAGE = lltype.GcArray(lltype.Signed)


def null_storage():
    """No storage."""
    return lltype.nullptr(UTF8_INDEX_STORAGE)


def create_utf8_index_storage(utf8, utf8len):
    """Positions inside the string of `utf8len` characters, for the functions below."""
    storage = lltype.malloc(UTF8_INDEX_STORAGE, (utf8len >> INDEX_SHIFT) + 1)
    pos = 0
    for i in range(len(storage)):
        storage[i] = pos
        steps = min(1 << INDEX_SHIFT, utf8len - (i << INDEX_SHIFT))
        for _ in range(steps):
            pos = next_codepoint_pos(utf8, pos)
    return storage


def codepoint_position_at_index(utf8, storage, index):
    """The position of a character by its index."""
    pos = storage[index >> INDEX_SHIFT]
    assert pos >= 0
    for _ in range(index & (1 << INDEX_SHIFT) - 1):
        pos = next_codepoint_pos(utf8, pos)
    return pos


def codepoint_at_index(utf8, storage, index):
    """The number of a character by its index."""
    return codepoint_at_pos(utf8, codepoint_position_at_index(utf8, storage, index))


def codepoint_index_at_byte_position(utf8, storage, bytepos, num_codepoints):
    """The index of the character at a position."""
    if bytepos < 0:
        return bytepos
    low = 0
    high = len(storage)
    while high - low > 1:
        middle = (low + high) >> 1
        if storage[middle] <= bytepos:
            low = middle
        else:
            high = middle
    pos = storage[low]
    assert pos >= 0
    index = low << INDEX_SHIFT
    while pos < bytepos:
        pos = next_codepoint_pos(utf8, pos)
        index += 1
    return index


# ---- iterators and builder -----------------------------------------------


class Utf8StringIterator(object):
    """Iterates over the numbers of the characters."""

    def __init__(self, utf8s):
        self._utf8 = utf8s
        self._end = len(utf8s)
        self._pos = 0

    def __iter__(self):
        return self

    def get_pos(self):
        """The position of the next character."""
        return self._pos

    def done(self):
        """Whether there are no more characters."""
        return self._pos == self._end

    def next(self):
        """The number of the next character; StopIteration at the end."""
        pos = self._pos
        if pos == self._end:
            raise StopIteration
        self._pos = next_codepoint_pos(self._utf8, pos)
        return codepoint_at_pos(self._utf8, pos)


class Utf8StringPosIterator(object):
    """Iterates over pairs of numbers and positions of the characters."""

    def __init__(self, utf8s):
        self._utf8 = utf8s
        self._end = len(utf8s)
        self._pos = 0

    def __iter__(self):
        return self

    def next(self):
        """The next pair; StopIteration at the end."""
        pos = self._pos
        if pos == self._end:
            raise StopIteration
        self._pos = next_codepoint_pos(self._utf8, pos)
        return codepoint_at_pos(self._utf8, pos), pos


class Utf8StringBuilder(object):
    """Builds a string and counts its characters."""

    def __init__(self, size=0):
        self._s = StringBuilder(size)
        self._lgt = 0

    def append(self, s):
        """Append UTF-8 text."""
        self._lgt += codepoints_in_utf8(s)
        self._s.append(s)

    def append_slice(self, s, start, end):
        """Append a part of UTF-8 text."""
        self._lgt += codepoints_in_utf8(s, start, end)
        self._s.append_slice(s, start, end)

    def append_char(self, s):
        """Append one ASCII character."""
        self._lgt += 1
        self._s.append(s)

    def append_code(self, code):
        """Append a character by its number."""
        self._lgt += 1
        unichr_as_utf8_append(self._s, code, True)

    def append_utf8(self, utf8, length):
        """Append UTF-8 text of `length` characters."""
        self._lgt += length
        self._s.append(utf8)

    def append_utf8_slice(self, utf8, start, end, slicelength):
        """Append a part of UTF-8 text, of `slicelength` characters."""
        self._s.append_slice(utf8, start, end)
        self._lgt += slicelength

    def append_multiple_char(self, utf8, times):
        """Append one character, as UTF-8, several times."""
        self._lgt += times
        if len(utf8) == 1:
            self._s.append_multiple_char(utf8[0], times)
            return
        for _ in range(times):
            self._s.append(utf8)

    def build(self):
        """The string made so far."""
        return self._s.build()

    def getlength(self):
        """The number of characters so far."""
        return self._lgt


# ---- classes of characters -----------------------------------------------


def _isspace_code(code):
    """Whether the character is white space."""
    if code < 0x80:
        return code == 0x20 or 0x09 <= code <= 0x0D or 0x1C <= code <= 0x1F
    if code < 0x1680:
        return code == 0x85 or code == 0xA0
    return (0x2000 <= code <= 0x200A or code == 0x1680 or code == 0x180E or code == 0x2028
            or code == 0x2029 or code == 0x202F or code == 0x205F or code == 0x3000)


def isspace(s, pos):
    """Whether the character at `pos` is white space."""
    return _isspace_code(codepoint_at_pos(s, pos))


def islinebreak(s, pos):
    """Whether the character at `pos` ends a line."""
    code = codepoint_at_pos(s, pos)
    if code < 0x80:
        return 0x0A <= code <= 0x0D or 0x1C <= code <= 0x1E
    return code == 0x85 or code == 0x2028 or code == 0x2029


# ---- other encodings -----------------------------------------------------


def decode_latin_1(s):
    """The string, in Latin-1, as UTF-8."""
    first = first_non_ascii_char(s)
    if first < 0:
        return s
    builder = StringBuilder(len(s) + 8)
    builder.append_slice(s, 0, first)
    for i in range(first, len(s)):
        c = s[i]
        code = ord(c)
        if code <= 0x7F:
            builder.append(c)
        else:
            builder.append(chr(0xC0 | code >> 6))
            builder.append(chr(0x80 | code & 0x3F))
    return builder.build()


_HEX = '0123456789abcdef'


def _append_hex(builder, code, digits):
    """Append the number with so many hexadecimal digits."""
    shift = 4 * (digits - 1)
    while shift >= 0:
        builder.append(_HEX[code >> shift & 0xF])
        shift -= 4


def _append_escape(builder, code):
    """Append a character as an escape sequence."""
    if code == 9:
        builder.append('\\t')
    elif code == 10:
        builder.append('\\n')
    elif code == 13:
        builder.append('\\r')
    elif code < 0x100:
        builder.append('\\x')
        _append_hex(builder, code, 2)
    elif code < 0x10000:
        builder.append('\\u')
        _append_hex(builder, code, 4)
    else:
        builder.append('\\U')
        _append_hex(builder, code, 8)


@not_rpython
def make_utf8_escape_function(pass_printable=False, quotes=False, prefix=None, unicodedb=None):
    """A function that escapes UTF-8 text as in a literal.

    `quotes` adds quotes, in front of them `prefix`; `pass_printable` leaves what
    `unicodedb` calls printable.
    """
    start = prefix if prefix is not None else ''

    def unicode_escape(s):
        quote = '\x00'
        builder = StringBuilder(len(s) + 2)
        if quotes:
            builder.append(start)
            quote = '"' if "'" in s and '"' not in s else "'"
            builder.append(quote)
        pos = 0
        end = len(s)
        while pos < end:
            code = codepoint_at_pos(s, pos)
            following = next_codepoint_pos(s, pos)
            if code == 0x5C or (quotes and code == ord(quote)):
                builder.append('\\')
                builder.append(chr(code))
            elif 0x20 <= code < 0x7F:
                builder.append(chr(code))
            elif pass_printable and code >= 0x80 and unicodedb.isprintable(code):
                builder.append_slice(s, pos, following)
            else:
                _append_escape(builder, code)
            pos = following
        if quotes:
            builder.append(quote)
        return builder.build()

    return unicode_escape
