//! Parsing: source in, tree or mistakes out.

use lalrpop_util::ParseError;

use crate::ast::{Expr, Expression, Futures, ImportNames, Module, Stmt, StmtKind, docstring};
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::layout::{self, Located, Problem, Tokens};
use crate::source::SourceFile;
use crate::span::Span;
use crate::syntax_error::syntax_error;
use crate::token::Token;

lalrpop_util::lalrpop_mod!(
    #[allow(clippy::all, clippy::print_stdout, missing_docs, unused, unreachable_pub)]
    grammar
);

/// What the grammar's start symbol gives.
pub(crate) enum Tree {
    Statements(Vec<Stmt>),
    Expression(Expr),
}

pub(crate) fn module(source: &SourceFile, inherited: Futures) -> Result<Module, Vec<Diagnostic>> {
    statements(source, inherited, Token::ModuleStart)
}

pub(crate) fn single(source: &SourceFile, inherited: Futures) -> Result<Module, Vec<Diagnostic>> {
    statements(source, inherited, Token::SingleStart)
}

fn statements(source: &SourceFile, inherited: Futures, start: Token) -> Result<Module, Vec<Diagnostic>> {
    match parse(source, inherited, start)? {
        (futures, Tree::Statements(body)) => Ok(Module {
            file: source.id(),
            futures,
            body,
            span: source.span(),
        }),
        (_, Tree::Expression(expr)) => Err(vec![
            Diagnostic::error("RPY0101", "invalid syntax").at(expr.span, "expected statements"),
        ]),
    }
}

pub(crate) fn eval(source: &SourceFile, inherited: Futures) -> Result<Expression, Vec<Diagnostic>> {
    match parse(source, inherited, Token::EvalStart)? {
        (futures, Tree::Expression(body)) => Ok(Expression {
            file: source.id(),
            futures,
            body,
        }),
        (_, Tree::Statements(_)) => Err(vec![
            Diagnostic::error("RPY0101", "invalid syntax").at(source.span(), "expected an expression"),
        ]),
    }
}

fn parse(source: &SourceFile, inherited: Futures, start: Token) -> Result<(Futures, Tree), Vec<Diagnostic>> {
    parse_unmarked(source, inherited, start).map_err(|errors| {
        let marked = |error: Diagnostic| {
            let note = format!("Python raises {} for this", crate::python_exception(&error));
            error.note(note)
        };
        errors.into_iter().map(marked).collect()
    })
}

fn parse_unmarked(source: &SourceFile, inherited: Futures, start: Token) -> Result<(Futures, Tree), Vec<Diagnostic>> {
    if let Some(problem) = source.problem() {
        return Err(vec![problem.clone()]);
    }
    let Tokens { mut tokens, problem } = layout::tokens(source, start);
    let futures = future_flags(source, &tokens, inherited);
    if futures.print_function {
        tokens
            .iter_mut()
            .filter(|token| token.1 == Token::Print)
            .for_each(|token| token.1 = Token::Name);
    }
    let mut context = Context::new(source, futures);
    let parsed = grammar::StartParser::new().parse(&mut context, tokens.iter().copied());
    let tree = match parsed {
        Ok(tree) => tree,
        Err(error) => {
            let error = worst(source, &tokens, error, problem);
            return Err(sorted(context.errors, Some(error)));
        }
    };
    if let Some(Problem::Local(error) | Problem::Unclosed(_, error)) = problem {
        return Err(sorted(context.errors, Some(error)));
    }
    context.refuse_outside_function(source.span());
    if let Tree::Statements(body) = &tree {
        check_future_imports(&mut context, body);
    }
    if context.errors.is_empty() {
        Ok((futures, tree))
    } else {
        Err(sorted(context.errors, None))
    }
}

/// Which mistake to report: the parser's, unless the tokens ended early there, or a bracket before it was never closed.
fn worst(
    source: &SourceFile,
    tokens: &[Located],
    error: ParseError<u32, Token, ()>,
    problem: Option<Problem>,
) -> Diagnostic {
    let at_end = matches!(error, ParseError::UnrecognizedEof { .. });
    let place = match &error {
        ParseError::UnrecognizedToken { token, .. } | ParseError::ExtraToken { token } => token.0,
        ParseError::UnrecognizedEof { location, .. } | ParseError::InvalidToken { location } => *location,
        ParseError::User { error: () } => source.span().end,
    };
    match problem {
        Some(Problem::Local(problem)) if at_end => problem,
        Some(Problem::Unclosed(opened, problem)) if at_end || opened < place => problem,
        _ => syntax_error(source, tokens, error),
    }
}

fn sorted(mut errors: Vec<Diagnostic>, last: Option<Diagnostic>) -> Vec<Diagnostic> {
    errors.sort_by_key(|error| error.primary.as_ref().map(|label| label.span));
    errors.extend(last);
    errors
}

/// The features that the `from __future__` imports at the start of the file switch on.
///
/// This looks at the tokens because one feature changes how the tokens are parsed.
fn future_flags(source: &SourceFile, tokens: &[Located], inherited: Futures) -> Futures {
    let mut futures = inherited;
    let is_end = |token: Token| matches!(token, Token::Newline | Token::Semicolon);
    for statement in tokens.get(1..).unwrap_or(&[]).split(|&(_, token, _)| is_end(token)) {
        let text = |&(start, _, end): &Located| source.slice(Span::new(source.id(), start, end));
        match statement {
            [] => {}
            [(_, Token::From, _), module, (_, Token::Import, _), names @ ..] if text(module) == "__future__" => {
                names.iter().for_each(|name| switch_on(&mut futures, text(name)));
            }
            literal if literal.iter().all(|&(_, token, _)| token == Token::String) => {}
            _ => break,
        }
    }
    futures
}

fn switch_on(futures: &mut Futures, feature: &str) {
    match feature {
        "division" => futures.division = true,
        "absolute_import" => futures.absolute_import = true,
        "print_function" => futures.print_function = true,
        "unicode_literals" => futures.unicode_literals = true,
        _ => {}
    }
}

/// All features there are; those that Python 2.7 has anyway are accepted and change nothing.
const FEATURES: [&str; 7] = [
    "absolute_import",
    "division",
    "generators",
    "nested_scopes",
    "print_function",
    "unicode_literals",
    "with_statement",
];

/// The imports at the start of the file are the first ones found.
fn check_future_imports(context: &mut Context<'_>, body: &[Stmt]) {
    let imports = std::mem::take(&mut context.future_imports);
    let after_docstring = body.get(usize::from(docstring(body).is_some())..).unwrap_or(&[]);
    let at_start = after_docstring
        .iter()
        .zip(&imports)
        .take_while(|(stmt, import)| stmt.span == **import);
    let n_at_start = at_start.map(|(stmt, _)| check_features(context, stmt)).count();
    for &span in imports.iter().skip(n_at_start) {
        let label = "only a docstring, comments and other such imports may come before it";
        context.error(
            "RPY0113",
            "`from __future__` import is not at the start of the file",
            span,
            label,
        );
    }
}

fn check_features(context: &mut Context<'_>, stmt: &Stmt) {
    match &stmt.kind {
        StmtKind::ImportFrom {
            names: ImportNames::Names(names),
            ..
        } => {
            for alias in names
                .iter()
                .filter(|alias| !FEATURES.contains(&alias.name.name.as_str()))
            {
                let title = format!("there is no future feature `{}`", alias.name.name);
                context.error("RPY0113", title, alias.name.span, "not one of Python 2.7's features");
            }
        }
        StmtKind::ImportFrom {
            names: ImportNames::Star(span),
            ..
        } => {
            context.error("RPY0113", "future features are imported by name", *span, "name them");
        }
        _ => {}
    }
}
