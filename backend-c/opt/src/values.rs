//! Operations on constants, with the results that the C code would compute.

use rpy_flow::{LLConst, OpCode};
use rpy_lltype::{Data, Int, LLPtr, LLStore, LLType, LLTypeId, LLTypes, LLValue, StructType};

/// Result of an operation without effects on known operands; `None` if that is not known or must not be folded.
pub fn fold(code: OpCode, args: &[&LLConst], result: LLTypeId, types: &LLTypes) -> Option<LLValue> {
    match args {
        [a] => unary(code, &a.value, result, types),
        [a, b] => binary(code, &a.value, &b.value),
        [a, b, c] => match (code, &a.value, &b.value, &c.value) {
            (OpCode::IntBetween, LLValue::Int(a), LLValue::Int(b), LLValue::Int(c)) => {
                Some(LLValue::Bool(a <= b && b < c))
            }
            _ => None,
        },
        _ => None,
    }
}

fn unary(code: OpCode, a: &LLValue, result: LLTypeId, types: &LLTypes) -> Option<LLValue> {
    use LLValue::{Bool, Char, Float, Int, UniChar};
    Some(match (code, a) {
        (OpCode::SameAs | OpCode::Likely | OpCode::Unlikely, a) => a.clone(),
        (OpCode::BoolNot, Bool(a)) => Bool(!a),
        (OpCode::IntNeg | OpCode::UintNeg, Int(a)) => Int(a.wrapping_neg()),
        (OpCode::IntInvert | OpCode::UintInvert, Int(a)) => Int(!a),
        (OpCode::IntIsTrue | OpCode::UintIsTrue, Int(a)) => Bool(*a != 0),
        (OpCode::IntAbs, Int(a)) => Int(a.wrapping_abs()),
        (OpCode::IntForceGeZero, Int(a)) => Int((*a).max(0)),
        (OpCode::FloatNeg, Float(a)) => Float(-a),
        (OpCode::FloatAbs, Float(a)) => Float(a.abs()),
        (OpCode::FloatIsTrue, Float(a)) => Bool(*a != 0.0),
        (OpCode::CastBoolToInt | OpCode::CastBoolToUint, Bool(a)) => Int(i64::from(*a)),
        (OpCode::CastBoolToFloat, Bool(a)) => Float(f64::from(u8::from(*a))),
        (OpCode::CastCharToInt, Char(a)) => Int(i64::from(*a)),
        (OpCode::CastIntToChar, Int(a)) => Char(u8::try_from(*a).ok()?),
        (OpCode::CastUnicharToInt, UniChar(a)) => Int(i64::from(*a)),
        (OpCode::CastIntToUnichar, Int(a)) => UniChar(u32::try_from(*a).ok()?),
        (OpCode::CastIntToUint | OpCode::CastUintToInt, Int(a)) => Int(*a),
        (OpCode::CastIntToFloat, Int(a)) => Float(*a as f64),
        (OpCode::CastUintToFloat, Int(a)) => Float(*a as u64 as f64),
        (OpCode::CastFloatToInt, Float(a)) if a.abs() < 9e18 => Int(*a as i64),
        (OpCode::CastPrimitive, a) => cast_primitive(a, types.get(result))?,
        (OpCode::ConvertFloatBytesToInt, Float(a)) => Int(a.to_bits() as i64),
        (OpCode::ConvertIntBytesToFloat, Int(a)) => Float(f64::from_bits(*a as u64)),
        (OpCode::PtrNonzero, LLValue::Ptr(p)) => Bool(!is_null(*p)?),
        (OpCode::PtrIszero, LLValue::Ptr(p)) => Bool(is_null(*p)?),
        (OpCode::CastPtrToAdr, LLValue::Ptr(p)) => LLValue::Address(*p),
        (OpCode::CastPtrToInt, LLValue::Ptr(LLPtr::Null)) => Int(0),
        (OpCode::CastAdrToInt, LLValue::Address(LLPtr::Null)) => Int(0),
        (OpCode::CastOpaquePtr | OpCode::CastPointer, LLValue::Ptr(LLPtr::Null)) => LLValue::Ptr(LLPtr::Null),
        _ => return None,
    })
}

fn is_null(p: LLPtr) -> Option<bool> {
    match p {
        LLPtr::Null => Some(true),
        LLPtr::To(_) => Some(false),
        LLPtr::Raw(i) => Some(i == 0),
        LLPtr::Item(..) => None,
    }
}

fn cast_primitive(a: &LLValue, to: &LLType) -> Option<LLValue> {
    let number: i128 = match a {
        LLValue::Bool(b) => i128::from(*b),
        LLValue::Char(c) => i128::from(*c),
        LLValue::UniChar(c) => i128::from(*c),
        LLValue::Int(i) => i128::from(*i),
        _ => return None,
    };
    Some(match to {
        LLType::Bool => LLValue::Bool(number != 0),
        LLType::Char => LLValue::Char(number as u8),
        LLType::UniChar => LLValue::UniChar(number as u32),
        LLType::Int(int) if int.bits <= 64 => LLValue::Int(wrap(number, *int)),
        _ => return None,
    })
}

/// The value as kept in constants of an integer type: 64-bit unsigned values by their bits.
fn wrap(number: i128, to: Int) -> i64 {
    let bits = u32::from(to.bits);
    let low = (number as u64) << (64 - bits);
    if to.signed {
        (low as i64) >> (64 - bits)
    } else {
        (low >> (64 - bits)) as i64
    }
}

fn binary(code: OpCode, a: &LLValue, b: &LLValue) -> Option<LLValue> {
    match (a, b) {
        (LLValue::Int(a), LLValue::Int(b)) => int_binary(code, *a, *b),
        (LLValue::Float(a), LLValue::Float(b)) => float_binary(code, *a, *b),
        (LLValue::Char(a), LLValue::Char(b)) => compare_chars(code, u32::from(*a), u32::from(*b)),
        (LLValue::UniChar(a), LLValue::UniChar(b)) => compare_chars(code, *a, *b),
        (LLValue::Ptr(a), LLValue::Ptr(b)) => compare_pointers(code, *a, *b),
        _ => None,
    }
}

fn int_binary(code: OpCode, a: i64, b: i64) -> Option<LLValue> {
    let (ua, ub) = (a as u64, b as u64);
    let shift = u32::try_from(b).ok().filter(|s| *s < 64);
    let number = match code {
        OpCode::IntAdd | OpCode::UintAdd => a.wrapping_add(b),
        OpCode::IntSub | OpCode::UintSub => a.wrapping_sub(b),
        OpCode::IntMul | OpCode::UintMul => a.wrapping_mul(b),
        OpCode::IntAnd | OpCode::UintAnd => a & b,
        OpCode::IntOr | OpCode::UintOr => a | b,
        OpCode::IntXor | OpCode::UintXor => a ^ b,
        OpCode::IntLshift | OpCode::UintLshift => a.wrapping_shl(shift?),
        OpCode::IntRshift => a.wrapping_shr(shift?),
        OpCode::UintRshift => ua.wrapping_shr(shift?) as i64,
        OpCode::IntFloordiv => a.checked_div(b)?,
        OpCode::IntMod => a.checked_rem(b)?,
        OpCode::UintFloordiv => ua.checked_div(ub)? as i64,
        OpCode::UintMod => ua.checked_rem(ub)? as i64,
        OpCode::IntPyDiv => floor_division(a, b)?.0,
        OpCode::IntPyMod => floor_division(a, b)?.1,
        OpCode::IntMin => a.min(b),
        OpCode::IntMax => a.max(b),
        _ => return compare_ints(code, a, b),
    };
    Some(LLValue::Int(number))
}

fn floor_division(a: i64, b: i64) -> Option<(i64, i64)> {
    let (q, r) = (a.checked_div(b)?, a.checked_rem(b)?);
    Some(if r != 0 && (r < 0) != (b < 0) {
        (q - 1, r + b)
    } else {
        (q, r)
    })
}

fn compare_ints(code: OpCode, a: i64, b: i64) -> Option<LLValue> {
    let (ua, ub) = (a as u64, b as u64);
    Some(LLValue::Bool(match code {
        OpCode::IntLt => a < b,
        OpCode::IntLe => a <= b,
        OpCode::IntEq | OpCode::UintEq => a == b,
        OpCode::IntNe | OpCode::UintNe => a != b,
        OpCode::IntGt => a > b,
        OpCode::IntGe => a >= b,
        OpCode::UintLt => ua < ub,
        OpCode::UintLe => ua <= ub,
        OpCode::UintGt => ua > ub,
        OpCode::UintGe => ua >= ub,
        _ => return None,
    }))
}

fn float_binary(code: OpCode, a: f64, b: f64) -> Option<LLValue> {
    Some(match code {
        OpCode::FloatAdd => LLValue::Float(a + b),
        OpCode::FloatSub => LLValue::Float(a - b),
        OpCode::FloatMul => LLValue::Float(a * b),
        OpCode::FloatTruediv if b != 0.0 => LLValue::Float(a / b),
        OpCode::FloatLt => LLValue::Bool(a < b),
        OpCode::FloatLe => LLValue::Bool(a <= b),
        OpCode::FloatEq => LLValue::Bool(a == b),
        OpCode::FloatNe => LLValue::Bool(a != b),
        OpCode::FloatGt => LLValue::Bool(a > b),
        OpCode::FloatGe => LLValue::Bool(a >= b),
        _ => return None,
    })
}

fn compare_chars(code: OpCode, a: u32, b: u32) -> Option<LLValue> {
    Some(LLValue::Bool(match code {
        OpCode::CharLt | OpCode::UnicharLt => a < b,
        OpCode::CharLe | OpCode::UnicharLe => a <= b,
        OpCode::CharEq | OpCode::UnicharEq => a == b,
        OpCode::CharNe | OpCode::UnicharNe => a != b,
        OpCode::CharGt | OpCode::UnicharGt => a > b,
        OpCode::CharGe | OpCode::UnicharGe => a >= b,
        _ => return None,
    }))
}

fn compare_pointers(code: OpCode, a: LLPtr, b: LLPtr) -> Option<LLValue> {
    let whole = |p| matches!(p, LLPtr::Null | LLPtr::To(_));
    if !whole(a) || !whole(b) {
        return None;
    }
    match code {
        OpCode::PtrEq => Some(LLValue::Bool(a == b)),
        OpCode::PtrNe => Some(LLValue::Bool(a != b)),
        OpCode::VtableIssubclass if a == b => Some(LLValue::Bool(true)),
        _ => None,
    }
}

/// A read of prebuilt data that can never change.
pub fn fold_read(code: OpCode, args: &[PathPart<'_>], types: &LLTypes, store: &LLStore) -> Option<LLValue> {
    let (PathPart::Const(pointer), path) = args.split_first()? else {
        return None;
    };
    let LLValue::Ptr(LLPtr::To(container)) = pointer.value else {
        return None;
    };
    match code {
        OpCode::Getarraysize | OpCode::Getinteriorarraysize => {
            let end = walk(container, path, types, store)?;
            matches!(types.get(store.get(end).ty), LLType::Array { .. })
                .then(|| i64::try_from(store.array_len(end)).ok().map(LLValue::Int))?
        }
        OpCode::Getsubstruct | OpCode::Getarraysubstruct => {
            walk(container, path, types, store).map(|k| LLValue::Ptr(LLPtr::To(k)))
        }
        OpCode::Getfield | OpCode::Getarrayitem | OpCode::Getinteriorfield => {
            let (last, front) = path.split_last()?;
            let end = walk(container, front, types, store)?;
            let value = part_of(end, last, types, store, true)?;
            (!matches!(value, LLValue::Inline(_) | LLValue::Uninit)).then_some(value)
        }
        _ => None,
    }
}

/// A step of a read: a constant (pointer or index) or a field name.
pub enum PathPart<'a> {
    /// Pointer or index.
    Const(&'a LLConst),
    /// Field.
    Name(&'a str),
}

type Id = rpy_lltype::ContainerId;

fn walk(mut at: Id, path: &[PathPart<'_>], types: &LLTypes, store: &LLStore) -> Option<Id> {
    for part in path {
        match part_of(at, part, types, store, false)? {
            LLValue::Inline(k) => at = k,
            _ => return None,
        }
    }
    Some(at)
}

fn part_of(at: Id, part: &PathPart<'_>, types: &LLTypes, store: &LLStore, immutable: bool) -> Option<LLValue> {
    let container = store.get(at);
    match part {
        PathPart::Name(name) => {
            let s = types.as_struct(container.ty)?;
            if immutable && !is_immutable(s, name) {
                return None;
            }
            store.read(at, s.field_index(name)?)
        }
        PathPart::Const(index) => {
            let LLValue::Int(i) = index.value else { return None };
            let fixed = types.int_hint(container.ty, "immutable").is_some_and(|v| v != 0);
            if (immutable && !fixed) || matches!(container.data, Data::Func(_)) {
                return None;
            }
            store.read(at, usize::try_from(i).ok()?)
        }
    }
}

/// Whether a field is never stored to once its struct has been filled.
pub fn is_immutable(s: &StructType, field: &str) -> bool {
    if s.int_hint("immutable").is_some_and(|v| v != 0) {
        return true;
    }
    s.hints.iter().any(|h| match h {
        rpy_lltype::Hint::List(name, fields) => &**name == "immutable_fields" && fields.iter().any(|f| &**f == field),
        _ => false,
    })
}

/// The container that a pointer to `at` refers to after a cast to pointers to `target`: an enclosing struct that
/// starts with it, or an inlined parent.
pub fn cast_container(at: Id, target: LLTypeId, types: &LLTypes, store: &LLStore) -> Option<Id> {
    let mut up = at;
    loop {
        if types.same(store.get(up).ty, target) {
            return Some(up);
        }
        match store.get(up).parent {
            Some(p) if p.index == 0 && types.as_struct(store.get(p.container).ty).is_some() => up = p.container,
            _ => break,
        }
    }
    let mut down = at;
    while let Some(LLValue::Inline(first)) = types.as_struct(store.get(down).ty).and_then(|_| store.read(down, 0)) {
        down = first;
        if types.same(store.get(down).ty, target) {
            return Some(down);
        }
    }
    None
}
