//! Conditions: expressions of which only the truth value matters. `and`, `or`, `not` and chained comparisons become jumps,
//! without putting their value on the stack.

use super::emit::Label;
use super::expr::cmp_op;
use super::{Comp, Compiler};
use crate::code::Instr;
use rpy_syntax::ast::{BoolOp, Compare, Expr, ExprKind, UnaryOp};

impl Compiler<'_> {
    /// Jumps to the target if the truth value of the expression is `wanted`, else goes on.
    pub(super) fn jump_if(&mut self, expr: &Expr, wanted: bool, target: Label) -> Comp {
        match &expr.kind {
            ExprKind::Unary(UnaryOp::Not, inner) => self.jump_if(inner, !wanted, target),
            ExprKind::Bool(op, items) => self.jump_if_bool(*op, items, wanted, target),
            ExprKind::Compare(compare) if compare.rest.len() > 1 => {
                let line = self.line(expr.span);
                let back = self.unit.expr_at(expr.span, line);
                self.jump_if_chain(compare, wanted, target)?;
                self.unit.set_span(back);
                Ok(())
            }
            _ => {
                self.expr(expr)?;
                let make = if wanted {
                    Instr::PopJumpIfTrue
                } else {
                    Instr::PopJumpIfFalse
                };
                self.unit.jump(make, target);
                Ok(())
            }
        }
    }

    fn jump_if_bool(&mut self, op: BoolOp, items: &[Expr], wanted: bool, target: Label) -> Comp {
        let decides = op == BoolOp::Or;
        if decides == wanted {
            return items.iter().try_for_each(|item| self.jump_if(item, wanted, target));
        }
        let Some((last, others)) = items.split_last() else {
            return Ok(());
        };
        let skip = self.unit.label();
        for item in others {
            self.jump_if(item, decides, skip)?;
        }
        self.jump_if(last, wanted, target)?;
        self.unit.place(skip);
        Ok(())
    }

    /// `a < b < c`: the middle operands stay on the stack until their second use.
    fn jump_if_chain(&mut self, compare: &Compare, wanted: bool, target: Label) -> Comp {
        let Some(((last_op, last), chain)) = compare.rest.split_last() else {
            return Ok(());
        };
        let (cleanup, end) = (self.unit.label(), self.unit.label());
        self.expr(&compare.first)?;
        for (op, e) in chain {
            self.expr(e)?;
            self.unit.emit(Instr::DupTop);
            self.unit.emit(Instr::RotThree);
            self.unit.emit(Instr::Compare(cmp_op(*op)));
            self.unit.jump(Instr::PopJumpIfFalse, cleanup);
        }
        self.expr(last)?;
        self.unit.emit(Instr::Compare(cmp_op(*last_op)));
        let make = if wanted {
            Instr::PopJumpIfTrue
        } else {
            Instr::PopJumpIfFalse
        };
        self.unit.jump(make, target);
        self.unit.jump(Instr::Jump, end);
        self.unit.place(cleanup);
        self.unit.emit(Instr::PopTop);
        if !wanted {
            self.unit.jump(Instr::Jump, target);
        }
        self.unit.place(end);
        Ok(())
    }
}
