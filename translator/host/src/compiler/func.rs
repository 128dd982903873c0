//! Functions, classes, comprehensions.

use super::scope::{Place, ScopeId};
use super::target::Access;
use super::{Comp, Compiler};
use crate::code::{Instr, flags};
use crate::value::{ObjId, Value};
use rpy_syntax::Span;
use rpy_syntax::ast::{
    ClassDef, CompClause, Comprehension, Expr, ExprKind, FunctionDef, Lambda, ParamPattern, Parameters, docstring,
};

/// What a comprehension collects.
pub(super) enum Collect<'a> {
    List(&'a Expr),
    Set(&'a Expr),
    Generator(&'a Expr),
    Dict(&'a Expr, &'a Expr),
}

impl Compiler<'_> {
    /// Declares the cells and free variables of the scope just entered.
    fn declare_cells(&mut self, scope: ScopeId) {
        for name in self.scopes.cells(scope) {
            let id = self.host.intern_str(&name);
            self.unit.cellvars.insert(id);
        }
        for name in self.scopes.free(scope) {
            let id = self.host.intern_str(&name);
            self.unit.freevars.insert(id);
        }
    }

    fn function_flags(&mut self, scope: ScopeId, parameters: Option<&Parameters>) {
        let mut bits = flags::NEWLOCALS;
        if self.scopes.is_optimized(scope) {
            bits |= flags::OPTIMIZED;
        }
        if self.scopes.is_generator(scope) {
            bits |= flags::GENERATOR;
        }
        if let Some(p) = parameters {
            if p.vararg.is_some() {
                bits |= flags::VARARGS;
            }
            if p.kwarg.is_some() {
                bits |= flags::VARKEYWORDS;
            }
        }
        self.unit.flags = bits;
    }

    /// Declares parameters in order and unpacks tuple parameters.
    fn parameters(&mut self, parameters: &Parameters) -> Comp {
        for (i, parameter) in parameters.positional.iter().enumerate() {
            let id = match &parameter.pattern {
                ParamPattern::Name(name) => self.name(&name.name),
                ParamPattern::Tuple(..) => self.host.intern_str(&format!(".{i}")),
            };
            self.unit.varnames.insert(id);
        }
        self.unit.argcount = parameters.positional.len() as u32;
        for ident in parameters.vararg.iter().chain(&parameters.kwarg) {
            let id = self.name(&ident.name);
            self.unit.varnames.insert(id);
        }
        self.copy_dynamic_parameters();
        for (i, parameter) in parameters.positional.iter().enumerate() {
            if let ParamPattern::Tuple(parts, span) = &parameter.pattern {
                let line = self.line(*span);
                self.unit.expr_at(*span, line);
                self.unit.emit(Instr::LoadFast(i as u32));
                self.unpack_parameter(parts);
            }
        }
        Ok(())
    }

    /// In a function whose locals are a mapping, parameters are stored there first.
    fn copy_dynamic_parameters(&mut self) {
        if self.scopes.is_optimized(self.unit.scope) {
            return;
        }
        let params: Vec<ObjId> = self.unit.varnames.iter().copied().collect();
        for (i, id) in params.into_iter().enumerate() {
            let text = self.host.name_text(id);
            if self.scopes.place(self.unit.scope, &text) == Place::Name && !text.starts_with('.') {
                self.unit.emit(Instr::LoadFast(i as u32));
                self.id_access(id, Access::Store);
            }
        }
    }

    fn unpack_parameter(&mut self, parts: &[ParamPattern]) {
        self.unit.emit(Instr::UnpackSequence(parts.len() as u32));
        for part in parts {
            match part {
                ParamPattern::Name(name) => self.name_access(&name.name, Access::Store),
                ParamPattern::Tuple(parts, _) => self.unpack_parameter(parts),
            }
        }
    }

    fn defaults(&mut self, parameters: &Parameters) -> Comp<u32> {
        let mut n = 0;
        for default in parameters.positional.iter().filter_map(|p| p.default.as_ref()) {
            self.expr(default)?;
            n += 1;
        }
        Ok(n)
    }

    pub(super) fn function_def(&mut self, def: &FunctionDef, span: Span) -> Comp {
        for decorator in &def.decorators {
            self.expr(decorator)?;
        }
        let n_defaults = self.defaults(&def.parameters)?;
        let scope = self.scopes.of_node(def);
        let line = self.line(span);
        self.enter_unit(&def.name.name, scope, line);
        self.unit.at(def.name.span, self.source.line(def.name.span.start));
        self.declare_cells(scope);
        self.function_flags(scope, Some(&def.parameters));
        let doc = docstring(&def.body);
        self.doc_const(doc);
        self.parameters(&def.parameters)?;
        self.body_after_doc(&def.body, doc.is_some())?;
        self.unit.load_value(Value::None);
        self.unit.emit(Instr::ReturnValue);
        self.close_function(n_defaults);
        for _ in &def.decorators {
            self.unit.emit(Instr::CallFunction {
                npos: 1,
                nkw: 0,
                star: false,
                dstar: false,
            });
        }
        self.name_access(&def.name.name, Access::Store);
        Ok(())
    }

    /// Makes the docstring (or None) the first constant.
    fn doc_const(&mut self, doc: Option<&Expr>) {
        match doc.map(|e| &e.kind) {
            Some(ExprKind::Str(bytes)) => {
                self.str_const(bytes);
                self.unit.has_docstring = true;
            }
            Some(ExprKind::Unicode(chars)) => {
                let value = self.host.new_unicode(chars);
                self.unit.add_const(None, || value);
                self.unit.has_docstring = true;
            }
            _ => {
                self.unit
                    .add_const(Some(super::emit::ConstKey::Value(Value::None)), || Value::None);
            }
        }
    }

    /// Ends the inner code and makes the function of it.
    fn close_function(&mut self, n_defaults: u32) {
        let (code, free) = self.leave_unit();
        if free.is_empty() {
            let i = self.unit.add_const(None, || code);
            self.unit.emit(Instr::LoadConst(i));
            self.unit.emit(Instr::MakeFunction(n_defaults));
            return;
        }
        for &name in &free {
            let i = self.cell_index(name);
            self.unit.emit(Instr::LoadClosure(i));
        }
        self.unit.emit(Instr::BuildTuple(free.len() as u32));
        let i = self.unit.add_const(None, || code);
        self.unit.emit(Instr::LoadConst(i));
        self.unit.emit(Instr::MakeClosure(n_defaults));
    }

    pub(super) fn lambda(&mut self, lambda: &Lambda, span: Span) -> Comp {
        let n_defaults = self.defaults(&lambda.parameters)?;
        let scope = self.scopes.of_node(lambda);
        let line = self.line(span);
        self.enter_unit("<lambda>", scope, line);
        self.unit.at(span, line);
        self.declare_cells(scope);
        self.function_flags(scope, Some(&lambda.parameters));
        self.doc_const(None);
        self.parameters(&lambda.parameters)?;
        self.expr(&lambda.body)?;
        if self.scopes.is_generator(scope) {
            self.unit.emit(Instr::PopTop);
            self.unit.load_value(Value::None);
        }
        self.unit.emit(Instr::ReturnValue);
        self.close_function(n_defaults);
        Ok(())
    }

    pub(super) fn class_def(&mut self, def: &ClassDef, span: Span) -> Comp {
        for decorator in &def.decorators {
            self.expr(decorator)?;
        }
        let name = self.str_const(def.name.name.as_bytes());
        self.unit.emit(Instr::LoadConst(name));
        for base in &def.bases {
            self.expr(base)?;
        }
        self.unit.emit(Instr::BuildTuple(def.bases.len() as u32));
        let scope = self.scopes.of_node(def);
        let line = self.line(span);
        self.enter_unit(&def.name.name, scope, line);
        self.unit.class_name = Some(def.name.name.to_string());
        self.unit.at(span, line);
        self.unit.flags = flags::NEWLOCALS;
        self.declare_cells(scope);
        self.name_access("__name__", Access::Load);
        self.name_access("__module__", Access::Store);
        let doc = docstring(&def.body);
        if let Some(doc) = doc {
            self.constant(doc);
            self.name_access("__doc__", Access::Store);
        }
        self.body_after_doc(&def.body, doc.is_some())?;
        self.unit.emit(Instr::LoadLocals);
        self.unit.emit(Instr::ReturnValue);
        self.close_function(0);
        self.unit.emit(Instr::CallFunction {
            npos: 0,
            nkw: 0,
            star: false,
            dstar: false,
        });
        self.unit.emit(Instr::BuildClass);
        for _ in &def.decorators {
            self.unit.emit(Instr::CallFunction {
                npos: 1,
                nkw: 0,
                star: false,
                dstar: false,
            });
        }
        self.name_access(&def.name.name, Access::Store);
        Ok(())
    }

    /// `[…]`: inline, in the scope around it.
    pub(super) fn list_comprehension(&mut self, c: &Comprehension) -> Comp {
        self.unit.emit(Instr::BuildList(0));
        self.clauses(&c.clauses, 0, &Collect::List(&c.element), false)?;
        self.unit.emit(Instr::ListDone);
        Ok(())
    }

    /// The other comprehensions: a nested function over the first iterable.
    pub(super) fn comprehension<T>(
        &mut self,
        node: &T,
        clauses: &[CompClause],
        name: &str,
        collect: Collect<'_>,
    ) -> Comp {
        let scope = self.scopes.of_node(node);
        let Some(first) = clauses.first() else { return Ok(()) };
        let line = self.line(first.iter.span).min(self.element_line(&collect));
        self.enter_unit(name, scope, line);
        self.unit.at(self.element_span(&collect), line);
        self.declare_cells(scope);
        self.function_flags(scope, None);
        let param = self.host.intern_str(".0");
        self.unit.varnames.insert(param);
        self.unit.argcount = 1;
        match collect {
            Collect::Set(_) => self.unit.emit(Instr::BuildSet(0)),
            Collect::Dict(..) => self.unit.emit(Instr::BuildMap(0)),
            Collect::Generator(_) | Collect::List(_) => {}
        }
        self.clauses(clauses, 0, &collect, true)?;
        if matches!(collect, Collect::Generator(_)) {
            self.unit.load_value(Value::None);
        }
        self.unit.emit(Instr::ReturnValue);
        self.close_function(0);
        self.expr(&first.iter)?;
        self.unit.emit(Instr::GetIter);
        self.unit.emit(Instr::CallFunction {
            npos: 1,
            nkw: 0,
            star: false,
            dstar: false,
        });
        Ok(())
    }

    fn element_span(&self, collect: &Collect<'_>) -> Span {
        match collect {
            Collect::List(e) | Collect::Set(e) | Collect::Generator(e) | Collect::Dict(e, _) => e.span,
        }
    }

    fn element_line(&self, collect: &Collect<'_>) -> u32 {
        self.line(self.element_span(collect))
    }

    /// The loops of a comprehension from clause `i` on; the first iterable is the parameter when `nested`.
    fn clauses(&mut self, clauses: &[CompClause], i: usize, collect: &Collect<'_>, nested: bool) -> Comp {
        let Some(clause) = clauses.get(i) else {
            self.collect(collect, i as u32 + 1)?;
            return Ok(());
        };
        let (start, end, next) = (self.unit.label(), self.unit.label(), self.unit.label());
        if nested && i == 0 {
            self.unit.emit(Instr::LoadFast(0));
        } else {
            self.expr(&clause.iter)?;
            self.unit.emit(Instr::GetIter);
        }
        self.unit.place(start);
        self.unit.jump(Instr::ForIter, end);
        self.store(&clause.target)?;
        for condition in &clause.conditions {
            self.jump_if(condition, false, next)?;
        }
        self.clauses(clauses, i + 1, collect, nested)?;
        self.unit.place(next);
        self.unit.jump(Instr::Jump, start);
        self.unit.place(end);
        Ok(())
    }

    fn collect(&mut self, collect: &Collect<'_>, depth: u32) -> Comp {
        match collect {
            Collect::List(e) => {
                self.expr(e)?;
                self.unit.emit(Instr::ListAppend(depth));
            }
            Collect::Set(e) => {
                self.expr(e)?;
                self.unit.emit(Instr::SetAdd(depth));
            }
            Collect::Generator(e) => {
                self.expr(e)?;
                self.unit.emit(Instr::YieldValue);
                self.unit.emit(Instr::PopTop);
            }
            Collect::Dict(key, value) => {
                self.expr(value)?;
                self.expr(key)?;
                self.unit.emit(Instr::MapAdd(depth));
            }
        }
        Ok(())
    }
}
