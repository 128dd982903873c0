/* rpy_os.h: what the RPython library cannot get by plain external calls:
 * errno, raw memory, writes to standard output. */
#ifndef RPY_OS_H
#define RPY_OS_H

#include <errno.h>
#include <stdlib.h>
#include "rpy_base.h"

/* rposix.get_saved_errno() and the alternative errno: belong to the running
 * thread, swapped with the GIL. */
extern int rpy_os_saved_errno;
extern int rpy_os_alt_errno;

/* errno itself (a macro in C, so not linkable by name). */
int rpy_os_get_errno(void);
void rpy_os_set_errno(int value);

/* rffi save_err protocol around an external call. */
#define RPY_OS_SAVE_ERRNO()     (rpy_os_saved_errno = errno)
#define RPY_OS_READSAVED_ERRNO() (errno = rpy_os_saved_errno)

/* lltype.malloc/free(flavor='raw').  NULL when there is no memory: the caller
 * raises MemoryError.  Overflowing sizes give NULL too. */
void *rpy_raw_malloc(rpy_signed bytes);
void *rpy_raw_calloc(rpy_signed bytes);
void *rpy_raw_malloc_items(rpy_signed base, rpy_signed item_size,
                           rpy_signed length, int zero);
void *rpy_raw_realloc(void *block, rpy_signed bytes);
void rpy_raw_free(void *block);

/* Writes all bytes to a descriptor, over interrupts; 0 or -1 with errno. */
int rpy_os_write_all(int fd, const char *bytes, rpy_signed length);

/* os.environ as a C array; NULL-terminated. */
char **rpy_os_environ(void);

#endif
