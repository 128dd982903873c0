"""The low-level types of instances, as programs name them, and helpers on them."""
from _rpy_lltype import OBJECT, OBJECTPTR, OBJECT_VTABLE, CLASSTYPE

from rpython.rlib.objectmodel import always_inline
from rpython.rtyper.lltypesystem import lltype
from rpython.rtyper.lltypesystem.lloperation import llop
from rpython.rtyper.lowlevel import low_level_helpers


@always_inline
def ll_isinstance(obj, cls):
    """The object may be null."""
    if not obj:
        return False
    return llop.obj_isinstance(lltype.Bool, obj, cls)


@always_inline
def ll_try_cast(obj, cls):
    """The object if it is an instance of the class, else null."""
    if ll_isinstance(obj, cls):
        return obj
    return lltype.nullptr(OBJECT)


@always_inline
def ll_type_or_none(obj):
    """The class of an object that may be null."""
    if not obj:
        return lltype.nullptr(OBJECT_VTABLE)
    return llop.obj_typeptr(CLASSTYPE, obj)


@always_inline
def ll_identity_hash(obj):
    """The hash of an object that may move; 0 for null."""
    if not obj:
        return 0
    return llop.gc_identityhash(lltype.Signed, obj)


@always_inline
def ll_address_hash(p):
    """The hash of something that does not move."""
    from rpython.rtyper.lltypesystem import rffi
    return rffi.cast(lltype.Signed, p) >> 4


@always_inline
def ll_hash_void(x):
    return 0


low_level_helpers(globals())
