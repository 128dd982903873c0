"""Regular expressions as objects; `add_to` writes them into an automaton."""
from rpython.rlib.parsing.deterministic import make_automaton

ALL_CHARS = frozenset([chr(_i) for _i in range(256)])


class RegularExpression(object):
    """A regular expression; `a + b` is a sequence, `a | b` an alternative."""

    def add_to(self, nfa, first, last):
        """Add states between the two such that the expression leads from one to the other."""
        raise NotImplementedError

    def make_automaton(self):
        """A deterministic automaton for this expression alone."""
        return make_automaton([self], ['match'])

    def kleene(self):
        """Any number of repetitions."""
        return KleeneClosure(self)

    def __or__(self, other):
        return OrExpression(self, other)

    def __add__(self, other):
        return AddExpression(self, other)


class EmptyExpression(RegularExpression):
    """The empty text."""

    def add_to(self, nfa, first, last):
        nfa.add_edge(first, last)


class StringExpression(RegularExpression):
    """A fixed text."""

    def __init__(self, string):
        self.string = string

    def add_to(self, nfa, first, last):
        state = first
        for c in self.string:
            following = nfa.add_state()
            nfa.add_edge(state, following, frozenset([c]))
            state = following
        nfa.add_edge(state, last)


class CharSetExpression(RegularExpression):
    """One of several characters."""

    def __init__(self, chars):
        self.chars = frozenset(chars)

    def add_to(self, nfa, first, last):
        nfa.add_edge(first, last, self.chars)


class RangeExpression(CharSetExpression):
    """One character of a range."""

    def __init__(self, fromchar, tochar):
        self.fromchar = fromchar
        self.tochar = tochar
        CharSetExpression.__init__(self, [chr(i) for i in range(ord(fromchar), ord(tochar) + 1)])


class NotExpression(CharSetExpression):
    """One character other than those."""

    def __init__(self, chars):
        CharSetExpression.__init__(self, ALL_CHARS - frozenset(chars))


class AddExpression(RegularExpression):
    """One expression after the other."""

    def __init__(self, rega, regb):
        self.rega = rega
        self.regb = regb

    def add_to(self, nfa, first, last):
        middle = nfa.add_state()
        self.rega.add_to(nfa, first, middle)
        self.regb.add_to(nfa, middle, last)


class OrExpression(RegularExpression):
    """One of two expressions."""

    def __init__(self, rega, regb):
        self.rega = rega
        self.regb = regb

    def add_to(self, nfa, first, last):
        for reg in (self.rega, self.regb):
            start = nfa.add_state()
            stop = nfa.add_state()
            nfa.add_edge(first, start)
            reg.add_to(nfa, start, stop)
            nfa.add_edge(stop, last)


class KleeneClosure(RegularExpression):
    """Any number of repetitions."""

    def __init__(self, regex):
        self.regex = regex

    def add_to(self, nfa, first, last):
        start = nfa.add_state()
        stop = nfa.add_state()
        nfa.add_edge(first, start)
        self.regex.add_to(nfa, start, stop)
        nfa.add_edge(stop, start)
        nfa.add_edge(start, last)
        nfa.add_edge(stop, last)
