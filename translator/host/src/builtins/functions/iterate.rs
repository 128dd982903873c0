//! Built-in functions over iterables.

use super::super::{def, free, given, named};
use super::extreme;
use crate::builtins::iterators::range_len;
use crate::builtins::list::sort_values;
use crate::code::{BinOp, CmpOp};
use crate::error::Res;
use crate::host::Host;
use crate::iter::Iter;
use crate::object::{Args, NativeDef, ObjData};
use crate::value::Value;
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};

pub(super) const FUNCTIONS: &[NativeDef] = &[
    def("all", 1, 1, |h, a| test_all(h, a, false)),
    def("any", 1, 1, |h, a| test_all(h, a, true)),
    def("filter", 2, 2, filter),
    def("iter", 1, 2, iter),
    def("map", 1, -1, map),
    free("max", |h, a| extreme(h, a, "max", CmpOp::Gt)),
    free("min", |h, a| extreme(h, a, "min", CmpOp::Lt)),
    def("next", 1, 2, next),
    def("range", 1, 3, range),
    def("reduce", 2, 3, reduce),
    named("sorted", 1, &["iterable", "cmp", "key", "reverse"], sorted),
    def("sum", 1, 2, sum),
    def("zip", 0, -1, zip),
];

/// `any` stops at a true item, `all` at a false one.
fn test_all(h: &mut Host, a: Args<'_>, stop_at: bool) -> Res {
    let iterator = h.get_iter(a.get(0))?;
    while let Some(item) = h.iter_next(iterator)? {
        if h.is_true(item)? == stop_at {
            return Ok(Value::Bool(stop_at));
        }
    }
    Ok(Value::Bool(!stop_at))
}

fn filter(h: &mut Host, a: Args<'_>) -> Res {
    let function = given(a.get(0));
    let mut kept = vec![];
    let iterator = h.get_iter(a.get(1))?;
    let root = h.push_root(iterator);
    while let Some(item) = h.iter_next(iterator)? {
        let verdict = match function {
            Some(f) => h.call(f, &[item], &[])?,
            None => item,
        };
        if h.is_true(verdict)? {
            h.push_root(item);
            kept.push(item);
        }
    }
    h.pop_roots(root);
    match h.data(a.get(1)) {
        Some(ObjData::Tuple(_)) => Ok(h.new_tuple(&kept)),
        Some(ObjData::Str(_)) => {
            let mut bytes = vec![];
            for item in kept {
                bytes.extend_from_slice(&h.to_bytes(item)?);
            }
            Ok(h.new_str(bytes))
        }
        Some(ObjData::Unicode(_)) => {
            let mut chars = vec![];
            for item in kept {
                chars.extend_from_slice(&h.to_unicode_chars(item)?);
            }
            Ok(h.new_unicode(&chars))
        }
        _ => Ok(h.new_list(kept)),
    }
}

fn iter(h: &mut Host, a: Args<'_>) -> Res {
    match a.opt(1) {
        None => h.get_iter(a.get(0)),
        Some(sentinel) => {
            if !h.is_callable(a.get(0)) {
                return Err(h.type_error("iter(v, w): v must be callable"));
            }
            Ok(h.new_iter(Iter::Call {
                func: a.get(0),
                sentinel,
            }))
        }
    }
}

fn map(h: &mut Host, a: Args<'_>) -> Res {
    let function = given(a.get(0));
    let sources = &a.pos[1..];
    if sources.is_empty() {
        return Err(h.type_error("map() requires at least two args"));
    }
    let root = h.roots.len();
    let mut iterators = vec![];
    for (i, source) in sources.iter().enumerate() {
        match h.get_iter_opt(*source)? {
            Some(iterator) => {
                h.push_root(iterator);
                iterators.push(Some(iterator));
            }
            None => return Err(h.type_error(format!("argument {} to map() must support iteration", i + 2))),
        }
    }
    let mut results = vec![];
    loop {
        let mut row = Vec::with_capacity(iterators.len());
        for slot in &mut iterators {
            let item = match *slot {
                Some(iterator) => h.iter_next(iterator)?,
                None => None,
            };
            if item.is_none() {
                *slot = None;
            }
            row.push(item.unwrap_or(Value::None));
        }
        if iterators.iter().all(Option::is_none) {
            break;
        }
        let value = match function {
            Some(f) => h.call(f, &row, &[])?,
            None if row.len() == 1 => row[0],
            None => h.new_tuple(&row),
        };
        h.push_root(value);
        results.push(value);
    }
    h.pop_roots(root);
    Ok(h.new_list(results))
}

fn next(h: &mut Host, a: Args<'_>) -> Res {
    if !h.is_iterator(a.get(0)) {
        let name = h.class_name_of(a.get(0));
        return Err(h.type_error(format!("{name} object is not an iterator")));
    }
    if h.is_user_instance(a.get(0)) && a.opt(1).is_none() && !matches!(h.data(a.get(0)), Some(ObjData::Native(..))) {
        let name = h.names.n_next;
        if let Some(method) = h.special_method(a.get(0), name)? {
            return h.call_value(method, &[], &[]);
        }
    }
    match (h.iter_next(a.get(0))?, a.opt(1)) {
        (Some(item), _) | (None, Some(item)) => Ok(item),
        (None, None) => Err(h.stop_iteration()),
    }
}

fn range_arg(h: &mut Host, value: Value, which: &str) -> Res<BigInt> {
    if let Value::Int(i) = value {
        return Ok(BigInt::from(i));
    }
    if matches!(value, Value::Float(_)) {
        return Err(h.type_error(format!("range() integer {which} argument expected, got float.")));
    }
    match h.to_index_big(value)? {
        Some(n) => Ok(n),
        None => {
            let name = h.class_name_of(value);
            Err(h.type_error(format!("range() integer {which} argument expected, got {name}.")))
        }
    }
}

fn range(h: &mut Host, a: Args<'_>) -> Res {
    let (start, stop) = match a.opt(1) {
        Some(stop) => (range_arg(h, a.get(0), "start")?, range_arg(h, stop, "end")?),
        None => (BigInt::zero(), range_arg(h, a.get(0), "end")?),
    };
    let step = match a.opt(2) {
        Some(step) => range_arg(h, step, "step")?,
        None => BigInt::from(1),
    };
    if step.is_zero() {
        return Err(h.value_error("range() step argument must not be zero"));
    }
    if let (Some(first), Some(last), Some(by)) = (start.to_i64(), stop.to_i64(), step.to_i64()) {
        let Some(n) = range_len(first, last, by).filter(|n| *n < 1 << 32) else {
            return Err(h.overflow_error("range() result has too many items"));
        };
        return Ok(h.new_list((0..n).map(|i| Value::Int(first + i * by)).collect()));
    }
    let distance = if step.is_positive() {
        &stop - &start
    } else {
        &start - &stop
    };
    if (distance / step.abs()) > BigInt::from(1 << 28) {
        return Err(h.overflow_error("range() result has too many items"));
    }
    let mut items = vec![];
    let mut at = start;
    while if step.is_positive() { at < stop } else { at > stop } {
        items.push(h.new_long(at.clone()));
        at += &step;
    }
    Ok(h.new_list(items))
}

fn reduce(h: &mut Host, a: Args<'_>) -> Res {
    let Some(iterator) = h.get_iter_opt(a.get(1))? else {
        return Err(h.type_error("reduce() arg 2 must support iteration"));
    };
    let mut result = match a.opt(2) {
        Some(initial) => initial,
        None => match h.iter_next(iterator)? {
            Some(first) => first,
            None => return Err(h.type_error("reduce() of empty sequence with no initial value")),
        },
    };
    while let Some(item) = h.iter_next(iterator)? {
        result = h.call(a.get(0), &[result, item], &[])?;
    }
    Ok(result)
}

fn sorted(h: &mut Host, a: Args<'_>) -> Res {
    let items = h.collect_iterable(a.get(0))?;
    let sorted = sort_values(h, items, given(a.get(1)), given(a.get(2)), a.opt(3))?;
    Ok(h.new_list(sorted))
}

fn sum(h: &mut Host, a: Args<'_>) -> Res {
    let mut total = a.opt(1).unwrap_or(Value::Int(0));
    if matches!(h.data(total), Some(ObjData::Str(_) | ObjData::Unicode(_))) {
        return Err(h.type_error("sum() can't sum strings [use ''.join(seq) instead]"));
    }
    let iterator = h.get_iter(a.get(0))?;
    while let Some(item) = h.iter_next(iterator)? {
        total = h.binary_op(BinOp::Add, total, item)?;
    }
    Ok(total)
}

fn zip(h: &mut Host, a: Args<'_>) -> Res {
    let mut iterators = vec![];
    for (i, source) in a.pos.iter().enumerate() {
        match h.get_iter_opt(*source)? {
            Some(iterator) => iterators.push(iterator),
            None => return Err(h.type_error(format!("zip argument #{} must support iteration", i + 1))),
        }
    }
    let mut rows = vec![];
    'rows: while !iterators.is_empty() {
        let mut row = Vec::with_capacity(iterators.len());
        for iterator in &iterators {
            match h.iter_next(*iterator)? {
                Some(item) => row.push(item),
                None => break 'rows,
            }
        }
        rows.push(h.new_tuple(&row));
    }
    Ok(h.new_list(rows))
}
