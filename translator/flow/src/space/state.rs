//! The abstract state of a frame: what locals and stack hold at one instruction.

use crate::model::{Graph, Operand, VarId};
use rpy_host::Value;
use std::rc::Rc;

/// An abstract value.
#[derive(Clone, Debug, PartialEq)]
pub enum Flow {
    /// An unbound local.
    Unbound,
    /// Some run-time value.
    Var(VarId),
    /// A known value.
    Const(Value),
    /// A loop over constants that is being unrolled: the items and the position of the next one.
    Unroller(Rc<[Value]>, usize),
    /// What a `finally` block interrupts.
    Signal(Box<Signal>),
}

/// A control transfer that waits for a `finally` block.
#[derive(Clone, Debug, PartialEq)]
pub enum Signal {
    /// An exception: type, value.
    Raise(Flow, Flow),
    /// `return`.
    Return(Flow),
    /// `break`.
    Break,
    /// `continue` at the instruction.
    Continue(u32),
}

impl Flow {
    /// As operand of an operation; `None` for what only the flow space knows.
    pub fn operand(&self) -> Option<Operand> {
        match self {
            Flow::Var(v) => Some(Operand::Var(*v)),
            Flow::Const(c) => Some(Operand::host(*c)),
            Flow::Unbound | Flow::Unroller(..) | Flow::Signal(_) => None,
        }
    }

    /// The value if it is known.
    pub fn constant(&self) -> Option<Value> {
        match self {
            Flow::Const(c) => Some(*c),
            _ => None,
        }
    }
}

/// What a block on the frame's block stack does with control transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handler {
    /// `SetupLoop`.
    Loop,
    /// `SetupExcept`.
    Except,
    /// `SetupFinally`, `SetupWith`.
    Finally,
}

/// An entry of the block stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protected {
    /// Kind.
    pub handler: Handler,
    /// Where to go on.
    pub target: u32,
    /// Height of the value stack.
    pub level: usize,
}

/// The state before an instruction.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Next instruction.
    pub pc: u32,
    /// Fast locals, followed by own cells.
    pub locals: Vec<Flow>,
    /// Value stack.
    pub stack: Vec<Flow>,
    /// Block stack.
    pub blocks: Vec<Protected>,
    /// The exception being handled: type, value (`Unbound` if none).
    pub handled: [Flow; 2],
}

impl State {
    fn slots(&self) -> impl Iterator<Item = &Flow> {
        self.locals.iter().chain(&self.stack).chain(&self.handled)
    }

    fn slots_mut(&mut self) -> impl Iterator<Item = &mut Flow> {
        self.locals.iter_mut().chain(&mut self.stack).chain(&mut self.handled)
    }

    /// All places that may hold a variable, signals opened.
    fn leaves(&self) -> Vec<&Flow> {
        let mut found = vec![];
        for slot in self.slots() {
            leaves_of(slot, &mut found);
        }
        found
    }

    /// The variables that a block starting in this state receives, in slot order.
    pub fn variables(&self) -> Vec<VarId> {
        self.leaves()
            .into_iter()
            .filter_map(|f| if let Flow::Var(v) = f { Some(*v) } else { None })
            .collect()
    }

    /// A copy in which each variable is a fresh one.
    pub fn fresh(&self, graph: &mut Graph) -> State {
        let mut copy = self.clone();
        for slot in copy.slots_mut() {
            refresh(slot, graph);
        }
        copy
    }

    /// The most precise state that covers both; `None` if they cannot be the same block.
    pub fn union(&self, other: &State) -> Option<State> {
        let same_shape = self.pc == other.pc && self.stack.len() == other.stack.len() && self.blocks == other.blocks;
        if !same_shape || self.locals.len() != other.locals.len() {
            return None;
        }
        let mut result = self.clone();
        for (slot, theirs) in result.slots_mut().zip(other.slots()) {
            *slot = union(slot, theirs)?;
        }
        Some(result)
    }

    /// Whether both are the same up to the names of variables.
    pub fn matches(&self, other: &State) -> bool {
        let same = |(a, b): (&Flow, &Flow)| a == b || matches!((a, b), (Flow::Var(_), Flow::Var(_)));
        self.leaves().len() == other.leaves().len() && self.leaves().into_iter().zip(other.leaves()).all(same)
    }

    /// Link arguments that carry this state to a block that starts in `target`, which covers it.
    pub fn arguments_for(&self, target: &State) -> Vec<Operand> {
        let mut args = vec![];
        let pairs = self.slots().zip(target.slots());
        for (mine, theirs) in pairs {
            push_arguments(mine, theirs, &mut args);
        }
        args
    }
}

fn push_arguments(mine: &Flow, theirs: &Flow, args: &mut Vec<Operand>) {
    match (mine, theirs) {
        (mine, Flow::Var(_)) => args.extend(mine.operand()),
        (Flow::Signal(a), Flow::Signal(b)) => match (&**a, &**b) {
            (Signal::Raise(t1, v1), Signal::Raise(t2, v2)) => {
                push_arguments(t1, t2, args);
                push_arguments(v1, v2, args);
            }
            (Signal::Return(v1), Signal::Return(v2)) => push_arguments(v1, v2, args),
            _ => {}
        },
        _ => {}
    }
}

fn leaves_of<'a>(slot: &'a Flow, found: &mut Vec<&'a Flow>) {
    match slot {
        Flow::Signal(s) => match &**s {
            Signal::Raise(t, v) => {
                leaves_of(t, found);
                leaves_of(v, found);
            }
            Signal::Return(v) => leaves_of(v, found),
            Signal::Break | Signal::Continue(_) => found.push(slot),
        },
        _ => found.push(slot),
    }
}

fn refresh(slot: &mut Flow, graph: &mut Graph) {
    match slot {
        Flow::Var(v) => {
            let name = graph.var_names[v.index()].clone();
            *v = graph.new_var(name);
        }
        Flow::Signal(s) => match &mut **s {
            Signal::Raise(t, v) => {
                refresh(t, graph);
                refresh(v, graph);
            }
            Signal::Return(v) => refresh(v, graph),
            Signal::Break | Signal::Continue(_) => {}
        },
        Flow::Unbound | Flow::Const(_) | Flow::Unroller(..) => {}
    }
}

/// A variable stands for whatever is not the same on both sides; which one does not matter, `fresh` renames it.
const ANY: Flow = Flow::Var(VarId(0));

fn union(a: &Flow, b: &Flow) -> Option<Flow> {
    if a == b {
        return Some(a.clone());
    }
    match (a, b) {
        (Flow::Unbound, Flow::Signal(_) | Flow::Unroller(..))
        | (Flow::Signal(_) | Flow::Unroller(..), Flow::Unbound) => None,
        (Flow::Unbound, _) | (_, Flow::Unbound) => Some(Flow::Unbound),
        (Flow::Signal(x), Flow::Signal(y)) => match (&**x, &**y) {
            (Signal::Raise(t1, v1), Signal::Raise(t2, v2)) => {
                Some(Flow::Signal(Box::new(Signal::Raise(union(t1, t2)?, union(v1, v2)?))))
            }
            (Signal::Return(v1), Signal::Return(v2)) => Some(Flow::Signal(Box::new(Signal::Return(union(v1, v2)?)))),
            _ => None,
        },
        (Flow::Unroller(..) | Flow::Signal(_), _) | (_, Flow::Unroller(..) | Flow::Signal(_)) => None,
        (Flow::Var(v), _) | (_, Flow::Var(v)) => Some(Flow::Var(*v)),
        _ => Some(ANY),
    }
}
