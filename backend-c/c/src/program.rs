//! What the back end is given: a typed program, and how to compile it.

use indexmap::IndexMap;
use rpy_flow::{GraphId, Graphs};
use rpy_lltype::{ContainerId, LLStore, LLTypeId, LLTypes};
use rpy_syntax::SourceMap;
use std::path::PathBuf;
use std::sync::Arc;

/// A whole program after the rtyper and the optimiser.
#[derive(Debug, Default)]
pub struct Program {
    /// Name of the program, for generated file names.
    pub name: String,
    /// All low-level graphs.
    pub graphs: Graphs,
    /// All low-level types.
    pub types: LLTypes,
    /// Prebuilt data.
    pub store: LLStore,
    /// The entry point: `Ptr(GcStruct list{length, items: Ptr(GcArray(Ptr STR))}) -> Signed`; none in libraries.
    pub entry: Option<GraphId>,
    /// All classes in preorder of the hierarchy (a class directly before its subclasses).
    pub classes: Vec<ClassInfo>,
    /// Prebuilt instances of exceptions that operations raise.
    pub exceptions: IndexMap<StandardException, ContainerId>,
    /// Functions that keep their C name and are visible to C code: `entrypoint_*`, `export_*`.
    pub exports: Vec<Export>,
    /// Functions run, in order, before any other generated code.
    pub startup: Vec<GraphId>,
    /// Triggers of finalizer queues, by queue number: `Func() -> Void`.
    pub finalizer_triggers: Vec<GraphId>,
    /// Custom trace hooks by GC struct: `Func(Void gc, Address obj, Address callback, Address arg1, Address arg2) -> Void`.
    pub custom_trace: IndexMap<LLTypeId, GraphId>,
    /// Destructors of GC structs that are no instances, and whether they are light (as `ClassInfo::light_del`).
    pub destructors: IndexMap<LLTypeId, (GraphId, bool)>,
    /// What `External::compilation_info` indexes.
    pub compilation_infos: IndexMap<u32, CompilationInfo>,
    /// Infos needed beside those of the called functions.
    pub extra_infos: Vec<CompilationInfo>,
    /// Texts of the sources, for line numbers.
    pub sources: SourceMap,
}

/// A class with instances in the low-level program.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassInfo {
    /// Name in reports.
    pub name: Arc<str>,
    /// GC struct of its instances. The struct of the parent is its first field, `super`.
    pub instance: LLTypeId,
    /// Its vtable container.
    pub vtable: ContainerId,
    /// Index of the parent class, smaller than its own index.
    pub parent: Option<usize>,
    /// `__del__`: a function of the instance.
    pub del: Option<GraphId>,
    /// `__del__` only touches raw memory and fields that are no GC pointers.
    pub light_del: bool,
}

/// Exceptions that operations and the C runtime raise by themselves; numbers are those of `RPY_EXC_*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum StandardException {
    /// `MemoryError`.
    MemoryError,
    /// What a stack overflow raises.
    StackOverflow,
    /// `OverflowError`.
    OverflowError,
    /// `ZeroDivisionError`.
    ZeroDivisionError,
    /// `ValueError`.
    ValueError,
    /// `IndexError`.
    IndexError,
    /// `KeyError`.
    KeyError,
    /// `TypeError`.
    TypeError,
    /// `AssertionError`.
    AssertionError,
    /// `StopIteration`.
    StopIteration,
    /// `OSError`.
    OsError,
    /// `IOError`.
    IoError,
    /// `NotImplementedError`.
    NotImplementedError,
    /// `RuntimeError`.
    RuntimeError,
    /// `AttributeError`.
    AttributeError,
    /// `ArithmeticError`.
    ArithmeticError,
    /// `UnicodeDecodeError`.
    UnicodeDecodeError,
    /// `UnicodeEncodeError`.
    UnicodeEncodeError,
}

impl StandardException {
    /// All, in the order of the runtime's enumeration, with the class names of the source.
    pub const ALL: [(StandardException, &'static str); 18] = {
        use StandardException::*;
        [
            (MemoryError, "MemoryError"),
            (StackOverflow, "StackOverflow"),
            (OverflowError, "OverflowError"),
            (ZeroDivisionError, "ZeroDivisionError"),
            (ValueError, "ValueError"),
            (IndexError, "IndexError"),
            (KeyError, "KeyError"),
            (TypeError, "TypeError"),
            (AssertionError, "AssertionError"),
            (StopIteration, "StopIteration"),
            (OsError, "OSError"),
            (IoError, "IOError"),
            (NotImplementedError, "NotImplementedError"),
            (RuntimeError, "RuntimeError"),
            (AttributeError, "AttributeError"),
            (ArithmeticError, "ArithmeticError"),
            (UnicodeDecodeError, "UnicodeDecodeError"),
            (UnicodeEncodeError, "UnicodeEncodeError"),
        ]
    };
}

/// A function with a fixed C name.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// C name.
    pub c_name: Arc<str>,
    /// The function.
    pub graph: GraphId,
}

/// How C code that the program uses is declared and linked (`ExternalCompilationInfo`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CompilationInfo {
    /// Lines before the includes.
    pub pre_include_bits: Vec<Arc<str>>,
    /// Header names, without the `<>`.
    pub includes: Vec<Arc<str>>,
    /// Lines after the includes.
    pub post_include_bits: Vec<Arc<str>>,
    /// Texts of C files to compile and link.
    pub separate_module_sources: Vec<Arc<str>>,
    /// Paths of C files to compile and link.
    pub separate_module_files: Vec<PathBuf>,
    /// Libraries, without `-l`.
    pub libraries: Vec<Arc<str>>,
    /// Directories for `-I`.
    pub include_dirs: Vec<PathBuf>,
    /// Directories for `-L`.
    pub library_dirs: Vec<PathBuf>,
    /// Compiler arguments.
    pub compile_extra: Vec<Arc<str>>,
    /// Linker arguments.
    pub link_extra: Vec<Arc<str>>,
    /// Files to link.
    pub link_files: Vec<PathBuf>,
}

/// A collector (`--gc`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum GcKind {
    /// Moving nursery, incremental old generation.
    #[default]
    Generation,
    /// Collects, moves and poisons at every allocation.
    Stress,
    /// libgc.
    Boehm,
    /// Never frees.
    None,
}

/// Optimisation level of the C compiler.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OptLevel {
    /// `-O0`.
    O0,
    /// `-O1`.
    O1,
    /// `-O2`.
    #[default]
    O2,
    /// `-O3`.
    O3,
    /// `-Os`.
    Size,
}

/// How to write and compile the C code.
#[derive(Clone, Debug)]
pub struct CompileOptions {
    /// Path of the executable or shared library.
    pub output: PathBuf,
    /// The C compiler; found by the `cc` crate's rules if not given.
    pub cc: Option<String>,
    /// Optimisation level.
    pub opt: OptLevel,
    /// Further compiler flags (`--cflags`).
    pub cflags: Vec<String>,
    /// Further linker flags (`--ldflags`).
    pub ldflags: Vec<String>,
    /// Parallel compilers; 0 for as many as there are processors.
    pub jobs: usize,
    /// The collector.
    pub gc: GcKind,
    /// Run-time checks of `debug_assert` and of array bounds.
    pub lldebug: bool,
    /// `#line` directives to the RPython source.
    pub line_directives: bool,
    /// Make a shared library.
    pub shared: bool,
    /// Directory of the runtime's C files and headers.
    pub runtime_dir: PathBuf,
    /// Where compiled objects are kept between translations; none for no cache.
    pub cache_dir: Option<PathBuf>,
    /// Where the C files are written; none for a temporary directory.
    pub c_dir: Option<PathBuf>,
}

impl CompileOptions {
    /// The defaults, for an executable at `output` and the runtime in `runtime_dir`.
    pub fn new(output: impl Into<PathBuf>, runtime_dir: impl Into<PathBuf>) -> Self {
        CompileOptions {
            output: output.into(),
            cc: None,
            opt: OptLevel::default(),
            cflags: vec![],
            ldflags: vec![],
            jobs: 0,
            gc: GcKind::default(),
            lldebug: false,
            line_directives: true,
            shared: false,
            runtime_dir: runtime_dir.into(),
            cache_dir: None,
            c_dir: None,
        }
    }
}

/// A generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CFile {
    /// File name, without directory.
    pub name: String,
    /// Text.
    pub text: String,
}

/// What a compilation made.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// The executable or library.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// Number of C files compiled, and taken from the cache.
    pub compiled: usize,
    /// Number of C files whose objects came from the cache.
    pub cached: usize,
}
