"""The low-level types of instances, as programs name them."""
from _rpy_lltype import OBJECT, OBJECTPTR, OBJECT_VTABLE, CLASSTYPE
