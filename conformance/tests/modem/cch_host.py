"""What the sessions of the CCH commands share."""
import sys
import time
import urllib.request

from modem_host import OK, check

SEED = ['--seed', sys.argv[2]] if len(sys.argv) > 2 else []


def store(host, server, name):
    data = server.certificate(name)
    host.upload(f'AT+CCERTDOWN="{name}",{len(data)}', data)


def start(host, mode=None, reports=None):
    if mode is not None:
        host.ask(f'AT+CCHMODE={mode}')
    if reports is not None:
        host.ask(f'AT+CCHSET={reports}')
    host.both('AT+CCHSTART', rb'\r\n\+CCHSTART: 0\r\n')


def stop(host):
    host.both('AT+CCHSTOP', rb'\r\n\+CCHSTOP: 0\r\n')


def open_(host, session, port, kind=2, error=0, name='127.0.0.1', more=''):
    result = b'\r\n\\+CCHOPEN: %d,%d\r\n' % (session, error)
    return host.both(f'AT+CCHOPEN={session},"{name}",{port},{kind}{more}', result)


def close(host, session):
    host.both(f'AT+CCHCLOSE={session}', b'\r\n\\+CCHCLOSE: %d,0\r\n' % session)


def send(host, session, data):
    for at in range(0, len(data), 2048):
        part = data[at:at + 2048]
        host.upload(f'AT+CCHSEND={session},{len(part)}', part)


def blocks(host, session, size):
    """Data blocks until so many bytes came."""
    data = b''
    while len(data) < size:
        match = host.take(b'\r\n\\+CCHRECV: DATA,%d,(\\d+)\r\n' % session)
        if not match:
            break
        data += host.exactly(int(match.group(1)))
    return data


def wait_stored(host, session, size, limit=10):
    """Until the module has that many bytes."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        match = host.say('AT+CCHRECV?', rb'\r\n\+CCHRECV: LEN,(\d+),(\d+)\r\n\r\nOK\r\n')
        if not match or int(match.group(1 + session)) >= size:
            break
    return check('stored', size, int(match.group(1 + session)))


def receive(host, session, size, asked=''):
    host.ask(f'AT+CCHRECV={session}{asked}')
    data = blocks(host, session, size)
    host.take(b'\r\n\\+CCHRECV: %d,0\r\n' % session)
    return data


def hostile(server):
    url = f"http://127.0.0.1:{server.ports['http']}/hostile"
    names = [line.split()[0] for line in urllib.request.urlopen(url).read().decode().splitlines()]
    bodies = {name: urllib.request.urlopen(f'{url}/{name}').read() for name in names}
    check('hostile bodies', True, len(bodies) >= 10)
    return {name: body for name, body in bodies.items() if 0 < len(body)}


# ---- state rules ------------------------------------------------------------


def fetch(host, url, code):
    host.ask(f'AT+HTTPPARA="URL","{url}"')
    host.ask('AT+HTTPACTION=0', OK + b'\r\n\\+HTTPACTION: 0,%d,\\d+\r\n' % code)


def escape(host):
    time.sleep(1.05)
    host.raw(b'+++')
    host.take(OK)
