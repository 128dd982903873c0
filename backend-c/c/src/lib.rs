//! From low-level graphs to an executable: exception and GC transforms, the database of names, the C writer, and
//! driving the C compiler.

mod barrier;
mod ctypes;
pub mod database;
pub mod effects;
mod emit;
pub mod layout;
mod names;
pub mod program;
pub mod reach;
pub mod roots;
pub mod ssa;

pub use program::{
    CFile, ClassInfo, CompilationInfo, CompileOptions, Export, GcKind, OptLevel, Output, Program, StandardException,
};
