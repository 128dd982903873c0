//! Statements.

use super::emit::Around;
use super::target::Access;
use super::{Comp, Compiler, fail};
use crate::code::{CmpOp, Instr};
use crate::value::Value;
use rpy_syntax::Span;
use rpy_syntax::ast::{
    BinOp, ExceptHandler, Expr, ExprKind, Ident, IfBranch, ImportAlias, ImportNames, Module, Stmt, StmtKind, Target,
    TargetKind, WithItem, docstring,
};

impl Compiler<'_> {
    pub(super) fn module(&mut self, module: &Module) -> Comp {
        let doc = if self.interactive {
            None
        } else {
            docstring(&module.body)
        };
        if let Some(doc) = doc {
            self.unit.at(doc.span, self.source.line(doc.span.start));
            self.constant(doc);
            self.name_access("__doc__", Access::Store);
        }
        self.body_after_doc(&module.body, doc.is_some())?;
        self.unit.load_value(Value::None);
        self.unit.emit(Instr::ReturnValue);
        Ok(())
    }

    /// A body whose docstring, if any, has been dealt with.
    pub(super) fn body_after_doc(&mut self, body: &[Stmt], has_doc: bool) -> Comp {
        self.body(body.get(usize::from(has_doc)..).unwrap_or_default())
    }

    fn body(&mut self, body: &[Stmt]) -> Comp {
        body.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    fn stmt(&mut self, stmt: &Stmt) -> Comp {
        self.unit.at(stmt.span, self.source.line(stmt.span.start));
        match &stmt.kind {
            StmtKind::FunctionDef(def) => self.function_def(def, stmt.span),
            StmtKind::ClassDef(def) => self.class_def(def, stmt.span),
            StmtKind::Return(value) => self.return_stmt(value.as_ref(), stmt.span),
            StmtKind::Delete(targets) => targets.iter().try_for_each(|t| self.delete(t)),
            StmtKind::Assign { targets, value } => self.assign(targets, value),
            StmtKind::AugAssign { target, op, value } => self.aug_assign(target, *op, value),
            StmtKind::Print { dest, values, newline } => self.print(dest.as_ref(), values, *newline),
            StmtKind::For {
                target,
                iter,
                body,
                orelse,
            } => self.for_stmt(target, iter, body, orelse),
            StmtKind::While { test, body, orelse } => self.while_stmt(test, body, orelse),
            StmtKind::If { branches, orelse } => self.if_stmt(branches, orelse),
            StmtKind::With { items, body } => self.with_stmt(items, body),
            StmtKind::Raise { exc, value, traceback } => {
                let mut n = 0;
                for e in exc.iter().chain(value).chain(traceback) {
                    self.expr(e)?;
                    n += 1;
                }
                self.unit.emit(Instr::RaiseVarargs(n));
                Ok(())
            }
            StmtKind::Try {
                body,
                handlers,
                orelse,
                finalbody,
            } => {
                if finalbody.is_empty() {
                    return self.try_except(body, handlers, orelse);
                }
                self.try_finally(body, handlers, orelse, finalbody)
            }
            StmtKind::Assert { test, message } => self.assert_stmt(test, message.as_ref()),
            StmtKind::Import(names) => names.iter().try_for_each(|alias| self.import(alias)),
            StmtKind::ImportFrom { level, module, names } => {
                self.import_from(*level, module.as_ref(), names, stmt.span)
            }
            StmtKind::Exec { body, globals, locals } => self.exec_stmt(body, globals.as_ref(), locals.as_ref()),
            StmtKind::Expr(e) => self.expr_stmt(e),
            StmtKind::Global(_) | StmtKind::Pass => Ok(()),
            StmtKind::Break => {
                let inside = self.unit.around.iter().any(|a| matches!(a, Around::Loop(_)));
                if !inside {
                    return fail("'break' outside loop", stmt.span);
                }
                self.unit.emit(Instr::BreakLoop);
                Ok(())
            }
            StmtKind::Continue => self.continue_stmt(stmt.span),
        }
    }

    fn continue_stmt(&mut self, span: Span) -> Comp {
        let mut direct = true;
        for around in self.unit.around.clone().iter().rev() {
            match around {
                Around::Loop(label) => {
                    let make: fn(u32) -> Instr = if direct { Instr::Jump } else { Instr::ContinueLoop };
                    self.unit.jump(make, *label);
                    return Ok(());
                }
                Around::Try => direct = false,
                Around::Finally => return fail("'continue' not supported inside 'finally' clause", span),
            }
        }
        fail("'continue' not properly in loop", span)
    }

    fn return_stmt(&mut self, value: Option<&Expr>, span: Span) -> Comp {
        if !self.scopes.is_function(self.unit.scope) {
            return fail("'return' outside function", span);
        }
        match value {
            Some(e) => self.expr(e)?,
            None => self.unit.load_value(Value::None),
        }
        self.unit.emit(Instr::ReturnValue);
        Ok(())
    }

    fn expr_stmt(&mut self, e: &Expr) -> Comp {
        let top = self.interactive && self.outer.is_empty();
        if !top
            && matches!(
                e.kind,
                ExprKind::Str(_) | ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Unicode(_)
            )
        {
            return Ok(());
        }
        self.expr(e)?;
        self.unit.emit(if top { Instr::PrintExpr } else { Instr::PopTop });
        Ok(())
    }

    fn assign(&mut self, targets: &[Target], value: &Expr) -> Comp {
        self.expr(value)?;
        for (i, target) in targets.iter().enumerate() {
            if i + 1 < targets.len() {
                self.unit.emit(Instr::DupTop);
            }
            self.store(target)?;
        }
        Ok(())
    }

    fn aug_assign(&mut self, target: &Target, op: BinOp, value: &Expr) -> Comp {
        let inplace = Instr::Inplace(self.bin_op(op));
        match &target.kind {
            TargetKind::Name(name) => {
                self.name_access(name, Access::Load);
                self.expr(value)?;
                self.unit.emit(inplace);
                self.name_access(name, Access::Store);
            }
            TargetKind::Attribute(a) => {
                self.expr(&a.value)?;
                let id = self.name(&a.attr.name);
                let i = self.unit.name_index(id);
                self.unit.emit(Instr::DupTop);
                self.unit.emit(Instr::LoadAttr(i));
                self.expr(value)?;
                self.unit.emit(inplace);
                self.unit.emit(Instr::RotTwo);
                self.unit.emit(Instr::StoreAttr(i));
            }
            TargetKind::Subscript(s) => {
                self.expr(&s.value)?;
                match self.subscript(&s.slice)? {
                    None => {
                        self.unit.emit(Instr::DupTopX(2));
                        self.unit.emit(Instr::BinarySubscr);
                        self.expr(value)?;
                        self.unit.emit(inplace);
                        self.unit.emit(Instr::RotThree);
                        self.unit.emit(Instr::StoreSubscr);
                    }
                    Some((lower, upper)) => {
                        let n = 1 + u32::from(lower) + u32::from(upper);
                        self.unit.emit(Instr::DupTopX(n));
                        self.unit.emit(Instr::LoadSlice(lower, upper));
                        self.expr(value)?;
                        self.unit.emit(inplace);
                        self.unit.emit(match n {
                            1 => Instr::RotTwo,
                            2 => Instr::RotThree,
                            _ => Instr::RotFour,
                        });
                        self.unit.emit(Instr::StoreSlice(lower, upper));
                    }
                }
            }
            TargetKind::Tuple(_) | TargetKind::List(_) => {
                return fail("illegal expression for augmented assignment", target.span);
            }
        }
        Ok(())
    }

    fn print(&mut self, dest: Option<&Expr>, values: &[Expr], newline: bool) -> Comp {
        let Some(dest) = dest else {
            for value in values {
                self.expr(value)?;
                self.unit.emit(Instr::PrintItem);
            }
            if newline {
                self.unit.emit(Instr::PrintNewline);
            }
            return Ok(());
        };
        self.expr(dest)?;
        for value in values {
            self.unit.emit(Instr::DupTop);
            self.expr(value)?;
            self.unit.emit(Instr::RotTwo);
            self.unit.emit(Instr::PrintItemTo);
        }
        self.unit
            .emit(if newline { Instr::PrintNewlineTo } else { Instr::PopTop });
        Ok(())
    }

    fn for_stmt(&mut self, target: &Target, iter: &Expr, body: &[Stmt], orelse: &[Stmt]) -> Comp {
        let (start, cleanup, end) = (self.unit.label(), self.unit.label(), self.unit.label());
        self.unit.jump(Instr::SetupLoop, end);
        self.expr(iter)?;
        self.unit.emit(Instr::GetIter);
        self.unit.place(start);
        self.unit.jump(Instr::ForIter, cleanup);
        self.store(target)?;
        self.unit.around.push(Around::Loop(start));
        self.body(body)?;
        self.unit.around.pop();
        self.unit.jump(Instr::Jump, start);
        self.unit.place(cleanup);
        self.unit.emit(Instr::PopBlock);
        self.body(orelse)?;
        self.unit.place(end);
        Ok(())
    }

    fn while_stmt(&mut self, test: &Expr, body: &[Stmt], orelse: &[Stmt]) -> Comp {
        let (start, done, end) = (self.unit.label(), self.unit.label(), self.unit.label());
        let constant = constant_truth(test);
        if constant == Some(false) {
            return self.body(orelse);
        }
        self.unit.jump(Instr::SetupLoop, end);
        self.unit.place(start);
        if constant.is_none() {
            self.jump_if(test, false, done)?;
        }
        self.unit.around.push(Around::Loop(start));
        self.body(body)?;
        self.unit.around.pop();
        self.unit.jump(Instr::Jump, start);
        if constant.is_none() {
            self.unit.place(done);
            self.unit.emit(Instr::PopBlock);
        }
        self.body(orelse)?;
        self.unit.place(end);
        Ok(())
    }

    fn if_stmt(&mut self, branches: &[IfBranch], orelse: &[Stmt]) -> Comp {
        let end = self.unit.label();
        for branch in branches {
            let next = self.unit.label();
            self.unit.at(branch.test.span, self.source.line(branch.test.span.start));
            match constant_truth(&branch.test) {
                Some(true) => {
                    self.body(&branch.body)?;
                    self.unit.place(next);
                    self.unit.place(end);
                    return Ok(());
                }
                Some(false) => {
                    self.unit.place(next);
                    continue;
                }
                None => {}
            }
            self.jump_if(&branch.test, false, next)?;
            self.body(&branch.body)?;
            self.unit.jump(Instr::Jump, end);
            self.unit.place(next);
        }
        self.body(orelse)?;
        self.unit.place(end);
        Ok(())
    }

    fn with_stmt(&mut self, items: &[WithItem], body: &[Stmt]) -> Comp {
        let Some((item, rest)) = items.split_first() else {
            return self.body(body);
        };
        let handler = self.unit.label();
        self.expr(&item.context)?;
        self.unit.jump(Instr::SetupWith, handler);
        self.unit.around.push(Around::Try);
        match &item.target {
            Some(target) => self.store(target)?,
            None => self.unit.emit(Instr::PopTop),
        }
        self.with_stmt(rest, body)?;
        self.unit.around.pop();
        self.unit.emit(Instr::PopBlock);
        self.unit.load_value(Value::None);
        self.unit.place(handler);
        self.unit.emit(Instr::WithCleanup);
        self.unit.emit(Instr::EndFinally);
        Ok(())
    }

    fn try_finally(&mut self, body: &[Stmt], handlers: &[ExceptHandler], orelse: &[Stmt], finalbody: &[Stmt]) -> Comp {
        let handler = self.unit.label();
        self.unit.jump(Instr::SetupFinally, handler);
        self.unit.around.push(Around::Try);
        if handlers.is_empty() {
            self.body(body)?;
        } else {
            self.try_except(body, handlers, orelse)?;
        }
        self.unit.around.pop();
        self.unit.emit(Instr::PopBlock);
        self.unit.load_value(Value::None);
        self.unit.place(handler);
        self.unit.around.push(Around::Finally);
        self.body(finalbody)?;
        self.unit.around.pop();
        self.unit.emit(Instr::EndFinally);
        Ok(())
    }

    fn try_except(&mut self, body: &[Stmt], handlers: &[ExceptHandler], orelse: &[Stmt]) -> Comp {
        let (handler, otherwise, end) = (self.unit.label(), self.unit.label(), self.unit.label());
        self.unit.jump(Instr::SetupExcept, handler);
        self.unit.around.push(Around::Try);
        self.body(body)?;
        self.unit.around.pop();
        self.unit.emit(Instr::PopBlock);
        self.unit.jump(Instr::Jump, otherwise);
        self.unit.place(handler);
        for h in handlers {
            self.unit.at(h.span, self.source.line(h.span.start));
            let next = self.unit.label();
            if let Some(kind) = &h.kind {
                self.unit.emit(Instr::DupTop);
                self.expr(kind)?;
                self.unit.emit(Instr::Compare(CmpOp::ExcMatch));
                self.unit.jump(Instr::PopJumpIfFalse, next);
            }
            self.unit.emit(Instr::PopTop);
            match &h.target {
                Some(target) => self.store(target)?,
                None => self.unit.emit(Instr::PopTop),
            }
            self.unit.emit(Instr::PopTop);
            self.body(&h.body)?;
            self.unit.jump(Instr::Jump, end);
            self.unit.place(next);
        }
        self.unit.emit(Instr::EndExcept);
        self.unit.place(otherwise);
        self.body(orelse)?;
        self.unit.place(end);
        Ok(())
    }

    fn assert_stmt(&mut self, test: &Expr, message: Option<&Expr>) -> Comp {
        let end = self.unit.label();
        self.jump_if(test, true, end)?;
        let id = self.host.intern_str("AssertionError");
        let i = self.unit.name_index(id);
        self.unit.emit(Instr::LoadGlobal(i));
        if let Some(message) = message {
            self.expr(message)?;
            self.unit.emit(Instr::CallFunction {
                npos: 1,
                nkw: 0,
                star: false,
                dstar: false,
            });
        }
        self.unit.emit(Instr::RaiseVarargs(1));
        self.unit.place(end);
        Ok(())
    }

    fn import_level(&self, level: u32) -> i64 {
        match level {
            0 if !self.futures.absolute_import => -1,
            level => i64::from(level),
        }
    }

    fn import(&mut self, alias: &ImportAlias) -> Comp {
        let level = self.import_level(0);
        self.unit.load_value(Value::Int(level));
        self.unit.load_value(Value::None);
        let id = self.host.intern_str(&alias.name.name);
        let i = self.unit.name_index(id);
        self.unit.emit(Instr::ImportName(i));
        let mut parts = alias.name.name.split('.');
        let first = parts.next().unwrap_or_default().to_string();
        match &alias.asname {
            Some(asname) => {
                for part in parts {
                    let id = self.host.intern_str(part);
                    let i = self.unit.name_index(id);
                    self.unit.emit(Instr::LoadAttr(i));
                }
                self.name_access(&asname.name, Access::Store);
            }
            None => self.name_access(&first, Access::Store),
        }
        Ok(())
    }

    fn import_from(&mut self, level: u32, module: Option<&Ident>, names: &ImportNames, span: Span) -> Comp {
        let level = self.import_level(level);
        self.unit.load_value(Value::Int(level));
        let wanted: Vec<String> = match names {
            ImportNames::Star(_) => vec!["*".to_string()],
            ImportNames::Names(aliases) => aliases.iter().map(|a| a.name.name.to_string()).collect(),
        };
        let items: Vec<Value> = wanted
            .iter()
            .map(|name| Value::Obj(self.host.intern_str(name)))
            .collect();
        let tuple = self.host.new_tuple(&items);
        let i = self.unit.add_const(None, || tuple);
        self.unit.emit(Instr::LoadConst(i));
        let id = self.host.intern_str(module.map_or("", |m| &m.name));
        let i = self.unit.name_index(id);
        self.unit.emit(Instr::ImportName(i));
        let ImportNames::Names(aliases) = names else {
            if self.scopes.kind(self.unit.scope) == super::scope::ScopeKind::Function {
                let _ = span;
            }
            self.unit.emit(Instr::ImportStar);
            return Ok(());
        };
        for alias in aliases {
            let id = self.host.intern_str(&alias.name.name);
            let i = self.unit.name_index(id);
            self.unit.emit(Instr::ImportFrom(i));
            let name = alias.asname.as_ref().unwrap_or(&alias.name);
            self.name_access(&name.name, Access::Store);
        }
        self.unit.emit(Instr::PopTop);
        Ok(())
    }

    fn exec_stmt(&mut self, body: &Expr, globals: Option<&Expr>, locals: Option<&Expr>) -> Comp {
        self.expr(body)?;
        match globals {
            Some(e) => self.expr(e)?,
            None => self.unit.load_value(Value::None),
        }
        match locals {
            Some(e) => self.expr(e)?,
            None => self.unit.emit(Instr::DupTop),
        }
        self.unit.emit(Instr::ExecStmt);
        Ok(())
    }
}

/// The truth of a literal condition.
fn constant_truth(e: &Expr) -> Option<bool> {
    match &e.kind {
        ExprKind::Int(n) => Some(*n != 0),
        ExprKind::Str(s) => Some(!s.is_empty()),
        ExprKind::Name(name) if &**name == "__debug__" => Some(true),
        _ => None,
    }
}
