"""Lines of source files, read once."""
import os
import sys

__all__ = ['getline', 'clearcache', 'checkcache']

# filename: (size, modification time, lines, full name)
cache = {}


def getline(filename, lineno, module_globals=None):
    """A line with its end, '' if there is none."""
    lines = getlines(filename, module_globals)
    if 1 <= lineno <= len(lines):
        return lines[lineno - 1]
    return ''


def clearcache():
    """Forget all files."""
    cache.clear()


def getlines(filename, module_globals=None):
    """All lines of the file."""
    if filename in cache:
        return cache[filename][2]
    try:
        return updatecache(filename, module_globals)
    except MemoryError:
        clearcache()
        return []


def checkcache(filename=None):
    """Forget files that have changed."""
    if filename is None:
        filenames = cache.keys()
    elif filename in cache:
        filenames = [filename]
    else:
        return
    for name in filenames:
        size, mtime, _, fullname = cache[name]
        if mtime is None:
            continue
        try:
            stat = os.stat(fullname)
        except os.error:
            del cache[name]
            continue
        if size != stat.st_size or mtime != stat.st_mtime:
            del cache[name]


def updatecache(filename, module_globals=None):
    """Read the file again; its lines, none on any error."""
    cache.pop(filename, None)
    if not filename or (filename.startswith('<') and filename.endswith('>')):
        return []
    fullname = filename
    try:
        stat = os.stat(fullname)
    except OSError:
        if module_globals and '__loader__' in module_globals:
            get_source = getattr(module_globals['__loader__'], 'get_source', None)
            if get_source is not None:
                try:
                    data = get_source(module_globals.get('__name__'))
                except (ImportError, IOError):
                    data = None
                if data is not None:
                    lines = [line + '\n' for line in data.splitlines()]
                    cache[filename] = len(data), None, lines, fullname
                    return lines
        if os.path.isabs(filename):
            return []
        for dirname in sys.path:
            try:
                fullname = os.path.join(dirname, filename)
                stat = os.stat(fullname)
                break
            except (OSError, TypeError, AttributeError):
                pass
        else:
            return []
    try:
        f = open(fullname, 'rU')
        lines = f.readlines()
        f.close()
    except IOError:
        return []
    if lines and not lines[-1].endswith('\n'):
        lines[-1] += '\n'
    cache[filename] = stat.st_size, stat.st_mtime, lines, fullname
    return lines
