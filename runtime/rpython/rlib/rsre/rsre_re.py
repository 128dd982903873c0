"""The interface of the re module for RPython programs; patterns are compiled before translation."""
import sys

from rpython.rlib.objectmodel import specialize
from rpython.rlib.rsre import rsre_core
from rpython.rlib.rsre.rpy import get_code

I = IGNORECASE = 2
L = LOCALE = 4
M = MULTILINE = 8
S = DOTALL = 16
U = UNICODE = 32
X = VERBOSE = 64


@specialize.memo()
def compile(pattern, flags=0):
    """The compiled pattern."""
    code, flags, _, groups, index, names = get_code(pattern, flags, allargs=True)
    return RSREPattern(pattern, code, flags, groups, index, names)


def match(pattern, string, flags=0):
    """The match at the beginning of the string, None if there is none."""
    return compile(pattern, flags).match(string)


def search(pattern, string, flags=0):
    """The first match in the string, None if there is none."""
    return compile(pattern, flags).search(string)


def findall(pattern, string, flags=0):
    """The texts of all matches, or of their only group."""
    return compile(pattern, flags).findall(string)


def finditer(pattern, string, flags=0):
    """An iterator over all matches."""
    return compile(pattern, flags).finditer(string)


def split(pattern, string, maxsplit=0, flags=0):
    """The texts between the matches."""
    return compile(pattern, flags).split(string, maxsplit)


def escape(pattern):
    """The text with a backslash in front of everything but letters and digits."""
    pieces = []
    for c in pattern:
        if not c.isalnum():
            pieces.append('\\000' if c == '\x00' else '\\' + c)
        else:
            pieces.append(c)
    return ''.join(pieces)


for _function in (match, search, findall, finditer, split):
    _function._annspecialcase_ = 'specialize:arg(0)'
    _function._always_inline_ = True
del _function


class RSREPattern(object):
    """A compiled pattern."""

    def __init__(self, pattern, code, flags, num_groups, groupindex, indexgroup):
        self._code = code
        self.pattern = pattern
        self.flags = flags
        self.groups = num_groups
        self.groupindex = groupindex
        self._indexgroup = indexgroup

    def match(self, string, pos=0, endpos=sys.maxint):
        """The match at the position, None if there is none."""
        return self._make_match(rsre_core.match(self._code, string, pos, endpos))

    def search(self, string, pos=0, endpos=sys.maxint):
        """The first match from the position on, None if there is none."""
        return self._make_match(rsre_core.search(self._code, string, pos, endpos))

    def _make_match(self, ctx):
        if ctx is None:
            return None
        return RSREMatch(self, ctx)

    def findall(self, string, pos=0, endpos=sys.maxint):
        """The texts of all matches, or of their only group."""
        result = []
        while True:
            m = self.search(string, pos, endpos)
            if m is None:
                return result
            text = m.group(1) if self.groups == 1 else m.group(0)
            result.append('' if text is None else text)
            pos = m.end() + (m.end() == m.start())
            if pos > len(string):
                return result

    def finditer(self, string, pos=0, endpos=sys.maxint):
        """An iterator over all matches."""
        return MatchIterator(self, string, pos, endpos)

    def split(self, string, maxsplit=0):
        """The texts between the matches that are not empty, and of their groups."""
        pieces = []
        last = 0
        pos = 0
        count = 0
        while maxsplit == 0 or count < maxsplit:
            m = self.search(string, pos)
            if m is None:
                break
            if m.start() == m.end():
                if pos >= len(string):
                    break
                pos = m.end() + 1
                continue
            start = m.start()
            assert start >= 0
            pieces.append(string[last:start])
            for i in range(1, self.groups + 1):
                pieces.append(m.group(i))
            last = pos = m.end()
            assert last >= 0
            count += 1
        pieces.append(string[last:])
        return pieces


class MatchIterator(object):
    """Goes from match to match."""

    def __init__(self, pattern, string, pos, endpos):
        self._pattern = pattern
        self._string = string
        self._pos = pos
        self._endpos = endpos

    def __iter__(self):
        return self

    def next(self):
        """The next match; StopIteration at the end."""
        if self._pos > len(self._string):
            raise StopIteration
        m = self._pattern.search(self._string, self._pos, self._endpos)
        if m is None:
            raise StopIteration
        self._pos = m.end() + (m.end() == m.start())
        return m


class RSREMatch(object):
    """What a pattern found."""

    def __init__(self, pattern, ctx):
        self.re = pattern
        self._ctx = ctx

    def span(self, groupnum=0):
        """Beginning and end of a group, (-1, -1) if it did not match."""
        return self._ctx.span(groupnum)

    def start(self, groupnum=0):
        """The beginning of a group."""
        return self.span(groupnum)[0]

    def end(self, groupnum=0):
        """The end of a group."""
        return self.span(groupnum)[1]

    def group(self, group=0):
        """The text of a group, None if it did not match."""
        return self._ctx.group(group)

    def groups(self):
        """The texts of all groups."""
        return [self.group(i) for i in range(1, self.re.groups + 1)]

    def groupdict(self, default=None):
        """The texts of the named groups."""
        result = {}
        for name, index in self.re.groupindex.items():
            text = self.group(index)
            result[name] = default if text is None else text
        return result

    @property
    def lastindex(self):
        """The group that was closed last, -1 if there is none."""
        return self._ctx.lastindex()
