//! The low-level type language and its interner.

use crate::typed_id;
use rustc_hash::FxHashMap;
use std::fmt::Write;
use std::sync::Arc;

typed_id!(
    /// A low-level type.
    LLTypeId, "T"
);

/// A machine integer: width in bits (8, 16, 32, 64, 128) and signedness.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Int {
    /// Width in bits.
    pub bits: u8,
    /// Two's complement if set.
    pub signed: bool,
}

impl Int {
    /// `lltype.Signed`.
    pub const SIGNED: Int = Int { bits: 64, signed: true };
    /// `lltype.Unsigned`.
    pub const UNSIGNED: Int = Int {
        bits: 64,
        signed: false,
    };
}

/// A hint of a struct or array (`hints={...}` and keyword options), in source order.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Hint {
    /// A flag or number, such as `immutable: 1`, `nolength: 1`, `size: 16`, `align: 8`.
    Int(Arc<str>, i64),
    /// A string, such as `c_name: "stat"` or `external: "C"`.
    Str(Arc<str>, Arc<str>),
    /// A list of names or numbers rendered as text, such as `fieldoffsets`, `immutable_fields`.
    List(Arc<str>, Vec<Arc<str>>),
}

impl Hint {
    /// The hint's key.
    pub fn name(&self) -> &str {
        match self {
            Hint::Int(n, _) | Hint::Str(n, _) | Hint::List(n, _) => n,
        }
    }
}

/// A named field of a struct.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Field {
    /// Field name as in the source.
    pub name: Arc<str>,
    /// Its type; a struct or array type means that the container is inlined.
    pub ty: LLTypeId,
}

/// `Struct` and `GcStruct`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct StructType {
    /// Name, only for printing and for C.
    pub name: Arc<str>,
    /// Allocated by the GC.
    pub gc: bool,
    /// Fields in layout order. A first field that is a `GcStruct` is the inlined parent (`super`).
    pub fields: Vec<Field>,
    /// Hints.
    pub hints: Vec<Hint>,
    /// Makes otherwise equal types distinct: 0, or the id of the class they belong to (rtyper), so that
    /// two classes with the same name and fields keep their own struct.
    pub tag: u32,
}

impl StructType {
    /// Position of the field called `name`.
    pub fn field_index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|f| &*f.name == name)
    }
    /// Value of an integer hint.
    pub fn int_hint(&self, name: &str) -> Option<i64> {
        int_hint(&self.hints, name)
    }
    /// Value of a string hint.
    pub fn str_hint(&self, name: &str) -> Option<&str> {
        str_hint(&self.hints, name)
    }
}

fn int_hint(hints: &[Hint], name: &str) -> Option<i64> {
    hints.iter().find_map(|h| match h {
        Hint::Int(n, v) if &**n == name => Some(*v),
        _ => None,
    })
}

fn str_hint<'h>(hints: &'h [Hint], name: &str) -> Option<&'h str> {
    hints.iter().find_map(|h| match h {
        Hint::Str(n, v) if &**n == name => Some(&**v),
        _ => None,
    })
}

/// Signature of a `FuncType`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FuncSig {
    /// Argument types (`Void` arguments are not passed in C).
    pub args: Vec<LLTypeId>,
    /// Result type.
    pub result: LLTypeId,
}

/// A low-level type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum LLType {
    /// No value at run time.
    Void,
    /// `Bool`.
    Bool,
    /// `Char`, one byte.
    Char,
    /// `UniChar`, a 32-bit code point.
    UniChar,
    /// Integers; `Signed` and `Unsigned` among them.
    Int(Int),
    /// `Float`, a C double.
    Float,
    /// `SingleFloat`.
    SingleFloat,
    /// `LongFloat`, a C long double.
    LongFloat,
    /// `llmemory.Address`.
    Address,
    /// `llmemory.HiddenGcRef32`-free plain GC reference, `Ptr(GcOpaqueType('llmemory.GCREF'))`, is a `Ptr` to an `Opaque`.
    Ptr(LLTypeId),
    /// `Struct` / `GcStruct`.
    Struct(StructType),
    /// `Array` / `GcArray`; with hint `nolength` there is no length word.
    Array {
        /// Item type.
        of: LLTypeId,
        /// Allocated by the GC.
        gc: bool,
        /// Hints.
        hints: Vec<Hint>,
    },
    /// `FixedSizeArray`.
    FixedArray {
        /// Item type.
        of: LLTypeId,
        /// Number of items.
        length: u64,
        /// Hints.
        hints: Vec<Hint>,
    },
    /// `FuncType`.
    Func(FuncSig),
    /// `OpaqueType` / `GcOpaqueType`.
    Opaque {
        /// Name, which is its identity (`tag` of the source).
        name: Arc<str>,
        /// Allocated by the GC.
        gc: bool,
        /// Hints.
        hints: Vec<Hint>,
    },
    /// A weak reference object (`llmemory.WeakRef`, a GC container with one weak pointer).
    WeakRef,
    /// `ForwardReference` (gc or not) that has not become a type yet; resolved ones are never returned by `get`.
    Forward(u32),
}

/// Interner of low-level types. Ids of equal types are equal after [`LLTypes::resolve`].
#[derive(Clone, Debug)]
pub struct LLTypes {
    types: Vec<LLType>,
    alias: Vec<Option<LLTypeId>>,
    index: FxHashMap<LLType, LLTypeId>,
    n_forward: u32,
}

macro_rules! well_known {
    ($($(#[$m:meta])* $name:ident = $i:literal, $ty:expr;)*) => {
        impl LLTypes {
            $($(#[$m])* pub const $name: LLTypeId = LLTypeId($i);)*
            fn well_known() -> Vec<LLType> { vec![$($ty),*] }
        }
    };
}

well_known! {
    /// `Void`.
    VOID = 0, LLType::Void;
    /// `Bool`.
    BOOL = 1, LLType::Bool;
    /// `Char`.
    CHAR = 2, LLType::Char;
    /// `UniChar`.
    UNICHAR = 3, LLType::UniChar;
    /// `Signed`.
    SIGNED = 4, LLType::Int(Int::SIGNED);
    /// `Unsigned`.
    UNSIGNED = 5, LLType::Int(Int::UNSIGNED);
    /// `Float`.
    FLOAT = 6, LLType::Float;
    /// `SingleFloat`.
    SINGLEFLOAT = 7, LLType::SingleFloat;
    /// `LongFloat`.
    LONGFLOAT = 8, LLType::LongFloat;
    /// `Address`.
    ADDRESS = 9, LLType::Address;
    /// `WeakRef` container.
    WEAKREF = 10, LLType::WeakRef;
    /// `Ptr(WeakRef)`.
    WEAKREFPTR = 11, LLType::Ptr(LLTypeId(10));
    /// The opaque behind `GCREF`.
    GCREF_OPAQUE = 12, LLType::Opaque { name: "llmemory.GCREF".into(), gc: true, hints: vec![] };
    /// `llmemory.GCREF`.
    GCREF = 13, LLType::Ptr(LLTypeId(12));
    /// `GcArray`-free `Array(Char)` inlined in strings.
    CHARS = 14, LLType::Array { of: LLTypeId(2), gc: false, hints: vec![Hint::Int("extra_item_after_alloc".into(), 1), Hint::Int("immutable".into(), 1)] };
    /// `rstr.STR`, the byte string.
    STR = 15, string_struct("rpy_string", 14);
    /// `Ptr(STR)`.
    STRPTR = 16, LLType::Ptr(LLTypeId(15));
    /// `Array(UniChar)` inlined in unicode strings.
    UNICHARS = 17, LLType::Array { of: LLTypeId(3), gc: false, hints: vec![Hint::Int("immutable".into(), 1)] };
    /// `rstr.UNICODE`.
    UNICODE = 18, string_struct("rpy_unicode", 17);
    /// `Ptr(UNICODE)`.
    UNICODEPTR = 19, LLType::Ptr(LLTypeId(18));
    /// Array(Char) of the class name at the end of vtables, NUL-free `Ptr(Array(Char))`.
    NAMECHARS = 20, LLType::Array { of: LLTypeId(2), gc: false, hints: vec![] };
    /// `rclass.OBJECT_VTABLE`: `subclassrange_min`, `subclassrange_max`, `instantiate`-free base of all vtables.
    OBJECT_VTABLE = 21, LLType::Struct(StructType {
        name: "object_vtable".into(), gc: false, tag: 0,
        fields: vec![
            Field { name: "subclassrange_min".into(), ty: LLTypeId(4) },
            Field { name: "subclassrange_max".into(), ty: LLTypeId(4) },
            Field { name: "name".into(), ty: LLTypeId(16) },
            Field { name: "instantiate".into(), ty: LLTypeId(26) },
        ],
        hints: vec![Hint::Int("immutable".into(), 1), Hint::Int("vtable".into(), 1)],
    });
    /// `rclass.CLASSTYPE` = `Ptr(OBJECT_VTABLE)`.
    CLASSTYPE = 22, LLType::Ptr(LLTypeId(21));
    /// `rclass.OBJECT`: the root of all instances. Its field has no storage, see ARCHITECTURE.md.
    OBJECT = 23, LLType::Struct(StructType {
        name: "object".into(), gc: true, tag: 0,
        fields: vec![Field { name: "typeptr".into(), ty: LLTypeId(22) }],
        hints: vec![Hint::Int("immutable".into(), 1)],
    });
    /// `rclass.OBJECTPTR`.
    OBJECTPTR = 24, LLType::Ptr(LLTypeId(23));
    /// Signature of the `instantiate` slot: makes a fresh instance of the class.
    INSTANTIATE_FUNC = 25, LLType::Func(FuncSig { args: vec![], result: LLTypeId(24) });
    /// Pointer to it.
    INSTANTIATE_PTR = 26, LLType::Ptr(LLTypeId(25));
}

fn string_struct(name: &str, chars: u32) -> LLType {
    LLType::Struct(StructType {
        name: name.into(),
        gc: true,
        tag: 0,
        fields: vec![
            Field {
                name: "hash".into(),
                ty: LLTypeId(4),
            },
            Field {
                name: "chars".into(),
                ty: LLTypeId(chars),
            },
        ],
        hints: vec![Hint::List("immutable_fields".into(), vec!["chars".into()])],
    })
}

impl Default for LLTypes {
    fn default() -> Self {
        Self::new()
    }
}

impl LLTypes {
    /// An interner that holds the well-known types at their fixed ids.
    pub fn new() -> Self {
        let types = Self::well_known();
        let index = types
            .iter()
            .enumerate()
            .map(|(i, t)| (t.clone(), LLTypeId::new(i)))
            .collect();
        let alias = vec![None; types.len()];
        Self {
            types,
            alias,
            index,
            n_forward: 0,
        }
    }

    /// Interns `ty`; component ids are resolved first.
    pub fn intern(&mut self, ty: LLType) -> LLTypeId {
        let ty = self.resolve_parts(ty);
        if let Some(&id) = self.index.get(&ty) {
            return id;
        }
        let id = LLTypeId::new(self.types.len());
        self.types.push(ty.clone());
        self.alias.push(None);
        self.index.insert(ty, id);
        id
    }

    /// A new forward reference.
    pub fn forward(&mut self) -> LLTypeId {
        self.n_forward += 1;
        self.intern(LLType::Forward(self.n_forward))
    }

    /// Lets the forward reference `fwd` become `target`.
    pub fn become_type(&mut self, fwd: LLTypeId, target: LLTypeId) {
        let target = self.resolve(target);
        if target == fwd {
            return;
        }
        let ty = self.types[target.index()].clone();
        if target.index() < Self::well_known().len() || matches!(ty, LLType::Forward(_)) {
            self.alias[fwd.index()] = Some(target);
            return;
        }
        // The older id stays the type's id, so that types already made of it keep theirs.
        self.types[fwd.index()] = ty.clone();
        self.alias[target.index()] = Some(fwd);
        self.index.insert(ty, fwd);
    }

    /// Follows resolved forward references, also `Ptr`s to them.
    pub fn resolve(&self, mut id: LLTypeId) -> LLTypeId {
        while let Some(next) = self.alias[id.index()] {
            id = next;
        }
        if let LLType::Ptr(to) = self.types[id.index()] {
            let target = self.resolve(to);
            if target != to
                && let Some(&known) = self.index.get(&LLType::Ptr(target))
            {
                return known;
            }
        }
        id
    }

    /// The type behind `id`.
    pub fn get(&self, id: LLTypeId) -> &LLType {
        &self.types[self.resolve(id).index()]
    }

    /// Number of ids handed out.
    pub fn len(&self) -> usize {
        self.types.len()
    }

    /// Never true: the well-known types are always there.
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// Equality after resolving forward references.
    pub fn same(&self, a: LLTypeId, b: LLTypeId) -> bool {
        self.resolve(a) == self.resolve(b)
    }

    /// The id of a type that has been interned before.
    pub fn lookup(&self, ty: &LLType) -> Option<LLTypeId> {
        self.index.get(ty).copied()
    }

    /// `Ptr(to)`.
    pub fn ptr(&mut self, to: LLTypeId) -> LLTypeId {
        self.intern(LLType::Ptr(to))
    }

    /// An integer type.
    pub fn int(&mut self, bits: u8, signed: bool) -> LLTypeId {
        self.intern(LLType::Int(Int { bits, signed }))
    }

    /// `GcArray(of)`.
    pub fn gc_array(&mut self, of: LLTypeId) -> LLTypeId {
        self.intern(LLType::Array {
            of,
            gc: true,
            hints: vec![],
        })
    }

    /// What a pointer type points to.
    pub fn pointee(&self, id: LLTypeId) -> Option<LLTypeId> {
        match self.get(id) {
            LLType::Ptr(to) => Some(self.resolve(*to)),
            _ => None,
        }
    }

    /// The struct type behind `id`, if it is one.
    pub fn as_struct(&self, id: LLTypeId) -> Option<&StructType> {
        match self.get(id) {
            LLType::Struct(s) => Some(s),
            _ => None,
        }
    }

    /// The signature behind `id`, if it is a function type.
    pub fn as_func(&self, id: LLTypeId) -> Option<&FuncSig> {
        match self.get(id) {
            LLType::Func(s) => Some(s),
            _ => None,
        }
    }

    /// Whether containers of this type are allocated by the GC.
    pub fn is_gc(&self, id: LLTypeId) -> bool {
        match self.get(id) {
            LLType::Struct(s) => s.gc,
            LLType::Array { gc, .. } | LLType::Opaque { gc, .. } => *gc,
            LLType::WeakRef => true,
            _ => false,
        }
    }

    /// Whether `id` is a pointer to a GC container, that is, a root for the collector.
    pub fn is_gc_ptr(&self, id: LLTypeId) -> bool {
        self.pointee(id).is_some_and(|to| self.is_gc(to))
    }

    /// Type of field `name` of struct `id`.
    pub fn field_type(&self, id: LLTypeId, name: &str) -> Option<LLTypeId> {
        let s = self.as_struct(id)?;
        Some(self.resolve(s.fields[s.field_index(name)?].ty))
    }

    /// The inlined last field of a variable-sized struct: its type is an `Array` with a length.
    pub fn var_array(&self, id: LLTypeId) -> Option<LLTypeId> {
        let last = self.as_struct(id)?.fields.last()?;
        match self.get(last.ty) {
            LLType::Array { .. } => Some(self.resolve(last.ty)),
            LLType::Struct(_) => self.var_array(last.ty),
            _ => None,
        }
    }

    /// Value of an integer hint of a struct, array or opaque type.
    pub fn int_hint(&self, id: LLTypeId, name: &str) -> Option<i64> {
        int_hint(self.hints(id), name)
    }

    /// Value of a string hint of a struct, array or opaque type.
    pub fn str_hint(&self, id: LLTypeId, name: &str) -> Option<&str> {
        str_hint(self.hints(id), name)
    }

    fn hints(&self, id: LLTypeId) -> &[Hint] {
        match self.get(id) {
            LLType::Struct(s) => &s.hints,
            LLType::Array { hints, .. } | LLType::FixedArray { hints, .. } | LLType::Opaque { hints, .. } => hints,
            _ => &[],
        }
    }

    /// Text of a type as in dumps: structs by name, everything else in full.
    pub fn text(&self, id: LLTypeId) -> String {
        let mut out = String::new();
        self.write_text(id, &mut out);
        out
    }

    fn write_text(&self, id: LLTypeId, out: &mut String) {
        let write_args = |out: &mut String, name: &str, of: LLTypeId| {
            out.push_str(name);
            out.push('(');
            self.write_text(of, out);
            out.push(')');
        };
        match self.get(id) {
            LLType::Void => out.push_str("Void"),
            LLType::Bool => out.push_str("Bool"),
            LLType::Char => out.push_str("Char"),
            LLType::UniChar => out.push_str("UniChar"),
            LLType::Int(Int::SIGNED) => out.push_str("Signed"),
            LLType::Int(Int::UNSIGNED) => out.push_str("Unsigned"),
            LLType::Int(i) => {
                let _ = write!(out, "{}{}", if i.signed { "Int" } else { "UInt" }, i.bits);
            }
            LLType::Float => out.push_str("Float"),
            LLType::SingleFloat => out.push_str("SingleFloat"),
            LLType::LongFloat => out.push_str("LongFloat"),
            LLType::Address => out.push_str("Address"),
            LLType::WeakRef => out.push_str("WeakRef"),
            LLType::Ptr(to) => write_args(out, "Ptr", *to),
            LLType::Struct(s) => {
                let _ = write!(out, "{} {}", if s.gc { "GcStruct" } else { "Struct" }, s.name);
                if s.tag != 0 {
                    let _ = write!(out, "#{}", s.tag);
                }
            }
            LLType::Array { of, gc, .. } => write_args(out, if *gc { "GcArray" } else { "Array" }, *of),
            LLType::FixedArray { of, length, .. } => {
                out.push_str("FixedSizeArray(");
                self.write_text(*of, out);
                let _ = write!(out, ", {length})");
            }
            LLType::Func(sig) => {
                out.push_str("Func(");
                for (i, a) in sig.args.iter().enumerate() {
                    if i > 0 {
                        out.push_str(", ");
                    }
                    self.write_text(*a, out);
                }
                out.push_str(") -> ");
                self.write_text(sig.result, out);
            }
            LLType::Opaque { name, gc, .. } => {
                let _ = write!(out, "{}Opaque {}", if *gc { "Gc" } else { "" }, name);
            }
            LLType::Forward(n) => {
                let _ = write!(out, "ForwardReference#{n}");
            }
        }
    }

    fn resolve_parts(&self, ty: LLType) -> LLType {
        match ty {
            LLType::Ptr(to) => LLType::Ptr(self.resolve(to)),
            LLType::Struct(mut s) => {
                for f in &mut s.fields {
                    f.ty = self.resolve(f.ty);
                }
                LLType::Struct(s)
            }
            LLType::Array { of, gc, hints } => LLType::Array {
                of: self.resolve(of),
                gc,
                hints,
            },
            LLType::FixedArray { of, length, hints } => LLType::FixedArray {
                of: self.resolve(of),
                length,
                hints,
            },
            LLType::Func(sig) => LLType::Func(FuncSig {
                args: sig.args.iter().map(|a| self.resolve(*a)).collect(),
                result: self.resolve(sig.result),
            }),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_ids_hold_what_their_names_say() {
        let mut t = LLTypes::new();
        assert_eq!(t.ptr(LLTypes::STR), LLTypes::STRPTR);
        assert_eq!(t.ptr(LLTypes::OBJECT), LLTypes::OBJECTPTR);
        assert_eq!(t.text(LLTypes::UNICODEPTR), "Ptr(GcStruct rpy_unicode)");
        assert_eq!(t.text(LLTypes::INSTANTIATE_PTR), "Ptr(Func() -> Ptr(GcStruct object))");
        assert_eq!(t.len(), 27);
    }

    #[test]
    fn a_forward_reference_equals_what_it_became() {
        let mut t = LLTypes::new();
        let fwd = t.forward();
        let ptr_before = t.ptr(fwd);
        let node = t.intern(LLType::Struct(StructType {
            name: "node".into(),
            gc: true,
            fields: vec![Field {
                name: "next".into(),
                ty: ptr_before,
            }],
            hints: vec![],
            tag: 0,
        }));
        t.become_type(fwd, node);
        let ptr_after = t.ptr(node);
        assert!(t.same(ptr_before, ptr_after));
        assert_eq!(t.pointee(ptr_before), Some(t.resolve(node)));
        assert_eq!(t.resolve(fwd), fwd);
    }
}
