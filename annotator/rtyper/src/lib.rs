//! The rtyper: annotated high-level graphs become low-level ones.
//!
//! * [`repr`]: representations of annotations; [`classes`]: shape of classes; [`consts`]: prebuilt data;
//! * [`hop`], [`llops`]: one operation while it is lowered; `blocks`: the loop over a graph;
//! * `dispatch`: which family lowers an operation; one file per family.

mod access;
mod blocks;
mod call;
mod class;
pub mod classes;
pub mod consts;
mod containers;
mod convert;
mod dispatch;
mod eqhash;
mod float;
pub mod hop;
mod instance;
mod int;
mod intrinsics;
pub mod llops;
mod none;
mod num;
mod output;
mod pbc;
pub mod repr;
mod rptr;
mod rtyper;
mod tables;
mod tuple;

pub use output::{ClassInfo, Typed, specialize};
pub use rtyper::{RTyper, Res};
