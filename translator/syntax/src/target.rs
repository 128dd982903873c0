//! Turns expressions on the left of an assignment into targets.

use crate::ast::{Expr, ExprKind, Target, TargetKind};
use crate::context::{Context, is_reserved};

/// What is done to a target.
#[derive(Copy, Clone, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// By `=`, `for`, `with`, `except` or a comprehension.
    Assign,
    /// By `+=` and its like.
    Augment,
    /// By `del`.
    Delete,
}

impl Purpose {
    fn verb(self) -> &'static str {
        match self {
            Purpose::Assign | Purpose::Augment => "assign to",
            Purpose::Delete => "delete",
        }
    }
}

impl Context<'_> {
    /// The target that `expr` stands for; a mistake is reported and gives some target.
    pub(crate) fn target(&mut self, expr: Expr, purpose: Purpose) -> Target {
        let span = expr.span;
        let sequence_allowed = purpose != Purpose::Augment;
        let kind = match expr.kind {
            ExprKind::Name(name) if !is_reserved(&name) => TargetKind::Name(name),
            ExprKind::Attribute(attribute) => {
                if purpose != Purpose::Delete {
                    self.binding(attribute.attr.clone());
                }
                TargetKind::Attribute(attribute)
            }
            ExprKind::Subscript(subscript) => TargetKind::Subscript(subscript),
            ExprKind::Tuple(items) if sequence_allowed && !items.is_empty() => {
                TargetKind::Tuple(self.targets(items, purpose))
            }
            ExprKind::List(items) if sequence_allowed => TargetKind::List(self.targets(items, purpose)),
            kind => {
                let what = describe(&kind);
                let title = format!("cannot {} {what}", purpose.verb());
                let label = match kind {
                    ExprKind::Name(_) => "this name is a constant",
                    _ => "not a variable, attribute or subscript",
                };
                self.error("RPY0110", title, span, label);
                TargetKind::List(Vec::new())
            }
        };
        Target { kind, span }
    }

    fn targets(&mut self, items: Vec<Expr>, purpose: Purpose) -> Vec<Target> {
        items.into_iter().map(|item| self.target(item, purpose)).collect()
    }
}

fn describe(kind: &ExprKind) -> String {
    let text = match kind {
        ExprKind::Name(name) => return format!("`{name}`"),
        ExprKind::Int(_) | ExprKind::Long(_) | ExprKind::Float(_) | ExprKind::Imaginary(_) => "a number",
        ExprKind::Str(_) | ExprKind::Unicode(_) => "a string",
        ExprKind::Tuple(items) if items.is_empty() => "an empty tuple",
        ExprKind::Tuple(_) => "a tuple",
        ExprKind::List(_) => "a list",
        ExprKind::Set(_) => "a set",
        ExprKind::Dict(_) => "a dictionary",
        ExprKind::ListComp(_) | ExprKind::SetComp(_) | ExprKind::DictComp(_) => "a comprehension",
        ExprKind::GeneratorExp(_) => "a generator expression",
        ExprKind::Binary(_) | ExprKind::Unary(_, _) | ExprKind::Bool(_, _) => "the result of an operator",
        ExprKind::Compare(_) => "a comparison",
        ExprKind::IfExp(_) => "a conditional expression",
        ExprKind::Lambda(_) => "a lambda",
        ExprKind::Call(_) => "the result of a call",
        ExprKind::Attribute(_) => "an attribute",
        ExprKind::Subscript(_) => "a subscript",
        ExprKind::Repr(_) => "a string conversion",
        ExprKind::Yield(_) => "a yield expression",
    };
    text.to_owned()
}
