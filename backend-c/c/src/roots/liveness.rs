//! Which GC pointers are live where.

use super::bits::Bits;
use super::{Saving, saving};
use crate::effects::Effects;
use crate::program::Program;
use crate::ssa::{Body, EdgeId, OpPos};
use rpy_flow::{BlockId, ExitSwitch, Operand, VarId};
use rustc_hash::FxHashMap;

/// An operation that may collect, with what lives across it.
#[derive(Clone, Debug)]
pub struct Site {
    /// Where.
    pub pos: OpPos,
    /// How pointers are saved.
    pub saving: Saving,
    /// Live pointers, as indices into `Liveness::vars`.
    pub live: Bits,
}

/// Liveness of the GC pointers of a function.
#[derive(Debug)]
pub struct Liveness {
    /// All GC pointer variables that are stored.
    pub vars: Vec<VarId>,
    /// Index of a variable in `vars`.
    pub index: FxHashMap<VarId, usize>,
    /// Live at the start of a block, without its merges; by block.
    pub live_in: Vec<Bits>,
    /// Collecting operations by block in reverse postorder, in order.
    pub sites: Vec<Site>,
}

impl Liveness {
    /// Analyses a function.
    pub fn new(program: &Program, effects: &Effects, body: &Body) -> Self {
        let mut live = Liveness {
            vars: vec![],
            index: FxHashMap::default(),
            live_in: vec![],
            sites: vec![],
        };
        live.collect_vars(program, body);
        live.live_in = vec![Bits::new(live.vars.len()); body.graph.blocks.len()];
        if !live.vars.is_empty() {
            live.solve(body);
        }
        live.find_sites(program, effects, body);
        live
    }

    fn collect_vars(&mut self, program: &Program, body: &Body) {
        let is_root = |v: VarId| program.types.is_gc_ptr(body.graph.var_type(v));
        let mut found = vec![];
        for &b in &body.order {
            let block = body.block(b);
            if b == body.graph.start {
                found.extend(block.inputs.iter().copied());
            }
            found.extend(body.merges[b.index()].iter().map(|i| block.inputs[*i]));
            found.extend(block.ops.iter().filter(|op| !body.skips(op)).map(|op| op.result));
            for (t, v) in block.exits.iter().filter_map(|l| l.exc_vars) {
                found.extend([t, v]);
            }
        }
        for v in found.into_iter().filter(|v| is_root(*v)) {
            self.index.entry(v).or_insert_with(|| {
                self.vars.push(v);
                self.vars.len() - 1
            });
        }
    }

    fn add_uses(&self, body: &Body, operand: &Operand, set: &mut Bits) {
        body.uses(operand, &mut |v| {
            if let Some(i) = self.index.get(&v) {
                set.insert(*i);
            }
        });
    }

    fn remove(&self, v: VarId, set: &mut Bits) {
        if let Some(i) = self.index.get(&v) {
            set.remove(*i);
        }
    }

    fn solve(&mut self, body: &Body) {
        loop {
            let mut changed = false;
            for &b in body.order.iter().rev() {
                let mut set = self.live_out(body, b);
                self.backward(body, b, &mut set, |_, _| {});
                changed |= self.live_in[b.index()].union(&set);
            }
            if !changed {
                return;
            }
        }
    }

    /// Live on an edge, before the merges of the target are assigned.
    pub fn on_edge(&self, body: &Body, edge: EdgeId) -> Bits {
        let link = body.link(edge);
        let mut set = self.live_in[link.target.index()].clone();
        for &i in &body.merges[link.target.index()] {
            self.add_uses(body, &link.args[i], &mut set);
        }
        set
    }

    fn live_out(&self, body: &Body, b: BlockId) -> Bits {
        let block = body.block(b);
        let mut out = Bits::new(self.vars.len());
        for link in 0..block.exits.len() {
            let mut set = self.on_edge(body, EdgeId { from: b, link });
            if let Some((t, v)) = block.exits[link].exc_vars {
                self.remove(t, &mut set);
                self.remove(v, &mut set);
            }
            out.union(&set);
        }
        if let ExitSwitch::Value(v) = &block.switch {
            self.add_uses(body, v, &mut out);
        }
        if b == body.graph.return_block || b == body.graph.except_block {
            for v in &block.inputs {
                self.add_uses(body, &Operand::Var(*v), &mut out);
            }
        }
        out
    }

    /// Goes through a block backwards; `visit` sees the set after each operation, without its result.
    fn backward(&self, body: &Body, b: BlockId, set: &mut Bits, mut visit: impl FnMut(usize, &Bits)) {
        let block = body.block(b);
        for (i, op) in block.ops.iter().enumerate().rev() {
            if body.skips(op) {
                continue;
            }
            self.remove(op.result, set);
            visit(i, set);
            for arg in &op.args {
                self.add_uses(body, arg, set);
            }
        }
        for &i in &body.merges[b.index()] {
            self.remove(block.inputs[i], set);
        }
        if b == body.graph.start {
            for v in &block.inputs {
                self.remove(*v, set);
            }
        }
    }

    fn find_sites(&mut self, program: &Program, effects: &Effects, body: &Body) {
        for &b in &body.order {
            let mut set = self.live_out(body, b);
            let mut found = vec![];
            self.backward(body, b, &mut set, |index, live| {
                if let Some(saving) = saving(program, effects, &body.block(b).ops[index]) {
                    found.push(Site {
                        pos: OpPos { block: b, index },
                        saving,
                        live: live.clone(),
                    });
                }
            });
            self.sites.extend(found.into_iter().rev());
        }
    }
}
