"""Splitting of text into tokens."""
from rpython.rlib.parsing.deterministic import LexerError, make_automaton


class SourcePos(object):
    """A position: in the text, and as line and column from 0 on."""

    def __init__(self, i, lineno, columnno):
        self.i = i
        self.lineno = lineno
        self.columnno = columnno

    def copy(self):
        return SourcePos(self.i, self.lineno, self.columnno)

    def __eq__(self, other):
        return self.__class__ is other.__class__ and self.__dict__ == other.__dict__

    def __ne__(self, other):
        return not self == other

    def __repr__(self):
        return 'SourcePos(%r, %r, %r)' % (self.i, self.lineno, self.columnno)


class Token(object):
    """A token: its kind, its text and where it begins."""

    def __init__(self, name, source, source_pos):
        self.name = name
        self.source = source
        self.source_pos = source_pos

    def copy(self):
        return Token(self.name, self.source, self.source_pos)

    def __eq__(self, other):
        return self.__class__ is other.__class__ and self.__dict__ == other.__dict__

    def __ne__(self, other):
        return not self == other

    def __repr__(self):
        return 'Token(%r, %r)' % (self.name, self.source)


class Lexer(object):
    """Finds the longest token at each position; of several kinds, the one named first."""

    def __init__(self, token_regexs, names, ignore=None):
        self.token_regexs = token_regexs
        self.names = names
        self.ignore = dict([(name, None) for name in ignore or []])
        self.automaton = make_automaton(token_regexs, names)

    def tokenize(self, text, eof=False):
        """The list of tokens; LexerError where none begins."""
        result = []
        runner = self.get_runner(text, eof)
        while True:
            token = runner.find_next_token()
            if token is None:
                return result
            result.append(token)

    def get_runner(self, text, eof=False, token_class=None):
        """An object that finds one token after the other."""
        return LexingRunner(self.automaton, self.ignore, text, eof)


class LexingRunner(object):
    """Where in a text a lexer is."""

    def __init__(self, automaton, ignore, text, eof):
        self.automaton = automaton
        self.ignore = ignore
        self.text = text
        self.eof = eof
        self.i = 0
        self.lineno = 0
        self.columnno = 0

    def find_next_token(self):
        """The next token that is not ignored, None at the end."""
        text = self.text
        while self.i < len(text):
            start = self.i
            pos = SourcePos(start, self.lineno, self.columnno)
            stop, name = self.automaton.longest(text, start)
            if stop <= start:
                raise LexerError(text, stop, pos)
            self._advance(stop)
            if name not in self.ignore:
                return Token(name, text[start:stop], pos)
        if self.eof:
            self.eof = False
            return Token('EOF', 'EOF', SourcePos(self.i, self.lineno, self.columnno))
        return None

    def _advance(self, stop):
        """Count lines and columns up to the position."""
        i = self.i
        while i < stop:
            if self.text[i] == '\n':
                self.lineno += 1
                self.columnno = 0
            else:
                self.columnno += 1
            i += 1
        self.i = stop

    def next(self):
        """The next token; StopIteration at the end."""
        token = self.find_next_token()
        if token is None:
            raise StopIteration
        return token

    def __iter__(self):
        return self
