//! Identity: `is`, and equality of what has no value of its own.

use crate::hop::Hop;
use crate::repr::Repr;
use crate::rtyper::Res;
use rpy_flow::{OpCode, Operand};
use rpy_host::Value;
use rpy_lltype::{LLTypeId, LLTypes};

/// `x is y`.
pub fn lower_is(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let (a, b) = (hop.arg_kind(0), hop.arg_kind(1));
    for (i, other, kind) in [(0, 1, &b), (1, 0, &a)] {
        let is_none = matches!(hop.arg_kind(i), Repr::None) || hop.constant(i) == Some(Value::None);
        if is_none {
            return is_none_test(hop, other, &kind.clone());
        }
    }
    match (&a, &b) {
        (Repr::Const(_) | Repr::Desc(_) | Repr::Builtin(_), Repr::Const(_) | Repr::Desc(_) | Repr::Builtin(_)) => {
            return Ok(Operand::bool(a == b));
        }
        (Repr::Instance(x), Repr::Instance(y)) => {
            let common = match (x, y) {
                (Some(x), Some(y)) => hop.rt.ann.common_base(*x, *y),
                _ => None,
            };
            let repr = hop.rt.intern_repr(Repr::Instance(common));
            return pointers(hop, repr);
        }
        (x, y) if crate::num::is_number(x) && crate::num::is_number(y) => return compare_values(hop),
        (x, y) if crate::num::is_char(x) && crate::num::is_char(y) => return compare_values(hop),
        _ => {}
    }
    // The wider of the two: constants become members of the other's set.
    let repr = if matches!(a, Repr::Const(_) | Repr::Desc(_)) {
        hop.arg_repr(1)
    } else {
        hop.arg_repr(0)
    };
    pointers(hop, repr)
}

fn compare_values(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let code = std::mem::replace(&mut hop.code, OpCode::Eq);
    let v = crate::num::compare(hop);
    hop.code = code;
    v
}

fn pointers(hop: &mut Hop<'_, '_>, repr: crate::repr::ReprId) -> Res<Operand> {
    let ty = hop.rt.lowleveltype(repr)?;
    let (x, y) = (hop.inputarg(0, repr)?, hop.inputarg(1, repr)?);
    identical(hop, x, y, ty)
}

fn identical(hop: &mut Hop<'_, '_>, x: Operand, y: Operand, ty: LLTypeId) -> Res<Operand> {
    match ty {
        LLTypes::VOID => Ok(Operand::bool(true)),
        LLTypes::ADDRESS => Ok(hop.genop(OpCode::AdrEq, [x, y], LLTypes::BOOL)),
        _ if hop.rt.types().pointee(ty).is_some() => Ok(hop.genop(OpCode::PtrEq, [x, y], LLTypes::BOOL)),
        _ => Err(hop.unsupported()),
    }
}

fn is_none_test(hop: &mut Hop<'_, '_>, i: usize, kind: &Repr) -> Res<Operand> {
    if let Some(c) = hop.constant(i) {
        return Ok(Operand::bool(c.is_none()));
    }
    match kind {
        Repr::None => return Ok(Operand::bool(true)),
        r if crate::num::is_number(r) || crate::num::is_char(r) => return Ok(Operand::bool(false)),
        Repr::Const(_) | Repr::Desc(_) | Repr::Builtin(_) | Repr::Tuple(_) | Repr::Impossible => {
            return Ok(Operand::bool(false));
        }
        _ => {}
    }
    let v = hop.arg(i)?;
    let ty = hop.type_of(&v);
    if ty == LLTypes::ADDRESS {
        let t = crate::pbc::truth(hop, v)?;
        return Ok(hop.bool_not(t));
    }
    if hop.rt.types().pointee(ty).is_none() {
        return Ok(Operand::bool(false));
    }
    Ok(hop.genop(OpCode::PtrIszero, [v], LLTypes::BOOL))
}
