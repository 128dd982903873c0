"""The functions of the os module in translated code, and errno."""
import errno
import os

from rpython.rlib import _rposix_c as c
from rpython.rlib._rposix_c import (c_read, get_saved_errno, set_saved_errno, get_saved_alterrno,
                                    set_saved_alterrno, _get_errno, _set_errno, _errno_before,
                                    _errno_after)
from rpython.rlib.objectmodel import specialize
from rpython.rlib.rarithmetic import intmask
from rpython.rlib.rstring import assert_str0
from rpython.rtyper.lltypesystem import lltype, rffi

# ---- errors --------------------------------------------------------------


@specialize.call_location()
def handle_posix_error(name, result):
    """The result of a C function as an integer; OSError if it is negative."""
    result = rffi.cast(lltype.Signed, result)
    if result < 0:
        raise OSError(get_saved_errno(), "%s failed" % name)
    return intmask(result)


class SuppressIPH(object):
    """A context manager that means something on other systems only."""

    def __enter__(self):
        return self

    def __exit__(self, *args):
        pass


def is_valid_fd(fd):
    """Whether the number can be a descriptor: C code tells."""
    return True


def validate_fd(fd):
    """Raise OSError for descriptors that cannot be: C code does."""


@specialize.argtype(0)
def _as_bytes0(path):
    """A path as a string without NUL."""
    assert path is not None
    if isinstance(path, str):
        res = path
    elif isinstance(path, unicode):
        res = path.encode('utf-8')
    else:
        res = path.as_bytes()
    return assert_str0(res)


@specialize.argtype(0)
def _as_bytes(path):
    """A path as a string."""
    assert path is not None
    if isinstance(path, str):
        return path
    elif isinstance(path, unicode):
        return path.encode('utf-8')
    return path.as_bytes()


# ---- descriptors ---------------------------------------------------------


@specialize.argtype(0)
def open(path, flags, mode):
    """Open a file; its descriptor."""
    return handle_posix_error('open', c.c_open(_as_bytes0(path), flags, mode))


def read(fd, count):
    """At most `count` bytes from the descriptor."""
    if count < 0:
        raise OSError(errno.EINVAL, None)
    with rffi.scoped_alloc_buffer(count) as buf:
        got = handle_posix_error('read', c_read(fd, rffi.cast(rffi.VOIDP, buf.raw), count))
        return buf.str(got)


def write(fd, data):
    """Write the string to the descriptor; the number of bytes written."""
    buf, kind = rffi.get_nonmovingbuffer(data)
    result = c.c_write(fd, rffi.cast(rffi.VOIDP, buf), len(data))
    rffi.free_nonmovingbuffer(data, buf, kind)
    return handle_posix_error('write', result)


def close(fd):
    """Close the descriptor."""
    handle_posix_error('close', c.c_close(fd))


def dup(fd, inheritable=True):
    """A second descriptor of the same file."""
    result = handle_posix_error('dup', c.c_dup(fd))
    if not inheritable:
        set_inheritable(result, False)
    return result


def dup2(fd, newfd, inheritable=True):
    """Make `newfd` a descriptor of the same file."""
    handle_posix_error('dup2', c.c_dup2(fd, newfd))
    if not inheritable:
        set_inheritable(newfd, False)


def set_inheritable(fd, inheritable):
    """Say whether the descriptor stays open in programs that are run."""
    flags = handle_posix_error('fcntl', c.c_fcntl(fd, c.F_GETFD, 0))
    if inheritable:
        flags &= ~c.FD_CLOEXEC
    else:
        flags |= c.FD_CLOEXEC
    handle_posix_error('fcntl', c.c_fcntl(fd, c.F_SETFD, flags))


def get_inheritable(fd):
    """Whether the descriptor stays open in programs that are run."""
    flags = handle_posix_error('fcntl', c.c_fcntl(fd, c.F_GETFD, 0))
    return flags & c.FD_CLOEXEC == 0


def set_status_flags(fd, flags):
    """Set the status flags of the descriptor."""
    handle_posix_error('fcntl', c.c_fcntl(fd, c.F_SETFL, flags))


def get_status_flags(fd):
    """The status flags of the descriptor."""
    return handle_posix_error('fcntl', c.c_fcntl(fd, c.F_GETFL, 0))


def set_blocking(fd, blocking):
    """Say whether operations on the descriptor wait."""
    flags = get_status_flags(fd)
    if blocking:
        flags &= ~os.O_NONBLOCK
    else:
        flags |= os.O_NONBLOCK
    set_status_flags(fd, flags)


def get_blocking(fd):
    """Whether operations on the descriptor wait."""
    return get_status_flags(fd) & os.O_NONBLOCK == 0


def lseek(fd, pos, how):
    """Move in the file; the new position."""
    return handle_posix_error('lseek', c.c_lseek(fd, pos, how))


def ftruncate(fd, length):
    """Give the file a length."""
    handle_posix_error('ftruncate', c.c_ftruncate(fd, length))


@specialize.argtype(0)
def truncate(path, length):
    """Give the file a length."""
    handle_posix_error('truncate', c.c_truncate(_as_bytes0(path), length))


def fsync(fd):
    """Write the file to disk."""
    handle_posix_error('fsync', c.c_fsync(fd))


def fdatasync(fd):
    """Write the contents of the file to disk."""
    handle_posix_error('fdatasync', c.c_fdatasync(fd))


def sync():
    """Write everything to disk."""
    c.c_sync()


def fchdir(fd):
    """Change the current directory to an open one."""
    handle_posix_error('fchdir', c.c_fchdir(fd))


def isatty(fd):
    """Whether the descriptor is a terminal."""
    return rffi.cast(lltype.Signed, c.c_isatty(fd)) != 0


def ttyname(fd):
    """The name of the terminal."""
    name = c.c_ttyname(fd)
    if not name:
        raise OSError(get_saved_errno(), "ttyname raised")
    return rffi.charp2str(name)


def closerange(fd_low, fd_high):
    """Close descriptors, ignoring errors."""
    for fd in range(fd_low, fd_high):
        try:
            close(fd)
        except OSError:
            pass


def pipe(flags=0):
    """The reading and the writing end of a new pipe."""
    with lltype.scoped_alloc(rffi.INTP.TO, 2) as ends:
        handle_posix_error('pipe', c.c_pipe2(ends, flags))
        return rffi.cast(lltype.Signed, ends[0]), rffi.cast(lltype.Signed, ends[1])


pipe2 = pipe


def openpty():
    """The two ends of a new terminal."""
    with lltype.scoped_alloc(rffi.INTP.TO, 2) as ends:
        handle_posix_error('openpty', c.c_openpty(ends, rffi.ptradd(ends, 1), None, None, None))
        return rffi.cast(lltype.Signed, ends[0]), rffi.cast(lltype.Signed, ends[1])


def tcgetpgrp(fd):
    """The process group of the terminal."""
    return handle_posix_error('tcgetpgrp', c.c_tcgetpgrp(fd))


def tcsetpgrp(fd, pgrp):
    """Set the process group of the terminal."""
    handle_posix_error('tcsetpgrp', c.c_tcsetpgrp(fd, pgrp))


# ---- files and directories -----------------------------------------------


@specialize.argtype(0)
def access(path, mode):
    """Whether the process may access the file."""
    return rffi.cast(lltype.Signed, c.c_access(_as_bytes0(path), mode)) == 0


@specialize.argtype(0)
def chdir(path):
    """Change the current directory."""
    handle_posix_error('chdir', c.c_chdir(_as_bytes0(path)))


@specialize.argtype(0)
def chroot(path):
    """Change the root directory."""
    handle_posix_error('chroot', c.c_chroot(_as_bytes0(path)))


@specialize.argtype(0)
def chmod(path, mode):
    """Change the permissions."""
    handle_posix_error('chmod', c.c_chmod(_as_bytes0(path), mode))


def fchmod(fd, mode):
    """Change the permissions of an open file."""
    handle_posix_error('fchmod', c.c_fchmod(fd, mode))


@specialize.argtype(0)
def chown(path, uid, gid):
    """Change the owner and group."""
    handle_posix_error('chown', c.c_chown(_as_bytes0(path), uid, gid))


@specialize.argtype(0)
def lchown(path, uid, gid):
    """Change the owner and group of a link."""
    handle_posix_error('lchown', c.c_lchown(_as_bytes0(path), uid, gid))


def fchown(fd, uid, gid):
    """Change the owner and group of an open file."""
    handle_posix_error('fchown', c.c_fchown(fd, uid, gid))


@specialize.argtype(0)
def mkdir(path, mode=0777):
    """Make a directory."""
    handle_posix_error('mkdir', c.c_mkdir(_as_bytes0(path), mode))


@specialize.argtype(0)
def rmdir(path):
    """Remove a directory."""
    handle_posix_error('rmdir', c.c_rmdir(_as_bytes0(path)))


@specialize.argtype(0)
def mkfifo(path, mode):
    """Make a named pipe."""
    handle_posix_error('mkfifo', c.c_mkfifo(_as_bytes0(path), mode))


@specialize.argtype(0)
def mknod(path, mode, dev):
    """Make a file of any type."""
    handle_posix_error('mknod', c.c_mknod(_as_bytes0(path), mode, dev))


@specialize.argtype(0)
def unlink(path):
    """Remove a file."""
    handle_posix_error('unlink', c.c_unlink(_as_bytes0(path)))


@specialize.argtype(0)
def remove(path):
    """Remove a file."""
    unlink(path)


@specialize.argtype(0, 1)
def rename(path1, path2):
    """Give a file another name."""
    handle_posix_error('rename', c.c_rename(_as_bytes0(path1), _as_bytes0(path2)))


replace = rename


@specialize.argtype(0, 1)
def link(oldpath, newpath):
    """Give a file a second name."""
    handle_posix_error('link', c.c_link(_as_bytes0(oldpath), _as_bytes0(newpath)))


@specialize.argtype(0, 1)
def symlink(oldpath, newpath):
    """Make a symbolic link."""
    handle_posix_error('symlink', c.c_symlink(_as_bytes0(oldpath), _as_bytes0(newpath)))


def readlink(path):
    """What the symbolic link leads to."""
    path = _as_bytes0(path)
    size = 1023
    while True:
        size *= 4
        with rffi.scoped_alloc_buffer(size) as buf:
            got = handle_posix_error('readlink', c.c_readlink(path, buf.raw, size))
            if got < size:
                return buf.str(got)
readlink._annspecialcase_ = 'specialize:argtype(0)'


@specialize.argtype(0)
def listdir(path):
    """The names in the directory."""
    handle = c.c_opendir(_as_bytes0(path))
    if not handle:
        raise OSError(get_saved_errno(), "opendir failed")
    return _names_of_open_directory(handle)


def fdlistdir(fd):
    """The names in an open directory; the descriptor is closed."""
    handle = c.c_fdopendir(fd)
    if not handle:
        raise OSError(get_saved_errno(), "opendir failed")
    return _names_of_open_directory(handle)


def _names_of_open_directory(handle):
    result = []
    while True:
        name = c.c_readdir(handle)
        if not name:
            error = get_saved_errno()
            break
        text = rffi.charp2str(name)
        if text != '.' and text != '..':
            result.append(text)
    c.c_closedir(handle)
    if error:
        raise OSError(error, "readdir failed")
    return result


def getcwd():
    """The current directory."""
    size = 256
    while True:
        with rffi.scoped_alloc_buffer(size) as buf:
            if c.c_getcwd(buf.raw, size):
                return rffi.charp2str(buf.raw)
        if get_saved_errno() != errno.ERANGE:
            raise OSError(get_saved_errno(), "getcwd failed")
        size *= 4
        if size > 1024 * 1024:
            raise OSError(errno.ERANGE, "getcwd failed")


def umask(newmask):
    """Set the mask of permissions; the old one."""
    return handle_posix_error('umask', c.c_umask(newmask))


@specialize.argtype(0, 1)
def utime(path, times):
    """Set the access and modification times, None for now."""
    if times is None:
        result = c.c_utime(_as_bytes0(path), 0, 0.0, 0.0)
    else:
        accessed, modified = times
        result = c.c_utime(_as_bytes0(path), 1, float(accessed), float(modified))
    handle_posix_error('utime', result)


def getfullpathname(path):
    """The absolute path."""
    from rpython.rlib.rpath import rabspath
    return rabspath(path)


# ---- users and groups ----------------------------------------------------


def getpid():
    """The number of the process."""
    return intmask(c.c_getpid())


def getppid():
    """The number of the parent process."""
    return intmask(c.c_getppid())


def getuid():
    """The real user."""
    return intmask(c.c_getuid())


def geteuid():
    """The effective user."""
    return intmask(c.c_geteuid())


def getgid():
    """The real group."""
    return intmask(c.c_getgid())


def getegid():
    """The effective group."""
    return intmask(c.c_getegid())


def setuid(uid):
    """Set the user."""
    handle_posix_error('setuid', c.c_setuid(uid))


def seteuid(uid):
    """Set the effective user."""
    handle_posix_error('seteuid', c.c_seteuid(uid))


def setgid(gid):
    """Set the group."""
    handle_posix_error('setgid', c.c_setgid(gid))


def setegid(gid):
    """Set the effective group."""
    handle_posix_error('setegid', c.c_setegid(gid))


def setreuid(ruid, euid):
    """Set the real and effective users."""
    handle_posix_error('setreuid', c.c_setreuid(ruid, euid))


def setregid(rgid, egid):
    """Set the real and effective groups."""
    handle_posix_error('setregid', c.c_setregid(rgid, egid))


def getpgrp():
    """The process group."""
    return intmask(c.c_getpgrp())


def setpgrp():
    """Make the process the leader of a group."""
    handle_posix_error('setpgrp', c.c_setpgid(0, 0))


def getpgid(pid):
    """The process group of a process."""
    return handle_posix_error('getpgid', c.c_getpgid(pid))


def setpgid(pid, gid):
    """Set the process group of a process."""
    handle_posix_error('setpgid', c.c_setpgid(pid, gid))


def getsid(pid):
    """The session of a process."""
    return handle_posix_error('getsid', c.c_getsid(pid))


def setsid():
    """Start a session."""
    handle_posix_error('setsid', c.c_setsid())


def getlogin():
    """The name of the user."""
    name = c.c_getlogin()
    if not name:
        raise OSError(get_saved_errno(), "getlogin failed")
    return rffi.charp2str(name)


def getgroups():
    """The supplementary groups."""
    n = handle_posix_error('getgroups', c.c_getgroups(0, lltype.nullptr(rffi.UINTP.TO)))
    with lltype.scoped_alloc(rffi.UINTP.TO, n + 1) as groups:
        n = handle_posix_error('getgroups', c.c_getgroups(n, groups))
        return [rffi.cast(lltype.Signed, groups[i]) for i in range(n)]


def nice(inc):
    """Change the priority; the new one."""
    set_saved_errno(0)
    result = rffi.cast(lltype.Signed, c.c_nice(inc))
    if result == -1 and get_saved_errno() != 0:
        raise OSError(get_saved_errno(), "os_nice failed")
    return result


# ---- processes -----------------------------------------------------------


def fork():
    """Copy the process: 0 in the child, the child's number in the parent."""
    c.c_before_fork()
    pid = rffi.cast(lltype.Signed, c.c_fork())
    error = get_saved_errno()
    if pid == 0:
        c.c_after_fork_child()
        c.c_log_forked()
    else:
        c.c_after_fork_parent()
    if pid < 0:
        raise OSError(error, "os_fork failed")
    return pid


def forkpty():
    """fork() with a new terminal for the child: the number and the descriptor."""
    with lltype.scoped_alloc(rffi.INTP.TO, 1) as master:
        c.c_before_fork()
        pid = rffi.cast(lltype.Signed, c.c_forkpty(master, None, None, None))
        error = get_saved_errno()
        if pid == 0:
            c.c_after_fork_child()
        else:
            c.c_after_fork_parent()
        if pid < 0:
            raise OSError(error, "os_forkpty failed")
        return pid, rffi.cast(lltype.Signed, master[0])


def _free_strings(array):
    rffi.free_charpp(array)


def execv(path, args):
    """Run a program in place of this one."""
    array = rffi.liststr2charpp(args)
    c.c_execv(path, array)
    _free_strings(array)
    raise OSError(get_saved_errno(), "execv failed")


def execve(path, args, env):
    """The same with the environment from a dictionary."""
    strings = []
    for name in env.keys():
        strings.append('%s=%s' % (name, env[name]))
    array = rffi.liststr2charpp(args)
    variables = rffi.liststr2charpp(strings)
    c.c_execve(path, array, variables)
    _free_strings(array)
    _free_strings(variables)
    raise OSError(get_saved_errno(), "execve failed")


def spawnv(mode, path, args):
    """Run a program in a new process; its status, or its number."""
    pid = fork()
    if pid == 0:
        try:
            execv(path, args)
        except OSError:
            pass
        _exit(127)
    if mode != 0:
        return pid
    while True:
        _, status = waitpid(pid, 0)
        if WIFSIGNALED(status):
            return -WTERMSIG(status)
        if WIFEXITED(status):
            return WEXITSTATUS(status)


def kill(pid, sig):
    """Send a signal to a process."""
    handle_posix_error('kill', c.c_kill(pid, sig))


def killpg(pgrp, sig):
    """Send a signal to a process group."""
    handle_posix_error('killpg', c.c_killpg(pgrp, sig))


def waitpid(pid, options):
    """Wait for a child: its number and status."""
    with lltype.scoped_alloc(rffi.INTP.TO, 1, zero=True) as status:
        result = handle_posix_error('waitpid', c.c_waitpid(pid, status, options))
        return result, rffi.cast(lltype.Signed, status[0])


def wait():
    """Wait for any child: its number and status."""
    return waitpid(-1, 0)


WAIT_MACROS = ['WCOREDUMP', 'WIFCONTINUED', 'WIFSTOPPED', 'WIFSIGNALED', 'WIFEXITED',
               'WEXITSTATUS', 'WSTOPSIG', 'WTERMSIG']


def WCOREDUMP(status):
    """Whether the process left an image of its memory."""
    return rffi.cast(lltype.Signed, c.c_wcoredump(status)) != 0


def WIFCONTINUED(status):
    """Whether the process was continued."""
    return rffi.cast(lltype.Signed, c.c_wifcontinued(status)) != 0


def WIFSTOPPED(status):
    """Whether the process was stopped."""
    return rffi.cast(lltype.Signed, c.c_wifstopped(status)) != 0


def WIFSIGNALED(status):
    """Whether a signal ended the process."""
    return rffi.cast(lltype.Signed, c.c_wifsignaled(status)) != 0


def WIFEXITED(status):
    """Whether the process ended by itself."""
    return rffi.cast(lltype.Signed, c.c_wifexited(status)) != 0


def WEXITSTATUS(status):
    """The exit status."""
    return rffi.cast(lltype.Signed, c.c_wexitstatus(status))


def WSTOPSIG(status):
    """The signal that stopped the process."""
    return rffi.cast(lltype.Signed, c.c_wstopsig(status))


def WTERMSIG(status):
    """The signal that ended the process."""
    return rffi.cast(lltype.Signed, c.c_wtermsig(status))


def system(command):
    """Run a shell command; its status."""
    return rffi.cast(lltype.Signed, c.c_system(command))


def abort():
    """End the process by a signal, leaving an image of its memory."""
    c.c_abort()


def _exit(status):
    """End the process at once."""
    c.c_log_flush()
    c.c__exit(status)


# ---- information ---------------------------------------------------------


def strerror(errnum):
    """The text of an error number."""
    res = c.c_strerror(errnum)
    if not res:
        raise ValueError("os_strerror failed")
    return rffi.charp2str(res)


def times():
    """CPU times of the process and its children, and the elapsed time, in seconds."""
    with lltype.scoped_alloc(rffi.SIGNEDP.TO, 5) as out:
        handle_posix_error('times', c.c_times(out))
        ticks = float(c.c_sysconf(c._SC_CLK_TCK))
        return out[0] / ticks, out[1] / ticks, out[2] / ticks, out[3] / ticks, out[4] / ticks


def uname():
    """The names of system, host, release, version and machine."""
    return (rffi.charp2str(c.c_uname(0)), rffi.charp2str(c.c_uname(1)),
            rffi.charp2str(c.c_uname(2)), rffi.charp2str(c.c_uname(3)),
            rffi.charp2str(c.c_uname(4)))


def getloadavg():
    """The average loads over 1, 5 and 15 minutes."""
    with lltype.scoped_alloc(rffi.DOUBLEP.TO, 3) as load:
        if rffi.cast(lltype.Signed, c.c_getloadavg(load, 3)) != 3:
            raise OSError(0, "getloadavg failed")
        return load[0], load[1], load[2]


def sysconf(value):
    """A number that describes the system."""
    set_saved_errno(0)
    result = c.c_sysconf(value)
    if result == -1 and get_saved_errno() != 0:
        raise OSError(get_saved_errno(), "sysconf failed")
    return result


def urandom(n):
    """Random bytes of the system."""
    from rpython.rlib.rurandom import urandom
    return urandom(n)


# ---- the environment -----------------------------------------------------


def getenv(name):
    """A variable of the environment, None if it is not there."""
    value = c.c_getenv(name)
    if not value:
        return None
    return rffi.charp2str(value)


def putenv(name, value):
    """Set a variable of the environment."""
    handle_posix_error('putenv', c.c_setenv(name, value, 1))


def unsetenv(name):
    """Remove a variable of the environment."""
    handle_posix_error('unsetenv', c.c_unsetenv(name))


def envitems():
    """The variables of the environment as pairs."""
    result = []
    array = c.c_environ()
    i = 0
    while array[i]:
        text = rffi.charp2str(array[i])
        p = text.find('=')
        if p >= 0:
            result.append((text[:p], text[p + 1:]))
        i += 1
    return result
