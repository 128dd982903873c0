//! Representations: how values of an annotation look at run time.
//!
//! A [`Repr`] is a small key; equal keys are one [`ReprId`]. What a family needs beyond the key (struct types, field
//! tables, helper choices) is computed by the family's file and cached in tables of [`RTyper`] keyed by the same ids.

use crate::rtyper::{RTyper, Res};
use rpy_annotator::{AnnId, ClassDefId, DescId, DictDefId, Intrinsic, IterKind, Kind, ListDefId};
use rpy_host::Value;
use rpy_lltype::{Int, LLTypeId, LLTypes, typed_id};
use rustc_hash::FxHashMap;
use std::sync::Arc;

typed_id!(
    /// An interned representation.
    ReprId, "r"
);

/// A representation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Repr {
    /// No value at all (`Void`).
    Impossible,
    /// Always `None` (`Void`).
    None,
    /// Always this host value, nothing at run time (`Void`).
    Const(Value),
    /// Always this function, class or frozen instance (`Void`).
    Desc(DescId),
    /// `Bool`.
    Bool,
    /// Machine integers.
    Int(Int),
    /// `Float`.
    Float,
    /// `SingleFloat`.
    SingleFloat,
    /// `LongFloat`.
    LongFloat,
    /// `Char`.
    Char,
    /// `UniChar`.
    UniChar,
    /// Byte strings, null for `None`.
    Str,
    /// Unicode strings, null for `None`.
    Unicode,
    /// Byte arrays, null for `None`.
    ByteArray,
    /// Tuples of known length; the empty one is `Void`.
    Tuple(Arc<[ReprId]>),
    /// Lists; the id is canonical.
    List(ListDefId),
    /// Dicts; the id is canonical.
    Dict(DictDefId),
    /// Iterators over a container of that representation.
    Iter {
        /// What it goes over.
        container: ReprId,
        /// How.
        kind: IterKind,
    },
    /// Slice objects: representation of start, stop and step.
    Slice([ReprId; 3]),
    /// `StringBuilder`.
    StringBuilder,
    /// `UnicodeBuilder`.
    UnicodeBuilder,
    /// Instances of a class, `OBJECTPTR` for `None`.
    Instance(Option<ClassDefId>),
    /// A class known only at run time: `CLASSTYPE`.
    Class,
    /// One of several functions, or one or `None`; see `pbc`.
    Functions(Arc<[DescId]>),
    /// One of several frozen instances, or one or `None`.
    Frozen(Arc<[DescId]>),
    /// A bound method of instances: at run time the instance.
    Methods {
        /// Class of `self`.
        class: ClassDefId,
        /// Name of the method.
        name: Arc<str>,
        /// The descriptors.
        descs: Arc<[DescId]>,
    },
    /// A bound method of frozen instances: at run time the frozen instance.
    FrozenMethods {
        /// The function.
        function: DescId,
        /// The frozen instances' representation.
        receiver: ReprId,
        /// The descriptors.
        descs: Arc<[DescId]>,
    },
    /// A function that annotator and rtyper know (`Void`).
    Builtin(Intrinsic),
    /// A method of a value of built-in type: at run time the value.
    BuiltinMethod {
        /// The value.
        receiver: ReprId,
        /// Name of the method.
        name: Arc<str>,
    },
    /// `weakref.ref`.
    WeakRef,
    /// Low-level pointers.
    Ptr(LLTypeId),
    /// Pointers into GC containers.
    InteriorPtr {
        /// Pointer to the outermost container.
        parent: LLTypeId,
        /// Way down.
        path: Arc<[Option<Arc<str>>]>,
        /// Type of the inner container.
        inner: LLTypeId,
    },
    /// An ADT method: at run time the pointer.
    AdtMethod {
        /// The pointer's representation.
        receiver: ReprId,
        /// The host function.
        function: Value,
    },
    /// `Address`.
    Address,
    /// `address.signed` and the like.
    TypedAddress(LLTypeId),
}

/// Arena of representations with their low-level types.
#[derive(Debug, Default)]
pub struct Reprs {
    reprs: Vec<Repr>,
    index: FxHashMap<Repr, ReprId>,
    by_ann: FxHashMap<AnnId, ReprId>,
    types: FxHashMap<ReprId, LLTypeId>,
    /// Representations whose type is being made; those that are asked for meanwhile have a forward reference.
    making: FxHashMap<ReprId, Option<LLTypeId>>,
}

impl Reprs {
    /// Interns.
    pub fn intern(&mut self, repr: Repr) -> ReprId {
        if let Some(&id) = self.index.get(&repr) {
            return id;
        }
        let id = ReprId::new(self.reprs.len());
        self.reprs.push(repr.clone());
        self.index.insert(repr, id);
        id
    }

    /// The representation behind `id`.
    pub fn get(&self, id: ReprId) -> &Repr {
        &self.reprs[id.index()]
    }
}

impl RTyper<'_> {
    /// The representation behind `id`.
    pub fn repr(&self, id: ReprId) -> &Repr {
        self.reprs.get(id)
    }

    /// Interns a representation.
    pub fn intern_repr(&mut self, repr: Repr) -> ReprId {
        self.reprs.intern(repr)
    }

    /// The representation of values of an annotation.
    pub fn get_repr(&mut self, ann: AnnId) -> Res<ReprId> {
        let ann = self.ann.canonical(ann);
        if let Some(&id) = self.reprs.by_ann.get(&ann) {
            return Ok(id);
        }
        let repr = self.make_repr(ann)?;
        let id = self.reprs.intern(repr);
        self.reprs.by_ann.insert(ann, id);
        Ok(id)
    }

    fn make_repr(&mut self, ann: AnnId) -> Res<Repr> {
        let constant = self.ann.anns.constant(ann);
        let kind = self.ann.anns.kind(ann).clone();
        Ok(match kind {
            Kind::Impossible => Repr::Impossible,
            Kind::Object => match constant {
                Some(value) => Repr::Const(value),
                None => return Err(self.error("this value has no single type: objects of unrelated types meet here")),
            },
            Kind::None => Repr::None,
            Kind::Bool => Repr::Bool,
            Kind::Int { int, .. } => Repr::Int(int),
            Kind::Char { .. } => Repr::Char,
            Kind::UniChar => Repr::UniChar,
            Kind::Str { .. } => Repr::Str,
            Kind::Unicode { .. } => Repr::Unicode,
            Kind::ByteArray { .. } => Repr::ByteArray,
            Kind::Float => Repr::Float,
            Kind::SingleFloat => Repr::SingleFloat,
            Kind::LongFloat => Repr::LongFloat,
            Kind::Tuple(items) => {
                let items = items.iter().map(|a| self.get_repr(*a)).collect::<Res<Vec<_>>>()?;
                Repr::Tuple(items.into())
            }
            Kind::List(def) => Repr::List(self.canonical_list(def)),
            Kind::Dict(def) => Repr::Dict(self.canonical_dict(def)),
            Kind::Iterator { container, kind } => Repr::Iter {
                container: self.get_repr(container)?,
                kind,
            },
            Kind::Slice(parts) => {
                let parts = parts.iter().map(|a| self.get_repr(*a)).collect::<Res<Vec<_>>>()?;
                let parts = <[ReprId; 3]>::try_from(parts)
                    .map_err(|_| self.internal("a slice annotation does not have three parts"))?;
                Repr::Slice(parts)
            }
            Kind::Instance { classdef, .. } => Repr::Instance(Some(classdef)),
            Kind::Pbc { descs, can_be_none } => self.pbc_repr(&descs, can_be_none)?,
            Kind::Builtin(intrinsic) => Repr::Builtin(intrinsic),
            Kind::BuiltinMethod { name, receiver } => Repr::BuiltinMethod {
                receiver: self.get_repr(receiver)?,
                name,
            },
            Kind::TypeOf(_) => Repr::Class,
            Kind::WeakRef(_) => Repr::WeakRef,
            Kind::StringBuilder => Repr::StringBuilder,
            Kind::UnicodeBuilder => Repr::UnicodeBuilder,
            Kind::Ptr(ty) => Repr::Ptr(self.types().resolve(ty)),
            Kind::InteriorPtr { parent, path, inner } => Repr::InteriorPtr { parent, path, inner },
            Kind::LLAdtMethod { receiver, function } => Repr::AdtMethod {
                receiver: self.get_repr(receiver)?,
                function,
            },
            Kind::Address => Repr::Address,
            Kind::TypedAddress(ty) => Repr::TypedAddress(ty),
        })
    }

    /// The low-level type of values of a representation.
    pub fn lowleveltype(&mut self, id: ReprId) -> Res<LLTypeId> {
        if let Some(&ty) = self.reprs.types.get(&id) {
            return Ok(self.types().resolve(ty));
        }
        let repr = self.repr(id).clone();
        let ty = match &repr {
            Repr::Impossible | Repr::None | Repr::Const(_) | Repr::Desc(_) | Repr::Builtin(_) => LLTypes::VOID,
            Repr::Bool => LLTypes::BOOL,
            Repr::Int(int) => self.types_mut().int(int.bits, int.signed),
            Repr::Float => LLTypes::FLOAT,
            Repr::SingleFloat => LLTypes::SINGLEFLOAT,
            Repr::LongFloat => LLTypes::LONGFLOAT,
            Repr::Char => LLTypes::CHAR,
            Repr::UniChar => LLTypes::UNICHAR,
            Repr::Str => LLTypes::STRPTR,
            Repr::Unicode => LLTypes::UNICODEPTR,
            Repr::Tuple(items) => self.tuple_type(items)?,
            Repr::Instance(class) => self.instance_type(*class)?,
            Repr::Class => LLTypes::CLASSTYPE,
            Repr::Functions(descs) => self.functions_type(descs)?,
            Repr::Frozen(descs) => self.frozen_type(descs)?,
            Repr::Methods { class, .. } => self.instance_type(Some(*class))?,
            Repr::FrozenMethods { receiver, .. }
            | Repr::BuiltinMethod { receiver, .. }
            | Repr::AdtMethod { receiver, .. } => self.lowleveltype(*receiver)?,
            Repr::WeakRef => LLTypes::WEAKREFPTR,
            Repr::Ptr(ty) => *ty,
            Repr::InteriorPtr { parent, path, .. } => self.interior_type(*parent, path)?,
            Repr::Address | Repr::TypedAddress(_) => LLTypes::ADDRESS,
            Repr::List(_)
            | Repr::Dict(_)
            | Repr::Iter { .. }
            | Repr::Slice(_)
            | Repr::ByteArray
            | Repr::StringBuilder
            | Repr::UnicodeBuilder => return self.recursive_type(id, &repr),
        };
        self.reprs.types.insert(id, ty);
        Ok(ty)
    }

    /// Whether values of the representation take no space at run time.
    pub fn is_void(&mut self, id: ReprId) -> Res<bool> {
        Ok(self.lowleveltype(id)? == LLTypes::VOID)
    }

    /// The type of a container, which may hold itself: then it is known by a forward reference while it is being made.
    fn recursive_type(&mut self, id: ReprId, repr: &Repr) -> Res<LLTypeId> {
        if let Some(known) = self.reprs.making.get(&id) {
            let forward = match known {
                Some(forward) => *forward,
                None => self.types_mut().forward(),
            };
            self.reprs.making.insert(id, Some(forward));
            return Ok(self.types_mut().ptr(forward));
        }
        self.reprs.making.insert(id, None);
        let made = self.container_type(id, repr);
        let forward = self.reprs.making.remove(&id).flatten();
        let ty = made?;
        if let (Some(forward), Some(to)) = (forward, self.types().pointee(ty)) {
            self.types_mut().become_type(forward, to);
        }
        self.reprs.types.insert(id, ty);
        Ok(self.types().resolve(ty))
    }

    /// The representation of low-level values of a type, as helpers see them.
    pub fn repr_of_lltype(&mut self, ty: LLTypeId) -> Res<ReprId> {
        let ann = self.ann_of_lltype(ty)?;
        self.get_repr(ann)
    }
}
