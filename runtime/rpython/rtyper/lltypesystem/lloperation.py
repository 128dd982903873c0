"""`llop.NAME(RESULT_TYPE, args...)`: low-level operations by name.

In translated code the call becomes the operation.  Untranslated, operations on
numbers and pointers are computed here; the others exist only in translated code.
"""

class LLOp(object):
    """One low-level operation."""
    _intrinsic_ = 'llop'

    def __init__(self, opname):
        self.opname = opname

    def _freeze_(self):
        return True

    def __call__(self, RESULT, *args):
        from rpython.rtyper.lltypesystem import _llop_untranslated
        return _llop_untranslated.run(self.opname, RESULT, args)

    def __repr__(self):
        return '<llop %s>' % self.opname


class LowLevelOperations(object):
    """Gives operations by attribute access."""

    def _freeze_(self):
        return True

    def __getattr__(self, name):
        if name.startswith('_'):
            raise AttributeError(name)
        op = LLOp(name)
        setattr(self, name, op)
        return op


llop = LowLevelOperations()
