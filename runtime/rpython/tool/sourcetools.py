"""Functions made from source text, and copies of functions under other names."""
import linecache
import types

_counter = [0]


def compile2(source, filename='', mode='exec', flags=0, dont_inherit=0):
    """compile() that remembers the source for tracebacks."""
    if not filename:
        _counter[0] += 1
        filename = '<generated-%d>' % _counter[0]
    if not source.endswith('\n'):
        source += '\n'
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    return compile(source, filename, mode, flags, dont_inherit)


def compile_template(source, resultname):
    """The object named `resultname` that the source defines.

    The source may begin with indentation and use the caller's variables.
    """
    import sys
    import textwrap
    frame = sys._getframe(1)
    namespace = dict(frame.f_globals)
    namespace.update(frame.f_locals)
    exec compile2(textwrap.dedent(source)) in namespace
    return namespace[resultname]


def func_with_new_name(func, newname, globals=None):
    """A copy of the function under another name."""
    if globals is None:
        globals = func.func_globals
    code = func.func_code
    newcode = types.CodeType(
        code.co_argcount, code.co_nlocals, code.co_stacksize, code.co_flags, code.co_code,
        code.co_consts, code.co_names, code.co_varnames, code.co_filename, newname,
        code.co_firstlineno, code.co_lnotab, code.co_freevars, code.co_cellvars)
    copy = types.FunctionType(newcode, globals, newname, func.func_defaults, func.func_closure)
    if func.func_dict:
        copy.func_dict = func.func_dict.copy()
    copy.func_doc = func.func_doc
    return copy


def func_renamer(newname):
    """Decorator: the function under another name."""
    def decorate(func):
        return func_with_new_name(func, newname)
    return decorate


PY_IDENTIFIER = ''.join([chr(_i) if chr(_i).isalnum() or _i == ord('_') else '_'
                         for _i in range(256)])
PY_IDENTIFIER_MAX = 120


def valid_identifier(stuff):
    """An identifier that resembles the text."""
    stuff = str(stuff).translate(PY_IDENTIFIER)
    if not stuff or '0' <= stuff[0] <= '9':
        stuff = '_' + stuff
    return stuff[:PY_IDENTIFIER_MAX]


def has_varargs(func):
    """Whether the function takes *args."""
    func = getattr(func, 'func_code', func)
    return func.co_flags & 4 != 0


def has_varkeywords(func):
    """Whether the function takes **kwds."""
    func = getattr(func, 'func_code', func)
    return func.co_flags & 8 != 0


def nice_repr_for_func(fn, name=None):
    """A text that tells the module, line and name of a function."""
    mod = getattr(fn, '__module__', None) or '?'
    if name is None:
        cls = getattr(fn, 'class_', None)
        if name is None:
            name = getattr(fn, '__name__', 'UNKNOWN')
        if cls is not None:
            name = '%s.%s' % (cls.__name__, name)
    try:
        firstlineno = fn.func_code.co_firstlineno
    except AttributeError:
        firstlineno = -1
    return '(%s:%d)%s' % (mod, firstlineno, name)


def render_docstr(func, indent_str='', closing_str=''):
    """The docstring of a function as source text."""
    doc = func if isinstance(func, str) else func.__doc__
    if doc is None:
        return None
    return indent_str + repr(doc) + closing_str


def rpython_wrapper(f, template, templateargs=None, **globaldict):
    """A function from a template that takes the arguments of `f`."""
    code = f.func_code
    names = code.co_varnames[:code.co_argcount]
    env = dict(globaldict)
    env.update(f.func_globals)
    env[f.func_name + '_original'] = f
    source = template.format(name=f.func_name, arglist=', '.join(names),
                             original=f.func_name + '_original', **(templateargs or {}))
    exec compile2(source) in env
    result = env[f.func_name]
    result.func_defaults = f.func_defaults
    result.func_doc = f.func_doc
    result.func_dict.update(f.func_dict)
    return result
