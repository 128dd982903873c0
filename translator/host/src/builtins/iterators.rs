//! Iterator types, `enumerate`, `reversed`, `xrange`, `slice`.

use super::{Attr, TypeSpec, def, named, this};
use crate::error::Res;
use crate::host::Host;
use crate::iter::Iter;
use crate::object::{Args, NativeDef, ObjData, XRange};
use crate::value::Value;

const ITER_SLOTS: &[NativeDef] = &[def("__iter__", 0, 0, same)];
const ITER_METHODS: &[NativeDef] = &[def("next", 0, 0, next), def("__length_hint__", 0, 0, length_hint)];

/// Installs the types.
pub fn setup(h: &mut Host) {
    let t = h.types.clone();
    let plain = [
        t.iterator,
        t.listiterator,
        t.tupleiterator,
        t.listreverseiterator,
        t.reversed,
        t.rangeiterator,
        t.dict_keyiterator,
        t.dict_valueiterator,
        t.dict_itemiterator,
        t.setiterator,
        t.callable_iterator,
        t.enumerate,
    ];
    for class in plain {
        h.install(
            class,
            &TypeSpec {
                slots: ITER_SLOTS,
                methods: ITER_METHODS,
                ..TypeSpec::default()
            },
        );
    }
    let spec = TypeSpec {
        new: Some(new_enumerate),
        new_args: (1, 2),
        new_names: &["sequence", "start"],
        ..TypeSpec::default()
    };
    h.install(t.enumerate, &spec);
    h.install(
        t.reversed,
        &TypeSpec {
            new: Some(new_reversed),
            new_args: (1, 1),
            ..TypeSpec::default()
        },
    );
    let spec = TypeSpec {
        slots: const {
            &[
                def("__len__", 0, 0, super::slots::len),
                def("__getitem__", 1, 1, super::slots::getitem),
                def("__iter__", 0, 0, super::slots::iter),
                def("__reversed__", 0, 0, xrange_reversed),
                def("__repr__", 0, 0, super::slots::repr),
            ]
        },
        methods: const { &[def("__reduce__", 0, 0, xrange_reduce)] },
        new: Some(new_xrange),
        new_args: (1, 3),
        ..TypeSpec::default()
    };
    h.install(t.xrange, &spec);
    let spec = TypeSpec {
        slots: const {
            &[
                def("__repr__", 0, 0, super::slots::repr),
                def("__cmp__", 1, 1, slice_cmp),
            ]
        },
        methods: const { &[named("indices", 1, &["len"], slice_indices)] },
        attrs: SLICE_ATTRS,
        new: Some(new_slice),
        new_args: (1, 3),
        ..TypeSpec::default()
    };
    h.install(t.slice, &spec);
    let dict = h.dict_of(Value::Obj(t.slice));
    let hash = h.names.d_hash;
    h.dict_set_name(dict, hash, Value::None);
}

const SLICE_ATTRS: &[Attr] = &[
    ("start", slice_start, None),
    ("stop", slice_stop, None),
    ("step", slice_step, None),
];

fn same(_: &mut Host, a: Args<'_>) -> Res {
    Ok(this(&a))
}

/// `next` of any native iterator.
pub(crate) fn next(h: &mut Host, a: Args<'_>) -> Res {
    match h.iter_next(this(&a))? {
        Some(value) => Ok(value),
        None => Err(h.stop_iteration()),
    }
}

fn length_hint(h: &mut Host, a: Args<'_>) -> Res {
    let Some(ObjData::Iter(it)) = h.data(this(&a)) else {
        return Ok(Value::Int(0));
    };
    let n = match **it {
        Iter::Sequence { seq, index, .. } => h.length_opt(seq)?.map_or(0, |n| n as i64 - index),
        Iter::Reversed { index, .. } => index + 1,
        Iter::Range { left, .. } => left,
        Iter::Dict { dict, position, .. } => h.table(dict).len() as i64 - position as i64,
        Iter::Set { set, position, .. } => h.table(set).len() as i64 - position as i64,
        Iter::Call { .. } | Iter::Enumerate { .. } => 0,
    };
    Ok(Value::Int(n.max(0)))
}

fn new_enumerate(h: &mut Host, a: Args<'_>) -> Res {
    let iter = h.get_iter(a.get(1))?;
    let index = match a.opt(2) {
        Some(v) => match h.to_index_big(v)? {
            Some(n) => h.new_int(n),
            None => {
                let text = format!("'{}' object cannot be interpreted as an index", h.class_name_of(v));
                return Err(h.type_error(text));
            }
        },
        None => Value::Int(0),
    };
    let own = h.types.enumerate;
    Ok(h.wrap_native(this(&a), own, ObjData::Iter(Box::new(Iter::Enumerate { iter, index }))))
}

fn new_reversed(h: &mut Host, a: Args<'_>) -> Res {
    let seq = a.get(1);
    let name = h.names.d_reversed;
    if let Some(method) = h.special_method(seq, name)? {
        return h.call_value(method, &[], &[]);
    }
    let getitem = h.names.d_getitem;
    let is_sequence = h.special_method(seq, getitem)?.is_some() && !h.is_dict(seq) && !h.is_set(seq);
    let len = if is_sequence { h.length_opt(seq)? } else { None };
    let Some(len) = len else {
        if is_sequence {
            return Err(h.type_error(format!("object of type '{}' has no len()", h.class_name_of(seq))));
        }
        return Err(h.type_error("argument to reversed() must be a sequence"));
    };
    let own = h.types.reversed;
    let data = Iter::Reversed {
        seq,
        index: len as i64 - 1,
        list: false,
    };
    Ok(h.wrap_native(this(&a), own, ObjData::Iter(Box::new(data))))
}

/// Number of items of a range.
pub(crate) fn range_len(start: i64, stop: i64, step: i64) -> Option<i64> {
    let (low, high, step) = if step > 0 {
        (start, stop, step as i128)
    } else {
        (stop, start, -(step as i128))
    };
    if low >= high {
        return Some(0);
    }
    i64::try_from((i128::from(high) - i128::from(low) - 1) / step + 1).ok()
}

/// Start, stop and step of `range` and `xrange` arguments.
pub(crate) fn range_args(h: &mut Host, args: &[Value], name: &str) -> Res<(i64, i64, i64)> {
    let mut numbers = Vec::new();
    for &v in args {
        if matches!(h.number(v), crate::ops::number::Num::Float(_)) {
            if name == "xrange" {
                return Err(h.type_error("integer argument expected, got float"));
            }
            let text = ["end", "start", "step"];
            let _ = text;
            return Err(h.type_error(format!(
                "range() integer {} argument expected, got float.",
                arg_name(args, v)
            )));
        }
        numbers.push(h.to_i64(v)?);
    }
    let (start, stop, step) = match numbers[..] {
        [stop] => (0, stop, 1),
        [start, stop] => (start, stop, 1),
        [start, stop, step] => (start, stop, step),
        _ => return Err(h.type_error(format!("{name}() requires 1-3 int arguments"))),
    };
    if step == 0 {
        let text = if name == "xrange" {
            "xrange() arg 3 must not be zero"
        } else {
            "range() step argument must not be zero"
        };
        return Err(h.value_error(text));
    }
    Ok((start, stop, step))
}

fn arg_name(args: &[Value], v: Value) -> &'static str {
    match (args.len(), args.iter().position(|&x| x == v)) {
        (1, _) | (_, Some(1)) => "end",
        (_, Some(0)) => "start",
        _ => "step",
    }
}

fn new_xrange(h: &mut Host, a: Args<'_>) -> Res {
    let (start, stop, step) = range_args(h, &a.pos[1..], "xrange")?;
    match range_len(start, stop, step) {
        Some(len) => Ok(h.alloc(ObjData::XRange(Box::new(XRange { start, step, len })))),
        None => Err(h.overflow_error("xrange() result has too many items")),
    }
}

fn xrange_parts(h: &mut Host, value: Value) -> Res<XRange> {
    match h.data(value) {
        Some(ObjData::XRange(r)) => Ok(**r),
        _ => Err(h.type_error("xrange expected")),
    }
}

fn xrange_reversed(h: &mut Host, a: Args<'_>) -> Res {
    let r = xrange_parts(h, this(&a))?;
    let last = r.start.wrapping_add(r.step.wrapping_mul(r.len - 1));
    Ok(h.new_iter(Iter::Range {
        next: last,
        step: r.step.wrapping_neg(),
        left: r.len,
    }))
}

fn xrange_reduce(h: &mut Host, a: Args<'_>) -> Res {
    let r = xrange_parts(h, this(&a))?;
    let stop = r.start.wrapping_add(r.step.wrapping_mul(r.len));
    let args = h.new_tuple(&[Value::Int(r.start), Value::Int(stop), Value::Int(r.step)]);
    let class = Value::Obj(h.types.xrange);
    Ok(h.new_tuple(&[class, args]))
}

fn new_slice(h: &mut Host, a: Args<'_>) -> Res {
    let none = Value::None;
    Ok(match a.pos.len() {
        2 => h.new_slice(none, a.get(1), none),
        3 => h.new_slice(a.get(1), a.get(2), none),
        _ => h.new_slice(a.get(1), a.get(2), a.get(3)),
    })
}

fn slice_start(h: &mut Host, value: Value) -> Res {
    Ok(h.slice_parts(value).map_or(Value::None, |s| s.start))
}

fn slice_stop(h: &mut Host, value: Value) -> Res {
    Ok(h.slice_parts(value).map_or(Value::None, |s| s.stop))
}

fn slice_step(h: &mut Host, value: Value) -> Res {
    Ok(h.slice_parts(value).map_or(Value::None, |s| s.step))
}

fn slice_cmp(h: &mut Host, a: Args<'_>) -> Res {
    Ok(Value::Int(h.cmp_values(this(&a), a.get(1))? as i64))
}

fn slice_indices(h: &mut Host, a: Args<'_>) -> Res {
    let Some(slice) = h.slice_parts(this(&a)) else {
        return Err(h.type_error("slice expected"));
    };
    let Some(len) = h.to_index_clipped(a.get(1))? else {
        return Err(h.type_error("an integer is required"));
    };
    let len = len.max(0) as usize;
    let r = h.slice_range(slice, len)?;
    Ok(h.new_tuple(&[Value::Int(r.start), Value::Int(r.stop), Value::Int(r.step)]))
}
