/* exc.c: see rpy_exc.h. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "rpy_exc.h"
#include "rpy_gc.h"
#include "rpy_main.h"

void *rpy_exc_value;
rpy_tb_entry rpy_tb_ring[RPY_TB_SIZE];
uint32_t rpy_tb_count;

static const char *const names[RPY_EXC_COUNT] = {
    [RPY_EXC_MEMORY_ERROR] = "MemoryError",
    [RPY_EXC_STACK_OVERFLOW] = "StackOverflow",
    [RPY_EXC_OVERFLOW_ERROR] = "OverflowError",
    [RPY_EXC_ZERO_DIVISION_ERROR] = "ZeroDivisionError",
    [RPY_EXC_VALUE_ERROR] = "ValueError",
    [RPY_EXC_INDEX_ERROR] = "IndexError",
    [RPY_EXC_KEY_ERROR] = "KeyError",
    [RPY_EXC_TYPE_ERROR] = "TypeError",
    [RPY_EXC_ASSERTION_ERROR] = "AssertionError",
    [RPY_EXC_STOP_ITERATION] = "StopIteration",
    [RPY_EXC_OS_ERROR] = "OSError",
    [RPY_EXC_IO_ERROR] = "IOError",
    [RPY_EXC_NOT_IMPLEMENTED_ERROR] = "NotImplementedError",
    [RPY_EXC_RUNTIME_ERROR] = "RuntimeError",
    [RPY_EXC_ATTRIBUTE_ERROR] = "AttributeError",
    [RPY_EXC_ARITHMETIC_ERROR] = "ArithmeticError",
    [RPY_EXC_UNICODE_DECODE_ERROR] = "UnicodeDecodeError",
    [RPY_EXC_UNICODE_ENCODE_ERROR] = "UnicodeEncodeError",
};

RPY_COLD void rpy_exc_raise(int which)
{
    void *instance = g_exc_instances[which];
    if (instance == NULL)
        rpy_fatal(names[which]);
    rpy_exc_value = instance;
}

/* --- Tracebacks -------------------------------------------------------- */

static void print_location(const rpy_location *where)
{
    if (where != NULL)
        fprintf(stderr, "  File \"%s\", line %d, in %s\n", where->file,
                where->line, where->function);
}

/* Steps back from a reraise to the entry of the handler that had caught the
 * same type of exception; `oldest` if it was overwritten. */
static uint32_t find_catch(uint32_t i, uint32_t oldest, uint32_t tid)
{
    while (i != oldest) {
        const rpy_tb_entry *e = &rpy_tb_ring[--i & (RPY_TB_SIZE - 1)];
        if (e->what == (RPY_TB_CATCH | (uint64_t)tid << 32))
            return i;
    }
    return oldest;
}

void rpy_tb_print(void)
{
    uint32_t i = rpy_tb_count;
    uint32_t oldest = i > RPY_TB_SIZE ? i - RPY_TB_SIZE : 0;
    fprintf(stderr, "RPython traceback:\n");
    while (i != oldest) {
        const rpy_tb_entry *e = &rpy_tb_ring[--i & (RPY_TB_SIZE - 1)];
        uint32_t kind = (uint32_t)e->what;
        if (kind == RPY_TB_CATCH)
            return;
        print_location(e->where);
        if (kind == RPY_TB_RAISE)
            return;
        if (kind == RPY_TB_RERAISE)
            i = find_catch(i, oldest, (uint32_t)(e->what >> 32));
    }
    if (oldest != 0)
        fprintf(stderr, "  ...\n");
}

/* --- Ends ----------------------------------------------------------------- */

RPY_NORETURN void rpy_exc_end_process(void)
{
    rpy_main_flush();
    if (RPY_EXC_FATAL_STATUS < 0)
        abort();
    _exit(RPY_EXC_FATAL_STATUS);
}

RPY_NORETURN static void fatal(const char *message, int length,
                               int with_traceback)
{
    static int entered;
    if (entered++ == 0) {
        fflush(stdout);
        if (with_traceback && rpy_tb_count != 0)
            rpy_tb_print();
        fprintf(stderr, "Fatal RPython error: %.*s\n", length, message);
    }
    rpy_exc_end_process();
}

RPY_NORETURN void rpy_exc_uncaught(void)
{
    const char *name = rpy_gc_type_name(RPY_GC_TID(rpy_exc_value));
    fatal(name, (int)strlen(name), 1);
}

RPY_NORETURN void rpy_fatal(const char *message)
{
    fatal(message, (int)strlen(message), rpy_exc_value != NULL);
}

RPY_NORETURN void rpy_exc_fatalerror(const char *message, rpy_signed length,
                                     int with_traceback)
{
    fatal(message, (int)length, with_traceback);
}
