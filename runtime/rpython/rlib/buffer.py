"""Buffers: objects with bytes that can be read and sometimes written."""
from rpython.rlib.objectmodel import specialize
from rpython.rlib.rstring import StringBuilder
from rpython.rtyper.lltypesystem import lltype, rffi


class CannotRead(Exception):
    """The buffer has no memory that can be read as low-level values."""


class CannotWrite(Exception):
    """The buffer has no memory that can be written as low-level values."""


class Buffer(object):
    """The interface of buffers."""
    _immutable_ = True
    readonly = True

    def getlength(self):
        """The number of bytes."""
        raise NotImplementedError

    def __len__(self):
        return self.getlength()

    def as_str(self):
        """All bytes as a string."""
        return self.getslice(0, 1, self.getlength())

    def getitem(self, index):
        """The byte at the index."""
        raise NotImplementedError

    def __getitem__(self, index):
        return self.getitem(index)

    def getslice(self, start, step, size):
        """`size` bytes from `start` on, every `step`-th."""
        if step == 1:
            assert start >= 0
        builder = StringBuilder(size)
        for i in range(size):
            builder.append(self.getitem(start + i * step))
        return builder.build()

    def setitem(self, index, char):
        """Store a byte."""
        raise NotImplementedError

    def __setitem__(self, index, char):
        self.setitem(index, char)

    def setslice(self, start, string):
        """Store the bytes of a string from `start` on."""
        for i in range(len(string)):
            self.setitem(start + i, string[i])

    def setzeros(self, index, count):
        """Store zeros."""
        for i in range(count):
            self.setitem(index + i, '\x00')

    @specialize.ll_and_arg(1)
    def typed_read(self, TP, byte_offset):
        """The low-level value of type TP at the offset."""
        raise CannotRead

    @specialize.ll_and_arg(1)
    def typed_write(self, TP, byte_offset, value):
        """Store a low-level value at the offset."""
        raise CannotWrite

    def get_raw_address(self):
        """The address of the bytes; ValueError if they have none."""
        raise ValueError("no raw buffer")

    def releasebuffer(self):
        """The buffer is not needed any more."""


class RawBuffer(Buffer):
    """Buffers whose bytes are at an address."""
    _immutable_ = True

    @specialize.ll_and_arg(1)
    def typed_read(self, TP, byte_offset):
        """The low-level value of type TP at the offset."""
        ptr = rffi.ptradd(self.get_raw_address(), byte_offset)
        return rffi.cast(rffi.CArrayPtr(TP), ptr)[0]

    @specialize.ll_and_arg(1)
    def typed_write(self, TP, byte_offset, value):
        """Store a low-level value at the offset."""
        if self.readonly:
            raise CannotWrite
        ptr = rffi.ptradd(self.get_raw_address(), byte_offset)
        rffi.cast(rffi.CArrayPtr(TP), ptr)[0] = value


class GCBuffer(Buffer):
    """Buffers whose bytes are in an object of the collector."""
    _immutable_ = True

    @staticmethod
    def decorate(targetcls):
        """Class decorator: the class has typed access through its bytes."""
        return targetcls


class ByteBuffer(Buffer):
    """A buffer of its own bytes."""
    _immutable_ = True

    def __init__(self, n):
        self.data = ['\x00'] * n
        self.readonly = False

    def getlength(self):
        return len(self.data)

    def getitem(self, index):
        return self.data[index]

    def setitem(self, index, char):
        self.data[index] = char

    def getslice(self, start, step, size):
        if step == 1:
            assert 0 <= start
            assert size >= 0
            return ''.join(self.data[start:start + size])
        return Buffer.getslice(self, start, step, size)

    def setslice(self, start, string):
        for i in range(len(string)):
            self.data[start + i] = string[i]

    def get_raw_address(self):
        from rpython.rlib import rgc
        return rgc.nonmoving_raw_ptr_for_resizable_list(self.data)


class StringBuffer(Buffer):
    """The bytes of a string."""
    _immutable_ = True

    def __init__(self, value):
        self.value = value
        self.readonly = True

    def getlength(self):
        return len(self.value)

    def as_str(self):
        return self.value

    def getitem(self, index):
        return self.value[index]

    def getslice(self, start, step, size):
        if size == 0:
            return ''
        if step == 1:
            assert 0 <= start <= len(self.value)
            if start == 0 and size == len(self.value):
                return self.value
            stop = start + size
            assert stop >= 0
            return self.value[start:stop]
        return Buffer.getslice(self, start, step, size)

    def get_raw_address(self):
        raise ValueError("cannot get the address of a string")


class SubBuffer(Buffer):
    """A part of another buffer."""
    _immutable_ = True

    def __init__(self, buffer, offset, size):
        self.readonly = buffer.readonly
        if isinstance(buffer, SubBuffer):
            # no chains of parts of parts
            at_most = buffer.getlength() - offset
            if size > at_most or size < 0:
                size = max(at_most, 0)
            offset += buffer.offset
            buffer = buffer.buffer
        self.buffer = buffer
        self.offset = offset
        self.size = size

    def getlength(self):
        at_most = self.buffer.getlength() - self.offset
        if 0 <= self.size <= at_most:
            return self.size
        return max(at_most, 0)

    def getitem(self, index):
        return self.buffer.getitem(self.offset + index)

    def getslice(self, start, step, size):
        if size == 0:
            return ''
        return self.buffer.getslice(self.offset + start, step, size)

    def setitem(self, index, char):
        self.buffer.setitem(self.offset + index, char)

    def setslice(self, start, string):
        if len(string):
            self.buffer.setslice(self.offset + start, string)

    def get_raw_address(self):
        return rffi.ptradd(self.buffer.get_raw_address(), self.offset)

    @specialize.ll_and_arg(1)
    def typed_read(self, TP, byte_offset):
        """The low-level value of type TP at the offset."""
        return self.buffer.typed_read(TP, byte_offset + self.offset)

    @specialize.ll_and_arg(1)
    def typed_write(self, TP, byte_offset, value):
        """Store a low-level value at the offset."""
        self.buffer.typed_write(TP, byte_offset + self.offset, value)


class LLBuffer(RawBuffer):
    """Raw memory as a buffer."""
    _immutable_ = True

    def __init__(self, raw_cdata, size):
        self.raw_cdata = raw_cdata
        self.size = size
        self.readonly = False

    def getlength(self):
        return self.size

    def getitem(self, index):
        return self.raw_cdata[index]

    def setitem(self, index, char):
        self.raw_cdata[index] = char

    def get_raw_address(self):
        return self.raw_cdata

    def getslice(self, start, step, size):
        if step == 1:
            return rffi.charpsize2str(rffi.ptradd(self.raw_cdata, start), size)
        return RawBuffer.getslice(self, start, step, size)

    def setslice(self, start, string):
        for i in range(len(string)):
            self.raw_cdata[start + i] = string[i]


class RawByteBuffer(RawBuffer):
    """A buffer of its own bytes in raw memory."""
    _immutable_ = True

    def __init__(self, length):
        self._length = length
        self.readonly = False
        self._buf = lltype.malloc(rffi.CCHARP.TO, max(length, 1), flavor='raw', zero=True,
                                  add_memory_pressure=True)

    def __del__(self):
        lltype.free(self._buf, flavor='raw')

    def getlength(self):
        return self._length

    def getitem(self, index):
        return self._buf[index]

    def setitem(self, index, char):
        self._buf[index] = char

    def getslice(self, start, step, size):
        if step == 1:
            return rffi.charpsize2str(rffi.ptradd(self._buf, start), size)
        return RawBuffer.getslice(self, start, step, size)

    def get_raw_address(self):
        return self._buf

