//! Tables of function sets: how functions that are called at the same places look at run time.

use crate::call::{Row, Rows, TrampolineKey, call_with_sources};
use crate::hop::Arg;
use crate::llops::LLOps;
use crate::repr::{Repr, ReprId};
use crate::rtyper::{RTyper, Res};
use indexmap::IndexMap;
use rpy_annotator::{AnnId, ArgSource, DescId, Policy};
use rpy_flow::model::CallShape;
use rpy_flow::{GraphId, Operand};
use rpy_host::Value;
use rpy_lltype::{Field, FuncSig, Hint, LLPtr, LLType, LLTypeId, LLTypes, LLValue, StructType};
use rpy_syntax::Span;
use std::sync::Arc;

impl RTyper<'_> {
    /// Low-level type of a set of functions.
    pub(crate) fn functions_type(&mut self, descs: &[DescId]) -> Res<LLTypeId> {
        Ok(self.rows_of_set(descs)?.ty)
    }

    /// Whether some place calls any one of these functions.
    pub(crate) fn are_called_together(&self, descs: &[DescId]) -> bool {
        let first = self.ann.call_family_id(descs[0]);
        first.is_some() && descs.iter().all(|d| self.ann.call_family_id(*d) == first)
    }

    /// The table of a set of functions; without slots if no place calls any one of them.
    pub(crate) fn rows_of_set(&mut self, descs: &[DescId]) -> Res<Arc<Rows>> {
        if descs.len() == 1 || self.are_called_together(descs) {
            return self.rows_of(descs[0]);
        }
        self.rows_without_calls()
    }

    fn rows_without_calls(&mut self) -> Res<Arc<Rows>> {
        if let Some(rows) = &self.pbcs.no_family {
            return Ok(rows.clone());
        }
        let rows = Arc::new(self.make_table(vec![])?);
        self.pbcs.no_family = Some(rows.clone());
        Ok(rows)
    }

    /// The table of a function's family.
    pub(crate) fn rows_of(&mut self, desc: DescId) -> Res<Arc<Rows>> {
        let Some(family) = self.ann.call_family_id(desc) else {
            return self.rows_without_calls();
        };
        if let Some(rows) = self.pbcs.families.get(&family) {
            return Ok(rows.clone());
        }
        let tables: Vec<(CallShape, Vec<IndexMap<DescId, GraphId>>)> = match self.ann.call_family(desc) {
            Some(f) => f.tables.iter().map(|(s, r)| (s.clone(), r.clone())).collect(),
            None => vec![],
        };
        let mut rows: Vec<Row> = vec![];
        for (shape, table) in tables {
            for members in table {
                if !members.is_empty() {
                    self.add_row(&mut rows, &shape, members)?;
                }
            }
        }
        let rows = Arc::new(self.make_table(rows)?);
        self.pbcs.families.insert(family, rows.clone());
        Ok(rows)
    }

    fn add_row(&mut self, rows: &mut Vec<Row>, shape: &CallShape, members: IndexMap<DescId, GraphId>) -> Res<()> {
        let new = self.make_row(shape, members)?;
        for row in rows.iter_mut() {
            let compatible = row.direct == new.direct
                && self.types().same(row.ty, new.ty)
                && (row.shape == new.shape || row.direct)
                && new
                    .members
                    .iter()
                    .all(|(d, g)| row.members.get(d).is_none_or(|old| old == g));
            if compatible {
                row.members.extend(new.members);
                return Ok(());
            }
        }
        rows.push(new);
        Ok(())
    }

    fn make_row(&mut self, shape: &CallShape, members: IndexMap<DescId, GraphId>) -> Res<Row> {
        let n = shape.n_positional as usize + shape.keywords.len();
        let mut params: Vec<AnnId> = vec![AnnId::IMPOSSIBLE; n];
        let mut result = AnnId::IMPOSSIBLE;
        let mut direct = shape.keywords.is_empty();
        for (desc, graph) in &members {
            let sources = self.sources(*desc, shape)?;
            direct &= sources.len() == n && sources.iter().enumerate().all(|(i, s)| *s == ArgSource::Positional(i));
            let g = self.graph(*graph);
            let (inputs, ret) = (g.block(g.start).inputs.clone(), g.return_var());
            for (input, source) in inputs.iter().zip(&sources) {
                let slot = match source {
                    ArgSource::Positional(i) => *i,
                    ArgSource::Keyword(i) => shape.n_positional as usize + i,
                    ArgSource::Default(_) => continue,
                };
                params[slot] = self.unite(params[slot], self.ann.binding(*graph, *input))?;
            }
            result = self.unite(result, self.ann.binding(*graph, ret))?;
        }
        let params = params.into_iter().map(|a| self.get_repr(a)).collect::<Res<Vec<_>>>()?;
        let result = self.get_repr(result)?;
        let args = params.iter().map(|r| self.lowleveltype(*r)).collect::<Res<Vec<_>>>()?;
        let low_result = self.lowleveltype(result)?;
        for graph in members.values() {
            let (a, r) = self.graph_signature(*graph)?;
            let types = self.types();
            direct &= a.len() == args.len()
                && a.iter().zip(&args).all(|(x, y)| types.same(*x, *y))
                && types.same(r, low_result);
        }
        let ty = self.types_mut().intern(LLType::Func(FuncSig {
            args,
            result: low_result,
        }));
        Ok(Row {
            shape: shape.clone(),
            members,
            ty,
            params,
            result,
            direct,
        })
    }

    fn unite(&mut self, a: AnnId, b: AnnId) -> Res<AnnId> {
        if a == b || b == AnnId::IMPOSSIBLE {
            return Ok(a);
        }
        if a == AnnId::IMPOSSIBLE {
            return Ok(self.ann.anns.without_constant(b));
        }
        self.ann
            .union_of(a, b)
            .ok_or_else(|| self.error("functions that are called at one place have unrelated argument or result types"))
    }

    fn sources(&self, desc: DescId, shape: &CallShape) -> Res<Vec<ArgSource>> {
        let Some(f) = self.ann.function_desc(desc) else {
            return Err(self.internal("a call table holds something else than a function"));
        };
        rpy_annotator::match_arguments(&f.signature, &f.name, shape.n_positional as usize, &shape.keywords)
            .map_err(|text| self.error(text))
    }

    fn make_table(&mut self, rows: Vec<Row>) -> Res<Rows> {
        if let [row] = &rows[..] {
            let ty = self.types_mut().ptr(row.ty);
            return Ok(Rows { rows, ty });
        }
        let mut fields = vec![];
        for (i, row) in rows.iter().enumerate() {
            let ty = self.types_mut().ptr(row.ty);
            fields.push(Field {
                name: format!("f{i}").into(),
                ty,
            });
        }
        if fields.is_empty() {
            fields.push(Field {
                name: "unused".into(),
                ty: LLTypes::CHAR,
            });
        }
        let ty = self.types_mut().intern(LLType::Struct(StructType {
            name: "functions".into(),
            gc: false,
            fields,
            hints: vec![Hint::Int("immutable".into(), 1)],
            tag: 0,
        }));
        let ty = self.types_mut().ptr(ty);
        Ok(Rows { rows, ty })
    }

    /// A host function as a value of a set of functions.
    pub(crate) fn functions_const(&mut self, descs: &[DescId], value: Value) -> Res<LLPtr> {
        if value.is_none() {
            return Ok(LLPtr::Null);
        }
        let found = descs.iter().copied().find(|d| self.desc_value(*d) == Some(value));
        match found {
            Some(desc) => {
                let rows = self.rows_of_set(descs)?;
                self.function_value(&rows, desc)
            }
            None => Err(self.internal("a function is not in the set that inference found")),
        }
    }

    /// A function descriptor as a constant of the representation.
    pub(crate) fn function_desc_const(&mut self, repr: ReprId, desc: DescId) -> Res<LLValue> {
        let ty = self.lowleveltype(repr)?;
        if ty == LLTypes::VOID {
            return Ok(LLValue::Void);
        }
        let rows = match self.repr(repr).clone() {
            Repr::Functions(descs) => self.rows_of_set(&descs)?,
            _ => self.rows_of(desc)?,
        };
        Ok(LLValue::Ptr(self.function_value(&rows, desc)?))
    }

    fn function_value(&mut self, rows: &Rows, desc: DescId) -> Res<LLPtr> {
        if let [row] = &rows.rows[..] {
            return self.row_value(row, desc);
        }
        if let Some(&c) = self.pbcs.function_structs.get(&(desc, rows.ty)) {
            return Ok(LLPtr::To(c));
        }
        let to = self
            .types()
            .pointee(rows.ty)
            .ok_or_else(|| self.internal("a table is not a struct"))?;
        let (types, store) = self.types_and_store();
        let c = store.alloc(types, to, 0, true);
        store.get_mut(c).immortal = true;
        self.pbcs.function_structs.insert((desc, rows.ty), c);
        for (i, row) in rows.rows.iter().enumerate() {
            let p = self.row_value(row, desc)?;
            self.store_mut().write(c, i, LLValue::Ptr(p));
        }
        Ok(LLPtr::To(c))
    }

    fn row_value(&mut self, row: &Row, desc: DescId) -> Res<LLPtr> {
        if !row.members.contains_key(&desc) {
            return Ok(LLPtr::Null);
        }
        let graph = self.row_graph(row, desc)?;
        if row.direct {
            return Ok(LLPtr::To(self.function_container(graph)?));
        }
        let f = self.ready_function_pointer(graph);
        Self::const_pointer(&f).ok_or_else(|| self.internal("a function pointer is not a pointer"))
    }

    /// The graph behind a slot for a function: its own, or one that brings the arguments into order.
    pub(crate) fn row_graph(&mut self, row: &Row, desc: DescId) -> Res<GraphId> {
        let Some(&graph) = row.members.get(&desc) else {
            return Err(self.internal("a function is not in its table"));
        };
        if row.direct {
            self.need_graph(graph);
            return Ok(graph);
        }
        let sources = self.sources(desc, &row.shape)?;
        let order: Vec<Option<usize>> = sources
            .iter()
            .map(|s| match s {
                ArgSource::Positional(i) => Some(*i),
                ArgSource::Keyword(i) => Some(row.shape.n_positional as usize + i),
                ArgSource::Default(_) => None,
            })
            .collect();
        let n = row.shape.n_positional as usize;
        self.trampoline(graph, order, &sources, &row.params, row.result, n, &row.shape.keywords)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one call")]
    fn trampoline(
        &mut self,
        graph: GraphId,
        order: Vec<Option<usize>>,
        sources: &[ArgSource],
        params: &[ReprId],
        result: ReprId,
        n_positional: usize,
        keywords: &[Arc<str>],
    ) -> Res<GraphId> {
        let key: TrampolineKey = (graph, order, params.to_vec(), result);
        if let Some(&g) = self.pbcs.trampolines.get(&key) {
            return Ok(g);
        }
        let name = format!("{}_as_called", self.graph(graph).name);
        let id = self.new_low_graph(&name, params, result)?;
        self.pbcs.trampolines.insert(key, id);
        let start = self.graph(id).start;
        let inputs = self.graph(id).block(start).inputs.clone();
        let as_arg = |(v, repr): (&rpy_flow::VarId, &ReprId)| Arg {
            v: Operand::Var(*v),
            ann: AnnId::OBJECT,
            repr: *repr,
        };
        let mut args: Vec<Arg> = inputs.iter().zip(params).map(as_arg).collect();
        let named = args.split_off(n_positional);
        let named: Vec<(Arc<str>, Arg)> = keywords.iter().cloned().zip(named).collect();
        let mut ll = LLOps::new(self, id, Span::NONE);
        let (v, from) = call_with_sources(&mut ll, graph, sources, &args, &named)?;
        let v = ll.convertvar(v, from, result)?;
        let ops = std::mem::take(&mut ll.ops);
        self.finish_with_return(id, start, ops, v);
        Ok(id)
    }

    /// A graph that takes and gives values of the given representations and calls `graph`; `graph` itself if that fits.
    pub(crate) fn adapted_graph(&mut self, graph: GraphId, params: &[ReprId], result: ReprId) -> Res<GraphId> {
        let (args, low_result) = self.graph_signature(graph)?;
        if args.len() != params.len() {
            return Err(self.error("a function has not the number of parameters that its pointer type has"));
        }
        let mut same = {
            let ty = self.lowleveltype(result)?;
            self.types().same(ty, low_result)
        };
        for (p, a) in params.iter().zip(&args) {
            let ty = self.lowleveltype(*p)?;
            same &= self.types().same(ty, *a);
        }
        if same {
            self.need_graph(graph);
            return Ok(graph);
        }
        let order: Vec<Option<usize>> = (0..params.len()).map(Some).collect();
        let sources: Vec<ArgSource> = (0..params.len()).map(ArgSource::Positional).collect();
        self.trampoline(graph, order, &sources, params, result, params.len(), &[])
    }

    /// Whether a function is evaluated at translation time.
    pub fn is_memo(&self, desc: DescId) -> bool {
        self.ann.function_desc(desc).is_some_and(|f| f.policy == Policy::Memo)
    }
}
