/* world.h: hand-made types and the symbols that generated code would give, for
 * the tests and benchmarks of the collectors. */
#ifndef WORLD_H
#define WORLD_H

#include <stdio.h>
#include <stdlib.h>
#define RPY_G_TYPES_DEFINED
#include "rpy_gc.h"

/* A pair of pointers. */
typedef struct pair { rpy_gc_header h; struct pair *left, *right; } pair;
/* An instance with pointers and numbers. */
typedef struct node {
    rpy_gc_header h;
    struct node *left, *right;
    rpy_signed i, j;
} node;
typedef struct leaf { rpy_gc_header h; rpy_signed value; } leaf;
typedef struct text {
    rpy_gc_header h;
    rpy_signed hash, length;
    char chars[];
} text;
typedef struct array { rpy_gc_header h; rpy_signed length; void *items[]; } array;
typedef struct entry { rpy_signed key; void *value; rpy_signed hash; } entry;
typedef struct table { rpy_gc_header h; rpy_signed length; entry items[]; } table;
typedef struct wide {
    rpy_gc_header h;
    rpy_signed numbers[70];
    void *first, *second;
} wide;
typedef struct light { rpy_gc_header h; rpy_signed id; } light;
typedef struct del { rpy_gc_header h; rpy_signed id; void *ref; } del;
/* Keeps pointers in raw memory; traced by a hook. */
typedef struct rawtable {
    rpy_gc_header h;
    rpy_signed used;
    void **slots;
} rawtable;
typedef struct floats { rpy_gc_header h; rpy_signed length; double items[]; } floats;

struct world_types {
    rpy_typeinfo pair, node, leaf, text, array, table, wide, light, del,
        rawtable, weakref, floats, error;
};
extern const struct world_types g_types;
#define TID(name) ((uint32_t)offsetof(struct world_types, name))

RPY_INLINE const rpy_typeinfo *rpy_gc_typeinfo(uint32_t tid)
{
    return (const rpy_typeinfo *)(const void *)((const char *)&g_types + tid);
}

extern pair g_prebuilt_pair;
extern array *const g_prebuilt_array;
extern void *g_static_root;

/* Counters of finalizers. */
extern rpy_signed light_calls, light_sum, del_calls, del_order[], trigger_calls;

RPY_INLINE pair *new_pair(void) { return rpy_gc_malloc_fixed(TID(pair), sizeof(pair)); }
RPY_INLINE node *new_node(void) { return rpy_gc_malloc_fixed(TID(node), sizeof(node)); }
RPY_INLINE leaf *new_leaf(void) { return rpy_gc_malloc_fixed(TID(leaf), sizeof(leaf)); }
RPY_INLINE array *new_array(rpy_signed n)
{
    return rpy_gc_malloc_varsize_clear(TID(array), n, sizeof(array), 8,
                                       offsetof(array, length), 0);
}
RPY_INLINE table *new_table(rpy_signed n)
{
    return rpy_gc_malloc_varsize_clear(TID(table), n, sizeof(table),
                                       sizeof(entry), offsetof(table, length), 0);
}
RPY_INLINE text *new_text(rpy_signed n)
{
    return rpy_gc_malloc_varsize(TID(text), n, offsetof(text, chars), 1,
                                 offsetof(text, length), 1);
}

RPY_INLINE void PUSH(void *p) { *rpy_ss_top++ = p; }
RPY_INLINE void *POP(void) { return *--rpy_ss_top; }

int test_main(int argc, char **argv);

#endif
