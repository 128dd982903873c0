//! Arithmetic operators on numbers, strings, lists and tuples.

use crate::annotator::{Annotator, Flow};
use crate::model::{AnnId, Kind};
use crate::ops::symbol;
use rpy_flow::OpCode;
use rpy_host::{BinOp, Value};
use rpy_lltype::Int;

/// A binary operator without regard to augmented assignment and overflow checking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Operator {
    Add,
    Sub,
    Mul,
    Truediv,
    Floordiv,
    Mod,
    Pow,
    Lshift,
    Rshift,
    And,
    Or,
    Xor,
    Divmod,
}

fn operator(code: OpCode) -> Option<(Operator, BinOp)> {
    use OpCode as C;
    Some(match code {
        C::Add | C::InplaceAdd | C::AddOvf => (Operator::Add, BinOp::Add),
        C::Sub | C::InplaceSub | C::SubOvf => (Operator::Sub, BinOp::Sub),
        C::Mul | C::InplaceMul | C::MulOvf => (Operator::Mul, BinOp::Mul),
        C::Truediv | C::InplaceTruediv => (Operator::Truediv, BinOp::TrueDiv),
        C::Div | C::InplaceDiv | C::DivOvf => (Operator::Floordiv, BinOp::Div),
        C::Floordiv | C::InplaceFloordiv | C::FloordivOvf => (Operator::Floordiv, BinOp::FloorDiv),
        C::Mod | C::InplaceMod | C::ModOvf => (Operator::Mod, BinOp::Mod),
        C::Pow | C::InplacePow => (Operator::Pow, BinOp::Pow),
        C::Lshift | C::InplaceLshift | C::LshiftOvf => (Operator::Lshift, BinOp::LShift),
        C::Rshift | C::InplaceRshift => (Operator::Rshift, BinOp::RShift),
        C::And | C::InplaceAnd => (Operator::And, BinOp::And),
        C::Or | C::InplaceOr => (Operator::Or, BinOp::Or),
        C::Xor | C::InplaceXor => (Operator::Xor, BinOp::Xor),
        C::Divmod => (Operator::Divmod, BinOp::DivMod),
        _ => return None,
    })
}

impl Annotator {
    pub(crate) fn op_binary(&mut self, code: OpCode, a: AnnId, b: AnnId) -> Flow {
        let Some((operator, host_op)) = operator(code) else {
            return Err(self.error(
                "RPY0404",
                format!("the operation `{}` is not available in RPython", code.name()),
            ));
        };
        if let Some(folded) = self.fold_binary(host_op, a, b) {
            return Ok(folded);
        }
        let (ka, kb) = (self.anns.kind(a).clone(), self.anns.kind(b).clone());
        let number = |k: &Kind| matches!(k, Kind::Int { .. } | Kind::Bool | Kind::Float);
        match (&ka, &kb) {
            _ if operator == Operator::Pow => self.power(a, b, &ka, &kb),
            (x, y) if number(x) && number(y) => self.numeric(operator, code, a, b, &ka, &kb),
            (Kind::Str { .. } | Kind::Char { .. } | Kind::Unicode { .. } | Kind::UniChar, _)
                if operator == Operator::Mod =>
            {
                self.format_string(a, b)
            }
            (
                Kind::Str { .. } | Kind::Char { .. } | Kind::Unicode { .. } | Kind::UniChar,
                Kind::Str { .. } | Kind::Char { .. } | Kind::Unicode { .. } | Kind::UniChar,
            ) if operator == Operator::Add => self.concat(a, b),
            (
                Kind::Str { .. } | Kind::Char { .. } | Kind::Unicode { .. } | Kind::UniChar,
                Kind::Int { .. } | Kind::Bool,
            ) if operator == Operator::Mul => Ok(self.string_of(a)),
            (
                Kind::Int { .. } | Kind::Bool,
                Kind::Str { .. } | Kind::Char { .. } | Kind::Unicode { .. } | Kind::UniChar,
            ) if operator == Operator::Mul => Ok(self.string_of(b)),
            (Kind::ByteArray { .. }, Kind::ByteArray { .. } | Kind::Str { .. } | Kind::Char { .. })
            | (Kind::Str { .. } | Kind::Char { .. }, Kind::ByteArray { .. })
                if operator == Operator::Add =>
            {
                Ok(AnnId::BYTEARRAY)
            }
            (Kind::Tuple(x), Kind::Tuple(y)) if operator == Operator::Add => {
                let items: Vec<AnnId> = x.iter().chain(y.iter()).copied().collect();
                Ok(self.tuple_of(&items))
            }
            (Kind::List(x), Kind::List(y)) if operator == Operator::Add => {
                let (x, y) = (*x, *y);
                if code == OpCode::InplaceAdd {
                    let item = self.read_item(y);
                    self.resize_list(x)?;
                    self.widen_item(x, item)?;
                    return Ok(a);
                }
                let item = self.read_item(x);
                let list = self.new_list_here(item)?;
                let item = self.read_item(y);
                if let Kind::List(l) = self.anns.kind(list).clone() {
                    self.widen_item(l, item)?;
                }
                Ok(list)
            }
            (Kind::List(l), _) if operator == Operator::Add && code == OpCode::InplaceAdd && self.is_iterable(b) => {
                let item = self.any_item(b)?;
                self.resize_list(*l)?;
                self.widen_item(*l, item)?;
                Ok(a)
            }
            (Kind::List(l), Kind::Int { .. } | Kind::Bool) if operator == Operator::Mul => {
                let item = self.read_item(*l);
                if code == OpCode::InplaceMul {
                    self.resize_list(*l)?;
                    return Ok(a);
                }
                self.new_list_here(item)
            }
            (Kind::Int { .. } | Kind::Bool, Kind::List(l)) if operator == Operator::Mul => {
                let item = self.read_item(*l);
                self.new_list_here(item)
            }
            (Kind::Address, Kind::Int { .. }) if matches!(operator, Operator::Add | Operator::Sub) => {
                Ok(AnnId::ADDRESS)
            }
            (Kind::Address, Kind::Address) if operator == Operator::Sub => Ok(AnnId::INT),
            _ => Err(self.operand_error(code, a, b)),
        }
    }

    fn is_iterable(&self, a: AnnId) -> bool {
        matches!(
            self.anns.kind(a),
            Kind::Str { .. }
                | Kind::Char { .. }
                | Kind::Tuple(_)
                | Kind::Unicode { .. }
                | Kind::UniChar
                | Kind::ByteArray { .. }
        )
    }

    /// Computes with constants that are numbers or strings.
    fn fold_binary(&mut self, op: BinOp, a: AnnId, b: AnnId) -> Option<AnnId> {
        let (x, y) = (self.anns.constant(a)?, self.anns.constant(b)?);
        if !self.is_immutable_kind(a) || !self.is_immutable_kind(b) || self.is_symbolic(x) || self.is_symbolic(y) {
            return None;
        }
        if op == BinOp::Mul && matches!((x, y), (Value::Obj(_), _) | (_, Value::Obj(_))) {
            return None;
        }
        let result = self.host.binary_op(op, x, y).ok()?;
        if self.host.long_value(result).is_some() {
            return None;
        }
        self.try_value(result).ok()
    }

    fn power(&mut self, a: AnnId, b: AnnId, ka: &Kind, kb: &Kind) -> Flow {
        if matches!(ka, Kind::Float) && matches!(kb, Kind::Float | Kind::Int { .. })
            || matches!(ka, Kind::Int { .. }) && matches!(kb, Kind::Float)
        {
            return Ok(AnnId::FLOAT);
        }
        let _ = (a, b);
        Err(self
            .error(
                "RPY0404",
                "the power operator `**` on integers is not available in RPython",
            )
            .help("write a loop, shift `1 << n`, or use math.pow() on floats"))
    }

    fn numeric(&mut self, op: Operator, code: OpCode, a: AnnId, b: AnnId, ka: &Kind, kb: &Kind) -> Flow {
        if ka == &Kind::Float || kb == &Kind::Float {
            return match op {
                Operator::Add | Operator::Sub | Operator::Mul | Operator::Truediv => Ok(AnnId::FLOAT),
                Operator::Floordiv if matches!(code, OpCode::Div | OpCode::InplaceDiv) => Ok(AnnId::FLOAT),
                Operator::Floordiv => Err(self
                    .error("RPY0404", "`//` on floats is not available in RPython")
                    .help("use math.floor() of the quotient")),
                Operator::Mod => Err(self
                    .error("RPY0404", "`%` on floats is not available in RPython")
                    .help("use math.fmod()")),
                _ => Err(self.operand_error(code, a, b)),
            };
        }
        let (x, m) = int_parts(ka);
        let (y, n) = int_parts(kb);
        if op == Operator::Truediv {
            return Ok(AnnId::FLOAT);
        }
        let both_bools = ka == &Kind::Bool && kb == &Kind::Bool;
        if both_bools && matches!(op, Operator::And | Operator::Or | Operator::Xor) {
            return Ok(AnnId::BOOL);
        }
        if matches!(op, Operator::Lshift | Operator::Rshift) {
            self.check_wide(code, x, a)?;
            let nonneg = op == Operator::Rshift && m;
            return Ok(self.anns.int(x, nonneg));
        }
        self.check_int_pair(code, a, b)?;
        let int = result_int(x, y, ka, kb);
        let nonneg = match op {
            Operator::Add | Operator::Mul | Operator::Floordiv | Operator::Or | Operator::Xor => m && n,
            Operator::Mod => n,
            Operator::And => m || n,
            _ => false,
        };
        if op == Operator::Divmod {
            let quotient = self.anns.int(int, m && n);
            let rest = self.anns.int(int, n);
            return Ok(self.anns.tuple(&[quotient, rest]));
        }
        Ok(self.anns.int(int, nonneg))
    }

    fn check_wide(&mut self, code: OpCode, int: Int, a: AnnId) -> Flow<()> {
        if int.bits >= 64 {
            return Ok(());
        }
        let what = self.describe(a);
        Err(self
            .error(
                "RPY0416",
                format!(
                    "arithmetic (`{}`) on {what} is not allowed: its size is less than a machine word",
                    symbol(code)
                ),
            )
            .help("widen it first, with intmask(), widen() or rffi.cast(lltype.Signed, x)"))
    }

    /// Both operands must be machine words (or wider), and not mix signs.
    pub(crate) fn check_int_pair(&mut self, code: OpCode, a: AnnId, b: AnnId) -> Flow<()> {
        let (ka, kb) = (self.anns.kind(a).clone(), self.anns.kind(b).clone());
        if ka == Kind::Float || kb == Kind::Float {
            return Ok(());
        }
        let ((x, m), (y, n)) = (int_parts(&ka), int_parts(&kb));
        let comparison = matches!(
            code,
            OpCode::Lt | OpCode::Le | OpCode::Eq | OpCode::Ne | OpCode::Gt | OpCode::Ge
        );
        if comparison && x.signed == y.signed {
            return Ok(());
        }
        if self.anns.constant(a).is_none() || x.bits < 64 && y.bits < 64 {
            self.check_wide(code, x, a)?;
        }
        if self.anns.constant(b).is_none() || x.bits < 64 && y.bits < 64 {
            self.check_wide(code, y, b)?;
        }
        let mixed = x.signed != y.signed;
        let negative = x.signed && !m || y.signed && !n;
        if mixed && negative && ka != Kind::Bool && kb != Kind::Bool {
            return Err(self
                .error(
                    "RPY0416",
                    format!(
                        "`{}` mixes an unsigned integer with a signed one that may be negative",
                        symbol(code)
                    ),
                )
                .help("convert one of them with r_uint() or intmask()"));
        }
        Ok(())
    }

    pub(crate) fn op_unary(&mut self, code: OpCode, a: AnnId) -> Flow {
        match self.anns.kind(a).clone() {
            Kind::Bool => Ok(AnnId::INT),
            Kind::Float if code != OpCode::Invert => Ok(AnnId::FLOAT),
            Kind::Int { int, nonneg } => {
                self.check_wide(code, int, a)?;
                if let (Some(Value::Int(n)), OpCode::Neg) = (self.anns.constant(a), code)
                    && let Some(n) = n.checked_neg()
                {
                    return Ok(self.constant_int(n));
                }
                let nonneg = match code {
                    OpCode::Pos => nonneg,
                    OpCode::AbsOvf => true,
                    _ => false,
                };
                Ok(self.anns.int(int, nonneg))
            }
            Kind::None => Err(self.error("RPY0411", format!("`{}` is used on None", symbol(code)))),
            _ => {
                let what = self.describe(a);
                Err(self.error("RPY0401", format!("`{}` does not work on {what}", symbol(code))))
            }
        }
    }

    /// A string that results from an operation on `a`.
    pub(crate) fn string_of(&mut self, a: AnnId) -> AnnId {
        match self.anns.kind(a) {
            Kind::Unicode { no_nul, .. } => {
                let no_nul = *no_nul;
                self.anns.of(Kind::Unicode {
                    can_be_none: false,
                    no_nul,
                })
            }
            Kind::UniChar => AnnId::UNICODE,
            Kind::Str { no_nul, .. } | Kind::Char { no_nul } => {
                let no_nul = *no_nul;
                self.anns.of(Kind::Str {
                    can_be_none: false,
                    no_nul,
                })
            }
            _ => AnnId::STR,
        }
    }

    fn concat(&mut self, a: AnnId, b: AnnId) -> Flow {
        let unicode = |k: &Kind| matches!(k, Kind::UniChar | Kind::Unicode { .. });
        if unicode(self.anns.kind(a)) != unicode(self.anns.kind(b)) {
            return Err(self.operand_error(OpCode::Add, a, b));
        }
        let no_nul = self.no_nul(a) && self.no_nul(b);
        Ok(self.anns.of(if unicode(self.anns.kind(a)) {
            Kind::Unicode {
                can_be_none: false,
                no_nul,
            }
        } else {
            Kind::Str {
                can_be_none: false,
                no_nul,
            }
        }))
    }

    /// Whether a string is known to have no NUL.
    pub(crate) fn no_nul(&self, a: AnnId) -> bool {
        match self.anns.kind(a) {
            Kind::Char { no_nul } | Kind::Str { no_nul, .. } | Kind::Unicode { no_nul, .. } => *no_nul,
            Kind::None | Kind::Int { .. } | Kind::Bool | Kind::Float => true,
            _ => false,
        }
    }

    /// The machine integer type of an operand of arithmetic.
    pub fn int_type(&self, a: AnnId) -> Option<Int> {
        match self.anns.kind(a) {
            Kind::Int { int, .. } => Some(*int),
            Kind::Bool => Some(Int::SIGNED),
            _ => None,
        }
    }
}

fn int_parts(kind: &Kind) -> (Int, bool) {
    match kind {
        Kind::Int { int, nonneg } => (*int, *nonneg || !int.signed),
        _ => (Int::SIGNED, true),
    }
}

fn result_int(x: Int, y: Int, ka: &Kind, kb: &Kind) -> Int {
    if ka == &Kind::Bool {
        return y;
    }
    if kb == &Kind::Bool {
        return x;
    }
    match (x.signed, y.signed) {
        (true, false) => y,
        (false, true) => x,
        _ if x.bits >= y.bits => x,
        _ => y,
    }
}
