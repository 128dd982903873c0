"""The print statement of translated programs: a line is collected and written at its end."""
from rpython.rlib.objectmodel import specialize
from rpython.rtyper.intrinsic import intrinsic


class _Line(object):
    def __init__(self):
        self.text = ''
        self.items = 0


_line = _Line()


@specialize.argtype(0)
def rpython_print_item(value):
    """`print value,`: items are separated by one space."""
    text = str(value)
    if _line.items > 0:
        _line.text += ' ' + text
    else:
        _line.text = text
    _line.items += 1


def rpython_print_newline():
    text = _line.text
    _line.text = ''
    _line.items = 0
    _write_stdout(text + '\n')


@intrinsic('write_stdout')
def _write_stdout(text):
    import sys
    sys.stdout.write(text)
