//! Which functions can raise, which can collect, and where the checks for stack overflow go.

use crate::program::Program;
use crate::reach::Reachable;
use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;
use rpy_flow::{Const, Effect, ExitCase, ExitSwitch, Graph, GraphId, Op, OpCode, Operand};
use rpy_lltype::{Data, FuncObj, LLPtr, LLValue};
use rustc_hash::{FxHashMap, FxHashSet};

/// What a call does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallEffect {
    /// May return with an exception.
    pub raises: bool,
    /// May move GC objects.
    pub collects: bool,
}

impl CallEffect {
    const ALL: CallEffect = CallEffect {
        raises: true,
        collects: true,
    };

    fn union(self, other: CallEffect) -> CallEffect {
        CallEffect {
            raises: self.raises || other.raises,
            collects: self.collects || other.collects,
        }
    }
}

/// Effects of all functions.
#[derive(Debug, Default)]
pub struct Effects {
    functions: FxHashMap<GraphId, CallEffect>,
    stack_checks: FxHashSet<GraphId>,
}

/// Callees of an operation.
enum Callees<'a> {
    None,
    Known(Vec<GraphId>),
    External(&'a FuncObj),
    Unknown,
}

/// Analyses all reachable functions.
pub fn analyse(program: &Program, reach: &Reachable) -> Effects {
    let mut effects = Effects::default();
    effects.stack_checks = stack_checks(program, reach);
    for g in &reach.functions {
        let raises = effects.stack_checks.contains(g);
        effects.functions.insert(
            *g,
            CallEffect {
                raises,
                collects: false,
            },
        );
    }
    loop {
        let mut changed = false;
        for g in reach.functions.iter().rev() {
            let old = effects.functions[g];
            let new = old.union(effects.graph_effect(program, program.graphs.get(*g)));
            if new != old {
                effects.functions.insert(*g, new);
                changed = true;
            }
        }
        if !changed {
            return effects;
        }
    }
}

impl Effects {
    /// Effect of calling `g`.
    pub fn of(&self, g: GraphId) -> CallEffect {
        self.functions.get(&g).copied().unwrap_or(CallEffect::ALL)
    }

    /// Whether `g` starts with a check for stack overflow.
    pub fn has_stack_check(&self, g: GraphId) -> bool {
        self.stack_checks.contains(&g)
    }

    /// Effect of an operation.
    pub fn op(&self, program: &Program, op: &Op) -> CallEffect {
        let raises = CallEffect {
            raises: true,
            collects: false,
        };
        match op.code.effect() {
            Effect::MayRaise | Effect::RawMalloc => raises,
            Effect::Malloc => CallEffect::ALL,
            Effect::Collect => CallEffect {
                raises: false,
                collects: gc_op_collects(op),
            },
            Effect::Call | Effect::ExternCall => match callees(program, op) {
                Callees::None => CallEffect::default(),
                Callees::Known(graphs) => graphs.iter().fold(CallEffect::default(), |e, g| e.union(self.of(*g))),
                Callees::External(f) => external_effect(f, op),
                Callees::Unknown => CallEffect::ALL,
            },
            Effect::Pure | Effect::Read | Effect::Write => CallEffect::default(),
        }
    }

    fn graph_effect(&self, program: &Program, graph: &Graph) -> CallEffect {
        let mut total = CallEffect::default();
        for b in graph.reachable() {
            let block = graph.block(b);
            let last = block.ops.len().wrapping_sub(1);
            for (i, op) in block.ops.iter().enumerate() {
                let effect = self.op(program, op);
                total.collects |= effect.collects;
                let caught = i == last && block.switch == ExitSwitch::LastException && catches_all(program, graph, b);
                total.raises |= effect.raises && !caught;
            }
            let is_catcher = block.switch == ExitSwitch::LastException;
            total.raises |= block
                .exits
                .iter()
                .any(|l| l.target == graph.except_block && !(is_catcher && matches!(l.case, ExitCase::Exception(_))));
            if is_catcher && block.raising_op().is_some_and(|op| self.op(program, op).raises) {
                total.raises |= block.exits.iter().any(|l| l.target == graph.except_block);
            }
        }
        total
    }
}

fn catches_all(program: &Program, graph: &Graph, b: rpy_flow::BlockId) -> bool {
    graph.block(b).exits.iter().any(|l| match &l.case {
        ExitCase::Exception(c) => is_root_exception(program, c),
        _ => false,
    })
}

/// Whether every exception is an instance of the class with this vtable: it has no parent that is an exception class.
pub fn is_root_exception(program: &Program, class: &Const) -> bool {
    let Const::LL(c) = class else { return false };
    let LLValue::Ptr(LLPtr::To(vtable)) = c.value else {
        return false;
    };
    let top = program.store.outermost(vtable);
    program.classes.iter().any(|c| {
        c.vtable == top
            && (c.parent.is_none() || matches!(&*c.name, "Exception" | "BaseException" | "exceptions.Exception"))
    })
}

fn external_effect(f: &FuncObj, op: &Op) -> CallEffect {
    let external = f.external.clone().unwrap_or_default();
    CallEffect {
        raises: external.may_raise,
        collects: external.may_collect || external.release_gil || has_flag(op, "release_gil"),
    }
}

/// Whether a call has this flag among its trailing `Name` operands.
pub fn has_flag(op: &Op, flag: &str) -> bool {
    op.args
        .iter()
        .rev()
        .map_while(|a| match a {
            Operand::Const(Const::Name(n)) => Some(n),
            _ => None,
        })
        .any(|n| &**n == flag)
}

/// Whether a `gc_op` may collect.
pub fn gc_op_collects(op: &Op) -> bool {
    matches!(
        first_name(op),
        Some("collect" | "collect_step" | "register_finalizer" | "move_out_of_nursery")
    )
}

/// The name that is the first operand.
pub fn first_name(op: &Op) -> Option<&str> {
    match op.args.first() {
        Some(Operand::Const(Const::Name(n))) => Some(n),
        _ => None,
    }
}

/// The function container behind a constant function pointer.
pub fn constant_function<'p>(program: &'p Program, operand: &Operand) -> Option<&'p FuncObj> {
    match operand {
        Operand::Const(Const::LL(c)) => match c.value {
            LLValue::Ptr(LLPtr::To(f)) => match &program.store.get(f).data {
                Data::Func(f) => Some(f),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn callees<'p>(program: &'p Program, op: &Op) -> Callees<'p> {
    match op.code {
        OpCode::DirectCall | OpCode::ExternCall => match constant_function(program, &op.args[0]) {
            Some(f) => match f.graph {
                Some(g) => Callees::Known(vec![GraphId(g)]),
                None => Callees::External(f),
            },
            None if op.code == OpCode::ExternCall => Callees::None,
            None => Callees::Unknown,
        },
        OpCode::IndirectCall => match op.args.last() {
            Some(Operand::Const(Const::Graphs(Some(graphs)))) => Callees::Known(graphs.to_vec()),
            _ => Callees::Unknown,
        },
        _ => Callees::Unknown,
    }
}

/// Functions that get a check so that every cycle of the call graph has one: in each component, the function
/// with most connections is taken out until no cycle is left.
fn stack_checks(program: &Program, reach: &Reachable) -> FxHashSet<GraphId> {
    let mut calls: Vec<Vec<usize>> = vec![vec![]; reach.functions.len()];
    for (i, g) in reach.functions.iter().enumerate() {
        let graph = program.graphs.get(*g);
        for b in graph.reachable() {
            for op in &graph.block(b).ops {
                if op.code.effect() != Effect::Call || op.code == OpCode::RuntimeCall {
                    continue;
                }
                let targets: Vec<GraphId> = match callees(program, op) {
                    Callees::Known(graphs) => graphs,
                    Callees::Unknown => reach.address_taken.iter().copied().collect(),
                    Callees::None | Callees::External(_) => vec![],
                };
                calls[i].extend(targets.iter().filter_map(|t| reach.functions.get_index_of(t)));
            }
        }
        calls[i].sort_unstable();
        calls[i].dedup();
    }
    let mut checked = FxHashSet::default();
    let mut work: Vec<Vec<usize>> = vec![(0..reach.functions.len()).collect()];
    while let Some(nodes) = work.pop() {
        for component in cyclic_components(&nodes, &calls) {
            let inside: FxHashSet<usize> = component.iter().copied().collect();
            let weight = |n: usize| {
                let out = calls[n].iter().filter(|t| inside.contains(t)).count();
                let into = component
                    .iter()
                    .filter(|m| calls[**m].binary_search(&n).is_ok())
                    .count();
                (out + 1) * (into + 1)
            };
            let best = component
                .iter()
                .copied()
                .max_by_key(|n| (weight(*n), std::cmp::Reverse(*n)))
                .expect("components are not empty");
            checked.insert(*reach.functions.get_index(best).expect("positions are of functions"));
            work.push(component.into_iter().filter(|n| *n != best).collect());
        }
    }
    checked
}

fn cyclic_components(nodes: &[usize], calls: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut graph: DiGraph<usize, ()> = DiGraph::new();
    let mut ids = FxHashMap::default();
    for n in nodes {
        ids.insert(*n, graph.add_node(*n));
    }
    for n in nodes {
        for t in &calls[*n] {
            if let Some(to) = ids.get(t) {
                graph.add_edge(ids[n], *to, ());
            }
        }
    }
    let mut out: Vec<Vec<usize>> = tarjan_scc(&graph)
        .into_iter()
        .map(|c| {
            let mut c: Vec<usize> = c.into_iter().map(|n| graph[n]).collect();
            c.sort_unstable();
            c
        })
        .filter(|c| c.len() > 1 || calls[c[0]].binary_search(&c[0]).is_ok())
        .collect();
    out.sort();
    out
}
