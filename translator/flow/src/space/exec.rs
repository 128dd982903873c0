//! Instruction dispatch.

use super::calls::checked_form;
use super::state::{Flow, Handler, Protected, State};
use super::{Flowed, Next, Space};
use crate::model::{Const, ExitCase, ExitSwitch, Operand};
use crate::ops::OpCode;
use rpy_host::{BinOp, CmpOp, Function, Instr, ObjData, UnaryOp, Value};

impl Space<'_> {
    /// Executes one instruction; `state.pc` is already that of the next one.
    pub(super) fn execute(&mut self, instr: Instr, state: &mut State) -> Flowed<Next> {
        match instr {
            Instr::Nop => {}
            Instr::PopTop => drop(self.pop(state)?),
            Instr::RotTwo => rotate(state, 2),
            Instr::RotThree => rotate(state, 3),
            Instr::RotFour => rotate(state, 4),
            Instr::DupTop => duplicate(state, 1),
            Instr::DupTopX(n) => duplicate(state, n as usize),
            Instr::LoadConst(i) => state.stack.push(Flow::Const(self.code.consts[i as usize])),
            Instr::LoadFast(i) => self.load_local(i as usize, state)?,
            Instr::StoreFast(i) => self.store_local(i as usize, state)?,
            Instr::DeleteFast(i) => state.locals[i as usize] = Flow::Unbound,
            Instr::LoadGlobal(i) => self.load_global(i, state)?,
            Instr::LoadDeref(i) => self.load_deref(i as usize, state)?,
            Instr::StoreDeref(i) => self.store_deref(i as usize, state)?,
            Instr::LoadClosure(i) => self.load_closure(i as usize, state)?,
            Instr::LoadAttr(i) => self.load_attr(i, state)?,
            Instr::StoreAttr(i) => self.store_attr(i, state)?,
            Instr::DeleteAttr(i) => return Err(self.refuse_delattr(i)),
            Instr::Unary(op) => return self.unary(op, state),
            Instr::Binary(op) => self.binary(binary_code(op), Some(op), state)?,
            Instr::Inplace(op) => self.binary(inplace_code(op), Some(op), state)?,
            Instr::Compare(op) => return self.compare(op, state),
            Instr::BinarySubscr => self.binary(OpCode::Getitem, None, state)?,
            Instr::StoreSubscr => {
                let index = self.pop_operand(state)?;
                let object = self.pop_operand(state)?;
                let value = self.pop_operand(state)?;
                self.emit_raising(OpCode::Setitem, vec![object, index, value], state);
            }
            Instr::DeleteSubscr => {
                let index = self.pop_operand(state)?;
                let object = self.pop_operand(state)?;
                self.emit_raising(OpCode::Delitem, vec![object, index], state);
            }
            Instr::LoadSlice(lower, upper) => {
                let args = self.slice_operands(lower, upper, state)?;
                self.push_op(OpCode::Getslice, args, state);
            }
            Instr::StoreSlice(lower, upper) => {
                let mut args = self.slice_operands(lower, upper, state)?;
                args.push(self.pop_operand(state)?);
                self.emit_raising(OpCode::Setslice, args, state);
            }
            Instr::DeleteSlice(lower, upper) => {
                let args = self.slice_operands(lower, upper, state)?;
                self.emit_raising(OpCode::Delslice, args, state);
            }
            Instr::BuildTuple(n) => self.build_tuple(n as usize, state)?,
            Instr::BuildList(n) => {
                let items = self.pop_operands(n as usize, state)?;
                self.push_op(OpCode::Newlist, items, state);
            }
            Instr::BuildMap(_) => self.push_op(OpCode::Newdict, vec![], state),
            Instr::StoreMap => {
                let key = self.pop_operand(state)?;
                let value = self.pop_operand(state)?;
                let dict = self.peek_operand(0, state)?;
                self.emit_raising(OpCode::Setitem, vec![dict, key, value], state);
            }
            Instr::BuildSlice(n) => self.build_slice(n, state)?,
            Instr::ListAppend(n) => {
                let value = self.pop_operand(state)?;
                self.call_method(n as usize - 1, "append", vec![value], state)?;
            }
            Instr::ListDone => {
                let list = self.pop_operand(state)?;
                let helper = self.library_function("rpython.rtyper.listops", "list_comprehension_done")?;
                self.push_op(OpCode::SimpleCall, vec![helper, list], state);
            }
            Instr::UnpackSequence(n) => self.unpack_sequence(n as usize, state)?,
            Instr::PrintItem => {
                let value = self.pop_operand(state)?;
                self.call_helper("rpython_print_item", vec![value], state)?;
            }
            Instr::PrintNewline => self.call_helper("rpython_print_newline", vec![], state)?,
            Instr::Jump(t) => return Ok(Next::Jump(t)),
            Instr::PopJumpIfFalse(t) => {
                let condition = self.pop(state)?;
                let next = state.pc;
                return self.branch(&condition, next, t, state);
            }
            Instr::PopJumpIfTrue(t) => {
                let condition = self.pop(state)?;
                let next = state.pc;
                return self.branch(&condition, t, next, state);
            }
            Instr::JumpIfFalseOrPop(t) => return self.branch_or_pop(t, false, state),
            Instr::JumpIfTrueOrPop(t) => return self.branch_or_pop(t, true, state),
            Instr::GetIter => self.get_iter(state)?,
            Instr::ForIter(t) => return self.for_iter(t, state),
            Instr::SetupLoop(t) => protect(Handler::Loop, t, state),
            Instr::SetupExcept(t) => protect(Handler::Except, t, state),
            Instr::SetupFinally(t) => protect(Handler::Finally, t, state),
            Instr::SetupWith(t) => self.setup_with(t, state)?,
            Instr::PopBlock => {
                if let Some(entry) = state.blocks.pop() {
                    state.stack.truncate(entry.level);
                }
            }
            Instr::BreakLoop => return self.break_loop(state),
            Instr::ContinueLoop(t) => return self.continue_loop(t, state),
            Instr::EndExcept => return self.end_except(state),
            Instr::EndFinally => return self.end_finally(state),
            Instr::WithCleanup => return self.with_cleanup(state),
            Instr::CallFunction { npos, nkw, star, dstar } => {
                return self.call_function(usize::from(npos), usize::from(nkw), star, dstar, state);
            }
            Instr::MakeFunction(n) => self.make_function(n as usize, false, state)?,
            Instr::MakeClosure(n) => self.make_function(n as usize, true, state)?,
            Instr::ReturnValue => {
                let value = self.pop(state)?;
                return self.return_value(value, state);
            }
            Instr::YieldValue => {
                let value = self.pop_operand(state)?;
                self.suspend(value, state)?;
            }
            Instr::RaiseVarargs(n) => return self.raise_varargs(n, state),
            Instr::ImportName(i) => self.import_name(i, state)?,
            Instr::ImportFrom(i) => self.import_from(i, state)?,
            Instr::LoadName(_)
            | Instr::StoreName(_)
            | Instr::DeleteName(_)
            | Instr::StoreGlobal(_)
            | Instr::DeleteGlobal(_)
            | Instr::BuildClass
            | Instr::BuildSet(_)
            | Instr::SetAdd(_)
            | Instr::MapAdd(_)
            | Instr::PrintItemTo
            | Instr::PrintNewlineTo
            | Instr::PrintExpr
            | Instr::ExecStmt
            | Instr::ImportStar
            | Instr::LoadLocals => return Err(self.refuse(instr)),
        }
        Ok(Next::Go)
    }

    pub(super) fn pop(&self, state: &mut State) -> Flowed<Flow> {
        state.stack.pop().ok_or_else(|| self.broken())
    }

    pub(super) fn pop_operand(&self, state: &mut State) -> Flowed<Operand> {
        let value = self.pop(state)?;
        self.operand(&value)
    }

    /// The operands of the last `n` pushes, in order.
    pub(super) fn pop_operands(&self, n: usize, state: &mut State) -> Flowed<Vec<Operand>> {
        let mut items = Vec::with_capacity(n);
        for _ in 0..n {
            items.push(self.pop_operand(state)?);
        }
        items.reverse();
        Ok(items)
    }

    fn peek_operand(&self, depth: usize, state: &State) -> Flowed<Operand> {
        match state.stack.len().checked_sub(depth + 1) {
            Some(i) => self.operand(&state.stack[i]),
            None => Err(self.broken()),
        }
    }

    /// Emits an operation that may raise and pushes its result.
    pub(super) fn push_op(&mut self, code: OpCode, args: Vec<Operand>, state: &mut State) {
        let v = self.emit_raising(code, args, state);
        state.stack.push(Flow::Var(v));
    }

    /// Like [`Space::push_op`], in the overflow-checking form if `ovfcheck()` is applied to the result.
    fn push_arithmetic(&mut self, code: OpCode, args: Vec<Operand>, state: &mut State) {
        let checked = if self.under_ovfcheck(state) {
            checked_form(code)
        } else {
            None
        };
        let v = self.emit_raising(checked.unwrap_or(code), args, state);
        if checked.is_some() {
            self.checked.insert(v);
        }
        state.stack.push(Flow::Var(v));
    }

    fn load_local(&mut self, i: usize, state: &mut State) -> Flowed {
        let value = state.locals[i].clone();
        if value == Flow::Unbound {
            let name = self.host.name_text(self.code.varnames[i]);
            let title = format!("local variable '{name}' may be used before it is assigned");
            return Err(self.error("RPY0304", title).note(
                "on at least one path to this line the variable has no value; RPython decides that before the program runs",
            ));
        }
        state.stack.push(value);
        Ok(())
    }

    fn store_local(&mut self, i: usize, state: &mut State) -> Flowed {
        let value = self.pop(state)?;
        if let Flow::Var(v) = value
            && self.graph.var_names[v.index()].is_none()
        {
            let name = self.host.name_text(self.code.varnames[i]);
            self.graph.var_names[v.index()] = Some(name.into());
        }
        state.locals[i] = value;
        Ok(())
    }

    fn load_global(&mut self, i: u32, state: &mut State) -> Flowed {
        let name = self.name(i);
        match self.host.globals_lookup(self.globals, &name) {
            Some(value) => {
                state.stack.push(Flow::Const(value));
                Ok(())
            }
            None => Err(self.error("RPY0305", format!("global name '{name}' is not defined"))),
        }
    }

    /// Own cells live behind the locals; cells of enclosing functions hold constants.
    fn load_deref(&mut self, i: usize, state: &mut State) -> Flowed {
        let n_own = self.code.cellvars.len();
        if i < n_own {
            let value = state.locals[self.code.varnames.len() + i].clone();
            if value == Flow::Unbound {
                let name = self.host.name_text(self.code.cellvars[i]);
                return Err(self.error(
                    "RPY0304",
                    format!("local variable '{name}' may be used before it is assigned"),
                ));
            }
            state.stack.push(value);
            return Ok(());
        }
        let cell = self.closure.get(i - n_own).copied().map(Value::Obj);
        match cell.and_then(|c| self.host.data(c)) {
            Some(ObjData::Cell(value)) if !value.is_hole() => {
                state.stack.push(Flow::Const(*value));
                Ok(())
            }
            _ => {
                let name = self.host.name_text(self.code.freevars[i - n_own]);
                Err(self.error("RPY0305", format!("'{name}' of the enclosing function has no value")))
            }
        }
    }

    fn store_deref(&mut self, i: usize, state: &mut State) -> Flowed {
        let value = self.pop(state)?;
        state.locals[self.code.varnames.len() + i] = value;
        Ok(())
    }

    fn load_closure(&mut self, i: usize, state: &mut State) -> Flowed {
        let n_own = self.code.cellvars.len();
        if i >= n_own {
            let cell = self.closure[i - n_own];
            state.stack.push(Flow::Const(Value::Obj(cell)));
            return Ok(());
        }
        match state.locals[self.code.varnames.len() + i].constant() {
            Some(value) => {
                let cell = self.host.alloc(ObjData::Cell(value));
                state.stack.push(Flow::Const(cell));
                Ok(())
            }
            None => {
                let name = self.host.name_text(self.code.cellvars[i]);
                Err(self
                    .error(
                        "RPY0306",
                        format!("a nested function (a closure) uses the variable '{name}' of this function"),
                    )
                    .note(
                        "functions are constants in RPython: one made while the program runs cannot remember variables",
                    )
                    .help("pass the value as an argument, or keep it in an object with a method"))
            }
        }
    }

    fn unary(&mut self, op: UnaryOp, state: &mut State) -> Flowed<Next> {
        let value = self.pop(state)?;
        if op == UnaryOp::Not {
            return self.negated(&value, state);
        }
        if let Some(result) = self.fold_unary(op, &value) {
            state.stack.push(Flow::Const(result));
            return Ok(Next::Go);
        }
        let arg = self.operand(&value)?;
        match op {
            UnaryOp::Repr => {
                let repr = self.builtin("repr");
                self.push_op(OpCode::SimpleCall, vec![repr, arg], state);
            }
            UnaryOp::Neg => self.push_arithmetic(OpCode::Neg, vec![arg], state),
            UnaryOp::Pos => self.push_op(OpCode::Pos, vec![arg], state),
            UnaryOp::Invert | UnaryOp::Not => self.push_op(OpCode::Invert, vec![arg], state),
        }
        Ok(Next::Go)
    }

    /// Pushes `not value`; when a jump on it follows, branches on the value itself, which keeps what the test says of it.
    fn negated(&mut self, value: &Flow, state: &mut State) -> Flowed<Next> {
        let following = self.code.instrs.get(state.pc as usize).copied();
        let next = state.pc + 1;
        if !self.merge_points.contains(&state.pc) {
            match following {
                Some(Instr::PopJumpIfFalse(t)) => return self.branch(value, t, next, state),
                Some(Instr::PopJumpIfTrue(t)) => return self.branch(value, next, t, state),
                _ => {}
            }
        }
        if let Some(known) = self.known_truth(value) {
            state.stack.push(Flow::Const(Value::Bool(!known)));
            return Ok(Next::Go);
        }
        let arg = self.operand(value)?;
        let truth = self.emit(OpCode::Bool, vec![arg]);
        let v = self.emit(OpCode::Not, vec![truth.into()]);
        state.stack.push(Flow::Var(v));
        Ok(Next::Go)
    }

    fn binary(&mut self, code: OpCode, op: Option<BinOp>, state: &mut State) -> Flowed {
        let right = self.pop(state)?;
        let left = self.pop(state)?;
        let folded = match op {
            Some(op) => self.fold_binary(op, &left, &right),
            None => self.fold_getitem(&left, &right),
        };
        if let Some(result) = folded {
            state.stack.push(Flow::Const(result));
            return Ok(());
        }
        let args = vec![self.operand(&left)?, self.operand(&right)?];
        self.push_arithmetic(code, args, state);
        Ok(())
    }

    fn compare(&mut self, op: CmpOp, state: &mut State) -> Flowed<Next> {
        if op == CmpOp::ExcMatch {
            return self.exception_match(state);
        }
        let right = self.pop(state)?;
        let left = self.pop(state)?;
        if let Some(result) = self.fold_compare(op, &left, &right) {
            state.stack.push(Flow::Const(result));
            return Ok(Next::Go);
        }
        let (a, b) = (self.operand(&left)?, self.operand(&right)?);
        let (code, args, negate) = match op {
            CmpOp::Lt => (OpCode::Lt, vec![a, b], false),
            CmpOp::Le => (OpCode::Le, vec![a, b], false),
            CmpOp::Eq => (OpCode::Eq, vec![a, b], false),
            CmpOp::Ne => (OpCode::Ne, vec![a, b], false),
            CmpOp::Gt => (OpCode::Gt, vec![a, b], false),
            CmpOp::Ge => (OpCode::Ge, vec![a, b], false),
            CmpOp::In => (OpCode::Contains, vec![b, a], false),
            CmpOp::NotIn => (OpCode::Contains, vec![b, a], true),
            CmpOp::Is | CmpOp::ExcMatch => (OpCode::Is, vec![a, b], false),
            CmpOp::IsNot => (OpCode::Is, vec![a, b], true),
        };
        let v = self.emit_raising(code, args, state);
        if negate {
            return self.negated(&Flow::Var(v), state);
        }
        state.stack.push(Flow::Var(v));
        Ok(Next::Go)
    }

    /// Object, lower bound, upper bound; a missing bound is None.
    fn slice_operands(&self, lower: bool, upper: bool, state: &mut State) -> Flowed<Vec<Operand>> {
        let mut bound = |given: bool| {
            if given {
                self.pop_operand(state)
            } else {
                Ok(Operand::host(Value::None))
            }
        };
        let stop = bound(upper)?;
        let start = bound(lower)?;
        Ok(vec![self.pop_operand(state)?, start, stop])
    }

    fn build_tuple(&mut self, n: usize, state: &mut State) -> Flowed {
        let items = state.stack.split_off(state.stack.len() - n);
        let constants: Option<Vec<Value>> = items.iter().map(Flow::constant).collect();
        if let Some(values) = constants {
            let tuple = self.host.new_tuple(&values);
            state.stack.push(Flow::Const(tuple));
            return Ok(());
        }
        let args: Flowed<Vec<Operand>> = items.iter().map(|i| self.operand(i)).collect();
        self.push_op(OpCode::Newtuple, args?, state);
        Ok(())
    }

    fn build_slice(&mut self, n: u32, state: &mut State) -> Flowed {
        let step = if n == 3 {
            self.pop_operand(state)?
        } else {
            Operand::host(Value::None)
        };
        let stop = self.pop_operand(state)?;
        let start = self.pop_operand(state)?;
        self.push_op(OpCode::Newslice, vec![start, stop, step], state);
        Ok(())
    }

    fn call_method(&mut self, depth: usize, name: &str, args: Vec<Operand>, state: &mut State) -> Flowed {
        let object = self.peek_operand(depth, state)?;
        let method = self.emit(OpCode::Getattr, vec![object, Operand::name(name)]);
        let mut all = vec![method.into()];
        all.extend(args);
        self.emit_raising(OpCode::SimpleCall, all, state);
        Ok(())
    }

    /// Branches on a condition; both sides become merge blocks.
    pub(super) fn branch(&mut self, condition: &Flow, if_true: u32, if_false: u32, state: &mut State) -> Flowed<Next> {
        if let Some(known) = self.known_truth(condition) {
            return Ok(Next::Jump(if known { if_true } else { if_false }));
        }
        let arg = self.operand(condition)?;
        let v = self.emit(OpCode::Bool, vec![arg]);
        let mut exits = vec![];
        for (case, pc) in [(false, if_false), (true, if_true)] {
            state.pc = pc;
            exits.push(self.link_to(ExitCase::Bool(case), state));
        }
        self.close(ExitSwitch::Value(v.into()), exits);
        Ok(Next::Stop)
    }

    fn branch_or_pop(&mut self, target: u32, jump_when: bool, state: &mut State) -> Flowed<Next> {
        let condition = state.stack.last().cloned().ok_or_else(|| self.broken())?;
        if let Some(known) = self.known_truth(&condition) {
            if known == jump_when {
                return Ok(Next::Jump(target));
            }
            state.stack.pop();
            return Ok(Next::Go);
        }
        let arg = self.operand(&condition)?;
        let v = self.emit(OpCode::Bool, vec![arg]);
        let mut popped = state.clone();
        popped.stack.pop();
        state.pc = target;
        let jump = self.link_to(ExitCase::Bool(jump_when), state);
        let go = self.link_to(ExitCase::Bool(!jump_when), &popped);
        let exits = if jump_when { vec![go, jump] } else { vec![jump, go] };
        self.close(ExitSwitch::Value(v.into()), exits);
        Ok(Next::Stop)
    }

    fn make_function(&mut self, n_defaults: usize, closure: bool, state: &mut State) -> Flowed {
        let code_value = self.pop(state)?.constant();
        let cells = if closure { self.pop(state)?.constant() } else { None };
        let defaults = state.stack.split_off(state.stack.len() - n_defaults);
        let defaults: Option<Vec<Value>> = defaults.iter().map(Flow::constant).collect();
        let (Some(code_value), Some(defaults)) = (code_value, defaults) else {
            return Err(self
                .error(
                    "RPY0307",
                    "a nested function has default values that are only known when the program runs",
                )
                .note("functions are constants in RPython, with their default values"));
        };
        let Some(code) = self.host.code(code_value).cloned() else {
            return Err(self.broken());
        };
        let closure = cells
            .and_then(|c| self.host.tuple_items(c))
            .map(|t| t.iter().filter_map(|v| v.obj()).collect());
        let module = self.host.function(self.function).map_or(Value::None, |f| f.module);
        let function = Function {
            name: code.name.clone(),
            code_obj: code_value.obj().unwrap_or(rpy_host::ObjId::HOLE),
            code,
            globals: self.globals,
            defaults,
            closure: closure.unwrap_or_default(),
            doc: Value::None,
            module,
            attrs: rpy_host::ObjId::HOLE,
        };
        let value = self.host.alloc(ObjData::Function(Box::new(function)));
        state.stack.push(Flow::Const(value));
        Ok(())
    }

    fn import_name(&mut self, i: u32, state: &mut State) -> Flowed {
        let fromlist = self.pop(state)?.constant().unwrap_or(Value::None);
        let level = self.pop(state)?.constant().unwrap_or(Value::Int(-1));
        let name = self.name(i);
        let import = self.builtin_value("__import__");
        let name_value = self.host.new_str(&name);
        let args = [name_value, Value::Obj(self.globals), Value::None, fromlist, level];
        match self.host.call(import, &args, &[]) {
            Ok(module) => {
                state.stack.push(Flow::Const(module));
                Ok(())
            }
            Err(raised) => {
                let why = self.host.str_of(raised.value()).unwrap_or_default();
                let why = String::from_utf8_lossy(&why).into_owned();
                Err(self
                    .error("RPY0308", format!("the import of '{name}' failed"))
                    .note(why))
            }
        }
    }

    fn import_from(&mut self, i: u32, state: &mut State) -> Flowed {
        let name = self.name(i);
        let module = state.stack.last().and_then(Flow::constant).unwrap_or(Value::None);
        match self.host.getattr(module, &name) {
            Ok(value) => {
                state.stack.push(Flow::Const(value));
                Ok(())
            }
            Err(_) => Err(self.error("RPY0308", format!("cannot import name '{name}'"))),
        }
    }

    fn load_attr(&mut self, i: u32, state: &mut State) -> Flowed {
        let object = self.pop(state)?;
        let name = self.name(i);
        if let Some(value) = self.fold_getattr(&object, &name)? {
            state.stack.push(Flow::Const(value));
            return Ok(());
        }
        let args = vec![self.operand(&object)?, Operand::Const(Const::Name(name.into()))];
        self.push_op(OpCode::Getattr, args, state);
        Ok(())
    }

    fn store_attr(&mut self, i: u32, state: &mut State) -> Flowed {
        let object = self.pop_operand(state)?;
        let value = self.pop_operand(state)?;
        let name = self.name(i);
        self.emit_raising(OpCode::Setattr, vec![object, Operand::name(&name), value], state);
        Ok(())
    }

    fn refuse_delattr(&self, i: u32) -> rpy_syntax::Diagnostic {
        let name = self.name(i);
        self.error("RPY0309", format!("attribute '{name}' cannot be deleted"))
            .note("all instances of a class have the same attributes in RPython, for the whole run")
            .help("assign None, or another value that means \"nothing\"")
    }

    /// The value of a `yield` may only be dropped.
    pub(super) fn check_yields(&mut self) -> Flowed {
        let used = |w: &[Instr]| w[0] == Instr::YieldValue && w[1] != Instr::PopTop;
        let Some(pc) = self.code.instrs.windows(2).position(used) else {
            return Ok(());
        };
        self.span = self.code.spans[pc];
        Err(self
            .error("RPY0320", "the value of a 'yield' expression is used")
            .note("generators are only asked for their next value in RPython; nobody can send one to them"))
    }

    /// Code with these cannot be flowed at all: other instructions of it mean something else than usual.
    pub(super) fn refuse_dynamic_code(&mut self) -> Flowed {
        let found = self
            .code
            .instrs
            .iter()
            .position(|i| matches!(i, Instr::ExecStmt | Instr::ImportStar));
        let Some(pc) = found else { return Ok(()) };
        self.span = self.code.spans[pc];
        Err(self.refuse(self.code.instrs[pc]))
    }

    fn refuse(&self, instr: Instr) -> rpy_syntax::Diagnostic {
        let (what, why) = match instr {
            Instr::StoreGlobal(i) | Instr::DeleteGlobal(i) => {
                let title = format!("the global variable '{}' is changed in a function", self.name(i));
                return self
                    .error("RPY0310", title)
                    .note("global names are constants in RPython")
                    .help("keep what changes in an attribute of an instance");
            }
            Instr::BuildClass => (
                "a class is defined inside a function that is translated",
                "all classes must exist before the translated program runs",
            ),
            Instr::BuildSet(_) => (
                "a set display is not RPython",
                "there are no sets; use a dict with None values",
            ),
            Instr::SetAdd(_) => (
                "a set comprehension is not RPython",
                "there are no sets; use a dict with None values",
            ),
            Instr::MapAdd(_) => ("a dict comprehension is not RPython", "fill the dict in a loop"),
            Instr::PrintItemTo | Instr::PrintNewlineTo => (
                "'print >>file' is not RPython",
                "write to the file with os.write() or a method of the file object",
            ),
            Instr::ExecStmt => (
                "'exec' is not RPython",
                "code cannot be made while the translated program runs",
            ),
            Instr::ImportStar => (
                "'import *' in a function is not RPython",
                "import the names that are used",
            ),
            _ => (
                "names looked up in a mapping are not RPython",
                "only local and global variables are known before the program runs",
            ),
        };
        self.error("RPY0310", what).note(why)
    }
}

fn rotate(state: &mut State, n: usize) {
    let at = state.stack.len().saturating_sub(n);
    state.stack[at..].rotate_right(1);
}

fn duplicate(state: &mut State, n: usize) {
    let at = state.stack.len().saturating_sub(n);
    state.stack.extend_from_within(at..);
}

pub(super) fn protect(handler: Handler, target: u32, state: &mut State) {
    let level = state.stack.len();
    state.blocks.push(Protected { handler, target, level });
}

fn binary_code(op: BinOp) -> OpCode {
    match op {
        BinOp::Add => OpCode::Add,
        BinOp::Sub => OpCode::Sub,
        BinOp::Mul => OpCode::Mul,
        BinOp::Div => OpCode::Div,
        BinOp::FloorDiv => OpCode::Floordiv,
        BinOp::TrueDiv => OpCode::Truediv,
        BinOp::Mod => OpCode::Mod,
        BinOp::Pow => OpCode::Pow,
        BinOp::LShift => OpCode::Lshift,
        BinOp::RShift => OpCode::Rshift,
        BinOp::And => OpCode::And,
        BinOp::Or => OpCode::Or,
        BinOp::Xor => OpCode::Xor,
        BinOp::DivMod => OpCode::Divmod,
    }
}

fn inplace_code(op: BinOp) -> OpCode {
    match op {
        BinOp::Add => OpCode::InplaceAdd,
        BinOp::Sub => OpCode::InplaceSub,
        BinOp::Mul => OpCode::InplaceMul,
        BinOp::Div => OpCode::InplaceDiv,
        BinOp::FloorDiv => OpCode::InplaceFloordiv,
        BinOp::TrueDiv => OpCode::InplaceTruediv,
        BinOp::Mod => OpCode::InplaceMod,
        BinOp::Pow => OpCode::InplacePow,
        BinOp::LShift => OpCode::InplaceLshift,
        BinOp::RShift => OpCode::InplaceRshift,
        BinOp::And => OpCode::InplaceAnd,
        BinOp::Or => OpCode::InplaceOr,
        BinOp::Xor => OpCode::InplaceXor,
        BinOp::DivMod => OpCode::Divmod,
    }
}
