"""The numbers in compiled patterns with the prefix OPCODE_."""
from rpython.rlib.rsre.rpy import sre_constants as _constants
from rpython.rlib.rsre.rpy.sre_constants import *

for _name in _constants.OPCODES:
    globals()['OPCODE_' + _name.upper()] = getattr(_constants, _name.upper())
OPCODE_UNICODE_GENERAL_CATEGORY = 70
del _name
