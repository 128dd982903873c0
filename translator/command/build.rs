//! Collects the pages of the error codes for `--explain`.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

fn main() {
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let pages = Path::new(&root).join("../../docs/errors");
    println!("cargo:rerun-if-changed={}", pages.display());
    let mut names: Vec<String> = fs::read_dir(&pages)
        .map(|entries| {
            entries
                .flatten()
                .filter_map(|e| e.file_name().into_string().ok())
                .collect()
        })
        .unwrap_or_default();
    names.sort();
    let mut text = String::from("/// Code and page.\nconst ERROR_PAGES: &[(&str, &str)] = &[\n");
    for name in names.iter().filter(|n| n.starts_with("RPY") && n.ends_with(".md")) {
        let path = pages.join(name).canonicalize().expect("the page exists");
        let code = name.trim_end_matches(".md");
        let _ = writeln!(text, "    ({code:?}, include_str!({:?})),", path.display().to_string());
    }
    text.push_str("];\n");
    let out = env::var("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&out).join("error_pages.rs"), text).expect("the build folder can be written");
}
