"""The numbers in compiled patterns, as Python 2.7 has them."""

MAGIC = 20031017
MAXREPEAT = 4294967295


class error(Exception):
    """A pattern that is not valid."""


OPCODES = [
    'failure', 'success', 'any', 'any_all', 'assert', 'assert_not', 'at', 'branch', 'call',
    'category', 'charset', 'bigcharset', 'groupref', 'groupref_exists', 'groupref_ignore', 'in',
    'in_ignore', 'info', 'jump', 'literal', 'literal_ignore', 'mark', 'max_until', 'min_until',
    'not_literal', 'not_literal_ignore', 'negate', 'range', 'repeat', 'repeat_one', 'subpattern',
    'min_repeat_one',
]
ATCODES = [
    'at_beginning', 'at_beginning_line', 'at_beginning_string', 'at_boundary', 'at_non_boundary',
    'at_end', 'at_end_line', 'at_end_string', 'at_loc_boundary', 'at_loc_non_boundary',
    'at_uni_boundary', 'at_uni_non_boundary',
]
CHCODES = [
    'category_digit', 'category_not_digit', 'category_space', 'category_not_space',
    'category_word', 'category_not_word', 'category_linebreak', 'category_not_linebreak',
    'category_loc_word', 'category_loc_not_word', 'category_uni_digit', 'category_uni_not_digit',
    'category_uni_space', 'category_uni_not_space', 'category_uni_word',
    'category_uni_not_word', 'category_uni_linebreak', 'category_uni_not_linebreak',
]

SRE_FLAG_TEMPLATE = 1
SRE_FLAG_IGNORECASE = 2
SRE_FLAG_LOCALE = 4
SRE_FLAG_MULTILINE = 8
SRE_FLAG_DOTALL = 16
SRE_FLAG_UNICODE = 32
SRE_FLAG_VERBOSE = 64
SRE_FLAG_DEBUG = 128

SRE_INFO_PREFIX = 1
SRE_INFO_LITERAL = 2
SRE_INFO_CHARSET = 4


def _define(names, prefix=''):
    for number, name in enumerate(names):
        globals()[prefix + name.upper()] = number


_define(OPCODES)
_define(ATCODES)
_define(CHCODES)
