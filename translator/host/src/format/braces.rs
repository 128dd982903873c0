//! `str.format`.

use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, ObjData};
use crate::value::Value;

/// One piece of a format string: text, then perhaps a field.
struct Piece {
    literal: String,
    field: Option<Field>,
}

struct Field {
    name: String,
    conversion: Option<char>,
    spec: String,
}

fn parse(h: &mut Host, text: &str) -> Res<Vec<Piece>> {
    let chars: Vec<char> = text.chars().collect();
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i];
        i += 1;
        if (c == '{' || c == '}') && chars.get(i) == Some(&c) {
            literal.push(c);
            i += 1;
            continue;
        }
        match c {
            '}' => return Err(h.value_error("Single '}' encountered in format string")),
            '{' => {
                let end = field_end(h, &chars, i)?;
                let field = parse_field(h, &chars[i..end])?;
                i = end + 1;
                pieces.push(Piece {
                    literal: std::mem::take(&mut literal),
                    field: Some(field),
                });
            }
            c => literal.push(c),
        }
    }
    if !literal.is_empty() {
        pieces.push(Piece { literal, field: None });
    }
    Ok(pieces)
}

/// Index of the brace that closes the field starting at `start`.
fn field_end(h: &mut Host, chars: &[char], start: usize) -> Res<usize> {
    if start >= chars.len() {
        return Err(h.value_error("Single '{' encountered in format string"));
    }
    let mut depth = 1;
    for (i, c) in chars.iter().enumerate().skip(start) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Ok(i);
        }
    }
    Err(h.value_error("unmatched '{' in format"))
}

fn parse_field(h: &mut Host, chars: &[char]) -> Res<Field> {
    let mut bracket = false;
    let split = chars.iter().position(|&c| {
        bracket = (bracket || c == '[') && c != ']';
        !bracket && (c == ':' || c == '!')
    });
    let text = |part: &[char]| part.iter().collect::<String>();
    let Some(at) = split else {
        return Ok(Field {
            name: text(chars),
            conversion: None,
            spec: String::new(),
        });
    };
    let name = text(&chars[..at]);
    if chars[at] == ':' {
        return Ok(Field {
            name,
            conversion: None,
            spec: text(&chars[at + 1..]),
        });
    }
    let Some(&conversion) = chars.get(at + 1) else {
        return Err(h.value_error("end of format while looking for conversion specifier"));
    };
    match chars.get(at + 2) {
        None => Ok(Field {
            name,
            conversion: Some(conversion),
            spec: String::new(),
        }),
        Some(':') => Ok(Field {
            name,
            conversion: Some(conversion),
            spec: text(&chars[at + 3..]),
        }),
        Some(_) => Err(h.value_error("expected ':' after format specifier")),
    }
}

struct Numbering {
    next: usize,
    automatic: Option<bool>,
}

struct Out {
    unicode: bool,
    chars: Vec<u32>,
}

/// `text.format(*args, **kwargs)`.
pub fn format(h: &mut Host, a: Args<'_>) -> Res {
    let this = a.get(0);
    let unicode = h.unicode_chars(this).is_some();
    let text: String = match h.data(this) {
        Some(ObjData::Str(s)) => s.bytes.iter().map(|&b| char::from(b)).collect(),
        _ => h
            .to_unicode_chars(this)?
            .iter()
            .filter_map(|&c| char::from_u32(c))
            .collect(),
    };
    let mut numbering = Numbering {
        next: 0,
        automatic: None,
    };
    let mut out = Out {
        unicode,
        chars: Vec::new(),
    };
    render(h, &a, &text, &mut numbering, &mut out, 2)?;
    if out.unicode {
        return Ok(h.new_unicode(&out.chars));
    }
    let bytes: Vec<u8> = out.chars.iter().map(|&c| c as u8).collect();
    Ok(h.new_str(bytes))
}

fn render(h: &mut Host, a: &Args<'_>, text: &str, n: &mut Numbering, out: &mut Out, depth: u32) -> Res<()> {
    if depth == 0 {
        return Err(h.value_error("Max string recursion exceeded"));
    }
    for piece in parse(h, text)? {
        out.chars.extend(piece.literal.chars().map(|c| c as u32));
        let Some(field) = piece.field else { continue };
        let value = lookup(h, a, &field.name, n)?;
        let value = convert(h, value, field.conversion, out.unicode)?;
        let spec = if field.spec.contains('{') {
            let mut inner = Out {
                unicode: out.unicode,
                chars: Vec::new(),
            };
            render(h, a, &field.spec, n, &mut inner, depth - 1)?;
            inner.chars
        } else {
            field.spec.chars().map(|c| c as u32).collect()
        };
        let spec = if out.unicode {
            h.new_unicode(&spec)
        } else {
            let bytes: Vec<u8> = spec.iter().map(|&c| c as u8).collect();
            h.new_str(bytes)
        };
        let shown = format_with(h, value, spec)?;
        match h.data(shown) {
            Some(ObjData::Str(s)) if !out.unicode => out.chars.extend(s.bytes.iter().map(|&b| u32::from(b))),
            _ if !out.unicode => out.chars.extend(h.encode_ascii(shown)?.into_iter().map(u32::from)),
            _ => out.chars.extend_from_slice(&h.to_unicode_chars(shown)?),
        }
    }
    Ok(())
}

fn convert(h: &mut Host, value: Value, conversion: Option<char>, unicode: bool) -> Res {
    match conversion {
        None => Ok(value),
        Some('r') => h.repr_value(value),
        Some('s') if unicode => {
            let chars = h.unicode_value(value)?;
            Ok(h.new_unicode(&chars))
        }
        Some('s') => h.str_value(value),
        Some(c) => Err(h.value_error(format!("Unknown conversion specifier {c}"))),
    }
}

/// The first part of a field name and the parts after it: attribute or item.
fn split_name(h: &mut Host, name: &str) -> Res<(String, Vec<(bool, String)>)> {
    let end = name.find(['.', '[']).unwrap_or(name.len());
    let first = name[..end].to_string();
    let mut rest = &name[end..];
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let (attribute, text, after) = if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            (true, &after[..end], &after[end..])
        } else if let Some(after) = rest.strip_prefix('[') {
            let Some(end) = after.find(']') else {
                return Err(h.value_error("Missing ']' in format string"));
            };
            (false, &after[..end], &after[end + 1..])
        } else {
            return Err(h.value_error("Only '.' or '[' may follow ']' in format field specifier"));
        };
        if text.is_empty() {
            return Err(h.value_error("Empty attribute in format string"));
        }
        parts.push((attribute, text.to_string()));
        rest = after;
    }
    Ok((first, parts))
}

fn field_index(h: &mut Host, first: &str, n: &mut Numbering) -> Res<Option<usize>> {
    if first.is_empty() {
        if n.automatic == Some(false) {
            return Err(h.value_error("cannot switch from manual field specification to automatic field numbering"));
        }
        n.automatic = Some(true);
        n.next += 1;
        return Ok(Some(n.next - 1));
    }
    if !first.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(None);
    }
    if n.automatic == Some(true) {
        return Err(h.value_error("cannot switch from automatic field numbering to manual field specification"));
    }
    n.automatic = Some(false);
    match first.parse::<usize>() {
        Ok(i) => Ok(Some(i)),
        Err(_) => Err(h.value_error("Too many decimal digits in format string")),
    }
}

fn lookup(h: &mut Host, a: &Args<'_>, name: &str, n: &mut Numbering) -> Res {
    let (first, parts) = split_name(h, name)?;
    let mut value = match field_index(h, &first, n)? {
        Some(i) => match a.pos.get(i + 1) {
            Some(&v) => v,
            None => return Err(h.index_error("tuple index out of range")),
        },
        None => {
            let key = h.intern_str(&first);
            match a.kw.iter().find(|(k, _)| *k == key) {
                Some(&(_, v)) => v,
                None => return Err(h.key_error(Value::Obj(key))),
            }
        }
    };
    for (attribute, text) in parts {
        if attribute {
            let name = h.intern_str(&text);
            value = h.get_attribute(value, name)?;
        } else {
            let key = item_key(h, &text);
            value = h.get_item(value, key)?;
        }
    }
    Ok(value)
}

fn item_key(h: &mut Host, text: &str) -> Value {
    match text.parse::<i64>() {
        Ok(i) if !text.starts_with(['-', '+']) => Value::Int(i),
        _ => h.new_str(text),
    }
}

/// `format(value, spec)`.
pub(crate) fn format_with(h: &mut Host, value: Value, spec: Value) -> Res {
    let name = h.names.d_format;
    let old = matches!(h.data(value), Some(ObjData::OldInstance(_)));
    let result = match h.special_method(value, name)? {
        Some(method) => h.call_value(method, &[spec], &[])?,
        None if old => {
            let text = h.str_value(value)?;
            return super::spec::format_value(h, text, spec);
        }
        None => return super::spec::format_value(h, value, spec),
    };
    if h.str_bytes(result).is_some() || h.unicode_chars(result).is_some() {
        return Ok(result);
    }
    let text = format!(
        "instance.__format__ must return string or unicode, not {}",
        h.class_name_of(result)
    );
    Err(h.type_error(text))
}

/// `str._formatter_parser()`: tuples of literal, name, spec, conversion.
pub fn formatter_parser(h: &mut Host, a: Args<'_>) -> Res {
    let text = h.text_of(a.get(0)).unwrap_or_default();
    let mut out = Vec::new();
    for piece in parse(h, &text)? {
        let literal = h.new_str(&piece.literal);
        let mut row = [literal, Value::None, Value::None, Value::None];
        if let Some(f) = piece.field {
            row[1] = h.new_str(f.name);
            row[2] = h.new_str(f.spec);
            if let Some(c) = f.conversion {
                row[3] = h.new_str(c.to_string());
            }
        }
        out.push(h.new_tuple(&row));
    }
    let list = h.new_list(out);
    h.get_iter(list)
}

/// `str._formatter_field_name_split()`: first part and an iterator over the rest.
pub fn field_name_split(h: &mut Host, a: Args<'_>) -> Res {
    let text = h.text_of(a.get(0)).unwrap_or_default();
    let (first, parts) = split_name(h, &text)?;
    let first = item_key(h, &first);
    let mut rows = Vec::new();
    for (attribute, text) in parts {
        let key = if attribute { h.new_str(text) } else { item_key(h, &text) };
        rows.push(h.new_tuple(&[Value::Bool(attribute), key]));
    }
    let list = h.new_list(rows);
    let it = h.get_iter(list)?;
    Ok(h.new_tuple(&[first, it]))
}
