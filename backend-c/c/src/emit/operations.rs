//! Dispatch over operations.

use super::exceptions::Raises;
use super::template::{fill, overflow_template, template};
use super::{Result, Writer};
use crate::effects::first_name;
use crate::program::StandardException;
use crate::ssa::OpPos;
use rpy_flow::{Op, OpCode, Operand};
use rpy_lltype::{LLType, LLTypeId, LLTypes};

impl Writer<'_> {
    /// Writes one operation.
    pub(super) fn operation(&mut self, pos: OpPos, op: &Op) -> Result<()> {
        use OpCode::*;
        if let Some(t) = template(op.code) {
            return self.plain(op, t);
        }
        if let Some(t) = overflow_template(op.code) {
            return self.overflow(pos, op, t);
        }
        match op.code {
            PtrEq | PtrNe => self.pointer_comparison(op),
            SintBinop => self.sized_arithmetic(op),
            CastPrimitive => self.cast_primitive(op),
            CastPtrToAdr | CastAdrToPtr | CastIntToPtr => self.cast_to_pointer(op),
            Getfield | Setfield | Getinteriorfield | Setinteriorfield | Getarrayitem | Setarrayitem => {
                self.memory_access(pos, op)
            }
            Getarraysize | Getinteriorarraysize => self.array_size(op),
            Getsubstruct | Getarraysubstruct | DirectPtradd | DirectArrayitems | DirectFieldptr => {
                let value = self.interior_of(op)?;
                self.assign(op.result, &value);
                Ok(())
            }
            RawLoad | RawStore => self.raw_access(op),
            StringCopy | StringEqual | StringCompare | StringFind => self.string_operation(op),
            ArrayCopy => self.array_copy(pos, op),
            ArrayClear => self.array_clear(op),
            Malloc | MallocZeroed | MallocVarsize | MallocVarsizeZeroed | MallocNonmovable => self.malloc(pos, op),
            ShrinkArray => self.shrink_array(pos, op),
            RawMalloc | AdrMalloc => self.raw_malloc(pos, op),
            WeakrefCreate | WeakrefDeref => self.weakref(pos, op),
            ObjIsinstance => self.isinstance(op),
            ObjTypeptr => {
                let object = self.expr(&op.args[0])?;
                let ty = self.c_type(self.graph.var_type(op.result));
                self.assign(op.result, &format!("({ty})RPY_GC_VTABLE({object})"));
                Ok(())
            }
            VtableIssubclass => self.issubclass(op),
            DirectCall | IndirectCall => self.call(pos, op),
            ExternCall => self.extern_call(pos, op),
            GcOp => self.gc_op(pos, op),
            RuntimeOp | RuntimeCall => self.runtime_call(pos, op),
            DebugAssert => self.debug_assert(op),
            DebugOp => self.debug_op(op),
            Keepalive => Ok(()),
            GcWriteBarrier => {
                let object = self.expr(&op.args[0])?;
                self.statement(&format!("rpy_gc_write_barrier({object});"));
                Ok(())
            }
            _ => Err(self.bug(op.span, format!("operation {} in a low-level graph", op.code.name()))),
        }
    }

    pub(super) fn exprs(&mut self, args: &[Operand]) -> Result<Vec<String>> {
        args.iter().map(|a| self.expr(a)).collect()
    }

    fn plain(&mut self, op: &Op, t: &str) -> Result<()> {
        let args = self.exprs(&op.args)?;
        let value = fill(t, &args);
        if self.is_used(op.result) {
            let ty = self.graph.var_type(op.result);
            let cast = if matches!(op.code, OpCode::ExcFetch) {
                self.c_type(ty)
            } else {
                String::new()
            };
            let value = if cast.is_empty() {
                value
            } else {
                format!("({cast}){value}")
            };
            self.statement(&format!("{} = {value};", op.result));
        } else {
            self.statement(&format!("(void)({value});"));
        }
        Ok(())
    }

    fn overflow(&mut self, pos: OpPos, op: &Op, t: &str) -> Result<()> {
        let args = self.exprs(&op.args)?;
        let unused = !self.is_used(op.result);
        let target = if unused { self.temp() } else { op.result.to_string() };
        let check = fill(t, &args).replace("{r}", &format!("&{target}"));
        let label = self.failure(pos, Raises::Standard(StandardException::OverflowError));
        let statement = format!("if (RPY_UNLIKELY({check})) goto {label};");
        if unused {
            self.statement(&format!("{{ rpy_signed {target}; {statement} }}"));
        } else {
            self.statement(&statement);
        }
        Ok(())
    }

    fn pointer_comparison(&mut self, op: &Op) -> Result<()> {
        let args = self.exprs(&op.args)?;
        let sign = if op.code == OpCode::PtrEq { "==" } else { "!=" };
        self.assign(op.result, &format!("(void *){} {sign} (void *){}", args[0], args[1]));
        Ok(())
    }

    /// Arithmetic on integers of any width: C arithmetic, converted to the type of the result.
    fn sized_arithmetic(&mut self, op: &Op) -> Result<()> {
        let name = first_name(op).unwrap_or_default().to_owned();
        let args = self.exprs(&op.args[1..])?;
        let ty = self.graph.var_type(op.result);
        let operand_type = op.args.get(1).map(|a| self.type_of(a)).unwrap_or(ty);
        let unsigned = self.unsigned_of(operand_type);
        let sign = match name.as_str() {
            "add" => "+",
            "sub" => "-",
            "mul" => "*",
            "and" | "and_" => "&",
            "or" | "or_" => "|",
            "xor" => "^",
            "lshift" => "<<",
            "rshift" => ">>",
            "floordiv" | "div" => "/",
            "mod" => "%",
            "py_div" => "rpy_int*_floor_div",
            "py_mod" => "rpy_int*_floor_mod",
            "lt" => "<",
            "le" => "<=",
            "eq" => "==",
            "ne" => "!=",
            "gt" => ">",
            "ge" => ">=",
            "neg" => "-",
            "invert" => "~",
            "is_true" => "!!",
            _ => return Err(self.bug(op.span, format!("sized integer operation {name}"))),
        };
        let target = self.c_type(ty);
        let value = match &args[..] {
            [a, b] if sign.starts_with("rpy_") => {
                let wide = matches!(self.types().get(operand_type), LLType::Int(i) if i.bits == 128);
                let width = if wide { "128" } else { "" };
                format!("({target}){}({a}, {b})", sign.replace('*', width))
            }
            [a] => format!("({target})({sign}{a})"),
            [a, b] if sign == "<<" => format!("({target})(({unsigned}){a} << {b})"),
            [a, b] => format!("({target})({a} {sign} {b})"),
            _ => return Err(self.bug(op.span, format!("operands of {name}"))),
        };
        self.assign(op.result, &value);
        Ok(())
    }

    fn unsigned_of(&mut self, ty: LLTypeId) -> &'static str {
        match self.types().get(ty) {
            LLType::Int(i) if i.bits == 128 => "rpy_uint128",
            LLType::Int(i) if i.bits < 64 => "uint32_t",
            _ => "rpy_unsigned",
        }
    }

    fn cast_primitive(&mut self, op: &Op) -> Result<()> {
        let from = self.type_of(&op.args[0]);
        let to = self.types().resolve(self.graph.var_type(op.result));
        let value = self.expr(&op.args[0])?;
        let is_float = |t: LLTypeId| {
            matches!(
                self.types().get(t),
                LLType::Float | LLType::SingleFloat | LLType::LongFloat
            )
        };
        let target = self.db.c_type(to, &mut crate::ctypes::Uses::default());
        let text = match self.types().get(to) {
            LLType::Bool => format!("{value} != 0"),
            LLType::Int(i) if is_float(from) && i.signed && i.bits <= 64 => {
                format!("({target})rpy_float_to_signed({value})")
            }
            LLType::Int(i) if is_float(from) && i.bits <= 64 => format!("({target})rpy_float_to_unsigned({value})"),
            LLType::Ptr(_) | LLType::Address => format!("({target})(intptr_t){value}"),
            _ if matches!(self.types().get(from), LLType::Ptr(_) | LLType::Address) => {
                format!("({target})(intptr_t){value}")
            }
            _ => format!("({target}){value}"),
        };
        self.assign(op.result, &text);
        Ok(())
    }

    fn cast_to_pointer(&mut self, op: &Op) -> Result<()> {
        let value = self.expr(&op.args[0])?;
        let ty = self.c_type(self.graph.var_type(op.result));
        let through = if op.code == OpCode::CastIntToPtr {
            "(intptr_t)"
        } else {
            ""
        };
        self.assign(op.result, &format!("({ty}){through}{value}"));
        Ok(())
    }

    fn isinstance(&mut self, op: &Op) -> Result<()> {
        let object = self.expr(&op.args[0])?;
        let class = self.constant_class(&op.args[1]);
        let value = match class {
            Some(c) => {
                let (first, last) = self.db.class_tids[c];
                if self.db.program.classes[c].parent.is_none() {
                    "1".to_owned()
                } else if first == last {
                    format!("RPY_GC_TID({object}) == {first}u")
                } else {
                    format!("RPY_GC_ISINSTANCE({object}, {first}u, {last}u)")
                }
            }
            None => {
                let vtable = self.vtable_expr(&op.args[1])?;
                let own = self.vtable_type();
                format!("rpy_ops_issubclass((({own})RPY_GC_VTABLE({object})), {vtable})")
            }
        };
        self.assign(op.result, &value);
        Ok(())
    }

    fn issubclass(&mut self, op: &Op) -> Result<()> {
        let sub = self.vtable_expr(&op.args[0])?;
        let class = self.vtable_expr(&op.args[1])?;
        self.assign(op.result, &format!("rpy_ops_issubclass({sub}, {class})"));
        Ok(())
    }

    fn vtable_expr(&mut self, operand: &Operand) -> Result<String> {
        self.uses.complete.insert(LLTypes::OBJECT_VTABLE);
        self.expr_as(operand, LLTypes::CLASSTYPE)
    }

    fn vtable_type(&mut self) -> String {
        self.c_type(LLTypes::CLASSTYPE)
    }

    fn constant_class(&self, operand: &Operand) -> Option<usize> {
        match self.body.value(operand) {
            Operand::Const(rpy_flow::Const::LL(c)) => match c.value {
                rpy_lltype::LLValue::Ptr(rpy_lltype::LLPtr::To(v)) => self.db.vtable_class(v),
                _ => None,
            },
            _ => None,
        }
    }

    fn debug_assert(&mut self, op: &Op) -> Result<()> {
        if !self.db.options.lldebug {
            return Ok(());
        }
        let condition = self.expr(&op.args[0])?;
        let message = self.expr(&op.args[1])?;
        self.statement(&format!("if (RPY_UNLIKELY(!{condition})) rpy_fatal({message});"));
        Ok(())
    }
}
