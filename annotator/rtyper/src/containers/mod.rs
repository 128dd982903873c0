//! Strings, lists, dicts, iterators, slices and builders. The helpers are RPython, in `runtime/rpython/rtyper`.
//!
//! The framework calls the functions of this file; each looks at the representations and goes on in the family's file.

use crate::hop::Hop;
use crate::llops::LLOps;
use crate::repr::{Repr, ReprId};
use crate::rtyper::{RTyper, Res};
use rpy_annotator::Intrinsic;
use rpy_flow::Operand;
use rpy_host::Value;
use rpy_lltype::{ContainerId, LLTypeId};

/// Tables of the container families.
#[derive(Debug, Default)]
pub struct Caches {}

impl RTyper<'_> {
    /// Low-level type of a container representation. Recursive ones use [`RTyper::preset_type`] with a forward reference.
    pub(crate) fn container_type(&mut self, _id: ReprId, repr: &Repr) -> Res<LLTypeId> {
        Err(self.error(format!("no low-level type for {repr:?}")))
    }

    /// A container for a prebuilt host value; contents are filled by [`RTyper::fill_container`] later.
    pub(crate) fn allocate_container(&mut self, _repr: ReprId, kind: &Repr, _value: Value) -> Res<ContainerId> {
        Err(self.error(format!("no prebuilt values of {kind:?}")))
    }

    /// Fills the container of a prebuilt host value.
    pub(crate) fn fill_container(
        &mut self,
        _repr: ReprId,
        kind: &Repr,
        _value: Value,
        _container: ContainerId,
    ) -> Res<()> {
        Err(self.error(format!("no prebuilt values of {kind:?}")))
    }

    /// Equality function of the items of a list, `None` for the operator.
    pub(crate) fn list_item_eq(&mut self, _list: ReprId) -> Res<Option<Value>> {
        Ok(None)
    }
}

/// Conversions that involve containers; `None` if there is none.
pub(crate) fn convert(
    _ll: &mut LLOps<'_, '_>,
    _v: &Operand,
    _from: (ReprId, &Repr),
    _to: (ReprId, &Repr),
) -> Res<Option<Operand>> {
    Ok(None)
}

/// Operations (`getitem`, `add`, `len`, `iter`, `contains`, comparisons, `newlist` …); `None` if they are not of this family.
pub(crate) fn lower(_hop: &mut Hop<'_, '_>) -> Res<Option<Operand>> {
    Ok(None)
}

/// A call of method `name` on the value in `hop.args[0]`; the arguments follow, keywords are in `hop.keywords`.
pub(crate) fn method(hop: &mut Hop<'_, '_>, _name: &str) -> Res<Operand> {
    Err(hop.unsupported())
}

/// A call of an intrinsic that works on containers; `hop.args` are its arguments.
pub(crate) fn intrinsic(hop: &mut Hop<'_, '_>, intrinsic: Intrinsic) -> Res<Operand> {
    Err(hop.rt.error(format!("{} is not supported here", intrinsic.name())))
}

/// Truth value of argument `i`.
pub(crate) fn truth(hop: &mut Hop<'_, '_>, _i: usize) -> Res<Operand> {
    Err(hop.unsupported())
}
