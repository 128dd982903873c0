//! Low-level pointers as the library uses them: fields, items, function pointers, interior pointers, addresses.

use crate::hop::Hop;
use crate::llops::LLOps;
use crate::repr::Repr;
use crate::rtyper::{RTyper, Res};
use rpy_flow::{Const, GraphId, OpCode, Operand, VarId};
use rpy_host::Value;
use rpy_lltype::{ContainerId, Data, Field, Hint, LLPtr, LLType, LLTypeId, LLTypes, LLValue, StructType};
use std::sync::Arc;

/// An interior pointer taken apart: the outer pointer, then names and indices.
#[derive(Clone, Debug)]
pub struct Interior {
    /// Pointer and path.
    pub operands: Vec<Operand>,
    /// Type of the container it points to.
    pub inner: LLTypeId,
}

/// Operations whose first argument is a pointer or address.
pub fn lower(hop: &mut Hop<'_, '_>) -> Res<Option<Operand>> {
    Ok(match (hop.arg_kind(0), hop.code) {
        (Repr::Ptr(_) | Repr::InteriorPtr { .. }, OpCode::Len) => Some(len(hop)?),
        (Repr::Ptr(_) | Repr::InteriorPtr { .. }, OpCode::Getitem) => Some(getitem(hop)?),
        (Repr::Ptr(_) | Repr::InteriorPtr { .. }, OpCode::Setitem) => Some(setitem(hop)?),
        (Repr::Address, OpCode::Add | OpCode::InplaceAdd | OpCode::Sub | OpCode::InplaceSub) => {
            Some(address_arithmetic(hop)?)
        }
        (Repr::TypedAddress(ty), OpCode::Getitem) => {
            let (a, i) = typed_address(hop, ty)?;
            Some(hop.genop(OpCode::RawLoad, [a, i], ty))
        }
        (Repr::TypedAddress(ty), OpCode::Setitem) => {
            let (a, i) = typed_address(hop, ty)?;
            let repr = hop.rt.repr_of_lltype(ty)?;
            let x = hop.inputarg(2, repr)?;
            hop.genop_void(OpCode::RawStore, [a, i, x]);
            Some(Operand::void())
        }
        _ => None,
    })
}

fn typed_address(hop: &mut Hop<'_, '_>, ty: LLTypeId) -> Res<(Operand, Operand)> {
    let a = hop.args[0].v.clone();
    let i = hop.arg_signed(1)?;
    let size = Operand::ll(
        LLTypes::SIGNED,
        LLValue::Symbolic(rpy_lltype::Symbolic::SizeOf(ty).into()),
    );
    let offset = hop.genop(OpCode::IntMul, [i, size], LLTypes::SIGNED);
    Ok((a, offset))
}

fn address_arithmetic(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let code = crate::int::plain_code(hop.code);
    let a = hop.arg(0)?;
    if matches!(hop.arg_kind(1), Repr::Address) {
        let b = hop.arg(1)?;
        return Ok(hop.genop(OpCode::AdrDelta, [a, b], LLTypes::SIGNED));
    }
    let n = hop.arg_signed(1)?;
    let low = if code == OpCode::Add {
        OpCode::AdrAdd
    } else {
        OpCode::AdrSub
    };
    Ok(hop.genop(low, [a, n], LLTypes::ADDRESS))
}

/// Truth: not null.
pub fn truth(hop: &mut Hop<'_, '_>, v: Operand) -> Res<Operand> {
    let ty = hop.type_of(&v);
    if hop.rt.types().pointee(ty).is_none() {
        return Ok(Operand::bool(true));
    }
    Ok(crate::convert::not_null(hop, v))
}

/// Comparison of pointers or addresses.
pub fn compare(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let is_const = |r: &Repr| matches!(r, Repr::None | Repr::Const(_) | Repr::Desc(_) | Repr::Impossible);
    let repr = if is_const(&hop.arg_kind(0)) {
        hop.arg_repr(1)
    } else {
        hop.arg_repr(0)
    };
    let (x, y) = (hop.inputarg(0, repr)?, hop.inputarg(1, repr)?);
    let ty = hop.rt.lowleveltype(repr)?;
    let code = match (ty == LLTypes::ADDRESS, hop.code) {
        (true, OpCode::Eq) => OpCode::AdrEq,
        (true, OpCode::Ne) => OpCode::AdrNe,
        (true, OpCode::Lt) => OpCode::AdrLt,
        (true, OpCode::Le) => OpCode::AdrLe,
        (true, OpCode::Gt) => OpCode::AdrGt,
        (true, OpCode::Ge) => OpCode::AdrGe,
        (false, OpCode::Eq) => OpCode::PtrEq,
        (false, OpCode::Ne) => OpCode::PtrNe,
        _ => return Err(hop.unsupported()),
    };
    Ok(hop.genop(code, [x, y], LLTypes::BOOL))
}

/// The container that an argument points to: how to name it, and its type.
fn target(hop: &mut Hop<'_, '_>) -> Res<Interior> {
    match hop.arg_kind(0) {
        Repr::Ptr(ty) => {
            let v = hop.arg(0)?;
            let inner = hop
                .rt
                .types()
                .pointee(ty)
                .ok_or_else(|| hop.rt.internal("not a pointer"))?;
            Ok(Interior {
                operands: vec![v],
                inner,
            })
        }
        Repr::InteriorPtr { path, inner, .. } => {
            let v = hop.args[0].v.clone();
            take_apart(hop, v, &path, inner)
        }
        _ => Err(hop.unsupported()),
    }
}

fn take_apart(ll: &mut LLOps<'_, '_>, v: Operand, path: &[Option<Arc<str>>], inner: LLTypeId) -> Res<Interior> {
    if let Operand::Var(var) = v
        && let Some(known) = ll.rt.interiors.get(&(ll.graph, var))
    {
        return Ok(known.clone());
    }
    let mut operands = vec![ll.getfield(v.clone(), "ptr")?];
    for (n, step) in path.iter().enumerate() {
        operands.push(match step {
            Some(name) => Operand::name(name),
            None => ll.getfield(v.clone(), &format!("index{n}"))?,
        });
    }
    Ok(Interior { operands, inner })
}

/// The result of stepping into a container: its value, or a pointer to the inlined container.
fn step(hop: &mut Hop<'_, '_>, at: Interior, step: Operand, of: LLTypeId) -> Res<Operand> {
    let is_container = matches!(
        hop.rt.types().get(of),
        LLType::Struct(_) | LLType::Array { .. } | LLType::FixedArray { .. }
    );
    let mut operands = at.operands;
    let plain = operands.len() == 1;
    let by_name = matches!(step, Operand::Const(Const::Name(_)));
    operands.push(step);
    let result = hop.result;
    if is_container {
        if let Repr::InteriorPtr { .. } = hop.rt.repr(result) {
            return make_interior(hop, operands, of);
        }
        let ty = hop.rt.types_mut().ptr(of);
        let code = if by_name {
            OpCode::Getsubstruct
        } else {
            OpCode::Getarraysubstruct
        };
        return Ok(hop.genop(code, operands, ty));
    }
    if hop.rt.is_void_type(of) {
        return Ok(Operand::void());
    }
    let code = match (plain, by_name) {
        (true, true) => OpCode::Getfield,
        (true, false) => OpCode::Getarrayitem,
        _ => OpCode::Getinteriorfield,
    };
    let v = hop.genop(code, operands, of);
    let from = hop.rt.repr_of_lltype(of)?;
    hop.to_result(v, from)
}

/// An interior pointer as a value. It is nearly always used up in its block; then the object is dropped again.
fn make_interior(hop: &mut Hop<'_, '_>, operands: Vec<Operand>, inner: LLTypeId) -> Res<Operand> {
    let ptr = hop.result_type()?;
    let to = hop
        .rt
        .types()
        .pointee(ptr)
        .ok_or_else(|| hop.rt.internal("not a pointer"))?;
    let v = hop.genop(OpCode::Malloc, [Operand::Const(Const::Type(to))], ptr);
    hop.setfield(v.clone(), "ptr", operands[0].clone());
    for (n, operand) in operands[1..].iter().enumerate() {
        if !matches!(operand, Operand::Const(Const::Name(_))) {
            hop.setfield(v.clone(), &format!("index{n}"), operand.clone());
        }
    }
    if let Operand::Var(var) = v {
        let graph = hop.graph;
        hop.rt.interiors.insert((graph, var), Interior { operands, inner });
    }
    hop.exception_cannot_occur();
    Ok(v)
}

fn write(hop: &mut Hop<'_, '_>, at: Interior, step: Operand, of: LLTypeId, value: usize) -> Res<Operand> {
    if hop.rt.is_void_type(of) {
        return Ok(Operand::void());
    }
    let repr = hop.rt.repr_of_lltype(of)?;
    let x = hop.inputarg(value, repr)?;
    let mut operands = at.operands;
    let code = match (operands.len(), &step) {
        (1, Operand::Const(Const::Name(_))) => OpCode::Setfield,
        (1, _) => OpCode::Setarrayitem,
        _ => OpCode::Setinteriorfield,
    };
    operands.push(step);
    operands.push(x);
    hop.genop_void(code, operands);
    Ok(Operand::void())
}

fn item_type(hop: &Hop<'_, '_>, array: LLTypeId) -> Res<LLTypeId> {
    match hop.rt.types().get(array) {
        LLType::Array { of, .. } | LLType::FixedArray { of, .. } => Ok(hop.rt.types().resolve(*of)),
        _ => Err(hop.unsupported()),
    }
}

fn index(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    hop.arg_signed(1)
}

fn getitem(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let at = target(hop)?;
    let of = item_type(hop, at.inner)?;
    let i = index(hop)?;
    hop.exception_cannot_occur();
    step(hop, at, i, of)
}

fn setitem(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let at = target(hop)?;
    let of = item_type(hop, at.inner)?;
    let i = index(hop)?;
    hop.exception_cannot_occur();
    write(hop, at, i, of, 2)
}

fn len(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let at = target(hop)?;
    hop.exception_cannot_occur();
    if let LLType::FixedArray { length, .. } = hop.rt.types().get(at.inner) {
        return Ok(Operand::signed(i64::try_from(*length).expect("array sizes fit")));
    }
    let code = if at.operands.len() == 1 {
        OpCode::Getarraysize
    } else {
        OpCode::Getinteriorarraysize
    };
    Ok(hop.genop(code, at.operands, LLTypes::SIGNED))
}

/// `p.name`.
pub fn getattr(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let result = hop.result;
    if matches!(
        hop.rt.repr(result),
        Repr::AdtMethod { .. } | Repr::BuiltinMethod { .. } | Repr::TypedAddress(_)
    ) {
        return match hop.arg_kind(0) {
            Repr::InteriorPtr { .. } => Ok(hop.args[0].v.clone()),
            _ => hop.arg(0),
        };
    }
    let name = hop.name(1)?;
    let at = target(hop)?;
    hop.exception_cannot_occur();
    let (step_operand, of) = member(hop, at.inner, &name)?;
    step(hop, at, step_operand, of)
}

fn member(hop: &mut Hop<'_, '_>, inner: LLTypeId, name: &str) -> Res<(Operand, LLTypeId)> {
    if let LLType::FixedArray { of, .. } = hop.rt.types().get(inner)
        && let Some(n) = name.strip_prefix("item").and_then(|n| n.parse::<i64>().ok())
    {
        return Ok((Operand::signed(n), *of));
    }
    match hop.rt.types().field_type(inner, name) {
        Some(of) => Ok((Operand::name(name), of)),
        None => Err(hop.rt.error(format!("{} has no field {name}", hop.rt.type_text(inner)))),
    }
}

/// `p.name = x`.
pub fn setattr(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let name = hop.name(1)?;
    let at = target(hop)?;
    let (step_operand, of) = member(hop, at.inner, &name)?;
    hop.exception_cannot_occur();
    write(hop, at, step_operand, of, 2)
}

/// Methods of pointers and addresses.
pub fn method(hop: &mut Hop<'_, '_>, name: &str) -> Res<Operand> {
    let _ = name;
    Err(hop.unsupported())
}

/// Calls a low-level function pointer.
pub fn call(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let Repr::Ptr(ty) = hop.arg_kind(0) else {
        return Err(hop.unsupported());
    };
    let f = hop.arg(0)?;
    let types = hop.rt.types();
    let Some(sig) = types.pointee(ty).and_then(|t| types.as_func(t)).cloned() else {
        return Err(hop.rt.error("this pointer does not point to a function"));
    };
    let mut operands = vec![f.clone()];
    for (i, arg) in sig.args.iter().enumerate() {
        if hop.rt.is_void_type(*arg) {
            operands.push(Operand::void());
            continue;
        }
        let repr = hop.rt.repr_of_lltype(*arg)?;
        operands.push(hop.inputarg(i + 1, repr)?);
    }
    let v = match RTyper::const_pointer(&f) {
        Some(LLPtr::To(c)) => call_constant(hop, c, operands, sig.result)?,
        _ => {
            operands.push(Operand::Const(Const::Graphs(None)));
            hop.genop(OpCode::IndirectCall, operands, sig.result)
        }
    };
    if hop.rt.is_void_type(sig.result) {
        return Ok(Operand::void());
    }
    let from = hop.rt.repr_of_lltype(sig.result)?;
    hop.to_result(v, from)
}

fn call_constant(hop: &mut Hop<'_, '_>, c: ContainerId, operands: Vec<Operand>, result: LLTypeId) -> Res<Operand> {
    let external = match &hop.rt.store().get(c).data {
        Data::Func(f) => f.external.is_some(),
        _ => return Err(hop.rt.internal("a function pointer points to something else")),
    };
    if external {
        return Ok(hop.genop(OpCode::ExternCall, operands, result));
    }
    hop.rt.bind_function(c)?;
    Ok(hop.genop(OpCode::DirectCall, operands, result))
}

impl RTyper<'_> {
    /// Low-level type of an interior pointer as a value.
    pub(crate) fn interior_type(&mut self, parent: LLTypeId, path: &[Option<Arc<str>>]) -> Res<LLTypeId> {
        let mut fields = vec![Field {
            name: "ptr".into(),
            ty: parent,
        }];
        for (n, step) in path.iter().enumerate() {
            if step.is_none() {
                fields.push(Field {
                    name: format!("index{n}").into(),
                    ty: LLTypes::SIGNED,
                });
            }
        }
        let ty = self.types_mut().intern(LLType::Struct(StructType {
            name: "interior".into(),
            gc: true,
            fields,
            hints: vec![Hint::Int("immutable".into(), 1)],
            tag: 0,
        }));
        Ok(self.types_mut().ptr(ty))
    }

    /// Removes interior pointer objects of a block that nothing looks at.
    pub(crate) fn drop_unused_interiors(&mut self, graph: GraphId, block: rpy_flow::BlockId) {
        let made: Vec<VarId> = {
            let b = self.graph(graph).block(block);
            let is_interior = |v: &VarId| self.interiors.contains_key(&(graph, *v));
            b.ops.iter().map(|o| o.result).filter(is_interior).collect()
        };
        for v in made {
            let b = self.graph(graph).block(block);
            let of_its_own = |o: &rpy_flow::Op| o.code == OpCode::Setfield && o.args[0] == Operand::Var(v);
            let uses = |args: &[Operand]| args.contains(&Operand::Var(v));
            let used = b.ops.iter().any(|o| !of_its_own(o) && uses(&o.args)) || b.exits.iter().any(|l| uses(&l.args));
            if !used {
                let b = self.graph_mut(graph).block_mut(block);
                b.ops
                    .retain(|o| o.result != v && !(o.code == OpCode::Setfield && o.args[0] == Operand::Var(v)));
            }
        }
    }

    /// Gives a prebuilt low-level function with a host implementation its graph.
    pub(crate) fn bind_function(&mut self, c: ContainerId) -> Res<()> {
        let container = self.store().get(c);
        let Data::Func(f) = &container.data else {
            return Ok(());
        };
        let (Some(callable), None, None) = (f.callable, f.graph, &f.external) else {
            if let Some(g) = f.graph {
                self.need_graph(GraphId(g));
            }
            return Ok(());
        };
        let Some(sig) = self.types().as_func(container.ty).cloned() else {
            return Ok(());
        };
        let function = Value::Obj(rpy_host::ObjId(callable));
        let mut params = vec![];
        for arg in &sig.args {
            params.push(self.repr_of_lltype(*arg)?);
        }
        let result = self.repr_of_lltype(sig.result)?;
        let graph = self.graph_for_signature(function, &params, result)?;
        if let Data::Func(f) = &mut self.store_mut().get_mut(c).data {
            f.graph = Some(graph.0);
        }
        Ok(())
    }

    /// Looks for low-level functions in prebuilt low-level data.
    pub(crate) fn bind_seen_functions(&mut self) -> Res<bool> {
        let mut any = false;
        while let Some(&c) = self.prebuilt_functions_seen.get_index(self.prebuilt_functions_done) {
            self.prebuilt_functions_done += 1;
            any = true;
            self.bind_function(c)?;
            let mut inner = vec![];
            let container = self.store().get(c);
            inner.extend(container.parent.map(|p| p.container));
            if let Data::Struct(values) | Data::Items(values) = &container.data {
                for v in values {
                    match v {
                        LLValue::Ptr(LLPtr::To(c) | LLPtr::Item(c, _)) | LLValue::Inline(c) => inner.push(*c),
                        LLValue::Address(LLPtr::To(c) | LLPtr::Item(c, _)) => inner.push(*c),
                        _ => {}
                    }
                }
            }
            self.prebuilt_functions_seen.extend(inner);
        }
        Ok(any)
    }

    /// The graph of a host function, brought into the form of the given signature.
    pub(crate) fn graph_for_signature(
        &mut self,
        function: Value,
        params: &[crate::repr::ReprId],
        result: crate::repr::ReprId,
    ) -> Res<GraphId> {
        let mut anns = vec![];
        for p in params {
            let ty = self.lowleveltype(*p)?;
            anns.push(self.ann_of_lltype(ty)?);
        }
        let callable = self.ann_of_constant(function)?;
        let known = self.ann.resolve_call_of(callable, &anns).first().and_then(|c| c.graph);
        let graph = match known {
            Some(g) if self.ann.bound(g, self.graph(g).return_var()).is_some() => g,
            _ => self.annotate_helper(function, &anns)?,
        };
        self.adapted_graph(graph, params, result)
    }
}
