//! Classes of values, method resolution, and the cache of lookups along the mro.

use crate::host::Host;
use crate::iter::{DictPart, Iter};
use crate::object::{NativeKind, ObjData};
use crate::value::{ObjId, Value};

/// One remembered lookup.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CacheEntry {
    class: ObjId,
    name: ObjId,
    version: u32,
    value: Value,
}

const CACHE_SIZE: usize = 4096;

/// Remembered lookups of names along the mro of classes.
#[derive(Debug)]
pub(crate) struct MethodCache {
    entries: Vec<CacheEntry>,
    version: u32,
}

impl Default for MethodCache {
    fn default() -> MethodCache {
        let empty = CacheEntry {
            class: ObjId::HOLE,
            name: ObjId::HOLE,
            version: 0,
            value: Value::HOLE,
        };
        MethodCache {
            entries: vec![empty; CACHE_SIZE],
            version: 1,
        }
    }
}

impl MethodCache {
    /// Forgets everything; must be called when a class changes or heap slots are reused.
    pub(crate) fn invalidate(&mut self) {
        self.version = self.version.wrapping_add(1);
        if self.version == 0 {
            *self = MethodCache::default();
        }
    }
}

impl Host {
    /// `type(value)` as class id.
    pub(crate) fn type_id(&self, value: Value) -> ObjId {
        let t = &self.types;
        match value {
            Value::None => t.none_type,
            Value::Bool(_) => t.bool_,
            Value::Int(_) => t.int_,
            Value::Float(_) => t.float_,
            Value::Obj(id) => match self.heap.get(id) {
                ObjData::Instance(i) => i.class,
                data => self.type_of_data(data),
            },
        }
    }

    pub(crate) fn type_of_data(&self, data: &ObjData) -> ObjId {
        let t = &self.types;
        match data {
            ObjData::Free => t.signal,
            ObjData::Long(_) => t.long_,
            ObjData::Complex(..) => t.complex,
            ObjData::IntPayload(_) => t.int_,
            ObjData::FloatPayload(_) => t.float_,
            ObjData::Str(_) => t.str_,
            ObjData::Unicode(_) => t.unicode,
            ObjData::Tuple(_) => t.tuple,
            ObjData::List(_) => t.list,
            ObjData::Dict(_) => t.dict,
            ObjData::Set(_) => t.set,
            ObjData::FrozenSet(_) => t.frozenset,
            ObjData::Function(_) => t.function,
            ObjData::Code(_) => t.code,
            ObjData::Builtin(b) => match b.kind {
                NativeKind::Function | NativeKind::New => t.builtin_function,
                NativeKind::Method => t.method_descriptor,
                NativeKind::Slot => t.wrapper_descriptor,
                NativeKind::ClassMethod => t.classmethod_descriptor,
            },
            ObjData::BuiltinMethod(b, _) => match b.kind {
                NativeKind::Slot => t.method_wrapper,
                _ => t.builtin_function,
            },
            ObjData::Method(_) => t.instancemethod,
            ObjData::Class(c) => c.metaclass,
            ObjData::OldClass(_) => t.classobj,
            ObjData::Instance(i) => i.class,
            ObjData::OldInstance(_) => t.instance,
            ObjData::Exc(_) => self.exceptions.base_exception,
            ObjData::Module(_) => t.module,
            ObjData::Cell(_) => t.cell,
            ObjData::Property(_) => t.property,
            ObjData::StaticMethod(_) => t.staticmethod,
            ObjData::ClassMethod(_) => t.classmethod,
            ObjData::GetSet(_) => t.getset_descriptor,
            ObjData::Member(_) => t.member_descriptor,
            ObjData::Generator(_) => t.generator,
            ObjData::Frame(_) => t.frame,
            ObjData::Traceback(_) => t.traceback,
            ObjData::Iter(it) => self.type_of_iter(it),
            ObjData::Slice(_) => t.slice,
            ObjData::XRange(_) => t.xrange,
            ObjData::WeakRef(w) if !w.proxy => t.weakref,
            ObjData::WeakRef(w) if w.callable => t.weakcallableproxy,
            ObjData::WeakRef(_) => t.weakproxy,
            ObjData::Super(_) => t.super_,
            ObjData::DictProxy(_) => t.dictproxy,
            ObjData::Signal(_) => t.signal,
            ObjData::RInt(class, ..) => *class,
            ObjData::SingleFloat(_) => t.singlefloat,
            ObjData::NotImplemented => t.not_implemented_type,
            ObjData::Ellipsis => t.ellipsis,
            ObjData::LowLevel(l) => self.lowlevel_class(l),
            ObjData::Native(class, _) => *class,
        }
    }

    fn type_of_iter(&self, it: &Iter) -> ObjId {
        let t = &self.types;
        match it {
            Iter::Sequence { kind, .. } => match kind {
                crate::iter::SeqKind::List => t.listiterator,
                crate::iter::SeqKind::Tuple => t.tupleiterator,
                crate::iter::SeqKind::Other => t.iterator,
            },
            Iter::Reversed { list: true, .. } => t.listreverseiterator,
            Iter::Reversed { .. } => t.reversed,
            Iter::Range { .. } => t.rangeiterator,
            Iter::Dict {
                part: DictPart::Keys, ..
            } => t.dict_keyiterator,
            Iter::Dict {
                part: DictPart::Values, ..
            } => t.dict_valueiterator,
            Iter::Dict {
                part: DictPart::Items, ..
            } => t.dict_itemiterator,
            Iter::Set { .. } => t.setiterator,
            Iter::Call { .. } => t.callable_iterator,
            Iter::Enumerate { .. } => t.enumerate,
        }
    }

    /// The class of a value, the old-style class for old-style instances.
    pub(crate) fn class_value(&self, value: Value) -> Value {
        if let Value::Obj(id) = value
            && let ObjData::OldInstance(i) = self.heap.get(id)
        {
            return Value::Obj(i.class);
        }
        Value::Obj(self.type_id(value))
    }

    /// Name of a new-style or old-style class.
    pub fn class_name(&self, class: Value) -> String {
        if let Some(c) = self.class(class) {
            return c.name.clone();
        }
        class.obj().map(|id| self.old_class_name(id)).unwrap_or_default()
    }

    pub(crate) fn old_class_name(&self, class: ObjId) -> String {
        match self.heap.get(class) {
            ObjData::OldClass(c) => c.name.clone(),
            _ => "?".to_string(),
        }
    }

    /// The class of a value as messages name it.
    pub(crate) fn class_name_of(&self, value: Value) -> String {
        let class = self.type_id(value);
        let name = self.class_name(Value::Obj(class));
        match self.class(Value::Obj(class)) {
            Some(c) if c.builtin && c.layout == crate::object::Layout::Exception => format!("exceptions.{name}"),
            _ => name,
        }
    }

    /// `type(value).__name__`, without a module.
    pub(crate) fn plain_class_name(&self, value: Value) -> String {
        self.class_name(Value::Obj(self.type_id(value)))
    }

    /// Looks a name up along the mro of a new-style class.
    #[inline]
    pub(crate) fn lookup_type(&mut self, class: ObjId, name: ObjId) -> Option<Value> {
        let slot = (class.0 as usize).wrapping_mul(31).wrapping_add(name.0 as usize) & (CACHE_SIZE - 1);
        let entry = self.method_cache.entries[slot];
        if entry.class == class && entry.name == name && entry.version == self.method_cache.version {
            return entry.value.option();
        }
        let found = self.lookup_type_slow(class, name).map(|(value, _)| value);
        let version = self.method_cache.version;
        self.method_cache.entries[slot] = CacheEntry {
            class,
            name,
            version,
            value: found.unwrap_or(Value::HOLE),
        };
        found
    }

    /// Looks a name up along the mro, with the class that has it.
    pub(crate) fn lookup_type_slow(&self, class: ObjId, name: ObjId) -> Option<(Value, Value)> {
        let class = self.class(Value::Obj(class))?;
        for &entry in &class.mro {
            let Value::Obj(id) = entry else { continue };
            let dict = match self.heap.get(id) {
                ObjData::Class(c) => c.dict,
                ObjData::OldClass(c) => c.dict,
                _ => match self.class(entry) {
                    Some(c) => c.dict,
                    None => continue,
                },
            };
            if let Some(value) = self.dict_get_name(dict, name) {
                return Some((value, entry));
            }
        }
        None
    }

    /// Special method of a value's type.
    #[inline]
    pub(crate) fn lookup_special(&mut self, value: Value, name: ObjId) -> Option<Value> {
        let class = self.type_id(value);
        self.lookup_type(class, name)
    }

    pub(crate) fn lookup_old_class(&self, class: ObjId, name: ObjId) -> Option<(Value, Value)> {
        let ObjData::OldClass(c) = self.heap.get(class) else {
            return None;
        };
        if let Some(value) = self.dict_get_name(c.dict, name) {
            return Some((value, Value::Obj(class)));
        }
        c.bases.iter().find_map(|&base| self.lookup_old_class(base, name))
    }

    pub(crate) fn lookup_class_attr_where(&mut self, class: Value, name: ObjId) -> Option<(Value, Value)> {
        let id = class.obj()?;
        if matches!(self.heap.get(id), ObjData::OldClass(_)) {
            return self.lookup_old_class(id, name);
        }
        self.lookup_type_slow(id, name)
    }

    pub(crate) fn lookup_class_attr(&mut self, class: Value, name: ObjId) -> Option<Value> {
        let id = class.obj()?;
        if matches!(self.heap.get(id), ObjData::OldClass(_)) {
            return self.lookup_old_class(id, name).map(|(v, _)| v);
        }
        self.lookup_type(id, name)
    }

    /// The dict of an instance, module, class or function, the hole when it has none (yet).
    pub(crate) fn dict_of(&self, value: Value) -> ObjId {
        let Value::Obj(id) = value else { return ObjId::HOLE };
        match self.heap.get(id) {
            ObjData::Instance(i) => match i.payload.as_deref() {
                Some(ObjData::Module(m)) => m.dict,
                Some(ObjData::Class(c)) => c.dict,
                _ => i.dict,
            },
            ObjData::OldInstance(i) => i.dict,
            ObjData::Module(m) => m.dict,
            ObjData::Class(c) => c.dict,
            ObjData::OldClass(c) => c.dict,
            ObjData::Function(f) => f.attrs,
            _ => ObjId::HOLE,
        }
    }

    pub(crate) fn lookup_instance_dict(&mut self, value: Value, name: ObjId) -> Option<Value> {
        let dict = self.dict_of(value);
        if dict.is_hole() {
            None
        } else {
            self.dict_get_name(dict, name)
        }
    }

    /// `issubclass` by mro, for new-style and old-style classes.
    pub(crate) fn is_subclass(&self, sub: Value, class: Value) -> bool {
        if sub == class {
            return true;
        }
        if let Some(c) = self.class(sub) {
            return c.mro.contains(&class);
        }
        match sub.obj().map(|id| self.heap.get(id)) {
            Some(ObjData::OldClass(c)) => c.bases.iter().any(|&base| self.is_subclass(Value::Obj(base), class)),
            _ => false,
        }
    }

    /// Whether a value is an instance of a class id, by its type only.
    pub fn is_a(&self, value: Value, class: ObjId) -> bool {
        let own = self.type_id(value);
        own == class || self.is_subclass(Value::Obj(own), Value::Obj(class))
    }

    /// Whether a value is a class of either kind.
    pub fn is_class(&self, value: Value) -> bool {
        self.class(value).is_some() || matches!(value.obj().map(|id| self.heap.get(id)), Some(ObjData::OldClass(_)))
    }

    /// Whether the class was made by a class statement (or `type()`).
    pub(crate) fn is_user_class(&self, class: ObjId) -> bool {
        self.class(Value::Obj(class)).is_some_and(|c| !c.builtin)
    }

    /// Whether operations on the value may run Python code.
    #[inline]
    pub(crate) fn is_user_instance(&self, value: Value) -> bool {
        let Value::Obj(id) = value else { return false };
        match self.heap.get(id) {
            ObjData::Instance(_) | ObjData::OldInstance(_) | ObjData::Native(..) | ObjData::WeakRef(_) => true,
            ObjData::Class(c) => c.metaclass != self.types.type_,
            _ => false,
        }
    }
}
