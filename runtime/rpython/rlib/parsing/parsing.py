"""A packrat parser for tokens, with rules given as lists of symbols."""
from rpython.rlib.parsing.tree import Nonterminal, Symbol


class Rule(object):
    """A nonterminal and its expansions, lists of symbols, which are tried in order."""

    def __init__(self, nonterminal, expansions):
        self.nonterminal = nonterminal
        self.expansions = expansions

    def getkey(self):
        return self.nonterminal, tuple([tuple(expansion) for expansion in self.expansions])

    def __eq__(self, other):
        return self.__class__ is other.__class__ and self.__dict__ == other.__dict__

    def __ne__(self, other):
        return not self == other

    def __repr__(self):
        return 'Rule(%r, %r)' % (self.nonterminal, self.expansions)


class ErrorInformation(object):
    """How far the parser came, and which symbols would have been right there."""

    def __init__(self, pos, expected=None):
        self.pos = pos
        self.failure_reasons = expected if expected is not None else []


class ParseError(Exception):
    """The tokens do not fit the grammar."""

    def __init__(self, source_pos, errorinformation):
        self.source_pos = source_pos
        self.errorinformation = errorinformation
        self.args = (source_pos, errorinformation)

    def nice_error_message(self, filename='<unknown>', source=''):
        """A text with the line, a mark below the place, and what was expected."""
        result = ['  File %s, line %s' % (filename, self.source_pos.lineno + 1)]
        if source:
            result.append(source.split('\n')[self.source_pos.lineno])
            result.append(' ' * self.source_pos.columnno + '^')
        else:
            result.append('<couldn\'t get source>')
        reasons = self.errorinformation.failure_reasons
        if reasons:
            result.append('ParseError: expected %s' % ' or '.join(reasons))
        else:
            result.append('ParseError')
        return '\n'.join(result)

    def __str__(self):
        return self.nice_error_message()


class _CompiledRules(object):
    """Rules by number: names, and expansions as lists of numbers."""
    _immutable_fields_ = ['names[*]']

    def __init__(self, rules):
        self.names = [rule.nonterminal for rule in rules]
        numbers = dict([(name, i) for i, name in enumerate(self.names)])
        if len(numbers) != len(rules):
            raise ValueError("two rules for the same nonterminal")
        # symbols of expansions: the number of a rule, or -1 for a token of that name
        self.expansions = [[[(symbol, numbers.get(symbol, -1)) for symbol in expansion]
                            for expansion in rule.expansions] for rule in rules]
        self.numbers = numbers


class PackratParser(object):
    """Parses tokens; each rule is tried once at each position."""

    def __init__(self, rules, startsymbol, parsetablefactory=None, check_for_left_recursion=False):
        self.rules = rules
        self.startsymbol = startsymbol
        self.compiled = _CompiledRules(rules)
        self.start = self.compiled.numbers[startsymbol]

    def parse(self, tokenqueue, lazy=True):
        """The tree; ParseError if there is none."""
        run = _Run(self.compiled, tokenqueue)
        result = run.match_rule(self.start, 0)
        if result.node is None:
            pos = min(result.pos, len(tokenqueue) - 1)
            source_pos = None
            if pos >= 0:
                source_pos = tokenqueue[pos].source_pos
            raise ParseError(source_pos, ErrorInformation(result.pos, result.expected))
        return result.node


class _Result(object):
    """A node and the position behind it; without a node, where and what was missing."""

    def __init__(self, node, pos, expected):
        self.node = node
        self.pos = pos
        self.expected = expected


class _Run(object):
    """The parsing of one list of tokens."""

    def __init__(self, compiled, tokens):
        self.compiled = compiled
        self.tokens = tokens
        # rule number * (number of tokens + 1) + position: the result
        self.memo = {}

    def match_rule(self, number, pos):
        """The result of a rule at a position."""
        key = number * (len(self.tokens) + 1) + pos
        result = self.memo.get(key, None)
        if result is None:
            # what a rule finds that begins with itself
            self.memo[key] = _Result(None, pos, [])
            result = self._try_expansions(number, pos)
            self.memo[key] = result
        return result

    def _try_expansions(self, number, pos):
        expansions = self.compiled.expansions[number]
        furthest = pos
        expected = []
        for alternative in range(len(expansions)):
            children = []
            at = pos
            failure = None
            for symbol, rule in expansions[alternative]:
                if rule >= 0:
                    result = self.match_rule(rule, at)
                else:
                    result = self._match_token(symbol, at)
                if result.node is None:
                    failure = result
                    break
                children.append(result.node)
                at = result.pos
            if failure is None:
                node = Nonterminal(self.compiled.names[number], children, alternative)
                return _Result(node, at, [])
            if failure.pos > furthest:
                furthest = failure.pos
                expected = []
            if failure.pos == furthest:
                for symbol in failure.expected:
                    if symbol not in expected:
                        expected.append(symbol)
        return _Result(None, furthest, expected)

    def _match_token(self, symbol, pos):
        if pos < len(self.tokens):
            token = self.tokens[pos]
            if token.name == symbol:
                return _Result(Symbol(symbol, token.source, token), pos + 1, [])
        return _Result(None, pos, [symbol])
