//! Clean-up of freshly recorded graphs: forwarding blocks, chains of blocks, exception tests, dead variables.

use crate::model::{Block, BlockId, Const, ExitCase, ExitSwitch, Graph, Link, Op, Operand, VarId};
use crate::ops::OpCode;
use rpy_host::Value;
use rustc_hash::FxHashMap;

/// All clean-ups, in an order in which each makes work for the next.
pub fn simplify(graph: &mut Graph) {
    skip_forwarders(graph);
    merge_exception_tests(graph);
    drop_plain_reraise(graph);
    skip_forwarders(graph);
    join_chains(graph);
    remove_dead_variables(graph);
    compact(graph);
}

/// Calls `f` on every operand that a block uses.
pub fn for_each_use(block: &mut Block, f: &mut dyn FnMut(&mut Operand)) {
    for op in &mut block.ops {
        op.args.iter_mut().for_each(&mut *f);
    }
    if let ExitSwitch::Value(v) = &mut block.switch {
        f(v);
    }
    for link in &mut block.exits {
        link.args.iter_mut().for_each(&mut *f);
    }
}

fn rename(operand: &Operand, map: &FxHashMap<VarId, Operand>) -> Operand {
    match operand {
        Operand::Var(v) => map.get(v).cloned().unwrap_or_else(|| operand.clone()),
        Operand::Const(_) => operand.clone(),
    }
}

fn inputs_map(block: &Block, args: &[Operand]) -> FxHashMap<VarId, Operand> {
    block.inputs.iter().copied().zip(args.iter().cloned()).collect()
}

/// Links to blocks without operations and with one unconditional exit go on to where that leads.
pub fn skip_forwarders(graph: &mut Graph) {
    for id in graph.reachable() {
        for i in 0..graph.block(id).exits.len() {
            let mut steps = 0;
            while let Some(next) = forwarded(graph, &graph.block(id).exits[i]) {
                graph.block_mut(id).exits[i] = next;
                steps += 1;
                if steps > graph.blocks.len() {
                    break;
                }
            }
        }
    }
    while let Some(next) = forward_start(graph) {
        graph.start = next;
    }
}

fn forwarded(graph: &Graph, link: &Link) -> Option<Link> {
    let block = graph.block(link.target);
    let [exit] = block.exits.as_slice() else { return None };
    if !block.ops.is_empty() || block.switch != ExitSwitch::None || exit.target == link.target {
        return None;
    }
    let map = inputs_map(block, &link.args);
    let args = exit.args.iter().map(|a| rename(a, &map)).collect();
    Some(Link {
        case: link.case.clone(),
        args,
        target: exit.target,
        exc_vars: link.exc_vars,
    })
}

/// A start block that passes exactly its inputs on.
fn forward_start(graph: &Graph) -> Option<BlockId> {
    let block = graph.block(graph.start);
    let [exit] = block.exits.as_slice() else { return None };
    let same = exit.args.len() == block.inputs.len()
        && exit.args.iter().zip(&block.inputs).all(|(a, v)| *a == Operand::Var(*v));
    let lone = graph
        .blocks
        .iter()
        .flat_map(|b| &b.exits)
        .filter(|l| l.target == exit.target)
        .count()
        == 1;
    (block.ops.is_empty() && same && lone && exit.target != graph.return_block).then_some(exit.target)
}

/// A test of the exception's class right behind an exception link becomes a link for that class.
fn merge_exception_tests(graph: &mut Graph) {
    for id in graph.reachable() {
        if graph.block(id).switch != ExitSwitch::LastException {
            continue;
        }
        let mut i = 1;
        while i < graph.block(id).exits.len() {
            match tested_links(graph, &graph.block(id).exits[i].clone()) {
                Some([matched, other]) => {
                    graph.block_mut(id).exits.splice(i..=i, [matched, other]);
                    settle(graph, id, i);
                }
                None => i += 1,
            }
        }
    }
}

/// Follows forwarders of the links that were just made.
fn settle(graph: &mut Graph, id: BlockId, first: usize) {
    for i in first..first + 2 {
        let mut steps = 0;
        while let Some(next) = forwarded(graph, &graph.block(id).exits[i]) {
            graph.block_mut(id).exits[i] = next;
            steps += 1;
            if steps > graph.blocks.len() {
                break;
            }
        }
    }
}

fn tested_links(graph: &mut Graph, link: &Link) -> Option<[Link; 2]> {
    let (etype, _) = link.exc_vars?;
    let target = graph.block(link.target);
    let map = inputs_map(target, &link.args);
    let class = tested_class(target, &map, etype)?;
    let renamed = |case: bool| -> Option<Link> {
        let exit = target.exits.iter().find(|l| l.case == ExitCase::Bool(case))?;
        let args = exit.args.iter().map(|a| rename(a, &map)).collect();
        Some(Link {
            case: ExitCase::None,
            args,
            target: exit.target,
            exc_vars: None,
        })
    };
    let (mut matched, mut other) = (renamed(true)?, renamed(false)?);
    matched.case = ExitCase::Exception(Const::Host(class));
    matched.exc_vars = link.exc_vars;
    other.case = link.case.clone();
    other.exc_vars = Some((
        graph.new_var(Some("etype".into())),
        graph.new_var(Some("evalue".into())),
    ));
    rename_exc_vars(&mut other, link.exc_vars);
    Some([matched, other])
}

fn rename_exc_vars(link: &mut Link, old: Option<(VarId, VarId)>) {
    let (Some(old), Some(new)) = (old, link.exc_vars) else {
        return;
    };
    for arg in &mut link.args {
        if *arg == Operand::Var(old.0) {
            *arg = new.0.into();
        } else if *arg == Operand::Var(old.1) {
            *arg = new.1.into();
        }
    }
}

/// The class, if all the block does is to test the exception type that arrives through the link.
fn tested_class(block: &Block, map: &FxHashMap<VarId, Operand>, etype: VarId) -> Option<Value> {
    let [test] = block.ops.as_slice() else { return None };
    let ExitSwitch::Value(Operand::Var(v)) = block.switch else {
        return None;
    };
    if test.code != OpCode::SimpleCall || test.result != v || block.exits.len() != 2 {
        return None;
    }
    match test.args.as_slice() {
        [_, subject, Operand::Const(Const::Host(class))] if rename(subject, map) == Operand::Var(etype) => Some(*class),
        _ => None,
    }
}

/// An exception link that leads straight out of the function says nothing that would not happen anyway.
fn drop_plain_reraise(graph: &mut Graph) {
    let except = graph.except_block;
    for block in &mut graph.blocks {
        if block.switch != ExitSwitch::LastException {
            continue;
        }
        while block.exits.len() > 1 {
            let last = &block.exits[block.exits.len() - 1];
            let plain = last.target == except
                && last
                    .exc_vars
                    .is_some_and(|(t, v)| last.args == [Operand::Var(t), Operand::Var(v)]);
            if !plain {
                break;
            }
            block.exits.pop();
        }
        if block.exits.len() == 1 {
            block.switch = ExitSwitch::None;
        }
    }
}

/// A block whose only predecessor leads nowhere else is appended to it.
pub fn join_chains(graph: &mut Graph) {
    let mut entries = count_entries(graph);
    let span = graph.span;
    for id in graph.reachable() {
        while let Some(target) = chained(graph, id, &entries) {
            let moved = std::mem::replace(
                graph.block_mut(target),
                Block {
                    inputs: vec![],
                    ops: vec![],
                    switch: ExitSwitch::None,
                    exits: vec![],
                    span,
                },
            );
            let args = graph.block(id).exits[0].args.clone();
            append(graph.block_mut(id), moved, &args);
            entries[target.index()] = 0;
        }
    }
}

fn chained(graph: &Graph, id: BlockId, entries: &[usize]) -> Option<BlockId> {
    let block = graph.block(id);
    let [exit] = block.exits.as_slice() else { return None };
    let target = exit.target;
    let special = target == graph.return_block || target == graph.except_block || target == graph.start || target == id;
    (block.switch == ExitSwitch::None && !special && entries[target.index()] == 1).then_some(target)
}

fn append(block: &mut Block, mut moved: Block, args: &[Operand]) {
    let map = inputs_map(&moved, args);
    for_each_use(&mut moved, &mut |operand| *operand = rename(operand, &map));
    block.ops.append(&mut moved.ops);
    block.switch = moved.switch;
    block.exits = moved.exits;
}

fn count_entries(graph: &Graph) -> Vec<usize> {
    let mut entries = vec![0; graph.blocks.len()];
    for id in graph.reachable() {
        for link in &graph.block(id).exits {
            entries[link.target.index()] += 1;
        }
    }
    entries
}

/// Removes operations without effect whose result is unused, and link arguments that nothing reads.
pub fn remove_dead_variables(graph: &mut Graph) {
    let blocks = graph.reachable();
    let needed = needed_variables(graph, &blocks);
    for &id in &blocks {
        let is_fixed = id == graph.start || id == graph.return_block || id == graph.except_block;
        let block = graph.block_mut(id);
        let raising = block.switch == ExitSwitch::LastException;
        let n = block.ops.len();
        let mut i = 0;
        block.ops.retain(|op| {
            i += 1;
            needed[op.result.index()] || !removable(op) || (raising && i == n)
        });
        if is_fixed {
            continue;
        }
        let keep: Vec<bool> = block.inputs.iter().map(|v| needed[v.index()]).collect();
        if keep.iter().all(|k| *k) {
            continue;
        }
        retain_by(&mut block.inputs, &keep);
        drop_link_arguments(graph, &blocks, id, &keep);
    }
}

fn retain_by<T>(items: &mut Vec<T>, keep: &[bool]) {
    let mut flags = keep.iter();
    items.retain(|_| flags.next().copied().unwrap_or(true));
}

fn drop_link_arguments(graph: &mut Graph, blocks: &[BlockId], target: BlockId, keep: &[bool]) {
    for &id in blocks {
        for link in &mut graph.block_mut(id).exits {
            if link.target == target {
                retain_by(&mut link.args, keep);
            }
        }
    }
}

fn removable(op: &Op) -> bool {
    op.code.is_removable()
        || matches!(
            op.code,
            OpCode::Newtuple | OpCode::Newslice | OpCode::Type | OpCode::Not
        )
}

/// Variables that something with an effect depends on.
fn needed_variables(graph: &Graph, blocks: &[BlockId]) -> Vec<bool> {
    let mut needed = vec![false; graph.var_names.len()];
    let mut depends: FxHashMap<VarId, Vec<VarId>> = FxHashMap::default();
    let mut work = vec![];
    let mut mark = |operand: &Operand| work.extend(operand.var());
    for &id in blocks {
        let block = graph.block(id);
        for op in &block.ops {
            let raising = block.raising_op().is_some_and(|last| std::ptr::eq(last, op));
            if removable(op) && !raising {
                depends
                    .entry(op.result)
                    .or_default()
                    .extend(op.args.iter().filter_map(Operand::var));
            } else {
                op.args.iter().for_each(&mut mark);
            }
        }
        if let ExitSwitch::Value(v) = &block.switch {
            mark(v);
        }
        for link in &block.exits {
            for (arg, input) in link.args.iter().zip(&graph.block(link.target).inputs) {
                if let Operand::Var(v) = arg {
                    depends.entry(*input).or_default().push(*v);
                }
            }
        }
    }
    for id in [graph.return_block, graph.except_block] {
        work.extend(&graph.block(id).inputs);
    }
    while let Some(v) = work.pop() {
        if !std::mem::replace(&mut needed[v.index()], true) {
            work.extend(depends.get(&v).into_iter().flatten());
        }
    }
    needed
}

/// Drops unreachable blocks, renumbering the rest in depth-first order.
pub fn compact(graph: &mut Graph) {
    let mut order = graph.reachable();
    for fixed in [graph.return_block, graph.except_block] {
        if !order.contains(&fixed) {
            order.push(fixed);
        }
    }
    let mut new_id = vec![BlockId(0); graph.blocks.len()];
    for (i, old) in order.iter().enumerate() {
        new_id[old.index()] = BlockId::new(i);
    }
    let mut old_blocks: Vec<Option<Block>> = std::mem::take(&mut graph.blocks).into_iter().map(Some).collect();
    graph.blocks = order.iter().filter_map(|id| old_blocks[id.index()].take()).collect();
    for block in &mut graph.blocks {
        for link in &mut block.exits {
            link.target = new_id[link.target.index()];
        }
    }
    graph.start = new_id[graph.start.index()];
    graph.return_block = new_id[graph.return_block.index()];
    graph.except_block = new_id[graph.except_block.index()];
}
