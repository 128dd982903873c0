/* test_features.c: weak references, finalizers, queues, identity, pinning,
 * cards, limits, threads: each checked on its own.  What a collector cannot do
 * (libgc's and none's promptness) is left out for it. */
#include <pthread.h>
#include <string.h>
#include <unistd.h>
#include "world.h"
#include "rpy_exc.h"
#include "rpy_stack.h"
#include "rpy_thread.h"

#define CHECK(condition) \
    ((condition) ? (void)0 : failed(#condition, __LINE__))

static void failed(const char *what, int line)
{
    fprintf(stderr, "test_features.c:%d: %s\n", line, what);
    abort();
}

#if defined(RPY_GC_BOEHM) || defined(RPY_GC_NONE)
#define EXACT 0
#else
#define EXACT 1
#endif

static void churn(int n)
{
    for (int i = 0; i < n; i++)
        new_leaf()->value = i;
}

static leaf *a_leaf(rpy_signed value)
{
    leaf *l = new_leaf();
    l->value = value;
    return l;
}

static void collect_thrice(void)
{
    for (int i = 0; i < 3; i++)
        rpy_gc_collect(2);
}

/* --- Weak references ------------------------------------------------------ */

static RPY_NOINLINE void weakrefs(void)
{
    void **frame = rpy_ss_top;
    PUSH(a_leaf(1));
    PUSH(rpy_gc_new_weakref(TID(weakref), frame[0]));
    PUSH(rpy_gc_new_weakref(TID(weakref), a_leaf(2)));
    PUSH(rpy_gc_new_weakref(TID(weakref), &g_prebuilt_pair));
    PUSH(rpy_gc_new_weakref(TID(weakref), NULL));
    for (int round = 0; round < 6; round++) {
        rpy_gc_collect(round < 3 ? 0 : 2);
        churn(100);
        CHECK(((rpy_weakref *)frame[1])->target == frame[0]);
        CHECK(((leaf *)frame[0])->value == 1);
        if (EXACT)
            CHECK(((rpy_weakref *)frame[2])->target == NULL);
        CHECK(((rpy_weakref *)frame[3])->target == &g_prebuilt_pair);
        CHECK(((rpy_weakref *)frame[4])->target == NULL);
    }
    frame[0] = NULL;
    collect_thrice();
    if (EXACT)
        CHECK(((rpy_weakref *)frame[1])->target == NULL);
    /* A large target. */
    frame[0] = new_array(20000);
    frame[1] = rpy_gc_new_weakref(TID(weakref), frame[0]);
    rpy_gc_collect(0);
    CHECK(((rpy_weakref *)frame[1])->target == frame[0]);
    frame[0] = NULL;
    collect_thrice();
    if (EXACT)
        CHECK(((rpy_weakref *)frame[1])->target == NULL);
    frame[1] = rpy_gc_new_weakref(TID(weakref), new_array(20000));
    rpy_gc_collect(0);
#ifdef RPY_GC_STRESS
    rpy_gc_collect(2); /* large objects are soon old there */
#endif
    if (EXACT)
        CHECK(((rpy_weakref *)frame[1])->target == NULL);
    rpy_ss_top = frame;
}

/* --- Finalizers --------------------------------------------------------------- */

static void light_finalizers(void)
{
    void **frame = rpy_ss_top;
    rpy_signed calls = light_calls;
    PUSH(new_array(100));
    for (int i = 0; i < 200; i++) {
        light *l = rpy_gc_malloc_special(TID(light));
        l->id = i;
        if (i % 2) {
            rpy_gc_wb_array(frame[0], i / 2);
            ((array *)frame[0])->items[i / 2] = l;
        }
    }
    rpy_gc_collect(0);
    CHECK(light_calls - calls == 100);
    collect_thrice();
    CHECK(light_calls - calls == 100);
    rpy_ss_top = frame;
    collect_thrice();
    CHECK(light_calls - calls == 200);
}

static del *a_del(rpy_signed id, void *ref)
{
    PUSH(ref);
    del *d = rpy_gc_malloc_special(TID(del));
    d->id = id;
    d->ref = POP();
    return d;
}

static void del_finalizers(void)
{
    void **frame = rpy_ss_top;
    del_calls = 0;
    PUSH(NULL);
    for (int i = 0; i < 5; i++)
        frame[0] = a_del(i, frame[0]);
    frame[0] = NULL;
    /* The chain is called from the outside, one per collection. */
    for (int i = 0; i < 5; i++) {
        rpy_gc_collect(2);
        CHECK(del_calls == i + 1 && del_order[i] == 4 - i);
    }
    rpy_gc_collect(2);
    CHECK(del_calls == 5);
    /* A cycle: both, in some order. */
    frame[0] = a_del(10, NULL);
    del *b = a_del(11, frame[0]);
    rpy_gc_wb(frame[0]);
    ((del *)frame[0])->ref = b;
    frame[0] = NULL;
    collect_thrice();
    CHECK(del_calls == 7);
    /* Ignored. */
    rpy_gc_may_ignore_finalizer(a_del(20, NULL));
    collect_thrice();
    CHECK(del_calls == 7);
    rpy_ss_top = frame;
}

static void queue(void)
{
    void **frame = rpy_ss_top;
    trigger_calls = 0;
    node *n = new_node();
    n->left = n->right = NULL;
    n->i = 77;
    PUSH(n);
    rpy_gc_register_finalizer(0, n);
    PUSH(rpy_gc_new_weakref(TID(weakref), frame[0]));
    collect_thrice();
    CHECK(rpy_gc_next_dead(0) == NULL && trigger_calls == 0);
    frame[0] = NULL;
    collect_thrice();
    CHECK(trigger_calls == 1);
    CHECK(((rpy_weakref *)frame[1])->target == NULL);
    churn(1000);
    n = rpy_gc_next_dead(0);
    CHECK(n != NULL && n->i == 77);
    CHECK(rpy_gc_next_dead(0) == NULL);
    /* Kept, registered again. */
    frame[0] = n;
    collect_thrice();
    CHECK(((node *)frame[0])->i == 77);
    rpy_gc_register_finalizer(0, frame[0]);
    frame[0] = NULL;
    collect_thrice();
    CHECK((n = rpy_gc_next_dead(0)) != NULL && n->i == 77);
    rpy_ss_top = frame;
    collect_thrice();
    CHECK(rpy_gc_next_dead(0) == NULL);
}

/* --- Identity, pinning -------------------------------------------------------------- */

static void identity(void)
{
    void **frame = rpy_ss_top;
    rpy_signed ids[300];
    PUSH(new_array(300));
    for (int i = 0; i < 300; i++) {
        void *o = i % 7 == 0 ? (void *)new_text(10000 + i) : (void *)a_leaf(i);
        rpy_gc_wb_array(frame[0], i);
        ((array *)frame[0])->items[i] = o;
        if (i % 2)
            ids[i] = rpy_gc_unique_id(o);
    }
    rpy_gc_collect(0);
    for (int i = 0; i < 300; i += 2)
        ids[i] = rpy_gc_unique_id(((array *)frame[0])->items[i]);
    for (int round = 0; round < 3; round++) {
        rpy_gc_collect(2);
        churn(1000);
        for (int i = 0; i < 300; i++) {
            void *o = ((array *)frame[0])->items[i];
            CHECK(rpy_gc_unique_id(o) == ids[i]);
            for (int j = 0; round == 0 && j < i; j++)
                CHECK(ids[j] != ids[i]);
        }
    }
    CHECK(rpy_gc_identity_hash(&g_prebuilt_pair) ==
          rpy_gc_identity_hash(&g_prebuilt_pair));
    rpy_ss_top = frame;
}

static void pinning(void)
{
    void **frame = rpy_ss_top;
    for (int i = 0; i < 8; i++)
        PUSH(NULL);
    rpy_gc_collect(0);
    for (int i = 0; i < 8; i++) {
        text *t = new_text(100 * i + 5);
        memset(t->chars, 'a' + i, (size_t)t->length + 1);
        frame[i] = t;
        churn(10);
    }
    CHECK(!rpy_gc_pin(&g_prebuilt_pair));
    for (int i = 0; i < 8; i++)
        CHECK(rpy_gc_pin(frame[i]) == EXACT);
    if (EXACT) {
        void *before[8];
        memcpy(before, frame, sizeof before);
        /* An old object refers to a pinned one. */
        PUSH(new_array(3));
        rpy_gc_collect(2);
        rpy_gc_wb_array(frame[8], 1);
        ((array *)frame[8])->items[1] = frame[3];
        rpy_signed id = rpy_gc_unique_id(frame[5]);
        PUSH(rpy_gc_new_weakref(TID(weakref), frame[4]));
        for (int round = 0; round < 3; round++) {
            churn(20000);
            rpy_gc_collect(round);
            CHECK(memcmp(before, frame, sizeof before) == 0);
            CHECK(((array *)frame[8])->items[1] == frame[3]);
            CHECK(((rpy_weakref *)frame[9])->target == frame[4]);
            CHECK(rpy_gc_unique_id(frame[5]) == id);
            CHECK(rpy_gc_is_pinned(frame[2]) && !rpy_gc_can_move(frame[2]));
            rpy_gc_verify();
        }
        for (int i = 0; i < 8; i++)
            rpy_gc_unpin(frame[i]);
        frame[4] = NULL;
        for (int round = 0; round < 3; round++) {
            churn(20000);
            rpy_gc_collect(round);
            for (int i = 0; i < 8; i++)
                if (i != 4)
                    CHECK(((text *)frame[i])->chars[100 * i] == 'a' + i);
            CHECK(((array *)frame[8])->items[1] == frame[3]);
            CHECK(((rpy_weakref *)frame[9])->target == NULL);
            CHECK(rpy_gc_unique_id(frame[5]) == id);
        }
    }
    /* Out of the nursery, and never in it. */
    text *t = new_text(6);
    memcpy(t->chars, "abcdef", 7);
    frame[0] = t;
    frame[1] = rpy_gc_move_out_of_nursery(t);
    frame[2] = rpy_gc_malloc_varsize_nonmovable(TID(array), 10);
    frame[3] = rpy_gc_malloc_fixed_nonmovable(TID(pair));
    void *p1 = frame[1], *p2 = frame[2], *p3 = frame[3];
    ((pair *)p3)->left = p3;
    ((array *)p2)->items[5] = p1;
    for (int round = 0; round < 3; round++) {
        churn(1000);
        rpy_gc_collect(round);
        CHECK(frame[1] == p1 && frame[2] == p2 && frame[3] == p3);
        CHECK(!rpy_gc_can_move(p1) && !rpy_gc_can_move(p2));
        CHECK(strcmp(((text *)p1)->chars, "abcdef") == 0);
        CHECK(strcmp(((text *)frame[0])->chars, "abcdef") == 0);
        CHECK(((array *)p2)->items[5] == p1 && ((pair *)p3)->left == p3);
    }
    rpy_ss_top = frame;
}

/* --- Large arrays, prebuilt objects, roots -------------------------------------------- */

static void cards(void)
{
    void **frame = rpy_ss_top;
    PUSH(new_array(100000));
    rpy_gc_collect(2);
    uint64_t r = 12345;
    for (int i = 0; i < 20000; i++) {
        r = r * 6364136223846793005u + 1442695040888963407u;
        rpy_signed at = (rpy_signed)(r >> 33) % 100000;
        leaf *l = a_leaf(at);
        rpy_gc_wb_array(frame[0], at);
        ((array *)frame[0])->items[at] = l;
        if (i % 3000 == 0)
            rpy_gc_collect_step();
    }
    rpy_gc_arraycopy(frame[0], frame[0], 0, 1000, 50000);
    rpy_gc_arrayclear(frame[0], 0, 1000);
    for (int round = 0; round < 3; round++) {
        rpy_gc_collect(round);
        churn(10000);
        array *a = frame[0];
        CHECK(a->items[999] == NULL);
        for (rpy_signed i = 51000; i < 100000; i++)
            CHECK(a->items[i] == NULL || ((leaf *)a->items[i])->value == i);
        for (rpy_signed i = 1000; i < 51000; i++)
            CHECK(a->items[i] == NULL || ((leaf *)a->items[i])->value == i - 1000);
    }
    rpy_ss_top = frame;
}

static void prebuilt(void)
{
    leaf *l = a_leaf(5);
    rpy_gc_wb_array(g_prebuilt_array, 2);
    g_prebuilt_array->items[2] = l;
    pair *p = new_pair();
    p->left = p->right = NULL;
    rpy_gc_wb(&g_prebuilt_pair);
    g_prebuilt_pair.left = p;
    g_static_root = a_leaf(6);
    rpy_thread_tls()[1] = a_leaf(7);
    for (int round = 0; round < 4; round++) {
        churn(3000);
        rpy_gc_collect(round);
        CHECK(((leaf *)g_prebuilt_array->items[2])->value == 5);
        CHECK(g_prebuilt_pair.left->left == NULL);
        CHECK(((leaf *)g_static_root)->value == 6);
        CHECK(((leaf *)rpy_thread_tls()[1])->value == 7);
    }
    g_static_root = rpy_thread_tls()[1] = NULL;
}

static void queries(void)
{
    void **frame = rpy_ss_top;
    void *found[8];
    PUSH(new_pair());
    ((pair *)frame[0])->left = frame[0];
    ((pair *)frame[0])->right = NULL;
    CHECK(rpy_gc_get_referents(frame[0], found, 8) == 1 && found[0] == frame[0]);
    CHECK(rpy_gc_get_memory_usage(frame[0]) == 24);
    CHECK(rpy_gc_get_roots(NULL, 0) > 0);
    CHECK(!rpy_gc_get_flag_extra(frame[0]));
    CHECK(rpy_gc_toggle_flag_extra(frame[0]));
    rpy_gc_collect(2);
    CHECK(rpy_gc_get_flag_extra(frame[0]));
    CHECK(!rpy_gc_toggle_flag_extra(frame[0]));
    CHECK(rpy_gc_is_enabled());
    rpy_gc_disable();
    CHECK(!rpy_gc_is_enabled());
    churn(100);
    rpy_gc_enable();
    rpy_signed states;
    int steps = 0;
    do
        states = rpy_gc_collect_step();
    while ((states & 0xff) != 0 && ++steps < 1000000);
    CHECK((states >> 8) != 0);
    text *t = new_text(100);
    CHECK(rpy_gc_shrink_array(t, 60));
    CHECK(t->length == 60);
    int fd[2];
    CHECK(pipe(fd) == 0 && rpy_gc_dump_heap(fd[1]));
    close(fd[0]), close(fd[1]);
    rpy_ss_top = frame;
}

/* --- Limits ------------------------------------------------------------------------------ */

static void no_memory(void)
{
    CHECK(rpy_gc_malloc_varsize_slow(TID(array), -1) == NULL);
    CHECK(rpy_exc_value == g_exc_instances[RPY_EXC_MEMORY_ERROR]);
    rpy_exc_value = NULL;
    CHECK(new_array((rpy_signed)1 << 60) == NULL && rpy_exc_value != NULL);
    rpy_exc_value = NULL;
    CHECK(new_array((rpy_signed)1 << 44) == NULL && rpy_exc_value != NULL);
    rpy_exc_value = NULL;
    if (!EXACT)
        return;
    void **frame = rpy_ss_top;
    rpy_gc_set_max_heap_size((rpy_signed)20 << 20);
    /* A list that grows until there is no more; then it is dropped. */
    for (int round = 0; round < 3; round++) {
        PUSH(NULL);
        long n = 0;
        for (;; n++) {
            table *t = new_table(200);
            if (t == NULL)
                break;
            t->items[0].value = frame[0];
            frame[0] = t;
        }
        CHECK(rpy_exc_value == g_exc_instances[RPY_EXC_MEMORY_ERROR]);
        CHECK(n > 1000 && n < 5000);
        rpy_exc_value = NULL;
        /* The handler can still allocate a little. */
        CHECK(a_leaf(3) != NULL);
        rpy_ss_top = frame;
        collect_thrice();
    }
    CHECK(new_array(4 << 20) == NULL && rpy_exc_value != NULL);
    rpy_exc_value = NULL;
    rpy_gc_set_max_heap_size(0);
    CHECK(new_array(4 << 20) != NULL);
}

static void pressure(void)
{
    if (!EXACT)
        return;
    rpy_signed before = light_calls;
    for (int i = 0; i < 3000; i++) {
        ((light *)rpy_gc_malloc_special(TID(light)))->id = 0;
        rpy_gc_add_memory_pressure(1 << 20, NULL);
    }
    CHECK(light_calls - before > 2000);
}

static int deepest;
static RPY_NOINLINE int recurse(int n)
{
    if (rpy_stack_toobig())
        return -1;
    deepest = n;
    volatile char room[100];
    room[n % 100] = 1;
    return recurse(n + 1) + room[n % 100];
}

static void stack_check(void)
{
    recurse(0);
    CHECK(rpy_exc_value == g_exc_instances[RPY_EXC_STACK_OVERFLOW]);
    CHECK(deepest > 1000);
    rpy_exc_value = NULL;
    int first = deepest;
    rpy_stack_set_length(100000);
    recurse(0);
    CHECK(rpy_exc_value != NULL && deepest < first);
    rpy_exc_value = NULL;
    rpy_stack_set_length(0);
    CHECK(!rpy_stack_almost_full());
}

/* --- Threads ------------------------------------------------------------------------------ */

static int ended;
static rpy_thread_lock *lock;

static void thread_body(void *arg)
{
    rpy_signed n = (rpy_signed)arg;
    PUSH(a_leaf(n));
    for (int i = 0; i < 300; i++) {
        churn(50);
        rpy_exc_value = NULL;
        rpy_gil_release();
        if (i % 100 == 0)
            usleep(100);
        rpy_gil_acquire();
        CHECK(((leaf *)rpy_ss_top[-1])->value == n);
        rpy_gil_yield();
    }
    POP();
    ended++;
}

static void *foreign_body(void *arg)
{
    for (int i = 0; i < 50; i++) {
        int token = rpy_gil_enter_callback();
        CHECK(token == 1 && rpy_gil_held());
        CHECK(rpy_gil_enter_callback() == 0);
        churn(20);
        rpy_gil_leave_callback(0);
        rpy_gil_leave_callback(token);
        CHECK(!rpy_gil_held());
    }
    return arg;
}

static void threads(void)
{
    pthread_t foreign;
    PUSH(a_leaf(1000));
    lock = rpy_thread_lock_new();
    CHECK(rpy_thread_lock_acquire(lock, 1) == 1);
    CHECK(rpy_thread_lock_acquire(lock, 0) == 0);
    CHECK(rpy_thread_lock_acquire_timed(lock, 1000, 0) == 0);
    CHECK(rpy_thread_lock_release(lock) == 0);
    CHECK(rpy_thread_lock_release(lock) == -1);
    for (rpy_signed i = 0; i < 6; i++)
        CHECK(rpy_thread_start(thread_body, (void *)i) != -1);
    CHECK(pthread_create(&foreign, NULL, foreign_body, NULL) == 0);
    while (ended < 6) {
        churn(10);
        rpy_gil_release();
        usleep(50);
        rpy_gil_acquire();
        CHECK(((leaf *)rpy_ss_top[-1])->value == 1000);
    }
    rpy_gil_release();
    pthread_join(foreign, NULL);
    rpy_gil_acquire();
    rpy_gc_collect(2);
    POP();
    rpy_thread_lock_free(lock);
}

int test_main(int argc, char **argv)
{
    (void)argc, (void)argv;
    weakrefs();
    if (EXACT) {
        light_finalizers();
        del_finalizers();
        queue();
    }
    identity();
    pinning();
    cards();
    prebuilt();
    queries();
    no_memory();
    pressure();
    stack_check();
    threads();
    printf("features ok\n");
    return 0;
}
