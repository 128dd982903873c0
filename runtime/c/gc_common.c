/* gc_common.c: parts that all collectors share: vectors, maps, settings,
 * the general form of tracing, roots. */
#include <string.h>
#include <unistd.h>
#include "gc_internal.h"

/* --- Vectors and maps ----------------------------------------------- */

RPY_NORETURN RPY_COLD void rpy_gci_panic(const char *message)
{
    rpy_fatal(message);
}

RPY_COLD void *rpy_gci_no_memory(void)
{
    rpy_exc_raise(RPY_EXC_MEMORY_ERROR);
    return NULL;
}

RPY_COLD void rpy_gci_vec_grow(gci_vec *v)
{
    size_t room = v->room ? v->room * 2 : 64;
    void **items = realloc(v->items, room * sizeof *items);
    if (items == NULL)
        rpy_gci_panic("out of memory in the garbage collector");
    v->items = items;
    v->room = room;
}

void rpy_gci_vec_free(gci_vec *v)
{
    free(v->items);
    v->items = NULL;
    v->count = v->room = 0;
}

static size_t map_slot(const gci_map *map, uintptr_t key)
{
    size_t i = ((key >> 3) * 0x9E3779B97F4A7C15u >> 20) & (map->room - 1);
    while (map->keys[i] != 0 && map->keys[i] != key)
        i = (i + 1) & (map->room - 1);
    return i;
}

static void map_resize(gci_map *map, size_t room)
{
    gci_map bigger = { calloc(room, sizeof(uintptr_t)),
                       malloc(room * sizeof(uintptr_t)), map->count, room };
    if (bigger.keys == NULL || bigger.values == NULL)
        rpy_gci_panic("out of memory in the garbage collector");
    for (size_t i = 0; i < map->room; i++) {
        if (map->keys[i] != 0) {
            size_t j = map_slot(&bigger, map->keys[i]);
            bigger.keys[j] = map->keys[i];
            bigger.values[j] = map->values[i];
        }
    }
    rpy_gci_map_free(map);
    *map = bigger;
}

uintptr_t rpy_gci_map_get(const gci_map *map, void *key)
{
    if (map->room == 0)
        return 0;
    size_t i = map_slot(map, (uintptr_t)key);
    return map->keys[i] != 0 ? map->values[i] : 0;
}

void rpy_gci_map_put(gci_map *map, void *key, uintptr_t value)
{
    if (map->count * 2 >= map->room)
        map_resize(map, map->room ? map->room * 2 : 64);
    size_t i = map_slot(map, (uintptr_t)key);
    if (map->keys[i] == 0) {
        map->keys[i] = (uintptr_t)key;
        map->count++;
    }
    map->values[i] = value;
}

void rpy_gci_map_clear(gci_map *map)
{
    if (map->room > 4096) {
        rpy_gci_map_free(map);
    } else if (map->count) {
        memset(map->keys, 0, map->room * sizeof(uintptr_t));
        map->count = 0;
    }
}

void rpy_gci_map_free(gci_map *map)
{
    free(map->keys);
    free(map->values);
    memset(map, 0, sizeof *map);
}

/* --- Settings -------------------------------------------------------- */

gci_settings rpy_gci_settings;

/* Bytes of an environment variable like 4M, 1.5GB, 500k or 4096; 0 if absent
 * or malformed. */
static size_t env_bytes(const char *name)
{
    const char *text = getenv(name);
    if (text == NULL || *text == '\0')
        return 0;
    char *end;
    double value = strtod(text, &end);
    switch (*end) {
    case 'k': case 'K': value *= 1024.0; end++; break;
    case 'm': case 'M': value *= 1048576.0; end++; break;
    case 'g': case 'G': value *= 1073741824.0; end++; break;
    default: break;
    }
    if (*end == 'b' || *end == 'B')
        end++;
    if (*end != '\0' || !(value > 0.0) || value > 1e17)
        return 0;
    return (size_t)value;
}

static double env_factor(const char *name, double least, double otherwise)
{
    const char *text = getenv(name);
    if (text == NULL || *text == '\0')
        return otherwise;
    char *end;
    double value = strtod(text, &end);
    return *end == '\0' && value > least ? value : otherwise;
}

/* The default nursery: with twice as much for survivors it fits a level 3
 * cache of 16 MB. */
#define DEFAULT_NURSERY ((size_t)6 << 20)
#define LEAST_NURSERY ((size_t)64 << 10)

void rpy_gci_read_settings(void)
{
    gci_settings *s = &rpy_gci_settings;
    s->nursery = env_bytes("PYPY_GC_NURSERY");
    if (s->nursery == 0)
        s->nursery = DEFAULT_NURSERY;
    if (s->nursery < LEAST_NURSERY)
        s->nursery = LEAST_NURSERY;
    if (s->nursery > ((size_t)4 << 30))
        s->nursery = (size_t)4 << 30;
    s->nursery &= ~(size_t)4095;
    s->major_collect = env_factor("PYPY_GC_MAJOR_COLLECT", 1.0, 1.82);
    s->growth = env_factor("PYPY_GC_GROWTH", 1.0, 1.82);
    s->max_heap = env_bytes("PYPY_GC_MAX");
    s->step = env_bytes("PYPY_GC_INCREMENT_STEP");
    s->min_heap = env_bytes("PYPY_GC_MIN");
    if (s->min_heap == 0)
        s->min_heap = s->nursery * 8;
    const char *debug = getenv("PYPY_GC_DEBUG");
    s->debug = debug != NULL ? atoi(debug) : 0;
}

void rpy_gc_set_max_heap_size(rpy_signed bytes)
{
    rpy_gci_settings.max_heap = bytes > 0 ? (size_t)bytes : 0;
}

/* --- Tracing --------------------------------------------------------- */

void rpy_gci_trace_extra(void *obj, const rpy_typeinfo *info,
                         rpy_gc_visit visit, void *arg1, void *arg2)
{
    const rpy_typeextra *extra = info->extra;
    const uint32_t *p;
    if (info->flags & RPY_TF_MORE_PTRS) {
        for (p = extra->more_fixed_ptrs; p != NULL && *p != 0; p++)
            visit((void **)(void *)((char *)obj + *p), arg1, arg2);
        if ((info->flags & RPY_TF_VARSIZED) && extra->more_item_ptrs) {
            char *item = (char *)obj + info->fixed_size;
            rpy_signed n = *gci_length(obj, info);
            for (; n > 0; n--, item += info->item_size)
                for (p = extra->more_item_ptrs; *p != 0; p++)
                    visit((void **)(void *)(item + *p), arg1, arg2);
        }
    }
    if (info->flags & RPY_TF_CUSTOM_TRACE)
        extra->custom_trace(obj, visit, arg1, arg2);
}

/* --- Roots ----------------------------------------------------------- */

#define MAX_WALKERS 8
static rpy_gc_root_walker walkers[MAX_WALKERS];
static int n_walkers;

void rpy_gc_add_root_walker(rpy_gc_root_walker walker)
{
    if (n_walkers == MAX_WALKERS)
        rpy_fatal("too many root walkers");
    walkers[n_walkers++] = walker;
}

typedef struct stack_visit {
    rpy_gc_visit visit;
    void *arg1, *arg2;
} stack_visit;

static void visit_stack(void **base, void **top, void *arg)
{
    stack_visit *v = arg;
    for (void **slot = base; slot < top; slot++)
        if (*slot != NULL && !((uintptr_t)*slot & 1))
            v->visit(slot, v->arg1, v->arg2);
}

void rpy_gci_trace_roots(rpy_gc_visit visit, void *arg1, void *arg2, int major)
{
    stack_visit v = { visit, arg1, arg2 };
    rpy_thread_each_stack(visit_stack, &v);
    if (rpy_exc_value != NULL)
        visit(&rpy_exc_value, arg1, arg2);
    for (size_t i = 0; i < g_static_roots_count; i++)
        if (*g_static_roots[i] != NULL)
            visit(g_static_roots[i], arg1, arg2);
    for (int i = 0; i < n_walkers; i++)
        walkers[i](visit, arg1, arg2);
    if (major)
        rpy_gci_special_trace_dead(visit, arg1, arg2);
}

/* --- Names and simple queries ----------------------------------------- */

const char *rpy_gc_type_name(uint32_t tid)
{
    size_t low = 0, high = g_type_names_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (g_type_names[mid].tid < tid)
            low = mid + 1;
        else
            high = mid;
    }
    if (low < g_type_names_count && g_type_names[low].tid == tid)
        return g_type_names[low].name;
    return "?";
}

rpy_signed rpy_gc_get_memory_usage(void *obj)
{
    return obj ? (rpy_signed)gci_size(obj, gci_info(obj)) : 0;
}

rpy_signed rpy_gc_get_type_index(void *obj)
{
    return RPY_GC_TID(obj) / 8;
}

int rpy_gc_is_instance(void *obj)
{
    return (gci_info(obj)->flags & RPY_TF_INSTANCE) != 0;
}

int rpy_gc_get_flag_extra(void *obj)
{
    return (RPY_GC_FLAGS(obj) & RPY_GCF_EXTRA) != 0;
}

int rpy_gc_toggle_flag_extra(void *obj)
{
    RPY_GC_FLAGS(obj) ^= RPY_GCF_EXTRA;
    return rpy_gc_get_flag_extra(obj);
}

void rpy_gc_may_ignore_finalizer(void *obj)
{
    RPY_GC_FLAGS(obj) |= RPY_GCF_IGNORE_FINALIZER;
}

rpy_signed rpy_gc_identity_hash(void *obj)
{
    rpy_unsigned id = (rpy_unsigned)rpy_gc_unique_id(obj);
    return (rpy_signed)(id ^ (id >> 4));
}

void rpy_gc_arraycopy(void *src, void *dest, rpy_signed src_start,
                      rpy_signed dest_start, rpy_signed count)
{
    if (count <= 0)
        return;
    const rpy_typeinfo *info = gci_info(dest);
    size_t item = info->item_size;
    if (info->flags & RPY_TF_HAS_PTRS)
        rpy_gc_write_barrier_copy(src, dest, src_start, dest_start, count);
    memmove((char *)dest + info->fixed_size + (size_t)dest_start * item,
            (char *)src + info->fixed_size + (size_t)src_start * item,
            (size_t)count * item);
}

void rpy_gc_arrayclear(void *array, rpy_signed start, rpy_signed count)
{
    if (count <= 0)
        return;
    const rpy_typeinfo *info = gci_info(array);
    memset((char *)array + info->fixed_size +
               (size_t)start * info->item_size,
           0, (size_t)count * info->item_size);
}
