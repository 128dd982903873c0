//! Binary operators.

use crate::code::BinOp;
use crate::error::{Raised, Res};
use crate::host::Host;
use crate::object::{NativeKind, ObjData};
use crate::ops::number::Num;
use crate::value::Value;
use num_bigint::BigInt;

/// How an operator is written in error messages.
pub(crate) fn symbol(op: BinOp, inplace: bool) -> &'static str {
    match (op, inplace) {
        (BinOp::Add, false) => "+",
        (BinOp::Sub, false) => "-",
        (BinOp::Mul, false) => "*",
        (BinOp::Div | BinOp::TrueDiv, false) => "/",
        (BinOp::FloorDiv, false) => "//",
        (BinOp::Mod, false) => "%",
        (BinOp::Pow, false) => "** or pow()",
        (BinOp::LShift, false) => "<<",
        (BinOp::RShift, false) => ">>",
        (BinOp::And, false) => "&",
        (BinOp::Or, false) => "|",
        (BinOp::Xor, false) => "^",
        (BinOp::DivMod, _) => "divmod()",
        (BinOp::Add, true) => "+=",
        (BinOp::Sub, true) => "-=",
        (BinOp::Mul, true) => "*=",
        (BinOp::Div | BinOp::TrueDiv, true) => "/=",
        (BinOp::FloorDiv, true) => "//=",
        (BinOp::Mod, true) => "%=",
        (BinOp::Pow, true) => "**=",
        (BinOp::LShift, true) => "<<=",
        (BinOp::RShift, true) => ">>=",
        (BinOp::And, true) => "&=",
        (BinOp::Or, true) => "|=",
        (BinOp::Xor, true) => "^=",
    }
}

impl Host {
    /// `a op b`.
    #[inline]
    pub(crate) fn binary(&mut self, op: BinOp, a: Value, b: Value) -> Res {
        match (a, b) {
            (Value::Int(x), Value::Int(y)) => return self.int_op(op, x, y),
            (Value::Float(x), Value::Float(y)) => {
                if !matches!(op, BinOp::And | BinOp::Or | BinOp::Xor | BinOp::LShift | BinOp::RShift) {
                    return self.float_op(op, x, y);
                }
            }
            _ => {}
        }
        match self.binary_opt(op, a, b)? {
            Some(result) => Ok(result),
            None => Err(self.binop_error(op, a, b, false)),
        }
    }

    /// `a op= b`.
    pub(crate) fn inplace(&mut self, op: BinOp, a: Value, b: Value) -> Res {
        if let (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) = (a, b) {
            return self.binary(op, a, b);
        }
        if self.is_user_instance(a) {
            let name = self.names.inplace[op as usize];
            let method = self.special_method(a, name)?;
            if let Some(method) = method {
                let result = self.call_value(method, &[b], &[])?;
                if !self.is_not_implemented(result) {
                    return Ok(result);
                }
            }
        } else if let Some(result) = self.native_inplace(op, a, b)? {
            return Ok(result);
        }
        match self.binary_opt(op, a, b)? {
            Some(result) => Ok(result),
            None => Err(self.binop_error(op, a, b, true)),
        }
    }

    /// In-place operations of the mutable built-in types; also reached through subclasses.
    pub(crate) fn native_inplace(&mut self, op: BinOp, a: Value, b: Value) -> Res<Option<Value>> {
        match (op, self.data(a)) {
            (BinOp::Add, Some(ObjData::List(_))) => {
                let items = self.collect_iterable(b)?;
                if let Some(ObjData::List(list)) = self.data_mut(a) {
                    list.extend(items);
                }
                Ok(Some(a))
            }
            (BinOp::Mul, Some(ObjData::List(list))) => {
                let list = list.clone();
                let Some(n) = self.repeat_count(b)? else {
                    return Ok(None);
                };
                let repeated = self.repeat_items(&list, n)?;
                if let Some(ObjData::List(list)) = self.data_mut(a) {
                    *list = repeated;
                }
                Ok(Some(a))
            }
            (BinOp::And | BinOp::Or | BinOp::Sub | BinOp::Xor, Some(ObjData::Set(_))) if self.is_set(b) => {
                self.set_inplace(op, a, b)?;
                Ok(Some(a))
            }
            _ => Ok(None),
        }
    }

    /// `a op b`, `None` when neither operand knows how.
    pub(crate) fn binary_opt(&mut self, op: BinOp, a: Value, b: Value) -> Res<Option<Value>> {
        let (user_a, user_b) = (self.is_user_instance(a), self.is_user_instance(b));
        if !user_a && !user_b {
            return self.native_binary(op, a, b);
        }
        self.user_binary(op, a, b, user_a, user_b)
    }

    fn user_binary(&mut self, op: BinOp, a: Value, b: Value, user_a: bool, user_b: bool) -> Res<Option<Value>> {
        let (ta, tb) = (self.type_id(a), self.type_id(b));
        let reflected = self.names.reflected[op as usize];
        let mut right_done = !user_b || (ta == tb && ta != self.types.instance);
        if !right_done && ta != tb && self.is_subclass(Value::Obj(tb), Value::Obj(ta)) {
            let (ra, rb) = (self.lookup_type(ta, reflected), self.lookup_type(tb, reflected));
            if rb.is_some() && ra != rb {
                right_done = true;
                if let Some(result) = self.try_special(b, reflected, a)? {
                    return Ok(Some(result));
                }
            }
        }
        let name = self.names.binary[op as usize];
        let left = if self.is_old_instance(a) {
            self.old_half(op, a, b, false)?
        } else if user_a {
            self.try_binary_special(op, a, name, b)?
        } else {
            self.native_binary(op, a, b)?
        };
        if left.is_some() {
            return Ok(left);
        }
        if right_done {
            return Ok(None);
        }
        if self.is_old_instance(b) {
            self.old_half(op, b, a, true)
        } else {
            self.try_special(b, reflected, a)
        }
    }

    /// Calls `a.__op__(b)`; `None` when absent or NotImplemented.
    fn try_binary_special(&mut self, op: BinOp, a: Value, name: crate::value::ObjId, b: Value) -> Res<Option<Value>> {
        if let Some(found) = self.lookup_special(a, name)
            && self.is_native_slot(found)
        {
            return self.native_binary(op, a, b);
        }
        self.try_special(a, name, b)
    }

    /// Calls a special method with one argument; `None` when absent or NotImplemented.
    pub(crate) fn try_special(&mut self, a: Value, name: crate::value::ObjId, b: Value) -> Res<Option<Value>> {
        let Some(method) = self.special_method(a, name)? else {
            return Ok(None);
        };
        let result = self.call_value(method, &[b], &[])?;
        Ok(if self.is_not_implemented(result) {
            None
        } else {
            Some(result)
        })
    }

    /// Whether a class attribute is a native special method of a built-in type.
    pub(crate) fn is_native_slot(&self, value: Value) -> bool {
        matches!(self.data(value), Some(ObjData::Builtin(b)) if b.kind == NativeKind::Slot && !self.module_type(b.owner))
    }

    /// Whether a class is defined by a native module: its special methods must be called as such.
    fn module_type(&self, class: crate::value::ObjId) -> bool {
        self.class(Value::Obj(class))
            .is_some_and(|c| matches!(c.layout, crate::object::Layout::Native(n) if n == 22 || n >= 47))
    }

    fn is_old_instance(&self, value: Value) -> bool {
        matches!(value.obj().map(|id| self.heap.get(id)), Some(ObjData::OldInstance(_)))
    }

    /// One side of an operation on an old-style instance: `__coerce__` first, then the special method.
    fn old_half(&mut self, op: BinOp, this: Value, other: Value, reflected: bool) -> Res<Option<Value>> {
        let coerce = self.names.d_coerce;
        let names = if reflected {
            &self.names.reflected
        } else {
            &self.names.binary
        };
        let name = names[op as usize];
        let pair = match self.old_special(this, coerce)? {
            Some(method) => self.call_value(method, &[other], &[])?,
            None => Value::None,
        };
        if pair.is_none() || self.is_not_implemented(pair) {
            return self.try_special(this, name, other);
        }
        let items = self.tuple_items(pair).cloned().unwrap_or_default();
        let [x, y] = items[..] else {
            return Err(self.type_error("coercion should return None or 2-tuple"));
        };
        if self.is_old_instance(x) {
            return self.try_special(x, name, y);
        }
        if reflected {
            self.binary_opt(op, y, x)
        } else {
            self.binary_opt(op, x, y)
        }
    }

    /// `a op b` by the native data of both.
    pub(crate) fn native_binary(&mut self, op: BinOp, a: Value, b: Value) -> Res<Option<Value>> {
        let (x, y) = (self.number(a), self.number(b));
        match (&x, &y) {
            (Num::No, _) | (_, Num::No) => {}
            _ => return self.number_op(op, x, y, a, b),
        }
        match op {
            BinOp::Add => self.concat(a, b),
            BinOp::Mul => self.repeat(a, b),
            BinOp::Mod => self.percent(a, b),
            BinOp::Sub | BinOp::And | BinOp::Or | BinOp::Xor => self.set_or_view_op(op, a, b),
            _ => Ok(None),
        }
    }

    fn number_op(&mut self, op: BinOp, x: Num, y: Num, a: Value, b: Value) -> Res<Option<Value>> {
        let bitwise = matches!(op, BinOp::And | BinOp::Or | BinOp::Xor | BinOp::LShift | BinOp::RShift);
        let result = match (&x, &y) {
            (Num::Int(i), Num::Int(j)) => {
                if let (Value::Bool(p), Value::Bool(q)) = (a, b) {
                    match op {
                        BinOp::And => return Ok(Some(Value::Bool(p & q))),
                        BinOp::Or => return Ok(Some(Value::Bool(p | q))),
                        BinOp::Xor => return Ok(Some(Value::Bool(p ^ q))),
                        _ => {}
                    }
                }
                self.int_op(op, *i, *j)
            }
            (Num::Complex(..), _) | (_, Num::Complex(..)) if !bitwise => {
                let (p, q) = (self.num_complex(&x)?, self.num_complex(&y)?);
                self.complex_op(op, p, q)
            }
            (Num::Float(_), _) | (_, Num::Float(_)) if !bitwise => {
                let (p, q) = (self.to_f64(a)?, self.to_f64(b)?);
                self.float_op(op, p, q)
            }
            (Num::RInt(..), _) | (_, Num::RInt(..)) if x.is_integral() && y.is_integral() => self.rint_op(op, &x, &y),
            (Num::Long(_) | Num::Int(_), Num::Long(_) | Num::Int(_)) => {
                let (p, q) = (x.to_big().unwrap_or_default(), y.to_big().unwrap_or_default());
                self.long_op(op, &p, &q)
            }
            _ => return Ok(None),
        };
        result.map(Some)
    }

    pub(crate) fn num_complex(&mut self, n: &Num) -> Res<(f64, f64)> {
        Ok(match n {
            Num::Complex(re, im) => (*re, *im),
            Num::Float(x) => (*x, 0.0),
            Num::Int(i) => (*i as f64, 0.0),
            Num::Long(n) => (self.big_to_f64(n)?, 0.0),
            Num::RInt(_, n) => (*n as f64, 0.0),
            Num::Single(x) => (f64::from(*x), 0.0),
            Num::No => return Err(self.type_error("a number is required")),
        })
    }

    /// `pow(a, b, c)`.
    pub(crate) fn power3(&mut self, a: Value, b: Value, c: Value) -> Res {
        if c.is_none() {
            return self.binary(BinOp::Pow, a, b);
        }
        let (x, y, z) = (self.number(a), self.number(b), self.number(c));
        if let (Some(p), Some(q), Some(r)) = (x.to_big(), y.to_big(), z.to_big()) {
            let long = [&x, &y, &z].iter().any(|n| matches!(n, Num::Long(_)));
            return self.pow_mod(&p, &q, &BigInt::clone(&r), long);
        }
        if self.is_user_instance(a) {
            let name = self.names.binary[BinOp::Pow as usize];
            if let Some(method) = self.special_method(a, name)? {
                return self.call_value(method, &[b, c], &[]);
            }
        }
        if matches!(x, Num::Float(_)) || matches!(y, Num::Float(_)) {
            return Err(self.type_error("pow() 3rd argument not allowed unless all arguments are integers"));
        }
        let text = format!(
            "unsupported operand type(s) for pow(): '{}', '{}', '{}'",
            self.class_name_of(a),
            self.class_name_of(b),
            self.class_name_of(c)
        );
        Err(self.type_error(text))
    }

    /// The TypeError of an operator without a meaning for its operands.
    #[cold]
    pub(crate) fn binop_error(&mut self, op: BinOp, a: Value, b: Value, inplace: bool) -> Raised {
        if let Some(text) = self.sequence_op_error(op, a, b) {
            return self.type_error(text);
        }
        let text = format!(
            "unsupported operand type(s) for {}: '{}' and '{}'",
            symbol(op, inplace),
            self.class_name_of(a),
            self.class_name_of(b)
        );
        self.type_error(text)
    }

    /// Whether the value is `NotImplemented`.
    #[inline]
    pub(crate) fn is_not_implemented(&self, value: Value) -> bool {
        value == self.not_implemented
    }
}
