#!/usr/bin/env python3
"""Hosts of `atproof modem` that misbehave, each followed by one that does not:
a dead or slow host costs only itself. And where it listens, its link, its streams.

    modem_peers.py ATPROOF
"""
import os
import pty
import resource
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import tty

ATPROOF = sys.argv[1]
LIMIT = int(sys.argv[2]) if len(sys.argv) > 2 else 30  # seconds in which what must come comes, on a loaded machine
passed, failed = [], []


def check(what, expected, seen):
    (passed if expected == seen else failed).append(what)
    if expected != seen:
        print(f'{what}\n  expected: {expected!r:.300}\n  seen:     {seen!r:.300}', flush=True)


# ---- hosts over TCP ---------------------------------------------------------


def reset(host):
    """Closes it so that the module's next use of it fails."""
    host.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    host.close()


def flood(host, part, size):
    """Sends what the module takes, reads nothing."""
    host.settimeout(1)
    try:
        while size > 0:
            size -= host.send(part)
    except OSError:
        pass


def flood_and_leave(host, part=b'AT+CGMI;+CGMM;+CGMR\r' * 200):
    flood(host, part, 6000000)
    host.close()


def flood_and_reset(host):
    flood(host, b'ATI\r' * 1000, 6000000)
    reset(host)


def after(*parts):
    def leave(host):
        for part in parts:
            host.sendall(part)
        reset(host)
    return leave


def half_close(host):
    host.sendall(b'AT\r')
    host.shutdown(socket.SHUT_WR)
    host.close()


GARBAGE = (b'\xff', b'\xff\xfa', b'\xff\xfa\x2c', b'\xff\xfa\x2c\x01\xff\xf0', b'\xff\xf0' * 99,
           b'\xff\xfa\x2c' + b'\x07' * 5000 + b'\xff\xf0', b'\xff\xfb\xff\xfd\xff\xfe' * 500,
           b'\xff\xfa\x2c\x01\0\0\0\0\xff\xf0', b'\xff\xfa\x2c\x63\xff\xff\xff\xff\xff\xf0')
HOSTS = {
    'says nothing, leaves': lambda host: host.close(),
    'says nothing, resets': reset,
    'AT, resets': after(b'AT\r'),
    'many lines, resets': after(b'AT+CGMI\r' * 500),
    'half a line, resets': after(b'AT+CG'),
    'half closes': half_close,
    # What is left of it, the next hosts' bytes fill.
    'resets in an upload': after(b'AT+HTTPINIT\rAT+HTTPDATA=40,1000\r', b'abc'),
    'resets in a transparent mode': after(b'ATE0\rAT+CCHMODE=1\rAT+CCHSTART\r', b'\xff\0abc+++'),
    '6 MB, reads nothing, leaves': flood_and_leave,
    '6 MB, reads nothing, resets': flood_and_reset,
    '6 MB without a line end': lambda host: flood_and_leave(host, b'A' * 4000),
}


class Module:
    def __init__(self, *options, files=None, wait=True):
        def limit():
            if files:
                resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
        self.process = subprocess.Popen([ATPROOF, 'modem', *options], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                        preexec_fn=limit)
        self.where = self.process.stdout.readline().decode().strip() if wait else ''

    def connect(self):
        host = socket.create_connection(('127.0.0.1', int(self.where.rsplit(',', 1)[1])), LIMIT)
        host.settimeout(LIMIT)
        return host

    def descriptors(self):
        return len(os.listdir(f'/proc/{self.process.pid}/fd'))

    def end(self):
        """Its exit code and what it complained of."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            errors = self.process.communicate(timeout=LIMIT)[1].decode()
        except subprocess.TimeoutExpired:
            self.process.kill()
            errors = self.process.communicate()[1].decode()
        return self.process.returncode, errors


def is_served(module):
    """Whether a host that behaves gets its answer."""
    try:
        with module.connect() as host:
            host.settimeout(1)
            heard = b''
            tries = 0
            while b'virtual simcom\r\n\r\nOK' not in heard:
                try:
                    part = host.recv(65536) if tries else b' '
                except TimeoutError:  # an upload that the last host left may have taken it
                    part = b' '
                if part == b' ':
                    tries += 1
                    if tries > LIMIT:
                        return f'no answer after {heard!r}'
                    host.sendall(b'\r\x1a\rAT+CGMM\r')
                if not part:
                    return f'it was closed after {heard!r}'
                heard += part
            return True
    except OSError as error:
        return str(error)


def test_hosts():
    for listen in ('tcp,127.0.0.1,0', 'telnet(rfc2217),tcp,127.0.0.1,0'):
        for name, leave in HOSTS.items():
            module = Module('--listen', listen, '--offline')
            for _ in range(2):
                leave(module.connect())
            check(f'{listen}: {name}: the next host', True, is_served(module))
            check(f'{listen}: {name}: exit', (0, ''), module.end())
    module = Module('--listen', 'telnet(rfc2217),tcp,127.0.0.1,0', '--offline')
    for number, garbage in enumerate(GARBAGE):
        after(garbage)(module.connect())
        host = module.connect()
        host.sendall(garbage)
        host.close()
        check(f'RFC 2217, garbage {number}: the next host', True, is_served(module))
    check('RFC 2217, garbage: exit', (0, ''), module.end())


def test_many():
    """None leaves a descriptor; with few of them it goes on."""
    module = Module('--listen', 'tcp,127.0.0.1,0', '--offline', files=40)
    check('before many', True, is_served(module))
    before = module.descriptors()
    for number in range(300):
        host = module.connect()
        if number % 2:
            host.sendall(b'AT\r')
        (reset if number % 3 else socket.socket.close)(host)
    check('after three hundred hosts', True, is_served(module))
    check('descriptors after them', True, module.descriptors() <= before + 1)
    waiting = [socket.socket() for _ in range(60)]
    for host in waiting:  # more than the system lets wait
        host.setblocking(False)
        host.connect_ex(('127.0.0.1', int(module.where.rsplit(',', 1)[1])))
    for host in waiting:
        host.close()
    check('after sixty that waited together', True, is_served(module))
    check('many: exit', (0, ''), module.end())


# ---- where it listens -------------------------------------------------------


def bound(module):
    """The addresses that its listening sockets are bound to, from the system's tables."""
    inodes = set()
    for name in os.listdir(f'/proc/{module.process.pid}/fd'):
        try:
            target = os.readlink(f'/proc/{module.process.pid}/fd/{name}')
        except OSError:
            continue
        if target.startswith('socket:'):
            inodes.add(target[8:-1])
    found = set()
    for table in ('tcp', 'tcp6'):
        with open(f'/proc/net/{table}', encoding='ascii') as file:
            for line in file.readlines()[1:]:
                words = line.split()
                if words[3] == '0A' and words[9] in inodes:
                    found.add(words[1].split(':')[0])
    return found


LOOPBACK = {'0100007F', '00000000000000000000000001000000'}
TELNET = 'telnet(rfc2217),'
LOCAL = ('tcp,0', 'tcp,127.0.0.1,0', 'tcp,localhost,0', 'tcp,ipv4,0', 'tcp(readbuf=1000),0',
         TELNET + 'tcp,0', 'telnet,tcp,0')
PUBLIC = ('tcp,0.0.0.0,0', 'tcp,::,0', TELNET + 'tcp,0.0.0.0,0', 'tcp,ipv4,0.0.0.0,0')


def test_addresses():
    for listen in LOCAL:
        module = Module('--listen', listen, '--offline')
        addresses = bound(module)
        check(f'{listen}: this machine alone', (True, True),
              (len(addresses) > 0, addresses <= LOOPBACK))
        check(f'{listen}: answers', True, is_served(module))
        check(f'{listen}: no warning', (0, ''), module.end())
    for listen in PUBLIC:
        if '::' in listen and not os.path.exists('/proc/net/if_inet6'):
            continue
        module = Module('--listen', listen, '--offline')
        code, errors = module.end()
        check(f'{listen}: a warning', (0, 1, True),
              (code, errors.count('\n'), 'warning: ' in errors and 'other machines' in errors))


# ---- links ------------------------------------------------------------------


def test_link(folder):
    link = f'{folder}/link'
    first = Module('--link', link)
    target = os.readlink(link)
    second = Module('--link', link)
    code, errors = second.end()
    check('a live link is refused', (6, 1, True),
          (code, errors.count('\n'), 'name a path that is free' in errors))
    check('and stays', target, os.readlink(link))
    first.process.kill()
    first.process.communicate()
    third = Module('--link', link)
    check('a stale link is replaced', f'pty {link}', third.where)
    check('its exit', (0, ''), third.end())
    check('and taken away', False, os.path.lexists(link))
    os.symlink('/dev/null', link)
    check('a link to what is there is refused', 6, Module('--link', link).end()[0])
    check('and kept', '/dev/null', os.readlink(link))


# ---- standard streams -------------------------------------------------------

ANSWER = b'AT\r\r\nOK\r\n'


def run(given, taken, command='AT\r', **options):
    """Its exit code, and the first of what it printed. -1: it did not end."""
    try:
        done = subprocess.run([ATPROOF, 'modem', '--stdio', '--offline'], stdin=given, stdout=taken,
                              timeout=LIMIT, stderr=subprocess.PIPE,
                              input=command.encode() if given is None else None, check=False,
                              **options)
    except subprocess.TimeoutExpired:
        return -1, b''
    return done.returncode, (done.stdout or b'')[:len(ANSWER)]


def test_end_of_input():
    for command in ('AT+CPSI=1\r', 'AT+CPSI=1\rAT\r', 'AT+CPSI=60\rAT+CSQ\r'):
        code = run(None, subprocess.PIPE, command)[0]
        check(f'{command!r}: the end of the input ends it', 0, code)


def test_streams(folder):
    source, result = f'{folder}/in', f'{folder}/out'
    with open(source, 'wb') as file:
        file.write(b'AT\r')
    with open(source, 'rb') as given:
        check('a file as input', (0, ANSWER), run(given, subprocess.PIPE))
    check('no input', (0, b''), run(subprocess.DEVNULL, subprocess.PIPE))
    check('no output', (0, b''), run(None, subprocess.DEVNULL))
    with open(source, 'rb') as given, open(result, 'wb') as taken:
        check('files', (0, b''), run(given, taken))
    with open(result, 'rb') as file:
        check('what it wrote', ANSWER, file.read())
    check('neither', (0, b''), run(subprocess.DEVNULL, subprocess.DEVNULL))
    check('a closed input', (0, b''), run(subprocess.DEVNULL, subprocess.PIPE,
                                          preexec_fn=lambda: os.close(0)))
    code = run(None, subprocess.DEVNULL, preexec_fn=lambda: os.close(1))[0]
    check('a closed output ends it', True, 0 <= code <= 6)
    with open('/dev/full', 'wb') as full:
        check('a full output ends it', True, 0 <= run(None, full)[0] <= 6)
    ours, theirs = socket.socketpair()
    ours.sendall(b'AT\r')
    ours.shutdown(socket.SHUT_WR)
    check('a socket', (0, b''), run(theirs, theirs))
    theirs.close()
    check('what it sent', ANSWER, ours.recv(100))
    ends = os.pipe()
    os.close(ends[0])
    check('a pipe that nobody reads', True, 0 <= run(None, ends[1])[0] <= 6)
    os.close(ends[1])


def test_tty():
    master, slave = pty.openpty()
    tty.setraw(slave)
    module = subprocess.Popen([ATPROOF, 'modem', '--stdio'], stdin=slave, stdout=slave)
    os.close(slave)
    os.write(master, b'AT\r')
    heard = b''
    while b'OK' not in heard:
        heard += os.read(master, 100)
    os.close(master)
    try:
        check('a terminal that goes ends it', True, module.wait(LIMIT) is not None)
    except subprocess.TimeoutExpired:
        check('a terminal that goes ends it', True, False)
        module.kill()


def main():
    with tempfile.TemporaryDirectory() as folder:
        test_addresses()
        test_link(folder)
        test_end_of_input()
        test_streams(folder)
        test_tty()
        test_hosts()
        test_many()
    print(f'{len(passed)} passed, {len(failed)} failed')
    return len(failed) > 0 or len(passed) == 0


if __name__ == '__main__':
    sys.exit(main())
