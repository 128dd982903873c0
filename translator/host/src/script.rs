//! Running a file as a program, as the `python` command does.

use crate::error::Raised;
use crate::host::Host;
use crate::object::ObjData;
use crate::value::Value;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

impl Host {
    /// Sets `sys.argv`.
    pub fn set_argv(&mut self, words: &[Vec<u8>]) {
        let items = words.iter().map(|w| self.new_str(w)).collect();
        let list = self.new_list(items);
        let sys = Value::Obj(self.sys_dict);
        self.dict_set_str(sys, "argv", list);
    }

    /// Runs a file as `__main__` with its folder first on `sys.path`; reports what it does not catch. Gives the exit status.
    pub fn run_script(&mut self, path: &Path) -> i32 {
        self.enable_collection();
        self.search_folder_of(path);
        let status = match self.run_file(path, "__main__") {
            Ok(_) => 0,
            Err(raised) => self.report(&raised),
        };
        let status = self.run_exit_functions().unwrap_or(status);
        self.finish();
        status
    }

    /// Puts the folder of a file first on `sys.path`.
    pub(crate) fn search_folder_of(&mut self, path: &Path) {
        let folder = path
            .parent()
            .map(|p| p.as_os_str().as_bytes().to_vec())
            .unwrap_or_default();
        let folder = self.new_str(folder);
        if let Some(list) = self.sys_attribute("path")
            && let Some(ObjData::List(items)) = self.data_mut(list)
        {
            items.insert(0, folder);
        }
    }

    /// Calls `sys.exitfunc`; the status when that exits itself.
    fn run_exit_functions(&mut self) -> Option<i32> {
        let func = self.sys_attribute("exitfunc")?;
        let name = self.names.n_exitfunc;
        self.dict_remove_name(self.sys_dict, name);
        match self.call_value(func, &[], &[]) {
            Ok(_) => None,
            Err(raised) => Some(self.report(&raised)),
        }
    }

    /// Writes out what files have pending.
    fn finish(&mut self) {
        self.flush_output();
    }

    /// Prints an uncaught exception; the exit status it means.
    pub fn report(&mut self, raised: &Raised) -> i32 {
        let value = raised.value();
        if self.raised_is(raised, self.exceptions.system_exit) {
            return self.exit_status(value);
        }
        self.flush_output();
        let hook = self.sys_attribute("excepthook");
        let traceback = raised.traceback();
        let traceback_value = if traceback.is_hole() {
            Value::None
        } else {
            Value::Obj(traceback)
        };
        let class = self.class_value(value);
        if let Some(hook) = hook
            && self.call_value(hook, &[class, value, traceback_value], &[]).is_ok()
        {
            return 1;
        }
        let text = self.format_exception(raised);
        // Without a working standard error there is nobody to tell.
        let _ = self.system.write(2, text.as_bytes());
        1
    }

    fn exit_status(&mut self, value: Value) -> i32 {
        let code = match self.getattr_opt(value, "code") {
            Ok(Some(code)) => code,
            _ => Value::None,
        };
        match code {
            Value::None => 0,
            Value::Int(n) => n as i32,
            Value::Bool(b) => i32::from(b),
            _ => {
                self.flush_output();
                let mut text = self.to_str_bytes(code).unwrap_or_default();
                text.push(b'\n');
                // Without a working standard error there is nobody to tell.
                let _ = self.system.write(2, &text);
                1
            }
        }
    }
}
