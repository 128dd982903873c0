"""`llop.NAME(RESULT_TYPE, args...)`: low-level operations by name."""
from _rpy_lltype import llop
