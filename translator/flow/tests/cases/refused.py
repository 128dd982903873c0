from rpython.rlib.rarithmetic import ovfcheck

total = 0


def global_write(x):
    global total
    total = x


def executes(text):
    exec text
    return 0


def set_display(x):
    return {x, 1}


def dict_comprehension(items):
    return {x: 1 for x in items}


def closure(n):
    def add(x):
        return x + n
    return add(1)


def keywords(**options):
    return 0


def sends(n):
    x = yield n
    yield x


def local_class():
    class A(object):
        pass
    return A()


def to_file(f):
    print >>f, 'text'


def unbound(x):
    if x:
        y = 1
    return y
