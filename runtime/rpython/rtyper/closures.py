"""Functions around a prebuilt function pointer, so that helpers can be specialised by it."""
from rpython.rtyper.lowlevel import low_level


def make_call(fnptr, n):
    """A function of n arguments that calls the pointer."""
    params = ', '.join(['a%d' % i for i in range(n)])
    namespace = {'fnptr': fnptr}
    exec 'def ll_call(%s):\n    return fnptr(%s)\n' % (params, params) in namespace
    func = low_level(namespace['ll_call'])
    func._always_inline_ = True
    return func
