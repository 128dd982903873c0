//! Comparison.

use crate::code::CmpOp;
use crate::error::Res;
use crate::host::Host;
use crate::object::ObjData;
use crate::ops::number::Num;
use crate::value::{ObjId, Value};
use num_bigint::BigInt;
use std::cmp::Ordering;

fn test(op: CmpOp, order: Ordering) -> bool {
    match op {
        CmpOp::Lt => order.is_lt(),
        CmpOp::Le => order.is_le(),
        CmpOp::Eq => order.is_eq(),
        CmpOp::Ne => order.is_ne(),
        CmpOp::Gt => order.is_gt(),
        CmpOp::Ge => order.is_ge(),
        CmpOp::In | CmpOp::NotIn | CmpOp::Is | CmpOp::IsNot | CmpOp::ExcMatch => false,
    }
}

fn swapped(op: CmpOp) -> CmpOp {
    match op {
        CmpOp::Lt => CmpOp::Gt,
        CmpOp::Le => CmpOp::Ge,
        CmpOp::Gt => CmpOp::Lt,
        CmpOp::Ge => CmpOp::Le,
        other => other,
    }
}

/// Order of a big integer and a float (not NaN).
fn big_float_order(n: &BigInt, x: f64) -> Ordering {
    if x.is_infinite() {
        return if x > 0.0 { Ordering::Less } else { Ordering::Greater };
    }
    let whole: BigInt = num_traits::FromPrimitive::from_f64(x.trunc()).unwrap_or_default();
    n.cmp(&whole)
        .then_with(|| 0.0_f64.partial_cmp(&x.fract()).unwrap_or(Ordering::Equal))
}

impl Host {
    /// `a op b` with its result as it is.
    #[inline]
    pub(crate) fn compare_values(&mut self, op: CmpOp, a: Value, b: Value) -> Res {
        if let (Value::Int(x), Value::Int(y)) = (a, b) {
            match op {
                CmpOp::Lt => return Ok(Value::Bool(x < y)),
                CmpOp::Le => return Ok(Value::Bool(x <= y)),
                CmpOp::Eq | CmpOp::Is => return Ok(Value::Bool(x == y)),
                CmpOp::Ne | CmpOp::IsNot => return Ok(Value::Bool(x != y)),
                CmpOp::Gt => return Ok(Value::Bool(x > y)),
                CmpOp::Ge => return Ok(Value::Bool(x >= y)),
                _ => {}
            }
        }
        match op {
            CmpOp::Is => Ok(Value::Bool(self.is_same(a, b))),
            CmpOp::IsNot => Ok(Value::Bool(!self.is_same(a, b))),
            CmpOp::In => Ok(Value::Bool(self.contains(b, a)?)),
            CmpOp::NotIn => Ok(Value::Bool(!self.contains(b, a)?)),
            CmpOp::ExcMatch => Ok(Value::Bool(self.exception_matches(a, b))),
            _ => self.rich_compare(op, a, b),
        }
    }

    /// `a is b`.
    pub fn is_same(&self, a: Value, b: Value) -> bool {
        a == b
    }

    /// `a == b`.
    #[inline]
    pub(crate) fn values_equal(&mut self, a: Value, b: Value) -> Res<bool> {
        if a == b {
            return Ok(true);
        }
        let result = self.rich_compare(CmpOp::Eq, a, b)?;
        self.truth(result)
    }

    /// `a op b` as a truth value.
    pub(crate) fn compare_bool(&mut self, op: CmpOp, a: Value, b: Value) -> Res<bool> {
        let result = self.compare_values(op, a, b)?;
        self.truth(result)
    }

    fn rich_compare(&mut self, op: CmpOp, a: Value, b: Value) -> Res {
        let (user_a, user_b) = (self.is_user_instance(a), self.is_user_instance(b));
        if user_a || user_b {
            self.enter_native()?;
            let result = self.user_compare(op, a, b, user_a, user_b);
            self.leave_native();
            return result;
        }
        if let Some(result) = self.native_compare(op, a, b)? {
            return Ok(result);
        }
        Ok(Value::Bool(test(op, self.default_order(a, b))))
    }

    fn user_compare(&mut self, op: CmpOp, a: Value, b: Value, user_a: bool, user_b: bool) -> Res {
        let (ta, tb) = (self.type_id(a), self.type_id(b));
        let mut right_done = !user_b;
        if user_b && ta != tb && self.is_subclass(Value::Obj(tb), Value::Obj(ta)) {
            right_done = true;
            if let Some(result) = self.rich_one(swapped(op), b, a)? {
                return Ok(result);
            }
        }
        if user_a && let Some(result) = self.rich_one(op, a, b)? {
            return Ok(result);
        }
        if !user_a && let Some(result) = self.native_compare_pair(op, a, b)? {
            return Ok(result);
        }
        if !right_done && let Some(result) = self.rich_one(swapped(op), b, a)? {
            return Ok(result);
        }
        if user_a
            && !user_b
            && let Some(result) = self.native_compare_pair(op, a, b)?
        {
            return Ok(result);
        }
        if let Some(order) = self.cmp_methods(a, b)? {
            return Ok(Value::Bool(test(op, order)));
        }
        match self.native_compare_pair(op, a, b)? {
            Some(result) => Ok(result),
            None => Ok(Value::Bool(test(op, self.default_order(a, b)))),
        }
    }

    /// Native comparison where one side may be a subclass instance without methods of its own.
    fn native_compare_pair(&mut self, op: CmpOp, a: Value, b: Value) -> Res<Option<Value>> {
        for value in [a, b] {
            if self.is_user_instance(value) {
                let class = self.type_id(value);
                let name = self.names.rich[op as usize];
                let cmp = self.names.d_cmp;
                let own = self.lookup_type(class, name);
                if own.is_some_and(|m| !self.is_native_slot(m))
                    || self.lookup_type(class, cmp).is_some_and(|m| !self.is_native_slot(m))
                {
                    return Ok(None);
                }
            }
        }
        self.native_compare(op, a, b)
    }

    /// Calls `a.__op__(b)`; `None` when absent or NotImplemented.
    fn rich_one(&mut self, op: CmpOp, a: Value, b: Value) -> Res<Option<Value>> {
        let name = self.names.rich[op as usize];
        if matches!(a.obj().map(|id| self.heap.get(id)), Some(ObjData::OldInstance(_))) {
            return self.try_special(a, name, b);
        }
        let Some(found) = self.lookup_special(a, name) else {
            return Ok(None);
        };
        if self.is_native_slot(found) {
            return self.native_compare(op, a, b);
        }
        let result = self.call_special(found, a, &[b])?;
        Ok(if self.is_not_implemented(result) {
            None
        } else {
            Some(result)
        })
    }

    /// `__cmp__` of either operand.
    fn cmp_methods(&mut self, a: Value, b: Value) -> Res<Option<Ordering>> {
        let name = self.names.d_cmp;
        for (x, y, reverse) in [(a, b, false), (b, a, true)] {
            if !self.is_user_instance(x) {
                continue;
            }
            if let Some(found) = self.lookup_special(x, name)
                && self.is_native_slot(found)
            {
                continue;
            }
            let Some(result) = self.try_special(x, name, y)? else {
                continue;
            };
            let order = match self.number(result) {
                Num::Int(i) => i.cmp(&0),
                Num::Long(n) => (*n).cmp(&BigInt::default()),
                _ => return Err(self.type_error("an integer is required")),
            };
            return Ok(Some(if reverse { order.reverse() } else { order }));
        }
        self.coerced_cmp(a, b)
    }

    fn coerced_cmp(&mut self, a: Value, b: Value) -> Res<Option<Ordering>> {
        let name = self.names.d_coerce;
        for (x, y, reverse) in [(a, b, false), (b, a, true)] {
            if !matches!(x.obj().map(|id| self.heap.get(id)), Some(ObjData::OldInstance(_))) {
                continue;
            }
            let Some(pair) = self.try_special(x, name, y)? else {
                continue;
            };
            let Some(items) = self.tuple_items(pair).cloned() else {
                continue;
            };
            let [p, q] = items[..] else { continue };
            if p == x && q == y {
                continue;
            }
            let order = self.cmp_values(p, q)?;
            return Ok(Some(if reverse { order.reverse() } else { order }));
        }
        Ok(None)
    }

    /// `cmp(a, b)`.
    pub(crate) fn cmp_values(&mut self, a: Value, b: Value) -> Res<Ordering> {
        if a == b && !matches!(a, Value::Float(_)) {
            return Ok(Ordering::Equal);
        }
        let (user_a, user_b) = (self.is_user_instance(a), self.is_user_instance(b));
        if user_a || user_b {
            self.enter_native()?;
            let result = self.cmp_user(a, b, user_a, user_b);
            self.leave_native();
            return result;
        }
        self.cmp_native(a, b)
    }

    fn cmp_user(&mut self, a: Value, b: Value, user_a: bool, user_b: bool) -> Res<Ordering> {
        let same_class = self.type_id(a) == self.type_id(b);
        if user_a && same_class {
            let name = self.names.d_cmp;
            let own = self.lookup_special(a, name);
            if own.is_some_and(|m| !self.is_native_slot(m))
                && let Some(order) = self.cmp_methods(a, b)?
            {
                return Ok(order);
            }
        }
        for (op, order) in [
            (CmpOp::Eq, Ordering::Equal),
            (CmpOp::Lt, Ordering::Less),
            (CmpOp::Gt, Ordering::Greater),
        ] {
            let found = self.rich_either(op, a, b, user_a, user_b)?;
            if let Some(result) = found
                && self.truth(result)?
            {
                return Ok(order);
            }
        }
        match self.cmp_methods(a, b)? {
            Some(order) => Ok(order),
            None => Ok(self.default_order(a, b)),
        }
    }

    fn rich_either(&mut self, op: CmpOp, a: Value, b: Value, user_a: bool, user_b: bool) -> Res<Option<Value>> {
        if user_a && let Some(result) = self.rich_one(op, a, b)? {
            return Ok(Some(result));
        }
        if user_b && let Some(result) = self.rich_one(swapped(op), b, a)? {
            return Ok(Some(result));
        }
        self.native_compare_pair(op, a, b)
    }

    /// `cmp` of values that run no Python code of their own (their items may).
    fn cmp_native(&mut self, a: Value, b: Value) -> Res<Ordering> {
        if let (Some(x), Some(y)) = (self.sequence_items(a), self.sequence_items(b))
            && self.same_kind(a, b)
        {
            self.enter_native()?;
            let result = self.cmp_items(&x, &y);
            self.leave_native();
            return result;
        }
        if self.is_dict(a) && self.is_dict(b) {
            self.enter_native()?;
            let result = self.cmp_dicts(a, b);
            self.leave_native();
            return result;
        }
        if self.is_set(a) && self.is_set(b) {
            return Err(self.type_error("cannot compare sets using cmp()"));
        }
        if let Some(order) = self.number_order(a, b) {
            return Ok(order.unwrap_or(Ordering::Less));
        }
        for (op, order) in [
            (CmpOp::Eq, Ordering::Equal),
            (CmpOp::Lt, Ordering::Less),
            (CmpOp::Gt, Ordering::Greater),
        ] {
            if let Some(result) = self.native_compare(op, a, b)?
                && self.truth(result)?
            {
                return Ok(order);
            }
        }
        Ok(self.default_order(a, b))
    }

    fn cmp_items(&mut self, x: &[Value], y: &[Value]) -> Res<Ordering> {
        for (&p, &q) in x.iter().zip(y) {
            if self.values_equal(p, q)? {
                continue;
            }
            return self.cmp_values(p, q);
        }
        Ok(x.len().cmp(&y.len()))
    }

    /// Order of two numbers: `Some(None)` when unordered, `None` when not both are numbers.
    fn number_order(&mut self, a: Value, b: Value) -> Option<Option<Ordering>> {
        let (x, y) = (self.number(a), self.number(b));
        match (&x, &y) {
            (Num::No, _) | (_, Num::No) | (Num::Complex(..), _) | (_, Num::Complex(..)) => None,
            (Num::Int(i), Num::Int(j)) => Some(Some(i.cmp(j))),
            (Num::Float(p), Num::Float(q)) => Some(p.partial_cmp(q)),
            (Num::Single(p), Num::Single(q)) => Some(p.partial_cmp(q)),
            (Num::Single(_), _) | (_, Num::Single(_)) => None,
            (Num::Float(p), _) if p.is_nan() => Some(None),
            (_, Num::Float(q)) if q.is_nan() => Some(None),
            (_, Num::Float(q)) => self.num_big(&x).map(|n| Some(big_float_order(&n, *q))),
            (Num::Float(p), _) => self.num_big(&y).map(|n| Some(big_float_order(&n, *p).reverse())),
            _ => Some(self.num_big(&x).partial_cmp(&self.num_big(&y))),
        }
    }

    /// Comparison by native data; `None` when the two have none in common.
    pub(crate) fn native_compare(&mut self, op: CmpOp, a: Value, b: Value) -> Res<Option<Value>> {
        if let Some(order) = self.number_order(a, b) {
            let result = order.map_or(op == CmpOp::Ne, |order| test(op, order));
            return Ok(Some(Value::Bool(result)));
        }
        let result = match (self.data(a), self.data(b)) {
            (Some(ObjData::Str(x)), Some(ObjData::Str(y))) => test(op, x.bytes.cmp(&y.bytes)),
            (Some(ObjData::Unicode(x)), Some(ObjData::Unicode(y))) => test(op, x.chars.cmp(&y.chars)),
            (Some(ObjData::Unicode(_)), Some(ObjData::Str(_))) | (Some(ObjData::Str(_)), Some(ObjData::Unicode(_))) => {
                match self.text_order(a, b)? {
                    Some(order) => test(op, order),
                    None => op == CmpOp::Ne,
                }
            }
            (Some(ObjData::Tuple(_)), Some(ObjData::Tuple(_))) | (Some(ObjData::List(_)), Some(ObjData::List(_))) => {
                self.enter_native()?;
                let result = self.compare_sequences(op, a, b);
                self.leave_native();
                return result.map(Some);
            }
            (Some(ObjData::Dict(_)), Some(ObjData::Dict(_))) => {
                self.enter_native()?;
                let result = self.compare_dicts(op, a, b);
                self.leave_native();
                result?
            }
            (Some(ObjData::Set(_) | ObjData::FrozenSet(_)), Some(ObjData::Set(_) | ObjData::FrozenSet(_))) => {
                self.compare_sets(op, a, b)?
            }
            (Some(ObjData::Set(_) | ObjData::FrozenSet(_)), _) | (_, Some(ObjData::Set(_) | ObjData::FrozenSet(_))) => {
                match op {
                    CmpOp::Eq => false,
                    CmpOp::Ne => true,
                    _ => {
                        let dict_view = self.view_keys(a)?.is_some() || self.view_keys(b)?.is_some();
                        if dict_view {
                            return self.compare_views(op, a, b);
                        }
                        return Ok(None);
                    }
                }
            }
            (Some(ObjData::Complex(..)), _) | (_, Some(ObjData::Complex(..))) => return self.compare_complex(op, a, b),
            (Some(ObjData::Slice(x)), Some(ObjData::Slice(y))) => {
                let (x, y) = (**x, **y);
                let order = self.cmp_items(&[x.start, x.stop, x.step], &[y.start, y.stop, y.step])?;
                test(op, order)
            }
            (Some(ObjData::Method(x)), Some(ObjData::Method(y))) if matches!(op, CmpOp::Eq | CmpOp::Ne) => {
                let (x, y) = (**x, **y);
                let same_self = if x.self_.is_hole() || y.self_.is_hole() {
                    x.self_ == y.self_
                } else {
                    self.values_equal(x.self_, y.self_)?
                };
                let same = same_self && self.values_equal(x.func, y.func)?;
                same == (op == CmpOp::Eq)
            }
            (Some(ObjData::BuiltinMethod(x, p)), Some(ObjData::BuiltinMethod(y, q)))
                if matches!(op, CmpOp::Eq | CmpOp::Ne) =>
            {
                let same = x.def.name == y.def.name && x.owner == y.owner && **p == **q;
                same == (op == CmpOp::Eq)
            }
            (Some(ObjData::DictProxy(x)), _)
                if self.is_dict(b) || matches!(self.data(b), Some(ObjData::DictProxy(_))) =>
            {
                let x = Value::Obj(*x);
                let y = match self.data(b) {
                    Some(ObjData::DictProxy(y)) => Value::Obj(*y),
                    _ => b,
                };
                self.compare_dicts(op, x, y)?
            }
            (Some(ObjData::LowLevel(x)), Some(ObjData::LowLevel(y))) if matches!(op, CmpOp::Eq | CmpOp::Ne) => {
                crate::lowlevel::ll_equal(self, x, y) == (op == CmpOp::Eq)
            }
            _ => return Ok(None),
        };
        Ok(Some(Value::Bool(result)))
    }

    fn compare_complex(&mut self, op: CmpOp, a: Value, b: Value) -> Res<Option<Value>> {
        let (x, y) = (self.number(a), self.number(b));
        if matches!(x, Num::No) || matches!(y, Num::No) {
            return Ok(None);
        }
        if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Err(self.type_error("no ordering relation is defined for complex numbers"));
        }
        let equal = match (&x, &y) {
            (Num::Complex(p, q), Num::Complex(r, s)) => p == r && q == s,
            (Num::Complex(p, q), other) | (other, Num::Complex(p, q)) => {
                *q == 0.0
                    && match other {
                        Num::Float(z) => p == z,
                        _ => self
                            .num_big(other)
                            .is_some_and(|n| p.is_finite() && big_float_order(&n, *p).is_eq()),
                    }
            }
            _ => false,
        };
        Ok(Some(Value::Bool(equal == (op == CmpOp::Eq))))
    }

    /// Order of a str and a unicode; `None` (with a warning in Python) when the str is not ASCII.
    fn text_order(&mut self, a: Value, b: Value) -> Res<Option<Ordering>> {
        let x = self.to_unicode_chars(a);
        let y = self.to_unicode_chars(b);
        match (x, y) {
            (Ok(x), Ok(y)) => Ok(Some(x.cmp(&y))),
            _ => Ok(None),
        }
    }

    pub(crate) fn sequence_items(&self, value: Value) -> Option<Vec<Value>> {
        match self.data(value) {
            Some(ObjData::Tuple(t)) => Some(t.to_vec()),
            Some(ObjData::List(l)) => Some(l.clone()),
            _ => None,
        }
    }

    fn same_kind(&self, a: Value, b: Value) -> bool {
        matches!(self.data(a), Some(ObjData::List(_))) == matches!(self.data(b), Some(ObjData::List(_)))
    }

    fn compare_sequences(&mut self, op: CmpOp, a: Value, b: Value) -> Res {
        let len = |h: &Host, v| h.native_len(v).unwrap_or(0);
        if len(self, a) != len(self, b) && matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(Value::Bool(op == CmpOp::Ne));
        }
        let mut i = 0;
        while i < len(self, a) && i < len(self, b) {
            let (Some(x), Some(y)) = (self.item_at(a, i), self.item_at(b, i)) else {
                break;
            };
            if !self.values_equal(x, y)? {
                return match op {
                    CmpOp::Eq => Ok(Value::Bool(false)),
                    CmpOp::Ne => Ok(Value::Bool(true)),
                    _ => self.compare_values(op, x, y),
                };
            }
            i += 1;
        }
        Ok(Value::Bool(test(op, len(self, a).cmp(&len(self, b)))))
    }

    pub(crate) fn item_at(&self, seq: Value, i: usize) -> Option<Value> {
        match self.data(seq) {
            Some(ObjData::Tuple(t)) => t.get(i).copied(),
            Some(ObjData::List(l)) => l.get(i).copied(),
            _ => None,
        }
    }

    fn compare_dicts(&mut self, op: CmpOp, a: Value, b: Value) -> Res<bool> {
        match op {
            CmpOp::Eq => self.dicts_equal(a, b),
            CmpOp::Ne => Ok(!self.dicts_equal(a, b)?),
            _ => Ok(test(op, self.cmp_dicts(a, b)?)),
        }
    }

    fn dicts_equal(&mut self, a: Value, b: Value) -> Res<bool> {
        let (Value::Obj(x), Value::Obj(y)) = (a, b) else {
            return Ok(false);
        };
        if self.table(x).len() != self.table(y).len() {
            return Ok(false);
        }
        for (key, value) in self.table_entries(x) {
            match self.dict_get(y, key)? {
                Some(other) if self.values_equal(value, other)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    fn cmp_dicts(&mut self, a: Value, b: Value) -> Res<Ordering> {
        let (Value::Obj(x), Value::Obj(y)) = (a, b) else {
            return Ok(Ordering::Equal);
        };
        let by_size = self.table(x).len().cmp(&self.table(y).len());
        if by_size.is_ne() {
            return Ok(by_size);
        }
        let Some((key_a, value_a)) = self.smallest_difference(x, y)? else {
            return Ok(Ordering::Equal);
        };
        let Some((key_b, value_b)) = self.smallest_difference(y, x)? else {
            return Ok(Ordering::Equal);
        };
        let order = self.cmp_values(key_a, key_b)?;
        if order.is_ne() {
            Ok(order)
        } else {
            self.cmp_values(value_a, value_b)
        }
    }

    /// The smallest key of `x` whose value differs in `y`.
    fn smallest_difference(&mut self, x: ObjId, y: ObjId) -> Res<Option<(Value, Value)>> {
        let mut best: Option<(Value, Value)> = None;
        for (key, value) in self.table_entries(x) {
            if let Some((least, _)) = best
                && !self.compare_bool(CmpOp::Lt, key, least)?
            {
                continue;
            }
            let same = match self.dict_get(y, key)? {
                Some(other) => self.values_equal(value, other)?,
                None => false,
            };
            if !same {
                best = Some((key, value));
            }
        }
        Ok(best)
    }

    fn compare_sets(&mut self, op: CmpOp, a: Value, b: Value) -> Res<bool> {
        let (Value::Obj(x), Value::Obj(y)) = (a, b) else {
            return Ok(false);
        };
        let (n, m) = (self.table(x).len(), self.table(y).len());
        match op {
            CmpOp::Eq => Ok(n == m && self.is_subset(x, y)?),
            CmpOp::Ne => Ok(n != m || !self.is_subset(x, y)?),
            CmpOp::Le => Ok(n <= m && self.is_subset(x, y)?),
            CmpOp::Lt => Ok(n < m && self.is_subset(x, y)?),
            CmpOp::Ge => Ok(n >= m && self.is_subset(y, x)?),
            _ => Ok(n > m && self.is_subset(y, x)?),
        }
    }

    /// Whether every key of `x` is in `y`.
    pub(crate) fn is_subset(&mut self, x: ObjId, y: ObjId) -> Res<bool> {
        for key in self.table_keys(x) {
            let hash = self.hash_value(key)?;
            if self.table_find(y, key, hash)?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Order of values with nothing in common: None first, numbers, then by type name, then by identity.
    fn default_order(&self, a: Value, b: Value) -> Ordering {
        if a == b {
            return Ordering::Equal;
        }
        let (ta, tb) = (self.type_id(a), self.type_id(b));
        if ta == tb {
            return self.identity(a).cmp(&self.identity(b));
        }
        match (a.is_none(), b.is_none()) {
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            _ => {}
        }
        let rank = |v: Value| {
            let numeric = !matches!(self.number(v), Num::No);
            if numeric { String::new() } else { self.class_name_of(v) }
        };
        rank(a).cmp(&rank(b)).then(ta.0.cmp(&tb.0))
    }

    /// Whether an exception matches the operand of an `except` clause.
    pub(crate) fn exception_matches(&mut self, exc_type: Value, clause: Value) -> bool {
        if let Some(items) = self.tuple_items(clause).cloned() {
            return items.iter().any(|&item| self.exception_matches(exc_type, item));
        }
        self.is_class(clause) && self.is_subclass(exc_type, clause)
    }
}
