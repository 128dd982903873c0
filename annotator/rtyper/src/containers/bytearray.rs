//! Byte arrays: the low-level byte string, with characters that change.

use super::RSTR;
use super::list::{Stop, slice_args};
use crate::hop::Hop;
use crate::repr::Repr;
use crate::rtyper::Res;
use rpy_flow::{OpCode, Operand};
use rpy_lltype::LLTypes;

/// `bytearray(x)`: of a string, of another one, or of a number of zeros.
pub(super) fn make(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    if hop.nargs() == 0 {
        return hop.helper(RSTR, "ll_bytearray_zero", vec![Operand::signed(0)]);
    }
    match hop.arg_kind(0) {
        Repr::Str | Repr::Char => {
            let s = super::string::string_arg(hop, 0)?;
            hop.helper(RSTR, "ll_bytearray_copy", vec![s])
        }
        Repr::ByteArray => {
            let s = hop.arg(0)?;
            hop.helper(RSTR, "ll_bytearray_copy", vec![s])
        }
        Repr::Int(_) | Repr::Bool => {
            let n = hop.arg_signed(0)?;
            hop.helper(RSTR, "ll_bytearray_zero", vec![n])
        }
        _ => Err(hop.unsupported()),
    }
}

/// Operations whose first argument is a byte array; `None` if it is none of them.
pub(super) fn lower(hop: &mut Hop<'_, '_>) -> Res<Option<Operand>> {
    Ok(Some(match hop.code {
        OpCode::Len => {
            let v = hop.arg(0)?;
            hop.exception_cannot_occur();
            super::string::length(hop, v)
        }
        OpCode::Getitem if matches!(hop.arg_kind(1), Repr::Int(_) | Repr::Bool) => {
            let (v, i) = (hop.arg(0)?, hop.arg_signed(1)?);
            let checked = hop.catches_index_error();
            let name = if checked { "ll_stritem_checked" } else { "ll_stritem" };
            hop.exception_is_here();
            let c = hop.helper(RSTR, name, vec![v, i])?;
            hop.genop(OpCode::CastCharToInt, [c], LLTypes::SIGNED)
        }
        OpCode::Setitem => {
            let (v, i, x) = (hop.arg(0)?, hop.arg_signed(1)?, byte_arg(hop, 2)?);
            let checked = hop.catches_index_error();
            let name = if checked {
                "ll_bytearray_setitem_checked"
            } else {
                "ll_bytearray_setitem"
            };
            hop.helper(RSTR, name, vec![v, i, x])?
        }
        OpCode::Getslice => {
            let v = hop.arg(0)?;
            let (start, stop) = slice_args(hop)?;
            let stop = match stop {
                Stop::Missing => Operand::signed(i64::MAX),
                Stop::At(stop) => stop,
                Stop::MinusOne => {
                    let n = super::string::length(hop, v.clone());
                    hop.genop(OpCode::IntSub, [n, Operand::signed(1)], LLTypes::SIGNED)
                }
            };
            hop.helper(RSTR, "ll_bytearray_slice", vec![v, start, stop])?
        }
        OpCode::Contains => {
            let (v, x) = (hop.arg(0)?, byte_arg(hop, 1)?);
            let c = hop.genop(OpCode::CastIntToChar, [x], LLTypes::CHAR);
            hop.helper(RSTR, "ll_contains_char", vec![v, c])?
        }
        OpCode::Add | OpCode::InplaceAdd => concat(hop)?,
        OpCode::Eq | OpCode::Ne | OpCode::Lt | OpCode::Le | OpCode::Gt | OpCode::Ge => compare(hop)?,
        _ => return Ok(None),
    }))
}

/// A byte as a number: from an integer or a character.
fn byte_arg(hop: &mut Hop<'_, '_>, i: usize) -> Res<Operand> {
    if matches!(hop.arg_kind(i), Repr::Char) {
        let c = hop.arg(i)?;
        return Ok(hop.genop(OpCode::CastCharToInt, [c], LLTypes::SIGNED));
    }
    hop.arg_signed(i)
}

fn bytes_arg(hop: &mut Hop<'_, '_>, i: usize) -> Res<Operand> {
    match hop.arg_kind(i) {
        Repr::ByteArray => hop.arg(i),
        _ => super::string::string_arg(hop, i),
    }
}

/// `a + b`, one of them a byte array.
pub(super) fn concat(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let (a, b) = (bytes_arg(hop, 0)?, bytes_arg(hop, 1)?);
    hop.helper(RSTR, "ll_strconcat", vec![a, b])
}

fn compare(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let (a, b) = (bytes_arg(hop, 0)?, bytes_arg(hop, 1)?);
    let order = hop.helper(RSTR, "ll_strcmp", vec![a, b])?;
    let code = match hop.code {
        OpCode::Eq => OpCode::IntEq,
        OpCode::Ne => OpCode::IntNe,
        OpCode::Lt => OpCode::IntLt,
        OpCode::Le => OpCode::IntLe,
        OpCode::Gt => OpCode::IntGt,
        _ => OpCode::IntGe,
    };
    Ok(hop.genop(code, [order, Operand::signed(0)], LLTypes::BOOL))
}
