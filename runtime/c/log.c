/* log.c: see rpy_log.h. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include "rpy_log.h"
#include "rpy_time.h"

uint64_t rpy_log_state;
int rpy_log_enabled;

static FILE *file;
static char *file_name;
/* Prefixes separated by NULs, ended by an empty one; NULL: marks only. */
static char *prefixes;
static int all_marks;

static FILE *open_log(const char *name)
{
    if (strcmp(name, "-") == 0)
        return stderr;
    const char *percent = strstr(name, "%d");
    if (percent == NULL)
        return fopen(name, "w");
    char *full = malloc(strlen(name) + 24);
    if (full == NULL)
        return NULL;
    sprintf(full, "%.*s%ld%s", (int)(percent - name), name, (long)getpid(),
            percent + 2);
    FILE *f = fopen(full, "w");
    free(full);
    return f;
}

/* "a,b" to "a\0b\0\0". */
static char *split_prefixes(const char *text, size_t length)
{
    char *result = calloc(1, length + 2);
    if (result == NULL)
        return NULL;
    memcpy(result, text, length);
    for (size_t i = 0; i < length; i++)
        if (result[i] == ',')
            result[i] = '\0';
    return result;
}

void rpy_log_init(void)
{
    const char *setting = getenv("PYPYLOG");
    if (rpy_log_enabled || setting == NULL || *setting == '\0')
        return;
    const char *colon = strchr(setting, ':');
    const char *name = colon != NULL ? colon + 1 : setting;
    file = open_log(name);
    if (file == NULL) {
        fprintf(stderr, "cannot open the log file %s\n", name);
        return;
    }
    file_name = strdup(name);
    if (colon == NULL)
        all_marks = 1;
    else
        prefixes = split_prefixes(setting, (size_t)(colon - setting));
    rpy_log_enabled = 1;
    /* Children of this process do not write into the same file. */
    unsetenv("PYPYLOG");
}

static int wanted(const char *category)
{
    if (prefixes == NULL)
        return 0;
    if (*prefixes == '\0')
        return 1;
    for (const char *p = prefixes; *p != '\0'; p += strlen(p) + 1)
        if (strncmp(category, p, strlen(p)) == 0)
            return 1;
    return 0;
}

static void mark(const char *before, const char *category, const char *after,
                 rpy_signed stamp)
{
    fprintf(file, "[%" PRIx64 "] %s%s%s\n", (uint64_t)stamp, before, category,
            after);
}

rpy_signed rpy_log_start(const char *category, int timestamp)
{
    if (RPY_LIKELY(!rpy_log_enabled))
        return timestamp ? rpy_time_read_timestamp() : 0;
    int prints = wanted(category);
    rpy_log_state = rpy_log_state << 1 | (unsigned)prints;
    rpy_signed stamp = rpy_time_read_timestamp();
    if (prints || all_marks)
        mark("{", category, "", stamp);
    return timestamp ? stamp : 0;
}

rpy_signed rpy_log_stop(const char *category, int timestamp)
{
    if (RPY_LIKELY(!rpy_log_enabled))
        return timestamp ? rpy_time_read_timestamp() : 0;
    rpy_signed stamp = rpy_time_read_timestamp();
    if ((rpy_log_state & 1) || all_marks)
        mark("", category, "}", stamp);
    rpy_log_state >>= 1;
    return timestamp ? stamp : 0;
}

void rpy_log_printf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(file != NULL ? file : stderr, format, args);
    va_end(args);
}

void rpy_log_write(const char *bytes, rpy_signed length)
{
    fwrite(bytes, 1, (size_t)length, file != NULL ? file : stderr);
}

rpy_signed rpy_log_offset(void)
{
    if (file == NULL || file == stderr)
        return -1;
    return ftell(file);
}

void rpy_log_flush(void)
{
    if (file != NULL)
        fflush(file);
}

int rpy_log_have_prints(void) { return (int)(rpy_log_state & 1); }

int rpy_log_have_prints_for(const char *prefix)
{
    if (prefixes == NULL)
        return 0;
    if (*prefixes == '\0')
        return 1;
    for (const char *p = prefixes; *p != '\0'; p += strlen(p) + 1)
        if (strncmp(prefix, p, strlen(p)) == 0 ||
            strncmp(prefix, p, strlen(prefix)) == 0)
            return 1;
    return 0;
}

void rpy_log_forked(void)
{
    if (file == NULL || file == stderr || file_name == NULL)
        return;
    char *name = malloc(strlen(file_name) + 32);
    if (name == NULL)
        return;
    sprintf(name, "%s.fork%ld", file_name, (long)getpid());
    /* The buffer holds what the parent will write. */
    FILE *f = fopen(name, "w");
    free(name);
    if (f != NULL)
        file = f;
    else
        rpy_log_enabled = 0;
}
