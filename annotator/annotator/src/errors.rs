//! What is wrong with the program, in words.

use crate::annotator::{Annotator, Flow, Problem, Stop};
use crate::definitions::Place;
use crate::desc::Desc;
use crate::functions::int_name;
use crate::model::{AnnId, ClassDefId, DescId, Kind};
use crate::ops::symbol;
use crate::union::{Mismatch, Union};
use rpy_flow::{GraphId, Op, OpCode, VarId};
use rpy_host::{ObjData, Raised, Value};
use rpy_syntax::{Diagnostic, Span};

impl Stop {
    /// The same error with another title.
    pub(crate) fn titled(mut self, code: &'static str, title: String) -> Stop {
        if let Stop::Error(p) = &mut self {
            p.diagnostic.code = code;
            p.diagnostic.title = title;
        }
        self
    }

    /// Adds advice to an error.
    pub(crate) fn help(mut self, text: impl Into<String>) -> Stop {
        if let Stop::Error(p) = &mut self {
            p.diagnostic.help.push(text.into());
        }
        self
    }

    /// Adds a fact to an error.
    pub(crate) fn note(mut self, text: impl Into<String>) -> Stop {
        if let Stop::Error(p) = &mut self {
            p.diagnostic.notes.push(text.into());
        }
        self
    }

    /// Adds a further place to an error.
    pub(crate) fn label(mut self, span: Span, text: impl Into<String>) -> Stop {
        if let Stop::Error(p) = &mut self
            && span.is_some()
        {
            let label = rpy_syntax::Label {
                span,
                message: text.into(),
            };
            p.diagnostic.labels.push(label);
        }
        self
    }
}

impl Annotator {
    /// An error at the operation being analysed.
    pub(crate) fn error(&self, code: &'static str, title: impl Into<String>) -> Stop {
        Stop::Error(Box::new(Problem {
            diagnostic: Diagnostic::error(code, title),
            placed: false,
        }))
    }

    /// An error that has its place already.
    pub(crate) fn placed(&self, diagnostic: Diagnostic) -> Stop {
        Stop::Error(Box::new(Problem {
            diagnostic,
            placed: true,
        }))
    }

    /// Gives an error the place of the operation.
    pub(crate) fn finish_problem(&self, problem: Problem) -> Diagnostic {
        let mut d = problem.diagnostic;
        if !problem.placed || d.primary.is_none() {
            d = d.at(self.here_span, "");
        }
        d
    }

    /// Adds the places of the labels as text, and for errors inside the library the places of the program that lead there.
    fn with_places(&mut self, graph: Option<GraphId>, mut d: Diagnostic) -> Diagnostic {
        if let (Some(primary), Some(graph)) = (d.primary.as_ref().map(|l| l.span), graph)
            && self.in_library(primary)
            && let Some(call) = self.call_from_program(graph)
        {
            d = d.label(call, "this call leads there");
        }
        let mut places: Vec<String> = vec![];
        for label in &d.labels {
            if let Some((file, at)) = self.host.sources.position(label.span) {
                let what = if label.message.is_empty() {
                    "see also"
                } else {
                    &label.message
                };
                let text = format!("{file}:{}: {what}", at.line);
                if !places.contains(&text) {
                    places.push(text);
                }
            }
        }
        d.notes.extend(places);
        d
    }

    fn in_library(&self, span: Span) -> bool {
        let Some((file, _)) = self.host.sources.position(span) else {
            return true;
        };
        file.starts_with('<') || std::path::Path::new(file).starts_with(&self.host.library)
    }

    /// The nearest operation of the program itself from which calls lead to a graph.
    fn call_from_program(&self, graph: GraphId) -> Option<Span> {
        let mut seen = vec![graph];
        let mut next = 0;
        while let Some(&g) = seen.get(next) {
            next += 1;
            for place in &self.states.get(g.index())?.callers {
                let Some(op) = self.states.get(place.graph.index()).and_then(|_| {
                    let b = self.graphs.get(place.graph).block(place.block);
                    b.ops.get(place.op as usize)
                }) else {
                    continue;
                };
                if !self.in_library(op.span) {
                    return Some(op.span);
                }
                if !seen.contains(&place.graph) {
                    seen.push(place.graph);
                }
            }
        }
        None
    }

    /// Takes all errors found, each once, in order of the source.
    pub(crate) fn take_errors(&mut self) -> Vec<Diagnostic> {
        let mut all = vec![];
        for d in std::mem::take(&mut self.global_errors) {
            all.push(self.with_places(None, d));
        }
        for ((graph, _), d) in std::mem::take(&mut self.errors) {
            all.push(self.with_places(Some(graph), d));
        }
        let mut result: Vec<Diagnostic> = vec![];
        for d in all {
            let place = |d: &Diagnostic| d.primary.as_ref().map(|l| l.span);
            if !result.iter().any(|r| r.title == d.title && place(r) == place(&d)) {
                result.push(d);
            }
        }
        result.sort_by_key(|d| d.primary.as_ref().map(|l| l.span));
        result
    }

    /// An annotation in the words of the user.
    pub fn describe(&self, ann: AnnId) -> String {
        match self.anns.kind(ann) {
            Kind::Impossible => "nothing".into(),
            Kind::Object => "any object".into(),
            Kind::None => "None".into(),
            Kind::Bool => "a bool".into(),
            Kind::Int { int, .. } if *int == rpy_lltype::Int::SIGNED => "an int".into(),
            Kind::Int { int, .. } if *int == rpy_lltype::Int::UNSIGNED => "an unsigned integer (r_uint)".into(),
            Kind::Int { int, .. } => format!("an integer of {} bits ({})", int.bits, int_name(*int)),
            Kind::Char { .. } => "a str of one character".into(),
            Kind::UniChar => "a unicode string of one character".into(),
            Kind::Str { can_be_none, .. } => or_none("a str", *can_be_none),
            Kind::Unicode { can_be_none, .. } => or_none("a unicode string", *can_be_none),
            Kind::ByteArray { .. } => "a bytearray".into(),
            Kind::Float => "a float".into(),
            Kind::SingleFloat => "an r_singlefloat".into(),
            Kind::LongFloat => "an r_longfloat".into(),
            Kind::Tuple(items) => {
                let parts: Vec<String> = items.iter().map(|i| self.describe_short(*i)).collect();
                format!("a tuple ({})", parts.join(", "))
            }
            Kind::List(l) => match self.list(*l).item {
                AnnId::IMPOSSIBLE => "an empty list".into(),
                item => format!("a list of {}", self.describe_short(item)),
            },
            Kind::Dict(d) => {
                let d = self.dict(*d);
                format!(
                    "a dict from {} to {}",
                    self.describe_short(d.key),
                    self.describe_short(d.value)
                )
            }
            Kind::Iterator { container, .. } => format!("an iterator over {}", self.describe(*container)),
            Kind::Instance { classdef, can_be_none } => {
                or_none(&format!("an instance of {}", self.class(*classdef).name), *can_be_none)
            }
            Kind::Pbc { descs, can_be_none } => or_none(&self.describe_descs(descs), *can_be_none),
            Kind::Builtin(i) => format!("the built-in `{}`", i.name().trim_start_matches("__builtin__.")),
            Kind::BuiltinMethod { name, receiver } => format!("the method `{name}` of {}", self.describe(*receiver)),
            Kind::TypeOf(_) => "a class known only at run time".into(),
            Kind::Slice(_) => "a slice".into(),
            Kind::WeakRef(_) => "a weak reference".into(),
            Kind::StringBuilder => "a StringBuilder".into(),
            Kind::UnicodeBuilder => "a UnicodeBuilder".into(),
            Kind::Ptr(ty) => format!("a pointer of type {}", self.host.lltypes.text(*ty)),
            Kind::InteriorPtr { inner, .. } => {
                format!("a pointer to the inner {}", self.host.lltypes.text(*inner))
            }
            Kind::LLAdtMethod { .. } => "a method of a low-level type".into(),
            Kind::Address => "an address".into(),
            Kind::TypedAddress(_) => "an address with a type".into(),
        }
    }

    fn describe_short(&self, ann: AnnId) -> String {
        let text = self.describe(ann);
        for article in ["a ", "an "] {
            if let Some(rest) = text.strip_prefix(article) {
                return rest.to_owned();
            }
        }
        text
    }

    fn describe_descs(&self, descs: &[DescId]) -> String {
        let names: Vec<String> = descs.iter().take(3).map(|d| self.desc_name(*d)).collect();
        let more = if descs.len() > 3 { ", …" } else { "" };
        let what = match self.desc(descs[0]) {
            Desc::Function(_) => "function",
            Desc::Method(_) | Desc::FrozenMethod { .. } => "method",
            Desc::Class(_) => "class",
            Desc::Frozen(f) => match self.host.data(f.value) {
                Some(ObjData::Module(_)) => "module",
                Some(ObjData::LowLevel(_)) => "low-level type",
                _ => "prebuilt",
            },
        };
        if descs.len() == 1 {
            format!("the {what} {}", names[0])
        } else {
            format!("one of the {what}s {}{more}", names.join(", "))
        }
    }

    pub(crate) fn union_error(&mut self, m: Mismatch) -> Flow {
        Err(self.union_stop(m, ""))
    }

    /// The error for two types that do not mix.
    pub(crate) fn union_stop(&self, m: Mismatch, context: &str) -> Stop {
        let (a, b) = (self.describe(m.a), self.describe(m.b));
        let mut stop = self.error("RPY0401", format!("{a} and {b} cannot be mixed in one variable"));
        if !context.is_empty() {
            stop = stop.note(context);
        }
        if let Some(why) = m.why {
            stop = stop.note(why);
        }
        if m.a == AnnId::NONE || m.b == AnnId::NONE {
            stop = stop.note("None only mixes with strings, lists, dicts, instances and functions");
        }
        stop
    }

    /// Unites the content of a container with a new value; `from` is where the content came from.
    pub(crate) fn unite_into(&mut self, old: AnnId, new: AnnId, from: Span) -> Flow {
        match self.union(old, new) {
            Ok(u) => Ok(u),
            Err(m) => {
                let was = self.describe(old);
                Err(self.union_stop(*m, "").label(from, format!("{was} comes from here")))
            }
        }
    }

    /// Unites the value of a variable at the start of a block with a value that flows in.
    pub(crate) fn unite_param(&mut self, graph: GraphId, var: VarId, old: AnnId, new: AnnId) -> Flow {
        if old == new {
            return Ok(old);
        }
        match self.union(old, new) {
            Ok(u) => Ok(u),
            Err(m) => {
                let from = self.origin_of(graph, var);
                let (was, now) = (self.describe(old), self.describe(new));
                let graph_data = self.graphs.get(graph);
                let name = graph_data.var_names.get(var.index()).cloned().flatten();
                let (start, result) = (graph_data.start, graph_data.return_var());
                let is_param = graph_data.block(start).inputs.contains(&var);
                let function = graph_data.name.clone();
                let made_from = graph_data.function;
                let label_name = name.as_deref().unwrap_or_default().to_owned();
                let what = if result == var {
                    format!("`{function}` returns {was} in one place and {now} in another")
                } else if is_param {
                    let name = name.unwrap_or_else(|| "?".into());
                    format!("the argument `{name}` of `{function}` gets {was} in one place and {now} in another")
                } else {
                    match name {
                        Some(name) => format!("the variable `{name}` holds {was} at first and {now} later"),
                        None => format!("{was} and {now} meet in one variable"),
                    }
                };
                let mut stop = self.union_stop(*m, "");
                if let Stop::Error(p) = &mut stop {
                    p.diagnostic.title = what;
                }
                let mut stop = stop.label(from, format!("{was} comes from here"));
                if is_param || result == var {
                    let definition = made_from.map_or(Span::NONE, |f| self.definition(f));
                    stop = stop.label(definition, "in this function");
                    let returns = made_from.filter(|_| !is_param).map(|f| self.returns(f));
                    for span in returns.unwrap_or_default() {
                        stop = stop.label(span, "a result");
                    }
                } else if let Some(function) = made_from {
                    for span in self.assignments(function, &label_name) {
                        stop = stop.label(span, format!("`{label_name}` is assigned here"));
                    }
                }
                Err(stop)
            }
        }
    }

    /// Where a local variable of a function is assigned.
    fn assignments(&mut self, function: Value, name: &str) -> Vec<Span> {
        self.instructions(function, |host, code, instr| match instr {
            rpy_host::Instr::StoreFast(i) => code
                .varnames
                .get(*i as usize)
                .is_some_and(|n| host.name_text(*n) == name),
            _ => false,
        })
    }

    /// Where a function returns.
    fn returns(&mut self, function: Value) -> Vec<Span> {
        self.instructions(function, |_, _, instr| matches!(instr, rpy_host::Instr::ReturnValue))
    }

    /// The first few places of instructions of a kind.
    fn instructions(
        &mut self,
        function: Value,
        wanted: impl Fn(&rpy_host::Host, &rpy_host::Code, &rpy_host::Instr) -> bool,
    ) -> Vec<Span> {
        let Some(code) = self.host.function(function).map(|f| f.code.clone()) else {
            return vec![];
        };
        let mut spans = vec![];
        for (instr, span) in code.instrs.iter().zip(&code.spans) {
            if span.is_some() && wanted(&self.host, &code, instr) && !spans.contains(span) {
                spans.push(*span);
            }
        }
        spans.truncate(8);
        spans
    }

    pub(crate) fn attribute_error_mixed(&mut self, class: ClassDefId, name: &str, from: Span, m: Mismatch) -> Flow<()> {
        let (a, b) = (self.describe(m.a), self.describe(m.b));
        let class = self.class(class).name.clone();
        let mut stop = self.union_stop(m, "");
        if let Stop::Error(p) = &mut stop {
            p.diagnostic.title = format!("the attribute `{name}` of {class} holds {a} in one place and {b} in another");
        }
        Err(stop.label(from, format!("{a} comes from here")))
    }

    pub(crate) fn operand_error(&self, code: OpCode, a: AnnId, b: AnnId) -> Stop {
        let (x, y) = (self.describe(a), self.describe(b));
        if a == AnnId::NONE || b == AnnId::NONE {
            return self.error("RPY0411", format!("`{}` is used on {x} and {y}", symbol(code)));
        }
        self.error("RPY0401", format!("`{}` does not work on {x} and {y}", symbol(code)))
    }

    pub(crate) fn missing_attribute(&mut self, object: AnnId, name: &str) -> Stop {
        let what = self.describe(object);
        let mut stop = self.error("RPY0402", format!("{what} has no attribute `{name}`"));
        if let Kind::Ptr(ty) = self.anns.kind(object)
            && let Some(to) = self.host.lltypes.pointee(*ty)
            && let Some(s) = self.host.lltypes.as_struct(to)
        {
            let fields: Vec<String> = s.fields.iter().map(|f| format!("`{}`", f.name)).collect();
            stop = stop.note(format!("its fields are {}", fields.join(", ")));
        }
        stop
    }

    pub(crate) fn missing_method(&mut self, object: AnnId, name: &str) -> Stop {
        let what = self.describe(object);
        let stop = self.error("RPY0402", format!("{what} has no method `{name}` in RPython"));
        match name {
            "sort" => stop.help("use rpython.rlib.listsort.make_timsort_class()"),
            "format" => stop.help("use the `%` operator"),
            _ => stop,
        }
    }

    pub(crate) fn wrong_method_arguments(&mut self, object: AnnId, name: &str, given: usize) -> Stop {
        let what = self.describe(object);
        self.error(
            "RPY0403",
            format!(
                "the method `{name}` of {what} does not take {given} argument{}",
                if given == 1 { "" } else { "s" }
            ),
        )
    }

    pub(crate) fn no_keywords(&mut self, name: &str, args: &crate::calls::Args) -> Flow<()> {
        match args.keywords.first() {
            None => Ok(()),
            Some((k, _)) => Err(self.error(
                "RPY0403",
                format!("the method `{name}` takes no keyword argument `{k}`"),
            )),
        }
    }

    /// Where a function is defined.
    pub(crate) fn definition(&mut self, function: Value) -> Span {
        let Some(f) = self.host.function(function) else {
            return Span::NONE;
        };
        let code = f.code.clone();
        let first = code.spans.iter().copied().find(|s| s.is_some()).unwrap_or(Span::NONE);
        let Some(file) = self.host.sources.get(first.file) else {
            return first;
        };
        Span::new(
            first.file,
            file.line_start(code.firstlineno),
            file.line_end(code.firstlineno),
        )
    }

    pub(crate) fn argument_error(&mut self, function: DescId, text: String) -> Stop {
        let value = self.desc_value(function).unwrap_or(Value::None);
        let span = self.definition(value);
        self.error("RPY0403", text).label(span, "the function is defined here")
    }

    pub(crate) fn constructor_error(&mut self, class: DescId) -> Stop {
        let name = self.desc_name(class);
        self.error(
            "RPY0403",
            format!("the class `{name}` has no `__init__`, so making an instance takes no arguments"),
        )
    }

    pub(crate) fn not_rpython_error(&mut self, function: Value) -> Stop {
        let name = self.host.function(function).map(|f| f.name.clone()).unwrap_or_default();
        let span = self.definition(function);
        self.error(
            "RPY0405",
            format!("`{name}` is marked as not RPython (not_rpython), so translated code cannot call it"),
        )
        .label(span, "it is defined here")
    }

    pub(crate) fn multiple_inheritance_error(&mut self, class: Value) -> Stop {
        let name = self.class_name(class);
        self.error(
            "RPY0409",
            format!("the class `{name}` inherits from more than one class; only base classes marked with `_mixin_ = True` may be added"),
        )
    }

    pub(crate) fn class_method_error(&mut self, class: DescId, name: &str) -> Stop {
        let class = self.desc_name(class);
        self.error(
            "RPY0409",
            format!("`{class}.{name}` is a class method, which RPython does not have"),
        )
        .help("use a function or a static method")
    }

    pub(crate) fn attribute_not_declared_error(&mut self, class: ClassDefId, name: &str) -> Stop {
        let class = self.class(class).name.clone();
        self.error("RPY0402", format!("the attribute `{name}` is not among those that the class `{class}` declares in `_attrs_` or `__slots__`"))
    }

    pub(crate) fn unhashable_error(&mut self, key: AnnId) -> Flow<()> {
        let what = self.describe(key);
        Err(self.error("RPY0404", format!("{what} cannot be the key of a dict")))
    }

    pub(crate) fn list_changed_error(&mut self, resized: Span, fixed: Span) -> Flow<()> {
        Err(self.resized_error(resized, fixed))
    }

    fn resized_error(&self, resized: Span, fixed: Span) -> Stop {
        let d = Diagnostic::error("RPY0407", "a list that must not be resized is resized")
            .at(resized, "it is resized here")
            .label(fixed, "it must keep its size because of this");
        self.placed(d)
    }

    /// Two lists were merged, of which one is resized and the other must not be.
    pub(crate) fn note_list_change(&mut self, resized: Span, fixed: Span) {
        if let Stop::Error(p) = self.resized_error(resized, fixed) {
            self.global_errors.push(p.diagnostic);
        }
    }

    pub(crate) fn immutable_list_error(&mut self) -> Flow<()> {
        Err(self.error("RPY0407", "an immutable list is changed"))
    }

    pub(crate) fn constant_error(&mut self, value: Value, what: &str) -> Stop {
        let mut shown = self.host.repr(value);
        if shown.len() > 60 {
            shown.truncate((0..=57).rev().find(|i| shown.is_char_boundary(*i)).unwrap_or(0));
            shown.push('…');
        }
        self.error(
            "RPY0406",
            format!("{shown} cannot be used by translated code: it is {what}"),
        )
    }

    /// An exception that host code raised while the annotator called it.
    pub(crate) fn raised_error(&mut self, raised: &Raised) -> Stop {
        let name = self.host.type_name(raised.value());
        let text = self.host.str_of(raised.value()).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        self.error("RPY0418", format!("{name}: {text}"))
            .note("raised by code that runs while translating")
    }

    /// Reports the blocks that never got an answer.
    pub(crate) fn report_blocked(&mut self) {
        for place in self.blocked_places() {
            let Some(op) = self
                .graphs
                .get(place.graph)
                .block(place.block)
                .ops
                .get(place.op as usize)
                .cloned()
            else {
                continue;
            };
            self.here = place;
            self.here_span = op.span;
            if self.waits_for_operand(place, &op) {
                continue;
            }
            let stop = self.blocked_error(place, &op);
            if let Stop::Error(p) = stop {
                let d = self.finish_problem(*p);
                self.global_errors.push(d);
            }
        }
    }

    /// Whether an operand has no annotation: then another place is to blame.
    fn waits_for_operand(&mut self, place: Place, op: &Op) -> bool {
        op.args.iter().any(|a| match a.var() {
            Some(v) => self.binding(place.graph, v) == AnnId::IMPOSSIBLE,
            None => false,
        })
    }

    fn blocked_error(&mut self, place: Place, op: &Op) -> Stop {
        let first = op
            .args
            .first()
            .map_or(AnnId::IMPOSSIBLE, |a| self.operand(place.graph, a));
        let none = self.anns.kind(first) == &Kind::None;
        let attribute = matches!(op.code, OpCode::Getattr | OpCode::Setattr);
        let name = op.args.get(1).map(|a| self.operand(place.graph, a));
        let name = name.and_then(|n| self.constant_text(n)).unwrap_or_default();
        if attribute && none {
            let stop = self.error(
                "RPY0411",
                format!("the attribute `{name}` of a value that is always None is used"),
            );
            return match op.args[0].var() {
                Some(v) => {
                    let from = self.origin_of(place.graph, v);
                    stop.label(from, "None comes from here")
                }
                None => stop,
            };
        }
        if none {
            return self.error(
                "RPY0411",
                format!("a value that is always None is used with `{}`", op.code.name()),
            );
        }
        if attribute {
            let what = self.describe(first);
            let stop = self.error("RPY0402", format!("{what} has no attribute `{name}`"));
            return match self.similar_attribute(first, &name) {
                Some(other) => stop.help(format!("it has an attribute `{other}`")),
                None => stop,
            };
        }
        match op.code {
            OpCode::Getitem => self.error("RPY0412", "an item is taken from a list or dict that is always empty"),
            OpCode::SimpleCall | OpCode::CallArgs => self.error("RPY0412", "this call never returns a value"),
            _ => self.error(
                "RPY0412",
                format!(
                    "the result of `{}` has no type: no value ever gets here",
                    op.code.name()
                ),
            ),
        }
    }

    /// An attribute of the object whose name differs by little.
    fn similar_attribute(&self, object: AnnId, name: &str) -> Option<String> {
        let Kind::Instance { classdef, .. } = self.anns.kind(object) else {
            return None;
        };
        let mut best: Option<(usize, String)> = None;
        for class in self.mro(*classdef) {
            let class = self.class(class);
            for candidate in class.attributes.keys().chain(class.sources.keys()) {
                let distance = edit_distance(candidate, name);
                let real = &**candidate != name && distance <= 1 + name.len() / 4;
                if real && best.as_ref().is_none_or(|(d, _)| distance < *d) {
                    best = Some((distance, candidate.to_string()));
                }
            }
        }
        best.map(|(_, n)| n)
    }

    /// For unions where no error is wanted.
    pub(crate) fn union_or(&mut self, result: Union, default: AnnId) -> AnnId {
        result.unwrap_or(default)
    }
}

fn or_none(text: &str, can_be_none: bool) -> String {
    if can_be_none {
        format!("{text} or None")
    } else {
        text.to_owned()
    }
}

fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
