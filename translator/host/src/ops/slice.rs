//! Slices: resolving bounds, reading, assigning, deleting.

use crate::error::Res;
use crate::host::Host;
use crate::object::{ObjData, Slice};
use crate::value::Value;

/// A slice with its bounds resolved against a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// first index
    pub start: i64,
    /// bound
    pub stop: i64,
    /// step, not zero
    pub step: i64,
    /// number of items
    pub len: usize,
}

impl Range {
    /// The indices.
    pub fn indices(self) -> impl Iterator<Item = usize> {
        (0..self.len as i64).map(move |i| (self.start + i * self.step) as usize)
    }
}

impl Host {
    /// A slice object.
    pub fn new_slice(&mut self, start: Value, stop: Value, step: Value) -> Value {
        self.alloc(ObjData::Slice(Box::new(Slice { start, stop, step })))
    }

    /// The slice behind a value.
    pub fn slice_parts(&self, value: Value) -> Option<Slice> {
        match self.data(value) {
            Some(ObjData::Slice(s)) => Some(**s),
            _ => None,
        }
    }

    fn slice_bound(&mut self, value: Value) -> Res<i64> {
        match self.to_index_clipped(value)? {
            Some(i) => Ok(i),
            None => Err(self.type_error("slice indices must be integers or None or have an __index__ method")),
        }
    }

    /// Resolves a slice object against a length.
    pub fn slice_range(&mut self, slice: Slice, len: usize) -> Res<Range> {
        let len = len as i64;
        let step = if slice.step.is_none() {
            1
        } else {
            self.slice_bound(slice.step)?
        };
        if step == 0 {
            return Err(self.value_error("slice step cannot be zero"));
        }
        let step = step.max(-i64::MAX);
        let (low, high) = if step < 0 { (-1, len - 1) } else { (0, len) };
        let clip = |i: i64| {
            let i = if i < 0 { i.saturating_add(len) } else { i };
            i.clamp(low, high)
        };
        let start = if slice.start.is_none() {
            if step < 0 { len - 1 } else { 0 }
        } else {
            clip(self.slice_bound(slice.start)?)
        };
        let stop = if slice.stop.is_none() {
            if step < 0 { -1 } else { len }
        } else {
            clip(self.slice_bound(slice.stop)?)
        };
        let count = if step < 0 {
            if stop < start {
                (start - stop - 1) / -step + 1
            } else {
                0
            }
        } else if start < stop {
            (stop - start - 1) / step + 1
        } else {
            0
        };
        Ok(Range {
            start,
            stop,
            step,
            len: count as usize,
        })
    }

    /// Resolves the bounds of `a[x:y]`; holes are absent bounds.
    pub(crate) fn simple_range(&mut self, lower: Value, upper: Value, len: usize) -> Res<(usize, usize)> {
        let slice = Slice {
            start: lower.option().unwrap_or(Value::None),
            stop: upper.option().unwrap_or(Value::None),
            step: Value::None,
        };
        let r = self.slice_range(slice, len)?;
        let start = r.start as usize;
        Ok((start, (r.stop as usize).max(start)))
    }

    /// Length of a native sequence.
    pub(crate) fn native_len(&self, value: Value) -> Option<usize> {
        Some(match self.data(value)? {
            ObjData::Str(s) => s.bytes.len(),
            ObjData::Unicode(u) => u.chars.len(),
            ObjData::Tuple(t) => t.len(),
            ObjData::List(l) => l.len(),
            ObjData::Dict(d) | ObjData::Set(d) | ObjData::FrozenSet(d) => d.len(),
            ObjData::XRange(r) => r.len as usize,
            ObjData::DictProxy(d) => self.table(*d).len(),
            _ => return None,
        })
    }

    /// Items `start..stop` of a native sequence.
    pub(crate) fn native_slice(&mut self, seq: Value, start: usize, stop: usize) -> Option<Value> {
        Some(match self.data(seq)? {
            ObjData::Str(s) => {
                let part = s.bytes.get(start..stop).unwrap_or_default().to_vec();
                self.new_str(part)
            }
            ObjData::Unicode(u) => {
                let part = u.chars.get(start..stop).unwrap_or_default().to_vec();
                self.new_unicode(&part)
            }
            ObjData::Tuple(t) => {
                let part = t.get(start..stop).unwrap_or_default().to_vec();
                self.new_tuple(&part)
            }
            ObjData::List(l) => {
                let part = l.get(start..stop).unwrap_or_default().to_vec();
                self.new_list(part)
            }
            _ => return None,
        })
    }

    /// Items of a native sequence at the indices of a resolved slice.
    pub(crate) fn native_stride(&mut self, seq: Value, range: Range) -> Option<Value> {
        if range.step == 1 {
            let start = range.start as usize;
            return self.native_slice(seq, start, start + range.len);
        }
        Some(match self.data(seq)? {
            ObjData::Str(s) => {
                let part: Vec<u8> = range.indices().filter_map(|i| s.bytes.get(i).copied()).collect();
                self.new_str(part)
            }
            ObjData::Unicode(u) => {
                let part: Vec<u32> = range.indices().filter_map(|i| u.chars.get(i).copied()).collect();
                self.new_unicode(&part)
            }
            ObjData::Tuple(t) => {
                let part: Vec<Value> = range.indices().filter_map(|i| t.get(i).copied()).collect();
                self.new_tuple(&part)
            }
            ObjData::List(l) => {
                let part: Vec<Value> = range.indices().filter_map(|i| l.get(i).copied()).collect();
                self.new_list(part)
            }
            _ => return None,
        })
    }

    /// `obj[lower:upper]`.
    pub(crate) fn get_slice(&mut self, obj: Value, lower: Value, upper: Value) -> Res {
        if self.is_user_instance(obj) {
            let name = self.names.d_getslice;
            if let Some(method) = self.special_method(obj, name)? {
                let (i, j) = self.slice_call_bounds(obj, lower, upper)?;
                return self.call_value(method, &[i, j], &[]);
            }
        }
        let slice = self.slice_of_bounds(lower, upper);
        if !self.is_user_instance(obj) && self.native_len(obj).is_some() && !self.is_dict(obj) {
            let len = self.native_len(obj).unwrap_or(0);
            let (start, stop) = self.simple_range(lower, upper, len)?;
            if let Some(result) = self.native_slice(obj, start, stop) {
                return Ok(result);
            }
        }
        if !self.is_user_instance(obj) && self.lookup_special(obj, self.names.d_getitem).is_none() {
            let text = format!("'{}' object has no attribute '__getitem__'", self.class_name_of(obj));
            return Err(self.type_error(text));
        }
        self.get_item(obj, slice)
    }

    fn slice_of_bounds(&mut self, lower: Value, upper: Value) -> Value {
        let lower = lower.option().unwrap_or(Value::None);
        let upper = upper.option().unwrap_or(Value::None);
        self.new_slice(lower, upper, Value::None)
    }

    /// Bounds as `__getslice__` gets them: clipped, absent ones 0 and the maximum, negative ones plus the length.
    fn slice_call_bounds(&mut self, obj: Value, lower: Value, upper: Value) -> Res<(Value, Value)> {
        let mut bounds = [0, i64::MAX];
        for (slot, value) in bounds.iter_mut().zip([lower, upper]) {
            if !value.is_hole() && !value.is_none() {
                *slot = self.slice_bound(value)?;
            }
        }
        if bounds.iter().any(|&b| b < 0) {
            let len = match self.length_opt(obj)? {
                Some(len) => len as i64,
                None => 0,
            };
            for b in bounds.iter_mut().filter(|b| **b < 0) {
                *b = b.saturating_add(len);
            }
        }
        Ok((Value::Int(bounds[0]), Value::Int(bounds[1])))
    }

    /// `obj[lower:upper] = value`.
    pub(crate) fn set_slice(&mut self, obj: Value, lower: Value, upper: Value, value: Value) -> Res<()> {
        if self.is_user_instance(obj) {
            let name = self.names.d_setslice;
            if let Some(method) = self.special_method(obj, name)? {
                let (i, j) = self.slice_call_bounds(obj, lower, upper)?;
                self.call_value(method, &[i, j, value], &[])?;
                return Ok(());
            }
        } else if let Some(ObjData::List(list)) = self.data(obj) {
            let len = list.len();
            let (start, stop) = self.simple_range(lower, upper, len)?;
            return self.list_splice(obj, start, stop, value);
        }
        let slice = self.slice_of_bounds(lower, upper);
        if !self.is_user_instance(obj) && self.lookup_special(obj, self.names.d_setitem).is_none() {
            let text = format!("'{}' object does not support slice assignment", self.class_name_of(obj));
            return Err(self.type_error(text));
        }
        self.set_item(obj, slice, value)
    }

    /// `del obj[lower:upper]`.
    pub(crate) fn del_slice(&mut self, obj: Value, lower: Value, upper: Value) -> Res<()> {
        if self.is_user_instance(obj) {
            let name = self.names.d_delslice;
            if let Some(method) = self.special_method(obj, name)? {
                let (i, j) = self.slice_call_bounds(obj, lower, upper)?;
                self.call_value(method, &[i, j], &[])?;
                return Ok(());
            }
        }
        let slice = self.slice_of_bounds(lower, upper);
        if !self.is_user_instance(obj) && self.lookup_special(obj, self.names.d_delitem).is_none() {
            let text = format!("'{}' object does not support slice deletion", self.class_name_of(obj));
            return Err(self.type_error(text));
        }
        self.del_item(obj, slice)
    }

    /// Replaces items `start..stop` of a list by those of an iterable.
    pub(crate) fn list_splice(&mut self, list: Value, start: usize, stop: usize, value: Value) -> Res<()> {
        let items = if self.list_items(list).is_some() {
            self.collect_iterable(value)
        } else {
            Ok(Vec::new())
        };
        let items = self.catch(items, self.exceptions.type_error)?;
        let Some(items) = items else {
            return Err(self.type_error("can only assign an iterable"));
        };
        if let Some(ObjData::List(l)) = self.data_mut(list) {
            let start = start.min(l.len());
            let stop = stop.clamp(start, l.len());
            l.splice(start..stop, items);
        }
        Ok(())
    }

    /// `list[slice] = value` with a slice object.
    pub(crate) fn list_assign_slice(&mut self, list: Value, slice: Slice, value: Value) -> Res<()> {
        let len = self.list_items(list).map_or(0, Vec::len);
        let range = self.slice_range(slice, len)?;
        if range.step == 1 {
            let start = range.start as usize;
            let stop = (range.stop as usize).max(start);
            return self.list_splice(list, start, stop, value);
        }
        let items = self.collect_for(value, "must assign iterable to extended slice")?;
        if items.len() != range.len {
            let text = format!(
                "attempt to assign sequence of size {} to extended slice of size {}",
                items.len(),
                range.len
            );
            return Err(self.value_error(text));
        }
        if let Some(ObjData::List(l)) = self.data_mut(list) {
            for (i, item) in range.indices().zip(items) {
                if let Some(slot) = l.get_mut(i) {
                    *slot = item;
                }
            }
        }
        Ok(())
    }

    /// `del list[slice]` with a slice object.
    pub(crate) fn list_delete_slice(&mut self, list: Value, slice: Slice) -> Res<()> {
        let len = self.list_items(list).map_or(0, Vec::len);
        let range = self.slice_range(slice, len)?;
        let mut doomed = vec![false; len];
        for i in range.indices() {
            if let Some(slot) = doomed.get_mut(i) {
                *slot = true;
            }
        }
        if let Some(ObjData::List(l)) = self.data_mut(list) {
            let mut flags = doomed.into_iter();
            l.retain(|_| !flags.next().unwrap_or(false));
        }
        Ok(())
    }
}
