"""Assertions that the annotator or the translated program checks, and logging.

What `debug_print` writes between `debug_start(category)` and
`debug_stop(category)` goes to the file named by PYPYLOG.
"""
from rpython.rtyper.intrinsic import intrinsic

# ---- assertions ----------------------------------------------------------


@intrinsic('ll_assert')
def ll_assert(x, msg):
    """In debug builds, stop the program with the message if `x` is false."""
    assert type(x) is bool, "not a bool: %r" % (x,)
    assert type(msg) is str, "not a str: %r" % (msg,)
    assert x, msg


@intrinsic('ll_assert_not_none')
def ll_assert_not_none(x):
    """`x`, which the annotator then takes for not None."""
    assert x is not None, "ll_assert_not_none(None)"
    return x


@intrinsic('fatalerror')
def fatalerror(msg):
    """Stop the program with a traceback and the message."""
    raise AssertionError(msg)


@intrinsic('fatalerror_notb')
def fatalerror_notb(msg):
    """Stop the program with the message."""
    raise AssertionError(msg)


@intrinsic('debug_print_traceback')
def debug_print_traceback():
    """Print the RPython traceback of the exception being handled."""
    import traceback
    traceback.print_exc()


@intrinsic('attach_gdb')
def attach_gdb():
    """Stop in a debugger, where one is attached."""
    import pdb
    pdb.set_trace()


# ---- logging -------------------------------------------------------------


@intrinsic('debug_print')
def debug_print(*args):
    """Write the values to the log."""


@intrinsic('debug_start')
def debug_start(category, timestamp=False):
    """Open a section of the log."""
    return 0


@intrinsic('debug_stop')
def debug_stop(category, timestamp=False):
    """Close a section of the log."""
    return 0


class DebugSection(object):
    """`with debug("category"):` around a section of the log."""

    def __init__(self, category):
        self.category = category

    def __enter__(self):
        debug_start(self.category)
        return self

    def __exit__(self, *args):
        debug_stop(self.category)


debug = DebugSection


@intrinsic('have_debug_prints')
def have_debug_prints():
    """Whether `debug_print` would write now."""
    return False


@intrinsic('have_debug_prints_for')
def have_debug_prints_for(category_prefix):
    """Whether sections of categories with this prefix are written."""
    return False


@intrinsic('debug_offset')
def debug_offset():
    """The position in the log file, -1 if there is none."""
    return -1


@intrinsic('debug_flush')
def debug_flush():
    """Flush the log file."""


@intrinsic('debug_forked')
def debug_forked(original_offset):
    """Tell the log that this is a forked child."""


# ---- checks by the annotator ---------------------------------------------


class NotAListOfChars(Exception):
    """Not a list of characters."""


class ListChangeUnallowed(Exception):
    """A list that must keep its length changed it."""


class NegativeArgumentNotAllowed(Exception):
    """A number that the annotator cannot prove to be non-negative."""


class IntegerCanBeNegative(Exception):
    """The same, for check_nonneg()."""


@intrinsic('make_sure_not_resized')
def make_sure_not_resized(arg):
    """`arg`, a list that nothing may append to or delete from."""
    return arg


@intrinsic('check_nonneg')
def check_nonneg(x):
    """`x`, which the annotator must know to be non-negative."""
    assert x >= 0
    return x


@intrinsic('check_regular_int')
def check_regular_int(x):
    """`x`, which must be a plain signed integer."""
    return x


@intrinsic('check_list_of_chars')
def check_list_of_chars(l):
    """`l`, which must be a list of characters."""
    assert isinstance(l, list)
    for x in l:
        assert isinstance(x, (str, unicode)) and len(x) == 1
    return l


@intrinsic('check_annotation')
def check_annotation(arg, checker):
    """`arg`; the annotator calls `checker(annotation, bookkeeper)`."""
    return arg


@intrinsic('check_not_access_directly')
def check_not_access_directly(arg):
    """`arg`, which must not be marked with access_directly."""
    return arg


@intrinsic('mark_dict_non_null')
def mark_dict_non_null(d):
    """`d`, a dictionary that never contains None as key or value."""
    assert isinstance(d, dict)
    return d
