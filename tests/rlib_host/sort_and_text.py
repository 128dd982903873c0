"""listsort, rstring, rutf8, rsre: run by the host evaluator."""
from rpython.rlib import rutf8
from rpython.rlib.listsort import TimSort
from rpython.rlib.rsre import rsre_core, rsre_re
from rpython.rlib.rsre.rpy import get_code
from rpython.rlib.rstring import split, rsplit, replace, StringBuilder


def main(argv):
    lst = [(i * 7919) % 1009 for i in range(500)]
    TimSort(lst).sort()
    print lst[:5], lst[250], lst[-1], lst == sorted(lst)
    print split('a,b,,c', ','), rsplit('a b  c', maxsplit=1), replace('banana', 'an', '<>')
    print rutf8.check_utf8('na\xc3\xafve', False), rutf8.codepoint_at_pos('\xe2\x82\xac', 0)
    b = StringBuilder()
    b.append_multiple_char('x', 3)
    b.append_slice('hello', 1, 3)
    print b.build(), b.getlength()
    for pattern, text in [(r'(\w+)\s+(\w+)', '  one two'), (r'(a|b)*c', 'xabac'), (r'(.)\1', 'book'),
                          (r'foo(?!bar)', 'foobar foo'), (r'(?<=a)b', 'bab'), (r'a{2,3}?', 'aaaa')]:
        ctx = rsre_core.search(get_code(pattern), text)
        print pattern, ctx.span(0), ctx.span(1)
    print rsre_re.findall(r'[a-m]+', 'hello-magic'), rsre_re.split(r'[,;]\s*', 'a, b;c')
    return 0


def target(driver, args):
    return main, None
