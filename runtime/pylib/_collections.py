"""`deque` and `defaultdict`."""


class defaultdict(dict):
    """A dict that makes missing values by calling `default_factory`."""

    def __init__(self, *args, **keywords):
        self.default_factory = None
        if args:
            self.default_factory = args[0]
            if self.default_factory is not None and not callable(self.default_factory):
                raise TypeError('first argument must be callable')
            args = args[1:]
        dict.__init__(self, *args, **keywords)

    def __missing__(self, key):
        if self.default_factory is None:
            raise KeyError(key)
        self[key] = value = self.default_factory()
        return value

    def __repr__(self):
        if getattr(self, '_in_repr', False):
            return 'defaultdict(...)'
        self._in_repr = True
        try:
            return 'defaultdict(%r, %s)' % (self.default_factory, dict.__repr__(self))
        finally:
            self._in_repr = False

    def copy(self):
        return type(self)(self.default_factory, self)

    __copy__ = copy

    def __reduce__(self):
        args = ()
        if self.default_factory is not None:
            args = (self.default_factory,)
        return type(self), args, None, None, self.iteritems()


class deque(object):
    """A double-ended queue: a list of the front part in reverse and one of the back part."""

    __hash__ = None

    def __init__(self, iterable=(), maxlen=None):
        if maxlen is not None and (not isinstance(maxlen, (int, long)) or maxlen < 0):
            raise ValueError('maxlen must be non-negative')
        self._front = []
        self._back = []
        self._maxlen = maxlen
        self._version = 0
        self.extend(iterable)

    @property
    def maxlen(self):
        return self._maxlen

    def __len__(self):
        return len(self._front) + len(self._back)

    def append(self, x):
        self._version += 1
        self._back.append(x)
        if self._maxlen is not None and len(self) > self._maxlen:
            self.popleft()

    def appendleft(self, x):
        self._version += 1
        self._front.append(x)
        if self._maxlen is not None and len(self) > self._maxlen:
            self.pop()

    def extend(self, iterable):
        if iterable is self:
            iterable = list(iterable)
        for x in iterable:
            self.append(x)

    def extendleft(self, iterable):
        if iterable is self:
            iterable = list(iterable)
        for x in iterable:
            self.appendleft(x)

    def pop(self):
        self._version += 1
        if self._back:
            return self._back.pop()
        if not self._front:
            raise IndexError('pop from an empty deque')
        half = (len(self._front) + 1) // 2
        self._back = self._front[:half]
        self._back.reverse()
        self._front = self._front[half:]
        return self._back.pop()

    def popleft(self):
        self._version += 1
        if self._front:
            return self._front.pop()
        if not self._back:
            raise IndexError('pop from an empty deque')
        half = (len(self._back) + 1) // 2
        self._front = self._back[:half]
        self._front.reverse()
        self._back = self._back[half:]
        return self._front.pop()

    def clear(self):
        self._version += 1
        self._front = []
        self._back = []

    def _items(self):
        items = self._front[::-1]
        items.extend(self._back)
        return items

    def _set_items(self, items):
        self._version += 1
        self._front = []
        self._back = items

    def __iter__(self):
        version = self._version
        for x in self._items():
            if version != self._version:
                raise RuntimeError('deque mutated during iteration')
            yield x

    def __reversed__(self):
        return iter(self._items()[::-1])

    def _place(self, i):
        n = len(self)
        if i < 0:
            i += n
        if not 0 <= i < n:
            raise IndexError('deque index out of range')
        if i < len(self._front):
            return self._front, len(self._front) - 1 - i
        return self._back, i - len(self._front)

    def __getitem__(self, i):
        part, place = self._place(i)
        return part[place]

    def __setitem__(self, i, x):
        part, place = self._place(i)
        part[place] = x

    def __delitem__(self, i):
        part, place = self._place(i)
        self._version += 1
        del part[place]

    def __contains__(self, x):
        return x in self._items()

    def count(self, x):
        return self._items().count(x)

    def remove(self, x):
        items = self._items()
        for i in range(len(items)):
            if items[i] == x:
                del items[i]
                self._set_items(items)
                return
        raise ValueError('deque.remove(x): x not in deque')

    def reverse(self):
        self._version += 1
        self._front, self._back = self._back, self._front

    def rotate(self, n=1):
        items = self._items()
        if items:
            n %= len(items)
            if n:
                self._set_items(items[-n:] + items[:-n])

    def __copy__(self):
        return type(self)(self, self._maxlen)

    def __reduce__(self):
        return type(self), (list(self), self._maxlen)

    def __repr__(self):
        if getattr(self, '_in_repr', False):
            return '[...]'
        self._in_repr = True
        try:
            text = repr(self._items())
        finally:
            self._in_repr = False
        if self._maxlen is None:
            return 'deque(%s)' % text
        return 'deque(%s, maxlen=%d)' % (text, self._maxlen)

    def __iadd__(self, iterable):
        self.extend(iterable)
        return self

    def __eq__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        return self._items() == other._items()

    def __ne__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        return self._items() != other._items()

    def __lt__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        return self._items() < other._items()

    def __le__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        return self._items() <= other._items()

    def __gt__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        return self._items() > other._items()

    def __ge__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        return self._items() >= other._items()
