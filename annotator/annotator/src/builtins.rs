//! Calls of intrinsics: Python's built-in functions and the marked functions of the library.

use crate::annotator::{Annotator, Flow, Stop};
use crate::calls::Args;
use crate::intrinsics::Intrinsic;
use crate::model::{AnnId, IterKind, Kind};
use rpy_flow::OpCode;
use rpy_host::Value;
use rpy_lltype::Int;

impl Annotator {
    /// A call of an intrinsic; `callable` is its annotation, whose constant is the host function.
    pub(crate) fn call_intrinsic(&mut self, i: Intrinsic, callable: AnnId, args: &Args) -> Flow {
        use Intrinsic as I;
        let p = args.positional.clone();
        let n = p.len();
        match i {
            I::Len if n == 1 => self.op_len_value(p[0]),
            I::Range | I::XRange => self.range_list(args),
            I::Ord if n == 1 => self.ord(p[0]),
            I::Chr if n == 1 => self.chr(p[0], false),
            I::Unichr if n == 1 => self.chr(p[0], true),
            I::Int => self.int_of(&p),
            I::Float => self.float_of(&p),
            I::Str => self.str_of(&p),
            I::Unicode => self.unicode_of(&p),
            I::Repr | I::Hex | I::Oct | I::Bin if n == 1 => Ok(self.shown(i, p[0])),
            I::Bool if n <= 1 => match p.first() {
                Some(x) => match self.static_truth(*x)? {
                    Some(b) => Ok(self.constant_bool(b)),
                    None => Ok(AnnId::BOOL),
                },
                None => Ok(self.constant_bool(false)),
            },
            I::Min | I::Max => self.min_max(i, &p),
            I::Abs if n == 1 => self.abs(p[0]),
            I::Divmod if n == 2 => self.op_binary(OpCode::Divmod, p[0], p[1]),
            I::Pow if n == 2 => self.op_binary(OpCode::Pow, p[0], p[1]),
            I::Hash if n == 1 => Ok(AnnId::INT),
            I::Id if n == 1 => Ok(AnnId::INT),
            I::Callable if n == 1 => {
                let b = matches!(
                    self.anns.kind(p[0]),
                    Kind::Pbc { .. } | Kind::Builtin(_) | Kind::BuiltinMethod { .. }
                );
                Ok(self.constant_bool(b))
            }
            I::HasAttr if n == 2 => self.hasattr(p[0], p[1]),
            I::GetAttr if n == 2 || n == 3 => self.getattr_call(&p),
            I::SetAttr if n == 3 => match self.constant_text(p[1]) {
                Some(name) => self.setattr(p[0], &name, p[2]),
                None => Err(self.error("RPY0402", "the attribute name given to setattr() must be a constant")),
            },
            I::IsInstance | I::IsSubclass if n == 2 => Ok(AnnId::BOOL),
            I::Iter if n == 1 => self.iter_of(p[0]),
            I::Next if n == 1 => match self.anns.kind(p[0]).clone() {
                Kind::Iterator { container, kind } => self.next_item(container, kind),
                _ => Err(self.unsupported_argument("next", p[0])),
            },
            I::Reversed if n == 1 => match self.anns.kind(p[0]) {
                Kind::List(_) => self.iterator(p[0], IterKind::Reversed),
                _ => Err(self.unsupported_argument("reversed", p[0])),
            },
            I::Enumerate if n == 1 || n == 2 => {
                let inner = self.iter_of(p[0])?;
                let container = match self.anns.kind(inner) {
                    Kind::Iterator {
                        container,
                        kind: IterKind::Items,
                    } => *container,
                    _ => inner,
                };
                self.iterator(container, IterKind::Enumerate)
            }
            I::Tuple if n == 1 && matches!(self.anns.kind(p[0]), Kind::Tuple(_)) => Ok(p[0]),
            I::Tuple if n == 0 => Ok(AnnId::EMPTY_TUPLE),
            I::List if n <= 1 => self.list_call(&p),
            I::Dict if n == 0 && args.keywords.is_empty() => {
                let d = self.dict_here(0);
                Ok(self.anns.of(Kind::Dict(d)))
            }
            I::Dict if n == 1 && matches!(self.anns.kind(p[0]), Kind::Dict(_)) => Ok(self.anns.without_constant(p[0])),
            I::ByteArray if n <= 1 => Ok(AnnId::BYTEARRAY),
            I::Slice if (1..=3).contains(&n) => self.slice_call(&p),
            I::Type if n == 1 => self.type_call(p[0]),
            I::Zip => Err(self
                .error("RPY0405", "`zip` is not available in RPython")
                .help("loop over the indices")),
            I::ObjectInit => Ok(AnnId::NONE),
            I::ExceptionInit | I::EnvironmentErrorInit => {
                if let Some(Kind::Instance { classdef, .. }) = p.first().map(|x| self.anns.kind(*x).clone()) {
                    let value = self.host.exceptions.environment_error.into();
                    let rest = Args::of(&p[1..]);
                    if i == I::EnvironmentErrorInit {
                        self.init_exception(classdef, value, &rest)?;
                    }
                }
                Ok(AnnId::NONE)
            }
            I::WeakRef if n == 1 => match self.anns.kind(p[0]).clone() {
                Kind::Instance { classdef, .. } => Ok(self.anns.of(Kind::WeakRef(Some(classdef)))),
                Kind::None => Ok(self.anns.of(Kind::WeakRef(None))),
                _ => Err(self.unsupported_argument("weakref.ref", p[0])),
            },
            I::MathFloor | I::MathFmod => Ok(AnnId::FLOAT),
            _ => self.call_library_intrinsic(i, callable, args),
        }
    }

    fn op_len_value(&mut self, a: AnnId) -> Flow {
        if let Kind::Instance { .. } = self.anns.kind(a) {
            return Err(self.error("RPY0404", "len() of this instance needs a method `__len__`"));
        }
        self.op_len(a)
    }

    pub(crate) fn unsupported_argument(&mut self, function: &str, a: AnnId) -> Stop {
        if self.anns.kind(a) == &Kind::None {
            return Stop::Blocked;
        }
        let what = self.describe(a);
        self.error("RPY0404", format!("{function}() does not work on {what}"))
    }

    fn ord(&mut self, a: AnnId) -> Flow {
        match self.anns.kind(a).clone() {
            Kind::Char { .. } | Kind::UniChar | Kind::Str { .. } | Kind::Unicode { .. } => {
                if let Some(v) = self.anns.constant(a) {
                    let c = match self.host.unicode_chars(v) {
                        Some(chars) => chars.first().copied(),
                        None => self.host.str_bytes(v).and_then(|b| b.first().map(|b| u32::from(*b))),
                    };
                    if let (Some(c), Kind::Char { .. } | Kind::UniChar) = (c, self.anns.kind(a)) {
                        return Ok(self.constant_int(i64::from(c)));
                    }
                }
                Ok(AnnId::NONNEG)
            }
            _ => Err(self.unsupported_argument("ord", a)),
        }
    }

    fn chr(&mut self, a: AnnId, unicode: bool) -> Flow {
        match self.anns.kind(a) {
            Kind::Int { .. } | Kind::Bool => {}
            _ => return Err(self.unsupported_argument(if unicode { "unichr" } else { "chr" }, a)),
        }
        if unicode {
            return Ok(AnnId::UNICHAR);
        }
        if let Some(Value::Int(c @ 0..=255)) = self.anns.constant(a) {
            let v = self.host.new_str([c as u8]);
            return self.try_value(v);
        }
        Ok(AnnId::CHAR)
    }

    fn int_of(&mut self, p: &[AnnId]) -> Flow {
        let Some(&x) = p.first() else {
            return Ok(self.constant_int(0));
        };
        match self.anns.kind(x).clone() {
            Kind::Int { int, nonneg } if int.signed && p.len() == 1 => Ok(match self.anns.constant(x) {
                Some(Value::Int(n)) => self.constant_int(n),
                _ => self.anns.int(Int::SIGNED, nonneg),
            }),
            Kind::Int { .. } if p.len() == 1 => Ok(AnnId::INT),
            Kind::Bool if p.len() == 1 => Ok(AnnId::NONNEG),
            Kind::Float | Kind::SingleFloat if p.len() == 1 => Ok(AnnId::INT),
            Kind::Str { .. } | Kind::Char { .. } => {
                if let Some(base) = p.get(1)
                    && !matches!(self.anns.kind(*base), Kind::Int { .. })
                {
                    return Err(self.unsupported_argument("int", *base));
                }
                Ok(AnnId::INT)
            }
            Kind::Unicode { .. } | Kind::UniChar => Ok(AnnId::INT),
            _ => Err(self.unsupported_argument("int", x)),
        }
    }

    fn float_of(&mut self, p: &[AnnId]) -> Flow {
        let Some(&x) = p.first() else { return Ok(AnnId::FLOAT) };
        match self.anns.kind(x) {
            Kind::Int { .. }
            | Kind::Bool
            | Kind::Float
            | Kind::SingleFloat
            | Kind::LongFloat
            | Kind::Str { .. }
            | Kind::Char { .. }
            | Kind::Unicode { .. } => Ok(AnnId::FLOAT),
            _ => Err(self.unsupported_argument("float", x)),
        }
    }

    fn str_of(&mut self, p: &[AnnId]) -> Flow {
        let Some(&x) = p.first() else { return Ok(AnnId::STR) };
        match self.anns.kind(x).clone() {
            Kind::Char { .. } | Kind::Str { .. } => Ok(x),
            Kind::Int { .. } | Kind::Bool | Kind::Float | Kind::None => Ok(AnnId::STR0),
            Kind::Impossible => Err(Stop::Blocked),
            _ => Ok(AnnId::STR),
        }
    }

    fn unicode_of(&mut self, p: &[AnnId]) -> Flow {
        let Some(&x) = p.first() else { return Ok(AnnId::UNICODE) };
        match self.anns.kind(x) {
            Kind::UniChar | Kind::Unicode { .. } => Ok(x),
            Kind::Int { .. } | Kind::Char { .. } | Kind::Str { .. } | Kind::Bool => Ok(AnnId::UNICODE),
            _ => Err(self.unsupported_argument("unicode", x)),
        }
    }

    fn shown(&mut self, i: Intrinsic, _x: AnnId) -> AnnId {
        match i {
            Intrinsic::Hex | Intrinsic::Oct | Intrinsic::Bin => AnnId::STR0,
            _ => AnnId::STR,
        }
    }

    fn min_max(&mut self, i: Intrinsic, p: &[AnnId]) -> Flow {
        if p.len() < 2 {
            let name = if i == Intrinsic::Min { "min" } else { "max" };
            return Err(self.error(
                "RPY0404",
                format!("{name}() needs two or more arguments in RPython; write a loop over the list"),
            ));
        }
        let mut result = AnnId::IMPOSSIBLE;
        for x in p {
            let x = self.without_constant(*x);
            result = self.unite(result, x)?;
        }
        match self.anns.kind(result).clone() {
            Kind::Int { int, nonneg } => {
                let any_nonneg = p
                    .iter()
                    .any(|x| matches!(self.anns.kind(*x), Kind::Int { nonneg: true, .. } | Kind::Bool));
                Ok(self.anns.int(int, nonneg || i == Intrinsic::Max && any_nonneg))
            }
            Kind::Bool | Kind::Float | Kind::Char { .. } | Kind::Str { .. } | Kind::Unicode { .. } | Kind::UniChar => {
                Ok(result)
            }
            _ => Err(self.unsupported_argument(if i == Intrinsic::Min { "min" } else { "max" }, result)),
        }
    }

    fn abs(&mut self, a: AnnId) -> Flow {
        match self.anns.kind(a).clone() {
            Kind::Int { int, .. } => Ok(self.anns.int(int, true)),
            Kind::Bool => Ok(AnnId::NONNEG),
            Kind::Float => Ok(AnnId::FLOAT),
            _ => Err(self.unsupported_argument("abs", a)),
        }
    }

    fn hasattr(&mut self, object: AnnId, name: AnnId) -> Flow {
        let Some(name) = self.constant_text(name) else {
            return Err(self.error("RPY0402", "the attribute name given to hasattr() must be a constant"));
        };
        match self.anns.kind(object).clone() {
            Kind::Pbc {
                descs,
                can_be_none: false,
            } => {
                let mut found = vec![];
                for d in descs.iter() {
                    let has = match self.desc_value(*d) {
                        Some(v) => self
                            .host
                            .getattr_opt(v, &name)
                            .map_err(|e| self.raised_error(&e))?
                            .is_some(),
                        None => false,
                    };
                    found.push(has);
                }
                if found.iter().all(|f| *f) || found.iter().all(|f| !*f) {
                    return Ok(self.constant_bool(found[0]));
                }
                Ok(AnnId::BOOL)
            }
            Kind::Instance { classdef, .. } => {
                let found = self.has_method(classdef, &name) || self.attribute_owner(classdef, &name).is_some();
                Ok(self.constant_bool(found))
            }
            Kind::Ptr(ty) => {
                let found = self.has_field(ty, &name);
                Ok(self.constant_bool(found))
            }
            Kind::Builtin(_) => match self.anns.constant(object) {
                Some(v) => {
                    let found = self
                        .host
                        .getattr_opt(v, &name)
                        .map_err(|e| self.raised_error(&e))?
                        .is_some();
                    Ok(self.constant_bool(found))
                }
                None => Ok(AnnId::BOOL),
            },
            _ => Ok(self.constant_bool(false)),
        }
    }

    fn getattr_call(&mut self, p: &[AnnId]) -> Flow {
        let Some(name) = self.constant_text(p[1]) else {
            return Err(self
                .error("RPY0402", "the attribute name given to getattr() must be a constant")
                .help("write a table (a dict) from names to functions"));
        };
        if let Some(default) = p.get(2) {
            let has = self.hasattr(p[0], p[1])?;
            match self.anns.constant(has) {
                Some(Value::Bool(true)) => {}
                Some(_) => return Ok(*default),
                None => return self.getattr_some(p[0], &name, *default),
            }
        }
        self.getattr(p[0], &name)
    }

    /// `getattr` with a default on a set of constants of which only some have the attribute.
    fn getattr_some(&mut self, object: AnnId, name: &str, default: AnnId) -> Flow {
        let Kind::Pbc { descs, .. } = self.anns.kind(object).clone() else {
            return self.getattr(object, name);
        };
        let mut result = default;
        for d in descs.iter() {
            let one = self.pbc(&[*d], false);
            match self.getattr(one, name) {
                Ok(ann) => result = self.unite(result, ann)?,
                Err(Stop::Blocked) => {}
                Err(Stop::Error(_)) => {}
            }
        }
        Ok(result)
    }

    pub(crate) fn iter_of(&mut self, a: AnnId) -> Flow {
        match self.anns.kind(a).clone() {
            Kind::Iterator { .. } => Ok(a),
            Kind::List(_)
            | Kind::Dict(_)
            | Kind::Tuple(_)
            | Kind::Str { .. }
            | Kind::Char { .. }
            | Kind::Unicode { .. }
            | Kind::UniChar
            | Kind::ByteArray { .. } => self.iterator(a, IterKind::Items),
            _ => Err(self.unsupported_argument("iter", a)),
        }
    }

    fn list_call(&mut self, p: &[AnnId]) -> Flow {
        let Some(&x) = p.first() else {
            return self.new_resizable_list_here(AnnId::IMPOSSIBLE);
        };
        let item = match self.anns.kind(x).clone() {
            Kind::List(l) => self.read_item(l),
            Kind::Iterator { container, kind } => self.next_item(container, kind)?,
            Kind::Instance { .. } => return Err(self.unsupported_argument("list", x)),
            _ => self.any_item(x)?,
        };
        self.new_list_here(item)
    }

    fn slice_call(&mut self, p: &[AnnId]) -> Flow {
        let parts = match p {
            [stop] => [AnnId::NONE, *stop, AnnId::NONE],
            [start, stop] => [*start, *stop, AnnId::NONE],
            _ => [p[0], p[1], p[2]],
        };
        Ok(self.anns.of(Kind::Slice(parts.into())))
    }

    fn type_call(&mut self, a: AnnId) -> Flow {
        match self.anns.kind(a).clone() {
            Kind::Instance { classdef, .. } => Ok(self.anns.of(Kind::TypeOf(Some(classdef)))),
            Kind::None | Kind::Impossible => Err(Stop::Blocked),
            _ => {
                if let Some(v) = self.anns.constant(a)
                    && !self.is_immutable_kind(a)
                {
                    let class = self.host.class_of(v);
                    return self.try_value(class);
                }
                let what = self.describe(a);
                Err(self
                    .error(
                        "RPY0404",
                        format!("type() is used on {what}; it is only available for instances of classes"),
                    )
                    .help("use isinstance()"))
            }
        }
    }
}
