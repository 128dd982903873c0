//! Operations on dicts.

use super::RDICT;
use crate::hop::Hop;
use crate::repr::{Repr, ReprId};
use crate::rtyper::Res;
use rpy_flow::{OpCode, Operand};
use rpy_lltype::LLTypes;

/// The functions of a dict as the last two arguments of a helper.
pub(super) fn functions(hop: &mut Hop<'_, '_>, dict: ReprId) -> Res<[Operand; 2]> {
    let (hash, eq) = hop.rt.key_functions(dict)?;
    Ok([Operand::host(hash), Operand::host(eq)])
}

/// Calls a helper with the dict of argument 0, given arguments, and the dict's functions.
pub(super) fn call(hop: &mut Hop<'_, '_>, name: &'static str, args: Vec<Operand>) -> Res<Operand> {
    let dict = hop.arg_repr(0);
    let mut all = vec![hop.arg(0)?];
    all.extend(args);
    all.extend(functions(hop, dict)?);
    hop.helper(RDICT, name, all)
}

/// Argument `i` as a key of the dict in argument 0.
pub(super) fn key_arg(hop: &mut Hop<'_, '_>, i: usize) -> Res<Operand> {
    let dict = hop.arg_repr(0);
    let (key, _) = hop.rt.dict_parts(dict)?;
    hop.inputarg(i, key)
}

/// Argument `i` as a value of the dict in argument 0.
pub(super) fn value_arg(hop: &mut Hop<'_, '_>, i: usize) -> Res<Operand> {
    let dict = hop.arg_repr(0);
    let (_, value) = hop.rt.dict_parts(dict)?;
    hop.inputarg(i, value)
}

/// A value of the dict in argument 0 as the result.
pub(super) fn value_result(hop: &mut Hop<'_, '_>, v: Operand) -> Res<Operand> {
    let dict = hop.arg_repr(0);
    let (_, value) = hop.rt.dict_parts(dict)?;
    if hop.rt.is_void(value)? {
        return super::list::void_item(hop, value);
    }
    hop.to_result(v, value)
}

/// Operations whose first argument is a dict; `None` if it is none of them.
pub(super) fn lower(hop: &mut Hop<'_, '_>) -> Res<Option<Operand>> {
    Ok(Some(match hop.code {
        OpCode::Len => {
            let v = hop.arg(0)?;
            hop.exception_cannot_occur();
            hop.getfield(v, "num_live_items")?
        }
        OpCode::Getitem => {
            let key = key_arg(hop, 1)?;
            let v = call(hop, "ll_dict_getitem", vec![key])?;
            value_result(hop, v)?
        }
        OpCode::Setitem => {
            let (key, value) = (key_arg(hop, 1)?, value_arg(hop, 2)?);
            call(hop, "ll_dict_setitem", vec![key, value])?
        }
        OpCode::Delitem => {
            let key = key_arg(hop, 1)?;
            call(hop, "ll_dict_delitem", vec![key])?
        }
        OpCode::Contains => {
            let key = key_arg(hop, 1)?;
            call(hop, "ll_dict_contains", vec![key])?
        }
        _ => return Ok(None),
    }))
}

/// `{key: value, …}`.
pub(super) fn newdict(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let result = hop.result;
    let Repr::Dict(_) = hop.rt.repr(result) else {
        return Err(hop.unsupported());
    };
    let to = hop.target_of(result)?;
    let v = hop.helper_of_type(RDICT, "ll_newdict", to, vec![])?;
    let (key, value) = hop.rt.dict_parts(result)?;
    let [hash, eq] = functions(hop, result)?;
    for i in (0..hop.nargs()).step_by(2) {
        let (k, x) = (hop.inputarg(i, key)?, hop.inputarg(i + 1, value)?);
        let args = vec![v.clone(), k, x, hash.clone(), eq.clone()];
        hop.helper(RDICT, "ll_dict_setitem", args)?;
    }
    Ok(v)
}

/// Reads a part of entry number `index`.
pub(super) fn entry_field(
    hop: &mut Hop<'_, '_>,
    dict: Operand,
    index: Operand,
    part: ReprId,
    name: &str,
) -> Res<Operand> {
    let ty = hop.rt.lowleveltype(part)?;
    if ty == LLTypes::VOID {
        return Ok(Operand::void());
    }
    let entries = hop.getfield(dict, "entries")?;
    Ok(hop.genop(OpCode::Getinteriorfield, [entries, index, Operand::name(name)], ty))
}
