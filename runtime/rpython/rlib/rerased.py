"""Values whose type the annotator forgets and is told again later.

`erase, unerase = new_erasing_pair('name')`; integers are erased by `erase_int`.
"""
from rpython.rtyper.intrinsic import intrinsic


class ErasingPairIdentity(object):
    """Which pair of functions an erased value belongs to."""

    def __init__(self, name):
        self.name = name

    def _freeze_(self):
        return True

    def __repr__(self):
        return 'ErasingPairIdentity(%r)' % self.name


class Erased(object):
    """An erased value; the translator knows the class by `_rpy_erased_`."""
    _rpy_erased_ = True

    def __init__(self, x, identity):
        self._x = x
        self._identity = identity

    def __repr__(self):
        return 'Erased(%r, %r)' % (self._x, self._identity)


def new_erasing_pair(name):
    """Two functions: one that erases values of a type and one that restores them.

    The translator knows them by `_intrinsic_` and the attribute `_identity_`.
    """
    identity = ErasingPairIdentity(name)

    def erase(x):
        return Erased(x, identity)

    def unerase(y):
        assert y._identity is identity, "unerase() of something erased by another pair"
        return y._x

    erase.func_name = 'erase_' + name
    unerase.func_name = 'unerase_' + name
    erase._intrinsic_ = 'erase'
    unerase._intrinsic_ = 'unerase'
    erase._identity_ = identity
    unerase._identity_ = identity
    return erase, unerase


def new_static_erasing_pair(name):
    """The same as two static methods, for use in class bodies."""
    erase, unerase = new_erasing_pair(name)
    return staticmethod(erase), staticmethod(unerase)


_int_identity = ErasingPairIdentity('int')


@intrinsic('erase_int')
def erase_int(x):
    """Erase an integer, which must have a spare bit; OverflowError else."""
    if not -(1 << 62) <= x < 1 << 62:
        raise OverflowError
    return Erased(x, _int_identity)


@intrinsic('unerase_int')
def unerase_int(y):
    """The integer that `erase_int` hid."""
    assert y._identity is _int_identity
    return y._x
