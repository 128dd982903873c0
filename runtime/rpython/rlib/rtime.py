"""Clocks and sleeping in translated code."""
import math

from rpython.rlib import _rposix_c as c
from rpython.rlib.rposix import get_saved_errno
from rpython.rtyper.lltypesystem import lltype, rffi
from rpython.translator.tool.cbuild import ExternalCompilationInfo

_eci = ExternalCompilationInfo(includes=['rpy_time.h', 'rpy_posix.h', 'time.h'])

HAS_CLOCK_GETTIME = True
HAS_CLOCK_GETTIME_RUNTIME = True
HAS_GETTIMEOFDAY = True

CLOCK_REALTIME = 0
CLOCK_MONOTONIC = 1
CLOCK_PROCESS_CPUTIME_ID = 2
CLOCK_THREAD_CPUTIME_ID = 3
CLOCK_MONOTONIC_RAW = 4
CLOCK_BOOTTIME = 7
ALL_DEFINED_CLOCKS = ['CLOCK_REALTIME', 'CLOCK_MONOTONIC', 'CLOCK_PROCESS_CPUTIME_ID',
                      'CLOCK_THREAD_CPUTIME_ID', 'CLOCK_MONOTONIC_RAW', 'CLOCK_BOOTTIME']

TIMESPEC = rffi.CStruct('timespec', ('tv_sec', rffi.TIME_T), ('tv_nsec', rffi.LONG))
TIMEVAL = rffi.CStruct('timeval', ('tv_sec', rffi.TIME_T), ('tv_usec', rffi.SUSECONDS_T))

c_clock_gettime = rffi.llexternal('clock_gettime', [rffi.INT, lltype.Ptr(TIMESPEC)], rffi.INT,
                                  compilation_info=_eci, releasegil=False,
                                  save_err=rffi.RFFI_SAVE_ERRNO)
c_clock_getres = rffi.llexternal('clock_getres', [rffi.INT, lltype.Ptr(TIMESPEC)], rffi.INT,
                                 compilation_info=_eci, releasegil=False,
                                 save_err=rffi.RFFI_SAVE_ERRNO)
_time_now = rffi.llexternal('rpy_time_now', [], lltype.Float, compilation_info=_eci,
                            releasegil=False)
_time_clock = rffi.llexternal('rpy_time_clock', [], lltype.Float, compilation_info=_eci,
                              releasegil=False)
_time_sleep = rffi.llexternal('rpy_time_sleep', [lltype.Float], rffi.INT, compilation_info=_eci,
                              save_err=rffi.RFFI_SAVE_ERRNO)


def decode_timeval(t):
    """A struct timeval as seconds."""
    return float(rffi.getintfield(t, 'c_tv_sec')) + float(rffi.getintfield(t, 'c_tv_usec')) * 1e-6


def decode_timeval_ns(t):
    """A struct timeval as nanoseconds."""
    return rffi.getintfield(t, 'c_tv_sec') * 1000000000 + rffi.getintfield(t, 'c_tv_usec') * 1000


def timeval_from_double(timeout, timeval):
    """Store seconds into a struct timeval."""
    whole = math.floor(timeout)
    rffi.setintfield(timeval, 'c_tv_sec', int(whole))
    rffi.setintfield(timeval, 'c_tv_usec', int((timeout - whole) * 1e6))


def time():
    """Seconds since 1970."""
    return _time_now()


def clock():
    """CPU seconds of the process."""
    return _time_clock()


def sleep(secs):
    """Wait for so many seconds; OSError if a signal comes."""
    if rffi.cast(lltype.Signed, _time_sleep(secs)) != 0:
        error = get_saved_errno()
        if error != 0:
            raise OSError(error, "sleep failed")


def clock_gettime(clk_id):
    """A clock in seconds."""
    with lltype.scoped_alloc(rffi.SIGNEDP.TO, 2) as out:
        if rffi.cast(lltype.Signed, c_gettime(clk_id, out)) != 0:
            raise OSError(get_saved_errno(), "clock_gettime failed")
        return float(out[0]) + float(out[1]) * 1e-9


c_gettime = rffi.llexternal('rpy_posix_clock_gettime', [lltype.Signed, rffi.SIGNEDP], rffi.INT,
                            compilation_info=c.eci, releasegil=False,
                            save_err=rffi.RFFI_SAVE_ERRNO)
