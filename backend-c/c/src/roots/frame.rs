//! Slots of the shadow stack frame, and what to store into them where.

use super::Saving;
use super::bits::Bits;
use super::liveness::{Liveness, Site};
use crate::effects::Effects;
use crate::program::Program;
use crate::ssa::{Body, EdgeId, OpPos};
use rpy_flow::{BlockId, ExitCase, VarId};
use rustc_hash::FxHashMap;

/// What to do around an operation that may collect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallPlan {
    /// Enter the frame first.
    pub enter: bool,
    /// Slots to store before: a variable, or nothing of use.
    pub stores: Vec<(usize, Option<VarId>)>,
    /// Variables to push and pop around the slow path.
    pub pushes: Vec<VarId>,
    /// Variables to load afterwards from their slots.
    pub reloads: Vec<(usize, VarId)>,
}

/// What to do on an edge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EdgePlan {
    /// Enter the frame.
    pub enter: bool,
    /// Leave the frame.
    pub leave: bool,
    /// Slots to store, before merges are assigned.
    pub stores: Vec<(usize, Option<VarId>)>,
}

/// All about the roots of a function.
#[derive(Debug, Default)]
pub struct RootPlan {
    /// Slots of the frame; 0: no frame.
    pub n_slots: usize,
    /// By collecting operation.
    pub calls: FxHashMap<OpPos, CallPlan>,
    /// By edge, where there is something to do.
    pub edges: FxHashMap<EdgeId, EdgePlan>,
    /// Operations after which the frame is entered.
    entered_after: FxHashMap<BlockId, usize>,
    entered_in: Vec<bool>,
}

impl RootPlan {
    /// Whether the frame is entered after the operation.
    pub fn entered_after(&self, pos: OpPos) -> bool {
        self.entered_in[pos.block.index()] || self.entered_after.get(&pos.block).is_some_and(|i| *i <= pos.index)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Unset,
    Nothing,
    Var(usize),
    Stale,
}

struct Frame<'a> {
    body: &'a Body<'a>,
    live: &'a Liveness,
    slots: Vec<Option<usize>>,
    n_slots: usize,
    entered_in: Vec<bool>,
    entered_out: Vec<bool>,
    wanted: FxHashMap<BlockId, Vec<Option<usize>>>,
    sites: FxHashMap<BlockId, Vec<&'a Site>>,
}

/// Plans the roots of a function.
pub fn plan(program: &Program, effects: &Effects, body: &Body) -> RootPlan {
    let live = Liveness::new(program, effects, body);
    let (slots, n_slots) = assign_slots(body, &live);
    let mut sites: FxHashMap<BlockId, Vec<&Site>> = FxHashMap::default();
    for site in &live.sites {
        sites.entry(site.pos.block).or_default().push(site);
    }
    let n = body.graph.blocks.len();
    let mut frame = Frame {
        body,
        live: &live,
        slots,
        n_slots,
        entered_in: vec![false; n],
        entered_out: vec![false; n],
        wanted: FxHashMap::default(),
        sites,
    };
    if n_slots > 0 {
        frame.find_loops();
        frame.place_entries();
    }
    frame.run()
}

fn framed(site: &Site) -> bool {
    site.saving == Saving::Frame && !site.live.is_empty()
}

/// Greedy colouring: variables that live across the same call get different slots.
fn assign_slots(body: &Body, live: &Liveness) -> (Vec<Option<usize>>, usize) {
    let calls: Vec<&Site> = live.sites.iter().filter(|s| framed(s)).collect();
    let mut across = vec![Bits::new(calls.len()); live.vars.len()];
    for (i, site) in calls.iter().enumerate() {
        for v in site.live.iter() {
            across[v].insert(i);
        }
    }
    let mut order: Vec<usize> = (0..live.vars.len()).filter(|v| !across[*v].is_empty()).collect();
    order.sort_by_key(|v| std::cmp::Reverse(across[*v].count()));
    let friends = merge_friends(body, live);
    let mut slots: Vec<Option<usize>> = vec![None; live.vars.len()];
    let mut occupied: Vec<Bits> = vec![];
    for v in order {
        let preferred = friends.get(&v).into_iter().flatten().filter_map(|f| slots[*f]);
        let slot = preferred
            .chain(0..occupied.len())
            .find(|s| !occupied[*s].meets(&across[v]))
            .unwrap_or_else(|| {
                occupied.push(Bits::new(calls.len()));
                occupied.len() - 1
            });
        occupied[slot].union(&across[v]);
        slots[v] = Some(slot);
    }
    (slots, occupied.len())
}

/// Pairs of merge and merged variable, which had better share a slot.
fn merge_friends(body: &Body, live: &Liveness) -> FxHashMap<usize, Vec<usize>> {
    let mut friends: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
    for &b in &body.order {
        for edge in &body.preds[b.index()] {
            for &i in &body.merges[b.index()] {
                let input = live.index.get(&body.block(b).inputs[i]);
                let arg = body.value(&body.link(*edge).args[i]).var();
                if let (Some(&to), Some(&from)) = (input, arg.and_then(|a| live.index.get(&a))) {
                    friends.entry(to).or_default().push(from);
                    friends.entry(from).or_default().push(to);
                }
            }
        }
    }
    friends
}

impl Frame<'_> {
    fn has_framed_site(&self, b: BlockId) -> bool {
        self.sites.get(&b).is_some_and(|s| s.iter().any(|s| framed(s)))
    }

    /// Loops that contain a call: the frame is entered at their header, with what does not change in them stored.
    fn find_loops(&mut self) {
        let mut loops: Vec<(BlockId, Vec<BlockId>)> = vec![];
        for &header in &self.body.order {
            let position = self.body.position[header.index()];
            let latches: Vec<BlockId> = self.body.preds[header.index()]
                .iter()
                .map(|e| e.from)
                .filter(|p| self.body.position[p.index()] >= position)
                .collect();
            if !latches.is_empty() {
                loops.push((header, self.loop_body(header, latches)));
            }
        }
        for (header, inside) in loops {
            let mut across = Bits::new(self.live.vars.len());
            for b in inside {
                for site in self.sites.get(&b).into_iter().flatten().filter(|s| framed(s)) {
                    across.union(&site.live);
                }
            }
            if across.is_empty() {
                continue;
            }
            self.entered_in[header.index()] = true;
            across.intersect(&self.live.live_in[header.index()]);
            let mut wanted = vec![None; self.n_slots];
            for v in across.iter() {
                wanted[self.slots[v].expect("what lives across a call has a slot")] = Some(v);
            }
            self.wanted.insert(header, wanted);
        }
    }

    fn loop_body(&self, header: BlockId, latches: Vec<BlockId>) -> Vec<BlockId> {
        let mut seen = vec![false; self.body.graph.blocks.len()];
        seen[header.index()] = true;
        let mut out = vec![header];
        let mut work = latches;
        while let Some(b) = work.pop() {
            if !std::mem::replace(&mut seen[b.index()], true) {
                out.push(b);
                work.extend(self.body.preds[b.index()].iter().map(|e| e.from));
            }
        }
        out
    }

    /// Decides for the other blocks whether the frame is entered at their start: if it is on all ways into them, or
    /// if it will be needed on all ways out of them and is entered on some way in.
    fn place_entries(&mut self) {
        let needed = self.needed_later();
        let forced = self.entered_in.clone();
        for &b in &self.body.order {
            self.entered_in[b.index()] = b != self.body.graph.start;
            self.entered_out[b.index()] = true;
        }
        loop {
            let mut changed = false;
            for &b in &self.body.order {
                let preds = &self.body.preds[b.index()];
                let some = preds.iter().any(|e| self.entered_out[e.from.index()]);
                let all = preds.iter().all(|e| self.entered_out[e.from.index()]) && b != self.body.graph.start;
                let entered = forced[b.index()] || all || (some && needed[b.index()]);
                let entered = entered && b != self.body.graph.start && !self.is_final(b);
                let out = entered || self.has_framed_site(b);
                changed |= entered != self.entered_in[b.index()] || out != self.entered_out[b.index()];
                self.entered_in[b.index()] = entered;
                self.entered_out[b.index()] = out;
            }
            if !changed {
                return;
            }
        }
    }

    fn is_final(&self, b: BlockId) -> bool {
        self.body.block(b).exits.is_empty()
    }

    /// Blocks from which every unexceptional path comes to a call with live pointers.
    fn needed_later(&self) -> Vec<bool> {
        let mut needed: Vec<bool> = self.body.graph.blocks.iter().map(|b| !b.exits.is_empty()).collect();
        loop {
            let mut changed = false;
            for &b in self.body.order.iter().rev() {
                let mut normal = self
                    .body
                    .block(b)
                    .exits
                    .iter()
                    .filter(|l| !matches!(l.case, ExitCase::Exception(_)))
                    .peekable();
                let after = normal.peek().is_some() && normal.all(|l| needed[l.target.index()]);
                let now = self.has_framed_site(b) || after;
                changed |= now != needed[b.index()];
                needed[b.index()] = now;
            }
            if !changed {
                return needed;
            }
        }
    }

    fn run(&self) -> RootPlan {
        let mut plan = RootPlan {
            n_slots: self.n_slots,
            entered_in: self.entered_in.clone(),
            ..RootPlan::default()
        };
        let n = self.body.graph.blocks.len();
        let mut contents: Vec<Option<Vec<Content>>> = vec![None; n];
        contents[self.body.graph.start.index()] = Some(vec![Content::Unset; self.n_slots]);
        loop {
            let mut changed = false;
            for &b in &self.body.order {
                let Some(mut content) = contents[b.index()].clone() else {
                    continue;
                };
                self.block(b, &mut content, &mut plan);
                for link in 0..self.body.block(b).exits.len() {
                    let edge = EdgeId { from: b, link };
                    let out = self.edge(edge, content.clone(), &mut plan);
                    let target = self.body.link(edge).target.index();
                    let merged = match &contents[target] {
                        None => out,
                        Some(old) => old.iter().zip(&out).map(|(a, b)| meet(*a, *b)).collect(),
                    };
                    if contents[target].as_ref() != Some(&merged) {
                        contents[target] = Some(merged);
                        changed = true;
                    }
                }
            }
            if !changed {
                return plan;
            }
        }
    }

    fn block(&self, b: BlockId, content: &mut [Content], plan: &mut RootPlan) {
        let mut entered = self.entered_in[b.index()];
        let mut sites = self.sites.get(&b).into_iter().flatten().peekable();
        for (index, op) in self.body.block(b).ops.iter().enumerate() {
            if self.body.skips(op) {
                continue;
            }
            if let Some(site) = sites.next_if(|s| s.pos.index == index) {
                let call = match site.saving {
                    Saving::Frame => self.framed_call(site, &mut entered, content, plan),
                    Saving::Push { precise } => self.pushing(site, entered, precise, content),
                };
                plan.calls.insert(site.pos, call);
            }
            if let Some(v) = self.live.index.get(&op.result) {
                forget(content, *v);
            }
        }
    }

    fn framed_call(&self, site: &Site, entered: &mut bool, content: &mut [Content], plan: &mut RootPlan) -> CallPlan {
        let mut call = CallPlan::default();
        if !*entered {
            if site.live.is_empty() {
                return call;
            }
            *entered = true;
            call.enter = true;
            content.fill(Content::Unset);
            plan.entered_after.insert(site.pos.block, site.pos.index);
        }
        let mut want = vec![Content::Nothing; self.n_slots];
        for v in site.live.iter() {
            let slot = self.slots[v].expect("what lives across a call has a slot");
            want[slot] = Content::Var(v);
            call.reloads.push((slot, self.live.vars[v]));
        }
        self.fill(&want, content, &mut call.stores);
        call
    }

    fn fill(&self, want: &[Content], content: &mut [Content], stores: &mut Vec<(usize, Option<VarId>)>) {
        for (slot, want) in want.iter().enumerate() {
            if content[slot] != *want {
                content[slot] = *want;
                stores.push((slot, self.var_of(*want)));
            }
        }
    }

    fn var_of(&self, content: Content) -> Option<VarId> {
        match content {
            Content::Var(v) => Some(self.live.vars[v]),
            _ => None,
        }
    }

    fn pushing(&self, site: &Site, entered: bool, precise: bool, content: &mut [Content]) -> CallPlan {
        let mut call = CallPlan::default();
        for v in site.live.iter() {
            match self.slots[v] {
                Some(slot) if entered && content[slot] == Content::Var(v) => {
                    call.reloads.push((slot, self.live.vars[v]));
                }
                _ => call.pushes.push(self.live.vars[v]),
            }
        }
        if entered && precise {
            for slot in 0..self.n_slots {
                let live = matches!(content[slot], Content::Var(v) if site.live.contains(v));
                if !live && content[slot] != Content::Nothing {
                    content[slot] = Content::Nothing;
                    call.stores.push((slot, None));
                }
            }
        }
        call
    }

    fn edge(&self, edge: EdgeId, mut content: Vec<Content>, plan: &mut RootPlan) -> Vec<Content> {
        let link = self.body.link(edge);
        let target = link.target;
        let from_entered = self.entered_out[edge.from.index()];
        let to_entered = self.entered_in[target.index()];
        let mut todo = EdgePlan {
            enter: to_entered && !from_entered,
            leave: from_entered && !to_entered,
            stores: vec![],
        };
        if let Some((t, v)) = link.exc_vars {
            for v in [t, v].iter().filter_map(|v| self.live.index.get(v)) {
                forget(&mut content, *v);
            }
        }
        if todo.enter {
            content.fill(Content::Unset);
        }
        if to_entered {
            let wanted = self.wanted.get(&target);
            for slot in 0..self.n_slots {
                let want = match wanted.and_then(|w| w[slot]) {
                    Some(v) => Content::Var(v),
                    None if content[slot] == Content::Unset => Content::Nothing,
                    None => continue,
                };
                if content[slot] != want {
                    content[slot] = want;
                    todo.stores.push((slot, self.var_of(want)));
                }
            }
        } else {
            content.fill(Content::Unset);
        }
        if todo == EdgePlan::default() {
            plan.edges.remove(&edge);
        } else {
            plan.edges.insert(edge, todo);
        }
        self.rename_merges(edge, &mut content);
        content
    }

    /// What was in a slot under the name of a link argument is now there under the name of the merge.
    fn rename_merges(&self, edge: EdgeId, content: &mut [Content]) {
        let link = self.body.link(edge);
        let inputs = &self.body.block(link.target).inputs;
        let merges: Vec<(usize, Option<usize>)> = self.body.merges[link.target.index()]
            .iter()
            .filter_map(|i| {
                let to = *self.live.index.get(&inputs[*i])?;
                let from = self
                    .body
                    .value(&link.args[*i])
                    .var()
                    .and_then(|v| self.live.index.get(&v).copied());
                Some((to, from))
            })
            .collect();
        for slot in 0..content.len() {
            if let Content::Var(v) = content[slot] {
                let renamed = merges
                    .iter()
                    .find(|(to, from)| *from == Some(v) && self.slots[*to] == Some(slot));
                content[slot] = match renamed {
                    Some((to, _)) => Content::Var(*to),
                    None if merges.iter().any(|(to, _)| *to == v) => Content::Stale,
                    None => Content::Var(v),
                };
            }
        }
    }
}

fn forget(content: &mut [Content], v: usize) {
    for c in content {
        if *c == Content::Var(v) {
            *c = Content::Stale;
        }
    }
}

fn meet(a: Content, b: Content) -> Content {
    match (a, b) {
        (a, b) if a == b => a,
        (Content::Unset, _) | (_, Content::Unset) => Content::Unset,
        _ => Content::Stale,
    }
}
