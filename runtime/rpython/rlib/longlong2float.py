"""Bit patterns of floats as integers, and integers hidden in NaNs."""
import struct

from rpython.rlib.rarithmetic import intmask, r_longlong, r_singlefloat, r_uint32
from rpython.rtyper.intrinsic import intrinsic


@intrinsic('longlong2float')
def longlong2float(llval):
    """The float with these 64 bits."""
    return struct.unpack('<d', struct.pack('<q', intmask(llval)))[0]


@intrinsic('float2longlong')
def float2longlong(floatval):
    """The 64 bits of the float."""
    return struct.unpack('<q', struct.pack('<d', floatval))[0]


@intrinsic('uint2singlefloat')
def uint2singlefloat(ival):
    """The single float with these 32 bits."""
    return r_singlefloat(struct.unpack('<f', struct.pack('<I', int(ival)))[0])


@intrinsic('singlefloat2uint')
def singlefloat2uint(sfval):
    """The 32 bits of the single float."""
    return r_uint32(struct.unpack('<I', sfval._bytes)[0])


# ---- integers of 32 bits inside NaNs -------------------------------------

# The upper half of a NaN that no computation makes.
nan_high_word_int32 = -2
nan_encoded_zero = r_longlong(nan_high_word_int32 << 32)

CAN_ALWAYS_ENCODE_INT32 = False


def encode_int32_into_longlong_nan(value):
    """The bits of a NaN that stands for the integer."""
    return intmask(nan_encoded_zero) | (value & 0xFFFFFFFF)


def decode_int32_from_longlong_nan(value):
    """The integer that the bits stand for."""
    low = value & 0xFFFFFFFF
    return low - ((low & 0x80000000) << 1)


def is_int32_from_longlong_nan(value):
    """Whether the bits stand for an integer."""
    return (value >> 32) == nan_high_word_int32


def can_encode_int32(value):
    """Whether the integer fits into 32 bits."""
    return -0x80000000 <= value <= 0x7FFFFFFF


def can_encode_float(value):
    """Whether the float's bits cannot be taken for an integer."""
    return not is_int32_from_longlong_nan(float2longlong(value))


def maybe_decode_longlong_as_float(value):
    """The number that the bits stand for, as a float."""
    if is_int32_from_longlong_nan(value):
        return float(decode_int32_from_longlong_nan(value))
    return longlong2float(value)
