//! Expressions of the grammar's actions. (Statements: `build_stmt.rs`; targets: `target.rs`.)

use std::sync::Arc;

use num_bigint::BigInt;

use crate::ast::{
    Arguments, Attribute, BinOp, Binary, BoolOp, Call, CompClause, Compare, CompareOp, Comprehension,
    DictComprehension, Expr, ExprKind, Ident, IfExp, Keyword, Lambda, ParamPattern, Parameter, Parameters, Slice,
    Subscript, UnaryOp,
};
use crate::context::{Context, claim};
use crate::literal::Text;
use crate::span::Span;
use crate::target::Purpose;

/// One argument of a call, as written.
#[derive(Debug)]
pub(crate) enum Argument {
    Positional(Expr),
    /// Without parentheses of its own.
    Generator(Expr),
    Keyword(Keyword),
    /// With the offset of the star.
    Star(u32, Expr),
    /// With the offset of the stars.
    DoubleStar(u32, Expr),
}

/// One parameter, as written.
#[derive(Debug)]
pub(crate) enum ParamItem {
    Positional(Parameter),
    Star(Ident),
    DoubleStar(Ident),
}

/// `key: value`
pub(crate) type DictItem = (Expr, Expr);

impl Context<'_> {
    pub(crate) fn name_expression(&mut self, l: u32, ident: Ident, r: u32) -> Expr {
        self.expr(l, ExprKind::Name(ident.name), r)
    }

    pub(crate) fn string_expression(&mut self, l: u32, text: Text, r: u32) -> Expr {
        let kind = match text {
            Text::Bytes(bytes) => ExprKind::Str(Arc::from(bytes)),
            Text::Unicode(points) => ExprKind::Unicode(Arc::from(points)),
        };
        self.expr(l, kind, r)
    }

    pub(crate) fn tuple(&mut self, l: u32, items: Vec<Expr>, r: u32) -> Expr {
        self.expr(l, ExprKind::Tuple(items), r)
    }

    pub(crate) fn list(&mut self, l: u32, items: Vec<Expr>, r: u32) -> Expr {
        self.expr(l, ExprKind::List(items), r)
    }

    pub(crate) fn set(&mut self, l: u32, items: Vec<Expr>, r: u32) -> Expr {
        self.expr(l, ExprKind::Set(items), r)
    }

    pub(crate) fn dict(&mut self, l: u32, items: Vec<DictItem>, r: u32) -> Expr {
        self.expr(l, ExprKind::Dict(items), r)
    }

    /// Several values, at `m` to `n`, are a tuple.
    pub(crate) fn repr(&mut self, l: u32, m: u32, mut items: Vec<Expr>, n: u32, r: u32) -> Expr {
        let value = match items.pop() {
            Some(only) if items.is_empty() => only,
            last => {
                items.extend(last);
                self.tuple(m, items, n)
            }
        };
        self.expr(l, ExprKind::Repr(Box::new(value)), r)
    }

    pub(crate) fn yield_(&mut self, l: u32, value: Option<Expr>, r: u32) -> Expr {
        let span = self.span(l, r);
        // In order of where they start, so that `claim` finds them: an outer yield is made after its inner ones.
        let idx = self.yields.partition_point(|inner| inner.start < l);
        self.yields.insert(idx, span);
        self.expr(l, ExprKind::Yield(value.map(Box::new)), r)
    }

    pub(crate) fn if_expression(&mut self, l: u32, then: Expr, test: Expr, orelse: Expr, r: u32) -> Expr {
        self.expr(l, ExprKind::IfExp(Box::new(IfExp { test, then, orelse })), r)
    }

    pub(crate) fn lambda(&mut self, l: u32, items: Vec<ParamItem>, body: Expr, r: u32) -> Expr {
        let parameters = self.parameters(items);
        let span = self.span(body.span.start, r);
        let is_generator = !claim(&mut self.yields, span, |place| *place).is_empty();
        self.expr(
            l,
            ExprKind::Lambda(Box::new(Lambda {
                parameters,
                body,
                is_generator,
            })),
            r,
        )
    }

    pub(crate) fn bool_(&mut self, l: u32, op: BoolOp, first: Expr, rest: Vec<Expr>, r: u32) -> Expr {
        let mut operands = rest;
        operands.insert(0, first);
        self.expr(l, ExprKind::Bool(op, operands), r)
    }

    pub(crate) fn compare(&mut self, l: u32, first: Expr, rest: Vec<(CompareOp, Expr)>, r: u32) -> Expr {
        self.expr(l, ExprKind::Compare(Box::new(Compare { first, rest })), r)
    }

    pub(crate) fn binary(&mut self, l: u32, left: Expr, op: BinOp, right: Expr, r: u32) -> Expr {
        self.expr(l, ExprKind::Binary(Box::new(Binary { left, op, right })), r)
    }

    pub(crate) fn unary(&mut self, l: u32, op: UnaryOp, operand: Expr, r: u32) -> Expr {
        self.expr(l, ExprKind::Unary(op, Box::new(operand)), r)
    }

    /// The sign of a literal that starts at `m` is part of it; so the least `int` can be written.
    pub(crate) fn negate(&mut self, l: u32, m: u32, operand: Expr, r: u32) -> Expr {
        let is_bare = operand.span.start == m;
        let negated = match &operand.kind {
            ExprKind::Int(value) if is_bare => value.checked_neg().map(ExprKind::Int),
            ExprKind::Float(value) if is_bare => Some(ExprKind::Float(-value)),
            ExprKind::Long(value) if is_bare => Some(self.negated_long(value, &operand)),
            _ => None,
        };
        match negated {
            Some(kind) => self.expr(l, kind, r),
            None => self.unary(l, UnaryOp::Neg, operand, r),
        }
    }

    fn negated_long(&self, value: &BigInt, operand: &Expr) -> ExprKind {
        let written_long = self.text(operand.span.start, operand.span.end).ends_with(['l', 'L']);
        let negated = -value;
        match i64::try_from(&negated) {
            Ok(int) if !written_long => ExprKind::Int(int),
            _ => ExprKind::Long(Box::new(negated)),
        }
    }

    pub(crate) fn attribute(&mut self, l: u32, value: Expr, attr: Ident, r: u32) -> Expr {
        self.expr(l, ExprKind::Attribute(Box::new(Attribute { value, attr })), r)
    }

    pub(crate) fn subscript(&mut self, l: u32, value: Expr, slice: Slice, r: u32) -> Expr {
        self.expr(l, ExprKind::Subscript(Box::new(Subscript { value, slice })), r)
    }

    /// Items between brackets: an index that is a tuple, unless there is a slice or an ellipsis among them.
    pub(crate) fn subscripts(&mut self, l: u32, items: Vec<Slice>, r: u32) -> Slice {
        if !items.iter().all(|item| matches!(item, Slice::Index(_))) {
            return Slice::Tuple(items);
        }
        let index = |item| match item {
            Slice::Index(index) => Some(index),
            Slice::Simple { .. } | Slice::Extended { .. } | Slice::Ellipsis | Slice::Tuple(_) => None,
        };
        let items = items.into_iter().filter_map(index).collect();
        Slice::Index(self.tuple(l, items, r))
    }

    pub(crate) fn clause(&mut self, target: Expr, iter: Expr, conditions: Vec<Expr>) -> CompClause {
        CompClause {
            target: self.target(target, Purpose::Assign),
            iter,
            conditions,
        }
    }

    pub(crate) fn generator(&mut self, l: u32, element: Expr, clauses: Vec<CompClause>, r: u32) -> Expr {
        self.expr(
            l,
            ExprKind::GeneratorExp(Box::new(Comprehension { element, clauses })),
            r,
        )
    }

    pub(crate) fn list_comprehension(&mut self, l: u32, element: Expr, clauses: Vec<CompClause>, r: u32) -> Expr {
        self.expr(l, ExprKind::ListComp(Box::new(Comprehension { element, clauses })), r)
    }

    pub(crate) fn set_comprehension(&mut self, l: u32, element: Expr, clauses: Vec<CompClause>, r: u32) -> Expr {
        self.expr(l, ExprKind::SetComp(Box::new(Comprehension { element, clauses })), r)
    }

    pub(crate) fn dict_comprehension(&mut self, l: u32, item: DictItem, clauses: Vec<CompClause>, r: u32) -> Expr {
        let (key, value) = item;
        self.expr(
            l,
            ExprKind::DictComp(Box::new(DictComprehension { key, value, clauses })),
            r,
        )
    }

    pub(crate) fn generator_argument(&mut self, l: u32, element: Expr, clauses: Vec<CompClause>, r: u32) -> Argument {
        Argument::Generator(self.generator(l, element, clauses, r))
    }

    pub(crate) fn keyword(&mut self, name: Expr, value: Expr) -> Argument {
        let span = name.span;
        let name = match name.kind {
            ExprKind::Name(name) => name,
            _ => {
                self.error(
                    "RPY0111",
                    "keyword argument is not a name",
                    span,
                    "only a name can stand before `=`",
                );
                self.name("")
            }
        };
        let name = self.binding(Ident { name, span });
        Argument::Keyword(Keyword { name, value })
    }

    pub(crate) fn call(&mut self, l: u32, function: Expr, items: Vec<Argument>, r: u32) -> Expr {
        let arguments = self.arguments(items);
        self.expr(l, ExprKind::Call(Box::new(Call { function, arguments })), r)
    }

    fn arguments(&mut self, items: Vec<Argument>) -> Arguments {
        let alone = items.len() == 1;
        let mut arguments = Arguments::default();
        for item in items {
            match item {
                Argument::Positional(value) => self.positional(&mut arguments, value),
                Argument::Generator(value) => {
                    if !alone {
                        let label = "put it in parentheses of its own";
                        self.error(
                            "RPY0111",
                            "generator expression among other arguments",
                            value.span,
                            label,
                        );
                    }
                    self.positional(&mut arguments, value);
                }
                Argument::Keyword(keyword) => self.keyword_argument(&mut arguments, keyword),
                Argument::Star(at, value) => self.star(&mut arguments, at, value),
                Argument::DoubleStar(at, value) => self.double_star(&mut arguments, at, value),
            }
        }
        self.distinct(
            arguments.keywords.iter().map(|keyword| &keyword.name),
            "RPY0111",
            "keyword argument",
        );
        arguments
    }

    fn positional(&mut self, arguments: &mut Arguments, value: Expr) {
        let before = if arguments.double_star.is_some() {
            Some("`**`")
        } else if arguments.star.is_some() {
            Some("`*`")
        } else if !arguments.keywords.is_empty() {
            Some("a keyword argument")
        } else {
            None
        };
        if let Some(before) = before {
            let title = format!("positional argument after {before}");
            self.error("RPY0111", title, value.span, "positional arguments come first");
        }
        arguments.positional.push(value);
    }

    fn keyword_argument(&mut self, arguments: &mut Arguments, keyword: Keyword) {
        if arguments.double_star.is_some() {
            self.error(
                "RPY0111",
                "keyword argument after `**`",
                keyword.name.span,
                "`**` comes last",
            );
        }
        arguments.keywords.push(keyword);
    }

    fn star(&mut self, arguments: &mut Arguments, at: u32, value: Expr) {
        if arguments.star.is_some() || arguments.double_star.is_some() {
            let span = self.span(at, value.span.end);
            self.error("RPY0111", "misplaced `*` argument", span, "a call has one, before `**`");
        }
        arguments.star = Some(value);
    }

    fn double_star(&mut self, arguments: &mut Arguments, at: u32, value: Expr) {
        if arguments.double_star.is_some() {
            let span = self.span(at, value.span.end);
            self.error("RPY0111", "second `**` argument", span, "a call has only one");
        }
        arguments.double_star = Some(value);
    }

    /// Checks order, defaults and names.
    pub(crate) fn parameters(&mut self, items: Vec<ParamItem>) -> Parameters {
        let mut parameters = Parameters::default();
        for item in items {
            match item {
                ParamItem::Positional(parameter) => self.positional_parameter(&mut parameters, parameter),
                ParamItem::Star(name) => {
                    if parameters.vararg.is_some() || parameters.kwarg.is_some() {
                        self.error(
                            "RPY0112",
                            "misplaced `*` parameter",
                            name.span,
                            "there is one, before `**`",
                        );
                    }
                    parameters.vararg = Some(name);
                }
                ParamItem::DoubleStar(name) => {
                    if parameters.kwarg.is_some() {
                        self.error("RPY0112", "second `**` parameter", name.span, "there is only one");
                    }
                    parameters.kwarg = Some(name);
                }
            }
        }
        let mut names = Vec::new();
        parameters
            .positional
            .iter()
            .for_each(|parameter| collect_names(&parameter.pattern, &mut names));
        names.extend(parameters.vararg.iter());
        names.extend(parameters.kwarg.iter());
        self.distinct(names.into_iter(), "RPY0112", "parameter");
        parameters
    }

    fn positional_parameter(&mut self, parameters: &mut Parameters, parameter: Parameter) {
        let span = pattern_span(&parameter.pattern);
        if parameters.vararg.is_some() || parameters.kwarg.is_some() {
            self.error(
                "RPY0112",
                "parameter after `*` or `**`",
                span,
                "such parameters are Python 3",
            );
        }
        let previous_has_default = parameters
            .positional
            .last()
            .is_some_and(|previous| previous.default.is_some());
        if previous_has_default && parameter.default.is_none() {
            self.error(
                "RPY0112",
                "parameter without default after one with a default",
                span,
                "needs a default too",
            );
        }
        parameters.positional.push(parameter);
    }

    fn distinct<'a>(&mut self, names: impl Iterator<Item = &'a Ident>, code: &'static str, what: &str) {
        let mut seen: rustc_hash::FxHashMap<&str, Span> = rustc_hash::FxHashMap::default();
        for ident in names {
            if let Some(&first) = seen.get(ident.name.as_str()) {
                let error = crate::Diagnostic::error(code, format!("{what} `{}` is repeated", ident.name));
                self.errors
                    .push(error.at(ident.span, "again here").label(first, "first here"));
            } else {
                seen.insert(ident.name.as_str(), ident.span);
            }
        }
    }
}

fn collect_names<'a>(pattern: &'a ParamPattern, names: &mut Vec<&'a Ident>) {
    match pattern {
        ParamPattern::Name(ident) => names.push(ident),
        ParamPattern::Tuple(items, _) => items.iter().for_each(|item| collect_names(item, names)),
    }
}

fn pattern_span(pattern: &ParamPattern) -> Span {
    match pattern {
        ParamPattern::Name(ident) => ident.span,
        ParamPattern::Tuple(_, span) => *span,
    }
}
