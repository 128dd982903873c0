"""The foreign function interface: C types, external functions, strings in raw memory.

The parts are in the modules _rffi_types, _rffi_call and _rffi_strings.
"""
from rpython.rtyper.lltypesystem._rffi_types import *
from rpython.rtyper.lltypesystem._rffi_strings import *
from rpython.rtyper.lltypesystem._rffi_call import *
from rpython.rtyper.lltypesystem._rffi_types import _add_integer_types
from rpython.rlib.rarithmetic import r_singlefloat, r_longfloat
from rpython.rtyper.lltypesystem.lltype import FuncType, Ptr

_add_integer_types(globals())
del _add_integer_types
