//! Constant folding, simplification and reuse of results.
//!
//! Blocks are visited from the start; a block with a single predecessor starts with what is known at the end of it:
//! results of operations without effects, contents of fields that were read or written, outcomes of tests. Reads are
//! forgotten when something may write to the place: a store to the same field of any object, a call for all that
//! can change. Where the class of an object is known, tests of it are decided and method calls are direct.

use crate::context::ClassTable;
use crate::values::{self, PathPart};
use rpy_flow::cleanup::{count_incoming, substitute};
use rpy_flow::{BlockId, Const, Effect, ExitCase, ExitSwitch, Graph, LLConst, Link, Op, OpCode, Operand, VarId};
use rpy_lltype::{Data, LLPtr, LLStore, LLTypeId, LLTypes, LLValue};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Folds and simplifies a graph; whether something changed.
pub fn fold_graph(graph: &mut Graph, types: &LLTypes, store: &LLStore, classes: &ClassTable) -> bool {
    let order = graph.reachable();
    let incoming = count_incoming(graph, &order);
    let mut inherited: FxHashMap<BlockId, Known> = FxHashMap::default();
    let mut changed = false;
    for id in order {
        let known = inherited.remove(&id).unwrap_or_default();
        let mut folder = Folder {
            types,
            store,
            classes,
            known,
            renamed: FxHashMap::default(),
            changed: false,
        };
        folder.block(graph, id);
        changed |= folder.changed;
        let known = folder.known;
        for i in 0..graph.block(id).exits.len() {
            let link = &graph.block(id).exits[i];
            if incoming[link.target.index()] == 1 && link.target != id {
                inherited.insert(link.target, known.across(graph, id, link, types));
            }
        }
    }
    changed
}

/// What an operation computes, as a key.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Expression {
    code: OpCode,
    args: Vec<Part>,
    result: LLTypeId,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Part {
    Var(VarId),
    Name(Arc<str>),
    Int(i64),
    Bits(u64),
    Pointer(LLPtr),
    Type(LLTypeId),
}

/// What is known at one point of a block.
#[derive(Clone, Default)]
struct Known {
    /// Results that need not be computed again.
    results: FxHashMap<Expression, Operand>,
    /// What was stored in or read from places that may change.
    places: FxHashMap<Expression, Operand>,
    /// How variables of the block were made, for those that later operations look into.
    made: FxHashMap<VarId, Op>,
    /// Objects whose class is known exactly.
    exact: FxHashMap<VarId, usize>,
}

/// More facts than this are not carried into the next block.
const MAX_FACTS: usize = 400;

impl Known {
    /// What is known at the start of the target of a link that is its only way in.
    fn across(&self, graph: &Graph, from: BlockId, link: &Link, types: &LLTypes) -> Known {
        let mut names: FxHashMap<VarId, VarId> = FxHashMap::default();
        for (arg, input) in link.args.iter().zip(&graph.block(link.target).inputs) {
            if let Operand::Var(v) = arg {
                names.entry(*v).or_insert(*input);
            }
        }
        let mut next = Known::default();
        if self.results.len() + self.places.len() > MAX_FACTS {
            return next;
        }
        next.exact = self
            .exact
            .iter()
            .filter_map(|(v, c)| Some((*names.get(v)?, *c)))
            .collect();
        for (e, value) in &self.results {
            carry(e, value, &names, &mut next.results);
        }
        for (e, value) in &self.places {
            carry(e, value, &names, &mut next.places);
        }
        if let (ExitSwitch::Value(Operand::Var(v)), ExitCase::Bool(outcome)) = (&graph.block(from).switch, &link.case)
            && let Some(op) = self.made.get(v)
        {
            learn(op, *outcome, graph, &names, types, &mut next.results);
        }
        next
    }
}

fn carry(e: &Expression, value: &Operand, names: &FxHashMap<VarId, VarId>, to: &mut FxHashMap<Expression, Operand>) {
    let value = match value {
        Operand::Var(v) => match names.get(v) {
            Some(new) => Operand::Var(*new),
            None => return,
        },
        Operand::Const(_) => value.clone(),
    };
    if let Some(e) = renamed(e, names) {
        to.insert(e, value);
    }
}

fn renamed(e: &Expression, names: &FxHashMap<VarId, VarId>) -> Option<Expression> {
    let mut e = e.clone();
    for part in &mut e.args {
        if let Part::Var(v) = part {
            *v = *names.get(v)?;
        }
    }
    Some(e)
}

/// After a branch on a test, the test and its opposite have known results.
fn learn(
    op: &Op,
    outcome: bool,
    graph: &Graph,
    names: &FxHashMap<VarId, VarId>,
    types: &LLTypes,
    results: &mut FxHashMap<Expression, Operand>,
) {
    for (code, value) in [(Some(op.code), outcome), (opposite(op.code), !outcome)] {
        let Some(code) = code else { continue };
        let test = Op {
            code,
            args: op.args.clone(),
            result: op.result,
            span: op.span,
        };
        if let Some(e) = expression(&test, graph, types)
            && let Some(e) = renamed(&e, names)
        {
            results.insert(e, Operand::bool(value));
        }
    }
}

/// The test that is true when the other is false. Not for floats, where both may be false.
pub fn opposite(code: OpCode) -> Option<OpCode> {
    use OpCode::*;
    const PAIRS: [(OpCode, OpCode); 14] = [
        (IntEq, IntNe),
        (IntLt, IntGe),
        (IntGt, IntLe),
        (UintEq, UintNe),
        (UintLt, UintGe),
        (UintGt, UintLe),
        (CharEq, CharNe),
        (CharLt, CharGe),
        (CharGt, CharLe),
        (UnicharEq, UnicharNe),
        (UnicharLt, UnicharGe),
        (UnicharGt, UnicharLe),
        (PtrEq, PtrNe),
        (PtrNonzero, PtrIszero),
    ];
    PAIRS.iter().find_map(|(a, b)| {
        if *a == code {
            Some(*b)
        } else if *b == code {
            Some(*a)
        } else {
            None
        }
    })
}

fn part(operand: &Operand, types: &LLTypes) -> Option<Part> {
    Some(match operand {
        Operand::Var(v) => Part::Var(*v),
        Operand::Const(Const::Name(n)) => Part::Name(Arc::clone(n)),
        Operand::Const(Const::Type(t)) => Part::Type(types.resolve(*t)),
        Operand::Const(Const::LL(c)) => match &c.value {
            LLValue::Bool(b) => Part::Int(i64::from(*b)),
            LLValue::Char(c) => Part::Int(i64::from(*c)),
            LLValue::UniChar(c) => Part::Int(i64::from(*c)),
            LLValue::Int(i) => Part::Int(*i),
            LLValue::Float(x) => Part::Bits(x.to_bits()),
            LLValue::Ptr(p) | LLValue::Address(p) => Part::Pointer(*p),
            _ => return None,
        },
        Operand::Const(_) => return None,
    })
}

fn expression(op: &Op, graph: &Graph, types: &LLTypes) -> Option<Expression> {
    let args = op.args.iter().map(|a| part(a, types)).collect::<Option<Vec<Part>>>();
    let mut args = args?;
    if let (OpCode::Getfield, Some(Operand::Const(Const::Name(field)))) = (op.code, op.args.get(1)) {
        args.push(Part::Type(owner(
            types.pointee(graph.operand_type(&op.args[0]))?,
            field,
            types,
        )));
    }
    let result = types.resolve(graph.var_type(op.result));
    Some(Expression {
        code: op.code,
        args,
        result,
    })
}

/// The struct that has a field: the given one, or the one inlined in its start that has it.
fn owner(ty: LLTypeId, field: &str, types: &LLTypes) -> LLTypeId {
    let mut at = ty;
    while let Some(s) = types.as_struct(at) {
        match s.fields.first() {
            Some(first) if s.field_index(field).is_none() && &*first.name == "super" => at = types.resolve(first.ty),
            _ => break,
        }
    }
    types.resolve(at)
}

fn is_read(code: OpCode) -> bool {
    matches!(code, OpCode::Getfield | OpCode::Getarrayitem | OpCode::Getinteriorfield)
}

/// Operations without effects whose result may be used again: not those that stand for something at their place.
fn is_reusable(code: OpCode) -> bool {
    code.is_pure()
        && !matches!(
            code,
            OpCode::Keepalive | OpCode::StackCheck | OpCode::JitHint | OpCode::SameAs
        )
}

struct Folder<'a> {
    types: &'a LLTypes,
    store: &'a LLStore,
    classes: &'a ClassTable,
    known: Known,
    renamed: FxHashMap<VarId, Operand>,
    changed: bool,
}

impl Folder<'_> {
    fn block(&mut self, graph: &mut Graph, id: BlockId) {
        let ops = std::mem::take(&mut graph.block_mut(id).ops);
        let raising = graph.block(id).switch == ExitSwitch::LastException;
        let n = ops.len();
        let mut out = Vec::with_capacity(n);
        for (i, mut op) in ops.into_iter().enumerate() {
            self.rename(&mut op.args);
            if raising && i + 1 == n {
                if op.code == OpCode::IndirectCall {
                    self.simplify(graph, &mut op);
                }
                self.note_class(&op);
                out.push(op);
                break;
            }
            self.simplify(graph, &mut op);
            match self.replacement(graph, &op) {
                Some(value) => {
                    self.changed = true;
                    self.renamed.insert(op.result, value);
                }
                None => {
                    self.note(graph, &op);
                    out.push(op);
                }
            }
        }
        if raising && let Some(op) = out.last() {
            let op = op.clone();
            self.forget(&op, graph);
        }
        let renamed = std::mem::take(&mut self.renamed);
        let block = graph.block_mut(id);
        block.ops = out;
        substitute(block, &renamed);
        self.changed |= pass_switch_value(graph, id);
    }

    fn rename(&self, args: &mut [Operand]) {
        for a in args {
            if let Operand::Var(v) = a
                && let Some(new) = self.renamed.get(v)
            {
                *a = new.clone();
            }
        }
    }

    /// A value that is there already in place of the operation.
    fn replacement(&mut self, graph: &Graph, op: &Op) -> Option<Operand> {
        let ty = graph.var_type(op.result);
        if let Some(value) = self.constant(op, ty) {
            return Some(Operand::ll(ty, value));
        }
        if let Some(value) = self.class_test(op, ty) {
            return Some(Operand::ll(ty, value));
        }
        if let Some(same) = self.identity(graph, op) {
            return Some(same);
        }
        if !is_reusable(op.code) && !is_read(op.code) {
            return None;
        }
        let e = expression(op, graph, self.types)?;
        self.known
            .results
            .get(&e)
            .or_else(|| self.known.places.get(&e))
            .cloned()
    }

    fn constant(&self, op: &Op, ty: LLTypeId) -> Option<LLValue> {
        if is_read(op.code) || matches!(op.args.get(1), Some(Operand::Const(Const::Name(_)))) || is_size(op.code) {
            let parts: Option<Vec<PathPart<'_>>> = op.args.iter().map(path_part).collect();
            return values::fold_read(op.code, &parts?, self.types, self.store);
        }
        let args: Option<Vec<&LLConst>> = op.args.iter().map(constant).collect();
        let args = args?;
        if op.code == OpCode::CastPointer
            && let [
                LLConst {
                    value: LLValue::Ptr(LLPtr::To(k)),
                    ..
                },
            ] = args.as_slice()
        {
            let target = self.types.pointee(ty)?;
            let k = values::cast_container(*k, target, self.types, self.store)?;
            return Some(LLValue::Ptr(LLPtr::To(k)));
        }
        values::fold(op.code, &args, ty, self.types)
    }

    /// Tests of classes that are known.
    fn class_test(&self, op: &Op, ty: LLTypeId) -> Option<LLValue> {
        let is_typeptr = || matches!(op.args.get(1), Some(Operand::Const(Const::Name(f))) if &**f == "typeptr");
        match op.code {
            OpCode::ObjIsinstance => {
                let class = self.class_of(&op.args[0])?;
                let wanted = self.classes.of_vtable(&op.args[1])?;
                Some(LLValue::Bool(self.classes.is_subclass(class, wanted)))
            }
            OpCode::VtableIssubclass => {
                let (sub, class) = (
                    self.classes.of_vtable(&op.args[0])?,
                    self.classes.of_vtable(&op.args[1])?,
                );
                Some(LLValue::Bool(self.classes.is_subclass(sub, class)))
            }
            OpCode::ObjTypeptr | OpCode::Getfield if op.code == OpCode::ObjTypeptr || is_typeptr() => {
                let vtable = self.classes.vtable(self.class_of(&op.args[0])?);
                let target = self.types.pointee(ty)?;
                let k = values::cast_container(vtable, target, self.types, self.store)?;
                Some(LLValue::Ptr(LLPtr::To(k)))
            }
            OpCode::PtrNonzero => self.class_of(&op.args[0]).map(|_| LLValue::Bool(true)),
            OpCode::PtrIszero => self.class_of(&op.args[0]).map(|_| LLValue::Bool(false)),
            _ => None,
        }
    }

    /// The class of an object, if it was allocated here or exists already.
    fn class_of(&self, operand: &Operand) -> Option<usize> {
        match operand {
            Operand::Var(v) => self.known.exact.get(v).copied(),
            Operand::Const(Const::LL(LLConst {
                value: LLValue::Ptr(LLPtr::To(k)),
                ..
            })) => {
                let whole = self.store.get(self.store.outermost(*k));
                self.classes.of_instance(self.types, whole.ty)
            }
            Operand::Const(_) => None,
        }
    }

    /// Operations that give one of their operands back.
    fn identity(&self, graph: &Graph, op: &Op) -> Option<Operand> {
        use OpCode::*;
        let int = |i: usize| match op.args.get(i) {
            Some(Operand::Const(Const::LL(LLConst {
                value: LLValue::Int(v), ..
            }))) => Some(*v),
            _ => None,
        };
        let first = || op.args.first().cloned();
        match (op.code, int(0), int(1)) {
            (SameAs, _, _) => first(),
            (CastPointer, _, _) => {
                let same = |a: &Operand| self.types.same(graph.operand_type(a), graph.var_type(op.result));
                let source = self.cast_source(&op.args[0]);
                if same(&op.args[0]) {
                    first()
                } else {
                    source.filter(same)
                }
            }
            (IntAdd | UintAdd | IntOr | UintOr | IntXor | UintXor, _, Some(0)) => first(),
            (IntSub | UintSub | IntLshift | UintLshift | IntRshift | UintRshift, _, Some(0)) => first(),
            (IntAdd | UintAdd | IntOr | UintOr | IntXor | UintXor, Some(0), _) => op.args.get(1).cloned(),
            (IntMul | UintMul | IntFloordiv | UintFloordiv | IntPyDiv, _, Some(1)) => first(),
            (IntMul | UintMul, Some(1), _) => op.args.get(1).cloned(),
            (IntMul | UintMul | IntAnd | UintAnd, _, Some(0)) => op.args.get(1).cloned(),
            (IntAnd | UintAnd, _, Some(-1)) => first(),
            (IntEq | IntLe | IntGe | UintEq | UintLe | UintGe | CharEq | UnicharEq | PtrEq, ..) if same_var(op) => {
                Some(Operand::bool(true))
            }
            (IntNe | IntLt | IntGt | UintNe | UintLt | UintGt | CharNe | UnicharNe | PtrNe, ..) if same_var(op) => {
                Some(Operand::bool(false))
            }
            (PtrNonzero, ..) if self.is_fresh(&op.args[0]) => Some(Operand::bool(true)),
            (PtrIszero, ..) if self.is_fresh(&op.args[0]) => Some(Operand::bool(false)),
            _ => self.undone(op),
        }
    }

    /// A conversion of what the opposite conversion has just made.
    fn undone(&self, op: &Op) -> Option<Operand> {
        use OpCode::*;
        let inner = self.made_by(op.args.first()?)?;
        let back = matches!(
            (op.code, inner.code),
            (BoolNot, BoolNot)
                | (CastIntToChar, CastCharToInt)
                | (CastIntToUnichar, CastUnicharToInt)
                | (CastUintToInt, CastIntToUint)
                | (CastIntToUint, CastUintToInt)
                | (IntIsTrue, CastBoolToInt)
                | (IntNeg, IntNeg)
                | (IntInvert, IntInvert)
                | (UintInvert, UintInvert)
        );
        if back { inner.args.first().cloned() } else { None }
    }

    fn made_by(&self, operand: &Operand) -> Option<&Op> {
        self.known.made.get(&operand.var()?)
    }

    /// The pointer that a cast pointer was made from.
    fn cast_source(&self, operand: &Operand) -> Option<Operand> {
        let op = self.made_by(operand).filter(|op| op.code == OpCode::CastPointer)?;
        op.args.first().cloned()
    }

    /// Whether the pointer comes straight from an allocation in this block.
    fn is_fresh(&self, operand: &Operand) -> bool {
        let mut operand = operand.clone();
        while let Some(source) = self.cast_source(&operand) {
            operand = source;
        }
        self.made_by(&operand)
            .is_some_and(|op| op.code.effect() == Effect::Malloc && op.code != OpCode::WeakrefCreate)
    }

    /// Rewrites an operation to a simpler one.
    fn simplify(&mut self, graph: &Graph, op: &mut Op) {
        use OpCode::*;
        let null = |a: &Operand| constant(a).is_some_and(|c| c.value == LLValue::Ptr(LLPtr::Null));
        match op.code {
            BoolNot => {
                if let Some(test) = self.made_by(&op.args[0]).cloned()
                    && let Some(code) = opposite(test.code)
                {
                    (op.code, op.args) = (code, test.args);
                    self.changed = true;
                }
            }
            PtrEq | PtrNe if null(&op.args[0]) || null(&op.args[1]) => {
                op.args.remove(usize::from(null(&op.args[1])));
                op.code = if op.code == PtrEq { PtrIszero } else { PtrNonzero };
                self.changed = true;
            }
            CastPointer => {
                if let Some(source) = self.cast_source(&op.args[0]) {
                    op.args[0] = source;
                    self.changed = true;
                }
            }
            IntEq | IntNe => self.compare_as_chars(op),
            IndirectCall if self.constant_function(&op.args[0]) => {
                op.code = DirectCall;
                op.args.pop();
                self.changed = true;
            }
            _ if is_commutative(op.code) && matches!(op.args[0], Operand::Const(_)) => {
                if matches!(op.args[1], Operand::Var(_)) {
                    op.args.swap(0, 1);
                }
            }
            _ => {}
        }
        if matches!(op.code, PtrNonzero | PtrIszero)
            && let Some(source) = self.cast_source(&op.args[0])
            && self.types.pointee(graph.operand_type(&source)).is_some()
        {
            op.args[0] = source;
            self.changed = true;
        }
    }

    /// Whether the operand is a function with a graph.
    fn constant_function(&self, operand: &Operand) -> bool {
        let Some(LLConst {
            value: LLValue::Ptr(LLPtr::To(k)),
            ..
        }) = constant(operand)
        else {
            return false;
        };
        matches!(&self.store.get(*k).data, Data::Func(f) if f.graph.is_some())
    }

    /// `ord(c) == 65` is `c == 'A'`.
    fn compare_as_chars(&mut self, op: &mut Op) {
        if let [Operand::Const(_), Operand::Var(_)] = op.args.as_slice() {
            op.args.swap(0, 1);
        }
        let Some(made) = self.made_by(&op.args[0]).filter(|m| m.code == OpCode::CastCharToInt) else {
            return;
        };
        let Some(LLConst {
            value: LLValue::Int(i), ..
        }) = constant(&op.args[1])
        else {
            return;
        };
        let Ok(c) = u8::try_from(*i) else { return };
        op.args = vec![made.args[0].clone(), Operand::ll(LLTypes::CHAR, LLValue::Char(c))];
        op.code = if op.code == OpCode::IntEq {
            OpCode::CharEq
        } else {
            OpCode::CharNe
        };
        self.changed = true;
    }

    /// Remembers what the operation says and forgets what it makes untrue.
    fn note(&mut self, graph: &Graph, op: &Op) {
        self.forget(op, graph);
        if op.code.is_pure() || op.code.effect() == Effect::Malloc {
            self.known.made.insert(op.result, op.clone());
        }
        self.note_class(op);
        if is_reusable(op.code) {
            if let Some(e) = expression(op, graph, self.types) {
                self.known.results.insert(e, op.result.into());
            }
        } else if is_read(op.code) {
            if let Some(e) = expression(op, graph, self.types) {
                let fixed = self.is_fixed_place(graph, op);
                let table = if fixed {
                    &mut self.known.results
                } else {
                    &mut self.known.places
                };
                table.insert(e, op.result.into());
            }
        } else if op.code == OpCode::Setfield {
            self.note_store(graph, op);
        }
    }

    fn note_class(&mut self, op: &Op) {
        let class = match (op.code, op.args.first()) {
            (OpCode::Malloc | OpCode::MallocZeroed, Some(Operand::Const(Const::Type(ty)))) => {
                self.classes.of_instance(self.types, *ty)
            }
            (OpCode::CastPointer, Some(Operand::Var(v))) => self.known.exact.get(v).copied(),
            _ => None,
        };
        if let Some(class) = class {
            self.known.exact.insert(op.result, class);
        }
    }

    fn note_store(&mut self, graph: &Graph, op: &Op) {
        let [pointer, name, value] = op.args.as_slice() else {
            return;
        };
        let ty = graph.operand_type(value);
        if *self.types.get(ty) == rpy_lltype::LLType::Void {
            return;
        }
        let read = Op {
            code: OpCode::Getfield,
            args: vec![pointer.clone(), name.clone()],
            result: op.result,
            span: op.span,
        };
        let Some(mut e) = expression(&read, graph, self.types) else {
            return;
        };
        e.result = self.types.resolve(ty);
        self.known.places.insert(e, value.clone());
    }

    /// Whether what is read can never be stored to again.
    fn is_fixed_place(&self, graph: &Graph, op: &Op) -> bool {
        let Some(container) = self.types.pointee(graph.operand_type(&op.args[0])) else {
            return false;
        };
        match op.args.get(1) {
            Some(Operand::Const(Const::Name(field))) if op.code == OpCode::Getfield => self
                .types
                .as_struct(container)
                .is_some_and(|s| values::is_immutable(s, field)),
            _ => op.code == OpCode::Getarrayitem && self.types.int_hint(container, "immutable").is_some_and(|v| v != 0),
        }
    }

    fn forget(&mut self, op: &Op, graph: &Graph) {
        match op.code.effect() {
            Effect::Pure | Effect::Read | Effect::Malloc | Effect::RawMalloc | Effect::MayRaise => {}
            Effect::Collect | Effect::Call | Effect::ExternCall => self.known.places.clear(),
            Effect::Write => match (op.code, op.args.get(1)) {
                (OpCode::Setfield, Some(Operand::Const(Const::Name(field)))) => {
                    let Some(ty) = self.types.pointee(graph.operand_type(&op.args[0])) else {
                        return;
                    };
                    let name = Part::Name(Arc::clone(field));
                    let owner = Part::Type(owner(ty, field, self.types));
                    self.known.places.retain(|e, _| match e.code {
                        OpCode::Getfield => e.args.get(1) != Some(&name) || e.args.get(2) != Some(&owner),
                        OpCode::Getinteriorfield => !e.args.contains(&name),
                        _ => true,
                    });
                }
                (OpCode::Setarrayitem, _) => {
                    self.known.places.retain(|e, _| e.code == OpCode::Getfield);
                }
                _ => self.known.places.clear(),
            },
        }
    }
}

fn is_size(code: OpCode) -> bool {
    matches!(code, OpCode::Getarraysize | OpCode::Getinteriorarraysize)
}

fn is_commutative(code: OpCode) -> bool {
    use OpCode::*;
    matches!(
        code,
        IntAdd
            | UintAdd
            | IntMul
            | UintMul
            | IntAnd
            | UintAnd
            | IntOr
            | UintOr
            | IntXor
            | UintXor
            | CharEq
            | CharNe
            | UintEq
            | UintNe
    )
}

fn same_var(op: &Op) -> bool {
    matches!(op.args.as_slice(), [Operand::Var(a), Operand::Var(b)] if a == b)
}

/// The constant, if the operand is a low-level one.
pub fn constant(operand: &Operand) -> Option<&LLConst> {
    match operand {
        Operand::Const(Const::LL(c)) => Some(c),
        Operand::Var(_) | Operand::Const(_) => None,
    }
}

fn path_part(operand: &Operand) -> Option<PathPart<'_>> {
    match operand {
        Operand::Const(Const::LL(c)) => Some(PathPart::Const(c)),
        Operand::Const(Const::Name(n)) => Some(PathPart::Name(n)),
        Operand::Var(_) | Operand::Const(_) => None,
    }
}

/// On the links of a switch its value is known: passes the constant on.
fn pass_switch_value(graph: &mut Graph, id: BlockId) -> bool {
    let ExitSwitch::Value(Operand::Var(v)) = graph.block(id).switch else {
        return false;
    };
    let mut changed = false;
    for link in &mut graph.block_mut(id).exits {
        let value = match &link.case {
            ExitCase::Bool(b) => Operand::bool(*b),
            ExitCase::Value(c) => Operand::Const(c.clone()),
            ExitCase::None | ExitCase::Default | ExitCase::Exception(_) => continue,
        };
        for arg in link.args.iter_mut().filter(|a| **a == Operand::Var(v)) {
            *arg = value.clone();
            changed = true;
        }
    }
    changed
}
