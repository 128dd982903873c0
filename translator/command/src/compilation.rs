//! `ExternalCompilationInfo` objects of the program, as the back end wants them.

use indexmap::IndexMap;
use rpy_backend_c::CompilationInfo;
use rpy_host::{Host, ObjId, Value};
use rpy_lltype::{ContainerId, Data, LLStore};
use std::path::PathBuf;
use std::sync::Arc;

/// The infos of all external functions in simulated memory, by the number they are named with.
pub fn collect(host: &mut Host) -> IndexMap<u32, CompilationInfo> {
    let mut infos = IndexMap::new();
    for number in numbers(&host.llstore) {
        let info = read(host, Value::Obj(ObjId(number)));
        infos.insert(number, info);
    }
    infos
}

fn numbers(store: &LLStore) -> Vec<u32> {
    let mut found = vec![];
    for i in 0..store.len() {
        if let Data::Func(f) = &store.get(ContainerId::new(i)).data
            && let Some(number) = f.external.as_ref().and_then(|e| e.compilation_info)
            && !found.contains(&number)
        {
            found.push(number);
        }
    }
    found
}

fn read(host: &mut Host, info: Value) -> CompilationInfo {
    CompilationInfo {
        pre_include_bits: texts(host, info, "pre_include_bits"),
        includes: texts(host, info, "includes"),
        post_include_bits: texts(host, info, "post_include_bits"),
        separate_module_sources: texts(host, info, "separate_module_sources"),
        separate_module_files: paths(host, info, "separate_module_files"),
        libraries: texts(host, info, "libraries"),
        include_dirs: paths(host, info, "include_dirs"),
        library_dirs: paths(host, info, "library_dirs"),
        compile_extra: texts(host, info, "compile_extra"),
        link_extra: texts(host, info, "link_extra"),
        link_files: paths(host, info, "link_files"),
    }
}

fn strings(host: &mut Host, info: Value, name: &str) -> Vec<String> {
    let Ok(value) = host.getattr(info, name) else {
        return vec![];
    };
    let items = host.iterate_to_vec(value).unwrap_or_default();
    items.into_iter().filter_map(|item| host.str_text(item)).collect()
}

fn texts(host: &mut Host, info: Value, name: &str) -> Vec<Arc<str>> {
    strings(host, info, name).into_iter().map(Into::into).collect()
}

fn paths(host: &mut Host, info: Value, name: &str) -> Vec<PathBuf> {
    strings(host, info, name).into_iter().map(PathBuf::from).collect()
}
