//! `dict` and `dictproxy`.

use super::slots::{self, COMPARE};
use super::{TypeSpec, def, free, this};
use crate::error::Res;
use crate::host::Host;
use crate::iter::{DictPart, Iter};
use crate::object::{Args, NativeDef, ObjData};
use crate::value::{ObjId, Value};

const SLOTS: &[NativeDef] = &[
    free("__init__", init),
    def("__cmp__", 1, 1, cmp),
    def("__len__", 0, 0, slots::len),
    def("__contains__", 1, 1, slots::contains),
    def("__getitem__", 1, 1, slots::getitem),
    def("__setitem__", 2, 2, slots::setitem),
    def("__delitem__", 1, 1, slots::delitem),
    def("__iter__", 0, 0, slots::iter),
    def("__repr__", 0, 0, slots::repr),
];

const METHODS: &[NativeDef] = &[
    def("get", 1, 2, get),
    def("setdefault", 1, 2, setdefault),
    def("pop", 1, 2, pop),
    def("popitem", 0, 0, popitem),
    def("has_key", 1, 1, slots::contains),
    def("keys", 0, 0, keys),
    def("values", 0, 0, values),
    def("items", 0, 0, items),
    def("iterkeys", 0, 0, iterkeys),
    def("itervalues", 0, 0, itervalues),
    def("iteritems", 0, 0, iteritems),
    def("viewkeys", 0, 0, super::views::viewkeys),
    def("viewvalues", 0, 0, super::views::viewvalues),
    def("viewitems", 0, 0, super::views::viewitems),
    free("update", update),
    def("clear", 0, 0, clear),
    def("copy", 0, 0, copy),
];

const PROXY_METHODS: &[NativeDef] = &[
    def("get", 1, 2, get),
    def("has_key", 1, 1, slots::contains),
    def("keys", 0, 0, keys),
    def("values", 0, 0, values),
    def("items", 0, 0, items),
    def("iterkeys", 0, 0, iterkeys),
    def("itervalues", 0, 0, itervalues),
    def("iteritems", 0, 0, iteritems),
    def("copy", 0, 0, copy),
];

/// Installs the types.
pub fn setup(h: &mut Host) {
    let (dict, proxy) = (h.types.dict, h.types.dictproxy);
    h.install(
        dict,
        &TypeSpec {
            slots: &COMPARE,
            ..TypeSpec::default()
        },
    );
    let spec = TypeSpec {
        slots: SLOTS,
        methods: METHODS,
        class_methods: const { &[def("fromkeys", 1, 2, fromkeys)] },
        new: Some(new),
        new_args: (0, -1),
        new_names: &["**"],
        ..TypeSpec::default()
    };
    h.install(dict, &spec);
    let own = h.dict_of(Value::Obj(dict));
    let hash = h.names.d_hash;
    h.dict_set_name(own, hash, Value::None);
    let spec = TypeSpec {
        slots: const {
            &[
                def("__len__", 0, 0, slots::len),
                def("__contains__", 1, 1, slots::contains),
                def("__getitem__", 1, 1, slots::getitem),
                def("__iter__", 0, 0, slots::iter),
                def("__repr__", 0, 0, slots::repr),
            ]
        },
        methods: PROXY_METHODS,
        ..TypeSpec::default()
    };
    h.install(proxy, &spec);
}

fn new(h: &mut Host, a: Args<'_>) -> Res {
    let own = h.types.dict;
    Ok(h.wrap_native(this(&a), own, ObjData::Dict(Box::default())))
}

/// The table of self: its own or that of a proxy.
fn table(h: &Host, value: Value) -> ObjId {
    match h.data(value) {
        Some(ObjData::DictProxy(d)) => *d,
        _ => value.obj().unwrap_or(ObjId::HOLE),
    }
}

fn init(h: &mut Host, a: Args<'_>) -> Res {
    fill(h, a, "dict")
}

fn update(h: &mut Host, a: Args<'_>) -> Res {
    fill(h, a, "update")
}

fn fill(h: &mut Host, a: Args<'_>, name: &str) -> Res {
    if a.pos.len() > 2 {
        let text = format!("{name} expected at most 1 arguments, got {}", a.pos.len() - 1);
        return Err(h.type_error(text));
    }
    let Value::Obj(dict) = this(&a) else {
        return Err(h.type_error("dict expected"));
    };
    if let Some(source) = a.opt(1) {
        h.dict_update(dict, source)?;
    }
    for &(key, value) in a.kw {
        h.dict_set_name(dict, key, value);
    }
    Ok(Value::None)
}

impl Host {
    /// `dict.update(source)`.
    pub fn dict_update(&mut self, dict: ObjId, source: Value) -> Res<()> {
        let plain = matches!(source.obj().map(|id| self.heap.get(id)), Some(ObjData::Dict(_)));
        if plain {
            for (key, value) in self.dict_items(source) {
                self.dict_set(dict, key, value)?;
            }
            return Ok(());
        }
        let keys = self.names.n_keys;
        if let Some(method) = self.get_attribute_opt(source, keys)? {
            let keys = self.call_value(method, &[], &[])?;
            let it = self.get_iter(keys)?;
            while let Some(key) = self.iter_next(it)? {
                let value = self.get_item(source, key)?;
                self.dict_set(dict, key, value)?;
            }
            return Ok(());
        }
        self.dict_update_pairs(dict, source)
    }

    fn dict_update_pairs(&mut self, dict: ObjId, source: Value) -> Res<()> {
        let it = self.get_iter(source)?;
        let mut i = 0;
        while let Some(item) = self.iter_next(it)? {
            let pair = match self.get_iter_opt(item)? {
                Some(_) => self.collect_iterable(item)?,
                None => {
                    let text = format!("cannot convert dictionary update sequence element #{i} to a sequence");
                    return Err(self.type_error(text));
                }
            };
            let [key, value] = pair[..] else {
                let text = format!(
                    "dictionary update sequence element #{i} has length {}; 2 is required",
                    pair.len()
                );
                return Err(self.value_error(text));
            };
            self.dict_set(dict, key, value)?;
            i += 1;
        }
        Ok(())
    }
}

fn cmp(h: &mut Host, a: Args<'_>) -> Res {
    if !h.is_dict(a.get(1)) {
        return Ok(h.not_implemented);
    }
    Ok(Value::Int(h.cmp_values(this(&a), a.get(1))? as i64))
}

fn get(h: &mut Host, a: Args<'_>) -> Res {
    let t = table(h, this(&a));
    Ok(h.dict_get(t, a.get(1))?.unwrap_or(a.opt(2).unwrap_or(Value::None)))
}

fn setdefault(h: &mut Host, a: Args<'_>) -> Res {
    let t = table(h, this(&a));
    if let Some(found) = h.dict_get(t, a.get(1))? {
        return Ok(found);
    }
    let value = a.opt(2).unwrap_or(Value::None);
    h.dict_set(t, a.get(1), value)?;
    Ok(value)
}

fn pop(h: &mut Host, a: Args<'_>) -> Res {
    let t = table(h, this(&a));
    match h.dict_remove(t, a.get(1))? {
        Some(value) => Ok(value),
        None => match a.opt(2) {
            Some(default) => Ok(default),
            None => Err(h.key_error(a.get(1))),
        },
    }
}

fn popitem(h: &mut Host, a: Args<'_>) -> Res {
    let t = table(h, this(&a));
    let data = h.table_mut(t);
    let last = (0..data.positions()).rev().find(|&p| data.entry_at(p).is_some());
    match last {
        Some(position) => {
            let entry = data.remove_at(position);
            Ok(h.new_tuple(&[entry.key, entry.value]))
        }
        None => {
            let text = h.new_str("popitem(): dictionary is empty");
            Err(h.key_error(text))
        }
    }
}

fn keys(h: &mut Host, a: Args<'_>) -> Res {
    let t = table(h, this(&a));
    let keys = h.table_keys(t);
    Ok(h.new_list(keys))
}

fn values(h: &mut Host, a: Args<'_>) -> Res {
    let t = table(h, this(&a));
    let values = h.table(t).iter().map(|e| e.value).collect();
    Ok(h.new_list(values))
}

fn items(h: &mut Host, a: Args<'_>) -> Res {
    let t = table(h, this(&a));
    let pairs = h.table_entries(t);
    let items = pairs.iter().map(|&(k, v)| h.new_tuple(&[k, v])).collect();
    Ok(h.new_list(items))
}

fn iterate(h: &mut Host, a: &Args<'_>, part: DictPart) -> Res {
    let dict = table(h, this(a));
    let size = h.table(dict).len();
    Ok(h.new_iter(Iter::Dict {
        dict,
        position: 0,
        size,
        part,
    }))
}

fn iterkeys(h: &mut Host, a: Args<'_>) -> Res {
    iterate(h, &a, DictPart::Keys)
}

fn itervalues(h: &mut Host, a: Args<'_>) -> Res {
    iterate(h, &a, DictPart::Values)
}

fn iteritems(h: &mut Host, a: Args<'_>) -> Res {
    iterate(h, &a, DictPart::Items)
}

fn clear(h: &mut Host, a: Args<'_>) -> Res {
    let t = table(h, this(&a));
    h.table_mut(t).clear();
    h.method_cache.invalidate();
    Ok(Value::None)
}

fn copy(h: &mut Host, a: Args<'_>) -> Res {
    let t = table(h, this(&a));
    let mut data = Box::new(h.table(t).clone());
    data.is_class_dict = false;
    Ok(h.alloc(ObjData::Dict(data)))
}

fn fromkeys(h: &mut Host, a: Args<'_>) -> Res {
    let value = a.opt(2).unwrap_or(Value::None);
    let result = h.call_value(this(&a), &[], &[])?;
    let it = h.get_iter(a.get(1))?;
    while let Some(key) = h.iter_next(it)? {
        h.set_item(result, key, value)?;
    }
    Ok(result)
}
