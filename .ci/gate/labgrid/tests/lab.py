"""run-in-lab in a real lab, small enough for loopback: labgrid's own coordinator,
exporter and client of Debian's python3-labgrid, with router.py in Crossbar's stead and
a power switch that speaks labgrid's `rest`. Place 1 is a virtual module on a pty, which
the exporter gives to the ser2net that it starts (RFC 2217); place 2 is one on a TCP port
(raw), and the switch really starts and kills it.

usage: lab.py ATPROOF RUN_IN_LAB"""
import concurrent.futures
import contextlib
import http.server
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ATPROOF, JOB = (str(pathlib.Path(argument).resolve()) for argument in sys.argv[1:3])
ROUTER = pathlib.Path(__file__).with_name('router.py')
CLIENT = '/usr/bin/python3 -m labgrid.remote.client'
EXPORTS = '''
1:
  RawSerialPort: {{port: {pty}, speed: 115200}}
  NetworkPowerPort: {{model: rest, host: 'http://127.0.0.1:{switch}/{{index}}', index: 1}}
2:
  NetworkSerialPort: {{host: 127.0.0.1, port: {raw}, speed: 115200, protocol: raw}}
  NetworkPowerPort: {{model: rest, host: 'http://127.0.0.1:{switch}/{{index}}', index: 2}}
'''
failed = []


def check(what, expected, seen):
    if expected != seen:
        failed.append(f'{what}\n  expected {expected}\n  seen     {seen}')


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def wait_until(what, holds, limit=60):
    end = time.monotonic() + limit
    while not holds():
        if time.monotonic() > end:
            sys.exit(f'lab.py: {limit} s went by, and {what}')
        time.sleep(0.02)


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(('127.0.0.1', port)) == 0


class Switch:
    """Power, as labgrid's `rest` driver sets it: PUT /INDEX with 0 or 1."""

    def __init__(self, raw_port):
        self.raw_port, self.module, self.seen = raw_port, None, []
        switch = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_PUT(self):  # noqa: N802
                value = self.rfile.read(int(self.headers['Content-Length'])).decode()
                switch.set(self.path.strip('/'), value)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server.server_address[1]

    def set(self, index, value):
        self.seen.append(index + value)
        if index != '2':
            return
        if self.module:
            self.module.kill()
            self.module.wait()
            self.module = None
        if value == '1':
            self.module = subprocess.Popen(
                [ATPROOF, 'modem', '--dialect', 'simcom', '--offline', '--listen',
                 f'tcp,127.0.0.1,{self.raw_port}'], stdout=subprocess.PIPE, text=True)
            self.module.stdout.readline()  # it listens

    def of(self, index):
        return [value[1] for value in self.seen if value[0] == index]


class Lab:
    """The processes of a lab, and how to ask them."""

    def __init__(self, folder, stack):
        self.folder, self.stack = folder, stack
        self.url = f'ws://127.0.0.1:{free_port()}/ws'
        self.environment = {**os.environ, 'LG_CROSSBAR': self.url, 'WS': self.url,
                            'NO_PROXY': '127.0.0.1', 'PYTHONUNBUFFERED': '1'}
        self.raw_port = free_port()
        self.switch = Switch(self.raw_port)
        stack.callback(self.switch.set, '2', '0')

    def start(self, name, *command):
        with open(self.folder / f'{name}.log', 'w', encoding='utf-8') as log:
            process = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=log,
                                       stderr=log)
        self.stack.callback(process.wait, 10)
        self.stack.callback(process.terminate)
        return process

    def said(self, name):
        return (self.folder / f'{name}.log').read_text(encoding='utf-8', errors='replace')

    def begin(self):
        pty = self.folder / 'pty'
        self.start('module', ATPROOF, 'modem', '--dialect', 'simcom', '--offline', '--link', pty)
        self.start('router', '/usr/bin/python3', '-B', ROUTER, self.url.split(':')[2].split('/')[0])
        wait_until('the router does not listen', lambda: self.url in self.said('router'))
        self.start('coordinator', '/usr/bin/python3', '-m', 'labgrid.remote.coordinator')
        wait_until('the coordinator is not ready', lambda: 'Coordinator ready' in self.said('coordinator'))
        wait_until('the module has no pty', pty.exists)
        (self.folder / 'exports.yaml').write_text(EXPORTS.format(
            pty=os.path.realpath(pty), raw=self.raw_port, switch=self.switch.port))
        self.start('exporter', '/usr/bin/python3', '-m', 'labgrid.remote.exporter',
                   '--name', 'test', '--hostname', '127.0.0.1', 'exports.yaml')
        wait_until('not both serial ports are exported', lambda: len(re.findall(
            r"'cls': 'NetworkSerialPort'.*'avail': True", self.said('exporter'))) == 2)
        self.client('-p', '1', 'set-tags', 'module=simcom')

    def client(self, *arguments):
        done = subprocess.run([*CLIENT.split(), *arguments], env=self.environment, text=True,
                              capture_output=True, timeout=60, check=False)
        check(f'labgrid-client {arguments}: {done.stderr}', 0, done.returncode)
        return done.stdout

    def job(self, out, *arguments):
        return subprocess.Popen([JOB, '--client', CLIENT, '--atproof', ATPROOF, '--out',
                                 str(self.folder / out), '--power-delay', '0.1', *arguments],
                                env=self.environment, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)


def stored(out, *outcome):
    store = out / 'results.jsonl'
    text = store.read_text().rpartition('\n')[0] if store.exists() else ''  # whole lines
    lines = map(json.loads, text.splitlines())
    return [line['id'] for line in lines if line['kind'] == 'case' and line['outcome'] in outcome]


def wait_for_a_case(job, out):
    """Until a case is over, and the next under way."""
    wait_until('no case was judged', lambda: stored(out, 'passed') or job.poll() is not None)
    if job.poll() is not None:
        sys.exit(f'lab.py: the job ended, exit status {job.returncode}:\n{job.stderr.read()}')


def port_of(out):
    """Which ser2net the job was given."""
    found = re.search(r'^ +port: (\d+)$', (out / 'lab.log').read_text(), re.M)
    return int(found.group(1)) if found else 0


def test_reserved(lab):
    """Place 1, by its tag, over the exporter's ser2net."""
    job = lab.job('reserved', '--reserve', 'module=simcom', '--', '--select', 'core/27.007-9.1/*')
    _, errors = job.communicate(timeout=120)
    out = lab.folder / 'reserved'
    check(f'reserved: {errors}', 0, job.returncode)
    check('reserved: cases', 6, len(stored(out, 'passed')))
    check('reserved: target', True, 'telnet(rfc2217),tcp,127.0.0.1,' in errors)
    check('reserved: power', ['1', '0'], lab.switch.of('1'))
    check('reserved: its ser2net is gone', False, listens(port_of(out)))


def test_stopped(lab):
    """Place 1 again, and CI stops the job in the middle."""
    job = lab.job('stopped', '--place', '1', '--', '--repeat', '10000', '--quiet',
                  '--select', 'core/27.007-9.1/*')
    out = lab.folder / 'stopped'
    wait_for_a_case(job, out)
    check('stopped: its ser2net is there', True, listens(port_of(out)))
    job.send_signal(signal.SIGTERM)
    _, errors = job.communicate(timeout=120)
    check(f'stopped: {errors}', 6, job.returncode)
    check('stopped: is told', True, 'stopped by SIGTERM' in errors)
    check('stopped: what was judged is kept', True, len(stored(out, 'passed')) > 0)
    check('stopped: power', ['1', '0', '1', '0'], lab.switch.of('1'))
    check('stopped: its ser2net is gone', False, listens(port_of(out)))


def test_crashed(lab):
    """Place 2, whose module is gone in the middle, until its power is cycled. Meanwhile
    somebody else wants it."""
    job = lab.job('crashed', '--place', '2', '--', '--repeat', '200', '--quiet', '--boot', '1',
                  '--select', 'core/27.007-9.1/*')
    wait_for_a_case(job, lab.folder / 'crashed')
    os.kill(lab.switch.module.pid, signal.SIGKILL)
    other = lab.job('busy', '--place', '2', '--', '--list')
    _, errors = other.communicate(timeout=120)
    check(f'busy: {errors}', 6, other.returncode)
    check(f'busy: is told: {errors}', True, 'place 2 is already acquired' in errors)
    _, errors = job.communicate(timeout=120)
    check(f'crashed: {errors}', 6, job.returncode)
    check(f'crashed: the run goes on: {errors}', True, 'it is back after' in errors)
    check('crashed: target', True, f'tcp,127.0.0.1,{lab.raw_port}' in errors)
    check('crashed: power', ['1', '0', '1', '0'], lab.switch.of('2'))
    check('crashed: judged before and after', True,
          len(stored(lab.folder / 'crashed', 'passed')) > 1000)


def test_reports(lab):
    """Whatever a job leaves, reports can be made of it."""
    for name in ('reserved', 'stopped', 'crashed'):
        done = subprocess.run([ATPROOF, 'report', lab.folder / name, '--format', 'junit'], text=True,
                              capture_output=True, timeout=60, check=False)
        check(f'report of {name}: {done.stderr}', (0, True),
              (done.returncode, (lab.folder / name / 'junit.xml').exists()))


def test_no_coordinator(lab):
    lab.environment = {**lab.environment, 'LG_CROSSBAR': f'ws://127.0.0.1:{free_port()}/ws'}
    job = lab.job('nobody', '--place', '1')
    _, errors = job.communicate(timeout=120)
    check(f'no coordinator: {errors}', 6, job.returncode)
    check(f'no coordinator is told: {errors}', True, 'Could not connect to coordinator' in errors)


def main():
    with tempfile.TemporaryDirectory(prefix='atproof-') as name, contextlib.ExitStack() as stack:
        lab = Lab(pathlib.Path(name), stack)
        lab.begin()
        threads = stack.enter_context(concurrent.futures.ThreadPoolExecutor(1))
        beside = threads.submit(test_crashed, lab)
        test_reserved(lab)
        test_stopped(lab)
        beside.result()
        check('places that are still held', '', lab.client('places', '--acquired'))
        check('reservations that are left', '', lab.client('reservations'))
        test_reports(lab)
        test_no_coordinator(lab)
    if failed:
        sys.exit('\n'.join(failed))
    print('reserved, stopped, crashed, busy, no coordinator: with labgrid\'s own programs')


main()
