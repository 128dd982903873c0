//! Sets of prebuilt things: functions, classes, frozen instances, bound methods.

use crate::hop::Hop;
use crate::llops::LLOps;
use crate::repr::{Repr, ReprId};
use crate::rtyper::{RTyper, Res};
use indexmap::IndexMap;
use rpy_annotator::{AnnId, ClassDefId, Desc, DescId};
use rpy_flow::{Const, OpCode, Operand};
use rpy_host::Value;
use rpy_host::object::ObjData;
use rpy_lltype::{ContainerId, Field, Hint, LLPtr, LLType, LLTypeId, LLTypes, LLValue, StructType};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Tables of function sets and frozen instances.
#[derive(Debug, Default)]
pub struct Pbcs {
    pub(crate) families: FxHashMap<rpy_annotator::CallFamilyId, Arc<crate::call::Rows>>,
    pub(crate) no_family: Option<Arc<crate::call::Rows>>,
    pub(crate) function_structs: FxHashMap<(DescId, LLTypeId), ContainerId>,
    pub(crate) trampolines: FxHashMap<crate::call::TrampolineKey, rpy_flow::GraphId>,
    frozen_types: FxHashMap<Option<rpy_annotator::AttrFamilyId>, FrozenShape>,
    frozen: FxHashMap<DescId, ContainerId>,
}

/// The struct of the frozen instances of a family.
#[derive(Clone, Debug)]
struct FrozenShape {
    ty: LLTypeId,
    fields: IndexMap<Arc<str>, (Arc<str>, ReprId)>,
}

impl RTyper<'_> {
    /// The representation of a set of descriptors.
    pub(crate) fn pbc_repr(&mut self, descs: &[DescId], can_be_none: bool) -> Res<Repr> {
        let first = *descs
            .first()
            .ok_or_else(|| self.internal("an empty set of descriptors"))?;
        let single = descs.len() == 1 && !can_be_none;
        Ok(match self.ann.desc(first) {
            Desc::Function(_) | Desc::Class(_) | Desc::Frozen(_) if single => Repr::Desc(first),
            Desc::Function(_) => Repr::Functions(descs.into()),
            Desc::Class(_) => Repr::Class,
            Desc::Frozen(_) => Repr::Frozen(descs.into()),
            Desc::Method(_) => self.methods_repr(descs)?,
            Desc::FrozenMethod { .. } => self.frozen_methods_repr(descs, can_be_none)?,
        })
    }

    /// The representation of a set of functions.
    pub fn function_set_repr(&mut self, mut functions: Vec<DescId>) -> Res<ReprId> {
        functions.sort_unstable();
        functions.dedup();
        let repr = self.pbc_repr(&functions, false)?;
        Ok(self.intern_repr(repr))
    }

    fn methods_repr(&mut self, descs: &[DescId]) -> Res<Repr> {
        let mut class: Option<ClassDefId> = None;
        let mut name: Option<Arc<str>> = None;
        for d in descs {
            let Desc::Method(m) = self.ann.desc(*d) else {
                return Err(self.error("methods and other callables are mixed"));
            };
            let this = m.self_class.unwrap_or(m.origin);
            class = match class {
                None => Some(this),
                Some(c) => self.ann.common_base(c, this),
            };
            if class.is_none() || name.as_ref().is_some_and(|n| *n != m.name) {
                return Err(self.error("methods of different names or of unrelated classes are mixed"));
            }
            name = Some(m.name.clone());
        }
        match (class, name) {
            (Some(class), Some(name)) => Ok(Repr::Methods {
                class,
                name,
                descs: descs.into(),
            }),
            _ => Err(self.internal("an empty set of methods")),
        }
    }

    fn frozen_methods_repr(&mut self, descs: &[DescId], can_be_none: bool) -> Res<Repr> {
        let mut frozens = vec![];
        let mut the_function = None;
        for d in descs {
            let Desc::FrozenMethod { function, frozen } = self.ann.desc(*d) else {
                return Err(self.error("methods of prebuilt objects and other callables are mixed"));
            };
            if the_function.is_some_and(|f| f != *function) {
                return Err(self.error("different methods of prebuilt objects are mixed"));
            }
            the_function = Some(*function);
            frozens.push(*frozen);
        }
        frozens.sort_unstable();
        frozens.dedup();
        let receiver = self.pbc_repr(&frozens, can_be_none)?;
        let receiver = self.intern_repr(receiver);
        Ok(Repr::FrozenMethods {
            function: the_function.ok_or_else(|| self.internal("an empty set of methods"))?,
            receiver,
            descs: descs.into(),
        })
    }

    /// The host value of a descriptor.
    pub fn desc_value(&self, desc: DescId) -> Option<Value> {
        match self.ann.desc(desc) {
            Desc::Function(f) => Some(f.function),
            Desc::Class(c) => Some(c.class),
            Desc::Frozen(f) => Some(f.value),
            Desc::Method(_) | Desc::FrozenMethod { .. } => None,
        }
    }

    /// A descriptor as a constant of a representation.
    pub fn desc_operand(&mut self, desc: DescId, to: ReprId) -> Res<Operand> {
        let ty = self.lowleveltype(to)?;
        if ty == LLTypes::VOID {
            return Ok(self
                .desc_value(desc)
                .map_or(Operand::void(), |v| Operand::Const(Const::Host(v))));
        }
        if matches!(self.repr(to), Repr::Functions(_)) {
            let value = self.function_desc_const(to, desc)?;
            return Ok(Operand::ll(ty, value));
        }
        match self.desc_value(desc) {
            Some(v) => self.inputconst(to, v),
            None => Err(self.internal("a method descriptor is used as a constant")),
        }
    }

    // ---- frozen instances

    fn frozen_family_of(&self, descs: &[DescId]) -> Option<Option<rpy_annotator::AttrFamilyId>> {
        let mut families = descs.iter().map(|d| self.ann.frozen_family_id(*d));
        let first = families.next()?;
        families.all(|f| f == first).then_some(first)
    }

    /// Low-level type of a set of frozen instances.
    pub(crate) fn frozen_type(&mut self, descs: &[DescId]) -> Res<LLTypeId> {
        match self.frozen_family_of(descs) {
            Some(_) => {
                let shape = self.frozen_shape(descs[0])?;
                Ok(self.types_mut().ptr(shape.ty))
            }
            None => Ok(LLTypes::ADDRESS),
        }
    }

    fn frozen_shape(&mut self, desc: DescId) -> Res<FrozenShape> {
        let family = self.ann.frozen_family_id(desc);
        if let Some(shape) = self.pbcs.frozen_types.get(&family) {
            return Ok(shape.clone());
        }
        let fwd = self.types_mut().forward();
        // Attributes may be of the same kind: the struct is known by name before its fields are.
        self.pbcs.frozen_types.insert(
            family,
            FrozenShape {
                ty: fwd,
                fields: IndexMap::new(),
            },
        );
        let attributes: Vec<(Arc<str>, AnnId)> = match self.ann.frozen_family(desc) {
            Some(f) => f.attributes.iter().map(|(n, a)| (n.clone(), *a)).collect(),
            None => vec![],
        };
        let mut fields = IndexMap::new();
        let mut low = vec![];
        for (name, ann) in attributes {
            let repr = self.get_repr(ann)?;
            let mangled: Arc<str> = format!("pbc_{name}").into();
            let ty = self.lowleveltype(repr)?;
            if ty != LLTypes::VOID {
                low.push(Field {
                    name: mangled.clone(),
                    ty,
                });
            }
            fields.insert(name, (mangled, repr));
        }
        if low.is_empty() {
            low.push(Field {
                name: "unused".into(),
                ty: LLTypes::CHAR,
            });
        }
        let tag = u32::try_from(self.pbcs.frozen_types.len()).unwrap_or(u32::MAX) | 0x8000_0000;
        let ty = self.types_mut().intern(LLType::Struct(StructType {
            name: "pbc".into(),
            gc: false,
            fields: low,
            hints: vec![Hint::Int("immutable".into(), 1)],
            tag,
        }));
        self.types_mut().become_type(fwd, ty);
        let shape = FrozenShape {
            ty: self.types().resolve(ty),
            fields,
        };
        self.pbcs.frozen_types.insert(family, shape.clone());
        Ok(shape)
    }

    pub(crate) fn frozen_const(&mut self, descs: &[DescId], value: Value) -> Res<LLValue> {
        let is_address = self.frozen_family_of(descs).is_none();
        let ptr = if value.is_none() {
            LLPtr::Null
        } else {
            let desc = descs.iter().copied().find(|d| self.desc_value(*d) == Some(value));
            let desc = match desc {
                Some(d) => d,
                None => return Err(self.internal("a prebuilt object is not in the set inference found")),
            };
            LLPtr::To(self.frozen_container(desc, value)?)
        };
        Ok(if is_address {
            LLValue::Address(ptr)
        } else {
            LLValue::Ptr(ptr)
        })
    }

    fn frozen_container(&mut self, desc: DescId, value: Value) -> Res<ContainerId> {
        if let Some(&c) = self.pbcs.frozen.get(&desc) {
            return Ok(c);
        }
        let shape = self.frozen_shape(desc)?;
        let (types, store) = self.types_and_store();
        let c = store.alloc(types, shape.ty, 0, true);
        store.get_mut(c).immortal = true;
        self.pbcs.frozen.insert(desc, c);
        for (name, (mangled, repr)) in shape.fields {
            if self.is_void(repr)? {
                continue;
            }
            if let Some(v) = self.frozen_attribute(desc, value, &name)? {
                let v = self.convert_const(repr, v)?;
                self.store_field(c, &mangled, v)?;
            }
        }
        Ok(c)
    }

    fn frozen_attribute(&mut self, desc: DescId, value: Value, name: &str) -> Res<Option<Value>> {
        if let Desc::Frozen(f) = self.ann.desc(desc)
            && let Some(ann) = f.hidden.get(name)
        {
            return Ok(self.ann.anns.constant(*ann));
        }
        match self.host().getattr_opt(value, name) {
            Ok(v) => Ok(v),
            Err(e) => Err(self.host_error(&e, &format!("reading attribute {name} of a prebuilt object failed"))),
        }
    }

    // ---- bound methods as constants

    /// `im_self` of a bound method of the host.
    pub(crate) fn method_receiver(&mut self, value: Value) -> Res<Value> {
        if value.is_none() {
            return Ok(value);
        }
        match self.host().data(value) {
            Some(ObjData::Method(m)) if !m.self_.is_hole() => Ok(m.self_),
            Some(ObjData::BuiltinMethod(_, this)) => Ok(**this),
            _ => Err(self.error("this prebuilt method is not bound to an object")),
        }
    }

    pub(crate) fn bound_method_const(&mut self, class: ClassDefId, value: Value) -> Res<LLValue> {
        let this = self.method_receiver(value)?;
        let repr = self.intern_repr(Repr::Instance(Some(class)));
        self.convert_const(repr, this)
    }
}

/// Conversions of function and frozen sets.
pub fn convert(
    ll: &mut LLOps<'_, '_>,
    v: &Operand,
    (from, _a): (ReprId, &Repr),
    (to, b): (ReprId, &Repr),
) -> Res<Option<Operand>> {
    let (x, y) = (ll.rt.lowleveltype(from)?, ll.rt.lowleveltype(to)?);
    if ll.rt.types().same(x, y) {
        return Ok(Some(v.clone()));
    }
    if matches!(b, Repr::Frozen(_)) && y == LLTypes::ADDRESS {
        return Ok(Some(ll.genop(OpCode::CastPtrToAdr, [v.clone()], y)));
    }
    Ok(None)
}

/// Truth: not `None`.
pub fn truth(ll: &mut LLOps<'_, '_>, v: Operand) -> Res<Operand> {
    let ty = ll.type_of(&v);
    if ty == LLTypes::VOID {
        return Ok(Operand::bool(true));
    }
    if ty == LLTypes::ADDRESS {
        let null = Operand::ll(ty, LLValue::Address(LLPtr::Null));
        return Ok(ll.genop(OpCode::AdrNe, [v, null], LLTypes::BOOL));
    }
    Ok(crate::convert::not_null(ll, v))
}

/// Reading an attribute of a class, a frozen instance or a function.
pub fn getattr(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let name = hop.name(1)?;
    let result = hop.result;
    match hop.arg_kind(0) {
        Repr::Frozen(descs) => {
            let r = hop.arg_repr(0);
            let v = hop.inputarg(0, r)?;
            read_frozen(hop, v, &descs, &name)
        }
        Repr::Class => crate::class::getattr(hop, &name),
        Repr::Desc(d) => {
            let value = match hop.rt.desc_value(d) {
                Some(v) => v,
                None => return Err(hop.unsupported()),
            };
            const_attr(hop, d, value, &name)
        }
        Repr::Const(value) => match hop.rt.host().getattr_opt(value, &name) {
            Ok(Some(v)) => hop.ll.inputconst(result, v),
            _ => Err(hop.unsupported()),
        },
        _ => Err(hop.unsupported()),
    }
}

fn const_attr(hop: &mut Hop<'_, '_>, desc: DescId, value: Value, name: &str) -> Res<Operand> {
    let result = hop.result;
    if let Some(Repr::Desc(d)) = Some(hop.rt.repr(result).clone()) {
        return hop.rt.desc_operand(d, result);
    }
    let hidden = match hop.rt.ann.desc(desc) {
        Desc::Class(c) => c.hidden.get(name).copied(),
        Desc::Frozen(f) => f.hidden.get(name).copied(),
        _ => None,
    };
    if let Some(v) = hidden.and_then(|a| hop.rt.ann.anns.constant(a)) {
        return hop.ll.inputconst(result, v);
    }
    let found = match hop.rt.ann.desc(desc) {
        Desc::Class(_) => hop.rt.ann.class_attribute_value(desc, name),
        _ => None,
    };
    let found = match found {
        Some(v) => Some(v),
        None => match hop.rt.host().getattr_opt(value, name) {
            Ok(v) => v,
            Err(e) => return Err(hop.rt.host_error(&e, &format!("reading the attribute {name} failed"))),
        },
    };
    match found {
        Some(v) => hop.ll.inputconst(result, v),
        None => Err(hop.rt.error(format!("there is no attribute {name} here"))),
    }
}

fn read_frozen(hop: &mut Hop<'_, '_>, v: Operand, descs: &[DescId], name: &str) -> Res<Operand> {
    let shape = hop.rt.frozen_shape(descs[0])?;
    let Some((mangled, repr)) = shape.fields.get(name).cloned() else {
        return Err(hop.rt.error(format!("these prebuilt objects have no attribute {name}")));
    };
    if hop.rt.is_void(repr)? {
        let ty = hop.result_type()?;
        let dummy = Operand::void();
        return if ty == LLTypes::VOID {
            Ok(dummy)
        } else {
            hop.to_result(dummy, repr)
        };
    }
    let ptr = hop.rt.types_mut().ptr(shape.ty);
    let v = if hop.type_of(&v) == LLTypes::ADDRESS {
        hop.genop(OpCode::CastAdrToPtr, [v], ptr)
    } else {
        v
    };
    let value = hop.getfield(v, &mangled)?;
    hop.to_result(value, repr)
}
