//! Calling values: Python functions, natives, classes, instances.

use crate::code::Code;
use crate::error::{Raised, Res};
use crate::frame::{Frame, FrameKind, SavedFrame};
use crate::host::{Host, Keywords};
use crate::lowlevel;
use crate::object::{Args, Builtin, Generator, NativeDef, NativeKind, ObjData};
use crate::value::{ObjId, Value};
use smallvec::SmallVec;
use std::rc::Rc;

pub(crate) type ArgVec = SmallVec<[Value; 8]>;

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

impl Host {
    /// `func(*args, **kwargs)` from native code.
    pub(crate) fn call_value(&mut self, func: Value, args: &[Value], kwargs: Keywords<'_>) -> Res {
        let Value::Obj(id) = func else {
            return Err(self.not_callable(func));
        };
        match self.heap.get(id) {
            ObjData::Function(_) => {
                let base = self.stack.len();
                self.stack.push(func);
                self.stack.extend_from_slice(args);
                let depth = self.frames.len();
                let result = match self.enter_function(id, base + 1, kwargs, FrameKind::Call, base) {
                    Ok(None) => self.run_nested(depth),
                    Ok(Some(generator)) => Ok(generator),
                    Err(raised) => Err(raised),
                };
                self.stack.truncate(base);
                result
            }
            ObjData::Builtin(b) => {
                let b = b.clone();
                self.call_unbound_native(&b, args, kwargs)
            }
            ObjData::BuiltinMethod(b, this) => {
                let (b, this) = (b.clone(), **this);
                let mut all: ArgVec = smallvec::smallvec![this];
                all.extend_from_slice(args);
                self.call_native(&b, &all, kwargs)
            }
            ObjData::Method(m) => {
                let m = **m;
                if m.self_.is_hole() {
                    self.check_unbound(&m, args)?;
                    return self.call_value(m.func, args, kwargs);
                }
                let mut all: ArgVec = smallvec::smallvec![m.self_];
                all.extend_from_slice(args);
                self.call_value(m.func, &all, kwargs)
            }
            ObjData::Class(_) => {
                self.enter_native()?;
                let result = self.call_class(id, args, kwargs);
                self.leave_native();
                result
            }
            ObjData::OldClass(_) => self.call_old_class(id, args, kwargs),
            ObjData::LowLevel(_) => lowlevel::ll_call(self, func, args),
            _ => {
                let name = self.names.d_call;
                match self.special_method(func, name)? {
                    Some(method) => {
                        self.enter_native()?;
                        let result = self.call_value(method, args, kwargs);
                        self.leave_native();
                        result
                    }
                    None => Err(self.not_callable(func)),
                }
            }
        }
    }

    #[cold]
    fn not_callable(&mut self, func: Value) -> Raised {
        if let Some(ObjData::OldInstance(_)) = self.data(func) {
            let name = self.names.d_call;
            return self.attribute_error(func, name);
        }
        let text = format!("'{}' object is not callable", self.class_name_of(func));
        self.type_error(text)
    }

    /// `callable(value)`.
    pub fn is_callable(&mut self, value: Value) -> bool {
        match self.data(value) {
            Some(
                ObjData::Function(_)
                | ObjData::Builtin(_)
                | ObjData::BuiltinMethod(..)
                | ObjData::Method(_)
                | ObjData::Class(_)
                | ObjData::OldClass(_),
            ) => true,
            Some(ObjData::OldInstance(_)) => {
                let name = self.names.d_call;
                matches!(self.old_special(value, name), Ok(Some(_)))
            }
            _ => {
                let name = self.names.d_call;
                self.lookup_special(value, name).is_some()
            }
        }
    }

    pub(crate) fn check_unbound(&mut self, m: &crate::object::Method, args: &[Value]) -> Res<()> {
        let fits = args.first().is_some_and(|&a| {
            let class = self.class_value(a);
            self.is_subclass(class, m.class) || self.is_a_class_of(a, m.class)
        });
        if fits || m.class.is_none() || m.class.is_hole() {
            return Ok(());
        }
        let name = self.callable_name(m.func);
        let class = self.class_name(m.class);
        let got = match args.first() {
            Some(&a) => format!("{} instance instead", self.class_name(self.class_value(a))),
            None => "nothing instead".to_string(),
        };
        let text =
            format!("unbound method {name}() must be called with {class} instance as first argument (got {got})");
        Err(self.type_error(text))
    }

    fn is_a_class_of(&self, value: Value, class: Value) -> bool {
        self.is_subclass(Value::Obj(self.type_id(value)), class)
    }

    /// `__name__` of a callable, for messages.
    pub(crate) fn callable_name(&self, func: Value) -> String {
        match self.data(func) {
            Some(ObjData::Function(f)) => f.name.clone(),
            Some(ObjData::Builtin(b) | ObjData::BuiltinMethod(b, _)) => b.def.name.to_string(),
            Some(ObjData::Method(m)) => {
                let func = m.func;
                self.callable_name(func)
            }
            Some(ObjData::Class(c)) => c.name.clone(),
            Some(ObjData::OldClass(c)) => c.name.clone(),
            _ => self.class_name_of(func),
        }
    }

    /// Binds the arguments on the stack from `base` on and pushes a frame; a generator function gives its generator.
    #[inline]
    pub(crate) fn enter_function(
        &mut self,
        func: ObjId,
        base: usize,
        kwargs: Keywords<'_>,
        kind: FrameKind,
        return_sp: usize,
    ) -> Res<Option<Value>> {
        if self.frames.len() + self.native_depth >= self.recursion_limit {
            return Err(self.recursion_error());
        }
        let ObjData::Function(f) = self.heap.get(func) else {
            return Err(self.not_callable(Value::Obj(func)));
        };
        let (code, code_obj, globals) = (f.code.clone(), f.code_obj, f.globals);
        let given = self.stack.len() - base;
        let simple = kwargs.is_empty() && given == code.argcount as usize && code.total_args() == given;
        if simple {
            self.stack.resize(base + code.varnames.len(), Value::HOLE);
        } else {
            self.bind_arguments(func, &code, base, kwargs)?;
        }
        if !code.cellvars.is_empty() || !code.freevars.is_empty() {
            self.make_cells(func, &code, base);
        }
        let locals = if code.flags & crate::code::flags::OPTIMIZED != 0 {
            Value::HOLE
        } else {
            self.new_dict()
        };
        let frame = Frame {
            code_obj,
            globals,
            builtins: self.builtins,
            locals,
            base,
            return_sp,
            block_base: self.blocks.len(),
            pc: 0,
            frame_obj: ObjId::HOLE,
            serial: 0,
            saved_exc: None,
            kind,
            generator: ObjId::HOLE,
            code,
        };
        if frame.code.is_generator() {
            return Ok(Some(self.new_generator(frame)));
        }
        self.push_frame(frame);
        Ok(None)
    }

    #[cold]
    pub(crate) fn recursion_error(&mut self) -> Raised {
        // Room for the handlers of the exception itself.
        self.runtime_error("maximum recursion depth exceeded")
    }

    /// Makes a frame the running one.
    #[inline]
    pub(crate) fn push_frame(&mut self, mut frame: Frame) {
        self.serial += 1;
        frame.serial = self.serial;
        if let Some(top) = self.frames.last_mut() {
            top.pc = self.pc;
        }
        self.frames.push(frame);
    }

    fn new_generator(&mut self, mut frame: Frame) -> Value {
        let values = self.stack.split_off(frame.base);
        self.stack.truncate(frame.return_sp);
        self.serial += 1;
        frame.serial = self.serial;
        let code_obj = frame.code_obj;
        let saved = SavedFrame {
            frame,
            values,
            blocks: Vec::new(),
        };
        let generator = Generator {
            frame: Some(Box::new(saved)),
            code_obj,
            running: false,
            frame_obj: ObjId::HOLE,
            started: false,
        };
        let value = self.alloc(ObjData::Generator(Box::new(generator)));
        if let Value::Obj(id) = value
            && let ObjData::Generator(g) = self.heap.get_mut(id)
            && let Some(saved) = &mut g.frame
        {
            saved.frame.generator = id;
        }
        value
    }

    fn make_cells(&mut self, func: ObjId, code: &Code, base: usize) {
        for arg in &code.cell_args {
            let initial = match arg {
                Some(i) => self.stack.get(base + *i as usize).copied().unwrap_or(Value::HOLE),
                None => Value::HOLE,
            };
            let cell = self.alloc(ObjData::Cell(initial));
            self.stack.push(cell);
        }
        if let ObjData::Function(f) = self.heap.get(func) {
            self.stack.extend(f.closure.iter().map(|&c| Value::Obj(c)));
        }
    }

    /// The general case of argument binding; leaves all fast locals on the stack from `base` on.
    fn bind_arguments(&mut self, func: ObjId, code: &Rc<Code>, base: usize, kwargs: Keywords<'_>) -> Res<()> {
        let argcount = code.argcount as usize;
        let given = self.stack.len() - base;
        let defaults: ArgVec = match self.heap.get(func) {
            ObjData::Function(f) => f.defaults.iter().copied().collect(),
            _ => ArgVec::new(),
        };
        let extra: ArgVec = if given > argcount {
            self.stack.drain(base + argcount..).collect()
        } else {
            ArgVec::new()
        };
        if !extra.is_empty() && !code.has_varargs() {
            return Err(self.too_many(func, code, given + kwargs.len(), defaults.len()));
        }
        if argcount == 0 && !code.has_varargs() && !code.has_varkeywords() && !kwargs.is_empty() {
            let text = format!(
                "{}() takes no arguments ({} given)",
                self.callable_name(Value::Obj(func)),
                kwargs.len()
            );
            return Err(self.type_error(text));
        }
        self.stack.resize(base + code.varnames.len(), Value::HOLE);
        let mut slot = argcount;
        if code.has_varargs() {
            let tuple = self.new_tuple(&extra);
            self.stack[base + slot] = tuple;
            slot += 1;
        }
        let kwdict = if code.has_varkeywords() {
            let dict = self.new_dict();
            self.stack[base + slot] = dict;
            dict.obj()
        } else {
            None
        };
        for &(name, value) in kwargs {
            self.bind_keyword(func, code, base, name, value, kwdict)?;
        }
        let required = argcount - defaults.len().min(argcount);
        for i in 0..argcount {
            if !self.stack[base + i].is_hole() {
                continue;
            }
            if i < required {
                return Err(self.too_few(func, code, base, required, defaults.len()));
            }
            self.stack[base + i] = defaults[i - required];
        }
        Ok(())
    }

    fn bind_keyword(
        &mut self,
        func: ObjId,
        code: &Code,
        base: usize,
        name: ObjId,
        value: Value,
        kwdict: Option<ObjId>,
    ) -> Res<()> {
        let position = code.varnames[..code.argcount as usize].iter().position(|&n| n == name);
        if let Some(i) = position {
            if !self.stack[base + i].is_hole() {
                let text = format!(
                    "{}() got multiple values for keyword argument '{}'",
                    self.callable_name(Value::Obj(func)),
                    self.name_text(name)
                );
                return Err(self.type_error(text));
            }
            self.stack[base + i] = value;
            return Ok(());
        }
        match kwdict {
            Some(dict) => {
                self.dict_set_name(dict, name, value);
                Ok(())
            }
            None => {
                let text = format!(
                    "{}() got an unexpected keyword argument '{}'",
                    self.callable_name(Value::Obj(func)),
                    self.name_text(name)
                );
                Err(self.type_error(text))
            }
        }
    }

    #[cold]
    fn too_many(&mut self, func: ObjId, code: &Code, given: usize, defaults: usize) -> Raised {
        let name = self.callable_name(Value::Obj(func));
        let argcount = code.argcount as usize;
        if argcount == 0 && !code.has_varkeywords() {
            return self.type_error(format!("{name}() takes no arguments ({given} given)"));
        }
        let how = if defaults > 0 { "at most" } else { "exactly" };
        self.type_error(format!(
            "{name}() takes {how} {argcount} argument{} ({given} given)",
            plural(argcount)
        ))
    }

    #[cold]
    fn too_few(&mut self, func: ObjId, code: &Code, base: usize, required: usize, defaults: usize) -> Raised {
        let name = self.callable_name(Value::Obj(func));
        let argcount = code.argcount as usize;
        let given = self.stack[base..base + argcount]
            .iter()
            .filter(|v| !v.is_hole())
            .count();
        let how = if code.has_varargs() || defaults > 0 {
            "at least"
        } else {
            "exactly"
        };
        self.type_error(format!(
            "{name}() takes {how} {required} argument{} ({given} given)",
            plural(required)
        ))
    }

    /// Calls a native function or unbound native method.
    fn call_unbound_native(&mut self, b: &Rc<Builtin>, args: &[Value], kwargs: Keywords<'_>) -> Res {
        match b.kind {
            NativeKind::Method | NativeKind::Slot => {
                let owner = self.class_name(Value::Obj(b.owner));
                let Some(&this) = args.first() else {
                    let text = format!("descriptor '{}' of '{owner}' object needs an argument", b.def.name);
                    return Err(self.type_error(text));
                };
                if !self.is_a(this, b.owner) {
                    let text = format!(
                        "descriptor '{}' requires a '{owner}' object but received a '{}'",
                        b.def.name,
                        self.class_name_of(this)
                    );
                    return Err(self.type_error(text));
                }
            }
            NativeKind::New => self.check_new(b, args)?,
            NativeKind::Function | NativeKind::ClassMethod => {}
        }
        self.call_native(b, args, kwargs)
    }

    fn check_new(&mut self, b: &Rc<Builtin>, args: &[Value]) -> Res<()> {
        let owner = self.class_name(Value::Obj(b.owner));
        let Some(&class) = args.first() else {
            return Err(self.type_error(format!("{owner}.__new__(): not enough arguments")));
        };
        if self.class(class).is_none() {
            let text = format!(
                "{owner}.__new__(X): X is not a type object ({})",
                self.class_name_of(class)
            );
            return Err(self.type_error(text));
        }
        let name = self.class_name(class);
        if !self.is_subclass(class, Value::Obj(b.owner)) {
            let text = format!("{owner}.__new__({name}): {name} is not a subtype of {owner}");
            return Err(self.type_error(text));
        }
        let own = self.class(class).map(|c| c.layout);
        let wanted = self.class(Value::Obj(b.owner)).map(|c| c.layout);
        if own != wanted || (class == Value::Obj(self.types.bool_) && b.owner != self.types.bool_) {
            let text = format!("{owner}.__new__({name}) is not safe, use {name}.__new__()");
            return Err(self.type_error(text));
        }
        Ok(())
    }

    /// Calls a native body; methods have their object as first argument.
    #[inline]
    pub(crate) fn call_native(&mut self, b: &Rc<Builtin>, args: &[Value], kwargs: Keywords<'_>) -> Res {
        let def = &b.def;
        let skip = usize::from(b.kind != NativeKind::Function);
        let given = args.len() - skip.min(args.len());
        if kwargs.is_empty() && given >= def.min && (def.max < 0 || given <= def.max as usize) {
            return (def.func)(self, Args { pos: args, kw: &[] });
        }
        if kwargs.is_empty() {
            return Err(self.native_count_error(b, given));
        }
        self.call_native_keywords(b, args, kwargs, skip)
    }

    fn call_native_keywords(&mut self, b: &Rc<Builtin>, args: &[Value], kwargs: Keywords<'_>, skip: usize) -> Res {
        let def: NativeDef = b.def;
        if def.kwnames.is_empty() {
            return Err(self.type_error(format!("{}() takes no keyword arguments", self.native_name(b))));
        }
        let free = def.kwnames.last() == Some(&"**");
        let names = if free {
            &def.kwnames[..def.kwnames.len() - 1]
        } else {
            def.kwnames
        };
        let mut pos: ArgVec = args.iter().copied().collect();
        let mut rest: SmallVec<[(ObjId, Value); 4]> = SmallVec::new();
        for &(name, value) in kwargs {
            let text = self.name_text(name);
            match names.iter().position(|n| *n == text) {
                Some(i) => {
                    let slot = i + skip;
                    if pos.len() <= slot {
                        pos.resize(slot + 1, Value::HOLE);
                    }
                    if !pos[slot].is_hole() {
                        let text = format!(
                            "{}() got multiple values for keyword argument '{text}'",
                            self.native_name(b)
                        );
                        return Err(self.type_error(text));
                    }
                    pos[slot] = value;
                }
                None if free => rest.push((name, value)),
                None => {
                    return Err(self.type_error(format!("'{text}' is an invalid keyword argument for this function")));
                }
            }
        }
        let given = pos.len() - skip.min(pos.len());
        if def.max >= 0 && given > def.max as usize {
            return Err(self.native_count_error(b, given));
        }
        for i in 0..def.min {
            if pos.get(i + skip).is_none_or(|v| v.is_hole()) {
                let name = names.get(i).copied().unwrap_or("?");
                let text = format!("Required argument '{name}' (pos {}) not found", i + 1);
                return Err(self.type_error(text));
            }
        }
        (def.func)(self, Args { pos: &pos, kw: &rest })
    }

    fn native_name(&self, b: &Builtin) -> String {
        if b.kind == NativeKind::New {
            self.class_name(Value::Obj(b.owner))
        } else {
            b.def.name.to_string()
        }
    }

    #[cold]
    fn native_count_error(&mut self, b: &Builtin, given: usize) -> Raised {
        let (name, min, max) = (self.native_name(b), b.def.min, b.def.max);
        if b.kind == NativeKind::Slot {
            return self.type_error(format!("expected {min} argument{}, got {given}", plural(min)));
        }
        let exact = max >= 0 && min == max as usize;
        let text = if exact && min == 0 {
            format!("{name}() takes no arguments ({given} given)")
        } else if exact && min == 1 && b.kind != NativeKind::New {
            format!("{name}() takes exactly one argument ({given} given)")
        } else {
            let limit = if given < min { min } else { max as usize };
            let how = if exact {
                "exactly"
            } else if given < min {
                "at least"
            } else {
                "at most"
            };
            format!("{name}() takes {how} {limit} argument{} ({given} given)", plural(limit))
        };
        self.type_error(text)
    }

    /// `Class(...)` through the metaclass.
    fn call_class(&mut self, class: ObjId, args: &[Value], kwargs: Keywords<'_>) -> Res {
        let meta = self.type_id(Value::Obj(class));
        if meta != self.types.type_ {
            let name = self.names.d_call;
            if let Some(found) = self.lookup_type(meta, name)
                && !self.is_native_slot(found)
            {
                let bound = self.bind(found, Value::Obj(class), meta)?;
                return self.call_value(bound, args, kwargs);
            }
        }
        self.instantiate(class, args, kwargs)
    }

    /// `type.__call__`.
    pub(crate) fn instantiate(&mut self, class: ObjId, args: &[Value], kwargs: Keywords<'_>) -> Res {
        if class == self.types.type_ && args.len() == 1 && kwargs.is_empty() {
            return Ok(Value::Obj(self.type_id(args[0])));
        }
        let (new, init) = (self.names.d_new, self.names.d_init);
        let Some(new_func) = self.lookup_type(class, new) else {
            let text = format!("cannot create '{}' instances", self.class_name(Value::Obj(class)));
            return Err(self.type_error(text));
        };
        let init_func = self.lookup_type(class, init);
        let default_new = new_func == self.object_new;
        let default_init = init_func == Some(self.object_init);
        let value = if default_new {
            if default_init && !(args.is_empty() && kwargs.is_empty()) {
                return Err(self.type_error("object() takes no parameters"));
            }
            self.bare_object(class)?
        } else {
            let new_func = self.bind(new_func, Value::HOLE, class)?;
            let mut all: ArgVec = smallvec::smallvec![Value::Obj(class)];
            all.extend_from_slice(args);
            self.call_value(new_func, &all, kwargs)?
        };
        if class == self.types.type_ {
            return Ok(value);
        }
        if default_init {
            return Ok(value);
        }
        let own = self.type_id(value);
        if own != class && !self.is_subclass(Value::Obj(own), Value::Obj(class)) {
            return Ok(value);
        }
        let init_func = if own == class {
            init_func
        } else {
            self.lookup_type(own, init)
        };
        let Some(init_func) = init_func else { return Ok(value) };
        let root = self.push_root(value);
        let result = self.call_init(init_func, value, args, kwargs);
        self.pop_roots(root);
        result?;
        Ok(value)
    }

    fn call_init(&mut self, init: Value, value: Value, args: &[Value], kwargs: Keywords<'_>) -> Res<()> {
        let result = if matches!(self.data(init), Some(ObjData::Function(_) | ObjData::Builtin(_))) {
            let mut all: ArgVec = smallvec::smallvec![value];
            all.extend_from_slice(args);
            self.call_value(init, &all, kwargs)?
        } else {
            let class = self.type_id(value);
            let bound = self.bind(init, value, class)?;
            self.call_value(bound, args, kwargs)?
        };
        if !result.is_none() {
            let text = format!("__init__() should return None, not '{}'", self.class_name_of(result));
            return Err(self.type_error(text));
        }
        Ok(())
    }

    /// `object.__new__` for a class without native data.
    pub(crate) fn bare_object(&mut self, class: ObjId) -> Res {
        let layout = self.class(Value::Obj(class)).map(|c| c.layout);
        if layout != Some(crate::object::Layout::Object) {
            let name = self.class_name(Value::Obj(class));
            return Err(self.type_error(format!("object.__new__({name}) is not safe, use {name}.__new__()")));
        }
        self.check_abstract(class)?;
        Ok(self.new_instance(class, None))
    }

    fn check_abstract(&mut self, class: ObjId) -> Res<()> {
        if !self.has_abstract_classes {
            return Ok(());
        }
        let name = self.intern_str("__abstractmethods__");
        let dict = self.dict_of(Value::Obj(class));
        let Some(methods) = self.dict_get_name(dict, name) else {
            return Ok(());
        };
        let mut names: Vec<String> = Vec::new();
        for item in self.collect_iterable(methods)? {
            names.extend(self.text_of(item));
        }
        if names.is_empty() {
            return Ok(());
        }
        names.sort();
        let text = format!(
            "Can't instantiate abstract class {} with abstract methods {}",
            self.class_name(Value::Obj(class)),
            names.join(", ")
        );
        Err(self.type_error(text))
    }

    fn call_old_class(&mut self, class: ObjId, args: &[Value], kwargs: Keywords<'_>) -> Res {
        let dict = self.heap.alloc(ObjData::Dict(Box::default()));
        let value = self.alloc(ObjData::OldInstance(crate::object::OldInstance { class, dict }));
        self.note_old_finalizer(class, value);
        let init = self.names.d_init;
        match self.lookup_old_class(class, init) {
            Some((found, _)) => {
                let root = self.push_root(value);
                let bound = self.bind(found, value, class)?;
                let result = self.call_value(bound, args, kwargs);
                self.pop_roots(root);
                if !result?.is_none() {
                    return Err(self.type_error("__init__() should return None"));
                }
            }
            None if !args.is_empty() || !kwargs.is_empty() => {
                return Err(self.type_error("this constructor takes no arguments"));
            }
            None => {}
        }
        Ok(value)
    }

    /// Guards native recursion.
    #[inline]
    pub(crate) fn enter_native(&mut self) -> Res<()> {
        if self.frames.len() + self.native_depth >= self.recursion_limit {
            return Err(self.recursion_error());
        }
        self.native_depth += 1;
        Ok(())
    }

    /// Ends [`Host::enter_native`].
    #[inline]
    pub(crate) fn leave_native(&mut self) {
        self.native_depth -= 1;
    }

    /// Protects a value held by native code from collection; the result goes to [`Host::pop_roots`].
    pub(crate) fn push_root(&mut self, value: Value) -> usize {
        self.roots.push(value);
        self.roots.len() - 1
    }

    /// Drops the protections since the mark.
    pub(crate) fn pop_roots(&mut self, mark: usize) {
        self.roots.truncate(mark);
    }
}
