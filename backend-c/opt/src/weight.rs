//! How much code a function makes.

use rpy_flow::{Effect, ExitSwitch, Graph, Op, OpCode};

/// Weight of a loop, beside that of its operations: functions with loops gain little from being inlined.
const LOOP: u32 = 20;

/// Weight of a function: about its number of machine operations.
pub fn weight(graph: &Graph) -> u32 {
    let blocks = graph.reachable();
    let mut position = vec![usize::MAX; graph.blocks.len()];
    for (i, b) in blocks.iter().enumerate() {
        position[b.index()] = i;
    }
    let mut total = 0;
    for b in &blocks {
        let block = graph.block(*b);
        total += block.ops.iter().map(operation).sum::<u32>();
        total += match block.switch {
            ExitSwitch::None => 0,
            ExitSwitch::Value(_) => u32::try_from(block.exits.len()).unwrap_or(1000).saturating_sub(1),
            ExitSwitch::LastException => 1,
        };
        let is_back = |l: &rpy_flow::Link| {
            position[l.target.index()] <= position[b.index()] && !graph.block(l.target).exits.is_empty()
        };
        total += if block.exits.iter().any(is_back) { LOOP } else { 0 };
    }
    total
}

fn operation(op: &Op) -> u32 {
    match op.code {
        OpCode::SameAs
        | OpCode::CastPointer
        | OpCode::CastOpaquePtr
        | OpCode::Keepalive
        | OpCode::JitHint
        | OpCode::DebugAssert
        | OpCode::Likely
        | OpCode::Unlikely
        | OpCode::Getsubstruct => 0,
        _ => match op.code.effect() {
            Effect::Malloc | Effect::RawMalloc | Effect::Collect => 5,
            Effect::Call | Effect::ExternCall => 2 + u32::try_from(op.args.len()).unwrap_or(100) / 2,
            Effect::MayRaise => 2,
            Effect::Pure | Effect::Read | Effect::Write => 1,
        },
    }
}
