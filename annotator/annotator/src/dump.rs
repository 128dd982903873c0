//! Text of annotated graphs.

use crate::annotator::Annotator;
use crate::model::{AnnId, IterKind, Kind};
use rpy_flow::text::Names;
use rpy_flow::{GraphId, print_graph};
use std::fmt::Write;

impl Annotator {
    /// Text of a graph with the annotation of each variable.
    pub fn dump_graph(&self, graph: GraphId) -> String {
        let facts = |v| self.annotation_text(self.binding(graph, v));
        let names = Names {
            host: Some(&self.host),
            types: None,
            graphs: Some(&self.graphs),
            facts: Some(&facts),
        };
        print_graph(self.graphs.get(graph), names)
    }

    /// Text of all graphs, or of those with this name, in order of creation.
    pub fn dump(&self, name: Option<&str>) -> String {
        let mut out = String::new();
        for id in self.graphs.ids() {
            if name.is_none_or(|n| n == &*self.graphs.get(id).name) {
                let _ = writeln!(out, "{}", self.dump_graph(id));
            }
        }
        out
    }

    /// Short text of an annotation, as in dumps.
    pub fn annotation_text(&self, ann: AnnId) -> String {
        let mut text = self.kind_text(ann);
        let Some(value) = self.constant(ann) else { return text };
        if !matches!(self.kind(ann), Kind::None | Kind::Pbc { .. } | Kind::Builtin(_)) {
            let _ = write!(text, " = {}", self.constant_dump(value));
        }
        text
    }

    fn constant_dump(&self, value: rpy_host::Value) -> String {
        match value {
            rpy_host::Value::Obj(_) => match self.host.str_text(value) {
                Some(s) => format!("{s:?}"),
                None => "…".into(),
            },
            rpy_host::Value::None => "None".into(),
            rpy_host::Value::Bool(b) => b.to_string(),
            rpy_host::Value::Int(i) => i.to_string(),
            rpy_host::Value::Float(x) => format!("{x:?}"),
        }
    }

    fn kind_text(&self, ann: AnnId) -> String {
        let none = |text: &str, can_be_none: bool| {
            if can_be_none {
                format!("{text}?")
            } else {
                text.to_owned()
            }
        };
        let list = |items: &[AnnId]| items.iter().map(|i| self.kind_text(*i)).collect::<Vec<_>>().join(", ");
        match self.kind(ann) {
            Kind::Impossible => "-".into(),
            Kind::Object => "object".into(),
            Kind::None => "None".into(),
            Kind::Bool => "bool".into(),
            Kind::Int { int, nonneg } => {
                let name = crate::functions::int_name(*int);
                if *nonneg && int.signed {
                    format!("{name} nonneg")
                } else {
                    name
                }
            }
            Kind::Char { no_nul } => if *no_nul { "char0" } else { "char" }.into(),
            Kind::UniChar => "unichar".into(),
            Kind::Str { can_be_none, no_nul } => none(if *no_nul { "str0" } else { "str" }, *can_be_none),
            Kind::Unicode { can_be_none, no_nul } => none(if *no_nul { "unicode0" } else { "unicode" }, *can_be_none),
            Kind::ByteArray { can_be_none } => none("bytearray", *can_be_none),
            Kind::Float => "float".into(),
            Kind::SingleFloat => "singlefloat".into(),
            Kind::LongFloat => "longfloat".into(),
            Kind::Tuple(items) => format!("({})", list(items)),
            Kind::List(l) => {
                let def = self.list(*l);
                let resized = if def.resized { "" } else { " fixed" };
                let range = if def.range_step.is_some() { " range" } else { "" };
                format!("list[{}{resized}{range}]", self.kind_text(def.item))
            }
            Kind::Dict(d) => {
                let def = self.dict(*d);
                let name = if def.custom.is_some() { "r_dict" } else { "dict" };
                format!("{name}[{}, {}]", self.kind_text(def.key), self.kind_text(def.value))
            }
            Kind::Iterator { container, kind } => {
                let kind = match kind {
                    IterKind::Items => "",
                    other => &format!(" {other:?}").to_lowercase(),
                };
                format!("iter[{}{kind}]", self.kind_text(*container))
            }
            Kind::Instance { classdef, can_be_none } => none(&self.class(*classdef).name, *can_be_none),
            Kind::Pbc { descs, can_be_none } => {
                let names: Vec<String> = descs.iter().map(|d| self.desc_name(*d)).collect();
                none(&format!("{{{}}}", names.join(", ")), *can_be_none)
            }
            Kind::Builtin(i) => format!("builtin {}", i.name()),
            Kind::BuiltinMethod { name, receiver } => format!("{}.{name}", self.kind_text(*receiver)),
            Kind::TypeOf(Some(c)) => format!("type {}", self.class(*c).name),
            Kind::TypeOf(None) => "type".into(),
            Kind::Slice(items) => format!("slice({})", list(items)),
            Kind::WeakRef(Some(c)) => format!("weakref {}", self.class(*c).name),
            Kind::WeakRef(None) => "weakref".into(),
            Kind::StringBuilder => "StringBuilder".into(),
            Kind::UnicodeBuilder => "UnicodeBuilder".into(),
            Kind::Ptr(ty) => self.host.lltypes.text(*ty),
            Kind::InteriorPtr { inner, .. } => format!("Interior({})", self.host.lltypes.text(*inner)),
            Kind::LLAdtMethod { .. } => "adtmethod".into(),
            Kind::Address => "address".into(),
            Kind::TypedAddress(ty) => format!("address of {}", self.host.lltypes.text(*ty)),
        }
    }
}
