"""The global interpreter lock of the runtime."""
from rpython.rtyper.lltypesystem import lltype, rffi
from rpython.translator.tool.cbuild import ExternalCompilationInfo

_eci = ExternalCompilationInfo(includes=['rpy_thread.h'])


def _external(name, args, result, _callable):
    return rffi.llexternal(name, args, result, _nowrapper=True, sandboxsafe=True,
                           compilation_info=_eci, _callable=_callable)


def _nothing():
    pass


release = _external('rpy_gil_release', [], lltype.Void, _nothing)
acquire = _external('rpy_gil_acquire', [], lltype.Void, _nothing)
_gil_yield = _external('rpy_gil_yield', [], rffi.INT, lambda: rffi.cast(rffi.INT, 0))
_gil_held = _external('rpy_gil_held', [], rffi.INT, lambda: rffi.cast(rffi.INT, 1))
enter_callback = _external('rpy_gil_enter_callback', [], rffi.INT, lambda: rffi.cast(rffi.INT, 0))
leave_callback = _external('rpy_gil_leave_callback', [rffi.INT], lltype.Void, lambda token: None)

acquire_maybe_in_new_thread = acquire


def allocate():
    """Make the lock: the runtime has done that at start-up."""


def yield_thread():
    """Let other threads run, if any wait; whether one did."""
    switched = rffi.cast(lltype.Signed, _gil_yield()) != 0
    if switched:
        _after_thread_switch()
    return switched


def am_I_holding_the_GIL():
    """Whether the calling thread has the lock."""
    return rffi.cast(lltype.Signed, _gil_held()) != 0


class _SwitchCallbacks(object):
    def __init__(self):
        self.callbacks = []

    def _freeze_(self):
        return True


_switch_callbacks = _SwitchCallbacks()


def invoke_after_thread_switch(callback):
    """At translation time: have `callback` called after switches of threads."""
    if callback not in _switch_callbacks.callbacks:
        _switch_callbacks.callbacks.append(callback)


def _after_thread_switch():
    from rpython.rlib.unroll import unrolling_iterable
    for callback in unrolling_iterable(_switch_callbacks.callbacks):
        callback()


_after_thread_switch._dont_inline_ = True
