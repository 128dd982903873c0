//! Operations on strings, unicode strings and single characters.

use super::RSTR;
use super::list::Stop;
use crate::hop::Hop;
use crate::llops::LLOps;
use crate::repr::{Repr, ReprId};
use crate::rtyper::Res;
use rpy_flow::{Const, OpCode, Operand};
use rpy_lltype::{LLTypeId, LLTypes};

/// Whether it is a unicode string or character.
pub(super) fn is_wide(r: &Repr) -> bool {
    matches!(r, Repr::Unicode | Repr::UniChar)
}

/// Whether it is a string or character of either kind.
pub(crate) fn is_string(r: &Repr) -> bool {
    matches!(r, Repr::Str | Repr::Unicode | Repr::Char | Repr::UniChar)
}

/// Conversions between strings and characters.
pub(super) fn convert(ll: &mut LLOps<'_, '_>, v: &Operand, from: &Repr, to: &Repr) -> Res<Option<Operand>> {
    let v = v.clone();
    Ok(match (from, to) {
        (Repr::Char, Repr::Str) => Some(ll.call_helper(RSTR, "ll_chr2str", vec![v])?),
        (Repr::UniChar, Repr::Unicode) => Some(ll.call_helper(RSTR, "ll_unichr2unicode", vec![v])?),
        (Repr::Char, Repr::Unicode) => {
            let n = ll.genop(OpCode::CastCharToInt, [v], LLTypes::SIGNED);
            let c = ll.genop(OpCode::CastIntToUnichar, [n], LLTypes::UNICHAR);
            Some(ll.call_helper(RSTR, "ll_unichr2unicode", vec![c])?)
        }
        (Repr::Str, Repr::Unicode) => Some(ll.call_helper(RSTR, "ll_str2unicode", vec![v])?),
        _ => None,
    })
}

/// The string representation of the kind of an argument.
pub(super) fn string_repr(hop: &mut Hop<'_, '_>, i: usize) -> ReprId {
    let wide = is_wide(&hop.arg_kind(i));
    hop.rt.intern_repr(if wide { Repr::Unicode } else { Repr::Str })
}

/// Argument `i` as a whole string.
pub(super) fn string_arg(hop: &mut Hop<'_, '_>, i: usize) -> Res<Operand> {
    let repr = string_repr(hop, i);
    hop.inputarg(i, repr)
}

/// Whether the argument is a character, also as a constant string of length 1.
pub(super) fn as_char(hop: &mut Hop<'_, '_>, i: usize) -> Res<Option<Operand>> {
    let kind = hop.arg_kind(i);
    if let Some(c) = hop.constant(i) {
        let single = match &kind {
            Repr::Char | Repr::Str => hop.rt.host().str_bytes(c).is_some_and(|b| b.len() == 1),
            Repr::UniChar | Repr::Unicode => hop.rt.host().unicode_chars(c).is_some_and(|b| b.len() == 1),
            _ => false,
        };
        if !single {
            return Ok(None);
        }
    }
    let repr = match kind {
        Repr::Char => Repr::Char,
        Repr::Str if hop.constant(i).is_some() => Repr::Char,
        Repr::UniChar => Repr::UniChar,
        Repr::Unicode if hop.constant(i).is_some() => Repr::UniChar,
        _ => return Ok(None),
    };
    let repr = hop.rt.intern_repr(repr);
    hop.inputarg(i, repr).map(Some)
}

/// Length of a string that is not null.
pub(super) fn length(hop: &mut Hop<'_, '_>, v: Operand) -> Operand {
    hop.genop(
        OpCode::Getinteriorarraysize,
        [v, Operand::name("chars")],
        LLTypes::SIGNED,
    )
}

/// The type of strings of the kind of an argument, for allocating helpers.
pub(super) fn string_type(r: &Repr) -> LLTypeId {
    if is_wide(r) { LLTypes::UNICODE } else { LLTypes::STR }
}

/// An array of the characters of a string, and their representation.
pub(super) fn chars_as_array(hop: &mut Hop<'_, '_>, s: Operand) -> Res<(ReprId, Operand)> {
    let wide = hop.type_of(&s) == LLTypes::UNICODEPTR;
    let (repr, of) = if wide {
        (Repr::UniChar, LLTypes::UNICHAR)
    } else {
        (Repr::Char, LLTypes::CHAR)
    };
    let repr = hop.rt.intern_repr(repr);
    let array = hop.rt.types_mut().gc_array(of);
    let v = hop.helper_of_type(RSTR, "ll_str2list", array, vec![s])?;
    Ok((repr, v))
}

/// Operations whose first argument is a string; `None` if it is none of them.
pub(super) fn lower(hop: &mut Hop<'_, '_>) -> Res<Option<Operand>> {
    Ok(Some(match hop.code {
        OpCode::Len => {
            let v = string_arg(hop, 0)?;
            hop.exception_cannot_occur();
            length(hop, v)
        }
        OpCode::Getitem if matches!(hop.arg_kind(1), Repr::Slice(_)) => {
            let (start, stop) = super::slice::bounds(hop, 1)?;
            slice_of(hop, start, stop)?
        }
        OpCode::Getitem => getitem(hop)?,
        OpCode::Getslice => {
            let (start, stop) = super::list::slice_args(hop)?;
            slice_of(hop, start, stop)?
        }
        OpCode::Contains => contains(hop)?,
        OpCode::Add | OpCode::InplaceAdd if is_string(&hop.arg_kind(1)) => concat(hop)?,
        OpCode::Add | OpCode::InplaceAdd if matches!(hop.arg_kind(1), Repr::ByteArray) => {
            super::bytearray::concat(hop)?
        }
        OpCode::Mul | OpCode::InplaceMul => mul(hop)?,
        OpCode::Mod => super::format::lower(hop)?,
        OpCode::Eq | OpCode::Ne | OpCode::Lt | OpCode::Le | OpCode::Gt | OpCode::Ge | OpCode::Cmp => {
            return compare(hop);
        }
        _ => return Ok(None),
    }))
}

fn getitem(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let checked = hop.catches_index_error();
    let v = string_arg(hop, 0)?;
    let i = hop.arg_signed(1)?;
    if checked {
        let name = if hop.nonneg(1) {
            "ll_stritem_nonneg_checked"
        } else {
            "ll_stritem_checked"
        };
        return hop.helper(RSTR, name, vec![v, i]);
    }
    hop.exception_cannot_occur();
    if !hop.nonneg(1) {
        return hop.helper(RSTR, "ll_stritem", vec![v, i]);
    }
    let ty = if is_wide(&hop.arg_kind(0)) {
        LLTypes::UNICHAR
    } else {
        LLTypes::CHAR
    };
    Ok(hop.genop(OpCode::Getinteriorfield, [v, Operand::name("chars"), i], ty))
}

fn slice_of(hop: &mut Hop<'_, '_>, start: Operand, stop: Stop) -> Res<Operand> {
    let v = string_arg(hop, 0)?;
    match stop {
        Stop::Missing => hop.helper(RSTR, "ll_strslice_startonly", vec![v, start]),
        Stop::At(stop) => hop.helper(RSTR, "ll_strslice", vec![v, start, stop]),
        Stop::MinusOne => {
            let n = length(hop, v.clone());
            let n = hop.genop(OpCode::IntSub, [n, Operand::signed(1)], LLTypes::SIGNED);
            hop.helper(RSTR, "ll_strslice", vec![v, start, n])
        }
    }
}

fn contains(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let s = string_arg(hop, 0)?;
    hop.exception_cannot_occur();
    if let Some(c) = as_char(hop, 1)? {
        return hop.helper(RSTR, "ll_contains_char", vec![s, c]);
    }
    let sub = string_arg(hop, 1)?;
    hop.helper(RSTR, "ll_contains", vec![s, sub])
}

fn concat(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let result = hop.result;
    if let Some(c) = as_char(hop, 1)?
        && hop.arg_kind(0) == *hop.rt.repr(result)
    {
        let s = hop.inputarg(0, result)?;
        return hop.helper(RSTR, "ll_str_concat_char", vec![s, c]);
    }
    let (a, b) = (hop.inputarg(0, result)?, hop.inputarg(1, result)?);
    hop.helper(RSTR, "ll_strconcat", vec![a, b])
}

fn mul(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let n = hop.arg_signed(1)?;
    let ty = string_type(&hop.arg_kind(0));
    if let Some(c) = as_char(hop, 0)? {
        return hop.helper_of_type(RSTR, "ll_char_mul", ty, vec![c, n]);
    }
    let s = string_arg(hop, 0)?;
    hop.helper(RSTR, "ll_strmul", vec![s, n])
}

fn compare(hop: &mut Hop<'_, '_>) -> Res<Option<Operand>> {
    let (a, b) = (hop.arg_kind(0), hop.arg_kind(1));
    if !is_string(&a) || !is_string(&b) {
        return Ok(None);
    }
    hop.exception_cannot_occur();
    let wide = is_wide(&a) || is_wide(&b);
    let repr = hop.rt.intern_repr(if wide { Repr::Unicode } else { Repr::Str });
    if matches!(hop.code, OpCode::Eq | OpCode::Ne) {
        let v = equal(hop, repr)?;
        return Ok(Some(if hop.code == OpCode::Ne { hop.bool_not(v) } else { v }));
    }
    let (x, y) = (hop.inputarg(0, repr)?, hop.inputarg(1, repr)?);
    let order = hop.helper(RSTR, "ll_strcmp", vec![x, y])?;
    let code = match hop.code {
        OpCode::Lt => OpCode::IntLt,
        OpCode::Le => OpCode::IntLe,
        OpCode::Gt => OpCode::IntGt,
        OpCode::Ge => OpCode::IntGe,
        _ => {
            let zero = Operand::signed(0);
            let more = hop.genop(OpCode::IntGt, [order.clone(), zero.clone()], LLTypes::BOOL);
            let less = hop.genop(OpCode::IntLt, [order, zero], LLTypes::BOOL);
            let more = hop.genop(OpCode::CastBoolToInt, [more], LLTypes::SIGNED);
            let less = hop.genop(OpCode::CastBoolToInt, [less], LLTypes::SIGNED);
            return Ok(Some(hop.genop(OpCode::IntSub, [more, less], LLTypes::SIGNED)));
        }
    };
    Ok(Some(hop.genop(code, [order, Operand::signed(0)], LLTypes::BOOL)))
}

fn equal(hop: &mut Hop<'_, '_>, repr: ReprId) -> Res<Operand> {
    let whole = |hop: &Hop<'_, '_>, i: usize| matches!(hop.arg_kind(i), Repr::Str | Repr::Unicode);
    for (i, other) in [(0, 1), (1, 0)] {
        let same_width = is_wide(&hop.arg_kind(i)) == is_wide(&hop.arg_kind(other));
        if same_width
            && whole(hop, other)
            && hop.constant(other).is_none()
            && let Some(c) = as_char(hop, i)?
        {
            let s = hop.inputarg(other, repr)?;
            return hop.helper(RSTR, "ll_char_eq_str", vec![c, s]);
        }
    }
    let (x, y) = (hop.inputarg(0, repr)?, hop.inputarg(1, repr)?);
    hop.helper(RSTR, "ll_streq", vec![x, y])
}

/// The concatenation of strings of a type.
pub(super) fn join_all(ll: &mut LLOps<'_, '_>, string: LLTypeId, parts: Vec<Operand>) -> Res<Operand> {
    match parts.len() {
        0 => {
            let ty = ll.rt.type_operand(string);
            ll.call_helper(RSTR, "ll_empty_of", vec![ty])
        }
        1 => Ok(parts.into_iter().next().expect("there is one part")),
        2 => ll.call_helper(RSTR, "ll_strconcat", parts),
        3 => ll.call_helper(RSTR, "ll_strconcat3", parts),
        4 => ll.call_helper(RSTR, "ll_strconcat4", parts),
        n => {
            let n = Operand::signed(i64::try_from(n).expect("formats are short"));
            let ptr = ll.rt.types_mut().ptr(string);
            let array = ll.rt.types_mut().gc_array(ptr);
            let array_ptr = ll.rt.types_mut().ptr(array);
            let items = ll.genop(
                OpCode::MallocVarsize,
                [Operand::Const(Const::Type(array)), n.clone()],
                array_ptr,
            );
            for (i, v) in parts.into_iter().enumerate() {
                let i = Operand::signed(i64::try_from(i).expect("formats are short"));
                ll.genop_void(OpCode::Setarrayitem, [items.clone(), i, v]);
            }
            let ty = ll.rt.type_operand(string);
            ll.call_helper(RSTR, "ll_join_strs", vec![ty, n, items])
        }
    }
}
