//! Native modules: one file a module, each a [`NativeModule`].

mod binascii;
pub(crate) mod errno;
mod lltype;
mod math;
mod native;
mod posix;
mod re;
mod structs;
mod sys;
mod system;
mod time;
mod weakref;

use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, NativeDef, ObjData};
use crate::value::Value;
use num_bigint::BigInt;
use num_traits::ToPrimitive;

/// A module written in Rust.
pub struct NativeModule {
    /// Its name.
    pub name: &'static str,
    /// Its functions.
    pub functions: &'static [NativeDef],
    /// Adds everything else: name and value pairs.
    pub constants: fn(&mut Host) -> Res<Vec<(&'static str, Value)>>,
}

/// All that are made when they are imported.
const MODULES: &[NativeModule] = &[
    math::MODULE,
    structs::MODULE,
    errno::MODULE,
    time::MODULE,
    re::MODULE,
    binascii::MODULE,
    posix::MODULE,
    weakref::MODULE,
    system::GC,
    system::IMP,
    system::THREAD,
    native::MODULE,
    lltype::MODULE,
    lltype::MEMORY,
];

/// Whether there is a native module of this name.
pub(crate) fn is_native(name: &str) -> bool {
    MODULES.iter().any(|m| m.name == name)
}

/// Makes a native module.
pub(crate) fn make(host: &mut Host, name: &str) -> Res {
    let Some(spec) = MODULES.iter().find(|m| m.name == name) else {
        return Err(host.error(host.exceptions.import_error, format!("No module named {name}")));
    };
    let module = host.new_module(name);
    let dict = Value::Obj(host.module_dict(module));
    for function in spec.functions {
        let value = host.new_builtin(*function, name);
        host.dict_set_str(dict, function.name, value);
    }
    for (name, value) in (spec.constants)(host)? {
        host.dict_set_str(dict, name, value);
    }
    Ok(module)
}

/// The modules that exist from the start: `sys` and `exceptions`.
pub(crate) fn setup_first(host: &mut Host) {
    sys::setup(host);
    let module = host.new_module("exceptions");
    let dict = Value::Obj(host.module_dict(module));
    for (name, class) in host.exceptions.all() {
        host.dict_set_str(dict, name, Value::Obj(class));
    }
    host.register_module("exceptions", module);
}

/// A function with required and optional positional parameters.
pub(crate) const fn def(
    name: &'static str,
    min: usize,
    kwnames: &'static [&'static str],
    func: fn(&mut Host, Args<'_>) -> Res,
) -> NativeDef {
    #[expect(clippy::cast_possible_wrap, reason = "a handful of parameters")]
    NativeDef {
        name,
        min,
        max: kwnames.len() as isize,
        kwnames,
        func,
    }
}

/// No constants.
pub(crate) fn nothing(_: &mut Host) -> Res<Vec<(&'static str, Value)>> {
    Ok(vec![])
}

/// The argument as a float, as `float()` converts it; strings are refused.
pub(crate) fn float_arg(host: &mut Host, value: Value) -> Res<f64> {
    match value {
        Value::Float(x) => return Ok(x),
        #[expect(clippy::cast_precision_loss, reason = "ints become floats as in Python")]
        Value::Int(i) => return Ok(i as f64),
        _ => {}
    }
    if matches!(host.data(value), Some(ObjData::Str(_) | ObjData::Unicode(_))) || value.is_none() {
        return Err(host.type_error("a float is required"));
    }
    let class = Value::Obj(host.types.float_);
    match host.call(class, &[value], &[])? {
        Value::Float(x) => Ok(x),
        _ => Err(host.type_error("a float is required")),
    }
}

/// The argument as an integer of any size.
pub(crate) fn int_arg(host: &mut Host, value: Value) -> Res<BigInt> {
    match value {
        Value::Int(i) => return Ok(BigInt::from(i)),
        Value::Bool(b) => return Ok(BigInt::from(i64::from(b))),
        _ => {}
    }
    if let Some(long) = host.long_value(value) {
        return Ok(long.clone());
    }
    let class = Value::Obj(host.types.long_);
    if matches!(value, Value::Float(_)) || matches!(host.data(value), Some(ObjData::Str(_) | ObjData::Unicode(_))) {
        return Err(host.type_error("an integer is required"));
    }
    let long = host.call(class, &[value], &[])?;
    match host.long_value(long) {
        Some(long) => Ok(long.clone()),
        None => Err(host.type_error("an integer is required")),
    }
}

/// The argument as a machine integer.
pub(crate) fn index_arg(host: &mut Host, value: Value) -> Res<i64> {
    let big = int_arg(host, value)?;
    match big.to_i64() {
        Some(i) => Ok(i),
        None => Err(host.overflow_error("Python int too large to convert to C long")),
    }
}
