//! Expressions.

use super::emit::ConstKey;
use super::target::Access;
use super::{Comp, Compiler, fail};
use crate::code::{BinOp, CmpOp, Instr, UnaryOp};
use crate::value::Value;
use rpy_syntax::ast::{self, BoolOp, Call, Compare, CompareOp, Expr, ExprKind, IfExp};
use std::rc::Rc;

impl Compiler<'_> {
    pub(super) fn expr(&mut self, expr: &Expr) -> Comp {
        let line = self.line(expr.span);
        let back = self.unit.expr_at(expr.span, line);
        self.expr_kind(expr)?;
        self.unit.set_span(back);
        Ok(())
    }

    fn expr_kind(&mut self, expr: &Expr) -> Comp {
        match &expr.kind {
            ExprKind::Name(name) => self.name_expr(name),
            ExprKind::Int(_)
            | ExprKind::Long(_)
            | ExprKind::Float(_)
            | ExprKind::Imaginary(_)
            | ExprKind::Str(_)
            | ExprKind::Unicode(_) => {
                self.constant(expr);
                Ok(())
            }
            ExprKind::Tuple(items) => self.tuple(items),
            ExprKind::List(items) => self.build(items, Instr::BuildList(items.len() as u32)),
            ExprKind::Set(items) => self.build(items, Instr::BuildSet(items.len() as u32)),
            ExprKind::Dict(pairs) => {
                self.unit.emit(Instr::BuildMap(pairs.len() as u32));
                for (key, value) in pairs {
                    self.expr(value)?;
                    self.expr(key)?;
                    self.unit.emit(Instr::StoreMap);
                }
                Ok(())
            }
            ExprKind::ListComp(c) => self.list_comprehension(c),
            ExprKind::SetComp(c) => {
                self.comprehension(&**c, &c.clauses, "<setcomp>", super::func::Collect::Set(&c.element))
            }
            ExprKind::GeneratorExp(c) => self.comprehension(
                &**c,
                &c.clauses,
                "<genexpr>",
                super::func::Collect::Generator(&c.element),
            ),
            ExprKind::DictComp(c) => self.comprehension(
                &**c,
                &c.clauses,
                "<dictcomp>",
                super::func::Collect::Dict(&c.key, &c.value),
            ),
            ExprKind::Binary(b) => {
                self.expr(&b.left)?;
                self.expr(&b.right)?;
                let op = self.bin_op(b.op);
                self.unit.emit(Instr::Binary(op));
                Ok(())
            }
            ExprKind::Unary(ast::UnaryOp::Neg, e) if matches!(e.kind, ExprKind::Imaginary(_)) => {
                if let ExprKind::Imaginary(x) = e.kind {
                    let value = self.host.new_complex(0.0, -x);
                    let i = self.unit.add_const(None, || value);
                    self.unit.emit(Instr::LoadConst(i));
                }
                Ok(())
            }
            ExprKind::Unary(op, e) => {
                self.expr(e)?;
                self.unit.emit(Instr::Unary(match op {
                    ast::UnaryOp::Neg => UnaryOp::Neg,
                    ast::UnaryOp::Pos => UnaryOp::Pos,
                    ast::UnaryOp::Invert => UnaryOp::Invert,
                    ast::UnaryOp::Not => UnaryOp::Not,
                }));
                Ok(())
            }
            ExprKind::Repr(e) => {
                self.expr(e)?;
                self.unit.emit(Instr::Unary(UnaryOp::Repr));
                Ok(())
            }
            ExprKind::Bool(op, items) => self.bool_expr(*op, items),
            ExprKind::Compare(c) => self.compare(c),
            ExprKind::IfExp(e) => self.if_expr(e),
            ExprKind::Lambda(l) => self.lambda(l, expr.span),
            ExprKind::Call(c) => self.call(c),
            ExprKind::Attribute(a) => {
                self.expr(&a.value)?;
                let id = self.name(&a.attr.name);
                let i = self.unit.name_index(id);
                self.unit.emit(Instr::LoadAttr(i));
                Ok(())
            }
            ExprKind::Subscript(s) => {
                self.expr(&s.value)?;
                match self.subscript(&s.slice)? {
                    Some((lower, upper)) => self.unit.emit(Instr::LoadSlice(lower, upper)),
                    None => self.unit.emit(Instr::BinarySubscr),
                }
                Ok(())
            }
            ExprKind::Yield(value) => {
                if !self.scopes.is_function(self.unit.scope) {
                    return fail("'yield' outside function", expr.span);
                }
                match value {
                    Some(e) => self.expr(e)?,
                    None => self.unit.load_value(Value::None),
                }
                self.unit.emit(Instr::YieldValue);
                Ok(())
            }
        }
    }

    fn name_expr(&mut self, name: &str) -> Comp {
        match name {
            "None" => self.unit.load_value(Value::None),
            "__debug__" => self.unit.load_value(Value::Bool(true)),
            _ => self.name_access(name, Access::Load),
        }
        Ok(())
    }

    pub(super) fn constant(&mut self, expr: &Expr) {
        let i = match &expr.kind {
            ExprKind::Int(n) => self
                .unit
                .add_const(Some(ConstKey::Value(Value::Int(*n))), || Value::Int(*n)),
            ExprKind::Float(x) => self
                .unit
                .add_const(Some(ConstKey::Value(Value::Float(*x))), || Value::Float(*x)),
            ExprKind::Long(n) => {
                let value = self.host.new_long((**n).clone());
                self.unit.add_const(None, || value)
            }
            ExprKind::Imaginary(x) => {
                let value = self.host.new_complex(0.0, *x);
                self.unit.add_const(None, || value)
            }
            ExprKind::Str(bytes) => self.str_const(bytes),
            ExprKind::Unicode(chars) => {
                let host = &mut *self.host;
                let key = ConstKey::Unicode(Rc::from(&chars[..]));
                self.unit.add_const(Some(key), || host.new_unicode(chars))
            }
            _ => return,
        };
        self.unit.emit(Instr::LoadConst(i));
    }

    /// Index of a byte string constant; those that look like names are interned.
    pub(super) fn str_const(&mut self, bytes: &[u8]) -> u32 {
        let host = &mut *self.host;
        let name_like = bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
        self.unit.add_const(Some(ConstKey::Str(Rc::from(bytes))), || {
            if name_like {
                Value::Obj(host.intern_bytes(bytes))
            } else {
                host.new_str(bytes)
            }
        })
    }

    fn build(&mut self, items: &[Expr], instr: Instr) -> Comp {
        for item in items {
            self.expr(item)?;
        }
        self.unit.emit(instr);
        Ok(())
    }

    fn tuple(&mut self, items: &[Expr]) -> Comp {
        for item in items {
            self.expr(item)?;
        }
        match self.unit.take_consts(items.len()) {
            Some(values) => {
                let tuple = self.host.new_tuple(&values);
                let i = self.unit.add_const(None, || tuple);
                self.unit.emit(Instr::LoadConst(i));
            }
            None => self.unit.emit(Instr::BuildTuple(items.len() as u32)),
        }
        Ok(())
    }

    pub(super) fn bin_op(&self, op: ast::BinOp) -> BinOp {
        match op {
            ast::BinOp::Add => BinOp::Add,
            ast::BinOp::Sub => BinOp::Sub,
            ast::BinOp::Mul => BinOp::Mul,
            ast::BinOp::Div if self.futures.division => BinOp::TrueDiv,
            ast::BinOp::Div => BinOp::Div,
            ast::BinOp::FloorDiv => BinOp::FloorDiv,
            ast::BinOp::Mod => BinOp::Mod,
            ast::BinOp::Pow => BinOp::Pow,
            ast::BinOp::LShift => BinOp::LShift,
            ast::BinOp::RShift => BinOp::RShift,
            ast::BinOp::BitAnd => BinOp::And,
            ast::BinOp::BitOr => BinOp::Or,
            ast::BinOp::BitXor => BinOp::Xor,
        }
    }

    fn bool_expr(&mut self, op: BoolOp, items: &[Expr]) -> Comp {
        let end = self.unit.label();
        let make: fn(u32) -> Instr = match op {
            BoolOp::And => Instr::JumpIfFalseOrPop,
            BoolOp::Or => Instr::JumpIfTrueOrPop,
        };
        for (i, item) in items.iter().enumerate() {
            self.expr(item)?;
            if i + 1 < items.len() {
                self.unit.jump(make, end);
            }
        }
        self.unit.place(end);
        Ok(())
    }

    fn compare(&mut self, compare: &Compare) -> Comp {
        self.expr(&compare.first)?;
        let Some(((last_op, last), chain)) = compare.rest.split_last() else {
            return Ok(());
        };
        if chain.is_empty() {
            self.expr(last)?;
            self.unit.emit(Instr::Compare(cmp_op(*last_op)));
            return Ok(());
        }
        let cleanup = self.unit.label();
        for (op, e) in chain {
            self.expr(e)?;
            self.unit.emit(Instr::DupTop);
            self.unit.emit(Instr::RotThree);
            self.unit.emit(Instr::Compare(cmp_op(*op)));
            self.unit.jump(Instr::JumpIfFalseOrPop, cleanup);
        }
        self.expr(last)?;
        self.unit.emit(Instr::Compare(cmp_op(*last_op)));
        let end = self.unit.label();
        self.unit.jump(Instr::Jump, end);
        self.unit.place(cleanup);
        self.unit.emit(Instr::RotTwo);
        self.unit.emit(Instr::PopTop);
        self.unit.place(end);
        Ok(())
    }

    fn if_expr(&mut self, e: &IfExp) -> Comp {
        let (orelse, end) = (self.unit.label(), self.unit.label());
        self.jump_if(&e.test, false, orelse)?;
        self.expr(&e.then)?;
        self.unit.jump(Instr::Jump, end);
        self.unit.place(orelse);
        self.expr(&e.orelse)?;
        self.unit.place(end);
        Ok(())
    }

    fn call(&mut self, call: &Call) -> Comp {
        self.expr(&call.function)?;
        let a = &call.arguments;
        for e in &a.positional {
            self.expr(e)?;
        }
        for keyword in &a.keywords {
            let id = self.host.intern_str(&keyword.name.name);
            self.unit.load_value(Value::Obj(id));
            self.expr(&keyword.value)?;
        }
        for e in a.star.iter().chain(&a.double_star) {
            self.expr(e)?;
        }
        if a.positional.len() > usize::from(u16::MAX) || a.keywords.len() > usize::from(u16::MAX) {
            return fail("more than 65535 arguments", call.function.span);
        }
        self.unit.emit(Instr::CallFunction {
            npos: a.positional.len() as u16,
            nkw: a.keywords.len() as u16,
            star: a.star.is_some(),
            dstar: a.double_star.is_some(),
        });
        Ok(())
    }
}

pub(super) fn cmp_op(op: CompareOp) -> CmpOp {
    match op {
        CompareOp::Lt => CmpOp::Lt,
        CompareOp::Le => CmpOp::Le,
        CompareOp::Eq => CmpOp::Eq,
        CompareOp::Ne => CmpOp::Ne,
        CompareOp::Gt => CmpOp::Gt,
        CompareOp::Ge => CmpOp::Ge,
        CompareOp::Is => CmpOp::Is,
        CompareOp::IsNot => CmpOp::IsNot,
        CompareOp::In => CmpOp::In,
        CompareOp::NotIn => CmpOp::NotIn,
    }
}
