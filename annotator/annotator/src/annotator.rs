//! The annotator's state and its reading interface.

use crate::definitions::{ClassDef, DictDef, ListDef, Place};
use crate::desc::{AttrFamily, AttrFamilyId, CallFamily, CallFamilyId, ClassDesc, Desc, FunctionDesc};
use crate::model::{AnnId, Anns, ClassDefId, DescId, DictDefId, Kind, ListDefId};
use indexmap::{IndexMap, IndexSet};
use rpy_flow::{BlockId, Const, Graph, GraphId, Graphs, Op, Operand, VarId};
use rpy_host::{Host, Value};
use rpy_syntax::{Diagnostic, Span};
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;

/// Progress of a block.
#[derive(Clone, Debug, Default)]
pub(crate) struct BlockState {
    /// Its inputs are bound.
    pub seen: bool,
    /// Analysed since its inputs changed.
    pub done: bool,
    /// In the work list.
    pub queued: bool,
    /// How often it was analysed.
    pub visits: u32,
    /// The operation that has no result yet.
    pub blocked_at: Option<u32>,
}

/// What is known of a graph beside bindings.
#[derive(Clone, Debug, Default)]
pub(crate) struct GraphState {
    /// The function, `None` for made-up graphs.
    pub desc: Option<DescId>,
    /// Blocks.
    pub blocks: Vec<BlockState>,
    /// Operations to analyse again when the result is widened.
    pub callers: IndexSet<Place>,
    /// Typed by the rtyper: not analysed any more.
    pub settled: bool,
    /// A low-level helper or called by one: functions without policy are specialised by low-level types.
    pub low_level: bool,
}

/// What a bool tells about other variables of its block.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Known {
    /// If it is true.
    pub yes: Vec<(VarId, AnnId)>,
    /// If it is false.
    pub no: Vec<(VarId, AnnId)>,
}

/// Why an operation has no result.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Not known yet, or never returns.
    Blocked,
    /// The program is wrong.
    Error(Box<Problem>),
}

/// An error found while an operation is analysed; its place is added by the fixpoint loop.
#[derive(Debug)]
pub(crate) struct Problem {
    pub diagnostic: Diagnostic,
    /// The diagnostic has its place already.
    pub placed: bool,
}

pub(crate) type Flow<T = AnnId> = Result<T, Stop>;

/// Marker for variables without annotation.
pub(crate) const UNBOUND: AnnId = AnnId(u32::MAX);

/// Whole-program type inference. Owns host, graphs and all annotations; later stages work on it.
pub struct Annotator {
    /// The host with all live objects.
    pub host: Host,
    /// All graphs.
    pub graphs: Graphs,
    /// All annotations.
    pub anns: Anns,
    pub(crate) bindings: Vec<Vec<AnnId>>,
    pub(crate) states: Vec<GraphState>,
    pub(crate) known: FxHashMap<(GraphId, VarId), Rc<Known>>,
    pub(crate) work: crate::worklist::WorkList,
    pub(crate) lists: Vec<ListDef>,
    pub(crate) list_parents: Vec<ListDefId>,
    pub(crate) list_at: FxHashMap<(Place, u32), ListDefId>,
    pub(crate) dicts: Vec<DictDef>,
    pub(crate) dict_parents: Vec<DictDefId>,
    pub(crate) dict_at: FxHashMap<(Place, u32), DictDefId>,
    pub(crate) classes: Vec<ClassDef>,
    pub(crate) instances_to_see: Vec<(Value, ClassDefId)>,
    pub(crate) seeing_instances: bool,
    pub(crate) descs: Vec<Desc>,
    pub(crate) desc_index: FxHashMap<(Value, Option<DescId>), DescId>,
    pub(crate) method_index: FxHashMap<crate::desc::MethodDesc, DescId>,
    pub(crate) frozen_method_index: FxHashMap<(DescId, DescId), DescId>,
    pub(crate) call_families: Vec<CallFamily>,
    pub(crate) call_family_parents: Vec<CallFamilyId>,
    pub(crate) call_family_of: FxHashMap<DescId, CallFamilyId>,
    pub(crate) attr_families: Vec<AttrFamily>,
    pub(crate) attr_family_parents: Vec<AttrFamilyId>,
    pub(crate) attr_family_of: FxHashMap<(DescId, Option<Arc<str>>), AttrFamilyId>,
    pub(crate) constants: FxHashMap<Value, AnnId>,
    pub(crate) canonical_values: FxHashMap<crate::constants::ValueKey, Value>,
    pub(crate) prototypes: FxHashMap<Value, Rc<Graph>>,
    pub(crate) call_places: IndexSet<Place>,
    /// Graphs before this one are simplified.
    pub(crate) simplified: usize,
    /// How many of the call places and emulated calls are in the call tables.
    pub(crate) tables_done: (usize, usize),
    pub(crate) emulated_calls: IndexMap<(u32, u32), (AnnId, Vec<AnnId>)>,
    pub(crate) memo: IndexMap<DescId, crate::memo::MemoTable>,
    pub(crate) memo_running: Vec<DescId>,
    pub(crate) erased: IndexMap<Value, crate::library::ErasedPair>,
    /// What `fetch_translated_config()` returns.
    pub config: Option<Value>,
    pub(crate) pending_rewrite: Option<Vec<Op>>,
    /// A graph is asked for by the rtyper.
    pub(crate) helper_call: bool,
    pub(crate) type_vars: FxHashMap<(GraphId, VarId), VarId>,
    pub(crate) errors: IndexMap<(GraphId, BlockId), Diagnostic>,
    pub(crate) global_errors: Vec<Diagnostic>,
    pub(crate) origin: FxHashMap<(GraphId, VarId), Span>,
    /// The operation being analysed.
    pub(crate) here: Place,
    pub(crate) here_span: Span,
}

impl Annotator {
    /// An annotator for the program loaded in `host`.
    pub fn new(host: Host) -> Annotator {
        Annotator {
            host,
            graphs: Graphs::default(),
            anns: Anns::new(),
            bindings: vec![],
            states: vec![],
            known: FxHashMap::default(),
            work: Default::default(),
            lists: vec![],
            list_parents: vec![],
            list_at: FxHashMap::default(),
            dicts: vec![],
            dict_parents: vec![],
            dict_at: FxHashMap::default(),
            classes: vec![],
            instances_to_see: vec![],
            seeing_instances: false,
            descs: vec![],
            desc_index: FxHashMap::default(),
            method_index: FxHashMap::default(),
            frozen_method_index: FxHashMap::default(),
            call_families: vec![],
            call_family_parents: vec![],
            call_family_of: FxHashMap::default(),
            attr_families: vec![],
            attr_family_parents: vec![],
            attr_family_of: FxHashMap::default(),
            constants: FxHashMap::default(),
            canonical_values: FxHashMap::default(),
            prototypes: FxHashMap::default(),
            call_places: IndexSet::new(),
            simplified: 0,
            tables_done: (0, 0),
            emulated_calls: IndexMap::new(),
            memo: IndexMap::new(),
            memo_running: vec![],
            erased: IndexMap::new(),
            config: None,
            pending_rewrite: None,
            helper_call: false,
            type_vars: FxHashMap::default(),
            errors: IndexMap::new(),
            global_errors: vec![],
            origin: FxHashMap::default(),
            here: Place {
                graph: GraphId(0),
                block: BlockId(0),
                op: 0,
            },
            here_span: Span::NONE,
        }
    }

    /// Annotation of a variable, `Impossible` if the analysis never reached it.
    pub fn binding(&self, graph: GraphId, var: VarId) -> AnnId {
        self.bound(graph, var).unwrap_or(AnnId::IMPOSSIBLE)
    }

    /// Annotation of a variable, if it was reached.
    pub fn bound(&self, graph: GraphId, var: VarId) -> Option<AnnId> {
        let id = *self.bindings.get(graph.index())?.get(var.index())?;
        (id != UNBOUND).then_some(id)
    }

    /// Annotation of an operand: of the variable, or of the constant.
    pub fn operand(&mut self, graph: GraphId, operand: &Operand) -> AnnId {
        match operand {
            Operand::Var(v) => self.binding(graph, *v),
            Operand::Const(Const::Host(v)) => self.value(*v),
            Operand::Const(Const::Name(name)) => {
                let v = Value::Obj(self.host.intern_str(name));
                self.value(v)
            }
            Operand::Const(_) => AnnId::IMPOSSIBLE,
        }
    }

    /// Sets the annotation of a variable that a later stage made.
    pub fn set_binding(&mut self, graph: GraphId, var: VarId, ann: AnnId) {
        let table = &mut self.bindings[graph.index()];
        if table.len() <= var.index() {
            table.resize(var.index() + 1, UNBOUND);
        }
        table[var.index()] = ann;
    }

    /// Kind of an annotation.
    pub fn kind(&self, id: AnnId) -> &Kind {
        self.anns.kind(id)
    }

    /// The constant of an annotation.
    pub fn constant(&self, id: AnnId) -> Option<Value> {
        self.anns.constant(id)
    }

    /// The id that stands for all lists merged with `id`.
    pub fn find_list(&self, mut id: ListDefId) -> ListDefId {
        while self.list_parents[id.index()] != id {
            id = self.list_parents[id.index()];
        }
        id
    }

    /// What is known of a list.
    pub fn list(&self, id: ListDefId) -> &ListDef {
        &self.lists[self.find_list(id).index()]
    }

    /// The id that stands for all dicts merged with `id`.
    pub fn find_dict(&self, mut id: DictDefId) -> DictDefId {
        while self.dict_parents[id.index()] != id {
            id = self.dict_parents[id.index()];
        }
        id
    }

    /// What is known of a dict.
    pub fn dict(&self, id: DictDefId) -> &DictDef {
        &self.dicts[self.find_dict(id).index()]
    }

    /// The annotation in which merged list and dict definitions are replaced by the ones that stand for them.
    pub fn canonical(&mut self, id: AnnId) -> AnnId {
        let ann = self.anns.get(id).clone();
        let kind = match ann.kind {
            Kind::List(l) if self.find_list(l) != l => Kind::List(self.find_list(l)),
            Kind::Dict(d) if self.find_dict(d) != d => Kind::Dict(self.find_dict(d)),
            Kind::Tuple(items) => Kind::Tuple(items.iter().map(|i| self.canonical(*i)).collect()),
            Kind::Slice(items) => Kind::Slice(items.iter().map(|i| self.canonical(*i)).collect()),
            Kind::Iterator { container, kind } => Kind::Iterator {
                container: self.canonical(container),
                kind,
            },
            Kind::BuiltinMethod { name, receiver } => Kind::BuiltinMethod {
                name,
                receiver: self.canonical(receiver),
            },
            _ => return id,
        };
        self.anns.intern(crate::model::Ann {
            kind,
            constant: ann.constant,
        })
    }

    /// A class with its attributes.
    pub fn class(&self, id: ClassDefId) -> &ClassDef {
        &self.classes[id.index()]
    }

    /// All classes in order of creation.
    pub fn class_ids(&self) -> impl Iterator<Item = ClassDefId> + use<> {
        (0..self.classes.len()).map(ClassDefId::new)
    }

    /// A descriptor.
    pub fn desc(&self, id: DescId) -> &Desc {
        &self.descs[id.index()]
    }

    /// The descriptor of a class, if `id` is one.
    pub fn class_desc(&self, id: DescId) -> Option<&ClassDesc> {
        match self.desc(id) {
            Desc::Class(c) => Some(c),
            Desc::Function(_) | Desc::Method(_) | Desc::Frozen(_) | Desc::FrozenMethod { .. } => None,
        }
    }

    /// The descriptor of a function, if `id` is one.
    pub fn function_desc(&self, id: DescId) -> Option<&FunctionDesc> {
        match self.desc(id) {
            Desc::Function(f) => Some(f),
            Desc::Class(_) | Desc::Method(_) | Desc::Frozen(_) | Desc::FrozenMethod { .. } => None,
        }
    }

    /// The function that a graph was made from, if any.
    pub fn graph_desc(&self, graph: GraphId) -> Option<DescId> {
        self.states.get(graph.index())?.desc
    }

    /// Bases of a class from itself upwards.
    pub fn mro(&self, class: ClassDefId) -> Vec<ClassDefId> {
        std::iter::successors(Some(class), |c| self.class(*c).base).collect()
    }

    /// A class and all classes below it, in preorder.
    pub fn subclasses(&self, class: ClassDefId) -> Vec<ClassDefId> {
        let mut result = vec![];
        let mut stack = vec![class];
        while let Some(c) = stack.pop() {
            result.push(c);
            stack.extend(self.class(c).subclasses.iter().rev());
        }
        result
    }

    /// Whether `sub` is `base` or below it.
    pub fn is_subclass(&self, sub: ClassDefId, base: ClassDefId) -> bool {
        let mut at = Some(sub);
        while let Some(c) = at {
            if c == base {
                return true;
            }
            at = self.class(c).base;
        }
        false
    }

    /// The nearest class that both derive from.
    pub fn common_base(&self, a: ClassDefId, b: ClassDefId) -> Option<ClassDefId> {
        self.mro(a).into_iter().find(|c| self.is_subclass(b, *c))
    }

    /// The class that owns an attribute of instances of `class`.
    pub fn attribute_owner(&self, class: ClassDefId, name: &str) -> Option<ClassDefId> {
        self.mro(class)
            .into_iter()
            .find(|c| self.class(*c).attributes.contains_key(name))
    }

    /// The call family of a descriptor, if it was ever called.
    pub fn call_family(&self, desc: DescId) -> Option<&CallFamily> {
        let id = *self.call_family_of.get(&desc)?;
        Some(&self.call_families[self.find_call_family(id).index()])
    }

    /// Id of the call family of a descriptor: equal for those called at the same places.
    pub fn call_family_id(&self, desc: DescId) -> Option<CallFamilyId> {
        self.call_family_of.get(&desc).map(|id| self.find_call_family(*id))
    }

    /// The attribute family of a frozen instance.
    pub fn frozen_family(&self, desc: DescId) -> Option<&AttrFamily> {
        self.attr_family(desc, None)
    }

    /// The family of classes of which the attribute `name` is read through the class.
    pub fn class_attr_family(&self, desc: DescId, name: &str) -> Option<&AttrFamily> {
        self.attr_family(desc, Some(name.into()))
    }

    /// Id of the family behind [`Annotator::frozen_family`].
    pub fn frozen_family_id(&self, desc: DescId) -> Option<AttrFamilyId> {
        self.attr_family_of
            .get(&(desc, None))
            .map(|id| self.find_attr_family(*id))
    }

    fn attr_family(&self, desc: DescId, name: Option<Arc<str>>) -> Option<&AttrFamily> {
        let id = *self.attr_family_of.get(&(desc, name))?;
        Some(&self.attr_families[self.find_attr_family(id).index()])
    }

    pub(crate) fn find_call_family(&self, mut id: CallFamilyId) -> CallFamilyId {
        while self.call_family_parents[id.index()] != id {
            id = self.call_family_parents[id.index()];
        }
        id
    }

    pub(crate) fn find_attr_family(&self, mut id: AttrFamilyId) -> AttrFamilyId {
        while self.attr_family_parents[id.index()] != id {
            id = self.attr_family_parents[id.index()];
        }
        id
    }
}
