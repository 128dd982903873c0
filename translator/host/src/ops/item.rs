//! Subscription and membership.

use crate::error::Res;
use crate::host::Host;
use crate::lowlevel;
use crate::object::ObjData;
use crate::value::Value;

impl Host {
    /// `obj[index]`.
    #[inline]
    pub(crate) fn get_item(&mut self, obj: Value, index: Value) -> Res {
        if let (Value::Obj(id), Value::Int(i)) = (obj, index) {
            let found = match self.heap.get(id) {
                ObjData::List(l) => at(l, i),
                ObjData::Tuple(t) => at(t, i),
                _ => None,
            };
            if let Some(value) = found {
                return Ok(value);
            }
        }
        if self.is_user_instance(obj) {
            return self.get_item_user(obj, index);
        }
        self.get_item_native(obj, index)
    }

    fn get_item_user(&mut self, obj: Value, index: Value) -> Res {
        let name = self.names.d_getitem;
        if !matches!(self.data(obj), Some(ObjData::OldInstance(_)))
            && let Some(found) = self.lookup_special(obj, name)
        {
            if self.is_native_slot(found) {
                return self.get_item_native(obj, index);
            }
            return self.call_special(found, obj, &[index]);
        }
        match self.special_method(obj, name)? {
            Some(method) => self.call_value(method, &[index], &[]),
            None => Err(self.no_getitem(obj)),
        }
    }

    fn no_getitem(&mut self, obj: Value) -> crate::error::Raised {
        let name = self.names.d_getitem;
        if matches!(self.data(obj), Some(ObjData::OldInstance(_))) {
            return self.attribute_error(obj, name);
        }
        let class = self.class_name_of(obj);
        let text = format!("'{class}' object has no attribute '__getitem__'");
        self.type_error(text)
    }

    /// `obj[index]` by native data.
    pub(crate) fn get_item_native(&mut self, obj: Value, index: Value) -> Res {
        match self.data(obj) {
            Some(ObjData::Dict(_)) => self.get_dict_item(obj, index),
            Some(ObjData::DictProxy(d)) => {
                let dict = *d;
                match self.dict_get(dict, index)? {
                    Some(value) => Ok(value),
                    None => Err(self.key_error(index)),
                }
            }
            Some(ObjData::List(_) | ObjData::Tuple(_) | ObjData::Str(_) | ObjData::Unicode(_) | ObjData::XRange(_)) => {
                self.get_sequence_item(obj, index)
            }
            Some(ObjData::LowLevel(_)) => lowlevel::ll_getitem(self, obj, index),
            Some(ObjData::Exc(e)) => {
                let args = e.args.clone();
                let args = self.new_tuple(&args);
                self.get_item(args, index)
            }
            _ => Err(self.no_getitem(obj)),
        }
    }

    fn get_dict_item(&mut self, obj: Value, key: Value) -> Res {
        let Value::Obj(id) = obj else {
            return Err(self.key_error(key));
        };
        if let Some(value) = self.dict_get(id, key)? {
            return Ok(value);
        }
        if matches!(self.heap.get(id), ObjData::Instance(_)) {
            let name = self.names.d_missing;
            if let Some(found) = self.lookup_special(obj, name) {
                return self.call_special(found, obj, &[key]);
            }
        }
        Err(self.key_error(key))
    }

    fn get_sequence_item(&mut self, obj: Value, index: Value) -> Res {
        if let Some(slice) = self.slice_parts(index)
            && !matches!(self.data(obj), Some(ObjData::XRange(_)))
        {
            let len = self.native_len(obj).unwrap_or(0);
            let range = self.slice_range(slice, len)?;
            return match self.native_stride(obj, range) {
                Some(value) => Ok(value),
                None => Err(self.no_getitem(obj)),
            };
        }
        let i = self.sequence_index(obj, index)?;
        let len = self.native_len(obj).unwrap_or(0) as i64;
        let wrapped = if i < 0 { i.saturating_add(len) } else { i };
        match self.native_item_at(obj, wrapped) {
            Some(value) => Ok(value),
            None => {
                let kind = match self.data(obj) {
                    Some(ObjData::List(_)) => "list index",
                    Some(ObjData::Tuple(_)) => "tuple index",
                    Some(ObjData::XRange(_)) => "xrange object index",
                    _ => "string index",
                };
                Err(self.index_error(format!("{kind} out of range")))
            }
        }
    }

    fn sequence_index(&mut self, obj: Value, index: Value) -> Res<i64> {
        if let Value::Int(i) = index {
            return Ok(i);
        }
        let big = self.to_index_big(index)?;
        match big {
            Some(n) => match i64::try_from(&n) {
                Ok(i) => Ok(i),
                Err(_) => {
                    let text = format!("cannot fit '{}' into an index-sized integer", self.class_name_of(index));
                    Err(self.index_error(text))
                }
            },
            None => {
                let got = self.class_name_of(index);
                let text = match self.data(obj) {
                    Some(ObjData::List(_)) => format!("list indices must be integers, not {got}"),
                    Some(ObjData::Tuple(_)) => format!("tuple indices must be integers, not {got}"),
                    Some(ObjData::XRange(_)) => format!("sequence index must be integer, not '{got}'"),
                    _ => format!("string indices must be integers, not {got}"),
                };
                Err(self.type_error(text))
            }
        }
    }

    /// `obj[index] = value`.
    #[inline]
    pub(crate) fn set_item(&mut self, obj: Value, index: Value, value: Value) -> Res<()> {
        if let Value::Obj(id) = obj {
            match self.heap.get_mut(id) {
                ObjData::List(l) => {
                    if let Value::Int(i) = index {
                        let i = if i < 0 { i + l.len() as i64 } else { i };
                        if let Some(slot) = usize::try_from(i).ok().and_then(|i| l.get_mut(i)) {
                            *slot = value;
                            return Ok(());
                        }
                    }
                }
                ObjData::Dict(_) => return self.dict_set(id, index, value),
                _ => {}
            }
        }
        if self.is_user_instance(obj) {
            let name = self.names.d_setitem;
            if let Some(found) = self.lookup_special(obj, name)
                && self.is_native_slot(found)
            {
                return self.set_item_native(obj, index, value);
            }
            return match self.special_method(obj, name)? {
                Some(method) => {
                    self.call_value(method, &[index, value], &[])?;
                    Ok(())
                }
                None => Err(self.no_item_assignment(obj, name)),
            };
        }
        self.set_item_native(obj, index, value)
    }

    fn no_item_assignment(&mut self, obj: Value, name: crate::value::ObjId) -> crate::error::Raised {
        if matches!(self.data(obj), Some(ObjData::OldInstance(_))) {
            return self.attribute_error(obj, name);
        }
        let class = self.class_name_of(obj);
        let what = if name == self.names.d_delitem {
            "deletion"
        } else {
            "assignment"
        };
        let verb = if what == "deletion" { "doesn't" } else { "does not" };
        self.type_error(format!("'{class}' object {verb} support item {what}"))
    }

    /// `obj[index] = value` by native data.
    pub(crate) fn set_item_native(&mut self, obj: Value, index: Value, value: Value) -> Res<()> {
        match self.data(obj) {
            Some(ObjData::Dict(_)) => match obj {
                Value::Obj(id) => self.dict_set(id, index, value),
                _ => Ok(()),
            },
            Some(ObjData::List(_)) => {
                if let Some(slice) = self.slice_parts(index) {
                    return self.list_assign_slice(obj, slice, value);
                }
                let i = self.sequence_index(obj, index)?;
                if let Some(ObjData::List(l)) = self.data_mut(obj) {
                    let i = if i < 0 { i.saturating_add(l.len() as i64) } else { i };
                    if let Some(slot) = usize::try_from(i).ok().and_then(|i| l.get_mut(i)) {
                        *slot = value;
                        return Ok(());
                    }
                }
                Err(self.index_error("list assignment index out of range"))
            }
            Some(ObjData::LowLevel(_)) => lowlevel::ll_setitem(self, obj, index, value),
            _ => {
                let name = self.names.d_setitem;
                Err(self.no_item_assignment(obj, name))
            }
        }
    }

    /// `del obj[index]`.
    pub(crate) fn del_item(&mut self, obj: Value, index: Value) -> Res<()> {
        if self.is_user_instance(obj) {
            let name = self.names.d_delitem;
            if let Some(found) = self.lookup_special(obj, name)
                && self.is_native_slot(found)
            {
                return self.del_item_native(obj, index);
            }
            return match self.special_method(obj, name)? {
                Some(method) => {
                    self.call_value(method, &[index], &[])?;
                    Ok(())
                }
                None => Err(self.no_item_assignment(obj, name)),
            };
        }
        self.del_item_native(obj, index)
    }

    /// `del obj[index]` by native data.
    pub(crate) fn del_item_native(&mut self, obj: Value, index: Value) -> Res<()> {
        match self.data(obj) {
            Some(ObjData::Dict(_)) => {
                let Value::Obj(id) = obj else { return Ok(()) };
                match self.dict_remove(id, index)? {
                    Some(_) => Ok(()),
                    None => Err(self.key_error(index)),
                }
            }
            Some(ObjData::List(_)) => {
                if let Some(slice) = self.slice_parts(index) {
                    return self.list_delete_slice(obj, slice);
                }
                let i = self.sequence_index(obj, index)?;
                if let Some(ObjData::List(l)) = self.data_mut(obj) {
                    let i = if i < 0 { i.saturating_add(l.len() as i64) } else { i };
                    if let Some(i) = usize::try_from(i).ok().filter(|&i| i < l.len()) {
                        l.remove(i);
                        return Ok(());
                    }
                }
                Err(self.index_error("list assignment index out of range"))
            }
            _ => {
                let name = self.names.d_delitem;
                Err(self.no_item_assignment(obj, name))
            }
        }
    }

    /// `value in container`.
    pub(crate) fn contains(&mut self, container: Value, value: Value) -> Res<bool> {
        if self.is_user_instance(container) {
            let name = self.names.d_contains;
            if let Some(found) = self.lookup_special(container, name)
                && self.is_native_slot(found)
            {
                return self.contains_native(container, value);
            }
            if let Some(method) = self.special_method(container, name)? {
                let result = self.call_value(method, &[value], &[])?;
                return self.truth(result);
            }
            return self.contains_by_iteration(container, value);
        }
        self.contains_native(container, value)
    }

    /// `value in container` by native data.
    pub(crate) fn contains_native(&mut self, container: Value, value: Value) -> Res<bool> {
        let Value::Obj(id) = container else {
            return self.contains_by_iteration(container, value);
        };
        match self.data(container) {
            Some(ObjData::Dict(_)) => Ok(self.dict_get(id, value)?.is_some()),
            Some(ObjData::DictProxy(d)) => {
                let dict = *d;
                Ok(self.dict_get(dict, value)?.is_some())
            }
            Some(ObjData::Set(_) | ObjData::FrozenSet(_)) => self.set_contains(id, value),
            Some(ObjData::List(_) | ObjData::Tuple(_)) => {
                let mut i = 0;
                while let Some(item) = self.item_at(container, i) {
                    if self.values_equal(item, value)? {
                        return Ok(true);
                    }
                    i += 1;
                }
                Ok(false)
            }
            Some(ObjData::Str(s)) => {
                let bytes = s.bytes.clone();
                match self.data(value) {
                    Some(ObjData::Str(needle)) => Ok(crate::builtins::text::find(&bytes, &needle.bytes).is_some()),
                    Some(ObjData::Unicode(_)) => {
                        let chars = self.to_unicode_chars(container)?;
                        let needle = self.to_unicode_chars(value)?;
                        Ok(crate::builtins::text::find(&chars, &needle).is_some())
                    }
                    _ => {
                        let text = format!(
                            "'in <string>' requires string as left operand, not {}",
                            self.class_name_of(value)
                        );
                        Err(self.type_error(text))
                    }
                }
            }
            Some(ObjData::Unicode(u)) => {
                let chars = u.chars.clone();
                if !matches!(self.data(value), Some(ObjData::Str(_) | ObjData::Unicode(_))) {
                    let text = format!(
                        "'in <string>' requires string as left operand, not {}",
                        self.class_name_of(value)
                    );
                    return Err(self.type_error(text));
                }
                let needle = self.to_unicode_chars(value)?;
                Ok(crate::builtins::text::find(&chars, &needle).is_some())
            }
            _ => self.contains_by_iteration(container, value),
        }
    }

    fn contains_by_iteration(&mut self, container: Value, value: Value) -> Res<bool> {
        let it = match self.get_iter_opt(container)? {
            Some(it) => it,
            None => {
                let text = format!("argument of type '{}' is not iterable", self.class_name_of(container));
                return Err(self.type_error(text));
            }
        };
        while let Some(item) = self.iter_next(it)? {
            if self.values_equal(item, value)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[inline]
fn at(items: &[Value], i: i64) -> Option<Value> {
    let i = if i < 0 { i + items.len() as i64 } else { i };
    usize::try_from(i).ok().and_then(|i| items.get(i).copied())
}
