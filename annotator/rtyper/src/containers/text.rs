//! Values as text: `str(x)`, `repr(x)`, `%s`.

use super::LLSTR;
use super::functions::Made;
use crate::llops::LLOps;
use crate::repr::{Repr, ReprId};
use crate::rtyper::{RTyper, Res};
use rpy_flow::{OpCode, Operand};
use rpy_host::Value;
use rpy_lltype::{Int, LLTypes};

/// The text of a value as a byte string that is not null.
pub(crate) fn text_of(ll: &mut LLOps<'_, '_>, v: Operand, repr: ReprId) -> Res<Operand> {
    let kind = ll.rt.repr(repr).clone();
    match &kind {
        Repr::Str => ll.call_helper(LLSTR, "ll_str_or_none", vec![v]),
        Repr::ByteArray => ll.call_helper(super::RSTR, "ll_bytearray_copy", vec![v]),
        Repr::Char => ll.call_helper(super::RSTR, "ll_chr2str", vec![v]),
        Repr::UniChar => {
            let u = ll.call_helper(super::RSTR, "ll_unichr2unicode", vec![v])?;
            ll.call_helper(super::RSTR, "ll_unicode2str", vec![u])
        }
        Repr::Unicode => ll.call_helper(LLSTR, "ll_unicode_or_none", vec![v]),
        Repr::Bool | Repr::Int(_) => integer(ll, v, &kind, "ll_int2dec", "ll_uint2dec", vec![]),
        Repr::Float => ll.call_helper(LLSTR, "ll_float2str", vec![v]),
        Repr::SingleFloat | Repr::LongFloat => {
            let x = ll.genop(OpCode::CastPrimitive, [v], LLTypes::FLOAT);
            ll.call_helper(LLSTR, "ll_float2str", vec![x])
        }
        Repr::None | Repr::Impossible => Ok(ll.rt.string_operand(b"None")),
        Repr::Const(c) => constant(ll, *c),
        Repr::Tuple(items) => tuple(ll, &v, items),
        Repr::List(_) => list(ll, v, repr),
        Repr::Dict(_) => {
            let (key, value) = ll.rt.dict_parts(repr)?;
            let key = ll.rt.text_function(key)?;
            let value = ll.rt.text_function(value)?;
            ll.call_helper(LLSTR, "ll_dict2str", vec![v, Operand::host(key), Operand::host(value)])
        }
        Repr::Instance(_) => {
            let p = ll.cast_pointer(v, LLTypes::OBJECTPTR);
            ll.call_helper(LLSTR, "ll_instance2str", vec![p])
        }
        Repr::Class => ll.call_helper(LLSTR, "ll_class2str", vec![v]),
        Repr::Desc(d) => {
            let name = ll.rt.ann.desc_name(*d);
            Ok(ll.rt.string_operand(name.as_bytes()))
        }
        other => {
            let text = short_name(other);
            Ok(ll.rt.string_operand(text.as_bytes()))
        }
    }
}

fn short_name(repr: &Repr) -> &'static str {
    match repr {
        Repr::Functions(_) => "<function>",
        Repr::Methods { .. } | Repr::FrozenMethods { .. } | Repr::BuiltinMethod { .. } => "<method>",
        Repr::Ptr(_) | Repr::InteriorPtr { .. } => "<pointer>",
        Repr::Iter { .. } => "<iterator>",
        _ => "<object>",
    }
}

fn constant(ll: &mut LLOps<'_, '_>, value: Value) -> Res<Operand> {
    match ll.rt.host().str_of(value) {
        Ok(text) => Ok(ll.rt.string_operand(&text)),
        Err(e) => Err(ll.rt.host_error(&e, "the constant has no text")),
    }
}

/// An integer or bool through the helper for `Signed` or `Unsigned`; narrower ones are widened.
pub(super) fn integer(
    ll: &mut LLOps<'_, '_>,
    v: Operand,
    kind: &Repr,
    signed: &'static str,
    unsigned: &'static str,
    more: Vec<Operand>,
) -> Res<Operand> {
    let wide = match kind {
        Repr::Int(int) if int.bits > 64 => {
            return Err(ll.rt.error("128-bit integers cannot be shown"));
        }
        Repr::Int(int) if !int.signed && int.bits == 64 => Repr::Int(Int::UNSIGNED),
        _ => Repr::Int(Int::SIGNED),
    };
    let helper = if wide == Repr::Int(Int::UNSIGNED) {
        unsigned
    } else {
        signed
    };
    let ty = crate::num::primitive_type(ll, &wide);
    let x = crate::num::cast_number(ll, v, kind, &wide, ty);
    let mut args = vec![x];
    args.extend(more);
    ll.call_helper(LLSTR, helper, args)
}

fn tuple(ll: &mut LLOps<'_, '_>, v: &Operand, items: &[ReprId]) -> Res<Operand> {
    let mut parts = vec![];
    for (i, item) in items.iter().enumerate() {
        let before = ll.rt.string_operand(if i == 0 { b"(" } else { b", " });
        parts.push(before);
        let x = crate::tuple::getitem(ll, v, items, i)?;
        let x = if let Operand::Const(rpy_flow::Const::Host(c)) = x {
            ll.inputconst(*item, c)?
        } else {
            x
        };
        parts.push(text_of(ll, x, *item)?);
    }
    let after: &[u8] = match items.len() {
        0 => b"()",
        1 => b",)",
        _ => b")",
    };
    parts.push(ll.rt.string_operand(after));
    super::string::join_all(ll, LLTypes::STR, parts)
}

fn list(ll: &mut LLOps<'_, '_>, v: Operand, repr: ReprId) -> Res<Operand> {
    let item = ll.rt.list_item(repr)?;
    let text = ll.rt.text_function(item)?;
    let v = super::range::real_list(ll, v, repr)?;
    ll.call_helper(LLSTR, "ll_list2str", vec![v, Operand::host(text)])
}

impl RTyper<'_> {
    /// A function from values of a representation to their texts.
    pub(crate) fn text_function(&mut self, repr: ReprId) -> Res<Value> {
        let string = self.intern_repr(Repr::Str);
        self.made_low_function(Made::Text(repr), "text_of_item", &[repr], string, |ll, args| {
            text_of(ll, args[0].clone(), repr)
        })
    }
}
