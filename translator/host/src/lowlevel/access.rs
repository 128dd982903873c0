//! Attribute, item and call access on low-level types and pointers.

use super::memory::{memory_error, read, target, write};
use super::{dict_from_pairs, raise, type_error};
use crate::error::{Raised, Res};
use crate::host::Host;
use crate::object::{Builtin, LowLevel, NativeDef, NativeKind, ObjData};
use crate::value::{ObjId, Value};
use rpy_lltype::{Data, Hint, LLPtr, LLType, LLTypeId, LLValue};
use std::rc::Rc;

const TYPE_METHODS: &[NativeDef] = &[
    NativeDef {
        name: "_needsgc",
        min: 0,
        max: 0,
        kwnames: &[],
        func: |h, a| {
            let gc = h.lltype_of(a.get(0)).is_some_and(|t| h.lltypes.is_gc_ptr(t));
            Ok(Value::Bool(gc))
        },
    },
    NativeDef {
        name: "_is_varsize",
        min: 0,
        max: 0,
        kwnames: &[],
        func: |h, a| {
            let ty = h.lltype_of(a.get(0));
            Ok(Value::Bool(ty.is_some_and(|t| {
                matches!(h.lltypes.get(t), LLType::Array { .. }) || h.lltypes.var_array(t).is_some()
            })))
        },
    },
    NativeDef {
        name: "become",
        min: 1,
        max: 1,
        kwnames: &[],
        func: |h, a| {
            let (Some(fwd), Some(to)) = (h.lltype_of(a.get(0)), h.lltype_of(a.get(1))) else {
                return type_error(h, "become() takes a container type");
            };
            h.lltypes.become_type(fwd, to);
            Ok(Value::None)
        },
    },
    NativeDef {
        name: "_defl",
        min: 0,
        max: 0,
        kwnames: &[],
        func: |h, a| {
            let Some(ty) = h.lltype_of(a.get(0)) else {
                return type_error(h, "_defl() of no type");
            };
            let zero = rpy_lltype::store::zero_value(&h.lltypes, ty);
            Ok(h.from_llvalue(ty, &zero))
        },
    },
];

/// Attribute of a low-level object; `None` if it has none of that name (then the class is asked).
pub fn ll_getattr(host: &mut Host, object: Value, name: &str) -> Res<Option<Value>> {
    if let Some(ty) = host.lltype_of(object) {
        return type_attr(host, object, ty, name);
    }
    match host.llvalue_of(object) {
        Some((ty, &LLValue::Ptr(ptr))) => pointer_attr(host, ty, ptr, name),
        _ => Ok(None),
    }
}

fn type_attr(host: &mut Host, object: Value, ty: LLTypeId, name: &str) -> Res<Option<Value>> {
    if let Some(def) = TYPE_METHODS.iter().find(|d| d.name == name) {
        let owner = host.types.lowlevel_type;
        let method = Builtin {
            def: *def,
            kind: NativeKind::Method,
            module: None,
            owner,
            doc: Value::None,
        };
        return Ok(Some(
            host.alloc(ObjData::BuiltinMethod(Rc::new(method), Box::new(object))),
        ));
    }
    let found = match (host.lltypes.get(ty).clone(), name) {
        (LLType::Ptr(to), "TO") => host.new_lltype(to),
        (LLType::Array { of, .. } | LLType::FixedArray { of, .. }, "OF") => host.new_lltype(of),
        (LLType::FixedArray { length, .. }, "length") => Value::Int(length.cast_signed()),
        (LLType::Func(sig), "RESULT") => host.new_lltype(sig.result),
        (LLType::Func(sig), "ARGS") => {
            let args: Vec<Value> = sig.args.iter().map(|a| host.new_lltype(*a)).collect();
            host.new_tuple(&args)
        }
        (LLType::Struct(s), "_name") => host.new_str(&*s.name),
        (LLType::Struct(s), "_names") => {
            let names: Vec<Value> = s.fields.iter().map(|f| host.new_str(&*f.name)).collect();
            host.new_tuple(&names)
        }
        (LLType::Struct(s), "_flds") => {
            let pairs: Vec<(Value, Value)> = s
                .fields
                .iter()
                .map(|f| (host.new_str(&*f.name), host.new_lltype(f.ty)))
                .collect();
            dict_from_pairs(host, &pairs)?
        }
        (LLType::Struct(s), "_arrayfld") => match (host.lltypes.var_array(ty), s.fields.last()) {
            (Some(_), Some(last)) => host.new_str(&*last.name),
            _ => Value::None,
        },
        (_, "_gckind") => host.new_str(if host.lltypes.is_gc(ty) { "gc" } else { "raw" }),
        (LLType::Struct(s), "_hints") => hints_dict(host, &s.hints)?,
        (LLType::Array { hints, .. } | LLType::FixedArray { hints, .. } | LLType::Opaque { hints, .. }, "_hints") => {
            hints_dict(host, &hints)?
        }
        (LLType::Opaque { name: tag, .. }, "tag") => host.new_str(&*tag),
        (LLType::Struct(_), field) => match host.lltypes.field_type(ty, field) {
            Some(field_type) => host.new_lltype(field_type),
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    Ok(Some(found))
}

fn hints_dict(host: &mut Host, hints: &[Hint]) -> Res {
    let mut pairs = vec![];
    for hint in hints {
        let key = host.new_str(hint.name());
        let value = match hint {
            Hint::Int(_, i) => Value::Int(*i),
            Hint::Str(_, s) => host.new_str(&**s),
            Hint::List(_, words) => {
                let words: Vec<Value> = words.iter().map(|w| host.new_str(&**w)).collect();
                host.new_list(words)
            }
        };
        pairs.push((key, value));
    }
    dict_from_pairs(host, &pairs)
}

/// The struct field a pointer's attribute names: container and index.
fn pointer_attr(host: &mut Host, ptr_type: LLTypeId, ptr: LLPtr, name: &str) -> Res<Option<Value>> {
    let to = host.lltypes.pointee(ptr_type);
    let index = to
        .and_then(|t| host.lltypes.as_struct(t))
        .and_then(|s| s.field_index(name));
    let Some(index) = index else { return Ok(None) };
    let id = struct_target(host, ptr)?;
    read(host, id, index.cast_signed() as i64).map(Some)
}

/// The struct container a pointer names, also as item of an array of structs.
fn struct_target(host: &mut Host, ptr: LLPtr) -> Res<rpy_lltype::ContainerId> {
    let (id, index) = target(host, ptr)?;
    if let LLPtr::Item(..) = ptr {
        let i = usize::try_from(index).unwrap_or(usize::MAX);
        return match host.llstore.read(id, i) {
            Some(LLValue::Inline(inner)) => Ok(inner),
            _ => memory_error(host, "access outside of the array"),
        };
    }
    Ok(id)
}

/// `ptr.field = value`.
pub fn ll_setattr(host: &mut Host, object: Value, name: &str, value: Value) -> Res<()> {
    let Some((ty, &LLValue::Ptr(ptr))) = host.llvalue_of(object) else {
        return type_error(host, "low-level types and numbers have no settable attributes");
    };
    let to = host.lltypes.pointee(ty);
    let index = to
        .and_then(|t| host.lltypes.as_struct(t))
        .and_then(|s| s.field_index(name));
    let Some(index) = index else {
        let class = host.exceptions.attribute_error;
        let text = host.lltypes.text(ty);
        return Err(raise(host, class, &format!("{text} has no field '{name}'")));
    };
    let id = struct_target(host, ptr)?;
    write(host, id, index.cast_signed() as i64, value)
}

fn array_slot(host: &mut Host, object: Value, index: Value) -> Res<(rpy_lltype::ContainerId, i64)> {
    let (Some((_, &LLValue::Ptr(ptr))), Some(index)) = (host.llvalue_of(object), index_value(host, index)) else {
        return type_error(host, "low-level arrays are indexed by integers");
    };
    let (id, base) = target(host, ptr)?;
    Ok((id, base + index))
}

fn index_value(host: &Host, index: Value) -> Option<i64> {
    match index {
        Value::Int(i) => Some(i),
        Value::Bool(b) => Some(i64::from(b)),
        _ => match host.data(index)? {
            ObjData::RInt(_, low, _) => Some(low.cast_signed()),
            _ => None,
        },
    }
}

/// `ptr[index]`.
pub fn ll_getitem(host: &mut Host, object: Value, index: Value) -> Res {
    let (id, index) = array_slot(host, object, index)?;
    read(host, id, index)
}

/// `ptr[index] = value`.
pub fn ll_setitem(host: &mut Host, object: Value, index: Value, value: Value) -> Res<()> {
    let (id, index) = array_slot(host, object, index)?;
    write(host, id, index, value)
}

/// `len(ptr)`.
pub fn ll_len(host: &mut Host, object: Value) -> Res<usize> {
    match host.llvalue_of(object) {
        Some((_, &LLValue::Ptr(ptr))) => {
            let (id, _) = target(host, ptr)?;
            Ok(host.llstore.array_len(id))
        }
        _ => type_error(host, "only pointers to arrays have a length"),
    }
}

/// Truth: pointers and addresses are true when not null.
pub fn ll_truth(host: &Host, object: &LowLevel) -> bool {
    let _ = host;
    !matches!(
        object,
        LowLevel::Value(_, LLValue::Ptr(LLPtr::Null) | LLValue::Address(LLPtr::Null))
    )
}

/// `==` between two low-level objects.
pub fn ll_equal(host: &Host, a: &LowLevel, b: &LowLevel) -> bool {
    match (a, b) {
        (LowLevel::Type(a), LowLevel::Type(b)) => host.lltypes.same(*a, *b),
        (LowLevel::Value(_, a), LowLevel::Value(_, b)) => a == b,
        _ => false,
    }
}

/// Hash consistent with [`ll_equal`].
pub fn ll_hash(host: &Host, object: &LowLevel) -> i64 {
    match object {
        LowLevel::Type(ty) => i64::from(host.lltypes.resolve(*ty).0) * 7919 + 11,
        LowLevel::Value(_, LLValue::Ptr(LLPtr::To(id)) | LLValue::Address(LLPtr::To(id))) => {
            i64::from(id.0) * 7907 + 13
        }
        LowLevel::Value(..) => 17,
    }
}

/// `repr`.
pub fn ll_repr(host: &Host, object: &LowLevel) -> String {
    match object {
        LowLevel::Type(ty) => format!("<{}>", host.lltypes.text(*ty)),
        LowLevel::Value(ty, LLValue::Ptr(LLPtr::Null)) => format!("<null {}>", host.lltypes.text(*ty)),
        LowLevel::Value(ty, LLValue::Ptr(LLPtr::To(id))) => match &host.llstore.get(*id).data {
            Data::Func(f) => format!("<{} to fn {}>", host.lltypes.text(*ty), f.name),
            _ => format!("<{} to {id}>", host.lltypes.text(*ty)),
        },
        LowLevel::Value(ty, v) => format!("<{} {v:?}>", host.lltypes.text(*ty)),
    }
}

/// Calls a function pointer: its `_callable` stands for the function before translation.
pub fn ll_call(host: &mut Host, object: Value, args: &[Value]) -> Res {
    let Some((_, &LLValue::Ptr(ptr))) = host.llvalue_of(object) else {
        return type_error(host, "only pointers to functions can be called");
    };
    let (id, _) = target(host, ptr)?;
    let (name, callable) = match &host.llstore.get(id).data {
        Data::Func(f) => (f.name.clone(), f.callable),
        _ => return type_error(host, "only pointers to functions can be called"),
    };
    match callable {
        Some(callable) => host.call(Value::Obj(ObjId(callable)), args, &[]),
        None => Err(not_callable(host, &name)),
    }
}

fn not_callable(host: &mut Host, name: &str) -> Raised {
    let class = host.exceptions.not_implemented_error;
    raise(
        host,
        class,
        &format!("the C function {name}() can only be called in translated code"),
    )
}
