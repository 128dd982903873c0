"""List operations that the annotator puts in place of others."""
from rpython.rtyper.intrinsic import intrinsic


@intrinsic('alloc_and_set')
def alloc_and_set(count, item):
    """`[item] * count`"""
    return [item] * count
