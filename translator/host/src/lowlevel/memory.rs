//! Allocation and typed access to simulated memory.

use super::{raise, type_error};
use crate::error::{Raised, Res};
use crate::host::Host;
use crate::object::{LowLevel, ObjData};
use crate::value::Value;
use rpy_lltype::{ContainerId, Data, LLPtr, LLType, LLTypeId, LLTypes, LLValue, Parent};

/// How `malloc` allocates.
#[derive(Clone, Copy, Default)]
pub(super) struct Malloc {
    pub raw: bool,
    pub zero: bool,
    pub immortal: bool,
}

/// `lltype.malloc`: a pointer to a new container.
pub(super) fn malloc(host: &mut Host, ty: LLTypeId, length: Option<i64>, how: Malloc) -> Res {
    let var_sized = is_var_sized(&host.lltypes, ty);
    let n = match (length, var_sized) {
        (Some(n), true) => match usize::try_from(n) {
            Ok(n) => n,
            Err(_) => return Err(bad_length(host, n)),
        },
        (None, false) => 0,
        (None, true) => return type_error(host, "malloc() of a variable-sized type needs a length"),
        (Some(_), false) => return type_error(host, "malloc() of a fixed-size type takes no length"),
    };
    if !how.raw && !host.lltypes.is_gc(ty) && !how.immortal {
        let text = host.lltypes.text(ty);
        return type_error(
            host,
            &format!("malloc(flavor='gc') of the raw type {text}: use flavor='raw'"),
        );
    }
    let zero = how.zero || !how.raw;
    let id = host.llstore.alloc(&host.lltypes, ty, n, zero);
    let container = host.llstore.get_mut(id);
    container.raw = how.raw;
    container.immortal = how.immortal;
    Ok(host.new_llptr(ty, LLPtr::To(id)))
}

fn bad_length(host: &mut Host, n: i64) -> Raised {
    let class = host.exceptions.value_error;
    raise(host, class, &format!("malloc() with the negative length {n}"))
}

fn is_var_sized(types: &LLTypes, ty: LLTypeId) -> bool {
    matches!(types.get(ty), LLType::Array { .. }) || types.var_array(ty).is_some()
}

/// `lltype.free`.
pub(super) fn free(host: &mut Host, ptr: LLPtr) -> Res<()> {
    let LLPtr::To(id) = ptr else {
        return memory_error(host, "free() of a null or interior pointer");
    };
    let container = host.llstore.get(id);
    if container.freed {
        return memory_error(host, "memory freed twice");
    }
    if !container.raw || container.parent.is_some() {
        return memory_error(host, "free() of memory that malloc(flavor='raw') did not return");
    }
    host.llstore.get_mut(id).freed = true;
    Ok(())
}

/// Misuse of memory, which translated code would not notice.
pub(super) fn memory_error<T>(host: &mut Host, message: &str) -> Res<T> {
    let class = host.exceptions.runtime_error;
    Err(raise(host, class, message))
}

impl Host {
    /// The Python object of a pointer to `to`.
    pub fn new_llptr(&mut self, to: LLTypeId, ptr: LLPtr) -> Value {
        let ty = self.lltypes.ptr(to);
        self.alloc(ObjData::LowLevel(Box::new(LowLevel::Value(ty, LLValue::Ptr(ptr)))))
    }
}

/// The container and starting index a non-null pointer names; errors for null and freed memory.
pub(super) fn target(host: &mut Host, ptr: LLPtr) -> Res<(ContainerId, i64)> {
    let (id, index) = match ptr {
        LLPtr::To(id) => (id, 0),
        LLPtr::Item(id, index) => (id, index),
        LLPtr::Null => return memory_error(host, "access through a null pointer"),
        LLPtr::Raw(_) => return memory_error(host, "access through a pointer made from an integer"),
    };
    let outermost = host.llstore.outermost(id);
    if host.llstore.get(outermost).freed {
        return memory_error(host, "use of memory that has been freed");
    }
    Ok((id, index))
}

/// Type of the items or field at `index` of container `id`.
pub(super) fn slot_type(host: &Host, id: ContainerId, index: usize) -> Option<LLTypeId> {
    match host.lltypes.get(host.llstore.get(id).ty) {
        LLType::Struct(s) => s.fields.get(index).map(|f| host.lltypes.resolve(f.ty)),
        LLType::Array { of, .. } | LLType::FixedArray { of, .. } => Some(host.lltypes.resolve(*of)),
        _ => None,
    }
}

/// Reads slot `index`; an inlined container gives a pointer to it.
pub(super) fn read(host: &mut Host, id: ContainerId, index: i64) -> Res {
    let slot = usize::try_from(index)
        .ok()
        .and_then(|i| Some((slot_type(host, id, i)?, host.llstore.read(id, i)?)));
    let Some((ty, value)) = slot else {
        return out_of_range(host, id, index);
    };
    match value {
        LLValue::Inline(inner) => Ok(host.new_llptr(ty, LLPtr::To(inner))),
        LLValue::Uninit => memory_error(host, "read of memory that was never written"),
        value => Ok(host.from_llvalue(ty, &value)),
    }
}

/// Writes slot `index`.
pub(super) fn write(host: &mut Host, id: ContainerId, index: i64, value: Value) -> Res<()> {
    let slot = usize::try_from(index)
        .ok()
        .and_then(|i| Some((i, slot_type(host, id, i)?)));
    let Some((i, ty)) = slot.filter(|(i, _)| *i < host.llstore.array_len(id)) else {
        return out_of_range(host, id, index);
    };
    if matches!(
        host.lltypes.get(ty),
        LLType::Struct(_) | LLType::Array { .. } | LLType::FixedArray { .. }
    ) {
        return type_error(host, "an inlined structure cannot be assigned, only its fields");
    }
    let value = host.to_llvalue(ty, value)?;
    host.llstore.write(id, i, value);
    Ok(())
}

fn out_of_range<T>(host: &mut Host, id: ContainerId, index: i64) -> Res<T> {
    let n = host.llstore.array_len(id);
    let class = host.exceptions.index_error;
    Err(raise(host, class, &format!("index {index} of an array of {n} items")))
}

/// The pointer to the enclosing array's item behind an inlined container, for pointer arithmetic.
pub(super) fn as_item(host: &Host, ptr: LLPtr) -> Option<(ContainerId, i64)> {
    match ptr {
        LLPtr::Item(id, index) => Some((id, index)),
        LLPtr::To(id) => match host.llstore.get(id).data {
            Data::Items(_) | Data::Bytes(_) => Some((id, 0)),
            _ => {
                let Parent { container, index } = host.llstore.get(id).parent?;
                Some((container, i64::from(index)))
            }
        },
        LLPtr::Null | LLPtr::Raw(_) => None,
    }
}
