//! Low-level shape of classes: the struct of instances, the vtable, and their contents for prebuilt objects.

use crate::repr::{Repr, ReprId};
use crate::rtyper::{RTyper, Res};
use indexmap::{IndexMap, IndexSet};
use rpy_annotator::{AnnId, ClassDefId, Desc, DescId, Kind};
use rpy_host::Value;
use rpy_lltype::{ContainerId, Field, Hint, LLPtr, LLType, LLTypeId, LLTypes, LLValue, StructType};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A field of instances or of a vtable.
#[derive(Clone, Debug)]
pub struct FieldInfo {
    /// Name in the struct.
    pub mangled: Arc<str>,
    /// Representation of its values.
    pub repr: ReprId,
    /// Takes no space.
    pub void: bool,
    /// For vtables: the methods it may hold.
    pub methods: Option<Arc<[DescId]>>,
}

/// One class.
#[derive(Clone, Debug)]
pub struct ClassShape {
    /// Struct of instances, inlining that of the base as `super`.
    pub instance: LLTypeId,
    /// Struct of the vtable, inlining that of the base as `super`.
    pub vtable: LLTypeId,
    /// Instance fields of this level, by attribute.
    pub fields: IndexMap<Arc<str>, FieldInfo>,
    /// Vtable fields of this level, by attribute; `:name` for attributes read through the class itself.
    pub class_fields: IndexMap<Arc<str>, FieldInfo>,
}

/// All classes.
#[derive(Debug, Default)]
pub struct Classes {
    instance_types: FxHashMap<ClassDefId, (LLTypeId, LLTypeId)>,
    shapes: FxHashMap<ClassDefId, Arc<ClassShape>>,
    vtables: IndexMap<ClassDefId, ContainerId>,
    unfilled: Vec<ClassDefId>,
    root_vtable: Option<ContainerId>,
    standard: FxHashMap<Value, LLPtr>,
    class_attributes: Option<FxHashMap<ClassDefId, IndexMap<Arc<str>, AnnId>>>,
    wanted: IndexSet<ClassDefId>,
    setting_up: Vec<ClassDefId>,
}

impl RTyper<'_> {
    /// Pointer type of instances.
    pub fn instance_type(&mut self, class: Option<ClassDefId>) -> Res<LLTypeId> {
        let Some(class) = class else {
            return Ok(LLTypes::OBJECTPTR);
        };
        Ok(self.instance_struct(class).1)
    }

    /// The struct of instances and the pointer to it; the struct's fields may not be there yet.
    fn instance_struct(&mut self, class: ClassDefId) -> (LLTypeId, LLTypeId) {
        if let Some(&pair) = self.classes.instance_types.get(&class) {
            return pair;
        }
        let gc = !self.is_raw_class(class);
        let fwd = self.types_mut().forward();
        let ptr = self.types_mut().ptr(fwd);
        let _ = gc;
        self.classes.instance_types.insert(class, (fwd, ptr));
        self.classes.wanted.insert(class);
        (fwd, ptr)
    }

    /// Whether instances are allocated outside of the GC.
    pub fn is_raw_class(&self, class: ClassDefId) -> bool {
        self.ann.class_desc(self.ann.class(class).desc).is_some_and(|d| d.raw)
    }

    /// The shape of a class, made on first use.
    pub fn shape(&mut self, class: ClassDefId) -> Res<Arc<ClassShape>> {
        if let Some(s) = self.classes.shapes.get(&class) {
            return Ok(s.clone());
        }
        if self.classes.setting_up.contains(&class) {
            return Err(self.internal(format!(
                "the fields of {} are needed while they are being laid out",
                self.ann.class(class).name
            )));
        }
        self.classes.setting_up.push(class);
        let shape = self.make_shape(class);
        self.classes.setting_up.pop();
        let shape = Arc::new(shape?);
        self.classes.shapes.insert(class, shape.clone());
        Ok(shape)
    }

    /// Lays out all classes that were mentioned; says whether there was one.
    pub(crate) fn lay_out_classes(&mut self) -> Res<bool> {
        let mut any = false;
        while let Some(class) = self.classes.wanted.pop() {
            if !self.classes.shapes.contains_key(&class) {
                self.shape(class)?;
                any = true;
            }
        }
        Ok(any)
    }

    fn make_shape(&mut self, class: ClassDefId) -> Res<ClassShape> {
        let def = self.ann.class(class);
        let (base, name) = (def.base, def.name.clone());
        let attributes: Vec<(Arc<str>, AnnId, bool)> = def
            .attributes
            .iter()
            .map(|(n, a)| (n.clone(), a.ann, a.readonly))
            .collect();
        let (base_instance, base_vtable) = match base {
            Some(b) => {
                let s = self.shape(b)?;
                (s.instance, s.vtable)
            }
            None => (LLTypes::OBJECT, LLTypes::OBJECT_VTABLE),
        };
        let mut fields = IndexMap::new();
        let mut class_fields = IndexMap::new();
        for (attr, ann, readonly) in attributes {
            if let Some((repr, methods)) = self.method_field_repr(ann)? {
                class_fields.insert(attr.clone(), self.field_info("cls_", &attr, repr, Some(methods))?);
            } else if readonly {
                let repr = self.get_repr(ann)?;
                class_fields.insert(attr.clone(), self.field_info("cls_", &attr, repr, None)?);
            } else {
                let repr = self.get_repr(ann)?;
                fields.insert(attr.clone(), self.field_info("inst_", &attr, repr, None)?);
            }
        }
        for (attr, ann) in self.attributes_read_through_class(class) {
            let repr = self.get_repr(ann)?;
            let info = self.field_info("pbc_", &attr, repr, None)?;
            class_fields.insert(format!(":{attr}").into(), info);
        }
        let instance = self.make_struct(class, &name, base_instance, &fields, true)?;
        let vtable = self.make_struct(class, &name, base_vtable, &class_fields, false)?;
        let (fwd, _) = self.instance_struct(class);
        self.types_mut().become_type(fwd, instance);
        let instance = self.types().resolve(instance);
        Ok(ClassShape {
            instance,
            vtable,
            fields,
            class_fields,
        })
    }

    fn field_info(&mut self, prefix: &str, attr: &str, repr: ReprId, methods: Option<Arc<[DescId]>>) -> Res<FieldInfo> {
        Ok(FieldInfo {
            mangled: format!("{prefix}{attr}").into(),
            repr,
            void: self.is_void(repr)?,
            methods,
        })
    }

    fn make_struct(
        &mut self,
        class: ClassDefId,
        name: &str,
        base: LLTypeId,
        infos: &IndexMap<Arc<str>, FieldInfo>,
        instance: bool,
    ) -> Res<LLTypeId> {
        let mut fields = vec![];
        for info in infos.values().filter(|i| !i.void) {
            let ty = self.lowleveltype(info.repr)?;
            fields.push(Field {
                name: info.mangled.clone(),
                ty,
            });
        }
        fields.sort_by_key(|f| std::cmp::Reverse(self.size_class(f.ty)));
        fields.insert(
            0,
            Field {
                name: "super".into(),
                ty: base,
            },
        );
        let mut hints = vec![];
        if instance {
            if let Some(list) = self.immutable_fields(class) {
                hints.push(Hint::List("immutable_fields".into(), list));
            }
        } else {
            hints.push(Hint::Int("immutable".into(), 1));
            hints.push(Hint::Int("vtable".into(), 1));
        }
        let name = if instance {
            name.to_string()
        } else {
            format!("{name}_vtable")
        };
        let gc = instance && !self.is_raw_class(class);
        Ok(self.types_mut().intern(LLType::Struct(StructType {
            name: name.into(),
            gc,
            fields,
            hints,
            tag: class.0 + 1,
        })))
    }

    /// Size of a primitive type in bytes; the order of fields follows from it.
    fn size_class(&self, ty: LLTypeId) -> u8 {
        match self.types().get(ty) {
            LLType::Bool | LLType::Char => 1,
            LLType::UniChar | LLType::SingleFloat => 4,
            LLType::Int(int) => int.bits / 8,
            LLType::LongFloat => 16,
            _ => 8,
        }
    }

    fn immutable_fields(&mut self, class: ClassDefId) -> Option<Vec<Arc<str>>> {
        let desc = self.ann.class(class).desc;
        let value = *self.ann.class_desc(desc)?.attributes.get("_immutable_fields_")?;
        let items = self.host().iterate_to_vec(value).ok()?;
        let names = items
            .into_iter()
            .filter_map(|v| self.host().str_text(v))
            .collect::<Vec<_>>();
        Some(names.into_iter().map(|n| format!("inst_{n}").into()).collect())
    }

    /// The functions of an attribute that holds methods: representation of its vtable field.
    fn method_field_repr(&mut self, ann: AnnId) -> Res<Option<(ReprId, Arc<[DescId]>)>> {
        let Kind::Pbc { descs, .. } = self.ann.anns.kind(ann).clone() else {
            return Ok(None);
        };
        let functions: Option<Vec<DescId>> = descs
            .iter()
            .map(|d| match self.ann.desc(*d) {
                Desc::Method(m) => Some(m.function),
                _ => None,
            })
            .collect();
        let Some(functions) = functions else {
            return Ok(None);
        };
        if functions.len() > 1 && !self.are_called_together(&functions) {
            // Every call knows which one it is.
            return Ok(Some((self.intern_repr(Repr::Impossible), descs)));
        }
        Ok(Some((self.function_set_repr(functions)?, descs)))
    }

    fn attributes_read_through_class(&mut self, class: ClassDefId) -> Vec<(Arc<str>, AnnId)> {
        if self.classes.class_attributes.is_none() {
            let table = self.collect_class_attributes();
            self.classes.class_attributes = Some(table);
        }
        let table = self.classes.class_attributes.as_ref();
        table
            .and_then(|t| t.get(&class))
            .map(|attrs| attrs.iter().map(|(n, a)| (n.clone(), *a)).collect())
            .unwrap_or_default()
    }

    /// For each family of classes whose attribute is read through the class: the attribute lives in their common base.
    fn collect_class_attributes(&mut self) -> FxHashMap<ClassDefId, IndexMap<Arc<str>, AnnId>> {
        let mut result: FxHashMap<ClassDefId, IndexMap<Arc<str>, AnnId>> = FxHashMap::default();
        for (members, name, ann) in self.ann.class_attr_families() {
            if let Some(base) = self.common_base_of(&members) {
                result.entry(base).or_default().insert(name, ann);
            }
        }
        result
    }

    /// The nearest common base of class descriptors.
    pub fn common_base_of(&self, descs: &[DescId]) -> Option<ClassDefId> {
        let mut defs = descs.iter().map(|d| self.ann.class_desc(*d).and_then(|c| c.classdef));
        let first = defs.next()??;
        let mut base = first;
        for d in defs {
            base = self.ann.common_base(base, d?)?;
        }
        Some(base)
    }

    /// The level of the hierarchy that holds an attribute, with its field.
    pub fn find_field(
        &mut self,
        class: ClassDefId,
        attr: &str,
        in_class: bool,
    ) -> Res<Option<(ClassDefId, FieldInfo)>> {
        for c in self.ann.mro(class) {
            let shape = self.shape(c)?;
            let table = if in_class { &shape.class_fields } else { &shape.fields };
            if let Some(info) = table.get(attr) {
                return Ok(Some((c, info.clone())));
            }
        }
        Ok(None)
    }

    // ---- vtables

    /// The vtable container of a class; contents follow later.
    pub fn vtable(&mut self, class: ClassDefId) -> Res<ContainerId> {
        if let Some(&c) = self.classes.vtables.get(&class) {
            return Ok(c);
        }
        if let Some(base) = self.ann.class(class).base {
            self.vtable(base)?;
        }
        let shape = self.shape(class)?;
        let (types, store) = self.types_and_store();
        let c = store.alloc(types, shape.vtable, 0, true);
        store.get_mut(c).immortal = true;
        self.classes.vtables.insert(class, c);
        self.classes.unfilled.push(class);
        Ok(c)
    }

    /// A `CLASSTYPE` pointer to the vtable of a class.
    pub fn vtable_pointer(&mut self, class: ClassDefId) -> Res<LLPtr> {
        let c = self.vtable(class)?;
        Ok(self.cast_const_pointer(LLPtr::To(c), LLTypes::CLASSTYPE))
    }

    /// The vtable of `object`.
    pub fn root_vtable(&mut self) -> LLPtr {
        if let Some(c) = self.classes.root_vtable {
            return LLPtr::To(c);
        }
        let name = self.string_container(b"object");
        let (types, store) = self.types_and_store();
        let c = store.alloc(types, LLTypes::OBJECT_VTABLE, 0, true);
        store.get_mut(c).immortal = true;
        store.write(c, 2, LLValue::Ptr(LLPtr::To(name)));
        self.classes.root_vtable = Some(c);
        LLPtr::To(c)
    }

    /// A `CLASSTYPE` pointer to the vtable of a host class.
    pub fn vtable_of_class(&mut self, class: Value) -> Res<LLPtr> {
        if class == Value::Obj(self.host().types().object) {
            return Ok(self.root_vtable());
        }
        let def = self.classdef_of(class)?;
        self.vtable_pointer(def)
    }

    /// The classdef of a host class.
    pub fn classdef_of(&mut self, class: Value) -> Res<ClassDefId> {
        match self.ann.classdef_of_value(class) {
            Some(def) => Ok(def),
            None => {
                let text = self.host().repr(class);
                Err(self.error(format!("{text} cannot be used as a class")))
            }
        }
    }

    /// The host class of a classdef.
    pub fn class_value(&self, class: ClassDefId) -> Option<Value> {
        self.ann.class_desc(self.ann.class(class).desc).map(|d| d.class)
    }

    /// A class constant as `CLASSTYPE`.
    pub fn class_const(&mut self, value: Value) -> Res<LLPtr> {
        if value.is_none() {
            return Ok(LLPtr::Null);
        }
        self.vtable_of_class(value)
    }

    /// All vtables are filled again.
    pub(crate) fn refill_vtables(&mut self) {
        self.classes.unfilled = self.classes.vtables.keys().copied().collect();
    }

    /// Fills vtables until none is left; says whether there was one.
    pub(crate) fn fill_vtables(&mut self) -> Res<bool> {
        let mut any = self.lay_out_classes()?;
        while let Some(class) = self.classes.unfilled.pop() {
            any = true;
            self.fill_vtable(class)?;
        }
        Ok(any)
    }

    fn fill_vtable(&mut self, class: ClassDefId) -> Res<()> {
        let mut container = self.vtable(class)?;
        for level in self.ann.mro(class) {
            let shape = self.shape(level)?;
            for (attr, info) in &shape.class_fields {
                if !info.void {
                    let value = self.class_field_value(class, attr.trim_start_matches(':'), info)?;
                    self.store_field(container, &info.mangled, value)?;
                }
            }
            match self.store().read(container, 0) {
                Some(LLValue::Inline(base)) => container = base,
                _ => return Err(self.internal("a vtable does not inline its base's")),
            }
        }
        let name = self.ann.class(class).name.clone();
        let name = self.string_container(name.as_bytes());
        self.store_field(container, "name", LLValue::Ptr(LLPtr::To(name)))?;
        if self.ann.class(class).instantiated {
            self.fill_instantiate(class, container)?;
        }
        Ok(())
    }

    /// The value of a class attribute as seen from `class`, in the field's representation.
    fn class_field_value(&mut self, class: ClassDefId, attr: &str, info: &FieldInfo) -> Res<LLValue> {
        let ty = self.lowleveltype(info.repr)?;
        let zero = rpy_lltype::store::zero_value(self.types(), ty);
        if let Some(methods) = &info.methods {
            return match self.method_in_class(class, attr, methods) {
                Some(function) => self.function_desc_const(info.repr, function),
                None => Ok(zero),
            };
        }
        let Some(value) = self.class_attribute(class, attr) else {
            return Ok(zero);
        };
        self.convert_const(info.repr, value)
    }

    /// The function that is the method `attr` of instances of exactly `class`.
    pub fn method_in_class(&self, class: ClassDefId, attr: &str, methods: &[DescId]) -> Option<DescId> {
        for level in self.ann.mro(class) {
            for m in methods {
                if let Desc::Method(m) = self.ann.desc(*m)
                    && m.origin == level
                    && &*m.name == attr
                {
                    return Some(m.function);
                }
            }
            let own = self.ann.class_desc(self.ann.class(level).desc)?;
            if own.attributes.contains_key(attr) {
                return None;
            }
        }
        None
    }

    /// An attribute in the dict of a class or its bases, mix-ins included.
    pub fn class_attribute(&self, class: ClassDefId, attr: &str) -> Option<Value> {
        let mut desc = Some(self.ann.class(class).desc);
        while let Some(d) = desc {
            let d = self.ann.class_desc(d)?;
            if let Some(v) = d.attributes.get(attr) {
                return Some(*v);
            }
            desc = d.base;
        }
        None
    }

    /// Numbers the classes so that the subclasses of a class are a range, and lists them in that order.
    pub(crate) fn classes_in_preorder(&mut self) -> Res<Vec<(ClassDefId, Option<usize>)>> {
        let roots: Vec<ClassDefId> = self
            .ann
            .class_ids()
            .filter(|c| self.ann.class(*c).base.is_none())
            .collect();
        let mut order: Vec<(ClassDefId, Option<usize>)> = vec![];
        let mut stack: Vec<(ClassDefId, Option<usize>)> = roots.into_iter().rev().map(|c| (c, None)).collect();
        while let Some((class, parent)) = stack.pop() {
            if !self.classes.vtables.contains_key(&class) {
                continue;
            }
            let index = order.len();
            order.push((class, parent));
            stack.extend(self.ann.class(class).subclasses.iter().rev().map(|c| (*c, Some(index))));
        }
        for (index, (class, _)) in order.iter().enumerate() {
            let mut end = index + 1;
            while end < order.len() && self.ann.is_subclass(order[end].0, *class) {
                end += 1;
            }
            let LLPtr::To(root) = self.vtable_pointer(*class)? else {
                continue;
            };
            let number = |n: usize| LLValue::Int(i64::try_from(n + 1).expect("few classes"));
            self.store_mut().write(root, 0, number(index));
            self.store_mut().write(root, 1, number(end));
        }
        if let Some(root) = self.classes.root_vtable {
            self.store_mut().write(root, 0, LLValue::Int(0));
            self.store_mut().write(root, 1, LLValue::Int(i64::MAX));
        }
        Ok(order)
    }

    // ---- prebuilt instances

    /// A prebuilt weak reference.
    pub(crate) fn weakref_const(&mut self, value: Value) -> Res<LLValue> {
        let target = match self.host().data(value) {
            Some(rpy_host::object::ObjData::WeakRef(w)) => w.target,
            _ if value.is_none() => return Ok(LLValue::Ptr(LLPtr::Null)),
            _ => return Err(self.error("this prebuilt value is not a weak reference")),
        };
        let ptr = if target.is_hole() || target.is_none() {
            LLPtr::Null
        } else {
            let object = self.object_repr();
            self.instance_const(object, None, target)?
        };
        let c = self.store_mut().push(LLTypes::WEAKREF, rpy_lltype::Data::WeakRef(ptr));
        self.store_mut().get_mut(c).immortal = true;
        Ok(LLValue::Ptr(LLPtr::To(c)))
    }

    /// Pointer to a prebuilt instance in the representation.
    pub(crate) fn instance_const(&mut self, repr: ReprId, _class: Option<ClassDefId>, value: Value) -> Res<LLPtr> {
        if value.is_none() {
            return Ok(LLPtr::Null);
        }
        let class = self.host().class_of(value);
        let exact = self.classdef_of(class)?;
        let exact = self.intern_repr(Repr::Instance(Some(exact)));
        let ptr = self.prebuilt(exact, value)?;
        let ty = self.lowleveltype(repr)?;
        Ok(self.cast_const_pointer(ptr, ty))
    }

    pub(crate) fn allocate_instance(&mut self, repr: ReprId) -> Res<ContainerId> {
        if let Repr::Instance(Some(class)) = *self.repr(repr) {
            let shape = self.shape(class)?;
            let (types, store) = self.types_and_store();
            let c = store.alloc(types, shape.instance, 0, true);
            let vtable = self.vtable_pointer(class)?;
            self.store_typeptr(c, vtable);
            return Ok(c);
        }
        Err(self.internal("a prebuilt instance has no class"))
    }

    fn store_typeptr(&mut self, mut container: ContainerId, vtable: LLPtr) {
        while let Some(LLValue::Inline(base)) = self.store().read(container, 0) {
            container = base;
        }
        self.store_mut().write(container, 0, LLValue::Ptr(vtable));
    }

    pub(crate) fn fill_instance(&mut self, class: ClassDefId, value: Value, mut container: ContainerId) -> Res<()> {
        for level in self.ann.mro(class) {
            let shape = self.shape(level)?;
            for (attr, info) in &shape.fields {
                if info.void {
                    continue;
                }
                if let Some(v) = self.instance_attribute(value, class, attr)? {
                    let v = self.convert_const(info.repr, v)?;
                    self.store_field(container, &info.mangled, v)?;
                }
            }
            match self.store().read(container, 0) {
                Some(LLValue::Inline(base)) => container = base,
                _ => break,
            }
        }
        Ok(())
    }

    fn instance_attribute(&mut self, value: Value, class: ClassDefId, attr: &str) -> Res<Option<Value>> {
        if let Some(v) = self.host().instance_attr(value, attr) {
            return Ok(Some(v));
        }
        match self.host().getattr_opt(value, attr) {
            Ok(Some(v)) => Ok(Some(v)),
            Ok(None) => Ok(self.class_attribute(class, attr)),
            Err(e) => Err(self.host_error(&e, &format!("reading attribute {attr} of a prebuilt object failed"))),
        }
    }

    /// The prebuilt instance of an exception class that operations raise; its fields are empty.
    pub fn standard_exception(&mut self, class: Value) -> Res<LLPtr> {
        if let Some(&p) = self.classes.standard.get(&class) {
            return Ok(p);
        }
        let def = self.classdef_of(class)?;
        let repr = self.intern_repr(Repr::Instance(Some(def)));
        let c = self.allocate_instance(repr)?;
        self.store_mut().get_mut(c).immortal = true;
        let p = self.cast_const_pointer(LLPtr::To(c), LLTypes::OBJECTPTR);
        self.classes.standard.insert(class, p);
        Ok(p)
    }
}
