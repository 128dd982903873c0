//! The verifier of flow graphs.
//!
//! Links: the target exists, and there is one argument for each of its inputs. A block with `ExitSwitch::Value` has
//! links with distinct boolean cases, or value cases; one with `LastException` has operations, a first link without case
//! and exception cases on the rest. Final blocks have no exits and no operations.
//! Definitions: every variable is defined once in the whole graph, and used only in its own block after its definition.
//! Types (if the graph has low-level types): link arguments have the type of the input they arrive in.

use crate::model::{BlockId, ExitCase, ExitSwitch, Graph, Operand, VarId};
use rpy_lltype::LLTypes;
use rustc_hash::FxHashMap;

/// All faults of a graph, each as one line; empty if it is well formed. `types` compares types up to forward references.
pub fn verify(graph: &Graph, types: Option<&LLTypes>) -> Vec<String> {
    let mut faults = vec![];
    let mut defined: FxHashMap<VarId, BlockId> = FxHashMap::default();
    for id in graph.reachable() {
        definitions(graph, id, &mut defined, &mut faults);
    }
    for id in graph.reachable() {
        uses(graph, id, &mut faults);
        links(graph, id, types, &mut faults);
    }
    faults
}

fn definitions(graph: &Graph, id: BlockId, defined: &mut FxHashMap<VarId, BlockId>, faults: &mut Vec<String>) {
    let block = graph.block(id);
    let exc = block.exits.iter().filter_map(|l| l.exc_vars).flat_map(|(t, v)| [t, v]);
    for v in block
        .inputs
        .iter()
        .copied()
        .chain(block.ops.iter().map(|op| op.result))
        .chain(exc)
    {
        if let Some(first) = defined.insert(v, id) {
            faults.push(format!("{}: {v} is defined in {id} and in {first}", graph.name));
        }
    }
}

fn uses(graph: &Graph, id: BlockId, faults: &mut Vec<String>) {
    let block = graph.block(id);
    let mut known: Vec<VarId> = block.inputs.clone();
    let mut check = |known: &[VarId], operand: &Operand, place: &str| {
        if let Operand::Var(v) = operand
            && !known.contains(v)
        {
            faults.push(format!(
                "{}: {id}: {v} is used in {place} but not defined before",
                graph.name
            ));
        }
    };
    for op in &block.ops {
        for arg in &op.args {
            check(&known, arg, op.code.name());
        }
        known.push(op.result);
    }
    if let ExitSwitch::Value(v) = &block.switch {
        check(&known, v, "the switch");
    }
    for link in &block.exits {
        let mut here = known.clone();
        here.extend(link.exc_vars.into_iter().flat_map(|(t, v)| [t, v]));
        for arg in &link.args {
            check(&here, arg, &format!("the link to {}", link.target));
        }
    }
}

fn links(graph: &Graph, id: BlockId, types: Option<&LLTypes>, faults: &mut Vec<String>) {
    let block = graph.block(id);
    let final_block = id == graph.return_block || id == graph.except_block;
    if final_block != block.exits.is_empty() || (final_block && !block.ops.is_empty()) {
        faults.push(format!(
            "{}: {id}: wrong exits or operations of a final block",
            graph.name
        ));
    }
    let cases_ok = match &block.switch {
        ExitSwitch::None => block.exits.len() <= 1 && block.exits.iter().all(|l| l.case == ExitCase::None),
        ExitSwitch::Value(_) => {
            !block.exits.is_empty()
                && block
                    .exits
                    .iter()
                    .all(|l| !matches!(l.case, ExitCase::None | ExitCase::Exception(_)))
        }
        ExitSwitch::LastException => {
            !block.ops.is_empty()
                && block.exits.first().is_some_and(|l| l.case == ExitCase::None)
                && block
                    .exits
                    .iter()
                    .skip(1)
                    .all(|l| matches!(l.case, ExitCase::Exception(_)))
        }
    };
    if !cases_ok {
        faults.push(format!(
            "{}: {id}: the cases of the links do not fit the switch",
            graph.name
        ));
    }
    for link in &block.exits {
        let inputs = &graph.block(link.target).inputs;
        if inputs.len() != link.args.len() {
            faults.push(format!(
                "{}: {id}: {} arguments for {} inputs of {}",
                graph.name,
                link.args.len(),
                inputs.len(),
                link.target
            ));
            continue;
        }
        let Some(types) = types.filter(|_| !graph.types.is_empty()) else {
            continue;
        };
        for (arg, input) in link.args.iter().zip(inputs) {
            let (from, to) = (graph.operand_type(arg), graph.var_type(*input));
            if !types.same(from, to) {
                faults.push(format!(
                    "{}: {id}: {} passed to {input} of {} which is {}",
                    graph.name,
                    types.text(from),
                    link.target,
                    types.text(to)
                ));
            }
        }
    }
}
