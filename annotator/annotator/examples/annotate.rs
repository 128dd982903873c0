//! `annotate TARGET.py [--dump [FUNCTION]]`: imports a target, infers its types, reports what is wrong.
#![allow(clippy::print_stdout)]

#[path = "../tests/support/mod.rs"]
mod support;

use rpy_syntax::render::{self, Style};
use std::path::Path;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some(target) = args.first() else {
        println!("usage: annotate TARGET.py [--dump [FUNCTION]]");
        std::process::exit(2);
    };
    let (mut ann, entry) = match support::load(Path::new(target)) {
        Ok(loaded) => loaded,
        Err(text) => {
            println!("{text}");
            std::process::exit(1);
        }
    };
    let argv = ann.argv_annotation();
    let started = std::time::Instant::now();
    let result = ann.build_types(entry, &[argv]);
    let time = started.elapsed();
    if let Some(i) = args.iter().position(|a| a == "--dump") {
        print!("{}", ann.dump(args.get(i + 1).map(String::as_str)));
    }
    match result {
        Ok(()) => println!("{}: {} graphs, {} ms", target, ann.graphs.len(), time.as_millis()),
        Err(errors) => {
            for e in &errors {
                println!("{}", render::render(e, &ann.host.sources, Style::Plain));
            }
            std::process::exit(1);
        }
    }
}
