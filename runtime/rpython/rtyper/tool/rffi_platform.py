"""Asking the C compiler about constants, types and structs at import time.

`configure(CConfig)` writes one C program that prints all answers and runs it.
"""
import os

from rpython.rtyper.lltypesystem import lltype, rffi
from rpython.translator.platform import CompilationError
from rpython.translator.tool.cbuild import ExternalCompilationInfo

# ---- configuring ---------------------------------------------------------


def configure(CConfig, ignore_errors=False):
    """The answers to all entries of the class, as a dictionary."""
    for attr in ['_includes_', '_libraries_', '_sources_', '_library_dirs_', '_include_dirs_',
                 '_header_']:
        if hasattr(CConfig, attr):
            raise Exception("use ExternalCompilationInfo instead of %s in CConfig" % attr)
    entries = []
    for key in dir(CConfig):
        value = getattr(CConfig, key)
        if isinstance(value, CConfigEntry):
            entries.append((key, value))
    eci = CConfig._compilation_info_
    result = {}
    asked = []
    for key, entry in entries:
        if isinstance(entry, CConfigSingleEntry):
            result[key] = entry.question(_Questioner(CConfig, eci).ask)
        else:
            asked.append((key, entry))
    if asked:
        writer = _ConfigWriter(eci)
        for _, entry in asked:
            writer.write_entry(entry)
        infos = writer.run(ignore_errors)
        config_result = ConfigResult(infos)
        for key, entry in asked:
            result[key] = config_result.get_entry_result(entry)
    if hasattr(CConfig, '_post_process_'):
        CConfig._post_process_(result)
    return result


class _Questioner(object):
    """Tries to compile C texts."""

    def __init__(self, CConfig, eci):
        self.eci = eci

    def ask(self, body):
        """Whether the program compiles and links."""
        try:
            _compile_and_run(self.eci, body, run=False)
        except CompilationError:
            return False
        return True


_answers = {}


def _compile_and_run(eci, text, run=True):
    """The output of a C program that begins with the headers of `eci`."""
    from StringIO import StringIO
    out = StringIO()
    out.write('#define _GNU_SOURCE 1\n#include <stdio.h>\n#include <stddef.h>\n')
    out.write('#define RPY_EXTERN extern\n#define RPY_EXPORTED extern\n#define RPY_EXPORTED_FOR_TESTS\n')
    eci.write_c_header(out)
    out.write(text)
    source = out.getvalue()
    key = source, eci, run
    if key in _answers:
        answer = _answers[key]
        if isinstance(answer, CompilationError):
            raise answer
        return answer
    try:
        answer = _compile_source(eci, source, run)
    except CompilationError as e:
        _answers[key] = e
        raise
    _answers[key] = answer
    return answer


def _compile_source(eci, source, run):
    import tempfile
    from rpython.translator.platform import platform
    directory = tempfile.mkdtemp(prefix='rpython-probe-')
    try:
        filename = os.path.join(directory, 'platcheck.c')
        f = open(filename, 'w')
        f.write(source)
        f.close()
        # sources of the entry are not needed for its constants and types
        eci = eci.copy_without('separate_module_sources')
        program = platform.compile([filename], eci, os.path.join(directory, 'platcheck'))
        if not run:
            return ''
        result = platform.execute(program)
        if result.returncode != 0:
            raise CompilationError(result.out, result.err or 'the probing program failed\n')
        return result.out
    finally:
        for name in os.listdir(directory):
            os.unlink(os.path.join(directory, name))
        os.rmdir(directory)


class _ConfigWriter(object):
    """Writes the questions of all entries into one program."""

    def __init__(self, eci):
        self.eci = eci
        self.entries = []
        self.functions = []

    def write_entry(self, entry):
        """Add an entry; its number is its key in the output."""
        if entry in self.entries:
            return
        self.entries.append(entry)
        number = len(self.entries) - 1
        lines = ['static void dump_section_%d(void) {' % number]
        lines += ['    ' + line for line in entry.prepare_code()]
        lines.append('}')
        self.functions.append('\n'.join(lines))
        for dependency in entry.dependencies():
            self.write_entry(dependency)

    def run(self, ignore_errors):
        """The answers: a dictionary of values for each entry."""
        calls = []
        for number in range(len(self.entries)):
            calls.append('    printf("-+- %d\\n"); dump_section_%d();' % (number, number))
        text = '%s\n\nint main(void) {\n%s\n    return 0;\n}\n' % ('\n'.join(self.functions),
                                                             '\n'.join(calls))
        output = _compile_and_run(self.eci, text)
        infos = {}
        current = None
        for line in output.splitlines():
            if line.startswith('-+- '):
                current = infos[self.entries[int(line[4:])]] = {}
            else:
                key, _, value = line.partition(': ')
                assert key not in current, "key duplicated: %s" % key
                try:
                    current[key] = int(value)
                except ValueError:
                    current[key] = value
        return infos


class ConfigResult(object):
    """The answers, as the entries build their results from them."""

    def __init__(self, infos):
        self.infos = infos
        self.result = {}

    def get_entry_result(self, entry):
        """The result of an entry."""
        if entry not in self.result:
            self.result[entry] = entry.build_result(self.infos[entry], self)
        return self.result[entry]


# ---- entries -------------------------------------------------------------


class CConfigEntry(object):
    """Something to ask the C compiler."""

    def dependencies(self):
        """The entries whose answers this one needs."""
        return []


class CConfigSingleEntry(CConfigEntry):
    """A question whose answer is whether something compiles."""


class Struct(CConfigEntry):
    """A C struct with the fields that are of interest: pairs (name, type).

    Integer types need not be right in size and sign; they are corrected.
    """

    def __init__(self, name, interesting_fields, ifdef=None, adtmeths={}):
        self.name = name
        self.interesting_fields = interesting_fields
        self.ifdef = ifdef
        self.adtmeths = adtmeths

    def dependencies(self):
        return [fieldtype for _, fieldtype in self.interesting_fields
                if isinstance(fieldtype, CConfigEntry)]

    def prepare_code(self):
        lines = []
        if self.ifdef is not None:
            lines.append('\n#ifdef %s' % self.ifdef)
        lines.append('typedef %s platcheck_t;' % self.name)
        lines.append('typedef struct { char c; platcheck_t s; } platcheck2_t;')
        lines.append('static platcheck_t s; (void)s;')
        lines.append('printf("defined: 1\\n");')
        lines.append('printf("align: %d\\n", (int)offsetof(platcheck2_t, s));')
        lines.append('printf("size: %d\\n", (int)sizeof(platcheck_t));')
        for fieldname, fieldtype in self.interesting_fields:
            lines.append('printf("fldofs %s: %%d\\n", (int)offsetof(platcheck_t, %s));'
                         % (fieldname, fieldname))
            if isinstance(fieldtype, lltype.Array):
                continue
            lines.append('printf("fldsize %s: %%d\\n", (int)sizeof(s.%s));' % (fieldname, fieldname))
            if _is_integer_type(fieldtype):
                lines.append('s.%s = 0; s.%s = ~s.%s;' % (fieldname, fieldname, fieldname))
                lines.append('printf("fldunsigned %s: %%d\\n", s.%s > 0);' % (fieldname, fieldname))
        if self.ifdef is not None:
            lines.append('\n#else\nprintf("defined: 0\\n");\n#endif')
        return lines

    def build_result(self, info, config_result):
        if self.ifdef is not None and not info['defined']:
            return None
        fields = []
        for fieldname, fieldtype in self.interesting_fields:
            offset = info['fldofs ' + fieldname]
            if isinstance(fieldtype, CConfigEntry):
                fieldtype = config_result.get_entry_result(fieldtype)
            else:
                size = info.get('fldsize ' + fieldname)
                fieldtype = _fixed_type(fieldtype, fieldname, size,
                                        info.get('fldunsigned ' + fieldname))
            fields.append((offset, fieldname, fieldtype))
        # unions have all fields at the same place: keep the order given there
        fields = [field for _, field in sorted(enumerate(fields), key=lambda pair: (pair[1][0], pair[0]))]
        hints = {'align': info['align'], 'size': info['size'],
                 'fieldoffsets': tuple([field[0] for field in fields]), 'padding': ()}
        if self.name.startswith('struct '):
            name = self.name[7:]
        else:
            name = self.name
            hints['typedef'] = True
        kwds = {'hints': hints}
        if self.adtmeths:
            kwds['adtmeths'] = self.adtmeths
        return rffi.CStruct(name, *[field[1:] for field in fields], **kwds)


def _is_integer_type(TYPE):
    return TYPE in rffi.NUMBER_TYPES


def _integer_type(size, unsigned):
    """An integer type by size and sign."""
    for c_name in ['signed char', 'unsigned char', 'short', 'unsigned short', 'int', 'unsigned int',
                   'long', 'unsigned long']:
        tp = rffi.platform.types[c_name]
        if rffi.sizeof(tp) == size and rffi.sign_when_casting_to_int(tp) != bool(unsigned):
            return tp
    raise TypeError("no integer type of %d bytes" % size)


def _fixed_type(fieldtype, fieldname, size, unsigned):
    """The type given for a field, corrected by what the compiler says."""
    if isinstance(fieldtype, lltype.Array):
        return fieldtype
    if isinstance(fieldtype, lltype.FixedSizeArray):
        return lltype.FixedSizeArray(fieldtype.OF, size // rffi.sizeof(fieldtype.OF))
    if isinstance(fieldtype, lltype.Ptr) or isinstance(fieldtype, lltype.Struct):
        return fieldtype
    if _is_integer_type(fieldtype):
        return _integer_type(size, unsigned)
    if fieldtype in (rffi.DOUBLE, rffi.FLOAT, rffi.LONGDOUBLE):
        for tp in (rffi.FLOAT, rffi.DOUBLE, rffi.LONGDOUBLE):
            if rffi.sizeof(tp) == size:
                return tp
    if rffi.sizeof(fieldtype) == size:
        return fieldtype
    raise TypeError("conflict between translating python and compiler field type for %s: "
                    "size %d, sizeof(%s) == %s" % (fieldname, size, fieldtype,
                                                   rffi.sizeof(fieldtype)))


class SimpleType(CConfigEntry):
    """A C type that is a number."""

    def __init__(self, name, ctype_hint=rffi.INT, ifdef=None):
        self.name = name
        self.ctype_hint = ctype_hint
        self.ifdef = ifdef

    def prepare_code(self):
        lines = []
        if self.ifdef is not None:
            lines.append('\n#ifdef %s' % self.ifdef)
        lines.append('typedef %s platcheck_t;' % self.name)
        lines.append('platcheck_t x;')
        lines.append('printf("defined: 1\\n");')
        lines.append('printf("size: %d\\n", (int)sizeof(platcheck_t));')
        if _is_integer_type(self.ctype_hint):
            lines.append('x = 0; x = ~x;')
            lines.append('printf("unsigned: %d\\n", x > 0);')
        if self.ifdef is not None:
            lines.append('\n#else\nprintf("defined: 0\\n");\n#endif')
        return lines

    def build_result(self, info, config_result):
        if self.ifdef is not None and not info['defined']:
            return None
        if _is_integer_type(self.ctype_hint):
            return _integer_type(info['size'], info['unsigned'])
        return _fixed_type(self.ctype_hint, self.name, info['size'], None)


class ConstantInteger(CConfigEntry):
    """An integer constant that must exist."""

    def __init__(self, name):
        self.name = name

    def prepare_code(self):
        return ['if ((%s) <= 0) {' % self.name,
                '    long long x = (long long)(%s);' % self.name,
                '    printf("value: %lld\\n", x);',
                '} else {',
                '    unsigned long long x = (unsigned long long)(%s);' % self.name,
                '    printf("value: %llu\\n", x);',
                '}']

    def build_result(self, info, config_result):
        return _number(info['value'])


def _number(value):
    """The number as an int, or as an unsigned word if it needs one."""
    import sys
    if value > sys.maxint:
        from rpython.rlib.rarithmetic import r_uint
        return r_uint(value)
    return int(value)


class DefinedConstantInteger(CConfigEntry):
    """An integer macro; None if it is not defined."""

    def __init__(self, macro):
        self.name = self.macro = macro

    def prepare_code(self):
        return ['\n#ifdef %s' % self.macro] + ConstantInteger(self.macro).prepare_code() + [
            'printf("defined: 1\\n");', '\n#else\nprintf("defined: 0\\n");\n#endif']

    def build_result(self, info, config_result):
        return _number(info['value']) if info['defined'] else None


class DefinedConstantDouble(CConfigEntry):
    """A float macro; None if it is not defined."""

    def __init__(self, macro):
        self.name = self.macro = macro

    def prepare_code(self):
        return ['\n#ifdef %s' % self.macro,
                'double x = (double)(%s);' % self.macro,
                'printf("value: %.17g\\n", x);',
                'printf("defined: 1\\n");', '\n#else\nprintf("defined: 0\\n");\n#endif']

    def build_result(self, info, config_result):
        return float(info['value']) if info['defined'] else None


class DefinedConstantString(CConfigEntry):
    """A text macro; None if it is not defined."""

    def __init__(self, macro, name=None):
        self.macro = macro
        self.name = name or macro

    def prepare_code(self):
        return ['\n#ifdef %s' % self.macro,
                'const unsigned char *p = (const unsigned char *)(%s);' % self.name,
                'printf("value: x");',
                'for (; *p; p++) printf("%02x", *p);',
                'printf("\\n");',
                'printf("defined: 1\\n");', '\n#else\nprintf("defined: 0\\n");\n#endif']

    def build_result(self, info, config_result):
        if not info['defined']:
            return None
        return str(info['value'])[1:].decode('hex')


class Defined(CConfigEntry):
    """Whether a macro is defined."""

    def __init__(self, macro):
        self.name = self.macro = macro

    def prepare_code(self):
        return ['\n#ifdef %s' % self.macro, 'printf("defined: 1\\n");',
                '\n#else\nprintf("defined: 0\\n");\n#endif']

    def build_result(self, info, config_result):
        return bool(info['defined'])


class Has(CConfigSingleEntry):
    """Whether a name can be used and linked."""

    def __init__(self, name):
        self.name = name

    def question(self, ask_gcc):
        return ask_gcc('int main(void) { (void)%s; return 0; }\n' % self.name)


class Works(CConfigSingleEntry):
    """Whether the headers can be compiled."""

    def question(self, ask_gcc):
        return ask_gcc('int main(void) { return 0; }\n')


class SizeOf(CConfigEntry):
    """The size of a type."""

    def __init__(self, name):
        self.name = name

    def prepare_code(self):
        return ['printf("size: %%d\\n", (int)sizeof(%s));' % self.name]

    def build_result(self, info, config_result):
        return info['size']


class IntegerFunctionResult(CConfigEntry):
    """What a C function returns for constant arguments."""

    def __init__(self, name, args=()):
        self.name = name
        self.args = args

    def prepare_code(self):
        return ['long int result = %s(%s);' % (self.name, ', '.join(map(str, self.args))),
                'printf("value: %ld\\n", result);']

    def build_result(self, info, config_result):
        return _number(info['value'])


# ---- single questions ----------------------------------------------------


def _single(entry, header):
    class CConfig(object):
        _compilation_info_ = eci_from_header(header)
        ANSWER = entry
    return configure(CConfig)['ANSWER']


def eci_from_header(c_header_source, include_dirs=None, libraries=None, library_dirs=None):
    """The compilation info with this text as header."""
    return ExternalCompilationInfo(post_include_bits=[c_header_source],
                                   include_dirs=include_dirs or [], libraries=libraries or [],
                                   library_dirs=library_dirs or [])


def getstruct(name, c_header_source, interesting_fields):
    """The struct; its answer of `Struct`."""
    return _single(Struct(name, interesting_fields), c_header_source)


def getsimpletype(name, c_header_source, ctype_hint=rffi.INT):
    """The type; its answer of `SimpleType`."""
    return _single(SimpleType(name, ctype_hint), c_header_source)


def getconstantinteger(name, c_header_source):
    """The constant; its answer of `ConstantInteger`."""
    return _single(ConstantInteger(name), c_header_source)


def getdefined(macro, c_header_source):
    """Whether the macro is defined."""
    return _single(Defined(macro), c_header_source)


def getdefinedinteger(macro, c_header_source):
    """The macro as an integer, None if it is not defined."""
    return _single(DefinedConstantInteger(macro), c_header_source)


def getintegerfunctionresult(function, args, c_header_source):
    """What the function returns."""
    return _single(IntegerFunctionResult(function, args), c_header_source)


def has(name, c_header_source, include_dirs=None, libraries=None):
    """Whether the name can be used and linked."""
    class CConfig(object):
        _compilation_info_ = eci_from_header(c_header_source, include_dirs, libraries)
        HAS = Has(name)
    return configure(CConfig)['HAS']


def checkcompiles(expression, c_header_source, include_dirs=None):
    """Whether the expression compiles."""
    return has(expression, c_header_source, include_dirs)


def sizeof(name, eci, **kwds):
    """The size of a C type."""
    class CConfig(object):
        _compilation_info_ = eci
        SIZE = SizeOf(name)
    for key, value in kwds.items():
        setattr(CConfig, key, value)
    return configure(CConfig)['SIZE']


def memory_alignment():
    """The alignment of the most demanding C type."""
    return 8


def verify_eci(eci):
    """Raise CompilationError if the headers or libraries are missing."""
    _compile_and_run(eci, 'int main(void) { return 0; }\n', run=False)


def configure_external_library(name, eci, configurations, symbol=None, _cache={}):
    """The compilation info of a library: of the first configuration that works."""
    for configuration in configurations or [{}]:
        candidate = eci
        prefix = configuration.get('prefix')
        include_dir = configuration.get('include_dir')
        if include_dir is not None:
            candidate = candidate.merge(ExternalCompilationInfo(include_dirs=[include_dir]))
        if prefix is not None:
            candidate = candidate.merge(ExternalCompilationInfo(
                library_dirs=[configuration.get('library_dir', prefix + '/lib')]))
        try:
            verify_eci(candidate)
            return candidate
        except CompilationError:
            pass
    raise ImportError("library %s is not installed" % name)


