//! Syntax of Python 2.7: source files, diagnostics, tokens, grammar and tree.

pub mod ast;
mod depth;
pub mod diagnostic;
mod parser;
pub mod source;
pub mod span;

pub use diagnostic::{Diagnostic, Label, Severity};
pub use source::{Encoding, SourceFile};
pub use span::{FileId, LineColumn, SourceMap, Span};

use ast::{Expression, Futures, Module};

/// Parses a file or the text of an `exec`; `inherited` features are in force from the start.
pub fn parse_module(source: &SourceFile, inherited: Futures) -> Result<Module, Vec<Diagnostic>> {
    parser::module(source, inherited)
}

/// Parses the text of an `eval`: one expression.
pub fn parse_eval(source: &SourceFile, inherited: Futures) -> Result<Expression, Vec<Diagnostic>> {
    parser::eval(source, inherited)
}

/// Parses the text of `compile(…, 'single')`: one statement, whose expression values are printed by the compiler of the tree.
pub fn parse_single(source: &SourceFile, inherited: Futures) -> Result<Module, Vec<Diagnostic>> {
    parser::single(source, inherited)
}
