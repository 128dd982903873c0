"""Parsing of regular expressions into trees.

A node is a tuple whose first item tells its kind:
('literal', code), ('not_literal', code), ('any',), ('in', negated, items),
('at', name), ('branch', sequences), ('group', number or None, sequence),
('repeat', minimum, maximum, greedy, sequence), ('assert', backwards, negated, sequence),
('groupref', number), ('conditional', number, sequence, sequence or None).
Items of 'in' are ('literal', code), ('range', low, high), ('category', name).
"""
from rpython.rlib.rsre.rpy.sre_constants import (
    MAXREPEAT, SRE_FLAG_DOTALL, SRE_FLAG_IGNORECASE, SRE_FLAG_LOCALE, SRE_FLAG_MULTILINE,
    SRE_FLAG_TEMPLATE, SRE_FLAG_UNICODE, SRE_FLAG_VERBOSE, error)

_FLAGS = {'i': SRE_FLAG_IGNORECASE, 'L': SRE_FLAG_LOCALE, 'm': SRE_FLAG_MULTILINE,
          's': SRE_FLAG_DOTALL, 't': SRE_FLAG_TEMPLATE, 'u': SRE_FLAG_UNICODE,
          'x': SRE_FLAG_VERBOSE}
_CATEGORIES = {'d': 'digit', 'D': 'not_digit', 's': 'space', 'S': 'not_space', 'w': 'word',
               'W': 'not_word'}
_POSITIONS = {'A': 'beginning_string', 'b': 'boundary', 'B': 'non_boundary', 'Z': 'end_string'}
_SIMPLE_ESCAPES = {'a': '\a', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v',
                   '\\': '\\'}
_WHITESPACE = ' \t\n\r\v\f'
_DIGITS = '0123456789'
_OCTDIGITS = '01234567'


class Pattern(object):
    """A parsed pattern: its tree, flags, and groups."""

    def __init__(self, text, flags):
        self.text = text
        self.pos = 0
        self.flags = flags
        self.groups = 1
        self.groupdict = {}
        self.open_groups = []
        self._find_flags()
        self.tree = self._alternatives()
        if self.pos < len(text):
            if text[self.pos] == ')':
                raise error('unbalanced parenthesis')
            raise error('bogus characters at end of regular expression')

    def _find_flags(self):
        """Flags inside count for the whole pattern; verbose must be known from the start."""
        text = self.text
        i = 0
        while i < len(text):
            if text[i] == '\\':
                i += 1
            elif text.startswith('(?', i):
                j = i + 2
                while j < len(text) and text[j] in _FLAGS:
                    j += 1
                if j > i + 2 and text[j:j + 1] == ')':
                    for letter in text[i + 2:j]:
                        self.flags |= _FLAGS[letter]
            i += 1

    # ---- characters ----

    def peek(self):
        """The next character, '' at the end."""
        return self.text[self.pos:self.pos + 1]

    def get(self):
        """The next character, which is then behind the position."""
        c = self.peek()
        self.pos += 1
        return c

    def accept(self, c):
        """Skip the character if it is next."""
        if c and self.peek() == c:
            self.pos += 1
            return True
        return False

    # ---- sequences ----

    def _alternatives(self):
        """Sequences separated by bars."""
        sequences = [self._sequence()]
        while self.accept('|'):
            sequences.append(self._sequence())
        if len(sequences) == 1:
            return sequences[0]
        return [('branch', sequences)]

    def _sequence(self):
        nodes = []
        while True:
            c = self.peek()
            if c == '' or c in '|)':
                return nodes
            self.pos += 1
            if self.flags & SRE_FLAG_VERBOSE:
                if c in _WHITESPACE:
                    continue
                if c == '#':
                    while self.peek() not in ('', '\n'):
                        self.pos += 1
                    continue
            node = self._element(c)
            if node is not None:
                nodes.append(self._repeated(node))

    def _element(self, c):
        """The node that begins with the character; None for flags and comments."""
        if c == '\\':
            return self._escape()
        elif c == '[':
            return self._set()
        elif c == '(':
            return self._group()
        elif c == '.':
            return ('any',)
        elif c == '^':
            return ('at', 'beginning')
        elif c == '$':
            return ('at', 'end')
        elif c in '*+?':
            raise error('nothing to repeat')
        return ('literal', ord(c))

    def _repeated(self, node):
        """The node with what repeats it."""
        while True:
            if self.flags & SRE_FLAG_VERBOSE:
                self._skip_space()
            start = self.pos
            c = self.peek()
            if c == '?':
                low, high = 0, 1
            elif c == '*':
                low, high = 0, MAXREPEAT
            elif c == '+':
                low, high = 1, MAXREPEAT
            elif c == '{':
                bounds = self._bounds()
                if bounds is None:
                    self.pos = start
                    return node
                low, high = bounds
                self.pos -= 1
            else:
                return node
            self.pos += 1
            if node[0] == 'repeat':
                raise error('multiple repeat')
            if node[0] == 'at':
                raise error('nothing to repeat')
            greedy = not self.accept('?')
            node = ('repeat', low, high, greedy, [node])

    def _skip_space(self):
        while self.peek() and self.peek() in _WHITESPACE:
            self.pos += 1

    def _bounds(self):
        """The numbers in braces, None if this is no repetition."""
        self.pos += 1
        if self.peek() == '}':
            return None
        low = self._digits()
        high = low
        if self.accept(','):
            high = self._digits()
        elif not low:
            return None
        if not self.accept('}'):
            return None
        minimum = int(low) if low else 0
        maximum = int(high) if high else MAXREPEAT
        if minimum >= MAXREPEAT or (high and maximum >= MAXREPEAT):
            raise OverflowError('the repetition number is too large')
        if maximum < minimum:
            raise error('bad repeat interval')
        return minimum, maximum

    def _digits(self):
        start = self.pos
        while self.peek() and self.peek() in _DIGITS:
            self.pos += 1
        return self.text[start:self.pos]

    # ---- escapes ----

    def _escape(self):
        c = self.get()
        if c == '':
            raise error('bogus escape (end of line)')
        if c in _CATEGORIES:
            return ('in', False, [('category', _CATEGORIES[c])])
        if c in _POSITIONS:
            return ('at', _POSITIONS[c])
        if c in _DIGITS and c != '0':
            number = self._group_number(c)
            if number is not None:
                return ('groupref', number)
            return ('literal', self._octal(c))
        return ('literal', self._escaped_code(c))

    def _group_number(self, c):
        """The group that the digits refer to, None if they are an octal number."""
        digits = c
        if self.peek() and self.peek() in _DIGITS:
            second = self.peek()
            third = self.text[self.pos + 1:self.pos + 2]
            if c in _OCTDIGITS and second in _OCTDIGITS and third and third in _OCTDIGITS:
                return None
            digits += self.get()
        number = int(digits)
        if number >= self.groups:
            raise error('invalid group reference')
        if number in self.open_groups:
            raise error('cannot refer to open group')
        return number

    def _octal(self, digits):
        while len(digits) < 3 and self.peek() and self.peek() in _OCTDIGITS:
            digits += self.get()
        return int(digits, 8) & 0xFF

    def _escaped_code(self, c):
        """The character that the escape sequence stands for."""
        if c == 'x':
            digits = self.text[self.pos:self.pos + 2]
            try:
                code = int(digits, 16)
            except ValueError:
                code = -1
            if code < 0 or len(digits) != 2:
                raise error('bogus escape: %r' % ('\\x' + digits,))
            self.pos += 2
            return code
        if c == '0':
            return self._octal(c)
        if c in _SIMPLE_ESCAPES and c != 'b':
            return ord(_SIMPLE_ESCAPES[c])
        return ord(c)

    # ---- sets ----

    def _set(self):
        negated = self.accept('^')
        items = []
        first = True
        while True:
            c = self.get()
            if c == '':
                raise error('unexpected end of regular expression')
            if c == ']' and not first:
                break
            first = False
            item = self._set_item(c)
            if self.peek() == '-' and self.text[self.pos + 1:self.pos + 2] != ']':
                self.pos += 1
                c = self.get()
                if c == '':
                    raise error('unexpected end of regular expression')
                last = self._set_item(c)
                if item[0] != 'literal' or last[0] != 'literal' or last[1] < item[1]:
                    raise error('bad character range')
                item = ('range', item[1], last[1])
            items.append(item)
        if len(items) == 1 and items[0][0] == 'literal':
            return ('not_literal' if negated else 'literal', items[0][1])
        return ('in', negated, items)

    def _set_item(self, c):
        if c != '\\':
            return ('literal', ord(c))
        c = self.get()
        if c == '':
            raise error('unexpected end of regular expression')
        if c in _CATEGORIES:
            return ('category', _CATEGORIES[c])
        if c == 'b':
            return ('literal', 8)
        if c in _OCTDIGITS:
            return ('literal', self._octal(c))
        return ('literal', self._escaped_code(c))

    # ---- groups ----

    def _group(self):
        number = None
        if self.accept('?'):
            c = self.get()
            if c == '':
                raise error('unexpected end of pattern')
            if c == 'P':
                name = self._named()
                if name is None:
                    return self._named_reference()
                number = self._new_group(name)
            elif c == '#':
                while True:
                    if self.peek() == '':
                        raise error('unbalanced parenthesis')
                    if self.get() == ')':
                        return None
            elif c in '=!<':
                return self._assertion(c)
            elif c == '(':
                return self._conditional()
            elif c in _FLAGS:
                while self.peek() in _FLAGS:
                    self.pos += 1
                if not self.accept(')'):
                    raise error('unexpected end of pattern')
                return None
            elif c != ':':
                raise error('unexpected end of pattern' if not c else 'unknown extension')
        else:
            number = self._new_group(None)
        if number is not None:
            self.open_groups.append(number)
        body = self._body()
        if number is not None:
            self.open_groups.remove(number)
        return ('group', number, body)

    def _body(self):
        body = self._alternatives()
        if not self.accept(')'):
            raise error('unbalanced parenthesis')
        return body

    def _new_group(self, name):
        number = self.groups
        self.groups += 1
        if name is not None:
            if name in self.groupdict:
                raise error('redefinition of group name %r as group %d; was group %d'
                            % (name, number, self.groupdict[name]))
            self.groupdict[name] = number
        return number

    def _name_until(self, end):
        name = ''
        while True:
            c = self.get()
            if c == '':
                raise error('unterminated name')
            if c == end:
                break
            name += c
        if not name:
            raise error('missing group name')
        return name

    def _checked_name(self, name):
        if not (name.replace('_', 'a').isalnum() and not name[0].isdigit()):
            raise error('bad character in group name')
        return name

    def _named(self):
        """The name of a group to come, None if this refers to one."""
        if self.accept('<'):
            return self._checked_name(self._name_until('>'))
        if self.peek() == '=':
            return None
        raise error('unknown specifier: ?P%s' % self.peek())

    def _named_reference(self):
        self.pos += 1
        name = self._checked_name(self._name_until(')'))
        if name not in self.groupdict:
            raise error('unknown group name')
        return ('groupref', self.groupdict[name])

    def _assertion(self, c):
        backwards = False
        if c == '<':
            c = self.get()
            if c == '' or c not in '=!':
                raise error('syntax error')
            backwards = True
        return ('assert', backwards, c == '!', self._body())

    def _conditional(self):
        name = self._name_until(')')
        if name in self.groupdict:
            number = self.groupdict[name]
        elif name.isdigit():
            number = int(name)
        else:
            raise error('bad character in group name')
        yes = self._sequence()
        no = None
        if self.accept('|'):
            no = self._sequence()
            if self.peek() == '|':
                raise error('conditional backref with more than two branches')
        if not self.accept(')'):
            raise error('unbalanced parenthesis')
        return ('conditional', number, yes, no)
