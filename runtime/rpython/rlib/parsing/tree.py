"""Syntax trees and visitors."""


class VisitError(Exception):
    """No method of the visitor is for the node."""

    def __init__(self, node):
        self.node = node
        self.args = (node,)

    def __str__(self):
        return "could not visit %s" % (self.node,)


class Node(object):
    """A node of a tree; `symbol` is its name in the grammar."""

    def __init__(self, symbol):
        self.symbol = symbol

    def getsourcepos(self):
        """Where the text of the node begins."""
        raise NotImplementedError("abstract base class")

    def __eq__(self, other):
        return self.__class__ is other.__class__ and self.__dict__ == other.__dict__

    def __ne__(self, other):
        return not self == other


class Symbol(Node):
    """A token: its name, and its text as `additional_info`."""

    def __init__(self, symbol, additional_info, token):
        Node.__init__(self, symbol)
        self.additional_info = additional_info
        self.token = token

    def getsourcepos(self):
        return self.token.source_pos

    def __repr__(self):
        return 'Symbol(%r, %r)' % (self.symbol, self.additional_info)


class Nonterminal(Node):
    """An application of a rule; `alternative` is the number of the expansion."""

    def __init__(self, symbol, children, alternative=-1):
        Node.__init__(self, symbol)
        self.children = children
        self.alternative = alternative

    def getsourcepos(self):
        for child in self.children:
            pos = child.getsourcepos()
            if pos is not None:
                return pos
        return None

    def __repr__(self):
        return 'Nonterminal(%r, %r)' % (self.symbol, self.children)


# A visitor has methods visit_NAME for the symbols; `dispatch` calls the one for a
# node.  Its text is made for each class, so that the methods of different
# visitors have nothing to do with each other.
_DISPATCH = '''
def dispatch(self, node):
    name = node.symbol
    if isinstance(node, Nonterminal):
%s
    elif isinstance(node, Symbol):
%s
    raise VisitError(node)
'''


class MakeDispatchBoundMethods(type):
    """The metaclass that writes `dispatch`."""

    def __new__(cls, name, bases, namespace):
        result = type.__new__(cls, name, bases, namespace)
        if 'dispatch' in namespace:
            return result
        names = [attr[6:] for attr in sorted(dir(result)) if attr.startswith('visit_')]
        nonterminals = [_case(attr) for attr in names]
        symbols = nonterminals[:]
        if hasattr(result, 'general_nonterminal_visit'):
            nonterminals.append('        return self.general_nonterminal_visit(node)')
        elif hasattr(result, 'general_visit'):
            nonterminals.append('        return self.general_visit(node)')
        if hasattr(result, 'general_symbol_visit'):
            symbols.append('        return self.general_symbol_visit(node)')
        elif hasattr(result, 'general_visit'):
            symbols.append('        return self.general_visit(node)')
        source = _DISPATCH % ('\n'.join(nonterminals) or '        pass',
                              '\n'.join(symbols) or '        pass')
        scope = {'Nonterminal': Nonterminal, 'Symbol': Symbol, 'VisitError': VisitError}
        exec source in scope
        result.dispatch = scope['dispatch']
        return result


def _case(name):
    return '        if name == %r:\n            return self.visit_%s(node)' % (name, name)


class RPythonVisitor(object):
    """The base of visitors in RPython."""
    __metaclass__ = MakeDispatchBoundMethods
