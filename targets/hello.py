"""The smallest target: greets whoever is named on the command line."""


def entry_point(argv):
    name = 'world'
    if len(argv) > 1:
        name = argv[1]
    print 'hello, %s' % name
    return 0


def target(driver, args):
    driver.exe_name = 'hello'
    return entry_point, None
