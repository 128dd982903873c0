def pick(flag):
    if flag:
        return 1
    return 'none'


def entry_point(argv):
    words = []
    words.append(len(argv))
    words.append('x')
    print pick(len(argv) > 1)
    return 0


def target(driver, args):
    return entry_point, None
