"""Containers: named tuples, ordered dictionaries, counters, double-ended queues."""
import sys as _sys
from _collections import deque, defaultdict
from operator import itemgetter as _itemgetter
from keyword import iskeyword as _iskeyword
import _abcoll
from _abcoll import *

__all__ = ['Counter', 'deque', 'defaultdict', 'namedtuple', 'OrderedDict'] + _abcoll.__all__

# ---- ordered dictionaries ------------------------------------------------


class OrderedDict(dict):
    """A dictionary that remembers the order in which its keys were added.

    The keys are links of a ring that starts at `_root`: [previous, next, key].
    """

    def __init__(*args, **kwds):
        if not args:
            raise TypeError("descriptor '__init__' of 'OrderedDict' object needs an argument")
        self = args[0]
        args = args[1:]
        if len(args) > 1:
            raise TypeError('expected at most 1 arguments, got %d' % len(args))
        if '_OrderedDict__links' not in self.__dict__:
            self.__reset()
        self.__update(*args, **kwds)

    def __reset(self):
        root = []
        root[:] = [root, root, None]
        self.__root = root
        self.__links = {}

    def __setitem__(self, key, value, dict_setitem=dict.__setitem__):
        if key not in self:
            root = self.__root
            last = root[0]
            last[1] = root[0] = self.__links[key] = [last, root, key]
        return dict_setitem(self, key, value)

    def __delitem__(self, key, dict_delitem=dict.__delitem__):
        dict_delitem(self, key)
        before, after, _ = self.__links.pop(key)
        before[1] = after
        after[0] = before

    def __iter__(self):
        root = self.__root
        link = root[1]
        while link is not root:
            yield link[2]
            link = link[1]

    def __reversed__(self):
        root = self.__root
        link = root[0]
        while link is not root:
            yield link[2]
            link = link[0]

    def clear(self):
        """Remove all items."""
        self.__reset()
        dict.clear(self)

    def keys(self):
        return list(self)

    def values(self):
        return [self[key] for key in self]

    def items(self):
        return [(key, self[key]) for key in self]

    def iterkeys(self):
        return iter(self)

    def itervalues(self):
        for key in self:
            yield self[key]

    def iteritems(self):
        for key in self:
            yield key, self[key]

    def viewkeys(self):
        return KeysView(self)

    def viewvalues(self):
        return ValuesView(self)

    def viewitems(self):
        return ItemsView(self)

    update = MutableMapping.update.im_func
    __update = update
    __marker = object()

    def pop(self, key, default=__marker):
        """Remove an item and return its value."""
        if key in self:
            result = self[key]
            del self[key]
            return result
        if default is self.__marker:
            raise KeyError(key)
        return default

    def setdefault(self, key, default=None):
        if key in self:
            return self[key]
        self[key] = default
        return default

    def popitem(self, last=True):
        """Remove and return the last, or first, pair."""
        if not self:
            raise KeyError('dictionary is empty')
        key = next(reversed(self) if last else iter(self))
        return key, self.pop(key)

    def __repr__(self, _running={}):
        call = id(self), id(_sys)
        if call in _running:
            return '...'
        _running[call] = 1
        try:
            if not self:
                return '%s()' % (self.__class__.__name__,)
            return '%s(%r)' % (self.__class__.__name__, self.items())
        finally:
            del _running[call]

    def __reduce__(self):
        items = [[k, self[k]] for k in self]
        attributes = vars(self).copy()
        for name in vars(OrderedDict()):
            attributes.pop(name, None)
        if attributes:
            return self.__class__, (items,), attributes
        return self.__class__, (items,)

    def copy(self):
        return self.__class__(self)

    @classmethod
    def fromkeys(cls, iterable, value=None):
        self = cls()
        for key in iterable:
            self[key] = value
        return self

    def __eq__(self, other):
        if isinstance(other, OrderedDict):
            return dict.__eq__(self, other) and list(self) == list(other)
        return dict.__eq__(self, other)

    def __ne__(self, other):
        return not self == other


# ---- named tuples --------------------------------------------------------

_CLASS_TEMPLATE = '''\
class {typename}(tuple):
    '{typename}({arg_list})'

    __slots__ = ()

    _fields = {field_names!r}

    def __new__(_cls, {arg_list}):
        'Create new instance of {typename}({arg_list})'
        return _tuple.__new__(_cls, ({arg_list}{comma}))

    @classmethod
    def _make(cls, iterable, new=tuple.__new__, len=len):
        'Make a new {typename} object from a sequence or iterable'
        result = new(cls, iterable)
        if len(result) != {num_fields:d}:
            raise TypeError('Expected {num_fields:d} arguments, got %d' % len(result))
        return result

    def __repr__(self):
        'Return a nicely formatted representation string'
        return '{typename}({repr_fmt})' % self

    def _asdict(self):
        'Return a new OrderedDict which maps field names to their values'
        return OrderedDict(zip(self._fields, self))

    def _replace(_self, **kwds):
        'Return a new {typename} object replacing specified fields with new values'
        result = _self._make(map(kwds.pop, {field_names!r}, _self))
        if kwds:
            raise ValueError('Got unexpected field names: %r' % kwds.keys())
        return result

    def __getnewargs__(self):
        'Return self as a plain tuple.  Used by copy and pickle.'
        return tuple(self)

    __dict__ = _property(_asdict)

    def __getstate__(self):
        'Exclude the OrderedDict from pickling'
        pass

'''


def _checked_fields(typename, field_names, rename):
    """The names of the fields as a list, renamed or refused where they cannot be used."""
    if isinstance(field_names, basestring):
        field_names = field_names.replace(',', ' ').split()
    field_names = [str(name) for name in field_names]
    if rename:
        seen = set()
        for index, name in enumerate(field_names):
            valid = all([c.isalnum() or c == '_' for c in name]) and name
            if (not valid or _iskeyword(name) or name[0].isdigit() or name.startswith('_')
                    or name in seen):
                field_names[index] = '_%d' % index
            seen.add(name)
    for name in [str(typename)] + field_names:
        if not all([c.isalnum() or c == '_' for c in name]):
            raise ValueError('Type names and field names can only contain '
                             'alphanumeric characters and underscores: %r' % name)
        if _iskeyword(name):
            raise ValueError('Type names and field names cannot be a keyword: %r' % name)
        if name[:1].isdigit():
            raise ValueError('Type names and field names cannot start with a number: %r' % name)
    seen = set()
    for name in field_names:
        if name.startswith('_') and not rename:
            raise ValueError('Field names cannot start with an underscore: %r' % name)
        if name in seen:
            raise ValueError('Encountered duplicate field name: %r' % name)
        seen.add(name)
    return field_names


def namedtuple(typename, field_names, verbose=False, rename=False):
    """A subclass of tuple whose items have names."""
    field_names = tuple(_checked_fields(typename, field_names, rename))
    typename = str(typename)
    source = _CLASS_TEMPLATE.format(
        typename=typename, field_names=field_names, num_fields=len(field_names),
        arg_list=', '.join(field_names), comma=',' if len(field_names) == 1 else '',
        repr_fmt=', '.join(['%s=%%r' % name for name in field_names]))
    for index, name in enumerate(field_names):
        source += "    %s = _property(_itemgetter(%d), doc='Alias for field number %d')\n\n" % (
            name, index, index)
    if verbose:
        print source
    namespace = {'_itemgetter': _itemgetter, '__name__': 'namedtuple_%s' % typename,
                 'OrderedDict': OrderedDict, '_property': property, '_tuple': tuple}
    exec source in namespace
    result = namespace[typename]
    try:
        result.__module__ = _sys._getframe(1).f_globals.get('__name__', '__main__')
    except (AttributeError, ValueError):
        pass
    return result


# ---- counters ------------------------------------------------------------


class Counter(dict):
    """A dictionary that counts; missing elements count zero."""

    def __init__(*args, **kwds):
        if not args:
            raise TypeError("descriptor '__init__' of 'Counter' object needs an argument")
        self = args[0]
        args = args[1:]
        if len(args) > 1:
            raise TypeError('expected at most 1 arguments, got %d' % len(args))
        super(Counter, self).__init__()
        self.update(*args, **kwds)

    def __missing__(self, key):
        return 0

    def most_common(self, n=None):
        """The elements with the highest counts, as pairs."""
        import heapq
        if n is None:
            return sorted(self.iteritems(), key=_itemgetter(1), reverse=True)
        return heapq.nlargest(n, self.iteritems(), key=_itemgetter(1))

    def elements(self):
        """An iterator over the elements, each as often as it counts."""
        for element, count in self.iteritems():
            for _ in range(count):
                yield element

    @classmethod
    def fromkeys(cls, iterable, v=None):
        raise NotImplementedError(
            'Counter.fromkeys() is undefined.  Use Counter(iterable) instead.')

    def update(*args, **kwds):
        """Add counts."""
        if not args:
            raise TypeError("descriptor 'update' of 'Counter' object needs an argument")
        self = args[0]
        args = args[1:]
        if len(args) > 1:
            raise TypeError('expected at most 1 arguments, got %d' % len(args))
        iterable = args[0] if args else None
        if iterable is not None:
            if isinstance(iterable, Mapping):
                if self:
                    for element, count in iterable.iteritems():
                        self[element] = self.get(element, 0) + count
                else:
                    super(Counter, self).update(iterable)
            else:
                for element in iterable:
                    self[element] = self.get(element, 0) + 1
        if kwds:
            self.update(kwds)

    def subtract(*args, **kwds):
        """Subtract counts; they may become negative."""
        if not args:
            raise TypeError("descriptor 'subtract' of 'Counter' object needs an argument")
        self = args[0]
        args = args[1:]
        if len(args) > 1:
            raise TypeError('expected at most 1 arguments, got %d' % len(args))
        iterable = args[0] if args else None
        if iterable is not None:
            if isinstance(iterable, Mapping):
                for element, count in iterable.items():
                    self[element] = self.get(element, 0) - count
            else:
                for element in iterable:
                    self[element] = self.get(element, 0) - 1
        if kwds:
            self.subtract(kwds)

    def copy(self):
        return self.__class__(self)

    def __reduce__(self):
        return self.__class__, (dict(self),)

    def __delitem__(self, elem):
        if elem in self:
            super(Counter, self).__delitem__(elem)

    def __repr__(self):
        if not self:
            return '%s()' % self.__class__.__name__
        items = ', '.join(['%r: %r' % pair for pair in self.most_common()])
        return '%s({%s})' % (self.__class__.__name__, items)

    def _combined(self, other, operation):
        """The positive counts that the operation makes of both."""
        result = Counter()
        for element in list(self) + [e for e in other if e not in self]:
            count = operation(self[element], other[element])
            if count > 0:
                result[element] = count
        return result

    def __add__(self, other):
        if not isinstance(other, Counter):
            return NotImplemented
        return self._combined(other, lambda a, b: a + b)

    def __sub__(self, other):
        if not isinstance(other, Counter):
            return NotImplemented
        return self._combined(other, lambda a, b: a - b)

    def __or__(self, other):
        if not isinstance(other, Counter):
            return NotImplemented
        return self._combined(other, max)

    def __and__(self, other):
        if not isinstance(other, Counter):
            return NotImplemented
        return self._combined(other, min)
