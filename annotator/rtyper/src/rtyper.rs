//! The rtyper's state and its main loop.

use crate::classes::Classes;
use crate::consts::Prebuilt;
use crate::pbc::Pbcs;
use crate::repr::{ReprId, Reprs};
use indexmap::IndexSet;
use rpy_annotator::Annotator;
use rpy_flow::{Graph, GraphId};
use rpy_host::{Host, Value};
use rpy_lltype::{ContainerId, LLStore, LLTypes};
use rpy_syntax::{Diagnostic, Span};
use rustc_hash::{FxHashMap, FxHashSet};

/// What every step returns.
pub type Res<T> = Result<T, Diagnostic>;

/// Turns annotated graphs into low-level ones.
pub struct RTyper<'a> {
    /// The annotator, with the graphs and the host.
    pub ann: &'a mut Annotator,
    pub(crate) reprs: Reprs,
    pub(crate) classes: Classes,
    pub(crate) pbcs: Pbcs,
    pub(crate) prebuilt: Prebuilt,
    /// Function containers of graphs.
    pub(crate) functions: FxHashMap<GraphId, ContainerId>,
    /// Caches of the container families, keyed by representation.
    pub(crate) containers: crate::containers::Caches,
    /// Functions made by makers of the library, by representation and what they do.
    pub(crate) made_functions: FxHashMap<(ReprId, &'static str), Value>,
    /// Interior pointers made so far, taken apart.
    pub(crate) interiors: FxHashMap<(GraphId, rpy_flow::VarId), crate::rptr::Interior>,
    /// Prebuilt low-level containers that may hold functions, and how many were looked at.
    pub(crate) prebuilt_functions_seen: IndexSet<ContainerId>,
    pub(crate) prebuilt_functions_done: usize,
    /// High-level arguments of the normal link of blocks that were split.
    pub(crate) split_links: FxHashMap<(GraphId, rpy_flow::BlockId), Vec<rpy_flow::Operand>>,
    /// Vtables need their `instantiate` function.
    pub(crate) instantiates_generically: bool,
    pub(crate) instantiate_graphs: Vec<GraphId>,
    /// Finalizer queues, by number.
    pub(crate) finalizer_queues: IndexSet<Value>,
    /// Host functions of helpers, by module and name.
    pub(crate) helper_functions: FxHashMap<(&'static str, &'static str), Value>,
    /// Graphs to lower, in order.
    pub(crate) queue: IndexSet<GraphId>,
    pub(crate) done: FxHashSet<GraphId>,
    /// Where we are, for messages.
    pub(crate) span: Span,
    pub(crate) graph: Option<GraphId>,
}

impl<'a> RTyper<'a> {
    /// A rtyper over a finished annotator.
    pub fn new(ann: &'a mut Annotator) -> Self {
        RTyper {
            ann,
            reprs: Reprs::default(),
            classes: Classes::default(),
            pbcs: Pbcs::default(),
            prebuilt: Prebuilt::default(),
            functions: FxHashMap::default(),
            containers: crate::containers::Caches::default(),
            made_functions: FxHashMap::default(),
            interiors: FxHashMap::default(),
            prebuilt_functions_seen: IndexSet::new(),
            prebuilt_functions_done: 0,
            split_links: FxHashMap::default(),
            instantiates_generically: false,
            instantiate_graphs: vec![],
            finalizer_queues: IndexSet::new(),
            helper_functions: FxHashMap::default(),
            queue: IndexSet::new(),
            done: FxHashSet::default(),
            span: Span::NONE,
            graph: None,
        }
    }

    /// Low-level types.
    pub fn types(&self) -> &LLTypes {
        &self.ann.host.lltypes
    }

    /// Low-level types, for making new ones.
    pub fn types_mut(&mut self) -> &mut LLTypes {
        &mut self.ann.host.lltypes
    }

    /// Simulated memory.
    pub fn store(&self) -> &LLStore {
        &self.ann.host.llstore
    }

    /// Simulated memory, for changing it.
    pub fn store_mut(&mut self) -> &mut LLStore {
        &mut self.ann.host.llstore
    }

    /// Types and memory at once.
    pub fn types_and_store(&mut self) -> (&LLTypes, &mut LLStore) {
        (&self.ann.host.lltypes, &mut self.ann.host.llstore)
    }

    /// The host.
    pub fn host(&mut self) -> &mut Host {
        &mut self.ann.host
    }

    /// A graph.
    pub fn graph(&self, id: GraphId) -> &Graph {
        self.ann.graphs.get(id)
    }

    /// A graph, for changing it.
    pub fn graph_mut(&mut self, id: GraphId) -> &mut Graph {
        self.ann.graphs.get_mut(id)
    }

    /// An error at the operation being lowered.
    pub fn error(&self, title: impl Into<String>) -> Diagnostic {
        let d = Diagnostic::error("RPY0501", title).at(self.span, "");
        match self.graph {
            Some(g) => d.note(format!("in {}", self.graph(g).name)),
            None => d,
        }
    }

    /// A broken invariant of the translator itself.
    pub fn internal(&self, title: impl std::fmt::Display) -> Diagnostic {
        let d = Diagnostic::error("RPY0599", format!("internal inconsistency: {title}")).at(self.span, "");
        match self.graph {
            Some(g) => d.note(format!("in {}", self.graph(g).name)),
            None => d,
        }
    }

    /// The number of a finalizer queue.
    pub(crate) fn finalizer_queue(&mut self, queue: Value) -> i64 {
        let (n, _) = self.finalizer_queues.insert_full(queue);
        i64::try_from(n).expect("few queues")
    }

    /// Asks for a graph to be lowered.
    pub fn need_graph(&mut self, graph: GraphId) {
        self.queue.insert(graph);
    }

    /// Lowers everything reachable from the queued graphs.
    pub fn run(&mut self) -> Res<()> {
        let mut next = 0;
        loop {
            while let Some(&graph) = self.queue.get_index(next) {
                next += 1;
                if self.done.insert(graph) {
                    self.specialize_graph(graph)?;
                }
            }
            self.graph = None;
            self.span = Span::NONE;
            self.settle()?;
            if next == self.queue.len() {
                return Ok(());
            }
        }
    }

    /// Finishes what was put off: prebuilt data, class tables.
    pub(crate) fn settle(&mut self) -> Res<()> {
        loop {
            let a = self.fill_prebuilt()?;
            let b = self.fill_vtables()?;
            let c = self.bind_seen_functions()?;
            if !a && !b && !c {
                return Ok(());
            }
        }
    }

    /// Representation of low-level values as seen from a helper call argument.
    pub(crate) fn type_text(&self, ty: rpy_lltype::LLTypeId) -> String {
        self.types().text(ty)
    }

    /// A short name of a representation for messages.
    pub fn repr_text(&self, id: ReprId) -> String {
        match self.repr(id) {
            crate::repr::Repr::Instance(Some(c)) => format!("instance of {}", self.ann.class(*c).name),
            other => format!("{other:?}"),
        }
    }
}
