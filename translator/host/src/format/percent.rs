//! stub
use crate::{Host,Res,Value};
impl Host { pub(crate) fn percent(&mut self,a:Value,b:Value)->Res<Option<Value>>{
 let args: Vec<Value> = match self.tuple_items(b) { Some(t)=>t.to_vec(), None=>vec![b]};
 let Some(f)=self.str_bytes(a).cloned() else {return Ok(Some(a))};
 let mut out=vec![]; let mut i=0; let mut n=0;
 while i<f.len(){ if f[i]==b'%'&&i+1<f.len(){ i+=1; while f[i].is_ascii_digit()||f[i]==b'.'||f[i]==b'-'{i+=1;} if f[i]==b'%'{out.push(b'%');} else { let v=args.get(n).copied().unwrap_or(Value::None); n+=1; let b= if f[i]==b'r'{self.repr_bytes(v)?}else{self.str_of(v)?}; out.extend(b);} i+=1;} else {out.push(f[i]); i+=1;} }
 Ok(Some(self.new_str(out)))
}
 pub(crate) fn buffer_bytes(&mut self,_v:Value)->Option<Vec<u8>>{None}
}
