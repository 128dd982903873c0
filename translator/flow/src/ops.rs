//! The operation table: one row for each operation, high level (what the flow space emits) and low level (what the
//! rtyper makes of it, and what the transforms add). Printer, reader, verifier, optimiser, root placement and C writer
//! are driven by it.

/// Which stage's graphs an operation may appear in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// Before the rtyper.
    High,
    /// After the rtyper.
    Low,
}

/// What an operation does beside computing its result; each kind includes what it says only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Nothing: may be removed, moved and folded.
    Pure,
    /// Reads memory: may be removed.
    Read,
    /// Writes memory or the outside world.
    Write,
    /// May raise (high level: any operation that may raise; low level: overflow checks).
    MayRaise,
    /// Allocates from the GC: may collect and raise MemoryError; may be removed.
    Malloc,
    /// Allocates raw memory: may raise MemoryError; does not collect.
    RawMalloc,
    /// Calls a graph: effects from its analysis.
    Call,
    /// Calls C: effects from the function's description.
    ExternCall,
    /// May collect, does not raise.
    Collect,
}

macro_rules! operations {
    ($($name:ident = $text:literal, $level:ident, $effect:ident, $arity:expr, $doc:literal;)*) => {
        /// An operation; the text name is in the table, what it means in its documentation.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum OpCode {
            $(#[doc = $doc] $name,)*
        }

        impl OpCode {
            /// All operations in table order.
            pub const ALL: &[OpCode] = &[$(OpCode::$name),*];

            /// Name in text dumps.
            pub fn name(self) -> &'static str {
                match self { $(OpCode::$name => $text,)* }
            }

            /// Level of graphs it belongs to.
            pub fn level(self) -> Level {
                match self { $(OpCode::$name => Level::$level,)* }
            }

            /// Side effects.
            pub fn effect(self) -> Effect {
                match self { $(OpCode::$name => Effect::$effect,)* }
            }

            /// Number of operands, if fixed.
            pub fn arity(self) -> Option<usize> {
                match self { $(OpCode::$name => $arity,)* }
            }

            /// The operation with this name in text dumps.
            pub fn from_name(name: &str) -> Option<OpCode> {
                OpCode::ALL.iter().copied().find(|op| op.name() == name)
            }
        }
    };
}

operations! {
    SameAs = "same_as", High, Pure, Some(1), "copy (also low level)";
    Pos = "pos", High, MayRaise, Some(1), "arithmetic on one operand";
    Neg = "neg", High, MayRaise, Some(1), "arithmetic on one operand";
    Invert = "invert", High, MayRaise, Some(1), "arithmetic on one operand";
    Bool = "bool", High, Pure, Some(1), "truth value";
    Not = "not_", High, MayRaise, Some(1), "boolean negation";
    Len = "len", High, MayRaise, Some(1), "protocols of containers and iterators";
    Iter = "iter", High, MayRaise, Some(1), "protocols of containers and iterators";
    Next = "next", High, MayRaise, Some(1), "protocols of containers and iterators";
    Add = "add", High, MayRaise, Some(2), "binary arithmetic";
    Sub = "sub", High, MayRaise, Some(2), "binary arithmetic";
    Mul = "mul", High, MayRaise, Some(2), "binary arithmetic";
    Truediv = "truediv", High, MayRaise, Some(2), "binary arithmetic";
    Floordiv = "floordiv", High, MayRaise, Some(2), "binary arithmetic";
    Div = "div", High, MayRaise, Some(2), "binary arithmetic";
    Mod = "mod", High, MayRaise, Some(2), "binary arithmetic";
    Pow = "pow", High, MayRaise, Some(2), "binary arithmetic";
    Lshift = "lshift", High, MayRaise, Some(2), "binary arithmetic";
    Rshift = "rshift", High, MayRaise, Some(2), "binary arithmetic";
    And = "and_", High, MayRaise, Some(2), "binary arithmetic";
    Or = "or_", High, MayRaise, Some(2), "binary arithmetic";
    Xor = "xor", High, MayRaise, Some(2), "binary arithmetic";
    Divmod = "divmod", High, MayRaise, Some(2), "binary arithmetic";
    InplaceAdd = "inplace_add", High, MayRaise, Some(2), "augmented assignment";
    InplaceSub = "inplace_sub", High, MayRaise, Some(2), "augmented assignment";
    InplaceMul = "inplace_mul", High, MayRaise, Some(2), "augmented assignment";
    InplaceTruediv = "inplace_truediv", High, MayRaise, Some(2), "augmented assignment";
    InplaceFloordiv = "inplace_floordiv", High, MayRaise, Some(2), "augmented assignment";
    InplaceDiv = "inplace_div", High, MayRaise, Some(2), "augmented assignment";
    InplaceMod = "inplace_mod", High, MayRaise, Some(2), "augmented assignment";
    InplacePow = "inplace_pow", High, MayRaise, Some(2), "augmented assignment";
    InplaceLshift = "inplace_lshift", High, MayRaise, Some(2), "augmented assignment";
    InplaceRshift = "inplace_rshift", High, MayRaise, Some(2), "augmented assignment";
    InplaceAnd = "inplace_and", High, MayRaise, Some(2), "augmented assignment";
    InplaceOr = "inplace_or", High, MayRaise, Some(2), "augmented assignment";
    InplaceXor = "inplace_xor", High, MayRaise, Some(2), "augmented assignment";
    AddOvf = "add_ovf", High, MayRaise, Some(2), "arithmetic under `ovfcheck`";
    SubOvf = "sub_ovf", High, MayRaise, Some(2), "arithmetic under `ovfcheck`";
    MulOvf = "mul_ovf", High, MayRaise, Some(2), "arithmetic under `ovfcheck`";
    FloordivOvf = "floordiv_ovf", High, MayRaise, Some(2), "arithmetic under `ovfcheck`";
    DivOvf = "div_ovf", High, MayRaise, Some(2), "arithmetic under `ovfcheck`";
    ModOvf = "mod_ovf", High, MayRaise, Some(2), "arithmetic under `ovfcheck`";
    LshiftOvf = "lshift_ovf", High, MayRaise, Some(2), "arithmetic under `ovfcheck`";
    NegOvf = "neg_ovf", High, MayRaise, Some(1), "arithmetic under `ovfcheck`";
    AbsOvf = "abs_ovf", High, MayRaise, Some(1), "arithmetic under `ovfcheck`";
    Lt = "lt", High, MayRaise, Some(2), "comparison";
    Le = "le", High, MayRaise, Some(2), "comparison";
    Eq = "eq", High, MayRaise, Some(2), "comparison";
    Ne = "ne", High, MayRaise, Some(2), "comparison";
    Gt = "gt", High, MayRaise, Some(2), "comparison";
    Ge = "ge", High, MayRaise, Some(2), "comparison";
    Cmp = "cmp", High, MayRaise, Some(2), "comparison";
    Is = "is_", High, Pure, Some(2), "identity";
    Getitem = "getitem", High, MayRaise, Some(2), "item access; contains(container, item)";
    Delitem = "delitem", High, MayRaise, Some(2), "item access; contains(container, item)";
    Contains = "contains", High, MayRaise, Some(2), "item access; contains(container, item)";
    Setitem = "setitem", High, MayRaise, Some(3), "x[y] = z";
    Getslice = "getslice", High, MayRaise, Some(3), "x[y:z], missing ends are None constants";
    Delslice = "delslice", High, MayRaise, Some(3), "x[y:z], missing ends are None constants";
    Setslice = "setslice", High, MayRaise, Some(4), "x[y:z] = w";
    Getattr = "getattr", High, MayRaise, Some(2), "attribute by constant name (or variable, then refused)";
    Delattr = "delattr", High, MayRaise, Some(2), "attribute by constant name (or variable, then refused)";
    Setattr = "setattr", High, MayRaise, Some(3), "x.name = value";
    Newlist = "newlist", High, MayRaise, None, "displays; newdict takes key, value, key, value …";
    Newtuple = "newtuple", High, MayRaise, None, "displays; newdict takes key, value, key, value …";
    Newdict = "newdict", High, MayRaise, None, "displays; newdict takes key, value, key, value …";
    Newset = "newset", High, MayRaise, None, "displays; newdict takes key, value, key, value …";
    Newslice = "newslice", High, MayRaise, Some(3), "slice(start, stop, step)";
    SimpleCall = "simple_call", High, MayRaise, None, "call with positional arguments: function, arguments …";
    CallArgs = "call_args", High, MayRaise, None, "call by shape: function, Shape constant, arguments …";
    Type = "type_", High, MayRaise, Some(1), "type(x) / x.__class__";
    RaiseCheck = "raise_check", High, MayRaise, Some(2), "instantiate what `raise` was given: type-or-instance, value; result is the exception instance";
    BoolNot = "bool_not", Low, Pure, Some(1), "integers";
    IntNeg = "int_neg", Low, Pure, Some(1), "integers";
    IntInvert = "int_invert", Low, Pure, Some(1), "integers";
    IntIsTrue = "int_is_true", Low, Pure, Some(1), "integers";
    UintNeg = "uint_neg", Low, Pure, Some(1), "integers";
    UintInvert = "uint_invert", Low, Pure, Some(1), "integers";
    UintIsTrue = "uint_is_true", Low, Pure, Some(1), "integers";
    IntAbs = "int_abs", Low, Pure, Some(1), "integers";
    IntAdd = "int_add", Low, Pure, Some(2), "signed 64-bit; shifts are C shifts of a valid count";
    IntSub = "int_sub", Low, Pure, Some(2), "signed 64-bit; shifts are C shifts of a valid count";
    IntMul = "int_mul", Low, Pure, Some(2), "signed 64-bit; shifts are C shifts of a valid count";
    IntAnd = "int_and", Low, Pure, Some(2), "signed 64-bit; shifts are C shifts of a valid count";
    IntOr = "int_or", Low, Pure, Some(2), "signed 64-bit; shifts are C shifts of a valid count";
    IntXor = "int_xor", Low, Pure, Some(2), "signed 64-bit; shifts are C shifts of a valid count";
    IntLshift = "int_lshift", Low, Pure, Some(2), "signed 64-bit; shifts are C shifts of a valid count";
    IntRshift = "int_rshift", Low, Pure, Some(2), "signed 64-bit; shifts are C shifts of a valid count";
    IntLt = "int_lt", Low, Pure, Some(2), "signed 64-bit; shifts are C shifts of a valid count";
    IntLe = "int_le", Low, Pure, Some(2), "signed 64-bit; shifts are C shifts of a valid count";
    IntEq = "int_eq", Low, Pure, Some(2), "signed 64-bit; shifts are C shifts of a valid count";
    IntNe = "int_ne", Low, Pure, Some(2), "signed 64-bit; shifts are C shifts of a valid count";
    IntGt = "int_gt", Low, Pure, Some(2), "signed 64-bit; shifts are C shifts of a valid count";
    IntGe = "int_ge", Low, Pure, Some(2), "signed 64-bit; shifts are C shifts of a valid count";
    IntMin = "int_min", Low, Pure, Some(2), "signed 64-bit; shifts are C shifts of a valid count";
    IntMax = "int_max", Low, Pure, Some(2), "signed 64-bit; shifts are C shifts of a valid count";
    UintAdd = "uint_add", Low, Pure, Some(2), "unsigned 64-bit";
    UintSub = "uint_sub", Low, Pure, Some(2), "unsigned 64-bit";
    UintMul = "uint_mul", Low, Pure, Some(2), "unsigned 64-bit";
    UintAnd = "uint_and", Low, Pure, Some(2), "unsigned 64-bit";
    UintOr = "uint_or", Low, Pure, Some(2), "unsigned 64-bit";
    UintXor = "uint_xor", Low, Pure, Some(2), "unsigned 64-bit";
    UintLshift = "uint_lshift", Low, Pure, Some(2), "unsigned 64-bit";
    UintRshift = "uint_rshift", Low, Pure, Some(2), "unsigned 64-bit";
    UintLt = "uint_lt", Low, Pure, Some(2), "unsigned 64-bit";
    UintLe = "uint_le", Low, Pure, Some(2), "unsigned 64-bit";
    UintEq = "uint_eq", Low, Pure, Some(2), "unsigned 64-bit";
    UintNe = "uint_ne", Low, Pure, Some(2), "unsigned 64-bit";
    UintGt = "uint_gt", Low, Pure, Some(2), "unsigned 64-bit";
    UintGe = "uint_ge", Low, Pure, Some(2), "unsigned 64-bit";
    IntFloordiv = "int_floordiv", Low, Pure, Some(2), "C division (towards zero) with non-zero divisor; Python division is a helper or int_py_*";
    IntMod = "int_mod", Low, Pure, Some(2), "C division (towards zero) with non-zero divisor; Python division is a helper or int_py_*";
    UintFloordiv = "uint_floordiv", Low, Pure, Some(2), "C division (towards zero) with non-zero divisor; Python division is a helper or int_py_*";
    UintMod = "uint_mod", Low, Pure, Some(2), "C division (towards zero) with non-zero divisor; Python division is a helper or int_py_*";
    IntPyDiv = "int_py_div", Low, Pure, Some(2), "Python (flooring) division with non-zero divisor and no overflow";
    IntPyMod = "int_py_mod", Low, Pure, Some(2), "Python (flooring) division with non-zero divisor and no overflow";
    IntAddOvf = "int_add_ovf", Low, MayRaise, Some(2), "raise OverflowError; must end a block with LastException or be in one that propagates";
    IntSubOvf = "int_sub_ovf", Low, MayRaise, Some(2), "raise OverflowError; must end a block with LastException or be in one that propagates";
    IntMulOvf = "int_mul_ovf", Low, MayRaise, Some(2), "raise OverflowError; must end a block with LastException or be in one that propagates";
    IntNegOvf = "int_neg_ovf", Low, MayRaise, Some(1), "raise OverflowError";
    IntAbsOvf = "int_abs_ovf", Low, MayRaise, Some(1), "raise OverflowError";
    UintMulHigh = "uint_mul_high", Low, Pure, Some(2), "high 64 bits of the unsigned product";
    IntBetween = "int_between", Low, Pure, None, "a <= b < c ; max(a,0)";
    IntForceGeZero = "int_force_ge_zero", Low, Pure, None, "a <= b < c ; max(a,0)";
    SintBinop = "sint_binop", Low, Pure, None, "arithmetic on other widths: Name operand (add, lt, …), then operands; result type from the variable";
    CharLt = "char_lt", Low, Pure, Some(2), "comparison of characters";
    CharLe = "char_le", Low, Pure, Some(2), "comparison of characters";
    CharEq = "char_eq", Low, Pure, Some(2), "comparison of characters";
    CharNe = "char_ne", Low, Pure, Some(2), "comparison of characters";
    CharGt = "char_gt", Low, Pure, Some(2), "comparison of characters";
    CharGe = "char_ge", Low, Pure, Some(2), "comparison of characters";
    UnicharLt = "unichar_lt", Low, Pure, Some(2), "comparison of characters";
    UnicharLe = "unichar_le", Low, Pure, Some(2), "comparison of characters";
    UnicharEq = "unichar_eq", Low, Pure, Some(2), "comparison of characters";
    UnicharNe = "unichar_ne", Low, Pure, Some(2), "comparison of characters";
    UnicharGt = "unichar_gt", Low, Pure, Some(2), "comparison of characters";
    UnicharGe = "unichar_ge", Low, Pure, Some(2), "comparison of characters";
    FloatNeg = "float_neg", Low, Pure, Some(1), "floats";
    FloatAbs = "float_abs", Low, Pure, Some(1), "floats";
    FloatIsTrue = "float_is_true", Low, Pure, Some(1), "floats";
    FloatAdd = "float_add", Low, Pure, Some(2), "floats";
    FloatSub = "float_sub", Low, Pure, Some(2), "floats";
    FloatMul = "float_mul", Low, Pure, Some(2), "floats";
    FloatTruediv = "float_truediv", Low, Pure, Some(2), "floats";
    FloatLt = "float_lt", Low, Pure, Some(2), "floats";
    FloatLe = "float_le", Low, Pure, Some(2), "floats";
    FloatEq = "float_eq", Low, Pure, Some(2), "floats";
    FloatNe = "float_ne", Low, Pure, Some(2), "floats";
    FloatGt = "float_gt", Low, Pure, Some(2), "floats";
    FloatGe = "float_ge", Low, Pure, Some(2), "floats";
    CastPrimitive = "cast_primitive", Low, Pure, Some(1), "between any two primitive types (Bool, Char, UniChar, integers, floats), C semantics; result type from the variable";
    CastBoolToInt = "cast_bool_to_int", Low, Pure, Some(1), "the frequent casts";
    CastBoolToUint = "cast_bool_to_uint", Low, Pure, Some(1), "the frequent casts";
    CastBoolToFloat = "cast_bool_to_float", Low, Pure, Some(1), "the frequent casts";
    CastCharToInt = "cast_char_to_int", Low, Pure, Some(1), "the frequent casts";
    CastIntToChar = "cast_int_to_char", Low, Pure, Some(1), "the frequent casts";
    CastUnicharToInt = "cast_unichar_to_int", Low, Pure, Some(1), "the frequent casts";
    CastIntToUnichar = "cast_int_to_unichar", Low, Pure, Some(1), "the frequent casts";
    CastIntToUint = "cast_int_to_uint", Low, Pure, Some(1), "the frequent casts";
    CastUintToInt = "cast_uint_to_int", Low, Pure, Some(1), "the frequent casts";
    CastIntToFloat = "cast_int_to_float", Low, Pure, Some(1), "the frequent casts";
    CastUintToFloat = "cast_uint_to_float", Low, Pure, Some(1), "the frequent casts";
    CastFloatToInt = "cast_float_to_int", Low, Pure, Some(1), "the frequent casts";
    CastFloatToUint = "cast_float_to_uint", Low, Pure, Some(1), "the frequent casts";
    ConvertFloatBytesToInt = "convert_float_bytes_to_int", Low, Pure, Some(1), "reinterpret bits";
    ConvertIntBytesToFloat = "convert_int_bytes_to_float", Low, Pure, Some(1), "reinterpret bits";
    PtrEq = "ptr_eq", Low, Pure, Some(2), "pointer identity";
    PtrNe = "ptr_ne", Low, Pure, Some(2), "pointer identity";
    PtrNonzero = "ptr_nonzero", Low, Pure, Some(1), "null tests";
    PtrIszero = "ptr_iszero", Low, Pure, Some(1), "null tests";
    CastPointer = "cast_pointer", Low, Pure, Some(1), "pointer casts; result type from the variable";
    CastOpaquePtr = "cast_opaque_ptr", Low, Pure, Some(1), "pointer casts; result type from the variable";
    CastPtrToAdr = "cast_ptr_to_adr", Low, Pure, Some(1), "pointer casts; result type from the variable";
    CastAdrToPtr = "cast_adr_to_ptr", Low, Pure, Some(1), "pointer casts; result type from the variable";
    CastAdrToInt = "cast_adr_to_int", Low, Pure, Some(1), "pointer casts; result type from the variable";
    CastIntToAdr = "cast_int_to_adr", Low, Pure, Some(1), "pointer casts; result type from the variable";
    CastPtrToInt = "cast_ptr_to_int", Low, Pure, Some(1), "pointer casts; result type from the variable";
    CastIntToPtr = "cast_int_to_ptr", Low, Pure, Some(1), "pointer casts; result type from the variable";
    Getfield = "getfield", Low, Read, Some(2), "pointer to struct, field name. On `typeptr` of objects: read from the header";
    Setfield = "setfield", Low, Write, Some(3), "pointer, field name, value";
    Getsubstruct = "getsubstruct", Low, Pure, Some(2), "pointer to inlined container: pointer, field name";
    Getarrayitem = "getarrayitem", Low, Read, Some(2), "pointer to array, index";
    Setarrayitem = "setarrayitem", Low, Write, Some(3), "pointer to array, index, value";
    Getarraysubstruct = "getarraysubstruct", Low, Pure, Some(2), "pointer to an inlined item: array, index";
    Getarraysize = "getarraysize", Low, Pure, Some(1), "length of an array";
    Getinteriorfield = "getinteriorfield", Low, Read, None, "pointer, then names and indices down to the value";
    Setinteriorfield = "setinteriorfield", Low, Write, None, "pointer, names and indices, value";
    Getinteriorarraysize = "getinteriorarraysize", Low, Pure, None, "pointer, names and indices down to an array";
    Malloc = "malloc", Low, Malloc, Some(1), "GC: Type. Result not initialised, GC pointer fields zeroed by the GC transform";
    MallocZeroed = "malloc_zeroed", Low, Malloc, Some(1), "GC: Type; all zero";
    MallocVarsize = "malloc_varsize", Low, Malloc, Some(2), "GC: Type, length";
    MallocVarsizeZeroed = "malloc_varsize_zeroed", Low, Malloc, Some(2), "GC: Type, length; all zero";
    MallocNonmovable = "malloc_nonmovable", Low, Malloc, None, "GC: Type, [length]; never moves";
    ShrinkArray = "shrink_array", Low, Malloc, Some(2), "GC array or string, smaller length: result is it or a copy";
    RawMalloc = "raw_malloc", Low, RawMalloc, None, "flavor raw: Type, [length], then Name flags: zero, immortal, track";
    RawFree = "raw_free", Low, Write, Some(1), "flavor raw";
    WeakrefCreate = "weakref_create", Low, Malloc, Some(1), "instance or gcref -> WeakRef";
    WeakrefDeref = "weakref_deref", Low, Read, Some(1), "WeakRef -> pointer or null";
    ObjIsinstance = "obj_isinstance", Low, Pure, Some(2), "object (non-null), vtable constant -> Bool; range check on tid";
    ObjTypeptr = "obj_typeptr", Low, Pure, Some(1), "object (non-null) -> vtable pointer";
    VtableIssubclass = "vtable_issubclass", Low, Pure, Some(2), "vtable, vtable -> Bool";
    DirectCall = "direct_call", Low, Call, None, "function pointer constant, arguments …";
    IndirectCall = "indirect_call", Low, Call, None, "function pointer, arguments …, Graphs constant";
    ExternCall = "extern_call", Low, ExternCall, None, "pointer to an external C function (constant or variable), arguments …, then Name flags";
    DirectPtradd = "direct_ptradd", Low, Pure, None, "raw interior pointers";
    DirectArrayitems = "direct_arrayitems", Low, Pure, None, "raw interior pointers";
    DirectFieldptr = "direct_fieldptr", Low, Pure, None, "raw interior pointers";
    AdrAdd = "adr_add", Low, Pure, Some(2), "address arithmetic";
    AdrSub = "adr_sub", Low, Pure, Some(2), "address arithmetic";
    AdrDelta = "adr_delta", Low, Pure, Some(2), "address arithmetic";
    AdrLt = "adr_lt", Low, Pure, Some(2), "address arithmetic";
    AdrLe = "adr_le", Low, Pure, Some(2), "address arithmetic";
    AdrEq = "adr_eq", Low, Pure, Some(2), "address arithmetic";
    AdrNe = "adr_ne", Low, Pure, Some(2), "address arithmetic";
    AdrGt = "adr_gt", Low, Pure, Some(2), "address arithmetic";
    AdrGe = "adr_ge", Low, Pure, Some(2), "address arithmetic";
    RawLoad = "raw_load", Low, Read, Some(2), "address or pointer, byte offset; result type from the variable";
    RawStore = "raw_store", Low, Write, Some(3), "address or pointer, byte offset, value";
    RawMemcopy = "raw_memcopy", Low, Write, Some(3), "source address, destination address, bytes";
    RawMemmove = "raw_memmove", Low, Write, Some(3), "source address, destination address, bytes";
    RawMemset = "raw_memset", Low, Write, Some(3), "address, byte, count";
    AdrMalloc = "adr_malloc", Low, RawMalloc, Some(1), "raw memory: bytes";
    AdrFree = "adr_free", Low, Write, Some(1), "raw memory";
    ArrayCopy = "array_copy", Low, Write, Some(5), "GC arrays or strings of the same type: source, destination, source start, destination start, count (write barrier included; may overlap)";
    StringCopy = "string_copy", Low, Write, Some(5), "strings of the same kind: source, destination, source start, destination start, count";
    StringEqual = "string_equal", Low, Read, Some(5), "string, start, string, start, count -> Bool: same characters";
    StringCompare = "string_compare", Low, Read, Some(3), "string, string, count -> negative, zero or positive by the first characters";
    StringFind = "string_find", Low, Read, Some(4), "string, substring, start, end -> first position or -1";
    ArrayClear = "array_clear", Low, Write, Some(3), "GC array, start, count: zero items";
    Keepalive = "keepalive", Low, Pure, None, "keeps its operands alive until here";
    Likely = "likely", Low, Pure, Some(1), "branch hints on Bool";
    Unlikely = "unlikely", Low, Pure, Some(1), "branch hints on Bool";
    JitHint = "jit_hint", Low, Pure, None, "value with hints (Name operands); value is passed on";
    DebugAssert = "debug_assert", Low, Write, Some(2), "Bool, message Name: checked under --lldebug";
    DebugOp = "debug_op", Low, Write, None, "category Name (debug_print, debug_start, …), operands";
    GcOp = "gc_op", Low, Collect, None, "GC service: Name (collect, collect_step, id, identityhash, pin, unpin, can_move, register_finalizer, next_dead, …), operands; result type from the variable";
    RuntimeOp = "runtime_op", Low, Write, None, "other service of the C runtime by Name: function `rpy_<name>`, operands; result type from the variable; cannot collect or raise";
    RuntimeCall = "runtime_call", Low, Call, None, "service of the C runtime by Name: function `rpy_<name>`, operands; may collect and raise";
    ExcFetch = "exc_fetch", Low, Read, Some(0), "transform: current exception instance";
    ExcClear = "exc_clear", Low, Write, Some(0), "transform: clear it";
    ExcSet = "exc_set", Low, Write, Some(1), "transform: set it";
    ExcOccurred = "exc_occurred", Low, Read, Some(0), "transform: Bool";
    StackCheck = "stack_check", Low, Pure, Some(0), "transform: prologue check, raises RuntimeError";
    GcWriteBarrier = "gc_write_barrier", Low, Write, Some(1), "transform: object about to get a young pointer";
    GcWriteBarrierArray = "gc_write_barrier_array", Low, Write, Some(2), "transform: array, index";
    GcPushRoots = "gc_push_roots", Low, Write, None, "transform: variables live over the next operation";
    GcPopRoots = "gc_pop_roots", Low, Write, None, "transform: reload them; operands as in the push";
}

impl OpCode {
    /// Whether the result may be computed at translation time from constant operands, and the operation removed if unused.
    pub fn is_pure(self) -> bool {
        self.effect() == Effect::Pure
    }

    /// Whether the flow space gives the operation exception links where a handler is active. The others never raise,
    /// or only for want of memory in a small allocation.
    pub fn may_be_caught(self) -> bool {
        use OpCode::*;
        let never = matches!(
            self,
            Pos | Neg
                | Invert
                | Not
                | And
                | Or
                | Xor
                | InplaceAnd
                | InplaceOr
                | InplaceXor
                | Rshift
                | InplaceRshift
                | Lt
                | Le
                | Eq
                | Ne
                | Gt
                | Ge
                | Getattr
                | Setattr
                | Newlist
                | Newtuple
                | Newdict
                | Newset
                | Newslice
                | Type
        );
        self.level() == Level::High && self.effect() == Effect::MayRaise && !never
    }

    /// Whether the operation may be left out when nobody needs its result, in a high-level graph.
    pub fn is_high_removable(self) -> bool {
        use OpCode::*;
        let arithmetic = matches!(self, Add | Sub | Mul | Lshift | InplaceSub | InplaceLshift);
        self.is_pure()
            || self == Len
            || arithmetic
            || (self.level() == Level::High && !self.may_be_caught() && self != Setattr)
    }

    /// Whether an unused result makes the operation superfluous.
    pub fn is_removable(self) -> bool {
        matches!(self.effect(), Effect::Pure | Effect::Read | Effect::Malloc)
    }
}
