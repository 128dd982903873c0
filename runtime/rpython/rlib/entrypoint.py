"""Functions that other programs call: secondary entry points of shared libraries."""
from rpython.rlib.objectmodel import not_rpython

# key: [(function, argument types)]
secondary_entrypoints = {'main': []}
annotated_jit_entrypoints = []


@not_rpython
def entrypoint_lowlevel(key, argtypes, c_name=None, relax=False):
    """Decorator: export the function as it is, with low-level arguments, under the C name."""
    def deco(func):
        secondary_entrypoints.setdefault(key, []).append((func, argtypes))
        if c_name is not None:
            func.c_name = c_name
        func.exported_symbol = True
        func.relax_sig_check = relax
        return func
    return deco


@not_rpython
def entrypoint_highlevel(key, argtypes, c_name=None):
    """Decorator: export the function under the C name; it takes the lock and stops exceptions."""
    def deco(func):
        names = ['a%d' % i for i in range(len(argtypes))]
        from rpython.rlib import rgil
        from rpython.rlib.debug import debug_print_traceback
        import os
        lines = [
            'def wrapper(%s):' % ', '.join(names),
            '    token = enter_callback()',
            '    try:',
            '        result = func(%s)' % ', '.join(names),
            '    except Exception as e:',
            '        write(2, MESSAGE)',
            '        debug_print_traceback()',
            '        result = -1',
            '    leave_callback(token)',
            '    return result',
        ]
        namespace = {
            'func': func, 'write': os.write, 'debug_print_traceback': debug_print_traceback,
            'MESSAGE': 'An exception occurred in %s()\n' % (c_name or func.func_name),
            'enter_callback': rgil.enter_callback, 'leave_callback': rgil.leave_callback,
        }
        exec '\n'.join(lines) + '\n' in namespace
        wrapper = namespace['wrapper']
        wrapper.func_name = func.func_name
        wrapper.c_name = c_name or func.func_name
        wrapper.exported_symbol = True
        secondary_entrypoints.setdefault(key, []).append((wrapper, argtypes))
        func.exported_wrapper = wrapper
        return func
    return deco


entrypoint = entrypoint_highlevel
