//! Flow graphs: the model shared by all later stages, the operation table, the text form, the verifier,
//! and the flow space that builds graphs from code objects.

pub mod cleanup;
pub mod model;
pub mod ops;
pub mod read;
pub mod simplify;
pub mod space;
pub mod text;
pub mod verify;

pub use model::{
    Block, BlockId, Const, ExitCase, ExitSwitch, Graph, GraphId, Graphs, LLConst, Link, Op, Operand, VarId,
};
pub use ops::{Effect, Level, OpCode};
pub use space::build_flow;
pub use text::print_graph;
pub use verify::verify;
