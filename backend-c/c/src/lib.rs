//! From low-level graphs to an executable: exception and GC transforms, the database of names, the C writer, and
//! driving the C compiler.

pub mod program;

pub use program::{
    CFile, ClassInfo, CompilationInfo, CompileOptions, Export, GcKind, OptLevel, Output, Program, StandardException,
};
