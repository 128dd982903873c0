"""Packing of values into strings of bytes."""
from _struct import *
from _struct import error

__all__ = ['calcsize', 'pack', 'pack_into', 'unpack', 'unpack_from', 'Struct', 'error']
