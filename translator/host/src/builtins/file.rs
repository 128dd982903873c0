//! `file`: buffered reading, unbuffered writing through the host's `System`.

use super::{TypeSpec, def, given, named};
use crate::error::{Raised, Res};
use crate::host::Host;
use crate::object::{Args, NativeDef, NativeObject, ObjData};
use crate::system::OpenFlags;
use crate::value::Value;
use std::any::Any;
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// State of an open file.
#[derive(Debug)]
pub(crate) struct FileObj {
    fd: i32,
    name: Value,
    mode: String,
    closed: bool,
    /// The next item printed is preceded by a space.
    pub(crate) softspace: bool,
    /// Bytes read but not handed out, from `at` on.
    buffer: Vec<u8>,
    at: usize,
    universal: bool,
    readable: bool,
    writable: bool,
    /// A carriage return was the last byte read, so that a line feed is swallowed.
    pending_cr: bool,
}

impl NativeObject for FileObj {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        visit(self.name);
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
    fn advance(&self) -> Option<fn(&mut Host, Value) -> Res<Option<Value>>> {
        Some(next_line)
    }
}

const METHODS: &[NativeDef] = &[
    def("read", 0, 1, read),
    def("readline", 0, 1, readline),
    def("readlines", 0, 1, readlines),
    def("xreadlines", 0, 0, |_, a| Ok(a.get(0))),
    def("write", 1, 1, write),
    def("writelines", 1, 1, writelines),
    def("seek", 1, 2, seek),
    def("tell", 0, 0, tell),
    def("truncate", 0, 1, truncate),
    def("flush", 0, 0, flush),
    def("close", 0, 0, close),
    def("fileno", 0, 0, fileno),
    def("isatty", 0, 0, isatty),
    def("next", 0, 0, next),
];

const SLOTS: &[NativeDef] = &[
    def("__iter__", 0, 0, |_, a| Ok(a.get(0))),
    def("__enter__", 0, 0, |h, a| {
        live(h, a.get(0))?;
        Ok(a.get(0))
    }),
    def("__exit__", 0, -1, close),
    def("__repr__", 0, 0, repr),
];

pub(crate) fn setup(h: &mut Host) {
    let class = h.types.file;
    let spec = TypeSpec {
        methods: METHODS,
        slots: SLOTS,
        attrs: const {
            &[
                (
                    "name",
                    |h, f| Ok(h.native::<FileObj>(f).map_or(Value::None, |f| f.name)),
                    None,
                ),
                (
                    "closed",
                    |h, f| Ok(Value::Bool(h.native::<FileObj>(f).is_none_or(|f| f.closed))),
                    None,
                ),
                ("mode", get_mode, None),
                ("softspace", get_softspace, Some(set_softspace)),
                ("encoding", |_, _| Ok(Value::None), None),
                ("errors", |_, _| Ok(Value::None), None),
                ("newlines", |_, _| Ok(Value::None), None),
            ]
        },
        new: Some(new),
        new_names: &["name", "mode", "buffering"],
        new_args: (1, 3),
        ..TypeSpec::default()
    };
    h.install(class, &spec);
    let open = h.new_builtin(named("open", 1, &["name", "mode", "buffering"], open), "__builtin__");
    let builtins = Value::Obj(h.builtins);
    h.dict_set_str(builtins, "open", open);
    h.dict_set_str(builtins, "file", Value::Obj(class));
}

/// One of the standard streams.
pub(crate) fn standard(h: &mut Host, fd: i32, name: &str, mode: &str) -> Value {
    let name = h.new_str(format!("<{name}>"));
    let class = h.types.file;
    h.new_native(class, file_obj(fd, name, mode))
}

fn file_obj(fd: i32, name: Value, mode: &str) -> FileObj {
    let plus = mode.contains('+');
    let reads = !mode.starts_with(['w', 'a']);
    FileObj {
        fd,
        name,
        mode: mode.to_owned(),
        closed: false,
        softspace: false,
        buffer: vec![],
        at: 0,
        universal: mode.contains('U'),
        readable: reads || plus,
        writable: !reads || plus,
        pending_cr: false,
    }
}

fn open(h: &mut Host, a: Args<'_>) -> Res {
    open_file(h, a.get(0), a.get(1))
}

fn new(h: &mut Host, a: Args<'_>) -> Res {
    let file = open_file(h, a.get(1), a.get(2))?;
    let own = h.types.file;
    if a.get(0) == Value::Obj(own) {
        return Ok(file);
    }
    let data = match h.native_mut::<FileObj>(file) {
        Some(f) => std::mem::replace(f, file_obj(-1, Value::None, "r")),
        None => return Ok(file),
    };
    Ok(h.wrap_native(a.get(0), own, ObjData::Native(own, Box::new(data))))
}

fn open_file(h: &mut Host, name: Value, mode: Value) -> Res {
    let path = h.path_arg(name)?;
    if path.contains(&0) {
        return Err(h.type_error("file() argument 1 must be encoded string without null bytes, not str"));
    }
    let mode = match given(mode) {
        Some(m) => h.str_text(m).unwrap_or_default(),
        None => "r".to_owned(),
    };
    let kind = mode.trim_start_matches('U').chars().next().unwrap_or('r');
    if !matches!(kind, 'r' | 'w' | 'a' | 'b' | '+') || mode.is_empty() {
        return Err(h.value_error(format!(
            "mode string must begin with one of 'r', 'w', 'a' or 'U', not '{mode}'"
        )));
    }
    let plus = mode.contains('+');
    let flags = OpenFlags {
        read: kind == 'r' || plus,
        write: kind != 'r' || plus,
        append: kind == 'a',
        create: kind == 'w' || kind == 'a',
        truncate: kind == 'w',
        exclusive: false,
    };
    let path = Path::new(OsStr::from_bytes(&path)).to_path_buf();
    if h.system
        .stat(&path, true)
        .is_ok_and(|s| s.mode & 0o170_000 == 0o040_000)
    {
        let error = io::Error::from_raw_os_error(21);
        return Err(io_error(h, &error, Some(name)));
    }
    match h.system.open(&path, flags, 0o666) {
        Ok(fd) => {
            let class = h.types.file;
            Ok(h.new_native(class, file_obj(fd, name, &mode)))
        }
        Err(e) => Err(io_error(h, &e, Some(name))),
    }
}

fn io_error(h: &mut Host, error: &io::Error, name: Option<Value>) -> Raised {
    let class = h.exceptions.io_error;
    h.os_error(class, error, name)
}

/// The descriptor of an open file, or the error of a closed one.
fn live(h: &mut Host, file: Value) -> Res<i32> {
    match h.native::<FileObj>(file) {
        Some(f) if !f.closed => Ok(f.fd),
        Some(_) => Err(h.value_error("I/O operation on closed file")),
        None => Err(h.type_error("a file is required")),
    }
}

fn get_mode(h: &mut Host, file: Value) -> Res {
    let mode = h.native::<FileObj>(file).map(|f| f.mode.clone()).unwrap_or_default();
    Ok(h.new_str(mode))
}

fn get_softspace(h: &mut Host, file: Value) -> Res {
    Ok(Value::Int(i64::from(
        h.native::<FileObj>(file).is_some_and(|f| f.softspace),
    )))
}

fn set_softspace(h: &mut Host, file: Value, value: Value) -> Res<()> {
    let on = h.is_true(value)?;
    if let Some(f) = h.native_mut::<FileObj>(file) {
        f.softspace = on;
    }
    Ok(())
}

/// Reads more into the buffer; false at the end.
fn fill(h: &mut Host, file: Value, fd: i32, n: usize) -> Res<bool> {
    let data = match h.system.read(fd, n.max(8192)) {
        Ok(data) => data,
        Err(e) => return Err(io_error(h, &e, None)),
    };
    if data.is_empty() {
        return Ok(false);
    }
    if let Some(f) = h.native_mut::<FileObj>(file) {
        f.buffer.drain(..f.at);
        f.at = 0;
        if f.universal {
            translate_newlines(f, &data)
        } else {
            f.buffer.extend_from_slice(&data)
        }
    }
    Ok(true)
}

fn translate_newlines(f: &mut FileObj, data: &[u8]) {
    for &c in data {
        let after_cr = std::mem::replace(&mut f.pending_cr, c == b'\r');
        match c {
            b'\r' => f.buffer.push(b'\n'),
            b'\n' if after_cr => {}
            _ => f.buffer.push(c),
        }
    }
}

fn check_readable(h: &mut Host, file: Value) -> Res<i32> {
    let fd = live(h, file)?;
    if h.native::<FileObj>(file).is_some_and(|f| !f.readable) {
        let class = h.exceptions.io_error;
        return Err(h.error(class, "File not open for reading"));
    }
    Ok(fd)
}

/// Takes bytes up to and including the first line end, at most `limit`.
fn take_line(h: &mut Host, file: Value, limit: usize) -> Res<Vec<u8>> {
    let fd = check_readable(h, file)?;
    let mut searched = 0;
    loop {
        let Some(f) = h.native_mut::<FileObj>(file) else {
            return Ok(vec![]);
        };
        let rest = &f.buffer[f.at..];
        let newline = rest[searched..]
            .iter()
            .position(|c| *c == b'\n')
            .map(|i| searched + i + 1);
        let end = newline.unwrap_or(rest.len()).min(limit);
        if newline.is_some() || rest.len() >= limit {
            let line = rest[..end].to_vec();
            f.at += end;
            return Ok(line);
        }
        searched = rest.len();
        if !fill(h, file, fd, 0)? {
            let Some(f) = h.native_mut::<FileObj>(file) else {
                return Ok(vec![]);
            };
            let line = f.buffer[f.at..].to_vec();
            f.at = f.buffer.len();
            return Ok(line);
        }
    }
}

fn limit_arg(h: &mut Host, value: Option<Value>) -> Res<usize> {
    match value {
        Some(v) if !v.is_none() => Ok(usize::try_from(h.to_i64(v)?).unwrap_or(usize::MAX)),
        _ => Ok(usize::MAX),
    }
}

fn read(h: &mut Host, a: Args<'_>) -> Res {
    let fd = check_readable(h, a.get(0))?;
    let wanted = limit_arg(h, a.opt(1))?;
    loop {
        let have = h.native::<FileObj>(a.get(0)).map_or(0, |f| f.buffer.len() - f.at);
        if have >= wanted || !fill(h, a.get(0), fd, wanted.saturating_sub(have).min(1 << 20))? {
            break;
        }
    }
    let Some(f) = h.native_mut::<FileObj>(a.get(0)) else {
        return Ok(Value::None);
    };
    let end = f.at.saturating_add(wanted).min(f.buffer.len());
    let data = f.buffer[f.at..end].to_vec();
    f.at = end;
    Ok(h.new_str(data))
}

fn readline(h: &mut Host, a: Args<'_>) -> Res {
    let limit = limit_arg(h, a.opt(1))?;
    let line = take_line(h, a.get(0), limit)?;
    Ok(h.new_str(line))
}

fn readlines(h: &mut Host, a: Args<'_>) -> Res {
    let mut lines = vec![];
    loop {
        let line = take_line(h, a.get(0), usize::MAX)?;
        if line.is_empty() {
            return Ok(h.new_list(lines));
        }
        lines.push(h.new_str(line));
    }
}

fn next_line(h: &mut Host, file: Value) -> Res<Option<Value>> {
    let line = take_line(h, file, usize::MAX)?;
    Ok(if line.is_empty() { None } else { Some(h.new_str(line)) })
}

fn next(h: &mut Host, a: Args<'_>) -> Res {
    match next_line(h, a.get(0))? {
        Some(line) => Ok(line),
        None => Err(h.stop_iteration()),
    }
}

/// Writes all bytes.
pub(crate) fn write_data(h: &mut Host, file: Value, bytes: &[u8]) -> Res<()> {
    let fd = live(h, file)?;
    if h.native::<FileObj>(file).is_some_and(|f| !f.writable) {
        let class = h.exceptions.io_error;
        return Err(h.error(class, "File not open for writing"));
    }
    unread(h, file, fd);
    let mut rest = bytes;
    while !rest.is_empty() {
        match h.system.write(fd, rest) {
            Ok(n) => rest = &rest[n.min(rest.len())..],
            Err(e) => return Err(io_error(h, &e, None)),
        }
    }
    Ok(())
}

/// Gives bytes read ahead back, so that the position of the descriptor is that of the file object.
fn unread(h: &mut Host, file: Value, fd: i32) {
    let Some(f) = h.native_mut::<FileObj>(file) else { return };
    let ahead = f.buffer.len() - f.at;
    f.buffer.clear();
    f.at = 0;
    if ahead > 0 {
        h.system.seek(fd, -(ahead as i64), 1).ok();
    }
}

fn write(h: &mut Host, a: Args<'_>) -> Res {
    let bytes = h.to_bytes(a.get(1))?;
    write_data(h, a.get(0), &bytes)?;
    Ok(Value::None)
}

fn writelines(h: &mut Host, a: Args<'_>) -> Res {
    for line in h.collect_iterable(a.get(1))? {
        let bytes = h.to_bytes(line)?;
        write_data(h, a.get(0), &bytes)?;
    }
    Ok(Value::None)
}

fn seek(h: &mut Host, a: Args<'_>) -> Res {
    let fd = live(h, a.get(0))?;
    let offset = h.to_i64(a.get(1))?;
    let whence = match a.opt(2) {
        Some(w) => h.to_i64(w)? as i32,
        None => 0,
    };
    unread(h, a.get(0), fd);
    match h.system.seek(fd, offset, whence) {
        Ok(_) => Ok(Value::None),
        Err(e) => Err(io_error(h, &e, None)),
    }
}

fn tell(h: &mut Host, a: Args<'_>) -> Res {
    let fd = live(h, a.get(0))?;
    let ahead = h.native::<FileObj>(a.get(0)).map_or(0, |f| f.buffer.len() - f.at);
    match h.system.seek(fd, 0, 1) {
        Ok(position) => Ok(Value::Int(position as i64 - ahead as i64)),
        Err(e) => Err(io_error(h, &e, None)),
    }
}

fn truncate(h: &mut Host, a: Args<'_>) -> Res {
    let fd = live(h, a.get(0))?;
    unread(h, a.get(0), fd);
    let size = match a.opt(1) {
        Some(n) => h.to_i64(n)? as u64,
        None => match h.system.seek(fd, 0, 1) {
            Ok(n) => n,
            Err(e) => return Err(io_error(h, &e, None)),
        },
    };
    match h.system.truncate(fd, size) {
        Ok(()) => Ok(Value::None),
        Err(e) => Err(io_error(h, &e, None)),
    }
}

fn flush(h: &mut Host, a: Args<'_>) -> Res {
    live(h, a.get(0))?;
    h.system.flush();
    Ok(Value::None)
}

fn close(h: &mut Host, a: Args<'_>) -> Res {
    let Ok(fd) = live(h, a.get(0)) else {
        return Ok(Value::None);
    };
    if let Some(f) = h.native_mut::<FileObj>(a.get(0)) {
        f.closed = true;
        f.buffer.clear();
        f.at = 0;
    }
    match h.system.close(fd) {
        Ok(()) => Ok(Value::None),
        Err(e) => Err(io_error(h, &e, None)),
    }
}

fn fileno(h: &mut Host, a: Args<'_>) -> Res {
    Ok(Value::Int(i64::from(live(h, a.get(0))?)))
}

fn isatty(h: &mut Host, a: Args<'_>) -> Res {
    let fd = live(h, a.get(0))?;
    Ok(Value::Bool(h.system.isatty(fd)))
}

fn repr(h: &mut Host, a: Args<'_>) -> Res {
    let Some(f) = h.native::<FileObj>(a.get(0)) else {
        return Ok(Value::None);
    };
    let (state, name, mode) = (if f.closed { "closed" } else { "open" }, f.name, f.mode.clone());
    let at = h.address(a.get(0));
    let name = h.safe_repr(name);
    Ok(h.new_str(format!("<{state} file {name}, mode '{mode}' at {at}>")))
}
