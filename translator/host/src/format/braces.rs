//! stub
use crate::{Host,Res,object::Args};
pub(crate) fn format(h:&mut Host,_a:Args<'_>)->Res{Err(h.type_error("format"))}
pub(crate) fn formatter_parser(h:&mut Host,_a:Args<'_>)->Res{Err(h.type_error("format"))}
pub(crate) fn field_name_split(h:&mut Host,_a:Args<'_>)->Res{Err(h.type_error("format"))}
