//! Rewriting of operations that the annotations allow, after the fixpoint. Positions of operations do not change.

use crate::annotator::Annotator;
use crate::model::{AnnId, Kind};
use rpy_flow::{BlockId, GraphId, Op, OpCode, Operand, VarId};
use rpy_host::Value;

impl Annotator {
    /// Rewrites the graphs made since the last time.
    pub(crate) fn simplify_graphs(&mut self) {
        let all: Vec<GraphId> = self.graphs.ids().skip(self.simplified).collect();
        self.simplified = self.graphs.len();
        for graph in all {
            for block in self.graphs.get(graph).reachable() {
                self.simplify_block(graph, block);
            }
        }
    }

    fn simplify_block(&mut self, graph: GraphId, block: BlockId) {
        let ops = &self.graphs.get(graph).block(block).ops;
        let candidates: Vec<usize> = (0..ops.len()).filter(|i| ops[*i].code == OpCode::Mul).collect();
        for at in candidates {
            self.allocate_and_set(graph, block, at);
        }
    }

    /// `[item] * count` becomes one call that allocates the list and fills it.
    fn allocate_and_set(&mut self, graph: GraphId, block: BlockId, at: usize) {
        let data = self.graphs.get(graph);
        let b = data.block(block);
        let mul = &b.ops[at];
        for (list, count) in [(0, 1), (1, 0)] {
            let Some(v) = mul.args[list].var() else { continue };
            let made = b.ops[..at]
                .iter()
                .position(|o| o.result == v && o.code == OpCode::Newlist);
            let Some(made) = made.filter(|i| b.ops[*i].args.len() == 1 && uses(b, v) == 1) else {
                continue;
            };
            let (item, count) = (b.ops[made].args[0].clone(), mul.args[count].clone());
            if !matches!(self.anns.kind(self.binding(graph, mul.result)), Kind::List(_)) {
                return;
            }
            let (span, result, unused) = (mul.span, mul.result, b.ops[made].result);
            let Some(function) = self.library_function("rpython.rtyper.listops", "alloc_and_set") else {
                return;
            };
            let ops = &mut self.graphs.get_mut(graph).block_mut(block).ops;
            ops[at] = Op {
                code: OpCode::SimpleCall,
                args: vec![Operand::host(function), count, item],
                result,
                span,
            };
            ops[made].code = OpCode::SameAs;
            ops[made].args = vec![Operand::host(Value::None)];
            self.set_binding(graph, unused, AnnId::NONE);
            return;
        }
    }

    fn library_function(&mut self, module: &str, name: &str) -> Option<Value> {
        let module = self.host.import_module(module).ok()?;
        self.host.getattr(module, name).ok()
    }
}

/// How often a block uses a variable.
fn uses(block: &rpy_flow::Block, v: VarId) -> usize {
    let in_ops = block.ops.iter().flat_map(|o| &o.args);
    let in_links = block.exits.iter().flat_map(|l| &l.args);
    let switch = match &block.switch {
        rpy_flow::ExitSwitch::Value(s) => Some(s),
        rpy_flow::ExitSwitch::None | rpy_flow::ExitSwitch::LastException => None,
    };
    in_ops
        .chain(in_links)
        .chain(switch)
        .filter(|a| a.var() == Some(v))
        .count()
}
