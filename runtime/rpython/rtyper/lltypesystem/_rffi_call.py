"""External C functions: declaration, conversion of arguments, callbacks."""
from rpython.rlib.objectmodel import not_rpython, specialize
from rpython.rtyper.annlowlevel import llhelper
from rpython.rtyper.intrinsic import intrinsic
from rpython.rtyper.lltypesystem import lltype
from rpython.rtyper.lltypesystem import _rffi_strings as strings
from rpython.rtyper.lltypesystem import _rffi_types as types
from rpython.translator.tool.cbuild import ExternalCompilationInfo

__all__ = ['llexternal', 'llexternal_use_eci', 'CExternVariable', 'c_memcpy', 'c_memset',
           'RFFI_ERR_NONE', 'RFFI_SAVE_ERRNO', 'RFFI_READSAVED_ERRNO', 'RFFI_ZERO_ERRNO_BEFORE',
           'RFFI_FULL_ERRNO', 'RFFI_FULL_ERRNO_ZERO', 'RFFI_SAVE_LASTERROR',
           'RFFI_READSAVED_LASTERROR', 'RFFI_SAVE_WSALASTERROR', 'RFFI_FULL_LASTERROR',
           'RFFI_ERR_ALL', 'RFFI_ALT_ERRNO', 'AroundFnPtr', 'aroundstate']

# What happens to errno around a call: bits of `save_err`.
RFFI_ERR_NONE = 0
RFFI_SAVE_ERRNO = 1
RFFI_READSAVED_ERRNO = 2
RFFI_ZERO_ERRNO_BEFORE = 4
RFFI_FULL_ERRNO = RFFI_SAVE_ERRNO | RFFI_READSAVED_ERRNO
RFFI_FULL_ERRNO_ZERO = RFFI_SAVE_ERRNO | RFFI_ZERO_ERRNO_BEFORE
RFFI_SAVE_LASTERROR = 8
RFFI_READSAVED_LASTERROR = 16
RFFI_SAVE_WSALASTERROR = 32
RFFI_FULL_LASTERROR = RFFI_SAVE_LASTERROR | RFFI_READSAVED_LASTERROR
RFFI_ERR_ALL = RFFI_FULL_ERRNO | RFFI_FULL_LASTERROR
RFFI_ALT_ERRNO = 64

AroundFnPtr = lltype.Ptr(lltype.FuncType([], lltype.Void))


class _AroundState(object):
    """Kept for programs that look at it; the C code handles the lock."""
    before = None
    after = None
    enter_callback = None

    def _freeze_(self):
        return True


aroundstate = _AroundState()


@not_rpython
def llexternal(name, args, result, _callable=None,
               compilation_info=ExternalCompilationInfo(),
               sandboxsafe=False, releasegil='auto', _nowrapper=False, calling_conv=None,
               elidable_function=False, macro=None, random_effects_on_gcobjs='auto',
               save_err=RFFI_ERR_NONE, natural_arity=-1):
    """A function that calls the C function `name`.

    Strings are passed where the C function takes `char *`, RPython functions
    where it takes a function pointer, and numbers of any type where it takes numbers.
    `_callable` is what an untranslated program calls instead.
    """
    if releasegil == 'auto':
        releasegil = not sandboxsafe and not elidable_function and macro is None
    FUNC = lltype.FuncType(args, result)
    funcptr = lltype.functionptr(
        FUNC, name, external='C', compilation_info=compilation_info, _callable=_callable,
        releasegil=releasegil, save_err=save_err, macro=macro,
        elidable_function=elidable_function, natural_arity=natural_arity)
    if _nowrapper:
        return funcptr
    wrapper = _make_wrapper(name, FUNC, funcptr)
    if elidable_function:
        wrapper._elidable_function_ = True
    if releasegil:
        wrapper._jit_look_inside_ = False
    wrapper._ptr = funcptr
    wrapper.__doc__ = "Calls the C function %s()." % name
    return wrapper


def llexternal_use_eci(compilation_info):
    """A function that, called anywhere, makes the C code depend on `compilation_info`."""
    eci = ExternalCompilationInfo(post_include_bits=['#define RPY_NOTHING()  /* nothing */'])
    eci = eci.merge(compilation_info)
    return llexternal('RPY_NOTHING', [], lltype.Void, compilation_info=eci, sandboxsafe=True,
                      _nowrapper=True, _callable=_do_nothing, macro=True)


def _do_nothing():
    pass


# ---- conversion of arguments ---------------------------------------------


@not_rpython
def _make_wrapper(name, FUNC, funcptr):
    """The function that converts its arguments for `funcptr`; its text is made per signature."""
    before = []
    after = []
    actual = []
    namespace = {
        'funcptr': funcptr, 'cast': types.cast, 'nullptr': lltype.nullptr, 'llhelper': llhelper,
        'get_buffer': strings.get_nonmovingbuffer_final_null,
        'free_buffer': strings.free_nonmovingbuffer, 'unicode2wcharp': strings.unicode2wcharp,
        'free_wcharp': strings.free_wcharp, 'convert_function': _convert_function,
        'is_pointer': _is_pointer, 'no_buffer': lltype.nullptr(types.CCHARP.TO),
        'no_kind': strings.NONMOVING,
    }
    params = []
    for i, TARGET in enumerate(FUNC.ARGS):
        number = str(i)
        params.append('a' + number)
        namespace['TARGET' + number] = TARGET
        kind = _conversion(TARGET)
        template_before, template_after, result = _TEMPLATES[kind]
        before += [line.replace('#', number) for line in template_before]
        after += [line.replace('#', number) for line in template_after]
        actual.append(result.replace('#', number))
    lines = ['def wrapper(%s):' % ', '.join(params)]
    lines += ['    ' + line for line in before]
    call = 'funcptr(%s)' % ', '.join(actual)
    if after:
        lines.append('    result = ' + call)
        lines += ['    ' + line for line in after]
        lines.append('    return result')
    else:
        lines.append('    return ' + call)
    exec compile('\n'.join(lines) + '\n', '<wrapper of %s>' % name, 'exec') in namespace
    wrapper = namespace['wrapper']
    wrapper.func_name = 'ccall_' + name
    wrapper._annspecialcase_ = 'specialize:ll'
    wrapper._always_inline_ = 'try'
    return wrapper


# how arguments are converted: lines before and after the call and the value passed; # is the number
_TEMPLATES = {
    'plain': ([], [], 'a#'),
    'number': ([], [], 'cast(TARGET#, a#)'),
    'string': ([
        'b# = no_buffer',
        'k# = no_kind',
        'if a# is None:',
        '    p# = nullptr(TARGET#.TO)',
        'elif isinstance(a#, str):',
        '    b#, k# = get_buffer(a#)',
        '    p# = cast(TARGET#, b#)',
        'else:',
        '    p# = a#',
    ], [
        'if a# is not None and isinstance(a#, str):',
        '    free_buffer(a#, b#, k#)',
    ], 'p#'),
    'wide': ([
        'if a# is None:',
        '    p# = nullptr(TARGET#.TO)',
        'elif isinstance(a#, unicode):',
        '    p# = unicode2wcharp(a#)',
        'else:',
        '    p# = a#',
    ], [
        'if a# is not None and isinstance(a#, unicode):',
        '    free_wcharp(p#)',
    ], 'p#'),
    'function': ([
        'if is_pointer(a#):',
        '    p# = a#',
        'else:',
        '    p# = llhelper(TARGET#, convert_function(TARGET#, a#))',
    ], [], 'p#'),
}


@not_rpython
def _conversion(TARGET):
    """Which template converts an argument for a parameter of the type."""
    if TARGET in (types.CCHARP, types.CONST_CCHARP, types.VOIDP, types.CONST_VOIDP):
        return 'string'
    if TARGET == types.CWCHARP:
        return 'wide'
    if isinstance(TARGET, lltype.Ptr):
        if isinstance(TARGET.TO, lltype.FuncType):
            return 'function'
        return 'plain'
    if TARGET in (lltype.Char, lltype.Void, lltype.UniChar, lltype.SingleFloat, lltype.LongFloat):
        return 'plain'
    return 'number'


@intrinsic('is_low_level_pointer')
def _is_pointer(x):
    """Whether `x` is a low-level pointer; its type decides at translation time."""
    return isinstance(x, lltype._ptr)


@specialize.memo()
def _convert_function(TARGET, callable):
    """The function that C code calls: it runs `callable` and stops exceptions."""
    return _callback_wrapper(TARGET.TO, callable)


_callback_wrappers = {}


@not_rpython
def _callback_wrapper(FUNC, callable):
    key = FUNC, callable
    if key not in _callback_wrappers:
        _callback_wrappers[key] = _make_callback(FUNC, callable)
    return _callback_wrappers[key]


@not_rpython
def _make_callback(FUNC, callable):
    """A function for C code that takes the lock and reports exceptions on stderr."""
    from rpython.rlib import rgil
    from rpython.rlib.debug import debug_print_traceback
    name = getattr(callable, 'func_name', 'callback')
    errorcode = getattr(callable, '_errorcode_', None)
    returns = FUNC.RESULT != lltype.Void
    if returns and errorcode is None:
        errorcode = types.cast(FUNC.RESULT, 0) if _conversion(FUNC.RESULT) == 'number' \
            else FUNC.RESULT._defl()
    params = ', '.join(['a%d' % i for i in range(len(FUNC.ARGS))])
    convert = returns and _conversion(FUNC.RESULT) == 'number'
    lines = [
        'def callback(%s):' % params,
        '    token = enter_callback()',
        '    try:',
        '        result = %s' % ('cast(RESULT, callable(%s))' if convert else 'callable(%s)') % params,
        '    except Exception as e:',
        '        write(2, MESSAGE)',
        '        debug_print_traceback()',
        '        result = errorcode',
        '    leave_callback(token)',
        '    return result',
    ]
    if not returns:
        lines[3] = '        callable(%s)' % params
        lines[7] = '        pass'
        lines[9] = '    return None'
    import os
    namespace = {
        'callable': callable, 'errorcode': errorcode, 'cast': types.cast, 'RESULT': FUNC.RESULT,
        'write': os.write, 'MESSAGE': 'Warning: uncaught exception in callback: %s\n' % name,
        'debug_print_traceback': debug_print_traceback,
        'enter_callback': rgil.enter_callback, 'leave_callback': rgil.leave_callback,
    }
    exec compile('\n'.join(lines) + '\n', '<callback %s>' % name, 'exec') in namespace
    callback = namespace['callback']
    callback.func_name = 'callback_' + name
    callback._dont_inline_ = True
    callback._callable_ = callable
    return callback


# ---- variables -----------------------------------------------------------


@not_rpython
def CExternVariable(TYPE, name, eci, _CConstantClass=types.CConstant, sandboxsafe=False,
                    _nowrapper=False, c_type=None, getter_only=False, declare_as_extern=True):
    """Functions that read and write the C variable `name`."""
    if c_type is None:
        c_type = _c_type_name(TYPE)
    getter = 'rpy_get_%s' % name
    setter = 'rpy_set_%s' % name
    lines = ['%s %s;' % (c_type, name)] if declare_as_extern else []
    if declare_as_extern:
        lines[0] = 'extern ' + lines[0]
    lines.append('static %s %s(void) { return %s; }' % (c_type, getter, name))
    if not getter_only:
        lines.append('static void %s(%s value) { %s = value; }' % (setter, c_type, name))
    # both are used by name where needed; the attribute silences the compilers where not
    lines = [line.replace('static ', 'static __attribute__((unused)) ') for line in lines]
    eci = eci.merge(ExternalCompilationInfo(post_include_bits=['\n'.join(lines)]))
    get = llexternal(getter, [], TYPE, compilation_info=eci, sandboxsafe=sandboxsafe,
                     releasegil=False, _nowrapper=_nowrapper)
    if getter_only:
        return get
    put = llexternal(setter, [TYPE], lltype.Void, compilation_info=eci, sandboxsafe=sandboxsafe,
                     releasegil=False, _nowrapper=_nowrapper)
    return get, put


@not_rpython
def _c_type_name(TYPE):
    """How C spells the type."""
    for c_name, tp in types.platform.types.items():
        if tp == TYPE and not c_name.startswith('_'):
            return c_name
    if isinstance(TYPE, lltype.Ptr):
        hints = getattr(TYPE.TO, '_hints', {})
        if hints.get('render_as_void'):
            return 'void *'
        if 'c_pointer_typedef' in hints:
            return hints['c_pointer_typedef']
        if 'c_name' in hints:
            return 'struct %s *' % hints['c_name']
        return _c_type_name(TYPE.TO.OF) + ' *'
    for tp, c_name in [(lltype.Char, 'char'), (lltype.Float, 'double'), (lltype.SingleFloat, 'float'),
                       (lltype.Bool, '_Bool')]:
        if tp == TYPE:
            return c_name
    raise TypeError("cannot spell %r in C: give c_type" % (TYPE,))


# ---- memory --------------------------------------------------------------

_string_h = ExternalCompilationInfo(includes=['string.h'])


@not_rpython
def _host_memcpy(dest, source, size):
    for i in range(int(size)):
        dest[i] = source[i]


@not_rpython
def _host_memset(dest, byte, size):
    for i in range(int(size)):
        dest[i] = chr(int(byte) & 0xff)


c_memcpy = llexternal('memcpy', [types.VOIDP, types.VOIDP, lltype.Unsigned], lltype.Void,
                      releasegil=False, compilation_info=_string_h, _callable=_host_memcpy)
c_memset = llexternal('memset', [types.VOIDP, lltype.Signed, lltype.Unsigned], lltype.Void,
                      releasegil=False, compilation_info=_string_h, _callable=_host_memset)
