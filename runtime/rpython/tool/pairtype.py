"""Classes that can be extended later, and dispatch on pairs of classes."""


class extendabletype(type):
    """A metaclass: `class __extend__(Base)` adds its attributes to Base itself."""

    def __new__(cls, name, bases, namespace):
        if name != '__extend__':
            return super(extendabletype, cls).__new__(cls, name, bases, namespace)
        for base in bases:
            for key, value in namespace.items():
                if key == '__module__':
                    continue
                setattr(base, key, value)
        return None


def pair(a, b):
    """An instance of the class of the pair of the two classes."""
    tp = pairtype(a.__class__, b.__class__)
    return tp((a, b))


_pairtypes = {}


def pairtype(cls1, cls2):
    """The class of pairs of these classes; it inherits from those of their bases."""
    try:
        return _pairtypes[cls1, cls2]
    except KeyError:
        pass
    name = 'pairtype(%s, %s)' % (cls1.__name__, cls2.__name__)
    bases1 = [pairtype(base1, cls2) for base1 in cls1.__bases__]
    bases2 = [pairtype(cls1, base2) for base2 in cls2.__bases__]
    bases = tuple(bases1 + bases2) or (tuple,)
    return _pairtypes.setdefault((cls1, cls2), extendabletype(name, bases, {}))


def pairmro(cls1, cls2):
    """All pairs of bases in the order of their resolution."""
    for base2 in cls2.__mro__:
        for base1 in cls1.__mro__:
            yield base1, base2


class DoubleDispatchRegistry(object):
    """A dictionary with pairs of classes as keys that also finds those of bases."""

    def __init__(self):
        self._registry = {}
        self._cache = {}

    def __getitem__(self, clspair):
        try:
            return self._cache[clspair]
        except KeyError:
            pass
        for pair in pairmro(*clspair):
            if pair in self._registry:
                result = self._cache[clspair] = self._registry[pair]
                return result
        raise KeyError(clspair)

    def __setitem__(self, clspair, value):
        self._registry[clspair] = value
        self._cache = self._registry.copy()


def doubledispatch(func):
    """Decorator: a function with `register(cls1, cls2)` for special cases."""
    registry = DoubleDispatchRegistry()
    registry[object, object] = func

    def dispatch(arg1, arg2, *args):
        return registry[type(arg1), type(arg2)](arg1, arg2, *args)

    def register(cls1, cls2):
        def decorate(case):
            registry[cls1, cls2] = case
            return case
        return decorate
    dispatch._registry = registry
    dispatch.register = register
    return dispatch
