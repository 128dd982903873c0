//! Descriptors of functions: signatures, specialisation, graphs.

use crate::annotator::{Annotator, Flow, GraphState, Stop};
use crate::desc::{Desc, FunctionDesc, KeyPart, Policy, Signature, SpecKey};
use crate::model::{AnnId, DescId, Kind};
use indexmap::IndexMap;
use rpy_flow::{Graph, GraphId, Op, OpCode, Operand};
use rpy_host::{ObjData, Value};
use rpy_syntax::Diagnostic;
use std::rc::Rc;
use std::sync::Arc;

/// A function with more copies than this is taken to be specialised without end.
const MOST_COPIES: usize = 5000;

impl Annotator {
    /// The descriptor of a host function; with `class` the copy of a mix-in's function for that class.
    pub(crate) fn function_desc_of(&mut self, value: Value, class: Option<DescId>) -> Flow<DescId> {
        let value = self.host.replacements.get(&value).copied().unwrap_or(value);
        if let Some(&id) = self.desc_index.get(&(value, class)) {
            return Ok(id);
        }
        let Some(function) = self.host.function(value) else {
            let shown = self.host.repr(value);
            return Err(self.error("RPY0404", format!("{shown} is not a function")));
        };
        let code = function.code.clone();
        let (name, defaults) = (function.name.clone(), function.defaults.clone());
        let names = |range: std::ops::Range<usize>, a: &Annotator| -> Vec<Arc<str>> {
            range
                .filter_map(|i| code.varnames.get(i))
                .map(|n| a.host.name_text(*n).into())
                .collect()
        };
        let n = code.argcount as usize;
        let star = n + usize::from(code.has_varargs());
        let signature = Signature {
            names: names(0..n, self),
            vararg: names(n..star, self).into_iter().next(),
            kwarg: names(star..star + usize::from(code.has_varkeywords()), self)
                .into_iter()
                .next(),
            defaults,
        };
        let policy = self.policy_of(value, &name)?;
        let id = self.add_desc(Desc::Function(FunctionDesc {
            function: value,
            name: name.as_str().into(),
            signature,
            policy,
            graphs: IndexMap::new(),
            enforced: None,
        }));
        self.desc_index.insert((value, class), id);
        let enforced = self.enforced_of(value, id)?;
        if let Desc::Function(f) = &mut self.descs[id.index()] {
            f.enforced = enforced;
        }
        Ok(id)
    }

    /// An attribute of the function's own dict.
    pub(crate) fn function_attr(&mut self, function: Value, name: &str) -> Option<Value> {
        let attrs = self.host.function(function)?.attrs;
        if attrs.is_hole() {
            return None;
        }
        self.host.dict_get_str(Value::Obj(attrs), name)
    }

    fn policy_of(&mut self, function: Value, name: &str) -> Flow<Policy> {
        let Some(tag) = self.function_attr(function, "_annspecialcase_") else {
            return Ok(Policy::Default);
        };
        let text = self.host.str_text(tag).unwrap_or_default();
        parse_policy(&text).ok_or_else(|| {
            self.error(
                "RPY0408",
                format!("the function `{name}` asks for the specialisation `{text}`, which does not exist"),
            )
        })
    }

    /// The graph of a function for arguments with these annotations (extra positional ones included).
    pub(crate) fn specialized_graph(&mut self, desc: DescId, args: &[AnnId]) -> Flow<GraphId> {
        let key = self.spec_key(desc, args)?;
        let Desc::Function(f) = self.desc(desc) else {
            return Err(self.error("RPY0404", "this is not a function"));
        };
        if let Some(&graph) = f.graphs.get(&key) {
            return Ok(graph);
        }
        let (function, name, signature) = (f.function, f.name.clone(), f.signature.clone());
        if f.graphs.len() >= MOST_COPIES {
            return Err(self
                .error(
                    "RPY0408",
                    format!("`{name}` is specialised more than {MOST_COPIES} times"),
                )
                .note("a recursive call with ever new constants asks for ever new copies"));
        }
        let first = f.graphs.is_empty();
        let n_star = signature
            .vararg
            .is_some()
            .then(|| args.len().saturating_sub(signature.names.len()));
        let prototype = self.prototype(function)?;
        let mut graph = (*prototype).clone();
        if let Some(n) = n_star {
            flatten_star(&mut graph, n);
        }
        let shown = self.spec_name(&key);
        graph.name = if first && shown.is_empty() {
            graph.name
        } else if shown.is_empty() {
            name
        } else {
            format!("{}__{shown}", graph.name).into()
        };
        let low_level = self.in_low_level();
        let id = self.add_graph(graph, Some(desc));
        self.states[id.index()].low_level = low_level;
        if let Desc::Function(f) = &mut self.descs[desc.index()] {
            f.graphs.insert(key, id);
        }
        Ok(id)
    }

    /// Whether the operation being analysed belongs to a low-level helper.
    fn in_low_level(&self) -> bool {
        self.helper_call || self.states.get(self.here.graph.index()).is_some_and(|s| s.low_level)
    }

    /// The graph of a low-level helper for arguments of these annotations (made with [`Annotator::lltype_to_annotation`], or
    /// constants), analysed to the end. Functions without policy are specialised by the low-level types of their arguments.
    pub fn annotate_helper(&mut self, function: Value, args: &[AnnId]) -> Result<GraphId, Vec<Diagnostic>> {
        let graph = match self.helper_graph(function, args) {
            Ok(graph) => graph,
            Err(Stop::Error(p)) => return Err(vec![self.finish_problem(*p)]),
            Err(Stop::Blocked) => return Err(vec![]),
        };
        self.complete().map(|()| graph)
    }

    fn helper_graph(&mut self, function: Value, args: &[AnnId]) -> Flow<GraphId> {
        self.here = crate::definitions::Place {
            graph: GraphId(u32::MAX),
            block: rpy_flow::BlockId(0),
            op: 0,
        };
        let desc = self.function_desc_of(function, None)?;
        self.helper_call = true;
        let graph = self.specialized_graph(desc, args);
        self.helper_call = false;
        let graph = graph?;
        let data = self.graphs.get(graph);
        let (start, n, span) = (data.start, data.block(data.start).inputs.len(), data.span);
        self.here_span = span;
        if n != args.len() {
            let name = self.desc_name(desc);
            return Err(self.error(
                "RPY0403",
                format!("the helper `{name}` takes {n} arguments, not {}", args.len()),
            ));
        }
        let args = self.helper_inputs(graph, args);
        self.add_pending(graph, start, &args)?;
        Ok(graph)
    }

    /// What a low-level helper is analysed with: all that its key says of an argument is the low-level type, so that no
    /// later call can widen it when it has been lowered already.
    pub(crate) fn helper_inputs(&mut self, graph: GraphId, args: &[AnnId]) -> Vec<AnnId> {
        let by_type = match self.graph_desc(graph).map(|d| self.desc(d)) {
            Some(Desc::Function(f)) => matches!(f.policy, Policy::LowLevel(_)) || f.policy == Policy::Default,
            _ => false,
        };
        if !self.states[graph.index()].low_level || !by_type {
            return args.to_vec();
        }
        args.iter()
            .map(|arg| match self.annotation_to_lltype(*arg) {
                Some(ty) if !matches!(self.anns.kind(*arg), Kind::None) => self.lltype_to_annotation(ty),
                _ => *arg,
            })
            .collect()
    }

    /// The graph has been typed: what is found later changes nothing in it.
    pub fn settle_graph(&mut self, graph: GraphId) {
        if let Some(state) = self.states.get_mut(graph.index()) {
            state.settled = true;
        }
    }

    /// Registers a graph, to be analysed when it is called.
    pub fn add_graph(&mut self, graph: Graph, desc: Option<DescId>) -> GraphId {
        let n_blocks = graph.blocks.len();
        let n_vars = graph.var_names.len();
        let id = self.graphs.add(graph);
        while self.states.len() < id.index() {
            self.states.push(GraphState::default());
            self.bindings.push(vec![]);
        }
        self.states.push(GraphState {
            desc,
            blocks: vec![Default::default(); n_blocks],
            ..GraphState::default()
        });
        self.bindings.push(vec![crate::annotator::UNBOUND; n_vars]);
        id
    }

    fn prototype(&mut self, function: Value) -> Flow<Rc<Graph>> {
        if let Some(graph) = self.prototypes.get(&function) {
            return Ok(Rc::clone(graph));
        }
        if let Some(flag) = self.function_attr(function, "_not_rpython_")
            && flag != Value::Bool(false)
        {
            return Err(self.not_rpython_error(function));
        }
        let graph = rpy_flow::build_flow(&mut self.host, function).map_err(|d| self.placed(d))?;
        let graph = Rc::new(graph);
        self.prototypes.insert(function, Rc::clone(&graph));
        Ok(graph)
    }

    fn spec_key(&mut self, desc: DescId, args: &[AnnId]) -> Flow<SpecKey> {
        let Desc::Function(f) = self.desc(desc) else {
            return Ok(vec![]);
        };
        let (mut policy, signature, name) = (f.policy.clone(), f.signature.clone(), f.name.clone());
        if policy == Policy::Default && self.in_low_level() {
            policy = Policy::LowLevel(vec![]);
        }
        let mut key = vec![];
        if signature.vararg.is_some() {
            key.push(KeyPart::Star(args.len().saturating_sub(signature.names.len())));
        }
        match policy {
            Policy::Default | Policy::Memo => {}
            Policy::Arg(positions, or_var) => {
                for i in positions {
                    let arg = args.get(i).copied().unwrap_or(AnnId::IMPOSSIBLE);
                    key.push(self.constant_key(arg, or_var, i, &name)?);
                }
            }
            Policy::ArgType(positions) => {
                for i in positions {
                    let arg = args.get(i).copied().unwrap_or(AnnId::IMPOSSIBLE);
                    key.push(KeyPart::Type(self.type_key(arg)));
                }
            }
            Policy::ArgListItemType(i) => {
                let arg = args.get(i).copied().unwrap_or(AnnId::IMPOSSIBLE);
                let item = match self.anns.kind(arg) {
                    Kind::List(l) => {
                        let l = *l;
                        self.read_item(l)
                    }
                    _ => AnnId::NONE,
                };
                key.push(KeyPart::Type(self.type_key(item)));
            }
            Policy::CallLocation => {
                let h = self.here;
                key.push(KeyPart::Place(h.graph.0, h.block.0, h.op));
            }
            Policy::LowLevel(constants) => {
                for (i, arg) in args.iter().enumerate() {
                    if constants.contains(&i) {
                        key.push(self.constant_key(*arg, false, i, &name)?);
                    } else {
                        key.push(self.low_level_key(*arg));
                    }
                }
            }
        }
        Ok(key)
    }

    fn constant_key(&mut self, arg: AnnId, or_var: bool, position: usize, name: &str) -> Flow<KeyPart> {
        if let Some(value) = self.anns.constant(arg) {
            return Ok(KeyPart::Const(value));
        }
        if or_var {
            return Ok(KeyPart::Var);
        }
        if let Kind::Pbc {
            descs,
            can_be_none: false,
        } = self.anns.kind(arg)
            && let [one] = descs[..]
        {
            return Ok(KeyPart::Desc(one));
        }
        Err(self.error(
            "RPY0408",
            format!(
                "argument {} of `{name}` must be a constant, since the function is specialised by its value; it is {}",
                position + 1,
                self.describe(arg)
            ),
        ))
    }

    fn low_level_key(&mut self, arg: AnnId) -> KeyPart {
        if let Some(ty) = self.annotation_to_lltype(arg)
            && !matches!(self.anns.kind(arg), Kind::None)
        {
            return KeyPart::LowLevel(ty);
        }
        match (self.anns.kind(arg), self.anns.constant(arg)) {
            (Kind::Pbc { .. } | Kind::Builtin(_) | Kind::None, Some(value)) => KeyPart::Const(value),
            _ => KeyPart::Type(self.type_key(arg)),
        }
    }

    /// Text that is equal for annotations of the same Python type.
    pub(crate) fn type_key(&mut self, ann: AnnId) -> Arc<str> {
        let text = match self.anns.kind(ann).clone() {
            Kind::Impossible => "nothing".into(),
            Kind::Object => "object".into(),
            Kind::None => "None".into(),
            Kind::Bool => "bool".into(),
            Kind::Int { int, .. } => int_name(int),
            Kind::Char { .. } | Kind::Str { .. } => "str".into(),
            Kind::UniChar | Kind::Unicode { .. } => "unicode".into(),
            Kind::ByteArray { .. } => "bytearray".into(),
            Kind::Float => "float".into(),
            Kind::SingleFloat => "singlefloat".into(),
            Kind::LongFloat => "longfloat".into(),
            Kind::Tuple(items) => {
                let parts: Vec<_> = items.iter().map(|i| self.type_key(*i)).collect();
                format!("tuple_{}", parts.join("_"))
            }
            Kind::List(l) => format!("list{}", self.find_list(l).0),
            Kind::Dict(d) => format!("dict{}", self.find_dict(d).0),
            Kind::Iterator { .. } => "iterator".into(),
            Kind::Instance { classdef, .. } => format!("{}_{}", self.class(classdef).name, classdef.0),
            Kind::Pbc { descs, .. } => match self.desc(descs[0]) {
                Desc::Class(_) => "class".into(),
                Desc::Function(_) => "function".into(),
                Desc::Method(_) | Desc::FrozenMethod { .. } => "method".into(),
                Desc::Frozen(f) => {
                    let v = f.value;
                    self.host.type_name(v)
                }
            },
            Kind::Builtin(_) | Kind::BuiltinMethod { .. } => "builtin".into(),
            Kind::TypeOf(_) => "class".into(),
            Kind::Slice(_) => "slice".into(),
            Kind::WeakRef(_) => "weakref".into(),
            Kind::StringBuilder => "StringBuilder".into(),
            Kind::UnicodeBuilder => "UnicodeBuilder".into(),
            Kind::Ptr(t) => format!("ptr{}", self.host.lltypes.resolve(t).0),
            Kind::InteriorPtr { inner, .. } => format!("interior{}", inner.0),
            Kind::LLAdtMethod { .. } => "method".into(),
            Kind::Address => "address".into(),
            Kind::TypedAddress(_) => "typedaddress".into(),
        };
        text.into()
    }

    fn spec_name(&mut self, key: &SpecKey) -> String {
        let mut parts = vec![];
        for part in key {
            parts.push(match part {
                KeyPart::Star(n) => format!("star_{n}"),
                KeyPart::Const(v) => self.constant_name(*v),
                KeyPart::Type(t) => t.to_string(),
                KeyPart::Place(..) => "here".into(),
                KeyPart::Var => "var".into(),
                KeyPart::LowLevel(t) => self.host.lltypes.text(*t),
                KeyPart::Desc(d) => self.desc_name(*d),
            });
        }
        let name: String = parts
            .join("_")
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        name.chars().take(60).collect()
    }

    fn constant_name(&mut self, value: Value) -> String {
        match self.host.data(value) {
            Some(ObjData::Function(f)) => f.name.clone(),
            Some(ObjData::Class(c)) => c.name.clone(),
            Some(ObjData::OldClass(c)) => c.name.clone(),
            Some(ObjData::Instance(_) | ObjData::OldInstance(_)) => self.host.type_name(value),
            _ => self.host.repr(value),
        }
    }

    /// A name for a descriptor in messages and dumps.
    pub fn desc_name(&self, desc: DescId) -> String {
        match self.desc(desc) {
            Desc::Function(f) => f.name.to_string(),
            Desc::Method(m) => format!("{}.{}", self.class(m.origin).name, m.name),
            Desc::Class(c) => c.name.to_string(),
            Desc::Frozen(f) => match self.host.data(f.value) {
                Some(ObjData::Module(_)) => "module".into(),
                _ => self.host.type_name(f.value),
            },
            Desc::FrozenMethod { function, frozen } => {
                format!("{}.{}", self.desc_name(*frozen), self.desc_name(*function))
            }
        }
    }
}

/// Python's name of a machine integer type.
pub(crate) fn int_name(int: rpy_lltype::Int) -> String {
    match (int.bits, int.signed) {
        (64, true) => "int".into(),
        (64, false) => "r_uint".into(),
        (bits, true) => format!("r_int{bits}"),
        (bits, false) => format!("r_uint{bits}"),
    }
}

/// Replaces the `*args` input of a graph by `n` inputs that are packed in a tuple at the start.
fn flatten_star(graph: &mut Graph, n: usize) {
    let start = graph.start;
    let Some(star) = graph.block_mut(start).inputs.pop() else {
        return;
    };
    let span = graph.span;
    let name = graph.params.pop().unwrap_or_else(|| "args".into());
    let mut items = vec![];
    for i in 0..n {
        let label: Arc<str> = format!("{name}_{i}").into();
        items.push(graph.new_var(Some(label.clone())));
        graph.params.push(label);
    }
    let inner = graph.new_block(0, span);
    let old = std::mem::replace(
        graph.block_mut(start),
        rpy_flow::Block {
            inputs: vec![],
            ops: vec![],
            switch: rpy_flow::ExitSwitch::None,
            exits: vec![],
            span,
        },
    );
    // The old start block keeps its variables; the new one has fresh ones and passes them on.
    let mut outer_inputs = vec![];
    let mut link_args = vec![];
    for input in &old.inputs {
        let label = graph.var_names[input.index()].clone();
        let v = graph.new_var(label);
        outer_inputs.push(v);
        link_args.push(Operand::Var(v));
    }
    outer_inputs.extend(&items);
    let tuple = graph.new_var(Some(name));
    link_args.push(Operand::Var(tuple));
    let mut inner_block = old;
    inner_block.inputs.push(star);
    *graph.block_mut(inner) = inner_block;
    for block in &mut graph.blocks {
        for exit in &mut block.exits {
            if exit.target == start {
                exit.target = inner;
            }
        }
    }
    *graph.block_mut(start) = rpy_flow::Block {
        inputs: outer_inputs,
        ops: vec![Op {
            code: OpCode::Newtuple,
            args: items.into_iter().map(Operand::Var).collect(),
            result: tuple,
            span,
        }],
        switch: rpy_flow::ExitSwitch::None,
        exits: vec![rpy_flow::Link::new(link_args, inner)],
        span,
    };
}

fn parse_policy(text: &str) -> Option<Policy> {
    let text = text.strip_prefix("specialize:").unwrap_or(text);
    let (name, numbers) = match text.split_once('(') {
        Some((name, rest)) => {
            let inner = rest.trim_end_matches(')');
            let numbers: Result<Vec<usize>, _> = inner
                .split(',')
                .map(str::trim)
                .filter(|s| !s.is_empty())
                .map(str::parse)
                .collect();
            (name, numbers.ok()?)
        }
        None => (text, vec![]),
    };
    Some(match name {
        "default" => Policy::Default,
        "memo" => Policy::Memo,
        "arg" => Policy::Arg(numbers, false),
        "arg_or_var" => Policy::Arg(numbers, true),
        "argtype" | "argtypes" => Policy::ArgType(numbers),
        "arglistitemtype" => Policy::ArgListItemType(*numbers.first()?),
        "call_location" => Policy::CallLocation,
        "ll" => Policy::LowLevel(vec![]),
        "ll_and_arg" => Policy::LowLevel(numbers),
        _ => return None,
    })
}
