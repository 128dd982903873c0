//! Programs built by hand, compiled and run under several compilers and collectors.

mod common;

use common::{ALL, BOOL, Builder, SIGNED, VOID, World, null, s};
use rpy_backend_c::{GcKind, StandardException};
use rpy_flow::{Const, OpCode, Operand};
use rpy_lltype::{LLType, LLTypes};

fn entry(world: &mut World, build: impl FnOnce(&mut World, &mut Builder)) -> rpy_flow::GraphId {
    let mut b = Builder::new("entry_point", &[], SIGNED);
    build(world, &mut b);
    world.add(b)
}

/// fib(n), recursive.
fn fib(world: &mut World) -> Operand {
    let g = rpy_flow::GraphId::new(world.program.graphs.len());
    let f = world.func(g, &[SIGNED], SIGNED);
    let mut b = Builder::new("fib", &[SIGNED], SIGNED);
    let n = b.param(0);
    let small = b.op(OpCode::IntLt, vec![n.into(), s(2)], BOOL);
    let (rec, rec_in) = b.block(&[SIGNED]);
    let ret = b.graph.return_block;
    b.branch(small, (ret, vec![n.into()]), (rec, vec![n.into()]));
    b.at(rec);
    let n1 = b.op(OpCode::IntSub, vec![rec_in[0].into(), s(1)], SIGNED);
    let a = b.op(OpCode::DirectCall, vec![f.clone(), n1.into()], SIGNED);
    let n2 = b.op(OpCode::IntSub, vec![rec_in[0].into(), s(2)], SIGNED);
    let c = b.op(OpCode::DirectCall, vec![f.clone(), n2.into()], SIGNED);
    let sum = b.op(OpCode::IntAdd, vec![a.into(), c.into()], SIGNED);
    b.ret(sum);
    world.add(b);
    f
}

#[test]
fn recursion_and_arithmetic() {
    for o in ALL {
        let mut w = World::default();
        let f = fib(&mut w);
        let e = entry(&mut w, |_, b| {
            let r = b.op(OpCode::DirectCall, vec![f, s(11)], SIGNED);
            b.ret(r);
        });
        assert_eq!(w.run(e, o).0, Some(89));
    }
}

/// Builds a list of n nodes (value i), calls another allocating function in between, then sums it up.
fn list_program(w: &mut World, n: i64) -> rpy_flow::GraphId {
    let fwd = w.types().forward();
    let fwd_ptr = w.types().ptr(fwd);
    let node = w.gc_struct("node", &[("next", fwd_ptr), ("value", SIGNED)]);
    w.types().become_type(fwd, node);
    let ptr = w.types().ptr(node);
    let make_graph = rpy_flow::GraphId::new(w.program.graphs.len());
    let make = w.func(make_graph, &[ptr, SIGNED], ptr);
    let mut b = Builder::new("make_node", &[ptr, SIGNED], ptr);
    let (next, value) = (b.param(0), b.param(1));
    let p = b.op(OpCode::Malloc, vec![Operand::Const(Const::Type(node))], ptr);
    b.op(
        OpCode::Setfield,
        vec![p.into(), Operand::name("next"), next.into()],
        VOID,
    );
    b.op(
        OpCode::Setfield,
        vec![p.into(), Operand::name("value"), value.into()],
        VOID,
    );
    b.ret(p);
    w.add(b);
    entry(w, |_, b| {
        let (head, h) = b.block(&[ptr, ptr, SIGNED]);
        b.goto(head, vec![null(ptr), null(ptr), s(0)]);
        b.at(head);
        let more = b.op(OpCode::IntLt, vec![h[2].into(), s(n)], BOOL);
        let (body, v) = b.block(&[ptr, ptr, SIGNED]);
        let (sum, sv) = b.block(&[ptr, SIGNED]);
        b.branch(
            more,
            (body, h.iter().map(|v| (*v).into()).collect()),
            (sum, vec![h[0].into(), s(0)]),
        );
        b.at(body);
        let other = b.op(OpCode::DirectCall, vec![make.clone(), v[1].into(), s(0)], ptr);
        let p = b.op(OpCode::DirectCall, vec![make, v[0].into(), v[2].into()], ptr);
        let next = b.op(OpCode::IntAdd, vec![v[2].into(), s(1)], SIGNED);
        b.goto(head, vec![p.into(), other.into(), next.into()]);
        b.at(sum);
        let done = b.op(OpCode::PtrIszero, vec![sv[0].into()], BOOL);
        let (step, st) = b.block(&[ptr, SIGNED]);
        let (end, ev) = b.block(&[SIGNED]);
        b.branch(
            done,
            (end, vec![sv[1].into()]),
            (step, vec![sv[0].into(), sv[1].into()]),
        );
        b.at(step);
        let value = b.op(OpCode::Getfield, vec![st[0].into(), Operand::name("value")], SIGNED);
        let total = b.op(OpCode::IntAdd, vec![st[1].into(), value.into()], SIGNED);
        let rest = b.op(OpCode::Getfield, vec![st[0].into(), Operand::name("next")], ptr);
        b.goto(sum, vec![rest.into(), total.into()]);
        b.at(end);
        let r = b.op(OpCode::IntMod, vec![ev[0].into(), s(97)], SIGNED);
        b.ret(r);
    })
}

#[test]
fn linked_lists_survive_collections() {
    for o in ALL {
        let n: i64 = if o.gc == GcKind::Stress { 100 } else { 300_000 };
        let mut w = World::default();
        let e = list_program(&mut w, n);
        let expected = i32::try_from((n * (n - 1) / 2) % 97).ok();
        assert_eq!(w.run(e, o).0, expected);
    }
}

#[test]
fn exceptions_are_matched_in_order() {
    for o in ALL {
        let mut w = World::default();
        let exception = w.class("Exception", Some(0), &[]);
        let lookup = w.class("LookupError", Some(exception), &[]);
        let key = w.class("KeyError", Some(lookup), &[]);
        let value = w.class("ValueError", Some(exception), &[]);
        let (_, key_instance) = w.instance(key);
        let raise_graph = rpy_flow::GraphId::new(w.program.graphs.len());
        let raiser = w.func(raise_graph, &[], SIGNED);
        let mut b = Builder::new("raiser", &[], SIGNED);
        b.raise(Operand::Const(w.vtable(key)), key_instance);
        w.add(b);
        let e = entry(&mut w, |w, b| {
            b.op(OpCode::DirectCall, vec![raiser], SIGNED);
            let (wrong, _) = b.block(&[LLTypes::CLASSTYPE, LLTypes::OBJECTPTR]);
            let (right, r) = b.block(&[LLTypes::CLASSTYPE, LLTypes::OBJECTPTR]);
            let ret = b.graph.return_block;
            b.catch(
                (ret, vec![s(1)]),
                vec![(w.vtable(value), wrong), (w.vtable(lookup), right)],
            );
            b.at(wrong);
            b.ret(s(2));
            b.at(right);
            let is_key = b.op(
                OpCode::ObjIsinstance,
                vec![r[1].into(), Operand::Const(w.vtable(key))],
                BOOL,
            );
            let below = b.op(
                OpCode::VtableIssubclass,
                vec![r[0].into(), Operand::Const(w.vtable(exception))],
                BOOL,
            );
            let a = b.op(OpCode::CastBoolToInt, vec![is_key.into()], SIGNED);
            let c = b.op(OpCode::CastBoolToInt, vec![below.into()], SIGNED);
            let sum = b.op(OpCode::IntAdd, vec![a.into(), c.into()], SIGNED);
            let total = b.op(OpCode::IntAdd, vec![sum.into(), s(40)], SIGNED);
            b.ret(total);
        });
        assert_eq!(w.run(e, o).0, Some(42));
    }
}

#[test]
fn an_uncaught_exception_prints_a_traceback() {
    let mut w = World::default();
    let exception = w.class("Exception", Some(0), &[]);
    let (_, instance) = w.instance(exception);
    let class = Operand::Const(w.vtable(exception));
    let e = entry(&mut w, |_, b| b.raise(class, instance));
    let (status, _, stderr) = w.run(e, &ALL[0]);
    // The process aborts: a signal, no exit status.
    assert_eq!(status, None);
    assert!(stderr.contains("entry_point"), "{stderr}");
    assert!(stderr.contains("Exception"), "{stderr}");
}

#[test]
fn overflow_is_an_exception() {
    for o in ALL {
        let mut w = World::default();
        let exception = w.class("Exception", Some(0), &[]);
        let overflow = w.class("OverflowError", Some(exception), &[]);
        w.standard(StandardException::OverflowError, overflow);
        let e = entry(&mut w, |w, b| {
            let big = b.op(OpCode::IntLshift, vec![s(1), s(62)], SIGNED);
            let r = b.op(OpCode::IntAddOvf, vec![big.into(), big.into()], SIGNED);
            let (handler, _) = b.block(&[LLTypes::CLASSTYPE, LLTypes::OBJECTPTR]);
            let ret = b.graph.return_block;
            b.catch((ret, vec![r.into()]), vec![(w.vtable(overflow), handler)]);
            b.at(handler);
            b.ret(s(7));
        });
        assert_eq!(w.run(e, o).0, Some(7));
    }
}

#[test]
fn prebuilt_strings_and_arrays() {
    for o in ALL {
        let mut w = World::default();
        let text = w.program.store.string(&w.program.types, b"hello");
        let text = Operand::ll(LLTypes::STRPTR, rpy_lltype::LLValue::Ptr(rpy_lltype::LLPtr::To(text)));
        let array = w.types().gc_array(LLTypes::STRPTR);
        let array_ptr = w.types().ptr(array);
        let e = entry(&mut w, |_, b| {
            let a = b.op(
                OpCode::MallocVarsize,
                vec![Operand::Const(Const::Type(array)), s(10)],
                array_ptr,
            );
            let t = b.op(
                OpCode::MallocVarsize,
                vec![Operand::Const(Const::Type(LLTypes::STR)), s(3)],
                LLTypes::STRPTR,
            );
            let c = b.op(
                OpCode::Getinteriorfield,
                vec![text.clone(), Operand::name("chars"), s(1)],
                LLTypes::CHAR,
            );
            b.op(
                OpCode::Setinteriorfield,
                vec![t.into(), Operand::name("chars"), s(2), c.into()],
                VOID,
            );
            b.op(OpCode::Setarrayitem, vec![a.into(), s(4), t.into()], VOID);
            b.op(OpCode::Setarrayitem, vec![a.into(), s(5), text.clone()], VOID);
            b.op(OpCode::GcOp, vec![Operand::name("collect"), s(2)], VOID);
            let t2 = b.op(OpCode::Getarrayitem, vec![a.into(), s(4)], LLTypes::STRPTR);
            let c2 = b.op(
                OpCode::Getinteriorfield,
                vec![t2.into(), Operand::name("chars"), s(2)],
                LLTypes::CHAR,
            );
            let n = b.op(
                OpCode::Getinteriorarraysize,
                vec![text.clone(), Operand::name("chars")],
                SIGNED,
            );
            let i = b.op(OpCode::CastCharToInt, vec![c2.into()], SIGNED);
            let sum = b.op(OpCode::IntAdd, vec![i.into(), n.into()], SIGNED);
            b.ret(sum);
        });
        assert_eq!(w.run(e, o).0, Some(i32::from(b'e') + 5));
    }
}

#[test]
fn deep_recursion_raises_instead_of_crashing() {
    for o in ALL {
        let mut w = World::default();
        let exception = w.class("Exception", Some(0), &[]);
        let runtime = w.class("RuntimeError", Some(exception), &[]);
        w.standard(StandardException::StackOverflow, runtime);
        let g = rpy_flow::GraphId::new(w.program.graphs.len());
        let f = w.func(g, &[SIGNED], SIGNED);
        let mut b = Builder::new("deep", &[SIGNED], SIGNED);
        let n = b.op(OpCode::IntAdd, vec![b.param(0).into(), s(1)], SIGNED);
        let r = b.op(OpCode::DirectCall, vec![f.clone(), n.into()], SIGNED);
        let r2 = b.op(OpCode::IntAdd, vec![r.into(), n.into()], SIGNED);
        b.ret(r2);
        w.add(b);
        let e = entry(&mut w, |w, b| {
            let r = b.op(OpCode::DirectCall, vec![f, s(0)], SIGNED);
            let (handler, _) = b.block(&[LLTypes::CLASSTYPE, LLTypes::OBJECTPTR]);
            let ret = b.graph.return_block;
            b.catch((ret, vec![r.into()]), vec![(w.vtable(runtime), handler)]);
            b.at(handler);
            b.ret(s(9));
        });
        assert_eq!(w.run(e, o).0, Some(9));
    }
}

#[test]
fn external_functions_are_called() {
    let mut w = World::default();
    let chars = w.types().intern(LLType::Array {
        of: LLTypes::CHAR,
        gc: false,
        hints: vec![rpy_lltype::Hint::Int("nolength".into(), 1)],
    });
    let char_ptr = w.types().ptr(chars);
    let puts = w.external("puts", &[char_ptr], SIGNED);
    let e = entry(&mut w, |_, b| {
        let p = b.op(
            OpCode::RawMalloc,
            vec![Operand::Const(Const::Type(chars)), s(3)],
            char_ptr,
        );
        for (i, c) in [b'o', b'k', 0].iter().enumerate() {
            let c = Operand::ll(LLTypes::CHAR, rpy_lltype::LLValue::Char(*c));
            let i = i64::try_from(i).expect("small");
            b.op(OpCode::Setarrayitem, vec![p.into(), s(i), c], VOID);
        }
        b.op(OpCode::ExternCall, vec![puts, p.into()], SIGNED);
        b.op(OpCode::RawFree, vec![p.into()], VOID);
        b.ret(s(0));
    });
    let (status, stdout, _) = w.run(e, &ALL[2]);
    assert_eq!((status, stdout.as_str()), (Some(0), "ok\n"));
}

/// Perfect binary trees: two recursive functions, one of which allocates after recursive calls.
fn trees(w: &mut World, depth: i64, n: i64) -> rpy_flow::GraphId {
    let fwd = w.types().forward();
    let fwd_ptr = w.types().ptr(fwd);
    let tree = w.gc_struct("tree", &[("left", fwd_ptr), ("right", fwd_ptr)]);
    w.types().become_type(fwd, tree);
    let ptr = w.types().ptr(tree);
    let make_graph = rpy_flow::GraphId::new(w.program.graphs.len());
    let make = w.func(make_graph, &[SIGNED], ptr);
    let mut b = Builder::new("make", &[SIGNED], ptr);
    let d = b.param(0);
    let zero = b.op(OpCode::IntEq, vec![d.into(), s(0)], BOOL);
    let (leaf, _) = b.block(&[]);
    let (inner, v) = b.block(&[SIGNED]);
    b.branch(zero, (leaf, vec![]), (inner, vec![d.into()]));
    b.at(leaf);
    let p = b.op(OpCode::Malloc, vec![Operand::Const(Const::Type(tree))], ptr);
    b.op(OpCode::Setfield, vec![p.into(), Operand::name("left"), null(ptr)], VOID);
    b.op(
        OpCode::Setfield,
        vec![p.into(), Operand::name("right"), null(ptr)],
        VOID,
    );
    b.ret(p);
    b.at(inner);
    let less = b.op(OpCode::IntSub, vec![v[0].into(), s(1)], SIGNED);
    let left = b.op(OpCode::DirectCall, vec![make.clone(), less.into()], ptr);
    let right = b.op(OpCode::DirectCall, vec![make.clone(), less.into()], ptr);
    let p = b.op(OpCode::Malloc, vec![Operand::Const(Const::Type(tree))], ptr);
    b.op(
        OpCode::Setfield,
        vec![p.into(), Operand::name("left"), left.into()],
        VOID,
    );
    b.op(
        OpCode::Setfield,
        vec![p.into(), Operand::name("right"), right.into()],
        VOID,
    );
    b.ret(p);
    w.add(b);
    let check_graph = rpy_flow::GraphId::new(w.program.graphs.len());
    let check = w.func(check_graph, &[ptr], SIGNED);
    let mut b = Builder::new("check", &[ptr], SIGNED);
    let t = b.param(0);
    let left = b.op(OpCode::Getfield, vec![t.into(), Operand::name("left")], ptr);
    let none = b.op(OpCode::PtrIszero, vec![left.into()], BOOL);
    let (inner, v) = b.block(&[ptr, ptr]);
    let ret = b.graph.return_block;
    b.branch(none, (ret, vec![s(1)]), (inner, vec![t.into(), left.into()]));
    b.at(inner);
    let x = b.op(OpCode::DirectCall, vec![check.clone(), v[1].into()], SIGNED);
    let right = b.op(OpCode::Getfield, vec![v[0].into(), Operand::name("right")], ptr);
    let y = b.op(OpCode::DirectCall, vec![check.clone(), right.into()], SIGNED);
    let sum = b.op(OpCode::IntAdd, vec![x.into(), y.into()], SIGNED);
    let sum = b.op(OpCode::IntAdd, vec![sum.into(), s(1)], SIGNED);
    b.ret(sum);
    w.add(b);
    entry(w, |_, b| {
        let keep = b.op(OpCode::DirectCall, vec![make.clone(), s(depth)], ptr);
        let (head, h) = b.block(&[SIGNED, SIGNED, ptr]);
        b.goto(head, vec![s(0), s(0), keep.into()]);
        b.at(head);
        let more = b.op(OpCode::IntLt, vec![h[0].into(), s(n)], BOOL);
        let (body, v) = b.block(&[SIGNED, SIGNED, ptr]);
        let (end, e) = b.block(&[SIGNED, ptr]);
        let all = h.iter().map(|v| (*v).into()).collect();
        b.branch(more, (body, all), (end, vec![h[1].into(), h[2].into()]));
        b.at(body);
        let t = b.op(OpCode::DirectCall, vec![make, s(depth)], ptr);
        let c = b.op(OpCode::DirectCall, vec![check.clone(), t.into()], SIGNED);
        let total = b.op(OpCode::IntAdd, vec![v[1].into(), c.into()], SIGNED);
        let i = b.op(OpCode::IntAdd, vec![v[0].into(), s(1)], SIGNED);
        b.goto(head, vec![i.into(), total.into(), v[2].into()]);
        b.at(end);
        let c = b.op(OpCode::DirectCall, vec![check, e[1].into()], SIGNED);
        let total = b.op(OpCode::IntAdd, vec![e[0].into(), c.into()], SIGNED);
        let r = b.op(OpCode::IntMod, vec![total.into(), s(101)], SIGNED);
        b.ret(r);
    })
}

#[test]
fn trees_survive_collections() {
    for o in ALL {
        let (depth, n) = match (o.gc, std::env::var("TREES")) {
            (GcKind::Stress, _) => (4, 3),
            (_, Ok(n)) => (16, n.parse().expect("a number")),
            (_, Err(_)) => (16, 10),
        };
        let mut w = World::default();
        let e = trees(&mut w, depth, n);
        let expected = i32::try_from(((1 << (depth + 1)) - 1) * (n + 1) % 101).ok();
        assert_eq!(w.run(e, o).0, expected);
    }
}
