"""Finite automata.

A state of a nondeterministic automaton has edges: pairs of a set of
characters (None for an empty step) and a state.
"""


class LexerError(Exception):
    """No token begins at `source_pos`."""

    def __init__(self, input, state, source_pos):
        self.input = input
        self.state = state
        self.source_pos = source_pos
        self.args = (input, state, source_pos)

    def nice_error_message(self, filename='<unknown>'):
        """A text with the line and a mark below the place."""
        result = ['  File %s, line %s' % (filename, self.source_pos.lineno)]
        lines = self.input.split('\n')
        if lines:
            result.append(lines[self.source_pos.lineno])
            result.append(' ' * self.source_pos.columnno + '^')
        result.append('LexerError')
        return '\n'.join(result)

    def __str__(self):
        return self.nice_error_message()


class NFA(object):
    """A nondeterministic automaton under construction."""

    def __init__(self):
        self.edges = []

    def add_state(self):
        """A new state."""
        self.edges.append([])
        return len(self.edges) - 1

    def add_edge(self, source, target, chars=None):
        """Let characters (None: no character) lead from a state to another."""
        self.edges[source].append((chars, target))

    def closure(self, states):
        """The states that empty steps lead to."""
        result = set(states)
        pending = list(states)
        while pending:
            for chars, target in self.edges[pending.pop()]:
                if chars is None and target not in result:
                    result.add(target)
                    pending.append(target)
        return frozenset(result)


class DFA(object):
    """A deterministic automaton: for each state a table of 256 next states, and a name."""
    _immutable_fields_ = ['tables[*]', 'names[*]']

    def __init__(self, tables, names):
        self.tables = tables
        self.names = names

    def longest(self, text, start):
        """The end and the name of the longest token at the position; the start if there is none."""
        state = 0
        last = start
        name = ''
        i = start
        while i < len(text):
            # states are numbered from 1 in the tables, 0 is no state
            state = ord(self.tables[2 * state][ord(text[i])]) | ord(
                self.tables[2 * state + 1][ord(text[i])]) << 8
            if state == 0:
                break
            state -= 1
            i += 1
            if self.names[state]:
                last = i
                name = self.names[state]
        return last, name

    def recognize(self, text):
        """Whether the whole text is accepted."""
        stop, name = self.longest(text, 0)
        if len(text) == 0:
            return bool(self.names[0])
        return stop == len(text) and bool(name)


def make_automaton(regexs, names):
    """The deterministic automaton that tells which of the expressions match."""
    nfa = NFA()
    start = nfa.add_state()
    finals = {}
    for rank, (regex, name) in enumerate(zip(regexs, names)):
        first = nfa.add_state()
        last = nfa.add_state()
        nfa.add_edge(start, first)
        regex.add_to(nfa, first, last)
        finals[last] = rank, name
    return determinize(nfa, start, finals)


def determinize(nfa, start, finals):
    """The deterministic automaton with the same behaviour; of several names the first wins."""
    first = nfa.closure([start])
    numbers = {first: 0}
    order = [first]
    tables = []
    result_names = []
    i = 0
    while i < len(order):
        states = order[i]
        i += 1
        targets = {}
        for state in states:
            for chars, target in nfa.edges[state]:
                if chars is not None:
                    for c in chars:
                        targets.setdefault(c, set()).add(target)
        low = ['\x00'] * 256
        high = ['\x00'] * 256
        closures = {}
        for c in sorted(targets):
            key = frozenset(targets[c])
            closed = closures.get(key)
            if closed is None:
                closed = closures[key] = nfa.closure(key)
            if closed not in numbers:
                numbers[closed] = len(order)
                order.append(closed)
            number = numbers[closed] + 1
            low[ord(c)] = chr(number & 255)
            high[ord(c)] = chr(number >> 8)
        tables.append(''.join(low))
        tables.append(''.join(high))
        accepting = sorted([finals[state] for state in states if state in finals])
        result_names.append(accepting[0][1] if accepting else '')
    return DFA(tables, result_names)
