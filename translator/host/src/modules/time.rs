//! The `time` module, as far as clocks go; calendar functions are in Python.

use super::{NativeModule, def, float_arg};
use crate::error::Res;
use crate::host::Host;
use crate::object::NativeDef;
use crate::value::Value;

pub(super) const MODULE: NativeModule = NativeModule {
    name: "_time",
    functions: FUNCTIONS,
    constants: super::nothing,
};

const FUNCTIONS: &[NativeDef] = &[
    def("time", 0, &[], |host, _| Ok(Value::Float(host.system.time()))),
    def("clock", 0, &[], |host, _| Ok(Value::Float(host.system.clock()))),
    def("sleep", 1, &["seconds"], |host, a| {
        let seconds = float_arg(host, a.get(0))?;
        sleep(host, seconds)
    }),
    def("utc_offset", 1, &["time"], |host, a| {
        let time = float_arg(host, a.get(0))?;
        Ok(Value::Int(host.system.utc_offset(time)))
    }),
];

fn sleep(host: &mut Host, seconds: f64) -> Res {
    if seconds < 0.0 {
        return Err(host.value_error("sleep length must be non-negative"));
    }
    host.system.sleep(seconds);
    Ok(Value::None)
}
