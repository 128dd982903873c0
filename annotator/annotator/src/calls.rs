//! Calls of functions, methods and classes.

use crate::annotator::{Annotator, Flow, Stop};
use crate::arguments::{ArgSource, match_arguments};
use crate::definitions::Place;
use crate::desc::{Desc, MethodDesc, Policy};
use crate::model::{AnnId, DescId, Kind};
use rpy_flow::model::CallShape;
use rpy_flow::{Const, GraphId, Op, OpCode, Operand};
use rpy_host::Value;
use std::sync::Arc;

/// Annotated arguments of a call; items of a star tuple are among the positional ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Args {
    pub positional: Vec<AnnId>,
    pub keywords: Vec<(Arc<str>, AnnId)>,
}

impl Args {
    pub fn of(positional: &[AnnId]) -> Args {
        Args {
            positional: positional.to_vec(),
            keywords: vec![],
        }
    }

    /// With one more argument in front.
    pub fn prepend(&self, first: AnnId) -> Args {
        let mut positional = vec![first];
        positional.extend(&self.positional);
        Args {
            positional,
            keywords: self.keywords.clone(),
        }
    }

    pub fn shape(&self) -> CallShape {
        CallShape {
            n_positional: self.positional.len() as u32,
            keywords: self.keywords.iter().map(|(k, _)| k.clone()).collect(),
            star: false,
        }
    }

    pub fn keyword(&self, name: &str) -> Option<AnnId> {
        self.keywords.iter().find(|(k, _)| &**k == name).map(|(_, a)| *a)
    }
}

/// What a call of one member of a set calls.
#[derive(Clone, Debug)]
pub struct Callee {
    /// The member: function, method, class, method of a frozen instance.
    pub desc: DescId,
    /// The function that is called (of a class, its `__init__`), if any.
    pub function: Option<DescId>,
    /// Its graph for this call.
    pub graph: Option<GraphId>,
    /// Shape of the call: with `self`, the star tuple taken apart.
    pub shape: CallShape,
    /// Where the inputs of the graph come from.
    pub args: Vec<ArgSource>,
}

impl Annotator {
    /// The arguments of a `simple_call` or `call_args`.
    pub(crate) fn call_arguments(&mut self, graph: GraphId, op: &Op) -> Flow<Args> {
        let mut anns = Vec::with_capacity(op.args.len());
        for arg in &op.args[1..] {
            anns.push(self.operand_flow(graph, arg)?);
        }
        if op.code != OpCode::CallArgs {
            return Ok(Args::of(&anns));
        }
        let Some(Operand::Const(Const::Shape(shape))) = op.args.get(1) else {
            return Ok(Args::of(&anns));
        };
        let mut anns = anns.split_off(1).into_iter();
        let mut args = Args::of(&anns.by_ref().take(shape.n_positional as usize).collect::<Vec<_>>());
        for name in &shape.keywords {
            let ann = anns.next().unwrap_or(AnnId::IMPOSSIBLE);
            args.keywords.push((name.clone(), ann));
        }
        if shape.star {
            let star = anns.next().unwrap_or(AnnId::IMPOSSIBLE);
            match self.anns.kind(star) {
                Kind::Tuple(items) => args.positional.extend(items.iter()),
                _ => {
                    let what = self.describe(star);
                    return Err(self
                        .error(
                            "RPY0403",
                            format!("the argument after `*` must be a tuple, it is {what}"),
                        )
                        .help("only tuples have a length that is known while translating"));
                }
            }
        }
        Ok(args)
    }

    /// Calls a value.
    pub(crate) fn call_value(&mut self, callable: AnnId, args: &Args) -> Flow {
        match self.anns.kind(callable).clone() {
            Kind::Pbc { descs, can_be_none: _ } => {
                self.call_places.insert(self.here);
                self.call_descs(&descs, args)
            }
            Kind::Builtin(i) => self.call_intrinsic(i, callable, args),
            Kind::BuiltinMethod { name, receiver } => self.call_builtin_method(receiver, &name, args),
            Kind::LLAdtMethod { receiver, function } => {
                let desc = self.function_desc_of(function, None)?;
                let args = args.prepend(receiver);
                self.call_desc(desc, &args)
            }
            Kind::Ptr(ty) => self.call_pointer(ty, args),
            Kind::WeakRef(class) if args.positional.is_empty() => Ok(match class {
                Some(classdef) => self.anns.of(Kind::Instance {
                    classdef,
                    can_be_none: true,
                }),
                None => AnnId::NONE,
            }),
            Kind::TypeOf(Some(_)) | Kind::TypeOf(None) => {
                Err(self.error("RPY0404", "a class that is only known at run time cannot be called"))
            }
            Kind::Impossible => Err(Stop::Blocked),
            Kind::None => Err(self.error("RPY0411", "None is called like a function")),
            _ => {
                let what = self.describe(callable);
                Err(self.error("RPY0404", format!("{what} cannot be called")))
            }
        }
    }

    fn call_descs(&mut self, descs: &[DescId], args: &Args) -> Flow {
        if descs.len() > 1 {
            self.merge_call_families(descs);
        }
        let mut result = AnnId::IMPOSSIBLE;
        let mut error = None;
        for desc in descs {
            match self.call_desc(*desc, args) {
                Ok(ann) => result = self.unite(result, ann)?,
                Err(Stop::Blocked) => {}
                Err(e) => error = error.or(Some(e)),
            }
        }
        match error {
            Some(e) => Err(e),
            None if result == AnnId::IMPOSSIBLE => Err(Stop::Blocked),
            None => Ok(result),
        }
    }

    pub(crate) fn call_desc(&mut self, desc: DescId, args: &Args) -> Flow {
        match self.desc(desc) {
            Desc::Function(_) => self.call_function(desc, args),
            Desc::Method(m) => {
                let m = m.clone();
                let Some(class) = m.self_class else {
                    return self.call_function(m.function, args);
                };
                let receiver = self.anns.instance(class);
                let args = args.prepend(receiver);
                self.call_function(m.function, &args)
            }
            Desc::Class(_) => self.call_class(desc, args),
            Desc::Frozen(f) => {
                let value = f.value;
                let shown = self.host.repr(value);
                Err(self.error("RPY0404", format!("the prebuilt object {shown} cannot be called")))
            }
            Desc::FrozenMethod { function, frozen } => {
                let (function, frozen) = (*function, *frozen);
                let receiver = self.pbc(&[frozen], false);
                let args = args.prepend(receiver);
                self.call_function(function, &args)
            }
        }
    }

    /// Annotations of the parameters of a function.
    fn bind_arguments(&mut self, function: DescId, args: &Args) -> Flow<Vec<AnnId>> {
        let Desc::Function(f) = self.desc(function) else {
            return Ok(vec![]);
        };
        let keywords: Vec<Arc<str>> = args.keywords.iter().map(|(k, _)| k.clone()).collect();
        let sources = match match_arguments(&f.signature, &f.name, args.positional.len(), &keywords) {
            Ok(sources) => sources,
            Err(text) => return Err(self.argument_error(function, text)),
        };
        let mut inputs = Vec::with_capacity(sources.len());
        for source in sources {
            inputs.push(match source {
                ArgSource::Positional(i) => args.positional[i],
                ArgSource::Keyword(i) => args.keywords[i].1,
                ArgSource::Default(value) => self.try_value(value)?,
            });
        }
        self.enforce_arguments(function, &mut inputs)?;
        Ok(inputs)
    }

    pub(crate) fn call_function(&mut self, function: DescId, args: &Args) -> Flow {
        let inputs = self.bind_arguments(function, args)?;
        if let Some(f) = self.function_desc(function)
            && f.policy == Policy::Memo
        {
            return self.call_memo(function, &inputs);
        }
        let graph = self.specialized_graph(function, &inputs)?;
        self.call_graph(graph, &inputs)
    }

    /// Feeds arguments to a graph; the result so far.
    pub(crate) fn call_graph(&mut self, graph: GraphId, inputs: &[AnnId]) -> Flow {
        let here = self.here;
        self.states[graph.index()].callers.insert(here);
        let start = self.graphs.get(graph).start;
        let inputs = &self.helper_inputs(graph, inputs);
        self.add_pending(graph, start, inputs)?;
        let result = self.graphs.get(graph).return_var();
        match self.bound(graph, result) {
            Some(ann) => Ok(self.enforced_result(graph, ann)),
            None => Err(Stop::Blocked),
        }
    }

    /// Makes an instance.
    fn call_class(&mut self, desc: DescId, args: &Args) -> Flow {
        if let Some(made) = self.make_low_level_type(desc, args)? {
            return Ok(made);
        }
        let class = self.classdef_of(desc)?;
        self.note_instance(class)?;
        let instance = self.anns.instance(class);
        let Some(init) = self.read_class_attribute(desc, "__init__")? else {
            let value = self.class_desc(desc).map_or(Value::None, |c| c.class);
            if self.is_exception_class(value) {
                self.init_exception(class, value, args)?;
            } else if !args.positional.is_empty() || !args.keywords.is_empty() {
                return Err(self.constructor_error(desc));
            }
            return Ok(instance);
        };
        let args = args.prepend(instance);
        match self.anns.kind(init).clone() {
            Kind::Pbc { descs, .. } if self.function_desc(descs[0]).is_some() => {
                match self.call_function(descs[0], &args) {
                    Ok(AnnId::NONE) => {}
                    Ok(other) => {
                        let what = self.describe(other);
                        return Err(self.error("RPY0409", format!("`__init__` must return None, it returns {what}")));
                    }
                    Err(e) => return Err(e),
                }
            }
            Kind::Builtin(i) => {
                self.call_intrinsic(i, init, &args)?;
            }
            _ => return Err(self.error("RPY0409", "`__init__` is not a function")),
        }
        Ok(instance)
    }

    /// `Ptr(T)` and the like with constant arguments make a type while translating.
    fn make_low_level_type(&mut self, desc: DescId, args: &Args) -> Flow<Option<AnnId>> {
        let class = self.class_desc(desc).map_or(Value::None, |c| c.class);
        let low_level = Value::Obj(self.host.types.lowlevel_type);
        if !self.host.issubclass(class, low_level) || !args.keywords.is_empty() {
            return Ok(None);
        }
        let values: Option<Vec<Value>> = args.positional.iter().map(|a| self.anns.constant(*a)).collect();
        let Some(values) = values else {
            return Err(self.error("RPY0415", "low-level types can only be made from constants"));
        };
        let made = self.host.call(class, &values, &[]).map_err(|e| self.raised_error(&e))?;
        self.try_value(made).map(Some)
    }

    /// What the constructor of a built-in exception does with its arguments: environment errors keep theirs.
    pub(crate) fn init_exception(&mut self, class: crate::model::ClassDefId, value: Value, args: &Args) -> Flow<()> {
        let environment = Value::Obj(self.host.exceptions.environment_error);
        if self.host.issubclass(value, environment) {
            for (name, ann) in ["errno", "strerror", "filename"].iter().zip(&args.positional) {
                if args.positional.len() > 1 {
                    self.generalize_attribute(class, name, *ann)?;
                }
            }
        }
        Ok(())
    }

    /// Remembers that these are called at the same place.
    pub(crate) fn merge_call_families(&mut self, descs: &[DescId]) -> crate::desc::CallFamilyId {
        let mut family = None;
        for desc in descs {
            let own = self.own_call_family(*desc);
            family = Some(match family {
                None => own,
                Some(f) => self.join_call_families(f, own),
            });
        }
        family.expect("a set of descriptors is never empty")
    }

    fn own_call_family(&mut self, desc: DescId) -> crate::desc::CallFamilyId {
        if let Some(id) = self.call_family_of.get(&desc) {
            return self.find_call_family(*id);
        }
        let id = crate::desc::CallFamilyId::new(self.call_families.len());
        let mut family = crate::desc::CallFamily::default();
        family.members.insert(desc);
        self.call_families.push(family);
        self.call_family_parents.push(id);
        self.call_family_of.insert(desc, id);
        id
    }

    fn join_call_families(
        &mut self,
        a: crate::desc::CallFamilyId,
        b: crate::desc::CallFamilyId,
    ) -> crate::desc::CallFamilyId {
        let (a, b) = (self.find_call_family(a), self.find_call_family(b));
        if a == b {
            return a;
        }
        let (into, from) = if a < b { (a, b) } else { (b, a) };
        self.call_family_parents[from.index()] = into;
        let other = std::mem::take(&mut self.call_families[from.index()]);
        let family = &mut self.call_families[into.index()];
        family.members.extend(other.members);
        family.places.extend(other.places);
        for (shape, rows) in other.tables {
            let known = family.tables.entry(shape).or_default();
            for row in rows {
                if !known.contains(&row) {
                    known.push(row);
                }
            }
        }
        into
    }

    /// Calls a value on behalf of the library (equality functions of dicts …); `key` tells such calls apart.
    pub(crate) fn emulated_call(&mut self, callable: AnnId, args: &[AnnId], key: (u32, u32)) -> Flow<()> {
        self.emulated_calls.insert(key, (callable, args.to_vec()));
        match self.anns.kind(callable).clone() {
            Kind::Pbc { descs, .. } => match self.call_descs(&descs, &Args::of(args)) {
                Ok(_) | Err(Stop::Blocked) => Ok(()),
                Err(e) => Err(e),
            },
            Kind::None => Ok(()),
            _ => match self.call_value(callable, &Args::of(args)) {
                Ok(_) | Err(Stop::Blocked) => Ok(()),
                Err(e) => Err(e),
            },
        }
    }

    /// What a call operation calls, member by member of the called set. Valid after the fixpoint.
    pub fn resolve_call(&mut self, graph: GraphId, block: rpy_flow::BlockId, index: usize) -> Vec<Callee> {
        let Some(op) = self.graphs.get(graph).block(block).ops.get(index).cloned() else {
            return vec![];
        };
        self.here = Place {
            graph,
            block,
            op: index as u32,
        };
        self.here_span = op.span;
        let callable = self.operand(graph, &op.args[0]);
        let Ok(args) = self.call_arguments(graph, &op) else {
            return vec![];
        };
        self.resolve_callees(callable, &args)
    }

    /// What a call of `callable` with arguments of these annotations calls.
    pub fn resolve_call_of(&mut self, callable: AnnId, args: &[AnnId]) -> Vec<Callee> {
        // Not a call of the operation that was analysed last, which may belong to a low-level helper.
        self.here.graph = GraphId(u32::MAX);
        self.resolve_callees(callable, &Args::of(args))
    }

    pub(crate) fn resolve_callees(&mut self, callable: AnnId, args: &Args) -> Vec<Callee> {
        match self.anns.kind(callable).clone() {
            Kind::Pbc { descs, .. } => descs.iter().map(|d| self.resolve_desc(*d, args)).collect(),
            Kind::LLAdtMethod { receiver, function } => {
                let args = args.prepend(receiver);
                let desc = self.function_desc_of(function, None);
                desc.map_or(vec![], |d| vec![self.resolve_desc(d, &args)])
            }
            _ => vec![],
        }
    }

    fn resolve_desc(&mut self, desc: DescId, args: &Args) -> Callee {
        let (function, args) = match self.desc(desc).clone() {
            Desc::Function(_) => (Some(desc), args.clone()),
            Desc::Method(m) => match m.self_class {
                Some(class) => {
                    let receiver = self.anns.instance(class);
                    (Some(m.function), args.prepend(receiver))
                }
                None => (Some(m.function), args.clone()),
            },
            Desc::Class(_) => {
                let init = self.read_class_attribute(desc, "__init__").ok().flatten();
                let function = match init.map(|i| self.anns.kind(i).clone()) {
                    Some(Kind::Pbc { descs, .. }) => Some(descs[0]),
                    _ => None,
                };
                match self.classdef_of(desc) {
                    Ok(class) => {
                        let receiver = self.anns.instance(class);
                        (function, args.prepend(receiver))
                    }
                    Err(_) => (function, args.clone()),
                }
            }
            Desc::FrozenMethod { function, frozen } => {
                let receiver = self.pbc(&[frozen], false);
                (Some(function), args.prepend(receiver))
            }
            Desc::Frozen(_) => (None, args.clone()),
        };
        let mut callee = Callee {
            desc,
            function,
            graph: None,
            shape: args.shape(),
            args: vec![],
        };
        let Some(function) = function else { return callee };
        let Ok(inputs) = self.bind_arguments(function, &args) else {
            return callee;
        };
        let keywords = callee.shape.keywords.clone();
        if let Some(f) = self.function_desc(function) {
            callee.args = match_arguments(&f.signature, &f.name, args.positional.len(), &keywords).unwrap_or_default();
            callee.graph = if f.policy == Policy::Memo {
                f.graphs.values().next().copied()
            } else {
                self.specialized_graph(function, &inputs).ok()
            };
        }
        callee
    }

    /// Fills the tables of all call families from the calls of the program found since the last time.
    pub(crate) fn compute_call_tables(&mut self) {
        let places: Vec<Place> = self.call_places.iter().skip(self.tables_done.0).copied().collect();
        self.tables_done.0 = self.call_places.len();
        for place in places {
            let Some(op) = self
                .graphs
                .get(place.graph)
                .block(place.block)
                .ops
                .get(place.op as usize)
                .cloned()
            else {
                continue;
            };
            if !matches!(op.code, OpCode::SimpleCall | OpCode::CallArgs) {
                continue;
            }
            let callees = self.resolve_call(place.graph, place.block, place.op as usize);
            self.add_rows(&callees, op.span);
        }
        let emulated: Vec<(AnnId, Vec<AnnId>)> =
            self.emulated_calls.values().skip(self.tables_done.1).cloned().collect();
        self.tables_done.1 = self.emulated_calls.len();
        for (callable, args) in emulated {
            let callees = self.resolve_call_of(callable, &args);
            self.add_rows(&callees, rpy_syntax::Span::NONE);
        }
    }

    fn add_rows(&mut self, callees: &[Callee], span: rpy_syntax::Span) {
        let members: Vec<DescId> = callees
            .iter()
            .flat_map(|c| [Some(c.desc), c.function])
            .flatten()
            .collect();
        let Some(first) = callees.first() else { return };
        let family = self.merge_call_families(&members);
        let row: crate::desc::CallRow = callees.iter().filter_map(|c| Some((c.function?, c.graph?))).collect();
        let family = &mut self.call_families[family.index()];
        family.places.push(span);
        let rows = family.tables.entry(first.shape.clone()).or_default();
        if !rows.contains(&row) {
            rows.push(row);
        }
    }

    /// A method of a prebuilt instance, as a constant.
    pub(crate) fn prebuilt_method(&mut self, value: Value, func: Value, class: crate::model::ClassDefId) -> Flow {
        let function = self.function_desc_of(func, None)?;
        let name = self.function_desc(function).map(|f| f.name.clone()).unwrap_or_default();
        let mut origin = class;
        for up in self.mro(class) {
            let own = self
                .class_desc(self.class(up).desc)
                .and_then(|c| c.attributes.get(&name).copied());
            if own == Some(func) {
                origin = up;
                break;
            }
        }
        self.locate_attribute(class, &name)?;
        let desc = self.method_desc_of(MethodDesc {
            function,
            origin,
            self_class: Some(class),
            name,
        });
        Ok(self.anns.with_constant(
            Kind::Pbc {
                descs: Arc::from([desc]),
                can_be_none: false,
            },
            value,
        ))
    }
}
