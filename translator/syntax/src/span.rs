//! Source files and positions in them.
//!
//! A [`Span`] is a byte range of the *decoded* text of one file: UTF-8, without byte order mark, line ends normalised to `\n`.
//! Lines and columns of the decoded text are those of the file, so that only byte offsets differ from the file on disk.

use std::sync::Arc;

use crate::source::SourceFile;

/// A file of a [`SourceMap`].
#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct FileId(pub u32);

impl FileId {
    /// The file of things that have no source text.
    pub const NONE: FileId = FileId(u32::MAX);
}

/// A byte range of one file's decoded text.
#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The span of things that have no source text.
    pub const NONE: Span = Span {
        file: FileId::NONE,
        start: 0,
        end: 0,
    };

    /// The span from `start` to `end` of `file`.
    pub fn new(file: FileId, start: u32, end: u32) -> Span {
        Span { file, start, end }
    }

    /// The smallest span that covers `self` and `other`, which are in one file.
    pub fn to(self, other: Span) -> Span {
        Span {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// Whether there is source text behind this span.
    pub fn is_some(self) -> bool {
        self.file != FileId::NONE
    }
}

/// A position for people: both numbers count from 1, columns count characters.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct LineColumn {
    /// Line number from 1.
    pub line: u32,
    /// Column in characters from 1.
    pub column: u32,
}

/// All source files of one translation.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<Arc<SourceFile>>,
}

impl SourceMap {
    /// A map without files.
    pub fn new() -> SourceMap {
        SourceMap::default()
    }

    /// Adds a file whose content is `bytes`; `name` is what diagnostics and tracebacks show.
    pub fn add(&mut self, name: impl Into<String>, bytes: &[u8]) -> Arc<SourceFile> {
        self.add_with(|id| SourceFile::from_bytes(id, name.into(), bytes))
    }

    /// Adds the text of an `eval`, `exec` or `compile` call on a byte string: without a cookie it is Latin-1.
    pub fn add_byte_string(&mut self, name: impl Into<String>, bytes: &[u8]) -> Arc<SourceFile> {
        self.add_with(|id| SourceFile::from_byte_string(id, name.into(), bytes))
    }

    /// Adds the text of an `eval`, `exec` or `compile` call on a unicode string.
    pub fn add_text(&mut self, name: impl Into<String>, text: &str) -> Arc<SourceFile> {
        self.add_with(|id| SourceFile::from_text(id, name.into(), text))
    }

    fn add_with(&mut self, make: impl FnOnce(FileId) -> SourceFile) -> Arc<SourceFile> {
        let id = FileId(u32::try_from(self.files.len()).expect("fewer than 2^32 source files"));
        let file = Arc::new(make(id));
        self.files.push(Arc::clone(&file));
        file
    }

    /// The file `id`; none for [`FileId::NONE`].
    pub fn get(&self, id: FileId) -> Option<&Arc<SourceFile>> {
        self.files.get(id.0 as usize)
    }

    /// Line number, from 1, of the start of `span`; 0 if it has no source text.
    pub fn line(&self, span: Span) -> u32 {
        self.get(span.file).map_or(0, |file| file.line(span.start))
    }

    /// File name and position of the start of `span`.
    pub fn position(&self, span: Span) -> Option<(&str, LineColumn)> {
        let file = self.get(span.file)?;
        Some((file.name(), file.line_column(span.start)))
    }
}
