//! `float.hex` and `float.fromhex`.

/// A float as `0x1.…p+e`.
pub fn to_hex(x: f64) -> String {
    if x.is_nan() {
        return "nan".to_string();
    }
    let sign = if x.is_sign_negative() { "-" } else { "" };
    if x.is_infinite() {
        return format!("{sign}inf");
    }
    let bits = x.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i64;
    let mantissa = bits & ((1 << 52) - 1);
    if exponent == 0 && mantissa == 0 {
        return format!("{sign}0x0.0p+0");
    }
    let (lead, exponent) = if exponent == 0 {
        (0, -1022)
    } else {
        (1, exponent - 1023)
    };
    let esign = if exponent < 0 { '-' } else { '+' };
    format!("{sign}0x{lead}.{mantissa:013x}p{esign}{}", exponent.abs())
}

/// Reads hexadecimal floats; `Err(true)` is an overflow, `Err(false)` malformed.
pub fn from_hex(text: &str) -> Result<f64, bool> {
    let text = text.trim();
    let (negative, body) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = body.to_ascii_lowercase();
    let sign = if negative { -1.0 } else { 1.0 };
    match lower.as_str() {
        "inf" | "infinity" => return Ok(sign * f64::INFINITY),
        "nan" => return Ok(f64::NAN),
        _ => {}
    }
    let digits = lower.strip_prefix("0x").unwrap_or(&lower);
    let (mantissa, exponent) = match digits.split_once('p') {
        Some((m, e)) => (m, e.parse::<i64>().map_err(|_| false)?),
        None => (digits, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty() || !all.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(false);
    }
    let n = num_bigint::BigInt::parse_bytes(all.as_bytes(), 16).ok_or(false)?;
    if n == num_bigint::BigInt::from(0) {
        return Ok(sign * 0.0);
    }
    let exponent = exponent - 4 * fraction.len() as i64;
    let bits = n.bits() as i64;
    if bits + exponent > 1024 {
        return Err(true);
    }
    // Keep 55 bits above the last place of the result, and whether anything was lost.
    let keep = (bits + exponent + 1074).clamp(0, 53) + 2;
    let drop = (bits - keep).max(0);
    let top = &n >> drop as usize;
    let lost = (&top << drop as usize) != n;
    let mut m: u64 = u64::try_from(&top).map_err(|_| true)?;
    if lost {
        m |= 1;
    }
    let (mut quotient, rest) = (m >> 2, m & 3);
    if drop + exponent + 2 < -1074 - 60 {
        return Ok(sign * 0.0);
    }
    if bits <= keep && keep > bits {
        return Ok(sign * libm::ldexp(m as f64, (drop + exponent) as i32));
    }
    if rest > 2 || (rest == 2 && quotient & 1 == 1) {
        quotient += 1;
    }
    let x = libm::ldexp(quotient as f64, (drop + exponent + 2) as i32);
    if x.is_infinite() { Err(true) } else { Ok(sign * x) }
}
