//! Between Python values and low-level values of a given type.

use super::type_error;
use crate::error::Res;
use crate::host::Host;
use crate::object::{IntKind, LowLevel, ObjData};
use crate::value::{ObjId, Value};
use num_bigint::BigInt;
use num_traits::ToPrimitive;
use rpy_lltype::{Int, LLPtr, LLType, LLTypeId, LLTypes, LLValue};

impl Host {
    /// The Python value of a low-level value.
    pub fn from_llvalue(&mut self, ty: LLTypeId, value: &LLValue) -> Value {
        match (self.lltypes.get(ty).clone(), value) {
            (LLType::Void, _) => Value::None,
            (LLType::Bool, LLValue::Bool(b)) => Value::Bool(*b),
            (LLType::Char, LLValue::Char(c)) => self.new_str([*c]),
            (LLType::UniChar, LLValue::UniChar(c)) => self.new_unicode(&[*c]),
            (LLType::Float | LLType::LongFloat, LLValue::Float(x)) => Value::Float(*x),
            (LLType::SingleFloat, LLValue::SingleFloat(x)) => self.alloc(ObjData::SingleFloat(*x)),
            (LLType::Int(Int::SIGNED), LLValue::Int(i)) => Value::Int(*i),
            (LLType::Int(int), LLValue::Int(i)) => self.machine_int(int, i128::from(*i)),
            (LLType::Int(int), LLValue::Int128(i)) => self.machine_int(int, *i),
            _ => self.alloc(ObjData::LowLevel(Box::new(LowLevel::Value(ty, value.clone())))),
        }
    }

    /// An instance of the class registered for this width and sign (a plain int when there is none).
    fn machine_int(&mut self, int: Int, value: i128) -> Value {
        let wrapped = wrap(int, value);
        match self.int_classes.get(&(int.signed, int.bits)) {
            Some(&class) => self.alloc(ObjData::RInt(class, low_half(wrapped), high_half(wrapped))),
            None => self.new_int(BigInt::from(wrapped)),
        }
    }

    /// The low-level value of a Python value that is to be stored as `ty`; TypeError when it is of another type.
    pub fn to_llvalue(&mut self, ty: LLTypeId, value: Value) -> Res<LLValue> {
        let found = self.try_llvalue(ty, value);
        match found {
            Some(v) => Ok(v),
            None => {
                let (want, got) = (self.lltypes.text(ty), self.repr(value));
                type_error(self, &format!("expected a value of low-level type {want}, got {got}"))
            }
        }
    }

    fn try_llvalue(&self, ty: LLTypeId, value: Value) -> Option<LLValue> {
        match (self.lltypes.get(ty), value) {
            (LLType::Void, _) => Some(LLValue::Void),
            (LLType::Bool, Value::Bool(b)) => Some(LLValue::Bool(b)),
            (LLType::Float | LLType::LongFloat, Value::Float(x)) => Some(LLValue::Float(x)),
            #[expect(clippy::cast_precision_loss, reason = "ints become floats as in Python")]
            (LLType::Float | LLType::LongFloat, Value::Int(i)) => Some(LLValue::Float(i as f64)),
            (LLType::Int(Int::SIGNED), Value::Bool(b)) => Some(LLValue::Int(i64::from(b))),
            (LLType::Int(Int::SIGNED), Value::Int(i)) => Some(LLValue::Int(i)),
            (_, Value::Obj(_)) => self.try_llobject(ty, value),
            (LLType::Int(int), Value::Int(i)) if fits(*int, i128::from(i)) => Some(int_value(*int, i128::from(i))),
            _ => None,
        }
    }

    fn try_llobject(&self, ty: LLTypeId, value: Value) -> Option<LLValue> {
        match (self.lltypes.get(ty), self.data(value)?) {
            (_, ObjData::LowLevel(_)) => {
                let (actual, v) = self.llvalue_of(value)?;
                (self.lltypes.same(actual, ty) || self.is_null_for(ty, v)).then(|| v.clone())
            }
            (LLType::Char, ObjData::Str(s)) if s.bytes.len() == 1 => Some(LLValue::Char(s.bytes[0])),
            (LLType::UniChar, ObjData::Unicode(u)) if u.chars.len() == 1 => Some(LLValue::UniChar(u.chars[0])),
            (LLType::SingleFloat, ObjData::SingleFloat(x)) => Some(LLValue::SingleFloat(*x)),
            (LLType::Int(int), ObjData::RInt(class, low, high)) => {
                let known = self.int_classes.get(&(int.signed, int.bits)) == Some(class);
                known.then(|| int_value(*int, join(*low, *high)))
            }
            (LLType::Int(int), ObjData::Long(i)) => {
                let i = i.to_i128()?;
                fits(*int, i).then(|| int_value(*int, i))
            }
            _ => None,
        }
    }

    fn is_null_for(&self, ty: LLTypeId, value: &LLValue) -> bool {
        matches!(self.lltypes.get(ty), LLType::Ptr(_)) && *value == LLValue::Ptr(LLPtr::Null)
    }

    /// The low-level type of a Python value, as `lltype.typeOf` tells.
    pub fn lltype_of_value(&self, value: Value) -> Option<LLTypeId> {
        Some(match value {
            Value::None => LLTypes::VOID,
            Value::Bool(_) => LLTypes::BOOL,
            Value::Int(_) => LLTypes::SIGNED,
            Value::Float(_) => LLTypes::FLOAT,
            Value::Obj(_) => match self.data(value)? {
                ObjData::LowLevel(_) => self.llvalue_of(value)?.0,
                ObjData::Str(s) if s.bytes.len() == 1 => LLTypes::CHAR,
                ObjData::Unicode(u) if u.chars.len() == 1 => LLTypes::UNICHAR,
                ObjData::SingleFloat(_) => LLTypes::SINGLEFLOAT,
                ObjData::RInt(class, ..) => self.int_class_type(*class)?,
                _ => return None,
            },
        })
    }

    /// The integer type that a class of machine integers stands for.
    pub fn int_class_type(&self, class: ObjId) -> Option<LLTypeId> {
        let (&(signed, bits), _) = self.int_classes.iter().find(|(_, c)| **c == class)?;
        self.lltypes.lookup(&LLType::Int(Int { bits, signed }))
    }

    /// Makes `class` the host type of values of an integer type.
    pub fn register_int_class(&mut self, class: ObjId, signed: bool, bits: u8) {
        self.lltypes.int(bits, signed);
        self.int_classes.insert((signed, bits), class);
        if let ObjData::Class(data) = self.heap.get_mut(class) {
            data.int_kind = Some(IntKind { bits, signed });
        }
    }
}

/// Two's complement wrapping to the width.
pub(super) fn wrap(int: Int, value: i128) -> i128 {
    if int.bits >= 128 {
        return value;
    }
    let shift = 128 - u32::from(int.bits);
    let up = value << shift;
    if int.signed {
        up >> shift
    } else {
        (up.cast_unsigned() >> shift).cast_signed()
    }
}

fn fits(int: Int, value: i128) -> bool {
    wrap(int, value) == value
}

/// Storage form of an integer value.
pub(super) fn int_value(int: Int, value: i128) -> LLValue {
    let wrapped = wrap(int, value);
    if int.bits == 128 {
        LLValue::Int128(wrapped)
    } else {
        LLValue::Int(low_half(wrapped).cast_signed())
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is wanted")]
fn low_half(value: i128) -> u64 {
    value.cast_unsigned() as u64
}

#[expect(clippy::cast_possible_truncation, reason = "the high half is wanted")]
fn high_half(value: i128) -> i64 {
    (value >> 64) as i64
}

fn join(low: u64, high: i64) -> i128 {
    (i128::from(high) << 64) | i128::from(low)
}
