#!/usr/bin/python3
"""The virtual module's SSL clients, Quectel's: over its pseudo terminal, against
`atproof server` and peers of our own on loopback, in both editions, and what
came of it judged by `atproof check --strict`.

    modem_quectel.py ATPROOF
"""
import contextlib
import os
import random
import re
import select
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import warnings

ATPROOF = sys.argv[1]
BINARY = bytes(range(256)) * 5
FORGED = b'\r\nOK\r\n\r\n+QSSLRECV: 3\r\nabc\r\nNO CARRIER\r\n+++\r\n+QSSLURC: "closed",1\r\n'
counts = {'passed': 0, 'failed': 0}


class Edition:
    def __init__(self, name, service, opening, handshake, connected, closing):
        self.name = name
        self.dialect = f'quectel-{name}'
        self.service = service
        self.opening, self.handshake = opening, handshake
        self.connected, self.closing = connected, closing
        self.is_ec200 = name == 'ec200'


EDITIONS = (Edition('ugxx', 'SSL CLIENT', 1, 2, 3, 5), Edition('ec200', 'SSLClient', 1, 1, 2, 4))


def check(what, expected, seen):
    if expected == seen:
        counts['passed'] += 1
        return
    counts['failed'] += 1
    print(f'{what}\n  expected: {expected!r}\n  seen:     {seen!r}', flush=True)


def escaped(data):
    return ''.join(chr(b) if 32 <= b < 127 and b not in (34, 92) else f'\\x{b:02X}' for b in data)


class Host:
    """Types on the module's terminal and keeps what was said, as a transcript."""

    def __init__(self, lab, edition, *options):
        self.lab = lab
        self.name = f'{edition.name}-{lab.next_number()}'
        self.module = subprocess.Popen(
            [ATPROOF, 'modem', '-d', edition.dialect, '--link', f'{lab.folder}/{self.name}.pty',
             *options], stdout=subprocess.PIPE)
        self.module.stdout.readline()
        self.line = os.open(f'{lab.folder}/{self.name}.pty', os.O_RDWR | os.O_NOCTTY)
        self.lines = [f'@ dialect: {edition.dialect}', '']
        self.heard = b''
        check('ATE0', b'ATE0\r\r\nOK\r\n', self.ask('ATE0'))

    def read(self, limit):
        if select.select([self.line], [], [], limit)[0]:
            self.heard += os.read(self.line, 65536)

    def take(self, size):
        """What was heard first; it stands in the transcript from here on."""
        taken, self.heard = self.heard[:size], self.heard[size:]
        for at in range(0, len(taken), 200):
            self.lines.append(f'<< "{escaped(taken[at:at + 200])}"')
        return taken

    def until(self, pattern, limit=20):
        """All up to the end of what the pattern matches."""
        end = time.monotonic() + limit
        while not (found := re.search(pattern, self.heard, re.S)) and time.monotonic() < end:
            self.read(0.2)
        return self.take(found.end() if found else len(self.heard))

    def exactly(self, size, limit=20):
        end = time.monotonic() + limit
        while len(self.heard) < size and time.monotonic() < end:
            self.read(0.2)
        return self.take(size)

    def rest(self, pause=0.3):
        """What comes until nothing more does."""
        size = -1
        while size != len(self.heard):
            size = len(self.heard)
            self.read(pause)
        return self.take(size)

    def raw(self, data, escapes=False):
        """A transcript tells no guard times: +++ alone on its line escapes."""
        step = 200 if escapes or data != b'+++' else 2
        for at in range(0, len(data), step):
            self.lines.append(f'>> "{escaped(data[at:at + step])}"')
        os.write(self.line, data)

    def ask(self, command, pattern=rb'\r\n(OK|ERROR|NO CARRIER)\r\n', **options):
        self.lines.append(f'> {command}')
        os.write(self.line, command.encode() + b'\r')
        return self.until(pattern, **options)

    def good(self, command):
        check(f'{self.name}: {command}', b'\r\nOK\r\n', self.ask(command))

    def error(self, command, code):
        """Refused, and QIGETERROR knows why."""
        check(f'{self.name}: {command}', b'\r\nERROR\r\n', self.ask(command))
        self.last_error(command, code)

    def last_error(self, what, code):
        said = self.ask('AT+QIGETERROR')
        check(f'{self.name}: {what}: error', b'\r\n+QIGETERROR: %d,' % code,
              said[:said.find(b',') + 1])

    def open(self, client, port, mode=0, context=0, address='127.0.0.1', code=0, pdp=1):
        self.good(f'AT+QSSLOPEN={pdp},{context},{client},"{address}",{port},{mode}')
        said = self.until(rb'QSSLOPEN: [^\r]*\r\n')
        check(f'{self.name}: open {client} {port}', b'\r\n+QSSLOPEN: %d,%d\r\n' % (client, code),
              said)

    def send(self, client, data, result=b'SEND OK'):
        said = self.ask(f'AT+QSSLSEND={client},{len(data)}', rb'> $|ERROR\r\n')
        check(f'{self.name}: prompt', b'\r\n> ', said)
        self.raw(data)
        check(f'{self.name}: sent', b'\r\n' + result + b'\r\n', self.until(rb'(OK|FAIL|ERROR)\r\n'))

    def receive(self, client, size=1500):
        """The data of one QSSLRECV; none if it is refused."""
        said = self.ask(f'AT+QSSLRECV={client},{size}', rb'\+QSSLRECV: \d+\r\n|ERROR\r\n')
        found = re.fullmatch(rb'\r\n\+QSSLRECV: (\d+)\r\n', said)
        if not found:
            return None
        data = self.exactly(int(found[1]))
        check(f'{self.name}: behind the data', b'\r\nOK\r\n', self.exactly(6))
        return data

    def receive_all(self, client, size):
        """Announced as it must be, until there are so many bytes."""
        data = b''
        while len(data) < size:
            check(f'{self.name}: announced', b'\r\n+QSSLURC: "recv",%d\r\n' % client,
                  self.until(rb'\+QSSLURC: [^\r]*\r\n'))
            before = len(data)
            while part := self.receive(client):
                data += part
            if len(data) == before:
                break
        return data

    def store(self, name, data, command='AT+QFUPL'):
        check(f'{self.name}: upload', b'\r\nCONNECT\r\n',
              self.ask(f'{command}="{name}",{len(data)}', rb'CONNECT\r\n|ERROR\r\n'))
        self.raw(data)
        check(f'{self.name}: stored', True,
              bool(re.fullmatch(rb'\r\n\+(QFUPL|QSECWRITE): %d,[0-9a-f]+\r\n\r\nOK\r\n' % len(data),
                                self.until(rb'(OK|ERROR)\r\n'))))

    def state(self, client):
        """The fields of its QSSLSTATE, or what came instead."""
        said = self.ask(f'AT+QSSLSTATE={client}')
        found = re.fullmatch(rb'\r\n\+QSSLSTATE: ([^\r]*)\r\n\r\nOK\r\n', said)
        return found[1].decode().split(',') if found else said

    def end(self):
        check(f'{self.name}: nothing more', b'', self.rest(0.05))
        os.close(self.line)
        self.module.terminate()
        check(f'{self.name}: exit', 0, self.module.wait(10))
        path = f'{self.lab.folder}/{self.name}.at'
        with open(path, 'w', encoding='ascii') as out:
            out.write('\n'.join(self.lines) + '\n')
        judged = subprocess.run([ATPROOF, 'check', '--strict', path], capture_output=True,
                                text=True, check=False)
        check(f'{self.name}: as the manual has it', 0, judged.returncode)
        if judged.returncode != 0:
            print(judged.stdout[-1500:], judged.stderr)


class Server:
    """`atproof server`; its ports by their names."""

    def __init__(self, *options):
        self.process = subprocess.Popen([ATPROOF, 'server', '--key', 'rsa', *options],
                                        stdout=subprocess.PIPE, text=True)
        self.ports = {}
        while 'tls-self-signed' not in self.ports:
            name, address = self.process.stdout.readline().split()
            self.ports[name] = int(address.rsplit(':', 1)[1])

    def end(self):
        self.process.terminate()
        check('server: exit', 0, self.process.wait(10))


class Peer:
    """A TLS server that does with each connection what the test says."""

    def __init__(self, lab, serve, receive_room=0):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(f'{lab.certificates}/server.pem',
                                     f'{lab.certificates}/server-key.pem')
        with warnings.catch_warnings(action='ignore'):
            self.context.minimum_version = ssl.TLSVersion.TLSv1
        self.context.set_ciphers('ALL:@SECLEVEL=0')
        self.names = []
        self.context.sni_callback = lambda connection, name, context: self.names.append(name)
        self.seen = []
        self.serve = serve
        self.listener = socket.create_server(('127.0.0.1', 0), backlog=20)
        if receive_room:
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_room)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                connection = self.listener.accept()[0]
                threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        with contextlib.suppress(OSError, ValueError), connection:
            with self.context.wrap_socket(connection, server_side=True) as secure:
                self.seen.append((secure.version(), secure.cipher()[0], secure.session_reused))
                self.serve(secure)

    def end(self):
        self.listener.close()


class Lab:
    """What all sessions share."""

    def __init__(self, folder):
        self.folder = folder
        self.certificates = f'{folder}/certificates'
        self.lock = threading.Lock()
        self.seeds = []
        self.number = 0
        self.server = Server('--certificates', self.certificates)
        self.ports = self.server.ports
        names = [line.split()[0] for line in self.fetch('/hostile').decode().splitlines()]
        self.hostile = [body for name in names if (body := self.fetch(f'/hostile/{name}'))]

    def next_number(self):
        with self.lock:
            self.number += 1
            return self.number

    def certificate(self, name):
        with open(f'{self.certificates}/{name}', 'rb') as file:
            return file.read()

    def seed(self):
        with self.lock:
            self.seeds.append(random.randrange(1, 1 << 32))
            return str(self.seeds[-1])

    def fetch(self, path):
        return urllib.request.urlopen(f"http://127.0.0.1:{self.ports['http']}{path}").read()

    def bytes(self, size, seed):
        """What `send SIZE SEED` asks a peer for."""
        return self.fetch(f'/bytes?length={size}&seed={seed}')


# ---- QSSLCFG --------------------------------------------------------------------

BOTH = {  # key: default, other values, refused values
    'sslversion': ('4', ['0', '1', '2', '3', '4'], ['5', '-1', 'x']),
    'cacert': ('""', ['"UFS:ca.pem"', '"RAM:ca.pem"', '""'], ['ca.pem', '3']),
    'clientcert': ('""', ['"c.pem"'], ['c']),
    'clientkey': ('""', ['"k.pem"'], ['k']),
    'seclevel': ('0', ['1', '2', '0'], ['3', '"1"']),
    'ignorelocaltime': ('1', ['0', '1'], ['2']),
    'negotiatetime': ('300', ['10', '300', '77'], ['9', '301']),
}
EC200 = {
    'cacertex': ('""', ['"UFS:other.pem"'], ['3']),
    'sni': ('0', ['1', '0'], ['2']),
    'closetimemode': ('0', ['1', '0'], ['2']),
    'ignoremulticertchainverify': ('0', ['1', '0'], ['2']),
    'ignoreinvalidcertsign': ('0', ['1', '0'], ['2']),
    'session_cache': ('0', ['1', '0'], ['2']),
}


def configuration(lab, edition):
    host = Host(lab, edition, '--seed', lab.seed())

    def query(key, context):
        said = host.ask(f'AT+QSSLCFG="{key}",{context}')
        found = re.fullmatch(rb'\r\n\+QSSLCFG: "%s",%d,([^\r]*)\r\n\r\nOK\r\n'
                             % (key.encode(), context), said)
        return found[1].decode() if found else said

    settings = {**BOTH, **EC200} if edition.is_ec200 else BOTH
    listed = host.ask('AT+QSSLCFG=?')
    for key, (default, values, refused) in settings.items():
        check(f'{key}: listed', True, b'+QSSLCFG: "%s",(0-5),' % key.encode() in listed)
        for context in (0, 5):
            check(f'{key},{context}: default', default, query(key, context))
        for value in values:
            host.good(f'AT+QSSLCFG="{key}",5,{value}')
            check(f'{key}: set', value, query(key, 5))
            check(f'{key}: of another context', default, query(key, 0))
        for value in refused:
            host.error(f'AT+QSSLCFG="{key}",5,{value}', 552)
        host.error(f'AT+QSSLCFG="{key}",6', 552)
        check(f'{key}: still', values[-1], query(key, 5))
    for key in EC200 if not edition.is_ec200 else ():
        check(f'{key}: not of UGxx', b'\r\nERROR\r\n', host.ask(f'AT+QSSLCFG="{key}",0'))
    host.error('AT+QSSLCFG="none",0', 552)

    quote = '' if edition.is_ec200 else '"'
    codes = ['0X0035', '0X002F', '0X0005', '0X0004', '0X000A', '0X003D', '0XFFFF']
    codes += ['0XC002', '0XC024', '0XC030'] if edition.is_ec200 else []
    check('ciphersuite: default', f'{quote}0XFFFF{quote}', query('ciphersuite', 1))
    for code in codes:
        host.good(f'AT+QSSLCFG="ciphersuite",1,{quote}{code}{quote}')
        check('ciphersuite', f'{quote}{code}{quote}', query('ciphersuite', 1))
    for code in ('0X0036', '0X1301', '0XC02B', 'x'):
        host.error(f'AT+QSSLCFG="ciphersuite",1,{quote}{code}{quote}', 552)
    if edition.is_ec200:
        host.good('AT+QSSLCFG="ciphersuite",1,35')
        check('ciphersuite: one spelling', '0X0035', query('ciphersuite', 1))
        host.good('AT+QSSLCFG="cacertex",0,"a"')
        said = host.ask('AT+QSSLCFG="cacertex"')
        check('cacertex: all', b''.join(
            b'\r\n+QSSLCFG: "cacertex",%d,"%s"\r\n'
            % (i, {0: b'a', 5: b'UFS:other.pem'}.get(i, b'')) for i in range(6))
            + b'\r\nOK\r\n', said)
    else:
        host.error('AT+QSSLCFG="ciphersuite",1,"0XC030"', 552)
    host.ask('ATZ')
    host.ask('ATE0')
    check('ATZ leaves it', '77', query('negotiatetime', 5))
    host.lines.append('> AT+CFUN=1,1')
    host.raw(b'')
    os.write(host.line, b'AT+CFUN=1,1\r')
    host.until(rb'QIND: PB DONE\r\n')
    host.ask('ATE0')
    check('a restart does not', '300', query('negotiatetime', 5))
    host.end()


# ---- state rules ------------------------------------------------------------------

def rules(lab, edition):
    host = Host(lab, edition)
    tls = lab.ports['tls']
    number = 1 if edition.is_ec200 else 20
    for command in ('QSSLSEND=3', 'QSSLSEND=3,5', 'QSSLRECV=3,5', 'QSSLCLOSE=3', 'QSSLCLOSE=3,0',
                    'QISEND=3,5', 'QISWTMD=3,0', 'QISWTMD=3,2'):
        host.error(f'AT+{command}', 567)
    for command in ('QSSLSEND=12', 'QSSLSEND=0,0', 'QSSLSEND=0,1461', 'QSSLRECV=12,5',
                    'QSSLRECV=0,0', 'QSSLRECV=0,1501', 'QSSLRECV=0', 'QSSLCLOSE=12',
                    'QSSLCLOSE=0,65536', 'QISWTMD=0,3', 'QISWTMD=12,0', 'QISEND=0,1461',
                    f'QSSLOPEN={number},6,0,"x",1', f'QSSLOPEN={number},0,12,"x",1',
                    f'QSSLOPEN={number},0,0,"x",1,3', 'QSSLOPEN=0,0,0,"x",1', 'QSSLOPEN=1,0,0,"x"',
                    'QSSLOPEN=21,0,0,"x",1', 'QSSLOPEN=1,0,0,x,1'):
        host.error(f'AT+{command}', 552)
    check('ATO: no stream yet', b'\r\nNO CARRIER\r\n', host.ask('ATO'))
    for state in ('', '=?'):
        check('no connections', b'\r\nOK\r\n', host.ask(f'AT+QSSLSTATE{state}'))
    if edition.is_ec200:
        host.error('AT+QSSLOPEN=16,0,0,"x",1', 552)
        check('an unused client', '4,"SSLClient","0.0.0.0",0,0,0,1,4,0,"usbmodem",0'.split(','),
              host.state(4))
    else:
        check('an unused client', b'\r\nOK\r\n', host.state(4))

    for mode in (0, 1, 2):
        host.error(f'AT+QSSLOPEN={number},0,0,"127.0.0.1",{tls},{mode}', 561)
    check('described', b'\r\n+QIGETERROR: 561,PDP context not opened\r\n\r\nOK\r\n',
          host.ask('AT+QIGETERROR'))
    host.good(f'AT+QICSGP={number},1,"internet"')
    host.good(f'AT+QIACT={number}')
    check('activated', b'\r\n+QIACT: %d,1,1,"127.0.0.1"\r\n\r\nOK\r\n' % number,
          host.ask('AT+QIACT?'))
    for wrong in ('"127.0.0.1",0', '"127.0.0.1",65536', '"",443'):
        host.error(f'AT+QSSLOPEN={number},0,0,{wrong}', 552)
    host.open(0, tls, pdp=number)
    host.last_error('after a success', 0)
    for mode in (0, 1, 2):
        host.error(f'AT+QSSLOPEN={number},0,0,"127.0.0.1",{tls},{mode}', 563)
    host.error('AT+QISEND=0,0', 555)
    host.error('AT+QISEND=0,5,"127.0.0.1",5', 555)
    check('nothing there', b'', host.receive(0))
    host.last_error('after a success', 0)

    # the PDP context goes, and what is on it
    check('taken down', b'\r\nOK\r\n', host.ask(f'AT+QIDEACT={number}'))
    check('closed', b'\r\n+QSSLURC: "closed",0\r\n', host.until(rb'QSSLURC: [^\r]*\r\n'))
    check('state', str(edition.closing), host.state(0)[5])
    host.error('AT+QSSLSEND=0,5', 567)
    host.error('AT+QSSLRECV=0,5', 567)
    host.good('AT+QSSLCLOSE=0')
    host.error('AT+QSSLCLOSE=0', 567)
    check('no connections', b'\r\nOK\r\n', host.ask('AT+QSSLSTATE'))
    host.good(f'AT+QIACT={number}')
    host.open(0, tls, pdp=number)
    said = host.ask('AT+CFUN=4', rb'"closed",\d\r\n')
    check('radio off', b'\r\nOK\r\n\r\n+QSSLURC: "closed",0\r\n', said)
    host.end()


# ---- buffer mode --------------------------------------------------------------------

def buffer_mode(lab, edition):
    host = Host(lab, edition, '--seed', lab.seed())
    tls = lab.ports['tls']
    host.good('AT+QIACT=1')
    host.open(1, tls, address='localhost', context=3)
    fields = host.state(1)
    check('state', ['1', f'"{edition.service}"', '"localhost"', str(tls)], fields[:4])
    check('local port', True, 1024 <= int(fields[4]) <= 65535)
    check('state', [str(edition.connected), '1', '1', '0', '"usbmodem"', '3'], fields[5:])

    host.send(1, b'abc')
    check('announced', b'\r\n+QSSLURC: "recv",1\r\n', host.until(rb'\+QSSLURC: [^\r]*\r\n'))
    host.send(1, b'def')
    check('announced once', b'', host.rest())
    check('in part', b'ab', host.receive(1, 2))
    check('not announced again', b'', host.rest())
    check('the rest', b'cdef', host.receive(1))
    check('empty', b'', host.receive(1))
    host.send(1, b'ghi')
    check('announced anew', b'ghi', host.receive_all(1, 3))

    # Ctrl-Z, ESC, too much, counted bytes that look like them
    check('prompt', b'\r\n> ', host.ask('AT+QSSLSEND=1', rb'> $'))
    host.raw(b'AT\r\n+++\x00\xff\x1a')
    check('sent', b'\r\nSEND OK\r\n', host.until(rb'(OK|FAIL|ERROR)\r\n'))
    check('as typed', b'AT\r\n+++\x00\xff', host.receive_all(1, 9))
    host.ask('AT+QSSLSEND=1', rb'> $')
    host.raw(b'not to be sent\x1b')
    check('cancelled', b'\r\nERROR\r\n', host.until(rb'(OK|FAIL|ERROR)\r\n'))
    host.last_error('cancelled', 571)
    host.ask('AT+QSSLSEND=1', rb'> $')
    host.raw(bytes(32 + i % 90 for i in range(1461)) + b'\x1a')
    check('too much', b'\r\nERROR\r\n', host.until(rb'(OK|FAIL|ERROR)\r\n'))
    host.last_error('too much', 552)
    host.ask('AT+QSSLSEND=1', rb'> $')
    most = bytes(32 + i % 90 for i in range(1460))
    host.raw(most + b'\x1a')
    check('the most', b'\r\nSEND OK\r\n', host.until(rb'(OK|FAIL|ERROR)\r\n'))
    check('came back', most, host.receive_all(1, 1460))
    host.send(1, b'\x1a\x1b\x1aAT\r')
    check('counted', b'\x1a\x1b\x1aAT\r', host.receive_all(1, 6))
    host.lines.append('> AT+QISEND=1,5')
    os.write(host.line, b'AT+QISEND=1,5\r')
    check('QISEND', b'\r\n> ', host.until(rb'> $'))
    host.raw(b'hello')
    check('QISEND', b'\r\nSEND OK\r\n', host.until(rb'(OK|FAIL|ERROR)\r\n'))
    check('QISEND', b'hello', host.receive_all(1, 5))

    for body in lab.hostile:
        for at in range(0, len(body), 1460):
            part = body[at:at + 1460]
            host.send(1, part)
            check('hostile', part, host.receive_all(1, len(part)))
    host.send(1, b'send 5000 7\n')
    expected = b'send 5000 7\n' + lab.bytes(5000, 7)
    check('5000 bytes', expected, host.receive_all(1, len(expected)))
    sizes = []
    host.send(1, b'send 4000 8\n')
    host.until(rb'\+QSSLURC: [^\r]*\r\n')
    time.sleep(0.3)
    while part := host.receive(1):
        sizes.append(len(part))
    check('at most 1500 a read', [1500, 1500, 1012], sizes)
    host.rest()

    # the peer leaves: what it sent is still there
    host.send(1, b'last words\nclose\n')
    said = host.until(rb'"closed",1\r\n')
    check('told', b'\r\n+QSSLURC: "recv",1\r\n\r\n+QSSLURC: "closed",1\r\n', said)
    check('state', str(edition.closing), host.state(1)[5])
    host.error('AT+QSSLSEND=1,5', 567)
    host.error('AT+QISWTMD=1,1', 567)
    host.error(f'AT+QSSLOPEN=1,0,1,"127.0.0.1",{tls}', 563)
    check('kept', b'last words\nclose\n', host.receive(1))
    host.error('AT+QSSLRECV=1,5', 567)
    host.good('AT+QSSLCLOSE=1')
    host.open(1, tls)
    host.good('AT+QSSLCLOSE=1,0')
    host.end()


# ---- direct push ----------------------------------------------------------------------

def pushed(host, client, size):
    """Data of direct push, so many bytes, and the sizes of their frames."""
    data, sizes = b'', []
    while len(data) < size:
        said = host.until(rb'\+QSSLURC: [^\r]*\r\n')
        found = re.fullmatch(rb'\r\n\+QSSLURC: "recv",%d,(\d+)\r\n' % client, said)
        if not found:
            return said, sizes
        sizes.append(int(found[1]))
        data += host.exactly(sizes[-1])
    return data, sizes


def push_mode(lab, edition):
    host = Host(lab, edition, '--seed', lab.seed())
    tls = lab.ports['tls']
    host.good('AT+QIACT=1')
    host.open(11, tls, mode=1)
    check('state', '1', host.state(11)[8])
    host.send(11, b'abc')
    check('pushed', (b'abc', [3]), pushed(host, 11, 3))
    for body in (*lab.hostile, BINARY, FORGED):
        for at in range(0, len(body), 1460):
            part = body[at:at + 1460]
            host.send(11, part)
            check('hostile', part, pushed(host, 11, len(part))[0])
    host.send(11, b'send 20000 3\n')
    expected = b'send 20000 3\n' + lab.bytes(20000, 3)
    data, sizes = pushed(host, 11, len(expected))
    check('20000 bytes', expected, data)
    check('at most 1500 a push', True, max(sizes) <= 1500)
    check('nothing is left', b'', host.receive(11))

    # it waits for its place: behind a command that is being typed, and its answer
    gate = threading.Event()

    def wait_and_send(secure):
        gate.wait(10)
        secure.sendall(b'OK\r\n')
        secure.recv(1)

    peer = Peer(lab, wait_and_send)
    host.open(0, peer.port, mode=1)
    os.write(host.line, b'AT+QSSLRECV=0')
    gate.set()
    check('not inside a line', b'', host.rest())
    os.write(host.line, b',5\r')
    host.lines.append('> AT+QSSLRECV=0,5')
    check('not inside an answer', b'\r\n+QSSLRECV: 0\r\n\r\nOK\r\n',
          host.exactly(len('..+QSSLRECV: 0....OK..')))
    check('behind it', (b'OK\r\n', [4]), pushed(host, 0, 4))
    host.good('AT+QSSLCLOSE=0')
    peer.end()

    # modes are switched: what waits comes in the new one
    host.good('AT+QISWTMD=11,0')
    host.send(11, b'buffered')
    host.until(rb'\+QSSLURC: [^\r]*\r\n')
    host.good('AT+QISWTMD=11,1')
    check('pushed now', (b'buffered', [8]), pushed(host, 11, 8))
    host.send(11, b'\nsend 20000 4\nclose\n')
    expected = b'\nsend 20000 4\n' + lab.bytes(20000, 4) + b'close\n'
    check('before the end', expected, pushed(host, 11, len(expected))[0])
    check('the end', b'\r\n+QSSLURC: "closed",11\r\n', host.until(rb'"closed",\d+\r\n'))
    check('state', str(edition.closing), host.state(11)[5])
    host.good('AT+QSSLCLOSE=11')
    host.end()


# ---- transparent mode -------------------------------------------------------------------

def leave_stream(host):
    """The escape sequence with its guard times."""
    time.sleep(1.1)
    host.raw(b'+++', escapes=True)
    began = time.monotonic()
    said = host.until(rb'\r\nOK\r\n', limit=8)
    check('guarded', True, 0.9 < time.monotonic() - began < 8)
    check('left', b'\r\nOK\r\n', said)


def transparent_mode(lab, edition):
    host = Host(lab, edition, '--seed', lab.seed())
    tls = lab.ports['tls']
    host.good('AT+QIACT=1')
    check('connect', b'\r\nCONNECT\r\n',
          host.ask(f'AT+QSSLOPEN=1,0,4,"127.0.0.1",{tls},2', rb'(CONNECT|ERROR)\r\n'))
    for body in (BINARY, FORGED, b'+++', b'+', b'AT+QSSLCLOSE=4\r', *lab.hostile):
        host.raw(body)
        check('streamed', body, host.exactly(len(body)))
    host.raw(b'send 20000 9\n')
    expected = b'send 20000 9\n' + lab.bytes(20000, 9)
    check('20000 bytes', expected, host.exactly(len(expected)))

    time.sleep(1.1)
    host.raw(b'+++x')
    check('not guarded', b'+++x', host.exactly(4))
    time.sleep(0.3)
    host.raw(b'+++')
    check('too early', b'+++', host.exactly(3))

    leave_stream(host)
    check('buffer mode', [str(edition.connected), '0'],
          [host.state(4)[5], host.state(4)[8]])
    host.send(4, b'in between')
    check('in between', b'in between', host.receive_all(4, 10))
    check('ATO', b'\r\nCONNECT\r\n', host.ask('ATO', rb'(CONNECT|CARRIER)\r\n'))
    host.raw(b'again')
    check('again', b'again', host.exactly(5))
    leave_stream(host)
    host.send(4, b'unread')
    host.until(rb'\+QSSLURC: [^\r]*\r\n')
    check('QISWTMD', b'\r\nCONNECT\r\n',
          host.ask('AT+QISWTMD=4,2', rb'(CONNECT|ERROR)\r\n'))
    check('what was unread', b'unread', host.exactly(6))

    # other clients' URCs wait; the end of the connection ends the stream
    host.raw(b'\nsend 20000 5\nclose\n')
    expected = b'\nsend 20000 5\n' + lab.bytes(20000, 5) + b'close\n'
    check('the last bytes', expected, host.exactly(len(expected)))
    host.lines.append('@ stream-end:')
    check('the end', b'\r\nNO CARRIER\r\n', host.until(rb'CARRIER\r\n'))
    check('nothing more', b'', host.rest())
    check('state', str(edition.closing), host.state(4)[5])
    check('nothing to return to', b'\r\nNO CARRIER\r\n', host.ask('ATO'))
    host.good('AT+QSSLCLOSE=4')

    host.error('AT+QSSLOPEN=1,0,4,"127.0.0.1",1,2', 566)
    check('no connections', b'\r\nOK\r\n', host.ask('AT+QSSLSTATE'))
    host.open(5, tls)
    check('QISWTMD', b'\r\nCONNECT\r\n', host.ask('AT+QISWTMD=5,2', rb'(CONNECT|ERROR)\r\n'))
    leave_stream(host)
    host.good('AT+QISWTMD=5,1')
    host.send(5, b'pushed\n')
    check('pushed', b'pushed\n', pushed(host, 5, 7)[0])
    host.send(5, b'close\n')
    pushed(host, 5, 6)
    check('closed', b'\r\n+QSSLURC: "closed",5\r\n', host.until(rb'"closed",\d+\r\n'))
    check('nothing to return to', b'\r\nNO CARRIER\r\n', host.ask('ATO'))
    host.good('AT+QSSLCLOSE=5')
    host.end()


# ---- TLS ------------------------------------------------------------------------------------

def echo(secure):
    while data := secure.recv(4096):
        secure.sendall(data)


def opened(host, peer, client=0, context=0, address='127.0.0.1'):
    """What the peer saw of a connection that is made and closed again."""
    host.open(client, peer.port, context=context, address=address)
    host.send(client, b'x')
    host.receive_all(client, 1)
    host.good(f'AT+QSSLCLOSE={client}')
    return peer.seen[-1]


def handshakes(lab, edition):
    host = Host(lab, edition)
    peer = Peer(lab, echo)
    quote = '' if edition.is_ec200 else '"'
    host.good('AT+QIACT=1')
    for value, version in ((1, 'TLSv1'), (2, 'TLSv1.1'), (3, 'TLSv1.2'), (4, 'TLSv1.2')):
        host.good(f'AT+QSSLCFG="sslversion",2,{value}')
        check('version', version, opened(host, peer, context=2)[0])
    host.good('AT+QSSLCFG="sslversion",2,0')
    host.open(0, peer.port, context=2, code=566)
    suites = {'0X0035': 'AES256-SHA', '0X002F': 'AES128-SHA', '0X003D': 'AES256-SHA256'}
    if edition.is_ec200:
        suites.update({'0XC014': 'ECDHE-RSA-AES256-SHA', '0XC027': 'ECDHE-RSA-AES128-SHA256',
                       '0XC030': 'ECDHE-RSA-AES256-GCM-SHA384'})
    for code, name in suites.items():
        host.good(f'AT+QSSLCFG="ciphersuite",0,{quote}{code}{quote}')
        check('cipher suite', name, opened(host, peer)[1])
    host.good(f'AT+QSSLCFG="ciphersuite",0,{quote}0X003D{quote}')
    host.good('AT+QSSLCFG="sslversion",0,1')
    host.open(0, peer.port, code=566)  # a suite of TLS 1.2 alone
    host.good(f'AT+QSSLCFG="ciphersuite",0,{quote}0XFFFF{quote}')
    host.good('AT+QSSLCFG="sslversion",0,4')
    check('no name sent', [None], [*{*peer.names}])
    check('UGxx offers RSA suites alone', edition.is_ec200,
          opened(host, peer)[1].startswith('ECDHE'))
    if not edition.is_ec200:
        for _ in range(2):
            check('no session kept', False, opened(host, peer)[2])
    else:
        host.good('AT+QSSLCFG="sni",0,1')
        opened(host, peer, address='localhost')
        check('the name sent', 'localhost', peer.names[-1])
        opened(host, peer)
        check('an address is no name', None, peer.names[-1])
        for _ in range(2):
            check('no session kept', False, opened(host, peer)[2])
        host.good('AT+QSSLCFG="session_cache",0,1')
        check('first', False, opened(host, peer)[2])
        check('resumed', True, opened(host, peer)[2])
        check('not of another context', False, opened(host, peer, context=1)[2])
        host.good('AT+QSSLCFG="session_cache",0,0')
        check('no more', False, opened(host, peer)[2])
    peer.end()
    host.end()


def trust(lab, edition):
    host = Host(lab, edition)
    tls, expired, alien = (lab.ports[f'tls{kind}'] for kind in ('', '-expired', '-self-signed'))
    host.good('AT+QIACT=1')
    for port in (tls, expired, alien):  # seclevel 0
        host.open(0, port)
        host.good('AT+QSSLCLOSE=0')
    host.good('AT+QSSLCFG="seclevel",0,1')
    host.error(f'AT+QSSLOPEN=1,0,0,"127.0.0.1",{tls},0', 552)  # no CA is named
    host.good('AT+QSSLCFG="cacert",0,"UFS:ca.pem"')
    host.error(f'AT+QSSLOPEN=1,0,0,"127.0.0.1",{tls},0', 552)  # there is none
    host.store('UFS:ca.pem', b'no certificate')
    host.open(0, tls, code=552)
    host.last_error('no certificate', 552)
    host.store('UFS:ca.pem', lab.certificate('ca.pem'))
    host.open(0, tls)
    host.good('AT+QSSLCLOSE=0')
    host.open(0, alien, code=566)
    host.last_error('not of the CA', 566)
    host.open(0, expired)  # ignorelocaltime is 1
    host.good('AT+QSSLCLOSE=0')
    host.good('AT+QSSLCFG="ignorelocaltime",0,0')
    host.open(0, tls)
    host.good('AT+QSSLCLOSE=0')
    host.open(0, expired, code=566)
    host.good('AT+CCLK="99/01/01,00:00:00+00"')  # 2099
    host.open(0, tls, code=566)
    certificate = ssl._ssl._test_decode_cert(f'{lab.certificates}/expired.pem')
    end = ssl.cert_time_to_seconds(certificate['notAfter'])
    for zone, code in (('+00', 566), ('-08', 566), ('+08', 0)):  # quarters of an hour
        local = time.strftime('%y/%m/%d,%H:%M:%S', time.gmtime(end + 3600))
        host.good(f'AT+CCLK="{local}{zone}"')
        host.open(0, expired, code=code)
    host.good('AT+QSSLCLOSE=0')
    host.good('AT+QSSLCFG="ignorelocaltime",0,1')
    host.open(0, tls)
    host.good('AT+QSSLCLOSE=0')

    if edition.is_ec200:
        host.good('AT+CCLK="99/01/01,00:00:00+00"')
        host.good('AT+QSSLCFG="ignoreinvalidcertsign",0,1')
        host.open(0, alien)
        host.good('AT+QSSLCLOSE=0')
        host.good('AT+QSSLCFG="ignorelocaltime",0,0')
        host.open(0, alien, code=566)  # too old all the same
        host.good('AT+QSSLCFG="ignorelocaltime",0,1')
        host.good('AT+QSSLCFG="ignoreinvalidcertsign",0,0')
        host.store('other.pem', lab.certificate('self-signed.pem'), 'AT+QSECWRITE')
        host.good('AT+QSSLCFG="cacertex",0,"other.pem"')
        host.open(0, alien)  # of the second CA
        host.good('AT+QSSLCLOSE=0')
        host.good('AT+QSSLCFG="cacert",0,""')
        host.open(0, tls, code=566)
        host.good('AT+QSSLCFG="ignoremulticertchainverify",0,1')
        host.open(0, tls)  # it sends its CA along
        host.good('AT+QSSLCLOSE=0')
        host.good('AT+QSSLCFG="cacertex",0,"UFS:ca.pem"')
        host.open(0, alien, code=566)  # that one sends itself alone

    # the server asks for the module's own
    asking = Server('--client-certificate', 'require', '--certificates', f'{lab.folder}/{host.name}')
    port = asking.ports['tls']
    for name in ('ca.pem', 'client.pem', 'client-key.pem'):
        with open(f'{lab.folder}/{host.name}/{name}', 'rb') as file:
            host.store(f'RAM:{name}', file.read(), 'AT+QSECWRITE')
    for setting, name in (('cacert', 'ca'), ('clientcert', 'client'), ('clientkey', 'client-key')):
        host.good(f'AT+QSSLCFG="{setting}",1,"RAM:{name}.pem"')
    host.good('AT+QSSLCFG="seclevel",1,1')
    host.open(1, port, context=1, code=566)  # level 1 sends none
    host.good('AT+QSSLCFG="seclevel",1,2')
    host.open(1, port, context=1)
    host.send(1, b'known')
    check('known', b'known', host.receive_all(1, 5))
    host.good('AT+QSSLCLOSE=1')
    for setting, value in (('clientkey', ''), ('clientkey', 'none'), ('clientcert', 'none')):
        host.good(f'AT+QSSLCFG="{setting}",1,"{value}"')
        host.error(f'AT+QSSLOPEN=1,1,1,"127.0.0.1",{port},0', 552)
    host.good('AT+QSSLCFG="clientkey",1,"RAM:ca.pem"')
    host.good('AT+QSSLCFG="clientcert",1,"RAM:client.pem"')
    host.open(1, port, context=1, code=552)  # no key
    asking.end()
    host.end()


# ---- what goes wrong ------------------------------------------------------------------------

def failures(lab, edition):
    host = Host(lab, edition)
    silent = socket.create_server(('127.0.0.1', 0))  # takes the connection, and no more
    host.good('AT+QIACT=1')
    port = silent.getsockname()[1]
    host.good(f'AT+QSSLOPEN=1,0,8,"127.0.0.1",{port},1')
    time.sleep(0.2)
    check('handshake', str(edition.handshake), host.state(8)[5])
    host.good('AT+QSSLCLOSE=8')  # given up: no result comes
    host.open(0, 1, code=566)
    host.last_error('nobody listens', 566)
    host.open(0, lab.ports['tls'], address='nowhere.invalid', code=565)
    host.last_error('no such name', 565)
    host.open(0, lab.ports['tcp'], code=566)  # no TLS there
    host.error(f'AT+QSSLOPEN=1,0,0,"127.0.0.1",{lab.ports["tcp"]},2', 566)
    # it breaks: without close_notify; by bytes that are none of TLS
    broken = Peer(lab, lambda secure: (secure.recv(1), os.close(secure.detach())))
    host.open(0, broken.port, mode=1)
    host.send(0, b'x')
    check('broken', b'\r\n+QSSLURC: "closed",0\r\n', host.until(rb'"closed",\d\r\n'))
    host.good('AT+QSSLCLOSE=0')

    def garble(secure):
        secure.sendall(b'good')
        secure.recv(1)
        with socket.socket(fileno=os.dup(secure.fileno())) as plain:
            plain.sendall(b'\x17\x03\x03\x00\x40' + bytes(64))
            time.sleep(1)

    garbled = Peer(lab, garble)
    host.open(0, garbled.port, mode=1)
    check('good', b'good', pushed(host, 0, 4)[0])
    host.send(0, b'x')
    security = b'' if edition.is_ec200 else b'\r\n+QSSLURC: "security",0,2\r\n'
    check('garbled', security + b'\r\n+QSSLURC: "closed",0\r\n', host.until(rb'"closed",\d\r\n'))
    host.good('AT+QSSLCLOSE=0')

    # a peer that reads nothing: the buffer fills
    stuck = threading.Event()
    deaf = Peer(lab, lambda secure: stuck.wait(20), receive_room=4096)
    host.open(2, deaf.port)
    results = []
    while len(results) < 400 and (not results or results[-1] == b'\r\nSEND OK\r\n'):
        check('prompt', b'\r\n> ', host.ask('AT+QSSLSEND=2,1460', rb'> $|ERROR\r\n'))
        host.raw(bytes(1460))
        results.append(host.until(rb'(OK|FAIL|ERROR)\r\n'))
    check('full', b'\r\nSEND FAIL\r\n', results[-1])
    check('not at once', True, len(results) > 8)
    host.last_error('full', 551)
    before = time.monotonic()
    host.good('AT+QSSLCLOSE=2,2')
    check('waited for the peer', True, 1.9 < time.monotonic() - before < 15)
    if edition.is_ec200:
        host.open(2, deaf.port)
        host.good('AT+QSSLCFG="closetimemode",0,1')
        while b'OK' in host.ask('AT+QSSLSEND=2,1460', rb'> $') + b'OK':
            host.raw(bytes(1460))
            if b'FAIL' in host.until(rb'(OK|FAIL|ERROR)\r\n'):
                break
        before = time.monotonic()
        host.good('AT+QSSLCLOSE=2,700')
        check('milliseconds', True, 0.6 < time.monotonic() - before < 15)
    stuck.set()

    check('no connections', b'\r\nOK\r\n', host.ask('AT+QSSLSTATE'))
    for peer in (broken, garbled, deaf):
        peer.end()
    silent.close()
    host.end()


def slow_handshake(lab, edition):
    host = Host(lab, edition)
    silent = socket.create_server(('127.0.0.1', 0))
    port = silent.getsockname()[1]
    host.good('AT+QIACT=1')
    host.good('AT+QSSLCFG="negotiatetime",5,10')
    mode = 0 if edition.is_ec200 else 2
    host.lines.append(f'> AT+QSSLOPEN=1,5,9,"127.0.0.1",{port},{mode}')
    began = time.monotonic()
    os.write(host.line, f'AT+QSSLOPEN=1,5,9,"127.0.0.1",{port},{mode}\r'.encode())
    said = host.until(rb'QSSLOPEN: [^\r]*\r\n|ERROR\r\n', limit=30)
    check('timed out', b'\r\nERROR\r\n' if mode else b'\r\nOK\r\n\r\n+QSSLOPEN: 9,569\r\n', said)
    check('in time', True, 9.9 < time.monotonic() - began < 30)
    host.last_error('timed out', 569)
    host.good(f'AT+QSSLOPEN=1,5,9,"127.0.0.1",{port},0')
    said = host.ask('AT+QIDEACT=1', rb'QSSLOPEN: [^\r]*\r\n')
    check('the context went', b'\r\nOK\r\n\r\n+QSSLOPEN: 9,570\r\n', said)
    host.last_error('the context went', 570)
    silent.close()
    host.end()


# ---- all at once, and files ---------------------------------------------------------------

def twelve(lab, edition):
    host = Host(lab, edition, '--seed', lab.seed())
    tls = lab.ports['tls']
    host.good('AT+QIACT=1')
    for client in range(12):
        host.open(client, tls, mode=0, context=client % 6)
    said = host.ask('AT+QSSLSTATE')
    check('all listed', [str(client) for client in range(12)],
          re.findall(r'\+QSSLSTATE: (\d+),', said.decode()))
    heard = b''
    for client in range(12):
        heard += host.ask(f'AT+QSSLSEND={client},5', rb'> $')
        host.raw(b'of %2d' % client)
        heard += host.until(rb'SEND OK\r\n')
    heard += host.rest()
    check('all told, once', [str(client) for client in range(12)],
          sorted(re.findall(r'"recv",(\d+)', heard.decode()), key=int))
    for client in reversed(range(12)):
        check('its own', b'of %2d' % client, host.receive(client))
        host.good(f'AT+QSSLCLOSE={client}')
    check('none is left', b'\r\nOK\r\n', host.ask('AT+QSSLSTATE'))

    # two SSL commands and others on a line
    host.lines.append('> AT+QSSLCFG="seclevel",0,0;+QSSLSTATE')
    os.write(host.line, b'AT+QSSLCFG="seclevel",0,0;+QSSLSTATE\r')
    check('on one line', b'\r\nOK\r\n', host.until(rb'(OK|ERROR)\r\n'))

    check('no file', b'\r\nERROR\r\n', host.ask('AT+QFREAD=0'))
    host.store('UFS:data', BINARY)
    for size in (3, 1000, 0, 5000, 5):
        said = host.ask(f'AT+QFREAD=0,{size}', rb'CONNECT \d+\r\n|ERROR\r\n')
        at = {3: 0, 1000: 3, 0: 1003, 5000: 1003, 5: len(BINARY)}[size]
        part = BINARY[at:at + size]
        check('read', b'\r\nCONNECT %d\r\n' % len(part), said)
        check('file', part, host.exactly(len(part)))
        check('file: end', b'\r\nOK\r\n', host.exactly(6))
    check('no handle', b'\r\nERROR\r\n', host.ask('AT+QFREAD=64'))
    check('URL', b'\r\nCONNECT\r\n', host.ask('AT+QHTTPURL=18,2', rb'CONNECT\r\n'))
    host.raw(b'http://192.0.2.1/x')
    check('URL', b'\r\nOK\r\n', host.until(rb'(OK|ERROR)\r\n'))
    check('URL: too long', b'\r\nERROR\r\n', host.ask('AT+QHTTPURL=701'))
    host.end()


def url_time(lab, edition):
    """The whole URL has a limit, however the host pauses. What comes of it is in
    no response of the catalogue, so this one is not judged."""
    host = Host(lab, edition)
    host.ask('AT+QHTTPURL=500,1', rb'CONNECT\r\n')
    end = time.monotonic() + 10
    while not host.heard and time.monotonic() < end:  # never a second's pause
        os.write(host.line, b'x')
        host.read(0.1)
    check('while it types', True, host.heard != b'')
    check('too late', b'\r\nERROR\r\n', host.until(rb'(OK|ERROR)\r\n'))
    host.lines = [f'@ dialect: {edition.dialect}', '', '> AT', '< OK']
    host.end()


TOPICS = (slow_handshake, failures, trust, handshakes, transparent_mode, push_mode, buffer_mode, configuration,
          rules, twelve, url_time)


def attempt(topic, lab, edition):
    try:
        topic(lab, edition)
    except Exception as error:  # pylint: disable=broad-exception-caught
        check(f'{topic.__name__} {edition.name}', None, repr(error))
        raise


def main():
    wanted = sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(folder)
        threads = [threading.Thread(target=attempt, args=(topic, lab, edition))
                   for topic in TOPICS for edition in EDITIONS
                   if not wanted or topic.__name__ in wanted]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        lab.server.end()
    if counts['failed'] > 0:
        print('seeds:', *lab.seeds)
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    return counts['failed'] > 0 or counts['passed'] < 100


sys.exit(main())
