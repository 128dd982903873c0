//! Parsing: tokens in, tree out.

use crate::ast::{Expression, Futures, Module};
use crate::diagnostic::Diagnostic;
use crate::source::SourceFile;

fn refuse(source: &SourceFile) -> Vec<Diagnostic> {
    vec![Diagnostic::error("RPY0101", "invalid syntax").at(source.span(), "")]
}

pub(crate) fn module(source: &SourceFile, _: Futures) -> Result<Module, Vec<Diagnostic>> {
    Err(refuse(source))
}

pub(crate) fn eval(source: &SourceFile, _: Futures) -> Result<Expression, Vec<Diagnostic>> {
    Err(refuse(source))
}

pub(crate) fn single(source: &SourceFile, _: Futures) -> Result<Module, Vec<Diagnostic>> {
    Err(refuse(source))
}
