//! Names and assignment targets.

use super::scope::{Place, ScopeKind};
use super::{Comp, Compiler};
use crate::code::Instr;
use crate::value::ObjId;
use rpy_syntax::ast::{Slice, Target, TargetKind};

/// What is done with a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Load,
    Store,
    Delete,
}

impl Compiler<'_> {
    pub(super) fn name_access(&mut self, text: &str, access: Access) {
        let id = self.name(text);
        self.id_access(id, access);
    }

    pub(super) fn id_access(&mut self, id: ObjId, access: Access) {
        let text = self.host.name_text(id);
        let mut place = self.scopes.place(self.unit.scope, &text);
        let class = self.scopes.kind(self.unit.scope) == ScopeKind::Class;
        if class && place == Place::Free && access != Access::Load {
            place = Place::Name;
        }
        let instr = match (place, access) {
            (Place::Fast, _) => {
                let i = self.unit.varnames.insert_full(id).0 as u32;
                match access {
                    Access::Load => Instr::LoadFast(i),
                    Access::Store => Instr::StoreFast(i),
                    Access::Delete => Instr::DeleteFast(i),
                }
            }
            (Place::Cell | Place::Free, Access::Load) => Instr::LoadDeref(self.cell_index(id)),
            (Place::Cell | Place::Free, Access::Store) => Instr::StoreDeref(self.cell_index(id)),
            (Place::Cell | Place::Free, Access::Delete) => Instr::DeleteName(self.unit.name_index(id)),
            (Place::Global, Access::Load) => Instr::LoadGlobal(self.unit.name_index(id)),
            (Place::Global, Access::Store) => Instr::StoreGlobal(self.unit.name_index(id)),
            (Place::Global, Access::Delete) => Instr::DeleteGlobal(self.unit.name_index(id)),
            (Place::Name, Access::Load) => Instr::LoadName(self.unit.name_index(id)),
            (Place::Name, Access::Store) => Instr::StoreName(self.unit.name_index(id)),
            (Place::Name, Access::Delete) => Instr::DeleteName(self.unit.name_index(id)),
        };
        self.unit.emit(instr);
    }

    /// Index of a captured variable among the cells and free variables.
    pub(super) fn cell_index(&mut self, id: ObjId) -> u32 {
        if let Some(i) = self.unit.cellvars.get_index_of(&id) {
            return i as u32;
        }
        (self.unit.cellvars.len() + self.unit.freevars.insert_full(id).0) as u32
    }

    /// Stores the top of the stack.
    pub(super) fn store(&mut self, target: &Target) -> Comp {
        let line = self.line(target.span);
        let back = self.unit.expr_at(target.span, line);
        match &target.kind {
            TargetKind::Name(name) => self.name_access(name, Access::Store),
            TargetKind::Attribute(a) => {
                self.expr(&a.value)?;
                let id = self.name(&a.attr.name);
                let i = self.unit.name_index(id);
                self.unit.emit(Instr::StoreAttr(i));
            }
            TargetKind::Subscript(s) => {
                self.expr(&s.value)?;
                match self.subscript(&s.slice)? {
                    Some((lower, upper)) => self.unit.emit(Instr::StoreSlice(lower, upper)),
                    None => self.unit.emit(Instr::StoreSubscr),
                }
            }
            TargetKind::Tuple(items) | TargetKind::List(items) => {
                self.unit.emit(Instr::UnpackSequence(items.len() as u32));
                for item in items {
                    self.store(item)?;
                }
            }
        }
        self.unit.set_span(back);
        Ok(())
    }

    pub(super) fn delete(&mut self, target: &Target) -> Comp {
        let line = self.line(target.span);
        let back = self.unit.expr_at(target.span, line);
        match &target.kind {
            TargetKind::Name(name) => {
                let id = self.name(name);
                let text = self.host.name_text(id);
                if self.scopes.place(self.unit.scope, &text) == Place::Cell {
                    let text = format!("can not delete variable '{text}' referenced in nested scope");
                    return super::fail(text, target.span);
                }
                self.id_access(id, Access::Delete);
            }
            TargetKind::Attribute(a) => {
                self.expr(&a.value)?;
                let id = self.name(&a.attr.name);
                let i = self.unit.name_index(id);
                self.unit.emit(Instr::DeleteAttr(i));
            }
            TargetKind::Subscript(s) => {
                self.expr(&s.value)?;
                match self.subscript(&s.slice)? {
                    Some((lower, upper)) => self.unit.emit(Instr::DeleteSlice(lower, upper)),
                    None => self.unit.emit(Instr::DeleteSubscr),
                }
            }
            TargetKind::Tuple(items) | TargetKind::List(items) => {
                for item in items {
                    self.delete(item)?;
                }
            }
        }
        self.unit.set_span(back);
        Ok(())
    }

    /// Pushes what is between the brackets: `Some(bounds)` for a simple slice, `None` for an index object.
    pub(super) fn subscript(&mut self, slice: &Slice) -> Comp<Option<(bool, bool)>> {
        if let Slice::Simple { lower, upper } = slice {
            for bound in [lower, upper].into_iter().flatten() {
                self.expr(bound)?;
            }
            return Ok(Some((lower.is_some(), upper.is_some())));
        }
        self.index_object(slice)?;
        Ok(None)
    }

    fn index_object(&mut self, slice: &Slice) -> Comp {
        match slice {
            Slice::Index(e) => self.expr(e),
            Slice::Simple { lower, upper } => {
                self.bound(lower.as_ref())?;
                self.bound(upper.as_ref())?;
                self.unit.emit(Instr::BuildSlice(2));
                Ok(())
            }
            Slice::Extended { lower, upper, step } => {
                self.bound(lower.as_ref())?;
                self.bound(upper.as_ref())?;
                self.bound(step.as_ref())?;
                self.unit.emit(Instr::BuildSlice(3));
                Ok(())
            }
            Slice::Ellipsis => {
                let value = self.host.ellipsis;
                self.unit.load_value(value);
                Ok(())
            }
            Slice::Tuple(parts) => {
                for part in parts {
                    self.index_object(part)?;
                }
                self.unit.emit(Instr::BuildTuple(parts.len() as u32));
                Ok(())
            }
        }
    }

    fn bound(&mut self, bound: Option<&rpy_syntax::ast::Expr>) -> Comp {
        match bound {
            Some(e) => self.expr(e),
            None => {
                self.unit.load_value(crate::value::Value::None);
                Ok(())
            }
        }
    }
}
