//! Runs Python 2.7 files in the host evaluator: `run FILE.py [ARGUMENT...]`.

#[path = "../../command/src/system.rs"]
#[allow(dead_code, missing_docs)]
mod system;

use rpy_host::Host;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Deep recursion of Python programs is recursion of the evaluator.
const STACK_BYTES: usize = 2 << 30;

fn main() -> ExitCode {
    let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(run);
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(status)) => ExitCode::from(status),
        _ => ExitCode::from(101),
    }
}

fn run() -> u8 {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some(file) = args.first() else {
        eprintln!("usage: run FILE.py [ARGUMENT...]");
        return 2;
    };
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runtime");
    let library = std::env::var_os("RPY_LIBRARY").map_or(library, PathBuf::from);
    let mut host = Host::new(Box::new(system::RealSystem::new()), library);
    let words: Vec<Vec<u8>> = args.iter().map(|a| a.clone().into_bytes()).collect();
    host.set_argv(&words);
    let status = host.run_script(Path::new(file));
    u8::try_from(status & 0xff).unwrap_or(1)
}
