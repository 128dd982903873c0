//! Frame objects, locals, generators.

use crate::error::{Raised, Res};
use crate::eval::Ended;
use crate::frame::Frame;
use crate::host::Host;
use crate::object::{FrameObj, ObjData};
use crate::value::{ObjId, Value};

impl Host {
    /// The Python-visible frame of a running activation.
    pub(crate) fn frame_object(&mut self, index: usize) -> ObjId {
        let Some(frame) = self.frames.get(index) else {
            return ObjId::HOLE;
        };
        if !frame.frame_obj.is_hole() {
            return frame.frame_obj;
        }
        let object = FrameObj {
            code: frame.code.clone(),
            code_obj: frame.code_obj,
            globals: frame.globals,
            locals: frame.locals,
            fast: Vec::new(),
            lineno: frame.code.firstlineno,
            back: Value::None,
            serial: frame.serial,
            last_pc: 0,
        };
        let id = self.heap.alloc(ObjData::Frame(Box::new(object)));
        self.frames[index].frame_obj = id;
        id
    }

    /// Index of the running activation of a frame object.
    pub(crate) fn running_index(&self, frame: ObjId) -> Option<usize> {
        let ObjData::Frame(f) = self.heap.get(frame) else {
            return None;
        };
        let serial = f.serial;
        self.frames
            .iter()
            .rposition(|fr| fr.serial == serial && fr.frame_obj == frame)
    }

    /// Line a frame object is at.
    pub(crate) fn frame_line(&self, frame: ObjId) -> u32 {
        if let Some(index) = self.running_index(frame) {
            let pc = if index + 1 == self.frames.len() {
                self.pc
            } else {
                self.frames[index].pc
            };
            return self.frames[index].code.line(pc);
        }
        match self.heap.get(frame) {
            ObjData::Frame(f) => f.lineno,
            _ => 0,
        }
    }

    /// Keeps what the frame object of the ending frame shows.
    pub(crate) fn detach_frame_object(&mut self) {
        let index = self.frames.len() - 1;
        let back = if index > 0 {
            Value::Obj(self.frame_object(index - 1))
        } else {
            Value::None
        };
        let frame = &self.frames[index];
        let n = frame.code.varnames.len() + frame.code.cellvars.len() + frame.code.freevars.len();
        let end = (frame.base + n).min(self.stack.len());
        let start = frame.base.min(end);
        let fast = self.stack[start..end].to_vec();
        let line = frame.code.line(self.pc);
        let (id, pc) = (frame.frame_obj, self.pc as u32);
        if let ObjData::Frame(f) = self.heap.get_mut(id) {
            f.fast = fast;
            f.lineno = line;
            f.back = back;
            f.last_pc = pc;
            f.serial = 0;
        }
    }

    /// `f_back` of a frame object.
    pub(crate) fn frame_back(&mut self, frame: ObjId) -> Value {
        match self.running_index(frame) {
            Some(0) => Value::None,
            Some(index) => Value::Obj(self.frame_object(index - 1)),
            None => match self.heap.get(frame) {
                ObjData::Frame(f) => f.back,
                _ => Value::None,
            },
        }
    }

    /// `f_locals` of a frame object.
    pub(crate) fn frame_locals(&mut self, frame: ObjId) -> Value {
        if let Some(index) = self.running_index(frame) {
            return self.locals_of(index);
        }
        let ObjData::Frame(f) = self.heap.get(frame) else {
            return Value::None;
        };
        if !f.locals.is_hole() {
            return f.locals;
        }
        let (code, fast) = (f.code.clone(), f.fast.clone());
        let dict = self.heap.alloc(ObjData::Dict(Box::default()));
        self.fill_locals(dict, &code, &fast);
        Value::Obj(dict)
    }

    fn fill_locals(&mut self, dict: ObjId, code: &crate::code::Code, fast: &[Value]) {
        let names = code.varnames.iter().chain(&code.cellvars).chain(&code.freevars);
        for (&name, &value) in names.zip(fast) {
            let value = match value.obj().map(|id| self.heap.get(id)) {
                Some(ObjData::Cell(inner)) => *inner,
                _ => value,
            };
            if value.is_hole() {
                continue;
            }
            self.dict_set_name(dict, name, value);
        }
    }

    /// `locals()` of a running activation.
    pub(crate) fn locals_of(&mut self, index: usize) -> Value {
        let Some(frame) = self.frames.get(index) else {
            return Value::None;
        };
        if !frame.locals.is_hole() {
            return frame.locals;
        }
        let code = frame.code.clone();
        let n = code.varnames.len() + code.cellvars.len() + code.freevars.len();
        let fast = self.stack.get(frame.base..frame.base + n).unwrap_or_default().to_vec();
        let serial = frame.serial;
        let cached = self.locals_cache.get(&serial).copied();
        let dict = match cached {
            Some(dict) => {
                let names: Vec<ObjId> = code
                    .varnames
                    .iter()
                    .chain(&code.cellvars)
                    .chain(&code.freevars)
                    .copied()
                    .collect();
                for name in names {
                    self.dict_remove_name(dict, name);
                }
                dict
            }
            None => {
                let dict = self.heap.alloc(ObjData::Dict(Box::default()));
                self.locals_cache.insert(serial, dict);
                dict
            }
        };
        self.fill_locals(dict, &code, &fast);
        Value::Obj(dict)
    }

    /// Runs a code object with globals and a locals mapping, as module, class and exec bodies are.
    pub(crate) fn run_code(&mut self, code_value: Value, globals: ObjId, locals: Value) -> Res {
        self.run_code_marked(code_value, globals, locals, true)
    }

    /// Like [`Host::run_code`]; without `mark`, native callers hold nothing of their own.
    pub(crate) fn run_code_marked(&mut self, code_value: Value, globals: ObjId, locals: Value, mark: bool) -> Res {
        let Some(code) = self.code(code_value).cloned() else {
            return Err(self.type_error("code object expected"));
        };
        if !code.freevars.is_empty() {
            return Err(self.type_error("code object passed to exec may not contain free variables"));
        }
        if self.frames.len() + self.native_depth >= self.recursion_limit {
            return Err(self.recursion_error());
        }
        let name = self.names.d_builtins;
        if self.dict_get_name(globals, name).is_none() {
            let module = self.builtin_module;
            self.dict_set_name(globals, name, module);
        }
        let base = self.stack.len();
        self.stack.resize(base + code.varnames.len(), Value::HOLE);
        for _ in 0..code.cellvars.len() {
            let cell = self.alloc(ObjData::Cell(Value::HOLE));
            self.stack.push(cell);
        }
        let optimized = code.flags & crate::code::flags::OPTIMIZED != 0;
        let frame = Frame {
            code_obj: code_value.obj().unwrap_or(ObjId::HOLE),
            code,
            globals,
            builtins: self.builtins,
            locals: if optimized { Value::HOLE } else { locals },
            base,
            return_sp: base,
            block_base: self.blocks.len(),
            pc: 0,
            frame_obj: ObjId::HOLE,
            serial: 0,
            saved_exc: None,
            kind: crate::frame::FrameKind::Call,
            generator: ObjId::HOLE,
        };
        let depth = self.frames.len();
        self.push_frame(frame);
        let result = if mark {
            self.run_nested(depth)
        } else {
            self.run(depth).map(|ended| match ended {
                Ended::Return(value) | Ended::Yield(value) => value,
            })
        };
        self.stack.truncate(base);
        result
    }

    /// `generator.next()`.
    pub(crate) fn generator_next(&mut self, id: ObjId) -> Res<Option<Value>> {
        self.generator_resume(id, Ok(Value::None))
    }

    /// Resumes a generator with a sent value or an exception; `None` when it ends.
    pub(crate) fn generator_resume(&mut self, id: ObjId, input: Result<Value, Raised>) -> Res<Option<Value>> {
        let ObjData::Generator(g) = self.heap.get_mut(id) else {
            return Ok(None);
        };
        if g.running {
            return Err(self.value_error("generator already executing"));
        }
        let started = g.started;
        if !started
            && let Ok(value) = &input
            && !value.is_none()
        {
            return Err(self.type_error("can't send non-None value to a just-started generator"));
        }
        if self.frames.len() + self.native_depth >= self.recursion_limit {
            return Err(self.recursion_error());
        }
        let ObjData::Generator(g) = self.heap.get_mut(id) else {
            return Ok(None);
        };
        let Some(saved) = g.frame.take() else {
            return match input {
                Ok(_) => Ok(None),
                Err(raised) => Err(raised),
            };
        };
        g.running = true;
        g.started = true;
        let base = self.stack.len();
        let (block_base, depth) = (self.blocks.len(), self.frames.len());
        let mut frame = saved.frame;
        frame.base = base;
        frame.return_sp = base;
        frame.block_base = block_base;
        frame.saved_exc = None;
        self.stack.extend_from_slice(&saved.values);
        self.blocks.extend_from_slice(&saved.blocks);
        let serial = frame.serial;
        self.push_frame(frame);
        if let Some(top) = self.frames.last_mut() {
            top.serial = serial;
        }
        self.reattach(serial);
        let result = match input {
            Ok(value) => {
                if started {
                    self.stack.push(value);
                }
                self.run_generator(depth)
            }
            Err(raised) => self.throw_into(raised, depth),
        };
        let outcome = match result {
            Ok(Ended::Yield(value)) => {
                self.suspend_generator(id, base, block_base);
                Ok(Some(value))
            }
            Ok(Ended::Return(_)) => Ok(None),
            Err(raised) => Err(raised),
        };
        self.stack.truncate(base);
        if let ObjData::Generator(g) = self.heap.get_mut(id) {
            g.running = false;
        }
        outcome
    }

    /// Tells the frame object of a resumed generator that it runs again.
    fn reattach(&mut self, serial: u64) {
        let id = self.frames.last().map_or(ObjId::HOLE, |f| f.frame_obj);
        if !id.is_hole()
            && let ObjData::Frame(f) = self.heap.get_mut(id)
        {
            f.serial = serial;
        }
    }

    fn run_generator(&mut self, depth: usize) -> Res<Ended> {
        self.native_marks.push(self.instr_clock);
        let result = self.run(depth);
        self.native_marks.pop();
        result
    }

    /// Raises an exception at the place where the generator is suspended.
    fn throw_into(&mut self, mut raised: Raised, depth: usize) -> Res<Ended> {
        let saved = self.pc;
        let pc = self.frames.last().map_or(0, |f| f.pc);
        self.pc = pc.saturating_sub(1);
        self.add_traceback(&mut raised);
        let handler = self.handler_for(raised);
        let result = match handler {
            Ok(next) => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.pc = next;
                }
                self.pc = saved;
                return self.run_generator(depth);
            }
            Err(raised) => {
                self.pop_frame();
                Err(raised)
            }
        };
        self.pc = saved;
        result
    }

    fn suspend_generator(&mut self, id: ObjId, base: usize, block_base: usize) {
        let Some(mut frame) = self.frames.pop() else { return };
        if let Some(info) = frame.saved_exc.take() {
            self.exc_info = info;
        }
        if !frame.frame_obj.is_hole() {
            let line = frame.code.line(frame.pc.saturating_sub(1));
            let n = frame.code.varnames.len() + frame.code.cellvars.len() + frame.code.freevars.len();
            let fast = self.stack.get(base..base + n).unwrap_or_default().to_vec();
            if let ObjData::Frame(f) = self.heap.get_mut(frame.frame_obj) {
                f.lineno = line;
                f.fast = fast;
                f.back = Value::None;
            }
        }
        let values = self.stack.split_off(base);
        let blocks = self.blocks.split_off(block_base);
        if let ObjData::Generator(g) = self.heap.get_mut(id) {
            g.frame_obj = frame.frame_obj;
            g.frame = Some(Box::new(crate::frame::SavedFrame { frame, values, blocks }));
        }
    }

    /// `generator.close()`.
    pub(crate) fn generator_close(&mut self, id: ObjId) -> Res<()> {
        let ObjData::Generator(g) = self.heap.get_mut(id) else {
            return Ok(());
        };
        if g.running {
            return Err(self.value_error("generator already executing"));
        }
        if !g.started || g.frame.is_none() {
            g.frame = None;
            return Ok(());
        }
        let exit = self.error_args(self.exceptions.generator_exit, &[]);
        match self.generator_resume(id, Err(exit)) {
            Ok(None) => Ok(()),
            Ok(Some(_)) => Err(self.runtime_error("generator ignored GeneratorExit")),
            Err(raised)
                if self.raised_is(&raised, self.exceptions.generator_exit)
                    || self.raised_is(&raised, self.exceptions.stop_iteration) =>
            {
                Ok(())
            }
            Err(raised) => Err(raised),
        }
    }
}
