//! Generators become classes.
//!
//! Calling a generator function makes an `Entry` state that holds the arguments, inside an iterator object whose
//! `next()` calls the body with the current state. The body's graph dispatches on the class of the state to the place
//! after the last `yield`, and returns the next state with the yielded value; at the end it raises StopIteration.
//! The classes come from `rpython.rtyper.generator`.

use super::{Flowed, function_code, record};
use crate::model::{BlockId, ExitCase, ExitSwitch, Graph, Link, Op, Operand, VarId};
use crate::ops::OpCode;
use crate::simplify;
use rpy_host::{Host, ObjData, Value};
use rpy_syntax::{Diagnostic, Span};

const BODY_MARK: &str = "_generator_body_of_";

/// If the function is the body of a generator: what its mark says, a tuple (original function, base class, entry class).
pub(super) fn body_of(host: &mut Host, function: Value) -> Option<Value> {
    host.function(function)?;
    host.getattr_opt(function, BODY_MARK).ok()?
}

fn library(host: &mut Host, name: &str, args: &[Value]) -> Flowed<Value> {
    let called = host
        .import_module("rpython.rtyper.generator")
        .and_then(|m| host.getattr(m, name))
        .and_then(|f| host.call(f, args, &[]));
    called.map_err(|raised| {
        let why = host.repr(raised.value());
        Diagnostic::error("RPY0317", format!("the library's {name}() failed: {why}"))
    })
}

fn missing() -> Diagnostic {
    Diagnostic::error("RPY0317", "the library's generator classes are incomplete")
}

/// The graph of the function itself: it packs its arguments.
pub(super) fn entry_graph(host: &mut Host, function: Value) -> Flowed<Graph> {
    let Some(code) = function_code(host, function) else {
        return Err(missing());
    };
    let n = code.total_args();
    let span = super::definition_span(&code);
    let Some(original) = host.function(function).cloned() else {
        return Err(missing());
    };
    let name = host.new_str(&original.name);
    let body = host.alloc(ObjData::Function(Box::new(original.clone())));
    let parts = library(host, "make_generator", &[name, body])?;
    let Some([base, entry, iterator]) = host.tuple_items(parts).and_then(|t| <[Value; 3]>::try_from(&**t).ok()) else {
        return Err(missing());
    };
    let mark = host.new_tuple(&[function, base, entry]);
    library(host, "mark_body", &[body, mark])?;
    let mut graph = Graph::new(&original.name, n, span);
    graph.function = Some(function);
    graph.params = code.varnames[..n].iter().map(|v| host.name_text(*v).into()).collect();
    let start = graph.start;
    let state = call(&mut graph, start, span, vec![Operand::host(entry)]);
    for (i, v) in graph.block(start).inputs.clone().into_iter().enumerate() {
        store(&mut graph, start, span, state, i, v.into());
    }
    let result = call(&mut graph, start, span, vec![Operand::host(iterator), state.into()]);
    let to = graph.return_block;
    graph.block_mut(start).exits = vec![Link::new(vec![result.into()], to)];
    Ok(graph)
}

fn emit(graph: &mut Graph, block: BlockId, span: Span, code: OpCode, args: Vec<Operand>) -> VarId {
    let result = graph.new_var(None);
    graph.block_mut(block).ops.push(Op {
        code,
        args,
        result,
        span,
    });
    result
}

fn call(graph: &mut Graph, block: BlockId, span: Span, args: Vec<Operand>) -> VarId {
    emit(graph, block, span, OpCode::SimpleCall, args)
}

fn slot(i: usize) -> Operand {
    Operand::name(&format!("g_{i}"))
}

fn store(graph: &mut Graph, block: BlockId, span: Span, state: VarId, i: usize, value: Operand) {
    emit(graph, block, span, OpCode::Setattr, vec![state.into(), slot(i), value]);
}

/// The graph of the body: `body(state) -> (next state, value)`.
pub(super) fn body_graph(host: &mut Host, function: Value, mark: Value) -> Flowed<Graph> {
    let Some([original, base, entry]) = host.tuple_items(mark).and_then(|t| <[Value; 3]>::try_from(&**t).ok()) else {
        return Err(missing());
    };
    let Some(code) = function_code(host, original) else {
        return Err(missing());
    };
    let mut graph = record(host, original, code)?;
    graph.function = Some(function);
    graph.name = format!("{}__next", graph.name).into();
    graph.params = vec!["state".into()];
    unprotect_yields(&mut graph);
    simplify::simplify(&mut graph);
    return_means_stop(host, &mut graph);
    let mut resumes = vec![(entry, graph.start)];
    for block in graph.reachable() {
        split_yields(host, &mut graph, block, base, &mut resumes)?;
    }
    dispatch(host, &mut graph, &resumes);
    simplify::simplify(&mut graph);
    Ok(graph)
}

/// A yield itself cannot raise.
fn unprotect_yields(graph: &mut Graph) {
    for block in &mut graph.blocks {
        if block.switch == ExitSwitch::LastException && block.ops.last().is_some_and(|op| op.code == OpCode::Yield) {
            block.switch = ExitSwitch::None;
            block.exits.truncate(1);
        }
    }
}

fn return_means_stop(host: &Host, graph: &mut Graph) {
    let stop = Value::Obj(host.exc().stop_iteration);
    let span = graph.span;
    let end = graph.new_block(0, span);
    let instance = call(graph, end, span, vec![Operand::host(stop)]);
    let except = graph.except_block;
    graph.block_mut(end).exits = vec![Link::new(vec![Operand::host(stop), instance.into()], except)];
    let returning = graph.return_block;
    for block in &mut graph.blocks {
        for link in &mut block.exits {
            if link.target == returning {
                link.target = end;
                link.args.clear();
            }
        }
    }
}

/// Cuts a block at each of its yields: what follows starts from the state's attributes.
fn split_yields(
    host: &mut Host,
    graph: &mut Graph,
    block: BlockId,
    base: Value,
    resumes: &mut Vec<(Value, BlockId)>,
) -> Flowed {
    let mut block = block;
    while let Some(at) = graph.block(block).ops.iter().position(|op| op.code == OpCode::Yield) {
        let number = Value::Int(i64::try_from(resumes.len()).unwrap_or(i64::MAX));
        let class = library(host, "new_state_class", &[base, number])?;
        let mut tail = graph.block_mut(block).ops.split_off(at);
        let marker = tail.remove(0);
        let span = marker.span;
        let rest = graph.new_block(0, span);
        let source = graph.block_mut(block);
        let (switch, exits) = (
            std::mem::replace(&mut source.switch, ExitSwitch::None),
            std::mem::take(&mut source.exits),
        );
        let target = graph.block_mut(rest);
        target.ops = tail;
        target.switch = switch;
        target.exits = exits;
        substitute(graph, rest, marker.result, &Operand::host(Value::None));
        let live = free_variables(graph, rest);
        let inputs: Vec<VarId> = live
            .iter()
            .map(|v| graph.new_var(graph.var_names[v.index()].clone()))
            .collect();
        for (old, new) in live.iter().zip(&inputs) {
            substitute(graph, rest, *old, &Operand::Var(*new));
        }
        graph.block_mut(rest).inputs = inputs;
        let state = call(graph, block, span, vec![Operand::host(class)]);
        for (i, v) in live.into_iter().enumerate() {
            store(graph, block, span, state, i, v.into());
        }
        let value = marker.args.into_iter().next().unwrap_or(Operand::host(Value::None));
        let pair = emit(graph, block, span, OpCode::Newtuple, vec![state.into(), value]);
        let returning = graph.return_block;
        graph.block_mut(block).exits = vec![Link::new(vec![pair.into()], returning)];
        resumes.push((class, rest));
        block = rest;
    }
    Ok(())
}

fn substitute(graph: &mut Graph, block: BlockId, from: VarId, to: &Operand) {
    simplify::for_each_use(graph.block_mut(block), &mut |operand| {
        if *operand == Operand::Var(from) {
            *operand = to.clone();
        }
    });
}

/// Variables used in a block but defined before it, in order of first use.
fn free_variables(graph: &mut Graph, block: BlockId) -> Vec<VarId> {
    let b = graph.block_mut(block);
    let mut defined: Vec<VarId> = b.ops.iter().map(|op| op.result).collect();
    defined.extend(b.exits.iter().filter_map(|l| l.exc_vars).flat_map(|(t, v)| [t, v]));
    let mut free = vec![];
    simplify::for_each_use(b, &mut |operand| {
        if let Operand::Var(v) = operand
            && !defined.contains(v)
            && !free.contains(v)
        {
            free.push(*v);
        }
    });
    free
}

/// A new start block that finds the place to go on from the class of the state.
fn dispatch(host: &mut Host, graph: &mut Graph, resumes: &[(Value, BlockId)]) {
    let span = graph.span;
    let isinstance = host
        .import_module("__builtin__")
        .and_then(|m| host.getattr(m, "isinstance"))
        .unwrap_or(Value::None);
    let mut block = graph.new_block(1, span);
    graph.start = block;
    for (i, (class, target)) in resumes.iter().enumerate() {
        let state = graph.block(block).inputs[0];
        let unpack = unpack_block(graph, *target);
        let last = i + 1 == resumes.len();
        let test = vec![Operand::host(isinstance), state.into(), Operand::host(*class)];
        let found = call(graph, block, span, test);
        let next = if last {
            impossible_block(host, graph)
        } else {
            graph.new_block(1, span)
        };
        let b = graph.block_mut(block);
        b.switch = ExitSwitch::Value(found.into());
        b.exits = vec![
            Link::when(ExitCase::Bool(false), vec![state.into()], next),
            Link::when(ExitCase::Bool(true), vec![state.into()], unpack),
        ];
        block = next;
    }
}

/// Where the dispatch would go for a state of no known class.
fn impossible_block(host: &Host, graph: &mut Graph) -> BlockId {
    let span = graph.span;
    let class = Value::Obj(host.exc().assertion_error);
    let block = graph.new_block(1, span);
    let instance = call(graph, block, span, vec![Operand::host(class)]);
    let except = graph.except_block;
    graph.block_mut(block).exits = vec![Link::new(vec![Operand::host(class), instance.into()], except)];
    block
}

/// A block that reads a state's attributes and goes to `target` with them.
fn unpack_block(graph: &mut Graph, target: BlockId) -> BlockId {
    let span = graph.block(target).span;
    let n = graph.block(target).inputs.len();
    let block = graph.new_block(1, span);
    let state = graph.block(block).inputs[0];
    let args = (0..n)
        .map(|i| emit(graph, block, span, OpCode::Getattr, vec![state.into(), slot(i)]).into())
        .collect();
    graph.block_mut(block).exits = vec![Link::new(args, target)];
    block
}
