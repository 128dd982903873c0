//! Arithmetic on complex numbers.

use crate::code::BinOp;
use crate::error::Res;
use crate::host::Host;
use crate::object::ObjData;
use crate::value::Value;

fn divide(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    if b.0.abs() >= b.1.abs() {
        let ratio = b.1 / b.0;
        let denom = b.0 + b.1 * ratio;
        ((a.0 + a.1 * ratio) / denom, (a.1 - a.0 * ratio) / denom)
    } else {
        let ratio = b.0 / b.1;
        let denom = b.0 * ratio + b.1;
        ((a.0 * ratio + a.1) / denom, (a.1 * ratio - a.0) / denom)
    }
}

fn multiply(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

fn int_power(base: (f64, f64), n: i64) -> (f64, f64) {
    let mut result = (1.0, 0.0);
    let mut square = base;
    let mut left = n.unsigned_abs();
    while left > 0 {
        if left & 1 == 1 {
            result = multiply(result, square);
        }
        square = multiply(square, square);
        left >>= 1;
    }
    if n < 0 { divide((1.0, 0.0), result) } else { result }
}

impl Host {
    /// A new `complex`.
    pub fn new_complex(&mut self, re: f64, im: f64) -> Value {
        self.alloc(ObjData::Complex(re, im))
    }

    /// `a op b` on complex numbers.
    pub(crate) fn complex_op(&mut self, op: BinOp, a: (f64, f64), b: (f64, f64)) -> Res {
        let (re, im) = match op {
            BinOp::Add => (a.0 + b.0, a.1 + b.1),
            BinOp::Sub => (a.0 - b.0, a.1 - b.1),
            BinOp::Mul => multiply(a, b),
            BinOp::Div | BinOp::TrueDiv => {
                if b == (0.0, 0.0) {
                    return Err(self.zero_division("complex division by zero"));
                }
                divide(a, b)
            }
            BinOp::FloorDiv | BinOp::Mod | BinOp::DivMod => return self.complex_floor(op, a, b),
            BinOp::Pow => return self.complex_pow(a, b),
            BinOp::LShift | BinOp::RShift | BinOp::And | BinOp::Or | BinOp::Xor => {
                let (x, y) = (self.new_complex(a.0, a.1), self.new_complex(b.0, b.1));
                return Err(self.binop_error(op, x, y, false));
            }
        };
        Ok(self.new_complex(re, im))
    }

    fn complex_floor(&mut self, op: BinOp, a: (f64, f64), b: (f64, f64)) -> Res {
        if b == (0.0, 0.0) {
            let text = if op == BinOp::Mod {
                "complex remainder"
            } else {
                "complex divmod()"
            };
            return Err(self.zero_division(text));
        }
        let q = (divide(a, b).0.floor(), 0.0);
        let back = multiply(b, q);
        let r = (a.0 - back.0, a.1 - back.1);
        Ok(match op {
            BinOp::Mod => self.new_complex(r.0, r.1),
            BinOp::DivMod => {
                let (q, r) = (self.new_complex(q.0, q.1), self.new_complex(r.0, r.1));
                self.new_tuple(&[q, r])
            }
            _ => self.new_complex(q.0, q.1),
        })
    }

    fn complex_pow(&mut self, a: (f64, f64), b: (f64, f64)) -> Res {
        if b == (0.0, 0.0) {
            return Ok(self.new_complex(1.0, 0.0));
        }
        if a == (0.0, 0.0) {
            if b.1 != 0.0 || b.0 < 0.0 {
                return Err(self.zero_division("0.0 to a negative or complex power"));
            }
            return Ok(self.new_complex(0.0, 0.0));
        }
        if b.1 == 0.0 && b.0.fract() == 0.0 && b.0.abs() <= 100.0 {
            let (re, im) = int_power(a, b.0 as i64);
            return Ok(self.new_complex(re, im));
        }
        let size = libm::hypot(a.0, a.1);
        let angle = libm::atan2(a.1, a.0);
        let mut length = size.powf(b.0);
        let mut phase = angle * b.0;
        if b.1 != 0.0 {
            length /= (angle * b.1).exp();
            phase += b.1 * size.ln();
        }
        let (re, im) = (length * phase.cos(), length * phase.sin());
        if re.is_infinite() || im.is_infinite() {
            return Err(self.overflow_error("complex exponentiation"));
        }
        Ok(self.new_complex(re, im))
    }
}
