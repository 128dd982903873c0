# dump: entry_point total
class Base(object):
    kind = 'base'

    def cost(self):
        return 1


class Derived(Base):
    kind = 'derived'

    def __init__(self, price):
        self.price = price

    def cost(self):
        return self.price


def total(things):
    result = 0
    for thing in things:
        result += thing.cost()
    return result


def entry_point(argv):
    things = [Base(), Derived(len(argv))]
    print total(things), things[0].kind
    return 0


def target(driver, args):
    return entry_point, None
