//! `basestring`, `str`, `unicode`: construction and what is particular to each.

use super::slots::COMPARE;
use super::{TypeSpec, codecs, def, named, str_methods, this};
use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, NativeDef, ObjData, StrObj, UnicodeObj};
use crate::value::Value;
use std::rc::Rc;

const SLOTS: &[NativeDef] = &[
    def("__add__", 1, 1, super::slots::sequence::<0>),
    def("__mul__", 1, 1, super::slots::sequence::<2>),
    def("__rmul__", 1, 1, super::slots::sequence::<2>),
    def("__mod__", 1, 1, super::slots::binary::<6>),
    def("__rmod__", 1, 1, super::slots::reflected::<6>),
    def("__len__", 0, 0, super::slots::len),
    def("__contains__", 1, 1, super::slots::contains),
    def("__getitem__", 1, 1, super::slots::getitem),
    def("__getslice__", 2, 2, super::slots::getslice),
    def("__hash__", 0, 0, super::slots::hash),
    def("__repr__", 0, 0, super::slots::repr),
    def("__str__", 0, 0, super::slots::str),
];

const COMMON: &[NativeDef] = &[
    named("encode", 0, &["encoding", "errors"], encode),
    named("decode", 0, &["encoding", "errors"], decode),
    super::free("format", format),
    def("__format__", 1, 1, dunder_format),
    def("_formatter_parser", 0, 0, crate::format::braces::formatter_parser),
    def(
        "_formatter_field_name_split",
        0,
        0,
        crate::format::braces::field_name_split,
    ),
    def("__getnewargs__", 0, 0, getnewargs),
];

/// Installs the types.
pub fn setup(h: &mut Host) {
    let t = h.types.clone();
    h.install(
        t.basestring,
        &TypeSpec {
            new: Some(new_basestring),
            new_args: (0, -1),
            ..TypeSpec::default()
        },
    );
    for class in [t.str_, t.unicode] {
        h.install(
            class,
            &TypeSpec {
                slots: SLOTS,
                methods: str_methods::METHODS,
                ..TypeSpec::default()
            },
        );
        h.install(
            class,
            &TypeSpec {
                slots: &COMPARE,
                methods: COMMON,
                ..TypeSpec::default()
            },
        );
    }
    let spec = TypeSpec {
        methods: const { &[named("translate", 1, &["table", "deletechars"], translate)] },
        new: Some(new_str),
        new_args: (0, 1),
        new_names: &["object"],
        ..TypeSpec::default()
    };
    h.install(t.str_, &spec);
    let spec = TypeSpec {
        methods: super::unicode_methods::METHODS,
        new: Some(new_unicode),
        new_args: (0, 3),
        new_names: &["string", "encoding", "errors"],
        ..TypeSpec::default()
    };
    h.install(t.unicode, &spec);
}

fn new_basestring(h: &mut Host, _: Args<'_>) -> Res {
    Err(h.type_error("The basestring type cannot be instantiated"))
}

fn new_str(h: &mut Host, a: Args<'_>) -> Res {
    let own = h.types.str_;
    let value = match a.opt(1) {
        Some(v) => h.str_value(v)?,
        None => h.new_str(""),
    };
    if this(&a) == Value::Obj(own) {
        return Ok(value);
    }
    let bytes: Rc<[u8]> = h.to_bytes(value)?;
    Ok(h.wrap_native(this(&a), own, ObjData::Str(StrObj::new(bytes))))
}

impl Host {
    /// `str(value)`, or the unicode that `__str__` returns.
    pub(crate) fn str_value_or_unicode(&mut self, value: Value) -> Res {
        if self.is_user_instance(value)
            && let Some(found) = self.lookup_special(value, self.names.d_str)
            && !self.is_native_slot(found)
            && !matches!(self.data(value), Some(ObjData::OldInstance(_)))
        {
            let result = self.call_special(found, value, &[])?;
            if self.str_bytes(result).is_some() || self.unicode_chars(result).is_some() {
                return Ok(result);
            }
            let text = format!("__str__ returned non-string (type {})", self.class_name_of(result));
            return Err(self.type_error(text));
        }
        self.str_value(value)
    }

    /// `str(value)` as object.
    pub(crate) fn str_value(&mut self, value: Value) -> Res {
        if matches!(value.obj().map(|id| self.heap.get(id)), Some(ObjData::Str(_))) {
            return Ok(value);
        }
        if self.is_user_instance(value)
            && !matches!(self.data(value), Some(ObjData::OldInstance(_)))
            && let Some(found) = self.lookup_special(value, self.names.d_str)
            && !self.is_native_slot(found)
        {
            self.enter_native()?;
            let result = self.call_special(found, value, &[]);
            self.leave_native();
            let result = result?;
            if self.str_bytes(result).is_some() {
                return Ok(result);
            }
            if self.unicode_chars(result).is_some() {
                let bytes = self.encode_ascii(result)?;
                return Ok(self.new_str(bytes));
            }
            let text = format!("__str__ returned non-string (type {})", self.class_name_of(result));
            return Err(self.type_error(text));
        }
        let bytes = self.to_str_bytes(value)?;
        Ok(self.new_str(bytes))
    }

    /// `unicode(value)` as code points.
    pub(crate) fn unicode_value(&mut self, value: Value) -> Res<Rc<[u32]>> {
        if matches!(value.obj().map(|id| self.heap.get(id)), Some(ObjData::Unicode(_))) {
            return self.to_unicode_chars(value);
        }
        let name = self.names.d_unicode;
        if self.is_user_instance(value)
            && let Some(method) = self.special_method(value, name)?
        {
            let result = self.call_value(method, &[], &[])?;
            return match self.data(result) {
                Some(ObjData::Unicode(_) | ObjData::Str(_)) => self.to_unicode_chars(result),
                _ => {
                    let text = format!(
                        "coercing to Unicode: need string or buffer, {} found",
                        self.class_name_of(result)
                    );
                    Err(self.type_error(text))
                }
            };
        }
        if self.unicode_chars(value).is_some() {
            return self.to_unicode_chars(value);
        }
        let found = self.lookup_special(value, self.names.d_str);
        if let Some(found) = found
            && self.is_user_instance(value)
            && !self.is_native_slot(found)
        {
            let result = self.call_special(found, value, &[])?;
            return self.to_unicode_chars(result);
        }
        let bytes = self.to_str_bytes(value)?;
        let text = self.new_str(bytes);
        self.to_unicode_chars(text)
    }
}

fn new_unicode(h: &mut Host, a: Args<'_>) -> Res {
    let own = h.types.unicode;
    let chars: Rc<[u32]> = match a.opt(1) {
        None => Rc::from([]),
        Some(v) if a.opt(2).is_none() && a.opt(3).is_none() => h.unicode_value(v)?,
        Some(v) => {
            if h.unicode_chars(v).is_some() {
                return Err(h.type_error("decoding Unicode is not supported"));
            }
            let bytes = match h.str_bytes(v).cloned() {
                Some(bytes) => bytes,
                None => match h.buffer_bytes(v) {
                    Some(bytes) => Rc::from(bytes),
                    None => {
                        let text = format!(
                            "coercing to Unicode: need string or buffer, {} found",
                            h.class_name_of(v)
                        );
                        return Err(h.type_error(text));
                    }
                },
            };
            let _ = bytes;
            let decoded = codecs::decode_value(h, v, a.opt(2), a.opt(3))?;
            h.to_unicode_chars(decoded)?
        }
    };
    Ok(h.wrap_native(this(&a), own, ObjData::Unicode(UnicodeObj { chars })))
}

fn encode(h: &mut Host, a: Args<'_>) -> Res {
    let result = codecs::encode_value(h, this(&a), a.opt(1), a.opt(2))?;
    check_text(h, result, "encoder")
}

fn decode(h: &mut Host, a: Args<'_>) -> Res {
    let result = codecs::decode_value(h, this(&a), a.opt(1), a.opt(2))?;
    check_text(h, result, "decoder")
}

fn check_text(h: &mut Host, result: Value, what: &str) -> Res {
    if matches!(h.data(result), Some(ObjData::Str(_) | ObjData::Unicode(_))) {
        return Ok(result);
    }
    let text = format!(
        "{what} did not return a string/unicode object (type={})",
        h.class_name_of(result)
    );
    Err(h.type_error(text))
}

fn format(h: &mut Host, a: Args<'_>) -> Res {
    crate::format::braces::format(h, a)
}

fn dunder_format(h: &mut Host, a: Args<'_>) -> Res {
    crate::format::spec::format_value(h, this(&a), a.get(1))
}

fn getnewargs(h: &mut Host, a: Args<'_>) -> Res {
    let copy = match h.data(this(&a)) {
        Some(ObjData::Unicode(u)) => {
            let chars = u.chars.clone();
            h.new_unicode(&chars)
        }
        _ => {
            let bytes = h.to_bytes(this(&a))?;
            h.new_str(&*bytes)
        }
    };
    Ok(h.new_tuple(&[copy]))
}

fn translate(h: &mut Host, a: Args<'_>) -> Res {
    let text = h.to_bytes(this(&a))?;
    let table = match super::given(a.get(1)) {
        Some(v) => {
            let table = h.to_bytes(v)?;
            if table.len() != 256 {
                return Err(h.value_error("translation table must be 256 characters long"));
            }
            Some(table)
        }
        None => None,
    };
    let deleted: Rc<[u8]> = match a.opt(2) {
        Some(v) => h.to_bytes(v)?,
        None => Rc::from([]),
    };
    let out: Vec<u8> = text
        .iter()
        .filter(|b| !deleted.contains(b))
        .map(|&b| table.as_ref().map_or(b, |t| t[b as usize]))
        .collect();
    Ok(h.new_str(out))
}
