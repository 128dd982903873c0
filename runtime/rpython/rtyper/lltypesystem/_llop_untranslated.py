"""What low-level operations on numbers and pointers do in an untranslated program."""
import operator

from rpython.rlib.rarithmetic import intmask, r_uint
from rpython.rtyper.lltypesystem import lltype, rffi

WORD = 1 << 64


def _c_div(a, b):
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def _checked(value):
    if not -(WORD >> 1) <= value < WORD >> 1:
        raise OverflowError
    return int(value)


_INT = {
    'add': operator.add, 'sub': operator.sub, 'mul': operator.mul, 'and': operator.and_,
    'or': operator.or_, 'xor': operator.xor, 'lshift': operator.lshift, 'rshift': operator.rshift,
    'floordiv': _c_div, 'mod': lambda a, b: a - _c_div(a, b) * b,
    'py_div': operator.floordiv, 'py_mod': operator.mod,
}
_COMPARE = {
    'lt': operator.lt, 'le': operator.le, 'eq': operator.eq, 'ne': operator.ne,
    'gt': operator.gt, 'ge': operator.ge,
}
_FLOAT = {'add': operator.add, 'sub': operator.sub, 'mul': operator.mul, 'truediv': operator.truediv}
_UNARY = {
    'is_true': bool, 'neg': operator.neg, 'invert': operator.invert, 'abs': abs,
    'force_ge_zero': lambda a: max(a, 0),
}
_POINTERS = {
    'ptr_eq': operator.eq, 'ptr_ne': operator.ne, 'ptr_nonzero': bool, 'ptr_iszero': operator.not_,
}


def run(name, RESULT, args):
    """The result of the operation `name`."""
    if name in _POINTERS:
        return _POINTERS[name](*args)
    if name == 'same_as':
        return args[0]
    if name == 'keepalive':
        return None
    if name == 'int_between':
        return args[0] <= args[1] < args[2]
    if name.startswith('cast_'):
        return rffi.cast(RESULT, args[0])
    family, _, operation = name.partition('_')
    if family in ('char', 'unichar') and operation in _COMPARE:
        return _COMPARE[operation](*args)
    if family == 'float':
        return _float(name, operation, args)
    if family in ('int', 'uint', 'llong', 'ullong', 'lllong', 'ulllong'):
        return _integer(name, operation, RESULT, args)
    raise NotImplementedError("llop.%s only works in a translated program" % name)


def _float(name, operation, args):
    table = _COMPARE if operation in _COMPARE else _FLOAT if operation in _FLOAT else _UNARY
    if operation not in table:
        raise NotImplementedError("llop.%s only works in a translated program" % name)
    return table[operation](*args)


def _integer(name, operation, RESULT, args):
    numbers = [long(arg) for arg in args]
    checked = operation.endswith('_ovf')
    if checked:
        operation = operation[:-len('_ovf')]
    if operation in _COMPARE:
        return _COMPARE[operation](*numbers)
    table = _INT if operation in _INT else _UNARY
    if operation not in table:
        raise NotImplementedError("llop.%s only works in a translated program" % name)
    result = table[operation](*numbers)
    if result is True or result is False:
        return result
    if checked:
        return _checked(result)
    if RESULT == lltype.Signed:
        return intmask(result)
    if RESULT == lltype.Unsigned:
        return r_uint(result)
    return rffi.cast(RESULT, intmask(result))
