//! Generators.
//!
//! A generator function becomes a function that makes an instance of a class of its own and stores the arguments in
//! it; the body becomes the graph of the method `next`. At a `yield` every variable of the frame state is stored in an
//! attribute of the instance (`s3_total`: state 3, the variable was called `total`) and `state` is set to the number
//! of the suspension; `next` starts with a switch on `state`, reads the attributes of that suspension back and goes
//! on. Known values are not stored: they are known again after the resumption. While the body runs, and after its end,
//! `state` is -1, so that an exhausted generator raises StopIteration for ever.

use super::state::{Flow, State};
use super::{Flowed, Space};
use crate::model::{BlockId, Const, ExitCase, ExitSwitch, Graph, Link, Operand, VarId};
use crate::ops::OpCode;
use rpy_host::{Code, Function, Host, Instr, ObjData, ObjId, Value};
use rpy_syntax::{Diagnostic, Span};
use std::cell::Cell;
use std::rc::Rc;

/// A point where the body waits for the next call.
pub(super) struct Suspension {
    /// The block that ends with the `yield`.
    block: BlockId,
    /// The block that reads the variables back.
    resumption: BlockId,
}

/// Attribute of a synthetic `next` function: the generator function whose body it runs.
const BODY: &str = "_generator_body_";
const STATE: &str = "state";
const RUNNING: i64 = -1;

/// The generator function behind a synthetic `next` function.
pub(super) fn body_of(host: &mut Host, function: Value) -> Option<Value> {
    let attrs = host.function(function)?.attrs;
    if attrs.is_hole() {
        None
    } else {
        host.dict_get_str(Value::Obj(attrs), BODY)
    }
}

/// The graph of a generator function: makes the iterator.
pub(super) fn entry_graph(host: &mut Host, function: Value) -> Flowed<Graph> {
    let Some(code) = host.function(function).map(|f| f.code.clone()) else {
        return Err(Diagnostic::error("RPY0301", "not a Python function"));
    };
    let class = iterator_class(host, function)?;
    let mut space = Space::new(host, function, code)?;
    space.check_yields()?;
    let arguments = space.graph.block(space.graph.start).inputs.clone();
    let iterator = space.emit(OpCode::SimpleCall, vec![Operand::host(class)]);
    let names = attribute_names(&space.graph, 0, &arguments);
    for (name, v) in names.iter().zip(arguments) {
        space.set_attribute(iterator, name, v.into());
    }
    space.set_attribute(iterator, STATE, Operand::host(Value::Int(0)));
    let target = space.graph.return_block;
    space.close(ExitSwitch::None, vec![Link::new(vec![iterator.into()], target)]);
    Ok(space.graph)
}

/// The graph of the method `next` that runs the body of a generator function.
pub(super) fn next_graph(host: &mut Host, function: Value, body: Value) -> Flowed<Graph> {
    let Some(code) = host.function(body).map(|f| f.code.clone()) else {
        return Err(Diagnostic::error("RPY0301", "not a Python function"));
    };
    let mut space = Space::new(host, body, code)?;
    let span = space.span;
    let name = format!("{}.next", space.graph.name);
    let hints = std::mem::take(&mut space.graph.hints);
    let parameters: Vec<_> = space.graph.block(space.graph.start).inputs.clone();
    let parameter_names = attribute_names(&space.graph, 0, &parameters);
    let locals = space.graph.params.clone();
    space.graph = Graph::new(&name, 1, span);
    space.graph.function = Some(function);
    space.graph.params = vec!["self".into()];
    space.graph.hints = hints;
    space.generator = Some(vec![]);
    space.flow_body(&locals, &parameter_names)?;
    space.dispatch();
    Ok(space.graph)
}

impl Space<'_> {
    fn set_attribute(&mut self, object: VarId, name: &str, value: Operand) {
        self.emit(OpCode::Setattr, vec![object.into(), Operand::name(name), value]);
    }

    /// Flows the body from its start; the iterator object is the last local.
    fn flow_body(&mut self, locals: &[std::sync::Arc<str>], attributes: &[String]) -> Flowed {
        let first = self.graph.new_block(1, self.span);
        self.block = first;
        let iterator = self.graph.block(first).inputs[0];
        self.graph.var_names[iterator.index()] = Some("self".into());
        let mut arguments = vec![];
        for (name, attribute) in locals.iter().zip(attributes) {
            let v = self.emit(OpCode::Getattr, vec![iterator.into(), Operand::name(attribute)]);
            self.graph.var_names[v.index()] = Some(name.clone());
            arguments.push(v);
        }
        let start = self.graph.start;
        self.suspensions().push(Suspension {
            block: start,
            resumption: first,
        });
        let mut state = self.initial_state(arguments);
        state.locals.push(Flow::Var(iterator));
        self.flow_from(state)
    }

    fn suspensions(&mut self) -> &mut Vec<Suspension> {
        self.generator.get_or_insert_with(Vec::new)
    }

    /// `yield value`: stores the state in the iterator, returns, and goes on in a block for the next call.
    pub(super) fn suspend(&mut self, value: Operand, state: &mut State) -> Flowed {
        let Some(Flow::Var(iterator)) = state.locals.last().cloned() else {
            return Err(self.broken());
        };
        let number = self.suspensions().len();
        let stored: Vec<VarId> = self
            .live_variables(state)
            .into_iter()
            .filter(|v| *v != iterator)
            .collect();
        let names = attribute_names(&self.graph, number, &stored);
        for (name, v) in names.iter().zip(&stored) {
            self.set_attribute(iterator, name, (*v).into());
        }
        let position = i64::try_from(number).expect("suspensions are few");
        self.set_attribute(iterator, STATE, Operand::host(Value::Int(position)));
        let target = self.graph.return_block;
        let suspended = self.block;
        self.close(ExitSwitch::None, vec![Link::new(vec![value], target)]);
        let resumption = self.graph.new_block(1, self.span);
        self.suspensions().push(Suspension {
            block: suspended,
            resumption,
        });
        self.block = resumption;
        let inner = self.graph.block(resumption).inputs[0];
        self.graph.var_names[inner.index()] = Some("self".into());
        let mut renamed = vec![(iterator, inner)];
        for (name, v) in names.iter().zip(stored) {
            let read = self.emit(OpCode::Getattr, vec![inner.into(), Operand::name(name)]);
            self.graph.var_names[read.index()] = self.graph.var_names[v.index()].clone();
            renamed.push((v, read));
        }
        state.rename(&mut |v| renamed.iter().find(|(old, _)| *old == v).map_or(v, |(_, new)| *new));
        state.stack.push(Flow::Const(Value::None));
        Ok(())
    }

    /// The variables that may still be read; dead locals are forgotten.
    fn live_variables(&self, state: &mut State) -> Vec<VarId> {
        for i in 0..self.code.varnames.len() {
            if !self.live.is_live(state.pc, i) {
                state.locals[i] = Flow::Unbound;
            }
        }
        state.variables()
    }

    /// Fills the start block: a switch on the state to the resumptions that can be reached.
    fn dispatch(&mut self) {
        let suspensions = self.generator.take().unwrap_or_default();
        let reached = self.reached_suspensions(&suspensions);
        self.block = self.graph.start;
        let iterator = self.graph.block(self.block).inputs[0];
        self.graph.var_names[iterator.index()] = Some("self".into());
        let state = self.emit(OpCode::Getattr, vec![iterator.into(), Operand::name(STATE)]);
        self.set_attribute(iterator, STATE, Operand::host(Value::Int(RUNNING)));
        let mut exits = vec![];
        for (i, s) in suspensions.iter().enumerate().filter(|(i, _)| reached[*i]) {
            let case = Const::Host(Value::Int(i64::try_from(i).expect("suspensions are few")));
            exits.push(Link::when(ExitCase::Value(case), vec![iterator.into()], s.resumption));
        }
        let finished = self.graph.new_block(0, self.span);
        exits.push(Link::when(ExitCase::Default, vec![], finished));
        self.close(ExitSwitch::Value(state.into()), exits);
        self.block = finished;
        let class = Value::Obj(self.host.exc().stop_iteration);
        let instance = self.emit(OpCode::SimpleCall, vec![Operand::host(class)]);
        let target = self.graph.except_block;
        self.close(
            ExitSwitch::None,
            vec![Link::new(vec![Operand::host(class), instance.into()], target)],
        );
    }

    /// Blocks may have been replaced by more general ones: a suspension counts only if its `yield` can be reached
    /// from the beginning of the body or from a suspension that counts.
    fn reached_suspensions(&self, suspensions: &[Suspension]) -> Vec<bool> {
        let mut seen = vec![false; self.graph.blocks.len()];
        let mut reached = vec![false; suspensions.len()];
        let mut stack: Vec<BlockId> = vec![self.graph.start];
        while let Some(b) = stack.pop() {
            if std::mem::replace(&mut seen[b.index()], true) {
                continue;
            }
            stack.extend(self.graph.block(b).exits.iter().map(|l| l.target));
            for (i, s) in suspensions.iter().enumerate().filter(|(_, s)| s.block == b) {
                reached[i] = true;
                stack.push(s.resumption);
            }
        }
        reached
    }
}

/// Names of the attributes that hold variables while state `number` waits.
fn attribute_names(graph: &Graph, number: usize, variables: &[VarId]) -> Vec<String> {
    let mut names: Vec<String> = vec![];
    for (i, v) in variables.iter().enumerate() {
        let mut name = match &graph.var_names[v.index()] {
            Some(name) => format!("s{number}_{name}"),
            None => format!("s{number}_{i}"),
        };
        if names.contains(&name) {
            name = format!("{name}_{i}");
        }
        names.push(name);
    }
    names
}

/// The class of the iterators of one generator function.
fn iterator_class(host: &mut Host, function: Value) -> Flowed<Value> {
    let Some(f) = host.function(function).cloned() else {
        return Err(Diagnostic::error("RPY0301", "not a Python function"));
    };
    let next = method(host, &f, "next", vec![]);
    let iter = method(host, &f, "__iter__", vec![Instr::LoadFast(0), Instr::ReturnValue]);
    let made = (|| {
        host.setattr(next, BODY, function)?;
        let name = host.new_str(format!("{}.iterator", f.name));
        let bases = host.new_tuple(&[Value::Obj(host.types().object)]);
        let attributes = host.new_dict();
        let metaclass = Value::Obj(host.types().type_);
        let class = host.call(metaclass, &[name, bases, attributes], &[])?;
        host.setattr(class, "__module__", f.module)?;
        host.setattr(class, "next", next)?;
        host.setattr(class, "__iter__", iter)?;
        Ok(class)
    })();
    made.map_err(|raised: rpy_host::Raised| {
        let why = host.repr(raised.value());
        Diagnostic::error(
            "RPY0301",
            format!("the generator {}() cannot be prepared: {why}", f.name),
        )
    })
}

/// A function with the parameter `self`.
fn method(host: &mut Host, of: &Function, name: &str, instrs: Vec<Instr>) -> Value {
    let this = host.intern_str("self");
    let span = of.code.spans.first().copied().unwrap_or(Span::NONE);
    let n = instrs.len();
    let code = Rc::new(Code {
        name: name.to_string(),
        filename: of.code.filename.clone(),
        firstlineno: of.code.firstlineno,
        argcount: 1,
        flags: rpy_host::flags::OPTIMIZED | rpy_host::flags::NEWLOCALS | rpy_host::flags::NOFREE,
        stacksize: 1,
        varnames: vec![this],
        cellvars: vec![],
        freevars: vec![],
        cell_args: vec![],
        names: vec![],
        consts: vec![],
        instrs,
        spans: vec![span; n.max(1)],
        lines: vec![of.code.firstlineno; n.max(1)],
        has_docstring: false,
        hints: vec![Cell::new(0); n.max(1)],
    });
    let code_obj = host.alloc(ObjData::Code(Rc::clone(&code)));
    let function = Function {
        code,
        code_obj: code_obj.obj().unwrap_or(ObjId::HOLE),
        globals: of.globals,
        defaults: vec![],
        closure: vec![],
        name: name.to_string(),
        doc: Value::None,
        module: of.module,
        attrs: ObjId::HOLE,
    };
    host.alloc(ObjData::Function(Box::new(function)))
}
