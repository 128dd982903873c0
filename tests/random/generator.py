"""Random well-typed RPython programs.

`program(seed)` is the text of one module with a function `run(n, m, s)`; the same seed gives the
same text.  Every program terminates: calls go to functions defined earlier, loops count, and a cost
that is multiplied through loops and calls bounds the work.  Operations whose exceptions are implicit
(IndexError, ZeroDivisionError) and may really raise stand only under a handler in the same function,
because RPython does not check them elsewhere.

Types are tuples: ('int',), ('list', item), ('dict', key, value), ('tuple', items), ('inst', class),
('opt', type) for a value that may be None.
"""
import random

from expressions import Expressions, INT, UINT, FLOAT, BOOL, STR, UNI, lst, dct
from expressions import indent

HEADER = '''\
from rpython.rlib.rarithmetic import intmask, ovfcheck, r_uint
from rpython.rlib.objectmodel import specialize


def clip(x):
    if x > 1e9 or x < -1e9:
        return 1.5
    return x


def join_ints(items):
    return ' '.join([str(x) for x in items])


def ushow(u):
    return ' '.join([str(ord(c)) for c in u])


def mix(items):
    result = 17
    for x in items:
        result = intmask(result * 31 + x)
    return result
'''

PRINTED_AS = {
    'int': '%s', 'bool': 'int(%s)', 'str': '"[" + %s + "]"', 'float': '"%%.4f" %% clip(%s)',
    'uint': 'str(%s)', 'uni': 'ushow(%s)',
}


class Function(object):
    """What callers need to know."""
    def __init__(self, name, params, result, cost, kind='plain'):
        self.name, self.params, self.result, self.cost, self.kind = name, params, result, cost, kind


class Class(object):
    def __init__(self, name, base):
        self.name, self.base = name, base
        self.fields = list(base.fields) if base else []
        self.params = []
        self.methods = list(base.methods) if base else []
        self.subclasses = []

    def family(self):
        result = [self]
        for sub in self.subclasses:
            result += sub.family()
        return result


class Scope(object):
    """The variables of a function being written, and where in it we are."""
    def __init__(self, result):
        self.vars = []          # (name, type)
        self.frozen = set()     # being iterated over: must not change size
        self.result = result    # type to return
        self.loops = 0
        self.mult = 1
        self.cost = 0
        self.caught = frozenset()
        self.depth = 0
        self.count = 0
        self.generator = False
        self.counters = set()   # loop counters, not assigned by other statements

    def fresh(self):
        self.count += 1
        return 'v%d' % self.count

    def of(self, type):
        return [name for name, t in self.vars if t == type]


class Generator(Expressions):
    BUDGET = 500

    def __init__(self, seed):
        self.rnd = random.Random(seed)
        self.functions, self.classes, self.errors, self.globals = [], [], [], []
        self.tables, self.by_name = [], {}
        self.lines = []
        self.max_depth = 3

    # ---------------------------------------------------------------- the module

    def program(self):
        rnd = self.rnd
        self.lines = [HEADER]
        self.write_globals()
        self.write_errors()
        for i in range(rnd.randint(0, 2)):
            self.write_family(i)
        for i in range(rnd.randint(0, 2)):
            self.write_closures(i)
        kinds = ['plain'] * 6 + ['recursive', 'generator', 'specialized']
        for i in range(rnd.randint(3, 7)):
            getattr(self, 'write_' + rnd.choice(kinds))('f%d' % i)
        for i in range(rnd.randint(1, 2)):
            self.write_table(i)
        self.write_plain('g0')
        self.write_run()
        return '\n'.join(self.lines) + '\n'

    def write_globals(self):
        rnd = self.rnd
        for i in range(rnd.randint(1, 4)):
            t = rnd.choice([lst(INT), lst(STR), dct(STR, INT), dct(INT, STR), STR, INT, ('tuple', INT, STR),
                            lst(FLOAT), UNI])
            name = 'GLOBAL%d' % i
            self.lines.append('%s = %s' % (name, self.literal(t, 3)))
            self.globals.append((name, t))

    def write_errors(self):
        for i in range(self.rnd.randint(1, 3)):
            base = self.rnd.choice(['Exception', 'ValueError', 'KeyError'] + [e for e in self.errors] * 2)
            name = 'Error%d' % i
            self.lines.append('\n\nclass %s(%s):\n    def __init__(self, code):\n        self.code = code'
                              % (name, base))
            self.errors.append(name)

    def write_family(self, number):
        rnd = self.rnd
        root = Class('Class%d' % number, None)
        field_types = [INT, INT, STR, FLOAT, lst(INT), BOOL, UINT, dct(STR, INT), ('opt', ('inst', root.name)),
                       ('tuple', INT, INT)]
        root.fields = [('a%d' % i, rnd.choice(field_types)) for i in range(rnd.randint(1, 4))]
        signatures = []
        for i in range(rnd.randint(1, 3)):
            params = [rnd.choice([INT, STR, FLOAT, lst(INT)]) for _ in range(rnd.randint(0, 2))]
            signatures.append(Function('m%d' % i, params, rnd.choice([INT, STR, BOOL, FLOAT, lst(INT)]), 60))
        family = [root]
        for i in range(rnd.randint(0, 3)):
            base = rnd.choice(family)
            sub = Class('%s%s' % (root.name, 'abc'[i]), base)
            base.subclasses.append(sub)
            if rnd.random() < 0.6:
                sub.fields.append(('b%d' % i, rnd.choice([INT, STR, lst(INT)])))
            family.append(sub)
        for cls in family:
            cls.params = [t for _, t in cls.fields if rnd.random() < 0.5 and t[0] not in ('opt',)]
        self.by_name.update((c.name, c) for c in family)
        for cls in family:
            cls.methods = signatures
            self.write_class(cls)
        self.classes.append(root)

    def write_class(self, cls):
        rnd = self.rnd
        self.lines.append('\n\nclass %s(%s):' % (cls.name, cls.base.name if cls.base else 'object'))
        if not cls.base:
            self.lines.append('    tag = %d\n' % rnd.randint(0, 9))
        elif rnd.random() < 0.5:
            self.lines.append('    tag = %d\n' % rnd.randint(10, 99))
        params = ['p%d' % i for i in range(len(cls.params))]
        self.lines.append('    def __init__(self%s):' % ''.join(', ' + p for p in params))
        free = list(zip(params, cls.params))
        for name, t in cls.fields:
            match = [p for p in free if p[1] == t]
            if match:
                free.remove(match[0])
                value = match[0][0]
            elif t[0] == 'opt':
                value = 'None'
            else:
                value = self.literal(t, 1)
            self.lines.append('        self.%s = %s' % (name, value))
        for method in cls.methods:
            if cls.base and rnd.random() < 0.4:
                continue
            scope = Scope(method.result)
            scope.vars = [('x%d' % i, t) for i, t in enumerate(method.params)]
            scope.vars += [('self.' + name, t) for name, t in cls.fields]
            scope.depth = 1
            scope.budget = 60
            self.lines.append('\n    def %s(self%s):' % (
                method.name, ''.join(', x%d' % i for i in range(len(method.params)))))
            if cls.base and rnd.random() < 0.3:
                call = '%s.%s(self%s)' % (cls.base.name, method.name,
                                          ''.join(', x%d' % i for i in range(len(method.params))))
                self.lines.append('        up = %s' % call)
                scope.vars.append(('up', method.result))
            self.body(scope, 2, 3)

    def write_closures(self, number):
        rnd = self.rnd
        t = rnd.choice([INT, STR])
        scope = Scope(t)
        scope.vars = [('x', t), ('k', INT), ('w', STR)]
        scope.counters = set(['k', 'w'])
        scope.depth = 1
        scope.budget = 60
        self.lines.append('\n\ndef make%d(k, w):\n    def inner(x):' % number)
        self.body(scope, 2, 2)
        self.lines.append('    return inner')
        name = 'CLOSURES%d' % number
        made = ['make%d(%d, %r)' % (number, rnd.randint(-5, 50), self.word()) for _ in range(rnd.randint(2, 4))]
        self.lines.append('\n\n%s = [%s]' % (name, ', '.join(made)))
        self.tables.append((name, len(made), Function(name, [t], t, scope.cost + 10)))
        self.lines.append('single%d = %s' % (number, made[0]))
        self.functions.append(Function('single%d' % number, [t], t, scope.cost + 10))

    def write_table(self, number):
        groups = {}
        for f in self.functions:
            if f.kind == 'plain':
                groups.setdefault((tuple(f.params), f.result), []).append(f)
        group = self.rnd.choice(sorted(groups.values(), key=lambda g: g[0].name))
        name = 'TABLE%d' % number
        self.lines.append('\n\n%s = [%s]' % (name, ', '.join(f.name for f in group)))
        cost = max(f.cost for f in group)
        self.tables.append((name, len(group), Function(name, group[0].params, group[0].result, cost)))

    def some_type(self, deep=True):
        rnd = self.rnd
        simple = [INT, INT, INT, STR, STR, FLOAT, BOOL, UINT, UNI]
        if not deep or rnd.random() < 0.5:
            return rnd.choice(simple)
        choices = [lst(INT), lst(INT), lst(STR), lst(FLOAT), dct(STR, INT), dct(INT, INT), dct(INT, STR),
                   dct(STR, lst(INT)), lst(lst(INT)), lst(('tuple', INT, STR)), ('tuple', INT, STR),
                   ('tuple', STR, FLOAT, INT), dct(('tuple', INT, INT), INT), ('opt', STR), lst(UINT),
                   dct(INT, FLOAT)]
        for root in self.classes:
            choices += [('inst', root.name)] * 2 + [lst(('inst', root.name)), ('opt', ('inst', root.name)),
                                                   dct(INT, ('inst', root.name)), dct(STR, ('inst', root.name))]
        return rnd.choice(choices)

    def signature(self):
        params = [self.some_type() for _ in range(self.rnd.randint(1, 4))]
        return params, self.some_type()

    def write_plain(self, name):
        params, result = self.signature()
        scope = self.start(name, params, result)
        self.body(scope, 1, self.rnd.randint(3, 8))
        self.functions.append(Function(name, params, result, scope.cost + 5))

    def start(self, name, params, result, first=None):
        scope = Scope(result)
        scope.budget = self.BUDGET
        names = ['p%d' % i for i in range(len(params))]
        scope.vars = list(zip(names, params))
        if first:
            names.insert(0, first)
        self.lines.append('\n\ndef %s(%s):' % (name, ', '.join(names)))
        return scope

    def write_recursive(self, name):
        params, result = self.signature()
        scope = self.start(name, params, result, 'depth')
        self.lines.append('    if depth <= 0:\n        return %s' % self.expr(scope, result, 1))
        scope.vars.append(('depth', INT))
        scope.counters.add('depth')
        scope.budget = 60
        for _ in range(self.rnd.randint(1, 3)):
            self.statement(scope, 1)
        args = ''.join(', ' + self.expr(scope, t, 1) for t in params)
        self.lines.append('    again = %s(depth - 1%s)' % (name, args))
        scope.vars.append(('again', result))
        for _ in range(self.rnd.randint(0, 2)):
            self.statement(scope, 1)
        self.lines.append('    return %s' % self.expr(scope, result, 2))
        self.functions.append(Function(name, params, result, (scope.cost + 5) * 7, 'recursive'))

    def write_generator(self, name):
        params = [self.some_type(False) for _ in range(self.rnd.randint(1, 2))]
        item = self.rnd.choice([INT, STR, ('tuple', INT, STR)])
        scope = self.start(name, params, None)
        scope.generator = True
        scope.yields = item
        scope.budget = 100
        counter = scope.fresh()
        self.lines.append('    for %s in range(%d):' % (counter, self.rnd.randint(1, 5)))
        scope.vars.append((counter, INT))
        scope.counters.add(counter)
        scope.mult = 5
        scope.loops = 1
        for _ in range(self.rnd.randint(1, 3)):
            self.statement(scope, 2)
        self.lines.append('        yield %s' % self.expr(scope, item, 2))
        if self.rnd.random() < 0.5:
            self.lines.append('        if %s:\n            yield %s' % (
                self.expr(scope, BOOL, 1), self.expr(scope, item, 1)))
        self.functions.append(Function(name, params, item, scope.cost * 2 + 20, 'generator'))

    def write_specialized(self, name):
        how = self.rnd.choice(['argtype(0)', 'arg(1)'])
        self.lines.append('\n\n@specialize.%s\ndef %s(x, flag, y):' % (how, name))
        test = 'flag' if how == 'arg(1)' else 'y > %d' % self.rnd.randint(-3, 9)
        self.lines.append('    if %s:\n        return str(x) + str(intmask(y * 3))\n    return str(y) + "/" + str(x)'
                          % test)
        made = Function(name, [INT, BOOL, INT], STR, 10, 'specialized')
        made.by_type = how == 'argtype(0)'
        self.functions.append(made)

    def write_run(self):
        rnd = self.rnd
        out = self.lines
        out.append('\n\ndef run(n, m, s):')
        scope = Scope(INT)
        scope.budget = 10 ** 6
        scope.vars = [('n', INT), ('m', INT), ('s', STR)]
        scope.counters = set(['n', 'm', 's'])
        # a class that nothing instantiates has no attributes in RPython
        for error in self.errors:
            out.append('    if n == %d:\n        raise %s(m)' % (rnd.randint(10 ** 6, 10 ** 7), error))
        for root in self.classes:
            for cls in root.family():
                out.append('    made = %s(%s)' % (cls.name, ', '.join(self.literal(p, 1) for p in cls.params)))
                self.show(scope, 'made', ('inst', cls.name), cls.name, 1)
        callable_ = [f for f in self.functions if f.kind != 'generator']
        step = 0
        for f in callable_[-6:]:
            for _ in range(rnd.randint(1, 3)):
                step += 1
                call = self.call_text(scope, f, 2)
                out.append('    try:')
                out.append('        r%d = %s' % (step, call))
                self.show(scope, 'r%d' % step, f.result, '%s %d' % (f.name, step), 2)
                for error in self.errors:
                    if rnd.random() < 0.3:
                        out.append('    except %s as e:\n        print %r, e.code' % (error, error + ' out of ' + f.name))
                out.append('    except Exception as e:\n        print %r, exception_name(e)' % ('out of ' + f.name))
        for name, t in self.globals:
            self.show(scope, name, t, name, 1)
        out.append('    return 0')
        out.append('\n\ndef exception_name(e):')
        for error in list(reversed(self.errors)) + ['KeyError', 'IndexError', 'OverflowError', 'ZeroDivisionError',
                                                    'ValueError']:
            out.append('    if isinstance(e, %s):\n        return %r' % (error, error))
        out.append("    return 'Exception'")

    # ---------------------------------------------------------------- printing values

    def show(self, scope, name, t, label, level):
        """Statements that print a value of any type, without the order of anything unordered."""
        pad = indent(level)
        out = self.lines
        kind = t[0]
        if kind in PRINTED_AS:
            out.append('%sprint %r, %s' % (pad, label, PRINTED_AS[kind] % name))
        elif kind == 'list':
            item = name + '_i' if name.isalnum() else 'item%d' % level
            out.append('%sprint %r, len(%s)' % (pad, label, name))
            out.append('%sfor %s in %s:' % (pad, item, name))
            self.show(scope, item, t[1], label + '[]', level + 1)
        elif kind == 'dict':
            item = 'key%d' % level
            out.append('%sprint %r, len(%s)' % (pad, label, name))
            out.append('%sfor %s in %s:' % (pad, item, name))
            self.show(scope, item, t[1], label + ' key', level + 1)
            out.append('%s    value%d = %s[%s]' % (pad, level, name, item))
            self.show(scope, 'value%d' % level, t[2], label + '{}', level + 1)
        elif kind == 'tuple':
            for i, part in enumerate(t[1:]):
                self.show(scope, '%s[%d]' % (name, i), part, '%s.%d' % (label, i), level)
        elif kind == 'opt':
            out.append('%sif %s is None:\n%s    print %r, "None"\n%selse:' % (pad, name, pad, label, pad))
            self.show(scope, name, t[1], label, level + 1)
        elif kind == 'inst':
            cls = self.by_name[t[1]]
            out.append('%sprint %r, %s.tag' % (pad, label, name))
            for field, ft in cls.fields:
                if ft[0] in PRINTED_AS:
                    self.show(scope, '%s.%s' % (name, field), ft, label + '.' + field, level)

    # ---------------------------------------------------------------- statements

    def body(self, scope, level, count):
        """`count` statements and a return."""
        for _ in range(count):
            self.statement(scope, level)
        if scope.result is not None:
            self.lines.append('%sreturn %s' % (indent(level), self.expr(scope, scope.result, 2)))

    def block(self, scope, level, count, prefix=None):
        """An indented block: variables made in it are gone afterwards."""
        known = len(scope.vars)
        frozen = set(scope.frozen)
        start = len(self.lines)
        scope.depth += 1
        if prefix:
            prefix()
        for _ in range(count):
            self.statement(scope, level)
        if len(self.lines) == start:
            self.lines.append(indent(level) + 'pass')
        scope.depth -= 1
        del scope.vars[known:]
        scope.frozen = frozen

    def statement(self, scope, level):
        rnd = self.rnd
        scope.cost += scope.mult
        if scope.cost > scope.budget:
            return
        if scope.depth >= self.max_depth or rnd.random() < 0.55:
            kinds = ['new', 'new', 'new', 'assign', 'assign', 'augmented', 'mutate', 'mutate', 'mutate', 'early',
                     'alias', 'unpack']
        else:
            kinds = ['if', 'if', 'for_range', 'for_list', 'while', 'try', 'try', 'finally', 'narrow', 'for_dict',
                     'for_generator', 'raise', 'isinstance']
        getattr(self, 'stmt_' + rnd.choice(kinds))(scope, level)

    def emit(self, level, text):
        self.lines.append(indent(level) + text)

    def new_var(self, scope, level, t, text):
        name = scope.fresh()
        self.emit(level, '%s = %s' % (name, text))
        scope.vars.append((name, t))
        return name

    def stmt_new(self, scope, level):
        t = self.some_type()
        self.new_var(scope, level, t, self.expr(scope, t, 3))

    def stmt_alias(self, scope, level):
        mutable = [(n, t) for n, t in scope.vars if t[0] in ('list', 'dict', 'inst') and n not in scope.frozen]
        if not mutable:
            return self.stmt_new(scope, level)
        name, t = self.rnd.choice(mutable)
        self.new_var(scope, level, t, name)

    def assignable(self, scope):
        return [(n, t) for n, t in scope.vars
                if n not in scope.frozen and n not in scope.counters and not n.endswith(']')]

    def stmt_assign(self, scope, level):
        choices = self.assignable(scope)
        if not choices:
            return self.stmt_new(scope, level)
        name, t = self.rnd.choice(choices)
        self.emit(level, '%s = %s' % (name, self.expr(scope, t, 3)))
        self.bound(scope, name, t, level)

    def bound(self, scope, name, t, level):
        """Keeps values from growing without limit in loops."""
        if t == STR or t == UNI:
            self.emit(level, 'if len(%s) > 40:\n%s%s = %s[:%d]' % (name, indent(level + 1), name, name,
                                                                 self.rnd.randint(5, 20)))
        elif t == FLOAT:
            self.emit(level, '%s = clip(%s)' % (name, name))
        elif t[0] == 'list':
            self.emit(level, 'if len(%s) > 20:\n%sdel %s[%d:]' % (name, indent(level + 1), name,
                                                                 self.rnd.randint(3, 9)))

    def stmt_augmented(self, scope, level):
        choices = [(n, t) for n, t in self.assignable(scope) if t in (INT, STR, FLOAT, UINT)]
        if not choices:
            return self.stmt_new(scope, level)
        name, t = self.rnd.choice(choices)
        op = {INT: ['&=', '|=', '^='], STR: ['+='], FLOAT: ['+=', '-=', '*='],
              UINT: ['+=', '-=', '*=', '^=']}[t]
        self.emit(level, '%s %s %s' % (name, self.rnd.choice(op), self.expr(scope, t, 2)))
        self.bound(scope, name, t, level)

    def stmt_unpack(self, scope, level):
        tuples = [(n, t) for n, t in scope.vars if t[0] == 'tuple']
        if not tuples:
            return self.stmt_new(scope, level)
        name, t = self.rnd.choice(tuples)
        names = [scope.fresh() for _ in t[1:]]
        self.emit(level, '%s = %s' % (', '.join(names), name))
        scope.vars += zip(names, t[1:])

    def stmt_early(self, scope, level):
        if scope.generator:
            return self.emit(level, 'if %s:\n%syield %s' % (
                self.expr(scope, BOOL, 2), indent(level + 1), self.expr(scope, scope.yields, 2)))
        if scope.loops and self.rnd.random() < 0.6:
            word = self.rnd.choice(['break', 'continue'])
        else:
            word = 'return ' + self.expr(scope, scope.result, 2)
        self.emit(level, 'if %s:\n%s%s' % (self.expr(scope, BOOL, 2), indent(level + 1), word))

    def stmt_mutate(self, scope, level):
        rnd = self.rnd
        names = [(n, t) for n, t in scope.vars if t[0] in ('list', 'dict', 'inst') and n not in scope.frozen]
        if not names:
            return self.stmt_new(scope, level)
        name, t = rnd.choice(names)
        getattr(self, 'mutate_' + t[0])(scope, level, name, t)

    def mutate_list(self, scope, level, name, t):
        rnd = self.rnd
        item = self.expr(scope, t[1], 2)
        index = self.expr(scope, INT, 1)
        text = rnd.choice([
            '%(l)s.append(%(x)s)', '%(l)s.append(%(x)s)', '%(l)s.extend(%(y)s)', '%(l)s += %(y)s',
            '%(l)s.insert(0, %(x)s)', 'if %(l)s:\n%(p)s%(l)s.pop()', 'if %(l)s:\n%(p)s%(l)s[(%(i)s) %% len(%(l)s)] = %(x)s',
            '%(l)s.reverse()', 'if len(%(l)s) > 1:\n%(p)sdel %(l)s[0]', 'if len(%(l)s) > 2:\n%(p)s%(l)s[0], %(l)s[-1] = %(l)s[-1], %(l)s[0]',
            'if len(%(l)s) >= 3:\n%(p)s%(l)s[1:2] = [%(x)s]', 'del %(l)s[len(%(l)s) // 2:]',
            'if %(l)s:\n%(p)s%(l)s.insert(len(%(l)s) // 2, %(x)s)', '%(l)s *= %(n)d',
        ])
        if name.startswith('self.') and '+=' in text:
            text = '%(l)s.append(%(x)s)'
        if 'len(%(l)s) >= 3' in text:
            text = 'if len(%(l)s) >= 3:\n%(p)s%(l)s[1] = %(x)s'
        extra = self.expr(scope, t, 1) if '%(y)s' in text else ''
        self.emit(level, text % {'l': name, 'x': item, 'y': extra, 'i': index, 'p': indent(level + 1),
                                 'n': rnd.randint(0, 2)})
        self.bound(scope, name, t, level)

    def mutate_dict(self, scope, level, name, t):
        rnd = self.rnd
        key = self.expr(scope, t[1], 1)
        text = rnd.choice([
            '%(d)s[%(k)s] = %(v)s', '%(d)s[%(k)s] = %(v)s', '%(d)s[%(k)s] = %(v)s', '%(d)s.update(%(e)s)',
            'if %(k)s in %(d)s:\n%(p)sdel %(d)s[%(k)s]', '%(d)s.setdefault(%(k)s, %(v)s)', 'if len(%(d)s) > 9:\n%(p)s%(d)s.clear()',
        ])
        other = self.literal(t, 2) if '%(e)s' in text else ''
        self.emit(level, text % {'d': name, 'k': key, 'v': self.expr(scope, t[2], 2), 'e': other,
                                 'p': indent(level + 1)})

    def mutate_inst(self, scope, level, name, t):
        field, ft = self.rnd.choice(self.by_name[t[1]].fields)
        target = '%s.%s' % (name, field)
        self.emit(level, '%s = %s' % (target, self.expr(scope, ft, 2)))
        if ft[0] != 'opt':
            self.bound(scope, target, ft, level)

    def stmt_if(self, scope, level):
        self.emit(level, 'if %s:' % self.expr(scope, BOOL, 3))
        self.block(scope, level + 1, self.rnd.randint(1, 3))
        if self.rnd.random() < 0.3:
            self.emit(level, 'elif %s:' % self.expr(scope, BOOL, 2))
            self.block(scope, level + 1, self.rnd.randint(1, 2))
        if self.rnd.random() < 0.5:
            self.emit(level, 'else:')
            self.block(scope, level + 1, self.rnd.randint(1, 2))

    def loop(self, scope, level, count, header, names=(), frozen=None, prefix=None):
        """A loop of at most `count` rounds."""
        self.emit(level, header)
        saved = scope.mult
        scope.mult *= count
        scope.loops += 1

        def begin():
            scope.vars.extend(names)
            scope.counters.update(n for n, _ in names)
            if frozen:
                scope.frozen.add(frozen)
                # another name for the same object must not change it either
                kind = dict(scope.vars).get(frozen)
                if kind:
                    scope.frozen.update(n for n, t in scope.vars if t == kind)
                    scope.frozen.update(n for n, t in scope.vars if t[0] in ('list', 'dict', 'tuple') and kind in t)
            if prefix:
                prefix()
        self.block(scope, level + 1, self.rnd.randint(1, 3), begin)
        scope.loops -= 1
        scope.mult = saved

    def stmt_for_range(self, scope, level):
        name = scope.fresh()
        count = self.rnd.randint(1, 6)
        header = self.rnd.choice(['range(%d)' % count, 'range(%d, %d)' % (3, 3 + count),
                                  'xrange(%d)' % count, 'range(%d, 0, -1)' % count,
                                  'range((%s) & %d)' % (self.expr(scope, INT, 1), 3)])
        self.loop(scope, level, max(count, 3), 'for %s in %s:' % (name, header), [(name, INT)])

    def stmt_for_list(self, scope, level):
        lists = [(n, t) for n, t in scope.vars if t[0] == 'list' and n.isalnum()]
        name = scope.fresh()
        if not lists or self.rnd.random() < 0.3:
            text = self.rnd.choice(['for %s in %s:' % (name, self.literal(lst(INT), 3))] * 2 + [
                'for %s in %s:' % (name, self.expr(scope, STR, 0))])
            t = STR if 'for' in text and not text.endswith(']:') else INT
            return self.loop(scope, level, 20 if t == STR else 4, text, [(name, t)])
        source, t = self.rnd.choice(lists)
        if self.rnd.random() < 0.3:
            index = scope.fresh()
            return self.loop(scope, level, 8, 'for %s, %s in enumerate(%s):' % (index, name, source),
                             [(index, INT), (name, t[1])], source)
        self.loop(scope, level, 8, 'for %s in %s:' % (name, source), [(name, t[1])], source)

    def stmt_for_dict(self, scope, level):
        dicts = [(n, t) for n, t in scope.vars if t[0] == 'dict' and n.isalnum()]
        if not dicts:
            return self.stmt_new(scope, level)
        source, t = self.rnd.choice(dicts)
        key, value = scope.fresh(), scope.fresh()
        header, names = self.rnd.choice([
            ('for %s in %s:' % (key, source), [(key, t[1])]),
            ('for %s, %s in %s.items():' % (key, value, source), [(key, t[1]), (value, t[2])]),
            ('for %s, %s in %s.iteritems():' % (key, value, source), [(key, t[1]), (value, t[2])]),
            ('for %s in %s.values():' % (value, source), [(value, t[2])]),
            ('for %s in %s.keys():' % (key, source), [(key, t[1])]),
        ])
        self.loop(scope, level, 8, header, names, source)

    def stmt_for_generator(self, scope, level):
        makers = [f for f in self.functions if f.kind == 'generator' and self.affordable(scope, f)]
        if not makers or scope.generator:
            return self.stmt_for_range(scope, level)
        f = self.rnd.choice(makers)
        scope.cost += f.cost * scope.mult
        name = scope.fresh()
        args = ', '.join(self.expr(scope, t, 1) for t in f.params)
        self.loop(scope, level, 8, 'for %s in %s(%s):' % (name, f.name, args), [(name, f.result)])

    def stmt_while(self, scope, level):
        name = scope.fresh()
        count = self.rnd.randint(1, 5)
        self.emit(level, '%s = %d' % (name, count))
        scope.vars.append((name, INT))
        scope.counters.add(name)
        condition = '%s > 0' % name
        if self.rnd.random() < 0.4:
            condition += ' and ' + self.expr(scope, BOOL, 2)
        self.loop(scope, level, count, 'while %s:' % condition, prefix=lambda: self.emit(
            level + 1, '%s -= 1' % name))
        if self.rnd.random() < 0.2:
            self.emit(level, 'else:')
            self.block(scope, level + 1, 1)

    HANDLED = ['IndexError', 'KeyError', 'ZeroDivisionError', 'OverflowError', 'ValueError', 'LookupError',
               'ArithmeticError', 'Exception', '(IndexError, KeyError)', '(ZeroDivisionError, OverflowError)']
    COVERS = {'LookupError': ['IndexError', 'KeyError'], 'ArithmeticError': ['ZeroDivisionError', 'OverflowError'],
              'Exception': ['IndexError', 'KeyError', 'ZeroDivisionError', 'OverflowError', 'ValueError'],
              '(IndexError, KeyError)': ['IndexError', 'KeyError'],
              '(ZeroDivisionError, OverflowError)': ['ZeroDivisionError', 'OverflowError']}

    def stmt_try(self, scope, level):
        rnd = self.rnd
        handlers = [rnd.choice(self.HANDLED) for _ in range(rnd.randint(1, 2))]
        handlers = [h for i, h in enumerate(handlers) if h not in handlers[:i]]
        handlers.sort(key=lambda h: h == 'Exception')
        own = [e for e in self.errors if rnd.random() < 0.4]
        covered = set()
        for h in handlers:
            covered.update(self.COVERS.get(h, [h]))
        saved = scope.caught
        scope.caught = scope.caught | covered
        self.emit(level, 'try:')
        self.block(scope, level + 1, rnd.randint(1, 3))
        scope.caught = saved
        for error in reversed(own):
            self.emit(level, 'except %s as e:' % error)
            self.block(scope, level + 1, rnd.randint(0, 1), lambda: scope.vars.append(('e.code', INT)))
        for h in handlers:
            self.emit(level, 'except %s:' % h)
            self.block(scope, level + 1, rnd.randint(0, 2))
            if rnd.random() < 0.1:
                self.emit(level + 1, 'raise')
        if rnd.random() < 0.2:
            self.emit(level, 'else:')
            self.block(scope, level + 1, 1)
        if rnd.random() < 0.15:
            self.finally_part(scope, level)

    def finally_part(self, scope, level):
        self.emit(level, 'finally:')
        saved = scope.result, scope.loops, scope.generator
        known = len(self.lines)
        scope.depth += 1
        for kind in self.rnd.sample(['assign', 'augmented', 'mutate'], self.rnd.randint(1, 2)):
            getattr(self, 'stmt_' + kind)(scope, level + 1)
        scope.depth -= 1
        scope.result, scope.loops, scope.generator = saved
        if len(self.lines) == known:
            self.emit(level + 1, 'pass')

    def stmt_finally(self, scope, level):
        if scope.generator:
            return self.stmt_if(scope, level)
        self.emit(level, 'try:')
        self.block(scope, level + 1, self.rnd.randint(1, 3))
        known = len(scope.vars)
        self.finally_part(scope, level)
        del scope.vars[known:]

    def stmt_raise(self, scope, level):
        rnd = self.rnd
        error = rnd.choice(self.errors + ['ValueError', 'KeyError', 'IndexError', 'OverflowError'])
        value = '%s(%s)' % (error, self.expr(scope, INT, 1)) if error in self.errors else error
        self.emit(level, 'if %s:\n%sraise %s' % (self.expr(scope, BOOL, 2), indent(level + 1), value))

    def stmt_narrow(self, scope, level):
        maybe = [(n, t) for n, t in scope.vars if t[0] == 'opt' and n.isalnum()]
        if not maybe:
            return self.stmt_if(scope, level)
        name, t = self.rnd.choice(maybe)
        inner = scope.fresh()
        self.emit(level, 'if %s is not None:' % name)

        def begin():
            self.emit(level + 1, '%s = %s' % (inner, name))
            scope.vars.append((inner, t[1]))
        self.block(scope, level + 1, self.rnd.randint(1, 2), begin)
        if self.rnd.random() < 0.5:
            self.emit(level, 'else:')
            self.block(scope, level + 1, 1)

    def stmt_isinstance(self, scope, level):
        insts = [(n, t) for n, t in scope.vars if t[0] == 'inst' and n.isalnum() and self.by_name[t[1]].subclasses]
        if not insts:
            return self.stmt_if(scope, level)
        name, t = self.rnd.choice(insts)
        sub = self.rnd.choice(self.by_name[t[1]].family()[1:])
        inner = scope.fresh()
        self.emit(level, 'if isinstance(%s, %s):' % (name, sub.name))

        def begin():
            self.emit(level + 1, '%s = %s' % (inner, name))
            for field, ft in sub.fields:
                scope.vars.append(('%s.%s' % (inner, field), ft))
        self.block(scope, level + 1, self.rnd.randint(1, 2), begin)


def program(seed):
    """The text of the program with this number."""
    return Generator(seed).program()


if __name__ == '__main__':
    import sys
    sys.stdout.write(program(int(sys.argv[1])))
