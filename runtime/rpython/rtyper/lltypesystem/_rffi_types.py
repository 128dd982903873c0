"""C types: integers by name, pointers, arrays, structs; casts and sizes."""
from rpython.rlib.objectmodel import CDefinedIntSymbolic, not_rpython, specialize
from rpython.rlib.rarithmetic import LONG_BIT, base_int, build_int, r_int, r_uint
from rpython.rtyper.intrinsic import intrinsic
from rpython.rtyper.lltypesystem import llmemory, lltype
from rpython.rtyper.lltypesystem.lltype import Ptr

__all__ = ['platform', 'CArray', 'CArrayPtr', 'CCallback', 'CFixedArray', 'CStruct', 'CStructPtr',
           'COpaque', 'COpaquePtr', 'CConstant', 'cast', 'sizeof', 'offsetof', 'size_and_sign',
           'sign_when_casting_to_int', 'getintfield', 'setintfield', 'make', 'structcopy', 'ptradd',
           'copy_struct', 'r_short', 'r_int_real', 'VOIDP', 'VOIDPP', 'CONST_VOIDP', 'NULL',
           'CCHARP', 'CONST_CCHARP', 'CCHARPP', 'CWCHARP', 'CHAR', 'DOUBLE', 'DOUBLEP', 'FLOAT',
           'FLOATP', 'LONGDOUBLE', 'LONGDOUBLEP', 'SIGNED', 'SIGNEDP', 'UNSIGNED', 'UNSIGNEDP',
           'UNSIGNEDPP', 'BOOL', 'TYPES', 'NUMBER_TYPES', 'UINT_CHARP', 'MAXIMUM_UINT',
           'isCArrayOf']

# ---- integers ------------------------------------------------------------

# C name: (signed, bits) on a 64-bit POSIX machine
_C_INTEGERS = [
    ('signed char', True, 8), ('unsigned char', False, 8), ('short', True, 16),
    ('unsigned short', False, 16), ('int', True, 32), ('unsigned int', False, 32),
    ('long', True, 64), ('unsigned long', False, 64), ('long long', True, 64),
    ('unsigned long long', False, 64), ('size_t', False, 64), ('ssize_t', True, 64),
    ('time_t', True, 64), ('clock_t', True, 64), ('suseconds_t', True, 64),
    ('intptr_t', True, 64), ('uintptr_t', False, 64), ('ptrdiff_t', True, 64),
    ('intmax_t', True, 64), ('uintmax_t', False, 64), ('mode_t', False, 32),
    ('pid_t', True, 32), ('uid_t', False, 32), ('gid_t', False, 32), ('dev_t', False, 64),
    ('ino_t', False, 64), ('nlink_t', False, 64), ('off_t', True, 64), ('blksize_t', True, 64),
    ('blkcnt_t', True, 64), ('socklen_t', False, 32), ('id_t', False, 32),
    ('int8_t', True, 8), ('uint8_t', False, 8), ('int16_t', True, 16), ('uint16_t', False, 16),
    ('int32_t', True, 32), ('uint32_t', False, 32), ('int64_t', True, 64), ('uint64_t', False, 64),
    ('int_least8_t', True, 8), ('uint_least8_t', False, 8), ('int_least16_t', True, 16),
    ('uint_least16_t', False, 16), ('int_least32_t', True, 32), ('uint_least32_t', False, 32),
    ('int_least64_t', True, 64), ('uint_least64_t', False, 64),
    ('int_fast8_t', True, 8), ('uint_fast8_t', False, 8), ('int_fast16_t', True, 64),
    ('uint_fast16_t', False, 64), ('int_fast32_t', True, 64), ('uint_fast32_t', False, 64),
    ('int_fast64_t', True, 64), ('uint_fast64_t', False, 64),
    ('__int128_t', True, 128), ('__uint128_t', False, 128),
]

TYPES = [name for name, _, _ in _C_INTEGERS]
NUMBER_TYPES = []


class _Platform(object):
    """Sizes and signs of the integer types of the target."""

    def __init__(self):
        self.types = {}
        self.numbertype_to_rclass = {lltype.Signed: r_int, lltype.Unsigned: r_uint}

    def register(self, c_name, cls, tp):
        self.types[c_name] = tp
        self.numbertype_to_rclass[tp] = cls

    def sizeof(self, c_name):
        return sizeof(self.types[c_name])


platform = _Platform()


def _python_name(c_name):
    """The name after `r_` of the class for a C type: 'unsigned int' is 'uint'."""
    if c_name.startswith('unsigned '):
        return 'u' + c_name[9:].replace(' ', '')
    return c_name.strip('_').replace(' ', '')


@not_rpython
def _add_integer_types(namespace):
    """Define r_NAME, NAME and NAMEP for all C integer types."""
    for c_name, signed, bits in _C_INTEGERS:
        name = _python_name(c_name)
        cls = build_int('r_' + name, signed, bits)
        if signed and bits == LONG_BIT:
            tp = lltype.Signed
        elif not signed and bits == LONG_BIT:
            tp = lltype.Unsigned
        else:
            tp = lltype.build_number(name.upper(), cls)
        if tp not in NUMBER_TYPES:
            NUMBER_TYPES.append(tp)
        platform.register(c_name, cls, tp)
        namespace['r_' + name] = cls
        namespace[name.upper()] = tp
        namespace[name.upper() + 'P'] = CArrayPtr(tp)
    namespace['INT_real'] = namespace['INT']
    namespace['UINT_real'] = namespace['UINT']
    namespace['INT_realP'] = namespace['INTP']
    namespace['UINT_realP'] = namespace['UINTP']
    namespace['INTPP'] = CArrayPtr(namespace['INTP'])
    namespace['WCHAR_T'] = lltype.UniChar
    namespace['r_wchar_t'] = build_int('r_wchar_t', True, 32)
    platform.types['wchar_t'] = lltype.UniChar


r_short = build_int('r_short', True, 16)
r_int_real = build_int('r_int32', True, 32)

# ---- constructors of types -----------------------------------------------


def CArray(tp):
    """A C array of `tp`: items without a length in front."""
    return lltype.Array(tp, hints={'nolength': True})


def CArrayPtr(tp):
    """The C type `tp *`."""
    return lltype.Ptr(CArray(tp))


def CCallback(args, res):
    """A pointer to a C function."""
    return lltype.Ptr(lltype.FuncType(args, res))


def CFixedArray(tp, size):
    """A C array of fixed length."""
    return lltype.FixedSizeArray(tp, size)


@not_rpython
def CStruct(name, *fields, **kwds):
    """The type of an existing C struct; RPython code prefixes its fields by `c_`.

    `name` is the name after `struct`, or a typedef with the hint 'typedef'.
    """
    hints = dict(kwds.pop('hints', {}))
    hints['external'] = 'C'
    hints['c_name'] = name
    c_fields = [('c_' + key, value) for key, value in fields]
    kwds['hints'] = hints
    return lltype.Struct(name, *c_fields, **kwds)


def CStructPtr(*args, **kwds):
    """A pointer to an existing C struct."""
    return lltype.Ptr(CStruct(*args, **kwds))


@not_rpython
def COpaque(name=None, ptr_typedef=None, hints=None, compilation_info=None):
    """A C type about which only its name is known."""
    hints = dict(hints or {})
    hints['external'] = 'C'
    if name is not None:
        hints['c_name'] = name
    if ptr_typedef is not None:
        hints['c_pointer_typedef'] = ptr_typedef
    hints['render_structure'] = True
    if compilation_info is not None:
        hints['eci'] = compilation_info
    return lltype.OpaqueType(name or ptr_typedef or 'opaque', hints=hints)


def COpaquePtr(*args, **kwds):
    """A pointer to a C type about which only a name is known."""
    typedef = kwds.pop('typedef', None)
    if typedef is not None:
        kwds['ptr_typedef'] = typedef
    return lltype.Ptr(COpaque(*args, **kwds))


class CConstant(CDefinedIntSymbolic):
    """A constant of type TP given by a C expression."""

    def __init__(self, c_name, TP):
        CDefinedIntSymbolic.__init__(self, c_name)
        self.c_name = c_name
        self.TP = TP


@not_rpython
def isCArrayOf(TYPE, ITEM):
    """Whether TYPE is a C array of ITEM."""
    return isinstance(TYPE, lltype.Array) and TYPE.OF == ITEM and TYPE._hints.get('nolength', False)


# ---- named types ---------------------------------------------------------

CHAR = lltype.Char
BOOL = lltype.Bool
DOUBLE = lltype.Float
FLOAT = lltype.SingleFloat
LONGDOUBLE = lltype.LongFloat
SIGNED = lltype.Signed
UNSIGNED = lltype.Unsigned
DOUBLEP = CArrayPtr(DOUBLE)
FLOATP = CArrayPtr(FLOAT)
LONGDOUBLEP = CArrayPtr(LONGDOUBLE)
SIGNEDP = CArrayPtr(SIGNED)
UNSIGNEDP = CArrayPtr(UNSIGNED)
UNSIGNEDPP = CArrayPtr(UNSIGNEDP)

VOIDP = lltype.Ptr(lltype.Array(lltype.Char, hints={'nolength': True, 'render_as_void': True}))
CONST_VOIDP = lltype.Ptr(lltype.Array(lltype.Char, hints={
    'nolength': True, 'render_as_void': True, 'render_as_const': True}))
NULL = None
VOIDPP = CArrayPtr(VOIDP)
CCHARP = CArrayPtr(lltype.Char)
CONST_CCHARP = lltype.Ptr(lltype.Array(lltype.Char, hints={'nolength': True, 'render_as_const': True}))
CCHARPP = CArrayPtr(CCHARP)
CWCHARP = CArrayPtr(lltype.UniChar)
UINT_CHARP = CCHARP
MAXIMUM_UINT = (1 << 32) - 1

# ---- casts ---------------------------------------------------------------


@intrinsic('rffi_cast')
def cast(RESTYPE, value):
    """`value` as in a C cast: between numbers, between pointers, and both ways."""
    return lltype.force_cast(RESTYPE, value)


@specialize.ll_and_arg(1)
def getintfield(pdst, fieldname):
    """An integer field as a signed machine word."""
    return cast(lltype.Signed, getattr(pdst, fieldname))


@specialize.ll_and_arg(1)
def setintfield(pdst, fieldname, value):
    """Set an integer field from an integer of any type."""
    STRUCT = lltype.typeOf(pdst).TO
    setattr(pdst, fieldname, cast(_field_type(STRUCT, fieldname), value))


@specialize.memo()
def _field_type(STRUCT, fieldname):
    return STRUCT._flds[fieldname]


@specialize.ll()
def ptradd(ptr, n):
    """The pointer to the n-th item of a C array."""
    return lltype.direct_ptradd(ptr, n)


@not_rpython
def make(STRUCT, **fields):
    """A prebuilt or raw struct with the given fields."""
    ptr = lltype.malloc(STRUCT, flavor='raw')
    for name, value in fields.items():
        setattr(ptr, name, value)
    return ptr


@specialize.ll()
def structcopy(pdst, psrc):
    """Copy a C struct with all its fields."""
    STRUCT = lltype.typeOf(pdst).TO
    size = sizeof(STRUCT)
    llmemory.raw_memcopy(llmemory.cast_ptr_to_adr(psrc), llmemory.cast_ptr_to_adr(pdst), size)


copy_struct = structcopy

# ---- sizes ---------------------------------------------------------------


@specialize.memo()
def sizeof(tp):
    """The size of a C type in bytes."""
    if isinstance(tp, lltype.Struct) and 'size' in tp._hints:
        return tp._hints['size']
    known = _layout(tp)
    if known is None:
        return llmemory.sizeof(tp)
    return known[0]


@specialize.memo()
def offsetof(STRUCT, fieldname):
    """The offset of a field of a C struct in bytes."""
    if 'fieldoffsets' in STRUCT._hints:
        for i, name in enumerate(STRUCT._names):
            if name == fieldname:
                return STRUCT._hints['fieldoffsets'][i]
        raise AttributeError(fieldname)
    if 'external' in STRUCT._hints:
        return llmemory.offsetof(STRUCT, fieldname)
    offset = 0
    for name in STRUCT._names:
        known = _layout(STRUCT._flds[name])
        if known is None:
            return llmemory.offsetof(STRUCT, fieldname)
        size, align = known
        offset = (offset + align - 1) // align * align
        if name == fieldname:
            return offset
        offset += size
    raise AttributeError(fieldname)


_PRIMITIVE_SIZES = [
    (lltype.Char, 1), (lltype.Bool, 1), (lltype.UniChar, 4), (lltype.Float, 8),
    (lltype.SingleFloat, 4), (lltype.LongFloat, 16), (lltype.Signed, 8), (lltype.Unsigned, 8),
    (llmemory.Address, 8),
]


@not_rpython
def _layout(tp):
    """(size, alignment) of a type where it is known without a C compiler, else None."""
    if isinstance(tp, lltype.Ptr):
        return 8, 8
    for primitive, size in _PRIMITIVE_SIZES:
        if tp == primitive:
            return size, size
    if tp in platform.numbertype_to_rclass:
        size = platform.numbertype_to_rclass[tp].BITS // 8
        return size, size
    if isinstance(tp, lltype.FixedSizeArray):
        item = _layout(tp.OF)
        return item and (item[0] * tp.length, item[1])
    if isinstance(tp, lltype.Struct):
        if 'size' in tp._hints:
            return tp._hints['size'], tp._hints.get('align', 8)
        if 'external' in tp._hints or tp._gckind != 'raw':
            return None
        return _struct_layout(tp)
    return None


@not_rpython
def _struct_layout(STRUCT):
    total = 0
    alignment = 1
    for name in STRUCT._names:
        known = _layout(STRUCT._flds[name])
        if known is None:
            return None
        size, align = known
        if STRUCT._hints.get('pack'):
            align = 1
        total = (total + align - 1) // align * align + size
        alignment = max(alignment, align)
    return (total + alignment - 1) // alignment * alignment, alignment


@specialize.memo()
def size_and_sign(tp):
    """The pair (size in bytes, whether values are unsigned)."""
    return sizeof(tp), not sign_when_casting_to_int(tp)


@specialize.memo()
def sign_when_casting_to_int(tp):
    """Whether negative values exist in the C type."""
    if tp in (lltype.Char, lltype.Bool, lltype.UniChar):
        return False
    if tp in platform.numbertype_to_rclass:
        return platform.numbertype_to_rclass[tp].SIGNED
    return not isinstance(tp, lltype.Ptr)
