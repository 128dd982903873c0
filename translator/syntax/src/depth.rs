//! Depth of expression trees, kept so that no tree is ever too deep for a recursive function (its destructor among them).

use crate::ast::{Arguments, CompClause, Expr, ExprKind, Parameters, Slice, Target, TargetKind};

/// The depth of the deepest child of an expression; 0 if it has none.
pub(crate) fn of_children(kind: &ExprKind) -> u32 {
    match kind {
        ExprKind::Name(_)
        | ExprKind::Int(_)
        | ExprKind::Long(_)
        | ExprKind::Float(_)
        | ExprKind::Imaginary(_)
        | ExprKind::Str(_)
        | ExprKind::Unicode(_)
        | ExprKind::Yield(None) => 0,
        ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Set(items) | ExprKind::Bool(_, items) => {
            of_all(items)
        }
        ExprKind::Dict(items) => items
            .iter()
            .map(|(key, value)| key.depth().max(value.depth()))
            .max()
            .unwrap_or(0),
        ExprKind::ListComp(c) | ExprKind::SetComp(c) | ExprKind::GeneratorExp(c) => {
            c.element.depth().max(of_clauses(&c.clauses))
        }
        ExprKind::DictComp(c) => c.key.depth().max(c.value.depth()).max(of_clauses(&c.clauses)),
        ExprKind::Binary(b) => b.left.depth().max(b.right.depth()),
        ExprKind::Compare(c) => c
            .rest
            .iter()
            .map(|(_, operand)| operand.depth())
            .fold(c.first.depth(), u32::max),
        ExprKind::IfExp(e) => e.test.depth().max(e.then.depth()).max(e.orelse.depth()),
        ExprKind::Lambda(l) => l.body.depth().max(of_parameters(&l.parameters)),
        ExprKind::Call(c) => c.function.depth().max(of_arguments(&c.arguments)),
        ExprKind::Attribute(a) => a.value.depth(),
        ExprKind::Subscript(s) => s.value.depth().max(of_slice(&s.slice)),
        ExprKind::Unary(_, operand) | ExprKind::Repr(operand) | ExprKind::Yield(Some(operand)) => operand.depth(),
    }
}

fn of_all(items: &[Expr]) -> u32 {
    items.iter().map(Expr::depth).max().unwrap_or(0)
}

fn of_option(item: &Option<Expr>) -> u32 {
    item.as_ref().map_or(0, Expr::depth)
}

fn of_clauses(clauses: &[CompClause]) -> u32 {
    let clause = |c: &CompClause| of_target(&c.target).max(c.iter.depth()).max(of_all(&c.conditions));
    clauses.iter().map(clause).max().unwrap_or(0)
}

fn of_parameters(parameters: &Parameters) -> u32 {
    parameters
        .positional
        .iter()
        .map(|p| of_option(&p.default))
        .max()
        .unwrap_or(0)
}

fn of_arguments(arguments: &Arguments) -> u32 {
    let keywords = arguments.keywords.iter().map(|k| k.value.depth()).max().unwrap_or(0);
    of_all(&arguments.positional)
        .max(keywords)
        .max(of_option(&arguments.star))
        .max(of_option(&arguments.double_star))
}

fn of_slice(slice: &Slice) -> u32 {
    match slice {
        Slice::Index(index) => index.depth(),
        Slice::Simple { lower, upper } => of_option(lower).max(of_option(upper)),
        Slice::Extended { lower, upper, step } => of_option(lower).max(of_option(upper)).max(of_option(step)),
        Slice::Ellipsis => 0,
        Slice::Tuple(items) => items.iter().map(of_slice).max().unwrap_or(0),
    }
}

/// The depth of a target, as that of the expression it was.
pub(crate) fn of_target(target: &Target) -> u32 {
    1 + match &target.kind {
        TargetKind::Name(_) => 0,
        TargetKind::Attribute(a) => a.value.depth(),
        TargetKind::Subscript(s) => s.value.depth().max(of_slice(&s.slice)),
        TargetKind::Tuple(items) | TargetKind::List(items) => items.iter().map(of_target).max().unwrap_or(0),
    }
}
