//! Integers of all widths.

use crate::hop::Hop;
use crate::num::{RINT, arith};
use crate::repr::Repr;
use crate::rtyper::Res;
use rpy_flow::{OpCode, Operand};
use rpy_lltype::{Int, LLTypes};

/// Binary arithmetic with an integer result.
pub fn binary(hop: &mut Hop<'_, '_>, int: Int) -> Res<Operand> {
    let r = Repr::Int(int);
    let repr = hop.rt.intern_repr(r.clone());
    let code = plain_code(hop.code);
    if matches!(code, OpCode::Lshift | OpCode::Rshift | OpCode::LshiftOvf) {
        return shift(hop, int, code);
    }
    let (x, y) = (hop.inputarg(0, repr)?, hop.inputarg(1, repr)?);
    let ty = hop.result_type()?;
    let name = match code {
        OpCode::Add => "add",
        OpCode::Sub => "sub",
        OpCode::Mul => "mul",
        OpCode::And => "and",
        OpCode::Or => "or",
        OpCode::Xor => "xor",
        OpCode::AddOvf | OpCode::SubOvf | OpCode::MulOvf => return checked(hop, int, code, x, y),
        OpCode::Div | OpCode::Floordiv | OpCode::Mod | OpCode::DivOvf | OpCode::FloordivOvf | OpCode::ModOvf => {
            return divide(hop, int, code, x, y);
        }
        OpCode::Pow => return hop.helper(RINT, "ll_int_pow", vec![x, y]),
        _ => return Err(hop.unsupported()),
    };
    Ok(arith(hop, &r, name, x, y, ty))
}

/// The operation without "in place": numbers do not change.
pub fn plain_code(code: OpCode) -> OpCode {
    match code {
        OpCode::InplaceAdd => OpCode::Add,
        OpCode::InplaceSub => OpCode::Sub,
        OpCode::InplaceMul => OpCode::Mul,
        OpCode::InplaceTruediv => OpCode::Truediv,
        OpCode::InplaceFloordiv => OpCode::Floordiv,
        OpCode::InplaceDiv => OpCode::Div,
        OpCode::InplaceMod => OpCode::Mod,
        OpCode::InplacePow => OpCode::Pow,
        OpCode::InplaceLshift => OpCode::Lshift,
        OpCode::InplaceRshift => OpCode::Rshift,
        OpCode::InplaceAnd => OpCode::And,
        OpCode::InplaceOr => OpCode::Or,
        OpCode::InplaceXor => OpCode::Xor,
        other => other,
    }
}

fn checked(hop: &mut Hop<'_, '_>, int: Int, code: OpCode, x: Operand, y: Operand) -> Res<Operand> {
    if int != Int::SIGNED {
        return Err(hop.rt.error("overflow is only checked on plain integers"));
    }
    let low = match code {
        OpCode::AddOvf => OpCode::IntAddOvf,
        OpCode::SubOvf => OpCode::IntSubOvf,
        _ => OpCode::IntMulOvf,
    };
    hop.exception_is_here();
    Ok(hop.genop(low, [x, y], LLTypes::SIGNED))
}

/// Python division: rounds down, the remainder has the sign of the divisor.
fn divide(hop: &mut Hop<'_, '_>, int: Int, code: OpCode, x: Operand, y: Operand) -> Res<Operand> {
    let is_mod = matches!(code, OpCode::Mod | OpCode::ModOvf);
    let ovf = matches!(code, OpCode::DivOvf | OpCode::FloordivOvf | OpCode::ModOvf);
    let zero = hop.catches_zero_division();
    if zero || ovf {
        let helper = match (is_mod, ovf, zero) {
            (false, false, _) => "ll_py_div_zer",
            (false, true, false) => "ll_py_div_ovf",
            (false, true, true) => "ll_py_div_ovf_zer",
            (true, false, _) => "ll_py_mod_zer",
            (true, true, false) => "ll_py_mod_ovf",
            (true, true, true) => "ll_py_mod_ovf_zer",
        };
        return hop.helper(RINT, helper, vec![x, y]);
    }
    hop.exception_cannot_occur();
    let ty = hop.result_type()?;
    let r = Repr::Int(int);
    Ok(match int {
        Int::SIGNED => {
            let low = if is_mod { OpCode::IntPyMod } else { OpCode::IntPyDiv };
            hop.genop(low, [x, y], ty)
        }
        Int { signed: false, .. } => arith(hop, &r, if is_mod { "mod" } else { "floordiv" }, x, y, ty),
        _ => {
            let name = if is_mod { "py_mod" } else { "py_div" };
            hop.genop(OpCode::SintBinop, [Operand::name(name), x, y], ty)
        }
    })
}

fn shift(hop: &mut Hop<'_, '_>, int: Int, code: OpCode) -> Res<Operand> {
    let r = Repr::Int(int);
    let repr = hop.rt.intern_repr(r.clone());
    let x = hop.inputarg(0, repr)?;
    let count = hop.arg_signed(1)?;
    if code == OpCode::LshiftOvf {
        let helper = if hop.catches_value_error() {
            "ll_lshift_ovf_val"
        } else {
            "ll_lshift_ovf"
        };
        return hop.helper(RINT, helper, vec![x, count]);
    }
    let name = if code == OpCode::Lshift { "lshift" } else { "rshift" };
    if hop.catches_value_error() {
        let helper = if code == OpCode::Lshift {
            "ll_lshift_val"
        } else {
            "ll_rshift_val"
        };
        return hop.helper(RINT, helper, vec![x, count]);
    }
    hop.exception_cannot_occur();
    let ty = hop.result_type()?;
    let code = match int {
        Int::SIGNED if name == "lshift" => OpCode::IntLshift,
        Int::SIGNED => OpCode::IntRshift,
        Int::UNSIGNED if name == "lshift" => OpCode::UintLshift,
        Int::UNSIGNED => OpCode::UintRshift,
        _ => return Ok(hop.genop(OpCode::SintBinop, [Operand::name(name), x, count], ty)),
    };
    Ok(hop.genop(code, [x, count], ty))
}

/// Arithmetic on one integer.
pub fn unary(hop: &mut Hop<'_, '_>, int: Int) -> Res<Operand> {
    let r = Repr::Int(int);
    let repr = hop.rt.intern_repr(r.clone());
    let x = hop.inputarg(0, repr)?;
    let ty = hop.result_type()?;
    let code = match (hop.code, int) {
        (OpCode::Pos, _) => return Ok(x),
        (OpCode::NegOvf | OpCode::AbsOvf, Int::SIGNED) => {
            hop.exception_is_here();
            if hop.code == OpCode::NegOvf {
                OpCode::IntNegOvf
            } else {
                OpCode::IntAbsOvf
            }
        }
        (OpCode::Neg, Int::SIGNED) => OpCode::IntNeg,
        (OpCode::Neg, Int::UNSIGNED) => OpCode::UintNeg,
        (OpCode::Invert, Int::SIGNED) => OpCode::IntInvert,
        (OpCode::Invert, Int::UNSIGNED) => OpCode::UintInvert,
        (OpCode::Neg, _) => {
            let zero = hop.rt.zero(ty);
            return Ok(arith(hop, &r, "sub", zero, x, ty));
        }
        (OpCode::Invert, _) => {
            let ones = Operand::ll(ty, crate::consts::int_llvalue(int, -1));
            return Ok(arith(hop, &r, "xor", x, ones, ty));
        }
        _ => return Err(hop.unsupported()),
    };
    Ok(hop.genop(code, [x], ty))
}

/// `&`, `|` and `^` of two bools give a bool.
pub fn bitwise_bools(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let name = match plain_code(hop.code) {
        OpCode::And => "and",
        OpCode::Or => "or",
        OpCode::Xor => "xor",
        _ => return Err(hop.unsupported()),
    };
    let r = Repr::Int(Int::SIGNED);
    let (x, y) = (hop.arg_signed(0)?, hop.arg_signed(1)?);
    let n = arith(hop, &r, name, x, y, LLTypes::SIGNED);
    Ok(hop.genop(OpCode::IntIsTrue, [n], LLTypes::BOOL))
}

/// `abs(x)`.
pub fn absolute(hop: &mut Hop<'_, '_>, i: usize) -> Res<Operand> {
    let result = hop.result;
    let ty = hop.result_type()?;
    let x = hop.inputarg(i, result)?;
    Ok(match hop.rt.repr(result).clone() {
        Repr::Float => hop.genop(OpCode::FloatAbs, [x], ty),
        Repr::Int(Int::SIGNED) => hop.genop(OpCode::IntAbs, [x], ty),
        Repr::Int(Int { signed: false, .. }) => x,
        Repr::Int(_) => hop.helper(RINT, "ll_abs", vec![x])?,
        _ => return Err(hop.unsupported()),
    })
}
