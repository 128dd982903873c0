//! Format specifications: `[[fill]align][sign][#][0][width][,][.precision][type]`.

use super::float::{Style, format_abs, general, general_with_point};
use crate::error::{Raised, Res};
use crate::host::Host;
use crate::object::ObjData;
use crate::ops::number::Num;
use crate::value::Value;
use num_bigint::BigInt;
use num_traits::Signed;

#[derive(Clone, Copy, Debug, Default)]
struct Spec {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    alternate: bool,
    zero: bool,
    width: usize,
    comma: bool,
    precision: Option<usize>,
    kind: Option<char>,
}

fn number(h: &mut Host, chars: &[char], i: &mut usize) -> Res<Option<usize>> {
    let start = *i;
    let mut n = 0usize;
    while let Some(d) = chars.get(*i).and_then(|c| c.to_digit(10)) {
        n = n.saturating_mul(10).saturating_add(d as usize);
        *i += 1;
    }
    if n > i64::MAX as usize / 2 {
        return Err(h.value_error("Too many decimal digits in format string"));
    }
    Ok(if *i == start { None } else { Some(n) })
}

fn parse(h: &mut Host, text: &str) -> Res<Spec> {
    let chars: Vec<char> = text.chars().collect();
    let mut spec = Spec::default();
    let is_align = |c: Option<&char>| matches!(c, Some('<' | '>' | '=' | '^'));
    let mut i = 0;
    if is_align(chars.get(1)) {
        spec.fill = Some(chars[0]);
        spec.align = Some(chars[1]);
        i = 2;
    } else if is_align(chars.first()) {
        spec.align = Some(chars[0]);
        i = 1;
    }
    if let Some(&c @ ('+' | '-' | ' ')) = chars.get(i) {
        spec.sign = Some(c);
        i += 1;
    }
    if chars.get(i) == Some(&'#') {
        spec.alternate = true;
        i += 1;
    }
    if chars.get(i) == Some(&'0') && spec.fill.is_none() {
        spec.zero = spec.align.is_none();
        spec.fill = Some('0');
        spec.align = spec.align.or(Some('='));
        i += 1;
    }
    spec.width = number(h, &chars, &mut i)?.unwrap_or(0);
    if chars.get(i) == Some(&',') {
        spec.comma = true;
        i += 1;
    }
    if chars.get(i) == Some(&'.') {
        i += 1;
        spec.precision = number(h, &chars, &mut i)?;
        if spec.precision.is_none() {
            return Err(h.value_error("Format specifier missing precision"));
        }
    }
    match chars.get(i..).unwrap_or_default() {
        [] => {}
        [kind] => spec.kind = Some(*kind),
        _ => return Err(h.value_error("Invalid conversion specification")),
    }
    if spec.comma && !matches!(spec.kind, None | Some('d' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F')) {
        let text = format!("Cannot specify ',' with '{}'.", spec.kind.unwrap_or(' '));
        return Err(h.value_error(text));
    }
    Ok(spec)
}

fn unknown(h: &mut Host, spec: &Spec, value: Value) -> Raised {
    let kind = spec.kind.unwrap_or('s');
    let text = format!(
        "Unknown format code '{kind}' for object of type '{}'",
        h.class_name_of(value)
    );
    h.value_error(text)
}

fn padded(text: &str, spec: &Spec, default: char) -> String {
    let missing = spec.width.saturating_sub(text.chars().count());
    let fill = spec.fill.unwrap_or(' ').to_string();
    match spec.align.unwrap_or(default) {
        '<' => format!("{text}{}", fill.repeat(missing)),
        '^' => format!(
            "{}{text}{}",
            fill.repeat(missing / 2),
            fill.repeat(missing - missing / 2)
        ),
        _ => format!("{}{text}", fill.repeat(missing)),
    }
}

/// Sign, prefix and digits laid out by a specification.
fn number_layout(sign: &str, prefix: &str, digits: &str, rest: &str, spec: &Spec) -> String {
    let inner = spec.align == Some('=');
    let mut digits = digits.to_string();
    let around = sign.len() + prefix.len() + rest.len();
    if spec.comma {
        digits = group(&digits);
        if inner && spec.fill == Some('0') {
            let target = spec.width.saturating_sub(around);
            let mut bare: String = digits.chars().filter(|c| *c != ',').collect();
            while digits.len() < target {
                bare.insert(0, '0');
                digits = group(&bare);
            }
        }
    }
    if inner {
        let missing = spec.width.saturating_sub(around + digits.len());
        let fill = spec.fill.unwrap_or(' ').to_string().repeat(missing);
        return format!("{sign}{prefix}{fill}{digits}{rest}");
    }
    padded(&format!("{sign}{prefix}{digits}{rest}"), spec, '>')
}

fn group(digits: &str) -> String {
    let n = digits.len();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (n - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    out
}

fn sign_of(negative: bool, spec: &Spec) -> &'static str {
    match (negative, spec.sign) {
        (true, _) => "-",
        (false, Some('+')) => "+",
        (false, Some(' ')) => " ",
        _ => "",
    }
}

/// `format(value, spec)` of the built-in types.
pub(crate) fn format_value(h: &mut Host, value: Value, spec: Value) -> Res {
    let unicode = h.unicode_chars(spec).is_some() || h.unicode_chars(value).is_some();
    let Some(text) = h.text_of(spec) else {
        let text = format!("format() argument 2 must be string, not {}", h.class_name_of(spec));
        return Err(h.type_error(text));
    };
    let out = if matches!(h.data(value), Some(ObjData::Str(_) | ObjData::Unicode(_))) {
        return format_string(h, value, &text, unicode);
    } else if text.is_empty() {
        h.str_value(value)?
    } else {
        let spec = parse(h, &text)?;
        let out = format_number(h, value, spec)?;
        h.new_str(out)
    };
    if unicode {
        let chars = h.to_unicode_chars(out)?;
        return Ok(h.new_unicode(&chars));
    }
    Ok(out)
}

fn format_string(h: &mut Host, value: Value, text: &str, unicode: bool) -> Res {
    let spec = parse(h, text)?;
    let problem = if spec.kind.is_some_and(|k| k != 's') {
        return Err(unknown(h, &spec, value));
    } else if spec.sign.is_some() {
        Some("Sign not allowed in string format specifier")
    } else if spec.alternate {
        Some("Alternate form (#) not allowed in string format specifier")
    } else if spec.align == Some('=') {
        Some("'=' alignment not allowed in string format specifier")
    } else if spec.comma {
        Some("Cannot specify ',' with 's'.")
    } else {
        None
    };
    if let Some(problem) = problem {
        return Err(h.value_error(problem));
    }
    let chars: Vec<u32> = match h.data(value) {
        Some(ObjData::Str(s)) if !unicode => s.bytes.iter().map(|&b| u32::from(b)).collect(),
        _ => h.to_unicode_chars(value)?.to_vec(),
    };
    let kept = &chars[..chars.len().min(spec.precision.unwrap_or(usize::MAX))];
    let missing = spec.width.saturating_sub(kept.len());
    let fill = spec.fill.unwrap_or(' ') as u32;
    let left = match spec.align.unwrap_or('<') {
        '<' => 0,
        '^' => missing / 2,
        _ => missing,
    };
    let mut out = vec![fill; left];
    out.extend_from_slice(kept);
    out.resize(kept.len() + missing, fill);
    if unicode {
        return Ok(h.new_unicode(&out));
    }
    let bytes: Vec<u8> = out.iter().map(|&c| c as u8).collect();
    Ok(h.new_str(bytes))
}

fn format_number(h: &mut Host, value: Value, spec: Spec) -> Res<String> {
    match h.number(value) {
        Num::Complex(re, im) => format_complex(h, value, re, im, spec),
        Num::Float(x) => format_float(h, value, x, spec),
        Num::Single(x) => format_float(h, value, f64::from(x), spec),
        Num::No => Err(unknown(h, &spec, value)),
        n => {
            let big = h.num_big(&n).unwrap_or_default();
            format_int(h, value, &big, spec)
        }
    }
}

fn format_int(h: &mut Host, value: Value, n: &BigInt, spec: Spec) -> Res<String> {
    let kind = spec.kind.unwrap_or('d');
    match kind {
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' => {
            let x = h.big_to_f64(n)?;
            return format_float(h, value, x, spec);
        }
        'd' | 'n' | 'b' | 'o' | 'x' | 'X' | 'c' => {}
        _ => return Err(unknown(h, &spec, value)),
    }
    if spec.precision.is_some() {
        return Err(h.value_error("Precision not allowed in integer format specifier"));
    }
    if kind == 'c' {
        if spec.sign.is_some() {
            return Err(h.value_error("Sign not allowed with integer format specifier 'c'"));
        }
        return match u8::try_from(n) {
            Ok(b) => Ok(padded(&char::from(b).to_string(), &spec, '<')),
            Err(_) => Err(h.overflow_error("%c arg not in range(0x100)")),
        };
    }
    let (radix, prefix) = match kind {
        'b' => (2, "0b"),
        'o' => (8, "0o"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let mut digits = n.magnitude().to_str_radix(radix);
    if kind == 'X' {
        digits = digits.to_ascii_uppercase();
    }
    let prefix = if spec.alternate { prefix } else { "" };
    Ok(number_layout(
        sign_of(n.is_negative(), &spec),
        prefix,
        &digits,
        "",
        &spec,
    ))
}

fn float_body(x: f64, spec: &Spec) -> String {
    if x.is_nan() {
        return "nan".to_string();
    }
    if x.is_infinite() {
        return "inf".to_string();
    }
    let precision = spec.precision.unwrap_or(6);
    match spec.kind {
        Some('e' | 'E') => format_abs(x, Style::Exponent, precision, spec.alternate),
        Some('f' | 'F') => format_abs(x, Style::Fixed, precision, spec.alternate),
        Some('%') => format_abs(x * 100.0, Style::Fixed, precision, spec.alternate) + "%",
        Some(_) => format_abs(x, Style::General, precision, spec.alternate),
        None => match spec.precision {
            None => general(x.abs(), 12, true),
            Some(p) => general_with_point(x, p, spec.alternate),
        },
    }
}

/// Digits of the whole part and the rest of a float in a style.
fn float_parts(x: f64, spec: &Spec) -> (String, String) {
    let text = float_body(x, spec);
    let text = if spec.kind.is_some_and(|k| k.is_ascii_uppercase()) {
        text.to_ascii_uppercase()
    } else {
        text
    };
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (text[..end].to_string(), text[end..].to_string())
}

fn format_float(h: &mut Host, value: Value, x: f64, spec: Spec) -> Res<String> {
    if !matches!(spec.kind, None | Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n' | '%')) {
        return Err(unknown(h, &spec, value));
    }
    let (digits, rest) = float_parts(x, &spec);
    let negative = x.is_sign_negative() && !x.is_nan();
    Ok(number_layout(sign_of(negative, &spec), "", &digits, &rest, &spec))
}

fn format_complex(h: &mut Host, value: Value, re: f64, im: f64, spec: Spec) -> Res<String> {
    if spec.zero || spec.fill == Some('0') {
        return Err(h.value_error("Zero padding is not allowed in complex format specifier"));
    }
    if spec.align == Some('=') {
        return Err(h.value_error("'=' alignment flag is not allowed in complex format specifier"));
    }
    if !matches!(spec.kind, None | Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n')) {
        return Err(unknown(h, &spec, value));
    }
    let bare = Spec {
        width: 0,
        align: None,
        fill: None,
        ..spec
    };
    let part = |x: f64, spec: &Spec| {
        let (digits, rest) = float_parts(x, spec);
        let sign = sign_of(x.is_sign_negative() && !x.is_nan(), spec);
        format!("{sign}{digits}{rest}")
    };
    let signed = Spec {
        sign: Some('+'),
        ..bare
    };
    let strip = |s: String| s.strip_suffix(".0").map(str::to_string).unwrap_or(s);
    let text = if spec.kind.is_some() {
        format!("{}{}j", part(re, &bare), part(im, &signed))
    } else if re == 0.0 && re.is_sign_positive() {
        format!("{}j", strip(part(im, &bare)))
    } else {
        format!("({}{}j)", strip(part(re, &bare)), strip(part(im, &signed)))
    };
    Ok(padded(&text, &spec, '>'))
}
