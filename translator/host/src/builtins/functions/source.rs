//! Built-in functions that run source text, import, and talk to the user.

use super::super::{def, given, named};
use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, NativeDef, ObjData};
use crate::value::{ObjId, Value};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

pub(super) const FUNCTIONS: &[NativeDef] = &[
    named(
        "__import__",
        1,
        &["name", "globals", "locals", "fromlist", "level"],
        import,
    ),
    named(
        "compile",
        3,
        &["source", "filename", "mode", "flags", "dont_inherit"],
        compile,
    ),
    def("eval", 1, 3, |h, a| {
        h.eval_value(a.get(0), given(a.get(1)), given(a.get(2)))
    }),
    def("execfile", 1, 3, execfile),
    def("reload", 1, 1, |h, a| h.reload_module(a.get(0))),
    def("raw_input", 0, 1, raw_input),
    def("input", 0, 1, input),
    crate::builtins::free("print", print),
    def("exit", 0, 1, exit),
    def("quit", 0, 1, exit),
];

fn import(h: &mut Host, a: Args<'_>) -> Res {
    let Some(name) = h.str_text(a.get(0)) else {
        return Err(h.type_error("__import__() argument 1 must be string"));
    };
    let globals = given(a.get(1)).and_then(Value::obj).unwrap_or(ObjId::HOLE);
    let level = match a.opt(4) {
        Some(level) => h.to_i64(level)?,
        None => -1,
    };
    h.import_level(&name, globals, a.opt(3).unwrap_or(Value::None), level)
}

fn compile(h: &mut Host, a: Args<'_>) -> Res {
    if h.code(a.get(0)).is_some() {
        return Ok(a.get(0));
    }
    let filename = h.str_text(a.get(1)).unwrap_or_default();
    let mode = h.str_text(a.get(2)).unwrap_or_default();
    if !matches!(mode.as_str(), "exec" | "eval" | "single") {
        return Err(h.value_error("compile() arg 3 must be 'exec', 'eval' or 'single'"));
    }
    let inherit = match a.opt(4) {
        Some(flag) => !h.is_true(flag)?,
        None => true,
    };
    let flags = match a.opt(3) {
        Some(v) => h.to_i64(v)?,
        None => 0,
    };
    if flags & !0x3f610 != 0 {
        return Err(h.value_error("compile(): unrecognised flags"));
    }
    let mut futures = crate::compiler::futures_of_flags(flags as u32);
    if inherit {
        let inherited = h.inherited_futures();
        futures.division |= inherited.division;
        futures.absolute_import |= inherited.absolute_import;
        futures.print_function |= inherited.print_function;
        futures.unicode_literals |= inherited.unicode_literals;
    }
    h.compile_text(a.get(0), &filename, &mode, futures)
}

fn execfile(h: &mut Host, a: Args<'_>) -> Res {
    let path = h.path_arg(a.get(0))?;
    let (globals, locals) = h.eval_scopes(given(a.get(1)), given(a.get(2)))?;
    let code = h.compile_file(Path::new(OsStr::from_bytes(&path)))?;
    h.run_code(code, globals, locals)?;
    Ok(Value::None)
}

fn read_line(h: &mut Host, prompt: Option<Value>) -> Res {
    if let Some(prompt) = prompt {
        if let Some(out) = h.sys_attribute("stdout") {
            h.write_value(out, prompt)?;
        }
    }
    h.flush_output();
    if h.sys_attribute("stdout").is_none() {
        return Err(h.runtime_error("[raw_]input: lost sys.stdout"));
    }
    let Some(stdin) = h.sys_attribute("stdin") else {
        return Err(h.runtime_error("lost sys.stdin"));
    };
    let readline = h.getattr(stdin, "readline")?;
    let line = h.call(readline, &[], &[])?;
    let end = if h.unicode_chars(line).is_some() {
        h.new_unicode(&[10])
    } else {
        h.new_str("\n")
    };
    if !matches!(h.data(line), Some(ObjData::Str(_) | ObjData::Unicode(_))) {
        return Err(h.type_error("object.readline() returned non-string"));
    }
    let len = h.length(line)?;
    if len == 0 {
        return Err(h.error(h.exceptions.eof_error, "EOF when reading a line"));
    }
    let last = h.get_item(line, Value::Int(-1))?;
    if h.equal(last, end)? {
        h.get_slice(line, Value::HOLE, Value::Int(-1))
    } else {
        Ok(line)
    }
}

fn raw_input(h: &mut Host, a: Args<'_>) -> Res {
    read_line(h, a.opt(0))
}

fn input(h: &mut Host, a: Args<'_>) -> Res {
    let text = read_line(h, a.opt(0))?;
    h.eval_value(text, None, None)
}

/// The function of `from __future__ import print_function`.
fn print(h: &mut Host, a: Args<'_>) -> Res {
    let (mut sep, mut end, mut file) = (b" ".to_vec(), b"\n".to_vec(), None);
    for &(name, value) in a.kw {
        match h.name_text(name).as_str() {
            "sep" if !value.is_none() => sep = h.to_bytes(value)?.to_vec(),
            "end" if !value.is_none() => end = h.to_bytes(value)?.to_vec(),
            "file" => file = given(value),
            "sep" | "end" => {}
            other => return Err(h.type_error(format!("'{other}' is an invalid keyword argument for this function"))),
        }
    }
    let Some(file) = file.or_else(|| h.sys_attribute("stdout")) else {
        return Ok(Value::None);
    };
    for (i, item) in a.pos.iter().enumerate() {
        if i > 0 {
            h.write_bytes(file, &sep)?;
        }
        h.write_value(file, *item)?;
    }
    h.write_bytes(file, &end)?;
    Ok(Value::None)
}

fn exit(h: &mut Host, a: Args<'_>) -> Res {
    let args: Vec<Value> = a.opt(0).into_iter().collect();
    Err(h.error_args(h.exceptions.system_exit, &args))
}
