//! A read-only outside world, and loading of targets, for tests and the example.
#![allow(dead_code, missing_docs)]

use rpy_annotator::Annotator;
use rpy_host::system::{FileStat, OpenFlags, System};
use rpy_host::{Host, Raised, Value};
use rpy_syntax::render::{self, Style};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::Path;

/// Files can be read, output goes to standard error.
#[derive(Default)]
pub struct ReadOnly {
    files: BTreeMap<i32, std::fs::File>,
}

fn stat_of(m: &std::fs::Metadata) -> FileStat {
    FileStat {
        mode: if m.is_dir() { 0o040_755 } else { 0o100_644 },
        size: m.len(),
        ..FileStat::default()
    }
}

impl System for ReadOnly {
    fn open(&mut self, path: &Path, _flags: OpenFlags, _mode: u32) -> io::Result<i32> {
        let file = std::fs::File::open(path)?;
        let fd = (3..).find(|fd| !self.files.contains_key(fd)).unwrap_or(3);
        self.files.insert(fd, file);
        Ok(fd)
    }
    fn close(&mut self, fd: i32) -> io::Result<()> {
        self.files.remove(&fd);
        Ok(())
    }
    fn read(&mut self, fd: i32, n: usize) -> io::Result<Vec<u8>> {
        let file = self.files.get_mut(&fd).ok_or(io::ErrorKind::NotFound)?;
        let mut data = vec![0; n];
        let got = file.read(&mut data)?;
        data.truncate(got);
        Ok(data)
    }
    fn write(&mut self, _fd: i32, data: &[u8]) -> io::Result<usize> {
        io::stderr().write(data)
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
        std::fs::metadata(path).map(|m| stat_of(&m))
    }
    fn fstat(&mut self, fd: i32) -> io::Result<FileStat> {
        let file = self.files.get(&fd).ok_or(io::ErrorKind::NotFound)?;
        file.metadata().map(|m| stat_of(&m))
    }
    fn list_dir(&mut self, path: &Path) -> io::Result<Vec<Vec<u8>>> {
        let mut names = vec![];
        for entry in std::fs::read_dir(path)? {
            names.push(entry?.file_name().to_string_lossy().into_owned().into_bytes());
        }
        Ok(names)
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
        Ok(std::env::current_dir()?.to_string_lossy().into_owned().into_bytes())
    }
}

/// An annotator for the target, and its entry point.
pub fn load(path: &Path) -> Result<(Annotator, Value), String> {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runtime");
    let mut host = Host::new(Box::new(ReadOnly::default()), library);
    let module = match host.import_main(path) {
        Ok(module) => module,
        Err(d) => return Err(render::render(&d, &host.sources, Style::Plain)),
    };
    match entry_point(&mut host, module) {
        Ok(entry) => Ok((Annotator::new(host), entry)),
        Err(raised) => Err(host.repr(raised.value())),
    }
}

fn entry_point(host: &mut Host, module: Value) -> Result<Value, Raised> {
    let command = host.import_module("rpython.translator.goal.command")?;
    let function = host.getattr(command, "prepare")?;
    let namespace = host.getattr(module, "__dict__")?;
    let empty: Vec<Value> = (0..3).map(|_| host.new_list(vec![])).collect();
    let prepared = host.call(function, &[namespace, empty[0], empty[1], empty[2]], &[])?;
    host.getattr(prepared, "entry_point")
}
