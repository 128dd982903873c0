//! A source file: its decoded text, its encoding and its lines.

use crate::diagnostic::Diagnostic;
use crate::span::{FileId, LineColumn, Span};

/// How the bytes of a file were decoded. Byte string literals are encoded back with it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// No cookie, no byte order mark: other bytes are an error.
    Ascii,
    /// UTF-8
    Utf8,
    /// ISO 8859-1
    Latin1,
}

/// One source file.
#[derive(Clone, PartialEq, Debug)]
pub struct SourceFile {
    id: FileId,
    name: String,
    text: String,
    encoding: Encoding,
    /// Offset of the first byte of each line.
    lines: Vec<u32>,
    problem: Option<Diagnostic>,
}

impl SourceFile {
    /// A file read from disk: ASCII unless a cookie or a byte order mark says otherwise.
    pub fn from_bytes(id: FileId, name: String, bytes: &[u8]) -> SourceFile {
        SourceFile::decode(id, name, bytes, Encoding::Ascii)
    }

    /// A byte string given to `eval` and its like: Latin-1 unless a cookie or a byte order mark says otherwise.
    pub fn from_byte_string(id: FileId, name: String, bytes: &[u8]) -> SourceFile {
        SourceFile::decode(id, name, bytes, Encoding::Latin1)
    }

    /// A unicode string given to `eval` and its like; byte string literals become UTF-8.
    pub fn from_text(id: FileId, name: String, text: &str) -> SourceFile {
        SourceFile::finish(id, name, text.to_owned(), Encoding::Utf8)
    }

    fn decode(id: FileId, name: String, bytes: &[u8], default: Encoding) -> SourceFile {
        let (bytes, bom) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => (rest, true),
            None => (bytes, false),
        };
        let fallback = if bom { Encoding::Utf8 } else { default };
        let (encoding, unknown) = match cookie(bytes) {
            None => (fallback, None),
            Some(cookie) => match encoding_named(cookie) {
                Some(encoding) => (encoding, None),
                None => (Encoding::Latin1, Some(cookie)),
            },
        };
        let text = match encoding {
            Encoding::Latin1 => bytes.iter().copied().map(char::from).collect(),
            Encoding::Ascii | Encoding::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
        };
        let mut file = SourceFile::finish(id, name, text, encoding);
        file.problem = match unknown {
            Some(cookie) => Some(file.unknown_encoding(cookie)),
            None => file.undecodable(bytes).or(file.problem.take()),
        };
        file
    }

    fn finish(id: FileId, name: String, text: String, encoding: Encoding) -> SourceFile {
        let mut text = if text.contains('\r') {
            text.replace("\r\n", "\n").replace('\r', "\n")
        } else {
            text
        };
        let too_big = text.len() >= u32::MAX as usize;
        if too_big {
            text.clear();
        }
        let starts = text
            .bytes()
            .enumerate()
            .filter(|&(_, byte)| byte == b'\n')
            .map(|(idx, _)| idx as u32 + 1);
        let lines = std::iter::once(0).chain(starts).collect();
        let mut file = SourceFile {
            id,
            name,
            text,
            encoding,
            lines,
            problem: None,
        };
        file.problem = if too_big {
            Some(Diagnostic::error("RPY0105", "source file is larger than 4 GB").note(file.name.clone()))
        } else {
            file.null_byte()
        };
        file
    }

    fn null_byte(&self) -> Option<Diagnostic> {
        let offset = self.text.find('\0')? as u32;
        let span = Span::new(self.id, offset, offset + 1);
        Some(Diagnostic::error("RPY0105", "source contains a null byte").at(span, "here"))
    }

    fn undecodable(&self, bytes: &[u8]) -> Option<Diagnostic> {
        let bad = match self.encoding {
            Encoding::Latin1 => return None,
            Encoding::Ascii => bytes.iter().position(|byte| !byte.is_ascii())?,
            Encoding::Utf8 => std::str::from_utf8(bytes).err()?.valid_up_to(),
        };
        let byte = *bytes.get(bad)?;
        let offset = self.decoded_offset(bytes.get(..bad)?);
        let width = self.text.get(offset..)?.chars().next().map_or(1, char::len_utf8);
        let span = Span::new(self.id, offset as u32, (offset + width) as u32);
        Some(match self.encoding {
            Encoding::Ascii => Diagnostic::error(
                "RPY0103",
                format!("byte 0x{byte:02x} in a file that declares no encoding"),
            )
            .at(span, "not ASCII")
            .help("declare the encoding in the first or second line: # -*- coding: utf-8 -*-"),
            Encoding::Utf8 | Encoding::Latin1 => Diagnostic::error("RPY0103", "source is not valid UTF-8")
                .at(span, format!("byte 0x{byte:02x} cannot be decoded")),
        })
    }

    /// Where the text after the valid UTF-8 `prefix` of the file is in the decoded text.
    fn decoded_offset(&self, prefix: &[u8]) -> usize {
        let pairs = prefix.windows(2).filter(|pair| pair == b"\r\n").count();
        prefix.len() - pairs
    }

    fn unknown_encoding(&self, cookie: &[u8]) -> Diagnostic {
        let name = String::from_utf8_lossy(cookie).into_owned();
        let start = self.text.find(&name).unwrap_or(0) as u32;
        Diagnostic::error("RPY0104", format!("encoding {name} is not supported"))
            .at(Span::new(self.id, start, start + name.len() as u32), "declared here")
            .help("save the file as UTF-8 and declare utf-8; ascii and latin-1 are supported too")
    }

    /// Its id in the source map.
    pub fn id(&self) -> FileId {
        self.id
    }

    /// What diagnostics and tracebacks show.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The decoded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How it was encoded.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Why the text cannot be parsed, if it cannot be decoded.
    pub fn problem(&self) -> Option<&Diagnostic> {
        self.problem.as_ref()
    }

    /// The whole text.
    pub fn span(&self) -> Span {
        Span::new(self.id, 0, self.text.len() as u32)
    }

    /// How many lines the text has (a last line without line end counts).
    pub fn n_lines(&self) -> u32 {
        self.lines.len() as u32
    }

    /// Line number, from 1, of the byte at `offset`.
    pub fn line(&self, offset: u32) -> u32 {
        self.lines.partition_point(|&start| start <= offset) as u32
    }

    /// Line and column of the byte at `offset`.
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let line = self.line(offset);
        let start = self.lines.get(line as usize - 1).copied().unwrap_or(0);
        let before = self.text.get(start as usize..offset as usize).unwrap_or("");
        LineColumn {
            line,
            column: before.chars().count() as u32 + 1,
        }
    }

    /// Offset of the first byte of a line, numbered from 1.
    pub fn line_start(&self, line: u32) -> u32 {
        (line as usize)
            .checked_sub(1)
            .and_then(|idx| self.lines.get(idx))
            .copied()
            .unwrap_or(0)
    }

    /// Offset of the line end of a line, numbered from 1.
    pub fn line_end(&self, line: u32) -> u32 {
        self.lines
            .get(line as usize)
            .map_or(self.text.len() as u32, |&next| next - 1)
    }

    /// The text of a line, numbered from 1, without its line end.
    pub fn line_text(&self, line: u32) -> Option<&str> {
        let start = *self.lines.get((line as usize).checked_sub(1)?)? as usize;
        let end = self
            .lines
            .get(line as usize)
            .map_or(self.text.len(), |&next| next as usize - 1);
        self.text.get(start..end)
    }

    /// The text of a span of this file.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }
}

/// The encoding named in a comment of the first two lines (PEP 263).
fn cookie(bytes: &[u8]) -> Option<&[u8]> {
    let lines = bytes
        .split(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .take(2);
    for line in lines {
        let indent = line
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\x0c'))
            .count();
        match line.get(indent) {
            Some(b'#') => {
                if let Some(name) = cookie_of_comment(line.get(indent..)?) {
                    return Some(name);
                }
            }
            Some(_) => return None,
            None => {}
        }
    }
    None
}

fn cookie_of_comment(comment: &[u8]) -> Option<&[u8]> {
    let mut rest = comment;
    while let Some(idx) = rest.windows(6).position(|window| window == b"coding") {
        rest = rest.get(idx + 6..)?;
        let Some((b':' | b'=', after)) = rest.split_first() else {
            continue;
        };
        let blanks = after.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let name = after.get(blanks..)?;
        let n_chars = name
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            .count();
        if n_chars > 0 {
            return name.get(..n_chars);
        }
    }
    None
}

fn encoding_named(cookie: &[u8]) -> Option<Encoding> {
    let normal = String::from_utf8_lossy(cookie).to_ascii_lowercase().replace('_', "-");
    let known = |names: &[&str]| {
        names
            .iter()
            .any(|name| normal == *name || normal.starts_with(&format!("{name}-")))
    };
    if known(&["utf-8", "utf8", "u8"]) {
        Some(Encoding::Utf8)
    } else if known(&["latin-1", "latin1", "iso-8859-1", "iso8859-1", "iso-latin-1", "l1"]) {
        Some(Encoding::Latin1)
    } else if known(&["ascii", "us-ascii", "646"]) {
        Some(Encoding::Ascii)
    } else {
        None
    }
}
