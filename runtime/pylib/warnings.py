"""Warnings: what is printed of them, and what becomes an exception."""
import linecache
import sys

__all__ = ['warn', 'warn_explicit', 'showwarning', 'formatwarning', 'filterwarnings',
           'simplefilter', 'resetwarnings', 'catch_warnings', 'warnpy3k']

# (action, message pattern or None, category, module pattern or None, line or 0)
filters = []
defaultaction = 'default'
onceregistry = {}
_ACTIONS = ('error', 'ignore', 'always', 'default', 'module', 'once')


def warnpy3k(message, category=None, stacklevel=1):
    """Warn about Python 3, if asked for."""
    if getattr(sys, 'py3kwarning', False):
        warn(message, category or DeprecationWarning, stacklevel + 1)


def showwarning(message, category, filename, lineno, file=None, line=None):
    """Write a warning to a file, by default stderr."""
    if file is None:
        file = sys.stderr
        if file is None:
            return
    try:
        file.write(formatwarning(message, category, filename, lineno, line))
    except (IOError, UnicodeError):
        pass


def formatwarning(message, category, filename, lineno, line=None):
    """The text of a warning."""
    text = '%s:%s: %s: %s\n' % (filename, lineno, category.__name__, message)
    if line is None:
        line = linecache.getline(filename, lineno)
    line = line.strip()
    if line:
        text += '  %s\n' % line
    return text


def filterwarnings(action, message='', category=Warning, module='', lineno=0, append=0):
    """Add a filter with regular expressions for message and module."""
    import re
    assert action in _ACTIONS, "invalid action: %r" % (action,)
    assert isinstance(message, basestring), "message must be a string"
    assert isinstance(module, basestring), "module must be a string"
    assert isinstance(lineno, int) and lineno >= 0, "lineno must be an int >= 0"
    item = (action, re.compile(message, re.I) if message else None, category,
            re.compile(module) if module else None, lineno)
    _add(item, append)


def simplefilter(action, category=Warning, lineno=0, append=0):
    """Add a filter for all messages and modules."""
    assert action in _ACTIONS, "invalid action: %r" % (action,)
    assert isinstance(lineno, int) and lineno >= 0, "lineno must be an int >= 0"
    _add((action, None, category, None, lineno), append)


def _add(item, append):
    if append:
        filters.append(item)
    else:
        filters.insert(0, item)


def resetwarnings():
    """Remove all filters."""
    filters[:] = []


class _OptionError(Exception):
    """A wrong -W option."""


def _processoptions(args):
    """Add the filters of -W options."""
    for arg in args:
        try:
            _setoption(arg)
        except _OptionError as msg:
            print >> sys.stderr, "Invalid -W option ignored:", msg


def _setoption(arg):
    import re
    parts = [part.strip() for part in (arg + '::::').split(':')[:5]]
    action, message, category, module, lineno = parts
    matching = [name for name in _ACTIONS if name.startswith(action)]
    if action and not matching:
        raise _OptionError("invalid action: %r" % (action,))
    try:
        number = int(lineno) if lineno else 0
    except ValueError:
        raise _OptionError("invalid lineno %r" % (lineno,))
    cls = Warning
    if category:
        modname, _, name = category.rpartition('.')
        try:
            cls = getattr(__import__(modname or '__builtin__', None, None, [name]), name)
        except (ImportError, AttributeError):
            raise _OptionError("unknown warning category: %r" % (category,))
    filterwarnings(matching[0] if action else 'default', re.escape(message), cls,
                   re.escape(module) + ('$' if module else ''), number)


def warn(message, category=None, stacklevel=1):
    """Issue a warning for the caller `stacklevel` levels up."""
    if isinstance(message, Warning):
        category = message.__class__
    if category is None:
        category = UserWarning
    if not (isinstance(category, type) and issubclass(category, Warning)):
        raise ValueError("category must be a subclass of Warning")
    try:
        caller = sys._getframe(stacklevel)
    except ValueError:
        globals = sys.__dict__
        lineno = 1
    else:
        globals = caller.f_globals
        lineno = caller.f_lineno
    module = globals.get('__name__', '<string>')
    filename = globals.get('__file__')
    if filename:
        if filename.lower().endswith(('.pyc', '.pyo')):
            filename = filename[:-1]
    else:
        if module == '__main__':
            filename = getattr(sys, 'argv', [None])[0] or '__main__'
        if not filename:
            filename = module
    registry = globals.setdefault('__warningregistry__', {})
    warn_explicit(message, category, filename, lineno, module, registry, globals)


def _action_for(text, category, module, lineno):
    for item in filters:
        action, pattern, cls, mod, line = item
        if ((pattern is None or pattern.match(text)) and issubclass(category, cls)
                and (mod is None or mod.match(module)) and (line == 0 or lineno == line)):
            return action
    return defaultaction


def warn_explicit(message, category, filename, lineno, module=None, registry=None,
                  module_globals=None):
    """Issue a warning for a given place."""
    lineno = int(lineno)
    if module is None:
        module = filename or '<unknown>'
        if module[-3:].lower() == '.py':
            module = module[:-3]
    if registry is None:
        registry = {}
    if isinstance(message, Warning):
        text = str(message)
        category = message.__class__
    else:
        text = message
        message = category(message)
    key = (text, category, lineno)
    if registry.get(key):
        return
    action = _action_for(text, category, module, lineno)
    if action == 'ignore':
        registry[key] = 1
        return
    linecache.getlines(filename, module_globals)
    if action == 'error':
        raise message
    if action == 'once':
        registry[key] = 1
        oncekey = (text, category)
        if onceregistry.get(oncekey):
            return
        onceregistry[oncekey] = 1
    elif action == 'module':
        registry[key] = 1
        altkey = (text, category, 0)
        if registry.get(altkey):
            return
        registry[altkey] = 1
    elif action == 'default':
        registry[key] = 1
    elif action != 'always':
        raise RuntimeError("Unrecognized action (%r) in warnings.filters" % action)
    showwarning(message, category, filename, lineno)


class WarningMessage(object):
    """What catch_warnings(record=True) collects."""

    def __init__(self, message, category, filename, lineno, file=None, line=None):
        self.message = message
        self.category = category
        self.filename = filename
        self.lineno = lineno
        self.file = file
        self.line = line
        self._category_name = category.__name__ if category else None

    def __str__(self):
        return ("{message : %r, category : %r, filename : %r, lineno : %s, line : %r}" % (
            self.message, self._category_name, self.filename, self.lineno, self.line))


class catch_warnings(object):
    """A context manager that restores the filters, and may record warnings."""

    def __init__(self, record=False, module=None):
        self._record = record
        self._module = sys.modules['warnings'] if module is None else module
        self._entered = False

    def __repr__(self):
        args = []
        if self._record:
            args.append('record=True')
        if self._module is not sys.modules['warnings']:
            args.append('module=%r' % self._module)
        return '%s(%s)' % (type(self).__name__, ', '.join(args))

    def __enter__(self):
        if self._entered:
            raise RuntimeError("Cannot enter %r twice" % self)
        self._entered = True
        self._filters = self._module.filters
        self._module.filters = self._filters[:]
        self._showwarning = self._module.showwarning
        if self._record:
            log = []

            def showwarning(*args, **kwargs):
                log.append(WarningMessage(*args, **kwargs))
            self._module.showwarning = showwarning
            return log
        return None

    def __exit__(self, *exc_info):
        if not self._entered:
            raise RuntimeError("Cannot exit %r without entering first" % self)
        self._module.filters = self._filters
        self._module.showwarning = self._showwarning


_processoptions(getattr(sys, 'warnoptions', []))
for _category in (PendingDeprecationWarning, ImportWarning, BytesWarning):
    simplefilter('ignore', category=_category, append=1)
simplefilter('ignore', category=DeprecationWarning, append=1)
del _category
