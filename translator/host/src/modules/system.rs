//! Small modules about the evaluator itself: `gc`, `imp`, `thread`.

use super::{NativeModule, def, nothing};
use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, NativeDef};
use crate::value::Value;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

pub(super) const GC: NativeModule = NativeModule {
    name: "gc",
    functions: GC_FUNCTIONS,
    constants: nothing,
};

const GC_FUNCTIONS: &[NativeDef] = &[
    def("collect", 0, &["generation"], |h, _| Ok(Value::Int(h.collect() as i64))),
    def("enable", 0, &[], |h, _| Ok(set_enabled(h, true))),
    def("disable", 0, &[], |h, _| Ok(set_enabled(h, false))),
    def("isenabled", 0, &[], |h, _| Ok(Value::Bool(h.gc.enabled))),
    def("get_objects", 0, &[], |h, _| Ok(h.new_list(vec![]))),
    def("get_referrers", 0, &["object"], |h, _| Ok(h.new_list(vec![]))),
];

fn set_enabled(host: &mut Host, enabled: bool) -> Value {
    host.gc.enabled = enabled;
    Value::None
}

pub(super) const IMP: NativeModule = NativeModule {
    name: "imp",
    functions: IMP_FUNCTIONS,
    constants: imp_constants,
};

const IMP_FUNCTIONS: &[NativeDef] = &[
    def("new_module", 1, &["name"], |h, a| {
        let name = h.str_text(a.get(0)).unwrap_or_default();
        Ok(h.new_module(&name))
    }),
    def("load_source", 2, &["name", "path", "file"], load_source),
    def("find_module", 1, &["name", "path"], find_module),
    def("acquire_lock", 0, &[], |_, _| Ok(Value::None)),
    def("release_lock", 0, &[], |_, _| Ok(Value::None)),
    def("lock_held", 0, &[], |_, _| Ok(Value::Bool(false))),
    def("get_magic", 0, &[], |h, _| Ok(h.new_str(b"\x03\xf3\r\n"))),
    def("is_builtin", 1, &["name"], |h, a| {
        let name = h.str_text(a.get(0)).unwrap_or_default();
        Ok(Value::Int(i64::from(super::is_native(&name))))
    }),
    def("is_frozen", 1, &["name"], |_, _| Ok(Value::Bool(false))),
];

fn imp_constants(host: &mut Host) -> Res<Vec<(&'static str, Value)>> {
    let source = [host.new_str(".py"), host.new_str("U"), Value::Int(1)];
    let source = host.new_tuple(&source);
    let suffixes = host.new_list(vec![source]);
    Ok(vec![
        ("PY_SOURCE", Value::Int(1)),
        ("PKG_DIRECTORY", Value::Int(5)),
        ("C_BUILTIN", Value::Int(6)),
        ("_suffixes", suffixes),
    ])
}

fn load_source(host: &mut Host, a: Args<'_>) -> Res {
    let name = host.str_text(a.get(0)).unwrap_or_default();
    let path = host.path_arg(a.get(1))?;
    host.load_source(&name, Path::new(OsStr::from_bytes(&path)), None)
}

fn find_module(host: &mut Host, a: Args<'_>) -> Res {
    let name = host.str_text(a.get(0)).unwrap_or_default();
    let path = a.opt(1).filter(|p| !p.is_none());
    match host.locate_module(&name, path)? {
        Some((path, package)) => {
            let path = host.new_str(path.as_os_str().as_bytes());
            let empty = host.new_str("");
            let kind = Value::Int(if package { 5 } else { 1 });
            let what = host.new_tuple(&[empty, empty, kind]);
            Ok(host.new_tuple(&[Value::None, path, what]))
        }
        None => Err(host.error(host.exceptions.import_error, format!("No module named {name}"))),
    }
}

pub(super) const THREAD: NativeModule = NativeModule {
    name: "_thread_native",
    functions: THREAD_FUNCTIONS,
    constants: nothing,
};

const THREAD_FUNCTIONS: &[NativeDef] = &[def("get_ident", 0, &[], |_, _| Ok(Value::Int(1)))];
