//! The evaluator: executes code objects.

use crate::code::{Code, Instr};
use crate::error::{Raised, Res};
use crate::frame::{Block, BlockKind, ExcInfo, Frame, FrameKind};
use crate::host::Host;
use crate::object::{ObjData, Signal, Traceback};
use crate::value::{ObjId, Value};

/// Why the instruction loop stopped.
pub(crate) enum Exit {
    /// the frame returned
    Return(Value),
    /// the generator yielded
    Yield(Value),
    /// a new frame was pushed
    Call,
    /// a block must be left: break
    Break,
    /// a block must be left: continue at the target
    Continue(u32),
    /// go on with the exception without a new traceback entry
    Reraise(Raised),
}

/// How a frame ended.
pub(crate) enum Ended {
    Return(Value),
    Yield(Value),
}

impl Host {
    /// Runs the frames above `depth` until the first of them returns; called from native code.
    pub(crate) fn run_nested(&mut self, depth: usize) -> Res {
        // What the host is asked from outside Python holds nothing.
        let mark = if depth == 0 { u64::MAX } else { self.instr_clock };
        self.native_marks.push(mark);
        let result = self.run(depth);
        self.native_marks.pop();
        match result? {
            Ended::Return(value) | Ended::Yield(value) => Ok(value),
        }
    }

    /// Runs the frames above `depth` until the first of them returns or yields.
    pub(crate) fn run(&mut self, depth: usize) -> Res<Ended> {
        let (saved_pc, saved_clock) = (self.pc, self.instr_clock);
        let mut pc = self.frames.last().map_or(0, |f| f.pc);
        let result = loop {
            let Some(frame) = self.frames.last() else {
                break Err(self.runtime_error("no frame"));
            };
            let (code, base) = (frame.code.clone(), frame.base);
            let exit = self.execute(&code, base, pc);
            let fi = self.frames.len() - 1;
            let raised = match exit {
                Ok(Exit::Call) => {
                    pc = 0;
                    continue;
                }
                Ok(Exit::Return(value)) => match self.leave_blocks(Signal::Return(value)) {
                    Some(next) => {
                        pc = next;
                        continue;
                    }
                    None => {
                        let frame = self.pop_frame();
                        match self.finish_frame(&frame, value) {
                            Ok(value) => {
                                if fi == depth {
                                    break Ok(Ended::Return(value));
                                }
                                self.stack.truncate(frame.return_sp);
                                self.stack.push(value);
                                pc = self.resume_pc();
                                continue;
                            }
                            Err(raised) => {
                                if fi == depth {
                                    break Err(raised);
                                }
                                self.stack.truncate(frame.return_sp);
                                self.pc = self.frames[fi - 1].pc;
                                raised
                            }
                        }
                    }
                },
                Ok(Exit::Yield(value)) => {
                    if let Some(frame) = self.frames.last_mut() {
                        frame.pc = self.pc + 1;
                    }
                    break Ok(Ended::Yield(value));
                }
                Ok(Exit::Break) => {
                    pc = self.leave_blocks(Signal::Break).unwrap_or(code.instrs.len());
                    continue;
                }
                Ok(Exit::Continue(target)) => {
                    pc = self.leave_blocks(Signal::Continue(target)).unwrap_or(target as usize);
                    continue;
                }
                Ok(Exit::Reraise(raised)) => match self.find_handler(raised) {
                    Ok(next) => {
                        pc = next;
                        continue;
                    }
                    Err(raised) => match self.unwind_frame(raised, depth) {
                        Ok(raised) => raised,
                        Err(raised) => break Err(raised),
                    },
                },
                Err(raised) => raised,
            };
            match self.raise_in_frames(raised, depth) {
                Ok(next) => pc = next,
                Err(raised) => break Err(raised),
            }
        };
        self.pc = saved_pc;
        self.instr_clock = saved_clock;
        result
    }

    /// Where the frame on top goes on after a call.
    fn resume_pc(&self) -> usize {
        self.frames.last().map_or(0, |f| f.pc + 1)
    }

    /// Raises in the running frame, then in its callers down to `depth`, until a handler is found.
    fn raise_in_frames(&mut self, mut raised: Raised, depth: usize) -> Res<usize> {
        loop {
            self.add_traceback(&mut raised);
            raised = match self.find_handler(raised) {
                Ok(next) => return Ok(next),
                Err(raised) => self.unwind_frame(raised, depth)?,
            };
        }
    }

    /// Pops the running frame because of an exception; `Err` when it was the outermost.
    fn unwind_frame(&mut self, raised: Raised, depth: usize) -> Res<Raised> {
        let fi = self.frames.len() - 1;
        let frame = self.pop_frame();
        self.stack.truncate(frame.return_sp);
        if fi == depth {
            return Err(raised);
        }
        self.pc = self.frames[fi - 1].pc;
        Ok(raised)
    }

    fn finish_frame(&mut self, frame: &Frame, value: Value) -> Res {
        match frame.kind {
            FrameKind::Call => Ok(value),
            FrameKind::Init(instance) => {
                if value.is_none() {
                    return Ok(instance);
                }
                let text = format!("__init__() should return None, not '{}'", self.class_name_of(value));
                Err(self.type_error(text))
            }
        }
    }

    /// Removes the running frame and restores what it had changed.
    pub(crate) fn pop_frame(&mut self) -> Frame {
        if let Some(top) = self.frames.last()
            && !top.frame_obj.is_hole()
        {
            self.detach_frame_object();
        }
        let frame = self.frames.pop().expect("a frame is running");
        if !self.locals_cache.is_empty() {
            self.locals_cache.remove(&frame.serial);
        }
        self.blocks.truncate(frame.block_base);
        if let Some(saved) = frame.saved_exc {
            self.exc_info = saved;
        }
        frame
    }

    /// Prepends the running frame to the exception's traceback.
    pub(crate) fn add_traceback(&mut self, raised: &mut Raised) {
        let fi = self.frames.len() - 1;
        let frame = self.frame_object(fi);
        let lineno = self.frames[fi].code.line(self.pc);
        let entry = Traceback {
            frame,
            lineno,
            lasti: self.pc as u32,
            next: raised.traceback(),
        };
        let id = self.heap.alloc(ObjData::Traceback(entry));
        raised.set_traceback(id);
    }

    /// Finds the handler of an exception in the running frame and prepares the stack for it.
    fn find_handler(&mut self, raised: Raised) -> Res<usize> {
        let Some(frame) = self.frames.last() else {
            return Err(raised);
        };
        let (base, block_base) = (frame.base, frame.block_base);
        while self.blocks.len() > block_base {
            let Some(block) = self.blocks.pop() else { break };
            if block.kind == BlockKind::Loop {
                continue;
            }
            self.stack.truncate(base + block.level as usize);
            if block.kind != BlockKind::Finally {
                self.note_handled(&raised);
            }
            if block.kind != BlockKind::Except {
                let signal = Signal::Raise(raised.value(), raised.traceback());
                let signal = self.alloc(ObjData::Signal(Box::new(signal)));
                self.stack.push(signal);
            } else {
                let traceback = raised.traceback();
                let traceback = if traceback.is_hole() {
                    Value::None
                } else {
                    Value::Obj(traceback)
                };
                let class = self.class_value(raised.value());
                self.stack.extend([traceback, raised.value(), class]);
            }
            return Ok(block.handler as usize);
        }
        Err(raised)
    }

    /// Like `find_handler`, for exceptions thrown into generators.
    pub(crate) fn handler_for(&mut self, raised: Raised) -> Res<usize> {
        self.find_handler(raised)
    }

    /// Makes the exception the one `sys.exc_info()` shows.
    fn note_handled(&mut self, raised: &Raised) {
        let old = self.exc_info;
        if let Some(frame) = self.frames.last_mut()
            && frame.saved_exc.is_none()
        {
            frame.saved_exc = Some(old);
        }
        self.exc_info = ExcInfo {
            value: raised.value(),
            traceback: raised.traceback(),
        };
    }

    /// Leaves blocks for a return, break or continue: where to go on, `None` when the frame is done.
    fn leave_blocks(&mut self, signal: Signal) -> Option<usize> {
        let frame = self.frames.last()?;
        let (base, block_base) = (frame.base, frame.block_base);
        while self.blocks.len() > block_base {
            let block = *self.blocks.last()?;
            if block.kind == BlockKind::Loop {
                match signal {
                    Signal::Continue(target) => return Some(target as usize),
                    Signal::Break => {
                        self.blocks.pop();
                        self.stack.truncate(base + block.level as usize);
                        return Some(block.handler as usize);
                    }
                    Signal::Return(_) | Signal::Raise(..) => {}
                }
            }
            self.blocks.pop();
            self.stack.truncate(base + block.level as usize);
            if matches!(block.kind, BlockKind::Finally | BlockKind::With) {
                let signal = self.alloc(ObjData::Signal(Box::new(signal)));
                self.stack.push(signal);
                return Some(block.handler as usize);
            }
        }
        None
    }

    pub(crate) fn push_block(&mut self, kind: BlockKind, handler: u32, base: usize) {
        let level = (self.stack.len() - base) as u32;
        self.blocks.push(Block { kind, handler, level });
    }

    #[inline(always)]
    pub(crate) fn pop(&mut self) -> Value {
        self.stack.pop().unwrap_or(Value::HOLE)
    }

    #[inline(always)]
    pub(crate) fn peek(&self, depth: usize) -> Value {
        let n = self.stack.len();
        if depth < n {
            self.stack[n - 1 - depth]
        } else {
            Value::HOLE
        }
    }

    /// Drops `n` values and pushes one.
    #[inline(always)]
    pub(crate) fn replace(&mut self, n: usize, value: Value) {
        let len = self.stack.len() - n;
        self.stack.truncate(len);
        self.stack.push(value);
    }

    /// The instruction loop of one frame.
    fn execute(&mut self, code: &Code, base: usize, start: usize) -> Res<Exit> {
        let instrs = &code.instrs[..];
        let mut pc = start;
        while let Some(&instr) = instrs.get(pc) {
            self.pc = pc;
            self.instr_clock = self.heap.clock;
            pc += 1;
            match instr {
                Instr::Nop => {}
                Instr::PopTop => {
                    self.pop();
                }
                Instr::RotTwo => {
                    let n = self.stack.len();
                    self.stack.swap(n - 1, n - 2);
                }
                Instr::RotThree => {
                    let n = self.stack.len();
                    self.stack[n - 3..].rotate_right(1);
                }
                Instr::RotFour => {
                    let n = self.stack.len();
                    self.stack[n - 4..].rotate_right(1);
                }
                Instr::DupTop => {
                    let top = self.peek(0);
                    self.stack.push(top);
                }
                Instr::DupTopX(n) => {
                    let from = self.stack.len() - n as usize;
                    self.stack.extend_from_within(from..);
                }
                Instr::LoadConst(i) => self.stack.push(code.consts[i as usize]),
                Instr::LoadFast(i) => {
                    let value = self.stack[base + i as usize];
                    if value.is_hole() {
                        return Err(self.unbound_local(code, i));
                    }
                    self.stack.push(value);
                }
                Instr::StoreFast(i) => {
                    let value = self.pop();
                    self.stack[base + i as usize] = value;
                }
                Instr::LoadGlobal(i) => {
                    let value = self.load_global(code, i, pc - 1)?;
                    self.stack.push(value);
                }
                Instr::LoadAttr(i) => {
                    let obj = self.peek(0);
                    let value = self.load_attr(code, obj, i, pc - 1)?;
                    let n = self.stack.len();
                    self.stack[n - 1] = value;
                }
                Instr::Binary(op) => {
                    let value = self.binary(op, self.peek(1), self.peek(0))?;
                    self.replace(2, value);
                }
                Instr::Inplace(op) => {
                    let value = self.inplace(op, self.peek(1), self.peek(0))?;
                    self.replace(2, value);
                }
                Instr::Compare(op) => {
                    let value = self.compare_values(op, self.peek(1), self.peek(0))?;
                    self.replace(2, value);
                }
                Instr::Unary(op) => {
                    let value = self.unary(op, self.peek(0))?;
                    self.replace(1, value);
                }
                Instr::BinarySubscr => {
                    let value = self.get_item(self.peek(1), self.peek(0))?;
                    self.replace(2, value);
                }
                Instr::StoreSubscr => {
                    self.set_item(self.peek(1), self.peek(0), self.peek(2))?;
                    let n = self.stack.len();
                    self.stack.truncate(n - 3);
                }
                Instr::Jump(target) => {
                    if (target as usize) < pc {
                        self.safe_point();
                    }
                    pc = target as usize;
                }
                Instr::PopJumpIfFalse(target) => {
                    let value = self.peek(0);
                    let truth = match value {
                        Value::Bool(b) => b,
                        _ => self.truth(value)?,
                    };
                    self.pop();
                    if !truth {
                        if (target as usize) < pc {
                            self.safe_point();
                        }
                        pc = target as usize;
                    }
                }
                Instr::PopJumpIfTrue(target) => {
                    let truth = self.truth(self.peek(0))?;
                    self.pop();
                    if truth {
                        pc = target as usize;
                    }
                }
                Instr::JumpIfFalseOrPop(target) => {
                    if self.truth(self.peek(0))? {
                        self.pop();
                    } else {
                        pc = target as usize;
                    }
                }
                Instr::JumpIfTrueOrPop(target) => {
                    if self.truth(self.peek(0))? {
                        pc = target as usize;
                    } else {
                        self.pop();
                    }
                }
                Instr::ForIter(target) => match self.iter_next(self.peek(0))? {
                    Some(item) => self.stack.push(item),
                    None => {
                        self.pop();
                        pc = target as usize;
                    }
                },
                Instr::GetIter => {
                    let it = self.get_iter(self.peek(0))?;
                    self.replace(1, it);
                }
                Instr::CallFunction { npos, nkw, star, dstar } => {
                    if nkw == 0 && !star && !dstar {
                        if self.call_positional(npos as usize)? {
                            return Ok(Exit::Call);
                        }
                    } else if self.call_general(npos as usize, nkw as usize, star, dstar)? {
                        return Ok(Exit::Call);
                    }
                }
                Instr::ReturnValue => return Ok(Exit::Return(self.pop())),
                Instr::YieldValue => return Ok(Exit::Yield(self.pop())),
                Instr::SetupLoop(target) => self.push_block(BlockKind::Loop, target, base),
                Instr::SetupExcept(target) => self.push_block(BlockKind::Except, target, base),
                Instr::SetupFinally(target) => self.push_block(BlockKind::Finally, target, base),
                Instr::PopBlock => {
                    self.blocks.pop();
                }
                Instr::BreakLoop => return Ok(Exit::Break),
                Instr::ContinueLoop(target) => return Ok(Exit::Continue(target)),
                Instr::EndExcept => {
                    let value = self.peek(1);
                    let traceback = self.peek(2).obj().unwrap_or(ObjId::HOLE);
                    return Ok(Exit::Reraise(Raised::with_traceback(value, traceback)));
                }
                Instr::EndFinally => {
                    if let Some(exit) = self.end_finally() {
                        return Ok(exit);
                    }
                }
                Instr::RaiseVarargs(n) => return self.raise_varargs(n),
                other => self.execute_rare(code, base, other, pc - 1)?,
            }
        }
        Ok(Exit::Return(Value::None))
    }

    fn end_finally(&mut self) -> Option<Exit> {
        let signal = self.pop();
        let Some(ObjData::Signal(signal)) = signal.obj().map(|id| self.heap.get(id)) else {
            return None;
        };
        Some(match **signal {
            Signal::Raise(value, traceback) => Exit::Reraise(Raised::with_traceback(value, traceback)),
            Signal::Return(value) => Exit::Return(value),
            Signal::Break => Exit::Break,
            Signal::Continue(target) => Exit::Continue(target),
        })
    }

    #[cold]
    fn unbound_local(&mut self, code: &Code, index: u32) -> Raised {
        let name = self.name_text(code.varnames[index as usize]);
        let text = format!("local variable '{name}' referenced before assignment");
        self.error(self.exceptions.unbound_local_error, text)
    }
}
