//! Composing a C file: includes, types in dependency order, prototypes, data declarations, then the text itself.

use crate::ctypes::Uses;
use crate::database::Database;
use crate::emit::prototype;
use crate::program::CompilationInfo;
use indexmap::{IndexMap, IndexSet};
use rpy_flow::GraphId;
use rpy_lltype::{ContainerId, Data, FuncObj, LLTypeId};
use rustc_hash::FxHashSet;
use std::fmt::Write;

/// Puts the declarations that `uses` asks for before `text`.
pub fn compose(
    db: &Database,
    first_line: &str,
    mut uses: Uses,
    own_data: &IndexMap<ContainerId, String>,
    is_static: &dyn Fn(GraphId) -> bool,
    text: &str,
) -> String {
    let prototypes = prototypes(db, &mut uses, is_static);
    let externals = externals(db, &mut uses);
    let types = type_definitions(db, &mut uses);
    let mut out = String::from("/* Generated. */\n");
    out.push_str(first_line);
    out.push_str("#include \"rpy.h\"\n");
    out.push_str(&includes(db, &uses));
    out.push_str(&types);
    out.push_str(&prototypes);
    out.push_str(&externals);
    for c in &uses.data {
        match own_data.get(c) {
            Some(_) => {}
            None => {
                let _ = writeln!(out, "extern char {}[];", db.data_name(*c));
            }
        }
    }
    for declaration in own_data.values() {
        out.push_str(declaration);
    }
    out.push_str(text);
    out
}

fn prototypes(db: &Database, uses: &mut Uses, is_static: &dyn Fn(GraphId) -> bool) -> String {
    let mut out = String::new();
    for g in uses.functions.clone() {
        let text = prototype(db, g, uses);
        let _ = writeln!(out, "{}{text};", if is_static(g) { "static " } else { "" });
    }
    out
}

/// Definitions of the types that have to be complete, after those that they contain; forward declarations of the others.
fn type_definitions(db: &Database, uses: &mut Uses) -> String {
    let mut order: IndexMap<LLTypeId, String> = IndexMap::default();
    let mut done = FxHashSet::default();
    let mut next = 0;
    while let Some(&ty) = uses.complete.get_index(next) {
        next += 1;
        define(db, ty, uses, &mut done, &mut order);
    }
    let mut out = String::new();
    for tag in &uses.tags {
        let _ = writeln!(out, "struct {};", db.type_name(*tag));
    }
    for text in order.values() {
        out.push_str(text);
    }
    out
}

fn define(
    db: &Database,
    ty: LLTypeId,
    uses: &mut Uses,
    done: &mut FxHashSet<LLTypeId>,
    order: &mut IndexMap<LLTypeId, String>,
) {
    let ty = db.types().resolve(ty);
    if !done.insert(ty) {
        return;
    }
    let mut inner = Uses::default();
    let Some(text) = db.define(ty, &mut inner) else { return };
    for part in inner.complete.iter().filter(|t| **t != ty) {
        define(db, *part, uses, done, order);
    }
    uses.extend(&inner);
    uses.tags.insert(ty);
    order.insert(ty, text);
}

/// The compilation info of an external function.
fn info_of<'p>(db: &Database<'p>, c: ContainerId) -> Option<&'p CompilationInfo> {
    let Data::Func(f) = &db.program.store.get(c).data else {
        return None;
    };
    let index = f.external.as_ref()?.compilation_info?;
    db.program.compilation_infos.get(&index)
}

fn includes(db: &Database, uses: &Uses) -> String {
    let mut infos: IndexSet<&CompilationInfo> = uses.externals.iter().filter_map(|c| info_of(db, *c)).collect();
    if uses.all_infos {
        infos.extend(db.program.compilation_infos.values());
        infos.extend(&db.program.extra_infos);
    }
    let mut out = String::new();
    for bit in infos.iter().flat_map(|i| &i.pre_include_bits) {
        let _ = writeln!(out, "{bit}");
    }
    let headers: IndexSet<_> = infos.iter().flat_map(|i| &i.includes).collect();
    for header in headers {
        if header.starts_with('"') || header.starts_with('<') {
            let _ = writeln!(out, "#include {header}");
        } else {
            let _ = writeln!(out, "#include <{header}>");
        }
    }
    for bit in infos.iter().flat_map(|i| &i.post_include_bits) {
        let _ = writeln!(out, "{bit}");
    }
    out
}

/// Whether the function is called under an own name, since no header declares it.
pub fn needs_alias(db: &Database, c: ContainerId, f: &FuncObj) -> bool {
    let external = f.external.clone().unwrap_or_default();
    let has_header = info_of(db, c)
        .is_some_and(|i| !i.includes.is_empty() || !i.post_include_bits.is_empty() || !i.pre_include_bits.is_empty());
    !external.is_macro && !external.declared_elsewhere && !has_header && !f.name.starts_with("rpy_")
}

/// Declarations of external functions that no header declares: under another name, so that they cannot
/// contradict declarations of the C library.
fn externals(db: &Database, uses: &mut Uses) -> String {
    let mut out = String::new();
    for c in uses.externals.clone() {
        let container = db.program.store.get(c);
        let Data::Func(f) = &container.data else { continue };
        let Some(sig) = db.types().as_func(container.ty) else {
            continue;
        };
        if !needs_alias(db, c, f) {
            continue;
        }
        let mut args = vec![];
        for a in &sig.args {
            if !db.is_void(*a) {
                args.push(db.c_type(*a, uses));
            }
        }
        let args = if args.is_empty() {
            "void".to_owned()
        } else {
            args.join(", ")
        };
        let head = db.declare(sig.result, &format!("g_ext_{}({args})", f.name), uses);
        let _ = writeln!(out, "extern {head} __asm__(\"{}\");", f.name);
    }
    out
}
