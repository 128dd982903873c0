//! Making low-level types from Python calls such as `GcStruct('node', ('value', Signed))`.

use super::{type_arg, type_error};
use crate::error::Res;
use crate::host::{Host, Keywords};
use crate::value::{ObjId, Value};
use rpy_lltype::{Field, FuncSig, Hint, LLType, LLTypeId, LLTypes, StructType};

/// Names of the module that are fixed types.
pub const TYPE_CONSTANTS: &[(&str, LLTypeId)] = &[
    ("Void", LLTypes::VOID),
    ("Bool", LLTypes::BOOL),
    ("Char", LLTypes::CHAR),
    ("UniChar", LLTypes::UNICHAR),
    ("Signed", LLTypes::SIGNED),
    ("Unsigned", LLTypes::UNSIGNED),
    ("SignedLongLong", LLTypes::SIGNED),
    ("UnsignedLongLong", LLTypes::UNSIGNED),
    ("Float", LLTypes::FLOAT),
    ("SingleFloat", LLTypes::SINGLEFLOAT),
    ("LongFloat", LLTypes::LONGFLOAT),
    ("Address", LLTypes::ADDRESS),
    ("GCREF", LLTypes::GCREF),
    ("WeakRef", LLTypes::WEAKREF),
    ("WeakRefPtr", LLTypes::WEAKREFPTR),
    ("STR", LLTypes::STR),
    ("UNICODE", LLTypes::UNICODE),
    ("OBJECT", LLTypes::OBJECT),
    ("OBJECTPTR", LLTypes::OBJECTPTR),
    ("OBJECT_VTABLE", LLTypes::OBJECT_VTABLE),
    ("CLASSTYPE", LLTypes::CLASSTYPE),
];

/// `__new__` of the type classes.
pub fn new_type(host: &mut Host, class: ObjId, args: &[Value], kwargs: Keywords<'_>) -> Res {
    let t = &host.types;
    let ty = if class == t.ll_ptr {
        let to = one_type(host, args, "Ptr")?;
        host.lltypes.ptr(to)
    } else if class == t.ll_struct || class == t.ll_gcstruct {
        let gc = class == t.ll_gcstruct;
        new_struct(host, gc, args, kwargs)?
    } else if class == t.ll_array || class == t.ll_gcarray {
        let gc = class == t.ll_gcarray;
        new_array(host, gc, args, kwargs)?
    } else if class == t.ll_fixedsizearray {
        new_fixed_array(host, args, kwargs)?
    } else if class == t.ll_functype {
        new_functype(host, args)?
    } else if class == t.ll_opaque || class == t.ll_gcopaque {
        let gc = class == t.ll_gcopaque;
        new_opaque(host, gc, args, kwargs)?
    } else if class == t.ll_forward || class == t.ll_gcforward {
        host.lltypes.forward()
    } else {
        return type_error(host, "this low-level type cannot be made by calling it");
    };
    Ok(host.new_lltype(ty))
}

fn one_type(host: &mut Host, args: &[Value], what: &str) -> Res<LLTypeId> {
    let Some(&first) = args.first() else {
        return type_error(host, &format!("{what}() takes a type"));
    };
    let ty = type_arg(host, first, what)?;
    match host.lltypes.get(ty) {
        LLType::Struct(_)
        | LLType::Array { .. }
        | LLType::FixedArray { .. }
        | LLType::Func(_)
        | LLType::Opaque { .. }
        | LLType::WeakRef
        | LLType::Forward(_) => Ok(ty),
        _ => {
            let text = host.lltypes.text(ty);
            type_error(host, &format!("can only point to a container type, not to {text}"))
        }
    }
}

fn text_arg(host: &mut Host, args: &[Value], what: &str) -> Res<String> {
    match args.first().and_then(|v| host.str_text(*v)) {
        Some(text) => Ok(text),
        None => type_error(host, &format!("{what} needs a name")),
    }
}

fn new_struct(host: &mut Host, gc: bool, args: &[Value], kwargs: Keywords<'_>) -> Res<LLTypeId> {
    let name = text_arg(host, args, "Struct")?;
    let fields = fields(host, &args[1..])?;
    let hints = hints(host, kwargs)?;
    Ok(host.lltypes.intern(LLType::Struct(StructType {
        name: name.into(),
        gc,
        fields,
        hints,
        tag: 0,
    })))
}

fn fields(host: &mut Host, pairs: &[Value]) -> Res<Vec<Field>> {
    let mut fields = Vec::with_capacity(pairs.len());
    for &pair in pairs {
        let items = host.iterate_to_vec(pair)?;
        let (Some(&name), Some(&ty), 2) = (items.first(), items.get(1), items.len()) else {
            return type_error(host, "a field is a pair (name, TYPE)");
        };
        let Some(name) = host.str_text(name) else {
            return type_error(host, "field names are strings");
        };
        let ty = type_arg(host, ty, &format!("field {name}"))?;
        if fields.iter().any(|f: &Field| *f.name == *name) {
            return type_error(host, &format!("repeated field name '{name}'"));
        }
        fields.push(Field { name: name.into(), ty });
    }
    Ok(fields)
}

fn new_array(host: &mut Host, gc: bool, args: &[Value], kwargs: Keywords<'_>) -> Res<LLTypeId> {
    let hints = hints(host, kwargs)?;
    let of = item_type(host, args)?;
    Ok(host.lltypes.intern(LLType::Array { of, gc, hints }))
}

/// Either one type, or fields of an anonymous struct.
fn item_type(host: &mut Host, args: &[Value]) -> Res<LLTypeId> {
    if let [only] = args
        && let Some(ty) = host.lltype_of(*only)
    {
        return Ok(ty);
    }
    let fields = fields(host, args)?;
    Ok(host.lltypes.intern(LLType::Struct(StructType {
        name: "<arrayitem>".into(),
        gc: false,
        fields,
        hints: vec![],
        tag: 0,
    })))
}

fn new_fixed_array(host: &mut Host, args: &[Value], kwargs: Keywords<'_>) -> Res<LLTypeId> {
    let (Some(&of), Some(&Value::Int(length))) = (args.first(), args.get(1)) else {
        return type_error(host, "FixedSizeArray(TYPE, length)");
    };
    let of = type_arg(host, of, "FixedSizeArray")?;
    let Ok(length) = u64::try_from(length) else {
        return type_error(host, "negative array length");
    };
    let hints = hints(host, kwargs)?;
    Ok(host.lltypes.intern(LLType::FixedArray { of, length, hints }))
}

fn new_functype(host: &mut Host, args: &[Value]) -> Res<LLTypeId> {
    let (Some(&arg_types), Some(&result)) = (args.first(), args.get(1)) else {
        return type_error(host, "FuncType([ARGS], RESULT)");
    };
    let mut sig = FuncSig {
        args: vec![],
        result: type_arg(host, result, "the result of FuncType")?,
    };
    for arg in host.iterate_to_vec(arg_types)? {
        sig.args.push(type_arg(host, arg, "an argument of FuncType")?);
    }
    Ok(host.lltypes.intern(LLType::Func(sig)))
}

fn new_opaque(host: &mut Host, gc: bool, args: &[Value], kwargs: Keywords<'_>) -> Res<LLTypeId> {
    let name = text_arg(host, args, "OpaqueType")?;
    let mut hints = hints(host, kwargs)?;
    if let Some(&extra) = args.get(1) {
        hints.extend(dict_hints(host, extra)?);
    }
    Ok(host.lltypes.intern(LLType::Opaque {
        name: name.into(),
        gc,
        hints,
    }))
}

/// `hints={...}` and plain keywords; `adtmeths` and `rtti` say nothing about layout.
fn hints(host: &mut Host, kwargs: Keywords<'_>) -> Res<Vec<Hint>> {
    let mut found = vec![];
    for &(key, value) in kwargs {
        match host.name_text(key).as_str() {
            "hints" => found.extend(dict_hints(host, value)?),
            "adtmeths" | "rtti" => {}
            name => found.extend(hint(host, name, value)?),
        }
    }
    Ok(found)
}

fn dict_hints(host: &mut Host, dict: Value) -> Res<Vec<Hint>> {
    let mut found = vec![];
    for (key, value) in host.dict_items(dict) {
        let Some(name) = host.str_text(key) else {
            return type_error(host, "hint names are strings");
        };
        found.extend(hint(host, &name, value)?);
    }
    Ok(found)
}

/// Hints with values of no meaning for layout or code (compilation infos, objects) are kept as their host object number.
fn hint(host: &mut Host, name: &str, value: Value) -> Res<Option<Hint>> {
    Ok(match value {
        Value::None => None,
        Value::Bool(b) => Some(Hint::Int(name.into(), i64::from(b))),
        Value::Int(i) => Some(Hint::Int(name.into(), i)),
        _ => Some(match host.str_text(value) {
            Some(text) => Hint::Str(name.into(), text.into()),
            None if host.tuple_items(value).is_some() || host.list_items(value).is_some() => {
                list_hint(host, name, value)?
            }
            None => Hint::Int(name.into(), value.obj().map_or(0, |o| i64::from(o.0))),
        }),
    })
}

fn list_hint(host: &mut Host, name: &str, value: Value) -> Res<Hint> {
    let mut words = vec![];
    for item in host.iterate_to_vec(value)? {
        let text = match host.str_text(item) {
            Some(text) => text,
            None => host.repr(item),
        };
        words.push(text.into());
    }
    Ok(Hint::List(name.into(), words))
}
