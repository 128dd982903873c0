//! `cargo run --example flow -- FILE [FUNCTION]`: flows every function a target leads to, reports refusals and faults,
//! and prints the graphs of the functions with the given name.

#[path = "../tests/support/mod.rs"]
mod support;

use rpy_flow::text::{Names, print_graph};
use rpy_flow::verify;
use rpy_syntax::render::{Style, render};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    let mut out = std::io::stdout().lock();
    let Some(path) = args.get(1) else {
        return ExitCode::from(2);
    };
    let (mut host, module) = match support::load(Path::new(path)) {
        Ok(loaded) => loaded,
        Err(text) => {
            let _ = writeln!(out, "{text}");
            return ExitCode::FAILURE;
        }
    };
    let start = std::time::Instant::now();
    let mut walk = support::Walk::new(&mut host, module);
    walk.run(&mut host, true);
    let elapsed = start.elapsed();
    let (mut n_blocks, mut refused) = (0, 0);
    for (_, result) in &walk.results {
        match result {
            Ok(graph) => {
                n_blocks += graph.blocks.len();
                for fault in verify(graph, None) {
                    let _ = writeln!(out, "FAULT {fault}");
                }
                if args.get(2).is_some_and(|name| **name == *graph.name) {
                    let names = Names {
                        host: Some(&host),
                        ..Names::default()
                    };
                    let _ = writeln!(out, "{}", print_graph(graph, names));
                }
            }
            Err(diagnostic) => {
                refused += 1;
                let _ = writeln!(out, "{}", render(diagnostic, &host.sources, Style::Plain));
            }
        }
    }
    let n = walk.results.len();
    let _ = writeln!(
        out,
        "{path}: {n} functions, {n_blocks} blocks, {refused} refused, {elapsed:.1?}"
    );
    ExitCode::SUCCESS
}
