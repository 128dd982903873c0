//! Which stores of GC pointers need no write barrier, because the object stored into is known to be remembered or
//! young: it was allocated, or went through a barrier, with no collecting operation since.

use crate::effects::Effects;
use crate::program::Program;
use crate::ssa::{Body, OpPos};
use rpy_flow::{BlockId, Op, OpCode, VarId};
use rustc_hash::{FxHashMap, FxHashSet};

/// Operations of a function that store into an object that needs no barrier.
#[derive(Debug, Default)]
pub struct FreshStores {
    stores: FxHashSet<OpPos>,
}

type Fresh = FxHashSet<VarId>;

impl FreshStores {
    /// Analyses a function.
    pub fn new(program: &Program, effects: &Effects, body: &Body) -> Self {
        let mut found = FreshStores::default();
        let mut at_start: FxHashMap<BlockId, Fresh> = FxHashMap::default();
        at_start.insert(body.graph.start, Fresh::default());
        loop {
            let mut changed = false;
            for &b in &body.order {
                let Some(mut fresh) = at_start.get(&b).cloned() else {
                    continue;
                };
                for (index, op) in body.block(b).ops.iter().enumerate() {
                    if !body.skips(op) {
                        found.operation(program, effects, body, OpPos { block: b, index }, op, &mut fresh);
                    }
                }
                for link in &body.block(b).exits {
                    changed |= merge(body, &mut at_start, link.target, &fresh);
                }
            }
            if !changed {
                return found;
            }
        }
    }

    /// Whether the store at `pos` goes into an object that needs no barrier.
    pub fn contains(&self, pos: OpPos) -> bool {
        self.stores.contains(&pos)
    }

    fn operation(&mut self, program: &Program, effects: &Effects, body: &Body, pos: OpPos, op: &Op, fresh: &mut Fresh) {
        let object = match op.code {
            OpCode::Setfield | OpCode::Setarrayitem | OpCode::Setinteriorfield => body.base(&op.args[0]),
            OpCode::ArrayCopy => body.base(&op.args[1]),
            _ => None,
        };
        if let Some(object) = object {
            if fresh.contains(&object) {
                self.stores.insert(pos);
            } else {
                self.stores.remove(&pos);
                if op.code == OpCode::Setfield && stores_gc_pointer(program, body, op) {
                    fresh.insert(object);
                }
            }
        }
        if effects.op(program, op).collects {
            fresh.clear();
        }
        if matches!(
            op.code,
            OpCode::Malloc | OpCode::MallocZeroed | OpCode::MallocVarsize | OpCode::MallocVarsizeZeroed
        ) {
            fresh.insert(op.result);
        } else {
            fresh.remove(&op.result);
        }
    }
}

/// Whether a variable that is a GC pointer is stored (so that a barrier is emitted).
fn stores_gc_pointer(program: &Program, body: &Body, op: &Op) -> bool {
    op.args
        .last()
        .is_some_and(|v| body.value(v).var().is_some() && program.types.is_gc_ptr(body.graph.operand_type(v)))
}

fn merge(body: &Body, at_start: &mut FxHashMap<BlockId, Fresh>, target: BlockId, fresh: &Fresh) -> bool {
    let inputs = &body.block(target).inputs;
    match at_start.get_mut(&target) {
        None => {
            let kept = fresh.iter().filter(|v| !inputs.contains(v)).copied().collect();
            at_start.insert(target, kept);
            true
        }
        Some(old) => {
            let before = old.len();
            old.retain(|v| fresh.contains(v));
            old.len() != before
        }
    }
}
