"""Names of the built-in types."""
import sys

NoneType = type(None)
TypeType = type
ObjectType = object

IntType = int
LongType = long
FloatType = float
BooleanType = bool
ComplexType = complex
StringType = str
UnicodeType = unicode
StringTypes = (StringType, UnicodeType)
BufferType = buffer

TupleType = tuple
ListType = list
DictType = DictionaryType = dict


def _f():
    pass


def _g():
    yield 1


class _C:
    def _m(self):
        pass


class _Slotted(object):
    __slots__ = ('slot',)


FunctionType = type(_f)
LambdaType = type(lambda: None)
CodeType = type(_f.func_code)
GeneratorType = type(_g())
ClassType = type(_C)
UnboundMethodType = type(_C._m)
_x = _C()
InstanceType = type(_x)
MethodType = type(_x._m)
BuiltinFunctionType = type(len)
BuiltinMethodType = type([].append)
ModuleType = type(sys)
FileType = file
XRangeType = xrange
SliceType = slice
EllipsisType = type(Ellipsis)
NotImplementedType = type(NotImplemented)
DictProxyType = type(type.__dict__)
MemberDescriptorType = type(_Slotted.slot)
GetSetDescriptorType = type(FunctionType.func_code)

try:
    raise TypeError
except TypeError:
    _tb = sys.exc_info()[2]
    TracebackType = type(_tb)
    FrameType = type(_tb.tb_frame)
    del _tb

del sys, _f, _g, _C, _x, _Slotted

__all__ = [_name for _name in globals().keys() if not _name.startswith('_')]
del _name
