"""Annotations as Python objects: what `check_annotation` checkers and `_signature_` see."""


class SomeObject(object):
    """Any value; `const` is set where it is known."""
    can_be_None = False

    def __init__(self, **attributes):
        self.__dict__.update(attributes)

    def is_constant(self):
        """Whether the value is known."""
        return 'const' in self.__dict__

    def is_immutable_constant(self):
        return self.is_constant()

    def can_be_none(self):
        return self.can_be_None

    def __eq__(self, other):
        return self.__class__ is other.__class__ and self.__dict__ == other.__dict__

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(self.__class__)

    def __repr__(self):
        return '%s(%s)' % (self.__class__.__name__, ', '.join(
            ['%s=%r' % item for item in sorted(self.__dict__.items())]))


class SomeType(SomeObject):
    """A class."""


class SomeFloat(SomeObject):
    """A float."""


class SomeSingleFloat(SomeObject):
    """A float of 32 bits."""


class SomeLongFloat(SomeObject):
    """A C long double."""


class SomeInteger(SomeFloat):
    """An integer; `knowntype` is its class."""
    nonneg = False
    unsigned = False
    knowntype = int

    def __init__(self, nonneg=False, unsigned=None, knowntype=None, **attributes):
        SomeFloat.__init__(self, **attributes)
        if nonneg:
            self.nonneg = True
        if unsigned:
            self.unsigned = self.nonneg = True
        if knowntype is not None:
            self.knowntype = knowntype


class SomeBool(SomeInteger):
    """A bool."""
    nonneg = True
    knowntype = bool


class _SomeText(SomeObject):
    no_nul = False

    def __init__(self, can_be_None=False, no_nul=False, **attributes):
        SomeObject.__init__(self, **attributes)
        if can_be_None:
            self.can_be_None = True
        if no_nul:
            self.no_nul = True


class SomeString(_SomeText):
    """A str."""


class SomeUnicodeString(_SomeText):
    """A unicode string."""


class SomeByteArray(SomeObject):
    """A bytearray."""


class SomeChar(SomeString):
    """A str of one character."""


class SomeUnicodeCodePoint(SomeUnicodeString):
    """A unicode string of one character."""


class SomeList(SomeObject):
    """A list."""


class SomeTuple(SomeObject):
    """A tuple; `items` are the annotations of its items."""

    def __init__(self, items=(), **attributes):
        SomeObject.__init__(self, items=tuple(items), **attributes)


class SomeDict(SomeObject):
    """A dictionary."""


class SomeIterator(SomeObject):
    """An iterator."""


class SomeInstance(SomeObject):
    """An instance; `classdef` tells its class."""

    def __init__(self, classdef=None, can_be_None=False, flags={}, **attributes):
        SomeObject.__init__(self, classdef=classdef, flags=flags, **attributes)
        if can_be_None:
            self.can_be_None = True


class SomeException(SomeObject):
    """An exception."""


class SomePBC(SomeObject):
    """A prebuilt object, function or class."""


class SomeNone(SomePBC):
    """None."""
    can_be_None = True


class SomeBuiltin(SomeObject):
    """A built-in function."""


class SomeImpossibleValue(SomeObject):
    """No value at all."""


class SomePtr(SomeObject):
    """A low-level pointer."""


class SomeWeakRef(SomeObject):
    """A weak reference."""


s_None = SomeNone()
s_Bool = SomeBool()
s_Int = SomeInteger()
s_ImpossibleValue = SomeImpossibleValue()
s_Str0 = SomeString(no_nul=True)
s_Unicode0 = SomeUnicodeString(no_nul=True)


class AnnotatorError(Exception):
    """Type inference failed."""


class UnionError(AnnotatorError):
    """Two types that cannot be the same variable's."""


def not_const(s_obj):
    """The annotation without its known value."""
    if not s_obj.is_constant():
        return s_obj
    result = object.__new__(s_obj.__class__)
    result.__dict__.update(s_obj.__dict__)
    del result.__dict__['const']
    return result
