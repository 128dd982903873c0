//! Code objects and their instructions.
//!
//! A code object is executed concretely by the evaluator of this crate and abstractly by the flow space.
//! It is a stack machine close to Python 2.7's. Jump targets are instruction indices into [`Code::instrs`].
//! Stack effects are written `before → after`, the top of the stack on the right.
//!
//! Three kinds of blocks are pushed on the frame's block stack:
//! * loop (`SetupLoop(end)`): `BreakLoop` unwinds to it, drops its values and jumps to `end`;
//! * except (`SetupExcept(handler)`): an exception drops the values above the block's level, pushes
//!   `traceback, value, type` and continues at `handler`; a handler that matches pops the three, one that
//!   does not reaches `EndExcept`;
//! * finally (`SetupFinally(handler)`, `SetupWith(handler)`): whatever leaves the block (exception, return, break,
//!   continue) is packed in *one* signal value, pushed, and execution continues at `handler`; falling out of the
//!   block normally pushes `None` there. `EndFinally` pops the signal and carries on with it.

use crate::value::{ObjId, Value};
use rpy_syntax::Span;
use std::cell::Cell;
use std::rc::Rc;

/// Binary operators, shared by plain and in-place forms.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum BinOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/` without `from __future__ import division`
    Div,
    /// `//`
    FloorDiv,
    /// `/` with `from __future__ import division`
    TrueDiv,
    /// `%`
    Mod,
    /// `**`
    Pow,
    /// `<<`
    LShift,
    /// `>>`
    RShift,
    /// `&`
    And,
    /// `|`
    Or,
    /// `^`
    Xor,
    /// the function `divmod`, never in an instruction
    DivMod,
}

/// Unary operators.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum UnaryOp {
    /// `-x`
    Neg,
    /// `+x`
    Pos,
    /// `~x`
    Invert,
    /// `not x`
    Not,
    /// `` `x` ``
    Repr,
}

/// Comparison operators.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum CmpOp {
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `a in b`
    In,
    /// `a not in b`
    NotIn,
    /// `a is b`
    Is,
    /// `a is not b`
    IsNot,
    /// exception type `a` matches the class or tuple of classes `b`
    ExcMatch,
}

/// One instruction. Names index [`Code::names`], fast locals [`Code::varnames`],
/// cells [`Code::cellvars`] followed by [`Code::freevars`].
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Instr {
    /// no effect
    Nop,
    /// `a →`
    PopTop,
    /// `a b → b a`
    RotTwo,
    /// `a b c → c a b`
    RotThree,
    /// `a b c d → d a b c`
    RotFour,
    /// `a → a a`
    DupTop,
    /// duplicates the top n values as a group: `a b → a b a b` for 2
    DupTopX(u32),
    /// `→ const`
    LoadConst(u32),
    /// `→ value`; UnboundLocalError when unbound
    LoadFast(u32),
    /// `value →`
    StoreFast(u32),
    /// unbinds the local
    DeleteFast(u32),
    /// `→ value` from globals, then builtins
    LoadGlobal(u32),
    /// `value →`
    StoreGlobal(u32),
    /// removes the global
    DeleteGlobal(u32),
    /// `→ value` from the locals mapping, then globals, then builtins (module and class bodies, exec)
    LoadName(u32),
    /// `value →` into the locals mapping
    StoreName(u32),
    /// removes from the locals mapping
    DeleteName(u32),
    /// `→ value` of the cell
    LoadDeref(u32),
    /// `value →` into the cell
    StoreDeref(u32),
    /// `→ cell` itself, for `MakeClosure`
    LoadClosure(u32),
    /// `obj → attribute`
    LoadAttr(u32),
    /// `value obj →`
    StoreAttr(u32),
    /// `obj →`
    DeleteAttr(u32),
    /// `a → result`
    Unary(UnaryOp),
    /// `a b → result`
    Binary(BinOp),
    /// `a b → result`, for `a op= b`
    Inplace(BinOp),
    /// `a b → result`
    Compare(CmpOp),
    /// `obj index → item`
    BinarySubscr,
    /// `value obj index →`
    StoreSubscr,
    /// `obj index →`
    DeleteSubscr,
    /// `obj [lower] [upper] → slice of obj`; the flags say which bounds are on the stack
    LoadSlice(bool, bool),
    /// `value obj [lower] [upper] →`
    StoreSlice(bool, bool),
    /// `obj [lower] [upper] →`
    DeleteSlice(bool, bool),
    /// `n values → tuple`
    BuildTuple(u32),
    /// `n values → list`
    BuildList(u32),
    /// `n values → set`
    BuildSet(u32),
    /// `→ {}`; the operand is the expected size
    BuildMap(u32),
    /// `dict value key → dict`
    StoreMap,
    /// `start stop [step] → slice object`; operand 2 or 3
    BuildSlice(u32),
    /// `name bases locals → class`
    BuildClass,
    /// `value →`, appended to the list `n` below the top (1 = next below after popping)
    ListAppend(u32),
    /// ends a list comprehension, whose list is on top; does nothing in the evaluator
    ListDone,
    /// `value →`, added to the set `n` below the top
    SetAdd(u32),
    /// `value key →`, stored in the dict `n` below the top
    MapAdd(u32),
    /// `sequence → n items`, the first item on top
    UnpackSequence(u32),
    /// `value →`, prints it on sys.stdout
    PrintItem,
    /// prints a newline on sys.stdout
    PrintNewline,
    /// `value file →` prints on the file
    PrintItemTo,
    /// `file →` prints a newline on the file
    PrintNewlineTo,
    /// `value →` through sys.displayhook
    PrintExpr,
    /// jumps
    Jump(u32),
    /// `cond →`, jumps when false
    PopJumpIfFalse(u32),
    /// `cond →`, jumps when true
    PopJumpIfTrue(u32),
    /// jumps and keeps `cond` when false, else pops it
    JumpIfFalseOrPop(u32),
    /// jumps and keeps `cond` when true, else pops it
    JumpIfTrueOrPop(u32),
    /// `obj → iterator`
    GetIter,
    /// `iter → iter item`, or `iter →` and a jump when exhausted
    ForIter(u32),
    /// pushes a loop block
    SetupLoop(u32),
    /// pushes an except block
    SetupExcept(u32),
    /// pushes a finally block
    SetupFinally(u32),
    /// `manager → exit result_of_enter`, with a finally block between the two
    SetupWith(u32),
    /// pops the top block
    PopBlock,
    /// leaves the innermost loop
    BreakLoop,
    /// continues the innermost loop at the target (used when blocks must be unwound first)
    ContinueLoop(u32),
    /// `traceback value type →` re-raises
    EndExcept,
    /// `signal →` carries on with what the finally block interrupted
    EndFinally,
    /// `exit signal → signal'`: calls `__exit__`; a swallowed exception becomes `None`
    WithCleanup,
    /// `func, positional.., (name value).., [star], [dstar] → result`
    CallFunction {
        /// positional arguments
        npos: u16,
        /// keyword arguments: name, value pairs
        nkw: u16,
        /// has `*args`
        star: bool,
        /// has `**kwargs`
        dstar: bool,
    },
    /// `defaults.. code → function`
    MakeFunction(u32),
    /// `defaults.. tuple_of_cells code → function`
    MakeClosure(u32),
    /// `value →` returns
    ReturnValue,
    /// `value → sent value` suspends the generator
    YieldValue,
    /// `[type [value [traceback]]] →` raises; 0 operands re-raises the handled exception
    RaiseVarargs(u32),
    /// `code globals locals →`
    ExecStmt,
    /// `level fromlist → module`
    ImportName(u32),
    /// `module → module attribute`
    ImportFrom(u32),
    /// `module →`, binds all public names
    ImportStar,
    /// `→ locals mapping`
    LoadLocals,
}

/// Flags of a code object, with Python 2.7's numbers.
pub mod flags {
    /// fast locals only
    pub const OPTIMIZED: u32 = 0x1;
    /// new locals per call
    pub const NEWLOCALS: u32 = 0x2;
    /// has `*args`
    pub const VARARGS: u32 = 0x4;
    /// has `**kwargs`
    pub const VARKEYWORDS: u32 = 0x8;
    /// inside another function
    pub const NESTED: u32 = 0x10;
    /// is a generator
    pub const GENERATOR: u32 = 0x20;
    /// no cells at all
    pub const NOFREE: u32 = 0x40;
    /// `from __future__ import division`
    pub const FUTURE_DIVISION: u32 = 0x2000;
    /// `from __future__ import absolute_import`
    pub const FUTURE_ABSOLUTE_IMPORT: u32 = 0x4000;
    /// `from __future__ import with_statement`
    pub const FUTURE_WITH_STATEMENT: u32 = 0x8000;
    /// `from __future__ import print_function`
    pub const FUTURE_PRINT_FUNCTION: u32 = 0x10000;
    /// `from __future__ import unicode_literals`
    pub const FUTURE_UNICODE_LITERALS: u32 = 0x20000;
    /// all future flags
    pub const FUTURE_MASK: u32 = 0x3e000;
}

/// A compiled function, class or module body. Immutable after compilation.
#[derive(Debug)]
pub struct Code {
    /// `co_name`
    pub name: String,
    /// `co_filename`
    pub filename: String,
    /// `co_firstlineno`
    pub firstlineno: u32,
    /// positional parameters, without `*args` and `**kwargs`
    pub argcount: u32,
    /// see [`flags`]
    pub flags: u32,
    /// largest depth of the value stack
    pub stacksize: u32,
    /// fast locals (interned strings), parameters first, then `*args`, then `**kwargs`
    pub varnames: Vec<ObjId>,
    /// own locals captured by inner functions
    pub cellvars: Vec<ObjId>,
    /// captured from outer functions
    pub freevars: Vec<ObjId>,
    /// for each cellvar, the parameter it starts from
    pub cell_args: Vec<Option<u32>>,
    /// global and attribute names (interned strings)
    pub names: Vec<ObjId>,
    /// constants
    pub consts: Vec<Value>,
    /// the instructions
    pub instrs: Vec<Instr>,
    /// for each instruction its place in the source
    pub spans: Vec<Span>,
    /// for each instruction its 1-based line
    pub lines: Vec<u32>,
    /// whether the first constant is a docstring
    pub has_docstring: bool,
    /// evaluator's memory of where a name was found last, one per instruction
    pub hints: Vec<Cell<u32>>,
}

impl Code {
    /// Whether calling creates a generator.
    pub fn is_generator(&self) -> bool {
        self.flags & flags::GENERATOR != 0
    }

    /// Whether there is a `*args` parameter.
    pub fn has_varargs(&self) -> bool {
        self.flags & flags::VARARGS != 0
    }

    /// Whether there is a `**kwargs` parameter.
    pub fn has_varkeywords(&self) -> bool {
        self.flags & flags::VARKEYWORDS != 0
    }

    /// Number of fast locals that are parameters, with `*args` and `**kwargs`.
    pub fn total_args(&self) -> usize {
        self.argcount as usize + usize::from(self.has_varargs()) + usize::from(self.has_varkeywords())
    }

    /// Line of an instruction.
    pub fn line(&self, pc: usize) -> u32 {
        self.lines.get(pc).copied().unwrap_or(self.firstlineno)
    }

    /// The docstring, if the body starts with one.
    pub fn docstring(&self) -> Value {
        if self.has_docstring {
            self.consts.first().copied().unwrap_or(Value::None)
        } else {
            Value::None
        }
    }
}

/// Shared handle of a code object.
pub type CodeRef = Rc<Code>;
