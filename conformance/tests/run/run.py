#!/usr/bin/python3
"""atproof run as its users meet it: exit codes, messages, what it keeps, and
modules that behave badly.

    run.py ATPROOF            runs the tests
    run.py fake MODE          is such a module, on the standard streams
"""
import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import tty
from concurrent.futures import ThreadPoolExecutor

from checked import SIGNAL

# ---- modules that behave badly ----------------------------------------------


class Fake:
    """A module that takes command lines and answers by MODE."""

    def __init__(self, mode):
        self.mode = mode
        self.count = 0

    def say(self, data):
        os.write(1, data)

    def answer(self, line):
        self.count += line == b'AT+CSQ'
        if self.mode == 'silent':
            return
        if self.mode == 'garbage':
            self.say(bytes((7 * i + 129) % 256 | 0x80 for i in range(len(line))))
            return
        if self.mode == 'chatter':
            self.say(b'booting...\r\n')
            return
        self.say(line + b'\r')
        if line == b'AT+CSQ' and self.csq():
            return
        if line.startswith(b'AT+CG'):
            self.say(b'\r\nfake ' + line[3:].lower() + b'\r\n')
        if line == b'AT+CFUN=1,1' and self.mode == 'hangs':
            self.mode = 'good'
        self.say(b'\r\nOK\r\n')

    def csq(self):
        """Whether it needs no further OK."""
        if self.mode == 'hangs':
            while self.mode == 'hangs':
                if b'CFUN=1,1' in self.read_line():
                    self.mode = 'good'
            self.say(b'\r\nRDY\r\n\r\n+CFUN: 1\r\n')
            return True
        if self.mode == 'dies':
            os._exit(1)
        if self.mode == 'reboots' and self.count == 1:
            self.say(b'\r\nRDY\r\n')
        if self.mode == 'twice':
            self.say(b'\r\n+CSQ: 20,0\r\n\r\nOK\r\n\r\nOK\r\n')
            return True
        if self.mode == 'slow':
            time.sleep(1)
        rssi = 77 if self.mode == 'wrong' or (self.mode == 'flaky' and self.count == 1) else 20
        self.say(b'\r\n+CSQ: %d,0\r\n' % rssi)
        return False

    def read_line(self):
        line = b''
        while not line.endswith(b'\r'):
            byte = os.read(0, 1)
            if not byte:
                os._exit(0)
            line += byte
        return line[:-1]

    def serve(self):
        while True:
            self.answer(self.read_line())


if sys.argv[1:2] == ['fake']:
    Fake(sys.argv[2]).serve()

# ---- the tests --------------------------------------------------------------

ATPROOF = sys.argv[1]
counts = {'passed': 0, 'failed': 0}
lock = threading.Lock()
folder = tempfile.mkdtemp()


def check(what, expected, seen):
    good = re.search(expected.pattern, seen, re.S) if isinstance(expected, re.Pattern) else expected == seen
    with lock:
        counts['passed' if good else 'failed'] += 1
    if not good:
        print(f'{what}\n  expected: {expected!r}\n  seen:     {seen!r}')


def write(name, text):
    path = os.path.join(folder, name)
    with open(path, 'w') as out:
        out.write(text)
    return path


signal_case = write('signal.at', SIGNAL)


def out():
    """The folder of this test's runs; the tests run side by side."""
    return os.path.join(folder, threading.current_thread().name)


def run(*arguments, **options):
    """Exit code, standard output, standard error."""
    done = subprocess.run([ATPROOF, 'run', '--out', out(), *arguments],
                          capture_output=True, text=True, timeout=120, **options)
    return done.returncode, done.stdout, done.stderr


def fake(mode, *arguments, **options):
    return run('--target', f'stdio,{sys.executable} {os.path.abspath(__file__)} fake {mode}',
               '--dialect', 'simcom', *arguments, signal_case, **options)


def results():
    with open(os.path.join(out(), 'results.jsonl')) as store:
        lines = [json.loads(line) for line in store]
    return [line for line in lines if line['kind'] != 'clause']


def outcomes():
    return [line['outcome'] for line in results() if line['kind'] == 'case']


def test_good():
    code, said, errors = fake('good', '--junit', os.path.join(folder, 'junit.xml'))
    check('good: exit', 0, code)
    check('good: outcome', ['passed'], outcomes())
    case = results()[1]
    check('good: identity', 'fake cgmm', case['model'])
    check('good: summary', re.compile('1 case: 1 passed'), said)
    check('good: pace', re.compile("the runner's own delay"), errors)
    check('good: junit', re.compile('<testsuite'), open(os.path.join(folder, 'junit.xml')).read())
    judged = subprocess.run([ATPROOF, 'check', '--strict', '--quiet', case['source']],
                            capture_output=True, text=True)
    check('good: the transcript is judged alike', 0, judged.returncode)
    against = subprocess.run([ATPROOF, 'check', '--against', signal_case, case['source']],
                             capture_output=True, text=True)
    check('good: what comes after the case is in it', re.compile('is not core/27.007-8.5/signal'),
          against.stdout)
    check('good: the judge has the line of the transcript', 7, case['exchanges'][0]['line'])


def test_wrong():
    code, _, errors = fake('wrong')
    check('wrong: exit', 1, code)
    check('wrong: told', re.compile(r'failed +core/27.007-8.5/signal\n +out-of-range '
                                    r'\(core/27.007 8.5\)'), errors)
    rules = [finding['rule'] for exchange in results()[1]['exchanges']
             for finding in exchange['findings']]
    check('wrong: kept', True, 'out-of-range' in rules and 'differs' in rules)
    code, _, errors = fake('twice')
    check('twice: exit', 1, code)
    check('twice: told', re.compile(r'doubled|stale|not-asked'), errors)
    code, _, errors = fake('slow')
    check('slow: exit', 1, code)
    check('slow: told', re.compile(r'late \(core/27.007-8.5\)'), errors)


def test_expected():
    excuses = write('excuses', '2099-01-01 core/27.007-8.5/* known\n')
    check('expected failure', 0, fake('wrong', '--expected-failures', excuses)[0])
    check('expected failure passes', 3, fake('good', '--expected-failures', excuses)[0])
    expired = write('expired', '2020-01-01 core/27.007-8.5/* known\n')
    check('expired', 1, fake('wrong', '--expected-failures', expired)[0])


def test_retry():
    check('flaky without a retry', 1, fake('flaky')[0])
    code, _, errors = fake('flaky', '--retry', '2')
    check('flaky: exit', 0, code)
    check('flaky: both are seen', re.compile(r'again +core.*passed +core[^\n]*\n +at try 2 of 3'),
          errors)
    check('flaky: kept', 'at try 2 of 3', results()[1]['reason'])
    check('flaky: tries', 2, results()[1]['tries'])
    check('flaky: transcripts of both', 2,
          len([name for name in os.listdir(out())
               if name.startswith('core+27.007-8.5+signal')]))


def test_lab():
    code, _, errors = run('--target', 'serialdev,/dev/nothing,115200n81', signal_case)
    check('no device: exit', 4, code)
    check('no device: told', re.compile('/dev/nothing.*plugged in'), errors)
    code, _, errors = run('--target', 'tcp,127.0.0.1,1', signal_case)
    check('nobody listens: exit', 4, code)
    code, _, errors = run('--target', 'nonsense', signal_case)
    check('no target: exit', 2, code)
    code, _, errors = run('--target', 'virtual:nonsense', signal_case)
    check('no such module: exit', 2, code)
    check('no such module: told', re.compile('virtual:quectel-ugxx'), errors)


def test_silent():
    code, _, errors = fake('silent', '--boot', '1', '--timeout', '1')
    check('silent: exit', 6, code)
    check('silent: told', re.compile('nothing answers AT; is the module on'), errors)
    code, _, errors = fake('garbage', '--boot', '1', '--timeout', '1')
    check('wrong speed: exit', 6, code)
    check('wrong speed: told', re.compile('is no text; is the speed'), errors)


def test_another_port():
    code, _, errors = fake('chatter', '--boot', '1', '--timeout', '1')
    check('another port: exit', 6, code)
    check('another port: told', re.compile('no OK to AT; is this'), errors)


def test_hang():
    code, _, errors = fake('hangs', '--timeout', '1', '--boot', '20')
    check('hangs: exit', 7, code)
    check('hangs: told', re.compile(r'hang|no-answer'), errors)
    check('hangs: recovered', re.compile(r'recovered by AT\+CFUN=1,1'), json.dumps(results()))


def test_reboot():
    code, _, errors = fake('reboots')
    check('reboots: exit', 7, code)
    check('reboots: kept', re.compile('"reboot"'), json.dumps(results()))
    code, _, errors = fake('dies', '--boot', '1', '--timeout', '1')
    check('dies: exit', 6, code)
    check('dies: kept', ['failed'], outcomes())


def test_power():
    mark = os.path.join(folder, 'power')
    fake('silent', '--boot', '1', '--timeout', '1', '--power', f'touch {mark}')
    check('the power command', True, os.path.exists(mark))


def test_selection():
    many = write('many.at', ''.join(
        f'@ id: core/27.007-8.5/many-{i}\n@ dialect: auto\n{extra}\n> AT+CSQ\n'
        '< +CSQ: {:int 0..31,99 =23},{:int 0..7,99 =0}\n< OK\n\n'
        for i, extra in enumerate(['', '', '@ level: should\n', '@ requires: stores-files\n',
                                   '@ requires: hardware\n'])))
    check('nothing selected', 5, run('--select', 'nothing/*', many)[0])
    seen = []
    for part in ('1/2', '2/2'):
        check(f'shard {part}', 0, run('--shard', part, many)[0])
        seen += [line['id'] for line in results() if line['kind'] == 'case']
    check('shards are disjoint and whole', [f'core/27.007-8.5/many-{i}' for i in range(5)],
          sorted(seen))
    check('level', 0, run('--level', 'should', many)[0])
    check('level: one', 3, len(outcomes()))
    run('--lacks', 'hardware', many)
    check('lacks', 1, outcomes().count('skipped'))
    code, said, _ = fake('good', '--list')
    target = f'stdio,{sys.executable} {os.path.abspath(__file__)} fake good'
    code, said, _ = run('--target', target, '--dialect', 'simcom', '--list', many)
    check('list: leave comes first', re.compile(r'^skipped +core/27.007-8.5/many-3\n +writes to'),
          said)
    code, _, errors = run('--target', target, '--dialect', 'simcom', many)
    check('without leave', re.compile(r'skipped +core/27.007-8.5/many-3\n.*--allow stores-files'),
          errors)
    check('without leave: outcome', 1, outcomes().count('skipped'))
    run('--target', target, '--dialect', 'simcom', '--allow', 'stores-files', many)
    check('with leave', 0, outcomes().count('skipped'))
    check('repeat', 0, run('--repeat', '3', many)[0])
    check('repeat: all', 15, len(outcomes()))
    check('unreadable case', 2, run(os.path.join(folder, 'nothing.at'))[0])
    wrong = write('wrong-rule.at', '@ id: core/x/y\n\n> AT\n@ deviates: lat | core/x | none\n< OK\n')
    code, _, errors = run(wrong)
    check('unknown rule', (2, True), (code, "wrong-rule.at:4:1: unknown rule 'lat'" in errors))
    needs = write('needs.at', '@ id: core/x/y\n@ requires: server\n\n> AT\n< OK\n')
    run('--target', target, '--dialect', 'simcom', needs)
    check('without a server', re.compile('--server names it'), json.dumps(results()))


def test_signal():
    program = subprocess.Popen(
        [ATPROOF, 'run', '--out', out(), '--target',
         f'stdio,{sys.executable} {os.path.abspath(__file__)} fake hangs', '--dialect', 'simcom',
         '--timeout', '5', '--repeat', '3', signal_case],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    time.sleep(1.5)
    program.send_signal(signal.SIGINT)
    _, errors = program.communicate(timeout=60)
    check('SIGINT: exit', True, program.returncode in (6, 7))
    check('SIGINT: the store is whole', True, len(outcomes()) >= 1)
    check('SIGINT: skipped', 'skipped', outcomes()[0])


def test_rival_and_vanishing():
    """A module on a pseudo terminal: somebody else reads it; it goes away."""
    link = os.path.join(folder, 'port')
    module = subprocess.Popen([ATPROOF, 'modem', '--link', link], stdout=subprocess.PIPE)
    module.stdout.readline()
    target = f'serialdev,{link},115200n81'
    check('over a pty', 0, run('--target', target, '--dialect', 'simcom', signal_case)[0])
    rival = subprocess.Popen(['cat', os.path.realpath(link)], stdout=subprocess.DEVNULL)
    time.sleep(0.3)
    code, _, errors = run('--target', target, '--dialect', 'simcom', signal_case)
    check('second reader: exit', 6, code)
    check('second reader: told', re.compile(rf'process {rival.pid} \(cat\) has it open too'), errors)
    rival.terminate()
    rival.wait()
    module.terminate()
    module.wait()


REPEATED = ['--repeat', '3', '--boot', '10', '--settle', '20', '--dialect', 'simcom']
long_case = write('long.at', '@ id: core/27.007-8.5/long\n@ dialect: auto\n\n' + 10 * (
    '> AT+CSQ\n< +CSQ: {:int 0..31,99 =23},{:int 0..7,99 =0}\n< OK\n'))


def serve_and_drop(listener):
    """A module on TCP that lets its host go in the middle of the second case, and
    listens again after a second."""
    address = listener.getsockname()
    count = 0
    while count < 4:
        host = listener.accept()[0]
        line = b''
        while byte := host.recv(1):
            if byte != b'\r':
                line += byte
                continue
            host.sendall(line + b'\r\r\n')
            if line == b'AT+CSQ':
                count += 1
                if count == 2:
                    host.sendall(b'+CS')
                    break
                host.sendall(b'+CSQ: 20,0\r\n\r\n')
            host.sendall(b'OK\r\n')
            line = b''
        host.close()
        listener.close()
        if count < 4:
            time.sleep(1)
            listener = socket.create_server(address)


def test_vanishing_connection():
    listener = socket.create_server(('127.0.0.1', 0))
    port = listener.getsockname()[1]
    module = threading.Thread(target=serve_and_drop, args=[listener], daemon=True)
    module.start()
    code, _, errors = run('--target', f'tcp,127.0.0.1,{port}', *REPEATED, signal_case)
    check('dropped: exit', 6, code)
    check('dropped: the run goes on', ['passed', 'failed', 'passed'], outcomes())
    check('dropped: told', re.compile(rf'tcp,127.0.0.1,{port}: vanished while open.*'
                                      r'it is back after [12]\.\d s, the run goes on'), errors)
    check('dropped: what was awaited', re.compile('the port vanish'), json.dumps(results()))


def start_module(link):
    """Slow, so that the long case takes more than a second."""
    module = subprocess.Popen([ATPROOF, 'modem', '--link', link, '--speed', '2400'],
                              stdout=subprocess.PIPE)
    module.stdout.readline()
    return module


def end_module(module):
    module.terminate()
    module.wait()


def test_vanishing_device():
    """An adapter that is unplugged and comes back under another name, with the
    same link to it."""
    link = os.path.join(folder, 'adapter')
    module = start_module(link)
    before = os.path.realpath(link)
    program = subprocess.Popen([ATPROOF, 'run', '--out', out(), '--target',
                                f'serialdev,{link},115200n81', *REPEATED, long_case],
                               stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    said = program.stderr.readline()
    time.sleep(0.6)
    end_module(module)
    time.sleep(0.5)
    taken = os.openpty()
    while os.ttyname(taken[-1]) != before and len(taken) < 40:
        taken += os.openpty()
    check('unplugged: the link is gone', False, os.path.lexists(link))
    module = start_module(link)
    check('unplugged: another device', True, os.path.realpath(link) != before)
    errors = said + program.communicate(timeout=60)[1]
    check('unplugged: exit', 6, program.returncode)
    check('unplugged: the run goes on', ['passed', 'failed', 'passed'], outcomes())
    check('unplugged: told', re.compile('adapter.*vanished while open.*the run goes on'), errors)
    end_module(module)
    for fd in taken:
        os.close(fd)


def test_vanishing_for_good():
    """What does not come back is waited for, and the rest is told; SIGINT ends that."""
    link = os.path.join(folder, 'gone')
    for boot, interrupted in ('2', False), ('60', True):
        module = start_module(link)
        program = subprocess.Popen([ATPROOF, 'run', '--out', out(), '--target',
                                    f'serialdev,{link},115200n81', *REPEATED, '--boot', boot,
                                    long_case],
                                   stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        program.stderr.readline()
        time.sleep(0.6)
        end_module(module)
        began = time.monotonic()
        if interrupted:
            time.sleep(1)
            program.send_signal(signal.SIGINT)
        errors = program.communicate(timeout=60)[1]
        check('gone: in time', True, time.monotonic() - began < 6)
        check('gone: exit', 6, program.returncode)
        check('gone: the store is whole', ['passed', 'failed', 'skipped'][:2 if interrupted else 3],
              outcomes())
        check('gone: told', re.compile('vanished while open.*it has not come back'), errors)


def test_progress():
    """On a terminal it shows a bar."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    program = subprocess.Popen([ATPROOF, 'run', '--out', out(), '--repeat',
                                '4', signal_case], stderr=slave, stdout=subprocess.DEVNULL)
    os.close(slave)
    said = b''
    while select.select([master], [], [], 10)[0]:
        try:
            data = os.read(master, 4096)
        except OSError:
            break
        if not data:
            break
        said += data
    program.wait()
    check('a bar', re.compile(r'\[#{5}\.{15}\] 2/4  core/27.007-8.5/signal'), said.decode())
    check('no line for what passed', False, b'passed' in said)


with ThreadPoolExecutor(8) as pool:
    for done in [pool.submit(test) for name, test in list(globals().items())
                 if name.startswith('test_')]:
        done.result()
subprocess.run(['rm', '-rf', folder])
print(f"{counts['passed']} passed, {counts['failed']} failed")
sys.exit(counts['failed'] > 0)
