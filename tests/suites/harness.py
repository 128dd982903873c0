"""What the suites share: where the translator is, running commands, counting."""
import concurrent.futures
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
ROOT = os.path.dirname(TESTS)
CONFORMANCE = os.path.join(TESTS, 'conformance')
AREAS = 'numbers control functions strings lists dicts tuples classes exceptions'.split()
JOBS = int(os.environ.get('JOBS', '2'))


def translate_path():
    target = os.environ.get('CARGO_TARGET_DIR', os.path.join(ROOT, 'target'))
    return os.path.abspath(os.environ.get('TRANSLATE', os.path.join(target, 'release', 'translate')))


TRANSLATE = translate_path()


class Result(object):
    """How a command ended: `status` is None when it ran out of time and was killed."""
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err
        self.all = out + err

    def __repr__(self):
        return 'status %r\n--- stdout\n%s\n--- stderr\n%s' % (self.status, self.out[-2000:], self.err[-3000:])


def run(command, cwd=None, timeout=120, stdin=b'', env=None, merged=None):
    """Runs a command in a session of its own, killing all of it at the time limit."""
    full = dict(os.environ, **env) if env else None
    process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, start_new_session=True, env=full)
    try:
        out, err = process.communicate(stdin, timeout=timeout)
        status = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        status = None
    return Result(status, out.decode('utf-8', 'replace'), err.decode('utf-8', 'replace'))


def translate(*args, **kwargs):
    return run([TRANSLATE] + list(args), **kwargs)


class Folder(object):
    """A temporary folder with files, as a context."""
    def __init__(self, **files):
        self.files = files

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix='suite')
        for name, content in self.files.items():
            self.write(name + '.py', content)
        return self

    def write(self, name, content):
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as f:
            f.write(content if isinstance(content, bytes) else content.encode('utf-8'))
        return path

    def translate(self, *args, **kwargs):
        return translate(*args, cwd=self.path, **kwargs)

    def has(self, name):
        return os.path.exists(os.path.join(self.path, name))

    def names(self):
        return sorted(os.listdir(self.path))

    def __exit__(self, *exc):
        shutil.rmtree(self.path, ignore_errors=True)


def require(condition, message, result=None):
    if not condition:
        raise AssertionError('%s%s' % (message, '\n%r' % result if result is not None else ''))


def conformance_programs(areas=None):
    """Paths of the programs of the areas; folders with an __init__.py are packages, not programs."""
    found = []
    for area in areas or AREAS:
        for folder, folders, names in os.walk(os.path.join(CONFORMANCE, area)):
            folders.sort()
            if '__init__.py' in names:
                continue
            found += [os.path.join(folder, n) for n in sorted(names) if n.endswith('.py')]
    return found


def run_all(title, cases, jobs=None):
    """`cases`: pairs of name and function. Prints what fails and the counts; returns the exit status."""
    only = sys.argv[1:]
    cases = [(n, f) for n, f in cases if not only or any(word in n for word in only)]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(jobs or JOBS) as pool:
        pending = [(name, pool.submit(attempt, function)) for name, function in cases]
        for name, future in pending:
            problem = future.result()
            if problem:
                failed += 1
                print('FAIL %s: %s' % (name, problem), flush=True)
    print('%s: %d passed, %d failed' % (title, len(cases) - failed, failed), flush=True)
    return 1 if failed else 0


def attempt(function):
    try:
        function()
    except AssertionError as e:
        return str(e)
    except Exception:
        return traceback.format_exc()
    return None
