"""Marks on library functions that the translator knows by name.

The tables of names are the translator's.  A function marked with
`intrinsic` keeps its Python body as its untranslated behaviour.
"""
import _rpy_native


def intrinsic(name):
    """Decorator giving a function, method or class the meaning `name`."""
    def mark(thing):
        thing._intrinsic_ = name
        return thing
    return mark


def replaces(*builtins):
    """Decorator: the function stands for host built-ins in translated code."""
    def register(func):
        for builtin in builtins:
            _rpy_native.register_replacement(builtin, func)
        return func
    return register


def register_int_class(cls, signed, bits):
    """Make `cls` the host type of values of the low-level integer type."""
    _rpy_native.register_int_class(cls, signed, bits)
    return cls
