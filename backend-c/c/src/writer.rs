//! The C files of a program: functions sharded by source module, data, type records, start-up.

use crate::ctypes::Uses;
use crate::data::{data, raw_roots};
use crate::database::Database;
use crate::emit::{FunctionCode, constant_pointer, function};
use crate::names::identifier;
use crate::program::{CFile, StandardException};
use crate::typeinfo::type_records;
use crate::unit::compose;
use indexmap::IndexMap;
use rayon::prelude::*;
use rpy_flow::GraphId;
use rpy_lltype::{ContainerId, LLPtr, LLType, LLTypes};
use rpy_syntax::Diagnostic;
use rustc_hash::FxHashMap;
use std::fmt::Write;

/// Bytes of C text that a file has at least, if there is that much.
const SMALL: usize = 60_000;
/// Bytes of C text above which a module is split.
const LARGE: usize = 300_000;
/// Bytes of data text above which a new file is begun.
const LARGE_DATA: usize = 1_000_000;

/// A file of functions.
#[derive(Default)]
struct Shard {
    name: String,
    functions: Vec<usize>,
    size: usize,
}

/// Writes all C files.
pub fn files(db: &Database) -> Result<Vec<CFile>, Vec<Diagnostic>> {
    let graphs: Vec<GraphId> = db.reach.functions.iter().copied().collect();
    let codes: Vec<Result<FunctionCode, Diagnostic>> = graphs.par_iter().map(|g| function(db, *g)).collect();
    let mut ok = vec![];
    let mut errors = vec![];
    for code in codes {
        match code {
            Ok(c) => ok.push(c),
            Err(e) => errors.push(e),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let shards = shards(db, &graphs, &ok);
    let statics = static_functions(db, &graphs, &ok, &shards);
    let mut out: Vec<CFile> = shards
        .par_iter()
        .map(|s| function_file(db, s, &graphs, &ok, &statics))
        .collect();
    out.extend(data_files(db));
    out.push(types_file(db));
    out.push(start_file(db));
    Ok(out)
}

/// Divides the functions by source module; small modules share a file, big ones get several.
fn shards(db: &Database, graphs: &[GraphId], codes: &[FunctionCode]) -> Vec<Shard> {
    let mut modules: IndexMap<String, Vec<usize>> = IndexMap::default();
    for (i, g) in graphs.iter().enumerate() {
        let span = db.program.graphs.get(*g).span;
        let file = db.program.sources.get(span.file).map_or("other", |f| f.name());
        modules.entry(file.to_owned()).or_default().push(i);
    }
    let mut out: Vec<Shard> = vec![];
    let mut current = Shard::default();
    for (file, functions) in modules {
        let stem = std::path::Path::new(&file)
            .file_stem()
            .map_or(String::new(), |s| s.to_string_lossy().into_owned());
        for i in functions {
            if current.name.is_empty() {
                current.name = identifier(&stem);
            }
            current.size += codes[i].text.len();
            current.functions.push(i);
            if current.size >= LARGE {
                out.push(std::mem::take(&mut current));
            }
        }
        if current.size >= SMALL {
            out.push(std::mem::take(&mut current));
        }
    }
    match out.last_mut() {
        Some(last) if current.size < SMALL / 4 => {
            last.functions.extend(current.functions);
        }
        _ => out.push(current),
    }
    let mut namer = crate::names::Namer::default();
    for reserved in ["types", "start", "data"] {
        namer.reserve(reserved);
    }
    for shard in &mut out {
        shard.name = namer.unique("", &shard.name);
    }
    out
}

/// Functions used only in their own file.
fn static_functions(
    db: &Database,
    graphs: &[GraphId],
    codes: &[FunctionCode],
    shards: &[Shard],
) -> FxHashMap<GraphId, bool> {
    let mut home: FxHashMap<GraphId, usize> = FxHashMap::default();
    for (s, shard) in shards.iter().enumerate() {
        for f in &shard.functions {
            home.insert(graphs[*f], s);
        }
    }
    let mut statics: FxHashMap<GraphId, bool> = graphs
        .iter()
        .map(|g| (*g, !db.reach.address_taken.contains(g)))
        .collect();
    for (s, shard) in shards.iter().enumerate() {
        for f in &shard.functions {
            for used in &codes[*f].uses.functions {
                if home.get(used) != Some(&s) {
                    statics.insert(*used, false);
                }
            }
        }
    }
    let p = db.program;
    let roots = p
        .entry
        .iter()
        .chain(&p.startup)
        .chain(p.exports.iter().map(|e| &e.graph));
    for g in roots {
        statics.insert(*g, false);
    }
    statics
}

fn function_file(
    db: &Database,
    shard: &Shard,
    graphs: &[GraphId],
    codes: &[FunctionCode],
    statics: &FxHashMap<GraphId, bool>,
) -> CFile {
    let is_static = |g: GraphId| statics.get(&g).copied().unwrap_or(false);
    let mut uses = Uses::default();
    let mut text = String::new();
    for f in &shard.functions {
        uses.functions.insert(graphs[*f]);
        uses.extend(&codes[*f].uses);
        text.push('\n');
        text.push_str(&codes[*f].text);
    }
    CFile {
        name: format!("{}.c", shard.name),
        text: compose(db, "", uses, &IndexMap::default(), &is_static, &text),
    }
}

fn data_files(db: &Database) -> Vec<CFile> {
    let containers: Vec<ContainerId> = db
        .reach
        .containers
        .iter()
        .copied()
        .filter(|c| db.vtable_class(*c).is_none())
        .collect();
    let codes: Vec<_> = containers.par_iter().map(|c| data(db, *c)).collect();
    let mut out = vec![];
    let mut uses = Uses::default();
    let mut own: IndexMap<ContainerId, String> = IndexMap::default();
    let mut text = String::new();
    let n = codes.len();
    for (i, (c, code)) in containers.into_iter().zip(codes).enumerate() {
        uses.extend(&code.uses);
        own.insert(c, code.declaration);
        text.push_str(&code.definition);
        if text.len() > LARGE_DATA || i + 1 == n {
            let name = if out.is_empty() {
                "data.c".to_owned()
            } else {
                format!("data{}.c", out.len())
            };
            let uses = std::mem::take(&mut uses);
            let own = std::mem::take(&mut own);
            let text = std::mem::take(&mut text);
            out.push(CFile {
                name,
                text: compose(db, "", uses, &own, &|_| false, &text),
            });
        }
    }
    out
}

fn types_file(db: &Database) -> CFile {
    let mut uses = Uses::default();
    let text = type_records(db, &mut uses);
    CFile {
        name: "types.c".to_owned(),
        text: compose(
            db,
            "#define RPY_G_TYPES_DEFINED\n",
            uses,
            &IndexMap::default(),
            &|_| false,
            &text,
        ),
    }
}

/// Tables for the runtime, and the entry point.
fn start_file(db: &Database) -> CFile {
    let mut uses = Uses::default();
    let mut text = String::new();
    exceptions_table(db, &mut text, &mut uses);
    roots_table(db, &mut text, &mut uses);
    triggers_table(db, &mut text, &mut uses);
    text.push_str("const size_t g_tls_count = 0;\nconst size_t g_tls_gc_first = 0;\n");
    text.push_str("void g_startup(void)\n{\n");
    for g in &db.program.startup {
        uses.functions.insert(*g);
        let _ = writeln!(text, "    {}();", db.function_name(*g));
    }
    text.push_str("}\n");
    if let Some(entry) = db.program.entry {
        entry_point(db, entry, &mut text, &mut uses);
    }
    CFile {
        name: "start.c".to_owned(),
        text: compose(db, "", uses, &IndexMap::default(), &|_| false, &text),
    }
}

fn exceptions_table(db: &Database, text: &mut String, uses: &mut Uses) {
    text.push_str("void *const g_exc_instances[RPY_EXC_COUNT] = {\n");
    for (which, name) in StandardException::ALL {
        let value = match db.program.exceptions.get(&which) {
            Some(c) => constant_pointer(db, LLPtr::To(*c), LLTypes::GCREF, uses),
            None => "NULL".to_owned(),
        };
        let _ = writeln!(text, "    {value}, /* {name} */");
    }
    text.push_str("};\n");
}

fn roots_table(db: &Database, text: &mut String, uses: &mut Uses) {
    let mut roots = vec![];
    for c in &db.reach.containers {
        roots.extend(raw_roots(db, *c, uses));
    }
    text.push_str("void **const g_static_roots[] = {\n");
    for root in &roots {
        let _ = writeln!(text, "    {root},");
    }
    text.push_str("    NULL\n};\n");
    let _ = writeln!(text, "const size_t g_static_roots_count = {};", roots.len());
}

fn triggers_table(db: &Database, text: &mut String, uses: &mut Uses) {
    text.push_str("const rpy_gc_trigger g_finalizer_triggers[] = {\n");
    for g in &db.program.finalizer_triggers {
        uses.functions.insert(*g);
        let _ = writeln!(text, "    (rpy_gc_trigger)(void *){},", db.function_name(*g));
    }
    text.push_str("    NULL\n};\n");
    let n = db.program.finalizer_triggers.len();
    let _ = writeln!(text, "const size_t g_finalizer_queues_count = {n};");
}

/// `g_entry_point`: makes the list of the arguments and calls the program.
fn entry_point(db: &Database, entry: GraphId, text: &mut String, uses: &mut Uses) {
    let types = db.types();
    let graph = db.program.graphs.get(entry);
    uses.functions.insert(entry);
    let name = db.function_name(entry);
    let argument = graph
        .block(graph.start)
        .inputs
        .first()
        .map(|v| types.resolve(graph.var_type(*v)));
    text.push_str("rpy_signed g_entry_point(int argc, char **argv)\n{\n");
    let list = argument.and_then(|a| types.pointee(a));
    let items = list.and_then(|l| types.field_type(l, "items"));
    let array = match (list, items) {
        (Some(_), Some(items)) => types.pointee(items),
        (Some(l), None) => Some(l),
        _ => None,
    };
    let Some(array) = array.filter(|a| matches!(types.get(*a), LLType::Array { .. })) else {
        let _ = writeln!(text, "    (void)argc; (void)argv;\n    return {name}();\n}}");
        return;
    };
    uses.complete.extend([array, LLTypes::STR]);
    let array_tid = db.tid(array).unwrap_or(0);
    let string_tid = db.tid(LLTypes::STR).unwrap_or(0);
    let (array_name, string_name) = (db.tag(array, uses), db.tag(LLTypes::STR, uses));
    let _ = write!(
        text,
        "    int i;
    void **ss = rpy_ss_top;
    {array_name} *array = rpy_gc_malloc_varsize_clear_slow({array_tid}u, argc);
    if (array == NULL) return 1;
    ss[0] = array; rpy_ss_top = ss + 1;
    for (i = 0; i < argc; i++) {{
        rpy_signed n = (rpy_signed)strlen(argv[i]);
        {string_name} *s = rpy_gc_malloc_varsize_slow({string_tid}u, n);
        if (s == NULL) return 1;
        s->f_hash = 0;
        memcpy(s->f_chars.items, argv[i], (size_t)n + 1);
        array = ss[0];
        rpy_gc_write_barrier_array(array, i);
        array->items[i] = (void *)s;
    }}
"
    );
    match list.filter(|l| *l != array) {
        Some(list) => {
            uses.complete.insert(list);
            let list_name = db.tag(list, uses);
            let size = crate::layout::object_size(db.layouts.get(types, list).layout.size);
            let tid = db.tid(list).unwrap_or(0);
            let _ = write!(
                text,
                "    {{
        {list_name} *list = rpy_gc_malloc_fixed({tid}u, {size});
        rpy_ss_top = ss;
        if (list == NULL) return 1;
        list->f_length = argc;
        list->f_items = ss[0];
        return {name}(list);
    }}\n}}\n"
            );
        }
        None => {
            let _ = writeln!(text, "    rpy_ss_top = ss;\n    return {name}(ss[0]);\n}}");
        }
    }
}
