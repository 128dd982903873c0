//! Low-level types in C.

use crate::database::Database;
use crate::layout::has_length;
use indexmap::IndexSet;
use rpy_flow::GraphId;
use rpy_lltype::{ContainerId, LLType, LLTypeId};
use std::fmt::Write;

/// What a piece of C code needs declared before it.
#[derive(Clone, Debug, Default)]
pub struct Uses {
    /// Types whose fields or items are accessed.
    pub complete: IndexSet<LLTypeId>,
    /// Types of which only pointers are used.
    pub tags: IndexSet<LLTypeId>,
    /// Functions with graphs.
    pub functions: IndexSet<GraphId>,
    /// Outermost data containers.
    pub data: IndexSet<ContainerId>,
    /// External functions.
    pub externals: IndexSet<ContainerId>,
    /// Needs all headers of the program.
    pub all_infos: bool,
}

impl Uses {
    /// Adds what `other` needs.
    pub fn extend(&mut self, other: &Uses) {
        self.complete.extend(&other.complete);
        self.tags.extend(&other.tags);
        self.functions.extend(&other.functions);
        self.data.extend(&other.data);
        self.externals.extend(&other.externals);
        self.all_infos |= other.all_infos;
    }
}

impl Database<'_> {
    /// Declaration of `name` with type `ty`; the plain type name if `name` is empty.
    pub fn declare(&self, ty: LLTypeId, name: &str, uses: &mut Uses) -> String {
        let ty = self.types().resolve(ty);
        let join = |t: &str| {
            if name.is_empty() {
                t.to_owned()
            } else {
                format!("{t} {name}")
            }
        };
        match self.types().get(ty) {
            LLType::Void => join("void"),
            LLType::Bool => join("_Bool"),
            LLType::Char => join("unsigned char"),
            LLType::UniChar => join("uint32_t"),
            LLType::Int(i) => join(int_name(i.bits, i.signed)),
            LLType::Float => join("double"),
            LLType::SingleFloat => join("float"),
            LLType::LongFloat => join("long double"),
            LLType::Address => join("void *"),
            LLType::Ptr(to) => self.declare_pointer(*to, name, uses),
            LLType::WeakRef => join("rpy_weakref"),
            LLType::Struct(_) | LLType::FixedArray { .. } => {
                uses.complete.insert(ty);
                join(&self.tag(ty, uses))
            }
            LLType::Array { of, .. } if !has_length(self.types(), ty) => self.declare(*of, &format!("{name}[]"), uses),
            LLType::Array { .. } => {
                uses.complete.insert(ty);
                join(&self.tag(ty, uses))
            }
            LLType::Opaque { .. } => join(&self.opaque_name(ty)),
            LLType::Func(_) | LLType::Forward(_) => join("void"),
        }
    }

    /// The C name of a type.
    pub fn c_type(&self, ty: LLTypeId, uses: &mut Uses) -> String {
        self.declare(ty, "", uses)
    }

    fn opaque_name(&self, ty: LLTypeId) -> String {
        match self.types().str_hint(ty, "c_name") {
            Some(n) => n.to_owned(),
            None => "void".to_owned(),
        }
    }

    fn declare_pointer(&self, to: LLTypeId, name: &str, uses: &mut Uses) -> String {
        let to = self.types().resolve(to);
        match self.types().get(to) {
            LLType::Func(sig) => {
                let mut args = vec![];
                for a in &sig.args {
                    if !self.is_void(*a) {
                        args.push(self.c_type(*a, uses));
                    }
                }
                let args = if args.is_empty() {
                    "void".to_owned()
                } else {
                    args.join(", ")
                };
                self.declare(sig.result, &format!("(*{name})({args})"), uses)
            }
            LLType::Array { of, .. } if !has_length(self.types(), to) => match self.types().get(*of) {
                LLType::Void => format!("void *{name}"),
                _ => self.declare(*of, &format!("*{name}"), uses),
            },
            LLType::Struct(_) | LLType::Array { .. } | LLType::FixedArray { .. } => {
                format!("{} *{name}", self.tag(to, uses))
            }
            LLType::WeakRef => format!("rpy_weakref *{name}"),
            LLType::Opaque { gc: false, .. } => format!("{} *{name}", self.opaque_name(to)),
            _ => format!("void *{name}"),
        }
    }

    /// `struct NAME`, or the C name of an external struct.
    pub fn tag(&self, ty: LLTypeId, uses: &mut Uses) -> String {
        if let Some(c_name) = self.types().str_hint(ty, "c_name") {
            uses.all_infos = true;
            let typedef = self.types().int_hint(ty, "typedef").unwrap_or(0) != 0;
            return if typedef || c_name.starts_with("struct ") || c_name.starts_with("union ") {
                c_name.to_owned()
            } else {
                format!("struct {c_name}")
            };
        }
        uses.tags.insert(ty);
        format!("struct {}", self.type_name(ty))
    }

    /// Whether values of the type take no place in C.
    pub fn is_void(&self, ty: LLTypeId) -> bool {
        matches!(self.types().get(ty), LLType::Void)
    }

    /// Definition of a struct or array type, or none for external ones. Types that must be complete before are added to `uses`.
    pub fn define(&self, ty: LLTypeId, uses: &mut Uses) -> Option<String> {
        let types = self.types();
        let mut out = format!("struct {} {{", self.type_name(ty));
        match types.get(ty) {
            LLType::Struct(s) => {
                let flat = self.layouts.get(types, ty);
                if flat.external {
                    return None;
                }
                if s.gc {
                    out.push_str(" rpy_gc_header h;");
                }
                for f in &flat.fields {
                    let _ = write!(out, " {};", self.declare(f.ty, &f.c_name, uses));
                }
            }
            LLType::Array { of, gc, .. } => {
                if !has_length(types, ty) && !gc {
                    return None;
                }
                if *gc {
                    out.push_str(" rpy_gc_header h;");
                }
                if has_length(types, ty) {
                    out.push_str(" rpy_signed length;");
                }
                if !self.is_void(*of) {
                    let _ = write!(out, " {};", self.declare(*of, "items[]", uses));
                }
            }
            LLType::FixedArray { of, length, .. } => {
                let _ = write!(out, " {};", self.declare(*of, &format!("items[{length}]"), uses));
            }
            _ => return None,
        }
        out.push_str(" };\n");
        Some(out)
    }
}

fn int_name(bits: u8, signed: bool) -> &'static str {
    match (bits, signed) {
        (8, true) => "int8_t",
        (8, false) => "uint8_t",
        (16, true) => "int16_t",
        (16, false) => "uint16_t",
        (32, true) => "int32_t",
        (32, false) => "uint32_t",
        (128, true) => "rpy_int128",
        (128, false) => "rpy_uint128",
        (_, true) => "rpy_signed",
        (_, false) => "rpy_unsigned",
    }
}
