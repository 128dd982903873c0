//! Building low-level operations: the operations that replace one high-level operation, or convert a link's arguments.

use crate::repr::ReprId;
use crate::rtyper::{RTyper, Res};
use rpy_flow::{Const, GraphId, Op, OpCode, Operand};
use rpy_host::Value;
use rpy_lltype::{ContainerId, LLPtr, LLTypeId, LLTypes, LLValue};
use rpy_syntax::Span;

/// Which of the new operations is the one whose exceptions the block's links catch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Raising {
    /// The last one that can raise.
    Last,
    /// That one.
    At(usize),
    /// None: the exceptions cannot occur.
    Never,
}

/// A list of low-level operations under construction.
pub struct LLOps<'h, 'a> {
    /// The rtyper.
    pub rt: &'h mut RTyper<'a>,
    /// Graph they belong to.
    pub graph: GraphId,
    /// The operations.
    pub ops: Vec<Op>,
    /// Source of new ones.
    pub span: Span,
    /// Which one raises.
    pub raising: Raising,
}

impl<'h, 'a> LLOps<'h, 'a> {
    /// An empty list.
    pub fn new(rt: &'h mut RTyper<'a>, graph: GraphId, span: Span) -> Self {
        LLOps {
            rt,
            graph,
            ops: vec![],
            span,
            raising: Raising::Last,
        }
    }

    /// Adds an operation; its result is a new variable of type `ty`.
    pub fn genop(&mut self, code: OpCode, args: impl Into<Vec<Operand>>, ty: LLTypeId) -> Operand {
        let ty = self.rt.types().resolve(ty);
        let result = self.rt.graph_mut(self.graph).new_typed_var(ty);
        self.ops.push(Op {
            code,
            args: args.into(),
            result,
            span: self.span,
        });
        Operand::Var(result)
    }

    /// Adds an operation without result.
    pub fn genop_void(&mut self, code: OpCode, args: impl Into<Vec<Operand>>) {
        self.genop(code, args, LLTypes::VOID);
    }

    /// Low-level type of an operand.
    pub fn type_of(&self, v: &Operand) -> LLTypeId {
        self.rt.types().resolve(self.rt.graph(self.graph).operand_type(v))
    }

    /// Says that the exceptions caught by the block are those of the operation that comes next.
    pub fn exception_is_here(&mut self) {
        self.raising = Raising::At(self.ops.len());
    }

    /// Says that no exception occurs.
    pub fn exception_cannot_occur(&mut self) {
        self.raising = Raising::Never;
    }

    /// Calls a graph with arguments already of its parameters' types.
    pub fn call_graph(&mut self, graph: GraphId, args: Vec<Operand>) -> Res<Operand> {
        self.rt.need_graph(graph);
        let f = self.rt.function_pointer(graph)?;
        let (_, result) = self.rt.graph_signature(graph)?;
        let mut operands = vec![f];
        operands.extend(args);
        Ok(self.genop(OpCode::DirectCall, operands, result))
    }

    /// Calls an RPython helper function of the bundled library. `Void` arguments are host constants
    /// (`Operand::host`, `Operand::Const(Const::Type)`) and specialise it; the others by their low-level type.
    pub fn call_helper(&mut self, module: &'static str, name: &'static str, args: Vec<Operand>) -> Res<Operand> {
        let function = self.rt.helper_function(module, name)?;
        self.call_host_function(function, args)
    }

    /// The same for a given host function.
    pub fn call_host_function(&mut self, function: Value, args: Vec<Operand>) -> Res<Operand> {
        let graph = self.helper_graph(function, &args)?;
        let (params, _) = self.rt.graph_signature(graph)?;
        if params.len() != args.len() {
            return Err(self.rt.internal(format!(
                "a helper takes {} arguments but gets {}",
                params.len(),
                args.len()
            )));
        }
        self.call_graph(graph, args)
    }

    /// The graph of a helper for arguments like these.
    pub fn helper_graph(&mut self, function: Value, args: &[Operand]) -> Res<GraphId> {
        let mut anns = vec![];
        for arg in args {
            let ann = match arg {
                Operand::Const(Const::Host(v)) => self.rt.ann_of_constant(*v)?,
                Operand::Const(Const::Type(t)) => self.rt.ann_of_type_constant(*t)?,
                Operand::Const(Const::Name(n)) => self.rt.ann_of_name(n)?,
                _ => {
                    let ty = self.type_of(arg);
                    self.rt.ann_of_lltype(ty)?
                }
            };
            anns.push(ann);
        }
        self.rt.annotate_helper(function, &anns)
    }

    /// A constant of a representation.
    pub fn inputconst(&mut self, repr: ReprId, value: Value) -> Res<Operand> {
        self.rt.inputconst(repr, value)
    }

    /// Converts a value from one representation to another.
    pub fn convertvar(&mut self, v: Operand, from: ReprId, to: ReprId) -> Res<Operand> {
        crate::convert::convert(self, v, from, to)
    }

    /// Reads a field.
    pub fn getfield(&mut self, ptr: Operand, field: &str) -> Res<Operand> {
        let ty = self.field_type(&ptr, field)?;
        Ok(self.genop(OpCode::Getfield, [ptr, Operand::name(field)], ty))
    }

    /// Writes a field.
    pub fn setfield(&mut self, ptr: Operand, field: &str, value: Operand) {
        self.genop_void(OpCode::Setfield, [ptr, Operand::name(field), value]);
    }

    /// Pointer to an inlined struct or array.
    pub fn getsubstruct(&mut self, ptr: Operand, field: &str) -> Res<Operand> {
        let ty = self.field_type(&ptr, field)?;
        let ty = self.rt.types_mut().ptr(ty);
        Ok(self.genop(OpCode::Getsubstruct, [ptr, Operand::name(field)], ty))
    }

    fn field_type(&mut self, ptr: &Operand, field: &str) -> Res<LLTypeId> {
        let ty = self.type_of(ptr);
        let types = self.rt.types();
        types
            .pointee(ty)
            .and_then(|s| types.field_type(s, field))
            .ok_or_else(|| {
                self.rt
                    .internal(format!("{} has no field {field}", self.rt.type_text(ty)))
            })
    }

    /// A pointer cast, nothing if the type is already right.
    pub fn cast_pointer(&mut self, v: Operand, ty: LLTypeId) -> Operand {
        if self.rt.types().same(self.type_of(&v), ty) {
            return v;
        }
        if let Operand::Const(Const::LL(c)) = &v {
            return match c.value {
                LLValue::Ptr(p) => {
                    let p = self.rt.cast_const_pointer(p, ty);
                    Operand::ll(ty, LLValue::Ptr(p))
                }
                _ => v,
            };
        }
        self.genop(OpCode::CastPointer, [v], ty)
    }

    /// The null pointer of a type.
    pub fn null(&self, ty: LLTypeId) -> Operand {
        Operand::ll(ty, LLValue::Ptr(LLPtr::Null))
    }

    /// A pointer to a container.
    pub fn pointer_to(&mut self, container: ContainerId) -> Operand {
        self.rt.pointer_const(container)
    }
}
