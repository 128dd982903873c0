"""The SHA-1 digest."""
from rpython.rlib.rarithmetic import intmask, r_uint
from rpython.rlib.rmd5 import WORD, _hex, _rotate
from rpython.rlib.rstring import StringBuilder


class RSHA(object):
    """A SHA-1 digest in progress."""

    def __init__(self, initialdata=''):
        self._state = [r_uint(0x67452301), r_uint(0xefcdab89), r_uint(0x98badcfe),
                       r_uint(0x10325476), r_uint(0xc3d2e1f0)]
        self._rest = ''
        self._length = 0
        self.update(initialdata)

    def update(self, inBuf):
        """Add bytes."""
        self._length += len(inBuf)
        data = self._rest + inBuf
        pos = 0
        while pos + 64 <= len(data):
            self._block(data, pos)
            pos += 64
        self._rest = data[pos:]

    def _block(self, data, pos):
        """Process 64 bytes."""
        w = [r_uint(0)] * 80
        for i in range(16):
            k = pos + 4 * i
            w[i] = r_uint(ord(data[k]) << 24 | ord(data[k + 1]) << 16 | ord(data[k + 2]) << 8
                          | ord(data[k + 3]))
        for i in range(16, 80):
            w[i] = _rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1)
        a, b, c = self._state[0], self._state[1], self._state[2]
        d, e = self._state[3], self._state[4]
        for i in range(80):
            if i < 20:
                f = ((b & c) | (~b & d)) + r_uint(0x5a827999)
            elif i < 40:
                f = (b ^ c ^ d) + r_uint(0x6ed9eba1)
            elif i < 60:
                f = ((b & c) | (b & d) | (c & d)) + r_uint(0x8f1bbcdc)
            else:
                f = (b ^ c ^ d) + r_uint(0xca62c1d6)
            f = (f + _rotate(a, 5) + e + w[i]) & WORD
            e = d
            d = c
            c = _rotate(b, 30)
            b = a
            a = f
        self._state[0] = (self._state[0] + a) & WORD
        self._state[1] = (self._state[1] + b) & WORD
        self._state[2] = (self._state[2] + c) & WORD
        self._state[3] = (self._state[3] + d) & WORD
        self._state[4] = (self._state[4] + e) & WORD

    def digest(self):
        """The digest of the bytes so far, 20 bytes."""
        other = self.copy()
        bits = r_uint(self._length) << 3
        padding = StringBuilder(72)
        padding.append('\x80')
        padding.append_multiple_char('\x00', (55 - self._length) % 64)
        for i in range(8):
            padding.append(chr(intmask((bits >> (56 - 8 * i)) & 0xff)))
        other.update(padding.build())
        result = StringBuilder(20)
        for word in other._state:
            for i in range(4):
                result.append(chr(intmask((word >> (24 - 8 * i)) & 0xff)))
        return result.build()

    def hexdigest(self):
        """The digest as hexadecimal digits."""
        return _hex(self.digest())

    def copy(self):
        """A second digest with the same bytes so far."""
        other = RSHA()
        other._state = self._state[:]
        other._rest = self._rest
        other._length = self._length
        return other


digest_size = 20
blocksize = 1
