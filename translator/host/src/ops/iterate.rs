//! Iteration.

use crate::error::Res;
use crate::host::Host;
use crate::iter::{DictPart, Iter, SeqKind};
use crate::object::{NativeObject, ObjData};
use crate::value::{ObjId, Value};

impl Host {
    /// `iter(value)`.
    pub fn get_iter(&mut self, value: Value) -> Res {
        match self.get_iter_opt(value)? {
            Some(it) => Ok(it),
            None => {
                if matches!(self.data(value), Some(ObjData::OldInstance(_))) {
                    return Err(self.type_error("iteration over non-sequence"));
                }
                let text = format!("'{}' object is not iterable", self.class_name_of(value));
                Err(self.type_error(text))
            }
        }
    }

    /// `iter(value)`, `None` when it is not iterable.
    pub(crate) fn get_iter_opt(&mut self, value: Value) -> Res<Option<Value>> {
        if self.is_user_instance(value) {
            return self.user_iter(value);
        }
        Ok(self.native_iter(value))
    }

    fn user_iter(&mut self, value: Value) -> Res<Option<Value>> {
        let (iter, getitem) = (self.names.d_iter, self.names.d_getitem);
        if let Some(found) = self.lookup_special(value, iter)
            && self.is_native_slot(found)
            && let Some(it) = self.native_iter(value)
        {
            return Ok(Some(it));
        }
        if let Some(method) = self.special_method(value, iter)? {
            if method.is_none() {
                return Ok(None);
            }
            let it = self.call_value(method, &[], &[])?;
            if !self.is_iterator(it) {
                let text = format!("iter() returned non-iterator of type '{}'", self.class_name_of(it));
                return Err(self.type_error(text));
            }
            return Ok(Some(it));
        }
        if self.special_method(value, getitem)?.is_some() {
            return Ok(Some(self.new_iter(Iter::Sequence {
                seq: value,
                index: 0,
                kind: SeqKind::Other,
            })));
        }
        Ok(None)
    }

    /// A new built-in iterator.
    pub fn new_iter(&mut self, iter: Iter) -> Value {
        self.alloc(ObjData::Iter(Box::new(iter)))
    }

    /// Whether the value has `next`.
    pub fn is_iterator(&mut self, value: Value) -> bool {
        match self.data(value) {
            Some(ObjData::Iter(_) | ObjData::Generator(_)) => true,
            Some(ObjData::Native(_, native)) if native.advance().is_some() => true,
            _ => {
                let name = self.names.n_next;
                self.lookup_special(value, name).is_some() || matches!(self.special_method(value, name), Ok(Some(_)))
            }
        }
    }

    /// The iterator of native data.
    pub(crate) fn native_iter(&mut self, value: Value) -> Option<Value> {
        let id = value.obj()?;
        let iter = match self.data(value)? {
            ObjData::List(_) => Iter::Sequence {
                seq: value,
                index: 0,
                kind: SeqKind::List,
            },
            ObjData::Tuple(_) => Iter::Sequence {
                seq: value,
                index: 0,
                kind: SeqKind::Tuple,
            },
            ObjData::Str(_) | ObjData::Unicode(_) => Iter::Sequence {
                seq: value,
                index: 0,
                kind: SeqKind::Other,
            },
            ObjData::Dict(d) => Iter::Dict {
                dict: id,
                position: 0,
                size: d.len(),
                part: DictPart::Keys,
            },
            ObjData::DictProxy(d) => Iter::Dict {
                dict: *d,
                position: 0,
                size: self.table(*d).len(),
                part: DictPart::Keys,
            },
            ObjData::Set(s) | ObjData::FrozenSet(s) => Iter::Set {
                set: id,
                position: 0,
                size: s.len(),
            },
            ObjData::XRange(r) => Iter::Range {
                next: r.start,
                step: r.step,
                left: r.len,
            },
            ObjData::Iter(_) | ObjData::Generator(_) => return Some(value),
            _ => return None,
        };
        Some(self.new_iter(iter))
    }

    /// `next(iterator)`; `None` at the end.
    #[inline]
    pub fn iter_next(&mut self, it: Value) -> Res<Option<Value>> {
        let Value::Obj(id) = it else {
            return self.iter_next_user(it);
        };
        match self.heap.get_mut(id) {
            ObjData::Iter(iter) => match &mut **iter {
                Iter::Range { next, step, left } => {
                    if *left <= 0 {
                        return Ok(None);
                    }
                    let value = *next;
                    *left -= 1;
                    *next = value.wrapping_add(*step);
                    Ok(Some(Value::Int(value)))
                }
                Iter::Sequence { seq, index, .. } => {
                    let (seq, index) = (*seq, *index);
                    self.next_of_sequence(id, seq, index)
                }
                _ => self.iter_next_slow(id),
            },
            ObjData::Generator(_) => {
                let result = self.generator_next(id);
                Ok(self.catch(result, self.exceptions.stop_iteration)?.flatten())
            }
            _ => self.iter_next_user(it),
        }
    }

    fn next_of_sequence(&mut self, it: ObjId, seq: Value, index: i64) -> Res<Option<Value>> {
        if seq.is_hole() {
            return Ok(None);
        }
        let user = self.is_user_instance(seq);
        let item = if user && !self.has_native_items(seq) {
            let got = self.get_item(seq, Value::Int(index));
            match got {
                Ok(v) => Some(v),
                Err(r)
                    if self.raised_is(&r, self.exceptions.index_error)
                        || self.raised_is(&r, self.exceptions.stop_iteration) =>
                {
                    None
                }
                Err(r) => return Err(r),
            }
        } else {
            self.native_item_at(seq, index)
        };
        if let ObjData::Iter(iter) = self.heap.get_mut(it)
            && let Iter::Sequence { seq, index, .. } = &mut **iter
        {
            if item.is_some() {
                *index += 1;
            } else {
                *seq = Value::HOLE;
            }
        }
        Ok(item)
    }

    /// Whether iteration over a subclass instance uses the native items directly.
    fn has_native_items(&self, seq: Value) -> bool {
        matches!(
            self.data(seq),
            Some(ObjData::List(_) | ObjData::Tuple(_) | ObjData::Str(_) | ObjData::Unicode(_))
        )
    }

    /// Item of a native sequence, `None` out of range.
    pub(crate) fn native_item_at(&mut self, seq: Value, index: i64) -> Option<Value> {
        let i = usize::try_from(index).ok()?;
        match self.data(seq)? {
            ObjData::List(l) => l.get(i).copied(),
            ObjData::Tuple(t) => t.get(i).copied(),
            ObjData::Str(s) => {
                let byte = *s.bytes.get(i)?;
                Some(self.char_str(byte))
            }
            ObjData::Unicode(u) => {
                let c = *u.chars.get(i)?;
                Some(self.new_unicode(&[c]))
            }
            ObjData::XRange(r) => {
                if index < r.len {
                    Some(Value::Int(r.start.wrapping_add(index.wrapping_mul(r.step))))
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    /// The one-character `str` of a byte (shared).
    pub fn char_str(&mut self, byte: u8) -> Value {
        self.chars[byte as usize]
    }

    fn iter_next_slow(&mut self, id: ObjId) -> Res<Option<Value>> {
        let ObjData::Iter(iter) = self.heap.get(id) else {
            return Ok(None);
        };
        match **iter {
            Iter::Reversed { seq, index, .. } => {
                if seq.is_hole() || index < 0 {
                    return Ok(None);
                }
                let item = match self.native_item_at(seq, index) {
                    Some(item) if !self.is_user_instance(seq) => Some(item),
                    _ if self.native_len(seq).is_some() && !self.is_user_instance(seq) => None,
                    _ => {
                        let got = self.get_item(seq, Value::Int(index));
                        self.catch(got, self.exceptions.index_error)?
                    }
                };
                if let ObjData::Iter(iter) = self.heap.get_mut(id)
                    && let Iter::Reversed { seq, index, .. } = &mut **iter
                {
                    *index -= 1;
                    if item.is_none() {
                        *seq = Value::HOLE;
                    }
                }
                Ok(item)
            }
            Iter::Dict {
                dict,
                position,
                size,
                part,
            } => self.next_of_dict(id, dict, position, size, part),
            Iter::Set { set, position, size } => self.next_of_set(id, set, position, size),
            Iter::Call { func, sentinel } => self.next_of_call(id, func, sentinel),
            Iter::Enumerate { iter, index } => {
                let Some(item) = self.iter_next(iter)? else {
                    return Ok(None);
                };
                let next = self.binary(crate::code::BinOp::Add, index, Value::Int(1))?;
                if let ObjData::Iter(iter) = self.heap.get_mut(id)
                    && let Iter::Enumerate { index, .. } = &mut **iter
                {
                    *index = next;
                }
                Ok(Some(self.new_tuple(&[index, item])))
            }
            Iter::Range { .. } | Iter::Sequence { .. } => self.iter_next(Value::Obj(id)),
        }
    }

    fn next_of_dict(
        &mut self,
        it: ObjId,
        dict: ObjId,
        position: usize,
        size: usize,
        part: DictPart,
    ) -> Res<Option<Value>> {
        if dict.is_hole() {
            return Ok(None);
        }
        if self.table(dict).len() != size {
            return Err(self.runtime_error("dictionary changed size during iteration"));
        }
        let table = self.table(dict);
        let found = (position..table.positions()).find_map(|p| table.entry_at(p).map(|e| (p, *e)));
        if let ObjData::Iter(iter) = self.heap.get_mut(it)
            && let Iter::Dict { dict, position, .. } = &mut **iter
        {
            match found {
                Some((p, _)) => *position = p + 1,
                None => *dict = ObjId::HOLE,
            }
        }
        Ok(found.map(|(_, e)| match part {
            DictPart::Keys => e.key,
            DictPart::Values => e.value,
            DictPart::Items => self.new_tuple(&[e.key, e.value]),
        }))
    }

    fn next_of_set(&mut self, it: ObjId, set: ObjId, position: usize, size: usize) -> Res<Option<Value>> {
        if set.is_hole() {
            return Ok(None);
        }
        if self.table(set).len() != size {
            return Err(self.runtime_error("Set changed size during iteration"));
        }
        let table = self.table(set);
        let found = (position..table.positions()).find_map(|p| table.entry_at(p).map(|e| (p, e.key)));
        if let ObjData::Iter(iter) = self.heap.get_mut(it)
            && let Iter::Set { set, position, .. } = &mut **iter
        {
            match found {
                Some((p, _)) => *position = p + 1,
                None => *set = ObjId::HOLE,
            }
        }
        Ok(found.map(|(_, key)| key))
    }

    fn next_of_call(&mut self, it: ObjId, func: Value, sentinel: Value) -> Res<Option<Value>> {
        if func.is_hole() {
            return Ok(None);
        }
        let result = self.call_value(func, &[], &[]);
        let result = self.catch(result, self.exceptions.stop_iteration)?;
        let done = match result {
            Some(value) => self.values_equal(value, sentinel)?,
            None => true,
        };
        if !done {
            return Ok(result);
        }
        if let ObjData::Iter(iter) = self.heap.get_mut(it)
            && let Iter::Call { func, .. } = &mut **iter
        {
            *func = Value::HOLE;
        }
        Ok(None)
    }

    fn iter_next_user(&mut self, it: Value) -> Res<Option<Value>> {
        if let Some(ObjData::Native(_, native)) = it.obj().map(|id| self.heap.get(id))
            && let Some(advance) = native.advance()
        {
            let result = advance(self, it);
            return Ok(self.catch(result, self.exceptions.stop_iteration)?.flatten());
        }
        let name = self.names.n_next;
        let Some(method) = self.special_method(it, name)? else {
            let text = if matches!(self.data(it), Some(ObjData::OldInstance(_))) {
                "instance has no next() method".to_string()
            } else {
                format!("{} object is not an iterator", quoted(&self.class_name_of(it)))
            };
            return Err(self.type_error(text));
        };
        let result = self.call_value(method, &[], &[]);
        self.catch(result, self.exceptions.stop_iteration)
    }

    /// All items of an iterable.
    pub(crate) fn collect_iterable(&mut self, value: Value) -> Res<Vec<Value>> {
        if !self.is_user_instance(value) {
            match self.data(value) {
                Some(ObjData::List(l)) => return Ok(l.clone()),
                Some(ObjData::Tuple(t)) => return Ok(t.to_vec()),
                Some(ObjData::Dict(d) | ObjData::Set(d) | ObjData::FrozenSet(d)) => return Ok(d.keys().collect()),
                _ => {}
            }
        }
        let it = self.get_iter(value)?;
        let depth = self.push_root(it);
        let mut out = Vec::new();
        loop {
            match self.iter_next(it) {
                Ok(Some(item)) => {
                    self.push_root(item);
                    out.push(item);
                }
                Ok(None) => break,
                Err(raised) => {
                    self.pop_roots(depth);
                    return Err(raised);
                }
            }
        }
        self.pop_roots(depth);
        Ok(out)
    }

    /// All items of an iterable; when it is none, a TypeError with the given text.
    pub(crate) fn collect_for(&mut self, value: Value, message: &str) -> Res<Vec<Value>> {
        match self.get_iter_opt(value)? {
            Some(it) => self.collect_iterable(it),
            None => Err(self.type_error(message)),
        }
    }

    /// Allocates data of a native module's type.
    pub fn new_native(&mut self, class: ObjId, data: impl NativeObject) -> Value {
        self.alloc(ObjData::Native(class, Box::new(data)))
    }

    /// Native data of a type, seen through subclasses.
    pub fn native<T: NativeObject>(&self, value: Value) -> Option<&T> {
        match self.data(value) {
            Some(ObjData::Native(_, data)) => data.as_any().downcast_ref(),
            _ => None,
        }
    }

    /// Native data of a type, mutable.
    pub fn native_mut<T: NativeObject>(&mut self, value: Value) -> Option<&mut T> {
        match self.data_mut(value) {
            Some(ObjData::Native(_, data)) => data.as_any_mut().downcast_mut(),
            _ => None,
        }
    }
}

fn quoted(name: &str) -> String {
    format!("'{name}'")
}
