//! The flow space: abstract interpretation of a function's code object, which records a flow graph.
//!
//! Instructions are executed on [`state::Flow`] values: known values stay known and operations on them are folded, the
//! rest becomes operations of the current block. A block ends where the state must be merged with another one
//! (jump targets), at a branch on an unknown condition, and after an operation that may raise while a handler of this
//! function is active. At a merge the states are unified; where they differ a block input appears, and the block is
//! flowed again from the more general state.

mod calls;
mod exec;
mod fold;
mod generator;
mod live;
mod loops;
mod raising;
pub mod state;

use crate::model::{BlockId, ExitCase, ExitSwitch, Graph, Link, Op, Operand, VarId};
use crate::ops::OpCode;
use crate::simplify::{self, FlowFacts};
use live::Liveness;
use rpy_host::{Code, CodeRef, Host, Instr, Value};
use rpy_syntax::{Diagnostic, Span};
use rustc_hash::{FxHashMap, FxHashSet};
use state::{Flow, State};

/// Result of flowing one thing.
pub type Flowed<T = ()> = Result<T, Diagnostic>;

/// Builds the flow graph of a function, cleaned up. Errors are 03xx.
///
/// A generator function gives the graph that makes its iterator: an instance of a class made for it, whose `next`
/// is a function with a graph of its own.
pub fn build_flow(host: &mut Host, function: Value) -> Flowed<Graph> {
    host.keep_all_objects();
    let Some(f) = host.function(function) else {
        let text = host.repr(function);
        return Err(Diagnostic::error("RPY0301", format!("{text} is not a Python function")));
    };
    let code = f.code.clone();
    let mut graph = if let Some(body) = generator::body_of(host, function) {
        generator::next_graph(host, function, body)?
    } else if code.is_generator() {
        generator::entry_graph(host, function)?
    } else {
        let mut space = Space::new(host, function, code)?;
        space.run()?;
        space.graph
    };
    simplify::simplify(&mut graph, &FlowFacts::of(host));
    Ok(graph)
}

/// The block that starts at some instruction in some state.
struct Join {
    block: BlockId,
    state: State,
}

/// What executing an instruction leads to.
enum Next {
    /// The following instruction.
    Go,
    /// Another instruction, in the same state.
    Jump(u32),
    /// The current block has got its exits.
    Stop,
}

struct Space<'h> {
    host: &'h mut Host,
    code: CodeRef,
    globals: rpy_host::ObjId,
    closure: Vec<rpy_host::ObjId>,
    function: Value,
    graph: Graph,
    joins: FxHashMap<u32, Vec<Join>>,
    pending: Vec<(u32, BlockId)>,
    merge_points: FxHashSet<u32>,
    forwarded: FxHashSet<BlockId>,
    live: Liveness,
    /// Whether a `raise` without operands asks for the exception being handled.
    reraises: bool,
    /// The class of exception instances that this function has just made.
    exact_class: FxHashMap<VarId, Value>,
    /// Results of overflow-checking operations.
    checked: FxHashSet<VarId>,
    /// Suspensions of a generator body; the iterator object is the last local.
    generator: Option<Vec<generator::Suspension>>,
    block: BlockId,
    span: Span,
}

/// More blocks than any function written by people has: unrolling that does not end.
const MAX_BLOCKS: usize = 200_000;

impl<'h> Space<'h> {
    fn new(host: &'h mut Host, function: Value, code: CodeRef) -> Flowed<Self> {
        let span = definition_span(&code);
        let Some(f) = host.function(function) else {
            return Err(Diagnostic::error("RPY0301", "not a Python function"));
        };
        let (globals, closure, name) = (f.globals, f.closure.clone(), f.name.clone());
        let n = code.total_args();
        let mut graph = Graph::new(&name, n, span);
        graph.function = Some(function);
        graph.params = code.varnames[..n].iter().map(|v| host.name_text(*v).into()).collect();
        graph.hints = function_hints(host, function);
        for (i, v) in graph.block(graph.start).inputs.clone().into_iter().enumerate() {
            graph.var_names[v.index()] = Some(graph.params[i].clone());
        }
        let mut space = Space {
            block: graph.start,
            merge_points: merge_points(&code),
            live: Liveness::of(&code),
            reraises: code.instrs.contains(&Instr::RaiseVarargs(0)),
            host,
            code,
            globals,
            closure,
            function,
            graph,
            joins: FxHashMap::default(),
            pending: vec![],
            forwarded: FxHashSet::default(),
            exact_class: FxHashMap::default(),
            checked: FxHashSet::default(),
            generator: None,
            span,
        };
        if space.code.has_varkeywords() {
            return Err(space
                .error("RPY0319", format!("the function {name}() takes '**keywords'"))
                .note("the names of all arguments must be known before the program runs")
                .help("give the function named parameters with default values"));
        }
        space.refuse_dynamic_code()?;
        Ok(space)
    }

    fn run(&mut self) -> Flowed {
        let arguments = self.graph.block(self.graph.start).inputs.clone();
        let start = self.initial_state(arguments);
        self.flow_from(start)
    }

    /// Flows the code from a state in the current block, and everything that can be reached from there.
    fn flow_from(&mut self, start: State) -> Flowed {
        self.flow_block(start)?;
        while let Some((pc, block)) = self.pending.pop() {
            let Some(state) = self.take_live(pc, block) else {
                continue;
            };
            self.block = block;
            self.flow_block(state)?;
            if self.graph.blocks.len() > MAX_BLOCKS {
                return Err(self.error(
                    "RPY0302",
                    "this function becomes too large when its constant loops are unrolled",
                ));
            }
        }
        Ok(())
    }

    /// The state of a block that has not been replaced by a more general one in the meantime.
    fn take_live(&self, pc: u32, block: BlockId) -> Option<State> {
        self.joins
            .get(&pc)?
            .iter()
            .find(|j| j.block == block)
            .map(|j| j.state.clone())
    }

    fn initial_state(&self, arguments: Vec<VarId>) -> State {
        let mut locals: Vec<Flow> = arguments.into_iter().map(Flow::Var).collect();
        locals.resize(self.code.varnames.len(), Flow::Unbound);
        for from in &self.code.cell_args {
            let value = from.map_or(Flow::Unbound, |i| locals[i as usize].clone());
            locals.push(value);
        }
        State {
            pc: 0,
            locals,
            stack: vec![],
            blocks: vec![],
            handled: Flow::Unbound,
        }
    }

    /// Executes instructions from a state until the current block ends.
    fn flow_block(&mut self, mut state: State) -> Flowed {
        loop {
            let pc = state.pc;
            let Some(&instr) = self.code.instrs.get(pc as usize) else {
                return Err(self.broken());
            };
            self.span = self.code.spans[pc as usize];
            state.pc = pc + 1;
            match self.execute(instr, &mut state)? {
                Next::Stop => return Ok(()),
                Next::Go => {}
                Next::Jump(target) => state.pc = target,
            }
            if self.merge_points.contains(&state.pc) {
                let link = self.link_to(ExitCase::None, &state);
                self.close(ExitSwitch::None, vec![link]);
                return Ok(());
            }
        }
    }

    /// Gives the current block its exits, unless it has become a forwarder meanwhile.
    fn close(&mut self, switch: ExitSwitch, exits: Vec<Link>) {
        if self.forwarded.contains(&self.block) {
            return;
        }
        let block = self.graph.block_mut(self.block);
        block.switch = switch;
        block.exits = exits;
    }

    /// A link to the block that covers `state`, which is made or generalised as needed.
    fn link_to(&mut self, case: ExitCase, state: &State) -> Link {
        let mut state = state.clone();
        for i in 0..self.code.varnames.len() {
            if !self.live.is_live(state.pc, i) {
                state.locals[i] = Flow::Unbound;
            }
        }
        let target = self.join(&state);
        let args = state.arguments_for(&target.1);
        Link::when(case, args, target.0)
    }

    fn join(&mut self, state: &State) -> (BlockId, State) {
        let joins = self.joins.entry(state.pc).or_default();
        for i in 0..joins.len() {
            let Some(wider) = joins[i].state.union(state) else {
                continue;
            };
            if wider.matches(&joins[i].state) {
                return (joins[i].block, joins[i].state.clone());
            }
            let old = joins.remove(i);
            let (block, state) = self.new_join(&wider, Some(&old.state));
            self.forward(&old, block, &state);
            return (block, state);
        }
        self.new_join(state, None)
    }

    /// A new block that starts in `state`; variables take their names from `named`, a state of the same shape.
    fn new_join(&mut self, state: &State, named: Option<&State>) -> (BlockId, State) {
        let (fresh, _) = match named {
            None => state.fresh(&mut self.graph),
            Some(named) => state.fresh_named(named, &mut self.graph),
        };
        self.name_locals(&fresh);
        let block = self.graph.new_block(0, self.span);
        self.graph.block_mut(block).inputs = fresh.variables();
        self.joins.entry(state.pc).or_default().push(Join {
            block,
            state: fresh.clone(),
        });
        self.pending.push((state.pc, block));
        (block, fresh)
    }

    /// Variables without name take that of the local variable they are.
    fn name_locals(&mut self, state: &State) {
        for (slot, name) in state.locals.iter().zip(&self.code.varnames) {
            if let Some(v) = slot.variable()
                && self.graph.var_names[v.index()].is_none()
            {
                self.graph.var_names[v.index()] = Some(self.host.name_text(*name).into());
            }
        }
    }

    /// A block that turned out too special only passes its state on.
    fn forward(&mut self, old: &Join, to: BlockId, state: &State) {
        let link = Link::new(old.state.arguments_for(state), to);
        self.forwarded.insert(old.block);
        let block = self.graph.block_mut(old.block);
        block.ops.clear();
        block.switch = ExitSwitch::None;
        block.exits = vec![link];
    }

    /// Appends an operation that cannot raise.
    fn emit(&mut self, code: OpCode, args: Vec<Operand>) -> VarId {
        let result = self.graph.new_var(None);
        let span = self.span;
        self.graph.block_mut(self.block).ops.push(Op {
            code,
            args,
            result,
            span,
        });
        result
    }

    /// Appends an operation; if it may raise and a handler is active, ends the block and goes on in a new one.
    fn emit_raising(&mut self, code: OpCode, args: Vec<Operand>, state: &mut State) -> VarId {
        let result = self.emit(code, args);
        if code.may_be_caught() && state.blocks.iter().any(|b| b.handler != state::Handler::Loop) {
            return self.split_for_exceptions(result, state);
        }
        result
    }

    fn operand(&self, flow: &Flow) -> Flowed<Operand> {
        match flow.operand() {
            Some(o) => Ok(o),
            None => Err(self.error(
                "RPY0303",
                "an iterator over constants can only be used by the loop that unrolls it",
            )),
        }
    }

    fn error(&self, code: &'static str, title: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, title).at(self.span, "")
    }

    fn broken(&self) -> Diagnostic {
        self.error("RPY0301", "the code object of this function is damaged")
    }

    fn name(&self, index: u32) -> String {
        self.host.name_text(self.code.names[index as usize])
    }
}

/// Marks of the function that later stages need.
fn function_hints(host: &mut Host, function: Value) -> Vec<std::sync::Arc<str>> {
    const MARKS: [(&str, &str); 8] = [
        ("_always_inline_", "always_inline"),
        ("_dont_inline_", "dont_inline"),
        ("_elidable_function_", "elidable"),
        ("_gc_no_collect_", "gc_no_collect"),
        ("_jit_look_inside_", "jit_look_inside"),
        ("_jit_unroll_safe_", "unroll_safe"),
        ("_must_be_light_finalizer_", "light_finalizer"),
        ("_dont_insert_stackcheck_", "no_stack_check"),
    ];
    let mut hints = vec![];
    for (attribute, hint) in MARKS {
        if let Ok(Some(value)) = host.getattr_opt(function, attribute)
            && host.is_true(value).unwrap_or(false)
        {
            hints.push(hint.into());
        }
    }
    hints
}

fn definition_span(code: &Code) -> Span {
    code.spans.first().copied().unwrap_or(Span::NONE)
}

/// Instructions that can be reached from more than one place.
fn merge_points(code: &Code) -> FxHashSet<u32> {
    let mut found = FxHashSet::default();
    for instr in &code.instrs {
        match *instr {
            Instr::Jump(t)
            | Instr::PopJumpIfFalse(t)
            | Instr::PopJumpIfTrue(t)
            | Instr::JumpIfFalseOrPop(t)
            | Instr::JumpIfTrueOrPop(t)
            | Instr::ForIter(t)
            | Instr::SetupLoop(t)
            | Instr::SetupExcept(t)
            | Instr::SetupFinally(t)
            | Instr::SetupWith(t)
            | Instr::ContinueLoop(t) => {
                found.insert(t);
            }
            _ => {}
        }
    }
    found
}
