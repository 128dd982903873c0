//! Source files: decoding, lines, and how diagnostics about them look.

use rpy_syntax::ast::{ExprKind, Futures, StmtKind};
use rpy_syntax::render::{Style, render, render_line, to_json};
use rpy_syntax::{Diagnostic, Encoding, SourceFile, SourceMap, Span, parse_module};

fn strings(source: &SourceFile) -> Vec<ExprKind> {
    let module = parse_module(source, Futures::default()).expect("correct source");
    let value = |kind: StmtKind| match kind {
        StmtKind::Expr(expr) => expr.kind,
        other => panic!("{other:?}"),
    };
    module.body.into_iter().map(|stmt| value(stmt.kind)).collect()
}

fn bytes(value: &[u8]) -> ExprKind {
    ExprKind::Str(value.into())
}

fn unicode(value: &str) -> ExprKind {
    ExprKind::Unicode(value.chars().map(u32::from).collect())
}

#[test]
fn byte_strings_keep_the_bytes_of_the_file() {
    let mut sources = SourceMap::new();
    let utf8 = sources.add("u.py", "# coding: utf-8\n'é'\nu'é'\n".as_bytes());
    assert_eq!(strings(&utf8), [bytes(b"\xc3\xa9"), unicode("é")]);
    let latin = sources.add("l.py", b"# -*- coding: iso-8859-1 -*-\n'\xe9\\xe9'\nu'\xe9'\n");
    assert_eq!(latin.encoding(), Encoding::Latin1);
    assert_eq!(strings(&latin), [bytes(b"\xe9\xe9"), unicode("é")]);
}

#[test]
fn a_byte_order_mark_means_utf_8() {
    let mut sources = SourceMap::new();
    let source = sources.add("b.py", b"\xef\xbb\xbfu'\xc3\xa9'\n");
    assert_eq!(strings(&source), [unicode("é")]);
    assert_eq!(source.line_column(0).column, 1);
}

#[test]
fn strings_given_to_eval_need_no_cookie() {
    let mut sources = SourceMap::new();
    let source = sources.add_byte_string("<string>", b"'\xe9'\nu'\xe9'\n");
    assert_eq!(strings(&source), [bytes(b"\xe9"), unicode("é")]);
    let source = sources.add_text("<string>", "'é'\nu'é'\n");
    assert_eq!(strings(&source), [bytes(b"\xc3\xa9"), unicode("é")]);
}

#[test]
fn the_cookie_is_in_a_comment_of_the_first_two_lines() {
    let encoding = |text: &[u8]| SourceMap::new().add("c.py", text).encoding();
    assert_eq!(
        encoding(b"#!/bin/x\r\n# vim: set fileencoding=utf-8 :\r\n"),
        Encoding::Utf8
    );
    assert_eq!(encoding(b"#coding=LATIN_1\n"), Encoding::Latin1);
    assert_eq!(encoding(b"\n\n# coding: utf-8\n"), Encoding::Ascii);
    assert_eq!(encoding(b"x = 1\n# coding: utf-8\n"), Encoding::Ascii);
    assert_eq!(encoding(b"# coding utf-8, encoding: us-ascii\n"), Encoding::Ascii);
}

#[test]
fn a_bad_byte_is_shown_where_it_is() {
    let mut sources = SourceMap::new();
    let source = sources.add("bad.py", b"# coding: utf-8\r\nx = 1\r\ny = 'ab\xff'\r\n");
    let errors = parse_module(&source, Futures::default()).expect_err("not UTF-8");
    assert_eq!(
        render_line(&errors[0], &sources),
        "bad.py:3:8: error[RPY0103]: source is not valid UTF-8: byte 0xff cannot be decoded"
    );
}

#[test]
fn lines_and_columns_count_from_1() {
    let mut sources = SourceMap::new();
    let source = sources.add_text("l.py", "ab\n\u{e9}d\n");
    let place = |offset| {
        let place = source.line_column(offset);
        (place.line, place.column)
    };
    assert_eq!(place(0), (1, 1));
    assert_eq!(place(2), (1, 3));
    assert_eq!(place(3), (2, 1));
    assert_eq!(place(5), (2, 2));
    assert_eq!(place(7), (3, 1));
    assert_eq!(
        (source.n_lines(), source.line_text(2), source.line_text(4)),
        (3, Some("\u{e9}d"), None)
    );
}

fn two_files() -> (SourceMap, Diagnostic) {
    let mut sources = SourceMap::new();
    let first = sources.add("first.py", b"a = 1\nb = a + 's'\n");
    let second = sources.add("second.py", b"\n\ndef f(x):\n    pass\n");
    let error = Diagnostic::error("RPY0999", "two things do not fit")
        .at(Span::new(first.id(), 10, 17), "here they meet")
        .label(Span::new(second.id(), 8, 9), "the other")
        .label(Span::new(first.id(), 0, 5), "")
        .note("one is int")
        .note("one is str")
        .help("convert one of them");
    (sources, error)
}

#[test]
fn labels_in_several_files_are_shown_with_their_lines() {
    let (sources, error) = two_files();
    let expected = "\
error[RPY0999]: two things do not fit
 --> first.py:2:5
  |
1 | a = 1
  | -----
2 | b = a + 's'
  |     ^^^^^^^ here they meet
  |
 ::: second.py:3:7
  |
3 | def f(x):
  |       - the other
  |
  = note: one is int
  = note: one is str
  = help: convert one of them
";
    assert_eq!(render(&error, &sources, Style::Plain), expected);
    assert!(render(&error, &sources, Style::Colour).contains('\u{1b}'));
}

#[test]
fn a_diagnostic_is_one_json_object() {
    let (sources, error) = two_files();
    let json = to_json(&error, &sources);
    assert_eq!(json["code"], "RPY0999");
    assert_eq!(json["severity"], "error");
    assert_eq!(
        json["primary"].to_string(),
        r#"{"column":5,"end_column":12,"end_line":2,"file":"first.py","line":2,"message":"here they meet"}"#
    );
    assert_eq!(json["labels"][0]["file"], "second.py");
    assert_eq!(json["notes"][1], "one is str");
}

#[test]
fn a_diagnostic_without_a_place_is_a_title() {
    let error = Diagnostic::warning("RPY0998", "no such file").at(Span::NONE, "ignored");
    let sources = SourceMap::new();
    assert_eq!(
        render(&error, &sources, Style::Plain),
        "warning[RPY0998]: no such file\n"
    );
    assert_eq!(render_line(&error, &sources), "warning[RPY0998]: no such file");
}
