//! The pages of this crate's error codes (`docs/errors/RPY01nn.md`): complete, and right in what they show.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rpy_syntax::ast::Futures;
use rpy_syntax::{SourceMap, parse_module};

fn crate_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page(code: &str) -> PathBuf {
    crate_folder().join("../../docs/errors").join(format!("{code}.md"))
}

/// The codes in the text of this crate's sources.
fn codes() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for entry in std::fs::read_dir(crate_folder().join("src")).expect("the sources") {
        let text = std::fs::read_to_string(entry.expect("an entry").path()).expect("a readable source");
        for (idx, _) in text.match_indices("\"RPY01") {
            codes.insert(text[idx + 1..idx + 8].to_owned());
        }
    }
    codes
}

/// The first code block after a heading.
fn example(page: &str, heading: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("\n## {heading}\n"))?;
    let (_, rest) = rest.split_once("```python\n")?;
    rest.split_once("```").map(|(code, _)| code.to_owned())
}

fn first_code(text: &str) -> Option<&'static str> {
    let source = SourceMap::new().add("page.py", text.as_bytes());
    parse_module(&source, Futures::default())
        .err()
        .map(|errors| errors[0].code)
}

#[test]
fn every_code_has_a_page_whose_examples_are_right() {
    let codes = codes();
    assert!(codes.len() > 10);
    for code in codes {
        let path = page(&code);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(text.starts_with(&format!("# {code}: ")), "{code}");
        if let Some(failing) = example(&text, "Fails") {
            assert_eq!(first_code(&failing), Some(code.as_str()), "{code}");
        }
        if let Some(working) = example(&text, "Works") {
            assert_eq!(first_code(&working), None, "{code}");
        }
    }
}
