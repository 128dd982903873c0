//! Dicts and sets with Python keys.

use crate::dict::DictData;
use crate::error::Res;
use crate::host::Host;
use crate::object::{ObjData, StrObj};
use crate::value::{ObjId, Value};
use std::rc::Rc;

impl Host {
    /// The table of a dict, set or frozenset.
    #[inline]
    pub fn table(&self, id: ObjId) -> &DictData {
        match self.heap.get(id) {
            ObjData::Dict(d) | ObjData::Set(d) | ObjData::FrozenSet(d) => d,
            ObjData::Instance(i) => match i.payload.as_deref() {
                Some(ObjData::Dict(d) | ObjData::Set(d) | ObjData::FrozenSet(d)) => d,
                _ => &self.no_table,
            },
            _ => &self.no_table,
        }
    }

    /// The table of a dict, set or frozenset, mutable.
    #[inline]
    pub fn table_mut(&mut self, id: ObjId) -> &mut DictData {
        match self.heap.get_mut(id) {
            ObjData::Dict(d) | ObjData::Set(d) | ObjData::FrozenSet(d) => d,
            ObjData::Instance(i) => match i.payload.as_deref_mut() {
                Some(ObjData::Dict(d) | ObjData::Set(d) | ObjData::FrozenSet(d)) => d,
                _ => &mut self.no_table,
            },
            _ => &mut self.no_table,
        }
    }

    /// Whether a value is a dict (or of a subclass).
    pub fn is_dict(&self, value: Value) -> bool {
        matches!(self.data(value), Some(ObjData::Dict(_)))
    }

    /// Whether a value is a set or frozenset (or of a subclass).
    pub fn is_set(&self, value: Value) -> bool {
        matches!(self.data(value), Some(ObjData::Set(_) | ObjData::FrozenSet(_)))
    }

    /// Equality of keys when no Python code is needed.
    #[inline]
    fn keys_equal_fast(&self, a: Value, b: Value) -> Option<bool> {
        if a == b {
            return Some(true);
        }
        match (a, b) {
            (Value::Int(_), Value::Int(_)) | (Value::None, Value::Int(_)) | (Value::Int(_), Value::None) => Some(false),
            (Value::Obj(x), Value::Obj(y)) => match (self.heap.get(x), self.heap.get(y)) {
                (ObjData::Str(x), ObjData::Str(y)) => Some(x.bytes == y.bytes),
                _ => None,
            },
            _ => None,
        }
    }

    /// Position of a key.
    pub fn table_find(&mut self, table: ObjId, key: Value, hash: i64) -> Res<Option<usize>> {
        'restart: loop {
            let data = self.table(table);
            let version = data.version;
            let mut probe = data.start(hash);
            while let Some(position) = self.table(table).probe(&mut probe, hash) {
                let Some(entry) = self.table(table).entry_at(position).copied() else {
                    continue;
                };
                let equal = match self.keys_equal_fast(entry.key, key) {
                    Some(equal) => equal,
                    None => {
                        let equal = self.values_equal(entry.key, key)?;
                        if self.table(table).version != version {
                            continue 'restart;
                        }
                        equal
                    }
                };
                if equal {
                    return Ok(Some(position));
                }
            }
            return Ok(None);
        }
    }

    /// `dict.get(key)`.
    pub fn dict_get(&mut self, dict: ObjId, key: Value) -> Res<Option<Value>> {
        let hash = self.hash_value(key)?;
        let position = self.table_find(dict, key, hash)?;
        Ok(position.and_then(|p| self.table(dict).entry_at(p)).map(|e| e.value))
    }

    /// `dict[key] = value`; also adds to sets.
    pub fn dict_set(&mut self, dict: ObjId, key: Value, value: Value) -> Res<()> {
        let hash = self.hash_value(key)?;
        self.dict_set_hashed(dict, key, hash, value)
    }

    /// `dict[key] = value` with a known hash.
    pub fn dict_set_hashed(&mut self, dict: ObjId, key: Value, hash: i64, value: Value) -> Res<()> {
        let position = self.table_find(dict, key, hash)?;
        let data = self.table_mut(dict);
        match position {
            Some(position) => data.set_value(position, value),
            None => data.insert_new(key, hash, value),
        }
        if data.is_class_dict {
            self.method_cache.invalidate();
        }
        Ok(())
    }

    /// Removes a key; its value if it was there.
    pub fn dict_remove(&mut self, dict: ObjId, key: Value) -> Res<Option<Value>> {
        let hash = self.hash_value(key)?;
        let Some(position) = self.table_find(dict, key, hash)? else {
            return Ok(None);
        };
        let data = self.table_mut(dict);
        let entry = data.remove_at(position);
        if data.is_class_dict {
            self.method_cache.invalidate();
        }
        Ok(Some(entry.value))
    }

    /// Hash of an interned name.
    #[inline]
    pub(crate) fn name_hash(&self, name: ObjId) -> i64 {
        match self.heap.get(name) {
            ObjData::Str(s) => crate::ops::hash::str_hash(s),
            _ => 0,
        }
    }

    #[inline]
    fn find_name(&self, dict: ObjId, name: ObjId) -> Option<usize> {
        let hash = self.name_hash(name);
        let data = self.table(dict);
        let mut probe = data.start(hash);
        while let Some(position) = data.probe(&mut probe, hash) {
            let entry = data.entry_at(position)?;
            if entry.key == Value::Obj(name) || self.same_text(entry.key, name) {
                return Some(position);
            }
        }
        None
    }

    fn same_text(&self, key: Value, name: ObjId) -> bool {
        match (self.data(key), self.heap.get(name)) {
            (Some(ObjData::Str(a)), ObjData::Str(b)) => a.bytes == b.bytes,
            (Some(ObjData::Unicode(a)), ObjData::Str(b)) => {
                a.chars.len() == b.bytes.len() && a.chars.iter().zip(b.bytes.iter()).all(|(&x, &y)| x == u32::from(y))
            }
            _ => false,
        }
    }

    /// The value of an interned name in a dict.
    #[inline]
    pub(crate) fn dict_get_name(&self, dict: ObjId, name: ObjId) -> Option<Value> {
        let position = self.find_name(dict, name)?;
        self.table(dict).entry_at(position).map(|e| e.value)
    }

    /// The value of an interned name, with a hint of its position.
    #[inline]
    pub(crate) fn dict_get_hinted(&self, dict: ObjId, name: ObjId, hint: &std::cell::Cell<u32>) -> Option<Value> {
        let data = self.table(dict);
        if let Some(entry) = data.entry_at(hint.get() as usize)
            && entry.key == Value::Obj(name)
        {
            return Some(entry.value);
        }
        let position = self.find_name(dict, name)?;
        hint.set(position as u32);
        self.table(dict).entry_at(position).map(|e| e.value)
    }

    /// Sets an interned name in a dict.
    #[inline]
    pub(crate) fn dict_set_name(&mut self, dict: ObjId, name: ObjId, value: Value) {
        let found = self.find_name(dict, name);
        let hash = self.name_hash(name);
        let data = self.table_mut(dict);
        match found {
            Some(position) => data.set_value(position, value),
            None => data.insert_new(Value::Obj(name), hash, value),
        }
        if data.is_class_dict {
            self.method_cache.invalidate();
        }
    }

    /// Removes an interned name from a dict; false if it was not there.
    pub(crate) fn dict_remove_name(&mut self, dict: ObjId, name: ObjId) -> bool {
        let Some(position) = self.find_name(dict, name) else {
            return false;
        };
        let data = self.table_mut(dict);
        data.remove_at(position);
        if data.is_class_dict {
            self.method_cache.invalidate();
        }
        true
    }

    /// Sets a text key in a dict.
    pub fn dict_set_str(&mut self, dict: Value, key: &str, value: Value) {
        let name = self.intern_str(key);
        if let Value::Obj(dict) = dict {
            self.dict_set_name(dict, name, value);
        }
    }

    /// A new table with the keys of an iterable.
    pub fn table_of_keys(&mut self, keys: &[Value]) -> Res<Box<DictData>> {
        let scratch = self.heap.alloc(ObjData::Set(Box::default()));
        for &key in keys {
            self.dict_set(scratch, key, Value::None)?;
        }
        Ok(Box::new(std::mem::take(self.table_mut(scratch))))
    }

    /// A new set.
    pub fn new_set(&mut self, keys: &[Value]) -> Res {
        let table = self.table_of_keys(keys)?;
        Ok(self.alloc(ObjData::Set(table)))
    }

    /// A new `str` that shares its bytes.
    pub fn new_str_rc(&mut self, bytes: Rc<[u8]>) -> Value {
        self.alloc(ObjData::Str(StrObj::new(bytes)))
    }

    /// Keys of a table.
    pub fn table_keys(&self, id: ObjId) -> Vec<Value> {
        self.table(id).keys().collect()
    }

    /// Entries of a table.
    pub fn table_entries(&self, id: ObjId) -> Vec<(Value, Value)> {
        self.table(id).iter().map(|e| (e.key, e.value)).collect()
    }
}
