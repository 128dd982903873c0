# dump: identity__int identity__str power__3
from rpython.rlib.objectmodel import specialize


@specialize.argtype(0)
def identity(x):
    return x


@specialize.arg(1)
def power(x, n):
    result = x
    for i in range(n - 1):
        result *= x
    return result


def entry_point(argv):
    print identity(3), identity(argv[0]), power(len(argv), 3)
    return 0


def target(driver, args):
    return entry_point, None
