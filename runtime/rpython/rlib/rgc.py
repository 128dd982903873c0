"""The garbage collector as programs see it.

The functions marked as intrinsics are operations of the collector; what they
do untranslated has no effect on host objects.
"""
from rpython.rlib.objectmodel import not_rpython, specialize, we_are_translated
from rpython.rtyper.intrinsic import intrinsic
from rpython.rtyper.lltypesystem import lltype

# ---- collections ---------------------------------------------------------


@intrinsic('gc_collect')
def collect(gen=2):
    """Collect: generation 0 only the nursery, 2 everything."""
    import gc
    gc.collect()


@intrinsic('gc_collect_step')
def _collect_step():
    """One step; the old state in the upper bits, the new one in the lower eight."""
    return STATE_SWEEPING << 8


STATE_SCANNING = 0
STATE_MARKING = 1
STATE_SWEEPING = 2
STATE_FINALIZING = 3
_STATE_NAMES = ['SCANNING', 'MARKING', 'SWEEPING', 'FINALIZING']
GC_STATES = _STATE_NAMES


def collect_step():
    """One step of a major collection; look at the result with the functions below."""
    return _collect_step()


def old_state(states):
    """The state of the collector before the step."""
    return (states & 0xFF00) >> 8


def new_state(states):
    """The state of the collector after the step."""
    return states & 0xFF


def is_done(states):
    """Whether the step ended a major collection."""
    return is_done__states(old_state(states), new_state(states))


def is_done__states(oldstate, newstate):
    """Whether a step between the two states ended a major collection."""
    return oldstate != STATE_SCANNING and newstate == STATE_SCANNING


@intrinsic('gc_enable')
def enable():
    """Allow automatic major collections."""


@intrinsic('gc_disable')
def disable():
    """Forbid automatic major collections."""


@intrinsic('gc_isenabled')
def isenabled():
    """Whether major collections happen automatically."""
    return True


def set_max_heap_size(nbytes):
    """Limit the heap; MemoryError beyond it."""
    if we_are_translated():
        from rpython.rlib._rgc_c import c_set_max_heap_size
        c_set_max_heap_size(nbytes)


@intrinsic('gc_add_memory_pressure')
def add_memory_pressure(estimate, object=None):
    """Tell of raw memory that the collector does not see."""


# ---- moving --------------------------------------------------------------


@intrinsic('gc_can_move')
def can_move(p):
    """Whether the object may change its address."""
    return True


@intrinsic('gc_pin')
def pin(obj):
    """Keep the object where it is until `unpin`; False if that is impossible."""
    return False


@intrinsic('gc_unpin')
def unpin(obj):
    """Undo one `pin`."""
    raise AssertionError("unpin() of an object that is not pinned")


@intrinsic('gc_is_pinned')
def _is_pinned(obj):
    """Whether the object is pinned."""
    return False


def move_out_of_nursery(obj):
    """An equal of the object that does not move."""
    return obj


@intrinsic('ll_writebarrier')
def ll_writebarrier(gc_obj):
    """Tell that the object is about to be written to behind the collector's back."""


# ---- copying arrays ------------------------------------------------------


@intrinsic('ll_arraycopy')
def ll_arraycopy(source, dest, source_start, dest_start, length):
    """Copy items between GC arrays of the same type, which do not overlap."""
    for i in range(length):
        dest[dest_start + i] = source[source_start + i]


@intrinsic('ll_arraymove')
def ll_arraymove(array, source_start, dest_start, length):
    """Move items inside a GC array."""
    if source_start < dest_start:
        for i in range(length - 1, -1, -1):
            array[dest_start + i] = array[source_start + i]
    else:
        for i in range(length):
            array[dest_start + i] = array[source_start + i]


@intrinsic('ll_arrayclear')
def ll_arrayclear(p):
    """Set all items of a GC array to zero."""
    for i in range(len(p)):
        p[i] = lltype.typeOf(p).TO.OF._defl()


@intrinsic('ll_shrink_array')
def ll_shrink_array(p, smallerlength):
    """The array or string with only its first items; `p` may not be used any more."""
    TP = lltype.typeOf(p).TO
    newp = lltype.malloc(TP, smallerlength)
    if isinstance(TP, lltype.Struct):
        for name in TP._names[:-1]:
            setattr(newp, name, getattr(p, name))
        field = getattr(p, TP._arrayfld)
        target = getattr(newp, TP._arrayfld)
    else:
        field, target = p, newp
    for i in range(smallerlength):
        target[i] = field[i]
    return newp


# ---- finalizers ----------------------------------------------------------


class FinalizerQueue(object):
    """A queue of dead objects; subclasses define `Class` and `finalizer_trigger`.

    `finalizer_trigger()` is called when there are objects for `next_dead()`.
    """
    _rpy_finalizer_queue_ = True
    Class = None

    def finalizer_trigger(self):
        """Called when the queue has got dead objects."""
        raise NotImplementedError("must be overridden")

    def _freeze_(self):
        return True

    @intrinsic('gc_next_dead')
    def next_dead(self):
        """The next dead object, None if there is none."""
        queue = self.__dict__.setdefault('_queue', [])
        return queue.pop(0) if queue else None

    @intrinsic('gc_register_finalizer')
    def register_finalizer(self, obj):
        """Have the object in the queue once it is dead."""
        assert self.Class is None or isinstance(obj, self.Class)
        self.__dict__.setdefault('_registered', []).append(obj)


@intrinsic('gc_may_ignore_finalizer')
def may_ignore_finalizer(obj):
    """The finalizer of the object need not be called."""


def must_be_light_finalizer(func):
    """Decorator: the finalizer only frees raw memory."""
    func._must_be_light_finalizer_ = True
    return func


def no_collect(func):
    """Decorator: the translator checks that the function never collects."""
    func._dont_inline_ = True
    func._gc_no_collect_ = True
    return func


def no_release_gil(func):
    """Decorator: the function never releases the global lock."""
    func._dont_inline_ = True
    func._no_release_gil_ = True
    return func


def is_light_finalizer(func):
    """Whether the function is marked by `must_be_light_finalizer`."""
    return getattr(func, '_must_be_light_finalizer_', False)


# ---- statistics ----------------------------------------------------------

(TOTAL_MEMORY, TOTAL_ARENA_MEMORY, TOTAL_RAWMALLOCED_MEMORY, PEAK_MEMORY, PEAK_ARENA_MEMORY,
 PEAK_RAWMALLOCED_MEMORY, TOTAL_MEMORY_PRESSURE, TOTAL_ALLOCATED_MEMORY, PEAK_ALLOCATED_MEMORY,
 NURSERY_SIZE, TOTAL_GC_TIME) = range(11)


@intrinsic('gc_get_stats')
def get_stats(stat_no):
    """One of the numbers above: bytes, or milliseconds for TOTAL_GC_TIME."""
    return 0


def must_split_gc_address_space():
    """Whether there is a separate address space of the collector: no."""
    return False


def increase_root_stack_depth(new_depth):
    """Make room for deeper recursion."""


# ---- opaque references ---------------------------------------------------

class _GcRef(object):
    """Stands for a low-level GC pointer in untranslated programs."""

    def __init__(self, x):
        self._x = x

    def __eq__(self, other):
        return isinstance(other, _GcRef) and self._x is other._x

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return object.__hash__(self._x)


@intrinsic('cast_instance_to_gcref')
def cast_instance_to_gcref(x):
    """The instance as an opaque GC pointer."""
    return _GcRef(x)


@intrinsic('try_cast_gcref_to_instance')
def try_cast_gcref_to_instance(Class, gcref):
    """The instance of the class that the pointer points at, else None."""
    x = gcref._x if isinstance(gcref, _GcRef) else None
    return x if isinstance(x, Class) else None


def cast_gcref_to_int(gcref):
    """The address in the pointer."""
    if we_are_translated():
        return lltype.cast_ptr_to_int(gcref)
    return id(gcref._x)


def get_rpy_roots():
    """A list of pointers to the roots."""
    if not we_are_translated():
        return []
    from rpython.rlib._rgc_c import roots
    return roots()


def get_rpy_referents(gcref):
    """A list of pointers to what the object refers to."""
    if not we_are_translated():
        return []
    from rpython.rlib._rgc_c import referents
    return referents(gcref)


def get_rpy_memory_usage(gcref):
    """The size of the object in bytes."""
    if not we_are_translated():
        return 40
    from rpython.rlib._rgc_c import c_get_memory_usage
    return c_get_memory_usage(gcref)


def get_rpy_type_index(gcref):
    """A number for the low-level type of the object."""
    if not we_are_translated():
        return 0
    from rpython.rlib._rgc_c import c_get_type_index
    return c_get_type_index(gcref)


def get_gcflag_extra(gcref):
    """The flag of the object that is free for the program."""
    if not we_are_translated():
        return False
    from rpython.rlib._rgc_c import flag_extra
    return flag_extra(gcref)


def toggle_gcflag_extra(gcref):
    """Switch that flag."""
    if we_are_translated():
        from rpython.rlib._rgc_c import c_toggle_flag_extra
        c_toggle_flag_extra(gcref)


def has_gcflag_extra():
    """Whether objects have that flag."""
    return True


def get_gcflag_dummy(gcref):
    """A second flag, which does not exist."""
    return False


def has_gcflag_dummy():
    """Whether objects have a second flag."""
    return False


def assert_no_more_gcflags():
    """Check that all flags were switched back."""


def dump_rpy_heap(fd):
    """Write a description of all objects to a file descriptor; whether that worked."""
    if not we_are_translated():
        return False
    from rpython.rlib._rgc_c import dump_heap
    return dump_heap(fd)


def do_get_objects(callback):
    """All objects that `callback(gcref)` turns into something other than None."""
    result = []
    pending = get_rpy_roots()
    seen = []
    while pending:
        gcref = pending.pop()
        if not gcref or get_gcflag_extra(gcref):
            continue
        toggle_gcflag_extra(gcref)
        seen.append(gcref)
        item = callback(gcref)
        if item is not None:
            result.append(item)
        pending.extend(get_rpy_referents(gcref))
    for gcref in seen:
        toggle_gcflag_extra(gcref)
    return result


@not_rpython
def register_custom_trace_hook(TP, lambda_func):
    """Have the collector trace objects of TP by the function that `lambda_func()` returns.

    That function gets (gc, object address, callback, argument).
    """
    _custom_trace_hooks.append((TP, lambda_func()))
    lltype.attach_trace_hook(TP, lambda_func())


_custom_trace_hooks = []


@specialize.ll()
def hide_nonmovable_gcref(gcref):
    """The address of an object that does not move, hidden from the collector."""
    from rpython.rtyper.lltypesystem import llmemory
    return llmemory.cast_ptr_to_adr(gcref)


@specialize.ll()
def reveal_gcref(addr):
    """The pointer that `hide_nonmovable_gcref` hid."""
    from rpython.rtyper.lltypesystem import llmemory
    return llmemory.cast_adr_to_ptr(addr, llmemory.GCREF)


# ---- lists with raw access -----------------------------------------------


@intrinsic('resizable_list_supporting_raw_ptr')
def resizable_list_supporting_raw_ptr(lst):
    """`lst`, of which `nonmoving_raw_ptr_for_resizable_list` may be taken."""
    return lst


@intrinsic('nonmoving_raw_ptr_for_resizable_list')
def nonmoving_raw_ptr_for_resizable_list(lst):
    """A raw pointer to the characters of the list, valid until its length changes."""
    from rpython.rtyper.lltypesystem import rffi
    array = lltype.malloc(rffi.CCHARP.TO, len(lst), flavor='raw', track_allocation=False)
    for i in range(len(lst)):
        array[i] = lst[i]
    return array
