//! Prebuilt data as C initialisers.

use crate::ctypes::Uses;
use crate::database::Database;
use crate::emit::{constant_pointer, constant_value};
use crate::layout::has_length;
use crate::names::string_literal;
use rpy_lltype::{Container, ContainerId, Data, LLPtr, LLType, LLTypeId, LLTypes, LLValue};
use std::fmt::Write;

/// A definition of prebuilt data.
#[derive(Clone, Debug, Default)]
pub struct DataCode {
    /// Declaration that must come before any use in the same file.
    pub declaration: String,
    /// Definition with initialiser.
    pub definition: String,
    /// What it needs.
    pub uses: Uses,
}

/// Writes the outermost container `c`.
pub fn data(db: &Database, c: ContainerId) -> DataCode {
    let mut code = DataCode::default();
    let name = db.data_name(c).to_owned();
    let container = db.program.store.get(c);
    let ty = db.types().resolve(container.ty);
    let c_type = match &container.data {
        Data::Opaque(_) => format!("struct {name}_t {{ char bytes[16]; }}"),
        Data::WeakRef(_) => "rpy_weakref".to_owned(),
        _ if db.types().str_hint(ty, "c_name").is_some() => db.tag(ty, &mut code.uses),
        _ if is_var_sized(db, ty) => {
            let members = sized_members(db, container, &mut code.uses);
            format!("struct {name}_t {{{members} }}")
        }
        _ => db.c_type(ty, &mut code.uses),
    };
    let short = match c_type.find('{') {
        Some(_) => {
            let _ = writeln!(code.declaration, "{c_type};");
            format!("struct {name}_t")
        }
        None => c_type,
    };
    let _ = writeln!(code.declaration, "extern {short} {name};");
    let init = container_init(db, c, true, &mut code.uses);
    let _ = writeln!(code.definition, "{short} {name} = {init};");
    code
}

fn is_var_sized(db: &Database, ty: LLTypeId) -> bool {
    db.layouts.get_var_part(db.types(), ty).is_some()
}

/// Members of the struct type of a var-sized container, with its own number of items.
fn sized_members(db: &Database, container: &Container, uses: &mut Uses) -> String {
    let types = db.types();
    let ty = types.resolve(container.ty);
    let mut out = String::new();
    match types.get(ty) {
        LLType::Array { of, gc, .. } => {
            if *gc {
                out.push_str(" rpy_gc_header h;");
            }
            if has_length(types, ty) {
                out.push_str(" rpy_signed length;");
            }
            if !db.is_void(*of) {
                let _ = write!(
                    out,
                    " {};",
                    db.declare(*of, &format!("items[{}]", room(db, container)), uses)
                );
            }
        }
        LLType::Struct(s) => {
            if s.gc {
                out.push_str(" rpy_gc_header h;");
            }
            let flat = db.layouts.get(types, ty);
            for f in &flat.fields {
                match field_value(db, container, f.depth, f.index) {
                    LLValue::Inline(inner) if is_var_sized(db, f.ty) => {
                        let members = sized_members(db, db.program.store.get(inner), uses);
                        let _ = write!(out, " struct {{{members} }} {};", f.c_name);
                    }
                    _ => {
                        let _ = write!(out, " {};", db.declare(f.ty, &f.c_name, uses));
                    }
                }
            }
        }
        _ => {}
    }
    out
}

/// Number of items to make room for: at least one, and the extra one of strings.
fn room(db: &Database, container: &Container) -> usize {
    let n = items_len(&container.data);
    let extra = db.types().int_hint(container.ty, "extra_item_after_alloc").unwrap_or(0) > 0;
    (n + usize::from(extra)).max(1)
}

fn items_len(data: &Data) -> usize {
    match data {
        Data::Items(v) | Data::Struct(v) => v.len(),
        Data::Bytes(b) => b.len(),
        Data::Func(_) | Data::Opaque(_) | Data::WeakRef(_) => 0,
    }
}

/// The value of the field at `index` of the level `depth` steps up.
fn field_value(db: &Database, container: &Container, depth: u32, index: usize) -> LLValue {
    let mut container = container;
    for _ in 0..depth {
        match &container.data {
            Data::Struct(values) => match values.first() {
                Some(LLValue::Inline(up)) => container = db.program.store.get(*up),
                _ => return LLValue::Uninit,
            },
            _ => return LLValue::Uninit,
        }
    }
    match &container.data {
        Data::Struct(values) => values.get(index).cloned().unwrap_or(LLValue::Uninit),
        _ => LLValue::Uninit,
    }
}

/// Initialiser of a container, in braces.
pub fn container_init(db: &Database, c: ContainerId, outermost: bool, uses: &mut Uses) -> String {
    let types = db.types();
    let container = db.program.store.get(c);
    let ty = types.resolve(container.ty);
    let mut parts: Vec<String> = vec![];
    let gc = types.is_gc(ty) && outermost;
    if gc {
        parts.push(format!("RPY_GC_PREBUILT_HEADER({}u)", db.container_tid(c).unwrap_or(0)));
    }
    match &container.data {
        Data::Opaque(_) => return "{ { 0 } }".to_owned(),
        Data::WeakRef(target) => parts.push(constant_pointer(db, *target, LLTypes::GCREF, uses)),
        Data::Func(_) => {}
        Data::Struct(_) => {
            let flat = db.layouts.get(types, ty);
            let class = db.vtable_class(c);
            for f in &flat.fields {
                if let Some(bound) = class.and_then(|k| class_range(db, k, &f.name)) {
                    parts.push(bound);
                    continue;
                }
                let value = field_value(db, container, f.depth, f.index);
                parts.push(value_init(db, &value, f.ty, uses));
            }
        }
        Data::Items(values) => {
            if has_length(types, ty) && !matches!(types.get(ty), LLType::FixedArray { .. }) {
                parts.push(values.len().to_string());
            }
            let of = item_type(db, ty);
            if !db.is_void(of) {
                parts.push(items_init(db, values, of, uses));
            }
        }
        Data::Bytes(bytes) => {
            if has_length(types, ty) && !matches!(types.get(ty), LLType::FixedArray { .. }) {
                parts.push(bytes.len().to_string());
            }
            parts.push(if bytes.is_empty() {
                "{ 0 }".to_owned()
            } else {
                bytes_init(bytes)
            });
        }
    }
    if parts.is_empty() {
        return "{ }".to_owned();
    }
    format!("{{ {} }}", parts.join(", "))
}

fn bytes_init(bytes: &[u8]) -> String {
    let chunks: Vec<String> = bytes.chunks(1000).map(string_literal).collect();
    chunks.join("\n")
}

fn class_range(db: &Database, class: usize, field: &str) -> Option<String> {
    let (first, last) = db.class_tids[class];
    match field {
        "subclassrange_min" => Some(format!("{first}L")),
        "subclassrange_max" => Some(format!("{last}L")),
        _ => None,
    }
}

fn item_type(db: &Database, ty: LLTypeId) -> LLTypeId {
    match db.types().get(ty) {
        LLType::Array { of, .. } | LLType::FixedArray { of, .. } => *of,
        _ => LLTypes::VOID,
    }
}

fn items_init(db: &Database, values: &[LLValue], of: LLTypeId, uses: &mut Uses) -> String {
    if values.is_empty() {
        return "{ 0 }".to_owned();
    }
    let used = values.iter().rposition(|v| !is_zero(v)).map_or(0, |i| i + 1);
    if used == 0 && !matches!(values[0], LLValue::Inline(_)) {
        return "{ 0 }".to_owned();
    }
    let used = if matches!(values[0], LLValue::Inline(_)) {
        values.len()
    } else {
        used
    };
    let mut out = String::from("{ ");
    for (i, v) in values[..used].iter().enumerate() {
        if i > 0 {
            out.push_str(if i % 8 == 0 { ",\n  " } else { ", " });
        }
        out.push_str(&value_init(db, v, of, uses));
    }
    out.push_str(" }");
    out
}

fn is_zero(value: &LLValue) -> bool {
    match value {
        LLValue::Void | LLValue::Uninit => true,
        LLValue::Bool(b) => !b,
        LLValue::Char(c) => *c == 0,
        LLValue::UniChar(c) => *c == 0,
        LLValue::Int(i) => *i == 0,
        LLValue::Int128(i) => *i == 0,
        LLValue::Float(x) => x.to_bits() == 0,
        LLValue::SingleFloat(x) => x.to_bits() == 0,
        LLValue::Ptr(p) | LLValue::Address(p) => *p == LLPtr::Null,
        LLValue::Symbolic(_) | LLValue::Inline(_) => false,
    }
}

fn value_init(db: &Database, value: &LLValue, ty: LLTypeId, uses: &mut Uses) -> String {
    match value {
        LLValue::Inline(c) => container_init(db, *c, false, uses),
        _ => constant_value(db, value, ty, uses),
    }
}

/// GC pointer fields of prebuilt raw memory, as lvalues: they are roots.
pub fn raw_roots(db: &Database, c: ContainerId, uses: &mut Uses) -> Vec<String> {
    let mut out = vec![];
    let container = db.program.store.get(c);
    if !db.types().is_gc(container.ty) && db.vtable_class(c).is_none() {
        collect_raw_roots(db, c, &mut out, uses);
    }
    out
}

fn collect_raw_roots(db: &Database, c: ContainerId, out: &mut Vec<String>, uses: &mut Uses) {
    let types = db.types();
    let container = db.program.store.get(c);
    let ty = types.resolve(container.ty);
    if types.int_hint(ty, "immutable").unwrap_or(0) != 0 {
        return;
    }
    let mut visit = |index: usize, value: &LLValue, ty: LLTypeId, out: &mut Vec<String>| match value {
        LLValue::Inline(inner) => collect_raw_roots(db, *inner, out, uses),
        _ if types.is_gc_ptr(ty) => {
            let index = i64::try_from(index).expect("an index");
            out.push(constant_pointer(db, LLPtr::Item(c, index), LLTypes::ADDRESS, uses));
        }
        _ => {}
    };
    match (&container.data, types.get(ty)) {
        (Data::Struct(values), LLType::Struct(s)) => {
            for (i, (v, f)) in values.iter().zip(&s.fields).enumerate() {
                visit(i, v, f.ty, out);
            }
        }
        (Data::Items(values), LLType::Array { of, .. } | LLType::FixedArray { of, .. }) => {
            for (i, v) in values.iter().enumerate() {
                visit(i, v, *of, out);
            }
        }
        _ => {}
    }
}
