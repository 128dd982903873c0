//! The engine behind the `re` module: Python's patterns are rewritten for `fancy-regex`.
//!
//! Strings are matched as text in which each character stands for one byte (`str`) or code point (`unicode`);
//! positions are characters.

use super::{NativeModule, def, index_arg};
use crate::error::{Raised, Res};
use crate::host::Host;
use crate::object::{Args, NativeDef, NativeObject};
use crate::value::{ObjId, Value};
use fancy_regex::Regex;
use std::any::Any;
use std::fmt::Write;

pub(super) const MODULE: NativeModule = NativeModule {
    name: "_re",
    functions: FUNCTIONS,
    constants: super::nothing,
};

const FUNCTIONS: &[NativeDef] = &[
    def("compile", 2, &["pattern", "flags"], compile),
    def("find", 5, &["compiled", "string", "pos", "endpos", "mode"], find),
];

const IGNORECASE: i64 = 2;
const MULTILINE: i64 = 8;
const DOTALL: i64 = 16;
const UNICODE: i64 = 32;
const VERBOSE: i64 = 64;

#[derive(Debug)]
struct Compiled {
    /// For `search`; `match` checks the position.
    search: Regex,
    anchored: Regex,
}

impl NativeObject for Compiled {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

fn bad(host: &mut Host, text: &str) -> Raised {
    host.value_error(text)
}

/// The characters of a `str` or `unicode`.
fn chars_of(host: &mut Host, value: Value) -> Res<Vec<char>> {
    if let Some(points) = host.unicode_chars(value) {
        return Ok(points
            .iter()
            .map(|p| char::from_u32(*p).unwrap_or('\u{fffd}'))
            .collect());
    }
    let bytes = host.to_bytes(value)?;
    Ok(bytes.iter().map(|b| char::from(*b)).collect())
}

/// `compile(pattern, flags) -> (handle, flags, number of groups, {name: group})`
fn compile(host: &mut Host, a: Args<'_>) -> Res {
    let pattern = chars_of(host, a.get(0))?;
    let flags = index_arg(host, a.get(1))?;
    let mut rewriter = Rewriter {
        source: &pattern,
        at: 0,
        out: String::new(),
        flags,
        groups: 0,
        names: vec![],
        depth: 0,
    };
    if let Err(text) = rewriter.run() {
        return Err(bad(host, &text));
    }
    let Rewriter {
        out,
        flags,
        groups,
        names,
        ..
    } = rewriter;
    let build = |text: &str| fancy_regex::RegexBuilder::new(text).backtrack_limit(50_000_000).build();
    let (search, anchored) = match (build(&out), build(&format!("\\G(?:{out})"))) {
        (Ok(s), Ok(a)) => (s, a),
        (Err(e), _) | (_, Err(e)) => return Err(bad(host, &format!("unsupported or invalid pattern: {e}"))),
    };
    let class: ObjId = host.types.object;
    let handle = host.new_native(class, Compiled { search, anchored });
    let mut pairs = vec![];
    for (name, index) in names {
        let name = host.new_str(name);
        pairs.push(host.new_tuple(&[name, Value::Int(index)]));
    }
    let names = host.new_list(pairs);
    Ok(host.new_tuple(&[handle, Value::Int(flags), Value::Int(groups), names]))
}

/// `find(handle, string, pos, endpos, mode)`: mode 0 searches, 1 matches at pos. None, or the list of group spans.
fn find(host: &mut Host, a: Args<'_>) -> Res {
    let chars = chars_of(host, a.get(1))?;
    let n = chars.len();
    let clip = |i: i64| usize::try_from(i.max(0)).unwrap_or(0).min(n);
    let (pos, end) = (clip(index_arg(host, a.get(2))?), clip(index_arg(host, a.get(3))?));
    let anchored = index_arg(host, a.get(4))? != 0;
    if pos > end {
        return Ok(Value::None);
    }
    let text: String = chars[..end].iter().collect();
    let offsets = Offsets::new(&text, end);
    let Some(compiled) = host.native::<Compiled>(a.get(0)) else {
        return Err(host.type_error("a compiled pattern is needed"));
    };
    let regex = if anchored { &compiled.anchored } else { &compiled.search };
    let captures = match regex.captures_from_pos(&text, offsets.byte(pos)) {
        Ok(c) => c,
        Err(e) => return Err(host.runtime_error(format!("matching took too long: {e}"))),
    };
    let Some(captures) = captures else {
        return Ok(Value::None);
    };
    let spans: Vec<Option<(usize, usize)>> = captures
        .iter()
        .map(|c| c.map(|m| (offsets.char(m.start()), offsets.char(m.end()))))
        .collect();
    let mut items = vec![];
    for span in spans {
        let pair = span.map_or([-1, -1], |(s, e)| [s, e].map(|i| i64::try_from(i).unwrap_or(i64::MAX)));
        items.push(host.new_tuple(&pair.map(Value::Int)));
    }
    Ok(host.new_list(items))
}

/// Between character positions and byte offsets.
struct Offsets {
    table: Option<Vec<usize>>,
}

impl Offsets {
    fn new(text: &str, n: usize) -> Self {
        if text.len() == n {
            return Offsets { table: None };
        }
        let mut table: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
        table.push(text.len());
        Offsets { table: Some(table) }
    }
    fn byte(&self, i: usize) -> usize {
        self.table.as_ref().map_or(i, |t| t[i.min(t.len() - 1)])
    }
    fn char(&self, offset: usize) -> usize {
        self.table
            .as_ref()
            .map_or(offset, |t| t.partition_point(|o| *o < offset))
    }
}

/// Rewrites a pattern.
struct Rewriter<'p> {
    source: &'p [char],
    at: usize,
    out: String,
    flags: i64,
    groups: i64,
    names: Vec<(String, i64)>,
    depth: u32,
}

type Rewritten<T = ()> = Result<T, String>;

impl Rewriter<'_> {
    fn run(&mut self) -> Rewritten {
        self.find_inline_flags();
        let mut prefix = String::new();
        if self.flags & IGNORECASE != 0 {
            prefix.push('i');
        }
        if self.flags & DOTALL != 0 {
            prefix.push('s');
        }
        if !prefix.is_empty() {
            let _ = write!(self.out, "(?{prefix})");
        }
        while let Some(c) = self.next() {
            self.element(c)?;
        }
        if self.depth > 0 {
            Err("unbalanced parenthesis".into())
        } else {
            Ok(())
        }
    }

    /// `(?imsx)` anywhere sets the flags of the whole pattern.
    fn find_inline_flags(&mut self) {
        let mut i = 0;
        while i + 2 < self.source.len() {
            match self.source[i] {
                '\\' => i += 1,
                '(' if self.source[i + 1] == '?' => {
                    let letters: Vec<char> = self.source[i + 2..]
                        .iter()
                        .copied()
                        .take_while(char::is_ascii_alphabetic)
                        .collect();
                    if self.source.get(i + 2 + letters.len()) == Some(&')') && !letters.is_empty() {
                        for letter in letters {
                            self.flags |= flag_of(letter).unwrap_or(0);
                        }
                    }
                }
                _ => {}
            }
            i += 1;
        }
    }

    fn next(&mut self) -> Option<char> {
        let c = self.source.get(self.at).copied();
        self.at += usize::from(c.is_some());
        c
    }

    fn peek(&self) -> Option<char> {
        self.source.get(self.at).copied()
    }

    fn element(&mut self, c: char) -> Rewritten {
        match c {
            '\\' => self.escape(false)?,
            '[' => self.class()?,
            '(' => self.group()?,
            ')' => {
                if self.depth == 0 {
                    return Err("unbalanced parenthesis".into());
                }
                self.depth -= 1;
                self.out.push(')');
            }
            '^' => self
                .out
                .push_str(if self.flags & MULTILINE != 0 { "(?m:^)" } else { "\\A" }),
            '$' => self.out.push_str(if self.flags & MULTILINE != 0 {
                "(?=\\n|\\z)"
            } else {
                "(?=\\n?\\z)"
            }),
            '{' => self.brace(),
            '}' => self.out.push_str("\\}"),
            '#' if self.flags & VERBOSE != 0 => while self.next().is_some_and(|c| c != '\n') {},
            c if c.is_whitespace() && self.flags & VERBOSE != 0 => {}
            '*' | '+' | '?' | '|' | '.' => self.out.push(c),
            c => self.literal(c),
        }
        Ok(())
    }

    fn literal(&mut self, c: char) {
        if c.is_ascii_punctuation() {
            self.out.push('\\');
        }
        self.out.push(c);
    }

    /// `{m,n}` is a repetition only when it is complete.
    fn brace(&mut self) {
        let rest = &self.source[self.at..];
        let Some(end) = rest.iter().position(|c| *c == '}') else {
            return self.out.push_str("\\{");
        };
        let body: String = rest[..end].iter().collect();
        let numbers = body.split(',').all(|p| p.chars().all(|c| c.is_ascii_digit())) && body.matches(',').count() <= 1;
        if !numbers || body.is_empty() {
            return self.out.push_str("\\{");
        }
        self.at += end + 1;
        match body.strip_prefix(',') {
            Some(max) if !max.is_empty() => {
                let _ = write!(self.out, "{{0,{max}}}");
            }
            Some(_) => self.out.push('*'),
            None => {
                let _ = write!(self.out, "{{{body}}}");
            }
        }
    }

    fn group(&mut self) -> Rewritten {
        self.depth += 1;
        if self.peek() != Some('?') {
            self.groups += 1;
            self.out.push('(');
            return Ok(());
        }
        self.at += 1;
        match self.next() {
            Some(c @ (':' | '=' | '!')) => {
                self.out.push_str("(?");
                self.out.push(c);
            }
            Some('<') => match self.next() {
                Some(c @ ('=' | '!')) => {
                    self.out.push_str("(?<");
                    self.out.push(c);
                }
                _ => return Err("unexpected end of pattern".into()),
            },
            Some('#') => {
                while self.next().ok_or("missing ), unterminated comment")? != ')' {}
                self.depth -= 1;
            }
            Some('P') => self.named_group()?,
            Some('(') => self.conditional()?,
            Some(c) if flag_of(c).is_some() => {
                while self.next().ok_or("missing )")? != ')' {}
                self.depth -= 1;
            }
            _ => return Err("unknown extension".into()),
        }
        Ok(())
    }

    fn word_until(&mut self, end: char) -> Rewritten<String> {
        let mut word = String::new();
        loop {
            match self.next() {
                Some(c) if c == end => return Ok(word),
                Some(c) => word.push(c),
                None => return Err("unterminated name".into()),
            }
        }
    }

    fn named_group(&mut self) -> Rewritten {
        match self.next() {
            Some('<') => {
                let name = self.word_until('>')?;
                let valid = name.chars().all(|c| c.is_alphanumeric() || c == '_')
                    && !name.starts_with(|c: char| c.is_ascii_digit());
                if name.is_empty() || !valid {
                    return Err("bad character in group name".into());
                }
                if self.names.iter().any(|(n, _)| *n == name) {
                    return Err(format!("redefinition of group name '{name}'"));
                }
                self.groups += 1;
                self.names.push((name, self.groups));
                self.out.push('(');
            }
            Some('=') => {
                let name = self.word_until(')')?;
                self.depth -= 1;
                match self.names.iter().find(|(n, _)| *n == name) {
                    Some((_, index)) => {
                        let _ = write!(self.out, "(?:\\{index})");
                    }
                    None => return Err("unknown group name".into()),
                }
            }
            _ => return Err("unexpected end of pattern".into()),
        }
        Ok(())
    }

    fn conditional(&mut self) -> Rewritten {
        let word = self.word_until(')')?;
        let index = word
            .parse()
            .ok()
            .or_else(|| self.names.iter().find(|(n, _)| *n == word).map(|(_, i)| *i));
        match index {
            Some(index) => {
                let _ = write!(self.out, "(?({index})");
                Ok(())
            }
            None => Err("bad character in group name".into()),
        }
    }

    /// What follows a backslash; in a class no assertions or references.
    fn escape(&mut self, in_class: bool) -> Rewritten {
        let c = self.next().ok_or("bogus escape (end of line)")?;
        let unicode = self.flags & UNICODE != 0;
        let set = |ascii: &str, full: &str| if unicode { full.to_owned() } else { ascii.to_owned() };
        let text = match c {
            'd' => set("0-9", "\\d"),
            'w' => set("0-9A-Za-z_", "\\w"),
            's' => set(" \\t\\n\\r\\x0b\\x0c", "\\s"),
            'D' => return self.negated("^0-9", "\\D", in_class, unicode),
            'W' => return self.negated("^0-9A-Za-z_", "\\W", in_class, unicode),
            'S' => return self.negated("^ \\t\\n\\r\\x0b\\x0c", "\\S", in_class, unicode),
            'b' if in_class => "\\x08".to_owned(),
            'b' | 'B' => {
                let _ = if unicode {
                    write!(self.out, "\\{c}")
                } else {
                    write!(self.out, "{}", ascii_boundary(c == 'b'))
                };
                return Ok(());
            }
            'A' => "\\A".to_owned(),
            'Z' => "\\z".to_owned(),
            'a' => "\\x07".to_owned(),
            'f' => "\\x0c".to_owned(),
            'v' => "\\x0b".to_owned(),
            'n' | 'r' | 't' => format!("\\{c}"),
            'x' => self.hex()?,
            '0' => self.octal(0),
            c if c.is_ascii_digit() => return self.reference(c, in_class),
            c => {
                self.literal(c);
                return Ok(());
            }
        };
        let brackets = matches!(c, 'd' | 'w' | 's') && !in_class && !unicode;
        if brackets {
            let _ = write!(self.out, "[{text}]");
        } else {
            self.out.push_str(&text);
        }
        Ok(())
    }

    fn negated(&mut self, ascii: &str, full: &str, _in_class: bool, unicode: bool) -> Rewritten {
        if unicode {
            self.out.push_str(full);
        } else {
            let _ = write!(self.out, "[{ascii}]");
        }
        Ok(())
    }

    fn hex(&mut self) -> Rewritten<String> {
        let digits: String = self.source[self.at..]
            .iter()
            .take(2)
            .take_while(|c| c.is_ascii_hexdigit())
            .collect();
        if digits.len() != 2 {
            return Err("bogus escape".into());
        }
        self.at += 2;
        Ok(format!("\\x{digits}"))
    }

    fn octal(&mut self, first: u32) -> String {
        let mut value = first;
        for _ in 0..2 {
            match self.peek().and_then(|c| c.to_digit(8)) {
                Some(d) => value = value * 8 + d,
                None => break,
            }
            self.at += 1;
        }
        format!("\\x{{{:x}}}", value & 0xff)
    }

    fn reference(&mut self, c: char, in_class: bool) -> Rewritten {
        let first = c.to_digit(10).unwrap_or(0);
        let digits: Vec<u32> = self.source[self.at..]
            .iter()
            .take(2)
            .map_while(|c| c.to_digit(8))
            .collect();
        if in_class || (first < 4 && digits.len() == 2) {
            let text = self.octal(first);
            self.out.push_str(&text);
            return Ok(());
        }
        let mut index = i64::from(first);
        if let Some(d) = self.peek().and_then(|c| c.to_digit(10)) {
            index = index * 10 + i64::from(d);
            self.at += 1;
        }
        if index > self.groups {
            return Err("bogus escape: invalid group reference".into());
        }
        let _ = write!(self.out, "(?:\\{index})");
        Ok(())
    }

    /// A character class; everything special to the other engine is escaped.
    fn class(&mut self) -> Rewritten {
        self.out.push('[');
        if self.peek() == Some('^') {
            self.at += 1;
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let c = self.next().ok_or("unexpected end of regular expression")?;
            match c {
                ']' if !first => break,
                '\\' => self.escape(true)?,
                '-' if !first && self.peek() != Some(']') && self.peek().is_some() => self.out.push('-'),
                c => self.literal(c),
            }
            first = false;
        }
        self.out.push(']');
        Ok(())
    }
}

fn ascii_boundary(at: bool) -> &'static str {
    if at {
        "(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))"
    } else {
        "(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))"
    }
}

fn flag_of(letter: char) -> Option<i64> {
    Some(match letter {
        'i' => IGNORECASE,
        'L' => 4,
        'm' => MULTILINE,
        's' => DOTALL,
        'u' => UNICODE,
        'x' => VERBOSE,
        _ => return None,
    })
}
