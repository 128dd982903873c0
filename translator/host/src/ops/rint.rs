//! Machine integers of rarithmetic: arithmetic that wraps at the width of the class.

use crate::code::BinOp;
use crate::error::Res;
use crate::host::Host;
use crate::object::{IntKind, ObjData};
use crate::ops::number::Num;
use crate::value::{ObjId, Value};
use num_bigint::BigInt;
use num_traits::ToPrimitive;

/// The value of the two halves of an [`ObjData::RInt`].
pub(crate) fn join(low: u64, high: i64) -> i128 {
    (i128::from(high) << 64) | i128::from(low)
}

/// Two's complement wrap of a big integer; 128-bit unsigned values keep their bits.
pub(crate) fn wrap(n: &BigInt, kind: IntKind) -> i128 {
    let modulus = BigInt::from(1) << kind.bits;
    let mut rest = ((n % &modulus) + &modulus) % &modulus;
    if kind.signed && rest >= (BigInt::from(1) << (kind.bits - 1)) {
        rest -= &modulus;
    }
    rest.to_i128().unwrap_or_else(|| rest.to_u128().unwrap_or(0) as i128)
}

impl Host {
    /// The machine integer kind of a class, if it is one.
    pub fn int_kind(&self, class: ObjId) -> Option<IntKind> {
        self.class(Value::Obj(class)).and_then(|c| c.int_kind)
    }

    /// A machine integer of a class from any integer, wrapped.
    pub fn new_rint(&mut self, class: ObjId, n: &BigInt) -> Value {
        let kind = self.int_kind(class).unwrap_or(IntKind { bits: 64, signed: true });
        let value = wrap(n, kind);
        self.alloc(ObjData::RInt(class, value as u64, (value >> 64) as i64))
    }

    /// The integer a machine integer stands for (unsigned 128-bit ones included).
    pub fn rint_big(&self, class: ObjId, n: i128) -> BigInt {
        match self.int_kind(class) {
            Some(IntKind {
                bits: 128,
                signed: false,
            }) => BigInt::from(n as u128),
            _ => BigInt::from(n),
        }
    }

    /// Class of the result of an operation on two different machine integer classes.
    fn common_rint(&self, a: ObjId, b: ObjId) -> ObjId {
        match (self.int_kind(a), self.int_kind(b)) {
            (Some(x), Some(y)) => {
                let wanted = IntKind {
                    bits: x.bits.max(y.bits),
                    signed: x.signed && y.signed,
                };
                if x == wanted {
                    a
                } else if y == wanted {
                    b
                } else {
                    self.int_classes
                        .get(&(wanted.signed, wanted.bits))
                        .copied()
                        .unwrap_or(a)
                }
            }
            _ => a,
        }
    }

    /// `a op b` where at least one operand is a machine integer and both are integral.
    pub(crate) fn rint_op(&mut self, op: BinOp, a: &Num, b: &Num) -> Res {
        let class = match (a, b) {
            (Num::RInt(x, _), Num::RInt(y, _)) if matches!(op, BinOp::LShift | BinOp::RShift) => {
                let _ = y;
                *x
            }
            (Num::RInt(x, _), Num::RInt(y, _)) => self.common_rint(*x, *y),
            (Num::RInt(x, _), _) | (_, Num::RInt(x, _)) => *x,
            _ => return Err(self.type_error("machine integer expected")),
        };
        let (x, y) = (self.num_big(a), self.num_big(b));
        let (Some(x), Some(y)) = (x, y) else {
            return Err(self.type_error("integer expected"));
        };
        let result = match op {
            BinOp::Pow => {
                let kind = self.int_kind(class).unwrap_or(IntKind { bits: 64, signed: true });
                if num_traits::Signed::is_negative(&y) {
                    return self.long_op(op, &x, &y);
                }
                x.modpow(&y, &(BigInt::from(1) << kind.bits))
            }
            BinOp::TrueDiv | BinOp::DivMod => {
                let result = self.long_op(op, &x, &y)?;
                return self.rewrap_pair(class, result);
            }
            _ => {
                let result = self.long_op(op, &x, &y)?;
                match self.long_value(result) {
                    Some(n) => n.clone(),
                    None => return Ok(result),
                }
            }
        };
        Ok(self.new_rint(class, &result))
    }

    fn rewrap_pair(&mut self, class: ObjId, result: Value) -> Res {
        let Some(items) = self.tuple_items(result).cloned() else {
            return Ok(result);
        };
        let mut out = Vec::new();
        for &item in items.iter() {
            let n = self.long_value(item).cloned().unwrap_or_default();
            out.push(self.new_rint(class, &n));
        }
        Ok(self.new_tuple(&out))
    }

    /// The big integer of an integral number.
    pub(crate) fn num_big(&self, n: &Num) -> Option<BigInt> {
        match n {
            Num::RInt(class, value) => Some(self.rint_big(*class, *value)),
            _ => n.to_big(),
        }
    }

    /// Unary minus, invert on a machine integer.
    pub(crate) fn rint_unary(&mut self, class: ObjId, n: i128, op: crate::code::UnaryOp) -> Value {
        let big = self.rint_big(class, n);
        let result = match op {
            crate::code::UnaryOp::Neg => -big,
            crate::code::UnaryOp::Invert => -big - 1,
            _ => big,
        };
        self.new_rint(class, &result)
    }
}
