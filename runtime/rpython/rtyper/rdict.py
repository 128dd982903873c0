"""Low-level dictionaries, ordered by insertion.

DICT is GcStruct('dict',
    ('num_live_items', Signed),        what len() gives
    ('num_ever_used', Signed),         entries in use, live or deleted; the next one goes there
    ('resize_counter', Signed),        3 * free slots of the index table; a new table when it would reach 0
    ('indexes', Ptr(GcArray(INT))),    open-addressing table, power of two: FREE, DELETED, or entry number + 2; null until
                                       the first lookup of a dict that was built before translation with unstable hashes
    ('entries', Ptr(GcArray(ENTRY))),
    ('deleted', Ptr(GcArray(Char))),   null while no entry was deleted, else one flag per entry
    and, for r_dict with functions known only at run time, ('fnkeyeq', ...), ('fnkeyhash', ...))

ENTRY is Struct('entry', ('key', ...), ('value', ...)) with a third field ('hash', Signed) unless computing the hash of a key
is as cheap as reading it.

Functions take the hash and equality functions of the key type as constants: `_ll_hash(d, key, keyhash)` and `keyeq(a, b)`, or None
for `keyeq` when identity of the values decides.
"""
from rpython.rlib.objectmodel import specialize, always_inline, dont_inline
from rpython.rlib.rarithmetic import build_int, intmask, r_uint
from rpython.rtyper.lltypesystem import lltype
from rpython.rtyper.lltypesystem.lloperation import llop
from rpython.rtyper.lowlevel import low_level_helpers
from rpython.rtyper.rlist import ll_items, ll_newlist

FREE = 0
DELETED = 1
VALID_OFFSET = 2
INITIAL_SLOTS = 8
PERTURB_SHIFT = 5

INT = lltype.build_number('INT', build_int('r_int32', True, 32))
INDEXES = lltype.GcArray(INT)
DELETED_FLAGS = lltype.GcArray(lltype.Char)


@specialize.memo()
def _has_hash(ENTRIES):
    return 'hash' in ENTRIES.OF._flds


@specialize.memo()
def _empty_entries(ENTRIES):
    return lltype.malloc(ENTRIES, 0, immortal=True)


@specialize.memo()
def _gc_field(ENTRIES, name):
    T = ENTRIES.OF._flds[name]
    return isinstance(T, lltype.Ptr) and T._needsgc()


@always_inline
def _entry_hash(d, entries, i, keyhash):
    if _has_hash(lltype.typeOf(entries).TO):
        return entries[i].hash
    return _ll_hash(d, entries[i].key, keyhash)


@specialize.memo()
def _null_field(ENTRIES, name):
    return lltype.nullptr(ENTRIES.OF._flds[name].TO)


@specialize.memo()
def _has_functions(DICT):
    return 'fnkeyeq' in DICT._flds


@always_inline
def _ll_hash(d, key, keyhash):
    """The hash of a key; the functions of some r_dicts are only known at run time."""
    if _has_functions(lltype.typeOf(d).TO):
        return keyhash(d.fnkeyhash, key)
    return keyhash(key)


@always_inline
def _is_live(d, i):
    if not d.deleted:
        return True
    return d.deleted[i] == '\x00'


def ll_dict_hash_of_entry(d, i, keyhash):
    return _entry_hash(d, d.entries, i, keyhash)


# ---------------------------------------------------------------- creation

def ll_newdict(DICT):
    d = lltype.malloc(DICT)
    d.num_live_items = 0
    d.num_ever_used = 0
    d.entries = _empty_entries(DICT.entries.TO)
    d.deleted = lltype.nullptr(DELETED_FLAGS)
    d.indexes = lltype.malloc(INDEXES, INITIAL_SLOTS, zero=True)
    d.resize_counter = INITIAL_SLOTS * 2
    return d


def ll_newdict_size(DICT, n):
    d = ll_newdict(DICT)
    if n > 0:
        ll_prepare_dict_update(d, n, None)
    return d


# ---------------------------------------------------------------- lookup

def ll_dict_lookup(d, key, hash, keyhash, keyeq):
    """Entry number of the key, or -1."""
    if not d.indexes:
        _ll_reindex_prebuilt(d, keyhash)
        hash = _ll_hash(d, key, keyhash)
    indexes = d.indexes
    entries = d.entries
    mask = len(indexes) - 1
    perturb = r_uint(hash)
    i = intmask(perturb) & mask
    while True:
        index = lltype.cast_primitive(lltype.Signed, indexes[i])
        if index >= VALID_OFFSET:
            index -= VALID_OFFSET
            if keyeq is None:
                if entries[index].key == key:
                    return index
            elif _has_hash(lltype.typeOf(entries).TO) and entries[index].hash != hash:
                pass
            else:
                checking = entries[index].key
                if _ll_keyeq(d, keyeq, checking, key):
                    return index
                if keyeq_may_change_dict(keyeq):
                    if d.indexes != indexes or d.entries != entries or not _is_live(d, index):
                        return ll_dict_lookup(d, key, hash, keyhash, keyeq)
        elif index == FREE:
            return -1
        perturb >>= PERTURB_SHIFT
        i = (i * 5 + intmask(perturb) + 1) & mask


@always_inline
def _ll_keyeq(d, keyeq, a, b):
    if _has_functions(lltype.typeOf(d).TO):
        return keyeq(d.fnkeyeq, a, b)
    return keyeq(a, b)


@specialize.memo()
def keyeq_may_change_dict(keyeq):
    """Only functions written by the user can reach the dictionary again."""
    return not getattr(keyeq, '_ll_simple_eq_', False)


@always_inline
def _ll_store_index(d, hash, index):
    """Enters entry number `index` into the table; there is a free slot and no equal key."""
    indexes = d.indexes
    mask = len(indexes) - 1
    perturb = r_uint(hash)
    i = intmask(perturb) & mask
    while lltype.cast_primitive(lltype.Signed, indexes[i]) != FREE:
        perturb >>= PERTURB_SHIFT
        i = (i * 5 + intmask(perturb) + 1) & mask
    indexes[i] = lltype.cast_primitive(INT, index + VALID_OFFSET)


def _ll_find_slot(d, hash, index):
    """Slot of the table that holds entry number `index`."""
    indexes = d.indexes
    mask = len(indexes) - 1
    perturb = r_uint(hash)
    i = intmask(perturb) & mask
    while lltype.cast_primitive(lltype.Signed, indexes[i]) != index + VALID_OFFSET:
        perturb >>= PERTURB_SHIFT
        i = (i * 5 + intmask(perturb) + 1) & mask
    return i


@dont_inline
def _ll_reindex_prebuilt(d, keyhash):
    """First use of a dict built before translation whose hashes are only known now."""
    entries = d.entries
    if _has_hash(lltype.typeOf(entries).TO):
        i = 0
        while i < d.num_ever_used:
            if _is_live(d, i):
                entries[i].hash = _ll_hash(d, entries[i].key, keyhash)
            i += 1
    n = INITIAL_SLOTS
    while n <= d.num_ever_used * 2:
        n *= 2
    _ll_reindex(d, n, keyhash)


def _ll_reindex(d, n_slots, keyhash):
    indexes = lltype.malloc(INDEXES, n_slots, zero=True)
    d.indexes = indexes
    d.resize_counter = n_slots * 2 - d.num_live_items * 3
    entries = d.entries
    n = d.num_ever_used
    i = 0
    while i < n:
        if _is_live(d, i):
            _ll_store_index(d, _entry_hash(d, entries, i, keyhash), i)
        i += 1


# ---------------------------------------------------------------- storing

@always_inline
def ll_dict_setitem(d, key, value, keyhash, keyeq):
    ll_dict_setitem_with_hash(d, key, _ll_hash(d, key, keyhash), value, keyhash, keyeq)


def ll_dict_setitem_with_hash(d, key, hash, value, keyhash, keyeq):
    index = ll_dict_lookup(d, key, hash, keyhash, keyeq)
    if index >= 0:
        d.entries[index].value = value
    else:
        _ll_dict_insert_new(d, key, hash, value, keyhash)


def _ll_dict_insert_new(d, key, hash, value, keyhash):
    """The key is not in the dict."""
    if d.num_ever_used == len(d.entries):
        _ll_grow_entries(d, keyhash)
    rc = d.resize_counter - 3
    if rc <= 0:
        _ll_resize(d, keyhash)
        rc = d.resize_counter - 3
    index = d.num_ever_used
    entries = d.entries
    entries[index].key = key
    entries[index].value = value
    if _has_hash(lltype.typeOf(entries).TO):
        entries[index].hash = hash
    d.num_ever_used = index + 1
    d.num_live_items += 1
    d.resize_counter = rc
    _ll_store_index(d, hash, index)


@dont_inline
def _ll_grow_entries(d, keyhash):
    """Either squeezes out deleted entries, or makes the table of entries larger by half."""
    if d.num_live_items < d.num_ever_used - (d.num_ever_used >> 2) - 8:
        _ll_compact(d, d.num_live_items + (d.num_live_items >> 1) + 8)
        _ll_reindex(d, len(d.indexes), keyhash)
        return
    n = d.num_ever_used
    _ll_reallocate_entries(d, n + (n >> 1) + 8)


def _ll_reallocate_entries(d, allocated):
    entries = d.entries
    n = d.num_ever_used
    newentries = lltype.malloc(lltype.typeOf(entries).TO, allocated)
    llop.array_copy(lltype.Void, entries, newentries, 0, 0, n)
    if d.deleted:
        flags = lltype.malloc(DELETED_FLAGS, allocated, zero=True)
        llop.array_copy(lltype.Void, d.deleted, flags, 0, 0, n)
        d.deleted = flags
    d.entries = newentries


def _ll_compact(d, allocated):
    """Moves the live entries into a new array; the index table is stale afterwards."""
    entries = d.entries
    newentries = lltype.malloc(lltype.typeOf(entries).TO, allocated)
    n = d.num_ever_used
    j = 0
    i = 0
    while i < n:
        if _is_live(d, i):
            newentries[j].key = entries[i].key
            newentries[j].value = entries[i].value
            if _has_hash(lltype.typeOf(entries).TO):
                newentries[j].hash = entries[i].hash
            j += 1
        i += 1
    d.entries = newentries
    d.deleted = lltype.nullptr(DELETED_FLAGS)
    d.num_ever_used = j


@dont_inline
def _ll_resize(d, keyhash):
    live = d.num_live_items
    if live < 50000:
        n = live * 4 + 1
    else:
        n = live * 2 + 1
    slots = INITIAL_SLOTS
    while slots <= n:
        slots *= 2
    if d.deleted:
        _ll_compact(d, live + (live >> 1) + 8)
    _ll_reindex(d, slots, keyhash)


def ll_prepare_dict_update(d, n, keyhash):
    """Room for n more items at once."""
    if keyhash is None:
        slots = INITIAL_SLOTS
        while slots * 2 <= n * 3:
            slots *= 2
        d.indexes = lltype.malloc(INDEXES, slots, zero=True)
        d.resize_counter = slots * 2
    else:
        if d.resize_counter <= n * 3:
            slots = len(d.indexes)
            while slots * 2 <= (d.num_live_items + n) * 3:
                slots *= 2
            if d.deleted:
                _ll_compact(d, d.num_live_items + n)
            _ll_reindex(d, slots, keyhash)
    if d.num_ever_used + n > len(d.entries):
        _ll_reallocate_entries(d, d.num_ever_used + n)


# ---------------------------------------------------------------- reading

@always_inline
def ll_dict_len(d):
    return d.num_live_items


@always_inline
def ll_dict_bool(d):
    return bool(d) and d.num_live_items != 0


def ll_dict_getitem(d, key, keyhash, keyeq):
    index = ll_dict_lookup(d, key, _ll_hash(d, key, keyhash), keyhash, keyeq)
    if index < 0:
        raise KeyError
    return d.entries[index].value


def ll_dict_getitem_with_hash(d, key, hash, keyhash, keyeq):
    index = ll_dict_lookup(d, key, hash, keyhash, keyeq)
    if index < 0:
        raise KeyError
    return d.entries[index].value


def ll_dict_get(d, key, default, keyhash, keyeq):
    index = ll_dict_lookup(d, key, _ll_hash(d, key, keyhash), keyhash, keyeq)
    if index < 0:
        return default
    return d.entries[index].value


def ll_dict_contains(d, key, keyhash, keyeq):
    return ll_dict_lookup(d, key, _ll_hash(d, key, keyhash), keyhash, keyeq) >= 0


def ll_dict_contains_with_hash(d, key, hash, keyhash, keyeq):
    return ll_dict_lookup(d, key, hash, keyhash, keyeq) >= 0


def ll_dict_setdefault(d, key, default, keyhash, keyeq):
    hash = _ll_hash(d, key, keyhash)
    index = ll_dict_lookup(d, key, hash, keyhash, keyeq)
    if index >= 0:
        return d.entries[index].value
    _ll_dict_insert_new(d, key, hash, default, keyhash)
    return default


# ---------------------------------------------------------------- deleting

def _ll_delete_entry(d, index, keyhash):
    entries = d.entries
    slot = _ll_find_slot(d, _entry_hash(d, entries, index, keyhash), index)
    d.indexes[slot] = lltype.cast_primitive(INT, DELETED)
    d.num_live_items -= 1
    ENTRIES = lltype.typeOf(entries).TO
    if _gc_field(ENTRIES, 'key'):
        entries[index].key = _null_field(ENTRIES, 'key')
    if _gc_field(ENTRIES, 'value'):
        entries[index].value = _null_field(ENTRIES, 'value')
    if index == d.num_ever_used - 1:
        _ll_drop_tail(d, index)
    else:
        if not d.deleted:
            d.deleted = lltype.malloc(DELETED_FLAGS, len(entries), zero=True)
        d.deleted[index] = '\x01'


def _ll_drop_tail(d, index):
    """The last entry goes; with it deleted ones before it."""
    while index > 0 and not _is_live(d, index - 1):
        index -= 1
        d.deleted[index] = '\x00'
    d.num_ever_used = index


def ll_dict_delitem(d, key, keyhash, keyeq):
    ll_dict_delitem_with_hash(d, key, _ll_hash(d, key, keyhash), keyhash, keyeq)


def ll_dict_delitem_with_hash(d, key, hash, keyhash, keyeq):
    index = ll_dict_lookup(d, key, hash, keyhash, keyeq)
    if index < 0:
        raise KeyError
    _ll_delete_entry(d, index, keyhash)


def ll_dict_delitem_if_value_is(d, key, value, keyhash, keyeq):
    index = ll_dict_lookup(d, key, _ll_hash(d, key, keyhash), keyhash, keyeq)
    if index >= 0 and d.entries[index].value == value:
        _ll_delete_entry(d, index, keyhash)


def ll_dict_pop(d, key, keyhash, keyeq):
    index = ll_dict_lookup(d, key, _ll_hash(d, key, keyhash), keyhash, keyeq)
    if index < 0:
        raise KeyError
    value = d.entries[index].value
    _ll_delete_entry(d, index, keyhash)
    return value


def ll_dict_pop_default(d, key, default, keyhash, keyeq):
    index = ll_dict_lookup(d, key, _ll_hash(d, key, keyhash), keyhash, keyeq)
    if index < 0:
        return default
    value = d.entries[index].value
    _ll_delete_entry(d, index, keyhash)
    return value


def ll_dict_popitem(RESTUPLE, d, keyhash):
    """Removes and returns the last item."""
    if d.num_live_items == 0:
        raise KeyError
    if not d.indexes:
        _ll_reindex_prebuilt(d, keyhash)
    index = d.num_ever_used - 1
    while not _is_live(d, index):
        index -= 1
    res = lltype.malloc(RESTUPLE)
    res.item0 = d.entries[index].key
    res.item1 = d.entries[index].value
    _ll_delete_entry(d, index, keyhash)
    return res


def ll_dict_clear(d):
    if d.num_ever_used == 0:
        return
    d.num_live_items = 0
    d.num_ever_used = 0
    d.entries = _empty_entries(lltype.typeOf(d).TO.entries.TO)
    d.deleted = lltype.nullptr(DELETED_FLAGS)
    d.indexes = lltype.malloc(INDEXES, INITIAL_SLOTS, zero=True)
    d.resize_counter = INITIAL_SLOTS * 2


def ll_dict_move_to_end(d, key, last, keyhash, keyeq):
    hash = _ll_hash(d, key, keyhash)
    index = ll_dict_lookup(d, key, hash, keyhash, keyeq)
    if index < 0:
        raise KeyError
    key = d.entries[index].key
    value = d.entries[index].value
    if last:
        _ll_delete_entry(d, index, keyhash)
        _ll_dict_insert_new(d, key, hash, value, keyhash)
    else:
        _ll_move_to_front(d, index, hash, keyhash)


def _ll_move_to_front(d, index, hash, keyhash):
    if d.deleted:
        live = 0
        i = 0
        while i < index:
            if _is_live(d, i):
                live += 1
            i += 1
        _ll_compact(d, d.num_live_items + 8)
        index = live
    entries = d.entries
    key = entries[index].key
    value = entries[index].value
    llop.array_copy(lltype.Void, entries, entries, 0, 1, index)
    entries[0].key = key
    entries[0].value = value
    if _has_hash(lltype.typeOf(entries).TO):
        entries[0].hash = hash
    _ll_reindex(d, len(d.indexes), keyhash)


# ---------------------------------------------------------------- whole dicts

def ll_dict_copy(d, keyhash):
    if not d.indexes:
        _ll_reindex_prebuilt(d, keyhash)
    DICT = lltype.typeOf(d).TO
    res = lltype.malloc(DICT)
    if _has_functions(DICT):
        res.fnkeyeq = d.fnkeyeq
        res.fnkeyhash = d.fnkeyhash
    n = d.num_ever_used
    res.entries = lltype.malloc(DICT.entries.TO, n)
    llop.array_copy(lltype.Void, d.entries, res.entries, 0, 0, n)
    if d.deleted:
        res.deleted = lltype.malloc(DELETED_FLAGS, n)
        llop.array_copy(lltype.Void, d.deleted, res.deleted, 0, 0, n)
    else:
        res.deleted = lltype.nullptr(DELETED_FLAGS)
    slots = len(d.indexes)
    res.indexes = lltype.malloc(INDEXES, slots)
    llop.array_copy(lltype.Void, d.indexes, res.indexes, 0, 0, slots)
    res.num_live_items = d.num_live_items
    res.num_ever_used = n
    res.resize_counter = d.resize_counter
    return res


def ll_dict_update(d, other, keyhash, keyeq):
    if d == other:
        return
    ll_prepare_dict_update(d, other.num_live_items, keyhash)
    i = 0
    while i < other.num_ever_used:
        if _is_live(other, i):
            entries = other.entries
            hash = _entry_hash(other, entries, i, keyhash)
            ll_dict_setitem_with_hash(d, entries[i].key, hash, entries[i].value, keyhash, keyeq)
        i += 1


def ll_dict_keys(LIST, d):
    n = d.num_live_items
    res = ll_newlist(LIST, n)
    items = ll_items(res)
    i = 0
    j = 0
    while j < n:
        if _is_live(d, i):
            items[j] = d.entries[i].key
            j += 1
        i += 1
    return res


def ll_dict_values(LIST, d):
    n = d.num_live_items
    res = ll_newlist(LIST, n)
    items = ll_items(res)
    i = 0
    j = 0
    while j < n:
        if _is_live(d, i):
            items[j] = d.entries[i].value
            j += 1
        i += 1
    return res


def ll_dict_items(LIST, PAIR, d):
    """A list of pairs."""
    n = d.num_live_items
    res = ll_newlist(LIST, n)
    i = 0
    j = 0
    while j < n:
        if _is_live(d, i):
            pair = lltype.malloc(PAIR)
            pair.item0 = d.entries[i].key
            pair.item1 = d.entries[i].value
            ll_items(res)[j] = pair
            j += 1
        i += 1
    return res


# ---------------------------------------------------------------- iteration: GcStruct('dictiter', ('dict', ...), ('index', Signed), ('version', Signed))

@always_inline
def ll_dictiter(ITER, d):
    it = lltype.malloc(ITER)
    it.dict = d
    it.index = 0
    return it


def ll_dictiter_reversed(ITER, d):
    it = lltype.malloc(ITER)
    it.dict = d
    it.index = d.num_ever_used - 1
    return it


def ll_dictnext_index(it):
    """Number of the next live entry; StopIteration at the end."""
    d = it.dict
    if d:
        i = it.index
        n = d.num_ever_used
        while i < n:
            if _is_live(d, i):
                it.index = i + 1
                return i
            i += 1
        it.dict = lltype.nullptr(lltype.typeOf(it).TO.dict.TO)
    raise StopIteration


def ll_dictnext_index_reversed(it):
    d = it.dict
    if d:
        i = it.index
        if i >= d.num_ever_used:
            i = d.num_ever_used - 1
        while i >= 0:
            if _is_live(d, i):
                it.index = i - 1
                return i
            i -= 1
        it.dict = lltype.nullptr(lltype.typeOf(it).TO.dict.TO)
    raise StopIteration


low_level_helpers(globals())
