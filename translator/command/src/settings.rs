//! Where the bundled library, the C runtime and the object cache are.

use std::path::{Path, PathBuf};

/// The folder that holds `rpython`, `pylib` and `c`: `RPY_RUNTIME`, beside the executable's tree, or the source tree.
pub fn runtime_dir() -> Option<PathBuf> {
    if let Some(dir) = std::env::var_os("RPY_RUNTIME") {
        return Some(PathBuf::from(dir));
    }
    let is_runtime = |dir: &Path| dir.join("rpython/__init__.py").is_file() && dir.join("c").is_dir();
    let exe = std::env::current_exe().ok()?;
    let near = exe
        .ancestors()
        .skip(1)
        .flat_map(|dir| [dir.join("runtime"), dir.join("lib/rpython-translate")]);
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runtime");
    near.chain([built])
        .find(|dir| is_runtime(dir))
        .map(|dir| dir.canonicalize().unwrap_or(dir))
}

/// The object cache: `RPY_CACHE`, `XDG_CACHE_HOME`, or `~/.cache`; none if `RPY_CACHE` is empty.
pub fn cache_dir() -> Option<PathBuf> {
    match std::env::var_os("RPY_CACHE") {
        Some(dir) if dir.is_empty() => return None,
        Some(dir) => return Some(PathBuf::from(dir)),
        None => {}
    }
    let base = match std::env::var_os("XDG_CACHE_HOME") {
        Some(dir) if !dir.is_empty() => PathBuf::from(dir),
        _ => PathBuf::from(std::env::var_os("HOME")?).join(".cache"),
    };
    Some(base.join("rpython-translate"))
}
