//! The passes that look at one graph only, repeated until they find nothing more.

use crate::context::ClassTable;
use crate::{fold, switches, threading};
use rpy_flow::cleanup;
use rpy_flow::{Effect, Graph, Op, OpCode};
use rpy_lltype::{LLStore, LLTypes};

/// Rounds after which a graph is left as it is.
const MAX_ROUNDS: usize = 8;

/// Folds, threads jumps, joins blocks and removes what is dead; whether something changed.
pub fn clean_up(graph: &mut Graph, types: &LLTypes, store: &LLStore, classes: &ClassTable) -> bool {
    let mut any = false;
    for _ in 0..MAX_ROUNDS {
        let mut changed = fold::fold_graph(graph, types, store, classes);
        changed |= threading::thread_jumps(graph, types);
        changed |= cleanup::fold_switches(graph);
        changed |= cleanup::skip_empty_blocks(graph);
        changed |= cleanup::join_blocks(graph);
        changed |= cleanup::merge_inputs(graph);
        changed |= cleanup::remove_dead(graph, &removable);
        if !changed {
            break;
        }
        any = true;
    }
    any
}

/// Last touches before the back end: chains of comparisons become switches.
pub fn finish(graph: &mut Graph) {
    if switches::merge_into_switches(graph) {
        cleanup::remove_dead(graph, &removable);
    }
    cleanup::compact(graph);
}

/// Whether the operation may be left out if its result is not needed. The death of an object of fixed size may be
/// noticed; allocation removal knows which.
pub fn removable(op: &Op) -> bool {
    match op.code.effect() {
        Effect::Pure => !matches!(op.code, OpCode::Keepalive | OpCode::StackCheck),
        Effect::Read => true,
        Effect::Malloc => matches!(op.code, OpCode::MallocVarsize | OpCode::MallocVarsizeZeroed),
        Effect::Write | Effect::MayRaise | Effect::RawMalloc | Effect::Call | Effect::ExternCall | Effect::Collect => {
            false
        }
    }
}
