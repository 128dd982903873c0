//! The database: C names, type ids and layouts of everything that is used.

use crate::effects::{Effects, analyse};
use crate::layout::{Layouts, is_instance};
use crate::names::Namer;
use crate::program::{CompileOptions, Program, StandardException};
use crate::reach::{Reachable, reachable};
use indexmap::IndexMap;
use rpy_flow::GraphId;
use rpy_lltype::{Container, ContainerId, Data, LLPtr, LLType, LLTypeId, LLTypes, LLValue};
use rustc_hash::FxHashMap;

/// Bytes of a type record.
pub const TYPE_RECORD: u64 = 64;

/// Everything the writers look up.
#[derive(Debug)]
pub struct Database<'p> {
    /// The program.
    pub program: &'p Program,
    /// The options.
    pub options: &'p CompileOptions,
    /// What is used.
    pub reach: Reachable,
    /// Effects of functions.
    pub effects: Effects,
    /// Layouts of all types.
    pub layouts: Layouts,
    /// Type ids of GC types that are no instances.
    pub plain_tids: IndexMap<LLTypeId, u32>,
    /// First and last type id of each class with its subclasses.
    pub class_tids: Vec<(u32, u32)>,
    /// Bytes of all type records and vtables.
    pub types_size: u32,
    type_names: Vec<String>,
    function_names: FxHashMap<GraphId, String>,
    data_names: FxHashMap<ContainerId, String>,
    class_of_vtable: FxHashMap<ContainerId, usize>,
    class_of_instance: FxHashMap<LLTypeId, usize>,
}

impl<'p> Database<'p> {
    /// Analyses the program and names what is used.
    pub fn new(program: &'p Program, options: &'p CompileOptions) -> Self {
        let reach = reachable(program);
        let effects = analyse(program, &reach);
        let mut db = Database {
            program,
            options,
            effects,
            layouts: Layouts::prepare(&program.types),
            plain_tids: IndexMap::default(),
            class_tids: vec![],
            types_size: 0,
            type_names: name_types(&program.types),
            function_names: name_functions(program, &reach),
            data_names: FxHashMap::default(),
            class_of_vtable: FxHashMap::default(),
            class_of_instance: FxHashMap::default(),
            reach,
        };
        for (i, class) in program.classes.iter().enumerate() {
            db.class_of_vtable.insert(program.store.outermost(class.vtable), i);
            db.class_of_instance
                .entry(program.types.resolve(class.instance))
                .or_insert(i);
        }
        db.name_data();
        db.assign_tids();
        db
    }

    /// The types.
    pub fn types(&self) -> &'p LLTypes {
        &self.program.types
    }

    fn name_data(&mut self) {
        let mut namer = Namer::default();
        for &c in &self.reach.containers {
            if self.class_of_vtable.contains_key(&c) {
                continue;
            }
            let container = self.program.store.get(c);
            let name = match string_bytes(self.program, c) {
                Some(bytes) => {
                    let start: String = bytes.iter().take(16).map(|b| char::from(*b)).collect();
                    let hash = blake3::hash(&bytes).to_hex();
                    namer.unique("gd_s_", &format!("{}_{}", start, &hash[..10]))
                }
                None => namer.unique("gd_", &short_type_name(&self.program.types, container.ty)),
            };
            self.data_names.insert(c, name);
        }
    }

    fn assign_tids(&mut self) {
        let types = &self.program.types;
        let mut next = TYPE_RECORD;
        let prebuilt = self.reach.containers.iter().map(|c| self.program.store.get(*c).ty);
        let mut all: Vec<LLTypeId> = vec![LLTypes::STR];
        all.extend(argument_types(self.program));
        all.extend(self.reach.gc_types.iter().copied());
        all.extend(prebuilt);
        for ty in all {
            let ty = types.resolve(ty);
            let opaque = matches!(types.get(ty), LLType::Opaque { .. });
            if types.is_gc(ty)
                && !opaque
                && !self.class_of_instance.contains_key(&ty)
                && !self.plain_tids.contains_key(&ty)
            {
                self.plain_tids.insert(ty, tid(next));
                next += TYPE_RECORD;
            }
        }
        for class in &self.program.classes {
            let vtable = self.program.store.get(class.vtable).ty;
            let size = self.layouts.get(types, vtable).layout.size;
            self.class_tids.push((tid(next), tid(next)));
            next += TYPE_RECORD + size.div_ceil(8) * 8;
        }
        for (i, class) in self.program.classes.iter().enumerate().rev() {
            let last = self.class_tids[i].1;
            if let Some(parent) = class.parent {
                let entry = &mut self.class_tids[parent];
                entry.1 = entry.1.max(last);
            }
        }
        self.types_size = tid(next);
    }

    /// C name of a struct or array type's tag.
    pub fn type_name(&self, ty: LLTypeId) -> &str {
        &self.type_names[self.types().resolve(ty).index()]
    }

    /// C name of a function.
    pub fn function_name(&self, g: GraphId) -> &str {
        self.function_names
            .get(&g)
            .map_or("g_unreachable_function", String::as_str)
    }

    /// C name of an outermost data container.
    pub fn data_name(&self, c: ContainerId) -> &str {
        self.data_names.get(&c).map_or("g_unreachable_data", String::as_str)
    }

    /// The class whose vtable `c` is.
    pub fn vtable_class(&self, c: ContainerId) -> Option<usize> {
        self.class_of_vtable.get(&self.program.store.outermost(c)).copied()
    }

    /// The class whose instances have this struct.
    pub fn instance_class(&self, ty: LLTypeId) -> Option<usize> {
        self.class_of_instance.get(&self.types().resolve(ty)).copied()
    }

    /// Type id of objects allocated with type `ty`.
    pub fn tid(&self, ty: LLTypeId) -> Option<u32> {
        let ty = self.types().resolve(ty);
        match self.class_of_instance.get(&ty) {
            Some(class) => Some(self.class_tids[*class].0),
            None => self.plain_tids.get(&ty).copied(),
        }
    }

    /// Type id of a prebuilt object.
    pub fn container_tid(&self, c: ContainerId) -> Option<u32> {
        let container = self.program.store.get(c);
        if is_instance(self.types(), container.ty)
            && let Some(class) = self.instance_vtable(container).and_then(|v| self.vtable_class(v))
        {
            return Some(self.class_tids[class].0);
        }
        self.tid(container.ty)
    }

    fn instance_vtable(&self, container: &Container) -> Option<ContainerId> {
        let mut container = container;
        loop {
            let Data::Struct(values) = &container.data else {
                return None;
            };
            match values.first()? {
                LLValue::Inline(up) => container = self.program.store.get(*up),
                LLValue::Ptr(LLPtr::To(v)) if self.types().same(container.ty, LLTypes::OBJECT) => return Some(*v),
                _ => return None,
            }
        }
    }

    /// The class of a standard exception's instance.
    pub fn exception_class(&self, which: StandardException) -> Option<usize> {
        let instance = self.program.exceptions.get(&which)?;
        let c = self.program.store.get(*instance);
        match self.instance_vtable(c) {
            Some(v) => self.vtable_class(v),
            None => self.instance_class(c.ty),
        }
    }

    /// The `__del__` of a class or of the nearest class above it that has one, and whether it is a light one.
    fn finalizer(&self, class: usize) -> Option<(GraphId, bool)> {
        let mut next = Some(class);
        while let Some(class) = next {
            let info = &self.program.classes[class];
            if let Some(del) = info.del {
                return Some((del, info.light_del));
            }
            next = info.parent;
        }
        None
    }

    /// What is called for dead objects allocated with type `ty`, and whether it is light.
    pub fn destructor(&self, ty: LLTypeId) -> Option<(GraphId, bool)> {
        let ty = self.types().resolve(ty);
        match self.class_of_instance.get(&ty) {
            Some(class) => self.finalizer(*class),
            None => find_by_type(self.types(), &self.program.destructors, ty).copied(),
        }
    }

    /// The custom trace hook of a type.
    pub fn custom_trace(&self, ty: LLTypeId) -> Option<GraphId> {
        find_by_type(self.types(), &self.program.custom_trace, ty).copied()
    }

    /// Whether class `sub` is `class` or below it.
    pub fn is_subclass(&self, sub: usize, class: usize) -> bool {
        let (first, last) = self.class_tids[class];
        (first..=last).contains(&self.class_tids[sub].0)
    }
}

/// GC types of the list of command-line arguments, which start-up code makes.
fn argument_types(program: &Program) -> Vec<LLTypeId> {
    let types = &program.types;
    let mut found = vec![];
    let graph = program.entry.map(|g| program.graphs.get(g));
    let argument = graph.and_then(|g| g.block(g.start).inputs.first().map(|v| g.var_type(*v)));
    let list = argument.and_then(|a| types.pointee(a));
    found.extend(list);
    let items = list.and_then(|l| types.field_type(l, "items"));
    found.extend(items.and_then(|i| types.pointee(i)));
    found
}

fn find_by_type<'m, T>(types: &LLTypes, map: &'m IndexMap<LLTypeId, T>, ty: LLTypeId) -> Option<&'m T> {
    map.iter().find(|(t, _)| types.same(**t, ty)).map(|(_, v)| v)
}

fn tid(offset: u64) -> u32 {
    u32::try_from(offset).expect("type records stay below 4 GiB")
}

/// The bytes of a prebuilt byte string.
fn string_bytes(program: &Program, c: ContainerId) -> Option<Vec<u8>> {
    let container = program.store.get(c);
    if !program.types.same(container.ty, LLTypes::STR) {
        return None;
    }
    match program.store.read(c, 1) {
        Some(LLValue::Inline(chars)) => match &program.store.get(chars).data {
            Data::Bytes(b) => Some(b.clone()),
            _ => None,
        },
        _ => None,
    }
}

fn name_functions(program: &Program, reach: &Reachable) -> FxHashMap<GraphId, String> {
    let mut namer = Namer::default();
    for fixed in ["g_types", "g_startup", "g_entry_point"] {
        namer.reserve(fixed);
    }
    let mut names = FxHashMap::default();
    for export in &program.exports {
        names.insert(export.graph, export.c_name.to_string());
        namer.reserve(&export.c_name);
    }
    for g in &reach.functions {
        names
            .entry(*g)
            .or_insert_with(|| namer.unique("g_", &program.graphs.get(*g).name));
    }
    names
}

fn name_types(types: &LLTypes) -> Vec<String> {
    let mut namer = Namer::default();
    for fixed in ["g_types", "g_startup", "g_entry_point"] {
        namer.reserve(fixed);
    }
    (0..types.len())
        .map(|i| {
            let ty = LLTypeId::new(i);
            match types.get(ty) {
                _ if types.resolve(ty) != ty => String::new(),
                LLType::Struct(_) | LLType::Array { .. } | LLType::FixedArray { .. } => {
                    namer.unique("g_", &short_type_name(types, ty))
                }
                _ => String::new(),
            }
        })
        .collect()
}

/// A readable name of a type.
pub fn short_type_name(types: &LLTypes, ty: LLTypeId) -> String {
    match types.get(ty) {
        LLType::Struct(s) => s.name.to_string(),
        LLType::Array { of, .. } => format!("array_{}", short_type_name(types, *of)),
        LLType::FixedArray { of, length, .. } => format!("fixed{length}_{}", short_type_name(types, *of)),
        LLType::Ptr(to) => match types.get(*to) {
            LLType::Struct(s) => s.name.to_string(),
            LLType::Func(_) => "func".to_owned(),
            LLType::Array { .. } => "array".to_owned(),
            _ => "ptr".to_owned(),
        },
        LLType::Opaque { name, .. } => name.to_string(),
        _ => types.text(ty),
    }
}
