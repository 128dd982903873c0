//! `hash()`.

use crate::error::Res;
use crate::host::Host;
use crate::object::{ObjData, StrObj};
use crate::value::Value;
use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

/// Hash of a byte string, cached in it.
#[inline]
pub(crate) fn str_hash(s: &StrObj) -> i64 {
    let cached = s.hash.get();
    if cached != i64::MIN {
        return cached;
    }
    let hash = text_hash(s.bytes.iter().map(|&b| u64::from(b)), s.bytes.len());
    s.hash.set(hash);
    hash
}

/// Hash of a text given as code units.
pub(crate) fn text_hash(units: impl Iterator<Item = u64>, len: usize) -> i64 {
    let mut first = true;
    let mut x: u64 = 0;
    for unit in units {
        if first {
            x = unit << 7;
            first = false;
        }
        x = x.wrapping_mul(1_000_003) ^ unit;
    }
    x ^= len as u64;
    not_minus_one(x as i64)
}

fn not_minus_one(x: i64) -> i64 {
    if x == -1 { -2 } else { x }
}

pub(crate) fn long_hash(n: &BigInt) -> i64 {
    let mut x: u64 = 0;
    for digit in digits30(n) {
        x = x.rotate_left(30);
        x = x.wrapping_add(digit);
        if x < digit {
            x = x.wrapping_add(1);
        }
    }
    let x = x as i64;
    not_minus_one(if n.sign() == Sign::Minus { x.wrapping_neg() } else { x })
}

/// Digits of 30 bits, most significant first.
fn digits30(n: &BigInt) -> Vec<u64> {
    let mut rest = n.magnitude().clone();
    let mut out = Vec::new();
    let mask = num_bigint::BigUint::from((1u32 << 30) - 1);
    while rest.bits() > 0 {
        out.push((&rest & &mask).to_u64().unwrap_or(0));
        rest >>= 30;
    }
    out.reverse();
    out
}

pub(crate) fn float_hash(x: f64) -> i64 {
    if x.is_nan() {
        return 0;
    }
    if x.is_infinite() {
        return if x > 0.0 { 314_159 } else { -271_828 };
    }
    if x.fract() == 0.0 {
        if x >= -9.2e18 && x <= 9.2e18 {
            return not_minus_one(x as i64);
        }
        let n = num_traits::FromPrimitive::from_f64(x).unwrap_or_else(BigInt::default);
        return long_hash(&n);
    }
    let (mantissa, exponent) = libm::frexp(x);
    let v = mantissa * 2_147_483_648.0;
    let high = v as i64;
    let low = (v - high as f64) * 2_147_483_648.0;
    not_minus_one(high.wrapping_add(low as i64).wrapping_add((exponent as i64) << 15))
}

impl Host {
    /// `hash(value)`.
    #[inline]
    pub fn hash_value(&mut self, value: Value) -> Res<i64> {
        match value {
            Value::Int(i) => return Ok(not_minus_one(i)),
            Value::Obj(id) => {
                if let ObjData::Str(s) = self.heap.get(id) {
                    return Ok(str_hash(s));
                }
            }
            Value::None => return Ok(0x00a1_b2c3),
            Value::Bool(b) => return Ok(i64::from(b)),
            Value::Float(x) => return Ok(float_hash(x)),
        }
        self.hash_object(value)
    }

    fn hash_object(&mut self, value: Value) -> Res<i64> {
        if self.is_user_instance(value) {
            return self.hash_user(value);
        }
        self.hash_native(value)
    }

    /// The hash of native data, identity for the rest.
    pub(crate) fn hash_native(&mut self, value: Value) -> Res<i64> {
        let Some(data) = self.data(value) else {
            return self.hash_value(value);
        };
        match data {
            ObjData::Str(s) => Ok(str_hash(s)),
            ObjData::Unicode(u) => Ok(text_hash(u.chars.iter().map(|&c| u64::from(c)), u.chars.len())),
            ObjData::IntPayload(i) => Ok(not_minus_one(*i)),
            ObjData::FloatPayload(x) => Ok(float_hash(*x)),
            ObjData::Long(n) => Ok(n.to_i64().map_or_else(|| long_hash(n), not_minus_one)),
            ObjData::RInt(_, low, high) => {
                let n = super::rint::join(*low, *high);
                Ok(not_minus_one(n as i64))
            }
            ObjData::SingleFloat(x) => Ok(float_hash(f64::from(*x))),
            ObjData::Complex(re, im) => Ok(not_minus_one(
                float_hash(*re).wrapping_add(float_hash(*im).wrapping_mul(1_000_003)),
            )),
            ObjData::Tuple(items) => {
                let items = items.clone();
                self.hash_tuple(&items)
            }
            ObjData::FrozenSet(_) => self.hash_frozenset(value),
            ObjData::List(_) | ObjData::Dict(_) | ObjData::Set(_) | ObjData::Slice(_) => {
                let message = format!("unhashable type: '{}'", self.class_name_of(value));
                Err(self.type_error(message))
            }
            ObjData::Method(m) => {
                let m = **m;
                let a = if m.self_.is_hole() {
                    0
                } else {
                    self.hash_value(m.self_)?
                };
                let b = self.hash_value(m.func)?;
                Ok(not_minus_one(a ^ b))
            }
            ObjData::BuiltinMethod(b, s) => {
                let (name, this) = (b.def.name, **s);
                let seed = text_hash(name.bytes().map(u64::from), name.len());
                Ok(not_minus_one(seed ^ self.identity_hash(this)))
            }
            ObjData::LowLevel(l) => Ok(crate::lowlevel::ll_hash(self, l)),
            _ => Ok(self.identity_hash(value)),
        }
    }

    /// A number that tells objects apart, as `id()` does.
    pub fn identity(&self, value: Value) -> i64 {
        match value {
            Value::None => 0x9000,
            Value::Bool(b) => 0x9020 + i64::from(b) * 32,
            Value::Int(i) => i.wrapping_mul(32).wrapping_add(0x7000_0000_0000_0001) & i64::MAX,
            Value::Float(x) => {
                (x.to_bits() as i64)
                    .wrapping_mul(32)
                    .wrapping_add(0x6000_0000_0000_0003)
                    & i64::MAX
            }
            Value::Obj(id) => 0x7f00_0000_0000 + i64::from(id.0) * 16,
        }
    }

    pub(crate) fn identity_hash(&self, value: Value) -> i64 {
        self.identity(value) >> 4
    }

    fn hash_tuple(&mut self, items: &[Value]) -> Res<i64> {
        let mut x: u64 = 0x34_5678;
        let mut mult: u64 = 1_000_003;
        let mut left = items.len() as u64;
        for &item in items {
            left = left.wrapping_sub(1);
            let y = self.hash_value(item)? as u64;
            x = (x ^ y).wrapping_mul(mult);
            mult = mult.wrapping_add(82_520u64.wrapping_add(left).wrapping_add(left));
        }
        Ok(not_minus_one(x.wrapping_add(97_531) as i64))
    }

    fn hash_frozenset(&mut self, value: Value) -> Res<i64> {
        let Value::Obj(id) = value else { return Ok(0) };
        if let Some(hash) = self.table(id).hash {
            return Ok(hash);
        }
        let table = self.table(id);
        let mut hash: u64 = 1_927_868_237;
        hash = hash.wrapping_mul(table.len() as u64 + 1);
        for entry in table.iter() {
            let h = entry.hash as u64;
            hash ^= (h ^ (h << 16) ^ 89_869_747).wrapping_mul(3_644_798_167);
        }
        hash = hash.wrapping_mul(69_069).wrapping_add(907_133_923);
        let hash = if hash as i64 == -1 { 590_923_713 } else { hash as i64 };
        self.table_mut(id).hash = Some(hash);
        Ok(hash)
    }

    fn hash_user(&mut self, value: Value) -> Res<i64> {
        if matches!(value.obj().map(|id| self.heap.get(id)), Some(ObjData::OldInstance(_))) {
            return self.hash_old_instance(value);
        }
        let name = self.names.d_hash;
        let Some(method) = self.lookup_special(value, name) else {
            return Ok(self.identity_hash(value));
        };
        if method.is_none() {
            let message = format!("unhashable type: '{}'", self.class_name_of(value));
            return Err(self.type_error(message));
        }
        let result = self.call_special(method, value, &[])?;
        self.hash_result(result)
    }

    fn hash_old_instance(&mut self, value: Value) -> Res<i64> {
        let name = self.names.d_hash;
        if let Some(method) = self.old_special(value, name)? {
            let result = self.call_value(method, &[], &[])?;
            return self.hash_result(result);
        }
        let (eq, cmp) = (self.names.d_eq, self.names.d_cmp);
        if self.old_special(value, eq)?.is_some() || self.old_special(value, cmp)?.is_some() {
            return Err(self.type_error("unhashable instance"));
        }
        Ok(self.identity_hash(value))
    }

    fn hash_result(&mut self, result: Value) -> Res<i64> {
        match self.number(result) {
            crate::ops::number::Num::Int(i) => Ok(not_minus_one(i)),
            crate::ops::number::Num::Long(n) => Ok(long_hash(&n)),
            _ => Err(self.type_error("an integer is required")),
        }
    }
}
