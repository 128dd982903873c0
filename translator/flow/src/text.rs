//! The text form of graphs, as in dumps: line-based, blocks and variables numbered as in the graph.

use crate::model::{Const, ExitCase, ExitSwitch, Graph, Graphs, Link, Operand, VarId};
use rpy_host::{Host, Value};
use rpy_lltype::{LLPtr, LLTypes, LLValue};
use std::fmt::Write;

/// What is needed to print names of things a graph refers to.
#[derive(Clone, Copy, Default)]
pub struct Names<'a> {
    /// For host constants.
    pub host: Option<&'a Host>,
    /// For low-level types.
    pub types: Option<&'a LLTypes>,
    /// For callees.
    pub graphs: Option<&'a Graphs>,
    /// What a stage knows of a variable, shown instead of its low-level type.
    pub facts: Option<&'a dyn Fn(VarId) -> String>,
}

/// Text of a graph.
pub fn print_graph(graph: &Graph, names: Names<'_>) -> String {
    let mut out = String::new();
    let start = graph.block(graph.start);
    let params: Vec<String> = start.inputs.iter().map(|v| typed(graph, *v, names)).collect();
    let _ = write!(out, "graph {}({})", graph.name, params.join(", "));
    if let (Some(types), false) = (names.types, graph.types.is_empty()) {
        let _ = write!(out, " -> {}", types.text(graph.var_type(graph.return_var())));
    }
    out.push('\n');
    for id in graph.reachable() {
        let block = graph.block(id);
        let inputs: Vec<String> = block.inputs.iter().map(|v| typed(graph, *v, names)).collect();
        let _ = writeln!(out, "  {id}({}):", inputs.join(", "));
        for op in &block.ops {
            let args: Vec<String> = op.args.iter().map(|a| operand(a, names)).collect();
            let _ = writeln!(
                out,
                "    {} = {} {}",
                typed(graph, op.result, names),
                op.code.name(),
                args.join(", ")
            );
        }
        print_exits(graph, id, names, &mut out);
    }
    out
}

fn print_exits(graph: &Graph, id: crate::BlockId, names: Names<'_>, out: &mut String) {
    let block = graph.block(id);
    if id == graph.return_block {
        let _ = writeln!(out, "    return {}", block.inputs[0]);
    } else if id == graph.except_block {
        let _ = writeln!(out, "    raise {}, {}", block.inputs[0], block.inputs[1]);
    }
    match &block.switch {
        ExitSwitch::None => {}
        ExitSwitch::Value(v) => {
            let _ = writeln!(out, "    switch {}", operand(v, names));
        }
        ExitSwitch::LastException => out.push_str("    on exception\n"),
    }
    for link in &block.exits {
        let _ = writeln!(out, "    {}", print_link(link, names));
    }
}

fn print_link(link: &Link, names: Names<'_>) -> String {
    let args: Vec<String> = link.args.iter().map(|a| operand(a, names)).collect();
    let case = match &link.case {
        ExitCase::None => String::new(),
        ExitCase::Bool(b) => format!("{} ", if *b { "True" } else { "False" }),
        ExitCase::Value(c) => format!("{} ", constant(c, names)),
        ExitCase::Default => "default ".to_owned(),
        ExitCase::Exception(c) => format!("except {} ", constant(c, names)),
    };
    let vars = link.exc_vars.map_or(String::new(), |(t, v)| format!("as {t}, {v} "));
    format!("{case}{vars}-> {}({})", link.target, args.join(", "))
}

fn typed(graph: &Graph, v: VarId, names: Names<'_>) -> String {
    if let Some(facts) = names.facts {
        return format!("{v}: {}", facts(v));
    }
    match names.types {
        Some(types) if !graph.types.is_empty() => format!("{v}: {}", types.text(graph.var_type(v))),
        _ => v.to_string(),
    }
}

fn operand(o: &Operand, names: Names<'_>) -> String {
    match o {
        Operand::Var(v) => v.to_string(),
        Operand::Const(c) => constant(c, names),
    }
}

fn constant(c: &Const, names: Names<'_>) -> String {
    match c {
        Const::Host(value) => host_text(*value, names),
        Const::LL(c) => {
            let ty = names.types.map_or_else(|| c.ty.to_string(), |t| t.text(c.ty));
            format!("({ty} {})", ll_text(&c.value))
        }
        Const::Name(n) => format!("'{n}'"),
        Const::Type(t) => names
            .types
            .map_or_else(|| t.to_string(), |types| format!("<{}>", types.text(*t))),
        Const::Graphs(None) => "graphs(unknown)".to_owned(),
        Const::Graphs(Some(ids)) => {
            let names: Vec<String> = ids.iter().map(|g| graph_name(*g, names)).collect();
            format!("graphs({})", names.join(", "))
        }
        Const::Shape(s) => format!("shape({}, {}, {})", s.n_positional, s.keywords.join(" "), s.star),
    }
}

fn graph_name(id: crate::GraphId, names: Names<'_>) -> String {
    names
        .graphs
        .map_or_else(|| id.to_string(), |g| g.get(id).name.to_string())
}

fn ll_text(value: &LLValue) -> String {
    match value {
        LLValue::Void => "void".to_owned(),
        LLValue::Bool(b) => b.to_string(),
        LLValue::Char(c) => format!("{:?}", char::from(*c)),
        LLValue::UniChar(c) => format!("U+{c:04X}"),
        LLValue::Int(i) => i.to_string(),
        LLValue::Int128(i) => i.to_string(),
        LLValue::Float(x) => format!("{x:?}"),
        LLValue::SingleFloat(x) => format!("{x:?}"),
        LLValue::Ptr(p) | LLValue::Address(p) => match p {
            LLPtr::Null => "null".to_owned(),
            LLPtr::To(k) => k.to_string(),
            LLPtr::Item(k, i) => format!("{k}[{i}]"),
            LLPtr::Raw(i) => format!("raw {i:#x}"),
        },
        LLValue::Symbolic(s) => format!("{s:?}"),
        LLValue::Inline(k) => format!("inline {k}"),
        LLValue::Uninit => "uninitialised".to_owned(),
    }
}

fn host_text(value: Value, names: Names<'_>) -> String {
    match (value, names.host) {
        (Value::None, _) => "None".to_owned(),
        (Value::Bool(b), _) => if b { "True" } else { "False" }.to_owned(),
        (Value::Int(i), _) => i.to_string(),
        (Value::Float(x), _) => format!("{x:?}"),
        (Value::Obj(_), Some(host)) => object_text(value, host),
        (Value::Obj(id), None) => format!("{id:?}"),
    }
}

fn object_text(value: Value, host: &Host) -> String {
    if let Some(bytes) = host.str_bytes(value) {
        return format!("{:?}", String::from_utf8_lossy(bytes));
    }
    if let Some(f) = host.function(value) {
        return format!("<function {}>", f.name);
    }
    if let Some(c) = host.class(value) {
        return format!("<class {}>", c.name);
    }
    format!("<{}>", host.type_name(value))
}
