"""List operations that the annotator puts in place of others."""
from rpython.rtyper.intrinsic import intrinsic


@intrinsic('alloc_and_set')
def alloc_and_set(count, item):
    """`[item] * count`"""
    return [item] * count


@intrinsic('list_fence')
def list_comprehension_done(l):
    """The list that a comprehension has built: from here on it may keep its length."""
    return l
