//! A read-only outside world, and a walk over all functions that a module leads to.
#![allow(dead_code, missing_docs)]

use rpy_flow::{Const, Graph, Operand};
use rpy_host::system::{FileStat, OpenFlags, System};
use rpy_host::{Host, ObjData, Value};
use rpy_syntax::Diagnostic;
use rpy_syntax::render::{self, Style};
use std::collections::{BTreeMap, HashSet};
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

/// The host after running a file.
pub fn load(path: &Path) -> Result<(Host, Value), String> {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runtime");
    let mut host = Host::new(Box::new(ReadOnly::default()), library);
    match host.import_main(path) {
        Ok(module) => Ok((host, module)),
        Err(d) => Err(render::render(&d, &host.sources, Style::Plain)),
    }
}

/// Functions that can be reached by name: through modules, classes, containers and the constants of graphs.
pub struct Walk {
    seen: HashSet<Value>,
    todo: Vec<Value>,
    /// Graphs in order, and refusals.
    pub results: Vec<(Value, Result<Graph, Diagnostic>)>,
}

impl Walk {
    /// Starts with the values of a module.
    pub fn new(host: &mut Host, module: Value) -> Self {
        let mut walk = Walk {
            seen: HashSet::new(),
            todo: vec![],
            results: vec![],
        };
        let dict = host.getattr(module, "__dict__").unwrap_or(Value::None);
        for (_, value) in host.dict_items(dict) {
            walk.add(value);
        }
        walk.todo.reverse();
        walk
    }

    fn add(&mut self, value: Value) {
        if matches!(value, Value::Obj(_)) && self.seen.insert(value) {
            self.todo.push(value);
        }
    }

    /// Follows everything; `deep` also what graphs refer to.
    pub fn run(&mut self, host: &mut Host, deep: bool) {
        while let Some(value) = self.todo.pop() {
            if host.function(value).is_some() {
                let result = rpy_flow::build_flow(host, value);
                if let Ok(graph) = &result {
                    let synthetic =
                        |host: &Host, c: Value| host.class(c).is_some_and(|c| c.name.ends_with(".iterator"));
                    let found = constants(graph).into_iter().filter(|c| deep || synthetic(host, *c));
                    found.for_each(|c| self.add(c));
                }
                self.results.push((value, result));
                continue;
            }
            let mut parts = parts_of(host, value);
            parts.reverse();
            parts.into_iter().for_each(|c| self.add(c));
        }
    }
}

/// Host constants of a graph.
pub fn constants(graph: &Graph) -> Vec<Value> {
    let mut found = vec![];
    for b in graph.reachable() {
        let b = graph.block(b);
        let operands = b
            .ops
            .iter()
            .flat_map(|op| &op.args)
            .chain(b.exits.iter().flat_map(|l| &l.args));
        found.extend(operands.filter_map(|o| match o {
            Operand::Const(Const::Host(v)) => Some(*v),
            _ => None,
        }));
    }
    found
}

fn parts_of(host: &mut Host, value: Value) -> Vec<Value> {
    let items = |d: Vec<(Value, Value)>| d.into_iter().flat_map(|(k, v)| [k, v]).collect();
    match host.data(value) {
        Some(ObjData::Tuple(t)) => t.to_vec(),
        Some(ObjData::List(l)) => l.clone(),
        Some(ObjData::Dict(_)) => items(host.dict_items(value)),
        Some(ObjData::Method(m)) => vec![m.func, m.self_],
        Some(ObjData::StaticMethod(f)) => vec![*f],
        Some(ObjData::Property(p)) => vec![p.get, p.set],
        Some(ObjData::Class(c)) if !c.builtin => {
            let (dict, mro) = (Value::Obj(c.dict), c.mro.clone());
            let mut parts: Vec<Value> = items(host.dict_items(dict));
            parts.extend(mro);
            parts
        }
        Some(ObjData::Instance(i)) => {
            let (class, dict) = (Value::Obj(i.class), Value::Obj(i.dict));
            let mut parts = vec![class];
            if !i.dict.is_hole() {
                parts.push(dict);
            }
            parts
        }
        _ => vec![],
    }
}
