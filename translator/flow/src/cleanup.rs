//! Clean-up of graphs of either level: empty blocks, chains of blocks, superfluous inputs, dead operations, numbering.
//! Each pass leaves a correct graph; none looks at what operations mean.

use crate::model::{Block, BlockId, Const, ExitCase, ExitSwitch, Graph, Link, Op, Operand, VarId};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// Replaces variables of one block's ops, switch and links by operands.
pub fn substitute(block: &mut Block, map: &FxHashMap<VarId, Operand>) {
    if map.is_empty() {
        return;
    }
    let replace = |a: &mut Operand| {
        if let Operand::Var(v) = a
            && let Some(new) = map.get(v)
        {
            *a = new.clone();
        }
    };
    for op in &mut block.ops {
        op.args.iter_mut().for_each(replace);
    }
    if let ExitSwitch::Value(v) = &mut block.switch {
        replace(v);
    }
    for link in &mut block.exits {
        link.args.iter_mut().for_each(replace);
    }
}

/// What the inputs of a block are called on a link to it.
pub fn inputs_on_link(graph: &Graph, link: &Link) -> FxHashMap<VarId, Operand> {
    let inputs = &graph.block(link.target).inputs;
    inputs.iter().copied().zip(link.args.iter().cloned()).collect()
}

fn renamed(args: &[Operand], map: &FxHashMap<VarId, Operand>) -> Vec<Operand> {
    let rename = |a: &Operand| match a {
        Operand::Var(v) => map.get(v).cloned().unwrap_or_else(|| a.clone()),
        Operand::Const(_) => a.clone(),
    };
    args.iter().map(rename).collect()
}

/// Whether a block does nothing but pass control on.
fn is_forwarder(graph: &Graph, id: BlockId) -> bool {
    let b = graph.block(id);
    id != graph.start
        && b.ops.is_empty()
        && b.switch == ExitSwitch::None
        && b.exits.len() == 1
        && b.exits[0].target != id
}

/// Lets links to blocks without operations lead to where those go. Returns whether something changed.
pub fn skip_empty_blocks(graph: &mut Graph) -> bool {
    let mut changed = false;
    for id in graph.reachable() {
        for i in 0..graph.block(id).exits.len() {
            // A cycle of empty blocks is an endless loop of the program and must not be one here.
            for _ in 0..graph.blocks.len() {
                let link = &graph.block(id).exits[i];
                if !is_forwarder(graph, link.target) {
                    break;
                }
                let map = inputs_on_link(graph, link);
                let next = &graph.block(link.target).exits[0];
                let (args, target) = (renamed(&next.args, &map), next.target);
                let link = &mut graph.block_mut(id).exits[i];
                (link.args, link.target) = (args, target);
                changed = true;
            }
        }
    }
    changed
}

/// Turns switches with a known value, and those whose links are all the same, into plain links.
pub fn fold_switches(graph: &mut Graph) -> bool {
    let mut changed = false;
    for id in graph.reachable() {
        let b = graph.block(id);
        let ExitSwitch::Value(value) = &b.switch else { continue };
        let same = |l: &Link| l.target == b.exits[0].target && l.args == b.exits[0].args;
        let taken = match value {
            _ if b.exits.iter().all(same) => Some(0),
            Operand::Const(c) => taken_exit(c, &b.exits),
            Operand::Var(_) => None,
        };
        let Some(taken) = taken else { continue };
        let b = graph.block_mut(id);
        let mut link = b.exits.swap_remove(taken);
        link.case = ExitCase::None;
        b.exits = vec![link];
        b.switch = ExitSwitch::None;
        changed = true;
    }
    changed
}

/// The exit taken for a constant, if that can be told.
fn taken_exit(value: &Const, exits: &[Link]) -> Option<usize> {
    use rpy_host::Value;
    use rpy_lltype::LLValue;
    let truth = match value {
        Const::Host(Value::Bool(b)) => Some(*b),
        Const::LL(c) => match c.value {
            LLValue::Bool(b) => Some(b),
            _ => None,
        },
        _ => None,
    };
    let known = matches!(value, Const::LL(c) if matches!(c.value, LLValue::Int(_) | LLValue::Char(_) | LLValue::UniChar(_)))
        || matches!(value, Const::Host(Value::Int(_)));
    exits.iter().position(|l| match &l.case {
        ExitCase::Bool(b) => truth == Some(*b),
        ExitCase::Value(c) => known && same_value(c, value),
        ExitCase::Default => known,
        ExitCase::None | ExitCase::Exception(_) => false,
    })
}

fn same_value(a: &Const, b: &Const) -> bool {
    match (a, b) {
        (Const::LL(a), Const::LL(b)) => a.value == b.value,
        _ => a == b,
    }
}

/// Number of links to each block, from blocks that can be reached.
pub fn count_incoming(graph: &Graph, reachable: &[BlockId]) -> Vec<u32> {
    let mut counts = vec![0; graph.blocks.len()];
    counts[graph.start.index()] += 1;
    for id in reachable {
        for link in &graph.block(*id).exits {
            counts[link.target.index()] += 1;
        }
    }
    counts
}

/// Appends a block to its only predecessor where that goes nowhere else.
pub fn join_blocks(graph: &mut Graph) -> bool {
    let reachable = graph.reachable();
    let mut incoming = count_incoming(graph, &reachable);
    let mut changed = false;
    for id in reachable {
        if incoming[id.index()] == 0 {
            continue;
        }
        while let Some(next) = only_successor(graph, id)
            && incoming[next.index()] == 1
        {
            append(graph, id, next);
            incoming[next.index()] = 0;
            changed = true;
        }
    }
    changed
}

fn only_successor(graph: &Graph, id: BlockId) -> Option<BlockId> {
    let b = graph.block(id);
    let (ExitSwitch::None, [link]) = (&b.switch, b.exits.as_slice()) else {
        return None;
    };
    let next = link.target;
    let last = next == graph.return_block || next == graph.except_block || next == graph.start || next == id;
    (!last).then_some(next)
}

fn append(graph: &mut Graph, id: BlockId, next: BlockId) {
    let map = inputs_on_link(graph, &graph.block(id).exits[0]);
    for (input, arg) in &map {
        if let Operand::Var(v) = arg
            && graph.var_names[v.index()].is_none()
        {
            graph.var_names[v.index()] = graph.var_names[input.index()].clone();
        }
    }
    let empty = Block {
        inputs: vec![],
        ops: vec![],
        switch: ExitSwitch::None,
        exits: vec![],
        span: graph.span,
    };
    let mut rest = std::mem::replace(graph.block_mut(next), empty);
    substitute(&mut rest, &map);
    let b = graph.block_mut(id);
    b.ops.append(&mut rest.ops);
    b.switch = rest.switch;
    b.exits = rest.exits;
}

/// Links to each block: source and position.
fn incoming_links(graph: &Graph, reachable: &[BlockId]) -> Vec<Vec<(BlockId, usize)>> {
    let mut result = vec![vec![]; graph.blocks.len()];
    for id in reachable {
        for (i, link) in graph.block(*id).exits.iter().enumerate() {
            result[link.target.index()].push((*id, i));
        }
    }
    result
}

/// Merges inputs that get the same value on every link, and replaces those that always get the same constant by it.
pub fn merge_inputs(graph: &mut Graph) -> bool {
    let reachable = graph.reachable();
    let incoming = incoming_links(graph, &reachable);
    let mut changed = false;
    for id in reachable {
        let links = &incoming[id.index()];
        if id == graph.start || id == graph.return_block || id == graph.except_block || links.is_empty() {
            continue;
        }
        changed |= merge_inputs_of(graph, id, links);
    }
    changed
}

fn merge_inputs_of(graph: &mut Graph, id: BlockId, links: &[(BlockId, usize)]) -> bool {
    let inputs = graph.block(id).inputs.clone();
    let mut seen: FxHashMap<SmallVec<[u32; 4]>, VarId> = FxHashMap::default();
    let mut replaced: FxHashMap<VarId, Operand> = FxHashMap::default();
    for (i, input) in inputs.iter().enumerate() {
        if let Some(constant) = common_constant(graph, id, *input, i, links) {
            replaced.insert(*input, Operand::Const(constant));
            continue;
        }
        let key = links
            .iter()
            .map(|(from, at)| argument_code(&graph.block(*from).exits[*at].args, i))
            .collect();
        match seen.get(&key) {
            Some(same) => drop(replaced.insert(*input, Operand::Var(*same))),
            None => drop(seen.insert(key, *input)),
        }
    }
    if replaced.is_empty() {
        return false;
    }
    let keep: Vec<bool> = inputs.iter().map(|v| !replaced.contains_key(v)).collect();
    substitute(graph.block_mut(id), &replaced);
    retain(&mut graph.block_mut(id).inputs, &keep);
    for (from, at) in links {
        retain(&mut graph.block_mut(*from).exits[*at].args, &keep);
    }
    true
}

/// A number that is equal for equal arguments of one link.
fn argument_code(args: &[Operand], i: usize) -> u32 {
    match &args[i] {
        Operand::Var(v) => v.0 * 2,
        constant => {
            let first = args.iter().position(|a| a == constant).unwrap_or(i);
            u32::try_from(first * 2 + 1).expect("links have few arguments")
        }
    }
}

fn common_constant(graph: &Graph, id: BlockId, input: VarId, i: usize, links: &[(BlockId, usize)]) -> Option<Const> {
    let mut found: Option<&Const> = None;
    for (from, at) in links {
        match &graph.block(*from).exits[*at].args[i] {
            Operand::Var(v) if *from == id && *v == input => {}
            Operand::Var(_) => return None,
            Operand::Const(c) => match found {
                Some(known) if known != c => return None,
                _ => found = Some(c),
            },
        }
    }
    found.cloned()
}

/// Keeps the items whose flag is set.
pub fn retain<T>(items: &mut Vec<T>, keep: &[bool]) {
    let mut flags = keep.iter();
    items.retain(|_| *flags.next().unwrap_or(&true));
}

/// Removes operations whose results nobody needs if `removable` allows it, and inputs that nobody reads.
pub fn remove_dead(graph: &mut Graph, removable: &dyn Fn(&Op) -> bool) -> bool {
    let reachable = graph.reachable();
    let live = live_variables(graph, &reachable, removable);
    let mut changed = false;
    let mut keeps: Vec<Vec<bool>> = vec![vec![]; graph.blocks.len()];
    for id in &reachable {
        let fixed = is_fixed(graph, *id);
        keeps[id.index()] = graph
            .block(*id)
            .inputs
            .iter()
            .map(|v| fixed || live[v.index()])
            .collect();
    }
    for id in &reachable {
        let b = graph.block_mut(*id);
        let raising = b.switch == ExitSwitch::LastException;
        let (n, before) = (b.ops.len(), b.ops.len() + b.inputs.len());
        let mut i = 0;
        b.ops.retain(|op| {
            i += 1;
            live[op.result.index()] || !removable(op) || (raising && i == n)
        });
        retain(&mut b.inputs, &keeps[id.index()]);
        changed |= b.ops.len() + b.inputs.len() != before;
        for link in &mut b.exits {
            retain(&mut link.args, &keeps[link.target.index()]);
        }
    }
    changed
}

fn is_fixed(graph: &Graph, id: BlockId) -> bool {
    id == graph.start || id == graph.return_block || id == graph.except_block
}

/// Which variables anything depends on that has to stay.
fn live_variables(graph: &Graph, reachable: &[BlockId], removable: &dyn Fn(&Op) -> bool) -> Vec<bool> {
    let n = graph.var_names.len();
    let mut needs: Vec<SmallVec<[VarId; 2]>> = vec![SmallVec::new(); n];
    let mut live = vec![false; n];
    let mut todo: Vec<VarId> = vec![];
    for id in reachable {
        let b = graph.block(*id);
        for (i, op) in b.ops.iter().enumerate() {
            let kept = (b.switch == ExitSwitch::LastException && i + 1 == b.ops.len()) || !removable(op);
            let vars = op.args.iter().filter_map(Operand::var);
            if kept {
                todo.extend(vars)
            } else {
                needs[op.result.index()].extend(vars)
            }
        }
        if let ExitSwitch::Value(Operand::Var(v)) = &b.switch {
            todo.push(*v);
        }
        for link in &b.exits {
            let fixed = is_fixed(graph, link.target);
            for (arg, input) in link.args.iter().zip(&graph.block(link.target).inputs) {
                let Operand::Var(v) = arg else { continue };
                if fixed {
                    todo.push(*v)
                } else {
                    needs[input.index()].push(*v)
                }
            }
        }
    }
    while let Some(v) = todo.pop() {
        if !std::mem::replace(&mut live[v.index()], true) {
            todo.append(&mut needs[v.index()].to_vec());
        }
    }
    live
}

/// Drops blocks that cannot be reached and numbers blocks and variables in visiting order:
/// start, return and except block first.
pub fn compact(graph: &mut Graph) {
    let mut order = vec![graph.start, graph.return_block, graph.except_block];
    order.extend(graph.reachable().into_iter().filter(|b| !is_fixed(graph, *b)));
    let mut blocks = vec![BlockId(0); graph.blocks.len()];
    for (i, id) in order.iter().enumerate() {
        blocks[id.index()] = BlockId::new(i);
    }
    let mut vars = Renumbering {
        old: vec![],
        new: vec![None; graph.var_names.len()],
    };
    let mut result: Vec<Block> = Vec::with_capacity(order.len());
    for id in &order {
        let mut b = graph.block(*id).clone();
        b.inputs.iter_mut().for_each(|v| *v = vars.of(*v));
        for op in &mut b.ops {
            op.args.iter_mut().for_each(|a| vars.rename(a));
            op.result = vars.of(op.result);
        }
        if let ExitSwitch::Value(v) = &mut b.switch {
            vars.rename(v);
        }
        for link in &mut b.exits {
            if let Some((t, v)) = link.exc_vars {
                link.exc_vars = Some((vars.of(t), vars.of(v)));
            }
            link.args.iter_mut().for_each(|a| vars.rename(a));
            link.target = blocks[link.target.index()];
        }
        result.push(b);
    }
    let old = vars.old;
    graph.var_names = old.iter().map(|v| graph.var_names[v.index()].clone()).collect();
    if !graph.types.is_empty() {
        graph.types = old.iter().map(|v| graph.var_type(*v)).collect();
    }
    graph.blocks = result;
    (graph.start, graph.return_block, graph.except_block) = (BlockId(0), BlockId(1), BlockId(2));
}

struct Renumbering {
    old: Vec<VarId>,
    new: Vec<Option<VarId>>,
}

impl Renumbering {
    fn of(&mut self, v: VarId) -> VarId {
        if let Some(new) = self.new[v.index()] {
            return new;
        }
        let new = VarId::new(self.old.len());
        self.old.push(v);
        self.new[v.index()] = Some(new);
        new
    }

    fn rename(&mut self, operand: &mut Operand) {
        if let Operand::Var(v) = operand {
            *v = self.of(*v);
        }
    }
}
