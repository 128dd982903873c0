"""Lexer, rules and tree transformation from a grammar in text.

    NAME: "regular expression";     a kind of tokens; IGNORE is dropped
    rule: item item | item;         a nonterminal
Items are names, "literal tokens", and groups in parentheses, with * + or ? behind.
In the tree, [item] is left out, <item> takes the place of the whole node, and
the children of >item< take the place of the item.
"""
from rpython.rlib.parsing.lexer import Lexer
from rpython.rlib.parsing.parsing import PackratParser, Rule
from rpython.rlib.parsing.regex import StringExpression
from rpython.rlib.parsing.regexparse import parse_regex
from rpython.rlib.parsing.tree import Nonterminal, Symbol

KEEP = 0        # the transformed child
DROP = 1        # nothing
REPLACE = 2     # the child instead of the node
INLINE = 3      # the children of the child


class GrammarError(ValueError):
    """The text is no grammar."""


def parse_ebnf(s):
    """(regular expressions, names, ignored) of the tokens; the rules; the class of transformations."""
    grammar = _Grammar(s)
    return grammar.lexer_description(), grammar.rules, make_to_ast(grammar)


def make_parse_function(regexs, rules, eof=False):
    """A function from text to the tree of the first rule."""
    token_regexs, names, ignore = regexs
    lexer = Lexer(token_regexs, names, ignore=ignore)
    parser = PackratParser(rules, rules[0].nonterminal)

    def parse(s):
        return parser.parse(lexer.tokenize(s, eof))
    parse.lexer = lexer
    parse.parser = parser
    return parse


class _Item(object):
    """An item of an expansion: its symbol and what becomes of it in the tree."""

    def __init__(self, symbol, action):
        self.symbol = symbol
        self.action = action


class _Grammar(object):
    """Reads the text of a grammar."""

    def __init__(self, text):
        self.tokens = _split(text)
        self.pos = 0
        self.regexs = []        # (name, text) of the kinds of tokens
        self.literals = []      # texts of literal tokens in the order of their first use
        self.expansions = []    # (name, list of lists of items)
        self.helpers = 0
        while self.pos < len(self.tokens):
            self._definition()
        self.rules = [Rule(name, [[item.symbol for item in items] for items in expansions])
                      for name, expansions in self.expansions]

    def lexer_description(self):
        """Literal tokens come first, so that they win over patterns."""
        regexs = [StringExpression(text) for text in self.literals]
        names = list(self.literals)
        ignore = []
        for name, text in self.regexs:
            regexs.append(parse_regex(text))
            names.append(name)
            if name == 'IGNORE':
                ignore.append(name)
        return regexs, names, ignore

    # ---- reading ----

    def _peek(self):
        return self.tokens[self.pos] if self.pos < len(self.tokens) else ''

    def _next(self):
        token = self._peek()
        self.pos += 1
        return token

    def _expect(self, token):
        found = self._next()
        if found != token:
            raise GrammarError("expected %r, found %r" % (token, found))

    def _definition(self):
        name = self._next()
        self._expect(':')
        if name.isupper():
            self.regexs.append((name, _unquote(self._next())))
            self._expect(';')
            return
        # the place is kept, since helpers for the rule are added behind it
        entry = [name, None]
        self.expansions.append(entry)
        entry[1] = self._alternatives()
        self._expect(';')

    def _alternatives(self):
        result = [self._sequence()]
        while self._peek() == '|':
            self.pos += 1
            result.append(self._sequence())
        return result

    def _sequence(self):
        items = []
        while self._peek() not in ('', '|', ';', ')'):
            items.append(self._item())
        return items

    def _item(self):
        token = self._next()
        if token == '[':
            symbol = self._repeated(self._symbol(self._next()))
            self._expect(']')
            return _Item(self._repeated(symbol), DROP)
        if token == '<':
            symbol = self._repeated(self._symbol(self._next()))
            self._expect('>')
            return _Item(symbol, REPLACE)
        if token == '>':
            symbol = self._repeated(self._symbol(self._next()))
            self._expect('<')
            return _Item(symbol, INLINE)
        symbol = self._symbol(token)
        return _Item(self._repeated(symbol), KEEP)

    def _symbol(self, token):
        if token == '(':
            expansions = self._alternatives()
            self._expect(')')
            return self._helper('group', expansions)
        if token[:1] in '"\'':
            text = _unquote(token)
            if text not in self.literals:
                self.literals.append(text)
            return text
        return token

    def _repeated(self, symbol):
        """The symbol, or a helper for its repetition."""
        token = self._peek()
        if token not in ('*', '+', '?'):
            return symbol
        self.pos += 1
        item = _Item(symbol, KEEP)
        if token == '?':
            return self._helper('maybe', [[item], []])
        name = self._helper('star' if token == '*' else 'plus', None)
        again = [item, _Item(name, KEEP)]
        last = [] if token == '*' else [item]
        self._entry(name)[1] = [again, last]
        return name

    def _helper(self, kind, expansions):
        """A nonterminal that disappears from the tree."""
        name = '_%s_symbol%d' % (kind, self.helpers)
        self.helpers += 1
        self.expansions.append([name, expansions])
        return name

    def _entry(self, name):
        for entry in self.expansions:
            if entry[0] == name:
                return entry
        raise KeyError(name)


def _split(text):
    """The tokens of a grammar: names, quoted texts and single characters."""
    tokens = []
    i = 0
    while i < len(text):
        c = text[i]
        if c.isspace():
            i += 1
        elif c == '#':
            while i < len(text) and text[i] != '\n':
                i += 1
        elif c in '"\'':
            j = i + 1
            while j < len(text) and text[j] != c:
                j += 2 if text[j] == '\\' else 1
            tokens.append(text[i:j + 1])
            i = j + 1
        elif c.isalnum() or c == '_':
            j = i
            while j < len(text) and (text[j].isalnum() or text[j] == '_'):
                j += 1
            tokens.append(text[i:j])
            i = j
        else:
            tokens.append(c)
            i += 1
    return tokens


def _unquote(token):
    """The text of a quoted token; escapes of other characters than quotes stay."""
    if len(token) < 2 or token[0] not in '"\'' or token[-1] != token[0]:
        raise GrammarError("expected a quoted text, found %r" % (token,))
    return token[1:-1].replace('\\' + token[0], token[0])


class _Transformation(object):
    """What becomes of the children of the nodes: actions by symbol and alternative."""

    def __init__(self, grammar):
        self.actions = {}
        for name, expansions in grammar.expansions:
            self.actions[name] = [[item.action for item in items] for items in expansions]

    def _freeze_(self):
        return True


def make_to_ast(grammar):
    """The class whose method `transform` turns parse trees into syntax trees."""
    actions = _Transformation(grammar).actions

    class ToAST(object):
        """Turns parse trees into syntax trees."""

        def transform(self, tree):
            """The syntax tree."""
            result = self.nodes(tree)
            assert len(result) == 1
            return result[0]

        def nodes(self, node):
            """The nodes that stand for a node."""
            if isinstance(node, Symbol):
                return [node]
            assert isinstance(node, Nonterminal)
            children = []
            todo = actions[node.symbol][node.alternative]
            for i in range(len(node.children)):
                child = node.children[i]
                action = todo[i]
                if action == DROP:
                    continue
                nodes = self.nodes(child)
                if action == REPLACE:
                    return nodes
                for each in nodes:
                    if action == INLINE and isinstance(each, Nonterminal):
                        for inner in each.children:
                            children.append(inner)
                    else:
                        children.append(each)
            if node.symbol.startswith('_'):
                return children
            return [Nonterminal(node.symbol, children, node.alternative)]

    return ToAST
