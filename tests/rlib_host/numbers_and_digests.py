from rpython.rlib.rmd5 import RMD5
from rpython.rlib.rsha import RSHA
from rpython.rlib.rrandom import Random
from rpython.rlib.rStringIO import RStringIO
from rpython.rlib.rarithmetic import r_uint, intmask
from rpython.rlib.rbigint import rbigint
from rpython.rlib.buffer import StringBuffer, SubBuffer, ByteBuffer
def main(argv):
    for s in ['', 'a', 'abc', 'message digest', 'x' * 200]:
        print RMD5(s).hexdigest(), RSHA(s).hexdigest()
    r = Random()
    r.init_by_array([r_uint(0x123), r_uint(0x234), r_uint(0x345), r_uint(0x456)])
    print intmask(r.genrand32()), intmask(r.genrand32()), intmask(r.genrand32()), r.random() < 1.0
    f = RStringIO()
    f.write('hello\nworld\n')
    f.seek(0)
    print f.readline(), f.tell(), f.read(3), f.getvalue(), f.getsize()
    f.seek(2); f.write('XX'); f.truncate(8); print f.getvalue()
    n = rbigint.fromdecimalstr('123456789012345678901234567890' * 10)
    m = n.mul(n).add(rbigint.fromint(len(argv)))
    print m.str()
    print m.floordiv(n).eq(n), m.mod(n).str(), m.format('0123456789abcdef'), m.lshift(77).rshift(78).str()[:10]
    print n.pow(rbigint.fromint(65537), rbigint.fromint(1000000007)).str(), n.tofloat() > 1e200
    b = ByteBuffer(10)
    b.setslice(2, 'abc')
    print SubBuffer(b, 2, 3).as_str(), StringBuffer('xyz').getslice(0, 2, 2), ord(b.getitem(9))
    return 0
def target(d,a): return main, None
