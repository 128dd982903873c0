//! Lowering of one graph: every operation of every block, then the arguments of every link.

use crate::hop::{Arg, Hop};
use crate::llops::{LLOps, Raising};
use crate::repr::ReprId;
use crate::rtyper::{RTyper, Res};
use rpy_annotator::{AnnId, Place};
use rpy_flow::{BlockId, Const, Effect, ExitCase, ExitSwitch, GraphId, Link, Op, OpCode, Operand, VarId};
use rpy_host::Value;
use rpy_lltype::{LLTypes, LLValue};
use rustc_hash::FxHashMap;

/// What high-level variables of the current block have become.
type Renaming = FxHashMap<VarId, Operand>;

impl RTyper<'_> {
    /// Lowers a graph in place.
    pub(crate) fn specialize_graph(&mut self, id: GraphId) -> Res<()> {
        let saved = (self.graph.replace(id), self.span);
        self.span = self.graph(id).span;
        self.ann.settle_graph(id);
        self.set_input_types(id)?;
        for block in self.graph(id).reachable() {
            if !self.is_final(id, block) && self.ann.is_reached(id, block) {
                self.specialize_block(id, block)?;
            }
        }
        for block in self.graph(id).reachable() {
            self.drop_unused_interiors(id, block);
            self.drop_host_constants(id, block);
        }
        (self.graph, self.span) = saved;
        self.verify_graph(id)
    }

    /// In development builds: the verifier finds nothing wrong.
    fn verify_graph(&self, id: GraphId) -> Res<()> {
        if !cfg!(debug_assertions) {
            return Ok(());
        }
        match rpy_flow::verify(self.graph(id), Some(self.types())).first() {
            Some(fault) => {
                let names = rpy_flow::text::Names {
                    types: Some(self.types()),
                    graphs: Some(&self.ann.graphs),
                    ..Default::default()
                };
                let text = rpy_flow::print_graph(self.graph(id), names);
                Err(self.internal(fault).note(text))
            }
            None => Ok(()),
        }
    }

    fn is_final(&self, id: GraphId, block: BlockId) -> bool {
        let g = self.graph(id);
        block == g.return_block || block == g.except_block
    }

    fn set_input_types(&mut self, id: GraphId) -> Res<()> {
        let except = self.graph(id).except_block;
        for block in self.graph(id).reachable() {
            let inputs = self.graph(id).block(block).inputs.clone();
            if block == except {
                self.graph_mut(id).set_type(inputs[0], LLTypes::CLASSTYPE);
                self.graph_mut(id).set_type(inputs[1], LLTypes::OBJECTPTR);
                continue;
            }
            for v in inputs {
                let repr = self.var_repr(id, v)?;
                let ty = self.lowleveltype(repr)?;
                self.graph_mut(id).set_type(v, ty);
            }
        }
        let ret = self.graph(id).return_var();
        let repr = self.var_repr(id, ret)?;
        let ty = self.lowleveltype(repr)?;
        self.graph_mut(id).set_type(ret, ty);
        let except = self.graph(id).block(except).inputs.clone();
        self.graph_mut(id).set_type(except[0], LLTypes::CLASSTYPE);
        self.graph_mut(id).set_type(except[1], LLTypes::OBJECTPTR);
        Ok(())
    }

    fn specialize_block(&mut self, id: GraphId, block: BlockId) -> Res<()> {
        self.prune_exits(id, block);
        // The annotator may look at the high-level operations until the block is done.
        let ops = self.graph(id).block(block).ops.clone();
        let n = ops.len();
        let mut renaming = Renaming::default();
        let mut out: Vec<Op> = Vec::with_capacity(n * 2);
        for (i, op) in ops.into_iter().enumerate() {
            self.span = op.span;
            let raises = i + 1 == n && self.graph(id).block(block).switch == ExitSwitch::LastException;
            let place = Place {
                graph: id,
                block,
                op: u32::try_from(i).expect("blocks are short"),
            };
            let result = op.result;
            let never_returns = self.ann.bound(id, result).is_none_or(|a| a == AnnId::IMPOSSIBLE);
            let (new_ops, value, raising) = self.lower_op(&op, place, raises, &renaming)?;
            let first = out.len();
            out.extend(new_ops);
            self.name_result(id, result, &value);
            renaming.insert(result, value);
            if raises {
                self.finish_raising_block(id, block, out, first, raising, &mut renaming)?;
                return self.convert_links(id, block, &renaming);
            }
            if never_returns {
                self.graph_mut(id).block_mut(block).ops = out;
                return self.end_block_that_never_gets_further(id, block);
            }
        }
        self.graph_mut(id).block_mut(block).ops = out;
        self.convert_links(id, block, &renaming)
    }

    /// Drops exits that the annotator found to be never taken.
    fn prune_exits(&mut self, id: GraphId, block: BlockId) {
        let b = self.graph(id).block(block).clone();
        let wanted = match &b.switch {
            ExitSwitch::Value(v) => self.constant_of(id, v),
            _ => None,
        };
        let wanted = wanted.and_then(|v| self.ann.host.is_true(v).ok());
        let keep: Vec<bool> = b.exits.iter().map(|l| self.link_is_taken(id, l, wanted)).collect();
        if keep.iter().all(|k| *k) || b.exits.len() < 2 {
            return;
        }
        let mut keep = keep.into_iter();
        let b = self.graph_mut(id).block_mut(block);
        let first_kept = *keep.as_slice().first().unwrap_or(&true);
        b.exits.retain(|_| keep.next().unwrap_or(true));
        match b.switch {
            ExitSwitch::LastException if !first_kept => {}
            ExitSwitch::LastException if b.exits.len() > 1 => {}
            ExitSwitch::Value(_) if b.exits.len() > 1 => {}
            _ if b.exits.len() == 1 => {
                b.switch = ExitSwitch::None;
                b.exits[0].case = ExitCase::None;
            }
            _ => {}
        }
    }

    fn link_is_taken(&self, id: GraphId, link: &Link, wanted: Option<bool>) -> bool {
        if let (Some(w), ExitCase::Bool(b)) = (wanted, &link.case) {
            return w == *b;
        }
        let final_block = self.is_final(id, link.target);
        if matches!(link.case, ExitCase::None) {
            return true;
        }
        final_block || self.ann.is_reached(id, link.target)
    }

    fn constant_of(&self, id: GraphId, v: &Operand) -> Option<Value> {
        match v {
            Operand::Var(v) => self.ann.anns.constant(self.ann.binding(id, *v)),
            Operand::Const(Const::Host(c)) => Some(*c),
            Operand::Const(_) => None,
        }
    }

    fn lower_op(
        &mut self,
        op: &Op,
        place: Place,
        raises: bool,
        renaming: &Renaming,
    ) -> Res<(Vec<Op>, Operand, Raising)> {
        let id = place.graph;
        let mut args = Vec::with_capacity(op.args.len());
        for a in &op.args {
            args.push(self.hop_arg(id, a, renaming)?);
        }
        let result_ann = self.ann.binding(id, op.result);
        let result = self.get_repr(result_ann)?;
        let caught = if raises { self.caught_classes(place) } else { vec![] };
        let mut hop = Hop {
            ll: LLOps::new(self, id, op.span),
            code: op.code,
            args,
            keywords: vec![],
            llop_name: None,
            result_ann,
            result,
            caught,
            place,
        };
        let value = crate::dispatch::lower(&mut hop)?;
        let (ops, raising) = (std::mem::take(&mut hop.ll.ops), hop.ll.raising);
        let value = self.check_result(id, op, value, result)?;
        Ok((ops, value, raising))
    }

    fn hop_arg(&mut self, id: GraphId, a: &Operand, renaming: &Renaming) -> Res<Arg> {
        let ann = self.ann.operand(id, a);
        let repr = match a {
            Operand::Var(_) | Operand::Const(Const::Host(_)) => self.get_repr(ann)?,
            Operand::Const(_) => self.intern_repr(crate::repr::Repr::Impossible),
        };
        let v = match a {
            Operand::Var(v) => renaming.get(v).cloned().unwrap_or(Operand::Var(*v)),
            Operand::Const(_) => a.clone(),
        };
        Ok(Arg { v, ann, repr })
    }

    /// Replaces the value by a constant if the annotation has one, and checks its type.
    fn check_result(&mut self, id: GraphId, op: &Op, value: Operand, repr: ReprId) -> Res<Operand> {
        let ty = self.lowleveltype(repr)?;
        if ty == LLTypes::VOID {
            return Ok(match value {
                Operand::Const(Const::Host(_)) => value,
                _ => match self.ann.anns.constant(self.ann.binding(id, op.result)) {
                    Some(c) => Operand::Const(Const::Host(c)),
                    None => Operand::void(),
                },
            });
        }
        let value = match value {
            Operand::Const(Const::Host(v)) => self.inputconst(repr, v)?,
            other => other,
        };
        let actual = self.graph(id).operand_type(&value);
        if !self.types().same(actual, ty) {
            return Err(self.internal(format!(
                "{} gives {} where {} is expected",
                op.code.name(),
                self.type_text(actual),
                self.type_text(ty)
            )));
        }
        Ok(value)
    }

    fn name_result(&mut self, id: GraphId, old: VarId, value: &Operand) {
        if let Operand::Var(new) = value {
            let g = self.graph_mut(id);
            if g.var_names[new.index()].is_none() {
                g.var_names[new.index()] = g.var_names[old.index()].clone();
            }
        }
    }

    /// Classes in the exception links of a block. A handler that only raises again counts: it asks for the check.
    fn caught_classes(&mut self, place: Place) -> Vec<Value> {
        let block = self.graph(place.graph).block(place.block);
        let links = block.exits.iter().skip(1);
        links
            .filter_map(|link| match &link.case {
                ExitCase::Exception(Const::Host(class)) => Some(*class),
                _ => None,
            })
            .collect()
    }

    /// Makes the raising operation the last one of its block; what follows it moves to the normal link.
    fn finish_raising_block(
        &mut self,
        id: GraphId,
        block: BlockId,
        mut ops: Vec<Op>,
        first: usize,
        raising: Raising,
        renaming: &mut Renaming,
    ) -> Res<()> {
        let at = match raising {
            Raising::Never => None,
            Raising::At(i) => Some(first + i),
            Raising::Last => last_raising(&ops, first),
        };
        let Some(at) = at.filter(|at| *at < ops.len()) else {
            let b = self.graph_mut(id).block_mut(block);
            b.ops = ops;
            b.switch = ExitSwitch::None;
            b.exits.truncate(1);
            return Ok(());
        };
        let rest = ops.split_off(at + 1);
        self.graph_mut(id).block_mut(block).ops = ops;
        let normal = self.graph(id).block(block).exits[0].target;
        let goes_on = self.is_final(id, normal) || self.ann.is_reached(id, normal);
        if !rest.is_empty() && goes_on {
            self.move_to_normal_link(id, block, rest, renaming);
        }
        Ok(())
    }

    /// Puts operations into a new block on the normal link of `block`.
    fn move_to_normal_link(&mut self, id: GraphId, block: BlockId, mut rest: Vec<Op>, renaming: &mut Renaming) {
        let g = self.graph_mut(id);
        let span = rest[0].span;
        let new = g.new_block(0, span);
        let mut normal = g.block(block).exits[0].clone();
        for a in &mut normal.args {
            if let Operand::Var(v) = a
                && let Some(now) = renaming.get(v)
            {
                *a = now.clone();
            }
        }
        let defined: Vec<VarId> = rest.iter().map(|o| o.result).collect();
        let mut passed: Vec<(VarId, VarId)> = vec![];
        let mut import = |g: &mut rpy_flow::Graph, a: &mut Operand| {
            if let Operand::Var(v) = a
                && !defined.contains(v)
            {
                let inner = match passed.iter().find(|(outer, _)| outer == v) {
                    Some((_, inner)) => *inner,
                    None => {
                        let inner = g.new_typed_var(g.var_type(*v));
                        g.var_names[inner.index()] = g.var_names[v.index()].clone();
                        passed.push((*v, inner));
                        inner
                    }
                };
                *a = Operand::Var(inner);
            }
        };
        for op in &mut rest {
            op.args.iter_mut().for_each(|a| import(g, a));
        }
        let reprs_of: Vec<Operand> = g.block(block).exits[0].args.clone();
        normal.args.iter_mut().for_each(|a| import(g, a));
        normal.case = ExitCase::None;
        let target = Link::new(passed.iter().map(|(o, _)| Operand::Var(*o)).collect(), new);
        g.block_mut(block).exits[0] = target;
        let b = g.block_mut(new);
        b.inputs = passed.iter().map(|(_, i)| *i).collect();
        b.ops = rest;
        b.exits = vec![normal];
        self.split_links.insert((id, new), reprs_of);
    }

    /// The last operation of a block always raises: inference never looked at what follows it.
    fn cut_unreached_normal_link(&mut self, id: GraphId, block: BlockId) -> Res<()> {
        let Some(link) = self.graph(id).block(block).exits.first() else {
            return Ok(());
        };
        let target = link.target;
        if self.is_final(id, target) || self.ann.is_reached(id, target) || self.split_links.contains_key(&(id, target))
        {
            return Ok(());
        }
        let args = self.impossible_exception()?;
        let g = self.graph_mut(id);
        let target = g.except_block;
        let link = &mut g.block_mut(block).exits[0];
        link.args = args;
        link.target = target;
        Ok(())
    }

    /// Type and value of the exception raised where control never comes.
    fn impossible_exception(&mut self) -> Res<Vec<Operand>> {
        let class = self.host().exc().assertion_error;
        let instance = self.standard_exception(class.into())?;
        let vtable = self.vtable_of_class(class.into())?;
        Ok(vec![
            Operand::ll(LLTypes::CLASSTYPE, LLValue::Ptr(vtable)),
            Operand::ll(LLTypes::OBJECTPTR, LLValue::Ptr(instance)),
        ])
    }

    /// The code after an operation that never returns is not there.
    fn end_block_that_never_gets_further(&mut self, id: GraphId, block: BlockId) -> Res<()> {
        let args = self.impossible_exception()?;
        let g = self.graph_mut(id);
        let target = g.except_block;
        let b = g.block_mut(block);
        b.switch = ExitSwitch::None;
        b.exits = vec![Link::new(args, target)];
        Ok(())
    }

    fn convert_links(&mut self, id: GraphId, block: BlockId, renaming: &Renaming) -> Res<()> {
        self.rename_switch(id, block, renaming)?;
        self.cut_unreached_normal_link(id, block)?;
        let n = self.graph(id).block(block).exits.len();
        for i in 0..n {
            let target = self.graph(id).block(block).exits[i].target;
            // The normal link of a split block leads to the new block: that block's own link is the one to convert.
            if let Some(originals) = self.split_links.remove(&(id, target)) {
                self.convert_link(id, target, 0, &originals, &Renaming::default(), false)?;
                continue;
            }
            let originals = self.graph(id).block(block).exits[i].args.clone();
            self.convert_link(id, block, i, &originals, renaming, true)?;
        }
        Ok(())
    }

    fn rename_switch(&mut self, id: GraphId, block: BlockId, renaming: &Renaming) -> Res<()> {
        let switch = self.graph(id).block(block).switch.clone();
        match switch {
            ExitSwitch::Value(v) => {
                let arg = self.hop_arg(id, &v, renaming)?;
                let new = match arg.v {
                    Operand::Const(Const::Host(c)) => self.inputconst(arg.repr, c)?,
                    other => other,
                };
                let cases: Vec<ExitCase> = self
                    .graph(id)
                    .block(block)
                    .exits
                    .iter()
                    .map(|l| l.case.clone())
                    .collect();
                let mut low = vec![];
                for case in cases {
                    low.push(match case {
                        ExitCase::Value(Const::Host(c)) => match self.inputconst(arg.repr, c)? {
                            Operand::Const(c) => ExitCase::Value(c),
                            Operand::Var(_) => return Err(self.internal("a switch case is not constant")),
                        },
                        other => other,
                    });
                }
                let b = self.graph_mut(id).block_mut(block);
                b.switch = ExitSwitch::Value(new);
                b.exits.iter_mut().zip(low).for_each(|(l, case)| l.case = case);
            }
            ExitSwitch::LastException => self.convert_exception_cases(id, block)?,
            ExitSwitch::None => {}
        }
        Ok(())
    }

    fn convert_exception_cases(&mut self, id: GraphId, block: BlockId) -> Res<()> {
        for i in 1..self.graph(id).block(block).exits.len() {
            let link = self.graph(id).block(block).exits[i].clone();
            if let ExitCase::Exception(Const::Host(class)) = link.case {
                let vtable = self.vtable_of_class(class)?;
                let case = Const::LL(rpy_flow::LLConst {
                    ty: LLTypes::CLASSTYPE,
                    value: LLValue::Ptr(vtable),
                });
                self.graph_mut(id).block_mut(block).exits[i].case = ExitCase::Exception(case);
            }
            if let Some((t, v)) = link.exc_vars {
                self.graph_mut(id).set_type(t, LLTypes::CLASSTYPE);
                self.graph_mut(id).set_type(v, LLTypes::OBJECTPTR);
            }
        }
        Ok(())
    }

    /// Converts the arguments of a link to the representations of the target's inputs.
    /// `originals` are the high-level operands; `renaming` tells what they have become unless that was applied already.
    fn convert_link(
        &mut self,
        id: GraphId,
        block: BlockId,
        index: usize,
        originals: &[Operand],
        renaming: &Renaming,
        rename: bool,
    ) -> Res<()> {
        let link = self.graph(id).block(block).exits[index].clone();
        let span = self.graph(id).block(block).ops.last().map_or(self.span, |o| o.span);
        self.span = span;
        let inputs = self.graph(id).block(link.target).inputs.clone();
        let is_except = link.target == self.graph(id).except_block;
        let mut new_args = vec![];
        let mut jobs = vec![];
        for (i, original) in originals.iter().enumerate() {
            let v = match (&link.args[i], rename) {
                (Operand::Var(v), true) => renaming.get(v).cloned().unwrap_or(Operand::Var(*v)),
                (other, _) => other.clone(),
            };
            let from = self.link_arg_repr(id, &link, original)?;
            let to = match (is_except, i) {
                (true, 0) => self.class_repr(),
                (true, _) => self.object_repr(),
                _ => self.var_repr(id, inputs[i])?,
            };
            jobs.push((v, from, to));
        }
        let mut ll = LLOps::new(self, id, span);
        for (v, from, to) in jobs {
            new_args.push(ll.convertvar(v, from, to)?);
        }
        let ops = std::mem::take(&mut ll.ops);
        self.put_on_link(id, block, index, ops, new_args);
        Ok(())
    }

    fn link_arg_repr(&mut self, id: GraphId, link: &Link, original: &Operand) -> Res<ReprId> {
        if let (Operand::Var(v), Some((t, e))) = (original, link.exc_vars) {
            if *v == t {
                return Ok(self.class_repr());
            }
            if *v == e {
                return Ok(self.object_repr());
            }
        }
        match original {
            Operand::Const(Const::LL(c)) => match c.ty {
                LLTypes::CLASSTYPE => Ok(self.class_repr()),
                LLTypes::OBJECTPTR => Ok(self.object_repr()),
                ty => self.repr_of_lltype(ty),
            },
            _ => {
                let ann = self.ann.operand(id, original);
                self.get_repr(ann)
            }
        }
    }

    /// Sets a link's arguments; operations that compute them go to the end of the block or to a new block on the link.
    fn put_on_link(&mut self, id: GraphId, block: BlockId, index: usize, ops: Vec<Op>, args: Vec<Operand>) {
        let g = self.graph_mut(id);
        let simple = g.block(block).exits.len() == 1 && g.block(block).switch == ExitSwitch::None;
        if ops.is_empty() || simple {
            let b = g.block_mut(block);
            b.ops.extend(ops);
            b.exits[index].args = args;
            return;
        }
        let span = ops[0].span;
        let target = g.block(block).exits[index].target;
        let new = g.new_block(0, span);
        let defined: Vec<VarId> = ops.iter().map(|o| o.result).collect();
        let mut passed: Vec<(VarId, VarId)> = vec![];
        let mut import = |g: &mut rpy_flow::Graph, a: &Operand| match a {
            Operand::Var(v) if !defined.contains(v) => {
                if let Some((_, inner)) = passed.iter().find(|(outer, _)| outer == v) {
                    return Operand::Var(*inner);
                }
                let inner = g.new_typed_var(g.var_type(*v));
                g.var_names[inner.index()] = g.var_names[v.index()].clone();
                passed.push((*v, inner));
                Operand::Var(inner)
            }
            other => other.clone(),
        };
        let ops: Vec<Op> = ops
            .into_iter()
            .map(|mut op| {
                op.args = op.args.iter().map(|a| import(g, a)).collect();
                op
            })
            .collect();
        let args: Vec<Operand> = args.iter().map(|a| import(g, a)).collect();
        let b = g.block_mut(new);
        b.inputs = passed.iter().map(|(_, i)| *i).collect();
        b.ops = ops;
        b.exits = vec![Link::new(args, target)];
        let link = &mut g.block_mut(block).exits[index];
        link.target = new;
        link.args = passed.iter().map(|(o, _)| Operand::Var(*o)).collect();
    }

    /// Host constants that were kept for specialising helpers become `Void`.
    fn drop_host_constants(&mut self, id: GraphId, block: BlockId) {
        let clean = |a: &mut Operand| {
            if matches!(a, Operand::Const(Const::Host(_) | Const::Shape(_))) {
                *a = Operand::void();
            }
        };
        let b = self.graph_mut(id).block_mut(block);
        b.ops.iter_mut().for_each(|op| op.args.iter_mut().for_each(clean));
        b.exits.iter_mut().for_each(|l| l.args.iter_mut().for_each(clean));
    }
}

/// The last of the new operations that can raise; allocation counts only if nothing else does.
fn last_raising(ops: &[Op], first: usize) -> Option<usize> {
    let find = |wanted: &dyn Fn(OpCode) -> bool| (first..ops.len()).rev().find(|i| wanted(ops[*i].code));
    find(&|c| matches!(c.effect(), Effect::Call | Effect::MayRaise | Effect::ExternCall) && c != OpCode::SameAs)
        .or_else(|| find(&|c| matches!(c.effect(), Effect::Malloc | Effect::RawMalloc)))
}
