//! Flow graphs: the model shared by all later stages, the operation table, the text form, the verifier,
//! and the flow space that builds graphs from code objects.

pub mod model;
pub mod ops;

pub use model::{
    Block, BlockId, Const, ExitCase, ExitSwitch, Graph, GraphId, Graphs, LLConst, Link, Op, Operand, VarId,
};
pub use ops::{Effect, Level, OpCode};
