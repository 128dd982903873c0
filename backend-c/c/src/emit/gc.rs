//! Saving of roots, allocation, weak references.

use super::exceptions::Raises;
use super::{Result, Writer};
use crate::layout::{VarPart, object_size};
use crate::program::StandardException;
use crate::ssa::OpPos;
use rpy_flow::{Const, Op, OpCode, Operand, VarId};
use rpy_lltype::{LLType, LLTypeId, LLTypes};

/// Bytes above which objects are not in the nursery.
const LARGE: u64 = 32768;

impl Writer<'_> {
    pub(super) fn enter_frame(&mut self) {
        let n = self.roots.n_slots;
        self.statement(&format!("ss = rpy_ss_top; rpy_ss_top = ss + {n};"));
    }

    pub(super) fn store_slots(&mut self, stores: &[(usize, Option<VarId>)]) -> Result<()> {
        for (slot, value) in stores {
            match value {
                Some(v) => self.statement(&format!("ss[{slot}] = {v};")),
                None => self.statement(&format!("ss[{slot}] = (void *)1;")),
            }
        }
        Ok(())
    }

    /// Saves what lives across the operation at `pos`.
    pub(super) fn before_collect(&mut self, pos: OpPos) -> Result<()> {
        let Some(plan) = self.roots.calls.get(&pos).cloned() else {
            return Ok(());
        };
        if plan.enter {
            self.enter_frame();
        }
        self.store_slots(&plan.stores)?;
        for (i, v) in plan.pushes.iter().enumerate() {
            self.statement(&format!("rpy_ss_top[{i}] = {v};"));
        }
        if !plan.pushes.is_empty() {
            self.statement(&format!("rpy_ss_top += {};", plan.pushes.len()));
        }
        Ok(())
    }

    /// Loads it back.
    pub(super) fn after_collect(&mut self, pos: OpPos) {
        let Some(plan) = self.roots.calls.get(&pos).cloned() else {
            return;
        };
        if !plan.pushes.is_empty() {
            self.statement(&format!("rpy_ss_top -= {};", plan.pushes.len()));
        }
        for (i, v) in plan.pushes.iter().enumerate() {
            self.statement(&format!("{v} = rpy_ss_top[{i}];"));
        }
        for (slot, v) in &plan.reloads {
            self.statement(&format!("{v} = ss[{slot}];"));
        }
    }

    fn type_operand(&self, op: &Op) -> Result<LLTypeId> {
        match op.args.first() {
            Some(Operand::Const(Const::Type(t))) => Ok(self.types().resolve(*t)),
            _ => Err(self.bug(op.span, "an allocation without type")),
        }
    }

    fn tid(&self, ty: LLTypeId, op: &Op) -> Result<u32> {
        match self.db.tid(ty) {
            Some(t) => Ok(t),
            None => Err(self.bug(op.span, format!("no type id for {}", self.types().text(ty)))),
        }
    }

    /// The allocations of GC objects.
    pub(super) fn malloc(&mut self, pos: OpPos, op: &Op) -> Result<()> {
        let ty = self.type_operand(op)?;
        match self.db.layouts.get_var_part(self.types(), ty) {
            Some(part) => self.malloc_varsize(pos, op, ty, part),
            None => self.malloc_fixed(pos, op, ty),
        }
    }

    /// Out-of-line part of an allocation: roots saved around a call.
    fn slow_path(&mut self, pos: OpPos, result: &str, call: &str) -> Result<()> {
        self.before_collect(pos)?;
        self.statement(&format!("{result} = {call};"));
        self.after_collect(pos);
        let label = self.failure(pos, Raises::Raised);
        self.statement(&format!("if (RPY_UNLIKELY({result} == NULL)) goto {label};"));
        Ok(())
    }

    fn malloc_fixed(&mut self, pos: OpPos, op: &Op, ty: LLTypeId) -> Result<()> {
        let tid = self.tid(ty, op)?;
        let layout = match self.types().get(ty) {
            LLType::Struct(_) => self.db.layouts.get(self.types(), ty).layout.size,
            _ => 16,
        };
        let size = object_size(layout);
        let v = self.result_name(op);
        let special = self.db.destructor(ty).is_some();
        self.uses.complete.insert(ty);
        if op.code == OpCode::MallocNonmovable {
            self.slow_path(pos, &v, &format!("rpy_gc_malloc_fixed_nonmovable({tid}u)"))?;
        } else if special {
            self.slow_path(pos, &v, &format!("rpy_gc_malloc_special({tid}u)"))?;
        } else if size > LARGE {
            self.slow_path(pos, &v, &format!("rpy_gc_malloc_slow({tid}u, {size})"))?;
        } else {
            self.statement(&format!("{v} = rpy_ops_bump({tid}u, {size});"));
            self.statement(&format!("if (RPY_UNLIKELY({v} == NULL)) {{"));
            self.slow_path(pos, &v, &format!("rpy_gc_malloc_slow({tid}u, {size})"))?;
            self.statement("}");
        }
        let all = op.code == OpCode::MallocZeroed;
        self.zero_fields(&v, ty, all);
        self.end_result(op);
        Ok(())
    }

    /// The name of the result; a block-local variable if the program does not use it.
    fn result_name(&mut self, op: &Op) -> String {
        if self.is_used(op.result) {
            return op.result.to_string();
        }
        let temp = self.temp();
        let declaration = self.db.declare(self.graph.var_type(op.result), &temp, &mut self.uses);
        self.statement(&format!("{{ {declaration};"));
        temp
    }

    fn end_result(&mut self, op: &Op) {
        if !self.is_used(op.result) {
            self.statement("}");
        }
    }

    fn malloc_varsize(&mut self, pos: OpPos, op: &Op, ty: LLTypeId, part: VarPart) -> Result<()> {
        let tid = self.tid(ty, op)?;
        let length = match op.args.get(1) {
            Some(l) => self.expr(l)?,
            None => "0L".to_owned(),
        };
        let v = self.result_name(op);
        self.uses.complete.insert(ty);
        let clear = op.code == OpCode::MallocVarsizeZeroed || self.has_gc_pointers(part.item);
        let suffix = if clear { "_clear" } else { "" };
        if op.code == OpCode::MallocNonmovable {
            self.slow_path(pos, &v, &format!("rpy_gc_malloc_varsize_nonmovable({tid}u, {length})"))?;
            if clear {
                self.zero_items(&v, ty, part, &length);
            }
        } else {
            self.statement(&format!(
                "{v} = rpy_ops_bump_array{suffix}({tid}u, {length}, {}, {}, {}, {});",
                part.items_offset, part.item_size, part.length_offset, part.extra
            ));
            self.statement(&format!("if (RPY_UNLIKELY({v} == NULL)) {{"));
            self.slow_path(
                pos,
                &v,
                &format!("rpy_gc_malloc_varsize{suffix}_slow({tid}u, {length})"),
            )?;
            self.statement("}");
        }
        if !clear || op.code == OpCode::MallocNonmovable {
            self.zero_fields(&v, ty, false);
        }
        if part.extra > 0 {
            self.statement(&format!("((char *){v})[{} + {length}] = 0;", part.items_offset));
        }
        self.end_result(op);
        Ok(())
    }

    fn zero_items(&mut self, v: &str, _ty: LLTypeId, part: VarPart, length: &str) {
        self.statement(&format!(
            "memset((char *){v} + {}, 0, (size_t){length} * {});",
            part.items_offset, part.item_size
        ));
    }

    /// `shrink_array`.
    pub(super) fn shrink_array(&mut self, pos: OpPos, op: &Op) -> Result<()> {
        let array = self.expr(&op.args[0])?;
        let length = self.expr(&op.args[1])?;
        let v = self.result_name(op);
        let ty = self.types().pointee(self.type_of(&op.args[0]));
        let Some(part) = ty.and_then(|t| self.db.layouts.get_var_part(self.types(), t)) else {
            return Err(self.bug(op.span, "shrinking of something that is no array"));
        };
        self.slow_path(pos, &v, &format!("rpy_ops_shrink({array}, {length})"))?;
        if part.extra > 0 {
            self.statement(&format!("((char *){v})[{} + {length}] = 0;", part.items_offset));
        }
        self.end_result(op);
        Ok(())
    }

    /// `raw_malloc` and `adr_malloc`.
    pub(super) fn raw_malloc(&mut self, pos: OpPos, op: &Op) -> Result<()> {
        let v = self.result_name(op);
        let zero = crate::effects::has_flag(op, "zero");
        let simple = if zero { "rpy_raw_calloc" } else { "rpy_raw_malloc" };
        if op.code == OpCode::AdrMalloc {
            let n = self.expr(&op.args[0])?;
            self.statement(&format!("{v} = {simple}({n});"));
            return self.raw_malloc_check(pos, op, &v);
        }
        let ty = self.type_operand(op)?;
        let length = op.args.get(1).filter(|a| !matches!(a, Operand::Const(Const::Name(_))));
        let n = match length {
            Some(l) => self.expr(l)?,
            None => "0L".to_owned(),
        };
        let size = self.size_of(ty);
        match self.db.layouts.get_var_part(self.types(), ty) {
            Some(part) => {
                let item = self.size_of(part.item);
                let item = if part.item_size == 0 && self.db.is_void(part.item) {
                    "0".to_owned()
                } else {
                    item
                };
                let zero = u8::from(zero);
                self.statement(&format!(
                    "{v} = rpy_raw_malloc_items({size}, {item}, {n} + {}, {zero});",
                    part.extra
                ));
            }
            None => self.statement(&format!("{v} = {simple}({size});")),
        }
        self.raw_malloc_check(pos, op, &v)?;
        Ok(())
    }

    fn raw_malloc_check(&mut self, pos: OpPos, op: &Op, v: &str) -> Result<()> {
        let label = self.failure(pos, Raises::Standard(StandardException::MemoryError));
        self.statement(&format!("if (RPY_UNLIKELY({v} == NULL)) goto {label};"));
        if op.code == OpCode::RawMalloc {
            let ty = self.type_operand(op)?;
            if let Some(part) = self.db.layouts.get_var_part(self.types(), ty)
                && crate::layout::has_length(self.types(), part.array)
            {
                let n = self.expr(&op.args[1])?;
                self.statement(&format!("*(rpy_signed *)((char *){v} + {}) = {n};", part.length_offset));
            }
        }
        self.end_result(op);
        Ok(())
    }

    /// `weakref_create` and `weakref_deref`.
    pub(super) fn weakref(&mut self, pos: OpPos, op: &Op) -> Result<()> {
        let arg = self.expr(&op.args[0])?;
        if op.code == OpCode::WeakrefDeref {
            let ty = self.c_type(self.graph.var_type(op.result));
            self.assign(op.result, &format!("({ty})((rpy_weakref *){arg})->target"));
            return Ok(());
        }
        let tid = self.tid(LLTypes::WEAKREF, op)?;
        let v = self.result_name(op);
        self.slow_path(pos, &v, &format!("rpy_gc_new_weakref({tid}u, {arg})"))?;
        self.end_result(op);
        Ok(())
    }
}
