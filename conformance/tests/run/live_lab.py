"""Virtual modules on real ports, and `atproof run` against them, for the tests and
the benchmark that drive whole runs."""
import collections
import json
import os
import re
import socket
import subprocess
import time

DIALECTS = ('simcom', 'quectel-ugxx', 'quectel-ec200')
LOOPBACK = {'tcp': 'tcp,127.0.0.1', 'rfc2217': 'telnet(rfc2217),tcp,127.0.0.1'}
SER2NET = '''%YAML 1.1
---
connection: &c
  accepter: {accepter}
  connector: serialdev,{device},115200n81,local
'''


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def wait_for_listener(port, limit=10):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(('127.0.0.1', port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f'nobody listens on port {port}')


class Module:
    """`atproof modem`, as a host reaches it by `target`. TRANSPORT: pty, tcp, rfc2217,
    or ser2net: Debian's, which exports the module's pty as RFC 2217."""

    def __init__(self, atproof, dialect, transport, folder, *options):
        self.processes = []
        self.name = f'{dialect} over {transport}'
        link = os.path.join(folder, f'{transport}-{dialect}')
        place = ['--link', link] if transport in ('pty', 'ser2net') \
            else ['--listen', f'{LOOPBACK[transport]},0']
        module = subprocess.Popen([atproof, 'modem', '--dialect', dialect, *place, *options],
                                  stdout=subprocess.PIPE, text=True)
        self.processes.append(module)
        said = module.stdout.readline()
        if transport == 'pty':
            self.target = f'serialdev,{link},115200n81'
        elif transport == 'ser2net':
            self.target = self.export(link)
        else:
            self.target = f'{LOOPBACK[transport]},{said.strip().rsplit(",", 1)[1]}'

    def export(self, link):
        port = free_port()
        accepter = f'{LOOPBACK["rfc2217"]},{port}'
        with open(f'{link}.yaml', 'w') as out:
            out.write(SER2NET.format(accepter=accepter, device=os.path.realpath(link)))
        path = os.pathsep.join([os.environ['PATH'], '/usr/sbin'])
        with open(f'{link}.log', 'w') as log:  # it complains when there is no mDNS
            self.processes.append(subprocess.Popen(['ser2net', '-n', '-u', '-c', f'{link}.yaml'],
                                                   env={**os.environ, 'PATH': path}, stderr=log))
        wait_for_listener(port)
        return accepter

    @property
    def pid(self):
        return self.processes[0].pid

    def end(self):
        """The module's exit code."""
        for process in reversed(self.processes):
            process.terminate()
            process.wait(10)
        return self.processes[0].returncode


Run = collections.namedtuple('Run', 'code seconds errors cases')


def command(atproof, target, dialect, out, *options, server=True):
    """SERVER: the peer of cases with connections, whose keys take a second to make."""
    return [atproof, 'run', '--target', target, '--dialect', dialect, '--out', out, '--allow',
            'stores-files,costs-data', '--settle', '50', '--retry', '1',
            *(['--server', 'builtin'] if server else []), *options]


def stored_cases(out):
    store = os.path.join(out, 'results.jsonl')
    if not os.path.exists(store):
        return []
    with open(store) as lines:
        return [line for line in map(json.loads, lines) if line['kind'] == 'case']


def run(atproof, target, dialect, out, *options, server=True, limit=600):
    began = time.monotonic()
    done = subprocess.run(command(atproof, target, dialect, out, *options, server=server), text=True,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=limit)
    seconds = time.monotonic() - began
    return Run(done.returncode, seconds, done.stderr, stored_cases(out))


def listed(atproof, dialect, *options, outcome=r'\w+'):
    """The ids that a run of everything has: `runs`, `skipped`, or both."""
    done = subprocess.run([atproof, 'run', '--target', f'virtual:{dialect}', '--list', *options],
                          capture_output=True, text=True, timeout=60)
    return re.findall(rf'^{outcome} +(\S+/\S+)$', done.stdout, re.M)


def transcript_seconds(path):
    """From the case's set-up to the last byte of it."""
    with open(path) as lines:
        times = [float(line.split()[2]) for line in lines if line.startswith('@ time:')]
    return max(times, default=0.0)


def load():
    return 'load of the machine {:.2f} on {} cores'.format(os.getloadavg()[0], os.cpu_count())
