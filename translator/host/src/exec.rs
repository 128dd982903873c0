//! Compiling and executing source at run time: `compile`, `exec`, `eval`, `execfile`.

use crate::compiler::{self, CompileError};
use crate::error::{Raised, Res};
use crate::host::Host;
use crate::object::ObjData;
use crate::value::{ObjId, Value};
use rpy_syntax::ast::Futures;
use rpy_syntax::{Diagnostic, SourceFile, Span};
use std::sync::Arc;

impl Host {
    /// Features in force in the running code.
    pub(crate) fn inherited_futures(&self) -> Futures {
        self.frames
            .last()
            .map(|f| compiler::futures_of_flags(f.code.flags))
            .unwrap_or_default()
    }

    /// Compiles the text of a string in a mode (`exec`, `eval`, `single`).
    pub(crate) fn compile_text(&mut self, text: Value, filename: &str, mode: &str, futures: Futures) -> Res {
        let source = match self.data(text) {
            Some(ObjData::Str(s)) => {
                let bytes = s.bytes.to_vec();
                if bytes.contains(&0) {
                    return Err(self.type_error("compile() expected string without null bytes"));
                }
                let bytes = prepare(bytes, mode);
                self.sources.add_byte_string(filename, &bytes)
            }
            Some(ObjData::Unicode(u)) => {
                let text: String = u.chars.iter().filter_map(|&c| char::from_u32(c)).collect();
                let bytes = prepare(text.into_bytes(), mode);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                self.sources.add_text(filename, &text)
            }
            _ => return Err(self.type_error("compile() arg 1 must be a string or code object")),
        };
        self.compile_source_file(source, filename, mode, futures)
    }

    /// Compiles a source file of the source map.
    pub(crate) fn compile_source_file(
        &mut self,
        source: Arc<SourceFile>,
        filename: &str,
        mode: &str,
        futures: Futures,
    ) -> Res {
        let result = match mode {
            "eval" => match rpy_syntax::parse_eval(&source, futures) {
                Ok(tree) => compiler::compile_expression(self, source.clone(), filename, &tree),
                Err(list) => return Err(self.syntax_error(&source, filename, &list)),
            },
            "single" => match rpy_syntax::parse_single(&source, futures) {
                Ok(tree) => compiler::compile_module(self, source.clone(), filename, &tree, true),
                Err(list) => return Err(self.syntax_error(&source, filename, &list)),
            },
            _ => match rpy_syntax::parse_module(&source, futures) {
                Ok(tree) => compiler::compile_module(self, source.clone(), filename, &tree, false),
                Err(list) => return Err(self.syntax_error(&source, filename, &list)),
            },
        };
        result.map_err(|e| self.compile_error(&source, filename, &e))
    }

    fn compile_error(&mut self, source: &SourceFile, filename: &str, error: &CompileError) -> Raised {
        let class = self.exceptions.syntax_error;
        let diagnostic = Diagnostic::error("RPY0115", error.message.clone()).at(error.span, "");
        self.syntax_error_at(class, source, filename, diagnostic)
    }

    fn syntax_error(&mut self, source: &SourceFile, filename: &str, list: &[Diagnostic]) -> Raised {
        let Some(first) = list.first() else {
            return self.error(self.exceptions.syntax_error, "invalid syntax");
        };
        let title = &first.title;
        let class = if title.contains("tabs and spaces") || title.contains("inconsistent use of tabs") {
            self.exceptions.tab_error
        } else if title.contains("indent") {
            self.exceptions.indentation_error
        } else {
            self.exceptions.syntax_error
        };
        self.syntax_error_at(class, source, filename, first.clone())
    }

    fn syntax_error_at(&mut self, class: ObjId, source: &SourceFile, filename: &str, diagnostic: Diagnostic) -> Raised {
        let span = diagnostic.primary.as_ref().map_or(Span::NONE, |label| label.span);
        let place = source.line_column(span.start);
        let line = source.line_text(place.line).map(|l| format!("{l}\n"));
        let name = self.new_str(filename);
        let shown = match line {
            Some(line) => self.new_str(line),
            None => Value::None,
        };
        let details = self.new_tuple(&[
            name,
            Value::Int(i64::from(place.line)),
            Value::Int(i64::from(place.column)),
            shown,
        ]);
        let message = self.new_str(python_words(&diagnostic.title));
        let raised = self.error_args(class, &[message, details]);
        self.syntax_error = Some((raised.value(), Box::new(diagnostic)));
        raised
    }

    /// `exec code in globals, locals` with what the instruction has on the stack.
    pub(crate) fn exec_statement(&mut self, code: Value, globals: Value, locals: Value) -> Res<()> {
        let (mut code, mut globals, mut locals) = (code, globals, locals);
        if globals.is_none()
            && let Some(items) = self.tuple_items(code).cloned()
            && (items.len() == 2 || items.len() == 3)
        {
            code = items[0];
            globals = items[1];
            locals = items.get(2).copied().unwrap_or(globals);
        }
        let (globals, locals) = if globals.is_none() {
            let index = self.frames.len().saturating_sub(1);
            let here = self.locals_of(index);
            (self.frame_globals(), if locals.is_none() { here } else { locals })
        } else {
            let Some(id) = globals.obj().filter(|_| self.is_dict(globals)) else {
                return Err(self.type_error("exec: arg 2 must be a dictionary or None"));
            };
            (id, if locals.is_none() { globals } else { locals })
        };
        let code = self.code_for_exec(code)?;
        self.run_code(code, globals, locals)?;
        Ok(())
    }

    fn code_for_exec(&mut self, code: Value) -> Res {
        if self.code(code).is_some() {
            return Ok(code);
        }
        let futures = self.inherited_futures();
        if matches!(self.data(code), Some(ObjData::Str(_) | ObjData::Unicode(_))) {
            return self.compile_text(code, "<string>", "exec", futures);
        }
        if self.is_a(code, self.types.file) {
            let read = self.names.n_read;
            let method = self.get_attribute(code, read)?;
            let text = self.call_value(method, &[], &[])?;
            let name = self.names.n_name;
            let name = self.get_attribute(code, name)?;
            let name = self.str_text(name).unwrap_or_default();
            return self.compile_text(text, &name, "exec", futures);
        }
        Err(self.type_error("exec: arg 1 must be a string, file, or code object"))
    }

    /// `eval(code, globals, locals)`.
    pub(crate) fn eval_value(&mut self, code: Value, globals: Option<Value>, locals: Option<Value>) -> Res {
        let (globals, locals) = self.eval_scopes(globals, locals)?;
        let code = if self.code(code).is_some() {
            code
        } else if matches!(self.data(code), Some(ObjData::Str(_) | ObjData::Unicode(_))) {
            let futures = self.inherited_futures();
            self.compile_text(code, "<string>", "eval", futures)?
        } else {
            return Err(self.type_error("eval() arg 1 must be a string or code object"));
        };
        self.run_code(code, globals, locals)
    }

    /// Globals and locals as `eval` and `execfile` take them.
    pub(crate) fn eval_scopes(&mut self, globals: Option<Value>, locals: Option<Value>) -> Res<(ObjId, Value)> {
        let globals = globals.filter(|g| !g.is_none());
        let locals = locals.filter(|l| !l.is_none());
        match globals {
            None => {
                let index = self.frames.len().saturating_sub(1);
                let here = match locals {
                    Some(locals) => locals,
                    None => self.locals_of(index),
                };
                Ok((self.frame_globals(), here))
            }
            Some(globals) => {
                let Some(id) = globals.obj().filter(|_| self.is_dict(globals)) else {
                    return Err(self.type_error("globals must be a dict"));
                };
                Ok((id, locals.unwrap_or(globals)))
            }
        }
    }
}

/// Text as the grammar wants it: expressions without surrounding blanks, statements with a final newline.
fn prepare(mut bytes: Vec<u8>, mode: &str) -> Vec<u8> {
    if mode == "eval" {
        let start = bytes
            .iter()
            .position(|b| !matches!(b, b' ' | b'\t'))
            .unwrap_or(bytes.len());
        bytes.drain(..start);
        while matches!(bytes.last(), Some(b'\n' | b' ' | b'\t' | b'\r')) {
            bytes.pop();
        }
    } else if !bytes.ends_with(b"\n") {
        bytes.push(b'\n');
    }
    bytes
}

/// What Python calls a problem that the parser names in its own words.
fn python_words(title: &str) -> &str {
    match title {
        "unexpected indentation" => "unexpected indent",
        "indentation does not match any enclosing block" => "unindent does not match any outer indentation level",
        "`return` with a value in a generator" => "'return' with argument inside generator",
        "string is never closed" => "EOL while scanning string literal",
        title if title.ends_with("is never closed") => "unexpected EOF while parsing",
        title if title.starts_with('`') && title.contains("closes nothing") => "invalid syntax",
        "expected `:`" => "invalid syntax",
        title => title,
    }
}
