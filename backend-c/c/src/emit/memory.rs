//! Fields, items and raw memory.

use super::{Result, Writer};
use crate::layout::{has_length, is_stored_in_header};
use crate::ssa::OpPos;
use rpy_flow::{Const, Op, OpCode, Operand};
use rpy_lltype::{LLType, LLTypeId};
use rpy_syntax::Span;

/// An expression for a container or a value in memory.
struct Place {
    text: String,
    /// The text is a pointer to it.
    pointer: bool,
    /// An array member of an external struct: a C array without wrapper.
    bare_array: bool,
    ty: LLTypeId,
}

impl Place {
    fn member(&self, name: &str) -> String {
        format!("{}{}{name}", self.text, if self.pointer { "->" } else { "." })
    }
}

impl Writer<'_> {
    fn start(&mut self, pointer: &Operand, span: Span) -> Result<Place> {
        let ty = self.type_of(pointer);
        let Some(to) = self.types().pointee(ty) else {
            return Err(self.bug(span, format!("access through a {}", self.types().text(ty))));
        };
        let text = self.expr(pointer)?;
        Ok(Place {
            text,
            pointer: true,
            bare_array: false,
            ty: to,
        })
    }

    fn field(&mut self, place: &Place, name: &str, span: Span) -> Result<Place> {
        self.uses.complete.insert(place.ty);
        if !matches!(self.types().get(place.ty), LLType::Struct(_)) {
            return Err(self.bug(span, format!("field {name} of a {}", self.types().text(place.ty))));
        }
        let flat = self.db.layouts.get(self.types(), place.ty).clone();
        if name == "super" && flat.field(name).is_none() {
            return self.super_part(place, span);
        }
        let Some(f) = flat.field(name) else {
            return Err(self.bug(span, format!("no field {name} in {}", self.types().text(place.ty))));
        };
        Ok(Place {
            text: place.member(&f.c_name),
            pointer: false,
            bare_array: flat.external
                || (matches!(self.types().get(f.ty), LLType::Array { .. }) && !has_length(self.types(), f.ty)),
            ty: f.ty,
        })
    }

    fn super_part(&mut self, place: &Place, span: Span) -> Result<Place> {
        let Some(up) = crate::layout::super_type(self.types(), place.ty) else {
            return Err(self.bug(span, "a struct without super part"));
        };
        let tag = self.db.tag(up, &mut self.uses);
        let address = address(place);
        Ok(Place {
            text: format!("(({tag} *){address})"),
            pointer: true,
            bare_array: false,
            ty: up,
        })
    }

    fn item(&mut self, place: &Place, index: &str, span: Span) -> Result<Place> {
        let checked = match self.bound(place) {
            Some(bound) if self.db.options.lldebug => format!("rpy_ops_index({index}, {bound})"),
            _ => index.to_owned(),
        };
        let index = checked.as_str();
        let (of, text) = match self.types().get(place.ty) {
            LLType::Array { of, .. } if !has_length(self.types(), place.ty) => {
                (*of, format!("{}[{index}]", place.text))
            }
            LLType::FixedArray { of, .. } if place.bare_array => (*of, format!("{}[{index}]", place.text)),
            LLType::Array { of, .. } | LLType::FixedArray { of, .. } => (*of, place.member(&format!("items[{index}]"))),
            LLType::Struct(_) if self.types().var_array(place.ty).is_some() => {
                let last = self
                    .db
                    .layouts
                    .get(self.types(), place.ty)
                    .fields
                    .last()
                    .map(|f| f.name.clone());
                let inner = self.field(place, &last.unwrap_or_default(), span)?;
                return self.item(&inner, index, span);
            }
            _ => return Err(self.bug(span, format!("item of a {}", self.types().text(place.ty)))),
        };
        self.uses.complete.insert(place.ty);
        Ok(Place {
            text,
            pointer: false,
            bare_array: false,
            ty: self.types().resolve(of),
        })
    }

    /// The number of items of an array, where it is known at run time.
    fn bound(&self, place: &Place) -> Option<String> {
        match self.types().get(place.ty) {
            LLType::Array { .. } if has_length(self.types(), place.ty) => Some(place.member("length")),
            _ => None,
        }
    }

    /// Follows names and indices.
    fn path(&mut self, pointer: &Operand, steps: &[Operand], span: Span) -> Result<Place> {
        let mut place = self.start(pointer, span)?;
        for step in steps {
            place = match step {
                Operand::Const(Const::Name(n)) => self.field(&place, &n.clone(), span)?,
                index => {
                    let index = self.expr(index)?;
                    self.item(&place, &index, span)?
                }
            };
        }
        Ok(place)
    }

    /// Reads and writes of fields, items and interior fields.
    pub(super) fn memory_access(&mut self, pos: OpPos, op: &Op) -> Result<()> {
        let is_set = matches!(
            op.code,
            OpCode::Setfield | OpCode::Setarrayitem | OpCode::Setinteriorfield
        );
        if self.is_typeptr(op) {
            return self.typeptr(op, is_set);
        }
        let (steps, value) = match op.args.split_last() {
            Some((value, rest)) if is_set => (&rest[1..], Some(value)),
            _ => (&op.args[1..], None),
        };
        if value.is_some_and(|v| self.is_void(v)) {
            return Ok(());
        }
        let place = self.path(&op.args[0], steps, op.span)?;
        if self.db.is_void(place.ty) {
            return Ok(());
        }
        match value {
            None => {
                let ty = self.graph.var_type(op.result);
                let text = self.cast_text(place.text, place.ty, ty);
                self.assign(op.result, &text);
            }
            Some(value) => {
                let text = self.expr_as(value, place.ty)?;
                self.barrier(pos, op, value)?;
                self.statement(&format!("{} = {text};", place.text));
            }
        }
        Ok(())
    }

    /// The write barrier of a store, if it needs one.
    fn barrier(&mut self, pos: OpPos, op: &Op, value: &Operand) -> Result<()> {
        let needless = !self.types().is_gc_ptr(self.type_of(value))
            || self.body.value(value).var().is_none()
            || self.fresh.contains(pos);
        if needless {
            return Ok(());
        }
        let object = match self.body.base(&op.args[0]) {
            Some(base) => Operand::Var(base),
            None => op.args[0].clone(),
        };
        if !self.types().is_gc_ptr(self.type_of(&object)) {
            return Ok(());
        }
        let direct = self.types().is_gc_ptr(self.type_of(&op.args[0]));
        let text = self.expr(&object)?;
        let pointee = self.types().pointee(self.type_of(&object));
        let is_array = pointee.is_some_and(|t| matches!(self.types().get(t), LLType::Array { .. }));
        if direct && is_array && op.code != OpCode::Setfield {
            let index = self.expr(&op.args[1])?;
            self.statement(&format!("rpy_gc_write_barrier_array({text}, {index});"));
        } else {
            self.statement(&format!("rpy_gc_write_barrier({text});"));
        }
        Ok(())
    }

    fn is_typeptr(&self, op: &Op) -> bool {
        let named = matches!(op.args.get(1), Some(Operand::Const(Const::Name(n))) if &**n == "typeptr");
        named
            && self.types().pointee(self.type_of(&op.args[0])).is_some_and(|t| {
                crate::layout::is_instance(self.types(), t)
                    && (is_stored_in_header(self.types(), t, "typeptr")
                        || self.db.layouts.get(self.types(), t).field("typeptr").is_none())
            })
    }

    fn typeptr(&mut self, op: &Op, is_set: bool) -> Result<()> {
        let object = self.expr(&op.args[0])?;
        if !is_set {
            let ty = self.c_type(self.graph.var_type(op.result));
            self.assign(op.result, &format!("({ty})RPY_GC_VTABLE({object})"));
            return Ok(());
        }
        let vtable = self.expr(&op.args[2])?;
        self.statement(&format!("rpy_ops_set_class({object}, {vtable});"));
        Ok(())
    }

    /// Expression for a pointer to an inlined container, at its defining operation's position.
    pub(super) fn interior(&mut self, pos: OpPos) -> Result<String> {
        let op = self.body.op(pos);
        self.interior_of(op)
    }

    /// Expression for the interior pointer that `op` makes, of the type of its result.
    pub(super) fn interior_of(&mut self, op: &Op) -> Result<String> {
        let ty = self.graph.var_type(op.result);
        let target = self.c_type(ty);
        let text = match op.code {
            OpCode::Getsubstruct | OpCode::DirectFieldptr | OpCode::Getarraysubstruct => {
                let place = self.path(&op.args[0], &op.args[1..], op.span)?;
                address(&place)
            }
            OpCode::DirectArrayitems => {
                let place = self.path(&op.args[0], &[Operand::signed(0)], op.span)?;
                address(&place)
            }
            _ => {
                let n = self.expr(&op.args[1])?;
                let base = self.expr(&op.args[0])?;
                let item = self
                    .types()
                    .pointee(self.type_of(&op.args[0]))
                    .map(|a| match self.types().get(a) {
                        LLType::Array { of, .. } | LLType::FixedArray { of, .. } => *of,
                        _ => a,
                    });
                let item = match item {
                    Some(item) => self.c_type(item),
                    None => "char".to_owned(),
                };
                format!("(({item} *){base} + {n})")
            }
        };
        Ok(format!("(({target})(void *){text})"))
    }

    /// Length of an array or of an interior array.
    pub(super) fn array_size(&mut self, op: &Op) -> Result<()> {
        let mut place = self.path(&op.args[0], &op.args[1..], op.span)?;
        if let LLType::Struct(_) = self.types().get(place.ty) {
            let last = self
                .db
                .layouts
                .get(self.types(), place.ty)
                .fields
                .last()
                .map(|f| f.name.clone());
            place = self.field(&place, &last.unwrap_or_default(), op.span)?;
        }
        if let LLType::FixedArray { length, .. } = self.types().get(place.ty) {
            self.assign(op.result, &format!("{length}L"));
            return Ok(());
        }
        self.uses.complete.insert(place.ty);
        let text = place.member("length");
        self.assign(op.result, &text);
        Ok(())
    }

    /// `raw_load` and `raw_store`.
    pub(super) fn raw_access(&mut self, op: &Op) -> Result<()> {
        let base = self.expr(&op.args[0])?;
        let offset = self.expr(&op.args[1])?;
        let address = |ty: &str| format!("*({ty} *)((char *){base} + {offset})");
        if op.code == OpCode::RawLoad {
            let ty = self.raw_type(self.graph.var_type(op.result));
            self.assign(op.result, &address(&ty));
        } else {
            let ty = self.raw_type(self.type_of(&op.args[2]));
            let value = self.expr(&op.args[2])?;
            self.statement(&format!("{} = {value};", address(&ty)));
        }
        Ok(())
    }

    fn raw_type(&mut self, ty: LLTypeId) -> String {
        match self.types().get(ty) {
            LLType::Ptr(_) => "void *".to_owned(),
            _ => self.c_type(ty),
        }
    }

    /// Copies items between arrays or strings of the same type.
    pub(super) fn array_copy(&mut self, pos: OpPos, op: &Op) -> Result<()> {
        let args = self.exprs(&op.args[2..])?;
        let from = self.path(&op.args[0], &op.args[2..3], op.span)?;
        let to = self.path(&op.args[1], &op.args[3..4], op.span)?;
        let count = &args[2];
        let item = self.c_type(to.ty);
        let is_string = self
            .types()
            .pointee(self.type_of(&op.args[1]))
            .is_some_and(|t| matches!(self.types().get(t), LLType::Struct(_)));
        let has_pointers = self.has_gc_pointers(to.ty);
        if has_pointers && !self.fresh.contains(pos) && self.types().is_gc_ptr(self.type_of(&op.args[1])) {
            let (src, dst) = (self.expr(&op.args[0])?, self.expr(&op.args[1])?);
            self.statement(&format!(
                "rpy_gc_write_barrier_copy({src}, {dst}, {}, {}, {count});",
                args[0], args[1]
            ));
        }
        let same_memory = self.body.base(&op.args[0]) == self.body.base(&op.args[1]);
        let function = if (is_string || self.fresh.contains(pos)) && !same_memory {
            "memcpy"
        } else {
            "memmove"
        };
        self.statement(&format!(
            "{function}({}, {}, (size_t){count} * sizeof({item}));",
            address(&to),
            address(&from)
        ));
        Ok(())
    }

    /// Whether values of this type contain GC pointers.
    pub(super) fn has_gc_pointers(&self, ty: LLTypeId) -> bool {
        match self.types().get(ty) {
            LLType::Struct(s) => s.fields.iter().any(|f| self.has_gc_pointers(f.ty)),
            LLType::Array { of, .. } | LLType::FixedArray { of, .. } => self.has_gc_pointers(*of),
            _ => self.types().is_gc_ptr(ty),
        }
    }

    /// Zeroes items.
    pub(super) fn array_clear(&mut self, op: &Op) -> Result<()> {
        let count = self.expr(&op.args[2])?;
        let from = self.path(&op.args[0], &op.args[1..2], op.span)?;
        let item = self.c_type(from.ty);
        self.statement(&format!(
            "memset({}, 0, (size_t){count} * sizeof({item}));",
            address(&from)
        ));
        Ok(())
    }

    /// The fields of a struct type as stores of zero: all of them, or only the GC pointers.
    pub(super) fn zero_fields(&mut self, object: &str, ty: LLTypeId, all: bool) {
        if !matches!(self.types().get(ty), LLType::Struct(_)) {
            return;
        }
        let flat = self.db.layouts.get(self.types(), ty).clone();
        for f in &flat.fields {
            match self.types().get(f.ty) {
                LLType::Array { .. } => {}
                LLType::Struct(_) | LLType::FixedArray { .. } => {
                    if (all || self.has_gc_pointers(f.ty)) && self.types().var_array(f.ty).is_none() {
                        self.uses.complete.insert(ty);
                        self.statement(&format!("memset(&{object}->{0}, 0, sizeof({object}->{0}));", f.c_name));
                    }
                }
                _ if all || self.types().is_gc_ptr(f.ty) => {
                    self.uses.complete.insert(ty);
                    self.statement(&format!("{object}->{} = 0;", f.c_name));
                }
                _ => {}
            }
        }
    }

    /// `sizeof` of a type, for raw memory.
    pub(super) fn size_of(&mut self, ty: LLTypeId) -> String {
        if let Some(part) = self.db.layouts.get_var_part(self.types(), ty) {
            return part.items_offset.to_string();
        }
        self.uses.complete.insert(self.types().resolve(ty));
        let text = self.c_type(ty);
        format!("sizeof({text})")
    }
}

fn address(place: &Place) -> String {
    if place.pointer {
        place.text.clone()
    } else {
        format!("&{}", place.text)
    }
}
