//! `set` and `frozenset`.

use super::slots::{self, COMPARE};
use super::{TypeSpec, def, this};
use crate::code::BinOp;
use crate::dict::DictData;
use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, NativeDef, ObjData};
use crate::value::{ObjId, Value};

const COMMON: &[NativeDef] = &[
    def("__and__", 1, 1, slots::binary::<10>),
    def("__rand__", 1, 1, slots::reflected::<10>),
    def("__or__", 1, 1, slots::binary::<11>),
    def("__ror__", 1, 1, slots::reflected::<11>),
    def("__xor__", 1, 1, slots::binary::<12>),
    def("__rxor__", 1, 1, slots::reflected::<12>),
    def("__sub__", 1, 1, slots::binary::<1>),
    def("__rsub__", 1, 1, slots::reflected::<1>),
    def("__len__", 0, 0, slots::len),
    def("__contains__", 1, 1, slots::contains),
    def("__iter__", 0, 0, slots::iter),
    def("__repr__", 0, 0, slots::repr),
    def("__cmp__", 1, 1, cmp),
];

const METHODS: &[NativeDef] = &[
    def("union", 0, -1, union),
    def("intersection", 0, -1, intersection),
    def("difference", 0, -1, difference),
    def("symmetric_difference", 1, 1, symmetric_difference),
    def("issubset", 1, 1, issubset),
    def("issuperset", 1, 1, issuperset),
    def("isdisjoint", 1, 1, isdisjoint),
    def("copy", 0, 0, copy),
    def("__reduce__", 0, 0, reduce),
];

const SET_METHODS: &[NativeDef] = &[
    def("add", 1, 1, add),
    def("remove", 1, 1, remove),
    def("discard", 1, 1, discard),
    def("pop", 0, 0, pop),
    def("clear", 0, 0, clear),
    def("update", 0, -1, update),
    def("intersection_update", 0, -1, intersection_update),
    def("difference_update", 0, -1, difference_update),
    def("symmetric_difference_update", 1, 1, symmetric_difference_update),
];

const SET_SLOTS: &[NativeDef] = &[
    def("__init__", 0, 1, init),
    def("__iand__", 1, 1, slots::inplace::<10>),
    def("__ior__", 1, 1, slots::inplace::<11>),
    def("__ixor__", 1, 1, slots::inplace::<12>),
    def("__isub__", 1, 1, slots::inplace::<1>),
];

/// Installs the types.
pub fn setup(h: &mut Host) {
    let (set, frozenset) = (h.types.set, h.types.frozenset);
    for class in [set, frozenset] {
        h.install(
            class,
            &TypeSpec {
                slots: &COMPARE,
                ..TypeSpec::default()
            },
        );
        h.install(
            class,
            &TypeSpec {
                slots: COMMON,
                methods: METHODS,
                ..TypeSpec::default()
            },
        );
    }
    let spec = TypeSpec {
        slots: SET_SLOTS,
        methods: SET_METHODS,
        new: Some(new_set),
        new_args: (0, -1),
        new_names: &["**"],
        ..TypeSpec::default()
    };
    h.install(set, &spec);
    let own = h.dict_of(Value::Obj(set));
    let hash = h.names.d_hash;
    h.dict_set_name(own, hash, Value::None);
    let spec = TypeSpec {
        slots: const { &[def("__hash__", 0, 0, slots::hash)] },
        new: Some(new_frozenset),
        new_args: (0, 1),
        ..TypeSpec::default()
    };
    h.install(frozenset, &spec);
}

fn new_set(h: &mut Host, a: Args<'_>) -> Res {
    let own = h.types.set;
    Ok(h.wrap_native(this(&a), own, ObjData::Set(Box::default())))
}

fn new_frozenset(h: &mut Host, a: Args<'_>) -> Res {
    let own = h.types.frozenset;
    let table = match a.opt(1) {
        Some(v) => {
            let exact = matches!(v.obj().map(|id| h.heap.get(id)), Some(ObjData::FrozenSet(_)));
            if exact && this(&a) == Value::Obj(own) {
                return Ok(v);
            }
            h.table_from(v)?
        }
        None => Box::default(),
    };
    Ok(h.wrap_native(this(&a), own, ObjData::FrozenSet(table)))
}

impl Host {
    /// A fresh table with the keys of an iterable.
    pub(crate) fn table_from(&mut self, value: Value) -> Res<Box<DictData>> {
        if self.is_set(value) && !self.is_user_instance(value) {
            let Value::Obj(id) = value else {
                return Ok(Box::default());
            };
            let mut copy = self.table(id).clone();
            copy.hash = None;
            return Ok(Box::new(copy));
        }
        let keys = self.collect_iterable(value)?;
        self.table_of_keys(&keys)
    }

    /// A set of the same kind as another, with a table.
    fn set_like(&mut self, model: Value, table: Box<DictData>) -> Value {
        match self.data(model) {
            Some(ObjData::FrozenSet(_)) => self.alloc(ObjData::FrozenSet(table)),
            _ => self.alloc(ObjData::Set(table)),
        }
    }

    /// A temporary set of an iterable's items (the value itself when it is a set).
    fn as_set(&mut self, value: Value) -> Res<ObjId> {
        if self.is_set(value)
            && let Value::Obj(id) = value
        {
            return Ok(id);
        }
        let table = self.table_from(value)?;
        Ok(self.heap.alloc(ObjData::Set(table)))
    }

    /// Key membership; an unhashable set is looked up as a frozenset.
    pub(crate) fn set_contains(&mut self, set: ObjId, key: Value) -> Res<bool> {
        let key = self.set_key(key)?;
        let hash = self.hash_value(key)?;
        Ok(self.table_find(set, key, hash)?.is_some())
    }

    fn set_key(&mut self, key: Value) -> Res {
        if matches!(self.data(key), Some(ObjData::Set(_))) {
            let table = self.table_from(key)?;
            return Ok(self.alloc(ObjData::FrozenSet(table)));
        }
        Ok(key)
    }

    /// The operator on the tables of two sets.
    fn combine(&mut self, op: BinOp, a: ObjId, b: ObjId) -> Res<Box<DictData>> {
        let result = self.heap.alloc(ObjData::Set(Box::default()));
        let root = self.push_root(Value::Obj(result));
        match op {
            BinOp::Or => {
                for key in self.table_keys(a).into_iter().chain(self.table_keys(b)) {
                    self.dict_set(result, key, Value::None)?;
                }
            }
            BinOp::And => {
                let (small, big) = if self.table(a).len() <= self.table(b).len() {
                    (a, b)
                } else {
                    (b, a)
                };
                for key in self.table_keys(small) {
                    self.copy_if(result, key, big, true)?;
                }
            }
            BinOp::Sub => {
                for key in self.table_keys(a) {
                    self.copy_if(result, key, b, false)?;
                }
            }
            _ => {
                for key in self.table_keys(a) {
                    self.copy_if(result, key, b, false)?;
                }
                for key in self.table_keys(b) {
                    self.copy_if(result, key, a, false)?;
                }
            }
        }
        self.pop_roots(root);
        Ok(Box::new(std::mem::take(self.table_mut(result))))
    }

    fn copy_if(&mut self, result: ObjId, key: Value, other: ObjId, present: bool) -> Res<()> {
        let hash = self.hash_value(key)?;
        if self.table_find(other, key, hash)?.is_some() == present {
            self.dict_set_hashed(result, key, hash, Value::None)?;
        }
        Ok(())
    }

    /// `a op b` of sets or dict views.
    pub(crate) fn set_or_view_op(&mut self, op: BinOp, a: Value, b: Value) -> Res<Option<Value>> {
        if self.is_set(a) && self.is_set(b) {
            let (Value::Obj(x), Value::Obj(y)) = (a, b) else {
                return Ok(None);
            };
            let table = self.combine(op, x, y)?;
            return Ok(Some(self.set_like(a, table)));
        }
        if self.view_keys(a)?.is_none() && self.view_keys(b)?.is_none() {
            return Ok(None);
        }
        let x = self.as_set(a)?;
        let y = self.as_set(b)?;
        let table = self.combine(op, x, y)?;
        Ok(Some(self.alloc(ObjData::Set(table))))
    }

    /// `a op= b` of a set with an iterable.
    pub(crate) fn set_inplace(&mut self, op: BinOp, a: Value, b: Value) -> Res<()> {
        let Value::Obj(x) = a else { return Ok(()) };
        let y = self.as_set(b)?;
        let table = self.combine(op, x, y)?;
        *self.table_mut(x) = *table;
        Ok(())
    }
}

fn init(h: &mut Host, a: Args<'_>) -> Res {
    let table = match a.opt(1) {
        Some(v) => h.table_from(v)?,
        None => Box::default(),
    };
    if let Value::Obj(id) = this(&a) {
        *h.table_mut(id) = *table;
    }
    Ok(Value::None)
}

fn cmp(h: &mut Host, _: Args<'_>) -> Res {
    Err(h.type_error("cannot compare sets using cmp()"))
}

fn fold(h: &mut Host, a: &Args<'_>, op: BinOp) -> Res {
    let model = this(a);
    let table = h.table_from(model)?;
    let result = h.set_like(model, table);
    for &other in &a.pos[1..] {
        let Value::Obj(x) = result else { continue };
        let y = h.as_set(other)?;
        let table = h.combine(op, x, y)?;
        *h.table_mut(x) = *table;
    }
    Ok(result)
}

fn union(h: &mut Host, a: Args<'_>) -> Res {
    fold(h, &a, BinOp::Or)
}

fn intersection(h: &mut Host, a: Args<'_>) -> Res {
    fold(h, &a, BinOp::And)
}

fn difference(h: &mut Host, a: Args<'_>) -> Res {
    fold(h, &a, BinOp::Sub)
}

fn symmetric_difference(h: &mut Host, a: Args<'_>) -> Res {
    fold(h, &a, BinOp::Xor)
}

fn ids(h: &mut Host, a: &Args<'_>) -> Res<(ObjId, ObjId)> {
    let other = h.as_set(a.get(1))?;
    Ok((this(a).obj().unwrap_or(ObjId::HOLE), other))
}

fn issubset(h: &mut Host, a: Args<'_>) -> Res {
    let (x, y) = ids(h, &a)?;
    Ok(Value::Bool(h.is_subset(x, y)?))
}

fn issuperset(h: &mut Host, a: Args<'_>) -> Res {
    let (x, y) = ids(h, &a)?;
    Ok(Value::Bool(h.is_subset(y, x)?))
}

fn isdisjoint(h: &mut Host, a: Args<'_>) -> Res {
    let (x, y) = ids(h, &a)?;
    Ok(Value::Bool(h.combine(BinOp::And, x, y)?.is_empty()))
}

fn copy(h: &mut Host, a: Args<'_>) -> Res {
    let exact = matches!(this(&a).obj().map(|id| h.heap.get(id)), Some(ObjData::FrozenSet(_)));
    if exact {
        return Ok(this(&a));
    }
    let class = Value::Obj(h.type_id(this(&a)));
    if h.is_user_class(class.obj().unwrap_or(ObjId::HOLE)) {
        return h.call_value(class, &[this(&a)], &[]);
    }
    let table = h.table_from(this(&a))?;
    Ok(h.set_like(this(&a), table))
}

fn reduce(h: &mut Host, a: Args<'_>) -> Res {
    let Value::Obj(id) = this(&a) else {
        return Ok(Value::None);
    };
    let keys = h.table_keys(id);
    let list = h.new_list(keys);
    let args = h.new_tuple(&[list]);
    let class = Value::Obj(h.type_id(this(&a)));
    let dict = h.dict_of(this(&a));
    let state = if dict.is_hole() { Value::None } else { Value::Obj(dict) };
    Ok(h.new_tuple(&[class, args, state]))
}

fn add(h: &mut Host, a: Args<'_>) -> Res {
    if let Value::Obj(id) = this(&a) {
        h.dict_set(id, a.get(1), Value::None)?;
    }
    Ok(Value::None)
}

fn remove(h: &mut Host, a: Args<'_>) -> Res {
    let Value::Obj(id) = this(&a) else {
        return Ok(Value::None);
    };
    let key = h.set_key(a.get(1))?;
    match h.dict_remove(id, key)? {
        Some(_) => Ok(Value::None),
        None => Err(h.key_error(a.get(1))),
    }
}

fn discard(h: &mut Host, a: Args<'_>) -> Res {
    let Value::Obj(id) = this(&a) else {
        return Ok(Value::None);
    };
    let key = h.set_key(a.get(1))?;
    h.dict_remove(id, key)?;
    Ok(Value::None)
}

fn pop(h: &mut Host, a: Args<'_>) -> Res {
    let Value::Obj(id) = this(&a) else {
        return Ok(Value::None);
    };
    let data = h.table_mut(id);
    let first = (0..data.positions()).find(|&p| data.entry_at(p).is_some());
    match first {
        Some(position) => Ok(data.remove_at(position).key),
        None => {
            let text = h.new_str("pop from an empty set");
            Err(h.key_error(text))
        }
    }
}

fn clear(h: &mut Host, a: Args<'_>) -> Res {
    if let Value::Obj(id) = this(&a) {
        h.table_mut(id).clear();
    }
    Ok(Value::None)
}

fn update(h: &mut Host, a: Args<'_>) -> Res {
    let Value::Obj(id) = this(&a) else {
        return Ok(Value::None);
    };
    for &other in &a.pos[1..] {
        for key in h.collect_iterable(other)? {
            h.dict_set(id, key, Value::None)?;
        }
    }
    Ok(Value::None)
}

fn update_with(h: &mut Host, a: &Args<'_>, op: BinOp) -> Res {
    for &other in &a.pos[1..] {
        h.set_inplace(op, this(a), other)?;
    }
    Ok(Value::None)
}

fn intersection_update(h: &mut Host, a: Args<'_>) -> Res {
    update_with(h, &a, BinOp::And)
}

fn difference_update(h: &mut Host, a: Args<'_>) -> Res {
    update_with(h, &a, BinOp::Sub)
}

fn symmetric_difference_update(h: &mut Host, a: Args<'_>) -> Res {
    update_with(h, &a, BinOp::Xor)
}
