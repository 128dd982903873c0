"""The C functions behind rposix, and errno."""
from rpython.rtyper.lltypesystem import lltype, rffi
from rpython.rtyper.lltypesystem.rffi import (CCHARP, CCHARPP, DOUBLE, DOUBLEP, INT, INTP, LONG, SIGNEDP, SIZE_T,
                                              SSIZE_T, UINT, UINTP, VOIDP)
from rpython.translator.tool.cbuild import ExternalCompilationInfo

eci = ExternalCompilationInfo(includes=['rpy_posix.h', 'rpy_os.h', 'rpy_thread.h', 'rpy_log.h'])

F_GETFD = 1
F_SETFD = 2
F_GETFL = 3
F_SETFL = 4
FD_CLOEXEC = 1
_SC_CLK_TCK = 2


def _external(name, args, result, c_name=None, **kwds):
    """A function that saves errno and lets other threads run."""
    kwds.setdefault('save_err', rffi.RFFI_SAVE_ERRNO)
    return rffi.llexternal(c_name or name, args, result, compilation_info=eci, **kwds)


def _quick(name, args, result, **kwds):
    """A function that keeps the lock and does not save errno."""
    return rffi.llexternal(name, args, result, compilation_info=eci, releasegil=False, **kwds)


# ---- errno ---------------------------------------------------------------

_get_saved, _set_saved = rffi.CExternVariable(
    INT, 'rpy_os_saved_errno', eci, declare_as_extern=False, sandboxsafe=True)
_get_alt, _set_alt = rffi.CExternVariable(
    INT, 'rpy_os_alt_errno', eci, declare_as_extern=False, sandboxsafe=True)
_get_errno = _quick('rpy_os_get_errno', [], INT, sandboxsafe=True)
_set_errno = _quick('rpy_os_set_errno', [INT], lltype.Void, sandboxsafe=True)


def get_saved_errno():
    """errno as it was after the last call of a function that saves it."""
    return rffi.cast(lltype.Signed, _get_saved())


def set_saved_errno(errno):
    """Change that value."""
    _set_saved(errno)


def get_saved_alterrno():
    """errno as it was after the last call of a function that saves it as RFFI_ALT_ERRNO."""
    return rffi.cast(lltype.Signed, _get_alt())


def set_saved_alterrno(errno):
    """Change that value."""
    _set_alt(errno)


def _errno_before(save_err):
    """What happens to errno before a call with the given flags."""
    if save_err & rffi.RFFI_READSAVED_ERRNO:
        if save_err & rffi.RFFI_ALT_ERRNO:
            _set_errno(_get_alt())
        else:
            _set_errno(_get_saved())
    elif save_err & rffi.RFFI_ZERO_ERRNO_BEFORE:
        _set_errno(0)


def _errno_after(save_err):
    """What happens to errno after a call with the given flags."""
    if save_err & rffi.RFFI_SAVE_ERRNO:
        if save_err & rffi.RFFI_ALT_ERRNO:
            _set_alt(_get_errno())
        else:
            _set_saved(_get_errno())


# ---- descriptors ---------------------------------------------------------

c_open = _external('open', [CCHARP, INT, rffi.MODE_T], INT, natural_arity=2)
c_read = _external('read', [INT, VOIDP, SIZE_T], SSIZE_T)
c_write = _external('write', [INT, VOIDP, SIZE_T], SSIZE_T)
c_close = _external('close', [INT], INT)
c_dup = _external('dup', [INT], INT)
c_dup2 = _external('dup2', [INT, INT], INT)
c_fcntl = _external('fcntl', [INT, INT, INT], INT, natural_arity=2)
c_lseek = _external('lseek', [INT, rffi.OFF_T, INT], rffi.OFF_T)
c_ftruncate = _external('ftruncate', [INT, rffi.OFF_T], INT)
c_truncate = _external('truncate', [CCHARP, rffi.OFF_T], INT)
c_fsync = _external('fsync', [INT], INT)
c_fdatasync = _external('fdatasync', [INT], INT)
c_sync = _external('sync', [], lltype.Void)
c_fchdir = _external('fchdir', [INT], INT)
c_isatty = _external('isatty', [INT], INT)
c_ttyname = _external('ttyname', [INT], CCHARP, releasegil=False)
c_pipe2 = _external('pipe2', [INTP, INT], INT)
c_openpty = _external('openpty', [INTP, INTP, VOIDP, VOIDP, VOIDP], INT)
c_tcgetpgrp = _external('tcgetpgrp', [INT], rffi.PID_T)
c_tcsetpgrp = _external('tcsetpgrp', [INT, rffi.PID_T], INT)

# ---- files and directories -----------------------------------------------

c_access = _external('access', [CCHARP, INT], INT)
c_chdir = _external('chdir', [CCHARP], INT)
c_chroot = _external('chroot', [CCHARP], INT)
c_chmod = _external('chmod', [CCHARP, rffi.MODE_T], INT)
c_fchmod = _external('fchmod', [INT, rffi.MODE_T], INT)
c_chown = _external('chown', [CCHARP, rffi.UID_T, rffi.GID_T], INT)
c_lchown = _external('lchown', [CCHARP, rffi.UID_T, rffi.GID_T], INT)
c_fchown = _external('fchown', [INT, rffi.UID_T, rffi.GID_T], INT)
c_mkdir = _external('mkdir', [CCHARP, rffi.MODE_T], INT)
c_rmdir = _external('rmdir', [CCHARP], INT)
c_mkfifo = _external('mkfifo', [CCHARP, rffi.MODE_T], INT)
c_mknod = _external('mknod', [CCHARP, rffi.MODE_T, rffi.DEV_T], INT)
c_unlink = _external('unlink', [CCHARP], INT)
c_rename = _external('rename', [CCHARP, CCHARP], INT)
c_link = _external('link', [CCHARP, CCHARP], INT)
c_symlink = _external('symlink', [CCHARP, CCHARP], INT)
c_readlink = _external('readlink', [CCHARP, CCHARP, SIZE_T], SSIZE_T)
c_opendir = _external('rpy_posix_opendir', [CCHARP], VOIDP)
c_fdopendir = _external('rpy_posix_fdopendir', [INT], VOIDP)
c_readdir = _external('rpy_posix_readdir', [VOIDP], CCHARP,
                      save_err=rffi.RFFI_FULL_ERRNO_ZERO)
c_closedir = _external('rpy_posix_closedir', [VOIDP], INT, save_err=rffi.RFFI_ERR_NONE)
c_getcwd = _external('getcwd', [CCHARP, SIZE_T], CCHARP)
c_umask = _external('umask', [rffi.MODE_T], rffi.MODE_T)
c_utime = _external('rpy_posix_utime', [CCHARP, INT, DOUBLE, DOUBLE], INT)
c_stat = _external('rpy_posix_stat', [CCHARP, SIGNEDP], INT)
c_lstat = _external('rpy_posix_lstat', [CCHARP, SIGNEDP], INT)
c_fstat = _external('rpy_posix_fstat', [INT, SIGNEDP], INT)
c_statvfs = _external('rpy_posix_statvfs', [CCHARP, SIGNEDP], INT)
c_fstatvfs = _external('rpy_posix_fstatvfs', [INT, SIGNEDP], INT)

# ---- users, groups, processes --------------------------------------------

c_getpid = _quick('getpid', [], rffi.PID_T)
c_getppid = _quick('getppid', [], rffi.PID_T)
c_getuid = _quick('getuid', [], rffi.UID_T)
c_geteuid = _quick('geteuid', [], rffi.UID_T)
c_getgid = _quick('getgid', [], rffi.GID_T)
c_getegid = _quick('getegid', [], rffi.GID_T)
c_setuid = _external('setuid', [rffi.UID_T], INT)
c_seteuid = _external('seteuid', [rffi.UID_T], INT)
c_setgid = _external('setgid', [rffi.GID_T], INT)
c_setegid = _external('setegid', [rffi.GID_T], INT)
c_setreuid = _external('setreuid', [rffi.UID_T, rffi.UID_T], INT)
c_setregid = _external('setregid', [rffi.GID_T, rffi.GID_T], INT)
c_getpgrp = _quick('getpgrp', [], rffi.PID_T)
c_getpgid = _external('getpgid', [rffi.PID_T], rffi.PID_T)
c_setpgid = _external('setpgid', [rffi.PID_T, rffi.PID_T], INT)
c_getsid = _external('getsid', [rffi.PID_T], rffi.PID_T)
c_setsid = _external('setsid', [], rffi.PID_T)
c_getlogin = _external('getlogin', [], CCHARP, releasegil=False)
c_getgroups = _external('getgroups', [INT, UINTP], INT)
c_nice = _external('nice', [INT], INT, save_err=rffi.RFFI_FULL_ERRNO_ZERO)
c_fork = _external('fork', [], rffi.PID_T, releasegil=False)
c_forkpty = _external('forkpty', [INTP, VOIDP, VOIDP, VOIDP], rffi.PID_T, releasegil=False)
c_before_fork = _quick('rpy_thread_before_fork', [], lltype.Void)
c_after_fork_parent = _quick('rpy_thread_after_fork_parent', [], lltype.Void)
c_after_fork_child = _quick('rpy_thread_after_fork_child', [], lltype.Void)
c_log_forked = _quick('rpy_log_forked', [], lltype.Void)
c_log_flush = _quick('rpy_log_flush', [], lltype.Void)
c_execv = _external('execv', [CCHARP, CCHARPP], INT)
c_execve = _external('execve', [CCHARP, CCHARPP, CCHARPP], INT)
c_kill = _external('kill', [rffi.PID_T, INT], INT)
c_killpg = _external('killpg', [rffi.PID_T, INT], INT)
c_waitpid = _external('rpy_posix_waitpid', [LONG, INTP, INT], LONG)
c_system = _external('system', [CCHARP], INT)
c_abort = _quick('abort', [], lltype.Void)
c__exit = _quick('_exit', [INT], lltype.Void)
c_wcoredump = _quick('rpy_posix_wcoredump', [INT], INT, sandboxsafe=True)
c_wifcontinued = _quick('rpy_posix_wifcontinued', [INT], INT, sandboxsafe=True)
c_wifstopped = _quick('rpy_posix_wifstopped', [INT], INT, sandboxsafe=True)
c_wifsignaled = _quick('rpy_posix_wifsignaled', [INT], INT, sandboxsafe=True)
c_wifexited = _quick('rpy_posix_wifexited', [INT], INT, sandboxsafe=True)
c_wexitstatus = _quick('rpy_posix_wexitstatus', [INT], INT, sandboxsafe=True)
c_wstopsig = _quick('rpy_posix_wstopsig', [INT], INT, sandboxsafe=True)
c_wtermsig = _quick('rpy_posix_wtermsig', [INT], INT, sandboxsafe=True)

# ---- information ---------------------------------------------------------

c_strerror = _quick('strerror', [INT], CCHARP, sandboxsafe=True)
c_times = _external('rpy_posix_times', [SIGNEDP], INT)
c_uname = _quick('rpy_posix_uname', [INT], CCHARP)
c_getloadavg = _external('getloadavg', [DOUBLEP, INT], INT)
c_sysconf = _external('sysconf', [INT], LONG, save_err=rffi.RFFI_FULL_ERRNO_ZERO)
c_getenv = _quick('getenv', [CCHARP], CCHARP)
c_setenv = _external('setenv', [CCHARP, CCHARP, INT], INT)
c_unsetenv = _external('unsetenv', [CCHARP], INT)
c_environ = _quick('rpy_os_environ', [], CCHARPP)
