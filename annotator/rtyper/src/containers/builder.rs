//! `StringBuilder` and `UnicodeBuilder`.

use super::RBUILDER;
use super::string::{as_char, string_arg};
use crate::hop::Hop;
use crate::repr::Repr;
use crate::rtyper::Res;
use rpy_flow::Operand;

/// `StringBuilder([size])`.
pub(super) fn make(hop: &mut Hop<'_, '_>) -> Res<Operand> {
    let size = if hop.nargs() > 0 {
        hop.arg_signed(0)?
    } else if let Some(arg) = hop.keyword("init_size").cloned() {
        hop.args.push(arg);
        hop.arg_signed(0)?
    } else {
        Operand::signed(100)
    };
    let result = hop.result;
    let to = hop.target_of(result)?;
    hop.helper_of_type(RBUILDER, "ll_newbuilder", to, vec![size])
}

/// A call of a method; `None` if there is none of that name.
pub(super) fn method(hop: &mut Hop<'_, '_>, name: &str) -> Res<Option<Operand>> {
    let b = hop.arg(0)?;
    Ok(Some(match name {
        "append" => match as_char(hop, 1)? {
            Some(c) => hop.helper(RBUILDER, "ll_append_char", vec![b, c])?,
            None => {
                let s = string_arg(hop, 1)?;
                hop.helper(RBUILDER, "ll_append", vec![b, s])?
            }
        },
        "append_slice" => {
            let s = string_arg(hop, 1)?;
            let (start, end) = (hop.arg_signed(2)?, hop.arg_signed(3)?);
            hop.helper(RBUILDER, "ll_append_slice", vec![b, s, start, end])?
        }
        "append_multiple_char" => {
            let Some(c) = char_arg(hop)? else {
                return Err(hop.rt.error("append_multiple_char needs a single character"));
            };
            let n = hop.arg_signed(2)?;
            hop.helper(RBUILDER, "ll_append_multiple_char", vec![b, c, n])?
        }
        "append_charpsize" => {
            let p = hop.arg(1)?;
            let n = hop.arg_signed(2)?;
            hop.helper(RBUILDER, "ll_append_charpsize", vec![b, p, n])?
        }
        "getlength" => hop.helper(RBUILDER, "ll_getlength", vec![b])?,
        "build" => hop.helper(RBUILDER, "ll_build", vec![b])?,
        _ => return Ok(None),
    }))
}

/// The character of `append_multiple_char`; of a longer string the first one.
fn char_arg(hop: &mut Hop<'_, '_>) -> Res<Option<Operand>> {
    if let Some(c) = as_char(hop, 1)? {
        return Ok(Some(c));
    }
    if !matches!(hop.arg_kind(1), Repr::Str | Repr::Unicode) {
        return Ok(None);
    }
    let s = string_arg(hop, 1)?;
    hop.helper(super::RSTR, "ll_stritem_nonneg", vec![s, Operand::signed(0)])
        .map(Some)
}
