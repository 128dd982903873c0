//! Building low-level programs by hand, and running what they compile to.
#![allow(dead_code)]

use rpy_backend_c::{ClassInfo, CompileOptions, GcKind, Program, StandardException, compile};
use rpy_backendopt::ClassTable;
use rpy_flow::{BlockId, Const, ExitCase, ExitSwitch, Graph, GraphId, Link, Op, OpCode, Operand, VarId};
use rpy_lltype::{ContainerId, Field, FuncObj, FuncSig, LLPtr, LLType, LLTypeId, LLTypes, LLValue, StructType};
use rpy_syntax::Span;
use std::path::PathBuf;
use std::process::Command;

pub const SIGNED: LLTypeId = LLTypes::SIGNED;
pub const BOOL: LLTypeId = LLTypes::BOOL;
pub const VOID: LLTypeId = LLTypes::VOID;

/// Builds one graph; operations go into the current block.
pub struct Builder {
    pub graph: Graph,
    pub current: BlockId,
}

impl Builder {
    pub fn new(name: &str, params: &[LLTypeId], result: LLTypeId) -> Self {
        let mut graph = Graph::new(name, params.len(), Span::NONE);
        for (i, ty) in params.iter().enumerate() {
            let v = graph.block(graph.start).inputs[i];
            graph.set_type(v, *ty);
        }
        let result_var = graph.return_var();
        graph.set_type(result_var, result);
        let except = graph.block(graph.except_block).inputs.clone();
        graph.set_type(except[0], LLTypes::CLASSTYPE);
        graph.set_type(except[1], LLTypes::OBJECTPTR);
        let current = graph.start;
        Builder { graph, current }
    }

    pub fn param(&self, i: usize) -> VarId {
        self.graph.block(self.graph.start).inputs[i]
    }

    pub fn block(&mut self, types: &[LLTypeId]) -> (BlockId, Vec<VarId>) {
        let b = self.graph.new_block(types.len(), Span::NONE);
        let inputs = self.graph.block(b).inputs.clone();
        for (v, ty) in inputs.iter().zip(types) {
            self.graph.set_type(*v, *ty);
        }
        (b, inputs)
    }

    pub fn at(&mut self, b: BlockId) {
        self.current = b;
    }

    pub fn op(&mut self, code: OpCode, args: Vec<Operand>, ty: LLTypeId) -> VarId {
        let result = self.graph.new_typed_var(ty);
        let b = self.current;
        self.graph.block_mut(b).ops.push(Op {
            code,
            args,
            result,
            span: Span::NONE,
        });
        result
    }

    pub fn goto(&mut self, target: BlockId, args: Vec<Operand>) {
        let b = self.current;
        self.graph.block_mut(b).exits = vec![Link::new(args, target)];
    }

    pub fn ret(&mut self, value: impl Into<Operand>) {
        let target = self.graph.return_block;
        self.goto(target, vec![value.into()]);
    }

    pub fn branch(&mut self, v: VarId, yes: (BlockId, Vec<Operand>), no: (BlockId, Vec<Operand>)) {
        let b = self.current;
        let block = self.graph.block_mut(b);
        block.switch = ExitSwitch::Value(v.into());
        block.exits = vec![
            Link::when(ExitCase::Bool(false), no.1, no.0),
            Link::when(ExitCase::Bool(true), yes.1, yes.0),
        ];
    }

    /// Ends the block after an operation that may raise; returns the exception variables of each handler.
    pub fn catch(&mut self, normal: (BlockId, Vec<Operand>), handlers: Vec<(Const, BlockId)>) -> Vec<(VarId, VarId)> {
        let b = self.current;
        let mut exits = vec![Link::new(normal.1, normal.0)];
        let mut vars = vec![];
        for (class, target) in handlers {
            let t = self.graph.new_typed_var(LLTypes::CLASSTYPE);
            let v = self.graph.new_typed_var(LLTypes::OBJECTPTR);
            let mut link = Link::when(ExitCase::Exception(class), vec![t.into(), v.into()], target);
            link.exc_vars = Some((t, v));
            exits.push(link);
            vars.push((t, v));
        }
        let block = self.graph.block_mut(b);
        block.switch = ExitSwitch::LastException;
        block.exits = exits;
        vars
    }

    pub fn raise(&mut self, class: Operand, value: Operand) {
        let target = self.graph.except_block;
        self.goto(target, vec![class, value]);
    }
}

/// A program under construction.
pub struct World {
    pub program: Program,
}

impl Default for World {
    fn default() -> Self {
        let mut world = World {
            program: Program::default(),
        };
        world.program.name = "test".into();
        let root = world.class("object", None, &[]);
        assert_eq!(root, 0);
        world
    }
}

impl World {
    pub fn types(&mut self) -> &mut LLTypes {
        &mut self.program.types
    }

    pub fn add(&mut self, b: Builder) -> GraphId {
        self.program.graphs.add(b.graph)
    }

    /// A constant pointer to a function that will have graph `g`.
    pub fn func(&mut self, g: GraphId, args: &[LLTypeId], result: LLTypeId) -> Operand {
        let sig = self.program.types.intern(LLType::Func(FuncSig {
            args: args.to_vec(),
            result,
        }));
        let c = self.program.store.func(
            sig,
            FuncObj {
                name: "f".into(),
                graph: Some(g.0),
                callable: None,
                external: None,
            },
        );
        let ptr = self.program.types.ptr(sig);
        Operand::ll(ptr, LLValue::Ptr(LLPtr::To(c)))
    }

    pub fn external(&mut self, name: &str, args: &[LLTypeId], result: LLTypeId) -> Operand {
        let sig = self.program.types.intern(LLType::Func(FuncSig {
            args: args.to_vec(),
            result,
        }));
        let c = self.program.store.func(
            sig,
            FuncObj {
                name: name.into(),
                graph: None,
                callable: None,
                external: Some(Default::default()),
            },
        );
        let ptr = self.program.types.ptr(sig);
        Operand::ll(ptr, LLValue::Ptr(LLPtr::To(c)))
    }

    pub fn gc_struct(&mut self, name: &str, fields: &[(&str, LLTypeId)]) -> LLTypeId {
        let fields = fields
            .iter()
            .map(|(n, t)| Field {
                name: (*n).into(),
                ty: *t,
            })
            .collect();
        self.program.types.intern(LLType::Struct(StructType {
            name: name.into(),
            gc: true,
            fields,
            hints: vec![],
            tag: 0,
        }))
    }

    /// Adds a class; classes must be added in preorder.
    pub fn class(&mut self, name: &str, parent: Option<usize>, fields: &[(&str, LLTypeId)]) -> usize {
        let types = &mut self.program.types;
        let instance = match parent {
            None => LLTypes::OBJECT,
            Some(p) => {
                let up = self.program.classes[p].instance;
                let mut all = vec![Field {
                    name: "super".into(),
                    ty: up,
                }];
                all.extend(fields.iter().map(|(n, t)| Field {
                    name: (*n).into(),
                    ty: *t,
                }));
                types.intern(LLType::Struct(StructType {
                    name: name.into(),
                    gc: true,
                    fields: all,
                    hints: vec![],
                    tag: u32::try_from(self.program.classes.len()).expect("few classes"),
                }))
            }
        };
        let vtable = self.program.store.alloc(types, LLTypes::OBJECT_VTABLE, 0, true);
        self.program.classes.push(ClassInfo {
            name: name.into(),
            instance,
            vtable,
            parent,
            del: None,
            light_del: false,
        });
        self.program.classes.len() - 1
    }

    pub fn vtable(&self, class: usize) -> Const {
        match Operand::ll(
            LLTypes::CLASSTYPE,
            LLValue::Ptr(LLPtr::To(self.program.classes[class].vtable)),
        ) {
            Operand::Const(c) => c,
            Operand::Var(_) => unreachable!("a constant"),
        }
    }

    /// A prebuilt instance, as constant of type OBJECTPTR.
    pub fn instance(&mut self, class: usize) -> (ContainerId, Operand) {
        let info = self.program.classes[class].clone();
        let c = self.program.store.alloc(&self.program.types, info.instance, 0, true);
        let mut top = c;
        while let Some(LLValue::Inline(up)) = self.program.store.read(top, 0) {
            top = up;
        }
        self.program.store.write(top, 0, LLValue::Ptr(LLPtr::To(info.vtable)));
        (c, Operand::ll(LLTypes::OBJECTPTR, LLValue::Ptr(LLPtr::To(c))))
    }

    pub fn standard(&mut self, which: StandardException, class: usize) {
        let (c, _) = self.instance(class);
        self.program.exceptions.insert(which, c);
    }

    fn optimize(&mut self) {
        let mut classes = ClassTable::default();
        for c in &self.program.classes {
            let root = &*c.name == "Exception";
            classes.add(c.vtable, c.parent, c.instance, false, root);
        }
        let ids: Vec<GraphId> = self.program.graphs.ids().collect();
        let input = rpy_backendopt::Input {
            graphs: &mut self.program.graphs,
            ids: &ids,
            types: &self.program.types,
            store: &self.program.store,
            classes: &classes,
        };
        rpy_backendopt::optimize(input, &rpy_backendopt::Settings::default());
        for g in ids {
            let faults = rpy_flow::verify(self.program.graphs.get(g), Some(&self.program.types));
            assert_eq!(faults, Vec::<String>::new());
        }
    }

    /// Compiles with `entry` as a function without arguments and runs: exit status, standard output and error.
    pub fn run(&mut self, entry: GraphId, options: &Options) -> (Option<i32>, String, String) {
        self.program.entry = Some(entry);
        if options.optimize {
            self.optimize();
        }
        let dir = tempfile::tempdir().expect("a temporary directory");
        let mut o = CompileOptions::new(dir.path().join("prog"), runtime_dir());
        o.gc = options.gc;
        o.cc = options.cc.map(str::to_owned);
        o.cflags = options.cflags.iter().map(|s| (*s).to_owned()).collect();
        o.cflags.extend(["-Wall".to_owned(), "-Werror".to_owned()]);
        o.cache_dir = Some(std::env::temp_dir().join("rpy-test-cache"));
        if let Some(d) = std::env::var_os("KEEP_C") {
            o.c_dir = Some(d.into());
        }
        let out = match compile(&self.program, &o) {
            Ok(out) => out,
            Err(errors) => panic!("{errors:#?}"),
        };
        let result = Command::new(&out.path).output().expect("the program runs");
        (
            result.status.code(),
            String::from_utf8_lossy(&result.stdout).into_owned(),
            String::from_utf8_lossy(&result.stderr).into_owned(),
        )
    }
}

#[derive(Clone, Copy, Default)]
pub struct Options {
    pub gc: GcKind,
    pub cc: Option<&'static str>,
    pub cflags: &'static [&'static str],
    pub optimize: bool,
}

/// The ways every program is run.
pub const ALL: &[Options] = &[
    Options {
        gc: GcKind::Generation,
        cc: None,
        cflags: &[],
        optimize: false,
    },
    Options {
        gc: GcKind::Generation,
        cc: Some("clang"),
        cflags: &[],
        optimize: true,
    },
    Options {
        gc: GcKind::Stress,
        cc: None,
        cflags: &["-fsanitize=address,undefined", "-fno-sanitize-recover"],
        optimize: true,
    },
    Options {
        gc: GcKind::None,
        cc: None,
        cflags: &[],
        optimize: true,
    },
];

fn runtime_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../runtime/c")
}

pub fn s(n: i64) -> Operand {
    Operand::signed(n)
}

pub fn null(ty: LLTypeId) -> Operand {
    Operand::ll(ty, LLValue::Ptr(LLPtr::Null))
}
