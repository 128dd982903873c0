//! The immediate value of the host: small, `Copy`, compared by identity.

use std::fmt;
use std::hash::{Hash, Hasher};

/// Index of an object in the host heap.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjId(pub u32);

impl ObjId {
    /// The hole: an unbound local, an absent argument, a deleted entry. Never a real object.
    pub const HOLE: ObjId = ObjId(0);

    /// Whether this is the hole.
    pub fn is_hole(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Debug for ObjId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "o{}", self.0)
    }
}

/// A Python value. `==` and `Hash` are *identity* (floats by their bits), never Python equality.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    /// `None`.
    None,
    /// `True` and `False`.
    Bool(bool),
    /// A machine `int`.
    Int(i64),
    /// A `float`.
    Float(f64),
    /// Anything else, in the heap.
    Obj(ObjId),
}

impl Value {
    /// The hole value, see [`ObjId::HOLE`].
    pub const HOLE: Value = Value::Obj(ObjId::HOLE);

    /// Whether this is the hole.
    #[inline(always)]
    pub fn is_hole(self) -> bool {
        matches!(self, Value::Obj(ObjId(0)))
    }

    /// Whether this is `None`.
    pub fn is_none(self) -> bool {
        matches!(self, Value::None)
    }

    /// The heap id, when the value is a heap object.
    #[inline(always)]
    pub fn obj(self) -> Option<ObjId> {
        match self {
            Value::Obj(id) => Some(id),
            Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) => None,
        }
    }

    /// `None` for the hole, the value otherwise.
    pub fn option(self) -> Option<Value> {
        if self.is_hole() { None } else { Some(self) }
    }
}

impl PartialEq for Value {
    #[inline(always)]
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::None, Value::None) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
            (Value::Obj(a), Value::Obj(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Value::None => {}
            Value::Bool(b) => b.hash(state),
            Value::Int(i) => i.hash(state),
            Value::Float(x) => x.to_bits().hash(state),
            Value::Obj(id) => id.hash(state),
        }
    }
}

impl From<ObjId> for Value {
    fn from(id: ObjId) -> Value {
        Value::Obj(id)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Value {
        Value::Bool(b)
    }
}
