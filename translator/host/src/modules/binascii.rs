//! The `binascii` module: hexadecimal, base 64 and checksums.

use super::{NativeModule, def, int_arg};
use crate::error::Res;
use crate::host::Host;
use crate::object::{Args, NativeDef};
use crate::value::Value;
use num_traits::ToPrimitive;

pub(super) const MODULE: NativeModule = NativeModule {
    name: "_binascii",
    functions: FUNCTIONS,
    constants: super::nothing,
};

const FUNCTIONS: &[NativeDef] = &[
    def("hexlify", 1, &["data"], hexlify),
    def("unhexlify", 1, &["data"], unhexlify),
    def("b2a_base64", 1, &["data"], b2a_base64),
    def("a2b_base64", 1, &["data"], a2b_base64),
    def("crc32", 1, &["data", "crc"], crc32),
    def("adler32", 1, &["data", "value"], adler32),
];

fn hexlify(host: &mut Host, a: Args<'_>) -> Res {
    let data = host.to_bytes(a.get(0))?;
    let text: String = data.iter().map(|b| format!("{b:02x}")).collect();
    Ok(host.new_str(text))
}

fn unhexlify(host: &mut Host, a: Args<'_>) -> Res {
    let data = host.to_bytes(a.get(0))?;
    if data.len() % 2 != 0 {
        return Err(host.type_error("Odd-length string"));
    }
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let bytes: Option<Vec<u8>> = data.chunks(2).map(|p| Some(digit(p[0])? * 16 + digit(p[1])?)).collect();
    match bytes {
        Some(bytes) => Ok(host.new_str(bytes)),
        None => Err(host.type_error("Non-hexadecimal digit found")),
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn b2a_base64(host: &mut Host, a: Args<'_>) -> Res {
    let data = host.to_bytes(a.get(0))?;
    let mut out = vec![];
    for group in data.chunks(3) {
        let mut bits = 0u32;
        for i in 0..3 {
            bits = bits << 8 | u32::from(group.get(i).copied().unwrap_or(0));
        }
        for i in 0..4 {
            let padding = i > group.len();
            let index = (bits >> (18 - 6 * i)) as usize & 63;
            out.push(if padding { b'=' } else { ALPHABET[index] });
        }
    }
    out.push(b'\n');
    Ok(host.new_str(out))
}

#[expect(clippy::cast_possible_truncation, reason = "bits are taken byte by byte")]
fn a2b_base64(host: &mut Host, a: Args<'_>) -> Res {
    let data = host.to_bytes(a.get(0))?;
    let (mut bits, mut n, mut out) = (0u32, 0, vec![]);
    for &c in data.iter() {
        if c == b'=' {
            break;
        }
        let Some(value) = ALPHABET.iter().position(|a| *a == c) else {
            continue;
        };
        bits = bits << 6 | value as u32;
        n += 6;
        if n >= 8 {
            n -= 8;
            out.push((bits >> n) as u8);
        }
    }
    Ok(host.new_str(out))
}

fn start_value(host: &mut Host, a: Args<'_>, default: u32) -> Res<u32> {
    match a.opt(1) {
        Some(v) => {
            let big = int_arg(host, v)? & num_bigint::BigInt::from(u32::MAX);
            Ok(big.to_u32().unwrap_or(default))
        }
        None => Ok(default),
    }
}

fn signed(value: u32) -> Value {
    Value::Int(i64::from(value.cast_signed()))
}

fn crc32(host: &mut Host, a: Args<'_>) -> Res {
    let data = host.to_bytes(a.get(0))?;
    let mut crc = !start_value(host, a, 0)?;
    for &byte in data.iter() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 != 0 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    Ok(signed(!crc))
}

fn adler32(host: &mut Host, a: Args<'_>) -> Res {
    let data = host.to_bytes(a.get(0))?;
    let start = start_value(host, a, 1)?;
    let (mut low, mut high) = (start & 0xffff, start >> 16);
    for &byte in data.iter() {
        low = (low + u32::from(byte)) % 65521;
        high = (high + low) % 65521;
    }
    Ok(signed(high << 16 | low))
}
