//! `rtype TARGET.py [FUNCTION]`: lowers a target and prints its low-level graphs (of one function, `-` for none).
#![allow(clippy::print_stdout)]

#[path = "../../annotator/tests/support/mod.rs"]
mod support;

use rpy_flow::text::Names;
use rpy_syntax::render::{self, Style};
use std::path::Path;
use std::time::Instant;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some(target) = args.first() else {
        println!("usage: rtype TARGET.py [FUNCTION]");
        std::process::exit(2);
    };
    let started = Instant::now();
    let (mut ann, entry) = match support::load(Path::new(target)) {
        Ok(loaded) => loaded,
        Err(text) => {
            println!("{text}");
            std::process::exit(1);
        }
    };
    let imported = started.elapsed();
    let argv = ann.argv_annotation();
    let mut result = ann.build_types(entry, &[argv]);
    let annotated = started.elapsed();
    if result.is_ok() {
        let roots: Vec<_> = ann.graph_of(entry).into_iter().collect();
        match rpy_rtyper::specialize(&mut ann, &roots) {
            Ok(typed) => {
                for id in &typed.graphs {
                    let graph = ann.graphs.get(*id);
                    if args.get(1).is_none_or(|only| *only == *graph.name) {
                        let names = Names {
                            host: Some(&ann.host),
                            types: Some(&ann.host.lltypes),
                            graphs: Some(&ann.graphs),
                            facts: None,
                        };
                        println!("{}", rpy_flow::print_graph(graph, names));
                    }
                }
                println!(
                    "{target}: {} graphs; import {} ms, annotate {} ms, rtype {} ms",
                    typed.graphs.len(),
                    imported.as_millis(),
                    (annotated - imported).as_millis(),
                    (started.elapsed() - annotated).as_millis()
                );
            }
            Err(d) => result = Err(vec![d]),
        }
    }
    if let Err(errors) = result {
        for e in &errors {
            println!("{}", render::render(e, &ann.host.sources, Style::Plain));
        }
        std::process::exit(1);
    }
}
