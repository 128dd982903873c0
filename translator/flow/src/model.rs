//! Flow graph model.
//!
//! A graph is a set of blocks. Variables are local to a graph and single-assignment; a variable lives only in the
//! block that defines it (as input argument or operation result) and is passed on through link arguments.
//! After the rtyper, `Graph::types` gives every variable its low-level type and constants are `Const::LL`, or one of
//! the compile-time-only kinds (`Name`, `Type`, `Graphs`) whose low-level type is `Void`.

use crate::ops::OpCode;
use rpy_host::Value;
use rpy_lltype::{LLTypeId, LLTypes, LLValue, typed_id};
use rpy_syntax::Span;
use std::sync::Arc;

typed_id!(
    /// A flow graph.
    GraphId, "g"
);
typed_id!(
    /// A block of one graph.
    BlockId, "b"
);
typed_id!(
    /// A variable of one graph.
    VarId, "v"
);

/// A low-level constant with its type.
#[derive(Clone, Debug, PartialEq)]
pub struct LLConst {
    /// Low-level type.
    pub ty: LLTypeId,
    /// Value of that type.
    pub value: LLValue,
}

/// A constant operand.
#[derive(Clone, Debug, PartialEq)]
pub enum Const {
    /// High level: a host value, by identity.
    Host(Value),
    /// Low level.
    LL(LLConst),
    /// A name (attribute of high-level `getattr`, field of low-level `getfield`, flag of `malloc` …).
    Name(Arc<str>),
    /// A low-level type (first operand of `malloc` …).
    Type(LLTypeId),
    /// The possible targets of an `indirect_call`; `None` if unknown.
    Graphs(Option<Arc<[GraphId]>>),
    /// Shape of a high-level `call_args`.
    Shape(Arc<CallShape>),
}

/// Shape of a call with keywords or star arguments: operands are the function, positional ones, keyword ones, then `*args`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct CallShape {
    /// Number of positional arguments.
    pub n_positional: u32,
    /// Names of the keyword arguments, in operand order.
    pub keywords: Vec<Arc<str>>,
    /// Whether a `*args` operand follows.
    pub star: bool,
}

/// An operand of an operation, link or switch.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// A variable of the graph.
    Var(VarId),
    /// A constant.
    Const(Const),
}

impl Operand {
    /// The variable, if it is one.
    pub fn var(&self) -> Option<VarId> {
        match self {
            Operand::Var(v) => Some(*v),
            Operand::Const(_) => None,
        }
    }

    /// A host constant.
    pub fn host(value: Value) -> Self {
        Operand::Const(Const::Host(value))
    }

    /// A low-level constant.
    pub fn ll(ty: LLTypeId, value: LLValue) -> Self {
        Operand::Const(Const::LL(LLConst { ty, value }))
    }

    /// A `Signed` constant.
    pub fn signed(value: i64) -> Self {
        Operand::ll(LLTypes::SIGNED, LLValue::Int(value))
    }

    /// A `Bool` constant.
    pub fn bool(value: bool) -> Self {
        Operand::ll(LLTypes::BOOL, LLValue::Bool(value))
    }

    /// The `Void` constant.
    pub fn void() -> Self {
        Operand::ll(LLTypes::VOID, LLValue::Void)
    }

    /// A name constant.
    pub fn name(name: &str) -> Self {
        Operand::Const(Const::Name(name.into()))
    }
}

impl From<VarId> for Operand {
    fn from(v: VarId) -> Self {
        Operand::Var(v)
    }
}

/// One operation. Every operation has a result variable, of type `Void` where there is nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Op {
    /// What it does; see the table in `ops`.
    pub code: OpCode,
    /// Operands.
    pub args: Vec<Operand>,
    /// Result.
    pub result: VarId,
    /// Source of it.
    pub span: Span,
}

/// What decides between the links of a block.
#[derive(Clone, Debug, PartialEq)]
pub enum ExitSwitch {
    /// One unconditional link (or none, in final blocks).
    None,
    /// On a value: two links with `ExitCase::Bool`, or many with `ExitCase::Value` and perhaps `ExitCase::Default` last.
    Value(Operand),
    /// The last operation may raise: the first link (`ExitCase::None`) is the normal one, the others have `ExitCase::Exception`.
    LastException,
}

/// Condition under which a link is taken.
#[derive(Clone, Debug, PartialEq)]
pub enum ExitCase {
    /// Unconditional, or the normal link of a block that may raise.
    None,
    /// Of a boolean switch.
    Bool(bool),
    /// Of a switch on integers, chars …
    Value(Const),
    /// Otherwise.
    Default,
    /// The exception is an instance of this class: `Const::Host(class)`, after the rtyper an `LL` vtable pointer.
    Exception(Const),
}

/// An edge between blocks.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Condition.
    pub case: ExitCase,
    /// Passed to the target's input variables. Variables of the source block, `exc_vars` of this link, or constants.
    pub args: Vec<Operand>,
    /// Target block.
    pub target: BlockId,
    /// For exception links: the variables that hold type and value of the exception, defined by the link itself.
    pub exc_vars: Option<(VarId, VarId)>,
}

/// A basic block.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Input variables.
    pub inputs: Vec<VarId>,
    /// Operations in order.
    pub ops: Vec<Op>,
    /// Exit switch.
    pub switch: ExitSwitch,
    /// Outgoing links.
    pub exits: Vec<Link>,
    /// Source of the first thing in it; for `return` and `raise` links the statement.
    pub span: Span,
}

impl Block {
    /// The operation that may raise, in a block with `ExitSwitch::LastException`.
    pub fn raising_op(&self) -> Option<&Op> {
        match self.switch {
            ExitSwitch::LastException => self.ops.last(),
            _ => None,
        }
    }
}

/// A flow graph. Dead blocks may remain in the arena; walk with [`Graph::reachable`].
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    /// Name, unique enough for people; the C name is made from it.
    pub name: Arc<str>,
    /// The host function it was made from, if any.
    pub function: Option<Value>,
    /// Start block: its inputs are the parameters.
    pub start: BlockId,
    /// Return block: one input, no exits.
    pub return_block: BlockId,
    /// Exception block: two inputs, no exits.
    pub except_block: BlockId,
    /// All blocks.
    pub blocks: Vec<Block>,
    /// Names of variables for printing (source names where known).
    pub var_names: Vec<Option<Arc<str>>>,
    /// Low-level type of each variable; empty before the rtyper.
    pub types: Vec<LLTypeId>,
    /// Where the function is defined.
    pub span: Span,
    /// Names of the parameters.
    pub params: Vec<Arc<str>>,
    /// Facts that later stages need: `always_inline`, `dont_inline`, `elidable`, `gc_no_collect`, `unroll_safe`, …
    pub hints: Vec<Arc<str>>,
}

impl Graph {
    /// A graph whose start, return and except blocks exist and are unconnected.
    pub fn new(name: &str, n_params: usize, span: Span) -> Self {
        let mut graph = Graph {
            name: name.into(),
            function: None,
            start: BlockId(0),
            return_block: BlockId(1),
            except_block: BlockId(2),
            blocks: vec![],
            var_names: vec![],
            types: vec![],
            span,
            params: vec![],
            hints: vec![],
        };
        for n in [n_params, 1, 2] {
            graph.new_block(n, span);
        }
        graph
    }

    /// A new variable.
    pub fn new_var(&mut self, name: Option<Arc<str>>) -> VarId {
        self.var_names.push(name);
        VarId::new(self.var_names.len() - 1)
    }

    /// A new variable of a low-level type (after the rtyper).
    pub fn new_typed_var(&mut self, ty: LLTypeId) -> VarId {
        let v = self.new_var(None);
        self.set_type(v, ty);
        v
    }

    /// Sets the low-level type of `v`.
    pub fn set_type(&mut self, v: VarId, ty: LLTypeId) {
        if self.types.len() <= v.index() {
            self.types
                .resize(self.var_names.len().max(v.index() + 1), LLTypes::VOID);
        }
        self.types[v.index()] = ty;
    }

    /// Low-level type of `v`, `Void` if not set.
    pub fn var_type(&self, v: VarId) -> LLTypeId {
        self.types.get(v.index()).copied().unwrap_or(LLTypes::VOID)
    }

    /// Low-level type of an operand.
    pub fn operand_type(&self, operand: &Operand) -> LLTypeId {
        match operand {
            Operand::Var(v) => self.var_type(*v),
            Operand::Const(Const::LL(c)) => c.ty,
            Operand::Const(_) => LLTypes::VOID,
        }
    }

    /// A new block with `n_inputs` fresh input variables and no exits.
    pub fn new_block(&mut self, n_inputs: usize, span: Span) -> BlockId {
        let inputs = (0..n_inputs).map(|_| self.new_var(None)).collect();
        self.blocks.push(Block {
            inputs,
            ops: vec![],
            switch: ExitSwitch::None,
            exits: vec![],
            span,
        });
        BlockId::new(self.blocks.len() - 1)
    }

    /// The block behind `id`.
    pub fn block(&self, id: BlockId) -> &Block {
        &self.blocks[id.index()]
    }

    /// The block behind `id`, for changing it.
    pub fn block_mut(&mut self, id: BlockId) -> &mut Block {
        &mut self.blocks[id.index()]
    }

    /// The variable that holds the result.
    pub fn return_var(&self) -> VarId {
        self.block(self.return_block).inputs[0]
    }

    /// Blocks reachable from the start in depth-first preorder; return and except block only if reachable.
    pub fn reachable(&self) -> Vec<BlockId> {
        let mut seen = vec![false; self.blocks.len()];
        let mut order = vec![];
        let mut stack = vec![self.start];
        while let Some(b) = stack.pop() {
            if std::mem::replace(&mut seen[b.index()], true) {
                continue;
            }
            order.push(b);
            stack.extend(self.block(b).exits.iter().rev().map(|l| l.target));
        }
        order
    }

    /// Whether the hint is set.
    pub fn has_hint(&self, hint: &str) -> bool {
        self.hints.iter().any(|h| &**h == hint)
    }
}

impl Link {
    /// An unconditional link.
    pub fn new(args: Vec<Operand>, target: BlockId) -> Self {
        Link {
            case: ExitCase::None,
            args,
            target,
            exc_vars: None,
        }
    }

    /// A link with a case.
    pub fn when(case: ExitCase, args: Vec<Operand>, target: BlockId) -> Self {
        Link {
            case,
            args,
            target,
            exc_vars: None,
        }
    }
}

/// The arena of graphs of a translation.
#[derive(Clone, Debug, Default)]
pub struct Graphs {
    graphs: Vec<Graph>,
}

impl Graphs {
    /// Adds a graph.
    pub fn add(&mut self, graph: Graph) -> GraphId {
        self.graphs.push(graph);
        GraphId::new(self.graphs.len() - 1)
    }

    /// The graph behind `id`.
    pub fn get(&self, id: GraphId) -> &Graph {
        &self.graphs[id.index()]
    }

    /// The graph behind `id`, for changing it.
    pub fn get_mut(&mut self, id: GraphId) -> &mut Graph {
        &mut self.graphs[id.index()]
    }

    /// All ids in order of creation.
    pub fn ids(&self) -> impl Iterator<Item = GraphId> + use<> {
        (0..self.graphs.len()).map(GraphId::new)
    }

    /// Number of graphs.
    pub fn len(&self) -> usize {
        self.graphs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.graphs.is_empty()
    }
}
