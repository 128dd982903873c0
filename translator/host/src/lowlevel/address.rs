//! Addresses and symbolic sizes and offsets (`llmemory`).

use super::memory::as_item;
use super::{type_arg, type_error};
use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, LowLevel, ObjData};
use crate::value::Value;
use rpy_lltype::{LLPtr, LLType, LLTypes, LLValue, Symbolic};
use std::sync::Arc;

fn symbolic(host: &mut Host, value: Symbolic) -> Value {
    host.alloc(ObjData::LowLevel(Box::new(LowLevel::Value(
        LLTypes::SIGNED,
        LLValue::Symbolic(Arc::new(value)),
    ))))
}

fn address(host: &mut Host, ptr: LLPtr) -> Value {
    host.alloc(ObjData::LowLevel(Box::new(LowLevel::Value(
        LLTypes::ADDRESS,
        LLValue::Address(ptr),
    ))))
}

pub(crate) fn null(host: &mut Host) -> Value {
    address(host, LLPtr::Null)
}

pub(super) fn sizeof(host: &mut Host, a: Args<'_>) -> Res {
    let ty = type_arg(host, a.get(0), "the argument of sizeof()")?;
    let base = Symbolic::SizeOf(ty);
    let whole = match (a.opt(1), host.lltypes.get(ty), host.lltypes.var_array(ty)) {
        (Some(Value::Int(n)), LLType::Array { .. }, _) => {
            Symbolic::Sum(vec![Symbolic::ArrayItemsOffset(ty), Symbolic::ItemOffset(ty, n)])
        }
        (Some(Value::Int(n)), _, Some(array)) => Symbolic::Sum(vec![base, Symbolic::ItemOffset(array, n)]),
        _ => base,
    };
    Ok(symbolic(host, whole))
}

pub(super) fn offsetof(host: &mut Host, a: Args<'_>) -> Res {
    let ty = type_arg(host, a.get(0), "the argument of offsetof()")?;
    match host.str_text(a.get(1)) {
        Some(field) if host.lltypes.field_type(ty, &field).is_some() => {
            Ok(symbolic(host, Symbolic::FieldOffset(ty, field.into())))
        }
        _ => type_error(host, "offsetof(STRUCT, 'field')"),
    }
}

pub(super) fn itemoffsetof(host: &mut Host, a: Args<'_>) -> Res {
    let ty = type_arg(host, a.get(0), "the argument of itemoffsetof()")?;
    let n = match a.opt(1) {
        Some(Value::Int(n)) => n,
        _ => 0,
    };
    Ok(symbolic(
        host,
        Symbolic::Sum(vec![Symbolic::ArrayItemsOffset(ty), Symbolic::ItemOffset(ty, n)]),
    ))
}

pub(super) fn arraylengthoffset(host: &mut Host, a: Args<'_>) -> Res {
    let ty = type_arg(host, a.get(0), "the argument of arraylengthoffset()")?;
    Ok(symbolic(host, Symbolic::ArrayLengthOffset(ty)))
}

pub(super) fn cast_ptr_to_adr(host: &mut Host, a: Args<'_>) -> Res {
    match host.llvalue_of(a.get(0)) {
        Some((_, &LLValue::Ptr(p))) => Ok(address(host, p)),
        _ => type_error(host, "cast_ptr_to_adr() takes a pointer"),
    }
}

pub(super) fn cast_adr_to_ptr(host: &mut Host, a: Args<'_>) -> Res {
    let ty = type_arg(host, a.get(1), "the second argument of cast_adr_to_ptr()")?;
    match (host.llvalue_of(a.get(0)), host.lltypes.pointee(ty)) {
        (Some((_, &LLValue::Address(p))), Some(to)) => Ok(host.new_llptr(to, p)),
        _ => type_error(host, "cast_adr_to_ptr(address, POINTERTYPE)"),
    }
}

/// A number for a pointer before translation: unique and stable for each container.
pub(super) fn pointer_number(host: &Host, ptr: LLPtr) -> i64 {
    match ptr {
        LLPtr::Null => 0,
        LLPtr::Raw(i) => i,
        LLPtr::To(id) => i64::from(id.0) * 4096 + 0x1000_0000,
        LLPtr::Item(..) => {
            let (id, index) = as_item(host, ptr).unwrap_or((rpy_lltype::ContainerId(0), 0));
            i64::from(id.0) * 4096 + 0x1000_0000 + index
        }
    }
}

pub(super) fn cast_to_int(host: &mut Host, a: Args<'_>) -> Res {
    match host.llvalue_of(a.get(0)) {
        Some((_, &(LLValue::Address(p) | LLValue::Ptr(p)))) => Ok(Value::Int(pointer_number(host, p))),
        _ => type_error(host, "a pointer or address is needed"),
    }
}

pub(super) fn cast_int_to_adr(host: &mut Host, a: Args<'_>) -> Res {
    match a.get(0) {
        Value::Int(0) => Ok(null(host)),
        Value::Int(i) => Ok(address(host, LLPtr::Raw(i))),
        _ => type_error(host, "cast_int_to_adr() takes an int"),
    }
}
