//! What each object refers to, and marking.

use crate::frame::{Frame, FrameKind};
use crate::heap::Heap;
use crate::iter::Iter;
use crate::object::{ObjData, Signal};
use crate::value::{ObjId, Value};

/// The marks of a collection and the objects still to be looked into.
#[derive(Debug, Default)]
pub(crate) struct Marker {
    bits: Vec<u64>,
    work: Vec<ObjId>,
}

impl Marker {
    /// Marks for a heap of a size.
    pub(crate) fn new(slots: usize) -> Marker {
        Marker {
            bits: vec![0; slots.div_ceil(64)],
            work: Vec::new(),
        }
    }

    /// Whether an object is marked.
    pub(crate) fn is_marked(&self, id: ObjId) -> bool {
        self.bits
            .get(id.0 as usize / 64)
            .is_some_and(|word| word & (1 << (id.0 % 64)) != 0)
    }

    /// Marks an object and notes it for tracing.
    pub(crate) fn push(&mut self, id: ObjId) {
        if id.is_hole() || self.is_marked(id) {
            return;
        }
        if let Some(word) = self.bits.get_mut(id.0 as usize / 64) {
            *word |= 1 << (id.0 % 64);
            self.work.push(id);
        }
    }

    /// Marks the object of a value.
    pub(crate) fn value(&mut self, value: Value) {
        if let Value::Obj(id) = value {
            self.push(id);
        }
    }

    /// Marks everything reachable from what is noted.
    pub(crate) fn drain(&mut self, heap: &Heap) {
        while let Some(id) = self.work.pop() {
            trace(heap.get(id), self);
        }
    }

    /// Marks what an object refers to, not itself.
    pub(crate) fn children(&mut self, heap: &Heap, id: ObjId) {
        trace(heap.get(id), self);
        self.drain(heap);
    }

    /// Marks what a frame refers to, without its part of the value stack.
    pub(crate) fn frame(&mut self, frame: &Frame) {
        self.push(frame.code_obj);
        self.push(frame.globals);
        self.push(frame.builtins);
        self.push(frame.frame_obj);
        self.push(frame.generator);
        self.value(frame.locals);
        if let Some(info) = frame.saved_exc {
            self.value(info.value);
            self.push(info.traceback);
        }
        if let FrameKind::Init(value) = frame.kind {
            self.value(value);
        }
    }
}

/// Marks what an object's data refers to.
fn trace(data: &ObjData, m: &mut Marker) {
    match data {
        ObjData::Free
        | ObjData::Long(_)
        | ObjData::Complex(..)
        | ObjData::IntPayload(_)
        | ObjData::FloatPayload(_)
        | ObjData::Str(_)
        | ObjData::Unicode(_)
        | ObjData::XRange(_)
        | ObjData::SingleFloat(_)
        | ObjData::NotImplemented
        | ObjData::Ellipsis
        | ObjData::LowLevel(_) => {}
        ObjData::Tuple(items) => items.iter().for_each(|&v| m.value(v)),
        ObjData::List(items) => items.iter().for_each(|&v| m.value(v)),
        ObjData::Dict(d) | ObjData::Set(d) | ObjData::FrozenSet(d) => {
            for entry in d.iter() {
                m.value(entry.key);
                m.value(entry.value);
            }
        }
        ObjData::Instance(i) => {
            m.push(i.class);
            m.push(i.dict);
            i.slots.iter().for_each(|&v| m.value(v));
            if let Some(payload) = &i.payload {
                trace(payload, m);
            }
        }
        ObjData::OldInstance(i) => {
            m.push(i.class);
            m.push(i.dict);
        }
        ObjData::Module(module) => m.push(module.dict),
        ObjData::Cell(v) | ObjData::StaticMethod(v) | ObjData::ClassMethod(v) => m.value(*v),
        ObjData::DictProxy(dict) => m.push(*dict),
        ObjData::GetSet(g) => m.push(g.owner),
        ObjData::RInt(class, ..) => m.push(*class),
        ObjData::Native(class, native) => {
            m.push(*class);
            native.trace(&mut |v| m.value(v));
        }
        ObjData::Iter(iter) => trace_iter(iter, m),
        _ => trace_code_object(data, m),
    }
}

/// Functions, classes, frames and their like.
fn trace_code_object(data: &ObjData, m: &mut Marker) {
    match data {
        ObjData::Function(f) => {
            m.push(f.code_obj);
            m.push(f.globals);
            m.push(f.attrs);
            m.value(f.doc);
            m.value(f.module);
            f.defaults.iter().for_each(|&v| m.value(v));
            f.closure.iter().for_each(|&c| m.push(c));
        }
        ObjData::Code(c) => {
            c.consts.iter().for_each(|&v| m.value(v));
            let names = c.names.iter().chain(&c.varnames).chain(&c.cellvars).chain(&c.freevars);
            names.for_each(|&n| m.push(n));
        }
        ObjData::Builtin(b) => {
            m.push(b.owner);
            m.value(b.doc);
        }
        ObjData::BuiltinMethod(b, this) => {
            m.push(b.owner);
            m.value(**this);
        }
        ObjData::Method(method) => {
            m.value(method.func);
            m.value(method.self_);
            m.value(method.class);
        }
        ObjData::Class(c) => {
            m.push(c.dict);
            m.push(c.metaclass);
            c.bases.iter().chain(&c.mro).for_each(|&v| m.value(v));
            c.slots.iter().for_each(|&n| m.push(n));
        }
        ObjData::OldClass(c) => {
            m.push(c.dict);
            c.bases.iter().for_each(|&b| m.push(b));
        }
        ObjData::Exc(e) => {
            e.args.iter().for_each(|&v| m.value(v));
            e.fields.iter().for_each(|f| m.value(f.0));
        }
        ObjData::Property(p) => [p.get, p.set, p.del, p.doc].iter().for_each(|&v| m.value(v)),
        ObjData::Member(member) => {
            m.push(member.name);
            m.push(member.owner);
        }
        ObjData::Super(s) => {
            m.push(s.class);
            m.value(s.obj);
            m.push(s.obj_class);
        }
        ObjData::Slice(s) => [s.start, s.stop, s.step].iter().for_each(|&v| m.value(v)),
        // The referent is weak.
        ObjData::WeakRef(w) => m.value(w.callback),
        _ => trace_activation(data, m),
    }
}

fn trace_activation(data: &ObjData, m: &mut Marker) {
    match data {
        ObjData::Generator(g) => {
            m.push(g.code_obj);
            m.push(g.frame_obj);
            if let Some(saved) = &g.frame {
                m.frame(&saved.frame);
                saved.values.iter().for_each(|&v| m.value(v));
            }
        }
        ObjData::Frame(f) => {
            m.push(f.code_obj);
            m.push(f.globals);
            m.value(f.locals);
            m.value(f.back);
            f.fast.iter().for_each(|&v| m.value(v));
        }
        ObjData::Traceback(t) => {
            m.push(t.frame);
            m.push(t.next);
        }
        ObjData::Signal(s) => match **s {
            Signal::Raise(value, traceback) => {
                m.value(value);
                m.push(traceback);
            }
            Signal::Return(value) => m.value(value),
            Signal::Break | Signal::Continue(_) => {}
        },
        _ => {}
    }
}

fn trace_iter(iter: &Iter, m: &mut Marker) {
    match iter {
        Iter::Sequence { seq, .. } | Iter::Reversed { seq, .. } => m.value(*seq),
        Iter::Range { .. } => {}
        Iter::Dict { dict, .. } => m.push(*dict),
        Iter::Set { set, .. } => m.push(*set),
        Iter::Call { func, sentinel } => {
            m.value(*func);
            m.value(*sentinel);
        }
        Iter::Enumerate { iter, index } => {
            m.value(*iter);
            m.value(*index);
        }
    }
}
