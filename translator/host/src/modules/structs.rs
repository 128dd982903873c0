//! The native part of the `struct` module: packing and unpacking by format strings.

use super::{NativeModule, def, float_arg, int_arg};
use crate::error::{Raised, Res};
use crate::host::Host;
use crate::object::{Args, NativeDef};
use crate::value::Value;
use num_bigint::BigInt;
use num_traits::ToPrimitive;

pub(super) const MODULE: NativeModule = NativeModule {
    name: "_struct_native",
    functions: FUNCTIONS,
    constants: super::nothing,
};

const FUNCTIONS: &[NativeDef] = &[
    def("pack", 2, &["format", "values"], pack),
    def("unpack", 2, &["format", "data"], unpack),
    def("calcsize", 1, &["format"], calcsize),
];

/// One item of a format.
#[derive(Clone, Copy)]
struct Item {
    code: u8,
    count: usize,
    size: usize,
    /// Padding before it.
    pad: usize,
}

struct Layout {
    big: bool,
    items: Vec<Item>,
    size: usize,
}

/// ValueError with this text; the Python module turns it into `struct.error`.
fn bad(host: &mut Host, text: &str) -> Raised {
    host.value_error(text)
}

fn sizes(code: u8, native: bool) -> Option<(usize, usize)> {
    let same = |n| Some((n, if native { n } else { 1 }));
    match code {
        b'x' | b'c' | b'b' | b'B' | b's' | b'p' | b'?' => Some((1, 1)),
        b'h' | b'H' => same(2),
        b'i' | b'I' | b'f' => same(4),
        b'l' | b'L' => same(if native { 8 } else { 4 }),
        b'q' | b'Q' | b'd' => same(8),
        b'P' if native => same(8),
        _ => None,
    }
}

fn layout(host: &mut Host, format: &[u8]) -> Res<Layout> {
    let (native, big, rest) = match format.first() {
        Some(b'@') => (true, false, &format[1..]),
        Some(b'=' | b'<') => (false, false, &format[1..]),
        Some(b'>' | b'!') => (false, true, &format[1..]),
        _ => (true, false, format),
    };
    let mut layout = Layout {
        big,
        items: vec![],
        size: 0,
    };
    let mut count: Option<usize> = None;
    for &c in rest {
        if c.is_ascii_digit() {
            let digit = usize::from(c - b'0');
            count = count.unwrap_or(0).checked_mul(10).and_then(|n| n.checked_add(digit));
            if count.is_none() {
                return Err(bad(host, "overflow in item count"));
            }
            continue;
        }
        if c.is_ascii_whitespace() && count.is_none() {
            continue;
        }
        let Some((size, align)) = sizes(c, native) else {
            return Err(bad(host, "bad char in struct format"));
        };
        let pad = layout.size.next_multiple_of(align) - layout.size;
        let n = count.take().unwrap_or(1);
        let Some(total) = size.checked_mul(n).and_then(|t| t.checked_add(layout.size + pad)) else {
            return Err(bad(host, "total struct size too long"));
        };
        layout.items.push(Item {
            code: c,
            count: n,
            size,
            pad,
        });
        layout.size = total;
    }
    if count.is_some() {
        return Err(bad(host, "repeat count given without format specifier"));
    }
    Ok(layout)
}

fn calcsize(host: &mut Host, a: Args<'_>) -> Res {
    let format = host.to_bytes(a.get(0))?;
    let layout = layout(host, &format)?;
    Ok(Value::Int(i64::try_from(layout.size).unwrap_or(i64::MAX)))
}

fn wanted_values(items: &[Item]) -> usize {
    items
        .iter()
        .map(|i| match i.code {
            b'x' => 0,
            b's' | b'p' => 1,
            _ => i.count,
        })
        .sum()
}

fn pack(host: &mut Host, a: Args<'_>) -> Res {
    let format = host.to_bytes(a.get(0))?;
    let layout = layout(host, &format)?;
    let values = host.iterate_to_vec(a.get(1))?;
    let wanted = wanted_values(&layout.items);
    if wanted != values.len() {
        return Err(bad(
            host,
            &format!("pack expected {wanted} items for packing (got {})", values.len()),
        ));
    }
    let mut values = values.into_iter();
    let mut out = Vec::with_capacity(layout.size);
    for item in &layout.items {
        out.resize(out.len() + item.pad, 0);
        match item.code {
            b'x' => out.resize(out.len() + item.count, 0),
            b's' | b'p' => {
                let value = values.next().unwrap_or(Value::None);
                pack_string(host, value, *item, &mut out)?;
            }
            _ => {
                for value in values.by_ref().take(item.count) {
                    pack_one(host, value, *item, layout.big, &mut out)?;
                }
            }
        }
    }
    Ok(host.new_str(out))
}

fn pack_string(host: &mut Host, value: Value, item: Item, out: &mut Vec<u8>) -> Res<()> {
    let Some(text) = host.str_bytes(value).cloned() else {
        let code = char::from(item.code);
        return Err(bad(host, &format!("argument for '{code}' must be a string")));
    };
    let end = out.len() + item.count;
    let mut room = item.count;
    if item.code == b'p' && item.count > 0 {
        room -= 1;
        let n = text.len().min(room).min(255);
        out.push(u8::try_from(n).unwrap_or(255));
    }
    out.extend_from_slice(&text[..text.len().min(room)]);
    out.resize(end, 0);
    Ok(())
}

fn put(bytes: &[u8], big: bool, out: &mut Vec<u8>) {
    if big {
        out.extend(bytes.iter().rev());
    } else {
        out.extend_from_slice(bytes);
    }
}

fn pack_one(host: &mut Host, value: Value, item: Item, big: bool, out: &mut Vec<u8>) -> Res<()> {
    match item.code {
        b'c' => match host.str_bytes(value).filter(|s| s.len() == 1).cloned() {
            Some(s) => out.push(s[0]),
            None => return Err(bad(host, "char format requires string of length 1")),
        },
        b'?' => out.push(u8::from(host.is_true(value)?)),
        b'd' => put(&float_arg(host, value)?.to_le_bytes(), big, out),
        b'f' => {
            let x = float_arg(host, value)?;
            #[expect(clippy::cast_possible_truncation, reason = "rounding is what packing does")]
            let single = x as f32;
            if single.is_infinite() && x.is_finite() {
                return Err(host.overflow_error("float too large to pack with f format"));
            }
            put(&single.to_le_bytes(), big, out);
        }
        _ => pack_int(host, value, item, big, out)?,
    }
    Ok(())
}

fn pack_int(host: &mut Host, value: Value, item: Item, big: bool, out: &mut Vec<u8>) -> Res<()> {
    let signed = item.code.is_ascii_lowercase();
    let bits = item.size * 8;
    let number = match value {
        Value::Float(_) => return Err(bad(host, "required argument is not an integer")),
        _ => match int_arg(host, value) {
            Ok(n) => n,
            Err(_) => return Err(bad(host, "required argument is not an integer")),
        },
    };
    let (low, high) = if signed {
        (-(BigInt::from(1) << (bits - 1)), BigInt::from(1) << (bits - 1))
    } else {
        (BigInt::from(0), BigInt::from(1) << bits)
    };
    if number < low || number >= high {
        let high = high - 1;
        let code = char::from(item.code);
        return Err(bad(
            host,
            &format!("'{code}' format requires {low} <= number <= {high}"),
        ));
    }
    let raw = number.to_i128().unwrap_or(0).to_le_bytes();
    put(&raw[..item.size], big, out);
    Ok(())
}

fn unpack(host: &mut Host, a: Args<'_>) -> Res {
    let format = host.to_bytes(a.get(0))?;
    let layout = layout(host, &format)?;
    let data = host.to_bytes(a.get(1))?;
    if data.len() != layout.size {
        return Err(bad(
            host,
            &format!("unpack requires a string argument of length {}", layout.size),
        ));
    }
    let mut at = 0;
    let mut values = vec![];
    for item in &layout.items {
        at += item.pad;
        let chunk = &data[at..at + item.size * item.count];
        at += chunk.len();
        match item.code {
            b'x' => {}
            b's' => values.push(host.new_str(chunk)),
            b'p' => {
                let n = chunk
                    .first()
                    .map_or(0, |n| usize::from(*n))
                    .min(chunk.len().saturating_sub(1));
                values.push(host.new_str(chunk.get(1..=n).unwrap_or(&[])));
            }
            _ => values.extend(chunk.chunks(item.size).map(|c| unpack_one(host, c, *item, layout.big))),
        }
    }
    Ok(host.new_tuple(&values))
}

fn unpack_one(host: &mut Host, bytes: &[u8], item: Item, big: bool) -> Value {
    let mut raw = [0u8; 8];
    for (i, b) in bytes.iter().enumerate() {
        raw[if big { bytes.len() - 1 - i } else { i }] = *b;
    }
    match item.code {
        b'c' => host.new_str(bytes),
        b'?' => Value::Bool(bytes[0] != 0),
        b'd' => Value::Float(f64::from_le_bytes(raw)),
        b'f' => Value::Float(f64::from(f32::from_le_bytes([raw[0], raw[1], raw[2], raw[3]]))),
        code => {
            let unsigned = u64::from_le_bytes(raw);
            let shift = 64 - 8 * u32::try_from(item.size).unwrap_or(8);
            if code.is_ascii_lowercase() {
                Value::Int((unsigned << shift).cast_signed() >> shift)
            } else if matches!(code, b'I' | b'L' | b'Q' | b'P') {
                let big = BigInt::from(unsigned);
                host.new_int(big)
            } else {
                Value::Int(unsigned.cast_signed())
            }
        }
    }
}
