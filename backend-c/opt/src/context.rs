//! What the passes know of the whole program.

use rpy_flow::{Const, GraphId, Op, OpCode, Operand};
use rpy_lltype::{ContainerId, Data, FuncObj, LLPtr, LLStore, LLTypeId, LLTypes, LLValue};
use rustc_hash::{FxHashMap, FxHashSet};

/// The class hierarchy, by vtable.
#[derive(Clone, Debug, Default)]
pub struct ClassTable {
    parents: Vec<Option<usize>>,
    vtables: Vec<ContainerId>,
    instances: FxHashMap<LLTypeId, usize>,
    index: FxHashMap<ContainerId, usize>,
    with_destructor: FxHashSet<LLTypeId>,
    /// Class whose instances are all that can be raised.
    exception_root: Option<usize>,
}

impl ClassTable {
    /// Adds a class: its vtable, the index of its parent, its instance struct, whether instances have a destructor (also
    /// inherited ones), and whether it is the class of all exceptions.
    pub fn add(
        &mut self,
        vtable: ContainerId,
        parent: Option<usize>,
        instance: LLTypeId,
        destructor: bool,
        root: bool,
    ) {
        let index = self.parents.len();
        self.parents.push(parent);
        self.vtables.push(vtable);
        self.instances.insert(instance, index);
        self.index.insert(vtable, index);
        if destructor {
            self.with_destructor.insert(instance);
        }
        if root && self.exception_root.is_none() {
            self.exception_root = Some(index);
        }
    }

    /// Number of the class whose instances have this struct.
    pub fn of_instance(&self, types: &LLTypes, ty: LLTypeId) -> Option<usize> {
        self.instances
            .get(&ty)
            .or_else(|| self.instances.get(&types.resolve(ty)))
            .copied()
    }

    /// The vtable of a class.
    pub fn vtable(&self, class: usize) -> ContainerId {
        self.vtables[class]
    }

    /// Adds a GC struct with a destructor.
    pub fn add_destructor(&mut self, ty: LLTypeId) {
        self.with_destructor.insert(ty);
    }

    /// Whether dead objects of this type are noticed.
    pub fn has_destructor(&self, types: &LLTypes, ty: LLTypeId) -> bool {
        self.with_destructor.iter().any(|t| types.same(*t, ty))
    }

    /// Number of the class with this vtable.
    pub fn of_vtable(&self, operand: &Operand) -> Option<usize> {
        match operand {
            Operand::Const(c) => self.of_constant(c),
            Operand::Var(_) => None,
        }
    }

    /// Number of the class with this vtable.
    pub fn of_constant(&self, c: &Const) -> Option<usize> {
        match c {
            Const::LL(c) => match c.value {
                LLValue::Ptr(LLPtr::To(v)) => self.index.get(&v).copied(),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether class `sub` is `class` or below it.
    pub fn is_subclass(&self, sub: usize, class: usize) -> bool {
        let mut next = Some(sub);
        while let Some(c) = next {
            if c == class {
                return true;
            }
            next = self.parents[c];
        }
        false
    }

    /// Whether everything that is raised is an instance of the class.
    pub fn catches_all(&self, class: &Const) -> bool {
        match (self.of_constant(class), self.exception_root) {
            (Some(class), Some(root)) => self.is_subclass(root, class),
            (Some(class), None) => self.parents[class].is_none(),
            (None, _) => false,
        }
    }
}

/// The constant function that an operand points to.
pub fn constant_function<'s>(store: &'s LLStore, operand: &Operand) -> Option<&'s FuncObj> {
    let Operand::Const(Const::LL(c)) = operand else {
        return None;
    };
    let LLValue::Ptr(LLPtr::To(f)) = c.value else {
        return None;
    };
    match &store.get(f).data {
        Data::Func(f) => Some(f),
        _ => None,
    }
}

/// The graph that a `direct_call` calls.
pub fn callee(store: &LLStore, op: &Op) -> Option<GraphId> {
    if op.code != OpCode::DirectCall {
        return None;
    }
    constant_function(store, op.args.first()?)?.graph.map(GraphId)
}
