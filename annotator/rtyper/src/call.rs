//! Calls of functions, methods, classes and sets of them.

use crate::hop::{Arg, Hop};
use crate::llops::LLOps;
use crate::repr::{Repr, ReprId};
use crate::rtyper::{RTyper, Res};
use indexmap::IndexMap;
use rpy_annotator::{AnnId, ArgSource, Callee, ClassDefId, Desc, DescId};
use rpy_flow::model::CallShape;
use rpy_flow::{BlockId, Const, ExitCase, ExitSwitch, Graph, GraphId, Link, OpCode, Operand};
use rpy_host::Value;
use rpy_lltype::{FuncSig, LLType, LLTypeId, LLTypes, LLValue};
use rpy_syntax::Span;
use std::sync::Arc;

/// One way in which the functions of a family are called: a slot in their table.
#[derive(Clone, Debug)]
pub struct Row {
    /// Shape of the calls.
    pub shape: CallShape,
    /// Functions with the graphs that are called.
    pub members: IndexMap<DescId, GraphId>,
    /// The function type.
    pub ty: LLTypeId,
    /// Representations of the arguments, keywords last.
    pub params: Vec<ReprId>,
    /// Representation of the result.
    pub result: ReprId,
    /// The graphs are called as they are.
    pub direct: bool,
}

/// The table of a family.
#[derive(Clone, Debug)]
pub struct Rows {
    /// The slots.
    pub rows: Vec<Row>,
    /// Low-level type of a function of the family.
    pub ty: LLTypeId,
}

/// What makes trampolines equal: graph, argument order, types.
pub type TrampolineKey = (GraphId, Vec<Option<usize>>, Vec<ReprId>, ReprId);

/// Lowers `simple_call` and `call_args`.
pub fn lower(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    sort_arguments(hop)?;
    match hop.arg_kind(0) {
        Repr::Builtin(intrinsic) => {
            if intrinsic == rpy_annotator::Intrinsic::LowLevelOp {
                hop.llop_name = llop_name(hop);
            }
            hop.drop_args(1);
            crate::intrinsics::lower(hop, intrinsic)
        }
        Repr::BuiltinMethod { receiver, name } => {
            let v = match hop.rt.repr(receiver).clone() {
                Repr::Desc(d) => hop.rt.desc_operand(d, receiver)?,
                _ => hop.arg(0)?,
            };
            hop.args[0] = receiver_arg(hop, v, receiver);
            match hop.rt.repr(receiver) {
                Repr::Desc(_) | Repr::Frozen(_) => match rpy_annotator::Intrinsic::from_name(&name) {
                    Some(intrinsic) => crate::intrinsics::lower(hop, intrinsic),
                    None => Err(hop.unsupported()),
                },
                Repr::Ptr(_) | Repr::InteriorPtr { .. } | Repr::Address => crate::rptr::method(hop, &name),
                _ => crate::containers::method(hop, &name),
            }
        }
        Repr::Ptr(_) => crate::rptr::call(hop),
        Repr::WeakRef => {
            let v = hop.arg(0)?;
            let ty = hop.result_type()?;
            hop.exception_cannot_occur();
            let object = hop.genop(OpCode::WeakrefDeref, [v], LLTypes::OBJECTPTR);
            Ok(if ty == LLTypes::VOID {
                Operand::void()
            } else {
                hop.cast_pointer(object, ty)
            })
        }
        Repr::Impossible | Repr::None => {
            hop.exception_cannot_occur();
            let ty = hop.result_type()?;
            Ok(if ty == LLTypes::VOID {
                Operand::void()
            } else {
                hop.rt.zero(ty)
            })
        }
        _ => {
            let p = hop.place;
            let callees = hop.rt.ann.resolve_call(p.graph, p.block, p.op as usize);
            call_pbc(hop, &callees)
        }
    }
}

/// The name of `llop.NAME`.
fn llop_name(hop: &mut Hop<'_, '_>) -> Option<String> {
    let value = hop.rt.ann.anns.constant(hop.args[0].ann)?;
    let host = hop.rt.host();
    match host.str_text(value) {
        Some(name) => Some(name),
        None => {
            let name = host.getattr_opt(value, "opname").ok()??;
            host.str_text(name)
        }
    }
}

fn receiver_arg(hop: &mut Hop<'_, '_>, v: Operand, receiver: ReprId) -> Arg {
    let ann = match hop.rt.ann.anns.kind(hop.args[0].ann) {
        rpy_annotator::Kind::BuiltinMethod { receiver, .. } => *receiver,
        _ => AnnId::OBJECT,
    };
    Arg { v, ann, repr: receiver }
}

/// Brings the arguments of `call_args` into the form of `simple_call`: keywords aside, the star tuple taken apart.
fn sort_arguments(hop: &mut Hop<'_, '_>) -> Res<()> {
    if hop.code != OpCode::CallArgs {
        return Ok(());
    }
    let Operand::Const(Const::Shape(shape)) = hop.args[1].v.clone() else {
        return Err(hop.rt.internal("a call has no shape"));
    };
    let mut rest = hop.args.split_off(2).into_iter();
    hop.args.truncate(1);
    hop.args.extend(rest.by_ref().take(shape.n_positional as usize));
    for name in &shape.keywords {
        if let Some(arg) = rest.next() {
            hop.keywords.push((name.clone(), arg));
        }
    }
    if let Some(star) = rest.next() {
        let items = crate::tuple::unpack(hop, star)?;
        hop.args.extend(items);
    }
    Ok(())
}

/// Calls what inference found for the first argument.
pub fn call_pbc(hop: &mut Hop<'_, '_>, callees: &[Callee]) -> Res<Operand> {
    let args: Vec<Arg> = hop.args[1..].to_vec();
    let keywords = hop.keywords.clone();
    let to = hop.result;
    if let (Some(value), Some(function)) = (
        hop.rt.ann.anns.constant(hop.result_ann),
        callees.first().and_then(|c| c.function),
    ) && hop.rt.is_memo(function)
    {
        hop.exception_cannot_occur();
        return hop.ll.inputconst(to, value);
    }
    if let Some(value) = hop.rt.ann.anns.constant(hop.result_ann)
        && callees
            .iter()
            .all(|c| c.graph.is_none() && c.function.is_some_and(|f| hop.rt.is_memo(f)))
    {
        hop.exception_cannot_occur();
        return hop.ll.inputconst(to, value);
    }
    let callable = hop.args[0].clone();
    let (v, from) = match (hop.rt.repr(callable.repr).clone(), callees) {
        (_, []) => return Err(hop.rt.error("inference does not know what is called here")),
        (Repr::Class, [_, _, ..]) => call_class_set(hop, &callable, callees, &args, &keywords)?,
        (Repr::Methods { class, .. }, _) => {
            let mut all = vec![method_receiver(hop, &callable, class)?];
            all.extend(args);
            call_method(hop, callees, &all, &keywords)?
        }
        (Repr::FrozenMethods { receiver, .. }, _) => {
            let v = match hop.constant(0) {
                Some(value) => {
                    let this = hop.rt.method_receiver(value)?;
                    hop.ll.inputconst(receiver, this)?
                }
                None => callable.v.clone(),
            };
            let ann = AnnId::OBJECT;
            let mut all = vec![Arg { v, ann, repr: receiver }];
            all.extend(args);
            call_set(hop, None, callees, &all, &keywords)?
        }
        (Repr::AdtMethod { receiver, .. }, _) => {
            let v = callable.v.clone();
            let ty = hop.rt.lowleveltype(receiver)?;
            let ann = hop.rt.ann_of_lltype(ty)?;
            let mut all = vec![Arg { v, ann, repr: receiver }];
            all.extend(args);
            call_set(hop, None, callees, &all, &keywords)?
        }
        (Repr::Functions(_), _) => {
            let r = callable.repr;
            let f = hop.inputarg(0, r)?;
            call_set(hop, Some((f, r)), callees, &args, &keywords)?
        }
        _ => call_set(hop, None, callees, &args, &keywords)?,
    };
    hop.ll.convertvar(v, from, to)
}

fn method_receiver(hop: &mut Hop<'_, '_>, callable: &Arg, class: ClassDefId) -> Res<Arg> {
    let repr = hop.rt.intern_repr(Repr::Instance(Some(class)));
    let v = match hop.constant(0) {
        Some(value) => {
            let this = hop.rt.method_receiver(value)?;
            hop.ll.inputconst(repr, this)?
        }
        None => callable.v.clone(),
    };
    let ann = hop.rt.ann.anns.instance(class);
    Ok(Arg { v, ann, repr })
}

/// The functions of a set of methods: one is called directly, several through the vtable.
fn call_method(
    hop: &mut Hop<'_, '_>,
    callees: &[Callee],
    args: &[Arg],
    keywords: &[(Arc<str>, Arg)],
) -> Res<(Operand, ReprId)> {
    let first = callees[0].function;
    if callees
        .iter()
        .all(|c| c.function == first && c.graph == callees[0].graph)
    {
        return call_callee(hop, &callees[0], args, keywords);
    }
    let Repr::Methods { class, name, .. } = hop.arg_kind(0) else {
        return Err(hop.rt.internal("a method call without a method"));
    };
    let (f, repr) = crate::instance::read_class_field(hop, args[0].v.clone(), class, &name)?;
    call_set(hop, Some((f, repr)), callees, args, keywords)
}

/// Calls one of several functions; `f` is the function value at run time where there is one.
fn call_set(
    hop: &mut Hop<'_, '_>,
    f: Option<(Operand, ReprId)>,
    callees: &[Callee],
    args: &[Arg],
    keywords: &[(Arc<str>, Arg)],
) -> Res<(Operand, ReprId)> {
    let same = callees
        .iter()
        .all(|c| c.desc == callees[0].desc || (c.function == callees[0].function && c.graph == callees[0].graph));
    match f {
        Some((f, repr)) if !same => call_through_pointer(hop, f, repr, callees, args, keywords),
        _ => call_callee(hop, &callees[0], args, keywords),
    }
}

fn call_through_pointer(
    hop: &mut Hop<'_, '_>,
    f: Operand,
    repr: ReprId,
    callees: &[Callee],
    args: &[Arg],
    keywords: &[(Arc<str>, Arg)],
) -> Res<(Operand, ReprId)> {
    let Repr::Functions(descs) = hop.rt.repr(repr).clone() else {
        return Err(hop.rt.internal("a function value without a set of functions"));
    };
    let rows = hop.rt.rows_of_set(&descs)?;
    let Some(index) = find_row(&rows, callees) else {
        return Err(hop.rt.internal("a call is not in the table of its family"));
    };
    let row = rows.rows[index].clone();
    let pointer = if rows.rows.len() == 1 {
        f
    } else {
        hop.getfield(f, &format!("f{index}"))?
    };
    let mut operands = vec![pointer];
    let all = args.iter().chain(keywords.iter().map(|(_, a)| a));
    for (arg, param) in all.zip(&row.params) {
        operands.push(convert_arg(hop, arg, *param)?);
    }
    let mut graphs = vec![];
    for c in callees {
        if let (Some(function), Some(_)) = (c.function, c.graph) {
            let g = hop.rt.row_graph(&row, function)?;
            if !graphs.contains(&g) {
                graphs.push(g);
            }
        }
    }
    operands.push(Operand::Const(Const::Graphs(Some(graphs.into()))));
    let ty = hop.rt.lowleveltype(row.result)?;
    Ok((hop.genop(OpCode::IndirectCall, operands, ty), row.result))
}

fn find_row(rows: &Rows, callees: &[Callee]) -> Option<usize> {
    let fits = |row: &Row| {
        callees.iter().all(|c| match (c.function, c.graph) {
            (Some(f), Some(g)) => row.members.get(&f) == Some(&g),
            _ => true,
        })
    };
    let shape = &callees.first()?.shape;
    rows.rows
        .iter()
        .position(|r| (r.shape == *shape || (r.direct && shape.keywords.is_empty())) && fits(r))
}

fn convert_arg(ll: &mut LLOps<'_, '_>, arg: &Arg, to: ReprId) -> Res<Operand> {
    if let Operand::Const(Const::Host(v)) = &arg.v {
        return ll.inputconst(to, *v);
    }
    if let (Some(v), Repr::Const(_) | Repr::Desc(_) | Repr::None) =
        (ll.rt.ann.anns.constant(arg.ann), ll.rt.repr(arg.repr))
    {
        return ll.inputconst(to, v);
    }
    ll.convertvar(arg.v.clone(), arg.repr, to)
}

/// Calls the graph of one callee (for classes: makes the instance).
pub fn call_callee(
    ll: &mut LLOps<'_, '_>,
    callee: &Callee,
    args: &[Arg],
    keywords: &[(Arc<str>, Arg)],
) -> Res<(Operand, ReprId)> {
    if matches!(ll.rt.ann.desc(callee.desc), Desc::Class(_)) {
        return construct(ll, callee, args, keywords);
    }
    let graph = graph_of(ll, callee)?;
    call_with_sources(ll, graph, &callee.args, args, keywords)
}

fn graph_of(ll: &LLOps<'_, '_>, callee: &Callee) -> Res<GraphId> {
    callee.graph.ok_or_else(|| {
        ll.rt.internal(format!(
            "{} has no graph for this call",
            ll.rt.ann.desc_name(callee.desc)
        ))
    })
}

pub(crate) fn call_with_sources(
    ll: &mut LLOps<'_, '_>,
    graph: GraphId,
    sources: &[ArgSource],
    args: &[Arg],
    keywords: &[(Arc<str>, Arg)],
) -> Res<(Operand, ReprId)> {
    let g = ll.rt.graph(graph);
    let (inputs, ret) = (g.block(g.start).inputs.clone(), g.return_var());
    if inputs.len() != sources.len() {
        return Err(ll.rt.internal("arguments and parameters of a call differ in number"));
    }
    let mut operands = vec![];
    for (input, source) in inputs.iter().zip(sources) {
        let to = ll.rt.var_repr(graph, *input)?;
        operands.push(match source {
            ArgSource::Positional(i) => convert_arg(ll, &args[*i], to)?,
            ArgSource::Keyword(i) => convert_arg(ll, &keywords[*i].1, to)?,
            ArgSource::Default(value) => ll.inputconst(to, *value)?,
        });
    }
    let from = ll.rt.var_repr(graph, ret)?;
    Ok((ll.call_graph(graph, operands)?, from))
}

/// Makes an instance of a class and initialises it.
fn construct(
    ll: &mut LLOps<'_, '_>,
    callee: &Callee,
    args: &[Arg],
    keywords: &[(Arc<str>, Arg)],
) -> Res<(Operand, ReprId)> {
    let Some(value) = ll.rt.desc_value(callee.desc) else {
        return Err(ll.rt.internal("a class descriptor has no class"));
    };
    let class = ll.rt.classdef_of(value)?;
    let repr = ll.rt.intern_repr(Repr::Instance(Some(class)));
    if callee.function.is_none() && ll.rt.is_shareable_exception(class)? {
        return Ok((shared_exception(ll, class, value)?, repr));
    }
    let v = crate::instance::new_instance(ll, class)?;
    let ann = ll.rt.ann.anns.instance(class);
    let mut all = vec![Arg {
        v: v.clone(),
        ann,
        repr,
    }];
    all.extend_from_slice(args);
    if callee.function.is_some() {
        let graph = graph_of(ll, callee)?;
        call_with_sources(ll, graph, &callee.args, &all, keywords)?;
    } else {
        crate::class::init_environment_error(ll, class, &v, &all[1..])?;
    }
    Ok((v, repr))
}

fn shared_exception(ll: &mut LLOps<'_, '_>, class: ClassDefId, value: Value) -> Res<Operand> {
    let p = ll.rt.standard_exception(value)?;
    let ty = ll.rt.instance_type(Some(class))?;
    let p = ll.rt.cast_const_pointer(p, ty);
    Ok(Operand::ll(ty, LLValue::Ptr(p)))
}

/// A class that is known only at run time is compared with those it may be, in a graph of its own.
fn call_class_set(
    hop: &mut Hop<'_, '_>,
    callable: &Arg,
    callees: &[Callee],
    args: &[Arg],
    keywords: &[(Arc<str>, Arg)],
) -> Res<(Operand, ReprId)> {
    let result = hop.result;
    let class_repr = hop.rt.class_repr();
    let class = hop.inputarg(0, class_repr)?;
    let _ = callable;
    let mut operands = vec![class];
    let mut reprs = vec![class_repr];
    let mut inner: Vec<Arg> = vec![];
    for arg in args.iter().chain(keywords.iter().map(|(_, a)| a)) {
        let v = convert_arg(hop, arg, arg.repr)?;
        reprs.push(arg.repr);
        operands.push(v);
        inner.push(arg.clone());
    }
    let graph = hop
        .rt
        .build_class_dispatch(callees, &reprs, &inner, args.len(), keywords, result)?;
    let v = hop.call_ready_graph(graph, operands)?;
    Ok((v, result))
}

impl LLOps<'_, '_> {
    /// Calls a graph that was made in low-level form.
    pub fn call_ready_graph(&mut self, graph: GraphId, args: Vec<Operand>) -> Res<Operand> {
        let f = self.rt.ready_function_pointer(graph);
        let g = self.rt.graph(graph);
        let ty = g.var_type(g.return_var());
        let mut operands = vec![f];
        operands.extend(args);
        Ok(self.genop(OpCode::DirectCall, operands, ty))
    }
}

impl RTyper<'_> {
    /// A pointer constant to the function of a graph that is low level already.
    pub fn ready_function_pointer(&mut self, graph: GraphId) -> Operand {
        if let Some(&c) = self.functions.get(&graph) {
            return self.pointer_const(c);
        }
        let g = self.graph(graph);
        let args = g.block(g.start).inputs.iter().map(|v| g.var_type(*v)).collect();
        let result = g.var_type(g.return_var());
        let name = g.name.clone();
        let ty = self.types_mut().intern(LLType::Func(FuncSig { args, result }));
        let c = self.new_function(ty, name, graph, None);
        self.pointer_const(c)
    }

    /// A new low-level graph with parameters and result of these representations.
    pub(crate) fn new_low_graph(&mut self, name: &str, params: &[ReprId], result: ReprId) -> Res<GraphId> {
        let mut graph = Graph::new(name, params.len(), Span::NONE);
        let inputs = graph.block(graph.start).inputs.clone();
        for (v, r) in inputs.iter().zip(params) {
            let ty = self.lowleveltype(*r)?;
            graph.set_type(*v, ty);
        }
        let ty = self.lowleveltype(result)?;
        let ret = graph.return_var();
        graph.set_type(ret, ty);
        let except = graph.block(graph.except_block).inputs.clone();
        graph.set_type(except[0], LLTypes::CLASSTYPE);
        graph.set_type(except[1], LLTypes::OBJECTPTR);
        let id = self.ann.add_graph(graph, None);
        self.done.insert(id);
        Ok(id)
    }

    fn build_class_dispatch(
        &mut self,
        callees: &[Callee],
        reprs: &[ReprId],
        args: &[Arg],
        n_positional: usize,
        keywords: &[(Arc<str>, Arg)],
        result: ReprId,
    ) -> Res<GraphId> {
        let id = self.new_low_graph("new_instance_of_class", reprs, result)?;
        let mut block = self.graph(id).start;
        for (i, callee) in callees.iter().enumerate() {
            let inputs = self.graph(id).block(block).inputs.clone();
            let body = if i + 1 == callees.len() {
                block
            } else {
                let value = self
                    .desc_value(callee.desc)
                    .ok_or_else(|| self.internal("not a class"))?;
                let vtable = self.vtable_of_class(value)?;
                let (body, next) = (self.copy_block_inputs(id, block), self.copy_block_inputs(id, block));
                let mut ll = LLOps::new(self, id, Span::NONE);
                let wanted = Operand::ll(LLTypes::CLASSTYPE, LLValue::Ptr(vtable));
                let test = ll.genop(OpCode::PtrEq, [Operand::Var(inputs[0]), wanted], LLTypes::BOOL);
                let ops = std::mem::take(&mut ll.ops);
                let pass: Vec<Operand> = inputs.iter().map(|v| Operand::Var(*v)).collect();
                let b = self.graph_mut(id).block_mut(block);
                b.ops = ops;
                b.switch = ExitSwitch::Value(test);
                b.exits = vec![
                    Link::when(ExitCase::Bool(false), pass.clone(), next),
                    Link::when(ExitCase::Bool(true), pass, body),
                ];
                block = next;
                body
            };
            self.fill_dispatch_body(id, body, callee, args, n_positional, keywords, result)?;
        }
        Ok(id)
    }

    fn copy_block_inputs(&mut self, id: GraphId, block: BlockId) -> BlockId {
        let g = self.graph_mut(id);
        let types: Vec<LLTypeId> = g.block(block).inputs.iter().map(|v| g.var_type(*v)).collect();
        let new = g.new_block(types.len(), Span::NONE);
        let inputs = g.block(new).inputs.clone();
        inputs.iter().zip(types).for_each(|(v, t)| g.set_type(*v, t));
        new
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one call")]
    fn fill_dispatch_body(
        &mut self,
        id: GraphId,
        body: BlockId,
        callee: &Callee,
        args: &[Arg],
        n_positional: usize,
        keywords: &[(Arc<str>, Arg)],
        result: ReprId,
    ) -> Res<()> {
        let inputs = self.graph(id).block(body).inputs.clone();
        let mut inner: Vec<Arg> = args.to_vec();
        for (arg, v) in inner.iter_mut().zip(&inputs[1..]) {
            if !matches!(arg.v, Operand::Const(_)) {
                arg.v = Operand::Var(*v);
            }
        }
        let named = inner.split_off(n_positional);
        let named: Vec<(Arc<str>, Arg)> = keywords.iter().map(|(n, _)| n.clone()).zip(named).collect();
        let mut ll = LLOps::new(self, id, Span::NONE);
        let (v, from) = call_callee(&mut ll, callee, &inner, &named)?;
        let v = ll.convertvar(v, from, result)?;
        let ops = std::mem::take(&mut ll.ops);
        self.finish_with_return(id, body, ops, v);
        Ok(())
    }

    /// Ends a block of a made-up graph: operations, then return of a value.
    pub(crate) fn finish_with_return(&mut self, id: GraphId, block: BlockId, ops: Vec<rpy_flow::Op>, v: Operand) {
        let target = self.graph(id).return_block;
        let v = match v {
            Operand::Const(Const::Host(_)) => Operand::void(),
            other => other,
        };
        let b = self.graph_mut(id).block_mut(block);
        b.ops = ops;
        b.exits = vec![Link::new(vec![v], target)];
    }
}
