//! Conversions between representations, where values of one annotation flow into a variable of a wider one.

use crate::llops::LLOps;
use crate::repr::{Repr, ReprId};
use crate::rtyper::Res;
use rpy_flow::{Const, OpCode, Operand};
use rpy_host::Value;
use rpy_lltype::LLTypes;

/// Converts `v` from a representation to another.
pub fn convert(ll: &mut LLOps<'_, '_>, v: Operand, from: ReprId, to: ReprId) -> Res<Operand> {
    if let Operand::Const(Const::Host(value)) = v {
        return ll.inputconst(to, value);
    }
    if from == to {
        return Ok(v);
    }
    let (a, b) = (ll.rt.repr(from).clone(), ll.rt.repr(to).clone());
    if let Some(done) = convert_pair(ll, &v, (from, &a), (to, &b))? {
        return Ok(done);
    }
    Err(ll.rt.error(format!(
        "a value represented as {} cannot become {}",
        ll.rt.repr_text(from),
        ll.rt.repr_text(to)
    )))
}

fn convert_pair(
    ll: &mut LLOps<'_, '_>,
    v: &Operand,
    (from, a): (ReprId, &Repr),
    (to, b): (ReprId, &Repr),
) -> Res<Option<Operand>> {
    let to_type = ll.rt.lowleveltype(to)?;
    let result = match (a, b) {
        (Repr::Impossible, _) => {
            // Never executed; any value of the right type will do.
            Some(if to_type == LLTypes::VOID {
                Operand::void()
            } else {
                ll.rt.zero(to_type)
            })
        }
        (Repr::None, _) => Some(ll.inputconst(to, Value::None)?),
        (Repr::Const(value), _) => Some(ll.inputconst(to, *value)?),
        (_, Repr::None | Repr::Impossible | Repr::Const(_)) => Some(void_of(b)),
        (_, Repr::Desc(_)) | (Repr::Builtin(_), Repr::Builtin(_)) => Some(Operand::void()),
        (Repr::Desc(d), _) => Some(ll.rt.desc_operand(*d, to)?),
        (
            Repr::Bool | Repr::Int(_) | Repr::Float | Repr::SingleFloat | Repr::LongFloat | Repr::Char | Repr::UniChar,
            _,
        ) => match crate::num::convert_from(ll, v, a, b)? {
            Some(done) => Some(done),
            None => crate::containers::convert(ll, v, (from, a), (to, b))?,
        },
        (Repr::Instance(_), Repr::Instance(_)) | (Repr::Methods { .. }, Repr::Methods { .. }) => {
            Some(ll.cast_pointer(v.clone(), to_type))
        }
        (Repr::Class, Repr::Class) => Some(v.clone()),
        (Repr::Tuple(x), Repr::Tuple(y)) => crate::tuple::convert(ll, v, x, y, to)?,
        (Repr::Functions(_) | Repr::Frozen(_) | Repr::FrozenMethods { .. }, _) => {
            crate::pbc::convert(ll, v, (from, a), (to, b))?
        }
        (Repr::BuiltinMethod { receiver: x, .. }, Repr::BuiltinMethod { receiver: y, .. })
        | (Repr::AdtMethod { receiver: x, .. }, Repr::AdtMethod { receiver: y, .. }) => {
            Some(ll.convertvar(v.clone(), *x, *y)?)
        }
        _ => crate::containers::convert(ll, v, (from, a), (to, b))?,
    };
    if result.is_some() {
        return Ok(result);
    }
    // Values that already have the wanted type need nothing: pointers seen through helpers' eyes and back.
    let from_type = ll.rt.lowleveltype(from)?;
    Ok(ll.rt.types().same(from_type, to_type).then(|| v.clone()))
}

fn void_of(b: &Repr) -> Operand {
    match b {
        Repr::Const(value) => Operand::Const(Const::Host(*value)),
        Repr::None => Operand::Const(Const::Host(Value::None)),
        _ => Operand::void(),
    }
}

/// Truth value of `v` in a representation whose truth is "is not null".
pub fn not_null(ll: &mut LLOps<'_, '_>, v: Operand) -> Operand {
    ll.genop(OpCode::PtrNonzero, [v], LLTypes::BOOL)
}
