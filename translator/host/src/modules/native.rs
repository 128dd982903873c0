//! `_rpy_native`: what the bundled library tells the translator.

use super::{NativeModule, def};
use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, NativeDef};
use crate::value::Value;

pub(super) const MODULE: NativeModule = NativeModule {
    name: "_rpy_native",
    functions: FUNCTIONS,
    constants: super::nothing,
};

const FUNCTIONS: &[NativeDef] = &[
    def("register_replacement", 2, &["builtin", "function"], |h, a| {
        h.replacements.insert(a.get(0), a.get(1));
        Ok(Value::None)
    }),
    def("register_int_class", 3, &["cls", "signed", "bits"], register_int_class),
];

fn register_int_class(host: &mut Host, a: Args<'_>) -> Res {
    let signed = host.is_true(a.get(1))?;
    let bits = host.to_i64(a.get(2))?;
    match (a.get(0), u8::try_from(bits)) {
        (Value::Obj(class), Ok(bits)) => {
            host.register_int_class(class, signed, bits);
            Ok(a.get(0))
        }
        _ => Err(host.type_error("register_int_class(cls, signed, bits)")),
    }
}
