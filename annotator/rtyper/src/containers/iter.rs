//! Iterators: small structs that malloc removal takes apart.

use super::dict::entry_field;
use super::range::{RangeStep, range_step, step_operand};
use super::{RDICT, RLIST, RSTR};
use crate::hop::{Arg, Hop};
use crate::repr::{Repr, ReprId};
use crate::rtyper::Res;
use rpy_annotator::{AnnId, IterKind};
use rpy_flow::{Const, OpCode, Operand};
use rpy_lltype::LLTypes;

/// `iter(x)`.
pub(super) fn iter(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    match hop.arg_kind(0) {
        Repr::Iter { .. } => hop.arg(0),
        _ => make(hop, 0, IterKind::Items),
    }
}

/// An iterator over argument `i`, as the result.
pub(super) fn make(hop: &mut Hop<'_, '_>, i: usize, kind: IterKind) -> Res<Operand> {
    let result = hop.result;
    let Repr::Iter { container, .. } = hop.rt.repr(result).clone() else {
        return Err(hop.unsupported());
    };
    make_of(hop, i, container, kind, result)
}

fn make_of(hop: &mut Hop<'_, '_>, i: usize, container: ReprId, kind: IterKind, iter: ReprId) -> Res<Operand> {
    let to = hop.target_of(iter)?;
    let (module, helper, v) = match hop.rt.repr(container).clone() {
        Repr::List(_) => {
            let v = hop.inputarg(i, container)?;
            if let Some(step) = range_step(hop, container) {
                return range_iter(hop, iter, v, step, kind);
            }
            let reversed = kind == IterKind::Reversed;
            (
                RLIST,
                if reversed {
                    "ll_listiter_reversed"
                } else {
                    "ll_listiter"
                },
                v,
            )
        }
        Repr::Str | Repr::Unicode | Repr::Char | Repr::UniChar => {
            (RSTR, "ll_striter", super::string::string_arg(hop, i)?)
        }
        Repr::ByteArray => (RSTR, "ll_striter", hop.inputarg(i, container)?),
        Repr::Dict(_) => {
            let reversed = matches!(kind, IterKind::ReversedKeys | IterKind::Reversed);
            let v = hop.inputarg(i, container)?;
            (
                RDICT,
                if reversed {
                    "ll_dictiter_reversed"
                } else {
                    "ll_dictiter"
                },
                v,
            )
        }
        Repr::Tuple(items) => {
            let item = hop.rt.tuple_common_item(&items)?;
            let v = hop.inputarg(i, container)?;
            let v = super::tuples::as_array(hop, v, &items, item)?;
            (RLIST, "ll_listiter", v)
        }
        _ => return Err(hop.unsupported()),
    };
    hop.helper_of_type(module, helper, to, vec![v])
}

fn range_iter(hop: &mut Hop<'_, '_>, iter: ReprId, v: Operand, step: RangeStep, kind: IterKind) -> Res<Operand> {
    let to = hop.target_of(iter)?;
    let reversed = kind == IterKind::Reversed;
    match (step, reversed) {
        (RangeStep::Fixed(_), false) => hop.helper_of_type(RLIST, "ll_rangeiter", to, vec![v]),
        (RangeStep::Variable, false) => hop.helper_of_type(RLIST, "ll_rangeiter_step", to, vec![v]),
        (RangeStep::Fixed(_), true) => {
            let s = step_operand(hop, &v, step)?;
            hop.helper_of_type(RLIST, "ll_rangeiter_reversed", to, vec![v, s])
        }
        (RangeStep::Variable, true) => hop.helper_of_type(RLIST, "ll_rangeiter_reversed_step", to, vec![v]),
    }
}

/// `enumerate(x[, start])`.
pub(super) fn enumerate(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let result = hop.result;
    let Repr::Iter { container, .. } = hop.rt.repr(result).clone() else {
        return Err(hop.unsupported());
    };
    let inner = hop.rt.enumerated_iter(container);
    let start = match hop.keyword("start").cloned() {
        Some(arg) => {
            hop.args.push(arg);
            let last = hop.nargs() - 1;
            hop.arg_signed(last)?
        }
        None if hop.nargs() > 1 => hop.arg_signed(1)?,
        None => Operand::signed(0),
    };
    let v = match hop.arg_kind(0) {
        Repr::Iter { .. } => hop.inputarg(0, inner)?,
        _ => make_of(hop, 0, container, IterKind::Items, inner)?,
    };
    let to = hop.target_of(result)?;
    let ptr = hop.result_type()?;
    let it = hop.genop(OpCode::Malloc, [Operand::Const(Const::Type(to))], ptr);
    hop.setfield(it.clone(), "iter", v);
    hop.setfield(it.clone(), "index", start);
    Ok(it)
}

/// `next(it)`; `None` if argument 0 is no iterator of ours.
pub(super) fn next(hop: &mut Hop<'_, '_>) -> Res<Option<Operand>> {
    let Repr::Iter { container, kind } = hop.arg_kind(0) else {
        return Ok(None);
    };
    let it = hop.arg(0)?;
    let (v, repr) = next_of(hop, it, container, kind)?;
    if hop.rt.is_void(repr)? {
        return super::list::void_item(hop, repr).map(Some);
    }
    hop.to_result(v, repr).map(Some)
}

/// The next item, and its representation. The call that raises StopIteration is marked.
fn next_of(hop: &mut Hop<'_, '_>, it: Operand, container: ReprId, kind: IterKind) -> Res<(Operand, ReprId)> {
    if kind == IterKind::Enumerate {
        return next_enumerated(hop, &it, container);
    }
    match hop.rt.repr(container).clone() {
        Repr::List(_) => {
            let item = hop.rt.list_item(container)?;
            if let Some(step) = range_step(hop, container) {
                let v = next_of_range(hop, it, step, kind)?;
                return Ok((v, item));
            }
            let name = if kind == IterKind::Reversed {
                "ll_listnext_reversed"
            } else {
                "ll_listnext"
            };
            hop.exception_is_here();
            Ok((hop.helper(RLIST, name, vec![it])?, item))
        }
        Repr::Tuple(items) => {
            let item = hop.rt.tuple_common_item(&items)?;
            hop.exception_is_here();
            Ok((hop.helper(RLIST, "ll_listnext", vec![it])?, item))
        }
        Repr::Str | Repr::Char => {
            let item = hop.rt.intern_repr(Repr::Char);
            hop.exception_is_here();
            Ok((hop.helper(RSTR, "ll_strnext", vec![it])?, item))
        }
        Repr::Unicode | Repr::UniChar => {
            let item = hop.rt.intern_repr(Repr::UniChar);
            hop.exception_is_here();
            Ok((hop.helper(RSTR, "ll_strnext", vec![it])?, item))
        }
        Repr::ByteArray => {
            let item = hop.rt.signed_repr();
            hop.exception_is_here();
            let c = hop.helper(RSTR, "ll_strnext", vec![it])?;
            Ok((hop.genop(OpCode::CastCharToInt, [c], LLTypes::SIGNED), item))
        }
        Repr::Dict(_) => next_of_dict(hop, &it, container, kind),
        _ => Err(hop.unsupported()),
    }
}

fn next_of_range(hop: &mut Hop<'_, '_>, it: Operand, step: RangeStep, kind: IterKind) -> Res<Operand> {
    hop.exception_is_here();
    match step {
        RangeStep::Fixed(n) => {
            let n = if kind == IterKind::Reversed { -n } else { n };
            let name = if n > 0 { "ll_rangenext_up" } else { "ll_rangenext_down" };
            hop.helper(RLIST, name, vec![it, Operand::signed(n)])
        }
        RangeStep::Variable => hop.helper(RLIST, "ll_rangenext", vec![it]),
    }
}

fn next_enumerated(hop: &mut Hop<'_, '_>, it: &Operand, container: ReprId) -> Res<(Operand, ReprId)> {
    let inner = hop.rt.enumerated_iter(container);
    let Repr::Iter { container, kind } = hop.rt.repr(inner).clone() else {
        return Err(hop.unsupported());
    };
    let inner_it = hop.getfield(it.clone(), "iter")?;
    let (x, item) = next_of(hop, inner_it, container, kind)?;
    let index = hop.getfield(it.clone(), "index")?;
    let after = hop.genop(OpCode::IntAdd, [index.clone(), Operand::signed(1)], LLTypes::SIGNED);
    hop.setfield(it.clone(), "index", after);
    let signed = hop.rt.signed_repr();
    let items = [signed, item];
    let v = crate::tuple::make(hop, &items, vec![index, x])?;
    Ok((v, hop.rt.intern_repr(Repr::Tuple(items.into()))))
}

fn next_of_dict(hop: &mut Hop<'_, '_>, it: &Operand, container: ReprId, kind: IterKind) -> Res<(Operand, ReprId)> {
    let (key, value) = hop.rt.dict_parts(container)?;
    let reversed = matches!(kind, IterKind::Reversed | IterKind::ReversedKeys);
    let name = if reversed {
        "ll_dictnext_index_reversed"
    } else {
        "ll_dictnext_index"
    };
    hop.exception_is_here();
    let index = hop.helper(RDICT, name, vec![it.clone()])?;
    let dict = hop.getfield(it.clone(), "dict")?;
    let signed = hop.rt.signed_repr();
    let parts: Vec<(ReprId, &str)> = match kind {
        IterKind::Values => vec![(value, "value")],
        IterKind::Pairs => vec![(key, "key"), (value, "value")],
        IterKind::KeysWithHash => vec![(key, "key"), (signed, "hash")],
        IterKind::PairsWithHash => vec![(key, "key"), (value, "value"), (signed, "hash")],
        _ => vec![(key, "key")],
    };
    let mut values = vec![];
    for (repr, name) in &parts {
        values.push(if *name == "hash" {
            let [keyhash, _] = super::dict::functions(hop, container)?;
            hop.helper(
                RDICT,
                "ll_dict_hash_of_entry",
                vec![dict.clone(), index.clone(), keyhash],
            )?
        } else {
            entry_field(hop, dict.clone(), index.clone(), *repr, name)?
        });
    }
    if let [(repr, _)] = parts[..] {
        let v = values.pop().expect("there is one part");
        return Ok((v, repr));
    }
    let items: Vec<ReprId> = parts.iter().map(|p| p.0).collect();
    let v = crate::tuple::make(hop, &items, values)?;
    Ok((v, hop.rt.intern_repr(Repr::Tuple(items.into()))))
}

/// A list of everything that the iterator in argument 0 gives.
pub(super) fn to_list(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let Repr::Iter { container, kind } = hop.arg_kind(0) else {
        return Err(hop.unsupported());
    };
    let result = hop.result;
    let item = hop.rt.list_item(result)?;
    let iter = hop.arg_repr(0);
    let it = hop.arg(0)?;
    let next = hop.rt.made_low_function(
        super::functions::Made::Next(iter, item),
        "next_item",
        &[iter],
        item,
        |ll, args| {
            let graph = ll.graph;
            let mut inner = Hop {
                ll: crate::llops::LLOps::new(ll.rt, graph, ll.span),
                code: OpCode::Next,
                args: vec![Arg {
                    v: args[0].clone(),
                    ann: AnnId::OBJECT,
                    repr: iter,
                }],
                keywords: vec![],
                result_ann: AnnId::OBJECT,
                result: item,
                caught: vec![],
                llop_name: None,
                place: rpy_annotator::Place {
                    graph,
                    block: rpy_flow::BlockId(0),
                    op: 0,
                },
            };
            let (v, repr) = next_of(&mut inner, args[0].clone(), container, kind)?;
            let v = inner.convertvar(v, repr, item)?;
            let ops = std::mem::take(&mut inner.ll.ops);
            drop(inner);
            ll.ops.extend(ops);
            Ok(v)
        },
    )?;
    let to = hop.target_of(result)?;
    hop.helper_of_type(RLIST, "ll_iter2list", to, vec![it, Operand::host(next)])
}
