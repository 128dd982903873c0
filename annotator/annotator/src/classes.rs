//! Descriptors of classes, and class definitions with their attributes.
//!
//! An attribute lives in the topmost class that needs it: when it is first read or written on instances of a class, an
//! `Attribute` is made there that takes in those of the subclasses. Values in class dicts and in prebuilt instances are
//! *sources*; they are united into the attribute once there is one.

use crate::annotator::{Annotator, Flow};
use crate::definitions::{Attribute, ClassDef, Place, Source};
use crate::desc::{ClassDesc, Desc, MethodDesc};
use crate::model::{AnnId, ClassDefId, DescId, Kind};
use indexmap::{IndexMap, IndexSet};
use rpy_host::{ObjData, Value};
use rpy_syntax::Span;
use std::sync::Arc;

/// Names in class dicts that are no attributes.
const IGNORED: &[&str] = &[
    "__module__",
    "__doc__",
    "__dict__",
    "__weakref__",
    "__slots__",
    "__metaclass__",
    "__new__",
    "_mixin_",
    "_mixin_sources_",
    "_attrs_",
    "_immutable_",
    "_immutable_fields_",
    "_alloc_flavor_",
    "_alloc_nonmovable_",
    "_must_be_light_finalizer_",
    "_settled_",
    "_freeze_",
    "_cleanup_",
    "_rpython_never_allocate_",
    "_virtualizable_",
    "_annspecialcase_",
    "_annenforceargs_",
    "_rpy_int_",
];

impl Annotator {
    /// `__name__` of a class.
    pub(crate) fn class_name(&self, class: Value) -> String {
        match class.obj().map(|id| self.host.heap.get(id)) {
            Some(ObjData::OldClass(c)) => c.name.clone(),
            _ => self.host.class(class).map(|c| c.name.clone()).unwrap_or_default(),
        }
    }

    /// `__module__` of a class, `__builtin__` or `exceptions` for the host's own.
    pub(crate) fn class_module(&mut self, class: Value) -> String {
        if self.is_exception_class(class) && self.host.class(class).is_some_and(|c| c.builtin) {
            return "exceptions".into();
        }
        match self.host.lookup_mro(class, "__module__") {
            Some(m) => self.host.str_text(m).unwrap_or_else(|| "__builtin__".into()),
            None => "__builtin__".into(),
        }
    }

    /// Whether a host class is an exception class.
    pub(crate) fn is_exception_class(&self, class: Value) -> bool {
        self.host
            .issubclass(class, Value::Obj(self.host.exceptions.base_exception))
    }

    fn class_dict(&self, class: Value) -> Value {
        match class.obj().map(|id| self.host.heap.get(id)) {
            Some(ObjData::OldClass(c)) => Value::Obj(c.dict),
            _ => self.host.class(class).map_or(Value::None, |c| Value::Obj(c.dict)),
        }
    }

    /// An attribute of the class's own dict.
    pub(crate) fn own_class_attr(&mut self, class: Value, name: &str) -> Option<Value> {
        let dict = self.class_dict(class);
        self.host.dict_get_str(dict, name)
    }

    fn class_bases(&self, class: Value) -> Vec<Value> {
        match class.obj().map(|id| self.host.heap.get(id)) {
            Some(ObjData::OldClass(c)) => c.bases.iter().map(|b| Value::Obj(*b)).collect(),
            _ => self.host.class(class).map(|c| c.bases.clone()).unwrap_or_default(),
        }
    }

    fn is_mixin(&mut self, class: Value) -> bool {
        match self.own_class_attr(class, "_mixin_") {
            Some(v) => self.host.is_true(v).unwrap_or(false),
            None => false,
        }
    }

    /// The descriptor of a host class.
    pub(crate) fn class_desc_of(&mut self, class: Value) -> Flow<DescId> {
        if let Some(&id) = self.desc_index.get(&(class, None)) {
            return Ok(id);
        }
        let object = Value::Obj(self.host.types.object);
        let mut base = None;
        let mut mixins = vec![];
        for b in self.class_bases(class) {
            if b == object {
                continue;
            }
            if self.is_mixin(b) {
                mixins.push(b);
            } else if base.is_some() {
                return Err(self.multiple_inheritance_error(class));
            } else {
                base = Some(b);
            }
        }
        let base = match base {
            Some(b) => Some(self.class_desc_of(b)?),
            None => None,
        };
        let mut attributes = IndexMap::new();
        for mixin in mixins.iter().rev() {
            self.add_mixin(*mixin, &mut attributes);
        }
        self.add_class_dict(class, &mut attributes);
        let allowed = self.allowed_attributes(class, base)?;
        let flag = |a: &mut Annotator, name: &str| a.host.lookup_mro(class, name);
        let settled = flag(self, "_settled_").is_some();
        let raw = flag(self, "_alloc_flavor_")
            .and_then(|v| self.host.str_text(v))
            .as_deref()
            == Some("raw");
        let id = self.add_desc(Desc::Class(ClassDesc {
            class,
            name: self.class_name(class).into(),
            base,
            attributes,
            hidden: IndexMap::new(),
            classdef: None,
            allowed,
            settled,
            raw,
        }));
        self.desc_index.insert((class, None), id);
        Ok(id)
    }

    pub(crate) fn add_desc(&mut self, desc: Desc) -> DescId {
        self.descs.push(desc);
        DescId::new(self.descs.len() - 1)
    }

    fn add_mixin(&mut self, mixin: Value, attributes: &mut IndexMap<Arc<str>, Value>) {
        let object = Value::Obj(self.host.types.object);
        let order = match self.host.class(mixin) {
            Some(c) => c.mro.clone(),
            None => vec![mixin],
        };
        for class in order.into_iter().rev() {
            if class != object {
                self.add_class_dict(class, attributes);
            }
        }
    }

    fn add_class_dict(&mut self, class: Value, attributes: &mut IndexMap<Arc<str>, Value>) {
        if self.host.class(class).is_some_and(|c| c.builtin) {
            return;
        }
        let dict = self.class_dict(class);
        for (name, value) in self.host.dict_items(dict) {
            let Some(name) = self.host.str_text(name) else { continue };
            let member = matches!(self.host.data(value), Some(ObjData::Member(_) | ObjData::GetSet(_)));
            if member || IGNORED.contains(&name.as_str()) {
                continue;
            }
            attributes.insert(name.into(), value);
        }
    }

    /// The names allowed by `_attrs_` and `__slots__`, if the class and all its bases declare them.
    fn allowed_attributes(&mut self, class: Value, base: Option<DescId>) -> Flow<Option<IndexSet<Arc<str>>>> {
        let mut names = IndexSet::new();
        let mut declared = false;
        for key in ["_attrs_", "__slots__"] {
            let Some(value) = self.own_class_attr(class, key) else {
                continue;
            };
            declared = true;
            if self.host.str_text(value).is_some() {
                names.extend(self.host.str_text(value).map(Arc::from));
                continue;
            }
            let items = self.host.iterate_to_vec(value).map_err(|e| self.raised_error(&e))?;
            for item in items {
                names.extend(self.host.str_text(item).map(Arc::from));
            }
        }
        if !declared {
            return Ok(None);
        }
        if let Some(base) = base
            && let Some(base) = self.class_desc(base)
        {
            names.extend(base.allowed.iter().flatten().cloned());
        }
        Ok(Some(names))
    }

    /// The class definition of a class descriptor.
    pub(crate) fn classdef_of(&mut self, desc: DescId) -> Flow<ClassDefId> {
        let Some(class) = self.class_desc(desc) else {
            return Err(self.error("RPY0404", "this is not a class"));
        };
        if let Some(id) = class.classdef {
            return Ok(id);
        }
        let (name, base, value) = (class.name.clone(), class.base, class.class);
        let names: Vec<(Arc<str>, Value)> = class.attributes.iter().map(|(n, v)| (n.clone(), *v)).collect();
        let base = match base {
            Some(b) => Some(self.classdef_of(b)?),
            None => None,
        };
        let id = ClassDefId::new(self.classes.len());
        self.classes.push(ClassDef {
            desc,
            name,
            base,
            subclasses: vec![],
            attributes: IndexMap::new(),
            sources: IndexMap::new(),
            prebuilt: IndexSet::new(),
            class_readers: IndexSet::new(),
            instantiated: false,
        });
        if let Desc::Class(c) = &mut self.descs[desc.index()] {
            c.classdef = Some(id);
        }
        if let Some(b) = base {
            self.classes[b.index()].subclasses.push(id);
            for up in self.mro(b) {
                let readers: Vec<Place> = self.class(up).class_readers.iter().copied().collect();
                self.reflow_all(&readers);
            }
        }
        for (name, value) in names {
            self.add_class_source(id, desc, &name, value)?;
        }
        self.add_builtin_attributes(id, value)?;
        Ok(id)
    }

    /// `errno`, `strerror` and `filename` of environment errors.
    fn add_builtin_attributes(&mut self, id: ClassDefId, class: Value) -> Flow<()> {
        if class != Value::Obj(self.host.exceptions.environment_error) {
            return Ok(());
        }
        let text = self.anns.of(Kind::Str {
            can_be_none: true,
            no_nul: false,
        });
        for (name, ann) in [("errno", AnnId::INT), ("strerror", text), ("filename", text)] {
            self.generalize_attribute(id, name, ann)?;
            self.attribute_mut(id, name).readonly = false;
        }
        Ok(())
    }

    /// Registers what a class dict holds. Properties become methods `name__getter__` and `name__setter__`.
    fn add_class_source(&mut self, id: ClassDefId, desc: DescId, name: &str, value: Value) -> Flow<()> {
        if let Some(ObjData::Property(p)) = self.host.data(value) {
            for (function, suffix) in [(p.get, "__getter__"), (p.set, "__setter__")] {
                if self.host.function(function).is_some() {
                    let method: Arc<str> = format!("{name}{suffix}").into();
                    if let Desc::Class(c) = &mut self.descs[desc.index()] {
                        c.attributes.insert(method.clone(), function);
                    }
                    self.add_source(
                        id,
                        &method,
                        Source::Class {
                            class: desc,
                            value: function,
                        },
                    )?;
                }
            }
            return Ok(());
        }
        self.add_source(id, name, Source::Class { class: desc, value })
    }

    fn add_source(&mut self, id: ClassDefId, name: &str, source: Source) -> Flow<()> {
        if let Some(owner) = self.attribute_owner(id, name) {
            return self.apply_source(owner, name, id, source);
        }
        self.classes[id.index()]
            .sources
            .entry(name.into())
            .or_default()
            .insert(source);
        if matches!(source, Source::Class { .. }) {
            for sub in self.subclasses(id) {
                if self.class(sub).attributes.contains_key(name) {
                    self.apply_source(sub, name, id, source)?;
                }
            }
        }
        Ok(())
    }

    /// Unites a source's value into the attribute of `owner`.
    fn apply_source(&mut self, owner: ClassDefId, name: &str, origin: ClassDefId, source: Source) -> Flow<()> {
        let value = self.source_value(origin, name, source)?;
        let old = self.attribute_mut(owner, name).ann;
        let from = self.attribute_mut(owner, name).from;
        if matches!(source, Source::Instance(_)) {
            self.modified_attribute(owner, name)?;
        }
        let new = match self.union(old, value) {
            Ok(new) => new,
            Err(m) => return self.attribute_error_mixed(owner, name, from, *m),
        };
        if new != old {
            let span = self.here_span;
            let attribute = self.attribute_mut(owner, name);
            attribute.ann = new;
            attribute.from = span;
            let readers: Vec<Place> = attribute.readers.iter().copied().collect();
            self.reflow_all(&readers);
        }
        Ok(())
    }

    fn source_value(&mut self, origin: ClassDefId, name: &str, source: Source) -> Flow {
        match source {
            Source::Instance(instance) => {
                let value = self.host_attr(instance, name)?;
                self.value_type(value)
            }
            Source::Class { class, value } => {
                let ann = self.class_value(class, name, value)?;
                let ann = self.without_constant(ann);
                self.bind_under(ann, origin, name)
            }
        }
    }

    /// What a class dict's value is when read through the class: functions stay functions.
    fn class_value(&mut self, class: DescId, name: &str, value: Value) -> Flow {
        match self.host.data(value) {
            Some(ObjData::StaticMethod(f)) => {
                let f = *f;
                return self.try_value(f);
            }
            Some(ObjData::ClassMethod(_)) => return Err(self.class_method_error(class, name)),
            Some(ObjData::Function(_)) => {
                if let Some(desc) = self.own_function(class, value)? {
                    return Ok(self.pbc(&[desc], false));
                }
            }
            Some(ObjData::Method(m)) => {
                let (func, self_) = (m.func, m.self_);
                if self_.is_hole() {
                    return self.try_value(func);
                }
            }
            _ => {}
        }
        self.try_value(value)
    }

    /// A function of a class dict; functions of mix-ins are separate for each class.
    fn own_function(&mut self, class: DescId, value: Value) -> Flow<Option<DescId>> {
        let whole = self.try_value(value)?;
        let Kind::Pbc { descs, .. } = self.anns.kind(whole).clone() else {
            return Ok(None);
        };
        let Some(desc) = self.class_desc(class) else {
            return Ok(None);
        };
        let host_class = desc.class;
        let mut mixed = false;
        for base in self.class_bases(host_class) {
            mixed |= self.is_mixin(base);
        }
        if !mixed {
            return Ok(Some(descs[0]));
        }
        let dict = self.class_dict(host_class);
        let own = self.host.dict_items(dict).iter().any(|(_, v)| {
            *v == value || matches!(self.host.data(*v), Some(ObjData::Property(p)) if p.get == value || p.set == value)
        });
        if own {
            return Ok(Some(descs[0]));
        }
        self.function_desc_of(value, Some(class)).map(Some)
    }

    /// Functions found in a class become unbound methods.
    fn bind_under(&mut self, ann: AnnId, origin: ClassDefId, name: &str) -> Flow {
        let Kind::Pbc { descs, can_be_none } = self.anns.kind(ann).clone() else {
            return Ok(ann);
        };
        if self.function_desc(descs[0]).is_none() {
            return Ok(ann);
        }
        if self.is_static(origin, name) {
            return Ok(ann);
        }
        let mut methods: Vec<DescId> = descs
            .iter()
            .map(|f| {
                self.method_desc_of(MethodDesc {
                    function: *f,
                    origin,
                    self_class: None,
                    name: name.into(),
                })
            })
            .collect();
        methods.sort_unstable();
        Ok(self.pbc(&methods, can_be_none))
    }

    fn is_static(&self, origin: ClassDefId, name: &str) -> bool {
        let value = self
            .class_desc(self.class(origin).desc)
            .and_then(|c| c.attributes.get(name).copied());
        value.is_some_and(|v| matches!(self.host.data(v), Some(ObjData::StaticMethod(_))))
    }

    /// The descriptor of a method.
    pub(crate) fn method_desc_of(&mut self, method: MethodDesc) -> DescId {
        if let Some(&id) = self.method_index.get(&method) {
            return id;
        }
        let id = self.add_desc(Desc::Method(method.clone()));
        self.method_index.insert(method, id);
        id
    }

    pub(crate) fn attribute_mut(&mut self, class: ClassDefId, name: &str) -> &mut Attribute {
        self.classes[class.index()]
            .attributes
            .get_mut(name)
            .expect("the owner has the attribute")
    }

    /// The class that owns the attribute; the attribute is made if there is none.
    pub(crate) fn locate_attribute(&mut self, class: ClassDefId, name: &str) -> Flow<ClassDefId> {
        if let Some(owner) = self.attribute_owner(class, name) {
            return Ok(owner);
        }
        self.make_attribute(class, name, AnnId::IMPOSSIBLE)?;
        Ok(class)
    }

    /// The attribute of instances of `class` may also be `ann`.
    pub(crate) fn generalize_attribute(&mut self, class: ClassDefId, name: &str, ann: AnnId) -> Flow<()> {
        match self.attribute_owner(class, name) {
            Some(owner) => {
                let (old, from) = {
                    let a = self.attribute_mut(owner, name);
                    (a.ann, a.from)
                };
                let new = match self.union(old, ann) {
                    Ok(new) => new,
                    Err(m) => return self.attribute_error_mixed(owner, name, from, *m),
                };
                if new != old {
                    let span = self.here_span;
                    let a = self.attribute_mut(owner, name);
                    a.ann = new;
                    a.from = span;
                    let readers: Vec<Place> = a.readers.iter().copied().collect();
                    self.reflow_all(&readers);
                }
                Ok(())
            }
            None => self.make_attribute(class, name, ann),
        }
    }

    /// Makes an attribute at `class` that takes in those of its subclasses and the sources of all.
    fn make_attribute(&mut self, class: ClassDefId, name: &str, ann: AnnId) -> Flow<()> {
        let mut readers: IndexSet<Place> = IndexSet::new();
        let mut readonly = true;
        let mut parts: Vec<(AnnId, Span)> = vec![];
        let mut sources = vec![];
        for sub in self.subclasses(class) {
            if let Some(a) = self.classes[sub.index()].attributes.shift_remove(name) {
                readers.extend(a.readers);
                readonly &= a.readonly;
                parts.push((a.ann, a.from));
            }
            if let Some(list) = self.classes[sub.index()].sources.shift_remove(name) {
                sources.extend(list.into_iter().map(|s| (sub, s)));
            }
        }
        for up in self.mro(class) {
            if let Some(list) = self.class(up).sources.get(name) {
                let from_class = list.iter().filter(|s| matches!(s, Source::Class { .. }));
                sources.extend(from_class.map(|s| (up, *s)));
            }
        }
        let attribute = Attribute {
            ann,
            readonly: true,
            readers: readers.clone(),
            from: self.here_span,
        };
        self.classes[class.index()].attributes.insert(name.into(), attribute);
        if !readonly {
            self.modified_attribute(class, name)?;
        }
        for (part, from) in parts {
            let old = self.attribute_mut(class, name).ann;
            match self.union(old, part) {
                Ok(new) => self.attribute_mut(class, name).ann = new,
                Err(m) => return self.attribute_error_mixed(class, name, from, *m),
            }
        }
        for (origin, source) in sources {
            self.apply_source(class, name, origin, source)?;
        }
        self.reflow_all(&readers.into_iter().collect::<Vec<_>>());
        Ok(())
    }

    /// The attribute is assigned on instances: it lives in the instance.
    pub(crate) fn modified_attribute(&mut self, owner: ClassDefId, name: &str) -> Flow<()> {
        if !self.attribute_mut(owner, name).readonly {
            return Ok(());
        }
        self.attribute_mut(owner, name).readonly = false;
        let desc = self.class_desc(self.class(owner).desc);
        if let Some(allowed) = desc.and_then(|d| d.allowed.as_ref())
            && !allowed.contains(name)
        {
            return Err(self.attribute_not_declared_error(owner, name));
        }
        Ok(())
    }

    /// Registers a prebuilt instance: its attributes are sources. Instances found on the way wait in a queue, so that long
    /// chains of prebuilt instances need no deep recursion.
    pub(crate) fn see_instance(&mut self, value: Value, class: ClassDefId) -> Flow<()> {
        if !self.classes[class.index()].prebuilt.insert(value) {
            return Ok(());
        }
        self.classes[class.index()].instantiated = true;
        self.instances_to_see.push((value, class));
        if self.seeing_instances {
            return Ok(());
        }
        self.seeing_instances = true;
        let mut result = Ok(());
        while let Some((value, class)) = self.instances_to_see.pop() {
            let seen = self.add_instance_sources(value, class);
            if result.is_ok() {
                result = seen;
            }
        }
        self.seeing_instances = false;
        result
    }

    fn add_instance_sources(&mut self, value: Value, class: ClassDefId) -> Flow<()> {
        for name in self.instance_names(value) {
            if name.starts_with("__") && name.ends_with("__") || name == "_freeze_" {
                continue;
            }
            self.add_source(class, &name, Source::Instance(value))?;
        }
        Ok(())
    }

    /// Names of the attributes that an instance itself has, from its dict and its slots.
    pub fn instance_names(&mut self, value: Value) -> Vec<String> {
        let (dict, slots) = match value.obj().map(|id| self.host.heap.get(id)) {
            Some(ObjData::Instance(i)) => {
                let slots = match self.host.heap.get(i.class) {
                    ObjData::Class(c) => c.slots.clone(),
                    _ => vec![],
                };
                let bound = slots.into_iter().zip(i.slots.iter()).filter(|(_, v)| !v.is_hole());
                (i.dict, bound.map(|(n, _)| n).collect())
            }
            Some(ObjData::OldInstance(i)) => (i.dict, vec![]),
            _ => return vec![],
        };
        let mut names: Vec<String> = slots.into_iter().map(|n| self.host.name_text(n)).collect();
        if !dict.is_hole() {
            for (k, _) in self.host.dict_items(Value::Obj(dict)) {
                names.extend(self.host.str_text(k));
            }
        }
        names
    }

    /// The value in the dict of a class or of one of its bases, as read through the class; `None` if there is none.
    pub(crate) fn read_class_attribute(&mut self, class: DescId, name: &str) -> Flow<Option<AnnId>> {
        let mut at = Some(class);
        while let Some(c) = at {
            let Some(desc) = self.class_desc(c) else {
                return Ok(None);
            };
            if let Some(&ann) = desc.hidden.get(name) {
                return Ok(Some(ann));
            }
            let base = desc.base;
            if let Some(&value) = desc.attributes.get(name) {
                return self.class_value(c, name, value).map(Some);
            }
            at = base;
        }
        Ok(None)
    }

    /// The host value of a class attribute, found along the bases and mix-ins.
    pub fn class_attribute_value(&self, class: DescId, name: &str) -> Option<Value> {
        let mut at = Some(class);
        while let Some(c) = at {
            let desc = self.class_desc(c)?;
            if let Some(&value) = desc.attributes.get(name) {
                return Some(value);
            }
            at = desc.base;
        }
        None
    }

    /// The classdef of a host class.
    pub fn classdef_of_value(&mut self, class: Value) -> Option<ClassDefId> {
        let desc = self.class_desc_of(class).ok()?;
        self.classdef_of(desc).ok()
    }
}
