//! Where GC pointers are saved for the collector.
//!
//! A function that calls something that may collect has a frame of `n` slots on the shadow stack. It is entered lazily,
//! at the first such call with a live pointer on a path (or before a loop with such a call), and left before
//! returning; so paths without calls pay nothing. A slot keeps its value between calls: it is stored only if the
//! wanted variable is not in it yet, and variables that do not change in a loop are stored before it. Slots
//! that hold nothing of use at a call are filled with an odd number, so that nothing is kept alive too long.
//!
//! Allocations and other operations whose collecting part is out of line do not use the frame: what is live is pushed on
//! top in the slow path only.

mod bits;
mod frame;
mod liveness;

pub use frame::{RootPlan, plan};

use crate::effects::{Effects, first_name};
use crate::program::Program;
use rpy_flow::{Effect, Op, OpCode};

/// How an operation that may collect saves the live pointers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saving {
    /// In the function's frame.
    Frame,
    /// Pushed around the slow path; `precise`: dead slots of the frame are cleared too.
    Push {
        /// Whether the operation may be an explicit collection.
        precise: bool,
    },
}

/// How `op` saves pointers; none if it does not collect.
pub fn saving(program: &Program, effects: &Effects, op: &Op) -> Option<Saving> {
    if !effects.op(program, op).collects {
        return None;
    }
    Some(match op.code.effect() {
        Effect::Malloc => Saving::Push { precise: false },
        Effect::Collect => Saving::Push {
            precise: matches!(first_name(op), Some("collect" | "collect_step")),
        },
        Effect::ExternCall => Saving::Push { precise: false },
        _ if op.code == OpCode::RuntimeCall => Saving::Push { precise: true },
        _ => Saving::Frame,
    })
}
