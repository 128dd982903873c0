//! Strings: methods, slices, formatting.

use crate::annotator::{Annotator, Flow};
use crate::calls::Args;
use crate::model::{AnnId, Kind};
use rpy_host::Value;

impl Annotator {
    /// Checks that both ends of a slice are not negative; `-1` is allowed as an end where the list is known to have items.
    pub(crate) fn check_slice(&mut self, start: AnnId, stop: AnnId, of_list: bool) -> Flow<()> {
        let _ = of_list;
        for (ann, name) in [(start, "start"), (stop, "stop")] {
            match self.anns.kind(ann).clone() {
                Kind::None => {}
                Kind::Bool => {}
                Kind::Int { nonneg: true, int } if int.bits == 64 => {}
                Kind::Int { .. } if name == "stop" && self.anns.constant(ann) == Some(Value::Int(-1)) => {}
                Kind::Int { .. } => {
                    return Err(self
                        .error("RPY0410", format!("the {name} of this slice may be negative"))
                        .help(format!(
                            "RPython must know that it is not: write `assert {name} >= 0` before it"
                        )));
                }
                _ => {
                    let what = self.describe(ann);
                    return Err(self.error(
                        "RPY0410",
                        format!("the {name} of a slice must be an integer, it is {what}"),
                    ));
                }
            }
        }
        Ok(())
    }

    /// A call of a method of `str` or `unicode`.
    pub(crate) fn string_method(&mut self, s: AnnId, name: &str, args: &Args) -> Flow {
        let p = &args.positional;
        let unicode = matches!(self.anns.kind(s), Kind::Unicode { .. } | Kind::UniChar);
        let string = self.string_of(s);
        self.no_keywords(name, args)?;
        match (name, p.len()) {
            ("find" | "rfind" | "count", 1..=3) => {
                self.same_strings(name, s, p[0])?;
                self.method_slice(p, 1)?;
                Ok(if name == "count" { AnnId::NONNEG } else { AnnId::INT })
            }
            ("startswith" | "endswith", 1..=3) => {
                self.method_slice(p, 1)?;
                self.same_strings(name, s, p[0])?;
                Ok(AnnId::BOOL)
            }
            ("strip" | "lstrip" | "rstrip", 0 | 1) => {
                for arg in p {
                    self.same_strings(name, s, *arg)?;
                }
                Ok(string)
            }
            ("upper" | "lower", 0) => Ok(string),
            ("isdigit" | "isalpha" | "isalnum" | "isspace" | "isupper" | "islower", 0) => Ok(AnnId::BOOL),
            ("replace", 2) => {
                self.same_strings(name, s, p[0])?;
                self.same_strings(name, s, p[1])?;
                let no_nul = self.no_nul(s) && self.no_nul(p[1]);
                Ok(self.anns.of(if unicode {
                    Kind::Unicode {
                        can_be_none: false,
                        no_nul,
                    }
                } else {
                    Kind::Str {
                        can_be_none: false,
                        no_nul,
                    }
                }))
            }
            ("split" | "rsplit", 0..=2) => {
                if let Some(sep) = p.first()
                    && *sep != AnnId::NONE
                {
                    self.same_strings(name, s, *sep)?;
                }
                self.new_resizable_list_here(string)
            }
            ("join", 1) => self.string_join(s, p[0]),
            ("encode", 1 | 2) if unicode => {
                self.constant_encoding(name, p)?;
                Ok(AnnId::STR)
            }
            ("decode", 1 | 2) if !unicode => {
                self.constant_encoding(name, p)?;
                Ok(AnnId::UNICODE)
            }
            ("__len__", 0) => Ok(AnnId::NONNEG),
            _ if STRING_METHODS.contains(&name) => Err(self.wrong_method_arguments(s, name, p.len())),
            _ => Err(self.missing_method(s, name)),
        }
    }

    fn constant_encoding(&mut self, name: &str, p: &[AnnId]) -> Flow<()> {
        for (i, arg) in p.iter().enumerate() {
            if self.anns.constant(*arg).is_none() {
                let what = if i == 0 { "encoding" } else { "error handler" };
                return Err(self.error("RPY0404", format!("the {what} of `{name}` must be a constant")));
            }
        }
        let known = ["ascii", "latin-1", "latin1", "iso-8859-1", "utf-8", "utf8"];
        let encoding = self
            .constant_text(p[0])
            .unwrap_or_default()
            .to_lowercase()
            .replace('_', "-");
        if !known.contains(&encoding.as_str()) {
            return Err(self.error(
                "RPY0404",
                format!("the encoding `{encoding}` is not available in RPython"),
            ));
        }
        Ok(())
    }

    fn string_join(&mut self, s: AnnId, list: AnnId) -> Flow {
        let item = match self.anns.kind(list).clone() {
            Kind::List(l) => self.read_item(l),
            Kind::Tuple(_) => self.any_item(list)?,
            _ => {
                let what = self.describe(list);
                return Err(self.error("RPY0404", format!("`join` needs a list of strings, not {what}")));
            }
        };
        let unicode = matches!(self.anns.kind(s), Kind::Unicode { .. } | Kind::UniChar);
        let fits = match self.anns.kind(item) {
            Kind::Impossible => {
                return Ok(if unicode { AnnId::UNICODE } else { AnnId::STR });
            }
            Kind::Str { .. } | Kind::Char { .. } => !unicode,
            Kind::Unicode { .. } | Kind::UniChar => unicode,
            _ => false,
        };
        if !fits {
            let what = self.describe(item);
            return Err(self.error(
                "RPY0404",
                format!("`join` needs a list of strings; the items of this one are {what}"),
            ));
        }
        let no_nul = self.no_nul(s) && self.no_nul(item);
        Ok(self.anns.of(if unicode {
            Kind::Unicode {
                can_be_none: false,
                no_nul,
            }
        } else {
            Kind::Str {
                can_be_none: false,
                no_nul,
            }
        }))
    }

    fn method_slice(&mut self, p: &[AnnId], from: usize) -> Flow<()> {
        let start = p.get(from).copied().unwrap_or(AnnId::NONE);
        let stop = p.get(from + 1).copied().unwrap_or(AnnId::NONE);
        self.check_slice(start, stop, false)
    }

    fn same_strings(&mut self, name: &str, s: AnnId, arg: AnnId) -> Flow<()> {
        let unicode = |k: &Kind| matches!(k, Kind::Unicode { .. } | Kind::UniChar);
        let string = |k: &Kind| matches!(k, Kind::Str { .. } | Kind::Char { .. });
        let (ks, ka) = (self.anns.kind(s), self.anns.kind(arg));
        if unicode(ks) && unicode(ka) || string(ks) && string(ka) {
            return Ok(());
        }
        let (x, y) = (self.describe(s), self.describe(arg));
        Err(self.error("RPY0401", format!("the method `{name}` of {x} gets {y}")))
    }

    /// `format % values`.
    pub(crate) fn format_string(&mut self, format: AnnId, values: AnnId) -> Flow {
        let unicode = matches!(self.anns.kind(format), Kind::Unicode { .. } | Kind::UniChar);
        let Some(text) = self.anns.constant(format) else {
            return Err(self
                .error("RPY0417", "the format on the left of `%` must be a constant")
                .help("it is taken apart while translating; write one `%` expression per format"));
        };
        let text: Vec<u32> = match self.host.unicode_chars(text) {
            Some(chars) => chars.to_vec(),
            None => self
                .host
                .str_bytes(text)
                .map(|b| b.iter().map(|c| u32::from(*c)).collect())
                .unwrap_or_default(),
        };
        let values: Vec<AnnId> = match self.anns.kind(values) {
            Kind::Tuple(items) => items.to_vec(),
            _ => vec![values],
        };
        let pieces = match parse_format(&text) {
            Ok(pieces) => pieces,
            Err(why) => return Err(self.error("RPY0417", why)),
        };
        let codes: Vec<char> = pieces.iter().filter_map(|p| p.code()).collect();
        if codes.len() != values.len() {
            return Err(self.error(
                "RPY0417",
                format!(
                    "the format has {} places, but {} values are given",
                    codes.len(),
                    values.len()
                ),
            ));
        }
        let mut no_nul = !text.contains(&0);
        let mut wide = unicode;
        for (code, value) in codes.iter().zip(&values) {
            self.check_format_value(*code, *value)?;
            no_nul &= self.no_nul(*value);
            wide |= *code == 's' && matches!(self.anns.kind(*value), Kind::Unicode { .. } | Kind::UniChar);
        }
        Ok(self.anns.of(if wide {
            Kind::Unicode {
                can_be_none: false,
                no_nul,
            }
        } else {
            Kind::Str {
                can_be_none: false,
                no_nul,
            }
        }))
    }

    fn check_format_value(&mut self, code: char, value: AnnId) -> Flow<()> {
        let kind = self.anns.kind(value).clone();
        let fits = match code {
            's' | 'r' => !matches!(kind, Kind::Impossible),
            'd' | 'i' | 'u' | 'x' | 'X' | 'o' => matches!(kind, Kind::Int { .. } | Kind::Bool),
            'c' => matches!(
                kind,
                Kind::Char { .. } | Kind::UniChar | Kind::Int { .. } | Kind::Str { .. }
            ),
            _ => matches!(kind, Kind::Float | Kind::Int { .. } | Kind::Bool | Kind::SingleFloat),
        };
        if fits {
            return Ok(());
        }
        let what = self.describe(value);
        Err(self.error("RPY0417", format!("`%{code}` in a format cannot show {what}")))
    }
}

/// Methods of strings that exist in RPython.
const STRING_METHODS: &[&str] = &[
    "find",
    "rfind",
    "count",
    "startswith",
    "endswith",
    "strip",
    "lstrip",
    "rstrip",
    "upper",
    "lower",
    "isdigit",
    "isalpha",
    "isalnum",
    "isspace",
    "isupper",
    "islower",
    "replace",
    "split",
    "rsplit",
    "join",
    "encode",
    "decode",
];

/// A part of a `%` format.
#[derive(Clone, Debug, PartialEq)]
pub enum FormatPiece {
    /// Text that stands for itself.
    Text(Vec<u32>),
    /// A value: conversion character, and precision for floats.
    Value {
        /// `s`, `d`, `x`, `o`, `f`, `r`, `c` …
        code: char,
        /// Digits after the point.
        precision: Option<u32>,
    },
}

impl FormatPiece {
    fn code(&self) -> Option<char> {
        match self {
            FormatPiece::Text(_) => None,
            FormatPiece::Value { code, .. } => Some(*code),
        }
    }
}

/// Takes a `%` format apart; widths and flags are refused.
pub fn parse_format(text: &[u32]) -> Result<Vec<FormatPiece>, String> {
    let mut pieces = vec![];
    let mut plain = vec![];
    let mut i = 0;
    while let Some(&c) = text.get(i) {
        i += 1;
        if c != u32::from('%') {
            plain.push(c);
            continue;
        }
        let start = i;
        let mut precision = None;
        if text.get(i) == Some(&u32::from('.')) {
            i += 1;
            let mut n = 0u32;
            while let Some(d) = text
                .get(i)
                .and_then(|c| char::from_u32(*c))
                .and_then(|c| c.to_digit(10))
            {
                n = n.saturating_mul(10).saturating_add(d);
                i += 1;
            }
            precision = Some(n);
        }
        while matches!(text.get(i).and_then(|c| char::from_u32(*c)), Some('h' | 'l' | 'L')) {
            i += 1;
        }
        let code = text.get(i).and_then(|c| char::from_u32(*c));
        i += 1;
        match code {
            Some('%') => plain.push(u32::from('%')),
            Some(code @ ('s' | 'd' | 'i' | 'u' | 'x' | 'X' | 'o' | 'r' | 'c' | 'f' | 'F' | 'g' | 'G' | 'e' | 'E')) => {
                if !plain.is_empty() {
                    pieces.push(FormatPiece::Text(std::mem::take(&mut plain)));
                }
                pieces.push(FormatPiece::Value { code, precision });
            }
            _ => {
                let end = text[start..]
                    .iter()
                    .position(|c| char::from_u32(*c).is_some_and(char::is_alphabetic))
                    .map_or(text.len(), |n| start + n + 1);
                let shown: String = text[start - 1..end].iter().filter_map(|c| char::from_u32(*c)).collect();
                return Err(format!(
                    "the format `{shown}` is not available in RPython: flags and widths do not exist"
                ));
            }
        }
    }
    if !plain.is_empty() {
        pieces.push(FormatPiece::Text(plain));
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(s: &str) -> Result<Vec<FormatPiece>, String> {
        parse_format(&s.chars().map(u32::from).collect::<Vec<_>>())
    }

    #[test]
    fn formats_are_taken_apart() {
        let pieces = parse("a%d%%%.3f").expect("a good format");
        assert_eq!(pieces.len(), 4);
        assert_eq!(
            pieces[3],
            FormatPiece::Value {
                code: 'f',
                precision: Some(3)
            }
        );
        assert!(parse("%-10s").is_err_and(|e| e.contains("%-10s")));
    }
}
