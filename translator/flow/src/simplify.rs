//! Clean-up of graphs fresh from the flow space. Beside what [`crate::cleanup`] does: the tests at the head of
//! handlers become classes on the exception links, and links that only pass an exception on are dropped.

use crate::cleanup;
use crate::model::{BlockId, Const, ExitCase, ExitSwitch, Graph, Link, Op, Operand, VarId};
use crate::ops::OpCode;
use rpy_host::{Host, Value};
use rustc_hash::FxHashMap;

/// What the clean-up has to know of host objects.
pub struct FlowFacts<'h> {
    host: &'h Host,
    isinstance: Value,
    /// Built-in functions without side effects.
    pure: Vec<Value>,
}

impl<'h> FlowFacts<'h> {
    /// Looks up the built-in functions that matter.
    pub fn of(host: &'h mut Host) -> FlowFacts<'h> {
        let builtin = |host: &mut Host, name: &str| {
            let module = host.import_module("__builtin__").unwrap_or(Value::None);
            host.getattr(module, name).unwrap_or(Value::None)
        };
        let isinstance = builtin(host, "isinstance");
        let pure = ["isinstance", "issubclass", "hasattr", "callable"]
            .map(|name| builtin(host, name))
            .to_vec();
        FlowFacts { host, isinstance, pure }
    }

    fn removable(&self, op: &Op) -> bool {
        let pure_call = || matches!(&op.args[0], Operand::Const(Const::Host(f)) if self.pure.contains(f));
        op.code.is_high_removable() || (op.code == OpCode::SimpleCall && pure_call())
    }
}

/// Cleans up a graph.
pub fn simplify(graph: &mut Graph, facts: &FlowFacts<'_>) {
    cleanup::skip_empty_blocks(graph);
    cleanup::fold_switches(graph);
    cleanup::remove_dead(graph, &|op| facts.removable(op));
    cleanup::skip_empty_blocks(graph);
    split_exception_links(graph, facts);
    for _ in 0..4 {
        let mut changed = cleanup::skip_empty_blocks(graph);
        changed |= cleanup::fold_switches(graph);
        changed |= cleanup::join_blocks(graph);
        changed |= cleanup::merge_inputs(graph);
        changed |= cleanup::remove_dead(graph, &|op| facts.removable(op));
        if !changed {
            break;
        }
    }
    cleanup::compact(graph);
}

/// Gives each exception link the class that the handler tests for.
fn split_exception_links(graph: &mut Graph, facts: &FlowFacts<'_>) {
    for id in graph.reachable() {
        if graph.block(id).switch != ExitSwitch::LastException {
            continue;
        }
        let mut exits = std::mem::take(&mut graph.block_mut(id).exits);
        let mut todo: Vec<Link> = exits.split_off(1);
        todo.reverse();
        while let Some(link) = todo.pop() {
            match split_link(graph, &link, facts) {
                Some(parts) => todo.extend(parts.into_iter().rev()),
                None => exits.push(reraised(graph, link)),
            }
        }
        drop_covered(&mut exits, facts.host);
        // A handler that names a class and raises again is not dropped: it asks for checks of this exception.
        let everything = Const::Host(Value::Obj(facts.host.exc().base_exception));
        let superfluous = |l: &Link| l.case == ExitCase::Exception(everything.clone()) && passes_on(graph, l);
        if exits.len() > 1 && exits.last().is_some_and(superfluous) {
            exits.pop();
        }
        let b = graph.block_mut(id);
        if exits.len() == 1 {
            b.switch = ExitSwitch::None;
        }
        b.exits = exits;
    }
}

/// If a link leads to nothing but a test of the exception's class: the links that make the test superfluous.
fn split_link(graph: &mut Graph, link: &Link, facts: &FlowFacts<'_>) -> Option<Vec<Link>> {
    let ExitCase::Exception(Const::Host(class)) = link.case else {
        return None;
    };
    let (_, value) = link.exc_vars?;
    let target = graph.block(link.target);
    let ([op], ExitSwitch::Value(Operand::Var(switch))) = (target.ops.as_slice(), &target.switch) else {
        return None;
    };
    let [function, Operand::Var(tested), Operand::Const(Const::Host(wanted))] = op.args.as_slice() else {
        return None;
    };
    let is_test = op.code == OpCode::SimpleCall && *function == Operand::host(facts.isinstance);
    let position = target.inputs.iter().position(|v| v == tested)?;
    if !is_test || *switch != op.result || link.args.get(position) != Some(&Operand::Var(value)) {
        return None;
    }
    let uses_result = |l: &Link| l.args.contains(&Operand::Var(op.result));
    if target.exits.len() != 2 || target.exits.iter().any(uses_result) {
        return None;
    }
    let wanted = *wanted;
    let matched = narrowed(graph, link, true, wanted)?;
    let other = narrowed(graph, link, false, class)?;
    Some(if facts.host.issubclass(class, wanted) {
        vec![matched]
    } else if facts.host.issubclass(wanted, class) {
        vec![matched, other]
    } else {
        vec![other]
    })
}

/// The link for an exception of `class` that goes where the test at the target goes when it gives `outcome`.
fn narrowed(graph: &mut Graph, link: &Link, outcome: bool, class: Value) -> Option<Link> {
    let mut map = cleanup::inputs_on_link(graph, link);
    let exit = graph
        .block(link.target)
        .exits
        .iter()
        .find(|l| l.case == ExitCase::Bool(outcome))?
        .clone();
    let (old_type, old_value) = link.exc_vars?;
    let new_type = graph.new_var(Some("etype".into()));
    let new_value = graph.new_var(Some("evalue".into()));
    let fresh: FxHashMap<VarId, VarId> = [(old_type, new_type), (old_value, new_value)].into_iter().collect();
    for arg in map.values_mut() {
        if let Operand::Var(v) = arg
            && let Some(new) = fresh.get(v)
        {
            *v = *new;
        }
    }
    let args = exit
        .args
        .iter()
        .map(|a| a.var().and_then(|v| map.get(&v).cloned()).unwrap_or_else(|| a.clone()));
    Some(Link {
        case: ExitCase::Exception(Const::Host(class)),
        args: args.collect(),
        target: exit.target,
        exc_vars: Some((new_type, new_value)),
    })
}

/// A link to a block that only raises the exception again goes to the except block itself.
fn reraised(graph: &Graph, mut link: Link) -> Link {
    let Some((etype, value)) = link.exc_vars else {
        return link;
    };
    let target = graph.block(link.target);
    let [op] = target.ops.as_slice() else { return link };
    let [exit] = target.exits.as_slice() else { return link };
    let [Operand::Var(raised)] = op.args.as_slice() else {
        return link;
    };
    let again = [Operand::Var(op.result), Operand::Var(*raised)];
    if op.code != OpCode::Type || exit.target != graph.except_block || exit.args != again {
        return link;
    }
    let position = target.inputs.iter().position(|v| v == raised);
    if position.and_then(|i| link.args.get(i)) == Some(&Operand::Var(value)) {
        link.args = vec![etype.into(), value.into()];
        link.target = graph.except_block;
    }
    link
}

/// Whether the link passes the exception to the caller unchanged.
pub fn passes_on(graph: &Graph, link: &Link) -> bool {
    let pair = link.exc_vars.map(|(t, v)| [Operand::Var(t), Operand::Var(v)]);
    link.target == graph.except_block && pair.is_some_and(|p| link.args == p)
}

/// Drops links for classes that an earlier link catches.
fn drop_covered(exits: &mut Vec<Link>, host: &Host) {
    let mut caught: Vec<Value> = vec![];
    exits.retain(|link| {
        let ExitCase::Exception(Const::Host(class)) = link.case else {
            return true;
        };
        let covered = caught.iter().any(|c| host.issubclass(class, *c));
        caught.push(class);
        !covered
    });
}

/// Whether the block is one of those that end a graph.
pub fn is_final(graph: &Graph, id: BlockId) -> bool {
    id == graph.return_block || id == graph.except_block
}
