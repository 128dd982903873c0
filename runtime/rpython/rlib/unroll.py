"""Loops that the flow space unrolls at translation time."""


class unrolling_iterable(object):
    """An iterable whose `for` loops are copied once per item.

    The flow space recognises the class by `_unrolling_iterable_` and takes
    the items from the list `_items`.
    """
    _unrolling_iterable_ = True

    def __init__(self, iterable):
        self._items = list(iterable)

    def __iter__(self):
        return iter(self._items)

    def __len__(self):
        return len(self._items)

    def _freeze_(self):
        return True

    def get_unroller(self):
        """The position in front of the first item."""
        return _Unroller(self._items, 0)


class _Unroller(object):
    """A position in the items of an unrolling iterable."""

    def __init__(self, items, position):
        self._items = items
        self._position = position

    def _freeze_(self):
        return True

    def step(self):
        """The item here and the following position; StopIteration at the end."""
        if self._position >= len(self._items):
            raise StopIteration
        return self._items[self._position], _Unroller(self._items, self._position + 1)
