"""Functions to call when the program ends."""
import sys

__all__ = ['register']

_exithandlers = []


def register(func, *targs, **kargs):
    """Have the function called at the end; it is returned, for use as a decorator."""
    _exithandlers.append((func, targs, kargs))
    return func


def _run_exitfuncs():
    """Call the functions, the last registered first."""
    exc_info = None
    while _exithandlers:
        func, targs, kargs = _exithandlers.pop()
        try:
            func(*targs, **kargs)
        except SystemExit:
            exc_info = sys.exc_info()
        except:
            import traceback
            print >> sys.stderr, "Error in atexit._run_exitfuncs:"
            traceback.print_exc()
            exc_info = sys.exc_info()
    if exc_info is not None:
        raise exc_info[0], exc_info[1], exc_info[2]


if hasattr(sys, 'exitfunc'):
    register(sys.exitfunc)
sys.exitfunc = _run_exitfuncs
