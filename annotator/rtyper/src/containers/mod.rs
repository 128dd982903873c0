//! Strings, lists, dicts, iterators, slices and builders. The helpers are RPython, in `runtime/rpython/rtyper`.
//!
//! The framework calls the functions of this file; each looks at the representations and goes on in the family's file.

mod builder;
mod builtins;
mod bytearray;
mod dict;
mod dict_calls;
mod format;
mod functions;
mod iter;
mod list;
mod list_methods;
mod prebuilt;
mod range;
mod slice;
mod string;
mod string_methods;
mod text;
mod tuples;
mod types;

pub(crate) use functions::Caches;

use crate::hop::Hop;
use crate::llops::LLOps;
use crate::repr::{Repr, ReprId};
use crate::rtyper::{RTyper, Res};
use rpy_annotator::Intrinsic;
use rpy_flow::{OpCode, Operand};
use rpy_host::Value;
use rpy_lltype::{ContainerId, LLTypeId, LLTypes};

pub(crate) const RLIST: &str = "rpython.rtyper.rlist";
pub(crate) const RDICT: &str = "rpython.rtyper.rdict";
pub(crate) const RSTR: &str = "rpython.rtyper.rstr";
pub(crate) const LLSTR: &str = "rpython.rtyper.ll_str";
pub(crate) const RBUILDER: &str = "rpython.rtyper.rbuilder";

impl RTyper<'_> {
    /// Low-level type of a container representation.
    pub(crate) fn container_type(&mut self, id: ReprId, repr: &Repr) -> Res<LLTypeId> {
        match repr {
            Repr::List(def) => self.list_type(id, *def),
            Repr::Dict(def) => self.dict_type(id, *def),
            Repr::Iter { container, kind } => self.iter_type(*container, *kind),
            Repr::Slice(parts) => self.slice_type(parts),
            Repr::ByteArray => Ok(LLTypes::STRPTR),
            Repr::StringBuilder => Ok(self.builder_type(LLTypes::STRPTR)),
            Repr::UnicodeBuilder => Ok(self.builder_type(LLTypes::UNICODEPTR)),
            _ => Err(self.internal(format!("{repr:?} is not a container"))),
        }
    }

    /// A container for a prebuilt host value; contents are filled by [`RTyper::fill_container`] later.
    pub(crate) fn allocate_container(&mut self, repr: ReprId, kind: &Repr, value: Value) -> Res<ContainerId> {
        prebuilt::allocate(self, repr, kind, value)
    }

    /// Fills the container of a prebuilt host value.
    pub(crate) fn fill_container(
        &mut self,
        repr: ReprId,
        kind: &Repr,
        value: Value,
        container: ContainerId,
    ) -> Res<()> {
        prebuilt::fill(self, repr, kind, value, container)
    }

    /// Equality function of the items of a list, `None` for the operator.
    pub(crate) fn list_item_eq(&mut self, list: ReprId) -> Res<Option<Value>> {
        let item = self.list_item(list)?;
        self.eq_function(item)
    }
}

/// Conversions that involve containers; `None` if there is none.
pub(crate) fn convert(
    ll: &mut LLOps<'_, '_>,
    v: &Operand,
    from: (ReprId, &Repr),
    to: (ReprId, &Repr),
) -> Res<Option<Operand>> {
    Ok(match (from.1, to.1) {
        (Repr::Char | Repr::UniChar | Repr::Str, Repr::Str | Repr::Unicode) => string::convert(ll, v, from.1, to.1)?,
        (Repr::Slice(a), Repr::Slice(b)) => Some(slice::convert(ll, v, a, b)?),
        _ => None,
    })
}

/// Operations (`getitem`, `add`, `len`, `iter`, `contains`, comparisons, `newlist` …); `None` if they are not of this family.
pub(crate) fn lower(hop: &mut Hop<'_, '_>) -> Res<Option<Operand>> {
    match hop.code {
        OpCode::Newlist => return list::newlist(hop).map(Some),
        OpCode::Newdict => return dict::newdict(hop).map(Some),
        OpCode::Newslice => return slice::newslice(hop).map(Some),
        OpCode::Iter => return iter::iter(hop).map(Some),
        OpCode::Next => return iter::next(hop),
        _ => {}
    }
    if let Some(v) = commuted(hop)? {
        return Ok(Some(v));
    }
    match hop.arg_kind(0) {
        Repr::List(_) => list::lower(hop),
        Repr::Dict(_) => dict::lower(hop),
        Repr::Str | Repr::Unicode | Repr::Char | Repr::UniChar => string::lower(hop),
        Repr::ByteArray => bytearray::lower(hop),
        Repr::Tuple(_) => tuples::lower(hop),
        Repr::Slice(_) => slice::lower(hop),
        _ => Ok(None),
    }
}

/// `3 * [x]` and `3 * "x"` as the products of the container and the number.
fn commuted(hop: &mut Hop<'_, '_>) -> Res<Option<Operand>> {
    let is_product = matches!(hop.code, OpCode::Mul | OpCode::InplaceMul);
    if !is_product || !matches!(hop.arg_kind(0), Repr::Int(_) | Repr::Bool) {
        return Ok(None);
    }
    hop.args.swap(0, 1);
    hop.code = OpCode::Mul;
    lower(hop)
}

/// A call of method `name` on the value in `hop.args[0]`; the arguments follow, keywords are in `hop.keywords`.
pub(crate) fn method(hop: &mut Hop<'_, '_>, name: &str) -> Res<Operand> {
    let found = match hop.arg_kind(0) {
        Repr::List(_) => list_methods::method(hop, name)?,
        Repr::Dict(_) => dict_calls::method(hop, name)?,
        Repr::Str | Repr::Unicode | Repr::Char | Repr::UniChar => string_methods::method(hop, name)?,
        Repr::StringBuilder | Repr::UnicodeBuilder => builder::method(hop, name)?,
        Repr::Iter { .. } if name == "next" => iter::next(hop)?,
        Repr::Iter { .. } if name == "__iter__" => Some(hop.arg(0)?),
        _ => None,
    };
    match found {
        Some(v) => Ok(v),
        None => {
            let what = hop.rt.repr_text(hop.arg_repr(0));
            Err(hop.rt.error(format!("the method {name} is not available on {what}")))
        }
    }
}

/// A call of an intrinsic that works on containers; `hop.args` are its arguments.
pub(crate) fn intrinsic(hop: &mut Hop<'_, '_>, intrinsic: Intrinsic) -> Res<Operand> {
    if let Some(v) = builtins::lower(hop, intrinsic)? {
        return Ok(v);
    }
    if let Some(v) = dict_calls::intrinsic(hop, intrinsic)? {
        return Ok(v);
    }
    let kinds: Vec<String> = hop.args.iter().map(|a| hop.rt.repr_text(a.repr)).collect();
    Err(hop
        .rt
        .error(format!("{} is not available on {}", intrinsic.name(), kinds.join(", "))))
}

/// Truth value of argument `i`.
pub(crate) fn truth(hop: &mut Hop<'_, '_>, i: usize) -> Res<Operand> {
    let kind = hop.arg_kind(i);
    match kind {
        Repr::Str | Repr::Unicode | Repr::ByteArray => {
            let v = hop.arg(i)?;
            if hop.can_be_none(i) {
                return hop.helper(RSTR, "ll_str_bool", vec![v]);
            }
            let n = string::length(hop, v);
            Ok(hop.genop(OpCode::IntIsTrue, [n], LLTypes::BOOL))
        }
        Repr::List(_) => list::truth(hop, i),
        Repr::Dict(_) => {
            let v = hop.arg(i)?;
            hop.helper(RDICT, "ll_dict_bool", vec![v])
        }
        Repr::Iter { .. } | Repr::StringBuilder | Repr::UnicodeBuilder => {
            let v = hop.arg(i)?;
            Ok(crate::convert::not_null(hop, v))
        }
        Repr::Slice(_) | Repr::BuiltinMethod { .. } | Repr::AdtMethod { .. } | Repr::TypedAddress(_) => {
            Ok(Operand::bool(true))
        }
        _ => Err(hop.unsupported()),
    }
}
