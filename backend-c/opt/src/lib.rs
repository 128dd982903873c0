//! Optimisations on low-level graphs: inlining, removal of allocations that do not escape, clean-up.

mod context;
pub mod fold;
mod inline;
pub mod local;
mod malloc_removal;
mod raising;
pub mod switches;
pub mod threading;
mod values;
mod weight;

pub use context::ClassTable;
pub use malloc_removal::remove_mallocs;

use context::callee;
use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;
use raising::CanRaise;
use rpy_flow::{Graph, GraphId, Graphs, cleanup};
use rpy_lltype::{LLStore, LLTypes};
use rustc_hash::{FxHashMap, FxHashSet};
use weight::weight;

/// What to do.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Functions up to this weight are inlined; 0 for only those marked `always_inline`.
    pub inline_threshold: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { inline_threshold: 32 }
    }
}

/// Operations of a function beyond which nothing more is inlined into it.
const HUGE: usize = 6000;

/// Cleaning up after inlining may make more calls direct; this often they are looked at again.
const MAX_ROUNDS: usize = 3;

/// The program that is optimised.
pub struct Input<'a> {
    /// All graphs.
    pub graphs: &'a mut Graphs,
    /// The low-level ones, that are used.
    pub ids: &'a [GraphId],
    /// Low-level types.
    pub types: &'a LLTypes,
    /// Prebuilt data.
    pub store: &'a LLStore,
    /// Class hierarchy.
    pub classes: &'a ClassTable,
}

/// Optimises the program.
pub fn optimize(input: Input<'_>, settings: &Settings) {
    let Input {
        graphs,
        ids,
        types,
        store,
        classes,
    } = input;
    for g in ids {
        clean(graphs.get_mut(*g), types, store, classes);
    }
    let can_raise = CanRaise::new(graphs, ids, store, classes);
    let order = callees_first(graphs, ids, store);
    let mut weights: FxHashMap<GraphId, u32> = FxHashMap::default();
    for component in order {
        let members: FxHashSet<GraphId> = component.iter().copied().collect();
        let recursive = |g: GraphId| members.contains(&g);
        for g in component {
            let mut graph = graphs.get(g).clone();
            for _ in 0..MAX_ROUNDS {
                raising::drop_idle_handlers(&mut graph, &|op| can_raise.op(store, op));
                let changed = inline_calls(
                    &mut graph, graphs, store, classes, &can_raise, &weights, &recursive, settings,
                );
                raising::drop_idle_handlers(&mut graph, &|op| can_raise.op(store, op));
                if !changed {
                    break;
                }
                clean(&mut graph, types, store, classes);
            }
            weights.insert(g, weight(&graph));
            *graphs.get_mut(g) = graph;
        }
    }
    for g in ids {
        local::finish(graphs.get_mut(*g));
    }
}

/// Cleans up one graph.
fn clean(graph: &mut Graph, types: &LLTypes, store: &LLStore, classes: &ClassTable) {
    for _ in 0..3 {
        local::clean_up(graph, types, store, classes);
        if !remove_mallocs(graph, types, &|ty| classes.has_destructor(types, ty)) {
            break;
        }
    }
    cleanup::compact(graph);
}

/// Components of the call graph, callees before callers.
fn callees_first(graphs: &Graphs, ids: &[GraphId], store: &LLStore) -> Vec<Vec<GraphId>> {
    let mut calls: DiGraph<GraphId, ()> = DiGraph::new();
    let nodes: FxHashMap<GraphId, _> = ids.iter().map(|g| (*g, calls.add_node(*g))).collect();
    for g in ids {
        let graph = graphs.get(*g);
        for b in graph.reachable() {
            for op in &graph.block(b).ops {
                if let Some(to) = callee(store, op).and_then(|c| nodes.get(&c)) {
                    calls.update_edge(nodes[g], *to, ());
                }
            }
        }
    }
    tarjan_scc(&calls)
        .into_iter()
        .map(|c| {
            let mut c: Vec<GraphId> = c.into_iter().map(|n| calls[n]).collect();
            c.sort_unstable();
            c
        })
        .collect()
}

#[expect(clippy::too_many_arguments, reason = "the whole state of the walk over the program")]
fn inline_calls(
    graph: &mut Graph,
    graphs: &Graphs,
    store: &LLStore,
    classes: &ClassTable,
    can_raise: &CanRaise,
    weights: &FxHashMap<GraphId, u32>,
    recursive: &dyn Fn(GraphId) -> bool,
    settings: &Settings,
) -> bool {
    let mut n_ops: usize = graph.blocks.iter().map(|b| b.ops.len()).sum();
    let mut changed = false;
    let mut work = graph.reachable();
    work.reverse();
    while let Some(b) = work.pop() {
        let found = graph.block(b).ops.iter().enumerate().rev().find_map(|(i, op)| {
            let target = callee(store, op).filter(|t| !recursive(*t))?;
            let body = graphs.get(target);
            is_wanted(body, weights.get(&target).copied(), n_ops, settings).then_some((i, body))
        });
        let Some((i, body)) = found else { continue };
        n_ops += body.blocks.iter().map(|b| b.ops.len()).sum::<usize>();
        inline::inline_call(graph, b, i, body, classes, &|op| can_raise.op(store, op));
        changed = true;
        work.push(b);
    }
    changed
}

fn is_wanted(callee: &Graph, weight: Option<u32>, n_ops: usize, settings: &Settings) -> bool {
    let Some(weight) = weight else { return false };
    if callee.has_hint("dont_inline") || callee.types.is_empty() {
        return false;
    }
    callee.has_hint("always_inline") || (weight <= settings.inline_threshold && n_ops < HUGE)
}
