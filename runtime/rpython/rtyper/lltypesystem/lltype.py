"""Low-level types and pointers to simulated memory.

The types and the operations on them are native.  Types have the attributes
TO (Ptr), ARGS and RESULT (FuncType), OF (arrays), length (FixedSizeArray),
_name, _names, _flds, _hints and _gckind.
"""
from _rpy_lltype import *
from _rpy_lltype import _ptr

from rpython.rlib.objectmodel import specialize


@specialize.memo()
def _scoped_alloc_class(T, zero):
    class ScopedAlloc(object):
        """Raw memory that lives as long as a `with` block."""

        def __init__(self, n):
            if n is None:
                self.buf = malloc(T, flavor='raw', zero=zero)
            else:
                self.buf = malloc(T, n, flavor='raw', zero=zero)

        def __enter__(self):
            return self.buf

        def __exit__(self, *args):
            free(self.buf, flavor='raw')

    return ScopedAlloc


@specialize.arg(0, 2)
def scoped_alloc(T, n=None, zero=False):
    """A context manager around `malloc(T, n, flavor='raw')` and `free`."""
    return _scoped_alloc_class(T, zero)(n)


class Typedef(object):
    """A type that C code knows by the name `c_name`."""

    def __new__(cls, OF, c_name):
        return OF


def isCompatibleType(TYPE1, TYPE2):
    """Whether values of the first type can be used as the second."""
    return TYPE1 == TYPE2
