"""Random expressions of a wanted type; the base class of the program generator."""

INT, UINT, FLOAT, BOOL, STR, UNI = [(k,) for k in ('int', 'uint', 'float', 'bool', 'str', 'uni')]


def lst(item):
    return ('list', item)


def dct(key, value):
    return ('dict', key, value)


def indent(level):
    return '    ' * level


INTERESTING = [0, 1, 2, 3, 5, 7, 10, 31, 63, 64, 100, 255, 256, 1000, 65535, 2 ** 31 - 1, 2 ** 31, 2 ** 32,
               2 ** 62, 2 ** 63 - 1]
LETTERS = 'abcdefgh xyz,.-_=01239ABC'
WIDE = [0xe9, 0x20ac, 0x416, 0x3042, 0x61, 0x62, 0x20]


class Expressions(object):
    """Needs self.rnd, functions, classes, errors, globals, tables, by_name."""

    def word(self, most=6):
        return ''.join(self.rnd.choice(LETTERS) for _ in range(self.rnd.randint(0, most)))

    # ---------------------------------------------------------------- literals

    def literal(self, t, size):
        rnd = self.rnd
        kind = t[0]
        if kind == 'int':
            n = rnd.choice(INTERESTING) if rnd.random() < 0.4 else rnd.randint(0, 20)
            return str(-n if rnd.random() < 0.3 else n)
        if kind == 'uint':
            return 'r_uint(%d)' % (rnd.choice(INTERESTING) if rnd.random() < 0.4 else rnd.randint(0, 20))
        if kind == 'float':
            return repr(rnd.choice([0.0, 0.5, 1.0, -1.5, 2.25, 3.1, 1e3, -7.75, 0.001, 12345.678]))
        if kind == 'bool':
            return rnd.choice(['True', 'False'])
        if kind == 'str':
            return repr(self.word())
        if kind == 'uni':
            return "u'%s'" % ''.join('\\u%04x' % rnd.choice(WIDE) for _ in range(rnd.randint(0, 4)))
        if kind == 'list':
            return '[%s]' % ', '.join(self.literal(t[1], size - 1) for _ in range(rnd.randint(1, 4)))
        if kind == 'dict':
            return '{%s}' % ', '.join('%s: %s' % (self.literal(t[1], 0), self.literal(t[2], size - 1))
                                      for _ in range(rnd.randint(1, 4)))
        if kind == 'tuple':
            return '(%s)' % ', '.join(self.literal(p, size - 1) for p in t[1:])
        if kind == 'opt':
            return 'None' if rnd.random() < 0.4 else self.literal(t[1], size)
        cls = rnd.choice(self.by_name[t[1]].family())
        return '%s(%s)' % (cls.name, ', '.join(self.literal(p, size - 1) for p in cls.params))

    # ---------------------------------------------------------------- calls

    def affordable(self, scope, f):
        return scope.cost + f.cost * scope.mult <= scope.budget

    def call_text(self, scope, f, depth):
        scope.cost += f.cost * scope.mult
        args = [self.expr(scope, t, depth - 1) for t in f.params]
        if f.kind == 'recursive':
            args.insert(0, '(%s) & 5' % self.expr(scope, INT, 0))
        elif f.kind == 'specialized':
            if f.by_type:
                args[0] = self.rnd.choice([args[0], self.expr(scope, STR, 1)])
            args[1] = self.rnd.choice(['True', 'False'])
        return '%s(%s)' % (f.name, ', '.join(args))

    def call(self, scope, t, depth):
        """A call with result t, or None."""
        rnd = self.rnd
        found = [f for f in self.functions
                 if f.result == t and f.kind != 'generator' and self.affordable(scope, f)]
        tables = [x for x in self.tables if x[2].result == t and self.affordable(scope, x[2])]
        methods = []
        for name, vt in scope.vars:
            if vt[0] == 'inst':
                methods += [(name, m) for m in self.by_name[vt[1]].methods
                            if m.result == t and self.affordable(scope, m)]
        which = rnd.choice([0, 1, 2, 2])
        if which == 0 and found:
            return self.call_text(scope, rnd.choice(found), depth)
        if which == 1 and tables:
            name, length, f = rnd.choice(tables)
            scope.cost += f.cost * scope.mult
            args = ', '.join(self.expr(scope, p, depth - 1) for p in f.params)
            return '%s[(%s) %% %d](%s)' % (name, self.expr(scope, INT, 1), length, args)
        if which == 2 and methods:
            name, m = rnd.choice(methods)
            scope.cost += m.cost * scope.mult
            return '%s.%s(%s)' % (name, m.name, ', '.join(self.expr(scope, p, depth - 1) for p in m.params))
        return None

    # ---------------------------------------------------------------- expressions

    def leaf(self, scope, t):
        names = scope.of(t)
        names += [n for n, gt in self.globals if gt == t]
        if t[0] == 'opt':
            names += scope.of(t[1])
        if names and self.rnd.random() < 0.8:
            return self.rnd.choice(names)
        return self.literal(t, 2)

    def expr(self, scope, t, depth):
        rnd = self.rnd
        if depth <= 0 or rnd.random() < 0.2:
            return self.leaf(scope, t)
        if rnd.random() < 0.25:
            text = self.call(scope, t, depth)
            if text:
                return text
        if rnd.random() < 0.12:
            text = self.part(scope, t, depth)
            if text:
                return text
        if rnd.random() < 0.06 and t[0] in ('int', 'str', 'float', 'bool'):
            return '(%s if %s else %s)' % (self.expr(scope, t, depth - 1), self.expr(scope, BOOL, depth - 1),
                                           self.expr(scope, t, depth - 1))
        return getattr(self, 'expr_' + t[0])(scope, t, depth - 1)

    def part(self, scope, t, depth):
        """Reading an item out of a container or a field out of an instance."""
        rnd = self.rnd
        found = []
        for name, vt in scope.vars + self.globals:
            if vt == lst(t):
                found.append(('list', name, vt))
            elif vt[0] == 'dict' and vt[2] == t:
                found.append(('dict', name, vt))
            elif vt[0] == 'tuple' and t in vt[1:]:
                found.append(('tuple', name, vt))
            elif vt[0] == 'inst':
                found += [('field', '%s.%s' % (name, f), vt) for f, ft in self.by_name[vt[1]].fields if ft == t]
        if not found:
            return None
        kind, name, vt = rnd.choice(found)
        if kind == 'field':
            return name
        if kind == 'tuple':
            return '%s[%d]' % (name, list(vt[1:]).index(t))
        if kind == 'dict':
            if rnd.random() < (0.9 if 'KeyError' in scope.caught else 0.05):
                # KeyError passes through calls, unlike IndexError
                return '%s[%s]' % (name, self.expr(scope, vt[1], depth - 1))
            key = self.leaf(scope, vt[1])
            if t[0] not in ('list', 'dict', 'inst', 'opt') and rnd.random() < 0.7:
                return '%s.get(%s, %s)' % (name, key, self.expr(scope, t, depth - 1))
            return '(%s[%s] if %s in %s else %s)' % (name, key, key, name, self.literal(t, 1))
        index = self.expr(scope, INT, depth - 1)
        if 'IndexError' in scope.caught:
            return rnd.choice(['%s[%s]', '%s[(%s) & 3]']) % (name, index)
        return '(%s[(%s) %% len(%s)] if %s else %s)' % (name, index, name, name, self.literal(t, 1))

    def expr_int(self, scope, t, d):
        rnd = self.rnd
        e = lambda: self.expr(scope, INT, d)
        choices = [
            lambda: 'intmask(%s %s %s)' % (self.paren(e()), rnd.choice('+-*'), self.paren(e())),
            lambda: 'intmask(%s %s %s)' % (self.paren(e()), rnd.choice('+-*'), self.paren(e())),
            lambda: '(%s %s %s)' % (self.paren(e()), rnd.choice('&|^'), self.paren(e())),
            lambda: 'intmask(%s << %s)' % (self.paren(e()), rnd.choice(['3', '(%s & 63)' % self.paren(e())])),
            lambda: '(%s >> %s)' % (self.paren(e()), rnd.choice(['1', '(%s & 63)' % self.paren(e())])),
            lambda: '(%s %s %s)' % (self.paren(e()), rnd.choice(['//', '%']), rnd.choice(['7', '3', '-5', '16', '1000'])),
            lambda: '(%s %s (%s & 15 | 1))' % (self.paren(e()), rnd.choice(['//', '%']), self.paren(e())),
            lambda: 'intmask(-%s)' % self.paren(e()), lambda: '(~%s)' % self.paren(e()),
            lambda: 'intmask(abs(%s))' % e(),
            lambda: '%s(%s, %s)' % (rnd.choice(['min', 'max']), e(), e()),
            lambda: 'len(%s)' % self.expr(scope, rnd.choice([STR, lst(INT), lst(STR), UNI, dct(STR, INT)]), d),
            lambda: 'intmask(%s)' % self.expr(scope, UINT, d),
            lambda: 'int(clip(%s))' % self.expr(scope, FLOAT, d),
            lambda: 'int(%s)' % self.expr(scope, BOOL, d),
            lambda: '%s.find(%s)' % (self.text(scope, d), self.expr(scope, STR, 0)),
            lambda: '%s.rfind(%s)' % (self.text(scope, d), repr(rnd.choice(LETTERS))),
            lambda: '%s.count(%s)' % (self.text(scope, d), repr(rnd.choice(LETTERS))),
            lambda: 'mix(%s)' % self.expr(scope, lst(INT), d),
            lambda: 'ord(%s[0])' % self.filled(rnd.choice([STR, UNI]), scope, d),
            lambda: '(%s - %s)' % (self.small(scope, d), self.small(scope, d)),
        ]
        caught = scope.caught
        if 'ZeroDivisionError' in caught and 'OverflowError' in caught:
            choices += [lambda: 'ovfcheck(%s %s %s)' % (self.paren(e()), rnd.choice(['//', '%']), self.paren(e()))] * 3
        if 'ZeroDivisionError' in caught:
            choices += [lambda: '(%s %s (%s & 3))' % (self.paren(e()), rnd.choice(['//', '%']), self.paren(e()))] * 3
        if 'OverflowError' in caught:
            choices += [lambda: 'ovfcheck(%s %s %s)' % (self.paren(e()), rnd.choice('+-*'), self.paren(e()))] * 4
            choices += [lambda: 'ovfcheck(%s << (%s & 63))' % (self.paren(e()), self.paren(e())),
                        lambda: 'ovfcheck(-%s)' % self.paren(e())]
        if 'ValueError' in caught:
            choices += [lambda: 'int(%s)' % self.expr(scope, STR, d),
                        lambda: '%s.index(%s)' % (self.literal(lst(INT), 1), e()),
                        lambda: 'int(%s, 16)' % self.expr(scope, STR, d)]
        return rnd.choice(choices)()

    def small(self, scope, d):
        return '(%s & %d)' % (self.paren(self.expr(scope, INT, d)), self.rnd.choice([1, 3, 7, 255]))

    def paren(self, text):
        if text.isalnum() or (text[0] == '(' and text[-1] == ')' and text.count('(') == 1):
            return text
        return '(' + text + ')'

    def text(self, scope, d):
        return self.paren(self.expr(scope, STR, d))

    def filled(self, t, scope, d):
        prefix = "'x'" if t == STR else "u'x'"
        return self.rnd.choice(['(%s + %s)' % (self.expr(scope, t, d), prefix),
                                '(%s + %s)' % (prefix, self.expr(scope, t, d))])

    def expr_uint(self, scope, t, d):
        rnd = self.rnd
        e = lambda: self.expr(scope, UINT, d)
        return rnd.choice([
            lambda: '(%s %s %s)' % (e(), rnd.choice('+-*&|^'), e()),
            lambda: '(%s %s %s)' % (e(), rnd.choice('+-*&|^'), e()),
            lambda: 'r_uint(%s)' % self.expr(scope, INT, d),
            lambda: '(%s >> %d)' % (e(), rnd.choice([1, 8, 33, 63])),
            lambda: '(%s << %d)' % (e(), rnd.choice([1, 8, 33, 63])),
            lambda: '(%s %s (%s | r_uint(1)))' % (e(), rnd.choice(['//', '%']), e()),
            lambda: '(~%s)' % e(), lambda: '(-%s)' % e(),
        ])()

    def expr_float(self, scope, t, d):
        rnd = self.rnd
        e = lambda: self.expr(scope, FLOAT, d)
        choices = [
            lambda: '(%s %s %s)' % (e(), rnd.choice('+-*'), e()),
            lambda: '(%s %s %s)' % (e(), rnd.choice('+-*'), e()),
            lambda: '(%s / (abs(%s) + 1.0))' % (e(), e()),
            lambda: 'float(%s)' % self.expr(scope, INT, d),
            lambda: '(%s %s %s)' % (e(), rnd.choice('+-*'), self.small(scope, d)),
            lambda: '(-%s)' % e(), lambda: 'abs(%s)' % e(),
            lambda: '%s(%s, %s)' % (rnd.choice(['min', 'max']), e(), e()),
        ]
        if 'ValueError' in scope.caught:
            choices.append(lambda: 'clip(float(%s))' % self.expr(scope, STR, d))
        return rnd.choice(choices)()

    def expr_bool(self, scope, t, d):
        rnd = self.rnd
        same = rnd.choice([INT, INT, STR, FLOAT, UINT, UNI])
        compared = lambda: '(%s %s %s)' % (self.expr(scope, same, d), rnd.choice(['<', '<=', '==', '!=', '>', '>=']),
                                           self.expr(scope, same, d))
        equal = rnd.choice([lst(INT), ('tuple', INT, STR), BOOL, lst(STR)])
        insts = [n for n, vt in scope.vars if vt[0] == 'inst']
        choices = [
            compared, compared, compared,
            lambda: '(%s %s %s)' % (self.expr(scope, equal, d), rnd.choice(['==', '!=']), self.expr(scope, equal, d)),
            lambda: '(%s %s %s)' % (self.expr(scope, BOOL, d), rnd.choice(['and', 'or']), self.expr(scope, BOOL, d)),
            lambda: '(not %s)' % self.expr(scope, rnd.choice([BOOL, INT, STR, lst(INT)]), d),
            lambda: '(%s in %s)' % (self.expr(scope, INT, d), self.expr(scope, rnd.choice([lst(INT), dct(INT, STR)]), d)),
            lambda: '(%s not in %s)' % (self.expr(scope, STR, d), self.expr(scope, rnd.choice([lst(STR), dct(STR, INT), STR]), d)),
            lambda: '%s.%s(%s)' % (self.text(scope, d), rnd.choice(['startswith', 'endswith']), self.expr(scope, STR, d)),
            lambda: '%s[0].%s()' % (self.filled(STR, scope, d), rnd.choice(['isdigit', 'isalpha', 'isupper', 'isspace', 'isalnum', 'islower'])),
            lambda: '(%s < %s <= %s)' % (self.expr(scope, INT, d), self.expr(scope, INT, d), self.expr(scope, INT, d)),
            lambda: 'bool(%s)' % self.expr(scope, rnd.choice([INT, STR, FLOAT]), d),
        ]
        if len(insts) > 0:
            name = rnd.choice(insts)
            cls = self.by_name[dict(scope.vars)[name][1]]
            choices += [lambda: 'isinstance(%s, %s)' % (name, rnd.choice(cls.family()).name),
                        lambda: '(%s.tag == %d)' % (name, rnd.randint(0, 20))]
        return rnd.choice(choices)()

    def expr_str(self, scope, t, d):
        rnd = self.rnd
        e = lambda: self.expr(scope, STR, d)
        s = lambda: self.text(scope, d)
        i = lambda: self.expr(scope, INT, d)
        return rnd.choice([
            lambda: '(%s + %s)' % (e(), e()), lambda: '(%s + %s)' % (e(), e()),
            lambda: '(%s * %d)' % (e(), rnd.randint(0, 3)),
            lambda: '(%s * %s)' % (repr(rnd.choice(LETTERS)), self.small(scope, 0).replace('255', '15')),
            # not str() of floats and bools, whose text in RPython is not that of Python
            lambda: 'str(%s)' % i(), lambda: 'str(int(%s))' % self.expr(scope, BOOL, d),
            lambda: "('%%.3f' %% clip(%s))" % self.expr(scope, FLOAT, d),
            lambda: '%s.%s()' % (s(), rnd.choice(['upper', 'lower'])),
            lambda: "%s.%s(%s)" % (s(), rnd.choice(['strip', 'lstrip', 'rstrip']), repr(rnd.choice(LETTERS))),
            lambda: '%s.replace(%s, %s)' % (s(), repr(rnd.choice(LETTERS)), repr(self.word(2))),
            lambda: '%s[:%d]' % (s(), rnd.randint(0, 5)),
            lambda: '%s[%d:]' % (self.filled(STR, scope, d), rnd.randint(0, 1)),
            lambda: '%s[:-1]' % self.filled(STR, scope, d),
            lambda: '%s[0]' % self.filled(STR, scope, d),
            lambda: '%s[-1]' % self.filled(STR, scope, d),
            lambda: 'chr(%s & 63 | 32)' % self.paren(i()),
            lambda: '%s.join(%s)' % (repr(self.word(2)), self.expr(scope, lst(STR), d)),
            lambda: 'join_ints(%s)' % self.expr(scope, lst(INT), d),
            lambda: "('%s' %% (%s, %s))" % (rnd.choice(['%d:%s', '%x-%s', '%d%%%s', '<%d|%s>', '%o.%s']),
                                            self.small(scope, d), e()),
            lambda: "('%%d' %% %s)" % self.paren(i()),
            lambda: "('%s' %% clip(%s))" % (rnd.choice(['%f', '%.2f', '%.1f']), self.expr(scope, FLOAT, d)),
            lambda: 'hex(%s)' % i(), lambda: 'oct(%s)' % self.small(scope, d),
            lambda: '%s.encode("utf-8")' % self.paren(self.expr(scope, UNI, d)),
        ])()

    def expr_uni(self, scope, t, d):
        rnd = self.rnd
        e = lambda: self.expr(scope, UNI, d)
        return rnd.choice([
            lambda: '(%s + %s)' % (e(), e()), lambda: '(%s + %s)' % (e(), e()),
            lambda: '(%s * %d)' % (e(), rnd.randint(0, 3)),
            lambda: 'unichr(%s & 0x7ff | 0x20)' % self.paren(self.expr(scope, INT, d)),
            lambda: '%s[:%d]' % (self.paren(e()), rnd.randint(0, 4)),
            lambda: '%s[0]' % self.filled(UNI, scope, d),
            lambda: '%s.replace(u"\\u20ac", u"E")' % self.paren(e()),
            lambda: 'u"\\xe9".join([%s, %s])' % (e(), e()),
            lambda: 'unicode(str(%s))' % self.expr(scope, INT, d),
        ])()

    def expr_list(self, scope, t, d):
        rnd = self.rnd
        item = t[1]
        e = lambda: self.expr(scope, t, d)
        choices = [
            lambda: '[%s]' % ', '.join(self.expr(scope, item, d) for _ in range(rnd.randint(1, 3))),
            lambda: '[%s]' % ', '.join(self.expr(scope, item, d) for _ in range(rnd.randint(1, 3))),
            lambda: '(%s + %s)' % (e(), e()),
            lambda: '%s[:]' % self.paren(e()),
            lambda: '%s[:%d]' % (self.paren(e()), rnd.randint(0, 4)),
            lambda: '([%s] * %s)' % (self.expr(scope, item, d), rnd.choice(['2', '3', self.small(scope, 0).replace('255', '7')])),
            lambda: '[%s for _ in range(%d)]' % (self.expr(scope, item, d), rnd.randint(0, 3)),
            lambda: 'list(%s)' % e(),
        ]
        x = scope.fresh()       # comprehensions leave their variable behind
        if item == INT:
            choices += [lambda: '[intmask(%s * %d + 1) for %s in %s]' % (x, rnd.randint(1, 9), x, e()),
                        lambda: '[%s for %s in %s if %s %% 2 == 0]' % (x, x, e(), x),
                        lambda: 'range(%d)' % rnd.randint(0, 5),
                        lambda: '[len(%s) for %s in %s]' % (x, x, self.expr(scope, lst(STR), d)),
                        lambda: '%s.values()' % self.paren(self.expr(scope, dct(STR, INT), d)),
                        lambda: '[ord(%s) for %s in %s]' % (x, x, self.expr(scope, STR, d))]
        if item == STR:
            choices += [lambda: '%s.split(%s)' % (self.text(scope, d), repr(rnd.choice(LETTERS))),
                        lambda: '[str(%s) for %s in %s]' % (x, x, self.expr(scope, lst(INT), d)),
                        lambda: '[%s for %s in %s]' % (x, x, self.expr(scope, STR, d)),
                        lambda: '%s.keys()' % self.paren(self.expr(scope, dct(STR, INT), d))]
        return rnd.choice(choices)()

    def expr_dict(self, scope, t, d):
        rnd = self.rnd
        if rnd.random() < 0.2:
            return '%s.copy()' % self.paren(self.expr(scope, t, d))
        return '{%s}' % ', '.join('%s: %s' % (self.expr(scope, t[1], d), self.expr(scope, t[2], d))
                                  for _ in range(rnd.randint(1, 3)))

    def expr_tuple(self, scope, t, d):
        return '(%s)' % ', '.join(self.expr(scope, p, d) for p in t[1:])

    def expr_opt(self, scope, t, d):
        if self.rnd.random() < 0.3:
            return 'None'
        return self.expr(scope, t[1], d)

    def expr_inst(self, scope, t, d):
        cls = self.rnd.choice(self.by_name[t[1]].family())
        return '%s(%s)' % (cls.name, ', '.join(self.expr(scope, p, d) for p in cls.params))
