"""The operators of the language as functions."""


def lt(a, b):
    return a < b


def le(a, b):
    return a <= b


def eq(a, b):
    return a == b


def ne(a, b):
    return a != b


def ge(a, b):
    return a >= b


def gt(a, b):
    return a > b


def not_(a):
    return not a


def truth(a):
    return bool(a)


def is_(a, b):
    return a is b


def is_not(a, b):
    return a is not b


def abs(a):
    return _abs(a)


def add(a, b):
    return a + b


def and_(a, b):
    return a & b


def div(a, b):
    return a / b


def floordiv(a, b):
    return a // b


def index(a):
    return a.__index__()


def inv(a):
    return ~a

invert = inv


def lshift(a, b):
    return a << b


def mod(a, b):
    return a % b


def mul(a, b):
    return a * b


def neg(a):
    return -a


def or_(a, b):
    return a | b


def pos(a):
    return +a


def pow(a, b):
    return a ** b


def rshift(a, b):
    return a >> b


def sub(a, b):
    return a - b


def truediv(a, b):
    return _truediv(a, b)


def xor(a, b):
    return a ^ b


def concat(a, b):
    if not (hasattr(a, '__getitem__') and hasattr(b, '__getitem__')):
        raise TypeError("'%s' object can't be concatenated" % type(a).__name__)
    return a + b


def repeat(a, n):
    return a * n


def contains(a, b):
    return b in a

sequenceIncludes = contains


def countOf(a, b):
    n = 0
    for item in a:
        if item == b:
            n += 1
    return n


def indexOf(a, b):
    i = 0
    for item in a:
        if item == b:
            return i
        i += 1
    raise ValueError('sequence.index(x): x not in sequence')


def getitem(a, b):
    return a[b]


def setitem(a, b, c):
    a[b] = c


def delitem(a, b):
    del a[b]


def getslice(a, b, c):
    return a[b:c]


def setslice(a, b, c, v):
    a[b:c] = v


def delslice(a, b, c):
    del a[b:c]


def iadd(a, b):
    a += b
    return a


def iand(a, b):
    a &= b
    return a


def iconcat(a, b):
    a += b
    return a


def idiv(a, b):
    a /= b
    return a


def ifloordiv(a, b):
    a //= b
    return a


def ilshift(a, b):
    a <<= b
    return a


def imod(a, b):
    a %= b
    return a


def imul(a, b):
    a *= b
    return a


def ior(a, b):
    a |= b
    return a


def ipow(a, b):
    a **= b
    return a


def irepeat(a, b):
    a *= b
    return a


def irshift(a, b):
    a >>= b
    return a


def isub(a, b):
    a -= b
    return a


def itruediv(a, b):
    return _truediv(a, b)


def ixor(a, b):
    a ^= b
    return a


def isCallable(a):
    return callable(a)


def isMappingType(a):
    return hasattr(a, '__getitem__') and not isinstance(a, (list, tuple, basestring))


def isNumberType(a):
    return hasattr(a, '__int__') or hasattr(a, '__float__')


def isSequenceType(a):
    return hasattr(a, '__getitem__') and not isinstance(a, dict)


class attrgetter(object):
    """A function of an object that gives the named attribute (dots descend), or a tuple of several."""

    def __init__(self, attr, *attrs):
        self._attrs = (attr,) + attrs
        for name in self._attrs:
            if not isinstance(name, basestring):
                raise TypeError('attribute name must be a string')

    def __call__(self, obj):
        found = tuple([_descend(obj, name) for name in self._attrs])
        if len(found) == 1:
            return found[0]
        return found


def _descend(obj, path):
    for name in path.split('.'):
        obj = getattr(obj, name)
    return obj


class itemgetter(object):
    """A function of an object that gives the item, or a tuple of several."""

    def __init__(self, item, *items):
        self._items = (item,) + items

    def __call__(self, obj):
        if len(self._items) == 1:
            return obj[self._items[0]]
        return tuple([obj[item] for item in self._items])


class methodcaller(object):
    """A function of an object that calls the named method with fixed arguments."""

    def __init__(*args, **keywords):
        if len(args) < 2:
            raise TypeError('methodcaller needs at least one argument, the method name')
        self = args[0]
        self._name = args[1]
        self._args = args[2:]
        self._keywords = keywords

    def __call__(self, obj):
        return getattr(obj, self._name)(*self._args, **self._keywords)


def _make_truediv():
    source = 'from __future__ import division\ndef truediv(a, b):\n    return a / b\n'
    namespace = {}
    exec source in namespace
    return namespace['truediv']


_truediv = _make_truediv()
_abs = __import__('__builtin__').abs

for _name in ('lt le eq ne ge gt abs add and_ div floordiv index inv invert lshift mod mul neg or_ pos pow rshift sub '
              'truediv xor concat repeat contains getitem setitem delitem getslice setslice delslice iadd iand iconcat '
              'idiv ifloordiv ilshift imod imul ior ipow irepeat irshift isub itruediv ixor not_').split():
    globals()['__%s__' % _name.rstrip('_')] = globals()[_name]
del _name
