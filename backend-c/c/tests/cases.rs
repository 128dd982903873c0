//! Graphs as text, and the C functions they become. `UPDATE_EXPECT=1` rewrites the expectations.
//!
//! A case is a file of graphs, a line `---`, and the text of all functions. The graph called `entry` is the entry point.

use rpy_backend_c::{CompileOptions, Program, c_files};
use rpy_flow::read::Reader;
use std::fs;
use std::path::{Path, PathBuf};

fn functions(source: &str) -> String {
    let mut p = Program::default();
    let ids = Reader::new(&mut p.types, &mut p.store, &mut p.graphs)
        .read(source)
        .unwrap_or_else(|e| panic!("{e}"));
    p.entry = ids.iter().copied().find(|g| &*p.graphs.get(*g).name == "entry");
    assert!(p.entry.is_some(), "a graph called entry");
    let options = CompileOptions::new("out", PathBuf::new());
    let files = c_files(&p, &options).unwrap_or_else(|e| panic!("{e:#?}"));
    let text = &files[0].text;
    let (_, functions) = text.split_once("\n\n").expect("declarations end with an empty line");
    functions.to_owned()
}

fn check(path: &Path) -> Result<(), String> {
    let all = fs::read_to_string(path).map_err(|e| e.to_string())?;
    let (source, expected) = all.split_once("---\n").unwrap_or((&all, ""));
    let actual = functions(source);
    if actual == expected {
        return Ok(());
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return fs::write(path, format!("{source}---\n{actual}")).map_err(|e| e.to_string());
    }
    Err(format!("{}: expected\n{expected}\ngot\n{actual}", path.display()))
}

#[test]
fn graphs_become_the_expected_c() {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut paths: Vec<PathBuf> = fs::read_dir(dir).expect("cases").flatten().map(|e| e.path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    let wrong: Vec<String> = paths.iter().filter_map(|p| check(p).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
