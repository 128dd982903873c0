"""Matching of compiled regular expressions.

The matcher goes through the codes with a list of choice points to come back
to; it does not recurse but for assertions.  It is made once for each class of
contexts, that is, for each kind of subject.
"""
import sys

from rpython.rlib.objectmodel import not_rpython
from rpython.rlib.rsre import rsre_char
from rpython.rlib.rsre.rsre_char import check_charset, is_linebreak, is_uni_word, is_word
from rpython.rlib.rsre.rsre_constants import *


class Error(Exception):
    """Codes that make no sense."""

    def __init__(self, msg):
        self.msg = msg


class EndOfString(Exception):
    """A position beyond the end of the subject."""


class CompiledPattern(object):
    """The codes of a pattern and its flags."""
    _immutable_fields_ = ['pattern[*]', 'flags']

    def __init__(self, pattern, flags):
        self.pattern = pattern
        self.flags = flags

    def pat(self, index):
        """The code at the index."""
        return self.pattern[index]

    def lowa(self, char_ord):
        """The character in lower case as the flags want it."""
        return rsre_char.getlower(char_ord, self.flags)

    def char_loc_ignore(self, index, char_ord):
        """Whether the code is the character, ignoring case."""
        return self.pat(index) == self.lowa(char_ord)

    def charset_loc_ignore(self, ctx, ppos, char_ord):
        """Whether the set contains the character, ignoring case."""
        return check_charset(ctx, self, ppos, self.lowa(char_ord))


class Mark(object):
    """A position where a group begins or ends, and the marks made before."""
    _immutable_ = True

    def __init__(self, gid, position, prev):
        self.gid = gid
        self.position = position
        self.prev = prev


def find_mark(mark, gid):
    """The position of the latest such mark, -1 if there is none."""
    while mark is not None:
        if mark.gid == gid:
            return mark.position
        mark = mark.prev
    return -1


class Repeat(object):
    """One repetition of a group: where it is in the pattern, how often it matched so far."""
    _immutable_ = True

    def __init__(self, ppos, count, last_ptr, prev):
        self.ppos = ppos
        self.count = count
        self.last_ptr = last_ptr
        self.prev = prev


class Choice(object):
    """A state to come back to when the present way fails."""
    _immutable_ = True

    def __init__(self, kind, ppos, ptr, limit, marks, repeat, prev):
        self.kind = kind
        self.ppos = ppos
        self.ptr = ptr
        self.limit = limit
        self.marks = marks
        self.repeat = repeat
        self.prev = prev


RESUME = 0     # go on at ppos
BRANCH = 1     # try the alternative at ppos
GREEDY = 2     # one character less, down to the position `limit`; then go on at ppos
LAZY = 3       # one character more, `limit` times at most

# ---- contexts ------------------------------------------------------------


class AbstractMatchContext(object):
    """A subject, the range to match, and the result."""
    ZERO = 0
    match_start = 0
    match_end = 0
    match_marks = None
    match_marks_flat = None
    match_lastindex = -1

    def __init__(self, match_start, end):
        if match_start < 0:
            match_start = 0
        if end < 0:
            end = 0
        self.match_start = match_start
        self.end = end

    def reset(self, start):
        """Forget the result; the next match begins at `start`."""
        self.match_start = start
        self.match_marks = None
        self.match_marks_flat = None

    def _compute_flattened_marks(self):
        flat = [self.match_start, self.match_end]
        mark = self.match_marks
        self.match_lastindex = -1
        if mark is not None:
            self.match_lastindex = mark.gid
        while mark is not None:
            index = mark.gid + 2
            while index >= len(flat):
                flat.append(-1)
            if flat[index] == -1:
                flat[index] = mark.position
            mark = mark.prev
        self.match_marks_flat = flat
        self.match_marks = None

    def flatten_marks(self):
        """The beginnings and ends of all groups one after the other; group 0 is the match."""
        if self.match_marks_flat is None:
            self._compute_flattened_marks()
        return self.match_marks_flat

    def span(self, groupnum=0):
        """Beginning and end of a group, (-1, -1) if it did not match."""
        marks = self.flatten_marks()
        index = 2 * groupnum
        if index + 1 >= len(marks):
            return -1, -1
        return marks[index], marks[index + 1]

    def group(self, groupnum=0):
        """The text of a group, None if it did not match."""
        start, end = self.span(groupnum)
        if 0 <= start <= end:
            return self._substring(start, end)
        return None

    def get_mark(self, gid):
        """The position of a mark, -1 if it was not made."""
        return find_mark(self.match_marks, gid)

    def lastindex(self):
        """The number of the group that was closed last, -1 if there is none."""
        self.flatten_marks()
        if self.match_lastindex < 0:
            return -1
        return self.match_lastindex // 2 + 1

    # what the kinds of subjects define; positions of most are character numbers

    def str(self, index):
        """The number of the character at the position."""
        raise NotImplementedError

    def next(self, position):
        """The position of the following character."""
        return position + 1

    def prev(self, position):
        """The position of the character before; EndOfString at the beginning."""
        if position <= 0:
            raise EndOfString
        return position - 1

    def next_n(self, position, n, end_position):
        """The position n characters later; EndOfString beyond the end."""
        position += n
        if position > end_position:
            raise EndOfString
        return position

    def prev_n(self, position, n, start_position):
        """The position n characters before; EndOfString beyond the beginning."""
        position -= n
        if position < start_position:
            raise EndOfString
        return position

    def debug_check_pos(self, position):
        """Check the position in tests."""

    def maximum_distance(self, position_low, position_high):
        """At least the number of characters between the positions."""
        return position_high - position_low

    def get_single_byte(self, base_position, index):
        """The byte `index` behind the position."""
        return self.str(base_position + index)

    def bytes_difference(self, position1, position2):
        """The number of bytes between the positions."""
        return position1 - position2

    def go_forward_by_bytes(self, base_position, index):
        """The position so many bytes later."""
        return base_position + index

    def fresh_copy(self, start):
        """A context for the same subject that begins at `start`."""
        raise NotImplementedError

    def _substring(self, start, end):
        raise NotImplementedError

    def match_pattern(self, pattern, full):
        """Whether the pattern matches at `match_start`."""
        raise NotImplementedError

    def search_pattern(self, pattern):
        """Whether the pattern matches at `match_start` or later; that is then changed."""
        raise NotImplementedError


@not_rpython
def install_matcher(cls):
    """Class decorator: give the class its own copy of the matcher."""
    match_here, search = make_matcher(cls)

    def match_pattern(self, pattern, full):
        return match_here(self, pattern, 0, self.match_start, None, full)

    def search_pattern(self, pattern):
        return search(self, pattern)

    cls.match_pattern = match_pattern
    cls.search_pattern = search_pattern
    return cls


# ---- the matcher ---------------------------------------------------------


@not_rpython
def make_matcher(Context):
    """The functions that match at a position and that search, for one class of contexts."""
    char_at = Context.str.im_func
    next_pos = Context.next.im_func
    prev_pos = Context.prev.im_func
    prev_n = Context.prev_n.im_func

    def match_one(ctx, pattern, ppos, ptr):
        """Whether the code for a single character matches the one at `ptr`."""
        op = pattern.pat(ppos)
        char = char_at(ctx, ptr)
        if op == OPCODE_LITERAL:
            return char == pattern.pat(ppos + 1)
        elif op == OPCODE_ANY:
            return not is_linebreak(char)
        elif op == OPCODE_ANY_ALL:
            return True
        elif op == OPCODE_IN:
            return check_charset(ctx, pattern, ppos + 2, char)
        elif op == OPCODE_NOT_LITERAL:
            return char != pattern.pat(ppos + 1)
        elif op == OPCODE_LITERAL_IGNORE:
            return pattern.lowa(char) == pattern.pat(ppos + 1)
        elif op == OPCODE_NOT_LITERAL_IGNORE:
            return pattern.lowa(char) != pattern.pat(ppos + 1)
        elif op == OPCODE_IN_IGNORE:
            return check_charset(ctx, pattern, ppos + 2, pattern.lowa(char))
        elif op == OPCODE_CATEGORY:
            return rsre_char.category_dispatch(pattern.pat(ppos + 1), char)
        raise Error("bad code for a single character")

    def run_of(ctx, pattern, ppos, ptr, maximum):
        """The position behind at most `maximum` characters that match a code."""
        end = ctx.end
        op = pattern.pat(ppos)
        count = 0
        if op == OPCODE_LITERAL:
            wanted = pattern.pat(ppos + 1)
            while ptr < end and count < maximum and char_at(ctx, ptr) == wanted:
                ptr = next_pos(ctx, ptr)
                count += 1
        elif op == OPCODE_ANY:
            while ptr < end and count < maximum and not is_linebreak(char_at(ctx, ptr)):
                ptr = next_pos(ctx, ptr)
                count += 1
        elif op == OPCODE_IN:
            while ptr < end and count < maximum and check_charset(ctx, pattern, ppos + 2,
                                                                  char_at(ctx, ptr)):
                ptr = next_pos(ctx, ptr)
                count += 1
        else:
            while ptr < end and count < maximum and match_one(ctx, pattern, ppos, ptr):
                ptr = next_pos(ctx, ptr)
                count += 1
        return ptr

    def at_position(ctx, pattern, where, ptr):
        """Whether the position is of the kind."""
        if where == AT_BEGINNING or where == AT_BEGINNING_STRING:
            return ptr == ctx.ZERO
        elif where == AT_BEGINNING_LINE:
            return ptr == ctx.ZERO or is_linebreak(char_at(ctx, prev_pos(ctx, ptr)))
        elif where == AT_END:
            if ptr == ctx.end:
                return True
            return next_pos(ctx, ptr) == ctx.end and is_linebreak(char_at(ctx, ptr))
        elif where == AT_END_LINE:
            return ptr == ctx.end or is_linebreak(char_at(ctx, ptr))
        elif where == AT_END_STRING:
            return ptr == ctx.end
        elif where == AT_BOUNDARY or where == AT_LOC_BOUNDARY:
            return at_boundary(ctx, ptr, False)
        elif where == AT_NON_BOUNDARY or where == AT_LOC_NON_BOUNDARY:
            return ctx.end > ctx.ZERO and not at_boundary(ctx, ptr, False)
        elif where == AT_UNI_BOUNDARY:
            return at_boundary(ctx, ptr, True)
        elif where == AT_UNI_NON_BOUNDARY:
            return ctx.end > ctx.ZERO and not at_boundary(ctx, ptr, True)
        return False

    def at_boundary(ctx, ptr, uni):
        """Whether a word begins or ends at the position."""
        if ctx.end == ctx.ZERO:
            return False
        before = False
        if ptr > ctx.ZERO:
            before = word_char(char_at(ctx, prev_pos(ctx, ptr)), uni)
        after = ptr < ctx.end and word_char(char_at(ctx, ptr), uni)
        return before != after

    def word_char(char, uni):
        return is_uni_word(char) if uni else is_word(char)

    def same_group(ctx, pattern, marks, group, ptr, ignore):
        """The position behind a repetition of the group's text, -1 if it is not there."""
        start = find_mark(marks, 2 * group)
        stop = find_mark(marks, 2 * group + 1)
        if start < 0 or stop < start:
            return -1
        while start < stop:
            if ptr >= ctx.end:
                return -1
            a = char_at(ctx, start)
            b = char_at(ctx, ptr)
            if ignore:
                a = pattern.lowa(a)
                b = pattern.lowa(b)
            if a != b:
                return -1
            start = next_pos(ctx, start)
            ptr = next_pos(ctx, ptr)
        return ptr

    def assertion(ctx, pattern, ppos, ptr, marks):
        """Whether the pattern of a look-ahead or look-behind matches."""
        back = pattern.pat(ppos + 2)
        if back > 0:
            try:
                ptr = prev_n(ctx, ptr, back, ctx.ZERO)
            except EndOfString:
                return False
        return match_here(ctx, pattern, ppos + 3, ptr, marks, False)

    def match_here(ctx, pattern, ppos, ptr, marks, full):
        """Whether the codes from `ppos` on match at `ptr`; sets the end and the marks."""
        choices = None
        repeat = None
        while True:
            op = pattern.pat(ppos)
            ok = True
            if op == OPCODE_LITERAL:
                ok = ptr < ctx.end and char_at(ctx, ptr) == pattern.pat(ppos + 1)
                if ok:
                    ptr = next_pos(ctx, ptr)
                    ppos += 2
            elif op == OPCODE_SUCCESS:
                if not full or ptr == ctx.end:
                    ctx.match_end = ptr
                    ctx.match_marks = marks
                    return True
                ok = False
            elif op == OPCODE_MARK:
                marks = Mark(pattern.pat(ppos + 1), ptr, marks)
                ppos += 2
            elif op == OPCODE_REPEAT_ONE:
                tail = ppos + 1 + pattern.pat(ppos + 1)
                minimum = pattern.pat(ppos + 2)
                low = run_of(ctx, pattern, ppos + 4, ptr, minimum)
                ok = reached(ctx, ptr, low, minimum)
                if ok:
                    maximum = pattern.pat(ppos + 3)
                    if maximum != rsre_char.MAXREPEAT:
                        maximum -= minimum
                    ptr = run_of(ctx, pattern, ppos + 4, low, maximum)
                    if ptr > low:
                        choices = Choice(GREEDY, tail, ptr, low, marks, repeat, choices)
                    ppos = tail
            elif op == OPCODE_IN or op == OPCODE_IN_IGNORE:
                ok = ptr < ctx.end and match_one(ctx, pattern, ppos, ptr)
                if ok:
                    ptr = next_pos(ctx, ptr)
                    ppos += 1 + pattern.pat(ppos + 1)
            elif op == OPCODE_ANY or op == OPCODE_ANY_ALL:
                ok = ptr < ctx.end and match_one(ctx, pattern, ppos, ptr)
                if ok:
                    ptr = next_pos(ctx, ptr)
                    ppos += 1
            elif (op == OPCODE_NOT_LITERAL or op == OPCODE_LITERAL_IGNORE
                  or op == OPCODE_NOT_LITERAL_IGNORE or op == OPCODE_CATEGORY):
                ok = ptr < ctx.end and match_one(ctx, pattern, ppos, ptr)
                if ok:
                    ptr = next_pos(ctx, ptr)
                    ppos += 2
            elif op == OPCODE_BRANCH:
                ppos += 1
                skip = pattern.pat(ppos)
                ok = skip != 0
                if ok:
                    if pattern.pat(ppos + skip) != 0:
                        choices = Choice(BRANCH, ppos + skip, ptr, 0, marks, repeat, choices)
                    ppos += 1
            elif op == OPCODE_JUMP:
                ppos += 1 + pattern.pat(ppos + 1)
            elif op == OPCODE_REPEAT:
                repeat = Repeat(ppos, 0, -1, repeat)
                ppos += 1 + pattern.pat(ppos + 1)
            elif op == OPCODE_MAX_UNTIL:
                head = repeat.ppos
                count = repeat.count
                if count < pattern.pat(head + 2):
                    repeat = Repeat(head, count + 1, ptr, repeat.prev)
                    ppos = head + 4
                elif ((count < pattern.pat(head + 3) or pattern.pat(head + 3) == rsre_char.MAXREPEAT)
                      and ptr != repeat.last_ptr):
                    choices = Choice(RESUME, ppos + 1, ptr, 0, marks, repeat.prev, choices)
                    repeat = Repeat(head, count + 1, ptr, repeat.prev)
                    ppos = head + 4
                else:
                    repeat = repeat.prev
                    ppos += 1
            elif op == OPCODE_MIN_UNTIL:
                head = repeat.ppos
                count = repeat.count
                body = Repeat(head, count + 1, ptr, repeat.prev)
                if count < pattern.pat(head + 2):
                    repeat = body
                    ppos = head + 4
                else:
                    if ((count < pattern.pat(head + 3) or pattern.pat(head + 3) == rsre_char.MAXREPEAT)
                            and ptr != repeat.last_ptr):
                        choices = Choice(RESUME, head + 4, ptr, 0, marks, body, choices)
                    repeat = repeat.prev
                    ppos += 1
            elif op == OPCODE_MIN_REPEAT_ONE:
                minimum = pattern.pat(ppos + 2)
                low = run_of(ctx, pattern, ppos + 4, ptr, minimum)
                ok = reached(ctx, ptr, low, minimum)
                if ok:
                    maximum = pattern.pat(ppos + 3)
                    if maximum != rsre_char.MAXREPEAT:
                        maximum -= minimum
                    ptr = low
                    if maximum > 0:
                        choices = Choice(LAZY, ppos, ptr, maximum, marks, repeat, choices)
                    ppos += 1 + pattern.pat(ppos + 1)
            elif op == OPCODE_AT:
                ok = at_position(ctx, pattern, pattern.pat(ppos + 1), ptr)
                ppos += 2
            elif op == OPCODE_GROUPREF or op == OPCODE_GROUPREF_IGNORE:
                ptr = same_group(ctx, pattern, marks, pattern.pat(ppos + 1), ptr,
                                 op == OPCODE_GROUPREF_IGNORE)
                ok = ptr >= 0
                ppos += 2
            elif op == OPCODE_GROUPREF_EXISTS:
                group = pattern.pat(ppos + 1)
                if find_mark(marks, 2 * group + 1) >= 0:
                    ppos += 3
                else:
                    ppos += 1 + pattern.pat(ppos + 2)
            elif op == OPCODE_ASSERT:
                ok = assertion(ctx, pattern, ppos, ptr, marks)
                if ok:
                    marks = ctx.match_marks
                    ppos += 1 + pattern.pat(ppos + 1)
            elif op == OPCODE_ASSERT_NOT:
                ok = not assertion(ctx, pattern, ppos, ptr, marks)
                ppos += 1 + pattern.pat(ppos + 1)
            elif op == OPCODE_INFO:
                ppos += 1 + pattern.pat(ppos + 1)
            elif op == OPCODE_FAILURE:
                ok = False
            else:
                raise Error("bad code in a compiled pattern")
            if ok:
                continue
            # back to the last choice that has another way
            while True:
                choice = choices
                if choice is None:
                    return False
                choices = choice.prev
                if choice.kind != LAZY or (choice.ptr < ctx.end and match_one(
                        ctx, pattern, choice.ppos + 4, choice.ptr)):
                    break
            ppos = choice.ppos
            ptr = choice.ptr
            marks = choice.marks
            repeat = choice.repeat
            if choice.kind == GREEDY:
                ptr = prev_pos(ctx, ptr)
                if ptr > choice.limit:
                    choices = Choice(GREEDY, ppos, ptr, choice.limit, marks, repeat, choices)
            elif choice.kind == BRANCH:
                skip = pattern.pat(ppos)
                if pattern.pat(ppos + skip) != 0:
                    choices = Choice(BRANCH, ppos + skip, ptr, 0, marks, repeat, choices)
                ppos += 1
            elif choice.kind == LAZY:
                ptr = next_pos(ctx, ptr)
                limit = choice.limit
                if limit != rsre_char.MAXREPEAT:
                    limit -= 1
                if limit > 0:
                    choices = Choice(LAZY, ppos, ptr, limit, marks, repeat, choices)
                ppos += 1 + pattern.pat(ppos + 1)

    def reached(ctx, start, stop, count):
        """Whether there are `count` characters between the positions."""
        n = 0
        while start < stop and n < count:
            start = next_pos(ctx, start)
            n += 1
        return n >= count

    def search(ctx, pattern):
        """Try all positions from `match_start` on."""
        base = 0
        literal = -1
        if pattern.pat(0) == OPCODE_INFO:
            base = 1 + pattern.pat(1)
            if pattern.pat(2) & SRE_INFO_PREFIX and pattern.pat(5) > 0:
                literal = pattern.pat(7)
        if literal < 0 and pattern.pat(base) == OPCODE_LITERAL:
            literal = pattern.pat(base + 1)
        start = ctx.match_start
        if start > ctx.end:
            return False
        while True:
            if literal >= 0:
                while start < ctx.end and char_at(ctx, start) != literal:
                    start = next_pos(ctx, start)
                if start >= ctx.end:
                    return False
            if match_here(ctx, pattern, base, start, None, False):
                ctx.match_start = start
                return True
            if start >= ctx.end:
                return False
            start = next_pos(ctx, start)

    return match_here, search


# ---- kinds of subjects ---------------------------------------------------


class FixedMatchContext(AbstractMatchContext):
    """A subject whose positions are character numbers."""


@install_matcher
class StrMatchContext(FixedMatchContext):
    """Matches in a str."""

    def __init__(self, string, match_start, end):
        AbstractMatchContext.__init__(self, match_start, end)
        self._string = string
        if self.end > len(string):
            self.end = len(string)

    def str(self, index):
        return ord(self._string[index])

    def fresh_copy(self, start):
        return StrMatchContext(self._string, start, self.end)

    def _substring(self, start, end):
        assert 0 <= start <= end
        return self._string[start:end]

    def get_single_byte(self, base_position, index):
        return ord(self._string[base_position + index])


@install_matcher
class UnicodeMatchContext(FixedMatchContext):
    """Matches in a unicode string."""

    def __init__(self, unicodestr, match_start, end):
        AbstractMatchContext.__init__(self, match_start, end)
        self._unicodestr = unicodestr
        if self.end > len(unicodestr):
            self.end = len(unicodestr)

    def str(self, index):
        return ord(self._unicodestr[index])

    def fresh_copy(self, start):
        return UnicodeMatchContext(self._unicodestr, start, self.end)

    def _substring(self, start, end):
        assert 0 <= start <= end
        return self._unicodestr[start:end].encode('utf-8')


@install_matcher
class BufMatchContext(FixedMatchContext):
    """Matches in a buffer of rlib.buffer."""

    def __init__(self, buf, match_start, end):
        AbstractMatchContext.__init__(self, match_start, end)
        self._buffer = buf
        if self.end > buf.getlength():
            self.end = buf.getlength()

    def str(self, index):
        return ord(self._buffer.getitem(index))

    def fresh_copy(self, start):
        return BufMatchContext(self._buffer, start, self.end)

    def _substring(self, start, end):
        assert 0 <= start <= end
        return self._buffer.getslice(start, 1, end - start)

    def get_single_byte(self, base_position, index):
        return ord(self._buffer.getitem(base_position + index))


# ---- functions -----------------------------------------------------------


def match_context(ctx, pattern):
    """Whether the pattern matches where the context begins."""
    if ctx.match_start > ctx.end:
        return False
    ctx.reset(ctx.match_start)
    return ctx.match_pattern(pattern, False)


def fullmatch_context(ctx, pattern):
    """Whether the pattern matches the whole range of the context."""
    if ctx.match_start > ctx.end:
        return False
    ctx.reset(ctx.match_start)
    return ctx.match_pattern(pattern, True)


def search_context(ctx, pattern):
    """Whether the pattern matches anywhere in the context."""
    if ctx.match_start > ctx.end:
        return False
    ctx.reset(ctx.match_start)
    return ctx.search_pattern(pattern)


def match(pattern, string, start=0, end=sys.maxint, fullmatch=False):
    """The context of a match at `start`, None if there is none."""
    ctx = StrMatchContext(string, start, end)
    found = fullmatch_context(ctx, pattern) if fullmatch else match_context(ctx, pattern)
    return ctx if found else None


def fullmatch(pattern, string, start=0, end=sys.maxint):
    """The context of a match of the whole range, None if there is none."""
    return match(pattern, string, start, end, fullmatch=True)


def search(pattern, string, start=0, end=sys.maxint):
    """The context of the first match, None if there is none."""
    ctx = StrMatchContext(string, start, end)
    if search_context(ctx, pattern):
        return ctx
    return None
