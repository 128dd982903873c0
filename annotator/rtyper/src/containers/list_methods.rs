//! Methods of lists.

use super::list::{item_eq, length, list_arg, list_arg_of};
use super::types::ListForm;
use super::{RLIST, list};
use crate::hop::Hop;
use crate::repr::Repr;
use crate::rtyper::Res;
use rpy_flow::{OpCode, Operand};
use rpy_host::Value;
use rpy_lltype::LLTypes;

/// A call of a method; `None` if there is none of that name.
pub(super) fn method(hop: &mut Hop<'_, '_>, name: &str) -> Res<Option<Operand>> {
    Ok(Some(match name {
        "append" => {
            let v = hop.arg(0)?;
            let repr = hop.arg_repr(0);
            let item = hop.rt.list_item(repr)?;
            let x = hop.inputarg(1, item)?;
            hop.helper(RLIST, "ll_append", vec![v, x])?
        }
        "extend" => extend(hop)?,
        "insert" => {
            let v = hop.arg(0)?;
            let repr = hop.arg_repr(0);
            let item = hop.rt.list_item(repr)?;
            let i = hop.arg_signed(1)?;
            let x = hop.inputarg(2, item)?;
            let helper = if hop.nonneg(1) { "ll_insert_nonneg" } else { "ll_insert" };
            hop.helper(RLIST, helper, vec![v, i, x])?
        }
        "pop" => pop(hop)?,
        "remove" | "index" | "count" => search(hop, name)?,
        "reverse" => {
            let (v, _) = list_arg(hop, 0)?;
            hop.helper(RLIST, "ll_reverse", vec![v])?
        }
        "__len__" => {
            hop.code = OpCode::Len;
            return list::lower(hop);
        }
        _ => return Ok(None),
    }))
}

/// `l.extend(x)` and `l += x`.
pub(super) fn extend(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let v = hop.arg(0)?;
    let repr = hop.arg_repr(0);
    let item = hop.rt.list_item(repr)?;
    match hop.arg_kind(1) {
        Repr::List(_) => {
            let other = list_arg_of(hop, 1, item)?;
            hop.helper(RLIST, "ll_extend", vec![v, other])
        }
        Repr::Str | Repr::Unicode | Repr::Char | Repr::UniChar => {
            let s = super::string::string_arg(hop, 1)?;
            let of = hop.rt.lowleveltype(item)?;
            let direct = matches!(of, LLTypes::CHAR | LLTypes::UNICHAR);
            if direct {
                return hop.helper(RLIST, "ll_extend_with_str", vec![v, s]);
            }
            let (char_repr, other) = super::string::chars_as_array(hop, s)?;
            let other = list::items_as(hop, other, char_repr, item)?;
            hop.helper(RLIST, "ll_extend", vec![v, other])
        }
        Repr::Tuple(items) => {
            let t = hop.arg(1)?;
            for i in 0..items.len() {
                let x = crate::tuple::getitem(hop, &t, &items, i)?;
                let x = hop.convertvar(x, items[i], item)?;
                hop.helper(RLIST, "ll_append", vec![v.clone(), x])?;
            }
            Ok(Operand::void())
        }
        Repr::Dict(_) => {
            let other = super::dict_calls::keys_as_array(hop, 1, item)?;
            hop.helper(RLIST, "ll_extend", vec![v, other])
        }
        _ => Err(hop.unsupported()),
    }
}

fn pop(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let v = hop.arg(0)?;
    let repr = hop.arg_repr(0);
    let item = hop.rt.list_item(repr)?;
    let checked = hop.catches_index_error();
    let last = hop.nargs() == 1 || hop.constant(1) == Some(Value::Int(-1));
    let x = if last {
        let name = if checked {
            "ll_pop_default_checked"
        } else {
            "ll_pop_default"
        };
        hop.helper(RLIST, name, vec![v])?
    } else {
        let i = hop.arg_signed(1)?;
        let name = match (checked, hop.nonneg(1)) {
            (true, _) => "ll_pop_checked",
            (false, true) => "ll_pop_nonneg",
            (false, false) => "ll_pop",
        };
        hop.helper(RLIST, name, vec![v, i])?
    };
    if hop.rt.is_void(item)? {
        return list::void_item(hop, item);
    }
    hop.to_result(x, item)
}

fn search(hop: &mut Hop<'_, '_>, name: &str) -> Res<Operand> {
    let (v, item) = list_arg(hop, 0)?;
    let x = hop.inputarg(1, item)?;
    let eq = item_eq(hop, item)?;
    let helper = match name {
        "remove" => "ll_listremove",
        "index" => "ll_listindex",
        _ => "ll_listcount",
    };
    if name == "count" {
        hop.exception_cannot_occur();
    }
    hop.helper(RLIST, helper, vec![v, x, eq])
}

/// `sep.join(list)`: number of items and the array of them.
pub(super) fn count_and_array(hop: &mut Hop<'_, '_>, i: usize) -> Res<(Operand, Operand)> {
    let (v, _) = list_arg(hop, i)?;
    match list::form(hop, i) {
        ListForm::Resizable => {
            let n = length(hop, i, v.clone())?;
            let array = hop.getfield(v, "items")?;
            Ok((n, array))
        }
        _ => {
            let n = hop.genop(OpCode::Getarraysize, [v.clone()], LLTypes::SIGNED);
            Ok((n, v))
        }
    }
}
