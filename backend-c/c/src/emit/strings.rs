//! Operations on the characters of byte and unicode strings.

use super::{Result, Writer};
use rpy_flow::{Op, OpCode, Operand};
use rpy_lltype::{LLType, LLTypes};

impl Writer<'_> {
    /// Copying, comparing and searching.
    pub(super) fn string_operation(&mut self, op: &Op) -> Result<()> {
        let wide = self.is_wide(&op.args[0], op)?;
        let size = if wide { " * 4" } else { "" };
        match op.code {
            OpCode::StringCopy => {
                let (from, to) = (self.items(&op.args[0])?, self.items(&op.args[1])?);
                let n = self.exprs(&op.args[2..])?;
                self.statement(&format!(
                    "memcpy({to} + {}, {from} + {}, (size_t){}{size});",
                    n[1], n[0], n[2]
                ));
            }
            OpCode::StringEqual => {
                let (a, b) = (self.items(&op.args[0])?, self.items(&op.args[2])?);
                let (i, j) = (self.expr(&op.args[1])?, self.expr(&op.args[3])?);
                let n = self.expr(&op.args[4])?;
                self.assign(
                    op.result,
                    &format!("memcmp({a} + {i}, {b} + {j}, (size_t){n}{size}) == 0"),
                );
            }
            OpCode::StringCompare => {
                let (a, b) = (self.items(&op.args[0])?, self.items(&op.args[1])?);
                let n = self.expr(&op.args[2])?;
                let value = if wide {
                    format!("rpy_ops_compare_wide({a}, {b}, {n})")
                } else {
                    format!("memcmp({a}, {b}, (size_t){n})")
                };
                self.assign(op.result, &value);
            }
            _ => {
                let (text, sub) = (self.items(&op.args[0])?, self.items(&op.args[1])?);
                let length = self.length(&op.args[1])?;
                let n = self.exprs(&op.args[2..])?;
                let function = if wide { "rpy_ops_find_wide" } else { "rpy_ops_find" };
                self.assign(
                    op.result,
                    &format!("{function}({text}, {sub}, {length}, {}, {})", n[0], n[1]),
                );
            }
        }
        Ok(())
    }

    fn is_wide(&self, string: &Operand, op: &Op) -> Result<bool> {
        let ty = self.types().pointee(self.type_of(string));
        let chars = ty.and_then(|t| self.types().field_type(t, "chars"));
        match chars.map(|c| self.types().get(c)) {
            Some(LLType::Array { of, .. }) => Ok(!self.types().same(*of, LLTypes::CHAR)),
            _ => Err(self.bug(op.span, "a string operation on something else")),
        }
    }

    fn items(&mut self, string: &Operand) -> Result<String> {
        let text = self.string_pointer(string)?;
        Ok(format!("{text}->f_chars.items"))
    }

    fn length(&mut self, string: &Operand) -> Result<String> {
        let text = self.string_pointer(string)?;
        Ok(format!("{text}->f_chars.length"))
    }

    fn string_pointer(&mut self, string: &Operand) -> Result<String> {
        if let Some(ty) = self.types().pointee(self.type_of(string)) {
            self.uses.complete.insert(ty);
        }
        self.expr(string)
    }
}
