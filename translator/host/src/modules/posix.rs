//! The `posix` module, over the host's `System`.

use super::{NativeModule, def};
use crate::error::{Raised, Res};
use crate::host::Host;
use crate::object::{Args, NativeDef};
use crate::system::{FileStat, OpenFlags, ProcessRequest};
use crate::value::Value;
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

pub(super) const MODULE: NativeModule = NativeModule {
    name: "posix",
    functions: FUNCTIONS,
    constants,
};

const FUNCTIONS: &[NativeDef] = &[
    def("open", 2, &["path", "flags", "mode"], open),
    def("close", 1, &["fd"], |h, a| {
        let fd = fd_arg(h, a, 0)?;
        let result = h.system.close(fd);
        done(h, result)
    }),
    def("read", 2, &["fd", "n"], read),
    def("write", 2, &["fd", "data"], write),
    def("lseek", 3, &["fd", "offset", "whence"], lseek),
    def("ftruncate", 2, &["fd", "size"], ftruncate),
    def("isatty", 1, &["fd"], |h, a| {
        let fd = fd_arg(h, a, 0)?;
        Ok(Value::Bool(h.system.isatty(fd)))
    }),
    def("stat", 1, &["path"], |h, a| stat(h, a, true)),
    def("lstat", 1, &["path"], |h, a| stat(h, a, false)),
    def("fstat", 1, &["fd"], fstat),
    def("listdir", 1, &["path"], listdir),
    def("getcwd", 0, &[], getcwd),
    def("getcwdu", 0, &[], getcwd),
    def("chdir", 1, &["path"], |h, a| on_path(h, a, |h, p| h.system.chdir(p))),
    def("mkdir", 1, &["path", "mode"], mkdir),
    def("rmdir", 1, &["path"], |h, a| on_path(h, a, |h, p| h.system.rmdir(p))),
    def("unlink", 1, &["path"], |h, a| on_path(h, a, |h, p| h.system.unlink(p))),
    def("remove", 1, &["path"], |h, a| on_path(h, a, |h, p| h.system.unlink(p))),
    def("rename", 2, &["old", "new"], rename),
    def("symlink", 2, &["target", "link"], symlink),
    def("readlink", 1, &["path"], readlink),
    def("chmod", 2, &["path", "mode"], chmod),
    def("access", 2, &["path", "mode"], access),
    def("utime", 2, &["path", "times"], utime),
    def("getpid", 0, &[], |h, _| Ok(Value::Int(h.system.pid()))),
    def("getuid", 0, &[], |_, _| Ok(Value::Int(0))),
    def("urandom", 1, &["n"], urandom),
    def("pipe", 0, &[], pipe),
    def("putenv", 2, &["name", "value"], putenv),
    def("unsetenv", 1, &["name"], unsetenv),
    def("strerror", 1, &["code"], |h, a| {
        let code = h.to_i64(a.get(0))?;
        Ok(h.new_str(super::errno::message(code)))
    }),
    def("umask", 1, &["mask"], |_, _| Ok(Value::Int(0o022))),
    def("_exit", 1, &["status"], exit),
    def("system", 1, &["command"], system),
    def(
        "_run_process",
        6,
        &["argv", "cwd", "env", "stdin", "capture_out", "capture_err", "merge"],
        run_process,
    ),
    def("uname", 0, &[], uname),
    def("times", 0, &[], times),
];

fn constants(host: &mut Host) -> Res<Vec<(&'static str, Value)>> {
    let numbers = [
        ("O_RDONLY", 0),
        ("O_WRONLY", 1),
        ("O_RDWR", 2),
        ("O_CREAT", 0o100),
        ("O_EXCL", 0o200),
        ("O_NOCTTY", 0o400),
        ("O_TRUNC", 0o1000),
        ("O_APPEND", 0o2000),
        ("O_NONBLOCK", 0o4000),
        ("O_NDELAY", 0o4000),
        ("O_SYNC", 0o4_010_000),
        ("O_DSYNC", 0o10000),
        ("O_ASYNC", 0o20000),
        ("O_DIRECTORY", 0o200_000),
        ("O_NOFOLLOW", 0o400_000),
        ("O_LARGEFILE", 0),
        ("F_OK", 0),
        ("X_OK", 1),
        ("W_OK", 2),
        ("R_OK", 4),
        ("WNOHANG", 1),
        ("WUNTRACED", 2),
        ("WCONTINUED", 8),
        ("EX_OK", 0),
        ("TMP_MAX", 238_328),
        ("NGROUPS_MAX", 65536),
    ];
    let mut all: Vec<(&'static str, Value)> = numbers.into_iter().map(|(n, i)| (n, Value::Int(i))).collect();
    let environ = host.new_dict();
    for (name, value) in host.system.environ() {
        let (name, value) = (host.new_str(name), host.new_str(value));
        host.dict_set(environ.obj().unwrap_or(crate::value::ObjId::HOLE), name, value)?;
    }
    all.push(("environ", environ));
    all.push(("error", Value::Obj(host.exceptions.os_error)));
    Ok(all)
}

fn fd_arg(host: &mut Host, a: Args<'_>, i: usize) -> Res<i32> {
    let n = host.to_i64(a.get(i))?;
    i32::try_from(n).map_err(|_| host.overflow_error("fd out of range"))
}

fn path_of(host: &mut Host, value: Value) -> Res<PathBuf> {
    let bytes = host.path_arg(value)?;
    Ok(PathBuf::from(OsStr::from_bytes(&bytes)))
}

fn failed(host: &mut Host, error: &io::Error, path: Option<Value>) -> Raised {
    let class = host.exceptions.os_error;
    host.os_error(class, error, path)
}

fn done(host: &mut Host, result: io::Result<()>) -> Res {
    result.map(|()| Value::None).map_err(|e| failed(host, &e, None))
}

fn on_path(host: &mut Host, a: Args<'_>, action: fn(&mut Host, &Path) -> io::Result<()>) -> Res {
    let path = path_of(host, a.get(0))?;
    match action(host, &path) {
        Ok(()) => Ok(Value::None),
        Err(e) => Err(failed(host, &e, Some(a.get(0)))),
    }
}

fn open(host: &mut Host, a: Args<'_>) -> Res {
    let path = path_of(host, a.get(0))?;
    let bits = host.to_i64(a.get(1))?;
    let mode = match a.opt(2) {
        Some(m) => u32::try_from(host.to_i64(m)?).unwrap_or(0o777),
        None => 0o777,
    };
    let flags = OpenFlags {
        read: bits & 3 != 1,
        write: bits & 3 != 0,
        append: bits & 0o2000 != 0,
        create: bits & 0o100 != 0,
        truncate: bits & 0o1000 != 0,
        exclusive: bits & 0o200 != 0,
    };
    match host.system.open(&path, flags, mode) {
        Ok(fd) => Ok(Value::Int(i64::from(fd))),
        Err(e) => Err(failed(host, &e, Some(a.get(0)))),
    }
}

fn read(host: &mut Host, a: Args<'_>) -> Res {
    let fd = fd_arg(host, a, 0)?;
    let n = usize::try_from(host.to_i64(a.get(1))?).unwrap_or(0);
    match host.system.read(fd, n) {
        Ok(data) => Ok(host.new_str(data)),
        Err(e) => Err(failed(host, &e, None)),
    }
}

fn write(host: &mut Host, a: Args<'_>) -> Res {
    let fd = fd_arg(host, a, 0)?;
    let data = host.to_bytes(a.get(1))?;
    if fd == 1 {
        host.flush_output();
    }
    match host.system.write(fd, &data) {
        Ok(n) => Ok(Value::Int(n as i64)),
        Err(e) => Err(failed(host, &e, None)),
    }
}

fn lseek(host: &mut Host, a: Args<'_>) -> Res {
    let fd = fd_arg(host, a, 0)?;
    let (offset, whence) = (host.to_i64(a.get(1))?, fd_arg(host, a, 2)?);
    match host.system.seek(fd, offset, whence) {
        Ok(n) => Ok(Value::Int(n.cast_signed())),
        Err(e) => Err(failed(host, &e, None)),
    }
}

fn ftruncate(host: &mut Host, a: Args<'_>) -> Res {
    let fd = fd_arg(host, a, 0)?;
    let size = u64::try_from(host.to_i64(a.get(1))?).unwrap_or(0);
    let result = host.system.truncate(fd, size);
    done(host, result)
}

fn stat_value(host: &mut Host, s: FileStat) -> Res {
    #[expect(clippy::cast_possible_truncation, reason = "whole seconds")]
    let fields = [
        Value::Int(i64::from(s.mode)),
        Value::Int(s.ino.cast_signed()),
        Value::Int(s.dev.cast_signed()),
        Value::Int(s.nlink.cast_signed()),
        Value::Int(i64::from(s.uid)),
        Value::Int(i64::from(s.gid)),
        Value::Int(s.size.cast_signed()),
        Value::Float(s.atime),
        Value::Float(s.mtime),
        Value::Float(s.ctime),
    ];
    let tuple = host.new_tuple(&fields);
    let module = host.import_module("_stat_result")?;
    let class = host.getattr(module, "stat_result")?;
    host.call(class, &[tuple], &[])
}

fn stat(host: &mut Host, a: Args<'_>, follow: bool) -> Res {
    let path = path_of(host, a.get(0))?;
    match host.system.stat(&path, follow) {
        Ok(s) => stat_value(host, s),
        Err(e) => Err(failed(host, &e, Some(a.get(0)))),
    }
}

fn fstat(host: &mut Host, a: Args<'_>) -> Res {
    let fd = fd_arg(host, a, 0)?;
    match host.system.fstat(fd) {
        Ok(s) => stat_value(host, s),
        Err(e) => Err(failed(host, &e, None)),
    }
}

fn listdir(host: &mut Host, a: Args<'_>) -> Res {
    let path = path_of(host, a.get(0))?;
    match host.system.list_dir(&path) {
        Ok(mut names) => {
            names.sort();
            let names: Vec<Value> = names.into_iter().map(|n| host.new_str(n)).collect();
            Ok(host.new_list(names))
        }
        Err(e) => Err(failed(host, &e, Some(a.get(0)))),
    }
}

fn getcwd(host: &mut Host, _: Args<'_>) -> Res {
    match host.system.cwd() {
        Ok(path) => Ok(host.new_str(path)),
        Err(e) => Err(failed(host, &e, None)),
    }
}

fn mode_arg(host: &mut Host, value: Option<Value>) -> Res<u32> {
    match value {
        Some(m) => Ok(u32::try_from(host.to_i64(m)?).unwrap_or(0o777)),
        None => Ok(0o777),
    }
}

fn mkdir(host: &mut Host, a: Args<'_>) -> Res {
    let path = path_of(host, a.get(0))?;
    let mode = mode_arg(host, a.opt(1))?;
    match host.system.mkdir(&path, mode) {
        Ok(()) => Ok(Value::None),
        Err(e) => Err(failed(host, &e, Some(a.get(0)))),
    }
}

fn rename(host: &mut Host, a: Args<'_>) -> Res {
    let (from, to) = (path_of(host, a.get(0))?, path_of(host, a.get(1))?);
    let result = host.system.rename(&from, &to);
    done(host, result)
}

fn symlink(host: &mut Host, a: Args<'_>) -> Res {
    let (target, link) = (path_of(host, a.get(0))?, path_of(host, a.get(1))?);
    let result = host.system.symlink(&target, &link);
    done(host, result)
}

fn readlink(host: &mut Host, a: Args<'_>) -> Res {
    let path = path_of(host, a.get(0))?;
    match host.system.readlink(&path) {
        Ok(target) => Ok(host.new_str(target)),
        Err(e) => Err(failed(host, &e, Some(a.get(0)))),
    }
}

fn chmod(host: &mut Host, a: Args<'_>) -> Res {
    let path = path_of(host, a.get(0))?;
    let mode = mode_arg(host, a.opt(1))?;
    let result = host.system.chmod(&path, mode);
    done(host, result)
}

fn access(host: &mut Host, a: Args<'_>) -> Res {
    let path = path_of(host, a.get(0))?;
    let wanted = host.to_i64(a.get(1))?;
    let allowed = host
        .system
        .stat(&path, true)
        .is_ok_and(|s| wanted & 1 == 0 || s.mode & 0o111 != 0);
    Ok(Value::Bool(allowed))
}

fn utime(host: &mut Host, a: Args<'_>) -> Res {
    let path = path_of(host, a.get(0))?;
    let (mut atime, mut mtime) = (host.system.time(), host.system.time());
    if !a.get(1).is_none() {
        let times = host.iterate_to_vec(a.get(1))?;
        let [first, second] = times[..] else {
            return Err(host.type_error("utime() arg 2 must be a tuple (atime, mtime)"));
        };
        (atime, mtime) = (host.to_f64(first)?, host.to_f64(second)?);
    }
    let result = host.system.utime(&path, atime, mtime);
    done(host, result)
}

fn urandom(host: &mut Host, a: Args<'_>) -> Res {
    let n = usize::try_from(host.to_i64(a.get(0))?).unwrap_or(0);
    match host.system.random(n) {
        Ok(bytes) => Ok(host.new_str(bytes)),
        Err(e) => Err(failed(host, &e, None)),
    }
}

fn pipe(host: &mut Host, _: Args<'_>) -> Res {
    match host.system.pipe() {
        Ok((r, w)) => Ok(host.new_tuple(&[Value::Int(i64::from(r)), Value::Int(i64::from(w))])),
        Err(e) => Err(failed(host, &e, None)),
    }
}

fn putenv(host: &mut Host, a: Args<'_>) -> Res {
    let (name, value) = (host.to_bytes(a.get(0))?, host.to_bytes(a.get(1))?);
    let result = host.system.set_env(&name, Some(&value));
    done(host, result)
}

fn unsetenv(host: &mut Host, a: Args<'_>) -> Res {
    let name = host.to_bytes(a.get(0))?;
    let result = host.system.set_env(&name, None);
    done(host, result)
}

/// Ends the evaluation at once: SystemExit that nothing of the program can catch is as near as the host comes.
fn exit(host: &mut Host, a: Args<'_>) -> Res {
    let class = host.exceptions.system_exit;
    Err(host.error_args(class, &[a.get(0)]))
}

fn texts(host: &mut Host, value: Value) -> Res<Vec<Vec<u8>>> {
    let items = host.iterate_to_vec(value)?;
    items
        .into_iter()
        .map(|v| host.to_bytes(v).map(|b| b.to_vec()))
        .collect()
}

fn system(host: &mut Host, a: Args<'_>) -> Res {
    let command = host.to_bytes(a.get(0))?;
    host.flush_output();
    let request = ProcessRequest {
        argv: vec![b"/bin/sh".to_vec(), b"-c".to_vec(), command.to_vec()],
        ..ProcessRequest::default()
    };
    match host.system.run_process(&request) {
        Ok(output) => Ok(Value::Int(i64::from(output.status) << 8)),
        Err(e) => Err(failed(host, &e, None)),
    }
}

/// `(status, stdout, stderr)` of a process that has run to its end.
fn run_process(host: &mut Host, a: Args<'_>) -> Res {
    let mut request = ProcessRequest {
        argv: texts(host, a.get(0))?,
        ..ProcessRequest::default()
    };
    if !a.get(1).is_none() {
        request.cwd = Some(host.path_arg(a.get(1))?);
    }
    if !a.get(2).is_none() {
        let mut env = vec![];
        for (k, v) in host.dict_items(a.get(2)) {
            env.push((host.to_bytes(k)?.to_vec(), host.to_bytes(v)?.to_vec()));
        }
        request.env = Some(env);
    }
    if !a.get(3).is_none() {
        request.stdin = Some(host.to_bytes(a.get(3))?.to_vec());
    }
    request.capture_stdout = host.is_true(a.get(4))?;
    request.capture_stderr = host.is_true(a.get(5))?;
    request.merge_stderr = a.opt(6).is_some_and(|v| v == Value::Bool(true));
    host.flush_output();
    match host.system.run_process(&request) {
        Ok(output) => {
            let (out, err) = (host.new_str(output.stdout), host.new_str(output.stderr));
            Ok(host.new_tuple(&[Value::Int(i64::from(output.status)), out, err]))
        }
        Err(e) => Err(failed(host, &e, None)),
    }
}

fn uname(host: &mut Host, _: Args<'_>) -> Res {
    let texts = ["Linux", "localhost", "", "", "x86_64"].map(|t| host.new_str(t));
    Ok(host.new_tuple(&texts))
}

fn times(host: &mut Host, _: Args<'_>) -> Res {
    let cpu = host.system.clock();
    let elapsed = host.system.time();
    Ok(host.new_tuple(&[cpu, 0.0, 0.0, 0.0, elapsed].map(Value::Float)))
}
