//! Simulated memory: containers of low-level types as they exist before translation.
//!
//! The host evaluator allocates here when user code calls `lltype.malloc` at import time, and the rtyper builds
//! prebuilt data here. The back end writes what is reachable into C.

use crate::typed_id;
use crate::types::{LLType, LLTypeId, LLTypes};
use std::sync::Arc;

typed_id!(
    /// A container (struct, array, function, opaque, weak reference) in simulated memory.
    ContainerId, "K"
);

/// A low-level value. Its type is known from where it is stored or from the constant that carries it.
#[derive(Clone, Debug, PartialEq)]
pub enum LLValue {
    /// The only value of `Void`; in constants a host value may be attached elsewhere.
    Void,
    /// `Bool`.
    Bool(bool),
    /// `Char`.
    Char(u8),
    /// `UniChar`.
    UniChar(u32),
    /// Any integer type; unsigned 64-bit values are stored as their two's complement bits.
    Int(i64),
    /// 128-bit integers.
    Int128(i128),
    /// `Float`.
    Float(f64),
    /// `SingleFloat`.
    SingleFloat(f32),
    /// A pointer.
    Ptr(LLPtr),
    /// An address: null, or the address of what the pointer names.
    Address(LLPtr),
    /// A number known only to the C compiler or the back end (sizes, offsets, C macros).
    Symbolic(Arc<Symbolic>),
    /// An inlined container (field or item whose type is itself a container).
    Inline(ContainerId),
    /// Not initialised.
    Uninit,
}

/// A pointer value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LLPtr {
    /// `lltype.nullptr`.
    Null,
    /// To a whole container (which may be inlined in another one).
    To(ContainerId),
    /// To item `.1` of the array (or field number `.1` of the struct) `.0`, as made by `direct_ptradd`, `direct_arrayitems`, `direct_fieldptr`.
    Item(ContainerId, i64),
    /// A tagged or otherwise fixed integer value cast to a pointer.
    Raw(i64),
}

/// A symbolic number.
#[derive(Clone, Debug, PartialEq)]
pub enum Symbolic {
    /// `sizeof(T)`; for var-sized types without the items.
    SizeOf(LLTypeId),
    /// `offsetof(STRUCT, field)`.
    FieldOffset(LLTypeId, Arc<str>),
    /// Offset of the first item of an array (after the length word).
    ArrayItemsOffset(LLTypeId),
    /// Offset of the length word.
    ArrayLengthOffset(LLTypeId),
    /// Size of one item times a count.
    ItemOffset(LLTypeId, i64),
    /// Size of the GC header (0: pointers point at the header).
    GcHeaderOffset(LLTypeId),
    /// Sum.
    Sum(Vec<Symbolic>),
    /// A plain number inside a sum.
    Number(i64),
    /// A C constant expression, as `CDefinedIntSymbolic` and `CConstant`; with the default for untranslated runs.
    CExpr(Arc<str>, i64),
    /// GC type id of a GC type.
    TypeId(LLTypeId),
    /// 1 when translated; `we_are_translated` before folding.
    Translated,
}

/// A function that pointers to `Func` point to.
#[derive(Clone, Debug, PartialEq)]
pub struct FuncObj {
    /// Name for dumps and, for external functions, the C symbol or macro.
    pub name: Arc<str>,
    /// Its graph, once there is one: index of the `GraphId`.
    pub graph: Option<u32>,
    /// Host object (index of its `ObjId`) that is the untranslated implementation (`_callable`).
    pub callable: Option<u32>,
    /// For functions implemented in C.
    pub external: Option<External>,
}

/// What is known of a C function.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct External {
    /// Compiled as a macro: only called, never taken the address of.
    pub is_macro: bool,
    /// Index in the translation's table of compilation infos (host object index of the `ExternalCompilationInfo`).
    pub compilation_info: Option<u32>,
    /// May call back into RPython code or release the GIL, hence collect.
    pub may_collect: bool,
    /// May set the RPython exception.
    pub may_raise: bool,
    /// No side effects; calls with equal arguments give equal results.
    pub pure_function: bool,
    /// The lock is released around calls.
    pub release_gil: bool,
    /// What happens to `errno` around calls: the `RFFI_*` bits of rffi.
    pub save_err: u32,
    /// C prototype to use instead of the one derived from the signature, or none for functions of the runtime.
    pub declared_elsewhere: bool,
}

/// Where a container is inlined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent {
    /// The enclosing container.
    pub container: ContainerId,
    /// Field number or item index.
    pub index: u32,
}

/// Contents of a container.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// Struct: one value for each field.
    Struct(Vec<LLValue>),
    /// Array or fixed-size array.
    Items(Vec<LLValue>),
    /// Array of `Char`, compact.
    Bytes(Vec<u8>),
    /// Function.
    Func(FuncObj),
    /// Opaque; the number is the host object index behind an erased value, if any.
    Opaque(Option<u32>),
    /// Weak reference to an instance or nothing.
    WeakRef(LLPtr),
}

/// A container with its type and state.
#[derive(Clone, Debug)]
pub struct Container {
    /// Its type (resolved).
    pub ty: LLTypeId,
    /// Contents.
    pub data: Data,
    /// The enclosing container if inlined.
    pub parent: Option<Parent>,
    /// Freed by `lltype.free`: any further use is an error.
    pub freed: bool,
    /// Allocated with `flavor='raw'`, hence subject to leak checks and `free`.
    pub raw: bool,
    /// `immortal=True` or made by the rtyper.
    pub immortal: bool,
}

/// The arena of containers.
#[derive(Clone, Debug, Default)]
pub struct LLStore {
    containers: Vec<Container>,
}

impl LLStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Allocates a container of type `ty`; `length` is the number of items of the (inlined) array of a var-sized type.
    /// Scalars start as `Uninit`, or as zero if `zero`; inlined containers are made with it. Pointers start null when `zero`.
    pub fn alloc(&mut self, types: &LLTypes, ty: LLTypeId, length: usize, zero: bool) -> ContainerId {
        let ty = types.resolve(ty);
        let id = self.push(ty, Data::Items(vec![]));
        let data = match types.get(ty) {
            LLType::Struct(s) => {
                let fields: Vec<LLTypeId> = s.fields.iter().map(|f| f.ty).collect();
                let values = fields
                    .iter()
                    .enumerate()
                    .map(|(i, f)| self.initial(types, *f, length, zero, id, i))
                    .collect();
                Data::Struct(values)
            }
            LLType::Array { of, .. } => self.initial_items(types, *of, length, zero, id),
            LLType::FixedArray { of, length, .. } => {
                let n = usize::try_from(*length).expect("array sizes fit in memory");
                self.initial_items(types, *of, n, zero, id)
            }
            LLType::WeakRef => Data::WeakRef(LLPtr::Null),
            _ => Data::Opaque(None),
        };
        self.containers[id.index()].data = data;
        id
    }

    /// Adds a container with given contents; inlined parts must be linked by the caller.
    pub fn push(&mut self, ty: LLTypeId, data: Data) -> ContainerId {
        let id = ContainerId::new(self.containers.len());
        self.containers.push(Container {
            ty,
            data,
            parent: None,
            freed: false,
            raw: false,
            immortal: false,
        });
        id
    }

    /// A function container; `ty` is the `Func` type.
    pub fn func(&mut self, ty: LLTypeId, func: FuncObj) -> ContainerId {
        self.push(ty, Data::Func(func))
    }

    fn initial_items(&mut self, types: &LLTypes, of: LLTypeId, n: usize, zero: bool, id: ContainerId) -> Data {
        if matches!(types.get(of), LLType::Char) {
            return Data::Bytes(vec![0; n]);
        }
        Data::Items((0..n).map(|i| self.initial(types, of, 0, zero, id, i)).collect())
    }

    fn initial(
        &mut self,
        types: &LLTypes,
        ty: LLTypeId,
        length: usize,
        zero: bool,
        parent: ContainerId,
        i: usize,
    ) -> LLValue {
        match types.get(ty) {
            LLType::Struct(_) | LLType::Array { .. } | LLType::FixedArray { .. } => {
                let inner = self.alloc(types, ty, length, zero);
                let index = u32::try_from(i).expect("fewer than 2^32 items");
                self.containers[inner.index()].parent = Some(Parent {
                    container: parent,
                    index,
                });
                LLValue::Inline(inner)
            }
            _ if zero => zero_value(types, ty),
            LLType::Void => LLValue::Void,
            _ => LLValue::Uninit,
        }
    }

    /// The container behind `id`.
    pub fn get(&self, id: ContainerId) -> &Container {
        &self.containers[id.index()]
    }

    /// The container behind `id`, for changing it.
    pub fn get_mut(&mut self, id: ContainerId) -> &mut Container {
        &mut self.containers[id.index()]
    }

    /// Number of containers.
    pub fn len(&self) -> usize {
        self.containers.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.containers.is_empty()
    }

    /// The outermost container that `id` is inlined in (itself if none).
    pub fn outermost(&self, mut id: ContainerId) -> ContainerId {
        while let Some(p) = self.get(id).parent {
            id = p.container;
        }
        id
    }

    /// Number of items of an array container.
    pub fn array_len(&self, id: ContainerId) -> usize {
        match &self.get(id).data {
            Data::Items(v) | Data::Struct(v) => v.len(),
            Data::Bytes(b) => b.len(),
            Data::Func(_) | Data::Opaque(_) | Data::WeakRef(_) => 0,
        }
    }

    /// Field `index` of a struct, or item `index` of an array; `None` out of bounds.
    pub fn read(&self, id: ContainerId, index: usize) -> Option<LLValue> {
        match &self.get(id).data {
            Data::Items(v) | Data::Struct(v) => v.get(index).cloned(),
            Data::Bytes(b) => b.get(index).map(|c| LLValue::Char(*c)),
            Data::Func(_) | Data::Opaque(_) | Data::WeakRef(_) => None,
        }
    }

    /// Stores field or item `index`; `false` if there is none or a byte array gets something else than a char.
    pub fn write(&mut self, id: ContainerId, index: usize, value: LLValue) -> bool {
        match &mut self.get_mut(id).data {
            Data::Items(v) | Data::Struct(v) if index < v.len() => v[index] = value,
            Data::Bytes(b) if index < b.len() => match value {
                LLValue::Char(c) => b[index] = c,
                _ => return false,
            },
            _ => return false,
        }
        true
    }

    /// A prebuilt `rpy_string` with its hash (see [`string_hash`]).
    pub fn string(&mut self, types: &LLTypes, bytes: &[u8]) -> ContainerId {
        let id = self.alloc(types, LLTypes::STR, bytes.len(), true);
        self.write(id, 0, LLValue::Int(string_hash(bytes)));
        if let Some(LLValue::Inline(chars)) = self.read(id, 1) {
            self.get_mut(chars).data = Data::Bytes(bytes.to_vec());
        }
        self.get_mut(id).immortal = true;
        id
    }

    /// A prebuilt `rpy_unicode` of code points, with its hash.
    pub fn unicode(&mut self, types: &LLTypes, points: &[u32]) -> ContainerId {
        let id = self.alloc(types, LLTypes::UNICODE, points.len(), true);
        self.write(id, 0, LLValue::Int(unicode_hash(points)));
        if let Some(LLValue::Inline(chars)) = self.read(id, 1) {
            self.get_mut(chars).data = Data::Items(points.iter().map(|p| LLValue::UniChar(*p)).collect());
        }
        self.get_mut(id).immortal = true;
        id
    }
}

/// Zero of a type that is not a container.
pub fn zero_value(types: &LLTypes, ty: LLTypeId) -> LLValue {
    match types.get(ty) {
        LLType::Bool => LLValue::Bool(false),
        LLType::Char => LLValue::Char(0),
        LLType::UniChar => LLValue::UniChar(0),
        LLType::Int(i) if i.bits == 128 => LLValue::Int128(0),
        LLType::Int(_) => LLValue::Int(0),
        LLType::Float | LLType::LongFloat => LLValue::Float(0.0),
        LLType::SingleFloat => LLValue::SingleFloat(0.0),
        LLType::Address => LLValue::Address(LLPtr::Null),
        LLType::Ptr(_) => LLValue::Ptr(LLPtr::Null),
        _ => LLValue::Void,
    }
}

/// Hash of a byte string as the `hash` field caches it: never 0, which means "not computed".
/// `runtime/rpython/rtyper/rstr.py` computes the same value at run time: start from the first byte shifted left by 7
/// (0 for the empty string), for each byte multiply by 1000003 and xor, finally xor the length; 0 becomes 29872897.
pub fn string_hash(bytes: &[u8]) -> i64 {
    unicode_hash_iter(bytes.iter().map(|b| i64::from(*b)), bytes.len())
}

/// Hash of a unicode string, the same recipe over code points.
pub fn unicode_hash(points: &[u32]) -> i64 {
    unicode_hash_iter(points.iter().map(|p| i64::from(*p)), points.len())
}

fn unicode_hash_iter(items: impl Iterator<Item = i64>, n: usize) -> i64 {
    let mut items = items.peekable();
    let mut x = items.peek().map_or(0, |first| first << 7);
    if n == 0 {
        x = -1;
    }
    for c in items {
        x = x.wrapping_mul(1_000_003) ^ c;
    }
    x ^= i64::try_from(n).expect("lengths fit");
    if x == 0 { 29_872_897 } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_inline_their_chars() {
        let types = LLTypes::new();
        let mut store = LLStore::new();
        let s = store.string(&types, b"abc");
        let Some(LLValue::Inline(chars)) = store.read(s, 1) else {
            panic!("chars are inlined")
        };
        assert_eq!(store.read(chars, 2), Some(LLValue::Char(b'c')));
        assert_eq!(store.outermost(chars), s);
        assert_eq!(store.array_len(chars), 3);
    }

    #[test]
    fn allocation_zeroes_on_request() {
        let mut types = LLTypes::new();
        let array = types.gc_array(LLTypes::SIGNED);
        let mut store = LLStore::new();
        let a = store.alloc(&types, array, 2, true);
        let b = store.alloc(&types, array, 1, false);
        assert_eq!(store.read(a, 1), Some(LLValue::Int(0)));
        assert_eq!(store.read(b, 0), Some(LLValue::Uninit));
        assert_eq!(store.read(b, 1), None);
    }
}
