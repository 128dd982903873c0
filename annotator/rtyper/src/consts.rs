//! Prebuilt data: host values become low-level constants. Pointers to a container exist before its contents, which a
//! worklist fills later, so that graphs of any depth and shape convert without recursion.

use crate::repr::{Repr, ReprId};
use crate::rtyper::{RTyper, Res};
use num_traits::ToPrimitive;
use rpy_flow::{Const, Operand};
use rpy_host::Value;
use rpy_host::object::ObjData;
use rpy_lltype::{ContainerId, Int, LLPtr, LLType, LLTypeId, LLTypes, LLValue};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::rc::Rc;

/// Prebuilt containers.
#[derive(Debug, Default)]
pub struct Prebuilt {
    known: FxHashMap<(ReprId, Value), LLPtr>,
    pending: VecDeque<(ReprId, Value, ContainerId)>,
    strings: FxHashMap<Rc<[u8]>, ContainerId>,
    unicodes: FxHashMap<Rc<[u32]>, ContainerId>,
}

impl RTyper<'_> {
    /// A host constant as an operand of the representation. For `Void` representations the host value itself stays in
    /// the operand while the operation is lowered, so that helpers can be specialised by it.
    pub fn inputconst(&mut self, repr: ReprId, value: Value) -> Res<Operand> {
        let ty = self.lowleveltype(repr)?;
        if ty == LLTypes::VOID {
            return Ok(Operand::Const(Const::Host(value)));
        }
        let value = self.convert_const(repr, value)?;
        Ok(Operand::ll(ty, value))
    }

    /// The low-level value of a host constant in a representation.
    pub fn convert_const(&mut self, repr: ReprId, value: Value) -> Res<LLValue> {
        let kind = self.repr(repr).clone();
        let converted = match &kind {
            Repr::Impossible | Repr::None | Repr::Const(_) | Repr::Desc(_) | Repr::Builtin(_) => Some(LLValue::Void),
            Repr::Bool => self.host().is_true(value).ok().map(LLValue::Bool),
            Repr::Int(int) => self.int_const(*int, value),
            Repr::Float | Repr::LongFloat => self.float_const(value).map(LLValue::Float),
            #[expect(clippy::cast_possible_truncation, reason = "single precision is what is asked for")]
            Repr::SingleFloat => match self.host().data(value) {
                Some(ObjData::SingleFloat(x)) => Some(LLValue::SingleFloat(*x)),
                _ => self.float_const(value).map(|x| LLValue::SingleFloat(x as f32)),
            },
            Repr::Char => self.one_byte(value).map(LLValue::Char),
            Repr::UniChar => self.one_code_point(value).map(LLValue::UniChar),
            Repr::Str => self.str_const(value),
            Repr::Unicode => self.unicode_const(value),
            Repr::Tuple(items) if items.is_empty() => Some(LLValue::Void),
            Repr::Ptr(ty) => self.ptr_const(*ty, value),
            Repr::Address => self.address_const(value),
            Repr::Class => Some(LLValue::Ptr(self.class_const(value)?)),
            Repr::Instance(class) => Some(LLValue::Ptr(self.instance_const(repr, *class, value)?)),
            Repr::Functions(descs) => Some(LLValue::Ptr(self.functions_const(descs, value)?)),
            Repr::Frozen(descs) => Some(self.frozen_const(descs, value)?),
            Repr::Methods { class, .. } => Some(self.bound_method_const(*class, value)?),
            Repr::FrozenMethods { receiver, .. } => {
                let receiver = *receiver;
                let this = self.method_receiver(value)?;
                Some(self.convert_const(receiver, this)?)
            }
            Repr::BuiltinMethod { receiver, .. } => {
                let receiver = *receiver;
                let this = self.method_receiver(value)?;
                Some(self.convert_const(receiver, this)?)
            }
            Repr::WeakRef => Some(self.weakref_const(value)?),
            Repr::Tuple(_)
            | Repr::List(_)
            | Repr::Dict(_)
            | Repr::ByteArray
            | Repr::Iter { .. }
            | Repr::Slice(_)
            | Repr::StringBuilder
            | Repr::UnicodeBuilder => {
                if value.is_none() {
                    Some(LLValue::Ptr(LLPtr::Null))
                } else {
                    Some(LLValue::Ptr(self.prebuilt(repr, value)?))
                }
            }
            Repr::AdtMethod { .. } | Repr::InteriorPtr { .. } | Repr::TypedAddress(_) => None,
        };
        if let Some(v) = converted {
            return Ok(v);
        }
        let text = self.host().repr(value);
        let want = self.repr_text(repr);
        Err(self.error(format!("the prebuilt value {text} cannot be represented as {want}")))
    }

    /// The container of a prebuilt object; contents follow later.
    pub fn prebuilt(&mut self, repr: ReprId, value: Value) -> Res<LLPtr> {
        if let Some(&ptr) = self.prebuilt.known.get(&(repr, value)) {
            return Ok(ptr);
        }
        let container = self.allocate_prebuilt(repr, value)?;
        self.store_mut().get_mut(container).immortal = true;
        let ptr = LLPtr::To(container);
        self.prebuilt.known.insert((repr, value), ptr);
        self.prebuilt.pending.push_back((repr, value, container));
        Ok(ptr)
    }

    fn allocate_prebuilt(&mut self, repr: ReprId, value: Value) -> Res<ContainerId> {
        match self.repr(repr).clone() {
            Repr::Instance(_) => self.allocate_instance(repr),
            Repr::Tuple(_) => self.allocate_plain(repr),
            other => self.allocate_container(repr, &other, value),
        }
    }

    /// A zeroed container of the type that the representation points to.
    pub fn allocate_plain(&mut self, repr: ReprId) -> Res<ContainerId> {
        let ty = self.lowleveltype(repr)?;
        let to = self
            .types()
            .pointee(ty)
            .ok_or_else(|| self.internal("a prebuilt object is not behind a pointer"))?;
        let (types, store) = self.types_and_store();
        Ok(store.alloc(types, to, 0, true))
    }

    /// Fills containers until none is left; says whether there was one.
    pub(crate) fn fill_prebuilt(&mut self) -> Res<bool> {
        let mut any = false;
        while let Some((repr, value, container)) = self.prebuilt.pending.pop_front() {
            any = true;
            match self.repr(repr).clone() {
                Repr::Instance(Some(class)) => self.fill_instance(class, value, container)?,
                Repr::Tuple(items) => self.fill_tuple(&items, value, container)?,
                other => self.fill_container(repr, &other, value, container)?,
            }
        }
        Ok(any)
    }

    /// Stores a field of a prebuilt struct.
    pub fn store_field(&mut self, container: ContainerId, field: &str, value: LLValue) -> Res<()> {
        let ty = self.store().get(container).ty;
        let index = self.types().as_struct(ty).and_then(|s| s.field_index(field));
        match index {
            Some(i) if self.store_mut().write(container, i, value) => Ok(()),
            _ => Err(self.internal(format!("no field {field} to store a prebuilt value in"))),
        }
    }

    /// The prebuilt string of some bytes.
    pub fn string_container(&mut self, bytes: &[u8]) -> ContainerId {
        if let Some(&c) = self.prebuilt.strings.get(bytes) {
            return c;
        }
        let (types, store) = self.types_and_store();
        let c = store.string(types, bytes);
        self.prebuilt.strings.insert(bytes.into(), c);
        c
    }

    /// The prebuilt unicode string of some code points.
    pub fn unicode_container(&mut self, points: &[u32]) -> ContainerId {
        if let Some(&c) = self.prebuilt.unicodes.get(points) {
            return c;
        }
        let (types, store) = self.types_and_store();
        let c = store.unicode(types, points);
        self.prebuilt.unicodes.insert(points.into(), c);
        c
    }

    /// A pointer constant to a whole container.
    pub fn pointer_const(&mut self, container: ContainerId) -> Operand {
        let ty = self.store().get(container).ty;
        let ptr = self.types_mut().ptr(ty);
        Operand::ll(ptr, LLValue::Ptr(LLPtr::To(container)))
    }

    /// A string constant of type `STRPTR`.
    pub fn string_operand(&mut self, text: &[u8]) -> Operand {
        let c = self.string_container(text);
        Operand::ll(LLTypes::STRPTR, LLValue::Ptr(LLPtr::To(c)))
    }

    /// The same object seen through a pointer of another type of its hierarchy.
    pub fn cast_const_pointer(&self, ptr: LLPtr, ty: LLTypeId) -> LLPtr {
        let (LLPtr::To(start), Some(to)) = (ptr, self.types().pointee(ty)) else {
            return ptr;
        };
        let is_target = |c: ContainerId| self.types().same(self.store().get(c).ty, to);
        let mut up = start;
        loop {
            if is_target(up) {
                return LLPtr::To(up);
            }
            match self.store().get(up).parent {
                Some(p) if p.index == 0 => up = p.container,
                _ => break,
            }
        }
        let mut down = start;
        while let Some(LLValue::Inline(inner)) = self.store().read(down, 0) {
            down = inner;
            if is_target(down) {
                return LLPtr::To(down);
            }
        }
        ptr
    }

    fn str_const(&mut self, value: Value) -> Option<LLValue> {
        if value.is_none() {
            return Some(LLValue::Ptr(LLPtr::Null));
        }
        let bytes = self.host().str_bytes(value)?.clone();
        Some(LLValue::Ptr(LLPtr::To(self.string_container(&bytes))))
    }

    fn unicode_const(&mut self, value: Value) -> Option<LLValue> {
        if value.is_none() {
            return Some(LLValue::Ptr(LLPtr::Null));
        }
        let points: Rc<[u32]> = match self.host().unicode_chars(value) {
            Some(p) => p.clone(),
            None => self.host().str_bytes(value)?.iter().map(|b| u32::from(*b)).collect(),
        };
        Some(LLValue::Ptr(LLPtr::To(self.unicode_container(&points))))
    }

    fn one_byte(&mut self, value: Value) -> Option<u8> {
        match &**self.host().str_bytes(value)? {
            [c] => Some(*c),
            _ => None,
        }
    }

    fn one_code_point(&mut self, value: Value) -> Option<u32> {
        if let Some(c) = self.one_byte(value) {
            return Some(u32::from(c));
        }
        match &**self.host().unicode_chars(value)? {
            [c] => Some(*c),
            _ => None,
        }
    }

    /// An integer of any host class as a number.
    pub fn int_of(&mut self, value: Value) -> Option<i128> {
        match value {
            Value::Bool(b) => Some(i128::from(b)),
            Value::Int(i) => Some(i128::from(i)),
            _ => match self.host().data(value)? {
                ObjData::IntPayload(i) => Some(i128::from(*i)),
                ObjData::Long(n) => n.to_i128(),
                ObjData::RInt(_, low, high) => Some((i128::from(*high) << 64) | i128::from(*low)),
                _ => None,
            },
        }
    }

    fn int_const(&mut self, int: Int, value: Value) -> Option<LLValue> {
        if let Some(n) = self.int_of(value) {
            return Some(int_llvalue(int, n));
        }
        if let Some((_, v)) = self.host().llvalue_of(value) {
            return Some(v.clone());
        }
        self.symbolic_const(value)
    }

    fn float_const(&mut self, value: Value) -> Option<f64> {
        if let Value::Float(x) = value {
            return Some(x);
        }
        if let Some(ObjData::FloatPayload(x)) = self.host().data(value) {
            return Some(*x);
        }
        #[expect(clippy::cast_precision_loss, reason = "as Python's float(int)")]
        self.int_of(value).map(|n| n as f64)
    }

    fn ptr_const(&mut self, ty: LLTypeId, value: Value) -> Option<LLValue> {
        if value.is_none() {
            return Some(LLValue::Ptr(LLPtr::Null));
        }
        let (_, v) = self.host().llvalue_of(value)?;
        match v.clone() {
            LLValue::Ptr(p) => {
                self.bind_prebuilt_function(p);
                Some(LLValue::Ptr(self.cast_const_pointer(p, ty)))
            }
            _ => None,
        }
    }

    fn address_const(&mut self, value: Value) -> Option<LLValue> {
        match self.host().llvalue_of(value)?.1.clone() {
            LLValue::Ptr(p) | LLValue::Address(p) => {
                self.bind_prebuilt_function(p);
                Some(LLValue::Address(p))
            }
            _ => None,
        }
    }

    /// Constants whose number only the C compiler knows.
    fn symbolic_const(&mut self, value: Value) -> Option<LLValue> {
        let kind = self.host().getattr_opt(value, "_rpy_symbolic_").ok()??;
        match self.host().str_text(kind)?.as_str() {
            "c" => {
                let expr = self.host().getattr_opt(value, "expr").ok()??;
                let expr = self.host().str_text(expr)?;
                let default = self.host().getattr_opt(value, "default").ok()?;
                let default = default.and_then(|d| self.int_of(d)).unwrap_or(0);
                let symbolic = rpy_lltype::Symbolic::CExpr(expr.into(), i64::try_from(default).unwrap_or(0));
                Some(LLValue::Symbolic(symbolic.into()))
            }
            "computed" => {
                let compute = self.host().getattr_opt(value, "compute").ok()??;
                let number = self.host().call(compute, &[], &[]).ok()?;
                self.int_of(number).map(|n| int_llvalue(Int::SIGNED, n))
            }
            _ => None,
        }
    }

    /// Zero of a primitive or pointer type.
    pub fn zero(&self, ty: LLTypeId) -> Operand {
        let value = rpy_lltype::store::zero_value(self.types(), ty);
        Operand::ll(ty, value)
    }

    /// Whether the type is a machine integer, and which.
    pub fn as_int(&self, ty: LLTypeId) -> Option<Int> {
        match self.types().get(ty) {
            LLType::Int(int) => Some(*int),
            _ => None,
        }
    }
}

/// An integer wrapped to its width, in storage form.
#[expect(clippy::cast_possible_truncation, reason = "wrapping is what is asked for")]
pub fn int_llvalue(int: Int, n: i128) -> LLValue {
    if int.bits == 128 {
        return LLValue::Int128(n);
    }
    let low = n as i64;
    let shift = 64 - u32::from(int.bits);
    let wrapped = if int.signed {
        (low << shift) >> shift
    } else {
        ((low.cast_unsigned() << shift) >> shift).cast_signed()
    };
    LLValue::Int(wrapped)
}
