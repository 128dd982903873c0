//! `dict.viewkeys()`, `viewvalues()`, `viewitems()`.

use super::{TypeSpec, def, this};
use crate::code::CmpOp;
use crate::error::Res;
use crate::host::Host;
use crate::iter::{DictPart, Iter};
use crate::object::{Args, NativeDef, NativeObject};
use crate::value::{ObjId, Value};
use std::any::Any;

/// A view of a dict.
#[derive(Debug)]
pub struct DictView {
    dict: Value,
    part: DictPart,
}

impl NativeObject for DictView {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        visit(self.dict);
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

const SLOTS: &[NativeDef] = &[
    def("__len__", 0, 0, len),
    def("__iter__", 0, 0, iter),
    def("__repr__", 0, 0, repr),
];

const SET_SLOTS: &[NativeDef] = &[
    def("__contains__", 1, 1, contains),
    def("__lt__", 1, 1, compare::<0>),
    def("__le__", 1, 1, compare::<1>),
    def("__eq__", 1, 1, compare::<2>),
    def("__ne__", 1, 1, compare::<3>),
    def("__gt__", 1, 1, compare::<4>),
    def("__ge__", 1, 1, compare::<5>),
    def("__and__", 1, 1, super::slots::binary::<10>),
    def("__rand__", 1, 1, super::slots::reflected::<10>),
    def("__or__", 1, 1, super::slots::binary::<11>),
    def("__ror__", 1, 1, super::slots::reflected::<11>),
    def("__xor__", 1, 1, super::slots::binary::<12>),
    def("__rxor__", 1, 1, super::slots::reflected::<12>),
    def("__sub__", 1, 1, super::slots::binary::<1>),
    def("__rsub__", 1, 1, super::slots::reflected::<1>),
];

/// Installs the types.
pub fn setup(h: &mut Host) {
    let t = h.types.clone();
    for class in [t.dict_keys, t.dict_values, t.dict_items] {
        h.install(
            class,
            &TypeSpec {
                slots: SLOTS,
                ..TypeSpec::default()
            },
        );
    }
    for class in [t.dict_keys, t.dict_items] {
        h.install(
            class,
            &TypeSpec {
                slots: SET_SLOTS,
                ..TypeSpec::default()
            },
        );
        let dict = h.dict_of(Value::Obj(class));
        let hash = h.names.d_hash;
        h.dict_set_name(dict, hash, Value::None);
    }
}

fn view(h: &mut Host, a: &Args<'_>, class: ObjId, part: DictPart) -> Res {
    Ok(h.new_native(class, DictView { dict: this(a), part }))
}

/// `viewkeys`
pub fn viewkeys(h: &mut Host, a: Args<'_>) -> Res {
    let class = h.types.dict_keys;
    view(h, &a, class, DictPart::Keys)
}

/// `viewvalues`
pub fn viewvalues(h: &mut Host, a: Args<'_>) -> Res {
    let class = h.types.dict_values;
    view(h, &a, class, DictPart::Values)
}

/// `viewitems`
pub fn viewitems(h: &mut Host, a: Args<'_>) -> Res {
    let class = h.types.dict_items;
    view(h, &a, class, DictPart::Items)
}

fn parts(h: &Host, value: Value) -> Option<(ObjId, DictPart)> {
    let view = h.native::<DictView>(value)?;
    Some((view.dict.obj()?, view.part))
}

fn len(h: &mut Host, a: Args<'_>) -> Res {
    let n = parts(h, this(&a)).map_or(0, |(dict, _)| h.table(dict).len());
    Ok(Value::Int(n as i64))
}

fn iter(h: &mut Host, a: Args<'_>) -> Res {
    let Some((dict, part)) = parts(h, this(&a)) else {
        return Err(h.type_error("view expected"));
    };
    let size = h.table(dict).len();
    Ok(h.new_iter(Iter::Dict {
        dict,
        position: 0,
        size,
        part,
    }))
}

fn repr(h: &mut Host, a: Args<'_>) -> Res {
    let it = iter(h, a)?;
    let items = h.collect_iterable(it)?;
    let list = h.new_list(items);
    let text = h.repr_bytes(list)?;
    let name = h.class_name_of(this(&a));
    let mut out = format!("{name}(").into_bytes();
    out.extend(text);
    out.push(b')');
    Ok(h.new_str(out))
}

fn contains(h: &mut Host, a: Args<'_>) -> Res {
    let Some((dict, part)) = parts(h, this(&a)) else {
        return Ok(Value::Bool(false));
    };
    if part == DictPart::Keys {
        return Ok(Value::Bool(h.dict_get(dict, a.get(1))?.is_some()));
    }
    let Some(items) = h.tuple_items(a.get(1)).cloned() else {
        return Ok(Value::Bool(false));
    };
    let [key, value] = items[..] else {
        return Ok(Value::Bool(false));
    };
    let found = h.dict_get(dict, key);
    match h.catch(found, h.exceptions.exception)?.flatten() {
        Some(found) => Ok(Value::Bool(h.values_equal(found, value)?)),
        None => Ok(Value::Bool(false)),
    }
}

fn compare<const OP: u8>(h: &mut Host, a: Args<'_>) -> Res {
    let op = [CmpOp::Lt, CmpOp::Le, CmpOp::Eq, CmpOp::Ne, CmpOp::Gt, CmpOp::Ge][OP as usize];
    let known = h.is_set(a.get(1)) || h.view_keys(a.get(1))?.is_some();
    if !known {
        return Ok(h.not_implemented);
    }
    Ok(h.compare_views(op, this(&a), a.get(1))?.unwrap_or(h.not_implemented))
}

impl Host {
    /// The items of a keys or items view.
    pub(crate) fn view_keys(&mut self, value: Value) -> Res<Option<Vec<Value>>> {
        match parts(self, value) {
            Some((_, DictPart::Values)) | None => Ok(None),
            Some((dict, part)) => {
                let size = self.table(dict).len();
                let it = self.new_iter(Iter::Dict {
                    dict,
                    position: 0,
                    size,
                    part,
                });
                Ok(Some(self.collect_iterable(it)?))
            }
        }
    }

    /// Set comparison where a view takes part.
    pub(crate) fn compare_views(&mut self, op: CmpOp, a: Value, b: Value) -> Res<Option<Value>> {
        let x = self.collect_iterable(a)?;
        let y = self.collect_iterable(b)?;
        let (x, y) = (self.new_set(&x)?, self.new_set(&y)?);
        self.native_compare(op, x, y)
    }
}
