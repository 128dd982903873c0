//! Making a host: classes, builtins, first modules.

use crate::builtins;
use crate::frame::ExcInfo;
use crate::heap::Heap;
use crate::host::Host;
use crate::lookup::MethodCache;
use crate::names::Names;
use crate::object::{Class, Layout, ObjData, StrObj};
use crate::system::System;
use crate::types::{Exceptions, TypeDef, Types};
use crate::value::{ObjId, Value};
use rpy_lltype::{LLStore, LLTypes};
use rpy_syntax::SourceMap;
use rustc_hash::FxHashMap;
use std::path::PathBuf;
use std::rc::Rc;

impl Host {
    pub(crate) fn bootstrap(system: Box<dyn System>, library: PathBuf) -> Host {
        let mut heap = Heap::new();
        let mut interned: FxHashMap<Rc<[u8]>, ObjId> = FxHashMap::default();
        let names = Names::new(|text| {
            let bytes: Rc<[u8]> = Rc::from(text.as_bytes());
            *interned
                .entry(bytes.clone())
                .or_insert_with(|| heap.alloc(ObjData::Str(StrObj::new(bytes))))
        });
        let not_implemented = Value::Obj(heap.alloc(ObjData::NotImplemented));
        let ellipsis = Value::Obj(heap.alloc(ObjData::Ellipsis));
        let modules = heap.alloc(ObjData::Dict(Box::default()));
        let builtins = heap.alloc(ObjData::Dict(Box::default()));
        let sys_dict = heap.alloc(ObjData::Dict(Box::default()));
        let mut host = Host {
            heap,
            types: Types::unset(),
            exceptions: Exceptions::unset(),
            interned,
            sources: SourceMap::new(),
            system,
            library,
            lltypes: LLTypes::new(),
            ll_type_objects: FxHashMap::default(),
            int_classes: Default::default(),
            llstore: LLStore::new(),
            replacements: Default::default(),
            modules,
            builtins,
            builtin_module: Value::None,
            sys_dict,
            names,
            method_cache: MethodCache::default(),
            object_new: Value::None,
            object_init: Value::None,
            object_str: Value::None,
            default_import: Value::None,
            not_implemented,
            ellipsis,
            chars: Vec::new(),
            no_table: Default::default(),
            stack: Vec::new(),
            blocks: Vec::new(),
            frames: Vec::new(),
            exc_info: ExcInfo::NONE,
            pc: 0,
            instr_clock: 0,
            serial: 0,
            native_marks: Vec::new(),
            native_depth: 0,
            recursion_limit: 1000,
            roots: Vec::new(),
            repr_stack: Vec::new(),
            syntax_error: None,
            locals_cache: FxHashMap::default(),
            has_abstract_classes: false,
            codec_searches: Vec::new(),
            codec_errors: Default::default(),
            weakrefs: Default::default(),
            finalizable: Vec::new(),
            gc: Default::default(),
            native_classes: FxHashMap::default(),
        };
        host.make_chars();
        host.make_types();
        host.make_exceptions();
        builtins::setup(&mut host);
        crate::modules::setup_first(&mut host);
        host.gc.permanent = host.heap.len() as u32;
        host
    }

    fn make_chars(&mut self) {
        for byte in 0..=255u8 {
            let id = self.intern_bytes(&[byte]);
            self.chars.push(Value::Obj(id));
        }
    }

    fn make_types(&mut self) {
        let mut types = Types::unset();
        types.fill(|def, base| self.make_builtin_class(def, base));
        let type_ = types.type_;
        self.types = types;
        // The first classes were made before `type` existed.
        for index in 1..self.heap.len() {
            if let ObjData::Class(c) = self.heap.get_mut(ObjId(index as u32)) {
                c.metaclass = type_;
                if c.layout == Layout::Type {
                    c.has_dict = true;
                    c.has_weakref = true;
                }
            }
        }
    }

    fn make_exceptions(&mut self) {
        let mut exceptions = Exceptions::unset();
        exceptions.fill(|name, base| {
            let def = TypeDef {
                name,
                layout: Layout::Exception,
                subclassable: true,
            };
            let object = self.types.object;
            let id = self.make_builtin_class(def, Some(base.unwrap_or(object)));
            if let ObjData::Class(c) = self.heap.get_mut(id) {
                c.has_dict = true;
            }
            let dict = self.dict_of(Value::Obj(id));
            let module = self.names.d_module;
            let text = self.new_str("exceptions");
            self.dict_set_name(dict, module, text);
            id
        });
        self.exceptions = exceptions;
    }

    /// A class built into the host.
    pub(crate) fn make_builtin_class(&mut self, def: TypeDef, base: Option<ObjId>) -> ObjId {
        let dict = self.heap.alloc(ObjData::Dict(Box::default()));
        let bases: Vec<Value> = base.map(Value::Obj).into_iter().collect();
        let class = Class {
            name: def.name.to_string(),
            bases: bases.clone(),
            mro: Vec::new(),
            dict,
            metaclass: self.types.type_,
            subclasses: Vec::new(),
            slots: Vec::new(),
            has_dict: false,
            has_weakref: false,
            layout: def.layout,
            builtin: true,
            subclassable: def.subclassable,
            int_kind: None,
            has_del: false,
            custom_getattribute: false,
            has_getattr: false,
            custom_setattr: false,
        };
        let id = self.heap.alloc(ObjData::Class(Box::new(class)));
        let mut mro = vec![Value::Obj(id)];
        if let Some(base) = base {
            mro.extend(self.mro_of(Value::Obj(base)));
            if let ObjData::Class(c) = self.heap.get_mut(base) {
                c.subclasses.push(id);
            }
        }
        self.set_mro(id, mro);
        self.table_mut(dict).is_class_dict = true;
        id
    }
}
