/* bench_arrays.c: stores into large old arrays, and large short-lived arrays.
 * Usage: bench_arrays stores|large */
#include <string.h>
#include "world.h"

static int stores(void)
{
    void **frame = rpy_ss_top;
    PUSH(new_array(1000000));
    uint64_t r = 1;
    for (long i = 0; i < 30000000; i++) {
        r = r * 6364136223846793005u + 1442695040888963407u;
        rpy_signed at = (rpy_signed)((r >> 33) % 1000000);
        if (i % 8 == 0) {
            leaf *l = new_leaf();
            l->value = i;
            array *a = frame[0];
            rpy_gc_wb_array(a, at);
            a->items[at] = l;
        } else {
            array *a = frame[0];
            rpy_signed from = (rpy_signed)((r >> 13) % 1000000);
            rpy_gc_wb_array(a, at);
            a->items[at] = a->items[from];
        }
    }
    rpy_ss_top = frame;
    return 0;
}

static int large(void)
{
    long sum = 0;
    for (long i = 0; i < 4000; i++) {
        floats *a = rpy_gc_malloc_varsize_clear(TID(floats), 1000 + (i * 7919) % 900000, sizeof(floats),
                                            8, offsetof(floats, length), 0);
        a->items[500] = (double)i;
        sum += a->length;
    }
    printf("%ld\n", sum);
    return 0;
}

int test_main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    return argv[1][0] == 's' ? stores() : large();
}
