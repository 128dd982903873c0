//! The functions of the native module `_rpy_lltype`.

use super::address;
use super::convert::{int_value, wrap};
use super::memory::{self, Malloc, as_item};
use super::strings;
use super::{type_arg, type_error, value_error};
use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, NativeDef, ObjData};
use crate::value::Value;
use num_traits::ToPrimitive;
use rpy_lltype::{External, FuncObj, LLPtr, LLType, LLTypeId, LLValue};

const fn def(
    name: &'static str,
    min: usize,
    kwnames: &'static [&'static str],
    func: fn(&mut Host, Args<'_>) -> Res,
) -> NativeDef {
    #[expect(clippy::cast_possible_wrap, reason = "a handful of parameters")]
    NativeDef {
        name,
        min,
        max: kwnames.len() as isize,
        kwnames,
        func,
    }
}

/// All functions of the module.
pub const FUNCTIONS: &[NativeDef] = &[
    def(
        "malloc",
        1,
        &[
            "T",
            "n",
            "flavor",
            "immortal",
            "zero",
            "track_allocation",
            "add_memory_pressure",
            "nonmovable",
        ],
        malloc,
    ),
    def("free", 1, &["p", "flavor", "track_allocation"], free),
    def("render_immortal", 1, &["p", "track_allocation"], render_immortal),
    def("nullptr", 1, &["T"], nullptr),
    def("typeOf", 1, &["val"], type_of),
    def("cast_pointer", 2, &["PTRTYPE", "ptr"], cast_pointer),
    def("cast_opaque_ptr", 2, &["PTRTYPE", "ptr"], cast_pointer),
    def("cast_primitive", 2, &["TGT", "value"], cast_primitive),
    def("cast_ptr_to_int", 1, &["ptr"], address::cast_to_int),
    def("cast_int_to_ptr", 2, &["PTRTYPE", "oddint"], cast_int_to_ptr),
    def("direct_ptradd", 2, &["ptr", "n"], direct_ptradd),
    def("direct_arrayitems", 1, &["arrayptr"], direct_arrayitems),
    def("direct_fieldptr", 2, &["structptr", "fieldname"], direct_fieldptr),
    def(
        "functionptr",
        2,
        &[
            "TYPE",
            "name",
            "graph",
            "_callable",
            "external",
            "compilation_info",
            "macro",
            "random_effects_on_gcobjs",
            "canraise",
            "elidable_function",
            "declared_elsewhere",
            "releasegil",
            "save_err",
            "natural_arity",
        ],
        functionptr,
    ),
    def("opaqueptr", 2, &["TYPE", "name"], opaqueptr),
    def("identityhash", 1, &["p"], address::cast_to_int),
    def("isCompatibleType", 2, &["TYPE1", "TYPE2"], is_compatible),
    def("build_number", 2, &["name", "type"], strings::build_number),
    def("force_cast", 2, &["TYPE", "value"], force_cast),
    def("string_to_ptr", 1, &["s"], strings::string_to_ptr),
    def("string_from_ptr", 1, &["p"], strings::string_from_ptr),
    def("unicode_to_ptr", 1, &["s"], strings::unicode_to_ptr),
    def("unicode_from_ptr", 1, &["p"], strings::unicode_from_ptr),
];

/// The functions of the native module `_rpy_llmemory`.
pub const MEMORY_FUNCTIONS: &[NativeDef] = &[
    def("sizeof", 1, &["TYPE", "n"], address::sizeof),
    def("offsetof", 2, &["TYPE", "fldname"], address::offsetof),
    def("itemoffsetof", 1, &["TYPE", "n"], address::itemoffsetof),
    def("arraylengthoffset", 1, &["TYPE"], address::arraylengthoffset),
    def("cast_ptr_to_adr", 1, &["obj"], address::cast_ptr_to_adr),
    def("cast_adr_to_ptr", 2, &["adr", "PTRTYPE"], address::cast_adr_to_ptr),
    def("cast_adr_to_int", 1, &["adr", "mode"], address::cast_to_int),
    def("cast_int_to_adr", 1, &["int"], address::cast_int_to_adr),
    def("null_address", 0, &[], |h, _| Ok(address::null(h))),
    def("raw_malloc_usage", 1, &["size"], |_, a| Ok(a.get(0))),
    def("raw_malloc", 1, &["size"], only_translated),
    def("raw_free", 1, &["adr"], only_translated),
    def("raw_memclear", 2, &["adr", "size"], only_translated),
    def("raw_memcopy", 3, &["source", "dest", "size"], only_translated),
    def("raw_memmove", 3, &["source", "dest", "size"], only_translated),
    def("weakref_create", 1, &["ptr"], only_translated),
    def("weakref_deref", 2, &["PTRTYPE", "ref"], only_translated),
    def("cast_ptr_to_weakrefptr", 1, &["ptr"], only_translated),
    def("cast_weakrefptr_to_ptr", 2, &["PTRTYPE", "ref"], only_translated),
];

/// Bytes without a type do not exist in simulated memory.
fn only_translated(host: &mut Host, _: Args<'_>) -> Res {
    let class = host.exceptions.not_implemented_error;
    Err(super::raise(
        host,
        class,
        "untyped memory is only available in translated code",
    ))
}

fn flag(host: &mut Host, a: Args<'_>, i: usize, default: bool) -> Res<bool> {
    match a.opt(i) {
        Some(v) => host.is_true(v),
        None => Ok(default),
    }
}

fn malloc(host: &mut Host, a: Args<'_>) -> Res {
    let ty = type_arg(host, a.get(0), "the first argument of malloc()")?;
    let length = match a.opt(1) {
        None | Some(Value::None) => None,
        Some(Value::Int(n)) => Some(n),
        Some(Value::Bool(b)) => Some(i64::from(b)),
        Some(other) => match host.data(other) {
            Some(ObjData::RInt(_, low, _)) => Some(low.cast_signed()),
            _ => return type_error(host, "the length given to malloc() is no integer"),
        },
    };
    let flavor = a
        .opt(2)
        .and_then(|v| host.str_text(v))
        .unwrap_or_else(|| "gc".to_owned());
    let raw = match flavor.as_str() {
        "gc" => false,
        "raw" => true,
        other => return value_error(host, &format!("unknown flavor '{other}' of malloc()")),
    };
    let how = Malloc {
        raw,
        immortal: flag(host, a, 3, false)?,
        zero: flag(host, a, 4, false)?,
    };
    memory::malloc(host, ty, length, how)
}

fn pointer(host: &mut Host, value: Value) -> Res<(LLTypeId, LLPtr)> {
    match host.llvalue_of(value) {
        Some((ty, &LLValue::Ptr(p))) => Ok((ty, p)),
        _ => {
            let got = host.repr(value);
            type_error(host, &format!("a low-level pointer is needed, got {got}"))
        }
    }
}

fn free(host: &mut Host, a: Args<'_>) -> Res {
    let (_, ptr) = pointer(host, a.get(0))?;
    memory::free(host, ptr)?;
    Ok(Value::None)
}

fn render_immortal(host: &mut Host, a: Args<'_>) -> Res {
    let (_, ptr) = pointer(host, a.get(0))?;
    let (id, _) = memory::target(host, ptr)?;
    host.llstore.get_mut(id).immortal = true;
    Ok(Value::None)
}

fn nullptr(host: &mut Host, a: Args<'_>) -> Res {
    let ty = type_arg(host, a.get(0), "the argument of nullptr()")?;
    Ok(host.new_llptr(ty, LLPtr::Null))
}

fn type_of(host: &mut Host, a: Args<'_>) -> Res {
    match host.lltype_of_value(a.get(0)) {
        Some(ty) => Ok(host.new_lltype(ty)),
        None => {
            let got = host.repr(a.get(0));
            type_error(host, &format!("typeOf({got}): not a low-level value"))
        }
    }
}

/// Between related struct pointers: from a container to the one inlined as its first field, and back.
fn cast_pointer(host: &mut Host, a: Args<'_>) -> Res {
    let target = type_arg(host, a.get(0), "the target of a pointer cast")?;
    let (_, ptr) = pointer(host, a.get(1))?;
    let Some(to) = host.lltypes.pointee(target) else {
        return type_error(host, "pointer casts give pointers");
    };
    let moved = match ptr {
        LLPtr::To(id) => move_along_first_fields(host, id, to),
        other => Some(other),
    };
    match moved {
        Some(ptr) => Ok(host.new_llptr(to, ptr)),
        None => {
            let text = host.lltypes.text(target);
            type_error(host, &format!("the pointer's target is not compatible with {text}"))
        }
    }
}

fn move_along_first_fields(host: &Host, id: rpy_lltype::ContainerId, to: LLTypeId) -> Option<LLPtr> {
    let mut up = id;
    loop {
        if host.lltypes.same(host.llstore.get(up).ty, to) {
            return Some(LLPtr::To(up));
        }
        match host.llstore.get(up).parent {
            Some(p) if p.index == 0 => up = p.container,
            _ => break,
        }
    }
    let mut down = id;
    while let Some(LLValue::Inline(inner)) = host.llstore.read(down, 0) {
        down = inner;
        if host.lltypes.same(host.llstore.get(down).ty, to) {
            return Some(LLPtr::To(down));
        }
    }
    matches!(host.lltypes.get(to), LLType::Opaque { .. }).then_some(LLPtr::To(id))
}

fn cast_primitive(host: &mut Host, a: Args<'_>) -> Res {
    let to = type_arg(host, a.get(0), "the target of cast_primitive()")?;
    let Some(number) = number_of(host, a.get(1)) else {
        let got = host.repr(a.get(1));
        return type_error(host, &format!("cast_primitive() of {got}"));
    };
    let value = match (host.lltypes.get(to), number) {
        (LLType::Int(int), Number::Int(i)) => int_value(*int, i),
        #[expect(clippy::cast_possible_truncation, reason = "C casts truncate")]
        (LLType::Int(int), Number::Float(x)) => int_value(*int, wrap(*int, x as i128)),
        (LLType::Bool, n) => LLValue::Bool(n.is_true()),
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "C casts truncate"
        )]
        (LLType::Char, Number::Int(i)) => LLValue::Char(i as u8),
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "C casts truncate"
        )]
        (LLType::UniChar, Number::Int(i)) => LLValue::UniChar(i as u32),
        (LLType::Float | LLType::LongFloat, n) => LLValue::Float(n.to_float()),
        #[expect(clippy::cast_possible_truncation, reason = "C casts round")]
        (LLType::SingleFloat, n) => LLValue::SingleFloat(n.to_float() as f32),
        _ => {
            let text = host.lltypes.text(to);
            return type_error(host, &format!("cast_primitive() to {text}"));
        }
    };
    Ok(host.from_llvalue(to, &value))
}

/// `rffi.cast`: numbers as in C, pointers by their kind of cast.
fn force_cast(host: &mut Host, a: Args<'_>) -> Res {
    let to = type_arg(host, a.get(0), "the target of cast()")?;
    let is_ptr = host.lltypes.pointee(to).is_some();
    let from_ptr = host
        .llvalue_of(a.get(1))
        .is_some_and(|(ty, _)| host.lltypes.pointee(ty).is_some());
    match (from_ptr, is_ptr) {
        (true, true) => cast_pointer(host, a),
        (false, true) => cast_int_to_ptr(host, a),
        (true, false) => {
            let number = address::cast_to_int(
                host,
                Args {
                    pos: &[a.get(1)],
                    kw: &[],
                },
            )?;
            let pos = [a.get(0), number];
            cast_primitive(host, Args { pos: &pos, kw: &[] })
        }
        (false, false) => cast_primitive(host, a),
    }
}

enum Number {
    Int(i128),
    Float(f64),
}

impl Number {
    fn is_true(&self) -> bool {
        match self {
            Number::Int(i) => *i != 0,
            Number::Float(x) => *x != 0.0,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "C casts round")]
    fn to_float(&self) -> f64 {
        match self {
            Number::Int(i) => *i as f64,
            Number::Float(x) => *x,
        }
    }
}

fn number_of(host: &Host, value: Value) -> Option<Number> {
    Some(match value {
        Value::Bool(b) => Number::Int(i128::from(b)),
        Value::Int(i) => Number::Int(i128::from(i)),
        Value::Float(x) => Number::Float(x),
        Value::None => return None,
        Value::Obj(_) => match host.data(value)? {
            ObjData::RInt(_, low, high) => Number::Int((i128::from(*high) << 64) | i128::from(*low)),
            ObjData::Long(i) => Number::Int(i.to_i128()?),
            ObjData::SingleFloat(x) => Number::Float(f64::from(*x)),
            ObjData::Str(s) if s.bytes.len() == 1 => Number::Int(i128::from(s.bytes[0])),
            ObjData::Unicode(u) if u.chars.len() == 1 => Number::Int(i128::from(u.chars[0])),
            _ => return None,
        },
    })
}

fn cast_int_to_ptr(host: &mut Host, a: Args<'_>) -> Res {
    let ty = type_arg(host, a.get(0), "the target of cast_int_to_ptr()")?;
    match (host.lltypes.pointee(ty), a.get(1)) {
        (Some(to), Value::Int(0)) => Ok(host.new_llptr(to, LLPtr::Null)),
        (Some(to), Value::Int(i)) => Ok(host.new_llptr(to, LLPtr::Raw(i))),
        _ => type_error(host, "cast_int_to_ptr(PTRTYPE, int)"),
    }
}

fn direct_ptradd(host: &mut Host, a: Args<'_>) -> Res {
    let (ty, ptr) = pointer(host, a.get(0))?;
    let (Some((id, index)), Value::Int(n)) = (as_item(host, ptr), a.get(1)) else {
        return type_error(host, "direct_ptradd() moves along the items of an array");
    };
    let to = host.lltypes.pointee(ty).unwrap_or(ty);
    Ok(host.new_llptr(to, LLPtr::Item(id, index + n)))
}

fn direct_arrayitems(host: &mut Host, a: Args<'_>) -> Res {
    let (ty, ptr) = pointer(host, a.get(0))?;
    let of = match host.lltypes.pointee(ty).map(|t| host.lltypes.get(t).clone()) {
        Some(LLType::Array { of, .. } | LLType::FixedArray { of, .. }) => of,
        _ => return type_error(host, "direct_arrayitems() takes a pointer to an array"),
    };
    let (id, index) = memory::target(host, ptr)?;
    let items = host.lltypes.intern(LLType::FixedArray {
        of,
        length: 1,
        hints: vec![],
    });
    Ok(host.new_llptr(items, LLPtr::Item(id, index)))
}

fn direct_fieldptr(host: &mut Host, a: Args<'_>) -> Res {
    let (ty, ptr) = pointer(host, a.get(0))?;
    let name = host.str_text(a.get(1)).unwrap_or_default();
    let field = host.lltypes.pointee(ty).and_then(|to| {
        let s = host.lltypes.as_struct(to)?;
        let index = s.field_index(&name)?;
        Some((index, s.fields[index].ty))
    });
    let Some((index, of)) = field else {
        return type_error(host, &format!("no field '{name}'"));
    };
    let (id, _) = memory::target(host, ptr)?;
    let cell = host.lltypes.intern(LLType::FixedArray {
        of,
        length: 1,
        hints: vec![],
    });
    #[expect(clippy::cast_possible_wrap, reason = "a field number")]
    Ok(host.new_llptr(cell, LLPtr::Item(id, index as i64)))
}

fn functionptr(host: &mut Host, a: Args<'_>) -> Res {
    let ty = type_arg(host, a.get(0), "the type of a function pointer")?;
    if host.lltypes.as_func(ty).is_none() {
        return type_error(host, "functionptr() takes a FuncType");
    }
    let name = host.str_text(a.get(1)).unwrap_or_default();
    let object = |i: usize| a.opt(i).and_then(Value::obj).map(|o| o.0);
    let release_gil = flag(host, a, 11, false)?;
    let external = match a.opt(4) {
        None | Some(Value::None) => None,
        Some(_) => Some(External {
            is_macro: flag(host, a, 6, false)?,
            compilation_info: object(5),
            may_collect: flag(host, a, 7, release_gil)?,
            may_raise: flag(host, a, 8, false)?,
            pure_function: flag(host, a, 9, false)?,
            declared_elsewhere: flag(host, a, 10, false)?,
            release_gil,
            save_err: match a.opt(12) {
                Some(Value::Int(bits)) => u32::try_from(bits).unwrap_or(0),
                _ => 0,
            },
        }),
    };
    let func = FuncObj {
        name: name.into(),
        graph: None,
        callable: object(3),
        external,
    };
    let id = host.llstore.func(ty, func);
    Ok(host.new_llptr(ty, LLPtr::To(id)))
}

fn opaqueptr(host: &mut Host, a: Args<'_>) -> Res {
    let ty = type_arg(host, a.get(0), "the type of an opaque pointer")?;
    let id = host.llstore.alloc(&host.lltypes, ty, 0, false);
    host.llstore.get_mut(id).immortal = true;
    Ok(host.new_llptr(ty, LLPtr::To(id)))
}

fn is_compatible(host: &mut Host, a: Args<'_>) -> Res {
    let (first, second) = (type_arg(host, a.get(0), "TYPE1")?, type_arg(host, a.get(1), "TYPE2")?);
    Ok(Value::Bool(host.lltypes.same(first, second)))
}
