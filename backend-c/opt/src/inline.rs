//! Inlining of one call.
//!
//! Variables live in one block, so what the caller needs after the call is passed through all blocks of the copy. If the
//! call is guarded by handlers, every operation of the copy that can raise gets them, and raising itself becomes
//! a jump to the handler, found by class: at once if the class is known, else by tests.

use crate::context::ClassTable;
use rpy_flow::{Block, BlockId, Const, ExitCase, ExitSwitch, Graph, Link, Op, OpCode, Operand, VarId};
use rpy_lltype::LLTypes;
use rpy_syntax::Span;
use rustc_hash::FxHashMap;

/// Inlines `callee` at operation `index` of `block`. `raises` tells which operations of the callee may raise.
pub fn inline_call(
    graph: &mut Graph,
    block: BlockId,
    index: usize,
    callee: &Graph,
    classes: &ClassTable,
    raises: &dyn Fn(&Op) -> bool,
) {
    let b = graph.block(block);
    let guarded = b.switch == ExitSwitch::LastException && index + 1 == b.ops.len() && b.exits.len() > 1;
    let handlers = if guarded { b.exits[1..].to_vec() } else { vec![] };
    let call = b.ops[index].clone();
    let mut inliner = Inliner {
        graph,
        callee,
        classes,
        raises,
        span: call.span,
        passed: vec![],
        blocks: FxHashMap::default(),
        handlers,
        handler_blocks: vec![],
        dispatch: None,
        after: BlockId(0),
    };
    inliner.run(block, index, &call);
}

struct Inliner<'a> {
    graph: &'a mut Graph,
    callee: &'a Graph,
    classes: &'a ClassTable,
    raises: &'a dyn Fn(&Op) -> bool,
    span: Span,
    /// Variables of the calling block that are needed later.
    passed: Vec<VarId>,
    /// Copies of the callee's blocks.
    blocks: FxHashMap<BlockId, BlockId>,
    /// Exception links of the call.
    handlers: Vec<Link>,
    /// A block for each of them: type, value, passed variables.
    handler_blocks: Vec<BlockId>,
    /// First of the blocks that find the handler for an exception of unknown class.
    dispatch: Option<BlockId>,
    /// What follows the call: result, passed variables.
    after: BlockId,
}

impl Inliner<'_> {
    fn run(&mut self, block: BlockId, index: usize, call: &Op) {
        self.split(block, index, call);
        self.make_handler_blocks();
        for b in self.callee.reachable() {
            if b != self.callee.return_block && b != self.callee.except_block {
                self.copy_block(b);
            }
        }
        for b in self.callee.reachable() {
            if let Some(copy) = self.blocks.get(&b).copied() {
                self.fill_block(b, copy);
            }
        }
        let mut args: Vec<Operand> = call.args[1..].to_vec();
        args.extend(self.passed.iter().map(|v| Operand::Var(*v)));
        let start = self.blocks[&self.callee.start];
        let b = self.graph.block_mut(block);
        b.switch = ExitSwitch::None;
        b.exits = vec![Link::new(args, start)];
    }

    /// Moves what follows the call into a block of its own.
    fn split(&mut self, block: BlockId, index: usize, call: &Op) {
        let b = self.graph.block_mut(block);
        let rest: Vec<Op> = b.ops.drain(index..).skip(1).collect();
        let switch = std::mem::replace(&mut b.switch, ExitSwitch::None);
        let mut exits = std::mem::take(&mut b.exits);
        let span = b.span;
        let guarded = !self.handlers.is_empty();
        if switch == ExitSwitch::LastException && rest.is_empty() {
            exits.truncate(1);
        }
        let switch = if rest.is_empty() && switch == ExitSwitch::LastException {
            ExitSwitch::None
        } else {
            switch
        };
        let mut after = Block {
            inputs: vec![],
            ops: rest,
            switch,
            exits,
            span,
        };
        self.passed = needed(&after, if guarded { &self.handlers } else { &[] }, call.result);
        let mut vars = vec![call.result];
        vars.extend(&self.passed);
        let map = self.fresh(&vars);
        after.inputs = vars.iter().map(|v| map[v]).collect();
        rename_block(&mut after, &map);
        self.graph.blocks.push(after);
        self.after = BlockId::new(self.graph.blocks.len() - 1);
    }

    /// New variables of the same types and names.
    fn fresh(&mut self, vars: &[VarId]) -> FxHashMap<VarId, VarId> {
        vars.iter()
            .map(|v| {
                let new = self.graph.new_var(self.graph.var_names[v.index()].clone());
                let ty = self.graph.var_type(*v);
                self.graph.set_type(new, ty);
                (*v, new)
            })
            .collect()
    }

    fn exception_vars(&mut self) -> (VarId, VarId) {
        let t = self.graph.new_typed_var(LLTypes::CLASSTYPE);
        let v = self.graph.new_typed_var(LLTypes::OBJECTPTR);
        (t, v)
    }

    /// A block with inputs type, value and the passed variables; also the renaming of the latter.
    fn exception_block(&mut self) -> (BlockId, (VarId, VarId), FxHashMap<VarId, VarId>) {
        let passed = self.passed.clone();
        let map = self.fresh(&passed);
        let (t, v) = self.exception_vars();
        let mut inputs = vec![t, v];
        inputs.extend(passed.iter().map(|p| map[p]));
        self.graph.blocks.push(Block {
            inputs,
            ops: vec![],
            switch: ExitSwitch::None,
            exits: vec![],
            span: self.span,
        });
        (BlockId::new(self.graph.blocks.len() - 1), (t, v), map)
    }

    fn make_handler_blocks(&mut self) {
        for link in self.handlers.clone() {
            let (b, (t, v), mut map) = self.exception_block();
            if let Some((old_t, old_v)) = link.exc_vars {
                map.insert(old_t, t);
                map.insert(old_v, v);
            }
            let args = link.args.iter().map(|a| renamed(a, &map)).collect();
            self.graph.block_mut(b).exits = vec![Link::new(args, link.target)];
            self.handler_blocks.push(b);
        }
    }

    /// The block that finds the handler for an exception of any class.
    fn dispatcher(&mut self) -> BlockId {
        if let Some(b) = self.dispatch {
            return b;
        }
        let mut next: Option<BlockId> = None;
        for k in (0..self.handlers.len()).rev() {
            let ExitCase::Exception(class) = self.handlers[k].case.clone() else {
                continue;
            };
            let (b, (t, v), map) = self.exception_block();
            let mut all: Vec<Operand> = vec![t.into(), v.into()];
            all.extend(self.passed.iter().map(|p| Operand::Var(map[p])));
            let yes = Link::when(ExitCase::Bool(true), all.clone(), self.handler_blocks[k]);
            let no = match next {
                Some(next) => Link::when(ExitCase::Bool(false), all, next),
                None => Link::when(ExitCase::Bool(false), vec![t.into(), v.into()], self.graph.except_block),
            };
            let test = self.graph.new_typed_var(LLTypes::BOOL);
            let span = self.span;
            let everything = self.classes.catches_all(&class);
            let block = self.graph.block_mut(b);
            if everything {
                block.exits = vec![Link::new(yes.args, yes.target)];
            } else {
                let args = vec![t.into(), Operand::Const(class)];
                block.ops.push(Op {
                    code: OpCode::VtableIssubclass,
                    args,
                    result: test,
                    span,
                });
                block.switch = ExitSwitch::Value(test.into());
                block.exits = vec![no, yes];
            }
            next = Some(b);
        }
        let first = next.unwrap_or(self.graph.except_block);
        self.dispatch = Some(first);
        first
    }

    fn copy_block(&mut self, b: BlockId) {
        self.graph.blocks.push(Block {
            inputs: vec![],
            ops: vec![],
            switch: ExitSwitch::None,
            exits: vec![],
            span: self.callee.block(b).span,
        });
        self.blocks.insert(b, BlockId::new(self.graph.blocks.len() - 1));
    }

    fn copy_var(&mut self, v: VarId, map: &mut FxHashMap<VarId, VarId>) -> VarId {
        if let Some(known) = map.get(&v) {
            return *known;
        }
        let new = self.graph.new_var(self.callee.var_names[v.index()].clone());
        self.graph.set_type(new, self.callee.var_type(v));
        map.insert(v, new);
        new
    }

    fn copy_operand(&mut self, operand: &Operand, map: &mut FxHashMap<VarId, VarId>) -> Operand {
        match operand {
            Operand::Var(v) => Operand::Var(self.copy_var(*v, map)),
            Operand::Const(_) => operand.clone(),
        }
    }

    fn fill_block(&mut self, source: BlockId, copy: BlockId) {
        let from = self.callee.block(source).clone();
        let mut map = FxHashMap::default();
        let passed = self.passed.clone();
        let mut carried = self.fresh(&passed);
        let mut inputs: Vec<VarId> = from.inputs.iter().map(|v| self.copy_var(*v, &mut map)).collect();
        inputs.extend(passed.iter().map(|v| carried[v]));
        self.graph.block_mut(copy).inputs = inputs;
        let mut current = copy;
        let n = from.ops.len();
        for (i, op) in from.ops.iter().enumerate() {
            let args = op.args.iter().map(|a| self.copy_operand(a, &mut map)).collect();
            let result = self.copy_var(op.result, &mut map);
            let new = Op {
                code: op.code,
                args,
                result,
                span: op.span,
            };
            self.graph.block_mut(current).ops.push(new);
            let own_handlers = from.switch == ExitSwitch::LastException && i + 1 == n;
            if !self.handlers.is_empty() && !own_handlers && (self.raises)(op) {
                current = self.guard(current, &from, i, &mut map, &mut carried);
            }
        }
        self.exits(&from, current, &mut map, &carried);
    }

    /// Ends the block after an operation that may raise, with links to the handlers; what follows goes into a new block.
    fn guard(
        &mut self,
        current: BlockId,
        from: &Block,
        i: usize,
        map: &mut FxHashMap<VarId, VarId>,
        carried: &mut FxHashMap<VarId, VarId>,
    ) -> BlockId {
        let mut rest = from.clone();
        rest.ops.drain(..=i);
        rest.inputs.clear();
        let live: Vec<VarId> = needed(&rest, &[], VarId(u32::MAX))
            .into_iter()
            .filter(|v| map.contains_key(v))
            .collect();
        let old: Vec<VarId> = live.iter().map(|v| map[v]).collect();
        let renaming = self.fresh(&old);
        let passed = self.passed.clone();
        let old_carried: Vec<VarId> = passed.iter().map(|v| carried[v]).collect();
        let new_carried = self.fresh(&old_carried);
        let mut inputs: Vec<VarId> = old.iter().map(|v| renaming[v]).collect();
        inputs.extend(old_carried.iter().map(|v| new_carried[v]));
        self.graph.blocks.push(Block {
            inputs,
            ops: vec![],
            switch: ExitSwitch::None,
            exits: vec![],
            span: from.span,
        });
        let next = BlockId::new(self.graph.blocks.len() - 1);
        let args = old.iter().chain(&old_carried).map(|v| Operand::Var(*v)).collect();
        let mut exits = vec![Link::new(args, next)];
        exits.extend(self.handler_links(&old_carried));
        let block = self.graph.block_mut(current);
        block.switch = ExitSwitch::LastException;
        block.exits = exits;
        for (v, o) in live.iter().zip(&old) {
            map.insert(*v, renaming[o]);
        }
        for (v, o) in passed.iter().zip(&old_carried) {
            carried.insert(*v, new_carried[o]);
        }
        next
    }

    /// Exception links to the handlers of the call, from a block where the passed variables are called `carried`.
    fn handler_links(&mut self, carried: &[VarId]) -> Vec<Link> {
        let mut links = vec![];
        for k in 0..self.handlers.len() {
            let (t, v) = self.exception_vars();
            let mut args: Vec<Operand> = vec![t.into(), v.into()];
            args.extend(carried.iter().map(|c| Operand::Var(*c)));
            let mut link = Link::when(self.handlers[k].case.clone(), args, self.handler_blocks[k]);
            link.exc_vars = Some((t, v));
            links.push(link);
        }
        links
    }

    fn exits(
        &mut self,
        from: &Block,
        current: BlockId,
        map: &mut FxHashMap<VarId, VarId>,
        carried: &FxHashMap<VarId, VarId>,
    ) {
        let switch = match &from.switch {
            ExitSwitch::Value(v) => ExitSwitch::Value(self.copy_operand(v, map)),
            other => other.clone(),
        };
        let passed: Vec<VarId> = self.passed.iter().map(|v| carried[v]).collect();
        let mut exits = vec![];
        for link in &from.exits {
            exits.push(self.exit(link, map, &passed));
        }
        let catches_all = from.exits.iter().any(|l| match &l.case {
            ExitCase::Exception(c) => self.classes.catches_all(c),
            _ => false,
        });
        if switch == ExitSwitch::LastException && !catches_all && !self.handlers.is_empty() {
            exits.extend(self.handler_links(&passed));
        }
        let block = self.graph.block_mut(current);
        block.switch = switch;
        block.exits = exits;
    }

    fn exit(&mut self, link: &Link, map: &mut FxHashMap<VarId, VarId>, passed: &[VarId]) -> Link {
        let exc_vars = link
            .exc_vars
            .map(|(t, v)| (self.copy_var(t, map), self.copy_var(v, map)));
        let mut args: Vec<Operand> = link.args.iter().map(|a| self.copy_operand(a, map)).collect();
        let target = if link.target == self.callee.return_block {
            self.after
        } else if link.target == self.callee.except_block {
            self.raise_target(&args[0])
        } else {
            self.blocks[&link.target]
        };
        if target != self.graph.except_block {
            args.extend(passed.iter().map(|v| Operand::Var(*v)));
        }
        Link {
            case: link.case.clone(),
            args,
            target,
            exc_vars,
        }
    }

    /// Where an exception of this type goes.
    fn raise_target(&mut self, class: &Operand) -> BlockId {
        if self.handlers.is_empty() {
            return self.graph.except_block;
        }
        let Some(raised) = self.classes.of_vtable(class) else {
            return self.dispatcher();
        };
        for (k, link) in self.handlers.iter().enumerate() {
            let ExitCase::Exception(c) = &link.case else { continue };
            match self.classes.of_constant(c) {
                Some(c) if self.classes.is_subclass(raised, c) => return self.handler_blocks[k],
                Some(_) => {}
                None => return self.dispatcher(),
            }
        }
        self.graph.except_block
    }
}

/// Variables that a block and the handlers read but do not define, without `result`.
fn needed(block: &Block, handlers: &[Link], result: VarId) -> Vec<VarId> {
    let mut found: Vec<VarId> = vec![];
    let mut defined: Vec<VarId> = vec![result];
    defined.extend(&block.inputs);
    defined.extend(block.ops.iter().map(|op| op.result));
    let links = block.exits.iter().chain(handlers);
    for (t, v) in links.clone().filter_map(|l| l.exc_vars) {
        defined.extend([t, v]);
    }
    let defined: rustc_hash::FxHashSet<VarId> = defined.into_iter().collect();
    let mut seen = rustc_hash::FxHashSet::default();
    let switch = match &block.switch {
        ExitSwitch::Value(v) => Some(v),
        ExitSwitch::None | ExitSwitch::LastException => None,
    };
    let operands = block
        .ops
        .iter()
        .flat_map(|op| &op.args)
        .chain(switch)
        .chain(links.flat_map(|l| &l.args));
    for v in operands.filter_map(Operand::var) {
        if !defined.contains(&v) && seen.insert(v) {
            found.push(v);
        }
    }
    found
}

fn renamed(operand: &Operand, map: &FxHashMap<VarId, VarId>) -> Operand {
    match operand {
        Operand::Var(v) => Operand::Var(map.get(v).copied().unwrap_or(*v)),
        Operand::Const(c) => Operand::Const(Const::clone(c)),
    }
}

fn rename_block(block: &mut Block, map: &FxHashMap<VarId, VarId>) {
    for op in &mut block.ops {
        op.args.iter_mut().for_each(|a| *a = renamed(a, map));
    }
    if let ExitSwitch::Value(v) = &mut block.switch {
        *v = renamed(v, map);
    }
    for link in &mut block.exits {
        link.args.iter_mut().for_each(|a| *a = renamed(a, map));
    }
}
