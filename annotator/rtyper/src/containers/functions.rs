//! Helper functions that are made by the rtyper: conversions of items, texts of items, the functions of an `r_dict`.
//!
//! Such a function is a small low-level graph; the library wraps the pointer to it into a function, so that the
//! helpers that take functions are specialised by it.

use crate::hop::{Arg, Hop};
use crate::llops::LLOps;
use crate::repr::{Repr, ReprId};
use crate::rtyper::{RTyper, Res};
use rpy_annotator::{AnnId, DictDefId, Place};
use rpy_flow::{OpCode, Operand};
use rpy_host::Value;
use rpy_lltype::{LLTypeId, LLTypes};
use rpy_syntax::Span;
use rustc_hash::FxHashMap;

/// What a made function does, for finding it again.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Made {
    /// Converts between two representations.
    Convert(ReprId, ReprId),
    /// Text of a value.
    Text(ReprId),
    /// Equality of the keys of an `r_dict`.
    KeyEq(DictDefId),
    /// Hash of a key of an `r_dict`.
    KeyHash(DictDefId),
    /// Next item of an iterator in a representation.
    Next(ReprId, ReprId),
}

/// Tables of the container families.
#[derive(Debug, Default)]
pub(crate) struct Caches {
    made: FxHashMap<Made, Value>,
}

impl RTyper<'_> {
    /// A function made once; `build` computes the result from the parameters.
    pub(crate) fn made_low_function(
        &mut self,
        key: Made,
        name: &str,
        params: &[ReprId],
        result: ReprId,
        build: impl FnOnce(&mut LLOps<'_, '_>, &[Operand]) -> Res<Operand>,
    ) -> Res<Value> {
        if let Some(&f) = self.containers.made.get(&key) {
            return Ok(f);
        }
        let id = self.new_low_graph(name, params, result)?;
        let pointer = self.ready_function_pointer(id);
        let f = self.wrap_function(&pointer, params.len())?;
        self.containers.made.insert(key, f);
        let start = self.graph(id).start;
        let inputs: Vec<Operand> = self
            .graph(id)
            .block(start)
            .inputs
            .iter()
            .map(|v| Operand::Var(*v))
            .collect();
        let mut ll = LLOps::new(self, id, Span::NONE);
        let v = build(&mut ll, &inputs)?;
        let ops = std::mem::take(&mut ll.ops);
        self.finish_with_return(id, start, ops, v);
        Ok(f)
    }

    /// A host function that calls a prebuilt low-level function.
    fn wrap_function(&mut self, pointer: &Operand, n: usize) -> Res<Value> {
        let (Some(ptr), Operand::Const(rpy_flow::Const::LL(c))) = (Self::const_pointer(pointer), pointer) else {
            return Err(self.internal("a function pointer is not constant"));
        };
        let to = self
            .types()
            .pointee(c.ty)
            .ok_or_else(|| self.internal("a function pointer is not a pointer"))?;
        let value = self.host().new_llptr(to, ptr);
        let maker = self.helper_function("rpython.rtyper.closures", "make_call")?;
        let n = i64::try_from(n).expect("few parameters");
        match self.host().call(maker, &[value, Value::Int(n)], &[]) {
            Ok(f) => Ok(f),
            Err(e) => Err(self.host_error(&e, "a helper of the library could not be made")),
        }
    }

    /// A function that converts between two representations.
    pub(crate) fn converter(&mut self, from: ReprId, to: ReprId) -> Res<Value> {
        self.made_low_function(Made::Convert(from, to), "convert_item", &[from], to, |ll, args| {
            ll.convertvar(args[0].clone(), from, to)
        })
    }

    /// Representations of the functions of an `r_dict`.
    pub(crate) fn custom_key_reprs(&mut self, def: DictDefId) -> Res<Option<(ReprId, ReprId)>> {
        match self.ann.dict(def).custom.clone() {
            Some(custom) => Ok(Some((self.get_repr(custom.equal)?, self.get_repr(custom.hash)?))),
            None => Ok(None),
        }
    }

    /// The functions for keys of a dict as helpers take them: hash, then equality (`None` for the operator).
    pub(crate) fn key_functions(&mut self, dict: ReprId) -> Res<(Value, Value)> {
        let Repr::Dict(def) = *self.repr(dict) else {
            return Err(self.internal("a dict is expected"));
        };
        if let Some((eq, hash)) = self.custom_key_reprs(def)? {
            return self.custom_key_functions(dict, def, eq, hash);
        }
        let (key, _) = self.dict_parts(dict)?;
        let hash = self.hash_function(key)?;
        let eq = self.eq_function(key)?.unwrap_or(Value::None);
        Ok((hash, eq))
    }

    fn custom_key_functions(&mut self, dict: ReprId, def: DictDefId, eq: ReprId, hash: ReprId) -> Res<(Value, Value)> {
        let (key, _) = self.dict_parts(dict)?;
        let Some(custom) = self.ann.dict(def).custom.clone() else {
            return Err(self.internal("an r_dict has no functions"));
        };
        let simple = self.ann.dict(def).simple_hash_eq;
        let key_ann = self.ann.dict(def).key;
        let at_run_time = !(self.is_void(eq)? && self.is_void(hash)?);
        let bool_repr = self.intern_repr(Repr::Bool);
        let signed = self.signed_repr();
        let keyeq = self.emulated_call(
            Made::KeyEq(def),
            (custom.equal, eq),
            &[(key_ann, key), (key_ann, key)],
            bool_repr,
            at_run_time,
        )?;
        let keyhash = self.emulated_call(
            Made::KeyHash(def),
            (custom.hash, hash),
            &[(key_ann, key)],
            signed,
            at_run_time,
        )?;
        if simple {
            let yes = Value::Bool(true);
            if let Err(e) = self.host().setattr(keyeq, "_ll_simple_eq_", yes) {
                return Err(self.host_error(&e, "a helper of the library could not be marked"));
            }
        }
        Ok((keyhash, keyeq))
    }

    /// A function that calls a value of the program; with `pass_function` the value is its first argument.
    fn emulated_call(
        &mut self,
        made: Made,
        (callable, callable_repr): (AnnId, ReprId),
        args: &[(AnnId, ReprId)],
        result: ReprId,
        pass_function: bool,
    ) -> Res<Value> {
        let anns: Vec<AnnId> = args.iter().map(|a| a.0).collect();
        let callees = self.ann.resolve_call_of(callable, &anns);
        let mut params: Vec<ReprId> = args.iter().map(|a| a.1).collect();
        if pass_function {
            params.insert(0, callable_repr);
        }
        let name = if matches!(made, Made::KeyEq(_)) {
            "key_eq"
        } else {
            "key_hash"
        };
        let args = args.to_vec();
        self.made_low_function(made, name, &params, result, |ll, inputs| {
            let first = usize::from(pass_function);
            let mut all = vec![Arg {
                v: if pass_function {
                    inputs[0].clone()
                } else {
                    Operand::void()
                },
                ann: callable,
                repr: callable_repr,
            }];
            for (v, (ann, repr)) in inputs[first..].iter().zip(&args) {
                all.push(Arg {
                    v: v.clone(),
                    ann: *ann,
                    repr: *repr,
                });
            }
            let graph = ll.graph;
            let mut hop = Hop {
                ll: LLOps::new(ll.rt, graph, Span::NONE),
                code: OpCode::SimpleCall,
                args: all,
                keywords: vec![],
                result_ann: AnnId::OBJECT,
                result,
                caught: vec![],
                llop_name: None,
                place: Place {
                    graph,
                    block: rpy_flow::BlockId(0),
                    op: 0,
                },
            };
            let v = crate::call::call_pbc(&mut hop, &callees)?;
            let ops = std::mem::take(&mut hop.ll.ops);
            drop(hop);
            ll.ops.extend(ops);
            Ok(v)
        })
    }
}

impl LLOps<'_, '_> {
    /// Calls an allocating helper that takes the type of its result first.
    pub(crate) fn helper_of_type(
        &mut self,
        module: &'static str,
        name: &'static str,
        to: LLTypeId,
        args: Vec<Operand>,
    ) -> Res<Operand> {
        let mut all = vec![self.rt.type_operand(to)];
        all.extend(args);
        self.call_helper(module, name, all)
    }

    /// What a pointer type points to.
    pub(crate) fn pointee(&self, ptr: LLTypeId) -> Res<LLTypeId> {
        self.rt
            .types()
            .pointee(ptr)
            .ok_or_else(|| self.rt.internal("a pointer is expected"))
    }

    /// What the low-level pointers of a representation point to.
    pub(crate) fn target_of(&mut self, repr: ReprId) -> Res<LLTypeId> {
        let ty = self.rt.lowleveltype(repr)?;
        if ty == LLTypes::VOID {
            return Err(self.rt.internal("a container takes no space"));
        }
        self.pointee(ty)
    }
}
