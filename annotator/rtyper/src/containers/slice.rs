//! Slice objects: structs of the ends that are integers.

use super::list::Stop;
use crate::hop::Hop;
use crate::llops::LLOps;
use crate::repr::{Repr, ReprId};
use crate::rtyper::{RTyper, Res};
use rpy_flow::{Const, OpCode, Operand};
use rpy_host::Value;
use rpy_lltype::{Field, LLTypeId, LLTypes};

const NAMES: [&str; 3] = ["start", "stop", "step"];

impl RTyper<'_> {
    pub(super) fn slice_type(&mut self, parts: &[ReprId; 3]) -> Res<LLTypeId> {
        let mut fields = vec![];
        for (name, part) in NAMES.iter().zip(parts) {
            let ty = self.lowleveltype(*part)?;
            if ty != LLTypes::VOID {
                fields.push(Field {
                    name: (*name).into(),
                    ty,
                });
            }
        }
        let to = self.gc_struct("slice", fields);
        Ok(self.types_mut().ptr(to))
    }
}

/// `slice(start, stop, step)`; missing parts are `None` constants.
pub(super) fn newslice(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    if hop.nargs() == 1 {
        let none = hop.rt.intern_repr(Repr::None);
        let missing = crate::hop::Arg {
            v: Operand::host(Value::None),
            ann: rpy_annotator::AnnId::NONE,
            repr: none,
        };
        hop.args.insert(0, missing);
    }
    let result = hop.result;
    let Repr::Slice(parts) = hop.rt.repr(result).clone() else {
        return Err(hop.unsupported());
    };
    let mut values = vec![];
    for (i, part) in parts.iter().enumerate().take(hop.nargs()) {
        if !hop.rt.is_void(*part)? {
            values.push((NAMES[i], hop.inputarg(i, *part)?));
        }
    }
    make(hop, result, values)
}

fn make(ll: &mut LLOps<'_, '_>, repr: ReprId, values: Vec<(&str, Operand)>) -> Res<Operand> {
    let to = ll.target_of(repr)?;
    let ptr = ll.rt.lowleveltype(repr)?;
    let v = ll.genop(OpCode::Malloc, [Operand::Const(Const::Type(to))], ptr);
    for (name, x) in values {
        ll.setfield(v.clone(), name, x);
    }
    Ok(v)
}

/// Converts part by part.
pub(super) fn convert(ll: &mut LLOps<'_, '_>, v: &Operand, from: &[ReprId; 3], to: &[ReprId; 3]) -> Res<Operand> {
    let mut values = vec![];
    for i in 0..3 {
        if ll.rt.is_void(to[i])? {
            continue;
        }
        let x = if ll.rt.is_void(from[i])? {
            Operand::host(Value::None)
        } else {
            ll.getfield(v.clone(), NAMES[i])?
        };
        values.push((NAMES[i], ll.convertvar(x, from[i], to[i])?));
    }
    let repr = ll.rt.intern_repr(Repr::Slice(*to));
    make(ll, repr, values)
}

/// The ends that a slice object in argument `i` describes.
pub(super) fn bounds(hop: &mut Hop<'_, '_>, i: usize) -> Res<(Operand, Stop)> {
    let Repr::Slice(parts) = hop.arg_kind(i) else {
        return Err(hop.unsupported());
    };
    let v = hop.arg(i)?;
    let start = if hop.rt.is_void(parts[0])? {
        Operand::signed(0)
    } else {
        hop.getfield(v.clone(), "start")?
    };
    let stop = if hop.rt.is_void(parts[1])? {
        Stop::Missing
    } else {
        Stop::At(hop.getfield(v, "stop")?)
    };
    Ok((start, stop))
}

/// `s.start` and the other attributes.
pub(super) fn lower(hop: &mut Hop<'_, '_>) -> Res<Option<Operand>> {
    let Repr::Slice(parts) = hop.arg_kind(0) else {
        return Ok(None);
    };
    if hop.code != OpCode::Getattr {
        return Ok(None);
    }
    let name = hop.name(1)?;
    let Some(i) = NAMES.iter().position(|n| *n == &*name) else {
        return Ok(None);
    };
    hop.exception_cannot_occur();
    let x = if hop.rt.is_void(parts[i])? {
        Operand::host(Value::None)
    } else {
        let v = hop.arg(0)?;
        hop.getfield(v, NAMES[i])?
    };
    hop.to_result(x, parts[i]).map(Some)
}
