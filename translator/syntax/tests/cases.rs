//! Runs the case files of `tests/cases`.
//!
//! A file is a sequence of cases: a line `=== KIND: what it shows`, the source, a line `---`, the expected text.
//! KIND is `tokens`, `tree`, `spans` (a tree with byte ranges), `eval`, `single` or `error`.
//! In the source, `␍` stands for a carriage return and `␌` for a form feed.
//! With `UPDATE_EXPECT=1` the expected texts are rewritten.

use std::fmt::Write;
use std::path::Path;

use rpy_syntax::ast::Futures;
use rpy_syntax::dump::{Spans, dump_expression, dump_module, dump_tokens};
use rpy_syntax::render::{Style, render};
use rpy_syntax::{Diagnostic, SourceMap, parse_eval, parse_module, parse_single};

struct Case {
    kind: String,
    title: String,
    source: String,
    expected: String,
}

fn cases(text: &str) -> Vec<Case> {
    let case = |section: &str| {
        let (head, rest) = section.split_once('\n').expect("a head line");
        let (kind, title) = head.split_once(": ").expect("=== KIND: title");
        let rest = format!("\n{rest}\n");
        let (source, expected) = rest.split_once("\n---\n").unwrap_or((&rest, ""));
        let source = source
            .strip_prefix('\n')
            .map_or(String::new(), |source| format!("{source}\n"));
        Case {
            kind: kind.to_owned(),
            title: title.to_owned(),
            source,
            expected: expected.trim_end().to_owned(),
        }
    };
    format!("\n{text}").split("\n=== ").skip(1).map(case).collect()
}

fn run(case: &Case) -> String {
    let mut sources = SourceMap::new();
    let text = case.source.replace('␍', "\r").replace('␌', "\x0c").replace('␀', "\0");
    let source = sources.add("case.py", text.as_bytes());
    let outcome = match case.kind.as_str() {
        "tokens" => Ok(dump_tokens(&source)),
        "tree" | "error" => {
            parse_module(&source, Futures::default()).map(|module| dump_module(&source, &module, Spans::Hidden))
        }
        "spans" => parse_module(&source, Futures::default()).map(|module| dump_module(&source, &module, Spans::Shown)),
        "eval" => parse_eval(&source, Futures::default()).map(|body| dump_expression(&source, &body, Spans::Hidden)),
        "single" => {
            parse_single(&source, Futures::default()).map(|module| dump_module(&source, &module, Spans::Hidden))
        }
        other => panic!("there is no kind of case {other}"),
    };
    let show = |error: &Diagnostic| render(error, &sources, Style::Plain);
    let text = outcome.unwrap_or_else(|errors| errors.iter().map(show).collect());
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned()
}

fn check_file(path: &Path, failures: &mut String) {
    let text = std::fs::read_to_string(path).expect("a readable case file");
    let mut updated = String::new();
    for case in cases(&text) {
        let found = run(&case);
        let separator = if case.source.is_empty() { "---\n" } else { "\n---\n" };
        let source = case.source.strip_suffix('\n').unwrap_or("");
        let _ = write!(
            updated,
            "=== {}: {}\n{source}{separator}{found}\n\n",
            case.kind, case.title
        );
        if found != case.expected {
            let _ = write!(
                failures,
                "{}: {}\n--- expected\n{}\n--- found\n{found}\n\n",
                path.display(),
                case.title,
                case.expected
            );
        }
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, format!("{}\n", updated.trim_end())).expect("a writable case file");
    }
}

#[test]
fn cases_give_what_they_expect() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let entries = std::fs::read_dir(folder).expect("the folder of cases");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    let mut failures = String::new();
    paths.iter().for_each(|path| check_file(path, &mut failures));
    assert!(
        std::env::var_os("UPDATE_EXPECT").is_some() || failures.is_empty(),
        "{failures}"
    );
}
