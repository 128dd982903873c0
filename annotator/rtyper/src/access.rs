//! What the rtyper asks the annotator and the host: annotations of low-level types, helper functions and their graphs.

use crate::rtyper::{RTyper, Res};
use rpy_annotator::{AnnId, DictDefId, Kind, ListDefId};
use rpy_flow::{GraphId, Operand};
use rpy_host::Value;
use rpy_lltype::{ContainerId, FuncObj, FuncSig, LLPtr, LLType, LLTypeId, LLTypes, LLValue};
use rpy_syntax::Diagnostic;

impl RTyper<'_> {
    /// The representative of lists that have flowed together.
    pub fn canonical_list(&self, def: ListDefId) -> ListDefId {
        self.ann.find_list(def)
    }

    /// The representative of dicts that have flowed together.
    pub fn canonical_dict(&self, def: DictDefId) -> DictDefId {
        self.ann.find_dict(def)
    }

    /// The annotation of low-level values of a type.
    pub fn ann_of_lltype(&mut self, ty: LLTypeId) -> Res<AnnId> {
        let kind = match self.types().get(ty) {
            LLType::Void => return Ok(AnnId::NONE),
            LLType::Bool => return Ok(AnnId::BOOL),
            LLType::Char => return Ok(AnnId::CHAR),
            LLType::UniChar => return Ok(AnnId::UNICHAR),
            LLType::Float => return Ok(AnnId::FLOAT),
            LLType::SingleFloat => return Ok(AnnId::SINGLEFLOAT),
            LLType::LongFloat => return Ok(AnnId::LONGFLOAT),
            LLType::Address => return Ok(AnnId::ADDRESS),
            LLType::Int(int) => Kind::Int {
                int: *int,
                nonneg: !int.signed,
            },
            LLType::Ptr(_) => Kind::Ptr(self.types().resolve(ty)),
            _ => {
                return Err(self.internal(format!("values of type {} cannot be in variables", self.type_text(ty))));
            }
        };
        Ok(self.ann.anns.of(kind))
    }

    /// The annotation of a host constant.
    pub fn ann_of_constant(&mut self, value: Value) -> Res<AnnId> {
        Ok(self.ann.value(value))
    }

    /// The annotation of a constant low-level type.
    pub fn ann_of_type_constant(&mut self, ty: LLTypeId) -> Res<AnnId> {
        let value = self.host().new_lltype(ty);
        Ok(self.ann.value(value))
    }

    /// The annotation of a constant name.
    pub fn ann_of_name(&mut self, name: &str) -> Res<AnnId> {
        let value = Value::Obj(self.host().intern_str(name));
        Ok(self.ann.value(value))
    }

    /// A constant operand that is a low-level type, for helpers.
    pub fn type_operand(&self, ty: LLTypeId) -> Operand {
        Operand::Const(rpy_flow::Const::Type(self.types().resolve(ty)))
    }

    /// The host function `name` of a module of the bundled library.
    pub fn helper_function(&mut self, module: &'static str, name: &'static str) -> Res<Value> {
        if let Some(&f) = self.helper_functions.get(&(module, name)) {
            return Ok(f);
        }
        let found = match self.host().import_module(module) {
            Ok(m) => self.host().getattr(m, name),
            Err(e) => Err(e),
        };
        let f = found.map_err(|e| self.host_error(&e, &format!("the library helper {module}.{name} is missing")))?;
        self.helper_functions.insert((module, name), f);
        Ok(f)
    }

    /// A host exception as a diagnostic at the current place.
    pub fn host_error(&mut self, raised: &rpy_host::Raised, what: &str) -> Diagnostic {
        let d = self.host().diagnostic_of(raised);
        let result = self.error(what.to_string()).note(d.title.clone());
        d.notes.iter().fold(result, |r, n| r.note(n.clone()))
    }

    /// The graph of a helper for arguments of these annotations, annotated and queued.
    pub fn annotate_helper(&mut self, function: Value, args: &[AnnId]) -> Res<GraphId> {
        let found = self.ann.annotate_helper(function, args);
        let graph = match found {
            Ok(graph) => graph,
            Err(errors) => {
                let first = errors.into_iter().next();
                return Err(first.unwrap_or_else(|| self.internal("a helper cannot be analysed")));
            }
        };
        self.need_graph(graph);
        Ok(graph)
    }

    /// Parameter types and result type of a graph.
    pub fn graph_signature(&mut self, graph: GraphId) -> Res<(Vec<LLTypeId>, LLTypeId)> {
        let g = self.graph(graph);
        let params = g.block(g.start).inputs.clone();
        let result = g.return_var();
        let mut args = vec![];
        for p in params {
            let repr = self.var_repr(graph, p)?;
            args.push(self.lowleveltype(repr)?);
        }
        let repr = self.var_repr(graph, result)?;
        let result = self.lowleveltype(repr)?;
        Ok((args, result))
    }

    /// The representation of a variable of a graph, from its annotation.
    pub fn var_repr(&mut self, graph: GraphId, v: rpy_flow::VarId) -> Res<crate::repr::ReprId> {
        let ann = self.ann.binding(graph, v);
        self.get_repr(ann)
    }

    /// The function container of a graph.
    pub fn function_container(&mut self, graph: GraphId) -> Res<ContainerId> {
        if let Some(&c) = self.functions.get(&graph) {
            return Ok(c);
        }
        let (args, result) = self.graph_signature(graph)?;
        let ty = self.types_mut().intern(LLType::Func(FuncSig { args, result }));
        let name = self.graph(graph).name.clone();
        let callable = self.graph(graph).function.and_then(Value::obj).map(|o| o.0);
        let c = self.new_function(ty, name, graph, callable);
        self.need_graph(graph);
        Ok(c)
    }

    /// A function container for a graph.
    pub(crate) fn new_function(
        &mut self,
        ty: LLTypeId,
        name: std::sync::Arc<str>,
        graph: GraphId,
        callable: Option<u32>,
    ) -> ContainerId {
        let c = self.store_mut().func(
            ty,
            FuncObj {
                name,
                graph: Some(graph.0),
                callable,
                external: None,
            },
        );
        self.store_mut().get_mut(c).immortal = true;
        self.functions.insert(graph, c);
        c
    }

    /// A pointer constant to the function of a graph.
    pub fn function_pointer(&mut self, graph: GraphId) -> Res<Operand> {
        let c = self.function_container(graph)?;
        Ok(self.pointer_const(c))
    }

    /// A pointer to a prebuilt low-level function with a host implementation and no graph yet gets its graph.
    pub fn bind_prebuilt_function(&mut self, ptr: LLPtr) {
        if let LLPtr::To(c) = ptr {
            self.prebuilt_functions_seen.insert(c);
        }
    }

    /// The value of a pointer constant.
    pub fn const_pointer(v: &Operand) -> Option<LLPtr> {
        match v {
            Operand::Const(rpy_flow::Const::LL(c)) => match c.value {
                LLValue::Ptr(p) => Some(p),
                _ => None,
            },
            _ => None,
        }
    }

    /// `Ptr(OBJECT)`'s representation.
    pub fn object_repr(&mut self) -> crate::repr::ReprId {
        self.intern_repr(crate::repr::Repr::Instance(None))
    }

    /// `CLASSTYPE`'s representation.
    pub fn class_repr(&mut self) -> crate::repr::ReprId {
        self.intern_repr(crate::repr::Repr::Class)
    }

    /// `Signed`'s representation.
    pub fn signed_repr(&mut self) -> crate::repr::ReprId {
        self.intern_repr(crate::repr::Repr::Int(rpy_lltype::Int::SIGNED))
    }

    /// Whether a type is `Void`.
    pub fn is_void_type(&self, ty: LLTypeId) -> bool {
        self.types().resolve(ty) == LLTypes::VOID
    }
}
