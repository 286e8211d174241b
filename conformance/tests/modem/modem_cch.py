#!/usr/bin/python3
"""The virtual module's CCH sessions, and its SSL contexts, against `atproof server` on loopback, and
what came of it judged by `atproof check --strict`.

    modem_cch.py ATPROOF [SEED]
"""
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

from concurrent.futures import ThreadPoolExecutor
from modem_host import ERROR, Host, OK, Server, check, finish
from cch_host import (
    SEED, blocks, close, escape, fetch, hostile, open_, receive, send, start, stop, store,
    wait_stored)


def state_rules(folder, server):
    host = Host(*SEED)
    tcp = server.ports['tcp']
    for command in ('AT+CCHSTOP', f'AT+CCHOPEN=0,"127.0.0.1",{tcp},1', 'AT+CCHCLOSE=0',
                    'AT+CCHSEND=0,1', 'AT+CCHCFG="sendtimeout",0,60', 'AT+CCHSSLCFG=0,1'):
        host.ask(command, ERROR)
    host.ask('AT+CCHRECV=0', rb'\r\n\+CCHRECV: 0,10\r\n\r\nERROR\r\n')
    host.ask('AT+CCHADDR', rb'\r\n\+CCHADDR: 0\.0\.0\.0\r\n' + OK)
    host.ask('AT+CCHMODE?', rb'\r\n\+CCHMODE: 0\r\n' + OK)
    host.ask('AT+CCHSET?', rb'\r\n\+CCHSET: 0,0\r\n' + OK)
    host.ask('AT+CCHSET=1,1')
    host.ask('AT+CCHSET=0')
    host.ask('AT+CCHSET?', rb'\r\n\+CCHSET: 0,1\r\n' + OK)
    host.ask('AT+CCHSET=0,0')
    host.ask('AT+CFUN=4')
    host.ask('AT+CCHSTART', OK + rb'\r\n\+CCHSTART: 17\r\n')
    host.ask('AT+CFUN=1')
    start(host)
    for command in ('AT+CCHSTART', 'AT+CCHMODE=1', 'AT+CCHSET=1,1', 'AT+CCHCLOSE=0',
                    'AT+CCHSEND=0,1', 'AT+CCHOPEN=2,"127.0.0.1",1,1', 'AT+CCHOPEN=0,"",1,1',
                    'AT+CCHOPEN=0,"127.0.0.1",0,1', 'AT+CCHOPEN=0,"127.0.0.1",1,3'):
        host.ask(command, ERROR)
    host.ask('AT+CCHADDR', rb'\r\n\+CCHADDR: 127\.0\.0\.1\r\n' + OK)
    host.ask('AT+CCHOPEN?', rb'\r\n\+CCHOPEN: 0,"",,,\r\n\r\n\+CCHOPEN: 1,"",,,\r\n' + OK)
    host.ask('AT+CCHCFG?', rb'\r\n\+CCHCFG: 0,150,0\r\n\r\n\+CCHCFG: 1,150,1\r\n' + OK)
    host.ask('AT+CCHSSLCFG?', rb'\r\n\+CCHSSLCFG: 0,\r\n\r\n\+CCHSSLCFG: 1,\r\n' + OK)
    host.ask('AT+CCHCFG="sendtimeout",0,60')
    host.ask('AT+CCHCFG="sslctx",0,7')
    host.ask('AT+CCHSSLCFG=1,9')
    for command in ('AT+CCHCFG="sendtimeout",0,59', 'AT+CCHCFG="sendtimeout",0,151',
                    'AT+CCHCFG="sslctx",0,10', 'AT+CCHCFG="other",0,1', 'AT+CCHSSLCFG=2,1'):
        host.ask(command, ERROR)
    host.ask('AT+CCHCFG?', rb'\r\n\+CCHCFG: 0,60,7\r\n\r\n\+CCHCFG: 1,150,9\r\n' + OK)
    host.ask('AT+CCHSSLCFG?', rb'\r\n\+CCHSSLCFG: 0,7\r\n\r\n\+CCHSSLCFG: 1,9\r\n' + OK)
    open_(host, 0, tcp, 1)
    for command in ('AT+CCHCFG="sendtimeout",0,70', 'AT+CCHSSLCFG=0,1',
                    f'AT+CCHOPEN=0,"127.0.0.1",{tcp},1', 'AT+CCHSEND=1,1', 'AT+CCHSEND=0,0',
                    'AT+CCHSEND=0,2049', 'AT+CCHCLOSE=1'):
        host.ask(command, ERROR)
    host.ask('AT+CCHCFG="sendtimeout",1,70')
    host.ask('AT+CCHRECV=0', rb'\r\n\+CCHRECV: 0,11\r\n\r\nERROR\r\n')
    host.ask('AT+CCHRECV=1', rb'\r\n\+CCHRECV: 1,10\r\n\r\nERROR\r\n')
    host.ask('AT+CCHOPEN?', b'\r\n\\+CCHOPEN: 0,"127.0.0.1",%d,1\r\n\r\n\\+CCHOPEN: 1,"",,,\r\n'
             % tcp + OK)
    close(host, 0)
    host.ask('AT+CCHCFG?', rb'\r\n\+CCHCFG: 0,150,0\r\n\r\n\+CCHCFG: 1,70,9\r\n' + OK)
    with socket.socket() as closed:
        closed.bind(('127.0.0.1', 0))
        open_(host, 1, closed.getsockname()[1], 1, error=14)
    host.ask('AT+CCHCFG?', rb'\r\n\+CCHCFG: 0,150,0\r\n\r\n\+CCHCFG: 1,150,1\r\n' + OK)
    stop(host)
    host.ask('AT+CCHSTOP', ERROR)
    host.end(folder)


def service_that_stops(folder, server):
    host = Host(*SEED)
    start(host)
    open_(host, 0, server.ports['tcp'], 1)
    host.ask('AT+CGACT=0,1', OK + rb'\r\n\+CCH: CCH STOP\r\n')
    host.ask('AT+CCHSEND=0,1', ERROR)
    start(host)
    host.ask('AT+CFUN=0', OK + rb'\r\n\+CCH: CCH STOP\r\n')
    host.ask('AT+CFUN=1')
    start(host)
    stop(host)
    host.end(folder)


# ---- errors -----------------------------------------------------------------


def errors(folder, server):
    host = Host(*SEED)
    start(host)
    ports = server.ports
    open_(host, 0, ports['tcp'], 1, error=13, name='nowhere.invalid')
    open_(host, 0, ports['tcp'], 2, error=15)
    open_(host, 0, ports['tls'], 2)
    close(host, 0)
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        taken.listen()
        own = taken.getsockname()[1]
        open_(host, 0, ports['tcp'], 1, error=12, more=f',{own}')
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        own = taken.getsockname()[1]
    open_(host, 1, ports['tcp'], 1, more=f',{own}')
    host.ask('AT+CCHOPEN?', b'\r\n\\+CCHOPEN: 0,"",,,\r\n\r\n\\+CCHOPEN: 1,"127.0.0.1",%d,1,%d\r\n'
             % (ports['tcp'], own) + OK)
    close(host, 1)
    with socket.socket() as silent:
        silent.bind(('127.0.0.1', 0))
        silent.listen()
        host.ask('AT+CSSLCFG="negotiatetime",2,10')
        host.ask('AT+CCHSSLCFG=0,2')
        host.ask(f'AT+CCHOPEN=0,"127.0.0.1",{silent.getsockname()[1]}',
                 b'(?:' + OK + rb'|)')
        host.lines.append('# nobody answers the handshake: 10 s')
        # meanwhile the other session works, unless the command is still pending
        match = host.take(rb'(\r\nOK\r\n)?\r\n\+CCHOPEN: 0,5\r\n', 20)
        check('negotiatetime', True, match is not None)
    host.end(folder)


def trust(folder, server):
    host = Host(*SEED)
    ports = server.ports
    start(host)
    host.ask('AT+CSSLCFG="cacert",0,"ca.pem"', ERROR)  # not stored yet
    host.ask('AT+CSSLCFG="authmode",0,1')
    open_(host, 0, ports['tls'], error=19)
    for name in ('ca.pem', 'self-signed.pem'):
        store(host, server, name)
    host.ask('AT+CSSLCFG="cacert",0,"ca.txt"', ERROR)
    host.ask('AT+CSSLCFG="cacert",0,"ca.pem"')
    open_(host, 0, ports['tls'])
    close(host, 0)
    open_(host, 0, ports['tls-self-signed'], error=15)
    host.ask('AT+CSSLCFG="authmode",4,1')
    host.ask('AT+CSSLCFG="cacert",4,"self-signed.pem"')
    host.ask('AT+CCHSSLCFG=0,4')
    open_(host, 0, ports['tls-self-signed'])
    close(host, 0)
    open_(host, 0, ports['tls-self-signed'], error=15)  # CCHCLOSE forgot context 4
    open_(host, 1, ports['tls-self-signed'])  # context 1 verifies nobody
    close(host, 1)

    open_(host, 0, ports['tls-expired'])  # ignorelocaltime 1
    close(host, 0)
    host.ask('AT+CSSLCFG="ignorelocaltime",0,0')
    open_(host, 0, ports['tls-expired'], error=15)
    host.ask('AT+CCLK="00/07/01,12:00:00+00"')
    open_(host, 0, ports['tls-expired'])  # then it was good
    close(host, 0)
    host.ask('AT+CCLK="98/07/01,12:00:00+00"')  # 2098
    open_(host, 0, ports['tls'], error=15)
    host.ask('AT+CCERTDELE="ca.pem"')
    open_(host, 0, ports['tls'], error=19)
    junk = b'no certificate'
    host.upload(f'AT+CCERTDOWN="ca.pem",{len(junk)}', junk)
    open_(host, 0, ports['tls'], error=19)
    host.end(folder)


def client_certificate(folder, server):
    checked = Server(os.path.join(folder, 'checked'), '--client-certificate=require')
    locked = os.path.join(folder, 'locked.pem')
    der = os.path.join(folder, 'client.der')
    subprocess.run(['openssl', 'pkcs8', '-topk8', '-v2', 'aes128', '-passout', 'pass:secret', '-in',
                    os.path.join(checked.folder, 'client-key.pem'), '-out', locked], check=True)
    subprocess.run(['openssl', 'x509', '-in', os.path.join(checked.folder, 'client.pem'),
                    '-outform', 'DER', '-out', der], check=True)
    host = Host(*SEED, '--file', f'locked.pem={locked}', '--file', f'client.der={der}')
    tls = checked.ports['tls']
    start(host)
    open_(host, 0, tls, error=15)
    host.ask('AT+CSSLCFG="authmode",0,3')
    open_(host, 0, tls, error=19)
    for name in ('ca.pem', 'client-key.pem'):
        store(host, checked, name)
    host.ask('AT+CSSLCFG="clientcert",0,"client.der"')
    open_(host, 0, tls, error=19)
    host.ask('AT+CSSLCFG="clientkey",0,"client-key.pem"')
    open_(host, 0, tls)
    close(host, 0)
    host.ask('AT+CSSLCFG="clientkey",0,"locked.pem"')
    open_(host, 0, tls, error=19)
    host.ask('AT+CSSLCFG="keypwd",0,"secret"')
    open_(host, 0, tls)
    close(host, 0)
    host.ask('AT+CSSLCFG="authmode",0,2')
    open_(host, 0, tls, error=19)
    host.ask('AT+CSSLCFG="cacert",0,"ca.pem"')
    open_(host, 0, tls)
    close(host, 0)
    host.ask('AT+CSSLCFG=0', rb'\r\n\+CSSLCFG: 0,4,2,1,300,"ca.pem","client.der","locked.pem",0,'
             rb'"secret",0xFFFF\r\n' + OK)
    match = host.ask('AT+CSSLCFG?', rb'(?:\r\n\+CSSLCFG: [^\r]*\r\n){10}' + OK)
    check('context 3', True, b'\r\n+CSSLCFG: 3,4,0,1,300,"","","",0,"",0xFFFF\r\n' in match.group())
    host.end(folder)
    checked.end()


def versions_and_suites(folder, server):
    old = Server(os.path.join(folder, 'old'), '--tls-min=1.0', '--tls-max=1.1', '--key=rsa')
    rsa = Server(os.path.join(folder, 'rsa'), '--key=rsa')
    host = Host(*SEED)
    start(host)
    for version, of_old, of_new in ((0, 15, 15), (1, 0, 15), (2, 0, 15), (3, 15, 0), (4, 0, 0)):
        host.ask(f'AT+CSSLCFG="sslversion",0,{version}')
        for ports, error in ((old.ports, of_old), (server.ports, of_new)):
            open_(host, 0, ports['tls'], error=error)
            if error == 0:
                close(host, 0)
    host.ask('AT+CSSLCFG="ciphersuites",0,0x002F')
    open_(host, 0, server.ports['tls'], error=15)  # its key is no RSA one
    open_(host, 0, rsa.ports['tls'])
    close(host, 0)
    host.ask('AT+CSSLCFG="ciphersuites",0,0xFFFF')
    open_(host, 0, server.ports['tls'])
    close(host, 0)
    for command in ('"sslversion",0,5', '"authmode",0,4', '"ignorelocaltime",0,2',
                    '"negotiatetime",0,9', '"negotiatetime",0,301', '"enableSNI",0,2',
                    '"ciphersuites",0,0x0001', '"sslversion",10,1', '"none",0,1',
                    '"keypwd",0,"' + 129 * 'p' + '"', '"cacert",0,"a.p"'):
        host.ask(f'AT+CSSLCFG={command}', ERROR)
    host.end(folder)
    old.end()
    rsa.end()


def server_name(folder, server):
    """What the ClientHello says, to a listener that answers nothing."""
    host = Host(*SEED)
    start(host)
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        listener.listen()
        for flag in (0, 1):
            host.ask(f'AT+CSSLCFG="enableSNI",0,{flag}')
            host.lines.append(f'> AT+CCHOPEN=0,"localhost",{listener.getsockname()[1]}')
            host.write(b'AT+CCHOPEN=0,"localhost",%d\r' % listener.getsockname()[1])
            peer = listener.accept()[0]
            check(f'SNI {flag}', flag == 1, b'localhost' in peer.recv(4096))
            peer.close()
            host.take(OK + rb'\r\n\+CCHOPEN: 0,15\r\n')
    host.end(folder)


# ---- data -------------------------------------------------------------------


def manual(folder, server):
    host = Host(*SEED)
    ports = server.ports
    start(host, reports='1,1')
    open_(host, 0, ports['tls'])
    open_(host, 1, ports['tcp'], 1)
    host.ask('AT+CCHRECV=0', rb'\r\n\+CCHRECV: 0,11\r\n\r\nERROR\r\n')
    host.ask('AT+CCHSEND?', rb'\r\n\+CCHSEND: 0,0,1,0\r\n' + OK)
    for count in (1, 2):  # what CCHRECV could see is not announced again
        host.upload('AT+CCHSEND=0,1', b'x' if count == 1 else b'\n')
        host.take(rb'(?:\r\n\+CCHSEND: 0,0\r\n|\r\n\+CCHEVENT: 0, RECV EVENT\r\n){2}' if count == 1
                  else rb'\r\n\+CCHSEND: 0,0\r\n')
        wait_stored(host, 0, count)
    check('first', b'x', receive(host, 0, 1, ',1'))
    host.silent('no event')
    check('second', b'\n', receive(host, 0, 1))
    send(host, 0, b'send 5000 7\r\n')
    told = host.take(rb'(?:\r\n\+CCHSEND: 0,0\r\n|\r\n\+CCHEVENT: 0, RECV EVENT\r\n){2}')
    check('both told', True, told is not None)
    url = f"http://127.0.0.1:{ports['http']}/bytes?length=5000&seed=7"
    expected = b'send 5000 7\r\n' + urllib.request.urlopen(url).read()
    wait_stored(host, 0, len(expected))
    data = receive(host, 0, 3, ',3')
    check('3 bytes', expected[:3], data)
    data += receive(host, 0, 2048, ',0')
    check('2048 bytes', 3 + 2048, len(data))
    data += receive(host, 0, len(expected) - len(data))
    check('all of it', expected, data)
    host.ask('AT+CCHRECV=0', rb'\r\n\+CCHRECV: 0,11\r\n\r\nERROR\r\n')
    for session in (0, 1):
        for name, body in hostile(server).items():
            body = body[:4000].replace(b'\nclose', b'\ncl0se')
            for at in range(0, len(body), 2048):
                part = body[at:at + 2048]
                host.upload(f'AT+CCHSEND={session},{len(part)}', part)
                told = host.take(b'(?:\r\n\\+CCHSEND: %d,0\r\n|\r\n\\+CCHEVENT: %d, RECV EVENT\r\n)'
                                 b'{2}' % (session, session))
                wait_stored(host, session, len(part))
                check(name, part, receive(host, session, len(part)))
    host.upload('AT+CCHSEND=1,7', b'close\r\n')
    host.take(rb'(?:\r\n\+CCHSEND: 1,0\r\n|\r\n\+CCHEVENT: 1, RECV EVENT\r\n){2}'
              rb'\r\n\+CCH_PEER_CLOSED: 1\r\n')
    host.ask('AT+CCHSEND=1,1', ERROR)
    host.ask('AT+CCHCLOSE=1', ERROR)
    check('kept after the close', b'close\r\n', receive(host, 1, 7))
    open_(host, 1, ports['tcp'], 1)
    close(host, 1)
    close(host, 0)
    stop(host)
    host.end(folder)


def automatic(folder, server):
    host = Host(*SEED)
    ports = server.ports
    start(host)
    open_(host, 0, ports['tls'])
    open_(host, 1, ports['tcp'], 1)
    for session in (0, 1):
        for name, body in hostile(server).items():
            body = body[:2000].replace(b'\nclose', b'\ncl0se')
            host.upload(f'AT+CCHSEND={session},{len(body)}', body)
            check(name, body, blocks(host, session, len(body)))
    host.ask('AT+CCHRECV?', rb'\r\n\+CCHRECV: LEN,0,0\r\n' + OK)
    host.upload('AT+CCHSEND=0,13', b'send 100000\r\n')
    url = f"http://127.0.0.1:{ports['http']}/bytes?length=100000"
    expected = b'send 100000\r\n' + urllib.request.urlopen(url).read()
    check('100000 bytes', expected, blocks(host, 0, len(expected)))
    host.upload('AT+CCHSEND=0,7', b'close\r\n')
    check('echo', b'close\r\n', blocks(host, 0, 7))
    host.take(rb'\r\n\+CCH_PEER_CLOSED: 0\r\n')
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        listener.listen()
        open_(host, 0, listener.getsockname()[1], 1)
        peer = listener.accept()[0]
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        peer.close()
        host.take(rb'\r\n\+CCH_RECV_CLOSED: 0,6\r\n')
    stop(host)
    host.end(folder)


def full_buffer(folder, server):
    """A peer that reads nothing: what is unsent grows, then sending is refused."""
    host = Host(*SEED)
    start(host)
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(('127.0.0.1', 0))
        listener.listen()
        open_(host, 1, listener.getsockname()[1], 1)
        peer = listener.accept()[0]
        part = bytes(range(256)) * 8
        sent = refused = unsent = 0
        # The system takes more for a while: refused for good is what leaves no room.
        while sent < 400 and refused < 100 and unsent <= 10240 - 2048:
            match = host.say('AT+CCHSEND=1,2048', rb'(?:\r\nERROR\r\n|\r\n> )')
            if match.group() == b'\r\nERROR\r\n':
                refused += 1
                match = host.ask('AT+CCHSEND?', rb'\r\n\+CCHSEND: 0,0,1,(\d+)\r\n' + OK)
                unsent = int(match.group(1))
                continue
            host.raw(part)
            host.take(OK)
            sent += 1
        check('refused at last', True, 4 < sent < 400)
        check('unsent', True, unsent > 10240 - 2048)
        got = b''
        while len(got) < sent * 2048:
            got += peer.recv(65536)
        check('all arrived', part * sent, got)
        peer.close()
        host.take(rb'\r\n\+CCH_PEER_CLOSED: 1\r\n')
    host.end(folder)


# ---- HTTPS ------------------------------------------------------------------


def https(folder, server):
    """HTTPPARA "SSLCFG": the same contexts, for requests."""
    host = Host(*SEED)
    good, expired, own = (f"https://localhost:{server.ports[name]}/status/200"
                          for name in ('https', 'https-expired', 'https-self-signed'))
    for name in ('ca.pem', 'self-signed.pem', 'client.pem', 'client-key.pem', 'server-key.pem'):
        store(host, server, name)
    host.ask('AT+HTTPINIT')
    for url in (good, expired, own):
        fetch(host, url, 200)  # context 0: verifies nobody
    host.ask('AT+CSSLCFG="authmode",3,1')
    host.ask('AT+HTTPPARA="SSLCFG",10', ERROR)
    host.ask('AT+HTTPPARA="SSLCFG",3')
    fetch(host, good, 719)
    fetch(host, good.replace('https:', 'http:').replace(str(server.ports['https']),
                                                        str(server.ports['http'])), 200)
    host.ask('AT+CSSLCFG="cacert",3,"ca.pem"')
    fetch(host, good, 200)
    fetch(host, own, 715)
    fetch(host, expired, 200)
    host.ask('AT+CSSLCFG="ignorelocaltime",3,0')
    fetch(host, expired, 715)
    host.ask('AT+CCLK="00/07/01,12:00:00+00"')
    fetch(host, expired, 200)
    host.ask('AT+CSSLCFG="ignorelocaltime",3,1')
    host.ask('AT+CSSLCFG="cacert",3,"self-signed.pem"')
    fetch(host, own, 200)
    fetch(host, good, 715)
    host.ask('AT+CSSLCFG="authmode",3,3')
    fetch(host, good, 719)
    host.ask('AT+CSSLCFG="clientcert",3,"client.pem"')
    host.ask('AT+CSSLCFG="clientkey",3,"server-key.pem"')
    fetch(host, good, 719)  # not the certificate's
    host.ask('AT+CSSLCFG="clientkey",3,"client-key.pem"')
    fetch(host, good, 200)
    for version, code in ((0, 715), (1, 715), (2, 715), (3, 200)):
        host.ask(f'AT+CSSLCFG="sslversion",3,{version}')
        fetch(host, good, code)
    host.ask('AT+CSSLCFG="ciphersuites",3,0x002F')
    fetch(host, good, 715)
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        listener.listen()
        for flag in (0, 1):
            host.ask(f'AT+CSSLCFG="enableSNI",3,{flag}')
            host.ask(f'AT+HTTPPARA="URL","https://localhost:{listener.getsockname()[1]}/"')
            host.ask('AT+HTTPACTION=0')
            peer = listener.accept()[0]
            check(f'SNI {flag}', flag == 1, b'localhost' in peer.recv(4096))
            peer.close()
            host.take(rb'\r\n\+HTTPACTION: 0,715,0\r\n')
    host.ask('AT+HTTPTERM')
    host.ask('AT+HTTPINIT')
    host.ask('AT+CSSLCFG="authmode",0,1')
    fetch(host, good, 719)  # HTTPTERM forgot context 3
    host.end(folder)


# ---- transparent mode -------------------------------------------------------


def transparent(folder, server):
    host = Host(*SEED)
    ports = server.ports
    start(host, mode=1)
    host.ask(f"AT+CCHOPEN=1,\"127.0.0.1\",{ports['tls']}", ERROR)
    host.ask('AT+CCHOPEN=0,"nowhere.invalid",1', rb'\r\nCONNECT FAIL\r\n')
    host.ask(f"AT+CCHOPEN=0,\"127.0.0.1\",{ports['tls']}", rb'\r\nCONNECT 115200\r\n')
    for name, body in hostile(server).items():
        # a transcript has no guard times: +++ alone would be the escape sequence
        body = b'x' + body.replace(b'\nclose', b'\ncl0se')
        host.raw(body)
        check(name, body, host.exactly(len(body)))
    everything = bytes(range(256)) * 300
    host.raw(everything)
    check('all bytes', everything, host.exactly(len(everything)))
    host.raw(b'a+++b')
    check('no escape', b'a+++b', host.exactly(5))
    escape(host)
    host.ask('AT')
    host.ask('AT+CCHSEND=0,1', ERROR)
    host.ask('AT+CCHRECV=0', rb'\r\n\+CCHRECV: 0,11\r\n\r\nERROR\r\n')
    host.ask(f"AT+CCHOPEN=0,\"127.0.0.1\",{ports['tls']}", ERROR)
    host.ask('AT+CCHMODE=0', ERROR)
    host.ask('ATX0')
    host.ask('ATO', rb'\r\nCONNECT\r\n')
    host.raw(b'back')
    check('back', b'back', host.exactly(4))
    escape(host)
    host.ask('AT+CCHCLOSE=0', OK + rb'\r\nCLOSED\r\n')
    host.ask('ATO', rb'\r\nNO CARRIER\r\n')
    host.ask(f"AT+CCHOPEN=0,\"127.0.0.1\",{ports['tcp']},1", rb'\r\nCONNECT\r\n')
    host.raw(b'send 40000\r\nclose\r\n')
    url = f"http://127.0.0.1:{ports['http']}/bytes?length=40000"
    expected = b'send 40000\r\n' + urllib.request.urlopen(url).read() + b'close\r\n'
    check('until the close', expected, host.exactly(len(expected)))
    host.lines.append('@ stream-end:')
    host.take(rb'\r\nCLOSED\r\n')
    host.ask('AT')
    stop(host)
    host.ask('AT+CCHMODE=0')
    host.end(folder)


PARTS = (errors, transparent, state_rules, service_that_stops, trust, client_certificate,
         versions_and_suites, server_name, manual, automatic, full_buffer, https)


def main():
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder)

        def run(part):
            place = os.path.join(folder, part.__name__)
            os.mkdir(place)
            part(place, server)

        # errors waits for a time limit of 10 s, transparent for guard times
        with ThreadPoolExecutor(3) as pool:
            for done in [pool.submit(run, part) for part in PARTS]:
                done.result()
        server.end()
    return finish()


sys.exit(main())
