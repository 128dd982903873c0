//! The functions of `__builtin__`.

mod inspect;
mod iterate;
mod source;

use super::{def, named};
use crate::code::{BinOp, CmpOp};
use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, NativeDef, ObjData};
use crate::value::Value;
use num_bigint::BigInt;

const NUMBERS: &[NativeDef] = &[
    def("abs", 1, 1, abs),
    def("bin", 1, 1, bin),
    def("chr", 1, 1, chr),
    def("cmp", 2, 2, |h, a| {
        Ok(Value::Int(h.cmp_values(a.get(0), a.get(1))? as i64))
    }),
    def("coerce", 2, 2, coerce),
    def("divmod", 2, 2, |h, a| h.binary_op(BinOp::DivMod, a.get(0), a.get(1))),
    def("hash", 1, 1, |h, a| Ok(Value::Int(h.hash_value(a.get(0))?))),
    def("hex", 1, 1, hex),
    def("id", 1, 1, |h, a| Ok(Value::Int(h.identity(a.get(0))))),
    def("oct", 1, 1, oct),
    def("ord", 1, 1, ord),
    def("pow", 2, 3, pow),
    named("round", 1, &["number", "ndigits"], round),
    def("unichr", 1, 1, unichr),
    def("len", 1, 1, |h, a| Ok(Value::Int(h.len(a.get(0))? as i64))),
    def("repr", 1, 1, |h, a| h.repr_value(a.get(0))),
    def("intern", 1, 1, intern),
    def("format", 1, 2, format),
];

pub(crate) fn setup(h: &mut Host) {
    let module = h.alloc(ObjData::Module(crate::object::Module { dict: h.builtins }));
    let dict = Value::Obj(h.builtins);
    let name = h.new_str("__builtin__");
    h.dict_set_str(dict, "__name__", name);
    h.dict_set_str(dict, "__doc__", Value::None);
    h.dict_set_str(dict, "__package__", Value::None);
    h.builtin_module = module;
    h.register_module("__builtin__", module);
    for table in [NUMBERS, iterate::FUNCTIONS, inspect::FUNCTIONS, source::FUNCTIONS] {
        for &function in table {
            let value = h.new_builtin(function, "__builtin__");
            h.dict_set_str(dict, function.name, value);
        }
    }
    let key = h.intern_str("__import__");
    if let Some(import) = h.dict_get_name(h.builtins, key) {
        h.default_import = import;
    }
    add_constants(h, dict);
}

fn add_constants(h: &mut Host, dict: Value) {
    let values = [
        ("None", Value::None),
        ("True", Value::Bool(true)),
        ("False", Value::Bool(false)),
        ("NotImplemented", h.not_implemented),
        ("Ellipsis", h.ellipsis),
        ("__debug__", Value::Bool(true)),
    ];
    for (name, value) in values {
        h.dict_set_str(dict, name, value);
    }
    let t = &h.types;
    let classes = [
        t.object,
        t.type_,
        t.int_,
        t.bool_,
        t.long_,
        t.float_,
        t.complex,
        t.basestring,
        t.str_,
        t.unicode,
        t.tuple,
        t.list,
        t.dict,
        t.set,
        t.frozenset,
        t.slice,
        t.xrange,
        t.property,
        t.staticmethod,
        t.classmethod,
        t.super_,
        t.enumerate,
        t.reversed,
        t.file,
        t.buffer,
        t.bytearray,
        t.memoryview,
    ];
    for class in classes {
        let name = h.class_name(Value::Obj(class));
        h.dict_set_str(dict, &name, Value::Obj(class));
    }
    let bytes = Value::Obj(h.types.str_);
    h.dict_set_str(dict, "bytes", bytes);
    for (name, class) in h.exceptions.all() {
        h.dict_set_str(dict, name, Value::Obj(class));
    }
}

fn abs(h: &mut Host, a: Args<'_>) -> Res {
    let value = a.get(0);
    if h.is_user_instance(value) {
        let name = h.intern_str("__abs__");
        if let Some(result) = h.call_special_if(value, name, &[])? {
            return Ok(result);
        }
    }
    match h.native_abs(value)? {
        Some(result) => Ok(result),
        None => {
            let name = h.class_name_of(value);
            Err(h.type_error(format!("bad operand type for abs(): '{name}'")))
        }
    }
}

fn index_big(h: &mut Host, value: Value, message: &str) -> Res<BigInt> {
    match h.to_index_big(value)? {
        Some(n) => Ok(n),
        None => {
            let name = h.class_name_of(value);
            Err(h.type_error(message.replace("{}", &name)))
        }
    }
}

fn bin(h: &mut Host, a: Args<'_>) -> Res {
    let n = index_big(h, a.get(0), "'{}' object cannot be interpreted as an index")?;
    Ok(h.new_str(super::numbers::radix_text(&n, 2, "0b")))
}

/// `hex` and `oct` go through the special methods, which decide about the `L` of longs.
fn radix(h: &mut Host, value: Value, name: &str) -> Res {
    let method = h.intern_str(&format!("__{name}__"));
    match h.call_special_if(value, method, &[])? {
        Some(result) if h.str_bytes(result).is_some() => Ok(result),
        Some(result) => {
            let got = h.class_name_of(result);
            Err(h.type_error(format!("__{name}__ returned non-string (type {got})")))
        }
        None => Err(h.type_error(format!("{name}() argument can't be converted to {name}"))),
    }
}

fn hex(h: &mut Host, a: Args<'_>) -> Res {
    radix(h, a.get(0), "hex")
}

fn oct(h: &mut Host, a: Args<'_>) -> Res {
    radix(h, a.get(0), "oct")
}

fn chr(h: &mut Host, a: Args<'_>) -> Res {
    let n = h.to_i64(a.get(0))?;
    match u8::try_from(n) {
        Ok(byte) => Ok(h.char_str(byte)),
        Err(_) => Err(h.value_error("chr() arg not in range(256)")),
    }
}

fn unichr(h: &mut Host, a: Args<'_>) -> Res {
    let n = h.to_i64(a.get(0))?;
    match u32::try_from(n).ok().filter(|n| *n <= 0x10ffff) {
        Some(point) => Ok(h.new_unicode(&[point])),
        None => Err(h.value_error("unichr() arg not in range(0x110000) (wide Python build)")),
    }
}

fn ord(h: &mut Host, a: Args<'_>) -> Res {
    let value = a.get(0);
    let (length, first) = match h.data(value) {
        Some(ObjData::Str(s)) => (s.bytes.len(), s.bytes.first().map(|b| i64::from(*b))),
        Some(ObjData::Unicode(u)) => (u.chars.len(), u.chars.first().map(|c| i64::from(*c))),
        _ => {
            if let Some(bytes) = h.buffer_bytes(value) {
                (bytes.len(), bytes.first().map(|b| i64::from(*b)))
            } else {
                let name = h.class_name_of(value);
                return Err(h.type_error(format!("ord() expected string of length 1, but {name} found")));
            }
        }
    };
    match first {
        Some(n) if length == 1 => Ok(Value::Int(n)),
        _ => Err(h.type_error(format!(
            "ord() expected a character, but string of length {length} found"
        ))),
    }
}

fn pow(h: &mut Host, a: Args<'_>) -> Res {
    match super::given(a.get(2)) {
        Some(modulus) => h.power3(a.get(0), a.get(1), modulus),
        None => h.binary_op(BinOp::Pow, a.get(0), a.get(1)),
    }
}

fn coerce(h: &mut Host, a: Args<'_>) -> Res {
    let (x, y) = (a.get(0), a.get(1));
    if !h.is_user_instance(x)
        && !h.is_user_instance(y)
        && let Some((x, y)) = super::numbers::coerce_numbers(h, x, y)?
    {
        return Ok(h.new_tuple(&[x, y]));
    }
    let name = h.names.d_coerce;
    if let Some(result) = h.try_special(x, name, y)?
        && !result.is_none()
    {
        return Ok(result);
    }
    if let Some(result) = h.try_special(y, name, x)?
        && let Some(items) = h.tuple_items(result).cloned()
        && let [q, p] = items[..]
    {
        return Ok(h.new_tuple(&[p, q]));
    }
    if h.is_user_instance(x) && h.type_id(x) == h.type_id(y) {
        return Ok(h.new_tuple(&[x, y]));
    }
    Err(h.type_error("number coercion failed"))
}

/// Half away from zero, at decimal places.
fn round(h: &mut Host, a: Args<'_>) -> Res {
    let x = super::numbers::float_of(h, a.get(0))?;
    let places = match a.opt(1) {
        Some(n) => h.to_i64(n)?,
        None => 0,
    };
    let result = round_to(x, places);
    if result.is_infinite() && x.is_finite() {
        return Err(h.overflow_error("rounded value too large to represent"));
    }
    Ok(Value::Float(result))
}

fn round_to(x: f64, places: i64) -> f64 {
    if !x.is_finite() || x == 0.0 || places > 323 {
        return x;
    }
    if places < -308 {
        return 0.0f64.copysign(x);
    }
    if places <= 0 {
        let unit = 10f64.powi(i32::try_from(-places).unwrap_or(0));
        return (x / unit).round() * unit;
    }
    // The exact decimal digits decide: one more place than any double needs to be told apart from a tie.
    let places = usize::try_from(places).unwrap_or(0);
    let exact = std::format!("{:.1100}", x.abs());
    let point = exact.find('.').unwrap_or(exact.len());
    let cut = point + 1 + places;
    let up = exact.as_bytes().get(cut).is_some_and(|d| *d >= b'5');
    let kept = &exact[..cut.min(exact.len())];
    let magnitude = if up { increment(kept) } else { kept.to_owned() };
    magnitude.parse::<f64>().unwrap_or(x.abs()).copysign(x)
}

/// Adds one to the last digit of a decimal number.
fn increment(digits: &str) -> String {
    let mut bytes = digits.as_bytes().to_vec();
    for i in (0..bytes.len()).rev() {
        match bytes[i] {
            b'.' => {}
            b'9' => bytes[i] = b'0',
            _ => {
                bytes[i] += 1;
                return String::from_utf8_lossy(&bytes).into_owned();
            }
        }
    }
    std::format!("1{}", String::from_utf8_lossy(&bytes))
}

fn intern(h: &mut Host, a: Args<'_>) -> Res {
    match h.str_bytes(a.get(0)).cloned() {
        Some(bytes) => Ok(Value::Obj(h.intern_bytes(&bytes))),
        None => Err(h.type_error("intern() argument 1 must be string")),
    }
}

fn format(h: &mut Host, a: Args<'_>) -> Res {
    let spec = match a.opt(1) {
        Some(spec) => spec,
        None => h.new_str(""),
    };
    crate::format::braces::format_with(h, a.get(0), spec)
}

/// `max` and `min`.
pub(super) fn extreme(h: &mut Host, a: Args<'_>, name: &str, wanted: CmpOp) -> Res {
    let mut key = None;
    for &(keyword, value) in a.kw {
        if h.name_text(keyword) != "key" {
            return Err(h.type_error(std::format!("{name}() got an unexpected keyword argument")));
        }
        key = super::given(value);
    }
    let items = match a.pos {
        [] => return Err(h.type_error(std::format!("{name} expected 1 arguments, got 0"))),
        [only] => h.collect_iterable(*only)?,
        many => many.to_vec(),
    };
    let mut best: Option<(Value, Value)> = None;
    for item in items {
        let k = match key {
            Some(key) => h.call(key, &[item], &[])?,
            None => item,
        };
        let better = match best {
            None => true,
            Some((best_key, _)) => h.compare_bool(wanted, k, best_key)?,
        };
        if better {
            best = Some((k, item));
        }
    }
    match best {
        Some((_, item)) => Ok(item),
        None => Err(h.value_error(std::format!("{name}() arg is an empty sequence"))),
    }
}
