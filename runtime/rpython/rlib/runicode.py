"""Encoders and decoders between str and unicode.

Decoders take (s, size, errors, final, errorhandler) and return the text and the
number of bytes used; an error handler is called as (errors, encoding, message,
s, start, end) and returns what stands for the part and where to go on.  For
encoders the handler returns (unicode or None, str or None, position).
"""
import sys

from rpython.rlib.objectmodel import specialize
from rpython.rlib.rstring import StringBuilder, UnicodeBuilder
from rpython.rlib.rutf8 import (_invalid_byte_2_of_3, _invalid_byte_2_of_4, _invalid_byte_3_of_4,
                                _invalid_cont_byte)

BYTEORDER = sys.byteorder
BYTEORDER2 = BYTEORDER[0] + 'e'
MAXUNICODE = 0x10ffff
allow_surrogate_by_default = True

# How many bytes a character has by its first byte, 0 if none begins so.
_utf8_code_length = ''.join([chr(_n) for _n in
                             [1] * 0x80 + [0] * 0x42 + [2] * 0x1e + [3] * 0x10 + [4] * 5 + [0] * 11])


def UNICHR(c):
    """The unicode string of one character; OverflowError if there is none."""
    if c < 0 or c > MAXUNICODE:
        raise OverflowError
    return unichr(c)


def ORD(u):
    """The number of the character."""
    return ord(u)


def code_to_unichr(code):
    """The unicode string of one character."""
    return UNICHR(code)


# ---- error handlers ------------------------------------------------------


def default_unicode_error_decode(errors, encoding, msg, s, startingpos, endingpos):
    """Replaces, ignores or raises UnicodeDecodeError."""
    if errors == 'replace':
        return u'\ufffd', endingpos
    if errors == 'ignore':
        return u'', endingpos
    raise UnicodeDecodeError(encoding, s, startingpos, endingpos, msg)


def default_unicode_error_encode(errors, encoding, msg, u, startingpos, endingpos):
    """Replaces, ignores or raises UnicodeEncodeError."""
    if errors == 'replace':
        return u'?', None, endingpos
    if errors == 'ignore':
        return u'', None, endingpos
    raise UnicodeEncodeError(encoding, u, startingpos, endingpos, msg)


# ---- UTF-8 ---------------------------------------------------------------


@specialize.arg(4)
def str_decode_utf_8(s, size, errors, final=False, errorhandler=None,
                     allow_surrogates=allow_surrogate_by_default):
    """Decode UTF-8."""
    if errorhandler is None:
        errorhandler = default_unicode_error_decode
    return str_decode_utf_8_impl(s, size, errors, final, errorhandler, allow_surrogates)


@specialize.arg(4)
def str_decode_utf_8_impl(s, size, errors, final, errorhandler, allow_surrogates):
    """Decode UTF-8."""
    result = UnicodeBuilder(size)
    pos = 0
    while pos < size:
        first = ord(s[pos])
        if first < 0x80:
            result.append(unichr(first))
            pos += 1
            continue
        n = ord(_utf8_code_length[first])
        # how many bytes belong to the error, if there is one
        bad, message = _utf8_error(s, pos, size, first, n, allow_surrogates)
        if bad == 0:
            if n == 2:
                code = (first & 0x1F) << 6 | ord(s[pos + 1]) & 0x3F
            elif n == 3:
                code = ((first & 0x0F) << 12 | (ord(s[pos + 1]) & 0x3F) << 6
                        | ord(s[pos + 2]) & 0x3F)
            else:
                code = ((first & 0x07) << 18 | (ord(s[pos + 1]) & 0x3F) << 12
                        | (ord(s[pos + 2]) & 0x3F) << 6 | ord(s[pos + 3]) & 0x3F)
            result.append(unichr(code))
            pos += n
            continue
        if message == UNEXPECTED_END and not final:
            break
        replacement, pos = errorhandler(errors, 'utf8', message, s, pos, pos + bad)
        result.append(replacement)
    return result.build(), pos


UNEXPECTED_END = 'unexpected end of data'


def _utf8_error(s, pos, size, first, n, allow_surrogates):
    """The length of the wrong part at the position, 0 if there is none, and a message."""
    if n == 0:
        return 1, 'invalid start byte'
    have = size - pos
    second_ok = True
    if have > 1:
        second = ord(s[pos + 1])
        if n == 2:
            second_ok = not _invalid_cont_byte(second)
        elif n == 3:
            second_ok = not _invalid_byte_2_of_3(first, second, allow_surrogates)
        else:
            second_ok = not _invalid_byte_2_of_4(first, second)
    if not second_ok:
        return 1, 'invalid continuation byte'
    k = 2
    while k < n and k < have:
        if _invalid_byte_3_of_4(ord(s[pos + k])):
            return k, 'invalid continuation byte'
        k += 1
    if have < n:
        return have, UNEXPECTED_END
    return 0, ''


@specialize.arg(3)
def unicode_encode_utf_8(s, size, errors, errorhandler=None,
                         allow_surrogates=allow_surrogate_by_default):
    """Encode as UTF-8."""
    if errorhandler is None:
        errorhandler = default_unicode_error_encode
    return unicode_encode_utf_8_impl(s, size, errors, errorhandler, allow_surrogates)


@specialize.arg(3)
def unicode_encode_utf_8_impl(s, size, errors, errorhandler, allow_surrogates=False):
    """Encode as UTF-8."""
    result = StringBuilder(size)
    pos = 0
    while pos < size:
        code = ord(s[pos])
        pos += 1
        if code < 0x80:
            result.append(chr(code))
        elif code < 0x800:
            result.append(chr(0xC0 | code >> 6))
            result.append(chr(0x80 | code & 0x3F))
        elif code < 0x10000:
            if 0xD800 <= code <= 0xDFFF:
                if code < 0xDC00 and pos < size and 0xDC00 <= ord(s[pos]) <= 0xDFFF:
                    # two surrogates that stand for one character
                    code = 0x10000 + ((code - 0xD800) << 10) + (ord(s[pos]) - 0xDC00)
                    pos += 1
                    _append_four_bytes(result, code)
                    continue
                if not allow_surrogates:
                    text, data, pos = errorhandler(errors, 'utf8', 'surrogates not allowed', s,
                                                   pos - 1, pos)
                    if data is not None:
                        result.append(data)
                        continue
                    for ch in text:
                        if ord(ch) >= 0x80:
                            errorhandler('strict', 'utf8', 'surrogates not allowed', s, pos - 1, pos)
                        result.append(chr(ord(ch)))
                    continue
            result.append(chr(0xE0 | code >> 12))
            result.append(chr(0x80 | code >> 6 & 0x3F))
            result.append(chr(0x80 | code & 0x3F))
        else:
            _append_four_bytes(result, code)
    return result.build()


def _append_four_bytes(result, code):
    result.append(chr(0xF0 | code >> 18))
    result.append(chr(0x80 | code >> 12 & 0x3F))
    result.append(chr(0x80 | code >> 6 & 0x3F))
    result.append(chr(0x80 | code & 0x3F))


def unicode_encode_utf8sp(s, size):
    """Encode as UTF-8, surrogates one by one."""
    result = StringBuilder(size)
    for i in range(size):
        code = ord(s[i])
        if code < 0x80:
            result.append(chr(code))
        elif code < 0x800:
            result.append(chr(0xC0 | code >> 6))
            result.append(chr(0x80 | code & 0x3F))
        elif code < 0x10000:
            result.append(chr(0xE0 | code >> 12))
            result.append(chr(0x80 | code >> 6 & 0x3F))
            result.append(chr(0x80 | code & 0x3F))
        else:
            _append_four_bytes(result, code)
    return result.build()


# ---- Latin-1 and ASCII ---------------------------------------------------


def str_decode_latin_1(s, size, errors, final=False, errorhandler=None):
    """Decode Latin-1: every byte is a character."""
    result = UnicodeBuilder(size)
    for i in range(size):
        result.append(unichr(ord(s[i])))
    return result.build(), size


def str_decode_ascii(s, size, errors, final=False, errorhandler=None):
    """Decode ASCII."""
    if errorhandler is None:
        errorhandler = default_unicode_error_decode
    result = UnicodeBuilder(size)
    pos = 0
    while pos < size:
        code = ord(s[pos])
        if code < 0x80:
            result.append(unichr(code))
            pos += 1
        else:
            replacement, pos = errorhandler(errors, 'ascii', 'ordinal not in range(128)', s, pos,
                                            pos + 1)
            result.append(replacement)
    return result.build(), pos
str_decode_ascii._annspecialcase_ = 'specialize:arg(4)'


@specialize.arg(3, 4)
def _encode_below(p, size, errors, errorhandler, limit):
    """Encode characters below the limit as bytes."""
    if errorhandler is None:
        errorhandler = default_unicode_error_encode
    if limit == 256:
        reason = 'ordinal not in range(256)'
        encoding = 'latin-1'
    else:
        reason = 'ordinal not in range(128)'
        encoding = 'ascii'
    result = StringBuilder(size)
    pos = 0
    while pos < size:
        code = ord(p[pos])
        if code < limit:
            result.append(chr(code))
            pos += 1
            continue
        # all characters in a row that cannot be encoded are one error
        end = pos + 1
        while end < size and ord(p[end]) >= limit:
            end += 1
        text, data, pos = errorhandler(errors, encoding, reason, p, pos, end)
        if data is not None:
            result.append(data)
            continue
        for ch in text:
            if ord(ch) >= limit:
                errorhandler('strict', encoding, reason, p, pos, pos + 1)
            result.append(chr(ord(ch)))
    return result.build()


@specialize.arg(3)
def unicode_encode_ascii(p, size, errors, errorhandler=None):
    """Encode as ASCII."""
    return _encode_below(p, size, errors, errorhandler, 128)


@specialize.arg(3)
def unicode_encode_latin_1(p, size, errors, errorhandler=None):
    """Encode as Latin-1."""
    return _encode_below(p, size, errors, errorhandler, 256)


# ---- UTF-16 and UTF-32 ---------------------------------------------------


@specialize.arg(4)
def str_decode_utf_16(s, size, errors, final=True, errorhandler=None):
    """Decode UTF-16 of any byte order."""
    result, used, _ = str_decode_utf_16_helper(s, size, errors, final, errorhandler, 'native')
    return result, used


@specialize.arg(4)
def str_decode_utf_16_be(s, size, errors, final=True, errorhandler=None):
    """Decode UTF-16, upper byte first."""
    result, used, _ = str_decode_utf_16_helper(s, size, errors, final, errorhandler, 'big')
    return result, used


@specialize.arg(4)
def str_decode_utf_16_le(s, size, errors, final=True, errorhandler=None):
    """Decode UTF-16, lower byte first."""
    result, used, _ = str_decode_utf_16_helper(s, size, errors, final, errorhandler, 'little')
    return result, used


def _unit(s, pos, width, big):
    """The number in `width` bytes at the position."""
    value = 0
    for i in range(width):
        if big:
            value = value << 8 | ord(s[pos + i])
        else:
            value |= ord(s[pos + i]) << (8 * i)
    return value


def str_decode_utf_16_helper(s, size, errors, final=True, errorhandler=None, byteorder='native',
                             public_encoding_name='utf16'):
    """Decode UTF-16; also returns the byte order: -1 little, 1 big, 0 native."""
    if errorhandler is None:
        errorhandler = default_unicode_error_decode
    pos = 0
    order = 0
    if byteorder == 'native':
        if size >= 2:
            mark = _unit(s, 0, 2, False)
            if mark == 0xFEFF:
                pos = 2
                order = -1
            elif mark == 0xFFFE:
                pos = 2
                order = 1
    elif byteorder == 'little':
        order = -1
    else:
        order = 1
    big = order == 1
    result = UnicodeBuilder(size // 2)
    while pos < size:
        if size - pos < 2:
            if not final:
                break
            r, pos = errorhandler(errors, public_encoding_name, 'truncated data', s, pos, size)
            result.append(r)
            continue
        code = _unit(s, pos, 2, big)
        if code < 0xD800 or code > 0xDFFF:
            result.append(unichr(code))
            pos += 2
        elif code > 0xDBFF:
            r, pos = errorhandler(errors, public_encoding_name, 'illegal encoding', s, pos, pos + 2)
            result.append(r)
        elif size - pos < 4:
            if not final:
                break
            r, pos = errorhandler(errors, public_encoding_name, 'unexpected end of data', s, pos,
                                  size)
            result.append(r)
        else:
            second = _unit(s, pos + 2, 2, big)
            if 0xDC00 <= second <= 0xDFFF:
                result.append(unichr(0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00)))
                pos += 4
            else:
                r, pos = errorhandler(errors, public_encoding_name, 'illegal UTF-16 surrogate', s,
                                      pos, pos + 2)
                result.append(r)
    return result.build(), pos, order
str_decode_utf_16_helper._annspecialcase_ = 'specialize:arg(4)'


def _append_unit(result, value, width, big):
    """Append the number as `width` bytes."""
    for i in range(width):
        shift = 8 * (width - 1 - i) if big else 8 * i
        result.append(chr(value >> shift & 0xFF))


def unicode_encode_utf_16_helper(s, size, errors, errorhandler=None, byteorder='native'):
    """Encode as UTF-16; a native byte order is marked."""
    big = byteorder == 'big'
    result = StringBuilder(size * 2 + 2)
    if byteorder == 'native':
        _append_unit(result, 0xFEFF, 2, big)
    for i in range(size):
        code = ord(s[i])
        if code >= 0x10000:
            _append_unit(result, 0xD800 | (code - 0x10000) >> 10, 2, big)
            _append_unit(result, 0xDC00 | code - 0x10000 & 0x3FF, 2, big)
        else:
            _append_unit(result, code, 2, big)
    return result.build()


def unicode_encode_utf_16(s, size, errors, errorhandler=None):
    """Encode as UTF-16 with a mark of the byte order."""
    return unicode_encode_utf_16_helper(s, size, errors, errorhandler, 'native')


def unicode_encode_utf_16_be(s, size, errors, errorhandler=None):
    """Encode as UTF-16, upper byte first."""
    return unicode_encode_utf_16_helper(s, size, errors, errorhandler, 'big')


def unicode_encode_utf_16_le(s, size, errors, errorhandler=None):
    """Encode as UTF-16, lower byte first."""
    return unicode_encode_utf_16_helper(s, size, errors, errorhandler, 'little')


def str_decode_utf_32_helper(s, size, errors, final=True, errorhandler=None, byteorder='native',
                             public_encoding_name='utf32'):
    """Decode UTF-32; also returns the byte order: -1 little, 1 big, 0 native."""
    if errorhandler is None:
        errorhandler = default_unicode_error_decode
    pos = 0
    order = 0
    if byteorder == 'native':
        if size >= 4:
            if _unit(s, 0, 4, False) == 0xFEFF:
                pos = 4
                order = -1
            elif _unit(s, 0, 4, True) == 0xFEFF:
                pos = 4
                order = 1
    elif byteorder == 'little':
        order = -1
    else:
        order = 1
    result = UnicodeBuilder(size // 4)
    while pos < size:
        if size - pos < 4:
            if not final:
                break
            r, pos = errorhandler(errors, public_encoding_name, 'truncated data', s, pos, size)
            result.append(r)
            continue
        code = _unit(s, pos, 4, order == 1)
        if code > MAXUNICODE:
            r, pos = errorhandler(errors, public_encoding_name, 'codepoint not in range(0x110000)',
                                  s, pos, pos + 4)
            result.append(r)
            continue
        result.append(unichr(code))
        pos += 4
    return result.build(), pos, order
str_decode_utf_32_helper._annspecialcase_ = 'specialize:arg(4)'


@specialize.arg(4)
def str_decode_utf_32(s, size, errors, final=True, errorhandler=None):
    """Decode UTF-32 of any byte order."""
    result, used, _ = str_decode_utf_32_helper(s, size, errors, final, errorhandler, 'native')
    return result, used


@specialize.arg(4)
def str_decode_utf_32_be(s, size, errors, final=True, errorhandler=None):
    """Decode UTF-32, upper byte first."""
    result, used, _ = str_decode_utf_32_helper(s, size, errors, final, errorhandler, 'big')
    return result, used


@specialize.arg(4)
def str_decode_utf_32_le(s, size, errors, final=True, errorhandler=None):
    """Decode UTF-32, lower byte first."""
    result, used, _ = str_decode_utf_32_helper(s, size, errors, final, errorhandler, 'little')
    return result, used


def unicode_encode_utf_32_helper(s, size, errors, errorhandler=None, byteorder='native'):
    """Encode as UTF-32; a native byte order is marked."""
    big = byteorder == 'big'
    result = StringBuilder(size * 4 + 4)
    if byteorder == 'native':
        _append_unit(result, 0xFEFF, 4, big)
    for i in range(size):
        _append_unit(result, ord(s[i]), 4, big)
    return result.build()


def unicode_encode_utf_32(s, size, errors, errorhandler=None):
    """Encode as UTF-32 with a mark of the byte order."""
    return unicode_encode_utf_32_helper(s, size, errors, errorhandler, 'native')


def unicode_encode_utf_32_be(s, size, errors, errorhandler=None):
    """Encode as UTF-32, upper byte first."""
    return unicode_encode_utf_32_helper(s, size, errors, errorhandler, 'big')


def unicode_encode_utf_32_le(s, size, errors, errorhandler=None):
    """Encode as UTF-32, lower byte first."""
    return unicode_encode_utf_32_helper(s, size, errors, errorhandler, 'little')


# ---- escapes -------------------------------------------------------------

_HEX = '0123456789abcdef'


def _hex_value(c):
    """The value of a hexadecimal digit, -1 if it is none."""
    code = ord(c)
    if 48 <= code <= 57:
        return code - 48
    if 65 <= code <= 70:
        return code - 55
    if 97 <= code <= 102:
        return code - 87
    return -1


def _escaped_char(builder, code):
    """Append a character that is not printable as an escape sequence."""
    if code == 9:
        builder.append('\\t')
    elif code == 10:
        builder.append('\\n')
    elif code == 13:
        builder.append('\\r')
    else:
        digits = 8
        prefix = '\\U'
        if code < 0x100:
            digits = 2
            prefix = '\\x'
        elif code < 0x10000:
            digits = 4
            prefix = '\\u'
        builder.append(prefix)
        shift = 4 * (digits - 1)
        while shift >= 0:
            builder.append(_HEX[code >> shift & 0xF])
            shift -= 4


def unicode_encode_unicode_escape(s, size, errors, errorhandler=None):
    """Encode as in a literal, without quotes."""
    result = StringBuilder(size)
    for i in range(size):
        code = ord(s[i])
        if code == 92:
            result.append('\\\\')
        elif 32 <= code < 127:
            result.append(chr(code))
        else:
            _escaped_char(result, code)
    return result.build()


def unicode_encode_raw_unicode_escape(s, size, errors, errorhandler=None):
    """Encode characters beyond Latin-1 as escape sequences."""
    result = StringBuilder(size)
    for i in range(size):
        code = ord(s[i])
        if code < 0x100:
            result.append(chr(code))
        else:
            _escaped_char(result, code)
    return result.build()


def str_decode_unicode_escape(s, size, errors, final=False, errorhandler=None, unicodedata_handler=None):
    """Decode the inside of a literal."""
    if errorhandler is None:
        errorhandler = default_unicode_error_decode
    result = UnicodeBuilder(size)
    pos = 0
    while pos < size:
        c = s[pos]
        if c != '\\':
            result.append(unichr(ord(c)))
            pos += 1
            continue
        pos += 1
        if pos >= size:
            r, pos = errorhandler(errors, 'unicodeescape', '\\ at end of string', s, pos - 1, size)
            result.append(r)
            break
        c = s[pos]
        pos += 1
        if c == '\n':
            pass
        elif c == 'x' or c == 'u' or c == 'U':
            digits = 2 if c == 'x' else 4 if c == 'u' else 8
            r, pos = _decode_hex(s, pos, size, digits, errors, errorhandler)
            result.append(r)
        elif '0' <= c <= '7':
            code = ord(c) - 48
            k = 0
            while k < 2 and pos < size and '0' <= s[pos] <= '7':
                code = code * 8 + ord(s[pos]) - 48
                pos += 1
                k += 1
            result.append(unichr(code))
        else:
            i = 'abfnrtv\\\'"'.find(c)
            if i >= 0:
                result.append(u'\a\b\f\n\r\t\v\\\'"'[i])
            else:
                result.append(u'\\')
                result.append(unichr(ord(c)))
    return result.build(), pos
str_decode_unicode_escape._annspecialcase_ = 'specialize:arg(4)'


@specialize.arg(5)
def _decode_hex(s, pos, size, digits, errors, errorhandler):
    """The character whose number has so many hexadecimal digits, and the position behind it."""
    start = pos - 2
    code = 0
    for k in range(digits):
        value = _hex_value(s[pos]) if pos < size else -1
        if value < 0:
            if digits == 2:
                message = 'truncated \\xXX escape'
            elif digits == 4:
                message = 'truncated \\uXXXX escape'
            else:
                message = 'truncated \\UXXXXXXXX escape'
            return errorhandler(errors, 'unicodeescape', message, s, start, pos)
        code = code << 4 | value
        pos += 1
    if code > MAXUNICODE:
        return errorhandler(errors, 'unicodeescape', 'illegal Unicode character', s, start, pos)
    return unichr(code), pos


def str_decode_raw_unicode_escape(s, size, errors, final=False, errorhandler=None):
    """Decode Latin-1 with escape sequences of four and eight digits."""
    if errorhandler is None:
        errorhandler = default_unicode_error_decode
    result = UnicodeBuilder(size)
    pos = 0
    while pos < size:
        c = s[pos]
        pos += 1
        if c != '\\':
            result.append(unichr(ord(c)))
            continue
        # an even number of backslashes stands for itself
        start = pos - 1
        while pos < size and s[pos] == '\\':
            pos += 1
        count = pos - start
        if count & 1 == 0 or pos >= size or (s[pos] != 'u' and s[pos] != 'U'):
            for _ in range(count):
                result.append(u'\\')
            continue
        for _ in range(count - 1):
            result.append(u'\\')
        digits = 4 if s[pos] == 'u' else 8
        r, pos = _decode_hex(s, pos + 1, size, digits, errors, errorhandler)
        result.append(r)
    return result.build(), pos
str_decode_raw_unicode_escape._annspecialcase_ = 'specialize:arg(4)'


# ---- other ---------------------------------------------------------------


def str_decode_unicode_internal(s, size, errors, final=False, errorhandler=None):
    """Decode the numbers of the characters in four bytes each."""
    return str_decode_utf_32_le(s, size, errors, final, errorhandler)
str_decode_unicode_internal._annspecialcase_ = 'specialize:arg(4)'


def unicode_encode_unicode_internal(s, size, errors, errorhandler=None):
    """The numbers of the characters in four bytes each."""
    return unicode_encode_utf_32_le(s, size, errors, errorhandler)


def str_decode_charmap(s, size, errors, final=False, errorhandler=None, mapping=None):
    """Decode by a mapping with get(char, default)."""
    if mapping is None:
        return str_decode_latin_1(s, size, errors, final, errorhandler)
    if errorhandler is None:
        errorhandler = default_unicode_error_decode
    result = UnicodeBuilder(size)
    pos = 0
    while pos < size:
        c = mapping.get(s[pos], u'\ufffe')
        if c == u'\ufffe':
            r, pos = errorhandler(errors, 'charmap', 'character maps to <undefined>', s, pos, pos + 1)
            result.append(r)
            continue
        result.append(c)
        pos += 1
    return result.build(), pos
str_decode_charmap._annspecialcase_ = 'specialize:arg(4)'


def unicode_encode_charmap(s, size, errors, errorhandler=None, mapping=None):
    """Encode by a mapping with get(char, default)."""
    if mapping is None:
        return unicode_encode_latin_1(s, size, errors, errorhandler)
    if errorhandler is None:
        errorhandler = default_unicode_error_encode
    result = StringBuilder(size)
    pos = 0
    while pos < size:
        c = mapping.get(s[pos], '')
        if len(c) == 0:
            text, data, pos = errorhandler(errors, 'charmap', 'character maps to <undefined>', s,
                                           pos, pos + 1)
            if data is not None:
                result.append(data)
                continue
            for ch in text:
                result.append(mapping.get(ch, ''))
            continue
        result.append(c)
        pos += 1
    return result.build()
unicode_encode_charmap._annspecialcase_ = 'specialize:arg(3)'


def unicode_encode_decimal(s, size, errors, errorhandler=None):
    """Digits and spaces of any script as ASCII."""
    if errorhandler is None:
        errorhandler = default_unicode_error_encode
    from rpython.rlib.rutf8 import _isspace_code
    result = StringBuilder(size)
    pos = 0
    while pos < size:
        code = ord(s[pos])
        if _isspace_code(code):
            result.append(' ')
            pos += 1
        elif code < 256:
            result.append(chr(code))
            pos += 1
        else:
            text, data, pos = errorhandler(errors, 'decimal', 'invalid decimal Unicode string', s,
                                           pos, pos + 1)
            if data is not None:
                result.append(data)
                continue
            for ch in text:
                result.append(chr(ord(ch) & 0xFF))
    return result.build()
unicode_encode_decimal._annspecialcase_ = 'specialize:arg(3)'
