//! Raised exceptions as values.

use crate::value::{ObjId, Value};

/// A Python exception in flight.
#[derive(Clone, Debug, PartialEq)]
pub struct Raised(Box<RaisedData>);

/// Content of [`Raised`].
#[derive(Clone, Debug, PartialEq)]
pub struct RaisedData {
    /// the exception instance (always normalised)
    pub value: Value,
    /// the traceback object so far, the hole when none
    pub traceback: ObjId,
}

impl Raised {
    /// An exception without traceback.
    pub fn new(value: Value) -> Raised {
        Raised(Box::new(RaisedData {
            value,
            traceback: ObjId::HOLE,
        }))
    }

    /// An exception that continues a traceback.
    pub fn with_traceback(value: Value, traceback: ObjId) -> Raised {
        Raised(Box::new(RaisedData { value, traceback }))
    }

    /// The exception instance.
    pub fn value(&self) -> Value {
        self.0.value
    }

    /// The traceback object, the hole when none.
    pub fn traceback(&self) -> ObjId {
        self.0.traceback
    }

    /// Replaces the traceback.
    pub fn set_traceback(&mut self, traceback: ObjId) {
        self.0.traceback = traceback;
    }
}

/// Result of anything that runs Python code.
pub type Res<T = Value> = Result<T, Raised>;
