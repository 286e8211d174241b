"""Sessions with Quectel's SSL clients: settings, states, access modes."""
import os
import re
import threading
import time

from quectel_lab import BINARY, BOTH, EC200, FORGED, Host, Peer, check


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

    # it waits for its place: after a command that is being typed, and its answer
    gate = threading.Event()

    def wait_and_send(secure):
        gate.wait(10)
        secure.sendall(b'OK\r\n')
        secure.recv(1)

    peer = Peer(lab, wait_and_send)
    host.open(0, peer.port, mode=1)
    os.write(host.line, b'AT+QSSLRECV=0')
    time.sleep(0.3)  # the module has read it before the peer sends
    gate.set()
    check('not inside a line', b'', host.rest())
    os.write(host.line, b',5\r')
    host.lines.append('> AT+QSSLRECV=0,5')
    check('not inside an answer', b'\r\n+QSSLRECV: 0\r\n\r\nOK\r\n',
          host.exactly(len('..+QSSLRECV: 0....OK..')))
    check('after it', (b'OK\r\n', [4]), pushed(host, 0, 4))
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
