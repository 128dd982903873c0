"""The C compiler of the machine, for probing headers and libraries at import time."""
import os


class CompilationError(Exception):
    """The C compiler or linker failed."""

    def __init__(self, out, err):
        self.out = out.replace('\r\n', '\n')
        self.err = err.replace('\r\n', '\n')

    def __str__(self):
        return 'C compiler failed:\n%s%s' % (self.out, self.err)

    __repr__ = __str__


class ExecutionResult(object):
    """How a program ended and what it wrote."""

    def __init__(self, returncode, out, err):
        self.returncode = returncode
        self.out = out
        self.err = err

    def __repr__(self):
        return '<ExecutionResult retcode=%s>' % (self.returncode,)


class Platform(object):
    """A C compiler and its conventions."""
    name = 'linux'
    so_ext = 'so'
    exe_ext = ''
    shared_only = ()
    standalone_only = ()

    def __init__(self, cc=None):
        self.cc = cc or os.environ.get('CC') or 'cc'

    def _arguments(self, eci):
        args = ['-I' + str(path) for path in eci.include_dirs]
        args += ['-I' + path for path in self._runtime_includes()]
        return args + list(eci.compile_extra)

    def _runtime_includes(self):
        """The folders of the runtime's headers."""
        runtime = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..', '..'))
        return [os.path.join(runtime, 'c'), os.path.join(runtime, 'include')]

    def _link_arguments(self, eci):
        args = ['-L' + str(path) for path in eci.library_dirs]
        for library in eci.libraries:
            args.append(library if '/' in str(library) else '-l' + library)
        return args + [str(path) for path in eci.link_files] + list(eci.link_extra)

    def compile(self, cfiles, eci, outputfilename=None, standalone=True):
        """Compile C files into a program or a shared library; its path."""
        cfiles = [str(name) for name in cfiles]
        if outputfilename is None:
            outputfilename = os.path.splitext(os.path.basename(cfiles[0]))[0]
        if '/' not in outputfilename:
            outputfilename = os.path.join(os.path.dirname(cfiles[0]), outputfilename)
        args = [] if standalone else ['-shared', '-fPIC']
        if not standalone:
            outputfilename += '.' + self.so_ext
        args = [self.cc, '-O0', '-w'] + args + self._arguments(eci) + cfiles
        args += list(eci.separate_module_files) + ['-o', outputfilename]
        result = self._run(args + self._link_arguments(eci))
        if result.returncode != 0:
            raise CompilationError(result.out, result.err)
        return outputfilename

    def execute(self, executable, args=None, env=None, compilation_info=None):
        """Run a program."""
        return self._run([str(executable)] + list(args or []), env)

    def _run(self, args, env=None):
        import subprocess
        try:
            process = subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
        except OSError as e:
            raise CompilationError('', 'cannot run %s: %s\n' % (args[0], e))
        out, err = process.communicate()
        return ExecutionResult(process.returncode, out, err)

    def check___thread(self):
        """Whether C code may use thread-local variables."""
        return True

    def include_dirs_for_libffi(self):
        return []

    def library_dirs_for_libffi(self):
        return []

    def preprocess_include_dirs(self, include_dirs):
        return include_dirs

    def preprocess_library_dirs(self, library_dirs):
        return library_dirs

    def __eq__(self, other):
        return self.__class__ is other.__class__ and self.__dict__ == other.__dict__

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(self.__class__.__name__)

    def _freeze_(self):
        return True


host_factory = Platform
host = Platform()


def pick_platform(new_platform, cc):
    """The platform with this name, None for the machine's own."""
    if new_platform not in (None, 'host', 'linux', 'linux64'):
        raise ValueError("platform = %s" % (new_platform,))
    return Platform(cc)


class _PlatformProxy(object):
    """The platform in use; it can be changed."""

    def __init__(self):
        self._current = host

    def __getattr__(self, name):
        return getattr(self.__dict__['_current'], name)

    def _freeze_(self):
        return True


platform = _PlatformProxy()


def set_platform(new_platform, cc):
    """Choose the platform and the compiler."""
    platform._current = pick_platform(new_platform, cc)


def is_host_build():
    """Whether the program is for this machine: always."""
    return True
