//! Classes at run time: `type(x)`, `isinstance`, attributes read through the class, raising.

use crate::hop::{Arg, Hop};
use crate::llops::LLOps;
use crate::repr::{Repr, ReprId};
use crate::rtyper::{RTyper, Res};
use rpy_annotator::{ClassDefId, Kind};
use rpy_flow::{Const, OpCode, Operand};
use rpy_host::Value;
use rpy_lltype::{LLTypes, LLValue};

/// The vtable pointer of a non-null instance.
pub fn typeptr(ll: &mut LLOps<'_, '_>, v: Operand) -> Operand {
    let v = ll.cast_pointer(v, LLTypes::OBJECTPTR);
    ll.genop(OpCode::ObjTypeptr, [v], LLTypes::CLASSTYPE)
}

/// `type(x)` and `x.__class__`.
pub fn lower_type(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let result = hop.result;
    if hop.rt.is_void(result)? {
        return Ok(match hop.rt.repr(result).clone() {
            Repr::Desc(d) => hop.rt.desc_operand(d, result)?,
            _ => Operand::void(),
        });
    }
    match hop.arg_kind(0) {
        Repr::Instance(_) => {
            let v = hop.arg(0)?;
            Ok(typeptr(hop, v))
        }
        _ => Err(hop.unsupported()),
    }
}

/// `isinstance(x, classes)`; `x` may be null.
pub fn lower_isinstance(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let classes = class_values(hop, 1)?;
    let (kind, can_be_none) = (hop.arg_kind(0), hop.can_be_none(0));
    let mut v = hop.arg(0)?;
    match kind {
        Repr::Instance(Some(class)) => {
            let mut wanted = vec![];
            for c in classes {
                wanted.extend(hop.rt.ann.classdef_of_value(c));
            }
            // Known from the static type.
            if wanted.iter().any(|w| hop.rt.ann.is_subclass(class, *w)) {
                return Ok(if can_be_none {
                    crate::convert::not_null(hop, v)
                } else {
                    Operand::bool(true)
                });
            }
            wanted.retain(|w| hop.rt.ann.is_subclass(*w, class));
            v = hop.cast_pointer(v, LLTypes::OBJECTPTR);
            test_classes(hop, v, &wanted, can_be_none)
        }
        Repr::Instance(None) => {
            let mut wanted = vec![];
            for c in classes {
                wanted.extend(hop.rt.ann.classdef_of_value(c));
            }
            test_classes(hop, v, &wanted, can_be_none)
        }
        r @ (Repr::Str | Repr::Unicode | Repr::List(_) | Repr::Dict(_) | Repr::ByteArray) if can_be_none => {
            let _ = r;
            Ok(crate::convert::not_null(hop, v))
        }
        _ => Err(hop.unsupported()),
    }
}

fn test_classes(hop: &mut Hop<'_, '_>, v: Operand, wanted: &[ClassDefId], can_be_none: bool) -> Res<Operand> {
    let helper = if can_be_none {
        "ll_isinstance"
    } else {
        "ll_isinstance_nonnull"
    };
    let mut result: Option<Operand> = None;
    for class in wanted {
        let vtable = hop.rt.vtable_pointer(*class)?;
        let vtable = Operand::ll(LLTypes::CLASSTYPE, LLValue::Ptr(vtable));
        let test = if can_be_none {
            hop.helper("rpython.rtyper.rclass", helper, vec![v.clone(), vtable])?
        } else {
            hop.genop(OpCode::ObjIsinstance, [v.clone(), vtable], LLTypes::BOOL)
        };
        result = Some(match result {
            None => test,
            Some(r) => or(hop, r, test),
        });
    }
    Ok(result.unwrap_or_else(|| Operand::bool(false)))
}

fn or(ll: &mut LLOps<'_, '_>, a: Operand, b: Operand) -> Operand {
    let a = ll.genop(OpCode::CastBoolToInt, [a], LLTypes::SIGNED);
    let b = ll.genop(OpCode::CastBoolToInt, [b], LLTypes::SIGNED);
    let n = ll.genop(OpCode::IntOr, [a, b], LLTypes::SIGNED);
    ll.genop(OpCode::IntIsTrue, [n], LLTypes::BOOL)
}

/// The host classes of a constant argument that is a class or a tuple of classes.
fn class_values(hop: &mut Hop<'_, '_>, i: usize) -> Res<Vec<Value>> {
    let Some(value) = hop.constant(i) else {
        return Err(hop.rt.error("the class given to isinstance must be a constant"));
    };
    let mut result = vec![];
    let mut stack = vec![value];
    while let Some(v) = stack.pop() {
        match hop.rt.host().tuple_items(v) {
            Some(items) => stack.extend(items.iter().rev()),
            None => result.push(v),
        }
    }
    Ok(result)
}

/// `issubclass(cls, base)` for a class known at run time.
pub fn lower_issubclass(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let class = hop.rt.class_repr();
    let (a, b) = (hop.inputarg(0, class)?, hop.inputarg(1, class)?);
    Ok(hop.genop(OpCode::VtableIssubclass, [a, b], LLTypes::BOOL))
}

/// Reading an attribute of a class known at run time.
pub fn getattr(hop: &mut Hop<'_, '_>, name: &str) -> Res<Operand> {
    let r = hop.rt.class_repr();
    let v = hop.inputarg(0, r)?;
    if name == "__name__" {
        return hop.getfield(v, "name");
    }
    let base = match hop.rt.ann.anns.kind(hop.args[0].ann).clone() {
        Kind::Pbc { descs, .. } => hop.rt.common_base_of(&descs),
        Kind::TypeOf(c) => c,
        _ => None,
    };
    let Some(base) = base else {
        return Err(hop.rt.error(format!(
            "the classes whose attribute {name} is read here have no common base"
        )));
    };
    for key in [format!(":{name}"), name.to_string()] {
        if let Some((owner, info)) = hop.rt.find_field(base, &key, true)? {
            let value = read_vtable(hop, v, owner, &info)?;
            return hop.to_result(value, info.repr);
        }
    }
    Err(hop.rt.error(format!("these classes have no attribute {name}")))
}

/// Reads a field of the vtable level of `owner`.
pub fn read_vtable(
    ll: &mut LLOps<'_, '_>,
    vtable: Operand,
    owner: ClassDefId,
    info: &crate::classes::FieldInfo,
) -> Res<Operand> {
    if info.void {
        return Ok(Operand::void());
    }
    let ty = ll.rt.shape(owner)?.vtable;
    let ty = ll.rt.types_mut().ptr(ty);
    let v = ll.cast_pointer(vtable, ty);
    ll.getfield(v, &info.mangled)
}

/// What `raise` was given becomes an exception instance.
pub fn raise_check(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let result = hop.result;
    match hop.arg_kind(0) {
        Repr::Instance(_) => hop.inputarg(0, result),
        Repr::Desc(_) | Repr::Class => {
            if matches!(hop.arg_kind(1), Repr::Instance(_)) {
                return hop.inputarg(1, result);
            }
            let mut anns = vec![];
            if !matches!(hop.arg_kind(1), Repr::None) {
                anns.push(hop.args[1].ann);
            }
            hop.args.truncate(1 + anns.len());
            let callable = hop.args[0].ann;
            let callees = hop.rt.ann.resolve_call_of(callable, &anns);
            crate::call::call_pbc(hop, &callees)
        }
        _ => Err(hop.unsupported()),
    }
}

/// `EnvironmentError(errno, strerror, filename)` keeps its arguments; other built-in exceptions forget theirs.
pub fn init_environment_error(ll: &mut LLOps<'_, '_>, class: ClassDefId, v: &Operand, args: &[Arg]) -> Res<()> {
    if args.len() < 2 {
        return Ok(());
    }
    let environment = ll.rt.host().exc().environment_error;
    let Some(value) = ll.rt.class_value(class) else {
        return Ok(());
    };
    if !ll.rt.host().issubclass(value, environment.into()) {
        return Ok(());
    }
    for (name, arg) in ["errno", "strerror", "filename"].iter().zip(args) {
        let Some((owner, info)) = ll.rt.find_field(class, name, false)? else {
            continue;
        };
        let x = match &arg.v {
            Operand::Const(Const::Host(c)) => ll.inputconst(info.repr, *c)?,
            _ => match ll.rt.ann.anns.constant(arg.ann) {
                Some(c) => ll.inputconst(info.repr, c)?,
                None => ll.convertvar(arg.v.clone(), arg.repr, info.repr)?,
            },
        };
        crate::instance::write_field(ll, v.clone(), owner, &info, x)?;
    }
    Ok(())
}

impl RTyper<'_> {
    /// Whether all instances of an exception class are alike, so that one prebuilt instance serves.
    pub(crate) fn is_shareable_exception(&mut self, class: ClassDefId) -> Res<bool> {
        let Some(value) = self.class_value(class) else {
            return Ok(false);
        };
        let base = self.host().exc().base_exception;
        if !self.host().issubclass(value, base.into()) {
            return Ok(false);
        }
        for level in self.ann.mro(class) {
            if self.shape(level)?.fields.values().any(|f| !f.void) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The exact class of an instance representation.
    pub fn instance_class(&self, repr: ReprId) -> Option<ClassDefId> {
        match self.repr(repr) {
            Repr::Instance(c) => *c,
            _ => None,
        }
    }
}
