"""Looking into live objects: their kind, source, signature and frames."""
import linecache
import os
import sys
import types
from collections import namedtuple

CO_OPTIMIZED = 0x1
CO_NEWLOCALS = 0x2
CO_VARARGS = 0x4
CO_VARKEYWORDS = 0x8
CO_NESTED = 0x10
CO_GENERATOR = 0x20
CO_NOFREE = 0x40
TPFLAGS_IS_ABSTRACT = 1 << 20

# ---- kinds ---------------------------------------------------------------


def ismodule(object):
    """Whether it is a module."""
    return isinstance(object, types.ModuleType)


def isclass(object):
    """Whether it is a class."""
    return isinstance(object, (type, types.ClassType))


def ismethod(object):
    """Whether it is a method, bound or not."""
    return isinstance(object, types.MethodType)


def ismethoddescriptor(object):
    """Whether it is a descriptor of a native method."""
    return (hasattr(object, '__get__') and not hasattr(object, '__set__')
            and not ismethod(object) and not isfunction(object) and not isclass(object))


def isdatadescriptor(object):
    """Whether it is a descriptor with __get__ and __set__."""
    return hasattr(object, '__set__') and hasattr(object, '__get__')


def ismemberdescriptor(object):
    """Whether it is the descriptor of a slot."""
    return isinstance(object, types.MemberDescriptorType)


def isgetsetdescriptor(object):
    """Whether it is the descriptor of a native attribute."""
    return isinstance(object, types.GetSetDescriptorType)


def isfunction(object):
    """Whether it is a function written in Python."""
    return isinstance(object, types.FunctionType)


def isgeneratorfunction(object):
    """Whether it is a generator function."""
    return bool((isfunction(object) or ismethod(object))
                and object.func_code.co_flags & CO_GENERATOR)


def isgenerator(object):
    """Whether it is a generator."""
    return isinstance(object, types.GeneratorType)


def istraceback(object):
    """Whether it is a traceback."""
    return isinstance(object, types.TracebackType)


def isframe(object):
    """Whether it is a frame."""
    return isinstance(object, types.FrameType)


def iscode(object):
    """Whether it is a code object."""
    return isinstance(object, types.CodeType)


def isbuiltin(object):
    """Whether it is a native function or bound native method."""
    return isinstance(object, types.BuiltinFunctionType)


def isroutine(object):
    """Whether it is any function or method."""
    return isbuiltin(object) or isfunction(object) or ismethod(object) or ismethoddescriptor(object)


def isabstract(object):
    """Whether it is a class with abstract methods."""
    return isinstance(object, type) and bool(getattr(object, '__abstractmethods__', None))


def getmembers(object, predicate=None):
    """The attributes as pairs, sorted by name."""
    results = []
    for key in dir(object):
        try:
            value = getattr(object, key)
        except AttributeError:
            continue
        if predicate is None or predicate(value):
            results.append((key, value))
    results.sort()
    return results


Attribute = namedtuple('Attribute', 'name kind defining_class object')


def classify_class_attrs(cls):
    """For each attribute: its name, kind, class and object."""
    result = []
    for name in dir(cls):
        homecls = None
        for base in getmro(cls):
            if name in base.__dict__:
                homecls = base
                break
        if homecls is not None:
            obj = homecls.__dict__[name]
        else:
            obj = getattr(cls, name)
            homecls = getattr(obj, '__objclass__', homecls)
        if isinstance(obj, staticmethod):
            kind = 'static method'
        elif isinstance(obj, classmethod):
            kind = 'class method'
        elif isinstance(obj, property):
            kind = 'property'
        elif ismethod(getattr(cls, name, None)) or ismethoddescriptor(obj):
            kind = 'method'
        else:
            kind = 'data'
        result.append(Attribute(name, kind, homecls, obj))
    return result


def getmro(cls):
    """The class and its bases in the order of lookup."""
    if hasattr(cls, '__mro__'):
        return cls.__mro__
    result = []
    _search_bases(cls, result)
    return tuple(result)


def _search_bases(cls, accum):
    if cls in accum:
        return
    accum.append(cls)
    for base in cls.__bases__:
        _search_bases(base, accum)


# ---- source --------------------------------------------------------------


def indentsize(line):
    """The width of the white space at the beginning."""
    expanded = line.expandtabs()
    return len(expanded) - len(expanded.lstrip())


def getdoc(object):
    """The docstring without its indentation, None if there is none."""
    try:
        doc = object.__doc__
    except AttributeError:
        return None
    if not isinstance(doc, types.StringTypes):
        return None
    return cleandoc(doc)


def cleandoc(doc):
    """The docstring without its indentation."""
    try:
        lines = doc.expandtabs().split('\n')
    except UnicodeError:
        return None
    margins = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    margin = min(margins) if margins else 0
    lines = [lines[0].lstrip()] + [line[margin:] for line in lines[1:]]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return '\n'.join(lines)


def getfile(object):
    """The file that defines the object."""
    if ismodule(object):
        if hasattr(object, '__file__'):
            return object.__file__
        raise TypeError('{!r} is a built-in module'.format(object))
    if isclass(object):
        module = sys.modules.get(object.__module__)
        if hasattr(module, '__file__'):
            return module.__file__
        raise TypeError('{!r} is a built-in class'.format(object))
    code = _code_of(object)
    if code is not None:
        return code.co_filename
    raise TypeError('{!r} is not a module, class, method, function, traceback, frame, '
                    'or code object'.format(object))


def _code_of(object):
    if ismethod(object):
        object = object.im_func
    if isfunction(object):
        object = object.func_code
    if istraceback(object):
        object = object.tb_frame
    if isframe(object):
        object = object.f_code
    return object if iscode(object) else None


def getsourcefile(object):
    """The source file that defines the object, None if there is none."""
    filename = getfile(object)
    if filename[-4:].lower() in ('.pyc', '.pyo'):
        filename = filename[:-1]
    if os.path.exists(filename) or filename in linecache.cache:
        return filename
    return None


def getabsfile(object, _filename=None):
    """The absolute path of the file that defines the object."""
    if _filename is None:
        _filename = getsourcefile(object) or getfile(object)
    return os.path.normcase(os.path.abspath(_filename))


def getmodulename(path):
    """The name of the module in a file, None if it is no module."""
    name, ext = os.path.splitext(os.path.basename(path))
    return name if ext in ('.py', '.pyc', '.pyo', '.so') else None


def getmoduleinfo(path):
    """Name, suffix, mode and type of the module in a file."""
    name, ext = os.path.splitext(os.path.basename(path))
    if ext == '.py':
        return name, '.py', 'U', 1
    return None


def getmodule(object, _filename=None):
    """The module that defines the object, None if it is not known."""
    if ismodule(object):
        return object
    if hasattr(object, '__module__'):
        return sys.modules.get(object.__module__)
    try:
        filename = getabsfile(object, _filename)
    except TypeError:
        return None
    for module in sys.modules.values():
        if ismodule(module) and hasattr(module, '__file__'):
            if getabsfile(module) == filename:
                return module
    return None


def findsource(object):
    """All lines of the file and the index of the object's first line."""
    filename = getfile(object)
    sourcefile = getsourcefile(object)
    if not sourcefile and filename[:1] + filename[-1:] != '<>':
        raise IOError('source code not available')
    lines = linecache.getlines(sourcefile or filename)
    if not lines:
        raise IOError('could not get source code')
    if ismodule(object):
        return lines, 0
    if isclass(object):
        for i, line in enumerate(lines):
            words = line.replace('(', ' ').replace(':', ' ').split()
            if words[:2] == ['class', object.__name__]:
                return lines, i
        raise IOError('could not find class definition')
    code = _code_of(object)
    if code is None:
        raise IOError('could not find code object')
    number = code.co_firstlineno - 1
    while number > 0:
        words = lines[number].split()
        if words and (words[0] in ('def', 'class') or words[0].startswith('@')
                      or 'lambda' in lines[number]):
            break
        number -= 1
    return lines, number


def getblock(lines):
    """The lines of the block that begins with the first line."""
    first = 0
    while first < len(lines) and lines[first].lstrip().startswith('@'):
        first += 1
    if first >= len(lines):
        return lines
    indent = indentsize(lines[first])
    end = first + 1
    # the header may take several lines
    depth = _depth_change(lines[first])
    while end < len(lines) and depth > 0:
        depth += _depth_change(lines[end])
        end += 1
    last = end
    while end < len(lines):
        text = lines[end].strip()
        if text and not text.startswith('#') and indentsize(lines[end]) <= indent:
            break
        end += 1
        if text and (indentsize(lines[end - 1]) > indent):
            last = end
    return lines[:last]


def _depth_change(line):
    """How many more brackets the line opens than it closes."""
    line = line.split('#')[0]
    return sum([line.count(c) for c in '([{']) - sum([line.count(c) for c in ')]}'])


def getsourcelines(object):
    """The lines of the object and the number of the first."""
    lines, number = findsource(object)
    if ismodule(object):
        return lines, 0
    return getblock(lines[number:]), number + 1


def getsource(object):
    """The source of the object."""
    lines, _ = getsourcelines(object)
    return ''.join(lines)


def getcomments(object):
    """The comment lines in front of the object, None if there are none."""
    try:
        lines, number = findsource(object)
    except (IOError, TypeError):
        return None
    if ismodule(object):
        start = 1 if lines and lines[0][:2] == '#!' else 0
        end = start
        while end < len(lines) and lines[end].startswith('#'):
            end += 1
        return ''.join([line.expandtabs() for line in lines[start:end]]) or None
    indent = indentsize(lines[number])
    start = number
    while start > 0 and lines[start - 1].strip().startswith('#') \
            and indentsize(lines[start - 1]) == indent:
        start -= 1
    return ''.join([line.expandtabs().lstrip() for line in lines[start:number]]) or None


# ---- signatures ----------------------------------------------------------

Arguments = namedtuple('Arguments', 'args varargs keywords')
ArgSpec = namedtuple('ArgSpec', 'args varargs keywords defaults')
ArgInfo = namedtuple('ArgInfo', 'args varargs keywords locals')


def getargs(co):
    """The names of the arguments of a code object."""
    if not iscode(co):
        raise TypeError('{!r} is not a code object'.format(co))
    n = co.co_argcount
    args = list(co.co_varnames[:n])
    varargs = None
    if co.co_flags & CO_VARARGS:
        varargs = co.co_varnames[n]
        n += 1
    varkw = None
    if co.co_flags & CO_VARKEYWORDS:
        varkw = co.co_varnames[n]
    return Arguments(args, varargs, varkw)


def getargspec(func):
    """The names and defaults of the arguments of a function."""
    if ismethod(func):
        func = func.im_func
    if not isfunction(func):
        raise TypeError('{!r} is not a Python function'.format(func))
    args, varargs, varkw = getargs(func.func_code)
    return ArgSpec(args, varargs, varkw, func.func_defaults)


def getargvalues(frame):
    """The arguments of a frame and its local variables."""
    args, varargs, varkw = getargs(frame.f_code)
    return ArgInfo(args, varargs, varkw, frame.f_locals)


def joinseq(seq):
    """The texts in parentheses."""
    if len(seq) == 1:
        return '(' + seq[0] + ',)'
    return '(' + ', '.join(seq) + ')'


def strseq(object, convert, join=joinseq):
    """The text of nested sequences."""
    if type(object) in (list, tuple):
        return join([strseq(o, convert, join) for o in object])
    return convert(object)


def formatargspec(args, varargs=None, varkw=None, defaults=None, formatarg=str,
                  formatvarargs=lambda name: '*' + name, formatvarkw=lambda name: '**' + name,
                  formatvalue=lambda value: '=' + repr(value), join=joinseq):
    """The text of a signature."""
    specs = []
    first = len(args) - len(defaults) if defaults else len(args)
    for i, arg in enumerate(args):
        spec = strseq(arg, formatarg, join)
        if i >= first:
            spec += formatvalue(defaults[i - first])
        specs.append(spec)
    if varargs is not None:
        specs.append(formatvarargs(varargs))
    if varkw is not None:
        specs.append(formatvarkw(varkw))
    return '(' + ', '.join(specs) + ')'


def formatargvalues(args, varargs, varkw, locals, formatarg=str,
                    formatvarargs=lambda name: '*' + name, formatvarkw=lambda name: '**' + name,
                    formatvalue=lambda value: '=' + repr(value), join=joinseq):
    """The text of arguments with their values."""
    specs = [strseq(arg, lambda name: formatarg(name) + formatvalue(locals[name]), join)
             for arg in args]
    if varargs:
        specs.append(formatvarargs(varargs) + formatvalue(locals[varargs]))
    if varkw:
        specs.append(formatvarkw(varkw) + formatvalue(locals[varkw]))
    return '(' + ', '.join(specs) + ')'


def getcallargs(func, *positional, **named):
    """Which value each argument of a call would get."""
    args, varargs, varkw, defaults = getargspec(func)
    name = func.__name__
    if ismethod(func) and func.im_self is not None:
        positional = (func.im_self,) + positional
    result = {}
    for arg, value in zip(args, positional):
        result[arg] = value
    if varargs:
        result[varargs] = positional[len(args):]
    elif len(positional) > len(args):
        raise TypeError('%s() takes exactly %d arguments (%d given)'
                        % (name, len(args), len(positional)))
    extra = {}
    for key, value in named.items():
        if key in args:
            if key in result:
                raise TypeError("%s() got multiple values for keyword argument '%s'" % (name, key))
            result[key] = value
        elif varkw:
            extra[key] = value
        else:
            raise TypeError("%s() got an unexpected keyword argument '%s'" % (name, key))
    if varkw:
        result[varkw] = extra
    for arg, value in zip(args[len(args) - len(defaults or ()):], defaults or ()):
        result.setdefault(arg, value)
    missing = [arg for arg in args if arg not in result]
    if missing:
        raise TypeError('%s() takes exactly %d arguments (%d given)'
                        % (name, len(args), len(args) - len(missing)))
    return result


# ---- frames --------------------------------------------------------------

Traceback = namedtuple('Traceback', 'filename lineno function code_context index')


def getframeinfo(frame, context=1):
    """Where a frame or traceback is, with lines around it."""
    if istraceback(frame):
        lineno = frame.tb_lineno
        frame = frame.tb_frame
    else:
        lineno = frame.f_lineno
    filename = getsourcefile(frame) or getfile(frame)
    lines = index = None
    if context > 0:
        start = lineno - 1 - context // 2
        try:
            lines, _ = findsource(frame)
        except IOError:
            lines = None
        else:
            start = max(0, min(start, len(lines) - context))
            lines = lines[start:start + context]
            index = lineno - 1 - start
    return Traceback(filename, lineno, frame.f_code.co_name, lines, index)


def getlineno(frame):
    """The line that a frame is at."""
    return frame.f_lineno


def getouterframes(frame, context=1):
    """A frame and its callers."""
    result = []
    while frame:
        result.append((frame,) + getframeinfo(frame, context))
        frame = frame.f_back
    return result


def getinnerframes(tb, context=1):
    """The frames of a traceback."""
    result = []
    while tb:
        result.append((tb.tb_frame,) + getframeinfo(tb, context))
        tb = tb.tb_next
    return result


def currentframe():
    """The caller's frame."""
    return sys._getframe(1)


def stack(context=1):
    """The caller and its callers."""
    return getouterframes(sys._getframe(1), context)


def trace(context=1):
    """The frames between the caller and where the exception was raised."""
    return getinnerframes(sys.exc_info()[2], context)
