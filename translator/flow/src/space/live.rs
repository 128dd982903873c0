//! Which locals may still be read: a merge forgets the others, so that leftovers neither keep states apart nor
//! travel through the graph.

use rpy_host::{Code, Instr};
use smallvec::SmallVec;

/// For each instruction the set of fast locals that may be read from there on.
pub(super) struct Liveness {
    words: usize,
    rows: Vec<u64>,
}

/// Instructions from `start` to before `end` may leave to `target` at any time.
struct Region {
    start: usize,
    end: usize,
    target: usize,
}

impl Liveness {
    /// Solves the backward data flow over the instructions.
    pub(super) fn of(code: &Code) -> Liveness {
        let words = code.varnames.len().div_ceil(64).max(1);
        let n = code.instrs.len();
        let mut live = Liveness {
            words,
            rows: vec![0; words * (n + 1)],
        };
        let successors = successors(&code.instrs);
        let mut changed = true;
        while changed {
            changed = false;
            for pc in (0..n).rev() {
                changed |= live.update(pc, code.instrs[pc], &successors[pc]);
            }
        }
        live
    }

    /// Whether local `i` may be read at or after `pc`.
    pub(super) fn is_live(&self, pc: u32, i: usize) -> bool {
        self.rows[pc as usize * self.words + i / 64] >> (i % 64) & 1 != 0
    }

    fn update(&mut self, pc: usize, instr: Instr, exits: &Exits) -> bool {
        let mut row: SmallVec<[u64; 4]> = SmallVec::from_elem(0, self.words);
        for next in &exits.normal {
            self.add(&mut row, *next);
        }
        match instr {
            Instr::StoreFast(i) | Instr::DeleteFast(i) => row[i as usize / 64] &= !(1 << (i % 64)),
            Instr::LoadFast(i) => row[i as usize / 64] |= 1 << (i % 64),
            _ => {}
        }
        for handler in &exits.unwinding {
            self.add(&mut row, *handler);
        }
        let old = &mut self.rows[pc * self.words..(pc + 1) * self.words];
        if *old == row[..] {
            return false;
        }
        old.copy_from_slice(&row);
        true
    }

    fn add(&self, row: &mut [u64], pc: usize) {
        for (word, more) in row.iter_mut().zip(&self.rows[pc * self.words..]) {
            *word |= more;
        }
    }
}

/// Where an instruction may lead.
#[derive(Default)]
struct Exits {
    normal: SmallVec<[usize; 2]>,
    unwinding: SmallVec<[usize; 2]>,
}

fn successors(instrs: &[Instr]) -> Vec<Exits> {
    let regions = regions(instrs);
    let continues: Vec<usize> = instrs
        .iter()
        .filter_map(|i| {
            if let Instr::ContinueLoop(t) = i {
                Some(*t as usize)
            } else {
                None
            }
        })
        .collect();
    let mut open: Vec<&Region> = vec![];
    let mut following = regions.iter().peekable();
    let mut result = Vec::with_capacity(instrs.len());
    for (pc, instr) in instrs.iter().enumerate() {
        while let Some(r) = following.next_if(|r| r.start <= pc) {
            open.push(r);
        }
        open.retain(|r| r.end > pc);
        let mut exits = Exits {
            normal: normal_exits(pc, *instr),
            ..Exits::default()
        };
        exits.unwinding.extend(open.iter().map(|r| r.target));
        if matches!(instr, Instr::EndFinally) {
            exits.unwinding.extend(continues.iter().copied());
        }
        result.push(exits);
    }
    result
}

fn regions(instrs: &[Instr]) -> Vec<Region> {
    let mut found = vec![];
    for (pc, instr) in instrs.iter().enumerate() {
        if let Instr::SetupLoop(t) | Instr::SetupExcept(t) | Instr::SetupFinally(t) | Instr::SetupWith(t) = instr {
            found.push(Region {
                start: pc + 1,
                end: *t as usize,
                target: *t as usize,
            });
        }
    }
    found
}

fn normal_exits(pc: usize, instr: Instr) -> SmallVec<[usize; 2]> {
    let mut exits = SmallVec::new();
    match instr {
        Instr::Jump(t) | Instr::ContinueLoop(t) => exits.push(t as usize),
        Instr::PopJumpIfFalse(t)
        | Instr::PopJumpIfTrue(t)
        | Instr::JumpIfFalseOrPop(t)
        | Instr::JumpIfTrueOrPop(t)
        | Instr::ForIter(t) => exits.extend([pc + 1, t as usize]),
        Instr::ReturnValue | Instr::RaiseVarargs(_) | Instr::BreakLoop | Instr::EndExcept => {}
        _ => exits.push(pc + 1),
    }
    exits
}
