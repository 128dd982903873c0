"""Shallow and deep copies of objects."""
import types
import weakref
from copy_reg import dispatch_table

__all__ = ['Error', 'copy', 'deepcopy']


class Error(Exception):
    """An object that cannot be copied."""


error = Error

_ATOMIC = [type(None), type(Ellipsis), int, long, float, bool, complex, str, unicode, type, xrange,
           types.CodeType, types.ClassType, types.BuiltinFunctionType, types.FunctionType,
           weakref.ref]


def _immutable(x):
    return x


_copiers = dict([(t, _immutable) for t in _ATOMIC + [tuple, frozenset]])
_copiers[list] = lambda x: x[:]
_copiers[dict] = dict.copy
_copiers[set] = set.copy


def _copy_instance(x):
    """A copy of an instance of an old-style class."""
    if hasattr(x, '__copy__'):
        return x.__copy__()
    y = _bare_instance(x, copy)
    state = x.__getstate__() if hasattr(x, '__getstate__') else x.__dict__
    _set_state(y, state)
    return y


def _bare_instance(x, convert):
    if hasattr(x, '__getinitargs__'):
        return x.__class__(*[convert(arg) for arg in x.__getinitargs__()])
    y = _Empty()
    y.__class__ = x.__class__
    return y


class _Empty:
    pass


def _set_state(y, state):
    if hasattr(y, '__setstate__'):
        y.__setstate__(state)
    else:
        y.__dict__.update(state)


_copiers[types.InstanceType] = _copy_instance


def copy(x):
    """A shallow copy."""
    cls = type(x)
    copier = _copiers.get(cls)
    if copier:
        return copier(x)
    copier = getattr(cls, '__copy__', None)
    if copier:
        return copier(x)
    return _reconstruct(x, _reduced(x, cls), False)


def _reduced(x, cls):
    """What the object is taken apart into."""
    reductor = dispatch_table.get(cls)
    if reductor:
        return reductor(x)
    reductor = getattr(x, '__reduce_ex__', None)
    if reductor:
        return reductor(2)
    reductor = getattr(x, '__reduce__', None)
    if reductor:
        return reductor()
    raise Error("un(shallow)copyable object of type %s" % cls)


def deepcopy(x, memo=None, _nil=[]):
    """A copy with copies of all that the object refers to."""
    if memo is None:
        memo = {}
    d = id(x)
    y = memo.get(d, _nil)
    if y is not _nil:
        return y
    cls = type(x)
    copier = _deep_copiers.get(cls)
    if copier:
        y = copier(x, memo)
    elif issubclass(cls, type):
        y = x
    else:
        copier = getattr(x, '__deepcopy__', None)
        if copier:
            y = copier(memo)
        else:
            rv = _reduced(x, cls)
            y = _reconstruct(x, rv, True, memo)
    memo[d] = y
    # keeps the original alive, so that its id stays taken
    memo.setdefault(id(memo), []).append(x)
    return y


def _deep_list(x, memo):
    y = []
    memo[id(x)] = y
    for a in x:
        y.append(deepcopy(a, memo))
    return y


def _deep_tuple(x, memo):
    y = [deepcopy(a, memo) for a in x]
    if id(x) in memo:
        # the tuple contains itself
        return memo[id(x)]
    for i in range(len(x)):
        if x[i] is not y[i]:
            return tuple(y)
    return x


def _deep_dict(x, memo):
    y = {}
    memo[id(x)] = y
    for key, value in x.iteritems():
        y[deepcopy(key, memo)] = deepcopy(value, memo)
    return y


def _deep_method(x, memo):
    return type(x)(x.im_func, deepcopy(x.im_self, memo), x.im_class)


def _deep_instance(x, memo):
    if hasattr(x, '__deepcopy__'):
        return x.__deepcopy__(memo)
    y = _bare_instance(x, lambda arg: deepcopy(arg, memo))
    memo[id(x)] = y
    state = x.__getstate__() if hasattr(x, '__getstate__') else x.__dict__
    _set_state(y, deepcopy(state, memo))
    return y


_deep_copiers = dict([(t, lambda x, memo: x) for t in _ATOMIC])
_deep_copiers[list] = _deep_list
_deep_copiers[tuple] = _deep_tuple
_deep_copiers[dict] = _deep_dict
_deep_copiers[types.MethodType] = _deep_method
_deep_copiers[types.InstanceType] = _deep_instance


def _reconstruct(x, info, deep, memo=None):
    """An object from what `x` was taken apart into."""
    if isinstance(info, str):
        return x
    assert isinstance(info, tuple)
    if memo is None:
        memo = {}
    callable, args = info[:2]
    state = info[2] if len(info) > 2 else None
    listiter = info[3] if len(info) > 3 else None
    dictiter = info[4] if len(info) > 4 else None
    if deep:
        args = deepcopy(args, memo)
    y = callable(*args)
    memo[id(x)] = y
    if state is not None:
        if deep:
            state = deepcopy(state, memo)
        if hasattr(y, '__setstate__'):
            y.__setstate__(state)
        else:
            slots = None
            if isinstance(state, tuple) and len(state) == 2:
                state, slots = state
            if state is not None:
                y.__dict__.update(state)
            if slots is not None:
                for key, value in slots.iteritems():
                    setattr(y, key, value)
    if listiter is not None:
        for item in listiter:
            y.append(deepcopy(item, memo) if deep else item)
    if dictiter is not None:
        for key, value in dictiter:
            if deep:
                key = deepcopy(key, memo)
                value = deepcopy(value, memo)
            y[key] = value
    return y
