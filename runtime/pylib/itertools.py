"""Building blocks of iterators."""

_missing = object()


class _Iterator(object):
    """Wraps a generator, so that the functions below are classes as their users know them."""

    def __iter__(self):
        return self

    def next(self):
        return self._next()


class count(_Iterator):
    """n, n + step, ..."""

    def __init__(self, start=0, step=1):
        if not hasattr(start, '__add__') or isinstance(start, basestring):
            raise TypeError('a number is required')
        self._at = start
        self._step = step

    def next(self):
        at = self._at
        self._at = at + self._step
        return at

    def __repr__(self):
        if self._step == 1:
            return 'count(%r)' % (self._at,)
        return 'count(%r, %r)' % (self._at, self._step)


class cycle(_Iterator):
    """The items, again and again."""

    def __init__(self, iterable):
        self._source = iter(iterable)
        self._seen = []
        self._at = -1

    def next(self):
        if self._at < 0:
            for item in self._source:
                self._seen.append(item)
                return item
            if not self._seen:
                raise StopIteration
            self._at = 0
        item = self._seen[self._at]
        self._at = (self._at + 1) % len(self._seen)
        return item


class repeat(_Iterator):
    """The object, without end or a number of times."""

    def __init__(self, object, times=None):
        self._object = object
        if times is not None and times < 0:
            times = 0
        self._times = times

    def next(self):
        if self._times is None:
            return self._object
        if self._times == 0:
            raise StopIteration
        self._times -= 1
        return self._object

    def __len__(self):
        if self._times is None:
            raise TypeError('len() of unsized object')
        return self._times

    def __repr__(self):
        if self._times is None:
            return 'repeat(%r)' % (self._object,)
        return 'repeat(%r, %d)' % (self._object, self._times)


class chain(_Iterator):
    """The items of all iterables, one after the other."""

    def __init__(self, *iterables):
        self._next = _chained(iterables).next

    @classmethod
    def from_iterable(cls, iterables):
        self = cls()
        self._next = _chained(iterables).next
        return self


def _chained(iterables):
    for iterable in iterables:
        for item in iterable:
            yield item


def _from_generator(generator, name):
    """A class whose instances iterate over what the generator function yields for the same arguments."""
    def __init__(self, *args, **keywords):
        self._next = generator(*args, **keywords).next
    return type(name, (_Iterator,), {'__init__': __init__, '__doc__': generator.__doc__})


def _compress(data, selectors):
    """The items whose selector is true."""
    selectors = iter(selectors)
    for item in data:
        if selectors.next():
            yield item

compress = _from_generator(_compress, 'compress')


def _dropwhile(predicate, iterable):
    """The items from the first on that does not satisfy the predicate."""
    iterator = iter(iterable)
    for item in iterator:
        if not predicate(item):
            yield item
            break
    for item in iterator:
        yield item

dropwhile = _from_generator(_dropwhile, 'dropwhile')


def _takewhile(predicate, iterable):
    """The items before the first that does not satisfy the predicate."""
    for item in iterable:
        if not predicate(item):
            return
        yield item

takewhile = _from_generator(_takewhile, 'takewhile')


def _ifilter(predicate, iterable):
    """The items that satisfy the predicate."""
    if predicate is None:
        predicate = bool
    for item in iterable:
        if predicate(item):
            yield item

ifilter = _from_generator(_ifilter, 'ifilter')


def _ifilterfalse(predicate, iterable):
    """The items that do not satisfy the predicate."""
    if predicate is None:
        predicate = bool
    for item in iterable:
        if not predicate(item):
            yield item

ifilterfalse = _from_generator(_ifilterfalse, 'ifilterfalse')


class imap(_Iterator):
    """The function's results for the items of all iterables in step."""

    def __init__(self, function, *iterables):
        if not iterables:
            raise TypeError('imap() must have at least two arguments.')
        self._function = function
        self._iterators = [iter(iterable) for iterable in iterables]

    def next(self):
        args = [iterator.next() for iterator in self._iterators]
        if self._function is None:
            return tuple(args)
        return self._function(*args)


class starmap(_Iterator):
    """The function's results for argument tuples."""

    def __init__(self, function, iterable):
        self._function = function
        self._iterator = iter(iterable)

    def next(self):
        return self._function(*self._iterator.next())


class islice(_Iterator):
    """The items at the positions of a slice without negative numbers."""

    def __init__(self, iterable, *bounds):
        s = slice(*bounds)
        for bound in (s.start, s.stop):
            if bound is not None and (not isinstance(bound, (int, long)) or bound < 0):
                raise ValueError('Indices for islice() must be None or an integer: 0 <= x <= maxint.')
        if s.step is not None and (not isinstance(s.step, (int, long)) or s.step < 1):
            raise ValueError('Step for islice() must be a positive integer or None.')
        self._iterator = iter(iterable)
        self._skip = s.start or 0
        self._left = s.stop
        self._step = s.step or 1
        self._position = 0
        self._wanted = self._skip

    def next(self):
        if self._left is not None and self._wanted >= self._left:
            while self._position < self._left:
                self._position += 1
                self._iterator.next()
            raise StopIteration
        while self._position < self._wanted:
            self._position += 1
            self._iterator.next()
        item = self._iterator.next()
        self._position += 1
        self._wanted += self._step
        return item


class izip(_Iterator):
    """Tuples of the items of all iterables in step, up to the end of the shortest."""

    def __init__(self, *iterables):
        self._iterators = []
        for i, iterable in enumerate(iterables):
            try:
                self._iterators.append(iter(iterable))
            except TypeError:
                raise TypeError('izip argument #%d must support iteration' % (i + 1))

    def next(self):
        if not self._iterators:
            raise StopIteration
        return tuple([iterator.next() for iterator in self._iterators])


class izip_longest(_Iterator):
    """Like izip, up to the end of the longest; missing items are `fillvalue`."""

    def __init__(self, *iterables, **keywords):
        self._fill = keywords.pop('fillvalue', None)
        if keywords:
            raise TypeError('izip_longest() got an unexpected keyword argument')
        self._iterators = [iter(iterable) for iterable in iterables]
        self._active = len(self._iterators)

    def next(self):
        if self._active == 0:
            raise StopIteration
        row = []
        for i, iterator in enumerate(self._iterators):
            if iterator is None:
                row.append(self._fill)
                continue
            try:
                row.append(iterator.next())
            except StopIteration:
                self._active -= 1
                if self._active == 0:
                    raise
                self._iterators[i] = None
                row.append(self._fill)
        return tuple(row)


class groupby(_Iterator):
    """Pairs (key, iterator over neighbouring items with that key)."""

    def __init__(self, iterable, key=None):
        self._iterator = iter(iterable)
        self._key = key
        self._item = self._current = self._wanted = _missing

    def _advance(self):
        self._item = self._iterator.next()
        if self._key is None:
            self._current = self._item
        else:
            self._current = self._key(self._item)

    def next(self):
        while self._current is _missing or self._current == self._wanted:
            self._advance()
        self._wanted = self._current
        return self._current, self._group(self._current)

    def _group(self, wanted):
        while self._wanted is wanted and self._current == wanted:
            yield self._item
            self._advance()


def tee(iterable, n=2):
    """n iterators over the same items."""
    if n < 0:
        raise ValueError('n must be >= 0')
    source = iter(iterable)
    queues = [[] for _ in range(n)]
    return tuple([_Tee(source, queue, queues) for queue in queues])


class _Tee(_Iterator):
    def __init__(self, source, queue, queues):
        self._source = source
        self._queue = queue
        self._queues = queues

    def next(self):
        if not self._queue:
            item = self._source.next()
            for queue in self._queues:
                queue.append(item)
        return self._queue.pop(0)


def _product(*iterables, **keywords):
    """The cartesian product."""
    times = keywords.pop('repeat', 1)
    if keywords:
        raise TypeError('product() got an unexpected keyword argument')
    pools = [tuple(iterable) for iterable in iterables] * times
    odometer = [0] * len(pools)
    for pool in pools:
        if not pool:
            return
    while True:
        yield tuple([pool[i] for pool, i in zip(pools, odometer)])
        at = len(pools) - 1
        while at >= 0:
            odometer[at] += 1
            if odometer[at] < len(pools[at]):
                break
            odometer[at] = 0
            at -= 1
        if at < 0:
            return

product = _from_generator(_product, 'product')


def _permutations(iterable, r=None):
    """All arrangements of r items, in order of positions."""
    pool = tuple(iterable)
    if r is None:
        r = len(pool)
    if r < 0:
        raise ValueError('r must be non-negative')
    if r > len(pool):
        return
    for places in _arrange(len(pool), r, ()):
        yield tuple([pool[i] for i in places])


def _arrange(n, r, chosen):
    if len(chosen) == r:
        yield chosen
        return
    for i in range(n):
        if i not in chosen:
            for places in _arrange(n, r, chosen + (i,)):
                yield places

permutations = _from_generator(_permutations, 'permutations')


def _choose(n, r, first, step, chosen):
    if len(chosen) == r:
        yield chosen
        return
    for i in range(first, n):
        for places in _choose(n, r, i + step, step, chosen + (i,)):
            yield places


def _combinations(iterable, r):
    """All subsequences of r items."""
    pool = tuple(iterable)
    if r < 0:
        raise ValueError('r must be non-negative')
    for places in _choose(len(pool), r, 0, 1, ()):
        yield tuple([pool[i] for i in places])

combinations = _from_generator(_combinations, 'combinations')


def _combinations_with_replacement(iterable, r):
    """All subsequences of r items that may repeat."""
    pool = tuple(iterable)
    if r < 0:
        raise ValueError('r must be non-negative')
    for places in _choose(len(pool), r, 0, 0, ()):
        yield tuple([pool[i] for i in places])

combinations_with_replacement = _from_generator(_combinations_with_replacement, 'combinations_with_replacement')
