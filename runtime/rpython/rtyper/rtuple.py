"""Functions on tuples of a given type, made from the functions of their items."""
from rpython.rlib.objectmodel import always_inline, not_rpython
from rpython.rlib.rarithmetic import intmask
from rpython.rtyper.rstr import ll_strcmp


@always_inline
def ll_strlt(s1, s2):
    return ll_strcmp(s1, s2) < 0


@not_rpython
def make_tuple_function(what, parts):
    """`what` is eq, hash, lt, le, gt or ge.

    `parts` holds for each item: the equality function or None for ==, the hash function, or for
    orders the pair (equality, less-than), None for the operators.
    """
    namespace = {'intmask': intmask}
    if what == 'hash':
        lines = _hash_lines(parts, namespace)
    elif what == 'eq':
        lines = ['def function(a, b):']
        for i, eq in enumerate(parts):
            namespace['eq%d' % i] = eq
            lines.append('    if not (%s): return False' % _equal(i, eq))
        lines.append('    return True')
    else:
        lines = _order_lines(what, parts, namespace)
    exec compile('\n'.join(lines) + '\n', '<tuple %s>' % what, 'exec') in namespace
    function = namespace['function']
    function.func_name = 'll_tuple_' + what
    return function


@not_rpython
def _equal(i, eq):
    if eq is None:
        return 'a.item%d == b.item%d' % (i, i)
    return 'eq%d(a.item%d, b.item%d)' % (i, i, i)


@not_rpython
def _hash_lines(parts, namespace):
    lines = ['def function(a):', '    x = 0x345678']
    for i, hash_ in enumerate(parts):
        namespace['hash%d' % i] = hash_
        lines.append('    x = intmask((1000003 * x) ^ hash%d(a.item%d))' % (i, i))
    lines.append('    return x')
    return lines


@not_rpython
def _order_lines(what, parts, namespace):
    lines = ['def function(a, b):']
    if what in ('gt', 'ge'):
        lines.append('    a, b = b, a')
    for i, (eq, lt) in enumerate(parts):
        namespace['eq%d' % i] = eq
        namespace['lt%d' % i] = lt
        less = 'lt%d(a.item%d, b.item%d)' % (i, i, i) if lt is not None else 'a.item%d < b.item%d' % (i, i)
        lines.append('    if not (%s): return %s' % (_equal(i, eq), less))
    lines.append('    return %s' % (what in ('le', 'ge')))
    return lines
