//! Operations on known values that are done at translation time.

use super::state::Flow;
use super::{Flowed, Space};
use crate::model::{Const, Operand};
use rpy_host::{BinOp, CmpOp, LowLevel, ObjData, UnaryOp, Value};

impl Space<'_> {
    /// Whether the value can never change and its operations have no side effects.
    fn immutable(&self, value: Value) -> bool {
        match value {
            Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) => true,
            Value::Obj(_) => match self.host.data(value) {
                Some(ObjData::Tuple(items)) => items.iter().all(|i| self.immutable(*i)),
                Some(
                    ObjData::Long(_)
                    | ObjData::Str(_)
                    | ObjData::Unicode(_)
                    | ObjData::RInt(..)
                    | ObjData::SingleFloat(_),
                ) => true,
                _ => false,
            },
        }
    }

    fn both_immutable(&self, a: &Flow, b: &Flow) -> Option<(Value, Value)> {
        let (a, b) = (a.constant()?, b.constant()?);
        (self.immutable(a) && self.immutable(b)).then_some((a, b))
    }

    /// Results that RPython cannot hold stay operations, so that they overflow as in the running program.
    fn usable(&self, result: Value, inputs: &[Value]) -> bool {
        let long = |v: Value| matches!(self.host.data(v), Some(ObjData::Long(_)));
        !long(result) || inputs.iter().any(|v| long(*v))
    }

    pub(super) fn fold_binary(&mut self, op: BinOp, a: &Flow, b: &Flow) -> Option<Value> {
        let (a, b) = self.both_immutable(a, b)?;
        let result = self.host.binary_op(op, a, b).ok()?;
        (self.usable(result, &[a, b]) && self.small(result)).then_some(result)
    }

    /// Folding must not build what the program would build only when it runs.
    fn small(&self, value: Value) -> bool {
        let n = match self.host.data(value) {
            Some(ObjData::Str(s)) => s.bytes.len(),
            Some(ObjData::Unicode(u)) => u.chars.len(),
            Some(ObjData::Tuple(t)) => t.len(),
            _ => 0,
        };
        n <= 4096
    }

    pub(super) fn fold_unary(&mut self, op: UnaryOp, a: &Flow) -> Option<Value> {
        let a = a.constant()?;
        if !self.immutable(a) {
            return None;
        }
        let result = self.host.unary_op(op, a).ok()?;
        self.usable(result, &[a]).then_some(result)
    }

    pub(super) fn fold_compare(&mut self, op: CmpOp, a: &Flow, b: &Flow) -> Option<Value> {
        if let (CmpOp::Is | CmpOp::IsNot, Some(x), Some(y)) = (op, a.constant(), b.constant()) {
            return Some(Value::Bool((x == y) == (op == CmpOp::Is)));
        }
        let (a, b) = self.both_immutable(a, b)?;
        self.host.compare(op, a, b).ok()
    }

    pub(super) fn fold_getitem(&mut self, object: &Flow, index: &Flow) -> Option<Value> {
        if let (Flow::Var(v), Some(Value::Int(i))) = (object, index.constant()) {
            let parts = self.tuple_parts(*v)?;
            let part = parts.get(usize::try_from(i).ok()?)?;
            return match part {
                crate::model::Operand::Const(crate::model::Const::Host(value)) => Some(*value),
                _ => None,
            };
        }
        let (object, index) = (object.constant()?, index.constant()?);
        let sequence = matches!(
            self.host.data(object),
            Some(ObjData::Tuple(_) | ObjData::Str(_) | ObjData::Unicode(_))
        );
        if !sequence || !self.immutable(index) {
            return None;
        }
        self.host.getitem(object, index).ok()
    }

    /// Truth of a known value; containers that may change and instances with methods are asked when the program runs.
    pub(super) fn known_truth(&mut self, flow: &Flow) -> Option<bool> {
        let value = flow.constant()?;
        let fixed = self.immutable(value)
            || self.is_class(value)
            || self.host.function(value).is_some()
            || self.is_frozen(value);
        if !fixed {
            return None;
        }
        self.host.is_true(value).ok()
    }

    /// Whether attributes of the object never change: modules, classes, functions, low-level types and frozen objects.
    fn has_fixed_attributes(&mut self, value: Value) -> bool {
        match self.host.data(value) {
            Some(
                ObjData::Module(_)
                | ObjData::Function(_)
                | ObjData::Class(_)
                | ObjData::OldClass(_)
                | ObjData::Builtin(_)
                | ObjData::Method(_),
            ) => true,
            Some(ObjData::LowLevel(l)) => matches!(**l, LowLevel::Type(_)),
            Some(ObjData::Instance(_) | ObjData::OldInstance(_)) => self.is_frozen(value),
            _ => false,
        }
    }

    pub(super) fn fold_getattr(&mut self, object: &Flow, name: &str) -> Flowed<Option<Value>> {
        let Some(value) = object.constant() else {
            return Ok(None);
        };
        if !self.has_fixed_attributes(value) {
            return Ok(None);
        }
        match self.host.getattr(value, name) {
            Ok(attribute) => Ok(Some(attribute)),
            Err(_) => {
                let text = self.host.repr(value);
                Err(self.error("RPY0318", format!("{text} has no attribute '{name}'")))
            }
        }
    }

    /// Calls of built-in functions and types on known values that give the same at any time.
    pub(super) fn fold_call(&mut self, function: Value, args: &[Operand]) -> Flowed<Option<Value>> {
        let known: Option<Vec<Value>> = args.iter().map(host_value).collect();
        let Some(known) = known else { return Ok(None) };
        let Some(name) = self.builtin_name(function) else {
            return Ok(self.fold_conversion(function, &known));
        };
        let attribute = known.get(1).and_then(|n| self.host.str_text(*n));
        match (name, known.as_slice(), attribute) {
            ("getattr", [object, _], Some(name)) => self.fold_getattr(&Flow::Const(*object), &name),
            ("getattr", [object, _, default], Some(name)) if self.has_fixed_attributes(*object) => Ok(self
                .host
                .getattr_opt(*object, &name)
                .ok()
                .map(|found| found.unwrap_or(*default))),
            ("hasattr", [object, _], Some(name)) if self.has_fixed_attributes(*object) => Ok(self
                .host
                .getattr_opt(*object, &name)
                .ok()
                .map(|found| Value::Bool(found.is_some()))),
            ("isinstance" | "issubclass" | "callable", _, _) => Ok(self.host.call(function, &known, &[]).ok()),
            ("len" | "ord" | "chr" | "unichr" | "abs" | "min" | "max", _, _) => Ok(self.fold_pure(function, &known)),
            _ => Ok(None),
        }
    }

    /// Name of a function of `__builtin__`.
    fn builtin_name(&self, function: Value) -> Option<&'static str> {
        match self.host.data(function) {
            Some(ObjData::Builtin(b)) if b.module.as_deref() == Some("__builtin__") => Some(b.def.name),
            _ => None,
        }
    }

    fn fold_conversion(&mut self, function: Value, args: &[Value]) -> Option<Value> {
        let class = self.host.class(function)?;
        let types = self.host.types();
        let plain = [types.int_, types.float_, types.bool_]
            .iter()
            .any(|t| Value::Obj(*t) == function);
        let number = |v: &Value| match v {
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => true,
            Value::Obj(_) => matches!(self.host.data(*v), Some(ObjData::RInt(..))),
            Value::None => false,
        };
        let foldable = (plain || class.int_kind.is_some()) && args.iter().all(number);
        if foldable { self.fold_pure(function, args) } else { None }
    }

    fn fold_pure(&mut self, function: Value, args: &[Value]) -> Option<Value> {
        if !args.iter().all(|a| self.immutable(*a)) {
            return None;
        }
        let result = self.host.call(function, args, &[]).ok()?;
        self.usable(result, args).then_some(result)
    }

    /// Objects whose class says that they do not change.
    fn is_frozen(&mut self, value: Value) -> bool {
        if !matches!(
            self.host.data(value),
            Some(ObjData::Instance(_) | ObjData::OldInstance(_))
        ) {
            return false;
        }
        match self.host.getattr_opt(value, "_freeze_") {
            Ok(Some(freeze)) => match self.host.call(freeze, &[], &[]) {
                Ok(result) => self.host.is_true(result).unwrap_or(false),
                Err(_) => false,
            },
            _ => false,
        }
    }
}

fn host_value(operand: &Operand) -> Option<Value> {
    match operand {
        Operand::Const(Const::Host(value)) => Some(*value),
        Operand::Var(_) | Operand::Const(_) => None,
    }
}
