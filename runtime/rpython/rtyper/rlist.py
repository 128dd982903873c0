"""Low-level list helpers.

A resizable list is GcStruct('list', ('length', Signed), ('items', Ptr(GcArray(ITEM)))); items beyond `length` are
spare room and, for GC pointers, null.  A list that is never resized is the GcArray itself.  The helpers serve both:
`ll_length`, `ll_items` fold to one of the two forms because the type of the argument is a constant.

The suffix says what the caller has established: `nonneg` means index >= 0; without `checked` the index is
known or declared to be in range and IndexError is never raised.
"""
from rpython.rlib.objectmodel import specialize, always_inline, dont_inline
from rpython.rtyper.lltypesystem import lltype
from rpython.rtyper.lltypesystem.lloperation import llop
from rpython.rlib.rarithmetic import ovfcheck
from rpython.rtyper.lowlevel import low_level, low_level_helpers


def _is_fixed(l):
    return isinstance(lltype.typeOf(l).TO, lltype.GcArray)
_is_fixed._always_inline_ = True


@always_inline
def ll_length(l):
    if _is_fixed(l):
        return len(l)
    return l.length


@always_inline
def ll_items(l):
    if _is_fixed(l):
        return l
    return l.items


@always_inline
def ll_list_bool(l):
    if not l:
        return False
    return ll_length(l) != 0


# ---------------------------------------------------------------- creation

@always_inline
def ll_newlist(LIST, length):
    """A list of `length` items that the caller stores at once; GC pointers start null."""
    if isinstance(LIST, lltype.GcArray):
        return lltype.malloc(LIST, length)
    l = lltype.malloc(LIST)
    l.length = length
    l.items = lltype.malloc(LIST.items.TO, length)
    return l


@always_inline
def ll_newemptylist(LIST):
    if isinstance(LIST, lltype.GcArray):
        return lltype.malloc(LIST, 0)
    l = lltype.malloc(LIST)
    l.length = 0
    l.items = _ll_prebuilt_empty_array(LIST)
    return l


@specialize.memo()
def _ll_prebuilt_empty_array(LIST):
    return lltype.malloc(LIST.items.TO, 0, immortal=True)


def ll_newlist_hint(LIST, hint):
    if isinstance(LIST, lltype.GcArray):
        return lltype.malloc(LIST, 0)
    l = lltype.malloc(LIST)
    l.length = 0
    if hint < 0:
        hint = 0
    l.items = lltype.malloc(LIST.items.TO, hint)
    return l


def ll_list_built(LIST, l):
    """A list that was built up as a list of type LIST, which may keep its length; `l` is not used any more."""
    if not isinstance(LIST, lltype.GcArray):
        result = lltype.malloc(LIST)
        result.length = ll_length(l)
        result.items = ll_items(l)
        return result
    n = l.length
    items = l.items
    if n == len(items):
        return items
    return llop.shrink_array(lltype.typeOf(items), items, n)


def ll_alloc_and_set(LIST, count, item):
    if count < 0:
        count = 0
    l = ll_newlist(LIST, count)
    items = ll_items(l)
    i = 0
    while i < count:
        items[i] = item
        i += 1
    return l
ll_alloc_and_set._dont_inline_ = True


def ll_alloc_and_zero(LIST, count):
    """Like ll_alloc_and_set for an item whose bits are all zero."""
    if count < 0:
        count = 0
    if isinstance(LIST, lltype.GcArray):
        return lltype.malloc(LIST, count, zero=True)
    l = lltype.malloc(LIST)
    l.length = count
    l.items = lltype.malloc(LIST.items.TO, count, zero=True)
    return l


# ---------------------------------------------------------------- resizing

@dont_inline
def _ll_list_grow(l, newsize):
    """Makes room for newsize items, with an eighth to spare, and sets the length."""
    if newsize < 9:
        some = 3
    else:
        some = 6
    some += newsize >> 3
    try:
        new_allocated = ovfcheck(newsize + some)
    except OverflowError:
        raise MemoryError
    _ll_reallocate(l, new_allocated)
    l.length = newsize


def _ll_reallocate(l, new_allocated):
    items = l.items
    newitems = lltype.malloc(lltype.typeOf(l).TO.items.TO, new_allocated)
    n = l.length
    if n > new_allocated:
        n = new_allocated
    llop.array_copy(lltype.Void, items, newitems, 0, 0, n)
    l.items = newitems


@always_inline
def _ll_resize_ge(l, newsize):
    """newsize >= length."""
    if len(l.items) >= newsize:
        l.length = newsize
    else:
        _ll_list_grow(l, newsize)


def _ll_resize_le(l, newsize):
    """newsize <= length; clears what is given up, and gives memory back when less than half is used."""
    oldsize = l.length
    allocated = len(l.items)
    if newsize < (allocated >> 1) - 5:
        _ll_clear(l, newsize, oldsize)
        l.length = newsize
        _ll_reallocate(l, newsize)
    else:
        _ll_clear(l, newsize, oldsize)
        l.length = newsize


@always_inline
def _ll_clear(l, start, stop):
    if _holds_gc_pointers(lltype.typeOf(l).TO.items.TO):
        if start < stop:
            llop.array_clear(lltype.Void, l.items, start, stop - start)


@specialize.memo()
def _holds_gc_pointers(ARRAY):
    return isinstance(ARRAY.OF, lltype.Ptr) and ARRAY.OF._needsgc()


def ll_resizelist_hint(l, hint):
    if _is_fixed(l):
        return
    if hint < l.length:
        hint = l.length
    if hint != len(l.items):
        _ll_reallocate(l, hint)


def ll_physical_size(l):
    """Number of items that fit without reallocation."""
    return len(ll_items(l))


# ---------------------------------------------------------------- one item

@always_inline
def ll_append(l, newitem):
    length = l.length
    if length < len(l.items):
        l.length = length + 1
    else:
        _ll_list_grow(l, length + 1)
    l.items[length] = newitem


@always_inline
def ll_getitem_nonneg(l, index):
    return ll_items(l)[index]


@always_inline
def ll_getitem(l, index):
    if index < 0:
        index += ll_length(l)
    return ll_items(l)[index]


@always_inline
def ll_getitem_nonneg_checked(l, index):
    if index >= ll_length(l):
        raise IndexError
    return ll_items(l)[index]


def ll_getitem_checked(l, index):
    length = ll_length(l)
    if index < 0:
        index += length
    if index < 0 or index >= length:
        raise IndexError
    return ll_items(l)[index]


@always_inline
def ll_setitem_nonneg(l, index, item):
    ll_items(l)[index] = item


@always_inline
def ll_setitem(l, index, item):
    if index < 0:
        index += ll_length(l)
    ll_items(l)[index] = item


@always_inline
def ll_setitem_nonneg_checked(l, index, item):
    if index >= ll_length(l):
        raise IndexError
    ll_items(l)[index] = item


def ll_setitem_checked(l, index, item):
    length = ll_length(l)
    if index < 0:
        index += length
    if index < 0 or index >= length:
        raise IndexError
    ll_items(l)[index] = item


@always_inline
def _ll_forget(l, index):
    """Clears a slot that is no longer part of the list, so that it keeps nothing alive."""
    if _holds_gc_pointers(lltype.typeOf(l).TO.items.TO):
        l.items[index] = lltype.nullptr(lltype.typeOf(l).TO.items.TO.OF.TO)


def ll_pop_default(l):
    length = l.length - 1
    res = l.items[length]
    _ll_forget(l, length)
    l.length = length
    if length < (len(l.items) >> 1) - 5:
        _ll_reallocate(l, length)
    return res


def ll_pop_default_checked(l):
    if l.length == 0:
        raise IndexError
    return ll_pop_default(l)


def ll_pop_nonneg(l, index):
    res = l.items[index]
    ll_delitem_nonneg(l, index)
    return res


def ll_pop(l, index):
    if index < 0:
        index += l.length
    return ll_pop_nonneg(l, index)


def ll_pop_checked(l, index):
    if index < 0:
        index += l.length
    if index < 0 or index >= l.length:
        raise IndexError
    return ll_pop_nonneg(l, index)


def ll_delitem_nonneg(l, index):
    newlength = l.length - 1
    items = l.items
    llop.array_copy(lltype.Void, items, items, index + 1, index, newlength - index)
    _ll_resize_le(l, newlength)


def ll_delitem(l, index):
    if index < 0:
        index += l.length
    ll_delitem_nonneg(l, index)


def ll_delitem_checked(l, index):
    length = l.length
    if index < 0:
        index += length
    if index < 0 or index >= length:
        raise IndexError
    ll_delitem_nonneg(l, index)


def ll_insert_nonneg(l, index, newitem):
    """0 <= index; beyond the end means at the end."""
    length = l.length
    if index > length:
        index = length
    _ll_resize_ge(l, length + 1)
    items = l.items
    llop.array_copy(lltype.Void, items, items, index, index + 1, length - index)
    items[index] = newitem


def ll_insert(l, index, newitem):
    if index < 0:
        index += l.length
        if index < 0:
            index = 0
    ll_insert_nonneg(l, index, newitem)


# ---------------------------------------------------------------- whole lists

@always_inline
def _ll_copy_items(source, dest, source_start, dest_start, count):
    """Between lists whose item types are equal: a block copy; otherwise one by one."""
    src = ll_items(source)
    dst = ll_items(dest)
    if lltype.typeOf(src) == lltype.typeOf(dst):
        llop.array_copy(lltype.Void, src, dst, source_start, dest_start, count)
    else:
        _ll_copy_each(src, dst, source_start, dest_start, count)


def _ll_copy_each(src, dst, source_start, dest_start, count):
    i = 0
    while i < count:
        dst[dest_start + i] = src[source_start + i]
        i += 1


def ll_copy(RESLIST, l):
    """A new list of the type RESLIST with the same items."""
    length = ll_length(l)
    res = ll_newlist(RESLIST, length)
    _ll_copy_items(l, res, 0, 0, length)
    return res


def ll_concat(RESLIST, l1, l2):
    n1 = ll_length(l1)
    n2 = ll_length(l2)
    try:
        total = ovfcheck(n1 + n2)
    except OverflowError:
        raise MemoryError
    res = ll_newlist(RESLIST, total)
    _ll_copy_items(l1, res, 0, 0, n1)
    _ll_copy_items(l2, res, 0, n1, n2)
    return res


def ll_extend(l1, l2):
    n1 = l1.length
    n2 = ll_length(l2)
    try:
        total = ovfcheck(n1 + n2)
    except OverflowError:
        raise MemoryError
    _ll_resize_ge(l1, total)
    _ll_copy_items(l2, l1, 0, n1, n2)


def ll_extend_with_str(l, s):
    ll_extend_with_str_slice(l, s, 0, len(s.chars))


def ll_extend_with_str_slice(l, s, start, stop):
    if stop > len(s.chars):
        stop = len(s.chars)
    if start >= stop:
        return
    n = l.length
    _ll_resize_ge(l, n + stop - start)
    items = l.items
    i = start
    while i < stop:
        items[n + i - start] = s.chars[i]
        i += 1


def ll_extend_with_char_count(l, char, count):
    if count <= 0:
        return
    n = l.length
    _ll_resize_ge(l, n + count)
    items = l.items
    i = 0
    while i < count:
        items[n + i] = char
        i += 1


def ll_listslice_startonly(RESLIST, l, start):
    length = ll_length(l)
    count = length - start
    if count < 0:
        count = 0
    res = ll_newlist(RESLIST, count)
    _ll_copy_items(l, res, start, 0, count)
    return res


def ll_listslice_startstop(RESLIST, l, start, stop):
    length = ll_length(l)
    if stop > length:
        stop = length
    count = stop - start
    if count < 0:
        count = 0
    res = ll_newlist(RESLIST, count)
    _ll_copy_items(l, res, start, 0, count)
    return res


def ll_listslice_minusone(RESLIST, l):
    count = ll_length(l) - 1
    if count < 0:
        count = 0
    res = ll_newlist(RESLIST, count)
    _ll_copy_items(l, res, 0, 0, count)
    return res


def ll_listdelslice_startonly(l, start):
    if start < l.length:
        _ll_resize_le(l, start)


def ll_listdelslice_startstop(l, start, stop):
    length = l.length
    if stop > length:
        stop = length
    if start >= stop:
        return
    items = l.items
    llop.array_copy(lltype.Void, items, items, stop, start, length - stop)
    _ll_resize_le(l, length - (stop - start))


def ll_listsetslice(l1, start, stop, l2):
    """l1[start:stop] = l2, of any length; start and stop not negative."""
    n1 = ll_length(l1)
    n2 = ll_length(l2)
    if stop > n1:
        stop = n1
    if start > n1:
        start = n1
    if stop < start:
        stop = start
    if n2 != stop - start:
        if _is_fixed(l1):
            raise ValueError
        _ll_setslice_resize(l1, stop, n2 - (stop - start), n1)
    _ll_copy_items(l2, l1, 0, start, n2)


@always_inline
def _ll_setslice_resize(l, stop, delta, length):
    """Moves the items from `stop` on by delta positions."""
    if delta > 0:
        _ll_resize_ge(l, length + delta)
    items = l.items
    llop.array_copy(lltype.Void, items, items, stop, stop + delta, length - stop)
    if delta < 0:
        _ll_resize_le(l, length + delta)


def ll_mul(RESLIST, l, factor):
    if factor < 0:
        factor = 0
    length = ll_length(l)
    try:
        total = ovfcheck(length * factor)
    except OverflowError:
        raise MemoryError
    res = ll_newlist(RESLIST, total)
    if length == 1:
        _ll_fill(ll_items(res), total, ll_items(l)[0])
        return res
    done = 0
    while done < total:
        _ll_copy_items(l, res, 0, done, length)
        done += length
    return res


def _ll_fill(items, count, item):
    i = 0
    while i < count:
        items[i] = item
        i += 1


def ll_inplace_mul(l, factor):
    length = l.length
    if factor <= 0:
        _ll_resize_le(l, 0)
        return l
    try:
        total = ovfcheck(length * factor)
    except OverflowError:
        raise MemoryError
    _ll_resize_ge(l, total)
    done = length
    while done < total:
        _ll_copy_items(l, l, 0, done, length)
        done += length
    return l


def ll_reverse(l):
    items = ll_items(l)
    i = 0
    j = ll_length(l) - 1
    while i < j:
        tmp = items[i]
        items[i] = items[j]
        items[j] = tmp
        i += 1
        j -= 1


# ---------------------------------------------------------------- searching; eqfn is a constant function

@always_inline
def _same(eqfn, a, b):
    if eqfn is None:
        return a == b
    return eqfn(a, b)


def make_listeq(eqfn):
    """Equality of lists as a function of two arguments."""
    @low_level
    def listeq(l1, l2):
        return ll_listeq(l1, l2, eqfn)
    listeq._ll_simple_eq_ = True
    return listeq


def ll_listeq(l1, l2, eqfn):
    if not l1:
        return not l2
    if not l2:
        return False
    n = ll_length(l1)
    if n != ll_length(l2):
        return False
    items1 = ll_items(l1)
    items2 = ll_items(l2)
    i = 0
    while i < n:
        if not _same(eqfn, items1[i], items2[i]):
            return False
        i += 1
    return True


def ll_listcontains(l, obj, eqfn):
    n = ll_length(l)
    items = ll_items(l)
    i = 0
    while i < n:
        if _same(eqfn, items[i], obj):
            return True
        i += 1
    return False


def ll_listindex(l, obj, eqfn):
    n = ll_length(l)
    items = ll_items(l)
    i = 0
    while i < n:
        if _same(eqfn, items[i], obj):
            return i
        i += 1
    raise ValueError


def ll_listcount(l, obj, eqfn):
    n = ll_length(l)
    items = ll_items(l)
    found = 0
    i = 0
    while i < n:
        if _same(eqfn, items[i], obj):
            found += 1
        i += 1
    return found


def ll_listremove(l, obj, eqfn):
    ll_delitem_nonneg(l, ll_listindex(l, obj, eqfn))


# ---------------------------------------------------------------- items that need a conversion

def ll_convert_items(ARRAY, l, convert):
    """An array with the converted items of a list."""
    length = ll_length(l)
    res = lltype.malloc(ARRAY, length)
    i = 0
    while i < length:
        item = convert(ll_items(l)[i])
        res[i] = item
        i += 1
    return res


def ll_iter2list(LIST, it, next):
    """list(it)"""
    count = 0
    items = lltype.malloc(_array_of(LIST), 8)
    while True:
        try:
            item = next(it)
        except StopIteration:
            break
        if count == len(items):
            newitems = lltype.malloc(_array_of(LIST), count * 2)
            llop.array_copy(lltype.Void, items, newitems, 0, 0, count)
            items = newitems
        items[count] = item
        count += 1
    res = ll_newlist(LIST, count)
    llop.array_copy(lltype.Void, items, ll_items(res), 0, 0, count)
    return res


@specialize.memo()
def _array_of(LIST):
    if isinstance(LIST, lltype.GcArray):
        return LIST
    return LIST.items.TO


# ---------------------------------------------------------------- ranges: GcStruct('range', ('start', Signed), ('stop', Signed)
# and ('step', Signed) unless it is the same everywhere)

@always_inline
def ll_newrange(RANGE, start, stop):
    r = lltype.malloc(RANGE)
    r.start = start
    r.stop = stop
    return r


def ll_newrange_step(RANGE, start, stop, step):
    if step == 0:
        raise ValueError
    r = lltype.malloc(RANGE)
    r.start = start
    r.stop = stop
    r.step = step
    return r


@always_inline
def ll_rangelen1(r):
    """Length for step 1."""
    if r.stop <= r.start:
        return 0
    return r.stop - r.start


@always_inline
def ll_range_length(start, stop, step):
    if step > 0:
        if stop <= start:
            return 0
        return (stop - start - 1) // step + 1
    if stop >= start:
        return 0
    return (start - stop - 1) // (-step) + 1


def ll_rangelen(r, step):
    return ll_range_length(r.start, r.stop, step)


@always_inline
def ll_rangeitem_nonneg(r, index, step):
    return r.start + index * step


def ll_rangeitem(r, index, step):
    if index < 0:
        index += ll_rangelen(r, step)
    return r.start + index * step


def ll_rangeitem_checked(r, index, step):
    length = ll_rangelen(r, step)
    if index < 0:
        index += length
    if index < 0 or index >= length:
        raise IndexError
    return r.start + index * step


def ll_range2list(LIST, start, stop, step):
    if step == 0:
        raise ValueError
    length = ll_range_length(start, stop, step)
    l = ll_newlist(LIST, length)
    items = ll_items(l)
    i = 0
    while i < length:
        items[i] = start
        start += step
        i += 1
    return l


@always_inline
def ll_rangeiter(ITER, r):
    it = lltype.malloc(ITER)
    it.next = r.start
    it.stop = r.stop
    return it


@always_inline
def ll_rangeiter_step(ITER, r):
    it = lltype.malloc(ITER)
    it.next = r.start
    it.stop = r.stop
    it.step = r.step
    return it


def ll_rangeiter_reversed(ITER, r, step):
    """Goes with the opposite step."""
    it = lltype.malloc(ITER)
    it.next = r.start + (ll_rangelen(r, step) - 1) * step
    it.stop = r.start - step
    return it


def ll_rangeiter_reversed_step(ITER, r):
    it = ll_rangeiter_reversed(ITER, r, r.step)
    it.step = -r.step
    return it


@always_inline
def ll_rangenext_up(it, step):
    next = it.next
    if next >= it.stop:
        raise StopIteration
    it.next = next + step
    return next


@always_inline
def ll_rangenext_down(it, step):
    next = it.next
    if next <= it.stop:
        raise StopIteration
    it.next = next + step
    return next


@always_inline
def ll_rangenext(it):
    next = it.next
    if it.step > 0:
        if next >= it.stop:
            raise StopIteration
    elif next <= it.stop:
        raise StopIteration
    it.next = next + it.step
    return next


# ---------------------------------------------------------------- iteration: GcStruct('listiter', ('list', ...), ('index', Signed))

@always_inline
def ll_listiter(ITER, l):
    it = lltype.malloc(ITER)
    it.list = l
    it.index = 0
    return it


@always_inline
def ll_listnext(it):
    l = it.list
    index = it.index
    if index >= ll_length(l):
        raise StopIteration
    it.index = index + 1
    return ll_items(l)[index]


@always_inline
def ll_listiter_reversed(ITER, l):
    it = lltype.malloc(ITER)
    it.list = l
    it.index = ll_length(l) - 1
    return it


@always_inline
def ll_listnext_reversed(it):
    index = it.index
    if index < 0:
        raise StopIteration
    l = it.list
    if index >= ll_length(l):
        it.index = -1
        raise StopIteration
    it.index = index - 1
    return ll_items(l)[index]


low_level_helpers(globals())
