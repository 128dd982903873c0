//! Exceptions, loops and the block stack.

use super::exec::protect;
use super::state::{Flow, Handler, Signal, State};
use super::{Flowed, Next, Space};
use crate::model::{Const, ExitCase, ExitSwitch, Link, Operand, VarId};
use crate::ops::OpCode;
use rpy_host::{Instr, Value};

impl Space<'_> {
    /// Ends the block after its last operation, which may raise: the exception goes to the active handler, the rest of
    /// the function goes on in a new block. Returns the renamed result; `state` is renamed in place.
    pub(super) fn split_for_exceptions(&mut self, result: VarId, state: &mut State) -> VarId {
        let before = state.clone();
        let at = self.block;
        let normal = self.go_on(state, Some(result));
        let (normal_block, new_result) = (self.block, self.graph.block(self.block).inputs.last().copied());
        let raised = self.exception_link(&before);
        self.block = at;
        self.close(ExitSwitch::LastException, vec![normal, raised]);
        self.block = normal_block;
        new_result.unwrap_or(result)
    }

    /// Makes a fresh block that continues `state` (renamed in place) and the link to it; it becomes the current block.
    pub(super) fn go_on(&mut self, state: &mut State, extra: Option<VarId>) -> Link {
        let mut args: Vec<Operand> = state.variables().into_iter().map(Operand::Var).collect();
        args.extend(extra.map(Operand::Var));
        let fresh = state.fresh(&mut self.graph);
        let mut inputs = fresh.variables();
        if let Some(v) = extra {
            let name = self.graph.var_names[v.index()].clone();
            inputs.push(self.graph.new_var(name));
        }
        let block = self.graph.new_block(0, self.span);
        self.graph.block_mut(block).inputs = inputs;
        *state = fresh;
        self.block = block;
        Link::new(args, block)
    }

    /// The link for any exception raised in state `before`, to a block that unwinds to the handler.
    /// The caller sets the current block afterwards.
    pub(super) fn exception_link(&mut self, before: &State) -> Link {
        let exc_vars = (
            self.graph.new_var(Some("etype".into())),
            self.graph.new_var(Some("evalue".into())),
        );
        let mut args: Vec<Operand> = before.variables().into_iter().map(Operand::Var).collect();
        args.push(exc_vars.0.into());
        args.push(exc_vars.1.into());
        let fresh = before.fresh(&mut self.graph);
        let inner = (
            self.graph.new_var(Some("etype".into())),
            self.graph.new_var(Some("evalue".into())),
        );
        let mut inputs = fresh.variables();
        inputs.extend([inner.0, inner.1]);
        let block = self.graph.new_block(0, self.span);
        self.graph.block_mut(block).inputs = inputs;
        self.block = block;
        self.raise(Flow::Var(inner.0), Flow::Var(inner.1), fresh);
        let everything = Value::Obj(self.host.exc().base_exception);
        Link {
            case: ExitCase::Exception(Const::Host(everything)),
            args,
            target: block,
            exc_vars: Some(exc_vars),
        }
    }

    /// Unwinds the block stack for an exception and closes the current block.
    pub(super) fn raise(&mut self, etype: Flow, evalue: Flow, state: State) {
        self.unwind(Signal::Raise(etype, evalue), state);
    }

    /// Carries a control transfer out to what stops it, and closes the current block.
    fn unwind(&mut self, signal: Signal, mut state: State) {
        while let Some(entry) = state.blocks.pop() {
            let stops = match (entry.handler, &signal) {
                (Handler::Finally, _) | (Handler::Loop, Signal::Break | Signal::Continue(_)) => true,
                (Handler::Except, Signal::Raise(..)) => true,
                _ => false,
            };
            if !stops {
                continue;
            }
            state.stack.truncate(entry.level);
            state.pc = entry.target;
            match (entry.handler, signal) {
                (Handler::Finally, signal) => {
                    if let Signal::Raise(t, v) = &signal {
                        state.handled = [t.clone(), v.clone()];
                    }
                    state.stack.push(Flow::Signal(Box::new(signal)));
                }
                (Handler::Loop, Signal::Continue(target)) => {
                    state.blocks.push(entry);
                    state.pc = target;
                }
                (_, Signal::Raise(etype, evalue)) => {
                    state.handled = [etype.clone(), evalue.clone()];
                    state.stack.extend([Flow::Const(Value::None), evalue, etype]);
                }
                (Handler::Loop | Handler::Except, _) => {}
            }
            let link = self.link_to(ExitCase::None, &state);
            self.close(ExitSwitch::None, vec![link]);
            return;
        }
        self.leave(signal);
    }

    /// Nothing in this function stops the transfer.
    fn leave(&mut self, signal: Signal) {
        let (args, target) = match signal {
            Signal::Raise(etype, evalue) => (vec![etype, evalue], self.graph.except_block),
            Signal::Return(value) => (vec![value], self.graph.return_block),
            Signal::Break | Signal::Continue(_) => (vec![], self.graph.return_block),
        };
        let args = args.iter().filter_map(Flow::operand).collect();
        self.close(ExitSwitch::None, vec![Link::new(args, target)]);
    }

    pub(super) fn return_value(&mut self, value: Flow, state: &State) -> Flowed<Next> {
        self.operand(&value)?;
        self.unwind(Signal::Return(value), state.clone());
        Ok(Next::Stop)
    }

    pub(super) fn break_loop(&mut self, state: &State) -> Flowed<Next> {
        self.unwind(Signal::Break, state.clone());
        Ok(Next::Stop)
    }

    pub(super) fn continue_loop(&mut self, target: u32, state: &State) -> Flowed<Next> {
        self.unwind(Signal::Continue(target), state.clone());
        Ok(Next::Stop)
    }

    /// The three values of the exception are on the stack; no handler wanted it.
    pub(super) fn end_except(&mut self, state: &mut State) -> Flowed<Next> {
        let etype = self.pop(state)?;
        let evalue = self.pop(state)?;
        self.pop(state)?;
        self.raise(etype, evalue, state.clone());
        Ok(Next::Stop)
    }

    pub(super) fn end_finally(&mut self, state: &mut State) -> Flowed<Next> {
        match self.pop(state)? {
            Flow::Signal(signal) => {
                self.unwind(*signal, state.clone());
                Ok(Next::Stop)
            }
            _ => Ok(Next::Go),
        }
    }

    pub(super) fn setup_with(&mut self, target: u32, state: &mut State) -> Flowed {
        let manager = self.pop_operand(state)?;
        let exit = self.emit(OpCode::Getattr, vec![manager.clone(), Operand::name("__exit__")]);
        let enter = self.emit(OpCode::Getattr, vec![manager, Operand::name("__enter__")]);
        state.stack.push(Flow::Var(exit));
        let entered = self.emit_raising(OpCode::SimpleCall, vec![enter.into()], state)?;
        protect(Handler::Finally, target, state);
        state.stack.push(Flow::Var(entered));
        Ok(())
    }

    /// Calls `__exit__`: with the exception and its value if there is one; a true result swallows it.
    pub(super) fn with_cleanup(&mut self, state: &mut State) -> Flowed<Next> {
        let signal = self.pop(state)?;
        let exit = self.pop_operand(state)?;
        let none = Operand::host(Value::None);
        let raised = match &signal {
            Flow::Signal(s) => match &**s {
                Signal::Raise(_, value) => value.operand(),
                _ => None,
            },
            _ => None,
        };
        let Some(value) = raised else {
            state.stack.push(signal);
            self.emit_raising(OpCode::SimpleCall, vec![exit, none.clone(), none.clone(), none], state)?;
            return Ok(Next::Go);
        };
        state.stack.push(signal);
        let result = self.emit_raising(OpCode::SimpleCall, vec![exit, value.clone(), value, none], state)?;
        let truth = self.emit(OpCode::Bool, vec![result.into()]);
        let carry_on = self.link_to(ExitCase::Bool(false), state);
        state.stack.pop();
        state.stack.push(Flow::Const(Value::None));
        let swallowed = self.link_to(ExitCase::Bool(true), state);
        self.close(ExitSwitch::Value(truth.into()), vec![carry_on, swallowed]);
        Ok(Next::Stop)
    }

    /// `type classes` on the stack and a conditional jump next: tests the classes one after the other.
    pub(super) fn exception_match(&mut self, state: &mut State) -> Flowed<Next> {
        let wanted = self.pop(state)?;
        let etype = self.pop(state)?;
        let Some(Instr::PopJumpIfFalse(no)) = self.code.instrs.get(state.pc as usize).copied() else {
            return Err(self.error("RPY0301", "an exception test that is not followed by a jump"));
        };
        let yes = state.pc + 1;
        let classes = self.exception_classes(&wanted)?;
        if let Some(known) = etype.constant() {
            let matched = classes.iter().any(|c| self.host.issubclass(known, *c));
            return Ok(Next::Jump(if matched { yes } else { no }));
        }
        let test = self.builtin("issubclass");
        let mut etype = etype;
        for class in classes {
            let args = vec![test.clone(), self.operand(&etype)?, Operand::host(class)];
            let v = self.emit(OpCode::SimpleCall, args);
            let at = self.block;
            state.pc = yes;
            let matched = self.link_to(ExitCase::Bool(true), state);
            state.stack.push(etype);
            let mut other = self.go_on(state, None);
            other.case = ExitCase::Bool(false);
            let following = self.block;
            self.block = at;
            self.close(ExitSwitch::Value(v.into()), vec![other, matched]);
            self.block = following;
            etype = self.pop(state)?;
        }
        Ok(Next::Jump(no))
    }

    fn exception_classes(&mut self, wanted: &Flow) -> Flowed<Vec<Value>> {
        let Some(value) = wanted.constant() else {
            return Err(self
                .error(
                    "RPY0311",
                    "the class of an 'except' clause must be known before the program runs",
                )
                .note("name the exception class, or a tuple of classes, directly"));
        };
        let items: Vec<Value> = match self.host.tuple_items(value) {
            Some(items) => items.to_vec(),
            None => vec![value],
        };
        let mut classes = vec![];
        for item in items {
            if self.host.tuple_items(item).is_some() {
                classes.extend(self.exception_classes(&Flow::Const(item))?);
            } else {
                classes.push(item);
            }
        }
        Ok(classes)
    }

    pub(super) fn raise_varargs(&mut self, n: u32, state: &mut State) -> Flowed<Next> {
        if n == 0 {
            let [etype, evalue] = state.handled.clone();
            if etype == Flow::Unbound {
                return Err(self.error(
                    "RPY0312",
                    "'raise' without an exception, and none is being handled here",
                ));
            }
            self.raise(etype, evalue, state.clone());
            return Ok(Next::Stop);
        }
        if n == 3 {
            self.pop(state)?;
        }
        let value = if n >= 2 {
            self.pop(state)?
        } else {
            Flow::Const(Value::None)
        };
        let what = self.pop(state)?;
        let (etype, evalue) = self.instantiate(&what, &value, state)?;
        self.raise(etype, evalue, state.clone());
        Ok(Next::Stop)
    }

    /// The exception type and instance that `raise what, value` means.
    fn instantiate(&mut self, what: &Flow, value: &Flow, state: &mut State) -> Flowed<(Flow, Flow)> {
        if let Some(constant) = what.constant() {
            let base = Value::Obj(self.host.exc().base_exception);
            if self.is_class(constant) {
                if !self.host.issubclass(constant, base) && !self.is_old_class(constant) {
                    return Err(self.not_an_exception(constant));
                }
                return self.new_exception(constant, value, state);
            }
            if !self.host.isinstance(constant, base) {
                return Err(self.not_an_exception(constant));
            }
            let class = self.host.class_of(constant);
            return Ok((Flow::Const(class), what.clone()));
        }
        let args = vec![self.operand(what)?, self.operand(value)?];
        let instance = self.emit_raising(OpCode::RaiseCheck, args, state)?;
        let etype = self.emit(OpCode::Type, vec![instance.into()]);
        Ok((Flow::Var(etype), Flow::Var(instance)))
    }

    fn not_an_exception(&mut self, value: Value) -> rpy_syntax::Diagnostic {
        let text = self.host.repr(value);
        self.error("RPY0313", format!("cannot raise {text}"))
            .note("only classes derived from Exception and their instances can be raised")
    }

    fn new_exception(&mut self, class: Value, value: &Flow, state: &mut State) -> Flowed<(Flow, Flow)> {
        let mut args = vec![Operand::host(class)];
        match value.constant() {
            Some(Value::None) => {}
            Some(constant) => match self.host.tuple_items(constant).cloned() {
                Some(items) => args.extend(items.iter().map(|i| Operand::host(*i))),
                None => args.push(Operand::host(constant)),
            },
            None => {
                let items = value.operand().and_then(|o| o.var()).and_then(|v| self.tuple_parts(v));
                match items {
                    Some(items) => args.extend(items),
                    None => args.push(self.operand(value)?),
                }
            }
        }
        let instance = self.emit_raising(OpCode::SimpleCall, args, state)?;
        Ok((Flow::Const(class), Flow::Var(instance)))
    }

    /// The items of a tuple that the current block has just built.
    pub(super) fn tuple_parts(&self, v: VarId) -> Option<Vec<Operand>> {
        let op = self
            .graph
            .block(self.block)
            .ops
            .iter()
            .rev()
            .find(|op| op.result == v)?;
        (op.code == OpCode::Newtuple).then(|| op.args.clone())
    }
}
