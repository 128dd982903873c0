//! Iteration and unpacking.

use super::state::{Flow, Handler, State};
use super::{Flowed, Next, Space};
use crate::model::{Const, ExitCase, ExitSwitch, Operand};
use crate::ops::OpCode;
use rpy_host::Value;

impl Space<'_> {
    pub(super) fn get_iter(&mut self, state: &mut State) -> Flowed {
        let iterable = self.pop(state)?;
        if let Some(value) = iterable.constant()
            && let Some(items) = self.unrolling_items(value)
        {
            state.stack.push(Flow::Unroller(items.into(), 0));
            return Ok(());
        }
        let arg = self.operand(&iterable)?;
        self.push_op(OpCode::Iter, vec![arg], state);
        Ok(())
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
            let Some(item) = items.get(*position).copied() else {
                state.stack.pop();
                return Ok(Next::Jump(target));
            };
            *position += 1;
            state.stack.push(Flow::Const(item));
            return Ok(Next::Go);
        }
        let iterator = match state.stack.last() {
            Some(flow) => self.operand(flow)?,
            None => return Err(self.broken()),
        };
        let result = self.emit(OpCode::Next, vec![iterator]);
        let before = state.clone();
        let at = self.block;
        let (normal, item) = self.go_on(state, result);
        let following = self.block;
        self.block = at;
        let mut finished = before.clone();
        finished.stack.pop();
        finished.pc = target;
        let stop = Value::Obj(self.host.exc().stop_iteration);
        let mut end = self.link_to(ExitCase::Exception(Const::Host(stop)), &finished);
        end.exc_vars = Some((self.graph.new_var(None), self.graph.new_var(None)));
        let mut exits = vec![normal, end];
        if before.blocks.iter().any(|b| b.handler != Handler::Loop) {
            exits.push(self.exception_link(&before));
            self.block = at;
        }
        self.close(ExitSwitch::LastException, exits);
        self.block = following;
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
                let title = format!("cannot unpack {} values into {n} variables", parts.len());
                return Err(self.error("RPY0316", title));
            }
            state.stack.extend(parts.into_iter().rev().map(flow_of));
            return Ok(());
        }
        let arg = self.operand(&sequence)?;
        let length = self.emit(OpCode::Len, vec![arg]);
        let same = self.emit(OpCode::Eq, vec![length.into(), int_operand(n)]);
        let at = self.block;
        state.stack.push(sequence);
        let mut wrong = state.clone();
        let (mut right, following) = self.continue_in_new_block(state);
        right.case = ExitCase::Bool(true);
        let (mut mismatch, _) = self.continue_in_new_block(&mut wrong);
        mismatch.case = ExitCase::Bool(false);
        let value_error = Value::Obj(self.host.exc().value_error);
        self.raise_new(value_error, wrong);
        self.block = at;
        self.close(ExitSwitch::Value(same.into()), vec![mismatch, right]);
        self.block = following;
        let sequence = self.pop_operand(state)?;
        self.unpack_items(n, &sequence, state);
        Ok(())
    }

    fn unpack_items(&mut self, n: usize, sequence: &Operand, state: &mut State) {
        let mut items = vec![];
        for i in 0..n {
            items.push(self.emit(OpCode::Getitem, vec![sequence.clone(), int_operand(i)]));
        }
        state.stack.extend(items.into_iter().rev().map(Flow::Var));
    }

    fn constant_items(&self, value: Value) -> Option<Vec<Operand>> {
        let items = self.host.tuple_items(value)?;
        Some(items.iter().map(|i| Operand::host(*i)).collect())
    }
}

fn int_operand(n: usize) -> Operand {
    Operand::host(Value::Int(i64::try_from(n).expect("instruction operands are small")))
}

/// A tuple item as a value of the state.
fn flow_of(operand: Operand) -> Flow {
    match operand {
        Operand::Var(v) => Flow::Var(v),
        Operand::Const(Const::Host(value)) => Flow::Const(value),
        Operand::Const(_) => Flow::Unbound,
    }
}
