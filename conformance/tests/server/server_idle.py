#!/usr/bin/env python3
"""Peers of `atproof server` that are silent: each ends after --idle, and others are served
beside them however many there are.

    server_idle.py ATPROOF
"""
import socket
import ssl
import subprocess
import sys
import time

ATPROOF = sys.argv[1]
LIMIT = 30  # seconds in which what must come comes, on a loaded machine
MANY = 300  # more than are served at once
faults = []


def check(what, good):
    print(f'{"ok" if good else "FAIL"} {what}')
    if not good:
        faults.append(what)


def start(*options):
    """The server and its ports by name."""
    process = subprocess.Popen([ATPROOF, 'server', *options], stdout=subprocess.PIPE, text=True)
    ports = {}
    while len(ports) < 8:
        line = process.stdout.readline()
        if not line:
            sys.exit(f'the server ended: {process.wait()}')
        words = line.replace(',', ' ').replace(':', ' ').split()
        ports[words[0]] = int(words[-1])
    return process, ports


def connect(port):
    peer = socket.socket()
    peer.settimeout(LIMIT)
    peer.connect(('127.0.0.1', port))
    return peer


def is_closed(peer):
    """Whether the server ends it in time."""
    end = time.monotonic() + LIMIT
    try:
        while time.monotonic() < end:
            if peer.recv(4096) == b'':
                return True
    except TimeoutError:
        return False
    except OSError:
        return True
    return False


def is_served(port, name):
    """Whether one that speaks is answered."""
    peer = connect(port)
    if name in ('https', 'tls'):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        peer = context.wrap_socket(peer)
    is_http = name.startswith('http')
    peer.sendall(b'GET /status/200 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' if is_http else b'hello\n')
    return peer.recv(100).startswith(b'HTTP/1.1 200' if is_http else b'hello')


def end(process):
    process.terminate()
    check('exit', process.wait(LIMIT) == 0)


def main():
    process, ports = start('--idle', '1')
    for name, first in (('http', b''), ('http', b'GET / HTTP/1.1\r\nX'), ('https', b''), ('https', b'\x16\x03\x01'),
                        ('tls', b''), ('tls', b'\x16'), ('tcp', b'')):
        peer = connect(ports[name])
        peer.sendall(first)
        check(f'{name} after {first!r}: ended', is_closed(peer))
    end(process)
    process, ports = start()
    for name in ('http', 'https', 'tcp', 'tls'):
        many = []
        for _ in range(MANY):
            peer = socket.socket()
            peer.setblocking(False)
            peer.connect_ex(('127.0.0.1', ports[name]))
            many.append(peer)
        check(f'beside {MANY} idle peers of {name} another is served', is_served(ports[name], name))
        for peer in many:
            peer.close()
    end(process)
    sys.exit(len(faults) > 0)


main()
