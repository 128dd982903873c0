"""Priority queues in lists: heap[k] <= heap[2 * k + 1] and heap[2 * k + 2]."""

__all__ = ['heappush', 'heappop', 'heapify', 'heapreplace', 'merge', 'nlargest', 'nsmallest',
           'heappushpop']


def cmp_lt(x, y):
    """Whether x < y, also for classes with only <=."""
    return (x < y) if hasattr(x, '__lt__') else (not y <= x)


def heappush(heap, item):
    """Add an item."""
    heap.append(item)
    _sift_up(heap, 0, len(heap) - 1)


def heappop(heap):
    """Remove and return the smallest item."""
    last = heap.pop()
    if not heap:
        return last
    smallest = heap[0]
    heap[0] = last
    _sift_down(heap, 0)
    return smallest


def heapreplace(heap, item):
    """Remove and return the smallest item, then add one."""
    smallest = heap[0]
    heap[0] = item
    _sift_down(heap, 0)
    return smallest


def heappushpop(heap, item):
    """Add an item, then remove and return the smallest."""
    if heap and cmp_lt(heap[0], item):
        item, heap[0] = heap[0], item
        _sift_down(heap, 0)
    return item


def heapify(x):
    """Make a heap of a list."""
    for i in reversed(xrange(len(x) // 2)):
        _sift_down(x, i)


def _sift_up(heap, start, pos):
    """Move the item towards the root, past larger ones."""
    item = heap[pos]
    while pos > start:
        parent = (pos - 1) >> 1
        if not cmp_lt(item, heap[parent]):
            break
        heap[pos] = heap[parent]
        pos = parent
    heap[pos] = item


def _sift_down(heap, pos):
    """Move the smaller children up to a leaf, then the item to its place from there."""
    end = len(heap)
    start = pos
    item = heap[pos]
    child = 2 * pos + 1
    while child < end:
        right = child + 1
        if right < end and not cmp_lt(heap[child], heap[right]):
            child = right
        heap[pos] = heap[child]
        pos = child
        child = 2 * pos + 1
    heap[pos] = item
    _sift_up(heap, start, pos)


def merge(*iterables):
    """An iterator over the items of sorted iterables, sorted."""
    heap = []
    for number, iterable in enumerate(map(iter, iterables)):
        for first in iterable:
            heap.append([first, number, iterable.next])
            break
    heapify(heap)
    while heap:
        entry = heap[0]
        value, _, next = entry
        yield value
        try:
            entry[0] = next()
        except StopIteration:
            heappop(heap)
        else:
            heapreplace(heap, entry)


def nsmallest(n, iterable, key=None):
    """The n smallest items, sorted."""
    return sorted(iterable, key=key)[:max(n, 0)]


def nlargest(n, iterable, key=None):
    """The n largest items, the largest first."""
    return sorted(iterable, key=key, reverse=True)[:max(n, 0)]
