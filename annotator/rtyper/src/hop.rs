//! One high-level operation while it is lowered.

use crate::llops::LLOps;
use crate::repr::{Repr, ReprId};
use crate::rtyper::Res;
use rpy_annotator::{AnnId, Kind};
use rpy_flow::{Const, OpCode, Operand};
use rpy_host::Value;
use rpy_lltype::{LLTypeId, LLTypes};
use rpy_syntax::Diagnostic;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// An argument of a high-level operation.
#[derive(Clone, Debug)]
pub struct Arg {
    /// Variable (already low level) or high-level constant.
    pub v: Operand,
    /// Annotation.
    pub ann: AnnId,
    /// Representation.
    pub repr: ReprId,
}

/// A high-level operation being lowered; dereferences to the low-level operations that replace it.
pub struct Hop<'h, 'a> {
    /// The new operations.
    pub ll: LLOps<'h, 'a>,
    /// The operation.
    pub code: OpCode,
    /// Arguments.
    pub args: Vec<Arg>,
    /// `NAME` of a call of `llop.NAME`.
    pub llop_name: Option<String>,
    /// Keyword arguments of a call, once its arguments are sorted out.
    pub keywords: Vec<(Arc<str>, Arg)>,
    /// Annotation of the result.
    pub result_ann: AnnId,
    /// Representation of the result.
    pub result: ReprId,
    /// Exception classes that the block's links catch (host classes), if the operation ends such a block.
    pub caught: Vec<Value>,
    /// Place of the operation.
    pub place: rpy_annotator::Place,
}

impl<'h, 'a> Deref for Hop<'h, 'a> {
    type Target = LLOps<'h, 'a>;
    fn deref(&self) -> &Self::Target {
        &self.ll
    }
}

impl DerefMut for Hop<'_, '_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.ll
    }
}

impl Hop<'_, '_> {
    /// Number of arguments.
    pub fn nargs(&self) -> usize {
        self.args.len()
    }

    /// Representation of an argument.
    pub fn arg_repr(&self, i: usize) -> ReprId {
        self.args[i].repr
    }

    /// Representation of an argument, looked up.
    pub fn arg_kind(&self, i: usize) -> Repr {
        self.rt.repr(self.args[i].repr).clone()
    }

    /// The annotation's constant value of an argument.
    pub fn constant(&self, i: usize) -> Option<Value> {
        match &self.args[i].v {
            Operand::Const(Const::Host(v)) => Some(*v),
            _ => self.rt.ann.anns.constant(self.args[i].ann),
        }
    }

    /// The argument as a value of the representation.
    pub fn inputarg(&mut self, i: usize, repr: ReprId) -> Res<Operand> {
        if let Some(value) = self.constant(i) {
            return self.ll.inputconst(repr, value);
        }
        let Arg { v, repr: from, .. } = self.args[i].clone();
        self.ll.convertvar(v, from, repr)
    }

    /// The argument in its own representation.
    pub fn arg(&mut self, i: usize) -> Res<Operand> {
        let repr = self.args[i].repr;
        self.inputarg(i, repr)
    }

    /// The argument as `Signed`.
    pub fn arg_signed(&mut self, i: usize) -> Res<Operand> {
        let repr = self.rt.intern_repr(Repr::Int(rpy_lltype::Int::SIGNED));
        self.inputarg(i, repr)
    }

    /// All arguments from `start` in their own representations.
    pub fn args_from(&mut self, start: usize) -> Res<Vec<Operand>> {
        (start..self.nargs()).map(|i| self.arg(i)).collect()
    }

    /// Constant name operand (attribute names).
    pub fn name(&self, i: usize) -> Res<Arc<str>> {
        match &self.args[i].v {
            Operand::Const(Const::Name(n)) => Ok(n.clone()),
            _ => {
                let text = self.constant(i).and_then(|v| self.rt.ann.host.str_text(v));
                text.map(Into::into)
                    .ok_or_else(|| self.rt.error("the name of the attribute is not constant"))
            }
        }
    }

    /// Low-level type of the result.
    pub fn result_type(&mut self) -> Res<LLTypeId> {
        let r = self.result;
        self.ll.rt.lowleveltype(r)
    }

    /// Converts a value to the result's representation.
    pub fn to_result(&mut self, v: Operand, from: ReprId) -> Res<Operand> {
        let to = self.result;
        self.ll.convertvar(v, from, to)
    }

    /// The keyword argument of a name.
    pub fn keyword(&self, name: &str) -> Option<&Arg> {
        self.keywords.iter().find(|(n, _)| &**n == name).map(|(_, a)| a)
    }

    /// Whether the annotation of an argument says `>= 0`.
    pub fn nonneg(&self, i: usize) -> bool {
        if let Some(Value::Int(n)) = self.constant(i) {
            return n >= 0;
        }
        match self.rt.ann.anns.kind(self.args[i].ann) {
            Kind::Int { nonneg, int } => *nonneg || !int.signed,
            Kind::Bool => true,
            _ => false,
        }
    }

    /// Whether an argument may be `None`.
    pub fn can_be_none(&self, i: usize) -> bool {
        self.rt.ann.anns.kind(self.args[i].ann).can_be_none()
    }

    /// Whether the block catches the exception class (or a base of it).
    pub fn catches(&mut self, class: Value) -> bool {
        let caught = self.caught.clone();
        caught.iter().any(|c| self.rt.host().issubclass(class, *c))
    }

    /// Whether the block catches `IndexError`.
    pub fn catches_index_error(&mut self) -> bool {
        let c = self.rt.host().exc().index_error;
        self.catches(c.into())
    }

    /// Whether the block catches `KeyError`.
    pub fn catches_key_error(&mut self) -> bool {
        let c = self.rt.host().exc().key_error;
        self.catches(c.into())
    }

    /// Whether the block catches `ZeroDivisionError`.
    pub fn catches_zero_division(&mut self) -> bool {
        let c = self.rt.host().exc().zero_division_error;
        self.catches(c.into())
    }

    /// Whether the block catches `OverflowError`.
    pub fn catches_overflow(&mut self) -> bool {
        let c = self.rt.host().exc().overflow_error;
        self.catches(c.into())
    }

    /// Whether the block catches `ValueError`.
    pub fn catches_value_error(&mut self) -> bool {
        let c = self.rt.host().exc().value_error;
        self.catches(c.into())
    }

    /// Calls a helper and converts nothing: the result is of the helper's low-level result type.
    pub fn helper(&mut self, module: &'static str, name: &'static str, args: Vec<Operand>) -> Res<Operand> {
        self.ll.call_helper(module, name, args)
    }

    /// The error for an operation that the representations do not have.
    pub fn unsupported(&self) -> Diagnostic {
        let kinds: Vec<String> = self.args.iter().map(|a| self.rt.repr_text(a.repr)).collect();
        self.rt.error(format!(
            "operation {} is not possible on {}",
            self.code.name(),
            kinds.join(", ")
        ))
    }

    /// The `Void` result.
    pub fn void(&self) -> Operand {
        Operand::void()
    }

    /// Negates a `Bool`.
    pub fn bool_not(&mut self, v: Operand) -> Operand {
        self.genop(OpCode::BoolNot, [v], LLTypes::BOOL)
    }

    /// A hop for the same operation with the first `n` arguments dropped.
    pub fn drop_args(&mut self, n: usize) {
        self.args.drain(..n);
    }
}

/// The value of a `Bool` constant.
pub fn const_bool(v: &Operand) -> Option<bool> {
    match v {
        Operand::Const(Const::LL(c)) => match c.value {
            rpy_lltype::LLValue::Bool(b) => Some(b),
            _ => None,
        },
        Operand::Const(Const::Host(Value::Bool(b))) => Some(*b),
        _ => None,
    }
}
