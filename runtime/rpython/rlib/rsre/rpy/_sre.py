"""Patterns for RPython programs."""


def get_code(regexp, flags=0, allargs=False):
    """The CompiledPattern of a regular expression; with `allargs`, a tuple of all that is known."""
    from rpython.rlib.rsre.rpy._compile import compile_pattern
    from rpython.rlib.rsre.rsre_core import CompiledPattern
    parsed = compile_pattern(regexp, flags)
    code = CompiledPattern(parsed.code, parsed.flags)
    if not allargs:
        return code
    index = parsed.groupdict
    names = [None] * parsed.groups
    for name, number in index.items():
        names[number] = name
    return code, flags, parsed.flags, parsed.groups - 1, index, names
