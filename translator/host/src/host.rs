//! The host: owner of heap, modules, interned names, source map and the outside world.

use crate::code::CodeRef;
use crate::dict::DictData;

use crate::frame::{Block, ExcInfo, Frame};
use crate::heap::Heap;
use crate::lookup::MethodCache;
use crate::names::Names;
use crate::object::{Class, Function, Instance, ObjData, StrObj, UnicodeObj};
use crate::system::System;
use crate::types::{Exceptions, Types};
use crate::value::{ObjId, Value};
use indexmap::IndexMap;
use num_bigint::BigInt;
use rpy_lltype::{LLStore, LLTypes};
use rpy_syntax::SourceMap;
use rustc_hash::FxHashMap;
use std::path::PathBuf;
use std::rc::Rc;

/// The evaluator of Python 2.7 and all its objects.
pub struct Host {
    /// the objects
    pub heap: Heap,
    /// well-known classes
    pub types: Types,
    /// exception classes
    pub exceptions: Exceptions,
    /// interned strings
    pub(crate) interned: FxHashMap<Rc<[u8]>, ObjId>,
    /// all source files read so far
    pub sources: SourceMap,
    /// the outside world
    pub system: Box<dyn System>,
    /// folders of the bundled library (`rpython` and `pylib` are below)
    pub library: PathBuf,
    /// low-level types
    pub lltypes: LLTypes,
    /// Python objects of low-level types
    pub(crate) ll_type_objects: FxHashMap<rpy_lltype::LLTypeId, ObjId>,
    /// classes of machine integers by sign and width
    pub int_classes: IndexMap<(bool, u8), ObjId>,
    /// simulated memory
    pub llstore: LLStore,
    /// functions to use instead of others, by `@replaces`
    pub replacements: IndexMap<Value, Value>,
    /// `sys.modules`
    pub(crate) modules: ObjId,
    /// dict of `__builtin__`
    pub(crate) builtins: ObjId,
    /// the module `__builtin__`
    pub(crate) builtin_module: Value,
    /// dict of `sys`
    pub(crate) sys_dict: ObjId,
    pub(crate) names: Names,
    pub(crate) method_cache: MethodCache,
    pub(crate) object_new: Value,
    pub(crate) object_init: Value,
    pub(crate) object_str: Value,
    pub(crate) default_import: Value,
    pub(crate) not_implemented: Value,
    pub(crate) ellipsis: Value,
    /// the one-character strings
    pub(crate) chars: Vec<Value>,
    pub(crate) no_table: DictData,
    pub(crate) stack: Vec<Value>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) frames: Vec<Frame>,
    pub(crate) exc_info: ExcInfo,
    /// instruction being executed by the frame on top
    pub(crate) pc: usize,
    /// heap clock at its start
    pub(crate) instr_clock: u64,
    pub(crate) serial: u64,
    /// heap clocks before which native callers hold nothing
    pub(crate) native_marks: Vec<u64>,
    pub(crate) native_depth: usize,
    /// most nested calls
    pub recursion_limit: usize,
    pub(crate) roots: Vec<Value>,
    pub(crate) repr_stack: Vec<Value>,
    /// the latest SyntaxError of the parser or compiler, with what it says
    pub(crate) syntax_error: Option<(Value, Box<rpy_syntax::Diagnostic>)>,
    pub(crate) locals_cache: FxHashMap<u64, ObjId>,
    pub(crate) has_abstract_classes: bool,
    /// functions registered with `codecs.register`
    pub(crate) codec_searches: Vec<Value>,
    /// handlers registered with `codecs.register_error`
    pub(crate) codec_errors: IndexMap<String, Value>,
    /// weak references by referent
    pub(crate) weakrefs: IndexMap<ObjId, Vec<ObjId>>,
    /// objects with `__del__`, in order of creation
    pub(crate) finalizable: Vec<ObjId>,
    pub(crate) gc: crate::gc::GcState,
    /// classes of native modules by name
    pub(crate) native_classes: FxHashMap<&'static str, ObjId>,
}

/// Alias used in signatures: keyword arguments, names interned.
pub type Keywords<'a> = &'a [(ObjId, Value)];

impl Host {
    /// Allocates an object.
    #[inline]
    pub fn alloc(&mut self, data: ObjData) -> Value {
        Value::Obj(self.heap.alloc(data))
    }

    /// Well-known classes.
    pub fn types(&self) -> &Types {
        &self.types
    }

    /// Exception classes.
    pub fn exc(&self) -> &Exceptions {
        &self.exceptions
    }

    /// A new `str`.
    pub fn new_str(&mut self, bytes: impl AsRef<[u8]>) -> Value {
        self.alloc(ObjData::Str(StrObj::new(Rc::from(bytes.as_ref()))))
    }

    /// A new `unicode`.
    pub fn new_unicode(&mut self, chars: &[u32]) -> Value {
        self.alloc(ObjData::Unicode(UnicodeObj { chars: Rc::from(chars) }))
    }

    /// A new tuple.
    pub fn new_tuple(&mut self, items: &[Value]) -> Value {
        self.alloc(ObjData::Tuple(Rc::from(items)))
    }

    /// A new list.
    pub fn new_list(&mut self, items: Vec<Value>) -> Value {
        self.alloc(ObjData::List(items))
    }

    /// A new empty dict.
    pub fn new_dict(&mut self) -> Value {
        self.alloc(ObjData::Dict(Box::default()))
    }

    /// An `int`, or a `long` when too big.
    pub fn new_int(&mut self, value: BigInt) -> Value {
        match i64::try_from(&value) {
            Ok(small) => Value::Int(small),
            Err(_) => self.new_long(value),
        }
    }

    /// A `long`, whatever its size.
    pub fn new_long(&mut self, value: BigInt) -> Value {
        self.alloc(ObjData::Long(Rc::new(value)))
    }

    /// The interned `str` object of a name; immortal.
    pub fn intern_str(&mut self, name: &str) -> ObjId {
        self.intern_bytes(name.as_bytes())
    }

    /// The interned `str` object of some bytes; immortal.
    pub fn intern_bytes(&mut self, name: &[u8]) -> ObjId {
        if let Some(&id) = self.interned.get(name) {
            return id;
        }
        let bytes: Rc<[u8]> = Rc::from(name);
        let id = self.heap.alloc(ObjData::Str(StrObj::new(bytes.clone())));
        self.interned.insert(bytes, id);
        id
    }

    /// The data of an object: for instances of subclasses of native types, the native data.
    #[inline]
    pub fn data(&self, value: Value) -> Option<&ObjData> {
        let Value::Obj(id) = value else { return None };
        let data = self.heap.get(id);
        if let ObjData::Instance(inst) = data
            && let Some(payload) = &inst.payload
        {
            return Some(payload);
        }
        Some(data)
    }

    /// Like [`Host::data`], mutable.
    pub fn data_mut(&mut self, value: Value) -> Option<&mut ObjData> {
        let Value::Obj(id) = value else { return None };
        let has_payload = matches!(self.heap.get(id), ObjData::Instance(inst) if inst.payload.is_some());
        let data = self.heap.get_mut(id);
        if has_payload {
            if let ObjData::Instance(inst) = data {
                return inst.payload.as_deref_mut();
            }
            return None;
        }
        Some(data)
    }

    /// The Python function behind a value.
    pub fn function(&self, value: Value) -> Option<&Function> {
        match self.data(value) {
            Some(ObjData::Function(f)) => Some(f),
            _ => None,
        }
    }

    /// The code object behind a value.
    pub fn code(&self, value: Value) -> Option<&CodeRef> {
        match self.data(value) {
            Some(ObjData::Code(c)) => Some(c),
            _ => None,
        }
    }

    /// The new-style class behind a value.
    pub fn class(&self, value: Value) -> Option<&Class> {
        match value.obj().map(|id| self.heap.get(id)) {
            Some(ObjData::Class(c)) => Some(c),
            Some(ObjData::Instance(inst)) => match inst.payload.as_deref() {
                Some(ObjData::Class(c)) => Some(c),
                _ => None,
            },
            _ => None,
        }
    }

    /// The new-style instance behind a value.
    pub fn instance(&self, value: Value) -> Option<&Instance> {
        match value.obj().map(|id| self.heap.get(id)) {
            Some(ObjData::Instance(inst)) => Some(inst),
            _ => None,
        }
    }

    /// The bytes of a `str` (or of an instance of a subclass).
    pub fn str_bytes(&self, value: Value) -> Option<&Rc<[u8]>> {
        match self.data(value) {
            Some(ObjData::Str(s)) => Some(&s.bytes),
            _ => None,
        }
    }

    /// A `str` as text, undecodable bytes replaced.
    pub fn str_text(&self, value: Value) -> Option<String> {
        self.str_bytes(value).map(|b| String::from_utf8_lossy(b).into_owned())
    }

    /// The text of an interned name.
    pub fn name_text(&self, name: ObjId) -> String {
        self.str_text(Value::Obj(name)).unwrap_or_default()
    }

    /// The code points of a `unicode`.
    pub fn unicode_chars(&self, value: Value) -> Option<&Rc<[u32]>> {
        match self.data(value) {
            Some(ObjData::Unicode(s)) => Some(&s.chars),
            _ => None,
        }
    }

    /// The items of a tuple.
    pub fn tuple_items(&self, value: Value) -> Option<&Rc<[Value]>> {
        match self.data(value) {
            Some(ObjData::Tuple(t)) => Some(t),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn list_items(&self, value: Value) -> Option<&Vec<Value>> {
        match self.data(value) {
            Some(ObjData::List(l)) => Some(l),
            _ => None,
        }
    }

    /// The table of a dict.
    pub fn dict_data(&self, value: Value) -> Option<&DictData> {
        match self.data(value) {
            Some(ObjData::Dict(d)) => Some(d),
            _ => None,
        }
    }

    /// The big integer of a `long`.
    pub fn long_value(&self, value: Value) -> Option<&BigInt> {
        match self.data(value) {
            Some(ObjData::Long(n)) => Some(n),
            _ => None,
        }
    }
}
