"""The Python side of the `translate` command: calls the hooks of a target module.

The command calls `prepare` with the imported target module, what its own options say, options it does not know, and
the arguments after the target; it gets back a Prepared.
"""


class Prepared(object):
    """What the target asks for."""

    def __init__(self):
        self.entry_point = None
        self.inputtypes = None          # None: the entry point takes argv, a list of str
        self.exe_name = None
        self.jitpolicy = None
        self.secondary_entrypoints = []
        self.driver = None
        self.problem = None


def _combined_config(namespace, settings, extra_options):
    """The configuration tree: translation options, the target's own below, options of the command line applied."""
    from rpython.config.translationoption import get_combined_translation_config
    other = None
    if 'get_additional_config_options' in namespace:
        other = namespace['get_additional_config_options']()
    config = get_combined_translation_config(other_optdescr=other, translating=True)
    for name, value in settings:
        target = config.translation
        parts = name.split('.')
        for part in parts[:-1]:
            target = getattr(target, part)
        try:
            setattr(target, parts[-1], value)
        except AttributeError:
            pass
    if extra_options:
        _apply_options(config, extra_options)
    return config


def _apply_options(config, extra_options):
    from rpython.config.config import to_optparse
    parser = to_optparse(config)
    options, rest = parser.parse_args(list(extra_options))
    if rest:
        raise SystemExit('translate: unknown option %s' % rest[0])


class Driver(object):
    """What targets see as `driver`."""
    exe_name = None
    extra_goals = ()

    def __init__(self, make_config):
        self._make_config = make_config
        self._config = None
        self.secondary_entrypoints = []

    def _get_config(self):
        if self._config is None:
            self._config = self._make_config()
        return self._config

    def _set_config(self, config):
        self._config = config

    config = property(_get_config, _set_config)

    def set_extra_goals(self, goals):
        self.extra_goals = goals

    def info(self, message):
        pass


def prepare(namespace, settings, extra_options, args):
    """Calls the target's hooks in the order of the reference command."""
    result = Prepared()

    def make_config():
        return _combined_config(namespace, settings, extra_options)

    driver = Driver(make_config)
    result.driver = driver
    if not callable(namespace.get('target')):
        result.problem = 'no-target'
        return result
    if extra_options and 'get_additional_config_options' not in namespace and 'take_options' not in namespace:
        result.problem = 'unknown-option ' + extra_options[0]
        return result
    if 'handle_config' in namespace:
        namespace['handle_config'](driver.config, driver.config.translation)
    answer = namespace['target'](driver, args)
    _read_answer(result, answer)
    result.exe_name = driver.exe_name
    if 'jitpolicy' in namespace:
        result.jitpolicy = namespace['jitpolicy'](driver)
    result.secondary_entrypoints = list(driver.secondary_entrypoints)
    return result


def _read_answer(result, answer):
    if isinstance(answer, tuple):
        result.entry_point = answer[0]
        if len(answer) > 1:
            result.inputtypes = answer[1]
    else:
        result.entry_point = answer


def help_text(namespace):
    """The target's own help, if it has any."""
    if 'print_help' in namespace:
        from rpython.config.translationoption import get_combined_translation_config
        namespace['print_help'](get_combined_translation_config(translating=True))
