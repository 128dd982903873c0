//! Floats as text, as CPython 2.7 prints them.

/// How a number is laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// `%e`
    Exponent,
    /// `%f`
    Fixed,
    /// `%g`
    General,
}

fn special(x: f64) -> Option<&'static str> {
    if x.is_nan() {
        Some("nan")
    } else if x.is_infinite() {
        Some(if x > 0.0 { "inf" } else { "-inf" })
    } else {
        None
    }
}

/// Significant digits and decimal exponent (of the first digit) of a finite float.
fn digits_of(x: f64, precision: usize) -> (String, i32) {
    let text = format!("{:.*e}", precision, x.abs());
    split_exponent(&text)
}

fn split_exponent(text: &str) -> (String, i32) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    (digits, exponent.parse().unwrap_or(0))
}

fn exponent_text(exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("e{sign}{:02}", exponent.abs())
}

fn place_point(digits: &str, exponent: i32) -> String {
    if exponent < 0 {
        return format!("0.{}{digits}", "0".repeat((-exponent - 1) as usize));
    }
    let whole = exponent as usize + 1;
    if digits.len() <= whole {
        return format!("{digits}{}", "0".repeat(whole - digits.len()));
    }
    format!("{}.{}", &digits[..whole], &digits[whole..])
}

/// The shortest text that reads back as the same float; with `alternate` no `.0` is added.
pub fn shortest(x: f64, bare: bool) -> String {
    if let Some(text) = special(x) {
        return text.to_string();
    }
    let sign = if x.is_sign_negative() { "-" } else { "" };
    let (digits, exponent) = split_exponent(&format!("{:e}", x.abs()));
    let digits = digits.trim_end_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    if !(-4..16).contains(&exponent) {
        let mantissa = if digits.len() > 1 {
            format!("{}.{}", &digits[..1], &digits[1..])
        } else {
            digits.to_string()
        };
        return format!("{sign}{mantissa}{}", exponent_text(exponent));
    }
    let mut text = place_point(digits, exponent);
    if !text.contains('.') && !bare {
        text.push_str(".0");
    }
    format!("{sign}{text}")
}

/// `%.{precision}g`; with `point` a `.0` is added to whole numbers.
pub fn general(x: f64, precision: usize, point: bool) -> String {
    if let Some(text) = special(x) {
        return text.to_string();
    }
    let text = if point {
        general_with_point(x, precision, false)
    } else {
        format_abs(x, Style::General, precision, false)
    };
    if x.is_sign_negative() { format!("-{text}") } else { text }
}

/// Like `g`, but whole numbers keep a digit after the point and take the exponent form one digit earlier.
pub fn general_with_point(x: f64, precision: usize, alternate: bool) -> String {
    let text = format_abs(x, Style::General, precision, alternate);
    if text.contains(['.', 'e']) {
        return text;
    }
    if text.len() >= precision.max(1) && text != "0" {
        let exponent = text.len() - 1;
        let digits = text.trim_end_matches('0');
        let point = if digits.len() > 1 { "." } else { "" };
        return format!("{}{point}{}e+{exponent:02}", &digits[..1], &digits[1..]);
    }
    text + ".0"
}

/// The magnitude of a finite float in a style; `alternate` keeps trailing zeros and the point.
pub fn format_abs(x: f64, style: Style, precision: usize, alternate: bool) -> String {
    let x = x.abs();
    match style {
        Style::Fixed => {
            let text = format!("{x:.precision$}");
            if alternate && precision == 0 { text + "." } else { text }
        }
        Style::Exponent => {
            let (digits, exponent) = digits_of(x, precision);
            let point = if precision > 0 || alternate { "." } else { "" };
            format!("{}{point}{}{}", &digits[..1], &digits[1..], exponent_text(exponent))
        }
        Style::General => {
            let precision = precision.max(1);
            let (digits, exponent) = digits_of(x, precision - 1);
            let kept = if alternate {
                digits.as_str()
            } else {
                digits.trim_end_matches('0')
            };
            let kept = if kept.is_empty() { "0" } else { kept };
            if exponent < -4 || exponent >= precision as i32 {
                let point = if kept.len() > 1 || alternate { "." } else { "" };
                return format!("{}{point}{}{}", &kept[..1], &kept[1..], exponent_text(exponent));
            }
            let text = place_point(kept, exponent);
            if alternate && !text.contains('.') {
                text + "."
            } else {
                text
            }
        }
    }
}
