"""Functions on paths in RPython; paths have slashes."""
import os

sep = '/'
altsep = ''
pathsep = ':'
curdir = '.'
pardir = '..'


def risabs(s):
    """Whether the path is absolute."""
    return s.startswith('/')


def risdir(s):
    """Whether the path leads to a directory."""
    return os.path.isdir(s)


def rexists(path):
    """Whether the path leads to something."""
    return os.path.exists(path)


def rnormpath(path):
    """The path without double slashes, '.' and '..'."""
    if path == '':
        return '.'
    slashes = ''
    if path.startswith('/'):
        slashes = '/'
        if path.startswith('//') and not path.startswith('///'):
            slashes = '//'
    parts = []
    for part in path.split('/'):
        if part == '' or part == '.':
            continue
        if part != '..' or (not slashes and not parts) or (parts and parts[-1] == '..'):
            parts.append(part)
        elif parts:
            parts.pop()
    path = slashes + '/'.join(parts)
    return path or '.'


def rabspath(path):
    """The normalised absolute path; the path itself if the current directory is unknown."""
    try:
        if not risabs(path):
            path = rjoin(os.getcwd(), path)
        return rnormpath(path)
    except OSError:
        return path


def rjoin(a, b):
    """The two paths joined by a slash; an absolute second one drops the first."""
    if b.startswith('/'):
        return b
    if a == '' or a.endswith('/'):
        return a + b
    return a + '/' + b


def rsplit(p):
    """The directory and the last part of the path."""
    i = p.rfind('/') + 1
    assert i >= 0
    head, tail = p[:i], p[i:]
    end = len(head)
    while end > 0 and head[end - 1] == '/':
        end -= 1
    if end > 0:
        head = head[:end]
    return head, tail


def rbasename(p):
    """The last part of the path."""
    return rsplit(p)[1]


def rdirname(p):
    """The directory of the path."""
    return rsplit(p)[0]


def rsplitdrive(p):
    """An empty drive and the path."""
    return '', p
