"""Random bytes of the operating system."""
import os

from rpython.rlib.rstring import StringBuilder


def urandom(n, signal_checker=None):
    """n random bytes."""
    fd = os.open('/dev/urandom', os.O_RDONLY, 0777)
    try:
        builder = StringBuilder(n)
        missing = n
        while missing > 0:
            data = os.read(fd, missing)
            builder.append(data)
            missing -= len(data)
        return builder.build()
    finally:
        os.close(fd)


def init_urandom():
    """Nothing needs to be prepared."""
    return None
