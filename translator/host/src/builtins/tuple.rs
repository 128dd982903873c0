//! `tuple`.

use super::slots::{self, COMPARE};
use super::{TypeSpec, def, this};
use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, NativeDef, ObjData};
use crate::value::Value;
use std::rc::Rc;

const SLOTS: &[NativeDef] = &[
    def("__add__", 1, 1, slots::sequence::<0>),
    def("__mul__", 1, 1, slots::sequence::<2>),
    def("__rmul__", 1, 1, slots::sequence::<2>),
    def("__len__", 0, 0, slots::len),
    def("__contains__", 1, 1, slots::contains),
    def("__getitem__", 1, 1, slots::getitem),
    def("__getslice__", 2, 2, slots::getslice),
    def("__iter__", 0, 0, slots::iter),
    def("__hash__", 0, 0, slots::hash),
    def("__repr__", 0, 0, slots::repr),
];

/// Installs the type.
pub fn setup(h: &mut Host) {
    let tuple = h.types.tuple;
    h.install(
        tuple,
        &TypeSpec {
            slots: &COMPARE,
            ..TypeSpec::default()
        },
    );
    let spec = TypeSpec {
        slots: SLOTS,
        methods: const {
            &[
                def("count", 1, 1, count),
                def("index", 1, 3, index),
                def("__getnewargs__", 0, 0, getnewargs),
            ]
        },
        new: Some(new),
        new_args: (0, 1),
        new_names: &["sequence"],
        ..TypeSpec::default()
    };
    h.install(tuple, &spec);
}

fn new(h: &mut Host, a: Args<'_>) -> Res {
    let own = h.types.tuple;
    let items: Rc<[Value]> = match a.opt(1) {
        Some(v) => {
            let exact = matches!(v.obj().map(|id| h.heap.get(id)), Some(ObjData::Tuple(_)));
            if exact && this(&a) == Value::Obj(own) {
                return Ok(v);
            }
            Rc::from(h.collect_iterable(v)?)
        }
        None => Rc::from([]),
    };
    if items.is_empty() && this(&a) == Value::Obj(own) {
        return Ok(h.new_tuple(&[]));
    }
    Ok(h.wrap_native(this(&a), own, ObjData::Tuple(items)))
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

/// Position of a value within optional bounds.
pub(crate) fn position(h: &mut Host, a: &Args<'_>) -> Res<Option<usize>> {
    let len = h.native_len(this(a)).unwrap_or(0) as i64;
    let mut ends = [0, i64::MAX];
    for (slot, i) in ends.iter_mut().zip([2, 3]) {
        let Some(v) = a.opt(i) else { continue };
        let Some(n) = h.to_index_clipped(v)? else {
            return Err(h.type_error("slice indices must be integers or None or have an __index__ method"));
        };
        *slot = if n < 0 { n.saturating_add(len).max(0) } else { n };
    }
    let mut i = ends[0] as usize;
    while (i as i64) < ends[1] {
        let Some(item) = h.item_at(this(a), i) else { break };
        if h.values_equal(item, a.get(1))? {
            return Ok(Some(i));
        }
        i += 1;
    }
    Ok(None)
}

fn index(h: &mut Host, a: Args<'_>) -> Res {
    match position(h, &a)? {
        Some(i) => Ok(Value::Int(i as i64)),
        None => Err(h.value_error("tuple.index(x): x not in tuple")),
    }
}

fn getnewargs(h: &mut Host, a: Args<'_>) -> Res {
    let items = h.tuple_items(this(&a)).cloned().unwrap_or_default();
    let copy = h.new_tuple(&items);
    Ok(h.new_tuple(&[copy]))
}
