from rpython.rlib.rarithmetic import ovfcheck


def add(a, b):
    try:
        return ovfcheck(a + b)
    except OverflowError:
        return 0


def more(a, b):
    return ovfcheck(a << b) + ovfcheck(-a) + ovfcheck(abs(b))
