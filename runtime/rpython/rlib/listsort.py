"""A stable, adaptive merge sort for lists and things like lists.

Runs that are already ascending (or strictly descending) are found and merged,
short ones after lengthening by binary insertion.  An exception of the comparison
leaves the items in the list in some order, none lost.
"""

# A merge that takes this often in a row from the same side begins to search ahead.
MIN_GALLOP = 7
# Runs shorter than this are lengthened by insertion.
MIN_RUN = 32


def make_timsort_class(getitem=None, setitem=None, length=None, getitem_slice=None, lt=None):
    """A class `TimSort(list, listlength=None)` with the method `sort()`.

    The functions say how to work with the list; subclasses may override `lt`.
    """
    if getitem is None:
        def getitem(list, item):
            return list[item]

    if setitem is None:
        def setitem(list, item, value):
            list[item] = value

    if length is None:
        def length(list):
            return len(list)

    if getitem_slice is None:
        def getitem_slice(list, start, stop):
            return list[start:stop]

    if lt is None:
        def lt(a, b):
            return a < b

    class TimSort(object):
        """Sorts one list in place."""

        def __init__(self, list, listlength=None):
            self.list = list
            if listlength is None:
                listlength = length(list)
            self.listlength = listlength
            # the runs found so far and not merged yet, each with its end
            self.pending_start = [0]
            self.pending_stop = [0]
            self.pending = 0
        __init__._annspecialcase_ = 'specialize:argtype(2)'

        def lt(self, a, b):
            """Whether `a` belongs in front of `b`."""
            return lt(a, b)

        def sort(self):
            """Sort the list."""
            n = self.listlength
            if n < 2:
                return
            min_run = _minimal_run(n)
            if n > min_run:
                self.pending_start = [0] * 90
                self.pending_stop = [0] * 90
            self.pending = 0
            start = 0
            while start < n:
                stop = self.find_run(start, n)
                if stop - start < min_run and stop < n:
                    forced = start + min_run
                    if forced > n:
                        forced = n
                    self.insert_sorted(start, stop, forced)
                    stop = forced
                self.pending_start[self.pending] = start
                self.pending_stop[self.pending] = stop
                self.pending += 1
                self.keep_balance()
                start = stop
            while self.pending > 1:
                k = self.pending - 2
                if k > 0 and self.run_length(k - 1) < self.run_length(k + 1):
                    k -= 1
                self.merge_runs(k)

        # ---- runs ----

        def find_run(self, start, stop):
            """The end of the ascending run at `start`; a descending one is reversed."""
            assert start >= 0
            lst = self.list
            i = start + 1
            if i >= stop:
                return stop
            if self.lt(getitem(lst, i), getitem(lst, start)):
                i += 1
                while i < stop and self.lt(getitem(lst, i), getitem(lst, i - 1)):
                    i += 1
                self.reverse(start, i)
            else:
                i += 1
                while i < stop and not self.lt(getitem(lst, i), getitem(lst, i - 1)):
                    i += 1
            return i

        def reverse(self, start, stop):
            """Reverse the items of a range."""
            lst = self.list
            i = start
            j = stop - 1
            while i < j:
                assert i >= 0
                assert j >= 0
                x = getitem(lst, i)
                setitem(lst, i, getitem(lst, j))
                setitem(lst, j, x)
                i += 1
                j -= 1

        def insert_sorted(self, start, middle, stop):
            """Insert the items from `middle` on into the sorted range in front of it."""
            assert start >= 0
            lst = self.list
            while middle < stop:
                assert middle >= 0
                pivot = getitem(lst, middle)
                low = start
                high = middle
                while low < high:
                    half = low + ((high - low) >> 1)
                    assert half >= 0
                    if self.lt(pivot, getitem(lst, half)):
                        high = half
                    else:
                        low = half + 1
                i = middle
                while i > low:
                    setitem(lst, i, getitem(lst, i - 1))
                    i -= 1
                setitem(lst, low, pivot)
                middle += 1

        # ---- the stack of runs ----

        def run_length(self, k):
            """The number of items in the k-th pending run."""
            return self.pending_stop[k] - self.pending_start[k]

        def keep_balance(self):
            """Merge until each pending run is longer than the two after it together."""
            while self.pending > 1:
                k = self.pending - 2
                short = k > 0 and self.run_length(k - 1) <= self.run_length(k) + self.run_length(k + 1)
                if not short:
                    short = (k > 1 and
                             self.run_length(k - 2) <= self.run_length(k - 1) + self.run_length(k))
                if short:
                    if self.run_length(k - 1) < self.run_length(k + 1):
                        k -= 1
                elif self.run_length(k) > self.run_length(k + 1):
                    return
                self.merge_runs(k)

        def merge_runs(self, k):
            """Merge the pending runs k and k + 1."""
            a = self.pending_start[k]
            b = self.pending_start[k + 1]
            stop = self.pending_stop[k + 1]
            self.pending_stop[k] = stop
            if k + 3 == self.pending:
                self.pending_start[k + 1] = self.pending_start[k + 2]
                self.pending_stop[k + 1] = self.pending_stop[k + 2]
            self.pending -= 1
            assert a >= 0 and b >= 0
            # what is in place already need not be looked at
            lst = self.list
            a = self.search_right(getitem(lst, b), lst, a, b, False)
            if a == b:
                return
            stop = self.search_left(getitem(lst, b - 1), lst, b, stop, True)
            if b - a <= stop - b:
                self.merge_low(a, b, stop)
            else:
                self.merge_high(a, b, stop)

        # ---- searching ahead ----

        def search_left(self, key, lst, start, stop, from_right):
            """The first position in the sorted range whose item is not less than the key."""
            low = start
            high = stop
            step = 1
            if from_right:
                while step < high - start and not self.lt(getitem(lst, high - step), key):
                    high -= step
                    step <<= 1
                if high - step > low:
                    low = high - step
            else:
                while step < stop - low and self.lt(getitem(lst, low + step - 1), key):
                    low += step
                    step <<= 1
                if low + step < high:
                    high = low + step
            while low < high:
                half = low + ((high - low) >> 1)
                assert half >= 0
                if self.lt(getitem(lst, half), key):
                    low = half + 1
                else:
                    high = half
            return low

        def search_right(self, key, lst, start, stop, from_right):
            """The first position in the sorted range whose item is greater than the key."""
            low = start
            high = stop
            step = 1
            if from_right:
                while step < high - start and self.lt(key, getitem(lst, high - step)):
                    high -= step
                    step <<= 1
                if high - step > low:
                    low = high - step
            else:
                while step < stop - low and not self.lt(key, getitem(lst, low + step - 1)):
                    low += step
                    step <<= 1
                if low + step < high:
                    high = low + step
            while low < high:
                half = low + ((high - low) >> 1)
                assert half >= 0
                if self.lt(key, getitem(lst, half)):
                    high = half
                else:
                    low = half + 1
            return low

        # ---- merging ----

        def merge_low(self, a, b, stop):
            """Merge neighbouring runs, of which the first is copied away and the shorter."""
            assert a >= 0 and b >= 0 and stop >= 0
            lst = self.list
            size = b - a
            copied = getitem_slice(lst, a, b)
            i = 0
            dest = a
            try:
                while True:
                    # one at a time
                    run_a = 0
                    run_b = 0
                    while run_a < MIN_GALLOP and run_b < MIN_GALLOP:
                        if i >= size or b >= stop:
                            return
                        x = getitem(copied, i)
                        y = getitem(lst, b)
                        if self.lt(y, x):
                            setitem(lst, dest, y)
                            b += 1
                            run_b += 1
                            run_a = 0
                        else:
                            setitem(lst, dest, x)
                            i += 1
                            run_a += 1
                            run_b = 0
                        dest += 1
                    # many at a time, as long as that pays
                    while run_a >= MIN_GALLOP or run_b >= MIN_GALLOP:
                        if i >= size or b >= stop:
                            return
                        end = self.search_right(getitem(lst, b), copied, i, size, False)
                        run_a = end - i
                        while i < end:
                            setitem(lst, dest, getitem(copied, i))
                            i += 1
                            dest += 1
                        if i >= size:
                            return
                        end = self.search_left(getitem(copied, i), lst, b, stop, False)
                        run_b = end - b
                        while b < end:
                            setitem(lst, dest, getitem(lst, b))
                            b += 1
                            dest += 1
            finally:
                while i < size:
                    setitem(lst, dest, getitem(copied, i))
                    i += 1
                    dest += 1

        def merge_high(self, a, b, stop):
            """Merge neighbouring runs, of which the second is copied away and the shorter."""
            assert a >= 0 and b >= 0 and stop >= 0
            lst = self.list
            copied = getitem_slice(lst, b, stop)
            j = stop - b
            i = b
            try:
                while True:
                    run_a = 0
                    run_b = 0
                    while run_a < MIN_GALLOP and run_b < MIN_GALLOP:
                        if i <= a or j <= 0:
                            return
                        x = getitem(lst, i - 1)
                        y = getitem(copied, j - 1)
                        if self.lt(y, x):
                            i -= 1
                            setitem(lst, i + j, x)
                            run_a += 1
                            run_b = 0
                        else:
                            j -= 1
                            setitem(lst, i + j, y)
                            run_b += 1
                            run_a = 0
                    while run_a >= MIN_GALLOP or run_b >= MIN_GALLOP:
                        if i <= a or j <= 0:
                            return
                        end = self.search_right(getitem(copied, j - 1), lst, a, i, True)
                        run_a = i - end
                        while i > end:
                            i -= 1
                            setitem(lst, i + j, getitem(lst, i))
                        if i <= a:
                            return
                        end = self.search_left(getitem(lst, i - 1), copied, 0, j, True)
                        run_b = j - end
                        while j > end:
                            j -= 1
                            setitem(lst, i + j, getitem(copied, j))
            finally:
                while j > 0:
                    j -= 1
                    setitem(lst, i + j, getitem(copied, j))

    return TimSort


def _minimal_run(n):
    """A run length near MIN_RUN that divides `n` into almost a power of two of runs."""
    rest = 0
    while n >= 2 * MIN_RUN:
        rest |= n & 1
        n >>= 1
    return n + rest


TimSort = make_timsort_class()
