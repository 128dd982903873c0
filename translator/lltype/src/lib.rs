//! Low-level types (`lltype`) and the simulated memory that holds values of them before translation.
//!
//! Types are interned in [`LLTypes`]: equal types have equal ids once forward references are resolved.
//! Containers (structs, arrays, functions, opaques) live in [`LLStore`]; pointers name them by id.

pub mod ids;
pub mod store;
pub mod types;

pub use store::{Container, ContainerId, Data, External, FuncObj, LLPtr, LLStore, LLValue, Parent, Symbolic};
pub use types::{Field, FuncSig, Hint, Int, LLType, LLTypeId, LLTypes, StructType};
