//! `range(…)` as an object of its own while the list is never changed.

use super::RLIST;
use super::types::ListForm;
use crate::hop::Hop;
use crate::repr::{Repr, ReprId};
use crate::rtyper::Res;
use rpy_flow::{OpCode, Operand};
use rpy_lltype::{LLTypeId, LLTypes};

/// The step of a range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RangeStep {
    /// Always this one.
    Fixed(i64),
    /// In the object.
    Variable,
}

/// The step of a list representation that is a range.
pub(crate) fn range_step(hop: &Hop<'_, '_>, list: ReprId) -> Option<RangeStep> {
    match hop.rt.repr(list) {
        Repr::List(def) => match hop.rt.list_form(*def) {
            ListForm::Range(step) => Some(step),
            _ => None,
        },
        _ => None,
    }
}

/// The step as a value.
pub(crate) fn step_operand(hop: &mut Hop<'_, '_>, v: &Operand, step: RangeStep) -> Res<Operand> {
    match step {
        RangeStep::Fixed(n) => Ok(Operand::signed(n)),
        RangeStep::Variable => hop.getfield(v.clone(), "step"),
    }
}

/// `range(stop)`, `range(start, stop)`, `range(start, stop, step)`.
pub(super) fn make(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let (start, stop, step) = bounds(hop)?;
    let result = hop.result;
    let to = hop.target_of(result)?;
    match range_step(hop, result) {
        Some(RangeStep::Fixed(_)) => hop.helper_of_type(RLIST, "ll_newrange", to, vec![start, stop]),
        Some(RangeStep::Variable) => hop.helper_of_type(RLIST, "ll_newrange_step", to, vec![start, stop, step]),
        None => hop.helper_of_type(RLIST, "ll_range2list", to, vec![start, stop, step]),
    }
}

fn bounds(hop: &mut Hop<'_, '_>) -> Res<(Operand, Operand, Operand)> {
    let (zero, one) = (Operand::signed(0), Operand::signed(1));
    Ok(match hop.nargs() {
        1 => (zero, hop.arg_signed(0)?, one),
        2 => (hop.arg_signed(0)?, hop.arg_signed(1)?, one),
        _ => (hop.arg_signed(0)?, hop.arg_signed(1)?, hop.arg_signed(2)?),
    })
}

/// Operations on a range; `None` for those that need a real list.
pub(super) fn lower(hop: &mut Hop<'_, '_>, step: RangeStep) -> Res<Option<Operand>> {
    match hop.code {
        OpCode::Len => {
            let v = hop.arg(0)?;
            hop.exception_cannot_occur();
            len(hop, v, step).map(Some)
        }
        OpCode::Getitem if matches!(hop.arg_kind(1), Repr::Int(_) | Repr::Bool) => getitem(hop, step).map(Some),
        _ => Ok(None),
    }
}

pub(super) fn len(hop: &mut Hop<'_, '_>, v: Operand, step: RangeStep) -> Res<Operand> {
    if step == RangeStep::Fixed(1) {
        return hop.helper(RLIST, "ll_rangelen1", vec![v]);
    }
    let s = step_operand(hop, &v, step)?;
    hop.helper(RLIST, "ll_rangelen", vec![v, s])
}

fn getitem(hop: &mut Hop<'_, '_>, step: RangeStep) -> Res<Operand> {
    let v = hop.arg(0)?;
    let i = hop.arg_signed(1)?;
    let s = step_operand(hop, &v, step)?;
    let name = match (hop.catches_index_error(), hop.nonneg(1)) {
        (true, _) => "ll_rangeitem_checked",
        (false, true) => "ll_rangeitem_nonneg",
        (false, false) => "ll_rangeitem",
    };
    if name != "ll_rangeitem_checked" {
        hop.exception_cannot_occur();
    }
    hop.helper(RLIST, name, vec![v, i, s])
}

/// A real list of a range; `to` is the type of the list.
pub(super) fn materialize(hop: &mut Hop<'_, '_>, v: Operand, step: RangeStep, to: LLTypeId) -> Res<Operand> {
    let start = hop.getfield(v.clone(), "start")?;
    let stop = hop.getfield(v.clone(), "stop")?;
    let s = step_operand(hop, &v, step)?;
    hop.helper_of_type(RLIST, "ll_range2list", to, vec![start, stop, s])
}

/// The array type of materialised ranges.
pub(super) fn array_type(hop: &mut Hop<'_, '_>) -> LLTypeId {
    hop.rt.types_mut().gc_array(LLTypes::SIGNED)
}

/// The list itself, or an array if the representation is a range.
pub(super) fn real_list(ll: &mut crate::llops::LLOps<'_, '_>, v: Operand, repr: ReprId) -> Res<Operand> {
    let step = match ll.rt.repr(repr) {
        Repr::List(def) => match ll.rt.list_form(*def) {
            ListForm::Range(step) => step,
            _ => return Ok(v),
        },
        _ => return Ok(v),
    };
    let start = ll.getfield(v.clone(), "start")?;
    let stop = ll.getfield(v.clone(), "stop")?;
    let s = match step {
        RangeStep::Fixed(n) => Operand::signed(n),
        RangeStep::Variable => ll.getfield(v, "step")?,
    };
    let array = ll.rt.types_mut().gc_array(LLTypes::SIGNED);
    ll.helper_of_type(RLIST, "ll_range2list", array, vec![start, stop, s])
}
