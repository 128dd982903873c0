"""Low-level strings: STR = GcStruct('rpy_string', ('hash', Signed), ('chars', Array(Char))) and UNICODE alike.

Functions that serve both kinds take the type from their argument.  Null stands for None where a string may be None;
a helper says so if it accepts it.  `checked` variants raise IndexError.
"""
from rpython.rlib.objectmodel import specialize, always_inline, dont_inline
from rpython.rlib.rarithmetic import intmask, ovfcheck
from rpython.rtyper.lltypesystem import lltype
from rpython.rtyper.lltypesystem.lloperation import llop
from rpython.rtyper.lowlevel import low_level, low_level_helpers
from rpython.rtyper.rlist import ll_items, ll_newlist

from _rpy_lltype import STR, UNICODE

STRPTR = lltype.Ptr(STR)
UNICODEPTR = lltype.Ptr(UNICODE)
CHARLIST = lltype.GcArray(lltype.Char)


@always_inline
def _typeof(s):
    return lltype.typeOf(s).TO


@always_inline
def ll_malloc(TYPE, length):
    """A string whose characters are not set yet."""
    s = lltype.malloc(TYPE, length)
    s.hash = 0
    return s


@specialize.memo()
def ll_empty(TYPE):
    s = lltype.malloc(TYPE, 0, immortal=True)
    s.hash = 0
    return s


@always_inline
def ll_empty_of(TYPE):
    return ll_empty(TYPE)


@always_inline
def ll_copy_chars(source, dest, source_start, dest_start, count):
    """Between strings of the same kind."""
    llop.string_copy(lltype.Void, source, dest, source_start, dest_start, count)


# ---------------------------------------------------------------- hash, comparison

@always_inline
def ll_strhash(s):
    """Null hashes to 0.  The value is cached; 0 in the field means not computed."""
    if not s:
        return 0
    x = s.hash
    if x == 0:
        x = _ll_compute_hash(s)
    return x


@dont_inline
def _ll_compute_hash(s):
    # the recipe is also in rpy_lltype::store::string_hash
    n = len(s.chars)
    if n == 0:
        x = -1
    else:
        x = ord(s.chars[0]) << 7
        i = 0
        while i < n:
            x = intmask(x * 1000003) ^ ord(s.chars[i])
            i += 1
        x = x ^ n
    if x == 0:
        x = 29872897
    s.hash = x
    return x


@always_inline
def ll_strlen(s):
    return len(s.chars)


def ll_streq(s1, s2):
    """Null is equal to null only."""
    if s1 == s2:
        return True
    if not s1 or not s2:
        return False
    n = len(s1.chars)
    if n != len(s2.chars):
        return False
    return _ll_same_chars(s1, 0, s2, 0, n)
ll_streq._ll_simple_eq_ = True


@always_inline
def _ll_same_chars(s1, start1, s2, start2, n):
    return llop.string_equal(lltype.Bool, s1, start1, s2, start2, n)


def ll_strcmp(s1, s2):
    """Negative, zero or positive; null is smaller than all."""
    if not s1 and not s2:
        return 0
    if not s1:
        return -1
    if not s2:
        return 1
    n1 = len(s1.chars)
    n2 = len(s2.chars)
    n = n1
    if n2 < n:
        n = n2
    c = llop.string_compare(lltype.Signed, s1, s2, n)
    if c != 0:
        return c
    return n1 - n2


def ll_strlt(s1, s2):
    return ll_strcmp(s1, s2) < 0


@always_inline
def ll_str_bool(s):
    if not s:
        return False
    return len(s.chars) != 0


def ll_char_eq_str(c, s):
    if not s:
        return False
    return len(s.chars) == 1 and s.chars[0] == c


# ---------------------------------------------------------------- items

def ll_only_char(s):
    """The character of a string of length 1."""
    if len(s.chars) != 1:
        raise TypeError
    return s.chars[0]


@always_inline
def ll_stritem_nonneg(s, i):
    return s.chars[i]


@always_inline
def ll_stritem(s, i):
    if i < 0:
        i += len(s.chars)
    return s.chars[i]


@always_inline
def ll_stritem_nonneg_checked(s, i):
    if i >= len(s.chars):
        raise IndexError
    return s.chars[i]


def ll_stritem_checked(s, i):
    n = len(s.chars)
    if i < 0:
        i += n
    if i < 0 or i >= n:
        raise IndexError
    return s.chars[i]


@specialize.memo()
def _ll_char_table():
    table = lltype.malloc(lltype.GcArray(STRPTR), 256, immortal=True)
    i = 0
    while i < 256:
        s = lltype.malloc(STR, 1, immortal=True)
        s.hash = 0
        s.chars[0] = chr(i)
        table[i] = s
        i += 1
    return table


@always_inline
def ll_chr2str(c):
    return _ll_char_table()[ord(c)]


def ll_unichr2unicode(c):
    s = ll_malloc(UNICODE, 1)
    s.chars[0] = c
    return s


# ---------------------------------------------------------------- building

def ll_strconcat(s1, s2):
    n1 = len(s1.chars)
    n2 = len(s2.chars)
    try:
        total = ovfcheck(n1 + n2)
    except OverflowError:
        raise MemoryError
    s = ll_malloc(_typeof(s1), total)
    ll_copy_chars(s1, s, 0, 0, n1)
    ll_copy_chars(s2, s, 0, n1, n2)
    return s


def ll_strslice(s, start, stop):
    """0 <= start; stop is clipped; the same string when all of it is asked for."""
    n = len(s.chars)
    if stop >= n:
        if start == 0:
            return s
        stop = n
    count = stop - start
    if count <= 0:
        return ll_empty(_typeof(s))
    res = ll_malloc(_typeof(s), count)
    ll_copy_chars(s, res, start, 0, count)
    return res


@always_inline
def ll_strslice_startonly(s, start):
    return ll_strslice(s, start, len(s.chars))


@always_inline
def ll_strslice_minusone(s):
    return ll_strslice(s, 0, len(s.chars) - 1)


def ll_strmul(s, times):
    if times < 0:
        times = 0
    n = len(s.chars)
    try:
        total = ovfcheck(n * times)
    except OverflowError:
        raise MemoryError
    res = ll_malloc(_typeof(s), total)
    if total == 0:
        return res
    ll_copy_chars(s, res, 0, 0, n)
    done = n
    while done < total:
        count = done
        if count > total - done:
            count = total - done
        ll_copy_chars(res, res, 0, done, count)
        done += count
    return res


def ll_char_mul(TYPE, c, times):
    if times < 0:
        times = 0
    res = ll_malloc(TYPE, times)
    i = 0
    while i < times:
        res.chars[i] = c
        i += 1
    return res


def ll_join(sep, length, items):
    """sep.join of the first `length` strings of the array `items`."""
    TYPE = _typeof(sep)
    if length == 0:
        return ll_empty(TYPE)
    n_sep = len(sep.chars)
    try:
        total = ovfcheck(n_sep * (length - 1))
        i = 0
        while i < length:
            total = ovfcheck(total + len(items[i].chars))
            i += 1
    except OverflowError:
        raise MemoryError
    res = ll_malloc(TYPE, total)
    n = len(items[0].chars)
    ll_copy_chars(items[0], res, 0, 0, n)
    pos = n
    i = 1
    while i < length:
        if n_sep:
            ll_copy_chars(sep, res, 0, pos, n_sep)
            pos += n_sep
        n = len(items[i].chars)
        ll_copy_chars(items[i], res, 0, pos, n)
        pos += n
        i += 1
    return res


def ll_join_strs(TYPE, length, items):
    """The concatenation of the first `length` strings of the array."""
    total = 0
    i = 0
    try:
        while i < length:
            total = ovfcheck(total + len(items[i].chars))
            i += 1
    except OverflowError:
        raise MemoryError
    res = ll_malloc(TYPE, total)
    pos = 0
    i = 0
    while i < length:
        n = len(items[i].chars)
        ll_copy_chars(items[i], res, 0, pos, n)
        pos += n
        i += 1
    return res


def ll_join_chars(TYPE, length, items):
    res = ll_malloc(TYPE, length)
    i = 0
    while i < length:
        res.chars[i] = items[i]
        i += 1
    return res


def ll_join_chars_with_sep(sep, length, items):
    TYPE = _typeof(sep)
    if length == 0:
        return ll_empty(TYPE)
    n_sep = len(sep.chars)
    try:
        total = ovfcheck(ovfcheck(n_sep * (length - 1)) + length)
    except OverflowError:
        raise MemoryError
    res = ll_malloc(TYPE, total)
    res.chars[0] = items[0]
    pos = 1
    i = 1
    while i < length:
        ll_copy_chars(sep, res, 0, pos, n_sep)
        pos += n_sep
        res.chars[pos] = items[i]
        pos += 1
        i += 1
    return res


def ll_strconcat3(s1, s2, s3):
    n1 = len(s1.chars)
    n2 = len(s2.chars)
    n3 = len(s3.chars)
    try:
        total = ovfcheck(ovfcheck(n1 + n2) + n3)
    except OverflowError:
        raise MemoryError
    s = ll_malloc(_typeof(s1), total)
    ll_copy_chars(s1, s, 0, 0, n1)
    ll_copy_chars(s2, s, 0, n1, n2)
    ll_copy_chars(s3, s, 0, n1 + n2, n3)
    return s


def ll_strconcat4(s1, s2, s3, s4):
    n1 = len(s1.chars)
    n2 = len(s2.chars)
    n3 = len(s3.chars)
    n4 = len(s4.chars)
    try:
        total = ovfcheck(ovfcheck(ovfcheck(n1 + n2) + n3) + n4)
    except OverflowError:
        raise MemoryError
    s = ll_malloc(_typeof(s1), total)
    ll_copy_chars(s1, s, 0, 0, n1)
    ll_copy_chars(s2, s, 0, n1, n2)
    ll_copy_chars(s3, s, 0, n1 + n2, n3)
    ll_copy_chars(s4, s, 0, n1 + n2 + n3, n4)
    return s


def ll_str_concat_char(s, c):
    """s + c"""
    n = len(s.chars)
    try:
        total = ovfcheck(n + 1)
    except OverflowError:
        raise MemoryError
    res = ll_malloc(_typeof(s), total)
    ll_copy_chars(s, res, 0, 0, n)
    res.chars[n] = c
    return res


# ---------------------------------------------------------------- searching; start and end as Python gives them, not negative

@always_inline
def _ll_clip(s, end):
    if end > len(s.chars):
        return len(s.chars)
    return end


def ll_find_char(s, c, start, end):
    end = _ll_clip(s, end)
    i = start
    while i < end:
        if s.chars[i] == c:
            return i
        i += 1
    return -1


def ll_rfind_char(s, c, start, end):
    i = _ll_clip(s, end)
    while i > start:
        i -= 1
        if s.chars[i] == c:
            return i
    return -1


def ll_count_char(s, c, start, end):
    end = _ll_clip(s, end)
    found = 0
    i = start
    while i < end:
        if s.chars[i] == c:
            found += 1
        i += 1
    return found


def ll_find(s, sub, start, end):
    end = _ll_clip(s, end)
    if start > end:
        return -1
    return llop.string_find(lltype.Signed, s, sub, start, end)


def ll_rfind(s, sub, start, end):
    end = _ll_clip(s, end)
    if start > end:
        return -1
    m = len(sub.chars)
    i = end - m
    while i >= start:
        if _ll_same_chars(s, i, sub, 0, m):
            return i
        i -= 1
    return -1


def ll_count(s, sub, start, end):
    end = _ll_clip(s, end)
    if start > end:
        return 0
    m = len(sub.chars)
    if m == 0:
        return end - start + 1
    found = 0
    while True:
        start = llop.string_find(lltype.Signed, s, sub, start, end)
        if start < 0:
            return found
        found += 1
        start += m


def ll_contains(s, sub):
    return llop.string_find(lltype.Signed, s, sub, 0, len(s.chars)) >= 0


def ll_contains_char(s, c):
    return ll_find_char(s, c, 0, len(s.chars)) >= 0


def ll_startswith(s, prefix):
    m = len(prefix.chars)
    return m <= len(s.chars) and _ll_same_chars(s, 0, prefix, 0, m)


def ll_startswith_char(s, c):
    return len(s.chars) > 0 and s.chars[0] == c


def ll_endswith(s, suffix):
    m = len(suffix.chars)
    n = len(s.chars)
    return m <= n and _ll_same_chars(s, n - m, suffix, 0, m)


def ll_endswith_char(s, c):
    n = len(s.chars)
    return n > 0 and s.chars[n - 1] == c


def ll_check_found(position):
    if position < 0:
        raise ValueError
    return position


def ll_startswith_slice(s, prefix, start, end):
    end = _ll_clip(s, end)
    m = len(prefix.chars)
    return start <= end - m and _ll_same_chars(s, start, prefix, 0, m)


def ll_endswith_slice(s, suffix, start, end):
    end = _ll_clip(s, end)
    m = len(suffix.chars)
    return start <= end - m and _ll_same_chars(s, end - m, suffix, 0, m)


# ---------------------------------------------------------------- stripping, splitting, replacing

def _ll_is_space(c):
    return ord(c) == 32 or 9 <= ord(c) <= 13
_ll_is_space._always_inline_ = True


def ll_strip(s, left, right):
    start = 0
    end = len(s.chars)
    if left:
        while start < end and _ll_is_space(s.chars[start]):
            start += 1
    if right:
        while start < end and _ll_is_space(s.chars[end - 1]):
            end -= 1
    return ll_strslice(s, start, end)


def ll_strip_char(s, c, left, right):
    start = 0
    end = len(s.chars)
    if left:
        while start < end and s.chars[start] == c:
            start += 1
    if right:
        while start < end and s.chars[end - 1] == c:
            end -= 1
    return ll_strslice(s, start, end)


def ll_strip_chars(s, chars, left, right):
    start = 0
    end = len(s.chars)
    if left:
        while start < end and ll_contains_char(chars, s.chars[start]):
            start += 1
    if right:
        while start < end and ll_contains_char(chars, s.chars[end - 1]):
            end -= 1
    return ll_strslice(s, start, end)


def ll_split_chr(LIST, s, c, max):
    n = len(s.chars)
    count = 1
    i = 0
    while i < n and (max < 0 or count <= max):
        if s.chars[i] == c:
            count += 1
        i += 1
    res = ll_newlist(LIST, count)
    start = 0
    k = 0
    while k < count - 1:
        i = start
        while s.chars[i] != c:
            i += 1
        part = ll_strslice(s, start, i)
        ll_items(res)[k] = part
        start = i + 1
        k += 1
    part = ll_strslice(s, start, n)
    ll_items(res)[k] = part
    return res


def ll_split(LIST, s, sep, max):
    m = len(sep.chars)
    if m == 0:
        raise ValueError
    n = len(s.chars)
    count = 1
    i = 0
    while max < 0 or count <= max:
        i = llop.string_find(lltype.Signed, s, sep, i, n)
        if i < 0:
            break
        count += 1
        i += m
    res = ll_newlist(LIST, count)
    start = 0
    k = 0
    while k < count - 1:
        i = llop.string_find(lltype.Signed, s, sep, start, n)
        part = ll_strslice(s, start, i)
        ll_items(res)[k] = part
        start = i + m
        k += 1
    part = ll_strslice(s, start, n)
    ll_items(res)[k] = part
    return res


def ll_rsplit_chr(LIST, s, c, max):
    n = len(s.chars)
    count = 1
    i = n
    while i > 0 and (max < 0 or count <= max):
        i -= 1
        if s.chars[i] == c:
            count += 1
    res = ll_newlist(LIST, count)
    end = n
    k = count - 1
    while k > 0:
        i = end - 1
        while s.chars[i] != c:
            i -= 1
        part = ll_strslice(s, i + 1, end)
        ll_items(res)[k] = part
        end = i
        k -= 1
    part = ll_strslice(s, 0, end)
    ll_items(res)[0] = part
    return res


def ll_rsplit(LIST, s, sep, max):
    m = len(sep.chars)
    if m == 0:
        raise ValueError
    count = 1
    end = len(s.chars)
    while max < 0 or count <= max:
        end = ll_rfind(s, sep, 0, end)
        if end < 0:
            break
        count += 1
    res = ll_newlist(LIST, count)
    end = len(s.chars)
    k = count - 1
    while k > 0:
        i = ll_rfind(s, sep, 0, end)
        part = ll_strslice(s, i + m, end)
        ll_items(res)[k] = part
        end = i
        k -= 1
    part = ll_strslice(s, 0, end)
    ll_items(res)[0] = part
    return res


def ll_replace_chr_chr(s, c1, c2):
    n = len(s.chars)
    i = ll_find_char(s, c1, 0, n)
    if i < 0:
        return s
    res = ll_malloc(_typeof(s), n)
    ll_copy_chars(s, res, 0, 0, i)
    while i < n:
        c = s.chars[i]
        if c == c1:
            c = c2
        res.chars[i] = c
        i += 1
    return res


def ll_replace(s, sub, by, maxcount):
    """s.replace(sub, by[, maxcount]); maxcount < 0 means all."""
    if len(sub.chars) == 0:
        return _ll_interleave(s, by, maxcount)
    n = len(s.chars)
    m = len(sub.chars)
    found = 0
    i = 0
    while maxcount < 0 or found < maxcount:
        i = llop.string_find(lltype.Signed, s, sub, i, n)
        if i < 0:
            break
        found += 1
        i += m
    if found == 0:
        return s
    return _ll_replaced(s, sub, by, found)


def _ll_replaced(s, sub, by, found):
    n = len(s.chars)
    m = len(sub.chars)
    k = len(by.chars)
    try:
        total = ovfcheck(n + ovfcheck(found * (k - m)))
    except OverflowError:
        raise MemoryError
    res = ll_malloc(_typeof(s), total)
    start = 0
    pos = 0
    while found > 0:
        i = llop.string_find(lltype.Signed, s, sub, start, n)
        ll_copy_chars(s, res, start, pos, i - start)
        pos += i - start
        ll_copy_chars(by, res, 0, pos, k)
        pos += k
        start = i + m
        found -= 1
    ll_copy_chars(s, res, start, pos, n - start)
    return res


def _ll_interleave(s, by, maxcount):
    """Replacement of the empty string: `by` goes between the characters and around them."""
    n = len(s.chars)
    k = len(by.chars)
    count = n + 1
    if maxcount >= 0 and maxcount < count:
        count = maxcount
    try:
        total = ovfcheck(n + ovfcheck(count * k))
    except OverflowError:
        raise MemoryError
    res = ll_malloc(_typeof(s), total)
    pos = 0
    i = 0
    while i < count:
        ll_copy_chars(by, res, 0, pos, k)
        pos += k
        if i < n:
            res.chars[pos] = s.chars[i]
            pos += 1
        i += 1
    if i < n:
        ll_copy_chars(s, res, i, pos, n - i)
    return res


def ll_split_space(LIST, s, max):
    """s.split() and s.split(None, max)"""
    n = len(s.chars)
    count = 0
    i = 0
    while True:
        while i < n and _ll_is_space(s.chars[i]):
            i += 1
        if i >= n:
            break
        count += 1
        if max >= 0 and count > max:
            break
        while i < n and not _ll_is_space(s.chars[i]):
            i += 1
    res = ll_newlist(LIST, count)
    i = 0
    k = 0
    while k < count:
        while _ll_is_space(s.chars[i]):
            i += 1
        start = i
        if max >= 0 and k == max:
            i = n
        else:
            while i < n and not _ll_is_space(s.chars[i]):
                i += 1
        part = ll_strslice(s, start, i)
        ll_items(res)[k] = part
        k += 1
    return res


def ll_rsplit_space(LIST, s, max):
    n = len(s.chars)
    count = 0
    i = n
    while True:
        while i > 0 and _ll_is_space(s.chars[i - 1]):
            i -= 1
        if i <= 0:
            break
        count += 1
        if max >= 0 and count > max:
            break
        while i > 0 and not _ll_is_space(s.chars[i - 1]):
            i -= 1
    res = ll_newlist(LIST, count)
    i = n
    k = count
    while k > 0:
        k -= 1
        while _ll_is_space(s.chars[i - 1]):
            i -= 1
        end = i
        if max >= 0 and count - k > max:
            i = 0
        else:
            while i > 0 and not _ll_is_space(s.chars[i - 1]):
                i -= 1
        part = ll_strslice(s, i, end)
        ll_items(res)[k] = part
    return res


def ll_splitlines(LIST, s, keep):
    n = len(s.chars)
    count = 0
    i = 0
    while i < n:
        i = _ll_next_line(s, _ll_line_end(s, i))
        count += 1
    res = ll_newlist(LIST, count)
    i = 0
    k = 0
    while k < count:
        end = _ll_line_end(s, i)
        next = _ll_next_line(s, end)
        if keep:
            end = next
        part = ll_strslice(s, i, end)
        ll_items(res)[k] = part
        i = next
        k += 1
    return res


def _ll_line_end(s, i):
    n = len(s.chars)
    while i < n and s.chars[i] != '\n' and s.chars[i] != '\r':
        i += 1
    return i


def _ll_next_line(s, i):
    """Position after the end-of-line mark at i."""
    n = len(s.chars)
    if i < n:
        i += 1
        if i < n and s.chars[i - 1] == '\r' and s.chars[i] == '\n':
            i += 1
    return i


def ll_pad(s, width, c, left, right):
    """Fills up to `width`: on the left, on the right, or on both sides."""
    n = len(s.chars)
    total = width - n
    if total <= 0:
        return s
    before = 0
    if left:
        before = total
        if right:
            before = total // 2 + (total & width & 1)
    res = ll_malloc(_typeof(s), width)
    i = 0
    while i < before:
        res.chars[i] = c
        i += 1
    ll_copy_chars(s, res, 0, before, n)
    i = before + n
    while i < width:
        res.chars[i] = c
        i += 1
    return res


def ll_zfill(s, width):
    n = len(s.chars)
    if n >= width:
        return s
    res = ll_pad(s, width, '0', True, False)
    if n > 0:
        c = s.chars[0]
        if c == '-' or c == '+':
            res.chars[width - n] = '0'
            res.chars[0] = c
    return res


# ---------------------------------------------------------------- character classes (ASCII only, as in RPython)

@always_inline
def ll_isdigit(c):
    return 48 <= ord(c) <= 57


@always_inline
def ll_isalpha(c):
    return ll_islower(c) or ll_isupper(c)


@always_inline
def ll_isalnum(c):
    return ll_isalpha(c) or ll_isdigit(c)


@always_inline
def ll_isspace(c):
    return _ll_is_space(c)


@always_inline
def ll_islower(c):
    return 97 <= ord(c) <= 122


@always_inline
def ll_isupper(c):
    return 65 <= ord(c) <= 90


@always_inline
def ll_upper_char(c):
    if 'a' <= c <= 'z':
        return chr(ord(c) - 32)
    return c


@always_inline
def ll_lower_char(c):
    if 'A' <= c <= 'Z':
        return chr(ord(c) + 32)
    return c


def ll_upper(s):
    n = len(s.chars)
    res = ll_malloc(STR, n)
    i = 0
    while i < n:
        res.chars[i] = ll_upper_char(s.chars[i])
        i += 1
    return res


def ll_lower(s):
    n = len(s.chars)
    res = ll_malloc(STR, n)
    i = 0
    while i < n:
        res.chars[i] = ll_lower_char(s.chars[i])
        i += 1
    return res


def _all_chars(test):
    @low_level
    def ll_all(s):
        n = len(s.chars)
        if n == 0:
            return False
        i = 0
        while i < n:
            if not test(s.chars[i]):
                return False
            i += 1
        return True
    return ll_all

ll_str_isdigit = _all_chars(ll_isdigit)
ll_str_isalpha = _all_chars(ll_isalpha)
ll_str_isalnum = _all_chars(ll_isalnum)
ll_str_isspace = _all_chars(ll_isspace)


def _all_cased(wrong, right):
    @low_level
    def ll_all(s):
        n = len(s.chars)
        found = False
        i = 0
        while i < n:
            if wrong(s.chars[i]):
                return False
            if right(s.chars[i]):
                found = True
            i += 1
        return found
    return ll_all

ll_str_isupper = _all_cased(ll_islower, ll_isupper)
ll_str_islower = _all_cased(ll_isupper, ll_islower)


# ---------------------------------------------------------------- between the kinds

def ll_str2unicode(s):
    """ASCII only, as `unicode(s)`."""
    n = len(s.chars)
    res = ll_malloc(UNICODE, n)
    i = 0
    while i < n:
        c = s.chars[i]
        if ord(c) > 127:
            raise UnicodeDecodeError
        res.chars[i] = unichr(ord(c))
        i += 1
    return res


def ll_unicode2str(u):
    return _ll_encode_narrow(u, 127)


def _ll_encode_narrow(u, last):
    """One byte for each character; none may be beyond `last`."""
    n = len(u.chars)
    res = ll_malloc(STR, n)
    i = 0
    while i < n:
        c = ord(u.chars[i])
        if c > last:
            raise UnicodeEncodeError
        res.chars[i] = chr(c)
        i += 1
    return res


def ll_decode_latin1(s):
    n = len(s.chars)
    res = ll_malloc(UNICODE, n)
    i = 0
    while i < n:
        res.chars[i] = unichr(ord(s.chars[i]))
        i += 1
    return res


def ll_encode_latin1(u):
    return _ll_encode_narrow(u, 255)


def ll_encode_utf8(u):
    n = len(u.chars)
    total = 0
    i = 0
    while i < n:
        c = ord(u.chars[i])
        total += 1
        if c >= 0x80:
            total += 1
            if c >= 0x800:
                total += 1
                if c >= 0x10000:
                    total += 1
        i += 1
    res = ll_malloc(STR, total)
    pos = 0
    i = 0
    while i < n:
        c = ord(u.chars[i])
        if c < 0x80:
            res.chars[pos] = chr(c)
            pos += 1
        elif c < 0x800:
            res.chars[pos] = chr(0xc0 | c >> 6)
            res.chars[pos + 1] = chr(0x80 | c & 63)
            pos += 2
        elif c < 0x10000:
            res.chars[pos] = chr(0xe0 | c >> 12)
            res.chars[pos + 1] = chr(0x80 | c >> 6 & 63)
            res.chars[pos + 2] = chr(0x80 | c & 63)
            pos += 3
        else:
            res.chars[pos] = chr(0xf0 | c >> 18)
            res.chars[pos + 1] = chr(0x80 | c >> 12 & 63)
            res.chars[pos + 2] = chr(0x80 | c >> 6 & 63)
            res.chars[pos + 3] = chr(0x80 | c & 63)
            pos += 4
        i += 1
    return res


def _continuation(s, i):
    """The six bits of a continuation byte."""
    if i >= len(s.chars):
        raise UnicodeDecodeError
    c = ord(s.chars[i])
    if c & 0xc0 != 0x80:
        raise UnicodeDecodeError
    return c & 63


def ll_decode_utf8(s):
    n = len(s.chars)
    res = ll_malloc(UNICODE, n)
    count = 0
    i = 0
    while i < n:
        c = ord(s.chars[i])
        i += 1
        if c >= 0x80:
            if c < 0xc2:
                raise UnicodeDecodeError
            elif c < 0xe0:
                c = (c & 31) << 6 | _continuation(s, i)
                i += 1
            elif c < 0xf0:
                c = (c & 15) << 12 | _continuation(s, i) << 6 | _continuation(s, i + 1)
                if c < 0x800:
                    raise UnicodeDecodeError
                i += 2
            elif c < 0xf5:
                c = ((c & 7) << 18 | _continuation(s, i) << 12 | _continuation(s, i + 1) << 6 |
                     _continuation(s, i + 2))
                if c < 0x10000 or c > 0x10ffff:
                    raise UnicodeDecodeError
                i += 3
            else:
                raise UnicodeDecodeError
        res.chars[count] = unichr(c)
        count += 1
    if count < n:
        return ll_strslice(res, 0, count)
    return res


# ---------------------------------------------------------------- bytearrays: Ptr(STR) whose characters change

def ll_bytearray_copy(s):
    n = len(s.chars)
    res = ll_malloc(STR, n)
    ll_copy_chars(s, res, 0, 0, n)
    return res


def ll_bytearray_zero(n):
    if n < 0:
        raise ValueError
    res = ll_malloc(STR, n)
    i = 0
    while i < n:
        res.chars[i] = '\x00'
        i += 1
    return res


def ll_bytearray_slice(s, start, stop):
    n = len(s.chars)
    if stop > n:
        stop = n
    count = stop - start
    if count < 0:
        count = 0
    res = ll_malloc(STR, count)
    ll_copy_chars(s, res, start, 0, count)
    return res


@always_inline
def ll_bytearray_setitem(s, i, value):
    if i < 0:
        i += len(s.chars)
    s.chars[i] = chr(value)


def ll_bytearray_setitem_checked(s, i, value):
    n = len(s.chars)
    if i < 0:
        i += n
    if i < 0 or i >= n:
        raise IndexError
    s.chars[i] = chr(value)


# ---------------------------------------------------------------- iteration: GcStruct('striter', ('string', ...), ('index', Signed))

@always_inline
def ll_striter(ITER, s):
    it = lltype.malloc(ITER)
    it.string = s
    it.index = 0
    return it


@always_inline
def ll_strnext(it):
    s = it.string
    i = it.index
    if i >= len(s.chars):
        raise StopIteration
    it.index = i + 1
    return s.chars[i]


def ll_str2list(LIST, s):
    """list(s)"""
    n = len(s.chars)
    res = ll_newlist(LIST, n)
    i = 0
    while i < n:
        ll_items(res)[i] = s.chars[i]
        i += 1
    return res


low_level_helpers(globals())
