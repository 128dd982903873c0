//! Calls of functions, external functions and the runtime.

use super::exceptions::Raises;
use super::{Result, Writer};
use crate::effects::{constant_function, first_name, has_flag};
use crate::ssa::OpPos;
use rpy_flow::{Const, GraphId, Op, OpCode, Operand};
use rpy_lltype::{LLPtr, LLType, LLTypeId, LLValue};

/// Bits of `save_err`.
const SAVE_ERRNO: u32 = 1;
const READSAVED_ERRNO: u32 = 2;
const ZERO_ERRNO_BEFORE: u32 = 4;
const ALT_ERRNO: u32 = 64;

/// What happens around a call of a C function.
#[derive(Clone, Copy, Default)]
struct Around {
    release_gil: bool,
    save_err: u32,
}

fn saved_errno(save_err: u32) -> &'static str {
    if save_err & ALT_ERRNO != 0 {
        "rpy_os_alt_errno"
    } else {
        "rpy_os_saved_errno"
    }
}

impl Writer<'_> {
    /// `direct_call` and `indirect_call`.
    pub(super) fn call(&mut self, pos: OpPos, op: &Op) -> Result<()> {
        let callee = constant_function(self.db.program, &self.body.value(&op.args[0]));
        if callee.is_some_and(|f| f.graph.is_none()) {
            return self.extern_call(pos, op);
        }
        let mut args = &op.args[1..];
        if op.code == OpCode::IndirectCall && matches!(args.last(), Some(Operand::Const(Const::Graphs(_)))) {
            args = &args[..args.len() - 1];
        }
        let (function, params, result) = match callee.and_then(|f| f.graph) {
            Some(g) => {
                let g = GraphId(g);
                let graph = self.db.program.graphs.get(g);
                self.uses.functions.insert(g);
                let params: Vec<LLTypeId> = graph
                    .block(graph.start)
                    .inputs
                    .iter()
                    .map(|v| graph.var_type(*v))
                    .collect();
                (
                    self.db.function_name(g).to_owned(),
                    params,
                    graph.var_type(graph.return_var()),
                )
            }
            None => {
                let ty = self.type_of(&op.args[0]);
                let sig = self.types().pointee(ty).and_then(|f| self.types().as_func(f)).cloned();
                let Some(sig) = sig else {
                    return Err(self.bug(op.span, format!("call of a {}", self.types().text(ty))));
                };
                (self.expr(&op.args[0])?, sig.args, sig.result)
            }
        };
        if params.len() != args.len() {
            return Err(self.bug(op.span, format!("call of {function} with {} arguments", args.len())));
        }
        let mut texts = vec![];
        for (arg, ty) in args.iter().zip(&params) {
            if !self.db.is_void(*ty) {
                texts.push(self.expr_as(arg, *ty)?);
            }
        }
        let text = format!("{function}({})", texts.join(", "));
        let text = self.cast_text(text, result, self.graph.var_type(op.result));
        self.before_collect(pos)?;
        if self.db.is_void(result) || !self.is_used(op.result) {
            self.statement(&format!("{text};"));
        } else {
            self.statement(&format!("{} = {text};", op.result));
        }
        self.after_collect(pos);
        if self.db.effects.op(self.db.program, op).raises {
            self.check_exception(pos, Raises::Passed);
        }
        Ok(())
    }

    /// `extern_call`.
    pub(super) fn extern_call(&mut self, pos: OpPos, op: &Op) -> Result<()> {
        let args: Vec<&Operand> = op.args[1..]
            .iter()
            .filter(|a| !matches!(a, Operand::Const(Const::Name(_) | Const::Graphs(_))))
            .collect();
        let sig = self
            .types()
            .pointee(self.type_of(&op.args[0]))
            .and_then(|f| self.types().as_func(f))
            .cloned();
        let Some(sig) = sig else {
            return Err(self.bug(op.span, "call of something that is no function"));
        };
        let constant = constant_function(self.db.program, &self.body.value(&op.args[0]));
        let function = match constant {
            Some(f) => {
                if let Operand::Const(Const::LL(c)) = self.body.value(&op.args[0])
                    && let LLValue::Ptr(LLPtr::To(container)) = c.value
                {
                    self.uses.externals.insert(container);
                    if crate::unit::needs_alias(self.db, container, f) {
                        format!("g_ext_{}", f.name)
                    } else {
                        f.name.to_string()
                    }
                } else {
                    f.name.to_string()
                }
            }
            None => self.expr(&op.args[0])?,
        };
        let mut texts = vec![];
        for arg in args {
            if !self.is_void(arg) {
                texts.push(self.foreign_argument(arg)?);
            }
        }
        let text = format!("{function}({})", texts.join(", "));
        let external = constant.and_then(|f| f.external.clone()).unwrap_or_default();
        let around = Around {
            release_gil: external.release_gil || has_flag(op, "release_gil"),
            save_err: external.save_err,
        };
        self.foreign_call(pos, op, text, sig.result, around)
    }

    /// An argument of a C function: data pointers go as `void *`, which C converts silently.
    fn foreign_argument(&mut self, arg: &Operand) -> Result<String> {
        let text = self.expr(arg)?;
        let is_data = self
            .types()
            .pointee(self.type_of(arg))
            .is_some_and(|t| !matches!(self.types().get(t), LLType::Func(_)));
        Ok(if is_data && text != "NULL" {
            format!("(void *){text}")
        } else {
            text
        })
    }

    fn foreign_call(&mut self, pos: OpPos, op: &Op, text: String, result: LLTypeId, around: Around) -> Result<()> {
        let effect = self.db.effects.op(self.db.program, op);
        self.before_collect(pos)?;
        self.errno_before(around.save_err);
        if around.release_gil {
            self.statement("rpy_gil_release();");
        }
        let own = self.graph.var_type(op.result);
        if self.db.is_void(result) || !self.is_used(op.result) {
            self.statement(&format!("(void){text};"));
        } else {
            let cast = match self.types().get(own) {
                LLType::Ptr(_) => format!("({})", self.c_type(own)),
                LLType::Address => "(void *)".to_owned(),
                _ => String::new(),
            };
            self.statement(&format!("{} = {cast}{text};", op.result));
        }
        if around.release_gil {
            self.statement("rpy_gil_acquire();");
        }
        if around.save_err & SAVE_ERRNO != 0 {
            let place = saved_errno(around.save_err);
            self.statement(&format!("{place} = errno;"));
        }
        self.after_collect(pos);
        if effect.raises {
            self.check_exception(pos, Raises::Raised);
        }
        Ok(())
    }

    /// Sets `errno` for a call. Releasing and taking the lock keep it, but swap the saved one.
    fn errno_before(&mut self, save_err: u32) {
        if save_err & READSAVED_ERRNO != 0 {
            self.statement(&format!("errno = {};", saved_errno(save_err)));
        } else if save_err & ZERO_ERRNO_BEFORE != 0 {
            self.statement("errno = 0;");
        }
    }

    /// `runtime_op` and `runtime_call`.
    pub(super) fn runtime_call(&mut self, pos: OpPos, op: &Op) -> Result<()> {
        let Some(name) = first_name(op).map(str::to_owned) else {
            return Err(self.bug(op.span, "a runtime operation without name"));
        };
        let mut texts = vec![];
        for arg in &op.args[1..] {
            if matches!(arg, Operand::Const(Const::Name(_))) || !self.is_void(arg) {
                texts.push(self.foreign_argument(arg)?);
            }
        }
        let result = self.graph.var_type(op.result);
        self.foreign_call(
            pos,
            op,
            format!("rpy_{name}({})", texts.join(", ")),
            result,
            Around::default(),
        )
    }

    /// `gc_op`: services of the collector.
    pub(super) fn gc_op(&mut self, pos: OpPos, op: &Op) -> Result<()> {
        let Some(name) = first_name(op).map(str::to_owned) else {
            return Err(self.bug(op.span, "a GC operation without name"));
        };
        let function = match name.as_str() {
            "id" => "unique_id",
            "identityhash" => "identity_hash",
            other => other,
        };
        let mut texts = vec![];
        for arg in &op.args[1..] {
            if !self.is_void(arg) {
                texts.push(self.foreign_argument(arg)?);
            }
        }
        let result = self.graph.var_type(op.result);
        self.foreign_call(
            pos,
            op,
            format!("rpy_gc_{function}({})", texts.join(", ")),
            result,
            Around::default(),
        )
    }

    /// `debug_op`.
    pub(super) fn debug_op(&mut self, op: &Op) -> Result<()> {
        let Some(name) = first_name(op).map(str::to_owned) else {
            return Err(self.bug(op.span, "a debug operation without name"));
        };
        let args = &op.args[1..];
        match name.as_str() {
            "debug_print" => self.debug_print(args),
            "debug_start" | "debug_stop" => {
                let category = self.c_string(args.first(), op)?;
                let timestamp = match args.get(1) {
                    Some(a) if !self.is_void(a) => self.expr(a)?,
                    _ => "0".to_owned(),
                };
                let function = name.trim_start_matches("debug_");
                self.assign(op.result, &format!("rpy_log_{function}({category}, {timestamp})"));
                Ok(())
            }
            "have_debug_prints" => {
                self.assign(op.result, "rpy_log_have_prints()");
                Ok(())
            }
            "have_debug_prints_for" => {
                let category = self.c_string(args.first(), op)?;
                self.assign(op.result, &format!("rpy_log_have_prints_for({category})"));
                Ok(())
            }
            "debug_offset" => {
                self.assign(op.result, "rpy_log_offset()");
                Ok(())
            }
            "debug_flush" => {
                self.statement("rpy_log_flush();");
                Ok(())
            }
            "debug_print_traceback" => {
                self.statement("rpy_tb_print();");
                Ok(())
            }
            "debug_fatalerror" | "fatalerror" | "fatalerror_notb" => {
                let message = self.c_string(args.first(), op)?;
                let with = if name == "fatalerror_notb" { 0 } else { 1 };
                self.statement(&format!(
                    "rpy_exc_fatalerror({message}, (rpy_signed)strlen({message}), {with});"
                ));
                Ok(())
            }
            _ => Err(self.bug(op.span, format!("debug operation {name}"))),
        }
    }

    /// A C string: a name constant, a byte string, or a plain `char *`.
    fn c_string(&mut self, operand: Option<&Operand>, op: &Op) -> Result<String> {
        let Some(operand) = operand else {
            return Err(self.bug(op.span, "a debug operation without text"));
        };
        if matches!(operand, Operand::Const(Const::Name(_))) {
            return self.expr(operand);
        }
        let ty = self.type_of(operand);
        let text = self.expr(operand)?;
        if self.types().same(ty, rpy_lltype::LLTypes::STRPTR) {
            self.uses.complete.insert(rpy_lltype::LLTypes::STR);
            return Ok(format!("(char *)({text})->f_chars.items"));
        }
        Ok(format!("(char *){text}"))
    }

    fn debug_print(&mut self, args: &[Operand]) -> Result<()> {
        self.statement("if (RPY_LOG_PRINTS()) {");
        for (i, arg) in args.iter().enumerate() {
            if i > 0 {
                self.statement("rpy_log_write(\" \", 1);");
            }
            let text = if self.is_void(arg) && !matches!(arg, Operand::Const(Const::Name(_))) {
                continue;
            } else {
                self.expr(arg)?
            };
            let line = match self.types().get(self.type_of(arg)) {
                LLType::Ptr(_) if self.types().same(self.type_of(arg), rpy_lltype::LLTypes::STRPTR) => {
                    self.uses.complete.insert(rpy_lltype::LLTypes::STR);
                    format!("rpy_log_write((char *)({text})->f_chars.items, ({text})->f_chars.length);")
                }
                LLType::Void => format!("rpy_log_printf(\"%s\", {text});"),
                LLType::Float | LLType::SingleFloat => format!("rpy_log_printf(\"%f\", (double){text});"),
                LLType::Char => format!("rpy_log_printf(\"%c\", {text});"),
                LLType::Ptr(_) | LLType::Address => format!("rpy_log_printf(\"%p\", (void *){text});"),
                _ => format!("rpy_log_printf(\"%lld\", (long long){text});"),
            };
            self.statement(&line);
        }
        self.statement("rpy_log_write(\"\\n\", 1); }");
        Ok(())
    }
}
