"""Functions on tuples, GcStruct('tupleN', ('item0', ...), ...): made for each list of item functions."""
from rpython.rlib.rarithmetic import intmask
from rpython.rtyper.lowlevel import low_level


def _compiled(source, namespace):
    exec source in namespace
    func = low_level(namespace['ll_tuple'])
    func._ll_simple_eq_ = True
    return func


def make_tuple_function(what, parts):
    """`what` is 'eq' (parts are functions or None for the operator), 'hash' (functions), or one of 'lt', 'le', 'gt',
    'ge' (parts are pairs of an equality and a less-than function, or None)."""
    if what == 'hash':
        return _make_hash(parts)
    if what == 'eq':
        return _make_eq(parts)
    return _make_order(what, parts)


def _equal(namespace, i, eq, a, b):
    """Source of an equality test; a function goes into the namespace."""
    if eq is None:
        return '%s == %s' % (a, b)
    namespace['eq%d' % i] = eq
    return 'eq%d(%s, %s)' % (i, a, b)


def _make_eq(parts):
    namespace = {}
    lines = ['def ll_tuple(t1, t2):']
    for i, eq in enumerate(parts):
        test = _equal(namespace, i, eq, 't1.item%d' % i, 't2.item%d' % i)
        lines.append('    if not (%s):' % test)
        lines.append('        return False')
    lines.append('    return True\n')
    return _compiled('\n'.join(lines), namespace)


def _make_hash(parts):
    namespace = {'intmask': intmask}
    lines = ['def ll_tuple(t):', '    x = 0x345678']
    for i, hash in enumerate(parts):
        namespace['hash%d' % i] = hash
        lines.append('    x = intmask(x * 1000003) ^ hash%d(t.item%d)' % (i, i))
    lines.append('    return x\n')
    return _compiled('\n'.join(lines), namespace)


def _make_order(what, parts):
    namespace = {}
    lines = ['def ll_tuple(t1, t2):']
    a, b = ('t1', 't2') if what in ('lt', 'le') else ('t2', 't1')
    for i, (eq, lt) in enumerate(parts):
        x, y = '%s.item%d' % (a, i), '%s.item%d' % (b, i)
        lines.append('    if not (%s):' % _equal(namespace, i, eq, x, y))
        if lt is None:
            lines.append('        return %s < %s' % (x, y))
        else:
            namespace['lt%d' % i] = lt
            lines.append('        return lt%d(%s, %s)' % (i, x, y))
    lines.append('    return %s\n' % (what in ('le', 'ge')))
    return _compiled('\n'.join(lines), namespace)
