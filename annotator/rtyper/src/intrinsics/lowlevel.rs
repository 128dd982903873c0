//! `lltype`, `llmemory`, `rffi`, `annlowlevel` and `llop`.

use super::{cast_value, known_result};
use crate::hop::Hop;
use crate::repr::Repr;
use crate::rtyper::Res;
use rpy_annotator::Intrinsic as I;
use rpy_flow::{Const, Level, OpCode, Operand};
use rpy_host::Value;
use rpy_lltype::{LLTypeId, LLTypes, LLValue, Symbolic};

/// Lowers the intrinsics of this file.
pub fn lower(hop: &mut Hop<'_, '_>, i: I) -> Res<Option<Operand>> {
    Ok(Some(match i {
        I::TypeOf => known_result(hop)?,
        I::Malloc => malloc(hop)?,
        I::Free => {
            let v = hop.arg(0)?;
            hop.genop_void(OpCode::RawFree, [v]);
            Operand::void()
        }
        I::RenderImmortal | I::RegisterCustomTraceHook => Operand::void(),
        I::NullPtr => {
            let ty = hop.result_type()?;
            hop.null(ty)
        }
        I::CastPrimitive | I::RffiCast => cast(hop, 1)?,
        I::CastPointer | I::CastOpaquePtr | I::CastIntToPtr => cast(hop, 1)?,
        I::CastPtrToInt | I::CastPtrToAdr | I::CastAdrToPtr | I::CastAdrToInt | I::CastIntToAdr => cast(hop, 0)?,
        I::CastPtrToWeakrefPtr | I::CastWeakrefPtrToPtr => {
            let last = hop.nargs() - 1;
            cast(hop, last)?
        }
        I::DirectPtrAdd | I::RffiPtrAdd => {
            let (p, n) = (hop.arg(0)?, hop.arg_signed(1)?);
            let ty = hop.result_type()?;
            hop.genop(OpCode::DirectPtradd, [p, n], ty)
        }
        I::DirectArrayItems => {
            let p = hop.arg(0)?;
            let ty = hop.result_type()?;
            hop.genop(OpCode::DirectArrayitems, [p], ty)
        }
        I::DirectFieldPtr => {
            let p = hop.arg(0)?;
            let name = hop.name(1)?;
            let ty = hop.result_type()?;
            hop.genop(OpCode::DirectFieldptr, [p, Operand::name(&name)], ty)
        }
        I::SizeOf | I::OffsetOf | I::ItemOffsetOf => size(hop, i)?,
        I::RawMallocUsage => hop.arg_signed(0)?,
        I::RawMalloc => {
            let n = hop.arg_signed(0)?;
            hop.genop(OpCode::AdrMalloc, [n], LLTypes::ADDRESS)
        }
        I::RawFree => {
            let a = hop.arg(0)?;
            hop.genop_void(OpCode::AdrFree, [a]);
            Operand::void()
        }
        I::RawMemclear => {
            let (a, n) = (hop.arg(0)?, hop.arg_signed(1)?);
            hop.genop_void(OpCode::RawMemset, [a, Operand::signed(0), n]);
            Operand::void()
        }
        I::RawMemcopy | I::RawMemmove => {
            let (a, b, n) = (hop.arg(0)?, hop.arg(1)?, hop.arg_signed(2)?);
            let code = if i == I::RawMemcopy {
                OpCode::RawMemcopy
            } else {
                OpCode::RawMemmove
            };
            hop.genop_void(code, [a, b, n]);
            Operand::void()
        }
        I::WeakrefCreate => {
            let v = hop.arg(0)?;
            hop.genop(OpCode::WeakrefCreate, [v], LLTypes::WEAKREFPTR)
        }
        I::WeakrefDeref => {
            let v = hop.arg(1)?;
            let ty = hop.result_type()?;
            hop.genop(OpCode::WeakrefDeref, [v], ty)
        }
        I::LlHelper => llhelper(hop)?,
        I::LlStr | I::HlStr | I::LlUnicode | I::HlUnicode => {
            let repr = hop.rt.intern_repr(if matches!(i, I::LlStr | I::HlStr) {
                Repr::Str
            } else {
                Repr::Unicode
            });
            if matches!(hop.arg_kind(0), Repr::Ptr(_)) {
                hop.arg(0)?
            } else {
                hop.inputarg(0, repr)?
            }
        }
        I::CastInstanceToBasePtr => {
            let object = hop.rt.object_repr();
            hop.inputarg(0, object)?
        }
        I::CastInstanceToGcref => cast(hop, 0)?,
        I::CastObjectToPtr => cast(hop, 1)?,
        I::CastBasePtrToInstance | I::CastGcrefToInstance => cast(hop, 1)?,
        I::TryCastGcrefToInstance => try_cast(hop)?,
        I::RawStorageGetItem => {
            let (p, n) = (hop.arg(1)?, hop.arg_signed(2)?);
            let ty = hop.result_type()?;
            hop.genop(OpCode::RawLoad, [p, n], ty)
        }
        I::RawStorageSetItem => {
            let (p, n, x) = (hop.arg(0)?, hop.arg_signed(1)?, hop.arg(2)?);
            hop.genop_void(OpCode::RawStore, [p, n, x]);
            Operand::void()
        }
        I::SingleFloatToBits | I::BitsToSingleFloat => {
            let v = hop.arg(0)?;
            let ty = hop.result_type()?;
            let name = if i == I::SingleFloatToBits {
                "singlefloat_to_uint"
            } else {
                "uint_to_singlefloat"
            };
            hop.genop(OpCode::RuntimeOp, [Operand::name(name), v], ty)
        }
        I::LowLevelOp => llop(hop)?,
        _ => return Ok(None),
    }))
}

/// The argument cast to the result's low-level type.
fn cast(hop: &mut Hop<'_, '_>, i: usize) -> Res<Operand> {
    let ty = hop.result_type()?;
    let v = match (hop.constant(i), hop.arg_kind(i)) {
        (Some(c), Repr::Const(_) | Repr::None) => Operand::host(c),
        (Some(c), Repr::Int(_)) if hop.rt.as_int(ty).is_some() => Operand::host(c),
        _ => hop.arg(i)?,
    };
    hop.exception_cannot_occur();
    cast_value(hop, v, ty)
}

/// The low-level type that a constant argument is.
fn type_arg(hop: &mut Hop<'_, '_>, i: usize) -> Res<LLTypeId> {
    let ty = hop.constant(i).and_then(|c| hop.rt.host().lltype_of(c));
    ty.ok_or_else(|| hop.rt.error("the low-level type must be a constant"))
}

fn flag(hop: &mut Hop<'_, '_>, name: &str) -> Option<Value> {
    let arg = hop.keyword(name)?.clone();
    match arg.v {
        Operand::Const(Const::Host(v)) => Some(v),
        _ => hop.rt.ann.anns.constant(arg.ann),
    }
}

fn is_set(hop: &mut Hop<'_, '_>, name: &str) -> bool {
    match flag(hop, name) {
        Some(v) => hop.rt.host().is_true(v).unwrap_or(false),
        None => false,
    }
}

fn malloc(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let ty = type_arg(hop, 0)?;
    let flavor = match (hop.nargs() > 2).then(|| hop.constant(2)).flatten() {
        Some(v) => Some(v),
        None => flag(hop, "flavor"),
    };
    let flavor = match flavor {
        Some(v) => hop.rt.host().str_text(v),
        None => None,
    };
    let raw = flavor.as_deref() == Some("raw");
    let (zero, nonmovable) = (is_set(hop, "zero"), is_set(hop, "nonmovable"));
    let has_length = hop.nargs() > 1 && !matches!(hop.arg_kind(1), Repr::None);
    let mut operands = vec![Operand::Const(Const::Type(ty))];
    if has_length {
        operands.push(hop.arg_signed(1)?);
    }
    let code = match (raw, zero, has_length) {
        (true, _, _) => {
            if zero {
                operands.push(Operand::name("zero"));
            }
            if is_set(hop, "immortal") {
                operands.push(Operand::name("immortal"));
            }
            OpCode::RawMalloc
        }
        _ if nonmovable => OpCode::MallocNonmovable,
        (_, true, true) => OpCode::MallocVarsizeZeroed,
        (_, true, false) => OpCode::MallocZeroed,
        (_, false, true) => OpCode::MallocVarsize,
        (_, false, false) => OpCode::Malloc,
    };
    if !raw && !hop.rt.types().is_gc(ty) {
        return Err(hop.rt.error(format!(
            "{} is not a GC type: malloc it with flavor='raw'",
            hop.rt.type_text(ty)
        )));
    }
    let ptr = hop.result_type()?;
    Ok(hop.genop(code, operands, ptr))
}

fn size(hop: &mut Hop<'_, '_>, i: I) -> Res<Operand> {
    let ty = type_arg(hop, 0)?;
    let base = match i {
        I::SizeOf => Symbolic::SizeOf(ty),
        I::OffsetOf => {
            let name = hop.name(1)?;
            Symbolic::FieldOffset(ty, name)
        }
        _ => Symbolic::ArrayItemsOffset(ty),
    };
    let base = Operand::ll(LLTypes::SIGNED, LLValue::Symbolic(base.into()));
    if i == I::OffsetOf || hop.nargs() < 2 || matches!(hop.arg_kind(1), Repr::None) {
        return Ok(base);
    }
    let array = hop.rt.types().var_array(ty).unwrap_or(ty);
    let item = match hop.rt.types().get(array) {
        rpy_lltype::LLType::Array { of, .. } | rpy_lltype::LLType::FixedArray { of, .. } => *of,
        _ => return Err(hop.rt.error("only arrays have a number of items")),
    };
    let n = hop.arg_signed(1)?;
    let one = Operand::ll(LLTypes::SIGNED, LLValue::Symbolic(Symbolic::SizeOf(item).into()));
    let bytes = hop.genop(OpCode::IntMul, [n, one], LLTypes::SIGNED);
    let fixed = if i == I::SizeOf && array == ty {
        Operand::ll(
            LLTypes::SIGNED,
            LLValue::Symbolic(Symbolic::ArrayItemsOffset(ty).into()),
        )
    } else {
        base
    };
    Ok(hop.genop(OpCode::IntAdd, [fixed, bytes], LLTypes::SIGNED))
}

fn llhelper(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let ty = hop.result_type()?;
    if matches!(hop.arg_kind(1), Repr::Ptr(_)) {
        return hop.arg(1);
    }
    let function = match (hop.constant(1), hop.arg_kind(1)) {
        (Some(v), _) => v,
        (None, Repr::Desc(d)) => hop
            .rt
            .desc_value(d)
            .ok_or_else(|| hop.rt.error("llhelper needs a constant function"))?,
        _ => return Err(hop.rt.error("llhelper needs a constant function")),
    };
    let types = hop.rt.types();
    let Some(sig) = types.pointee(ty).and_then(|t| types.as_func(t)).cloned() else {
        return Err(hop.rt.error("llhelper needs a function pointer type"));
    };
    let mut params = vec![];
    for arg in &sig.args {
        params.push(hop.rt.repr_of_lltype(*arg)?);
    }
    let result = hop.rt.repr_of_lltype(sig.result)?;
    let graph = hop.rt.graph_for_signature(function, &params, result)?;
    let f = if hop.rt.done.contains(&graph) && hop.rt.ann.graph_desc(graph).is_none() {
        hop.rt.ready_function_pointer(graph)
    } else {
        hop.rt.function_pointer(graph)?
    };
    Ok(match f {
        Operand::Const(Const::LL(c)) => Operand::ll(ty, c.value),
        other => other,
    })
}

fn try_cast(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let Some(class) = hop.constant(0) else {
        return Err(hop.rt.error("the class must be a constant"));
    };
    let vtable = hop.rt.vtable_of_class(class)?;
    let vtable = Operand::ll(LLTypes::CLASSTYPE, LLValue::Ptr(vtable));
    let v = hop.arg(1)?;
    let object = hop.genop(OpCode::CastOpaquePtr, [v], LLTypes::OBJECTPTR);
    let checked = hop.helper("rpython.rtyper.rclass", "ll_try_cast", vec![object, vtable])?;
    let ty = hop.result_type()?;
    Ok(hop.cast_pointer(checked, ty))
}

/// `llop.NAME(RESULT, …)`.
fn llop(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let Some(name) = hop.llop_name.clone() else {
        return Err(hop.rt.internal("a low-level operation without a name"));
    };
    let ty = hop.result_type()?;
    let mut operands = vec![];
    for i in 1..hop.nargs() {
        let text = match hop.arg_kind(i) {
            Repr::Desc(_) | Repr::Const(_) => hop.constant(i).and_then(|v| hop.rt.host().lltype_of(v)),
            _ => None,
        };
        operands.push(match text {
            Some(t) => Operand::Const(Const::Type(t)),
            None => hop.arg(i)?,
        });
    }
    let code = OpCode::from_name(&name).filter(|c| c.level() == Level::Low);
    Ok(match code {
        Some(code) => hop.genop(code, operands, ty),
        None if name == "same_as" => operands.swap_remove(0),
        None => {
            let (code, service) = match (name.strip_prefix("gc_"), name.starts_with("debug_")) {
                (Some(rest), _) => (OpCode::GcOp, rest),
                (_, true) => (OpCode::DebugOp, &*name),
                _ => return Err(hop.rt.error(format!("there is no low-level operation {name}"))),
            };
            operands.insert(0, Operand::name(service));
            hop.genop(code, operands, ty)
        }
    })
}
