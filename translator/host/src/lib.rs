//! The host: compiler from the syntax tree to code objects, object model, evaluator and built-in modules of Python 2.7.

pub mod api;
pub mod code;
pub mod dict;
pub mod error;
pub mod frame;
pub mod heap;
pub mod host;
pub mod iter;
pub mod lowlevel;
pub mod object;
mod stubs;
pub mod system;
pub mod types;
pub mod value;

pub use code::{BinOp, CmpOp, Code, CodeRef, Instr, UnaryOp, flags};
pub use error::{Raised, Res};
pub use host::{Host, Keywords};
pub use object::{Args, Class, Function, Instance, IntKind, Layout, LowLevel, ObjData};
pub use system::System;
pub use value::{ObjId, Value};
