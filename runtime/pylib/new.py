"""The constructors of types of the interpreter, under older names."""
from types import (ClassType as classobj, CodeType as code, FunctionType as function,
                   InstanceType as instance, MethodType as instancemethod, ModuleType as module)
