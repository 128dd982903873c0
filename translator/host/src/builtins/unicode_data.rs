//! Properties of code points.

use unicode_general_category::{GeneralCategory as G, get_general_category};

fn as_char(c: u32) -> Option<char> {
    char::from_u32(c)
}

/// Category of a code point.
pub fn category(c: u32) -> G {
    as_char(c).map_or(G::Surrogate, get_general_category)
}

/// Two-letter name of the category.
pub fn category_name(c: u32) -> &'static str {
    match category(c) {
        G::UppercaseLetter => "Lu",
        G::LowercaseLetter => "Ll",
        G::TitlecaseLetter => "Lt",
        G::ModifierLetter => "Lm",
        G::OtherLetter => "Lo",
        G::NonspacingMark => "Mn",
        G::SpacingMark => "Mc",
        G::EnclosingMark => "Me",
        G::DecimalNumber => "Nd",
        G::LetterNumber => "Nl",
        G::OtherNumber => "No",
        G::ConnectorPunctuation => "Pc",
        G::DashPunctuation => "Pd",
        G::OpenPunctuation => "Ps",
        G::ClosePunctuation => "Pe",
        G::InitialPunctuation => "Pi",
        G::FinalPunctuation => "Pf",
        G::OtherPunctuation => "Po",
        G::MathSymbol => "Sm",
        G::CurrencySymbol => "Sc",
        G::ModifierSymbol => "Sk",
        G::OtherSymbol => "So",
        G::SpaceSeparator => "Zs",
        G::LineSeparator => "Zl",
        G::ParagraphSeparator => "Zp",
        G::Control => "Cc",
        G::Format => "Cf",
        G::Surrogate => "Cs",
        G::PrivateUse => "Co",
        _ => "Cn",
    }
}

/// White space.
pub fn is_space(c: u32) -> bool {
    matches!(c, 9..=13 | 0x1c..=0x20 | 0x85 | 0xa0 | 0x1680 | 0x180e | 0x2000..=0x200a | 0x2028 | 0x2029 | 0x202f | 0x205f | 0x3000)
}

/// A letter.
pub fn is_alpha(c: u32) -> bool {
    matches!(
        category(c),
        G::UppercaseLetter | G::LowercaseLetter | G::TitlecaseLetter | G::ModifierLetter | G::OtherLetter
    )
}

/// A decimal digit's value.
pub fn decimal_digit(c: u32) -> Option<u8> {
    if (48..58).contains(&c) {
        return Some((c - 48) as u8);
    }
    if category(c) != G::DecimalNumber {
        return None;
    }
    // Decimal digits come in runs of ten that start at zero.
    let mut start = c;
    while start > 0 && category(start - 1) == G::DecimalNumber && c - start < 9 {
        start -= 1;
    }
    let run =
        (0..10).find(|&i| c >= i && category(c - i) == G::DecimalNumber && (c - i) % 2 == 0 && zero_of_run(c - i));
    Some(run.unwrap_or((c - start) % 10) as u8)
}

fn zero_of_run(c: u32) -> bool {
    matches!(c & 0xf, 0 | 6) && (0..10).all(|i| category(c + i) == G::DecimalNumber)
}

/// A digit, superscripts included.
pub fn is_digit(c: u32) -> bool {
    decimal_digit(c).is_some() || matches!(c, 0xb2 | 0xb3 | 0xb9 | 0x2070 | 0x2074..=0x2079 | 0x2080..=0x2089)
}

/// Value of a digit, superscripts included.
pub fn digit_value(c: u32) -> Option<i64> {
    if let Some(d) = decimal_digit(c) {
        return Some(i64::from(d));
    }
    Some(match c {
        0xb2 => 2,
        0xb3 => 3,
        0xb9 => 1,
        0x2070 | 0x2074..=0x2079 => i64::from(c - 0x2070),
        0x2080..=0x2089 => i64::from(c - 0x2080),
        _ => return None,
    })
}

/// A numeric character.
pub fn is_numeric(c: u32) -> bool {
    matches!(category(c), G::DecimalNumber | G::LetterNumber | G::OtherNumber)
}

/// Lower case.
pub fn is_lower(c: u32) -> bool {
    category(c) == G::LowercaseLetter
}

/// Upper case.
pub fn is_upper(c: u32) -> bool {
    category(c) == G::UppercaseLetter
}

/// Title case.
pub fn is_title(c: u32) -> bool {
    category(c) == G::TitlecaseLetter
}

fn single(mut mapped: impl ExactSizeIterator<Item = char>, c: u32) -> u32 {
    match (mapped.len(), mapped.next()) {
        (1, Some(m)) => m as u32,
        _ => c,
    }
}

/// To lower case, one to one.
pub fn lower(c: u32) -> u32 {
    as_char(c).map_or(c, |ch| single(ch.to_lowercase(), c))
}

/// To upper case, one to one.
pub fn upper(c: u32) -> u32 {
    as_char(c).map_or(c, |ch| single(ch.to_uppercase(), c))
}

/// To title case, one to one.
pub fn title(c: u32) -> u32 {
    match c {
        0x1c4..=0x1c6 => 0x1c5,
        0x1c7..=0x1c9 => 0x1c8,
        0x1ca..=0x1cc => 0x1cb,
        0x1f1..=0x1f3 => 0x1f2,
        _ => upper(c),
    }
}
