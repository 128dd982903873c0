//! What the parser carries along: names, mistakes, and the statements and yields whose function or loop is still open.

use rustc_hash::FxHashMap;

use crate::ast::{Expr, ExprKind, Futures, Ident, MAX_DEPTH, Name};
use crate::diagnostic::Diagnostic;
use crate::literal::{self, Text};
use crate::source::SourceFile;
use crate::span::Span;

/// The state of one parse.
pub(crate) struct Context<'s> {
    pub(crate) source: &'s SourceFile,
    pub(crate) futures: Futures,
    /// Mistakes that do not stop the parser.
    pub(crate) errors: Vec<Diagnostic>,
    /// `from __future__` imports, wherever they are.
    pub(crate) future_imports: Vec<Span>,
    /// Yields that no function around them has claimed yet.
    pub(crate) yields: Vec<Span>,
    /// Likewise returns, and whether they have a value.
    pub(crate) returns: Vec<(Span, bool)>,
    /// `break` and `continue` that no loop around them has claimed yet.
    pub(crate) jumps: Vec<(Span, &'static str)>,
    names: FxHashMap<&'s str, Name>,
    too_deep: bool,
}

impl<'s> Context<'s> {
    pub(crate) fn new(source: &'s SourceFile, futures: Futures) -> Context<'s> {
        Context {
            source,
            futures,
            errors: Vec::new(),
            future_imports: Vec::new(),
            yields: Vec::new(),
            returns: Vec::new(),
            jumps: Vec::new(),
            names: FxHashMap::default(),
            too_deep: false,
        }
    }

    pub(crate) fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.source.id(), start, end)
    }

    pub(crate) fn text(&self, start: u32, end: u32) -> &'s str {
        self.source.text().get(start as usize..end as usize).unwrap_or("")
    }

    pub(crate) fn error(&mut self, code: &'static str, title: impl Into<String>, span: Span, label: impl Into<String>) {
        self.errors.push(Diagnostic::error(code, title).at(span, label));
    }

    pub(crate) fn name(&mut self, text: &'s str) -> Name {
        self.names.entry(text).or_insert_with(|| Name::from(text)).clone()
    }

    pub(crate) fn ident(&mut self, start: u32, end: u32) -> Ident {
        let name = self.name(self.text(start, end));
        Ident {
            name,
            span: self.span(start, end),
        }
    }

    /// Refuses the names that no statement may bind.
    pub(crate) fn binding(&mut self, ident: Ident) -> Ident {
        if is_reserved(&ident.name) {
            self.error(
                "RPY0110",
                format!("cannot assign to `{}`", ident.name),
                ident.span,
                "this name is a constant",
            );
        }
        ident
    }

    /// The only place where the parser makes expressions: keeps them from becoming too deep.
    pub(crate) fn expr(&mut self, start: u32, kind: ExprKind, end: u32) -> Expr {
        let expr = Expr::new(kind, self.span(start, end));
        if expr.depth() <= MAX_DEPTH {
            return expr;
        }
        if !self.too_deep {
            self.too_deep = true;
            let span = self.span(start, start + 1);
            let label = format!("more than {MAX_DEPTH} operations are nested in the expression that starts here");
            self.error("RPY0109", "expression is too deeply nested", span, label);
        }
        Expr::new(ExprKind::Tuple(Vec::new()), self.span(start, end))
    }

    pub(crate) fn number(&mut self, start: u32, end: u32) -> Expr {
        let kind = literal::number(self.text(start, end)).unwrap_or_else(|bad| {
            self.error("RPY0107", "invalid number", self.span(start, end), bad.message);
            ExprKind::Int(0)
        });
        self.expr(start, kind, end)
    }

    pub(crate) fn string(&mut self, start: u32, end: u32) -> Text {
        let text = self.text(start, end);
        literal::string(text, self.source.encoding(), self.futures.unicode_literals).unwrap_or_else(|bad| {
            let span = self.span(start + bad.range.start as u32, start + bad.range.end as u32);
            self.error("RPY0107", "invalid escape in a string", span, bad.message);
            Text::Bytes(Vec::new())
        })
    }

    pub(crate) fn join_string(&mut self, text: Text, start: u32, end: u32) -> Text {
        match (text, self.string(start, end)) {
            (Text::Bytes(mut all), Text::Bytes(more)) => {
                all.extend(more);
                Text::Bytes(all)
            }
            (Text::Unicode(mut all), Text::Unicode(more)) => {
                all.extend(more);
                Text::Unicode(all)
            }
            (Text::Unicode(mut all), Text::Bytes(more)) => {
                all.extend(self.widened(&more, start, end));
                Text::Unicode(all)
            }
            (Text::Bytes(all), Text::Unicode(more)) => {
                let mut all = self.widened(&all, start, end);
                all.extend(more);
                Text::Unicode(all)
            }
        }
    }

    fn widened(&mut self, bytes: &[u8], start: u32, end: u32) -> Vec<u32> {
        if !bytes.is_ascii() {
            let span = self.span(start, end);
            self.error(
                "RPY0107",
                "byte string next to a unicode string is not ASCII",
                span,
                "joined here",
            );
        }
        bytes.iter().map(|&byte| u32::from(byte)).collect()
    }
}

/// Names that cannot be bound.
pub(crate) fn is_reserved(name: &str) -> bool {
    name == "None" || name == "__debug__"
}

/// Removes from `open` the items inside `span`. They are the last ones: the parser goes from left to right.
pub(crate) fn claim<T>(open: &mut Vec<T>, span: Span, place: impl Fn(&T) -> Span) -> Vec<T> {
    let inside = |item: &T| span.start <= place(item).start && place(item).start < span.end;
    let first = open
        .iter()
        .rposition(|item| place(item).start < span.start)
        .map_or(0, |idx| idx + 1);
    let outside = open.iter().rposition(inside).map_or(first, |idx| idx + 1);
    open.drain(first..outside).collect()
}
