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
        .or_else(|| around.python_3_syntax())
        .unwrap_or_else(|| around.general())
}

struct Around<'a> {
    source: &'a SourceFile,
    before: &'a [Located],
    found: Located,
    expected: Vec<String>,
}

impl Around<'_> {
    /// Where it went wrong: for the end of a line, right after the last token.
    fn span(&self) -> Span {
        let (start, token, end) = self.found;
        match (token, self.before.last()) {
            (Token::Newline, Some(previous)) => Span::new(self.source.id(), previous.2, previous.2),
            _ => Span::new(self.source.id(), start, end),
        }
    }

    fn at_end_of_file(&self) -> bool {
        self.found.0 >= self.source.span().end
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
            return Some(self.missing_block());
        }
        if self.found.1 == Token::Indent {
            return Some(
                Diagnostic::error("RPY0102", "unexpected indentation").at(self.span(), "no block starts here"),
            );
        }
        None
    }

    fn missing_block(&self) -> Diagnostic {
        let label = if self.at_end_of_file() {
            "the file ends here"
        } else {
            "this is not indented deeper"
        };
        let error = Diagnostic::error("RPY0102", "expected an indented block").at(self.span(), label);
        match self.before.iter().rfind(|token| token.1 == Token::Colon) {
            Some(&(start, _, end)) => error.label(Span::new(self.source.id(), start, end), "a block must follow"),
            None => error,
        }
    }

    /// Things that are right in Python 3.
    fn python_3_syntax(&self) -> Option<Diagnostic> {
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
        if self.expects("\":\"") && self.found.1 == Token::Newline {
            return Diagnostic::error("RPY0101", "expected `:`").at(self.span(), self.what());
        }
        let error = Diagnostic::error("RPY0101", "invalid syntax").at(self.span(), self.what());
        match self.expected.as_slice() {
            [one] => error.note(format!("expected {}", terminal(one))),
            [one, two] => error.note(format!("expected {} or {}", terminal(one), terminal(two))),
            _ => error,
        }
    }

    fn what(&self) -> String {
        match self.found.1 {
            _ if self.at_end_of_file() => "the file ends here".to_owned(),
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
