"""Numbers and other values as text, and text as numbers."""
from rpython.rlib.objectmodel import always_inline, specialize
from rpython.rlib.rarithmetic import intmask, r_uint
from rpython.rtyper.annlowlevel import hlstr, llstr
from rpython.rtyper.lltypesystem import lltype
from rpython.rtyper.lowlevel import low_level_helpers
from rpython.rtyper.rstr import STR, ll_join_strs, ll_malloc, ll_unicode2str

STRARRAY = lltype.GcArray(lltype.Ptr(STR))


@specialize.memo()
def _text(s):
    """The prebuilt low-level string of a constant."""
    return llstr(s)


# ---------------------------------------------------------------- integers to text

def _count_digits(u):
    n = 1
    limit = r_uint(10)
    while u >= limit:
        n += 1
        if n == 20:
            break
        limit = limit * r_uint(10)
    return n
_count_digits._always_inline_ = True


def ll_uint2dec(u):
    n = _count_digits(u)
    res = ll_malloc(STR, n)
    while n > 0:
        n -= 1
        q = u // r_uint(10)
        res.chars[n] = chr(intmask(u - q * r_uint(10)) + 48)
        u = q
    return res


def ll_int2dec(i):
    u = r_uint(i)
    sign = 0
    if i < 0:
        u = r_uint(0) - u
        sign = 1
    n = _count_digits(u) + sign
    res = ll_malloc(STR, n)
    if sign:
        res.chars[0] = '-'
    while n > sign:
        n -= 1
        q = u // r_uint(10)
        res.chars[n] = chr(intmask(u - q * r_uint(10)) + 48)
        u = q
    return res


@always_inline
def _digit(d):
    if d < 10:
        return chr(d + 48)
    return chr(d + 87)


def _power_of_two_digits(u, shift, negative, prefix):
    """Digits in base 2 ** shift, after a minus sign and one of the prefixes: 0 none, 1 `0`, 2 `0x`, 3 `0b`."""
    n = 1
    rest = u >> shift
    while rest:
        n += 1
        rest = rest >> shift
    start = 0
    if negative:
        start = 1
    if prefix == 1:
        if u != r_uint(0):
            n += 1
            start += 1
    elif prefix:
        n += 2
        start += 2
    if negative:
        n += 1
    res = ll_malloc(STR, n)
    at = 0
    if negative:
        res.chars[0] = '-'
        at = 1
    if start > at:
        res.chars[at] = '0'
        if prefix == 2:
            res.chars[at + 1] = 'x'
        elif prefix == 3:
            res.chars[at + 1] = 'b'
    mask = (1 << shift) - 1
    while n > start:
        n -= 1
        res.chars[n] = _digit(intmask(u) & mask)
        u = u >> shift
    return res


def _signed_digits(i, shift, prefix):
    if i < 0:
        return _power_of_two_digits(r_uint(0) - r_uint(i), shift, True, prefix)
    return _power_of_two_digits(r_uint(i), shift, False, prefix)


def ll_int2hex(i, prefix):
    if prefix:
        return _signed_digits(i, 4, 2)
    return _signed_digits(i, 4, 0)


def ll_int2oct(i, prefix):
    if prefix:
        return _signed_digits(i, 3, 1)
    return _signed_digits(i, 3, 0)


def ll_int2bin(i):
    return _signed_digits(i, 1, 3)


def ll_uint2hex(u, prefix):
    if prefix:
        return _power_of_two_digits(u, 4, False, 2)
    return _power_of_two_digits(u, 4, False, 0)


def ll_uint2oct(u, prefix):
    if prefix:
        return _power_of_two_digits(u, 3, False, 1)
    return _power_of_two_digits(u, 3, False, 0)


def ll_uint2bin(u):
    return _power_of_two_digits(u, 1, False, 3)


def ll_upper_digits(s):
    """For %X."""
    n = len(s.chars)
    res = ll_malloc(STR, n)
    i = 0
    while i < n:
        c = s.chars[i]
        if 'a' <= c <= 'z':
            c = chr(ord(c) - 32)
        res.chars[i] = c
        i += 1
    return res


# ---------------------------------------------------------------- floats

def ll_float2str(x):
    from rpython.rlib.rfloat import formatd
    return llstr(formatd(x, 'f', 6))


def ll_format_float(x, code, precision):
    from rpython.rlib.rfloat import formatd
    return llstr(formatd(x, code, precision))


def ll_str2float(s):
    """float(s): spaces around the number are allowed."""
    from rpython.rlib.rfloat import rstring_to_float
    text = hlstr(s)
    assert text is not None
    # only blanks may be around it, no other white space
    start = 0
    stop = len(text)
    while start < stop and text[start] == ' ':
        start += 1
    while stop > start and text[stop - 1] == ' ':
        stop -= 1
    assert stop >= 0
    return rstring_to_float(text[start:stop])


# ---------------------------------------------------------------- text to integers

@always_inline
def _is_space(c):
    return c == ' ' or '\t' <= c <= '\r'


@always_inline
def _digit_value(c):
    """Value of a digit or letter; 99 for anything else."""
    if c <= '9':
        if c >= '0':
            return ord(c) - 48
        return 99
    if 'a' <= c <= 'z':
        return ord(c) - 87
    if 'A' <= c <= 'Z':
        return ord(c) - 55
    return 99


def ll_str2int(s, base):
    """int(s, base) without check of overflow."""
    if base < 2 or base > 36:
        raise ValueError
    n = len(s.chars)
    i = 0
    while i < n and _is_space(s.chars[i]):
        i += 1
    if i >= n:
        raise ValueError
    negative = False
    if s.chars[i] == '-':
        negative = True
        i += 1
    elif s.chars[i] == '+':
        i += 1
    while i < n and _is_space(s.chars[i]):
        i += 1
    value = 0
    first = i
    while i < n:
        digit = _digit_value(s.chars[i])
        if digit >= base:
            break
        value = value * base + digit
        i += 1
    if i == first:
        raise ValueError
    while i < n and _is_space(s.chars[i]):
        i += 1
    if i < n:
        raise ValueError
    if negative:
        return -value
    return value


# ---------------------------------------------------------------- other values

def ll_str_or_none(s):
    if not s:
        return _text('None')
    return s


def ll_unicode_or_none(u):
    """The text of an ASCII unicode string."""
    if not u:
        return _text('None')
    return ll_unicode2str(u)


def ll_class2str(cls):
    if not cls:
        return _text('None')
    return cls.name


def ll_repr_float(x, code):
    from rpython.rlib.rfloat import formatd, DTSF_ADD_DOT_0
    return llstr(formatd(x, code, 0, DTSF_ADD_DOT_0))


def ll_repr_str(s):
    """In quotes, with escapes."""
    if not s:
        return _text('None')
    n = len(s.chars)
    quote = "'"
    total = 2
    i = 0
    while i < n:
        total += _repr_width(s.chars[i], quote)
        i += 1
    res = ll_malloc(STR, total)
    res.chars[0] = quote
    res.chars[total - 1] = quote
    pos = 1
    i = 0
    while i < n:
        c = s.chars[i]
        width = _repr_width(c, quote)
        if width == 1:
            res.chars[pos] = c
        else:
            res.chars[pos] = '\\'
            if width == 2:
                if c == '\n':
                    c = 'n'
                elif c == '\r':
                    c = 'r'
                elif c == '\t':
                    c = 't'
                res.chars[pos + 1] = c
            else:
                res.chars[pos + 1] = 'x'
                res.chars[pos + 2] = _digit(ord(c) >> 4)
                res.chars[pos + 3] = _digit(ord(c) & 15)
        pos += width
        i += 1
    return res


def _repr_width(c, quote):
    if c == quote or c == '\\' or c == '\n' or c == '\r' or c == '\t':
        return 2
    if c < ' ' or c > '~':
        return 4
    return 1


def ll_list2str(l, text_of):
    """The text of a list; text_of gives that of an item."""
    from rpython.rtyper.rlist import ll_items, ll_length
    if not l:
        return _text('None')
    length = ll_length(l)
    parts = lltype.malloc(STRARRAY, length * 2 + 1)
    parts[0] = _text('[')
    i = 0
    while i < length:
        if i > 0:
            parts[i * 2] = _text(', ')
        text = text_of(ll_items(l)[i])
        parts[i * 2 + 1] = text
        i += 1
    if length > 0:
        parts[length * 2] = _text(']')
        return ll_join_strs(STR, length * 2 + 1, parts)
    return _text('[]')


def ll_dict2str(d, key_text, value_text):
    from rpython.rtyper.rdict import _is_live
    if not d:
        return _text('None')
    live = d.num_live_items
    if live == 0:
        return _text('{}')
    parts = lltype.malloc(STRARRAY, live * 4 + 1)
    i = 0
    j = 0
    while i < d.num_ever_used and j < live:
        if _is_live(d, i):
            if j == 0:
                parts[0] = _text('{')
            else:
                parts[j * 4] = _text(', ')
            text = key_text(d.entries[i].key)
            parts[j * 4 + 1] = text
            parts[j * 4 + 2] = _text(': ')
            text = value_text(d.entries[i].value)
            parts[j * 4 + 3] = text
            j += 1
        i += 1
    parts[live * 4] = _text('}')
    return ll_join_strs(STR, live * 4 + 1, parts)


def ll_instance2str(p):
    """p is an OBJECTPTR."""
    from rpython.rlib.objectmodel import compute_unique_id
    if not p:
        return _text('NULL')
    parts = lltype.malloc(STRARRAY, 5)
    parts[0] = _text('<')
    parts[1] = p.typeptr.name
    parts[2] = _text(' object at 0x')
    digits = ll_uint2hex(r_uint(compute_unique_id(p)), False)
    parts[3] = digits
    parts[4] = _text('>')
    return ll_join_strs(STR, 5, parts)


low_level_helpers(globals())
