"""Printing of tracebacks and exceptions."""
import linecache
import sys
import types

__all__ = ['extract_stack', 'extract_tb', 'format_exception', 'format_exception_only',
           'format_list', 'format_stack', 'format_tb', 'print_exc', 'format_exc',
           'print_exception', 'print_last', 'print_stack', 'print_tb', 'tb_lineno']


def _print(file, str='', terminator='\n'):
    file.write(str + terminator)


def print_list(extracted_list, file=None):
    """Print the entries of extract_tb() or extract_stack()."""
    if file is None:
        file = sys.stderr
    for item in format_list(extracted_list):
        file.write(item)


def format_list(extracted_list):
    """The text of each entry."""
    result = []
    for filename, lineno, name, line in extracted_list:
        item = '  File "%s", line %d, in %s\n' % (filename, lineno, name)
        if line:
            item += '    %s\n' % line.strip()
        result.append(item)
    return result


def print_tb(tb, limit=None, file=None):
    """Print the entries of a traceback."""
    print_list(extract_tb(tb, limit), file)


def format_tb(tb, limit=None):
    """The text of each entry of a traceback."""
    return format_list(extract_tb(tb, limit))


def _limit(limit):
    if limit is None:
        limit = getattr(sys, 'tracebacklimit', None)
    return limit


def _entry(frame, lineno):
    code = frame.f_code
    filename = code.co_filename
    linecache.checkcache(filename)
    line = linecache.getline(filename, lineno, frame.f_globals)
    return filename, lineno, code.co_name, line.strip() if line else None


def extract_tb(tb, limit=None):
    """The entries of a traceback: (file, line number, function, line)."""
    limit = _limit(limit)
    entries = []
    while tb is not None and (limit is None or len(entries) < limit):
        entries.append(_entry(tb.tb_frame, tb.tb_lineno))
        tb = tb.tb_next
    return entries


def print_exception(etype, value, tb, limit=None, file=None):
    """Print the traceback and the exception."""
    if file is None:
        file = sys.stderr
    for line in format_exception(etype, value, tb, limit):
        file.write(line)


def format_exception(etype, value, tb, limit=None):
    """The lines of the traceback and the exception."""
    if tb:
        lines = ['Traceback (most recent call last):\n'] + format_tb(tb, limit)
    else:
        lines = []
    return lines + format_exception_only(etype, value)


def format_exception_only(etype, value):
    """The lines of the exception."""
    if (isinstance(etype, BaseException) or isinstance(etype, types.InstanceType)
            or etype is None or type(etype) is str):
        return [_final_line(etype, value)]
    stype = etype.__name__
    if not issubclass(etype, SyntaxError):
        return [_final_line(stype, value)]
    try:
        msg, (filename, lineno, offset, badline) = value.args
    except Exception:
        return [_final_line(stype, value)]
    lines = ['  File "%s", line %d\n' % (filename or '<string>', lineno)]
    if badline is not None:
        lines.append('    %s\n' % badline.strip())
        if offset is not None:
            caretspace = badline.rstrip('\n')
            offset = min(len(caretspace), offset) - 1
            caretspace = caretspace[:offset].lstrip()
            caretspace = ''.join([c.isspace() and c or ' ' for c in caretspace])
            lines.append('    %s^\n' % caretspace)
    lines.append(_final_line(stype, msg))
    return lines


def _final_line(etype, value):
    text = _some_str(value)
    if value is None or not text:
        return '%s\n' % etype
    return '%s: %s\n' % (etype, text)


def _some_str(value):
    try:
        return str(value)
    except Exception:
        pass
    try:
        return unicode(value).encode('ascii', 'backslashreplace')
    except Exception:
        return '<unprintable %s object>' % type(value).__name__


def print_exc(limit=None, file=None):
    """Print the exception being handled."""
    etype, value, tb = sys.exc_info()
    print_exception(etype, value, tb, limit, file)


def format_exc(limit=None):
    """The text of the exception being handled."""
    etype, value, tb = sys.exc_info()
    return ''.join(format_exception(etype, value, tb, limit))


def print_last(limit=None, file=None):
    """Print the last uncaught exception of an interactive session."""
    if not hasattr(sys, 'last_type'):
        raise ValueError("no last exception")
    print_exception(sys.last_type, sys.last_value, sys.last_traceback, limit, file)


def _caller(f):
    if f is not None:
        return f
    return sys._getframe(2)


def print_stack(f=None, limit=None, file=None):
    """Print where the program is."""
    print_list(extract_stack(_caller(f), limit), file)


def format_stack(f=None, limit=None):
    """The text of where the program is."""
    return format_list(extract_stack(_caller(f), limit))


def extract_stack(f=None, limit=None):
    """The entries of the frames, the outermost first."""
    f = _caller(f)
    limit = _limit(limit)
    entries = []
    while f is not None and (limit is None or len(entries) < limit):
        entries.append(_entry(f, f.f_lineno))
        f = f.f_back
    entries.reverse()
    return entries


def tb_lineno(tb):
    """The line number of a traceback entry."""
    return tb.tb_lineno
