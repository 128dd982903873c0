//! Casts between low-level types: `rffi.cast`, `cast_primitive`, pointers and addresses.

use crate::llops::LLOps;
use crate::num::cast_number;
use crate::repr::Repr;
use crate::rtyper::Res;
use rpy_flow::{Const, OpCode, Operand};
use rpy_host::Value;
use rpy_lltype::{LLPtr, LLType, LLTypeId, LLTypes, LLValue};

/// Casts a value to any other low-level type, as C does.
pub fn cast_value(ll: &mut LLOps<'_, '_>, v: Operand, to: LLTypeId) -> Res<Operand> {
    let to = ll.rt.types().resolve(to);
    if let Operand::Const(Const::Host(value)) = &v {
        return cast_constant(ll, *value, to);
    }
    let from = ll.type_of(&v);
    if ll.rt.types().same(from, to) {
        return Ok(v);
    }
    let is_ptr = |ll: &LLOps<'_, '_>, t: LLTypeId| ll.rt.types().pointee(t).is_some();
    let (a, b) = (number(ll, from), number(ll, to));
    Ok(match (a, b) {
        (Some(a), Some(b)) => cast_number(ll, v, &a, &b, to),
        (Some(_), None) if is_ptr(ll, to) => {
            let n = cast_value(ll, v, LLTypes::SIGNED)?;
            ll.genop(OpCode::CastIntToPtr, [n], to)
        }
        (Some(_), None) if to == LLTypes::ADDRESS => {
            let n = cast_value(ll, v, LLTypes::SIGNED)?;
            ll.genop(OpCode::CastIntToAdr, [n], to)
        }
        (None, Some(b)) if is_ptr(ll, from) || from == LLTypes::ADDRESS => {
            let code = if from == LLTypes::ADDRESS {
                OpCode::CastAdrToInt
            } else {
                OpCode::CastPtrToInt
            };
            let n = ll.genop(code, [v], LLTypes::SIGNED);
            let signed = Repr::Int(rpy_lltype::Int::SIGNED);
            cast_number(ll, n, &signed, &b, to)
        }
        (None, None) if is_ptr(ll, from) && is_ptr(ll, to) => cast_pointers(ll, v, from, to),
        (None, None) if is_ptr(ll, from) && to == LLTypes::ADDRESS => ll.genop(OpCode::CastPtrToAdr, [v], to),
        (None, None) if from == LLTypes::ADDRESS && is_ptr(ll, to) => ll.genop(OpCode::CastAdrToPtr, [v], to),
        _ if to == LLTypes::VOID => Operand::void(),
        _ => {
            return Err(ll.rt.error(format!(
                "a value of type {} cannot be cast to {}",
                ll.rt.type_text(from),
                ll.rt.type_text(to)
            )));
        }
    })
}

fn cast_pointers(ll: &mut LLOps<'_, '_>, v: Operand, from: LLTypeId, to: LLTypeId) -> Operand {
    let opaque = |t: LLTypeId| {
        let types = ll.rt.types();
        types
            .pointee(t)
            .is_some_and(|p| matches!(types.get(p), LLType::Opaque { .. }))
    };
    if opaque(from) || opaque(to) {
        return ll.genop(OpCode::CastOpaquePtr, [v], to);
    }
    ll.cast_pointer(v, to)
}

fn cast_constant(ll: &mut LLOps<'_, '_>, value: Value, to: LLTypeId) -> Res<Operand> {
    if ll.rt.types().pointee(to).is_some() && value.is_none() {
        return Ok(ll.null(to));
    }
    if to == LLTypes::ADDRESS && value.is_none() {
        return Ok(Operand::ll(to, LLValue::Address(LLPtr::Null)));
    }
    let repr = ll.rt.repr_of_lltype(to)?;
    ll.inputconst(repr, value)
}

/// The kind of number or character of a primitive type.
fn number(ll: &LLOps<'_, '_>, ty: LLTypeId) -> Option<Repr> {
    Some(match ll.rt.types().get(ty) {
        LLType::Bool => Repr::Bool,
        LLType::Char => Repr::Char,
        LLType::UniChar => Repr::UniChar,
        LLType::Int(int) => Repr::Int(*int),
        LLType::Float => Repr::Float,
        LLType::SingleFloat => Repr::SingleFloat,
        LLType::LongFloat => Repr::LongFloat,
        _ => return None,
    })
}
