//! Collection of the host heap, weak references, finalizers.
//!
//! Roots are the value stack, frames, modules and the host's own tables. Native code that calls back into Python
//! may hold values of its own: whatever was allocated since the instruction that called the outermost native
//! code began is kept, and so are the values protected by [`Host::push_root`].
//!
//! Nothing is collected before [`Host::enable_collection`]: while a program is imported and translated, the stages
//! hold values that the host does not know of.

use crate::error::Res;
use crate::heap::Heap;
use crate::host::Host;
use crate::object::{ObjData, WeakRef};
use crate::trace::Marker;
use crate::value::{ObjId, Value};
use rpy_lltype::{ContainerId, Data};

/// State of the collector.
#[derive(Clone, Debug)]
pub struct GcState {
    /// automatic collection is on
    pub enabled: bool,
    /// collecting is allowed at all
    pub allowed: bool,
    /// allocations after which the next collection is due
    pub threshold: usize,
    /// a collection is running
    pub collecting: bool,
    /// collections so far
    pub count: usize,
    /// objects below this id were made with the host and stay
    pub permanent: u32,
}

impl Default for GcState {
    fn default() -> GcState {
        GcState {
            enabled: true,
            allowed: false,
            threshold: 2_000_000,
            collecting: false,
            count: 0,
            permanent: 0,
        }
    }
}

/// What is left to do when the garbage is gone.
#[derive(Default)]
struct Aftermath {
    callbacks: Vec<(Value, Value)>,
    finalizers: Vec<ObjId>,
    generators: Vec<ObjId>,
}

impl Host {
    /// Lets every object live from now on: graphs refer to objects that the collector would not find.
    pub fn keep_all_objects(&mut self) {
        self.gc.enabled = false;
        self.gc.allowed = false;
    }

    /// A place where the evaluator may collect.
    #[inline]
    pub(crate) fn safe_point(&mut self) {
        if self.heap.since_collect > self.gc.threshold && self.gc.enabled && self.gc.allowed {
            self.collect();
        }
    }

    /// Allows collections: from now on only the host holds values.
    pub fn enable_collection(&mut self) {
        self.gc.allowed = true;
    }

    /// Remembers an instance whose class has `__del__`.
    #[inline]
    pub(crate) fn note_finalizer(&mut self, class: ObjId, value: Value) {
        if let ObjData::Class(c) = self.heap.get(class)
            && c.has_del
            && let Value::Obj(id) = value
        {
            self.finalizable.push(id);
        }
    }

    /// Remembers an old-style instance whose class has `__del__`.
    pub(crate) fn note_old_finalizer(&mut self, class: ObjId, value: Value) {
        let name = self.names.d_del;
        if let Value::Obj(id) = value
            && self.lookup_old_class(class, name).is_some()
        {
            self.finalizable.push(id);
        }
    }

    /// The referent of a weak proxy.
    pub(crate) fn proxy_target(&mut self, proxy: Value) -> Res {
        match self.data(proxy) {
            Some(ObjData::WeakRef(w)) if !w.target.is_hole() => Ok(w.target),
            _ => Err(self.error(
                self.exceptions.reference_error,
                "weakly-referenced object no longer exists",
            )),
        }
    }

    /// `repr` of a weak reference.
    pub(crate) fn weakref_repr(&mut self, value: Value, w: &WeakRef) -> String {
        let at = self.address(value);
        let kind = if w.proxy { "weakproxy" } else { "weakref" };
        if w.target.is_hole() {
            return format!("<{kind} at {at}; dead>");
        }
        let name = self.class_name_of(w.target);
        format!("<{kind} at {at}; to '{name}' at {}>", self.address(w.target))
    }

    /// Collects garbage; gives the number of objects freed.
    pub fn collect(&mut self) -> usize {
        if self.gc.collecting || !self.gc.allowed {
            return 0;
        }
        self.gc.collecting = true;
        self.gc.count += 1;
        let mut marker = Marker::new(self.heap.len());
        self.mark_roots(&mut marker);
        let mut aftermath = Aftermath::default();
        self.clear_weakrefs(&marker, &mut aftermath);
        self.find_generators(&mut marker, &mut aftermath);
        self.find_finalizers(&mut marker, &mut aftermath);
        self.forget_dead(&marker);
        let freed = self.sweep(&marker);
        self.heap.since_collect = 0;
        self.gc.threshold = (self.heap.live() / 2).max(2_000_000);
        let root = self.protect(&aftermath);
        self.gc.collecting = false;
        self.run_aftermath(&aftermath);
        self.pop_roots(root);
        freed
    }

    fn mark_roots(&mut self, m: &mut Marker) {
        for id in 1..self.gc.permanent {
            m.push(ObjId(id));
        }
        let tables = [self.modules, self.builtins, self.sys_dict];
        tables.iter().for_each(|&id| m.push(id));
        self.stack.iter().for_each(|&v| m.value(v));
        self.frames.iter().for_each(|f| m.frame(f));
        self.roots
            .iter()
            .chain(&self.repr_stack)
            .chain(&self.codec_searches)
            .for_each(|&v| m.value(v));
        self.codec_errors.values().for_each(|&v| m.value(v));
        m.value(self.exc_info.value);
        m.push(self.exc_info.traceback);
        self.locals_cache.values().for_each(|&id| m.push(id));
        for (&key, &value) in &self.replacements {
            m.value(key);
            m.value(value);
        }
        self.ll_type_objects.values().for_each(|&id| m.push(id));
        self.int_classes.values().for_each(|&id| m.push(id));
        self.native_classes.values().for_each(|&id| m.push(id));
        if let Some((value, _)) = &self.syntax_error {
            m.value(*value);
        }
        for index in 0..self.llstore.len() {
            match &self.llstore.get(ContainerId::new(index)).data {
                Data::Func(f) => f.callable.iter().for_each(|&id| m.push(ObjId(id))),
                Data::Opaque(Some(id)) => m.push(ObjId(*id)),
                _ => {}
            }
        }
        if let Some(&mark) = self.native_marks.iter().filter(|&&m| m != u64::MAX).min() {
            let mark = Heap::age(mark);
            for index in 1..self.heap.len() {
                let id = ObjId(index as u32);
                if self.heap.slot(id).birth >= mark && !matches!(self.heap.get(id), ObjData::Free) {
                    m.push(id);
                }
            }
        }
        m.drain(&self.heap);
    }

    /// Clears the weak references to dead objects; their callbacks are called later.
    fn clear_weakrefs(&mut self, m: &Marker, aftermath: &mut Aftermath) {
        let mut all = std::mem::take(&mut self.weakrefs);
        all.retain(|&target, refs| {
            refs.retain(|&r| m.is_marked(r));
            if m.is_marked(target) {
                return !refs.is_empty();
            }
            for &r in refs.iter() {
                if let Some(ObjData::WeakRef(w)) = self.data_mut(Value::Obj(r)) {
                    w.target = Value::HOLE;
                    if !w.callback.is_none() {
                        aftermath.callbacks.push((w.callback, Value::Obj(r)));
                    }
                }
            }
            false
        });
        self.weakrefs = all;
    }

    /// Dead generators that wait inside a `try`: they are closed.
    fn find_generators(&mut self, m: &mut Marker, aftermath: &mut Aftermath) {
        for index in 1..self.heap.len() {
            let id = ObjId(index as u32);
            let ObjData::Generator(g) = self.heap.get(id) else {
                continue;
            };
            let pending = g.frame.as_ref().is_some_and(|f| !f.blocks.is_empty());
            if pending && g.started && !m.is_marked(id) {
                aftermath.generators.push(id);
            }
        }
        for &id in &aftermath.generators {
            m.push(id);
        }
        m.drain(&self.heap);
    }

    /// Dead objects with `__del__`: those that no other such object refers to are finalised now.
    fn find_finalizers(&mut self, m: &mut Marker, aftermath: &mut Aftermath) {
        let (alive, dead): (Vec<ObjId>, Vec<ObjId>) = std::mem::take(&mut self.finalizable)
            .into_iter()
            .partition(|&id| m.is_marked(id));
        self.finalizable = alive;
        let mut postponed = Vec::new();
        for &id in dead.iter().rev() {
            if m.is_marked(id) {
                postponed.push(id);
                continue;
            }
            m.children(&self.heap, id);
            aftermath.finalizers.push(id);
        }
        aftermath.finalizers.iter().for_each(|&id| m.push(id));
        m.drain(&self.heap);
        aftermath.finalizers.reverse();
        self.finalizable.extend(postponed.into_iter().rev());
    }

    /// Drops dead objects from tables that do not keep them alive.
    fn forget_dead(&mut self, m: &Marker) {
        self.interned.retain(|_, id| m.is_marked(*id));
        for index in 1..self.heap.len() {
            let id = ObjId(index as u32);
            if m.is_marked(id)
                && let ObjData::Class(c) = self.heap.get_mut(id)
            {
                c.subclasses.retain(|&s| m.is_marked(s));
            }
        }
        self.method_cache.invalidate();
    }

    fn sweep(&mut self, m: &Marker) -> usize {
        let mut freed = 0;
        for index in 1..self.heap.len() {
            let id = ObjId(index as u32);
            if !m.is_marked(id) && !matches!(self.heap.get(id), ObjData::Free) {
                self.heap.release(id);
                freed += 1;
            }
        }
        freed
    }

    fn protect(&mut self, aftermath: &Aftermath) -> usize {
        let root = self.roots.len();
        for &(callback, reference) in &aftermath.callbacks {
            self.roots.extend([callback, reference]);
        }
        let objects = aftermath.finalizers.iter().chain(&aftermath.generators);
        self.roots.extend(objects.map(|&id| Value::Obj(id)));
        root
    }

    fn run_aftermath(&mut self, aftermath: &Aftermath) {
        for &(callback, reference) in &aftermath.callbacks {
            let result = self.call_value(callback, &[reference], &[]).map(|_| ());
            self.note_ignored(result, callback);
        }
        for &id in &aftermath.generators {
            let result = self.generator_close(id);
            self.note_ignored(result, Value::Obj(id));
        }
        for &id in &aftermath.finalizers {
            let name = self.names.d_del;
            let method = match self.special_method(Value::Obj(id), name) {
                Ok(Some(method)) => method,
                _ => continue,
            };
            let result = self.call_value(method, &[], &[]).map(|_| ());
            self.note_ignored(result, method);
        }
    }

    /// Tells on standard error about an exception that nobody can catch.
    fn note_ignored(&mut self, result: Res<()>, what: Value) {
        let Err(raised) = result else { return };
        let line = self.exception_line(raised.value());
        let text = format!("Exception {} in {} ignored\n", line.trim_end(), self.safe_repr(what));
        self.flush_output();
        // Without a working standard error there is nobody to tell.
        let _ = self.system.write(2, text.as_bytes());
    }
}
