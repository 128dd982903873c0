//! Descriptors: what is known of prebuilt functions, methods, classes and frozen instances.

use crate::model::{AnnId, ClassDefId, DescId};
use indexmap::{IndexMap, IndexSet};
use rpy_flow::GraphId;
use rpy_flow::model::CallShape;
use rpy_host::Value;
use rpy_lltype::typed_id;
use rpy_syntax::Span;
use std::sync::Arc;

typed_id!(
    /// A set of functions (or methods, classes, frozen methods) that are called at the same places.
    CallFamilyId, "calls"
);
typed_id!(
    /// A set of frozen instances, or of classes, whose attributes are read at the same places.
    AttrFamilyId, "attrs"
);

/// Parameters of a function as the caller sees them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Signature {
    /// Names of the positional parameters.
    pub names: Vec<Arc<str>>,
    /// Name of `*args`.
    pub vararg: Option<Arc<str>>,
    /// Name of `**kwargs`, which is refused.
    pub kwarg: Option<Arc<str>>,
    /// Default values of the last parameters.
    pub defaults: Vec<Value>,
}

/// How a function is copied for different callers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// One graph for all (one for each length of `*args`).
    Default,
    /// Evaluated at translation time.
    Memo,
    /// One graph for each constant value of these arguments; with `true` non-constant ones share a graph.
    Arg(Vec<usize>, bool),
    /// One graph for each type of these arguments.
    ArgType(Vec<usize>),
    /// One graph for each item type of this argument, a list.
    ArgListItemType(usize),
    /// One graph for each place of call.
    CallLocation,
    /// One graph for each combination of low-level types; these arguments by constant value.
    LowLevel(Vec<usize>),
}

/// A function.
#[derive(Clone, Debug)]
pub struct FunctionDesc {
    /// The host function.
    pub function: Value,
    /// Name.
    pub name: Arc<str>,
    /// Parameters.
    pub signature: Signature,
    /// Specialisation.
    pub policy: Policy,
    /// Graphs made so far, by specialisation key.
    pub graphs: IndexMap<SpecKey, GraphId>,
    /// Annotations that arguments must have, from `enforceargs` or `signature`.
    pub enforced: Option<Enforced>,
}

/// Declared argument types.
#[derive(Clone, Debug)]
pub struct Enforced {
    /// For each parameter the declared annotation, if any.
    pub args: Vec<Option<AnnId>>,
    /// The declared result.
    pub result: Option<AnnId>,
    /// From `signature`: arguments must match, they are not converted.
    pub strict: bool,
}

/// Part of a specialisation key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyPart {
    /// Number of extra positional arguments.
    Star(usize),
    /// A constant argument.
    Const(Value),
    /// What stands for the Python type of an argument.
    Type(Arc<str>),
    /// A place of call: graph, block, operation.
    Place(u32, u32, u32),
    /// An argument that is not constant under `arg_or_var`.
    Var,
    /// A low-level type.
    LowLevel(rpy_lltype::LLTypeId),
    /// A prebuilt thing without a value of its own, such as a method.
    Desc(DescId),
}

/// A specialisation key.
pub type SpecKey = Vec<KeyPart>;

/// A method found in a class, bound to instances of a class or not bound yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MethodDesc {
    /// The function.
    pub function: DescId,
    /// The class in which the function was found.
    pub origin: ClassDefId,
    /// The class of `self`; `None` while not bound.
    pub self_class: Option<ClassDefId>,
    /// Its name.
    pub name: Arc<str>,
}

/// A class.
#[derive(Clone, Debug)]
pub struct ClassDesc {
    /// The host class.
    pub class: Value,
    /// `__name__`.
    pub name: Arc<str>,
    /// The base class, mix-ins excluded.
    pub base: Option<DescId>,
    /// Attributes of the class's own dict and of its mix-ins, by name.
    pub attributes: IndexMap<Arc<str>, Value>,
    /// Attributes that were created by the analysis (memo tables): hidden from programs.
    pub hidden: IndexMap<Arc<str>, AnnId>,
    /// Its classdef, once needed.
    pub classdef: Option<ClassDefId>,
    /// Names that instances of this class may have as attributes, from `_attrs_` and `__slots__`, with those of the bases.
    pub allowed: Option<IndexSet<Arc<str>>>,
    /// Attributes always live on the instance, without checks (`_settled_`).
    pub settled: bool,
    /// Allocated outside of the GC (`_alloc_flavor_ = 'raw'`).
    pub raw: bool,
}

/// A prebuilt instance that is never changed (`_freeze_`, modules, other immutable host objects).
#[derive(Clone, Debug)]
pub struct FrozenDesc {
    /// The host object.
    pub value: Value,
    /// Attributes that were created by the analysis (memo tables).
    pub hidden: IndexMap<Arc<str>, AnnId>,
}

/// A descriptor.
#[derive(Clone, Debug)]
pub enum Desc {
    /// Function.
    Function(FunctionDesc),
    /// Method of instances.
    Method(MethodDesc),
    /// Class.
    Class(ClassDesc),
    /// Frozen instance.
    Frozen(FrozenDesc),
    /// Method of a frozen instance.
    FrozenMethod {
        /// The function.
        function: DescId,
        /// The frozen instance.
        frozen: DescId,
    },
}

/// One row of a call table: for each function the graph that is called.
pub type CallRow = IndexMap<DescId, GraphId>;

/// Functions that are called at the same places, with the graphs that are called. Keys of rows are `Function` descriptors;
/// for classes the descriptors of their `__init__`.
#[derive(Clone, Debug, Default)]
pub struct CallFamily {
    /// Members (functions, methods, classes …) in order of appearance.
    pub members: IndexSet<DescId>,
    /// For each shape of call the different rows.
    pub tables: IndexMap<CallShape, Vec<CallRow>>,
    /// Places that call.
    pub places: Vec<Span>,
}

/// Frozen instances, or classes, whose attributes are read at the same places.
#[derive(Clone, Debug, Default)]
pub struct AttrFamily {
    /// Members.
    pub members: IndexSet<DescId>,
    /// What was read, with the union of the values.
    pub attributes: IndexMap<Arc<str>, AnnId>,
}
