/* world.c: see world.h. */
#include "world.h"
#include "rpy_exc.h"
#include "rpy_main.h"

static void light_destructor(void *obj);
static void del_finalizer(void *obj);
static void trace_rawtable(void *obj, rpy_gc_visit visit, void *a, void *b);

static const uint32_t wide_ptrs[] = { offsetof(wide, first),
                                      offsetof(wide, second), 0 };
static const rpy_typeextra wide_extra = { wide_ptrs, NULL, NULL };
static const rpy_typeextra raw_extra = { NULL, NULL, trace_rawtable };

#define FIXED(type) .fixed_size = (sizeof(type) + 7) & ~(size_t)7

const struct world_types g_types = {
    .pair = { .flags = RPY_TF_HAS_PTRS, FIXED(pair), .fixed_ptrs = 6 },
    .node = { .flags = RPY_TF_HAS_PTRS | RPY_TF_INSTANCE, FIXED(node),
              .fixed_ptrs = 6, .class_last = TID(node) },
    .leaf = { FIXED(leaf) },
    .text = { .flags = RPY_TF_VARSIZED, .fixed_size = offsetof(text, chars),
              .item_size = 1, .length_offset = offsetof(text, length),
              .extra_items = 1 },
    .array = { .flags = RPY_TF_VARSIZED | RPY_TF_HAS_PTRS | RPY_TF_PTR_ARRAY,
               .fixed_size = offsetof(array, items), .item_size = 8,
               .length_offset = offsetof(array, length), .item_ptrs = 1 },
    .table = { .flags = RPY_TF_VARSIZED | RPY_TF_HAS_PTRS,
               .fixed_size = offsetof(table, items),
               .item_size = sizeof(entry),
               .length_offset = offsetof(table, length), .item_ptrs = 2 },
    .wide = { .flags = RPY_TF_HAS_PTRS | RPY_TF_MORE_PTRS, FIXED(wide),
              .extra = &wide_extra },
    .light = { .flags = RPY_TF_LIGHT_FINALIZER, FIXED(light),
               .finalizer = light_destructor },
    .del = { .flags = RPY_TF_FINALIZER | RPY_TF_HAS_PTRS, FIXED(del),
             .fixed_ptrs = 4, .finalizer = del_finalizer },
    .rawtable = { .flags = RPY_TF_HAS_PTRS | RPY_TF_CUSTOM_TRACE,
                  FIXED(rawtable), .extra = &raw_extra },
    .weakref = { .flags = RPY_TF_WEAKREF, FIXED(rpy_weakref) },
    .floats = { .flags = RPY_TF_VARSIZED, .fixed_size = offsetof(floats, items),
                .item_size = 8, .length_offset = offsetof(floats, length) },
    .error = { .flags = RPY_TF_INSTANCE, .fixed_size = 16,
               .class_last = TID(error) },
};

const rpy_typename g_type_names[] = {
    { TID(pair), "pair" }, { TID(node), "node" }, { TID(leaf), "leaf" },
    { TID(text), "text" }, { TID(array), "array" }, { TID(table), "table" },
    { TID(wide), "wide" }, { TID(light), "light" }, { TID(del), "del" },
    { TID(rawtable), "rawtable" }, { TID(weakref), "weakref" },
    { TID(floats), "floats" }, { TID(error), "Error" },
};
const size_t g_type_names_count = sizeof g_type_names / sizeof *g_type_names;

pair g_prebuilt_pair = { RPY_GC_PREBUILT_HEADER(TID(pair)), NULL, NULL };
static struct { rpy_gc_header h; rpy_signed length; void *items[4]; }
    prebuilt_array = { RPY_GC_PREBUILT_HEADER(TID(array)), 4, { NULL } };
array *const g_prebuilt_array = (array *)(void *)&prebuilt_array;
void *g_static_root;
void **const g_static_roots[] = { &g_static_root };
const size_t g_static_roots_count = 1;
const size_t g_tls_count = 2, g_tls_gc_first = 1;

rpy_signed light_calls, light_sum, del_calls, del_order[64], trigger_calls;

static void trigger(void) { trigger_calls++; }
const rpy_gc_trigger g_finalizer_triggers[] = { trigger };
const size_t g_finalizer_queues_count = 1;

static void light_destructor(void *obj)
{
    light_calls++;
    light_sum += ((light *)obj)->id;
}

static void del_finalizer(void *obj)
{
    rpy_signed id = ((del *)obj)->id;
    /* Allocation in a finalizer may collect. */
    for (int i = 0; i < 100; i++)
        new_leaf()->value = i;
    del_order[del_calls++ % 64] = id;
}

static void trace_rawtable(void *obj, rpy_gc_visit visit, void *a, void *b)
{
    rawtable *t = obj;
    for (rpy_signed i = 0; i < t->used; i++)
        visit(&t->slots[i], a, b);
}

static struct { rpy_gc_header h; rpy_signed x; } errors[RPY_EXC_COUNT] = {
    [0 ... RPY_EXC_COUNT - 1] = { RPY_GC_PREBUILT_HEADER(TID(error)), 0 }
};
#define E(n) [n] = &errors[n]
void *const g_exc_instances[RPY_EXC_COUNT] = {
    E(RPY_EXC_MEMORY_ERROR), E(RPY_EXC_STACK_OVERFLOW), E(RPY_EXC_VALUE_ERROR)
};

void g_startup(void) { }

rpy_signed g_entry_point(int argc, char **argv)
{
    return test_main(argc, argv);
}
