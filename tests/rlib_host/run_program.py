"""Runs a Python program, given as argument, in the host evaluator."""
import sys
def target(driver, args):
    return main, None
def main(argv):
    path = argv[1]
    sys.argv = argv[1:]
    ns = {'__name__': '__main__', '__file__': path}
    execfile(path, ns)
    return 0
