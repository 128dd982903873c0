//! The data of heap objects.

use crate::code::CodeRef;
use crate::dict::DictData;
use crate::error::Res;
use crate::host::Host;
use crate::value::{ObjId, Value};
use num_bigint::BigInt;
use rpy_lltype::{LLTypeId, LLValue};
use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

/// A byte string with its cached hash (`i64::MIN` = not computed).
#[derive(Clone, Debug)]
pub struct StrObj {
    /// the bytes
    pub bytes: Rc<[u8]>,
    /// cached hash
    pub hash: Cell<i64>,
}

impl StrObj {
    /// A string of the bytes.
    pub fn new(bytes: Rc<[u8]>) -> StrObj {
        StrObj {
            bytes,
            hash: Cell::new(i64::MIN),
        }
    }
}

/// A unicode string: code points (lone surrogates allowed).
#[derive(Clone, Debug)]
pub struct UnicodeObj {
    /// the code points
    pub chars: Rc<[u32]>,
}

/// A Python function.
#[derive(Clone, Debug)]
pub struct Function {
    /// the code object
    pub code: CodeRef,
    /// the heap object of `code`
    pub code_obj: ObjId,
    /// the globals dict
    pub globals: ObjId,
    /// default values of the last parameters
    pub defaults: Vec<Value>,
    /// cells of the free variables
    pub closure: Vec<ObjId>,
    /// `__name__`
    pub name: String,
    /// `__doc__`
    pub doc: Value,
    /// `__module__`
    pub module: Value,
    /// `__dict__` (a dict), the hole when not created
    pub attrs: ObjId,
}

/// Arguments of a native function: positional (absent optional ones are the hole) and, for functions that take
/// free keywords, the remaining ones.
#[derive(Clone, Copy, Debug)]
pub struct Args<'a> {
    /// positional, padded with holes up to the declared parameters
    pub pos: &'a [Value],
    /// keywords that are no declared parameter, names interned
    pub kw: &'a [(ObjId, Value)],
}

impl<'a> Args<'a> {
    /// The argument at a position, the hole when absent.
    pub fn get(&self, i: usize) -> Value {
        self.pos.get(i).copied().unwrap_or(Value::HOLE)
    }

    /// The argument at a position, if given.
    pub fn opt(&self, i: usize) -> Option<Value> {
        self.get(i).option()
    }
}

/// Body of a native function.
pub type NativeFn = fn(&mut Host, Args<'_>) -> Res;

/// Static description of a native function or method.
#[derive(Clone, Copy)]
pub struct NativeDef {
    /// Python name
    pub name: &'static str,
    /// fewest positional arguments (without self)
    pub min: usize,
    /// most positional arguments (without self), -1 = any number
    pub max: isize,
    /// names by which positions may be given as keywords; `**` alone accepts any keyword
    pub kwnames: &'static [&'static str],
    /// the body
    pub func: NativeFn,
}

impl fmt::Debug for NativeDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NativeDef({})", self.name)
    }
}

/// What kind of thing a native function is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NativeKind {
    /// `<built-in function len>`
    Function,
    /// `<method 'append' of 'list' objects>`
    Method,
    /// `<slot wrapper '__add__' of 'int' objects>`
    Slot,
    /// `__new__` of a built-in type
    New,
    /// class method of a built-in type
    ClassMethod,
}

/// A native function, or an unbound native method.
#[derive(Clone, Debug)]
pub struct Builtin {
    /// description
    pub def: NativeDef,
    /// kind
    pub kind: NativeKind,
    /// `__module__` of functions
    pub module: Option<String>,
    /// class of methods
    pub owner: ObjId,
    /// the docstring
    pub doc: Value,
}

/// A bound or unbound method.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// the function (any callable)
    pub func: Value,
    /// `im_self`, the hole when unbound
    pub self_: Value,
    /// `im_class`
    pub class: Value,
}

/// What native data instances of a class carry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    /// nothing
    Object,
    /// an int
    Int,
    /// a long
    Long,
    /// a float
    Float,
    /// a complex
    Complex,
    /// a str
    Str,
    /// a unicode
    Unicode,
    /// a tuple
    Tuple,
    /// a list
    List,
    /// a dict
    Dict,
    /// a set
    Set,
    /// a frozenset
    FrozenSet,
    /// an exception
    Exception,
    /// a class
    Type,
    /// a module
    Module,
    /// other native data; the number tells unrelated ones apart
    Native(u16),
}

/// Width and sign of a machine integer class of rarithmetic.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct IntKind {
    /// 8, 16, 32, 64 or 128
    pub bits: u8,
    /// signed
    pub signed: bool,
}

/// A new-style class.
#[derive(Clone, Debug)]
pub struct Class {
    /// `__name__`
    pub name: String,
    /// `__bases__`
    pub bases: Vec<Value>,
    /// method resolution order, this class first; old-style classes may appear
    pub mro: Vec<Value>,
    /// the dict object behind `__dict__`
    pub dict: ObjId,
    /// the metaclass
    pub metaclass: ObjId,
    /// direct subclasses, in order of creation
    pub subclasses: Vec<ObjId>,
    /// names of all slots, bases first
    pub slots: Vec<ObjId>,
    /// whether instances have a `__dict__`
    pub has_dict: bool,
    /// whether instances can be weakly referenced
    pub has_weakref: bool,
    /// native data of instances
    pub layout: Layout,
    /// built into the host (attributes cannot be set)
    pub builtin: bool,
    /// may be subclassed
    pub subclassable: bool,
    /// machine integer class
    pub int_kind: Option<IntKind>,
    /// has a `__del__` somewhere in its mro
    pub has_del: bool,
    /// has `__getattribute__` other than object's
    pub custom_getattribute: bool,
    /// has `__getattr__`
    pub has_getattr: bool,
    /// has `__setattr__` or `__delattr__` other than object's
    pub custom_setattr: bool,
}

/// An old-style class.
#[derive(Clone, Debug)]
pub struct OldClass {
    /// `__name__`
    pub name: String,
    /// `__bases__`, old-style classes
    pub bases: Vec<ObjId>,
    /// the dict object
    pub dict: ObjId,
}

/// An instance of an old-style class.
#[derive(Clone, Copy, Debug)]
pub struct OldInstance {
    /// the class
    pub class: ObjId,
    /// the dict object
    pub dict: ObjId,
}

/// An instance of a user-defined new-style class, of `object`, or of an exception class.
#[derive(Debug)]
pub struct Instance {
    /// the class
    pub class: ObjId,
    /// the dict object, the hole while not created
    pub dict: ObjId,
    /// values of slots, in the order of [`Class::slots`]
    pub slots: Vec<Value>,
    /// native data when the class derives from a native type
    pub payload: Option<Box<ObjData>>,
}

/// Native data of exceptions.
#[derive(Clone, Debug, Default)]
pub struct ExcData {
    /// `args`
    pub args: Vec<Value>,
    /// further members (`errno`, `filename`, `code`, `start` …), the last is `message`; the hole when absent
    pub fields: [ExcField; 6],
}

/// A member of an exception.
#[derive(Clone, Copy, Debug)]
pub struct ExcField(pub Value);

impl Default for ExcField {
    fn default() -> ExcField {
        ExcField(Value::HOLE)
    }
}

/// A module.
#[derive(Clone, Debug)]
pub struct Module {
    /// the dict object
    pub dict: ObjId,
}

/// A property.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// getter or `None`
    pub get: Value,
    /// setter or `None`
    pub set: Value,
    /// deleter or `None`
    pub del: Value,
    /// docstring
    pub doc: Value,
}

/// Getter of a native attribute: receives the object.
pub type Getter = fn(&mut Host, Value) -> Res;
/// Setter of a native attribute: receives the object and the value (the hole deletes).
pub type Setter = fn(&mut Host, Value, Value) -> Res<()>;

/// A native attribute of a built-in type.
#[derive(Clone, Copy)]
pub struct GetSet {
    /// attribute name
    pub name: &'static str,
    /// owner class
    pub owner: ObjId,
    /// getter
    pub get: Getter,
    /// setter, `None` = read only
    pub set: Option<Setter>,
}

impl fmt::Debug for GetSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GetSet({})", self.name)
    }
}

/// A member descriptor of `__slots__`.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// the interned name
    pub name: ObjId,
    /// owner class
    pub owner: ObjId,
}

/// A suspended computation.
#[derive(Debug)]
pub struct Generator {
    /// the frame while suspended
    pub frame: Option<Box<crate::frame::SavedFrame>>,
    /// the code object
    pub code_obj: ObjId,
    /// currently executing
    pub running: bool,
    /// the frame object, hole when none
    pub frame_obj: ObjId,
    /// has been started
    pub started: bool,
}

/// Python-visible frame, created on demand.
#[derive(Clone, Debug)]
pub struct FrameObj {
    /// the code
    pub code: CodeRef,
    /// the code object
    pub code_obj: ObjId,
    /// `f_globals`
    pub globals: ObjId,
    /// `f_locals` when it is a mapping of its own
    pub locals: Value,
    /// values of the fast locals and cells after the frame has ended
    pub fast: Vec<Value>,
    /// `f_lineno`
    pub lineno: u32,
    /// `f_back`
    pub back: Value,
    /// serial number of the running activation, 0 when ended
    pub serial: u64,
    /// `f_trace`, `f_exc_*` are not kept
    pub last_pc: u32,
}

/// One level of a traceback.
#[derive(Clone, Copy, Debug)]
pub struct Traceback {
    /// `tb_frame`
    pub frame: ObjId,
    /// `tb_lineno`
    pub lineno: u32,
    /// `tb_lasti`
    pub lasti: u32,
    /// `tb_next`, the hole at the end
    pub next: ObjId,
}

/// A weak reference or proxy.
#[derive(Clone, Copy, Debug)]
pub struct WeakRef {
    /// the referent, the hole when dead
    pub target: Value,
    /// callback or `None`
    pub callback: Value,
    /// a proxy instead of a plain reference
    pub proxy: bool,
    /// the referent is callable
    pub callable: bool,
    /// hash of the referent once computed
    pub hash: Option<i64>,
}

/// `super(class, self)`.
#[derive(Clone, Copy, Debug)]
pub struct Super {
    /// the class to start after
    pub class: ObjId,
    /// the object, the hole when unbound
    pub obj: Value,
    /// class of the object
    pub obj_class: ObjId,
}

/// A pending control transfer on the value stack while a `finally` runs.
#[derive(Clone, Debug)]
pub enum Signal {
    /// an exception: value and traceback
    Raise(Value, ObjId),
    /// a return
    Return(Value),
    /// a break
    Break,
    /// a continue to the instruction
    Continue(u32),
}

/// Native data of a type defined by a module of the host.
pub trait NativeObject: Any + fmt::Debug {
    /// Reports every value the object refers to.
    fn trace(&self, visit: &mut dyn FnMut(Value));
    /// For downcasting.
    fn as_any(&self) -> &dyn Any;
    /// For downcasting.
    fn as_any_mut(&mut self) -> &mut dyn Any;
    /// How iterators of this type advance; `None` when it is no iterator.
    fn advance(&self) -> Option<fn(&mut Host, Value) -> Res<Option<Value>>> {
        None
    }
}

/// `start, stop, step` of a slice object.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// lower bound
    pub start: Value,
    /// upper bound
    pub stop: Value,
    /// step
    pub step: Value,
}

/// An xrange.
#[derive(Clone, Copy, Debug)]
pub struct XRange {
    /// first
    pub start: i64,
    /// step
    pub step: i64,
    /// number of items
    pub len: i64,
}

/// A low-level type, or a value with its type.
#[derive(Clone, Debug)]
pub enum LowLevel {
    /// a type
    Type(LLTypeId),
    /// a pointer, address, symbolic number or other value
    Value(LLTypeId, LLValue),
}

/// The data of one heap object.
#[derive(Debug)]
pub enum ObjData {
    /// an unused slot
    Free,
    /// `long`
    Long(Rc<BigInt>),
    /// `complex`
    Complex(f64, f64),
    /// an int as payload of an instance (never a heap object of its own)
    IntPayload(i64),
    /// a float as payload of an instance
    FloatPayload(f64),
    /// `str`
    Str(StrObj),
    /// `unicode`
    Unicode(UnicodeObj),
    /// `tuple`
    Tuple(Rc<[Value]>),
    /// `list`
    List(Vec<Value>),
    /// `dict`
    Dict(Box<DictData>),
    /// `set`
    Set(Box<DictData>),
    /// `frozenset`
    FrozenSet(Box<DictData>),
    /// Python function
    Function(Box<Function>),
    /// code object
    Code(CodeRef),
    /// native function or method
    Builtin(Rc<Builtin>),
    /// bound or unbound method
    Method(Box<Method>),
    /// native method bound to an object
    BuiltinMethod(Rc<Builtin>, Box<Value>),
    /// new-style class
    Class(Box<Class>),
    /// old-style class
    OldClass(Box<OldClass>),
    /// instance of a new-style class
    Instance(Box<Instance>),
    /// instance of an old-style class
    OldInstance(OldInstance),
    /// payload of exception instances
    Exc(Box<ExcData>),
    /// module
    Module(Module),
    /// a variable captured by closures; the hole when unbound
    Cell(Value),
    /// `property`
    Property(Box<Property>),
    /// `staticmethod`
    StaticMethod(Value),
    /// `classmethod`
    ClassMethod(Value),
    /// native attribute of a type
    GetSet(Box<GetSet>),
    /// slot descriptor
    Member(Member),
    /// generator
    Generator(Box<Generator>),
    /// frame
    Frame(Box<FrameObj>),
    /// traceback
    Traceback(Traceback),
    /// any built-in iterator
    Iter(Box<crate::iter::Iter>),
    /// `slice`
    Slice(Box<Slice>),
    /// `xrange`
    XRange(Box<XRange>),
    /// weak reference
    WeakRef(Box<WeakRef>),
    /// `super`
    Super(Box<Super>),
    /// read-only view of a dict
    DictProxy(ObjId),
    /// pending control transfer
    Signal(Box<Signal>),
    /// machine integer of rarithmetic: class and value as two's complement halves
    RInt(ObjId, u64, i64),
    /// `r_singlefloat`
    SingleFloat(f32),
    /// `NotImplemented`
    NotImplemented,
    /// `Ellipsis`
    Ellipsis,
    /// low-level type or value
    LowLevel(Box<LowLevel>),
    /// data of a native module's type: class and data
    Native(ObjId, Box<dyn NativeObject>),
}
