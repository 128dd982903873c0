"""The MD5 digest."""
import math

from rpython.rlib.rarithmetic import intmask, r_uint
from rpython.rlib.rstring import StringBuilder

WORD = r_uint(0xffffffff)
# The sines of the numbers from 1 on give the constants of the rounds.
_SINES = [r_uint(int(abs(math.sin(_i + 1)) * 4294967296.0)) for _i in range(64)]
_SHIFTS = [7, 12, 17, 22] * 4 + [5, 9, 14, 20] * 4 + [4, 11, 16, 23] * 4 + [6, 10, 15, 21] * 4
_WORDS = ([_i for _i in range(16)] + [(5 * _i + 1) % 16 for _i in range(16)]
          + [(3 * _i + 5) % 16 for _i in range(16)] + [7 * _i % 16 for _i in range(16)])
_HEX = '0123456789abcdef'


def _rotate(x, n):
    return ((x << n) | (x >> (32 - n))) & WORD


class RMD5(object):
    """An MD5 digest in progress."""

    def __init__(self, initialdata='', usedforsecurity=True):
        self._state = [r_uint(0x67452301), r_uint(0xefcdab89), r_uint(0x98badcfe),
                       r_uint(0x10325476)]
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
        x = [r_uint(0)] * 16
        for i in range(16):
            k = pos + 4 * i
            x[i] = r_uint(ord(data[k]) | ord(data[k + 1]) << 8 | ord(data[k + 2]) << 16
                          | ord(data[k + 3]) << 24)
        a, b, c, d = self._state[0], self._state[1], self._state[2], self._state[3]
        for i in range(64):
            if i < 16:
                f = (b & c) | (~b & d)
            elif i < 32:
                f = (b & d) | (c & ~d)
            elif i < 48:
                f = b ^ c ^ d
            else:
                f = c ^ (b | (~d & WORD))
            f = (f + a + _SINES[i] + x[_WORDS[i]]) & WORD
            a = d
            d = c
            c = b
            b = (b + _rotate(f, _SHIFTS[i])) & WORD
        self._state[0] = (self._state[0] + a) & WORD
        self._state[1] = (self._state[1] + b) & WORD
        self._state[2] = (self._state[2] + c) & WORD
        self._state[3] = (self._state[3] + d) & WORD

    def digest(self):
        """The digest of the bytes so far, 16 bytes."""
        other = self.copy()
        bits = r_uint(self._length) << 3
        padding = StringBuilder(72)
        padding.append('\x80')
        padding.append_multiple_char('\x00', (55 - self._length) % 64)
        for i in range(8):
            padding.append(chr(intmask((bits >> (8 * i)) & 0xff)))
        other.update(padding.build())
        result = StringBuilder(16)
        for word in other._state:
            for i in range(4):
                result.append(chr(intmask((word >> (8 * i)) & 0xff)))
        return result.build()

    def hexdigest(self):
        """The digest as hexadecimal digits."""
        return _hex(self.digest())

    def copy(self):
        """A second digest with the same bytes so far."""
        other = RMD5()
        other._state = self._state[:]
        other._rest = self._rest
        other._length = self._length
        return other


def _hex(data):
    builder = StringBuilder(2 * len(data))
    for c in data:
        builder.append(_HEX[ord(c) >> 4])
        builder.append(_HEX[ord(c) & 15])
    return builder.build()


digest_size = 16
