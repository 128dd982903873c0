//! The `print` statement and uncaught exceptions.

use crate::builtins::file::FileObj;
use crate::code::Instr;
use crate::error::{Raised, Res};
use crate::host::Host;
use crate::object::ObjData;
use crate::value::Value;
use rpy_syntax::Diagnostic;

impl Host {
    /// The print instructions.
    pub(crate) fn execute_print(&mut self, instr: Instr) -> Res<()> {
        match instr {
            Instr::PrintItem => {
                let out = self.stdout_value()?;
                self.print_item(out, self.peek(0))?;
                self.drop_values(1);
            }
            Instr::PrintNewline => {
                let out = self.stdout_value()?;
                self.print_newline(out)?;
            }
            Instr::PrintItemTo => {
                let out = self.print_target(self.peek(0))?;
                self.print_item(out, self.peek(1))?;
                self.drop_values(2);
            }
            Instr::PrintNewlineTo => {
                let out = self.print_target(self.peek(0))?;
                self.print_newline(out)?;
                self.drop_values(1);
            }
            _ => {
                let hook = self.sys_attribute("displayhook");
                let value = self.peek(0);
                match hook {
                    Some(hook) => {
                        self.call_value(hook, &[value], &[])?;
                    }
                    None => return Err(self.runtime_error("lost sys.displayhook")),
                }
                self.drop_values(1);
            }
        }
        Ok(())
    }

    fn print_target(&mut self, file: Value) -> Res {
        if file.is_none() { self.stdout_value() } else { Ok(file) }
    }

    fn stdout_value(&mut self) -> Res {
        let name = self.names.n_stdout;
        match self.dict_get_name(self.sys_dict, name) {
            Some(out) if !out.is_none() => Ok(out),
            _ => Err(self.runtime_error("lost sys.stdout")),
        }
    }

    /// Reads and sets the softspace of a file.
    pub(crate) fn swap_softspace(&mut self, file: Value, new: bool) -> bool {
        if let Some(f) = self.native_mut::<FileObj>(file) {
            return std::mem::replace(&mut f.softspace, new);
        }
        let name = self.names.n_softspace;
        let old = matches!(self.get_attribute_opt(file, name), Ok(Some(Value::Int(n))) if n != 0);
        // Files without the attribute simply keep no softspace.
        let _ = self.set_attribute(file, name, Value::Int(i64::from(new)));
        old
    }

    fn print_item(&mut self, file: Value, value: Value) -> Res<()> {
        if self.swap_softspace(file, false) {
            self.write_bytes(file, b" ")?;
        }
        let soft = match self.data(value) {
            Some(ObjData::Str(s)) => ends_soft(s.bytes.last().map(|&b| u32::from(b))),
            Some(ObjData::Unicode(u)) => ends_soft(u.chars.last().copied()),
            _ => true,
        };
        self.write_value(file, value)?;
        if soft {
            self.swap_softspace(file, true);
        }
        Ok(())
    }

    /// Writes a value as `print` does: text objects as they are, the rest as `str`.
    pub(crate) fn write_value(&mut self, file: Value, value: Value) -> Res<()> {
        let is_text = matches!(self.data(value), Some(ObjData::Str(_) | ObjData::Unicode(_)));
        if is_text && !self.is_user_instance(value) && self.native::<FileObj>(file).is_none() {
            let name = self.names.n_write;
            let write = self.get_attribute(file, name)?;
            self.call_value(write, &[value], &[])?;
            return Ok(());
        }
        let bytes = self.to_str_bytes(value)?;
        self.write_bytes(file, &bytes)
    }

    fn print_newline(&mut self, file: Value) -> Res<()> {
        self.write_bytes(file, b"\n")?;
        self.swap_softspace(file, false);
        Ok(())
    }

    /// Writes bytes to a file-like object.
    pub fn write_bytes(&mut self, file: Value, bytes: &[u8]) -> Res<()> {
        if self.native::<FileObj>(file).is_some() {
            return crate::builtins::file::write_data(self, file, bytes);
        }
        let name = self.names.n_write;
        let write = self.get_attribute(file, name)?;
        let text = self.new_str(bytes);
        self.call_value(write, &[text], &[])?;
        Ok(())
    }

    /// The traceback and message of an exception, as Python prints it.
    pub fn format_exception(&mut self, raised: &Raised) -> String {
        let mut out = String::new();
        let mut tb = raised.traceback();
        if !tb.is_hole() {
            out.push_str("Traceback (most recent call last):\n");
        }
        while let ObjData::Traceback(t) = *self.heap.get(tb) {
            if let ObjData::Frame(f) = self.heap.get(t.frame) {
                let (file, name) = (f.code.filename.clone(), f.code.name.clone());
                out.push_str(&format!("  File \"{file}\", line {}, in {name}\n", t.lineno));
                if let Some(line) = self.source_line(&file, t.lineno) {
                    let line = line.trim();
                    if !line.is_empty() {
                        out.push_str(&format!("    {line}\n"));
                    }
                }
            }
            if t.next.is_hole() {
                break;
            }
            tb = t.next;
        }
        out.push_str(&self.exception_line(raised.value()));
        out
    }

    /// `Class: message`, with the source line for syntax errors.
    pub fn exception_line(&mut self, value: Value) -> String {
        let class = self.class_value(value);
        let module = self
            .class_module(class)
            .filter(|m| m != "exceptions" && m != "__builtin__");
        let name = self.class_name(class);
        let name = match module {
            Some(module) => format!("{module}.{name}"),
            None => name,
        };
        let mut out = String::new();
        if self.is_a(value, self.exceptions.syntax_error) {
            out.push_str(&self.syntax_error_place(value));
            let msg = self.names.n_msg;
            let text = self.get_attribute_opt(value, msg).ok().flatten().unwrap_or(Value::None);
            let text = self.to_str_bytes(text).unwrap_or_default();
            out.push_str(&format!("{name}: {}\n", String::from_utf8_lossy(&text)));
            return out;
        }
        let text = match self.to_str_bytes(value) {
            Ok(text) => String::from_utf8_lossy(&text).into_owned(),
            Err(_) => format!("<unprintable {name} object>"),
        };
        if text.is_empty() {
            format!("{name}\n")
        } else {
            format!("{name}: {text}\n")
        }
    }

    fn syntax_error_place(&mut self, value: Value) -> String {
        let n = &self.names;
        let keys = [n.n_filename, n.n_lineno, n.n_offset, n.n_text];
        let mut got = [Value::None; 4];
        for (slot, key) in got.iter_mut().zip(keys) {
            *slot = self.get_attribute_opt(value, key).ok().flatten().unwrap_or(Value::None);
        }
        let [file, line, offset, text] = got;
        if line.is_none() {
            return String::new();
        }
        let file = self.str_text(file).unwrap_or_else(|| "<string>".to_string());
        let mut out = format!("  File \"{file}\", line {}\n", self.safe_repr(line));
        if let Some(text) = self.str_text(text) {
            let shown = text.trim_end_matches('\n');
            let trimmed = shown.trim_start_matches([' ', '\t', '\x0c']);
            out.push_str(&format!("    {trimmed}\n"));
            if let Value::Int(offset) = offset {
                let skipped = (shown.len() - trimmed.len()) as i64;
                let column = (offset - skipped - 1).max(0) as usize;
                out.push_str(&format!("    {}^\n", " ".repeat(column)));
            }
        }
        out
    }

    /// A line of a file known to the source map or readable.
    pub(crate) fn source_line(&mut self, filename: &str, line: u32) -> Option<String> {
        if filename.starts_with('<') {
            return None;
        }
        let known = self.source_of(filename)?;
        known.line_text(line).map(str::to_string)
    }

    fn source_of(&self, filename: &str) -> Option<std::sync::Arc<rpy_syntax::SourceFile>> {
        let mut i = 0;
        let mut found = None;
        while let Some(file) = self.sources.get(rpy_syntax::FileId(i)) {
            if file.name() == filename {
                found = Some(file.clone());
            }
            i += 1;
        }
        found
    }

    /// An uncaught exception as a diagnostic whose notes are the traceback.
    pub fn diagnostic_of(&mut self, raised: &Raised) -> Diagnostic {
        if let Some(diagnostic) = self.syntax_diagnostic(raised) {
            return diagnostic;
        }
        let text = self.format_exception(raised);
        let title = text.lines().last().unwrap_or("exception").to_string();
        let mut diagnostic = Diagnostic::error("RPY0201", title);
        if let Some(span) = self.raise_span(raised) {
            diagnostic = diagnostic.at(span, "raised here");
        }
        diagnostic.note(text.trim_end().to_string())
    }

    /// A syntax error keeps its own code and place; the traceback says who imported the file.
    fn syntax_diagnostic(&mut self, raised: &Raised) -> Option<Diagnostic> {
        let (value, diagnostic) = self.syntax_error.as_ref()?;
        if *value != raised.value() {
            return None;
        }
        let diagnostic = (**diagnostic).clone();
        if raised.traceback().is_hole() {
            return Some(diagnostic);
        }
        let text = self.format_exception(raised);
        Some(diagnostic.note(text.trim_end().to_string()))
    }

    fn raise_span(&self, raised: &Raised) -> Option<rpy_syntax::Span> {
        let mut tb = raised.traceback();
        let mut span = None;
        while let ObjData::Traceback(t) = self.heap.get(tb) {
            if let ObjData::Frame(f) = self.heap.get(t.frame) {
                span = f.code.spans.get(t.lasti as usize).copied();
            }
            if t.next.is_hole() {
                break;
            }
            tb = t.next;
        }
        span
    }
}

fn ends_soft(last: Option<u32>) -> bool {
    match last {
        Some(c) => c == 32 || !matches!(c, 9..=13),
        None => true,
    }
}
