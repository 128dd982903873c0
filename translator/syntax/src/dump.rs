//! Text form of tokens and trees, for tests and for `--dump`.
//!
//! One statement a line, with the line and column where it starts; blocks are indented. Expressions are in prefix form;
//! with [`Spans::Shown`], each is followed by its byte range.

use std::fmt::Write;

use crate::ast::{
    Arguments, BinOp, BoolOp, CompClause, CompareOp, ExceptHandler, Expr, ExprKind, Expression, Futures, Ident,
    ImportAlias, ImportNames, Module, ParamPattern, Parameters, Slice, Stmt, StmtKind, Target, TargetKind, UnaryOp,
    WithItem,
};
use crate::layout::{self, Problem};
use crate::source::SourceFile;
use crate::span::Span;
use crate::token::Token;

/// Whether byte ranges of expressions are part of the text.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Spans {
    /// No.
    Hidden,
    /// Yes.
    Shown,
}

/// The tokens of a file, one a line: position, kind, text.
pub fn dump_tokens(source: &SourceFile) -> String {
    let found = layout::tokens(source, Token::ModuleStart);
    let mut out = String::new();
    for &(start, token, end) in found.tokens.iter().skip(1) {
        let place = source.line_column(start);
        let text = source.slice(Span::new(source.id(), start, end));
        let what = match token {
            Token::Newline | Token::Indent | Token::Dedent => token.describe().to_owned(),
            Token::Name | Token::Number | Token::String => format!("{token} {}", text.escape_debug()),
            _ => token.describe().to_owned(),
        };
        push_line(&mut out, 0, &format!("{}:{} {what}", place.line, place.column));
    }
    if let Some(Problem::Local(error) | Problem::Unclosed(_, error)) = found.problem {
        push_line(&mut out, 0, &format!("error: {}", error.title));
    }
    out
}

/// The tree of a file.
pub fn dump_module(source: &SourceFile, module: &Module, spans: Spans) -> String {
    let mut dump = Dump {
        source,
        spans,
        out: String::new(),
    };
    dump.futures(module.futures);
    dump.block(&module.body, 0);
    dump.out
}

/// The tree of an expression.
pub fn dump_expression(source: &SourceFile, expression: &Expression, spans: Spans) -> String {
    let mut dump = Dump {
        source,
        spans,
        out: String::new(),
    };
    dump.futures(expression.futures);
    let text = dump.expr(&expression.body);
    push_line(&mut dump.out, 0, &text);
    dump.out
}

struct Dump<'s> {
    source: &'s SourceFile,
    spans: Spans,
    out: String,
}

fn push_line(out: &mut String, depth: usize, text: &str) {
    let _ = writeln!(out, "{:width$}{text}", "", width = depth * 4);
}

impl Dump<'_> {
    fn futures(&mut self, futures: Futures) {
        let flags = [
            ("division", futures.division),
            ("absolute_import", futures.absolute_import),
            ("print_function", futures.print_function),
            ("unicode_literals", futures.unicode_literals),
        ];
        let names: Vec<&str> = flags.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect();
        if !names.is_empty() {
            push_line(&mut self.out, 0, &format!("future {}", names.join(" ")));
        }
    }

    fn line(&mut self, depth: usize, text: &str) {
        push_line(&mut self.out, depth, text);
    }

    fn block(&mut self, body: &[Stmt], depth: usize) {
        body.iter().for_each(|stmt| self.stmt(stmt, depth));
    }

    fn named_block(&mut self, name: &str, body: &[Stmt], depth: usize) {
        if !body.is_empty() {
            self.line(depth, name);
            self.block(body, depth + 1);
        }
    }

    fn stmt(&mut self, stmt: &Stmt, depth: usize) {
        let place = self.source.line_column(stmt.span.start);
        let mut at = format!("{}:{}", place.line, place.column);
        if self.spans == Spans::Shown {
            let _ = write!(at, "@{}..{}", stmt.span.start, stmt.span.end);
        }
        match &stmt.kind {
            StmtKind::FunctionDef(f) => {
                self.decorators(&f.decorators, depth);
                let kind = if f.is_generator { "generator" } else { "def" };
                let parameters = self.parameters(&f.parameters);
                self.line(depth, &format!("{at} {kind} {} {parameters}", f.name.name));
                self.block(&f.body, depth + 1);
            }
            StmtKind::ClassDef(c) => {
                self.decorators(&c.decorators, depth);
                let bases = self.exprs(&c.bases);
                self.line(depth, &format!("{at} class {} ({bases})", c.name.name));
                self.block(&c.body, depth + 1);
            }
            StmtKind::For {
                target,
                iter,
                body,
                orelse,
            } => {
                let head = format!("{at} for {} in {}", self.target(target), self.expr(iter));
                self.line(depth, &head);
                self.block(body, depth + 1);
                self.named_block("else", orelse, depth);
            }
            StmtKind::While { test, body, orelse } => {
                let head = format!("{at} while {}", self.expr(test));
                self.line(depth, &head);
                self.block(body, depth + 1);
                self.named_block("else", orelse, depth);
            }
            StmtKind::If { branches, orelse } => {
                for (idx, branch) in branches.iter().enumerate() {
                    let test = self.expr(&branch.test);
                    let head = if idx == 0 {
                        format!("{at} if {test}")
                    } else {
                        format!("elif {test}")
                    };
                    self.line(depth, &head);
                    self.block(&branch.body, depth + 1);
                }
                self.named_block("else", orelse, depth);
            }
            StmtKind::With { items, body } => {
                let items: Vec<String> = items.iter().map(|item| self.with_item(item)).collect();
                self.line(depth, &format!("{at} with {}", items.join(", ")));
                self.block(body, depth + 1);
            }
            StmtKind::Try {
                body,
                handlers,
                orelse,
                finalbody,
            } => {
                self.line(depth, &format!("{at} try"));
                self.block(body, depth + 1);
                handlers.iter().for_each(|handler| self.handler(handler, depth));
                self.named_block("else", orelse, depth);
                self.named_block("finally", finalbody, depth);
            }
            simple => {
                let text = self.simple(simple);
                self.line(depth, &format!("{at} {text}"));
            }
        }
    }

    fn decorators(&mut self, decorators: &[Expr], depth: usize) {
        for decorator in decorators {
            let text = self.expr(decorator);
            self.line(depth, &format!("@ {text}"));
        }
    }

    fn with_item(&self, item: &WithItem) -> String {
        match &item.target {
            Some(target) => format!("{} as {}", self.expr(&item.context), self.target(target)),
            None => self.expr(&item.context),
        }
    }

    fn handler(&mut self, handler: &ExceptHandler, depth: usize) {
        let mut head = String::from("except");
        if let Some(kind) = &handler.kind {
            let _ = write!(head, " {}", self.expr(kind));
        }
        if let Some(target) = &handler.target {
            let _ = write!(head, " as {}", self.target(target));
        }
        self.line(depth, &head);
        self.block(&handler.body, depth + 1);
    }

    fn simple(&self, kind: &StmtKind) -> String {
        match kind {
            StmtKind::Return(None) => "return".to_owned(),
            StmtKind::Return(Some(value)) => format!("return {}", self.expr(value)),
            StmtKind::Delete(targets) => format!("del {}", self.targets(targets)),
            StmtKind::Assign { targets, value } => {
                let targets: Vec<String> = targets.iter().map(|target| self.target(target)).collect();
                format!("{} = {}", targets.join(" = "), self.expr(value))
            }
            StmtKind::AugAssign { target, op, value } => {
                format!("{} {}= {}", self.target(target), binary_sign(*op), self.expr(value))
            }
            StmtKind::Print { dest, values, newline } => {
                let dest = dest
                    .as_ref()
                    .map_or(String::new(), |dest| format!(" >>{}", self.expr(dest)));
                format!(
                    "print{dest} ({}){}",
                    self.exprs(values),
                    if *newline { "" } else { "," }
                )
            }
            StmtKind::Raise { exc, value, traceback } => format!("raise{}", self.optional(&[exc, value, traceback])),
            StmtKind::Assert { test, message } => format!("assert {}{}", self.expr(test), self.optional(&[message])),
            StmtKind::Import(names) => format!("import {}", aliases(names)),
            StmtKind::ImportFrom { level, module, names } => {
                let module = module.as_ref().map_or("", |module| module.name.as_str());
                let names = match names {
                    ImportNames::Star(_) => "*".to_owned(),
                    ImportNames::Names(names) => aliases(names),
                };
                format!("from {}{module} import {names}", ".".repeat(*level as usize))
            }
            StmtKind::Exec { body, globals, locals } => {
                format!("exec {}{}", self.expr(body), self.optional(&[globals, locals]))
            }
            StmtKind::Global(names) => format!("global {}", idents(names)),
            StmtKind::Expr(value) => self.expr(value),
            StmtKind::Pass => "pass".to_owned(),
            StmtKind::Break => "break".to_owned(),
            StmtKind::Continue => "continue".to_owned(),
            StmtKind::FunctionDef(_)
            | StmtKind::ClassDef(_)
            | StmtKind::For { .. }
            | StmtKind::While { .. }
            | StmtKind::If { .. }
            | StmtKind::With { .. }
            | StmtKind::Try { .. } => "compound".to_owned(),
        }
    }

    fn optional(&self, items: &[&Option<Expr>]) -> String {
        items
            .iter()
            .filter_map(|item| item.as_ref())
            .map(|item| format!(" {}", self.expr(item)))
            .collect()
    }

    fn exprs(&self, items: &[Expr]) -> String {
        let items: Vec<String> = items.iter().map(|item| self.expr(item)).collect();
        items.join(" ")
    }

    fn targets(&self, items: &[Target]) -> String {
        let items: Vec<String> = items.iter().map(|item| self.target(item)).collect();
        items.join(" ")
    }

    fn target(&self, target: &Target) -> String {
        let text = match &target.kind {
            TargetKind::Name(name) => name.to_string(),
            TargetKind::Attribute(a) => format!("(. {} {})", self.expr(&a.value), a.attr.name),
            TargetKind::Subscript(s) => format!("(item {} {})", self.expr(&s.value), self.slice(&s.slice)),
            TargetKind::Tuple(items) => form("tuple", &self.targets(items)),
            TargetKind::List(items) => form("list", &self.targets(items)),
        };
        self.marked(text, target.span)
    }

    fn marked(&self, text: String, span: Span) -> String {
        match self.spans {
            Spans::Hidden => text,
            Spans::Shown => format!("{text}@{}..{}", span.start, span.end),
        }
    }

    fn expr(&self, expr: &Expr) -> String {
        let text = match &expr.kind {
            ExprKind::Name(name) => name.to_string(),
            ExprKind::Int(value) => value.to_string(),
            ExprKind::Long(value) => format!("{value}L"),
            ExprKind::Float(value) => format!("{value:?}"),
            ExprKind::Imaginary(value) => format!("{value:?}j"),
            ExprKind::Str(bytes) => format!("\"{}\"", bytes.escape_ascii()),
            ExprKind::Unicode(points) => format!("u\"{}\"", escaped(points)),
            ExprKind::Tuple(items) => form("tuple", &self.exprs(items)),
            ExprKind::List(items) => form("list", &self.exprs(items)),
            ExprKind::Set(items) => form("set", &self.exprs(items)),
            ExprKind::Dict(items) => {
                let items: Vec<String> = items
                    .iter()
                    .map(|(key, value)| format!("{}:{}", self.expr(key), self.expr(value)))
                    .collect();
                form("dict", &items.join(" "))
            }
            ExprKind::ListComp(c) => format!("(listcomp {}{})", self.expr(&c.element), self.clauses(&c.clauses)),
            ExprKind::SetComp(c) => format!("(setcomp {}{})", self.expr(&c.element), self.clauses(&c.clauses)),
            ExprKind::GeneratorExp(c) => format!("(genexp {}{})", self.expr(&c.element), self.clauses(&c.clauses)),
            ExprKind::DictComp(c) => {
                format!(
                    "(dictcomp {}:{}{})",
                    self.expr(&c.key),
                    self.expr(&c.value),
                    self.clauses(&c.clauses)
                )
            }
            ExprKind::Binary(b) => format!("({} {} {})", binary_sign(b.op), self.expr(&b.left), self.expr(&b.right)),
            ExprKind::Unary(op, operand) => format!("({} {})", unary_sign(*op), self.expr(operand)),
            ExprKind::Bool(op, operands) => format!("({} {})", bool_sign(*op), self.exprs(operands)),
            ExprKind::Compare(c) => {
                let rest: String = c
                    .rest
                    .iter()
                    .map(|(op, operand)| format!(" {} {}", compare_sign(*op), self.expr(operand)))
                    .collect();
                format!("(compare {}{rest})", self.expr(&c.first))
            }
            ExprKind::IfExp(e) => format!(
                "(if {} {} {})",
                self.expr(&e.test),
                self.expr(&e.then),
                self.expr(&e.orelse)
            ),
            ExprKind::Lambda(l) => {
                let kind = if l.is_generator { "lambda-generator" } else { "lambda" };
                format!("({kind} {} {})", self.parameters(&l.parameters), self.expr(&l.body))
            }
            ExprKind::Call(c) => format!("(call {}{})", self.expr(&c.function), self.arguments(&c.arguments)),
            ExprKind::Attribute(a) => format!("(. {} {})", self.expr(&a.value), a.attr.name),
            ExprKind::Subscript(s) => format!("(item {} {})", self.expr(&s.value), self.slice(&s.slice)),
            ExprKind::Repr(value) => format!("(repr {})", self.expr(value)),
            ExprKind::Yield(None) => "(yield)".to_owned(),
            ExprKind::Yield(Some(value)) => format!("(yield {})", self.expr(value)),
        };
        self.marked(text, expr.span)
    }

    fn clauses(&self, clauses: &[CompClause]) -> String {
        let clause = |c: &CompClause| {
            let conditions: String = c
                .conditions
                .iter()
                .map(|condition| format!(" if {}", self.expr(condition)))
                .collect();
            format!(" for {} in {}{conditions}", self.target(&c.target), self.expr(&c.iter))
        };
        clauses.iter().map(clause).collect()
    }

    fn parameters(&self, parameters: &Parameters) -> String {
        let mut items: Vec<String> = Vec::new();
        for parameter in &parameters.positional {
            let default = parameter
                .default
                .as_ref()
                .map_or(String::new(), |default| format!("={}", self.expr(default)));
            items.push(format!("{}{default}", pattern(&parameter.pattern)));
        }
        items.extend(parameters.vararg.iter().map(|name| format!("*{}", name.name)));
        items.extend(parameters.kwarg.iter().map(|name| format!("**{}", name.name)));
        format!("({})", items.join(" "))
    }

    fn arguments(&self, arguments: &Arguments) -> String {
        let mut text: String = arguments
            .positional
            .iter()
            .map(|value| format!(" {}", self.expr(value)))
            .collect();
        for keyword in &arguments.keywords {
            let _ = write!(text, " {}={}", keyword.name.name, self.expr(&keyword.value));
        }
        if let Some(star) = &arguments.star {
            let _ = write!(text, " *{}", self.expr(star));
        }
        if let Some(star) = &arguments.double_star {
            let _ = write!(text, " **{}", self.expr(star));
        }
        text
    }

    fn slice(&self, slice: &Slice) -> String {
        let part = |part: &Option<Expr>| part.as_ref().map_or("_".to_owned(), |part| self.expr(part));
        match slice {
            Slice::Index(index) => self.expr(index),
            Slice::Simple { lower, upper } => format!("(slice {} {})", part(lower), part(upper)),
            Slice::Extended { lower, upper, step } => format!("(slice {} {} {})", part(lower), part(upper), part(step)),
            Slice::Ellipsis => "...".to_owned(),
            Slice::Tuple(items) => {
                let items: Vec<String> = items.iter().map(|item| self.slice(item)).collect();
                format!("(slices {})", items.join(" "))
            }
        }
    }
}

fn form(head: &str, items: &str) -> String {
    if items.is_empty() {
        format!("({head})")
    } else {
        format!("({head} {items})")
    }
}

fn escaped(points: &[u32]) -> String {
    let point = |&point: &u32| match char::from_u32(point) {
        Some(c) if c == ' ' || c.is_ascii_graphic() && c != '"' && c != '\\' => c.to_string(),
        _ => format!("\\u{{{point:x}}}"),
    };
    points.iter().map(point).collect()
}

fn pattern(parameter: &ParamPattern) -> String {
    match parameter {
        ParamPattern::Name(name) => name.name.to_string(),
        ParamPattern::Tuple(items, _) => {
            let items: Vec<String> = items.iter().map(pattern).collect();
            format!("({})", items.join(" "))
        }
    }
}

fn idents(names: &[Ident]) -> String {
    let names: Vec<&str> = names.iter().map(|name| name.name.as_str()).collect();
    names.join(" ")
}

fn aliases(names: &[ImportAlias]) -> String {
    let alias = |alias: &ImportAlias| match &alias.asname {
        Some(asname) => format!("{} as {}", alias.name.name, asname.name),
        None => alias.name.name.to_string(),
    };
    names.iter().map(alias).collect::<Vec<String>>().join(", ")
}

fn binary_sign(op: BinOp) -> &'static str {
    match op {
        BinOp::Add => "+",
        BinOp::Sub => "-",
        BinOp::Mul => "*",
        BinOp::Div => "/",
        BinOp::FloorDiv => "//",
        BinOp::Mod => "%",
        BinOp::Pow => "**",
        BinOp::LShift => "<<",
        BinOp::RShift => ">>",
        BinOp::BitAnd => "&",
        BinOp::BitOr => "|",
        BinOp::BitXor => "^",
    }
}

fn unary_sign(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::Neg => "-",
        UnaryOp::Pos => "+",
        UnaryOp::Invert => "~",
        UnaryOp::Not => "not",
    }
}

fn bool_sign(op: BoolOp) -> &'static str {
    match op {
        BoolOp::And => "and",
        BoolOp::Or => "or",
    }
}

fn compare_sign(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Lt => "<",
        CompareOp::Le => "<=",
        CompareOp::Eq => "==",
        CompareOp::Ne => "!=",
        CompareOp::Gt => ">",
        CompareOp::Ge => ">=",
        CompareOp::Is => "is",
        CompareOp::IsNot => "is-not",
        CompareOp::In => "in",
        CompareOp::NotIn => "not-in",
    }
}
