//! Making classes: bases, mro, slots, metaclasses; old-style classes.

use crate::error::Res;
use crate::host::Host;
use crate::object::{Class, Instance, Layout, Member, ObjData, OldClass};
use crate::value::{ObjId, Value};

impl Host {
    /// The statement `class`: finds the metaclass and calls it.
    pub(crate) fn build_class(&mut self, name: Value, bases: Value, dict: Value) -> Res {
        let items = self.tuple_items(bases).cloned().unwrap_or_default();
        let meta_name = self.names.d_metaclass;
        let Value::Obj(dict_id) = dict else {
            return Err(self.type_error("class dict expected"));
        };
        let metaclass = if let Some(meta) = self.dict_get_name(dict_id, meta_name) {
            meta
        } else if let Some(&base) = items.first() {
            let class_name = self.names.d_class;
            match self.get_attribute_opt(base, class_name)? {
                Some(meta) => meta,
                None => Value::Obj(self.type_id(base)),
            }
        } else {
            let globals = self.frames.last().map(|f| f.globals);
            match globals.and_then(|g| self.lookup_global(g, meta_name)) {
                Some(meta) => meta,
                None => Value::Obj(self.types.classobj),
            }
        };
        let result = self.call_value(metaclass, &[name, bases, dict], &[]);
        result.map_err(|raised| self.metaclass_error(raised))
    }

    fn metaclass_error(&mut self, raised: crate::error::Raised) -> crate::error::Raised {
        if raised.traceback().is_hole()
            && self.raised_is(&raised, self.exceptions.type_error)
            && let Some(text) = self.exception_text(raised.value())
        {
            let text = format!("Error when calling the metaclass bases\n    {text}");
            return self.type_error(text);
        }
        raised
    }

    /// Text of an exception with one string argument.
    pub(crate) fn exception_text(&self, value: Value) -> Option<String> {
        match self.data(value) {
            Some(ObjData::Exc(e)) => e.args.first().and_then(|&v| self.str_text(v)),
            _ => None,
        }
    }

    /// `classobj(name, bases, dict)`.
    pub(crate) fn new_old_class(&mut self, name: Value, bases: &[Value], dict: Value) -> Res {
        let Some(text) = self.str_text(name) else {
            return Err(self.type_error("PyClass_New: name must be a string"));
        };
        let mut ids = Vec::new();
        for &base in bases {
            match base.obj().map(|id| (id, self.heap.get(id))) {
                Some((id, ObjData::OldClass(_))) => ids.push(id),
                _ if self.class(base).is_some() => {
                    let meta = Value::Obj(self.type_id(base));
                    let bases = self.new_tuple(bases);
                    return self.call_value(meta, &[name, bases, dict], &[]);
                }
                _ => return Err(self.type_error("PyClass_New: base must be a class")),
            }
        }
        let Value::Obj(dict) = dict else {
            return Err(self.type_error("PyClass_New: dict must be a dictionary"));
        };
        self.set_class_module(dict);
        let doc = self.names.d_doc;
        if self.dict_get_name(dict, doc).is_none() {
            self.dict_set_name(dict, doc, Value::None);
        }
        Ok(self.alloc(ObjData::OldClass(Box::new(OldClass {
            name: text,
            bases: ids,
            dict,
        }))))
    }

    /// Sets `__module__` of a class dict from the running frame.
    fn set_class_module(&mut self, dict: ObjId) {
        let (module, name) = (self.names.d_module, self.names.d_name);
        if self.dict_get_name(dict, module).is_some() {
            return;
        }
        let globals = self.frames.last().map(|f| f.globals);
        if let Some(value) = globals.and_then(|g| self.dict_get_name(g, name)) {
            self.dict_set_name(dict, module, value);
        }
    }

    /// The metaclass that a new class with these bases must have.
    pub(crate) fn winning_metaclass(&mut self, meta: ObjId, bases: &[Value]) -> Res<ObjId> {
        let mut winner = meta;
        for &base in bases {
            let own = self.type_id(base);
            if own == self.types.classobj {
                continue;
            }
            if self.is_subclass(Value::Obj(winner), Value::Obj(own)) {
                continue;
            }
            if self.is_subclass(Value::Obj(own), Value::Obj(winner)) {
                winner = own;
                continue;
            }
            return Err(self.type_error(
                "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the \
                 metaclasses of all its bases",
            ));
        }
        Ok(winner)
    }

    /// `type.__new__(meta, name, bases, dict)`.
    pub(crate) fn new_type(&mut self, meta: ObjId, name: Value, bases: &[Value], dict: Value) -> Res {
        let object = Value::Obj(self.types.object);
        let bases = if bases.is_empty() { vec![object] } else { bases.to_vec() };
        let best = self.best_base(&bases)?;
        let Some(text) = self.str_text(name) else {
            return Err(self.type_error("type() argument 1 must be string"));
        };
        let own_dict = match dict {
            Value::Obj(id) => self.table(id).clone(),
            _ => return Err(self.type_error("type() argument 3 must be dict")),
        };
        let dict = self.heap.alloc(ObjData::Dict(Box::new(own_dict)));
        self.set_class_module(dict);
        self.prepare_dict(dict);
        let parent = self.class(best).cloned();
        let Some(parent) = parent else {
            return Err(self.type_error("base must be a type"));
        };
        let slots = self.declared_slots(dict, &parent, &bases)?;
        let has_dict = bases.iter().any(|&b| self.class(b).is_none_or(|c| c.has_dict)) || slots.has_dict;
        let has_weakref = bases.iter().any(|&b| self.class(b).is_none_or(|c| c.has_weakref)) || slots.has_weakref;
        let mut all_slots = parent.slots.clone();
        all_slots.extend(slots.names.iter().copied());
        let class = Class {
            name: text,
            bases: bases.clone(),
            mro: Vec::new(),
            dict,
            metaclass: meta,
            subclasses: Vec::new(),
            slots: all_slots,
            has_dict,
            has_weakref,
            layout: parent.layout,
            builtin: false,
            subclassable: true,
            int_kind: parent.int_kind,
            has_del: false,
            custom_getattribute: false,
            has_getattr: false,
            custom_setattr: false,
        };
        let id = self.heap.alloc(ObjData::Class(Box::new(class)));
        self.add_slot_descriptors(id, dict, &slots);
        if slots.has_dict && !bases.iter().any(|&b| self.class(b).is_some_and(|c| c.has_dict)) {
            self.add_dict_attributes(id, dict, slots.has_weakref);
        }
        let mro = self.compute_mro(id, &bases);
        let mro = match mro {
            Ok(mro) => mro,
            Err(raised) => return Err(raised),
        };
        self.set_mro(id, mro);
        self.table_mut(dict).is_class_dict = true;
        for &base in &bases {
            if let Value::Obj(base) = base
                && let ObjData::Class(c) = self.heap.get_mut(base)
            {
                c.subclasses.push(id);
            }
        }
        self.refresh_class_flags(id);
        self.custom_mro(id, meta)?;
        Ok(Value::Obj(id))
    }

    /// The descriptors `__dict__` and `__weakref__` of a class whose instances are the first to have a dict.
    fn add_dict_attributes(&mut self, class: ObjId, dict: ObjId, weakref: bool) {
        let attr = crate::object::GetSet {
            name: "__dict__",
            owner: class,
            get: crate::builtins::object::get_dict,
            set: Some(crate::builtins::object::set_dict),
        };
        let value = self.alloc(ObjData::GetSet(Box::new(attr)));
        let name = self.names.d_dict;
        self.dict_set_name(dict, name, value);
        if weakref {
            let attr = crate::object::GetSet {
                name: "__weakref__",
                owner: class,
                get: crate::builtins::object::get_weakref,
                set: None,
            };
            let value = self.alloc(ObjData::GetSet(Box::new(attr)));
            let name = self.names.d_weakref;
            self.dict_set_name(dict, name, value);
        }
    }

    fn custom_mro(&mut self, id: ObjId, meta: ObjId) -> Res<()> {
        if meta == self.types.type_ {
            return Ok(());
        }
        let name = self.names.n_mro;
        let Some(found) = self.lookup_type(meta, name) else {
            return Ok(());
        };
        if matches!(self.data(found), Some(ObjData::Builtin(_))) {
            return Ok(());
        }
        let result = self.call_special(found, Value::Obj(id), &[])?;
        let mro = self.collect_iterable(result)?;
        self.set_mro(id, mro);
        self.refresh_class_flags(id);
        Ok(())
    }

    pub(crate) fn set_mro(&mut self, id: ObjId, mro: Vec<Value>) {
        if let ObjData::Class(c) = self.heap.get_mut(id) {
            c.mro = mro;
        }
        self.method_cache.invalidate();
    }

    /// `__new__` becomes a static method; `__doc__` is always there.
    fn prepare_dict(&mut self, dict: ObjId) {
        let (new, doc) = (self.names.d_new, self.names.d_doc);
        if let Some(value) = self.dict_get_name(dict, new)
            && matches!(self.data(value), Some(ObjData::Function(_)))
        {
            let wrapped = self.alloc(ObjData::StaticMethod(value));
            self.dict_set_name(dict, new, wrapped);
        }
        if self.dict_get_name(dict, doc).is_none() {
            self.dict_set_name(dict, doc, Value::None);
        }
    }

    /// The base whose native layout the class takes.
    fn best_base(&mut self, bases: &[Value]) -> Res {
        let mut best: Option<Value> = None;
        for &base in bases {
            let Some(class) = self.class(base) else {
                if matches!(self.data(base), Some(ObjData::OldClass(_))) {
                    continue;
                }
                return Err(self.type_error("metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases"));
            };
            let (name, subclassable) = (class.name.clone(), class.subclassable);
            if !subclassable {
                return Err(self.type_error(format!("type '{name}' is not an acceptable base type")));
            }
            best = match best {
                None => Some(base),
                Some(old) => Some(self.better_base(old, base)?),
            };
        }
        match best {
            Some(best) => Ok(best),
            None => Err(self.type_error("a new-style class can't have only classic bases")),
        }
    }

    fn better_base(&mut self, old: Value, new: Value) -> Res {
        let solid = |h: &Host, v: Value| {
            h.class(v)
                .map(|c| (c.layout, c.slots.clone()))
                .unwrap_or((Layout::Object, Vec::new()))
        };
        let ((l1, s1), (l2, s2)) = (solid(self, old), solid(self, new));
        if l2 == Layout::Object && s2.is_empty() {
            return Ok(old);
        }
        if l1 == Layout::Object && s1.is_empty() {
            return Ok(new);
        }
        if l1 == Layout::Exception && l2 == Layout::Exception {
            let (m1, m2) = (self.exception_members(old), self.exception_members(new));
            if m1.is_some() && m2.is_some() && m1 != m2 {
                return Err(self.type_error("multiple bases have instance lay-out conflict"));
            }
            if m1.is_none() && m2.is_some() {
                return Ok(new);
            }
        }
        if l1 == l2 && s1.starts_with(&s2) {
            return Ok(old);
        }
        if (l1 == l2 || l1 == Layout::Object) && s2.starts_with(&s1) {
            return Ok(new);
        }
        if l2 == Layout::Object && s1.starts_with(&s2) {
            return Ok(old);
        }
        Err(self.type_error("multiple bases have instance lay-out conflict"))
    }

    /// The exception class in the mro that defines members of its own.
    fn exception_members(&self, class: Value) -> Option<Value> {
        let e = &self.exceptions;
        let own = [
            e.environment_error,
            e.system_exit,
            e.syntax_error,
            e.unicode_decode_error,
            e.unicode_encode_error,
            e.unicode_translate_error,
        ];
        self.class(class)?
            .mro
            .iter()
            .copied()
            .find(|c| own.iter().any(|&o| Value::Obj(o) == *c))
    }

    fn declared_slots(&mut self, dict: ObjId, parent: &Class, bases: &[Value]) -> Res<Slots> {
        let name = self.names.d_slots;
        let Some(declared) = self.dict_get_name(dict, name) else {
            return Ok(Slots {
                names: Vec::new(),
                public: Vec::new(),
                has_dict: true,
                has_weakref: true,
            });
        };
        let items = if self.str_bytes(declared).is_some() || self.unicode_chars(declared).is_some() {
            vec![declared]
        } else {
            self.collect_iterable(declared)?
        };
        if !items.is_empty()
            && matches!(parent.layout, Layout::Int | Layout::Long | Layout::Str | Layout::Tuple)
            && parent.layout != Layout::Int
        {
            let text = format!("nonempty __slots__ not supported for subtype of '{}'", parent.name);
            return Err(self.type_error(text));
        }
        let class_name = String::new();
        let mut slots = Slots {
            names: Vec::new(),
            public: Vec::new(),
            has_dict: false,
            has_weakref: false,
        };
        for item in items {
            let Some(text) = self.text_of(item) else {
                let text = format!("__slots__ items must be strings, not '{}'", self.class_name_of(item));
                return Err(self.type_error(text));
            };
            let valid = text
                .chars()
                .enumerate()
                .all(|(i, c)| c == '_' || c.is_ascii_alphabetic() || (i > 0 && c.is_ascii_digit()));
            if !valid || text.is_empty() {
                return Err(self.type_error("__slots__ must be identifiers"));
            }
            self.add_slot(&mut slots, &text, dict, bases)?;
        }
        let _ = class_name;
        Ok(slots)
    }

    fn add_slot(&mut self, slots: &mut Slots, text: &str, dict: ObjId, bases: &[Value]) -> Res<()> {
        match text {
            "__dict__" => {
                if bases.iter().any(|&b| self.class(b).is_some_and(|c| c.has_dict)) || slots.has_dict {
                    return Err(self.type_error("__dict__ slot disallowed: we already got one"));
                }
                slots.has_dict = true;
            }
            "__weakref__" => {
                if bases.iter().any(|&b| self.class(b).is_some_and(|c| c.has_weakref)) || slots.has_weakref {
                    return Err(
                        self.type_error("__weakref__ slot disallowed: either we already got one, or __itemsize__ != 0")
                    );
                }
                slots.has_weakref = true;
            }
            _ => {
                let name = self.intern_str(text);
                if self.dict_get_name(dict, name).is_some() {
                    let text = format!("'{text}' in __slots__ conflicts with class variable");
                    return Err(self.value_error(text));
                }
                slots.names.push(name);
                slots.public.push(name);
            }
        }
        Ok(())
    }

    fn add_slot_descriptors(&mut self, class: ObjId, dict: ObjId, slots: &Slots) {
        let class_name = self.class_name(Value::Obj(class));
        for &name in &slots.public {
            let text = self.name_text(name);
            let mangled = crate::compiler::mangle(&class_name, &text);
            let mangled = self.intern_str(&mangled);
            if let ObjData::Class(c) = self.heap.get_mut(class) {
                for slot in c.slots.iter_mut().filter(|slot| **slot == name) {
                    *slot = mangled;
                }
            }
            let member = self.alloc(ObjData::Member(Member {
                name: mangled,
                owner: class,
            }));
            self.dict_set_name(dict, mangled, member);
        }
    }

    /// C3 linearisation; old-style bases contribute their depth-first order.
    pub(crate) fn compute_mro(&mut self, class: ObjId, bases: &[Value]) -> Res<Vec<Value>> {
        let mut sequences: Vec<Vec<Value>> = bases.iter().map(|&b| self.mro_of(b)).collect();
        for (i, &base) in bases.iter().enumerate() {
            if bases[..i].contains(&base) {
                let text = format!("duplicate base class {}", self.class_name(base));
                return Err(self.type_error(text));
            }
        }
        sequences.push(bases.to_vec());
        let mut out = vec![Value::Obj(class)];
        loop {
            sequences.retain(|s| !s.is_empty());
            if sequences.is_empty() {
                return Ok(out);
            }
            let candidate = sequences.iter().map(|s| s[0]).find(|c| {
                !sequences
                    .iter()
                    .any(|s| s.get(1..).is_some_and(|tail| tail.contains(c)))
            });
            let Some(next) = candidate else {
                return Err(self.mro_conflict(&sequences));
            };
            out.push(next);
            for sequence in &mut sequences {
                if sequence.first() == Some(&next) {
                    sequence.remove(0);
                }
            }
        }
    }

    fn mro_conflict(&mut self, sequences: &[Vec<Value>]) -> crate::error::Raised {
        let mut heads: Vec<Value> = Vec::new();
        for sequence in sequences {
            if let Some(&head) = sequence.first()
                && !heads.contains(&head)
            {
                heads.push(head);
            }
        }
        let names: Vec<String> = heads.iter().map(|&c| self.class_name(c)).collect();
        let text = format!(
            "Cannot create a consistent method resolution\norder (MRO) for bases {}",
            names.join(", ")
        );
        self.type_error(text)
    }

    /// The mro of a class; for old-style ones depth first, left to right, without repetition.
    pub(crate) fn mro_of(&self, class: Value) -> Vec<Value> {
        if let Some(c) = self.class(class) {
            return c.mro.clone();
        }
        let mut out = Vec::new();
        self.old_mro(class, &mut out);
        out
    }

    fn old_mro(&self, class: Value, out: &mut Vec<Value>) {
        if out.contains(&class) {
            return;
        }
        out.push(class);
        if let Some(ObjData::OldClass(c)) = self.data(class) {
            for &base in &c.bases {
                self.old_mro(Value::Obj(base), out);
            }
        }
    }

    /// Recomputes what a class and its subclasses remember about special methods.
    pub(crate) fn refresh_class_flags(&mut self, id: ObjId) {
        let n = &self.names;
        let (getattribute, getattr, setattr, delattr, del) =
            (n.d_getattribute, n.d_getattr, n.d_setattr, n.d_delattr, n.d_del);
        let custom = |h: &Host, name| h.lookup_type_slow(id, name).is_some_and(|(m, _)| !h.is_native_slot(m));
        let flags = [
            custom(self, getattribute),
            self.lookup_type_slow(id, getattr).is_some(),
            custom(self, setattr) || custom(self, delattr),
            self.lookup_type_slow(id, del).is_some(),
        ];
        let mut subclasses = Vec::new();
        if let ObjData::Class(c) = self.heap.get_mut(id) {
            c.custom_getattribute = flags[0];
            c.has_getattr = flags[1];
            c.custom_setattr = flags[2];
            c.has_del = flags[3];
            subclasses = c.subclasses.clone();
        }
        for sub in subclasses {
            self.refresh_class_flags(sub);
        }
    }

    /// A bare instance of a class with native data.
    pub fn new_instance(&mut self, class: ObjId, payload: Option<ObjData>) -> Value {
        let n_slots = match self.heap.get(class) {
            ObjData::Class(c) => c.slots.len(),
            _ => 0,
        };
        let slots = vec![Value::HOLE; n_slots];
        let instance = Instance {
            class,
            dict: ObjId::HOLE,
            slots,
            payload: payload.map(Box::new),
        };
        let value = self.alloc(ObjData::Instance(Box::new(instance)));
        self.note_finalizer(class, value);
        value
    }

    /// The text of a `str` or ASCII `unicode`.
    pub fn text_of(&self, value: Value) -> Option<String> {
        if let Some(text) = self.str_text(value) {
            return Some(text);
        }
        let chars = self.unicode_chars(value)?;
        chars.iter().map(|&c| char::from_u32(c)).collect()
    }
}

struct Slots {
    names: Vec<ObjId>,
    public: Vec<ObjId>,
    has_dict: bool,
    has_weakref: bool,
}
