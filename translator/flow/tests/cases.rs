//! Cases are files: `NAME.py` is a module, `NAME.txt` the graphs of its functions, or why they are refused.
//! `UPDATE_EXPECT=1` rewrites the expectations. Every graph is verified, and its text is read back.

mod support;

use rpy_flow::read::Reader;
use rpy_flow::text::{Names, print_graph};
use rpy_flow::{Graph, Graphs, verify};
use rpy_lltype::{LLStore, LLTypes};
use rpy_syntax::render::{Style, render};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// The text without names of host objects is read to an equal graph.
fn check_reading(graph: &Graph) {
    let text = print_graph(graph, Names::default());
    let (mut types, mut store, mut graphs) = (LLTypes::new(), LLStore::new(), Graphs::default());
    let ids = Reader::new(&mut types, &mut store, &mut graphs)
        .read(&text)
        .unwrap_or_else(|e| panic!("{e}\n{text}"));
    let read = graphs.get(ids[0]);
    assert_eq!(print_graph(read, Names::default()), text);
    for (a, b) in graph.reachable().into_iter().zip(read.reachable()) {
        assert_eq!(graph.block(a).exits, read.block(b).exits, "{text}");
        assert_eq!(graph.block(a).inputs, read.block(b).inputs, "{text}");
        let same =
            |(x, y): (&rpy_flow::Op, &rpy_flow::Op)| x.code == y.code && x.args == y.args && x.result == y.result;
        assert!(graph.block(a).ops.iter().zip(&read.block(b).ops).all(same), "{text}");
    }
}

fn outcome(path: &Path) -> String {
    let (mut host, module) = support::load(path).unwrap_or_else(|e| panic!("{e}"));
    let mut walk = support::Walk::new(&mut host, module);
    walk.run(&mut host, false);
    let mut out = String::new();
    for (function, result) in &walk.results {
        let Some(f) = host.function(*function) else { continue };
        if f.code.filename != path.display().to_string() {
            continue;
        }
        match result {
            Ok(graph) => {
                assert_eq!(verify(graph, None), Vec::<String>::new());
                check_reading(graph);
                let names = Names {
                    host: Some(&host),
                    ..Names::default()
                };
                out += &print_graph(graph, names);
            }
            Err(diagnostic) => out += &render(diagnostic, &host.sources, Style::Plain),
        }
        out.push('\n');
    }
    let dir = folder().display().to_string();
    let lines: Vec<String> = out
        .replace(&format!("{dir}/"), "")
        .lines()
        .map(|l| l.trim_end().to_owned())
        .collect();
    format!("{}\n", lines.join("\n").trim_end())
}

#[test]
fn functions_give_the_expected_graphs() {
    let mut failed = vec![];
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder())
        .expect("the cases")
        .map(|e| e.expect("an entry").path())
        .filter(|p| p.extension().is_some_and(|e| e == "py"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
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
