//! Operations on lists.

use super::RLIST;
use super::range;
use super::types::ListForm;
use crate::hop::Hop;
use crate::repr::{Repr, ReprId};
use crate::rtyper::Res;
use rpy_flow::{Const, OpCode, Operand};
use rpy_host::Value;
use rpy_lltype::{LLTypeId, LLTypes};

/// How the list of argument `i` is laid out.
pub(super) fn form(hop: &Hop<'_, '_>, i: usize) -> ListForm {
    match hop.rt.repr(hop.args[i].repr) {
        Repr::List(def) => hop.rt.list_form(*def),
        _ => ListForm::Fixed,
    }
}

/// Argument `i` as a list in memory (ranges become arrays), and the representation of its items.
pub(crate) fn list_arg(hop: &mut Hop<'_, '_>, i: usize) -> Res<(Operand, ReprId)> {
    let v = hop.arg(i)?;
    let repr = hop.arg_repr(i);
    let item = hop.rt.list_item(repr)?;
    if let ListForm::Range(step) = form(hop, i) {
        let to = range::array_type(hop);
        return Ok((range::materialize(hop, v, step, to)?, item));
    }
    Ok((v, item))
}

/// The same with items of a given representation: converted into an array if they are not.
pub(crate) fn list_arg_of(hop: &mut Hop<'_, '_>, i: usize, wanted: ReprId) -> Res<Operand> {
    let (v, item) = list_arg(hop, i)?;
    items_as(hop, v, item, wanted)
}

/// A list, or an array of its converted items.
pub(crate) fn items_as(hop: &mut Hop<'_, '_>, v: Operand, from: ReprId, to: ReprId) -> Res<Operand> {
    let (a, b) = (hop.rt.lowleveltype(from)?, hop.rt.lowleveltype(to)?);
    if hop.rt.types().same(a, b) || from == to {
        return Ok(v);
    }
    let convert = hop.rt.converter(from, to)?;
    let array = hop.rt.types_mut().gc_array(b);
    hop.helper_of_type(RLIST, "ll_convert_items", array, vec![v, Operand::host(convert)])
}

/// Calls a helper that makes a list: it gets the type of the result, or an array type if the items need a conversion.
pub(crate) fn list_result(
    hop: &mut Hop<'_, '_>,
    item: ReprId,
    make: impl FnOnce(&mut Hop<'_, '_>, LLTypeId) -> Res<Operand>,
) -> Res<Operand> {
    let result = hop.result;
    let to = hop.target_of(result)?;
    let wanted = hop.rt.list_item(result)?;
    let (a, b) = (hop.rt.lowleveltype(item)?, hop.rt.lowleveltype(wanted)?);
    if hop.rt.types().same(a, b) {
        return make(hop, to);
    }
    let array = hop.rt.types_mut().gc_array(a);
    let v = make(hop, array)?;
    let converted = items_as(hop, v, item, wanted)?;
    if hop.rt.types().pointee(hop.type_of(&converted)) == Some(hop.rt.types().resolve(to)) {
        return Ok(converted);
    }
    hop.helper_of_type(RLIST, "ll_copy", to, vec![converted])
}

/// Truth: neither null nor empty.
pub(super) fn truth(hop: &mut Hop<'_, '_>, i: usize) -> Res<Operand> {
    if let ListForm::Range(step) = form(hop, i) {
        let v = hop.arg(i)?;
        let n = range::len(hop, v, step)?;
        return Ok(hop.genop(OpCode::IntIsTrue, [n], LLTypes::BOOL));
    }
    let v = hop.arg(i)?;
    hop.helper(RLIST, "ll_list_bool", vec![v])
}

/// Operations whose first argument is a list; `None` if it is none of them.
pub(super) fn lower(hop: &mut Hop<'_, '_>) -> Res<Option<Operand>> {
    if let ListForm::Range(step) = form(hop, 0)
        && let Some(v) = range::lower(hop, step)?
    {
        return Ok(Some(v));
    }
    Ok(Some(match hop.code {
        OpCode::Len => {
            let v = hop.arg(0)?;
            hop.exception_cannot_occur();
            length(hop, 0, v)?
        }
        OpCode::Getitem if matches!(hop.arg_kind(1), Repr::Slice(_)) => {
            let (start, stop) = super::slice::bounds(hop, 1)?;
            slice_of(hop, start, stop)?
        }
        OpCode::Getitem => getitem(hop)?,
        OpCode::Setitem => setitem(hop)?,
        OpCode::Delitem => delitem(hop)?,
        OpCode::Getslice => {
            let (start, stop) = slice_args(hop)?;
            slice_of(hop, start, stop)?
        }
        OpCode::Delslice => delslice(hop)?,
        OpCode::Setslice => setslice(hop)?,
        OpCode::Contains => contains(hop)?,
        OpCode::Add => concat(hop)?,
        OpCode::InplaceAdd => {
            super::list_methods::extend(hop)?;
            hop.arg(0)?
        }
        OpCode::Mul => mul(hop)?,
        OpCode::InplaceMul => {
            let v = hop.arg(0)?;
            let n = hop.arg_signed(1)?;
            hop.helper(RLIST, "ll_inplace_mul", vec![v, n])?
        }
        OpCode::Eq | OpCode::Ne if matches!(hop.arg_kind(1), Repr::List(_)) => equal(hop)?,
        _ => return Ok(None),
    }))
}

/// Length of a list that is not null.
pub(super) fn length(hop: &mut Hop<'_, '_>, i: usize, v: Operand) -> Res<Operand> {
    match form(hop, i) {
        ListForm::Resizable => hop.getfield(v, "length"),
        _ => Ok(hop.genop(OpCode::Getarraysize, [v], LLTypes::SIGNED)),
    }
}

/// The array of a list that is not a range.
fn items(hop: &mut Hop<'_, '_>, i: usize, v: Operand) -> Res<Operand> {
    match form(hop, i) {
        ListForm::Resizable => hop.getfield(v, "items"),
        _ => Ok(v),
    }
}

fn getitem(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let checked = hop.catches_index_error();
    let (v, item) = list_arg(hop, 0)?;
    let index = hop.arg_signed(1)?;
    let ty = hop.rt.lowleveltype(item)?;
    let x = if checked {
        let name = if hop.nonneg(1) {
            "ll_getitem_nonneg_checked"
        } else {
            "ll_getitem_checked"
        };
        hop.helper(RLIST, name, vec![v, index])?
    } else if ty == LLTypes::VOID {
        hop.exception_cannot_occur();
        Operand::void()
    } else if hop.nonneg(1) && !matches!(form(hop, 0), ListForm::Range(_)) {
        hop.exception_cannot_occur();
        let array = items(hop, 0, v)?;
        hop.genop(OpCode::Getarrayitem, [array, index], ty)
    } else {
        hop.exception_cannot_occur();
        hop.helper(RLIST, "ll_getitem", vec![v, index])?
    };
    if ty == LLTypes::VOID {
        return void_item(hop, item);
    }
    hop.to_result(x, item)
}

/// An item that takes no space, as a constant where it is one.
pub(crate) fn void_item(hop: &mut Hop<'_, '_>, item: ReprId) -> Res<Operand> {
    let v = match hop.rt.repr(item).clone() {
        Repr::Const(c) => Operand::host(c),
        Repr::None => Operand::host(Value::None),
        Repr::Desc(d) => hop.rt.desc_operand(d, item)?,
        _ => Operand::void(),
    };
    hop.to_result(v, item)
}

fn setitem(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let checked = hop.catches_index_error();
    let (v, item) = list_arg(hop, 0)?;
    let index = hop.arg_signed(1)?;
    let x = hop.inputarg(2, item)?;
    if checked {
        let name = if hop.nonneg(1) {
            "ll_setitem_nonneg_checked"
        } else {
            "ll_setitem_checked"
        };
        return hop.helper(RLIST, name, vec![v, index, x]);
    }
    hop.exception_cannot_occur();
    if hop.rt.is_void(item)? {
        return Ok(Operand::void());
    }
    if hop.nonneg(1) {
        let array = items(hop, 0, v)?;
        hop.genop_void(OpCode::Setarrayitem, [array, index, x]);
        return Ok(Operand::void());
    }
    hop.helper(RLIST, "ll_setitem", vec![v, index, x])
}

fn delitem(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let v = hop.arg(0)?;
    let index = hop.arg_signed(1)?;
    let name = match (hop.catches_index_error(), hop.nonneg(1)) {
        (true, _) => "ll_delitem_checked",
        (false, true) => "ll_delitem_nonneg",
        (false, false) => "ll_delitem",
    };
    hop.helper(RLIST, name, vec![v, index])
}

/// An end of a slice.
#[derive(Clone, Debug)]
pub(crate) enum Stop {
    /// To the end.
    Missing,
    /// Without the last item.
    MinusOne,
    /// Not negative.
    At(Operand),
}

/// Arguments 1 and 2 as the ends of a slice.
pub(super) fn slice_args(hop: &mut Hop<'_, '_>) -> Res<(Operand, Stop)> {
    let start = match (hop.constant(1), hop.arg_kind(1)) {
        (Some(Value::None), _) | (_, Repr::None) => Operand::signed(0),
        _ => hop.arg_signed(1)?,
    };
    let stop = match (hop.constant(2), hop.arg_kind(2)) {
        (Some(Value::None), _) | (_, Repr::None) => Stop::Missing,
        (Some(Value::Int(-1)), _) => Stop::MinusOne,
        _ => Stop::At(hop.arg_signed(2)?),
    };
    Ok((start, stop))
}

/// The name of a helper and its arguments for a slice: `startonly`, `minusone` or `startstop`.
fn slice_helper(hop: &mut Hop<'_, '_>, v: &Operand, start: Operand, stop: Stop) -> Res<(bool, Vec<Operand>)> {
    Ok(match stop {
        Stop::Missing => (false, vec![v.clone(), start]),
        Stop::At(stop) => (true, vec![v.clone(), start, stop]),
        Stop::MinusOne => {
            let n = hop.helper(RLIST, "ll_length", vec![v.clone()])?;
            let n = hop.genop(OpCode::IntSub, [n, Operand::signed(1)], LLTypes::SIGNED);
            (true, vec![v.clone(), start, n])
        }
    })
}

fn slice_of(hop: &mut Hop<'_, '_>, start: Operand, stop: Stop) -> Res<Operand> {
    let (v, item) = list_arg(hop, 0)?;
    let (both, args) = slice_helper(hop, &v, start, stop)?;
    let name = if both {
        "ll_listslice_startstop"
    } else {
        "ll_listslice_startonly"
    };
    list_result(hop, item, |hop, to| hop.helper_of_type(RLIST, name, to, args))
}

fn delslice(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let v = hop.arg(0)?;
    let (start, stop) = slice_args(hop)?;
    let (both, args) = slice_helper(hop, &v, start, stop)?;
    let name = if both {
        "ll_listdelslice_startstop"
    } else {
        "ll_listdelslice_startonly"
    };
    hop.helper(RLIST, name, args)
}

fn setslice(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let (v, item) = list_arg(hop, 0)?;
    let (start, stop) = slice_args(hop)?;
    let stop = match stop {
        Stop::At(stop) => stop,
        Stop::Missing => hop.helper(RLIST, "ll_length", vec![v.clone()])?,
        Stop::MinusOne => {
            let n = hop.helper(RLIST, "ll_length", vec![v.clone()])?;
            hop.genop(OpCode::IntSub, [n, Operand::signed(1)], LLTypes::SIGNED)
        }
    };
    let other = list_arg_of(hop, 3, item)?;
    hop.helper(RLIST, "ll_listsetslice", vec![v, start, stop, other])
}

/// The equality function of items as helpers take it.
pub(super) fn item_eq(hop: &mut Hop<'_, '_>, item: ReprId) -> Res<Operand> {
    let eq = hop.rt.eq_function(item)?;
    Ok(Operand::host(eq.unwrap_or(Value::None)))
}

fn contains(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let repr = hop.arg_repr(0);
    let own = hop.rt.list_item(repr)?;
    let other = hop.arg_repr(1);
    let common = hop.rt.common_repr(own, other)?;
    let v = list_arg_of(hop, 0, common)?;
    let x = hop.inputarg(1, common)?;
    hop.exception_cannot_occur();
    let eq = item_eq(hop, common)?;
    hop.helper(RLIST, "ll_listcontains", vec![v, x, eq])
}

fn concat(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    if !matches!(hop.arg_kind(1), Repr::List(_)) {
        return Err(hop.unsupported());
    }
    let result = hop.result;
    let item = hop.rt.list_item(result)?;
    let to = hop.target_of(result)?;
    let (a, b) = (list_arg_of(hop, 0, item)?, list_arg_of(hop, 1, item)?);
    hop.helper_of_type(RLIST, "ll_concat", to, vec![a, b])
}

fn mul(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let (v, item) = list_arg(hop, 0)?;
    let n = hop.arg_signed(1)?;
    list_result(hop, item, |hop, to| hop.helper_of_type(RLIST, "ll_mul", to, vec![v, n]))
}

fn equal(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let (ra, rb) = (hop.arg_repr(0), hop.arg_repr(1));
    let (x, y) = (hop.rt.list_item(ra)?, hop.rt.list_item(rb)?);
    let common = hop.rt.common_repr(x, y)?;
    let (a, b) = (list_arg_of(hop, 0, common)?, list_arg_of(hop, 1, common)?);
    let eq = item_eq(hop, common)?;
    hop.exception_cannot_occur();
    let v = hop.helper(RLIST, "ll_listeq", vec![a, b, eq])?;
    Ok(if hop.code == OpCode::Ne { hop.bool_not(v) } else { v })
}

/// `[a, b, …]`.
pub(super) fn newlist(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let n = hop.nargs();
    let result = hop.result;
    let Repr::List(_) = hop.rt.repr(result) else {
        return Err(hop.unsupported());
    };
    let item = hop.rt.list_item(result)?;
    let mut values = vec![];
    for i in 0..n {
        values.push(hop.inputarg(i, item)?);
    }
    make_list(hop, result, item, values)
}

/// A list of given items.
pub(crate) fn make_list(hop: &mut Hop<'_, '_>, list: ReprId, item: ReprId, values: Vec<Operand>) -> Res<Operand> {
    let to = hop.target_of(list)?;
    if values.is_empty() {
        return hop.helper_of_type(RLIST, "ll_newemptylist", to, vec![]);
    }
    let of = hop.rt.lowleveltype(item)?;
    let array = hop.rt.types_mut().gc_array(of);
    let items = make_array(hop, array, of, values.clone());
    if hop.rt.types().same(array, to) {
        return Ok(items);
    }
    let ptr = hop.rt.lowleveltype(list)?;
    let v = hop.genop(OpCode::Malloc, [Operand::Const(Const::Type(to))], ptr);
    hop.setfield(v.clone(), "length", count(&values));
    hop.setfield(v.clone(), "items", items);
    Ok(v)
}

fn count(values: &[Operand]) -> Operand {
    Operand::signed(i64::try_from(values.len()).expect("displays are short"))
}

/// An array of given items.
pub(crate) fn make_array(hop: &mut Hop<'_, '_>, array: LLTypeId, of: LLTypeId, values: Vec<Operand>) -> Operand {
    let ptr = hop.rt.types_mut().ptr(array);
    let array = hop.rt.types().resolve(array);
    let items = hop.genop(
        OpCode::MallocVarsize,
        [Operand::Const(Const::Type(array)), count(&values)],
        ptr,
    );
    if of != LLTypes::VOID {
        for (i, v) in values.into_iter().enumerate() {
            let i = Operand::signed(i64::try_from(i).expect("displays are short"));
            hop.genop_void(OpCode::Setarrayitem, [items.clone(), i, v]);
        }
    }
    items
}
