//! Definitions of lists, dicts and classes: what is common to all values that flow together.

use crate::model::{AnnId, ClassDefId, DescId};
use indexmap::{IndexMap, IndexSet};
use rpy_flow::{BlockId, GraphId};
use rpy_host::Value;
use rpy_syntax::Span;
use std::sync::Arc;

/// A place of the program: an operation, or the start of a block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Place {
    /// Graph.
    pub graph: GraphId,
    /// Block.
    pub block: BlockId,
    /// Position of the operation in the block.
    pub op: u32,
}

/// What is common to lists that flow together.
#[derive(Clone, Debug)]
pub struct ListDef {
    /// Annotation of the items.
    pub item: AnnId,
    /// Grows or shrinks: needs a resizable representation.
    pub resized: bool,
    /// Items are assigned.
    pub mutated: bool,
    /// `Some(step)` if all were made by `range(…)` with this step and never changed (`0`: variable step).
    pub range_step: Option<i64>,
    /// Must not be resized (`make_sure_not_resized`, `*args`), and why.
    pub fixed: Option<Span>,
    /// Must not be changed at all (`[*]` attributes of prebuilt instances are still lists).
    pub immutable: bool,
    /// Where it was resized first.
    pub resized_at: Span,
    /// Where the item annotation was widened last.
    pub item_from: Span,
    /// Blocks to analyse again when the items change.
    pub readers: IndexSet<Place>,
    /// Host lists that are its prebuilt members.
    pub prebuilt: IndexSet<Value>,
}

/// Functions of an `r_dict`.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomKeys {
    /// Annotation of the equality function.
    pub equal: AnnId,
    /// Annotation of the hash function.
    pub hash: AnnId,
}

/// What is common to dicts that flow together.
#[derive(Clone, Debug)]
pub struct DictDef {
    /// Annotation of the keys.
    pub key: AnnId,
    /// Annotation of the values.
    pub value: AnnId,
    /// For `r_dict`.
    pub custom: Option<CustomKeys>,
    /// No `None` keys or values occur (hint for `r_dict`).
    pub force_non_null: bool,
    /// Equality and hash are cheap and cannot change the dict.
    pub simple_hash_eq: bool,
    /// Where the key annotation was widened last.
    pub key_from: Span,
    /// Where the value annotation was widened last.
    pub value_from: Span,
    /// Blocks to analyse again when keys or values change.
    pub readers: IndexSet<Place>,
    /// Host dicts that are its prebuilt members.
    pub prebuilt: IndexSet<Value>,
}

/// Where a class attribute's value comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Source {
    /// From the dict of a class.
    Class {
        /// The class.
        class: DescId,
        /// The value in its dict.
        value: Value,
    },
    /// From a prebuilt instance.
    Instance(Value),
}

/// An attribute of the instances of a class and its subclasses.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Annotation. A method is a `Pbc` of unbound `Method` descriptors.
    pub ann: AnnId,
    /// Never assigned on instances: lives in the class (vtable), not in the instance.
    pub readonly: bool,
    /// Blocks to analyse again when it changes.
    pub readers: IndexSet<Place>,
    /// Where the annotation was widened last.
    pub from: Span,
}

/// A class with inferred attributes. Attributes live in the topmost class that needs them.
#[derive(Clone, Debug)]
pub struct ClassDef {
    /// Its descriptor.
    pub desc: DescId,
    /// Name.
    pub name: Arc<str>,
    /// Base.
    pub base: Option<ClassDefId>,
    /// Subclasses, in order of creation.
    pub subclasses: Vec<ClassDefId>,
    /// Attributes defined at this level.
    pub attributes: IndexMap<Arc<str>, Attribute>,
    /// Class attributes and attributes of prebuilt instances that exist at this level, not (yet) read by anyone.
    pub sources: IndexMap<Arc<str>, IndexSet<Source>>,
    /// Prebuilt instances of exactly this class.
    pub prebuilt: IndexSet<Value>,
    /// Readers of `__class__` and the like: analysed again when a subclass appears.
    pub class_readers: IndexSet<Place>,
    /// Instances are made by the program or exist.
    pub instantiated: bool,
}
