//! Attribute access: descriptors, instances, classes, modules, `super`.

use crate::error::Res;
use crate::host::Host;
use crate::lowlevel;
use crate::object::{Method, NativeKind, ObjData, Super};
use crate::value::{ObjId, Value};

impl Host {
    /// `value.name`.
    #[inline]
    pub(crate) fn get_attribute(&mut self, value: Value, name: ObjId) -> Res {
        match self.get_attribute_opt(value, name)? {
            Some(found) => Ok(found),
            None => Err(self.attribute_error(value, name)),
        }
    }

    /// `value.name`; `None` instead of AttributeError.
    pub(crate) fn get_attribute_opt(&mut self, value: Value, name: ObjId) -> Res<Option<Value>> {
        let Value::Obj(id) = value else {
            return self.generic_attribute(value, name);
        };
        let special = match self.heap.get(id) {
            ObjData::Instance(i) => {
                let class = i.class;
                match self.heap.get(class) {
                    ObjData::Class(c) => c.custom_getattribute || c.has_getattr,
                    _ => false,
                }
            }
            ObjData::OldInstance(_) => return self.old_instance_attribute(id, name),
            ObjData::Class(c) => {
                let meta = c.metaclass;
                match self.heap.get(meta) {
                    ObjData::Class(m) if m.custom_getattribute || m.has_getattr => true,
                    _ => return self.class_attribute(id, name),
                }
            }
            ObjData::OldClass(_) => return self.old_class_attribute(id, name),
            ObjData::Super(s) => {
                let s = **s;
                return self.super_attribute(value, s, name);
            }
            ObjData::LowLevel(_) => {
                let text = self.name_text(name);
                if let Some(found) = lowlevel::ll_getattr(self, value, &text)? {
                    return Ok(Some(found));
                }
                false
            }
            ObjData::WeakRef(w) if w.proxy => {
                let target = self.proxy_target(value)?;
                return self.get_attribute_opt(target, name);
            }
            ObjData::Native(..) => {
                let class = self.type_id(value);
                self.class(Value::Obj(class))
                    .is_some_and(|c| c.custom_getattribute || c.has_getattr)
            }
            ObjData::Method(m) => {
                let func = m.func;
                return self.method_attribute(value, func, name);
            }
            _ => false,
        };
        if special {
            self.hooked_attribute(value, name)
        } else {
            self.generic_attribute(value, name)
        }
    }

    /// Attribute of a method: its own, else of its function.
    pub(crate) fn method_attribute(&mut self, value: Value, func: Value, name: ObjId) -> Res<Option<Value>> {
        let class = self.types.instancemethod;
        match self.lookup_type(class, name) {
            Some(found) if name != self.names.d_doc => self.bind(found, value, class).map(Some),
            _ => self.get_attribute_opt(func, name),
        }
    }

    /// Attribute access through `__getattribute__` and `__getattr__`.
    fn hooked_attribute(&mut self, value: Value, name: ObjId) -> Res<Option<Value>> {
        let class = self.type_id(value);
        let (getattribute, getattr) = (self.names.d_getattribute, self.names.d_getattr);
        let custom = self.class(Value::Obj(class)).is_some_and(|c| c.custom_getattribute);
        let found = if custom && let Some(method) = self.lookup_type(class, getattribute) {
            let result = self.call_special(method, value, &[Value::Obj(name)]);
            if self.lookup_type(class, getattr).is_none() {
                return result.map(Some);
            }
            self.catch(result, self.exceptions.attribute_error)?
        } else {
            let result = self.plain_attribute(value, name);
            self.catch(result, self.exceptions.attribute_error)?.flatten()
        };
        if found.is_some() {
            return Ok(found);
        }
        match self.lookup_type(class, getattr) {
            Some(method) => self.call_special(method, value, &[Value::Obj(name)]).map(Some),
            None => Ok(None),
        }
    }

    /// Attribute access without `__getattribute__` and `__getattr__`.
    pub(crate) fn plain_attribute(&mut self, value: Value, name: ObjId) -> Res<Option<Value>> {
        match value.obj().map(|id| (id, self.heap.get(id))) {
            Some((id, ObjData::Class(_))) => self.class_attribute(id, name),
            Some((_, ObjData::Super(s))) => {
                let s = **s;
                self.super_attribute(value, s, name)
            }
            _ => self.generic_attribute(value, name),
        }
    }

    /// `object.__getattribute__`.
    pub(crate) fn generic_attribute(&mut self, value: Value, name: ObjId) -> Res<Option<Value>> {
        let class = self.type_id(value);
        let from_class = self.lookup_type(class, name);
        if let Some(found) = from_class
            && self.is_data_descriptor(found)
            && self.has_getter(found)
        {
            return self.bind(found, value, class).map(Some);
        }
        let dict = self.dict_of(value);
        if !dict.is_hole()
            && let Some(found) = self.dict_get_name(dict, name)
        {
            return Ok(Some(found));
        }
        match from_class {
            Some(found) => self.bind(found, value, class).map(Some),
            None => Ok(None),
        }
    }

    /// Whether `__set__` (or `__delete__`) is there.
    pub(crate) fn is_data_descriptor(&mut self, value: Value) -> bool {
        let Value::Obj(id) = value else { return false };
        match self.heap.get(id) {
            ObjData::Property(_) | ObjData::GetSet(_) | ObjData::Member(_) => true,
            ObjData::Instance(i) => {
                if matches!(i.payload.as_deref(), Some(ObjData::Property(_))) {
                    return true;
                }
                let class = i.class;
                let (set, delete) = (self.names.d_set, self.names.d_delete);
                self.lookup_type(class, set).is_some() || self.lookup_type(class, delete).is_some()
            }
            ObjData::OldInstance(_) => {
                let name = self.names.d_set;
                matches!(self.old_special(value, name), Ok(Some(_)))
            }
            _ => false,
        }
    }

    /// Whether a data descriptor can be read: native ones can, others when they have `__get__`.
    fn has_getter(&mut self, descriptor: Value) -> bool {
        match self.heap.get(descriptor.obj().unwrap_or(ObjId::HOLE)) {
            ObjData::Instance(i) if i.payload.is_none() => {
                let class = i.class;
                let name = self.names.d_get;
                self.lookup_type(class, name).is_some()
            }
            _ => true,
        }
    }

    /// Binds a class attribute to an object (the descriptor protocol); the hole as object binds to the class alone.
    #[inline]
    pub(crate) fn bind(&mut self, found: Value, obj: Value, class: ObjId) -> Res {
        let Value::Obj(id) = found else { return Ok(found) };
        match self.heap.get(id) {
            ObjData::Function(_) => {
                let method = Method {
                    func: found,
                    self_: obj,
                    class: Value::Obj(class),
                };
                Ok(self.alloc(ObjData::Method(Box::new(method))))
            }
            ObjData::Builtin(b) => {
                let b = b.clone();
                Ok(match b.kind {
                    NativeKind::Function | NativeKind::New => found,
                    NativeKind::ClassMethod => self.alloc(ObjData::BuiltinMethod(b, Box::new(Value::Obj(class)))),
                    NativeKind::Method | NativeKind::Slot => {
                        if obj.is_hole() {
                            found
                        } else {
                            self.alloc(ObjData::BuiltinMethod(b, Box::new(obj)))
                        }
                    }
                })
            }
            ObjData::Str(_) | ObjData::Class(_) | ObjData::Tuple(_) | ObjData::List(_) | ObjData::Dict(_) => Ok(found),
            _ => self.bind_slow(found, obj, class),
        }
    }

    fn bind_slow(&mut self, found: Value, obj: Value, class: ObjId) -> Res {
        let Some(data) = self.data(found) else { return Ok(found) };
        match data {
            ObjData::StaticMethod(inner) => {
                let inner = *inner;
                if !self.is_user_instance(found) || self.own_get(found).is_none() {
                    return Ok(inner);
                }
            }
            ObjData::ClassMethod(inner) => {
                let inner = *inner;
                if !self.is_user_instance(found) || self.own_get(found).is_none() {
                    return self.bind_classmethod(inner, class);
                }
            }
            ObjData::Property(p) => {
                let p = **p;
                if !self.is_user_instance(found) || self.own_get(found).is_none() {
                    if obj.is_hole() {
                        return Ok(found);
                    }
                    return self.property_value(p, obj);
                }
            }
            ObjData::GetSet(g) => {
                if obj.is_hole() {
                    return Ok(found);
                }
                let get = g.get;
                return get(self, obj);
            }
            ObjData::Member(m) => {
                if obj.is_hole() {
                    return Ok(found);
                }
                let m = *m;
                return self.read_slot(obj, m.owner, m.name);
            }
            ObjData::Method(m) => {
                let m = **m;
                if m.self_.is_hole() && !obj.is_hole() {
                    let fits = self.is_subclass(Value::Obj(class), m.class);
                    if fits {
                        let bound = Method {
                            func: m.func,
                            self_: obj,
                            class: m.class,
                        };
                        return Ok(self.alloc(ObjData::Method(Box::new(bound))));
                    }
                }
                return Ok(found);
            }
            ObjData::Super(s) if s.obj.is_hole() && !obj.is_hole() => {
                let class = Value::Obj(s.class);
                return self.new_super(class, Some(obj));
            }
            _ => {}
        }
        if !self.is_user_instance(found) {
            return Ok(found);
        }
        match self.own_get(found) {
            Some(get) => {
                let obj = obj.option().unwrap_or(Value::None);
                self.call_special(get, found, &[obj, Value::Obj(class)])
            }
            None => self.old_style_get(found, obj, class),
        }
    }

    /// The value of a property.
    pub(crate) fn property_value(&mut self, p: crate::object::Property, obj: Value) -> Res {
        if p.get.is_none() {
            return Err(self.error(self.exceptions.attribute_error, "unreadable attribute"));
        }
        self.call_value(p.get, &[obj], &[])
    }

    fn old_style_get(&mut self, found: Value, obj: Value, class: ObjId) -> Res {
        let name = self.names.d_get;
        if let Some(ObjData::OldInstance(_)) = self.data(found)
            && let Some(get) = self.old_special(found, name)?
        {
            let obj = obj.option().unwrap_or(Value::None);
            return self.call_value(get, &[obj, Value::Obj(class)], &[]);
        }
        Ok(found)
    }

    /// `__get__` of an instance's class when it is not the native one.
    fn own_get(&mut self, value: Value) -> Option<Value> {
        let name = self.names.d_get;
        let class = self.type_id(value);
        if !self.is_user_class(class) && !matches!(self.data(value), Some(ObjData::Native(..))) {
            return None;
        }
        self.lookup_type(class, name).filter(|&m| !self.is_native_slot(m))
    }

    pub(crate) fn bind_classmethod(&mut self, inner: Value, class: ObjId) -> Res {
        if matches!(self.data(inner), Some(ObjData::Function(_))) {
            let meta = self.type_id(Value::Obj(class));
            let method = Method {
                func: inner,
                self_: Value::Obj(class),
                class: Value::Obj(meta),
            };
            return Ok(self.alloc(ObjData::Method(Box::new(method))));
        }
        let meta = self.type_id(Value::Obj(class));
        if self.is_class(inner) || matches!(self.data(inner), Some(ObjData::BuiltinMethod(..))) {
            let method = Method {
                func: inner,
                self_: Value::Obj(class),
                class: Value::Obj(meta),
            };
            return Ok(self.alloc(ObjData::Method(Box::new(method))));
        }
        let bound = self.bind(inner, Value::Obj(class), meta)?;
        if bound == inner && matches!(self.data(inner), Some(ObjData::Builtin(_))) {
            let method = Method {
                func: inner,
                self_: Value::Obj(class),
                class: Value::Obj(meta),
            };
            return Ok(self.alloc(ObjData::Method(Box::new(method))));
        }
        Ok(bound)
    }

    /// `type.__getattribute__`.
    pub(crate) fn class_attribute(&mut self, class: ObjId, name: ObjId) -> Res<Option<Value>> {
        let meta = self.type_id(Value::Obj(class));
        let from_meta = self.lookup_type(meta, name);
        if let Some(found) = from_meta
            && self.is_data_descriptor(found)
        {
            return self.bind(found, Value::Obj(class), meta).map(Some);
        }
        if let Some(found) = self.lookup_type(class, name) {
            return self.bind(found, Value::HOLE, class).map(Some);
        }
        match from_meta {
            Some(found) => self.bind(found, Value::Obj(class), meta).map(Some),
            None => Ok(None),
        }
    }

    fn old_class_attribute(&mut self, class: ObjId, name: ObjId) -> Res<Option<Value>> {
        let n = &self.names;
        let (dict_name, bases_name, name_name) = (n.d_dict, n.d_bases, n.d_name);
        let ObjData::OldClass(c) = self.heap.get(class) else {
            return Ok(None);
        };
        if name == dict_name {
            return Ok(Some(Value::Obj(c.dict)));
        }
        if name == bases_name {
            let bases: Vec<Value> = c.bases.iter().map(|&b| Value::Obj(b)).collect();
            return Ok(Some(self.new_tuple(&bases)));
        }
        if name == name_name {
            let text = c.name.clone();
            return Ok(Some(self.new_str(text)));
        }
        match self.lookup_old_class(class, name) {
            Some((found, _)) => self.bind(found, Value::HOLE, class).map(Some),
            None => self.generic_attribute(Value::Obj(class), name),
        }
    }

    fn old_instance_attribute(&mut self, id: ObjId, name: ObjId) -> Res<Option<Value>> {
        if let Some(found) = self.old_instance_plain(id, name)? {
            return Ok(Some(found));
        }
        let ObjData::OldInstance(i) = *self.heap.get(id) else {
            return Ok(None);
        };
        let getattr = self.names.d_getattr;
        if let Some((method, _)) = self.lookup_old_class(i.class, getattr) {
            let result = self.call_value(method, &[Value::Obj(id), Value::Obj(name)], &[])?;
            return Ok(Some(result));
        }
        Ok(None)
    }

    /// Attribute of an old-style instance without `__getattr__`.
    pub(crate) fn old_instance_plain(&mut self, id: ObjId, name: ObjId) -> Res<Option<Value>> {
        let ObjData::OldInstance(i) = *self.heap.get(id) else {
            return Ok(None);
        };
        if name == self.names.d_dict {
            return Ok(Some(Value::Obj(i.dict)));
        }
        if name == self.names.d_class {
            return Ok(Some(Value::Obj(i.class)));
        }
        if let Some(found) = self.dict_get_name(i.dict, name) {
            return Ok(Some(found));
        }
        match self.lookup_old_class(i.class, name) {
            Some((found, _)) => self.bind(found, Value::Obj(id), i.class).map(Some),
            None => Ok(None),
        }
    }

    fn super_attribute(&mut self, value: Value, s: Super, name: ObjId) -> Res<Option<Value>> {
        let skip = s.obj.is_hole() || name == self.names.d_class;
        if !skip && let Some(class) = self.class(Value::Obj(s.obj_class)) {
            let mro = class.mro.clone();
            let after = mro
                .iter()
                .position(|&c| c == Value::Obj(s.class))
                .map_or(mro.len(), |p| p + 1);
            for &entry in mro.get(after..).unwrap_or_default() {
                let dict = self.dict_of(entry);
                let Some(found) = self.dict_get_name(dict, name) else {
                    continue;
                };
                let obj = if s.obj == Value::Obj(s.obj_class) {
                    Value::HOLE
                } else {
                    s.obj
                };
                return self.bind(found, obj, s.obj_class).map(Some);
            }
        }
        self.generic_attribute(value, name)
    }

    /// `value.name = new`.
    pub(crate) fn set_attribute(&mut self, value: Value, name: ObjId, new: Value) -> Res<()> {
        if let Value::Obj(id) = value {
            match self.heap.get(id) {
                ObjData::Instance(i) => {
                    let class = i.class;
                    if self.class(Value::Obj(class)).is_some_and(|c| c.custom_setattr) {
                        return self.hooked_set(value, class, name, new);
                    }
                }
                ObjData::OldInstance(_) => return self.set_old_instance(id, name, new),
                ObjData::OldClass(_) => return self.set_old_class(id, name, new),
                ObjData::Class(c) => {
                    let meta = c.metaclass;
                    if self.class(Value::Obj(meta)).is_some_and(|m| m.custom_setattr) {
                        return self.hooked_set(value, meta, name, new);
                    }
                    return self.set_class_attribute(id, name, new);
                }
                ObjData::LowLevel(_) => {
                    let text = self.name_text(name);
                    return lowlevel::ll_setattr(self, value, &text, new);
                }
                ObjData::WeakRef(w) if w.proxy => {
                    let target = self.proxy_target(value)?;
                    return self.set_attribute(target, name, new);
                }
                ObjData::Native(class, _) => {
                    let class = *class;
                    if self.class(Value::Obj(class)).is_some_and(|c| c.custom_setattr) {
                        return self.hooked_set(value, class, name, new);
                    }
                }
                _ => {}
            }
        }
        self.generic_set(value, name, new)
    }

    /// `del value.name`.
    pub(crate) fn del_attribute(&mut self, value: Value, name: ObjId) -> Res<()> {
        self.set_attribute(value, name, Value::HOLE)
    }

    fn hooked_set(&mut self, value: Value, class: ObjId, name: ObjId, new: Value) -> Res<()> {
        let (set, del) = (self.names.d_setattr, self.names.d_delattr);
        if new.is_hole() {
            if let Some(method) = self.lookup_type(class, del) {
                self.call_special(method, value, &[Value::Obj(name)])?;
                return Ok(());
            }
        } else if let Some(method) = self.lookup_type(class, set) {
            self.call_special(method, value, &[Value::Obj(name), new])?;
            return Ok(());
        }
        self.plain_set(value, name, new)
    }

    /// Attribute assignment without `__setattr__`.
    pub(crate) fn plain_set(&mut self, value: Value, name: ObjId, new: Value) -> Res<()> {
        match value.obj().map(|id| (id, self.heap.get(id))) {
            Some((id, ObjData::Class(_))) => self.set_class_attribute(id, name, new),
            _ => self.generic_set(value, name, new),
        }
    }

    /// `object.__setattr__` and `object.__delattr__` (with the hole).
    pub(crate) fn generic_set(&mut self, value: Value, name: ObjId, new: Value) -> Res<()> {
        let class = self.type_id(value);
        let from_class = self.lookup_type(class, name);
        if let Some(found) = from_class
            && self.is_data_descriptor(found)
        {
            return self.descriptor_set(found, value, new);
        }
        let Some(dict) = self.instance_dict(value) else {
            return Err(self.set_error(value, name, from_class.is_some()));
        };
        if new.is_hole() {
            if !self.dict_remove_name(dict, name) {
                let text = self.name_text(name);
                if matches!(value.obj().map(|id| self.heap.get(id)), Some(ObjData::Instance(_))) {
                    return Err(self.error(self.exceptions.attribute_error, text));
                }
                return Err(self.attribute_error(value, name));
            }
        } else {
            self.dict_set_name(dict, name, new);
        }
        Ok(())
    }

    fn set_error(&mut self, value: Value, name: ObjId, exists: bool) -> crate::error::Raised {
        let (class, text) = (self.class_name_of(value), self.name_text(name));
        let message = if exists {
            format!("'{class}' object attribute '{text}' is read-only")
        } else {
            format!("'{class}' object has no attribute '{text}'")
        };
        self.error(self.exceptions.attribute_error, message)
    }

    /// The dict of an object, made when it has none yet; `None` when it cannot have one.
    pub(crate) fn instance_dict(&mut self, value: Value) -> Option<ObjId> {
        let id = value.obj()?;
        let existing = self.dict_of(value);
        if !existing.is_hole() {
            return match self.heap.get(id) {
                ObjData::Class(_) | ObjData::OldClass(_) => None,
                _ => Some(existing),
            };
        }
        let allowed = match self.heap.get(id) {
            ObjData::Instance(i) => {
                let class = i.class;
                self.class(Value::Obj(class)).is_some_and(|c| c.has_dict)
            }
            ObjData::Function(_) => true,
            _ => false,
        };
        if !allowed {
            return None;
        }
        let dict = self.heap.alloc(ObjData::Dict(Box::default()));
        match self.heap.get_mut(id) {
            ObjData::Instance(i) => i.dict = dict,
            ObjData::Function(f) => f.attrs = dict,
            _ => {}
        }
        Some(dict)
    }

    pub(crate) fn descriptor_set(&mut self, descriptor: Value, obj: Value, new: Value) -> Res<()> {
        match self.data(descriptor) {
            Some(ObjData::Property(p)) => {
                let p = **p;
                if self.is_user_instance(descriptor) {
                    let name = if new.is_hole() {
                        self.names.d_delete
                    } else {
                        self.names.d_set
                    };
                    let class = self.type_id(descriptor);
                    if let Some(m) = self.lookup_type(class, name).filter(|&m| !self.is_native_slot(m)) {
                        let args = if new.is_hole() { vec![obj] } else { vec![obj, new] };
                        self.call_special(m, descriptor, &args)?;
                        return Ok(());
                    }
                }
                self.property_set(p, obj, new)
            }
            Some(ObjData::GetSet(g)) => {
                let (set, name, owner) = (g.set, g.name, g.owner);
                match set {
                    Some(set) => set(self, obj, new),
                    None => {
                        let class = self.class_name(Value::Obj(owner));
                        let text = if self.is_readonly_member(name) {
                            "readonly attribute".to_string()
                        } else {
                            format!("attribute '{name}' of '{class}' objects is not writable")
                        };
                        let kind = if text.starts_with("readonly") {
                            self.exceptions.type_error
                        } else {
                            self.exceptions.attribute_error
                        };
                        Err(self.error(kind, text))
                    }
                }
            }
            Some(ObjData::Member(m)) => {
                let m = *m;
                self.write_slot(obj, m.owner, m.name, new)
            }
            _ => {
                let name = if new.is_hole() {
                    self.names.d_delete
                } else {
                    self.names.d_set
                };
                let Some(method) = self.special_method(descriptor, name)? else {
                    let text = if new.is_hole() { "__delete__" } else { "__set__" };
                    return Err(self.error(self.exceptions.attribute_error, text));
                };
                let args = if new.is_hole() { vec![obj] } else { vec![obj, new] };
                self.call_value(method, &args, &[])?;
                Ok(())
            }
        }
    }

    fn is_readonly_member(&self, name: &str) -> bool {
        matches!(
            name,
            "__mro__"
                | "__base__"
                | "__self__"
                | "__func__"
                | "im_self"
                | "im_func"
                | "im_class"
                | "__objclass__"
                | "func_closure"
                | "start"
                | "stop"
                | "step"
                | "func_globals"
                | "__closure__"
                | "__globals__"
                | "gi_frame"
                | "gi_running"
                | "gi_code"
                | "__thisclass__"
                | "__self_class__"
                | "f_code"
                | "f_back"
                | "f_globals"
                | "f_builtins"
                | "tb_next"
                | "tb_frame"
                | "tb_lineno"
                | "tb_lasti"
                | "real"
                | "imag"
                | "fget"
                | "fset"
                | "fdel"
        ) || name.starts_with("co_")
    }

    pub(crate) fn property_set(&mut self, p: crate::object::Property, obj: Value, new: Value) -> Res<()> {
        let (func, text) = if new.is_hole() {
            (p.del, "can't delete attribute")
        } else {
            (p.set, "can't set attribute")
        };
        if func.is_none() {
            return Err(self.error(self.exceptions.attribute_error, text));
        }
        if new.is_hole() {
            self.call_value(func, &[obj], &[])?;
        } else {
            self.call_value(func, &[obj, new], &[])?;
        }
        Ok(())
    }

    fn slot_index(&self, obj: Value, owner: ObjId, name: ObjId) -> Option<usize> {
        let inst = self.instance(obj)?;
        let class = self.class(Value::Obj(inst.class))?;
        let names = &class.slots;
        if self.is_subclass(Value::Obj(inst.class), Value::Obj(owner)) {
            let own = self.class(Value::Obj(owner))?;
            // The owner's own slots are the last ones of its list; bases come first in every subclass.
            let within = own.slots.iter().rposition(|&n| n == name)?;
            if names.get(within) == Some(&name) {
                return Some(within);
            }
            return names.iter().position(|&n| n == name);
        }
        None
    }

    pub(crate) fn read_slot(&mut self, obj: Value, owner: ObjId, name: ObjId) -> Res {
        let Some(index) = self.slot_index(obj, owner, name) else {
            return Err(self.slot_error(obj, owner, name));
        };
        let found = self
            .instance(obj)
            .and_then(|i| i.slots.get(index).copied())
            .and_then(Value::option);
        match found {
            Some(value) => Ok(value),
            None => {
                let text = self.name_text(name);
                Err(self.error(self.exceptions.attribute_error, text))
            }
        }
    }

    fn slot_error(&mut self, obj: Value, owner: ObjId, name: ObjId) -> crate::error::Raised {
        let text = format!(
            "descriptor '{}' for '{}' objects doesn't apply to '{}' object",
            self.name_text(name),
            self.class_name(Value::Obj(owner)),
            self.class_name_of(obj)
        );
        self.type_error(text)
    }

    fn write_slot(&mut self, obj: Value, owner: ObjId, name: ObjId, new: Value) -> Res<()> {
        let Some(index) = self.slot_index(obj, owner, name) else {
            return Err(self.slot_error(obj, owner, name));
        };
        let Value::Obj(id) = obj else { return Ok(()) };
        let mut missing = false;
        if let ObjData::Instance(i) = self.heap.get_mut(id) {
            if i.slots.len() <= index {
                i.slots.resize(index + 1, Value::HOLE);
            }
            missing = new.is_hole() && i.slots[index].is_hole();
            i.slots[index] = new;
        }
        if missing {
            let text = self.name_text(name);
            return Err(self.error(self.exceptions.attribute_error, text));
        }
        Ok(())
    }

    fn set_class_attribute(&mut self, class: ObjId, name: ObjId, new: Value) -> Res<()> {
        let meta = self.type_id(Value::Obj(class));
        let builtin = self.class(Value::Obj(class)).is_some_and(|c| c.builtin);
        if builtin {
            let text = format!(
                "can't set attributes of built-in/extension type '{}'",
                self.class_name(Value::Obj(class))
            );
            return Err(self.type_error(text));
        }
        if let Some(found) = self.lookup_type(meta, name)
            && self.is_data_descriptor(found)
        {
            self.descriptor_set(found, Value::Obj(class), new)?;
            self.refresh_class_flags(class);
            return Ok(());
        }
        let dict = self.dict_of(Value::Obj(class));
        if new.is_hole() {
            if !self.dict_remove_name(dict, name) {
                let text = self.name_text(name);
                return Err(self.error(self.exceptions.attribute_error, text));
            }
        } else {
            self.dict_set_name(dict, name, new);
        }
        self.method_cache.invalidate();
        self.refresh_class_flags(class);
        Ok(())
    }

    fn set_old_class(&mut self, class: ObjId, name: ObjId, new: Value) -> Res<()> {
        let n = &self.names;
        let (dict_name, bases_name, name_name) = (n.d_dict, n.d_bases, n.d_name);
        if !new.is_hole() && (name == dict_name || name == bases_name || name == name_name) {
            return self.set_old_class_member(class, name, new);
        }
        let dict = self.dict_of(Value::Obj(class));
        if new.is_hole() {
            if !self.dict_remove_name(dict, name) {
                return Err(self.attribute_error(Value::Obj(class), name));
            }
        } else {
            self.dict_set_name(dict, name, new);
        }
        Ok(())
    }

    fn set_old_class_member(&mut self, class: ObjId, name: ObjId, new: Value) -> Res<()> {
        if name == self.names.d_name {
            let Some(text) = self.str_text(new) else {
                return Err(self.type_error("__name__ must be a string object"));
            };
            if let ObjData::OldClass(c) = self.heap.get_mut(class) {
                c.name = text;
            }
        } else if name == self.names.d_dict {
            let Some(id) = new.obj().filter(|_| self.is_dict(new)) else {
                return Err(self.type_error("__dict__ must be a dictionary object"));
            };
            if let ObjData::OldClass(c) = self.heap.get_mut(class) {
                c.dict = id;
            }
        } else {
            let Some(items) = self.tuple_items(new).cloned() else {
                return Err(self.type_error("__bases__ must be a tuple object"));
            };
            for &base in items.iter() {
                if !matches!(self.data(base), Some(ObjData::OldClass(_))) {
                    return Err(self.type_error("__bases__ items must be classes"));
                }
                if self.is_subclass(base, Value::Obj(class)) {
                    return Err(self.type_error("a __bases__ item causes an inheritance cycle"));
                }
            }
            if let ObjData::OldClass(c) = self.heap.get_mut(class) {
                c.bases = items.iter().filter_map(|b| b.obj()).collect();
            }
        }
        Ok(())
    }

    fn set_old_instance(&mut self, id: ObjId, name: ObjId, new: Value) -> Res<()> {
        let ObjData::OldInstance(i) = *self.heap.get(id) else {
            return Ok(());
        };
        let hook = if new.is_hole() {
            self.names.d_delattr
        } else {
            self.names.d_setattr
        };
        if name == self.names.d_dict && !new.is_hole() {
            let Some(dict) = new.obj().filter(|_| self.is_dict(new)) else {
                return Err(self.type_error("__dict__ must be set to a dictionary"));
            };
            if let ObjData::OldInstance(i) = self.heap.get_mut(id) {
                i.dict = dict;
            }
            return Ok(());
        }
        if name == self.names.d_class && !new.is_hole() {
            let Some(class) = new.obj().filter(|&c| matches!(self.heap.get(c), ObjData::OldClass(_))) else {
                return Err(self.type_error("__class__ must be set to a class"));
            };
            if let ObjData::OldInstance(i) = self.heap.get_mut(id) {
                i.class = class;
            }
            return Ok(());
        }
        if let Some((method, _)) = self.lookup_old_class(i.class, hook) {
            if new.is_hole() {
                self.call_value(method, &[Value::Obj(id), Value::Obj(name)], &[])?;
            } else {
                self.call_value(method, &[Value::Obj(id), Value::Obj(name), new], &[])?;
            }
            return Ok(());
        }
        if new.is_hole() {
            if !self.dict_remove_name(i.dict, name) {
                return Err(self.attribute_error(Value::Obj(id), name));
            }
        } else {
            self.dict_set_name(i.dict, name, new);
        }
        Ok(())
    }

    /// A special method looked up on an old-style instance (attributes, `__getattr__` included).
    pub(crate) fn old_special(&mut self, value: Value, name: ObjId) -> Res<Option<Value>> {
        let Some(id) = value.obj() else { return Ok(None) };
        if !matches!(self.heap.get(id), ObjData::OldInstance(_)) {
            return Ok(None);
        }
        let result = self.old_instance_attribute(id, name);
        Ok(self.catch(result, self.exceptions.attribute_error)?.flatten())
    }

    /// A special method of a value, bound; looked up on the class (on the instance for old-style ones).
    pub(crate) fn special_method(&mut self, value: Value, name: ObjId) -> Res<Option<Value>> {
        if let Value::Obj(id) = value {
            match self.heap.get(id) {
                ObjData::OldInstance(_) => return self.old_special(value, name),
                ObjData::WeakRef(w) if w.proxy => {
                    let target = self.proxy_target(value)?;
                    let Some(found) = self.special_method(target, name)? else {
                        return Ok(None);
                    };
                    return Ok(Some(found));
                }
                _ => {}
            }
        }
        let class = self.type_id(value);
        match self.lookup_type(class, name) {
            Some(found) => self.bind(found, value, class).map(Some),
            None => Ok(None),
        }
    }

    /// Calls a class attribute found by [`Host::lookup_type`] as a method.
    #[inline]
    pub(crate) fn call_special(&mut self, found: Value, this: Value, args: &[Value]) -> Res {
        if let Some(ObjData::Function(_) | ObjData::Builtin(_)) = found.obj().map(|id| self.heap.get(id)) {
            let mut all: smallvec::SmallVec<[Value; 6]> = smallvec::smallvec![this];
            all.extend_from_slice(args);
            return self.call_value(found, &all, &[]);
        }
        let class = self.type_id(this);
        let bound = self.bind(found, this, class)?;
        self.call_value(bound, args, &[])
    }

    /// Calls a special method when the value has it.
    pub(crate) fn call_special_if(&mut self, value: Value, name: ObjId, args: &[Value]) -> Res<Option<Value>> {
        match self.special_method(value, name)? {
            Some(method) => self.call_value(method, args, &[]).map(Some),
            None => Ok(None),
        }
    }
}
