//! Blocks to analyse. Those analysed less often come first, among equals the one added last, so that callees are
//! finished before their callers go on.

use indexmap::IndexSet;
use rpy_flow::{BlockId, GraphId};

/// The work list.
#[derive(Debug, Default)]
pub(crate) struct WorkList {
    generations: Vec<IndexSet<(GraphId, BlockId)>>,
}

impl WorkList {
    /// Adds a block that was analysed `visits` times.
    pub fn push(&mut self, graph: GraphId, block: BlockId, visits: u32) {
        let generation = visits as usize;
        if self.generations.len() <= generation {
            self.generations.resize_with(generation + 1, IndexSet::new);
        }
        self.generations[generation].insert((graph, block));
    }

    /// The next block.
    pub fn pop(&mut self) -> Option<(GraphId, BlockId)> {
        self.generations.iter_mut().find(|g| !g.is_empty())?.pop()
    }
}
