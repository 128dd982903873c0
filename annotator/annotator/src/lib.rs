//! The annotator: whole-program type inference over flow graphs.
//!
//! * [`model`]: annotations, interned;
//! * [`desc`]: descriptors of functions, classes, methods and frozen instances, call and attribute families;
//! * [`definitions`]: what is common to lists, dicts and classes that flow together;
//! * [`intrinsics`]: the functions of the library and of Python that annotator and rtyper know.

mod annotator;
mod arguments;
mod arithmetic;
mod attributes;
mod builtins;
mod calls;
mod classes;
mod constants;
mod containers;
pub mod definitions;
pub mod desc;
mod dump;
mod enforce;
mod errors;
mod facts;
mod fixpoint;
mod functions;
pub mod intrinsics;
mod library;
mod lists;
mod memo;
pub mod model;
mod ops;
mod pointers;
mod simplify;
mod strings;
mod union;
mod worklist;

pub use annotator::Annotator;
pub use arguments::{ArgSource, match_arguments};
pub use calls::Callee;
pub use definitions::{Attribute, ClassDef, CustomKeys, DictDef, ListDef, Place, Source};
pub use desc::{
    AttrFamily, AttrFamilyId, CallFamily, CallFamilyId, CallRow, ClassDesc, Desc, Enforced, FrozenDesc, FunctionDesc,
    KeyPart, MethodDesc, Policy, Signature, SpecKey,
};
pub use intrinsics::Intrinsic;
pub use model::{Ann, AnnId, Anns, ClassDefId, DescId, DictDefId, IterKind, Kind, ListDefId};
pub use strings::{FormatPiece, parse_format};
