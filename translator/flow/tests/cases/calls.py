def f(a, b=2, *rest):
    return a


def keyword(x):
    return f(x, b=3)


def star(args):
    return f(1, *args)


def known_star(x):
    return f(*(x, 2))


def unpack(pair):
    a, b = pair
    return a - b


def swap(a, b):
    a, b = b, a
    return a * 10 + b


def printed(x):
    print 'x', x


def local_function(x):
    def double(y):
        return y + y
    return double(x)


def folded(x):
    import sys
    if isinstance(f, int):
        return sys.no_such_name
    return len('abc') + x


def slices(s, n):
    return s[1:n] + s[:] + s[n]


def comprehension(items):
    return [x + 1 for x in items if x]


class Manager(object):
    def __enter__(self):
        return 5

    def __exit__(self, etype, evalue, tb):
        pass


def managed(manager, x):
    with manager as y:
        x = f(x)
    return x + y
