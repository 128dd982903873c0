//! Low-level types of lists, dicts, iterators, builders.

use super::range::RangeStep;
use crate::repr::{Repr, ReprId};
use crate::rtyper::{RTyper, Res};
use rpy_annotator::{DictDefId, IterKind, ListDefId};
use rpy_lltype::{Field, Hint, LLType, LLTypeId, LLTypes, StructType};

/// How a list is laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ListForm {
    /// `{length, items}`.
    Resizable,
    /// The array itself.
    Fixed,
    /// A range that is never changed.
    Range(RangeStep),
}

fn field(name: &str, ty: LLTypeId) -> Field {
    Field { name: name.into(), ty }
}

impl RTyper<'_> {
    pub(crate) fn gc_struct(&mut self, name: &str, fields: Vec<Field>) -> LLTypeId {
        self.types_mut().intern(LLType::Struct(StructType {
            name: name.into(),
            gc: true,
            fields,
            hints: vec![],
            tag: 0,
        }))
    }

    /// How lists of a definition are laid out.
    pub(crate) fn list_form(&self, def: ListDefId) -> ListForm {
        let list = self.ann.list(def);
        if list.resized {
            return ListForm::Resizable;
        }
        match list.range_step {
            Some(0) if !list.mutated => ListForm::Range(RangeStep::Variable),
            Some(step) if !list.mutated => ListForm::Range(RangeStep::Fixed(step)),
            _ => ListForm::Fixed,
        }
    }

    /// Representation of the items of a list representation.
    pub(crate) fn list_item(&mut self, list: ReprId) -> Res<ReprId> {
        match self.repr(list) {
            Repr::List(def) => {
                let item = self.ann.list(*def).item;
                self.get_repr(item)
            }
            _ => Err(self.internal("a list is expected")),
        }
    }

    pub(super) fn list_type(&mut self, id: ReprId, def: ListDefId) -> Res<LLTypeId> {
        if let ListForm::Range(step) = self.list_form(def) {
            return Ok(self.range_type(step));
        }
        let item = self.list_item(id)?;
        let of = self.lowleveltype(item)?;
        let array = self.types_mut().gc_array(of);
        let to = if self.list_form(def) == ListForm::Resizable {
            self.resizable_struct(array)
        } else {
            array
        };
        Ok(self.types_mut().ptr(to))
    }

    /// The struct of resizable lists over an array type.
    pub(crate) fn resizable_struct(&mut self, array: LLTypeId) -> LLTypeId {
        let items = self.types_mut().ptr(array);
        self.gc_struct("list", vec![field("length", LLTypes::SIGNED), field("items", items)])
    }

    fn range_type(&mut self, step: RangeStep) -> LLTypeId {
        let mut fields = vec![field("start", LLTypes::SIGNED), field("stop", LLTypes::SIGNED)];
        if step == RangeStep::Variable {
            fields.push(field("step", LLTypes::SIGNED));
        }
        let to = self.types_mut().intern(LLType::Struct(StructType {
            name: "range".into(),
            gc: true,
            fields,
            hints: vec![Hint::Int("immutable".into(), 1)],
            tag: 0,
        }));
        self.types_mut().ptr(to)
    }

    /// Representations of keys and values of a dict representation.
    pub(crate) fn dict_parts(&mut self, dict: ReprId) -> Res<(ReprId, ReprId)> {
        match self.repr(dict) {
            Repr::Dict(def) => {
                let d = self.ann.dict(*def);
                let (key, value) = (d.key, d.value);
                Ok((self.get_repr(key)?, self.get_repr(value)?))
            }
            _ => Err(self.internal("a dict is expected")),
        }
    }

    /// Whether entries hold the hash of their key: not where computing it is as cheap as reading it.
    pub(crate) fn dict_stores_hash(&mut self, dict: ReprId) -> Res<bool> {
        let custom = match self.repr(dict) {
            Repr::Dict(def) => self.ann.dict(*def).custom.is_some(),
            _ => false,
        };
        let (key, _) = self.dict_parts(dict)?;
        let cheap = matches!(
            self.repr(key),
            Repr::Int(_) | Repr::Bool | Repr::Char | Repr::UniChar | Repr::Class | Repr::Functions(_)
        );
        Ok(custom || (!cheap && !self.is_void(key)?))
    }

    pub(super) fn dict_type(&mut self, id: ReprId, def: DictDefId) -> Res<LLTypeId> {
        let (key, value) = self.dict_parts(id)?;
        let (key, value) = (self.lowleveltype(key)?, self.lowleveltype(value)?);
        let mut entry = vec![field("key", key), field("value", value)];
        if self.dict_stores_hash(id)? {
            entry.push(field("hash", LLTypes::SIGNED));
        }
        let entry = self.types_mut().intern(LLType::Struct(StructType {
            name: "entry".into(),
            gc: false,
            fields: entry,
            hints: vec![],
            tag: 0,
        }));
        let entries = self.types_mut().gc_array(entry);
        let entries = self.types_mut().ptr(entries);
        let index = self.types_mut().int(32, true);
        let indexes = self.types_mut().gc_array(index);
        let indexes = self.types_mut().ptr(indexes);
        let deleted = self.types_mut().gc_array(LLTypes::CHAR);
        let deleted = self.types_mut().ptr(deleted);
        let mut fields = vec![
            field("num_live_items", LLTypes::SIGNED),
            field("num_ever_used", LLTypes::SIGNED),
            field("resize_counter", LLTypes::SIGNED),
            field("indexes", indexes),
            field("entries", entries),
            field("deleted", deleted),
        ];
        if let Some((eq, hash)) = self.runtime_key_functions(def)? {
            fields.push(field("fnkeyeq", eq));
            fields.push(field("fnkeyhash", hash));
        }
        let to = self.gc_struct("dict", fields);
        Ok(self.types_mut().ptr(to))
    }

    /// Types of the functions of an `r_dict` if they are known at run time only.
    fn runtime_key_functions(&mut self, def: DictDefId) -> Res<Option<(LLTypeId, LLTypeId)>> {
        match self.custom_key_reprs(def)? {
            Some((eq, hash)) => {
                let (eq, hash) = (self.lowleveltype(eq)?, self.lowleveltype(hash)?);
                let known = eq == LLTypes::VOID && hash == LLTypes::VOID;
                Ok((!known).then_some((eq, hash)))
            }
            None => Ok(None),
        }
    }

    /// Pointer type of iterators.
    pub(super) fn iter_type(&mut self, container: ReprId, kind: IterKind) -> Res<LLTypeId> {
        let container_type = self.lowleveltype(container)?;
        let fields = match (self.repr(container).clone(), kind) {
            (_, IterKind::Enumerate) => {
                let inner = self.enumerated_iter(container);
                let inner = self.lowleveltype(inner)?;
                vec![field("iter", inner), field("index", LLTypes::SIGNED)]
            }
            (Repr::List(def), _) => match self.list_form(def) {
                ListForm::Range(step) => {
                    let mut fields = vec![field("next", LLTypes::SIGNED), field("stop", LLTypes::SIGNED)];
                    if step == RangeStep::Variable {
                        fields.push(field("step", LLTypes::SIGNED));
                    }
                    fields
                }
                _ => vec![field("list", container_type), field("index", LLTypes::SIGNED)],
            },
            (Repr::Str | Repr::Char | Repr::ByteArray, _) => {
                vec![field("string", LLTypes::STRPTR), field("index", LLTypes::SIGNED)]
            }
            (Repr::Unicode | Repr::UniChar, _) => {
                vec![field("string", LLTypes::UNICODEPTR), field("index", LLTypes::SIGNED)]
            }
            (Repr::Dict(_), _) => vec![field("dict", container_type), field("index", LLTypes::SIGNED)],
            (Repr::Tuple(items), _) => {
                let item = self.tuple_common_item(&items)?;
                let of = self.lowleveltype(item)?;
                let array = self.types_mut().gc_array(of);
                let array = self.types_mut().ptr(array);
                vec![field("list", array), field("index", LLTypes::SIGNED)]
            }
            (other, _) => return Err(self.error(format!("{other:?} cannot be iterated over"))),
        };
        let to = self.gc_struct("iter", fields);
        Ok(self.types_mut().ptr(to))
    }

    /// The iterator inside an `enumerate`.
    pub(crate) fn enumerated_iter(&mut self, container: ReprId) -> ReprId {
        match self.repr(container) {
            Repr::Iter { .. } => container,
            _ => self.intern_repr(Repr::Iter {
                container,
                kind: IterKind::Items,
            }),
        }
    }

    /// The representation to which all items of a tuple can be converted.
    pub(crate) fn tuple_common_item(&mut self, items: &[ReprId]) -> Res<ReprId> {
        let mut common = self.intern_repr(Repr::Impossible);
        for item in items {
            common = self.common_repr(common, *item)?;
        }
        Ok(common)
    }

    /// Pointer type of the builders of a kind of string.
    pub(super) fn builder_type(&mut self, string: LLTypeId) -> LLTypeId {
        let to = self.gc_struct(
            "stringbuilder",
            vec![field("buf", string), field("pos", LLTypes::SIGNED)],
        );
        self.types_mut().ptr(to)
    }
}
