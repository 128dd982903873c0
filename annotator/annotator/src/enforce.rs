//! Declared argument types: `enforceargs` and `signature`.

use crate::annotator::{Annotator, Flow};
use crate::desc::Enforced;
use crate::model::{Ann, AnnId, DescId, Kind};
use rpy_flow::GraphId;
use rpy_host::Value;
use rpy_lltype::Int;

impl Annotator {
    /// What a function declares of its arguments.
    pub(crate) fn enforced_of(&mut self, function: Value, desc: DescId) -> Flow<Option<Enforced>> {
        if let Some(types) = self.function_attr(function, "_annenforceargs_") {
            let items = self.host.iterate_to_vec(types).map_err(|e| self.raised_error(&e))?;
            let mut args = vec![];
            for item in items {
                args.push(if item.is_none() { None } else { self.declared(item)? });
            }
            return Ok(Some(Enforced {
                args,
                result: None,
                strict: false,
            }));
        }
        let Some(signature) = self.function_attr(function, "_signature_") else {
            return Ok(None);
        };
        let parts = self.host.tuple_items(signature).cloned().unwrap_or_else(|| [].into());
        let (Some(&params), Some(&result)) = (parts.first(), parts.get(1)) else {
            return Ok(None);
        };
        let params = self.host.iterate_to_vec(params).map_err(|e| self.raised_error(&e))?;
        let n = self.function_desc(desc).map_or(0, |f| f.signature.names.len());
        if params.len() != n {
            let name = self.desc_name(desc);
            return Err(self.error(
                "RPY0413",
                format!(
                    "the signature of `{name}` declares {} arguments, the function has {n}",
                    params.len()
                ),
            ));
        }
        let mut args = vec![];
        for p in params {
            args.push(self.declared(p)?);
        }
        let result = self.declared(result)?;
        Ok(Some(Enforced {
            args,
            result,
            strict: true,
        }))
    }

    /// The annotation that a declared type stands for; `None` for any.
    fn declared(&mut self, ty: Value) -> Flow<Option<AnnId>> {
        if let Some(kind) = self.host.getattr_opt(ty, "kind").ok().flatten()
            && let Some(kind) = self.host.str_text(kind)
        {
            return self.declared_kind(&kind, ty);
        }
        if let Some(ll) = self.host.lltype_of(ty) {
            return Ok(Some(self.lltype_to_annotation(ll)));
        }
        let t = self.host.types.clone();
        let Value::Obj(id) = ty else {
            return Ok(Some(AnnId::NONE));
        };
        Ok(Some(if id == t.int_ {
            AnnId::INT
        } else if id == t.bool_ {
            AnnId::BOOL
        } else if id == t.float_ {
            AnnId::FLOAT
        } else if id == t.str_ {
            self.anns.of(Kind::Str {
                can_be_none: true,
                no_nul: false,
            })
        } else if id == t.unicode {
            self.anns.of(Kind::Unicode {
                can_be_none: true,
                no_nul: false,
            })
        } else if id == t.none_type {
            AnnId::NONE
        } else if let Some(int) = self.int_class(ty) {
            self.anns.int(int, false)
        } else if let Some(items) = self.host.list_items(ty).cloned() {
            let item = match items.first() {
                Some(i) => self.declared(*i)?.unwrap_or(AnnId::IMPOSSIBLE),
                None => AnnId::IMPOSSIBLE,
            };
            let list = self.new_listdef(item);
            self.anns.of(Kind::List(list))
        } else {
            let desc = self.class_desc_of(ty)?;
            let classdef = self.classdef_of(desc)?;
            self.anns.of(Kind::Instance {
                classdef,
                can_be_none: true,
            })
        }))
    }

    fn declared_kind(&mut self, kind: &str, ty: Value) -> Flow<Option<AnnId>> {
        let args = self.host_attr(ty, "args")?;
        let args = self.host.tuple_items(args).cloned().unwrap_or_else(|| [].into());
        let text = |no_nul| Kind::Str {
            can_be_none: true,
            no_nul,
        };
        let wide = |no_nul| Kind::Unicode {
            can_be_none: true,
            no_nul,
        };
        Ok(Some(match (kind, args.first().copied()) {
            ("none", _) => AnnId::NONE,
            ("impossible", _) => AnnId::IMPOSSIBLE,
            ("float", _) => AnnId::FLOAT,
            ("singlefloat", _) => AnnId::SINGLEFLOAT,
            ("longfloat", _) => AnnId::LONGFLOAT,
            ("int", _) => AnnId::INT,
            ("int_nonneg", _) => AnnId::NONNEG,
            ("bool", _) => AnnId::BOOL,
            ("str", _) => self.anns.of(text(false)),
            ("str0", _) => self.anns.of(text(true)),
            ("unicode", _) => self.anns.of(wide(false)),
            ("unicode0", _) => self.anns.of(wide(true)),
            ("bytearray", _) => AnnId::BYTEARRAY,
            ("char", _) => AnnId::CHAR,
            ("any", _) => return Ok(None),
            ("ptr", Some(t)) => match self.host.lltype_of(t) {
                Some(ll) => {
                    let ll = if self.host.lltypes.pointee(ll).is_some() {
                        ll
                    } else {
                        self.host.lltypes.ptr(ll)
                    };
                    self.lltype_to_annotation(ll)
                }
                None => return Ok(None),
            },
            ("list" | "array", Some(t)) => {
                let item = self.declared(t)?.unwrap_or(AnnId::IMPOSSIBLE);
                let list = self.new_listdef(item);
                if kind == "array" {
                    self.fix_list(list)?;
                } else {
                    self.resize_list(list)?;
                }
                self.anns.of(Kind::List(list))
            }
            ("dict", Some(k)) => {
                let key = self.declared(k)?.unwrap_or(AnnId::IMPOSSIBLE);
                let value = match args.get(1) {
                    Some(v) => self.declared(*v)?.unwrap_or(AnnId::IMPOSSIBLE),
                    None => AnnId::IMPOSSIBLE,
                };
                let dict = self.new_dictdef(key, value);
                self.anns.of(Kind::Dict(dict))
            }
            ("instance", Some(class)) => {
                let can_be_none = args.get(1) == Some(&Value::Bool(true));
                let desc = self.class_desc_of(class)?;
                let classdef = self.classdef_of(desc)?;
                self.anns.of(Kind::Instance { classdef, can_be_none })
            }
            ("pbc", Some(v)) => self.try_value(v)?,
            _ => return Ok(None),
        }))
    }

    /// Checks arguments against what the function declares, and widens them to it.
    pub(crate) fn enforce_arguments(&mut self, function: DescId, inputs: &mut [AnnId]) -> Flow<()> {
        let Some(enforced) = self.function_desc(function).and_then(|f| f.enforced.clone()) else {
            return Ok(());
        };
        for (i, (input, declared)) in inputs.iter_mut().zip(&enforced.args).enumerate() {
            let Some(declared) = *declared else { continue };
            let value = *input;
            if value == AnnId::IMPOSSIBLE {
                continue;
            }
            if matches!(
                (self.anns.kind(declared), self.anns.kind(value)),
                (Kind::Float, Kind::Int { .. } | Kind::Bool)
            ) {
                *input = AnnId::FLOAT;
                continue;
            }
            if !self.contains_as_argument(declared, value) {
                let (name, want, got) = (self.desc_name(function), self.describe(declared), self.describe(value));
                let f = self.desc_value(function).unwrap_or(Value::None);
                let span = self.definition(f);
                return Err(self
                    .error(
                        "RPY0413",
                        format!("argument {} of `{name}` is declared to be {want}, it gets {got}", i + 1),
                    )
                    .label(span, "declared here"));
            }
            *input = declared;
        }
        Ok(())
    }

    fn contains_as_argument(&mut self, declared: AnnId, value: AnnId) -> bool {
        if let (Kind::Int { int: a, .. }, Kind::Int { int: b, .. }) = (self.anns.kind(declared), self.anns.kind(value))
        {
            let (a, b) = (*a, *b);
            return a == b || a == Int::UNSIGNED && b == Int::SIGNED;
        }
        match (self.anns.kind(declared).clone(), self.anns.kind(value).clone()) {
            (Kind::List(_), Kind::List(_)) | (Kind::Dict(_), Kind::Dict(_)) => self.union(declared, value).is_ok(),
            _ => {
                let plain = self.without_constant(value);
                self.contains(declared, plain)
            }
        }
    }

    /// The result of a function that declares it.
    pub(crate) fn enforced_result(&mut self, graph: GraphId, ann: AnnId) -> AnnId {
        let Some(declared) = self.declared_result(graph) else {
            return ann;
        };
        if self.anns.kind(ann) == &Kind::None && self.anns.kind(declared) == &Kind::None {
            return ann;
        }
        let united = self.union(declared, ann);
        self.union_or(united, ann)
    }

    fn declared_result(&self, graph: GraphId) -> Option<AnnId> {
        let desc = self.graph_desc(graph)?;
        self.function_desc(desc)?.enforced.as_ref()?.result
    }

    /// Checks what flows into the return block against the declared result.
    pub(crate) fn check_declared_result(&mut self, graph: GraphId, ann: AnnId) -> Flow {
        let Some(declared) = self.declared_result(graph) else {
            return Ok(ann);
        };
        if declared == AnnId::IMPOSSIBLE || self.contains_as_argument(declared, ann) {
            let united = self.union(declared, ann);
            return Ok(self.union_or(united, ann));
        }
        let (want, got) = (self.describe(declared), self.describe(ann));
        let graph = self.graphs.get(graph);
        let (name, span) = (graph.name.clone(), graph.span);
        Err(self
            .error(
                "RPY0413",
                format!("`{name}` is declared to return {want}, it returns {got}"),
            )
            .label(span, "declared here"))
    }

    /// The annotation of a declared list of the same item for later stages.
    pub fn list_of(&mut self, item: AnnId) -> AnnId {
        let list = self.new_listdef(item);
        self.anns.intern(Ann {
            kind: Kind::List(list),
            constant: None,
        })
    }
}
