//! Low-level types and simulated memory as Python objects: the native module `_rpy_lltype`, re-exported by
//! `rpython.rtyper.lltypesystem.lltype` and `llmemory`.
//!
//! A type is `ObjData::LowLevel(LowLevel::Type)`, its Python class tells the kind (`Ptr`, `GcStruct` …). Values of
//! primitive types are plain Python values; pointers, addresses and symbolic numbers are `LowLevel::Value`.

mod access;
pub(crate) mod address;
mod convert;
mod functions;
mod memory;
mod strings;
mod types;

pub use access::{
    ll_call, ll_equal, ll_getattr, ll_getitem, ll_hash, ll_len, ll_repr, ll_setattr, ll_setitem, ll_truth,
};
pub use functions::{FUNCTIONS, MEMORY_FUNCTIONS};
pub use types::{TYPE_CONSTANTS, new_type};

use crate::error::{Raised, Res};
use crate::host::Host;
use crate::object::{LowLevel, ObjData};
use crate::value::{ObjId, Value};
use rpy_lltype::{LLType, LLTypeId, LLValue};

impl Host {
    /// The Python object of a type; equal types are the same object.
    pub fn new_lltype(&mut self, ty: LLTypeId) -> Value {
        let ty = self.lltypes.resolve(ty);
        if let Some(&obj) = self.ll_type_objects.get(&ty) {
            return Value::Obj(obj);
        }
        let value = self.alloc(ObjData::LowLevel(Box::new(LowLevel::Type(ty))));
        if let Value::Obj(id) = value {
            self.ll_type_objects.insert(ty, id);
        }
        value
    }

    /// The low-level type that a Python object stands for.
    pub fn lltype_of(&self, value: Value) -> Option<LLTypeId> {
        match self.data(value)? {
            ObjData::LowLevel(object) => match &**object {
                LowLevel::Type(ty) => Some(self.lltypes.resolve(*ty)),
                LowLevel::Value(..) => None,
            },
            _ => None,
        }
    }

    /// Type and value of a pointer, address or symbolic number.
    pub fn llvalue_of(&self, value: Value) -> Option<(LLTypeId, &LLValue)> {
        match self.data(value)? {
            ObjData::LowLevel(object) => match &**object {
                LowLevel::Value(ty, v) => Some((self.lltypes.resolve(*ty), v)),
                LowLevel::Type(_) => None,
            },
            _ => None,
        }
    }

    /// The class of a low-level object: `Ptr`, `GcStruct` … for types, `_ptr` for pointers.
    pub fn lowlevel_class(&self, object: &LowLevel) -> ObjId {
        let t = &self.types;
        match object {
            LowLevel::Value(ty, _) if matches!(self.lltypes.get(*ty), LLType::Ptr(_)) => t.lowlevel_ptr,
            LowLevel::Value(..) => t.lowlevel_value,
            LowLevel::Type(ty) => match self.lltypes.get(*ty) {
                LLType::Void | LLType::Bool | LLType::Char | LLType::UniChar | LLType::Address => t.ll_primitive,
                LLType::Int(_) | LLType::Float | LLType::SingleFloat | LLType::LongFloat => t.ll_number,
                LLType::Ptr(_) => t.ll_ptr,
                LLType::Struct(s) if s.gc => t.ll_gcstruct,
                LLType::Struct(_) => t.ll_struct,
                LLType::Array { gc: true, .. } => t.ll_gcarray,
                LLType::Array { .. } => t.ll_array,
                LLType::FixedArray { .. } => t.ll_fixedsizearray,
                LLType::Func(_) => t.ll_functype,
                LLType::Opaque { gc: true, .. } | LLType::WeakRef => t.ll_gcopaque,
                LLType::Opaque { .. } => t.ll_opaque,
                LLType::Forward(_) => t.ll_forward,
            },
        }
    }
}

/// A Python exception of a class with a message.
pub(crate) fn raise(host: &mut Host, class: ObjId, message: &str) -> Raised {
    let text = host.new_str(message);
    match host.call(Value::Obj(class), &[text], &[]) {
        Ok(instance) => Raised::new(instance),
        Err(e) => e,
    }
}

pub(crate) fn type_error<T>(host: &mut Host, message: &str) -> Res<T> {
    let class = host.exceptions.type_error;
    Err(raise(host, class, message))
}

pub(crate) fn value_error<T>(host: &mut Host, message: &str) -> Res<T> {
    let class = host.exceptions.value_error;
    Err(raise(host, class, message))
}

/// The type argument of a function, or TypeError.
pub(crate) fn type_arg(host: &mut Host, value: Value, what: &str) -> Res<LLTypeId> {
    match host.lltype_of(value) {
        Some(ty) => Ok(ty),
        None => {
            let got = host.repr(value);
            type_error(host, &format!("{what} must be a low-level type, got {got}"))
        }
    }
}

/// A dict of pairs, made by calling `dict`.
pub(crate) fn dict_from_pairs(host: &mut Host, pairs: &[(Value, Value)]) -> Res {
    let items: Vec<Value> = pairs.iter().map(|(k, v)| host.new_tuple(&[*k, *v])).collect();
    let list = host.new_list(items);
    let dict = Value::Obj(host.types.dict);
    host.call(dict, &[list], &[])
}
