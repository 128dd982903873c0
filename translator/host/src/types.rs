//! Well-known classes.

use crate::object::Layout;
use crate::value::ObjId;

/// How a built-in class is made.
#[derive(Clone, Copy, Debug)]
pub struct TypeDef {
    /// Python name
    pub name: &'static str,
    /// data of instances
    pub layout: Layout,
    /// may be subclassed
    pub subclassable: bool,
}

macro_rules! builtin_types {
    ($($(#[$doc:meta])* $field:ident : $name:literal, $base:ident, $layout:expr, $sub:expr;)*) => {
        /// Handles of the built-in types.
        #[derive(Clone, Debug)]
        pub struct Types {
            $($(#[$doc])* pub $field: ObjId,)*
        }

        impl Types {
            /// Handles before the classes exist.
            pub fn unset() -> Types {
                Types { $($field: ObjId::HOLE,)* }
            }

            /// Makes all classes in order; the callback gets a description and the base made earlier.
            pub fn fill(&mut self, mut make: impl FnMut(TypeDef, Option<ObjId>) -> ObjId) {
                let hole = ObjId::HOLE;
                let _ = hole;
                $({
                    let base = self.$base;
                    let base = if base.is_hole() { None } else { Some(base) };
                    self.$field = make(TypeDef { name: $name, layout: $layout, subclassable: $sub }, base);
                })*
            }
        }
    };
}

use Layout as L;

builtin_types! {
    /// `object`
    object: "object", object, L::Object, true;
    /// `type`
    type_: "type", object, L::Type, true;
    /// `int`
    int_: "int", object, L::Int, true;
    /// `bool`
    bool_: "bool", int_, L::Int, false;
    /// `long`
    long_: "long", object, L::Long, true;
    /// `float`
    float_: "float", object, L::Float, true;
    /// `complex`
    complex: "complex", object, L::Complex, true;
    /// `basestring`
    basestring: "basestring", object, L::Object, true;
    /// `str`
    str_: "str", basestring, L::Str, true;
    /// `unicode`
    unicode: "unicode", basestring, L::Unicode, true;
    /// `tuple`
    tuple: "tuple", object, L::Tuple, true;
    /// `list`
    list: "list", object, L::List, true;
    /// `dict`
    dict: "dict", object, L::Dict, true;
    /// `set`
    set: "set", object, L::Set, true;
    /// `frozenset`
    frozenset: "frozenset", object, L::FrozenSet, true;
    /// Python functions
    function: "function", object, L::Native(1), false;
    /// code objects
    code: "code", object, L::Native(2), false;
    /// native functions and bound native methods
    builtin_function: "builtin_function_or_method", object, L::Native(3), false;
    /// methods
    instancemethod: "instancemethod", object, L::Native(4), false;
    /// native methods, unbound
    method_descriptor: "method_descriptor", object, L::Native(5), false;
    /// native special methods, unbound
    wrapper_descriptor: "wrapper_descriptor", object, L::Native(6), false;
    /// native special methods, bound
    method_wrapper: "method-wrapper", object, L::Native(7), false;
    /// native class methods, unbound
    classmethod_descriptor: "classmethod_descriptor", object, L::Native(8), false;
    /// native attributes
    getset_descriptor: "getset_descriptor", object, L::Native(9), false;
    /// slots
    member_descriptor: "member_descriptor", object, L::Native(10), false;
    /// old-style classes
    classobj: "classobj", object, L::Native(11), false;
    /// old-style instances
    instance: "instance", object, L::Native(12), false;
    /// modules
    module: "module", object, L::Module, true;
    /// cells
    cell: "cell", object, L::Native(13), false;
    /// `property`
    property: "property", object, L::Native(14), true;
    /// `staticmethod`
    staticmethod: "staticmethod", object, L::Native(15), true;
    /// `classmethod`
    classmethod: "classmethod", object, L::Native(16), true;
    /// generators
    generator: "generator", object, L::Native(17), false;
    /// frames
    frame: "frame", object, L::Native(18), false;
    /// tracebacks
    traceback: "traceback", object, L::Native(19), false;
    /// `slice`
    slice: "slice", object, L::Native(20), false;
    /// `xrange`
    xrange: "xrange", object, L::Native(21), false;
    /// `weakref.ref`
    weakref: "weakref", object, L::Native(22), true;
    /// `weakref.ProxyType`
    weakproxy: "weakproxy", object, L::Native(23), false;
    /// `weakref.CallableProxyType`
    weakcallableproxy: "weakcallableproxy", object, L::Native(24), false;
    /// `super`
    super_: "super", object, L::Native(25), true;
    /// views of class dicts
    dictproxy: "dictproxy", object, L::Native(26), false;
    /// type of `None`
    none_type: "NoneType", object, L::Native(27), false;
    /// type of `NotImplemented`
    not_implemented_type: "NotImplementedType", object, L::Native(28), false;
    /// type of `Ellipsis`
    ellipsis: "ellipsis", object, L::Native(29), false;
    /// iterators over anything indexable
    iterator: "iterator", object, L::Native(30), false;
    /// iterators over lists
    listiterator: "listiterator", object, L::Native(31), false;
    /// iterators over tuples
    tupleiterator: "tupleiterator", object, L::Native(32), false;
    /// backward iterators over lists
    listreverseiterator: "listreverseiterator", object, L::Native(33), false;
    /// `reversed`
    reversed: "reversed", object, L::Native(34), true;
    /// iterators over xranges
    rangeiterator: "rangeiterator", object, L::Native(35), false;
    /// iterators over dict keys
    dict_keyiterator: "dictionary-keyiterator", object, L::Native(36), false;
    /// iterators over dict values
    dict_valueiterator: "dictionary-valueiterator", object, L::Native(37), false;
    /// iterators over dict items
    dict_itemiterator: "dictionary-itemiterator", object, L::Native(38), false;
    /// iterators over sets
    setiterator: "setiterator", object, L::Native(39), false;
    /// `iter(callable, sentinel)`
    callable_iterator: "callable-iterator", object, L::Native(40), false;
    /// `enumerate`
    enumerate: "enumerate", object, L::Native(41), true;
    /// `r_singlefloat`
    singlefloat: "r_singlefloat", object, L::Native(42), false;
    /// signals of finally blocks, never visible
    signal: "signal", object, L::Native(43), false;
    /// low-level types
    lowlevel_type: "LowLevelType", object, L::Native(44), false;
    /// `lltype.Primitive`
    ll_primitive: "Primitive", lowlevel_type, L::Native(100), true;
    /// `lltype.Number`
    ll_number: "Number", ll_primitive, L::Native(101), true;
    /// `lltype.Ptr`
    ll_ptr: "Ptr", lowlevel_type, L::Native(102), true;
    /// `lltype.Struct`
    ll_struct: "Struct", lowlevel_type, L::Native(103), true;
    /// `lltype.GcStruct`
    ll_gcstruct: "GcStruct", ll_struct, L::Native(104), true;
    /// `lltype.Array`
    ll_array: "Array", lowlevel_type, L::Native(105), true;
    /// `lltype.GcArray`
    ll_gcarray: "GcArray", ll_array, L::Native(106), true;
    /// `lltype.FixedSizeArray`
    ll_fixedsizearray: "FixedSizeArray", ll_struct, L::Native(107), true;
    /// `lltype.FuncType`
    ll_functype: "FuncType", lowlevel_type, L::Native(108), true;
    /// `lltype.OpaqueType`
    ll_opaque: "OpaqueType", lowlevel_type, L::Native(109), true;
    /// `lltype.GcOpaqueType`
    ll_gcopaque: "GcOpaqueType", ll_opaque, L::Native(110), true;
    /// `lltype.ForwardReference`
    ll_forward: "ForwardReference", lowlevel_type, L::Native(111), true;
    /// `lltype.GcForwardReference`
    ll_gcforward: "GcForwardReference", ll_forward, L::Native(112), true;
    /// pointers to low-level data
    lowlevel_ptr: "_ptr", object, L::Native(45), false;
    /// other low-level values (addresses, symbolic numbers)
    lowlevel_value: "lowlevel", object, L::Native(46), false;
    /// `file`
    file: "file", object, L::Native(47), true;
    /// `buffer`
    buffer: "buffer", object, L::Native(48), false;
    /// `bytearray`
    bytearray: "bytearray", object, L::Native(49), true;
    /// `memoryview`
    memoryview: "memoryview", object, L::Native(50), false;
    /// `dict.viewkeys()`
    dict_keys: "dict_keys", object, L::Native(51), false;
    /// `dict.viewvalues()`
    dict_values: "dict_values", object, L::Native(52), false;
    /// `dict.viewitems()`
    dict_items: "dict_items", object, L::Native(53), false;
    /// iterators over str characters are plain `iterator`s; this one is for generators of native modules
    native_iterator: "native-iterator", object, L::Native(54), false;
}

macro_rules! exceptions {
    ($($(#[$doc:meta])* $field:ident : $name:literal, $base:ident;)*) => {
        /// Handles of the exception classes.
        #[derive(Clone, Debug)]
        pub struct Exceptions {
            $($(#[$doc])* pub $field: ObjId,)*
        }

        impl Exceptions {
            /// Handles before the classes exist.
            pub fn unset() -> Exceptions {
                Exceptions { $($field: ObjId::HOLE,)* }
            }

            /// Makes all classes in order; the callback gets the name and the base made earlier.
            pub fn fill(&mut self, mut make: impl FnMut(&'static str, Option<ObjId>) -> ObjId) {
                $({
                    let base = self.$base;
                    let base = if base.is_hole() { None } else { Some(base) };
                    self.$field = make($name, base);
                })*
            }

            /// All exception classes.
            pub fn all(&self) -> Vec<(&'static str, ObjId)> {
                vec![$(($name, self.$field),)*]
            }
        }
    };
}

exceptions! {
    /// `BaseException`
    base_exception: "BaseException", base_exception;
    /// `Exception`
    exception: "Exception", base_exception;
    /// `StandardError`
    standard_error: "StandardError", exception;
    /// `SystemExit`
    system_exit: "SystemExit", base_exception;
    /// `KeyboardInterrupt`
    keyboard_interrupt: "KeyboardInterrupt", base_exception;
    /// `GeneratorExit`
    generator_exit: "GeneratorExit", base_exception;
    /// `StopIteration`
    stop_iteration: "StopIteration", exception;
    /// `ArithmeticError`
    arithmetic_error: "ArithmeticError", standard_error;
    /// `FloatingPointError`
    floating_point_error: "FloatingPointError", arithmetic_error;
    /// `OverflowError`
    overflow_error: "OverflowError", arithmetic_error;
    /// `ZeroDivisionError`
    zero_division_error: "ZeroDivisionError", arithmetic_error;
    /// `AssertionError`
    assertion_error: "AssertionError", standard_error;
    /// `AttributeError`
    attribute_error: "AttributeError", standard_error;
    /// `BufferError`
    buffer_error: "BufferError", standard_error;
    /// `EnvironmentError`
    environment_error: "EnvironmentError", standard_error;
    /// `IOError`
    io_error: "IOError", environment_error;
    /// `OSError`
    os_error: "OSError", environment_error;
    /// `EOFError`
    eof_error: "EOFError", standard_error;
    /// `ImportError`
    import_error: "ImportError", standard_error;
    /// `LookupError`
    lookup_error: "LookupError", standard_error;
    /// `IndexError`
    index_error: "IndexError", lookup_error;
    /// `KeyError`
    key_error: "KeyError", lookup_error;
    /// `MemoryError`
    memory_error: "MemoryError", standard_error;
    /// `NameError`
    name_error: "NameError", standard_error;
    /// `UnboundLocalError`
    unbound_local_error: "UnboundLocalError", name_error;
    /// `ReferenceError`
    reference_error: "ReferenceError", standard_error;
    /// `RuntimeError`
    runtime_error: "RuntimeError", standard_error;
    /// `NotImplementedError`
    not_implemented_error: "NotImplementedError", runtime_error;
    /// `SyntaxError`
    syntax_error: "SyntaxError", standard_error;
    /// `IndentationError`
    indentation_error: "IndentationError", syntax_error;
    /// `TabError`
    tab_error: "TabError", indentation_error;
    /// `SystemError`
    system_error: "SystemError", standard_error;
    /// `TypeError`
    type_error: "TypeError", standard_error;
    /// `ValueError`
    value_error: "ValueError", standard_error;
    /// `UnicodeError`
    unicode_error: "UnicodeError", value_error;
    /// `UnicodeDecodeError`
    unicode_decode_error: "UnicodeDecodeError", unicode_error;
    /// `UnicodeEncodeError`
    unicode_encode_error: "UnicodeEncodeError", unicode_error;
    /// `UnicodeTranslateError`
    unicode_translate_error: "UnicodeTranslateError", unicode_error;
    /// `Warning`
    warning: "Warning", exception;
    /// `BytesWarning`
    bytes_warning: "BytesWarning", warning;
    /// `DeprecationWarning`
    deprecation_warning: "DeprecationWarning", warning;
    /// `FutureWarning`
    future_warning: "FutureWarning", warning;
    /// `ImportWarning`
    import_warning: "ImportWarning", warning;
    /// `PendingDeprecationWarning`
    pending_deprecation_warning: "PendingDeprecationWarning", warning;
    /// `RuntimeWarning`
    runtime_warning: "RuntimeWarning", warning;
    /// `SyntaxWarning`
    syntax_warning: "SyntaxWarning", warning;
    /// `UnicodeWarning`
    unicode_warning: "UnicodeWarning", warning;
    /// `UserWarning`
    user_warning: "UserWarning", warning;
}
