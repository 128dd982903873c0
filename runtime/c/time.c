/* time.c: see rpy_time.h. */
#include <errno.h>
#include <math.h>
#include <time.h>
#include "rpy_time.h"

static double seconds(clockid_t clock)
{
    struct timespec t;
    if (clock_gettime(clock, &t) != 0)
        return 0.0;
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

double rpy_time_now(void) { return seconds(CLOCK_REALTIME); }
double rpy_time_clock(void) { return seconds(CLOCK_PROCESS_CPUTIME_ID); }
double rpy_time_monotonic(void) { return seconds(CLOCK_MONOTONIC); }

rpy_signed rpy_time_monotonic_ns(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
        return 0;
    return (rpy_signed)t.tv_sec * 1000000000 + t.tv_nsec;
}

rpy_signed rpy_time_read_timestamp(void)
{
#if defined(__x86_64__)
    return (rpy_signed)__builtin_ia32_rdtsc();
#else
    return rpy_time_monotonic_ns();
#endif
}

int rpy_time_sleep(double length)
{
    if (!(length > 0.0))
        return 0;
    if (length > 1e9)
        length = 1e9;
    struct timespec t;
    t.tv_sec = (time_t)floor(length);
    t.tv_nsec = (long)((length - floor(length)) * 1e9);
    int error = clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
    errno = error;
    return error == 0 ? 0 : -1;
}
