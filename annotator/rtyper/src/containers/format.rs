//! `format % values` with a constant format.

use super::LLSTR;
use super::string::{is_wide, join_all};
use super::text::{integer, text_of};
use crate::hop::{Arg, Hop};
use crate::num::is_number;
use crate::repr::Repr;
use crate::rtyper::Res;
use rpy_annotator::{FormatPiece, parse_format};
use rpy_flow::{Const, Operand};
use rpy_lltype::{LLPtr, LLTypes, LLValue};

/// Lowers `%` on a string.
pub(super) fn lower(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let Some(format) = hop.constant(0) else {
        return Err(hop.rt.error("the format on the left of % must be a constant"));
    };
    let chars: Vec<u32> = match hop.rt.host().unicode_chars(format) {
        Some(chars) => chars.to_vec(),
        None => match hop.rt.host().str_bytes(format) {
            Some(bytes) => bytes.iter().map(|b| u32::from(*b)).collect(),
            None => return Err(hop.unsupported()),
        },
    };
    let pieces = parse_format(&chars).map_err(|why| hop.rt.error(why))?;
    let values = match hop.arg_kind(1) {
        Repr::Tuple(_) => {
            let tuple = hop.args[1].clone();
            crate::tuple::unpack(hop, tuple)?
        }
        _ => vec![hop.args[1].clone()],
    };
    let result = hop.result;
    let wide = is_wide(hop.rt.repr(result));
    let mut parts = vec![];
    let mut values = values.into_iter();
    for piece in pieces {
        parts.push(match piece {
            FormatPiece::Text(text) => literal(hop, &text, wide),
            FormatPiece::Value { code, precision } => {
                let Some(arg) = values.next() else {
                    return Err(hop.rt.error("the format has more places than values"));
                };
                show(hop, arg, code, precision, wide)?
            }
        });
    }
    let ty = if wide { LLTypes::UNICODE } else { LLTypes::STR };
    join_all(hop, ty, parts)
}

fn literal(hop: &mut Hop<'_, '_>, text: &[u32], wide: bool) -> Operand {
    if wide {
        let c = hop.rt.unicode_container(text);
        return Operand::ll(LLTypes::UNICODEPTR, LLValue::Ptr(LLPtr::To(c)));
    }
    let bytes: Vec<u8> = text.iter().map(|c| u8::try_from(*c).unwrap_or(b'?')).collect();
    hop.rt.string_operand(&bytes)
}

/// A value in its own representation, constants included.
fn value_of(hop: &mut Hop<'_, '_>, arg: &Arg) -> Res<Operand> {
    let constant = match &arg.v {
        Operand::Const(Const::Host(c)) => Some(*c),
        _ => hop.rt.ann.anns.constant(arg.ann),
    };
    match constant {
        Some(c) => hop.ll.inputconst(arg.repr, c),
        None => Ok(arg.v.clone()),
    }
}

fn show(hop: &mut Hop<'_, '_>, arg: Arg, code: char, precision: Option<u32>, wide: bool) -> Res<Operand> {
    let kind = hop.rt.repr(arg.repr).clone();
    let v = value_of(hop, &arg)?;
    let narrow = match code {
        'd' | 'i' | 'u' => integer(hop, v, &kind, "ll_int2dec", "ll_uint2dec", vec![])?,
        'x' | 'X' | 'o' => {
            let (signed, unsigned) = if code == 'o' {
                ("ll_int2oct", "ll_uint2oct")
            } else {
                ("ll_int2hex", "ll_uint2hex")
            };
            let s = integer(hop, v, &kind, signed, unsigned, vec![Operand::bool(false)])?;
            if code == 'X' {
                hop.helper(LLSTR, "ll_upper_digits", vec![s])?
            } else {
                s
            }
        }
        'c' if matches!(kind, Repr::Int(_) | Repr::Bool) => {
            let signed = hop.rt.signed_repr();
            let n = hop.convertvar(v, arg.repr, signed)?;
            let (op, ty, repr) = if wide {
                (rpy_flow::OpCode::CastIntToUnichar, LLTypes::UNICHAR, Repr::UniChar)
            } else {
                (rpy_flow::OpCode::CastIntToChar, LLTypes::CHAR, Repr::Char)
            };
            let c = hop.genop(op, [n], ty);
            let repr = hop.rt.intern_repr(repr);
            let string = hop.result;
            return hop.convertvar(c, repr, string);
        }
        'f' | 'F' | 'e' | 'E' | 'g' | 'G' => float(hop, v, &arg, code, precision)?,
        _ if wide && is_wide(&kind) => {
            let string = hop.rt.intern_repr(Repr::Unicode);
            return hop.convertvar(v, arg.repr, string);
        }
        'r' if kind == Repr::Float => {
            let letter = Operand::ll(LLTypes::CHAR, LLValue::Char(b'r'));
            hop.helper(LLSTR, "ll_repr_float", vec![v, letter])?
        }
        _ => {
            let s = text_of(hop, v, arg.repr)?;
            cut(hop, s, precision)?
        }
    };
    if wide {
        return hop.helper(super::RSTR, "ll_str2unicode", vec![narrow]);
    }
    Ok(narrow)
}

/// `%.3s`: the beginning of a text.
fn cut(hop: &mut Hop<'_, '_>, s: Operand, precision: Option<u32>) -> Res<Operand> {
    match precision {
        Some(n) => {
            let args = vec![s, Operand::signed(0), Operand::signed(i64::from(n))];
            hop.helper(super::RSTR, "ll_strslice", args)
        }
        None => Ok(s),
    }
}

fn float(hop: &mut Hop<'_, '_>, v: Operand, arg: &Arg, code: char, precision: Option<u32>) -> Res<Operand> {
    let kind = hop.rt.repr(arg.repr).clone();
    if !is_number(&kind) {
        return Err(hop.unsupported());
    }
    let x = crate::num::cast_number(hop, v, &kind, &Repr::Float, LLTypes::FLOAT);
    let letter = u8::try_from(code).unwrap_or(b'f');
    let letter = Operand::ll(LLTypes::CHAR, LLValue::Char(letter));
    let digits = Operand::signed(i64::from(precision.unwrap_or(6)));
    hop.helper(LLSTR, "ll_format_float", vec![x, letter, digits])
}
