//! C names made from names of the source.

use rustc_hash::FxHashMap;

/// Makes names unique: the first use of a name gets it plain, later ones a number.
#[derive(Debug, Default)]
pub struct Namer {
    used: FxHashMap<String, u32>,
}

impl Namer {
    /// A unique name made of `prefix` and `base`.
    pub fn unique(&mut self, prefix: &str, base: &str) -> String {
        let mut name = format!("{prefix}{}", identifier(base));
        loop {
            let n = self.used.entry(name.clone()).or_insert(0);
            *n += 1;
            if *n == 1 {
                return name;
            }
            name = format!("{name}__{n}");
        }
    }

    /// Keeps `name` from being given to anything else.
    pub fn reserve(&mut self, name: &str) {
        self.used.insert(name.to_owned(), 1);
    }
}

/// Replaces everything that may not be in a C identifier; at most 60 bytes.
pub fn identifier(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        let c = if c.is_ascii_alphanumeric() { c } else { '_' };
        if c != '_' || !out.ends_with('_') {
            out.push(c);
        }
        if out.len() >= 60 {
            break;
        }
    }
    while out.ends_with('_') {
        out.pop();
    }
    if out.is_empty() { "x".to_owned() } else { out }
}

/// C name of a struct field. External structs have fields called `c_NAME` for NAME.
pub fn field_name(name: &str, external: bool, suffix: usize) -> String {
    if external {
        return name.strip_prefix("c_").unwrap_or(name).to_owned();
    }
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' })
        .collect();
    if suffix == 0 {
        format!("f_{plain}")
    } else {
        format!("f_{plain}__{suffix}")
    }
}

/// A C string literal of `bytes`.
pub fn string_literal(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push('"');
    let mut last_was_octal = false;
    for &b in bytes {
        match b {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(b));
            }
            b'?' => out.push_str("\\?"),
            b'0'..=b'9' if last_was_octal => {
                out.push_str("\"\"");
                out.push(char::from(b));
            }
            0x20..=0x7e => out.push(char::from(b)),
            _ => {
                out.push_str(&format!("\\{b:o}"));
                last_was_octal = true;
                continue;
            }
        }
        last_was_octal = false;
    }
    out.push('"');
    out
}

/// An exact C literal of a double.
pub fn float_literal(x: f64) -> String {
    if x.is_nan() {
        return if x.is_sign_negative() {
            "-RPY_C_NAN"
        } else {
            "RPY_C_NAN"
        }
        .to_owned();
    }
    if x.is_infinite() {
        return if x > 0.0 { "RPY_C_INF" } else { "-RPY_C_INF" }.to_owned();
    }
    let short = format!("{x:?}");
    if short.len() <= 10 && short.parse() == Ok(x) && !short.contains("e") {
        return if x.is_sign_negative() {
            format!("({short})")
        } else {
            short
        };
    }
    let bits = x.to_bits();
    let exponent = i64::from(u32::try_from(bits >> 52 & 0x7ff).expect("11 bits"));
    let mantissa = bits & 0xf_ffff_ffff_ffff;
    let (lead, exponent) = if exponent == 0 {
        (0, -1022)
    } else {
        (1, exponent - 1023)
    };
    let sign = if x.is_sign_negative() { "-" } else { "" };
    format!("({sign}0x{lead}.{mantissa:013x}p{exponent})")
}

/// A C literal of a `Signed`.
pub fn signed_literal(x: i64) -> String {
    match x {
        i64::MIN => "INT64_MIN".to_owned(),
        x if x < 0 => format!("({x}L)"),
        x => format!("{x}L"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_exact() {
        assert_eq!(float_literal(0.5), "0.5");
        assert_eq!(float_literal(-0.0), "(-0.0)");
        assert_eq!(float_literal(1e300), "(0x1.7e43c8800759cp996)");
        assert_eq!(float_literal(5e-324), "(0x0.0000000000001p-1022)");
        assert_eq!(signed_literal(i64::MIN), "INT64_MIN");
        assert_eq!(string_literal(b"a\n1\"?"), "\"a\\12\"\"1\\\"\\?\"");
    }

    #[test]
    fn names_are_unique() {
        let mut n = Namer::default();
        assert_eq!(n.unique("g_", "a.b"), "g_a_b");
        assert_eq!(n.unique("g_", "a-b"), "g_a_b__2");
    }
}
