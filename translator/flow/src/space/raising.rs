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
        let (normal, renamed) = self.go_on(state, result);
        let following = self.block;
        let raised = self.exception_link(&before);
        self.block = at;
        self.close(ExitSwitch::LastException, vec![normal, raised]);
        self.block = following;
        renamed
    }

    /// Makes a fresh block that continues `state` (renamed in place) and gets `extra` too, and the link to it;
    /// it becomes the current block. Returns what `extra` is called there.
    pub(super) fn go_on(&mut self, state: &mut State, extra: VarId) -> (Link, VarId) {
        let (mut link, block) = self.continue_in_new_block(state);
        let name = self.graph.var_names[extra.index()].clone();
        let renamed = self.graph.new_var(name);
        link.args.push(extra.into());
        self.graph.block_mut(block).inputs.push(renamed);
        (link, renamed)
    }

    /// Makes a fresh block that continues `state` (renamed in place) and the link to it; it becomes the current block.
    pub(super) fn continue_in_new_block(&mut self, state: &mut State) -> (Link, crate::model::BlockId) {
        let outer = state.variables();
        let (fresh, map) = state.fresh(&mut self.graph);
        for (old, new) in &map {
            if let Some(class) = self.exact_class.get(old).copied() {
                self.exact_class.insert(*new, class);
            }
        }
        let block = self.graph.new_block(0, self.span);
        self.graph.block_mut(block).inputs = fresh.variables();
        *state = fresh;
        self.block = block;
        (Link::new(outer.into_iter().map(Operand::Var).collect(), block), block)
    }

    /// The link for any exception raised in state `before`, to a block that unwinds to the handler.
    /// The caller sets the current block afterwards.
    pub(super) fn exception_link(&mut self, before: &State) -> Link {
        let evalue = self.graph.new_var(Some("evalue".into()));
        let etype = self.graph.new_var(Some("etype".into()));
        let mut state = before.clone();
        let (mut link, inner) = self.go_on(&mut state, evalue);
        self.unwind(Signal::Raise(Flow::Var(inner)), state);
        let everything = Value::Obj(self.host.exc().base_exception);
        link.case = ExitCase::Exception(Const::Host(everything));
        link.exc_vars = Some((etype, evalue));
        link
    }

    /// Carries a control transfer out to what stops it, and closes the current block.
    fn unwind(&mut self, signal: Signal, mut state: State) {
        while let Some(entry) = state.blocks.pop() {
            let stops = match entry.handler {
                Handler::Finally => true,
                Handler::Loop => matches!(signal, Signal::Break | Signal::Continue(_)),
                Handler::Except => matches!(signal, Signal::Raise(_)),
            };
            if !stops {
                continue;
            }
            if !(entry.handler == Handler::Loop && matches!(signal, Signal::Continue(_))) {
                state.stack.truncate(entry.level);
            }
            state.pc = entry.target;
            if let (Signal::Raise(value), true) = (&signal, self.reraises) {
                state.handled = value.clone();
            }
            match (entry.handler, signal) {
                (Handler::Finally, signal) => state.stack.push(Flow::Signal(Box::new(signal))),
                (Handler::Loop, Signal::Continue(target)) => {
                    state.blocks.push(entry);
                    state.pc = target;
                }
                (Handler::Except, Signal::Raise(value)) => {
                    let class = match self.class_of_exception(&value) {
                        Some(class) => Flow::Class(class),
                        None => Flow::ClassOf(Box::new(value.clone())),
                    };
                    state.stack.extend([Flow::Const(Value::None), value, class]);
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
            Signal::Raise(value) => (self.exception_pair(&value), self.graph.except_block),
            Signal::Return(_) if self.generator.is_some() => {
                let class = Value::Obj(self.host.exc().stop_iteration);
                let instance = self.emit(OpCode::SimpleCall, vec![Operand::host(class)]);
                (vec![Operand::host(class), instance.into()], self.graph.except_block)
            }
            Signal::Return(value) => (value.operand().into_iter().collect(), self.graph.return_block),
            Signal::Break | Signal::Continue(_) => (vec![], self.graph.return_block),
        };
        self.close(ExitSwitch::None, vec![Link::new(args, target)]);
    }

    /// Type and value of an exception instance.
    fn exception_pair(&mut self, value: &Flow) -> Vec<Operand> {
        let etype = match self.class_of_exception(value) {
            Some(class) => Some(Operand::host(class)),
            None => value.operand().map(|v| self.emit(OpCode::Type, vec![v]).into()),
        };
        etype.into_iter().chain(value.operand()).collect()
    }

    /// The class of an exception instance if it is known.
    fn class_of_exception(&self, value: &Flow) -> Option<Value> {
        match value {
            Flow::Const(c) => Some(self.host.class_of(*c)),
            Flow::Var(v) => self.exact_class.get(v).copied(),
            Flow::Unbound | Flow::Unroller(..) | Flow::ClassOf(_) | Flow::Class(_) | Flow::Signal(_) => None,
        }
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
        self.pop(state)?;
        let value = self.pop(state)?;
        self.pop(state)?;
        self.unwind(Signal::Raise(value), state.clone());
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
        let entered = self.emit_raising(OpCode::SimpleCall, vec![enter.into()], state);
        protect(Handler::Finally, target, state);
        state.stack.push(Flow::Var(entered));
        Ok(())
    }

    /// Calls `__exit__`: with the exception in place of its type, and its value, if there is one;
    /// a true result swallows it.
    pub(super) fn with_cleanup(&mut self, state: &mut State) -> Flowed<Next> {
        let signal = self.pop(state)?;
        let exit = self.pop_operand(state)?;
        let none = Operand::host(Value::None);
        let raised = match &signal {
            Flow::Signal(s) => match &**s {
                Signal::Raise(value) => value.operand(),
                Signal::Return(_) | Signal::Break | Signal::Continue(_) => None,
            },
            _ => None,
        };
        state.stack.push(signal);
        let Some(value) = raised else {
            self.emit_raising(OpCode::SimpleCall, vec![exit, none.clone(), none.clone(), none], state);
            return Ok(Next::Go);
        };
        let result = self.emit_raising(OpCode::SimpleCall, vec![exit, value.clone(), value, none], state);
        let truth = self.emit(OpCode::Bool, vec![result.into()]);
        let carry_on = self.link_to(ExitCase::Bool(false), state);
        state.stack.pop();
        state.stack.push(Flow::Const(Value::None));
        let swallowed = self.link_to(ExitCase::Bool(true), state);
        self.close(ExitSwitch::Value(truth.into()), vec![carry_on, swallowed]);
        Ok(Next::Stop)
    }

    /// The class of the exception and the wanted classes are on the stack, a conditional jump is next:
    /// tests the classes one after the other.
    pub(super) fn exception_match(&mut self, state: &mut State) -> Flowed<Next> {
        let wanted = self.pop(state)?;
        let tested = self.pop(state)?;
        let Some(Instr::PopJumpIfFalse(no)) = self.code.instrs.get(state.pc as usize).copied() else {
            return Err(self.broken());
        };
        let yes = state.pc + 1;
        let classes = self.exception_classes(&wanted)?;
        let exception = match tested {
            Flow::ClassOf(exception) => exception,
            Flow::Class(known) => {
                let matched = classes.iter().any(|c| self.host.issubclass(known, *c));
                return Ok(Next::Jump(if matched { yes } else { no }));
            }
            _ => return Err(self.broken()),
        };
        let test = self.builtin("isinstance");
        let mut exception = *exception;
        for class in classes {
            let args = vec![test.clone(), self.operand(&exception)?, Operand::host(class)];
            let v = self.emit(OpCode::SimpleCall, args);
            let at = self.block;
            state.pc = yes;
            let matched = self.link_to(ExitCase::Bool(true), state);
            state.stack.push(exception);
            let (mut other, following) = self.continue_in_new_block(state);
            other.case = ExitCase::Bool(false);
            self.block = at;
            self.close(ExitSwitch::Value(v.into()), vec![other, matched]);
            self.block = following;
            exception = self.pop(state)?;
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
        let Some(items) = self.host.tuple_items(value).cloned() else {
            if self.is_class(value) {
                return Ok(vec![value]);
            }
            let text = self.host.repr(value);
            return Err(self
                .error(
                    "RPY0311",
                    format!("an 'except' clause names {text}, which is not a class"),
                )
                .note("name the exception class, or a tuple of classes, directly"));
        };
        let mut classes = vec![];
        for item in items.iter() {
            classes.extend(self.exception_classes(&Flow::Const(*item))?);
        }
        Ok(classes)
    }

    pub(super) fn raise_varargs(&mut self, n: u32, state: &mut State) -> Flowed<Next> {
        if n == 0 {
            let handled = state.handled.clone();
            if handled == Flow::Unbound {
                return Err(self.error(
                    "RPY0312",
                    "'raise' without an exception, and none is being handled here",
                ));
            }
            self.unwind(Signal::Raise(handled), state.clone());
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
        let instance = self.exception_instance(&what, &value, state)?;
        self.unwind(Signal::Raise(instance), state.clone());
        Ok(Next::Stop)
    }

    /// The exception instance that `raise what, value` means.
    fn exception_instance(&mut self, what: &Flow, value: &Flow, state: &mut State) -> Flowed<Flow> {
        let plain = value.constant() == Some(Value::None);
        if plain && matches!(what, Flow::Var(_)) && self.class_of_exception(what).is_some() {
            return Ok(what.clone());
        }
        let Some(constant) = what.constant() else {
            let args = vec![self.operand(what)?, self.operand(value)?];
            return Ok(Flow::Var(self.emit_raising(OpCode::RaiseCheck, args, state)));
        };
        let base = Value::Obj(self.host.exc().base_exception);
        if self.is_class(constant) && (self.host.issubclass(constant, base) || self.is_old_class(constant)) {
            return self.new_exception(constant, value, state);
        }
        if !self.is_class(constant) && self.host.isinstance(constant, base) {
            return Ok(what.clone());
        }
        let text = self.host.repr(constant);
        Err(self
            .error("RPY0313", format!("cannot raise {text}"))
            .note("only classes derived from Exception and their instances can be raised"))
    }

    fn new_exception(&mut self, class: Value, value: &Flow, state: &mut State) -> Flowed<Flow> {
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
                    None => {
                        args.push(self.operand(value)?);
                        return Ok(Flow::Var(self.emit_raising(OpCode::RaiseCheck, args, state)));
                    }
                }
            }
        }
        Ok(Flow::Var(self.instantiate_exception(class, args, state)))
    }

    /// Calls an exception class; the result is known to be of exactly this class.
    pub(super) fn instantiate_exception(&mut self, class: Value, args: Vec<Operand>, state: &mut State) -> VarId {
        let instance = self.emit_raising(OpCode::SimpleCall, args, state);
        self.exact_class.insert(instance, class);
        instance
    }

    /// Raises an exception that the language asks for, in a block of its own that ends there.
    pub(super) fn raise_new(&mut self, class: Value, mut state: State) {
        let instance = self.instantiate_exception(class, vec![Operand::host(class)], &mut state);
        self.unwind(Signal::Raise(Flow::Var(instance)), state);
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
