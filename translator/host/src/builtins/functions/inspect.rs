//! Built-in functions about objects, classes and namespaces.

use super::super::{def, given};
use crate::builtins::object::name_arg;
use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, NativeDef, ObjData};
use crate::value::Value;

pub(super) const FUNCTIONS: &[NativeDef] = &[
    def("apply", 1, 3, apply),
    def("callable", 1, 1, |h, a| Ok(Value::Bool(h.is_callable(a.get(0))))),
    def("delattr", 2, 2, delattr),
    def("dir", 0, 1, dir),
    def("getattr", 2, 3, getattr),
    def("globals", 0, 0, |h, _| Ok(Value::Obj(h.frame_globals()))),
    def("hasattr", 2, 2, hasattr),
    def("isinstance", 2, 2, |h, a| {
        Ok(Value::Bool(h.instance_check(a.get(0), a.get(1))?))
    }),
    def("issubclass", 2, 2, |h, a| {
        Ok(Value::Bool(h.subclass_check(a.get(0), a.get(1))?))
    }),
    def("locals", 0, 0, locals),
    def("setattr", 3, 3, setattr),
    def("vars", 0, 1, vars),
];

fn apply(h: &mut Host, a: Args<'_>) -> Res {
    let args = match a.opt(1) {
        Some(v) => h.collect_for(v, "apply() arg 2 expected sequence, found other")?,
        None => vec![],
    };
    let mut kwargs = vec![];
    if let Some(v) = a.opt(2) {
        if !h.is_dict(v) {
            let text = format!("apply() arg 3 expected dictionary, found {}", h.class_name_of(v));
            return Err(h.type_error(text));
        }
        for (key, value) in h.dict_items(v) {
            kwargs.push((name_arg(h, key)?, value));
        }
    }
    h.call_value(a.get(0), &args, &kwargs)
}

/// An attribute name, or TypeError in the words of the function.
fn attribute_name(h: &mut Host, value: Value, function: &str) -> Res<crate::value::ObjId> {
    if h.str_bytes(value).is_none() && h.unicode_chars(value).is_none() {
        return Err(h.type_error(format!("{function}(): attribute name must be string")));
    }
    name_arg(h, value)
}

fn getattr(h: &mut Host, a: Args<'_>) -> Res {
    let name = attribute_name(h, a.get(1), "getattr")?;
    match a.opt(2) {
        None => h.get_attribute(a.get(0), name),
        Some(default) => match h.get_attribute_opt(a.get(0), name) {
            Ok(found) => Ok(found.unwrap_or(default)),
            // raised by a property or a native attribute
            Err(raised) if h.raised_is(&raised, h.exceptions.attribute_error) => Ok(default),
            Err(raised) => Err(raised),
        },
    }
}

/// Any exception means that there is no such attribute, but those that end the program.
fn hasattr(h: &mut Host, a: Args<'_>) -> Res {
    let name = attribute_name(h, a.get(1), "hasattr")?;
    match h.get_attribute_opt(a.get(0), name) {
        Ok(found) => Ok(Value::Bool(found.is_some())),
        Err(raised) if h.raised_is(&raised, h.exceptions.exception) => Ok(Value::Bool(false)),
        Err(raised) => Err(raised),
    }
}

fn setattr(h: &mut Host, a: Args<'_>) -> Res {
    let name = attribute_name(h, a.get(1), "setattr")?;
    h.set_attribute(a.get(0), name, a.get(2))?;
    Ok(Value::None)
}

fn delattr(h: &mut Host, a: Args<'_>) -> Res {
    let name = attribute_name(h, a.get(1), "delattr")?;
    h.del_attribute(a.get(0), name)?;
    Ok(Value::None)
}

fn locals(h: &mut Host, _: Args<'_>) -> Res {
    let index = h.frames.len().saturating_sub(1);
    Ok(h.locals_of(index))
}

fn vars(h: &mut Host, a: Args<'_>) -> Res {
    let Some(object) = a.opt(0) else { return locals(h, a) };
    match h.getattr_opt(object, "__dict__")? {
        Some(dict) => Ok(dict),
        None => Err(h.type_error("vars() argument must have __dict__ attribute")),
    }
}

fn dir(h: &mut Host, a: Args<'_>) -> Res {
    let names = match a.opt(0) {
        None => {
            let mapping = locals(h, a)?;
            let keys = h.getattr(mapping, "keys")?;
            let keys = h.call(keys, &[], &[])?;
            h.collect_iterable(keys)?
        }
        Some(object) => names_of(h, object)?,
    };
    let sorted = crate::builtins::list::sort_values(h, names, None, None, None)?;
    Ok(h.new_list(sorted))
}

fn names_of(h: &mut Host, object: Value) -> Res<Vec<Value>> {
    let special = h.names.d_dir;
    if let Some(result) = h.call_special_if(object, special, &[])? {
        return h.collect_iterable(result);
    }
    let mut dicts = vec![];
    if h.is_class(object) {
        dicts.extend(class_dicts(h, object));
    } else if matches!(h.data(object), Some(ObjData::Module(_))) {
        dicts.push(Value::Obj(h.dict_of(object)));
    } else {
        dicts.extend(h.getattr_opt(object, "__dict__")?);
        let class = h.class_of(object);
        dicts.extend(class_dicts(h, class));
    }
    let mut names = vec![];
    for dict in dicts {
        for (key, _) in h.dict_items(dict) {
            names.push(key);
        }
    }
    let set = h.new_set(&names)?;
    h.collect_iterable(set)
}

fn class_dicts(h: &mut Host, class: Value) -> Vec<Value> {
    let mro = h.mro_of(class);
    mro.into_iter().map(|c| Value::Obj(h.dict_of(c))).collect()
}

impl Host {
    /// `isinstance(value, class)` with tuples and hooks.
    pub(crate) fn instance_check(&mut self, value: Value, class: Value) -> Res<bool> {
        if let Some(items) = self.tuple_items(class).cloned() {
            for item in items.iter() {
                if self.instance_check(value, *item)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        if self.isinstance(value, class) {
            return Ok(true);
        }
        if self.is_user_instance(class) || self.has_user_metaclass(class) {
            let name = self.names.d_instancecheck;
            if let Some(result) = self.call_special_if(class, name, &[value])? {
                return self.is_true(result);
            }
        }
        self.real_isinstance(value, class)
    }

    fn has_user_metaclass(&self, class: Value) -> bool {
        self.class(class).is_some_and(|c| self.is_user_class(c.metaclass))
    }

    /// `type.__instancecheck__`.
    pub(crate) fn real_isinstance(&mut self, value: Value, class: Value) -> Res<bool> {
        if self.is_class(class) {
            if self.isinstance(value, class) || self.is_subclass(Value::Obj(self.type_id(value)), class) {
                return Ok(true);
            }
            if !self.is_user_instance(value) {
                return Ok(false);
            }
            let claimed = self.getattr_opt(value, "__class__")?;
            return Ok(claimed.is_some_and(|c| self.is_class(c) && self.is_subclass(c, class)));
        }
        match self.getattr_opt(class, "__bases__")? {
            Some(_) => {
                let own = self.getattr_opt(value, "__class__")?.unwrap_or(Value::None);
                self.abstract_subclass(own, class)
            }
            None => Err(self.type_error("isinstance() arg 2 must be a class, type, or tuple of classes and types")),
        }
    }

    /// `issubclass(sub, class)` with tuples and hooks.
    pub(crate) fn subclass_check(&mut self, sub: Value, class: Value) -> Res<bool> {
        if let Some(items) = self.tuple_items(class).cloned() {
            for item in items.iter() {
                if self.subclass_check(sub, *item)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        if self.has_user_metaclass(class) || self.is_user_instance(class) {
            let name = self.intern_str("__subclasscheck__");
            if let Some(result) = self.call_special_if(class, name, &[sub])? {
                return self.is_true(result);
            }
        }
        self.real_issubclass(sub, class)
    }

    /// `type.__subclasscheck__`.
    pub(crate) fn real_issubclass(&mut self, sub: Value, class: Value) -> Res<bool> {
        if self.is_class(sub) && self.is_class(class) {
            return Ok(self.is_subclass(sub, class));
        }
        if self.getattr_opt(sub, "__bases__")?.is_none() {
            return Err(self.type_error("issubclass() arg 1 must be a class"));
        }
        if self.getattr_opt(class, "__bases__")?.is_none() {
            return Err(self.type_error("issubclass() arg 2 must be a class or tuple of classes"));
        }
        self.abstract_subclass(sub, class)
    }

    fn abstract_subclass(&mut self, sub: Value, class: Value) -> Res<bool> {
        let mut work = vec![sub];
        while let Some(at) = work.pop() {
            if at == class {
                return Ok(true);
            }
            if let Some(bases) = self.getattr_opt(at, "__bases__")?
                && given(bases).is_some()
            {
                work.extend(self.collect_iterable(bases)?);
            }
        }
        Ok(false)
    }
}
