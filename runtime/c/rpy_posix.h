/* rpy_posix.h: glue between the RPython library and POSIX structs.
 *
 * Structs that differ between systems are read here and handed over as arrays
 * of words, so that the library needs no knowledge of their layout.  Nothing here
 * touches GC memory; functions set errno and may be called without the GIL.
 */
#ifndef RPY_POSIX_H
#define RPY_POSIX_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/types.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "rpy_base.h"

/* --- stat: mode ino dev nlink uid gid size atime mtime ctime (seconds),
 * the nanoseconds of the three, blksize blocks rdev ------------------- */
#define RPY_POSIX_STAT_WORDS 16

static inline int rpy_posix_fill_stat(int result, const struct stat *st,
                                      rpy_signed *out)
{
    if (result != 0)
        return -1;
    out[0] = (rpy_signed)st->st_mode;
    out[1] = (rpy_signed)st->st_ino;
    out[2] = (rpy_signed)st->st_dev;
    out[3] = (rpy_signed)st->st_nlink;
    out[4] = (rpy_signed)st->st_uid;
    out[5] = (rpy_signed)st->st_gid;
    out[6] = (rpy_signed)st->st_size;
    out[7] = (rpy_signed)st->st_atim.tv_sec;
    out[8] = (rpy_signed)st->st_mtim.tv_sec;
    out[9] = (rpy_signed)st->st_ctim.tv_sec;
    out[10] = (rpy_signed)st->st_atim.tv_nsec;
    out[11] = (rpy_signed)st->st_mtim.tv_nsec;
    out[12] = (rpy_signed)st->st_ctim.tv_nsec;
    out[13] = (rpy_signed)st->st_blksize;
    out[14] = (rpy_signed)st->st_blocks;
    out[15] = (rpy_signed)st->st_rdev;
    return 0;
}
static inline int rpy_posix_stat(const char *path, rpy_signed *out)
{
    struct stat st;
    return rpy_posix_fill_stat(stat(path, &st), &st, out);
}
static inline int rpy_posix_lstat(const char *path, rpy_signed *out)
{
    struct stat st;
    return rpy_posix_fill_stat(lstat(path, &st), &st, out);
}
static inline int rpy_posix_fstat(int fd, rpy_signed *out)
{
    struct stat st;
    return rpy_posix_fill_stat(fstat(fd, &st), &st, out);
}

/* --- statvfs: bsize frsize blocks bfree bavail files ffree favail flag
 * namemax ------------------------------------------------------------- */
#define RPY_POSIX_STATVFS_WORDS 10

static inline int rpy_posix_fill_statvfs(int result, const struct statvfs *st,
                                         rpy_signed *out)
{
    if (result != 0)
        return -1;
    out[0] = (rpy_signed)st->f_bsize;
    out[1] = (rpy_signed)st->f_frsize;
    out[2] = (rpy_signed)st->f_blocks;
    out[3] = (rpy_signed)st->f_bfree;
    out[4] = (rpy_signed)st->f_bavail;
    out[5] = (rpy_signed)st->f_files;
    out[6] = (rpy_signed)st->f_ffree;
    out[7] = (rpy_signed)st->f_favail;
    out[8] = (rpy_signed)st->f_flag;
    out[9] = (rpy_signed)st->f_namemax;
    return 0;
}
static inline int rpy_posix_statvfs(const char *path, rpy_signed *out)
{
    struct statvfs st;
    return rpy_posix_fill_statvfs(statvfs(path, &st), &st, out);
}
static inline int rpy_posix_fstatvfs(int fd, rpy_signed *out)
{
    struct statvfs st;
    return rpy_posix_fill_statvfs(fstatvfs(fd, &st), &st, out);
}

/* --- Directories: handles are addresses ------------------------------- */
static inline void *rpy_posix_opendir(const char *path) { return opendir(path); }
static inline void *rpy_posix_fdopendir(int fd) { return fdopendir(fd); }
static inline int rpy_posix_closedir(void *dir) { return closedir((DIR *)dir); }
/* The next name, NULL at the end or (errno not 0) on an error. */
static inline char *rpy_posix_readdir(void *dir)
{
    struct dirent *entry;
    errno = 0;
    entry = readdir((DIR *)dir);
    return entry == NULL ? NULL : entry->d_name;
}

/* --- Times ------------------------------------------------------------- */
/* Access and modification time; now if set is 0. */
static inline int rpy_posix_utime(const char *path, int set, double access,
                                  double modification)
{
    struct timeval tv[2];
    double times[2];
    int i;
    if (!set)
        return utimes(path, NULL);
    times[0] = access;
    times[1] = modification;
    for (i = 0; i < 2; i++) {
        double whole = (double)(rpy_signed)times[i];
        if (whole > times[i])
            whole -= 1.0;
        tv[i].tv_sec = (time_t)whole;
        tv[i].tv_usec = (suseconds_t)((times[i] - whole) * 1e6);
    }
    return utimes(path, tv);
}
/* user, system, children's user, children's system, elapsed: clock ticks. */
static inline int rpy_posix_times(rpy_signed *out)
{
    struct tms t;
    clock_t elapsed = times(&t);
    out[0] = (rpy_signed)t.tms_utime;
    out[1] = (rpy_signed)t.tms_stime;
    out[2] = (rpy_signed)t.tms_cutime;
    out[3] = (rpy_signed)t.tms_cstime;
    out[4] = (rpy_signed)elapsed;
    return elapsed == (clock_t)-1 ? -1 : 0;
}
static inline int rpy_posix_clock_gettime(rpy_signed clock, rpy_signed *out)
{
    struct timespec ts;
    int result = clock_gettime((clockid_t)clock, &ts);
    out[0] = (rpy_signed)ts.tv_sec;
    out[1] = (rpy_signed)ts.tv_nsec;
    return result;
}
static inline int rpy_posix_clock_getres(rpy_signed clock, rpy_signed *out)
{
    struct timespec ts;
    int result = clock_getres((clockid_t)clock, &ts);
    out[0] = (rpy_signed)ts.tv_sec;
    out[1] = (rpy_signed)ts.tv_nsec;
    return result;
}

/* --- Processes ---------------------------------------------------------- */
static inline rpy_signed rpy_posix_waitpid(rpy_signed pid, int *status, int options)
{
    return (rpy_signed)waitpid((pid_t)pid, status, options);
}
static inline int rpy_posix_wifexited(int s) { return WIFEXITED(s); }
static inline int rpy_posix_wexitstatus(int s) { return WEXITSTATUS(s); }
static inline int rpy_posix_wifsignaled(int s) { return WIFSIGNALED(s); }
static inline int rpy_posix_wtermsig(int s) { return WTERMSIG(s); }
static inline int rpy_posix_wifstopped(int s) { return WIFSTOPPED(s); }
static inline int rpy_posix_wstopsig(int s) { return WSTOPSIG(s); }
static inline int rpy_posix_wcoredump(int s) { return WCOREDUMP(s); }
static inline int rpy_posix_wifcontinued(int s) { return WIFCONTINUED(s); }

/* --- Names -------------------------------------------------------------- */
/* A field of uname: 0 sysname, 1 nodename, 2 release, 3 version, 4 machine. */
static inline char *rpy_posix_uname(int field)
{
    static struct utsname u;
    if (uname(&u) != 0)
        return NULL;
    switch (field) {
    case 0: return u.sysname;
    case 1: return u.nodename;
    case 2: return u.release;
    case 3: return u.version;
    default: return u.machine;
    }
}

/* --- Terminals: iflag oflag cflag lflag ispeed ospeed, then NCCS characters */
#define RPY_POSIX_TERMIOS_WORDS (6 + NCCS)

static inline int rpy_posix_nccs(void) { return NCCS; }
static inline int rpy_posix_tcgetattr(int fd, rpy_signed *out)
{
    struct termios t;
    int i;
    if (tcgetattr(fd, &t) != 0)
        return -1;
    out[0] = (rpy_signed)t.c_iflag;
    out[1] = (rpy_signed)t.c_oflag;
    out[2] = (rpy_signed)t.c_cflag;
    out[3] = (rpy_signed)t.c_lflag;
    out[4] = (rpy_signed)cfgetispeed(&t);
    out[5] = (rpy_signed)cfgetospeed(&t);
    for (i = 0; i < NCCS; i++)
        out[6 + i] = (rpy_signed)t.c_cc[i];
    return 0;
}
static inline int rpy_posix_tcsetattr(int fd, int when, const rpy_signed *in)
{
    struct termios t;
    int i;
    if (tcgetattr(fd, &t) != 0)
        return -1;
    t.c_iflag = (tcflag_t)in[0];
    t.c_oflag = (tcflag_t)in[1];
    t.c_cflag = (tcflag_t)in[2];
    t.c_lflag = (tcflag_t)in[3];
    for (i = 0; i < NCCS; i++)
        t.c_cc[i] = (cc_t)in[6 + i];
    if (cfsetispeed(&t, (speed_t)in[4]) != 0 || cfsetospeed(&t, (speed_t)in[5]) != 0)
        return -1;
    return tcsetattr(fd, when, &t);
}

#endif
