"""The exception of the re module."""


class error(Exception):
    """A pattern that is not valid."""


MAGIC = 20031017
MAXREPEAT = 4294967295
