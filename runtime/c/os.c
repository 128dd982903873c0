/* os.c: see rpy_os.h. */
#include <stdlib.h>
#include <unistd.h>
#include "rpy_os.h"

extern char **environ;

int rpy_os_saved_errno, rpy_os_alt_errno;

int rpy_os_get_errno(void) { return errno; }
void rpy_os_set_errno(int value) { errno = value; }
char **rpy_os_environ(void) { return environ; }

/* The C library's limit on sizes. */
#define MOST_BYTES ((rpy_signed)1 << 47)

void *rpy_raw_malloc(rpy_signed bytes)
{
    if (bytes < 0 || bytes > MOST_BYTES)
        return NULL;
    return malloc(bytes ? (size_t)bytes : 1);
}

void *rpy_raw_calloc(rpy_signed bytes)
{
    if (bytes < 0 || bytes > MOST_BYTES)
        return NULL;
    return calloc(1, bytes ? (size_t)bytes : 1);
}

void *rpy_raw_malloc_items(rpy_signed base, rpy_signed item_size,
                           rpy_signed length, int zero)
{
    rpy_signed bytes;
    if (length < 0 || __builtin_mul_overflow(item_size, length, &bytes) ||
        __builtin_add_overflow(bytes, base, &bytes))
        return NULL;
    return zero ? rpy_raw_calloc(bytes) : rpy_raw_malloc(bytes);
}

void *rpy_raw_realloc(void *block, rpy_signed bytes)
{
    if (bytes < 0 || bytes > MOST_BYTES)
        return NULL;
    return realloc(block, bytes ? (size_t)bytes : 1);
}

void rpy_raw_free(void *block) { free(block); }

int rpy_os_write_all(int fd, const char *bytes, rpy_signed length)
{
    while (length > 0) {
        ssize_t n = write(fd, bytes, (size_t)length);
        if (n < 0) {
            if (errno == EINTR)
                continue;
            return -1;
        }
        bytes += n;
        length -= n;
    }
    return 0;
}
