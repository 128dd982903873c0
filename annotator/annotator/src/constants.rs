//! Annotations of host values: what constants of the program are.

use crate::annotator::{Annotator, Flow};
use crate::intrinsics::Intrinsic;
use crate::model::{Ann, AnnId, DescId, Kind};
use num_traits::ToPrimitive;
use rpy_host::{LowLevel, ObjData, ObjId, Value};
use rpy_lltype::{Int, LLPtr, LLType, LLTypeId, LLTypes, LLValue};
use std::rc::Rc;

/// What makes two constants equal.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum ValueKey {
    Str(Rc<[u8]>),
    Unicode(Rc<[u32]>),
    Tuple(Vec<Value>),
    Int(ObjId, i128),
    Type(LLTypeId),
    Pointer(LLTypeId, LLPtr),
}

impl Annotator {
    /// Annotation of a host value; `Impossible` if it has none (the error is reported where it is used).
    pub fn value(&mut self, value: Value) -> AnnId {
        self.try_value(value).unwrap_or(AnnId::IMPOSSIBLE)
    }

    /// Annotation of a host value as the value of a variable or attribute.
    pub(crate) fn try_value(&mut self, value: Value) -> Flow {
        match value {
            Value::None => return Ok(AnnId::NONE),
            Value::Bool(_) => return Ok(self.anns.with_constant(Kind::Bool, value)),
            Value::Int(n) => {
                let kind = Kind::Int {
                    int: Int::SIGNED,
                    nonneg: n >= 0,
                };
                return Ok(self.anns.with_constant(kind, value));
            }
            Value::Float(_) => return Ok(self.anns.with_constant(Kind::Float, value)),
            Value::Obj(_) => {}
        }
        if let Some(&ann) = self.constants.get(&value) {
            return Ok(ann);
        }
        if value.is_hole() {
            return Ok(AnnId::IMPOSSIBLE);
        }
        let ann = self.annotate_object(value)?;
        self.constants.insert(value, ann);
        Ok(ann)
    }

    /// Annotation of a value as the content of a variable that is not constant.
    pub(crate) fn value_type(&mut self, value: Value) -> Flow {
        let ann = self.try_value(value)?;
        Ok(self.without_constant(ann))
    }

    /// Forgets the constant, except where the kind has no meaning without it.
    pub(crate) fn without_constant(&mut self, ann: AnnId) -> AnnId {
        match self.anns.kind(ann) {
            Kind::Builtin(_) | Kind::Pbc { .. } => ann,
            Kind::Tuple(items) => {
                let items: Vec<AnnId> = items.to_vec();
                let items: Vec<AnnId> = items.into_iter().map(|i| self.without_constant(i)).collect();
                self.anns.tuple(&items)
            }
            _ => self.anns.without_constant(ann),
        }
    }

    /// The representative of all constants equal to `value`.
    pub(crate) fn canonical_value(&mut self, value: Value) -> Value {
        let key = match self.host.data(value) {
            Some(ObjData::Str(s)) => ValueKey::Str(s.bytes.clone()),
            Some(ObjData::Unicode(s)) => ValueKey::Unicode(s.chars.clone()),
            Some(ObjData::Tuple(items)) => {
                let items = items.clone();
                ValueKey::Tuple(items.iter().map(|i| self.canonical_value(*i)).collect())
            }
            Some(ObjData::RInt(class, low, high)) => {
                ValueKey::Int(*class, (i128::from(*high) << 64) | i128::from(*low))
            }
            Some(ObjData::Long(n)) if self.host.instance(value).is_some() => {
                match (n.to_i128(), self.host.class_of(value)) {
                    (Some(n), Value::Obj(class)) => ValueKey::Int(class, n),
                    _ => return value,
                }
            }
            Some(ObjData::LowLevel(ll)) => match &**ll {
                LowLevel::Type(t) => ValueKey::Type(self.host.lltypes.resolve(*t)),
                LowLevel::Value(t, LLValue::Ptr(p) | LLValue::Address(p)) => {
                    ValueKey::Pointer(self.host.lltypes.resolve(*t), *p)
                }
                LowLevel::Value(..) => return value,
            },
            _ => return value,
        };
        *self.canonical_values.entry(key).or_insert(value)
    }

    fn constant_of(&mut self, kind: Kind, value: Value) -> AnnId {
        let value = self.canonical_value(value);
        self.anns.with_constant(kind, value)
    }

    fn annotate_object(&mut self, value: Value) -> Flow {
        let Some(data) = value.obj().map(|id| self.host.heap.get(id)) else {
            return Ok(AnnId::IMPOSSIBLE);
        };
        match data {
            ObjData::Long(n) => match n.to_i64() {
                Some(small) => self.try_value(Value::Int(small)),
                None => Err(self.constant_error(value, "a long that does not fit into a machine word")),
            },
            ObjData::Str(s) => {
                let no_nul = !s.bytes.contains(&0);
                let kind = if s.bytes.len() == 1 {
                    Kind::Char { no_nul }
                } else {
                    Kind::Str {
                        can_be_none: false,
                        no_nul,
                    }
                };
                Ok(self.constant_of(kind, value))
            }
            ObjData::Unicode(s) => {
                let kind = if s.chars.len() == 1 {
                    Kind::UniChar
                } else {
                    Kind::Unicode {
                        can_be_none: false,
                        no_nul: !s.chars.contains(&0),
                    }
                };
                Ok(self.constant_of(kind, value))
            }
            ObjData::Tuple(items) => {
                let items = items.clone();
                self.annotate_tuple(value, &items)
            }
            ObjData::List(items) => {
                let items = items.clone();
                self.annotate_list(value, &items)
            }
            ObjData::Dict(_) => self.annotate_dict(value),
            ObjData::Function(_) => self.annotate_function(value),
            ObjData::Builtin(_) => self.annotate_builtin(value),
            ObjData::BuiltinMethod(b, receiver) => {
                let (name, receiver) = (b.def.name, **receiver);
                let receiver = self.try_value(receiver)?;
                Ok(self.anns.with_constant(
                    Kind::BuiltinMethod {
                        name: name.into(),
                        receiver,
                    },
                    value,
                ))
            }
            ObjData::Method(m) => {
                let (func, self_) = (m.func, m.self_);
                self.annotate_method(value, func, self_)
            }
            ObjData::Class(_) | ObjData::OldClass(_) => self.annotate_class(value),
            ObjData::RInt(class, ..) => {
                let class = Value::Obj(*class);
                let int = self.int_class(class).unwrap_or(Int::SIGNED);
                let nonneg = !int.signed || self.host.repr(value).find('-').is_none();
                Ok(self.constant_of(Kind::Int { int, nonneg }, value))
            }
            ObjData::SingleFloat(_) => Ok(self.constant_of(Kind::SingleFloat, value)),
            ObjData::LowLevel(ll) => match (**ll).clone() {
                LowLevel::Type(_) => self.frozen(value),
                LowLevel::Value(ty, v) => self.annotate_low_level(value, ty, &v),
            },
            ObjData::WeakRef(w) if !w.proxy => {
                let target = w.target;
                self.annotate_weakref(value, target)
            }
            ObjData::Instance(_) | ObjData::OldInstance(_) => self.annotate_instance(value),
            ObjData::Module(_) | ObjData::NotImplemented | ObjData::Ellipsis | ObjData::Native(..) => {
                self.annotate_native(value)
            }
            _ => {
                let what = self.host.type_name(value);
                Err(self.constant_error(value, &format!("a prebuilt object of type {what}")))
            }
        }
    }

    fn annotate_tuple(&mut self, value: Value, items: &[Value]) -> Flow {
        let mut anns = Vec::with_capacity(items.len());
        for item in items {
            anns.push(self.try_value(*item)?);
        }
        Ok(self.constant_of(Kind::Tuple(anns.into()), value))
    }

    fn annotate_list(&mut self, value: Value, items: &[Value]) -> Flow {
        let list = self.new_listdef(AnnId::IMPOSSIBLE);
        self.lists[list.index()].prebuilt.insert(value);
        let ann = self.anns.with_constant(Kind::List(list), value);
        self.constants.insert(value, ann);
        for item in items {
            let item = self.value_type(*item)?;
            self.widen_item(list, item)?;
        }
        Ok(ann)
    }

    fn annotate_dict(&mut self, value: Value) -> Flow {
        let dict = self.new_dictdef(AnnId::IMPOSSIBLE, AnnId::IMPOSSIBLE);
        self.dicts[dict.index()].prebuilt.insert(value);
        let ann = self.anns.with_constant(Kind::Dict(dict), value);
        self.constants.insert(value, ann);
        for (k, v) in self.host.dict_items(value) {
            let (k, v) = (self.value_type(k)?, self.value_type(v)?);
            self.widen_key(dict, k)?;
            self.widen_value(dict, v)?;
        }
        Ok(ann)
    }

    fn annotate_r_dict(&mut self, value: Value) -> Flow {
        let dict = self.new_dictdef(AnnId::IMPOSSIBLE, AnnId::IMPOSSIBLE);
        self.dicts[dict.index()].prebuilt.insert(value);
        let ann = self.anns.with_constant(Kind::Dict(dict), value);
        self.constants.insert(value, ann);
        let equal = self.host_attr(value, "key_eq")?;
        let hash = self.host_attr(value, "key_hash")?;
        let non_null = self.host_attr(value, "force_non_null")?;
        let (equal, hash) = (self.try_value(equal)?, self.try_value(hash)?);
        self.set_dict_flags(dict, non_null == Value::Bool(true), false);
        self.set_custom_keys(dict, equal, hash)?;
        for (k, v) in self.r_dict_items(value)? {
            let (k, v) = (self.value_type(k)?, self.value_type(v)?);
            self.widen_key(dict, k)?;
            self.widen_value(dict, v)?;
        }
        Ok(ann)
    }

    /// Items of a prebuilt `r_dict`.
    pub(crate) fn r_dict_items(&mut self, value: Value) -> Flow<Vec<(Value, Value)>> {
        let method = self.host_attr(value, "items")?;
        let items = self.host.call(method, &[], &[]).map_err(|e| self.raised_error(&e))?;
        let items = self.host.list_items(items).cloned().unwrap_or_default();
        Ok(items
            .iter()
            .filter_map(|pair| {
                let pair = self.host.tuple_items(*pair)?;
                Some((*pair.first()?, *pair.get(1)?))
            })
            .collect())
    }

    fn annotate_function(&mut self, value: Value) -> Flow {
        if let Some(&other) = self.host.replacements.get(&value) {
            return self.try_value(other);
        }
        if let Some(intrinsic) = self.own_intrinsic(value)? {
            return Ok(self.anns.with_constant(Kind::Builtin(intrinsic), value));
        }
        let desc = self.function_desc_of(value, None)?;
        Ok(self.pbc(&[desc], false))
    }

    /// The meaning of a function that is marked with `@intrinsic`.
    fn own_intrinsic(&mut self, value: Value) -> Flow<Option<Intrinsic>> {
        let attrs = match self.host.function(value) {
            Some(f) if !f.attrs.is_hole() => Value::Obj(f.attrs),
            _ => return Ok(None),
        };
        let Some(name) = self.host.dict_get_str(attrs, "_intrinsic_") else {
            return Ok(None);
        };
        self.intrinsic_named(name).map(Some)
    }

    fn intrinsic_named(&mut self, name: Value) -> Flow<Intrinsic> {
        let text = self.host.str_text(name).unwrap_or_default();
        Intrinsic::from_name(&text).ok_or_else(|| {
            self.error(
                "RPY0405",
                format!("the library marks a function as `{text}`, which the translator does not know"),
            )
        })
    }

    fn annotate_builtin(&mut self, value: Value) -> Flow {
        if let Some(&other) = self.host.replacements.get(&value) {
            return self.try_value(other);
        }
        let Some(ObjData::Builtin(b)) = self.host.data(value) else {
            return Ok(AnnId::IMPOSSIBLE);
        };
        let owner = (!b.owner.is_hole()).then_some(Value::Obj(b.owner));
        let (name, module) = (b.def.name, b.module.clone());
        let qualified = match (owner, module) {
            (Some(owner), _) => {
                let module = self.class_module(owner);
                format!("{module}.{}.{name}", self.class_name(owner))
            }
            (None, Some(module)) if module.starts_with("_rpy_") => format!("ll.{name}"),
            (None, Some(module)) => format!("{module}.{name}"),
            (None, None) => format!("__builtin__.{name}"),
        };
        let exception = owner.filter(|o| name == "__init__" && self.is_exception_class(*o));
        let known = match exception {
            Some(o) => {
                let environment = self.host.exceptions.environment_error;
                let of_environment = self.host.issubclass(o, environment.into());
                Some(if of_environment {
                    Intrinsic::EnvironmentErrorInit
                } else {
                    Intrinsic::ExceptionInit
                })
            }
            None => Intrinsic::from_name(&qualified),
        };
        match known {
            Some(i) => Ok(self.anns.with_constant(Kind::Builtin(i), value)),
            None => {
                let shown = qualified.trim_start_matches("__builtin__.").to_owned();
                Err(self.error(
                    "RPY0405",
                    format!("the built-in function `{shown}` is not available in RPython"),
                ))
            }
        }
    }

    fn annotate_method(&mut self, value: Value, func: Value, self_: Value) -> Flow {
        if self_.is_hole() || self_.is_none() {
            return self.try_value(func);
        }
        let receiver = self.try_value(self_)?;
        if let Some(intrinsic) = self.own_intrinsic(func)? {
            return Ok(self.anns.with_constant(intrinsic_method(intrinsic, receiver), value));
        }
        match self.anns.kind(receiver).clone() {
            Kind::Pbc { descs, .. } if self.class_desc(descs[0]).is_some() => {
                let name = self.host.function(func).map(|f| f.name.clone()).unwrap_or_default();
                Err(self.class_method_error(descs[0], &name))
            }
            Kind::Pbc { descs, .. } => {
                let function = self.function_desc_of(func, None)?;
                let desc = self.frozen_method(function, descs[0]);
                Ok(self.pbc(&[desc], false))
            }
            Kind::Instance { classdef, .. } => self.prebuilt_method(value, func, classdef),
            _ => Err(self.constant_error(value, "a bound method of this object")),
        }
    }

    fn annotate_class(&mut self, value: Value) -> Flow {
        if let Some(&other) = self.host.replacements.get(&value) {
            return self.try_value(other);
        }
        if let Some(name) = self.own_class_attr(value, "_intrinsic_") {
            let intrinsic = self.intrinsic_named(name)?;
            return Ok(self.anns.with_constant(Kind::Builtin(intrinsic), value));
        }
        if self.int_class(value).is_some_and(|i| i != Int::SIGNED) {
            return Ok(self.anns.with_constant(Kind::Builtin(Intrinsic::CastInt), value));
        }
        let module = self.class_module(value);
        let builtin = self.host.class(value).is_some_and(|c| c.builtin) && !self.is_exception_class(value);
        if builtin || module == "collections" {
            let name = format!("{module}.{}", self.class_name(value));
            if let Some(i) = Intrinsic::from_name(&name).or_else(|| Intrinsic::from_name(&self.class_name(value))) {
                return Ok(self.anns.with_constant(Kind::Builtin(i), value));
            }
        }
        let desc = self.class_desc_of(value)?;
        Ok(self.pbc(&[desc], false))
    }

    /// The machine integer type that a class stands for.
    pub(crate) fn int_class(&mut self, class: Value) -> Option<Int> {
        if class == Value::Obj(self.host.types.int_) {
            return Some(Int::SIGNED);
        }
        self.host.class(class)?;
        let mark = self.own_class_attr(class, "_rpy_int_")?;
        let parts = self.host.tuple_items(mark)?.clone();
        match parts[..] {
            [Value::Bool(signed), Value::Int(bits)] => Some(Int {
                bits: u8::try_from(bits).ok()?,
                signed,
            }),
            _ => None,
        }
    }

    fn annotate_low_level(&mut self, value: Value, ty: LLTypeId, ll: &LLValue) -> Flow {
        if matches!(ll, LLValue::Symbolic(_)) {
            return Ok(self.anns.with_constant(
                Kind::Int {
                    int: Int::SIGNED,
                    nonneg: true,
                },
                value,
            ));
        }
        let kind = match self.host.lltypes.get(ty) {
            LLType::Ptr(_) => Kind::Ptr(self.host.lltypes.resolve(ty)),
            LLType::Address => Kind::Address,
            LLType::Void => return Ok(AnnId::NONE),
            _ => {
                let ann = self.lltype_to_annotation(ty);
                self.anns.kind(ann).clone()
            }
        };
        Ok(self.constant_of(kind, value))
    }

    fn annotate_weakref(&mut self, value: Value, target: Value) -> Flow {
        let target = if target.is_hole() {
            AnnId::NONE
        } else {
            self.try_value(target)?
        };
        let class = match self.anns.kind(target) {
            Kind::Instance { classdef, .. } => Some(*classdef),
            _ => None,
        };
        Ok(self.anns.with_constant(Kind::WeakRef(class), value))
    }

    fn annotate_native(&mut self, value: Value) -> Flow {
        if matches!(self.host.data(value), Some(ObjData::Native(..))) {
            let name = self.host.type_name(value);
            if let Some(i) = Intrinsic::from_name(&name) {
                return Ok(self.anns.with_constant(Kind::Builtin(i), value));
            }
        }
        self.frozen(value)
    }

    fn annotate_instance(&mut self, value: Value) -> Flow {
        let class = self.host.class_of(value);
        if self.host.lookup_mro(class, "_rpy_symbolic_").is_some() {
            let kind = Kind::Int {
                int: Int::SIGNED,
                nonneg: false,
            };
            return Ok(self.anns.with_constant(kind, value));
        }
        if let Some(name) = self.host.lookup_mro(class, "_intrinsic_") {
            match self.intrinsic_named(name)? {
                Intrinsic::RDict | Intrinsic::ROrderedDict => return self.annotate_r_dict(value),
                Intrinsic::LowLevelOp => {
                    let name = self.host_attr(value, "opname")?;
                    return Ok(self.constant_of(Kind::Builtin(Intrinsic::LowLevelOp), name));
                }
                Intrinsic::RSingleFloat => return Ok(self.anns.with_constant(Kind::SingleFloat, value)),
                Intrinsic::RLongFloat => return Ok(self.anns.with_constant(Kind::LongFloat, value)),
                _ => {}
            }
        }
        match self.host.data(value) {
            Some(ObjData::Dict(_)) => return self.annotate_dict(value),
            Some(ObjData::List(items)) => {
                let items = items.clone();
                return self.annotate_list(value, &items);
            }
            Some(ObjData::Instance(_) | ObjData::OldInstance(_) | ObjData::Exc(_)) => {}
            Some(ObjData::RInt(..) | ObjData::Long(_) | ObjData::IntPayload(_)) => {
                let int = self.int_class(class).unwrap_or(Int::SIGNED);
                let nonneg = !int.signed || !self.host.repr(value).contains('-');
                return Ok(self.constant_of(Kind::Int { int, nonneg }, value));
            }
            _ => {
                let what = self.host.type_name(value);
                return Err(self.constant_error(value, &format!("a prebuilt instance of {what}")));
            }
        }
        if let Some(cleanup) = self
            .host
            .getattr_opt(value, "_cleanup_")
            .map_err(|e| self.raised_error(&e))?
        {
            self.host.call(cleanup, &[], &[]).map_err(|e| self.raised_error(&e))?;
        }
        if self.is_frozen(value)? {
            return self.frozen(value);
        }
        let desc = self.class_desc_of(class)?;
        let classdef = self.classdef_of(desc)?;
        let kind = Kind::Instance {
            classdef,
            can_be_none: false,
        };
        let ann = self.anns.with_constant(kind, value);
        self.constants.insert(value, ann);
        self.see_instance(value, classdef)?;
        Ok(ann)
    }

    fn is_frozen(&mut self, value: Value) -> Flow<bool> {
        let class = self.host.class_of(value);
        if self.host.lookup_mro(class, "_freeze_").is_none() {
            return Ok(false);
        }
        let freeze = self.host_attr(value, "_freeze_")?;
        let result = self.host.call(freeze, &[], &[]).map_err(|e| self.raised_error(&e))?;
        self.host.is_true(result).map_err(|e| self.raised_error(&e))
    }

    /// The annotation of a frozen instance.
    pub(crate) fn frozen(&mut self, value: Value) -> Flow {
        let value = self.canonical_value(value);
        let desc = self.frozen_desc_of(value);
        Ok(self.pbc(&[desc], false))
    }

    /// `getattr` in the host; errors become errors of the program.
    pub(crate) fn host_attr(&mut self, value: Value, name: &str) -> Flow<Value> {
        self.host.getattr(value, name).map_err(|e| self.raised_error(&e))
    }

    /// The low-level type object as a host value.
    pub(crate) fn type_value(&mut self, ty: LLTypeId) -> Value {
        let v = self.host.new_lltype(ty);
        self.canonical_value(v)
    }

    /// The low-level type of a constant annotation that is one.
    pub(crate) fn as_type(&self, ann: AnnId) -> Option<LLTypeId> {
        match self.host.data(self.anns.constant(ann)?) {
            Some(ObjData::LowLevel(ll)) => match &**ll {
                LowLevel::Type(t) => Some(self.host.lltypes.resolve(*t)),
                LowLevel::Value(..) => None,
            },
            _ => None,
        }
    }

    /// Text of a constant string annotation.
    pub(crate) fn constant_text(&self, ann: AnnId) -> Option<String> {
        self.host.str_text(self.anns.constant(ann)?)
    }

    /// The annotation of a set of prebuilt things; the constant is there if it is only one.
    pub(crate) fn pbc(&mut self, descs: &[DescId], can_be_none: bool) -> AnnId {
        let constant = match descs {
            [one] if !can_be_none => self.desc_value(*one),
            _ => None,
        };
        self.anns.intern(Ann {
            kind: Kind::Pbc {
                descs: descs.into(),
                can_be_none,
            },
            constant,
        })
    }

    /// The annotation that values of a low-level type have.
    pub fn lltype_to_annotation(&mut self, ty: LLTypeId) -> AnnId {
        let ty = self.host.lltypes.resolve(ty);
        match self.host.lltypes.get(ty) {
            LLType::Void => AnnId::NONE,
            LLType::Bool => AnnId::BOOL,
            LLType::Char => AnnId::CHAR,
            LLType::UniChar => AnnId::UNICHAR,
            LLType::Int(int) => {
                let int = *int;
                self.anns.int(int, false)
            }
            LLType::Float => AnnId::FLOAT,
            LLType::SingleFloat => AnnId::SINGLEFLOAT,
            LLType::LongFloat => AnnId::LONGFLOAT,
            LLType::Address => AnnId::ADDRESS,
            LLType::Ptr(_) => self.anns.of(Kind::Ptr(ty)),
            LLType::Struct(_)
            | LLType::Array { .. }
            | LLType::FixedArray { .. }
            | LLType::Func(_)
            | LLType::Opaque { .. }
            | LLType::WeakRef
            | LLType::Forward(_) => AnnId::IMPOSSIBLE,
        }
    }

    /// The low-level type of values with an annotation of a primitive or pointer kind; the rtyper knows the others.
    pub fn annotation_to_lltype(&mut self, ann: AnnId) -> Option<LLTypeId> {
        Some(match self.anns.kind(ann) {
            Kind::None => LLTypes::VOID,
            Kind::Bool => LLTypes::BOOL,
            Kind::Char { .. } => LLTypes::CHAR,
            Kind::UniChar => LLTypes::UNICHAR,
            Kind::Int { int, .. } => {
                let int = *int;
                self.host.lltypes.int(int.bits, int.signed)
            }
            Kind::Float => LLTypes::FLOAT,
            Kind::SingleFloat => LLTypes::SINGLEFLOAT,
            Kind::LongFloat => LLTypes::LONGFLOAT,
            Kind::Address => LLTypes::ADDRESS,
            Kind::Ptr(t) => *t,
            _ => return None,
        })
    }
}

/// A method of a prebuilt object that is an intrinsic: the name is that of the intrinsic.
pub(crate) fn intrinsic_method(intrinsic: Intrinsic, receiver: AnnId) -> Kind {
    Kind::BuiltinMethod {
        name: intrinsic.name().into(),
        receiver,
    }
}
