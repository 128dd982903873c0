"""Regular expressions from text: | * + ? {m,n} ( ) [ ] . and escapes."""
from rpython.rlib.parsing.regex import (ALL_CHARS, CharSetExpression, EmptyExpression,
                                        StringExpression)

_ESCAPES = {'n': '\n', 't': '\t', 'r': '\r', 'f': '\f', 'v': '\v', 'a': '\a', '0': '\0'}


class RegexParseError(ValueError):
    """The text is no regular expression."""


def unescape(s):
    """The text with escape sequences replaced."""
    return _Parser(s).all_chars()


def parse_regex(s):
    """The regular expression that the text spells."""
    parser = _Parser(s)
    result = parser.alternatives()
    if parser.pos < len(s):
        raise RegexParseError("unexpected %r in %r" % (s[parser.pos], s))
    return result


def make_runner(regex):
    """The automaton for a text."""
    return parse_regex(regex).make_automaton()


class _Parser(object):
    """Reads a text from left to right."""

    def __init__(self, text):
        self.text = text
        self.pos = 0

    def peek(self):
        return self.text[self.pos:self.pos + 1]

    def get(self):
        c = self.peek()
        if not c:
            raise RegexParseError("unexpected end of %r" % (self.text,))
        self.pos += 1
        return c

    def all_chars(self):
        result = ''
        while self.peek():
            result += self.char()
        return result

    def char(self):
        """A character, perhaps escaped."""
        c = self.get()
        if c != '\\':
            return c
        c = self.get()
        if c == 'x':
            code = self.get() + self.get()
            return chr(int(code, 16))
        return _ESCAPES.get(c, c)

    def alternatives(self):
        result = self.sequence()
        while self.peek() == '|':
            self.pos += 1
            result = result | self.sequence()
        return result

    def sequence(self):
        result = EmptyExpression()
        while self.peek() and self.peek() not in '|)':
            result = result + self.repeated()
        return result

    def repeated(self):
        result = self.atom()
        while self.peek() and self.peek() in '*+?{':
            c = self.get()
            if c == '*':
                result = result.kleene()
            elif c == '+':
                result = result + result.kleene()
            elif c == '?':
                result = result | EmptyExpression()
            else:
                result = self.counted(result)
        return result

    def counted(self, regex):
        """The repetition with the numbers in braces."""
        end = self.text.find('}', self.pos)
        if end < 0:
            raise RegexParseError("missing } in %r" % (self.text,))
        low, comma, high = self.text[self.pos:end].partition(',')
        self.pos = end + 1
        result = EmptyExpression()
        for _ in range(int(low or 0)):
            result = result + regex
        if not comma:
            return result
        if not high:
            return result + regex.kleene()
        for _ in range(int(high) - int(low or 0)):
            result = result + (regex | EmptyExpression())
        return result

    def atom(self):
        c = self.peek()
        if c == '(':
            self.pos += 1
            result = self.alternatives()
            if self.get() != ')':
                raise RegexParseError("missing ) in %r" % (self.text,))
            return result
        if c == '[':
            self.pos += 1
            return self.charset()
        if c == '.':
            self.pos += 1
            return CharSetExpression(ALL_CHARS - frozenset(['\n']))
        return StringExpression(self.char())

    def charset(self):
        negated = self.peek() == '^'
        if negated:
            self.pos += 1
        chars = set()
        first = True
        while first or self.peek() != ']':
            first = False
            c = self.char()
            if self.peek() == '-' and self.text[self.pos + 1:self.pos + 2] not in (']', ''):
                self.pos += 1
                last = self.char()
                chars.update([chr(i) for i in range(ord(c), ord(last) + 1)])
            else:
                chars.add(c)
        self.pos += 1
        if negated:
            return CharSetExpression(ALL_CHARS - frozenset(chars))
        return CharSetExpression(chars)
