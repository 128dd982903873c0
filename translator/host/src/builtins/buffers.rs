//! `bytearray`, `buffer`, `memoryview`.

use super::text::{self, Unit};
use super::{Attr, TypeSpec, def, given, named, this};
use crate::code::CmpOp;
use crate::error::{Raised, Res};
use crate::host::Host;
use crate::object::{Args, NativeDef, NativeObject, ObjData};
use crate::value::Value;
use std::any::Any;

/// A mutable byte string.
#[derive(Debug, Default)]
pub struct ByteArray {
    /// the bytes
    pub bytes: Vec<u8>,
}

/// A view of bytes of another object.
#[derive(Debug)]
pub struct Buffer {
    object: Value,
    offset: usize,
    size: Option<usize>,
}

impl NativeObject for ByteArray {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

impl NativeObject for Buffer {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        visit(self.object);
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

const COMPARE: &[NativeDef] = &[
    def("__lt__", 1, 1, compare::<0>),
    def("__le__", 1, 1, compare::<1>),
    def("__eq__", 1, 1, compare::<2>),
    def("__ne__", 1, 1, compare::<3>),
    def("__gt__", 1, 1, compare::<4>),
    def("__ge__", 1, 1, compare::<5>),
];

const BYTEARRAY_SLOTS: &[NativeDef] = &[
    named("__init__", 0, &["source", "encoding", "errors"], bytearray_init),
    def("__len__", 0, 0, len),
    def("__getitem__", 1, 1, getitem),
    def("__setitem__", 2, 2, setitem),
    def("__delitem__", 1, 1, delitem),
    def("__contains__", 1, 1, contains),
    def("__iter__", 0, 0, iter),
    def("__add__", 1, 1, add),
    def("__iadd__", 1, 1, iadd),
    def("__mul__", 1, 1, mul),
    def("__rmul__", 1, 1, mul),
    def("__repr__", 0, 0, bytearray_repr),
    def("__str__", 0, 0, to_str),
];

const BYTEARRAY_METHODS: &[NativeDef] = &[
    def("append", 1, 1, append),
    def("extend", 1, 1, extend),
    def("insert", 2, 2, insert),
    def("pop", 0, 1, pop),
    def("remove", 1, 1, remove),
    def("reverse", 0, 0, reverse),
    named("decode", 0, &["encoding", "errors"], decode),
    def("join", 1, 1, join),
    def("find", 1, 3, |h, a| via_str(h, a, "find")),
    def("rfind", 1, 3, |h, a| via_str(h, a, "rfind")),
    def("index", 1, 3, |h, a| via_str(h, a, "index")),
    def("count", 1, 3, |h, a| via_str(h, a, "count")),
    def("startswith", 1, 3, |h, a| via_str(h, a, "startswith")),
    def("endswith", 1, 3, |h, a| via_str(h, a, "endswith")),
    def("isalpha", 0, 0, |h, a| via_str(h, a, "isalpha")),
    def("isdigit", 0, 0, |h, a| via_str(h, a, "isdigit")),
    def("isspace", 0, 0, |h, a| via_str(h, a, "isspace")),
    def("isupper", 0, 0, |h, a| via_str(h, a, "isupper")),
    def("islower", 0, 0, |h, a| via_str(h, a, "islower")),
    def("upper", 0, 0, |h, a| mapped(h, a, "upper")),
    def("lower", 0, 0, |h, a| mapped(h, a, "lower")),
    def("title", 0, 0, |h, a| mapped(h, a, "title")),
    def("strip", 0, 1, |h, a| mapped(h, a, "strip")),
    def("lstrip", 0, 1, |h, a| mapped(h, a, "lstrip")),
    def("rstrip", 0, 1, |h, a| mapped(h, a, "rstrip")),
    def("replace", 2, 3, |h, a| mapped(h, a, "replace")),
    def("translate", 1, 2, |h, a| mapped(h, a, "translate")),
    def("center", 1, 2, |h, a| mapped(h, a, "center")),
    def("ljust", 1, 2, |h, a| mapped(h, a, "ljust")),
    def("rjust", 1, 2, |h, a| mapped(h, a, "rjust")),
    def("zfill", 1, 1, |h, a| mapped(h, a, "zfill")),
    def("split", 0, 2, |h, a| mapped_all(h, a, "split")),
    def("rsplit", 0, 2, |h, a| mapped_all(h, a, "rsplit")),
    def("splitlines", 0, 1, |h, a| mapped_all(h, a, "splitlines")),
    def("partition", 1, 1, |h, a| mapped_all(h, a, "partition")),
    def("rpartition", 1, 1, |h, a| mapped_all(h, a, "rpartition")),
];

const BUFFER_SLOTS: &[NativeDef] = &[
    def("__len__", 0, 0, len),
    def("__getitem__", 1, 1, buffer_item),
    def("__setitem__", 2, 2, buffer_setitem),
    def("__str__", 0, 0, to_str),
    def("__repr__", 0, 0, buffer_repr),
    def("__add__", 1, 1, buffer_add),
    def("__mul__", 1, 1, buffer_mul),
    def("__rmul__", 1, 1, buffer_mul),
    def("__hash__", 0, 0, buffer_hash),
];

const MEMORYVIEW_SLOTS: &[NativeDef] = &[
    def("__len__", 0, 0, len),
    def("__getitem__", 1, 1, view_item),
    def("__setitem__", 2, 2, buffer_setitem),
    def("__eq__", 1, 1, compare::<2>),
    def("__ne__", 1, 1, compare::<3>),
];

const MEMORYVIEW_METHODS: &[NativeDef] = &[def("tobytes", 0, 0, to_str), def("tolist", 0, 0, tolist)];

const MEMORYVIEW_ATTRS: &[Attr] = &[
    ("format", |h, _| Ok(h.new_str("B")), None),
    ("itemsize", |_, _| Ok(Value::Int(1)), None),
    ("ndim", |_, _| Ok(Value::Int(1)), None),
    ("readonly", |h, v| Ok(Value::Bool(!writable(h, v))), None),
    ("shape", shape, None),
    ("strides", |h, _| Ok(h.new_tuple(&[Value::Int(1)])), None),
    ("suboffsets", |_, _| Ok(Value::None), None),
];

const CLASS_METHODS: &[NativeDef] = &[def("fromhex", 1, 1, fromhex)];

/// Installs the types.
pub fn setup(h: &mut Host) {
    let t = h.types.clone();
    for class in [t.bytearray, t.buffer] {
        h.install(
            class,
            &TypeSpec {
                slots: COMPARE,
                ..TypeSpec::default()
            },
        );
    }
    let spec = TypeSpec {
        slots: BYTEARRAY_SLOTS,
        methods: BYTEARRAY_METHODS,
        class_methods: CLASS_METHODS,
        new: Some(new_bytearray),
        new_args: (0, -1),
        new_names: &["**"],
        ..TypeSpec::default()
    };
    h.install(t.bytearray, &spec);
    let dict = h.dict_of(Value::Obj(t.bytearray));
    let hash = h.names.d_hash;
    h.dict_set_name(dict, hash, Value::None);
    let spec = TypeSpec {
        slots: BUFFER_SLOTS,
        new: Some(new_buffer),
        new_args: (1, 3),
        ..TypeSpec::default()
    };
    h.install(t.buffer, &spec);
    let spec = TypeSpec {
        slots: MEMORYVIEW_SLOTS,
        attrs: MEMORYVIEW_ATTRS,
        methods: MEMORYVIEW_METHODS,
        new: Some(new_view),
        new_args: (1, 1),
        ..TypeSpec::default()
    };
    h.install(t.memoryview, &spec);
}

impl Host {
    /// The bytes behind a bytearray, buffer or memoryview.
    pub fn buffer_bytes(&self, value: Value) -> Option<Vec<u8>> {
        if let Some(b) = self.native::<ByteArray>(value) {
            return Some(b.bytes.clone());
        }
        let b = self.native::<Buffer>(value)?;
        let inner = match self.data(b.object) {
            Some(ObjData::Str(s)) => s.bytes.to_vec(),
            Some(ObjData::Unicode(u)) => u.chars.iter().flat_map(|c| c.to_le_bytes()).collect(),
            _ => self.buffer_bytes(b.object)?,
        };
        let start = b.offset.min(inner.len());
        let end = b.size.map_or(inner.len(), |n| (start + n).min(inner.len()));
        Some(inner[start..end].to_vec())
    }
}

fn bytes_of(h: &mut Host, value: Value) -> Res<Vec<u8>> {
    if let Some(bytes) = h.buffer_bytes(value) {
        return Ok(bytes);
    }
    match h.str_bytes(value) {
        Some(bytes) => Ok(bytes.to_vec()),
        None => {
            let text = format!("can't concat bytearray to {}", h.class_name_of(value));
            Err(h.type_error(text))
        }
    }
}

fn make(h: &mut Host, bytes: Vec<u8>) -> Value {
    let class = h.types.bytearray;
    h.new_native(class, ByteArray { bytes })
}

fn own(h: &mut Host, value: Value) -> Res<&mut Vec<u8>> {
    if h.native::<ByteArray>(value).is_none() {
        return Err(h.type_error("bytearray expected"));
    }
    match h.native_mut::<ByteArray>(value) {
        Some(b) => Ok(&mut b.bytes),
        None => Err(Raised::new(Value::None)),
    }
}

fn new_bytearray(h: &mut Host, a: Args<'_>) -> Res {
    let class = h.types.bytearray;
    let data = ObjData::Native(class, Box::new(ByteArray::default()));
    Ok(h.wrap_native(this(&a), class, data))
}

fn bytearray_init(h: &mut Host, a: Args<'_>) -> Res {
    let bytes = match a.opt(1) {
        None => Vec::new(),
        Some(v) if h.unicode_chars(v).is_some() => {
            if given(a.get(2)).is_none() {
                return Err(h.type_error("unicode argument without an encoding"));
            }
            let encoded = super::codecs::encode_value(h, v, a.opt(2), a.opt(3))?;
            h.to_bytes(encoded)?.to_vec()
        }
        Some(v) => source_bytes(h, v)?,
    };
    *own(h, this(&a))? = bytes;
    Ok(Value::None)
}

fn source_bytes(h: &mut Host, v: Value) -> Res<Vec<u8>> {
    if h.str_bytes(v).is_some() || h.buffer_bytes(v).is_some() {
        return bytes_of(h, v);
    }
    if h.number(v).is_integral() {
        let n = h.to_i64(v)?;
        return match usize::try_from(n) {
            Ok(n) => Ok(vec![0; n]),
            Err(_) => Err(h.value_error("negative count")),
        };
    }
    let mut out = Vec::new();
    for item in h.collect_iterable(v)? {
        out.push(byte_arg(h, item)?);
    }
    Ok(out)
}

fn byte_arg(h: &mut Host, v: Value) -> Res<u8> {
    if let Some(bytes) = h.str_bytes(v) {
        if let [b] = bytes[..] {
            return Ok(b);
        }
        return Err(h.value_error("string must be of size 1"));
    }
    match h.to_index_clipped(v)? {
        Some(n) => u8::try_from(n).map_err(|_| h.value_error("byte must be in range(0, 256)")),
        None => Err(h.type_error("an integer or string of size 1 is required")),
    }
}

fn len(h: &mut Host, a: Args<'_>) -> Res {
    Ok(Value::Int(bytes_of(h, this(&a))?.len() as i64))
}

fn index(h: &mut Host, v: Value, len: usize, what: &str) -> Res<usize> {
    let Some(n) = h.to_index_clipped(v)? else {
        return Err(h.type_error(format!("{what} indices must be integers")));
    };
    let n = if n < 0 { n.saturating_add(len as i64) } else { n };
    usize::try_from(n)
        .ok()
        .filter(|&n| n < len)
        .ok_or_else(|| h.index_error(format!("{what} index out of range")))
}

fn getitem(h: &mut Host, a: Args<'_>) -> Res {
    let bytes = bytes_of(h, this(&a))?;
    if let Some(slice) = h.slice_parts(a.get(1)) {
        let r = h.slice_range(slice, bytes.len())?;
        let part = r.indices().map(|i| bytes[i]).collect();
        return Ok(make(h, part));
    }
    let i = index(h, a.get(1), bytes.len(), "bytearray")?;
    Ok(Value::Int(i64::from(bytes[i])))
}

fn setitem(h: &mut Host, a: Args<'_>) -> Res {
    let len = own(h, this(&a))?.len();
    let Some(slice) = h.slice_parts(a.get(1)) else {
        let i = index(h, a.get(1), len, "bytearray")?;
        let b = byte_arg(h, a.get(2))?;
        own(h, this(&a))?[i] = b;
        return Ok(Value::None);
    };
    let r = h.slice_range(slice, len)?;
    let new = source_bytes(h, a.get(2))?;
    if r.step == 1 {
        let start = r.start as usize;
        own(h, this(&a))?.splice(start..(r.stop as usize).max(start), new);
        return Ok(Value::None);
    }
    if new.len() != r.len {
        let text = format!(
            "attempt to assign bytes of size {} to extended slice of size {}",
            new.len(),
            r.len
        );
        return Err(h.value_error(text));
    }
    let bytes = own(h, this(&a))?;
    for (i, b) in r.indices().zip(new) {
        bytes[i] = b;
    }
    Ok(Value::None)
}

fn delitem(h: &mut Host, a: Args<'_>) -> Res {
    let len = own(h, this(&a))?.len();
    let doomed: Vec<usize> = match h.slice_parts(a.get(1)) {
        Some(slice) => h.slice_range(slice, len)?.indices().collect(),
        None => vec![index(h, a.get(1), len, "bytearray")?],
    };
    let mut i = 0;
    own(h, this(&a))?.retain(|_| {
        i += 1;
        !doomed.contains(&(i - 1))
    });
    Ok(Value::None)
}

fn contains(h: &mut Host, a: Args<'_>) -> Res {
    let bytes = bytes_of(h, this(&a))?;
    if h.number(a.get(1)).is_integral() {
        let b = byte_arg(h, a.get(1))?;
        return Ok(Value::Bool(bytes.contains(&b)));
    }
    let needle = bytes_of(h, a.get(1))?;
    Ok(Value::Bool(text::find(&bytes, &needle).is_some()))
}

fn int_list(h: &mut Host, value: Value) -> Res {
    let items = bytes_of(h, value)?
        .into_iter()
        .map(|b| Value::Int(i64::from(b)))
        .collect();
    Ok(h.new_list(items))
}

fn iter(h: &mut Host, a: Args<'_>) -> Res {
    let list = int_list(h, this(&a))?;
    h.get_iter(list)
}

fn add(h: &mut Host, a: Args<'_>) -> Res {
    let mut bytes = bytes_of(h, this(&a))?;
    bytes.extend(bytes_of(h, a.get(1))?);
    Ok(make(h, bytes))
}

fn iadd(h: &mut Host, a: Args<'_>) -> Res {
    let more = bytes_of(h, a.get(1))?;
    own(h, this(&a))?.extend(more);
    Ok(this(&a))
}

fn mul(h: &mut Host, a: Args<'_>) -> Res {
    let bytes = bytes_of(h, this(&a))?;
    let Some(n) = h.repeat_count(a.get(1))? else {
        return Ok(h.not_implemented);
    };
    let out = h.repeat_items(&bytes, n)?;
    Ok(make(h, out))
}

fn bytearray_repr(h: &mut Host, a: Args<'_>) -> Res {
    let bytes = bytes_of(h, this(&a))?;
    let text = crate::ops::repr::bytes_repr(&bytes);
    Ok(h.new_str(format!("bytearray(b{text})")))
}

fn to_str(h: &mut Host, a: Args<'_>) -> Res {
    let bytes = bytes_of(h, this(&a))?;
    Ok(h.new_str(bytes))
}

fn compare<const OP: u8>(h: &mut Host, a: Args<'_>) -> Res {
    let op = [CmpOp::Lt, CmpOp::Le, CmpOp::Eq, CmpOp::Ne, CmpOp::Gt, CmpOp::Ge][OP as usize];
    if h.buffer_bytes(a.get(1)).is_none() && h.str_bytes(a.get(1)).is_none() {
        return Ok(h.not_implemented);
    }
    let (x, y) = (bytes_of(h, this(&a))?, bytes_of(h, a.get(1))?);
    let (x, y) = (h.new_str(x), h.new_str(y));
    h.compare_values(op, x, y)
}

fn append(h: &mut Host, a: Args<'_>) -> Res {
    let b = byte_arg(h, a.get(1))?;
    own(h, this(&a))?.push(b);
    Ok(Value::None)
}

fn extend(h: &mut Host, a: Args<'_>) -> Res {
    if h.number(a.get(1)).is_integral() {
        return Err(h.type_error("'int' object is not iterable"));
    }
    let more = source_bytes(h, a.get(1))?;
    own(h, this(&a))?.extend(more);
    Ok(Value::None)
}

fn insert(h: &mut Host, a: Args<'_>) -> Res {
    let at = h.to_i64(a.get(1))?;
    let b = byte_arg(h, a.get(2))?;
    let bytes = own(h, this(&a))?;
    let len = bytes.len() as i64;
    let at = if at < 0 { (at + len).max(0) } else { at.min(len) };
    bytes.insert(at as usize, b);
    Ok(Value::None)
}

fn pop(h: &mut Host, a: Args<'_>) -> Res {
    let at = match a.opt(1) {
        Some(v) => h.to_i64(v)?,
        None => -1,
    };
    let len = own(h, this(&a))?.len() as i64;
    if len == 0 {
        return Err(h.index_error("pop from empty bytearray"));
    }
    let at = if at < 0 { at + len } else { at };
    if !(0..len).contains(&at) {
        return Err(h.index_error("pop index out of range"));
    }
    Ok(Value::Int(i64::from(own(h, this(&a))?.remove(at as usize))))
}

fn remove(h: &mut Host, a: Args<'_>) -> Res {
    let b = byte_arg(h, a.get(1))?;
    let bytes = own(h, this(&a))?;
    match bytes.iter().position(|&x| x == b) {
        Some(i) => {
            bytes.remove(i);
            Ok(Value::None)
        }
        None => Err(h.value_error("value not found in bytearray")),
    }
}

fn reverse(h: &mut Host, a: Args<'_>) -> Res {
    own(h, this(&a))?.reverse();
    Ok(Value::None)
}

fn decode(h: &mut Host, a: Args<'_>) -> Res {
    let bytes = bytes_of(h, this(&a))?;
    let text = h.new_str(bytes);
    super::codecs::decode_value(h, text, a.opt(1), a.opt(2))
}

/// The method of `str`, with bytearrays among the arguments turned into strings.
fn via_str(h: &mut Host, a: Args<'_>, name: &str) -> Res {
    let mut args = Vec::new();
    for &v in a.pos {
        let plain = match h.buffer_bytes(v) {
            Some(bytes) => h.new_str(bytes),
            None => v,
        };
        args.push(plain);
    }
    let method = h.getattr(args[0], name)?;
    h.call_value(method, &args[1..], &[])
}

fn mapped(h: &mut Host, a: Args<'_>, name: &str) -> Res {
    let result = via_str(h, a, name)?;
    let bytes = h.to_bytes(result)?.to_vec();
    Ok(make(h, bytes))
}

fn mapped_all(h: &mut Host, a: Args<'_>, name: &str) -> Res {
    let result = via_str(h, a, name)?;
    let mut out = Vec::new();
    for item in h.collect_iterable(result)? {
        let bytes = h.to_bytes(item)?.to_vec();
        out.push(make(h, bytes));
    }
    Ok(if name.ends_with("partition") {
        h.new_tuple(&out)
    } else {
        h.new_list(out)
    })
}

fn join(h: &mut Host, a: Args<'_>) -> Res {
    let sep = bytes_of(h, this(&a))?;
    let mut out = Vec::new();
    for (i, item) in h.collect_iterable(a.get(1))?.into_iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(&sep);
        }
        if h.buffer_bytes(item).is_none() && h.str_bytes(item).is_none() {
            let text = format!(
                "can only join an iterable of bytes (item {i} has type '{}')",
                h.class_name_of(item)
            );
            return Err(h.type_error(text));
        }
        out.extend(bytes_of(h, item)?);
    }
    Ok(make(h, out))
}

fn fromhex(h: &mut Host, a: Args<'_>) -> Res {
    let text = h.to_bytes(a.get(1))?;
    let digits: Vec<u8> = text.iter().copied().filter(|b| !b.is_space()).collect();
    let mut out = Vec::new();
    for (i, pair) in digits.chunks(2).enumerate() {
        let text = std::str::from_utf8(pair)
            .ok()
            .filter(|p| p.len() == 2 && p.bytes().all(|b| b.is_ascii_hexdigit()));
        match text.and_then(|p| u8::from_str_radix(p, 16).ok()) {
            Some(b) => out.push(b),
            None => {
                let text = format!("non-hexadecimal number found in fromhex() arg at position {}", 2 * i);
                return Err(h.value_error(text));
            }
        }
    }
    Ok(make(h, out))
}

fn new_buffer(h: &mut Host, a: Args<'_>) -> Res {
    let object = a.get(1);
    if !matches!(h.data(object), Some(ObjData::Str(_) | ObjData::Unicode(_))) && h.buffer_bytes(object).is_none() {
        return Err(h.type_error("buffer object expected"));
    }
    let offset = match a.opt(2) {
        Some(v) => h.to_i64(v)?,
        None => 0,
    };
    let Ok(offset) = usize::try_from(offset) else {
        return Err(h.value_error("offset must be zero or positive"));
    };
    let size = match a.opt(3) {
        Some(v) => {
            let n = h.to_i64(v)?;
            if n < -1 {
                return Err(h.value_error("size must be zero or positive"));
            }
            usize::try_from(n).ok()
        }
        None => None,
    };
    let class = h.types.buffer;
    Ok(h.new_native(class, Buffer { object, offset, size }))
}

fn buffer_item(h: &mut Host, a: Args<'_>) -> Res {
    let bytes = bytes_of(h, this(&a))?;
    if let Some(slice) = h.slice_parts(a.get(1)) {
        let r = h.slice_range(slice, bytes.len())?;
        let part: Vec<u8> = r.indices().map(|i| bytes[i]).collect();
        return Ok(h.new_str(part));
    }
    let i = index(h, a.get(1), bytes.len(), "buffer")?;
    Ok(h.char_str(bytes[i]))
}

fn writable(h: &Host, value: Value) -> bool {
    h.native::<Buffer>(value)
        .is_some_and(|b| h.native::<ByteArray>(b.object).is_some())
}

fn buffer_setitem(h: &mut Host, a: Args<'_>) -> Res {
    let Some((object, offset)) = h.native::<Buffer>(this(&a)).map(|b| (b.object, b.offset)) else {
        return Err(h.type_error("buffer expected"));
    };
    if !writable(h, this(&a)) {
        let view = Host::type_id(h, this(&a)) == h.types.memoryview;
        return Err(h.type_error(if view {
            "cannot modify read-only memory"
        } else {
            "buffer is read-only"
        }));
    }
    let len = bytes_of(h, this(&a))?.len();
    let new = bytes_of(h, a.get(2))?;
    let (start, n) = match h.slice_parts(a.get(1)) {
        Some(slice) => {
            let r = h.slice_range(slice, len)?;
            (r.start as usize, r.len)
        }
        None => (index(h, a.get(1), len, "index")?, 1),
    };
    if new.len() != n {
        let text = "cannot modify size of memoryview object";
        return Err(h.value_error(text));
    }
    own(h, object)?[offset + start..offset + start + n].copy_from_slice(&new);
    Ok(Value::None)
}

fn buffer_repr(h: &mut Host, a: Args<'_>) -> Res {
    let Some((object, size, offset)) = h.native::<Buffer>(this(&a)).map(|b| (b.object, b.size, b.offset)) else {
        return Ok(Value::None);
    };
    let kind = if writable(h, this(&a)) {
        "read-write"
    } else {
        "read-only"
    };
    let size = size.map_or(-1, |n| n as i64);
    let (of, at) = (h.address(object), h.address(this(&a)));
    Ok(h.new_str(format!(
        "<{kind} buffer for {of}, size {size}, offset {offset} at {at}>"
    )))
}

fn buffer_add(h: &mut Host, a: Args<'_>) -> Res {
    let mut bytes = bytes_of(h, this(&a))?;
    bytes.extend(bytes_of(h, a.get(1))?);
    Ok(h.new_str(bytes))
}

fn buffer_mul(h: &mut Host, a: Args<'_>) -> Res {
    let bytes = bytes_of(h, this(&a))?;
    let Some(n) = h.repeat_count(a.get(1))? else {
        return Ok(h.not_implemented);
    };
    let out = h.repeat_items(&bytes, n)?;
    Ok(h.new_str(out))
}

fn buffer_hash(h: &mut Host, a: Args<'_>) -> Res {
    if writable(h, this(&a)) {
        return Err(h.type_error("writable buffers are not hashable"));
    }
    let bytes = bytes_of(h, this(&a))?;
    let text = h.new_str(bytes);
    Ok(Value::Int(h.hash_value(text)?))
}

fn new_view(h: &mut Host, a: Args<'_>) -> Res {
    let object = a.get(1);
    if h.str_bytes(object).is_none() && h.buffer_bytes(object).is_none() {
        return Err(h.type_error("cannot make memory view because object does not have the buffer interface"));
    }
    let class = h.types.memoryview;
    Ok(h.new_native(
        class,
        Buffer {
            object,
            offset: 0,
            size: None,
        },
    ))
}

fn view_item(h: &mut Host, a: Args<'_>) -> Res {
    let bytes = bytes_of(h, this(&a))?;
    let Some(slice) = h.slice_parts(a.get(1)) else {
        let i = index(h, a.get(1), bytes.len(), "index")?;
        return Ok(h.char_str(bytes[i]));
    };
    let r = h.slice_range(slice, bytes.len())?;
    if r.step != 1 {
        return Err(h.error_args(h.exceptions.not_implemented_error, &[]));
    }
    let parts = h.native::<Buffer>(this(&a)).map(|b| (b.object, b.offset));
    let Some((object, offset)) = parts else {
        return Err(h.type_error("memoryview expected"));
    };
    let class = h.types.memoryview;
    Ok(h.new_native(
        class,
        Buffer {
            object,
            offset: offset + r.start as usize,
            size: Some(r.len),
        },
    ))
}

fn tolist(h: &mut Host, a: Args<'_>) -> Res {
    int_list(h, this(&a))
}

fn shape(h: &mut Host, value: Value) -> Res {
    let n = bytes_of(h, value)?.len() as i64;
    Ok(h.new_tuple(&[Value::Int(n)]))
}
