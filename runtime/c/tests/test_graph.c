/* test_graph.c: random object graphs, compared with a model in plain memory.
 * Usage: test_graph [SEED [OPERATIONS]] */
#include <stdbool.h>
#include "world.h"

enum { NODE, ARRAY, TABLE, WIDE, RAW, TEXT, N_KINDS };

/* The model: one record per object ever made, found by its serial number. */
typedef struct model {
    int kind;
    long n;
    long *refs; /* serial numbers, -1: NULL */
} model;
static model *models;
/* Memory of raw tables, freed at the end. */
static void **raw_blocks;
static long n_raw_blocks;
static long n_models, room;

/* Roots of the test: slots of the shadow stack. */
#define ROOTS 40
static long root_serials[ROOTS];
static void **roots;

static uint64_t state;
static unsigned long below(unsigned long n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned long)(state >> 11) % n;
}

static void fail(const char *what, long serial)
{
    fprintf(stderr, "test_graph: %s, object %ld\n", what, serial);
    abort();
}

/* --- Access to the real objects ----------------------------------------- */

static long serial_of(void *obj)
{
    switch (RPY_GC_TID(obj)) {
    case TID(node): return ((node *)obj)->i;
    case TID(array): return ((leaf *)((array *)obj)->items[0])->value;
    case TID(table): return ((table *)obj)->items[0].key;
    case TID(wide): return ((wide *)obj)->numbers[0];
    case TID(rawtable): return ((leaf *)((rawtable *)obj)->slots[0])->value;
    case TID(text): return ((text *)obj)->hash;
    default: fail("bad type", (long)RPY_GC_TID(obj)); return -1;
    }
}

static void **slot_of(void *obj, long i)
{
    switch (RPY_GC_TID(obj)) {
    case TID(node): return (void **)(i ? &((node *)obj)->right : &((node *)obj)->left);
    case TID(array): return &((array *)obj)->items[i + 1];
    case TID(table): return &((table *)obj)->items[i].value;
    case TID(wide): return i ? &((wide *)obj)->second : &((wide *)obj)->first;
    case TID(rawtable): return &((rawtable *)obj)->slots[i + 1];
    default: return NULL;
    }
}

static void barrier(void *obj, long i)
{
    switch (RPY_GC_TID(obj)) {
    case TID(array): rpy_gc_wb_array(obj, i + 1); break;
    case TID(table): rpy_gc_wb_array(obj, i); break;
    default: rpy_gc_wb(obj);
    }
}

static const uint32_t tids[N_KINDS] = { TID(node), TID(array), TID(table),
                                        TID(wide), TID(rawtable), TID(text) };

/* --- Making objects --------------------------------------------------------- */

static long random_length(void)
{
    switch (below(200)) {
    case 0: return (long)below(20000) + 1;     /* large: cards */
    case 1: case 2: return (long)below(3000) + 1;
    default: return (long)below(12) + 1;
    }
}

/* Raw tables are never freed by the test: few of them. */
static void *make_real(int kind, long n, long serial)
{
    switch (kind) {
    case NODE: {
        node *o = new_node();
        o->left = o->right = NULL;
        o->i = serial;
        o->j = ~serial;
        return o;
    }
    case ARRAY: {
        PUSH(new_array(n + 1));
        leaf *l = new_leaf();
        l->value = serial;
        array *o = POP();
        rpy_gc_wb_array(o, 0);
        o->items[0] = l;
        return o;
    }
    case TABLE: {
        table *o = new_table(n);
        for (long i = 0; i < n; i++)
            o->items[i].key = serial + i;
        return o;
    }
    case WIDE: {
        wide *o = rpy_gc_malloc_fixed(TID(wide), sizeof(wide));
        for (int i = 0; i < 70; i++)
            o->numbers[i] = serial * (i + 1);
        o->first = o->second = NULL;
        return o;
    }
    case RAW: {
        leaf *l = new_leaf();
        l->value = serial;
        PUSH(l);
        rawtable *o = rpy_gc_malloc_fixed(TID(rawtable), sizeof(rawtable));
        o->slots = calloc((size_t)n + 1, sizeof(void *));
        o->used = n + 1;
        raw_blocks = realloc(raw_blocks, (size_t)(n_raw_blocks + 1) * sizeof(void *));
        raw_blocks[n_raw_blocks++] = o->slots;
        o->slots[0] = POP();
        return o;
    }
    default: {
        text *o = new_text(n);
        o->hash = serial;
        memset(o->chars, (int)(serial & 0x7f), (size_t)n);
        o->chars[n] = '\0';
        return o;
    }
    }
}

static long new_model(int kind, long n)
{
    if (n_models == room) {
        room = room ? room * 2 : 1024;
        models = realloc(models, (size_t)room * sizeof *models);
    }
    model *m = &models[n_models];
    m->kind = kind;
    m->n = kind == TEXT ? n : kind == NODE || kind == WIDE ? 2 : n;
    m->refs = NULL;
    if (kind != TEXT) {
        m->refs = malloc((size_t)m->n * sizeof(long));
        for (long i = 0; i < m->n; i++)
            m->refs[i] = -1;
    }
    return n_models++;
}

static void set_ref(void *obj, long serial, long i, void *target, long t)
{
    if (below(2)) {
        barrier(obj, i);
        *slot_of(obj, i) = target;
    } else {
        *slot_of(obj, i) = target;
        barrier(obj, i);
    }
    models[serial].refs[i] = t;
}

static void op_new(void)
{
    int kind = (int)below(N_KINDS);
    if (kind == RAW && below(20))
        kind = NODE;
    long n = random_length();
    long serial = new_model(kind, n);
    void *obj = make_real(kind, n, serial);
    /* Some references from the start. */
    if (kind != TEXT)
        for (int k = 0; k < 3; k++) {
            unsigned long r = below(ROOTS);
            if (roots[r])
                set_ref(obj, serial, (long)below((unsigned long)models[serial].n),
                        roots[r], root_serials[r]);
        }
    unsigned long r = below(ROOTS);
    roots[r] = obj;
    root_serials[r] = serial;
}

/* Moves a root along a reference. */
static void op_follow(void)
{
    unsigned long r = below(ROOTS), to = below(ROOTS);
    if (roots[r] == NULL || models[root_serials[r]].kind == TEXT)
        return;
    long i = (long)below((unsigned long)models[root_serials[r]].n);
    void *target = *slot_of(roots[r], i);
    if (target == NULL)
        return;
    roots[to] = target;
    root_serials[to] = models[root_serials[r]].refs[i];
}

static void op_store(void)
{
    unsigned long r = below(ROOTS), from = below(ROOTS);
    if (roots[r] == NULL || models[root_serials[r]].kind == TEXT)
        return;
    long i = (long)below((unsigned long)models[root_serials[r]].n);
    int null = below(4) == 0 || roots[from] == NULL;
    set_ref(roots[r], root_serials[r], i, null ? NULL : roots[from],
            null ? -1 : root_serials[from]);
}

/* Copies a piece of one array to another or the same. */
static void op_copy(void)
{
    unsigned long r = below(ROOTS), s = below(ROOTS);
    if (roots[r] == NULL || roots[s] == NULL)
        return;
    model *a = &models[root_serials[r]], *b = &models[root_serials[s]];
    if (a->kind != ARRAY || b->kind != ARRAY)
        return;
    long n = (long)below((unsigned long)(a->n < b->n ? a->n : b->n)) + 1;
    long from = (long)below((unsigned long)(a->n - n + 1));
    long to = (long)below((unsigned long)(b->n - n + 1));
    rpy_gc_arraycopy(roots[r], roots[s], from + 1, to + 1, n);
    memmove(b->refs + to, a->refs + from, (size_t)n * sizeof(long));
}

static void op_drop(void)
{
    unsigned long r = below(ROOTS);
    roots[r] = NULL;
}

static void op_garbage(void)
{
    for (unsigned long n = below(300); n > 0; n--)
        new_node()->left = NULL;
}

/* --- Comparison ------------------------------------------------------------------- */

static void **seen;
static long *work;

static void compare_one(void *obj, long serial, long *n_work)
{
    model *m = &models[serial];
    if (RPY_GC_TID(obj) != tids[m->kind])
        fail("wrong type", serial);
    if (serial_of(obj) != serial)
        fail("wrong serial number", serial);
    if (m->kind == NODE && ((node *)obj)->j != ~serial)
        fail("damaged node", serial);
    if (m->kind == WIDE && ((wide *)obj)->numbers[69] != serial * 70)
        fail("damaged wide", serial);
    if (m->kind == TEXT) {
        text *t = obj;
        if (t->length != m->n || t->chars[t->length] != '\0' ||
            t->chars[m->n - 1] != (char)(serial & 0x7f))
            fail("damaged text", serial);
        return;
    }
    for (long i = 0; i < m->n; i++) {
        void *target = *slot_of(obj, i);
        if ((target == NULL) != (m->refs[i] < 0))
            fail("null differs", serial);
        if (target == NULL)
            continue;
        if (seen[m->refs[i]] == NULL) {
            seen[m->refs[i]] = target;
            work[(*n_work)++] = m->refs[i];
        } else if (seen[m->refs[i]] != target) {
            fail("two objects for one", m->refs[i]);
        }
    }
}

static void compare(void)
{
    long n_work = 0;
    seen = calloc((size_t)n_models + 1, sizeof *seen);
    work = malloc(((size_t)n_models + ROOTS + 1) * sizeof *work);
    for (int r = 0; r < ROOTS; r++) {
        if (roots[r] == NULL)
            continue;
        if (seen[root_serials[r]] == NULL) {
            seen[root_serials[r]] = roots[r];
            work[n_work++] = root_serials[r];
        } else if (seen[root_serials[r]] != roots[r]) {
            fail("roots differ", root_serials[r]);
        }
    }
    while (n_work > 0) {
        long serial = work[--n_work];
        compare_one(seen[serial], serial, &n_work);
    }
    free(seen);
    free(work);
}

int test_main(int argc, char **argv)
{
    state = argc > 1 ? strtoull(argv[1], NULL, 10) * 0x9E3779B97F4A7C15u | 1 : 88172645463325252u;
    long operations = argc > 2 ? atol(argv[2]) : 200000;
    roots = rpy_ss_top;
    memset(roots, 0, ROOTS * sizeof *roots);
    rpy_ss_top += ROOTS;
    for (long i = 0; i < operations; i++) {
        unsigned long k = below(1000);
        if (k < 300) op_new();
        else if (k < 500) op_follow();
        else if (k < 850) op_store();
        else if (k < 880) op_copy();
        else if (k < 930) op_drop();
        else if (k < 995) op_garbage();
        else if (k < 998) rpy_gc_collect(0);
        else if (k < 999) rpy_gc_collect_step();
        else if (below(5) == 0) rpy_gc_collect(2);
        if (i % (operations / 50 + 1) == 0) {
            compare();
            rpy_gc_verify();
        }
    }
    compare();
    rpy_gc_verify();
    rpy_gc_collect(2);
    compare();
    rpy_gc_verify();
    printf("graph ok: %ld objects\n", n_models);
    for (long i = 0; i < n_models; i++)
        free(models[i].refs);
    free(models);
    /* The shadow stack is empty and the heap not used any more. */
    rpy_ss_top = roots;
    rpy_gc_collect(2);
    for (long i = 0; i < n_raw_blocks; i++)
        free(raw_blocks[i]);
    free(raw_blocks);
    return 0;
}
