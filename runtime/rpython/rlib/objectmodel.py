"""The parts of the object model that RPython programs name themselves.

Specialisation tags, hints on functions, custom dictionaries, hashes and
identities, and the functions that tell the two ways of running apart.
"""
import sys

from rpython.rtyper.intrinsic import intrinsic

# ---- specialisation ------------------------------------------------------


def _tag(text):
    def decorate(func):
        func._annspecialcase_ = text
        return func
    return decorate


class _Specialize(object):
    """Decorators that ask for several copies of a function."""

    def memo(self):
        """Evaluate all calls at translation time; arguments are prebuilt."""
        return _tag('specialize:memo')

    def arg(self, *numbers):
        """One copy per constant value of the numbered arguments."""
        return _tag('specialize:arg' + self._list(numbers))

    def arg_or_var(self, *numbers):
        """Like `arg`, with one shared copy for values that are not constant."""
        return _tag('specialize:arg_or_var' + self._list(numbers))

    def argtype(self, *numbers):
        """One copy per type of the numbered arguments."""
        return _tag('specialize:argtype' + self._list(numbers))

    def arglistitemtype(self, number):
        """One copy per item type of the numbered argument, a list."""
        return _tag('specialize:arglistitemtype' + self._list((number,)))

    def ll(self):
        """One copy per low-level type of all arguments."""
        return _tag('specialize:ll')

    def ll_and_arg(self, *numbers):
        """`ll` and `arg` together."""
        return _tag('specialize:ll_and_arg' + self._list(numbers))

    def call_location(self):
        """One copy per place in the source that calls the function."""
        return _tag('specialize:call_location')

    def ctr_location(self):
        """For a class: one copy per place in the source that makes instances."""
        return _tag('specialize:ctr_location')

    def _list(self, numbers):
        return '(%s)' % ','.join([repr(number) for number in numbers])


specialize = _Specialize()

# ---- marks on functions --------------------------------------------------


def enforceargs(*types_, **kwds):
    """Decorator declaring the types of the arguments (None: any type)."""
    typecheck = kwds.pop('typecheck', True)
    if types_ and kwds:
        raise TypeError("either positional or keyword types, not both")

    def decorate(func):
        types = types_
        if kwds:
            names = func.func_code.co_varnames[:func.func_code.co_argcount]
            types = tuple([kwds.get(name) for name in names])
            for name in kwds:
                if name not in names:
                    raise TypeError("%r is no argument of %s()" % (name, func.func_name))
        func._annenforceargs_ = types
        func._enforceargs_check_ = typecheck
        return func
    return decorate


def always_inline(func):
    """Inline the function at every call."""
    func._always_inline_ = True
    return func


def dont_inline(func):
    """Never inline the function."""
    func._dont_inline_ = True
    return func


def try_inline(func):
    """Inline the function where that is possible."""
    func._always_inline_ = 'try'
    return func


def not_rpython(func):
    """The function must not be reached by translated code."""
    func._not_rpython_ = True
    return func


def never_allocate(cls):
    """Instances of the class must all be optimised away."""
    cls._rpython_never_allocate_ = True
    return cls


@intrinsic('likely')
def likely(condition):
    """`condition`, with the hint that it is mostly true."""
    return condition


@intrinsic('unlikely')
def unlikely(condition):
    """`condition`, with the hint that it is mostly false."""
    return condition


# ---- symbolic constants --------------------------------------------------


class Symbolic(object):
    """A constant whose value is known only later."""

    def annotation(self):
        return None

    def lltype(self):
        return None

    def __cmp__(self, other):
        if self is other:
            return 0
        raise TypeError("symbolics can only be compared with themselves")

    def __hash__(self):
        raise TypeError("symbolics are not hashable")

    def __nonzero__(self):
        raise TypeError("symbolics have no truth value")


class ComputedIntSymbolic(Symbolic):
    """An integer computed once, when the C source is written."""
    _rpy_symbolic_ = 'computed'

    def __init__(self, compute_fn):
        self.compute_fn = compute_fn
        self.has_been_computed = False
        self.value = 0

    def __repr__(self):
        return '%s(%r)' % (self.__class__.__name__, self.compute_fn)

    def compute(self):
        if not self.has_been_computed:
            self.value = self.compute_fn()
            self.has_been_computed = True
        return self.value


class CDefinedIntSymbolic(Symbolic):
    """An integer given by a C expression; `default` is its untranslated value."""
    _rpy_symbolic_ = 'c'

    def __init__(self, expr, default=None):
        self.expr = expr
        self.default = default

    def __repr__(self):
        return '%s(%r)' % (self.__class__.__name__, self.expr)

    def __nonzero__(self):
        return bool(self.default)

    def __int__(self):
        return self.default

    __index__ = __int__


malloc_zero_filled = CDefinedIntSymbolic('MALLOC_ZERO_FILLED', default=0)
running_on_llinterp = CDefinedIntSymbolic('RUNNING_ON_LLINTERP', default=1)


@intrinsic('we_are_translated')
def we_are_translated():
    """False in the host evaluator, True in translated code."""
    return False


@intrinsic('we_are_translated')
def we_are_translated_to_c():
    """Whether this is the translated program."""
    return False


@intrinsic('fetch_translated_config')
def fetch_translated_config():
    """The configuration of the translation, None when run untranslated."""
    return None


@intrinsic('revdb_flag_io_disabled')
def revdb_flag_io_disabled():
    """Always False: there is no reverse debugger."""
    return False


# ---- objects -------------------------------------------------------------


@intrinsic('instantiate')
def instantiate(cls, nonmovable=False):
    """An instance of `cls` whose `__init__` has not run."""
    if isinstance(cls, type):
        return cls.__new__(cls)
    return _OldInstance(cls)


class _OldStyle:
    pass


_OldInstance = type(_OldStyle())


@intrinsic('keepalive_until_here')
def keepalive_until_here(*values):
    """Keep the values alive at least until this point."""


@intrinsic('free_non_gc_object')
def free_non_gc_object(obj):
    """Free an instance of a class with `_alloc_flavor_ = 'raw'`."""
    obj.__dict__.clear()
    obj.__class__ = _FreedObject


class _FreedObject(object):
    """What a freed raw instance turns into."""

    def __getattribute__(self, name):
        raise RuntimeError("access to freed object")

    __setattr__ = __getattribute__


@intrinsic('is_annotation_constant')
def is_annotation_constant(thing):
    """Whether type inference knows the value of `thing`."""
    return True


@intrinsic('int_to_bytearray')
def int_to_bytearray(i):
    """A bytearray of `i` zero bytes."""
    return bytearray(i)


def import_from_mixin(M, special_methods=['__init__', '__del__']):
    """In a class body: copy the attributes of class `M` into the class."""
    namespace = sys._getframe(1).f_locals
    if '__module__' not in namespace:
        raise TypeError("import_from_mixin() must be called from a class body")
    bases = list(M.__mro__) if isinstance(M, type) else _old_style_order(M)
    gathered = {}
    for base in reversed(bases):
        if base is object:
            continue
        for name, value in base.__dict__.items():
            if name.startswith('__') and name.endswith('__') and name not in special_methods \
                    and name in _CLASS_BOOKKEEPING:
                continue
            gathered[name] = value
    immutable = gathered.pop('_immutable_fields_', None)
    if immutable is not None:
        namespace['_immutable_fields_'] = list(namespace.get('_immutable_fields_', [])) + list(immutable)
    mixed_in = namespace.setdefault('_mixin_sources_', [])
    for name, value in gathered.items():
        if name in ('_mixin_sources_', '_mixin_'):
            continue
        if name in namespace and name not in mixed_in:
            raise AttributeError("%r is already defined in the class" % (name,))
        namespace[name] = _copied_method(value, name)


_CLASS_BOOKKEEPING = ['__module__', '__dict__', '__weakref__', '__doc__', '__new__',
                      '__slots__', '__metaclass__', '__class__']


def _old_style_order(cls):
    order = [cls]
    for base in cls.__bases__:
        order.extend(_old_style_order(base))
    return order


_Function = type(_old_style_order)


def _copied_method(value, name):
    if isinstance(value, staticmethod):
        return staticmethod(_copied_method(value.__get__(None, object), name))
    if isinstance(value, classmethod) or not isinstance(value, _Function):
        return value
    copy = _Function(value.func_code, value.func_globals, value.func_name,
                              value.func_defaults, value.func_closure)
    copy.__dict__.update(value.__dict__)
    copy.__doc__ = value.__doc__
    return copy


# ---- hashes and identities -----------------------------------------------


@intrinsic('compute_hash')
def compute_hash(x):
    """The hash of `x` by value for numbers, strings and tuples, else by identity."""
    if x is None:
        return 0
    if isinstance(x, (str, unicode)):
        return _hash_string(x)
    if isinstance(x, float):
        return _hash_float(x)
    if isinstance(x, (int, long)):
        return _wrapped(int(x))
    if isinstance(x, tuple):
        return _hash_tuple(x)
    return compute_identity_hash(x)


@intrinsic('compute_identity_hash')
def compute_identity_hash(x):
    """A hash of the identity of `x`, the same for its whole life."""
    return object.__hash__(x)


@intrinsic('compute_unique_id')
def compute_unique_id(x):
    """An integer that differs for all objects alive at the same time."""
    return id(x)


@intrinsic('current_object_addr_as_int')
def current_object_addr_as_int(x):
    """The address of `x` now; it may move."""
    return id(x)


def _wrapped(n):
    n &= (1 << 64) - 1
    if n >= 1 << 63:
        n -= 1 << 64
    return int(n)


def _hash_string(s):
    """The hash of a string: the value that translated code computes."""
    length = len(s)
    if length == 0:
        return -1
    x = ord(s[0]) << 7
    for char in s:
        x = (1000003 * x ^ ord(char)) & 0xffffffffffffffff
    return _wrapped(x ^ length)


def _hash_float(f):
    """The hash of a float: the value that translated code computes."""
    import math
    if math.isinf(f):
        return 314159 if f > 0.0 else -271828
    if math.isnan(f):
        return 0
    mantissa, exponent = math.frexp(f)
    mantissa *= 2147483648.0
    high = int(mantissa)
    low = int((mantissa - float(high)) * 2147483648.0)
    return _wrapped(high + low + (exponent << 15))


def _hash_tuple(items):
    """The hash of a tuple: the value that translated code computes."""
    x = 0x345678
    for item in items:
        x = _wrapped(1000003 * x ^ compute_hash(item))
    return x


class UnboxedValue(object):
    """Base of classes whose single integer field may live in the pointer."""
    __slots__ = ()

    def __new__(cls, value):
        assert '__init__' not in cls.__dict__
        return super(UnboxedValue, cls).__new__(cls)

    def __init__(self, value):
        setattr(self, self.__class__.__slots__[0] if self.__class__.__slots__ else 'value', value)


# ---- lists ---------------------------------------------------------------


@intrinsic('newlist_hint')
def newlist_hint(sizehint=0):
    """An empty list with room for `sizehint` items."""
    return _HintedList(sizehint)


class _HintedList(list):
    """A list that remembers how much room was asked for."""

    def __init__(self, room):
        list.__init__(self)
        self._room = room


@intrinsic('resizelist_hint')
def resizelist_hint(l, sizehint):
    """Make room for `sizehint` items in the list."""
    if isinstance(l, _HintedList):
        l._room = sizehint


@intrinsic('list_get_physical_size')
def list_get_physical_size(l):
    """How many items fit into the list before it must grow."""
    if isinstance(l, _HintedList):
        return max(l._room, len(l))
    return len(l)


# ---- dictionaries --------------------------------------------------------


class r_dict(object):
    """A dictionary with its own equality and hash functions on keys."""
    _intrinsic_ = 'r_dict'

    def __init__(self, key_eq, key_hash, force_non_null=False, simple_hash_eq=False):
        self._dict = self._new_dict()
        self.key_eq = key_eq
        self.key_hash = key_hash
        self.force_non_null = force_non_null

    def _new_dict(self):
        return {}

    def _key(self, key):
        return _RKey(self, key)

    def __getitem__(self, key):
        return self._dict[_RKey(self, key)]

    def __setitem__(self, key, value):
        self._dict[_RKey(self, key)] = value

    def __delitem__(self, key):
        del self._dict[_RKey(self, key)]

    def __len__(self):
        return len(self._dict)

    def __contains__(self, key):
        return _RKey(self, key) in self._dict

    def __iter__(self):
        for rkey in self._dict:
            yield rkey.key

    def get(self, key, default=None):
        return self._dict.get(_RKey(self, key), default)

    def setdefault(self, key, default):
        return self._dict.setdefault(_RKey(self, key), default)

    def pop(self, key, *default):
        return self._dict.pop(_RKey(self, key), *default)

    def popitem(self):
        rkey, value = self._dict.popitem()
        return rkey.key, value

    def copy(self):
        result = self.__class__(self.key_eq, self.key_hash)
        result.update(self)
        return result

    def update(self, other):
        for key, value in other.items():
            self[key] = value

    def keys(self):
        return [rkey.key for rkey in self._dict]

    def values(self):
        return self._dict.values()

    def items(self):
        return [(rkey.key, value) for rkey, value in self._dict.items()]

    iterkeys = __iter__

    def itervalues(self):
        return self._dict.itervalues()

    def iteritems(self):
        for rkey, value in self._dict.iteritems():
            yield rkey.key, value

    def clear(self):
        self._dict.clear()

    def __repr__(self):
        return 'r_dict(%r)' % (dict(self.items()),)

    def __hash__(self):
        raise TypeError("cannot hash r_dict instances")


class r_ordereddict(r_dict):
    """The same as r_dict, whose items are ordered anyway."""
    _intrinsic_ = 'r_ordereddict'


class _RKey(object):
    """A key with the equality and hash of its dictionary."""
    __slots__ = ('dic', 'key', 'hash')

    def __init__(self, dic, key):
        self.dic = dic
        self.key = key
        self.hash = dic.key_hash(key)

    def __eq__(self, other):
        if not isinstance(other, _RKey):
            return NotImplemented
        return self is other or (self.hash == other.hash and self.dic.key_eq(self.key, other.key))

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return self.hash


@intrinsic('prepare_dict_update')
def prepare_dict_update(dict, n_elements):
    """Make room for `n_elements` more items."""


@intrinsic('reversed_dict')
def reversed_dict(d):
    """An iterator over the keys, last inserted first."""
    return iter(d.keys()[::-1])


def _d_hash(d, key):
    if isinstance(d, r_dict):
        return d.key_hash(key)
    return compute_hash(key)


@intrinsic('iterkeys_with_hash')
def iterkeys_with_hash(d):
    """An iterator over pairs (key, hash)."""
    return iter([(key, _d_hash(d, key)) for key in d.keys()])


@intrinsic('iteritems_with_hash')
def iteritems_with_hash(d):
    """An iterator over triples (key, value, hash)."""
    return iter([(key, value, _d_hash(d, key)) for key, value in d.items()])


@intrinsic('contains_with_hash')
def contains_with_hash(d, key, h):
    """`key in d`, where `h` is the key's hash."""
    return key in d


@intrinsic('setitem_with_hash')
def setitem_with_hash(d, key, h, value):
    """`d[key] = value`, where `h` is the key's hash."""
    d[key] = value


@intrinsic('getitem_with_hash')
def getitem_with_hash(d, key, h):
    """`d[key]`, where `h` is the key's hash."""
    return d[key]


@intrinsic('delitem_with_hash')
def delitem_with_hash(d, key, h):
    """`del d[key]`, where `h` is the key's hash."""
    del d[key]


@intrinsic('delitem_if_value_is')
def delitem_if_value_is(d, key, value):
    """Delete the item if it exists and its value is this object."""
    if d.get(key, None) is value and key in d:
        del d[key]


@intrinsic('move_to_end')
def move_to_end(d, key, last=True):
    """Move an existing item to the end, or to the beginning, of the order."""
    if isinstance(d, r_dict):
        d, key = d._dict, d._key(key)
    value = d.pop(key)
    if last:
        d[key] = value
        return
    others = d.items()
    d.clear()
    d[key] = value
    d.update(others)


NO_DEFAULT = object()


@not_rpython
def dict_to_switch(d, inline=True, default=NO_DEFAULT):
    """A function that maps the keys of the prebuilt dictionary to its values by tests."""
    from rpython.rlib.unroll import unrolling_iterable
    items = unrolling_iterable(d.items())

    if default is NO_DEFAULT:
        def lookup(query):
            for key, value in items:
                if query == key:
                    return value
            raise KeyError
    else:
        def lookup(query):
            for key, value in items:
                if query == key:
                    return value
            return default
    if inline:
        lookup._always_inline_ = True
    return lookup


@not_rpython
def sandbox_review(reviewed=False, check_caller=False, abort=False):
    """Decorator of the sandbox's review; without a sandbox it only marks."""
    def decorate(func):
        func._sandbox_review_ = 'reviewed' if reviewed else 'check_caller' if check_caller else 'abort'
        return func
    return decorate
