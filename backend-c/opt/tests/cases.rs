//! Passes on graphs as text. `UPDATE_EXPECT=1` rewrites the expectations.
//!
//! A case is a file: `# pass: NAME` (`fold`, `thread`, `clean`, `switches`, `optimize`), a comment that says what it
//! shows, graphs, a line `---`, and the graphs as the pass leaves them.

use rpy_backendopt::{ClassTable, Input, Settings, fold, local, optimize, switches, threading};
use rpy_flow::read::Reader;
use rpy_flow::text::Names;
use rpy_flow::{Graphs, print_graph, verify};
use rpy_lltype::{LLStore, LLTypes};
use std::fs;
use std::path::{Path, PathBuf};

fn run(pass: &str, source: &str) -> String {
    let (mut types, mut store, mut graphs) = (LLTypes::new(), LLStore::new(), Graphs::default());
    let ids = Reader::new(&mut types, &mut store, &mut graphs)
        .read(source)
        .unwrap_or_else(|e| panic!("{e}"));
    let classes = ClassTable::default();
    if pass == "optimize" {
        let input = Input {
            graphs: &mut graphs,
            ids: &ids,
            types: &types,
            store: &store,
            classes: &classes,
        };
        optimize(input, &Settings::default());
    }
    let mut out = String::new();
    for id in ids {
        let graph = graphs.get_mut(id);
        match pass {
            "fold" => drop(fold::fold_graph(graph, &types, &store, &classes)),
            "thread" => drop(threading::thread_jumps(graph, &types)),
            "clean" => drop(local::clean_up(graph, &types, &store, &classes)),
            "switches" => drop(switches::merge_into_switches(graph)),
            "optimize" => {}
            other => panic!("there is no pass {other}"),
        }
        let faults = verify(graph, Some(&types));
        assert!(faults.is_empty(), "{faults:#?}");
        out += &print_graph(
            graph,
            Names {
                types: Some(&types),
                ..Names::default()
            },
        );
    }
    out
}

fn check(path: &Path) -> Result<(), String> {
    let all = fs::read_to_string(path).map_err(|e| e.to_string())?;
    let (source, expected) = all.split_once("---\n").unwrap_or((&all, ""));
    let first = source.lines().next().unwrap_or_default();
    let pass = first.strip_prefix("# pass: ").ok_or("the first line names the pass")?;
    let actual = run(pass.trim(), source);
    if actual == expected {
        return Ok(());
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return fs::write(path, format!("{source}---\n{actual}")).map_err(|e| e.to_string());
    }
    Err(format!("{}: expected\n{expected}\ngot\n{actual}", path.display()))
}

#[test]
fn passes_leave_the_expected_graphs() {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut paths: Vec<PathBuf> = fs::read_dir(dir).expect("cases").flatten().map(|e| e.path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    let wrong: Vec<String> = paths.iter().filter_map(|p| check(p).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
