//! Writing one function as C.

mod calls;
mod constants;
mod control;
mod exceptions;
mod gc;
mod memory;
mod operations;
mod strings;
mod template;

pub use constants::{constant_pointer, constant_value};

use crate::barrier::FreshStores;
use crate::ctypes::Uses;
use crate::database::Database;
use crate::roots::{RootPlan, plan};
use crate::ssa::{Body, OpPos};
use exceptions::ColdPath;
use indexmap::IndexMap;
use rpy_flow::{BlockId, Const, Graph, GraphId, LLConst, Operand, VarId};
use rpy_lltype::{LLTypeId, LLTypes};
use rpy_syntax::{Diagnostic, Span};
use rustc_hash::FxHashSet;
use std::fmt::Write;

/// C code of one function, with what it needs declared.
#[derive(Clone, Debug, Default)]
pub struct FunctionCode {
    /// Definition, with static data it owns before it.
    pub text: String,
    /// What has to be declared before.
    pub uses: Uses,
}

/// A result, or what is wrong with the graphs.
pub type Result<T> = std::result::Result<T, Diagnostic>;

/// Prototype of a function, without semicolon.
pub fn prototype(db: &Database, g: GraphId, uses: &mut Uses) -> String {
    let graph = db.program.graphs.get(g);
    let mut params = vec![];
    for v in &graph.block(graph.start).inputs {
        if !db.is_void(graph.var_type(*v)) {
            params.push(db.declare(graph.var_type(*v), &v.to_string(), uses));
        }
    }
    let params = if params.is_empty() {
        "void".to_owned()
    } else {
        params.join(", ")
    };
    let head = format!("{}({params})", db.function_name(g));
    db.declare(graph.var_type(graph.return_var()), &head, uses)
}

/// Writes function `g`.
pub fn function(db: &Database, g: GraphId) -> Result<FunctionCode> {
    let graph = db.program.graphs.get(g);
    let body = Body::new(graph, db.types());
    let roots = plan(db.program, &db.effects, &body);
    let fresh = FreshStores::new(db.program, &db.effects, &body);
    let mut writer = Writer {
        db,
        g,
        graph,
        body: &body,
        roots,
        fresh,
        uses: Uses::default(),
        out: String::new(),
        line: None,
        cold: vec![],
        cold_index: IndexMap::default(),
        locations: IndexMap::default(),
        n_temps: 0,
        unwinds: [false; 2],
        targets: FxHashSet::default(),
    };
    writer.function()
}

struct Writer<'a> {
    db: &'a Database<'a>,
    g: GraphId,
    graph: &'a Graph,
    body: &'a Body<'a>,
    roots: RootPlan,
    fresh: FreshStores,
    uses: Uses,
    out: String,
    line: Option<(u32, u32)>,
    cold: Vec<ColdPath>,
    cold_index: IndexMap<ColdPath, usize>,
    locations: IndexMap<(String, u32), usize>,
    n_temps: usize,
    /// Whether the exit with an exception is used: with the frame not entered, and entered.
    unwinds: [bool; 2],
    /// Blocks that something jumps to.
    targets: FxHashSet<BlockId>,
}

impl<'a> Writer<'a> {
    fn function(&mut self) -> Result<FunctionCode> {
        let blocks = self.blocks()?;
        let cold = self.cold_paths()?;
        let head = prototype(self.db, self.g, &mut self.uses);
        let declarations = self.declarations();
        let mut text = self.location_table();
        self.line = None;
        self.out = String::new();
        self.set_line(self.graph.span);
        text.push_str(&std::mem::take(&mut self.out));
        let _ = write!(text, "{}\n{{\n{declarations}", head);
        for (b, block) in blocks {
            if self.targets.contains(&b) {
                let _ = writeln!(text, "{b}:;");
            }
            text.push_str(&block);
        }
        text.push_str(&cold);
        text.push_str("}\n");
        Ok(FunctionCode {
            text,
            uses: std::mem::take(&mut self.uses),
        })
    }

    /// Local variables, grouped one per line.
    fn declarations(&mut self) -> String {
        let mut out = String::new();
        let mut vars = vec![];
        for &b in &self.body.order {
            let block = self.body.block(b);
            if !block.exits.is_empty() && b != self.graph.start {
                vars.extend(self.body.merges[b.index()].iter().map(|i| block.inputs[*i]));
            }
            vars.extend(block.ops.iter().filter(|op| !self.body.skips(op)).map(|op| op.result));
            vars.extend(block.exits.iter().filter_map(|l| l.exc_vars).flat_map(|(t, v)| [t, v]));
        }
        for v in vars {
            let ty = self.graph.var_type(v);
            if self.body.used[v.index()] && !self.db.is_void(ty) {
                let _ = writeln!(out, "    {};", self.db.declare(ty, &v.to_string(), &mut self.uses));
            }
        }
        if self.roots.n_slots > 0 {
            out.push_str("    void **ss;\n");
        }
        out
    }

    fn statement(&mut self, text: &str) {
        self.out.push_str("    ");
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// Makes the following lines come from this place of the source.
    fn set_line(&mut self, span: Span) {
        if !self.db.options.line_directives || !span.is_some() {
            return;
        }
        let line = self.db.program.sources.line(span);
        if line == 0 || self.line == Some((span.file.0, line)) {
            return;
        }
        if let Some(file) = self.db.program.sources.get(span.file) {
            let name = crate::names::string_literal(file.name().as_bytes());
            let _ = writeln!(self.out, "#line {line} {name}");
            self.line = Some((span.file.0, line));
        }
    }

    fn temp(&mut self) -> String {
        self.n_temps += 1;
        format!("t{}", self.n_temps)
    }

    /// An error in the graphs: always a bug of an earlier stage.
    fn bug(&self, span: Span, text: impl Into<String>) -> Diagnostic {
        Diagnostic::error(
            "RPY0601",
            format!("internal error in function {}: {}", self.graph.name, text.into()),
        )
        .at(span, "here")
        .note("this is a bug of the translator")
    }

    fn types(&self) -> &'a LLTypes {
        self.db.types()
    }

    fn type_of(&self, operand: &Operand) -> LLTypeId {
        self.types().resolve(self.graph.operand_type(operand))
    }

    fn c_type(&mut self, ty: LLTypeId) -> String {
        self.db.c_type(ty, &mut self.uses)
    }

    fn is_void(&self, operand: &Operand) -> bool {
        self.db.is_void(self.type_of(operand))
    }

    /// C expression for an operand, of the C type of the operand.
    fn expr(&mut self, operand: &Operand) -> Result<String> {
        let ty = self.type_of(operand);
        self.expr_as(operand, ty)
    }

    /// C expression for an operand as type `ty`.
    fn expr_as(&mut self, operand: &Operand, ty: LLTypeId) -> Result<String> {
        match self.body.value(operand) {
            Operand::Var(v) => self.var_as(v, ty),
            Operand::Const(Const::LL(c)) => {
                let c = LLConst {
                    ty: c.ty,
                    value: c.value.clone(),
                };
                let text = constant_value(self.db, &c.value, c.ty, &mut self.uses);
                Ok(self.cast_text(text, c.ty, ty))
            }
            Operand::Const(Const::Name(n)) => Ok(crate::names::string_literal(n.as_bytes())),
            Operand::Const(c) => Err(self.bug(Span::NONE, format!("a constant that is not low-level: {c:?}"))),
        }
    }

    fn var_as(&mut self, v: VarId, ty: LLTypeId) -> Result<String> {
        let own = self.types().resolve(self.graph.var_type(v));
        let text = match self.body.derived.get(&v) {
            Some(pos) => self.interior(*pos)?,
            None => v.to_string(),
        };
        Ok(self.cast_text(text, own, ty))
    }

    /// `text`, of type `from`, converted to pointer type `to` if the C types differ.
    fn cast_text(&mut self, text: String, from: LLTypeId, to: LLTypeId) -> String {
        let (from, to) = (self.types().resolve(from), self.types().resolve(to));
        if from == to || self.types().pointee(to).is_none() {
            return text;
        }
        let target = self.c_type(to);
        if target == self.c_type(from) || (target == "void *" && !text.starts_with('(')) {
            return text;
        }
        format!("(({target}){text})")
    }

    /// Assigns to the result of an operation, or evaluates for effect if nobody needs it.
    fn assign(&mut self, result: VarId, value: &str) {
        if self.body.used[result.index()] && !self.db.is_void(self.graph.var_type(result)) {
            self.statement(&format!("{result} = {value};"));
        } else {
            self.statement(&format!("(void)({value});"));
        }
    }

    fn is_used(&self, v: VarId) -> bool {
        self.body.used[v.index()] && !self.db.is_void(self.graph.var_type(v))
    }

    fn ops(&mut self, b: BlockId) -> Result<()> {
        for (index, op) in self.body.block(b).ops.iter().enumerate() {
            if !self.body.skips(op) {
                self.set_line(op.span);
                self.operation(OpPos { block: b, index }, op)?;
            }
        }
        Ok(())
    }
}
