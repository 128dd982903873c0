//! Arithmetic on floats.

use crate::code::BinOp;
use crate::error::Res;
use crate::host::Host;
use crate::value::Value;

/// Python's float remainder; the divisor is not zero.
pub(crate) fn float_mod(a: f64, b: f64) -> f64 {
    let r = libm::fmod(a, b);
    if r == 0.0 {
        return 0.0_f64.copysign(b);
    }
    if (r < 0.0) != (b < 0.0) { r + b } else { r }
}

/// Python's float floor division with remainder; the divisor is not zero.
pub(crate) fn float_divmod(a: f64, b: f64) -> (f64, f64) {
    let mut r = libm::fmod(a, b);
    let mut div = (a - r) / b;
    if r != 0.0 {
        if (b < 0.0) != (r < 0.0) {
            r += b;
            div -= 1.0;
        }
    } else {
        r = 0.0_f64.copysign(b);
    }
    let floor = if div != 0.0 {
        let f = div.floor();
        if div - f > 0.5 { f + 1.0 } else { f }
    } else {
        0.0_f64.copysign(a / b)
    };
    (floor, r)
}

impl Host {
    /// `a op b` on floats.
    pub(crate) fn float_op(&mut self, op: BinOp, a: f64, b: f64) -> Res {
        let result = match op {
            BinOp::Add => a + b,
            BinOp::Sub => a - b,
            BinOp::Mul => a * b,
            BinOp::Div | BinOp::TrueDiv => {
                if b == 0.0 {
                    return Err(self.zero_division("float division by zero"));
                }
                a / b
            }
            BinOp::FloorDiv | BinOp::DivMod => {
                if b == 0.0 {
                    let text = "float divmod()";
                    return Err(self.zero_division(text));
                }
                let (q, r) = float_divmod(a, b);
                if op == BinOp::DivMod {
                    return Ok(self.new_tuple(&[Value::Float(q), Value::Float(r)]));
                }
                q
            }
            BinOp::Mod => {
                if b == 0.0 {
                    return Err(self.zero_division("float modulo"));
                }
                float_mod(a, b)
            }
            BinOp::Pow => return self.float_pow(a, b),
            BinOp::LShift | BinOp::RShift | BinOp::And | BinOp::Or | BinOp::Xor => {
                return Err(self.binop_error(op, Value::Float(a), Value::Float(b), false));
            }
        };
        Ok(Value::Float(result))
    }

    fn float_pow(&mut self, a: f64, b: f64) -> Res {
        if b == 0.0 || a == 1.0 {
            return Ok(Value::Float(1.0));
        }
        if a.is_nan() || b.is_nan() {
            return Ok(Value::Float(f64::NAN));
        }
        if a == 0.0 && b < 0.0 {
            return Err(self.zero_division("0.0 cannot be raised to a negative power"));
        }
        if a < 0.0 && a.is_finite() && b.is_finite() && b.fract() != 0.0 {
            return Err(self.value_error("negative number cannot be raised to a fractional power"));
        }
        let result = a.powf(b);
        if result.is_infinite() && a.is_finite() && b.is_finite() {
            let text = self.new_str("Numerical result out of range");
            return Err(self.error_args(self.exceptions.overflow_error, &[Value::Int(34), text]));
        }
        Ok(Value::Float(result))
    }
}
