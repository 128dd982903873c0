//! Line structure: logical lines, indentation, brackets, and the extent of string literals.
//!
//! A tab goes to the next multiple of 8, a form feed to column 0. Inside brackets and after a backslash line ends and
//! indentation mean nothing. Lines without tokens are not there at all.

use logos::{Lexer, Logos};

use crate::diagnostic::Diagnostic;
use crate::source::SourceFile;
use crate::span::Span;
use crate::token::Token;

/// Brackets nest at most this deep.
const MAX_BRACKETS: usize = 200;

/// Blocks nest at most this deep.
const MAX_BLOCKS: usize = 100;

/// A token, where it starts and where it ends.
pub(crate) type Located = (u32, Token, u32);

/// The tokens of a file, up to the first mistake.
pub(crate) struct Tokens {
    /// The first is one of the start tokens.
    pub(crate) tokens: Vec<Located>,
    /// Why there are no more.
    pub(crate) problem: Option<Problem>,
}

/// A mistake that ended the tokens.
pub(crate) enum Problem {
    /// Of the text at the end of the tokens.
    Local(Diagnostic),
    /// A bracket, here, has no counterpart: everything after it was misunderstood.
    Unclosed(u32, Diagnostic),
}

/// Splits the text of `source` into tokens; `start` is the first one.
pub(crate) fn tokens(source: &SourceFile, start: Token) -> Tokens {
    let mut layout = Layout {
        source,
        tokens: Vec::with_capacity(source.text().len() / 4 + 4),
        brackets: Vec::new(),
        indents: vec![0],
        keeps_indents: start != Token::EvalStart,
        line: Line::Start { column: 0 },
    };
    layout.tokens.push((0, start, 0));
    let problem = layout.run().err();
    Tokens {
        tokens: layout.tokens,
        problem,
    }
}

/// Where we are in the logical line.
#[derive(Copy, Clone)]
enum Line {
    /// No token so far; the indentation.
    Start { column: u32 },
    /// A backslash came before the first token; the indentation before it.
    Joined { column: u32 },
    /// There were tokens.
    Started,
}

struct Layout<'s> {
    source: &'s SourceFile,
    tokens: Vec<Located>,
    /// Open brackets and where they are.
    brackets: Vec<(Token, u32)>,
    /// Indentations of the open blocks, growing.
    indents: Vec<u32>,
    keeps_indents: bool,
    line: Line,
}

impl Layout<'_> {
    fn run(&mut self) -> Result<(), Problem> {
        let mut lexer = Token::lexer(self.source.text());
        while let Some(token) = lexer.next() {
            let start = lexer.span().start as u32;
            match token {
                Ok(token) => self.token(token, start, &mut lexer)?,
                Err(()) => return Err(self.bad_character(start, lexer.slice())),
            }
        }
        self.end_of_file()
    }

    fn token(&mut self, token: Token, start: u32, lexer: &mut Lexer<'_, Token>) -> Result<(), Problem> {
        match token {
            Token::Blank => self.blank(lexer.slice()),
            Token::Comment => {}
            Token::Continuation => {
                if let Line::Start { column } = self.line {
                    self.line = Line::Joined { column };
                }
            }
            Token::Newline => self.end_of_line(start),
            Token::String => {
                self.begin_line(start)?;
                let n_bytes = self.string(start, lexer.slice(), lexer.remainder())?;
                lexer.bump(n_bytes);
                self.tokens.push((start, token, start + lexer.slice().len() as u32));
            }
            _ => {
                self.begin_line(start)?;
                self.bracket(token, start)?;
                self.tokens.push((start, token, start + lexer.slice().len() as u32));
            }
        }
        Ok(())
    }

    fn blank(&mut self, text: &str) {
        let Line::Start { column } = &mut self.line else { return };
        for byte in text.bytes() {
            *column = match byte {
                b'\t' => (*column / 8 + 1) * 8,
                b'\x0c' => 0,
                _ => *column + 1,
            };
        }
    }

    /// Called before each token; emits the change of indentation before the first one of a line.
    fn begin_line(&mut self, at: u32) -> Result<(), Problem> {
        let (Line::Start { column } | Line::Joined { column }) = self.line else {
            return Ok(());
        };
        self.line = Line::Started;
        if !self.brackets.is_empty() || !self.keeps_indents {
            return Ok(());
        }
        if column > self.indent() {
            if self.indents.len() > MAX_BLOCKS {
                let error = Diagnostic::error("RPY0109", "too many nested blocks");
                return Err(Problem::Local(
                    error.at(self.span(at, at + 1), format!("more than {MAX_BLOCKS} deep")),
                ));
            }
            self.indents.push(column);
            self.tokens.push((at, Token::Indent, at));
        }
        while column < self.indent() {
            self.indents.pop();
            self.tokens.push((at, Token::Dedent, at));
        }
        if column != self.indent() {
            let error = Diagnostic::error("RPY0102", "indentation does not match any enclosing block");
            return Err(Problem::Local(
                error.at(self.span(at, at + 1), "dedented to a column where no block starts"),
            ));
        }
        Ok(())
    }

    fn indent(&self) -> u32 {
        self.indents.last().copied().unwrap_or(0)
    }

    fn end_of_line(&mut self, at: u32) {
        if !self.brackets.is_empty() {
            return;
        }
        if let Line::Started = self.line {
            self.tokens.push((at, Token::Newline, at + 1));
        }
        self.line = Line::Start { column: 0 };
    }

    fn end_of_file(&mut self) -> Result<(), Problem> {
        if let Some(&(bracket, at)) = self.brackets.last() {
            let error = Diagnostic::error("RPY0108", format!("`{bracket}` is never closed"));
            return Err(Problem::Unclosed(at, error.at(self.span(at, at + 1), "opened here")));
        }
        let end = self.source.text().len() as u32;
        if let Line::Started = self.line {
            self.tokens.push((end, Token::Newline, end));
        }
        for _ in 1..self.indents.len() {
            self.tokens.push((end, Token::Dedent, end));
        }
        Ok(())
    }

    fn bracket(&mut self, token: Token, at: u32) -> Result<(), Problem> {
        match token {
            Token::LeftParen | Token::LeftBracket | Token::LeftBrace => self.open(token, at),
            Token::RightParen => self.close(token, Token::LeftParen, at),
            Token::RightBracket => self.close(token, Token::LeftBracket, at),
            Token::RightBrace => self.close(token, Token::LeftBrace, at),
            _ => Ok(()),
        }
    }

    fn open(&mut self, bracket: Token, at: u32) -> Result<(), Problem> {
        if self.brackets.len() == MAX_BRACKETS {
            let error = Diagnostic::error("RPY0109", "too many nested brackets");
            return Err(Problem::Local(
                error.at(self.span(at, at + 1), format!("more than {MAX_BRACKETS} deep")),
            ));
        }
        self.brackets.push((bracket, at));
        Ok(())
    }

    fn close(&mut self, bracket: Token, expected: Token, at: u32) -> Result<(), Problem> {
        let here = self.span(at, at + 1);
        match self.brackets.pop() {
            Some((opened, _)) if opened == expected => Ok(()),
            Some((opened, opened_at)) => {
                let error = Diagnostic::error("RPY0108", format!("`{bracket}` does not close `{opened}`"));
                let error = error
                    .at(here, "closed here")
                    .label(self.span(opened_at, opened_at + 1), "opened here");
                Err(Problem::Unclosed(opened_at, error))
            }
            None => {
                let error = Diagnostic::error("RPY0108", format!("`{bracket}` closes nothing"));
                Err(Problem::Local(error.at(here, "no bracket is open")))
            }
        }
    }

    /// How many bytes of `rest` belong to the string literal whose prefix and first quote are `opening`.
    fn string(&self, start: u32, opening: &str, rest: &str) -> Result<usize, Problem> {
        let quote = opening.as_bytes().last().copied().unwrap_or(b'"');
        let rest = rest.as_bytes();
        let triple = rest.starts_with(&[quote, quote]);
        let mut idx = if triple { 2 } else { 0 };
        while let Some(&byte) = rest.get(idx) {
            match byte {
                b'\\' => idx += 2,
                b'\n' if !triple => break,
                _ if byte == quote && !triple => return Ok(idx + 1),
                _ if byte == quote && rest.get(idx..).is_some_and(|r| r.starts_with(&[quote; 3])) => return Ok(idx + 3),
                _ => idx += 1,
            }
        }
        let opening_end = start + (opening.len() + if triple { 2 } else { 0 }) as u32;
        let (message, end) = if triple {
            ("the file ends before the closing quotes", opening_end)
        } else {
            let line_end = start as usize + opening.len() + idx.min(rest.len());
            ("the line ends before the closing quote", line_end as u32)
        };
        Err(Problem::Local(
            Diagnostic::error("RPY0106", "string is never closed").at(self.span(start, end), message),
        ))
    }

    fn bad_character(&self, at: u32, text: &str) -> Problem {
        let character = text.chars().next().unwrap_or('\u{fffd}');
        let span = self.span(at, at + character.len_utf8() as u32);
        let error = match character {
            '\\' => Diagnostic::error("RPY0101", "invalid syntax")
                .at(span, "only the end of the line can follow a backslash"),
            '!' => Diagnostic::error("RPY0101", "invalid syntax")
                .at(span, "unexpected `!`")
                .help("negation is written `not`"),
            _ => {
                let title = format!("invalid character `{}`", character.escape_debug());
                Diagnostic::error("RPY0101", title).at(span, "names and operators are ASCII only")
            }
        };
        Problem::Local(error)
    }

    fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.source.id(), start, end)
    }
}
