//! What the back end is given.

use crate::rtyper::{RTyper, Res};
use indexmap::IndexMap;
use rpy_annotator::{Annotator, ClassDefId};
use rpy_flow::{Const, GraphId, OpCode, Operand};
use rpy_host::Value;
use rpy_lltype::{ContainerId, LLPtr, LLTypeId, LLTypes};
use std::sync::Arc;

/// A class of the low-level program.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassInfo {
    /// Name.
    pub name: Arc<str>,
    /// GC struct of its instances.
    pub instance: LLTypeId,
    /// Its vtable.
    pub vtable: ContainerId,
    /// Index of the base class.
    pub parent: Option<usize>,
    /// `__del__`, a function of the instance.
    pub del: Option<GraphId>,
    /// `__del__` does nothing that needs the collector's help.
    pub light_del: bool,
}

/// A low-level program; graphs, types and prebuilt data stay in the annotator and its host.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// The graphs that were asked for, in the same order.
    pub roots: Vec<GraphId>,
    /// All graphs of the program.
    pub graphs: Vec<GraphId>,
    /// Classes in preorder of the hierarchy, `object` first.
    pub classes: Vec<ClassInfo>,
    /// Prebuilt instances of the exceptions that operations raise, by class name.
    pub exceptions: IndexMap<&'static str, ContainerId>,
    /// Triggers of the finalizer queues, by number.
    pub finalizer_triggers: Vec<GraphId>,
}

/// Exceptions that operations and the C runtime raise.
const STANDARD: &[&str] = &[
    "MemoryError",
    "StackOverflow",
    "OverflowError",
    "ZeroDivisionError",
    "ValueError",
    "IndexError",
    "KeyError",
    "TypeError",
    "AssertionError",
    "StopIteration",
    "OSError",
    "IOError",
    "NotImplementedError",
    "RuntimeError",
    "AttributeError",
    "ArithmeticError",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
];

/// Lowers everything reachable from `roots`.
pub fn specialize(ann: &mut Annotator, roots: &[GraphId]) -> Res<Typed> {
    let mut rt = RTyper::new(ann);
    rt.specialize(roots)
}

impl RTyper<'_> {
    /// Lowers everything reachable from `roots`.
    pub fn specialize(&mut self, roots: &[GraphId]) -> Res<Typed> {
        roots.iter().for_each(|g| self.need_graph(*g));
        let mut exceptions = IndexMap::new();
        for name in STANDARD {
            let class = self.exception_class(name)?;
            if let LLPtr::To(c) = self.standard_exception(class)? {
                exceptions.insert(*name, self.store().outermost(c));
            }
        }
        self.run()?;
        let mut dels = IndexMap::new();
        loop {
            let before = self.queue.len();
            for (class, _) in self.classes_in_preorder()? {
                if !dels.contains_key(&class) {
                    dels.insert(class, self.del_graph(class)?);
                }
            }
            self.run()?;
            if self.queue.len() == before {
                break;
            }
        }
        let finalizer_triggers = self.finalizer_trigger_graphs()?;
        self.fill_unknown_targets();
        let root = self.root_vtable();
        let LLPtr::To(root) = root else {
            return Err(self.internal("the root of the classes has no vtable"));
        };
        let mut classes = vec![ClassInfo {
            name: "object".into(),
            instance: LLTypes::OBJECT,
            vtable: root,
            parent: None,
            del: None,
            light_del: false,
        }];
        for (class, parent) in self.classes_in_preorder()? {
            let shape = self.shape(class)?;
            classes.push(ClassInfo {
                name: self.ann.class(class).name.clone(),
                instance: shape.instance,
                vtable: self.vtable(class)?,
                parent: Some(parent.map_or(0, |p| p + 1)),
                del: dels.get(&class).copied().flatten(),
                light_del: self.has_light_del(class),
            });
        }
        let mut graphs: Vec<GraphId> = self.done.iter().copied().collect();
        graphs.sort_unstable();
        Ok(Typed {
            roots: roots.to_vec(),
            graphs,
            classes,
            exceptions,
            finalizer_triggers,
        })
    }

    fn exception_class(&mut self, name: &'static str) -> Res<Value> {
        // The host raises RuntimeError for a recursion that is too deep, and so does the translated program.
        let name = if name == "StackOverflow" { "RuntimeError" } else { name };
        let found = self.host().exc().all().into_iter().find(|(n, _)| *n == name);
        found
            .map(|(_, c)| Value::Obj(c))
            .ok_or_else(|| self.internal(format!("no exception class {name}")))
    }

    /// The graph of the `__del__` method of a class.
    fn del_graph(&mut self, class: ClassDefId) -> Res<Option<GraphId>> {
        let graph = self.ann.del_graph(class);
        graph.iter().for_each(|g| self.need_graph(*g));
        Ok(graph)
    }

    fn finalizer_trigger_graphs(&mut self) -> Res<Vec<GraphId>> {
        let mut result = vec![];
        while let Some(&queue) = self.finalizer_queues.get_index(result.len()) {
            let Some(graph) = self.ann.finalizer_trigger_graph(queue) else {
                return Err(self.error("a finalizer queue has no finalizer_trigger"));
            };
            self.need_graph(graph);
            result.push(graph);
            self.run()?;
        }
        Ok(result)
    }

    fn has_light_del(&mut self, class: ClassDefId) -> bool {
        let Some(f) = self.class_attribute(class, "__del__") else {
            return false;
        };
        matches!(self.host().getattr_opt(f, "_must_be_light_finalizer_"), Ok(Some(_)))
    }

    /// Calls through the `instantiate` slot of vtables know their targets only at the end.
    fn fill_unknown_targets(&mut self) {
        if !self.instantiates_generically {
            return;
        }
        let targets: Arc<[GraphId]> = self.instantiate_graphs.clone().into();
        let mut graphs: Vec<GraphId> = self.done.iter().copied().collect();
        graphs.sort_unstable();
        for id in graphs {
            for block in self.graph(id).reachable() {
                for op in &mut self.graph_mut(id).block_mut(block).ops {
                    let unknown = matches!(op.args.last(), Some(Operand::Const(Const::Graphs(None))));
                    if op.code == OpCode::IndirectCall && unknown && op.args.len() == 2 {
                        op.args[1] = Operand::Const(Const::Graphs(Some(targets.clone())));
                    }
                }
            }
        }
    }

    /// Vtables need `instantiate` from now on.
    pub(crate) fn need_instantiate(&mut self) -> Res<()> {
        if !self.instantiates_generically {
            self.instantiates_generically = true;
            self.refill_vtables();
        }
        Ok(())
    }
}
