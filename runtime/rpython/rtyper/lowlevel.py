"""Marks the functions of a helper module: each is specialised by the low-level types of its arguments."""


def low_level_helpers(namespace):
    """Call at the end of a helper module with its globals()."""
    for value in namespace.values():
        if getattr(value, 'func_globals', None) is namespace and not hasattr(value, '_annspecialcase_'):
            value._annspecialcase_ = 'specialize:ll'


def low_level(func):
    """Decorator for helper functions that are made by other functions."""
    func._annspecialcase_ = 'specialize:ll'
    return func
