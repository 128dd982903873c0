//! Values of number and string literals.

use std::ops::Range;

use num_bigint::BigInt;

use crate::ast::ExprKind;
use crate::source::Encoding;

/// What is wrong with a part of a literal, given as a range of its text.
pub(crate) struct BadLiteral {
    pub(crate) message: String,
    pub(crate) range: Range<usize>,
}

/// The value of a number.
pub(crate) fn number(text: &str) -> Result<ExprKind, BadLiteral> {
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = match lower.get(..2) {
        Some("0x") => (lower.get(2..), 16),
        Some("0o") => (lower.get(2..), 8),
        Some("0b") => (lower.get(2..), 2),
        _ => return decimal(&lower),
    };
    integer(digits.unwrap_or(""), radix)
}

fn decimal(text: &str) -> Result<ExprKind, BadLiteral> {
    if let Some(imaginary) = text.strip_suffix('j') {
        return float(imaginary).map(ExprKind::Imaginary);
    }
    if text.contains(['.', 'e']) {
        return float(text).map(ExprKind::Float);
    }
    let old_octal = text.len() > 1 && text.starts_with('0') && text != "0l";
    integer(text, if old_octal { 8 } else { 10 })
}

fn float(text: &str) -> Result<f64, BadLiteral> {
    text.parse().map_err(|_| invalid_number(text))
}

fn integer(digits: &str, radix: u32) -> Result<ExprKind, BadLiteral> {
    let (digits, is_long) = match digits.strip_suffix('l') {
        Some(digits) => (digits, true),
        None => (digits, false),
    };
    if !is_long && let Ok(value) = i64::from_str_radix(digits, radix) {
        return Ok(ExprKind::Int(value));
    }
    match BigInt::parse_bytes(digits.as_bytes(), radix) {
        Some(value) => Ok(ExprKind::Long(Box::new(value))),
        None => Err(invalid_number(digits)),
    }
}

fn invalid_number(text: &str) -> BadLiteral {
    BadLiteral {
        message: "a number that starts with 0 is octal".to_owned(),
        range: 0..text.len(),
    }
}

/// The value of a string literal.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Text {
    /// Without `u`.
    Bytes(Vec<u8>),
    /// Code points.
    Unicode(Vec<u32>),
}

/// The value of one string literal, prefix and quotes included in `text`.
pub(crate) fn string(text: &str, encoding: Encoding, unicode_literals: bool) -> Result<Text, BadLiteral> {
    let prefix_len = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let prefix = text.get(..prefix_len).unwrap_or("").to_ascii_lowercase();
    let quoted = text.get(prefix_len..).unwrap_or("");
    let triple = quoted.len() >= 6 && (quoted.starts_with("\"\"\"") || quoted.starts_with("'''"));
    let n_quotes = if triple { 3 } else { 1 };
    let body = quoted.get(n_quotes..quoted.len() - n_quotes).unwrap_or("");
    let raw = prefix.contains('r');
    let unicode = prefix.contains('u') || (unicode_literals && !prefix.contains('b'));
    let result = match (unicode, raw) {
        (false, true) => Ok(Text::Bytes(encoded(body, encoding))),
        (false, false) => bytes(body, encoding).map(Text::Bytes),
        (true, _) => code_points(body, raw).map(Text::Unicode),
    };
    let offset = prefix_len + n_quotes;
    result.map_err(|bad| BadLiteral {
        range: bad.range.start + offset..bad.range.end + offset,
        ..bad
    })
}

fn encoded(body: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Latin1 => body
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
            .collect(),
        Encoding::Ascii | Encoding::Utf8 => body.as_bytes().to_vec(),
    }
}

fn bytes(body: &str, encoding: Encoding) -> Result<Vec<u8>, BadLiteral> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(idx) = rest.find('\\') {
        let (plain, escape) = rest.split_at(idx);
        out.extend(encoded(plain, encoding));
        let at = body.len() - escape.len();
        let (value, length) = match simple_escape(escape) {
            Some(found) => found,
            None => match escape.as_bytes().get(1) {
                Some(b'x') => (Some(hex(escape, 2, at)?), 4),
                _ => (Some(u32::from(b'\\')), 1),
            },
        };
        out.extend(value.map(|value| (value & 0xff) as u8));
        rest = escape.get(length..).unwrap_or("");
    }
    out.extend(encoded(rest, encoding));
    Ok(out)
}

fn code_points(body: &str, raw: bool) -> Result<Vec<u32>, BadLiteral> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(idx) = rest.find('\\') {
        let (plain, escape) = rest.split_at(idx);
        out.extend(plain.chars().map(u32::from));
        let at = body.len() - escape.len();
        let length = if raw {
            raw_escape(escape, at, &mut out)?
        } else {
            unicode_escape(escape, at, &mut out)?
        };
        rest = escape.get(length..).unwrap_or("");
    }
    out.extend(rest.chars().map(u32::from));
    Ok(out)
}

/// Appends what the escape at the start of `escape` stands for and says how long it is.
fn unicode_escape(escape: &str, at: usize, out: &mut Vec<u32>) -> Result<usize, BadLiteral> {
    if let Some((value, length)) = simple_escape(escape) {
        out.extend(value);
        return Ok(length);
    }
    let (value, length) = match escape.as_bytes().get(1) {
        Some(b'x') => (hex(escape, 2, at)?, 4),
        Some(b'u') => (hex(escape, 4, at)?, 6),
        Some(b'U') => (code_point(escape, at)?, 10),
        Some(b'N') => named_escape(escape, at)?,
        _ => (u32::from('\\'), 1),
    };
    out.push(value);
    Ok(length)
}

/// In a raw unicode literal an odd run of backslashes before `u` or `U` ends in an escape; nothing else is one.
fn raw_escape(escape: &str, at: usize, out: &mut Vec<u32>) -> Result<usize, BadLiteral> {
    let n_backslashes = escape.bytes().take_while(|&byte| byte == b'\\').count();
    let last = n_backslashes - 1;
    let tail = escape.get(last..).unwrap_or("");
    let (value, length) = match tail.as_bytes().get(1) {
        Some(b'u') if n_backslashes % 2 == 1 => (hex(tail, 4, at + last)?, 6),
        Some(b'U') if n_backslashes % 2 == 1 => (code_point(tail, at + last)?, 10),
        _ => (u32::from('\\'), 1),
    };
    out.extend(std::iter::repeat_n(u32::from('\\'), last));
    out.push(value);
    Ok(last + length)
}

/// Escapes that byte and unicode strings share: value (none for a joined line) and length.
fn simple_escape(escape: &str) -> Option<(Option<u32>, usize)> {
    let value = match *escape.as_bytes().get(1)? {
        b'\n' => return Some((None, 2)),
        byte @ (b'\\' | b'\'' | b'"') => byte,
        b'a' => 7,
        b'b' => 8,
        b't' => 9,
        b'n' => 10,
        b'v' => 11,
        b'f' => 12,
        b'r' => 13,
        b'0'..=b'7' => {
            let digits = escape
                .bytes()
                .skip(1)
                .take(3)
                .take_while(|byte| matches!(byte, b'0'..=b'7'));
            let (value, count) = digits.fold((0, 0), |(value, count), byte| {
                (value * 8 + u32::from(byte - b'0'), count + 1)
            });
            return Some((Some(value), 1 + count));
        }
        _ => return None,
    };
    Some((Some(u32::from(value)), 2))
}

/// The value of the `n_digits` hexadecimal digits after the two characters that start `escape`.
fn hex(escape: &str, n_digits: usize, at: usize) -> Result<u32, BadLiteral> {
    let digits = escape
        .get(2..2 + n_digits)
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    digits
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .ok_or_else(|| BadLiteral {
            message: format!(
                "{n_digits} hexadecimal digits must follow `{}`",
                escape.get(..2).unwrap_or("\\")
            ),
            range: at..at + 2,
        })
}

fn code_point(escape: &str, at: usize) -> Result<u32, BadLiteral> {
    let value = hex(escape, 8, at)?;
    if value > 0x10_ffff {
        return Err(BadLiteral {
            message: "the last code point is \\U0010ffff".to_owned(),
            range: at..at + 10,
        });
    }
    Ok(value)
}

/// The code point of `\N{name}` and the length of the escape.
fn named_escape(escape: &str, at: usize) -> Result<(u32, usize), BadLiteral> {
    let body = escape.get(2..).and_then(|rest| rest.strip_prefix('{'));
    let Some((name, _)) = body.and_then(|body| body.split_once('}')) else {
        let message = "a name in braces must follow `\\N`".to_owned();
        return Err(BadLiteral {
            message,
            range: at..at + 2,
        });
    };
    let length = name.len() + 4;
    match character_named(name) {
        Some(character) => Ok((u32::from(character), length)),
        None => Err(BadLiteral {
            message: "no character has this name".to_owned(),
            range: at..at + length,
        }),
    }
}

/// The look-up ignores blanks, hyphens and underscores, and cannot take a hyphen at the start; Python wants the exact name in any case.
fn character_named(name: &str) -> Option<char> {
    if !name.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return None;
    }
    let character = unicode_names2::character(name)?;
    let exact = unicode_names2::name(character)?.to_string();
    exact.eq_ignore_ascii_case(name).then_some(character)
}
