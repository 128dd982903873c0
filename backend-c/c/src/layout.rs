//! Sizes and offsets of low-level types, as the C compiler lays them out on the 64-bit target.
//!
//! A struct whose first field is a struct called `super` contains the fields of that struct directly ("flattened"):
//! the address and the offsets of the common part are the same, and no padding is lost between the levels.

use crate::names::field_name;
use rpy_lltype::{LLType, LLTypeId, LLTypes};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Bytes of the header at the start of GC objects.
pub const GC_HEADER: u64 = 8;

/// Size and alignment in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Size, a multiple of the alignment; of var-sized types without the items.
    pub size: u64,
    /// Alignment.
    pub align: u64,
}

/// A field of a flattened struct.
#[derive(Clone, Debug)]
pub struct FlatField {
    /// Name in the low-level type.
    pub name: Arc<str>,
    /// Name in C.
    pub c_name: String,
    /// Type.
    pub ty: LLTypeId,
    /// Byte offset; meaningless in external structs.
    pub offset: u64,
    /// How many `super` fields are above it.
    pub depth: u32,
    /// Position among the fields of its level.
    pub index: usize,
}

/// A struct with its flattened fields; `Void` ones and storage-free `typeptr` are left out.
#[derive(Clone, Debug)]
pub struct FlatStruct {
    /// Fields in layout order.
    pub fields: Vec<FlatField>,
    /// Size and alignment.
    pub layout: Layout,
    /// Its definition is in a C header.
    pub external: bool,
}

impl FlatStruct {
    /// The field called `name`, of the most derived level that has it.
    pub fn field(&self, name: &str) -> Option<&FlatField> {
        self.fields.iter().rev().find(|f| &*f.name == name)
    }
}

/// Layouts of all types of a program, computed on demand.
#[derive(Debug, Default)]
pub struct Layouts {
    structs: FxHashMap<LLTypeId, Arc<FlatStruct>>,
    var_parts: FxHashMap<LLTypeId, VarPart>,
}

impl Layouts {
    /// Computes the layouts of all types.
    pub fn prepare(types: &LLTypes) -> Self {
        let mut layouts = Layouts::default();
        for i in 0..types.len() {
            let ty = LLTypeId::new(i);
            if types.resolve(ty) != ty {
                continue;
            }
            if matches!(types.get(ty), LLType::Struct(_)) {
                layouts.flat(types, ty);
            }
            if let Some(part) = layouts.var_part(types, ty) {
                layouts.var_parts.insert(ty, part);
            }
        }
        layouts
    }

    /// The flattened form of a struct type, prepared before.
    pub fn get(&self, types: &LLTypes, ty: LLTypeId) -> &Arc<FlatStruct> {
        let ty = types.resolve(ty);
        self.structs.get(&ty).expect("all layouts were prepared")
    }

    /// The variable part of a type, prepared before; none for types of fixed size.
    pub fn get_var_part(&self, types: &LLTypes, ty: LLTypeId) -> Option<VarPart> {
        self.var_parts.get(&types.resolve(ty)).copied()
    }

    /// The flattened form of struct type `ty`.
    pub fn flat(&mut self, types: &LLTypes, ty: LLTypeId) -> Arc<FlatStruct> {
        let ty = types.resolve(ty);
        if let Some(known) = self.structs.get(&ty) {
            return known.clone();
        }
        let flat = Arc::new(self.compute(types, ty));
        self.structs.insert(ty, flat.clone());
        flat
    }

    fn compute(&mut self, types: &LLTypes, ty: LLTypeId) -> FlatStruct {
        let s = types.as_struct(ty).expect("only structs are flattened").clone();
        let external = s.str_hint("c_name").is_some();
        let mut flat = FlatStruct {
            fields: vec![],
            layout: Layout { size: 0, align: 1 },
            external,
        };
        let mut end = 0;
        let mut rest = &s.fields[..];
        match super_type(types, ty) {
            Some(base) => {
                let base = self.flat(types, base);
                flat.fields = base.fields.clone();
                for f in &mut flat.fields {
                    f.depth += 1;
                }
                end = base.fields.last().map_or(if s.gc { GC_HEADER } else { 0 }, |last| {
                    last.offset + self.value(types, last.ty).size
                });
                flat.layout.align = base.layout.align;
                rest = &s.fields[1..];
            }
            None if s.gc => {
                end = GC_HEADER;
                flat.layout.align = 4;
            }
            None => {}
        }
        let skipped = s.fields.len() - rest.len();
        for (i, f) in rest.iter().enumerate() {
            let ty_f = types.resolve(f.ty);
            if matches!(types.get(ty_f), LLType::Void) || is_stored_in_header(types, ty, &f.name) {
                continue;
            }
            let l = self.value(types, ty_f);
            end = round_up(end, l.align);
            let taken = flat.fields.iter().any(|g| g.name == f.name);
            flat.fields.push(FlatField {
                name: f.name.clone(),
                c_name: field_name(&f.name, external, if taken { flat.fields.len() } else { 0 }),
                ty: ty_f,
                offset: end,
                depth: 0,
                index: i + skipped,
            });
            end += l.size;
            flat.layout.align = flat.layout.align.max(l.align);
        }
        flat.layout.size = round_up(end, flat.layout.align);
        flat
    }

    /// Layout of a value of type `ty`, or of the inlined container.
    pub fn value(&mut self, types: &LLTypes, ty: LLTypeId) -> Layout {
        let word = Layout { size: 8, align: 8 };
        match types.get(ty) {
            LLType::Void | LLType::Func(_) | LLType::Opaque { .. } | LLType::Forward(_) => Layout { size: 0, align: 1 },
            LLType::Bool | LLType::Char => Layout { size: 1, align: 1 },
            LLType::UniChar | LLType::SingleFloat => Layout { size: 4, align: 4 },
            LLType::Int(i) => {
                let size = u64::from(i.bits) / 8;
                Layout { size, align: size }
            }
            LLType::Float | LLType::Address | LLType::Ptr(_) => word,
            LLType::LongFloat => Layout { size: 16, align: 16 },
            LLType::WeakRef => Layout { size: 16, align: 8 },
            LLType::Struct(_) => self.flat(types, ty).layout,
            LLType::Array { of, gc, hints } => {
                let items = self.value(types, *of);
                let nolength = hints.iter().any(|h| h.name() == "nolength");
                let head = if *gc { GC_HEADER } else { 0 } + if nolength { 0 } else { 8 };
                let align = items.align.max(if head > 0 { 8 } else { 1 });
                Layout {
                    size: round_up(head, align),
                    align,
                }
            }
            LLType::FixedArray { of, length, .. } => {
                let item = self.value(types, *of);
                Layout {
                    size: item.size * length,
                    align: item.align,
                }
            }
        }
    }

    /// Where the items of the var-sized type `ty` are: the array type, and byte offsets of length and first item.
    pub fn var_part(&mut self, types: &LLTypes, ty: LLTypeId) -> Option<VarPart> {
        let ty = types.resolve(ty);
        match types.get(ty) {
            LLType::Array { of, gc, .. } => {
                let item = self.value(types, *of);
                let head = if *gc { GC_HEADER } else { 0 };
                let items_offset = round_up(head + if has_length(types, ty) { 8 } else { 0 }, item.align);
                Some(VarPart {
                    array: ty,
                    item: types.resolve(*of),
                    length_offset: head,
                    items_offset,
                    item_size: item.size,
                    extra: u64::from(types.int_hint(ty, "extra_item_after_alloc").unwrap_or(0) > 0),
                })
            }
            LLType::Struct(_) => {
                types.var_array(ty)?;
                let flat = self.flat(types, ty);
                let last = flat.fields.last()?;
                let inner = self.var_part(types, last.ty)?;
                Some(VarPart {
                    length_offset: last.offset + inner.length_offset,
                    items_offset: last.offset + inner.items_offset,
                    ..inner
                })
            }
            _ => None,
        }
    }

    /// Byte offsets, from the start of a value of type `ty`, of the GC pointers in its fixed part.
    pub fn gc_offsets(&mut self, types: &LLTypes, ty: LLTypeId) -> Vec<u64> {
        let ty = types.resolve(ty);
        match types.get(ty) {
            LLType::Ptr(_) if types.is_gc_ptr(ty) => vec![0],
            LLType::Struct(_) => {
                let flat = self.flat(types, ty);
                let mut out = vec![];
                for f in &flat.fields {
                    out.extend(self.gc_offsets(types, f.ty).into_iter().map(|o| o + f.offset));
                }
                out
            }
            LLType::FixedArray { of, length, .. } => {
                let (of, length) = (*of, *length);
                let inner = self.gc_offsets(types, of);
                if inner.is_empty() {
                    return inner;
                }
                let size = self.value(types, of).size;
                (0..length)
                    .flat_map(|i| inner.iter().map(move |o| o + i * size))
                    .collect()
            }
            _ => vec![],
        }
    }
}

/// The variable part of a type.
#[derive(Clone, Copy, Debug)]
pub struct VarPart {
    /// The array type.
    pub array: LLTypeId,
    /// Its item type.
    pub item: LLTypeId,
    /// Byte offset of the length in the whole.
    pub length_offset: u64,
    /// Byte offset of the first item in the whole.
    pub items_offset: u64,
    /// Bytes per item.
    pub item_size: u64,
    /// Items allocated beyond the length.
    pub extra: u64,
}

/// The type of the first field if it is an inlined struct called `super`.
pub fn super_type(types: &LLTypes, ty: LLTypeId) -> Option<LLTypeId> {
    let first = types.as_struct(ty)?.fields.first()?;
    (&*first.name == "super" && types.as_struct(first.ty).is_some()).then(|| types.resolve(first.ty))
}

/// Whether the field is `typeptr` of `object`, which is encoded in the header.
pub fn is_stored_in_header(types: &LLTypes, ty: LLTypeId, field: &str) -> bool {
    field == "typeptr" && types.same(ty, LLTypes::OBJECT)
}

/// Whether the array type has a length word.
pub fn has_length(types: &LLTypes, array: LLTypeId) -> bool {
    types.int_hint(array, "nolength").unwrap_or(0) == 0
}

/// Whether `ty` is `object` or inlines it as its topmost `super`.
pub fn is_instance(types: &LLTypes, ty: LLTypeId) -> bool {
    let mut ty = types.resolve(ty);
    while let Some(up) = super_type(types, ty) {
        ty = up;
    }
    types.same(ty, LLTypes::OBJECT)
}

/// `n` rounded up to a multiple of `align`.
pub fn round_up(n: u64, align: u64) -> u64 {
    n.div_ceil(align) * align
}

/// Size of a GC object whose struct has `size` bytes.
pub fn object_size(size: u64) -> u64 {
    round_up(size.max(16), 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_have_header_hash_length_and_characters() {
        let types = LLTypes::new();
        let mut layouts = Layouts::default();
        let part = layouts.var_part(&types, LLTypes::STR).expect("strings are var-sized");
        assert_eq!((part.length_offset, part.items_offset), (16, 24));
        assert_eq!((part.item_size, part.extra), (1, 1));
    }

    #[test]
    fn the_root_of_instances_is_only_a_header() {
        let types = LLTypes::new();
        let mut layouts = Layouts::default();
        assert_eq!(layouts.flat(&types, LLTypes::OBJECT).layout.size, GC_HEADER);
    }
}
