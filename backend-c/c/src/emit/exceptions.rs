//! Raising, catching and passing on exceptions. Everything here is off the hot path, at the end of the function.

use super::{Result, Writer};
use crate::names::string_literal;
use crate::program::StandardException;
use crate::ssa::{EdgeId, OpPos};
use rpy_flow::{BlockId, Const, ExitCase, ExitSwitch};
use rpy_lltype::{LLPtr, LLTypes, LLValue};
use rpy_syntax::Span;
use std::fmt::Write;

/// A place at the end of the function.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum ColdPath {
    /// Records the place and returns with the exception.
    Leave {
        location: usize,
        /// Raised here, not passed on.
        raised: bool,
        /// To be raised first.
        raise: Option<StandardException>,
        entered: bool,
    },
    /// Finds the handler of the operation that ends the block.
    Dispatch {
        block: BlockId,
        raise: Option<StandardException>,
        raised: bool,
        entered: bool,
        location: usize,
    },
}

/// How an operation raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Raises {
    /// A callee has set the exception and recorded it.
    Passed,
    /// The runtime has set it.
    Raised,
    /// Nothing is set yet.
    Standard(StandardException),
}

impl Writer<'_> {
    /// Label to jump to when the operation at `pos` raised.
    pub(super) fn failure(&mut self, pos: OpPos, how: Raises) -> String {
        let block = self.body.block(pos.block);
        let location = self.location(self.body.op(pos).span);
        let entered = self.roots.entered_after(pos);
        let raise = match how {
            Raises::Standard(e) => Some(e),
            Raises::Passed | Raises::Raised => None,
        };
        let raised = how != Raises::Passed;
        let last = pos.index + 1 == block.ops.len();
        let handled = last
            && block.switch == ExitSwitch::LastException
            && block.exits.iter().skip(1).any(|l| !self.body.is_propagation(l));
        self.cold_label(if handled {
            ColdPath::Dispatch {
                block: pos.block,
                raise,
                raised,
                entered,
                location,
            }
        } else {
            ColdPath::Leave {
                location,
                raised,
                raise,
                entered,
            }
        })
    }

    fn cold_label(&mut self, path: ColdPath) -> String {
        let next = self.cold_index.len();
        let index = *self.cold_index.entry(path.clone()).or_insert(next);
        if index == next {
            self.cold.push(path);
        }
        format!("x{index}")
    }

    fn location(&mut self, span: Span) -> usize {
        let key = match self.db.program.sources.position(span) {
            Some((file, at)) => (file.to_owned(), at.line),
            None => (String::new(), 0),
        };
        let next = self.locations.len();
        *self.locations.entry(key).or_insert(next)
    }

    fn location_name(&self) -> String {
        format!("{}__places", self.db.function_name(self.g))
    }

    /// The table of places for tracebacks.
    pub(super) fn location_table(&self) -> String {
        if self.locations.is_empty() {
            return String::new();
        }
        let mut out = format!("static const rpy_location {}[] RPY_UNUSED = {{\n", self.location_name());
        let function = string_literal(self.graph.name.as_bytes());
        for (file, line) in self.locations.keys() {
            let _ = writeln!(
                out,
                "    {{ {}, {function}, {line} }},",
                string_literal(file.as_bytes())
            );
        }
        out.push_str("};\n");
        out
    }

    pub(super) fn stack_check(&mut self) {
        if self.db.effects.has_stack_check(self.g) {
            let location = self.location(self.graph.span);
            let label = self.cold_label(ColdPath::Leave {
                location,
                raised: true,
                raise: None,
                entered: false,
            });
            self.statement(&format!("if (rpy_stack_toobig()) goto {label};"));
        }
    }

    /// The check after a call that may raise.
    pub(super) fn check_exception(&mut self, pos: OpPos, how: Raises) {
        let label = self.failure(pos, how);
        self.statement(&format!("if (RPY_EXC_OCCURRED()) goto {label};"));
    }

    /// A link to the except block: raises.
    pub(super) fn raise_from(&mut self, edge: EdgeId) -> Result<()> {
        let link = self.body.link(edge);
        let value = self.expr_as(&link.args[1], LLTypes::OBJECTPTR)?;
        let block = self.body.block(edge.from);
        let span = block.ops.last().map_or(block.span, |op| op.span);
        let location = self.location(if block.span.is_some() { block.span } else { span });
        let place = format!("&{}[{location}]", self.location_name());
        self.statement(&format!("rpy_exc_value = {value};"));
        if self.was_caught(&link.args[1]) {
            self.statement(&format!("RPY_TB_RERAISED({place}, RPY_GC_TID(rpy_exc_value));"));
        } else {
            self.statement(&format!("RPY_TB_RAISED({place});"));
        }
        self.return_nothing();
        Ok(())
    }

    fn was_caught(&self, value: &rpy_flow::Operand) -> bool {
        let Some(v) = self.body.value(value).var() else {
            return false;
        };
        self.body
            .order
            .iter()
            .flat_map(|b| &self.body.block(*b).exits)
            .any(|l| l.exc_vars.is_some_and(|(_, e)| e == v))
    }

    fn return_nothing(&mut self) {
        let ty = self.graph.var_type(self.graph.return_var());
        self.statement(if self.db.is_void(ty) { "return;" } else { "return 0;" });
    }

    /// All cold paths of the function.
    pub(super) fn cold_paths(&mut self) -> Result<String> {
        self.line = None;
        let mut next = 0;
        while let Some(path) = self.cold.get(next).cloned() {
            let _ = writeln!(self.out, "x{next}:;");
            next += 1;
            match path {
                ColdPath::Leave {
                    location,
                    raised,
                    raise,
                    entered,
                } => self.leave(location, raised, raise, entered),
                ColdPath::Dispatch {
                    block,
                    raise,
                    raised,
                    entered,
                    location,
                } => {
                    let leave = ColdPath::Leave {
                        location,
                        raised,
                        raise,
                        entered,
                    };
                    self.dispatch(block, raise, location, leave)?;
                }
            }
        }
        if self.unwinds[1] {
            self.out.push_str("unwind1:;\n");
            self.statement("rpy_ss_top = ss;");
        }
        if self.unwinds[0] {
            self.out.push_str("unwind0:;\n");
        }
        if self.unwinds[0] || self.unwinds[1] {
            self.return_nothing();
        }
        Ok(std::mem::take(&mut self.out))
    }

    fn leave(&mut self, location: usize, raised: bool, raise: Option<StandardException>, entered: bool) {
        if let Some(e) = raise {
            self.statement(&format!("rpy_exc_raise({});", e as u32));
        }
        let record = if raised { "RPY_TB_RAISED" } else { "RPY_TB_PASSED" };
        self.statement(&format!("{record}(&{}[{location}]);", self.location_name()));
        self.unwinds[usize::from(entered)] = true;
        self.statement(&format!("goto unwind{};", u8::from(entered)));
    }

    fn dispatch(
        &mut self,
        b: BlockId,
        raise: Option<StandardException>,
        location: usize,
        leave: ColdPath,
    ) -> Result<()> {
        let known = raise.and_then(|e| self.db.exception_class(e));
        let n = self.body.block(b).exits.len();
        for link in 1..n {
            let edge = EdgeId { from: b, link };
            let l = self.body.link(edge);
            let ExitCase::Exception(class) = &l.case else {
                return Err(self.bug(self.body.block(b).span, "a link without exception class"));
            };
            let condition = match known {
                Some(k) => self.static_match(k, class),
                None => self.dynamic_match(class)?,
            };
            if condition.as_deref() == Some("0") {
                continue;
            }
            if let Some(c) = &condition {
                self.statement(&format!("if ({c}) {{"));
            }
            if self.body.is_propagation(l) {
                let label = self.cold_label(leave.clone());
                self.statement(&format!("goto {label};"));
            } else {
                self.catch(edge, raise, location)?;
            }
            match condition {
                Some(_) => self.statement("}"),
                None => return Ok(()),
            }
        }
        let label = self.cold_label(leave);
        self.statement(&format!("goto {label};"));
        Ok(())
    }

    /// Whether an exception of class `known` is caught: none for always.
    fn static_match(&self, known: usize, class: &Const) -> Option<String> {
        match self.class_of(class) {
            Some(c) if self.db.is_subclass(known, c) => None,
            _ => Some("0".to_owned()),
        }
    }

    fn class_of(&self, class: &Const) -> Option<usize> {
        match class {
            Const::LL(c) => match c.value {
                LLValue::Ptr(LLPtr::To(v)) => self.db.vtable_class(v),
                _ => None,
            },
            _ => None,
        }
    }

    /// Condition for the current exception to be of the class: none for always.
    fn dynamic_match(&mut self, class: &Const) -> Result<Option<String>> {
        if crate::effects::is_root_exception(self.db.program, class) {
            return Ok(None);
        }
        let Some(class) = self.class_of(class) else {
            return Err(self.bug(self.graph.span, "a handler for something that is no class"));
        };
        let (first, last) = self.db.class_tids[class];
        Ok(Some(if first == last {
            format!("RPY_GC_TID(rpy_exc_value) == {first}u")
        } else {
            format!("RPY_GC_ISINSTANCE(rpy_exc_value, {first}u, {last}u)")
        }))
    }

    /// Takes the exception and goes to the handler.
    fn catch(&mut self, edge: EdgeId, raise: Option<StandardException>, location: usize) -> Result<()> {
        let value = match raise.and_then(|e| self.db.program.exceptions.get(&e)) {
            Some(instance) if raise.is_some() => {
                let p = LLPtr::To(*instance);
                super::constant_pointer(self.db, p, LLTypes::OBJECTPTR, &mut self.uses)
            }
            _ => {
                if let Some(e) = raise {
                    self.statement(&format!("rpy_exc_raise({});", e as u32));
                }
                let place = format!("&{}[{location}]", self.location_name());
                self.statement(&format!("RPY_TB_CAUGHT({place}, RPY_GC_TID(rpy_exc_value));"));
                "rpy_exc_value".to_owned()
            }
        };
        if let Some((t, v)) = self.body.link(edge).exc_vars {
            if self.is_used(v) {
                self.statement(&format!("{v} = {value};"));
            }
            if self.is_used(t) {
                let ty = self.graph.var_type(t);
                let ty = self.c_type(ty);
                self.statement(&format!("{t} = ({ty})RPY_GC_VTABLE({value});"));
            }
        }
        if value == "rpy_exc_value" {
            self.statement("rpy_exc_value = NULL;");
        }
        self.edge(edge, None)
    }
}
