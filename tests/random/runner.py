"""Translating and running generated programs, in batches; what can go wrong and how it is named."""
import os
import re
import shutil
import signal
import subprocess
import tempfile

import generator

ARGUMENTS = [['5', '-3', 'hello world'], ['0', '9223372036854775807', ''], ['-77', '12', 'a,b 01 Zz-x']]

MAIN = '''\
"""Runs the programs of the batch one after the other."""
import sys
%s

PROGRAMS = [%s]


def entry_point(argv):
    n = int(argv[1])
    m = int(argv[2])
    for name, run in PROGRAMS:
        print '==', name
        run(n, m, argv[3])
    return 0


def target(driver, args):
    return entry_point, None
'''


class Failure(Exception):
    """A difference. `kind` stays the same while the program is made smaller."""
    def __init__(self, kind, text):
        Exception.__init__(self, kind)
        self.kind, self.text = kind, text


class Runner(object):
    def __init__(self, translate, options=(), timeout=120):
        self.translate, self.options, self.timeout = translate, list(options), timeout

    def execute(self, command, cwd):
        """(status, output); a negative status is a signal, None is out of time."""
        process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, start_new_session=True)
        try:
            out, err = process.communicate(timeout=self.timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return None, b'', b''
        return process.returncode, out, err

    def expected(self, folder):
        """The outputs of the host evaluator."""
        outputs = []
        for arguments in ARGUMENTS:
            status, out, err = self.execute([self.translate, '--quiet', '--run', 'main.py'] + arguments, folder)
            if status != 0:
                raise Failure('host: ' + last_error(status, err), text(err))
            outputs.append(out)
        return outputs

    def build(self, folder):
        command = [self.translate, '--quiet'] + self.options + ['--output', 'program', 'main.py']
        status, out, err = self.execute(command, folder)
        if status is None:
            raise Failure('translation hangs', '')
        if status != 0:
            raise Failure('translation: ' + last_error(status, err + out), text(err + out))

    def compare(self, folder):
        """Raises Failure unless host evaluator and executable agree."""
        expected = self.expected(folder)
        self.build(folder)
        for arguments, wanted in zip(ARGUMENTS, expected):
            status, out, err = self.execute(['./program'] + arguments, folder)
            if status != 0:
                raise Failure('executable: ' + last_error(status, err), text(err) + difference(out, wanted))
            if out != wanted:
                raise Failure('output differs', difference(out, wanted))

    def check_sources(self, sources):
        """`sources`: name and text of modules with a function `run`; compares them in one executable."""
        folder = tempfile.mkdtemp(prefix='random')
        try:
            for name, program in sources:
                with open(os.path.join(folder, name + '.py'), 'w') as f:
                    f.write(program)
            names = [name for name, _ in sources]
            with open(os.path.join(folder, 'main.py'), 'w') as f:
                f.write(MAIN % ('\n'.join('import ' + name for name in names),
                                ', '.join("('%s', %s.run)" % (name, name) for name in names)))
            self.compare(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def check_seeds(self, seeds):
        """Failures of a batch, as pairs of seed and Failure: the batch is halved until single programs are left."""
        sources = [('p%d' % seed, generator.program(seed)) for seed in seeds]
        try:
            self.check_sources(sources)
            return []
        except Failure as failure:
            if len(seeds) == 1:
                return [(seeds[0], failure)]
            middle = len(seeds) // 2
            found = self.check_seeds(seeds[:middle]) + self.check_seeds(seeds[middle:])
            return found or [(seeds[0], Failure('only in a batch: ' + failure.kind, failure.text))]


def text(data):
    return data.decode('utf-8', 'replace')[-3000:]


def last_error(status, err):
    """What a failing command said, without what changes from program to program."""
    if status is None:
        return 'out of time'
    err = err.decode('utf-8', 'replace')
    if 'panicked' in err:
        where = re.search(r'panicked at ([^\n]*)', err)
        return 'panic at ' + (where.group(1) if where else '?')
    code = re.search(r'RPY\d{4}', err)
    if code:
        title = re.search(r'(RPY\d{4}[^\n]*)', err).group(1)
        return re.sub(r'[vpf_]?\d+|`[^`]*`', '#', title.replace(code.group(0), '')) and (
            code.group(0) + re.sub(r"[\w.]*\d[\w.]*|`[^`]*`|'[^']*'", '#', title[len(code.group(0)):]))
    if status < 0:
        return 'signal %d' % -status
    fatal = re.search(r'(Fatal RPython error: \w+|runtime error: [^\n]*|ERROR: AddressSanitizer: [\w-]+)', err)
    if fatal:
        return re.sub(r'-?\d+', '#', fatal.group(1))
    lines = [l for l in err.splitlines() if l.strip()]
    return 'status %d %s' % (status, re.sub(r'\d+', '#', lines[-1][:80]) if lines else '')


def difference(got, wanted):
    got, wanted = got.splitlines(), wanted.splitlines()
    for i in range(max(len(got), len(wanted))):
        a = got[i] if i < len(got) else b'<end>'
        b = wanted[i] if i < len(wanted) else b'<end>'
        if a != b:
            before = b'\n'.join(wanted[max(0, i - 2):i]).decode('utf-8', 'replace')
            return '%s\nline %d: executable %r\n%s host evaluator %r\n' % (before, i + 1, a, ' ' * 6, b)
    return ''
