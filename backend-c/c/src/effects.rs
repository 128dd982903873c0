//! Which functions can raise, which can collect, and where the checks for stack overflow go.

use crate::program::Program;
use crate::reach::Reachable;
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

/// What one function contributes.
#[derive(Default)]
struct Summary {
    /// By itself.
    own: CallEffect,
    /// Calls whose exceptions leave the function.
    raising: Vec<GraphId>,
    /// All calls.
    calls: Vec<GraphId>,
    /// Calls something unknown.
    unknown: bool,
}

/// Analyses all reachable functions.
pub fn analyse(program: &Program, reach: &Reachable) -> Effects {
    let summaries: Vec<Summary> = reach
        .functions
        .iter()
        .map(|g| summary(program, program.graphs.get(*g)))
        .collect();
    let mut effects = Effects {
        stack_checks: stack_checks(reach, &summaries),
        ..Effects::default()
    };
    let mut raise_users: FxHashMap<GraphId, Vec<usize>> = FxHashMap::default();
    let mut collect_users: FxHashMap<GraphId, Vec<usize>> = FxHashMap::default();
    let mut work = vec![];
    for (i, s) in summaries.iter().enumerate() {
        let g = reach.functions[i];
        let mut own = s.own;
        own.raises |= effects.stack_checks.contains(&g);
        effects.functions.insert(g, own);
        s.raising
            .iter()
            .for_each(|c| raise_users.entry(*c).or_default().push(i));
        s.calls
            .iter()
            .for_each(|c| collect_users.entry(*c).or_default().push(i));
        work.push(g);
    }
    while let Some(g) = work.pop() {
        let effect = effects.functions[&g];
        let mut grow = |users: &FxHashMap<GraphId, Vec<usize>>, add: CallEffect| {
            for user in users.get(&g).into_iter().flatten() {
                let user = reach.functions[*user];
                let old = effects.functions[&user];
                let new = old.union(add);
                if new != old {
                    effects.functions.insert(user, new);
                    work.push(user);
                }
            }
        };
        if effect.raises {
            grow(
                &raise_users,
                CallEffect {
                    raises: true,
                    collects: false,
                },
            );
        }
        if effect.collects {
            grow(
                &collect_users,
                CallEffect {
                    raises: false,
                    collects: true,
                },
            );
        }
    }
    effects
}

fn summary(program: &Program, graph: &Graph) -> Summary {
    let mut s = Summary::default();
    for b in graph.reachable() {
        let block = graph.block(b);
        let last = block.ops.len().wrapping_sub(1);
        for (i, op) in block.ops.iter().enumerate() {
            let caught = i == last && block.switch == ExitSwitch::LastException && catches_all(program, graph, b);
            let mut effect = match op.code.effect() {
                Effect::Call | Effect::ExternCall => match callees(program, op) {
                    Callees::Known(graphs) => {
                        s.calls.extend(&graphs);
                        if !caught {
                            s.raising.extend(&graphs);
                        }
                        CallEffect::default()
                    }
                    Callees::Unknown => {
                        s.unknown |= op.code != OpCode::RuntimeCall;
                        CallEffect::ALL
                    }
                    Callees::External(f) => external_effect(f, op),
                    Callees::None => CallEffect::default(),
                },
                _ => simple_effect(op),
            };
            effect.raises &= !caught;
            s.own = s.own.union(effect);
        }
        let raises_itself = |l: &rpy_flow::Link| {
            l.target == graph.except_block
                && !(block.switch == ExitSwitch::LastException && matches!(l.case, ExitCase::Exception(_)))
        };
        s.own.raises |= block.exits.iter().any(raises_itself);
    }
    s.calls.sort_unstable();
    s.calls.dedup();
    s.raising.sort_unstable();
    s.raising.dedup();
    s
}

/// Effect of an operation that is no call.
fn simple_effect(op: &Op) -> CallEffect {
    let (raises, collects) = match op.code.effect() {
        Effect::MayRaise | Effect::RawMalloc => (true, false),
        Effect::Malloc => (true, true),
        Effect::Collect => (false, gc_op_collects(op)),
        Effect::Pure | Effect::Read | Effect::Write | Effect::Call | Effect::ExternCall => (false, false),
    };
    CallEffect { raises, collects }
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
        match op.code.effect() {
            Effect::Call | Effect::ExternCall => match callees(program, op) {
                Callees::None => CallEffect::default(),
                Callees::Known(graphs) => graphs.iter().fold(CallEffect::default(), |e, g| e.union(self.of(*g))),
                Callees::External(f) => external_effect(f, op),
                Callees::Unknown => CallEffect::ALL,
            },
            _ => simple_effect(op),
        }
    }
}

/// Whether every exception of the operation that ends the block is handled in the function itself.
fn catches_all(program: &Program, graph: &Graph, b: rpy_flow::BlockId) -> bool {
    graph.block(b).exits.iter().any(|l| match &l.case {
        ExitCase::Exception(c) => l.target != graph.except_block && is_root_exception(program, c),
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

/// Functions that get a check so that every cycle of the call graph has one: the targets of the back edges of a
/// depth-first walk. Unknown calls go through one node that stands for all functions whose address is taken; where a
/// back edge leads there, the caller gets the check.
fn stack_checks(reach: &Reachable, summaries: &[Summary]) -> FxHashSet<GraphId> {
    let n = summaries.len();
    let unknown = n;
    let mut next: Vec<Vec<usize>> = summaries
        .iter()
        .map(|s| {
            let known = s.calls.iter().filter_map(|c| reach.functions.get_index_of(c));
            known.chain(s.unknown.then_some(unknown)).collect()
        })
        .collect();
    next.push(
        reach
            .address_taken
            .iter()
            .filter_map(|g| reach.functions.get_index_of(g))
            .collect(),
    );
    let mut checked = FxHashSet::default();
    let mut state = vec![Visit::New; n + 1];
    for root in 0..n {
        if state[root] != Visit::New {
            continue;
        }
        let mut stack = vec![(root, 0)];
        state[root] = Visit::Open;
        while let Some((node, i)) = stack.last_mut() {
            let node = *node;
            let Some(&to) = next[node].get(*i) else {
                state[node] = Visit::Done;
                stack.pop();
                continue;
            };
            *i += 1;
            match state[to] {
                Visit::New => {
                    state[to] = Visit::Open;
                    stack.push((to, 0));
                }
                Visit::Open => {
                    checked.insert(reach.functions[if to == unknown { node } else { to }]);
                }
                Visit::Done => {}
            }
        }
    }
    checked
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    New,
    Open,
    Done,
}
