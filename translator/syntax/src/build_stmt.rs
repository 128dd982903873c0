//! Statements of the grammar's actions.

use crate::ast::{
    BinOp, ClassDef, ExceptHandler, Expr, ExprKind, FunctionDef, Ident, IfBranch, ImportAlias, ImportNames, Name, Stmt,
    StmtKind, WithItem,
};
use crate::build::ParamItem;
use crate::context::{Context, claim};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::target::Purpose;

impl Context<'_> {
    pub(crate) fn statement(&mut self, l: u32, kind: StmtKind, r: u32) -> Stmt {
        Stmt {
            kind,
            span: self.span(l, r),
        }
    }

    /// `del (a, b)` means what `del a, b` means.
    pub(crate) fn delete(&mut self, list: Expr) -> StmtKind {
        let items = match list.kind {
            ExprKind::Tuple(items) if !items.is_empty() => items,
            kind => vec![Expr::new(kind, list.span)],
        };
        StmtKind::Delete(
            items
                .into_iter()
                .map(|item| self.target(item, Purpose::Delete))
                .collect(),
        )
    }

    pub(crate) fn break_(&mut self, l: u32, r: u32) -> StmtKind {
        let span = self.span(l, r);
        self.jumps.push((span, "break"));
        StmtKind::Break
    }

    pub(crate) fn continue_(&mut self, l: u32, r: u32) -> StmtKind {
        let span = self.span(l, r);
        self.jumps.push((span, "continue"));
        StmtKind::Continue
    }

    pub(crate) fn return_(&mut self, l: u32, value: Option<Expr>, r: u32) -> StmtKind {
        let span = self.span(l, r);
        self.returns.push((span, value.is_some()));
        StmtKind::Return(value)
    }

    /// `exec (code, globals, locals)` means what `exec code in globals, locals` means.
    pub(crate) fn exec(&mut self, body: Expr) -> StmtKind {
        match body.kind {
            ExprKind::Tuple(items) if items.len() == 2 || items.len() == 3 => {
                let mut items = items.into_iter();
                let body = items.next().expect("two items or three");
                StmtKind::Exec {
                    body,
                    globals: items.next(),
                    locals: items.next(),
                }
            }
            kind => StmtKind::Exec {
                body: Expr::new(kind, body.span),
                globals: None,
                locals: None,
            },
        }
    }

    pub(crate) fn assign(&mut self, targets: Vec<Expr>, value: Expr) -> StmtKind {
        let targets = targets
            .into_iter()
            .map(|target| self.target(target, Purpose::Assign))
            .collect();
        StmtKind::Assign { targets, value }
    }

    pub(crate) fn augmented_assign(&mut self, target: Expr, op: BinOp, value: Expr) -> StmtKind {
        StmtKind::AugAssign {
            target: self.target(target, Purpose::Augment),
            op,
            value,
        }
    }

    pub(crate) fn import_from(
        &mut self,
        l: u32,
        n_dots: usize,
        module: Option<Ident>,
        names: ImportNames,
        r: u32,
    ) -> StmtKind {
        if n_dots == 0
            && module
                .as_ref()
                .is_some_and(|module| module.name.as_str() == "__future__")
        {
            let span = self.span(l, r);
            self.future_imports.push(span);
        }
        StmtKind::ImportFrom {
            level: n_dots as u32,
            module,
            names,
        }
    }

    /// Without `as`, the name itself is bound.
    pub(crate) fn alias(&mut self, name: Ident, asname: Option<Ident>) -> ImportAlias {
        let name = if asname.is_none() { self.binding(name) } else { name };
        ImportAlias { name, asname }
    }

    pub(crate) fn dotted(&mut self, l: u32, names: Vec<Ident>, r: u32) -> Ident {
        if names.len() == 1 {
            return names.into_iter().next().expect("one name");
        }
        let parts: Vec<&str> = names.iter().map(|ident| ident.name.as_str()).collect();
        Ident {
            name: Name::from(parts.join(".").as_str()),
            span: self.span(l, r),
        }
    }

    pub(crate) fn if_(&mut self, l: u32, first: IfBranch, rest: Vec<IfBranch>, orelse: Vec<Stmt>) -> Stmt {
        let mut branches = rest;
        branches.insert(0, first);
        let last = branches.last().map_or(&[][..], |branch| &branch.body);
        let end = end_of(&[last, &orelse]);
        self.statement(l, StmtKind::If { branches, orelse }, end)
    }

    pub(crate) fn while_(&mut self, l: u32, test: Expr, body: Vec<Stmt>, orelse: Vec<Stmt>) -> Stmt {
        self.claim_jumps(&body);
        let end = end_of(&[&body, &orelse]);
        self.statement(l, StmtKind::While { test, body, orelse }, end)
    }

    pub(crate) fn for_(&mut self, l: u32, target: Expr, iter: Expr, body: Vec<Stmt>, orelse: Vec<Stmt>) -> Stmt {
        self.claim_jumps(&body);
        let target = self.target(target, Purpose::Assign);
        let end = end_of(&[&body, &orelse]);
        self.statement(
            l,
            StmtKind::For {
                target,
                iter,
                body,
                orelse,
            },
            end,
        )
    }

    fn claim_jumps(&mut self, body: &[Stmt]) {
        let span = self.body_span(body);
        claim(&mut self.jumps, span, |(place, _)| *place);
    }

    pub(crate) fn try_(
        &mut self,
        l: u32,
        body: Vec<Stmt>,
        handlers: Vec<ExceptHandler>,
        orelse: Vec<Stmt>,
        finalbody: Vec<Stmt>,
    ) -> Stmt {
        let n_before_last = handlers.len().saturating_sub(1);
        for handler in handlers
            .iter()
            .take(n_before_last)
            .filter(|handler| handler.kind.is_none())
        {
            let span = Span {
                end: handler.span.start + "except".len() as u32,
                ..handler.span
            };
            self.error(
                "RPY0114",
                "`except:` without a type is not the last handler",
                span,
                "the handlers after it are never tried",
            );
        }
        self.refuse_continue_in_finally(&finalbody);
        let last = handlers.last().map_or(&[][..], |handler| &handler.body);
        let end = end_of(&[&body, last, &orelse, &finalbody]);
        self.statement(
            l,
            StmtKind::Try {
                body,
                handlers,
                orelse,
                finalbody,
            },
            end,
        )
    }

    fn refuse_continue_in_finally(&mut self, finalbody: &[Stmt]) {
        let span = self.body_span(finalbody);
        let inside =
            |(place, word): &&(Span, &str)| *word == "continue" && span.start <= place.start && place.end <= span.end;
        let found: Vec<Span> = self
            .jumps
            .iter()
            .rev()
            .take_while(|(place, _)| place.start >= span.start)
            .filter(inside)
            .map(|(place, _)| *place)
            .collect();
        for place in found.into_iter().rev() {
            self.error(
                "RPY0115",
                "`continue` inside `finally`",
                place,
                "an exception may be under way here",
            );
        }
    }

    pub(crate) fn handler(
        &mut self,
        l: u32,
        kind: Option<Expr>,
        target: Option<Expr>,
        body: Vec<Stmt>,
    ) -> ExceptHandler {
        let target = target.map(|target| self.target(target, Purpose::Assign));
        let span = self.span(l, end_of(&[&body]));
        ExceptHandler {
            kind,
            target,
            body,
            span,
        }
    }

    pub(crate) fn with(&mut self, l: u32, items: Vec<WithItem>, body: Vec<Stmt>) -> Stmt {
        let end = end_of(&[&body]);
        self.statement(l, StmtKind::With { items, body }, end)
    }

    pub(crate) fn with_item(&mut self, context: Expr, target: Expr) -> WithItem {
        WithItem {
            context,
            target: Some(self.target(target, Purpose::Assign)),
        }
    }

    pub(crate) fn function(
        &mut self,
        l: u32,
        decorators: Vec<Expr>,
        name: Ident,
        items: Vec<ParamItem>,
        body: Vec<Stmt>,
    ) -> Stmt {
        let parameters = self.parameters(items);
        let span = self.body_span(&body);
        self.refuse_jumps(span);
        let yields = claim(&mut self.yields, span, |place| *place);
        let returns = claim(&mut self.returns, span, |(place, _)| *place);
        if let (Some(&first), Some((place, _))) = (yields.first(), returns.iter().find(|(_, has_value)| *has_value)) {
            let error = Diagnostic::error("RPY0115", "`return` with a value in a generator");
            self.errors.push(
                error
                    .at(*place, "a generator returns nothing")
                    .label(first, "this makes it a generator"),
            );
        }
        let function = FunctionDef {
            name,
            parameters,
            decorators,
            body,
            is_generator: !yields.is_empty(),
        };
        self.statement(l, StmtKind::FunctionDef(Box::new(function)), span.end)
    }

    pub(crate) fn class(
        &mut self,
        l: u32,
        decorators: Vec<Expr>,
        name: Ident,
        bases: Vec<Expr>,
        body: Vec<Stmt>,
    ) -> Stmt {
        let span = self.body_span(&body);
        self.refuse_outside_function(span);
        let class = ClassDef {
            name,
            bases,
            decorators,
            body,
        };
        self.statement(l, StmtKind::ClassDef(Box::new(class)), span.end)
    }

    fn refuse_jumps(&mut self, span: Span) {
        for (place, word) in claim(&mut self.jumps, span, |(place, _)| *place) {
            self.error(
                "RPY0115",
                format!("`{word}` outside a loop"),
                place,
                "no loop around it in this function",
            );
        }
    }

    /// Refuses what is in `span`, belongs into a function or loop, and is in none.
    pub(crate) fn refuse_outside_function(&mut self, span: Span) {
        self.refuse_jumps(span);
        for place in claim(&mut self.yields, span, |place| *place) {
            self.error(
                "RPY0115",
                "`yield` outside a function",
                place,
                "only a function can yield",
            );
        }
        for (place, _) in claim(&mut self.returns, span, |(place, _)| *place) {
            self.error(
                "RPY0115",
                "`return` outside a function",
                place,
                "only a function can return",
            );
        }
    }

    fn body_span(&self, body: &[Stmt]) -> Span {
        match (body.first(), body.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => self.span(0, 0),
        }
    }
}

/// Where the last statement of the last block that is not empty ends.
fn end_of(blocks: &[&[Stmt]]) -> u32 {
    blocks
        .iter()
        .rev()
        .find_map(|block| block.last())
        .map_or(0, |last| last.span.end)
}
