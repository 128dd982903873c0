//! Jumps over blocks whose outcome is known on a link: a block without effects that ends with a switch, entered
//! with constants that decide it, is left out on that link.

use crate::values;
use rpy_flow::cleanup::inputs_on_link;
use rpy_flow::{BlockId, Const, ExitCase, ExitSwitch, Graph, LLConst, Link, Operand, VarId};
use rpy_lltype::{LLTypes, LLValue};
use rustc_hash::FxHashMap;

/// Blocks with more operations are not looked into.
const MAX_OPS: usize = 4;

/// Redirects links past blocks that they decide; whether there were any.
pub fn thread_jumps(graph: &mut Graph, types: &LLTypes) -> bool {
    let mut changed = false;
    for id in graph.reachable() {
        for i in 0..graph.block(id).exits.len() {
            // A cycle of decided blocks is an endless loop of the program.
            for _ in 0..64 {
                let Some(link) = decided(graph, id, i, types) else {
                    break;
                };
                graph.block_mut(id).exits[i] = link;
                changed = true;
            }
        }
    }
    changed
}

/// The link in place of exit `i` of a block, if the target's switch is decided on it.
fn decided(graph: &Graph, id: BlockId, i: usize, types: &LLTypes) -> Option<Link> {
    let link = &graph.block(id).exits[i];
    let target = graph.block(link.target);
    let ExitSwitch::Value(Operand::Var(switch)) = target.switch else {
        return None;
    };
    if link.target == id || link.target == graph.start || target.ops.len() > MAX_OPS {
        return None;
    }
    let mut map = inputs_on_link(graph, link);
    evaluate(graph, link.target, types, &mut map)?;
    let Some(Operand::Const(Const::LL(value))) = map.get(&switch) else {
        return None;
    };
    let exit = target.exits.iter().find(|l| takes(l, value))?;
    // The results of left-out operations exist only as constants.
    let args = exit.args.iter().map(|a| match a {
        Operand::Var(v) => map.get(v).cloned(),
        Operand::Const(_) => Some(a.clone()),
    });
    Some(Link {
        case: link.case.clone(),
        args: args.collect::<Option<Vec<Operand>>>()?,
        target: exit.target,
        exc_vars: link.exc_vars,
    })
}

/// Folds the operations of a block with what is known of its inputs; `None` if one has to be executed.
fn evaluate(graph: &Graph, id: BlockId, types: &LLTypes, map: &mut FxHashMap<VarId, Operand>) -> Option<()> {
    for op in &graph.block(id).ops {
        let mut args: Vec<&LLConst> = vec![];
        for a in &op.args {
            match a {
                Operand::Var(v) => match map.get(v)? {
                    Operand::Const(Const::LL(c)) => args.push(c),
                    Operand::Var(_) | Operand::Const(_) => return None,
                },
                Operand::Const(Const::LL(c)) => args.push(c),
                Operand::Const(_) => return None,
            }
        }
        let ty = graph.var_type(op.result);
        let value = values::fold(op.code, &args, ty, types)?;
        map.insert(op.result, Operand::ll(ty, value));
    }
    Some(())
}

fn takes(link: &Link, value: &LLConst) -> bool {
    match (&link.case, &value.value) {
        (ExitCase::Bool(b), LLValue::Bool(v)) => b == v,
        (ExitCase::Value(Const::LL(c)), v) => c.value == *v,
        (ExitCase::Default, LLValue::Int(_) | LLValue::Char(_) | LLValue::UniChar(_)) => true,
        _ => false,
    }
}
