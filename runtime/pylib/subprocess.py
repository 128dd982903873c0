"""Running other programs.

The host runs a program from start to end in one step: when it is made, or, if
it has a pipe as its input, when its output or status is asked for.
"""
import errno
import posix
import sys

__all__ = ['Popen', 'PIPE', 'STDOUT', 'call', 'check_call', 'check_output', 'CalledProcessError']

PIPE = -1
STDOUT = -2


class CalledProcessError(Exception):
    """A program ended with a status other than zero."""

    def __init__(self, returncode, cmd, output=None):
        self.returncode = returncode
        self.cmd = cmd
        self.output = output

    def __str__(self):
        return "Command '%s' returned non-zero exit status %d" % (self.cmd, self.returncode)


def call(*popenargs, **kwargs):
    """Run a program; its status."""
    return Popen(*popenargs, **kwargs).wait()


def check_call(*popenargs, **kwargs):
    """Run a program; CalledProcessError if it fails."""
    status = call(*popenargs, **kwargs)
    if status:
        raise CalledProcessError(status, _command(popenargs, kwargs))
    return 0


def check_output(*popenargs, **kwargs):
    """The output of a program; CalledProcessError if it fails."""
    if 'stdout' in kwargs:
        raise ValueError('stdout argument not allowed, it will be overridden.')
    process = Popen(stdout=PIPE, *popenargs, **kwargs)
    output, _ = process.communicate()
    status = process.poll()
    if status:
        raise CalledProcessError(status, _command(popenargs, kwargs), output=output)
    return output


def _command(popenargs, kwargs):
    command = kwargs.get('args')
    if command is None:
        command = popenargs[0]
    return command


def list2cmdline(seq):
    """The arguments as one line."""
    result = []
    for arg in seq:
        if not arg or ' ' in arg or '\t' in arg:
            arg = '"%s"' % arg.replace('"', '\\"')
        result.append(arg)
    return ' '.join(result)


class _InputPipe(object):
    """Collects what the program will read."""

    def __init__(self, process):
        self._process = process
        self._pieces = []
        self.closed = False

    def write(self, data):
        if self.closed:
            raise ValueError("I/O operation on closed file")
        self._pieces.append(data)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        pass

    def close(self):
        self.closed = True


class _OutputPipe(object):
    """What the program wrote; reading runs the program."""

    def __init__(self, process, index):
        self._process = process
        self._index = index
        self._file = None
        self.closed = False

    def _open(self):
        if self._file is None:
            from StringIO import StringIO
            self._process._run()
            self._file = StringIO(self._process._outputs[self._index])
        return self._file

    def read(self, n=-1):
        return self._open().read(n)

    def readline(self, n=-1):
        return self._open().readline(n)

    def readlines(self, sizehint=0):
        return self._open().readlines(sizehint)

    def __iter__(self):
        return iter(self.readlines())

    def close(self):
        self.closed = True


class Popen(object):
    """A program that runs."""

    def __init__(self, args, bufsize=0, executable=None, stdin=None, stdout=None, stderr=None,
                 preexec_fn=None, close_fds=False, shell=False, cwd=None, env=None,
                 universal_newlines=False, startupinfo=None, creationflags=0):
        if not isinstance(bufsize, (int, long)):
            raise TypeError("bufsize must be an integer")
        if preexec_fn is not None:
            raise ValueError("preexec_fn is not supported")
        if isinstance(args, basestring):
            args = [args]
        else:
            args = list(args)
        if shell:
            args = ['/bin/sh', '-c'] + args
        elif executable is not None:
            args[0] = executable
        self._args = args
        self._cwd = cwd
        self._env = env
        self._streams = stdin, stdout, stderr
        self._outputs = '', ''
        self.pid = None
        self.returncode = None
        self.universal_newlines = universal_newlines
        self.stdin = _InputPipe(self) if stdin == PIPE else None
        self.stdout = _OutputPipe(self, 0) if stdout == PIPE else None
        self.stderr = _OutputPipe(self, 1) if stderr == PIPE else None
        if stdin != PIPE:
            self._run()

    def _run(self):
        """Run the program, if that was not done before."""
        if self.returncode is not None:
            return
        stdin, stdout, stderr = self._streams
        data = None
        if self.stdin is not None:
            data = ''.join(self.stdin._pieces)
        elif stdin is not None:
            data = _file_of(stdin).read()
        sys.stdout.flush()
        status, out, err = posix._run_process(
            self._args, self._cwd, self._env, data, stdout is not None,
            stderr is not None and stderr != STDOUT, stderr == STDOUT)
        self.returncode = status
        if self.universal_newlines:
            out = out.replace('\r\n', '\n').replace('\r', '\n')
            err = err.replace('\r\n', '\n').replace('\r', '\n')
        self._outputs = out, err
        for stream, text in ((stdout, out), (stderr, err)):
            if stream not in (None, PIPE, STDOUT):
                f = _file_of(stream, 'a')
                f.write(text)
                f.flush()

    def communicate(self, input=None):
        """Give the program its input; its outputs."""
        if input is not None and self.stdin is not None:
            self.stdin.write(input)
        self._run()
        return (self._outputs[0] if self.stdout is not None else None,
                self._outputs[1] if self.stderr is not None else None)

    def poll(self):
        """The status, None while the program runs."""
        if self.stdin is None or self.stdin.closed:
            self._run()
        return self.returncode

    def wait(self):
        """The status."""
        self._run()
        return self.returncode

    def send_signal(self, sig):
        raise OSError(errno.ESRCH, "No such process")

    def terminate(self):
        self.send_signal(15)

    def kill(self):
        self.send_signal(9)


class _Descriptor(object):
    """A descriptor as a file."""

    def __init__(self, fd):
        self._fd = fd

    def read(self):
        pieces = []
        while True:
            piece = posix.read(self._fd, 65536)
            if not piece:
                return ''.join(pieces)
            pieces.append(piece)

    def write(self, data):
        while data:
            data = data[posix.write(self._fd, data):]

    def flush(self):
        pass


def _file_of(stream, mode='r'):
    return _Descriptor(stream) if isinstance(stream, (int, long)) else stream
