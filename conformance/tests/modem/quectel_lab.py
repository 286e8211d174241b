"""What the sessions with Quectel's SSL clients need: modules, servers, peers."""
import contextlib
import os
import random
import re
import select
import socket
import ssl
import subprocess
import sys
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
        check(f'{self.name}: after the data', b'\r\nOK\r\n', self.exactly(6))
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
