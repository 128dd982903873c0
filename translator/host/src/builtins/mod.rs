//! The built-in types and functions, one file per type.
//!
//! A type is described by a [`TypeSpec`] of native methods and attributes and installed with [`Host::install`].

pub mod buffers;
pub mod code_types;
pub mod codecs;
pub mod dict;
pub mod exceptions;
pub mod file;
pub mod functions;
pub mod iterators;
pub mod list;
pub mod numbers;
pub mod object;
pub mod set;
pub mod slots;
pub mod str_methods;
pub mod strings;
pub mod text;
pub mod tuple;
pub mod type_methods;
pub mod unicode_data;
pub mod unicode_methods;
pub mod views;
pub mod weakref;

use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, Builtin, GetSet, Getter, NativeDef, NativeFn, NativeKind, ObjData, Setter};
use crate::value::{ObjId, Value};
use std::rc::Rc;

/// A native function with positional parameters only.
pub const fn def(name: &'static str, min: usize, max: isize, func: NativeFn) -> NativeDef {
    NativeDef {
        name,
        min,
        max,
        kwnames: &[],
        func,
    }
}

/// A native function whose parameters have names.
pub const fn named(name: &'static str, min: usize, kwnames: &'static [&'static str], func: NativeFn) -> NativeDef {
    NativeDef {
        name,
        min,
        max: kwnames.len() as isize,
        kwnames,
        func,
    }
}

/// A native function that takes any arguments.
pub const fn free(name: &'static str, func: NativeFn) -> NativeDef {
    NativeDef {
        name,
        min: 0,
        max: -1,
        kwnames: &["**"],
        func,
    }
}

/// A native attribute: name, getter, setter.
pub type Attr = (&'static str, Getter, Option<Setter>);

/// What a built-in type consists of.
#[derive(Clone, Copy, Default)]
pub struct TypeSpec {
    /// ordinary methods
    pub methods: &'static [NativeDef],
    /// special methods
    pub slots: &'static [NativeDef],
    /// attributes
    pub attrs: &'static [Attr],
    /// class methods
    pub class_methods: &'static [NativeDef],
    /// static methods
    pub static_methods: &'static [NativeDef],
    /// `__new__`: receives the class first
    pub new: Option<NativeFn>,
    /// names of the parameters of `__new__`, when they may be given as keywords
    pub new_names: &'static [&'static str],
    /// parameter count of `__new__`: least and most (-1 any)
    pub new_args: (usize, isize),
    /// docstring
    pub doc: Option<&'static str>,
}

impl Host {
    /// A native function object.
    pub fn new_builtin(&mut self, def: NativeDef, module: &str) -> Value {
        let builtin = Builtin {
            def,
            kind: NativeKind::Function,
            module: Some(module.to_string()),
            owner: ObjId::HOLE,
            doc: Value::None,
        };
        self.alloc(ObjData::Builtin(Rc::new(builtin)))
    }

    fn add_native(&mut self, class: ObjId, def: NativeDef, kind: NativeKind) -> Value {
        let builtin = Builtin {
            def,
            kind,
            module: None,
            owner: class,
            doc: Value::None,
        };
        let value = self.alloc(ObjData::Builtin(Rc::new(builtin)));
        let dict = self.dict_of(Value::Obj(class));
        let name = self.intern_str(def.name);
        self.dict_set_name(dict, name, value);
        value
    }

    /// Adds methods and attributes to a built-in class.
    pub fn install(&mut self, class: ObjId, spec: &TypeSpec) {
        for &def in spec.methods {
            self.add_native(class, def, NativeKind::Method);
        }
        for &def in spec.slots {
            self.add_native(class, def, NativeKind::Slot);
        }
        for &def in spec.class_methods {
            self.add_native(class, def, NativeKind::ClassMethod);
        }
        let dict = self.dict_of(Value::Obj(class));
        for &def in spec.static_methods {
            let value = self.new_builtin(def, "__builtin__");
            let name = self.intern_str(def.name);
            let wrapped = self.alloc(ObjData::StaticMethod(value));
            self.dict_set_name(dict, name, wrapped);
        }
        for &(name, get, set) in spec.attrs {
            let attr = GetSet {
                name,
                owner: class,
                get,
                set,
            };
            let value = self.alloc(ObjData::GetSet(Box::new(attr)));
            let name = self.intern_str(name);
            self.dict_set_name(dict, name, value);
        }
        if let Some(func) = spec.new {
            let def = NativeDef {
                name: "__new__",
                min: spec.new_args.0,
                max: spec.new_args.1,
                kwnames: spec.new_names,
                func,
            };
            self.add_native(class, def, NativeKind::New);
        }
        let doc_name = self.names.d_doc;
        let doc = spec.doc.map_or(Value::None, |text| self.new_str(text));
        if self.dict_get_name(dict, doc_name).is_none() {
            self.dict_set_name(dict, doc_name, doc);
        }
        self.refresh_class_flags(class);
    }

    /// A value of native data as instance of a class: plain when it is the built-in class itself.
    pub(crate) fn wrap_native(&mut self, class: Value, own: ObjId, data: ObjData) -> Value {
        match class {
            Value::Obj(id) if id != own => self.new_instance(id, Some(data)),
            _ => self.alloc(data),
        }
    }
}

/// `None` for absent arguments and `None`.
pub(crate) fn given(value: Value) -> Option<Value> {
    value.option().filter(|v| !v.is_none())
}

/// The first argument (self or class) of a native method.
pub(crate) fn this(a: &Args<'_>) -> Value {
    a.get(0)
}

/// Result without a value.
pub(crate) fn none(result: Res<()>) -> Res {
    result.map(|()| Value::None)
}

/// Installs all built-in types and functions.
pub(crate) fn setup(h: &mut Host) {
    object::setup(h);
    type_methods::setup(h);
    numbers::setup(h);
    strings::setup(h);
    tuple::setup(h);
    list::setup(h);
    dict::setup(h);
    views::setup(h);
    set::setup(h);
    iterators::setup(h);
    code_types::setup(h);
    exceptions::setup(h);
    file::setup(h);
    buffers::setup(h);
    weakref::setup(h);
    functions::setup(h);
}
