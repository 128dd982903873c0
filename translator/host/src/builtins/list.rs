//! `list`, and sorting.

use super::slots::{self, COMPARE};
use super::{TypeSpec, def, given, named, none, this};
use crate::code::CmpOp;
use crate::error::{Raised, Res};
use crate::host::Host;
use crate::iter::Iter;
use crate::object::{Args, NativeDef, ObjData};
use crate::value::Value;

const SLOTS: &[NativeDef] = &[
    def("__init__", 0, 1, init),
    def("__add__", 1, 1, slots::sequence::<0>),
    def("__iadd__", 1, 1, slots::inplace::<0>),
    def("__mul__", 1, 1, slots::sequence::<2>),
    def("__rmul__", 1, 1, slots::sequence::<2>),
    def("__imul__", 1, 1, slots::inplace::<2>),
    def("__len__", 0, 0, slots::len),
    def("__contains__", 1, 1, slots::contains),
    def("__getitem__", 1, 1, slots::getitem),
    def("__setitem__", 2, 2, slots::setitem),
    def("__delitem__", 1, 1, slots::delitem),
    def("__getslice__", 2, 2, slots::getslice),
    def("__setslice__", 3, 3, setslice),
    def("__delslice__", 2, 2, delslice),
    def("__iter__", 0, 0, slots::iter),
    def("__reversed__", 0, 0, reversed),
    def("__repr__", 0, 0, slots::repr),
];

const METHODS: &[NativeDef] = &[
    def("append", 1, 1, append),
    def("extend", 1, 1, extend),
    def("insert", 2, 2, insert),
    def("pop", 0, 1, pop),
    def("remove", 1, 1, remove),
    def("index", 1, 3, index),
    def("count", 1, 1, count),
    def("reverse", 0, 0, reverse),
    named("sort", 0, &["cmp", "key", "reverse"], sort),
];

/// Installs the type.
pub fn setup(h: &mut Host) {
    let list = h.types.list;
    h.install(
        list,
        &TypeSpec {
            slots: &COMPARE,
            ..TypeSpec::default()
        },
    );
    let spec = TypeSpec {
        slots: SLOTS,
        methods: METHODS,
        new: Some(new),
        new_args: (0, -1),
        new_names: &["**"],
        ..TypeSpec::default()
    };
    h.install(list, &spec);
    let dict = h.dict_of(Value::Obj(list));
    let hash = h.names.d_hash;
    h.dict_set_name(dict, hash, Value::None);
}

fn new(h: &mut Host, a: Args<'_>) -> Res {
    let own = h.types.list;
    Ok(h.wrap_native(this(&a), own, ObjData::List(Vec::new())))
}

/// The items of the list that is self.
fn items(h: &mut Host, list: Value) -> Res<&mut Vec<Value>> {
    let is_list = matches!(h.data(list), Some(ObjData::List(_)));
    if !is_list {
        return Err(h.type_error("list expected"));
    }
    match h.data_mut(list) {
        Some(ObjData::List(l)) => Ok(l),
        _ => unreachable_list(),
    }
}

fn unreachable_list<'a>() -> Res<&'a mut Vec<Value>> {
    Err(Raised::new(Value::None))
}

fn init(h: &mut Host, a: Args<'_>) -> Res {
    let new = match a.opt(1) {
        Some(v) => h.collect_iterable(v)?,
        None => Vec::new(),
    };
    *items(h, this(&a))? = new;
    Ok(Value::None)
}

fn append(h: &mut Host, a: Args<'_>) -> Res {
    items(h, this(&a))?.push(a.get(1));
    Ok(Value::None)
}

fn extend(h: &mut Host, a: Args<'_>) -> Res {
    if !h.is_user_instance(a.get(1)) && h.native_len(a.get(1)).is_some() {
        let new = h.collect_iterable(a.get(1))?;
        items(h, this(&a))?.extend(new);
        return Ok(Value::None);
    }
    let it = h.get_iter(a.get(1))?;
    while let Some(item) = h.iter_next(it)? {
        items(h, this(&a))?.push(item);
    }
    Ok(Value::None)
}

fn insert(h: &mut Host, a: Args<'_>) -> Res {
    let Some(at) = h.to_index_clipped(a.get(1))? else {
        return Err(h.type_error("an integer is required"));
    };
    let list = items(h, this(&a))?;
    let len = list.len() as i64;
    let at = if at < 0 {
        at.saturating_add(len).max(0)
    } else {
        at.min(len)
    };
    list.insert(at as usize, a.get(2));
    Ok(Value::None)
}

fn pop(h: &mut Host, a: Args<'_>) -> Res {
    let at = match a.opt(1) {
        Some(v) => match h.to_index_clipped(v)? {
            Some(n) => n,
            None => return Err(h.type_error(format!("an integer is required"))),
        },
        None => -1,
    };
    let list = items(h, this(&a))?;
    let len = list.len() as i64;
    if len == 0 {
        return Err(h.index_error("pop from empty list"));
    }
    let at = if at < 0 { at.saturating_add(len) } else { at };
    if !(0..len).contains(&at) {
        return Err(h.index_error("pop index out of range"));
    }
    Ok(items(h, this(&a))?.remove(at as usize))
}

fn remove(h: &mut Host, a: Args<'_>) -> Res {
    match super::tuple::position(h, &a)? {
        Some(i) => {
            let list = items(h, this(&a))?;
            if i < list.len() {
                list.remove(i);
            }
            Ok(Value::None)
        }
        None => Err(h.value_error("list.remove(x): x not in list")),
    }
}

fn index(h: &mut Host, a: Args<'_>) -> Res {
    match super::tuple::position(h, &a)? {
        Some(i) => Ok(Value::Int(i as i64)),
        None => {
            let shown = h.safe_repr(a.get(1));
            Err(h.value_error(format!("{shown} is not in list")))
        }
    }
}

fn count(h: &mut Host, a: Args<'_>) -> Res {
    let mut n = 0;
    let mut i = 0;
    while let Some(item) = h.item_at(this(&a), i) {
        n += i64::from(h.values_equal(item, a.get(1))?);
        i += 1;
    }
    Ok(Value::Int(n))
}

fn reverse(h: &mut Host, a: Args<'_>) -> Res {
    items(h, this(&a))?.reverse();
    Ok(Value::None)
}

fn reversed(h: &mut Host, a: Args<'_>) -> Res {
    let len = h.native_len(this(&a)).unwrap_or(0) as i64;
    Ok(h.new_iter(Iter::Reversed {
        seq: this(&a),
        index: len - 1,
        list: true,
    }))
}

fn setslice(h: &mut Host, a: Args<'_>) -> Res {
    let (start, stop) = slice_ends(h, &a)?;
    none(h.list_splice(this(&a), start, stop, a.get(3)))
}

fn delslice(h: &mut Host, a: Args<'_>) -> Res {
    let (start, stop) = slice_ends(h, &a)?;
    items(h, this(&a))?.drain(start..stop);
    Ok(Value::None)
}

fn slice_ends(h: &mut Host, a: &Args<'_>) -> Res<(usize, usize)> {
    let len = h.native_len(this(a)).unwrap_or(0) as i64;
    let start = h.to_i64(a.get(1))?.clamp(0, len);
    let stop = h.to_i64(a.get(2))?.clamp(start, len);
    Ok((start as usize, stop as usize))
}

fn sort(h: &mut Host, a: Args<'_>) -> Res {
    let list = this(&a);
    let values = std::mem::take(items(h, list)?);
    let backup = values.clone();
    let root = h.roots.len();
    h.roots.extend_from_slice(&values);
    let result = sort_values(h, values, given(a.get(1)), given(a.get(2)), a.opt(3));
    h.pop_roots(root);
    let (sorted, error) = match result {
        Ok(sorted) => (sorted, None),
        Err(raised) => (backup, Some(raised)),
    };
    let slot = items(h, list)?;
    let modified = !slot.is_empty();
    *slot = sorted;
    if let Some(raised) = error {
        return Err(raised);
    }
    if modified {
        return Err(h.value_error("list modified during sort"));
    }
    Ok(Value::None)
}

/// Sorted values; stable, `reverse` keeps the order of equal ones.
pub fn sort_values(
    h: &mut Host,
    values: Vec<Value>,
    cmp: Option<Value>,
    key: Option<Value>,
    reverse: Option<Value>,
) -> Res<Vec<Value>> {
    let reverse = match reverse {
        Some(v) => h.to_i64(v)? != 0,
        None => false,
    };
    let mut pairs = Vec::with_capacity(values.len());
    for value in values {
        let k = match key {
            Some(key) => h.call_value(key, &[value], &[])?,
            None => value,
        };
        h.roots.push(k);
        pairs.push((k, value));
    }
    if reverse {
        pairs.reverse();
    }
    let mut less = |h: &mut Host, x: Value, y: Value| -> Res<bool> {
        match cmp {
            Some(cmp) => {
                let result = h.call_value(cmp, &[x, y], &[])?;
                match h.number(result) {
                    crate::ops::number::Num::Int(n) => Ok(n < 0),
                    crate::ops::number::Num::Long(n) => Ok(n.sign() == num_bigint::Sign::Minus),
                    _ => {
                        let text = format!("comparison function must return int, not {}", h.class_name_of(result));
                        Err(h.type_error(text))
                    }
                }
            }
            None => h.compare_bool(CmpOp::Lt, x, y),
        }
    };
    let mut sorted = merge_sort(h, pairs, &mut less)?;
    if reverse {
        sorted.reverse();
    }
    Ok(sorted.into_iter().map(|(_, value)| value).collect())
}

type Less<'a> = dyn FnMut(&mut Host, Value, Value) -> Res<bool> + 'a;
type Pair = (Value, Value);

/// Bottom-up merging of natural runs.
fn merge_sort(h: &mut Host, pairs: Vec<Pair>, less: &mut Less<'_>) -> Res<Vec<Pair>> {
    let mut runs = find_runs(h, pairs, less)?;
    while runs.len() > 1 {
        let mut merged = Vec::with_capacity(runs.len().div_ceil(2));
        let mut rest = runs.into_iter();
        while let Some(left) = rest.next() {
            match rest.next() {
                Some(right) => merged.push(merge(h, left, right, less)?),
                None => merged.push(left),
            }
        }
        runs = merged;
    }
    Ok(runs.pop().unwrap_or_default())
}

fn find_runs(h: &mut Host, pairs: Vec<Pair>, less: &mut Less<'_>) -> Res<Vec<Vec<Pair>>> {
    let mut runs = Vec::new();
    let mut i = 0;
    while i < pairs.len() {
        let start = i;
        i += 1;
        if i < pairs.len() {
            let descending = less(h, pairs[i].0, pairs[i - 1].0)?;
            i += 1;
            while i < pairs.len() && less(h, pairs[i].0, pairs[i - 1].0)? == descending {
                i += 1;
            }
            let mut run = pairs[start..i].to_vec();
            if descending {
                run.reverse();
            }
            runs.push(run);
        } else {
            runs.push(pairs[start..i].to_vec());
        }
    }
    Ok(runs)
}

fn merge(h: &mut Host, left: Vec<Pair>, right: Vec<Pair>, less: &mut Less<'_>) -> Res<Vec<Pair>> {
    let mut out = Vec::with_capacity(left.len() + right.len());
    let (mut i, mut j) = (0, 0);
    while i < left.len() && j < right.len() {
        if less(h, right[j].0, left[i].0)? {
            out.push(right[j]);
            j += 1;
        } else {
            out.push(left[i]);
            i += 1;
        }
    }
    out.extend_from_slice(&left[i..]);
    out.extend_from_slice(&right[j..]);
    Ok(out)
}
