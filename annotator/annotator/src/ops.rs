//! Annotation of operations: dispatch on the operation, then on the kinds of the operands.

use crate::annotator::{Annotator, Flow, Known, Stop};
use crate::intrinsics::Intrinsic;
use crate::model::{AnnId, IterKind, Kind};
use rpy_flow::{Const, GraphId, Op, OpCode, Operand, VarId};
use rpy_host::{CmpOp, Value};
use smallvec::SmallVec;
use std::rc::Rc;

pub(crate) type Operands = SmallVec<[AnnId; 4]>;

impl Annotator {
    /// Annotation of the result of an operation.
    pub(crate) fn consider(&mut self, graph: GraphId, op: &Op) -> Flow {
        let mut anns: Operands = SmallVec::new();
        for arg in &op.args {
            let ann = match arg {
                Operand::Const(Const::Host(_) | Const::Name(_)) | Operand::Var(_) => self.operand_flow(graph, arg)?,
                Operand::Const(_) => AnnId::NONE,
            };
            if ann == AnnId::IMPOSSIBLE && matches!(arg, Operand::Var(_)) {
                return Err(Stop::Blocked);
            }
            anns.push(ann);
        }
        self.known.remove(&(graph, op.result));
        self.dispatch(graph, op, &anns)
    }

    /// Operators on instances become calls of their special methods.
    fn rewrite_operator(&mut self, op: &Op, a: &Operands) -> bool {
        let name = match op.code {
            OpCode::Len => "__len__",
            OpCode::Iter => "__iter__",
            OpCode::Next => "next",
            OpCode::Getitem => "__getitem__",
            OpCode::Setitem => "__setitem__",
            OpCode::Delitem => "__delitem__",
            OpCode::Contains => "__contains__",
            OpCode::Getslice => "__getslice__",
            OpCode::Setslice => "__setslice__",
            _ => return false,
        };
        let Some(Kind::Instance { classdef, .. }) = a.first().map(|x| self.anns.kind(*x).clone()) else {
            return false;
        };
        if !self.has_method(classdef, name) {
            return false;
        }
        let bound = self.graphs.get_mut(self.here.graph).new_var(None);
        let mut call = vec![Operand::Var(bound)];
        call.extend(op.args[1..].iter().cloned());
        self.pending_rewrite = Some(vec![
            Op {
                code: OpCode::Getattr,
                args: vec![op.args[0].clone(), Operand::name(name)],
                result: bound,
                span: op.span,
            },
            Op {
                code: OpCode::SimpleCall,
                args: call,
                result: op.result,
                span: op.span,
            },
        ]);
        true
    }

    fn dispatch(&mut self, graph: GraphId, op: &Op, a: &Operands) -> Flow {
        if self.rewrite_operator(op, a) {
            return Err(Stop::Blocked);
        }
        match op.code {
            OpCode::SameAs => Ok(a[0]),
            OpCode::Bool => self.op_bool(graph, op, a[0]),
            OpCode::Not => self.op_not(graph, op, a[0]),
            OpCode::Is => self.op_is(graph, op, a[0], a[1]),
            OpCode::Lt | OpCode::Le | OpCode::Eq | OpCode::Ne | OpCode::Gt | OpCode::Ge => {
                self.op_compare(graph, op, a[0], a[1])
            }
            OpCode::Cmp => self.op_cmp(a[0], a[1]),
            OpCode::Len => self.op_len(a[0]),
            OpCode::Iter => self.op_iter(a[0]),
            OpCode::Next => self.op_next(a[0]),
            OpCode::Getattr => self.op_getattr(op, a[0], a[1]),
            OpCode::Setattr => self.op_setattr(op, a[0], a[1], a[2]),
            OpCode::Delattr => Err(self.error("RPY0404", "attributes cannot be deleted in RPython")),
            OpCode::Getitem => self.op_getitem(a[0], a[1]),
            OpCode::Setitem => self.op_setitem(a[0], a[1], a[2]),
            OpCode::Delitem => self.op_delitem(a[0], a[1]),
            OpCode::Contains => self.op_contains(graph, op, a[0], a[1]),
            OpCode::Getslice => self.op_getslice(a[0], a[1], a[2]),
            OpCode::Setslice => self.op_setslice(a[0], a[1], a[2], a[3]),
            OpCode::Delslice => self.op_delslice(a[0], a[1], a[2]),
            OpCode::Newlist => self.op_newlist(a),
            OpCode::Newtuple => Ok(self.tuple_of(a)),
            OpCode::Newdict => self.op_newdict(a),
            OpCode::Newset => Err(self
                .error("RPY0404", "a set is not available in RPython")
                .help("use a dict with None or True as values")),
            OpCode::Newslice => self.op_newslice(a),
            OpCode::SimpleCall | OpCode::CallArgs => self.op_call(graph, op, a),
            OpCode::Type => self.op_type(graph, op, a[0]),
            OpCode::RaiseCheck => self.op_raise(op, a[0], a[1]),
            OpCode::Pos | OpCode::Neg | OpCode::Invert | OpCode::NegOvf | OpCode::AbsOvf => {
                self.op_unary(op.code, a[0])
            }
            code if a.len() == 2 && is_arithmetic(code) => self.op_binary(code, a[0], a[1]),
            code => Err(self.error(
                "RPY0404",
                format!("the operation `{}` is not available in RPython", code.name()),
            )),
        }
    }

    fn op_call(&mut self, graph: GraphId, op: &Op, a: &Operands) -> Flow {
        if let Kind::Builtin(i) = self.anns.kind(a[0]) {
            let i = *i;
            if self.rewrite_protocol_call(op, i, a) {
                return Err(Stop::Blocked);
            }
            if let Some(result) = self.narrowing_call(graph, op, i, a)? {
                return Ok(result);
            }
        }
        let args = self.call_arguments(graph, op)?;
        let result = self.call_value(a[0], &args)?;
        Ok(result)
    }

    /// `len(x)`, `iter(x)` and `next(x)` of an instance become the operations.
    fn rewrite_protocol_call(&mut self, op: &Op, i: Intrinsic, a: &Operands) -> bool {
        let code = match i {
            Intrinsic::Len => OpCode::Len,
            Intrinsic::Iter => OpCode::Iter,
            Intrinsic::Next => OpCode::Next,
            _ => return false,
        };
        if a.len() != 2 || !matches!(self.anns.kind(a[1]), Kind::Instance { .. }) {
            return false;
        }
        self.pending_rewrite = Some(vec![Op {
            code,
            args: vec![op.args[1].clone()],
            result: op.result,
            span: op.span,
        }]);
        true
    }

    /// Remembers what a bool result tells about variables.
    pub(crate) fn set_known(&mut self, graph: GraphId, result: VarId, known: Known) {
        if !known.yes.is_empty() || !known.no.is_empty() {
            self.known.insert((graph, result), Rc::new(known));
        }
    }

    pub(crate) fn constant_bool(&mut self, b: bool) -> AnnId {
        self.anns.with_constant(Kind::Bool, Value::Bool(b))
    }

    pub(crate) fn constant_int(&mut self, n: i64) -> AnnId {
        self.value(Value::Int(n))
    }

    fn op_bool(&mut self, graph: GraphId, op: &Op, a: AnnId) -> Flow {
        if self.anns.kind(a) == &Kind::Bool {
            if let Operand::Var(v) = &op.args[0]
                && let Some(known) = self.known.get(&(graph, *v)).cloned()
            {
                self.known.insert((graph, op.result), known);
            }
            return Ok(a);
        }
        if let Some(known) = self.static_truth(a)? {
            return Ok(self.constant_bool(known));
        }
        if let Operand::Var(v) = &op.args[0] {
            let yes = self.not_none(a);
            let mut known = Known::default();
            if yes != a {
                known.yes.push((*v, yes));
            }
            self.set_known(graph, op.result, known);
        }
        Ok(AnnId::BOOL)
    }

    /// The truth value, where the annotation decides it.
    pub(crate) fn static_truth(&mut self, a: AnnId) -> Flow<Option<bool>> {
        let mutable = matches!(self.anns.kind(a), Kind::List(_) | Kind::Dict(_));
        if let Some(value) = self.anns.constant(a)
            && !mutable
        {
            if matches!(self.anns.kind(a), Kind::Instance { .. } | Kind::Pbc { .. }) {
                return Ok(Some(true));
            }
            if self.is_symbolic(value) {
                return Ok(None);
            }
            return self.host.is_true(value).map(Some).map_err(|e| self.raised_error(&e));
        }
        Ok(match self.anns.kind(a) {
            Kind::None => Some(false),
            Kind::Char { .. } | Kind::UniChar => Some(true),
            Kind::Tuple(items) => Some(!items.is_empty()),
            Kind::Pbc { can_be_none: false, .. } | Kind::Builtin(_) | Kind::BuiltinMethod { .. } | Kind::TypeOf(_) => {
                Some(true)
            }
            _ => None,
        })
    }

    /// Numbers that only the C compiler knows.
    pub(crate) fn is_symbolic(&mut self, value: Value) -> bool {
        if self.host.llvalue_of(value).is_some() {
            return true;
        }
        if !matches!(value, Value::Obj(_)) {
            return false;
        }
        let class = self.host.class_of(value);
        self.host.lookup_mro(class, "_rpy_symbolic_").is_some()
    }

    fn op_not(&mut self, graph: GraphId, op: &Op, a: AnnId) -> Flow {
        let truth = self.op_bool(graph, op, a)?;
        if let Some(Value::Bool(b)) = self.anns.constant(truth) {
            return Ok(self.constant_bool(!b));
        }
        if let Some(known) = self.known.get(&(graph, op.result)).cloned() {
            let swapped = Known {
                yes: known.no.clone(),
                no: known.yes.clone(),
            };
            self.known.insert((graph, op.result), Rc::new(swapped));
        }
        Ok(AnnId::BOOL)
    }

    fn op_is(&mut self, graph: GraphId, op: &Op, a: AnnId, b: AnnId) -> Flow {
        if let Some(result) = self.static_identity(a, b) {
            return Ok(self.constant_bool(result));
        }
        let mut known = Known::default();
        for (this, other, operand) in [(a, b, &op.args[0]), (b, a, &op.args[1])] {
            let Operand::Var(v) = operand else { continue };
            if other == AnnId::NONE {
                known.yes.push((*v, AnnId::NONE));
                let rest = self.not_none(this);
                known.no.push((*v, rest));
            } else if self.anns.constant(other).is_some()
                && matches!(
                    self.anns.kind(other),
                    Kind::Pbc { .. } | Kind::Instance { .. } | Kind::Bool
                )
                && self.contains(this, other)
            {
                known.yes.push((*v, other));
            }
        }
        self.set_known(graph, op.result, known);
        Ok(AnnId::BOOL)
    }

    /// The result of `is`, where the annotations decide it.
    fn static_identity(&mut self, a: AnnId, b: AnnId) -> Option<bool> {
        if let (Some(x), Some(y)) = (self.anns.constant(a), self.anns.constant(b)) {
            return Some(x == y);
        }
        let (ka, kb) = (self.anns.kind(a), self.anns.kind(b));
        if ka == &Kind::None && !kb.can_be_none() || kb == &Kind::None && !ka.can_be_none() {
            return Some(false);
        }
        if let (
            Kind::Pbc {
                descs: x,
                can_be_none: m,
            },
            Kind::Pbc {
                descs: y,
                can_be_none: n,
            },
        ) = (ka, kb)
            && !(*m && *n)
            && !x.iter().any(|d| y.contains(d))
        {
            return Some(false);
        }
        None
    }

    fn op_compare(&mut self, graph: GraphId, op: &Op, a: AnnId, b: AnnId) -> Flow {
        if let (Some(x), Some(y)) = (self.anns.constant(a), self.anns.constant(b))
            && self.is_immutable_kind(a)
            && self.is_immutable_kind(b)
            && !self.is_symbolic(x)
            && !self.is_symbolic(y)
        {
            let result = self
                .host
                .compare(cmp_of(op.code), x, y)
                .and_then(|v| self.host.is_true(v))
                .map_err(|e| self.raised_error(&e))?;
            return Ok(self.constant_bool(result));
        }
        self.check_comparable(op.code, a, b)?;
        if let Some(result) = self.static_equality(op.code, a, b) {
            return Ok(self.constant_bool(result));
        }
        let mut known = Known::default();
        self.known_from_comparison(op, a, b, &mut known);
        self.set_known(graph, op.result, known);
        Ok(AnnId::BOOL)
    }

    fn static_equality(&mut self, code: OpCode, a: AnnId, b: AnnId) -> Option<bool> {
        if !matches!(code, OpCode::Eq | OpCode::Ne) {
            return None;
        }
        let pbcs = matches!(self.anns.kind(a), Kind::Pbc { .. }) && matches!(self.anns.kind(b), Kind::Pbc { .. });
        let none = self.anns.kind(a) == &Kind::None || self.anns.kind(b) == &Kind::None;
        if pbcs || none {
            return self.static_identity(a, b).map(|same| same == (code == OpCode::Eq));
        }
        None
    }

    /// Comparison with something non-negative makes the larger side non-negative; equality with None tells None.
    fn known_from_comparison(&mut self, op: &Op, a: AnnId, b: AnnId, known: &mut Known) {
        for (this, other, operand, code) in [(a, b, &op.args[0], op.code), (b, a, &op.args[1], mirrored(op.code))] {
            let Operand::Var(v) = operand else { continue };
            if let (Kind::Int { int, nonneg: false }, Kind::Int { nonneg: true, .. } | Kind::Bool) =
                (self.anns.kind(this).clone(), self.anns.kind(other).clone())
                && int.signed
            {
                let nonneg = self.anns.int(int, true);
                match code {
                    OpCode::Gt | OpCode::Ge | OpCode::Eq => known.yes.push((*v, nonneg)),
                    OpCode::Lt | OpCode::Le => known.no.push((*v, nonneg)),
                    _ => {}
                }
                continue;
            }
            if let (Kind::Int { int, nonneg: false }, Some(Value::Int(-1)), OpCode::Gt | OpCode::Le) =
                (self.anns.kind(this).clone(), self.anns.constant(other), code)
            {
                let nonneg = self.anns.int(int, true);
                let list = if code == OpCode::Gt {
                    &mut known.yes
                } else {
                    &mut known.no
                };
                list.push((*v, nonneg));
                continue;
            }
            if other == AnnId::NONE {
                let rest = self.not_none(this);
                match code {
                    OpCode::Eq => {
                        known.yes.push((*v, AnnId::NONE));
                        known.no.push((*v, rest));
                    }
                    OpCode::Ne => {
                        known.no.push((*v, AnnId::NONE));
                        known.yes.push((*v, rest));
                    }
                    _ => {}
                }
            }
        }
    }

    /// Kinds whose constants can be computed with.
    pub(crate) fn is_immutable_kind(&self, a: AnnId) -> bool {
        match self.anns.kind(a) {
            Kind::None
            | Kind::Bool
            | Kind::Int { .. }
            | Kind::Char { .. }
            | Kind::UniChar
            | Kind::Str { .. }
            | Kind::Unicode { .. }
            | Kind::Float => true,
            Kind::Pbc { descs, .. } => self.as_type(a).is_some() && descs.len() == 1,
            Kind::Tuple(items) => items.iter().all(|i| self.is_immutable_kind(*i)),
            _ => false,
        }
    }

    fn check_comparable(&mut self, code: OpCode, a: AnnId, b: AnnId) -> Flow<()> {
        let (ka, kb) = (self.anns.kind(a).clone(), self.anns.kind(b).clone());
        let equality = matches!(code, OpCode::Eq | OpCode::Ne);
        match (&ka, &kb) {
            (Kind::Int { .. } | Kind::Bool | Kind::Float, Kind::Int { .. } | Kind::Bool | Kind::Float) => {
                self.check_int_pair(code, a, b)
            }
            (Kind::None, k) | (k, Kind::None) if equality && (k.can_be_none() || *k == Kind::None) => Ok(()),
            (Kind::None, _) | (_, Kind::None) if equality => Ok(()),
            (Kind::None, _) | (_, Kind::None) => {
                Err(self.error("RPY0411", format!("None cannot be compared with `{}`", symbol(code))))
            }
            (
                Kind::Char { .. } | Kind::Str { .. } | Kind::UniChar | Kind::Unicode { .. },
                Kind::Char { .. } | Kind::Str { .. } | Kind::UniChar | Kind::Unicode { .. },
            ) => self.check_same_strings(code, a, b),
            (Kind::Tuple(x), Kind::Tuple(y)) if equality && x.len() == y.len() => {
                for (p, q) in x.iter().zip(y.iter()) {
                    self.check_comparable(code, *p, *q)?;
                }
                Ok(())
            }
            (Kind::List(x), Kind::List(y)) if equality => {
                let (p, q) = (self.read_item(*x), self.read_item(*y));
                if p == AnnId::IMPOSSIBLE || q == AnnId::IMPOSSIBLE {
                    return Ok(());
                }
                self.check_comparable(code, p, q)
            }
            (Kind::Tuple(_), Kind::Tuple(_)) => Err(self.error(
                "RPY0404",
                "tuples can only be compared with `==` and `!=`, and need the same length",
            )),
            (Kind::TypeOf(_) | Kind::Builtin(_), Kind::Builtin(_) | Kind::TypeOf(_)) if equality && ka != kb => {
                Err(self
                    .error("RPY0404", "the type of a value cannot be compared with a built-in type")
                    .help("use isinstance() with classes of your own"))
            }
            (Kind::Instance { .. }, Kind::Instance { .. }) | (Kind::TypeOf(_), Kind::Pbc { .. }) if equality => Ok(()),
            _ if equality => match self.union(a, b) {
                Ok(_) => Ok(()),
                Err(m) => {
                    let (x, y) = (self.describe(a), self.describe(b));
                    let title = format!("{x} cannot be compared with {y}");
                    Err(self.union_stop(*m, "").titled("RPY0401", title))
                }
            },
            (Kind::Instance { .. }, Kind::Instance { .. }) | (Kind::List(_), Kind::List(_)) => {
                let what = self.describe(a);
                Err(self.error(
                    "RPY0404",
                    format!("`{}` does not work on {what} in RPython", symbol(code)),
                ))
            }
            (Kind::Address, Kind::Address)
            | (Kind::Ptr(_), Kind::Ptr(_))
            | (Kind::ByteArray { .. }, Kind::ByteArray { .. }) => Ok(()),
            _ => {
                let (x, y) = (self.describe(a), self.describe(b));
                Err(self.error("RPY0401", format!("{x} cannot be compared with {y}")))
            }
        }
    }

    fn check_same_strings(&mut self, code: OpCode, a: AnnId, b: AnnId) -> Flow<()> {
        let unicode = |k: &Kind| matches!(k, Kind::UniChar | Kind::Unicode { .. });
        if unicode(self.anns.kind(a)) == unicode(self.anns.kind(b)) {
            return Ok(());
        }
        if let (OpCode::Eq | OpCode::Ne, true) =
            (code, self.anns.constant(a).is_some() || self.anns.constant(b).is_some())
        {
            return Ok(());
        }
        Err(self.error(
            "RPY0401",
            "a str cannot be compared with a unicode string; encode or decode one of them",
        ))
    }

    fn op_cmp(&mut self, a: AnnId, b: AnnId) -> Flow {
        self.check_comparable(OpCode::Lt, a, b)?;
        Ok(AnnId::INT)
    }

    pub(crate) fn tuple_of(&mut self, items: &[AnnId]) -> AnnId {
        let values: Option<Vec<Value>> = items
            .iter()
            .map(|i| {
                if self.is_immutable_kind(*i) {
                    self.anns.constant(*i)
                } else {
                    None
                }
            })
            .collect();
        match values {
            Some(values) if !values.is_empty() => {
                let value = self.host.new_tuple(&values);
                let value = self.canonical_value(value);
                self.anns.with_constant(Kind::Tuple(items.into()), value)
            }
            _ => self.anns.tuple(items),
        }
    }

    fn op_newslice(&mut self, a: &Operands) -> Flow {
        if a[2] != AnnId::NONE && self.anns.constant(a[2]) != Some(Value::Int(1)) {
            return Err(self.error("RPY0410", "slices with a step are not available in RPython"));
        }
        Ok(self.anns.of(Kind::Slice(a.as_slice().into())))
    }

    fn op_iter(&mut self, a: AnnId) -> Flow {
        match self.anns.kind(a).clone() {
            Kind::Iterator { .. } => Ok(a),
            Kind::List(l) => {
                self.read_item(l);
                self.iterator(a, IterKind::Items)
            }
            Kind::Dict(d) => {
                self.read_key(d);
                self.iterator(a, IterKind::Items)
            }
            Kind::Str { .. }
            | Kind::Unicode { .. }
            | Kind::Char { .. }
            | Kind::UniChar
            | Kind::Tuple(_)
            | Kind::ByteArray { .. } => self.iterator(a, IterKind::Items),
            Kind::None => Err(self.error("RPY0411", "None cannot be iterated over")),
            _ => {
                let what = self.describe(a);
                Err(self.error("RPY0404", format!("{what} cannot be iterated over")))
            }
        }
    }

    pub(crate) fn iterator(&mut self, container: AnnId, kind: IterKind) -> Flow {
        let container = self.anns.without_constant(container);
        Ok(self.anns.of(Kind::Iterator { container, kind }))
    }

    fn op_next(&mut self, a: AnnId) -> Flow {
        match self.anns.kind(a).clone() {
            Kind::Iterator { container, kind } => self.next_item(container, kind),
            _ => {
                let what = self.describe(a);
                Err(self.error("RPY0404", format!("{what} is not an iterator")))
            }
        }
    }

    /// What an iterator gives.
    pub(crate) fn next_item(&mut self, container: AnnId, kind: IterKind) -> Flow {
        let item = match (self.anns.kind(container).clone(), kind) {
            (Kind::Dict(d), IterKind::Items | IterKind::Keys | IterKind::ReversedKeys | IterKind::Reversed) => {
                self.read_key(d)
            }
            (Kind::Dict(d), IterKind::Values) => self.read_value(d),
            (Kind::Dict(d), IterKind::Pairs) => self.dict_tuple(d, true, false)?,
            (Kind::Dict(d), IterKind::KeysWithHash) => self.dict_tuple(d, false, true)?,
            (Kind::Dict(d), IterKind::PairsWithHash) => self.dict_tuple(d, true, true)?,
            (_, kind) => {
                let item = match self.anns.kind(container).clone() {
                    Kind::Iterator { container, kind } => self.next_item(container, kind)?,
                    _ => self.any_item(container)?,
                };
                if item == AnnId::IMPOSSIBLE {
                    return Err(Stop::Blocked);
                }
                if kind == IterKind::Enumerate {
                    self.anns.tuple(&[AnnId::NONNEG, item])
                } else {
                    item
                }
            }
        };
        if item == AnnId::IMPOSSIBLE {
            return Err(Stop::Blocked);
        }
        Ok(item)
    }

    fn dict_tuple(&mut self, d: crate::model::DictDefId, value: bool, hash: bool) -> Flow {
        let mut items = vec![self.read_key(d)];
        if value {
            items.push(self.read_value(d));
        }
        if items.contains(&AnnId::IMPOSSIBLE) {
            return Err(Stop::Blocked);
        }
        if hash {
            items.push(AnnId::INT);
        }
        Ok(self.anns.tuple(&items))
    }

    /// The union of the items of a list, tuple, string or dict (its keys).
    pub(crate) fn any_item(&mut self, a: AnnId) -> Flow {
        match self.anns.kind(a).clone() {
            Kind::List(l) => Ok(self.read_item(l)),
            Kind::Dict(d) => Ok(self.read_key(d)),
            Kind::Tuple(items) => {
                let items: Vec<AnnId> = items.iter().map(|i| self.without_constant(*i)).collect();
                match items.iter().try_fold(AnnId::IMPOSSIBLE, |all, i| self.union(all, *i)) {
                    Ok(all) => Ok(all),
                    Err(m) => Err(self.union_stop(
                        *m,
                        "the items of a tuple that is iterated over or indexed with a variable must have one type",
                    )),
                }
            }
            Kind::Str { no_nul, .. } | Kind::Char { no_nul } => Ok(self.anns.of(Kind::Char { no_nul })),
            Kind::Unicode { .. } | Kind::UniChar => Ok(AnnId::UNICHAR),
            Kind::ByteArray { .. } => Ok(AnnId::NONNEG),
            _ => {
                let what = self.describe(a);
                Err(self.error("RPY0404", format!("{what} has no items")))
            }
        }
    }
}

fn is_arithmetic(code: OpCode) -> bool {
    code >= OpCode::Add && code <= OpCode::LshiftOvf
}

pub(crate) fn cmp_of(code: OpCode) -> CmpOp {
    match code {
        OpCode::Lt => CmpOp::Lt,
        OpCode::Le => CmpOp::Le,
        OpCode::Ne => CmpOp::Ne,
        OpCode::Gt => CmpOp::Gt,
        OpCode::Ge => CmpOp::Ge,
        _ => CmpOp::Eq,
    }
}

fn mirrored(code: OpCode) -> OpCode {
    match code {
        OpCode::Lt => OpCode::Gt,
        OpCode::Le => OpCode::Ge,
        OpCode::Gt => OpCode::Lt,
        OpCode::Ge => OpCode::Le,
        other => other,
    }
}

/// The operator as written in source.
pub(crate) fn symbol(code: OpCode) -> &'static str {
    match code {
        OpCode::Lt => "<",
        OpCode::Le => "<=",
        OpCode::Eq => "==",
        OpCode::Ne => "!=",
        OpCode::Gt => ">",
        OpCode::Ge => ">=",
        OpCode::Add | OpCode::AddOvf => "+",
        OpCode::InplaceAdd => "+=",
        OpCode::Sub | OpCode::SubOvf | OpCode::Neg | OpCode::NegOvf => "-",
        OpCode::InplaceSub => "-=",
        OpCode::Mul | OpCode::MulOvf => "*",
        OpCode::InplaceMul => "*=",
        OpCode::Div | OpCode::DivOvf | OpCode::Truediv => "/",
        OpCode::InplaceDiv | OpCode::InplaceTruediv => "/=",
        OpCode::Floordiv | OpCode::FloordivOvf => "//",
        OpCode::InplaceFloordiv => "//=",
        OpCode::Mod | OpCode::ModOvf => "%",
        OpCode::InplaceMod => "%=",
        OpCode::Pow | OpCode::InplacePow => "**",
        OpCode::Lshift | OpCode::LshiftOvf => "<<",
        OpCode::InplaceLshift => "<<=",
        OpCode::Rshift => ">>",
        OpCode::InplaceRshift => ">>=",
        OpCode::And => "&",
        OpCode::InplaceAnd => "&=",
        OpCode::Or => "|",
        OpCode::InplaceOr => "|=",
        OpCode::Xor => "^",
        OpCode::InplaceXor => "^=",
        OpCode::Invert => "~",
        OpCode::Pos => "unary +",
        other => other.name(),
    }
}
