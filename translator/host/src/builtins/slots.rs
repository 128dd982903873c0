//! Special methods shared by the built-in types.

use super::def;
use crate::code::{BinOp, CmpOp, UnaryOp};
use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, NativeDef};
use crate::ops::number::Num;
use crate::value::Value;

fn op_of(n: u8) -> BinOp {
    const ALL: [BinOp; 14] = [
        BinOp::Add,
        BinOp::Sub,
        BinOp::Mul,
        BinOp::Div,
        BinOp::FloorDiv,
        BinOp::TrueDiv,
        BinOp::Mod,
        BinOp::Pow,
        BinOp::LShift,
        BinOp::RShift,
        BinOp::And,
        BinOp::Or,
        BinOp::Xor,
        BinOp::DivMod,
    ];
    ALL[n as usize]
}

fn cmp_of(n: u8) -> CmpOp {
    [CmpOp::Lt, CmpOp::Le, CmpOp::Eq, CmpOp::Ne, CmpOp::Gt, CmpOp::Ge][n as usize]
}

fn or_not_implemented(h: &Host, result: Option<Value>) -> Value {
    result.unwrap_or(h.not_implemented)
}

/// `__add__` and so on.
pub fn binary<const OP: u8>(h: &mut Host, a: Args<'_>) -> Res {
    if let Some(c) = super::given(a.get(2)) {
        return h.power3(a.get(0), a.get(1), c);
    }
    if narrower(h, a.get(0), a.get(1)) {
        return Ok(h.not_implemented);
    }
    let result = h.native_binary(op_of(OP), a.get(0), a.get(1))?;
    Ok(or_not_implemented(h, result))
}

/// Whether the first number leaves the operation to the wider type of the second.
fn narrower(h: &Host, x: Value, y: Value) -> bool {
    let rank = |v: Value| match h.number(v) {
        Num::Int(_) => 1,
        Num::Long(_) | Num::RInt(..) => 2,
        Num::Float(_) | Num::Single(_) => 3,
        Num::Complex(..) => 4,
        Num::No => 0,
    };
    rank(x) > 0 && (rank(x) < rank(y) || rank(y) == 0)
}

/// `__radd__` and so on.
pub fn reflected<const OP: u8>(h: &mut Host, a: Args<'_>) -> Res {
    if narrower(h, a.get(0), a.get(1)) {
        return Ok(h.not_implemented);
    }
    let result = h.native_binary(op_of(OP), a.get(1), a.get(0))?;
    Ok(or_not_implemented(h, result))
}

/// `__add__` and `__mul__` of sequences: TypeError instead of NotImplemented.
pub fn sequence<const OP: u8>(h: &mut Host, a: Args<'_>) -> Res {
    match h.native_binary(op_of(OP), a.get(0), a.get(1))? {
        Some(result) => Ok(result),
        None => Err(h.binop_error(op_of(OP), a.get(0), a.get(1), false)),
    }
}

/// `__iadd__` and so on.
pub fn inplace<const OP: u8>(h: &mut Host, a: Args<'_>) -> Res {
    let result = h.native_inplace(op_of(OP), a.get(0), a.get(1))?;
    Ok(or_not_implemented(h, result))
}

/// `__lt__` and so on.
pub fn compare<const OP: u8>(h: &mut Host, a: Args<'_>) -> Res {
    let result = h.native_compare(cmp_of(OP), a.get(0), a.get(1))?;
    Ok(or_not_implemented(h, result))
}

/// `__neg__`, `__pos__`, `__invert__`.
pub fn unary<const OP: u8>(h: &mut Host, a: Args<'_>) -> Res {
    let op = [UnaryOp::Neg, UnaryOp::Pos, UnaryOp::Invert][OP as usize];
    match h.native_unary(op, a.get(0))? {
        Some(result) => Ok(result),
        None => Err(h.type_error("bad operand type for unary operator")),
    }
}

/// `__abs__`.
pub fn abs(h: &mut Host, a: Args<'_>) -> Res {
    match h.native_abs(a.get(0))? {
        Some(result) => Ok(result),
        None => Err(h.type_error("bad operand type for abs()")),
    }
}

/// `__nonzero__`.
pub fn nonzero(h: &mut Host, a: Args<'_>) -> Res {
    Ok(Value::Bool(h.native_truth(a.get(0))))
}

/// `__hash__`.
pub fn hash(h: &mut Host, a: Args<'_>) -> Res {
    Ok(Value::Int(h.hash_native(a.get(0))?))
}

/// `__repr__`.
pub fn repr(h: &mut Host, a: Args<'_>) -> Res {
    let bytes = h.native_repr(a.get(0))?;
    Ok(h.new_str(bytes))
}

/// `__str__`.
pub fn str(h: &mut Host, a: Args<'_>) -> Res {
    let bytes = h.native_str(a.get(0))?;
    Ok(h.new_str(bytes))
}

/// `__len__`.
pub fn len(h: &mut Host, a: Args<'_>) -> Res {
    Ok(Value::Int(h.native_len(a.get(0)).unwrap_or(0) as i64))
}

/// `__iter__`.
pub fn iter(h: &mut Host, a: Args<'_>) -> Res {
    match h.native_iter(a.get(0)) {
        Some(it) => Ok(it),
        None => Err(h.type_error("not iterable")),
    }
}

/// `__contains__`.
pub fn contains(h: &mut Host, a: Args<'_>) -> Res {
    Ok(Value::Bool(h.contains_native(a.get(0), a.get(1))?))
}

/// `__getitem__`.
pub fn getitem(h: &mut Host, a: Args<'_>) -> Res {
    h.get_item_native(a.get(0), a.get(1))
}

/// `__setitem__`.
pub fn setitem(h: &mut Host, a: Args<'_>) -> Res {
    super::none(h.set_item_native(a.get(0), a.get(1), a.get(2)))
}

/// `__delitem__`.
pub fn delitem(h: &mut Host, a: Args<'_>) -> Res {
    super::none(h.del_item_native(a.get(0), a.get(1)))
}

/// `__getslice__`.
pub fn getslice(h: &mut Host, a: Args<'_>) -> Res {
    let seq = a.get(0);
    let len = h.native_len(seq).unwrap_or(0);
    let mut bound = [0usize; 2];
    for (slot, i) in bound.iter_mut().zip([1, 2]) {
        let n = match h.to_index_clipped(a.get(i))? {
            Some(n) => n,
            None => return Err(h.type_error("an integer is required")),
        };
        *slot = n.clamp(0, len as i64) as usize;
    }
    let stop = bound[1].max(bound[0]);
    h.native_slice(seq, bound[0], stop)
        .ok_or_else(|| h.type_error("unsliceable object"))
}

/// The rich comparisons.
pub const COMPARE: [NativeDef; 6] = [
    def("__lt__", 1, 1, compare::<0>),
    def("__le__", 1, 1, compare::<1>),
    def("__eq__", 1, 1, compare::<2>),
    def("__ne__", 1, 1, compare::<3>),
    def("__gt__", 1, 1, compare::<4>),
    def("__ge__", 1, 1, compare::<5>),
];

/// The arithmetic of `float` and `complex`, and what `int` and `long` have in common with them.
pub const ARITHMETIC: [NativeDef; 18] = [
    def("__add__", 1, 1, binary::<0>),
    def("__radd__", 1, 1, reflected::<0>),
    def("__sub__", 1, 1, binary::<1>),
    def("__rsub__", 1, 1, reflected::<1>),
    def("__mul__", 1, 1, binary::<2>),
    def("__rmul__", 1, 1, reflected::<2>),
    def("__div__", 1, 1, binary::<3>),
    def("__rdiv__", 1, 1, reflected::<3>),
    def("__floordiv__", 1, 1, binary::<4>),
    def("__rfloordiv__", 1, 1, reflected::<4>),
    def("__truediv__", 1, 1, binary::<5>),
    def("__rtruediv__", 1, 1, reflected::<5>),
    def("__mod__", 1, 1, binary::<6>),
    def("__rmod__", 1, 1, reflected::<6>),
    def("__pow__", 1, 2, binary::<7>),
    def("__rpow__", 1, 2, reflected::<7>),
    def("__divmod__", 1, 1, binary::<13>),
    def("__rdivmod__", 1, 1, reflected::<13>),
];

/// Further operations of `int` and `long`.
pub const BITWISE: [NativeDef; 11] = [
    def("__lshift__", 1, 1, binary::<8>),
    def("__rlshift__", 1, 1, reflected::<8>),
    def("__rshift__", 1, 1, binary::<9>),
    def("__rrshift__", 1, 1, reflected::<9>),
    def("__and__", 1, 1, binary::<10>),
    def("__rand__", 1, 1, reflected::<10>),
    def("__or__", 1, 1, binary::<11>),
    def("__ror__", 1, 1, reflected::<11>),
    def("__xor__", 1, 1, binary::<12>),
    def("__rxor__", 1, 1, reflected::<12>),
    def("__invert__", 0, 0, unary::<2>),
];

/// Unary operations of all numbers.
pub const UNARY: [NativeDef; 7] = [
    def("__neg__", 0, 0, unary::<0>),
    def("__pos__", 0, 0, unary::<1>),
    def("__abs__", 0, 0, abs),
    def("__nonzero__", 0, 0, nonzero),
    def("__hash__", 0, 0, hash),
    def("__repr__", 0, 0, repr),
    def("__str__", 0, 0, str),
];
