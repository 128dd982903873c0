"""Classes of characters and lower case."""
from rpython.rlib.rsre.rpy import sre_constants as c

MAXREPEAT = c.MAXREPEAT
MAXGROUPS = 2 ** 31 - 1
CODESIZE = 4


class _UnicodeDb(object):
    """What is known of characters beyond ASCII; set_unicode_db() replaces it."""

    def _freeze_(self):
        return True

    def isdecimal(self, code):
        return 0x30 <= code <= 0x39

    def isspace(self, code):
        from rpython.rlib.rutf8 import _isspace_code
        return _isspace_code(code)

    def isalnum(self, code):
        return _is_ascii_word(code) and code != 0x5F or code >= 0xC0 and code not in (0xD7, 0xF7)

    def islinebreak(self, code):
        return 0x0A <= code <= 0x0D or 0x1C <= code <= 0x1E or code in (0x85, 0x2028, 0x2029)

    def tolower(self, code):
        if 0x41 <= code <= 0x5A or 0xC0 <= code <= 0xDE and code != 0xD7:
            return code + 32
        return code


class _Database(object):
    """The unicode database in use."""

    def __init__(self):
        self.db = _UnicodeDb()

    def _freeze_(self):
        return True


_database = _Database()


def set_unicode_db(newunicodedb):
    """At translation time: use this database for patterns with the flag UNICODE."""
    _database.db = newunicodedb if newunicodedb is not None else _UnicodeDb()


def getlower(char_ord, flags):
    """The character in lower case; only of ASCII without the flags UNICODE and LOCALE."""
    if flags & c.SRE_FLAG_LOCALE:
        if char_ord < 256:
            return getlower_locale(char_ord)
        return char_ord
    if flags & c.SRE_FLAG_UNICODE:
        return getlower_unicode(char_ord)
    return getlower_ascii(char_ord)


def getlower_ascii(char_ord):
    """The character in lower case if it is ASCII."""
    if 65 <= char_ord <= 90:
        return char_ord + 32
    return char_ord


getlower_locale = getlower_ascii


def getlower_unicode(char_ord):
    """The character in lower case."""
    if char_ord < 128:
        return getlower_ascii(char_ord)
    return _database.db.tolower(char_ord)


def _is_ascii_word(code):
    return 97 <= code <= 122 or 65 <= code <= 90 or 48 <= code <= 57 or code == 95


def is_digit(code):
    """Whether it is an ASCII digit."""
    return 48 <= code <= 57


def is_space(code):
    """Whether it is ASCII white space."""
    return code == 32 or 9 <= code <= 13


def is_word(code):
    """Whether it is an ASCII letter, digit or underscore."""
    return _is_ascii_word(code)


def is_linebreak(code):
    """Whether it ends a line."""
    return code == 10


def is_uni_digit(code):
    """Whether it is a digit of any script."""
    return _database.db.isdecimal(code)


def is_uni_space(code):
    """Whether it is white space of any script."""
    return _database.db.isspace(code)


def is_uni_linebreak(code):
    """Whether it ends a line in any script."""
    return _database.db.islinebreak(code)


def is_uni_word(code):
    """Whether it is a letter or digit of any script, or an underscore."""
    return code == 95 or _database.db.isalnum(code)


def category_dispatch(category, code):
    """Whether the character is in the category."""
    if category == c.CATEGORY_DIGIT:
        return is_digit(code)
    elif category == c.CATEGORY_NOT_DIGIT:
        return not is_digit(code)
    elif category == c.CATEGORY_SPACE:
        return is_space(code)
    elif category == c.CATEGORY_NOT_SPACE:
        return not is_space(code)
    elif category == c.CATEGORY_WORD or category == c.CATEGORY_LOC_WORD:
        return is_word(code)
    elif category == c.CATEGORY_NOT_WORD or category == c.CATEGORY_LOC_NOT_WORD:
        return not is_word(code)
    elif category == c.CATEGORY_LINEBREAK:
        return is_linebreak(code)
    elif category == c.CATEGORY_NOT_LINEBREAK:
        return not is_linebreak(code)
    elif category == c.CATEGORY_UNI_DIGIT:
        return is_uni_digit(code)
    elif category == c.CATEGORY_UNI_NOT_DIGIT:
        return not is_uni_digit(code)
    elif category == c.CATEGORY_UNI_SPACE:
        return is_uni_space(code)
    elif category == c.CATEGORY_UNI_NOT_SPACE:
        return not is_uni_space(code)
    elif category == c.CATEGORY_UNI_WORD:
        return is_uni_word(code)
    elif category == c.CATEGORY_UNI_NOT_WORD:
        return not is_uni_word(code)
    elif category == c.CATEGORY_UNI_LINEBREAK:
        return is_uni_linebreak(code)
    elif category == c.CATEGORY_UNI_NOT_LINEBREAK:
        return not is_uni_linebreak(code)
    return False


def check_charset(ctx, pattern, ppos, char_code):
    """Whether the character is in the set whose codes begin at `ppos`."""
    negated = False
    while True:
        opcode = pattern.pat(ppos)
        if opcode == c.FAILURE:
            return negated
        elif opcode == c.NEGATE:
            negated = not negated
            ppos += 1
        elif opcode == c.LITERAL:
            if pattern.pat(ppos + 1) == char_code:
                return not negated
            ppos += 2
        elif opcode == c.RANGE:
            if pattern.pat(ppos + 1) <= char_code <= pattern.pat(ppos + 2):
                return not negated
            ppos += 3
        elif opcode == c.CATEGORY:
            if category_dispatch(pattern.pat(ppos + 1), char_code):
                return not negated
            ppos += 2
        elif opcode == c.CHARSET:
            # 256 bits in words of 32
            if char_code < 256 and pattern.pat(ppos + 1 + (char_code >> 5)) >> (char_code & 31) & 1:
                return not negated
            ppos += 9
        elif opcode == c.BIGCHARSET:
            # the numbers of the blocks for the upper bytes, four in a word, then the blocks
            count = pattern.pat(ppos + 1)
            if char_code < 65536:
                index = char_code >> 8
                block = pattern.pat(ppos + 2 + (index >> 2)) >> (8 * (index & 3)) & 0xFF
                word = pattern.pat(ppos + 66 + block * 8 + ((char_code & 255) >> 5))
                if word >> (char_code & 31) & 1:
                    return not negated
            ppos += 66 + count * 8
        else:
            return negated
