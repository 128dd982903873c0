//! Formatting: floats, `%`, `str.format`.

pub mod braces;
pub mod float;
pub mod hexfloat;
pub mod percent;
pub mod spec;
