"""Sessions with Quectel's SSL clients: handshakes, trust, failures, limits."""
import os
import re
import socket
import ssl
import threading
import time

from quectel_data import pushed
from quectel_lab import BINARY, Host, Peer, Server, check


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
    deaf = Peer(lab, lambda secure: stuck.wait(120), receive_room=4096)
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
        for _ in range(3):  # what the kernels still took after a pause is filled, too
            answer = b'OK'
            while b'OK' in answer:
                host.ask('AT+QSSLSEND=2,1460', rb'> $')
                host.raw(bytes(1460))
                answer = host.until(rb'(OK|FAIL|ERROR)\r\n')
            time.sleep(0.2)
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
