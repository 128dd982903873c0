//! `int`, `long`, `bool`, `float`, `complex`.

use super::slots::{ARITHMETIC, BITWISE, COMPARE, UNARY};
use super::{Attr, TypeSpec, def, given, this};
use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, NativeDef, ObjData};
use crate::ops::convert::{parse_float, parse_int};
use crate::ops::number::Num;
use crate::value::{ObjId, Value};
use num_bigint::BigInt;
use num_traits::Signed;
use std::rc::Rc;

const INT_SLOTS: &[NativeDef] = &[
    def("__cmp__", 1, 1, cmp),
    def("__int__", 0, 0, to_int),
    def("__long__", 0, 0, to_long),
    def("__float__", 0, 0, to_float),
    def("__index__", 0, 0, to_same),
    def("__oct__", 0, 0, oct),
    def("__hex__", 0, 0, hex),
    def("__coerce__", 1, 1, coerce),
];

const INT_METHODS: &[NativeDef] = &[
    def("bit_length", 0, 0, bit_length),
    def("conjugate", 0, 0, to_same),
    def("__trunc__", 0, 0, to_same),
    def("__format__", 1, 1, format),
    def("__getnewargs__", 0, 0, getnewargs),
];

const INT_ATTRS: &[Attr] = &[
    ("real", same, None),
    ("imag", zero, None),
    ("numerator", same, None),
    ("denominator", one, None),
];

const FLOAT_SLOTS: &[NativeDef] = &[
    def("__int__", 0, 0, to_int),
    def("__long__", 0, 0, to_long),
    def("__float__", 0, 0, to_same),
    def("__coerce__", 1, 1, coerce),
];

const FLOAT_METHODS: &[NativeDef] = &[
    def("is_integer", 0, 0, is_integer),
    def("conjugate", 0, 0, to_same),
    def("__trunc__", 0, 0, trunc),
    def("hex", 0, 0, float_hex),
    def("as_integer_ratio", 0, 0, as_integer_ratio),
    def("__format__", 1, 1, format),
    def("__getnewargs__", 0, 0, getnewargs),
];

const FLOAT_ATTRS: &[Attr] = &[("real", same, None), ("imag", float_zero, None)];

const COMPLEX_METHODS: &[NativeDef] = &[
    def("conjugate", 0, 0, conjugate),
    def("__format__", 1, 1, format),
    def("__getnewargs__", 0, 0, getnewargs),
    def("__coerce__", 1, 1, coerce),
];

const COMPLEX_ATTRS: &[Attr] = &[("real", real, None), ("imag", imag, None)];

/// Installs the types.
pub fn setup(h: &mut Host) {
    let t = h.types.clone();
    let common = |h: &mut Host, class: ObjId, rich: bool, bits: bool| {
        h.install(
            class,
            &TypeSpec {
                slots: &ARITHMETIC,
                ..TypeSpec::default()
            },
        );
        h.install(
            class,
            &TypeSpec {
                slots: &UNARY,
                ..TypeSpec::default()
            },
        );
        if rich {
            h.install(
                class,
                &TypeSpec {
                    slots: &COMPARE,
                    ..TypeSpec::default()
                },
            );
        }
        if bits {
            h.install(
                class,
                &TypeSpec {
                    slots: &BITWISE,
                    ..TypeSpec::default()
                },
            );
        }
    };
    for class in [t.int_, t.long_] {
        common(h, class, false, true);
        h.install(
            class,
            &TypeSpec {
                slots: INT_SLOTS,
                methods: INT_METHODS,
                attrs: INT_ATTRS,
                ..TypeSpec::default()
            },
        );
    }
    h.install(
        t.int_,
        &TypeSpec {
            new: Some(new_int),
            new_args: (0, 2),
            new_names: &["x", "base"],
            ..TypeSpec::default()
        },
    );
    h.install(
        t.long_,
        &TypeSpec {
            new: Some(new_long),
            new_args: (0, 2),
            new_names: &["x", "base"],
            ..TypeSpec::default()
        },
    );
    h.install(
        t.bool_,
        &TypeSpec {
            new: Some(new_bool),
            new_args: (0, 1),
            slots: BOOL_SLOTS,
            ..TypeSpec::default()
        },
    );
    common(h, t.float_, true, false);
    let spec = TypeSpec {
        slots: FLOAT_SLOTS,
        methods: FLOAT_METHODS,
        attrs: FLOAT_ATTRS,
        class_methods: const { &[def("fromhex", 1, 1, fromhex), def("__getformat__", 1, 1, getformat)] },
        new: Some(new_float),
        new_args: (0, 1),
        new_names: &["x"],
        ..TypeSpec::default()
    };
    h.install(t.float_, &spec);
    common(h, t.complex, true, false);
    let spec = TypeSpec {
        methods: COMPLEX_METHODS,
        attrs: COMPLEX_ATTRS,
        new: Some(new_complex),
        new_args: (0, 2),
        new_names: &["real", "imag"],
        ..TypeSpec::default()
    };
    h.install(t.complex, &spec);
    let spec = TypeSpec {
        slots: const { &[def("__float__", 0, 0, to_float)] },
        new: Some(new_single),
        new_args: (1, 1),
        ..TypeSpec::default()
    };
    h.install(t.singlefloat, &spec);
}

const BOOL_SLOTS: &[NativeDef] = &[
    def("__repr__", 0, 0, super::slots::repr),
    def("__str__", 0, 0, super::slots::str),
    def("__and__", 1, 1, super::slots::binary::<10>),
    def("__or__", 1, 1, super::slots::binary::<11>),
    def("__xor__", 1, 1, super::slots::binary::<12>),
];

fn cmp(h: &mut Host, a: Args<'_>) -> Res {
    let (x, y) = (h.number(a.get(0)), h.number(a.get(1)));
    match (h.num_big(&x), h.num_big(&y)) {
        (Some(x), Some(y)) => Ok(Value::Int(x.cmp(&y) as i64)),
        _ => {
            let text = format!(
                "int.__cmp__(x,y) requires y to be a 'int', not a '{}'",
                h.class_name_of(a.get(1))
            );
            Err(h.type_error(text))
        }
    }
}

/// The plain number behind an instance of a subclass.
pub(crate) fn plain(h: &mut Host, value: Value) -> Value {
    match h.number(value) {
        Num::Int(i) => Value::Int(i),
        Num::Long(n) => match value {
            Value::Obj(id) if matches!(h.heap.get(id), ObjData::Long(_)) => value,
            _ => h.alloc(ObjData::Long(n)),
        },
        Num::Float(x) => Value::Float(x),
        _ => value,
    }
}

fn to_same(h: &mut Host, a: Args<'_>) -> Res {
    Ok(plain(h, this(&a)))
}

fn same(h: &mut Host, value: Value) -> Res {
    Ok(plain(h, value))
}

fn zero(h: &mut Host, value: Value) -> Res {
    Ok(if matches!(h.number(value), Num::Long(_)) {
        h.new_long(BigInt::from(0))
    } else {
        Value::Int(0)
    })
}

fn one(h: &mut Host, value: Value) -> Res {
    Ok(if matches!(h.number(value), Num::Long(_)) {
        h.new_long(BigInt::from(1))
    } else {
        Value::Int(1)
    })
}

fn float_zero(_: &mut Host, _: Value) -> Res {
    Ok(Value::Float(0.0))
}

fn real(h: &mut Host, value: Value) -> Res {
    let n = h.number(value);
    Ok(Value::Float(h.num_complex(&n)?.0))
}

fn imag(h: &mut Host, value: Value) -> Res {
    let n = h.number(value);
    Ok(Value::Float(h.num_complex(&n)?.1))
}

fn to_int(h: &mut Host, a: Args<'_>) -> Res {
    match h.number(this(&a)) {
        Num::Int(i) => Ok(Value::Int(i)),
        Num::Float(x) => h.float_to_int(x),
        n => {
            let big = h.num_big(&n).unwrap_or_default();
            Ok(h.new_int(big))
        }
    }
}

fn to_long(h: &mut Host, a: Args<'_>) -> Res {
    match h.number(this(&a)) {
        Num::Float(x) => float_to_long(h, x),
        n => {
            let big = h.num_big(&n).unwrap_or_default();
            Ok(h.new_long(big))
        }
    }
}

fn float_to_long(h: &mut Host, x: f64) -> Res {
    let value = h.float_to_int(x)?;
    match value {
        Value::Int(i) => Ok(h.new_long(BigInt::from(i))),
        _ => Ok(value),
    }
}

fn to_float(h: &mut Host, a: Args<'_>) -> Res {
    Ok(Value::Float(h.to_f64(this(&a))?))
}

fn trunc(h: &mut Host, a: Args<'_>) -> Res {
    let x = h.to_f64(this(&a))?;
    h.float_to_int(x)
}

/// Digits of an integer in a base with a prefix.
pub(crate) fn radix_text(n: &BigInt, base: u32, prefix: &str) -> String {
    let sign = if n.is_negative() { "-" } else { "" };
    format!("{sign}{prefix}{}", n.magnitude().to_str_radix(base))
}

fn radix(h: &mut Host, value: Value, base: u32, prefix: &str) -> Res {
    let n = h.number(value);
    let suffix = if matches!(n, Num::Long(_)) { "L" } else { "" };
    let big = h.num_big(&n).unwrap_or_default();
    let prefix = if base == 8 && big == BigInt::from(0) {
        ""
    } else {
        prefix
    };
    let text = radix_text(&big, base, prefix) + suffix;
    Ok(h.new_str(text))
}

fn oct(h: &mut Host, a: Args<'_>) -> Res {
    radix(h, this(&a), 8, "0")
}

fn hex(h: &mut Host, a: Args<'_>) -> Res {
    radix(h, this(&a), 16, "0x")
}

fn coerce(h: &mut Host, a: Args<'_>) -> Res {
    let (x, y) = (this(&a), a.get(1));
    match coerce_numbers(h, x, y)? {
        Some((p, q)) => Ok(h.new_tuple(&[p, q])),
        None => Ok(h.not_implemented),
    }
}

/// Both numbers in the wider type.
pub(crate) fn coerce_numbers(h: &mut Host, x: Value, y: Value) -> Res<Option<(Value, Value)>> {
    let (p, q) = (h.number(x), h.number(y));
    Ok(match (&p, &q) {
        (Num::No, _) | (_, Num::No) => None,
        (Num::Complex(..), _) | (_, Num::Complex(..)) => {
            let (c, d) = (h.num_complex(&p)?, h.num_complex(&q)?);
            Some((h.new_complex(c.0, c.1), h.new_complex(d.0, d.1)))
        }
        (Num::Float(_), _) | (_, Num::Float(_)) => Some((Value::Float(h.to_f64(x)?), Value::Float(h.to_f64(y)?))),
        (Num::Int(i), Num::Int(j)) => Some((Value::Int(*i), Value::Int(*j))),
        _ => {
            let (m, n) = (h.num_big(&p).unwrap_or_default(), h.num_big(&q).unwrap_or_default());
            Some((h.new_long(m), h.new_long(n)))
        }
    })
}

fn bit_length(h: &mut Host, a: Args<'_>) -> Res {
    let n = h.number(this(&a));
    Ok(Value::Int(h.num_big(&n).unwrap_or_default().bits() as i64))
}

fn format(h: &mut Host, a: Args<'_>) -> Res {
    crate::format::spec::format_value(h, this(&a), a.get(1))
}

fn getnewargs(h: &mut Host, a: Args<'_>) -> Res {
    let value = plain(h, this(&a));
    if let Num::Complex(re, im) = h.number(value) {
        return Ok(h.new_tuple(&[Value::Float(re), Value::Float(im)]));
    }
    Ok(h.new_tuple(&[value]))
}

fn is_integer(h: &mut Host, a: Args<'_>) -> Res {
    let x = h.to_f64(this(&a))?;
    Ok(Value::Bool(x.is_finite() && x.fract() == 0.0))
}

fn conjugate(h: &mut Host, a: Args<'_>) -> Res {
    let n = h.number(this(&a));
    let (re, im) = h.num_complex(&n)?;
    Ok(h.new_complex(re, -im))
}

fn float_hex(h: &mut Host, a: Args<'_>) -> Res {
    let x = h.to_f64(this(&a))?;
    let text = crate::format::hexfloat::to_hex(x);
    Ok(h.new_str(text))
}

fn fromhex(h: &mut Host, a: Args<'_>) -> Res {
    let text = h.to_bytes(a.get(1))?;
    match crate::format::hexfloat::from_hex(&String::from_utf8_lossy(&text)) {
        Ok(x) if h.types.float_ == this(&a).obj().unwrap_or(h.types.float_) => Ok(Value::Float(x)),
        Ok(x) => h.call_value(this(&a), &[Value::Float(x)], &[]),
        Err(true) => Err(h.overflow_error("hexadecimal value too large to represent as a float")),
        Err(false) => Err(h.value_error("invalid hexadecimal floating-point string")),
    }
}

fn getformat(h: &mut Host, _: Args<'_>) -> Res {
    Ok(h.new_str("IEEE, little-endian"))
}

fn as_integer_ratio(h: &mut Host, a: Args<'_>) -> Res {
    let x = h.to_f64(this(&a))?;
    if x.is_infinite() {
        return Err(h.overflow_error("Cannot pass infinity to float.as_integer_ratio."));
    }
    if x.is_nan() {
        return Err(h.value_error("Cannot pass NaN to float.as_integer_ratio."));
    }
    let (mut mantissa, mut exponent) = libm::frexp(x);
    for _ in 0..300 {
        if mantissa.fract() == 0.0 {
            break;
        }
        mantissa *= 2.0;
        exponent -= 1;
    }
    let mut top: BigInt = num_traits::FromPrimitive::from_f64(mantissa).unwrap_or_default();
    let mut bottom = BigInt::from(1);
    if exponent > 0 {
        top <<= exponent as usize;
    } else {
        bottom <<= (-exponent) as usize;
    }
    let (top, bottom) = (h.new_int(top), h.new_int(bottom));
    Ok(h.new_tuple(&[top, bottom]))
}

/// Text argument of a number constructor.
fn number_text(h: &mut Host, value: Value) -> Res<Option<Vec<u8>>> {
    Ok(match h.data(value) {
        Some(ObjData::Str(s)) => Some(s.bytes.to_vec()),
        Some(ObjData::Unicode(_)) => Some(decimal_text(h, value)?),
        _ => h.buffer_bytes(value),
    })
}

fn decimal_text(h: &mut Host, value: Value) -> Res<Vec<u8>> {
    let chars = h.to_unicode_chars(value)?;
    let mut out = Vec::new();
    for &c in chars.iter() {
        match super::unicode_data::decimal_digit(c) {
            Some(d) => out.push(b'0' + d),
            None if super::unicode_data::is_space(c) => out.push(b' '),
            None if c < 128 => out.push(c as u8),
            None => out.push(b'?'),
        }
    }
    Ok(out)
}

fn int_base(h: &mut Host, a: &Args<'_>, name: &str) -> Res<Option<u32>> {
    let Some(base) = a.opt(2) else { return Ok(None) };
    let base = h.to_i64(base)?;
    if base != 0 && !(2..=36).contains(&base) {
        return Err(h.value_error(format!("{name}() base must be >= 2 and <= 36")));
    }
    Ok(Some(base as u32))
}

fn parse_integer(h: &mut Host, a: &Args<'_>, long: bool) -> Res<Option<BigInt>> {
    let name = if long { "long" } else { "int" };
    let base = int_base(h, a, name)?;
    let Some(x) = a.opt(1) else { return Ok(None) };
    let text = number_text(h, x)?;
    let Some(text) = text else {
        if base.is_some() {
            return Err(h.type_error(format!("{name}() can't convert non-string with explicit base")));
        }
        return Ok(None);
    };
    let base = base.unwrap_or(10);
    match parse_int(&text, base, long) {
        Some(n) => Ok(Some(n)),
        None => {
            let shown = if text.contains(&0) {
                let text = format!("null byte in argument for {name}()");
                return Err(h.value_error(text));
            } else {
                h.safe_repr(x)
            };
            Err(h.value_error(format!("invalid literal for {name}() with base {base}: {shown}")))
        }
    }
}

/// `int(x)` of anything that is no text.
fn int_of(h: &mut Host, x: Value, long: bool) -> Res {
    let name = if long { "long" } else { "int" };
    if !h.is_user_instance(x) {
        match h.number(x) {
            Num::Long(n) if !long => return Ok(h.new_int((*n).clone())),
            Num::Int(_) | Num::Long(_) => return Ok(plain(h, x)),
            Num::RInt(class, n) => {
                let big = h.rint_big(class, n);
                return Ok(h.new_int(big));
            }
            Num::Float(v) => return h.float_to_int(v),
            _ => {}
        }
    }
    let n = &h.names;
    let order = if long {
        [n.d_long, n.d_int, n.d_trunc]
    } else {
        [n.d_int, n.d_trunc, n.d_long]
    };
    for special in order {
        if let Some(method) = h.special_method(x, special)? {
            let result = h.call_value(method, &[], &[])?;
            if special == h.names.d_trunc && !h.number(result).is_integral() {
                let again = h.names.d_int;
                return match h.call_special_if(result, again, &[])? {
                    Some(v) if h.number(v).is_integral() => Ok(v),
                    _ => {
                        let text = format!("__trunc__ returned non-Integral (type {})", h.class_name_of(result));
                        Err(h.type_error(text))
                    }
                };
            }
            if !h.number(result).is_integral() {
                let special = h.name_text(special);
                let kind = if special == "__long__" { "non-long" } else { "non-int" };
                let text = format!("{special} returned {kind} (type {})", h.class_name_of(result));
                return Err(h.type_error(text));
            }
            return Ok(plain(h, result));
        }
    }
    if matches!(h.data(x), Some(ObjData::OldInstance(_))) {
        let name = if long { h.names.d_long } else { h.names.d_int };
        return Err(h.attribute_error(x, name));
    }
    if matches!(h.number(x), Num::Complex(..)) {
        return Err(h.type_error(format!("can't convert complex to {name}")));
    }
    let text = format!(
        "{name}() argument must be a string or a number, not '{}'",
        h.class_name_of(x)
    );
    Err(h.type_error(text))
}

fn new_int(h: &mut Host, a: Args<'_>) -> Res {
    let value = match parse_integer(h, &a, false)? {
        Some(n) => h.new_int(n),
        None => match a.opt(1) {
            Some(x) => int_of(h, x, false)?,
            None => Value::Int(0),
        },
    };
    let own = h.types.int_;
    if this(&a) == Value::Obj(own) {
        return Ok(value);
    }
    match h.number(value) {
        Num::Int(i) => Ok(h.wrap_native(this(&a), own, ObjData::IntPayload(i))),
        _ => Err(h.overflow_error("Python int too large to convert to C long")),
    }
}

fn new_long(h: &mut Host, a: Args<'_>) -> Res {
    let big = match parse_integer(h, &a, true)? {
        Some(n) => n,
        None => match a.opt(1) {
            Some(x) => {
                let value = int_of(h, x, true)?;
                let n = h.number(value);
                h.num_big(&n).unwrap_or_default()
            }
            None => BigInt::from(0),
        },
    };
    if let Value::Obj(class) = this(&a)
        && h.int_kind(class).is_some()
    {
        return Ok(h.new_rint(class, &big));
    }
    let own = h.types.long_;
    Ok(h.wrap_native(this(&a), own, ObjData::Long(Rc::new(big))))
}

fn new_bool(h: &mut Host, a: Args<'_>) -> Res {
    match a.opt(1) {
        Some(x) => Ok(Value::Bool(h.truth(x)?)),
        None => Ok(Value::Bool(false)),
    }
}

/// `float(x)`.
pub(crate) fn float_of(h: &mut Host, x: Value) -> Res<f64> {
    if let Some(text) = number_text(h, x)? {
        if text.contains(&0) {
            return Err(h.value_error("null byte in argument for float()"));
        }
        return match parse_float(&text) {
            Some(v) => Ok(v),
            None => {
                let shown = String::from_utf8_lossy(crate::ops::convert::trim_space(&text)).into_owned();
                if shown.is_empty() {
                    return Err(h.value_error("could not convert string to float: "));
                }
                Err(h.value_error(format!("could not convert string to float: {shown}")))
            }
        };
    }
    if !h.is_user_instance(x) {
        match h.number(x) {
            Num::No | Num::Complex(..) => {}
            _ => return h.to_f64(x),
        }
    }
    let name = h.names.d_float;
    if let Some(method) = h.special_method(x, name)? {
        let result = h.call_value(method, &[], &[])?;
        return match h.number(result) {
            Num::Float(v) => Ok(v),
            _ => {
                let text = format!("__float__ returned non-float (type {})", h.class_name_of(result));
                Err(h.type_error(text))
            }
        };
    }
    if matches!(h.number(x), Num::Complex(..)) {
        return Err(h.type_error("can't convert complex to float"));
    }
    if matches!(h.data(x), Some(ObjData::OldInstance(_))) {
        return Err(h.attribute_error(x, name));
    }
    Err(h.type_error("float() argument must be a string or a number"))
}

fn new_float(h: &mut Host, a: Args<'_>) -> Res {
    let value = match a.opt(1) {
        Some(x) => float_of(h, x)?,
        None => 0.0,
    };
    let own = h.types.float_;
    if this(&a) == Value::Obj(own) {
        return Ok(Value::Float(value));
    }
    Ok(h.wrap_native(this(&a), own, ObjData::FloatPayload(value)))
}

fn complex_part(h: &mut Host, x: Value) -> Res<(f64, f64)> {
    let name = h.names.d_complex;
    if h.is_user_instance(x)
        && let Some(method) = h.special_method(x, name)?
    {
        let result = h.call_value(method, &[], &[])?;
        return match h.number(result) {
            Num::Complex(re, im) => Ok((re, im)),
            _ => Err(h.type_error("__complex__ should return a complex object")),
        };
    }
    match h.number(x) {
        Num::Complex(re, im) => Ok((re, im)),
        _ => {
            let result = h.to_f64(x);
            match h.catch(result, h.exceptions.type_error)? {
                Some(v) => Ok((v, 0.0)),
                None => Err(h.type_error("complex() argument must be a string or a number")),
            }
        }
    }
}

fn new_complex(h: &mut Host, a: Args<'_>) -> Res {
    let own = h.types.complex;
    let (x, y) = (a.opt(1), a.opt(2));
    if let Some(x) = x
        && let Some(text) = number_text(h, x)?
    {
        if y.is_some() {
            return Err(h.type_error("complex() can't take second arg if first is a string"));
        }
        return match super::text::parse_complex(&text) {
            Some((re, im)) => Ok(h.wrap_native(this(&a), own, ObjData::Complex(re, im))),
            None => Err(h.value_error("complex() arg is a malformed string")),
        };
    }
    if let Some(y) = y
        && number_text(h, y)?.is_some()
    {
        return Err(h.type_error("complex() second arg can't be a string"));
    }
    let (re, im) = match x {
        Some(x) => complex_part(h, x)?,
        None => (0.0, 0.0),
    };
    let (yre, yim) = match y {
        Some(y) => complex_part(h, y)?,
        None => (0.0, 0.0),
    };
    let data = if y.is_some() {
        ObjData::Complex(re - yim, im + yre)
    } else {
        ObjData::Complex(re, im)
    };
    Ok(h.wrap_native(this(&a), own, data))
}

fn new_single(h: &mut Host, a: Args<'_>) -> Res {
    let x = match given(a.get(1)) {
        Some(x) => float_of(h, x)?,
        None => 0.0,
    };
    Ok(h.alloc(ObjData::SingleFloat(x as f32)))
}
