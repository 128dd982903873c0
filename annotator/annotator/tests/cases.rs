//! Cases are files: `NAME.py` is a target, `NAME.txt` what the annotator says of it: the annotated graphs of the functions named in
//! the first line (`# dump: f g`), or the errors. `UPDATE_EXPECT=1` rewrites them.

mod support;

use rpy_syntax::render::{self, Style};
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn outcome(path: &Path) -> String {
    let source = std::fs::read_to_string(path).expect("a readable case");
    let (mut ann, entry) = match support::load(path) {
        Ok(loaded) => loaded,
        Err(text) => return text,
    };
    let argv = ann.argv_annotation();
    let mut out = String::new();
    match ann.build_types(entry, &[argv]) {
        Ok(()) => {
            let names = source
                .lines()
                .next()
                .and_then(|l| l.strip_prefix("# dump:"))
                .unwrap_or("");
            for name in names.split_whitespace() {
                out.push_str(&ann.dump(Some(name)));
            }
        }
        Err(errors) => {
            for e in &errors {
                let _ = writeln!(out, "{}", render::render(e, &ann.host.sources, Style::Plain));
            }
        }
    }
    let dir = folder().display().to_string();
    out.replace(&format!("{dir}/"), "")
        .lines()
        .map(|l| l.trim_end().to_owned() + "\n")
        .collect()
}

#[test]
fn cases_say_what_is_expected() {
    let mut failed = vec![];
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder())
        .expect("the cases")
        .map(|e| e.expect("an entry").path())
        .filter(|p| p.extension().is_some_and(|e| e == "py"))
        .collect();
    paths.sort();
    for path in paths {
        let got = outcome(&path);
        let expected_path = path.with_extension("txt");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&expected_path, got).expect("a writable case");
            continue;
        }
        let expected = std::fs::read_to_string(&expected_path).unwrap_or_default();
        if got != expected {
            failed.push(format!("{}\n--- expected\n{expected}--- got\n{got}", path.display()));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
