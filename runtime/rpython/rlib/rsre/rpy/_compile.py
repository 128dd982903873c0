"""Making codes of parsed patterns."""
from rpython.rlib.rsre.rpy import sre_constants as c
from rpython.rlib.rsre.rpy._parse import Pattern

_SINGLE = ('literal', 'not_literal', 'any', 'in')


def compile_pattern(text, flags=0):
    """The parsed pattern with its list of numbers as `code`."""
    pattern = Pattern(text, flags)
    flags = pattern.flags
    writer = _Writer(flags)
    writer.info(pattern.tree)
    writer.sequence(pattern.tree)
    writer.emit(c.SUCCESS)
    pattern.code = writer.code
    return pattern


def width(nodes):
    """The smallest and the largest number of characters that the sequence matches."""
    low = high = 0
    for node in nodes:
        node_low, node_high = _node_width(node)
        low += node_low
        high += node_high
    return min(low, c.MAXREPEAT), min(high, c.MAXREPEAT)


def _node_width(node):
    kind = node[0]
    if kind in _SINGLE:
        return 1, 1
    if kind == 'branch':
        widths = [width(nodes) for nodes in node[1]]
        return min([w[0] for w in widths]), max([w[1] for w in widths])
    if kind == 'group':
        return width(node[2])
    if kind == 'repeat':
        low, high = width(node[4])
        return low * node[1], high * node[2]
    if kind == 'groupref':
        return 0, c.MAXREPEAT
    if kind == 'conditional':
        low, high = width(node[2])
        if node[3] is None:
            return 0, high
        other_low, other_high = width(node[3])
        return min(low, other_low), max(high, other_high)
    return 0, 0


class _Writer(object):
    """Writes codes; jumps are patched when their target is known."""

    def __init__(self, flags):
        self.flags = flags
        self.code = []

    def emit(self, *numbers):
        self.code.extend(numbers)

    def skip(self):
        """A place for the distance to a later position."""
        self.code.append(0)
        return len(self.code) - 1

    def patch(self, place):
        """Let the place lead to the present position."""
        self.code[place] = len(self.code) - place

    def _ignoring(self):
        return self.flags & c.SRE_FLAG_IGNORECASE

    def sequence(self, nodes):
        """Codes for all nodes."""
        for node in nodes:
            getattr(self, 'node_' + node[0])(*node[1:])

    # ---- the head ----

    def info(self, tree):
        """What the search needs to know: the width and a literal beginning."""
        low, high = width(tree)
        if low == 0:
            return
        prefix = []
        if not self._ignoring():
            prefix = _literal_prefix(tree)
        self.emit(c.INFO)
        place = self.skip()
        whole = len(prefix) == len(tree)
        if prefix:
            self.emit(c.SRE_INFO_PREFIX | (c.SRE_INFO_LITERAL if whole else 0))
        else:
            self.emit(0)
        self.emit(low, high)
        if prefix:
            self.emit(len(prefix), len(prefix))
            self.emit(*prefix)
            table = [-1] + [0] * len(prefix)
            for i in range(len(prefix)):
                table[i + 1] = table[i] + 1
                while table[i + 1] > 0 and prefix[i] != prefix[table[i + 1] - 1]:
                    table[i + 1] = table[table[i + 1] - 1] + 1
            self.emit(*table[1:])
        self.patch(place)

    # ---- nodes ----

    def _lower(self, code):
        from rpython.rlib.rsre.rsre_char import getlower
        return getlower(code, self.flags)

    def node_literal(self, code):
        if self._ignoring():
            self.emit(c.LITERAL_IGNORE, self._lower(code))
        else:
            self.emit(c.LITERAL, code)

    def node_not_literal(self, code):
        if self._ignoring():
            self.emit(c.NOT_LITERAL_IGNORE, self._lower(code))
        else:
            self.emit(c.NOT_LITERAL, code)

    def node_any(self):
        self.emit(c.ANY_ALL if self.flags & c.SRE_FLAG_DOTALL else c.ANY)

    def node_in(self, negated, items):
        self.emit(c.IN_IGNORE if self._ignoring() else c.IN)
        place = self.skip()
        if negated:
            self.emit(c.NEGATE)
        for item in items:
            self._set_item(item)
        self.emit(c.FAILURE)
        self.patch(place)

    def _set_item(self, item):
        if item[0] == 'literal':
            code = self._lower(item[1]) if self._ignoring() else item[1]
            self.emit(c.LITERAL, code)
        elif item[0] == 'range':
            if not self._ignoring():
                self.emit(c.RANGE, item[1], item[2])
                return
            # the characters are compared in lower case
            codes = sorted(set([self._lower(code) for code in range(item[1], min(item[2], 255) + 1)]))
            i = 0
            while i < len(codes):
                j = i
                while j + 1 < len(codes) and codes[j + 1] == codes[j] + 1:
                    j += 1
                self.emit(c.RANGE, codes[i], codes[j])
                i = j + 1
            if item[2] > 255:
                self.emit(c.RANGE, max(item[1], 256), item[2])
        else:
            self.emit(c.CATEGORY, self._category(item[1]))

    def _category(self, name):
        if self.flags & c.SRE_FLAG_UNICODE:
            name = 'uni_' + name
        elif self.flags & c.SRE_FLAG_LOCALE and name in ('word', 'not_word'):
            name = 'loc_' + name
        return c.CHCODES.index('category_' + name)

    def node_at(self, name):
        if self.flags & c.SRE_FLAG_MULTILINE and name in ('beginning', 'end'):
            name += '_line'
        if name in ('boundary', 'non_boundary'):
            if self.flags & c.SRE_FLAG_LOCALE:
                name = 'loc_' + name
            elif self.flags & c.SRE_FLAG_UNICODE:
                name = 'uni_' + name
        self.emit(c.AT, c.ATCODES.index('at_' + name))

    def node_branch(self, sequences):
        self.emit(c.BRANCH)
        ends = []
        for nodes in sequences:
            place = self.skip()
            self.sequence(nodes)
            self.emit(c.JUMP)
            ends.append(self.skip())
            self.patch(place)
        self.emit(0)
        for place in ends:
            self.patch(place)

    def node_group(self, number, nodes):
        if number is not None:
            self.emit(c.MARK, 2 * (number - 1))
        self.sequence(nodes)
        if number is not None:
            self.emit(c.MARK, 2 * (number - 1) + 1)

    def node_repeat(self, low, high, greedy, nodes):
        if len(nodes) == 1 and nodes[0][0] in _SINGLE:
            self.emit(c.REPEAT_ONE if greedy else c.MIN_REPEAT_ONE)
            place = self.skip()
            self.emit(low, high)
            self.sequence(nodes)
            self.emit(c.SUCCESS)
            self.patch(place)
            return
        self.emit(c.REPEAT)
        place = self.skip()
        self.emit(low, high)
        self.sequence(nodes)
        self.patch(place)
        self.emit(c.MAX_UNTIL if greedy else c.MIN_UNTIL)

    def node_assert(self, backwards, negated, nodes):
        back = 0
        if backwards:
            low, high = width(nodes)
            if low != high:
                raise c.error('look-behind requires fixed-width pattern')
            back = low
        self.emit(c.ASSERT_NOT if negated else c.ASSERT)
        place = self.skip()
        self.emit(back)
        self.sequence(nodes)
        self.emit(c.SUCCESS)
        self.patch(place)

    def node_groupref(self, number):
        self.emit(c.GROUPREF_IGNORE if self._ignoring() else c.GROUPREF, number - 1)

    def node_conditional(self, number, yes, no):
        self.emit(c.GROUPREF_EXISTS, number - 1)
        place = self.skip()
        self.sequence(yes)
        if no is not None:
            self.emit(c.JUMP)
            end = self.skip()
            self.code[place] = len(self.code) - place + 1
            self.sequence(no)
            self.patch(end)
        else:
            self.code[place] = len(self.code) - place + 1


def _literal_prefix(nodes):
    """The characters that every match begins with."""
    prefix = []
    for node in nodes:
        if node[0] != 'literal':
            break
        prefix.append(node[1])
    return prefix
