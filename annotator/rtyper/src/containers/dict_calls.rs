//! Methods of dicts and the library functions on them.

use super::dict::{call, functions, key_arg, value_arg, value_result};
use super::list::list_result;
use super::{RDICT, list};
use crate::hop::Hop;
use crate::repr::{Repr, ReprId};
use crate::rtyper::Res;
use rpy_annotator::{Intrinsic as I, IterKind};
use rpy_flow::{OpCode, Operand};
use rpy_host::Value;
use rpy_lltype::LLTypes;

/// A call of a method; `None` if there is none of that name.
pub(super) fn method(hop: &mut Hop<'_, '_>, name: &str) -> Res<Option<Operand>> {
    Ok(Some(match name {
        "get" => get(hop)?,
        "setdefault" => {
            let (key, value) = (key_arg(hop, 1)?, value_arg(hop, 2)?);
            let v = call(hop, "ll_dict_setdefault", vec![key, value])?;
            value_result(hop, v)?
        }
        "copy" => copy(hop)?,
        "update" => {
            let dict = hop.arg_repr(0);
            let other = hop.inputarg(1, dict)?;
            call(hop, "ll_dict_update", vec![other])?
        }
        "keys" | "values" | "items" => whole(hop, name)?,
        "iterkeys" | "__iter__" => super::iter::make(hop, 0, IterKind::Keys)?,
        "itervalues" => super::iter::make(hop, 0, IterKind::Values)?,
        "iteritems" => super::iter::make(hop, 0, IterKind::Pairs)?,
        "clear" => {
            let v = hop.arg(0)?;
            hop.helper(RDICT, "ll_dict_clear", vec![v])?
        }
        "has_key" | "__contains__" => {
            let key = key_arg(hop, 1)?;
            call(hop, "ll_dict_contains", vec![key])?
        }
        "popitem" => popitem(hop)?,
        "pop" => {
            let key = key_arg(hop, 1)?;
            let v = if hop.nargs() > 2 {
                let default = value_arg(hop, 2)?;
                call(hop, "ll_dict_pop_default", vec![key, default])?
            } else {
                call(hop, "ll_dict_pop", vec![key])?
            };
            value_result(hop, v)?
        }
        "__len__" => {
            hop.code = OpCode::Len;
            return super::dict::lower(hop);
        }
        _ => return Ok(None),
    }))
}

fn get(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let dict = hop.arg_repr(0);
    let (_, value) = hop.rt.dict_parts(dict)?;
    let key = key_arg(hop, 1)?;
    if hop.rt.is_void(value)? {
        // The value says nothing that its type does not say.
        return super::list::void_item(hop, value);
    }
    let default = if hop.nargs() > 2 {
        value_arg(hop, 2)?
    } else {
        hop.ll.inputconst(value, Value::None)?
    };
    let v = call(hop, "ll_dict_get", vec![key, default])?;
    value_result(hop, v)
}

fn copy(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let dict = hop.arg_repr(0);
    let v = hop.arg(0)?;
    let [hash, _] = functions(hop, dict)?;
    hop.helper(RDICT, "ll_dict_copy", vec![v, hash])
}

fn popitem(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let dict = hop.arg_repr(0);
    let (key, value) = hop.rt.dict_parts(dict)?;
    let pair = hop.rt.intern_repr(Repr::Tuple([key, value].into()));
    let to = hop.target_of(pair)?;
    let v = hop.arg(0)?;
    let [hash, _] = functions(hop, dict)?;
    hop.exception_is_here();
    let v = hop.helper_of_type(RDICT, "ll_dict_popitem", to, vec![v, hash])?;
    hop.to_result(v, pair)
}

fn whole(hop: &mut Hop<'_, '_>, name: &str) -> Res<Operand> {
    let dict = hop.arg_repr(0);
    let (key, value) = hop.rt.dict_parts(dict)?;
    let v = hop.arg(0)?;
    match name {
        "keys" => list_result(hop, key, |hop, to| {
            hop.helper_of_type(RDICT, "ll_dict_keys", to, vec![v])
        }),
        "values" => list_result(hop, value, |hop, to| {
            hop.helper_of_type(RDICT, "ll_dict_values", to, vec![v])
        }),
        _ => {
            let pair = hop.rt.intern_repr(Repr::Tuple([key, value].into()));
            let pair_type = hop.target_of(pair)?;
            let pair_type = hop.rt.type_operand(pair_type);
            list_result(hop, pair, |hop, to| {
                hop.helper_of_type(RDICT, "ll_dict_items", to, vec![pair_type, v])
            })
        }
    }
}

/// An array of the keys of argument `i`, as items of a representation.
pub(super) fn keys_as_array(hop: &mut Hop<'_, '_>, i: usize, wanted: ReprId) -> Res<Operand> {
    let dict = hop.arg_repr(i);
    let (key, _) = hop.rt.dict_parts(dict)?;
    let of = hop.rt.lowleveltype(key)?;
    let array = hop.rt.types_mut().gc_array(of);
    let v = hop.arg(i)?;
    let v = hop.helper_of_type(RDICT, "ll_dict_keys", array, vec![v])?;
    list::items_as(hop, v, key, wanted)
}

/// A call of a library function on dicts; `None` if it is another one.
pub(super) fn intrinsic(hop: &mut Hop<'_, '_>, i: I) -> Res<Option<Operand>> {
    Ok(Some(match i {
        I::Dict if hop.nargs() == 0 => super::dict::newdict(hop)?,
        I::Dict => copy(hop)?,
        I::RDict | I::ROrderedDict => new_custom(hop)?,
        I::PrepareDictUpdate => {
            let dict = hop.arg_repr(0);
            let (v, n) = (hop.arg(0)?, hop.arg_signed(1)?);
            let [hash, _] = functions(hop, dict)?;
            hop.helper(RDICT, "ll_prepare_dict_update", vec![v, n, hash])?
        }
        I::MarkDictNonNull => hop.arg(0)?,
        I::ContainsWithHash => {
            let (key, hash) = (key_arg(hop, 1)?, hop.arg_signed(2)?);
            call(hop, "ll_dict_contains_with_hash", vec![key, hash])?
        }
        I::GetitemWithHash => {
            let (key, hash) = (key_arg(hop, 1)?, hop.arg_signed(2)?);
            let v = call(hop, "ll_dict_getitem_with_hash", vec![key, hash])?;
            value_result(hop, v)?
        }
        I::SetitemWithHash => {
            let (key, hash, value) = (key_arg(hop, 1)?, hop.arg_signed(2)?, value_arg(hop, 3)?);
            call(hop, "ll_dict_setitem_with_hash", vec![key, hash, value])?
        }
        I::DelitemWithHash => {
            let (key, hash) = (key_arg(hop, 1)?, hop.arg_signed(2)?);
            call(hop, "ll_dict_delitem_with_hash", vec![key, hash])?
        }
        I::DelitemIfValueIs => {
            let (key, value) = (key_arg(hop, 1)?, value_arg(hop, 2)?);
            call(hop, "ll_dict_delitem_if_value_is", vec![key, value])?
        }
        I::MoveToEnd => {
            let key = key_arg(hop, 1)?;
            let last = if hop.nargs() > 2 {
                crate::dispatch::truth(hop, 2)?
            } else {
                Operand::bool(true)
            };
            call(hop, "ll_dict_move_to_end", vec![key, last])?
        }
        _ => return Ok(None),
    }))
}

/// `r_dict(equal, hash, …)`.
fn new_custom(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let result = hop.result;
    let to = hop.target_of(result)?;
    if hop.rt.types().field_type(to, "fnkeyeq").is_none() {
        return hop.helper_of_type(RDICT, "ll_newdict", to, vec![]);
    }
    let Repr::Dict(def) = *hop.rt.repr(result) else {
        return Err(hop.unsupported());
    };
    let Some((eq, hash)) = hop.rt.custom_key_reprs(def)? else {
        return Err(hop.unsupported());
    };
    let (eq_value, hash_value) = (hop.inputarg(0, eq)?, hop.inputarg(1, hash)?);
    let v = hop.helper_of_type(RDICT, "ll_newdict", to, vec![])?;
    for (name, repr, x) in [("fnkeyeq", eq, eq_value), ("fnkeyhash", hash, hash_value)] {
        if hop.rt.lowleveltype(repr)? != LLTypes::VOID {
            hop.setfield(v.clone(), name, x);
        }
    }
    Ok(v)
}
