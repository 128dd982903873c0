"""What C code must be compiled and linked for an external function."""


class ExternalCompilationInfo(object):
    """Headers, libraries, C sources and flags that external functions need.

    Instances are immutable; `merge` makes new ones.
    """
    _ATTRIBUTES = ['pre_include_bits', 'includes', 'include_dirs', 'post_include_bits', 'libraries',
                   'library_dirs', 'separate_module_sources', 'separate_module_files',
                   'compile_extra', 'link_extra', 'frameworks', 'link_files', 'testonly_libraries']
    _DUPLICATES_OK = ['link_extra', 'compile_extra']
    _EXTRA_ATTRIBUTES = ['use_cpp_linker', 'platform']

    def __init__(self, pre_include_bits=[], includes=[], include_dirs=[], post_include_bits=[],
                 libraries=[], library_dirs=[], separate_module_sources=[],
                 separate_module_files=[], compile_extra=[], link_extra=[], frameworks=[],
                 link_files=[], testonly_libraries=[], use_cpp_linker=False, platform=None):
        values = locals()
        for name in self._ATTRIBUTES:
            value = values[name]
            if isinstance(value, basestring):
                raise TypeError("%s must be a sequence of strings, not a string" % name)
            setattr(self, name, tuple(value))
        self.use_cpp_linker = use_cpp_linker
        self.platform = platform

    def _freeze_(self):
        return True

    def _value(self):
        return tuple([getattr(self, name) for name in self._ATTRIBUTES + self._EXTRA_ATTRIBUTES])

    def __hash__(self):
        return hash(self._value())

    def __eq__(self, other):
        return self.__class__ is other.__class__ and self._value() == other._value()

    def __ne__(self, other):
        return not self == other

    def __repr__(self):
        given = ['%s=%r' % (name, getattr(self, name)) for name in self._ATTRIBUTES
                 if getattr(self, name)]
        return 'ExternalCompilationInfo(%s)' % ', '.join(given)

    def _copy_attributes(self):
        return dict([(name, list(getattr(self, name))) for name in self._ATTRIBUTES]
                    + [(name, getattr(self, name)) for name in self._EXTRA_ATTRIBUTES])

    def merge(self, *others):
        """The union of this and the others, in order, each item once."""
        flat = []
        for other in others:
            if isinstance(other, (list, tuple)):
                flat.extend(other)
            else:
                flat.append(other)
        attributes = self._copy_attributes()
        for other in flat:
            for name in self._ATTRIBUTES:
                target = attributes[name]
                for item in getattr(other, name):
                    if name in self._DUPLICATES_OK or item not in target:
                        target.append(item)
            attributes['use_cpp_linker'] = attributes['use_cpp_linker'] or other.use_cpp_linker
            attributes['platform'] = attributes['platform'] or other.platform
        return ExternalCompilationInfo(**attributes)

    def copy_without(self, *names):
        """The same without the named attributes."""
        attributes = self._copy_attributes()
        for name in names:
            del attributes[name]
        return ExternalCompilationInfo(**attributes)

    # ---- from tools ------------------------------------------------------

    @classmethod
    def from_compiler_flags(cls, flags):
        """From a string of flags -I, -D and others."""
        include_dirs = []
        pre_include_bits = []
        compile_extra = []
        for word in flags.split():
            if word.startswith('-I'):
                include_dirs.append(word[2:])
            elif word.startswith('-D'):
                name, _, value = word[2:].partition('=')
                pre_include_bits.append('#define %s %s' % (name, value or '1'))
            else:
                compile_extra.append(word)
        return cls(include_dirs=include_dirs, pre_include_bits=pre_include_bits,
                   compile_extra=compile_extra)

    @classmethod
    def from_linker_flags(cls, flags):
        """From a string of flags -L, -l and others."""
        libraries = []
        library_dirs = []
        link_extra = []
        for word in flags.split():
            if word.startswith('-L'):
                library_dirs.append(word[2:])
            elif word.startswith('-l'):
                libraries.append(word[2:])
            else:
                link_extra.append(word)
        return cls(libraries=libraries, library_dirs=library_dirs, link_extra=link_extra)

    @classmethod
    def from_config_tool(cls, execonfigtool):
        """From a program with the options --cflags and --libs; ImportError without it."""
        return cls._from_command(execonfigtool)

    @classmethod
    def from_pkg_config(cls, pkgname):
        """From a package of pkg-config; ImportError without it."""
        return cls._from_command('pkg-config', pkgname)

    @classmethod
    def _from_command(cls, *command):
        import subprocess
        outputs = []
        for option in ['--cflags', '--libs']:
            try:
                process = subprocess.Popen(list(command) + [option], stdout=subprocess.PIPE,
                                           stderr=subprocess.PIPE)
            except OSError as e:
                raise ImportError("cannot run %s: %s" % (command[0], e))
            out, err = process.communicate()
            if process.returncode != 0:
                raise ImportError("%s failed: %s" % (' '.join(command), err))
            outputs.append(out)
        return cls.from_compiler_flags(outputs[0]).merge(cls.from_linker_flags(outputs[1]))

    # ---- writing ---------------------------------------------------------

    def write_c_header(self, fileobj):
        """Write the include lines to a file object."""
        for piece in self.pre_include_bits:
            fileobj.write(piece + '\n')
        for path in self.includes:
            fileobj.write('#include %s\n' % (path if path[0] in '<"' else '<%s>' % path))
        for piece in self.post_include_bits:
            fileobj.write(piece + '\n')

    def convert_sources_to_files(self, cache_dir=None):
        """The same with the C sources written to files."""
        if not self.separate_module_sources:
            return self
        import os
        import tempfile
        if cache_dir is None:
            cache_dir = tempfile.mkdtemp()
        files = []
        for number, source in enumerate(self.separate_module_sources):
            filename = os.path.join(str(cache_dir), 'module_%d.c' % number)
            f = open(filename, 'w')
            f.write('#define RPY_EXTERN extern\n')
            self.write_c_header(f)
            f.write(source + '\n')
            f.close()
            files.append(filename)
        attributes = self._copy_attributes()
        attributes['separate_module_sources'] = []
        attributes['separate_module_files'] = list(self.separate_module_files) + files
        return ExternalCompilationInfo(**attributes)

    def get_module_files(self):
        """The C files, and the same information without them."""
        return list(self.separate_module_files), self.copy_without('separate_module_files')

    def compile_shared_lib(self, outputfilename=None, ignore_a_files=False, debug_mode=True,
                           defines=[], symbolic=False):
        """Compile the C sources into a shared library; the same, linked to it."""
        from rpython.translator.platform import host
        eci = self.convert_sources_to_files()
        if not eci.separate_module_files:
            return self
        filename = host.compile(list(eci.separate_module_files),
                                eci.copy_without('separate_module_files'),
                                outputfilename, standalone=False)
        attributes = self._copy_attributes()
        attributes['separate_module_sources'] = []
        attributes['separate_module_files'] = []
        attributes['libraries'] = [str(filename)] + attributes['libraries']
        return ExternalCompilationInfo(**attributes)
