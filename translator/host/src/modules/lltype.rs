//! `_rpy_lltype`: low-level types and memory, see `crate::lowlevel`.

use super::NativeModule;
use crate::builtins::TypeSpec;
use crate::error::Res;
use crate::host::Host;
use crate::lowlevel::address::null;
use crate::lowlevel::{FUNCTIONS, MEMORY_FUNCTIONS, TYPE_CONSTANTS, new_type};
use crate::object::Args;
use crate::value::{ObjId, Value};
use rpy_lltype::LLTypes;

pub(super) const MODULE: NativeModule = NativeModule {
    name: "_rpy_lltype",
    functions: FUNCTIONS,
    constants,
};

/// `_rpy_llmemory`: addresses, sizes and offsets.
pub(super) const MEMORY: NativeModule = NativeModule {
    name: "_rpy_llmemory",
    functions: MEMORY_FUNCTIONS,
    constants: memory_constants,
};

fn memory_constants(host: &mut Host) -> Res<Vec<(&'static str, Value)>> {
    let mut all = vec![("NULL", null(host))];
    for (name, ty) in [
        ("Address", LLTypes::ADDRESS),
        ("GCREF", LLTypes::GCREF),
        ("WeakRef", LLTypes::WEAKREF),
        ("WeakRefPtr", LLTypes::WEAKREFPTR),
    ] {
        all.push((name, host.new_lltype(ty)));
    }
    Ok(all)
}

fn constants(host: &mut Host) -> Res<Vec<(&'static str, Value)>> {
    let mut all: Vec<(&'static str, Value)> = vec![];
    for (name, ty) in TYPE_CONSTANTS {
        all.push((name, host.new_lltype(*ty)));
    }
    let t = &host.types;
    let classes = [
        ("LowLevelType", t.lowlevel_type),
        ("Primitive", t.ll_primitive),
        ("Number", t.ll_number),
        ("Ptr", t.ll_ptr),
        ("Struct", t.ll_struct),
        ("GcStruct", t.ll_gcstruct),
        ("Array", t.ll_array),
        ("GcArray", t.ll_gcarray),
        ("FixedSizeArray", t.ll_fixedsizearray),
        ("FuncType", t.ll_functype),
        ("OpaqueType", t.ll_opaque),
        ("GcOpaqueType", t.ll_gcopaque),
        ("ForwardReference", t.ll_forward),
        ("GcForwardReference", t.ll_gcforward),
        ("_ptr", t.lowlevel_ptr),
    ];
    for (name, class) in classes {
        let spec = TypeSpec {
            new: Some(new),
            new_args: (0, -1),
            new_names: &["**"],
            ..TypeSpec::default()
        };
        if !matches!(name, "_ptr" | "LowLevelType" | "Primitive" | "Number") {
            host.install(class, &spec);
        }
        all.push((name, Value::Obj(class)));
    }
    Ok(all)
}

fn new(host: &mut Host, a: Args<'_>) -> Res {
    let class = a.get(0).obj().unwrap_or(ObjId::HOLE);
    new_type(host, class, a.pos.get(1..).unwrap_or(&[]), a.kw)
}
