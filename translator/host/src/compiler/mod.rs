//! Compiler from the syntax tree to code objects.

mod condition;
mod emit;
mod expr;
mod func;
mod scope;
mod stmt;
mod target;

use crate::code::flags;
use crate::host::Host;
use crate::value::Value;
use emit::Unit;
use rpy_syntax::ast::{Expression, Futures, Module};
use rpy_syntax::{SourceFile, Span};
use scope::{ScopeId, Scopes};
use std::sync::Arc;

/// A syntax error found while compiling.
#[derive(Clone, Debug)]
pub struct CompileError {
    /// what is wrong
    pub message: String,
    /// where
    pub span: Span,
}

type Comp<T = ()> = Result<T, CompileError>;

fn fail<T>(message: impl Into<String>, span: Span) -> Comp<T> {
    Err(CompileError {
        message: message.into(),
        span,
    })
}

/// A private name as written in a class body, `__x` in class `C` is `_C__x`.
pub fn mangle(class_name: &str, name: &str) -> String {
    let class = class_name.trim_start_matches('_');
    if !name.starts_with("__") || name.ends_with("__") || name.contains('.') || class.is_empty() {
        return name.to_string();
    }
    format!("_{class}{name}")
}

pub(crate) struct Compiler<'a> {
    host: &'a mut Host,
    source: Arc<SourceFile>,
    filename: String,
    futures: Futures,
    scopes: Scopes,
    unit: Unit,
    outer: Vec<Unit>,
    interactive: bool,
}

/// Compiles a module (or `exec` text); `interactive` prints the values of expression statements.
pub fn compile_module(
    host: &mut Host,
    source: Arc<SourceFile>,
    filename: &str,
    module: &Module,
    interactive: bool,
) -> Result<Value, CompileError> {
    let scopes = Scopes::of_module(module)?;
    let mut compiler = Compiler::new(host, source, filename, module.futures, scopes, "<module>");
    compiler.interactive = interactive;
    compiler.module(module)?;
    Ok(compiler.finish_unit())
}

/// Compiles an expression (`eval`).
pub fn compile_expression(
    host: &mut Host,
    source: Arc<SourceFile>,
    filename: &str,
    expression: &Expression,
) -> Result<Value, CompileError> {
    let scopes = Scopes::of_expression(expression)?;
    let mut compiler = Compiler::new(host, source, filename, expression.futures, scopes, "<module>");
    compiler
        .unit
        .at(expression.body.span, compiler.source.line(expression.body.span.start));
    compiler.expr(&expression.body)?;
    compiler.unit.emit(crate::code::Instr::ReturnValue);
    Ok(compiler.finish_unit())
}

fn future_flags(futures: Futures) -> u32 {
    let on = |set: bool, flag: u32| if set { flag } else { 0 };
    on(futures.division, flags::FUTURE_DIVISION)
        | on(futures.absolute_import, flags::FUTURE_ABSOLUTE_IMPORT)
        | on(futures.print_function, flags::FUTURE_PRINT_FUNCTION)
        | on(futures.unicode_literals, flags::FUTURE_UNICODE_LITERALS)
}

/// The features that flags stand for.
pub fn futures_of_flags(bits: u32) -> Futures {
    Futures {
        division: bits & flags::FUTURE_DIVISION != 0,
        absolute_import: bits & flags::FUTURE_ABSOLUTE_IMPORT != 0,
        print_function: bits & flags::FUTURE_PRINT_FUNCTION != 0,
        unicode_literals: bits & flags::FUTURE_UNICODE_LITERALS != 0,
    }
}

impl<'a> Compiler<'a> {
    fn new(
        host: &'a mut Host,
        source: Arc<SourceFile>,
        filename: &str,
        futures: Futures,
        scopes: Scopes,
        name: &str,
    ) -> Compiler<'a> {
        let unit = Unit::new(name, ScopeId::TOP, 1);
        Compiler {
            host,
            source,
            filename: filename.to_string(),
            futures,
            scopes,
            unit,
            outer: Vec::new(),
            interactive: false,
        }
    }

    fn line(&self, span: Span) -> u32 {
        self.source.line(span.start)
    }

    /// Starts the code of an inner scope.
    fn enter_unit(&mut self, name: &str, scope: ScopeId, firstlineno: u32) {
        let mut unit = Unit::new(name, scope, firstlineno);
        unit.class_name = self.unit.class_name.clone();
        let outer = std::mem::replace(&mut self.unit, unit);
        self.outer.push(outer);
    }

    /// Ends the code of an inner scope; gives the code object and the captured names.
    fn leave_unit(&mut self) -> (Value, Vec<crate::value::ObjId>) {
        let free = self.unit.freevars.iter().copied().collect();
        let code = self.finish_unit();
        if let Some(outer) = self.outer.pop() {
            self.unit = outer;
        }
        (code, free)
    }

    fn finish_unit(&mut self) -> Value {
        let extra = future_flags(self.futures) | if self.outer.is_empty() { 0 } else { self.nested_flag() };
        let unit = std::mem::replace(&mut self.unit, Unit::new("", ScopeId::TOP, 1));
        let code = unit.finish(&self.filename, extra);
        self.host.alloc(crate::object::ObjData::Code(std::rc::Rc::new(code)))
    }

    fn nested_flag(&self) -> u32 {
        let inside = self.outer.iter().any(|u| self.scopes.is_function(u.scope));
        if inside { flags::NESTED } else { 0 }
    }

    /// A name, mangled and interned.
    fn name(&mut self, text: &str) -> crate::value::ObjId {
        match &self.unit.class_name {
            Some(class) => {
                let mangled = mangle(class, text);
                self.host.intern_str(&mangled)
            }
            None => self.host.intern_str(text),
        }
    }
}
