"""What stands for host functions in translated code.

The translator imports this module before it builds flow graphs.  To keep
that cheap, each replacement imports its implementation when it is used.
"""
import sys

from rpython.rtyper.intrinsic import replaces

_LL_MATH = 'rpython.rtyper.lltypesystem.module.ll_math'
_RPOSIX = 'rpython.rlib.rposix'
_RSTAT = 'rpython.rlib.rposix_stat'
_RTIME = 'rpython.rlib.rtime'

# module, implementing module, prefix of the implementations, signatures
_TABLE = [
    ('math', _LL_MATH, 'll_math_', '''
        sqrt(x) exp(x) log(x) log10(x) log1p(x) expm1(x) sin(x) cos(x) tan(x) asin(x) acos(x)
        atan(x) sinh(x) cosh(x) tanh(x) asinh(x) acosh(x) atanh(x) erf(x) erfc(x) gamma(x)
        lgamma(x) floor(x) ceil(x) fabs(x) degrees(x) radians(x) isnan(x) isinf(x) frexp(x)
        modf(x) pow(x,y) fmod(x,y) atan2(x,y) hypot(x,y) copysign(x,y) ldexp(x,y)'''),
    ('posix', _RPOSIX, '', '''
        open(path,flags,mode=511) read(fd,count) write(fd,data) close(fd) dup(fd) dup2(fd,newfd)
        lseek(fd,pos,how) ftruncate(fd,length) fsync(fd) fdatasync(fd) pipe() isatty(fd)
        ttyname(fd) fchdir(fd) access(path,mode) chdir(path) chmod(path,mode) chown(path,uid,gid)
        chroot(path) fchmod(fd,mode) fchown(fd,uid,gid) getcwd() link(path1,path2) listdir(path)
        mkdir(path,mode=511) mkfifo(path,mode=438) mknod(path,mode,dev) readlink(path)
        rename(path1,path2) rmdir(path) symlink(path1,path2) unlink(path) remove(path)
        utime(path,times) umask(mask) getpid() getppid() getuid() geteuid() getgid() getegid()
        setuid(uid) setgid(gid) seteuid(uid) setegid(gid) setreuid(ruid,euid) setregid(rgid,egid)
        getpgrp() setpgrp() getpgid(pid) setpgid(pid,gid) getsid(pid) setsid() getgroups()
        getlogin() nice(inc) kill(pid,sig) killpg(pgid,sig) fork() forkpty() openpty()
        execv(path,args) execve(path,args,env) waitpid(pid,options) wait() system(command)
        abort() _exit(status) strerror(errnum) times() uname() getloadavg() urandom(n)
        tcgetpgrp(fd) tcsetpgrp(fd,pgrp) sysconf(name) getenv(name) putenv(name,value)
        unsetenv(name) WIFEXITED(status) WEXITSTATUS(status) WIFSIGNALED(status)
        WTERMSIG(status) WIFSTOPPED(status) WSTOPSIG(status) WCOREDUMP(status)
        WIFCONTINUED(status)'''),
    ('posix', _RSTAT, '', 'stat(path) lstat(path) fstat(fd) statvfs(path) fstatvfs(fd)'),
    ('time', _RTIME, '', 'time() clock() sleep(secs)'),
]


class _Environ(object):
    """os.environ in translated code."""

    def _freeze_(self):
        return True

    def get(self, key, default=None):
        from rpython.rlib.rposix import getenv
        value = getenv(key)
        if value is None:
            return default
        return value

    def __getitem__(self, key):
        from rpython.rlib.rposix import getenv
        value = getenv(key)
        if value is None:
            raise KeyError
        return value

    def __setitem__(self, key, value):
        from rpython.rlib.rposix import putenv
        putenv(key, value)

    def __delitem__(self, key):
        from rpython.rlib.rposix import getenv, unsetenv
        if getenv(key) is None:
            raise KeyError
        unsetenv(key)

    def __contains__(self, key):
        from rpython.rlib.rposix import getenv
        return getenv(key) is not None

    def has_key(self, key):
        return key in self

    def items(self):
        from rpython.rlib.rposix import envitems
        return envitems()

    def keys(self):
        return [item[0] for item in self.items()]

    def values(self):
        return [item[1] for item in self.items()]


environ = _Environ()


def _register():
    for module_name, implementation, prefix, signatures in _TABLE:
        module = __import__(module_name)
        lines = []
        found = []
        for signature in signatures.split():
            name, _, params = signature.partition('(')
            original = getattr(module, name, None)
            if original is None and module_name == 'posix' and 'os' in sys.modules:
                original = getattr(sys.modules['os'], name, None)
            if original is None:
                continue
            arguments = ', '.join([param.split('=')[0] for param in params[:-1].split(',')])
            lines.append('def %s(%s\n'
                         '    from %s import %s%s as implementation\n'
                         '    return implementation(%s)\n' % (
                             name, params + ':', implementation, prefix, name, arguments))
            found.append((name, original))
        namespace = {'__name__': __name__}
        exec '\n'.join(lines) in namespace
        for name, original in found:
            func = namespace[name]
            func._always_inline_ = True
            replaces(original)(func)
    if 'os' in sys.modules:
        replaces(sys.modules['os'].environ)(environ)


_register()
