"""Writing to stdout, for print."""
import os

from rpython.rtyper.annlowlevel import hlstr
from rpython.rtyper.lowlevel import low_level_helpers


def ll_write_stdout(ll_text):
    text = hlstr(ll_text)
    while True:
        n = os.write(1, text)
        if n >= len(text):
            return
        text = text[n:]


low_level_helpers(globals())
