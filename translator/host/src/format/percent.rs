//! `text % values`.

use super::float::{Style, format_abs};
use crate::builtins::text::Unit;
use crate::error::Res;
use crate::host::Host;
use crate::object::ObjData;
use crate::ops::number::Num;
use crate::value::Value;
use num_bigint::BigInt;
use num_traits::Signed;

#[derive(Clone, Copy, Default)]
struct Flags {
    left: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
}

#[derive(Clone, Copy, Default)]
struct Layout {
    flags: Flags,
    width: usize,
    precision: Option<usize>,
}

struct Values {
    args: Value,
    items: Option<Vec<Value>>,
    next: usize,
    used_dict: bool,
}

impl Host {
    /// `a % b` when `a` is text.
    pub(crate) fn percent(&mut self, a: Value, b: Value) -> Res<Option<Value>> {
        match self.data(a) {
            Some(ObjData::Str(s)) => {
                let format = s.bytes.clone();
                match format_text::<u8>(self, &format, b)? {
                    Some(out) => Ok(Some(self.new_str(out))),
                    None => {
                        let chars = self.to_unicode_chars(a)?;
                        let out = format_text::<u32>(self, &chars, b)?.unwrap_or_default();
                        Ok(Some(self.new_unicode(&out)))
                    }
                }
            }
            Some(ObjData::Unicode(u)) => {
                let format = u.chars.clone();
                let out = format_text::<u32>(self, &format, b)?.unwrap_or_default();
                Ok(Some(self.new_unicode(&out)))
            }
            _ => Ok(None),
        }
    }
}

impl Values {
    fn next(&mut self, h: &mut Host) -> Res {
        let found = match &self.items {
            Some(items) => items.get(self.next).copied(),
            None if self.next == 0 => Some(self.args),
            None => None,
        };
        self.next += 1;
        found.ok_or_else(|| h.type_error("not enough arguments for format string"))
    }

    fn check_all_used(&self, h: &mut Host) -> Res<()> {
        let left = match &self.items {
            Some(items) => self.next < items.len(),
            None => self.next == 0 && !self.is_mapping(h),
        };
        if left && !self.used_dict {
            return Err(h.type_error("not all arguments converted during string formatting"));
        }
        Ok(())
    }

    fn is_mapping(&self, h: &mut Host) -> bool {
        let text = matches!(
            h.data(self.args),
            Some(ObjData::Str(_) | ObjData::Unicode(_) | ObjData::Tuple(_))
        );
        let name = h.names.d_getitem;
        !text && matches!(h.special_method(self.args, name), Ok(Some(_)))
    }
}

/// The formatted text; `None` when a `str` format met unicode and must be done again as unicode.
fn format_text<T: Unit>(h: &mut Host, format: &[T], args: Value) -> Res<Option<Vec<T>>> {
    let items = h.tuple_items(args).map(|t| t.to_vec());
    let mut values = Values {
        args,
        items,
        next: 0,
        used_dict: false,
    };
    let mut out: Vec<T> = Vec::with_capacity(format.len());
    let mut i = 0;
    let percent = T::ascii(b'%');
    while i < format.len() {
        if format[i] != percent {
            out.push(format[i]);
            i += 1;
            continue;
        }
        i += 1;
        let mut keyed = None;
        if format.get(i) == Some(&T::ascii(b'(')) {
            if !values.is_mapping(h) {
                return Err(h.type_error("format requires a mapping"));
            }
            let (key, next) = key_part(h, format, i)?;
            i = next;
            let key = T::make(h, key);
            keyed = Some(h.get_item(values.args, key)?);
            values.used_dict = true;
        }
        let (layout, next) = modifiers(h, format, i, &mut values)?;
        i = next;
        let Some(&code) = format.get(i) else {
            return Err(h.value_error("incomplete format"));
        };
        i += 1;
        if code == percent {
            pad::<T>(&mut out, &[percent], layout, false);
            continue;
        }
        let value = match keyed {
            Some(value) => value,
            None => values.next(h)?,
        };
        if !one::<T>(h, &mut out, code, i - 1, value, layout)? {
            return Ok(None);
        }
    }
    values.check_all_used(h)?;
    Ok(Some(out))
}

fn key_part<'a, T: Unit>(h: &mut Host, format: &'a [T], open: usize) -> Res<(&'a [T], usize)> {
    let mut depth = 0;
    for (k, &u) in format.iter().enumerate().skip(open) {
        if u == T::ascii(b'(') {
            depth += 1;
        } else if u == T::ascii(b')') {
            depth -= 1;
            if depth == 0 {
                return Ok((&format[open + 1..k], k + 1));
            }
        }
    }
    Err(h.value_error("incomplete format key"))
}

fn modifiers<T: Unit>(h: &mut Host, format: &[T], start: usize, values: &mut Values) -> Res<(Layout, usize)> {
    let mut flags = Flags::default();
    let mut i = start;
    while let Some(u) = format.get(i) {
        match u.code() {
            0x2d => flags.left = true,
            0x2b => flags.plus = true,
            0x20 => flags.space = true,
            0x23 => flags.alternate = true,
            0x30 => flags.zero = true,
            _ => break,
        }
        i += 1;
    }
    let width;
    if format.get(i) == Some(&T::ascii(b'*')) {
        let v = values.next(h)?;
        let n = star(h, v)?;
        flags.left |= n < 0;
        width = n.unsigned_abs() as usize;
        i += 1;
    } else {
        (width, i) = digits(h, format, i)?;
    }
    let mut precision = None;
    if format.get(i) == Some(&T::ascii(b'.')) {
        i += 1;
        if format.get(i) == Some(&T::ascii(b'*')) {
            let v = values.next(h)?;
            precision = Some(star(h, v)?.max(0) as usize);
            i += 1;
        } else {
            let (n, next) = digits(h, format, i)?;
            precision = Some(n);
            i = next;
        }
    }
    if matches!(format.get(i).map(|u| u.code()), Some(0x68 | 0x6c | 0x4c)) {
        i += 1;
    }
    Ok((
        Layout {
            flags,
            width,
            precision,
        },
        i,
    ))
}

fn star(h: &mut Host, value: Value) -> Res<i64> {
    match h.number(value) {
        Num::Int(n) => Ok(n),
        Num::Long(_) => h.to_i64(value),
        _ => Err(h.type_error("* wants int")),
    }
}

fn digits<T: Unit>(h: &mut Host, format: &[T], start: usize) -> Res<(usize, usize)> {
    let (mut n, mut i) = (0, start);
    while let Some(d) = format.get(i).map(|u| u.code()).filter(|c| (48..58).contains(c)) {
        n = n * 10 + (d - 48) as usize;
        if n > 1 << 31 {
            return Err(h.value_error("width too big"));
        }
        i += 1;
    }
    Ok((n, i))
}

fn pad<T: Unit>(out: &mut Vec<T>, text: &[T], layout: Layout, numeric: bool) {
    let missing = layout.width.saturating_sub(text.len());
    if layout.flags.left {
        out.extend_from_slice(text);
        out.extend(std::iter::repeat_n(T::ascii(b' '), missing));
        return;
    }
    if numeric && layout.flags.zero {
        let sign = text.first().is_some_and(|u| matches!(u.code(), 0x2b | 0x2d | 0x20));
        let mut at = usize::from(sign);
        let letter = text.get(at + 1).map(|u| u.code());
        if text.get(at) == Some(&T::ascii(b'0')) && matches!(letter, Some(0x78 | 0x58)) {
            at += 2;
        }
        out.extend_from_slice(&text[..at]);
        out.extend(std::iter::repeat_n(T::ascii(b'0'), missing));
        out.extend_from_slice(&text[at..]);
        return;
    }
    out.extend(std::iter::repeat_n(T::ascii(b' '), missing));
    out.extend_from_slice(text);
}

fn units<T: Unit>(text: &str) -> Vec<T> {
    text.bytes().map(T::ascii).collect()
}

/// Formats one value; false when a `str` result must become unicode.
fn one<T: Unit>(h: &mut Host, out: &mut Vec<T>, code: T, at: usize, value: Value, layout: Layout) -> Res<bool> {
    let letter = u8::try_from(code.code()).unwrap_or(0);
    match letter {
        b's' | b'r' => {
            let Some(text) = text_of::<T>(h, value, letter == b'r')? else {
                return Ok(false);
            };
            let kept = &text[..text.len().min(layout.precision.unwrap_or(usize::MAX))];
            pad(out, kept, layout, false);
        }
        b'c' => {
            let Some(text) = char_of::<T>(h, value)? else {
                return Ok(false);
            };
            pad(out, &text, layout, false);
        }
        b'd' | b'i' | b'u' | b'o' | b'x' | b'X' => {
            let text = integer(h, value, letter, layout)?;
            pad(out, &units::<T>(&text), layout, true);
        }
        b'e' | b'E' | b'f' | b'F' | b'g' | b'G' => {
            let text = floating(h, value, letter, layout)?;
            pad(out, &units::<T>(&text), layout, true);
        }
        _ => {
            let shown = if (0x20..0x7f).contains(&code.code()) {
                char::from(letter)
            } else {
                '?'
            };
            let text = format!(
                "unsupported format character '{shown}' (0x{:x}) at index {at}",
                code.code()
            );
            return Err(h.value_error(text));
        }
    }
    Ok(true)
}

fn text_of<T: Unit>(h: &mut Host, value: Value, repr: bool) -> Res<Option<Vec<T>>> {
    if repr {
        let bytes = h.repr_bytes(value)?;
        let text = h.new_str(bytes);
        return Ok(Some(T::arg(h, text)?.to_vec()));
    }
    if size_of::<T>() == 1 {
        if h.unicode_chars(value).is_some() {
            return Ok(None);
        }
        let text = h.str_value_or_unicode(value)?;
        if h.unicode_chars(text).is_some() {
            return Ok(None);
        }
        return Ok(Some(T::arg(h, text)?.to_vec()));
    }
    let chars = h.unicode_value(value)?;
    Ok(Some(chars.iter().map(|&c| T::arg_unit(c)).collect()))
}

fn char_of<T: Unit>(h: &mut Host, value: Value) -> Res<Option<Vec<T>>> {
    match h.data(value) {
        Some(ObjData::Str(s)) if s.bytes.len() == 1 => return Ok(Some(T::arg(h, value)?.to_vec())),
        Some(ObjData::Unicode(u)) if u.chars.len() == 1 => {
            if size_of::<T>() == 1 {
                return Ok(None);
            }
            return Ok(Some(T::arg(h, value)?.to_vec()));
        }
        Some(ObjData::Str(_) | ObjData::Unicode(_)) => return Err(h.type_error("%c requires int or char")),
        _ => {}
    }
    let n = match h.number(value) {
        Num::Float(_) => return Err(h.type_error("integer argument expected, got float")),
        Num::No => return Err(h.type_error("%c requires int or char")),
        _ => h.to_i64(value)?,
    };
    let wide = size_of::<T>() > 1;
    let limit = if wide { 0x11_0000 } else { 256 };
    if (0..limit).contains(&n) {
        return Ok(Some(vec![T::arg_unit(n as u32)]));
    }
    Err(h.overflow_error(if wide {
        "%c arg not in range(0x110000) (wide Python build)"
    } else if n < 0 {
        "unsigned byte integer is less than minimum"
    } else {
        "unsigned byte integer is greater than maximum"
    }))
}

fn integer(h: &mut Host, value: Value, letter: u8, layout: Layout) -> Res<String> {
    let n = integral(h, value, letter)?;
    let magnitude = n.magnitude();
    let mut digits = match letter {
        b'o' => magnitude.to_str_radix(8),
        b'x' | b'X' => magnitude.to_str_radix(16),
        _ => magnitude.to_string(),
    };
    if let Some(p) = layout.precision
        && digits.len() < p
    {
        digits = "0".repeat(p - digits.len()) + &digits;
    }
    let mut prefix = "";
    if layout.flags.alternate {
        match letter {
            b'x' => prefix = "0x",
            b'X' => prefix = "0X",
            b'o' if !digits.starts_with('0') => prefix = "0",
            _ => {}
        }
    }
    if letter == b'X' {
        digits = digits.to_ascii_uppercase();
    }
    Ok(format!("{}{prefix}{digits}", sign_text(n.is_negative(), layout.flags)))
}

fn sign_text(negative: bool, flags: Flags) -> &'static str {
    if negative {
        "-"
    } else if flags.plus {
        "+"
    } else if flags.space {
        " "
    } else {
        ""
    }
}

fn integral(h: &mut Host, value: Value, letter: u8) -> Res<BigInt> {
    let n = h.number(value);
    if let Some(big) = h.num_big(&n) {
        return Ok(big);
    }
    if let Num::Float(x) = n {
        let v = h.float_to_int(x)?;
        return Ok(h.number(v).to_big().unwrap_or_default());
    }
    if !matches!(h.data(value), Some(ObjData::Str(_) | ObjData::Unicode(_))) {
        for name in [h.names.d_int, h.names.d_long] {
            if let Some(v) = h.call_special_if(value, name, &[])?
                && let Some(big) = h.number(v).to_big()
            {
                return Ok(big);
            }
        }
    }
    let name = h.class_name_of(value);
    Err(h.type_error(format!(
        "%{} format: a number is required, not {name}",
        char::from(letter)
    )))
}

fn floating(h: &mut Host, value: Value, letter: u8, layout: Layout) -> Res<String> {
    let text = matches!(h.data(value), Some(ObjData::Str(_) | ObjData::Unicode(_)));
    let x = if text { None } else { Some(h.to_f64(value)) };
    let x = match x {
        Some(Ok(x)) => x,
        Some(Err(r)) if !h.raised_is(&r, h.exceptions.type_error) => return Err(r),
        _ => {
            let text = format!("float argument required, not {}", h.class_name_of(value));
            return Err(h.type_error(text));
        }
    };
    let precision = layout.precision.unwrap_or(6);
    let body = if x.is_nan() {
        "nan".to_string()
    } else if x.is_infinite() {
        "inf".to_string()
    } else {
        let style = match letter.to_ascii_lowercase() {
            b'e' => Style::Exponent,
            b'f' => Style::Fixed,
            _ => Style::General,
        };
        format_abs(x, style, precision, layout.flags.alternate)
    };
    let body = if letter.is_ascii_uppercase() {
        body.to_ascii_uppercase()
    } else {
        body
    };
    let negative = x.is_sign_negative() && !x.is_nan();
    Ok(format!("{}{body}", sign_text(negative, layout.flags)))
}
