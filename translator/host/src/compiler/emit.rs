//! Code under construction: instructions with labels, constants, names.

use super::scope::ScopeId;
use crate::code::{Code, Instr, flags};
use crate::value::{ObjId, Value};
use indexmap::IndexSet;
use rpy_syntax::Span;
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::rc::Rc;

/// A jump target to be placed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Label(u32);

/// What surrounds the statement being compiled.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Around {
    /// a loop, with the label to continue at
    Loop(Label),
    /// a `try` or `with` block
    Try,
    /// the body of a `finally`
    Finally,
}

/// Constants that are shared when equal.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum ConstKey {
    Value(Value),
    Str(Rc<[u8]>),
    Unicode(Rc<[u32]>),
}

/// The code of one scope.
pub(super) struct Unit {
    pub name: String,
    pub scope: ScopeId,
    pub class_name: Option<String>,
    pub firstlineno: u32,
    pub argcount: u32,
    pub flags: u32,
    pub varnames: IndexSet<ObjId>,
    pub cellvars: IndexSet<ObjId>,
    pub freevars: IndexSet<ObjId>,
    pub names: IndexSet<ObjId>,
    pub consts: Vec<Value>,
    pub const_keys: FxHashMap<ConstKey, u32>,
    pub has_docstring: bool,
    pub around: Vec<Around>,
    instrs: Vec<Instr>,
    spans: Vec<Span>,
    lines: Vec<u32>,
    labels: Vec<Option<u32>>,
    span: Span,
    line: u32,
}

impl Unit {
    pub fn new(name: &str, scope: ScopeId, firstlineno: u32) -> Unit {
        Unit {
            name: name.to_string(),
            scope,
            class_name: None,
            firstlineno,
            argcount: 0,
            flags: 0,
            varnames: IndexSet::new(),
            cellvars: IndexSet::new(),
            freevars: IndexSet::new(),
            names: IndexSet::new(),
            consts: Vec::new(),
            const_keys: FxHashMap::default(),
            has_docstring: false,
            around: Vec::new(),
            instrs: Vec::new(),
            spans: Vec::new(),
            lines: Vec::new(),
            labels: Vec::new(),
            span: Span::NONE,
            line: firstlineno,
        }
    }

    /// Starts a statement at a place.
    pub fn at(&mut self, span: Span, line: u32) {
        self.span = span;
        self.line = line;
    }

    /// Goes to an expression: the line only grows within a statement. Gives the span to come back to.
    pub fn expr_at(&mut self, span: Span, line: u32) -> Span {
        self.line = self.line.max(line);
        std::mem::replace(&mut self.span, span)
    }

    pub fn set_span(&mut self, span: Span) {
        self.span = span;
    }

    pub fn emit(&mut self, instr: Instr) {
        self.instrs.push(instr);
        self.spans.push(self.span);
        self.lines.push(self.line);
    }

    pub fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() as u32 - 1)
    }

    pub fn place(&mut self, label: Label) {
        self.labels[label.0 as usize] = Some(self.instrs.len() as u32);
    }

    /// Emits an instruction with a target.
    pub fn jump(&mut self, make: fn(u32) -> Instr, label: Label) {
        self.emit(make(label.0));
    }

    pub fn add_const(&mut self, key: Option<ConstKey>, value: impl FnOnce() -> Value) -> u32 {
        if let Some(key) = &key
            && let Some(&i) = self.const_keys.get(key)
        {
            return i;
        }
        let i = self.consts.len() as u32;
        self.consts.push(value());
        if let Some(key) = key {
            self.const_keys.insert(key, i);
        }
        i
    }

    pub fn load_value(&mut self, value: Value) {
        let i = self.add_const(Some(ConstKey::Value(value)), || value);
        self.emit(Instr::LoadConst(i));
    }

    pub fn name_index(&mut self, name: ObjId) -> u32 {
        self.names.insert_full(name).0 as u32
    }

    /// The value of the last instruction when it loads a constant; removes the last `n` of them.
    pub fn take_consts(&mut self, n: usize) -> Option<Vec<Value>> {
        let from = self.instrs.len().checked_sub(n)?;
        let placed = self.labels.iter().any(|l| l.is_some_and(|at| at as usize > from));
        if placed {
            return None;
        }
        let mut out = Vec::new();
        for instr in &self.instrs[from..] {
            let Instr::LoadConst(i) = instr else { return None };
            out.push(self.consts[*i as usize]);
        }
        self.instrs.truncate(from);
        self.spans.truncate(from);
        self.lines.truncate(from);
        Some(out)
    }

    pub fn finish(mut self, filename: &str, extra_flags: u32) -> Code {
        let labels = &self.labels;
        let end = self.instrs.len() as u32;
        let place = |label: u32| labels.get(label as usize).copied().flatten().unwrap_or(end);
        for instr in &mut self.instrs {
            resolve(instr, place);
        }
        let mut all = self.flags | extra_flags;
        if self.cellvars.is_empty() && self.freevars.is_empty() {
            all |= flags::NOFREE;
        }
        let cell_args = self
            .cellvars
            .iter()
            .map(|name| self.varnames.get_index_of(name).map(|i| i as u32))
            .collect();
        let hints = vec![Cell::new(u32::MAX); self.instrs.len()];
        Code {
            name: self.name,
            filename: filename.to_string(),
            firstlineno: self.firstlineno,
            argcount: self.argcount,
            flags: all,
            stacksize: self.instrs.len() as u32 + 1,
            varnames: self.varnames.into_iter().collect(),
            cellvars: self.cellvars.into_iter().collect(),
            freevars: self.freevars.into_iter().collect(),
            cell_args,
            names: self.names.into_iter().collect(),
            consts: self.consts,
            instrs: self.instrs,
            spans: self.spans,
            lines: self.lines,
            has_docstring: self.has_docstring,
            hints,
        }
    }
}

fn resolve(instr: &mut Instr, place: impl Fn(u32) -> u32) {
    match instr {
        Instr::Jump(t)
        | Instr::PopJumpIfFalse(t)
        | Instr::PopJumpIfTrue(t)
        | Instr::JumpIfFalseOrPop(t)
        | Instr::JumpIfTrueOrPop(t)
        | Instr::ForIter(t)
        | Instr::SetupLoop(t)
        | Instr::SetupExcept(t)
        | Instr::SetupFinally(t)
        | Instr::SetupWith(t)
        | Instr::ContinueLoop(t) => *t = place(*t),
        _ => {}
    }
}
