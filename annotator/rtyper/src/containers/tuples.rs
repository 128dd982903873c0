//! What containers do with tuples: `in`, iteration, conversion into arrays.

use super::RLIST;
use super::list::{item_eq, make_array};
use crate::hop::Hop;
use crate::num::{is_char, is_number};
use crate::repr::{Repr, ReprId};
use crate::rtyper::Res;
use rpy_flow::{OpCode, Operand};
use rpy_lltype::LLTypes;

/// Above this number of items `in` is a loop over an array.
const UNROLLED: usize = 12;

/// Operations whose first argument is a tuple; `None` if it is none of them.
pub(super) fn lower(hop: &mut Hop<'_, '_>) -> Res<Option<Operand>> {
    match hop.code {
        OpCode::Contains => contains(hop).map(Some),
        _ => Ok(None),
    }
}

/// An array of the items of a tuple in one representation.
pub(super) fn as_array(hop: &mut Hop<'_, '_>, v: Operand, items: &[ReprId], wanted: ReprId) -> Res<Operand> {
    let mut values = vec![];
    for (i, item) in items.iter().enumerate() {
        let x = crate::tuple::getitem(hop, &v, items, i)?;
        values.push(hop.convertvar(x, *item, wanted)?);
    }
    let of = hop.rt.lowleveltype(wanted)?;
    let array = hop.rt.types_mut().gc_array(of);
    Ok(make_array(hop, array, of, values))
}

fn contains(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    hop.exception_cannot_occur();
    let Repr::Tuple(items) = hop.arg_kind(0) else {
        return Err(hop.unsupported());
    };
    if items.is_empty() {
        return Ok(Operand::bool(false));
    }
    let common = hop.rt.tuple_common_item(&items)?;
    let own = hop.arg_repr(1);
    let common = hop.rt.common_repr(common, own)?;
    let tuple = hop.args[0].clone();
    let x = hop.inputarg(1, common)?;
    let kind = hop.rt.repr(common).clone();
    let parts = crate::tuple::unpack(hop, tuple)?;
    let mut values = vec![];
    for part in &parts {
        let v = match &part.v {
            Operand::Const(rpy_flow::Const::Host(c)) => hop.ll.inputconst(common, *c)?,
            v => hop.convertvar(v.clone(), part.repr, common)?,
        };
        values.push(v);
    }
    if hop.rt.is_void(common)? {
        return Ok(Operand::bool(true));
    }
    if values.len() <= UNROLLED && (is_number(&kind) || is_char(&kind)) {
        return any_equal(hop, common, values, x);
    }
    let of = hop.rt.lowleveltype(common)?;
    let array = hop.rt.types_mut().gc_array(of);
    let v = make_array(hop, array, of, values);
    let eq = item_eq(hop, common)?;
    hop.helper(RLIST, "ll_listcontains", vec![v, x, eq])
}

fn any_equal(hop: &mut Hop<'_, '_>, repr: ReprId, values: Vec<Operand>, x: Operand) -> Res<Operand> {
    let eq = hop.rt.eq_function(repr)?;
    let mut any: Option<Operand> = None;
    for v in values {
        let one = crate::eqhash::call_eq(hop, eq, v, x.clone())?;
        let one = hop.genop(OpCode::CastBoolToInt, [one], LLTypes::SIGNED);
        any = Some(match any {
            None => one,
            Some(any) => hop.genop(OpCode::IntOr, [any, one], LLTypes::SIGNED),
        });
    }
    let any = any.expect("the tuple is not empty");
    Ok(hop.genop(OpCode::IntIsTrue, [any], LLTypes::BOOL))
}
