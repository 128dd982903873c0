"""The operating system: everything of `posix`, and what is built on it."""
import sys
import errno
from posix import *
from posix import _exit
import posix

name = 'posix'
linesep = '\n'
curdir = '.'
pardir = '..'
sep = '/'
pathsep = ':'
defpath = ':/bin:/usr/bin'
altsep = None
extsep = '.'
devnull = '/dev/null'

SEEK_SET = 0
SEEK_CUR = 1
SEEK_END = 2

P_WAIT = 0
P_NOWAIT = P_NOWAITO = 1

sys.modules.setdefault('os', sys.modules[__name__])
import posixpath as path
sys.modules['os.path'] = path

# ---- directories ---------------------------------------------------------


def makedirs(name, mode=0777):
    """Make a directory and those above it."""
    head, tail = path.split(name)
    if not tail:
        head, tail = path.split(head)
    if head and tail and not path.exists(head):
        try:
            makedirs(head, mode)
        except OSError as e:
            if e.errno != errno.EEXIST:
                raise
        if tail == curdir:
            return
    mkdir(name, mode)


def removedirs(name):
    """Remove a directory and those above it that become empty."""
    rmdir(name)
    head, tail = path.split(name)
    if not tail:
        head, tail = path.split(head)
    while head and tail:
        try:
            rmdir(head)
        except error:
            break
        head, tail = path.split(head)


def renames(old, new):
    """Rename, making new directories and removing empty old ones."""
    head, tail = path.split(new)
    if head and tail and not path.exists(head):
        makedirs(head)
    rename(old, new)
    head, tail = path.split(old)
    if head and tail:
        try:
            removedirs(head)
        except error:
            pass


def walk(top, topdown=True, onerror=None, followlinks=False):
    """Generate (directory, names of directories, names of files) of a tree."""
    try:
        names = listdir(top)
    except error as err:
        if onerror is not None:
            onerror(err)
        return
    dirs = [each for each in names if path.isdir(path.join(top, each))]
    nondirs = [each for each in names if each not in dirs]
    if topdown:
        yield top, dirs, nondirs
    for each in dirs:
        new_path = path.join(top, each)
        if followlinks or not path.islink(new_path):
            for item in walk(new_path, topdown, onerror, followlinks):
                yield item
    if not topdown:
        yield top, dirs, nondirs


# ---- the environment -----------------------------------------------------


class _Environ(dict):
    """The environment; changes are made to that of the process, too."""

    def __setitem__(self, key, item):
        putenv(key, item)
        dict.__setitem__(self, key, item)

    def __delitem__(self, key):
        dict.__delitem__(self, key)
        unsetenv(key)

    def clear(self):
        for key in self.keys():
            del self[key]

    def pop(self, key, *args):
        if key in self:
            unsetenv(key)
        return dict.pop(self, key, *args)

    def popitem(self):
        key, value = dict.popitem(self)
        unsetenv(key)
        return key, value

    def update(self, *args, **kwargs):
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def setdefault(self, key, failobj=None):
        if key not in self:
            self[key] = failobj
        return self[key]

    def has_key(self, key):
        return key in self

    def copy(self):
        return dict(self)


environ = _Environ(posix.environ)


def getenv(key, default=None):
    """A variable of the environment, or the default."""
    return environ.get(key, default)


# ---- processes -----------------------------------------------------------


def execl(file, *args):
    """Run a program in place of this one."""
    execv(file, args)


def execle(file, *args):
    """The same with the environment as last argument."""
    execve(file, args[:-1], args[-1])


def execlp(file, *args):
    """The same, looking for the program in PATH."""
    execvp(file, args)


def execlpe(file, *args):
    """The same with the environment as last argument."""
    execvpe(file, args[:-1], args[-1])


def execvp(file, args):
    """Run a program found in PATH in place of this one."""
    _execvpe(file, args)


def execvpe(file, args, env):
    """The same with an environment."""
    _execvpe(file, args, env)


def _execvpe(file, args, env=None):
    def run(program):
        if env is None:
            execv(program, args)
        else:
            execve(program, args, env)

    if path.dirname(file):
        run(file)
        return
    found = None
    for directory in (environ if env is None else env).get('PATH', defpath).split(pathsep):
        try:
            run(path.join(directory, file))
        except error as e:
            if e.errno not in (errno.ENOENT, errno.ENOTDIR) and found is None:
                found = e
            last = e
    raise found or last


def spawnv(mode, file, args):
    """Run a program in a new process; its status, or its number for P_NOWAIT."""
    return _spawn(mode, file, args, None, execv)


def spawnve(mode, file, args, env):
    """The same with an environment."""
    return _spawn(mode, file, args, env, execve)


def spawnvp(mode, file, args):
    """The same, looking for the program in PATH."""
    return _spawn(mode, file, args, None, execvp)


def spawnl(mode, file, *args):
    """spawnv() with separate arguments."""
    return spawnv(mode, file, args)


def _spawn(mode, file, args, env, func):
    pid = fork()
    if not pid:
        try:
            if env is None:
                func(file, args)
            else:
                func(file, args, env)
        except:
            _exit(127)
    if mode == P_NOWAIT:
        return pid
    while True:
        _, status = waitpid(pid, 0)
        if WIFSTOPPED(status):
            continue
        if WIFSIGNALED(status):
            return -WTERMSIG(status)
        return WEXITSTATUS(status)


def popen(command, mode='r', bufsize=-1):
    """A file from or to a shell command."""
    import subprocess
    if mode.startswith('r'):
        process = subprocess.Popen(command, shell=True, stdout=subprocess.PIPE, bufsize=bufsize)
        return _PopenFile(process.stdout, process)
    process = subprocess.Popen(command, shell=True, stdin=subprocess.PIPE, bufsize=bufsize)
    return _PopenFile(process.stdin, process)


class _PopenFile(object):
    """The file of popen(): close() returns the status of the command."""

    def __init__(self, stream, process):
        self._stream = stream
        self._process = process

    def close(self):
        self._stream.close()
        status = self._process.wait()
        if status == 0:
            return None
        return status << 8 if status > 0 else -status

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def __iter__(self):
        return iter(self._stream)


if 'urandom' not in globals():
    def urandom(n):
        """Random bytes of the system."""
        f = open('/dev/urandom', O_RDONLY)
        try:
            data = ''
            while len(data) < n:
                data += read(f, n - len(data))
            return data
        finally:
            close(f)


# ---- what the host cannot do ---------------------------------------------


def _unavailable(name):
    """A function that translated programs have, and that fails at import time."""
    def function(*args):
        raise OSError(errno.ENOSYS, "os.%s() is not available before translation" % name)
    function.func_name = name
    return function


for _n in ['fork', 'forkpty', 'openpty', 'execv', 'execve', 'waitpid', 'wait', 'kill', 'killpg',
           'dup', 'dup2', 'fsync', 'fdatasync', 'fchdir', 'fchmod', 'fchown', 'chown', 'chroot',
           'link', 'mkfifo', 'mknod', 'ttyname', 'getppid', 'geteuid', 'getgid', 'getegid',
           'setuid', 'setgid', 'seteuid', 'setegid', 'setreuid', 'setregid', 'getpgrp',
           'setpgrp', 'getpgid', 'setpgid', 'getsid', 'setsid', 'getgroups', 'getlogin', 'nice',
           'abort', 'getloadavg', 'tcgetpgrp', 'tcsetpgrp', 'sysconf', 'statvfs', 'fstatvfs',
           'tmpfile', 'system', 'pipe']:
    globals().setdefault(_n, _unavailable(_n))


def _define_status_macros():
    """The functions that take the status of a process apart."""
    def WIFEXITED(status):
        return status & 0x7f == 0

    def WEXITSTATUS(status):
        return status >> 8 & 0xff

    def WIFSIGNALED(status):
        return status & 0x7f not in (0, 0x7f)

    def WTERMSIG(status):
        return status & 0x7f

    def WIFSTOPPED(status):
        return status & 0xff == 0x7f

    def WSTOPSIG(status):
        return status >> 8 & 0xff

    def WCOREDUMP(status):
        return status & 0x80 != 0

    def WIFCONTINUED(status):
        return status == 0xffff
    for name, function in locals().items():
        globals().setdefault(name, function)


_define_status_macros()
for _n, _value in [('WNOHANG', 1), ('WUNTRACED', 2), ('WCONTINUED', 8), ('O_NONBLOCK', 2048),
                   ('O_NOCTTY', 256), ('O_SYNC', 1052672), ('O_DIRECTORY', 65536),
                   ('O_NOFOLLOW', 131072), ('EX_OK', 0)]:
    globals().setdefault(_n, _value)

__all__ = [_n for _n in globals().keys() if not _n.startswith('_') and _n not in ('sys', 'errno', 'posix')]
