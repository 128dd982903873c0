"""The random number generator MT19937."""
from rpython.rlib.rarithmetic import intmask, r_uint

N = 624
M = 397
MATRIX_A = r_uint(0x9908b0df)
UPPER_MASK = r_uint(0x80000000)
LOWER_MASK = r_uint(0x7fffffff)
WORD = r_uint(0xffffffff)


class Random(object):
    """A generator with its own state."""

    def __init__(self, seed=r_uint(0)):
        self.state = [r_uint(0)] * N
        self.index = 0
        self.init_genrand(seed)

    def init_genrand(self, s):
        """Start anew from a number of 32 bits."""
        mt = self.state
        mt[0] = s & WORD
        for j in range(1, N):
            mt[j] = (r_uint(1812433253) * (mt[j - 1] ^ (mt[j - 1] >> 30)) + r_uint(j)) & WORD
        self.index = N

    def init_by_array(self, init_key):
        """Start anew from a list of numbers of 32 bits."""
        key_length = len(init_key)
        mt = self.state
        self.init_genrand(r_uint(19650218))
        i = 1
        j = 0
        for _ in range(max(N, key_length)):
            mt[i] = ((mt[i] ^ (mt[i - 1] ^ (mt[i - 1] >> 30)) * r_uint(1664525))
                     + init_key[j] + r_uint(j)) & WORD
            i += 1
            j += 1
            if i >= N:
                mt[0] = mt[N - 1]
                i = 1
            if j >= key_length:
                j = 0
        for _ in range(N - 1):
            mt[i] = ((mt[i] ^ (mt[i - 1] ^ (mt[i - 1] >> 30)) * r_uint(1566083941))
                     - r_uint(i)) & WORD
            i += 1
            if i >= N:
                mt[0] = mt[N - 1]
                i = 1
        mt[0] = UPPER_MASK

    def _twist(self, y, k, m):
        """The next value of a word of the state."""
        value = self.state[m] ^ (y >> 1)
        if y & 1:
            value ^= MATRIX_A
        self.state[k] = value

    def genrand32(self):
        """A random number of 32 bits."""
        mt = self.state
        if self.index >= N:
            for k in range(N - M):
                self._twist((mt[k] & UPPER_MASK) | (mt[k + 1] & LOWER_MASK), k, k + M)
            for k in range(N - M, N - 1):
                self._twist((mt[k] & UPPER_MASK) | (mt[k + 1] & LOWER_MASK), k, k + M - N)
            self._twist((mt[N - 1] & UPPER_MASK) | (mt[0] & LOWER_MASK), N - 1, M - 1)
            self.index = 0
        y = mt[self.index]
        self.index += 1
        y ^= y >> 11
        y ^= (y << 7) & r_uint(0x9d2c5680)
        y ^= (y << 15) & r_uint(0xefc60000)
        return (y ^ (y >> 18)) & WORD

    def random(self):
        """A random float from 0.0 up to, but without, 1.0."""
        a = intmask(self.genrand32() >> 5)
        b = intmask(self.genrand32() >> 6)
        return (a * 67108864.0 + b) * (1.0 / 9007199254740992.0)

    def jumpahead(self, n):
        """Change to a state that is probably far from the present one."""
        mt = self.state
        i = N - 1
        while i > 1:
            j = n % i
            mt[i], mt[j] = mt[j], mt[i]
            i -= 1
        for i in range(N):
            mt[i] = (mt[i] + r_uint(i + 1)) & WORD
        self.index = N
