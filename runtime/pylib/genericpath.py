"""Functions on paths that are the same on all systems."""
import os
import stat

__all__ = ['commonprefix', 'exists', 'getatime', 'getctime', 'getmtime', 'getsize', 'isdir',
           'isfile']


def exists(path):
    """Whether the path leads to something; False for broken links."""
    try:
        os.stat(path)
    except os.error:
        return False
    return True


def isfile(path):
    """Whether the path leads to a regular file."""
    try:
        st = os.stat(path)
    except os.error:
        return False
    return stat.S_ISREG(st.st_mode)


def isdir(s):
    """Whether the path leads to a directory."""
    try:
        st = os.stat(s)
    except os.error:
        return False
    return stat.S_ISDIR(st.st_mode)


def getsize(filename):
    """The size of the file in bytes."""
    return os.stat(filename).st_size


def getmtime(filename):
    """When the contents last changed."""
    return os.stat(filename).st_mtime


def getatime(filename):
    """When the file was last read."""
    return os.stat(filename).st_atime


def getctime(filename):
    """When the inode last changed."""
    return os.stat(filename).st_ctime


def commonprefix(m):
    """The longest string that all of the list begin with."""
    if not m:
        return ''
    low = min(m)
    high = max(m)
    for i, c in enumerate(low):
        if c != high[i]:
            return low[:i]
    return low


def _splitext(p, sep, altsep, extsep):
    """The path without its extension, and the extension with its dot."""
    sep_index = p.rfind(sep)
    dot_index = p.rfind(extsep)
    if dot_index > sep_index:
        # dots at the beginning of a name are no extension
        i = sep_index + 1
        while i < dot_index:
            if p[i] != extsep:
                return p[:dot_index], p[dot_index:]
            i += 1
    return p, ''
