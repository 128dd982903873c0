//! What the rtyper asks after the fixpoint: unions, families, exits that are taken.

use crate::annotator::{Annotator, Flow, Stop};
use crate::calls::Args;
use crate::model::{AnnId, ClassDefId, DescId};
use rpy_flow::{BlockId, Const, ExitCase, GraphId};
use rpy_host::Value;
use std::sync::Arc;

impl Annotator {
    /// Instances of the class exist: its `__del__` will be called.
    pub(crate) fn note_instance(&mut self, class: ClassDefId) -> Flow<()> {
        if std::mem::replace(&mut self.classes[class.index()].instantiated, true) {
            return Ok(());
        }
        let desc = self.class(class).desc;
        let Some(del) = self.read_class_attribute(desc, "__del__")? else {
            return Ok(());
        };
        let instance = self.anns.instance(class);
        match self.call_value(del, &Args::of(&[instance])) {
            Ok(_) | Err(Stop::Blocked) => Ok(()),
            Err(e) => Err(e),
        }
    }

    /// The graph of `__del__` of a class, if it has one.
    pub fn del_graph(&mut self, class: ClassDefId) -> Option<GraphId> {
        let desc = self.class(class).desc;
        let del = self.read_class_attribute(desc, "__del__").ok()??;
        let instance = self.anns.instance(class);
        self.resolve_call_of(del, &[instance]).first()?.graph
    }

    /// The graph of the trigger of a finalizer queue.
    pub fn finalizer_trigger_graph(&mut self, queue: Value) -> Option<GraphId> {
        let queue = self.value(queue);
        let trigger = self.getattr(queue, "finalizer_trigger").ok()?;
        self.resolve_call_of(trigger, &[]).first()?.graph
    }

    /// For each exit of a block that ends with an operation that may raise: whether the analysis follows it.
    pub fn taken_exits(&mut self, graph: GraphId, block: BlockId) -> Vec<bool> {
        let b = self.graphs.get(graph).block(block).clone();
        let mut remaining = match b.ops.last() {
            Some(op) => self.raised_classes(graph, op).unwrap_or_default(),
            None => vec![],
        };
        let mut result = vec![];
        for link in &b.exits {
            let ExitCase::Exception(Const::Host(class)) = &link.case else {
                result.push(true);
                continue;
            };
            let Some(case) = self.classdef_of_value(*class) else {
                result.push(true);
                continue;
            };
            let hit = |a: &Self, c: &ClassDefId| a.is_subclass(*c, case) || a.is_subclass(case, *c);
            result.push(remaining.iter().any(|c| hit(self, c)));
            remaining.retain(|c| !self.is_subclass(*c, case));
        }
        result
    }

    /// The annotation of values that are of one of the two kinds; `None` if nothing covers both.
    pub fn union_of(&mut self, a: AnnId, b: AnnId) -> Option<AnnId> {
        self.union(a, b).ok()
    }

    /// Families of classes whose attribute is read through the class: members, name, united annotation.
    pub fn class_attr_families(&self) -> Vec<(Vec<DescId>, Arc<str>, AnnId)> {
        let mut result = vec![];
        for (i, family) in self.attr_families.iter().enumerate() {
            let root = self.attr_family_parents[i].index() == i;
            let is_class = family.members.first().is_some_and(|d| self.class_desc(*d).is_some());
            if !root || !is_class {
                continue;
            }
            for (name, ann) in &family.attributes {
                result.push((family.members.iter().copied().collect(), name.clone(), *ann));
            }
        }
        result
    }
}
