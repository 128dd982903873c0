class MyError(Exception):
    def __init__(self, code):
        self.code = code


def f(x):
    return x


def item(lst, i):
    try:
        return lst[i]
    except IndexError:
        return -1


def two_handlers(x):
    try:
        return f(x)
    except MyError, e:
        return e.code
    except (KeyError, ValueError):
        return -1


def no_handler(lst, i):
    return lst[i]


def caught_at_home(x):
    try:
        if x > 3:
            raise MyError(x)
    except MyError, e:
        return e.code
    return 0


def reraised(x):
    try:
        return f(x)
    except ValueError:
        f(0)
        raise


def cleanup(log, x):
    try:
        return f(x)
    finally:
        log.append(x)


def skip(items):
    for x in items:
        try:
            if x < 0:
                continue
            f(x)
        finally:
            f(-1)


def raise_variable(error):
    raise error


def checked(x):
    assert x > 0, "positive"
    return x


def asks_for_a_check(lst, i):
    try:
        return lst[i]
    except IndexError:
        raise
