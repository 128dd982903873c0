"""The parts of rfloat that are functions of the C runtime."""
from rpython.rtyper.lltypesystem import lltype, rffi
from rpython.translator.tool.cbuild import ExternalCompilationInfo

_eci = ExternalCompilationInfo(includes=['rpy_float.h'])


def _external(name, args, result, **kwds):
    return rffi.llexternal(name, args, result, compilation_info=_eci, sandboxsafe=True,
                           _nowrapper=True, **kwds)


_float_format = _external('rpy_float_format', [rffi.CCHARP, lltype.Float, lltype.Char, lltype.Signed,
                                               rffi.INT, rffi.INTP], lltype.Signed)
_float_parse = _external('rpy_float_parse', [rffi.CCHARP, lltype.Signed, rffi.DOUBLEP], rffi.INT)
_float_round = _external('rpy_float_round', [lltype.Float, lltype.Signed, rffi.INT], lltype.Float,
                         elidable_function=True)


def c_format(value, code, precision, flags):
    """The text of the float; ValueError for codes and precisions that do not exist."""
    if precision < 0:
        raise ValueError("bad precision")
    buf = lltype.malloc(rffi.CCHARP.TO, precision + 330, flavor='raw')
    length = _float_format(buf, value, code, precision, rffi.cast(rffi.INT, flags),
                           lltype.nullptr(rffi.INTP.TO))
    if length < 0:
        lltype.free(buf, flavor='raw')
        raise ValueError("unknown format code")
    text = rffi.charpsize2str(buf, length)
    lltype.free(buf, flavor='raw')
    return text


def c_parse(s):
    """The float that the whole text spells, else ValueError."""
    buf, kind = rffi.get_nonmovingbuffer(s)
    result = lltype.malloc(rffi.DOUBLEP.TO, 1, flavor='raw')
    ok = _float_parse(buf, len(s), result)
    value = result[0]
    lltype.free(result, flavor='raw')
    rffi.free_nonmovingbuffer(s, buf, kind)
    if rffi.cast(lltype.Signed, ok) == 0:
        raise ValueError("invalid literal for float()")
    return value


def c_round(value, ndigits, half_even):
    """The float rounded to decimal digits."""
    return _float_round(value, ndigits, rffi.cast(rffi.INT, half_even))
