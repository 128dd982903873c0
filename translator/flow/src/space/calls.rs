//! Calls, iteration and unpacking.

use super::state::{Flow, State};
use super::{Flowed, Next, Space};
use crate::model::{CallShape, Const, ExitCase, ExitSwitch, Operand, VarId};
use crate::ops::OpCode;
use rpy_host::{ObjData, Value};
use std::sync::Arc;

/// Operations that `ovfcheck` turns into their checked form.
const CHECKED: [(OpCode, OpCode); 16] = [
    (OpCode::Add, OpCode::AddOvf),
    (OpCode::Sub, OpCode::SubOvf),
    (OpCode::Mul, OpCode::MulOvf),
    (OpCode::Floordiv, OpCode::FloordivOvf),
    (OpCode::Div, OpCode::DivOvf),
    (OpCode::Mod, OpCode::ModOvf),
    (OpCode::Lshift, OpCode::LshiftOvf),
    (OpCode::Neg, OpCode::NegOvf),
    (OpCode::InplaceAdd, OpCode::AddOvf),
    (OpCode::InplaceSub, OpCode::SubOvf),
    (OpCode::InplaceMul, OpCode::MulOvf),
    (OpCode::InplaceFloordiv, OpCode::FloordivOvf),
    (OpCode::InplaceDiv, OpCode::DivOvf),
    (OpCode::InplaceMod, OpCode::ModOvf),
    (OpCode::InplaceLshift, OpCode::LshiftOvf),
    (OpCode::SimpleCall, OpCode::AbsOvf),
];

impl Space<'_> {
    pub(super) fn call_function(
        &mut self,
        npos: usize,
        nkw: usize,
        star: bool,
        dstar: bool,
        state: &mut State,
    ) -> Flowed<Next> {
        if dstar {
            return Err(self
                .error("RPY0314", "a call with '**keywords' is not RPython")
                .note("the names of the arguments must be known before the program runs"));
        }
        let star_arg = if star { Some(self.pop(state)?) } else { None };
        let keywords = state.stack.split_off(state.stack.len() - 2 * nkw);
        let mut args = self.pop_operands(npos, state)?;
        let function = self.pop(state)?;
        let shape = self.call_shape(npos, &keywords, star)?;
        for value in keywords.iter().skip(1).step_by(2) {
            args.push(self.operand(value)?);
        }
        if let Some(star_arg) = star_arg {
            if nkw == 0 && self.spread_constant(&star_arg, &mut args)? {
                return self.simple_call(&function, args, state);
            }
            args.push(self.operand(&star_arg)?);
        } else if nkw == 0 {
            return self.simple_call(&function, args, state);
        }
        let mut all = vec![self.operand(&function)?, Operand::Const(Const::Shape(Arc::new(shape)))];
        all.extend(args);
        self.push_op(OpCode::CallArgs, all, state)?;
        Ok(Next::Go)
    }

    fn call_shape(&mut self, npos: usize, keywords: &[Flow], star: bool) -> Flowed<CallShape> {
        let mut names = vec![];
        for name in keywords.iter().step_by(2) {
            let text = name.constant().and_then(|v| self.host.str_text(v));
            names.push(text.unwrap_or_default().into());
        }
        let n_positional = u32::try_from(npos).expect("the instruction holds 16 bits");
        Ok(CallShape {
            n_positional,
            keywords: names,
            star,
        })
    }

    /// `*args` of a known tuple, or of one built just before, becomes positional arguments.
    fn spread_constant(&mut self, star: &Flow, args: &mut Vec<Operand>) -> Flowed<bool> {
        match star {
            Flow::Const(value) => match self.host.tuple_items(*value).cloned() {
                Some(items) => {
                    args.extend(items.iter().map(|i| Operand::host(*i)));
                    Ok(true)
                }
                None => Ok(false),
            },
            Flow::Var(v) => match self.tuple_parts(*v) {
                Some(parts) => {
                    args.extend(parts);
                    Ok(true)
                }
                None => Ok(false),
            },
            _ => Ok(false),
        }
    }

    fn simple_call(&mut self, function: &Flow, args: Vec<Operand>, state: &mut State) -> Flowed<Next> {
        if let Some(known) = function.constant() {
            match self.intrinsic_name(known).as_deref() {
                Some("we_are_translated") => {
                    state.stack.push(Flow::Const(Value::Bool(true)));
                    return Ok(Next::Go);
                }
                Some("ovfcheck") => return self.ovfcheck(args, state),
                _ => {}
            }
        }
        let mut all = vec![self.operand(function)?];
        all.extend(args);
        self.push_op(OpCode::SimpleCall, all, state)?;
        Ok(Next::Go)
    }

    /// `_intrinsic_` of a library function.
    fn intrinsic_name(&mut self, function: Value) -> Option<String> {
        self.host.function(function)?;
        let mark = self.host.getattr_opt(function, "_intrinsic_").ok()??;
        self.host.str_text(mark)
    }

    /// `ovfcheck(a + b)`: the operation that made the argument becomes the checking one and may raise.
    fn ovfcheck(&mut self, mut args: Vec<Operand>, state: &mut State) -> Flowed<Next> {
        let arg = match (args.pop(), args.is_empty()) {
            (Some(arg), true) => arg,
            _ => return Err(self.error("RPY0315", "ovfcheck() takes one argument")),
        };
        let Operand::Var(v) = arg else {
            let Operand::Const(Const::Host(known)) = arg else {
                return Ok(Next::Go);
            };
            state.stack.push(Flow::Const(known));
            return Ok(Next::Go);
        };
        let Some((source, checked)) = self.checked_operation(v) else {
            return Err(self
                .error("RPY0315", "ovfcheck() must be applied to an arithmetic operation")
                .note("it checks the operation written between its parentheses, such as ovfcheck(a + b)"));
        };
        let result = self.emit_raising(checked, source, state)?;
        state.stack.push(Flow::Var(result));
        Ok(Next::Go)
    }

    /// Takes back the operation that made `v`: it is the last of the current block, or of the one before
    /// if the operation itself ended its block because a handler is active.
    fn checked_operation(&mut self, v: VarId) -> Option<(Vec<Operand>, OpCode)> {
        let block = self.graph.block_mut(self.block);
        if let Some(last) = block.ops.last()
            && last.result == v
        {
            let checked = checked_form(last.code, &last.args)?;
            let op = block.ops.pop()?;
            return Some((strip_abs(op.code, op.args), checked));
        }
        self.checked_before_split(v)
    }

    /// The operation ended the block before; its operands arrive here through the link.
    fn checked_before_split(&mut self, v: VarId) -> Option<(Vec<Operand>, OpCode)> {
        if !self.graph.block(self.block).ops.is_empty() || self.graph.block(self.block).inputs.last() != Some(&v) {
            return None;
        }
        let here = self.block;
        let (before, _) = self.split_from(here)?;
        let op = self.graph.block(before).ops.last()?.clone();
        let checked = checked_form(op.code, &op.args)?;
        // The plain operation cannot raise: its handler link goes, and the checked one is emitted here on renamed operands.
        let args = self.renamed_operands(before, here, strip_abs(op.code, op.args))?;
        let block = self.graph.block_mut(before);
        block.switch = ExitSwitch::None;
        block.exits.truncate(1);
        Some((args, checked))
    }

    /// The block whose normal exit is `here`, which was made by splitting it.
    fn split_from(&self, here: crate::model::BlockId) -> Option<(crate::model::BlockId, usize)> {
        let blocks = self.graph.blocks.iter().enumerate().rev();
        for (i, b) in blocks {
            if b.switch == ExitSwitch::LastException && b.exits.first().is_some_and(|l| l.target == here) {
                return Some((crate::model::BlockId::new(i), 0));
            }
        }
        None
    }

    /// Operands of the earlier block as they are called here, appended to the link where they are not passed yet.
    fn renamed_operands(
        &mut self,
        before: crate::model::BlockId,
        here: crate::model::BlockId,
        args: Vec<Operand>,
    ) -> Option<Vec<Operand>> {
        let mut renamed = vec![];
        for arg in args {
            let Operand::Var(v) = arg else {
                renamed.push(arg);
                continue;
            };
            let link = self.graph.block(before).exits.first()?;
            let position = link.args.iter().position(|a| *a == Operand::Var(v));
            let inner = match position {
                Some(i) => self.graph.block(here).inputs[i],
                None => {
                    let inner = self.graph.new_var(None);
                    self.graph.block_mut(here).inputs.push(inner);
                    self.graph.block_mut(before).exits[0].args.push(Operand::Var(v));
                    inner
                }
            };
            renamed.push(inner.into());
        }
        Some(renamed)
    }

    pub(super) fn get_iter(&mut self, state: &mut State) -> Flowed {
        let iterable = self.pop(state)?;
        if let Some(value) = iterable.constant()
            && let Some(items) = self.unrolling_items(value)
        {
            state.stack.push(Flow::Unroller(items.into(), 0));
            return Ok(());
        }
        let arg = self.operand(&iterable)?;
        self.push_op(OpCode::Iter, vec![arg], state)
    }

    fn unrolling_items(&mut self, value: Value) -> Option<Vec<Value>> {
        let class = self.host.class_of(value);
        self.host.lookup_mro(class, "_unrolling_iterable_")?;
        let items = self.host.getattr(value, "_items").ok()?;
        self.host.iterate_to_vec(items).ok()
    }

    /// The next item, or a jump when there is none.
    pub(super) fn for_iter(&mut self, target: u32, state: &mut State) -> Flowed<Next> {
        if let Some(Flow::Unroller(items, position)) = state.stack.last_mut() {
            match items.get(*position).copied() {
                Some(item) => {
                    *position += 1;
                    state.stack.push(Flow::Const(item));
                    return Ok(Next::Go);
                }
                None => {
                    state.stack.pop();
                    return Ok(Next::Jump(target));
                }
            }
        }
        let iterator = match state.stack.last() {
            Some(flow) => self.operand(flow)?,
            None => return Err(self.error("RPY0301", "empty value stack")),
        };
        let result = self.emit(OpCode::Next, vec![iterator]);
        let before = state.clone();
        let at = self.block;
        let mut exits = vec![self.go_on(state, Some(result))];
        let normal = self.block;
        let item = self.graph.block(normal).inputs.last().copied().unwrap_or(result);
        self.block = at;
        let mut finished = before.clone();
        finished.stack.pop();
        finished.pc = target;
        let stop = Value::Obj(self.host.exc().stop_iteration);
        let mut end = self.link_to(ExitCase::Exception(Const::Host(stop)), &finished);
        end.exc_vars = Some((self.graph.new_var(None), self.graph.new_var(None)));
        exits.push(end);
        if before.blocks.iter().any(|b| b.handler != super::state::Handler::Loop) {
            exits.push(self.exception_link(&before));
            self.block = at;
        }
        self.close(ExitSwitch::LastException, exits);
        self.block = normal;
        state.stack.push(Flow::Var(item));
        Ok(Next::Go)
    }

    pub(super) fn unpack_sequence(&mut self, n: usize, state: &mut State) -> Flowed {
        let sequence = self.pop(state)?;
        let known = match &sequence {
            Flow::Const(value) => self.constant_items(*value),
            Flow::Var(v) => self.tuple_parts(*v),
            _ => None,
        };
        if let Some(parts) = known {
            if parts.len() != n {
                return Err(self.error(
                    "RPY0316",
                    format!("cannot unpack {} values into {n} variables", parts.len()),
                ));
            }
            state.stack.extend(parts.into_iter().rev().map(flow_of));
            return Ok(());
        }
        let arg = self.operand(&sequence)?;
        let length = self.emit(OpCode::Len, vec![arg.clone()]);
        let expected = Operand::host(Value::Int(i64::try_from(n).unwrap_or(i64::MAX)));
        let same = self.emit(OpCode::Eq, vec![length.into(), expected]);
        let at = self.block;
        state.stack.push(sequence);
        let mut wrong = state.clone();
        let mut right = self.go_on(state, None);
        right.case = ExitCase::Bool(true);
        let following = self.block;
        self.block = at;
        let mut mismatch = self.go_on(&mut wrong, None);
        mismatch.case = ExitCase::Bool(false);
        let (class, instance) = self.raise_value_error(&mut wrong)?;
        self.raise(class, instance, wrong);
        self.block = at;
        self.close(ExitSwitch::Value(same.into()), vec![mismatch, right]);
        self.block = following;
        let sequence = self.pop_operand(state)?;
        self.unpack_items(n, sequence, state)
    }

    fn raise_value_error(&mut self, state: &mut State) -> Flowed<(Flow, Flow)> {
        let class = Value::Obj(self.host.exc().value_error);
        let instance = self.emit_raising(OpCode::SimpleCall, vec![Operand::host(class)], state)?;
        Ok((Flow::Const(class), Flow::Var(instance)))
    }

    fn unpack_items(&mut self, n: usize, sequence: Operand, state: &mut State) -> Flowed {
        let mut items = vec![];
        for i in 0..n {
            let index = Operand::host(Value::Int(i64::try_from(i).unwrap_or(i64::MAX)));
            items.push(self.emit(OpCode::Getitem, vec![sequence.clone(), index]));
        }
        state.stack.extend(items.into_iter().rev().map(Flow::Var));
        Ok(())
    }

    fn constant_items(&mut self, value: Value) -> Option<Vec<Operand>> {
        let items = self.host.tuple_items(value)?.clone();
        Some(items.iter().map(|i| Operand::host(*i)).collect())
    }

    /// A built-in function as operand.
    pub(super) fn builtin(&mut self, name: &str) -> Operand {
        Operand::host(self.builtin_value(name))
    }

    pub(super) fn builtin_value(&mut self, name: &str) -> Value {
        let module = self.host.import_module("__builtin__").unwrap_or(Value::None);
        self.host.getattr(module, name).unwrap_or(Value::None)
    }

    /// Calls a function of the library module that implements statements.
    pub(super) fn call_helper(&mut self, name: &str, args: Vec<Operand>, state: &mut State) -> Flowed {
        let helper = self
            .host
            .import_module("rpython.rtyper.print_")
            .and_then(|m| self.host.getattr(m, name));
        let Ok(helper) = helper else {
            return Err(self.error("RPY0317", format!("the library has no {name}()")));
        };
        let mut all = vec![Operand::host(helper)];
        all.extend(args);
        self.emit_raising(OpCode::SimpleCall, all, state)?;
        Ok(())
    }

    pub(super) fn is_class(&self, value: Value) -> bool {
        self.host.class(value).is_some() || self.is_old_class(value)
    }

    pub(super) fn is_old_class(&self, value: Value) -> bool {
        matches!(self.host.data(value), Some(ObjData::OldClass(_)))
    }
}

fn flow_of(operand: Operand) -> Flow {
    match operand {
        Operand::Var(v) => Flow::Var(v),
        Operand::Const(Const::Host(value)) => Flow::Const(value),
        Operand::Const(_) => Flow::Unbound,
    }
}

fn checked_form(code: OpCode, args: &[Operand]) -> Option<OpCode> {
    if code == OpCode::SimpleCall && args.len() != 2 {
        return None;
    }
    CHECKED
        .iter()
        .find(|(plain, _)| *plain == code)
        .map(|(_, checked)| *checked)
}

/// `abs` is a call: only its argument is wanted.
fn strip_abs(code: OpCode, mut args: Vec<Operand>) -> Vec<Operand> {
    if code == OpCode::SimpleCall {
        args.remove(0);
    }
    args
}
