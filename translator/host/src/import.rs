//! The import system.

use crate::error::{Raised, Res};
use crate::host::Host;
use crate::modules;
use crate::object::{Module, ObjData};
use crate::value::{ObjId, Value};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Where a module was found.
enum Found {
    Native,
    Source(PathBuf),
    Package(PathBuf),
    Loader(Value),
}

impl Host {
    /// A new module, not registered.
    pub fn new_module(&mut self, name: &str) -> Value {
        let dict = self.heap.alloc(ObjData::Dict(Box::default()));
        let (name_key, doc) = (self.names.d_name, self.names.d_doc);
        let text = self.new_str(name);
        self.dict_set_name(dict, name_key, text);
        self.dict_set_name(dict, doc, Value::None);
        self.alloc(ObjData::Module(Module { dict }))
    }

    /// The dict of a module.
    pub fn module_dict(&self, module: Value) -> ObjId {
        self.dict_of(module)
    }

    /// A module in `sys.modules`.
    pub fn loaded_module(&mut self, name: &str) -> Option<Value> {
        let name = self.intern_str(name);
        self.dict_get_name(self.modules, name)
    }

    pub(crate) fn register_module(&mut self, name: &str, module: Value) {
        let name = self.intern_str(name);
        self.dict_set_name(self.modules, name, module);
    }

    /// Runs a file as the module `name`, whether or not a module of this name is there.
    pub(crate) fn run_file(&mut self, path: &Path, name: &str) -> Res {
        let module = self.new_module(name);
        self.register_module(name, module);
        let dict = self.module_dict(module);
        let builtins = self.names.d_builtins;
        let builtin_module = self.builtin_module;
        self.dict_set_name(dict, builtins, builtin_module);
        let file = self.new_str(path.as_os_str().as_bytes());
        let (file_name, package) = (self.names.d_file, self.names.d_package);
        self.dict_set_name(dict, file_name, file);
        self.dict_set_name(dict, package, Value::None);
        let code = self.compile_file(path)?;
        self.run_code_marked(code, dict, Value::Obj(dict), false)?;
        Ok(module)
    }

    /// Reads and compiles a source file.
    pub(crate) fn compile_file(&mut self, path: &Path) -> Res {
        let name = path.to_string_lossy().into_owned();
        let bytes = match self.system.read_file(path) {
            Ok(bytes) => bytes,
            Err(e) => {
                let filename = self.new_str(name);
                return Err(self.os_error(self.exceptions.io_error, &e, Some(filename)));
            }
        };
        let source = self.sources.add(name.clone(), &bytes);
        self.compile_source_file(source, &name, "exec", Default::default())
    }

    /// `import name`, and the last component.
    pub(crate) fn import_absolute(&mut self, name: &str) -> Res {
        let mut full = String::new();
        let mut parent: Option<Value> = None;
        for part in name.split('.') {
            parent = Some(self.import_part(parent, &mut full, part)?);
        }
        parent.ok_or_else(|| self.value_error("Empty module name"))
    }

    /// Imports one component below `parent`.
    fn import_part(&mut self, parent: Option<Value>, full: &mut String, part: &str) -> Res {
        if !full.is_empty() {
            full.push('.');
        }
        full.push_str(part);
        match self.import_submodule(parent, part, full)? {
            Some(module) => Ok(module),
            None => {
                let shown = if parent.is_some() { part } else { full.as_str() };
                let text = format!("No module named {shown}");
                Err(self.error(self.exceptions.import_error, text))
            }
        }
    }

    /// A module by its full name; `None` when it does not exist.
    fn import_submodule(&mut self, parent: Option<Value>, part: &str, full: &str) -> Res<Option<Value>> {
        if let Some(module) = self.loaded_module(full) {
            return Ok(if module.is_none() { None } else { Some(module) });
        }
        let path = match parent {
            Some(parent) => {
                let name = self.names.d_path;
                match self.get_attribute_opt(parent, name)? {
                    Some(path) => Some(path),
                    None => return Ok(None),
                }
            }
            None => None,
        };
        let Some(found) = self.find_module(part, full, path)? else {
            return Ok(None);
        };
        let module = self.load_module(found, full)?;
        if let Some(parent) = parent {
            let name = self.intern_str(part);
            self.set_attribute(parent, name, module)?;
        }
        Ok(Some(module))
    }

    fn find_module(&mut self, part: &str, full: &str, path: Option<Value>) -> Res<Option<Found>> {
        if let Some(loader) = self.meta_path_loader(full, path)? {
            return Ok(Some(Found::Loader(loader)));
        }
        if path.is_none() && modules::is_native(full) {
            return Ok(Some(Found::Native));
        }
        let path = match path {
            Some(path) => path,
            None => self.sys_attribute("path").unwrap_or(Value::None),
        };
        for entry in self.collect_iterable(path)? {
            let Some(dir) = self.str_bytes(entry).cloned() else {
                continue;
            };
            let base = Path::new(OsStr::from_bytes(&dir)).join(part);
            if let Some(found) = self.find_in(&base) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn find_in(&mut self, base: &Path) -> Option<Found> {
        let is_dir = |h: &mut Host, p: &Path| h.system.stat(p, true).is_ok_and(|s| s.mode & 0o170_000 == 0o040_000);
        let is_file = |h: &mut Host, p: &Path| h.system.stat(p, true).is_ok_and(|s| s.mode & 0o170_000 == 0o100_000);
        let init = base.join("__init__.py");
        if is_dir(self, base) && is_file(self, &init) {
            return Some(Found::Package(base.to_path_buf()));
        }
        let mut file = base.as_os_str().to_os_string();
        file.push(".py");
        let file = PathBuf::from(file);
        if is_file(self, &file) {
            Some(Found::Source(file))
        } else {
            None
        }
    }

    /// `imp.find_module`: directory entries, native modules.
    pub(crate) fn locate_module(&mut self, name: &str, path: Option<Value>) -> Res<Option<(PathBuf, bool)>> {
        match self.find_module(name, name, path)? {
            Some(Found::Package(p)) => Ok(Some((p, true))),
            Some(Found::Source(p)) => Ok(Some((p, false))),
            _ => Ok(None),
        }
    }

    fn meta_path_loader(&mut self, full: &str, path: Option<Value>) -> Res<Option<Value>> {
        let Some(meta_path) = self.sys_attribute("meta_path") else {
            return Ok(None);
        };
        let finders = self.list_items(meta_path).cloned().unwrap_or_default();
        for finder in finders {
            let name = self.new_str(full);
            let method = self.names.n_find_module;
            let method = self.get_attribute(finder, method)?;
            let loader = self.call_value(method, &[name, path.unwrap_or(Value::None)], &[])?;
            if !loader.is_none() {
                return Ok(Some(loader));
            }
        }
        Ok(None)
    }

    /// An attribute of `sys`, if it is there.
    pub fn sys_attribute(&mut self, name: &str) -> Option<Value> {
        let name = self.intern_str(name);
        self.dict_get_name(self.sys_dict, name)
    }

    fn load_module(&mut self, found: Found, full: &str) -> Res {
        match found {
            Found::Native => {
                let module = modules::make(self, full)?;
                self.register_module(full, module);
                Ok(module)
            }
            Found::Source(file) => self.load_source(full, &file, None),
            Found::Package(dir) => {
                let init = dir.join("__init__.py");
                self.load_source(full, &init, Some(&dir))
            }
            Found::Loader(loader) => {
                let name = self.new_str(full);
                let method = self.names.n_load_module;
                let method = self.get_attribute(loader, method)?;
                self.call_value(method, &[name], &[])
            }
        }
    }

    /// Executes a source file as a module.
    pub(crate) fn load_source(&mut self, full: &str, file: &Path, package: Option<&Path>) -> Res {
        let existing = self.loaded_module(full).filter(|m| !m.is_none());
        let module = match existing {
            Some(module) => module,
            None => self.new_module(full),
        };
        self.register_module(full, module);
        let dict = self.module_dict(module);
        let file_value = self.new_str(file.as_os_str().as_bytes());
        let n = &self.names;
        let (file_name, path_name, package_name, builtins) = (n.d_file, n.d_path, n.d_package, n.d_builtins);
        self.dict_set_name(dict, file_name, file_value);
        let builtin_module = self.builtin_module;
        self.dict_set_name(dict, builtins, builtin_module);
        if let Some(dir) = package {
            let dir = self.new_str(dir.as_os_str().as_bytes());
            let list = self.new_list(vec![dir]);
            self.dict_set_name(dict, path_name, list);
            let text = self.new_str(full);
            self.dict_set_name(dict, package_name, text);
        } else {
            self.dict_set_name(dict, package_name, Value::None);
        }
        let result = self.run_module_file(file, dict);
        if let Err(raised) = result {
            if existing.is_none() {
                let name = self.intern_str(full);
                self.dict_remove_name(self.modules, name);
            }
            return Err(raised);
        }
        Ok(self.loaded_module(full).unwrap_or(module))
    }

    fn run_module_file(&mut self, file: &Path, dict: ObjId) -> Res<()> {
        let code = self.compile_file(file)?;
        self.run_code_marked(code, dict, Value::Obj(dict), false)?;
        Ok(())
    }

    /// The package that relative imports from these globals start at.
    fn package_of(&mut self, globals: ObjId, level: i64) -> Res<Option<String>> {
        let n = &self.names;
        let (package, name, path) = (n.d_package, n.d_name, n.d_path);
        let text = |h: &Host, key| h.dict_get_name(globals, key).and_then(|v: Value| h.text_of(v));
        let mut parent = match text(self, package) {
            Some(parent) if !parent.is_empty() || level <= 0 => parent,
            Some(_) => return Err(self.value_error("Attempted relative import in non-package")),
            None => {
                let Some(own) = text(self, name) else { return Ok(None) };
                let known = if self.dict_get_name(globals, path).is_some() {
                    Some(own.clone())
                } else {
                    own.rsplit_once('.').map(|(parent, _)| parent.to_string())
                };
                if let Some(known) = &known {
                    let value = self.new_str(known);
                    self.dict_set_name(globals, package, value);
                }
                if self.dict_get_name(globals, path).is_some() {
                    own
                } else {
                    match own.rsplit_once('.') {
                        Some((parent, _)) => parent.to_string(),
                        None if level > 0 => {
                            return Err(self.value_error("Attempted relative import in non-package"));
                        }
                        None => return Ok(None),
                    }
                }
            }
        };
        for _ in 1..level.max(1) {
            match parent.rsplit_once('.') {
                Some((up, _)) => parent = up.to_string(),
                None => return Err(self.value_error("Attempted relative import beyond toplevel package")),
            }
        }
        Ok(if parent.is_empty() { None } else { Some(parent) })
    }

    /// `__import__(name, globals, locals, fromlist, level)`.
    pub(crate) fn import_level(&mut self, name: &str, globals: ObjId, fromlist: Value, level: i64) -> Res {
        let parent = if level == 0 || globals.is_hole() {
            None
        } else {
            self.package_of(globals, level)?
        };
        if name.is_empty() && level <= 0 {
            return Err(self.value_error("Empty module name"));
        }
        let (head, tail, full) = self.import_chain(name, parent.as_deref(), level)?;
        let wants_names = !fromlist.is_none() && self.truth(fromlist)?;
        if !wants_names {
            return Ok(head);
        }
        self.ensure_fromlist(tail, fromlist, &full)?;
        Ok(tail)
    }

    /// Head module, last module and full name of a dotted import.
    fn import_chain(&mut self, name: &str, parent: Option<&str>, level: i64) -> Res<(Value, Value, String)> {
        let mut parts: Vec<&str> = if name.is_empty() {
            Vec::new()
        } else {
            name.split('.').collect()
        };
        let mut full = String::new();
        let mut current = None;
        if let Some(parent) = parent {
            let package = match self.loaded_module(parent) {
                Some(m) if !m.is_none() => m,
                _ => self.import_absolute(parent)?,
            };
            if parts.is_empty() {
                return Ok((package, package, parent.to_string()));
            }
            let first = parts[0];
            let candidate = format!("{parent}.{first}");
            match self.import_submodule(Some(package), first, &candidate)? {
                Some(module) => {
                    current = Some(module);
                    full = candidate;
                    parts.remove(0);
                }
                None if level > 0 => {
                    let text = format!("No module named {first}");
                    return Err(self.error(self.exceptions.import_error, text));
                }
                None => {
                    // Remember the miss, as the next import of the name would look again.
                    self.register_module(&candidate, Value::None);
                }
            }
        }
        let mut head = current;
        for part in parts {
            let module = self.import_part(current, &mut full, part)?;
            head.get_or_insert(module);
            current = Some(module);
        }
        match (head, current) {
            (Some(head), Some(tail)) => Ok((head, tail, full)),
            _ => Err(self.value_error("Empty module name")),
        }
    }

    fn ensure_fromlist(&mut self, module: Value, fromlist: Value, full: &str) -> Res<()> {
        let path = self.names.d_path;
        if self.get_attribute_opt(module, path)?.is_none() {
            return Ok(());
        }
        for item in self.collect_iterable(fromlist)? {
            let Some(name) = self.text_of(item) else {
                return Err(
                    self.type_error("Item in ``from list'' must be str, not ".to_string() + &self.class_name_of(item))
                );
            };
            if name == "*" {
                let all = self.names.d_all;
                if let Some(all) = self.get_attribute_opt(module, all)? {
                    self.ensure_fromlist(module, all, full)?;
                }
                continue;
            }
            let id = self.intern_str(&name);
            if self.get_attribute_opt(module, id)?.is_none() {
                let sub = format!("{full}.{name}");
                self.import_submodule(Some(module), &name, &sub)?;
            }
        }
        Ok(())
    }

    /// `ImportName`.
    pub(crate) fn import_statement(&mut self, name: ObjId, level: Value, fromlist: Value) -> Res {
        let globals = self.frame_globals();
        let hook = self.names.d_import;
        let hook = self.dict_get_name(self.builtins, hook);
        if hook != Some(self.default_import)
            && let Some(hook) = hook
        {
            let locals = self
                .frames
                .last()
                .map_or(Value::None, |f| f.locals.option().unwrap_or(Value::None));
            let mut args = vec![Value::Obj(name), Value::Obj(globals), locals, fromlist];
            if level != Value::Int(-1) {
                args.push(level);
            }
            return self.call_value(hook, &args, &[]);
        }
        if hook.is_none() {
            return Err(self.error(self.exceptions.import_error, "__import__ not found"));
        }
        let Value::Int(level) = level else {
            return Err(self.value_error("bad import level"));
        };
        let text = self.name_text(name);
        self.import_level(&text, globals, fromlist, level)
    }

    /// `ImportFrom`.
    pub(crate) fn import_from(&mut self, module: Value, name: ObjId) -> Res {
        match self.get_attribute_opt(module, name)? {
            Some(value) => Ok(value),
            None => {
                let text = format!("cannot import name {}", self.name_text(name));
                Err(self.error(self.exceptions.import_error, text))
            }
        }
    }

    /// `ImportStar`.
    pub(crate) fn import_star(&mut self, module: Value) -> Res<()> {
        let all = self.names.d_all;
        let dict = self.dict_of(module);
        let names: Vec<Value> = match self.get_attribute_opt(module, all)? {
            Some(all) => self.collect_iterable(all)?,
            None => {
                let keys = self.table_keys(dict);
                keys.into_iter()
                    .filter(|&k| self.text_of(k).is_some_and(|t| !t.starts_with('_')))
                    .collect()
            }
        };
        for name in names {
            let Some(text) = self.text_of(name) else { continue };
            let id = self.intern_str(&text);
            let value = self.get_attribute(module, id)?;
            self.store_in_frame(id, value)?;
        }
        Ok(())
    }

    fn store_in_frame(&mut self, name: ObjId, value: Value) -> Res<()> {
        let locals = match self.frames.last() {
            Some(frame) if !frame.locals.is_hole() => frame.locals,
            Some(frame) => Value::Obj(frame.globals),
            None => return Ok(()),
        };
        self.set_item(locals, Value::Obj(name), value)
    }

    /// `reload(module)`.
    pub(crate) fn reload_module(&mut self, module: Value) -> Res {
        let n = &self.names;
        let (name_key, file_key, path_key) = (n.d_name, n.d_file, n.d_path);
        let dict = self.dict_of(module);
        if !matches!(self.data(module), Some(ObjData::Module(_))) {
            return Err(self.type_error("reload() argument must be module"));
        }
        let name = self
            .dict_get_name(dict, name_key)
            .and_then(|v| self.text_of(v))
            .unwrap_or_default();
        if self.loaded_module(&name) != Some(module) {
            let text = format!("reload(): module {name} not in sys.modules");
            return Err(self.error(self.exceptions.import_error, text));
        }
        let _ = path_key;
        let Some(file) = self.dict_get_name(dict, file_key).and_then(|v| self.str_text(v)) else {
            return Ok(module);
        };
        self.load_source_again(module, &name, Path::new(&file))
    }

    fn load_source_again(&mut self, module: Value, _name: &str, file: &Path) -> Res {
        let dict = self.dict_of(module);
        self.run_module_file(file, dict)?;
        Ok(module)
    }

    /// ImportError.
    pub fn import_error(&mut self, text: &str) -> Raised {
        self.error(self.exceptions.import_error, text)
    }
}
