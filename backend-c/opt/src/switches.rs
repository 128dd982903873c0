//! Chains of comparisons of one value with constants become switches.

use crate::fold::constant;
use rpy_flow::cleanup::inputs_on_link;
use rpy_flow::{Block, BlockId, Const, ExitCase, ExitSwitch, Graph, LLConst, Link, OpCode, Operand, VarId};
use rustc_hash::FxHashMap;

/// Fewer cases are as fast as comparisons.
const MIN_CASES: usize = 4;

/// A block's final test of a variable against a constant.
struct Test<'g> {
    subject: VarId,
    value: &'g LLConst,
    equal: &'g Link,
    different: &'g Link,
}

/// Makes switches of chains of comparisons; whether there were any.
pub fn merge_into_switches(graph: &mut Graph) -> bool {
    let mut changed = false;
    for id in graph.reachable() {
        if let Some((subject, exits)) = chain(graph, id) {
            let block = graph.block_mut(id);
            block.switch = ExitSwitch::Value(subject.into());
            block.exits = exits;
            changed = true;
        }
    }
    changed
}

fn test_of(block: &Block) -> Option<Test<'_>> {
    let ExitSwitch::Value(Operand::Var(v)) = block.switch else {
        return None;
    };
    let op = block.ops.iter().rev().find(|op| op.result == v)?;
    let equal_when = match op.code {
        OpCode::IntEq | OpCode::UintEq | OpCode::CharEq | OpCode::UnicharEq => true,
        OpCode::IntNe | OpCode::UintNe | OpCode::CharNe | OpCode::UnicharNe => false,
        _ => return None,
    };
    let (Operand::Var(subject), value) = (&op.args[0], constant(&op.args[1])?) else {
        return None;
    };
    let exit = |case: bool| block.exits.iter().find(|l| l.case == ExitCase::Bool(case));
    Some(Test {
        subject: *subject,
        value,
        equal: exit(equal_when)?,
        different: exit(!equal_when)?,
    })
}

/// The subject and the links of the switch that starts in a block.
fn chain(graph: &Graph, id: BlockId) -> Option<(VarId, Vec<Link>)> {
    let first = test_of(graph.block(id))?;
    let subject = first.subject;
    let mut cases: Vec<Link> = vec![];
    add_case(&mut cases, first.value, first.equal.clone());
    let mut rest = first.different.clone();
    let mut visited = vec![id];
    while !visited.contains(&rest.target) {
        let block = graph.block(rest.target);
        let Some(test) = test_of(block).filter(|_| block.ops.len() == 1) else {
            break;
        };
        let map = inputs_on_link(graph, &rest);
        if map.get(&test.subject) != Some(&Operand::Var(subject)) || passes_result(block) {
            break;
        }
        visited.push(rest.target);
        let (equal, different) = (through(test.equal, &map), through(test.different, &map));
        add_case(&mut cases, test.value, equal);
        rest = different;
    }
    if cases.len() < MIN_CASES {
        return None;
    }
    rest.case = ExitCase::Default;
    cases.push(rest);
    Some((subject, cases))
}

fn add_case(cases: &mut Vec<Link>, value: &LLConst, mut link: Link) {
    let case = ExitCase::Value(Const::LL(value.clone()));
    if cases.iter().all(|l| l.case != case) {
        link.case = case;
        cases.push(link);
    }
}

fn passes_result(block: &Block) -> bool {
    let result = block.ops.last().map(|op| Operand::Var(op.result));
    block
        .exits
        .iter()
        .any(|l| l.args.iter().any(|a| Some(a) == result.as_ref()))
}

fn through(link: &Link, map: &FxHashMap<VarId, Operand>) -> Link {
    let rename = |a: &Operand| match a {
        Operand::Var(v) => map.get(v).cloned().unwrap_or_else(|| a.clone()),
        Operand::Const(_) => a.clone(),
    };
    Link {
        case: link.case.clone(),
        args: link.args.iter().map(rename).collect(),
        target: link.target,
        exc_vars: link.exc_vars,
    }
}
