//! Methods that `str` and `unicode` share, written once for both.

use super::text::{self, Unit};
use super::{def, given, this};
use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, NativeDef, ObjData};
use crate::value::Value;
use std::rc::Rc;

/// Runs a method as `unicode` when self or an argument is unicode, else as `str`.
macro_rules! both {
    ($name:ident, $generic:ident) => {
        fn $name(h: &mut Host, a: Args<'_>) -> Res {
            if a.pos
                .iter()
                .any(|&v| matches!(h.data(v), Some(ObjData::Unicode(_))))
            {
                $generic::<u32>(h, a)
            } else {
                $generic::<u8>(h, a)
            }
        }
    };
}

/// Runs a method of the kind of self.
macro_rules! own {
    ($name:ident, $generic:ident) => {
        fn $name(h: &mut Host, a: Args<'_>) -> Res {
            if matches!(h.data(this(&a)), Some(ObjData::Unicode(_))) {
                $generic::<u32>(h, a)
            } else {
                $generic::<u8>(h, a)
            }
        }
    };
}

both!(find, find_in);
both!(rfind, rfind_in);
both!(index, index_in);
both!(rindex, rindex_in);
both!(count, count_in);
both!(replace, replace_in);
both!(split, split_in);
both!(rsplit, rsplit_in);
both!(partition, partition_in);
both!(rpartition, rpartition_in);
both!(strip, strip_in);
both!(lstrip, lstrip_in);
both!(rstrip, rstrip_in);
own!(splitlines, splitlines_in);
own!(lower, lower_in);
own!(upper, upper_in);
own!(swapcase, swapcase_in);
own!(capitalize, capitalize_in);
own!(title, title_in);
own!(isalpha, isalpha_in);
own!(isdigit, isdigit_in);
own!(isalnum, isalnum_in);
own!(isspace, isspace_in);
own!(islower, islower_in);
own!(isupper, isupper_in);
own!(istitle, istitle_in);
own!(ljust, ljust_in);
own!(rjust, rjust_in);
own!(center, center_in);
own!(zfill, zfill_in);
own!(expandtabs, expandtabs_in);

/// The methods.
pub const METHODS: &[NativeDef] = &[
    def("find", 1, 3, find),
    def("rfind", 1, 3, rfind),
    def("index", 1, 3, index),
    def("rindex", 1, 3, rindex),
    def("count", 1, 3, count),
    def("replace", 2, 3, replace),
    def("split", 0, 2, split),
    def("rsplit", 0, 2, rsplit),
    def("partition", 1, 1, partition),
    def("rpartition", 1, 1, rpartition),
    def("strip", 0, 1, strip),
    def("lstrip", 0, 1, lstrip),
    def("rstrip", 0, 1, rstrip),
    def("splitlines", 0, 1, splitlines),
    def("lower", 0, 0, lower),
    def("upper", 0, 0, upper),
    def("swapcase", 0, 0, swapcase),
    def("capitalize", 0, 0, capitalize),
    def("title", 0, 0, title),
    def("isalpha", 0, 0, isalpha),
    def("isdigit", 0, 0, isdigit),
    def("isalnum", 0, 0, isalnum),
    def("isspace", 0, 0, isspace),
    def("islower", 0, 0, islower),
    def("isupper", 0, 0, isupper),
    def("istitle", 0, 0, istitle),
    def("ljust", 1, 2, ljust),
    def("rjust", 1, 2, rjust),
    def("center", 1, 2, center),
    def("zfill", 1, 1, zfill),
    def("expandtabs", 0, 1, expandtabs),
    def("startswith", 1, 3, startswith),
    def("endswith", 1, 3, endswith),
    def("join", 1, 1, join),
];

/// The range that optional start and end arguments select; `None` when start lies behind the end.
fn bounds(h: &mut Host, a: &Args<'_>, len: usize) -> Res<Option<(usize, usize)>> {
    let mut ends = [0i64, len as i64];
    for (slot, i) in ends.iter_mut().zip([2, 3]) {
        let Some(value) = given(a.get(i)) else { continue };
        let Some(n) = h.to_index_clipped(value)? else {
            return Err(h.type_error("slice indices must be integers or None or have an __index__ method"));
        };
        *slot = if n < 0 {
            (n.saturating_add(len as i64)).max(0)
        } else {
            n
        };
    }
    let end = ends[1].min(len as i64);
    if ends[0] > end {
        return Ok(None);
    }
    Ok(Some((ends[0] as usize, end as usize)))
}

type Finder<T> = fn(&[T], &[T]) -> Option<usize>;

fn place<T: Unit>(h: &mut Host, a: &Args<'_>, finder: Finder<T>) -> Res<Option<usize>> {
    let text = T::arg(h, this(a))?;
    let needle = T::arg(h, a.get(1))?;
    let Some((start, end)) = bounds(h, a, text.len())? else {
        return Ok(None);
    };
    Ok(finder(&text[start..end], &needle).map(|at| start + at))
}

fn find_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    let at = place::<T>(h, &a, text::find)?;
    Ok(Value::Int(at.map_or(-1, |n| n as i64)))
}

fn rfind_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    let at = place::<T>(h, &a, text::rfind)?;
    Ok(Value::Int(at.map_or(-1, |n| n as i64)))
}

fn index_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    match place::<T>(h, &a, text::find)? {
        Some(n) => Ok(Value::Int(n as i64)),
        None => Err(h.value_error("substring not found")),
    }
}

fn rindex_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    match place::<T>(h, &a, text::rfind)? {
        Some(n) => Ok(Value::Int(n as i64)),
        None => Err(h.value_error("substring not found")),
    }
}

fn count_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    let text = T::arg(h, this(&a))?;
    let needle = T::arg(h, a.get(1))?;
    let n = match bounds(h, &a, text.len())? {
        Some((start, end)) => text::count(&text[start..end], &needle),
        None => 0,
    };
    Ok(Value::Int(n as i64))
}

fn limit(h: &mut Host, value: Value) -> Res<usize> {
    match value.option() {
        None => Ok(usize::MAX),
        Some(v) => Ok(usize::try_from(h.to_i64(v)?).unwrap_or(usize::MAX)),
    }
}

fn replace_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    let text = T::arg(h, this(&a))?;
    let (old, new) = (T::arg(h, a.get(1))?, T::arg(h, a.get(2))?);
    let limit = limit(h, a.get(3))?;
    let out = text::replace(&text, &old, &new, limit);
    Ok(T::make(h, &out))
}

fn pieces<T: Unit>(h: &mut Host, parts: &[&[T]]) -> Value {
    let items = parts.iter().map(|part| T::make(h, part)).collect();
    h.new_list(items)
}

fn separator<T: Unit>(h: &mut Host, a: &Args<'_>) -> Res<Option<Rc<[T]>>> {
    let Some(sep) = given(a.get(1)) else { return Ok(None) };
    let sep = T::arg(h, sep)?;
    if sep.is_empty() {
        return Err(h.value_error("empty separator"));
    }
    Ok(Some(sep))
}

fn split_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    let text = T::arg(h, this(&a))?;
    let limit = limit(h, a.get(2))?;
    let parts = match separator::<T>(h, &a)? {
        Some(sep) => text::split(&text, &sep, limit),
        None => text::split_space(&text, limit),
    };
    Ok(pieces(h, &parts))
}

fn rsplit_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    let text = T::arg(h, this(&a))?;
    let limit = limit(h, a.get(2))?;
    let parts = match separator::<T>(h, &a)? {
        Some(sep) => text::rsplit(&text, &sep, limit),
        None => text::rsplit_space(&text, limit),
    };
    Ok(pieces(h, &parts))
}

fn triple<T: Unit>(h: &mut Host, parts: [&[T]; 3]) -> Value {
    let items = parts.map(|part| T::make(h, part));
    h.new_tuple(&items)
}

fn partition_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    let text = T::arg(h, this(&a))?;
    let Some(sep) = separator::<T>(h, &a)? else {
        return Err(h.type_error("expected a character buffer object"));
    };
    Ok(match text::find(&text, &sep) {
        Some(at) => triple::<T>(h, [&text[..at], &sep, &text[at + sep.len()..]]),
        None => triple::<T>(h, [&text, &[], &[]]),
    })
}

fn rpartition_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    let text = T::arg(h, this(&a))?;
    let Some(sep) = separator::<T>(h, &a)? else {
        return Err(h.type_error("expected a character buffer object"));
    };
    Ok(match text::rfind(&text, &sep) {
        Some(at) => triple::<T>(h, [&text[..at], &sep, &text[at + sep.len()..]]),
        None => triple::<T>(h, [&[], &[], &text]),
    })
}

fn strip_sides<T: Unit>(h: &mut Host, a: Args<'_>, left: bool, right: bool) -> Res {
    let text = T::arg(h, this(&a))?;
    let set = match given(a.get(1)) {
        Some(v) => {
            if !matches!(h.data(v), Some(ObjData::Str(_) | ObjData::Unicode(_))) {
                return Err(h.type_error("strip arg must be None, str or unicode"));
            }
            Some(T::arg(h, v)?)
        }
        None => None,
    };
    let drop = |u: &T| match &set {
        Some(set) => set.contains(u),
        None => u.is_space(),
    };
    let mut rest = &text[..];
    while left && rest.first().is_some_and(drop) {
        rest = &rest[1..];
    }
    while right && rest.last().is_some_and(drop) {
        rest = &rest[..rest.len() - 1];
    }
    Ok(T::make(h, rest))
}

fn strip_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    strip_sides::<T>(h, a, true, true)
}

fn lstrip_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    strip_sides::<T>(h, a, true, false)
}

fn rstrip_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    strip_sides::<T>(h, a, false, true)
}

fn splitlines_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    let text = T::arg(h, this(&a))?;
    let keep = match a.opt(1) {
        Some(v) => h.truth(v)?,
        None => false,
    };
    let parts = text::split_lines(&text, keep);
    Ok(pieces(h, &parts))
}

fn mapped<T: Unit>(h: &mut Host, a: &Args<'_>, f: impl Fn(T) -> T) -> Res {
    let text = T::arg(h, this(a))?;
    let out: Vec<T> = text.iter().map(|&u| f(u)).collect();
    Ok(T::make(h, &out))
}

fn lower_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    mapped(h, &a, T::lower)
}

fn upper_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    mapped(h, &a, T::upper)
}

fn swapcase_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    mapped(h, &a, |u: T| {
        if u.is_upper() {
            u.lower()
        } else if u.is_lower() {
            u.upper()
        } else {
            u
        }
    })
}

fn capitalize_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    let text = T::arg(h, this(&a))?;
    let out: Vec<T> = text
        .iter()
        .enumerate()
        .map(|(i, &u)| if i == 0 { u.upper() } else { u.lower() })
        .collect();
    Ok(T::make(h, &out))
}

fn cased<T: Unit>(u: T) -> bool {
    u.is_lower() || u.is_upper() || u.is_title()
}

fn title_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    let text = T::arg(h, this(&a))?;
    let mut inside = false;
    let mut out = Vec::with_capacity(text.len());
    for &u in text.iter() {
        out.push(if !cased(u) {
            u
        } else if inside {
            u.lower()
        } else {
            u.title()
        });
        inside = cased(u);
    }
    Ok(T::make(h, &out))
}

fn all<T: Unit>(h: &mut Host, a: &Args<'_>, f: impl Fn(T) -> bool) -> Res {
    let text = T::arg(h, this(a))?;
    Ok(Value::Bool(!text.is_empty() && text.iter().all(|&u| f(u))))
}

fn isalpha_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    all(h, &a, T::is_alpha)
}

fn isdigit_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    all(h, &a, T::is_digit)
}

fn isalnum_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    all(h, &a, |u: T| {
        u.is_alpha()
            || u.is_digit()
            || (u.code() > 127 && super::unicode_data::is_numeric(u.code()) && size_of::<T>() > 1)
    })
}

fn isspace_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    all(h, &a, T::is_space)
}

fn islower_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    let text = T::arg(h, this(&a))?;
    Ok(Value::Bool(
        text.iter().any(|u| u.is_lower()) && !text.iter().any(|u| u.is_upper() || u.is_title()),
    ))
}

fn isupper_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    let text = T::arg(h, this(&a))?;
    Ok(Value::Bool(
        text.iter().any(|u| u.is_upper()) && !text.iter().any(|u| u.is_lower() || u.is_title()),
    ))
}

fn istitle_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    let text = T::arg(h, this(&a))?;
    let (mut any, mut inside) = (false, false);
    for &u in text.iter() {
        let upper = u.is_upper() || u.is_title();
        if (upper && inside) || (u.is_lower() && !inside) {
            return Ok(Value::Bool(false));
        }
        inside = upper || u.is_lower();
        any |= inside;
    }
    Ok(Value::Bool(any))
}

fn padding<T: Unit>(h: &mut Host, a: &Args<'_>) -> Res<(Rc<[T]>, usize, T)> {
    let text = T::arg(h, this(a))?;
    let width = h.to_i64(a.get(1))?;
    let fill = match a.opt(2) {
        Some(v) => {
            let name = h.class_name_of(v);
            if !matches!(h.data(v), Some(ObjData::Str(_) | ObjData::Unicode(_))) {
                return Err(h.type_error(format!("must be char, not {name}")));
            }
            let fill = T::arg(h, v)?;
            match fill[..] {
                [fill] => fill,
                _ => return Err(h.type_error("must be char, not ".to_string() + &name)),
            }
        }
        None => T::ascii(b' '),
    };
    let missing = usize::try_from(width).unwrap_or(0).saturating_sub(text.len());
    if missing > 1 << 32 {
        return Err(h.overflow_error("padded string is too long"));
    }
    Ok((text, missing, fill))
}

fn padded<T: Unit>(h: &mut Host, text: &[T], left: usize, right: usize, fill: T) -> Value {
    let mut out = vec![fill; left];
    out.extend_from_slice(text);
    out.resize(left + text.len() + right, fill);
    T::make(h, &out)
}

fn ljust_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    let (text, missing, fill) = padding::<T>(h, &a)?;
    Ok(padded(h, &text, 0, missing, fill))
}

fn rjust_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    let (text, missing, fill) = padding::<T>(h, &a)?;
    Ok(padded(h, &text, missing, 0, fill))
}

fn center_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    let (text, missing, fill) = padding::<T>(h, &a)?;
    let width = text.len() + missing;
    let left = missing / 2 + (missing & width & 1);
    Ok(padded(h, &text, left, missing - left, fill))
}

fn zfill_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    let (text, missing, _) = padding::<T>(h, &a)?;
    let sign = text
        .first()
        .is_some_and(|&u| u == T::ascii(b'+') || u == T::ascii(b'-'));
    let at = usize::from(sign);
    let mut out = text[..at].to_vec();
    out.resize(at + missing, T::ascii(b'0'));
    out.extend_from_slice(&text[at..]);
    Ok(T::make(h, &out))
}

fn expandtabs_in<T: Unit>(h: &mut Host, a: Args<'_>) -> Res {
    let text = T::arg(h, this(&a))?;
    let size = match a.opt(1) {
        Some(v) => h.to_i64(v)?.max(0) as usize,
        None => 8,
    };
    let (mut out, mut column) = (Vec::new(), 0);
    for &u in text.iter() {
        if u == T::ascii(b'\t') {
            let n = if size == 0 { 0 } else { size - column % size };
            out.resize(out.len() + n, T::ascii(b' '));
            column += n;
            continue;
        }
        column = if u == T::ascii(b'\n') || u == T::ascii(b'\r') {
            0
        } else {
            column + 1
        };
        out.push(u);
    }
    Ok(T::make(h, &out))
}

fn affix(h: &mut Host, a: &Args<'_>, end: bool) -> Res {
    let candidates: Vec<Value> = match h.tuple_items(a.get(1)) {
        Some(items) => items.to_vec(),
        None => vec![a.get(1)],
    };
    for candidate in candidates {
        let fits = match h.data(candidate) {
            Some(ObjData::Str(_)) if h.unicode_chars(this(a)).is_none() => affix_of::<u8>(h, a, candidate, end)?,
            Some(ObjData::Str(_) | ObjData::Unicode(_)) => affix_of::<u32>(h, a, candidate, end)?,
            _ => {
                let name = if end { "endswith" } else { "startswith" };
                let got = h.class_name_of(candidate);
                let text = if h.tuple_items(a.get(1)).is_some() && h.str_bytes(this(a)).is_none() {
                    format!("coercing to Unicode: need string or buffer, {got} found")
                } else if h.str_bytes(this(a)).is_some() {
                    format!("{name} first arg must be str, unicode, or tuple, not {got}")
                } else {
                    format!("{name} first arg must be str, unicode, or tuple, not {got}")
                };
                return Err(h.type_error(text));
            }
        };
        if fits {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn affix_of<T: Unit>(h: &mut Host, a: &Args<'_>, candidate: Value, end: bool) -> Res<bool> {
    let text = T::arg(h, this(a))?;
    let part = T::arg(h, candidate)?;
    let Some((start, stop)) = bounds(h, a, text.len())? else {
        return Ok(false);
    };
    let within = &text[start..stop];
    Ok(if end {
        within.ends_with(&part)
    } else {
        within.starts_with(&part)
    })
}

fn startswith(h: &mut Host, a: Args<'_>) -> Res {
    affix(h, &a, false)
}

fn endswith(h: &mut Host, a: Args<'_>) -> Res {
    affix(h, &a, true)
}

fn join(h: &mut Host, a: Args<'_>) -> Res {
    let items = match h.get_iter_opt(a.get(1))? {
        Some(_) => h.collect_iterable(a.get(1))?,
        None => return Err(h.type_error("can only join an iterable")),
    };
    let unicode =
        h.unicode_chars(this(&a)).is_some() || items.iter().any(|&v| matches!(h.data(v), Some(ObjData::Unicode(_))));
    if unicode {
        join_all::<u32>(h, &a, &items)
    } else {
        join_all::<u8>(h, &a, &items)
    }
}

fn join_all<T: Unit>(h: &mut Host, a: &Args<'_>, items: &[Value]) -> Res {
    let sep = T::arg(h, this(a))?;
    if let [only] = items
        && matches!(
            only.obj().map(|id| h.heap.get(id)),
            Some(ObjData::Str(_) | ObjData::Unicode(_))
        )
        && (size_of::<T>() == 1) == h.str_bytes(*only).is_some()
    {
        return Ok(*only);
    }
    let mut out = Vec::new();
    for (i, &item) in items.iter().enumerate() {
        if !matches!(h.data(item), Some(ObjData::Str(_) | ObjData::Unicode(_))) {
            let kind = if size_of::<T>() == 1 {
                "string"
            } else {
                "string or Unicode"
            };
            let text = format!("sequence item {i}: expected {kind}, {} found", h.class_name_of(item));
            return Err(h.type_error(text));
        }
        if i > 0 {
            out.extend_from_slice(&sep);
        }
        out.extend_from_slice(&T::arg(h, item)?);
    }
    Ok(T::make(h, &out))
}
