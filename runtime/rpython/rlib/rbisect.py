"""Finding places in sorted lists of the first `hi` items."""
from rpython.rlib.objectmodel import specialize



@specialize.argtype(0)
def bisect_left(a, x, hi):
    """The position in front of all items not less than `x`."""
    lo = 0
    while lo < hi:
        mid = (lo + hi) >> 1
        if a[mid] < x:
            lo = mid + 1
        else:
            hi = mid
    return lo


@specialize.argtype(0)
def bisect_right(a, x, hi):
    """The position behind all items not greater than `x`."""
    lo = 0
    while lo < hi:
        mid = (lo + hi) >> 1
        if x < a[mid]:
            hi = mid
        else:
            lo = mid + 1
    return lo
