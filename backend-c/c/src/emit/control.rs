//! Blocks, links and switches.

use super::{Result, Writer};
use crate::ssa::EdgeId;
use rpy_flow::{BlockId, Const, ExitCase, ExitSwitch, Operand, VarId};
use rpy_lltype::LLTypeId;

/// A move of a merge: variable, its type, and the new value.
struct Move {
    to: VarId,
    ty: LLTypeId,
    from: Operand,
}

impl Writer<'_> {
    /// Texts of all blocks in order, without labels.
    pub(super) fn blocks(&mut self) -> Result<Vec<(BlockId, String)>> {
        let order: Vec<BlockId> = self
            .body
            .order
            .iter()
            .copied()
            .filter(|b| *b != self.graph.return_block && *b != self.graph.except_block)
            .collect();
        let mut texts = vec![];
        self.stack_check();
        for (i, &b) in order.iter().enumerate() {
            self.ops(b)?;
            self.exits(b, order.get(i + 1).copied())?;
            texts.push((b, std::mem::take(&mut self.out)));
        }
        Ok(texts)
    }

    fn exits(&mut self, b: BlockId, next: Option<BlockId>) -> Result<()> {
        let block = self.body.block(b);
        match &block.switch {
            _ if block.exits.is_empty() => {
                self.statement("__builtin_unreachable();");
                Ok(())
            }
            ExitSwitch::None | ExitSwitch::LastException => self.edge(EdgeId { from: b, link: 0 }, next),
            ExitSwitch::Value(v) => match boolean_links(block.exits.iter().map(|l| &l.case)) {
                Some((yes, no)) => self.branch(b, v, yes, no, next),
                None => self.switch(b, v, next),
            },
        }
    }

    fn branch(&mut self, b: BlockId, v: &Operand, yes: usize, no: usize, next: Option<BlockId>) -> Result<()> {
        let condition = self.expr(v)?;
        let follows = |link: usize| Some(self.body.block(b).exits[link].target) == next;
        let (first, second, condition) = if follows(yes) && !follows(no) {
            (no, yes, format!("!{condition}"))
        } else {
            (yes, no, condition)
        };
        self.statement(&format!("if ({condition}) {{"));
        self.edge(EdgeId { from: b, link: first }, None)?;
        self.statement("}");
        self.edge(EdgeId { from: b, link: second }, next)
    }

    fn switch(&mut self, b: BlockId, v: &Operand, next: Option<BlockId>) -> Result<()> {
        let ty = self.type_of(v);
        let value = self.expr(v)?;
        self.statement(&format!("switch ({value}) {{"));
        let mut default = None;
        for (link, l) in self.body.block(b).exits.iter().enumerate() {
            match &l.case {
                ExitCase::Value(c) => {
                    let case = self.expr_as(&Operand::Const(c.clone()), ty)?;
                    self.statement(&format!("case {case}:"));
                }
                ExitCase::Bool(value) => self.statement(&format!("case {}:", u8::from(*value))),
                ExitCase::Default | ExitCase::None => {
                    default = Some(link);
                    continue;
                }
                ExitCase::Exception(_) => {
                    return Err(self.bug(self.body.block(b).span, "an exception case in a switch"));
                }
            }
            self.edge(EdgeId { from: b, link }, None)?;
        }
        if default.is_none() {
            self.statement("default: __builtin_unreachable();");
        }
        self.statement("}");
        match default {
            Some(link) => self.edge(EdgeId { from: b, link }, next),
            None => Ok(()),
        }
    }

    /// Goes over an edge; `next` is the block that is written next.
    pub(super) fn edge(&mut self, edge: EdgeId, next: Option<BlockId>) -> Result<()> {
        let target = self.body.link(edge).target;
        self.edge_roots(edge)?;
        if target == self.graph.return_block {
            return self.return_from(edge);
        }
        if target == self.graph.except_block {
            return self.raise_from(edge);
        }
        self.moves(edge)?;
        if next != Some(target) {
            self.targets.insert(target);
            self.statement(&format!("goto {target};"));
        }
        Ok(())
    }

    fn edge_roots(&mut self, edge: EdgeId) -> Result<()> {
        let Some(plan) = self.roots.edges.get(&edge).cloned() else {
            return Ok(());
        };
        if plan.leave {
            self.statement("rpy_ss_top = ss;");
        }
        if plan.enter {
            self.enter_frame();
        }
        self.store_slots(&plan.stores)
    }

    fn return_from(&mut self, edge: EdgeId) -> Result<()> {
        let ty = self.graph.var_type(self.graph.return_var());
        if self.db.is_void(ty) {
            self.statement("return;");
            return Ok(());
        }
        let value = self.expr_as(&self.body.link(edge).args[0].clone(), ty)?;
        self.statement(&format!("return {value};"));
        Ok(())
    }

    /// Assigns the merges of the target, as if all at once.
    fn moves(&mut self, edge: EdgeId) -> Result<()> {
        let link = self.body.link(edge);
        let inputs = &self.body.block(link.target).inputs;
        let mut todo = vec![];
        for &i in &self.body.merges[link.target.index()] {
            let to = inputs[i];
            let ty = self.graph.var_type(to);
            let from = self.body.value(&link.args[i]);
            if from.var() != Some(to) && !self.db.is_void(ty) {
                todo.push(Move {
                    to,
                    ty,
                    from: link.args[i].clone(),
                });
            }
        }
        self.sequence(todo)
    }

    /// Orders parallel moves; a cycle is broken by keeping one new value in a temporary.
    fn sequence(&mut self, mut todo: Vec<Move>) -> Result<()> {
        while !todo.is_empty() {
            let free = (0..todo.len()).find(|i| !self.is_read_by_others(&todo, *i));
            let m = todo.remove(free.unwrap_or(0));
            let value = self.expr_as(&m.from, m.ty)?;
            if free.is_some() {
                self.statement(&format!("{} = {value};", m.to));
            } else {
                let temp = self.temp();
                let declaration = self.db.declare(m.ty, &temp, &mut self.uses);
                self.statement(&format!("{{ {declaration} = {value};"));
                self.sequence(std::mem::take(&mut todo))?;
                self.statement(&format!("{} = {temp}; }}", m.to));
            }
        }
        Ok(())
    }

    fn is_read_by_others(&self, todo: &[Move], i: usize) -> bool {
        todo.iter().enumerate().any(|(j, m)| {
            let mut reads = false;
            self.body.uses(&m.from, &mut |v| reads |= v == todo[i].to);
            i != j && reads
        })
    }
}

/// Positions of the true and the false link, if the switch is on a boolean.
fn boolean_links<'c>(cases: impl Iterator<Item = &'c ExitCase>) -> Option<(usize, usize)> {
    let (mut yes, mut no, mut rest) = (None, None, None);
    for (i, case) in cases.enumerate() {
        match case {
            ExitCase::Bool(true) => yes = Some(i),
            ExitCase::Bool(false) => no = Some(i),
            ExitCase::Value(Const::LL(c)) => match c.value {
                rpy_lltype::LLValue::Bool(true) => yes = Some(i),
                rpy_lltype::LLValue::Bool(false) => no = Some(i),
                _ => return None,
            },
            ExitCase::Default => rest = Some(i),
            _ => return None,
        }
    }
    Some((yes.or(rest)?, no.or(rest)?))
}
