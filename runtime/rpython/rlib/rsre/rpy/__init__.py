"""Compiling of regular expressions at translation time."""
from rpython.rlib.rsre.rpy._sre import get_code
