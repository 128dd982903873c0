//! Which scope each name belongs to.

use super::{Comp, fail, mangle};
use indexmap::{IndexMap, IndexSet};
use rpy_syntax::Span;
use rpy_syntax::ast::{
    Arguments, ClassDef, CompClause, Expr, ExprKind, Expression, FunctionDef, ImportNames, Lambda, Module,
    ParamPattern, Parameters, Slice, Stmt, StmtKind, Target, TargetKind,
};
use rustc_hash::FxHashMap;

/// Index of a scope.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct ScopeId(usize);

impl ScopeId {
    /// The module.
    pub const TOP: ScopeId = ScopeId(0);
}

/// What a scope is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ScopeKind {
    Module,
    Class,
    Function,
}

/// Where a name lives, seen from a scope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// fast local
    Fast,
    /// own variable captured by an inner function
    Cell,
    /// variable of an outer function
    Free,
    /// global
    Global,
    /// looked up in the locals mapping first
    Name,
}

struct Scope {
    kind: ScopeKind,
    parent: Option<usize>,
    class_name: Option<String>,
    params: IndexSet<String>,
    bound: IndexSet<String>,
    globals: IndexMap<String, Span>,
    used: IndexSet<String>,
    places: FxHashMap<String, Place>,
    free: IndexSet<String>,
    cells: IndexSet<String>,
    is_generator: bool,
    yield_span: Option<Span>,
    return_value: Option<Span>,
    /// bare exec or import *: names cannot be fast
    dynamic: Option<(Span, &'static str)>,
    has_children_with_free: bool,
    is_comprehension: bool,
    name: String,
}

/// All scopes of a module.
pub(super) struct Scopes {
    scopes: Vec<Scope>,
    by_node: FxHashMap<usize, usize>,
}

fn address<T>(node: &T) -> usize {
    std::ptr::from_ref(node).addr()
}

impl Scopes {
    pub fn of_module(module: &Module) -> Comp<Scopes> {
        let mut scopes = Scopes::start();
        scopes.body(0, &module.body)?;
        scopes.resolve()?;
        Ok(scopes)
    }

    pub fn of_expression(expression: &Expression) -> Comp<Scopes> {
        let mut scopes = Scopes::start();
        scopes.expr(0, &expression.body)?;
        scopes.resolve()?;
        Ok(scopes)
    }

    fn start() -> Scopes {
        let mut scopes = Scopes {
            scopes: Vec::new(),
            by_node: FxHashMap::default(),
        };
        scopes.add(ScopeKind::Module, None, None, "<module>");
        scopes
    }

    fn add(&mut self, kind: ScopeKind, parent: Option<usize>, class_name: Option<String>, name: &str) -> usize {
        self.scopes.push(Scope {
            kind,
            parent,
            class_name,
            params: IndexSet::new(),
            bound: IndexSet::new(),
            globals: IndexMap::new(),
            used: IndexSet::new(),
            places: FxHashMap::default(),
            free: IndexSet::new(),
            cells: IndexSet::new(),
            is_generator: false,
            yield_span: None,
            return_value: None,
            dynamic: None,
            has_children_with_free: false,
            is_comprehension: false,
            name: name.to_string(),
        });
        self.scopes.len() - 1
    }

    pub fn of_node<T>(&self, node: &T) -> ScopeId {
        ScopeId(self.by_node.get(&address(node)).copied().unwrap_or(0))
    }

    pub fn kind(&self, scope: ScopeId) -> ScopeKind {
        self.scopes[scope.0].kind
    }

    pub fn is_function(&self, scope: ScopeId) -> bool {
        self.kind(scope) == ScopeKind::Function
    }

    pub fn is_generator(&self, scope: ScopeId) -> bool {
        self.scopes[scope.0].is_generator
    }

    /// Whether locals are fast.
    pub fn is_optimized(&self, scope: ScopeId) -> bool {
        self.is_function(scope) && self.scopes[scope.0].dynamic.is_none()
    }

    /// Where a (mangled) name lives.
    pub fn place(&self, scope: ScopeId, name: &str) -> Place {
        self.scopes[scope.0]
            .places
            .get(name)
            .copied()
            .unwrap_or(match self.kind(scope) {
                ScopeKind::Function => Place::Global,
                ScopeKind::Module | ScopeKind::Class => Place::Name,
            })
    }

    pub fn cells(&self, scope: ScopeId) -> Vec<String> {
        let mut cells: Vec<String> = self.scopes[scope.0].cells.iter().cloned().collect();
        cells.sort();
        cells
    }

    pub fn free(&self, scope: ScopeId) -> Vec<String> {
        let mut free: Vec<String> = self.scopes[scope.0].free.iter().cloned().collect();
        free.sort();
        free
    }

    fn mangled(&self, scope: usize, name: &str) -> String {
        match &self.scopes[scope].class_name {
            Some(class) => mangle(class, name),
            None => name.to_string(),
        }
    }

    fn bind(&mut self, scope: usize, name: &str, span: Span) -> Comp {
        if name == "None" {
            return fail("cannot assign to None", span);
        }
        let name = self.mangled(scope, name);
        self.scopes[scope].bound.insert(name);
        Ok(())
    }

    fn use_name(&mut self, scope: usize, name: &str) {
        let name = self.mangled(scope, name);
        self.scopes[scope].used.insert(name);
    }

    fn body(&mut self, scope: usize, body: &[Stmt]) -> Comp {
        body.iter().try_for_each(|stmt| self.stmt(scope, stmt))
    }

    fn stmt(&mut self, s: usize, stmt: &Stmt) -> Comp {
        match &stmt.kind {
            StmtKind::FunctionDef(def) => self.function(s, def),
            StmtKind::ClassDef(def) => self.class(s, def),
            StmtKind::Return(value) => {
                if let Some(value) = value {
                    self.scopes[s].return_value.get_or_insert(stmt.span);
                    self.expr(s, value)?;
                }
                Ok(())
            }
            StmtKind::Delete(targets) => self.targets(s, targets),
            StmtKind::Assign { targets, value } => {
                self.expr(s, value)?;
                self.targets(s, targets)
            }
            StmtKind::AugAssign { target, value, .. } => {
                if let TargetKind::Name(name) = &target.kind {
                    self.use_name(s, name);
                }
                self.target(s, target)?;
                self.expr(s, value)
            }
            StmtKind::Print { dest, values, .. } => {
                self.exprs(s, dest.as_slice())?;
                self.exprs(s, values)
            }
            StmtKind::For {
                target,
                iter,
                body,
                orelse,
            } => {
                self.target(s, target)?;
                self.expr(s, iter)?;
                self.body(s, body)?;
                self.body(s, orelse)
            }
            StmtKind::While { test, body, orelse } => {
                self.expr(s, test)?;
                self.body(s, body)?;
                self.body(s, orelse)
            }
            StmtKind::If { branches, orelse } => {
                for branch in branches {
                    self.expr(s, &branch.test)?;
                    self.body(s, &branch.body)?;
                }
                self.body(s, orelse)
            }
            StmtKind::With { items, body } => {
                for item in items {
                    self.expr(s, &item.context)?;
                    if let Some(target) = &item.target {
                        self.target(s, target)?;
                    }
                }
                self.body(s, body)
            }
            StmtKind::Raise { exc, value, traceback } => {
                self.exprs(s, exc.as_slice())?;
                self.exprs(s, value.as_slice())?;
                self.exprs(s, traceback.as_slice())
            }
            StmtKind::Try {
                body,
                handlers,
                orelse,
                finalbody,
            } => {
                self.body(s, body)?;
                for handler in handlers {
                    self.exprs(s, handler.kind.as_slice())?;
                    if let Some(target) = &handler.target {
                        self.target(s, target)?;
                    }
                    self.body(s, &handler.body)?;
                }
                self.body(s, orelse)?;
                self.body(s, finalbody)
            }
            StmtKind::Assert { test, message } => {
                self.expr(s, test)?;
                self.exprs(s, message.as_slice())
            }
            StmtKind::Import(names) => {
                for alias in names {
                    match &alias.asname {
                        Some(name) => self.bind(s, &name.name, name.span)?,
                        None => {
                            let first = alias.name.name.split('.').next().unwrap_or_default();
                            self.bind(s, first, alias.name.span)?;
                        }
                    }
                }
                Ok(())
            }
            StmtKind::ImportFrom { names, .. } => self.import_from(s, names, stmt.span),
            StmtKind::Exec { body, globals, locals } => {
                self.expr(s, body)?;
                if globals.is_none() {
                    self.scopes[s].dynamic.get_or_insert((stmt.span, "unqualified exec"));
                }
                self.exprs(s, globals.as_slice())?;
                self.exprs(s, locals.as_slice())
            }
            StmtKind::Global(names) => {
                for name in names {
                    let text = self.mangled(s, &name.name);
                    if self.scopes[s].params.contains(&text) {
                        return fail(format!("name '{text}' is local and global"), name.span);
                    }
                    self.scopes[s].globals.insert(text, name.span);
                }
                Ok(())
            }
            StmtKind::Expr(expr) => self.expr(s, expr),
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => Ok(()),
        }
    }

    fn import_from(&mut self, s: usize, names: &ImportNames, span: Span) -> Comp {
        match names {
            ImportNames::Star(_) => {
                self.scopes[s].dynamic.get_or_insert((span, "import *"));
                Ok(())
            }
            ImportNames::Names(aliases) => aliases.iter().try_for_each(|alias| {
                let name = alias.asname.as_ref().unwrap_or(&alias.name);
                self.bind(s, &name.name, name.span)
            }),
        }
    }

    fn function(&mut self, s: usize, def: &FunctionDef) -> Comp {
        self.defaults(s, &def.parameters)?;
        self.exprs(s, &def.decorators)?;
        self.bind(s, &def.name.name, def.name.span)?;
        let class_name = self.scopes[s].class_name.clone();
        let inner = self.add(ScopeKind::Function, Some(s), class_name, &def.name.name);
        self.by_node.insert(address(def), inner);
        self.parameters(inner, &def.parameters)?;
        self.body(inner, &def.body)?;
        self.check_generator(inner)
    }

    fn check_generator(&self, scope: usize) -> Comp {
        let scope = &self.scopes[scope];
        match scope.return_value {
            Some(span) if scope.is_generator => fail("'return' with argument inside generator", span),
            _ => Ok(()),
        }
    }

    fn class(&mut self, s: usize, def: &ClassDef) -> Comp {
        self.exprs(s, &def.bases)?;
        self.exprs(s, &def.decorators)?;
        self.bind(s, &def.name.name, def.name.span)?;
        let inner = self.add(
            ScopeKind::Class,
            Some(s),
            Some(def.name.name.to_string()),
            &def.name.name,
        );
        self.by_node.insert(address(def), inner);
        self.body(inner, &def.body)
    }

    fn defaults(&mut self, s: usize, parameters: &Parameters) -> Comp {
        parameters
            .positional
            .iter()
            .filter_map(|p| p.default.as_ref())
            .try_for_each(|e| self.expr(s, e))
    }

    fn parameters(&mut self, inner: usize, parameters: &Parameters) -> Comp {
        for parameter in &parameters.positional {
            if let ParamPattern::Name(name) = &parameter.pattern {
                self.parameter(inner, &name.name, name.span)?;
            }
        }
        for ident in parameters.vararg.iter().chain(&parameters.kwarg) {
            self.parameter(inner, &ident.name, ident.span)?;
        }
        for parameter in &parameters.positional {
            if let ParamPattern::Tuple(parts, _) = &parameter.pattern {
                self.tuple_parameter(inner, parts)?;
            }
        }
        Ok(())
    }

    fn parameter(&mut self, inner: usize, name: &str, span: Span) -> Comp {
        self.bind(inner, name, span)?;
        let name = self.mangled(inner, name);
        self.scopes[inner].params.insert(name);
        Ok(())
    }

    fn tuple_parameter(&mut self, inner: usize, parts: &[ParamPattern]) -> Comp {
        parts.iter().try_for_each(|part| match part {
            ParamPattern::Name(name) => self.parameter(inner, &name.name, name.span),
            ParamPattern::Tuple(parts, _) => self.tuple_parameter(inner, parts),
        })
    }

    fn targets(&mut self, s: usize, targets: &[Target]) -> Comp {
        targets.iter().try_for_each(|t| self.target(s, t))
    }

    fn target(&mut self, s: usize, target: &Target) -> Comp {
        match &target.kind {
            TargetKind::Name(name) => self.bind(s, name, target.span),
            TargetKind::Attribute(a) => self.expr(s, &a.value),
            TargetKind::Subscript(sub) => {
                self.expr(s, &sub.value)?;
                self.slice(s, &sub.slice)
            }
            TargetKind::Tuple(items) | TargetKind::List(items) => self.targets(s, items),
        }
    }

    fn slice(&mut self, s: usize, slice: &Slice) -> Comp {
        match slice {
            Slice::Index(e) => self.expr(s, e),
            Slice::Simple { lower, upper } => {
                self.exprs(s, lower.as_slice())?;
                self.exprs(s, upper.as_slice())
            }
            Slice::Extended { lower, upper, step } => {
                self.exprs(s, lower.as_slice())?;
                self.exprs(s, upper.as_slice())?;
                self.exprs(s, step.as_slice())
            }
            Slice::Ellipsis => Ok(()),
            Slice::Tuple(parts) => parts.iter().try_for_each(|p| self.slice(s, p)),
        }
    }

    fn exprs(&mut self, s: usize, exprs: &[Expr]) -> Comp {
        exprs.iter().try_for_each(|e| self.expr(s, e))
    }

    fn expr(&mut self, s: usize, expr: &Expr) -> Comp {
        match &expr.kind {
            ExprKind::Name(name) => {
                self.use_name(s, name);
                Ok(())
            }
            ExprKind::Int(_)
            | ExprKind::Long(_)
            | ExprKind::Float(_)
            | ExprKind::Imaginary(_)
            | ExprKind::Str(_)
            | ExprKind::Unicode(_) => Ok(()),
            ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Set(items) => self.exprs(s, items),
            ExprKind::Dict(pairs) => pairs.iter().try_for_each(|(k, v)| {
                self.expr(s, k)?;
                self.expr(s, v)
            }),
            ExprKind::ListComp(c) => {
                self.clauses(s, &c.clauses)?;
                self.expr(s, &c.element)
            }
            ExprKind::SetComp(c) => self.comprehension(s, &**c, &c.clauses, &[&c.element], "<setcomp>", false),
            ExprKind::GeneratorExp(c) => self.comprehension(s, &**c, &c.clauses, &[&c.element], "<genexpr>", true),
            ExprKind::DictComp(c) => self.comprehension(s, &**c, &c.clauses, &[&c.key, &c.value], "<dictcomp>", false),
            ExprKind::Binary(b) => {
                self.expr(s, &b.left)?;
                self.expr(s, &b.right)
            }
            ExprKind::Unary(_, e) | ExprKind::Repr(e) => self.expr(s, e),
            ExprKind::Bool(_, items) => self.exprs(s, items),
            ExprKind::Compare(c) => {
                self.expr(s, &c.first)?;
                c.rest.iter().try_for_each(|(_, e)| self.expr(s, e))
            }
            ExprKind::IfExp(e) => {
                self.expr(s, &e.test)?;
                self.expr(s, &e.then)?;
                self.expr(s, &e.orelse)
            }
            ExprKind::Lambda(l) => self.lambda(s, l),
            ExprKind::Call(c) => {
                self.expr(s, &c.function)?;
                self.arguments(s, &c.arguments)
            }
            ExprKind::Attribute(a) => self.expr(s, &a.value),
            ExprKind::Subscript(sub) => {
                self.expr(s, &sub.value)?;
                self.slice(s, &sub.slice)
            }
            ExprKind::Yield(value) => {
                self.scopes[s].is_generator = true;
                self.scopes[s].yield_span.get_or_insert(expr.span);
                match value {
                    Some(e) => self.expr(s, e),
                    None => Ok(()),
                }
            }
        }
    }

    fn arguments(&mut self, s: usize, arguments: &Arguments) -> Comp {
        self.exprs(s, &arguments.positional)?;
        arguments.keywords.iter().try_for_each(|k| self.expr(s, &k.value))?;
        self.exprs(s, arguments.star.as_slice())?;
        self.exprs(s, arguments.double_star.as_slice())
    }

    fn lambda(&mut self, s: usize, lambda: &Lambda) -> Comp {
        self.defaults(s, &lambda.parameters)?;
        let class_name = self.scopes[s].class_name.clone();
        let inner = self.add(ScopeKind::Function, Some(s), class_name, "<lambda>");
        self.by_node.insert(address(lambda), inner);
        self.parameters(inner, &lambda.parameters)?;
        self.expr(inner, &lambda.body)
    }

    fn clauses(&mut self, s: usize, clauses: &[CompClause]) -> Comp {
        for clause in clauses {
            self.target(s, &clause.target)?;
            self.expr(s, &clause.iter)?;
            self.exprs(s, &clause.conditions)?;
        }
        Ok(())
    }

    fn comprehension<T>(
        &mut self,
        s: usize,
        node: &T,
        clauses: &[CompClause],
        elements: &[&Expr],
        name: &str,
        generator: bool,
    ) -> Comp {
        let Some((first, rest)) = clauses.split_first() else {
            return Ok(());
        };
        self.expr(s, &first.iter)?;
        let class_name = self.scopes[s].class_name.clone();
        let inner = self.add(ScopeKind::Function, Some(s), class_name, name);
        self.by_node.insert(address(node), inner);
        self.scopes[inner].is_generator = generator;
        self.scopes[inner].is_comprehension = true;
        self.scopes[inner].params.insert(".0".to_string());
        self.scopes[inner].bound.insert(".0".to_string());
        self.target(inner, &first.target)?;
        self.exprs(inner, &first.conditions)?;
        self.clauses(inner, rest)?;
        elements.iter().try_for_each(|e| self.expr(inner, e))
    }

    /// Decides the place of every name, outer scopes first.
    fn resolve(&mut self) -> Comp {
        for s in 0..self.scopes.len() {
            self.check_yield(s)?;
            let names: Vec<String> = self.scopes[s]
                .bound
                .iter()
                .chain(self.scopes[s].used.iter())
                .cloned()
                .collect();
            for name in names {
                let place = self.decide(s, &name);
                self.scopes[s].places.insert(name, place);
            }
        }
        self.check_dynamic()
    }

    fn check_yield(&self, s: usize) -> Comp {
        let scope = &self.scopes[s];
        match scope.yield_span {
            Some(span) if scope.kind != ScopeKind::Function => fail("'yield' outside function", span),
            _ => Ok(()),
        }
    }

    fn decide(&mut self, s: usize, name: &str) -> Place {
        let scope = &self.scopes[s];
        let function = scope.kind == ScopeKind::Function;
        if scope.globals.contains_key(name) {
            return Place::Global;
        }
        if scope.bound.contains(name) {
            return match scope.places.get(name) {
                Some(Place::Cell) => Place::Cell,
                _ if function && scope.dynamic.is_none() => Place::Fast,
                _ => Place::Name,
            };
        }
        if let Some(owner) = self.owner(s, name) {
            self.capture(s, owner, name);
            return Place::Free;
        }
        let scope = &self.scopes[s];
        if function && scope.dynamic.is_none() {
            Place::Global
        } else {
            Place::Name
        }
    }

    /// The enclosing function scope that binds a name.
    fn owner(&self, s: usize, name: &str) -> Option<usize> {
        let mut current = self.scopes[s].parent;
        while let Some(p) = current {
            let scope = &self.scopes[p];
            if scope.kind == ScopeKind::Function {
                if scope.globals.contains_key(name) {
                    return None;
                }
                if scope.bound.contains(name) {
                    return Some(p);
                }
            }
            current = scope.parent;
        }
        None
    }

    /// Makes a variable of `owner` available in `s` and the scopes between.
    fn capture(&mut self, s: usize, owner: usize, name: &str) {
        let cell = &mut self.scopes[owner];
        cell.cells.insert(name.to_string());
        cell.places.insert(name.to_string(), Place::Cell);
        cell.has_children_with_free = true;
        let mut current = Some(s);
        while let Some(i) = current {
            if i == owner {
                break;
            }
            let scope = &mut self.scopes[i];
            scope.free.insert(name.to_string());
            if i != s {
                scope.has_children_with_free = true;
                if scope.kind == ScopeKind::Function && !scope.bound.contains(name) {
                    scope.places.insert(name.to_string(), Place::Free);
                }
            }
            current = scope.parent;
        }
    }

    fn check_dynamic(&self) -> Comp {
        for scope in &self.scopes {
            if scope.kind != ScopeKind::Function {
                continue;
            }
            let Some((span, what)) = scope.dynamic else { continue };
            if scope.has_children_with_free {
                let text = format!(
                    "{what} is not allowed in function '{}' because it contains a nested function with free variables",
                    scope.name
                );
                return fail(text, span);
            }
            if !scope.free.is_empty() {
                let text = format!(
                    "{what} is not allowed in function '{}' because it is a nested function",
                    scope.name
                );
                return fail(text, span);
            }
        }
        Ok(())
    }
}
