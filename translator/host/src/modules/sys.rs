//! The `sys` module.

use super::def;
use crate::error::{Raised, Res};
use crate::host::Host;
use crate::object::{Args, Module, NativeDef, ObjData};
use crate::value::{ObjId, Value};

const FUNCTIONS: &[NativeDef] = &[
    def("exc_info", 0, &[], exc_info),
    def("exc_clear", 0, &[], exc_clear),
    def("exit", 0, &["status"], exit),
    def("getrecursionlimit", 0, &[], |h, _| {
        Ok(Value::Int(h.recursion_limit as i64))
    }),
    def("setrecursionlimit", 1, &["n"], setrecursionlimit),
    def("getdefaultencoding", 0, &[], |h, _| Ok(h.new_str("ascii"))),
    def("getfilesystemencoding", 0, &[], |h, _| Ok(h.new_str("UTF-8"))),
    def("getrefcount", 1, &["object"], |_, _| Ok(Value::Int(2))),
    def("getsizeof", 1, &["object", "default"], |_, _| Ok(Value::Int(64))),
    def("getcheckinterval", 0, &[], |_, _| Ok(Value::Int(100))),
    def("setcheckinterval", 1, &["n"], |_, _| Ok(Value::None)),
    def("settrace", 1, &["function"], |_, _| Ok(Value::None)),
    def("gettrace", 0, &[], |_, _| Ok(Value::None)),
    def("setprofile", 1, &["function"], |_, _| Ok(Value::None)),
    def("getprofile", 0, &[], |_, _| Ok(Value::None)),
    def("_getframe", 0, &["depth"], getframe),
    def("_clear_type_cache", 0, &[], |_, _| Ok(Value::None)),
    def("intern", 1, &["string"], |_, a| Ok(a.get(0))),
    def("displayhook", 1, &["value"], displayhook),
    def("excepthook", 3, &["type", "value", "traceback"], excepthook),
];

/// Makes the module; its dict exists already.
pub(super) fn setup(host: &mut Host) {
    let dict = Value::Obj(host.sys_dict);
    let module = host.alloc(ObjData::Module(Module { dict: host.sys_dict }));
    let name = host.new_str("sys");
    host.dict_set_str(dict, "__name__", name);
    host.dict_set_str(dict, "__package__", Value::None);
    for function in FUNCTIONS {
        let value = host.new_builtin(*function, "sys");
        host.dict_set_str(dict, function.name, value);
    }
    for name in ["displayhook", "excepthook"] {
        if let Some(value) = host.dict_get_str(dict, name) {
            host.dict_set_str(dict, &format!("__{name}__"), value);
        }
    }
    set_facts(host, dict);
    set_paths(host, dict);
    host.register_module("sys", module);
}

fn set_facts(host: &mut Host, dict: Value) {
    let texts = [
        ("platform", "linux2"),
        ("byteorder", "little"),
        ("version", "2.7.18 (host evaluator of the RPython translator)"),
        ("copyright", ""),
        ("executable", ""),
        ("prefix", "/usr"),
        ("exec_prefix", "/usr"),
        ("float_repr_style", "short"),
        ("__doc__", "The state of the interpreter."),
    ];
    for (name, text) in texts {
        let value = host.new_str(text);
        host.dict_set_str(dict, name, value);
    }
    let numbers = [
        ("maxint", i64::MAX),
        ("maxsize", i64::MAX),
        ("maxunicode", 0x10ffff),
        ("hexversion", 0x0207_12f0),
        ("api_version", 1013),
    ];
    for (name, n) in numbers {
        host.dict_set_str(dict, name, Value::Int(n));
    }
    for name in ["dont_write_bytecode", "py3kwarning"] {
        host.dict_set_str(dict, name, Value::Bool(name == "dont_write_bytecode"));
    }
    let level = host.new_str("final");
    let version = [Value::Int(2), Value::Int(7), Value::Int(18), level, Value::Int(0)];
    let version = host.new_tuple(&version);
    host.dict_set_str(dict, "version_info", version);
    let implementation = host.new_str("CPython");
    let empty = host.new_str("");
    let subversion = host.new_tuple(&[implementation, empty, empty]);
    host.dict_set_str(dict, "subversion", subversion);
    let modules = Value::Obj(host.modules);
    host.dict_set_str(dict, "modules", modules);
    let builtins: Vec<Value> = super::MODULES.iter().map(|m| host.new_str(m.name)).collect();
    let builtins = host.new_tuple(&builtins);
    host.dict_set_str(dict, "builtin_module_names", builtins);
    for name in ["meta_path", "path_hooks", "warnoptions"] {
        let list = host.new_list(vec![]);
        host.dict_set_str(dict, name, list);
    }
    let cache = host.new_dict();
    host.dict_set_str(dict, "path_importer_cache", cache);
    let stdout_names = [("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")];
    for (name, fd, mode) in stdout_names {
        let file = crate::builtins::file::standard(host, fd, name, mode);
        host.dict_set_str(dict, name, file);
        host.dict_set_str(dict, &format!("__{name}__"), file);
    }
    set_float_info(host, dict);
}

/// Attributes of `sys.float_info` and `sys.flags`, as instances of plain classes.
fn set_float_info(host: &mut Host, dict: Value) {
    let float_info = [
        ("max", Value::Float(f64::MAX)),
        ("min", Value::Float(f64::MIN_POSITIVE)),
        ("epsilon", Value::Float(f64::EPSILON)),
        ("dig", Value::Int(15)),
        ("mant_dig", Value::Int(53)),
        ("max_exp", Value::Int(1024)),
        ("min_exp", Value::Int(-1021)),
        ("max_10_exp", Value::Int(308)),
        ("min_10_exp", Value::Int(-307)),
        ("radix", Value::Int(2)),
        ("rounds", Value::Int(1)),
    ];
    let flags = [
        "debug",
        "py3k_warning",
        "division_warning",
        "division_new",
        "inspect",
        "interactive",
        "optimize",
        "dont_write_bytecode",
        "no_user_site",
        "no_site",
        "ignore_environment",
        "tabcheck",
        "verbose",
        "unicode",
        "bytes_warning",
        "hash_randomization",
    ]
    .map(|n| (n, Value::Int(0)));
    let info = [("bits_per_digit", Value::Int(30)), ("sizeof_digit", Value::Int(4))];
    for (name, fields) in [
        ("float_info", &float_info[..]),
        ("flags", &flags[..]),
        ("long_info", &info[..]),
    ] {
        let module = host.new_module(name);
        let fields_dict = Value::Obj(host.module_dict(module));
        for (field, value) in fields {
            host.dict_set_str(fields_dict, field, *value);
        }
        host.dict_set_str(dict, name, module);
    }
}

fn set_paths(host: &mut Host, dict: Value) {
    let library = host.library.clone();
    let entries = [library.join("pylib"), library];
    let paths: Vec<Value> = entries
        .iter()
        .map(|p| host.new_str(p.to_string_lossy().as_bytes()))
        .collect();
    let paths = host.new_list(paths);
    host.dict_set_str(dict, "path", paths);
    let name = host.new_str("translate");
    let argv = host.new_list(vec![name]);
    host.dict_set_str(dict, "argv", argv);
}

fn exc_info(host: &mut Host, _: Args<'_>) -> Res {
    let info = host.exc_info;
    if info.value.is_hole() {
        return Ok(host.new_tuple(&[Value::None; 3]));
    }
    let class = host.class_of(info.value);
    let traceback = if info.traceback.is_hole() {
        Value::None
    } else {
        Value::Obj(info.traceback)
    };
    Ok(host.new_tuple(&[class, info.value, traceback]))
}

fn exc_clear(host: &mut Host, _: Args<'_>) -> Res {
    host.exc_info = crate::frame::ExcInfo::NONE;
    Ok(Value::None)
}

fn exit(host: &mut Host, a: Args<'_>) -> Res {
    let class = host.exceptions.system_exit;
    let args: Vec<Value> = a.opt(0).into_iter().collect();
    Err(host.error_args(class, &args))
}

fn setrecursionlimit(host: &mut Host, a: Args<'_>) -> Res {
    let n = host.to_i64(a.get(0))?;
    match usize::try_from(n) {
        Ok(n) if n > 0 => {
            host.recursion_limit = n;
            Ok(Value::None)
        }
        _ => Err(host.value_error("recursion limit must be positive")),
    }
}

fn getframe(host: &mut Host, a: Args<'_>) -> Res {
    let depth = match a.opt(0) {
        Some(d) => usize::try_from(host.to_i64(d)?).unwrap_or(0),
        None => 0,
    };
    match host.frames.len().checked_sub(depth + 1) {
        Some(index) => Ok(Value::Obj(host.frame_object(index))),
        None => Err(host.value_error("call stack is not deep enough")),
    }
}

fn displayhook(host: &mut Host, a: Args<'_>) -> Res {
    let value = a.get(0);
    if value.is_none() {
        return Ok(value);
    }
    let mut text = host.repr_bytes(value)?;
    text.push(b'\n');
    if let Some(out) = host.sys_attribute("stdout") {
        host.write_bytes(out, &text)?;
    }
    let builtins = Value::Obj(host.builtins);
    host.dict_set_str(builtins, "_", value);
    Ok(Value::None)
}

fn excepthook(host: &mut Host, a: Args<'_>) -> Res {
    let traceback = a.get(2).obj().unwrap_or(ObjId::HOLE);
    let raised = Raised::with_traceback(a.get(1), traceback);
    let text = host.format_exception(&raised);
    if let Some(err) = host.sys_attribute("stderr") {
        host.write_bytes(err, text.as_bytes())?;
    }
    Ok(Value::None)
}
