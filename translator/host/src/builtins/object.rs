//! `object`.

use super::{Attr, TypeSpec, def, free, none, this};
use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, Layout, NativeDef, ObjData};
use crate::value::{ObjId, Value};

const SLOTS: &[NativeDef] = &[
    free("__init__", init),
    def("__repr__", 0, 0, repr),
    def("__str__", 0, 0, str),
    def("__hash__", 0, 0, hash),
    def("__getattribute__", 1, 1, getattribute),
    def("__setattr__", 2, 2, setattr),
    def("__delattr__", 1, 1, delattr),
];

const METHODS: &[NativeDef] = &[
    def("__reduce__", 0, 1, reduce),
    def("__reduce_ex__", 0, 1, reduce_ex),
    def("__format__", 1, 1, format),
    def("__sizeof__", 0, 0, sizeof),
];

const CLASS_METHODS: &[NativeDef] = &[def("__subclasshook__", 1, 1, subclasshook)];

const ATTRS: &[Attr] = &[("__class__", get_class, Some(set_class))];

/// Installs the type.
pub fn setup(h: &mut Host) {
    let spec = TypeSpec {
        methods: METHODS,
        slots: SLOTS,
        attrs: ATTRS,
        class_methods: CLASS_METHODS,
        new: Some(new),
        new_args: (0, -1),
        new_names: &["**"],
        doc: Some("The most base type"),
        ..TypeSpec::default()
    };
    let object = h.types.object;
    h.install(object, &spec);
    let dict = h.dict_of(Value::Obj(object));
    let find = |h: &Host, name| h.dict_get_name(dict, name).unwrap_or(Value::None);
    h.object_new = find(h, h.names.d_new);
    h.object_init = find(h, h.names.d_init);
    h.object_str = find(h, h.names.d_str);
}

fn new(h: &mut Host, a: Args<'_>) -> Res {
    let Some(class) = this(&a).obj() else {
        return Err(h.type_error("object.__new__(): not enough arguments"));
    };
    if a.pos.len() > 1 || !a.kw.is_empty() {
        let (new_name, init_name) = (h.names.d_new, h.names.d_init);
        let own_new = h.lookup_type(class, new_name) != Some(h.object_new);
        let own_init = h.lookup_type(class, init_name) != Some(h.object_init);
        if !own_init || (own_new && !own_init) {
            return Err(h.type_error("object() takes no parameters"));
        }
    }
    h.bare_object(class)
}

fn init(h: &mut Host, a: Args<'_>) -> Res {
    if a.pos.len() > 1 || !a.kw.is_empty() {
        let class = h.type_id(this(&a));
        let (new_name, init_name) = (h.names.d_new, h.names.d_init);
        let own_new = h.lookup_type(class, new_name) != Some(h.object_new);
        let own_init = h.lookup_type(class, init_name) != Some(h.object_init);
        if !own_new && own_init {
            return Err(h.type_error("object.__init__() takes no parameters"));
        }
    }
    Ok(Value::None)
}

fn repr(h: &mut Host, a: Args<'_>) -> Res {
    let text = h.default_repr(this(&a));
    Ok(h.new_str(text))
}

fn str(h: &mut Host, a: Args<'_>) -> Res {
    let bytes = h.repr_bytes(this(&a))?;
    Ok(h.new_str(bytes))
}

fn hash(h: &mut Host, a: Args<'_>) -> Res {
    Ok(Value::Int(h.identity_hash(this(&a))))
}

/// An attribute name argument, interned.
pub(crate) fn name_arg(h: &mut Host, value: Value) -> Res<ObjId> {
    if let Some(bytes) = h.str_bytes(value).cloned() {
        return Ok(h.intern_bytes(&bytes));
    }
    if h.unicode_chars(value).is_some() {
        let bytes = h.encode_ascii(value)?;
        return Ok(h.intern_bytes(&bytes));
    }
    let text = format!("attribute name must be string, not '{}'", h.class_name_of(value));
    Err(h.type_error(text))
}

fn getattribute(h: &mut Host, a: Args<'_>) -> Res {
    let name = name_arg(h, a.get(1))?;
    match h.generic_attribute(this(&a), name)? {
        Some(value) => Ok(value),
        None => Err(h.attribute_error(this(&a), name)),
    }
}

fn setattr(h: &mut Host, a: Args<'_>) -> Res {
    let name = name_arg(h, a.get(1))?;
    none(h.generic_set(this(&a), name, a.get(2)))
}

fn delattr(h: &mut Host, a: Args<'_>) -> Res {
    let name = name_arg(h, a.get(1))?;
    none(h.generic_set(this(&a), name, Value::HOLE))
}

fn reduce_with(h: &mut Host, value: Value, protocol: i64) -> Res {
    let copy_reg = h.import_absolute("copy_reg")?;
    let name = if protocol >= 2 { "__reduce_2" } else { "_reduce_ex" };
    let func = match h.getattr_opt(copy_reg, name)? {
        Some(func) => func,
        None => h.getattr(copy_reg, "_reduce_ex")?,
    };
    if protocol >= 2 {
        return h.call_value(func, &[value], &[]);
    }
    h.call_value(func, &[value, Value::Int(protocol)], &[])
}

fn reduce(h: &mut Host, a: Args<'_>) -> Res {
    let protocol = if a.get(1).is_hole() { 0 } else { h.to_i64(a.get(1))? };
    reduce_with(h, this(&a), protocol)
}

fn reduce_ex(h: &mut Host, a: Args<'_>) -> Res {
    let protocol = if a.get(1).is_hole() { 0 } else { h.to_i64(a.get(1))? };
    let name = h.names.d_reduce;
    let class = h.type_id(this(&a));
    let own = h.lookup_type(class, name);
    let object = h.types.object;
    let default = h.lookup_type(object, name);
    if let Some(own) = own
        && Some(own) != default
    {
        return h.call_special(own, this(&a), &[]);
    }
    reduce_with(h, this(&a), protocol)
}

fn format(h: &mut Host, a: Args<'_>) -> Res {
    let text = h.to_str_bytes(this(&a))?;
    let text = h.new_str(text);
    crate::format::spec::format_value(h, text, a.get(1))
}

fn sizeof(_: &mut Host, _: Args<'_>) -> Res {
    Ok(Value::Int(16))
}

fn subclasshook(h: &mut Host, _: Args<'_>) -> Res {
    Ok(h.not_implemented)
}

fn get_class(h: &mut Host, value: Value) -> Res {
    Ok(Value::Obj(h.type_id(value)))
}

fn set_class(h: &mut Host, value: Value, new: Value) -> Res<()> {
    let Some(class) = h.class(new) else {
        if new.is_hole() {
            return Err(h.type_error("can't delete __class__ attribute"));
        }
        let text = format!(
            "__class__ must be set to new-style class, not '{}' object",
            h.class_name_of(new)
        );
        return Err(h.type_error(text));
    };
    let (layout, slots, has_dict, builtin) = (class.layout, class.slots.clone(), class.has_dict, class.builtin);
    let old = h
        .class(Value::Obj(h.type_id(value)))
        .map(|c| (c.layout, c.slots.clone(), c.has_dict, c.builtin));
    if builtin || old.as_ref().is_some_and(|o| o.3) {
        return Err(h.type_error("__class__ assignment: only for heap types"));
    }
    let compatible = old.is_some_and(|o| (o.0, o.1, o.2) == (layout, slots, has_dict));
    let (Value::Obj(id), Value::Obj(new_class)) = (value, new) else {
        return Ok(());
    };
    match h.heap.get_mut(id) {
        ObjData::Instance(i) if compatible => i.class = new_class,
        ObjData::Class(c) => c.metaclass = new_class,
        _ => {
            let old = h.class_name_of(value);
            let text = format!(
                "__class__ assignment: '{old}' object layout differs from '{}'",
                h.class_name(new)
            );
            return Err(h.type_error(text));
        }
    }
    h.method_cache.invalidate();
    let _ = Layout::Object;
    Ok(())
}

/// `__dict__` of instances.
pub fn get_dict(h: &mut Host, value: Value) -> Res {
    match h.instance_dict(value) {
        Some(dict) => Ok(Value::Obj(dict)),
        None => {
            let name = h.names.d_dict;
            Err(h.attribute_error(value, name))
        }
    }
}

/// Replaces `__dict__` of instances.
pub fn set_dict(h: &mut Host, value: Value, new: Value) -> Res<()> {
    let Some(dict) = new.obj().filter(|_| h.is_dict(new)) else {
        let text = format!("__dict__ must be set to a dictionary, not a '{}'", h.class_name_of(new));
        return Err(h.type_error(text));
    };
    if let Value::Obj(id) = value
        && let ObjData::Instance(i) = h.heap.get_mut(id)
    {
        i.dict = dict;
    }
    Ok(())
}

/// `__weakref__` of instances.
pub fn get_weakref(h: &mut Host, value: Value) -> Res {
    let found = value
        .obj()
        .and_then(|id| h.weakrefs.get(&id))
        .and_then(|list| list.first().copied());
    Ok(found.map_or(Value::None, Value::Obj))
}
