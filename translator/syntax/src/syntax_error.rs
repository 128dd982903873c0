//! Says what the parser found and what it would have accepted.

use lalrpop_util::ParseError;

use crate::diagnostic::Diagnostic;
use crate::layout::Located;
use crate::source::SourceFile;
use crate::span::Span;
use crate::token::Token;

/// The diagnostic of a token that no rule of the grammar accepts.
pub(crate) fn syntax_error(source: &SourceFile, tokens: &[Located], error: ParseError<u32, Token, ()>) -> Diagnostic {
    let end = source.span().end;
    let (found, expected) = match error {
        ParseError::UnrecognizedToken { token, expected } => (token, expected),
        ParseError::ExtraToken { token } => (token, Vec::new()),
        ParseError::UnrecognizedEof { expected, .. } => ((end, Token::Newline, end), expected),
        ParseError::InvalidToken { .. } | ParseError::User { error: () } => ((end, Token::Newline, end), Vec::new()),
    };
    let idx = tokens
        .partition_point(|token| token.0 < found.0 || (token.0 == found.0 && token.1 != found.1 && token.2 <= found.0));
    let around = Around {
        source,
        before: tokens.get(..idx).unwrap_or(&[]),
        found,
        expected,
    };
    around
        .indentation()
        .or_else(|| around.from_python_3())
        .unwrap_or_else(|| around.general())
}

struct Around<'a> {
    source: &'a SourceFile,
    before: &'a [Located],
    found: Located,
    expected: Vec<String>,
}

impl Around<'_> {
    fn span(&self) -> Span {
        let (start, _, end) = self.found;
        let text_end = self.source.span().end;
        Span::new(self.source.id(), start, end.max(start + 1).min(text_end.max(start)))
    }

    fn expects(&self, terminal: &str) -> bool {
        self.expected.iter().any(|expected| expected == terminal)
    }

    fn text(&self, token: &Located) -> &str {
        self.source.slice(Span::new(self.source.id(), token.0, token.2))
    }

    fn indentation(&self) -> Option<Diagnostic> {
        if let [only] = self.expected.as_slice()
            && only == "INDENT"
        {
            let error = Diagnostic::error("RPY0102", "expected an indented block");
            return Some(error.at(self.span(), "this is not indented deeper than the line before"));
        }
        if self.found.1 == Token::Indent {
            return Some(
                Diagnostic::error("RPY0102", "unexpected indentation").at(self.span(), "no block starts here"),
            );
        }
        None
    }

    /// Things that are right in Python 3.
    fn from_python_3(&self) -> Option<Diagnostic> {
        let previous = self.before.last()?;
        let invalid = Diagnostic::error("RPY0101", "invalid syntax");
        let (label, help) = match (previous.1, self.found.1) {
            (Token::Name, Token::String)
                if previous.2 == self.found.0
                    && matches!(self.text(previous), "f" | "F" | "rb" | "Rb" | "rB" | "RB") =>
            {
                (
                    "Python 2.7 has no such string prefix",
                    "format with `%` or `.format`, write `br` for raw bytes",
                )
            }
            (Token::RightParen, Token::Minus) if self.text_after("->") => {
                ("Python 2.7 has no annotations", "leave them out")
            }
            (Token::Name, Token::Name) if self.text(previous) == "nonlocal" => (
                "Python 2.7 has no `nonlocal`",
                "keep the variable in an object or a list of one item",
            ),
            (_, Token::Assign) if self.inside_print() => (
                "`print` is a statement here",
                "add `from __future__ import print_function`, or use `print >>file, value`",
            ),
            (_, Token::From) if self.line_starts_with(Token::Raise) => {
                ("`raise` has no `from` in Python 2.7", "leave it out")
            }
            (_, Token::Assign) if self.expects("\":\"") => ("unexpected `=`", "equality is tested with `==`"),
            _ => return None,
        };
        Some(invalid.at(self.span(), label).help(help))
    }

    fn text_after(&self, text: &str) -> bool {
        self.source
            .text()
            .get(self.found.0 as usize..)
            .is_some_and(|rest| rest.starts_with(text))
    }

    fn line(&self) -> &[Located] {
        let is_end = |token: &Located| {
            matches!(
                token.1,
                Token::Newline | Token::Semicolon | Token::Indent | Token::Dedent | Token::ModuleStart
            )
        };
        let start = self.before.iter().rposition(is_end).map_or(0, |idx| idx + 1);
        self.before.get(start..).unwrap_or(&[])
    }

    fn line_starts_with(&self, token: Token) -> bool {
        self.line().first().is_some_and(|first| first.1 == token)
    }

    fn inside_print(&self) -> bool {
        matches!(self.line(), [(_, Token::Print, _), (_, Token::LeftParen, _), ..])
    }

    fn general(&self) -> Diagnostic {
        let found = match self.found.1 {
            Token::Newline if self.found.0 >= self.source.span().end => "the file ends here".to_owned(),
            Token::Newline => "the line ends here".to_owned(),
            Token::Dedent => "the block ends here".to_owned(),
            _ => {
                let text = self.source.slice(self.span());
                let shown = text.lines().next().unwrap_or("");
                if shown.len() > 40 {
                    "unexpected text".to_owned()
                } else {
                    format!("unexpected `{shown}`")
                }
            }
        };
        let title = if self.expects("\":\"") && self.found.1 == Token::Newline {
            "expected `:`".to_owned()
        } else {
            "invalid syntax".to_owned()
        };
        let error = Diagnostic::error("RPY0101", title).at(self.span(), found);
        match self.expected.as_slice() {
            [one] => error.note(format!("expected {}", terminal(one))),
            [one, two] => error.note(format!("expected {} or {}", terminal(one), terminal(two))),
            _ => error,
        }
    }
}

/// How a terminal of the grammar is called in messages.
fn terminal(name: &str) -> String {
    match name {
        "NEWLINE" => "the end of the line".to_owned(),
        "INDENT" => "an indented block".to_owned(),
        "DEDENT" => "the end of the block".to_owned(),
        "name" | "number" | "string" => format!("a {name}"),
        quoted => format!("`{}`", quoted.trim_matches('"')),
    }
}
