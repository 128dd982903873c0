//! Services: weak references, the collector, the log, hints for the JIT.

use crate::hop::Hop;
use crate::repr::Repr;
use crate::rtyper::Res;
use rpy_annotator::Intrinsic as I;
use rpy_flow::{OpCode, Operand};
use rpy_lltype::LLTypes;

/// Lowers the intrinsics of this file.
pub fn lower(hop: &mut Hop<'_, '_>, i: I) -> Res<Option<Operand>> {
    Ok(Some(match i {
        I::WeakRef => weakref(hop)?,
        I::KeepaliveUntilHere => {
            let args = hop.args_from(0)?;
            hop.genop_void(OpCode::Keepalive, args);
            Operand::void()
        }
        I::FreeNonGcObject => {
            let v = hop.arg(0)?;
            hop.genop_void(OpCode::RawFree, [v]);
            Operand::void()
        }
        I::LlAssert => {
            let cond = crate::dispatch::truth(hop, 0)?;
            let text = match hop.constant(1) {
                Some(v) => hop.rt.host().str_text(v).unwrap_or_default(),
                None => "assertion failed".into(),
            };
            hop.genop_void(OpCode::DebugAssert, [cond, Operand::name(&text)]);
            Operand::void()
        }
        I::FatalError | I::FatalErrorNotb | I::DebugPrintTraceback | I::DebugPrint => debug(hop, i.name())?,
        I::DebugStart | I::DebugStop => {
            let ty = hop.result_type()?;
            let category = text_arg(hop)?;
            let timestamp = match hop.nargs() > 1 {
                true => crate::dispatch::truth(hop, 1)?,
                false => Operand::bool(false),
            };
            hop.genop(OpCode::DebugOp, [Operand::name(i.name()), category, timestamp], ty)
        }
        I::HaveDebugPrints | I::DebugOffset | I::DebugFlush => {
            let ty = hop.result_type()?;
            hop.genop(OpCode::DebugOp, [Operand::name(i.name())], ty)
        }
        I::HaveDebugPrintsFor => {
            let category = text_arg(hop)?;
            hop.genop(OpCode::DebugOp, [Operand::name(i.name()), category], LLTypes::BOOL)
        }
        I::AttachGdb | I::DebugForked => Operand::void(),
        I::CheckNotAccessDirectly | I::CheckAnnotation => Operand::void(),
        I::GcCollect => {
            let generation = if hop.nargs() > 0 {
                hop.arg_signed(0)?
            } else {
                Operand::signed(2)
            };
            gc(hop, "collect", vec![generation])?
        }
        I::GcCollectStep => gc(hop, "collect_step", vec![])?,
        I::GcEnable => gc(hop, "enable", vec![])?,
        I::GcDisable => gc(hop, "disable", vec![])?,
        I::GcIsEnabled => gc(hop, "isenabled", vec![])?,
        I::GcPin => gc_on_args(hop, "pin")?,
        I::GcUnpin => gc_on_args(hop, "unpin")?,
        I::GcIsPinned => gc_on_args(hop, "is_pinned")?,
        I::GcCanMove => gc_on_args(hop, "can_move")?,
        I::GcAddMemoryPressure => {
            let n = hop.arg_signed(0)?;
            gc(hop, "add_memory_pressure", vec![n])?
        }
        I::GcGetStats => {
            let n = hop.arg_signed(0)?;
            gc(hop, "get_stats", vec![n])?
        }
        I::MayIgnoreFinalizer => gc_on_args(hop, "may_ignore_finalizer")?,
        I::LlArrayCopy => {
            let (source, dest) = (hop.arg(0)?, hop.arg(1)?);
            let (a, b, n) = (hop.arg_signed(2)?, hop.arg_signed(3)?, hop.arg_signed(4)?);
            hop.genop_void(OpCode::ArrayCopy, [source, dest, a, b, n]);
            Operand::void()
        }
        I::LlArrayMove => {
            let array = hop.arg(0)?;
            let (a, b, n) = (hop.arg_signed(1)?, hop.arg_signed(2)?, hop.arg_signed(3)?);
            hop.genop_void(OpCode::ArrayCopy, [array.clone(), array, a, b, n]);
            Operand::void()
        }
        I::LlArrayClear => {
            let array = hop.arg(0)?;
            let n = hop.genop(OpCode::Getarraysize, [array.clone()], LLTypes::SIGNED);
            hop.genop_void(OpCode::ArrayClear, [array, Operand::signed(0), n]);
            Operand::void()
        }
        I::LlShrinkArray => {
            let (array, n) = (hop.arg(0)?, hop.arg_signed(1)?);
            let ty = hop.result_type()?;
            hop.genop(OpCode::ShrinkArray, [array, n], ty)
        }
        I::LlWriteBarrier => {
            let v = hop.arg(0)?;
            hop.genop_void(OpCode::GcWriteBarrier, [v]);
            Operand::void()
        }
        I::JitHint | I::JitPromote | I::JitVirtualRef => {
            let result = hop.result;
            let v = hop.inputarg(0, result)?;
            jit_hint(hop, i, v)?
        }
        I::JitIsConstant | I::JitIsVirtual => Operand::bool(false),
        I::JitMarker | I::JitIgnore => {
            hop.exception_cannot_occur();
            Operand::void()
        }
        I::IsLowLevelPointer => Operand::bool(matches!(hop.arg_kind(0), Repr::Ptr(_))),
        I::LlWriteBarrierBeforeCopy => Operand::bool(true),
        I::GcMoveOutOfNursery => gc_on_args(hop, "move_out_of_nursery")?,
        I::WriteStdout => {
            let text = text_arg(hop)?;
            hop.helper("rpython.rtyper.print_ll", "ll_write_stdout", vec![text])?
        }
        I::EraseInt => {
            let n = hop.arg_signed(0)?;
            let ty = hop.result_type()?;
            let twice = hop.genop(OpCode::IntLshift, [n, Operand::signed(1)], LLTypes::SIGNED);
            let odd = hop.genop(OpCode::IntOr, [twice, Operand::signed(1)], LLTypes::SIGNED);
            hop.genop(OpCode::CastIntToPtr, [odd], ty)
        }
        I::UneraseInt => {
            let v = hop.arg(0)?;
            let n = hop.genop(OpCode::CastPtrToInt, [v], LLTypes::SIGNED);
            hop.genop(OpCode::IntRshift, [n, Operand::signed(1)], LLTypes::SIGNED)
        }
        I::RegisterFinalizer => finalizer(hop, "register_finalizer")?,
        I::NextDead => finalizer(hop, "next_dead")?,
        _ => return Ok(None),
    }))
}

/// A method of a finalizer queue; the queue is a constant with a number.
fn finalizer(hop: &mut Hop<'_, '_>, service: &str) -> Res<Operand> {
    let Some(queue) = hop.constant(0) else {
        return Err(hop.rt.error("the finalizer queue must be a constant"));
    };
    let number = hop.rt.finalizer_queue(queue);
    let mut args = vec![Operand::signed(number)];
    if hop.nargs() > 1 {
        let object = hop.rt.object_repr();
        args.push(hop.inputarg(1, object)?);
    }
    let ty = hop.result_type()?;
    if ty == LLTypes::VOID {
        return gc(hop, service, args);
    }
    let mut operands = vec![Operand::name(service)];
    operands.extend(args);
    let v = hop.genop(OpCode::GcOp, operands, LLTypes::OBJECTPTR);
    Ok(hop.cast_pointer(v, ty))
}

fn weakref(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let object = hop.rt.object_repr();
    let v = hop.inputarg(0, object)?;
    Ok(hop.genop(OpCode::WeakrefCreate, [v], LLTypes::WEAKREFPTR))
}

fn jit_hint(hop: &mut Hop<'_, '_>, i: I, v: Operand) -> Res<Operand> {
    let ty = hop.type_of(&v);
    if ty == LLTypes::VOID || matches!(v, Operand::Const(_)) {
        return Ok(v);
    }
    let mut operands = vec![v];
    match i {
        I::JitHint => {
            let names: Vec<_> = hop.keywords.iter().map(|(n, _)| n.clone()).collect();
            operands.extend(names.iter().map(|n| Operand::name(n)));
        }
        I::JitPromote => operands.push(Operand::name("promote")),
        _ => return Ok(operands.swap_remove(0)),
    }
    Ok(hop.genop(OpCode::JitHint, operands, ty))
}

fn gc(hop: &mut Hop<'_, '_>, service: &str, args: Vec<Operand>) -> Res<Operand> {
    let ty = hop.result_type()?;
    let mut operands = vec![Operand::name(service)];
    operands.extend(args);
    Ok(hop.genop(OpCode::GcOp, operands, ty))
}

fn gc_on_args(hop: &mut Hop<'_, '_>, service: &str) -> Res<Operand> {
    let args = hop.args_from(0)?;
    gc(hop, service, args)
}

fn text_arg(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let str_repr = hop.rt.intern_repr(Repr::Str);
    hop.inputarg(0, str_repr)
}

fn debug(hop: &mut Hop<'_, '_>, name: &str) -> Res<Operand> {
    let mut operands = vec![Operand::name(name)];
    for i in 0..hop.nargs() {
        let text = hop.constant(i).and_then(|v| hop.rt.host().str_text(v));
        operands.push(match text {
            Some(t) => hop.rt.string_operand(t.as_bytes()),
            None => hop.arg(i)?,
        });
    }
    hop.genop_void(OpCode::DebugOp, operands);
    Ok(Operand::void())
}
