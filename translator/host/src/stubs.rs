//! stubs
use crate::code::{BinOp, CmpOp, UnaryOp};
use crate::error::{Raised, Res};
use crate::host::{Host, Keywords};
use crate::system::System;
use crate::value::{ObjId, Value};
use rpy_syntax::Diagnostic;
use std::path::{Path, PathBuf};
#[allow(unused_variables)]
impl Host {
    fn nope<T>(&mut self) -> Res<T> {
        Err(Raised::new(Value::None))
    }
    pub(crate) fn bootstrap(system: Box<dyn System>, library: PathBuf) -> Host {
        Host {
            heap: Default::default(),
            types: crate::types::Types::unset(),
            exceptions: crate::types::Exceptions::unset(),
            interned: Default::default(),
            sources: Default::default(),
            system,
            library,
            lltypes: rpy_lltype::LLTypes::new(),
            ll_type_objects: Default::default(),
            int_classes: Default::default(),
            llstore: rpy_lltype::LLStore::new(),
            replacements: Default::default(),
            modules: ObjId::HOLE,
            builtins: ObjId::HOLE,
            stack: vec![],
            blocks: vec![],
            frames: vec![],
            exc_info: crate::frame::ExcInfo::NONE,
        }
    }
    pub(crate) fn run_main(&mut self, path: &Path) -> Res {
        self.nope()
    }
    pub(crate) fn diagnostic_of(&mut self, r: &Raised) -> Diagnostic {
        Diagnostic::error("RPY0201", "import failed")
    }
    pub(crate) fn import_absolute(&mut self, name: &str) -> Res {
        self.nope()
    }
    pub(crate) fn get_attribute(&mut self, v: Value, name: ObjId) -> Res {
        self.nope()
    }
    pub(crate) fn get_attribute_opt(&mut self, v: Value, name: ObjId) -> Res<Option<Value>> {
        self.nope()
    }
    pub(crate) fn set_attribute(&mut self, v: Value, name: ObjId, n: Value) -> Res<()> {
        self.nope()
    }
    pub(crate) fn lookup_class_attr(&mut self, v: Value, name: ObjId) -> Option<Value> {
        None
    }
    pub(crate) fn lookup_class_attr_where(&mut self, v: Value, name: ObjId) -> Option<(Value, Value)> {
        None
    }
    pub(crate) fn lookup_instance_dict(&mut self, v: Value, name: ObjId) -> Option<Value> {
        None
    }
    pub(crate) fn type_id(&self, v: Value) -> ObjId {
        ObjId::HOLE
    }
    pub(crate) fn class_value(&self, v: Value) -> Value {
        Value::None
    }
    pub(crate) fn class_name_of(&self, v: Value) -> String {
        String::new()
    }
    pub(crate) fn safe_repr(&mut self, v: Value) -> String {
        String::new()
    }
    pub(crate) fn to_str_bytes(&mut self, v: Value) -> Res<Vec<u8>> {
        self.nope()
    }
    pub(crate) fn binary(&mut self, op: BinOp, a: Value, b: Value) -> Res {
        self.nope()
    }
    pub(crate) fn inplace(&mut self, op: BinOp, a: Value, b: Value) -> Res {
        self.nope()
    }
    pub(crate) fn unary(&mut self, op: UnaryOp, a: Value) -> Res {
        self.nope()
    }
    pub(crate) fn compare_values(&mut self, op: CmpOp, a: Value, b: Value) -> Res {
        self.nope()
    }
    pub(crate) fn values_equal(&mut self, a: Value, b: Value) -> Res<bool> {
        self.nope()
    }
    pub(crate) fn truth(&mut self, a: Value) -> Res<bool> {
        self.nope()
    }
    pub(crate) fn get_item(&mut self, a: Value, b: Value) -> Res {
        self.nope()
    }
    pub(crate) fn length(&mut self, a: Value) -> Res<usize> {
        self.nope()
    }
    pub(crate) fn collect_iterable(&mut self, a: Value) -> Res<Vec<Value>> {
        self.nope()
    }
    pub(crate) fn call_value(&mut self, func: Value, args: &[Value], kwargs: Keywords<'_>) -> Res {
        self.nope()
    }
    pub(crate) fn lookup_global(&mut self, g: ObjId, name: ObjId) -> Option<Value> {
        None
    }
    pub(crate) fn is_subclass(&self, a: Value, b: Value) -> bool {
        false
    }
    pub(crate) fn dict_get_name(&mut self, d: ObjId, name: ObjId) -> Option<Value> {
        None
    }
}
