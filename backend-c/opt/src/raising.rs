//! Which functions can raise; handlers of operations that cannot are dropped.

use crate::context::{ClassTable, callee, constant_function};
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rpy_flow::{BlockId, Const, Effect, ExitCase, ExitSwitch, Graph, GraphId, Graphs, Op, OpCode, Operand};
use rpy_lltype::LLStore;
use rustc_hash::{FxHashMap, FxHashSet};

/// The functions that can return with an exception. Recursive ones can: by stack overflow.
#[derive(Debug, Default)]
pub struct CanRaise {
    raising: FxHashSet<GraphId>,
}

impl CanRaise {
    /// Analyses the graphs `ids`; all others can raise.
    pub fn new(graphs: &Graphs, ids: &[GraphId], store: &LLStore, classes: &ClassTable) -> Self {
        let mut result = CanRaise::default();
        let known: FxHashSet<GraphId> = ids.iter().copied().collect();
        let mut users: FxHashMap<GraphId, Vec<GraphId>> = FxHashMap::default();
        let mut work = vec![];
        for &g in ids {
            let graph = graphs.get(g);
            let mut raises = false;
            for b in graph.reachable() {
                raises |= raises_by_link(graph, b);
                for (i, op) in graph.block(b).ops.iter().enumerate() {
                    if is_caught(graph, b, i, classes) {
                        continue;
                    }
                    match callees(store, op) {
                        Some(targets) => {
                            for t in targets {
                                raises |= !known.contains(&t);
                                users.entry(t).or_default().push(g);
                            }
                        }
                        None => raises |= raises_by_itself(store, op),
                    }
                }
            }
            if raises {
                work.push(g);
            }
        }
        work.extend(recursive(&users, &known));
        while let Some(g) = work.pop() {
            if result.raising.insert(g) {
                work.extend(users.get(&g).into_iter().flatten());
            }
        }
        result
    }

    /// Whether the operation can raise.
    pub fn op(&self, store: &LLStore, op: &Op) -> bool {
        match callees(store, op) {
            Some(targets) => targets.iter().any(|t| self.raising.contains(t)),
            None => raises_by_itself(store, op),
        }
    }
}

/// Members of the cycles of the call graph, given by the callers of each function.
fn recursive(users: &FxHashMap<GraphId, Vec<GraphId>>, known: &FxHashSet<GraphId>) -> Vec<GraphId> {
    let mut calls: DiGraph<GraphId, ()> = DiGraph::new();
    let mut ids: Vec<GraphId> = known.iter().copied().collect();
    ids.sort_unstable();
    let nodes: FxHashMap<GraphId, _> = ids.iter().map(|g| (*g, calls.add_node(*g))).collect();
    for (callee, callers) in users {
        for caller in callers {
            if let (Some(from), Some(to)) = (nodes.get(caller), nodes.get(callee)) {
                calls.add_edge(*from, *to, ());
            }
        }
    }
    let cyclic = |c: &Vec<NodeIndex>| c.len() > 1 || calls.contains_edge(c[0], c[0]);
    tarjan_scc(&calls)
        .into_iter()
        .filter(cyclic)
        .flatten()
        .map(|n| calls[n])
        .collect()
}

fn raises_by_link(graph: &Graph, b: BlockId) -> bool {
    let block = graph.block(b);
    block
        .exits
        .iter()
        .any(|l| l.target == graph.except_block && !matches!(l.case, ExitCase::Exception(_)))
}

/// Whether operation `i` of the block is guarded by a handler for everything in this graph.
fn is_caught(graph: &Graph, b: BlockId, i: usize, classes: &ClassTable) -> bool {
    let block = graph.block(b);
    block.switch == ExitSwitch::LastException
        && i + 1 == block.ops.len()
        && block.exits.iter().any(|l| {
            l.target != graph.except_block && matches!(&l.case, ExitCase::Exception(c) if classes.catches_all(c))
        })
}

/// Known targets of a call; none if they are unknown or it is no call.
fn callees(store: &LLStore, op: &Op) -> Option<Vec<GraphId>> {
    match (op.code, op.args.last()) {
        (OpCode::DirectCall, _) => callee(store, op).map(|g| vec![g]),
        (OpCode::IndirectCall, Some(Operand::Const(Const::Graphs(Some(graphs))))) => Some(graphs.to_vec()),
        _ => None,
    }
}

fn raises_by_itself(store: &LLStore, op: &Op) -> bool {
    match op.code.effect() {
        Effect::MayRaise | Effect::Malloc | Effect::RawMalloc | Effect::Call => true,
        Effect::ExternCall => {
            constant_function(store, &op.args[0]).is_some_and(|f| f.external.as_ref().is_some_and(|e| e.may_raise))
        }
        Effect::Pure | Effect::Read | Effect::Write | Effect::Collect => false,
    }
}

/// Drops handlers of operations that cannot raise.
pub fn drop_idle_handlers(graph: &mut Graph, raises: &dyn Fn(&Op) -> bool) -> bool {
    let mut changed = false;
    for b in graph.reachable() {
        let block = graph.block_mut(b);
        if block.switch == ExitSwitch::LastException && block.ops.last().is_none_or(|op| !raises(op)) {
            block.switch = ExitSwitch::None;
            block.exits.truncate(1);
            changed = true;
        }
    }
    changed
}
