"""Types for `rpython.rlib.signature`.

Each function returns a description that the annotator turns into an
annotation: an instance of Type with `kind` and `args`.
"""


class Type(object):
    """A described type; `kind` is the name of the function that made it."""
    _rpy_type_ = True

    def __init__(self, kind, *args):
        self.kind = kind
        self.args = args

    def __repr__(self):
        return '%s(%s)' % (self.kind, ', '.join([repr(arg) for arg in self.args]))

    def __eq__(self, other):
        return self.__class__ is other.__class__ and (self.kind, self.args) == (other.kind, other.args)

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash((self.kind, self.args))


def none():
    """None only."""
    return Type('none')


def impossible():
    """No value: of functions that never return."""
    return Type('impossible')


def float():
    """Floats."""
    return Type('float')


def singlefloat():
    """Floats of 32 bits."""
    return Type('singlefloat')


def longfloat():
    """Floats of the C type long double."""
    return Type('longfloat')


def int():
    """Signed integers."""
    return Type('int')


def int_nonneg():
    """Signed integers that are not negative."""
    return Type('int_nonneg')


def bool():
    """Booleans."""
    return Type('bool')


def unicode():
    """Unicode strings or None."""
    return Type('unicode')


def unicode0():
    """Unicode strings without NUL, or None."""
    return Type('unicode0')


def str():
    """Strings or None."""
    return Type('str')


def bytearray():
    """Bytearrays."""
    return Type('bytearray')


def str0():
    """Strings without NUL, or None."""
    return Type('str0')


def char():
    """Strings of one character."""
    return Type('char')


def ptr(ll_type):
    """Low-level pointers of this type."""
    return Type('ptr', ll_type)


def list(element):
    """Lists that are resized, of elements of this type."""
    return Type('list', element)


def array(element):
    """Lists that are never resized, of elements of this type."""
    return Type('array', element)


def dict(keytype, valuetype):
    """Dictionaries."""
    return Type('dict', keytype, valuetype)


def instance(cls, can_be_None=False):
    """Instances of the class."""
    return Type('instance', cls, can_be_None)


def self(can_be_None=False):
    """Instances of the class that defines the method; the class is decorated by `finishsigs`."""
    return Type('self', can_be_None)


def pbc(constant):
    """A prebuilt constant."""
    return Type('pbc', constant)


def any():
    """Anything: the argument is not constrained."""
    return Type('any')
