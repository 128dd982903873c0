//! The annotator: whole-program type inference over flow graphs.
//!
//! * [`model`]: annotations, interned;
//! * [`desc`]: descriptors of functions, classes, methods and frozen instances, call and attribute families;
//! * [`definitions`]: what is common to lists, dicts and classes that flow together;
//! * [`intrinsics`]: the functions of the library and of Python that annotator and rtyper know.

pub mod definitions;
pub mod desc;
pub mod intrinsics;
pub mod model;

pub use definitions::{Attribute, ClassDef, CustomKeys, DictDef, ListDef, Place, Source};
pub use desc::{
    AttrFamily, AttrFamilyId, CallFamily, CallFamilyId, CallRow, ClassDesc, Desc, Enforced, FrozenDesc, FunctionDesc,
    KeyPart, MethodDesc, Policy, Signature, SpecKey,
};
pub use intrinsics::Intrinsic;
pub use model::{Ann, AnnId, Anns, ClassDefId, DescId, DictDefId, IterKind, Kind, ListDefId};
