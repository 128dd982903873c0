//! Methods of strings and unicode strings.

use super::list::list_result;
use super::string::{as_char, is_wide, string_arg, string_repr, string_type};
use super::{RSTR, list_methods};
use crate::hop::Hop;
use crate::repr::Repr;
use crate::rtyper::Res;
use rpy_flow::{OpCode, Operand};
use rpy_host::Value;
use rpy_lltype::{LLTypes, LLValue};

/// A call of a method; `None` if there is none of that name.
pub(super) fn method(hop: &mut Hop<'_, '_>, name: &str) -> Res<Option<Operand>> {
    Ok(Some(match name {
        "find" | "rfind" | "count" | "index" | "rindex" => find(hop, name)?,
        "startswith" | "endswith" => starts(hop, name)?,
        "strip" => strip(hop, true, true)?,
        "lstrip" => strip(hop, true, false)?,
        "rstrip" => strip(hop, false, true)?,
        "upper" | "lower" => case(hop, name)?,
        "isdigit" | "isalpha" | "isalnum" | "isspace" | "isupper" | "islower" => char_class(hop, name)?,
        "replace" => replace(hop)?,
        "split" | "rsplit" => split(hop, name)?,
        "splitlines" => splitlines(hop)?,
        "join" => join(hop)?,
        "encode" => encode(hop)?,
        "decode" => decode(hop)?,
        "ljust" => pad(hop, false, true)?,
        "rjust" => pad(hop, true, false)?,
        "center" => pad(hop, true, true)?,
        "zfill" => {
            let s = string_arg(hop, 0)?;
            let n = hop.arg_signed(1)?;
            hop.helper(RSTR, "ll_zfill", vec![s, n])?
        }
        "__len__" => {
            hop.code = OpCode::Len;
            return super::string::lower(hop);
        }
        _ => return Ok(None),
    }))
}

fn maxint() -> Operand {
    Operand::signed(i64::MAX)
}

/// Arguments `i` and `i + 1` as the ends of a slice of the string `s`.
fn ends(hop: &mut Hop<'_, '_>, s: &Operand, i: usize) -> Res<(Operand, Operand)> {
    let missing = |hop: &Hop<'_, '_>, i: usize| hop.nargs() <= i || matches!(hop.arg_kind(i), Repr::None);
    let start = if missing(hop, i) {
        Operand::signed(0)
    } else {
        hop.arg_signed(i)?
    };
    let stop = if missing(hop, i + 1) {
        maxint()
    } else if hop.constant(i + 1) == Some(Value::Int(-1)) {
        let n = super::string::length(hop, s.clone());
        hop.genop(OpCode::IntSub, [n, Operand::signed(1)], LLTypes::SIGNED)
    } else {
        hop.arg_signed(i + 1)?
    };
    Ok((start, stop))
}

fn find(hop: &mut Hop<'_, '_>, name: &str) -> Res<Operand> {
    let s = string_arg(hop, 0)?;
    let (start, stop) = ends(hop, &s, 2)?;
    let (of_char, of_string) = match name {
        "find" | "index" => ("ll_find_char", "ll_find"),
        "rfind" | "rindex" => ("ll_rfind_char", "ll_rfind"),
        _ => ("ll_count_char", "ll_count"),
    };
    let found = match as_char(hop, 1)? {
        Some(c) => hop.helper(RSTR, of_char, vec![s, c, start, stop])?,
        None => {
            let sub = string_arg(hop, 1)?;
            hop.helper(RSTR, of_string, vec![s, sub, start, stop])?
        }
    };
    if matches!(name, "index" | "rindex") {
        return hop.helper(RSTR, "ll_check_found", vec![found]);
    }
    hop.exception_cannot_occur();
    Ok(found)
}

fn starts(hop: &mut Hop<'_, '_>, name: &str) -> Res<Operand> {
    hop.exception_cannot_occur();
    if let Repr::Tuple(items) = hop.arg_kind(1) {
        return starts_with_any(hop, name, items.len());
    }
    let s = string_arg(hop, 0)?;
    if hop.nargs() > 2 {
        let (start, stop) = ends(hop, &s, 2)?;
        let other = string_arg(hop, 1)?;
        let helper = if name == "startswith" {
            "ll_startswith_slice"
        } else {
            "ll_endswith_slice"
        };
        return hop.helper(RSTR, helper, vec![s, other, start, stop]);
    }
    if let Some(c) = as_char(hop, 1)? {
        let helper = if name == "startswith" {
            "ll_startswith_char"
        } else {
            "ll_endswith_char"
        };
        return hop.helper(RSTR, helper, vec![s, c]);
    }
    let other = string_arg(hop, 1)?;
    let helper = if name == "startswith" {
        "ll_startswith"
    } else {
        "ll_endswith"
    };
    hop.helper(RSTR, helper, vec![s, other])
}

/// One of several prefixes in a tuple.
fn starts_with_any(hop: &mut Hop<'_, '_>, name: &str, n: usize) -> Res<Operand> {
    let tuple = hop.args.remove(1);
    let parts = crate::tuple::unpack(hop, tuple)?;
    let mut any = Operand::signed(0);
    for part in parts.into_iter().take(n) {
        hop.args.insert(1, part);
        let one = starts(hop, name)?;
        hop.args.remove(1);
        let one = hop.genop(OpCode::CastBoolToInt, [one], LLTypes::SIGNED);
        any = hop.genop(OpCode::IntOr, [any, one], LLTypes::SIGNED);
    }
    Ok(hop.genop(OpCode::IntIsTrue, [any], LLTypes::BOOL))
}

fn strip(hop: &mut Hop<'_, '_>, left: bool, right: bool) -> Res<Operand> {
    let s = string_arg(hop, 0)?;
    let (left, right) = (Operand::bool(left), Operand::bool(right));
    hop.exception_cannot_occur();
    if hop.nargs() == 1 || matches!(hop.arg_kind(1), Repr::None) {
        return hop.helper(RSTR, "ll_strip", vec![s, left, right]);
    }
    if let Some(c) = as_char(hop, 1)? {
        return hop.helper(RSTR, "ll_strip_char", vec![s, c, left, right]);
    }
    let chars = string_arg(hop, 1)?;
    hop.helper(RSTR, "ll_strip_chars", vec![s, chars, left, right])
}

fn case(hop: &mut Hop<'_, '_>, name: &str) -> Res<Operand> {
    hop.exception_cannot_occur();
    let upper = name == "upper";
    let result = hop.result;
    if matches!(hop.arg_kind(0), Repr::Char) {
        let c = hop.arg(0)?;
        let helper = if upper { "ll_upper_char" } else { "ll_lower_char" };
        let c = hop.helper(RSTR, helper, vec![c])?;
        let char_repr = hop.rt.intern_repr(Repr::Char);
        return hop.convertvar(c, char_repr, result);
    }
    if is_wide(&hop.arg_kind(0)) {
        return Err(hop
            .rt
            .error(format!("the method {name} is not available on unicode strings")));
    }
    let s = string_arg(hop, 0)?;
    hop.helper(RSTR, if upper { "ll_upper" } else { "ll_lower" }, vec![s])
}

fn char_class(hop: &mut Hop<'_, '_>, name: &str) -> Res<Operand> {
    hop.exception_cannot_occur();
    let is_char = matches!(hop.arg_kind(0), Repr::Char | Repr::UniChar);
    let v = hop.arg(0)?;
    let helper = match (name, is_char) {
        ("isdigit", true) => "ll_isdigit",
        ("isdigit", false) => "ll_str_isdigit",
        ("isalpha", true) => "ll_isalpha",
        ("isalpha", false) => "ll_str_isalpha",
        ("isalnum", true) => "ll_isalnum",
        ("isalnum", false) => "ll_str_isalnum",
        ("isspace", true) => "ll_isspace",
        ("isspace", false) => "ll_str_isspace",
        ("isupper", true) => "ll_isupper",
        ("isupper", false) => "ll_str_isupper",
        (_, true) => "ll_islower",
        (_, false) => "ll_str_islower",
    };
    hop.helper(RSTR, helper, vec![v])
}

fn replace(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let s = string_arg(hop, 0)?;
    let limited = hop.nargs() > 3;
    if !limited && let (Some(a), Some(b)) = (as_char(hop, 1)?, as_char(hop, 2)?) {
        return hop.helper(RSTR, "ll_replace_chr_chr", vec![s, a, b]);
    }
    let (a, b) = (string_arg(hop, 1)?, string_arg(hop, 2)?);
    let max = if limited {
        hop.arg_signed(3)?
    } else {
        Operand::signed(-1)
    };
    hop.helper(RSTR, "ll_replace", vec![s, a, b, max])
}

fn split(hop: &mut Hop<'_, '_>, name: &str) -> Res<Operand> {
    let s = string_arg(hop, 0)?;
    let max = if hop.nargs() > 2 {
        hop.arg_signed(2)?
    } else {
        Operand::signed(-1)
    };
    let item = string_repr(hop, 0);
    let from_left = name == "split";
    let spaces = hop.nargs() == 1 || matches!(hop.arg_kind(1), Repr::None);
    let (helper, mut args) = if spaces {
        (if from_left { "ll_split_space" } else { "ll_rsplit_space" }, vec![s])
    } else if let Some(c) = as_char(hop, 1)? {
        (if from_left { "ll_split_chr" } else { "ll_rsplit_chr" }, vec![s, c])
    } else {
        let sep = string_arg(hop, 1)?;
        (if from_left { "ll_split" } else { "ll_rsplit" }, vec![s, sep])
    };
    args.push(max);
    list_result(hop, item, |hop, to| hop.helper_of_type(RSTR, helper, to, args))
}

fn splitlines(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let s = string_arg(hop, 0)?;
    let keep = if hop.nargs() > 1 {
        crate::dispatch::truth(hop, 1)?
    } else {
        Operand::ll(LLTypes::BOOL, LLValue::Bool(false))
    };
    let item = string_repr(hop, 0);
    list_result(hop, item, |hop, to| {
        hop.helper_of_type(RSTR, "ll_splitlines", to, vec![s, keep])
    })
}

fn join(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let wanted = string_repr(hop, 0);
    let (item, array, n) = if let Repr::Tuple(items) = hop.arg_kind(1) {
        let v = hop.arg(1)?;
        let v = super::tuples::as_array(hop, v, &items, wanted)?;
        let n = hop.genop(OpCode::Getarraysize, [v.clone()], LLTypes::SIGNED);
        (wanted, v, n)
    } else {
        let repr = hop.arg_repr(1);
        let item = hop.rt.list_item(repr)?;
        let (n, v) = list_methods::count_and_array(hop, 1)?;
        (item, v, n)
    };
    let ty = string_type(&hop.arg_kind(0));
    let empty = match hop.constant(0) {
        Some(c) => hop.rt.host().is_true(c).is_ok_and(|b| !b),
        None => false,
    };
    match hop.rt.repr(item).clone() {
        Repr::Impossible | Repr::None => super::string::join_all(hop, ty, vec![]),
        Repr::Char | Repr::UniChar if empty => hop.helper_of_type(RSTR, "ll_join_chars", ty, vec![n, array]),
        Repr::Char | Repr::UniChar => {
            let sep = string_arg(hop, 0)?;
            hop.helper(RSTR, "ll_join_chars_with_sep", vec![sep, n, array])
        }
        _ if empty => hop.helper_of_type(RSTR, "ll_join_strs", ty, vec![n, array]),
        _ => {
            let sep = string_arg(hop, 0)?;
            hop.helper(RSTR, "ll_join", vec![sep, n, array])
        }
    }
}

fn codec(hop: &mut Hop<'_, '_>) -> Res<&'static str> {
    let text = match hop.constant(1) {
        Some(c) => hop.rt.host().str_text(c),
        None => None,
    };
    let text = text.unwrap_or_default().to_lowercase().replace('_', "-");
    Ok(match text.as_str() {
        "ascii" => "ascii",
        "latin-1" | "latin1" | "iso-8859-1" => "latin1",
        "utf-8" | "utf8" => "utf8",
        _ => return Err(hop.rt.error(format!("the encoding {text} is not available"))),
    })
}

fn encode(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let helper = match codec(hop)? {
        "ascii" => "ll_unicode2str",
        "latin1" => "ll_encode_latin1",
        _ => "ll_encode_utf8",
    };
    let u = string_arg(hop, 0)?;
    hop.helper(RSTR, helper, vec![u])
}

fn decode(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let helper = match codec(hop)? {
        "ascii" => "ll_str2unicode",
        "latin1" => "ll_decode_latin1",
        _ => "ll_decode_utf8",
    };
    let s = string_arg(hop, 0)?;
    hop.helper(RSTR, helper, vec![s])
}

fn pad(hop: &mut Hop<'_, '_>, left: bool, right: bool) -> Res<Operand> {
    let s = string_arg(hop, 0)?;
    let width = hop.arg_signed(1)?;
    let wide = is_wide(&hop.arg_kind(0));
    let fill = if hop.nargs() > 2 {
        match as_char(hop, 2)? {
            Some(c) => c,
            None => return Err(hop.rt.error("the fill character must be a single character")),
        }
    } else if wide {
        Operand::ll(LLTypes::UNICHAR, LLValue::UniChar(32))
    } else {
        Operand::ll(LLTypes::CHAR, LLValue::Char(b' '))
    };
    let args = vec![s, width, fill, Operand::bool(left), Operand::bool(right)];
    hop.helper(RSTR, "ll_pad", args)
}
