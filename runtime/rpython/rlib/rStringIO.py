"""Files in memory for RPython."""
from rpython.rlib.rstring import StringBuilder

class RStringIO(object):
    """A file whose contents are bytes in memory.

    The contents are a list of characters; while everything is appended they
    are in a builder instead.
    """

    def __init__(self):
        self.init()

    def init(self):
        """Make the file empty."""
        self._closed = False
        self._builder = StringBuilder()
        self._bytes = []

        self._pos = 0
        self._appending = True

    def close(self):
        """Drop the contents."""
        self._closed = True
        self._builder = None
        self._bytes = []
        self._pos = 0
        self._appending = False

    def is_closed(self):
        """Whether close() was called."""
        return self._closed

    def _use_list(self):
        """Have the contents in the list."""
        if self._appending:
            self._appending = False
            for c in self._builder.build():
                self._bytes.append(c)
            self._builder = None
            self._pos = len(self._bytes)

    def getvalue(self):
        """All bytes."""
        if self._appending:
            return self._builder.build()
        return ''.join(self._bytes)

    def getsize(self):
        """The number of bytes."""
        if self._appending:
            return self._builder.getlength()
        return len(self._bytes)

    def write(self, buffer):
        """Write a string at the position."""
        if self._appending:
            self._builder.append(buffer)
            return
        pos = self._pos
        bytes = self._bytes
        while len(bytes) < pos:
            bytes.append('\x00')
        for c in buffer:
            if pos < len(bytes):
                bytes[pos] = c
            else:
                bytes.append(c)
            pos += 1
        self._pos = pos

    def seek(self, position, mode=0):
        """Set the position: from the beginning, from here, or from the end."""
        self._use_list()
        if mode == 1:
            position += self._pos
        elif mode == 2:
            position += len(self._bytes)
        if position < 0:
            position = 0
        self._pos = position

    def tell(self):
        """The position."""
        if self._appending:
            return self._builder.getlength()
        return self._pos

    def _rest(self, stop):
        """The bytes from the position to `stop`, which becomes the position."""
        start = self._pos
        if stop > len(self._bytes):
            stop = len(self._bytes)
        if start >= stop:
            return ''
        assert start >= 0
        assert stop >= 0
        self._pos = stop
        return ''.join(self._bytes[start:stop])

    def read(self, size=-1):
        """At most `size` bytes."""
        self._use_list()
        if size < 0:
            return self._rest(len(self._bytes))
        return self._rest(self._pos + size)

    def readline(self, size=-1):
        """At most `size` bytes of a line with its end."""
        self._use_list()
        stop = self._pos
        limit = len(self._bytes)
        if size >= 0:
            limit = min(limit, self._pos + size)
        while stop < limit:
            stop += 1
            if self._bytes[stop - 1] == '\n':
                break
        return self._rest(stop)

    def truncate(self, size):
        """Cut the contents; the position becomes their end."""
        self._use_list()
        assert size >= 0
        if size < len(self._bytes):
            del self._bytes[size:]
        self._pos = len(self._bytes)
