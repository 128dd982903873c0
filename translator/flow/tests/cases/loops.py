from rpython.rlib.unroll import unrolling_iterable

NAMES = unrolling_iterable(['x', 'y'])


def count(n):
    total = 0
    i = 0
    while i < n:
        i += 1
        if i == 3:
            continue
        total += i
    else:
        total = -total
    return total


def find(items, wanted):
    for i, item in items:
        if item == wanted:
            break
    else:
        return -1
    return i


def unrolled(point):
    total = 0
    for name in NAMES:
        total += getattr(point, name)
    return total


def dead_local(items):
    for item in items:
        doubled = item * 2
        if doubled > 10:
            return item
    return 0
