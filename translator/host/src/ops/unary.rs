//! Unary operators, truth, length.

use crate::code::UnaryOp;
use crate::error::Res;
use crate::host::Host;
use crate::object::ObjData;
use crate::ops::number::Num;
use crate::value::Value;
use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use std::rc::Rc;

impl Host {
    /// `op a`.
    pub(crate) fn unary(&mut self, op: UnaryOp, a: Value) -> Res {
        match op {
            UnaryOp::Not => return Ok(Value::Bool(!self.truth(a)?)),
            UnaryOp::Repr => return self.repr_value(a),
            UnaryOp::Neg | UnaryOp::Pos | UnaryOp::Invert => {}
        }
        if self.is_user_instance(a) {
            let name = match op {
                UnaryOp::Neg => self.names.d_neg,
                UnaryOp::Pos => self.names.d_pos,
                _ => self.names.d_invert,
            };
            if let Some(method) = self.special_method(a, name)? {
                return self.call_value(method, &[], &[]);
            }
        }
        match self.native_unary(op, a)? {
            Some(result) => Ok(result),
            None => {
                let symbol = match op {
                    UnaryOp::Neg => "-",
                    UnaryOp::Pos => "+",
                    _ => "~",
                };
                let text = format!("bad operand type for unary {symbol}: '{}'", self.class_name_of(a));
                Err(self.type_error(text))
            }
        }
    }

    /// The operation by native data.
    pub(crate) fn native_unary(&mut self, op: UnaryOp, a: Value) -> Res<Option<Value>> {
        let result = match (op, self.number(a)) {
            (UnaryOp::Neg, Num::Int(i)) => match i.checked_neg() {
                Some(n) => Value::Int(n),
                None => self.new_long(-BigInt::from(i)),
            },
            (UnaryOp::Pos, Num::Int(i)) => Value::Int(i),
            (UnaryOp::Invert, Num::Int(i)) => Value::Int(!i),
            (UnaryOp::Neg, Num::Long(n)) => self.new_long(-&*n),
            (UnaryOp::Pos, Num::Long(n)) => self.alloc(ObjData::Long(n)),
            (UnaryOp::Invert, Num::Long(n)) => self.new_long(-&*n - 1),
            (UnaryOp::Neg, Num::Float(x)) => Value::Float(-x),
            (UnaryOp::Pos, Num::Float(x)) => Value::Float(x),
            (UnaryOp::Neg, Num::Complex(re, im)) => self.new_complex(-re, -im),
            (UnaryOp::Pos, Num::Complex(re, im)) => self.new_complex(re, im),
            (op, Num::RInt(class, n)) => self.rint_unary(class, n, op),
            _ => return Ok(None),
        };
        Ok(Some(result))
    }

    /// `abs(a)` by native data.
    pub(crate) fn native_abs(&mut self, a: Value) -> Res<Option<Value>> {
        let result = match self.number(a) {
            Num::Int(i) => match i.checked_abs() {
                Some(n) => Value::Int(n),
                None => self.new_long(BigInt::from(i).abs()),
            },
            Num::Long(n) => self.alloc(ObjData::Long(Rc::new(n.abs()))),
            Num::Float(x) => Value::Float(x.abs()),
            Num::Complex(re, im) => {
                let size = libm::hypot(re, im);
                if size.is_infinite() && re.is_finite() && im.is_finite() {
                    return Err(self.overflow_error("absolute value too large"));
                }
                Value::Float(size)
            }
            Num::RInt(class, n) => {
                let big = self.rint_big(class, n).abs();
                self.new_rint(class, &big)
            }
            Num::Single(_) | Num::No => return Ok(None),
        };
        Ok(Some(result))
    }

    /// `bool(value)`.
    #[inline]
    pub(crate) fn truth(&mut self, value: Value) -> Res<bool> {
        match value {
            Value::None => Ok(false),
            Value::Bool(b) => Ok(b),
            Value::Int(i) => Ok(i != 0),
            Value::Float(x) => Ok(x != 0.0),
            Value::Obj(_) => self.truth_object(value),
        }
    }

    fn truth_object(&mut self, value: Value) -> Res<bool> {
        if self.is_user_instance(value) {
            return self.truth_user(value);
        }
        Ok(self.native_truth(value))
    }

    /// Truth by native data.
    pub(crate) fn native_truth(&self, value: Value) -> bool {
        match value {
            Value::None => return false,
            Value::Bool(b) => return b,
            Value::Int(i) => return i != 0,
            Value::Float(x) => return x != 0.0,
            Value::Obj(_) => {}
        }
        match self.data(value) {
            Some(ObjData::Long(n)) => !n.is_zero(),
            Some(ObjData::IntPayload(i)) => *i != 0,
            Some(ObjData::FloatPayload(x)) => *x != 0.0,
            Some(ObjData::Complex(re, im)) => *re != 0.0 || *im != 0.0,
            Some(ObjData::RInt(_, low, high)) => *low != 0 || *high != 0,
            Some(ObjData::SingleFloat(x)) => *x != 0.0,
            Some(ObjData::LowLevel(l)) => crate::lowlevel::ll_truth(self, l),
            Some(_) => self.native_len(value) != Some(0),
            None => true,
        }
    }

    fn truth_user(&mut self, value: Value) -> Res<bool> {
        let (nonzero, len) = (self.names.d_nonzero, self.names.d_len);
        if let Some(method) = self.special_method(value, nonzero)? {
            let result = self.call_value(method, &[], &[])?;
            return match result {
                Value::Bool(b) => Ok(b),
                Value::Int(i) => {
                    if matches!(value.obj().map(|id| self.heap.get(id)), Some(ObjData::OldInstance(_))) && i < 0 {
                        return Err(self.value_error("__nonzero__ should return >= 0"));
                    }
                    Ok(i != 0)
                }
                _ => {
                    let text = format!(
                        "__nonzero__ should return bool or int, returned {}",
                        self.class_name_of(result)
                    );
                    Err(self.type_error(text))
                }
            };
        }
        if self.special_method(value, len)?.is_some() {
            return Ok(self.length(value)? != 0);
        }
        Ok(self.native_truth(value))
    }

    /// `len(value)`.
    pub(crate) fn length(&mut self, value: Value) -> Res<usize> {
        if matches!(self.data(value), Some(ObjData::LowLevel(_))) {
            return crate::lowlevel::ll_len(self, value);
        }
        match self.length_opt(value)? {
            Some(len) => Ok(len),
            None => {
                if let Some(ObjData::OldInstance(_)) = self.data(value) {
                    let name = self.names.d_len;
                    return Err(self.attribute_error(value, name));
                }
                let text = format!("object of type '{}' has no len()", self.class_name_of(value));
                Err(self.type_error(text))
            }
        }
    }

    /// `len(value)`, `None` when it has none.
    pub(crate) fn length_opt(&mut self, value: Value) -> Res<Option<usize>> {
        if !self.is_user_instance(value) {
            return Ok(self.native_len(value));
        }
        let name = self.names.d_len;
        let Some(method) = self.special_method(value, name)? else {
            return Ok(None);
        };
        let result = self.call_value(method, &[], &[])?;
        match self.number(result) {
            Num::Int(i) if i >= 0 => Ok(Some(i as usize)),
            Num::Int(_) => Err(self.value_error("__len__() should return >= 0")),
            Num::Long(n) => match usize::try_from(&*n) {
                Ok(n) if n <= i64::MAX as usize => Ok(Some(n)),
                _ if n.is_negative() => Err(self.value_error("__len__() should return >= 0")),
                _ => Err(self.overflow_error("long int too large to convert to int")),
            },
            _ => {
                if matches!(self.data(value), Some(ObjData::OldInstance(_))) {
                    return Err(self.type_error("__len__() should return an int"));
                }
                Err(self.type_error("an integer is required"))
            }
        }
    }
}
