//! The text form of graphs, as in dumps: line-based, blocks and variables numbered as in the graph.
//!
//! ```text
//! graph smaller(v0.a: Signed, v1.b: Signed) -> Signed
//!   b0(v0.a: Signed, v1.b: Signed):
//!     v2: Bool = int_lt v0, v1
//!     switch v2
//!     False -> b1(v1)
//!     True -> b1(v0)
//!   b1(v3: Signed):
//!     return v3
//! ```
//!
//! A definition shows the source name of the variable, if any, and its type after the rtyper. [`crate::read`] reads the
//! form back, except for host objects, which are shown by what they are.

use crate::model::{BlockId, Const, ExitCase, ExitSwitch, Graph, Graphs, Link, Operand, VarId};
use rpy_host::{Host, ObjData, Value};
use rpy_lltype::{Data, LLPtr, LLTypes, LLValue};
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
    let params: Vec<String> = start.inputs.iter().map(|v| defined(graph, *v, names)).collect();
    let _ = write!(out, "graph {}({})", graph.name, params.join(", "));
    if !graph.types.is_empty() {
        let _ = write!(out, " -> {}", type_text(graph.var_type(graph.return_var()), names));
    }
    if !graph.hints.is_empty() {
        let _ = write!(out, " [{}]", graph.hints.join(", "));
    }
    out.push('\n');
    for id in graph.reachable() {
        print_block(graph, id, names, &mut out);
    }
    out
}

fn print_block(graph: &Graph, id: BlockId, names: Names<'_>, out: &mut String) {
    let block = graph.block(id);
    let inputs: Vec<String> = block.inputs.iter().map(|v| defined(graph, *v, names)).collect();
    let _ = writeln!(out, "  {id}({}):", inputs.join(", "));
    for op in &block.ops {
        let args: Vec<String> = op.args.iter().map(|a| operand(a, names)).collect();
        let line = format!(
            "{} = {} {}",
            defined(graph, op.result, names),
            op.code.name(),
            args.join(", ")
        );
        let _ = writeln!(out, "    {}", line.trim_end());
    }
    print_exits(graph, id, names, out);
}

fn print_exits(graph: &Graph, id: BlockId, names: Names<'_>, out: &mut String) {
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

fn defined(graph: &Graph, v: VarId, names: Names<'_>) -> String {
    let mut text = v.to_string();
    if let Some(name) = &graph.var_names[v.index()] {
        let _ = write!(text, ".{name}");
    }
    if let Some(facts) = names.facts {
        let _ = write!(text, ": {}", facts(v));
    } else if !graph.types.is_empty() {
        let _ = write!(text, ": {}", type_text(graph.var_type(v), names));
    }
    text
}

fn type_text(ty: rpy_lltype::LLTypeId, names: Names<'_>) -> String {
    names.types.map_or_else(|| ty.to_string(), |t| t.text(ty))
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
            format!("({} {})", type_text(c.ty, names), ll_text(&c.value, names))
        }
        Const::Name(n) => format!("'{}'", n.escape_debug()),
        Const::Type(t) => format!("<{}>", type_text(*t, names)),
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

fn function_name<'a>(pointer: LLPtr, names: Names<'a>) -> Option<&'a str> {
    let LLPtr::To(k) = pointer else { return None };
    match &names.host?.llstore.get(k).data {
        Data::Func(f) => Some(&f.name),
        _ => None,
    }
}

fn ll_text(value: &LLValue, names: Names<'_>) -> String {
    match value {
        LLValue::Void => "void".to_owned(),
        LLValue::Bool(b) => b.to_string(),
        LLValue::Char(c) => format!("{:?}", char::from(*c)),
        LLValue::UniChar(c) => format!("U+{c:04X}"),
        LLValue::Int(i) => i.to_string(),
        LLValue::Int128(i) => i.to_string(),
        LLValue::Float(x) => format!("{x:?}"),
        LLValue::SingleFloat(x) => format!("{x:?}"),
        LLValue::Ptr(p) | LLValue::Address(p) => pointer_text(*p, names),
        LLValue::Symbolic(s) => format!("{s:?}"),
        LLValue::Inline(k) => format!("inline {k}"),
        LLValue::Uninit => "uninitialised".to_owned(),
    }
}

fn pointer_text(pointer: LLPtr, names: Names<'_>) -> String {
    if let Some(name) = function_name(pointer, names) {
        return format!("&{name}");
    }
    match pointer {
        LLPtr::Null => "null".to_owned(),
        LLPtr::To(k) => k.to_string(),
        LLPtr::Item(k, i) => format!("{k}[{i}]"),
        LLPtr::Raw(i) => format!("raw {i:#x}"),
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
    if let Some(ObjData::Builtin(b)) = host.data(value) {
        return format!("<builtin {}>", b.def.name);
    }
    format!("<{}>", host.type_name(value))
}
