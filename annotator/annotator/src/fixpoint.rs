//! The fixpoint: blocks are analysed until nothing changes.

use crate::annotator::{Annotator, Flow, Known, Problem, Stop, UNBOUND};
use crate::definitions::Place;
use crate::model::{AnnId, ClassDefId, Kind};
use rpy_flow::{Block, BlockId, Const, ExitCase, ExitSwitch, GraphId, Link, Op, OpCode, Operand, VarId};
use rpy_host::Value;
use rpy_syntax::{Diagnostic, Span};
use std::rc::Rc;

/// What happened to a block.
enum Outcome {
    /// All operations have results.
    Done,
    /// This operation has none yet.
    Blocked(u32),
    /// Only the exception links are taken: the last operation never returns.
    Raises,
    /// An operation that is allowed not to return: nothing follows.
    NoReturn,
}

impl Annotator {
    /// Infers the types of everything reachable from `entry`, called with arguments of these annotations.
    pub fn build_types(&mut self, entry: Value, args: &[AnnId]) -> Result<(), Vec<Diagnostic>> {
        self.host.forbid_collection();
        if let Err(raised) = self.host.import_module("rpython.rtyper.replacements") {
            let stop = self.raised_error(&raised);
            return Err(match stop {
                Stop::Error(p) => vec![p.diagnostic],
                Stop::Blocked => vec![],
            });
        }
        if let Err(e) = self.start(entry, args) {
            return Err(vec![self.finish_problem(e)]);
        }
        self.complete()?;
        self.check_entry(entry)
    }

    /// The annotation of the entry point's argument: the list of command-line arguments.
    pub fn argv_annotation(&mut self) -> AnnId {
        let list = self.new_listdef(AnnId::STR0);
        let id = self.find_list(list);
        self.lists[id.index()].resized = true;
        self.anns.of(Kind::List(list))
    }

    /// The entry point must return an exit status.
    fn check_entry(&mut self, entry: Value) -> Result<(), Vec<Diagnostic>> {
        let Some(graph) = self.graph_of(entry) else {
            return Ok(());
        };
        let data = self.graphs.get(graph);
        let result = data.return_var();
        let span = self.definition(entry);
        let title = match self.bound(graph, result) {
            None => "the entry point never returns: every way through it raises an exception".to_owned(),
            Some(ann) if self.anns.kind(ann).is_integer() => return Ok(()),
            Some(ann) => format!(
                "the entry point must return an int, the exit status; it returns {}",
                self.describe(ann)
            ),
        };
        Err(vec![Diagnostic::error("RPY0414", title).at(span, "")])
    }

    fn start(&mut self, entry: Value, args: &[AnnId]) -> Result<(), Problem> {
        let result = self
            .function_desc_of(entry, None)
            .and_then(|desc| self.entry_graph(desc, args));
        match result {
            Ok(_) | Err(Stop::Blocked) => Ok(()),
            Err(Stop::Error(p)) => Err(*p),
        }
    }

    fn entry_graph(&mut self, desc: crate::model::DescId, args: &[AnnId]) -> Flow {
        let graph = self.specialized_graph(desc, args)?;
        self.here_span = self.graphs.get(graph).span;
        let start = self.graphs.get(graph).start;
        let n = self.graphs.get(graph).block(start).inputs.len();
        if n != args.len() {
            let span = self.here_span;
            let d = Diagnostic::error(
                "RPY0414",
                format!(
                    "the entry point takes {n} argument{}, it must take one: the list of command-line arguments",
                    if n == 1 { "" } else { "s" }
                ),
            )
            .at(span, "");
            return Err(self.placed(d));
        }
        self.add_pending(graph, start, args)?;
        Ok(AnnId::NONE)
    }

    /// The graph of the entry point or of another function already analysed without specialisation.
    pub fn graph_of(&self, function: Value) -> Option<GraphId> {
        let desc = *self.desc_index.get(&(function, None))?;
        self.function_desc(desc)?.graphs.values().next().copied()
    }

    /// Runs the analysis to the end and reports what is wrong with the program.
    pub fn complete(&mut self) -> Result<(), Vec<Diagnostic>> {
        loop {
            self.run();
            if !self.errors.is_empty() || !self.global_errors.is_empty() {
                break;
            }
            if !self.build_memo_graphs() {
                break;
            }
        }
        if self.errors.is_empty() && self.global_errors.is_empty() {
            self.report_blocked();
        }
        let errors = self.take_errors();
        if errors.is_empty() {
            self.simplify_graphs();
            self.compute_call_tables();
            let errors = self.take_errors();
            return if errors.is_empty() { Ok(()) } else { Err(errors) };
        }
        Err(errors)
    }

    fn run(&mut self) {
        while let Some((graph, block)) = self.work.pop() {
            let state = &mut self.states[graph.index()].blocks[block.index()];
            state.queued = false;
            if !state.done {
                self.process_block(graph, block);
            }
        }
    }

    /// Makes `inputs` flow into a block.
    pub(crate) fn add_pending(&mut self, graph: GraphId, block: BlockId, inputs: &[AnnId]) -> Flow<()> {
        if self.states[graph.index()].settled {
            return Ok(());
        }
        let vars = self.graphs.get(graph).block(block).inputs.clone();
        let seen = self.states[graph.index()].blocks[block.index()].seen;
        let mut changed = !seen;
        for (var, ann) in vars.iter().zip(inputs) {
            let old = self.bindings[graph.index()][var.index()];
            let old = if seen && old != UNBOUND { old } else { AnnId::IMPOSSIBLE };
            let new = self.unite_param(graph, *var, old, *ann)?;
            if new != old {
                changed = true;
                let span = self.here_span;
                self.origin.insert((graph, *var), span);
            }
            self.bindings[graph.index()][var.index()] = new;
        }
        let state = &mut self.states[graph.index()].blocks[block.index()];
        state.seen = true;
        if changed {
            state.done = false;
        }
        if !state.done {
            self.enqueue(graph, block);
        }
        Ok(())
    }

    fn enqueue(&mut self, graph: GraphId, block: BlockId) {
        if self.states[graph.index()].settled {
            return;
        }
        let state = &mut self.states[graph.index()].blocks[block.index()];
        if !state.queued {
            state.queued = true;
            let visits = state.visits;
            self.work.push(graph, block, visits);
        }
    }

    /// Analyses the blocks of these places again.
    pub(crate) fn reflow_all(&mut self, places: &[Place]) {
        for place in places {
            let Some(state) = self.states.get_mut(place.graph.index()) else {
                continue;
            };
            let Some(state) = state.blocks.get_mut(place.block.index()) else {
                continue;
            };
            if state.seen {
                state.done = false;
                self.enqueue(place.graph, place.block);
            }
        }
    }

    fn process_block(&mut self, graph: GraphId, block: BlockId) {
        let state = &mut self.states[graph.index()].blocks[block.index()];
        state.done = true;
        state.blocked_at = None;
        state.visits += 1;
        if block == self.graphs.get(graph).return_block {
            let callers: Vec<Place> = self.states[graph.index()].callers.iter().copied().collect();
            self.reflow_all(&callers);
            return;
        }
        let ops = std::mem::take(&mut self.graphs.get_mut(graph).block_mut(block).ops);
        let result = self.flow_ops(graph, block, ops);
        let result = match result {
            Ok(outcome) => self.flow_exits(graph, block, &outcome).map(|()| outcome),
            Err(e) => Err(e),
        };
        match result {
            Ok(Outcome::Blocked(op)) => {
                self.states[graph.index()].blocks[block.index()].blocked_at = Some(op);
                self.errors.shift_remove(&(graph, block));
            }
            Ok(Outcome::Done | Outcome::Raises | Outcome::NoReturn) => {
                self.errors.shift_remove(&(graph, block));
            }
            Err(problem) => {
                let diagnostic = self.finish_problem(problem);
                self.errors.insert((graph, block), diagnostic);
            }
        }
    }

    /// Analyses the operations; puts them back into the block.
    fn flow_ops(&mut self, graph: GraphId, block: BlockId, mut ops: Vec<Op>) -> Result<Outcome, Problem> {
        let mut outcome = Ok(Outcome::Done);
        let mut i = 0;
        while i < ops.len() {
            self.here = Place {
                graph,
                block,
                op: i as u32,
            };
            self.here_span = ops[i].span;
            match self.consider(graph, &ops[i]) {
                Ok(ann) => {
                    self.bindings_set(graph, ops[i].result, ann);
                    i += 1;
                }
                Err(Stop::Error(p)) => {
                    outcome = Err(*p);
                    break;
                }
                Err(Stop::Blocked) => {
                    if let Some(replacement) = self.pending_rewrite.take() {
                        ops.splice(i..=i, replacement);
                        continue;
                    }
                    outcome = Ok(self.blocked_outcome(graph, block, &ops, i));
                    break;
                }
            }
        }
        self.graphs.get_mut(graph).block_mut(block).ops = ops;
        outcome
    }

    fn blocked_outcome(&mut self, graph: GraphId, block: BlockId, ops: &[Op], i: usize) -> Outcome {
        let last = i + 1 == ops.len();
        if last && self.graphs.get(graph).block(block).switch == ExitSwitch::LastException {
            return Outcome::Raises;
        }
        match ops[i].code {
            OpCode::SimpleCall | OpCode::CallArgs | OpCode::Next if self.all_args_known(graph, &ops[i]) => {
                Outcome::NoReturn
            }
            OpCode::Getattr if self.reads_iterator_state(graph, &ops[i]) => Outcome::NoReturn,
            _ => Outcome::Blocked(i as u32),
        }
    }

    /// A generator resumes after a `yield` that nothing reaches: nobody has stored the variables of that state.
    fn reads_iterator_state(&mut self, graph: GraphId, op: &Op) -> bool {
        let Some(object) = op.args.first().map(|a| self.operand(graph, a)) else {
            return false;
        };
        match self.anns.kind(object) {
            Kind::Instance { classdef, .. } => self.class(*classdef).name.ends_with(".iterator"),
            _ => false,
        }
    }

    fn all_args_known(&mut self, graph: GraphId, op: &Op) -> bool {
        op.args
            .iter()
            .all(|a| !matches!(a, Operand::Var(_)) || self.operand(graph, a) != AnnId::IMPOSSIBLE)
    }

    fn bindings_set(&mut self, graph: GraphId, var: VarId, ann: AnnId) {
        let table = &mut self.bindings[graph.index()];
        if table.len() <= var.index() {
            table.resize(var.index() + 1, UNBOUND);
        }
        if table[var.index()] != ann {
            table[var.index()] = ann;
            self.origin.insert((graph, var), self.here_span);
        }
    }

    fn flow_exits(&mut self, graph: GraphId, block: BlockId, outcome: &Outcome) -> Result<(), Problem> {
        if matches!(outcome, Outcome::Blocked(_) | Outcome::NoReturn) {
            return Ok(());
        }
        let data: Block = {
            let b = self.graphs.get(graph).block(block);
            Block {
                inputs: vec![],
                ops: b.ops.last().cloned().into_iter().collect(),
                switch: b.switch.clone(),
                exits: b.exits.clone(),
                span: b.span,
            }
        };
        self.here.op = self.graphs.get(graph).block(block).ops.len() as u32;
        self.here_span = data.ops.last().map_or(data.span, |o| o.span);
        let result = match &data.switch {
            ExitSwitch::LastException => self.flow_exception_exits(graph, &data, matches!(outcome, Outcome::Raises)),
            ExitSwitch::Value(switch) => self.flow_switch(graph, &data.exits, switch),
            ExitSwitch::None => data
                .exits
                .iter()
                .try_for_each(|link| self.follow_link(graph, link, &[])),
        };
        match result {
            Ok(()) | Err(Stop::Blocked) => Ok(()),
            Err(Stop::Error(p)) => Err(*p),
        }
    }

    fn flow_switch(&mut self, graph: GraphId, exits: &[Link], switch: &Operand) -> Flow<()> {
        let ann = self.operand(graph, switch);
        let constant = self.anns.constant(ann);
        let known = match switch {
            Operand::Var(v) => self.known.get(&(graph, *v)).cloned(),
            Operand::Const(_) => None,
        };
        if let Some(value) = constant {
            let taken = self.constant_exit(exits, value)?;
            return match taken {
                Some(link) => self.follow_link(graph, &link, &[]),
                None => Ok(()),
            };
        }
        for link in exits {
            let constraints: &[(VarId, AnnId)] = match (&link.case, &known) {
                (ExitCase::Bool(true), Some(k)) => &k.yes,
                (ExitCase::Bool(false), Some(k)) => &k.no,
                _ => &[],
            };
            self.follow_link(graph, link, constraints)?;
        }
        Ok(())
    }

    /// The link taken for a constant switch.
    fn constant_exit(&mut self, exits: &[Link], value: Value) -> Flow<Option<Link>> {
        for link in exits {
            let hit = match &link.case {
                ExitCase::Bool(b) => {
                    if matches!(value, Value::Obj(_)) {
                        self.host.is_true(value).map_err(|e| self.raised_error(&e))? == *b
                    } else {
                        truth_of_immediate(value) == *b
                    }
                }
                ExitCase::Value(Const::Host(v)) => {
                    let (a, b) = (self.canonical_value(*v), self.canonical_value(value));
                    a == b
                }
                ExitCase::Default | ExitCase::None => true,
                ExitCase::Value(_) | ExitCase::Exception(_) => false,
            };
            if hit {
                return Ok(Some(link.clone()));
            }
        }
        Ok(None)
    }

    fn flow_exception_exits(&mut self, graph: GraphId, block: &Block, only_raises: bool) -> Flow<()> {
        let mut remaining = match block.ops.last() {
            Some(op) => self.raised_classes(graph, op)?,
            None => vec![],
        };
        for link in &block.exits {
            let ExitCase::Exception(Const::Host(class)) = &link.case else {
                if !only_raises {
                    self.follow_link(graph, link, &[])?;
                }
                continue;
            };
            let desc = self.class_desc_of(*class)?;
            let case = self.classdef_of(desc)?;
            let mut matching: Option<ClassDefId> = None;
            let mut rest = vec![];
            for c in remaining {
                let hit = if self.is_subclass(c, case) {
                    Some(c)
                } else if self.is_subclass(case, c) {
                    rest.push(c);
                    Some(case)
                } else {
                    rest.push(c);
                    None
                };
                matching = match (matching, hit) {
                    (Some(m), Some(h)) => self.common_base(m, h),
                    (m, h) => m.or(h),
                };
            }
            remaining = rest;
            if let Some(class) = matching {
                self.follow_raise_link(graph, link, class)?;
            }
        }
        Ok(())
    }

    fn follow_raise_link(&mut self, graph: GraphId, link: &Link, class: ClassDefId) -> Flow<()> {
        if let Some((type_var, value_var)) = link.exc_vars {
            let ty = self.anns.of(Kind::TypeOf(Some(class)));
            let value = self.anns.instance(class);
            self.bindings_set(graph, type_var, ty);
            self.bindings_set(graph, value_var, value);
            self.type_vars.insert((graph, type_var), value_var);
        }
        self.follow_link(graph, link, &[])
    }

    fn follow_link(&mut self, graph: GraphId, link: &Link, constraints: &[(VarId, AnnId)]) -> Flow<()> {
        let mut anns = Vec::with_capacity(link.args.len());
        for arg in &link.args {
            let mut ann = match arg {
                Operand::Var(v) => match self.bound(graph, *v) {
                    Some(ann) => ann,
                    None => return Ok(()),
                },
                Operand::Const(_) => self.operand_flow(graph, arg)?,
            };
            if let Operand::Var(v) = arg
                && let Some((_, limit)) = constraints.iter().find(|(c, _)| c == v)
            {
                ann = self.improve(ann, *limit);
                if ann == AnnId::IMPOSSIBLE {
                    return Ok(());
                }
            }
            anns.push(ann);
        }
        if link.target == self.graphs.get(graph).return_block
            && let [ann] = &mut anns[..]
        {
            *ann = self.check_declared_result(graph, *ann)?;
        }
        let inputs = self.graphs.get(graph).block(link.target).inputs.clone();
        let changed = self.pass_known(graph, link, &inputs);
        if changed {
            self.states[graph.index()].blocks[link.target.index()].done = false;
        }
        self.add_pending(graph, link.target, &anns)
    }

    /// Carries what bools tell about other variables over a link; whether something changed for the target.
    fn pass_known(&mut self, graph: GraphId, link: &Link, inputs: &[VarId]) -> bool {
        let mut changed = false;
        let seen = self.states[graph.index()].blocks[link.target.index()].seen;
        for (arg, input) in link.args.iter().zip(inputs) {
            let Operand::Var(v) = arg else {
                changed |= self.known.remove(&(graph, *input)).is_some();
                self.type_vars.remove(&(graph, *input));
                continue;
            };
            self.pass_type_var(graph, link, inputs, *v, *input);
            let Some(known) = self.known.get(&(graph, *v)).cloned() else {
                changed |= self.known.remove(&(graph, *input)).is_some();
                continue;
            };
            let renamed = Known {
                yes: rename(&known.yes, link, inputs),
                no: rename(&known.no, link, inputs),
            };
            let old = self.known.get(&(graph, *input)).cloned();
            let new = match old.clone() {
                Some(old) => Known {
                    yes: self.meet_known(&old.yes, &renamed.yes),
                    no: self.meet_known(&old.no, &renamed.no),
                },
                None if seen => continue,
                None => renamed,
            };
            if old.as_deref() != Some(&new) {
                changed = true;
                self.known.insert((graph, *input), Rc::new(new));
            }
        }
        changed
    }

    /// Keeps the relation between an exception's type and value over a link.
    fn pass_type_var(&mut self, graph: GraphId, link: &Link, inputs: &[VarId], var: VarId, input: VarId) {
        let value = self.type_vars.get(&(graph, var)).copied();
        let position = value.and_then(|w| link.args.iter().position(|a| a.var() == Some(w)));
        match position.and_then(|i| inputs.get(i)) {
            Some(target) => {
                self.type_vars.insert((graph, input), *target);
            }
            None => {
                self.type_vars.remove(&(graph, input));
            }
        }
    }

    /// What both tell.
    fn meet_known(&mut self, a: &[(VarId, AnnId)], b: &[(VarId, AnnId)]) -> Vec<(VarId, AnnId)> {
        let mut result = vec![];
        for (v, x) in a {
            if let Some((_, y)) = b.iter().find(|(w, _)| w == v)
                && let Ok(u) = self.union(*x, *y)
            {
                result.push((*v, u));
            }
        }
        result
    }

    /// Annotation of an operand; constants that cannot be annotated are errors.
    pub(crate) fn operand_flow(&mut self, graph: GraphId, operand: &Operand) -> Flow {
        match operand {
            Operand::Const(Const::Host(v)) => self.try_value(*v),
            _ => Ok(self.operand(graph, operand)),
        }
    }

    /// Forgets the flow of blocks that wait forever, for messages: the operation they wait for.
    pub(crate) fn blocked_places(&self) -> Vec<Place> {
        let mut result = vec![];
        for graph in self.graphs.ids() {
            let Some(state) = self.states.get(graph.index()) else {
                continue;
            };
            for (i, block) in state.blocks.iter().enumerate() {
                if let Some(op) = block.blocked_at {
                    result.push(Place {
                        graph,
                        block: BlockId::new(i),
                        op,
                    });
                }
            }
        }
        result
    }

    /// Whether the analysis went into a block.
    pub fn is_reached(&self, graph: GraphId, block: BlockId) -> bool {
        self.states
            .get(graph.index())
            .and_then(|s| s.blocks.get(block.index()))
            .is_none_or(|b| b.seen)
    }

    /// Where the annotation of a variable was widened last.
    pub(crate) fn origin_of(&self, graph: GraphId, var: VarId) -> Span {
        self.origin.get(&(graph, var)).copied().unwrap_or(Span::NONE)
    }
}

fn rename(list: &[(VarId, AnnId)], link: &Link, inputs: &[VarId]) -> Vec<(VarId, AnnId)> {
    let mut result = vec![];
    for (var, ann) in list {
        for (arg, input) in link.args.iter().zip(inputs) {
            if arg.var() == Some(*var) {
                result.push((*input, *ann));
            }
        }
    }
    result
}

/// Truth of values that are not heap objects.
pub(crate) fn truth_of_immediate(value: Value) -> bool {
    match value {
        Value::None => false,
        Value::Bool(b) => b,
        Value::Int(i) => i != 0,
        Value::Float(x) => x != 0.0,
        Value::Obj(_) => true,
    }
}
