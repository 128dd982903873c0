"""A buffer that becomes a string."""
from rpython.rlib.buffer import Buffer


class MutableStringBuffer(Buffer):
    """A buffer of fixed size; `finish` ends the writing and gives the string."""

    def __init__(self, size):
        self.readonly = False
        self.size = size
        self.data = ['\x00'] * size
        self.result = None

    def getlength(self):
        return self.size

    def finish(self):
        """The string; the buffer cannot be used after that."""
        if self.result is not None:
            raise ValueError("Cannot call finish() twice")
        result = ''.join(self.data)
        self.result = result
        return result

    def as_str(self):
        raise ValueError("as_str() is not supported: use finish()")

    def getitem(self, index):
        return self.data[index]

    def setitem(self, index, char):
        self.data[index] = char

    def setzeros(self, index, count):
        for i in range(count):
            self.data[index + i] = '\x00'

    def setslice(self, start, string):
        for i in range(len(string)):
            self.data[start + i] = string[i]
