"""Trees of options with types, requirements and command-line forms."""
from rpython.config.support import OptionGroupParser

DEFAULT_OPTION_NAME = object()
SUPPRESS_USAGE = object()


class AmbigousOptionError(Exception):
    """An option name that occurs in several groups."""


class NoMatchingOptionFound(AttributeError):
    """An option name that occurs in no group."""


class ConfigError(Exception):
    """Wrong use of a configuration."""


class ConflictConfigError(ConfigError):
    """A value that contradicts one that was set before."""


class Config(object):
    """The values of an OptionDescription; attributes are options and groups."""
    _cfgimpl_frozen = False

    def __init__(self, descr, parent=None, **overrides):
        self._cfgimpl_descr = descr
        self._cfgimpl_value_owners = {}
        self._cfgimpl_parent = parent
        self._cfgimpl_values = {}
        self._cfgimpl_warnings = []
        self._cfgimpl_build(overrides)

    def _cfgimpl_build(self, overrides):
        for child in self._cfgimpl_descr._children:
            if isinstance(child, Option):
                self._cfgimpl_values[child._name] = child.getdefault()
                self._cfgimpl_value_owners[child._name] = 'default'
            elif isinstance(child, OptionDescription):
                self._cfgimpl_values[child._name] = Config(child, parent=self)
        self.override(overrides)

    def override(self, overrides):
        """Set values that count as defaults."""
        for name, value in overrides.items():
            homeconfig, name = self._cfgimpl_get_home_by_path(name)
            homeconfig.setoption(name, value, 'default')

    def copy(self, as_default=False, parent=None):
        """A copy; `as_default` makes the values count as defaults."""
        result = Config.__new__(self.__class__)
        result._cfgimpl_descr = self._cfgimpl_descr
        result._cfgimpl_value_owners = owners = {}
        result._cfgimpl_parent = parent
        result._cfgimpl_values = values = {}
        result._cfgimpl_warnings = []
        for child in self._cfgimpl_descr._children:
            name = child._name
            if isinstance(child, Option):
                values[name] = self._cfgimpl_values[name]
                owners[name] = 'default' if as_default else self._cfgimpl_value_owners[name]
            elif isinstance(child, OptionDescription):
                values[name] = self._cfgimpl_values[name].copy(as_default, parent=result)
        return result

    def __setattr__(self, name, value):
        if self._cfgimpl_frozen and getattr(self, name) != value:
            raise TypeError("trying to change a frozen option object")
        if name.startswith('_cfgimpl_'):
            self.__dict__[name] = value
            return
        self.setoption(name, value, 'user')

    def __getattr__(self, name):
        if name.startswith('_cfgimpl_'):
            raise AttributeError(name)
        if '.' in name:
            homeconfig, name = self._cfgimpl_get_home_by_path(name)
            return getattr(homeconfig, name)
        if name not in self._cfgimpl_values:
            raise AttributeError("%s object has no attribute %s" % (self.__class__, name))
        return self._cfgimpl_values[name]

    def __dir__(self):
        return dir(type(self)) + list(self._cfgimpl_values)

    def __delattr__(self, name):
        # back to the default
        if name.startswith('_cfgimpl_'):
            del self.__dict__[name]
            return
        self._cfgimpl_value_owners[name] = 'default'
        opt = getattr(self._cfgimpl_descr, name)
        if isinstance(opt, OptionDescription):
            raise AttributeError("can't option subgroup")
        self._cfgimpl_values[name] = opt.getdefault()

    def setoption(self, name, value, who):
        """Set an option; `who` is 'default', 'suggested', 'required', 'user' or 'cmdline'."""
        if name not in self._cfgimpl_values:
            raise AttributeError('unknown option %s' % (name,))
        child = getattr(self._cfgimpl_descr, name)
        oldowner = self._cfgimpl_value_owners[child._name]
        if who == 'suggested' and oldowner != 'default' and oldowner != 'suggested':
            return
        oldvalue = getattr(self, name)
        if oldvalue != value and oldowner not in ('default', 'suggested'):
            if who in ('default', 'suggested'):
                return
            if oldowner in ('cmdline', 'required') and who != 'cmdline':
                raise ConflictConfigError('cannot override value to %s for option %s'
                                          % (value, name))
        child.setoption(self, value, who)
        self._cfgimpl_value_owners[name] = who

    def suggest(self, **kwargs):
        """Set options that nobody else has set."""
        for name, value in kwargs.items():
            self.suggestoption(name, value)

    def suggestoption(self, name, value):
        """Set an option if nobody else has set it."""
        try:
            homeconfig, name = self._cfgimpl_get_home_by_path(name)
            homeconfig.setoption(name, value, 'suggested')
        except ConflictConfigError:
            pass

    def set(self, **kwargs):
        """Set options by their names, wherever they are in the tree."""
        paths = [path.split('.') for path in self.getpaths()]
        for key, value in kwargs.items():
            parts = key.split('.')
            candidates = [path for path in paths if path[-len(parts):] == parts]
            if len(candidates) > 1:
                raise AmbigousOptionError('more than one option that ends with %s' % (key,))
            if not candidates:
                raise NoMatchingOptionFound('there is no option that matches %s' % (key,))
            homeconfig, name = self._cfgimpl_get_home_by_path('.'.join(candidates[0]))
            homeconfig.setoption(name, value, 'user')

    def _cfgimpl_get_home_by_path(self, path):
        """The group of the option and the option's own name."""
        parts = path.split('.')
        for step in parts[:-1]:
            self = getattr(self, step)
        return self, parts[-1]

    def _cfgimpl_get_toplevel(self):
        while self._cfgimpl_parent is not None:
            self = self._cfgimpl_parent
        return self

    def add_warning(self, warning):
        """Note a warning."""
        self._cfgimpl_get_toplevel()._cfgimpl_warnings.append(warning)

    def get_warnings(self):
        """The warnings noted so far."""
        return self._cfgimpl_get_toplevel()._cfgimpl_warnings

    def getkey(self):
        """A value that is equal for equal configurations."""
        return self._cfgimpl_descr.getkey(self)

    def __hash__(self):
        return hash(self.getkey())

    def __eq__(self, other):
        if type(self) is not type(other):
            return False
        return self.getkey() == other.getkey()

    def __ne__(self, other):
        return not self == other

    def __iter__(self):
        for child in self._cfgimpl_descr._children:
            if isinstance(child, Option):
                yield child._name, getattr(self, child._name)

    def __str__(self, indent=''):
        lines = []
        for child in self._cfgimpl_descr._children:
            if isinstance(child, Option):
                if self._cfgimpl_value_owners[child._name] != 'default':
                    lines.append('%s    %s = %s' % (indent, child._name,
                                                   getattr(self, child._name)))
            else:
                text = getattr(self, child._name).__str__(indent + '    ')
                if text:
                    lines.append(text)
        if not lines and indent:
            return ''
        return '\n'.join(['%s[%s]' % (indent, self._cfgimpl_descr._name)] + lines)

    def getpaths(self, include_groups=False):
        """The dotted names of all options."""
        return self._cfgimpl_descr.getpaths(include_groups=include_groups)


class Option(object):
    """One option; subclasses know its type."""

    def __init__(self, name, doc, cmdline=DEFAULT_OPTION_NAME):
        self._name = name
        self.doc = doc
        self.cmdline = cmdline

    def validate(self, value):
        """Whether the value is of the right type."""
        raise NotImplementedError('abstract base class')

    def getdefault(self):
        """The default value."""
        return self.default

    def setdefault(self, default):
        """Change the default value."""
        self.default = default

    def setoption(self, config, value, who):
        """Store the value in the configuration."""
        if who == 'default' and value is None:
            pass
        elif not self.validate(value):
            raise ConfigError('invalid value %s for option %s' % (value, self._name))
        config._cfgimpl_values[self._name] = value

    def getkey(self, value):
        """A value that is equal for equal values."""
        return value

    def convert_from_cmdline(self, value):
        """The value that a text on the command line means."""
        return value

    def add_optparse_option(self, argnames, parser, config):
        """Add the option to a parser of optparse."""
        raise NotImplementedError('abstract base class')

    def _callback(self, config):
        def callback(option, opt_str, value, parser, *args, **kwargs):
            try:
                config.setoption(self._name, self.convert_from_cmdline(value), who='cmdline')
            except ConfigError as e:
                raise OptionGroupParser.value_error(e.args[0])
        return callback

    def _help(self, extra=''):
        doc = self.doc
        return '%s%s' % (doc, extra)


class ChoiceOption(Option):
    """One of several texts; values can require or suggest other options."""
    opt_type = 'string'

    def __init__(self, name, doc, values, default=None, requires=None, suggests=None,
                 cmdline=DEFAULT_OPTION_NAME):
        super(ChoiceOption, self).__init__(name, doc, cmdline)
        self.values = values
        self.default = default
        self._requires = requires or {}
        self._suggests = suggests or {}

    def setoption(self, config, value, who):
        homeconfig = config._cfgimpl_get_toplevel()
        for path, reqvalue in self._requires.get(value, []):
            target, name = homeconfig._cfgimpl_get_home_by_path(path)
            if who == 'default':
                target.setoption(name, reqvalue, 'default')
            else:
                target.setoption(name, reqvalue, 'required')
        for path, reqvalue in self._suggests.get(value, []):
            homeconfig.suggestoption(path, reqvalue)
        super(ChoiceOption, self).setoption(config, value, who)

    def validate(self, value):
        return value is None or value in self.values

    def convert_from_cmdline(self, value):
        return value.strip()

    def add_optparse_option(self, argnames, parser, config):
        values = list(self.values)
        values.sort(key=str)
        extra = ' [use: %s]' % '|'.join([str(value) for value in values])
        parser.add_option(help=self._help(extra), action='callback', type=self.opt_type,
                          callback=self._callback(config), metavar=self._name.upper(), *argnames)


def _getnegation(optname):
    """The name of the option that switches another off."""
    if optname.startswith('without'):
        return 'with' + optname[len('without'):]
    if optname.startswith('with'):
        return 'without' + optname[len('with'):]
    return 'no-' + optname


class BoolOption(Option):
    """True or False; True can require or suggest other options."""

    def __init__(self, name, doc, default=None, requires=None, suggests=None, validator=None,
                 cmdline=DEFAULT_OPTION_NAME, negation=True):
        super(BoolOption, self).__init__(name, doc, cmdline=cmdline)
        self._requires = requires
        self._suggests = suggests
        self.default = default
        self.negation = negation
        self._validator = validator

    def validate(self, value):
        return isinstance(value, bool)

    def setoption(self, config, value, who):
        toplevel = config._cfgimpl_get_toplevel()
        if value and self._validator is not None:
            self._validator(toplevel)
        if value and self._requires is not None:
            for path, reqvalue in self._requires:
                homeconfig, name = toplevel._cfgimpl_get_home_by_path(path)
                if who == 'default':
                    homeconfig.setoption(name, reqvalue, 'default')
                else:
                    homeconfig.setoption(name, reqvalue, 'required')
        if value and self._suggests is not None:
            for path, reqvalue in self._suggests:
                toplevel.suggestoption(path, reqvalue)
        super(BoolOption, self).setoption(config, value, who)

    def _switch(self, config, value):
        def callback(option, opt_str, _, parser, *args, **kwargs):
            try:
                config.setoption(self._name, value, who='cmdline')
            except ConfigError as e:
                raise OptionGroupParser.value_error(e.args[0])
        return callback

    def add_optparse_option(self, argnames, parser, config):
        extra = ' [default]' if self.default is True else ''
        parser.add_option(help=self._help(extra), action='callback',
                          callback=self._switch(config, True), *argnames)
        if not self.negation:
            return
        no_argnames = []
        for argname in argnames:
            if argname.startswith('--'):
                start, _, last = argname[2:].rpartition('-')
                last = _getnegation(last)
                no_argnames.append('--' + (start + '-' + last if start else last))
        if no_argnames:
            parser.add_option(help='unset option set by %s%s' % (
                argnames[0], ' [default]' if self.default is False else ''),
                action='callback', callback=self._switch(config, False), *no_argnames)


class _SimpleOption(Option):
    """Options whose values are of one type."""

    def __init__(self, name, doc, default=None, cmdline=DEFAULT_OPTION_NAME):
        super(_SimpleOption, self).__init__(name, doc, cmdline)
        self.default = default

    def setoption(self, config, value, who):
        try:
            value = self._convert(value)
        except (TypeError, ValueError):
            raise ConfigError('invalid value %s for option %s' % (value, self._name))
        super(_SimpleOption, self).setoption(config, value, who)

    def _convert(self, value):
        return value

    def add_optparse_option(self, argnames, parser, config):
        parser.add_option(help=self._help(), action='callback', type=self.opt_type,
                          callback=self._callback(config), metavar=self._name.upper(), *argnames)


class IntOption(_SimpleOption):
    """An integer."""
    opt_type = 'int'

    def validate(self, value):
        return isinstance(value, int) or value is None

    def _convert(self, value):
        return value if value is None else int(value)


class FloatOption(_SimpleOption):
    """A float."""
    opt_type = 'float'

    def validate(self, value):
        return isinstance(value, (int, float)) or value is None

    def _convert(self, value):
        return value if value is None else float(value)


class StrOption(_SimpleOption):
    """A text."""
    opt_type = 'string'

    def validate(self, value):
        return isinstance(value, str) or value is None


class ArbitraryOption(Option):
    """Any object; it has no command-line form."""

    def __init__(self, name, doc, default=None, defaultfactory=None):
        super(ArbitraryOption, self).__init__(name, doc, cmdline=None)
        self.default = default
        self.defaultfactory = defaultfactory
        if defaultfactory is not None:
            assert default is None

    def validate(self, value):
        return True

    def add_optparse_option(self, *args, **kwargs):
        return

    def getdefault(self):
        if self.defaultfactory is not None:
            return self.defaultfactory()
        return self.default


class OptionDescription(object):
    """A group of options and groups."""
    cmdline = None

    def __init__(self, name, doc, children):
        self._name = name
        self.doc = doc
        self._children = children
        self._build()

    def _build(self):
        for child in self._children:
            setattr(self, child._name, child)

    def getkey(self, config):
        """A value that is equal for equal values of the group."""
        return tuple([child.getkey(getattr(config, child._name)) for child in self._children])

    def add_optparse_option(self, argnames, parser, config):
        """Add options for the whole group to a parser of optparse."""
        def callback(option, opt_str, value, parser, *args, **kwargs):
            for name in value.split(','):
                name = name.strip()
                switch = not name.startswith('-')
                name = name.lstrip('-')
                option = getattr(self, name, None)
                if not isinstance(option, BoolOption):
                    raise OptionGroupParser.value_error('did not find option %s' % (name,))
                config.setoption(name, switch, who='cmdline')
        names = [child._name for child in self._children if isinstance(child, BoolOption)]
        extra = ' [use: %s]' % ', '.join(names)
        parser.add_option(help=self._name + extra, action='callback', type='string',
                          callback=callback, metavar=self._name.upper(), *argnames)

    def getpaths(self, include_groups=False, currpath=None):
        """The dotted names of all options of the group."""
        if currpath is None:
            currpath = []
        paths = []
        for child in self._children:
            path = currpath + [child._name]
            if isinstance(child, OptionDescription):
                if include_groups:
                    paths.append('.'.join(path))
                paths += child.getpaths(include_groups, path)
            else:
                paths.append('.'.join(path))
        return paths


def to_optparse(config, useoptions=None, parser=None, parserargs=None, parserkwargs=None,
                extra_useage=None):
    """A parser of optparse whose options set those of the configuration."""
    from optparse import OptionParser, SUPPRESS_HELP
    if parser is None:
        parser = OptionParser(formatter=None, *(parserargs or []), **(parserkwargs or {}))
    if useoptions is None:
        useoptions = config.getpaths(include_groups=True)
    groups = {'': OptionGroupParser(parser)}
    for path in useoptions:
        if path.endswith('.*'):
            path = path[:-2]
            homeconf, name = config._cfgimpl_get_home_by_path(path)
            group = getattr(homeconf, name)._cfgimpl_descr
            new = [path + '.' + child._name for child in group._children]
            to_optparse(config, new, parser)
            continue
        homeconf, name = config._cfgimpl_get_home_by_path(path)
        option = getattr(homeconf._cfgimpl_descr, name)
        if option.cmdline is DEFAULT_OPTION_NAME:
            names = ['--%s' % path.replace('.', '-')]
        elif option.cmdline is None or option.cmdline is SUPPRESS_USAGE:
            continue
        else:
            names = option.cmdline.split(' ')
        known = [each for each in names if parser.has_option(each)]
        if not known:
            option.add_optparse_option(names, parser, homeconf)
    return parser


def make_dict(config):
    """The values by their dotted names."""
    return dict([(path, getattr(config, path)) for path in config.getpaths()])
