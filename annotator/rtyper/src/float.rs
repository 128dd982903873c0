//! Floats.

use crate::hop::Hop;
use crate::int::plain_code;
use crate::num::arith;
use crate::repr::Repr;
use crate::rtyper::Res;
use rpy_flow::{OpCode, Operand};

const LL_MATH: &str = "rpython.rtyper.rfloat";

/// Binary arithmetic with a float result.
pub fn binary(hop: &mut Hop<'_, '_>, kind: &Repr) -> Res<Operand> {
    let repr = hop.rt.intern_repr(kind.clone());
    let (x, y) = (hop.inputarg(0, repr)?, hop.inputarg(1, repr)?);
    let ty = hop.result_type()?;
    let name = match plain_code(hop.code) {
        OpCode::Add => "add",
        OpCode::Sub => "sub",
        OpCode::Mul => "mul",
        OpCode::Div | OpCode::Truediv if hop.catches_zero_division() => {
            return hop.helper(LL_MATH, "ll_float_div_zer", vec![x, y]);
        }
        OpCode::Div | OpCode::Truediv => "truediv",
        OpCode::Floordiv => return hop.helper(LL_MATH, "ll_float_floordiv", vec![x, y]),
        OpCode::Mod => return hop.helper(LL_MATH, "ll_float_mod", vec![x, y]),
        OpCode::Pow => return hop.helper(LL_MATH, "ll_float_pow", vec![x, y]),
        _ => return Err(hop.unsupported()),
    };
    hop.exception_cannot_occur();
    Ok(arith(hop, kind, name, x, y, ty))
}

/// Arithmetic on one float.
pub fn unary(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let result = hop.result;
    let x = hop.inputarg(0, result)?;
    let ty = hop.result_type()?;
    match hop.code {
        OpCode::Pos => Ok(x),
        OpCode::Neg => Ok(match hop.rt.repr(result).clone() {
            Repr::Float => hop.genop(OpCode::FloatNeg, [x], ty),
            kind => {
                let zero = hop.rt.zero(ty);
                arith(hop, &kind, "sub", zero, x, ty)
            }
        }),
        _ => Err(hop.unsupported()),
    }
}
