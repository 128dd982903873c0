/* bench_trees.c: binarytrees and gcbench against the allocation interface, as
 * generated code would do it.  Usage: bench_trees binarytrees|gcbench DEPTH */
#include "world.h"

static pair *make(int depth)
{
    if (depth == 0) {
        pair *t = new_pair();
        t->left = t->right = NULL;
        return t;
    }
    pair *left = make(depth - 1);
    rpy_ss_top[0] = left;
    rpy_ss_top += 1;
    pair *right = make(depth - 1);
    rpy_ss_top[0] = right;
    rpy_ss_top += 1;
    pair *t = new_pair();
    rpy_ss_top -= 2;
    t->left = rpy_ss_top[0];
    t->right = rpy_ss_top[1];
    return t;
}

static long check(const pair *t)
{
    return t->left ? 1 + check(t->left) + check(t->right) : 1;
}

static int binarytrees(int max_depth)
{
    printf("stretch tree of depth %d check %ld\n", max_depth + 1,
           check(make(max_depth + 1)));
    PUSH(make(max_depth));
    for (int depth = 4; depth <= max_depth; depth += 2) {
        long n = 1L << (max_depth - depth + 4);
        long total = 0;
        for (long i = 0; i < n; i++)
            total += check(make(depth));
        printf("%ld trees of depth %d check %ld\n", n, depth, total);
    }
    printf("long lived tree of depth %d check %ld\n", max_depth, check(POP()));
    return 0;
}

static node *fresh(void)
{
    node *n = new_node();
    n->left = n->right = NULL;
    n->i = n->j = 0;
    return n;
}

static long tree_size(int depth) { return (1L << (depth + 1)) - 1; }

static void fill(int depth, node *n)
{
    if (depth <= 0)
        return;
    depth--;
    PUSH(n);
    node *l = fresh();
    n = rpy_ss_top[-1];
    rpy_gc_wb(n);
    n->left = l;
    node *r = fresh();
    n = rpy_ss_top[-1];
    rpy_gc_wb(n);
    n->right = r;
    fill(depth, n->left);
    n = POP();
    fill(depth, n->right);
}

static node *build(int depth)
{
    if (depth <= 0)
        return fresh();
    PUSH(build(depth - 1));
    PUSH(build(depth - 1));
    node *n = new_node();
    n->right = POP();
    n->left = POP();
    n->i = n->j = 0;
    return n;
}

static long count(const node *n)
{
    return n ? 1 + count(n->left) + count(n->right) : 0;
}

static int gcbench(int long_depth)
{
    int stretch = long_depth + 2;
    long size = tree_size(long_depth) * 4;
    printf("stretch %ld\n", count(build(stretch)));
    PUSH(fresh());
    fill(long_depth, rpy_ss_top[-1]);
    floats *a = rpy_gc_malloc_varsize_clear(TID(floats), size, sizeof(floats),
                                            8, offsetof(floats, length), 0);
    for (long i = 0; i < size / 2; i++)
        a->items[i] = 1.0 / ((double)i + 1.0);
    PUSH(a);
    for (int depth = 4; depth <= long_depth; depth += 2) {
        long n = 2 * tree_size(stretch) / tree_size(depth);
        long nodes = 0;
        for (long i = 0; i < n; i++) {
            PUSH(fresh());
            fill(depth, rpy_ss_top[-1]);
            node *t = POP();
            t->i = i;
            nodes += t->i & 1;
        }
        node *t = NULL;
        for (long i = 0; i < n; i++) {
            t = build(depth);
            t->j = i;
            nodes += t->j & 1;
        }
        printf("depth %d trees %ld check %ld %ld\n", depth, 2 * n, nodes, count(t));
    }
    a = POP();
    if (a->items[1000] != 1.0 / 1001.0)
        return 1;
    printf("long-lived %ld %ld\n", count(POP()), size);
    return 0;
}

int test_main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    int depth = atoi(argv[2]);
    return argv[1][0] == 'b' ? binarytrees(depth) : gcbench(depth);
}
