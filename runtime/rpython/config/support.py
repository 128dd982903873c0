"""Helpers of configurations: command-line errors, the number of processors."""
import os


class OptionGroupParser(object):
    """A thin cover of a parser of optparse."""

    def __init__(self, parser):
        self.parser = parser

    @staticmethod
    def value_error(message):
        """The exception that makes optparse print a usage error."""
        from optparse import OptionValueError
        return OptionValueError(message)


def detect_number_of_processors(filename_or_file='/proc/cpuinfo'):
    """How many processors to use: MAKEFLAGS and the machine decide."""
    if os.environ.get('MAKEFLAGS') and isinstance(filename_or_file, str):
        return 1
    try:
        f = open(filename_or_file) if isinstance(filename_or_file, str) else filename_or_file
        count = len([line for line in f if line.startswith('processor')])
        f.close()
        return max(count, 1)
    except IOError:
        return 1
