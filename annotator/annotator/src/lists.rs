//! Definitions of lists and dicts: creation, merging, widening.

use crate::annotator::{Annotator, Flow};
use crate::definitions::{CustomKeys, DictDef, ListDef, Place};
use crate::model::{AnnId, DictDefId, Kind, ListDefId};
use crate::union::Union;
use indexmap::IndexSet;
use rpy_syntax::Span;

impl Annotator {
    /// A new list definition.
    pub(crate) fn new_listdef(&mut self, item: AnnId) -> ListDefId {
        let id = ListDefId::new(self.lists.len());
        self.lists.push(ListDef {
            item,
            resized: false,
            mutated: false,
            range_step: None,
            fixed: None,
            immutable: false,
            resized_at: Span::NONE,
            item_from: self.here_span,
            readers: IndexSet::new(),
            prebuilt: IndexSet::new(),
        });
        self.list_parents.push(id);
        id
    }

    /// The list made by the current operation; `tag` tells several of one operation apart.
    pub(crate) fn list_here(&mut self, tag: u32) -> ListDefId {
        if let Some(&id) = self.list_at.get(&(self.here, tag)) {
            return id;
        }
        let id = self.new_listdef(AnnId::IMPOSSIBLE);
        self.list_at.insert((self.here, tag), id);
        id
    }

    /// A list made by the current operation that holds `item`.
    pub(crate) fn new_list_here(&mut self, item: AnnId) -> Flow {
        let list = self.list_here(0);
        self.widen_item(list, item)?;
        Ok(self.anns.of(Kind::List(list)))
    }

    /// Like [`Annotator::new_list_here`], of a list that may be resized from the start.
    pub(crate) fn new_resizable_list_here(&mut self, item: AnnId) -> Flow {
        let list = self.list_here(0);
        self.widen_item(list, item)?;
        Ok(self.anns.of(Kind::List(list)))
    }

    fn list_mut(&mut self, id: ListDefId) -> &mut ListDef {
        let id = self.find_list(id);
        &mut self.lists[id.index()]
    }

    fn dict_mut(&mut self, id: DictDefId) -> &mut DictDef {
        let id = self.find_dict(id);
        &mut self.dicts[id.index()]
    }

    /// Annotation of the items; the current operation is analysed again when it changes.
    pub(crate) fn read_item(&mut self, id: ListDefId) -> AnnId {
        let here = self.here;
        let list = self.list_mut(id);
        list.readers.insert(here);
        list.item
    }

    /// The items may also be `item`.
    pub(crate) fn widen_item(&mut self, id: ListDefId, item: AnnId) -> Flow<()> {
        let old = self.list(id).item;
        let new = self.unite_into(old, item, self.list(id).item_from)?;
        if new != old {
            let span = self.here_span;
            let list = self.list_mut(id);
            list.item = new;
            list.item_from = span;
            let readers: Vec<Place> = list.readers.iter().copied().collect();
            self.reflow_all(&readers);
        }
        Ok(())
    }

    /// The list grows or shrinks.
    pub(crate) fn resize_list(&mut self, id: ListDefId) -> Flow<()> {
        self.mutate_list(id)?;
        let span = self.here_span;
        let list = self.list_mut(id);
        if list.resized {
            return Ok(());
        }
        list.resized = true;
        list.resized_at = span;
        if let Some(fixed) = self.list(id).fixed {
            return self.list_changed_error(span, fixed);
        }
        Ok(())
    }

    /// Items of the list are assigned.
    pub(crate) fn mutate_list(&mut self, id: ListDefId) -> Flow<()> {
        let list = self.list_mut(id);
        list.mutated = true;
        list.range_step = None;
        if list.immutable {
            return self.immutable_list_error();
        }
        Ok(())
    }

    /// The list must not be resized.
    pub(crate) fn fix_list(&mut self, id: ListDefId) -> Flow<()> {
        let span = self.here_span;
        let list = self.list_mut(id);
        if list.fixed.is_none() {
            list.fixed = Some(span);
        }
        if list.resized {
            let at = list.resized_at;
            return self.list_changed_error(at, span);
        }
        Ok(())
    }

    /// The list must not be changed.
    pub(crate) fn freeze_list(&mut self, id: ListDefId) -> Flow<()> {
        self.fix_list(id)?;
        let list = self.list_mut(id);
        list.immutable = true;
        if list.mutated {
            return self.immutable_list_error();
        }
        Ok(())
    }

    /// Makes two lists one.
    pub(crate) fn merge_lists(&mut self, a: ListDefId, b: ListDefId) -> Union<ListDefId> {
        let (a, b) = (self.find_list(a), self.find_list(b));
        if a == b {
            return Ok(a);
        }
        let (into, from) = if a < b { (a, b) } else { (b, a) };
        self.list_parents[from.index()] = into;
        let (old_into, old_from) = (self.lists[into.index()].item, self.lists[from.index()].item);
        let item = match self.union(old_into, old_from) {
            Ok(item) => item,
            Err(mut m) => {
                self.list_parents[from.index()] = from;
                m.why
                    .get_or_insert_with(|| "they are items of lists that are mixed".into());
                return Err(m);
            }
        };
        let other = self.lists[from.index()].clone();
        let list = &mut self.lists[into.index()];
        let readers: Vec<Place> = list.readers.iter().chain(&other.readers).copied().collect();
        if !list.resized && other.resized {
            list.resized_at = other.resized_at;
        }
        list.item = item;
        list.resized |= other.resized;
        list.mutated |= other.mutated;
        list.immutable |= other.immutable;
        list.fixed = list.fixed.or(other.fixed);
        list.readers.extend(other.readers);
        list.prebuilt.extend(other.prebuilt);
        if list.range_step != other.range_step {
            list.range_step = list.range_step.and(other.range_step).map(|_| 0);
        }
        if item != old_into || item != old_from {
            self.reflow_all(&readers);
        }
        let list = &self.lists[into.index()];
        if list.resized
            && let Some(fixed) = list.fixed
        {
            let at = list.resized_at;
            self.note_list_change(at, fixed);
        }
        Ok(into)
    }

    /// A new dict definition.
    pub(crate) fn new_dictdef(&mut self, key: AnnId, value: AnnId) -> DictDefId {
        let id = DictDefId::new(self.dicts.len());
        self.dicts.push(DictDef {
            key,
            value,
            custom: None,
            force_non_null: false,
            simple_hash_eq: false,
            key_from: self.here_span,
            value_from: self.here_span,
            readers: IndexSet::new(),
            prebuilt: IndexSet::new(),
        });
        self.dict_parents.push(id);
        id
    }

    /// The dict made by the current operation.
    pub(crate) fn dict_here(&mut self, tag: u32) -> DictDefId {
        if let Some(&id) = self.dict_at.get(&(self.here, tag)) {
            return id;
        }
        let id = self.new_dictdef(AnnId::IMPOSSIBLE, AnnId::IMPOSSIBLE);
        self.dict_at.insert((self.here, tag), id);
        id
    }

    /// Annotation of the keys.
    pub(crate) fn read_key(&mut self, id: DictDefId) -> AnnId {
        let here = self.here;
        let dict = self.dict_mut(id);
        dict.readers.insert(here);
        dict.key
    }

    /// Annotation of the values.
    pub(crate) fn read_value(&mut self, id: DictDefId) -> AnnId {
        let here = self.here;
        let dict = self.dict_mut(id);
        dict.readers.insert(here);
        dict.value
    }

    /// The keys may also be `key`.
    pub(crate) fn widen_key(&mut self, id: DictDefId, key: AnnId) -> Flow<()> {
        if matches!(self.anns.kind(key), Kind::List(_) | Kind::Dict(_)) && self.dict(id).custom.is_none() {
            return self.unhashable_error(key);
        }
        let old = self.dict(id).key;
        let new = self.unite_into(old, key, self.dict(id).key_from)?;
        if new != old {
            let span = self.here_span;
            let dict = self.dict_mut(id);
            dict.key = new;
            dict.key_from = span;
            self.reflow_dict(id)?;
        }
        Ok(())
    }

    /// The values may also be `value`.
    pub(crate) fn widen_value(&mut self, id: DictDefId, value: AnnId) -> Flow<()> {
        let old = self.dict(id).value;
        let new = self.unite_into(old, value, self.dict(id).value_from)?;
        if new != old {
            let span = self.here_span;
            let dict = self.dict_mut(id);
            dict.value = new;
            dict.value_from = span;
            self.reflow_dict(id)?;
        }
        Ok(())
    }

    fn reflow_dict(&mut self, id: DictDefId) -> Flow<()> {
        let readers: Vec<Place> = self.dict(id).readers.iter().copied().collect();
        self.reflow_all(&readers);
        self.call_custom_keys(id)
    }

    /// Gives an `r_dict` its functions, and calls them with the keys.
    pub(crate) fn set_custom_keys(&mut self, id: DictDefId, equal: AnnId, hash: AnnId) -> Flow<()> {
        let old = self.dict(id).custom.clone();
        let (old_equal, old_hash) = old
            .as_ref()
            .map_or((AnnId::IMPOSSIBLE, AnnId::IMPOSSIBLE), |c| (c.equal, c.hash));
        let new = CustomKeys {
            equal: self.unite(old_equal, equal)?,
            hash: self.unite(old_hash, hash)?,
        };
        self.dict_mut(id).custom = Some(new);
        self.call_custom_keys(id)
    }

    /// Flags of an `r_dict`.
    pub(crate) fn set_dict_flags(&mut self, id: DictDefId, force_non_null: bool, simple_hash_eq: bool) {
        let dict = self.dict_mut(id);
        dict.force_non_null |= force_non_null;
        dict.simple_hash_eq |= simple_hash_eq;
    }

    fn call_custom_keys(&mut self, id: DictDefId) -> Flow<()> {
        let dict = self.dict(id);
        let (Some(custom), key) = (dict.custom.clone(), dict.key) else {
            return Ok(());
        };
        if key == AnnId::IMPOSSIBLE {
            return Ok(());
        }
        let tag = id.0;
        self.emulated_call(custom.equal, &[key, key], (tag, 0))?;
        self.emulated_call(custom.hash, &[key], (tag, 1))
    }

    /// Makes two dicts one.
    pub(crate) fn merge_dicts(&mut self, a: DictDefId, b: DictDefId) -> Union<DictDefId> {
        let (a, b) = (self.find_dict(a), self.find_dict(b));
        if a == b {
            return Ok(a);
        }
        let (into, from) = if a < b { (a, b) } else { (b, a) };
        self.dict_parents[from.index()] = into;
        let (d, e) = (self.dicts[into.index()].clone(), self.dicts[from.index()].clone());
        let united = self
            .union(d.key, e.key)
            .and_then(|key| Ok((key, self.union(d.value, e.value)?)));
        let (key, value) = match united {
            Ok(pair) => pair,
            Err(m) => {
                self.dict_parents[from.index()] = from;
                return Err(m);
            }
        };
        let readers: Vec<Place> = d.readers.iter().chain(&e.readers).copied().collect();
        let dict = &mut self.dicts[into.index()];
        dict.key = key;
        dict.value = value;
        dict.readers.extend(e.readers.iter().copied());
        dict.prebuilt.extend(e.prebuilt.iter().copied());
        dict.force_non_null |= e.force_non_null;
        dict.simple_hash_eq |= e.simple_hash_eq;
        let changed = key != d.key || key != e.key || value != d.value || value != e.value;
        if let Some(custom) = e.custom {
            let (equal, hash) = match d.custom {
                Some(c) => (self.union(c.equal, custom.equal)?, self.union(c.hash, custom.hash)?),
                None => (custom.equal, custom.hash),
            };
            self.dicts[into.index()].custom = Some(CustomKeys { equal, hash });
        }
        if changed {
            self.reflow_all(&readers);
        }
        Ok(into)
    }
}
