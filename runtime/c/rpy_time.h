/* rpy_time.h: clocks.  No GIL needed. */
#ifndef RPY_TIME_H
#define RPY_TIME_H

#include "rpy_base.h"

/* Seconds since 1970; CPU seconds of the process; monotonic seconds. */
double rpy_time_now(void);
double rpy_time_clock(void);
double rpy_time_monotonic(void);
/* Nanoseconds of the monotonic clock. */
rpy_signed rpy_time_monotonic_ns(void);
/* The time stamp counter (nanoseconds where there is none). */
rpy_signed rpy_time_read_timestamp(void);
/* Sleeps; returns 0, or -1 with errno EINTR.  Release the GIL around it. */
int rpy_time_sleep(double seconds);

#endif
