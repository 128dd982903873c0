//! Prebuilt lists, dicts, byte arrays and builders from host values.

use super::types::ListForm;
use crate::repr::{Repr, ReprId};
use crate::rtyper::{RTyper, Res};
use rpy_host::{ObjData, Value};
use rpy_lltype::store::{string_hash, unicode_hash};
use rpy_lltype::{ContainerId, LLPtr, LLTypeId, LLValue};

/// A container for a host value, contents follow.
pub(super) fn allocate(rt: &mut RTyper<'_>, repr: ReprId, kind: &Repr, value: Value) -> Res<ContainerId> {
    match kind {
        Repr::List(def) => {
            if rt.list_form(*def) == ListForm::Fixed {
                let n = host_items(rt, value)?.len();
                return allocate_array(rt, repr, n);
            }
            rt.allocate_plain(repr)
        }
        Repr::Dict(_) | Repr::Slice(_) => rt.allocate_plain(repr),
        Repr::ByteArray => {
            let bytes = byte_contents(rt, value)?;
            let (types, store) = rt.types_and_store();
            Ok(store.string(types, &bytes))
        }
        _ => Err(unavailable(rt, value)),
    }
}

fn unavailable(rt: &mut RTyper<'_>, value: Value) -> rpy_syntax::Diagnostic {
    let text = rt.host().repr(value);
    rt.error(format!(
        "{text} cannot be part of the translated program as a prebuilt object"
    ))
}

fn allocate_array(rt: &mut RTyper<'_>, repr: ReprId, n: usize) -> Res<ContainerId> {
    let ty = rt.lowleveltype(repr)?;
    let Some(to) = rt.types().pointee(ty) else {
        return Err(rt.internal("a list is not behind a pointer"));
    };
    let (types, store) = rt.types_and_store();
    Ok(store.alloc(types, to, n, true))
}

fn host_items(rt: &mut RTyper<'_>, value: Value) -> Res<Vec<Value>> {
    if let Some(items) = rt.host().list_items(value) {
        return Ok(items.clone());
    }
    match rt.host().iterate_to_vec(value) {
        Ok(items) => Ok(items),
        Err(e) => Err(rt.host_error(&e, "a prebuilt list has no items")),
    }
}

fn byte_contents(rt: &mut RTyper<'_>, value: Value) -> Res<Vec<u8>> {
    let mut bytes = vec![];
    for item in host_items(rt, value)? {
        match rt.int_of(item).and_then(|n| u8::try_from(n).ok()) {
            Some(b) => bytes.push(b),
            None => return Err(unavailable(rt, value)),
        }
    }
    Ok(bytes)
}

/// Fills the container of a host value.
pub(super) fn fill(rt: &mut RTyper<'_>, repr: ReprId, kind: &Repr, value: Value, container: ContainerId) -> Res<()> {
    match kind {
        Repr::List(def) => match rt.list_form(*def) {
            ListForm::Fixed => fill_array(rt, repr, value, container),
            ListForm::Resizable => fill_resizable(rt, repr, value, container),
            ListForm::Range(_) => fill_range(rt, value, container),
        },
        Repr::Dict(_) => fill_dict(rt, repr, value, container),
        Repr::ByteArray => Ok(()),
        Repr::Slice(parts) => fill_slice(rt, parts, value, container),
        _ => Err(unavailable(rt, value)),
    }
}

fn fill_array(rt: &mut RTyper<'_>, repr: ReprId, value: Value, array: ContainerId) -> Res<()> {
    let item = rt.list_item(repr)?;
    if rt.is_void(item)? {
        return Ok(());
    }
    for (i, x) in host_items(rt, value)?.into_iter().enumerate() {
        let x = rt.convert_const(item, x)?;
        rt.store_mut().write(array, i, x);
    }
    Ok(())
}

fn fill_resizable(rt: &mut RTyper<'_>, repr: ReprId, value: Value, list: ContainerId) -> Res<()> {
    let n = host_items(rt, value)?.len();
    let ty = rt.store().get(list).ty;
    let array_type = pointer_field(rt, ty, "items")?;
    let (types, store) = rt.types_and_store();
    let array = store.alloc(types, array_type, n, true);
    store.get_mut(array).immortal = true;
    fill_array(rt, repr, value, array)?;
    rt.store_field(list, "length", int(n))?;
    rt.store_field(list, "items", LLValue::Ptr(LLPtr::To(array)))
}

fn fill_range(rt: &mut RTyper<'_>, value: Value, range: ContainerId) -> Res<()> {
    let mut numbers = vec![];
    for x in host_items(rt, value)? {
        match rt.int_of(x).and_then(|n| i64::try_from(n).ok()) {
            Some(n) => numbers.push(n),
            None => return Err(unavailable(rt, value)),
        }
    }
    let start = numbers.first().copied().unwrap_or(0);
    let step = match numbers[..] {
        [a, b, ..] => b.wrapping_sub(a),
        _ => 1,
    };
    let stop = numbers.last().map_or(0, |last| last.wrapping_add(step));
    rt.store_field(range, "start", LLValue::Int(start))?;
    rt.store_field(range, "stop", LLValue::Int(stop))?;
    let ty = rt.store().get(range).ty;
    if rt.types().field_type(ty, "step").is_some() {
        rt.store_field(range, "step", LLValue::Int(step))?;
    }
    Ok(())
}

fn int(n: usize) -> LLValue {
    LLValue::Int(i64::try_from(n).expect("sizes fit"))
}

fn pointer_field(rt: &RTyper<'_>, ty: LLTypeId, name: &str) -> Res<LLTypeId> {
    rt.types()
        .field_type(ty, name)
        .and_then(|f| rt.types().pointee(f))
        .ok_or_else(|| rt.internal(format!("no pointer field {name}")))
}

fn fill_slice(rt: &mut RTyper<'_>, parts: &[ReprId; 3], value: Value, container: ContainerId) -> Res<()> {
    for (name, part) in ["start", "stop", "step"].iter().zip(parts) {
        if rt.is_void(*part)? {
            continue;
        }
        let found = rt.host().getattr_opt(value, name);
        let Ok(Some(x)) = found else {
            return Err(unavailable(rt, value));
        };
        let x = rt.convert_const(*part, x)?;
        rt.store_field(container, name, x)?;
    }
    Ok(())
}

/// Items of a host dict or of the dict inside a host `r_dict` or `OrderedDict`.
fn dict_pairs(rt: &mut RTyper<'_>, value: Value) -> Res<Vec<(Value, Value)>> {
    if rt.host().dict_data(value).is_some() && !has_own_items(rt, value) {
        return Ok(rt.host().dict_items(value));
    }
    let items = rt
        .host()
        .getattr(value, "items")
        .and_then(|f| rt.ann.host.call(f, &[], &[]));
    let items = match items.and_then(|l| rt.ann.host.iterate_to_vec(l)) {
        Ok(items) => items,
        Err(e) => return Err(rt.host_error(&e, "a prebuilt dict has no items")),
    };
    let mut pairs = vec![];
    for item in items {
        match rt.host().tuple_items(item).map(|t| t.to_vec()).as_deref() {
            Some([k, v]) => pairs.push((*k, *v)),
            _ => return Err(unavailable(rt, value)),
        }
    }
    Ok(pairs)
}

/// Whether the value is an instance of a subclass of `dict`, whose order may be its own.
fn has_own_items(rt: &mut RTyper<'_>, value: Value) -> bool {
    matches!(rt.host().data(value), Some(ObjData::Instance(_)))
}

fn fill_dict(rt: &mut RTyper<'_>, repr: ReprId, value: Value, dict: ContainerId) -> Res<()> {
    let pairs = dict_pairs(rt, value)?;
    let (key, val) = rt.dict_parts(repr)?;
    let ty = rt.store().get(dict).ty;
    let entries_type = pointer_field(rt, ty, "entries")?;
    let n = pairs.len();
    let (types, store) = rt.types_and_store();
    let entries = store.alloc(types, entries_type, n, true);
    store.get_mut(entries).immortal = true;
    let stores_hash = rt.dict_stores_hash(repr)?;
    let custom = match rt.repr(repr) {
        Repr::Dict(def) => rt.ann.dict(*def).custom.is_some(),
        _ => false,
    };
    let mut hashes = vec![];
    for (i, (k, v)) in pairs.into_iter().enumerate() {
        let hash = if custom { None } else { stable_hash(rt, key, k)? };
        let Some(LLValue::Inline(entry)) = rt.store().read(entries, i) else {
            return Err(rt.internal("entries of a dict are not inlined"));
        };
        for (name, part, x) in [("key", key, k), ("value", val, v)] {
            if !rt.is_void(part)? {
                let x = rt.convert_const(part, x)?;
                rt.store_field(entry, name, x)?;
            }
        }
        if stores_hash {
            rt.store_field(entry, "hash", LLValue::Int(hash.unwrap_or(0)))?;
        }
        hashes.push(hash);
    }
    rt.store_field(dict, "num_live_items", int(n))?;
    rt.store_field(dict, "num_ever_used", int(n))?;
    rt.store_field(dict, "entries", LLValue::Ptr(LLPtr::To(entries)))?;
    if let Some(hashes) = hashes.into_iter().collect::<Option<Vec<i64>>>() {
        fill_indexes(rt, dict, &hashes)?;
    }
    fill_key_functions(rt, repr, value, dict)
}

/// The hash that translated code computes for a key, if it is known before.
fn stable_hash(rt: &mut RTyper<'_>, key: ReprId, value: Value) -> Res<Option<i64>> {
    Ok(match rt.repr(key) {
        Repr::Str if value.is_none() => Some(0),
        Repr::Unicode if value.is_none() => Some(0),
        Repr::Str => rt.host().str_bytes(value).map(|b| string_hash(b)),
        Repr::Unicode => rt.host().unicode_chars(value).map(|c| unicode_hash(c)),
        Repr::Int(_) | Repr::Bool | Repr::Char | Repr::UniChar => match rt.convert_const(key, value)? {
            LLValue::Int(n) => Some(n),
            LLValue::Bool(b) => Some(i64::from(b)),
            LLValue::Char(c) => Some(i64::from(c)),
            LLValue::UniChar(c) => Some(i64::from(c)),
            _ => None,
        },
        _ => None,
    })
}

const INITIAL_SLOTS: usize = 8;

/// The table of entry numbers, as the helpers in `rdict.py` would build it.
fn fill_indexes(rt: &mut RTyper<'_>, dict: ContainerId, hashes: &[i64]) -> Res<()> {
    let mut slots = INITIAL_SLOTS;
    while slots <= hashes.len() * 2 {
        slots *= 2;
    }
    let mask = u64::try_from(slots - 1).expect("sizes fit");
    let mut table = vec![0usize; slots];
    for (i, hash) in hashes.iter().enumerate() {
        let mut perturb = hash.cast_unsigned();
        let mut at = perturb & mask;
        while table[index(at)] != 0 {
            perturb >>= 5;
            at = at.wrapping_mul(5).wrapping_add(perturb).wrapping_add(1) & mask;
        }
        table[index(at)] = i + 2;
    }
    let ty = rt.store().get(dict).ty;
    let indexes_type = pointer_field(rt, ty, "indexes")?;
    let (types, store) = rt.types_and_store();
    let indexes = store.alloc(types, indexes_type, slots, true);
    store.get_mut(indexes).immortal = true;
    for (at, entry) in table.into_iter().enumerate() {
        store.write(indexes, at, int(entry));
    }
    rt.store_field(dict, "indexes", LLValue::Ptr(LLPtr::To(indexes)))?;
    let free = i64::try_from(slots * 2).expect("sizes fit") - i64::try_from(hashes.len() * 3).expect("sizes fit");
    rt.store_field(dict, "resize_counter", LLValue::Int(free))
}

fn index(at: u64) -> usize {
    usize::try_from(at).expect("masked")
}

/// The functions of an `r_dict` that are known at run time only.
fn fill_key_functions(rt: &mut RTyper<'_>, repr: ReprId, value: Value, dict: ContainerId) -> Res<()> {
    let ty = rt.store().get(dict).ty;
    let Repr::Dict(def) = *rt.repr(repr) else { return Ok(()) };
    if rt.types().field_type(ty, "fnkeyeq").is_none() {
        return Ok(());
    }
    let Some((eq, hash)) = rt.custom_key_reprs(def)? else {
        return Ok(());
    };
    for (field, attr, part) in [("fnkeyeq", "key_eq", eq), ("fnkeyhash", "key_hash", hash)] {
        if rt.is_void(part)? {
            continue;
        }
        let found = rt.host().getattr_opt(value, attr);
        let Ok(Some(f)) = found else {
            return Err(unavailable(rt, value));
        };
        let f = rt.convert_const(part, f)?;
        rt.store_field(dict, field, f)?;
    }
    Ok(())
}
