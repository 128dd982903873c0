def count_to(n):
    i = 0
    while i < n:
        yield i
        i += 1


def pairs(items):
    for a in items:
        try:
            yield a, f(a)
        except ValueError:
            yield a, 0


def f(x):
    return x


def use(n):
    total = 0
    for i in count_to(n):
        total += i
    return total
