//! Which family lowers an operation: by the representations of its arguments.

use crate::hop::Hop;
use crate::num::{is_char, is_number};
use crate::repr::Repr;
use crate::rtyper::Res;
use crate::{class, containers, none, num, pbc, rptr, tuple};
use rpy_flow::{OpCode, Operand};
use rpy_lltype::LLTypes;

/// Lowers one operation; the result has the low-level type of the result's representation.
pub fn lower(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    // Operations whose result inference knows need no code if they have no effect.
    if let Some(value) = hop.rt.ann.anns.constant(hop.result_ann)
        && is_free_of_effects(hop.code)
    {
        hop.exception_cannot_occur();
        let result = hop.result;
        return hop.ll.inputconst(result, value);
    }
    use OpCode as O;
    match hop.code {
        O::SameAs => {
            let result = hop.result;
            hop.inputarg(0, result)
        }
        O::Bool => {
            let v = truth(hop, 0)?;
            Ok(v)
        }
        O::Not => {
            let v = truth(hop, 0)?;
            Ok(match crate::hop::const_bool(&v) {
                Some(b) => Operand::bool(!b),
                None => hop.bool_not(v),
            })
        }
        O::Is => none::lower_is(hop),
        O::Lt | O::Le | O::Eq | O::Ne | O::Gt | O::Ge | O::Cmp => compare(hop),
        O::Getattr => getattr(hop),
        O::Setattr => setattr(hop),
        O::SimpleCall | O::CallArgs => crate::call::lower(hop),
        O::Newtuple => tuple::newtuple(hop),
        O::Type => class::lower_type(hop),
        O::RaiseCheck => class::raise_check(hop),
        O::Newlist | O::Newdict | O::Newset | O::Newslice => require(hop, containers::lower),
        _ => by_first_argument(hop),
    }
}

fn is_free_of_effects(code: OpCode) -> bool {
    !matches!(
        code,
        OpCode::SimpleCall
            | OpCode::CallArgs
            | OpCode::Next
            | OpCode::Setattr
            | OpCode::Setitem
            | OpCode::Delitem
            | OpCode::Setslice
            | OpCode::Delslice
            | OpCode::Delattr
            | OpCode::RaiseCheck
    )
}

fn require(hop: &mut Hop<'_, '_>, f: impl FnOnce(&mut Hop<'_, '_>) -> Res<Option<Operand>>) -> Res<Operand> {
    match f(hop)? {
        Some(v) => Ok(v),
        None => Err(hop.unsupported()),
    }
}

fn by_first_argument(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let a = hop.arg_kind(0);
    let b = (hop.nargs() > 1).then(|| hop.arg_kind(1));
    if is_number(&a) && b.as_ref().is_none_or(is_number) {
        return match b {
            None => num::unary(hop),
            Some(_) => num::binary(hop),
        };
    }
    match &a {
        Repr::Tuple(_) => {
            if let Some(v) = tuple::lower(hop)? {
                return Ok(v);
            }
        }
        Repr::Ptr(_) | Repr::InteriorPtr { .. } | Repr::Address | Repr::TypedAddress(_) => {
            if let Some(v) = rptr::lower(hop)? {
                return Ok(v);
            }
        }
        Repr::Impossible if hop.code != OpCode::Contains => {
            return dead_code(hop);
        }
        _ => {}
    }
    require(hop, containers::lower)
}

/// An operation on a value that does not exist is never executed.
fn dead_code(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let ty = hop.result_type()?;
    hop.exception_cannot_occur();
    Ok(if ty == LLTypes::VOID {
        Operand::void()
    } else {
        hop.rt.zero(ty)
    })
}

/// Truth value of an argument.
pub fn truth(hop: &mut Hop<'_, '_>, i: usize) -> Res<Operand> {
    if let Some(value) = hop.constant(i)
        && !matches!(hop.arg_kind(i), Repr::List(_) | Repr::Dict(_))
        && let Ok(b) = hop.rt.host().is_true(value)
    {
        return Ok(Operand::bool(b));
    }
    let kind = hop.arg_kind(i);
    let v = hop.arg(i)?;
    Ok(match &kind {
        r if is_number(r) => num::truth(hop, v, r),
        Repr::Char | Repr::UniChar => Operand::bool(true),
        Repr::None | Repr::Impossible => Operand::bool(false),
        Repr::Const(_) | Repr::Desc(_) | Repr::Builtin(_) => Operand::bool(true),
        Repr::Tuple(items) => Operand::bool(!items.is_empty()),
        Repr::Ptr(_) | Repr::InteriorPtr { .. } => rptr::truth(hop, v)?,
        Repr::Address => {
            let null = Operand::ll(LLTypes::ADDRESS, rpy_lltype::LLValue::Address(rpy_lltype::LLPtr::Null));
            hop.genop(OpCode::AdrNe, [v, null], LLTypes::BOOL)
        }
        Repr::Instance(_) | Repr::Class | Repr::WeakRef | Repr::Methods { .. } => crate::convert::not_null(hop, v),
        Repr::Functions(_) | Repr::Frozen(_) | Repr::FrozenMethods { .. } => pbc::truth(hop, v)?,
        _ => containers::truth(hop, i)?,
    })
}

fn compare(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let (a, b) = (hop.arg_kind(0), hop.arg_kind(1));
    if (is_number(&a) && is_number(&b)) || (is_char(&a) && is_char(&b)) {
        return num::compare(hop);
    }
    match (&a, &b) {
        (Repr::Tuple(_), Repr::Tuple(_)) => return tuple::compare(hop),
        (Repr::Ptr(_) | Repr::Address, _) | (_, Repr::Ptr(_) | Repr::Address) => return rptr::compare(hop),
        _ => {}
    }
    if let Some(v) = containers::lower(hop)? {
        return Ok(v);
    }
    match hop.code {
        OpCode::Eq => none::lower_is(hop),
        OpCode::Ne => {
            let v = none::lower_is(hop)?;
            Ok(match crate::hop::const_bool(&v) {
                Some(b) => Operand::bool(!b),
                None => hop.bool_not(v),
            })
        }
        _ => Err(hop.unsupported()),
    }
}

fn getattr(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    match (hop.arg_kind(0), hop.rt.repr(hop.result).clone()) {
        (Repr::Instance(Some(_)), _) => crate::instance::getattr(hop),
        (Repr::Ptr(_) | Repr::InteriorPtr { .. } | Repr::Address, _) => rptr::getattr(hop),
        (_, Repr::BuiltinMethod { receiver, .. }) => hop.inputarg(0, receiver),
        (Repr::Class | Repr::Frozen(_) | Repr::Const(_) | Repr::Desc(_) | Repr::Functions(_), _) => pbc::getattr(hop),
        (Repr::Impossible, _) => dead_code(hop),
        _ => require(hop, containers::lower),
    }
}

fn setattr(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    match hop.arg_kind(0) {
        Repr::Instance(Some(_)) => crate::instance::setattr(hop),
        Repr::Ptr(_) | Repr::InteriorPtr { .. } => rptr::setattr(hop),
        Repr::Impossible => dead_code(hop),
        _ => Err(hop.unsupported()),
    }
}
