//! Calls, iteration and unpacking.

use super::state::{Flow, State};
use super::{Flowed, Next, Space};
use crate::model::{CallShape, Const, Operand};
use crate::ops::OpCode;
use rpy_host::{Instr, ObjData, Value};
use std::sync::Arc;

/// The form that checks for overflow of an operation.
pub(super) fn checked_form(code: OpCode) -> Option<OpCode> {
    Some(match code {
        OpCode::Add | OpCode::InplaceAdd => OpCode::AddOvf,
        OpCode::Sub | OpCode::InplaceSub => OpCode::SubOvf,
        OpCode::Mul | OpCode::InplaceMul => OpCode::MulOvf,
        OpCode::Floordiv | OpCode::InplaceFloordiv => OpCode::FloordivOvf,
        OpCode::Div | OpCode::InplaceDiv => OpCode::DivOvf,
        OpCode::Mod | OpCode::InplaceMod => OpCode::ModOvf,
        OpCode::Lshift | OpCode::InplaceLshift => OpCode::LshiftOvf,
        OpCode::Neg => OpCode::NegOvf,
        _ => return None,
    })
}

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
        self.push_op(OpCode::CallArgs, all, state);
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
            if let Some(mark) = self.intrinsic_name(known)
                && let Some(next) = self.call_intrinsic(&mark, &args, state)?
            {
                return Ok(next);
            }
            if let Some(result) = self.fold_call(known, &args)? {
                state.stack.push(Flow::Const(result));
                return Ok(Next::Go);
            }
            if self.attribute_call(known, &args, state)? {
                return Ok(Next::Go);
            }
        }
        if function.constant() == Some(self.builtin_value("abs")) && args.len() == 1 && self.under_ovfcheck(state) {
            let v = self.emit_raising(OpCode::AbsOvf, args, state);
            self.checked.insert(v);
            state.stack.push(Flow::Var(v));
            return Ok(Next::Go);
        }
        let mut all = vec![self.operand(function)?];
        all.extend(args);
        let v = self.emit_raising(OpCode::SimpleCall, all, state);
        if let Some(class) = function.constant()
            && self.is_class(class)
            && self.host.issubclass(class, Value::Obj(self.host.exc().base_exception))
        {
            self.exact_class.insert(v, class);
        }
        state.stack.push(Flow::Var(v));
        Ok(Next::Go)
    }

    /// `_intrinsic_` of a library function.
    fn intrinsic_name(&mut self, function: Value) -> Option<String> {
        self.host.function(function)?;
        let mark = self.host.getattr_opt(function, "_intrinsic_").ok()??;
        self.host.str_text(mark)
    }

    fn call_intrinsic(&mut self, mark: &str, args: &[Operand], state: &mut State) -> Flowed<Option<Next>> {
        match mark {
            "we_are_translated" => {
                state.stack.push(Flow::Const(Value::Bool(true)));
                Ok(Some(Next::Go))
            }
            "ovfcheck" => self.ovfcheck(args, state).map(Some),
            _ => Ok(None),
        }
    }

    /// `getattr` and `setattr` with a known name are attribute access.
    fn attribute_call(&mut self, function: Value, args: &[Operand], state: &mut State) -> Flowed<bool> {
        let name = match args.get(1) {
            Some(Operand::Const(Const::Host(name))) => self.host.str_text(*name),
            _ => None,
        };
        let Some(name) = name else { return Ok(false) };
        if args.len() == 2 && function == self.builtin_value("getattr") {
            let v = self.emit_raising(OpCode::Getattr, vec![args[0].clone(), Operand::name(&name)], state);
            state.stack.push(Flow::Var(v));
            return Ok(true);
        }
        if args.len() == 3 && function == self.builtin_value("setattr") {
            let all = vec![args[0].clone(), Operand::name(&name), args[2].clone()];
            self.emit_raising(OpCode::Setattr, all, state);
            state.stack.push(Flow::Const(Value::None));
            return Ok(true);
        }
        Ok(false)
    }

    /// Whether the next instruction passes the value about to be computed to `ovfcheck()`; `depth` is where the
    /// function is on the stack once the operands are popped.
    pub(super) fn under_ovfcheck(&mut self, state: &State) -> bool {
        let call = Instr::CallFunction {
            npos: 1,
            nkw: 0,
            star: false,
            dstar: false,
        };
        if self.code.instrs.get(state.pc as usize) != Some(&call) || self.merge_points.contains(&state.pc) {
            return false;
        }
        let function = state.stack.last().and_then(Flow::constant);
        function.and_then(|f| self.intrinsic_name(f)).as_deref() == Some("ovfcheck")
    }

    /// The argument of `ovfcheck()` has been computed by the checking operation already.
    fn ovfcheck(&mut self, args: &[Operand], state: &mut State) -> Flowed<Next> {
        let [arg] = args else {
            return Err(self.error("RPY0315", "ovfcheck() takes one argument"));
        };
        let checked = match arg {
            Operand::Const(Const::Host(known)) => Flow::Const(*known),
            Operand::Var(v) if self.checked.contains(v) => Flow::Var(*v),
            Operand::Var(_) | Operand::Const(_) => {
                return Err(self
                    .error("RPY0315", "ovfcheck() must be applied to an arithmetic operation")
                    .note("it checks the operation written between its parentheses, such as ovfcheck(a + b)"));
            }
        };
        state.stack.push(checked);
        Ok(Next::Go)
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
        let mut all = vec![self.library_function("rpython.rtyper.print_", name)?];
        all.extend(args);
        self.emit_raising(OpCode::SimpleCall, all, state);
        Ok(())
    }

    /// A function of a library module.
    pub(super) fn library_function(&mut self, module: &str, name: &str) -> Flowed<Operand> {
        let function = self.host.import_module(module).and_then(|m| self.host.getattr(m, name));
        match function {
            Ok(function) => Ok(Operand::host(function)),
            Err(_) => Err(self.error("RPY0317", format!("the library has no {name}()"))),
        }
    }

    pub(super) fn is_class(&self, value: Value) -> bool {
        self.host.class(value).is_some() || self.is_old_class(value)
    }

    pub(super) fn is_old_class(&self, value: Value) -> bool {
        matches!(self.host.data(value), Some(ObjData::OldClass(_)))
    }
}
