"""Sets of characters, templates, and the string methods as functions."""

whitespace = ' \t\n\r\v\f'
lowercase = 'abcdefghijklmnopqrstuvwxyz'
uppercase = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
ascii_lowercase = lowercase
ascii_uppercase = uppercase
letters = lowercase + uppercase
ascii_letters = ascii_lowercase + ascii_uppercase
digits = '0123456789'
hexdigits = digits + 'abcdef' + 'ABCDEF'
octdigits = '01234567'
punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'
printable = digits + letters + punctuation + whitespace

index_error = ValueError
atoi_error = ValueError
atof_error = ValueError
atol_error = ValueError

_idmap = ''.join([chr(_i) for _i in range(256)])


def capwords(s, sep=None):
    """The words of the text, each capitalised."""
    return (sep or ' ').join([word.capitalize() for word in s.split(sep)])


def maketrans(fromstr, tostr):
    """A table for translate()."""
    if len(fromstr) != len(tostr):
        raise ValueError("maketrans arguments must have same length")
    table = list(_idmap)
    for i in range(len(fromstr)):
        table[ord(fromstr[i])] = tostr[i]
    return ''.join(table)


def lower(s):
    """s.lower()"""
    return s.lower()


def upper(s):
    """s.upper()"""
    return s.upper()


def swapcase(s):
    """s.swapcase()"""
    return s.swapcase()


def strip(s, chars=None):
    """s.strip(chars)"""
    return s.strip(chars)


def lstrip(s, chars=None):
    """s.lstrip(chars)"""
    return s.lstrip(chars)


def rstrip(s, chars=None):
    """s.rstrip(chars)"""
    return s.rstrip(chars)


def split(s, sep=None, maxsplit=-1):
    """s.split(sep, maxsplit)"""
    return s.split(sep, maxsplit)


splitfields = split


def rsplit(s, sep=None, maxsplit=-1):
    """s.rsplit(sep, maxsplit)"""
    return s.rsplit(sep, maxsplit)


def join(words, sep=' '):
    """sep.join(words)"""
    return sep.join(words)


joinfields = join


def index(s, *args):
    """s.index(...)"""
    return s.index(*args)


def rindex(s, *args):
    """s.rindex(...)"""
    return s.rindex(*args)


def count(s, *args):
    """s.count(...)"""
    return s.count(*args)


def find(s, *args):
    """s.find(...)"""
    return s.find(*args)


def rfind(s, *args):
    """s.rfind(...)"""
    return s.rfind(*args)


def atof(s):
    """float(s)"""
    return float(s)


def atoi(s, base=10):
    """int(s, base)"""
    return int(s, base)


def atol(s, base=10):
    """long(s, base)"""
    return long(s, base)


def ljust(s, width, *args):
    """s.ljust(...)"""
    return s.ljust(width, *args)


def rjust(s, width, *args):
    """s.rjust(...)"""
    return s.rjust(width, *args)


def center(s, width, *args):
    """s.center(...)"""
    return s.center(width, *args)


def zfill(x, width):
    """x.zfill(width), for anything"""
    if not isinstance(x, basestring):
        x = repr(x)
    return x.zfill(width)


def expandtabs(s, tabsize=8):
    """s.expandtabs(tabsize)"""
    return s.expandtabs(tabsize)


def translate(s, table, deletions=''):
    """s.translate(...)"""
    if deletions or table is None:
        return s.translate(table, deletions)
    return s.translate(table + s[:0])


def capitalize(s):
    """s.capitalize()"""
    return s.capitalize()


def replace(s, old, new, maxreplace=-1):
    """s.replace(...)"""
    return s.replace(old, new, maxreplace)


class _TemplateMetaclass(type):
    """Makes the pattern of a template class from its delimiter when first used."""

    @property
    def pattern(cls):
        import re
        text = cls.__dict__.get('_pattern_text')
        if text is None:
            text = r'%(delim)s(?:(?P<escaped>%(delim)s)|(?P<named>%(id)s)|' \
                   r'{(?P<braced>%(id)s)}|(?P<invalid>))' % {
                       'delim': re.escape(cls.delimiter), 'id': cls.idpattern}
        return re.compile(text, re.IGNORECASE | re.VERBOSE)

    def __new__(metacls, name, bases, namespace):
        if isinstance(namespace.get('pattern'), basestring):
            namespace['_pattern_text'] = namespace.pop('pattern')
        return type.__new__(metacls, name, bases, namespace)


class Template(object):
    """A text with places like $name and ${name} to fill in."""
    __metaclass__ = _TemplateMetaclass

    delimiter = '$'
    idpattern = r'[_a-z][_a-z0-9]*'

    def __init__(self, template):
        self.template = template

    @property
    def pattern(self):
        return type(self).pattern

    def _invalid(self, match):
        i = match.start('invalid')
        lines = self.template[:i].splitlines(True)
        if not lines:
            column, line = 1, 1
        else:
            column = i - len(''.join(lines[:-1]))
            line = len(lines)
        raise ValueError('Invalid placeholder in string: line %d, col %d' % (line, column))

    def _values(self, args, kws):
        if len(args) > 1:
            raise TypeError('Too many positional arguments')
        if not args:
            return kws
        if not kws:
            return args[0]
        return _Chain(kws, args[0])

    def substitute(self, *args, **kws):
        """The text with all places filled in."""
        mapping = self._values(args, kws)

        def convert(match):
            name = match.group('named') or match.group('braced')
            if name is not None:
                return '%s' % (mapping[name],)
            if match.group('escaped') is not None:
                return self.delimiter
            self._invalid(match)
        return self.pattern.sub(convert, self.template)

    def safe_substitute(self, *args, **kws):
        """The text with those places filled in that have a value."""
        mapping = self._values(args, kws)

        def convert(match):
            name = match.group('named') or match.group('braced')
            if name is not None:
                try:
                    return '%s' % (mapping[name],)
                except KeyError:
                    return match.group()
            if match.group('escaped') is not None:
                return self.delimiter
            return match.group()
        return self.pattern.sub(convert, self.template)


class _Chain(object):
    """Two mappings, the first in front of the second."""

    def __init__(self, first, second):
        self.first = first
        self.second = second

    def __getitem__(self, key):
        try:
            return self.first[key]
        except KeyError:
            return self.second[key]


class Formatter(object):
    """The steps of str.format() as methods to override."""

    def format(self, *args, **kwargs):
        return self.vformat(args[0], args[1:], kwargs)

    def vformat(self, format_string, args, kwargs):
        used_args = set()
        result = self._vformat(format_string, args, kwargs, used_args, 2)
        self.check_unused_args(used_args, args, kwargs)
        return result

    def _vformat(self, format_string, args, kwargs, used_args, recursion_depth):
        if recursion_depth < 0:
            raise ValueError('Max string recursion exceeded')
        result = []
        for literal_text, field_name, format_spec, conversion in self.parse(format_string):
            if literal_text:
                result.append(literal_text)
            if field_name is not None:
                obj, arg_used = self.get_field(field_name, args, kwargs)
                used_args.add(arg_used)
                obj = self.convert_field(obj, conversion)
                format_spec = self._vformat(format_spec, args, kwargs, used_args,
                                            recursion_depth - 1)
                result.append(self.format_field(obj, format_spec))
        return ''.join(result)

    def get_value(self, key, args, kwargs):
        if isinstance(key, (int, long)):
            return args[key]
        return kwargs[key]

    def check_unused_args(self, used_args, args, kwargs):
        pass

    def format_field(self, value, format_spec):
        return format(value, format_spec)

    def convert_field(self, value, conversion):
        if conversion is None:
            return value
        elif conversion == 's':
            return str(value)
        elif conversion == 'r':
            return repr(value)
        raise ValueError("Unknown conversion specifier {0!s}".format(conversion))

    def parse(self, format_string):
        return format_string._formatter_parser()

    def get_field(self, field_name, args, kwargs):
        first, rest = field_name._formatter_field_name_split()
        obj = self.get_value(first, args, kwargs)
        for is_attr, i in rest:
            if is_attr:
                obj = getattr(obj, i)
            else:
                obj = obj[i]
        return obj, first
