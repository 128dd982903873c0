"""Bridges between high-level values and their low-level representation."""
from rpython.rtyper.intrinsic import intrinsic
from rpython.rtyper.lltypesystem import lltype


@intrinsic('llhelper')
def llhelper(F, f):
    """A low-level function pointer of type `F` to the function `f`."""
    return lltype.functionptr(F.TO, f.func_name, _callable=f)


@intrinsic('llstr')
def llstr(s):
    """The low-level pointer to a string."""
    return lltype.string_to_ptr(s)


@intrinsic('hlstr')
def hlstr(ll_s):
    """The string that a low-level pointer points at."""
    return lltype.string_from_ptr(ll_s)


@intrinsic('llunicode')
def llunicode(s):
    """The low-level pointer to a unicode string."""
    return lltype.unicode_to_ptr(s)


@intrinsic('hlunicode')
def hlunicode(ll_s):
    """The unicode string that a low-level pointer points at."""
    return lltype.unicode_from_ptr(ll_s)


@intrinsic('cast_instance_to_base_ptr')
def cast_instance_to_base_ptr(instance):
    """The instance as a pointer to the base of all objects."""
    return lltype.instance_to_ptr(instance)


@intrinsic('cast_base_ptr_to_instance')
def cast_base_ptr_to_instance(Class, ptr):
    """The instance of the class that the pointer points at."""
    return _checked(Class, lltype.instance_from_ptr(ptr))


@intrinsic('cast_instance_to_gcref')
def cast_instance_to_gcref(instance):
    """The instance as an opaque GC pointer."""
    return lltype.instance_to_gcref(instance)


@intrinsic('cast_gcref_to_instance')
def cast_gcref_to_instance(Class, ptr):
    """The instance of the class that the opaque pointer points at."""
    return _checked(Class, lltype.instance_from_gcref(ptr))


@intrinsic('cast_object_to_ptr')
def cast_object_to_ptr(PTR, object):
    """The instance as a pointer of the given type."""
    return lltype.cast_pointer(PTR, lltype.instance_to_ptr(object))


def _checked(Class, instance):
    if Class is not None and instance is not None:
        assert isinstance(instance, Class)
    return instance
