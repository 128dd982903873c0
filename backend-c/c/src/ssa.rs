//! A graph as the C writer sees it: in plain SSA form.
//!
//! In graphs a variable lives in one block and is passed on through links. Here, block inputs that only ever receive
//! one value are replaced by that value, and so are the results of operations that do not change the value (`same_as`,
//! pointer casts, hints). What remains are real merges. Interior pointers into GC objects are not variables at all:
//! they are computed from their base again wherever they are used, since the base may move.

use rpy_flow::{Block, BlockId, Const, Effect, ExitCase, ExitSwitch, Graph, Link, Op, OpCode, Operand, VarId};
use rpy_lltype::{LLTypes, LLValue};
use rustc_hash::FxHashMap;

/// Position of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OpPos {
    /// Block.
    pub block: BlockId,
    /// Index in it.
    pub index: usize,
}

/// A way into a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EdgeId {
    /// Source block.
    pub from: BlockId,
    /// Index of the link.
    pub link: usize,
}

/// A graph with its merges resolved.
#[derive(Debug)]
pub struct Body<'g> {
    /// The graph.
    pub graph: &'g Graph,
    /// Reachable blocks in reverse postorder; exceptional paths late.
    pub order: Vec<BlockId>,
    /// Position in `order` by block, `usize::MAX` if not reachable.
    pub position: Vec<usize>,
    /// Incoming edges by block.
    pub preds: Vec<Vec<EdgeId>>,
    /// Inputs that are real merges, by block.
    pub merges: Vec<Vec<usize>>,
    /// Where interior pointers into GC objects come from.
    pub derived: FxHashMap<VarId, OpPos>,
    /// Variables whose value matters.
    pub used: Vec<bool>,
    replaced: Vec<Option<Operand>>,
}

impl<'g> Body<'g> {
    /// Analyses `graph`.
    pub fn new(graph: &'g Graph, types: &LLTypes) -> Self {
        let order = reverse_postorder(graph);
        let mut position = vec![usize::MAX; graph.blocks.len()];
        for (i, b) in order.iter().enumerate() {
            position[b.index()] = i;
        }
        let mut preds = vec![vec![]; graph.blocks.len()];
        for &from in &order {
            for (link, l) in graph.block(from).exits.iter().enumerate() {
                preds[l.target.index()].push(EdgeId { from, link });
            }
        }
        let mut body = Body {
            graph,
            order,
            position,
            preds,
            merges: vec![vec![]; graph.blocks.len()],
            derived: FxHashMap::default(),
            used: vec![false; graph.var_names.len()],
            replaced: vec![None; graph.var_names.len()],
        };
        body.replace_copies();
        body.replace_merges();
        body.find_derived(types);
        body.mark_used();
        body
    }

    fn replace_copies(&mut self) {
        for &b in &self.order {
            for op in &self.graph.block(b).ops {
                if is_copy(op.code) {
                    self.replaced[op.result.index()] = Some(op.args[0].clone());
                }
            }
        }
    }

    fn replace_merges(&mut self) {
        let blocks: Vec<BlockId> = self.order.iter().copied().filter(|b| *b != self.graph.start).collect();
        for &b in &blocks {
            self.merges[b.index()] = (0..self.graph.block(b).inputs.len()).collect();
        }
        loop {
            let mut changed = false;
            for &b in &blocks {
                let candidates = std::mem::take(&mut self.merges[b.index()]);
                let mut kept = vec![];
                for i in candidates {
                    let input = self.graph.block(b).inputs[i];
                    match self.only_value(b, i, input) {
                        Some(value) => {
                            self.replaced[input.index()] = Some(value);
                            changed = true;
                        }
                        None => kept.push(i),
                    }
                }
                self.merges[b.index()] = kept;
            }
            if !changed {
                return;
            }
        }
    }

    /// The value that input `i` of `b` always has, if it is one.
    fn only_value(&self, b: BlockId, i: usize, input: VarId) -> Option<Operand> {
        let mut found: Option<Operand> = None;
        for edge in &self.preds[b.index()] {
            let arg = self.value(&self.link(*edge).args[i]);
            if arg.var() == Some(input) {
                continue;
            }
            match &found {
                None => found = Some(arg),
                Some(f) if same_value(f, &arg) => {}
                Some(_) => return None,
            }
        }
        found
    }

    fn find_derived(&mut self, types: &LLTypes) {
        for &b in &self.order {
            for (index, op) in self.graph.block(b).ops.iter().enumerate() {
                if makes_interior(op.code)
                    && let Operand::Var(base) = self.value(&op.args[0])
                    && (types.is_gc_ptr(self.graph.var_type(base)) || self.derived.contains_key(&base))
                    && !types.is_gc_ptr(self.graph.var_type(op.result))
                {
                    self.derived.insert(op.result, OpPos { block: b, index });
                }
            }
        }
    }

    /// Marks what effects, exits and results depend on; merges that nothing depends on are dropped.
    fn mark_used(&mut self) {
        let mut definitions: FxHashMap<VarId, OpPos> = FxHashMap::default();
        let mut merge_of: FxHashMap<VarId, (BlockId, usize)> = FxHashMap::default();
        let mut work: Vec<VarId> = vec![];
        for &b in &self.order {
            let block = self.block(b);
            for (index, op) in block.ops.iter().enumerate() {
                definitions.insert(op.result, OpPos { block: b, index });
                if !is_removable(op) && !self.is_alias(op) {
                    op.args.iter().for_each(|a| self.uses(a, &mut |v| work.push(v)));
                }
            }
            for &i in &self.merges[b.index()] {
                merge_of.insert(block.inputs[i], (b, i));
            }
            if let ExitSwitch::Value(v) = &block.switch {
                self.uses(v, &mut |v| work.push(v));
            }
            if block.exits.is_empty() {
                for v in &block.inputs {
                    self.uses(&Operand::Var(*v), &mut |v| work.push(v));
                }
            }
        }
        while let Some(v) = work.pop() {
            if std::mem::replace(&mut self.used[v.index()], true) {
                continue;
            }
            if let Some((b, i)) = merge_of.get(&v) {
                for edge in &self.preds[b.index()] {
                    self.uses(&self.link(*edge).args[*i], &mut |v| work.push(v));
                }
            } else if let Some(pos) = definitions.get(&v) {
                self.op(*pos)
                    .args
                    .iter()
                    .for_each(|a| self.uses(a, &mut |v| work.push(v)));
            }
        }
        for b in self.order.clone() {
            let inputs = &self.graph.block(b).inputs;
            let used = &self.used;
            self.merges[b.index()].retain(|i| used[inputs[*i].index()]);
        }
    }

    /// Whether no C code is made for this operation: it is an alias, or nothing needs its result.
    pub fn skips(&self, op: &Op) -> bool {
        self.is_alias(op) || (is_removable(op) && !self.used[op.result.index()])
    }

    /// The link behind an edge.
    pub fn link(&self, edge: EdgeId) -> &'g Link {
        &self.graph.block(edge.from).exits[edge.link]
    }

    /// The block behind an id.
    pub fn block(&self, b: BlockId) -> &'g Block {
        self.graph.block(b)
    }

    /// The operation at a position.
    pub fn op(&self, pos: OpPos) -> &'g Op {
        &self.graph.block(pos.block).ops[pos.index]
    }

    /// What an operand stands for: a variable that is stored somewhere, or a constant.
    pub fn value(&self, operand: &Operand) -> Operand {
        let mut operand = operand;
        while let Operand::Var(v) = operand {
            match &self.replaced[v.index()] {
                Some(next) => operand = next,
                None => break,
            }
        }
        operand.clone()
    }

    /// Whether nothing has to be done for this operation: its result is another name of an operand.
    pub fn is_alias(&self, op: &Op) -> bool {
        is_copy(op.code) || self.derived.contains_key(&op.result)
    }

    /// The variable a pointer operand is derived from (itself for plain pointers).
    pub fn base(&self, operand: &Operand) -> Option<VarId> {
        let mut v = self.value(operand).var()?;
        while let Some(pos) = self.derived.get(&v) {
            v = self.value(&self.op(*pos).args[0]).var()?;
        }
        Some(v)
    }

    /// Calls `f` with every stored variable that evaluating `operand` reads.
    pub fn uses(&self, operand: &Operand, f: &mut impl FnMut(VarId)) {
        if let Operand::Var(v) = self.value(operand) {
            match self.derived.get(&v) {
                Some(pos) => {
                    for arg in &self.op(*pos).args {
                        self.uses(arg, f);
                    }
                }
                None => f(v),
            }
        }
    }

    /// Whether the link only passes on the exception it caught, to the caller.
    pub fn is_propagation(&self, link: &Link) -> bool {
        matches!(link.case, ExitCase::Exception(_))
            && link.target == self.graph.except_block
            && link
                .exc_vars
                .is_some_and(|(_, value)| self.value(&link.args[1]).var() == Some(value))
    }
}

/// Whether two operands are the same variable or equal constants.
pub fn same_value(a: &Operand, b: &Operand) -> bool {
    match (a, b) {
        (Operand::Const(Const::LL(x)), Operand::Const(Const::LL(y))) => match (&x.value, &y.value) {
            (LLValue::Float(p), LLValue::Float(q)) => x.ty == y.ty && p.to_bits() == q.to_bits(),
            (p, q) => x.ty == y.ty && p == q,
        },
        _ => a == b,
    }
}

fn is_removable(op: &Op) -> bool {
    matches!(op.code.effect(), Effect::Pure | Effect::Read)
        && !matches!(op.code, OpCode::Keepalive | OpCode::StackCheck)
}

fn is_copy(code: OpCode) -> bool {
    matches!(
        code,
        OpCode::SameAs | OpCode::CastPointer | OpCode::CastOpaquePtr | OpCode::JitHint
    )
}

fn makes_interior(code: OpCode) -> bool {
    matches!(
        code,
        OpCode::Getsubstruct
            | OpCode::Getarraysubstruct
            | OpCode::DirectFieldptr
            | OpCode::DirectArrayitems
            | OpCode::DirectPtradd
    )
}

/// Reachable blocks in reverse postorder. The first link of a block is visited last, so that its target comes next.
fn reverse_postorder(graph: &Graph) -> Vec<BlockId> {
    let mut seen = vec![false; graph.blocks.len()];
    let mut out = vec![];
    let mut stack = vec![(graph.start, graph.block(graph.start).exits.len())];
    seen[graph.start.index()] = true;
    while let Some((b, left)) = stack.last_mut() {
        if *left == 0 {
            out.push(*b);
            stack.pop();
            continue;
        }
        *left -= 1;
        let target = graph.block(*b).exits[*left].target;
        if !std::mem::replace(&mut seen[target.index()], true) {
            stack.push((target, graph.block(target).exits.len()));
        }
    }
    out.reverse();
    out
}
