//! Low-level pointers and the functions of `lltype`, `llmemory`, `annlowlevel` and `lloperation`.

use crate::annotator::{Annotator, Flow, Stop};
use crate::calls::Args;
use crate::desc::Desc;
use crate::intrinsics::Intrinsic;
use crate::model::{AnnId, Kind};
use rpy_host::{LowLevel, ObjData, Value};
use rpy_lltype::{Int, LLPtr, LLType, LLTypeId, LLTypes, LLValue};
use std::sync::Arc;

impl Annotator {
    /// The type that a pointer points to.
    fn pointee(&mut self, ty: LLTypeId) -> LLTypeId {
        self.host.lltypes.pointee(ty).unwrap_or(LLTypes::VOID)
    }

    fn is_container(&self, ty: LLTypeId) -> bool {
        matches!(
            self.host.lltypes.get(ty),
            LLType::Struct(_) | LLType::Array { .. } | LLType::FixedArray { .. } | LLType::Opaque { .. }
        )
    }

    /// The value read from a place of type `ty` inside `pointer`: inlined containers give pointers to them.
    fn read_place(&mut self, pointer: AnnId, ty: LLTypeId, step: Option<Arc<str>>) -> Flow {
        if !self.is_container(ty) {
            return Ok(self.lltype_to_annotation(ty));
        }
        let parent_gc = match self.anns.kind(pointer).clone() {
            Kind::Ptr(p) => {
                let to = self.pointee(p);
                self.host.lltypes.is_gc(to)
            }
            Kind::InteriorPtr { .. } => true,
            _ => false,
        };
        if !parent_gc || self.host.lltypes.is_gc(ty) {
            let ptr = self.host.lltypes.ptr(ty);
            return Ok(self.anns.of(Kind::Ptr(ptr)));
        }
        let (parent, mut path) = match self.anns.kind(pointer).clone() {
            Kind::Ptr(p) => (p, vec![]),
            Kind::InteriorPtr { parent, path, .. } => (parent, path.to_vec()),
            _ => return Err(Stop::Blocked),
        };
        path.push(step);
        Ok(self.anns.of(Kind::InteriorPtr {
            parent,
            path: path.into(),
            inner: ty,
        }))
    }

    /// Whether the struct behind a pointer has a field or ADT method.
    pub(crate) fn has_field(&mut self, ty: LLTypeId, name: &str) -> bool {
        let to = self.pointee(ty);
        self.host.lltypes.field_type(to, name).is_some() || self.adt_method(to, name).is_some()
    }

    fn adt_method(&mut self, ty: LLTypeId, name: &str) -> Option<Value> {
        let object = self.type_value(ty);
        let methods = self.host.getattr_opt(object, "_adtmeths").ok().flatten()?;
        self.host.dict_get_str(methods, name)
    }

    pub(crate) fn pointer_getattr(&mut self, pointer: AnnId, ty: LLTypeId, name: &str) -> Flow {
        let to = self.pointee(ty);
        self.container_getattr(pointer, to, name)
    }

    pub(crate) fn interior_getattr(&mut self, pointer: AnnId, name: &str) -> Flow {
        let Kind::InteriorPtr { inner, .. } = *self.anns.kind(pointer) else {
            return Err(Stop::Blocked);
        };
        self.container_getattr(pointer, inner, name)
    }

    fn container_getattr(&mut self, pointer: AnnId, to: LLTypeId, name: &str) -> Flow {
        if let Some(field) = self.host.lltypes.field_type(to, name) {
            return self.read_place(pointer, field, Some(name.into()));
        }
        if let LLType::FixedArray { of, .. } = self.host.lltypes.get(to)
            && name.starts_with("item")
        {
            let of = *of;
            return self.read_place(pointer, of, Some(name.into()));
        }
        match self.adt_method(to, name) {
            Some(value) if self.host.function(value).is_some() => {
                let receiver = self.anns.without_constant(pointer);
                Ok(self.anns.of(Kind::LLAdtMethod {
                    receiver,
                    function: value,
                }))
            }
            Some(value) => self.try_value(value),
            None => Err(self.missing_attribute(pointer, name)),
        }
    }

    pub(crate) fn pointer_setattr(&mut self, pointer: AnnId, ty: LLTypeId, name: &str, value: AnnId) -> Flow {
        let to = self.pointee(ty);
        self.container_setattr(pointer, to, name, value)
    }

    pub(crate) fn interior_setattr(&mut self, pointer: AnnId, name: &str, value: AnnId) -> Flow {
        let Kind::InteriorPtr { inner, .. } = *self.anns.kind(pointer) else {
            return Err(Stop::Blocked);
        };
        self.container_setattr(pointer, inner, name, value)
    }

    fn container_setattr(&mut self, pointer: AnnId, to: LLTypeId, name: &str, value: AnnId) -> Flow {
        let field = match self.host.lltypes.field_type(to, name) {
            Some(field) => field,
            None => match self.host.lltypes.get(to) {
                LLType::FixedArray { of, .. } if name.starts_with("item") => *of,
                _ => return Err(self.missing_attribute(pointer, name)),
            },
        };
        self.check_stored(field, value, &format!("the field `{name}`"))?;
        Ok(AnnId::NONE)
    }

    /// Checks that a value fits into a place of low-level memory.
    fn check_stored(&mut self, ty: LLTypeId, value: AnnId, place: &str) -> Flow<()> {
        let kind = self.anns.kind(value).clone();
        let ok = match (self.host.lltypes.get(ty).clone(), &kind) {
            (LLType::Void, _) => true,
            (LLType::Int(int), Kind::Int { int: own, nonneg }) => {
                int == *own
                    || self.anns.constant(value).is_some()
                    || int.signed == own.signed && int.bits >= own.bits && own.bits >= 64
                    || int == Int::UNSIGNED && *own == Int::SIGNED && *nonneg
            }
            (LLType::Int(_), Kind::Bool) => true,
            (LLType::Bool, Kind::Bool) => true,
            (LLType::Float, Kind::Float | Kind::Int { .. } | Kind::Bool) => true,
            (LLType::SingleFloat, Kind::SingleFloat) | (LLType::LongFloat, Kind::LongFloat) => true,
            (LLType::Char, Kind::Char { .. }) | (LLType::UniChar, Kind::UniChar) => true,
            (LLType::Address, Kind::Address) => true,
            (LLType::Ptr(_), Kind::Ptr(own)) => self.host.lltypes.same(ty, *own),
            (LLType::Ptr(_), Kind::Impossible) => return Err(Stop::Blocked),
            _ => false,
        };
        if ok {
            return Ok(());
        }
        let (want, got) = (self.host.lltypes.text(ty), self.describe(value));
        Err(self.error(
            "RPY0415",
            format!("{place} has the low-level type {want}, it is given {got}"),
        ))
    }

    pub(crate) fn pointer_len(&mut self, ty: LLTypeId) -> Flow {
        let to = self.pointee(ty);
        self.array_len(to)
    }

    pub(crate) fn array_len(&mut self, ty: LLTypeId) -> Flow {
        match self.host.lltypes.get(ty) {
            LLType::Array { .. } if self.host.lltypes.int_hint(ty, "nolength") == Some(1) => {
                Err(self.error("RPY0415", "this array has no length"))
            }
            LLType::Array { .. } => Ok(AnnId::NONNEG),
            LLType::FixedArray { length, .. } => {
                let n = *length as i64;
                Ok(self.constant_int(n))
            }
            _ => {
                let text = self.host.lltypes.text(ty);
                Err(self.error("RPY0415", format!("{text} has no len()")))
            }
        }
    }

    pub(crate) fn pointer_getitem(&mut self, pointer: AnnId, ty: LLTypeId, index: AnnId) -> Flow {
        let to = self.pointee(ty);
        self.container_getitem(pointer, to, index)
    }

    pub(crate) fn interior_getitem(&mut self, pointer: AnnId, index: AnnId) -> Flow {
        let Kind::InteriorPtr { inner, .. } = *self.anns.kind(pointer) else {
            return Err(Stop::Blocked);
        };
        self.container_getitem(pointer, inner, index)
    }

    fn container_getitem(&mut self, pointer: AnnId, to: LLTypeId, index: AnnId) -> Flow {
        self.check_array_index(index)?;
        match self.host.lltypes.get(to) {
            LLType::Array { of, .. } | LLType::FixedArray { of, .. } => {
                let of = self.host.lltypes.resolve(*of);
                self.read_place(pointer, of, None)
            }
            _ => {
                let text = self.host.lltypes.text(to);
                Err(self.error("RPY0415", format!("{text} is not an array")))
            }
        }
    }

    fn check_array_index(&mut self, index: AnnId) -> Flow<()> {
        match self.anns.kind(index) {
            Kind::Int { .. } | Kind::Bool => Ok(()),
            _ => {
                let what = self.describe(index);
                Err(self.error(
                    "RPY0415",
                    format!("the index of an array must be an integer, it is {what}"),
                ))
            }
        }
    }

    pub(crate) fn pointer_setitem(&mut self, ty: LLTypeId, index: AnnId, value: AnnId) -> Flow<()> {
        let to = self.pointee(ty);
        self.array_setitem(to, index, value)
    }

    pub(crate) fn array_setitem(&mut self, ty: LLTypeId, index: AnnId, value: AnnId) -> Flow<()> {
        self.check_array_index(index)?;
        match self.host.lltypes.get(ty) {
            LLType::Array { of, .. } | LLType::FixedArray { of, .. } => {
                let of = *of;
                self.check_stored(of, value, "the item")
            }
            _ => {
                let text = self.host.lltypes.text(ty);
                Err(self.error("RPY0415", format!("{text} is not an array")))
            }
        }
    }

    /// A call of a pointer to a function.
    pub(crate) fn call_pointer(&mut self, ty: LLTypeId, args: &Args) -> Flow {
        let to = self.pointee(ty);
        let Some(sig) = self.host.lltypes.as_func(to).cloned() else {
            let text = self.host.lltypes.text(ty);
            return Err(self.error("RPY0415", format!("{text} cannot be called")));
        };
        if sig.args.len() != args.positional.len() {
            return Err(self.error(
                "RPY0403",
                format!(
                    "the function takes {} arguments, but {} are given here",
                    sig.args.len(),
                    args.positional.len()
                ),
            ));
        }
        for (i, (want, got)) in sig.args.iter().zip(args.positional.clone()).enumerate() {
            self.check_stored(*want, got, &format!("argument {} of the low-level function", i + 1))?;
        }
        Ok(self.lltype_to_annotation(sig.result))
    }

    pub(crate) fn address_getattr(&mut self, name: &str) -> Flow {
        let ty = match name {
            "signed" => LLTypes::SIGNED,
            "unsigned" => LLTypes::UNSIGNED,
            "char" => LLTypes::CHAR,
            "address" => LLTypes::ADDRESS,
            "float" => LLTypes::FLOAT,
            _ => return Err(self.missing_attribute(AnnId::ADDRESS, name)),
        };
        Ok(self.anns.of(Kind::TypedAddress(ty)))
    }

    /// The low-level type given as an argument.
    fn type_argument(&mut self, function: &str, arg: Option<&AnnId>) -> Flow<LLTypeId> {
        match arg.and_then(|a| self.as_type(*a)) {
            Some(ty) => Ok(ty),
            None => Err(self.error(
                "RPY0415",
                format!("{function}() needs a low-level type that is a constant"),
            )),
        }
    }

    pub(crate) fn call_low_level(&mut self, i: Intrinsic, callable: AnnId, args: &Args) -> Flow {
        use Intrinsic as I;
        let p = args.positional.clone();
        let n = p.len();
        match i {
            I::TypeOf if n == 1 => self.type_of(p[0]),
            I::Malloc => self.malloc(args),
            I::Free | I::RawFree | I::RawMemclear | I::RawMemcopy | I::RawMemmove | I::RenderImmortal => {
                Ok(AnnId::NONE)
            }
            I::NullPtr => {
                let ty = self.type_argument("nullptr", p.first())?;
                let ptr = self.host.lltypes.ptr(ty);
                let null = LowLevel::Value(ptr, LLValue::Ptr(LLPtr::Null));
                let v = self.host.alloc(ObjData::LowLevel(Box::new(null)));
                self.try_value(v)
            }
            I::CastPrimitive | I::RffiCast => self.rffi_cast(&p),
            I::CastPointer | I::CastOpaquePtr | I::CastIntToPtr | I::CastObjectToPtr => {
                let ty = self.type_argument(i.name(), p.first())?;
                Ok(self.lltype_to_annotation(ty))
            }
            I::CastPtrToInt | I::CastAdrToInt => Ok(AnnId::INT),
            I::DirectPtrAdd | I::RffiPtrAdd if n == 2 => Ok(self.anns.without_constant(p[0])),
            I::DirectArrayItems | I::DirectFieldPtr => self.direct_pointer(i, &p),
            I::LengthOfGcArray => Ok(AnnId::NONNEG),
            I::RuntimeTypeInfo => Ok(AnnId::INT),
            I::LowLevelOp => self.low_level_op(&p),
            I::CastPtrToAdr | I::CastIntToAdr | I::RawMalloc => Ok(AnnId::ADDRESS),
            I::CastAdrToPtr if n == 2 => {
                let ty = self.type_argument("cast_adr_to_ptr", p.get(1))?;
                Ok(self.lltype_to_annotation(ty))
            }
            I::SizeOf | I::OffsetOf | I::ItemOffsetOf => self.symbolic_number(callable, &p),
            I::RawMallocUsage => Ok(AnnId::NONNEG),
            I::WeakrefCreate | I::CastPtrToWeakrefPtr => Ok(self.lltype_to_annotation(LLTypes::WEAKREFPTR)),
            I::WeakrefDeref | I::CastWeakrefPtrToPtr => {
                let ty = self.type_argument(i.name(), p.first())?;
                Ok(self.lltype_to_annotation(ty))
            }
            I::LlHelper if n == 2 => self.llhelper(p[0], p[1]),
            I::LlStr => Ok(self.lltype_to_annotation(LLTypes::STRPTR)),
            I::LlUnicode => Ok(self.lltype_to_annotation(LLTypes::UNICODEPTR)),
            I::HlStr => Ok(self.anns.of(Kind::Str {
                can_be_none: true,
                no_nul: false,
            })),
            I::HlUnicode => Ok(self.anns.of(Kind::Unicode {
                can_be_none: true,
                no_nul: false,
            })),
            I::CastInstanceToBasePtr => Ok(self.lltype_to_annotation(LLTypes::OBJECTPTR)),
            I::CastInstanceToGcref => Ok(self.lltype_to_annotation(LLTypes::GCREF)),
            I::CastBasePtrToInstance | I::CastGcrefToInstance | I::TryCastGcrefToInstance => {
                self.instance_of_class(p.first().copied())
            }
            I::LlShrinkArray if n == 2 => Ok(p[0]),
            I::RawStorageGetItem => {
                let ty = self.type_argument("raw_storage_getitem", p.first())?;
                Ok(self.lltype_to_annotation(ty))
            }
            I::FunctionPtr | I::OpaquePtr => Err(self.error(
                "RPY0415",
                format!("{}() is only available while modules are imported", i.name()),
            )),
            _ => Err(self.error(
                "RPY0403",
                format!("wrong arguments for `{}`", i.name().trim_start_matches("__builtin__.")),
            )),
        }
    }

    /// `lltype.typeOf(x)`: a constant.
    fn type_of(&mut self, a: AnnId) -> Flow {
        let ty = match self.anns.kind(a).clone() {
            Kind::InteriorPtr { inner, .. } => Some(self.host.lltypes.ptr(inner)),
            Kind::Str { .. } => Some(LLTypes::STRPTR),
            Kind::Unicode { .. } => Some(LLTypes::UNICODEPTR),
            Kind::Pbc { .. } | Kind::Builtin(_) => Some(LLTypes::VOID),
            _ => self.annotation_to_lltype(a),
        };
        match ty {
            Some(ty) => {
                let v = self.type_value(ty);
                self.try_value(v)
            }
            None => Err(self.unsupported_argument("typeOf", a)),
        }
    }

    fn malloc(&mut self, args: &Args) -> Flow {
        let p = &args.positional;
        let ty = self.type_argument("malloc", p.first().or(args.keyword("T").as_ref()))?;
        let flavor = p.get(2).copied().or_else(|| args.keyword("flavor"));
        let flavor = match flavor {
            Some(f) => self
                .constant_text(f)
                .ok_or_else(|| self.error("RPY0415", "the flavor of malloc() must be a constant"))?,
            None => "gc".into(),
        };
        if flavor == "gc" && !self.host.lltypes.is_gc(ty) {
            let text = self.host.lltypes.text(ty);
            return Err(self
                .error(
                    "RPY0415",
                    format!("malloc() with the flavor 'gc' of {text}, which is not allocated by the GC"),
                )
                .help("pass flavor='raw', or use a GcStruct or GcArray"));
        }
        if flavor == "raw" && self.host.lltypes.is_gc(ty) {
            let text = self.host.lltypes.text(ty);
            return Err(self.error(
                "RPY0415",
                format!("malloc() with the flavor 'raw' of {text}, which is allocated by the GC"),
            ));
        }
        let ptr = self.host.lltypes.ptr(ty);
        Ok(self.anns.of(Kind::Ptr(ptr)))
    }

    fn rffi_cast(&mut self, p: &[AnnId]) -> Flow {
        let ty = self.type_argument("cast", p.first())?;
        let Some(&value) = p.get(1) else {
            return Err(self.error("RPY0403", "cast() needs a type and a value"));
        };
        let castable = match (self.host.lltypes.get(ty), self.anns.kind(value)) {
            (_, Kind::Impossible) => return Err(Stop::Blocked),
            (LLType::Ptr(_) | LLType::Address, kind) => {
                matches!(
                    kind,
                    Kind::Ptr(_)
                        | Kind::Int { .. }
                        | Kind::Address
                        | Kind::Bool
                        | Kind::Pbc { .. }
                        | Kind::InteriorPtr { .. }
                )
            }
            (LLType::Void, _) => true,
            (_, kind) => matches!(
                kind,
                Kind::Int { .. }
                    | Kind::Bool
                    | Kind::Float
                    | Kind::SingleFloat
                    | Kind::LongFloat
                    | Kind::Char { .. }
                    | Kind::UniChar
                    | Kind::Ptr(_)
                    | Kind::Address
            ),
        };
        if !castable {
            let (want, got) = (self.host.lltypes.text(ty), self.describe(value));
            return Err(self.error("RPY0415", format!("{got} cannot be cast to {want}")));
        }
        let nonneg = matches!(
            self.anns.kind(value),
            Kind::Int { nonneg: true, int } if int.signed || int.bits < 64
        ) || matches!(self.anns.kind(value), Kind::Char { .. } | Kind::UniChar | Kind::Bool);
        match self.host.lltypes.get(ty) {
            LLType::Int(int) => {
                let int = *int;
                if let (Some(v @ Value::Int(_)), true) = (self.anns.constant(value), int == Int::SIGNED) {
                    return self.try_value(v);
                }
                let fits = match self.anns.kind(value) {
                    Kind::Int { int: own, .. } => own.bits < int.bits || *own == int,
                    _ => true,
                };
                Ok(self.anns.int(int, nonneg && fits))
            }
            _ => Ok(self.lltype_to_annotation(ty)),
        }
    }

    fn direct_pointer(&mut self, i: Intrinsic, p: &[AnnId]) -> Flow {
        let to = match p.first().map(|x| self.anns.kind(*x).clone()) {
            Some(Kind::Ptr(ty)) => self.pointee(ty),
            Some(Kind::InteriorPtr { inner, .. }) => inner,
            _ => return Err(self.error("RPY0415", format!("{}() needs a pointer", i.name()))),
        };
        let of = match (i, self.host.lltypes.get(to)) {
            (Intrinsic::DirectArrayItems, LLType::Array { of, .. } | LLType::FixedArray { of, .. }) => *of,
            _ => {
                let name = p.get(1).and_then(|n| self.constant_text(*n)).unwrap_or_default();
                match self.host.lltypes.field_type(to, &name) {
                    Some(ty) => ty,
                    None => return Err(self.missing_attribute(p[0], &name)),
                }
            }
        };
        let array = self.host.lltypes.intern(LLType::FixedArray {
            of,
            length: 1,
            hints: vec![],
        });
        let ptr = self.host.lltypes.ptr(array);
        let items = self.host.lltypes.intern(LLType::Array {
            of,
            gc: false,
            hints: vec![rpy_lltype::Hint::Int("nolength".into(), 1)],
        });
        let items = self.host.lltypes.ptr(items);
        Ok(self
            .anns
            .of(Kind::Ptr(if i == Intrinsic::DirectArrayItems { items } else { ptr })))
    }

    fn low_level_op(&mut self, p: &[AnnId]) -> Flow {
        let ty = self.type_argument("llop", p.first())?;
        Ok(self.lltype_to_annotation(ty))
    }

    fn symbolic_number(&mut self, callable: AnnId, p: &[AnnId]) -> Flow {
        let values: Option<Vec<Value>> = p.iter().map(|a| self.anns.constant(*a)).collect();
        if let (Some(values), Some(f)) = (values, self.anns.constant(callable)) {
            let v = self.host.call(f, &values, &[]).map_err(|e| self.raised_error(&e))?;
            return self.try_value(v);
        }
        Ok(AnnId::NONNEG)
    }

    fn llhelper(&mut self, ty: AnnId, function: AnnId) -> Flow {
        let ty = self.type_argument("llhelper", Some(&ty))?;
        let to = self.pointee(ty);
        let Some(sig) = self.host.lltypes.as_func(to).cloned() else {
            return Err(self.error("RPY0415", "llhelper() needs a pointer to a function type"));
        };
        let args: Vec<AnnId> = sig.args.iter().map(|a| self.lltype_to_annotation(*a)).collect();
        let descs = match self.anns.kind(function).clone() {
            Kind::Pbc { descs, .. } => descs,
            _ => return Err(self.error("RPY0415", "llhelper() needs a function that is a constant")),
        };
        for d in descs.iter() {
            if matches!(
                self.desc(*d),
                Desc::Function(_) | Desc::FrozenMethod { .. } | Desc::Method(_)
            ) {
                let key = (0x8000_0000 | d.0, ty.0);
                self.emulated_call(function, &args, key)?;
            }
        }
        Ok(self.anns.of(Kind::Ptr(ty)))
    }

    fn instance_of_class(&mut self, class: Option<AnnId>) -> Flow {
        match class.map(|c| self.anns.kind(c).clone()) {
            Some(Kind::Pbc { descs, .. }) if descs.len() == 1 => {
                let classdef = self.classdef_of(descs[0])?;
                Ok(self.anns.of(Kind::Instance {
                    classdef,
                    can_be_none: true,
                }))
            }
            _ => Err(self.error("RPY0415", "the class to cast to must be a constant")),
        }
    }
}
