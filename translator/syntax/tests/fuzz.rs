//! Damaged programs: whatever the bytes, there is a tree or a message with a place, and no panic.
//!
//! Deterministic. `RPY_FUZZ_SECONDS` makes it run longer, `RPY_FUZZ_SEED` elsewhere; a source that panics is left in
//! the target folder as `fuzz-panic.py` and belongs into `tests/regressions`, whose files every run tries first.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rpy_syntax::ast::Futures;
use rpy_syntax::dump::{Spans, dump_expression, dump_module, dump_tokens};
use rpy_syntax::render::{Style, render, render_line, to_json};
use rpy_syntax::{Diagnostic, SourceFile, SourceMap, parse_eval, parse_module, parse_single};

/// Pieces that put the parser into states it rarely sees.
const PIECES: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ";",
    ",",
    ".",
    "`",
    "'",
    "\"",
    "'''",
    "\\",
    "\\\n",
    "\n",
    "\n    ",
    "\n\t",
    "\r",
    "#",
    "=",
    "==",
    "+=",
    "**",
    "<>",
    "->",
    "@",
    "$",
    "!",
    "\0",
    "\u{e9}",
    "\u{feff}",
    "\x0c",
    "0x",
    "1e",
    "089",
    "1L",
    ".5j",
    "u'\\u12",
    "'\\x1",
    "ur'",
    "None",
    "print ",
    "print >>",
    "exec ",
    "in ",
    "not ",
    "is ",
    "lambda ",
    "lambda x: ",
    "yield ",
    "for x in y",
    " if z",
    " else w",
    "def f(",
    "class ",
    "try:\n",
    "except A, b:\n",
    "finally:\n",
    "with a as b:\n",
    "from __future__ import print_function\n",
    "from . import ",
    "global ",
    "del ",
    "return ",
    "break\n",
    "continue\n",
    "# coding: latin-1\n",
    "# coding: utf-8\n",
    "*a",
    "**k",
    "...",
    "a[b:c:d]",
    "not in ",
    "elif x:\n",
    "raise a, b, c\n",
];

/// xorshift64*
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { (self.next() >> 33) as usize % n }
    }
}

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let entries = std::fs::read_dir(folder).expect("a folder of sources");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// A run of whole lines of `text`.
fn some_lines<'a>(text: &'a [u8], random: &mut Random, most: usize) -> &'a [u8] {
    let ends: Vec<usize> = text
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'\n')
        .map(|(idx, _)| idx + 1)
        .collect();
    let first = random.below(ends.len());
    let last = (first + random.below(most)).min(ends.len().saturating_sub(1));
    let start = if first == 0 { 0 } else { ends[first - 1] };
    ends.get(last).map_or(text, |&end| &text[start..end])
}

fn mutate(text: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let at = random.below(text.len() + 1);
    let end = (at + 1 + random.below(12)).min(text.len());
    match random.below(10) {
        0 if at < text.len() => text[at] = random.next() as u8,
        1 if at < text.len() => text[at] ^= 1 << random.below(8),
        2 => drop(text.drain(at..end)),
        3 => {
            let copy = text[at..end].to_vec();
            text.splice(at..at, copy);
        }
        4 => text.truncate(at),
        5 => {
            let lines = some_lines(other, random, 5).to_vec();
            text.splice(at..at, lines);
        }
        6 => {
            let indent = b" ".repeat(random.below(9));
            let line = text[..at]
                .iter()
                .rposition(|&byte| byte == b'\n')
                .map_or(0, |idx| idx + 1);
            text.splice(line..line, indent);
        }
        _ => {
            let piece = PIECES[random.below(PIECES.len())].bytes();
            text.splice(at..at, piece);
        }
    }
}

fn check_errors(errors: &[Diagnostic], sources: &SourceMap, source: &SourceFile) {
    assert!(!errors.is_empty());
    for error in errors.iter().take(20) {
        assert!(error.code.starts_with("RPY01"));
        let primary = error.primary.as_ref().expect("a place");
        assert!(primary.span.start <= primary.span.end && primary.span.end <= source.span().end);
        assert!(
            source
                .text()
                .get(primary.span.start as usize..primary.span.end as usize)
                .is_some()
        );
        assert!(render(error, sources, Style::Plain).contains(source.name()));
        assert!(render_line(error, sources).starts_with(source.name()));
        assert!(to_json(error, sources).is_object());
    }
}

fn try_everything(bytes: &[u8]) {
    let mut sources = SourceMap::new();
    let file = sources.add("fuzz.py", bytes);
    dump_tokens(&file);
    match parse_module(&file, Futures::default()) {
        Ok(module) => assert!(dump_module(&file, &module, Spans::Shown).len() < usize::MAX),
        Err(errors) => check_errors(&errors, &sources, &file),
    }
    let string = sources.add_byte_string("<string>", bytes);
    match parse_eval(&string, Futures::default()) {
        Ok(expression) => assert!(!dump_expression(&string, &expression, Spans::Shown).is_empty()),
        Err(errors) => check_errors(&errors, &sources, &string),
    }
    if let Err(errors) = parse_single(&string, Futures::default()) {
        check_errors(&errors, &sources, &string);
    }
}

fn try_or_save(bytes: &[u8]) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| try_everything(bytes))) {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz-panic.py");
        std::fs::write(&path, bytes).expect("a writable target folder");
        eprintln!("the source is in {}", path.display());
        std::panic::resume_unwind(panic);
    }
}

fn number_from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn seeds_are_correct_programs() {
    for path in files("seeds") {
        let mut sources = SourceMap::new();
        let source = sources.add(
            path.display().to_string(),
            &std::fs::read(&path).expect("a readable seed"),
        );
        if let Err(errors) = parse_module(&source, Futures::default()) {
            panic!("{}", render(&errors[0], &sources, Style::Plain));
        }
    }
}

#[test]
fn regressions_stay_fixed() {
    for path in files("regressions") {
        try_or_save(&std::fs::read(&path).expect("a readable source"));
    }
}

#[test]
fn damaged_programs_do_not_panic() {
    let seeds: Vec<Vec<u8>> = files("seeds")
        .iter()
        .map(|path| std::fs::read(path).expect("a readable seed"))
        .collect();
    let mut random = Random(number_from_environment("RPY_FUZZ_SEED").unwrap_or(0x5eed_0001).max(1));
    let seconds = number_from_environment("RPY_FUZZ_SECONDS");
    let start = Instant::now();
    for round in 0.. {
        let done = match seconds {
            Some(seconds) => start.elapsed() > Duration::from_secs(seconds),
            None => round >= 4000 || start.elapsed() > Duration::from_secs(10),
        };
        if done {
            break;
        }
        let seed = &seeds[random.below(seeds.len())];
        let other = &seeds[random.below(seeds.len())];
        let mut text = if random.below(4) == 0 {
            seed.clone()
        } else {
            some_lines(seed, &mut random, 30).to_vec()
        };
        for _ in 0..1 + random.below(5) {
            mutate(&mut text, other, &mut random);
        }
        try_or_save(&text);
    }
}
