//! The type records and vtables, `g_types`.

use crate::ctypes::Uses;
use crate::data::container_init;
use crate::database::Database;
use crate::layout::{VarPart, object_size};
use crate::names::string_literal;
use rpy_lltype::{LLType, LLTypeId, LLTypes};
use std::fmt::Write;

/// The file of type records, without its declarations.
pub fn type_records(db: &Database, uses: &mut Uses) -> String {
    let mut members = String::from("struct g_types_layout {\n    rpy_typeinfo none;\n");
    let mut inits = String::from("const struct g_types_layout g_types = {\n    { 0 },\n");
    let mut extras = String::new();
    let mut asserts = String::new();
    for (i, (ty, tid)) in db.plain_tids.iter().enumerate() {
        let _ = writeln!(members, "    rpy_typeinfo t{i};");
        let _ = writeln!(
            inits,
            "    /* {} */\n    {},",
            db.types().text(*ty),
            record(db, *ty, None, &mut extras, uses)
        );
        let _ = writeln!(
            asserts,
            "_Static_assert(offsetof(struct g_types_layout, t{i}) == {tid}, \"type id\");"
        );
        check_layout(db, *ty, &mut asserts, uses);
    }
    for (i, class) in db.program.classes.iter().enumerate() {
        let vtable = db.program.store.get(class.vtable).ty;
        let declaration = db.declare(vtable, &format!("v{i}"), uses);
        let _ = writeln!(members, "    rpy_typeinfo c{i};\n    {declaration};");
        let record = record(db, class.instance, Some(i), &mut extras, uses);
        let init = container_init(db, class.vtable, true, uses);
        let _ = writeln!(inits, "    /* {} */\n    {record},\n    {init},", class.name);
        let tid = db.class_tids[i].0;
        let _ = writeln!(
            asserts,
            "_Static_assert(offsetof(struct g_types_layout, c{i}) == {tid}, \"type id\");"
        );
        let _ = writeln!(
            asserts,
            "_Static_assert(offsetof(struct g_types_layout, v{i}) == {tid} + 64, \"vtable\");"
        );
        check_layout(db, class.instance, &mut asserts, uses);
    }
    members.push_str("};\n");
    inits.push_str("};\n");
    let names = type_names(db);
    format!("{extras}{members}{asserts}{inits}{names}")
}

fn type_names(db: &Database) -> String {
    let mut out = String::from("const rpy_typename g_type_names[] = {\n");
    for (i, class) in db.program.classes.iter().enumerate() {
        let name = string_literal(class.name.as_bytes());
        let _ = writeln!(out, "    {{ {}, {name} }},", db.class_tids[i].0);
    }
    out.push_str("    { 0, 0 }\n};\n");
    let _ = writeln!(out, "const size_t g_type_names_count = {};", db.program.classes.len());
    out
}

/// Lets the C compiler confirm what was computed for a type.
fn check_layout(db: &Database, ty: LLTypeId, out: &mut String, uses: &mut Uses) {
    if !matches!(db.types().get(ty), LLType::Struct(_)) {
        return;
    }
    let flat = db.layouts.get(db.types(), ty);
    let tag = db.tag(ty, uses);
    uses.complete.insert(db.types().resolve(ty));
    if let Some(last) = flat.fields.last() {
        let _ = writeln!(
            out,
            "_Static_assert(offsetof({tag}, {}) == {}, \"layout\");",
            last.c_name, last.offset
        );
    }
    if db.layouts.get_var_part(db.types(), ty).is_none() {
        let _ = writeln!(out, "_Static_assert(sizeof({tag}) == {}, \"size\");", flat.layout.size);
    }
}

/// Pointer offsets as the bit mask of the first 64 words, and the rest.
fn split(offsets: &[u64]) -> (u64, Vec<u64>) {
    let mask = offsets.iter().filter(|o| **o < 512).fold(0, |m, o| m | 1 << (o / 8));
    (mask, offsets.iter().copied().filter(|o| *o >= 512).collect())
}

fn record(db: &Database, ty: LLTypeId, class: Option<usize>, extras: &mut String, uses: &mut Uses) -> String {
    let types = db.types();
    let part = db.layouts.get_var_part(types, ty);
    let mut layouts = crate::layout::Layouts::default();
    let fixed = layouts.gc_offsets(types, ty);
    let items = part.map_or(vec![], |p| layouts.gc_offsets(types, p.item));
    let (fixed_mask, more_fixed) = split(&fixed);
    let (item_mask, more_items) = split(&items);
    let size = match types.get(ty) {
        LLType::Struct(_) => db.layouts.get(types, ty).layout.size,
        _ => 16,
    };
    let mut flags = vec![];
    if part.is_some() {
        flags.push("RPY_TF_VARSIZED");
    }
    if !fixed.is_empty() || !items.is_empty() || db.custom_trace(ty).is_some() {
        flags.push("RPY_TF_HAS_PTRS");
    }
    if part.is_some_and(|p| p.item_size == 8) && item_mask == 1 {
        flags.push("RPY_TF_PTR_ARRAY");
    }
    if types.same(ty, LLTypes::WEAKREF) {
        flags.push("RPY_TF_WEAKREF");
    }
    if !more_fixed.is_empty() || !more_items.is_empty() {
        flags.push("RPY_TF_MORE_PTRS");
    }
    let mut finalizer = "NULL".to_owned();
    if class.is_some() {
        flags.push("RPY_TF_INSTANCE");
    }
    if let Some((del, light)) = db.destructor(ty) {
        flags.push(if light {
            "RPY_TF_LIGHT_FINALIZER"
        } else {
            "RPY_TF_FINALIZER"
        });
        uses.functions.insert(del);
        finalizer = format!("(void (*)(void *))(void *){}", db.function_name(del));
    }
    let custom = db.custom_trace(ty);
    if custom.is_some() {
        flags.push("RPY_TF_CUSTOM_TRACE");
    }
    let custom = custom.map_or("NULL".to_owned(), |g| {
        uses.functions.insert(g);
        format!("(rpy_gc_custom_trace)(void *){}", db.function_name(g))
    });
    let extra = extra_record(&more_fixed, &more_items, &custom, db.tid(ty).unwrap_or(0), extras);
    let last = class.map_or(0, |c| db.class_tids[c].1);
    let sizes = match part {
        Some(VarPart {
            items_offset,
            item_size,
            length_offset,
            extra,
            ..
        }) => {
            format!("{items_offset}, {item_size}, {length_offset}, {extra}")
        }
        None => format!("{}, 0, 0, 0", object_size(size)),
    };
    let flags = if flags.is_empty() {
        "0".to_owned()
    } else {
        flags.join(" | ")
    };
    format!("{{ {flags}, {sizes}, {last}, {fixed_mask:#x}UL, {item_mask:#x}UL, {finalizer}, {extra}, 0 }}")
}

fn extra_record(fixed: &[u64], items: &[u64], custom: &str, tid: u32, extras: &mut String) -> String {
    if fixed.is_empty() && items.is_empty() && custom == "NULL" {
        return "NULL".to_owned();
    }
    let mut table = |name: &str, offsets: &[u64]| {
        if offsets.is_empty() {
            return "NULL".to_owned();
        }
        let list: Vec<String> = offsets.iter().map(u64::to_string).collect();
        let _ = writeln!(
            extras,
            "static const uint32_t {name}_{tid}[] = {{ {}, 0 }};",
            list.join(", ")
        );
        format!("{name}_{tid}")
    };
    let fixed = table("more_fixed", fixed);
    let items = table("more_items", items);
    let _ = writeln!(
        extras,
        "static const rpy_typeextra extra_{tid} = {{ {fixed}, {items}, {custom} }};"
    );
    format!("&extra_{tid}")
}
