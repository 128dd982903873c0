"""Packing and unpacking by format; the work is done by `_struct_native`."""
import _struct_native


class error(Exception):
    """A format or value that cannot be packed or unpacked."""


def _checked(function, *args):
    try:
        return function(*args)
    except ValueError as e:
        raise error(str(e))


def calcsize(fmt):
    return _checked(_struct_native.calcsize, fmt)


def pack(fmt, *values):
    return _checked(_struct_native.pack, fmt, values)


def unpack(fmt, string):
    return _checked(_struct_native.unpack, fmt, str(string))


def unpack_from(fmt, buffer, offset=0):
    size = calcsize(fmt)
    data = str(buffer[offset:offset + size]) if offset >= 0 else ''
    if len(data) < size:
        raise error('unpack_from requires a buffer of at least %d bytes' % size)
    return unpack(fmt, data)


def pack_into(fmt, buffer, offset, *values):
    data = pack(fmt, *values)
    if offset < 0:
        offset += len(buffer)
    if offset < 0 or offset + len(data) > len(buffer):
        raise error('pack_into requires a buffer of at least %d bytes' % len(data))
    buffer[offset:offset + len(data)] = data


class Struct(object):
    """A format, checked once."""

    def __init__(self, format):
        self.format = format
        self.size = calcsize(format)

    def pack(self, *values):
        return pack(self.format, *values)

    def pack_into(self, buffer, offset, *values):
        return pack_into(self.format, buffer, offset, *values)

    def unpack(self, string):
        return unpack(self.format, string)

    def unpack_from(self, buffer, offset=0):
        return unpack_from(self.format, buffer, offset)


def _clearcache():
    pass
