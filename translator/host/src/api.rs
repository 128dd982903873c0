//! Operations of the host that later stages use on live objects.

use crate::code::{BinOp, CmpOp, UnaryOp};
use crate::error::Res;
use crate::host::{Host, Keywords};
use crate::system::System;
use crate::value::{ObjId, Value};
use rpy_syntax::Diagnostic;
use std::path::{Path, PathBuf};

impl Host {
    /// A host with all built-in modules; `library` is the folder that holds `rpython` and `pylib`.
    pub fn new(system: Box<dyn System>, library: PathBuf) -> Host {
        Host::bootstrap(system, library)
    }

    /// Imports the target file, under its own name and with its folder first on `sys.path`; an uncaught exception
    /// becomes a diagnostic that shows the Python traceback.
    pub fn import_main(&mut self, path: &Path) -> Result<Value, Diagnostic> {
        self.search_folder_of(path);
        let name = path
            .file_stem()
            .map_or_else(|| "target".into(), |n| n.to_string_lossy().into_owned());
        match self.run_file(path, &name) {
            Ok(module) => Ok(module),
            Err(raised) => Err(self.diagnostic_of(&raised)),
        }
    }

    /// Hands buffered output to the outside world.
    pub fn flush_output(&mut self) {
        self.system.flush();
    }

    /// From now on all objects stay alive: later stages hold values that the collector does not see.
    pub fn forbid_collection(&mut self) {
        self.gc.enabled = false;
    }

    /// `import name`, and the module `name` itself (the last component).
    pub fn import_module(&mut self, name: &str) -> Res {
        self.import_absolute(name)
    }

    /// `getattr(value, name)`.
    pub fn getattr(&mut self, value: Value, name: &str) -> Res {
        let name = self.intern_str(name);
        self.get_attribute(value, name)
    }

    /// `getattr(value, name)`, `None` when that raises AttributeError.
    pub fn getattr_opt(&mut self, value: Value, name: &str) -> Res<Option<Value>> {
        let name = self.intern_str(name);
        self.get_attribute_opt(value, name)
    }

    /// `setattr(value, name, new)`.
    pub fn setattr(&mut self, value: Value, name: &str, new: Value) -> Res<()> {
        let name = self.intern_str(name);
        self.set_attribute(value, name, new)
    }

    /// Looks a name up in the dicts along a class's mro (or an old-style class's bases), without binding.
    pub fn lookup_mro(&mut self, class: Value, name: &str) -> Option<Value> {
        let name = self.intern_str(name);
        self.lookup_class_attr(class, name)
    }

    /// Like [`Host::lookup_mro`], with the class that has it.
    pub fn lookup_mro_where(&mut self, class: Value, name: &str) -> Option<(Value, Value)> {
        let name = self.intern_str(name);
        self.lookup_class_attr_where(class, name)
    }

    /// The attribute in the instance's own dict.
    pub fn instance_attr(&mut self, value: Value, name: &str) -> Option<Value> {
        let name = self.intern_str(name);
        self.lookup_instance_dict(value, name)
    }

    /// `type(value)`; for old-style instances the type `instance`.
    pub fn type_of(&self, value: Value) -> ObjId {
        self.type_id(value)
    }

    /// The class of a value: `value.__class__` for old-style instances, `type(value)` for the rest.
    pub fn class_of(&self, value: Value) -> Value {
        self.class_value(value)
    }

    /// Name of the class of a value.
    pub fn type_name(&self, value: Value) -> String {
        self.plain_class_name(value)
    }

    /// `repr(value)` as text; never fails.
    pub fn repr(&mut self, value: Value) -> String {
        self.safe_repr(value)
    }

    /// `str(value)` as bytes.
    pub fn str_of(&mut self, value: Value) -> Res<Vec<u8>> {
        self.to_str_bytes(value)
    }

    /// `a op b`.
    pub fn binary_op(&mut self, op: BinOp, a: Value, b: Value) -> Res {
        self.binary(op, a, b)
    }

    /// `a op= b`.
    pub fn inplace_op(&mut self, op: BinOp, a: Value, b: Value) -> Res {
        self.inplace(op, a, b)
    }

    /// `op a`.
    pub fn unary_op(&mut self, op: UnaryOp, a: Value) -> Res {
        self.unary(op, a)
    }

    /// `a op b`, with its result as it is (rich comparison).
    pub fn compare(&mut self, op: CmpOp, a: Value, b: Value) -> Res {
        self.compare_values(op, a, b)
    }

    /// `a == b` as a truth value.
    pub fn equal(&mut self, a: Value, b: Value) -> Res<bool> {
        self.compare_bool(CmpOp::Eq, a, b)
    }

    /// `bool(value)`.
    pub fn is_true(&mut self, value: Value) -> Res<bool> {
        self.truth(value)
    }

    /// `obj[index]`.
    pub fn getitem(&mut self, obj: Value, index: Value) -> Res {
        self.get_item(obj, index)
    }

    /// `len(value)`.
    pub fn len(&mut self, value: Value) -> Res<usize> {
        self.length(value)
    }

    /// All items of an iterable.
    pub fn iterate_to_vec(&mut self, value: Value) -> Res<Vec<Value>> {
        self.collect_iterable(value)
    }

    /// `func(*args, **kwargs)`.
    pub fn call(&mut self, func: Value, args: &[Value], kwargs: Keywords<'_>) -> Res {
        self.call_value(func, args, kwargs)
    }

    /// A global of a module or function dict, or a builtin.
    pub fn globals_lookup(&mut self, globals: ObjId, name: &str) -> Option<Value> {
        let name = self.intern_str(name);
        self.lookup_global(globals, name)
    }

    /// `isinstance(value, class)` for one class, by class only (no hooks).
    pub fn isinstance(&self, value: Value, class: Value) -> bool {
        let own = self.class_value(value);
        self.issubclass(own, class)
    }

    /// `issubclass(sub, class)` for one class (no hooks).
    pub fn issubclass(&self, sub: Value, class: Value) -> bool {
        self.is_subclass(sub, class)
    }

    /// The value stored under a `str` key of a dict.
    pub fn dict_get_str(&mut self, dict: Value, key: &str) -> Option<Value> {
        let key = self.intern_str(key);
        self.dict_get_name(dict.obj()?, key)
    }

    /// Entries of a dict, in order.
    pub fn dict_items(&self, dict: Value) -> Vec<(Value, Value)> {
        self.dict_data(dict)
            .map(|d| d.iter().map(|e| (e.key, e.value)).collect())
            .unwrap_or_default()
    }
}
