"""Values that the annotator must not take for constants."""


class NonConstant(object):
    """`NonConstant(x)` is `x`, whose value type inference forgets."""
    _intrinsic_ = 'nonconstant'

    def __new__(cls, constant):
        return constant
