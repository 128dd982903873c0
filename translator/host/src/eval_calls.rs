//! The call, name and attribute instructions.

use crate::call::ArgVec;
use crate::code::Code;
use crate::error::{Raised, Res};
use crate::frame::FrameKind;
use crate::host::Host;
use crate::object::{Layout, ObjData};
use crate::value::{ObjId, Value};
use smallvec::SmallVec;

impl Host {
    /// `LoadGlobal`.
    #[inline]
    pub(crate) fn load_global(&mut self, code: &Code, index: u32, pc: usize) -> Res {
        let name = code.names[index as usize];
        let (globals, builtins) = match self.frames.last() {
            Some(frame) => (frame.globals, frame.builtins),
            None => (ObjId::HOLE, self.builtins),
        };
        if let Some(hint) = code.hints.get(pc)
            && let Some(value) = self.dict_get_hinted(globals, name, hint)
        {
            return Ok(value);
        }
        if let Some(value) = self.dict_get_name(builtins, name) {
            return Ok(value);
        }
        let text = format!("global name '{}' is not defined", self.name_text(name));
        Err(self.error(self.exceptions.name_error, text))
    }

    /// A global of a dict, or a builtin.
    pub(crate) fn lookup_global(&mut self, globals: ObjId, name: ObjId) -> Option<Value> {
        self.dict_get_name(globals, name)
            .or_else(|| self.dict_get_name(self.builtins, name))
    }

    /// `LoadAttr`, with fast paths for instances.
    #[inline]
    pub(crate) fn load_attr(&mut self, code: &Code, obj: Value, index: u32, pc: usize) -> Res {
        let name = code.names[index as usize];
        if let Value::Obj(id) = obj {
            match self.heap.get(id) {
                ObjData::Instance(inst) => {
                    let (class, dict) = (inst.class, inst.dict);
                    if let ObjData::Class(c) = self.heap.get(class)
                        && !c.custom_getattribute
                        && !matches!(inst.payload.as_deref(), Some(ObjData::Module(_)))
                    {
                        let hooked = c.has_getattr;
                        let from_class = self.lookup_type(class, name);
                        let plain = match from_class {
                            None => true,
                            Some(found) => !self.is_data_descriptor(found),
                        };
                        if plain {
                            if !dict.is_hole()
                                && let Some(hint) = code.hints.get(pc)
                                && let Some(value) = self.dict_get_hinted(dict, name, hint)
                            {
                                return Ok(value);
                            }
                            if let Some(found) = from_class
                                && !hooked
                            {
                                return self.bind(found, obj, class);
                            }
                        }
                    }
                }
                ObjData::Module(m) => {
                    let dict = m.dict;
                    if let Some(hint) = code.hints.get(pc)
                        && let Some(value) = self.dict_get_hinted(dict, name, hint)
                    {
                        return Ok(value);
                    }
                }
                _ => {}
            }
        }
        self.get_attribute(obj, name)
    }

    /// A call with `n` positional arguments on the stack; true when a frame was pushed.
    #[inline]
    pub(crate) fn call_positional(&mut self, n: usize) -> Res<bool> {
        let slot = self.stack.len() - n - 1;
        let func = self.stack[slot];
        let Value::Obj(id) = func else {
            let result = self.call_value(func, &[], &[])?;
            self.replace(n + 1, result);
            return Ok(false);
        };
        match self.heap.get(id) {
            ObjData::Function(_) => self.call_frame(id, slot + 1, slot, FrameKind::Call),
            ObjData::Method(m) => {
                let m = **m;
                if m.self_.is_hole() {
                    let first = self.stack.get(slot + 1).copied();
                    self.check_unbound(&m, first.as_slice())?;
                    self.stack[slot] = m.func;
                    return self.call_positional(n);
                }
                let Some(target) = m
                    .func
                    .obj()
                    .filter(|&f| matches!(self.heap.get(f), ObjData::Function(_)))
                else {
                    return self.call_stacked(n);
                };
                self.stack[slot] = m.self_;
                self.call_frame(target, slot, slot, FrameKind::Call)
            }
            ObjData::Builtin(_) | ObjData::BuiltinMethod(..) => self.call_stacked(n),
            ObjData::Class(c) => {
                let plain = c.metaclass == self.types.type_ && c.layout == Layout::Object && !self.has_abstract_classes;
                if plain && let Some((instance, init)) = self.prepare_instance(id) {
                    self.stack[slot] = instance;
                    return self.call_frame(init, slot, slot, FrameKind::Init(instance));
                }
                self.call_stacked(n)
            }
            _ => self.call_stacked(n),
        }
    }

    /// A new instance when making one is only running a Python `__init__`.
    fn prepare_instance(&mut self, class: ObjId) -> Option<(Value, ObjId)> {
        let (new, init) = (self.names.d_new, self.names.d_init);
        if self.lookup_type(class, new) != Some(self.object_new) {
            return None;
        }
        let init = self.lookup_type(class, init)?.obj()?;
        let ObjData::Function(f) = self.heap.get(init) else {
            return None;
        };
        if f.code.is_generator() {
            return None;
        }
        Some((self.new_instance(class, None), init))
    }

    fn call_frame(&mut self, func: ObjId, base: usize, return_sp: usize, kind: FrameKind) -> Res<bool> {
        match self.enter_function(func, base, &[], kind, return_sp)? {
            None => Ok(true),
            Some(generator) => {
                self.stack.push(generator);
                Ok(false)
            }
        }
    }

    /// Calls natively with `n` arguments that stay on the stack meanwhile.
    fn call_stacked(&mut self, n: usize) -> Res<bool> {
        let slot = self.stack.len() - n - 1;
        let func = self.stack[slot];
        let args: ArgVec = self.stack[slot + 1..].iter().copied().collect();
        let result = self.call_value(func, &args, &[])?;
        self.stack.truncate(slot);
        self.stack.push(result);
        Ok(false)
    }

    /// A call with keywords, `*` or `**`; true when a frame was pushed.
    pub(crate) fn call_general(&mut self, npos: usize, nkw: usize, star: bool, dstar: bool) -> Res<bool> {
        let extra = usize::from(star) + usize::from(dstar);
        let slot = self.stack.len() - npos - 2 * nkw - extra - 1;
        let func = self.stack[slot];
        let mut args: ArgVec = self.stack[slot + 1..slot + 1 + npos].iter().copied().collect();
        let mut kwargs: SmallVec<[(ObjId, Value); 4]> = SmallVec::new();
        for i in 0..nkw {
            let at = slot + 1 + npos + 2 * i;
            if let Value::Obj(name) = self.stack[at] {
                kwargs.push((name, self.stack[at + 1]));
            }
        }
        if dstar {
            let mapping = self.peek(0);
            self.spread_keywords(func, mapping, &mut kwargs)?;
        }
        if star {
            let sequence = self.peek(usize::from(dstar));
            let items = match self.get_iter_opt(sequence)? {
                Some(_) => self.collect_iterable(sequence)?,
                None => {
                    let text = format!(
                        "{} argument after * must be an iterable, not {}",
                        self.call_label(func),
                        self.class_name_of(sequence)
                    );
                    return Err(self.type_error(text));
                }
            };
            args.extend(items);
        }
        self.call_spread(slot, func, &args, &kwargs)
    }

    fn call_spread(&mut self, slot: usize, func: Value, args: &[Value], kwargs: &[(ObjId, Value)]) -> Res<bool> {
        let (target, this) = match self.data(func) {
            Some(ObjData::Function(_)) => (func.obj(), None),
            Some(ObjData::Method(m)) if !m.self_.is_hole() => {
                let m = **m;
                let target = m
                    .func
                    .obj()
                    .filter(|&f| matches!(self.heap.get(f), ObjData::Function(_)));
                (target, Some(m.self_))
            }
            _ => (None, None),
        };
        let Some(target) = target else {
            let result = self.call_value(func, args, kwargs)?;
            self.stack.truncate(slot);
            self.stack.push(result);
            return Ok(false);
        };
        self.stack.truncate(slot + 1);
        self.stack.extend(this);
        self.stack.extend_from_slice(args);
        match self.enter_function(target, slot + 1, kwargs, FrameKind::Call, slot)? {
            None => Ok(true),
            Some(generator) => {
                self.stack.push(generator);
                Ok(false)
            }
        }
    }

    fn spread_keywords(&mut self, func: Value, mapping: Value, kwargs: &mut SmallVec<[(ObjId, Value); 4]>) -> Res<()> {
        let pairs = if self.is_dict(mapping) {
            self.dict_items(mapping)
        } else {
            let keys_name = self.names.n_keys;
            let Some(keys) = self.get_attribute_opt(mapping, keys_name)? else {
                let text = format!(
                    "{} argument after ** must be a mapping, not {}",
                    self.call_label(func),
                    self.class_name_of(mapping)
                );
                return Err(self.type_error(text));
            };
            let keys = self.call_value(keys, &[], &[])?;
            let mut pairs = Vec::new();
            for key in self.collect_iterable(keys)? {
                pairs.push((key, self.get_item(mapping, key)?));
            }
            pairs
        };
        for (key, value) in pairs {
            let Some(bytes) = self.keyword_bytes(key) else {
                let text = format!("{} keywords must be strings", self.call_label(func));
                return Err(self.type_error(text));
            };
            let name = self.intern_bytes(&bytes);
            if kwargs.iter().any(|&(n, _)| n == name) {
                let text = format!(
                    "{} got multiple values for keyword argument '{}'",
                    self.call_label(func),
                    self.name_text(name)
                );
                return Err(self.type_error(text));
            }
            kwargs.push((name, value));
        }
        Ok(())
    }

    fn keyword_bytes(&self, key: Value) -> Option<Vec<u8>> {
        if let Some(bytes) = self.str_bytes(key) {
            return Some(bytes.to_vec());
        }
        self.unicode_chars(key)?;
        self.text_of(key).map(String::into_bytes)
    }

    /// How a callable is named in messages about its arguments.
    fn call_label(&self, func: Value) -> String {
        match self.data(func) {
            Some(ObjData::Function(_) | ObjData::Method(_) | ObjData::Builtin(_) | ObjData::BuiltinMethod(..)) => {
                format!("{}()", self.callable_name(func))
            }
            Some(ObjData::OldClass(c)) => format!("{} constructor", c.name),
            Some(ObjData::OldInstance(_)) => format!("{} instance", self.class_name(self.class_value(func))),
            _ => format!("{} object", self.class_name_of(func)),
        }
    }

    /// `RaiseVarargs`.
    pub(crate) fn raise_varargs(&mut self, n: u32) -> Res<crate::eval::Exit> {
        use crate::eval::Exit;
        let n = n as usize;
        if n == 0 {
            let info = self.exc_info;
            if info.value.is_hole() {
                return Err(
                    self.type_error("exceptions must be old-style classes or derived from BaseException, not NoneType")
                );
            }
            return Ok(Exit::Reraise(Raised::with_traceback(info.value, info.traceback)));
        }
        let (kind, value) = (self.peek(n - 1), if n >= 2 { self.peek(n - 2) } else { Value::None });
        let traceback = if n >= 3 { self.peek(0) } else { Value::None };
        let raised = self.make_raised(kind, value, traceback)?;
        if raised.traceback().is_hole() {
            Err(raised)
        } else {
            Ok(Exit::Reraise(raised))
        }
    }

    /// The exception of `raise kind, value, traceback`.
    pub(crate) fn make_raised(&mut self, kind: Value, value: Value, traceback: Value) -> Res<Raised> {
        let traceback = match traceback {
            Value::None => ObjId::HOLE,
            Value::Obj(id) if matches!(self.heap.get(id), ObjData::Traceback(_)) => id,
            _ => return Err(self.type_error("raise: arg 3 must be a traceback or None")),
        };
        let mut kind = kind;
        while let Some(items) = self.tuple_items(kind)
            && let Some(&first) = items.first()
        {
            kind = first;
        }
        let instance = if self.is_exception_class(kind) {
            self.instantiate_exception(kind, value)?
        } else if self.is_exception_instance(kind) {
            if !value.is_none() {
                return Err(self.type_error("instance exception may not have a separate value"));
            }
            kind
        } else {
            let text = format!(
                "exceptions must be old-style classes or derived from BaseException, not {}",
                self.class_name_of(kind)
            );
            return Err(self.type_error(text));
        };
        Ok(Raised::with_traceback(instance, traceback))
    }

    /// The instance of an exception class with a value as `raise` gives it.
    pub(crate) fn instantiate_exception(&mut self, class: Value, value: Value) -> Res {
        let own = self.class_value(value);
        let ready = self.is_exception_instance(value) && self.is_subclass(own, class);
        if ready {
            return Ok(value);
        }
        let args: ArgVec = match self.tuple_items(value) {
            Some(items) => items.iter().copied().collect(),
            None if value.is_none() => ArgVec::new(),
            None => smallvec::smallvec![value],
        };
        let instance = self.call_value(class, &args, &[])?;
        if !self.is_exception_instance(instance) {
            let text = format!(
                "calling {} should have returned an instance of BaseException, not '{}'",
                self.class_name(class),
                self.class_name_of(instance)
            );
            return Err(self.type_error(text));
        }
        Ok(instance)
    }

    /// Whether a value may be raised as a class.
    pub(crate) fn is_exception_class(&self, value: Value) -> bool {
        match self.data(value) {
            Some(ObjData::OldClass(_)) => true,
            Some(ObjData::Class(_)) => self.is_subclass(value, Value::Obj(self.exceptions.base_exception)),
            _ => false,
        }
    }

    /// Whether a value may be raised as an instance.
    pub(crate) fn is_exception_instance(&self, value: Value) -> bool {
        matches!(value.obj().map(|id| self.heap.get(id)), Some(ObjData::OldInstance(_)))
            || self.is_a(value, self.exceptions.base_exception)
    }
}
