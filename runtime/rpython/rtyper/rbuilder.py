"""String builders: GcStruct('stringbuilder', ('buf', Ptr(STR)), ('pos', Signed)), the same with UNICODE.

`buf` has room for more than the `pos` characters written so far.  A string given out by build() is never written to
again: it is exactly full, so that the next append moves on to a larger buffer.
"""
from rpython.rlib.objectmodel import always_inline, dont_inline
from rpython.rlib.rarithmetic import ovfcheck
from rpython.rtyper.lltypesystem import lltype
from rpython.rtyper.lltypesystem.lloperation import llop
from rpython.rtyper.lowlevel import low_level_helpers
from rpython.rtyper.rstr import ll_copy_chars, ll_malloc

SMALLEST = 16


def ll_newbuilder(BUILDER, size):
    b = lltype.malloc(BUILDER)
    if size < SMALLEST:
        size = SMALLEST
    elif size > 65536:
        size = 65536
    b.pos = 0
    b.buf = ll_malloc(BUILDER.buf.TO, size)
    return b


@dont_inline
def _ll_grow(b, more):
    """Makes room for that many characters."""
    pos = b.pos
    try:
        needed = ovfcheck(pos + more)
        size = ovfcheck(pos * 2)
    except OverflowError:
        raise MemoryError
    if size < needed:
        size = needed
    if size < SMALLEST:
        size = SMALLEST
    new = ll_malloc(lltype.typeOf(b).TO.buf.TO, size)
    ll_copy_chars(b.buf, new, 0, 0, pos)
    b.buf = new


@always_inline
def ll_append(b, s):
    n = len(s.chars)
    pos = b.pos
    if n > len(b.buf.chars) - pos:
        _ll_grow(b, n)
    ll_copy_chars(s, b.buf, 0, pos, n)
    b.pos = pos + n


@always_inline
def ll_append_char(b, c):
    pos = b.pos
    if pos == len(b.buf.chars):
        _ll_grow(b, 1)
    b.buf.chars[pos] = c
    b.pos = pos + 1


def ll_append_slice(b, s, start, end):
    if end > len(s.chars):
        end = len(s.chars)
    n = end - start
    if n <= 0:
        return
    pos = b.pos
    if n > len(b.buf.chars) - pos:
        _ll_grow(b, n)
    ll_copy_chars(s, b.buf, start, pos, n)
    b.pos = pos + n


def ll_append_multiple_char(b, c, times):
    if times <= 0:
        return
    pos = b.pos
    if times > len(b.buf.chars) - pos:
        _ll_grow(b, times)
    buf = b.buf
    end = pos + times
    b.pos = end
    while pos < end:
        buf.chars[pos] = c
        pos += 1


def ll_append_charpsize(b, p, size):
    """From raw memory."""
    if size <= 0:
        return
    pos = b.pos
    if size > len(b.buf.chars) - pos:
        _ll_grow(b, size)
    buf = b.buf
    i = 0
    while i < size:
        buf.chars[pos + i] = p[i]
        i += 1
    b.pos = pos + size


@always_inline
def ll_getlength(b):
    return b.pos


def ll_build(b):
    buf = b.buf
    pos = b.pos
    if pos < len(buf.chars):
        buf = llop.shrink_array(lltype.typeOf(buf), buf, pos)
        b.buf = buf
    return buf


low_level_helpers(globals())
