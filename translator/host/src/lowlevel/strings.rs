//! Bridges between Python strings and low-level ones, and number types of integer classes.

use super::{type_error, value_error};
use crate::error::Res;
use crate::host::Host;
use crate::object::Args;
use crate::value::{ObjId, Value};
use rpy_lltype::{ContainerId, LLPtr, LLTypes, LLValue};

/// `build_number(name, class)`: the low-level type of an integer class.
pub(super) fn build_number(host: &mut Host, a: Args<'_>) -> Res {
    let class = a.get(1).obj().unwrap_or(ObjId::HOLE);
    let known = host.int_classes.iter().find(|(_, c)| **c == class).map(|(k, _)| *k);
    match known {
        Some((signed, bits)) => {
            let ty = host.lltypes.int(bits, signed);
            Ok(host.new_lltype(ty))
        }
        None => type_error(host, "build_number() takes an integer class"),
    }
}

/// `string_to_ptr(s)`: a prebuilt low-level string; None becomes null.
pub(super) fn string_to_ptr(host: &mut Host, a: Args<'_>) -> Res {
    if a.get(0).is_none() {
        return Ok(host.new_llptr(LLTypes::STR, LLPtr::Null));
    }
    let Some(bytes) = host.str_bytes(a.get(0)).cloned() else {
        return type_error(host, "string_to_ptr() takes a str");
    };
    let c = host.llstore.string(&host.lltypes, &bytes);
    Ok(host.new_llptr(LLTypes::STR, LLPtr::To(c)))
}

/// `unicode_to_ptr(u)`: the same for unicode strings.
pub(super) fn unicode_to_ptr(host: &mut Host, a: Args<'_>) -> Res {
    if a.get(0).is_none() {
        return Ok(host.new_llptr(LLTypes::UNICODE, LLPtr::Null));
    }
    let Some(points) = host.unicode_chars(a.get(0)).cloned() else {
        return type_error(host, "unicode_to_ptr() takes a unicode string");
    };
    let c = host.llstore.unicode(&host.lltypes, &points);
    Ok(host.new_llptr(LLTypes::UNICODE, LLPtr::To(c)))
}

/// The array of characters behind a pointer to a low-level string; `None` for null.
fn characters(host: &mut Host, value: Value) -> Res<Option<ContainerId>> {
    let ptr = match host.llvalue_of(value) {
        Some((_, LLValue::Ptr(p))) => *p,
        _ => return type_error(host, "a pointer to a low-level string is needed"),
    };
    let LLPtr::To(c) = ptr else { return Ok(None) };
    match host.llstore.read(c, 1) {
        Some(LLValue::Inline(chars)) => Ok(Some(chars)),
        _ => value_error(host, "this is no low-level string"),
    }
}

/// `string_from_ptr(p)`.
pub(super) fn string_from_ptr(host: &mut Host, a: Args<'_>) -> Res {
    let Some(chars) = characters(host, a.get(0))? else {
        return Ok(Value::None);
    };
    let n = host.llstore.array_len(chars);
    let bytes: Vec<u8> = (0..n)
        .map(|i| match host.llstore.read(chars, i) {
            Some(LLValue::Char(c)) => c,
            _ => 0,
        })
        .collect();
    Ok(host.new_str(bytes))
}

/// `unicode_from_ptr(p)`.
pub(super) fn unicode_from_ptr(host: &mut Host, a: Args<'_>) -> Res {
    let Some(chars) = characters(host, a.get(0))? else {
        return Ok(Value::None);
    };
    let n = host.llstore.array_len(chars);
    let points: Vec<u32> = (0..n)
        .map(|i| match host.llstore.read(chars, i) {
            Some(LLValue::UniChar(c)) => c,
            _ => 0,
        })
        .collect();
    Ok(host.new_unicode(&points))
}
