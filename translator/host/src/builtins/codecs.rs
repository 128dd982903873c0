//! Text encodings.

use crate::error::{Raised, Res};
use crate::host::Host;
use crate::object::ObjData;
use crate::value::Value;
use std::rc::Rc;

/// An encoding known natively.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Codec {
    /// ascii
    Ascii,
    /// latin-1
    Latin1,
    /// utf-8
    Utf8,
    /// utf-16: little endian, or by mark
    Utf16(Option<bool>),
    /// utf-32: little endian, or by mark
    Utf32(Option<bool>),
    /// hex
    Hex,
    /// base64
    Base64,
    /// rot13
    Rot13,
    /// string_escape
    StringEscape,
    /// unicode_escape
    UnicodeEscape,
    /// raw_unicode_escape
    RawUnicodeEscape,
}

/// The codec of a name.
pub fn lookup(name: &str) -> Option<Codec> {
    let normal = name.to_ascii_lowercase().replace(['-', ' '], "_");
    Some(match normal.as_str() {
        "ascii" | "us_ascii" | "646" => Codec::Ascii,
        "latin_1" | "latin1" | "iso_8859_1" | "iso8859_1" | "l1" | "8859" | "cp819" | "latin" => Codec::Latin1,
        "utf_8" | "utf8" | "u8" | "utf" => Codec::Utf8,
        "utf_16" | "utf16" | "u16" => Codec::Utf16(None),
        "utf_16_le" | "utf_16le" => Codec::Utf16(Some(true)),
        "utf_16_be" | "utf_16be" => Codec::Utf16(Some(false)),
        "utf_32" | "utf32" | "u32" => Codec::Utf32(None),
        "utf_32_le" | "utf_32le" => Codec::Utf32(Some(true)),
        "utf_32_be" | "utf_32be" => Codec::Utf32(Some(false)),
        "hex" | "hex_codec" => Codec::Hex,
        "base64" | "base64_codec" | "base_64" => Codec::Base64,
        "rot13" | "rot_13" => Codec::Rot13,
        "string_escape" => Codec::StringEscape,
        "unicode_escape" => Codec::UnicodeEscape,
        "raw_unicode_escape" => Codec::RawUnicodeEscape,
        _ => return None,
    })
}

fn text_arg(h: &mut Host, v: Option<Value>, default: &str, position: u32) -> Res<String> {
    let Some(v) = v else { return Ok(default.to_string()) };
    h.text_of(v).ok_or_else(|| {
        let text = format!(
            "encode() argument {position} must be string, not {}",
            h.class_name_of(v)
        );
        h.type_error(text)
    })
}

/// `value.encode(encoding, errors)`.
pub fn encode_value(h: &mut Host, value: Value, encoding: Option<Value>, errors: Option<Value>) -> Res {
    let (encoding, errors) = (text_arg(h, encoding, "ascii", 1)?, text_arg(h, errors, "strict", 2)?);
    match lookup(&encoding) {
        Some(codec) => encode_with(h, codec, value, &errors),
        None => by_registry(h, &encoding, value, &errors, 0),
    }
}

/// `value.decode(encoding, errors)`.
pub fn decode_value(h: &mut Host, value: Value, encoding: Option<Value>, errors: Option<Value>) -> Res {
    let (encoding, errors) = (text_arg(h, encoding, "ascii", 1)?, text_arg(h, errors, "strict", 2)?);
    match lookup(&encoding) {
        Some(codec) => decode_with(h, codec, value, &errors),
        None => by_registry(h, &encoding, value, &errors, 1),
    }
}

/// Codecs registered by Python code.
fn by_registry(h: &mut Host, encoding: &str, value: Value, errors: &str, which: i64) -> Res {
    let Some(entry) = h.registered_codec(encoding)? else {
        return Err(h.error(h.exceptions.lookup_error, format!("unknown encoding: {encoding}")));
    };
    let func = h.get_item(entry, Value::Int(which))?;
    let errors = h.new_str(errors);
    let pair = h.call_value(func, &[value, errors], &[])?;
    h.get_item(pair, Value::Int(0))
}

impl Host {
    /// The entry of a codec that a registered search function knows.
    pub(crate) fn registered_codec(&mut self, encoding: &str) -> Res<Option<Value>> {
        let normal = encoding.to_ascii_lowercase().replace(' ', "-");
        for function in self.codec_searches.clone() {
            let name = self.new_str(&normal);
            let entry = self.call_value(function, &[name], &[])?;
            if !entry.is_none() {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// A registered handler of encoding errors.
    fn error_handler(&mut self, name: &str) -> Option<Value> {
        self.codec_errors.get(name).copied()
    }
}

/// Encodes with a native codec.
pub fn encode_with(h: &mut Host, codec: Codec, value: Value, errors: &str) -> Res {
    let out: Vec<u8> = match codec {
        Codec::Hex => h
            .to_bytes(value)?
            .iter()
            .flat_map(|b| format!("{b:02x}").into_bytes())
            .collect(),
        Codec::Base64 => base64_lines(&h.to_bytes(value)?),
        Codec::StringEscape => {
            let bytes = h.to_bytes(value)?;
            let text = crate::ops::repr::bytes_repr(&bytes).into_bytes();
            let inner = &text[1..text.len() - 1];
            if text[0] == b'"' {
                super::text::replace(inner, b"'", b"\\'", usize::MAX)
            } else {
                inner.to_vec()
            }
        }
        Codec::Rot13 => h.to_unicode_chars(value)?.iter().map(|&c| rot13(c as u8)).collect(),
        _ => {
            let chars = h.to_unicode_chars(value)?;
            let text = if h.unicode_chars(value).is_some() {
                value
            } else {
                h.new_unicode(&chars)
            };
            encode_chars(h, codec, text, &chars, errors)?
        }
    };
    Ok(h.new_str(out))
}

fn rot13(b: u8) -> u8 {
    match b {
        b'a'..=b'z' => (b - b'a' + 13) % 26 + b'a',
        b'A'..=b'Z' => (b - b'A' + 13) % 26 + b'A',
        _ => b,
    }
}

fn encode_chars(h: &mut Host, codec: Codec, text: Value, chars: &[u32], errors: &str) -> Res<Vec<u8>> {
    let mut out = Vec::with_capacity(chars.len());
    match codec {
        Codec::Ascii => return encode_small(h, text, chars, errors, 128, "ascii"),
        Codec::Latin1 => return encode_small(h, text, chars, errors, 256, "latin-1"),
        Codec::Utf8 => chars.iter().for_each(|&c| push_utf8(&mut out, c)),
        Codec::Utf16(order) => {
            if order.is_none() {
                out.extend_from_slice(&[0xff, 0xfe]);
            }
            for unit in chars.iter().flat_map(|&c| utf16_units(c)) {
                out.extend_from_slice(&if order == Some(false) {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                });
            }
        }
        Codec::Utf32(order) => {
            if order.is_none() {
                out.extend_from_slice(&[0xff, 0xfe, 0, 0]);
            }
            for c in chars {
                out.extend_from_slice(&if order == Some(false) {
                    c.to_be_bytes()
                } else {
                    c.to_le_bytes()
                });
            }
        }
        Codec::UnicodeEscape => {
            for &c in chars {
                match c {
                    9 => out.extend_from_slice(b"\\t"),
                    10 => out.extend_from_slice(b"\\n"),
                    13 => out.extend_from_slice(b"\\r"),
                    0x5c => out.extend_from_slice(b"\\\\"),
                    0x20..0x7f => out.push(c as u8),
                    _ => out.extend(escape(c).into_bytes()),
                }
            }
        }
        Codec::RawUnicodeEscape => {
            for &c in chars {
                if c < 256 {
                    out.push(c as u8);
                } else {
                    out.extend(escape(c).into_bytes());
                }
            }
        }
        Codec::Hex | Codec::Base64 | Codec::Rot13 | Codec::StringEscape => {}
    }
    Ok(out)
}

fn escape(c: u32) -> String {
    match c {
        0..0x100 => format!("\\x{c:02x}"),
        0x100..0x1_0000 => format!("\\u{c:04x}"),
        _ => format!("\\U{c:08x}"),
    }
}

/// UTF-8 of a code point, surrogates too.
pub fn push_utf8(out: &mut Vec<u8>, c: u32) {
    let tail = |shift: u32| 0x80 | ((c >> shift) & 0x3f) as u8;
    match c {
        0..0x80 => out.push(c as u8),
        0x80..0x800 => out.extend_from_slice(&[0xc0 | (c >> 6) as u8, tail(0)]),
        0x800..0x1_0000 => out.extend_from_slice(&[0xe0 | (c >> 12) as u8, tail(6), tail(0)]),
        _ => out.extend_from_slice(&[0xf0 | (c >> 18) as u8, tail(12), tail(6), tail(0)]),
    }
}

fn utf16_units(c: u32) -> Vec<u16> {
    if c < 0x1_0000 {
        return vec![c as u16];
    }
    let c = c - 0x1_0000;
    vec![0xd800 + (c >> 10) as u16, 0xdc00 + (c & 0x3ff) as u16]
}

fn encode_small(h: &mut Host, text: Value, chars: &[u32], errors: &str, limit: u32, name: &str) -> Res<Vec<u8>> {
    let mut out = Vec::with_capacity(chars.len());
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i];
        if c < limit {
            out.push(c as u8);
            i += 1;
            continue;
        }
        let end = chars[i..]
            .iter()
            .position(|&c| c < limit)
            .map_or(chars.len(), |n| i + n);
        let bad = &chars[i..end];
        match errors {
            "ignore" => {}
            "replace" => out.extend(std::iter::repeat_n(b'?', bad.len())),
            "xmlcharrefreplace" => out.extend(bad.iter().flat_map(|c| format!("&#{c};").into_bytes())),
            "backslashreplace" => out.extend(bad.iter().flat_map(|&c| escape(c).into_bytes())),
            _ => {
                let reason = format!("ordinal not in range({limit})");
                let raised = h.encode_error(name, text, i, end, &reason);
                let (fixed, next) = custom_handler(h, errors, raised, chars.len())?;
                for &c in &*h.to_unicode_chars(fixed)? {
                    if c >= limit {
                        return Err(h.encode_error(name, text, i, end, &reason));
                    }
                    out.push(c as u8);
                }
                i = next;
                continue;
            }
        }
        i = end;
    }
    Ok(out)
}

/// Asks a registered error handler; without one the error itself is raised.
fn custom_handler(h: &mut Host, errors: &str, raised: Raised, len: usize) -> Res<(Value, usize)> {
    if errors == "strict" {
        return Err(raised);
    }
    let Some(handler) = h.error_handler(errors) else {
        let text = format!("unknown error handler name '{errors}'");
        return Err(h.error(h.exceptions.lookup_error, text));
    };
    let result = h.call_value(handler, &[raised.value()], &[])?;
    let items = h.tuple_items(result).cloned().unwrap_or_default();
    match items[..] {
        [text, Value::Int(at)] if h.unicode_chars(text).is_some() => {
            let at = if at < 0 { at + len as i64 } else { at };
            match usize::try_from(at).ok().filter(|&at| at <= len) {
                Some(at) => Ok((text, at)),
                None => Err(h.index_error(format!("position {at} from error handler out of bounds"))),
            }
        }
        _ => {
            let what = if h.raised_is(&raised, h.exceptions.unicode_decode_error) {
                "decoding"
            } else {
                "encoding"
            };
            Err(h.type_error(format!("{what} error handler must return (unicode, int) tuple")))
        }
    }
}

/// Decodes with a native codec.
pub fn decode_with(h: &mut Host, codec: Codec, value: Value, errors: &str) -> Res {
    let bytes: Rc<[u8]> = match h.data(value) {
        Some(ObjData::Unicode(_)) => Rc::from(h.encode_ascii(value)?),
        _ => h.to_bytes(value)?,
    };
    let out: Vec<u8> = match codec {
        Codec::Hex => match unhex(&bytes) {
            Ok(out) => out,
            Err(text) => return Err(h.type_error(text)),
        },
        Codec::Base64 | Codec::StringEscape => {
            if codec == Codec::Base64 {
                let binascii = h.import_absolute("binascii")?;
                let func = h.getattr(binascii, "a2b_base64")?;
                let arg = h.new_str(&*bytes);
                return h.call_value(func, &[arg], &[]);
            }
            match unescape_bytes(&bytes) {
                Ok(out) => out,
                Err(text) => return Err(h.value_error(text)),
            }
        }
        Codec::Rot13 => {
            let out: Vec<u32> = bytes.iter().map(|&b| u32::from(rot13(b))).collect();
            return Ok(h.new_unicode(&out));
        }
        _ => {
            let chars = decode_chars(h, codec, &bytes, errors)?;
            return Ok(h.new_unicode(&chars));
        }
    };
    Ok(h.new_str(out))
}

fn base64_lines(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::new();
    for line in bytes.chunks(57) {
        for group in line.chunks(3) {
            let n = group.iter().fold(0u32, |n, &b| (n << 8) | u32::from(b)) << (8 * (3 - group.len()));
            for k in 0..4 {
                let digit = DIGITS[(n >> (18 - 6 * k)) as usize & 63];
                out.push(if k <= group.len() { digit } else { b'=' });
            }
        }
        out.push(b'\n');
    }
    out
}

fn unhex(bytes: &[u8]) -> Result<Vec<u8>, &'static str> {
    if bytes.len() % 2 == 1 {
        return Err("Odd-length string");
    }
    let digit = |b: u8| char::from(b).to_digit(16).map(|d| d as u8);
    bytes
        .chunks(2)
        .map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
        .collect::<Option<Vec<u8>>>()
        .ok_or("Non-hexadecimal digit found")
}

struct Bad {
    start: usize,
    end: usize,
    reason: &'static str,
}

fn without_mark(codec: Codec, bytes: &[u8]) -> (Codec, &[u8]) {
    match codec {
        Codec::Utf16(None) => {
            let big = bytes.starts_with(&[0xfe, 0xff]);
            let rest = bytes
                .strip_prefix(&[0xfe, 0xff])
                .or_else(|| bytes.strip_prefix(&[0xff, 0xfe]));
            (Codec::Utf16(Some(!big)), rest.unwrap_or(bytes))
        }
        Codec::Utf32(None) => {
            let big = bytes.starts_with(&[0, 0, 0xfe, 0xff]);
            let rest = bytes
                .strip_prefix(&[0, 0, 0xfe, 0xff])
                .or_else(|| bytes.strip_prefix(&[0xff, 0xfe, 0, 0]));
            (Codec::Utf32(Some(!big)), rest.unwrap_or(bytes))
        }
        codec => (codec, bytes),
    }
}

fn decode_chars(h: &mut Host, codec: Codec, bytes: &[u8], errors: &str) -> Res<Vec<u32>> {
    let (codec, bytes) = without_mark(codec, bytes);
    let name = match codec {
        Codec::Ascii => "ascii",
        Codec::Latin1 => "latin-1",
        Codec::Utf8 => "utf8",
        Codec::Utf16(_) => "utf16",
        Codec::Utf32(_) => "utf32",
        Codec::RawUnicodeEscape => "rawunicodeescape",
        _ => "unicodeescape",
    };
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        match (decode_one(codec, bytes, i), errors) {
            (Ok((c, n)), _) => {
                out.push(c);
                i += n;
            }
            (Err(bad), "ignore") => i = bad.end,
            (Err(bad), "replace") => {
                out.push(0xfffd);
                i = bad.end;
            }
            (Err(bad), _) => {
                let raised = h.decode_error(name, bytes, bad.start, bad.end, bad.reason);
                let (text, next) = custom_handler(h, errors, raised, bytes.len())?;
                out.extend_from_slice(&h.to_unicode_chars(text)?);
                i = next;
            }
        }
    }
    Ok(out)
}

fn decode_one(codec: Codec, bytes: &[u8], i: usize) -> Result<(u32, usize), Bad> {
    let b = bytes[i];
    match codec {
        Codec::Ascii if b >= 128 => Err(Bad {
            start: i,
            end: i + 1,
            reason: "ordinal not in range(128)",
        }),
        Codec::Utf8 => decode_utf8(bytes, i),
        Codec::Utf16(order) => decode_utf16(bytes, i, order == Some(false)),
        Codec::Utf32(order) => {
            let Some(&[a, b, c, d]) = bytes.get(i..i + 4) else {
                return Err(Bad {
                    start: i,
                    end: bytes.len(),
                    reason: "truncated data",
                });
            };
            let quad = [a, b, c, d];
            let c = if order == Some(false) {
                u32::from_be_bytes(quad)
            } else {
                u32::from_le_bytes(quad)
            };
            if c >= 0x11_0000 {
                return Err(Bad {
                    start: i,
                    end: i + 4,
                    reason: "codepoint not in range(0x110000)",
                });
            }
            Ok((c, 4))
        }
        Codec::UnicodeEscape if b == b'\\' => decode_escape(bytes, i),
        Codec::RawUnicodeEscape if b == b'\\' && matches!(bytes.get(i + 1), Some(b'u' | b'U')) => {
            decode_escape(bytes, i)
        }
        _ => Ok((u32::from(b), 1)),
    }
}

fn decode_utf16(bytes: &[u8], i: usize, big: bool) -> Result<(u32, usize), Bad> {
    let unit = |at: usize| {
        let Some(&[a, b]) = bytes.get(at..at + 2) else {
            return None;
        };
        Some(if big {
            u16::from_be_bytes([a, b])
        } else {
            u16::from_le_bytes([a, b])
        })
    };
    let Some(first) = unit(i) else {
        return Err(Bad {
            start: i,
            end: bytes.len(),
            reason: "truncated data",
        });
    };
    match (first, unit(i + 2)) {
        (0xd800..=0xdbff, Some(second @ 0xdc00..=0xdfff)) => Ok((
            0x1_0000 + ((u32::from(first) - 0xd800) << 10) + (u32::from(second) - 0xdc00),
            4,
        )),
        (0xd800..=0xdbff, None) => Err(Bad {
            start: i,
            end: bytes.len(),
            reason: "unexpected end of data",
        }),
        (0xd800..=0xdbff, _) => Err(Bad {
            start: i,
            end: i + 2,
            reason: "illegal UTF-16 surrogate",
        }),
        (0xdc00..=0xdfff, _) => Err(Bad {
            start: i,
            end: i + 2,
            reason: "illegal encoding",
        }),
        (c, _) => Ok((u32::from(c), 2)),
    }
}

fn decode_utf8(bytes: &[u8], i: usize) -> Result<(u32, usize), Bad> {
    let b = bytes[i];
    let bad = |end: usize, reason| Err(Bad { start: i, end, reason });
    let (n, first, low, high) = match b {
        0..0x80 => return Ok((u32::from(b), 1)),
        0xc2..=0xdf => (2, b & 0x1f, 0x80, 0xbf),
        0xe0 => (3, b & 0x0f, 0xa0, 0xbf),
        0xe1..=0xef => (3, b & 0x0f, 0x80, 0xbf),
        0xf0 => (4, b & 0x07, 0x90, 0xbf),
        0xf1..=0xf3 => (4, b & 0x07, 0x80, 0xbf),
        0xf4 => (4, b & 0x07, 0x80, 0x8f),
        _ => return bad(i + 1, "invalid start byte"),
    };
    let mut c = u32::from(first);
    for k in 1..n {
        let (low, high) = if k == 1 { (low, high) } else { (0x80, 0xbf) };
        match bytes.get(i + k) {
            None => return bad(bytes.len(), "unexpected end of data"),
            Some(&next) if (low..=high).contains(&next) => c = (c << 6) | u32::from(next & 0x3f),
            Some(_) => return bad(i + k, "invalid continuation byte"),
        }
    }
    Ok((c, n))
}

fn decode_escape(bytes: &[u8], i: usize) -> Result<(u32, usize), Bad> {
    let bad = |end: usize, reason| {
        Err(Bad {
            start: i,
            end: end.min(bytes.len()),
            reason,
        })
    };
    let Some(&kind) = bytes.get(i + 1) else {
        return bad(bytes.len(), "\\ at end of string");
    };
    let hex = |n: usize| {
        let digits = bytes.get(i + 2..i + 2 + n)?;
        let text = std::str::from_utf8(digits)
            .ok()
            .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
        u32::from_str_radix(text, 16).ok()
    };
    let simple = match kind {
        b'\\' | b'\'' | b'"' => u32::from(kind),
        b'n' => 10,
        b't' => 9,
        b'r' => 13,
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'v' => 11,
        b'x' => return hex(2).map_or(bad(i + 4, "truncated \\xXX escape"), |c| Ok((c, 4))),
        b'u' => return hex(4).map_or(bad(i + 6, "truncated \\uXXXX escape"), |c| Ok((c, 6))),
        b'U' => {
            return match hex(8) {
                Some(c) if c < 0x11_0000 => Ok((c, 10)),
                Some(_) => bad(i + 10, "illegal Unicode character"),
                None => bad(i + 10, "truncated \\UXXXXXXXX escape"),
            };
        }
        b'0'..=b'7' => {
            let n = bytes[i + 1..]
                .iter()
                .take(3)
                .take_while(|b| (b'0'..=b'7').contains(b))
                .count();
            let c = bytes[i + 1..i + 1 + n]
                .iter()
                .fold(0, |c, b| c * 8 + u32::from(b - b'0'));
            return Ok((c, n + 1));
        }
        _ => return Ok((u32::from(b'\\'), 1)),
    };
    Ok((simple, 2))
}

/// Bytes of the inside of a byte string literal.
pub fn unescape_bytes(bytes: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i] != b'\\' {
            out.push(bytes[i]);
            i += 1;
            continue;
        }
        match bytes.get(i + 1) {
            None => return Err("Trailing \\ in string"),
            Some(b'\n') => i += 2,
            Some(b'u' | b'U') => {
                out.push(b'\\');
                i += 1;
            }
            Some(_) => match decode_escape(bytes, i) {
                Ok((c, n)) => {
                    out.push(c as u8);
                    i += n;
                }
                Err(_) => return Err("invalid \\x escape"),
            },
        }
    }
    Ok(out)
}
