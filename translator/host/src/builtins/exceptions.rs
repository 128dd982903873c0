//! The exception classes.

use super::{Attr, TypeSpec, def, free, given, none, this};
use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, ExcData, ExcField, NativeDef, ObjData};
use crate::value::{ObjId, Value};

const SLOTS: &[NativeDef] = &[
    free("__init__", init),
    def("__repr__", 0, 0, super::slots::repr),
    def("__str__", 0, 0, str),
    def("__getitem__", 1, 1, getitem),
    def("__getslice__", 2, 2, getslice),
];

const METHODS: &[NativeDef] = &[
    def("__reduce__", 0, 0, reduce),
    def("__setstate__", 1, 1, setstate),
    def("__unicode__", 0, 0, unicode),
];

const ATTRS: &[Attr] = &[
    ("args", get_args, Some(set_args)),
    ("message", get_message, Some(set_message)),
    ("__dict__", super::object::get_dict, Some(super::object::set_dict)),
];

macro_rules! field {
    ($get:ident, $set:ident, $i:expr) => {
        fn $get(h: &mut Host, value: Value) -> Res {
            Ok(exc(h, value)
                .and_then(|e| e.fields[$i].0.option())
                .unwrap_or(Value::None))
        }
        fn $set(h: &mut Host, value: Value, new: Value) -> Res<()> {
            if let Some(ObjData::Exc(e)) = h.data_mut(value) {
                e.fields[$i] = ExcField(new);
            }
            Ok(())
        }
    };
}

field!(field0, set_field0, 0);
field!(field1, set_field1, 1);
field!(field2, set_field2, 2);
field!(field3, set_field3, 3);
field!(field4, set_field4, 4);

const ENVIRONMENT: &[Attr] = &[
    ("errno", field0, Some(set_field0)),
    ("strerror", field1, Some(set_field1)),
    ("filename", field2, Some(set_field2)),
];
const EXIT: &[Attr] = &[("code", field0, Some(set_field0))];
const SYNTAX: &[Attr] = &[
    ("msg", field0, Some(set_field0)),
    ("filename", field1, Some(set_field1)),
    ("lineno", field2, Some(set_field2)),
    ("offset", field3, Some(set_field3)),
    ("text", field4, Some(set_field4)),
    ("print_file_and_line", |_, _| Ok(Value::None), None),
];
const UNICODE: &[Attr] = &[
    ("encoding", field0, Some(set_field0)),
    ("object", field1, Some(set_field1)),
    ("start", field2, Some(set_field2)),
    ("end", field3, Some(set_field3)),
    ("reason", field4, Some(set_field4)),
];
const TRANSLATE: &[Attr] = &[
    ("object", field1, Some(set_field1)),
    ("start", field2, Some(set_field2)),
    ("end", field3, Some(set_field3)),
    ("reason", field4, Some(set_field4)),
];

/// Installs the classes.
pub fn setup(h: &mut Host) {
    let e = h.exceptions.clone();
    let spec = TypeSpec {
        slots: SLOTS,
        methods: METHODS,
        attrs: ATTRS,
        new: Some(new),
        new_args: (0, -1),
        new_names: &["**"],
        doc: Some("Common base class for all exceptions"),
        ..TypeSpec::default()
    };
    h.install(e.base_exception, &spec);
    let extra: [(ObjId, &'static [Attr]); 6] = [
        (e.environment_error, ENVIRONMENT),
        (e.system_exit, EXIT),
        (e.syntax_error, SYNTAX),
        (e.unicode_decode_error, UNICODE),
        (e.unicode_encode_error, UNICODE),
        (e.unicode_translate_error, TRANSLATE),
    ];
    for (class, attrs) in extra {
        h.install(
            class,
            &TypeSpec {
                attrs,
                ..TypeSpec::default()
            },
        );
    }
    for (_, class) in e.all() {
        h.install(
            class,
            &TypeSpec {
                new: Some(new),
                new_args: (0, -1),
                new_names: &["**"],
                ..TypeSpec::default()
            },
        );
    }
}

fn exc(h: &Host, value: Value) -> Option<&ExcData> {
    match h.data(value) {
        Some(ObjData::Exc(e)) => Some(e),
        _ => None,
    }
}

fn new(h: &mut Host, a: Args<'_>) -> Res {
    let Value::Obj(class) = this(&a) else {
        return Err(h.type_error("class expected"));
    };
    let data = ExcData::default();
    Ok(h.new_instance(class, Some(ObjData::Exc(Box::new(data)))))
}

fn init(h: &mut Host, a: Args<'_>) -> Res {
    if !a.kw.is_empty() {
        let name = h.class_name_of(this(&a));
        return Err(h.type_error(format!("{name} does not take keyword arguments")));
    }
    let class = h.type_id(this(&a));
    let mut data = ExcData {
        args: a.pos[1..].to_vec(),
        ..ExcData::default()
    };
    h.check_unicode_args(class, &data)?;
    h.check_syntax_args(class, &data)?;
    h.fill_exception_fields(class, &mut data);
    if let Some(ObjData::Exc(e)) = h.data_mut(this(&a)) {
        **e = data;
    }
    Ok(Value::None)
}

impl Host {
    /// Sets the members that the arguments of an exception determine.
    pub(crate) fn fill_exception_fields(&mut self, class: ObjId, data: &mut ExcData) {
        let e = &self.exceptions;
        let is = |base: ObjId| self.is_subclass(Value::Obj(class), Value::Obj(base));
        let n = data.args.len();
        data.fields[5] = match data.args[..] {
            [only] => ExcField(only),
            _ => ExcField::default(),
        };
        if is(e.environment_error) {
            if n == 2 || n == 3 {
                for i in 0..n {
                    data.fields[i] = ExcField(data.args[i]);
                }
                data.args.truncate(2);
            }
        } else if is(e.system_exit) {
            let code = match n {
                0 => Value::None,
                1 => data.args[0],
                _ => {
                    let args = data.args.clone();
                    self.new_tuple(&args)
                }
            };
            data.fields[0] = ExcField(code);
        } else if is(e.syntax_error) {
            self.fill_syntax_fields(data);
        } else if (is(e.unicode_decode_error) || is(e.unicode_encode_error)) && n == 5 {
            for i in 0..5 {
                data.fields[i] = ExcField(data.args[i]);
            }
        } else if is(e.unicode_translate_error) && n == 4 {
            for i in 0..4 {
                data.fields[i + 1] = ExcField(data.args[i]);
            }
        }
    }

    fn fill_syntax_fields(&mut self, data: &mut ExcData) {
        if let Some(&msg) = data.args.first() {
            data.fields[0] = ExcField(msg);
        }
        if data.args.len() == 2
            && let Some(info) = self.tuple_items(data.args[1])
            && info.len() == 4
        {
            for (i, &value) in info.iter().enumerate() {
                data.fields[i + 1] = ExcField(value);
            }
        }
    }

    fn check_syntax_args(&mut self, class: ObjId, data: &ExcData) -> Res<()> {
        if data.args.len() != 2 || !self.is_subclass(Value::Obj(class), Value::Obj(self.exceptions.syntax_error)) {
            return Ok(());
        }
        let info = self.collect_iterable(data.args[1])?;
        if info.len() == 4 {
            Ok(())
        } else {
            Err(self.index_error("tuple index out of range"))
        }
    }

    fn check_unicode_args(&mut self, class: ObjId, data: &ExcData) -> Res<()> {
        let e = &self.exceptions;
        let is = |base: ObjId| self.is_subclass(Value::Obj(class), Value::Obj(base));
        let wanted = if is(e.unicode_decode_error) || is(e.unicode_encode_error) {
            5
        } else if is(e.unicode_translate_error) {
            4
        } else {
            return Ok(());
        };
        if data.args.len() != wanted {
            let text = format!("function takes exactly {wanted} arguments ({} given)", data.args.len());
            return Err(self.type_error(text));
        }
        let decode = self.is_subclass(Value::Obj(class), Value::Obj(self.exceptions.unicode_decode_error));
        let object = data.args[wanted - 4];
        let fits = if decode {
            self.str_bytes(object).is_some()
        } else {
            self.unicode_chars(object).is_some()
        };
        if !fits {
            let kind = if decode { "str" } else { "unicode" };
            let text = format!(
                "argument {} must be {kind}, not {}",
                wanted - 3,
                self.class_name_of(object)
            );
            return Err(self.type_error(text));
        }
        Ok(())
    }

    /// `str` of an exception.
    pub(crate) fn exception_str(&mut self, value: Value) -> Res<Vec<u8>> {
        let e = self.exceptions.clone();
        let Some(data) = exc(self, value).cloned() else {
            return Ok(Vec::new());
        };
        if self.is_a(value, e.environment_error) {
            if let Some(text) = self.environment_text(&data)? {
                return Ok(text.into_bytes());
            }
        } else if self.is_a(value, e.key_error) {
            if let [key] = data.args[..] {
                return self.repr_bytes(key);
            }
        } else if self.is_a(value, e.syntax_error) {
            return self.syntax_text(&data);
        } else if self.is_a(value, e.unicode_error) && !data.fields[4].0.is_hole() {
            return self.unicode_error_text(value, &data);
        }
        match data.args[..] {
            [] => Ok(Vec::new()),
            [only] => self.to_str_bytes(only),
            _ => {
                let tuple = self.new_tuple(&data.args);
                self.repr_bytes(tuple)
            }
        }
    }

    fn environment_text(&mut self, data: &ExcData) -> Res<Option<String>> {
        let [number, text, filename, ..] = data.fields;
        if number.0.is_hole() || text.0.is_hole() {
            return Ok(None);
        }
        let show =
            |h: &mut Host, v: Value| -> Res<String> { Ok(String::from_utf8_lossy(&h.to_str_bytes(v)?).into_owned()) };
        let (number, text) = (show(self, number.0)?, show(self, text.0)?);
        Ok(Some(match given(filename.0) {
            Some(name) => format!("[Errno {number}] {text}: {}", self.safe_repr(name)),
            None => format!("[Errno {number}] {text}"),
        }))
    }

    fn syntax_text(&mut self, data: &ExcData) -> Res<Vec<u8>> {
        let msg = data.fields[0].0.option().unwrap_or(Value::None);
        let mut text = self.to_str_bytes(msg)?;
        let file = given(data.fields[1].0).and_then(|v| self.str_text(v));
        let line = match given(data.fields[2].0) {
            Some(Value::Int(n)) => Some(n),
            _ => None,
        };
        let file = file.map(|f| f.rsplit('/').next().unwrap_or_default().to_string());
        match (file, line) {
            (Some(file), Some(line)) => text.extend(format!(" ({file}, line {line})").into_bytes()),
            (Some(file), None) => text.extend(format!(" ({file})").into_bytes()),
            (None, Some(line)) => text.extend(format!(" (line {line})").into_bytes()),
            (None, None) => {}
        }
        Ok(text)
    }

    fn unicode_error_text(&mut self, value: Value, data: &ExcData) -> Res<Vec<u8>> {
        let show = |h: &mut Host, v: Value| -> Res<String> {
            let v = v.option().unwrap_or(Value::None);
            Ok(String::from_utf8_lossy(&h.to_str_bytes(v)?).into_owned())
        };
        let (start, end) = match (data.fields[2].0, data.fields[3].0) {
            (Value::Int(a), Value::Int(b)) => (a, b),
            _ => (0, 0),
        };
        let reason = show(self, data.fields[4].0)?;
        let object = data.fields[1].0;
        let decode = self.is_a(value, self.exceptions.unicode_decode_error);
        let translate = self.is_a(value, self.exceptions.unicode_translate_error);
        let verb = if decode {
            "decode"
        } else if translate {
            "translate"
        } else {
            "encode"
        };
        let prefix = if translate {
            String::new()
        } else {
            format!("'{}' codec ", show(self, data.fields[0].0)?)
        };
        let single = if end == start + 1 {
            usize::try_from(start).ok()
        } else {
            None
        };
        let what = match single {
            Some(at) if decode => self
                .str_bytes(object)
                .and_then(|b| b.get(at))
                .map(|b| format!("byte 0x{b:02x} in position {start}")),
            Some(at) => self.unicode_chars(object).and_then(|c| c.get(at)).map(|&c| {
                let shown = if c <= 0xff {
                    format!("\\x{c:02x}")
                } else if c <= 0xffff {
                    format!("\\u{c:04x}")
                } else {
                    format!("\\U{c:08x}")
                };
                format!("character u'{shown}' in position {start}")
            }),
            None => None,
        };
        let noun = if decode { "bytes" } else { "characters" };
        let what = what.unwrap_or_else(|| format!("{noun} in position {start}-{}", end - 1));
        Ok(format!("{prefix}can't {verb} {what}: {reason}").into_bytes())
    }
}

fn str(h: &mut Host, a: Args<'_>) -> Res {
    let text = h.exception_str(this(&a))?;
    Ok(h.new_str(text))
}

fn unicode(h: &mut Host, a: Args<'_>) -> Res {
    let args = exc(h, this(&a)).map(|e| e.args.clone()).unwrap_or_default();
    let class = h.type_id(this(&a));
    let str_name = h.names.d_str;
    let own = h.lookup_type(class, str_name).is_some_and(|m| !h.is_native_slot(m));
    let chars = match args[..] {
        [only] if !own && !h.is_a(this(&a), h.exceptions.key_error) => h.unicode_value(only)?,
        _ => {
            let bytes = h.to_str_bytes(this(&a))?;
            let text = h.new_str(bytes);
            h.to_unicode_chars(text)?
        }
    };
    Ok(h.new_unicode(&chars))
}

fn args_tuple(h: &mut Host, value: Value) -> Value {
    let args = exc(h, value).map(|e| e.args.clone()).unwrap_or_default();
    h.new_tuple(&args)
}

fn getitem(h: &mut Host, a: Args<'_>) -> Res {
    let args = args_tuple(h, this(&a));
    h.get_item(args, a.get(1))
}

fn getslice(h: &mut Host, a: Args<'_>) -> Res {
    let args = args_tuple(h, this(&a));
    h.get_slice(args, a.get(1), a.get(2))
}

fn reduce(h: &mut Host, a: Args<'_>) -> Res {
    let class = Value::Obj(h.type_id(this(&a)));
    let mut args = exc(h, this(&a)).map(|e| e.args.clone()).unwrap_or_default();
    if h.is_a(this(&a), h.exceptions.environment_error)
        && args.len() == 2
        && let Some(name) = exc(h, this(&a)).and_then(|e| given(e.fields[2].0))
    {
        args.push(name);
    }
    let args = h.new_tuple(&args);
    let dict = h.dict_of(this(&a));
    if dict.is_hole() || h.table(dict).is_empty() {
        return Ok(h.new_tuple(&[class, args]));
    }
    Ok(h.new_tuple(&[class, args, Value::Obj(dict)]))
}

fn setstate(h: &mut Host, a: Args<'_>) -> Res {
    if a.get(1).is_none() {
        return Ok(Value::None);
    }
    if !h.is_dict(a.get(1)) {
        return Err(h.type_error("state is not a dictionary"));
    }
    for (key, value) in h.dict_items(a.get(1)) {
        let name = super::object::name_arg(h, key)?;
        h.set_attribute(this(&a), name, value)?;
    }
    Ok(Value::None)
}

fn get_args(h: &mut Host, value: Value) -> Res {
    Ok(args_tuple(h, value))
}

fn set_args(h: &mut Host, value: Value, new: Value) -> Res<()> {
    if new.is_hole() {
        return Err(h.type_error("args may not be deleted"));
    }
    let items = h.collect_iterable(new)?;
    if let Some(ObjData::Exc(e)) = h.data_mut(value) {
        e.args = items;
    }
    Ok(())
}

fn get_message(h: &mut Host, value: Value) -> Res {
    let name = h.names.n_message;
    let dict = h.dict_of(value);
    if !dict.is_hole()
        && let Some(found) = h.dict_get_name(dict, name)
    {
        return Ok(found);
    }
    match exc(h, value).and_then(|e| e.fields[5].0.option()) {
        Some(message) => Ok(message),
        None => Ok(h.new_str("")),
    }
}

fn set_message(h: &mut Host, value: Value, new: Value) -> Res<()> {
    let name = h.names.n_message;
    let Some(dict) = h.instance_dict(value) else {
        return Ok(());
    };
    if new.is_hole() {
        h.dict_remove_name(dict, name);
    } else {
        h.dict_set_name(dict, name, new);
    }
    none(Ok(())).map(|_| ())
}
