"""Strings in raw memory: copying in and out, and pointers into strings that do not move."""
from rpython.rlib import rgc
from rpython.rlib.objectmodel import keepalive_until_here, specialize, we_are_translated
from rpython.rlib.rstring import StringBuilder, UnicodeBuilder, assert_str0
from rpython.rtyper.annlowlevel import llstr
from rpython.rtyper.lltypesystem import llmemory, lltype
from rpython.rtyper.lltypesystem._rffi_types import (CCHARP, CCHARPP, CONST_CCHARP, CWCHARP, VOIDP,
                                                     cast, sizeof)

__all__ = ['str2charp', 'free_charp', 'charp2str', 'charp2strn', 'charpsize2str',
           'constcharp2str', 'constcharpsize2str', 'str2chararray', 'charp_strlen',
           'unicode2wcharp', 'free_wcharp', 'wcharp2unicode', 'wcharp2unicoden',
           'wcharpsize2unicode', 'unicode2wchararray', 'utf82wcharp', 'wcharp2utf8',
           'wcharp2utf8n', 'wcharpsize2utf8', 'get_nonmovingbuffer', 'free_nonmovingbuffer',
           'get_nonmovingbuffer_final_null', 'get_nonmovingbuffer_ll',
           'get_nonmovingbuffer_ll_final_null', 'free_nonmovingbuffer_ll', 'alloc_buffer',
           'str_from_buffer', 'keep_buffer_alive_until_here', 'alloc_unicodebuffer',
           'unicode_from_buffer', 'keep_unicodebuffer_alive_until_here', 'liststr2charpp',
           'free_charpp', 'charpp2liststr', 'scoped_str2charp', 'scoped_unicode2wcharp',
           'scoped_utf82wcharp', 'scoped_nonmovingbuffer', 'scoped_view_charp',
           'scoped_nonmoving_unicodebuffer', 'scoped_alloc_buffer', 'scoped_alloc_unicodebuffer']

# ---- bytes ---------------------------------------------------------------


def str2charp(s, track_allocation=True):
    """A copy of the string with a final NUL; free it with `free_charp`."""
    if track_allocation:
        array = lltype.malloc(CCHARP.TO, len(s) + 1, flavor='raw')
    else:
        array = lltype.malloc(CCHARP.TO, len(s) + 1, flavor='raw', track_allocation=False)
    n = len(s)
    for i in range(n):
        array[i] = s[i]
    array[n] = '\x00'
    return array
str2charp._annspecialcase_ = 'specialize:arg_or_var(1)'


def free_charp(cp, track_allocation=True):
    """Free what `str2charp` made."""
    if track_allocation:
        lltype.free(cp, flavor='raw')
    else:
        lltype.free(cp, flavor='raw', track_allocation=False)
free_charp._annspecialcase_ = 'specialize:arg_or_var(1)'


@specialize.ll()
def charp_strlen(cp):
    """The number of characters in front of the NUL."""
    size = 0
    while cp[size] != '\x00':
        size += 1
    return size


def charp2str(cp):
    """The string up to the NUL."""
    return assert_str0(charpsize2str(cp, charp_strlen(cp)))


def charp2strn(cp, maxlen):
    """The string up to the NUL, or to `maxlen` characters."""
    size = 0
    while size < maxlen and cp[size] != '\x00':
        size += 1
    return assert_str0(charpsize2str(cp, size))


def charpsize2str(cp, size):
    """The string of the next `size` characters."""
    builder = StringBuilder(size)
    builder.append_charpsize(cp, size)
    return builder.build()


def constcharp2str(cp):
    """The string up to the NUL of a `const char *`."""
    return charp2str(cast(CCHARP, cp))


def constcharpsize2str(cp, size):
    """The string of the next `size` characters of a `const char *`."""
    return charpsize2str(cast(CCHARP, cp), size)


def str2chararray(s, array, maxsize):
    """Copy at most `maxsize` characters into a C array; the number copied."""
    length = min(len(s), maxsize)
    for i in range(length):
        array[i] = s[i]
    return length


# ---- wide characters -----------------------------------------------------


def unicode2wcharp(s, track_allocation=True):
    """A copy of the unicode string with a final NUL; free it with `free_wcharp`."""
    if track_allocation:
        array = lltype.malloc(CWCHARP.TO, len(s) + 1, flavor='raw')
    else:
        array = lltype.malloc(CWCHARP.TO, len(s) + 1, flavor='raw', track_allocation=False)
    n = len(s)
    for i in range(n):
        array[i] = s[i]
    array[n] = u'\x00'
    return array
unicode2wcharp._annspecialcase_ = 'specialize:arg_or_var(1)'


def free_wcharp(wcp, track_allocation=True):
    """Free what `unicode2wcharp` or `utf82wcharp` made."""
    if track_allocation:
        lltype.free(wcp, flavor='raw')
    else:
        lltype.free(wcp, flavor='raw', track_allocation=False)
free_wcharp._annspecialcase_ = 'specialize:arg_or_var(1)'


def _wcslen(wcp):
    size = 0
    while wcp[size] != u'\x00':
        size += 1
    return size


def wcharpsize2unicode(wcp, size):
    """The unicode string of the next `size` characters."""
    builder = UnicodeBuilder(size)
    for i in range(size):
        builder.append(wcp[i])
    return builder.build()


def wcharp2unicode(wcp):
    """The unicode string up to the NUL."""
    return wcharpsize2unicode(wcp, _wcslen(wcp))


def wcharp2unicoden(wcp, maxlen):
    """The unicode string up to the NUL, or to `maxlen` characters."""
    size = 0
    while size < maxlen and wcp[size] != u'\x00':
        size += 1
    return wcharpsize2unicode(wcp, size)


def unicode2wchararray(s, array, maxsize):
    """Copy at most `maxsize` characters into a C array; the number copied."""
    length = min(len(s), maxsize)
    for i in range(length):
        array[i] = s[i]
    return length


def utf82wcharp(utf8, utf8len, track_allocation=True):
    """A wide copy of UTF-8 text of `utf8len` characters, with a final NUL."""
    from rpython.rlib import rutf8
    if track_allocation:
        array = lltype.malloc(CWCHARP.TO, utf8len + 1, flavor='raw')
    else:
        array = lltype.malloc(CWCHARP.TO, utf8len + 1, flavor='raw', track_allocation=False)
    index = 0
    for code in rutf8.Utf8StringIterator(utf8):
        array[index] = unichr(code)
        index += 1
    assert index == utf8len
    array[index] = u'\x00'
    return array
utf82wcharp._annspecialcase_ = 'specialize:arg_or_var(2)'


def wcharpsize2utf8(w, size):
    """The next `size` wide characters as UTF-8."""
    from rpython.rlib import rutf8
    builder = rutf8.Utf8StringBuilder(size)
    for i in range(size):
        builder.append_code(ord(w[i]))
    return builder.build()


def wcharp2utf8(w):
    """The wide characters up to the NUL as UTF-8, and their number."""
    size = _wcslen(w)
    return wcharpsize2utf8(w, size), size


def wcharp2utf8n(w, maxlen):
    """At most `maxlen` wide characters up to the NUL as UTF-8, and their number."""
    size = 0
    while size < maxlen and w[size] != u'\x00':
        size += 1
    return wcharpsize2utf8(w, size), size


# ---- pointers to the characters of strings -------------------------------

NONMOVING = '\x04'
PINNED = '\x05'
COPIED = '\x06'


def _chars_of(ll_s):
    """The address of the characters inside a string that stays where it is."""
    STR = lltype.typeOf(ll_s).TO
    adr = llmemory.cast_ptr_to_adr(ll_s) + llmemory.offsetof(STR, 'chars')
    adr += llmemory.itemoffsetof(STR.chars, 0)
    return cast(CCHARP, adr)
_chars_of._annspecialcase_ = 'specialize:ll'


def get_nonmovingbuffer_final_null(s):
    """A pointer to the characters of the string and its kind for `free_nonmovingbuffer`.

    The C code may not write to it.  A NUL follows the characters.
    """
    if we_are_translated():
        ll_s = llstr(s)
        if not rgc.can_move(ll_s):
            return _chars_of(ll_s), NONMOVING
        if len(s) >= 64 and rgc.pin(ll_s):
            return _chars_of(ll_s), PINNED
    return str2charp(s, track_allocation=False), COPIED


def get_nonmovingbuffer(s):
    """The same; nothing is promised about what follows the characters."""
    return get_nonmovingbuffer_final_null(s)


def free_nonmovingbuffer(s, buf, kind):
    """Give back what `get_nonmovingbuffer` returned for the string."""
    if kind == COPIED:
        free_charp(buf, track_allocation=False)
    elif kind == PINNED:
        rgc.unpin(llstr(s))
    keepalive_until_here(s)


def get_nonmovingbuffer_ll(s):
    """The pointer, the low-level string, and the kind."""
    buf, kind = get_nonmovingbuffer_final_null(s)
    return buf, llstr(s), kind


def get_nonmovingbuffer_ll_final_null(s):
    """The pointer, the low-level string, and the kind."""
    return get_nonmovingbuffer_ll(s)


def free_nonmovingbuffer_ll(buf, llobj, kind):
    """Give back what `get_nonmovingbuffer_ll` returned."""
    if kind == COPIED:
        free_charp(buf, track_allocation=False)
    elif kind == PINNED:
        rgc.unpin(llobj)
    keepalive_until_here(llobj)


# ---- buffers that C code fills -------------------------------------------


def alloc_buffer(count):
    """A raw buffer, a second value and a kind to pass to the next two functions."""
    buf = lltype.malloc(CCHARP.TO, count, flavor='raw')
    return buf, buf, COPIED


def str_from_buffer(raw_buf, gc_buf, kind, allocated_size, needed_size):
    """The first `needed_size` bytes of the buffer as a string."""
    assert allocated_size >= needed_size
    return charpsize2str(raw_buf, needed_size)


def keep_buffer_alive_until_here(raw_buf, gc_buf, kind):
    """Free the buffer."""
    lltype.free(raw_buf, flavor='raw')


def alloc_unicodebuffer(count):
    """The same for wide characters."""
    buf = lltype.malloc(CWCHARP.TO, count, flavor='raw')
    return buf, buf, COPIED


def unicode_from_buffer(raw_buf, gc_buf, kind, allocated_size, needed_size):
    """The first `needed_size` characters of the buffer as a unicode string."""
    assert allocated_size >= needed_size
    return wcharpsize2unicode(raw_buf, needed_size)


def keep_unicodebuffer_alive_until_here(raw_buf, gc_buf, kind):
    """Free the buffer."""
    lltype.free(raw_buf, flavor='raw')


# ---- lists of strings ----------------------------------------------------


def liststr2charpp(l):
    """A C array of copies of the strings, ended by NULL."""
    array = lltype.malloc(CCHARPP.TO, len(l) + 1, flavor='raw')
    for i in range(len(l)):
        array[i] = str2charp(l[i])
    array[len(l)] = lltype.nullptr(CCHARP.TO)
    return array


def free_charpp(ref):
    """Free what `liststr2charpp` made."""
    i = 0
    while ref[i]:
        free_charp(ref[i])
        i += 1
    lltype.free(ref, flavor='raw')


def charpp2liststr(p):
    """The strings of a C array ended by NULL."""
    result = []
    i = 0
    while p[i]:
        result.append(charp2str(p[i]))
        i += 1
    return result


# ---- context managers ----------------------------------------------------


class scoped_str2charp(object):
    """A copy of a string (or NULL for None) during a `with` block."""

    def __init__(self, value):
        if value is not None:
            self.buf = str2charp(value)
        else:
            self.buf = lltype.nullptr(CCHARP.TO)

    def __enter__(self):
        return self.buf

    def __exit__(self, *args):
        if self.buf:
            free_charp(self.buf)


class scoped_unicode2wcharp(object):
    """A copy of a unicode string (or NULL for None) during a `with` block."""

    def __init__(self, value):
        if value is not None:
            self.buf = unicode2wcharp(value)
        else:
            self.buf = lltype.nullptr(CWCHARP.TO)

    def __enter__(self):
        return self.buf

    def __exit__(self, *args):
        if self.buf:
            free_wcharp(self.buf)


class scoped_utf82wcharp(object):
    """A wide copy of UTF-8 text (or NULL for None) during a `with` block."""

    def __init__(self, value, unicode_len=-1):
        if value is not None:
            if unicode_len == -1:
                from rpython.rlib import rutf8
                unicode_len = rutf8.codepoints_in_utf8(value)
            self.buf = utf82wcharp(value, unicode_len)
        else:
            self.buf = lltype.nullptr(CWCHARP.TO)

    def __enter__(self):
        return self.buf

    def __exit__(self, *args):
        if self.buf:
            free_wcharp(self.buf)


class scoped_nonmovingbuffer(object):
    """A pointer to the characters of a string during a `with` block."""

    def __init__(self, data):
        self.data = data
        self.buf, self.kind = get_nonmovingbuffer_final_null(data)

    def __enter__(self):
        return self.buf

    def __exit__(self, *args):
        free_nonmovingbuffer(self.data, self.buf, self.kind)


class scoped_view_charp(object):
    """A `const char *` to the characters of a string during a `with` block."""

    def __init__(self, data):
        self.data = data
        self.buf, self.kind = get_nonmovingbuffer_final_null(data)

    def __enter__(self):
        return cast(CONST_CCHARP, self.buf)

    def __exit__(self, *args):
        free_nonmovingbuffer(self.data, self.buf, self.kind)


class scoped_nonmoving_unicodebuffer(object):
    """A pointer to the characters of a unicode string during a `with` block."""

    def __init__(self, data):
        self.buf = unicode2wcharp(data)

    def __enter__(self):
        return self.buf

    def __exit__(self, *args):
        free_wcharp(self.buf)


class scoped_alloc_buffer(object):
    """A buffer `raw` to be filled, and made a string by `str(length)`."""

    def __init__(self, size):
        self.size = size

    def __enter__(self):
        self.raw, self.gc_buf, self.kind = alloc_buffer(self.size)
        return self

    def __exit__(self, *args):
        keep_buffer_alive_until_here(self.raw, self.gc_buf, self.kind)

    def str(self, length):
        """The first `length` bytes as a string."""
        return str_from_buffer(self.raw, self.gc_buf, self.kind, self.size, length)


class scoped_alloc_unicodebuffer(object):
    """The same for wide characters."""

    def __init__(self, size):
        self.size = size

    def __enter__(self):
        self.raw, self.gc_buf, self.kind = alloc_unicodebuffer(self.size)
        return self

    def __exit__(self, *args):
        keep_unicodebuffer_alive_until_here(self.raw, self.gc_buf, self.kind)

    def str(self, length):
        """The first `length` characters as a unicode string."""
        return unicode_from_buffer(self.raw, self.gc_buf, self.kind, self.size, length)
