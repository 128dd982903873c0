//! From low-level graphs to an executable: exception and GC transforms, the database of names, the C writer, and
//! driving the C compiler.

mod barrier;
mod ctypes;
mod data;
mod database;
mod driver;
mod effects;
mod emit;
mod layout;
mod names;
mod program;
mod reach;
mod roots;
mod ssa;
mod typeinfo;
mod unit;
mod writer;

pub use program::{
    CFile, ClassInfo, CompilationInfo, CompileOptions, Export, GcKind, OptLevel, Output, Program, StandardException,
};

use rpy_syntax::Diagnostic;
use std::path::Path;

/// The C files of a program.
pub fn c_files(program: &Program, options: &CompileOptions) -> Result<Vec<CFile>, Vec<Diagnostic>> {
    let db = database::Database::new(program, options);
    writer::files(&db)
}

/// Writes the C files of a program into a directory.
pub fn write_c(program: &Program, options: &CompileOptions, dir: &Path) -> Result<Vec<CFile>, Vec<Diagnostic>> {
    let files = c_files(program, options)?;
    driver::write_files(&files, dir)?;
    Ok(files)
}

/// Makes an executable or library of a program.
pub fn compile(program: &Program, options: &CompileOptions) -> Result<Output, Vec<Diagnostic>> {
    let files = c_files(program, options)?;
    driver::build(program, files, options)
}
