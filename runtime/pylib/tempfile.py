"""Temporary files and directories."""
import errno as _errno
import os as _os

__all__ = ['NamedTemporaryFile', 'TemporaryFile', 'SpooledTemporaryFile', 'mkstemp', 'mkdtemp',
           'mktemp', 'TMP_MAX', 'gettempprefix', 'tempdir', 'gettempdir']

TMP_MAX = 10000
template = 'tmp'
tempdir = None

_bin_flags = _os.O_RDWR | _os.O_CREAT | _os.O_EXCL
_CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789_'


def _candidates():
    """Names that are hardly taken."""
    while True:
        bytes = _os.urandom(6)
        yield ''.join([_CHARACTERS[ord(c) % len(_CHARACTERS)] for c in bytes])


def gettempprefix():
    """The beginning of the names."""
    return template


def gettempdir():
    """The directory of temporary files."""
    global tempdir
    if tempdir is None:
        choices = [_os.environ.get(name) for name in ('TMPDIR', 'TEMP', 'TMP')]
        choices += ['/tmp', '/var/tmp', '/usr/tmp']
        for choice in choices:
            if choice and _os.path.isdir(choice) and _os.access(choice, _os.W_OK):
                tempdir = _os.path.abspath(choice)
                break
        else:
            tempdir = _os.getcwd()
    return tempdir


def mkstemp(suffix='', prefix=template, dir=None, text=False):
    """Make a file; its descriptor and path."""
    if dir is None:
        dir = gettempdir()
    for _, name in zip(xrange(TMP_MAX), _candidates()):
        path = _os.path.join(dir, prefix + name + suffix)
        try:
            return _os.open(path, _bin_flags, 0600), _os.path.abspath(path)
        except OSError as e:
            if e.errno != _errno.EEXIST:
                raise
    raise IOError(_errno.EEXIST, "No usable temporary file name found")


def mkdtemp(suffix='', prefix=template, dir=None):
    """Make a directory; its path."""
    if dir is None:
        dir = gettempdir()
    for _, name in zip(xrange(TMP_MAX), _candidates()):
        path = _os.path.join(dir, prefix + name + suffix)
        try:
            _os.mkdir(path, 0700)
            return path
        except OSError as e:
            if e.errno != _errno.EEXIST:
                raise
    raise IOError(_errno.EEXIST, "No usable temporary directory name found")


def mktemp(suffix='', prefix=template, dir=None):
    """A path at which there is nothing yet."""
    if dir is None:
        dir = gettempdir()
    for name in _candidates():
        path = _os.path.join(dir, prefix + name + suffix)
        if not _os.path.lexists(path):
            return path


class _TemporaryFileWrapper(object):
    """A file that is removed when it is closed."""

    def __init__(self, file, name, delete=True):
        self.file = file
        self.name = name
        self.delete = delete
        self._closed = False

    def __getattr__(self, name):
        return getattr(self.__dict__['file'], name)

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()

    def __iter__(self):
        return iter(self.file)

    def close(self):
        if not self._closed:
            self._closed = True
            self.file.close()
            if self.delete:
                _os.unlink(self.name)

    def __del__(self):
        try:
            self.close()
        except Exception:
            pass


def NamedTemporaryFile(mode='w+b', bufsize=-1, suffix='', prefix=template, dir=None, delete=True):
    """A temporary file with a name."""
    fd, name = mkstemp(suffix, prefix, dir)
    _os.close(fd)
    return _TemporaryFileWrapper(open(name, mode, bufsize), name, delete)


def TemporaryFile(mode='w+b', bufsize=-1, suffix='', prefix=template, dir=None):
    """A temporary file that nobody else sees."""
    fd, name = mkstemp(suffix, prefix, dir)
    _os.close(fd)
    f = open(name, mode, bufsize)
    _os.unlink(name)
    return f


class SpooledTemporaryFile(object):
    """A temporary file in memory until it is large."""

    def __init__(self, max_size=0, mode='w+b', bufsize=-1, suffix='', prefix=template, dir=None):
        from StringIO import StringIO
        self._file = StringIO()
        self._max_size = max_size
        self._rolled = False
        self._args = mode, bufsize, suffix, prefix, dir

    def _check(self):
        if not self._rolled and self._max_size and self._file.tell() > self._max_size:
            self.rollover()

    def rollover(self):
        """Move the contents to a real file."""
        if self._rolled:
            return
        new = TemporaryFile(*self._args)
        position = self._file.tell()
        new.write(self._file.getvalue())
        new.seek(position)
        self._file = new
        self._rolled = True

    def write(self, s):
        self._file.write(s)
        self._check()

    def writelines(self, iterable):
        self._file.writelines(iterable)
        self._check()

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self._file.close()

    def __iter__(self):
        return iter(self._file)

    def __getattr__(self, name):
        return getattr(self.__dict__['_file'], name)
