"""Declared types of arguments and results.

    @signature(types.int(), types.str(), returns=types.bool())
    def f(n, s): ...
"""
from rpython.rlib import types


def signature(*paramtypes, **kwargs):
    """Decorator declaring all parameter types and, as `returns`, the type of the result."""
    if 'returns' not in kwargs:
        raise TypeError("signature: the keyword argument 'returns' is missing")
    returntype = kwargs.pop('returns')
    if kwargs:
        raise TypeError("signature: unexpected keyword arguments: %s" % ', '.join(sorted(kwargs)))

    def decorator(func):
        func._signature_ = tuple(paramtypes), returntype
        return func
    return decorator


def finishsigs(cls):
    """Class decorator: gives types.self() in signatures of the methods its meaning."""
    for value in vars(cls).values():
        func = getattr(value, 'im_func', value)
        if isinstance(value, (staticmethod, classmethod)):
            func = value.__get__(None, cls)
            func = getattr(func, 'im_func', func)
        if hasattr(func, '_signature_'):
            params, result = func._signature_
            func._signature_ = tuple([_bound(cls, param) for param in params]), _bound(cls, result)
    return cls


def _bound(cls, tp):
    if isinstance(tp, types.Type) and tp.kind == 'self':
        return types.instance(cls, *tp.args)
    return tp
