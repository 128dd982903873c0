//! Item access and methods of lists, dicts, tuples, bytearrays, iterators, builders and weak references.

use crate::annotator::{Annotator, Flow, Known, Stop};
use crate::calls::Args;
use crate::intrinsics::Intrinsic;
use crate::model::{AnnId, DictDefId, IterKind, Kind, ListDefId};
use crate::ops::Operands;
use rpy_flow::{GraphId, Op};
use rpy_host::Value;
use rpy_lltype::Int;

impl Annotator {
    pub(crate) fn op_len(&mut self, a: AnnId) -> Flow {
        match self.anns.kind(a).clone() {
            Kind::Tuple(items) => Ok(self.constant_int(items.len() as i64)),
            Kind::Char { .. } | Kind::UniChar => Ok(self.constant_int(1)),
            Kind::Str { .. } | Kind::Unicode { .. } => match self.anns.constant(a) {
                Some(v) => {
                    let n = self.host.len(v).map_err(|e| self.raised_error(&e))?;
                    Ok(self.constant_int(n as i64))
                }
                None => Ok(AnnId::NONNEG),
            },
            Kind::List(l) => {
                if self.read_item(l) == AnnId::IMPOSSIBLE {
                    return Ok(self.constant_int(0));
                }
                Ok(AnnId::NONNEG)
            }
            Kind::Dict(d) => {
                if self.read_key(d) == AnnId::IMPOSSIBLE {
                    return Ok(self.constant_int(0));
                }
                Ok(AnnId::NONNEG)
            }
            Kind::ByteArray { .. } => Ok(AnnId::NONNEG),
            Kind::Ptr(ty) => self.pointer_len(ty),
            Kind::InteriorPtr { inner, .. } => self.array_len(inner),
            Kind::None => Err(Stop::Blocked),
            _ => {
                let what = self.describe(a);
                Err(self.error("RPY0404", format!("{what} has no len()")))
            }
        }
    }

    fn check_index(&mut self, index: AnnId) -> Flow<()> {
        match self.anns.kind(index) {
            Kind::Int { .. } | Kind::Bool => Ok(()),
            Kind::None => Err(self.error("RPY0411", "the index is None")),
            _ => {
                let what = self.describe(index);
                Err(self.error("RPY0401", format!("the index must be an integer, it is {what}")))
            }
        }
    }

    pub(crate) fn op_getitem(&mut self, a: AnnId, index: AnnId) -> Flow {
        match self.anns.kind(a).clone() {
            Kind::Tuple(items) => self.tuple_item(a, &items, index),
            _ if matches!(self.anns.kind(index), Kind::Slice(_)) => {
                let Kind::Slice(parts) = self.anns.kind(index).clone() else {
                    return Err(Stop::Blocked);
                };
                self.op_getslice(a, parts[0], parts[1])
            }
            Kind::List(l) => {
                self.check_index(index)?;
                match self.read_item(l) {
                    AnnId::IMPOSSIBLE => Err(Stop::Blocked),
                    item => Ok(item),
                }
            }
            Kind::Dict(d) => {
                self.widen_key(d, index)?;
                match self.read_value(d) {
                    AnnId::IMPOSSIBLE => Err(Stop::Blocked),
                    value => Ok(value),
                }
            }
            Kind::Str { .. } | Kind::Char { .. } | Kind::Unicode { .. } | Kind::UniChar | Kind::ByteArray { .. } => {
                self.check_index(index)?;
                self.any_item(a)
            }
            Kind::Ptr(ty) => self.pointer_getitem(a, ty, index),
            Kind::InteriorPtr { .. } => self.interior_getitem(a, index),
            Kind::TypedAddress(ty) => Ok(self.lltype_to_annotation(ty)),
            Kind::Pbc { .. } => match (self.anns.constant(a), self.anns.constant(index)) {
                (Some(table), Some(key)) if self.host.dict_data(table).is_some() => {
                    let found = self.host.getitem(table, key).map_err(|e| self.raised_error(&e))?;
                    self.try_value(found)
                }
                _ => {
                    let what = self.describe(a);
                    Err(self.error("RPY0404", format!("{what} cannot be indexed")))
                }
            },
            Kind::None | Kind::Impossible => Err(Stop::Blocked),
            _ => {
                let what = self.describe(a);
                Err(self.error("RPY0404", format!("{what} cannot be indexed")))
            }
        }
    }

    fn tuple_item(&mut self, a: AnnId, items: &[AnnId], index: AnnId) -> Flow {
        match self.anns.constant(index) {
            Some(Value::Int(i)) => {
                let n = items.len() as i64;
                let at = if i < 0 { i + n } else { i };
                match usize::try_from(at).ok().and_then(|i| items.get(i)) {
                    Some(item) => Ok(*item),
                    None => Err(self.error("RPY0404", format!("the tuple has {n} items, there is no item {i}"))),
                }
            }
            _ => {
                let _ = a;
                Err(self
                    .error(
                        "RPY0404",
                        "a tuple is indexed with a variable; the index of a tuple must be a constant",
                    )
                    .help("make it a list"))
            }
        }
    }

    pub(crate) fn op_setitem(&mut self, a: AnnId, index: AnnId, value: AnnId) -> Flow {
        match self.anns.kind(a).clone() {
            Kind::List(l) => {
                self.check_index(index)?;
                self.mutate_list(l)?;
                let value = self.without_constant(value);
                self.widen_item(l, value)?;
            }
            Kind::Dict(d) => {
                let (key, value) = (self.without_constant(index), self.without_constant(value));
                self.widen_key(d, key)?;
                self.widen_value(d, value)?;
            }
            Kind::ByteArray { .. } => self.check_index(index)?,
            Kind::Ptr(ty) => self.pointer_setitem(ty, index, value)?,
            Kind::InteriorPtr { inner, .. } => self.array_setitem(inner, index, value)?,
            Kind::TypedAddress(_) => {}
            Kind::None | Kind::Impossible => return Err(Stop::Blocked),
            _ => {
                let what = self.describe(a);
                return Err(self.error("RPY0404", format!("items of {what} cannot be assigned")));
            }
        }
        Ok(AnnId::NONE)
    }

    pub(crate) fn op_delitem(&mut self, a: AnnId, index: AnnId) -> Flow {
        match self.anns.kind(a).clone() {
            Kind::List(l) => {
                self.check_index(index)?;
                self.resize_list(l)?;
            }
            Kind::Dict(d) => {
                let key = self.without_constant(index);
                self.widen_key(d, key)?;
            }
            Kind::None | Kind::Impossible => return Err(Stop::Blocked),
            _ => {
                let what = self.describe(a);
                return Err(self.error("RPY0404", format!("items of {what} cannot be deleted")));
            }
        }
        Ok(AnnId::NONE)
    }

    pub(crate) fn op_contains(&mut self, graph: GraphId, op: &Op, a: AnnId, item: AnnId) -> Flow {
        match self.anns.kind(a).clone() {
            Kind::List(l) => {
                let item = self.without_constant(item);
                let own = self.read_item(l);
                if own == AnnId::IMPOSSIBLE {
                    return Ok(self.constant_bool(false));
                }
                self.unite_item_test(own, item, l)?;
                Ok(AnnId::BOOL)
            }
            Kind::Dict(d) => {
                let own = self.read_key(d);
                if own == AnnId::IMPOSSIBLE {
                    return Ok(self.constant_bool(false));
                }
                let key = self.without_constant(item);
                self.widen_key(d, key)?;
                Ok(AnnId::BOOL)
            }
            Kind::Tuple(items) => {
                if let (Some(t), Some(v)) = (self.anns.constant(a), self.anns.constant(item))
                    && self.is_immutable_kind(a)
                    && self.is_immutable_kind(item)
                {
                    let r = self
                        .host
                        .compare(rpy_host::CmpOp::In, v, t)
                        .and_then(|r| self.host.is_true(r))
                        .map_err(|e| self.raised_error(&e))?;
                    return Ok(self.constant_bool(r));
                }
                for i in items.iter() {
                    let (p, q) = (self.without_constant(*i), self.without_constant(item));
                    self.unite(p, q)?;
                }
                Ok(AnnId::BOOL)
            }
            Kind::Str { .. } | Kind::Char { .. } | Kind::Unicode { .. } | Kind::UniChar => {
                self.string_contains(graph, op, a, item)
            }
            Kind::ByteArray { .. } => Ok(AnnId::BOOL),
            Kind::Pbc { .. } => match (self.anns.constant(a), self.anns.constant(item)) {
                (Some(table), Some(key)) if self.host.dict_data(table).is_some() => {
                    let found = self.host.compare(rpy_host::CmpOp::In, key, table);
                    let found = found
                        .and_then(|r| self.host.is_true(r))
                        .map_err(|e| self.raised_error(&e))?;
                    Ok(self.constant_bool(found))
                }
                _ => {
                    let what = self.describe(a);
                    Err(self.error("RPY0404", format!("`in` does not work on {what}")))
                }
            },
            Kind::None | Kind::Impossible => Err(Stop::Blocked),
            _ => {
                let what = self.describe(a);
                Err(self.error("RPY0404", format!("`in` does not work on {what}")))
            }
        }
    }

    fn unite_item_test(&mut self, own: AnnId, item: AnnId, list: ListDefId) -> Flow<()> {
        match self.union(own, item) {
            Ok(u) if u != own => self.widen_item(list, item),
            Ok(_) => Ok(()),
            Err(m) => Err(self.union_stop(*m, "`in` looks for a value of another type than the items have")),
        }
    }

    fn string_contains(&mut self, graph: GraphId, op: &Op, a: AnnId, item: AnnId) -> Flow {
        let unicode = |k: &Kind| matches!(k, Kind::Unicode { .. } | Kind::UniChar);
        let string = |k: &Kind| matches!(k, Kind::Str { .. } | Kind::Char { .. });
        let (ka, ki) = (self.anns.kind(a), self.anns.kind(item));
        if !(unicode(ka) && unicode(ki) || string(ka) && string(ki)) {
            let (x, y) = (self.describe(a), self.describe(item));
            return Err(self.error("RPY0401", format!("`in` looks for {y} in {x}")));
        }
        if self.constant_text(item).as_deref() == Some("\0")
            && let Some(v) = op.args[0].var()
        {
            let clean = match self.anns.kind(a) {
                Kind::Str { .. } | Kind::Char { .. } => AnnId::STR0,
                _ => self.anns.of(Kind::Unicode {
                    can_be_none: false,
                    no_nul: true,
                }),
            };
            let known = Known {
                yes: vec![],
                no: vec![(v, clean)],
            };
            self.set_known(graph, op.result, known);
        }
        Ok(AnnId::BOOL)
    }

    pub(crate) fn op_getslice(&mut self, a: AnnId, start: AnnId, stop: AnnId) -> Flow {
        match self.anns.kind(a).clone() {
            Kind::List(l) => {
                self.check_slice(start, stop, true)?;
                let item = self.read_item(l);
                self.new_list_here(item)
            }
            Kind::Str { .. } | Kind::Char { .. } | Kind::Unicode { .. } | Kind::UniChar => {
                self.check_slice(start, stop, false)?;
                Ok(self.string_of(a))
            }
            Kind::ByteArray { .. } => {
                self.check_slice(start, stop, false)?;
                Ok(AnnId::BYTEARRAY)
            }
            Kind::Tuple(items) => self.tuple_slice(&items, start, stop),
            Kind::None | Kind::Impossible => Err(Stop::Blocked),
            _ => {
                let what = self.describe(a);
                Err(self.error("RPY0404", format!("{what} cannot be sliced")))
            }
        }
    }

    fn tuple_slice(&mut self, items: &[AnnId], start: AnnId, stop: AnnId) -> Flow {
        let n = items.len() as i64;
        let bound = |a: &Annotator, ann: AnnId, default: i64| match a.anns.constant(ann) {
            Some(Value::None) => Some(default),
            Some(Value::Int(i)) => Some(if i < 0 { (i + n).max(0) } else { i.min(n) }),
            _ => None,
        };
        match (bound(self, start, 0), bound(self, stop, n)) {
            (Some(i), Some(j)) => {
                let part: Vec<AnnId> = items[i as usize..(j.max(i)) as usize].to_vec();
                Ok(self.tuple_of(&part))
            }
            _ => Err(self.error("RPY0404", "the bounds of a slice of a tuple must be constants")),
        }
    }

    pub(crate) fn op_setslice(&mut self, a: AnnId, start: AnnId, stop: AnnId, value: AnnId) -> Flow {
        self.check_slice(start, stop, true)?;
        match (self.anns.kind(a).clone(), self.anns.kind(value).clone()) {
            (Kind::List(l), Kind::List(m)) => {
                let item = self.read_item(m);
                self.mutate_list(l)?;
                self.widen_item(l, item)?;
                Ok(AnnId::NONE)
            }
            _ => {
                let (x, y) = (self.describe(a), self.describe(value));
                Err(self.error("RPY0404", format!("a slice of {x} cannot be replaced by {y}")))
            }
        }
    }

    pub(crate) fn op_delslice(&mut self, a: AnnId, start: AnnId, stop: AnnId) -> Flow {
        self.check_slice(start, stop, true)?;
        match self.anns.kind(a).clone() {
            Kind::List(l) => {
                self.resize_list(l)?;
                Ok(AnnId::NONE)
            }
            _ => {
                let what = self.describe(a);
                Err(self.error("RPY0404", format!("a slice of {what} cannot be deleted")))
            }
        }
    }

    pub(crate) fn op_newlist(&mut self, a: &Operands) -> Flow {
        let list = self.list_here(0);
        for item in a {
            let item = self.without_constant(*item);
            self.widen_item(list, item)?;
        }
        Ok(self.anns.of(Kind::List(list)))
    }

    pub(crate) fn op_newdict(&mut self, a: &Operands) -> Flow {
        let dict = self.dict_here(0);
        for pair in a.chunks(2) {
            if let [key, value] = pair {
                let (key, value) = (self.without_constant(*key), self.without_constant(*value));
                self.widen_key(dict, key)?;
                self.widen_value(dict, value)?;
            }
        }
        Ok(self.anns.of(Kind::Dict(dict)))
    }

    /// A call of a method of a value of a built-in type.
    pub(crate) fn call_builtin_method(&mut self, receiver: AnnId, name: &str, args: &Args) -> Flow {
        match self.anns.kind(receiver).clone() {
            Kind::List(l) => self.list_method(receiver, l, name, args),
            Kind::Dict(d) => self.dict_method(receiver, d, name, args),
            Kind::Str { .. } | Kind::Char { .. } | Kind::Unicode { .. } | Kind::UniChar => {
                self.string_method(receiver, name, args)
            }
            Kind::Iterator { container, kind } if name == "next" => self.next_item(container, kind),
            Kind::Iterator { .. } if name == "__iter__" => Ok(receiver),
            Kind::StringBuilder | Kind::UnicodeBuilder => self.builder_method(receiver, name, args),
            Kind::ByteArray { .. } => self.bytearray_method(receiver, name, args),
            Kind::Pbc { .. } | Kind::Instance { .. } => match Intrinsic::from_name(name) {
                Some(i) => self.call_intrinsic(i, receiver, &args.prepend(receiver)),
                None => Err(self.missing_method(receiver, name)),
            },
            _ => Err(self.missing_method(receiver, name)),
        }
    }

    /// Refuses names that the kind of the receiver does not have, early, at the attribute access.
    pub(crate) fn check_method_name(&mut self, receiver: AnnId, name: &str) -> Flow<()> {
        let known = match self.anns.kind(receiver) {
            Kind::List(_) => LIST_METHODS.contains(&name),
            Kind::Dict(_) => DICT_METHODS.contains(&name),
            _ => true,
        };
        if known {
            Ok(())
        } else {
            Err(self.missing_method(receiver, name))
        }
    }

    fn list_method(&mut self, receiver: AnnId, l: ListDefId, name: &str, args: &Args) -> Flow {
        let p: Vec<AnnId> = args.positional.clone();
        self.no_keywords(name, args)?;
        match (name, p.len()) {
            ("append", 1) => {
                self.resize_list(l)?;
                let item = self.without_constant(p[0]);
                self.widen_item(l, item)?;
                Ok(AnnId::NONE)
            }
            ("extend", 1) => {
                self.resize_list(l)?;
                let item = self.any_item(p[0])?;
                self.widen_item(l, item)?;
                Ok(AnnId::NONE)
            }
            ("insert", 2) => {
                self.check_index(p[0])?;
                if matches!(self.anns.kind(p[0]), Kind::Int { nonneg: false, .. }) {
                    return Err(self
                        .error("RPY0410", "the index given to `insert` may be negative")
                        .help("RPython must know that it is not: write `assert index >= 0` before it"));
                }
                self.resize_list(l)?;
                let item = self.without_constant(p[1]);
                self.widen_item(l, item)?;
                Ok(AnnId::NONE)
            }
            ("pop", 0 | 1) => {
                if let Some(index) = p.first() {
                    self.check_index(*index)?;
                }
                self.resize_list(l)?;
                match self.read_item(l) {
                    AnnId::IMPOSSIBLE => Err(Stop::Blocked),
                    item => Ok(item),
                }
            }
            ("remove", 1) => {
                self.resize_list(l)?;
                let item = self.without_constant(p[0]);
                self.widen_item(l, item)?;
                Ok(AnnId::NONE)
            }
            ("reverse", 0) => {
                self.mutate_list(l)?;
                Ok(AnnId::NONE)
            }
            ("index", 1) => {
                let item = self.without_constant(p[0]);
                self.widen_item(l, item)?;
                Ok(AnnId::NONNEG)
            }
            ("count", 1) => {
                let item = self.without_constant(p[0]);
                self.widen_item(l, item)?;
                Ok(AnnId::NONNEG)
            }
            ("__len__", 0) => Ok(AnnId::NONNEG),
            _ => Err(self.wrong_method_arguments(receiver, name, p.len())),
        }
    }

    fn dict_method(&mut self, receiver: AnnId, d: DictDefId, name: &str, args: &Args) -> Flow {
        let p: Vec<AnnId> = args.positional.clone();
        self.no_keywords(name, args)?;
        match (name, p.len()) {
            ("get", 1 | 2) => {
                let key = self.without_constant(p[0]);
                self.widen_key(d, key)?;
                let default = p.get(1).copied().unwrap_or(AnnId::NONE);
                let default = self.without_constant(default);
                if default != AnnId::NONE {
                    self.widen_value(d, default)?;
                    return Ok(self.read_value(d));
                }
                let value = self.read_value(d);
                if value == AnnId::IMPOSSIBLE {
                    return Ok(AnnId::NONE);
                }
                self.widen_value(d, AnnId::NONE)?;
                Ok(self.read_value(d))
            }
            ("setdefault", 2) => {
                let (key, value) = (self.without_constant(p[0]), self.without_constant(p[1]));
                self.widen_key(d, key)?;
                self.widen_value(d, value)?;
                Ok(self.read_value(d))
            }
            ("copy", 0) => Ok(self.anns.without_constant(receiver)),
            ("update", 1) => {
                if self.anns.kind(p[0]) == &Kind::None {
                    return Err(Stop::Blocked);
                }
                self.unite(receiver, p[0])?;
                Ok(AnnId::NONE)
            }
            ("keys", 0) => {
                let key = self.read_key(d);
                self.new_list_here(key)
            }
            ("values", 0) => {
                let value = self.read_value(d);
                self.new_list_here(value)
            }
            ("items", 0) => {
                let (key, value) = (self.read_key(d), self.read_value(d));
                if key == AnnId::IMPOSSIBLE || value == AnnId::IMPOSSIBLE {
                    return self.new_list_here(AnnId::IMPOSSIBLE);
                }
                let pair = self.anns.tuple(&[key, value]);
                self.new_list_here(pair)
            }
            ("iterkeys" | "__iter__", 0) => self.iterator(receiver, IterKind::Keys),
            ("itervalues", 0) => self.iterator(receiver, IterKind::Values),
            ("iteritems", 0) => self.iterator(receiver, IterKind::Pairs),
            ("clear", 0) => Ok(AnnId::NONE),
            ("has_key" | "__contains__", 1) => {
                let key = self.without_constant(p[0]);
                self.widen_key(d, key)?;
                Ok(AnnId::BOOL)
            }
            ("popitem", 0) => {
                let (key, value) = (self.read_key(d), self.read_value(d));
                if key == AnnId::IMPOSSIBLE || value == AnnId::IMPOSSIBLE {
                    return Err(Stop::Blocked);
                }
                Ok(self.anns.tuple(&[key, value]))
            }
            ("pop", 1 | 2) => {
                let key = self.without_constant(p[0]);
                self.widen_key(d, key)?;
                if let Some(default) = p.get(1) {
                    let default = self.without_constant(*default);
                    self.widen_value(d, default)?;
                }
                match self.read_value(d) {
                    AnnId::IMPOSSIBLE => Err(Stop::Blocked),
                    value => Ok(value),
                }
            }
            ("__len__", 0) => Ok(AnnId::NONNEG),
            _ => Err(self.wrong_method_arguments(receiver, name, p.len())),
        }
    }

    fn builder_method(&mut self, receiver: AnnId, name: &str, args: &Args) -> Flow {
        let unicode = self.anns.kind(receiver) == &Kind::UnicodeBuilder;
        let p: Vec<AnnId> = args.positional.clone();
        let is_string = |a: &Annotator, ann: AnnId| match a.anns.kind(ann) {
            Kind::Str { .. } | Kind::Char { .. } => !unicode,
            Kind::Unicode { .. } | Kind::UniChar => unicode,
            _ => false,
        };
        match (name, p.len()) {
            ("append", 1) | ("append_slice", 3) => {
                if !is_string(self, p[0]) {
                    let what = self.describe(p[0]);
                    let wanted = if unicode { "a unicode string" } else { "a str" };
                    return Err(self.error(
                        "RPY0401",
                        format!("`{name}` of the builder needs {wanted}, it gets {what}"),
                    ));
                }
                Ok(AnnId::NONE)
            }
            ("append_multiple_char", 2) => Ok(AnnId::NONE),
            ("append_charpsize", 2) => match self.anns.kind(p[0]) {
                Kind::Ptr(_) => Ok(AnnId::NONE),
                _ => {
                    let what = self.describe(p[0]);
                    Err(self.error(
                        "RPY0415",
                        format!("`append_charpsize` needs a pointer to characters, it gets {what}"),
                    ))
                }
            },
            ("getlength", 0) => Ok(AnnId::NONNEG),
            ("build", 0) => Ok(if unicode { AnnId::UNICODE } else { AnnId::STR }),
            _ => Err(self.missing_method(receiver, name)),
        }
    }

    fn bytearray_method(&mut self, receiver: AnnId, name: &str, args: &Args) -> Flow {
        match (name, args.positional.len()) {
            ("append" | "extend", 1) => Ok(AnnId::NONE),
            ("pop", 0 | 1) => Ok(AnnId::NONNEG),
            _ => Err(self.missing_method(receiver, name)),
        }
    }

    /// The list made by `range(start, stop, step)`.
    pub(crate) fn range_list(&mut self, args: &Args) -> Flow {
        let p = &args.positional;
        let zero = self.constant_int(0);
        let one = self.constant_int(1);
        let (start, stop, step) = match p.as_slice() {
            [stop] => (zero, *stop, one),
            [start, stop] => (*start, *stop, one),
            [start, stop, step] => (*start, *stop, *step),
            _ => return Err(self.error("RPY0403", "range() takes one to three arguments")),
        };
        for arg in [start, stop, step] {
            match self.anns.kind(arg) {
                Kind::Int { int, .. } if int.bits == 64 => {}
                Kind::Bool => {}
                _ => {
                    let what = self.describe(arg);
                    return Err(self.error("RPY0401", format!("range() needs integers, it gets {what}")));
                }
            }
        }
        let step_value = match self.anns.constant(step) {
            Some(Value::Int(0)) => return Err(self.error("RPY0404", "the step of range() must not be 0")),
            Some(Value::Int(n)) => n,
            _ => 0,
        };
        let nonneg = |a: &Annotator, ann: AnnId| match a.anns.kind(ann) {
            Kind::Int { nonneg, .. } => *nonneg,
            _ => true,
        };
        let items_nonneg = if step_value > 0 {
            nonneg(self, start)
        } else if step_value < 0 {
            nonneg(self, stop) || self.anns.constant(stop) == Some(Value::Int(-1))
        } else {
            nonneg(self, start) && nonneg(self, stop)
        };
        let new = !self.list_at.contains_key(&(self.here, 0));
        let list = self.list_here(0);
        if new {
            let id = self.find_list(list);
            self.lists[id.index()].range_step = Some(step_value);
        }
        let item = self.anns.int(Int::SIGNED, items_nonneg);
        self.widen_item(list, item)?;
        Ok(self.anns.of(Kind::List(list)))
    }
}

/// Methods of lists that exist in RPython.
const LIST_METHODS: &[&str] = &[
    "append", "extend", "insert", "pop", "remove", "reverse", "index", "count", "__len__",
];

/// Methods of dicts that exist in RPython.
const DICT_METHODS: &[&str] = &[
    "get",
    "setdefault",
    "copy",
    "update",
    "keys",
    "values",
    "items",
    "iterkeys",
    "itervalues",
    "iteritems",
    "clear",
    "has_key",
    "popitem",
    "pop",
    "__contains__",
    "__iter__",
    "__len__",
];
