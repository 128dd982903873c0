//! Operations on values: hashing, comparison, arithmetic, items, conversion, printing.

pub mod binary;
pub mod compare;
pub mod complex;
pub mod convert;
pub mod floats;
pub mod hash;
pub mod ints;
pub mod item;
pub mod iterate;
pub mod number;
pub mod repr;
pub mod rint;
pub mod sequence;
pub mod slice;
pub mod table;
pub mod unary;
