//! What of the program is used: functions and prebuilt containers reachable from the roots, in a fixed order.

use crate::program::Program;
use indexmap::IndexSet;
use rpy_flow::{Const, ExitCase, ExitSwitch, GraphId, Op, OpCode, Operand};
use rpy_lltype::{ContainerId, Data, LLPtr, LLType, LLTypeId, LLValue, Symbolic};

/// What is reachable.
#[derive(Debug, Default)]
pub struct Reachable {
    /// Functions with graphs.
    pub functions: IndexSet<GraphId>,
    /// Functions whose address is used other than for calling them directly.
    pub address_taken: IndexSet<GraphId>,
    /// Outermost containers of data; no functions.
    pub containers: IndexSet<ContainerId>,
    /// External functions: containers that are functions without graph.
    pub externals: IndexSet<ContainerId>,
    /// GC types that are allocated or asked for by type id.
    pub gc_types: IndexSet<LLTypeId>,
    /// Infos of external code in use.
    pub infos: IndexSet<u32>,
}

/// Walks the program from its roots.
pub fn reachable(program: &Program) -> Reachable {
    let mut walk = Walk {
        program,
        found: Reachable::default(),
        next_function: 0,
        next_container: 0,
    };
    walk.roots();
    walk.run();
    walk.found
}

struct Walk<'p> {
    program: &'p Program,
    found: Reachable,
    next_function: usize,
    next_container: usize,
}

impl Walk<'_> {
    fn roots(&mut self) {
        let p = self.program;
        self.found.functions.extend(p.startup.iter().copied());
        self.found.functions.extend(p.entry);
        for export in &p.exports {
            self.take_address(export.graph);
        }
        let destructors = p.destructors.values().map(|d| &d.0);
        for g in p
            .finalizer_triggers
            .iter()
            .chain(p.custom_trace.values())
            .chain(destructors)
        {
            self.take_address(*g);
        }
        for class in &p.classes {
            self.container(class.vtable);
            if let Some(del) = class.del {
                self.take_address(del);
            }
        }
        for instance in p.exceptions.values() {
            self.container(*instance);
        }
    }

    fn run(&mut self) {
        loop {
            if let Some(&g) = self.found.functions.get_index(self.next_function) {
                self.next_function += 1;
                self.graph(g);
            } else if let Some(&c) = self.found.containers.get_index(self.next_container) {
                self.next_container += 1;
                self.contents(c);
            } else {
                return;
            }
        }
    }

    fn take_address(&mut self, g: GraphId) {
        self.found.functions.insert(g);
        self.found.address_taken.insert(g);
    }

    fn graph(&mut self, g: GraphId) {
        let graph = self.program.graphs.get(g);
        for b in graph.reachable() {
            let block = graph.block(b);
            for op in &block.ops {
                self.op(op);
            }
            if let ExitSwitch::Value(v) = &block.switch {
                self.operand(v);
            }
            for link in &block.exits {
                link.args.iter().for_each(|a| self.operand(a));
                if let ExitCase::Exception(c) | ExitCase::Value(c) = &link.case {
                    self.constant(c);
                }
            }
        }
    }

    fn op(&mut self, op: &Op) {
        let mut args = &op.args[..];
        match (op.code, args.first()) {
            (OpCode::DirectCall | OpCode::ExternCall, Some(Operand::Const(Const::LL(c)))) => {
                if let LLValue::Ptr(LLPtr::To(f)) = c.value {
                    self.function(f, false);
                    args = &args[1..];
                }
            }
            (OpCode::WeakrefCreate, _) => {
                self.found.gc_types.insert(rpy_lltype::LLTypes::WEAKREF);
            }
            (
                OpCode::Malloc
                | OpCode::MallocZeroed
                | OpCode::MallocVarsize
                | OpCode::MallocVarsizeZeroed
                | OpCode::MallocNonmovable,
                Some(Operand::Const(Const::Type(t))),
            ) => {
                self.found.gc_types.insert(self.program.types.resolve(*t));
            }
            _ => {}
        }
        args.iter().for_each(|a| self.operand(a));
    }

    fn operand(&mut self, operand: &Operand) {
        if let Operand::Const(c) = operand {
            self.constant(c);
        }
    }

    fn constant(&mut self, c: &Const) {
        match c {
            Const::LL(c) if !matches!(self.program.types.get(c.ty), LLType::Void) => self.value(&c.value),
            Const::Graphs(Some(graphs)) => graphs.iter().for_each(|g| {
                self.found.functions.insert(*g);
            }),
            Const::LL(_) | Const::Graphs(None) | Const::Host(_) | Const::Name(_) | Const::Type(_) | Const::Shape(_) => {
            }
        }
    }

    fn value(&mut self, value: &LLValue) {
        match value {
            LLValue::Ptr(LLPtr::To(c) | LLPtr::Item(c, _)) | LLValue::Address(LLPtr::To(c) | LLPtr::Item(c, _)) => {
                self.container(*c);
            }
            LLValue::Inline(c) => self.contents(*c),
            LLValue::Symbolic(s) => self.symbolic(s),
            _ => {}
        }
    }

    fn symbolic(&mut self, s: &Symbolic) {
        match s {
            Symbolic::TypeId(t) => {
                self.found.gc_types.insert(self.program.types.resolve(*t));
            }
            Symbolic::Sum(parts) => parts.iter().for_each(|p| self.symbolic(p)),
            _ => {}
        }
    }

    fn container(&mut self, c: ContainerId) {
        let outer = self.program.store.outermost(c);
        match &self.program.store.get(outer).data {
            Data::Func(_) => self.function(outer, true),
            _ => {
                self.found.containers.insert(outer);
            }
        }
    }

    fn function(&mut self, c: ContainerId, address: bool) {
        let Data::Func(f) = &self.program.store.get(c).data else {
            return self.container(c);
        };
        match f.graph {
            Some(g) if address => self.take_address(GraphId(g)),
            Some(g) => {
                self.found.functions.insert(GraphId(g));
            }
            None => {
                self.found.externals.insert(c);
                if let Some(info) = f.external.as_ref().and_then(|e| e.compilation_info) {
                    self.found.infos.insert(info);
                }
            }
        }
    }

    fn contents(&mut self, c: ContainerId) {
        let program = self.program;
        match &program.store.get(c).data {
            Data::Struct(values) | Data::Items(values) => values.iter().for_each(|v| self.value(v)),
            Data::WeakRef(LLPtr::To(target)) => self.container(*target),
            Data::Bytes(_) | Data::Func(_) | Data::Opaque(_) | Data::WeakRef(_) => {}
        }
    }
}
