#!/usr/bin/python3
"""The virtual module's HTTP service against a server on loopback, and what came
of it judged by `atproof check --strict`.

    modem_http.py ATPROOF
"""
import http.server
import os
import re
import select
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ATPROOF = sys.argv[1]
BODY = bytes(range(256)) * 10 + b'\r\nOK\r\n+HTTPREAD: 0\r\n'
counts = {'passed': 0, 'failed': 0}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    seen = []

    def log_message(self, *arguments):
        pass

    def answer(self):
        length = int(self.headers.get('Content-Length', 0))
        self.seen.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
        if self.path == '/moved':
            self.send_response(301)
            self.send_header('Location', '/body')
            self.send_header('Content-Length', '0')
            self.end_headers()
        elif self.path == '/cut':
            self.send_response(200)
            self.send_header('Content-Length', '100')
            self.end_headers()
            self.wfile.write(b'x')
            self.close_connection = True
        elif self.path == '/silent':
            time.sleep(4)
            self.close_connection = True
        elif self.path == '/body':
            self.send_response(200)
            self.send_header('Content-Length', str(len(BODY)))
            if self.command != 'HEAD':
                self.send_header('Connection', 'close')
            self.end_headers()
            if self.command != 'HEAD':
                self.wfile.write(BODY)
        else:
            self.send_response(404)
            self.send_header('Content-Length', '3')
            self.end_headers()
            self.wfile.write(b'no\n')

    do_GET = do_POST = do_HEAD = do_DELETE = do_PUT = answer


def check(what, expected, seen):
    if expected == seen:
        counts['passed'] += 1
        return
    counts['failed'] += 1
    print(f'{what}\n  expected: {expected!r}\n  seen:     {seen!r}')


class Host:
    """Types commands and keeps what was said, as a transcript."""

    def __init__(self, *options):
        self.module = subprocess.Popen([ATPROOF, 'modem', '--stdio', *options],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.lines = ['@ dialect: simcom', '']

    def send(self, data):
        self.module.stdin.write(data)
        self.module.stdin.flush()

    def until(self, pattern, limit=15):
        heard = b''
        end = time.monotonic() + limit
        while not re.search(pattern, heard, re.S):
            left = end - time.monotonic()
            ready = select.select([self.module.stdout], [], [], max(left, 0))[0]
            if not ready:
                break
            heard += os.read(self.module.stdout.fileno(), 65536)
        for at in range(0, len(heard), 200):
            text = ''.join(chr(b) if 32 <= b < 127 and b not in (34, 92) else f'\\x{b:02X}'
                           for b in heard[at:at + 200])
            self.lines.append(f'<< "{text}"')
        return heard

    def ask(self, command, pattern=rb'\r\n(OK|ERROR)\r\n$', **options):
        self.lines.append(f'> {command}')
        self.send(command.encode() + b'\r')
        return self.until(pattern, **options)

    def end(self):
        self.module.stdin.close()
        check('exit', 0, self.module.wait(10))


def act(host, method, **options):
    said = host.ask(f'AT+HTTPACTION={method}', rb'\+HTTPACTION: [^\r]*\r\n', **options)
    return said.split(b'\r\n')[-2].decode()


def read_body(host):
    """All blocks of the body that waits to be read, joined."""
    said = b''
    host.lines.append('> AT+HTTPREAD=100000')
    host.send(b'AT+HTTPREAD=100000\r')
    body = b''
    at = len(b'\r\nOK\r\n\r\n')
    while True:
        while not re.match(rb'\+HTTPREAD: \d+\r\n', said[at:]):
            said += host.until(b'.')
        size = int(said[at + 11:said.index(b'\r', at)])
        if size == 0:
            return body
        first = said.index(b'\n', at) + 1
        while len(said) < first + size + 2:
            said += host.until(b'.')
        body += said[first:first + size]
        at = first + size + 2


def hostile_bodies(folder):
    """Bodies that forge a module's responses, from the server made for it."""
    server = subprocess.Popen([ATPROOF, 'server'], stdout=subprocess.PIPE, text=True)
    url = 'http://' + next(line for line in server.stdout if line.startswith('http ')).split()[1]
    host = Host('--seed', '1')
    host.ask('ATE0')
    host.ask('AT+HTTPINIT')
    names = [line.split()[0] for line in
             urllib.request.urlopen(f'{url}/hostile').read().decode().splitlines()]
    check('there are some', True, len(names) >= 10)
    for name in names:
        path = f'{url}/hostile/{name}'
        host.ask(f'AT+HTTPPARA="URL","{path}"')
        expected = urllib.request.urlopen(path).read()
        check(name, f'+HTTPACTION: 0,200,{len(expected)}', act(host, 0))
        if expected:
            check(f'{name}: body', expected, read_body(host))
    host.ask('AT+HTTPTERM')
    host.end()
    server.terminate()
    check('server: exit', 0, server.wait(10))
    judge(host, folder)


def judge(host, folder):
    path = os.path.join(folder, 'talk.at')
    with open(path, 'w') as out:
        out.write('\n'.join(host.lines) + '\n')
    judged = subprocess.run([ATPROOF, 'check', '--strict', path], capture_output=True, text=True)
    check('as the manual has it', 0, judged.returncode)
    if judged.returncode != 0:
        print(judged.stdout[-3000:], judged.stderr)


def main():
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    url = f'http://127.0.0.1:{port}'
    with tempfile.TemporaryDirectory() as folder:
        request = os.path.join(folder, 'request.txt')
        with open(request, 'wb') as out:
            out.write(b'PUT /elsewhere HTTP/1.1\r\nHost: x\r\nX-From: file\r\n\r\nfrom the file')
        host = Host('--file', f'request.txt={request}')
        host.ask('ATE0')
        check('before HTTPINIT', b'\r\nERROR\r\n', host.ask('AT+HTTPACTION=0'))
        check('init', b'\r\nOK\r\n', host.ask('AT+HTTPINIT'))
        check('init again', b'\r\nERROR\r\n', host.ask('AT+HTTPINIT'))
        check('no URL yet', b'\r\nERROR\r\n', host.ask('AT+HTTPACTION=0'))
        check('no scheme', b'\r\nERROR\r\n', host.ask('AT+HTTPPARA="URL","ftp://x"'))
        host.ask(f'AT+HTTPPARA="URL","{url}/body"')
        host.ask('AT+HTTPPARA="USERDATA","X-Mine: 7"')
        host.ask('AT+HTTPPARA="ACCEPT","text/x"')

        said = host.ask('AT+HTTPACTION=0', rb'\+HTTP_PEER_CLOSED\r\n')
        check('GET', f'\r\nOK\r\n\r\n+HTTPACTION: 0,200,{len(BODY)}\r\n'
              '\r\n+HTTP_PEER_CLOSED\r\n'.encode(), said)
        method, path, headers, _ = Handler.seen[-1]
        check('request', ('GET', '/body', '7', 'text/x'),
              (method, path, headers.get('X-Mine'), headers.get('Accept')))
        check('LEN', f'\r\n+HTTPREAD: LEN,{len(BODY)}\r\n\r\nOK\r\n'.encode(),
              host.ask('AT+HTTPREAD?'))
        check('first bytes', b'\r\nOK\r\n\r\n+HTTPREAD: 3\r\n\0\1\2\r\n+HTTPREAD: 0\r\n',
              host.ask('AT+HTTPREAD=0,3', rb'\+HTTPREAD: 0\r\n$'))
        check('read once', b'\r\nERROR\r\n', host.ask('AT+HTTPREAD=0,3'))
        check('the rest', BODY[3:], read_body(host))
        check('nothing left', b'\r\nERROR\r\n', host.ask('AT+HTTPREAD?'))
        head = host.ask('AT+HTTPHEAD')
        check('header', True, b'HTTP/1.1 200 OK\r\n' in head)

        host.ask('AT+HTTPPARA="READMODE",1')
        act(host, 0)
        host.until(rb'CLOSED\r\n')
        for _ in range(2):
            check('read again', b'\r\nOK\r\n\r\n+HTTPREAD: 2\r\nAB\r\n+HTTPREAD: 0\r\n',
                  host.ask('AT+HTTPREAD=65,2', rb'\+HTTPREAD: 0\r\n$'))
        check('HEAD', True, bool(re.fullmatch(r'\+HTTPACTION: 2,200,\d+', act(host, 2))))

        host.lines.append('> AT+HTTPDATA=6,10')
        host.send(b'AT+HTTPDATA=6,10\r')
        check('prompt', b'\r\nDOWNLOAD\r\n', host.until(rb'DOWNLOAD\r\n'))
        host.lines.append('>> "AT\\x00\\xFF\\r\\n"')
        host.send(b'AT\0\xff\r\n')
        check('data', b'\r\nOK\r\n', host.until(rb'OK\r\n'))
        for method, name in ((1, 'POST'), (4, 'PUT'), (3, 'DELETE')):
            host.ask(f'AT+HTTPPARA="URL","http://127.0.0.1/none:{port}"')
            check(name, f'+HTTPACTION: {method},404,3', act(host, method))
            sent = b'AT\0\xff\r\n' if method != 3 else b''
            check(f'{name} as sent', (name, '/none', sent),
                  (Handler.seen[-1][0], Handler.seen[-1][1], Handler.seen[-1][3]))
        host.ask(f'AT+HTTPPARA="URL","{url}/moved"')
        check('redirect is told', '+HTTPACTION: 0,301,0', act(host, 0))

        host.ask(f'AT+HTTPPARA="URL","{url}/posted"')
        check('request from a file', b'\r\nOK\r\n\r\n+HTTPPOSTFILE: 404,3\r\n',
              host.ask('AT+HTTPPOSTFILE="request.txt"', rb'POSTFILE: [^\r]*\r\n'))
        check('as sent', ('PUT', '/posted', 'file', b'from the file'),
              (*Handler.seen[-1][:2], Handler.seen[-1][2].get('X-From'), Handler.seen[-1][3]))
        check('body from a file', b'\r\nOK\r\n\r\n+HTTPPOSTFILE: 1,404,3\r\n',
              host.ask('AT+HTTPPOSTFILE="request.txt",1,1,1', rb'POSTFILE: [^\r]*\r\n'))
        check('all of it', 'PUT /elsewhere', Handler.seen[-1][3][:14].decode())
        check('no such file', b'\r\nOK\r\n\r\n+HTTPPOSTFILE: 1,707,0\r\n',
              host.ask('AT+HTTPPOSTFILE="none",1,1', rb'POSTFILE: [^\r]*\r\n'))
        check('into a file', b'\r\nOK\r\n\r\n+HTTPREADFILE: 0\r\n',
              host.ask('AT+HTTPREADFILE="got.dat"', rb'READFILE: \d+\r\n'))

        host.ask('AT+HTTPPARA="RECVTO",2')
        for path, code in (('/cut', 704), ('/silent', 705)):
            host.ask(f'AT+HTTPPARA="URL","{url}{path}"')
            check(path, f'+HTTPACTION: 0,{code},0', act(host, 0))
        host.ask(f'AT+HTTPPARA="URL","https://127.0.0.1:{port}/"')
        check('no TLS there', '+HTTPACTION: 0,715,0', act(host, 0))
        host.ask('AT+HTTPPARA="URL","http://nowhere.invalid/"')
        check('no such name', '+HTTPACTION: 0,713,0', act(host, 0))
        server.shutdown()
        server.server_close()
        host.ask(f'AT+HTTPPARA="URL","{url}/body"')
        check('nobody there', '+HTTPACTION: 0,714,0', act(host, 0))
        host.ask('AT+CFUN=4')
        check('radio off', '+HTTPACTION: 0,717,0', act(host, 0))
        check('term', b'\r\nOK\r\n', host.ask('AT+HTTPTERM'))
        check('term again', b'\r\nERROR\r\n', host.ask('AT+HTTPTERM'))
        host.end()

        judge(host, folder)
        hostile_bodies(folder)
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    return counts['failed'] > 0


sys.exit(main())
