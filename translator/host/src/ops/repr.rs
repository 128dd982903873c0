//! `repr()` and `str()`.

use crate::error::Res;
use crate::host::Host;
use crate::lowlevel;
use crate::object::{Builtin, NativeKind, ObjData};
use crate::ops::number::Num;
use crate::value::Value;

/// The digits of a finite float, shortest that reads back: as `repr` of CPython 2.7 prints it.
pub fn float_repr(x: f64) -> String {
    crate::format::float::shortest(x, false)
}

/// `str(float)`: 12 significant digits.
pub fn float_str(x: f64) -> String {
    crate::format::float::general(x, 12, true)
}

/// `repr` of a byte string.
pub fn bytes_repr(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') {
        b'"'
    } else {
        b'\''
    };
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push(char::from(quote));
    for &b in bytes {
        match b {
            b'\\' => out.push_str("\\\\"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            _ if b == quote => {
                out.push('\\');
                out.push(char::from(b));
            }
            0x20..0x7f => out.push(char::from(b)),
            _ => out.push_str(&format!("\\x{b:02x}")),
        }
    }
    out.push(char::from(quote));
    out
}

/// `repr` of a unicode string.
pub fn unicode_repr(chars: &[u32]) -> String {
    let has = |c: u8| chars.contains(&u32::from(c));
    let quote = if has(b'\'') && !has(b'"') { '"' } else { '\'' };
    let mut out = String::from("u");
    out.push(quote);
    for &c in chars {
        match c {
            0x5c => out.push_str("\\\\"),
            9 => out.push_str("\\t"),
            10 => out.push_str("\\n"),
            13 => out.push_str("\\r"),
            _ if c == quote as u32 => {
                out.push('\\');
                out.push(quote);
            }
            0x20..0x7f => out.push(char::from(c as u8)),
            0..0x100 => out.push_str(&format!("\\x{c:02x}")),
            0x100..0x1_0000 => out.push_str(&format!("\\u{c:04x}")),
            _ => out.push_str(&format!("\\U{c:08x}")),
        }
    }
    out.push(quote);
    out
}

fn complex_text(re: f64, im: f64, show: fn(f64) -> String) -> String {
    let strip = |text: String| text.strip_suffix(".0").map(str::to_string).unwrap_or(text);
    let (r, i) = (strip(show(re)), strip(show(im)));
    if re == 0.0 && re.is_sign_positive() {
        return format!("{i}j");
    }
    let sign = if i.starts_with('-') { "" } else { "+" };
    format!("({r}{sign}{i}j)")
}

impl Host {
    /// `repr(value)` as `str` object.
    pub(crate) fn repr_value(&mut self, value: Value) -> Res {
        let text = self.repr_bytes(value)?;
        Ok(self.new_str(text))
    }

    /// `repr(value)` as bytes.
    pub fn repr_bytes(&mut self, value: Value) -> Res<Vec<u8>> {
        if !self.is_user_instance(value) {
            return self.native_repr(value);
        }
        let name = self.names.d_repr;
        if let Some(found) = self.lookup_special(value, name)
            && self.is_native_slot(found)
            && !matches!(self.data(value), Some(ObjData::Native(..) | ObjData::OldInstance(_)))
        {
            return self.native_repr(value);
        }
        self.enter_native()?;
        let result = self.repr_user(value);
        self.leave_native();
        result
    }

    fn repr_user(&mut self, value: Value) -> Res<Vec<u8>> {
        let name = self.names.d_repr;
        let Some(method) = self.special_method(value, name)? else {
            return Ok(self.default_repr(value).into_bytes());
        };
        let result = self.call_value(method, &[], &[])?;
        self.expect_string(result, "__repr__")
    }

    fn expect_string(&mut self, result: Value, what: &str) -> Res<Vec<u8>> {
        match self.data(result) {
            Some(ObjData::Str(s)) => Ok(s.bytes.to_vec()),
            Some(ObjData::Unicode(_)) => self.encode_ascii(result),
            _ => {
                let text = format!("{what} returned non-string (type {})", self.class_name_of(result));
                Err(self.type_error(text))
            }
        }
    }

    /// `str(value)` as bytes.
    pub(crate) fn to_str_bytes(&mut self, value: Value) -> Res<Vec<u8>> {
        if let Value::Obj(id) = value
            && let ObjData::Str(s) = self.heap.get(id)
        {
            return Ok(s.bytes.to_vec());
        }
        if self.is_user_instance(value) {
            let (str_name, repr_name) = (self.names.d_str, self.names.d_repr);
            if matches!(self.data(value), Some(ObjData::OldInstance(_))) {
                self.enter_native()?;
                let result = self.old_instance_str(value);
                self.leave_native();
                return result;
            }
            let found = self.lookup_special(value, str_name);
            if let Some(found) = found
                && !self.is_native_slot(found)
            {
                self.enter_native()?;
                let result = self.call_special(found, value, &[]);
                self.leave_native();
                let result = result?;
                return self.expect_string(result, "__str__");
            }
            let own_repr = self
                .lookup_special(value, repr_name)
                .is_some_and(|m| !self.is_native_slot(m));
            let object_str = found == Some(self.object_str);
            if own_repr && object_str || matches!(self.data(value), Some(ObjData::Native(..))) {
                return self.repr_bytes(value);
            }
        }
        self.native_str(value)
    }

    fn old_instance_str(&mut self, value: Value) -> Res<Vec<u8>> {
        let name = self.names.d_str;
        match self.old_special(value, name)? {
            Some(method) => {
                let result = self.call_value(method, &[], &[])?;
                self.expect_string(result, "__str__")
            }
            None => self.repr_user(value),
        }
    }

    /// `str` by native data.
    pub(crate) fn native_str(&mut self, value: Value) -> Res<Vec<u8>> {
        match self.number(value) {
            Num::Float(x) => return Ok(float_str(x).into_bytes()),
            Num::Complex(re, im) => return Ok(complex_text(re, im, float_str).into_bytes()),
            Num::Long(n) => return Ok(n.to_string().into_bytes()),
            Num::RInt(class, n) => return Ok(self.rint_big(class, n).to_string().into_bytes()),
            _ => {}
        }
        match self.data(value) {
            Some(ObjData::Str(s)) => Ok(s.bytes.to_vec()),
            Some(ObjData::Unicode(_)) => self.encode_ascii(value),
            Some(ObjData::Exc(_)) => self.exception_str(value),
            Some(ObjData::OldClass(_)) => Ok(self.qualified_class_name(value).into_bytes()),
            Some(ObjData::DictProxy(d)) => {
                let dict = Value::Obj(*d);
                self.repr_bytes(dict)
            }
            _ => self.native_repr(value),
        }
    }

    /// `repr` by native data.
    pub(crate) fn native_repr(&mut self, value: Value) -> Res<Vec<u8>> {
        let text = match value {
            Value::None => "None".to_string(),
            Value::Bool(true) => "True".to_string(),
            Value::Bool(false) => "False".to_string(),
            Value::Int(i) => i.to_string(),
            Value::Float(x) => float_repr(x),
            Value::Obj(_) => return self.object_repr(value),
        };
        Ok(text.into_bytes())
    }

    fn object_repr(&mut self, value: Value) -> Res<Vec<u8>> {
        let text = match self.data(value) {
            Some(ObjData::Str(s)) => bytes_repr(&s.bytes),
            Some(ObjData::Unicode(u)) => unicode_repr(&u.chars),
            Some(ObjData::Long(n)) => format!("{n}L"),
            Some(ObjData::IntPayload(i)) => i.to_string(),
            Some(ObjData::FloatPayload(x)) => float_repr(*x),
            Some(ObjData::Complex(re, im)) => complex_text(*re, *im, float_repr),
            Some(ObjData::Tuple(_) | ObjData::List(_) | ObjData::Dict(_) | ObjData::Set(_) | ObjData::FrozenSet(_)) => {
                return self.container_repr(value);
            }
            Some(ObjData::Exc(e)) => {
                let args = e.args.clone();
                let tuple = self.new_tuple(&args);
                let args = if args.is_empty() {
                    "()".to_string()
                } else {
                    self.repr_text(tuple)?
                };
                format!("{}{args}", self.plain_class_name(value))
            }
            _ => return self.special_repr(value),
        };
        Ok(text.into_bytes())
    }

    fn repr_text(&mut self, value: Value) -> Res<String> {
        Ok(String::from_utf8_lossy(&self.repr_bytes(value)?).into_owned())
    }

    fn container_repr(&mut self, value: Value) -> Res<Vec<u8>> {
        if self.repr_stack.contains(&value) {
            return Ok(match self.data(value) {
                Some(ObjData::Tuple(_)) => "(...)".to_string(),
                Some(ObjData::List(_)) => "[...]".to_string(),
                Some(ObjData::Dict(_)) => "{...}".to_string(),
                _ => format!("{}(...)", self.class_name_of(value)),
            }
            .into_bytes());
        }
        self.enter_native()?;
        self.repr_stack.push(value);
        let result = self.container_repr_inner(value);
        self.repr_stack.pop();
        self.leave_native();
        result
    }

    fn container_repr_inner(&mut self, value: Value) -> Res<Vec<u8>> {
        let mut out = Vec::new();
        match self.data(value) {
            Some(ObjData::List(_)) => {
                out.push(b'[');
                let mut i = 0;
                while let Some(item) = self.item_at(value, i) {
                    if i > 0 {
                        out.extend_from_slice(b", ");
                    }
                    out.extend(self.repr_bytes(item)?);
                    i += 1;
                }
                out.push(b']');
            }
            Some(ObjData::Tuple(t)) => {
                let items = t.clone();
                out.push(b'(');
                self.repr_items(&mut out, &items)?;
                if items.len() == 1 {
                    out.push(b',');
                }
                out.push(b')');
            }
            Some(ObjData::Dict(d)) => {
                let entries: Vec<(Value, Value)> = d.iter().map(|e| (e.key, e.value)).collect();
                out.push(b'{');
                for (i, (key, item)) in entries.into_iter().enumerate() {
                    if i > 0 {
                        out.extend_from_slice(b", ");
                    }
                    out.extend(self.repr_bytes(key)?);
                    out.extend_from_slice(b": ");
                    out.extend(self.repr_bytes(item)?);
                }
                out.push(b'}');
            }
            Some(ObjData::Set(d) | ObjData::FrozenSet(d)) => {
                let keys: Vec<Value> = d.keys().collect();
                out.extend(self.class_name_of(value).into_bytes());
                out.extend_from_slice(b"([");
                self.repr_items(&mut out, &keys)?;
                out.extend_from_slice(b"])");
            }
            _ => {}
        }
        Ok(out)
    }

    fn repr_items(&mut self, out: &mut Vec<u8>, items: &[Value]) -> Res<()> {
        for (i, &item) in items.iter().enumerate() {
            if i > 0 {
                out.extend_from_slice(b", ");
            }
            out.extend(self.repr_bytes(item)?);
        }
        Ok(())
    }

    /// An identity as shown in `<… at 0x…>`.
    pub(crate) fn address(&self, value: Value) -> String {
        format!("0x{:x}", self.identity(value))
    }

    /// `<module.Class object at 0x…>`.
    pub(crate) fn default_repr(&mut self, value: Value) -> String {
        let at = self.address(value);
        if let Some(ObjData::OldInstance(i)) = self.data(value) {
            let class = Value::Obj(i.class);
            let name = self.qualified_class_name(class);
            return format!("<{name} instance at {at}>");
        }
        let class = Value::Obj(self.type_id(value));
        let name = self.qualified_class_name(class);
        format!("<{name} object at {at}>")
    }

    /// `module.Class`, without the module for built-in ones.
    pub(crate) fn qualified_class_name(&self, class: Value) -> String {
        let name = self.class_name(class);
        match self.class_module(class) {
            Some(module) if module != "__builtin__" => format!("{module}.{name}"),
            None if matches!(self.data(class), Some(ObjData::OldClass(_))) => format!("?.{name}"),
            _ => name,
        }
    }

    /// `__module__` of a class.
    pub(crate) fn class_module(&self, class: Value) -> Option<String> {
        let dict = self.dict_of(class);
        let found = self.dict_get_name(dict, self.names.d_module)?;
        self.text_of(found)
    }

    fn special_repr(&mut self, value: Value) -> Res<Vec<u8>> {
        let at = self.address(value);
        let text = match self.data(value) {
            Some(ObjData::Function(f)) => format!("<function {} at {at}>", f.name),
            Some(ObjData::Code(c)) => {
                format!(
                    "<code object {} at {at}, file \"{}\", line {}>",
                    c.name, c.filename, c.firstlineno
                )
            }
            Some(ObjData::Builtin(b)) => {
                let b = b.clone();
                self.builtin_repr(&b)
            }
            Some(ObjData::BuiltinMethod(b, this)) => {
                let (b, this) = (b.clone(), **this);
                let kind = if b.kind == NativeKind::Slot {
                    "method-wrapper"
                } else {
                    "built-in method"
                };
                let of = self.class_name_of(this);
                if b.kind == NativeKind::Slot {
                    format!("<{kind} '{}' of {of} object at {}>", b.def.name, self.address(this))
                } else {
                    format!("<{kind} {} of {of} object at {}>", b.def.name, self.address(this))
                }
            }
            Some(ObjData::Method(m)) => {
                let m = **m;
                return self.method_repr(&m);
            }
            Some(ObjData::Class(c)) => {
                let kind = if c.builtin { "type" } else { "class" };
                format!("<{kind} '{}'>", self.qualified_class_name(value))
            }
            Some(ObjData::OldClass(_)) => format!("<class {} at {at}>", self.qualified_class_name(value)),
            Some(ObjData::Module(m)) => {
                let dict = m.dict;
                self.module_repr(dict)?
            }
            Some(ObjData::Cell(inner)) => {
                let inner = *inner;
                if inner.is_hole() {
                    format!("<cell at {at}: empty>")
                } else {
                    format!(
                        "<cell at {at}: {} object at {}>",
                        self.class_name_of(inner),
                        self.address(inner)
                    )
                }
            }
            Some(ObjData::GetSet(g)) => {
                let (name, owner) = (g.name, g.owner);
                format!(
                    "<attribute '{name}' of '{}' objects>",
                    self.class_name(Value::Obj(owner))
                )
            }
            Some(ObjData::Member(m)) => {
                let m = *m;
                format!(
                    "<member '{}' of '{}' objects>",
                    self.name_text(m.name),
                    self.class_name(Value::Obj(m.owner))
                )
            }
            Some(ObjData::Generator(g)) => {
                let code = Value::Obj(g.code_obj);
                let name = self.code(code).map(|c| c.name.clone()).unwrap_or_default();
                format!("<generator object {name} at {at}>")
            }
            Some(ObjData::Slice(s)) => {
                let s = **s;
                let parts = [
                    self.repr_text(s.start)?,
                    self.repr_text(s.stop)?,
                    self.repr_text(s.step)?,
                ];
                format!("slice({})", parts.join(", "))
            }
            Some(ObjData::XRange(r)) => xrange_repr(r.start, r.step, r.len),
            Some(ObjData::Super(s)) => {
                let s = **s;
                let class = self.class_name(Value::Obj(s.class));
                if s.obj.is_hole() {
                    format!("<super: <class '{class}'>, NULL>")
                } else {
                    format!(
                        "<super: <class '{class}'>, <{} object>>",
                        self.class_name(Value::Obj(s.obj_class))
                    )
                }
            }
            Some(ObjData::DictProxy(d)) => {
                let dict = Value::Obj(*d);
                format!("dict_proxy({})", self.repr_text(dict)?)
            }
            Some(ObjData::WeakRef(w)) => {
                let w = **w;
                self.weakref_repr(value, &w)
            }
            Some(ObjData::RInt(class, low, high)) => {
                let (class, n) = (*class, super::rint::join(*low, *high));
                format!("{}({})", self.class_name(Value::Obj(class)), self.rint_big(class, n))
            }
            Some(ObjData::SingleFloat(x)) => format!("r_singlefloat({})", float_repr(f64::from(*x))),
            Some(ObjData::NotImplemented) => "NotImplemented".to_string(),
            Some(ObjData::Ellipsis) => "Ellipsis".to_string(),
            Some(ObjData::LowLevel(l)) => {
                let l = l.clone();
                lowlevel::ll_repr(self, &l)
            }
            _ => self.default_repr(value),
        };
        Ok(text.into_bytes())
    }

    fn builtin_repr(&self, b: &Builtin) -> String {
        let owner = self.class_name(Value::Obj(b.owner));
        match b.kind {
            NativeKind::Function => format!("<built-in function {}>", b.def.name),
            NativeKind::New => format!(
                "<built-in method __new__ of type object at {}>",
                self.address(Value::Obj(b.owner))
            ),
            NativeKind::Method | NativeKind::ClassMethod => format!("<method '{}' of '{owner}' objects>", b.def.name),
            NativeKind::Slot => format!("<slot wrapper '{}' of '{owner}' objects>", b.def.name),
        }
    }

    fn method_repr(&mut self, m: &crate::object::Method) -> Res<Vec<u8>> {
        let name = self.callable_name(m.func);
        let class = if m.class.is_none() {
            "?".to_string()
        } else {
            self.class_name(m.class)
        };
        if m.self_.is_hole() {
            return Ok(format!("<unbound method {class}.{name}>").into_bytes());
        }
        let mut out = format!("<bound method {class}.{name} of ").into_bytes();
        out.extend(self.repr_bytes(m.self_)?);
        out.push(b'>');
        Ok(out)
    }

    fn module_repr(&mut self, dict: crate::value::ObjId) -> Res<String> {
        let name = self
            .dict_get_name(dict, self.names.d_name)
            .and_then(|v| self.text_of(v))
            .unwrap_or_else(|| "?".into());
        Ok(
            match self
                .dict_get_name(dict, self.names.d_file)
                .and_then(|v| self.text_of(v))
            {
                Some(file) => format!("<module '{name}' from '{file}'>"),
                None => format!("<module '{name}' (built-in)>"),
            },
        )
    }

    /// `repr(value)` that never fails.
    pub(crate) fn safe_repr(&mut self, value: Value) -> String {
        match self.repr_bytes(value) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(_) => self.default_repr(value),
        }
    }
}

fn xrange_repr(start: i64, step: i64, len: i64) -> String {
    let stop = start.wrapping_add(step.wrapping_mul(len));
    if step != 1 {
        format!("xrange({start}, {stop}, {step})")
    } else if start != 0 {
        format!("xrange({start}, {stop})")
    } else {
        format!("xrange({stop})")
    }
}
