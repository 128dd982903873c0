"""Hints for a meta-tracing JIT.  Without one they cost nothing at run time."""
from rpython.rlib.objectmodel import not_rpython, specialize
from rpython.rlib.unroll import unrolling_iterable
from rpython.rtyper.intrinsic import intrinsic

# ---- marks on functions --------------------------------------------------


def elidable(func):
    """The function always returns the same for the same arguments."""
    func._elidable_function_ = True
    return func


def elidable_promote(promote_args='all'):
    """`elidable`, with arguments ('all' or numbers like '0,2') promoted before the call."""
    def decorator(func):
        elidable(func)
        names = list(func.func_code.co_varnames[:func.func_code.co_argcount])
        if promote_args == 'all':
            promoted = names
        else:
            promoted = [names[int(number)] for number in promote_args.split(',')]
        lines = ['def f(%s):' % ', '.join(names)]
        for name in promoted:
            lines.append('    %s = promote(%s)' % (name, name))
        lines.append('    return func(%s)' % ', '.join(names))
        namespace = {'func': func, 'promote': promote}
        exec '\n'.join(lines) + '\n' in namespace
        result = namespace['f']
        result.func_name = func.func_name + '_promote'
        result.func_defaults = func.func_defaults
        return result
    return decorator


def purefunction(func):
    """The old name of `elidable`."""
    return elidable(func)


def dont_look_inside(func):
    """The JIT treats calls of the function as opaque."""
    func._jit_look_inside_ = False
    return func


def look_inside(func):
    """The JIT traces into the function."""
    func._jit_look_inside_ = True
    return func


def unroll_safe(func):
    """The JIT may unroll the loops of the function."""
    func._jit_unroll_safe_ = True
    return func


def loop_invariant(func):
    """The function returns the same during one run of a loop."""
    dont_look_inside(func)
    func._jit_loop_invariant_ = True
    return func


def not_in_trace(func):
    """The call is left out of compiled loops."""
    func.oopspec = 'jit.not_in_trace()'
    return dont_look_inside(func)


def oopspec(spec):
    """Gives the function a meaning that the JIT knows."""
    def decorator(func):
        func.oopspec = spec
        return func
    return decorator


def jit_callback(name):
    """The function is called from C code, each time as its own loop."""
    def decorate(func):
        func._jit_callback_ = name
        return func
    return decorate


@not_rpython
def look_inside_iff(predicate):
    """The JIT looks inside only where `predicate(*arguments)` holds."""
    def decorate(func):
        func._jit_look_inside_iff_ = predicate
        return func
    return decorate


# ---- hints on values -----------------------------------------------------


@intrinsic('jit_hint')
def hint(x, **kwds):
    """`x`, with hints for the JIT."""
    return x


@intrinsic('jit_promote')
def promote(x):
    """`x`, which the JIT makes a constant of the trace."""
    return x


@intrinsic('jit_promote')
def promote_string(x):
    """`x`, a string that the JIT makes a constant by value."""
    return x


@intrinsic('jit_promote')
def promote_unicode(x):
    """`x`, a unicode string that the JIT makes a constant by value."""
    return x


@intrinsic('jit_isconstant')
def isconstant(value):
    """Whether the JIT knows the value: without one, never."""
    return False


@intrinsic('jit_isvirtual')
def isvirtual(value):
    """Whether the JIT has optimised the object away: without one, never."""
    return False


@specialize.call_location()
def loop_unrolling_heuristic(lst, size, cutoff=2):
    """Whether the JIT should unroll a loop over the list."""
    return size == 0 or isconstant(size) and (size <= cutoff or isvirtual(lst) or isconstant(lst))


def assert_green(value):
    """The JIT must know the value."""


def we_are_jitted():
    """Whether the code runs as part of a compiled loop."""
    return False
we_are_jitted._always_inline_ = True


def current_trace_length():
    """The length of the trace being recorded, -1 if there is none."""
    return -1


def jit_debug(string, arg1=-2147483648, arg2=-2147483648, arg3=-2147483648, arg4=-2147483648):
    """Note something in the trace."""


def enter_portal_frame(unique_id):
    """The program enters the frame of an interpreted function."""


def leave_portal_frame():
    """The program leaves the frame of an interpreted function."""


@specialize.call_location()
def conditional_call(condition, function, *args):
    """Call the function if the condition holds."""
    if condition:
        function(*args)


@specialize.call_location()
def conditional_call_elidable(value, function, *args):
    """The value if it is not None or zero, else what the function returns."""
    if isinstance(value, int):
        if value == 0:
            value = function(*args)
            assert isinstance(value, int)
    else:
        if not isinstance(value, list) and not value:
            value = function(*args)
    return value


@intrinsic('jit_record')
def record_exact_class(value, cls):
    """Tell the JIT that the value is of this class."""


@intrinsic('jit_record')
def record_exact_value(value, const_value):
    """Tell the JIT that the value is this constant."""


@intrinsic('jit_record')
def record_known_result(result, func, *args):
    """Tell the JIT that the elidable function returns this."""


# ---- virtual references --------------------------------------------------


class DirectVRef(object):
    """What `virtual_ref` returns: call it to get the object."""
    virtual = False
    _rpy_vref_ = True

    def __init__(self, x):
        self._x = x

    def __call__(self):
        return self._x


vref_None = DirectVRef(None)


@intrinsic('jit_virtual_ref')
def virtual_ref(x):
    """A reference to a frame-like object that need not be made for it."""
    return DirectVRef(x)


@intrinsic('jit_virtual_ref')
def non_virtual_ref(x):
    """A reference to an object that exists anyway."""
    return DirectVRef(x)


@intrinsic('jit_virtual_ref_finish')
def virtual_ref_finish(vref, x):
    """End the life of the reference."""


# ---- parameters ----------------------------------------------------------

PARAMETERS = {
    'threshold': 1039, 'function_threshold': 1619, 'trace_eagerness': 200, 'decay': 40,
    'trace_limit': 6000, 'inlining': 1, 'loop_longevity': 1000, 'retrace_limit': 0,
    'pureop_historylength': 16, 'max_retrace_guards': 15, 'max_unroll_loops': 0,
    'max_unroll_recursion': 7, 'disable_unrolling': 200, 'vec': 0, 'vec_all': 0, 'vec_cost': 0,
    'enable_opts': 'all',
}
PARAMETER_DOCS = dict([(_name, '') for _name in PARAMETERS])
unroll_parameters = unrolling_iterable(PARAMETERS.items())
ENABLE_ALL_OPTS = 'all'


@intrinsic('jit_set_param')
def set_param(driver, name, value):
    """Set a parameter of the JIT."""


@intrinsic('jit_set_param')
def set_param_to_default(driver, name):
    """Reset a parameter of the JIT."""


class TraceLimitTooHigh(Exception):
    """The parameter 'trace_limit' is too large."""


def set_user_param(driver, text):
    """Set parameters from a text like 'threshold=10,trace_limit=100'; ValueError if it is wrong."""
    if text == 'off' or text == 'default':
        return
    for item in text.split(','):
        item = item.strip(' ')
        parts = item.split('=')
        if len(parts) != 2:
            raise ValueError
        name, value = parts
        if name == 'enable_opts':
            continue
        if name not in _numeric_parameters:
            raise ValueError
        number = int(value)
        if name == 'trace_limit' and number > 16383:
            raise TraceLimitTooHigh


_numeric_parameters = dict([(_name, True) for _name in PARAMETERS if _name != 'enable_opts'])

# ---- the driver ----------------------------------------------------------


class JitHintError(Exception):
    """Wrong use of a JitDriver."""


class JitDriver(object):
    """Marks the loop of an interpreter by calls of its methods.

    Prebuilt; the methods do nothing at run time.
    """
    active = True
    inline_jit_merge_point = False
    _store_last_enter_jit = None

    def __init__(self, greens=None, reds=None, virtualizables=None, get_jitcell_at=None,
                 set_jitcell_at=None, get_printable_location=None, confirm_enter_jit=None,
                 can_never_inline=None, should_unroll_one_iteration=None, name='jitdriver',
                 check_untranslated=True, vectorize=False, get_unique_id=None,
                 is_recursive=False, get_location=None):
        if greens is not None:
            self.greens = greens
        self.name = name
        self.autoreds = reds == 'auto'
        self.numreds = None
        if self.autoreds:
            self.reds = []
        elif reds is not None:
            self.reds = reds
        if not hasattr(self, 'greens') or not hasattr(self, 'reds'):
            raise AttributeError("no 'greens' or 'reds' supplied")
        if virtualizables is not None:
            self.virtualizables = virtualizables
        else:
            self.virtualizables = []
        for var in self.virtualizables:
            assert var in self.reds, "virtualizables must be red"
        for var in list(self.greens) + list(self.reds):
            assert not var.startswith('_'), "names starting with '_' are reserved"
        self.get_printable_location = get_printable_location
        self.get_unique_id = get_unique_id
        self.confirm_enter_jit = confirm_enter_jit
        self.can_never_inline = can_never_inline
        self.should_unroll_one_iteration = should_unroll_one_iteration
        self.check_untranslated = check_untranslated
        self.is_recursive = is_recursive
        self.vec = vectorize
        self.get_location = get_location

    def _freeze_(self):
        return True

    @intrinsic('jit_marker')
    def jit_merge_point(self, **livevars):
        """The start of the interpretation of one instruction."""
        self._check(livevars)

    @intrinsic('jit_marker')
    def can_enter_jit(self, **livevars):
        """A place where a loop of the interpreted program closes."""
        self._check(livevars)

    @intrinsic('jit_marker')
    def loop_header(self):
        """A place where a loop of the interpreted program may close."""

    def _check(self, livevars):
        expected = list(self.greens) + list(self.reds)
        if self.check_untranslated and not self.autoreds and sorted(livevars) != sorted(expected):
            raise JitHintError("%s: expected the variables %s, got %s" % (
                self.name, ', '.join(expected), ', '.join(sorted(livevars))))

    def inline(self, call_jit_merge_point):
        """Decorator: the merge point is inside the function, which is inlined."""
        def decorate(func):
            func._inline_jit_merge_point_ = call_jit_merge_point
            return func
        return decorate

    def clone(self):
        """A driver with the same parameters."""
        newdriver = object.__new__(self.__class__)
        newdriver.__dict__ = self.__dict__.copy()
        return newdriver


# ---- hooks ---------------------------------------------------------------


class Counters(object):
    """Numbers and names of the JIT's statistics."""
    counters = ['TRACING', 'BACKEND', 'OPS', 'HEAPCACHED_OPS', 'RECORDED_OPS', 'GUARDS', 'OPT_OPS',
                'OPT_GUARDS', 'OPT_GUARDS_SHARED', 'OPT_FORCINGS', 'OPT_VECTORIZE_TRY',
                'OPT_VECTORIZED', 'ABORT_TOO_LONG', 'ABORT_BRIDGE', 'ABORT_BAD_LOOP',
                'ABORT_ESCAPE', 'ABORT_FORCE_QUASIIMMUT', 'ABORT_SEGMENTED_TRACE',
                'FORCE_VIRTUALIZABLES', 'NVIRTUALS', 'NVHOLES', 'NVREUSED', 'TOTAL_COMPILED_LOOPS',
                'TOTAL_COMPILED_BRIDGES', 'TOTAL_FREED_LOOPS', 'TOTAL_FREED_BRIDGES']
    counter_names = []

    @staticmethod
    def _setup():
        for i, name in enumerate(Counters.counters):
            setattr(Counters, name, i)
            Counters.counter_names.append(name)
        Counters.ncounters = len(Counters.counters)


Counters._setup()


class JitHookInterface(object):
    """Base of objects that the JIT tells what it does; nothing calls the methods without a JIT."""

    def are_hooks_enabled(self):
        return True

    def on_abort(self, reason, jitdriver, greenkey, greenkey_repr, logops, operations):
        pass

    def on_trace_too_long(self, jitdriver, greenkey, greenkey_repr):
        pass

    def before_compile(self, debug_info):
        pass

    def after_compile(self, debug_info):
        pass

    def before_compile_bridge(self, debug_info):
        pass

    def after_compile_bridge(self, debug_info):
        pass


class JitDebugInfo(object):
    """What the hooks get."""
    asminfo = None

    def __init__(self, jitdriver_sd, logger, looptoken, operations, type, greenkey=None,
                 fail_descr_nr=-1):
        self.jitdriver_sd = jitdriver_sd
        self.logger = logger
        self.looptoken = looptoken
        self.operations = operations
        self.type = type
        self.greenkey = greenkey
        self.fail_descr_nr = fail_descr_nr
