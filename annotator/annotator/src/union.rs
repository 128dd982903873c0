//! Union of annotations: the least annotation that covers both. Uniting lists or dicts merges their definitions.

use crate::annotator::{Annotator, Flow};
use crate::desc::Desc;
use crate::model::{Ann, AnnId, DescId, Kind};
use rpy_host::Value;
use rpy_lltype::Int;
use std::sync::Arc;

/// Why two annotations have no union.
#[derive(Clone, Debug)]
pub(crate) struct Mismatch {
    /// First one.
    pub a: AnnId,
    /// Second one.
    pub b: AnnId,
    /// More about it.
    pub why: Option<String>,
}

pub(crate) type Union<T = AnnId> = Result<T, Box<Mismatch>>;

fn mismatch<T>(a: AnnId, b: AnnId) -> Union<T> {
    Err(Box::new(Mismatch { a, b, why: None }))
}

fn mismatch_because<T>(a: AnnId, b: AnnId, why: impl Into<String>) -> Union<T> {
    Err(Box::new(Mismatch {
        a,
        b,
        why: Some(why.into()),
    }))
}

impl Annotator {
    /// The union, or an error that names both types.
    pub(crate) fn unite(&mut self, a: AnnId, b: AnnId) -> Flow {
        self.union(a, b).or_else(|m| self.union_error(*m))
    }

    /// The least annotation that covers `a` and `b`.
    pub(crate) fn union(&mut self, a: AnnId, b: AnnId) -> Union {
        if a == b {
            return Ok(a);
        }
        if a == AnnId::IMPOSSIBLE {
            return Ok(b);
        }
        if b == AnnId::IMPOSSIBLE {
            return Ok(a);
        }
        let (ann_a, ann_b) = (self.anns.get(a).clone(), self.anns.get(b).clone());
        let constant = match (ann_a.constant, ann_b.constant) {
            (Some(x), Some(y)) if x == y => Some(x),
            _ => None,
        };
        let kind = self.union_kinds(a, b, &ann_a.kind, &ann_b.kind)?;
        if let Kind::Pbc { descs, can_be_none } = &kind {
            let (descs, none) = (descs.clone(), *can_be_none);
            return Ok(self.pbc(&descs, none));
        }
        let constant = match kind {
            Kind::None => Some(Value::None),
            _ => constant,
        };
        Ok(self.anns.intern(Ann { kind, constant }))
    }

    /// Whether `a` covers `b`: uniting changes nothing.
    pub(crate) fn contains(&mut self, a: AnnId, b: AnnId) -> bool {
        if a == b {
            return true;
        }
        let (ka, kb) = (self.anns.kind(a).clone(), self.anns.kind(b).clone());
        match (ka, kb) {
            (Kind::List(x), Kind::List(y)) => self.find_list(x) == self.find_list(y),
            (Kind::Dict(x), Kind::Dict(y)) => self.find_dict(x) == self.find_dict(y),
            _ => match self.union(a, b) {
                Ok(u) => u == a || self.canonical(u) == self.canonical(a),
                Err(_) => false,
            },
        }
    }

    fn union_kinds(&mut self, a: AnnId, b: AnnId, ka: &Kind, kb: &Kind) -> Union<Kind> {
        if let Some(kind) = self.union_with_none(a, b, ka, kb)? {
            return Ok(kind);
        }
        Ok(match (ka, kb) {
            (Kind::Object, _) | (_, Kind::Object) => Kind::Object,
            (Kind::Bool, Kind::Bool) => Kind::Bool,
            (Kind::Bool, Kind::Int { int, nonneg }) | (Kind::Int { int, nonneg }, Kind::Bool) => Kind::Int {
                int: *int,
                nonneg: *nonneg,
            },
            (Kind::Int { int: i, nonneg: m }, Kind::Int { int: j, nonneg: n }) => {
                let int = union_ints(a, b, (*i, *m, ka), (*j, *n, kb))?;
                Kind::Int {
                    int,
                    nonneg: *m && *n || !int.signed,
                }
            }
            (Kind::Float, Kind::Float | Kind::Int { .. } | Kind::Bool)
            | (Kind::Int { .. } | Kind::Bool, Kind::Float) => Kind::Float,
            (Kind::SingleFloat, Kind::SingleFloat) => Kind::SingleFloat,
            (Kind::LongFloat, Kind::LongFloat) => Kind::LongFloat,
            (Kind::Char { .. } | Kind::Str { .. }, Kind::Char { .. } | Kind::Str { .. }) => union_strings(ka, kb),
            (Kind::UniChar, Kind::UniChar) => Kind::UniChar,
            (Kind::UniChar | Kind::Unicode { .. }, Kind::UniChar | Kind::Unicode { .. }) => union_strings(ka, kb),
            (Kind::ByteArray { can_be_none: m }, Kind::ByteArray { can_be_none: n }) => {
                Kind::ByteArray { can_be_none: *m || *n }
            }
            (Kind::Tuple(x), Kind::Tuple(y)) => self.union_tuples(a, b, x, y)?,
            (Kind::Slice(x), Kind::Slice(y)) if x.len() == y.len() => {
                let items: Result<Vec<_>, _> = x.iter().zip(y.iter()).map(|(p, q)| self.union(*p, *q)).collect();
                Kind::Slice(items?.into())
            }
            (Kind::List(x), Kind::List(y)) => Kind::List(self.merge_lists(*x, *y)?),
            (Kind::Dict(x), Kind::Dict(y)) => Kind::Dict(self.merge_dicts(*x, *y)?),
            (Kind::Iterator { container: c, kind: i }, Kind::Iterator { container: d, kind: j }) if i == j => {
                Kind::Iterator {
                    container: self.union(*c, *d)?,
                    kind: *i,
                }
            }
            (Kind::Instance { .. }, Kind::Instance { .. }) => self.union_instances(a, b, ka, kb)?,
            (Kind::Pbc { .. }, Kind::Pbc { .. }) => self.union_pbcs(a, b, ka, kb)?,
            (Kind::TypeOf(_), Kind::TypeOf(_) | Kind::Pbc { .. }) | (Kind::Pbc { .. }, Kind::TypeOf(_)) => {
                self.union_types(a, b, ka, kb)?
            }
            (Kind::Builtin(x), Kind::Builtin(y)) if x == y => ka.clone(),
            (Kind::BuiltinMethod { name: m, receiver: r }, Kind::BuiltinMethod { name: n, receiver: s }) if m == n => {
                Kind::BuiltinMethod {
                    name: m.clone(),
                    receiver: self.union(*r, *s)?,
                }
            }
            (Kind::WeakRef(x), Kind::WeakRef(y)) => Kind::WeakRef(match (x, y) {
                (Some(x), Some(y)) => match self.common_base(*x, *y) {
                    Some(c) => Some(c),
                    None => return mismatch(a, b),
                },
                (x, y) => x.or(*y),
            }),
            (Kind::StringBuilder, Kind::StringBuilder) => Kind::StringBuilder,
            (Kind::UnicodeBuilder, Kind::UnicodeBuilder) => Kind::UnicodeBuilder,
            (Kind::Ptr(x), Kind::Ptr(y)) if self.host.lltypes.same(*x, *y) => ka.clone(),
            (Kind::Address, Kind::Address) => Kind::Address,
            (
                Kind::LLAdtMethod {
                    function: f,
                    receiver: r,
                },
                Kind::LLAdtMethod {
                    function: g,
                    receiver: s,
                },
            ) if f == g => Kind::LLAdtMethod {
                function: *f,
                receiver: self.union(*r, *s)?,
            },
            (x, y) if x == y => x.clone(),
            _ => return mismatch(a, b),
        })
    }

    fn union_with_none(&mut self, a: AnnId, b: AnnId, ka: &Kind, kb: &Kind) -> Union<Option<Kind>> {
        let other = match (ka, kb) {
            (Kind::None, Kind::None) => return Ok(Some(Kind::None)),
            (Kind::None, other) | (other, Kind::None) => other,
            _ => return Ok(None),
        };
        match or_none(other) {
            Some(kind) => Ok(Some(kind)),
            None => mismatch(a, b),
        }
    }

    fn union_tuples(&mut self, a: AnnId, b: AnnId, x: &[AnnId], y: &[AnnId]) -> Union<Kind> {
        if x.len() != y.len() {
            return mismatch_because(
                a,
                b,
                format!(
                    "the tuples have {} and {} items; tuples that are mixed need the same length",
                    x.len(),
                    y.len()
                ),
            );
        }
        let mut items = Vec::with_capacity(x.len());
        for (p, q) in x.iter().zip(y) {
            items.push(self.union(*p, *q)?);
        }
        Ok(Kind::Tuple(items.into()))
    }

    fn union_instances(&mut self, a: AnnId, b: AnnId, ka: &Kind, kb: &Kind) -> Union<Kind> {
        let (
            Kind::Instance {
                classdef: x,
                can_be_none: m,
            },
            Kind::Instance {
                classdef: y,
                can_be_none: n,
            },
        ) = (ka, kb)
        else {
            return mismatch(a, b);
        };
        match self.common_base(*x, *y) {
            Some(classdef) => Ok(Kind::Instance {
                classdef,
                can_be_none: *m || *n,
            }),
            None => mismatch_because(a, b, "the classes have no common base class"),
        }
    }

    fn union_pbcs(&mut self, a: AnnId, b: AnnId, ka: &Kind, kb: &Kind) -> Union<Kind> {
        let (
            Kind::Pbc {
                descs: x,
                can_be_none: m,
            },
            Kind::Pbc {
                descs: y,
                can_be_none: n,
            },
        ) = (ka, kb)
        else {
            return mismatch(a, b);
        };
        let (fx, fy) = (self.desc_family(x[0]), self.desc_family(y[0]));
        if fx != fy {
            return mismatch_because(a, b, format!("{fx} and {fy} cannot be mixed"));
        }
        let mut descs: Vec<DescId> = x.iter().chain(y.iter()).copied().collect();
        descs.sort_unstable();
        descs.dedup();
        Ok(Kind::Pbc {
            descs: self.simplified_methods(descs),
            can_be_none: *m || *n,
        })
    }

    /// Words for the kind of a descriptor; things of different words are not mixed.
    fn desc_family(&self, desc: DescId) -> &'static str {
        match self.desc(desc) {
            Desc::Function(_) => "a function",
            Desc::Method(_) => "a method",
            Desc::Class(_) => "a class",
            Desc::Frozen(_) => "a frozen object",
            Desc::FrozenMethod { .. } => "a method of a frozen object",
        }
    }

    fn union_types(&mut self, a: AnnId, b: AnnId, ka: &Kind, kb: &Kind) -> Union<Kind> {
        let x = self.type_base(ka);
        let y = self.type_base(kb);
        match (x, y) {
            (Some(x), Some(y)) => Ok(Kind::TypeOf(match (x, y) {
                (Some(x), Some(y)) => self.common_base(x, y),
                _ => None,
            })),
            _ => mismatch(a, b),
        }
    }

    /// For classes known at run time: the base class of all of them.
    fn type_base(&mut self, kind: &Kind) -> Option<Option<crate::model::ClassDefId>> {
        match kind {
            Kind::TypeOf(base) => Some(*base),
            Kind::Pbc { descs, .. } => {
                let mut base: Option<crate::model::ClassDefId> = None;
                for d in descs.iter() {
                    self.class_desc(*d)?;
                    let c = self.classdef_of(*d).ok()?;
                    base = match base {
                        None => Some(c),
                        Some(b) => match self.common_base(b, c) {
                            Some(b) => Some(b),
                            None => return Some(None),
                        },
                    };
                }
                Some(base)
            }
            _ => None,
        }
    }

    /// The annotation without the possibility of `None`; `Impossible` for `None` itself.
    pub(crate) fn not_none(&mut self, id: AnnId) -> AnnId {
        let kind = match self.anns.kind(id).clone() {
            Kind::None => return AnnId::IMPOSSIBLE,
            Kind::Str { no_nul, .. } => Kind::Str {
                can_be_none: false,
                no_nul,
            },
            Kind::Unicode { no_nul, .. } => Kind::Unicode {
                can_be_none: false,
                no_nul,
            },
            Kind::ByteArray { .. } => Kind::ByteArray { can_be_none: false },
            Kind::Instance { classdef, .. } => Kind::Instance {
                classdef,
                can_be_none: false,
            },
            Kind::Pbc { descs, .. } => return self.pbc(&descs, false),
            _ => return id,
        };
        let constant = self.anns.constant(id);
        self.anns.intern(Ann { kind, constant })
    }

    /// What remains of `value` if it is also known to be `limit`.
    pub(crate) fn improve(&mut self, value: AnnId, limit: AnnId) -> AnnId {
        match (self.anns.kind(value).clone(), self.anns.kind(limit).clone()) {
            (_, Kind::Impossible) | (Kind::Impossible, _) => AnnId::IMPOSSIBLE,
            (
                Kind::Instance {
                    classdef: x,
                    can_be_none: m,
                },
                Kind::Instance {
                    classdef: y,
                    can_be_none: n,
                },
            ) => {
                let can_be_none = m && n;
                let classdef = if self.is_subclass(y, x) {
                    y
                } else if self.is_subclass(x, y) {
                    x
                } else {
                    return if can_be_none { AnnId::NONE } else { AnnId::IMPOSSIBLE };
                };
                if classdef == x && can_be_none == m {
                    return value;
                }
                self.anns.of(Kind::Instance { classdef, can_be_none })
            }
            (k, Kind::None) => {
                if k.can_be_none() {
                    AnnId::NONE
                } else {
                    AnnId::IMPOSSIBLE
                }
            }
            _ => {
                if self.contains(value, limit) {
                    limit
                } else {
                    value
                }
            }
        }
    }
}

/// The kind of values of `kind` or `None`, if there is one.
pub(crate) fn or_none(kind: &Kind) -> Option<Kind> {
    Some(match kind {
        Kind::None => Kind::None,
        Kind::Char { no_nul } => Kind::Str {
            can_be_none: true,
            no_nul: *no_nul,
        },
        Kind::Str { no_nul, .. } => Kind::Str {
            can_be_none: true,
            no_nul: *no_nul,
        },
        Kind::UniChar => Kind::Unicode {
            can_be_none: true,
            no_nul: false,
        },
        Kind::Unicode { no_nul, .. } => Kind::Unicode {
            can_be_none: true,
            no_nul: *no_nul,
        },
        Kind::ByteArray { .. } => Kind::ByteArray { can_be_none: true },
        Kind::Instance { classdef, .. } => Kind::Instance {
            classdef: *classdef,
            can_be_none: true,
        },
        Kind::Pbc { descs, .. } => Kind::Pbc {
            descs: Arc::clone(descs),
            can_be_none: true,
        },
        Kind::Object
        | Kind::List(_)
        | Kind::Dict(_)
        | Kind::Iterator { .. }
        | Kind::StringBuilder
        | Kind::UnicodeBuilder
        | Kind::WeakRef(_) => kind.clone(),
        _ => return None,
    })
}

fn union_ints(a: AnnId, b: AnnId, x: (Int, bool, &Kind), y: (Int, bool, &Kind)) -> Union<Int> {
    if x.0 == y.0 {
        return Ok(x.0);
    }
    if x.0.signed == y.0.signed {
        return Ok(if x.0.bits >= y.0.bits { x.0 } else { y.0 });
    }
    let (signed, unsigned) = if x.0.signed { (x, y) } else { (y, x) };
    if signed.0 == Int::SIGNED && signed.1 {
        return Ok(unsigned.0);
    }
    if signed.0.bits < 64 {
        return mismatch(a, b);
    }
    mismatch_because(
        a,
        b,
        "an unsigned integer cannot be mixed with a possibly negative one; convert one of them with r_uint() or intmask()",
    )
}

fn union_strings(x: &Kind, y: &Kind) -> Kind {
    let parts = |k: &Kind| match k {
        Kind::Char { no_nul } => (true, false, *no_nul),
        Kind::Str { can_be_none, no_nul } | Kind::Unicode { can_be_none, no_nul } => (false, *can_be_none, *no_nul),
        _ => (true, false, false),
    };
    let unicode = matches!(x, Kind::UniChar | Kind::Unicode { .. });
    let (char_x, none_x, nul_x) = parts(x);
    let (char_y, none_y, nul_y) = parts(y);
    let (can_be_none, no_nul) = (none_x || none_y, nul_x && nul_y);
    match (unicode, char_x && char_y) {
        (false, true) => Kind::Char { no_nul },
        (false, false) => Kind::Str { can_be_none, no_nul },
        (true, true) => Kind::UniChar,
        (true, false) => Kind::Unicode { can_be_none, no_nul },
    }
}
