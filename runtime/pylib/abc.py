"""Abstract base classes."""
import types

__all__ = ['ABCMeta', 'abstractmethod', 'abstractproperty']


class _Old:
    pass


_InstanceType = type(_Old())


def abstractmethod(funcobj):
    """Decorator: subclasses must override the method."""
    funcobj.__isabstractmethod__ = True
    return funcobj


class abstractproperty(property):
    """A property that subclasses must override."""
    __isabstractmethod__ = True


class ABCMeta(type):
    """The metaclass of abstract base classes; classes can be registered as subclasses."""
    _abc_invalidation_counter = 0

    def __new__(mcls, name, bases, namespace):
        cls = super(ABCMeta, mcls).__new__(mcls, name, bases, namespace)
        abstracts = set([key for key, value in namespace.items()
                         if getattr(value, '__isabstractmethod__', False)])
        for base in bases:
            for key in getattr(base, '__abstractmethods__', set()):
                if getattr(getattr(cls, key, None), '__isabstractmethod__', False):
                    abstracts.add(key)
        cls.__abstractmethods__ = frozenset(abstracts)
        cls._abc_registry = []
        cls._abc_cache = {}
        cls._abc_cache_version = ABCMeta._abc_invalidation_counter
        return cls

    def register(cls, subclass):
        """Make the class count as a subclass of this one."""
        if not isinstance(subclass, (type, types.ClassType)):
            raise TypeError("Can only register classes")
        if issubclass(subclass, cls):
            return
        if issubclass(cls, subclass):
            raise RuntimeError("Refusing to create an inheritance cycle")
        cls._abc_registry.append(subclass)
        ABCMeta._abc_invalidation_counter += 1

    def _dump_registry(cls, file=None):
        """Print the registered classes."""
        print >> file, "Class: %s.%s" % (cls.__module__, cls.__name__)
        print >> file, "Registered:", cls._abc_registry

    def __instancecheck__(cls, instance):
        subclass = getattr(instance, '__class__', None)
        subtype = type(instance)
        if subtype is _InstanceType:
            subtype = subclass
        if subtype is subclass or subclass is None:
            return cls.__subclasscheck__(subtype)
        return cls.__subclasscheck__(subclass) or cls.__subclasscheck__(subtype)

    def __subclasscheck__(cls, subclass):
        if cls._abc_cache_version < ABCMeta._abc_invalidation_counter:
            cls._abc_cache = {}
            cls._abc_cache_version = ABCMeta._abc_invalidation_counter
        known = cls._abc_cache.get(subclass)
        if known is None:
            known = cls._abc_cache[subclass] = cls._find_out(subclass)
        return known

    def _find_out(cls, subclass):
        ok = cls.__subclasshook__(subclass)
        if ok is not NotImplemented:
            assert isinstance(ok, bool)
            return ok
        if cls in getattr(subclass, '__mro__', ()):
            return True
        for registered in cls._abc_registry:
            if issubclass(subclass, registered):
                return True
        for derived in type.__subclasses__(cls):
            if issubclass(subclass, derived):
                return True
        return False
