//! Functions that are evaluated at translation time (`specialize.memo()`), and the exceptions of operations.

use crate::annotator::{Annotator, Flow, Stop};
use crate::desc::Desc;
use crate::model::{AnnId, ClassDefId, DescId, Kind};
use indexmap::IndexMap;
use rpy_flow::{BlockId, ExitCase, ExitSwitch, Graph, GraphId, Link, Op, OpCode, Operand};
use rpy_host::Value;

/// Results of a memo function by its arguments, for calls whose arguments are not constant.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoTable {
    pub results: IndexMap<Vec<Value>, Value>,
    /// Called with arguments that are not constant: needs a graph.
    pub dynamic: bool,
    /// How many results the graph made last covers.
    pub built: usize,
}

impl Annotator {
    /// A call of a memo function.
    pub(crate) fn call_memo(&mut self, function: DescId, args: &[AnnId]) -> Flow {
        let mut choices: Vec<Vec<Value>> = vec![];
        for (i, arg) in args.iter().enumerate() {
            choices.push(self.memo_values(function, i, *arg)?);
        }
        let dynamic = choices.iter().any(|c| c.len() > 1);
        let mut result = AnnId::IMPOSSIBLE;
        for combination in combinations(&choices) {
            let value = self.memo_result(function, combination)?;
            let ann = self.try_value(value)?;
            result = self.unite(result, ann)?;
        }
        if dynamic {
            self.memo.entry(function).or_default().dynamic = true;
        }
        if result == AnnId::IMPOSSIBLE {
            Err(Stop::Blocked)
        } else {
            Ok(result)
        }
    }

    /// The values that an argument of a memo function can have.
    fn memo_values(&mut self, function: DescId, position: usize, arg: AnnId) -> Flow<Vec<Value>> {
        if let Some(v) = self.anns.constant(arg) {
            return Ok(vec![v]);
        }
        match self.anns.kind(arg).clone() {
            Kind::Impossible => Err(Stop::Blocked),
            Kind::None => Ok(vec![Value::None]),
            Kind::Bool => Ok(vec![Value::Bool(false), Value::Bool(true)]),
            Kind::Pbc { descs, can_be_none } => {
                let mut values: Vec<Value> = descs.iter().filter_map(|d| self.desc_value(*d)).collect();
                if values.len() != descs.len() {
                    return Err(self.memo_error(function, position, arg));
                }
                if can_be_none {
                    values.push(Value::None);
                }
                Ok(values)
            }
            _ => Err(self.memo_error(function, position, arg)),
        }
    }

    fn memo_error(&mut self, function: DescId, position: usize, arg: AnnId) -> Stop {
        let (name, what) = (self.desc_name(function), self.describe(arg));
        self.error(
            "RPY0408",
            format!(
                "`{name}` is a memo function, evaluated while translating: argument {} must be a constant or prebuilt, it is {what}",
                position + 1
            ),
        )
    }

    fn memo_result(&mut self, function: DescId, args: Vec<Value>) -> Flow<Value> {
        if let Some(&v) = self.memo.get(&function).and_then(|m| m.results.get(&args)) {
            return Ok(v);
        }
        let Some(f) = self.function_desc(function).map(|f| f.function) else {
            return Err(Stop::Blocked);
        };
        if self.memo_running.len() > 50 {
            let name = self.desc_name(function);
            return Err(self.error(
                "RPY0408",
                format!("the memo function `{name}` calls itself without end (recursion)"),
            ));
        }
        self.memo_running.push(function);
        let result = self.host.call(f, &args, &[]);
        self.memo_running.pop();
        let result = match result {
            Ok(v) => v,
            Err(e) => {
                let name = self.desc_name(function);
                let stop = self.raised_error(&e);
                return Err(stop.note(format!("the memo function `{name}` was evaluated")));
            }
        };
        self.memo.entry(function).or_default().results.insert(args, result);
        Ok(result)
    }

    /// Makes graphs for memo functions called with arguments that are not constant; whether there is something to analyse.
    pub(crate) fn build_memo_graphs(&mut self) -> bool {
        let mut work = false;
        for function in self.memo.keys().copied().collect::<Vec<_>>() {
            let table = &self.memo[&function];
            if !table.dynamic || table.built == table.results.len() {
                continue;
            }
            let results: Vec<(Vec<Value>, Value)> = table.results.iter().map(|(k, v)| (k.clone(), *v)).collect();
            let n = results.len();
            let graph = self.memo_graph(function, &results);
            if let Some(m) = self.memo.get_mut(&function) {
                m.built = n;
            }
            let id = self.add_graph(graph, Some(function));
            if let Desc::Function(f) = &mut self.descs[function.index()] {
                f.graphs.clear();
                f.graphs.insert(vec![], id);
            }
            let n_args = results.first().map_or(0, |(k, _)| k.len());
            let mut inputs = vec![AnnId::IMPOSSIBLE; n_args];
            for (key, _) in &results {
                for (i, v) in key.iter().enumerate() {
                    let ann = self.value(*v);
                    let united = self.union(inputs[i], ann);
                    inputs[i] = self.union_or(united, ann);
                }
            }
            let start = self.graphs.get(id).start;
            if self.add_pending(id, start, &inputs).is_ok() {
                work = true;
            }
        }
        work
    }

    /// A graph that tests its arguments one by one for identity and returns the remembered result.
    fn memo_graph(&mut self, function: DescId, results: &[(Vec<Value>, Value)]) -> Graph {
        let (name, value) = match self.function_desc(function) {
            Some(f) => (f.name.clone(), f.function),
            None => ("memo".into(), Value::None),
        };
        let span = self.definition(value);
        let n_args = results.first().map_or(0, |(k, _)| k.len());
        let mut graph = Graph::new(&format!("memo_{name}"), n_args, span);
        graph.function = Some(value);
        let start = graph.start;
        let rows: Vec<&(Vec<Value>, Value)> = results.iter().collect();
        self.memo_tests(&mut graph, start, 0, &rows);
        graph
    }

    /// Fills `block`, whose inputs are the arguments, with tests of argument `position` over `rows`.
    fn memo_tests(&mut self, graph: &mut Graph, block: BlockId, position: usize, rows: &[&(Vec<Value>, Value)]) {
        let mut block = block;
        let mut values: Vec<Value> = vec![];
        for (key, _) in rows {
            if let Some(v) = key.get(position)
                && !values.contains(v)
            {
                values.push(*v);
            }
        }
        if values.is_empty() {
            let result = rows.first().map_or(Value::None, |(_, v)| *v);
            let target = graph.return_block;
            graph.block_mut(block).exits = vec![Link::new(vec![Operand::host(result)], target)];
            return;
        }
        let last = values.len() - 1;
        for (i, v) in values.into_iter().enumerate() {
            let matching: Vec<&(Vec<Value>, Value)> = rows
                .iter()
                .filter(|(key, _)| key.get(position) == Some(&v))
                .copied()
                .collect();
            if i == last {
                self.memo_tests(graph, block, position + 1, &matching);
                return;
            }
            let (yes, no) = self.memo_branch(graph, block, position, v);
            self.memo_tests(graph, yes, position + 1, &matching);
            block = no;
        }
    }

    fn memo_branch(&mut self, graph: &mut Graph, block: BlockId, position: usize, v: Value) -> (BlockId, BlockId) {
        let span = graph.span;
        let inputs = graph.block(block).inputs.clone();
        let n = inputs.len();
        let test = graph.new_var(None);
        let (yes, no) = (graph.new_block(n, span), graph.new_block(n, span));
        let args: Vec<Operand> = inputs.iter().map(|x| Operand::Var(*x)).collect();
        let b = graph.block_mut(block);
        b.ops.push(Op {
            code: OpCode::Is,
            args: vec![Operand::Var(inputs[position]), Operand::host(v)],
            result: test,
            span,
        });
        b.switch = ExitSwitch::Value(Operand::Var(test));
        b.exits = vec![
            Link::when(ExitCase::Bool(false), args.clone(), no),
            Link::when(ExitCase::Bool(true), args, yes),
        ];
        (yes, no)
    }

    /// The classes of exceptions that the operation that ends a block may raise.
    pub(crate) fn raised_classes(&mut self, graph: GraphId, op: &Op) -> Flow<Vec<ClassDefId>> {
        let e = self.host.exceptions.clone();
        let first = op.args.first().map_or(AnnId::NONE, |a| self.operand(graph, a));
        let kind = self.anns.kind(first).clone();
        let custom = matches!(&kind, Kind::Dict(d) if self.dict(*d).custom.is_some());
        let classes: Vec<rpy_host::ObjId> = match op.code {
            OpCode::Getitem | OpCode::Setitem | OpCode::Delitem if !custom => match kind {
                Kind::List(_)
                | Kind::Str { .. }
                | Kind::Char { .. }
                | Kind::Unicode { .. }
                | Kind::UniChar
                | Kind::ByteArray { .. } => {
                    vec![e.index_error, e.memory_error]
                }
                Kind::Dict(_) => vec![e.key_error, e.memory_error],
                Kind::Tuple(_) | Kind::Ptr(_) | Kind::InteriorPtr { .. } => vec![],
                _ => vec![e.base_exception],
            },
            OpCode::Next => match kind {
                Kind::Iterator { .. } => vec![e.stop_iteration, e.runtime_error],
                _ => vec![e.base_exception],
            },
            OpCode::Getattr
            | OpCode::Setattr
            | OpCode::Is
            | OpCode::Len
            | OpCode::Newtuple
            | OpCode::Bool
            | OpCode::Not => vec![],
            OpCode::Lt | OpCode::Le | OpCode::Eq | OpCode::Ne | OpCode::Gt | OpCode::Ge => vec![],
            OpCode::Div
            | OpCode::Floordiv
            | OpCode::Mod
            | OpCode::InplaceDiv
            | OpCode::InplaceFloordiv
            | OpCode::InplaceMod
                if matches!(kind, Kind::Int { .. } | Kind::Bool | Kind::Float) =>
            {
                vec![e.zero_division_error]
            }
            OpCode::DivOvf | OpCode::FloordivOvf | OpCode::ModOvf => vec![e.zero_division_error, e.overflow_error],
            OpCode::AddOvf | OpCode::SubOvf | OpCode::MulOvf | OpCode::LshiftOvf | OpCode::NegOvf | OpCode::AbsOvf => {
                vec![e.overflow_error]
            }
            OpCode::Lshift | OpCode::Rshift | OpCode::InplaceLshift | OpCode::InplaceRshift => vec![e.value_error],
            OpCode::Add
            | OpCode::Sub
            | OpCode::Mul
            | OpCode::And
            | OpCode::Or
            | OpCode::Xor
            | OpCode::Neg
            | OpCode::Invert
            | OpCode::Pos
                if matches!(kind, Kind::Int { .. } | Kind::Bool | Kind::Float) =>
            {
                vec![]
            }
            _ => vec![e.base_exception],
        };
        let mut result = vec![];
        for class in classes {
            let desc = self.class_desc_of(class.into())?;
            result.push(self.classdef_of(desc)?);
        }
        Ok(result)
    }
}

fn combinations(choices: &[Vec<Value>]) -> Vec<Vec<Value>> {
    let mut result: Vec<Vec<Value>> = vec![vec![]];
    for choice in choices {
        let mut next = vec![];
        for prefix in &result {
            for v in choice {
                let mut row = prefix.clone();
                row.push(*v);
                next.push(row);
            }
        }
        result = next;
    }
    result
}
