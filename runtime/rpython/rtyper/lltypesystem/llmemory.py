"""Addresses, symbolic sizes and offsets, and raw memory."""
from _rpy_llmemory import *
