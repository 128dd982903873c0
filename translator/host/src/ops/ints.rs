//! Arithmetic on `int` and `long`.

use crate::code::BinOp;
use crate::error::Res;
use crate::host::Host;
use crate::value::Value;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// Floor division and remainder of machine integers; the divisor is not zero.
pub(crate) fn floor_divmod(a: i64, b: i64) -> Option<(i64, i64)> {
    let (q, r) = (a.checked_div(b)?, a.checked_rem(b)?);
    if r != 0 && ((r < 0) != (b < 0)) {
        Some((q - 1, r + b))
    } else {
        Some((q, r))
    }
}

impl Host {
    /// `a op b` on machine integers; overflow goes to `long`.
    #[inline]
    pub(crate) fn int_op(&mut self, op: BinOp, a: i64, b: i64) -> Res {
        let fast = match op {
            BinOp::Add => a.checked_add(b),
            BinOp::Sub => a.checked_sub(b),
            BinOp::Mul => a.checked_mul(b),
            BinOp::And => Some(a & b),
            BinOp::Or => Some(a | b),
            BinOp::Xor => Some(a ^ b),
            BinOp::Div | BinOp::FloorDiv | BinOp::Mod => return self.int_div(op, a, b),
            BinOp::LShift | BinOp::RShift => return self.int_shift(op, a, b),
            BinOp::Pow => return self.int_pow(a, b),
            BinOp::TrueDiv => return self.int_truediv(a, b),
            BinOp::DivMod => return self.int_divmod(a, b),
        };
        match fast {
            Some(result) => Ok(Value::Int(result)),
            None => self.long_op(op, &BigInt::from(a), &BigInt::from(b)),
        }
    }

    fn int_div(&mut self, op: BinOp, a: i64, b: i64) -> Res {
        if b == 0 {
            return Err(self.zero_division("integer division or modulo by zero"));
        }
        match floor_divmod(a, b) {
            Some((q, r)) => Ok(Value::Int(if op == BinOp::Mod { r } else { q })),
            None => self.long_op(op, &BigInt::from(a), &BigInt::from(b)),
        }
    }

    fn int_divmod(&mut self, a: i64, b: i64) -> Res {
        if b == 0 {
            return Err(self.zero_division("integer division or modulo by zero"));
        }
        match floor_divmod(a, b) {
            Some((q, r)) => Ok(self.new_tuple(&[Value::Int(q), Value::Int(r)])),
            None => self.long_op(BinOp::DivMod, &BigInt::from(a), &BigInt::from(b)),
        }
    }

    fn int_truediv(&mut self, a: i64, b: i64) -> Res {
        if b == 0 {
            return Err(self.zero_division("division by zero"));
        }
        const EXACT: i64 = 1 << 53;
        if a.abs_diff(0) <= EXACT as u64 && b.abs_diff(0) <= EXACT as u64 {
            return Ok(Value::Float(a as f64 / b as f64));
        }
        self.long_op(BinOp::TrueDiv, &BigInt::from(a), &BigInt::from(b))
    }

    fn int_shift(&mut self, op: BinOp, a: i64, b: i64) -> Res {
        if b < 0 {
            return Err(self.value_error("negative shift count"));
        }
        if op == BinOp::RShift {
            return Ok(Value::Int(if b > 63 { a >> 63 } else { a >> b }));
        }
        if a == 0 {
            return Ok(Value::Int(0));
        }
        if b < 64 {
            let result = a << b;
            if result >> b == a {
                return Ok(Value::Int(result));
            }
        }
        self.long_op(op, &BigInt::from(a), &BigInt::from(b))
    }

    fn int_pow(&mut self, a: i64, b: i64) -> Res {
        if b < 0 {
            if a == 0 {
                return Err(self.zero_division("0.0 cannot be raised to a negative power"));
            }
            return self.float_op(BinOp::Pow, a as f64, b as f64);
        }
        match u32::try_from(b).ok().and_then(|e| a.checked_pow(e)) {
            Some(result) => Ok(Value::Int(result)),
            None => match a {
                0 | 1 => Ok(Value::Int(a)),
                -1 => Ok(Value::Int(if b & 1 == 1 { -1 } else { 1 })),
                _ => self.long_op(BinOp::Pow, &BigInt::from(a), &BigInt::from(b)),
            },
        }
    }

    /// `a op b` on big integers; the result is always a `long` (or float, or tuple).
    pub(crate) fn long_op(&mut self, op: BinOp, a: &BigInt, b: &BigInt) -> Res {
        let result = match op {
            BinOp::Add => a + b,
            BinOp::Sub => a - b,
            BinOp::Mul => a * b,
            BinOp::And => a & b,
            BinOp::Or => a | b,
            BinOp::Xor => a ^ b,
            BinOp::Div | BinOp::FloorDiv | BinOp::Mod | BinOp::DivMod => {
                if b.is_zero() {
                    return Err(self.zero_division("long division or modulo by zero"));
                }
                let (q, r) = a.div_mod_floor(b);
                match op {
                    BinOp::Mod => r,
                    BinOp::DivMod => {
                        let (q, r) = (self.new_long(q), self.new_long(r));
                        return Ok(self.new_tuple(&[q, r]));
                    }
                    _ => q,
                }
            }
            BinOp::TrueDiv => return self.long_truediv(a, b),
            BinOp::LShift | BinOp::RShift => return self.long_shift(op, a, b),
            BinOp::Pow => return self.long_pow(a, b),
        };
        Ok(self.new_long(result))
    }

    fn long_shift(&mut self, op: BinOp, a: &BigInt, b: &BigInt) -> Res {
        if b.is_negative() {
            return Err(self.value_error("negative shift count"));
        }
        let left = op == BinOp::LShift;
        let Some(count) = b.to_u32().filter(|&n| !left || n < 1 << 31) else {
            return if left && !a.is_zero() {
                Err(self.overflow_error("long int too large to convert to int"))
            } else {
                Ok(self.new_long(if a.is_negative() && !left {
                    BigInt::from(-1)
                } else {
                    BigInt::zero()
                }))
            };
        };
        let result = if left { a << count } else { a >> count };
        Ok(self.new_long(result))
    }

    fn long_pow(&mut self, a: &BigInt, b: &BigInt) -> Res {
        if b.is_negative() {
            if a.is_zero() {
                return Err(self.zero_division("0.0 cannot be raised to a negative power"));
            }
            let (x, y) = (self.big_to_f64(a)?, self.big_to_f64(b)?);
            return self.float_op(BinOp::Pow, x, y);
        }
        let result = match b.to_u32() {
            Some(exponent) => a.pow(exponent),
            None if a.is_zero() || a.is_one() => a.clone(),
            None if (-a).is_one() => {
                if b.is_odd() {
                    a.clone()
                } else {
                    BigInt::one()
                }
            }
            None => return Err(self.error_args(self.exceptions.memory_error, &[])),
        };
        Ok(self.new_long(result))
    }

    fn long_truediv(&mut self, a: &BigInt, b: &BigInt) -> Res {
        if b.is_zero() {
            return Err(self.zero_division("division by zero"));
        }
        // Scale so that the quotient has at least 66 bits; the remainder becomes a sticky bit.
        let shift = (66 + b.bits() as i64 - a.bits() as i64).clamp(-1_000_000, 1_000_000);
        let (top, bottom) = if shift >= 0 {
            (a.abs() << shift as usize, b.abs())
        } else {
            (a.abs(), b.abs() << (-shift) as usize)
        };
        let (mut q, r) = top.div_rem(&bottom);
        if !r.is_zero() && q.is_even() {
            q += 1;
        }
        let negative = a.is_negative() != b.is_negative();
        let magnitude = if shift >= 0 && shift < 1000 {
            libm::ldexp(crate::ops::number::round_to_f64(&q), -(shift as i32))
        } else {
            libm::scalbn(crate::ops::number::round_to_f64(&q), -(shift as i32))
        };
        if magnitude.is_infinite() {
            return Err(self.overflow_error("long/long too large for a float"));
        }
        Ok(Value::Float(if negative { -magnitude } else { magnitude }))
    }

    /// `pow(a, b, c)` on integers.
    pub(crate) fn pow_mod(&mut self, a: &BigInt, b: &BigInt, c: &BigInt, long: bool) -> Res {
        if b.is_negative() {
            return Err(self.type_error("pow() 2nd argument cannot be negative when 3rd argument specified"));
        }
        if c.is_zero() {
            return Err(self.value_error("pow() 3rd argument cannot be 0"));
        }
        let result = a.modpow(b, c);
        Ok(if long {
            self.new_long(result)
        } else {
            self.new_int(result)
        })
    }
}
