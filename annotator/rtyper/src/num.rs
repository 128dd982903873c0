//! Numbers, booleans and single characters: conversions between them and the operations they share.

use crate::hop::Hop;
use crate::llops::LLOps;
use crate::repr::Repr;
use crate::rtyper::Res;
use rpy_flow::{OpCode, Operand};
use rpy_lltype::{Int, LLTypeId, LLTypes};

/// Helpers on integers.
pub(crate) const RINT: &str = "rpython.rtyper.rint";

/// Whether operations on the representation belong here.
pub fn is_number(r: &Repr) -> bool {
    matches!(
        r,
        Repr::Bool | Repr::Int(_) | Repr::Float | Repr::SingleFloat | Repr::LongFloat
    )
}

/// Whether it is a single character.
pub fn is_char(r: &Repr) -> bool {
    matches!(r, Repr::Char | Repr::UniChar)
}

/// Converts a number or character to another kind of number or character; `None` if there is no implicit conversion.
pub fn convert_from(ll: &mut LLOps<'_, '_>, v: &Operand, from: &Repr, to: &Repr) -> Res<Option<Operand>> {
    let v = v.clone();
    Ok(match (from, to) {
        (Repr::Char, Repr::UniChar) => {
            let n = ll.genop(OpCode::CastCharToInt, [v], LLTypes::SIGNED);
            Some(ll.genop(OpCode::CastIntToUnichar, [n], LLTypes::UNICHAR))
        }
        (a, b) if is_number(a) && is_number(b) => {
            let ty = primitive_type(ll, b);
            Some(cast_number(ll, v, a, b, ty))
        }
        _ => None,
    })
}

/// The low-level type of a number or character.
pub fn primitive_type(ll: &mut LLOps<'_, '_>, r: &Repr) -> LLTypeId {
    match r {
        Repr::Bool => LLTypes::BOOL,
        Repr::Int(int) => ll.rt.types_mut().int(int.bits, int.signed),
        Repr::Float => LLTypes::FLOAT,
        Repr::SingleFloat => LLTypes::SINGLEFLOAT,
        Repr::LongFloat => LLTypes::LONGFLOAT,
        Repr::Char => LLTypes::CHAR,
        Repr::UniChar => LLTypes::UNICHAR,
        _ => LLTypes::VOID,
    }
}

/// A cast between two kinds of number, C semantics.
pub fn cast_number(ll: &mut LLOps<'_, '_>, v: Operand, from: &Repr, to: &Repr, ty: LLTypeId) -> Operand {
    if from == to {
        return v;
    }
    let code = match (from, to) {
        (Repr::Bool, Repr::Int(Int::SIGNED)) => OpCode::CastBoolToInt,
        (Repr::Bool, Repr::Int(Int::UNSIGNED)) => OpCode::CastBoolToUint,
        (Repr::Bool, Repr::Float) => OpCode::CastBoolToFloat,
        (Repr::Int(Int::SIGNED), Repr::Int(Int::UNSIGNED)) => OpCode::CastIntToUint,
        (Repr::Int(Int::UNSIGNED), Repr::Int(Int::SIGNED)) => OpCode::CastUintToInt,
        (Repr::Int(Int::SIGNED), Repr::Float) => OpCode::CastIntToFloat,
        (Repr::Int(Int::UNSIGNED), Repr::Float) => OpCode::CastUintToFloat,
        (Repr::Float, Repr::Int(Int::SIGNED)) => OpCode::CastFloatToInt,
        (Repr::Float, Repr::Int(Int::UNSIGNED)) => OpCode::CastFloatToUint,
        (Repr::Int(int), Repr::Bool) => return int_is_true(ll, v, *int),
        (Repr::Float, Repr::Bool) => OpCode::FloatIsTrue,
        _ => OpCode::CastPrimitive,
    };
    ll.genop(code, [v], ty)
}

fn int_is_true(ll: &mut LLOps<'_, '_>, v: Operand, int: Int) -> Operand {
    match int {
        Int::SIGNED => ll.genop(OpCode::IntIsTrue, [v], LLTypes::BOOL),
        Int::UNSIGNED => ll.genop(OpCode::UintIsTrue, [v], LLTypes::BOOL),
        _ => {
            let ty = ll.type_of(&v);
            let zero = ll.rt.zero(ty);
            ll.genop(OpCode::SintBinop, [Operand::name("ne"), v, zero], LLTypes::BOOL)
        }
    }
}

/// Truth value of a number.
pub fn truth(ll: &mut LLOps<'_, '_>, v: Operand, r: &Repr) -> Operand {
    match r {
        Repr::Bool => v,
        Repr::Int(int) => int_is_true(ll, v, *int),
        Repr::Float => ll.genop(OpCode::FloatIsTrue, [v], LLTypes::BOOL),
        Repr::SingleFloat | Repr::LongFloat => {
            let x = ll.genop(OpCode::CastPrimitive, [v], LLTypes::FLOAT);
            ll.genop(OpCode::FloatIsTrue, [x], LLTypes::BOOL)
        }
        _ => Operand::bool(true),
    }
}

/// The kind of number in which two numbers are compared.
pub fn common_number(a: &Repr, b: &Repr) -> Option<Repr> {
    Some(match (a, b) {
        (Repr::LongFloat, _) | (_, Repr::LongFloat) => Repr::LongFloat,
        (Repr::SingleFloat, Repr::SingleFloat) => Repr::SingleFloat,
        (Repr::SingleFloat, _) | (_, Repr::SingleFloat) => return None,
        (Repr::Float, _) | (_, Repr::Float) => Repr::Float,
        (Repr::Bool, Repr::Bool) => Repr::Int(Int::SIGNED),
        (Repr::Bool, Repr::Int(i)) | (Repr::Int(i), Repr::Bool) => Repr::Int(*i),
        (Repr::Int(a), Repr::Int(b)) => Repr::Int(common_int(*a, *b)),
        _ => return None,
    })
}

fn common_int(a: Int, b: Int) -> Int {
    match (a, b) {
        _ if a == b => a,
        (Int::SIGNED, other) | (other, Int::SIGNED) if other.bits >= 64 => other,
        _ => Int {
            bits: a.bits.max(b.bits),
            signed: a.signed && b.signed,
        },
    }
}

/// `lt`, `eq` … of two numbers or two characters.
pub fn compare(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let (a, b) = (hop.arg_kind(0), hop.arg_kind(1));
    if is_char(&a) && is_char(&b) {
        return compare_chars(hop, &a, &b);
    }
    let Some(common) = common_number(&a, &b) else {
        return Err(hop.unsupported());
    };
    let repr = hop.rt.intern_repr(common.clone());
    let (x, y) = (hop.inputarg(0, repr)?, hop.inputarg(1, repr)?);
    let name = comparison_name(hop.code);
    Ok(arith(hop, &common, name, x, y, LLTypes::BOOL))
}

fn compare_chars(hop: &mut Hop<'_, '_>, a: &Repr, b: &Repr) -> Res<Operand> {
    let (common, prefix) = match (a, b) {
        (Repr::Char, Repr::Char) => (Repr::Char, "char_"),
        _ => (Repr::UniChar, "unichar_"),
    };
    let repr = hop.rt.intern_repr(common);
    let (x, y) = (hop.inputarg(0, repr)?, hop.inputarg(1, repr)?);
    let code = opcode(prefix, comparison_name(hop.code));
    Ok(hop.genop(code, [x, y], LLTypes::BOOL))
}

/// Name of a comparison without prefix.
pub fn comparison_name(code: OpCode) -> &'static str {
    code.name()
}

fn opcode(prefix: &str, name: &str) -> OpCode {
    OpCode::from_name(&format!("{prefix}{name}")).expect("the table has all arithmetic operations with this prefix")
}

/// Emits one arithmetic operation or comparison on operands that are both of kind `r`.
pub fn arith(ll: &mut LLOps<'_, '_>, r: &Repr, name: &'static str, x: Operand, y: Operand, ty: LLTypeId) -> Operand {
    let code = match r {
        Repr::Int(Int::SIGNED) => opcode("int_", name),
        Repr::Int(Int::UNSIGNED) => opcode("uint_", name),
        Repr::Float => opcode("float_", name),
        _ => return ll.genop(OpCode::SintBinop, [Operand::name(name), x, y], ty),
    };
    ll.genop(code, [x, y], ty)
}

/// Binary arithmetic on numbers.
pub fn binary(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let result = hop.result;
    match hop.rt.repr(result).clone() {
        r @ (Repr::Float | Repr::LongFloat | Repr::SingleFloat) => crate::float::binary(hop, &r),
        Repr::Int(int) => crate::int::binary(hop, int),
        // Bitwise operations on two bools.
        Repr::Bool => crate::int::bitwise_bools(hop),
        // Constant-only results of unreachable code.
        Repr::Impossible => Ok(Operand::void()),
        _ => Err(hop.unsupported()),
    }
}

/// Arithmetic on one number.
pub fn unary(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let result = hop.result;
    match hop.rt.repr(result).clone() {
        Repr::Float | Repr::LongFloat | Repr::SingleFloat => crate::float::unary(hop),
        Repr::Int(int) => crate::int::unary(hop, int),
        _ => Err(hop.unsupported()),
    }
}
