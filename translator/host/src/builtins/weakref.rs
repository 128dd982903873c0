//! Weak references.

use super::{TypeSpec, def, given, this};
use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, NativeDef, ObjData, WeakRef};
use crate::value::Value;

const SLOTS: &[NativeDef] = &[
    def("__call__", 0, 0, call),
    def("__hash__", 0, 0, hash),
    def("__eq__", 1, 1, eq),
    def("__ne__", 1, 1, ne),
    def("__repr__", 0, 0, super::slots::repr),
    def("__init__", 1, 2, init),
];

/// Installs the types.
pub fn setup(h: &mut Host) {
    let t = h.types.clone();
    h.install(
        t.weakref,
        &TypeSpec {
            slots: SLOTS,
            new: Some(new),
            new_args: (1, 2),
            ..TypeSpec::default()
        },
    );
    for class in [t.weakproxy, t.weakcallableproxy] {
        h.install(
            class,
            &TypeSpec {
                slots: const { &[super::free("__call__", proxy_call)] },
                ..TypeSpec::default()
            },
        );
    }
}

fn init(_: &mut Host, _: Args<'_>) -> Res {
    Ok(Value::None)
}

impl Host {
    /// Whether a value can be weakly referenced.
    pub(crate) fn can_reference_weakly(&self, value: Value) -> bool {
        let Some(id) = value.obj() else { return false };
        match self.heap.get(id) {
            ObjData::Instance(i) => {
                self.class(Value::Obj(i.class)).is_some_and(|c| c.has_weakref)
                    && !matches!(self.data(value), Some(ObjData::Exc(_)) if self.class(Value::Obj(i.class)).is_some_and(|c| c.builtin))
            }
            ObjData::Native(class, _) => self.class(Value::Obj(*class)).is_some_and(|c| c.has_weakref),
            ObjData::OldInstance(_)
            | ObjData::Class(_)
            | ObjData::OldClass(_)
            | ObjData::Function(_)
            | ObjData::Method(_)
            | ObjData::Builtin(_)
            | ObjData::BuiltinMethod(..)
            | ObjData::Set(_)
            | ObjData::FrozenSet(_)
            | ObjData::Generator(_)
            | ObjData::Module(_)
            | ObjData::Code(_) => true,
            _ => false,
        }
    }

    /// A weak reference or proxy; plain ones without callback are shared.
    pub fn new_weakref(&mut self, class: Value, target: Value, callback: Value, proxy: bool) -> Res {
        if !self.can_reference_weakly(target) {
            let text = format!(
                "cannot create weak reference to '{}' object",
                self.class_name_of(target)
            );
            return Err(self.type_error(text));
        }
        let Value::Obj(id) = target else { return Ok(Value::None) };
        let own = self.types.weakref;
        let plain = class == Value::Obj(own) && callback.is_none();
        if plain {
            for &r in self.weakrefs.get(&id).map(Vec::as_slice).unwrap_or_default() {
                if let ObjData::WeakRef(w) = self.heap.get(r)
                    && w.proxy == proxy
                    && w.callback.is_none()
                {
                    return Ok(Value::Obj(r));
                }
            }
        }
        let callable = proxy && self.is_callable(target);
        let data = WeakRef {
            target,
            callback,
            proxy,
            callable,
            hash: None,
        };
        let value = self.wrap_native(class, own, ObjData::WeakRef(Box::new(data)));
        if let Value::Obj(r) = value {
            self.weakrefs.entry(id).or_default().push(r);
        }
        Ok(value)
    }
}

fn new(h: &mut Host, a: Args<'_>) -> Res {
    let callback = given(a.get(2)).unwrap_or(Value::None);
    h.new_weakref(this(&a), a.get(1), callback, false)
}

fn weakref(h: &mut Host, value: Value) -> Option<WeakRef> {
    match h.data(value) {
        Some(ObjData::WeakRef(w)) => Some(**w),
        _ => None,
    }
}

fn call(h: &mut Host, a: Args<'_>) -> Res {
    Ok(weakref(h, this(&a))
        .and_then(|w| w.target.option())
        .unwrap_or(Value::None))
}

fn proxy_call(h: &mut Host, a: Args<'_>) -> Res {
    let target = h.proxy_target(this(&a))?;
    h.call_value(target, &a.pos[1..], a.kw)
}

fn hash(h: &mut Host, a: Args<'_>) -> Res {
    let Some(w) = weakref(h, this(&a)) else {
        return Ok(Value::Int(0));
    };
    if let Some(hash) = w.hash {
        return Ok(Value::Int(hash));
    }
    if w.target.is_hole() {
        return Err(h.type_error("weak object has gone away"));
    }
    let hash = h.hash_value(w.target)?;
    if let Some(ObjData::WeakRef(w)) = h.data_mut(this(&a)) {
        w.hash = Some(hash);
    }
    Ok(Value::Int(hash))
}

fn same(h: &mut Host, a: &Args<'_>) -> Res<Option<bool>> {
    let (Some(x), Some(y)) = (weakref(h, this(a)), weakref(h, a.get(1))) else {
        return Ok(None);
    };
    if x.target.is_hole() || y.target.is_hole() {
        return Ok(Some(this(a) == a.get(1)));
    }
    h.values_equal(x.target, y.target).map(Some)
}

fn eq(h: &mut Host, a: Args<'_>) -> Res {
    Ok(same(h, &a)?.map_or(h.not_implemented, Value::Bool))
}

fn ne(h: &mut Host, a: Args<'_>) -> Res {
    Ok(same(h, &a)?.map_or(h.not_implemented, |b| Value::Bool(!b)))
}

/// Live weak references to an object.
pub(crate) fn references(h: &Host, object: Value) -> Vec<Value> {
    object
        .obj()
        .and_then(|id| h.weakrefs.get(&id))
        .map(|list| list.iter().map(|&r| Value::Obj(r)).collect())
        .unwrap_or_default()
}
