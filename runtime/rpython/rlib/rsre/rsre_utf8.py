"""Matching in UTF-8: positions are byte numbers, characters take several bytes."""
import sys

from rpython.rlib import rutf8
from rpython.rlib.rsre.rsre_core import (AbstractMatchContext, EndOfString, install_matcher,
                                         match_context, search_context)


@install_matcher
class Utf8MatchContext(AbstractMatchContext):
    """Matches in UTF-8 text."""

    def __init__(self, utf8string, match_start, end):
        AbstractMatchContext.__init__(self, match_start, end)
        self._utf8 = utf8string
        if self.end > len(utf8string):
            self.end = len(utf8string)

    def str(self, index):
        return rutf8.codepoint_at_pos(self._utf8, index)

    def get_single_byte(self, base_position, index):
        return ord(self._utf8[base_position + index])

    def fresh_copy(self, start):
        return Utf8MatchContext(self._utf8, start, self.end)

    def _substring(self, start, end):
        assert 0 <= start <= end
        return self._utf8[start:end]

    def next(self, position):
        return rutf8.next_codepoint_pos(self._utf8, position)

    def prev(self, position):
        if position <= 0:
            raise EndOfString
        position = rutf8.prev_codepoint_pos(self._utf8, position)
        assert position >= 0
        return position

    def next_n(self, position, n, end_position):
        for _ in range(n):
            if position >= end_position:
                raise EndOfString
            position = rutf8.next_codepoint_pos(self._utf8, position)
        return position

    def prev_n(self, position, n, start_position):
        for _ in range(n):
            if position <= start_position:
                raise EndOfString
            position = rutf8.prev_codepoint_pos(self._utf8, position)
            assert position >= 0
        return position

    def debug_check_pos(self, position):
        if position < len(self._utf8):
            assert ord(self._utf8[position]) & 0xC0 != 0x80


def make_utf8_ctx(utf8string, bytestart, byteend):
    """A context for a range of UTF-8 text given by byte numbers."""
    return Utf8MatchContext(utf8string, max(bytestart, 0), min(byteend, len(utf8string)))


def utf8search(pattern, utf8string, bytestart=0, byteend=sys.maxint):
    """The context of the first match, None if there is none."""
    ctx = make_utf8_ctx(utf8string, bytestart, byteend)
    if search_context(ctx, pattern):
        return ctx
    return None


def utf8match(pattern, utf8string, bytestart=0, byteend=sys.maxint, fullmatch=False):
    """The context of a match at the beginning, None if there is none."""
    from rpython.rlib.rsre.rsre_core import fullmatch_context
    ctx = make_utf8_ctx(utf8string, bytestart, byteend)
    found = fullmatch_context(ctx, pattern) if fullmatch else match_context(ctx, pattern)
    return ctx if found else None
