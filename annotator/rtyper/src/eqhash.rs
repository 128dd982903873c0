//! Equality and hash of values of any representation, as helper functions: for items of lists, keys of dicts, tuples.

use crate::llops::LLOps;
use crate::num::RINT;
use crate::repr::{Repr, ReprId};
use crate::rtyper::{RTyper, Res};
use crate::tuple::RTUPLE;
use rpy_flow::{OpCode, Operand};
use rpy_host::Value;
use rpy_lltype::LLTypes;

const RSTR: &str = "rpython.rtyper.rstr";
const RFLOAT: &str = "rpython.rtyper.rfloat";
const RLIST: &str = "rpython.rtyper.rlist";
const RCLASS: &str = "rpython.rtyper.rclass";

impl RTyper<'_> {
    /// A host function `eq(a, b)` over low-level values, or `None` if `a == b` on them (identity for pointers) is right.
    pub fn eq_function(&mut self, repr: ReprId) -> Res<Option<Value>> {
        Ok(match self.repr(repr).clone() {
            Repr::Str => Some(self.helper_function(RSTR, "ll_streq")?),
            Repr::Unicode => Some(self.helper_function(RSTR, "ll_streq")?),
            Repr::Tuple(items) if !items.is_empty() => Some(self.tuple_function(repr, &items, "eq")?),
            Repr::List(_) => match self.list_item_eq(repr)? {
                Some(eq) => Some(self.made_function(repr, RLIST, "make_listeq", &[eq])?),
                None => Some(self.made_function(repr, RLIST, "make_listeq", &[Value::None])?),
            },
            _ => None,
        })
    }

    /// A host function `hash(a)` over low-level values.
    pub fn hash_function(&mut self, repr: ReprId) -> Res<Value> {
        match self.repr(repr).clone() {
            Repr::Str | Repr::Unicode => self.helper_function(RSTR, "ll_strhash"),
            Repr::Tuple(items) if !items.is_empty() => self.tuple_function(repr, &items, "hash"),
            Repr::Float => self.helper_function(RFLOAT, "ll_hash_float"),
            Repr::Bool | Repr::Int(_) | Repr::Char | Repr::UniChar => self.helper_function(RINT, "ll_hash"),
            Repr::Instance(_) => self.helper_function(RCLASS, "ll_identity_hash"),
            Repr::Class | Repr::Functions(_) | Repr::Frozen(_) => self.helper_function(RCLASS, "ll_address_hash"),
            Repr::None | Repr::Impossible | Repr::Const(_) | Repr::Desc(_) | Repr::Tuple(_) => {
                self.helper_function(RCLASS, "ll_hash_void")
            }
            Repr::Ptr(ty) if self.types().is_gc_ptr(ty) => self.helper_function(RCLASS, "ll_identity_hash"),
            Repr::Ptr(_) | Repr::Address => self.helper_function(RCLASS, "ll_address_hash"),
            _ => Err(self.error(format!(
                "values represented as {} cannot be hashed",
                self.repr_text(repr)
            ))),
        }
    }

    /// Ordering of tuples: a host function `op(a, b)`.
    pub(crate) fn tuple_order_function(&mut self, repr: ReprId, code: OpCode) -> Res<Value> {
        let Repr::Tuple(items) = self.repr(repr).clone() else {
            return Err(self.internal("tuples are compared that are none"));
        };
        let name = match code {
            OpCode::Lt => "lt",
            OpCode::Le => "le",
            OpCode::Gt => "gt",
            _ => "ge",
        };
        self.tuple_function(repr, &items, name)
    }

    fn tuple_function(&mut self, repr: ReprId, items: &[ReprId], what: &'static str) -> Res<Value> {
        let key = (repr, what);
        if let Some(&f) = self.made_functions.get(&key) {
            return Ok(f);
        }
        let mut parts = vec![];
        for item in items {
            parts.push(match what {
                "hash" => self.hash_function(*item)?,
                "eq" => self.eq_function(*item)?.unwrap_or(Value::None),
                _ => self.order_parts(*item)?,
            });
        }
        let maker = self.helper_function(RTUPLE, "make_tuple_function")?;
        let parts = self.host().new_tuple(&parts);
        let what_value = self.host().new_str(what);
        self.make(key, maker, &[what_value, parts])
    }

    /// The pair (equality, less-than) of an item, each `None` for the operators.
    fn order_parts(&mut self, item: ReprId) -> Res<Value> {
        let eq = self.eq_function(item)?.unwrap_or(Value::None);
        let lt = match self.repr(item).clone() {
            Repr::Str | Repr::Unicode => self.helper_function(RSTR, "ll_strlt")?,
            Repr::Tuple(items) if !items.is_empty() => self.tuple_function(item, &items, "lt")?,
            _ => Value::None,
        };
        Ok(self.host().new_tuple(&[eq, lt]))
    }

    /// A function that a helper of the library makes from others, made once for each representation.
    pub fn made_function(
        &mut self,
        repr: ReprId,
        module: &'static str,
        maker: &'static str,
        args: &[Value],
    ) -> Res<Value> {
        let key = (repr, maker);
        if let Some(&f) = self.made_functions.get(&key) {
            return Ok(f);
        }
        let maker = self.helper_function(module, maker)?;
        self.make(key, maker, args)
    }

    fn make(&mut self, key: (ReprId, &'static str), maker: Value, args: &[Value]) -> Res<Value> {
        match self.host().call(maker, args, &[]) {
            Ok(f) => {
                self.made_functions.insert(key, f);
                Ok(f)
            }
            Err(e) => Err(self.host_error(&e, "a helper of the library could not be made")),
        }
    }

    /// The representation to which two tuples of the same length are converted for comparison.
    pub(crate) fn common_tuple(&mut self, a: &[ReprId], b: &[ReprId]) -> Res<ReprId> {
        let mut items = vec![];
        for (x, y) in a.iter().zip(b) {
            items.push(self.common_repr(*x, *y)?);
        }
        Ok(self.intern_repr(Repr::Tuple(items.into())))
    }

    /// The wider of two representations that are compared.
    pub fn common_repr(&mut self, a: ReprId, b: ReprId) -> Res<ReprId> {
        if a == b {
            return Ok(a);
        }
        let (x, y) = (self.repr(a).clone(), self.repr(b).clone());
        Ok(match (&x, &y) {
            (Repr::None | Repr::Impossible | Repr::Const(_) | Repr::Desc(_), _) => b,
            (_, Repr::None | Repr::Impossible | Repr::Const(_) | Repr::Desc(_)) => a,
            (Repr::Char, Repr::Str) => b,
            (Repr::Str, Repr::Char) => a,
            (Repr::Char | Repr::UniChar, Repr::Unicode) => b,
            (Repr::Unicode, Repr::Char | Repr::UniChar) => a,
            (Repr::Char, Repr::UniChar) => b,
            (Repr::UniChar, Repr::Char) => a,
            (Repr::Instance(p), Repr::Instance(q)) => {
                let common = match (p, q) {
                    (Some(p), Some(q)) => self.ann.common_base(*p, *q),
                    _ => None,
                };
                self.intern_repr(Repr::Instance(common))
            }
            (Repr::Tuple(p), Repr::Tuple(q)) if p.len() == q.len() => self.common_tuple(p, q)?,
            _ => match crate::num::common_number(&x, &y) {
                Some(r) => self.intern_repr(r),
                None => a,
            },
        })
    }
}

/// Calls an equality function found by [`RTyper::eq_function`].
pub fn call_eq(ll: &mut LLOps<'_, '_>, eq: Option<Value>, x: Operand, y: Operand) -> Res<Operand> {
    if let Some(f) = eq {
        return ll.call_host_function(f, vec![x, y]);
    }
    let ty = ll.type_of(&x);
    if ty == LLTypes::VOID {
        return Ok(Operand::bool(true));
    }
    let code = match ty {
        LLTypes::CHAR => OpCode::CharEq,
        LLTypes::UNICHAR => OpCode::UnicharEq,
        LLTypes::SIGNED => OpCode::IntEq,
        LLTypes::UNSIGNED => OpCode::UintEq,
        LLTypes::FLOAT => OpCode::FloatEq,
        LLTypes::ADDRESS => OpCode::AdrEq,
        LLTypes::BOOL => {
            let x = ll.genop(OpCode::CastBoolToInt, [x], LLTypes::SIGNED);
            let y = ll.genop(OpCode::CastBoolToInt, [y], LLTypes::SIGNED);
            return Ok(ll.genop(OpCode::IntEq, [x, y], LLTypes::BOOL));
        }
        _ if ll.rt.types().pointee(ty).is_some() => OpCode::PtrEq,
        _ => return Ok(ll.genop(OpCode::SintBinop, [Operand::name("eq"), x, y], LLTypes::BOOL)),
    };
    Ok(ll.genop(code, [x, y], LLTypes::BOOL))
}
