"""Services of the collector for looking at the heap."""
from rpython.rtyper.lltypesystem import llmemory, lltype, rffi
from rpython.translator.tool.cbuild import ExternalCompilationInfo

_eci = ExternalCompilationInfo(includes=['rpy_gc.h'])
GCREF = llmemory.GCREF


def _external(name, args, result):
    return rffi.llexternal(name, args, result, compilation_info=_eci, sandboxsafe=True,
                           _nowrapper=True)


c_set_max_heap_size = _external('rpy_gc_set_max_heap_size', [lltype.Signed], lltype.Void)
c_get_memory_usage = _external('rpy_gc_get_memory_usage', [GCREF], lltype.Signed)
c_get_type_index = _external('rpy_gc_get_type_index', [GCREF], lltype.Signed)
c_toggle_flag_extra = _external('rpy_gc_toggle_flag_extra', [GCREF], rffi.INT)
_get_flag_extra = _external('rpy_gc_get_flag_extra', [GCREF], rffi.INT)
_dump_heap = _external('rpy_gc_dump_heap', [rffi.INT], rffi.INT)
_get_roots = _external('rpy_gc_get_roots', [rffi.VOIDPP, lltype.Signed], lltype.Signed)
_get_referents = _external('rpy_gc_get_referents', [GCREF, rffi.VOIDPP, lltype.Signed],
                           lltype.Signed)


def flag_extra(gcref):
    """The extra flag of an object."""
    return rffi.cast(lltype.Signed, _get_flag_extra(gcref)) != 0


def dump_heap(fd):
    """Write a description of all objects; whether that worked."""
    return rffi.cast(lltype.Signed, _dump_heap(rffi.cast(rffi.INT, fd))) != 0


def roots():
    """The objects that roots refer to."""
    count = _get_roots(lltype.nullptr(rffi.VOIDPP.TO), 0)
    # made before the pointers are taken: from then on nothing may collect
    result = [lltype.nullptr(GCREF.TO)] * count
    buf = lltype.malloc(rffi.VOIDPP.TO, count + 1, flavor='raw')
    count = min(count, _get_roots(buf, count))
    for i in range(count):
        result[i] = rffi.cast(GCREF, buf[i])
    lltype.free(buf, flavor='raw')
    return [gcref for gcref in result if gcref]


def referents(gcref):
    """The objects that the object refers to."""
    count = _get_referents(gcref, lltype.nullptr(rffi.VOIDPP.TO), 0)
    result = [lltype.nullptr(GCREF.TO)] * count
    buf = lltype.malloc(rffi.VOIDPP.TO, count + 1, flavor='raw')
    count = min(count, _get_referents(gcref, buf, count))
    for i in range(count):
        result[i] = rffi.cast(GCREF, buf[i])
    lltype.free(buf, flavor='raw')
    return [ref for ref in result if ref]
