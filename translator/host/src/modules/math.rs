//! The `math` module, on the C99 functions of `libm`.

use super::{NativeModule, def, float_arg, index_arg, int_arg};
use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, NativeDef};
use crate::value::Value;
use num_bigint::{BigInt, Sign};
use num_traits::{One, ToPrimitive};

pub(super) const MODULE: NativeModule = NativeModule {
    name: "math",
    functions: FUNCTIONS,
    constants,
};

fn constants(_: &mut Host) -> Res<Vec<(&'static str, Value)>> {
    Ok(vec![
        ("pi", Value::Float(std::f64::consts::PI)),
        ("e", Value::Float(std::f64::consts::E)),
    ])
}

const X: &[&str] = &["x"];
const XY: &[&str] = &["x", "y"];

macro_rules! unary {
    ($name:literal, $f:expr) => {
        def($name, 1, X, |host, a| {
            let x = float_arg(host, a.get(0))?;
            finish(host, $f(x), &[x])
        })
    };
}

macro_rules! binary {
    ($name:literal, $f:expr) => {
        def($name, 2, XY, |host, a| {
            let (x, y) = (float_arg(host, a.get(0))?, float_arg(host, a.get(1))?);
            finish(host, $f(x, y), &[x, y])
        })
    };
}

const FUNCTIONS: &[NativeDef] = &[
    unary!("acos", libm::acos),
    unary!("acosh", libm::acosh),
    unary!("asin", libm::asin),
    unary!("asinh", libm::asinh),
    unary!("atan", libm::atan),
    unary!("atanh", libm::atanh),
    binary!("atan2", libm::atan2),
    unary!("ceil", f64::ceil),
    binary!("copysign", f64::copysign),
    unary!("cos", f64::cos),
    unary!("cosh", libm::cosh),
    unary!("degrees", |x: f64| x * (180.0 / std::f64::consts::PI)),
    unary!("erf", libm::erf),
    unary!("erfc", libm::erfc),
    unary!("exp", f64::exp),
    unary!("expm1", libm::expm1),
    unary!("fabs", f64::abs),
    unary!("floor", f64::floor),
    def("fmod", 2, XY, fmod),
    unary!("gamma", gamma),
    binary!("hypot", libm::hypot),
    unary!("lgamma", lgamma),
    def("log", 1, &["x", "base"], log),
    def("log10", 1, X, log10),
    unary!("log1p", libm::log1p),
    def("pow", 2, XY, pow),
    unary!("radians", |x: f64| x * (std::f64::consts::PI / 180.0)),
    unary!("sin", f64::sin),
    unary!("sinh", libm::sinh),
    unary!("sqrt", f64::sqrt),
    unary!("tan", f64::tan),
    unary!("tanh", libm::tanh),
    def("trunc", 1, X, trunc),
    def("frexp", 1, X, frexp),
    def("modf", 1, X, modf),
    def("ldexp", 2, &["x", "i"], ldexp),
    def("isnan", 1, X, |host, a| {
        Ok(Value::Bool(float_arg(host, a.get(0))?.is_nan()))
    }),
    def("isinf", 1, X, |host, a| {
        Ok(Value::Bool(float_arg(host, a.get(0))?.is_infinite()))
    }),
    def("fsum", 1, &["seq"], fsum),
    def("factorial", 1, X, factorial),
];

/// C's error conventions as Python exceptions: NaN from numbers is a domain error, infinity from finite numbers a range error.
fn finish(host: &mut Host, result: f64, inputs: &[f64]) -> Res {
    if result.is_nan() && !inputs.iter().any(|x| x.is_nan()) {
        return Err(host.value_error("math domain error"));
    }
    if result.is_infinite() && inputs.iter().all(|x| x.is_finite()) {
        return Err(host.overflow_error("math range error"));
    }
    Ok(Value::Float(result))
}

/// Poles are domain errors.
fn gamma(x: f64) -> f64 {
    if x.is_finite() && x <= 0.0 && x == x.floor() {
        f64::NAN
    } else {
        libm::tgamma(x)
    }
}

fn lgamma(x: f64) -> f64 {
    if x.is_finite() && x <= 0.0 && x == x.floor() {
        f64::NAN
    } else {
        libm::lgamma(x)
    }
}

fn fmod(host: &mut Host, a: Args<'_>) -> Res {
    let (x, y) = (float_arg(host, a.get(0))?, float_arg(host, a.get(1))?);
    if y.is_infinite() && x.is_finite() {
        return Ok(Value::Float(x));
    }
    finish(host, x % y, &[x, y])
}

fn pow(host: &mut Host, a: Args<'_>) -> Res {
    let (x, y) = (float_arg(host, a.get(0))?, float_arg(host, a.get(1))?);
    if x == 0.0 && y < 0.0 && y.is_finite() {
        return Err(host.value_error("math domain error"));
    }
    finish(host, libm::pow(x, y), &[x, y])
}

/// Logarithm of a number of any size.
fn big_log(host: &mut Host, value: Value, of: fn(f64) -> f64) -> Res<f64> {
    if let Some(long) = host.long_value(value).cloned() {
        if long.sign() != Sign::Plus {
            return Err(host.value_error("math domain error"));
        }
        let shift = long.bits().saturating_sub(60);
        let head = (long >> shift).to_f64().unwrap_or(f64::INFINITY);
        #[expect(clippy::cast_precision_loss, reason = "a number of bits")]
        return Ok(of(head) + shift as f64 * of(2.0));
    }
    let x = float_arg(host, value)?;
    if x <= 0.0 {
        return Err(host.value_error("math domain error"));
    }
    Ok(of(x))
}

fn log(host: &mut Host, a: Args<'_>) -> Res {
    let x = big_log(host, a.get(0), f64::ln)?;
    let Some(base) = a.opt(1) else {
        return Ok(Value::Float(x));
    };
    let base = big_log(host, base, f64::ln)?;
    if base == 0.0 {
        return Err(host.zero_division("float division by zero"));
    }
    Ok(Value::Float(x / base))
}

fn log10(host: &mut Host, a: Args<'_>) -> Res {
    big_log(host, a.get(0), f64::log10).map(Value::Float)
}

fn trunc(host: &mut Host, a: Args<'_>) -> Res {
    let value = a.get(0);
    if let Some(method) = host.getattr_opt(value, "__trunc__")? {
        return host.call(method, &[], &[]);
    }
    Err(host.type_error("type has no __trunc__ method"))
}

fn frexp(host: &mut Host, a: Args<'_>) -> Res {
    let x = float_arg(host, a.get(0))?;
    let (m, e) = if x.is_finite() { libm::frexp(x) } else { (x, 0) };
    Ok(host.new_tuple(&[Value::Float(m), Value::Int(i64::from(e))]))
}

fn modf(host: &mut Host, a: Args<'_>) -> Res {
    let x = float_arg(host, a.get(0))?;
    let whole = x.trunc();
    let part = if x.is_infinite() {
        0.0f64.copysign(x)
    } else {
        (x - whole).copysign(x)
    };
    Ok(host.new_tuple(&[Value::Float(part), Value::Float(whole)]))
}

fn ldexp(host: &mut Host, a: Args<'_>) -> Res {
    let x = float_arg(host, a.get(0))?;
    let exponent = int_arg(host, a.get(1))?;
    let limit = if exponent.sign() == Sign::Minus {
        -100_000
    } else {
        100_000
    };
    let exponent = exponent.to_i32().unwrap_or(limit).clamp(-100_000, 100_000);
    finish(host, libm::ldexp(x, exponent), &[x])
}

/// The exactly rounded sum: partial sums that do not overlap are kept, largest last.
fn fsum(host: &mut Host, a: Args<'_>) -> Res {
    let mut partials: Vec<f64> = vec![];
    let mut special = 0.0;
    for item in host.iterate_to_vec(a.get(0))? {
        let mut x = float_arg(host, item)?;
        if !x.is_finite() {
            special += x;
            continue;
        }
        let mut kept = 0;
        for i in 0..partials.len() {
            let mut y = partials[i];
            if x.abs() < y.abs() {
                std::mem::swap(&mut x, &mut y);
            }
            let high = x + y;
            let low = y - (high - x);
            if low != 0.0 {
                partials[kept] = low;
                kept += 1;
            }
            x = high;
        }
        partials.truncate(kept);
        partials.push(x);
    }
    if special != 0.0 || f64::is_nan(special) {
        return finish(host, special, &[f64::INFINITY]);
    }
    Ok(Value::Float(round_partials(&partials)))
}

fn round_partials(partials: &[f64]) -> f64 {
    let Some((&last, rest)) = partials.split_last() else {
        return 0.0;
    };
    let mut high = last;
    let mut rest = rest.iter().rev();
    while let Some(&y) = rest.next() {
        let x = high;
        high = x + y;
        let low = y - (high - x);
        if low != 0.0 {
            if let Some(&next) = rest.next()
                && (low < 0.0) == (next < 0.0)
            {
                let doubled = low * 2.0;
                let rounded = high + doubled;
                if doubled == rounded - high {
                    high = rounded;
                }
            }
            break;
        }
    }
    high
}

fn factorial(host: &mut Host, a: Args<'_>) -> Res {
    let n = match a.get(0) {
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole")]
        Value::Float(x) if x == x.floor() && x.abs() < 1e15 => x as i64,
        Value::Float(_) => return Err(host.value_error("factorial() only accepts integral values")),
        other => index_arg(host, other)?,
    };
    if n < 0 {
        return Err(host.value_error("factorial() not defined for negative values"));
    }
    let mut product = BigInt::one();
    for i in 2..=n {
        product *= i;
    }
    Ok(host.new_int(product))
}
