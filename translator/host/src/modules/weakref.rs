//! The `_weakref` module.

use super::{NativeModule, def};
use crate::builtins::weakref::references;
use crate::error::Res;
use crate::host::Host;
use crate::object::NativeDef;
use crate::value::Value;

pub(super) const MODULE: NativeModule = NativeModule {
    name: "_weakref",
    functions: FUNCTIONS,
    constants,
};

const FUNCTIONS: &[NativeDef] = &[
    def("proxy", 1, &["object", "callback"], |h, a| {
        h.new_weakref(Value::None, a.get(0), a.opt(1).unwrap_or(Value::None), true)
    }),
    def("getweakrefcount", 1, &["object"], |h, a| {
        Ok(Value::Int(references(h, a.get(0)).len() as i64))
    }),
    def("getweakrefs", 1, &["object"], |h, a| {
        let all = references(h, a.get(0));
        Ok(h.new_list(all))
    }),
];

fn constants(host: &mut Host) -> Res<Vec<(&'static str, Value)>> {
    let t = &host.types;
    let class = Value::Obj(t.weakref);
    Ok(vec![
        ("ref", class),
        ("ReferenceType", class),
        ("ProxyType", Value::Obj(t.weakproxy)),
        ("CallableProxyType", Value::Obj(t.weakcallableproxy)),
    ])
}
