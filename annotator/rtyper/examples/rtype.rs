//! `cargo run -p rpy-rtyper --example rtype -- [--high] target.py [FUNCTION]`: prints the low-level graphs of a program.

use rpy_annotator::{AnnId, Annotator};
use rpy_host::system::{FileStat, OpenFlags, System};
use rpy_host::{Host, Value};
use rpy_syntax::Diagnostic;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Reads files; writes to the standard streams.
#[derive(Default)]
struct Files {
    open: BTreeMap<i32, std::fs::File>,
}

fn facts(m: &std::fs::Metadata) -> FileStat {
    FileStat {
        mode: m.mode(),
        ino: m.ino(),
        size: m.len(),
        ..FileStat::default()
    }
}

impl System for Files {
    fn open(&mut self, path: &Path, _flags: OpenFlags, _mode: u32) -> io::Result<i32> {
        let file = std::fs::File::open(path)?;
        let fd = (3..).find(|n| !self.open.contains_key(n)).unwrap_or(i32::MAX);
        self.open.insert(fd, file);
        Ok(fd)
    }
    fn close(&mut self, fd: i32) -> io::Result<()> {
        self.open.remove(&fd);
        Ok(())
    }
    fn read(&mut self, fd: i32, n: usize) -> io::Result<Vec<u8>> {
        let file = self.open.get_mut(&fd).ok_or(io::ErrorKind::NotFound)?;
        let mut bytes = vec![0; n];
        let n = file.read(&mut bytes)?;
        bytes.truncate(n);
        Ok(bytes)
    }
    fn write(&mut self, _fd: i32, data: &[u8]) -> io::Result<usize> {
        io::stdout().write(data)
    }
    fn seek(&mut self, _fd: i32, _offset: i64, _whence: i32) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }
    fn truncate(&mut self, _fd: i32, _size: u64) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
    fn isatty(&mut self, _fd: i32) -> bool {
        false
    }
    fn stat(&mut self, path: &Path, _follow: bool) -> io::Result<FileStat> {
        std::fs::metadata(path).map(|m| facts(&m))
    }
    fn fstat(&mut self, fd: i32) -> io::Result<FileStat> {
        let file = self.open.get(&fd).ok_or(io::ErrorKind::NotFound)?;
        file.metadata().map(|m| facts(&m))
    }
    fn list_dir(&mut self, path: &Path) -> io::Result<Vec<Vec<u8>>> {
        std::fs::read_dir(path)?.map(|e| e.map(|e| e.file_name().into_vec())).collect()
    }
    fn environ(&mut self) -> Vec<(Vec<u8>, Vec<u8>)> {
        vec![]
    }
    fn time(&mut self) -> f64 {
        0.0
    }
    fn clock(&mut self) -> f64 {
        0.0
    }
    fn cwd(&mut self) -> io::Result<Vec<u8>> {
        Ok(std::env::current_dir()?.as_os_str().as_bytes().to_vec())
    }
}

/// Finds the entry point as the driver does: `target(driver, args)` gives it.
fn entry_point(host: &mut Host, module: Value) -> Result<Value, Diagnostic> {
    let fail = |host: &mut Host, e: rpy_host::Raised| host.diagnostic_of(&e);
    let target = host.getattr(module, "target").map_err(|e| fail(host, e))?;
    let args = host.new_list(vec![]);
    let result = host.call(target, &[Value::None, args], &[]).map_err(|e| fail(host, e))?;
    Ok(match host.tuple_items(result) {
        Some(items) => items[0],
        None => result,
    })
}

fn run(path: &Path, only: Option<&str>, high: bool, out: &mut dyn Write) -> Result<(), Vec<Diagnostic>> {
    let library = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../runtime"));
    let mut host = Host::new(Box::new(Files::default()), library);
    let module = host.import_main(path).map_err(|d| vec![d])?;
    let entry = entry_point(&mut host, module).map_err(|d| vec![d])?;
    let mut ann = Annotator::new(host);
    let argv = ann.list_of_strings();
    ann.build_types(entry, &[argv])?;
    let root = ann.graph_of(entry).into_iter().collect::<Vec<_>>();
    if high {
        for id in ann.graphs.ids() {
            print(&ann, id, only, out);
        }
    }
    let typed = rpy_rtyper::specialize(&mut ann, &root).map_err(|d| vec![d])?;
    for id in typed.graphs {
        print(&ann, id, only, out);
    }
    Ok(())
}

fn print(ann: &Annotator, id: rpy_flow::GraphId, only: Option<&str>, out: &mut dyn Write) {
    let g = ann.graphs.get(id);
    if only.is_none_or(|o| &*g.name == o) {
        writeln!(out, "{}", rpy_flow::print_graph(g, &ann.host)).ok();
    }
}

fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let high = args.first().is_some_and(|a| a == "--high");
    if high {
        args.remove(0);
    }
    let mut out = io::stdout().lock();
    let Some(path) = args.first() else {
        writeln!(out, "usage: rtype [--high] target.py [FUNCTION]").ok();
        std::process::exit(2);
    };
    if let Err(errors) = run(Path::new(path), args.get(1).map(String::as_str), high, &mut out) {
        for d in errors {
            writeln!(out, "{}: {} at {:?}", d.code, d.title, d.primary).ok();
            for n in &d.notes {
                writeln!(out, "  {n}").ok();
            }
        }
        std::process::exit(1);
    }
}
