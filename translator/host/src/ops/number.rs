//! Seeing values as numbers.

use crate::error::Res;
use crate::host::Host;
use crate::object::ObjData;
use crate::value::{ObjId, Value};
use num_bigint::BigInt;
use num_traits::ToPrimitive;
use std::rc::Rc;

/// A value seen as a number.
#[derive(Clone, Debug)]
pub enum Num {
    /// `int`, `bool`
    Int(i64),
    /// `long`
    Long(Rc<BigInt>),
    /// `float`
    Float(f64),
    /// `complex`
    Complex(f64, f64),
    /// machine integer of rarithmetic: its class and value
    RInt(ObjId, i128),
    /// `r_singlefloat`
    Single(f32),
    /// not a number
    No,
}

impl Num {
    /// As a big integer, if integral.
    pub fn to_big(&self) -> Option<BigInt> {
        match self {
            Num::Int(i) => Some(BigInt::from(*i)),
            Num::Long(n) => Some((**n).clone()),
            Num::RInt(_, n) => Some(BigInt::from(*n)),
            Num::Float(_) | Num::Complex(..) | Num::Single(_) | Num::No => None,
        }
    }

    /// Whether it is an integer of any kind.
    pub fn is_integral(&self) -> bool {
        matches!(self, Num::Int(_) | Num::Long(_) | Num::RInt(..))
    }
}

impl Host {
    /// The value as a number, seen through subclasses of the native types.
    #[inline]
    pub fn number(&self, value: Value) -> Num {
        match value {
            Value::Int(i) => Num::Int(i),
            Value::Bool(b) => Num::Int(i64::from(b)),
            Value::Float(x) => Num::Float(x),
            Value::None => Num::No,
            Value::Obj(_) => match self.data(value) {
                Some(ObjData::Long(n)) => Num::Long(n.clone()),
                Some(ObjData::IntPayload(i)) => Num::Int(*i),
                Some(ObjData::FloatPayload(x)) => Num::Float(*x),
                Some(ObjData::Complex(re, im)) => Num::Complex(*re, *im),
                Some(ObjData::RInt(class, low, high)) => Num::RInt(*class, super::rint::join(*low, *high)),
                Some(ObjData::SingleFloat(x)) => Num::Single(*x),
                _ => Num::No,
            },
        }
    }

    /// An integer argument (`int`, `long`, `__index__`, `__int__`), clipped never: too big ones are an error.
    pub fn to_i64(&mut self, value: Value) -> Res<i64> {
        match self.number(value) {
            Num::Int(i) => Ok(i),
            Num::Long(n) => match n.to_i64() {
                Some(i) => Ok(i),
                None => Err(self.overflow_error("Python int too large to convert to C long")),
            },
            Num::RInt(_, n) => match i64::try_from(n) {
                Ok(i) => Ok(i),
                Err(_) => Err(self.overflow_error("Python int too large to convert to C long")),
            },
            Num::Float(_) => Err(self.type_error("integer argument expected, got float")),
            Num::Complex(..) | Num::Single(_) | Num::No => {
                let name = self.names.d_int;
                match self.call_special_if(value, name, &[])? {
                    Some(result) if !matches!(self.number(result), Num::No) => self.to_i64(result),
                    _ => Err(self.type_error("an integer is required")),
                }
            }
        }
    }

    /// An index (`__index__`), as big integer.
    pub fn to_index_big(&mut self, value: Value) -> Res<Option<BigInt>> {
        if let Some(n) = self.number(value).to_big() {
            return Ok(Some(n));
        }
        let name = self.names.d_index;
        match self.call_special_if(value, name, &[])? {
            Some(result) => match self.number(result).to_big() {
                Some(n) => Ok(Some(n)),
                None => {
                    let text = format!(
                        "__index__ returned non-(int,long) (type {})",
                        self.class_name_of(result)
                    );
                    Err(self.type_error(text))
                }
            },
            None => Ok(None),
        }
    }

    /// An index clipped to the range of `i64`; `None` when the value cannot be an index.
    pub fn to_index_clipped(&mut self, value: Value) -> Res<Option<i64>> {
        if let Value::Int(i) = value {
            return Ok(Some(i));
        }
        Ok(self.to_index_big(value)?.map(|n| {
            n.to_i64().unwrap_or(if n.sign() == num_bigint::Sign::Minus {
                i64::MIN
            } else {
                i64::MAX
            })
        }))
    }

    /// A float argument.
    pub fn to_f64(&mut self, value: Value) -> Res<f64> {
        match self.number(value) {
            Num::Int(i) => Ok(i as f64),
            Num::Float(x) => Ok(x),
            Num::Single(x) => Ok(f64::from(x)),
            Num::Long(n) => self.big_to_f64(&n),
            Num::RInt(_, n) => Ok(n as f64),
            Num::Complex(..) | Num::No => {
                let name = self.names.d_float;
                match self.call_special_if(value, name, &[])? {
                    Some(result) => match self.number(result) {
                        Num::Float(x) => Ok(x),
                        _ => Err(self.type_error("nb_float should return float object")),
                    },
                    None => Err(self.type_error("a float is required")),
                }
            }
        }
    }

    /// A big integer as float; too big is an error.
    pub fn big_to_f64(&mut self, n: &BigInt) -> Res<f64> {
        let x = round_to_f64(n);
        if x.is_infinite() {
            return Err(self.overflow_error("long int too large to convert to float"));
        }
        Ok(x)
    }

    /// A float's integral part as `int` or `long`.
    pub fn float_to_int(&mut self, x: f64) -> Res {
        if x.is_nan() {
            return Err(self.value_error("cannot convert float NaN to integer"));
        }
        if x.is_infinite() {
            return Err(self.overflow_error("cannot convert float infinity to integer"));
        }
        let x = x.trunc();
        if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&x) {
            return Ok(Value::Int(x as i64));
        }
        let n: BigInt = num_traits::FromPrimitive::from_f64(x).unwrap_or_default();
        Ok(self.new_long(n))
    }
}

/// Correctly rounded (half to even) conversion; infinite when out of range.
pub(crate) fn round_to_f64(n: &BigInt) -> f64 {
    let bits = n.bits();
    if bits <= 53 {
        return n.to_i64().unwrap_or(0) as f64;
    }
    if bits > 1024 {
        return if n.sign() == num_bigint::Sign::Minus {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        };
    }
    let magnitude = n.magnitude();
    let shift = bits.saturating_sub(64);
    let (mut top, sticky) = if bits <= 64 {
        (magnitude.to_u64().unwrap_or(0) << (64 - bits), false)
    } else {
        let top = (magnitude >> shift).to_u64().unwrap_or(0);
        (top, (num_bigint::BigUint::from(top) << shift) != *magnitude)
    };
    let exponent = bits as i32 - 64;
    if sticky {
        top |= 1;
    }
    // 64 bits to 53: round half to even with the sticky bit.
    let low = top & 0x7ff;
    let mut mantissa = top >> 11;
    if low > 0x400 || (low == 0x400 && mantissa & 1 == 1) {
        mantissa += 1;
    }
    let x = libm::ldexp(mantissa as f64, exponent + 11);
    if n.sign() == num_bigint::Sign::Minus { -x } else { x }
}
