//! Removal of allocations that do not escape: the object's fields become variables.
//!
//! Variables that may hold the same pointer form a group (through links and casts). A group goes away if all its objects
//! are allocated in the graph with one type and are only used for reading and writing fields and for tests
//! against null. At most one variable of the group may enter a block, so that no two names of one object meet.

use rpy_flow::{BlockId, Const, ExitSwitch, Graph, Op, OpCode, Operand, VarId};
use rpy_lltype::store::zero_value;
use rpy_lltype::{LLType, LLTypeId, LLTypes};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Removes what allocations it can; whether there were any. Objects of a type with a destructor stay.
pub fn remove_mallocs(graph: &mut Graph, types: &LLTypes, has_destructor: &dyn Fn(LLTypeId) -> bool) -> bool {
    let mut any = false;
    loop {
        let groups = Groups::find(graph, types, has_destructor);
        if groups.is_empty() {
            return any;
        }
        for group in groups {
            Rewrite::new(graph, types, &group).run();
        }
        any = true;
    }
}

/// Objects that become variables.
struct Group {
    vars: FxHashSet<VarId>,
    /// Fields that are read, with their types.
    fields: Vec<(Arc<str>, LLTypeId)>,
}

/// What is known of a set of connected variables.
#[derive(Default)]
struct Facts {
    escapes: bool,
    ty: Option<LLTypeId>,
    read: Vec<Arc<str>>,
    written: Vec<Arc<str>>,
    vars: Vec<VarId>,
}

struct Groups<'a> {
    graph: &'a Graph,
    types: &'a LLTypes,
    parent: Vec<u32>,
    facts: FxHashMap<u32, Facts>,
}

impl<'a> Groups<'a> {
    fn find(graph: &'a Graph, types: &'a LLTypes, has_destructor: &dyn Fn(LLTypeId) -> bool) -> Vec<Group> {
        let n = u32::try_from(graph.var_names.len()).expect("variables have 32-bit ids");
        let mut groups = Groups {
            graph,
            types,
            parent: (0..n).collect(),
            facts: FxHashMap::default(),
        };
        let blocks = graph.reachable();
        let allocates = |b: &BlockId| graph.block(*b).ops.iter().any(|op| is_malloc(op.code));
        if !blocks.iter().any(allocates) {
            return vec![];
        }
        groups.connect(&blocks);
        groups.look(&blocks);
        groups.choose(&blocks, has_destructor)
    }

    fn root(&mut self, v: VarId) -> u32 {
        let mut i = v.0;
        while self.parent[i as usize] != i {
            let up = self.parent[i as usize];
            self.parent[i as usize] = self.parent[up as usize];
            i = up;
        }
        i
    }

    fn join(&mut self, a: VarId, b: VarId) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b) as usize] = a.min(b);
    }

    fn connect(&mut self, blocks: &[BlockId]) {
        for &b in blocks {
            let block = self.graph.block(b);
            for op in &block.ops {
                if is_copy(op.code)
                    && let Operand::Var(v) = op.args[0]
                {
                    self.join(op.result, v);
                }
            }
            for link in &block.exits {
                for (arg, input) in link.args.iter().zip(&self.graph.block(link.target).inputs) {
                    if let Operand::Var(v) = arg {
                        self.join(*v, *input);
                    }
                }
            }
        }
    }

    fn fact(&mut self, v: VarId) -> &mut Facts {
        let root = self.root(v);
        self.facts.entry(root).or_default()
    }

    fn escape(&mut self, v: VarId) {
        self.fact(v).escapes = true;
    }

    fn look(&mut self, blocks: &[BlockId]) {
        let graph = self.graph;
        for &b in blocks {
            let block = graph.block(b);
            for v in &block.inputs {
                self.fact(*v).vars.push(*v);
                if b == graph.start || block.exits.is_empty() {
                    self.escape(*v);
                }
            }
            for op in &block.ops {
                self.operation(op);
            }
            if let ExitSwitch::Value(Operand::Var(v)) = &block.switch {
                self.escape(*v);
            }
            for link in &block.exits {
                for v in link.exc_vars.iter().flat_map(|(t, v)| [t, v]) {
                    self.escape(*v);
                }
                for (arg, input) in link.args.iter().zip(&graph.block(link.target).inputs) {
                    if matches!(arg, Operand::Const(_)) {
                        self.escape(*input);
                    }
                }
            }
        }
    }

    fn operation(&mut self, op: &Op) {
        self.fact(op.result).vars.push(op.result);
        match op.code {
            OpCode::Malloc | OpCode::MallocZeroed => {
                let ty = match op.args.first() {
                    Some(Operand::Const(Const::Type(t))) => Some(self.types.resolve(*t)),
                    _ => None,
                };
                let facts = self.fact(op.result);
                facts.escapes |= ty.is_none() || facts.ty.is_some_and(|known| Some(known) != ty);
                facts.ty = ty;
            }
            _ if is_copy(op.code) && op.args[0].var().is_some() => {}
            _ => self.escape(op.result),
        }
        match (op.code, &op.args[..]) {
            (OpCode::Getfield, [Operand::Var(v), Operand::Const(Const::Name(n))]) => {
                let n = n.clone();
                self.fact(*v).read.push(n);
            }
            (OpCode::Setfield, [Operand::Var(v), Operand::Const(Const::Name(n)), value]) => {
                let n = n.clone();
                self.fact(*v).written.push(n);
                if let Operand::Var(value) = value {
                    self.escape(*value);
                }
            }
            (OpCode::PtrNonzero | OpCode::PtrIszero | OpCode::Keepalive, _) => {}
            (code, [Operand::Var(_)]) if is_copy(code) => {}
            (_, args) => {
                for v in args.iter().filter_map(Operand::var) {
                    self.escape(v);
                }
            }
        }
    }

    fn choose(&mut self, blocks: &[BlockId], has_destructor: &dyn Fn(LLTypeId) -> bool) -> Vec<Group> {
        let facts = std::mem::take(&mut self.facts);
        let mut roots: Vec<u32> = facts.keys().copied().collect();
        roots.sort_unstable();
        let mut out = vec![];
        for root in roots {
            let f = &facts[&root];
            let Some(ty) = f.ty.filter(|t| !f.escapes && !has_destructor(*t)) else {
                continue;
            };
            let vars: FxHashSet<VarId> = f.vars.iter().copied().collect();
            let alone = |b: &BlockId| self.graph.block(*b).inputs.iter().filter(|v| vars.contains(v)).count() <= 1;
            if self.types.var_array(ty).is_some() || !blocks.iter().all(alone) {
                continue;
            }
            if let Some(fields) = self.fields(ty, f) {
                out.push(Group { vars, fields });
            }
        }
        out.truncate(1);
        out
    }

    /// The fields that are read, if all accessed fields are plain ones of the type.
    fn fields(&self, ty: LLTypeId, facts: &Facts) -> Option<Vec<(Arc<str>, LLTypeId)>> {
        let mut fields: Vec<(Arc<str>, LLTypeId)> = vec![];
        for name in facts.read.iter().chain(&facts.written) {
            let field = plain_field(self.types, ty, name)?;
            if facts.read.contains(name) && !fields.iter().any(|(n, _)| n == name) {
                fields.push((name.clone(), field));
            }
        }
        let classes_known =
            !facts.read.iter().any(|n| &**n == "typeptr") || facts.written.iter().any(|n| &**n == "typeptr");
        classes_known.then_some(fields)
    }
}

/// Type of a field of a struct or of the structs that it extends, unless it is an inlined container.
fn plain_field(types: &LLTypes, ty: LLTypeId, name: &str) -> Option<LLTypeId> {
    let s = types.as_struct(ty)?;
    if let Some(f) = s.fields.iter().find(|f| &*f.name == name) {
        let field = types.resolve(f.ty);
        let container = matches!(
            types.get(field),
            LLType::Struct(_) | LLType::Array { .. } | LLType::FixedArray { .. } | LLType::Opaque { .. }
        );
        return (!container).then_some(field);
    }
    let first = s.fields.first()?;
    types.as_struct(first.ty)?;
    plain_field(types, types.resolve(first.ty), name)
}

fn is_malloc(code: OpCode) -> bool {
    matches!(code, OpCode::Malloc | OpCode::MallocZeroed)
}

fn is_copy(code: OpCode) -> bool {
    matches!(code, OpCode::SameAs | OpCode::CastPointer)
}

/// Replaces a group by variables for its fields.
struct Rewrite<'a> {
    graph: &'a mut Graph,
    types: &'a LLTypes,
    group: &'a Group,
}

/// Objects known in a block: by variable an index, by index the values of the fields.
#[derive(Default)]
struct Objects {
    of: FxHashMap<VarId, usize>,
    fields: Vec<Vec<Operand>>,
}

impl<'a> Rewrite<'a> {
    fn new(graph: &'a mut Graph, types: &'a LLTypes, group: &'a Group) -> Self {
        Rewrite { graph, types, group }
    }

    fn run(mut self) {
        let blocks = self.graph.reachable();
        let positions: FxHashMap<BlockId, usize> = blocks
            .iter()
            .filter_map(|b| {
                let inputs = &self.graph.block(*b).inputs;
                Some((*b, inputs.iter().position(|v| self.group.vars.contains(v))?))
            })
            .collect();
        for &b in &blocks {
            let mut objects = self.enter(b, positions.get(&b).copied());
            self.operations(b, &mut objects);
            self.links(b, &objects, &positions);
        }
    }

    /// Splits the input of the block.
    fn enter(&mut self, b: BlockId, position: Option<usize>) -> Objects {
        let mut objects = Objects::default();
        let Some(position) = position else { return objects };
        let fields: Vec<VarId> = self
            .group
            .fields
            .iter()
            .map(|(_, ty)| self.graph.new_typed_var(*ty))
            .collect();
        let inputs = &mut self.graph.block_mut(b).inputs;
        objects.of.insert(inputs[position], 0);
        objects.fields.push(fields.iter().map(|v| Operand::Var(*v)).collect());
        inputs.splice(position..=position, fields);
        objects
    }

    fn operations(&mut self, b: BlockId, objects: &mut Objects) {
        let block = self.graph.block_mut(b);
        let ops = std::mem::take(&mut block.ops);
        let raising = (block.switch == ExitSwitch::LastException).then(|| ops.len());
        let n = ops.len();
        let mut kept = vec![];
        for (i, op) in ops.into_iter().enumerate() {
            let last = i + 1 == n;
            match self.operation(&op, objects) {
                Some(op) => kept.push(op),
                None if last && raising.is_some() => {
                    let block = self.graph.block_mut(b);
                    block.switch = ExitSwitch::None;
                    block.exits.truncate(1);
                }
                None => {}
            }
        }
        self.graph.block_mut(b).ops = kept;
    }

    /// The operation in the new program, if there is one left.
    fn operation(&self, op: &Op, objects: &mut Objects) -> Option<Op> {
        if is_malloc(op.code) && self.group.vars.contains(&op.result) {
            let zero = |ty: &LLTypeId| Operand::ll(*ty, zero_value(self.types, *ty));
            objects.of.insert(op.result, objects.fields.len());
            objects
                .fields
                .push(self.group.fields.iter().map(|(_, ty)| zero(ty)).collect());
            return None;
        }
        let object = op
            .args
            .first()
            .and_then(Operand::var)
            .and_then(|v| objects.of.get(&v).copied());
        let Some(object) = object else {
            let mut op = op.clone();
            if op.code == OpCode::Keepalive {
                op.args
                    .retain(|a| a.var().is_none_or(|v| !self.group.vars.contains(&v)));
            }
            return Some(op);
        };
        match op.code {
            OpCode::Getfield => {
                let value = objects.fields[object][self.field(op)?].clone();
                Some(copy(op, value))
            }
            OpCode::Setfield => {
                if let Some(field) = self.field(op) {
                    objects.fields[object][field] = op.args[2].clone();
                }
                None
            }
            OpCode::PtrNonzero => Some(copy(op, Operand::bool(true))),
            OpCode::PtrIszero => Some(copy(op, Operand::bool(false))),
            OpCode::Keepalive => {
                let mut op = op.clone();
                op.args
                    .retain(|a| a.var().is_none_or(|v| !self.group.vars.contains(&v)));
                Some(op)
            }
            _ => {
                objects.of.insert(op.result, object);
                None
            }
        }
    }

    fn field(&self, op: &Op) -> Option<usize> {
        match op.args.get(1) {
            Some(Operand::Const(Const::Name(n))) => self.group.fields.iter().position(|(f, _)| f == n),
            _ => None,
        }
    }

    fn links(&mut self, b: BlockId, objects: &Objects, positions: &FxHashMap<BlockId, usize>) {
        for link in &mut self.graph.block_mut(b).exits {
            if let Some(position) = positions.get(&link.target)
                && let Some(v) = link.args[*position].var()
                && let Some(object) = objects.of.get(&v)
            {
                link.args
                    .splice(position..=position, objects.fields[*object].iter().cloned());
            }
        }
    }
}

fn copy(op: &Op, value: Operand) -> Op {
    Op {
        code: OpCode::SameAs,
        args: vec![value],
        result: op.result,
        span: op.span,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rpy_flow::{ExitCase, Link};
    use rpy_lltype::{Field, StructType};
    use rpy_syntax::Span;

    fn push(graph: &mut Graph, b: BlockId, code: OpCode, args: Vec<Operand>, ty: LLTypeId) -> VarId {
        let result = graph.new_typed_var(ty);
        let span = Span::NONE;
        graph.block_mut(b).ops.push(Op {
            code,
            args,
            result,
            span,
        });
        result
    }

    /// `it = Iter(); while it.i < n: it.i += 1; return it.i`
    fn counting_loop(types: &mut LLTypes, escape: bool) -> Graph {
        let iter = types.intern(LLType::Struct(StructType {
            name: "iter".into(),
            gc: true,
            fields: vec![Field {
                name: "i".into(),
                ty: LLTypes::SIGNED,
            }],
            hints: vec![],
            tag: 0,
        }));
        let ptr = types.ptr(iter);
        let mut g = Graph::new("f", 1, Span::NONE);
        let (n, result) = (g.block(g.start).inputs[0], g.return_var());
        g.set_type(result, LLTypes::SIGNED);
        g.set_type(n, LLTypes::SIGNED);
        let start = g.start;
        let p = push(
            &mut g,
            start,
            OpCode::Malloc,
            vec![Operand::Const(Const::Type(iter))],
            ptr,
        );
        let set = |p: VarId, v: Operand| vec![p.into(), Operand::name("i"), v];
        push(
            &mut g,
            start,
            OpCode::Setfield,
            set(p, Operand::signed(0)),
            LLTypes::VOID,
        );
        let head = g.new_block(2, Span::NONE);
        let body = g.new_block(2, Span::NONE);
        let h = g.block(head).inputs.clone();
        let v = g.block(body).inputs.clone();
        for vars in [&h, &v] {
            g.set_type(vars[0], ptr);
            g.set_type(vars[1], LLTypes::SIGNED);
        }
        g.block_mut(start).exits = vec![Link::new(vec![p.into(), n.into()], head)];
        let i = push(
            &mut g,
            head,
            OpCode::Getfield,
            vec![h[0].into(), Operand::name("i")],
            LLTypes::SIGNED,
        );
        let more = push(&mut g, head, OpCode::IntLt, vec![i.into(), h[1].into()], LLTypes::BOOL);
        if escape {
            push(&mut g, head, OpCode::CastPtrToInt, vec![h[0].into()], LLTypes::SIGNED);
        }
        let ret = g.return_block;
        g.block_mut(head).switch = ExitSwitch::Value(more.into());
        g.block_mut(head).exits = vec![
            Link::when(ExitCase::Bool(false), vec![i.into()], ret),
            Link::when(ExitCase::Bool(true), vec![h[0].into(), h[1].into()], body),
        ];
        let j = push(
            &mut g,
            body,
            OpCode::Getfield,
            vec![v[0].into(), Operand::name("i")],
            LLTypes::SIGNED,
        );
        let k = push(
            &mut g,
            body,
            OpCode::IntAdd,
            vec![j.into(), Operand::signed(1)],
            LLTypes::SIGNED,
        );
        push(&mut g, body, OpCode::Setfield, set(v[0], k.into()), LLTypes::VOID);
        g.block_mut(body).exits = vec![Link::new(vec![v[0].into(), v[1].into()], head)];
        g
    }

    fn codes(g: &Graph) -> Vec<OpCode> {
        let blocks = g.reachable();
        blocks.iter().flat_map(|b| &g.block(*b).ops).map(|op| op.code).collect()
    }

    #[test]
    fn an_iterator_becomes_its_counter() {
        let mut types = LLTypes::new();
        let mut g = counting_loop(&mut types, false);
        assert!(remove_mallocs(&mut g, &types, &|_| false));
        assert!(
            !codes(&g)
                .iter()
                .any(|c| matches!(c, OpCode::Malloc | OpCode::Getfield | OpCode::Setfield))
        );
        assert_eq!(rpy_flow::verify(&g, Some(&types)), Vec::<String>::new());
    }

    #[test]
    fn what_escapes_or_has_a_destructor_stays() {
        let mut types = LLTypes::new();
        let mut g = counting_loop(&mut types, true);
        assert!(!remove_mallocs(&mut g, &types, &|_| false));
        let mut g = counting_loop(&mut types, false);
        assert!(!remove_mallocs(&mut g, &types, &|_| true));
    }
}
