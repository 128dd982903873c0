//! Frames of running code.

use crate::code::CodeRef;
use crate::value::{ObjId, Value};

/// What a block on the block stack is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BlockKind {
    /// `SetupLoop`
    Loop,
    /// `SetupExcept`
    Except,
    /// `SetupFinally`
    Finally,
    /// `SetupWith`
    With,
}

/// One entry of the block stack.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// kind
    pub kind: BlockKind,
    /// where to go on
    pub handler: u32,
    /// height of the value stack relative to the frame's base
    pub level: u32,
}

/// The exception being handled, as `sys.exc_info()` shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExcInfo {
    /// the instance, the hole when none
    pub value: Value,
    /// the traceback, the hole when none
    pub traceback: ObjId,
}

impl ExcInfo {
    /// Nothing is being handled.
    pub const NONE: ExcInfo = ExcInfo {
        value: Value::HOLE,
        traceback: ObjId::HOLE,
    };
}

/// What happens with the frame's return value.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum FrameKind {
    /// it is the result of the call
    Call,
    /// `__init__` of the instance: must be None, the instance is the result
    Init(Value),
}

/// An activation of a code object. Its locals, cells and value stack are a segment of the host's value stack.
#[derive(Clone, Debug)]
pub struct Frame {
    /// the code
    pub code: CodeRef,
    /// the code object
    pub code_obj: ObjId,
    /// globals dict
    pub globals: ObjId,
    /// builtins dict
    pub builtins: ObjId,
    /// mapping of the locals, the hole for function frames
    pub locals: Value,
    /// where the fast locals start in the value stack
    pub base: usize,
    /// where the result goes when a caller in the same loop waits for it
    pub return_sp: usize,
    /// where its blocks start in the block stack
    pub block_base: usize,
    /// instruction being executed
    pub pc: usize,
    /// the Python-visible frame object, the hole when none was asked for
    pub frame_obj: ObjId,
    /// serial number of the activation
    pub serial: u64,
    /// exc_info to restore at exit, once this frame has handled an exception
    pub saved_exc: Option<ExcInfo>,
    /// use of the return value
    pub kind: FrameKind,
    /// the generator this frame belongs to, the hole when none
    pub generator: ObjId,
}

/// A suspended frame of a generator.
#[derive(Clone, Debug)]
pub struct SavedFrame {
    /// the frame
    pub frame: Frame,
    /// its segment of the value stack
    pub values: Vec<Value>,
    /// its blocks
    pub blocks: Vec<Block>,
}
