//! Python's own built-in functions on numbers, characters, instances; and those of `rarithmetic` and `objectmodel`.

use super::known_result;
use crate::hop::Hop;
use crate::num::{RINT, arith, cast_number, is_number, primitive_type};
use crate::repr::Repr;
use crate::rtyper::Res;
use rpy_annotator::Intrinsic as I;
use rpy_flow::{OpCode, Operand};
use rpy_lltype::{Int, LLTypes, LLValue};

const RFLOAT: &str = "rpython.rtyper.rfloat";

/// Lowers the intrinsics of this file.
pub fn lower(hop: &mut Hop<'_, '_>, i: I) -> Res<Option<Operand>> {
    let folded = matches!(
        i,
        I::IsInstance
            | I::IsSubclass
            | I::HasAttr
            | I::Callable
            | I::IsAnnotationConstant
            | I::FetchTranslatedConfig
            | I::RevdbFlagIoDisabled
            | I::TypeOf
            | I::Len
            | I::Min
            | I::Max
            | I::Ord
            | I::Chr
            | I::Unichr
            | I::Intmask
            | I::Bool
            | I::Abs
    );
    if folded && hop.rt.ann.anns.constant(hop.result_ann).is_some() {
        return known_result(hop).map(Some);
    }
    let number = hop.nargs() > 0 && is_number(&hop.arg_kind(0));
    Ok(Some(match i {
        I::IsInstance => crate::class::lower_isinstance(hop)?,
        I::IsSubclass => crate::class::lower_issubclass(hop)?,
        I::HasAttr | I::Callable | I::IsAnnotationConstant | I::FetchTranslatedConfig | I::RevdbFlagIoDisabled => {
            known_result(hop)?
        }
        I::WeAreTranslated => Operand::bool(true),
        I::GetAttr if hop.nargs() == 2 => by_code(hop, OpCode::Getattr)?,
        I::SetAttr => by_code(hop, OpCode::Setattr)?,
        I::Type => by_code(hop, OpCode::Type)?,
        I::Len => by_code(hop, OpCode::Len)?,
        I::Iter if hop.nargs() == 1 => by_code(hop, OpCode::Iter)?,
        I::Next => by_code(hop, OpCode::Next)?,
        I::Bool if hop.nargs() == 0 => Operand::bool(false),
        I::Bool => crate::dispatch::truth(hop, 0)?,
        I::Ord if crate::num::is_char(&hop.arg_kind(0)) => ord(hop)?,
        I::Chr => chr(hop)?,
        I::Unichr => unichr(hop)?,
        I::Int if hop.nargs() == 0 => Operand::signed(0),
        I::Int if number => to_int(hop)?,
        I::Float if number => to_result_number(hop)?,
        I::Float if hop.nargs() == 0 => Operand::ll(LLTypes::FLOAT, LLValue::Float(0.0)),
        I::Abs => crate::int::absolute(hop, 0)?,
        I::Min => extreme(hop, "min")?,
        I::Max => extreme(hop, "max")?,
        I::Divmod => divmod(hop)?,
        I::Pow => by_code(hop, OpCode::Pow)?,
        I::Hash | I::ComputeHash => hash(hop)?,
        I::ComputeIdentityHash | I::IdentityHash => gc_number(hop, "identityhash")?,
        I::Id | I::ComputeUniqueId => gc_number(hop, "id")?,
        I::CurrentObjectAddrAsInt => {
            let v = hop.arg(0)?;
            hop.genop(OpCode::CastPtrToInt, [v], LLTypes::SIGNED)
        }
        I::ObjectInit | I::ExceptionInit => Operand::void(),
        I::EnvironmentErrorInit => environment_init(hop)?,
        I::MathFloor => {
            let x = float_arg(hop, 0)?;
            hop.helper(RFLOAT, "ll_floor", vec![x])?
        }
        I::MathFmod => {
            let (x, y) = (float_arg(hop, 0)?, float_arg(hop, 1)?);
            hop.helper(RFLOAT, "ll_fmod", vec![x, y])?
        }
        I::Instantiate => crate::instance::lower_instantiate(hop)?,
        I::Likely | I::Unlikely => {
            let v = crate::dispatch::truth(hop, 0)?;
            let code = if i == I::Likely {
                OpCode::Likely
            } else {
                OpCode::Unlikely
            };
            hop.genop(code, [v], LLTypes::BOOL)
        }
        I::NonConstant | I::Ovfcheck | I::LlAssertNotNone | I::CheckNonneg | I::CheckRegularInt | I::AssertStr0 => {
            let result = hop.result;
            hop.inputarg(0, result)?
        }
        I::Intmask | I::LongLongLongMask | I::Widen | I::CastInt | I::RSingleFloat | I::RLongFloat if number => {
            to_result_number(hop)?
        }
        I::CastInt if hop.nargs() == 0 => {
            let ty = hop.result_type()?;
            hop.rt.zero(ty)
        }
        I::Intmask | I::CastInt if !matches!(hop.arg_kind(0), Repr::Str | Repr::Unicode) => {
            let v = hop.arg(0)?;
            let ty = hop.result_type()?;
            super::cast_value(hop, v, ty)?
        }
        I::IntCDiv => c_division(hop, "floordiv")?,
        I::IntCMod => c_division(hop, "mod")?,
        I::UintMulHigh => {
            let r = hop.result;
            let (x, y) = (hop.inputarg(0, r)?, hop.inputarg(1, r)?);
            let ty = hop.result_type()?;
            hop.genop(OpCode::UintMulHigh, [x, y], ty)
        }
        I::FloatToBits => {
            let x = float_arg(hop, 0)?;
            hop.genop(OpCode::ConvertFloatBytesToInt, [x], LLTypes::SIGNED)
        }
        I::BitsToFloat => {
            let x = hop.arg_signed(0)?;
            hop.genop(OpCode::ConvertIntBytesToFloat, [x], LLTypes::FLOAT)
        }
        _ => return Ok(None),
    }))
}

fn by_code(hop: &mut Hop<'_, '_>, code: OpCode) -> Res<Operand> {
    hop.code = code;
    crate::dispatch::lower(hop)
}

fn float_arg(hop: &mut Hop<'_, '_>, i: usize) -> Res<Operand> {
    let r = hop.rt.intern_repr(Repr::Float);
    hop.inputarg(i, r)
}

fn ord(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let code = match hop.arg_kind(0) {
        Repr::Char => OpCode::CastCharToInt,
        _ => OpCode::CastUnicharToInt,
    };
    let v = hop.arg(0)?;
    hop.exception_cannot_occur();
    Ok(hop.genop(code, [v], LLTypes::SIGNED))
}

fn chr(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let v = hop.arg_signed(0)?;
    if hop.catches_value_error() {
        return hop.helper(RINT, "ll_check_chr", vec![v]);
    }
    hop.exception_cannot_occur();
    Ok(hop.genop(OpCode::CastIntToChar, [v], LLTypes::CHAR))
}

fn unichr(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let v = hop.arg_signed(0)?;
    if hop.catches_value_error() {
        return hop.helper(RINT, "ll_check_unichr", vec![v]);
    }
    hop.exception_cannot_occur();
    Ok(hop.genop(OpCode::CastIntToUnichar, [v], LLTypes::UNICHAR))
}

fn to_int(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    if matches!(hop.arg_kind(0), Repr::Float) && hop.catches_overflow() {
        let x = hop.arg(0)?;
        return hop.helper(RFLOAT, "ll_float_to_int_checked", vec![x]);
    }
    to_result_number(hop)
}

/// A cast of a number to the result's kind.
fn to_result_number(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let result = hop.result;
    if let Some(c) = hop.constant(0)
        && let Repr::Int(_) = hop.rt.repr(result)
        && hop.rt.int_of(c).is_some()
    {
        hop.exception_cannot_occur();
        return hop.ll.inputconst(result, c);
    }
    let (from, to) = (hop.arg_kind(0), hop.rt.repr(result).clone());
    let v = hop.arg(0)?;
    let ty = primitive_type(hop, &to);
    hop.exception_cannot_occur();
    Ok(cast_number(hop, v, &from, &to, ty))
}

fn extreme(hop: &mut Hop<'_, '_>, which: &'static str) -> Res<Operand> {
    let result = hop.result;
    let kind = hop.rt.repr(result).clone();
    if hop.nargs() < 2 {
        return crate::containers::intrinsic(hop, if which == "min" { I::Min } else { I::Max });
    }
    let ty = hop.result_type()?;
    let mut best = hop.inputarg(0, result)?;
    for i in 1..hop.nargs() {
        let v = hop.inputarg(i, result)?;
        best = match kind {
            Repr::Int(Int::SIGNED) => arith(hop, &kind, which, best, v, ty),
            _ => {
                let helper = if which == "min" { "ll_min" } else { "ll_max" };
                hop.helper(RINT, helper, vec![best, v])?
            }
        };
    }
    Ok(best)
}

fn divmod(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let result = hop.result;
    let Repr::Tuple(items) = hop.rt.repr(result).clone() else {
        return Err(hop.unsupported());
    };
    let mut parts = vec![];
    for code in [OpCode::Floordiv, OpCode::Mod] {
        hop.code = code;
        let (saved, ann) = (hop.result, hop.result_ann);
        hop.result = items[0];
        let v = crate::num::binary(hop)?;
        (hop.result, hop.result_ann) = (saved, ann);
        parts.push(v);
    }
    hop.raising = crate::llops::Raising::Last;
    crate::tuple::make(hop, &items, parts)
}

fn hash(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let r = hop.arg_repr(0);
    let f = hop.rt.hash_function(r)?;
    let v = hop.arg(0)?;
    hop.ll.call_host_function(f, vec![v])
}

fn gc_number(hop: &mut Hop<'_, '_>, service: &str) -> Res<Operand> {
    let v = hop.arg(0)?;
    let ty = hop.type_of(&v);
    if !hop.rt.types().is_gc_ptr(ty) {
        return if hop.rt.types().pointee(ty).is_some() {
            Ok(hop.genop(OpCode::CastPtrToInt, [v], LLTypes::SIGNED))
        } else if ty == LLTypes::VOID {
            Ok(Operand::signed(0))
        } else {
            hash(hop)
        };
    }
    Ok(hop.genop(OpCode::GcOp, [Operand::name(service), v], LLTypes::SIGNED))
}

fn environment_init(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let Repr::Instance(Some(class)) = hop.arg_kind(0) else {
        return Err(hop.unsupported());
    };
    let v = hop.arg(0)?;
    let args = hop.args[1..].to_vec();
    crate::class::init_environment_error(hop, class, &v, &args)?;
    Ok(Operand::void())
}

fn c_division(hop: &mut Hop<'_, '_>, name: &'static str) -> Res<Operand> {
    let r = hop.result;
    let (x, y) = (hop.inputarg(0, r)?, hop.inputarg(1, r)?);
    let ty = hop.result_type()?;
    let kind = hop.rt.repr(r).clone();
    hop.exception_cannot_occur();
    Ok(arith(hop, &kind, name, x, y, ty))
}
