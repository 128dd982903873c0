/* gc_walk.c: walks over the heap from its roots: queries of rgc, the dump, the
 * verifier.  For all collectors whose roots are on the shadow stack. */
#include <unistd.h>
#include "gc_internal.h"
#include "rpy_os.h"

/* --- Lists of references --------------------------------------------------- */

typedef struct ref_list {
    void **buffer;
    rpy_signed max, count;
} ref_list;

static void list_visit(void **slot, void *arg1, void *arg2)
{
    ref_list *list = arg1;
    (void)arg2;
    if (*slot == NULL)
        return;
    if (list->count < list->max)
        list->buffer[list->count] = *slot;
    list->count++;
}

rpy_signed rpy_gc_get_roots(void **buffer, rpy_signed max)
{
    ref_list list = { buffer, max, 0 };
    rpy_gci_trace_roots(list_visit, &list, NULL, 1);
    rpy_gci_trace_prebuilt(list_visit, &list, NULL);
    return list.count;
}

rpy_signed rpy_gc_get_referents(void *obj, void **buffer, rpy_signed max)
{
    ref_list list = { buffer, max, 0 };
    gci_trace(obj, gci_info(obj), list_visit, &list, NULL);
    return list.count;
}

/* --- Walking ------------------------------------------------------------------ */

typedef struct walk {
    gci_vec pending, seen;
} walk;

static void walk_visit(void **slot, void *arg1, void *arg2)
{
    walk *w = arg1;
    void *obj = *slot;
    (void)arg2;
    if (obj == NULL || (RPY_GC_FLAGS(obj) & RPY_GCF_SEEN))
        return;
    RPY_GC_FLAGS(obj) |= RPY_GCF_SEEN;
    gci_push(&w->pending, obj);
    gci_push(&w->seen, obj);
}

void rpy_gc_walk_heap(void (*callback)(void *obj, void *arg), void *arg)
{
    walk w = { { 0 }, { 0 } };
    rpy_gci_trace_roots(walk_visit, &w, NULL, 1);
    rpy_gci_trace_prebuilt(walk_visit, &w, NULL);
    while (w.pending.count) {
        void *obj = gci_pop(&w.pending);
        gci_trace(obj, gci_info(obj), walk_visit, &w, NULL);
    }
    for (size_t i = 0; i < w.seen.count; i++)
        RPY_GC_FLAGS(w.seen.items[i]) &= ~(uint32_t)RPY_GCF_SEEN;
    for (size_t i = 0; i < w.seen.count; i++)
        callback(w.seen.items[i], arg);
    rpy_gci_vec_free(&w.pending);
    rpy_gci_vec_free(&w.seen);
}

/* --- Dump ------------------------------------------------------------------------ */

#define DUMP_WORDS 4096
typedef struct dump {
    int fd, failed;
    size_t n;
    rpy_signed words[DUMP_WORDS];
} dump;

static void dump_flush(dump *d)
{
    if (!d->failed && rpy_os_write_all(d->fd, (const char *)d->words,
                                       (rpy_signed)(d->n * 8)) != 0)
        d->failed = 1;
    d->n = 0;
}

static void dump_word(dump *d, rpy_signed word)
{
    if (d->n == DUMP_WORDS)
        dump_flush(d);
    d->words[d->n++] = word;
}

static void dump_ref(void **slot, void *arg1, void *arg2)
{
    (void)arg2;
    if (*slot != NULL)
        dump_word(arg1, (rpy_signed)*slot);
}

static void dump_object(void *obj, void *arg)
{
    dump *d = arg;
    dump_word(d, (rpy_signed)obj);
    dump_word(d, rpy_gc_get_type_index(obj));
    dump_word(d, rpy_gc_get_memory_usage(obj));
    gci_trace(obj, gci_info(obj), dump_ref, d, NULL);
    dump_word(d, -1);
}

int rpy_gc_dump_heap(int fd)
{
    dump *d = malloc(sizeof *d);
    if (d == NULL)
        return 0;
    d->fd = fd;
    d->failed = 0;
    d->n = 0;
    rpy_gc_walk_heap(dump_object, d);
    dump_flush(d);
    int ok = !d->failed;
    free(d);
    return ok;
}

/* --- Verifier ---------------------------------------------------------------------- */

static void fault(void *holder, void **slot, const char *what)
{
    fprintf(stderr, "heap fault: %s: %s object %p (flags %#x)", what,
            rpy_gc_type_name(RPY_GC_TID(holder)), holder,
            RPY_GC_FLAGS(holder));
    if (slot != NULL)
        fprintf(stderr, ", slot at +%ld holds %p",
                (long)((char *)slot - (char *)holder), *slot);
    fprintf(stderr, "\n");
    abort();
}

static void verify_slot(void **slot, void *arg1, void *arg2)
{
    (void)arg2;
    if (*slot == NULL)
        return;
    if ((uintptr_t)*slot & 7)
        fault(arg1, slot, "misaligned pointer");
    uint64_t word = *gci_word(*slot);
    if ((word & 7) != 0 || (uint32_t)word == 0xDEDEDEDEu)
        fault(arg1, slot, "stale pointer");
    const char *why = rpy_gci_check_slot(arg1, slot);
    if (why != NULL)
        fault(arg1, slot, why);
}

static void verify_object(void *obj, void *arg)
{
    const rpy_typeinfo *info = gci_info(obj);
    (void)arg;
    size_t size = gci_size(obj, info);
    if (size < RPY_GC_MIN_SIZE || (size & 7) || size > (size_t)1 << 47)
        fault(obj, NULL, "bad size");
    if (RPY_GC_FLAGS(obj) & (RPY_GCF_ORDER_1 | RPY_GCF_ORDER_2 | RPY_GCF_SEEN))
        fault(obj, NULL, "left-over flags");
    gci_trace(obj, info, verify_slot, obj, NULL);
}

void rpy_gc_verify(void)
{
    rpy_gc_walk_heap(verify_object, NULL);
}
