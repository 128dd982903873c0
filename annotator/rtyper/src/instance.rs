//! Instances: allocation, attributes, identity.

use crate::classes::FieldInfo;
use crate::hop::Hop;
use crate::llops::LLOps;
use crate::repr::{Repr, ReprId};
use crate::rtyper::{RTyper, Res};
use rpy_annotator::ClassDefId;
use rpy_flow::{Const, OpCode, Operand};
use rpy_lltype::{ContainerId, LLTypes, LLValue};
use rpy_syntax::Span;

/// A fresh instance whose fields hold the class-level defaults.
pub fn new_instance(ll: &mut LLOps<'_, '_>, class: ClassDefId) -> Res<Operand> {
    let shape = ll.rt.shape(class)?;
    let ptr = ll.rt.types_mut().ptr(shape.instance);
    let ty = Operand::Const(Const::Type(shape.instance));
    let raw = ll.rt.is_raw_class(class);
    let v = if raw {
        ll.genop(OpCode::RawMalloc, [ty, Operand::name("zero")], ptr)
    } else {
        ll.genop(OpCode::Malloc, [ty], ptr)
    };
    let vtable = ll.rt.vtable_pointer(class)?;
    if !raw {
        let object = ll.cast_pointer(v.clone(), LLTypes::OBJECTPTR);
        ll.setfield(object, "typeptr", Operand::ll(LLTypes::CLASSTYPE, LLValue::Ptr(vtable)));
    }
    for level in ll.rt.ann.mro(class) {
        let shape = ll.rt.shape(level)?;
        for (attr, info) in &shape.fields {
            if info.void {
                continue;
            }
            if let Some(value) = ll.rt.class_attribute(class, attr) {
                let x = ll.inputconst(info.repr, value)?;
                write_field(ll, v.clone(), level, info, x)?;
            }
        }
    }
    Ok(v)
}

/// Writes an instance field that lives at the level of `owner`.
pub fn write_field(ll: &mut LLOps<'_, '_>, v: Operand, owner: ClassDefId, info: &FieldInfo, x: Operand) -> Res<()> {
    if info.void {
        return Ok(());
    }
    let v = cast_to_level(ll, v, owner)?;
    ll.setfield(v, &info.mangled, x);
    Ok(())
}

fn cast_to_level(ll: &mut LLOps<'_, '_>, v: Operand, owner: ClassDefId) -> Res<Operand> {
    let ty = ll.rt.shape(owner)?.instance;
    let ty = ll.rt.types_mut().ptr(ty);
    Ok(ll.cast_pointer(v, ty))
}

/// Reads an attribute that lives in the vtable, as the representation of the vtable field.
pub fn read_class_field(ll: &mut LLOps<'_, '_>, v: Operand, class: ClassDefId, name: &str) -> Res<(Operand, ReprId)> {
    let Some((owner, info)) = ll.rt.find_field(class, name, true)? else {
        return Err(ll.rt.internal(format!("the class has no method table entry {name}")));
    };
    if info.void {
        return Ok((Operand::void(), info.repr));
    }
    let vtable = crate::class::typeptr(ll, v);
    let x = crate::class::read_vtable(ll, vtable, owner, &info)?;
    Ok((x, info.repr))
}

/// `x.name`.
pub fn getattr(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let name = hop.name(1)?;
    if &*name == "__class__" {
        return crate::class::lower_type(hop);
    }
    let Repr::Instance(Some(class)) = hop.arg_kind(0) else {
        return Err(hop.unsupported());
    };
    if let Repr::Methods { .. } = hop.rt.repr(hop.result) {
        // A bound method is its instance.
        let v = hop.arg(0)?;
        let ty = hop.result_type()?;
        return Ok(hop.cast_pointer(v, ty));
    }
    if let Some((owner, info)) = hop.rt.find_field(class, &name, false)? {
        return read_instance_field(hop, owner, &info);
    }
    if let Some((_, info)) = hop.rt.find_field(class, &name, true)? {
        if info.void {
            return hop.to_result(Operand::void(), info.repr);
        }
        let v = hop.arg(0)?;
        let (x, from) = read_class_field(hop, v, class, &name)?;
        return hop.to_result(x, from);
    }
    Err(hop.rt.error(format!(
        "instances of {} have no attribute {name}",
        hop.rt.ann.class(class).name
    )))
}

fn read_instance_field(hop: &mut Hop<'_, '_>, owner: ClassDefId, info: &FieldInfo) -> Res<Operand> {
    if info.void {
        return hop.to_result(Operand::void(), info.repr);
    }
    let v = hop.arg(0)?;
    let v = cast_to_level(hop, v, owner)?;
    let x = hop.getfield(v, &info.mangled)?;
    hop.to_result(x, info.repr)
}

/// `x.name = value`.
pub fn setattr(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let name = hop.name(1)?;
    let Repr::Instance(Some(class)) = hop.arg_kind(0) else {
        return Err(hop.unsupported());
    };
    if let Some((owner, info)) = hop.rt.find_field(class, &name, false)? {
        let v = hop.arg(0)?;
        let x = hop.inputarg(2, info.repr)?;
        write_field(hop, v, owner, &info, x)?;
        return Ok(Operand::void());
    }
    Err(hop.rt.error(format!(
        "instances of {} have no attribute {name}",
        hop.rt.ann.class(class).name
    )))
}

impl RTyper<'_> {
    /// Gives the vtable of a class its `instantiate` function, if classes are instantiated through vtables.
    pub(crate) fn fill_instantiate(&mut self, class: ClassDefId, vtable_root: ContainerId) -> Res<()> {
        if !self.instantiates_generically {
            return Ok(());
        }
        let object = self.object_repr();
        let name = format!("instantiate_{}", self.ann.class(class).name);
        let id = self.new_low_graph(&name, &[], object)?;
        let start = self.graph(id).start;
        let mut ll = LLOps::new(self, id, Span::NONE);
        let v = new_instance(&mut ll, class)?;
        let v = ll.cast_pointer(v, LLTypes::OBJECTPTR);
        let ops = std::mem::take(&mut ll.ops);
        self.finish_with_return(id, start, ops, v);
        let f = self.ready_function_pointer(id);
        let Some(p) = Self::const_pointer(&f) else {
            return Ok(());
        };
        self.instantiate_graphs.push(id);
        self.store_field(vtable_root, "instantiate", LLValue::Ptr(p))
    }
}

/// `instantiate(cls)`.
pub fn lower_instantiate(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let result = hop.result;
    if let Some(value) = hop.constant(0) {
        let class = hop.rt.classdef_of(value)?;
        let v = new_instance(hop, class)?;
        let from = hop.rt.intern_repr(Repr::Instance(Some(class)));
        return hop.to_result(v, from);
    }
    hop.rt.need_instantiate()?;
    let class = hop.rt.class_repr();
    let vtable = hop.inputarg(0, class)?;
    let f = hop.getfield(vtable, "instantiate")?;
    let v = hop.genop(
        OpCode::IndirectCall,
        [f, Operand::Const(Const::Graphs(None))],
        LLTypes::OBJECTPTR,
    );
    let ty = hop.rt.lowleveltype(result)?;
    Ok(hop.cast_pointer(v, ty))
}
