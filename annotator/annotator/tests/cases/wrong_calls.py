def area(width, height):
    return width * height


class Empty(object):
    pass


def entry_point(argv):
    if len(argv) > 3:
        return Empty().colour
    if len(argv) > 2:
        Empty(1)
    if len(argv) > 1:
        return area(1)
    return 0


def target(driver, args):
    return entry_point, None
