//! Tuples: immutable structs with fields `item0`, `item1` …; the empty one takes no space.

use crate::hop::{Arg, Hop};
use crate::llops::LLOps;
use crate::repr::{Repr, ReprId};
use crate::rtyper::{RTyper, Res};
use rpy_annotator::{AnnId, Kind};
use rpy_flow::{Const, OpCode, Operand};
use rpy_host::Value;
use rpy_lltype::{ContainerId, Field, Hint, LLType, LLTypeId, LLTypes, StructType};

pub(crate) const RTUPLE: &str = "rpython.rtyper.rtuple";

impl RTyper<'_> {
    /// The pointer type of tuples.
    pub(crate) fn tuple_type(&mut self, items: &[ReprId]) -> Res<LLTypeId> {
        if items.is_empty() {
            return Ok(LLTypes::VOID);
        }
        let mut fields = vec![];
        for (i, r) in items.iter().enumerate() {
            let ty = self.lowleveltype(*r)?;
            fields.push(Field {
                name: field_name(i).into(),
                ty,
            });
        }
        let ty = self.types_mut().intern(LLType::Struct(StructType {
            name: format!("tuple{}", items.len()).into(),
            gc: true,
            fields,
            hints: vec![Hint::Int("immutable".into(), 1)],
            tag: 0,
        }));
        Ok(self.types_mut().ptr(ty))
    }

    pub(crate) fn fill_tuple(&mut self, items: &[ReprId], value: Value, container: ContainerId) -> Res<()> {
        let Some(values) = self.host().tuple_items(value).cloned() else {
            return Err(self.internal("a prebuilt tuple is none"));
        };
        for (i, (repr, v)) in items.iter().zip(values.iter()).enumerate() {
            if !self.is_void(*repr)? {
                let v = self.convert_const(*repr, *v)?;
                self.store_field(container, &field_name(i), v)?;
            }
        }
        Ok(())
    }
}

fn field_name(i: usize) -> String {
    format!("item{i}")
}

/// Makes a tuple of values that have the representations of its items.
pub fn make(ll: &mut LLOps<'_, '_>, items: &[ReprId], values: Vec<Operand>) -> Res<Operand> {
    if items.is_empty() {
        return Ok(Operand::void());
    }
    let ptr = ll.rt.tuple_type(items)?;
    let to = ll
        .rt
        .types()
        .pointee(ptr)
        .ok_or_else(|| ll.rt.internal("a tuple is not behind a pointer"))?;
    let v = ll.genop(OpCode::Malloc, [Operand::Const(Const::Type(to))], ptr);
    for (i, (repr, x)) in items.iter().zip(values).enumerate() {
        if !ll.rt.is_void(*repr)? {
            ll.setfield(v.clone(), &field_name(i), x);
        }
    }
    Ok(v)
}

/// Reads item `i` in its own representation.
pub fn getitem(ll: &mut LLOps<'_, '_>, v: &Operand, items: &[ReprId], i: usize) -> Res<Operand> {
    if ll.rt.is_void(items[i])? {
        return match ll.rt.repr(items[i]).clone() {
            Repr::Const(c) => Ok(Operand::Const(Const::Host(c))),
            Repr::None => Ok(Operand::Const(Const::Host(Value::None))),
            Repr::Desc(d) => ll.rt.desc_operand(d, items[i]),
            _ => Ok(Operand::void()),
        };
    }
    ll.getfield(v.clone(), &field_name(i))
}

/// `newtuple`.
pub fn newtuple(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let result = hop.result;
    let Repr::Tuple(items) = hop.rt.repr(result).clone() else {
        return Err(hop.unsupported());
    };
    let mut values = vec![];
    for (i, r) in items.iter().enumerate() {
        values.push(hop.inputarg(i, *r)?);
    }
    make(hop, &items, values)
}

/// Converts item by item.
pub fn convert(
    ll: &mut LLOps<'_, '_>,
    v: &Operand,
    from: &[ReprId],
    to: &[ReprId],
    to_repr: ReprId,
) -> Res<Option<Operand>> {
    if from.len() != to.len() {
        return Ok(None);
    }
    let source = ll.rt.tuple_type(from)?;
    let target = ll.rt.lowleveltype(to_repr)?;
    let mut same = ll.rt.types().same(source, target);
    for (a, b) in from.iter().zip(to) {
        same &= a == b || ll.rt.lowleveltype(*a)? == ll.rt.lowleveltype(*b)?;
    }
    if same {
        return Ok(Some(v.clone()));
    }
    let mut values = vec![];
    for (i, (a, b)) in from.iter().zip(to).enumerate() {
        let x = getitem(ll, v, from, i)?;
        values.push(ll.convertvar(x, *a, *b)?);
    }
    make(ll, to, values).map(Some)
}

/// Operations on tuples; `None` if the containers must do it.
pub fn lower(hop: &mut Hop<'_, '_>) -> Res<Option<Operand>> {
    let Repr::Tuple(items) = hop.arg_kind(0) else {
        return Ok(None);
    };
    Ok(match hop.code {
        OpCode::Len => {
            hop.exception_cannot_occur();
            Some(Operand::signed(i64::try_from(items.len()).expect("tuples are short")))
        }
        OpCode::Getitem => Some(item_at(hop, &items)?),
        OpCode::Add | OpCode::InplaceAdd => Some(concatenate(hop, &items)?),
        OpCode::Getslice => Some(slice(hop, &items)?),
        _ => None,
    })
}

fn item_at(hop: &mut Hop<'_, '_>, items: &[ReprId]) -> Res<Operand> {
    let result = hop.result;
    hop.exception_cannot_occur();
    let tuple = hop.arg_repr(0);
    if let Some(Value::Int(i)) = hop.constant(1) {
        let n = i64::try_from(items.len()).expect("tuples are short");
        let index = if i < 0 { i + n } else { i };
        let Ok(index) = usize::try_from(index) else {
            return Err(hop.rt.error("the index is out of the tuple's range"));
        };
        if index >= items.len() {
            return Err(hop.rt.error("the index is out of the tuple's range"));
        }
        if let Some(c) = hop.constant(0)
            && let Some(v) = hop.rt.host().tuple_items(c).and_then(|t| t.get(index).copied())
        {
            return hop.ll.inputconst(result, v);
        }
        let v = hop.inputarg(0, tuple)?;
        let x = getitem(hop, &v, items, index)?;
        return hop.to_result(x, items[index]);
    }
    Err(hop.rt.error("the index of a tuple must be a constant"))
}

fn concatenate(hop: &mut Hop<'_, '_>, left: &[ReprId]) -> Res<Operand> {
    let Repr::Tuple(right) = hop.arg_kind(1) else {
        return Err(hop.unsupported());
    };
    let result = hop.result;
    let Repr::Tuple(items) = hop.rt.repr(result).clone() else {
        return Err(hop.unsupported());
    };
    let (a, b) = (hop.arg(0)?, hop.arg(1)?);
    let mut values = vec![];
    for i in 0..left.len() + right.len() {
        let (v, reprs, k) = if i < left.len() {
            (&a, left, i)
        } else {
            (&b, &*right, i - left.len())
        };
        let x = getitem(hop, v, reprs, k)?;
        values.push(hop.convertvar(x, reprs[k], items[i])?);
    }
    make(hop, &items, values)
}

fn slice(hop: &mut Hop<'_, '_>, items: &[ReprId]) -> Res<Operand> {
    let result = hop.result;
    let Repr::Tuple(wanted) = hop.rt.repr(result).clone() else {
        return Err(hop.unsupported());
    };
    let n = i64::try_from(items.len()).expect("tuples are short");
    let start = match hop.constant(1) {
        Some(Value::Int(i)) if i < 0 => (i + n).max(0),
        Some(Value::Int(i)) => i.min(n),
        Some(Value::None) => 0,
        _ => return Err(hop.rt.error("the bounds of a tuple slice must be constants")),
    };
    let start = usize::try_from(start).unwrap_or(0);
    let v = hop.arg(0)?;
    let mut values = vec![];
    for (i, to) in wanted.iter().enumerate() {
        let x = getitem(hop, &v, items, start + i)?;
        values.push(hop.convertvar(x, items[start + i], *to)?);
    }
    make(hop, &wanted, values)
}

/// The items of a tuple argument, as arguments.
pub fn unpack(hop: &mut Hop<'_, '_>, arg: Arg) -> Res<Vec<Arg>> {
    let Repr::Tuple(items) = hop.rt.repr(arg.repr).clone() else {
        return Err(hop.rt.error("what follows * in a call must be a tuple"));
    };
    let anns = match hop.rt.ann.anns.kind(arg.ann).clone() {
        Kind::Tuple(anns) => anns.to_vec(),
        _ => vec![AnnId::OBJECT; items.len()],
    };
    let constant = match &arg.v {
        Operand::Const(Const::Host(c)) => Some(*c),
        _ => hop.rt.ann.anns.constant(arg.ann),
    };
    let values = constant.and_then(|c| hop.rt.host().tuple_items(c).cloned());
    let mut result = vec![];
    for (i, repr) in items.iter().enumerate() {
        let v = match &values {
            Some(values) => Operand::Const(Const::Host(values[i])),
            None => getitem(hop, &arg.v, &items, i)?,
        };
        result.push(Arg {
            v,
            ann: anns[i],
            repr: *repr,
        });
    }
    Ok(result)
}

/// `==`, `!=`, `<` … of two tuples.
pub fn compare(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let (Repr::Tuple(a), Repr::Tuple(b)) = (hop.arg_kind(0), hop.arg_kind(1)) else {
        return Err(hop.unsupported());
    };
    if a.len() != b.len() {
        return match hop.code {
            OpCode::Eq => Ok(Operand::bool(false)),
            OpCode::Ne => Ok(Operand::bool(true)),
            _ => Err(hop.unsupported()),
        };
    }
    if a.is_empty() {
        return Ok(Operand::bool(matches!(hop.code, OpCode::Eq | OpCode::Le | OpCode::Ge)));
    }
    let both = hop.rt.common_tuple(&a, &b)?;
    let (x, y) = (hop.inputarg(0, both)?, hop.inputarg(1, both)?);
    match hop.code {
        OpCode::Eq | OpCode::Ne => {
            let eq = hop.rt.eq_function(both)?;
            let v = crate::eqhash::call_eq(hop, eq, x, y)?;
            Ok(if hop.code == OpCode::Ne { hop.bool_not(v) } else { v })
        }
        _ => {
            let code = hop.code;
            let f = hop.rt.tuple_order_function(both, code)?;
            hop.ll.call_host_function(f, vec![x, y])
        }
    }
}
