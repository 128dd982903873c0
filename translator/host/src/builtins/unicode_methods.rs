//! Methods that only `unicode` has.

use super::{def, this};
use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, NativeDef};
use crate::value::Value;

/// The methods.
pub const METHODS: &[NativeDef] = &[
    def("isnumeric", 0, 0, isnumeric),
    def("isdecimal", 0, 0, isdecimal),
    def("translate", 1, 1, translate),
];

fn isnumeric(h: &mut Host, a: Args<'_>) -> Res {
    let chars = h.to_unicode_chars(this(&a))?;
    Ok(Value::Bool(
        !chars.is_empty() && chars.iter().all(|&c| super::unicode_data::is_numeric(c)),
    ))
}

fn isdecimal(h: &mut Host, a: Args<'_>) -> Res {
    let chars = h.to_unicode_chars(this(&a))?;
    Ok(Value::Bool(
        !chars.is_empty() && chars.iter().all(|&c| super::unicode_data::decimal_digit(c).is_some()),
    ))
}

fn translate(h: &mut Host, a: Args<'_>) -> Res {
    let chars = h.to_unicode_chars(this(&a))?;
    let mut out = Vec::with_capacity(chars.len());
    for &c in chars.iter() {
        let result = h.get_item(a.get(1), Value::Int(i64::from(c)));
        match h.catch(result, h.exceptions.lookup_error)? {
            None => out.push(c),
            Some(Value::None) => {}
            Some(Value::Int(n)) => match u32::try_from(n).ok().filter(|&n| n < 0x11_0000) {
                Some(n) => out.push(n),
                None => return Err(h.type_error("character mapping must be in range(0x110000)")),
            },
            Some(v) if h.unicode_chars(v).is_some() => out.extend_from_slice(&h.to_unicode_chars(v)?),
            Some(_) => return Err(h.type_error("character mapping must return integer, None or unicode")),
        }
    }
    Ok(h.new_unicode(&out))
}
