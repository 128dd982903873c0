//! Conversions between text and numbers, str and unicode.

use crate::error::{Raised, Res};
use crate::host::Host;
use crate::object::ObjData;
use crate::value::Value;
use num_bigint::BigInt;
use num_traits::Num as _;
use std::rc::Rc;

/// An integer literal in a base (0 = by prefix); `None` when malformed.
pub(crate) fn parse_int(text: &[u8], base: u32, long: bool) -> Option<BigInt> {
    let text = std::str::from_utf8(trim_space(text)).ok()?;
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let mut rest = rest.trim_start_matches([' ', '\t']).to_string();
    if rest.starts_with(['+', '-', '_']) || rest.len() != rest.trim().len() {
        return None;
    }
    if long && (rest.ends_with('L') || rest.ends_with('l')) && base < 22 {
        rest.pop();
    }
    let lower = rest.to_ascii_lowercase();
    let (base, digits) = match base {
        0 if lower.starts_with("0x") => (16, &lower[2..]),
        0 if lower.starts_with("0b") => (2, &lower[2..]),
        0 if lower.starts_with("0o") => (8, &lower[2..]),
        0 if lower.starts_with('0') && lower.len() > 1 => (8, &lower[1..]),
        0 => (10, &lower[..]),
        16 if lower.starts_with("0x") => (16, &lower[2..]),
        8 if lower.starts_with("0o") => (8, &lower[2..]),
        2 if lower.starts_with("0b") => (2, &lower[2..]),
        base => (base, &lower[..]),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let n = BigInt::from_str_radix(digits, base).ok()?;
    Some(if negative { -n } else { n })
}

pub(crate) fn trim_space(text: &[u8]) -> &[u8] {
    let is_space = |b: &u8| matches!(b, b' ' | 9..=13);
    let start = text.iter().position(|b| !is_space(b)).unwrap_or(text.len());
    let end = text.iter().rposition(|b| !is_space(b)).map_or(start, |i| i + 1);
    &text[start..end]
}

/// A float literal, `None` when malformed.
pub(crate) fn parse_float(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(trim_space(text)).ok()?;
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = body.to_ascii_lowercase();
    let value = match lower.as_str() {
        "inf" | "infinity" => f64::INFINITY,
        "nan" => f64::NAN,
        _ => {
            if !lower
                .bytes()
                .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'+' | b'-'))
                || lower.is_empty()
            {
                return None;
            }
            if lower.starts_with(['+', '-']) {
                return None;
            }
            lower.parse().ok()?
        }
    };
    Some(if text.starts_with('-') { -value } else { value })
}

impl Host {
    /// Code points of a `unicode`, or of a `str` that is ASCII.
    pub fn to_unicode_chars(&mut self, value: Value) -> Res<Rc<[u32]>> {
        match self.data(value) {
            Some(ObjData::Unicode(u)) => Ok(u.chars.clone()),
            Some(ObjData::Str(s)) => {
                let bytes = s.bytes.clone();
                if let Some(bad) = bytes.iter().position(|b| !b.is_ascii()) {
                    return Err(self.decode_error("ascii", &bytes, bad, bad + 1, "ordinal not in range(128)"));
                }
                Ok(bytes.iter().map(|&b| u32::from(b)).collect())
            }
            _ => {
                let text = format!(
                    "coercing to Unicode: need string or buffer, {} found",
                    self.class_name_of(value)
                );
                Err(self.type_error(text))
            }
        }
    }

    /// Bytes of a `str`, or of a `unicode` that is ASCII.
    pub fn to_bytes(&mut self, value: Value) -> Res<Rc<[u8]>> {
        match self.data(value) {
            Some(ObjData::Str(s)) => Ok(s.bytes.clone()),
            Some(ObjData::Unicode(_)) => self.encode_ascii(value).map(Rc::from),
            _ => {
                if let Some(bytes) = self.buffer_bytes(value) {
                    return Ok(Rc::from(bytes));
                }
                let text = format!(
                    "expected a string or other character buffer object, not {}",
                    self.class_name_of(value)
                );
                let _ = text;
                Err(self.type_error("expected a character buffer object"))
            }
        }
    }

    /// A `unicode` as ASCII bytes.
    pub(crate) fn encode_ascii(&mut self, value: Value) -> Res<Vec<u8>> {
        let chars = self.to_unicode_chars(value)?;
        match chars.iter().position(|&c| c >= 128) {
            None => Ok(chars.iter().map(|&c| c as u8).collect()),
            Some(bad) => {
                let end = chars[bad..]
                    .iter()
                    .position(|&c| c < 128)
                    .map_or(chars.len(), |n| bad + n);
                Err(self.encode_error("ascii", value, bad, end, "ordinal not in range(128)"))
            }
        }
    }

    /// `UnicodeDecodeError`.
    pub(crate) fn decode_error(&mut self, codec: &str, bytes: &[u8], start: usize, end: usize, reason: &str) -> Raised {
        let args = [
            self.new_str(codec),
            self.new_str(bytes),
            Value::Int(start as i64),
            Value::Int(end as i64),
            self.new_str(reason),
        ];
        self.error_args(self.exceptions.unicode_decode_error, &args)
    }

    /// `UnicodeEncodeError`.
    pub(crate) fn encode_error(&mut self, codec: &str, text: Value, start: usize, end: usize, reason: &str) -> Raised {
        let args = [
            self.new_str(codec),
            text,
            Value::Int(start as i64),
            Value::Int(end as i64),
            self.new_str(reason),
        ];
        self.error_args(self.exceptions.unicode_encode_error, &args)
    }

    /// A file or module name argument as text.
    pub fn path_arg(&mut self, value: Value) -> Res<Vec<u8>> {
        match self.data(value) {
            Some(ObjData::Str(s)) => Ok(s.bytes.to_vec()),
            Some(ObjData::Unicode(u)) => {
                let chars = u.chars.clone();
                Ok(chars
                    .iter()
                    .filter_map(|&c| char::from_u32(c))
                    .collect::<String>()
                    .into_bytes())
            }
            _ => {
                let text = format!(
                    "coercing to Unicode: need string or buffer, {} found",
                    self.class_name_of(value)
                );
                Err(self.type_error(text))
            }
        }
    }
}
