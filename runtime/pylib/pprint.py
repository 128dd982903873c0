"""Readable printing of nested data."""
import sys as _sys
from StringIO import StringIO as _StringIO

__all__ = ['pprint', 'pformat', 'isreadable', 'isrecursive', 'saferepr', 'PrettyPrinter']


def pprint(object, stream=None, indent=1, width=80, depth=None):
    """Print the object."""
    PrettyPrinter(stream=stream, indent=indent, width=width, depth=depth).pprint(object)


def pformat(object, indent=1, width=80, depth=None):
    """The text of the object."""
    return PrettyPrinter(indent=indent, width=width, depth=depth).pformat(object)


def saferepr(object):
    """The representation, also of objects that contain themselves."""
    return _safe_repr(object, {}, None, 0)[0]


def isreadable(object):
    """Whether the text can be read back."""
    return _safe_repr(object, {}, None, 0)[1]


def isrecursive(object):
    """Whether the object contains itself."""
    return _safe_repr(object, {}, None, 0)[2]


def _sorted(iterable):
    try:
        return sorted(iterable)
    except Exception:
        return sorted(iterable, key=lambda x: (str(type(x)), id(x)))


class PrettyPrinter(object):
    """Prints objects on lines of limited width."""

    def __init__(self, indent=1, width=80, depth=None, stream=None):
        assert int(indent) >= 0, "indent must be >= 0"
        assert depth is None or int(depth) > 0, "depth must be > 0"
        assert int(width), "width must be != 0"
        self._depth = depth
        self._indent_per_level = int(indent)
        self._width = int(width)
        self._stream = stream if stream is not None else _sys.stdout

    def pprint(self, object):
        self._format(object, self._stream, 0, 0, {}, 0)
        self._stream.write('\n')

    def pformat(self, object):
        stream = _StringIO()
        self._format(object, stream, 0, 0, {}, 0)
        return stream.getvalue()

    def isrecursive(self, object):
        return self.format(object, {}, 0, 0)[2]

    def isreadable(self, object):
        _, readable, recursive = self.format(object, {}, 0, 0)
        return readable and not recursive

    def format(self, object, context, maxlevels, level):
        """The text, whether it can be read back, and whether it contains itself."""
        return _safe_repr(object, context, self._depth, level)

    def _repr(self, object, context, level):
        return self.format(object, context.copy(), self._depth, level)[0]

    def _format(self, object, stream, indent, allowance, context, level):
        level += 1
        if id(object) in context:
            stream.write(_recursion(object))
            return
        rep = self._repr(object, context, level - 1)
        if len(rep) <= self._width - 1 - indent - allowance or (self._depth and level > self._depth):
            stream.write(rep)
            return
        r = getattr(type(object), '__repr__', None)
        brackets = None
        if isinstance(object, dict) and r is dict.__repr__:
            self._format_dict(object, stream, indent, allowance, context, level)
            return
        if isinstance(object, list) and r is list.__repr__:
            brackets = '[', ']'
            items = object
        elif isinstance(object, tuple) and r is tuple.__repr__:
            brackets = '(', ')'
            items = object
        elif isinstance(object, set) and r is set.__repr__ and object:
            brackets = 'set([', '])'
            items = _sorted(object)
        elif isinstance(object, frozenset) and r is frozenset.__repr__ and object:
            brackets = 'frozenset([', '])'
            items = _sorted(object)
        if brackets is None:
            stream.write(rep)
            return
        left, right = brackets
        stream.write(left)
        if len(left) > 1:
            indent += len(left) - 1
        if self._indent_per_level > 1 and len(left) == 1:
            stream.write((self._indent_per_level - 1) * ' ')
        if items:
            context[id(object)] = 1
            indent += self._indent_per_level
            for number, item in enumerate(items):
                if number:
                    stream.write(',\n' + ' ' * indent)
                self._format(item, stream, indent, allowance + 1, context, level)
            del context[id(object)]
        if isinstance(object, tuple) and len(object) == 1:
            stream.write(',')
        stream.write(right)

    def _format_dict(self, object, stream, indent, allowance, context, level):
        stream.write('{')
        if self._indent_per_level > 1:
            stream.write((self._indent_per_level - 1) * ' ')
        context[id(object)] = 1
        indent += self._indent_per_level
        for number, (key, value) in enumerate(_sorted(object.items())):
            if number:
                stream.write(',\n' + ' ' * indent)
            rep = self._repr(key, context, level)
            stream.write(rep + ': ')
            self._format(value, stream, indent + len(rep) + 2, allowance + 1, context, level)
        del context[id(object)]
        stream.write('}')


def _recursion(object):
    return '<Recursion on %s with id=%s>' % (type(object).__name__, id(object))


def _safe_repr(object, context, maxlevels, level):
    """The text, whether it can be read back, and whether it contains itself."""
    typ = type(object)
    r = getattr(typ, '__repr__', None)
    if isinstance(object, dict) and r is dict.__repr__:
        left, right = '{', '}'
    elif isinstance(object, list) and r is list.__repr__:
        left, right = '[', ']'
    elif isinstance(object, tuple) and r is tuple.__repr__:
        left, right = '(', ',)' if len(object) == 1 else ')'
    else:
        rep = repr(object)
        return rep, bool(rep) and not rep.startswith('<'), False
    if not object:
        return left + right, True, False
    if maxlevels and level >= maxlevels:
        return left + '...' + right, False, id(object) in context
    if id(object) in context:
        return _recursion(object), False, True
    context[id(object)] = 1
    readable = True
    recursive = False
    pieces = []
    items = _sorted(object.items()) if left == '{' else [(item,) for item in object]
    for item in items:
        parts = []
        for part in item:
            rep, part_readable, part_recursive = _safe_repr(part, context, maxlevels, level + 1)
            parts.append(rep)
            readable = readable and part_readable
            recursive = recursive or part_recursive
        pieces.append(': '.join(parts))
    del context[id(object)]
    return left + ', '.join(pieces) + right, readable, recursive

