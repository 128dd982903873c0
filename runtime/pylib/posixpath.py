"""Functions on paths with slashes; the module os.path."""
import os
import stat
import genericpath
from genericpath import *

__all__ = ['normcase', 'isabs', 'join', 'splitdrive', 'split', 'splitext', 'basename', 'dirname',
           'commonprefix', 'getsize', 'getmtime', 'getatime', 'getctime', 'islink', 'exists',
           'lexists', 'isdir', 'isfile', 'ismount', 'walk', 'expanduser', 'expandvars',
           'normpath', 'abspath', 'samefile', 'sameopenfile', 'samestat', 'curdir', 'pardir',
           'sep', 'pathsep', 'defpath', 'altsep', 'extsep', 'devnull', 'realpath',
           'supports_unicode_filenames', 'relpath']

curdir = '.'
pardir = '..'
extsep = '.'
sep = '/'
pathsep = ':'
defpath = ':/bin:/usr/bin'
altsep = None
devnull = '/dev/null'
supports_unicode_filenames = False


def normcase(s):
    """The path as it is: case matters."""
    return s


def isabs(s):
    """Whether the path is absolute."""
    return s.startswith('/')


def join(a, *p):
    """The paths joined by slashes; an absolute one drops those before it."""
    path = a
    for b in p:
        if b.startswith('/'):
            path = b
        elif path == '' or path.endswith('/'):
            path += b
        else:
            path += '/' + b
    return path


def split(p):
    """The directory and the last part of the path."""
    i = p.rfind('/') + 1
    assert i >= 0
    head, tail = p[:i], p[i:]
    if head and head != '/' * len(head):
        head = head.rstrip('/')
    return head, tail


def splitext(p):
    """The path without its extension, and the extension with its dot."""
    return genericpath._splitext(p, sep, altsep, extsep)


def splitdrive(p):
    """An empty drive and the path."""
    return '', p


def basename(p):
    """The last part of the path."""
    i = p.rfind('/') + 1
    assert i >= 0
    return p[i:]


def dirname(p):
    """The directory of the path."""
    return split(p)[0]


def islink(path):
    """Whether the path is a symbolic link."""
    try:
        st = os.lstat(path)
    except (os.error, AttributeError):
        return False
    return stat.S_ISLNK(st.st_mode)


def lexists(path):
    """Whether there is something at the path; True for broken links."""
    try:
        os.lstat(path)
    except os.error:
        return False
    return True


def samefile(f1, f2):
    """Whether both paths lead to the same file."""
    return samestat(os.stat(f1), os.stat(f2))


def sameopenfile(fp1, fp2):
    """Whether both descriptors are of the same file."""
    return samestat(os.fstat(fp1), os.fstat(fp2))


def samestat(s1, s2):
    """Whether both results of stat are of the same file."""
    return s1.st_ino == s2.st_ino and s1.st_dev == s2.st_dev


def ismount(path):
    """Whether a file system is mounted at the path."""
    if islink(path):
        return False
    try:
        s1 = os.lstat(path)
        s2 = os.lstat(realpath(join(path, '..')))
    except os.error:
        return False
    return s1.st_dev != s2.st_dev or s1.st_ino == s2.st_ino


def walk(top, func, arg):
    """Call func(arg, dirname, names) for all directories below `top`."""
    try:
        names = os.listdir(top)
    except os.error:
        return
    func(arg, top, names)
    for name in names:
        name = join(top, name)
        try:
            st = os.lstat(name)
        except os.error:
            continue
        if stat.S_ISDIR(st.st_mode):
            walk(name, func, arg)


def expanduser(path):
    """The path with ~ and ~user replaced by home directories."""
    if not path.startswith('~'):
        return path
    i = path.find('/', 1)
    if i < 0:
        i = len(path)
    if i == 1:
        if 'HOME' in os.environ:
            home = os.environ['HOME']
        else:
            try:
                import pwd
                home = pwd.getpwuid(os.getuid()).pw_dir
            except (ImportError, KeyError):
                return path
    else:
        try:
            import pwd
            home = pwd.getpwnam(path[1:i]).pw_dir
        except (ImportError, KeyError):
            return path
    home = home.rstrip('/')
    return (home + path[i:]) or '/'


def expandvars(path):
    """The path with $name and ${name} replaced by variables of the environment."""
    result = ''
    i = 0
    while i < len(path):
        if path[i] != '$':
            result += path[i]
            i += 1
            continue
        if path[i + 1:i + 2] == '{':
            end = path.find('}', i + 2)
            name = path[i + 2:end] if end >= 0 else ''
            end += 1
        else:
            end = i + 1
            while end < len(path) and (path[end].isalnum() or path[end] == '_'):
                end += 1
            name = path[i + 1:end]
        if name and name in os.environ:
            result += os.environ[name]
            i = end
        elif end > i:
            result += path[i:end]
            i = end
        else:
            result += path[i:]
            break
    return result


def normpath(path):
    """The path without double slashes, '.' and '..'."""
    if path == '':
        return '.'
    slashes = 1 if path.startswith('/') else 0
    if path.startswith('//') and not path.startswith('///'):
        slashes = 2
    parts = []
    for part in path.split('/'):
        if part == '' or part == '.':
            continue
        if part != '..' or (not slashes and not parts) or (parts and parts[-1] == '..'):
            parts.append(part)
        elif parts:
            parts.pop()
    path = '/'.join(parts)
    if slashes:
        path = '/' * slashes + path
    return path or '.'


def abspath(path):
    """The normalised absolute path."""
    if not isabs(path):
        if isinstance(path, unicode):
            cwd = os.getcwdu()
        else:
            cwd = os.getcwd()
        path = join(cwd, path)
    return normpath(path)


def realpath(filename):
    """The absolute path without symbolic links."""
    path, _ = _resolve('', filename, {})
    return abspath(path)


def _resolve(path, rest, seen):
    """Follow the links in `rest` starting from `path`; whether no loop was met."""
    if isabs(rest):
        rest = rest[1:]
        path = '/'
    while rest:
        name, _, rest = rest.partition('/')
        if not name or name == '.':
            continue
        if name == '..':
            if path:
                path, name = split(path)
                if name == '..':
                    path = join(path, '..', '..')
            else:
                path = '..'
            continue
        newpath = join(path, name)
        if not islink(newpath):
            path = newpath
            continue
        if newpath in seen:
            path = seen[newpath]
            if path is not None:
                continue
            return join(newpath, rest), False
        seen[newpath] = None
        path, ok = _resolve(path, os.readlink(newpath), seen)
        if not ok:
            return join(path, rest), False
        seen[newpath] = path
    return path, True


def relpath(path, start='.'):
    """The path as seen from the directory `start`."""
    if not path:
        raise ValueError("no path specified")
    start_parts = [x for x in abspath(start).split('/') if x]
    path_parts = [x for x in abspath(path).split('/') if x]
    common = len(commonprefix([start_parts, path_parts]))
    parts = ['..'] * (len(start_parts) - common) + path_parts[common:]
    if not parts:
        return '.'
    return join(*parts)
