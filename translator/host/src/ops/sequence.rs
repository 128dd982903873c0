//! Concatenation and repetition.

use crate::code::BinOp;
use crate::error::Res;
use crate::host::Host;
use crate::object::ObjData;
use crate::value::Value;

const TOO_BIG: usize = 1 << 40;

impl Host {
    /// `a + b` of sequences; `None` when the operands do not fit.
    pub(crate) fn concat(&mut self, a: Value, b: Value) -> Res<Option<Value>> {
        let result = match (self.data(a), self.data(b)) {
            (Some(ObjData::Str(x)), Some(ObjData::Str(y))) => {
                let mut out = Vec::with_capacity(x.bytes.len() + y.bytes.len());
                out.extend_from_slice(&x.bytes);
                out.extend_from_slice(&y.bytes);
                self.new_str(out)
            }
            (Some(ObjData::Unicode(_)), Some(ObjData::Unicode(_) | ObjData::Str(_)))
            | (Some(ObjData::Str(_)), Some(ObjData::Unicode(_))) => {
                let mut x = self.to_unicode_chars(a)?.to_vec();
                x.extend_from_slice(&self.to_unicode_chars(b)?);
                self.new_unicode(&x)
            }
            (Some(ObjData::List(x)), Some(ObjData::List(y))) => {
                let out = x.iter().chain(y).copied().collect();
                self.new_list(out)
            }
            (Some(ObjData::Tuple(x)), Some(ObjData::Tuple(y))) => {
                let out: Vec<Value> = x.iter().chain(y.iter()).copied().collect();
                self.new_tuple(&out)
            }
            _ => return Ok(None),
        };
        Ok(Some(result))
    }

    /// The repetition count a value stands for (negative = 0); `None` when it is no integer.
    pub(crate) fn repeat_count(&mut self, value: Value) -> Res<Option<usize>> {
        if matches!(self.number(value), crate::ops::number::Num::Float(_)) {
            return Ok(None);
        }
        let Some(big) = self.to_index_big(value)? else {
            return Ok(None);
        };
        if num_traits::Signed::is_negative(&big) {
            return Ok(Some(0));
        }
        match usize::try_from(&big).ok().filter(|&n| n <= i64::MAX as usize) {
            Some(n) => Ok(Some(n)),
            None => {
                let text = format!("cannot fit '{}' into an index-sized integer", self.class_name_of(value));
                Err(self.overflow_error(text))
            }
        }
    }

    fn checked_size(&mut self, len: usize, n: usize) -> Res<usize> {
        match len.checked_mul(n).filter(|&size| size < TOO_BIG) {
            Some(size) => Ok(size),
            None => Err(self.error_args(self.exceptions.memory_error, &[])),
        }
    }

    /// The items repeated.
    pub(crate) fn repeat_items<T: Copy>(&mut self, items: &[T], n: usize) -> Res<Vec<T>> {
        let size = self.checked_size(items.len(), n)?;
        let mut out = Vec::with_capacity(size);
        for _ in 0..if items.is_empty() { 0 } else { n } {
            out.extend_from_slice(items);
        }
        Ok(out)
    }

    /// `a * b` of a sequence and an integer; `None` when the operands do not fit.
    pub(crate) fn repeat(&mut self, a: Value, b: Value) -> Res<Option<Value>> {
        match self.repeat_one(a, b)? {
            Some(result) => Ok(Some(result)),
            None => self.repeat_one(b, a),
        }
    }

    fn repeat_one(&mut self, seq: Value, count: Value) -> Res<Option<Value>> {
        let is_sequence = matches!(
            self.data(seq),
            Some(ObjData::Str(_) | ObjData::Unicode(_) | ObjData::List(_) | ObjData::Tuple(_))
        );
        if !is_sequence {
            return Ok(None);
        }
        let Some(n) = self.repeat_count(count)? else {
            return Ok(None);
        };
        let result = match self.data(seq) {
            Some(ObjData::Str(s)) => {
                let bytes = s.bytes.clone();
                let out = self.repeat_items(&bytes, n)?;
                self.new_str(out)
            }
            Some(ObjData::Unicode(u)) => {
                let chars = u.chars.clone();
                let out = self.repeat_items(&chars, n)?;
                self.new_unicode(&out)
            }
            Some(ObjData::List(l)) => {
                let items = l.clone();
                let out = self.repeat_items(&items, n)?;
                self.new_list(out)
            }
            Some(ObjData::Tuple(t)) => {
                let items = t.clone();
                if n == 1 && matches!(seq.obj().map(|id| self.heap.get(id)), Some(ObjData::Tuple(_))) {
                    return Ok(Some(seq));
                }
                let out = self.repeat_items(&items, n)?;
                self.new_tuple(&out)
            }
            _ => return Ok(None),
        };
        Ok(Some(result))
    }

    /// The special texts of `+` and `*` on sequences.
    pub(crate) fn sequence_op_error(&self, op: BinOp, a: Value, b: Value) -> Option<String> {
        let (an, bn) = (self.class_name_of(a), self.class_name_of(b));
        match op {
            BinOp::Add => match (self.data(a), self.data(b)) {
                (Some(ObjData::List(_)), _) => Some(format!("can only concatenate list (not \"{bn}\") to list")),
                (Some(ObjData::Tuple(_)), _) => Some(format!("can only concatenate tuple (not \"{bn}\") to tuple")),
                (Some(ObjData::Str(_)), _) => Some(format!("cannot concatenate 'str' and '{bn}' objects")),
                (Some(ObjData::Unicode(_)), _) => {
                    Some(format!("coercing to Unicode: need string or buffer, {bn} found"))
                }
                (_, Some(ObjData::Unicode(_))) => None,
                _ => None,
            },
            BinOp::Mul => {
                let seq = |v: Value| {
                    matches!(
                        self.data(v),
                        Some(ObjData::Str(_) | ObjData::Unicode(_) | ObjData::List(_) | ObjData::Tuple(_))
                    )
                };
                if seq(a) {
                    Some(format!("can't multiply sequence by non-int of type '{bn}'"))
                } else if seq(b) {
                    Some(format!("can't multiply sequence by non-int of type '{an}'"))
                } else {
                    None
                }
            }
            _ => None,
        }
    }
}
