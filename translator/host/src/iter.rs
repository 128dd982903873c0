//! State of the built-in iterators.

use crate::value::{ObjId, Value};

/// Which part of a dict an iterator or view yields.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DictPart {
    /// keys
    Keys,
    /// values
    Values,
    /// pairs
    Items,
}

/// What a sequence iterator goes over, for its type name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SeqKind {
    /// a list
    List,
    /// a tuple
    Tuple,
    /// something else
    Other,
}

/// A built-in iterator.
#[derive(Clone, Debug)]
pub enum Iter {
    /// over a list, tuple, str, unicode or anything with `__getitem__`
    Sequence {
        /// the sequence, the hole when exhausted
        seq: Value,
        /// next index
        index: i64,
        /// what it is
        kind: SeqKind,
    },
    /// backwards
    Reversed {
        /// the sequence, the hole when exhausted
        seq: Value,
        /// next index
        index: i64,
        /// over a list
        list: bool,
    },
    /// over an xrange
    Range {
        /// next value
        next: i64,
        /// step
        step: i64,
        /// how many are left
        left: i64,
    },
    /// over a dict
    Dict {
        /// the dict, the hole when exhausted
        dict: ObjId,
        /// next position
        position: usize,
        /// size at the start
        size: usize,
        /// part
        part: DictPart,
    },
    /// over a set
    Set {
        /// the set, the hole when exhausted
        set: ObjId,
        /// next position
        position: usize,
        /// size at the start
        size: usize,
    },
    /// `iter(callable, sentinel)`
    Call {
        /// the callable, the hole when exhausted
        func: Value,
        /// the sentinel
        sentinel: Value,
    },
    /// `enumerate`
    Enumerate {
        /// the iterator
        iter: Value,
        /// next index, an int or long
        index: Value,
    },
}
