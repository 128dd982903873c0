//! Constants in C.

use crate::ctypes::Uses;
use crate::database::{Database, TYPE_RECORD};
use crate::layout::{has_length, super_type};
use crate::names::{float_literal, signed_literal};
use rpy_flow::GraphId;
use rpy_lltype::{ContainerId, Data, Int, LLPtr, LLType, LLTypeId, LLValue, Symbolic};

/// A C constant expression for a value of type `ty`.
pub fn constant_value(db: &Database, value: &LLValue, ty: LLTypeId, uses: &mut Uses) -> String {
    match value {
        LLValue::Void => "0".to_owned(),
        LLValue::Bool(b) => u8::from(*b).to_string(),
        LLValue::Char(c) => c.to_string(),
        LLValue::UniChar(c) => format!("{c}u"),
        LLValue::Int(i) => int_literal(db, *i, ty),
        LLValue::Int128(i) => int128_literal(*i, db, ty),
        LLValue::Float(x) => float_literal(*x),
        LLValue::SingleFloat(x) => format!("(float){}", float_literal(f64::from(*x))),
        LLValue::Ptr(p) | LLValue::Address(p) => constant_pointer(db, *p, ty, uses),
        LLValue::Symbolic(s) => symbolic(db, s, uses),
        LLValue::Inline(_) | LLValue::Uninit => zero(db, ty),
    }
}

fn zero(db: &Database, ty: LLTypeId) -> String {
    match db.types().get(ty) {
        LLType::Ptr(_) | LLType::Address => "NULL",
        LLType::Float | LLType::SingleFloat | LLType::LongFloat => "0.0",
        _ => "0",
    }
    .to_owned()
}

fn int_literal(db: &Database, i: i64, ty: LLTypeId) -> String {
    match db.types().get(ty) {
        LLType::Int(Int {
            bits: 64,
            signed: false,
        }) => format!("{}UL", i.cast_unsigned()),
        LLType::Int(Int { bits, signed: false }) if *bits <= 32 => {
            format!("{}u", i.cast_unsigned() & ((1 << bits) - 1))
        }
        LLType::Int(Int { bits, signed: true }) if *bits <= 32 => {
            if i == i64::from(i32::MIN) {
                "INT32_MIN".to_owned()
            } else {
                format!("({i})")
            }
        }
        LLType::Float | LLType::LongFloat => format!("{i}.0"),
        _ => signed_literal(i),
    }
}

fn int128_literal(i: i128, db: &Database, ty: LLTypeId) -> String {
    let bits = i.cast_unsigned();
    let high = u64::try_from(bits >> 64).expect("half of it");
    let low = u64::try_from(bits & u128::from(u64::MAX)).expect("half of it");
    let signed = !matches!(db.types().get(ty), LLType::Int(Int { signed: false, .. }));
    let cast = if signed { "(rpy_int128)" } else { "" };
    format!("({cast}((rpy_uint128){high}UL << 64 | {low}UL))")
}

/// A C constant expression for a pointer or address of type `ty`.
pub fn constant_pointer(db: &Database, p: LLPtr, ty: LLTypeId, uses: &mut Uses) -> String {
    match p {
        LLPtr::Null => "NULL".to_owned(),
        LLPtr::Raw(i) => {
            let target = db.c_type(ty, uses);
            format!("(({target})(intptr_t){})", signed_literal(i))
        }
        LLPtr::To(c) => {
            let place = place(db, c, uses);
            typed(db, &place, ty, uses)
        }
        LLPtr::Item(c, index) => {
            let inner = item_place(db, c, index, uses);
            typed(db, &inner, ty, uses)
        }
    }
}

fn typed(db: &Database, place: &str, ty: LLTypeId, uses: &mut Uses) -> String {
    let target = db.c_type(ty, uses);
    if target == "void *" {
        return place.to_owned();
    }
    format!("(({target}){place})")
}

/// An untyped (or some) pointer to a container.
fn place(db: &Database, c: ContainerId, uses: &mut Uses) -> String {
    let container = db.program.store.get(c);
    if let Data::Func(f) = &container.data {
        return match f.graph {
            Some(g) => {
                uses.functions.insert(GraphId(g));
                format!("(void *){}", db.function_name(GraphId(g)))
            }
            None => {
                uses.externals.insert(c);
                let alias = if crate::unit::needs_alias(db, c, f) {
                    "g_ext_"
                } else {
                    ""
                };
                format!("(void *){alias}{}", f.name)
            }
        };
    }
    match container.parent {
        None => match db.vtable_class(c) {
            Some(class) => format!(
                "(void *)((char *)&g_types + {})",
                u64::from(db.class_tids[class].0) + TYPE_RECORD
            ),
            None => {
                uses.data.insert(c);
                format!("(void *)&{}", db.data_name(c))
            }
        },
        Some(parent) => {
            let index = i64::from(parent.index);
            item_place(db, parent.container, index, uses)
        }
    }
}

/// A pointer to field or item `index` of a container.
fn item_place(db: &Database, c: ContainerId, index: i64, uses: &mut Uses) -> String {
    let types = db.types();
    let ty = types.resolve(db.program.store.get(c).ty);
    let outer = place(db, c, uses);
    let index_usize = usize::try_from(index).unwrap_or(0);
    match types.get(ty) {
        LLType::Struct(s) => {
            if super_type(types, ty).is_some() && index == 0 {
                return outer;
            }
            let flat = db.layouts.get(types, ty);
            let tag = db.tag(ty, uses);
            uses.complete.insert(ty);
            let name = s.fields.get(index_usize).map(|f| f.name.clone());
            match flat
                .fields
                .iter()
                .find(|f| f.depth == 0 && Some(&f.name) == name.as_ref())
            {
                Some(f) => format!("(void *)&(({tag} *){outer})->{}", f.c_name),
                None => outer,
            }
        }
        LLType::Array { of, .. } if !has_length(types, ty) => {
            let item = db.c_type(*of, uses);
            format!("(void *)(({item} *){outer} + {index})")
        }
        LLType::Array { .. } | LLType::FixedArray { .. } => {
            let tag = db.tag(ty, uses);
            uses.complete.insert(ty);
            format!("(void *)&(({tag} *){outer})->items[{index}]")
        }
        _ => format!("(void *)((char *){outer} + {index})"),
    }
}

fn symbolic(db: &Database, s: &Symbolic, uses: &mut Uses) -> String {
    let types = db.types();
    match s {
        Symbolic::SizeOf(t) => match db.layouts.get_var_part(types, *t) {
            Some(part) => format!("{}L", part.items_offset),
            None => format!("(rpy_signed)sizeof({})", db.c_type(*t, uses)),
        },
        Symbolic::FieldOffset(t, field) => {
            let flat = db.layouts.get(types, *t);
            match flat.field(field) {
                Some(f) if flat.external => {
                    format!("(rpy_signed)offsetof({}, {})", db.c_type(*t, uses), f.c_name)
                }
                Some(f) => format!("{}L", f.offset),
                None => "0L".to_owned(),
            }
        }
        Symbolic::ArrayItemsOffset(t) => {
            let offset = db.layouts.get_var_part(types, *t).map_or(0, |p| p.items_offset);
            format!("{offset}L")
        }
        Symbolic::ArrayLengthOffset(t) => {
            let offset = db.layouts.get_var_part(types, *t).map_or(0, |p| p.length_offset);
            format!("{offset}L")
        }
        Symbolic::ItemOffset(t, n) => {
            let item = match types.get(*t) {
                LLType::Array { of, .. } | LLType::FixedArray { of, .. } => *of,
                _ => *t,
            };
            format!("((rpy_signed)sizeof({}) * {n}L)", db.c_type(item, uses))
        }
        Symbolic::GcHeaderOffset(_) => "0L".to_owned(),
        Symbolic::Sum(parts) => {
            let parts: Vec<String> = parts.iter().map(|p| symbolic(db, p, uses)).collect();
            format!("({})", parts.join(" + "))
        }
        Symbolic::Number(n) => signed_literal(*n),
        Symbolic::CExpr(text, _) => {
            uses.all_infos = true;
            format!("({text})")
        }
        Symbolic::TypeId(t) => db.tid(*t).unwrap_or(0).to_string(),
        Symbolic::Translated => "1".to_owned(),
    }
}
