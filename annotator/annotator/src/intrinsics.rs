//! The table of intrinsics: functions that annotator and rtyper know.
//!
//! A row's names are the values of `_intrinsic_` (set by `@intrinsic("name")` of `rpython.rtyper.intrinsic`, on functions and
//! classes) and the qualified names `module.name` of host built-in functions and types. Native modules of the library are
//! named `_rpy_…`; their functions are `ll.name` here. No other Rust code names a library function.

macro_rules! intrinsics {
    ($($(#[$doc:meta])* $name:ident = $($text:literal)|+;)*) => {
        /// A function (or class, or method) with a meaning of its own for annotator and rtyper.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
        pub enum Intrinsic {
            $($(#[$doc])* $name,)*
        }

        impl Intrinsic {
            /// All of them.
            pub const ALL: &[Intrinsic] = &[$(Intrinsic::$name),*];

            /// Its first name, for messages and dumps.
            pub fn name(self) -> &'static str {
                self.names()[0]
            }

            /// All its names.
            pub fn names(self) -> &'static [&'static str] {
                match self { $(Intrinsic::$name => &[$($text),+],)* }
            }

            /// The intrinsic of a name.
            pub fn from_name(name: &str) -> Option<Intrinsic> {
                match name {
                    $($($text)|+ => Some(Intrinsic::$name),)*
                    _ => None,
                }
            }
        }
    };
}

intrinsics! {
    // ---- Python built-ins
    /// `len(x)`
    Len = "__builtin__.len";
    /// `range([start,] stop[, step])`, a list
    Range = "__builtin__.range";
    /// `xrange(…)`, same as `range` for the translated program
    XRange = "__builtin__.xrange";
    /// `isinstance(x, class or tuple)`
    IsInstance = "__builtin__.isinstance";
    /// `issubclass(x, class)`
    IsSubclass = "__builtin__.issubclass";
    /// `hasattr(x, 'name')`
    HasAttr = "__builtin__.hasattr";
    /// `getattr(x, 'name'[, default])`
    GetAttr = "__builtin__.getattr";
    /// `setattr(x, 'name', value)`
    SetAttr = "__builtin__.setattr";
    /// `callable(x)`
    Callable = "__builtin__.callable";
    /// `ord(c)`
    Ord = "__builtin__.ord";
    /// `chr(i)`
    Chr = "__builtin__.chr";
    /// `unichr(i)`
    Unichr = "__builtin__.unichr" | "unichr";
    /// `int(x[, base])`
    Int = "__builtin__.int";
    /// `float(x)`
    Float = "__builtin__.float";
    /// `str(x)`
    Str = "__builtin__.str";
    /// `repr(x)`
    Repr = "__builtin__.repr";
    /// `hex(x)`
    Hex = "__builtin__.hex";
    /// `oct(x)`
    Oct = "__builtin__.oct";
    /// `bin(x)`
    Bin = "__builtin__.bin";
    /// `unicode(x)`
    Unicode = "__builtin__.unicode";
    /// `bool(x)`
    Bool = "__builtin__.bool";
    /// `bytearray(x)`
    ByteArray = "__builtin__.bytearray";
    /// `min(a, b, …)`
    Min = "__builtin__.min";
    /// `max(a, b, …)`
    Max = "__builtin__.max";
    /// `abs(x)`
    Abs = "__builtin__.abs";
    /// `divmod(a, b)`
    Divmod = "__builtin__.divmod";
    /// `pow(a, b)`
    Pow = "__builtin__.pow";
    /// `hash(x)`
    Hash = "__builtin__.hash";
    /// `id(x)`
    Id = "__builtin__.id";
    /// `type(x)`
    Type = "__builtin__.type";
    /// `iter(x)`
    Iter = "__builtin__.iter";
    /// `next(x)`
    Next = "__builtin__.next";
    /// `reversed(x)`
    Reversed = "__builtin__.reversed";
    /// `enumerate(x[, start])`
    Enumerate = "__builtin__.enumerate";
    /// `zip(a, b, …)`
    Zip = "__builtin__.zip";
    /// `tuple(x)`
    Tuple = "__builtin__.tuple";
    /// `list([x])`
    List = "__builtin__.list";
    /// `dict([x])`
    Dict = "__builtin__.dict" | "collections.OrderedDict";
    /// `slice([start,] stop[, step])`
    Slice = "__builtin__.slice";
    /// `object()`, and `object.__init__`
    ObjectInit = "__builtin__.object.__init__";
    /// `Exception.__init__` and that of the other built-in exceptions without fields
    ExceptionInit = "exceptions.BaseException.__init__";
    /// `EnvironmentError.__init__(errno, strerror[, filename])`
    EnvironmentErrorInit = "exceptions.EnvironmentError.__init__";
    /// `weakref.ref(x)`
    WeakRef = "weakref.ref" | "_weakref.ref" | "weakref";
    /// `math.floor` and the other functions of `math` on one float
    MathFloor = "math.floor";
    /// `math.fmod(a, b)`
    MathFmod = "math.fmod";

    // ---- objectmodel
    /// True in translated code
    WeAreTranslated = "we_are_translated";
    /// The translation's options
    FetchTranslatedConfig = "fetch_translated_config";
    /// Always False
    RevdbFlagIoDisabled = "revdb_flag_io_disabled";
    /// An instance whose `__init__` has not run
    Instantiate = "instantiate";
    /// Keeps values alive
    KeepaliveUntilHere = "keepalive_until_here";
    /// Frees a raw instance
    FreeNonGcObject = "free_non_gc_object";
    /// Whether inference knows the value
    IsAnnotationConstant = "is_annotation_constant";
    /// Zero-filled bytearray
    IntToByteArray = "int_to_bytearray";
    /// Hash by value
    ComputeHash = "compute_hash";
    /// Hash by identity
    ComputeIdentityHash = "compute_identity_hash";
    /// Unique number
    ComputeUniqueId = "compute_unique_id";
    /// Address as a number
    CurrentObjectAddrAsInt = "current_object_addr_as_int";
    /// Empty list with room
    NewlistHint = "newlist_hint";
    /// Makes room in a list
    ResizelistHint = "resizelist_hint";
    /// Allocated size of a list
    ListGetPhysicalSize = "list_get_physical_size";
    /// Dict with its own equality and hash
    RDict = "r_dict";
    /// The same
    ROrderedDict = "r_ordereddict";
    /// Room for more items
    PrepareDictUpdate = "prepare_dict_update";
    /// Iterator over keys backwards
    ReversedDict = "reversed_dict";
    /// Iterator over (key, hash)
    IterkeysWithHash = "iterkeys_with_hash";
    /// Iterator over (key, value, hash)
    IteritemsWithHash = "iteritems_with_hash";
    /// `key in d` with known hash
    ContainsWithHash = "contains_with_hash";
    /// `d[key] = value` with known hash
    SetitemWithHash = "setitem_with_hash";
    /// `d[key]` with known hash
    GetitemWithHash = "getitem_with_hash";
    /// `del d[key]` with known hash
    DelitemWithHash = "delitem_with_hash";
    /// Deletes an item if its value is the object
    DelitemIfValueIs = "delitem_if_value_is";
    /// Moves an item in the order
    MoveToEnd = "move_to_end";
    /// A bool that is mostly true
    Likely = "likely";
    /// A bool that is mostly false
    Unlikely = "unlikely";
    /// A value whose constancy is forgotten
    NonConstant = "nonconstant";

    /// `[item] * count`, put in by the annotator: `alloc_and_set(count, item)`
    AllocAndSet = "alloc_and_set";
    /// The list of a comprehension, complete
    ListFence = "list_fence";

    // ---- rarithmetic
    /// Wraps to `Signed`
    Intmask = "intmask";
    /// Wraps to 128 bits
    LongLongLongMask = "longlonglongmask";
    /// Narrow integers to `Signed`
    Widen = "widen";
    /// The argument, an operation that was checked
    Ovfcheck = "ovfcheck";
    /// A machine integer class: conversion
    CastInt = "cast_int";
    /// C division
    IntCDiv = "int_c_div";
    /// C remainder
    IntCMod = "int_c_mod";
    /// High word of the product
    UintMulHigh = "uint_mul_high";
    /// `r_singlefloat(x)`
    RSingleFloat = "r_singlefloat";
    /// `r_longfloat(x)`
    RLongFloat = "r_longfloat";

    // ---- rstring
    /// `StringBuilder([size])`
    StringBuilder = "StringBuilder";
    /// `UnicodeBuilder([size])`
    UnicodeBuilder = "UnicodeBuilder";
    /// The string, which must not contain NUL
    AssertStr0 = "assert_str0";
    /// Refused if the string may contain NUL
    CheckStr0 = "check_str0";

    // ---- debug
    /// Low-level assertion
    LlAssert = "ll_assert";
    /// The value, asserted not to be None
    LlAssertNotNone = "ll_assert_not_none";
    /// Ends the process with a message
    FatalError = "fatalerror";
    /// The same without traceback
    FatalErrorNotb = "fatalerror_notb";
    /// Prints the RPython traceback
    DebugPrintTraceback = "debug_print_traceback";
    /// Starts a debugger
    AttachGdb = "attach_gdb";
    /// Prints to the log
    DebugPrint = "debug_print";
    /// Opens a log section
    DebugStart = "debug_start";
    /// Closes a log section
    DebugStop = "debug_stop";
    /// Whether log output is on
    HaveDebugPrints = "have_debug_prints";
    /// Whether log output of a category is on
    HaveDebugPrintsFor = "have_debug_prints_for";
    /// Position in the log
    DebugOffset = "debug_offset";
    /// Flushes the log
    DebugFlush = "debug_flush";
    /// Tells the log of a fork
    DebugForked = "debug_forked";
    /// The list, which must not be resized
    MakeSureNotResized = "make_sure_not_resized";
    /// The list, which must not be changed
    MakeSureNotModified = "make_sure_not_modified";
    /// Refused unless non-negative
    CheckNonneg = "check_nonneg";
    /// Refused unless a plain int
    CheckRegularInt = "check_regular_int";
    /// Refused unless a list of characters
    CheckListOfChars = "check_list_of_chars";
    /// Calls a checker with the annotation
    CheckAnnotation = "check_annotation";
    /// Nothing
    CheckNotAccessDirectly = "check_not_access_directly";
    /// The dict, whose keys and values are never None
    MarkDictNonNull = "mark_dict_non_null";

    // ---- types
    /// Casts at annotation time: `lltype_is_gc`-like tests are host functions; this is `typeOf(x)`
    TypeOf = "ll.typeOf";
    /// `malloc(T[, n], flavor=…, …)`
    Malloc = "ll.malloc";
    /// `free(p, flavor=…)`
    Free = "ll.free";
    /// Renders memory immortal
    RenderImmortal = "ll.render_immortal";
    /// `nullptr(T)`
    NullPtr = "ll.nullptr";
    /// `functionptr(F, name, …)`, only import time
    FunctionPtr = "ll.functionptr";
    /// `opaqueptr(…)`, only import time
    OpaquePtr = "ll.opaqueptr";
    /// `cast_primitive(T, x)`
    CastPrimitive = "ll.cast_primitive";
    /// `cast_pointer(PTR, p)`
    CastPointer = "ll.cast_pointer";
    /// `cast_opaque_ptr(PTR, p)`
    CastOpaquePtr = "ll.cast_opaque_ptr";
    /// `cast_ptr_to_int(p)`
    CastPtrToInt = "ll.cast_ptr_to_int";
    /// `cast_int_to_ptr(PTR, i)`
    CastIntToPtr = "ll.cast_int_to_ptr";
    /// `direct_ptradd(p, n)`
    DirectPtrAdd = "ll.direct_ptradd";
    /// `direct_arrayitems(p)`
    DirectArrayItems = "ll.direct_arrayitems";
    /// `direct_fieldptr(p, name)`
    DirectFieldPtr = "ll.direct_fieldptr";
    /// `length_of_simple_gcarray_from_opaque(p)`
    LengthOfGcArray = "ll.length_of_simple_gcarray_from_opaque";
    /// `getRuntimeTypeInfo(T)`, `runtime_type_info(p)`
    RuntimeTypeInfo = "ll.runtime_type_info";
    /// `identityhash(p)`
    IdentityHash = "ll.identityhash";
    /// `rffi.cast(T, x)`
    RffiCast = "ll.rffi_cast" | "rffi_cast";
    /// `rffi.ptradd(p, n)`
    RffiPtrAdd = "rffi_ptradd";
    /// `llop.NAME(RESULT, …)`; the constant tells which
    LowLevelOp = "llop";

    // ---- llmemory
    /// `cast_ptr_to_adr(p)`
    CastPtrToAdr = "ll.cast_ptr_to_adr";
    /// `cast_adr_to_ptr(a, PTR)`
    CastAdrToPtr = "ll.cast_adr_to_ptr";
    /// `cast_adr_to_int(a[, mode])`
    CastAdrToInt = "ll.cast_adr_to_int";
    /// `cast_int_to_adr(i)`
    CastIntToAdr = "ll.cast_int_to_adr";
    /// `sizeof(T[, n])`
    SizeOf = "ll.sizeof";
    /// `offsetof(T, name)`
    OffsetOf = "ll.offsetof";
    /// `itemoffsetof(T[, n])`
    ItemOffsetOf = "ll.itemoffsetof";
    /// `raw_malloc_usage(size)`
    RawMallocUsage = "ll.raw_malloc_usage";
    /// `raw_malloc(size)`
    RawMalloc = "ll.raw_malloc";
    /// `raw_free(a)`
    RawFree = "ll.raw_free";
    /// `raw_memclear(a, size)`
    RawMemclear = "ll.raw_memclear";
    /// `raw_memcopy(src, dst, size)`
    RawMemcopy = "ll.raw_memcopy";
    /// `raw_memmove(src, dst, size)`
    RawMemmove = "ll.raw_memmove";
    /// `weakref_create(p)`
    WeakrefCreate = "ll.weakref_create";
    /// `weakref_deref(PTR, w)`
    WeakrefDeref = "ll.weakref_deref";
    /// `cast_ptr_to_weakrefptr(p)`
    CastPtrToWeakrefPtr = "ll.cast_ptr_to_weakrefptr";
    /// `cast_weakrefptr_to_ptr(PTR, w)`
    CastWeakrefPtrToPtr = "ll.cast_weakrefptr_to_ptr";

    // ---- annlowlevel
    /// `llhelper(F, f)`
    LlHelper = "llhelper";
    /// `llstr(s)`
    LlStr = "llstr";
    /// `hlstr(p)`
    HlStr = "hlstr";
    /// `llunicode(s)`
    LlUnicode = "llunicode";
    /// `hlunicode(p)`
    HlUnicode = "hlunicode";
    /// Instance to `OBJECTPTR`
    CastInstanceToBasePtr = "cast_instance_to_base_ptr";
    /// `OBJECTPTR` to instance
    CastBasePtrToInstance = "cast_base_ptr_to_instance";
    /// Instance to `GCREF`
    CastInstanceToGcref = "cast_instance_to_gcref";
    /// `GCREF` to instance
    CastGcrefToInstance = "cast_gcref_to_instance";
    /// The same with a run-time check, None if it fails
    TryCastGcrefToInstance = "try_cast_gcref_to_instance";
    /// Instance to a given pointer type
    CastObjectToPtr = "cast_object_to_ptr";

    // ---- rgc
    /// `rgc.collect([gen])` and the other services without operands worth typing; the name tells which
    GcCollect = "gc_collect";
    /// One step: returns a number
    GcCollectStep = "gc_collect_step";
    /// `rgc.enable()`
    GcEnable = "gc_enable";
    /// `rgc.disable()`
    GcDisable = "gc_disable";
    /// `rgc.isenabled()`
    GcIsEnabled = "gc_isenabled";
    /// `rgc.pin(obj)`
    GcPin = "gc_pin";
    /// `rgc.unpin(obj)`
    GcUnpin = "gc_unpin";
    /// `rgc._is_pinned(obj)`
    GcIsPinned = "gc_is_pinned";
    /// `rgc.can_move(p)`
    GcCanMove = "gc_can_move";
    /// `rgc.add_memory_pressure(n[, obj])`
    GcAddMemoryPressure = "gc_add_memory_pressure";
    /// `rgc.get_stats(n)`
    GcGetStats = "gc_get_stats";
    /// `rgc.ll_arraycopy(src, dst, i, j, n)`
    LlArrayCopy = "ll_arraycopy";
    /// `rgc.ll_arraymove(array, i, j, n)`
    LlArrayMove = "ll_arraymove";
    /// `rgc.ll_arrayclear(array)`
    LlArrayClear = "ll_arrayclear";
    /// `rgc.ll_shrink_array(array, n)`
    LlShrinkArray = "ll_shrink_array";
    /// `rgc.ll_writebarrier(p)`
    LlWriteBarrier = "ll_writebarrier" | "gc_writebarrier";
    /// `rgc._writebarrier_before_copy(src, dst, i, j, n)`
    LlWriteBarrierBeforeCopy = "gc_writebarrier_before_copy";
    /// `rgc.FinalizerQueue` registration
    RegisterFinalizer = "gc_register_finalizer" | "finalizer_queue_register";
    /// Next object of a finalizer queue
    NextDead = "gc_next_dead" | "finalizer_queue_next_dead";
    /// The class `rgc.FinalizerQueue`
    FinalizerQueue = "finalizer_queue";
    /// The object will not need its finalizer
    MayIgnoreFinalizer = "gc_may_ignore_finalizer";
    /// `rgc.register_custom_trace_hook(T, f)`
    RegisterCustomTraceHook = "register_custom_trace_hook";
    /// `rgc.resizable_list_supporting_raw_ptr(l)`
    ResizableListRawPtr = "resizable_list_supporting_raw_ptr";
    /// `rgc.nonmoving_raw_ptr_for_resizable_list(l)`
    NonmovingRawPtrForList = "nonmoving_raw_ptr_for_resizable_list";
    /// Data pointer of a list of characters
    GcDataForListOfChars = "get_gc_data_for_list_of_chars";

    /// `rgc.move_out_of_nursery(p)`
    GcMoveOutOfNursery = "gc_move_out_of_nursery";
    /// `rgc.set_max_heap_size(n)`
    GcSetMaxHeapSize = "gc_set_max_heap_size";
    /// `rgc.increase_root_stack_depth(n)`
    GcIncreaseRootStackDepth = "gc_increase_root_stack_depth";
    /// Inspection of the heap
    GcHeapStats = "gc_heap_stats";
    /// Inspection of the heap
    GcGetRpyRoots = "gc_get_rpy_roots";
    /// Inspection of the heap
    GcGetRpyReferents = "gc_get_rpy_referents";
    /// Inspection of the heap
    GcGetRpyMemoryUsage = "gc_get_rpy_memory_usage";
    /// Inspection of the heap
    GcGetRpyTypeIndex = "gc_get_rpy_type_index";
    /// Inspection of the heap
    GcDumpRpyHeap = "gc_dump_rpy_heap";
    /// Inspection of the heap
    GcGetTypeidsZ = "gc_get_typeids_z";
    /// Inspection of the heap
    GcGetTypeidsList = "gc_get_typeids_list";
    /// A spare flag of GC objects
    GcGetGcflagExtra = "gc_get_gcflag_extra";
    /// A spare flag of GC objects
    GcToggleGcflagExtra = "gc_toggle_gcflag_extra";

    // ---- jit
    /// `jit.hint(x, **flags)`; value passed on
    JitHint = "jit_hint";
    /// `promote(x)`
    JitPromote = "jit_promote";
    /// `isconstant(x)`, `isvirtual(x)`: False
    JitIsConstant = "jit_isconstant";
    /// `isvirtual(x)`
    JitIsVirtual = "jit_isvirtual";
    /// Records for the JIT: nothing happens
    JitIgnore = "jit_ignore" | "jit_record" | "jit_set_param" | "jit_virtual_ref_finish";
    /// Markers of a JitDriver: nothing happens
    JitMarker = "jit_marker";
    /// `virtual_ref(x)`
    JitVirtualRef = "jit_virtual_ref";

    // ---- other services of the library
    /// The erase function of a pair
    Erase = "erase";
    /// `rerased.erase_int(x)`
    EraseInt = "erase_int";
    /// `rerased.unerase_int(y)`
    UneraseInt = "unerase_int";
    /// The unerase function of a pair
    Unerase = "unerase";
    /// Reads a machine word at a raw address: `raw_storage_getitem(T, p, i)`
    RawStorageGetItem = "raw_storage_getitem";
    /// `raw_storage_setitem(p, i, x)`
    RawStorageSetItem = "raw_storage_setitem";
    /// `longlong2float.float2longlong(x)`
    FloatToBits = "float2longlong";
    /// `longlong2float.longlong2float(x)`
    BitsToFloat = "longlong2float";
    /// `longlong2float.singlefloat2uint(x)`
    SingleFloatToBits = "singlefloat2uint";
    /// `longlong2float.uint2singlefloat(x)`
    BitsToSingleFloat = "uint2singlefloat";
    /// `print`: writes a string to standard output
    WriteStdout = "write_stdout";
    /// Whether a value is a low-level pointer, decided by its type
    IsLowLevelPointer = "is_low_level_pointer";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_find_their_rows() {
        for &i in Intrinsic::ALL {
            for name in i.names() {
                assert_eq!(Intrinsic::from_name(name), Some(i));
            }
        }
    }
}
