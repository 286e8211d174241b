"""A host for the tests of the virtual module: types commands, keeps what was
said as a transcript, and has it judged by `atproof check --strict`."""
import os
import pty
import re
import select
import subprocess
import sys
import time
import tty

ATPROOF = sys.argv[1]
passed, failed = [], []
ERROR = rb'\r\nERROR\r\n'
OK = rb'\r\nOK\r\n'


def check(what, expected, seen):
    (passed if expected == seen else failed).append(what)
    if expected != seen:
        print(f'{what}\n  expected: {repr(expected)[:400]}\n  seen:     {repr(seen)[:400]}')
    return expected == seen


def finish():
    print(f'{len(passed)} passed, {len(failed)} failed')
    return len(failed) > 0 or len(passed) == 0


def escaped(data):
    return ''.join(chr(b) if 32 <= b < 127 and b not in (34, 92) else f'\\x{b:02X}' for b in data)


class Server:
    """`atproof server`, its ports by name, its certificates in a folder."""

    def __init__(self, folder, *options):
        self.folder = folder
        self.process = subprocess.Popen([ATPROOF, 'server', '--certificates', folder, *options],
                                        stdout=subprocess.PIPE, text=True)
        self.ports = {}
        while len(self.ports) < 8:
            name, place = self.process.stdout.readline().split()
            self.ports[name] = int(place.rsplit(':', 1)[1])

    def certificate(self, name):
        with open(os.path.join(self.folder, name), 'rb') as file:
            return file.read()

    def end(self):
        self.process.terminate()
        check('server: exit', 0, self.process.wait(10))


class Host:
    """The module is on a pseudo terminal, as a host has it."""

    def __init__(self, *options):
        self.module = subprocess.Popen([ATPROOF, 'modem', *options], stdout=subprocess.PIPE)
        path = self.module.stdout.readline().split()[1]
        self.line = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.line)
        self.lines = ['@ dialect: simcom', '']
        self.unread = b''
        self.say('ATE0', rb'ATE0\r\r\nOK\r\n')

    def write(self, data):
        while data:
            self.read(0)
            if select.select([], [self.line], [], 0.2)[1]:
                data = data[os.write(self.line, data[:512]):]

    def read(self, limit):
        if not select.select([self.line], [], [], max(limit, 0))[0]:
            return False
        heard = os.read(self.line, 65536)
        if not heard:
            sys.exit(f'the module is gone: exit {self.module.wait(10)}')
        self.unread += heard
        for at in range(0, len(heard), 200):
            self.lines.append(f'<< "{escaped(heard[at:at + 200])}"')
        return True

    def take(self, pattern, limit=15):
        """What fits the pattern, from where reading stopped; None if nothing does in time."""
        end = time.monotonic() + limit
        while not (match := re.match(pattern, self.unread, re.S)):
            if not self.read(end - time.monotonic()) and time.monotonic() >= end:
                check(f'{self.lines[-1][:80]}: heard in {limit} s', pattern, self.unread)
                self.unread = b''
                return None
        self.unread = self.unread[match.end():]
        return match

    def say(self, command, pattern, limit=15):
        self.lines.append(f'> {command}')
        self.write(command.encode('latin-1') + b'\r')
        return self.take(pattern, limit)

    def ask(self, command, expected=OK, limit=15):
        """A command whose whole answer is that pattern."""
        match = self.say(command, expected, limit)
        if match:
            passed.append(command)
        return match

    def both(self, command, result, limit=15):
        """OK and a result, in either order."""
        return self.ask(command, b'(?:' + OK + result + b'|' + result + OK + b')', limit)

    def raw(self, data):
        for at in range(0, len(data), 200):
            self.lines.append(f'>> "{escaped(data[at:at + 200])}"')
        self.write(data)

    def upload(self, command, data, prompt=rb'\r\n> ', pattern=OK):
        if self.ask(command, prompt):
            self.raw(data)
            self.take(pattern)

    def exactly(self, size, limit=15):
        """So many bytes, whatever they are."""
        match = self.take(b'.{%d}' % size, limit)
        return match.group() if match else b''

    def silent(self, what, seconds=0.3):
        self.read(seconds)
        check(what, b'', self.unread)

    def end(self, folder):
        self.silent('nothing left', 0.05)
        os.close(self.line)
        self.module.terminate()
        check('module: exit', 0, self.module.wait(10))
        path = os.path.join(folder, 'talk.at')
        with open(path, 'w') as out:
            out.write('\n'.join(self.lines) + '\n')
        judged = subprocess.run([ATPROOF, 'check', '--strict', path], capture_output=True, text=True)
        if not check('as the manual has it', 0, judged.returncode):
            print(judged.stdout[-3000:], judged.stderr)
