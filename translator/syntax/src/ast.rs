//! Abstract syntax of Python 2.7.
//!
//! Expressions that are assigned to, looped over into, or deleted are [`Target`]s, not expressions: the parser has checked them.
//! Parentheses leave no node; a parenthesised tuple's span includes them. Chains that people write long
//! (`elif`, `and`, comparison, adjacent strings) are flat; the depth of an [`Expr`] is at most [`MAX_DEPTH`],
//! and blocks nest at most 100 deep, so that recursive functions over the tree are safe.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use num_bigint::BigInt;

use crate::span::{FileId, Span};

/// Greatest depth of an expression tree.
pub const MAX_DEPTH: u32 = 1000;

/// An identifier. Equal names of one module share storage.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(pub Arc<str>);

impl Name {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Name {
        Name(Arc::from(text))
    }
}

/// A name and where it is written.
#[derive(Clone, PartialEq, Debug)]
pub struct Ident {
    /// The name.
    pub name: Name,
    /// Where.
    pub span: Span,
}

/// The `from __future__` features that change meaning.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Futures {
    /// `/` is true division.
    pub division: bool,
    /// `import x` never looks into the importing package.
    pub absolute_import: bool,
    /// `print` is an ordinary name.
    pub print_function: bool,
    /// String literals without prefix are unicode.
    pub unicode_literals: bool,
}

/// A file, or the text of an `exec` or of a line typed in.
#[derive(Clone, PartialEq, Debug)]
pub struct Module {
    /// Its file.
    pub file: FileId,
    /// Features in force (inherited ones included).
    pub futures: Futures,
    /// The statements.
    pub body: Vec<Stmt>,
    /// The whole text.
    pub span: Span,
}

/// The text of an `eval`.
#[derive(Clone, PartialEq, Debug)]
pub struct Expression {
    /// Its file.
    pub file: FileId,
    /// Features in force (inherited).
    pub futures: Futures,
    /// The expression.
    pub body: Expr,
}

/// A statement.
#[derive(Clone, PartialEq, Debug)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// All of it: decorators and body included.
    pub span: Span,
}

/// The kinds of statements.
#[derive(Clone, PartialEq, Debug)]
pub enum StmtKind {
    /// `def`
    FunctionDef(Box<FunctionDef>),
    /// `class`
    ClassDef(Box<ClassDef>),
    /// `return value`
    Return(Option<Expr>),
    /// `del targets`
    Delete(Vec<Target>),
    /// `t1 = t2 = value`; at least one target, assigned from left to right.
    Assign {
        /// From left to right.
        targets: Vec<Target>,
        /// What is assigned.
        value: Expr,
    },
    /// `target op= value`
    AugAssign {
        /// A name, attribute or subscript.
        target: Target,
        /// The operation.
        op: BinOp,
        /// The right operand.
        value: Expr,
    },
    /// `print >>dest, values`
    Print {
        /// After `>>`.
        dest: Option<Expr>,
        /// What is printed.
        values: Vec<Expr>,
        /// False if there is a trailing comma.
        newline: bool,
    },
    /// `for target in iter: body else: orelse`
    For {
        /// The loop variable.
        target: Target,
        /// What is iterated over.
        iter: Expr,
        /// The loop.
        body: Vec<Stmt>,
        /// After normal exhaustion.
        orelse: Vec<Stmt>,
    },
    /// `while test: body else: orelse`
    While {
        /// The condition.
        test: Expr,
        /// The loop.
        body: Vec<Stmt>,
        /// When the condition becomes false.
        orelse: Vec<Stmt>,
    },
    /// `if … elif … else`
    If {
        /// `if` and each `elif`; at least one.
        branches: Vec<IfBranch>,
        /// `else`
        orelse: Vec<Stmt>,
    },
    /// `with items: body`; several items nest from left to right.
    With {
        /// At least one.
        items: Vec<WithItem>,
        /// Under all of them.
        body: Vec<Stmt>,
    },
    /// `raise exc, value, traceback`
    Raise {
        /// Class or instance; none re-raises.
        exc: Option<Expr>,
        /// Present only with `exc`.
        value: Option<Expr>,
        /// Present only with `value`.
        traceback: Option<Expr>,
    },
    /// `try`; at least one handler or a `finally` block.
    Try {
        /// `try`
        body: Vec<Stmt>,
        /// `except`; a bare one is the last.
        handlers: Vec<ExceptHandler>,
        /// `else`; only with handlers.
        orelse: Vec<Stmt>,
        /// `finally`, empty if there is none (a written block is never empty).
        finalbody: Vec<Stmt>,
    },
    /// `assert test, message`
    Assert {
        /// The condition.
        test: Expr,
        /// What AssertionError is given.
        message: Option<Expr>,
    },
    /// `import a.b, c as d`
    Import(Vec<ImportAlias>),
    /// `from ..module import names`
    ImportFrom {
        /// How many leading dots.
        level: u32,
        /// Dotted; none only if there are dots.
        module: Option<Ident>,
        /// What is imported.
        names: ImportNames,
    },
    /// `exec body in globals, locals`; the tuple form is the same node.
    Exec {
        /// The code.
        body: Expr,
        /// The globals.
        globals: Option<Expr>,
        /// Present only with `globals`.
        locals: Option<Expr>,
    },
    /// `global names`
    Global(Vec<Ident>),
    /// An expression for its effect.
    Expr(Expr),
    /// `pass`
    Pass,
    /// `break`
    Break,
    /// `continue`
    Continue,
}

/// One `if` or `elif`.
#[derive(Clone, PartialEq, Debug)]
pub struct IfBranch {
    /// The condition.
    pub test: Expr,
    /// When it holds.
    pub body: Vec<Stmt>,
}

/// `context as target`
#[derive(Clone, PartialEq, Debug)]
pub struct WithItem {
    /// The context manager.
    pub context: Expr,
    /// What `__enter__` gives.
    pub target: Option<Target>,
}

/// `except kind, target: body`
#[derive(Clone, PartialEq, Debug)]
pub struct ExceptHandler {
    /// What is caught; none catches all.
    pub kind: Option<Expr>,
    /// Present only with `kind`.
    pub target: Option<Target>,
    /// The handler.
    pub body: Vec<Stmt>,
    /// From `except` to the end of the body.
    pub span: Span,
}

/// `module as name`, or one name of a `from` import.
#[derive(Clone, PartialEq, Debug)]
pub struct ImportAlias {
    /// Dotted in `import`, a single name in `from` imports.
    pub name: Ident,
    /// After `as`.
    pub asname: Option<Ident>,
}

/// The names of a `from` import.
#[derive(Clone, PartialEq, Debug)]
pub enum ImportNames {
    /// `*`
    Star(Span),
    /// At least one.
    Names(Vec<ImportAlias>),
}

/// `def name(parameters): body`
#[derive(Clone, PartialEq, Debug)]
pub struct FunctionDef {
    /// Its name.
    pub name: Ident,
    /// Its parameters.
    pub parameters: Parameters,
    /// From the outermost (first written) to the innermost.
    pub decorators: Vec<Expr>,
    /// Its statements; a docstring is the first of them.
    pub body: Vec<Stmt>,
    /// Whether there is a `yield` in it.
    pub is_generator: bool,
}

/// `class name(bases): body`
#[derive(Clone, PartialEq, Debug)]
pub struct ClassDef {
    /// Its name.
    pub name: Ident,
    /// In order; empty for a classic class without bases.
    pub bases: Vec<Expr>,
    /// From the outermost (first written) to the innermost.
    pub decorators: Vec<Expr>,
    /// Its statements; a docstring is the first of them.
    pub body: Vec<Stmt>,
}

/// The parameters of a function or lambda. Names are distinct; defaults are on a suffix of `positional`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Parameters {
    /// In order.
    pub positional: Vec<Parameter>,
    /// `*args`
    pub vararg: Option<Ident>,
    /// `**kwargs`
    pub kwarg: Option<Ident>,
}

/// A positional parameter.
#[derive(Clone, PartialEq, Debug)]
pub struct Parameter {
    /// A name or a tuple to unpack.
    pub pattern: ParamPattern,
    /// After `=`.
    pub default: Option<Expr>,
}

/// What a positional parameter binds.
#[derive(Clone, PartialEq, Debug)]
pub enum ParamPattern {
    /// `a`
    Name(Ident),
    /// `(a, (b, c))`
    Tuple(Vec<ParamPattern>, Span),
}

/// Something that can be assigned to or deleted.
#[derive(Clone, PartialEq, Debug)]
pub struct Target {
    /// What it is.
    pub kind: TargetKind,
    /// All of it.
    pub span: Span,
}

/// The kinds of targets.
#[derive(Clone, PartialEq, Debug)]
pub enum TargetKind {
    /// `a`; never `None` or `__debug__`.
    Name(Name),
    /// `value.attr`
    Attribute(Box<Attribute>),
    /// `value[slice]`
    Subscript(Box<Subscript>),
    /// `a, b` (never empty)
    Tuple(Vec<Target>),
    /// `[a, b]` (may be empty)
    List(Vec<Target>),
}

/// An expression. Make them with [`Expr::new`].
#[derive(Clone, PartialEq, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// All of it.
    pub span: Span,
    /// 1 more than the deepest child's.
    depth: u32,
}

/// The kinds of expressions.
#[derive(Clone, PartialEq, Debug)]
pub enum ExprKind {
    /// A variable; `None`, `True`, `False` and `__debug__` are names too.
    Name(Name),
    /// An `int`; a negated literal is one literal.
    Int(i64),
    /// A `long`, written with `L` or too big for an `int`.
    Long(Box<BigInt>),
    /// A `float`
    Float(f64),
    /// `1j`, the imaginary part of a complex number without real part.
    Imaginary(f64),
    /// A byte string, adjacent literals joined.
    Str(Arc<[u8]>),
    /// A unicode string as code points (lone surrogates are possible), adjacent literals joined.
    Unicode(Arc<[u32]>),
    /// `a, b` or `()`
    Tuple(Vec<Expr>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{a, b}` (never empty)
    Set(Vec<Expr>),
    /// `{key: value}`
    Dict(Vec<(Expr, Expr)>),
    /// `[element for …]`; its variables belong to the enclosing scope.
    ListComp(Box<Comprehension>),
    /// `{element for …}`
    SetComp(Box<Comprehension>),
    /// `(element for …)`
    GeneratorExp(Box<Comprehension>),
    /// `{key: value for …}`
    DictComp(Box<DictComprehension>),
    /// `left op right`
    Binary(Box<Binary>),
    /// `op operand`
    Unary(UnaryOp, Box<Expr>),
    /// `a and b and c`: two operands or more.
    Bool(BoolOp, Vec<Expr>),
    /// `a < b < c`
    Compare(Box<Compare>),
    /// `then if test else orelse`
    IfExp(Box<IfExp>),
    /// `lambda parameters: body`
    Lambda(Box<Lambda>),
    /// `function(arguments)`
    Call(Box<Call>),
    /// `value.attr`
    Attribute(Box<Attribute>),
    /// `value[slice]`
    Subscript(Box<Subscript>),
    /// `` `value` ``
    Repr(Box<Expr>),
    /// `yield value`
    Yield(Option<Box<Expr>>),
}

/// `element for … in … if …`
#[derive(Clone, PartialEq, Debug)]
pub struct Comprehension {
    /// What is collected.
    pub element: Expr,
    /// From the outermost; at least one.
    pub clauses: Vec<CompClause>,
}

/// `key: value for … in … if …`
#[derive(Clone, PartialEq, Debug)]
pub struct DictComprehension {
    /// The key.
    pub key: Expr,
    /// The value.
    pub value: Expr,
    /// From the outermost; at least one.
    pub clauses: Vec<CompClause>,
}

/// `for target in iter if … if …`
#[derive(Clone, PartialEq, Debug)]
pub struct CompClause {
    /// The loop variable.
    pub target: Target,
    /// What is iterated over.
    pub iter: Expr,
    /// All must hold.
    pub conditions: Vec<Expr>,
}

/// `left op right`
#[derive(Clone, PartialEq, Debug)]
pub struct Binary {
    /// The left operand.
    pub left: Expr,
    /// The operation.
    pub op: BinOp,
    /// The right operand.
    pub right: Expr,
}

/// `first op second op third …`
#[derive(Clone, PartialEq, Debug)]
pub struct Compare {
    /// The first operand.
    pub first: Expr,
    /// At least one.
    pub rest: Vec<(CompareOp, Expr)>,
}

/// `then if test else orelse`
#[derive(Clone, PartialEq, Debug)]
pub struct IfExp {
    /// The condition.
    pub test: Expr,
    /// When it holds.
    pub then: Expr,
    /// When it does not.
    pub orelse: Expr,
}

/// `lambda parameters: body`
#[derive(Clone, PartialEq, Debug)]
pub struct Lambda {
    /// Its parameters.
    pub parameters: Parameters,
    /// Its result.
    pub body: Expr,
    /// Whether there is a `yield` in it.
    pub is_generator: bool,
}

/// `function(args, keywords, *star, **double_star)`
#[derive(Clone, PartialEq, Debug)]
pub struct Call {
    /// What is called.
    pub function: Expr,
    /// Its arguments.
    pub arguments: Arguments,
}

/// The arguments of a call.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Arguments {
    /// Positional arguments.
    pub positional: Vec<Expr>,
    /// Keyword arguments, with distinct names.
    pub keywords: Vec<Keyword>,
    /// After `*`.
    pub star: Option<Expr>,
    /// After `**`.
    pub double_star: Option<Expr>,
}

/// `name=value`
#[derive(Clone, PartialEq, Debug)]
pub struct Keyword {
    /// The name.
    pub name: Ident,
    /// The value.
    pub value: Expr,
}

/// `value.attr`
#[derive(Clone, PartialEq, Debug)]
pub struct Attribute {
    /// Whose attribute.
    pub value: Expr,
    /// Which one.
    pub attr: Ident,
}

/// `value[slice]`
#[derive(Clone, PartialEq, Debug)]
pub struct Subscript {
    /// What is subscripted.
    pub value: Expr,
    /// What is in the brackets.
    pub slice: Slice,
}

/// What is between the brackets of a subscript.
#[derive(Clone, PartialEq, Debug)]
pub enum Slice {
    /// `a[i]`; also `a[i, j]`, whose index is a tuple.
    Index(Expr),
    /// `a[lower:upper]`, which uses `__getslice__` and its like where there is one.
    Simple {
        /// Before the colon.
        lower: Option<Expr>,
        /// After the colon.
        upper: Option<Expr>,
    },
    /// `a[lower:upper:step]` with a second colon: a slice object.
    Extended {
        /// Before the first colon.
        lower: Option<Expr>,
        /// After the first colon.
        upper: Option<Expr>,
        /// After the second colon; a missing step is `None`.
        step: Option<Expr>,
    },
    /// `a[...]`
    Ellipsis,
    /// `a[i:j, k]`: a tuple with a slice or an ellipsis among its items; never nested. A `Simple` item is a slice object too.
    Tuple(Vec<Slice>),
}

/// Binary operations.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum BinOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `//`
    FloorDiv,
    /// `%`
    Mod,
    /// `**`
    Pow,
    /// `<<`
    LShift,
    /// `>>`
    RShift,
    /// `&`
    BitAnd,
    /// `|`
    BitOr,
    /// `^`
    BitXor,
}

/// Unary operations.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum UnaryOp {
    /// `-`
    Neg,
    /// `+`
    Pos,
    /// `~`
    Invert,
    /// `not`
    Not,
}

/// Short-circuit operations.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum BoolOp {
    /// `and`
    And,
    /// `or`
    Or,
}

/// Comparisons.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum CompareOp {
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `==`
    Eq,
    /// `!=` and `<>`
    Ne,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `is`
    Is,
    /// `is not`
    IsNot,
    /// `in`
    In,
    /// `not in`
    NotIn,
}

impl Expr {
    /// An expression; its children exist already.
    pub fn new(kind: ExprKind, span: Span) -> Expr {
        let depth = 1 + crate::depth::of_children(&kind);
        Expr { kind, span, depth }
    }

    /// 1 more than the deepest child's.
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// The name, if this is one.
    pub fn as_name(&self) -> Option<&Name> {
        match &self.kind {
            ExprKind::Name(name) => Some(name),
            _ => None,
        }
    }
}

/// The docstring of a body: its first statement, if that is a string literal.
pub fn docstring(body: &[Stmt]) -> Option<&Expr> {
    match &body.first()?.kind {
        StmtKind::Expr(expr) if matches!(expr.kind, ExprKind::Str(_) | ExprKind::Unicode(_)) => Some(expr),
        _ => None,
    }
}
