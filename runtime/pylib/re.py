"""Regular expressions, on the native engine `_re`."""
import _re
from sre_constants import error

__all__ = ['match', 'search', 'sub', 'subn', 'split', 'findall', 'compile', 'purge', 'template',
           'escape', 'I', 'L', 'M', 'S', 'X', 'U', 'IGNORECASE', 'LOCALE', 'MULTILINE', 'DOTALL',
           'VERBOSE', 'UNICODE', 'error']

__version__ = '2.2.1'

T = TEMPLATE = 1
I = IGNORECASE = 2
L = LOCALE = 4
M = MULTILINE = 8
S = DOTALL = 16
U = UNICODE = 32
X = VERBOSE = 64
DEBUG = 128

_SEARCH = 0
_MATCH = 1


class _Pattern(object):
    """A compiled pattern."""

    def __init__(self, pattern, flags):
        if not isinstance(pattern, basestring):
            raise TypeError("first argument must be string or compiled pattern")
        try:
            self._handle, self.flags, self.groups, names = _re.compile(pattern, flags)
        except ValueError as e:
            raise error(str(e))
        self.pattern = pattern
        self.groupindex = dict(names)
        self._template_cache = {}

    def _find(self, string, pos, endpos, mode):
        if not isinstance(string, basestring):
            try:
                string = str(buffer(string))
            except TypeError:
                raise TypeError("expected string or buffer")
        length = len(string)
        pos = min(max(pos, 0), length)
        endpos = length if endpos is None else min(max(endpos, 0), length)
        spans = _re.find(self._handle, string, pos, endpos, mode)
        if spans is None:
            return None
        return _Match(self, string, pos, endpos, spans)

    def match(self, string, pos=0, endpos=None):
        """The match at the position, None if there is none."""
        return self._find(string, pos, endpos, _MATCH)

    def search(self, string, pos=0, endpos=None):
        """The first match from the position on, None if there is none."""
        return self._find(string, pos, endpos, _SEARCH)

    def finditer(self, string, pos=0, endpos=None):
        """An iterator over the matches."""
        return iter(self._all(string, pos, endpos))

    def _all(self, string, pos, endpos):
        result = []
        end = len(string) if endpos is None else min(endpos, len(string))
        while pos <= end:
            m = self._find(string, pos, endpos, _SEARCH)
            if m is None:
                break
            result.append(m)
            pos = m.end()
            if m.start() == pos:
                pos += 1
        return result

    def findall(self, string, pos=0, endpos=None):
        """The texts of all matches: of the only group, or tuples of the groups, if there are any."""
        result = []
        for m in self._all(string, pos, endpos):
            if self.groups == 0:
                result.append(m.group())
            elif self.groups == 1:
                result.append(m.groups(string[:0])[0])
            else:
                result.append(m.groups(string[:0]))
        return result

    def scanner(self, string, pos=0, endpos=None):
        """An object whose search() and match() go on behind the last match."""
        return _Scanner(self, string, pos, endpos)

    def split(self, string, maxsplit=0):
        """The texts between the matches, and of the groups."""
        result = []
        last = 0
        for m in self._all(string, 0, None):
            if m.start() == m.end():
                continue
            if maxsplit and len(result) >= maxsplit * (self.groups + 1):
                break
            result.append(string[last:m.start()])
            result.extend(m.groups())
            last = m.end()
        result.append(string[last:])
        return result

    def sub(self, repl, string, count=0):
        """The string with matches replaced."""
        return self.subn(repl, string, count)[0]

    def subn(self, repl, string, count=0):
        """The string with matches replaced, and their number."""
        if callable(repl):
            expand = repl
        else:
            expand = self._template(repl)
        pieces = []
        i = 0
        n = 0
        for m in self._all(string, 0, None):
            if count and n >= count:
                break
            start, end = m.span()
            if i < start:
                pieces.append(string[i:start])
            elif i == start == end and n > 0:
                continue
            piece = expand(m)
            if piece is not None:
                pieces.append(piece)
            i = end
            n += 1
        if n == 0:
            return string, 0
        pieces.append(string[i:])
        return string[:0].join(pieces), n

    def _template(self, repl):
        """A function from a match to the text that the template makes of it."""
        parts = self._template_cache.get(repl)
        if parts is None:
            parts = self._template_cache[repl] = _parse_template(repl, self)
        if len(parts) == 1 and not isinstance(parts[0], int):
            text = parts[0]
            return lambda m: text
        return lambda m: _expand(parts, m)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        return _compile, (self.pattern, self.flags)


class _Scanner(object):
    """Goes through a string match by match."""

    def __init__(self, pattern, string, pos, endpos):
        self.pattern = pattern
        self._string = string
        self._pos = pos
        self._endpos = endpos

    def _next(self, mode):
        if self._pos > len(self._string):
            return None
        m = self.pattern._find(self._string, self._pos, self._endpos, mode)
        if m is not None:
            self._pos = m.end() + (m.start() == m.end())
        return m

    def match(self):
        return self._next(_MATCH)

    def search(self):
        return self._next(_SEARCH)


class _Match(object):
    """What a pattern found."""

    def __init__(self, pattern, string, pos, endpos, spans):
        self.re = pattern
        self.string = string
        self.pos = pos
        self.endpos = endpos
        self.regs = tuple(spans)

    def _index(self, group):
        if isinstance(group, (int, long)):
            if 0 <= group < len(self.regs):
                return group
        elif group in self.re.groupindex:
            return self.re.groupindex[group]
        raise IndexError("no such group")

    def _text(self, group, default=None):
        start, end = self.regs[self._index(group)]
        if start < 0:
            return default
        return self.string[start:end]

    def group(self, *groups):
        """The text of groups; of the whole match without arguments."""
        if not groups:
            return self._text(0)
        if len(groups) == 1:
            return self._text(groups[0])
        return tuple([self._text(group) for group in groups])

    def groups(self, default=None):
        """The texts of all groups."""
        return tuple([self._text(i, default) for i in range(1, len(self.regs))])

    def groupdict(self, default=None):
        """The texts of the named groups."""
        return dict([(name, self._text(name, default)) for name in self.re.groupindex])

    def start(self, group=0):
        return self.regs[self._index(group)][0]

    def end(self, group=0):
        return self.regs[self._index(group)][1]

    def span(self, group=0):
        return self.regs[self._index(group)]

    def expand(self, template):
        """The text that the template makes of the match."""
        return _expand(_parse_template(template, self.re), self)

    @property
    def lastindex(self):
        """The group that was closed last."""
        last = None
        for i in range(1, len(self.regs)):
            start, end = self.regs[i]
            if start < 0:
                continue
            if last is None or end > self.regs[last][1] or (end == self.regs[last][1] and start == end):
                last = i
        return last

    @property
    def lastgroup(self):
        """The name of the group that was closed last."""
        last = self.lastindex
        for name, index in self.re.groupindex.items():
            if index == last:
                return name
        return None

    def __copy__(self):
        raise TypeError("cannot copy this match object")

    def __deepcopy__(self, memo):
        raise TypeError("cannot deepcopy this match object")


# ---- templates -----------------------------------------------------------

_ESCAPES = {'a': '\a', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v', '\\': '\\'}


def _expand(parts, m):
    """The text of a parsed template for a match."""
    result = []
    for part in parts:
        if isinstance(part, int):
            part = m._text(part)
            if part is None:
                raise error("unmatched group")
        result.append(part)
    return m.string[:0].join(result)


def _parse_template(template, pattern):
    """The texts and group numbers of a template."""
    parts = []
    literal = []
    i = 0
    n = len(template)
    while i < n:
        c = template[i]
        if c != '\\' or i + 1 >= n:
            if c == '\\':
                raise error("bogus escape (end of line)")
            literal.append(c)
            i += 1
            continue
        c = template[i + 1]
        group = None
        if c == 'g':
            group, i = _named_reference(template, i + 2, pattern)
        elif c == '0':
            end = i + 2
            while end < min(n, i + 4) and template[end] in '01234567':
                end += 1
            literal.append(chr(int(template[i + 1:end], 8) & 0xff))
            i = end
            continue
        elif c.isdigit():
            end = i + 2
            if end < n and template[end].isdigit():
                end += 1
                if (c in '0123' and template[end - 1] in '01234567' and end < n
                        and template[end] in '01234567'):
                    literal.append(chr(int(template[i + 1:end + 1], 8) & 0xff))
                    i = end + 1
                    continue
            group = int(template[i + 1:end])
            i = end
        else:
            if c in _ESCAPES:
                literal.append(_ESCAPES[c])
            else:
                literal.append('\\' + c)
            i += 2
            continue
        if group > pattern.groups:
            raise error("invalid group reference")
        if literal:
            parts.append(template[:0].join(literal))
            literal = []
        parts.append(group)
    if literal or not parts:
        parts.append(template[:0].join(literal))
    return parts


def _named_reference(template, i, pattern):
    """The group of \\g<name> and the position behind it."""
    if template[i:i + 1] != '<':
        raise error("missing group name")
    end = template.find('>', i)
    if end < 0:
        raise error("unterminated group name")
    name = template[i + 1:end]
    if not name:
        raise error("missing group name")
    if name.isdigit():
        return int(name), end + 1
    if not (name[0].isalpha() or name[0] == '_') or not name.replace('_', 'a').isalnum():
        raise error("bad character in group name")
    if name not in pattern.groupindex:
        raise IndexError("unknown group name: %r" % (name,))
    return pattern.groupindex[name], end + 1


# ---- functions -----------------------------------------------------------

_cache = {}
_MAXCACHE = 100


def _compile(pattern, flags=0):
    if isinstance(pattern, _Pattern):
        if flags:
            raise ValueError('Cannot process flags argument with a compiled pattern')
        return pattern
    key = type(pattern), pattern, flags
    try:
        return _cache[key]
    except KeyError:
        pass
    result = _Pattern(pattern, flags)
    if len(_cache) >= _MAXCACHE:
        _cache.clear()
    _cache[key] = result
    return result


def match(pattern, string, flags=0):
    """The match at the beginning of the string, None if there is none."""
    return _compile(pattern, flags).match(string)


def search(pattern, string, flags=0):
    """The first match in the string, None if there is none."""
    return _compile(pattern, flags).search(string)


def sub(pattern, repl, string, count=0, flags=0):
    """The string with matches replaced."""
    return _compile(pattern, flags).sub(repl, string, count)


def subn(pattern, repl, string, count=0, flags=0):
    """The string with matches replaced, and their number."""
    return _compile(pattern, flags).subn(repl, string, count)


def split(pattern, string, maxsplit=0, flags=0):
    """The texts between the matches."""
    return _compile(pattern, flags).split(string, maxsplit)


def findall(pattern, string, flags=0):
    """The texts of all matches."""
    return _compile(pattern, flags).findall(string)


def finditer(pattern, string, flags=0):
    """An iterator over all matches."""
    return _compile(pattern, flags).finditer(string)


def compile(pattern, flags=0):
    """A compiled pattern."""
    return _compile(pattern, flags)


def purge():
    """Forget compiled patterns."""
    _cache.clear()


def template(pattern, flags=0):
    """A compiled pattern; the flag does nothing."""
    return _compile(pattern, flags | T)


def escape(pattern):
    """The text with a backslash in front of everything but letters and digits."""
    result = []
    for c in pattern:
        if not (c.isalnum() and ord(c) < 128):
            c = '\\000' if c == '\000' else '\\' + c
        result.append(c)
    return pattern[:0].join(result)


class Scanner(object):
    """Splits a string by a list of pairs (pattern, action)."""

    def __init__(self, lexicon, flags=0):
        self.lexicon = lexicon
        self._compiled = [(_compile(phrase, flags), action) for phrase, action in lexicon]

    def scan(self, string):
        """The results of the actions, and the rest of the string."""
        result = []
        i = 0
        while i < len(string):
            for pattern, action in self._compiled:
                m = pattern.match(string, i)
                if m is not None and m.end() > i:
                    break
            else:
                break
            if callable(action):
                self.match = m
                action = action(self, m.group())
            if action is not None:
                result.append(action)
            i = m.end()
        return result, string[i:]
