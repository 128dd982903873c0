//! Functions, code objects, methods, descriptors, generators, frames, tracebacks, modules, `super`.

use super::{Attr, TypeSpec, def, free, given, named, none, this};
use crate::error::{Raised, Res};
use crate::host::Host;
use crate::object::{Args, Method, Module, NativeDef, NativeKind, ObjData, Property, Super};
use crate::value::{ObjId, Value};

/// Installs the types.
pub fn setup(h: &mut Host) {
    let t = h.types.clone();
    let attrs = |h: &mut Host, class: ObjId, attrs: &'static [Attr]| {
        h.install(
            class,
            &TypeSpec {
                attrs,
                ..TypeSpec::default()
            },
        );
    };
    let call: &[NativeDef] = const { &[free("__call__", call)] };
    let get: &[NativeDef] = const { &[def("__get__", 1, 2, descriptor_get)] };
    let spec = TypeSpec {
        attrs: FUNCTION_ATTRS,
        slots: call,
        new: Some(new_function),
        new_args: (2, 5),
        new_names: &["code", "globals", "name", "argdefs", "closure"],
        ..TypeSpec::default()
    };
    h.install(t.function, &spec);
    h.install(
        t.function,
        &TypeSpec {
            slots: get,
            ..TypeSpec::default()
        },
    );
    let spec = TypeSpec {
        attrs: super::code_types::CODE_ATTRS,
        slots: const { &[def("__cmp__", 1, 1, code_cmp)] },
        ..TypeSpec::default()
    };
    h.install(t.code, &spec);
    h.install(
        t.code,
        &TypeSpec {
            new: Some(super::code_types::new_code),
            new_args: (12, 14),
            ..TypeSpec::default()
        },
    );
    let spec = TypeSpec {
        attrs: METHOD_ATTRS,
        slots: const {
            &[
                free("__call__", self::call),
                def("__get__", 1, 2, descriptor_get),
                def("__getattribute__", 1, 1, method_getattribute),
            ]
        },
        new: Some(new_method),
        new_args: (2, 3),
        ..TypeSpec::default()
    };
    h.install(t.instancemethod, &spec);
    for class in [
        t.builtin_function,
        t.method_descriptor,
        t.wrapper_descriptor,
        t.method_wrapper,
        t.classmethod_descriptor,
    ] {
        h.install(
            class,
            &TypeSpec {
                attrs: BUILTIN_ATTRS,
                slots: call,
                ..TypeSpec::default()
            },
        );
    }
    for class in [t.method_descriptor, t.wrapper_descriptor, t.classmethod_descriptor] {
        h.install(
            class,
            &TypeSpec {
                slots: get,
                ..TypeSpec::default()
            },
        );
    }
    for class in [t.getset_descriptor, t.member_descriptor] {
        h.install(
            class,
            &TypeSpec {
                attrs: GETSET_ATTRS,
                slots: GETSET_SLOTS,
                ..TypeSpec::default()
            },
        );
    }
    let spec = TypeSpec {
        attrs: const { &[("cell_contents", cell_contents, None)] },
        slots: const { &[def("__cmp__", 1, 1, cell_cmp)] },
        ..TypeSpec::default()
    };
    h.install(t.cell, &spec);
    let spec = TypeSpec {
        attrs: PROPERTY_ATTRS,
        slots: const {
            &[
                named("__init__", 0, &["fget", "fset", "fdel", "doc"], init_property),
                def("__get__", 1, 2, descriptor_get),
                def("__set__", 2, 2, property_set),
                def("__delete__", 1, 1, property_delete),
            ]
        },
        methods: const {
            &[
                def("getter", 1, 1, property_getter),
                def("setter", 1, 1, property_setter),
                def("deleter", 1, 1, property_deleter),
            ]
        },
        new: Some(new_property),
        new_args: (0, -1),
        new_names: &["**"],
        ..TypeSpec::default()
    };
    h.install(t.property, &spec);
    for (class, new) in [
        (t.staticmethod, new_staticmethod as crate::object::NativeFn),
        (t.classmethod, new_classmethod),
    ] {
        let spec = TypeSpec {
            attrs: const { &[("__func__", wrapped_func, None)] },
            slots: get,
            new: Some(new),
            new_args: (1, 1),
            ..TypeSpec::default()
        };
        h.install(class, &spec);
    }
    let spec = TypeSpec {
        attrs: SUPER_ATTRS,
        slots: get,
        new: Some(new_super),
        new_args: (1, 2),
        ..TypeSpec::default()
    };
    h.install(t.super_, &spec);
    let spec = TypeSpec {
        attrs: GENERATOR_ATTRS,
        slots: const { &[def("__iter__", 0, 0, same)] },
        methods: const {
            &[
                def("next", 0, 0, generator_next),
                def("send", 1, 1, generator_send),
                def("throw", 1, 3, generator_throw),
                def("close", 0, 0, generator_close),
            ]
        },
        ..TypeSpec::default()
    };
    h.install(t.generator, &spec);
    attrs(h, t.frame, FRAME_ATTRS);
    attrs(h, t.traceback, TRACEBACK_ATTRS);
    let spec = TypeSpec {
        attrs: const { &[("__dict__", module_dict, Some(readonly))] },
        slots: const {
            &[
                named("__init__", 1, &["name", "doc"], module_init),
                def("__repr__", 0, 0, super::slots::repr),
            ]
        },
        new: Some(new_module),
        new_args: (0, -1),
        new_names: &["**"],
        ..TypeSpec::default()
    };
    h.install(t.module, &spec);
    if let ObjData::Class(c) = h.heap.get_mut(t.module) {
        c.has_dict = true;
    }
    h.install(
        t.ellipsis,
        &TypeSpec {
            slots: const { &[def("__repr__", 0, 0, super::slots::repr)] },
            ..TypeSpec::default()
        },
    );
    for class in [t.none_type, t.not_implemented_type] {
        let spec = TypeSpec {
            slots: const {
                &[
                    def("__repr__", 0, 0, super::slots::repr),
                    def("__hash__", 0, 0, super::slots::hash),
                ]
            },
            ..TypeSpec::default()
        };
        h.install(class, &spec);
    }
    for class in [
        t.function,
        t.none_type,
        t.ellipsis,
        t.not_implemented_type,
        t.generator,
        t.frame,
        t.traceback,
        t.cell,
        t.code,
    ] {
        hide_new(h, class);
    }
    h.install(
        t.function,
        &TypeSpec {
            new: Some(new_function),
            new_args: (2, 5),
            new_names: &["code", "globals", "name", "argdefs", "closure"],
            ..TypeSpec::default()
        },
    );
    h.install(
        t.code,
        &TypeSpec {
            new: Some(new_code),
            new_args: (12, 14),
            ..TypeSpec::default()
        },
    );
}

/// Types whose instances cannot be made by calling them.
fn hide_new(h: &mut Host, class: ObjId) {
    h.install(
        class,
        &TypeSpec {
            new: Some(cannot_create),
            new_args: (0, -1),
            new_names: &["**"],
            ..TypeSpec::default()
        },
    );
}

fn cannot_create(h: &mut Host, a: Args<'_>) -> Res {
    let text = format!("cannot create '{}' instances", h.class_name(this(&a)));
    Err(h.type_error(text))
}

fn same(_: &mut Host, a: Args<'_>) -> Res {
    Ok(this(&a))
}

fn call(h: &mut Host, a: Args<'_>) -> Res {
    h.call_value(this(&a), &a.pos[1..], a.kw)
}

fn descriptor_get(h: &mut Host, a: Args<'_>) -> Res {
    let obj = given(a.get(1)).unwrap_or(Value::HOLE);
    let class = match given(a.get(2)) {
        Some(Value::Obj(class)) => class,
        _ if !obj.is_hole() => h.type_id(obj),
        _ => return Err(h.type_error("__get__(None, None) is invalid")),
    };
    if let Some(ObjData::Property(p)) = h.data(this(&a)) {
        let p = **p;
        return if obj.is_hole() {
            Ok(this(&a))
        } else {
            h.property_value(p, obj)
        };
    }
    match h.data(this(&a)) {
        Some(ObjData::StaticMethod(inner)) => return Ok(*inner),
        Some(ObjData::ClassMethod(inner)) => {
            let inner = *inner;
            return h.bind_classmethod(inner, class);
        }
        _ => {}
    }
    if obj.is_hole() && class == h.types.none_type {
        return h.bind(this(&a), Value::None, class);
    }
    h.bind(this(&a), obj, class)
}

// Functions.

const FUNCTION_ATTRS: &[Attr] = &[
    ("__name__", function_name, Some(set_function_name)),
    ("func_name", function_name, Some(set_function_name)),
    ("__doc__", function_doc, Some(set_function_doc)),
    ("func_doc", function_doc, Some(set_function_doc)),
    ("__module__", function_module, Some(set_function_module)),
    ("__code__", function_code, Some(set_function_code)),
    ("func_code", function_code, Some(set_function_code)),
    ("__defaults__", function_defaults, Some(set_function_defaults)),
    ("func_defaults", function_defaults, Some(set_function_defaults)),
    ("__globals__", function_globals, None),
    ("func_globals", function_globals, None),
    ("__closure__", function_closure, None),
    ("func_closure", function_closure, None),
    ("__dict__", function_dict, Some(set_function_dict)),
    ("func_dict", function_dict, Some(set_function_dict)),
];

fn function(h: &mut Host, value: Value) -> Res<&mut crate::object::Function> {
    let known = h.function(value).is_some();
    if !known {
        return Err(h.type_error("function expected"));
    }
    match h.data_mut(value) {
        Some(ObjData::Function(f)) => Ok(f),
        _ => Err(Raised::new(Value::None)),
    }
}

fn function_name(h: &mut Host, value: Value) -> Res {
    let name = function(h, value)?.name.clone();
    Ok(h.new_str(name))
}

fn set_function_name(h: &mut Host, value: Value, new: Value) -> Res<()> {
    let Some(text) = h.str_text(new) else {
        return Err(h.type_error("__name__ must be set to a string object"));
    };
    function(h, value)?.name = text;
    Ok(())
}

fn function_doc(h: &mut Host, value: Value) -> Res {
    Ok(function(h, value)?.doc)
}

fn set_function_doc(h: &mut Host, value: Value, new: Value) -> Res<()> {
    function(h, value)?.doc = new.option().unwrap_or(Value::None);
    Ok(())
}

fn function_module(h: &mut Host, value: Value) -> Res {
    Ok(function(h, value)?.module)
}

fn set_function_module(h: &mut Host, value: Value, new: Value) -> Res<()> {
    function(h, value)?.module = new.option().unwrap_or(Value::None);
    Ok(())
}

fn function_code(h: &mut Host, value: Value) -> Res {
    Ok(Value::Obj(function(h, value)?.code_obj))
}

fn set_function_code(h: &mut Host, value: Value, new: Value) -> Res<()> {
    let Some(code) = h.code(new).cloned() else {
        return Err(h.type_error("__code__ must be set to a code object"));
    };
    let (have, need) = (function(h, value)?.closure.len(), code.freevars.len());
    if have != need {
        let name = function(h, value)?.name.clone();
        let text = format!("{name}() requires a code object with {have} free vars, not {need}");
        return Err(h.value_error(text));
    }
    let f = function(h, value)?;
    f.code = code;
    f.code_obj = new.obj().unwrap_or(ObjId::HOLE);
    Ok(())
}

fn function_defaults(h: &mut Host, value: Value) -> Res {
    let defaults = function(h, value)?.defaults.clone();
    Ok(if defaults.is_empty() {
        Value::None
    } else {
        h.new_tuple(&defaults)
    })
}

fn set_function_defaults(h: &mut Host, value: Value, new: Value) -> Res<()> {
    let items = match given(new) {
        None => Vec::new(),
        Some(v) => match h.tuple_items(v) {
            Some(items) => items.to_vec(),
            None => return Err(h.type_error("__defaults__ must be set to a tuple object")),
        },
    };
    function(h, value)?.defaults = items;
    Ok(())
}

fn function_globals(h: &mut Host, value: Value) -> Res {
    Ok(Value::Obj(function(h, value)?.globals))
}

fn function_closure(h: &mut Host, value: Value) -> Res {
    let cells: Vec<Value> = function(h, value)?.closure.iter().map(|&c| Value::Obj(c)).collect();
    Ok(if cells.is_empty() {
        Value::None
    } else {
        h.new_tuple(&cells)
    })
}

fn function_dict(h: &mut Host, value: Value) -> Res {
    Ok(h.instance_dict(value).map_or(Value::None, Value::Obj))
}

fn set_function_dict(h: &mut Host, value: Value, new: Value) -> Res<()> {
    let Some(dict) = new.obj().filter(|_| h.is_dict(new)) else {
        return Err(h.type_error("setting function's dictionary to a non-dict"));
    };
    function(h, value)?.attrs = dict;
    Ok(())
}

fn new_function(h: &mut Host, a: Args<'_>) -> Res {
    let (Some(code), Value::Obj(globals)) = (h.code(a.get(1)).cloned(), a.get(2)) else {
        let text = format!("function() argument 1 must be code, not {}", h.class_name_of(a.get(1)));
        return Err(h.type_error(text));
    };
    if !h.is_dict(a.get(2)) {
        let text = format!("function() argument 2 must be dict, not {}", h.class_name_of(a.get(2)));
        return Err(h.type_error(text));
    }
    let defaults = given(a.get(4))
        .and_then(|v| h.tuple_items(v))
        .map(|t| t.to_vec())
        .unwrap_or_default();
    let cells: Vec<ObjId> = match given(a.get(5)) {
        Some(v) => h
            .tuple_items(v)
            .map(|t| t.iter().filter_map(|c| c.obj()).collect())
            .unwrap_or_default(),
        None if !code.freevars.is_empty() => return Err(h.type_error("arg 5 (closure) must be tuple")),
        None => Vec::new(),
    };
    if cells.len() != code.freevars.len() {
        let text = format!(
            "{} requires closure of length {}, not {}",
            code.name,
            code.freevars.len(),
            cells.len()
        );
        return Err(h.value_error(text));
    }
    let Some(value) = h.new_function(a.get(1), globals, defaults, cells) else {
        return Ok(Value::None);
    };
    if let Some(name) = given(a.get(3)).and_then(|v| h.str_text(v)) {
        function(h, value)?.name = name;
    }
    Ok(value)
}

// Code objects.

pub(crate) const CODE_ATTRS: &[Attr] = &[
    ("co_name", |h, v| code_text(h, v, |c| c.name.clone()), None),
    ("co_filename", |h, v| code_text(h, v, |c| c.filename.clone()), None),
    ("co_firstlineno", |h, v| code_int(h, v, |c| c.firstlineno), None),
    ("co_argcount", |h, v| code_int(h, v, |c| c.argcount), None),
    ("co_nlocals", |h, v| code_int(h, v, |c| c.varnames.len() as u32), None),
    ("co_flags", |h, v| code_int(h, v, |c| c.flags), None),
    ("co_stacksize", |h, v| code_int(h, v, |c| c.stacksize), None),
    ("co_varnames", |h, v| code_names(h, v, |c| c.varnames.clone()), None),
    ("co_names", |h, v| code_names(h, v, |c| c.names.clone()), None),
    ("co_cellvars", |h, v| code_names(h, v, |c| c.cellvars.clone()), None),
    ("co_freevars", |h, v| code_names(h, v, |c| c.freevars.clone()), None),
    ("co_consts", code_consts, None),
    ("co_code", |h, v| code_text(h, v, |c| format!("{:?}", c.instrs)), None),
    ("co_lnotab", |h, v| code_text(h, v, |_| String::new()), None),
];

fn code_of(h: &mut Host, value: Value) -> Res<crate::code::CodeRef> {
    match h.code(value).cloned() {
        Some(code) => Ok(code),
        None => Err(h.type_error("code object expected")),
    }
}

fn code_text(h: &mut Host, value: Value, get: fn(&crate::code::Code) -> String) -> Res {
    let text = get(&*code_of(h, value)?);
    Ok(h.new_str(text))
}

fn code_int(h: &mut Host, value: Value, get: fn(&crate::code::Code) -> u32) -> Res {
    Ok(Value::Int(i64::from(get(&*code_of(h, value)?))))
}

fn code_names(h: &mut Host, value: Value, get: fn(&crate::code::Code) -> Vec<ObjId>) -> Res {
    let names: Vec<Value> = get(&*code_of(h, value)?).into_iter().map(Value::Obj).collect();
    Ok(h.new_tuple(&names))
}

fn code_consts(h: &mut Host, value: Value) -> Res {
    let consts = code_of(h, value)?.consts.clone();
    Ok(h.new_tuple(&consts))
}

fn code_cmp(h: &mut Host, a: Args<'_>) -> Res {
    let (x, y) = (h.identity(this(&a)), h.identity(a.get(1)));
    Ok(Value::Int(x.cmp(&y) as i64))
}

pub(crate) fn new_code(h: &mut Host, _: Args<'_>) -> Res {
    Err(h.type_error("code objects cannot be made from bytecode"))
}

// Methods.

const METHOD_ATTRS: &[Attr] = &[
    ("im_func", method_func, None),
    ("__func__", method_func, None),
    ("im_self", method_self, None),
    ("__self__", method_self, None),
    ("im_class", method_class, None),
];

fn method(h: &mut Host, value: Value) -> Res<Method> {
    match h.data(value) {
        Some(ObjData::Method(m)) => Ok(**m),
        _ => Err(h.type_error("method expected")),
    }
}

fn method_func(h: &mut Host, value: Value) -> Res {
    Ok(method(h, value)?.func)
}

fn method_self(h: &mut Host, value: Value) -> Res {
    Ok(method(h, value)?.self_.option().unwrap_or(Value::None))
}

fn method_class(h: &mut Host, value: Value) -> Res {
    Ok(method(h, value)?.class)
}

fn method_getattribute(h: &mut Host, a: Args<'_>) -> Res {
    let name = super::object::name_arg(h, a.get(1))?;
    match h.generic_attribute(this(&a), name)? {
        Some(found) => Ok(found),
        None => Err(h.attribute_error(this(&a), name)),
    }
}

fn new_method(h: &mut Host, a: Args<'_>) -> Res {
    if !h.is_callable(a.get(1)) {
        return Err(h.type_error("first argument must be callable"));
    }
    let self_ = given(a.get(2)).unwrap_or(Value::HOLE);
    if self_.is_hole() && given(a.get(3)).is_none() {
        return Err(h.type_error("unbound methods must have non-NULL im_class"));
    }
    let class = given(a.get(3)).unwrap_or(Value::None);
    Ok(h.alloc(ObjData::Method(Box::new(Method {
        func: a.get(1),
        self_,
        class,
    }))))
}

// Natives.

const BUILTIN_ATTRS: &[Attr] = &[
    ("__name__", builtin_name, None),
    ("__doc__", builtin_doc, None),
    ("__module__", builtin_module, None),
    ("__self__", builtin_self, None),
    ("__objclass__", builtin_owner, None),
];

fn builtin(h: &mut Host, value: Value) -> Res<std::rc::Rc<crate::object::Builtin>> {
    match h.data(value) {
        Some(ObjData::Builtin(b) | ObjData::BuiltinMethod(b, _)) => Ok(b.clone()),
        _ => Err(h.type_error("native function expected")),
    }
}

fn builtin_name(h: &mut Host, value: Value) -> Res {
    let name = builtin(h, value)?.def.name;
    Ok(h.new_str(name))
}

fn builtin_doc(h: &mut Host, value: Value) -> Res {
    let b = builtin(h, value)?;
    Ok(if b.doc.is_none() {
        h.new_str(format!("{}(...)", b.def.name))
    } else {
        b.doc
    })
}

fn builtin_module(h: &mut Host, value: Value) -> Res {
    match builtin(h, value)?.module.clone() {
        Some(name) => Ok(h.new_str(name)),
        None => Ok(Value::None),
    }
}

fn builtin_self(h: &mut Host, value: Value) -> Res {
    match h.data(value) {
        Some(ObjData::BuiltinMethod(_, this)) => Ok(**this),
        Some(ObjData::Builtin(b)) if b.kind == NativeKind::New => Ok(Value::Obj(b.owner)),
        _ => Ok(Value::None),
    }
}

fn builtin_owner(h: &mut Host, value: Value) -> Res {
    let owner = builtin(h, value)?.owner;
    Ok(if owner.is_hole() {
        Value::None
    } else {
        Value::Obj(owner)
    })
}

const GETSET_ATTRS: &[Attr] = &[("__name__", getset_name, None), ("__objclass__", getset_owner, None)];
const GETSET_SLOTS: &[NativeDef] = &[
    def("__get__", 1, 2, descriptor_get),
    def("__set__", 2, 2, getset_set),
    def("__delete__", 1, 1, getset_delete),
];

fn getset_name(h: &mut Host, value: Value) -> Res {
    match h.data(value) {
        Some(ObjData::GetSet(g)) => {
            let name = g.name;
            Ok(h.new_str(name))
        }
        Some(ObjData::Member(m)) => Ok(Value::Obj(m.name)),
        _ => Ok(Value::None),
    }
}

fn getset_owner(h: &mut Host, value: Value) -> Res {
    Ok(match h.data(value) {
        Some(ObjData::GetSet(g)) => Value::Obj(g.owner),
        Some(ObjData::Member(m)) => Value::Obj(m.owner),
        _ => Value::None,
    })
}

fn getset_set(h: &mut Host, a: Args<'_>) -> Res {
    none(h.descriptor_assign(this(&a), a.get(1), a.get(2)))
}

fn getset_delete(h: &mut Host, a: Args<'_>) -> Res {
    none(h.descriptor_assign(this(&a), a.get(1), Value::HOLE))
}

// Cells.

fn cell_contents(h: &mut Host, value: Value) -> Res {
    match h.data(value) {
        Some(ObjData::Cell(inner)) if !inner.is_hole() => Ok(*inner),
        _ => Err(h.value_error("Cell is empty")),
    }
}

fn cell_cmp(h: &mut Host, a: Args<'_>) -> Res {
    let inner = |h: &Host, v| match h.data(v) {
        Some(ObjData::Cell(inner)) => inner.option(),
        _ => None,
    };
    match (inner(h, this(&a)), inner(h, a.get(1))) {
        (Some(x), Some(y)) => Ok(Value::Int(h.cmp_values(x, y)? as i64)),
        (x, y) => Ok(Value::Int(x.is_some().cmp(&y.is_some()) as i64)),
    }
}

// Properties.

const PROPERTY_ATTRS: &[Attr] = &[
    ("fget", |h, v| Ok(property(h, v)?.get), None),
    ("fset", |h, v| Ok(property(h, v)?.set), None),
    ("fdel", |h, v| Ok(property(h, v)?.del), None),
    ("__doc__", |h, v| Ok(property(h, v)?.doc), None),
];

fn property(h: &mut Host, value: Value) -> Res<Property> {
    match h.data(value) {
        Some(ObjData::Property(p)) => Ok(**p),
        _ => Err(h.type_error("property expected")),
    }
}

fn new_property(h: &mut Host, a: Args<'_>) -> Res {
    let own = h.types.property;
    let empty = Property {
        get: Value::None,
        set: Value::None,
        del: Value::None,
        doc: Value::None,
    };
    Ok(h.wrap_native(this(&a), own, ObjData::Property(Box::new(empty))))
}

fn init_property(h: &mut Host, a: Args<'_>) -> Res {
    let arg = |i| given(a.get(i)).unwrap_or(Value::None);
    let mut doc = arg(4);
    if doc.is_none() && !arg(1).is_none() {
        let name = h.names.d_doc;
        let found = h.get_attribute_opt(arg(1), name);
        doc = h.catch(found, h.exceptions.exception)?.flatten().unwrap_or(Value::None);
    }
    let new = Property {
        get: arg(1),
        set: arg(2),
        del: arg(3),
        doc,
    };
    if let Some(ObjData::Property(p)) = h.data_mut(this(&a)) {
        **p = new;
    }
    Ok(Value::None)
}

fn property_with(h: &mut Host, a: &Args<'_>, change: fn(&mut Property, Value)) -> Res {
    let mut p = property(h, this(a))?;
    change(&mut p, a.get(1));
    let class = Value::Obj(h.type_id(this(a)));
    h.call_value(class, &[p.get, p.set, p.del, p.doc], &[])
}

fn property_getter(h: &mut Host, a: Args<'_>) -> Res {
    let mut p = property(h, this(&a))?;
    p.get = a.get(1);
    let class = Value::Obj(h.type_id(this(&a)));
    h.call_value(class, &[p.get, p.set, p.del], &[])
}

fn property_setter(h: &mut Host, a: Args<'_>) -> Res {
    property_with(h, &a, |p, f| p.set = f)
}

fn property_deleter(h: &mut Host, a: Args<'_>) -> Res {
    property_with(h, &a, |p, f| p.del = f)
}

fn property_set(h: &mut Host, a: Args<'_>) -> Res {
    let p = property(h, this(&a))?;
    none(h.property_assign(p, a.get(1), a.get(2)))
}

fn property_delete(h: &mut Host, a: Args<'_>) -> Res {
    let p = property(h, this(&a))?;
    none(h.property_assign(p, a.get(1), Value::HOLE))
}

// Static and class methods.

fn new_staticmethod(h: &mut Host, a: Args<'_>) -> Res {
    let own = h.types.staticmethod;
    Ok(h.wrap_native(this(&a), own, ObjData::StaticMethod(a.get(1))))
}

fn new_classmethod(h: &mut Host, a: Args<'_>) -> Res {
    let own = h.types.classmethod;
    Ok(h.wrap_native(this(&a), own, ObjData::ClassMethod(a.get(1))))
}

fn wrapped_func(h: &mut Host, value: Value) -> Res {
    Ok(match h.data(value) {
        Some(ObjData::StaticMethod(f) | ObjData::ClassMethod(f)) => *f,
        _ => Value::None,
    })
}

// super.

const SUPER_ATTRS: &[Attr] = &[
    (
        "__thisclass__",
        |h, v| Ok(super_data(h, v)?.map_or(Value::None, |s| Value::Obj(s.class))),
        None,
    ),
    (
        "__self__",
        |h, v| Ok(super_data(h, v)?.and_then(|s| s.obj.option()).unwrap_or(Value::None)),
        None,
    ),
    (
        "__self_class__",
        |h, v| {
            Ok(super_data(h, v)?
                .filter(|s| !s.obj.is_hole())
                .map_or(Value::None, |s| Value::Obj(s.obj_class)))
        },
        None,
    ),
];

fn super_data(h: &mut Host, value: Value) -> Res<Option<Super>> {
    Ok(match h.data(value) {
        Some(ObjData::Super(s)) => Some(**s),
        _ => None,
    })
}

fn new_super(h: &mut Host, a: Args<'_>) -> Res {
    if h.class(a.get(1)).is_none() {
        let text = format!("super() argument 1 must be type, not {}", h.class_name_of(a.get(1)));
        return Err(h.type_error(text));
    }
    h.new_super(a.get(1), given(a.get(2)))
}

impl Host {
    /// `super(class, obj)`.
    pub(crate) fn new_super(&mut self, class: Value, obj: Option<Value>) -> Res {
        let Value::Obj(class_id) = class else {
            return Err(self.type_error("super() argument 1 must be type"));
        };
        let Some(obj) = obj else {
            let data = Super {
                class: class_id,
                obj: Value::HOLE,
                obj_class: ObjId::HOLE,
            };
            return Ok(self.alloc(ObjData::Super(Box::new(data))));
        };
        let obj_class = if self.class(obj).is_some() && self.is_subclass(obj, class) {
            obj.obj().unwrap_or(ObjId::HOLE)
        } else {
            let own = self.type_id(obj);
            if !self.is_subclass(Value::Obj(own), class) {
                return Err(self.type_error("super(type, obj): obj must be an instance or subtype of type"));
            }
            own
        };
        Ok(self.alloc(ObjData::Super(Box::new(Super {
            class: class_id,
            obj,
            obj_class,
        }))))
    }

    /// `descriptor.__set__` of native attributes and slots.
    pub(crate) fn descriptor_assign(&mut self, descriptor: Value, obj: Value, new: Value) -> Res<()> {
        self.descriptor_set(descriptor, obj, new)
    }

    /// Assignment through a property.
    pub(crate) fn property_assign(&mut self, p: Property, obj: Value, new: Value) -> Res<()> {
        self.property_set(p, obj, new)
    }
}

// Generators.

const GENERATOR_ATTRS: &[Attr] = &[
    ("gi_running", gi_running, None),
    ("gi_frame", gi_frame, None),
    ("gi_code", gi_code, None),
    ("__name__", gi_name, None),
];

fn gi_running(h: &mut Host, value: Value) -> Res {
    Ok(match h.data(value) {
        Some(ObjData::Generator(g)) => Value::Int(i64::from(g.running)),
        _ => Value::None,
    })
}

fn gi_code(h: &mut Host, value: Value) -> Res {
    Ok(match h.data(value) {
        Some(ObjData::Generator(g)) => Value::Obj(g.code_obj),
        _ => Value::None,
    })
}

fn gi_name(h: &mut Host, value: Value) -> Res {
    let code = gi_code(h, value)?;
    code_text(h, code, |c| c.name.clone())
}

fn gi_frame(h: &mut Host, value: Value) -> Res {
    if let Some(index) = h.frames.iter().position(|f| Value::Obj(f.generator) == value) {
        return Ok(Value::Obj(h.frame_object(index)));
    }
    let Some(ObjData::Generator(g)) = h.data(value) else {
        return Ok(Value::None);
    };
    let Some(saved) = &g.frame else { return Ok(Value::None) };
    if !saved.frame.frame_obj.is_hole() {
        return Ok(Value::Obj(saved.frame.frame_obj));
    }
    let frame = &saved.frame;
    let object = crate::object::FrameObj {
        code: frame.code.clone(),
        code_obj: frame.code_obj,
        globals: frame.globals,
        locals: frame.locals,
        fast: saved.values.clone(),
        lineno: if g.started {
            frame.code.line(frame.pc.saturating_sub(1))
        } else {
            frame.code.firstlineno
        },
        back: Value::None,
        serial: 0,
        last_pc: frame.pc as u32,
    };
    let id = h.heap.alloc(ObjData::Frame(Box::new(object)));
    if let Some(ObjData::Generator(g)) = h.data_mut(value)
        && let Some(saved) = &mut g.frame
    {
        saved.frame.frame_obj = id;
    }
    Ok(Value::Obj(id))
}

fn generator_result(h: &mut Host, result: Option<Value>) -> Res {
    match result {
        Some(value) => Ok(value),
        None => Err(h.stop_iteration()),
    }
}

fn generator_next(h: &mut Host, a: Args<'_>) -> Res {
    let Value::Obj(id) = this(&a) else {
        return Ok(Value::None);
    };
    let result = h.generator_next(id)?;
    generator_result(h, result)
}

fn generator_send(h: &mut Host, a: Args<'_>) -> Res {
    let Value::Obj(id) = this(&a) else {
        return Ok(Value::None);
    };
    let result = h.generator_resume(id, Ok(a.get(1)))?;
    generator_result(h, result)
}

fn generator_throw(h: &mut Host, a: Args<'_>) -> Res {
    let Value::Obj(id) = this(&a) else {
        return Ok(Value::None);
    };
    let traceback = given(a.get(3)).unwrap_or(Value::None);
    if !traceback.is_none() && !matches!(h.data(traceback), Some(ObjData::Traceback(_))) {
        return Err(h.type_error("throw() third argument must be a traceback object"));
    }
    let raised = h.make_raised(a.get(1), given(a.get(2)).unwrap_or(Value::None), traceback)?;
    let result = h.generator_resume(id, Err(raised))?;
    generator_result(h, result)
}

fn generator_close(h: &mut Host, a: Args<'_>) -> Res {
    let Value::Obj(id) = this(&a) else {
        return Ok(Value::None);
    };
    none(h.generator_close(id))
}

// Frames and tracebacks.

const FRAME_ATTRS: &[Attr] = &[
    ("f_code", |h, v| frame_field(h, v, |f| Value::Obj(f.code_obj)), None),
    ("f_globals", |h, v| frame_field(h, v, |f| Value::Obj(f.globals)), None),
    ("f_builtins", |h, _| Ok(Value::Obj(h.builtins)), None),
    (
        "f_locals",
        |h, v| Ok(v.obj().map_or(Value::None, |id| h.frame_locals(id))),
        None,
    ),
    (
        "f_lineno",
        |h, v| Ok(Value::Int(v.obj().map_or(0, |id| i64::from(h.frame_line(id))))),
        None,
    ),
    (
        "f_back",
        |h, v| Ok(v.obj().map_or(Value::None, |id| h.frame_back(id))),
        None,
    ),
    (
        "f_lasti",
        |h, v| frame_field(h, v, |f| Value::Int(i64::from(f.last_pc))),
        None,
    ),
    ("f_trace", |_, _| Ok(Value::None), Some(ignore_set)),
    ("f_exc_type", |_, _| Ok(Value::None), Some(ignore_set)),
    ("f_exc_value", |_, _| Ok(Value::None), Some(ignore_set)),
    ("f_exc_traceback", |_, _| Ok(Value::None), Some(ignore_set)),
    ("f_restricted", |_, _| Ok(Value::Bool(false)), None),
];

fn ignore_set(_: &mut Host, _: Value, _: Value) -> Res<()> {
    Ok(())
}

fn frame_field(h: &mut Host, value: Value, get: fn(&crate::object::FrameObj) -> Value) -> Res {
    Ok(match h.data(value) {
        Some(ObjData::Frame(f)) => get(f),
        _ => Value::None,
    })
}

const TRACEBACK_ATTRS: &[Attr] = &[
    ("tb_frame", |h, v| traceback_field(h, v, |t| Value::Obj(t.frame)), None),
    (
        "tb_lineno",
        |h, v| traceback_field(h, v, |t| Value::Int(i64::from(t.lineno))),
        None,
    ),
    (
        "tb_lasti",
        |h, v| traceback_field(h, v, |t| Value::Int(i64::from(t.lasti))),
        None,
    ),
    (
        "tb_next",
        |h, v| {
            traceback_field(h, v, |t| {
                if t.next.is_hole() {
                    Value::None
                } else {
                    Value::Obj(t.next)
                }
            })
        },
        None,
    ),
];

fn traceback_field(h: &mut Host, value: Value, get: fn(&crate::object::Traceback) -> Value) -> Res {
    Ok(match h.data(value) {
        Some(ObjData::Traceback(t)) => get(t),
        _ => Value::None,
    })
}

// Modules.

fn module_dict(h: &mut Host, value: Value) -> Res {
    Ok(Value::Obj(h.dict_of(value)))
}

fn readonly(h: &mut Host, _: Value, _: Value) -> Res<()> {
    Err(h.type_error("readonly attribute"))
}

fn new_module(h: &mut Host, a: Args<'_>) -> Res {
    let own = h.types.module;
    let dict = h.heap.alloc(ObjData::Dict(Box::default()));
    let data = ObjData::Module(Module { dict });
    Ok(h.wrap_native(this(&a), own, data))
}

fn module_init(h: &mut Host, a: Args<'_>) -> Res {
    let dict = h.dict_of(this(&a));
    if h.str_bytes(a.get(1)).is_none() {
        let text = format!(
            "module.__init__() argument 1 must be string, not {}",
            h.class_name_of(a.get(1))
        );
        return Err(h.type_error(text));
    }
    let (name, doc) = (h.names.d_name, h.names.d_doc);
    h.dict_set_name(dict, name, a.get(1));
    h.dict_set_name(dict, doc, a.opt(2).unwrap_or(Value::None));
    Ok(Value::None)
}
