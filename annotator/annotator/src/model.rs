//! Annotations: what is known of a variable.
//!
//! An annotation is a [`Kind`], and perhaps a constant. Annotations are interned: equal ids mean equal annotations.
//! List and dict definitions are merged while the analysis runs, so ids that differ may still mean the same list;
//! [`crate::Annotator::canonical`] maps them to one. Lists, dicts, builders and pointers may always be null
//! (`None` for lists, dicts); for the other kinds `can_be_none` says whether they may.

use rpy_host::Value;
use rpy_lltype::{Int, LLTypeId, typed_id};
use rustc_hash::FxHashMap;
use std::sync::Arc;

use crate::intrinsics::Intrinsic;

typed_id!(
    /// An interned annotation.
    AnnId, "s"
);
typed_id!(
    /// A definition of lists that flow together; resolve with [`crate::Annotator::list`].
    ListDefId, "list"
);
typed_id!(
    /// A definition of dicts that flow together; resolve with [`crate::Annotator::dict`].
    DictDefId, "dict"
);
typed_id!(
    /// A class with inferred attributes.
    ClassDefId, "class"
);
typed_id!(
    /// A descriptor of a function, class, method or frozen instance.
    DescId, "desc"
);

/// What an iterator goes over.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum IterKind {
    /// Items of a list, characters of a string, items of a tuple, keys of a dict (`iter(x)`).
    Items,
    /// `dict.iterkeys()`.
    Keys,
    /// `dict.itervalues()`.
    Values,
    /// `dict.iteritems()`.
    Pairs,
    /// `enumerate(x)`, pairs of position and item.
    Enumerate,
    /// `reversed(x)`.
    Reversed,
    /// `iterkeys_with_hash(d)`.
    KeysWithHash,
    /// `iteritems_with_hash(d)`.
    PairsWithHash,
    /// `reversed_dict(d)`.
    ReversedKeys,
}

/// The kind of an annotation.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// No value: not reached, or not known yet.
    Impossible,
    /// Any value; an error outside of unused code.
    Object,
    /// Always `None`.
    None,
    /// `bool`.
    Bool,
    /// A machine integer; `nonneg` is only used for signed ones.
    Int {
        /// Width and sign.
        int: Int,
        /// Known to be at least 0.
        nonneg: bool,
    },
    /// A string of one character.
    Char {
        /// Known not to be NUL.
        no_nul: bool,
    },
    /// A unicode string of one character.
    UniChar,
    /// A byte string.
    Str {
        /// May be `None`.
        can_be_none: bool,
        /// Has no NUL in it.
        no_nul: bool,
    },
    /// A unicode string.
    Unicode {
        /// May be `None`.
        can_be_none: bool,
        /// Has no NUL in it.
        no_nul: bool,
    },
    /// A bytearray.
    ByteArray {
        /// May be `None`.
        can_be_none: bool,
    },
    /// `float`.
    Float,
    /// `r_singlefloat`.
    SingleFloat,
    /// `r_longfloat`.
    LongFloat,
    /// A tuple of known length.
    Tuple(Arc<[AnnId]>),
    /// A list.
    List(ListDefId),
    /// A dict; also `r_dict`.
    Dict(DictDefId),
    /// An iterator.
    Iterator {
        /// What it goes over.
        container: AnnId,
        /// In which way.
        kind: IterKind,
    },
    /// An instance of a class or of a subclass.
    Instance {
        /// The class.
        classdef: ClassDefId,
        /// May be `None`.
        can_be_none: bool,
    },
    /// One of a known set of prebuilt things: functions, methods, classes, frozen instances.
    Pbc {
        /// The possibilities, sorted, never empty, all of the same kind.
        descs: Arc<[DescId]>,
        /// May be `None`.
        can_be_none: bool,
    },
    /// A function that annotator and rtyper know.
    Builtin(Intrinsic),
    /// A method of a value of a built-in type, or of a pointer (ADT method: see `LLAdtMethod`).
    BuiltinMethod {
        /// Its name.
        name: Arc<str>,
        /// `self`.
        receiver: AnnId,
    },
    /// The class of an instance, as made by `type(x)` and as caught by `except`: a run-time class of which
    /// only a base is known.
    TypeOf(Option<ClassDefId>),
    /// `slice(…)` with its three parts.
    Slice(Arc<[AnnId]>),
    /// `weakref.ref`; `None` if only dead ones are known.
    WeakRef(Option<ClassDefId>),
    /// `rstring.StringBuilder`, may be `None`.
    StringBuilder,
    /// `rstring.UnicodeBuilder`, may be `None`.
    UnicodeBuilder,
    /// A low-level pointer (the type is the `Ptr`).
    Ptr(LLTypeId),
    /// A pointer into a GC container: the outermost container's `Ptr` type, then names and indices (`None` = an index).
    InteriorPtr {
        /// `Ptr` to the outermost container.
        parent: LLTypeId,
        /// Way to the inner container.
        path: Arc<[Option<Arc<str>>]>,
        /// Type of the inner container.
        inner: LLTypeId,
    },
    /// An ADT method of a low-level container bound to a pointer.
    LLAdtMethod {
        /// Annotation of the pointer.
        receiver: AnnId,
        /// The host function.
        function: Value,
    },
    /// `llmemory.Address`.
    Address,
    /// `address.signed` and the like: item access reads or writes values of this type at an offset.
    TypedAddress(LLTypeId),
}

/// An annotation.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Ann {
    /// Its kind.
    pub kind: Kind,
    /// The value, if always the same. Equal strings, tuples and numbers are represented by one `Value`.
    pub constant: Option<Value>,
}

impl Default for AnnId {
    /// Nothing known.
    fn default() -> AnnId {
        AnnId::IMPOSSIBLE
    }
}

macro_rules! well_known {
    ($($(#[$m:meta])* $name:ident = $i:literal, $kind:expr;)*) => {
        impl AnnId {
            $($(#[$m])* pub const $name: AnnId = AnnId($i);)*
        }
        fn well_known() -> Vec<Kind> { vec![$($kind),*] }
    };
}

well_known! {
    /// No value.
    IMPOSSIBLE = 0, Kind::Impossible;
    /// Any value.
    OBJECT = 1, Kind::Object;
    /// `None`; carries the constant `None`.
    NONE = 2, Kind::None;
    /// `bool`.
    BOOL = 3, Kind::Bool;
    /// `int`.
    INT = 4, Kind::Int { int: Int::SIGNED, nonneg: false };
    /// Non-negative `int`.
    NONNEG = 5, Kind::Int { int: Int::SIGNED, nonneg: true };
    /// `r_uint`.
    UINT = 6, Kind::Int { int: Int::UNSIGNED, nonneg: true };
    /// `float`.
    FLOAT = 7, Kind::Float;
    /// `r_singlefloat`.
    SINGLEFLOAT = 8, Kind::SingleFloat;
    /// `r_longfloat`.
    LONGFLOAT = 9, Kind::LongFloat;
    /// A character.
    CHAR = 10, Kind::Char { no_nul: false };
    /// A unicode character.
    UNICHAR = 11, Kind::UniChar;
    /// A string.
    STR = 12, Kind::Str { can_be_none: false, no_nul: false };
    /// A string without NUL.
    STR0 = 13, Kind::Str { can_be_none: false, no_nul: true };
    /// A unicode string.
    UNICODE = 14, Kind::Unicode { can_be_none: false, no_nul: false };
    /// A bytearray.
    BYTEARRAY = 15, Kind::ByteArray { can_be_none: false };
    /// A string builder.
    STRINGBUILDER = 16, Kind::StringBuilder;
    /// A unicode builder.
    UNICODEBUILDER = 17, Kind::UnicodeBuilder;
    /// An address.
    ADDRESS = 18, Kind::Address;
    /// The empty tuple.
    EMPTY_TUPLE = 19, Kind::Tuple(Arc::from([]));
    /// A class of unknown base.
    TYPE = 20, Kind::TypeOf(None);
}

/// Interner of annotations.
#[derive(Debug)]
pub struct Anns {
    anns: Vec<Ann>,
    index: FxHashMap<Ann, AnnId>,
}

impl Default for Anns {
    fn default() -> Self {
        Self::new()
    }
}

impl Anns {
    /// An interner that holds the well-known annotations at their ids.
    pub fn new() -> Anns {
        let mut result = Anns {
            anns: vec![],
            index: FxHashMap::default(),
        };
        for kind in well_known() {
            let constant = matches!(kind, Kind::None).then_some(Value::None);
            result.intern(Ann { kind, constant });
        }
        result
    }

    /// The annotation behind `id`.
    pub fn get(&self, id: AnnId) -> &Ann {
        &self.anns[id.index()]
    }

    /// Kind of an annotation.
    pub fn kind(&self, id: AnnId) -> &Kind {
        &self.anns[id.index()].kind
    }

    /// The constant, if there is one.
    pub fn constant(&self, id: AnnId) -> Option<Value> {
        self.anns[id.index()].constant
    }

    /// Interns.
    pub fn intern(&mut self, ann: Ann) -> AnnId {
        if let Some(&id) = self.index.get(&ann) {
            return id;
        }
        let id = AnnId::new(self.anns.len());
        self.anns.push(ann.clone());
        self.index.insert(ann, id);
        id
    }

    /// The annotation of a kind without constant (`None` has its constant).
    pub fn of(&mut self, kind: Kind) -> AnnId {
        let constant = matches!(kind, Kind::None).then_some(Value::None);
        self.intern(Ann { kind, constant })
    }

    /// Annotation of a kind with a constant.
    pub fn with_constant(&mut self, kind: Kind, value: Value) -> AnnId {
        self.intern(Ann {
            kind,
            constant: Some(value),
        })
    }

    /// The same without its constant.
    pub fn without_constant(&mut self, id: AnnId) -> AnnId {
        let ann = self.get(id);
        if ann.constant.is_none() || ann.kind == Kind::None {
            return id;
        }
        let kind = ann.kind.clone();
        self.of(kind)
    }

    /// A tuple.
    pub fn tuple(&mut self, items: &[AnnId]) -> AnnId {
        self.of(Kind::Tuple(items.into()))
    }

    /// An instance that is not `None`.
    pub fn instance(&mut self, classdef: ClassDefId) -> AnnId {
        self.of(Kind::Instance {
            classdef,
            can_be_none: false,
        })
    }

    /// An integer of a kind.
    pub fn int(&mut self, int: Int, nonneg: bool) -> AnnId {
        let nonneg = nonneg || !int.signed;
        self.of(Kind::Int { int, nonneg })
    }

    /// Number of annotations.
    pub fn len(&self) -> usize {
        self.anns.len()
    }

    /// Never true.
    pub fn is_empty(&self) -> bool {
        self.anns.is_empty()
    }
}

impl Kind {
    /// Whether a value of this kind may be `None`.
    pub fn can_be_none(&self) -> bool {
        match self {
            Kind::None
            | Kind::Object
            | Kind::List(_)
            | Kind::Dict(_)
            | Kind::StringBuilder
            | Kind::UnicodeBuilder
            | Kind::WeakRef(_)
            | Kind::Iterator { .. } => true,
            Kind::Str { can_be_none, .. }
            | Kind::Unicode { can_be_none, .. }
            | Kind::ByteArray { can_be_none }
            | Kind::Instance { can_be_none, .. }
            | Kind::Pbc { can_be_none, .. } => *can_be_none,
            Kind::Impossible
            | Kind::Bool
            | Kind::Int { .. }
            | Kind::Char { .. }
            | Kind::UniChar
            | Kind::Float
            | Kind::SingleFloat
            | Kind::LongFloat
            | Kind::Tuple(_)
            | Kind::Builtin(_)
            | Kind::BuiltinMethod { .. }
            | Kind::TypeOf(_)
            | Kind::Slice(_)
            | Kind::Ptr(_)
            | Kind::InteriorPtr { .. }
            | Kind::LLAdtMethod { .. }
            | Kind::Address
            | Kind::TypedAddress(_) => false,
        }
    }

    /// Whether it is an integer or bool.
    pub fn is_integer(&self) -> bool {
        matches!(self, Kind::Int { .. } | Kind::Bool)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_ids_hold_what_their_names_say() {
        let mut anns = Anns::new();
        assert_eq!(anns.of(Kind::TypeOf(None)), AnnId::TYPE);
        assert_eq!(anns.int(Int::UNSIGNED, false), AnnId::UINT);
        assert_eq!(anns.of(Kind::None), AnnId::NONE);
        assert_eq!(anns.tuple(&[]), AnnId::EMPTY_TUPLE);
    }
}
