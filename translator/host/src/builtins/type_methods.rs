//! `type`, `classobj`, `instance`.

use super::{Attr, TypeSpec, def, free, given, none, this};
use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, NativeDef, ObjData};
use crate::value::{ObjId, Value};

const SLOTS: &[NativeDef] = &[
    free("__call__", call),
    free("__init__", init),
    def("__getattribute__", 1, 1, getattribute),
    def("__setattr__", 2, 2, setattr),
    def("__delattr__", 1, 1, delattr),
    def("__repr__", 0, 0, super::slots::repr),
];

const METHODS: &[NativeDef] = &[
    def("mro", 0, 0, mro),
    def("__subclasses__", 0, 0, subclasses),
    def("__instancecheck__", 1, 1, instancecheck),
    def("__subclasscheck__", 1, 1, subclasscheck),
];

const ATTRS: &[Attr] = &[
    ("__name__", get_name, Some(set_name)),
    ("__bases__", get_bases, Some(set_bases)),
    ("__base__", get_base, None),
    ("__mro__", get_mro, None),
    ("__dict__", get_dict, None),
    ("__module__", get_module, Some(set_module)),
    ("__abstractmethods__", get_abstract, Some(set_abstract)),
    ("__basicsize__", get_basicsize, None),
    ("__itemsize__", get_zero, None),
    ("__dictoffset__", get_zero, None),
    ("__weakrefoffset__", get_zero, None),
    ("__flags__", get_flags, None),
];

/// Installs the types.
pub fn setup(h: &mut Host) {
    let spec = TypeSpec {
        methods: METHODS,
        slots: SLOTS,
        attrs: ATTRS,
        new: Some(new),
        new_args: (0, -1),
        new_names: &["**"],
        doc: Some("type(object) -> the object's type\ntype(name, bases, dict) -> a new type"),
        ..TypeSpec::default()
    };
    let type_ = h.types.type_;
    h.install(type_, &spec);
    let spec = TypeSpec {
        new: Some(new_classobj),
        new_args: (3, 3),
        ..TypeSpec::default()
    };
    let classobj = h.types.classobj;
    h.install(classobj, &spec);
    let spec = TypeSpec {
        new: Some(new_old_instance),
        new_args: (1, 2),
        ..TypeSpec::default()
    };
    let instance = h.types.instance;
    h.install(instance, &spec);
}

fn new(h: &mut Host, a: Args<'_>) -> Res {
    let Some(meta) = this(&a).obj() else {
        return Err(h.type_error("type.__new__(): not enough arguments"));
    };
    if a.pos.len() == 2 && a.kw.is_empty() && meta == h.types.type_ {
        return Ok(Value::Obj(h.type_id(a.get(1))));
    }
    if a.pos.len() != 4 {
        return Err(h.type_error("type() takes 1 or 3 arguments"));
    }
    let (name, bases, dict) = (a.get(1), a.get(2), a.get(3));
    if h.str_bytes(name).is_none() {
        let text = format!("type() argument 1 must be string, not {}", h.class_name_of(name));
        return Err(h.type_error(text));
    }
    let Some(items) = h.tuple_items(bases).cloned() else {
        let text = format!("type() argument 2 must be tuple, not {}", h.class_name_of(bases));
        return Err(h.type_error(text));
    };
    if !h.is_dict(dict) {
        let text = format!("type() argument 3 must be dict, not {}", h.class_name_of(dict));
        return Err(h.type_error(text));
    }
    let winner = h.winning_metaclass(meta, &items)?;
    if winner != meta {
        let new_name = h.names.d_new;
        let type_ = h.types.type_;
        let own = h.lookup_type(winner, new_name);
        if own != h.lookup_type(type_, new_name)
            && let Some(own) = own
        {
            let own = h.bind(own, Value::HOLE, winner)?;
            return h.call_value(own, &[Value::Obj(winner), name, bases, dict], &[]);
        }
    }
    h.new_type(winner, name, &items, dict)
}

fn init(h: &mut Host, a: Args<'_>) -> Res {
    if a.pos.len() != 2 && a.pos.len() != 4 {
        return Err(h.type_error("type.__init__() takes 1 or 3 arguments"));
    }
    Ok(Value::None)
}

fn new_classobj(h: &mut Host, a: Args<'_>) -> Res {
    let bases = h.tuple_items(a.get(2)).cloned();
    let Some(bases) = bases else {
        return Err(h.type_error("PyClass_New: bases must be a tuple"));
    };
    h.new_old_class(a.get(1), &bases, a.get(3))
}

fn new_old_instance(h: &mut Host, a: Args<'_>) -> Res {
    let Some(class) = a
        .get(1)
        .obj()
        .filter(|&c| matches!(h.heap.get(c), ObjData::OldClass(_)))
    else {
        return Err(h.type_error("instance() argument 1 must be classobj"));
    };
    let dict = match given(a.get(2)) {
        Some(Value::Obj(dict)) => dict,
        _ => h.heap.alloc(ObjData::Dict(Box::default())),
    };
    Ok(h.alloc(ObjData::OldInstance(crate::object::OldInstance { class, dict })))
}

fn call(h: &mut Host, a: Args<'_>) -> Res {
    let Some(class) = this(&a).obj() else {
        return Err(h.type_error("type expected"));
    };
    h.instantiate(class, &a.pos[1..], a.kw)
}

fn getattribute(h: &mut Host, a: Args<'_>) -> Res {
    let name = super::object::name_arg(h, a.get(1))?;
    let Some(class) = this(&a).obj() else {
        return Err(h.attribute_error(this(&a), name));
    };
    match h.class_attribute(class, name)? {
        Some(value) => Ok(value),
        None => Err(h.attribute_error(this(&a), name)),
    }
}

fn setattr(h: &mut Host, a: Args<'_>) -> Res {
    let name = super::object::name_arg(h, a.get(1))?;
    none(h.plain_set(this(&a), name, a.get(2)))
}

fn delattr(h: &mut Host, a: Args<'_>) -> Res {
    let name = super::object::name_arg(h, a.get(1))?;
    none(h.plain_set(this(&a), name, Value::HOLE))
}

fn class_id(h: &mut Host, value: Value) -> Res<ObjId> {
    match value.obj().filter(|_| h.class(value).is_some()) {
        Some(id) => Ok(id),
        None => Err(h.type_error("type expected")),
    }
}

fn mro(h: &mut Host, a: Args<'_>) -> Res {
    let id = class_id(h, this(&a))?;
    let bases = h.class(Value::Obj(id)).map(|c| c.bases.clone()).unwrap_or_default();
    let mro = h.compute_mro(id, &bases)?;
    Ok(h.new_list(mro))
}

fn subclasses(h: &mut Host, a: Args<'_>) -> Res {
    let list = h.class(this(&a)).map(|c| c.subclasses.clone()).unwrap_or_default();
    let list = list
        .into_iter()
        .map(Value::Obj)
        .filter(|&v| h.class(v).is_some())
        .collect();
    Ok(h.new_list(list))
}

fn instancecheck(h: &mut Host, a: Args<'_>) -> Res {
    Ok(Value::Bool(h.real_isinstance(a.get(1), this(&a))?))
}

fn subclasscheck(h: &mut Host, a: Args<'_>) -> Res {
    Ok(Value::Bool(h.real_issubclass(a.get(1), this(&a))?))
}

fn get_name(h: &mut Host, value: Value) -> Res {
    let name = h.class_name(value);
    Ok(h.new_str(name))
}

fn refuse_builtin(h: &mut Host, value: Value, what: &str) -> Res<()> {
    if h.class(value).is_some_and(|c| c.builtin) {
        let text = format!("can't set {}.{what}", h.class_name(value));
        return Err(h.type_error(text));
    }
    Ok(())
}

fn set_name(h: &mut Host, value: Value, new: Value) -> Res<()> {
    refuse_builtin(h, value, "__name__")?;
    let Some(text) = h.str_text(new) else {
        let text = format!(
            "can only assign string to {}.__name__, not '{}'",
            h.class_name(value),
            h.class_name_of(new)
        );
        return Err(h.type_error(text));
    };
    if let Value::Obj(id) = value
        && let ObjData::Class(c) = h.heap.get_mut(id)
    {
        c.name = text;
    }
    Ok(())
}

fn get_bases(h: &mut Host, value: Value) -> Res {
    let bases = h.class(value).map(|c| c.bases.clone()).unwrap_or_default();
    Ok(h.new_tuple(&bases))
}

fn set_bases(h: &mut Host, value: Value, new: Value) -> Res<()> {
    refuse_builtin(h, value, "__bases__")?;
    let id = class_id(h, value)?;
    let Some(items) = h.tuple_items(new).cloned() else {
        let text = format!(
            "can only assign tuple to {}.__bases__, not {}",
            h.class_name(value),
            h.class_name_of(new)
        );
        return Err(h.type_error(text));
    };
    if items.is_empty() {
        let text = format!(
            "can only assign non-empty tuple to {}.__bases__, not ()",
            h.class_name(value)
        );
        return Err(h.type_error(text));
    }
    for &base in items.iter() {
        if !h.is_class(base) {
            let text = format!(
                "{}.__bases__ must be tuple of old- or new-style classes, not '{}'",
                h.class_name(value),
                h.class_name_of(base)
            );
            return Err(h.type_error(text));
        }
        if h.is_subclass(base, value) {
            return Err(h.type_error("a __bases__ item causes an inheritance cycle"));
        }
    }
    let layout = h.class(value).map(|c| c.layout);
    if items.iter().any(|&b| {
        h.class(b)
            .is_some_and(|c| Some(c.layout) != layout && c.builtin && b != Value::Obj(h.types.object))
    }) {
        let text = format!(
            "__bases__ assignment: '{}' object layout differs from '{}'",
            h.class_name(items[0]),
            h.class_name(value)
        );
        return Err(h.type_error(text));
    }
    let mro = h.compute_mro(id, &items)?;
    let old = h.class(value).map(|c| c.bases.clone()).unwrap_or_default();
    for base in old {
        if let Value::Obj(b) = base
            && let ObjData::Class(c) = h.heap.get_mut(b)
        {
            c.subclasses.retain(|&s| s != id);
        }
    }
    for &base in items.iter() {
        if let Value::Obj(b) = base
            && let ObjData::Class(c) = h.heap.get_mut(b)
        {
            c.subclasses.push(id);
        }
    }
    if let ObjData::Class(c) = h.heap.get_mut(id) {
        c.bases = items.to_vec();
    }
    h.set_mro(id, mro);
    h.refresh_subclass_mros(id)?;
    h.refresh_class_flags(id);
    Ok(())
}

impl Host {
    fn refresh_subclass_mros(&mut self, id: ObjId) -> Res<()> {
        let subclasses = self
            .class(Value::Obj(id))
            .map(|c| c.subclasses.clone())
            .unwrap_or_default();
        for sub in subclasses {
            let bases = self.class(Value::Obj(sub)).map(|c| c.bases.clone()).unwrap_or_default();
            let mro = self.compute_mro(sub, &bases)?;
            self.set_mro(sub, mro);
            self.refresh_subclass_mros(sub)?;
        }
        Ok(())
    }
}

fn get_base(h: &mut Host, value: Value) -> Res {
    let bases = h.class(value).map(|c| c.bases.clone()).unwrap_or_default();
    let layout = h.class(value).map(|c| c.layout);
    let best = bases.iter().copied().find(|&b| h.class(b).map(|c| c.layout) == layout);
    Ok(best.or_else(|| bases.first().copied()).unwrap_or(Value::None))
}

fn get_mro(h: &mut Host, value: Value) -> Res {
    let mro = h.class(value).map(|c| c.mro.clone()).unwrap_or_default();
    Ok(h.new_tuple(&mro))
}

fn get_dict(h: &mut Host, value: Value) -> Res {
    let dict = h.dict_of(value);
    Ok(h.alloc(ObjData::DictProxy(dict)))
}

fn get_module(h: &mut Host, value: Value) -> Res {
    let dict = h.dict_of(value);
    match h.dict_get_name(dict, h.names.d_module) {
        Some(found) if !matches!(h.data(found), Some(ObjData::GetSet(_))) => Ok(found),
        _ if h.class(value).is_some_and(|c| !c.builtin) => {
            let name = h.names.d_module;
            Err(h.attribute_error(value, name))
        }
        _ => Ok(h.new_str("__builtin__")),
    }
}

fn set_module(h: &mut Host, value: Value, new: Value) -> Res<()> {
    refuse_builtin(h, value, "__module__")?;
    let dict = h.dict_of(value);
    let name = h.names.d_module;
    h.dict_set_name(dict, name, new);
    Ok(())
}

fn get_abstract(h: &mut Host, value: Value) -> Res {
    let name = h.intern_str("__abstractmethods__");
    let dict = h.dict_of(value);
    match h.dict_get_name(dict, name) {
        Some(found) if h.class(value).is_some_and(|c| !c.builtin) => Ok(found),
        _ => Err(h.error(h.exceptions.attribute_error, "__abstractmethods__")),
    }
}

fn set_abstract(h: &mut Host, value: Value, new: Value) -> Res<()> {
    let name = h.intern_str("__abstractmethods__");
    let dict = h.dict_of(value);
    if new.is_hole() {
        h.dict_remove_name(dict, name);
        return Ok(());
    }
    h.has_abstract_classes = true;
    h.dict_set_name(dict, name, new);
    Ok(())
}

fn get_basicsize(_: &mut Host, _: Value) -> Res {
    Ok(Value::Int(16))
}

fn get_zero(_: &mut Host, _: Value) -> Res {
    Ok(Value::Int(0))
}

fn get_flags(h: &mut Host, value: Value) -> Res {
    let heap = h.class(value).is_some_and(|c| !c.builtin);
    Ok(Value::Int(if heap { 0x1200 } else { 0x1000 }))
}
