//! Reads the text form of graphs (see [`crate::text`]) back, for tests of passes that start from text.
//!
//! A file holds any number of graphs, in front of which types and functions can be declared:
//!
//! ```text
//! type GcStruct node { value: Signed, next: Ptr(GcStruct node) }
//! graph twice(v0: Signed) -> Signed
//!   b0(v0: Signed):
//!     v1: Signed = int_add v0, v0
//!     -> b1(v1)
//!   b1(v2: Signed):
//!     return v2
//! ```
//!
//! `&name` is a pointer to the function of the graph called `name`, which may follow later. Lines that start with `#`
//! are comments. Host objects can only be read in their bare form `o12`.

mod lexer;
mod types;

use crate::model::{
    Block, BlockId, CallShape, Const, ExitCase, ExitSwitch, Graph, GraphId, Graphs, LLConst, Link, Op, Operand, VarId,
};
use crate::ops::OpCode;
use lexer::{Lexer, Token};
use rpy_host::{ObjId, Value};
use rpy_lltype::{ContainerId, FuncObj, FuncSig, LLPtr, LLStore, LLType, LLTypeId, LLTypes, LLValue};
use rpy_syntax::Span;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Where what is read goes.
pub struct Reader<'a> {
    types: &'a mut LLTypes,
    store: &'a mut LLStore,
    graphs: &'a mut Graphs,
    structs: FxHashMap<String, LLTypeId>,
    functions: FxHashMap<String, ContainerId>,
}

/// What is wrong, with the line number in front.
pub type ReadResult<T> = Result<T, String>;

impl<'a> Reader<'a> {
    /// A reader that adds to the given arenas.
    pub fn new(types: &'a mut LLTypes, store: &'a mut LLStore, graphs: &'a mut Graphs) -> Self {
        let structs = types::known_structs(types);
        Reader {
            types,
            store,
            graphs,
            structs,
            functions: FxHashMap::default(),
        }
    }

    /// Reads all graphs of a text and returns them in order.
    pub fn read(&mut self, text: &str) -> ReadResult<Vec<GraphId>> {
        let lines: Vec<&str> = text.lines().collect();
        let starts: Vec<usize> = (0..lines.len()).filter(|i| lines[*i].starts_with("graph ")).collect();
        let head = starts.first().copied().unwrap_or(lines.len());
        for (i, line) in lines[..head].iter().enumerate() {
            if line.starts_with("type ") {
                self.declare(line).map_err(|e| format!("{}: {e}", i + 1))?;
            }
        }
        let first = self.graphs.len();
        let ids: Vec<GraphId> = (0..starts.len()).map(|i| GraphId::new(first + i)).collect();
        for (start, id) in starts.iter().zip(&ids) {
            self.announce(lines[*start], *id)
                .map_err(|e| format!("{}: {e}", start + 1))?;
        }
        for (i, start) in starts.iter().enumerate() {
            let end = starts.get(i + 1).copied().unwrap_or(lines.len());
            let graph = self.graph(&lines, *start, end)?;
            self.graphs.add(graph);
        }
        Ok(ids)
    }

    /// The pointer to the function of a graph that was read.
    pub fn function(&self, name: &str) -> Option<ContainerId> {
        self.functions.get(name).copied()
    }

    /// Makes the function that `&name` stands for, from the head line of its graph.
    fn announce(&mut self, line: &str, id: GraphId) -> ReadResult<()> {
        let head = self.head(line)?;
        let args = head.inputs.iter().map(|i| i.ty.unwrap_or(LLTypes::VOID)).collect();
        let sig = FuncSig {
            args,
            result: head.result.unwrap_or(LLTypes::VOID),
        };
        let ty = self.types.intern(LLType::Func(sig));
        let func = FuncObj {
            name: head.name.clone(),
            graph: Some(id.0),
            callable: None,
            external: None,
        };
        let container = self.store.func(ty, func);
        self.functions.insert(head.name.to_string(), container);
        Ok(())
    }

    fn graph(&mut self, lines: &[&str], start: usize, end: usize) -> ReadResult<Graph> {
        let at = |e: String| format!("{}: {e}", start + 1);
        let head = self.head(lines[start]).map_err(at)?;
        let mut graph = Graph::new(&head.name, 0, Span::NONE);
        graph.blocks.clear();
        graph.var_names.clear();
        graph.hints = head.hints;
        let mut body = Body {
            reader: self,
            graph,
            current: None,
            first: None,
            finals: [None, None],
        };
        for (i, line) in lines.iter().enumerate().take(end).skip(start + 1) {
            let text = line.trim();
            if !text.is_empty() && !text.starts_with('#') {
                body.line(text).map_err(|e| format!("{}: {e}", i + 1))?;
            }
        }
        body.finish(head.result).map_err(at)
    }

    fn head(&mut self, line: &str) -> ReadResult<Head> {
        let mut lex = Lexer::new(line.strip_prefix("graph ").unwrap_or(line));
        let name = lex.until('(')?;
        let inputs = self.inputs(&mut lex)?;
        let result = if lex.eat("->") { Some(self.ty(&mut lex)?) } else { None };
        let mut hints = vec![];
        if lex.eat("[") {
            while !lex.eat("]") {
                hints.push(lex.word()?.into());
                lex.eat(",");
            }
        }
        Ok(Head {
            name: name.trim().into(),
            inputs,
            result,
            hints,
        })
    }

    /// Definitions up to the closing parenthesis; the opening one has been read.
    fn inputs(&mut self, lex: &mut Lexer<'_>) -> ReadResult<Vec<Definition>> {
        let mut found = vec![];
        while !lex.eat(")") {
            found.push(self.definition(lex)?);
            lex.eat(",");
        }
        Ok(found)
    }

    fn definition(&mut self, lex: &mut Lexer<'_>) -> ReadResult<Definition> {
        let var = lex.id('v').map(VarId)?;
        let name = if lex.eat(".") { Some(lex.word()?.into()) } else { None };
        let ty = if lex.eat(":") { Some(self.ty(lex)?) } else { None };
        Ok(Definition { var, name, ty })
    }

    fn operands(&mut self, lex: &mut Lexer<'_>, close: &str) -> ReadResult<Vec<Operand>> {
        let mut args = vec![];
        while !lex.done() && !lex.eat(close) {
            args.push(self.operand(lex)?);
            lex.eat(",");
        }
        Ok(args)
    }

    fn operand(&mut self, lex: &mut Lexer<'_>) -> ReadResult<Operand> {
        if let Some(v) = lex.try_id('v') {
            return Ok(Operand::Var(VarId(v)));
        }
        self.constant(lex).map(Operand::Const)
    }

    fn constant(&mut self, lex: &mut Lexer<'_>) -> ReadResult<Const> {
        if let Some(id) = lex.try_id('o') {
            return Ok(Const::Host(Value::Obj(ObjId(id))));
        }
        match lex.token()? {
            Token::Int(i) => Ok(Const::Host(Value::Int(i64::try_from(i).map_err(|e| e.to_string())?))),
            Token::Float(x) => Ok(Const::Host(Value::Float(x))),
            Token::Quoted(text) => Ok(Const::Name(text.into())),
            Token::Symbol('(') => {
                let ty = self.ty(lex)?;
                let value = self.value(lex, ty)?;
                lex.expect(")")?;
                Ok(Const::LL(LLConst { ty, value }))
            }
            Token::Symbol('<') => {
                let ty = self.ty(lex)?;
                lex.expect(">")?;
                Ok(Const::Type(ty))
            }
            Token::Symbol('&') => {
                let name = lex.word()?;
                let k = self.function(name).ok_or_else(|| format!("there is no graph {name}"))?;
                let ty = self.store.get(k).ty;
                Ok(Const::LL(LLConst {
                    ty: self.types.ptr(ty),
                    value: LLValue::Ptr(LLPtr::To(k)),
                }))
            }
            Token::Word("None") => Ok(Const::Host(Value::None)),
            Token::Word("True") => Ok(Const::Host(Value::Bool(true))),
            Token::Word("False") => Ok(Const::Host(Value::Bool(false))),
            Token::Word("inf") => Ok(Const::Host(Value::Float(f64::INFINITY))),
            Token::Word("NaN") => Ok(Const::Host(Value::Float(f64::NAN))),
            Token::Word("graphs") => self.graph_list(lex),
            Token::Word("shape") => shape(lex),
            other => Err(format!("{other:?} is no operand")),
        }
    }

    fn graph_list(&mut self, lex: &mut Lexer<'_>) -> ReadResult<Const> {
        lex.expect("(")?;
        let mut ids = vec![];
        while !lex.eat(")") {
            if let Some(id) = lex.try_id('g') {
                ids.push(GraphId(id));
                lex.eat(",");
                continue;
            }
            let name = lex.word()?;
            if name == "unknown" {
                lex.expect(")")?;
                return Ok(Const::Graphs(None));
            }
            let k = self.function(name).ok_or_else(|| format!("there is no graph {name}"))?;
            if let rpy_lltype::Data::Func(FuncObj { graph: Some(g), .. }) = self.store.get(k).data {
                ids.push(GraphId(g));
            }
            lex.eat(",");
        }
        Ok(Const::Graphs(Some(ids.into())))
    }

    fn value(&mut self, lex: &mut Lexer<'_>, ty: LLTypeId) -> ReadResult<LLValue> {
        if lex.eat("&") {
            let name = lex.word()?;
            let k = self.function(name).ok_or_else(|| format!("there is no graph {name}"))?;
            return Ok(LLValue::Ptr(LLPtr::To(k)));
        }
        let address = matches!(self.types.get(ty), LLType::Address);
        let pointer = |p| if address { LLValue::Address(p) } else { LLValue::Ptr(p) };
        if let Some(k) = lex.try_id('K') {
            let k = ContainerId(k);
            if lex.eat("[") {
                let i = lex.int()?;
                lex.expect("]")?;
                return Ok(pointer(LLPtr::Item(k, i)));
            }
            return Ok(pointer(LLPtr::To(k)));
        }
        match (lex.token()?, self.types.get(ty)) {
            (Token::Word("void"), _) => Ok(LLValue::Void),
            (Token::Word("true"), _) => Ok(LLValue::Bool(true)),
            (Token::Word("false"), _) => Ok(LLValue::Bool(false)),
            (Token::Word("null"), _) => Ok(pointer(LLPtr::Null)),
            (Token::Word("raw"), _) => lex.int().map(|i| pointer(LLPtr::Raw(i))),
            (Token::Word("inf"), _) => Ok(LLValue::Float(f64::INFINITY)),
            (Token::Word("NaN"), _) => Ok(LLValue::Float(f64::NAN)),
            (Token::Int(i), LLType::Int(int)) if int.bits == 128 => Ok(LLValue::Int128(i)),
            (Token::Int(i), _) => i64::try_from(i).map(LLValue::Int).map_err(|e| e.to_string()),
            (Token::Float(x), LLType::SingleFloat) => Ok(LLValue::SingleFloat(x as f32)),
            (Token::Float(x), _) => Ok(LLValue::Float(x)),
            (Token::Quoted(text), _) => one_char(&text).map(LLValue::Char),
            (Token::CodePoint(c), _) => Ok(LLValue::UniChar(c)),
            (other, _) => Err(format!("{other:?} is no value")),
        }
    }
}

fn one_char(text: &str) -> ReadResult<u8> {
    let mut chars = text.chars();
    match (chars.next().map(u32::from).map(u8::try_from), chars.next()) {
        (Some(Ok(c)), None) => Ok(c),
        _ => Err(format!("'{text}' is no character")),
    }
}

fn shape(lex: &mut Lexer<'_>) -> ReadResult<Const> {
    lex.expect("(")?;
    let n = lex.int()?;
    lex.expect(",")?;
    let mut keywords: Vec<Arc<str>> = vec![];
    while !lex.eat(",") {
        keywords.push(lex.word()?.into());
    }
    let star = lex.word()? == "true";
    lex.expect(")")?;
    let n_positional = u32::try_from(n).map_err(|e| e.to_string())?;
    Ok(Const::Shape(Arc::new(CallShape {
        n_positional,
        keywords,
        star,
    })))
}

struct Head {
    name: Arc<str>,
    inputs: Vec<Definition>,
    result: Option<LLTypeId>,
    hints: Vec<Arc<str>>,
}

struct Definition {
    var: VarId,
    name: Option<Arc<str>>,
    ty: Option<LLTypeId>,
}

/// A graph while its lines are read.
struct Body<'r, 'a> {
    reader: &'r mut Reader<'a>,
    graph: Graph,
    current: Option<BlockId>,
    first: Option<BlockId>,
    finals: [Option<BlockId>; 2],
}

impl Body<'_, '_> {
    fn line(&mut self, text: &str) -> ReadResult<()> {
        let mut lex = Lexer::new(text);
        if text.ends_with("):") && text.starts_with('b') {
            return self.block_head(&mut lex);
        }
        let Some(current) = self.current else {
            return Err("an operation outside of a block".into());
        };
        if lex.eat_word("return") {
            self.finals[0] = Some(current);
            return Ok(());
        }
        if lex.eat_word("raise") {
            self.finals[1] = Some(current);
            return Ok(());
        }
        if lex.eat_word("switch") {
            let operand = self.reader.operand(&mut lex)?;
            self.graph.block_mut(current).switch = ExitSwitch::Value(operand);
            return Ok(());
        }
        if text == "on exception" {
            self.graph.block_mut(current).switch = ExitSwitch::LastException;
            return Ok(());
        }
        if text.contains("-> b") && !text.contains(" = ") {
            let link = self.link(&mut lex)?;
            self.graph.block_mut(current).exits.push(link);
            return Ok(());
        }
        let op = self.op(&mut lex)?;
        self.graph.block_mut(current).ops.push(op);
        Ok(())
    }

    fn block_head(&mut self, lex: &mut Lexer<'_>) -> ReadResult<()> {
        let id = BlockId(lex.id('b')?);
        lex.expect("(")?;
        let definitions = self.reader.inputs(lex)?;
        self.need_block(id);
        let inputs = definitions.into_iter().map(|d| self.define(d)).collect();
        self.graph.block_mut(id).inputs = inputs;
        self.current = Some(id);
        self.first.get_or_insert(id);
        Ok(())
    }

    fn need_block(&mut self, id: BlockId) {
        while self.graph.blocks.len() <= id.index() {
            self.graph.blocks.push(Block {
                inputs: vec![],
                ops: vec![],
                switch: ExitSwitch::None,
                exits: vec![],
                span: Span::NONE,
            });
        }
    }

    fn need_var(&mut self, v: VarId) {
        if self.graph.var_names.len() <= v.index() {
            self.graph.var_names.resize(v.index() + 1, None);
        }
    }

    fn define(&mut self, d: Definition) -> VarId {
        self.need_var(d.var);
        self.graph.var_names[d.var.index()] = d.name;
        if let Some(ty) = d.ty {
            self.graph.set_type(d.var, ty);
        }
        d.var
    }

    fn op(&mut self, lex: &mut Lexer<'_>) -> ReadResult<Op> {
        let definition = self.reader.definition(lex)?;
        lex.expect("=")?;
        let name = lex.word()?;
        let code = OpCode::from_name(name).ok_or_else(|| format!("there is no operation {name}"))?;
        let args = self.reader.operands(lex, "")?;
        let result = self.define(definition);
        Ok(Op {
            code,
            args,
            result,
            span: Span::NONE,
        })
    }

    fn link(&mut self, lex: &mut Lexer<'_>) -> ReadResult<Link> {
        let case = self.case(lex)?;
        let mut exc_vars = None;
        if lex.eat_word("as") {
            let (t, v) = (VarId(lex.id('v')?), {
                lex.expect(",")?;
                VarId(lex.id('v')?)
            });
            self.need_var(t);
            self.need_var(v);
            self.graph.var_names[t.index()] = Some("etype".into());
            self.graph.var_names[v.index()] = Some("evalue".into());
            exc_vars = Some((t, v));
        }
        lex.expect("->")?;
        let target = BlockId(lex.id('b')?);
        lex.expect("(")?;
        let args = self.reader.operands(lex, ")")?;
        self.need_block(target);
        Ok(Link {
            case,
            args,
            target,
            exc_vars,
        })
    }

    fn case(&mut self, lex: &mut Lexer<'_>) -> ReadResult<ExitCase> {
        if lex.peek("->") {
            return Ok(ExitCase::None);
        }
        if lex.eat_word("default") {
            return Ok(ExitCase::Default);
        }
        if lex.eat_word("except") {
            return self.reader.constant(lex).map(ExitCase::Exception);
        }
        match self.reader.constant(lex)? {
            Const::Host(Value::Bool(b)) => Ok(ExitCase::Bool(b)),
            other => Ok(ExitCase::Value(other)),
        }
    }

    /// Gives exception variables their types and makes the final blocks that no line mentions.
    fn finish(mut self, result: Option<LLTypeId>) -> ReadResult<Graph> {
        let typed = !self.graph.types.is_empty() || result.is_some();
        let start = self.first.ok_or("a graph needs a block")?;
        for (i, n) in [1, 2].into_iter().enumerate() {
            if self.finals[i].is_none() {
                self.finals[i] = Some(self.graph.new_block(n, Span::NONE));
            }
        }
        let [Some(returned), Some(raised)] = self.finals else {
            return Err("final blocks are missing".into());
        };
        (self.graph.start, self.graph.return_block, self.graph.except_block) = (start, returned, raised);
        if typed {
            self.graph
                .set_type(self.graph.return_var(), result.unwrap_or(LLTypes::VOID));
            let pairs = self
                .graph
                .blocks
                .iter()
                .flat_map(|b| &b.exits)
                .filter_map(|l| l.exc_vars);
            let last = self.graph.block(raised).inputs.clone();
            let pairs: Vec<_> = pairs.chain([(last[0], last[1])]).collect();
            for (t, v) in pairs {
                self.graph.set_type(t, LLTypes::CLASSTYPE);
                self.graph.set_type(v, LLTypes::OBJECTPTR);
            }
        }
        Ok(self.graph)
    }
}
