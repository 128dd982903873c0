//! stub
use crate::{Host,Value,Res};
pub(crate) fn format_value(h:&mut Host,v:Value,_s:Value)->Res{let b=h.str_of(v)?; Ok(h.new_str(b))}
