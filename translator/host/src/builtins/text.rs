//! Algorithms on text that `str` and `unicode` share.

use crate::error::Res;
use crate::host::Host;
use crate::value::Value;
use std::rc::Rc;

/// A unit of text: a byte or a code point.
pub trait Unit: Copy + Eq + Ord + 'static {
    /// A unit of an ASCII character.
    fn ascii(c: u8) -> Self;
    /// A unit of a code that fits.
    fn arg_unit(c: u32) -> Self;
    /// The code.
    fn code(self) -> u32;
    /// White space.
    fn is_space(self) -> bool;
    /// A letter.
    fn is_alpha(self) -> bool;
    /// A digit.
    fn is_digit(self) -> bool;
    /// A lower case letter.
    fn is_lower(self) -> bool;
    /// An upper case letter.
    fn is_upper(self) -> bool;
    /// A title case letter.
    fn is_title(self) -> bool {
        false
    }
    /// To lower case.
    fn lower(self) -> Self;
    /// To upper case.
    fn upper(self) -> Self;
    /// To title case.
    fn title(self) -> Self {
        self.upper()
    }
    /// Whether it ends a line.
    fn is_line_end(self) -> bool;
    /// A text object.
    fn make(h: &mut Host, text: &[Self]) -> Value;
    /// The text of an argument, converted.
    fn arg(h: &mut Host, value: Value) -> Res<Rc<[Self]>>;
}

impl Unit for u8 {
    fn ascii(c: u8) -> u8 {
        c
    }
    fn arg_unit(c: u32) -> u8 {
        c as u8
    }
    fn code(self) -> u32 {
        u32::from(self)
    }
    fn is_space(self) -> bool {
        matches!(self, b' ' | 9..=13)
    }
    fn is_alpha(self) -> bool {
        self.is_ascii_alphabetic()
    }
    fn is_digit(self) -> bool {
        self.is_ascii_digit()
    }
    fn is_lower(self) -> bool {
        self.is_ascii_lowercase()
    }
    fn is_upper(self) -> bool {
        self.is_ascii_uppercase()
    }
    fn lower(self) -> u8 {
        self.to_ascii_lowercase()
    }
    fn upper(self) -> u8 {
        self.to_ascii_uppercase()
    }
    fn is_line_end(self) -> bool {
        matches!(self, b'\n' | b'\r')
    }
    fn make(h: &mut Host, text: &[u8]) -> Value {
        if let [byte] = text {
            return h.char_str(*byte);
        }
        h.new_str(text)
    }
    fn arg(h: &mut Host, value: Value) -> Res<Rc<[u8]>> {
        h.to_bytes(value)
    }
}

impl Unit for u32 {
    fn ascii(c: u8) -> u32 {
        u32::from(c)
    }
    fn arg_unit(c: u32) -> u32 {
        c
    }
    fn code(self) -> u32 {
        self
    }
    fn is_space(self) -> bool {
        super::unicode_data::is_space(self)
    }
    fn is_alpha(self) -> bool {
        super::unicode_data::is_alpha(self)
    }
    fn is_digit(self) -> bool {
        super::unicode_data::is_digit(self)
    }
    fn is_lower(self) -> bool {
        super::unicode_data::is_lower(self)
    }
    fn is_upper(self) -> bool {
        super::unicode_data::is_upper(self)
    }
    fn is_title(self) -> bool {
        super::unicode_data::is_title(self)
    }
    fn lower(self) -> u32 {
        super::unicode_data::lower(self)
    }
    fn upper(self) -> u32 {
        super::unicode_data::upper(self)
    }
    fn title(self) -> u32 {
        super::unicode_data::title(self)
    }
    fn is_line_end(self) -> bool {
        matches!(self, 10..=13 | 0x1c..=0x1e | 0x85 | 0x2028 | 0x2029)
    }
    fn make(h: &mut Host, text: &[u32]) -> Value {
        h.new_unicode(text)
    }
    fn arg(h: &mut Host, value: Value) -> Res<Rc<[u32]>> {
        h.to_unicode_chars(value)
    }
}

/// First place of a needle.
pub fn find<T: Unit>(text: &[T], needle: &[T]) -> Option<usize> {
    if needle.is_empty() {
        return Some(0);
    }
    if needle.len() > text.len() {
        return None;
    }
    let first = needle[0];
    let last = text.len() - needle.len();
    (0..=last).find(|&i| text[i] == first && &text[i..i + needle.len()] == needle)
}

/// Last place of a needle.
pub fn rfind<T: Unit>(text: &[T], needle: &[T]) -> Option<usize> {
    if needle.len() > text.len() {
        return None;
    }
    let last = text.len() - needle.len();
    (0..=last).rev().find(|&i| &text[i..i + needle.len()] == needle)
}

/// Occurrences of a needle that do not overlap.
pub fn count<T: Unit>(text: &[T], needle: &[T]) -> usize {
    if needle.is_empty() {
        return text.len() + 1;
    }
    let mut n = 0;
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| find(rest, needle)) {
        n += 1;
        from += at + needle.len();
    }
    n
}

/// Text with at most `limit` occurrences replaced.
pub fn replace<T: Unit>(text: &[T], old: &[T], new: &[T], limit: usize) -> Vec<T> {
    let mut out = Vec::with_capacity(text.len());
    if old.is_empty() {
        for (i, &unit) in text.iter().enumerate() {
            if i < limit {
                out.extend_from_slice(new);
            }
            out.push(unit);
        }
        if text.len() < limit {
            out.extend_from_slice(new);
        }
        return out;
    }
    let (mut from, mut done) = (0, 0);
    while done < limit {
        let Some(at) = find(&text[from..], old) else { break };
        out.extend_from_slice(&text[from..from + at]);
        out.extend_from_slice(new);
        from += at + old.len();
        done += 1;
    }
    out.extend_from_slice(&text[from..]);
    out
}

/// Pieces between a separator, at most `limit` splits.
pub fn split<'a, T: Unit>(text: &'a [T], sep: &[T], limit: usize) -> Vec<&'a [T]> {
    let mut out = Vec::new();
    let mut rest = text;
    while out.len() < limit {
        let Some(at) = find(rest, sep) else { break };
        out.push(&rest[..at]);
        rest = &rest[at + sep.len()..];
    }
    out.push(rest);
    out
}

/// Pieces between a separator from the end, at most `limit` splits.
pub fn rsplit<'a, T: Unit>(text: &'a [T], sep: &[T], limit: usize) -> Vec<&'a [T]> {
    let mut out = Vec::new();
    let mut rest = text;
    while out.len() < limit {
        let Some(at) = rfind(rest, sep) else { break };
        out.push(&rest[at + sep.len()..]);
        rest = &rest[..at];
    }
    out.push(rest);
    out.reverse();
    out
}

/// Pieces between runs of white space.
pub fn split_space<T: Unit>(text: &[T], limit: usize) -> Vec<&[T]> {
    let mut out = Vec::new();
    let mut rest = trim_start(text);
    while !rest.is_empty() {
        if out.len() == limit {
            out.push(rest);
            break;
        }
        let end = rest.iter().position(|u| u.is_space()).unwrap_or(rest.len());
        out.push(&rest[..end]);
        rest = trim_start(&rest[end..]);
    }
    out
}

/// Pieces between runs of white space, from the end.
pub fn rsplit_space<T: Unit>(text: &[T], limit: usize) -> Vec<&[T]> {
    let mut out = Vec::new();
    let mut rest = trim_end(text);
    while !rest.is_empty() {
        if out.len() == limit {
            out.push(rest);
            break;
        }
        let start = rest.iter().rposition(|u| u.is_space()).map_or(0, |i| i + 1);
        out.push(&rest[start..]);
        rest = trim_end(&rest[..start]);
    }
    out.reverse();
    out
}

/// Without white space at the start.
pub fn trim_start<T: Unit>(text: &[T]) -> &[T] {
    let start = text.iter().position(|u| !u.is_space()).unwrap_or(text.len());
    &text[start..]
}

/// Without white space at the end.
pub fn trim_end<T: Unit>(text: &[T]) -> &[T] {
    let end = text.iter().rposition(|u| !u.is_space()).map_or(0, |i| i + 1);
    &text[..end]
}

/// Lines, with their ends when `keep`.
pub fn split_lines<T: Unit>(text: &[T], keep: bool) -> Vec<&[T]> {
    let mut out = Vec::new();
    let mut i = 0;
    while i < text.len() {
        let end = text[i..]
            .iter()
            .position(|u| u.is_line_end())
            .map_or(text.len(), |n| i + n);
        let mut next = end;
        if end < text.len() {
            next += 1;
            if text[end] == T::ascii(b'\r') && text.get(next) == Some(&T::ascii(b'\n')) {
                next += 1;
            }
        }
        out.push(&text[i..if keep { next } else { end }]);
        i = next;
    }
    out
}

/// A complex literal; `None` when malformed.
pub fn parse_complex(text: &[u8]) -> Option<(f64, f64)> {
    let text = crate::ops::convert::trim_space(text);
    let text = match (text.first(), text.last()) {
        (Some(b'('), Some(b')')) => crate::ops::convert::trim_space(&text[1..text.len() - 1]),
        _ => text,
    };
    if text.is_empty() || text.iter().any(|b| b.is_space()) {
        return None;
    }
    let number = |part: &[u8]| crate::ops::convert::parse_float(part);
    let Some(body) = text.strip_suffix(b"j").or_else(|| text.strip_suffix(b"J")) else {
        return number(text).map(|re| (re, 0.0));
    };
    let imaginary = |part: &[u8]| match part {
        b"" | b"+" => Some(1.0),
        b"-" => Some(-1.0),
        _ => number(part),
    };
    let split = (1..body.len())
        .rev()
        .find(|&i| matches!(body[i], b'+' | b'-') && !matches!(body[i - 1], b'e' | b'E'));
    match split {
        Some(i) => Some((number(&body[..i])?, imaginary(&body[i..])?)),
        None => imaginary(body).map(|im| (0.0, im)),
    }
}
