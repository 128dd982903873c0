//! Built-in functions on containers and strings.

use super::list::{list_arg, list_result};
use super::string::{is_string, is_wide, string_arg};
use super::text::{integer, text_of};
use super::{LLSTR, RLIST, RSTR, builder, bytearray, iter, range, slice};
use crate::hop::Hop;
use crate::num::is_number;
use crate::repr::Repr;
use crate::rtyper::Res;
use rpy_annotator::{Intrinsic as I, IterKind};
use rpy_flow::{Const, OpCode, Operand};
use rpy_lltype::{LLPtr, LLTypes, LLValue};

/// A call of a built-in function; `None` if it is another one.
pub(super) fn lower(hop: &mut Hop<'_, '_>, i: I) -> Res<Option<Operand>> {
    Ok(Some(match i {
        I::Range | I::XRange => range::make(hop)?,
        I::Ord => ord(hop)?,
        I::Int => to_int(hop)?,
        I::Float => to_float(hop)?,
        I::Str => to_str(hop)?,
        I::Repr => to_repr(hop)?,
        I::Unicode => to_unicode(hop)?,
        I::Hex => digits(hop, "ll_int2hex", "ll_uint2hex", vec![Operand::bool(true)])?,
        I::Oct => digits(hop, "ll_int2oct", "ll_uint2oct", vec![Operand::bool(true)])?,
        I::Bin => digits(hop, "ll_int2bin", "ll_uint2bin", vec![])?,
        I::ByteArray | I::IntToByteArray => bytearray::make(hop)?,
        I::Reversed => iter::make(hop, 0, IterKind::Reversed)?,
        I::ReversedDict => iter::make(hop, 0, IterKind::ReversedKeys)?,
        I::IterkeysWithHash => iter::make(hop, 0, IterKind::KeysWithHash)?,
        I::IteritemsWithHash => iter::make(hop, 0, IterKind::PairsWithHash)?,
        I::Enumerate => iter::enumerate(hop)?,
        I::Iter => iter::iter(hop)?,
        I::Tuple => {
            let result = hop.result;
            hop.inputarg(0, result)?
        }
        I::List => to_list(hop)?,
        I::AllocAndSet => alloc_and_set(hop)?,
        I::ListFence => list_fence(hop)?,
        I::Slice => slice::newslice(hop)?,
        I::NewlistHint => {
            let result = hop.result;
            let to = hop.target_of(result)?;
            let n = hop.arg_signed(0)?;
            hop.helper_of_type(RLIST, "ll_newlist_hint", to, vec![n])?
        }
        I::ResizelistHint => {
            let (v, _) = list_arg(hop, 0)?;
            let n = hop.arg_signed(1)?;
            hop.helper(RLIST, "ll_resizelist_hint", vec![v, n])?
        }
        I::ListGetPhysicalSize => {
            let (v, _) = list_arg(hop, 0)?;
            hop.helper(RLIST, "ll_physical_size", vec![v])?
        }
        I::StringBuilder | I::UnicodeBuilder => builder::make(hop)?,
        I::AssertStr0 | I::CheckStr0 | I::MakeSureNotResized | I::MakeSureNotModified => {
            let result = hop.result;
            hop.inputarg(0, result)?
        }
        I::CheckListOfChars | I::ResizableListRawPtr => hop.arg(0)?,
        _ => return Ok(None),
    }))
}

/// The end of a list comprehension: the list that was built up becomes one that keeps its length, unless it is resized later.
fn list_fence(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let (from, to) = (hop.arg_repr(0), hop.result);
    let (a, b) = (hop.rt.lowleveltype(from)?, hop.rt.lowleveltype(to)?);
    let v = hop.arg(0)?;
    if a == LLTypes::VOID || b == LLTypes::VOID || hop.rt.types().same(a, b) {
        return Ok(v);
    }
    let to = hop.target_of(to)?;
    hop.helper_of_type(RLIST, "ll_list_built", to, vec![v])
}

/// `[x] * n`, as `(n, x)`.
fn alloc_and_set(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let result = hop.result;
    let item = hop.rt.list_item(result)?;
    let to = hop.target_of(result)?;
    let n = hop.arg_signed(0)?;
    let x = hop.inputarg(1, item)?;
    if is_zero(&x) {
        return hop.helper_of_type(RLIST, "ll_alloc_and_zero", to, vec![n]);
    }
    hop.helper_of_type(RLIST, "ll_alloc_and_set", to, vec![n, x])
}

/// Whether it is a constant whose bits are all zero.
fn is_zero(v: &Operand) -> bool {
    let Operand::Const(Const::LL(c)) = v else { return false };
    match &c.value {
        LLValue::Int(0) | LLValue::Bool(false) | LLValue::Char(0) | LLValue::UniChar(0) | LLValue::Ptr(LLPtr::Null) => {
            true
        }
        LLValue::Float(x) => x.to_bits() == 0,
        _ => false,
    }
}

fn ord(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let s = string_arg(hop, 0)?;
    let wide = is_wide(&hop.arg_kind(0));
    let c = hop.helper(RSTR, "ll_only_char", vec![s])?;
    let code = if wide {
        OpCode::CastUnicharToInt
    } else {
        OpCode::CastCharToInt
    };
    hop.exception_cannot_occur();
    Ok(hop.genop(code, [c], LLTypes::SIGNED))
}

/// A string argument as a byte string: unicode must be ASCII.
fn narrow_arg(hop: &mut Hop<'_, '_>, i: usize) -> Res<Operand> {
    let wide = is_wide(&hop.arg_kind(i));
    let s = string_arg(hop, i)?;
    if wide {
        return hop.helper(RSTR, "ll_unicode2str", vec![s]);
    }
    Ok(s)
}

fn to_int(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    if !is_string(&hop.arg_kind(0)) {
        return Err(hop.unsupported());
    }
    let s = narrow_arg(hop, 0)?;
    let base = if hop.nargs() > 1 {
        hop.arg_signed(1)?
    } else {
        Operand::signed(10)
    };
    hop.helper(LLSTR, "ll_str2int", vec![s, base])
}

fn to_float(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    if !is_string(&hop.arg_kind(0)) {
        return Err(hop.unsupported());
    }
    let s = narrow_arg(hop, 0)?;
    hop.helper(LLSTR, "ll_str2float", vec![s])
}

fn to_str(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    if hop.nargs() == 0 {
        return Ok(hop.rt.string_operand(b""));
    }
    let result = hop.result;
    if matches!(hop.arg_kind(0), Repr::Str | Repr::Char) && !hop.can_be_none(0) {
        return hop.inputarg(0, result);
    }
    let repr = hop.arg_repr(0);
    let v = hop.arg(0)?;
    text_of(hop, v, repr)
}

fn to_repr(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let repr = hop.arg_repr(0);
    let v = hop.arg(0)?;
    match hop.rt.repr(repr) {
        Repr::Str | Repr::Char => {
            let string = hop.rt.intern_repr(Repr::Str);
            let s = hop.convertvar(v, repr, string)?;
            hop.helper(LLSTR, "ll_repr_str", vec![s])
        }
        _ => text_of(hop, v, repr),
    }
}

fn to_unicode(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    if hop.nargs() == 0 {
        return hop.helper_of_type(RSTR, "ll_empty_of", LLTypes::UNICODE, vec![]);
    }
    let kind = hop.arg_kind(0);
    let result = hop.result;
    if is_wide(&kind) {
        return hop.inputarg(0, result);
    }
    let repr = hop.arg_repr(0);
    let v = hop.arg(0)?;
    let s = match kind {
        Repr::Str => v,
        _ => text_of(hop, v, repr)?,
    };
    hop.helper(RSTR, "ll_str2unicode", vec![s])
}

fn digits(hop: &mut Hop<'_, '_>, signed: &'static str, unsigned: &'static str, more: Vec<Operand>) -> Res<Operand> {
    let kind = hop.arg_kind(0);
    if !is_number(&kind) {
        return Err(hop.unsupported());
    }
    let v = hop.arg(0)?;
    integer(hop, v, &kind, signed, unsigned, more)
}

/// `list(x)`.
fn to_list(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let result = hop.result;
    let item = hop.rt.list_item(result)?;
    if hop.nargs() == 0 {
        return super::list::make_list(hop, result, item, vec![]);
    }
    match hop.arg_kind(0) {
        Repr::List(_) => {
            let (v, own) = list_arg(hop, 0)?;
            list_result(hop, own, |hop, to| hop.helper_of_type(RLIST, "ll_copy", to, vec![v]))
        }
        Repr::Str | Repr::Unicode | Repr::Char | Repr::UniChar => {
            let wide = is_wide(&hop.arg_kind(0));
            let own = hop.rt.intern_repr(if wide { Repr::UniChar } else { Repr::Char });
            let s = string_arg(hop, 0)?;
            list_result(hop, own, |hop, to| hop.helper_of_type(RSTR, "ll_str2list", to, vec![s]))
        }
        Repr::Tuple(items) => {
            let v = hop.arg(0)?;
            let mut values = vec![];
            for (i, own) in items.iter().enumerate() {
                let x = crate::tuple::getitem(hop, &v, &items, i)?;
                values.push(hop.convertvar(x, *own, item)?);
            }
            super::list::make_list(hop, result, item, values)
        }
        Repr::Dict(_) => {
            let dict = hop.arg_repr(0);
            let (key, _) = hop.rt.dict_parts(dict)?;
            let v = hop.arg(0)?;
            list_result(hop, key, |hop, to| {
                hop.helper_of_type(super::RDICT, "ll_dict_keys", to, vec![v])
            })
        }
        Repr::Iter { .. } => iter::to_list(hop),
        _ => Err(hop.unsupported()),
    }
}
