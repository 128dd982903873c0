//! Syntax of Python 2.7: source files, diagnostics, tokens, grammar and tree.
//!
//! ```
//! use rpy_syntax::{SourceMap, ast::Futures, parse_module};
//!
//! let mut sources = SourceMap::new();
//! let source = sources.add("hello.py", b"print 'hello'\n");
//! let module = parse_module(&source, Futures::default()).expect("it is correct");
//! assert_eq!(module.body.len(), 1);
//! ```

pub mod ast;
mod build;
mod build_stmt;
mod context;
mod depth;
pub mod diagnostic;
pub mod dump;
mod layout;
mod literal;
mod parser;
pub mod render;
pub mod source;
pub mod span;
mod syntax_error;
mod target;
mod token;

pub use diagnostic::{Diagnostic, Label, Severity};
pub use source::{Encoding, SourceFile};
pub use span::{FileId, LineColumn, SourceMap, Span};

use ast::{Expression, Futures, Module};

/// Parses a file or the text of an `exec`; `inherited` features are in force from the start.
pub fn parse_module(source: &SourceFile, inherited: Futures) -> Result<Module, Vec<Diagnostic>> {
    parser::module(source, inherited)
}

/// Parses the text of an `eval`: one expression. Indentation before it is ignored.
pub fn parse_eval(source: &SourceFile, inherited: Futures) -> Result<Expression, Vec<Diagnostic>> {
    parser::eval(source, inherited)
}

/// Parses the text of `compile(…, 'single')`: one line or one compound statement.
///
/// That values of expression statements are printed is up to whoever compiles the tree.
pub fn parse_single(source: &SourceFile, inherited: Futures) -> Result<Module, Vec<Diagnostic>> {
    parser::single(source, inherited)
}

/// The name of the exception that Python raises where this crate reports `diagnostic`.
pub fn python_exception(diagnostic: &Diagnostic) -> &'static str {
    if diagnostic.code == "RPY0102" {
        "IndentationError"
    } else {
        "SyntaxError"
    }
}
