//! Diagnostics as data. Stages fill them in, [`crate::render`] formats them.

use std::ops::{Deref, DerefMut};

use serde::Serialize;

use crate::span::Span;

/// How bad it is.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The translation cannot go on.
    Error,
    /// The translation goes on.
    Warning,
}

/// A piece of source and what is to say about it (may be empty).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What.
    pub message: String,
}

/// The content of a [`Diagnostic`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DiagnosticData {
    /// `RPYnnnn`; it has a page in `docs/errors/`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// One line in the user's words.
    pub title: String,
    /// The place it is about.
    pub primary: Option<Label>,
    /// Other places that matter, possibly in other files.
    pub labels: Vec<Label>,
    /// Facts.
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: Vec<String>,
}

/// A message to the user: one pointer wide, so that `Result<T, Diagnostic>` stays small. Fields are reached through `Deref`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic(Box<DiagnosticData>);

impl Diagnostic {
    /// An error without a place yet.
    pub fn error(code: &'static str, title: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, code, title.into())
    }

    /// A warning without a place yet.
    pub fn warning(code: &'static str, title: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Warning, code, title.into())
    }

    fn new(severity: Severity, code: &'static str, title: String) -> Diagnostic {
        Diagnostic(Box::new(DiagnosticData {
            code,
            severity,
            title,
            primary: None,
            labels: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
        }))
    }

    /// Sets the place it is about. A span without source text sets nothing.
    pub fn at(mut self, span: Span, message: impl Into<String>) -> Diagnostic {
        if span.is_some() {
            self.primary = Some(Label {
                span,
                message: message.into(),
            });
        }
        self
    }

    /// Adds a further place.
    pub fn label(mut self, span: Span, message: impl Into<String>) -> Diagnostic {
        if span.is_some() {
            self.labels.push(Label {
                span,
                message: message.into(),
            });
        }
        self
    }

    /// Adds a fact.
    pub fn note(mut self, text: impl Into<String>) -> Diagnostic {
        self.notes.push(text.into());
        self
    }

    /// Adds what to do about it.
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help.push(text.into());
        self
    }
}

impl Deref for Diagnostic {
    type Target = DiagnosticData;

    fn deref(&self) -> &DiagnosticData {
        &self.0
    }
}

impl DerefMut for Diagnostic {
    fn deref_mut(&mut self) -> &mut DiagnosticData {
        &mut self.0
    }
}
