"""Addresses, symbolic sizes and offsets, and raw memory."""
from _rpy_lltype import (Address, GCREF, WeakRef, WeakRefPtr, arraylengthoffset, cast_adr_to_int, cast_adr_to_ptr,
                         cast_int_to_adr, cast_ptr_to_adr, itemoffsetof, null_address, offsetof, sizeof)

NULL = null_address()
