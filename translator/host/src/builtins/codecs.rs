//! stub
use crate::{Host,Value,Res};
pub(crate) fn decode_value(h:&mut Host,v:Value,_e:Option<Value>,_r:Option<Value>)->Res{ if h.unicode_chars(v).is_some(){return Ok(v)}; let b=h.to_bytes(v)?; let s=String::from_utf8_lossy(&b).chars().map(|c|c as u32).collect::<Vec<_>>(); Ok(h.new_unicode(&s))}
pub(crate) fn encode_value(h:&mut Host,v:Value,_e:Option<Value>,_r:Option<Value>)->Res{ if h.str_bytes(v).is_some(){return Ok(v)}; let c=h.to_unicode_chars(v)?; let s:String=c.iter().filter_map(|c|char::from_u32(*c)).collect(); Ok(h.new_str(s))}
