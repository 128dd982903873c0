"""The options of a translation."""
import os

from rpython.config.config import (ArbitraryOption, BoolOption, ChoiceOption, Config, FloatOption,
                                   IntOption, OptionDescription, StrOption)
from rpython.config.support import detect_number_of_processors

DEFL_INLINE_THRESHOLD = 32.4
DEFL_PROF_BASED_INLINE_THRESHOLD = 32.4
DEFL_CLEVER_MALLOC_REMOVAL_INLINE_THRESHOLD = 32.4
DEFL_LOW_INLINE_THRESHOLD = DEFL_INLINE_THRESHOLD / 2.0
DEFL_GC = 'incminimark'
DEFL_ROOTFINDER_WITHJIT = 'shadowstack'

IS_64_BITS = True
SUPPORT__THREAD = True
CACHE_DIR = os.path.join(os.environ.get('XDG_CACHE_HOME') or os.path.join(
    os.environ.get('HOME', '/tmp'), '.cache'), 'rpython')

translation_optiondescription = OptionDescription('translation', 'Translation Options', [
    BoolOption('continuation', 'enable single-shot continuations', default=False,
               cmdline='--continuation', requires=[('translation.type_system', 'lltype')]),
    ChoiceOption('type_system', 'Type system to use when RTyping', ['lltype'], cmdline=None,
                 default='lltype'),
    ChoiceOption('backend', 'Backend to use for code generation', ['c'], default='c',
                 cmdline='-b --backend'),
    BoolOption('shared', 'Build as a shared library', default=False, cmdline='--shared'),
    BoolOption('log', 'Include debug prints in the translation', default=True, cmdline='--log'),
    ChoiceOption('gc', 'Garbage collection strategy',
                 ['boehm', 'ref', 'semispace', 'statistics', 'generation', 'hybrid', 'minimark',
                  'incminimark', 'none', 'stress'], 'incminimark', cmdline='--gc'),
    ChoiceOption('gctransformer', 'GC transformer that is used - internal',
                 ['boehm', 'ref', 'framework', 'none'], default='framework', cmdline=None),
    BoolOption('gcremovetypeptr', 'Remove the typeptr from every object', default=True,
               cmdline='--gcremovetypeptr'),
    ChoiceOption('gcrootfinder', 'Strategy for finding GC Roots',
                 ['n/a', 'shadowstack'], 'shadowstack', cmdline='--gcrootfinder'),
    BoolOption('thread', 'enable use of threading primitives', default=False, cmdline='--thread'),
    BoolOption('sandbox', 'Produce a fully-sandboxed executable', default=False,
               cmdline='--sandbox'),
    BoolOption('rweakref', 'The backend supports RPython-level weakrefs', default=True),
    BoolOption('jit', 'generate a JIT', default=False, cmdline='--jit'),
    ChoiceOption('jit_backend', 'choose the backend for the JIT', ['auto', 'x86'], default='auto',
                 cmdline='--jit-backend'),
    ChoiceOption('jit_profiler', 'integrate profiler support into the JIT', ['off', 'oprofile'],
                 default='off'),
    ChoiceOption('jit_opencoder_model', 'the model limits the maximal length of traces',
                 ['big', 'normal'], default='normal', cmdline='--jit-opencoder-model'),
    BoolOption('check_str_without_nul', 'Forbid NUL chars in strings in some external function '
               'calls', default=False, cmdline=None),
    ArbitraryOption('platform', 'translation host', default=None),
    BoolOption('verbose', 'Print extra information', default=False, cmdline='--verbose'),
    StrOption('cc', 'Specify compiler to use for compiling generated C', cmdline='--cc'),
    StrOption('profopt', 'Specify profile based optimization script', cmdline='--profopt'),
    BoolOption('instrument', 'internal: turn instrumentation on', default=False, cmdline=None),
    BoolOption('countmallocs', 'Count mallocs and frees', default=False, cmdline=None),
    BoolOption('lldebug0', 'If true, makes an lldebug0 build', default=False, cmdline='--lldebug0'),
    BoolOption('lldebug', 'If true, makes an lldebug build', default=False, cmdline='--lldebug'),
    BoolOption('countfieldaccess', 'Count field access for C structs', default=False,
               cmdline=None),
    BoolOption('dont_write_c_files', 'Make the C backend write everyting to /dev/null.',
               default=False, cmdline='--dont-write-c-files'),
    ArbitraryOption('instrumentctl', 'internal', default=None),
    StrOption('output', 'Output file name', cmdline='--output'),
    StrOption('secondaryentrypoints', 'Comma separated list of keys choosing secondary '
              'entrypoints', cmdline='--entrypoints', default='main'),
    BoolOption('dump_static_data_info', 'Dump static data info', cmdline='--dump_static_data_info',
               default=False),
    BoolOption('no__thread', 'don\'t use __thread for implementing TLS', default=False,
               cmdline='--no__thread', negation=False),
    IntOption('make_jobs', 'Specify -j argument to make for compilation',
              cmdline='--make-jobs', default=detect_number_of_processors()),
    IntOption('withsmallfuncsets', 'Represent groups of less funtions than this as indices '
              'into an array', default=0),
    BoolOption('taggedpointers', 'When true, enable the use of tagged pointers.', default=False),
    BoolOption('keepgoing', 'Continue with remaining specializations on errors', default=False,
               cmdline='--keepgoing'),
    BoolOption('lldebug_asserts', 'Check low-level assertions', default=False, cmdline=None),
    BoolOption('split_gc_address_space', 'Ensure full separation of GC and non-GC pointers',
               default=False),
    BoolOption('reverse_debugger', 'Give an executable that writes a log file', default=False,
               cmdline='--revdb'),
    BoolOption('rpython_translate', 'Set to true by the translation command', default=True,
               cmdline=None),
    ChoiceOption('hash', 'The hash to use for strings', ['rpython', 'siphash24'],
                 default='rpython', cmdline='--hash'),
    ChoiceOption('fork_before', '(UNIX) Create restartable checkpoint before step',
                 ['annotate', 'rtype', 'backendopt', 'database', 'source'], default=None,
                 cmdline='--fork-before'),
    BoolOption('use_auto_prefix', 'internal', default=False, cmdline=None),
    ChoiceOption('libffi_jit', 'internal', ['on', 'off'], default='off', cmdline=None),
    OptionDescription('backendopt', 'Backend Optimization Options', [
        BoolOption('print_statistics', 'Print statistics while optimizing', default=False),
        BoolOption('merge_if_blocks', 'Merge if ... elif chains', cmdline='--if-block-merge',
                   default=True),
        BoolOption('mallocs', 'Remove mallocs', default=True),
        BoolOption('constfold', 'Constant propagation', default=True),
        ChoiceOption('inline_heuristic', 'Dotted name of an heuristic function for inlining',
                     ['rpython.translator.backendopt.inline.inlining_heuristic'],
                     default='rpython.translator.backendopt.inline.inlining_heuristic',
                     cmdline='--inline-heuristic'),
        BoolOption('inline', 'Do basic inlining', default=True),
        FloatOption('inline_threshold', 'Threshold when to inline functions',
                    default=DEFL_INLINE_THRESHOLD, cmdline='--inline-threshold'),
        StrOption('profile_based_inline', 'Use call count profiling to drive inlining',
                  default=None),
        BoolOption('storesink', 'Perform store sinking', default=True),
        BoolOption('replace_we_are_jitted', 'Replace we_are_jitted() calls by False',
                   default=False, cmdline=None),
        BoolOption('none', 'Do not run any backend optimizations', default=False),
    ]),
])


def get_combined_translation_config(other_optdescr=None, existing_config=None, overrides=None,
                                    translating=False):
    """A configuration with the group `translation` and the program's own group."""
    if overrides is None:
        overrides = {}
    children = []
    if other_optdescr is not None:
        children.append(other_optdescr)
    if existing_config is None:
        children.append(translation_optiondescription)
    else:
        children += [child for child in existing_config._cfgimpl_descr._children
                     if child._name not in ('translating', getattr(other_optdescr, '_name', None))]
    children.append(BoolOption('translating', 'indicates whether we are translating currently',
                               default=bool(translating), cmdline=None))
    descr = OptionDescription('rpython', 'all options', children)
    config = Config(descr, **overrides)
    if existing_config is not None:
        for child in existing_config._cfgimpl_descr._children:
            if child._name != 'translating':
                config._cfgimpl_values[child._name] = getattr(existing_config, child._name)
    return config


# Options that each level implies: (name, gc, inlining and so on)
OPT_LEVELS = ['0', '1', 'size', 'mem', '2', '3', 'jit']
DEFAULT_OPT_LEVEL = '2'
OPT_TABLE_DOC = {
    '0': 'No optimization.  Uses the Boehm GC.',
    '1': 'Enable a default set of optimizations.  Uses the Boehm GC.',
    'size': 'Optimize for the size of the executable.  Uses the Boehm GC.',
    'mem': 'Optimize for run-time memory usage and use a memory-saving GC.',
    '2': 'Enable most optimizations and use a high-performance GC.',
    '3': 'Enable all optimizations and use a high-performance GC.',
    'jit': 'Enable the JIT.',
}


def set_opt_level(config, level):
    """Set the options that an optimisation level implies."""
    if level not in OPT_LEVELS:
        from rpython.config.config import ConfigError
        raise ConfigError('no such optimization level: %r' % (level,))
    optimise = level != '0'
    for name in ('inline', 'mallocs', 'constfold', 'merge_if_blocks', 'storesink'):
        config.translation.backendopt.suggest(**{name: optimise})
    if level == 'size':
        config.translation.backendopt.suggest(inline_threshold=DEFL_LOW_INLINE_THRESHOLD)


def set_platform(config):
    """Choose the platform that the configuration names."""
    from rpython.translator.platform import set_platform
    set_platform(config.translation.platform, config.translation.cc)


def get_platform(config):
    """The platform that the configuration names."""
    from rpython.translator.platform import pick_platform
    return pick_platform(config.translation.platform, config.translation.cc)


def get_translation_config():
    """The configuration of the translation that runs the program, None otherwise."""
    return _current[0]


_current = [None]
