//! Attribute access, `type`, `raise`, and tests that narrow types.

use crate::annotator::{Annotator, Flow, Known, Stop};
use crate::calls::Args;
use crate::desc::{AttrFamily, AttrFamilyId, Desc, MethodDesc};
use crate::intrinsics::Intrinsic;
use crate::model::{AnnId, ClassDefId, DescId, Kind};
use crate::ops::Operands;
use rpy_flow::{GraphId, Op, OpCode, Operand, VarId};
use rpy_host::{ObjData, Value};
use std::sync::Arc;

impl Annotator {
    pub(crate) fn op_getattr(&mut self, op: &Op, object: AnnId, name: AnnId) -> Flow {
        let Some(name) = self.constant_text(name) else {
            return Err(self.error("RPY0402", "the attribute name given to getattr() must be a constant"));
        };
        if let Kind::Instance { classdef, .. } = self.anns.kind(object) {
            let class = *classdef;
            if self.rewrite_property(op, class, &name, None) {
                return Err(Stop::Blocked);
            }
        }
        self.getattr(object, &name)
    }

    /// The attribute of a value.
    pub(crate) fn getattr(&mut self, object: AnnId, name: &str) -> Flow {
        match self.anns.kind(object).clone() {
            Kind::Instance { classdef, .. } => self.instance_getattr(classdef, name),
            Kind::Pbc { descs, .. } => self.pbc_getattr(&descs, name),
            Kind::None | Kind::Impossible => Err(Stop::Blocked),
            Kind::Ptr(ty) => self.pointer_getattr(object, ty, name),
            Kind::InteriorPtr { .. } => self.interior_getattr(object, name),
            Kind::Address => self.address_getattr(name),
            Kind::Builtin(_) => self.constant_getattr(object, name),
            Kind::TypeOf(_) if name == "__name__" => Ok(AnnId::STR),
            Kind::Slice(items) => match name {
                "start" => Ok(items[0]),
                "stop" => Ok(items[1]),
                "step" => Ok(items[2]),
                _ => Err(self.missing_attribute(object, name)),
            },
            Kind::Str { .. }
            | Kind::Char { .. }
            | Kind::Unicode { .. }
            | Kind::UniChar
            | Kind::ByteArray { .. }
            | Kind::List(_)
            | Kind::Dict(_)
            | Kind::Iterator { .. }
            | Kind::StringBuilder
            | Kind::UnicodeBuilder
            | Kind::WeakRef(_)
            | Kind::Tuple(_) => {
                self.check_method_name(object, name)?;
                let receiver = self.anns.without_constant(object);
                Ok(self.anns.of(Kind::BuiltinMethod {
                    name: name.into(),
                    receiver,
                }))
            }
            _ => Err(self.missing_attribute(object, name)),
        }
    }

    fn constant_getattr(&mut self, object: AnnId, name: &str) -> Flow {
        let Some(value) = self.anns.constant(object) else {
            return Err(self.missing_attribute(object, name));
        };
        match self.host.getattr_opt(value, name).map_err(|e| self.raised_error(&e))? {
            Some(v) => self.try_value(v),
            None => Err(self.missing_attribute(object, name)),
        }
    }

    fn instance_getattr(&mut self, class: ClassDefId, name: &str) -> Flow {
        if name == "__class__" {
            return self.class_of_instances(class);
        }
        let owner = self.locate_attribute(class, name)?;
        let here = self.here;
        let attribute = self.attribute_mut(owner, name);
        attribute.readers.insert(here);
        let ann = attribute.ann;
        match self.anns.kind(ann).clone() {
            Kind::Impossible => Err(Stop::Blocked),
            Kind::Pbc { descs, can_be_none } => self.bind_methods(class, &descs, can_be_none),
            Kind::List(l) => {
                if self.is_immutable_list_field(class, name) {
                    self.fix_list(l)?;
                }
                Ok(ann)
            }
            _ => Ok(ann),
        }
    }

    /// The classes that instances may have.
    fn class_of_instances(&mut self, class: ClassDefId) -> Flow {
        let here = self.here;
        self.classes[class.index()].class_readers.insert(here);
        let mut descs: Vec<DescId> = self.subclasses(class).iter().map(|c| self.class(*c).desc).collect();
        descs.sort_unstable();
        if descs.len() == 1 {
            return Ok(self.anns.of(Kind::Pbc {
                descs: descs.into(),
                can_be_none: false,
            }));
        }
        Ok(self.pbc(&descs, false))
    }

    /// Whether the class says that the list in this attribute never changes (`_immutable_fields_ = ['name[*]']`).
    pub(crate) fn is_immutable_list_field(&mut self, class: ClassDefId, name: &str) -> bool {
        for c in self.mro(class) {
            let Some(desc) = self.class_desc(self.class(c).desc) else {
                continue;
            };
            let value = desc.class;
            let Some(fields) = self.own_class_attr(value, "_immutable_fields_") else {
                continue;
            };
            for field in self.host.iterate_to_vec(fields).unwrap_or_default() {
                let text = self.host.str_text(field).unwrap_or_default();
                let base = text.split(['[', '?']).next().unwrap_or_default();
                if base == name && text.contains("[*]") {
                    return true;
                }
            }
        }
        false
    }

    /// Binds the methods that instances of `class` can have; of those found in bases only the nearest one.
    fn bind_methods(&mut self, class: ClassDefId, descs: &[DescId], can_be_none: bool) -> Flow {
        let mut result = vec![];
        let mut upward: Option<(ClassDefId, MethodDesc)> = None;
        for desc in descs {
            let method = match self.desc(*desc) {
                Desc::Method(m) if m.self_class.is_none() => m.clone(),
                _ => {
                    result.push(*desc);
                    continue;
                }
            };
            let origin = method.origin;
            if origin != class && self.is_subclass(origin, class) {
                result.push(self.method_desc_of(MethodDesc {
                    self_class: Some(origin),
                    ..method
                }));
            } else if self.is_subclass(class, origin)
                && upward.as_ref().is_none_or(|(best, _)| self.is_subclass(origin, *best))
            {
                upward = Some((origin, method));
            }
        }
        if let Some((_, method)) = upward {
            result.push(self.method_desc_of(MethodDesc {
                self_class: Some(class),
                ..method
            }));
        }
        result.sort_unstable();
        result.dedup();
        if result.is_empty() {
            return if can_be_none {
                Ok(AnnId::NONE)
            } else {
                Err(Stop::Blocked)
            };
        }
        let result = self.simplified_methods(result);
        Ok(self.pbc(&result, can_be_none))
    }

    /// Among bound methods of the same function, those of subclasses are covered by that of the base.
    pub(crate) fn simplified_methods(&self, descs: Vec<DescId>) -> Arc<[DescId]> {
        if descs.len() < 2 || !matches!(self.desc(descs[0]), Desc::Method(_)) {
            return descs.into();
        }
        let covered = |d: &DescId| {
            let Desc::Method(m) = self.desc(*d) else { return false };
            let Some(own) = m.self_class else { return false };
            descs.iter().any(|other| match self.desc(*other) {
                Desc::Method(o) if other != d => {
                    o.function == m.function
                        && o.origin == m.origin
                        && o.self_class.is_some_and(|s| s != own && self.is_subclass(own, s))
                }
                _ => false,
            })
        };
        descs.iter().filter(|d| !covered(d)).copied().collect()
    }

    /// Whether a class or one of its bases or subclasses defines a method.
    pub(crate) fn has_method(&self, class: ClassDefId, name: &str) -> bool {
        let defines = |c: &ClassDefId| {
            self.class_desc(self.class(*c).desc)
                .is_some_and(|d| d.attributes.contains_key(name))
        };
        self.mro(class).iter().any(defines) || self.subclasses(class).iter().any(defines)
    }

    fn pbc_getattr(&mut self, descs: &[DescId], name: &str) -> Flow {
        let key = match self.desc(descs[0]) {
            Desc::Class(_) => Some(Arc::from(name)),
            _ => None,
        };
        if descs.len() == 1 {
            return self.desc_getattr(descs[0], name);
        }
        let family = self.merge_attr_families(descs, key);
        let mut result = AnnId::IMPOSSIBLE;
        for desc in descs {
            let ann = self.desc_getattr(*desc, name)?;
            result = self.unite(result, ann)?;
        }
        let old = self.attr_families[family.index()].attributes.get(name).copied();
        let all = self.unite(old.unwrap_or(AnnId::IMPOSSIBLE), result)?;
        self.attr_families[family.index()].attributes.insert(name.into(), all);
        Ok(all)
    }

    fn desc_getattr(&mut self, desc: DescId, name: &str) -> Flow {
        match self.desc(desc).clone() {
            Desc::Frozen(f) => {
                if let Some(&ann) = f.hidden.get(name) {
                    return Ok(ann);
                }
                match self
                    .host
                    .getattr_opt(f.value, name)
                    .map_err(|e| self.raised_error(&e))?
                {
                    Some(v) => self.frozen_attribute(desc, f.value, v),
                    None => {
                        let ann = self.pbc(&[desc], false);
                        Err(self.missing_attribute(ann, name))
                    }
                }
            }
            Desc::Class(c) => {
                if name == "__name__" {
                    let v = self.host.new_str(&*c.name);
                    return self.try_value(v);
                }
                if let Some(ann) = self.read_class_attribute(desc, name)? {
                    return Ok(ann);
                }
                match self
                    .host
                    .getattr_opt(c.class, name)
                    .map_err(|e| self.raised_error(&e))?
                {
                    Some(v) => self.try_value(v),
                    None => {
                        let ann = self.pbc(&[desc], false);
                        Err(self.missing_attribute(ann, name))
                    }
                }
            }
            Desc::Function(f) => {
                match self
                    .host
                    .getattr_opt(f.function, name)
                    .map_err(|e| self.raised_error(&e))?
                {
                    Some(v) => self.try_value(v),
                    None => {
                        let ann = self.pbc(&[desc], false);
                        Err(self.missing_attribute(ann, name))
                    }
                }
            }
            Desc::Method(m) => match name {
                "im_func" | "__func__" => Ok(self.pbc(&[m.function], false)),
                _ => self.desc_getattr(m.function, name),
            },
            Desc::FrozenMethod { function, .. } => match name {
                "im_func" | "__func__" => Ok(self.pbc(&[function], false)),
                _ => self.desc_getattr(function, name),
            },
        }
    }

    /// An attribute of a frozen instance; its methods are bound to it.
    fn frozen_attribute(&mut self, desc: DescId, object: Value, value: Value) -> Flow {
        if let Some(ObjData::Method(m)) = self.host.data(value)
            && m.self_ == object
        {
            let func = m.func;
            let ann = self.try_value(func)?;
            if let Kind::Builtin(i) = *self.anns.kind(ann) {
                let receiver = self.pbc(&[desc], false);
                return Ok(self.anns.of(crate::constants::intrinsic_method(i, receiver)));
            }
            if let Kind::Pbc { descs, .. } = self.anns.kind(ann).clone() {
                let method = self.frozen_method(descs[0], desc);
                return Ok(self.pbc(&[method], false));
            }
            return Ok(ann);
        }
        let of_type = self.host.lltype_of(object).is_some();
        if of_type && matches!(self.host.data(value), Some(ObjData::Dict(_))) {
            // The tables of a low-level type never change.
            return self.frozen(value);
        }
        self.try_value(value)
    }

    fn merge_attr_families(&mut self, descs: &[DescId], name: Option<Arc<str>>) -> AttrFamilyId {
        let mut family: Option<AttrFamilyId> = None;
        for desc in descs {
            let own = match self.attr_family_of.get(&(*desc, name.clone())) {
                Some(id) => self.find_attr_family(*id),
                None => {
                    let id = AttrFamilyId::new(self.attr_families.len());
                    let mut new = AttrFamily::default();
                    new.members.insert(*desc);
                    self.attr_families.push(new);
                    self.attr_family_parents.push(id);
                    self.attr_family_of.insert((*desc, name.clone()), id);
                    id
                }
            };
            family = Some(match family {
                None => own,
                Some(f) if f == own => f,
                Some(f) => {
                    let (into, from) = if f < own { (f, own) } else { (own, f) };
                    self.attr_family_parents[from.index()] = into;
                    let other = std::mem::take(&mut self.attr_families[from.index()]);
                    self.attr_families[into.index()].members.extend(other.members);
                    for (n, ann) in other.attributes {
                        let old = self.attr_families[into.index()].attributes.get(&n).copied();
                        let all = self.union(old.unwrap_or(AnnId::IMPOSSIBLE), ann).unwrap_or(ann);
                        self.attr_families[into.index()].attributes.insert(n, all);
                    }
                    into
                }
            });
        }
        family.expect("a set of descriptors is never empty")
    }

    pub(crate) fn op_setattr(&mut self, op: &Op, object: AnnId, name: AnnId, value: AnnId) -> Flow {
        let Some(name) = self.constant_text(name) else {
            return Err(self.error("RPY0402", "the attribute name given to setattr() must be a constant"));
        };
        if let Kind::Instance { classdef, .. } = *self.anns.kind(object)
            && self.rewrite_property(op, classdef, &name, Some(value))
        {
            return Err(Stop::Blocked);
        }
        self.setattr(object, &name, value)
    }

    /// `object.name = value`, where the name is no property.
    pub(crate) fn setattr(&mut self, object: AnnId, name: &str, value: AnnId) -> Flow {
        match self.anns.kind(object).clone() {
            Kind::Instance { classdef, .. } => {
                self.instance_setattr(classdef, name, value)?;
                Ok(AnnId::NONE)
            }
            Kind::Ptr(ty) => self.pointer_setattr(object, ty, name, value),
            Kind::InteriorPtr { .. } => self.interior_setattr(object, name, value),
            Kind::None | Kind::Impossible => Err(Stop::Blocked),
            Kind::Pbc { .. } => {
                let what = self.describe(object);
                Err(self
                    .error(
                        "RPY0402",
                        format!("the attribute `{name}` of {what} is assigned, but it is a prebuilt constant"),
                    )
                    .help("only instances can be changed when the program runs"))
            }
            _ => Err(self.missing_attribute(object, name)),
        }
    }

    fn instance_setattr(&mut self, class: ClassDefId, name: &str, value: AnnId) -> Flow<()> {
        let owner = self.locate_attribute(class, name)?;
        self.modified_attribute(owner, name)?;
        let value = self.without_constant(value);
        self.generalize_attribute(owner, name, value)?;
        if let Kind::List(l) = self.anns.kind(value).clone()
            && self.is_immutable_list_field(class, name)
        {
            self.fix_list(l)?;
        }
        Ok(())
    }

    /// Access to a property becomes a call of its getter or setter.
    fn rewrite_property(&mut self, op: &Op, class: ClassDefId, name: &str, value: Option<AnnId>) -> bool {
        let suffix = if value.is_some() { "__setter__" } else { "__getter__" };
        let method = format!("{name}{suffix}");
        let is_property = self.mro(class).iter().any(|c| {
            self.class_desc(self.class(*c).desc).is_some_and(|d| {
                d.attributes
                    .get(name)
                    .is_some_and(|v| matches!(self.host.data(*v), Some(ObjData::Property(_))))
            })
        });
        if !is_property || !self.has_method(class, &method) {
            return false;
        }
        let graph = self.here.graph;
        let bound = self.graphs.get_mut(graph).new_var(None);
        let mut call = vec![Operand::Var(bound)];
        call.extend(op.args.get(2).cloned());
        self.pending_rewrite = Some(vec![
            Op {
                code: OpCode::Getattr,
                args: vec![op.args[0].clone(), Operand::name(&method)],
                result: bound,
                span: op.span,
            },
            Op {
                code: OpCode::SimpleCall,
                args: call,
                result: op.result,
                span: op.span,
            },
        ]);
        true
    }

    /// `type(x)` and `x.__class__` as a run-time class.
    pub(crate) fn op_type(&mut self, graph: GraphId, op: &Op, a: AnnId) -> Flow {
        match self.anns.kind(a).clone() {
            Kind::Instance { classdef, .. } => {
                if let Some(v) = op.args[0].var() {
                    self.type_vars.insert((graph, op.result), v);
                }
                Ok(self.anns.of(Kind::TypeOf(Some(classdef))))
            }
            Kind::None | Kind::Impossible => Err(Stop::Blocked),
            _ => {
                let what = self.describe(a);
                Err(self
                    .error(
                        "RPY0404",
                        format!("type() is used on {what}; it is only available for instances of classes"),
                    )
                    .help("use isinstance()"))
            }
        }
    }

    /// The exception instance that `raise what, value` raises: one of the operands, or a new instance.
    pub(crate) fn op_raise(&mut self, op: &Op, what: AnnId, value: AnnId) -> Flow {
        let instance = |a: &Annotator, x: AnnId| matches!(a.anns.kind(x), Kind::Instance { .. });
        let code = if instance(self, what) {
            Some((OpCode::SameAs, vec![op.args[0].clone()]))
        } else if !matches!(self.anns.kind(what), Kind::Pbc { .. }) {
            None
        } else if instance(self, value) {
            Some((OpCode::SameAs, vec![op.args[1].clone()]))
        } else {
            match self.anns.kind(value) {
                Kind::None => Some((OpCode::SimpleCall, vec![op.args[0].clone()])),
                Kind::Tuple(_) => None,
                _ => Some((OpCode::SimpleCall, op.args.clone())),
            }
        };
        if let Some((code, args)) = code {
            self.pending_rewrite = Some(vec![Op {
                code,
                args,
                result: op.result,
                span: op.span,
            }]);
            return Err(Stop::Blocked);
        }
        match self.anns.kind(what).clone() {
            Kind::Instance { .. } => Ok(self.not_none(what)),
            Kind::TypeOf(_) if matches!(self.anns.kind(value), Kind::Instance { .. }) => Ok(self.not_none(value)),
            Kind::Pbc { descs, .. } if self.class_desc(descs[0]).is_some() => {
                if let Kind::Instance { .. } = self.anns.kind(value) {
                    return Ok(self.not_none(value));
                }
                let args = match self.anns.kind(value).clone() {
                    Kind::None => vec![],
                    Kind::Tuple(items) => items.to_vec(),
                    _ => vec![value],
                };
                self.call_value(what, &Args::of(&args))
            }
            Kind::None | Kind::Impossible => Err(Stop::Blocked),
            _ => {
                let shown = self.describe(what);
                Err(self.error("RPY0404", format!("{shown} cannot be raised")))
            }
        }
    }

    /// Calls that tell more about their arguments than their result: `isinstance` and the like.
    pub(crate) fn narrowing_call(
        &mut self,
        graph: GraphId,
        op: &Op,
        i: Intrinsic,
        a: &Operands,
    ) -> Flow<Option<AnnId>> {
        if op.code != OpCode::SimpleCall || a.len() != 3 {
            return Ok(None);
        }
        match i {
            Intrinsic::IsInstance => {
                let var = op.args[1].var();
                self.isinstance(graph, op.result, var, a[1], a[2]).map(Some)
            }
            Intrinsic::IsSubclass => self.issubclass(graph, op, a[1], a[2]).map(Some),
            _ => Ok(None),
        }
    }

    fn isinstance(&mut self, graph: GraphId, result: VarId, var: Option<VarId>, x: AnnId, classes: AnnId) -> Flow {
        let classes = self.class_list(classes)?;
        match self.anns.kind(x).clone() {
            Kind::Instance { classdef, can_be_none } => {
                let narrowed = self.narrow_instance(classdef, &classes)?;
                match narrowed {
                    Narrowed::Always if !can_be_none => Ok(self.constant_bool(true)),
                    Narrowed::Never => Ok(self.constant_bool(false)),
                    Narrowed::Always => {
                        let yes = self.not_none(x);
                        self.know(graph, result, var, yes, Some(AnnId::NONE));
                        Ok(AnnId::BOOL)
                    }
                    Narrowed::To(class) => {
                        let yes = self.anns.instance(class);
                        self.know(graph, result, var, yes, None);
                        Ok(AnnId::BOOL)
                    }
                    Narrowed::Unknown => Ok(AnnId::BOOL),
                }
            }
            Kind::Impossible => Err(Stop::Blocked),
            kind => {
                let hit = self.kind_is_instance(x, &kind, &classes);
                if hit && kind.can_be_none() && !matches!(kind, Kind::List(_) | Kind::Dict(_) | Kind::None) {
                    let yes = self.not_none(x);
                    self.know(graph, result, var, yes, Some(AnnId::NONE));
                    return Ok(AnnId::BOOL);
                }
                Ok(self.constant_bool(hit))
            }
        }
    }

    fn know(&mut self, graph: GraphId, result: VarId, var: Option<VarId>, yes: AnnId, no: Option<AnnId>) {
        let Some(v) = var else { return };
        let known = Known {
            yes: vec![(v, yes)],
            no: no.into_iter().map(|n| (v, n)).collect(),
        };
        self.set_known(graph, result, known);
    }

    /// The classes in the second argument of `isinstance`.
    fn class_list(&mut self, classes: AnnId) -> Flow<Vec<Value>> {
        let mut result = vec![];
        let constant = self.anns.constant(classes);
        match (constant, self.anns.kind(classes).clone()) {
            (Some(value), _) => self.flatten_classes(value, &mut result),
            (None, Kind::Tuple(items)) => {
                for item in items.iter() {
                    result.extend(self.class_list(*item)?);
                }
            }
            _ => return Err(self.error("RPY0404", "the class given to isinstance() must be a constant")),
        }
        Ok(result)
    }

    fn flatten_classes(&self, value: Value, result: &mut Vec<Value>) {
        match self.host.tuple_items(value) {
            Some(items) => items.iter().for_each(|i| self.flatten_classes(*i, result)),
            None => result.push(value),
        }
    }

    fn narrow_instance(&mut self, class: ClassDefId, classes: &[Value]) -> Flow<Narrowed> {
        let own = self.class_desc(self.class(class).desc).map_or(Value::None, |d| d.class);
        if classes.iter().any(|c| self.host.issubclass(own, *c)) {
            return Ok(Narrowed::Always);
        }
        let mut narrowed: Option<ClassDefId> = None;
        let mut unknown = false;
        for c in classes {
            if !matches!(self.host.data(*c), Some(ObjData::Class(_) | ObjData::OldClass(_))) {
                return Err(self.error("RPY0404", "the second argument of isinstance() must be a class"));
            }
            if self.host.class(*c).is_some_and(|d| d.builtin) && !self.is_exception_class(*c) {
                continue;
            }
            if self.own_class_attr(*c, "_mixin_").is_some() {
                let here = self.here;
                self.classes[class.index()].class_readers.insert(here);
                unknown |= self.subclasses(class).iter().any(|s| {
                    self.class_desc(self.class(*s).desc)
                        .is_some_and(|d| self.host.issubclass(d.class, *c))
                });
                continue;
            }
            let desc = self.class_desc_of(*c)?;
            let target = self.classdef_of(desc)?;
            if self.is_subclass(target, class) {
                narrowed = Some(match narrowed {
                    None => target,
                    Some(n) => self.common_base(n, target).unwrap_or(class),
                });
            }
        }
        Ok(match narrowed {
            _ if unknown => Narrowed::Unknown,
            Some(c) => Narrowed::To(c),
            None => Narrowed::Never,
        })
    }

    /// Whether values of a built-in kind are instances of one of the classes.
    fn kind_is_instance(&mut self, x: AnnId, kind: &Kind, classes: &[Value]) -> bool {
        let t = self.host.types.clone();
        let own: Value = match kind {
            Kind::Bool => t.bool_.into(),
            Kind::Int { int, .. } => {
                let int = *int;
                return classes.iter().any(|c| self.is_int_class(int, *c));
            }
            Kind::Float => t.float_.into(),
            Kind::Char { .. } | Kind::Str { .. } => t.str_.into(),
            Kind::UniChar | Kind::Unicode { .. } => t.unicode.into(),
            Kind::ByteArray { .. } => t.bytearray.into(),
            Kind::List(_) => t.list.into(),
            Kind::Dict(_) => t.dict.into(),
            Kind::Tuple(_) => t.tuple.into(),
            Kind::None => t.none_type.into(),
            Kind::TypeOf(_) => t.type_.into(),
            Kind::Builtin(_) => match self.anns.constant(x) {
                Some(v) => self.host.class_of(v),
                None => return false,
            },
            Kind::SingleFloat | Kind::LongFloat => {
                let name = if kind == &Kind::SingleFloat {
                    "r_singlefloat"
                } else {
                    "r_longfloat"
                };
                return classes.iter().any(|c| self.class_name(*c) == name);
            }
            Kind::Pbc { descs, .. } => {
                let descs = descs.clone();
                return descs.iter().all(|d| match self.desc(*d) {
                    Desc::Frozen(f) => classes.iter().any(|c| self.host.isinstance(f.value, *c)),
                    Desc::Class(c) => {
                        let meta = self.host.class_of(c.class);
                        classes.iter().any(|k| self.host.issubclass(meta, *k))
                    }
                    Desc::Function(f) => classes.iter().any(|c| self.host.isinstance(f.function, *c)),
                    Desc::Method(_) | Desc::FrozenMethod { .. } => false,
                });
            }
            _ => return false,
        };
        classes.iter().any(|c| self.host.issubclass(own, *c))
    }

    /// Whether values of a machine integer type are instances of a host class.
    fn is_int_class(&mut self, int: rpy_lltype::Int, class: Value) -> bool {
        if self.int_class(class) == Some(int) {
            return true;
        }
        let t = &self.host.types;
        if class == Value::Obj(t.object) {
            return true;
        }
        if int == rpy_lltype::Int::SIGNED {
            return class == Value::Obj(t.int_);
        }
        class == Value::Obj(t.long_) || self.class_name(class) == "base_int"
    }

    fn issubclass(&mut self, graph: GraphId, op: &Op, x: AnnId, classes: AnnId) -> Flow {
        let list = self.class_list(classes)?;
        match self.anns.kind(x).clone() {
            Kind::TypeOf(Some(class)) => match self.narrow_instance(class, &list)? {
                Narrowed::Always => Ok(self.constant_bool(true)),
                Narrowed::Never => Ok(self.constant_bool(false)),
                Narrowed::Unknown => Ok(AnnId::BOOL),
                Narrowed::To(to) => {
                    if let Some(v) = op.args[1].var() {
                        let mut known = Known::default();
                        known.yes.push((v, self.anns.of(Kind::TypeOf(Some(to)))));
                        if let Some(value) = self.type_vars.get(&(graph, v)).copied() {
                            known.yes.push((value, self.anns.instance(to)));
                        }
                        self.set_known(graph, op.result, known);
                    }
                    Ok(AnnId::BOOL)
                }
            },
            Kind::Pbc { descs, .. } => {
                let results: Vec<bool> = descs
                    .iter()
                    .filter_map(|d| self.class_desc(*d))
                    .map(|c| list.iter().any(|k| self.host.issubclass(c.class, *k)))
                    .collect();
                if results.iter().all(|r| *r) && !results.is_empty() {
                    return Ok(self.constant_bool(true));
                }
                if results.iter().all(|r| !*r) {
                    return Ok(self.constant_bool(false));
                }
                Ok(AnnId::BOOL)
            }
            Kind::Builtin(_) => {
                let v = self.anns.constant(x).unwrap_or(Value::None);
                let hit = list.iter().any(|k| self.host.issubclass(v, *k));
                Ok(self.constant_bool(hit))
            }
            _ => Ok(AnnId::BOOL),
        }
    }

    /// The descriptor of a frozen instance.
    pub(crate) fn frozen_desc_of(&mut self, value: Value) -> DescId {
        if let Some(&id) = self.desc_index.get(&(value, None)) {
            return id;
        }
        let id = self.add_desc(Desc::Frozen(crate::desc::FrozenDesc {
            value,
            hidden: Default::default(),
        }));
        self.desc_index.insert((value, None), id);
        id
    }

    /// The descriptor of a method of a frozen instance.
    pub(crate) fn frozen_method(&mut self, function: DescId, frozen: DescId) -> DescId {
        if let Some(&id) = self.frozen_method_index.get(&(function, frozen)) {
            return id;
        }
        let id = self.add_desc(Desc::FrozenMethod { function, frozen });
        self.frozen_method_index.insert((function, frozen), id);
        id
    }

    /// The host value behind a descriptor, if it is one.
    pub fn desc_value(&self, desc: DescId) -> Option<Value> {
        match self.desc(desc) {
            Desc::Function(f) => Some(f.function),
            Desc::Class(c) => Some(c.class),
            Desc::Frozen(f) => Some(f.value),
            Desc::Method(_) | Desc::FrozenMethod { .. } => None,
        }
    }
}

/// What `isinstance` finds out.
enum Narrowed {
    Always,
    Never,
    To(ClassDefId),
    Unknown,
}
