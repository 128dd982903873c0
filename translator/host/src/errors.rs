//! Making exceptions from native code.

use crate::error::{Raised, Res};
use crate::host::Host;
use crate::object::{ExcData, Instance, ObjData};
use crate::value::{ObjId, Value};
use std::io;

impl Host {
    /// An exception instance of a built-in class, without running `__init__`.
    pub fn new_exception(&mut self, class: ObjId, args: &[Value]) -> Value {
        let mut data = ExcData {
            args: args.to_vec(),
            ..ExcData::default()
        };
        self.fill_exception_fields(class, &mut data);
        let n_slots = self.class(Value::Obj(class)).map_or(0, |c| c.slots.len());
        let slots = vec![Value::HOLE; n_slots];
        let payload = Some(Box::new(ObjData::Exc(Box::new(data))));
        self.alloc(ObjData::Instance(Box::new(Instance {
            class,
            dict: ObjId::HOLE,
            slots,
            payload,
        })))
    }

    /// Raises a built-in exception with a text.
    pub fn error(&mut self, class: ObjId, message: impl AsRef<[u8]>) -> Raised {
        let text = self.new_str(message);
        Raised::new(self.new_exception(class, &[text]))
    }

    /// Raises a built-in exception with arguments.
    pub fn error_args(&mut self, class: ObjId, args: &[Value]) -> Raised {
        Raised::new(self.new_exception(class, args))
    }

    /// `TypeError`.
    #[cold]
    pub fn type_error(&mut self, message: impl AsRef<[u8]>) -> Raised {
        self.error(self.exceptions.type_error, message)
    }

    /// `ValueError`.
    #[cold]
    pub fn value_error(&mut self, message: impl AsRef<[u8]>) -> Raised {
        self.error(self.exceptions.value_error, message)
    }

    /// `IndexError`.
    #[cold]
    pub fn index_error(&mut self, message: impl AsRef<[u8]>) -> Raised {
        self.error(self.exceptions.index_error, message)
    }

    /// `KeyError` with the key.
    #[cold]
    pub fn key_error(&mut self, key: Value) -> Raised {
        self.error_args(self.exceptions.key_error, &[key])
    }

    /// `OverflowError`.
    #[cold]
    pub fn overflow_error(&mut self, message: impl AsRef<[u8]>) -> Raised {
        self.error(self.exceptions.overflow_error, message)
    }

    /// `ZeroDivisionError`.
    #[cold]
    pub fn zero_division(&mut self, message: impl AsRef<[u8]>) -> Raised {
        self.error(self.exceptions.zero_division_error, message)
    }

    /// `RuntimeError`.
    #[cold]
    pub fn runtime_error(&mut self, message: impl AsRef<[u8]>) -> Raised {
        self.error(self.exceptions.runtime_error, message)
    }

    /// `StopIteration` without arguments.
    pub fn stop_iteration(&mut self) -> Raised {
        self.error_args(self.exceptions.stop_iteration, &[])
    }

    /// `AttributeError: 'x' object has no attribute 'y'`.
    #[cold]
    pub fn attribute_error(&mut self, value: Value, name: ObjId) -> Raised {
        if let Some(ObjData::Method(m)) = self.data(value) {
            let func = m.func;
            return self.attribute_error(func, name);
        }
        let text = self.name_text(name);
        let message = match value.obj().map(|id| self.heap.get(id)) {
            Some(ObjData::Class(c)) => format!("type object '{}' has no attribute '{}'", c.name, text),
            Some(ObjData::OldClass(c)) => format!("class {} has no attribute '{}'", c.name, text),
            Some(ObjData::OldInstance(i)) => {
                let class = self.old_class_name(i.class);
                format!("{class} instance has no attribute '{text}'")
            }
            Some(ObjData::Module(_)) if self.class_name_of(value) == "module" => {
                format!("'module' object has no attribute '{text}'")
            }
            _ => format!("'{}' object has no attribute '{}'", self.class_name_of(value), text),
        };
        self.error(self.exceptions.attribute_error, message)
    }

    /// `IOError` or `OSError` with errno, text and file name.
    pub fn os_error(&mut self, class: ObjId, error: &io::Error, filename: Option<Value>) -> Raised {
        let (code, text) = errno_of(error);
        let text = self.new_str(text);
        let mut args = vec![Value::Int(code), text];
        args.extend(filename);
        self.error_args(class, &args)
    }

    /// Whether the exception is an instance of a class.
    pub fn raised_is(&self, raised: &Raised, class: ObjId) -> bool {
        self.isinstance(raised.value(), Value::Obj(class))
    }

    /// Turns an exception of a class into `None`.
    pub fn catch<T>(&self, result: Res<T>, class: ObjId) -> Res<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(raised) if self.raised_is(&raised, class) => Ok(None),
            Err(raised) => Err(raised),
        }
    }
}

/// errno and its text.
pub fn errno_of(error: &io::Error) -> (i64, String) {
    let code = error.raw_os_error().unwrap_or(match error.kind() {
        io::ErrorKind::NotFound => 2,
        io::ErrorKind::PermissionDenied => 13,
        io::ErrorKind::AlreadyExists => 17,
        io::ErrorKind::InvalidInput => 22,
        io::ErrorKind::Unsupported => 38,
        io::ErrorKind::BrokenPipe => 32,
        _ => 5,
    });
    (
        i64::from(code),
        crate::modules::errno::message(i64::from(code)).to_string(),
    )
}
