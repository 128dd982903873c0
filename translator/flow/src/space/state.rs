//! The abstract state of a frame: what locals and stack hold at one instruction.

use crate::model::{Graph, Operand, VarId};
use rpy_host::Value;
use rustc_hash::{FxHashMap, FxHashSet};
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
    /// The class of an exception instance: what handlers compare.
    ClassOf(Box<Flow>),
    /// The class of an exception instance where it is known; such states are not merged with others.
    Class(Value),
    /// What a `finally` block interrupts.
    Signal(Box<Signal>),
}

/// A control transfer that waits for a `finally` block.
#[derive(Clone, Debug, PartialEq)]
pub enum Signal {
    /// An exception instance.
    Raise(Flow),
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
            Flow::Unbound | Flow::Unroller(..) | Flow::ClassOf(_) | Flow::Class(_) | Flow::Signal(_) => None,
        }
    }

    /// The value if it is known.
    pub fn constant(&self) -> Option<Value> {
        match self {
            Flow::Const(c) => Some(*c),
            Flow::Unbound | Flow::Var(_) | Flow::Unroller(..) | Flow::ClassOf(_) | Flow::Class(_) | Flow::Signal(_) => {
                None
            }
        }
    }

    /// The value inside the wrappers.
    fn inner(&self) -> &Flow {
        match self {
            Flow::ClassOf(f) => f.inner(),
            Flow::Signal(s) => match &**s {
                Signal::Raise(f) | Signal::Return(f) => f.inner(),
                Signal::Break | Signal::Continue(_) => self,
            },
            Flow::Unbound | Flow::Var(_) | Flow::Const(_) | Flow::Unroller(..) | Flow::Class(_) => self,
        }
    }

    /// The variable behind it, if its value is not known.
    pub fn variable(&self) -> Option<VarId> {
        match self.inner() {
            Flow::Var(v) => Some(*v),
            _ => None,
        }
    }

    fn rename(&mut self, names: &mut dyn FnMut(VarId) -> VarId) {
        match self {
            Flow::Var(v) => *v = names(*v),
            Flow::ClassOf(f) => f.rename(names),
            Flow::Signal(s) => match &mut **s {
                Signal::Raise(f) | Signal::Return(f) => f.rename(names),
                Signal::Break | Signal::Continue(_) => {}
            },
            Flow::Unbound | Flow::Const(_) | Flow::Unroller(..) | Flow::Class(_) => {}
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
    /// Fast locals, own cells, and the iterator object of a generator.
    pub locals: Vec<Flow>,
    /// Value stack.
    pub stack: Vec<Flow>,
    /// Block stack.
    pub blocks: Vec<Protected>,
    /// The exception being handled, `Unbound` if none or if nobody asks for it.
    pub handled: Flow,
}

impl State {
    fn slots(&self) -> impl Iterator<Item = &Flow> {
        // The stack comes first: there it is decided whether two states can be the same block at all.
        self.stack
            .iter()
            .chain(&self.locals)
            .chain(std::iter::once(&self.handled))
    }

    fn slots_mut(&mut self) -> impl Iterator<Item = &mut Flow> {
        self.stack
            .iter_mut()
            .chain(&mut self.locals)
            .chain(std::iter::once(&mut self.handled))
    }

    /// The different variables of the state in slot order: what a block that starts in it receives.
    pub fn variables(&self) -> Vec<VarId> {
        let mut seen = FxHashSet::default();
        self.slots()
            .filter_map(Flow::variable)
            .filter(|v| seen.insert(*v))
            .collect()
    }

    /// Replaces every variable.
    pub fn rename(&mut self, names: &mut dyn FnMut(VarId) -> VarId) {
        for slot in self.slots_mut() {
            slot.rename(names);
        }
    }

    /// A copy in which each variable is a fresh one, and which became which.
    pub fn fresh(&self, graph: &mut Graph) -> (State, FxHashMap<VarId, VarId>) {
        let mut copy = self.clone();
        let mut map = FxHashMap::default();
        copy.rename(&mut |v| {
            *map.entry(v).or_insert_with(|| {
                let name = graph.var_names.get(v.index()).cloned().flatten();
                graph.new_var(name)
            })
        });
        (copy, map)
    }

    /// Like [`State::fresh`]; names come from the slots of `named`, which has the same shape.
    pub fn fresh_named(&self, named: &State, graph: &mut Graph) -> (State, FxHashMap<VarId, VarId>) {
        let mut names = FxHashMap::default();
        for (slot, old) in self.slots().zip(named.slots()) {
            if let (Some(v), Some(old)) = (slot.variable(), old.variable()) {
                names.entry(v).or_insert(old);
            }
        }
        let mut copy = self.clone();
        let mut map = FxHashMap::default();
        copy.rename(&mut |v| {
            *map.entry(v).or_insert_with(|| {
                let name = names.get(&v).and_then(|old| graph.var_names[old.index()].clone());
                graph.new_var(name)
            })
        });
        (copy, map)
    }

    /// The most precise state that covers both; `None` if they cannot be the same block.
    /// Slots that hold the same value in each of the two go on doing so. The variables of the result mean nothing yet.
    pub fn union(&self, other: &State) -> Option<State> {
        let same_shape = self.pc == other.pc && self.stack.len() == other.stack.len() && self.blocks == other.blocks;
        if !same_shape || self.locals.len() != other.locals.len() {
            return None;
        }
        let mut pairs = Pairs::default();
        let mut result = self.clone();
        for (slot, theirs) in result.slots_mut().zip(other.slots()) {
            pairs.unite(slot, theirs)?;
        }
        Some(result)
    }

    /// Whether both are the same up to the names of variables.
    pub fn matches(&self, other: &State) -> bool {
        let mut there: FxHashMap<VarId, VarId> = FxHashMap::default();
        let mut back: FxHashMap<VarId, VarId> = FxHashMap::default();
        self.slots()
            .zip(other.slots())
            .all(|(a, b)| match (a.inner(), b.inner()) {
                (Flow::Var(x), Flow::Var(y)) => {
                    *there.entry(*x).or_insert(*y) == *y && *back.entry(*y).or_insert(*x) == *x
                }
                _ => a == b,
            })
    }

    /// Link arguments that carry this state to a block that starts in `target`, which covers it.
    pub fn arguments_for(&self, target: &State) -> Vec<Operand> {
        let mut seen = FxHashSet::default();
        let pairs = self.slots().zip(target.slots());
        pairs
            .filter(|(_, theirs)| theirs.variable().is_some_and(|v| seen.insert(v)))
            .filter_map(|(mine, _)| mine.inner().operand())
            .collect()
    }
}

#[derive(PartialEq, Eq, Hash, Clone, Copy)]
enum Leaf {
    Var(VarId),
    Const(Value),
}

/// The variables of a union: one for each different pair of values.
#[derive(Default)]
struct Pairs(FxHashMap<(Leaf, Leaf), VarId>);

impl Pairs {
    /// Generalises `mine` to cover `theirs`; `None` if there is no common form.
    fn unite(&mut self, mine: &mut Flow, theirs: &Flow) -> Option<()> {
        match (&mut *mine, theirs) {
            (Flow::Const(a), Flow::Const(b)) if a == b => {}
            (Flow::Var(_) | Flow::Const(_), Flow::Var(_) | Flow::Const(_)) => {
                let key = (leaf(mine)?, leaf(theirs)?);
                let n = self.0.len();
                *mine = Flow::Var(*self.0.entry(key).or_insert_with(|| VarId::new(n)));
            }
            (Flow::ClassOf(a), Flow::ClassOf(b)) => self.unite(a, b)?,
            (Flow::Signal(a), Flow::Signal(b)) => match (&mut **a, &**b) {
                (Signal::Raise(a), Signal::Raise(b)) | (Signal::Return(a), Signal::Return(b)) => self.unite(a, b)?,
                (a, b) if a == b => {}
                _ => return None,
            },
            (a, b) if *a == *b => {}
            (Flow::Unbound, Flow::Var(_) | Flow::Const(_)) => {}
            (Flow::Var(_) | Flow::Const(_), Flow::Unbound) => *mine = Flow::Unbound,
            _ => return None,
        }
        Some(())
    }
}

fn leaf(flow: &Flow) -> Option<Leaf> {
    match flow {
        Flow::Var(v) => Some(Leaf::Var(*v)),
        Flow::Const(c) => Some(Leaf::Const(*c)),
        _ => None,
    }
}
