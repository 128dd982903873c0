//! Formats diagnostics: for people (`annotate-snippets`), on one line, or as JSON.

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use serde::Serialize;

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::SourceFile;
use crate::span::SourceMap;

/// How much colour.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Style {
    /// For pipes and files.
    Plain,
    /// For terminals.
    Colour,
}

/// More lines than this of one label's source say nothing more.
const MAX_LINES: u32 = 8;

/// The diagnostic with its source lines, `FILE:LINE:COLUMN` and carets; it ends with a line end.
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap, style: Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let places = by_file(diagnostic, sources);
    let title = level.primary_title(visible(&diagnostic.title)).id(diagnostic.code);
    let mut group = Group::with_title(title);
    for (source, labels) in &places {
        group = group.element(snippet(source, labels));
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(visible(note)));
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(visible(help)));
    }
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Colour => Renderer::styled(),
    };
    format!("{}\n", renderer.render(&[group]))
}

/// Text without characters that would steer a terminal.
fn visible(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() && c != '\n' && c != '\t' {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}

/// Labels with whether they are the primary one, by file; the primary one's file comes first.
type Places<'a> = Vec<(&'a SourceFile, Vec<(bool, &'a Label)>)>;

fn by_file<'a>(diagnostic: &'a Diagnostic, sources: &'a SourceMap) -> Places<'a> {
    let mut places: Places<'a> = Vec::new();
    let primary = diagnostic.primary.iter().map(|label| (true, label));
    for (is_primary, label) in primary.chain(diagnostic.labels.iter().map(|label| (false, label))) {
        let Some(source) = sources.get(label.span.file) else {
            continue;
        };
        match places.iter_mut().find(|(known, _)| known.id() == source.id()) {
            Some((_, labels)) => labels.push((is_primary, label)),
            None => places.push((source, vec![(is_primary, label)])),
        }
    }
    places
}

/// The part of the file that the labels need: so that rendering does not depend on the file's size.
fn snippet<'a>(source: &'a SourceFile, labels: &[(bool, &'a Label)]) -> Snippet<'a, Annotation<'a>> {
    let first = labels
        .iter()
        .map(|(_, label)| source.line(label.span.start))
        .min()
        .unwrap_or(1);
    let last = labels
        .iter()
        .map(|(_, label)| source.line(shown_end(source, label)))
        .max()
        .unwrap_or(1);
    let start = source.line_start(first);
    let end = source.line_end(last);
    let text = source.text().get(start as usize..end as usize).unwrap_or("");
    let annotations = labels.iter().map(|(is_primary, label)| {
        let kind = if *is_primary {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        let from = (label.span.start.min(end) - start) as usize;
        let to = (shown_end(source, label).min(end).max(start) - start) as usize;
        let annotation = kind.span(from..to.max(from));
        if label.message.is_empty() {
            annotation
        } else {
            annotation.label(label.message.as_str())
        }
    });
    Snippet::source(text)
        .line_start(first as usize)
        .path(source.name())
        .annotations(annotations)
}

/// Where the shown part of a label ends: a label over many lines is cut after its first line.
fn shown_end(source: &SourceFile, label: &Label) -> u32 {
    let first = source.line(label.span.start);
    let last_byte = label.span.end.max(label.span.start + 1) - 1;
    if source.line(last_byte) >= first + MAX_LINES {
        source.line_end(first)
    } else {
        label.span.end
    }
}

/// `FILE:LINE:COLUMN: severity[CODE]: title: label`, without a line end.
pub fn render_line(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let place = diagnostic
        .primary
        .as_ref()
        .and_then(|label| sources.position(label.span));
    let place = place.map_or(String::new(), |(file, at)| {
        format!("{file}:{}:{}: ", at.line, at.column)
    });
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let label = diagnostic.primary.as_ref().filter(|label| !label.message.is_empty());
    let label = label.map_or(String::new(), |label| format!(": {}", label.message));
    format!("{place}{severity}[{}]: {}{label}", diagnostic.code, diagnostic.title)
}

/// The diagnostic as one JSON object; lines and columns count from 1, a region ends before its end.
pub fn to_json(diagnostic: &Diagnostic, sources: &SourceMap) -> serde_json::Value {
    let json = JsonDiagnostic {
        code: diagnostic.code,
        severity: diagnostic.severity,
        title: &diagnostic.title,
        primary: diagnostic.primary.as_ref().and_then(|label| json_label(label, sources)),
        labels: diagnostic
            .labels
            .iter()
            .filter_map(|label| json_label(label, sources))
            .collect(),
        notes: &diagnostic.notes,
        help: &diagnostic.help,
    };
    serde_json::to_value(json).expect("strings, numbers and lists are always serialisable")
}

#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    code: &'a str,
    severity: Severity,
    title: &'a str,
    primary: Option<JsonLabel<'a>>,
    labels: Vec<JsonLabel<'a>>,
    notes: &'a [String],
    help: &'a [String],
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    message: &'a str,
}

fn json_label<'a>(label: &'a Label, sources: &'a SourceMap) -> Option<JsonLabel<'a>> {
    let source = sources.get(label.span.file)?;
    let start = source.line_column(label.span.start);
    let end = source.line_column(label.span.end);
    Some(JsonLabel {
        file: source.name(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        message: &label.message,
    })
}
