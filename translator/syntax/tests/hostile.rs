//! Sources that no person writes: the parser refuses or accepts them in little time, and never overflows the stack.

use std::time::{Duration, Instant};

use rpy_syntax::ast::Futures;
use rpy_syntax::render::{Style, render};
use rpy_syntax::{SourceMap, parse_module};

/// Parses `text`; the code of the first mistake.
fn outcome(text: &str) -> Result<(), &'static str> {
    let start = Instant::now();
    let mut sources = SourceMap::new();
    let source = sources.add("hostile.py", text.as_bytes());
    let result = parse_module(&source, Futures::default());
    let result = result.map(drop).map_err(|errors| {
        assert!(render(&errors[0], &sources, Style::Plain).contains("hostile.py:"));
        errors[0].code
    });
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    result
}

const N: usize = 100_000;

#[test]
fn nested_brackets_are_refused() {
    for bracket in ["(", "[", "{", "f(", "a["] {
        assert_eq!(outcome(&bracket.repeat(N)), Err("RPY0109"), "{bracket}");
    }
    assert_eq!(outcome(&format!("{}1{}", "(".repeat(N), ")".repeat(N))), Err("RPY0109"));
    assert_eq!(outcome(&format!("{}1{}\n", "(".repeat(150), ")".repeat(150))), Ok(()));
}

#[test]
fn deep_expressions_are_refused() {
    for (prefix, middle, suffix) in [
        ("not ", "a", ""),
        ("-", "a", ""),
        ("~", "a", ""),
        ("lambda: ", "a", ""),
        ("lambda x=", "a", ""),
        ("a ** ", "a", ""),
        ("a if b else ", "a", ""),
        ("", "a", "()"),
        ("", "a", ".b"),
        ("", "a", "[0]"),
        ("", "a", " + a"),
        ("", "a", " * a - b"),
    ] {
        let text = format!("x = {}{middle}{}\n", prefix.repeat(N), suffix.repeat(N));
        let expected = if prefix == "lambda x=" { "RPY0101" } else { "RPY0109" };
        assert_eq!(outcome(&text), Err(expected), "{prefix}{suffix}");
    }
    assert_eq!(outcome(&format!("x = a{}\n", " + a".repeat(900))), Ok(()));
    assert_eq!(outcome(&format!("{}(yield)", "yield ".repeat(N))), Err("RPY0101"));
}

#[test]
fn long_chains_are_flat() {
    for (start, item, end) in [
        ("x = a", " and a", "\n"),
        ("x = a", " < a", "\n"),
        ("x = a", ", a", "\n"),
        ("x = [a", ", a", "]\n"),
        ("x = f(a", ", a", ")\n"),
        ("x = ''", " 'a'", "\n"),
        ("x", " = x", "\n"),
        ("x", "; x", "\n"),
        ("import a", ".b", "\n"),
        ("if a: b\n", "elif a: b\n", ""),
        ("", "@a\n", "def f(): pass\n"),
        ("", "x\n", ""),
        ("def f(a", ", *b", "): pass\n"),
        ("x = [a", " for a in b", "]\n"),
        ("x = [a for a in b", " if c", "]\n"),
    ] {
        let text = format!("{start}{}{end}", item.repeat(N));
        let expected = if start == "def f(a" { Err("RPY0112") } else { Ok(()) };
        assert_eq!(outcome(&text), expected, "{start}{item}");
    }
}

#[test]
fn nested_blocks_are_refused() {
    let nested = |depth: usize| -> String {
        (0..=depth)
            .map(|level| format!("{}if a:\n", " ".repeat(level)))
            .collect()
    };
    assert_eq!(outcome(&nested(300)), Err("RPY0109"));
    assert_eq!(outcome(&format!("{}{}pass\n", nested(98), " ".repeat(99))), Ok(()));
}

#[test]
fn big_literals_are_read() {
    assert_eq!(outcome(&format!("x = {}\n", "9".repeat(N))), Ok(()));
    assert_eq!(outcome(&format!("x = 0x{}\n", "f".repeat(N))), Ok(()));
    assert_eq!(outcome(&format!("x = 1e{}\n", "9".repeat(N))), Ok(()));
    assert_eq!(outcome(&format!("x = '{}'\n", "\\n".repeat(N))), Ok(()));
    assert_eq!(outcome(&format!("x = '{}\n", "a".repeat(N))), Err("RPY0106"));
    assert_eq!(outcome(&format!("{} = 1\n", "a".repeat(N))), Ok(()));
}

#[test]
fn many_mistakes_take_little_time() {
    assert_eq!(outcome(&"1 = a\n".repeat(N)), Err("RPY0110"));
    assert_eq!(outcome(&"break\n".repeat(N)), Err("RPY0115"));
    assert_eq!(outcome(&"yield\n".repeat(N)), Err("RPY0115"));
    assert_eq!(outcome(&"def f(): yield\n".repeat(N)), Ok(()));
    assert_eq!(outcome(&"while a: break\n".repeat(N)), Ok(()));
    assert_eq!(
        outcome(&"x = 1\nfrom __future__ import division\n".repeat(1000)),
        Err("RPY0113")
    );
}
