def maximum(a, b):
    if a > b:
        return a
    return b


def between(a, x, b):
    return a <= x < b


def both(a, b):
    if a and not b:
        return 1
    return 2


def choose(flag, a, b):
    return a if flag else b


def known():
    if DEBUG:
        return broken_name
    return 5


DEBUG = False
