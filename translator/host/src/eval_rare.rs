//! The less frequent instructions.

use crate::code::{Code, Instr};
use crate::error::Res;
use crate::frame::BlockKind;
use crate::host::Host;
use crate::object::{Function, ObjData, Signal};
use crate::value::{ObjId, Value};

impl Host {
    /// Executes an instruction that stays in its frame and does not jump.
    pub(crate) fn execute_rare(&mut self, code: &Code, base: usize, instr: Instr, _pc: usize) -> Res<()> {
        match instr {
            Instr::DeleteFast(i) => {
                let slot = base + i as usize;
                if self.stack[slot].is_hole() {
                    let name = self.name_text(code.varnames[i as usize]);
                    let text = format!("local variable '{name}' referenced before assignment");
                    return Err(self.error(self.exceptions.unbound_local_error, text));
                }
                self.stack[slot] = Value::HOLE;
            }
            Instr::StoreGlobal(i) => {
                let (name, value) = (code.names[i as usize], self.pop());
                let globals = self.frame_globals();
                self.dict_set_name(globals, name, value);
            }
            Instr::DeleteGlobal(i) => {
                let name = code.names[i as usize];
                let globals = self.frame_globals();
                if !self.dict_remove_name(globals, name) {
                    let text = format!("global name '{}' is not defined", self.name_text(name));
                    return Err(self.error(self.exceptions.name_error, text));
                }
            }
            Instr::LoadName(i) => {
                let value = self.load_name(code.names[i as usize])?;
                self.stack.push(value);
            }
            Instr::StoreName(i) => {
                self.store_name(code.names[i as usize], self.peek(0))?;
                self.pop();
            }
            Instr::DeleteName(i) => self.delete_name(code.names[i as usize])?,
            Instr::LoadDeref(i) => {
                let cell = self.stack[base + code.varnames.len() + i as usize];
                let value = match cell.obj().map(|id| self.heap.get(id)) {
                    Some(ObjData::Cell(value)) => *value,
                    _ => Value::HOLE,
                };
                if value.is_hole() {
                    return Err(self.unbound_cell(code, i as usize));
                }
                self.stack.push(value);
            }
            Instr::StoreDeref(i) => {
                let value = self.pop();
                let cell = self.stack[base + code.varnames.len() + i as usize];
                if let Value::Obj(id) = cell
                    && let ObjData::Cell(slot) = self.heap.get_mut(id)
                {
                    *slot = value;
                }
            }
            Instr::LoadClosure(i) => {
                let cell = self.stack[base + code.varnames.len() + i as usize];
                self.stack.push(cell);
            }
            Instr::StoreAttr(i) => {
                let name = code.names[i as usize];
                self.set_attribute(self.peek(0), name, self.peek(1))?;
                self.drop_values(2);
            }
            Instr::DeleteAttr(i) => {
                self.del_attribute(self.peek(0), code.names[i as usize])?;
                self.drop_values(1);
            }
            Instr::DeleteSubscr => {
                self.del_item(self.peek(1), self.peek(0))?;
                self.drop_values(2);
            }
            Instr::LoadSlice(lower, upper) => {
                let (obj, low, high, n) = self.slice_operands(lower, upper);
                let value = self.get_slice(obj, low, high)?;
                self.replace(n, value);
            }
            Instr::StoreSlice(lower, upper) => {
                let (obj, low, high, n) = self.slice_operands(lower, upper);
                let value = self.peek(n);
                self.set_slice(obj, low, high, value)?;
                self.drop_values(n + 1);
            }
            Instr::DeleteSlice(lower, upper) => {
                let (obj, low, high, n) = self.slice_operands(lower, upper);
                self.del_slice(obj, low, high)?;
                self.drop_values(n);
            }
            Instr::UnpackSequence(n) => self.unpack(n as usize)?,
            Instr::SetupWith(target) => self.setup_with(target, base)?,
            Instr::WithCleanup => self.with_cleanup()?,
            Instr::MakeFunction(n) | Instr::MakeClosure(n) => {
                self.make_function(n as usize, matches!(instr, Instr::MakeClosure(_)))
            }
            Instr::BuildClass => {
                let class = self.build_class(self.peek(2), self.peek(1), self.peek(0))?;
                self.replace(3, class);
            }
            Instr::ExecStmt => {
                self.exec_statement(self.peek(2), self.peek(1), self.peek(0))?;
                self.drop_values(3);
            }
            Instr::ImportName(i) => {
                let module = self.import_statement(code.names[i as usize], self.peek(1), self.peek(0))?;
                self.replace(2, module);
            }
            Instr::ImportFrom(i) => {
                let value = self.import_from(self.peek(0), code.names[i as usize])?;
                self.stack.push(value);
            }
            Instr::ImportStar => {
                self.import_star(self.peek(0))?;
                self.drop_values(1);
            }
            Instr::LoadLocals => {
                let locals = self.frames.last().map_or(Value::HOLE, |f| f.locals);
                self.stack.push(locals);
            }
            Instr::PrintItem | Instr::PrintNewline | Instr::PrintItemTo | Instr::PrintNewlineTo | Instr::PrintExpr => {
                self.execute_print(instr)?;
            }
            other => self.execute_build(other)?,
        }
        Ok(())
    }

    fn execute_build(&mut self, instr: Instr) -> Res<()> {
        match instr {
            Instr::BuildTuple(n) => {
                let from = self.stack.len() - n as usize;
                let items = self.stack[from..].to_vec();
                let tuple = self.new_tuple(&items);
                self.replace(n as usize, tuple);
            }
            Instr::BuildList(n) => {
                let from = self.stack.len() - n as usize;
                let items = self.stack[from..].to_vec();
                let list = self.new_list(items);
                self.replace(n as usize, list);
            }
            Instr::BuildSet(n) => {
                let from = self.stack.len() - n as usize;
                let items = self.stack[from..].to_vec();
                let set = self.new_set(&items)?;
                self.replace(n as usize, set);
            }
            Instr::BuildMap(_) => {
                let dict = self.new_dict();
                self.stack.push(dict);
            }
            Instr::StoreMap => {
                if let Value::Obj(dict) = self.peek(2) {
                    self.dict_set(dict, self.peek(0), self.peek(1))?;
                }
                self.drop_values(2);
            }
            Instr::BuildSlice(n) => {
                let step = if n == 3 { self.peek(0) } else { Value::None };
                let at = n as usize - 1;
                let slice = self.new_slice(self.peek(at), self.peek(at - 1), step);
                self.replace(n as usize, slice);
            }
            Instr::ListAppend(n) => {
                let value = self.peek(0);
                let list = self.peek(n as usize);
                if let Some(ObjData::List(l)) = self.data_mut(list) {
                    l.push(value);
                }
                self.drop_values(1);
            }
            Instr::ListDone => {}
            Instr::SetAdd(n) => {
                if let Value::Obj(set) = self.peek(n as usize) {
                    self.dict_set(set, self.peek(0), Value::None)?;
                }
                self.drop_values(1);
            }
            Instr::MapAdd(n) => {
                if let Value::Obj(dict) = self.peek(n as usize + 1) {
                    self.dict_set(dict, self.peek(0), self.peek(1))?;
                }
                self.drop_values(2);
            }
            _ => return Err(self.runtime_error("unknown instruction")),
        }
        Ok(())
    }

    pub(crate) fn drop_values(&mut self, n: usize) {
        let len = self.stack.len() - n;
        self.stack.truncate(len);
    }

    fn slice_operands(&self, lower: bool, upper: bool) -> (Value, Value, Value, usize) {
        let n = 1 + usize::from(lower) + usize::from(upper);
        let high = if upper { self.peek(0) } else { Value::HOLE };
        let low = if lower {
            self.peek(usize::from(upper))
        } else {
            Value::HOLE
        };
        (self.peek(n - 1), low, high, n)
    }

    pub(crate) fn frame_globals(&self) -> ObjId {
        self.frames.last().map_or(self.builtins, |f| f.globals)
    }

    fn unbound_cell(&mut self, code: &Code, i: usize) -> crate::error::Raised {
        if let Some(&name) = code.cellvars.get(i) {
            let text = format!("local variable '{}' referenced before assignment", self.name_text(name));
            return self.error(self.exceptions.unbound_local_error, text);
        }
        let name = code
            .freevars
            .get(i - code.cellvars.len())
            .copied()
            .unwrap_or(ObjId::HOLE);
        let text = format!(
            "free variable '{}' referenced before assignment in enclosing scope",
            self.name_text(name)
        );
        self.error(self.exceptions.name_error, text)
    }

    fn load_name(&mut self, name: ObjId) -> Res {
        let Some(frame) = self.frames.last() else {
            return Err(self.runtime_error("no frame"));
        };
        let (locals, globals, builtins) = (frame.locals, frame.globals, frame.builtins);
        if let Some(value) = self.mapping_get(locals, name)? {
            return Ok(value);
        }
        if let Some(value) = self
            .dict_get_name(globals, name)
            .or_else(|| self.dict_get_name(builtins, name))
        {
            return Ok(value);
        }
        let text = format!("name '{}' is not defined", self.name_text(name));
        Err(self.error(self.exceptions.name_error, text))
    }

    fn mapping_get(&mut self, mapping: Value, name: ObjId) -> Res<Option<Value>> {
        let Value::Obj(id) = mapping else { return Ok(None) };
        if matches!(self.heap.get(id), ObjData::Dict(_)) {
            return Ok(self.dict_get_name(id, name));
        }
        let result = self.get_item(mapping, Value::Obj(name));
        self.catch(result, self.exceptions.key_error)
    }

    fn store_name(&mut self, name: ObjId, value: Value) -> Res<()> {
        let locals = self.frames.last().map_or(Value::HOLE, |f| f.locals);
        match locals {
            Value::Obj(id) if matches!(self.heap.get(id), ObjData::Dict(_)) => {
                self.dict_set_name(id, name, value);
                Ok(())
            }
            _ => self.set_item(locals, Value::Obj(name), value),
        }
    }

    fn delete_name(&mut self, name: ObjId) -> Res<()> {
        let locals = self.frames.last().map_or(Value::HOLE, |f| f.locals);
        let found = match locals {
            Value::Obj(id) if matches!(self.heap.get(id), ObjData::Dict(_)) => self.dict_remove_name(id, name),
            _ => {
                let result = self.del_item(locals, Value::Obj(name));
                self.catch(result, self.exceptions.key_error)?.is_some()
            }
        };
        if found {
            return Ok(());
        }
        let text = format!("name '{}' is not defined", self.name_text(name));
        Err(self.error(self.exceptions.name_error, text))
    }

    fn unpack(&mut self, n: usize) -> Res<()> {
        let value = self.peek(0);
        let plain = !self.is_user_instance(value);
        let items: crate::call::ArgVec = match self.data(value) {
            Some(ObjData::Tuple(t)) if plain => t.iter().copied().collect(),
            Some(ObjData::List(l)) if plain => l.iter().copied().collect(),
            _ => {
                let it = match self.get_iter_opt(value)? {
                    Some(it) => it,
                    None => {
                        let text = format!("'{}' object is not iterable", self.class_name_of(value));
                        return Err(self.type_error(text));
                    }
                };
                self.stack.push(it);
                let mut items = crate::call::ArgVec::new();
                while items.len() <= n {
                    match self.iter_next(it)? {
                        Some(item) => items.push(item),
                        None => break,
                    }
                }
                self.pop();
                items
            }
        };
        if items.len() < n {
            let s = if items.len() == 1 { "" } else { "s" };
            return Err(self.value_error(format!("need more than {} value{s} to unpack", items.len())));
        }
        if items.len() > n {
            return Err(self.value_error("too many values to unpack"));
        }
        self.pop();
        self.stack.extend(items.iter().rev());
        Ok(())
    }

    fn setup_with(&mut self, target: u32, base: usize) -> Res<()> {
        let manager = self.peek(0);
        let (enter_name, exit_name) = (self.names.d_enter, self.names.d_exit);
        let Some(exit) = self.special_method(manager, exit_name)? else {
            return Err(self.with_error(manager, exit_name));
        };
        self.stack.push(exit);
        let Some(enter) = self.special_method(manager, enter_name)? else {
            return Err(self.with_error(manager, enter_name));
        };
        let result = self.call_value(enter, &[], &[])?;
        self.pop();
        self.replace(1, exit);
        self.push_block(BlockKind::With, target, base);
        self.stack.push(result);
        Ok(())
    }

    fn with_error(&mut self, manager: Value, name: ObjId) -> crate::error::Raised {
        if matches!(self.data(manager), Some(ObjData::OldInstance(_))) {
            return self.attribute_error(manager, name);
        }
        let text = self.name_text(name);
        let class = self.class_name_of(manager);
        let text = format!("'{class}' object has no attribute '{text}'");
        self.error(self.exceptions.attribute_error, text)
    }

    /// Stack: exit, signal.
    fn with_cleanup(&mut self) -> Res<()> {
        let (exit, signal) = (self.peek(1), self.peek(0));
        let pending = match signal.obj().map(|id| self.heap.get(id)) {
            Some(ObjData::Signal(s)) => match **s {
                Signal::Raise(value, traceback) => Some((value, traceback)),
                _ => None,
            },
            _ => None,
        };
        let args = match pending {
            Some((value, traceback)) => {
                let traceback = if traceback.is_hole() {
                    Value::None
                } else {
                    Value::Obj(traceback)
                };
                [self.class_value(value), value, traceback]
            }
            None => [Value::None; 3],
        };
        let result = self.call_value(exit, &args, &[])?;
        let swallow = pending.is_some() && self.truth(result)?;
        self.replace(2, if swallow { Value::None } else { signal });
        Ok(())
    }

    fn make_function(&mut self, n: usize, closure: bool) {
        let code_value = self.pop();
        let cells = if closure {
            let tuple = self.pop();
            self.tuple_items(tuple)
                .map(|t| t.iter().filter_map(|c| c.obj()).collect())
                .unwrap_or_default()
        } else {
            Vec::new()
        };
        let from = self.stack.len() - n;
        let defaults = self.stack.split_off(from);
        let globals = self.frame_globals();
        if let Some(function) = self.new_function(code_value, globals, defaults, cells) {
            self.stack.push(function);
        }
    }

    /// A function object of a code object.
    pub(crate) fn new_function(
        &mut self,
        code_value: Value,
        globals: ObjId,
        defaults: Vec<Value>,
        closure: Vec<ObjId>,
    ) -> Option<Value> {
        let code = self.code(code_value)?.clone();
        let module = self.dict_get_name(globals, self.names.d_name).unwrap_or(Value::None);
        let function = Function {
            name: code.name.clone(),
            doc: code.docstring(),
            code_obj: code_value.obj()?,
            code,
            globals,
            defaults,
            closure,
            module,
            attrs: ObjId::HOLE,
        };
        Some(self.alloc(ObjData::Function(Box::new(function))))
    }
}
