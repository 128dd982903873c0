//! Calls of functions that annotator and rtyper know. `hop.args` are the arguments, without the function.

mod casts;
mod lowlevel;
mod python;
mod services;

pub(crate) use casts::cast_value;

use crate::hop::Hop;
use crate::rtyper::Res;
use rpy_annotator::Intrinsic;
use rpy_flow::Operand;

/// Lowers a call of an intrinsic.
pub fn lower(hop: &mut Hop<'_, '_>, i: Intrinsic) -> Res<Operand> {
    if let Some(v) = python::lower(hop, i)? {
        return Ok(v);
    }
    if let Some(v) = lowlevel::lower(hop, i)? {
        return Ok(v);
    }
    if let Some(v) = services::lower(hop, i)? {
        return Ok(v);
    }
    crate::containers::intrinsic(hop, i)
}

/// The result as a constant that inference knows, `Void` if it has none.
pub(crate) fn known_result(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let result = hop.result;
    hop.exception_cannot_occur();
    if let Some(value) = hop.rt.ann.anns.constant(hop.result_ann) {
        return hop.ll.inputconst(result, value);
    }
    if hop.rt.is_void(result)? {
        return Ok(Operand::void());
    }
    Err(hop.rt.internal("an intrinsic that is folded has no constant result"))
}
