#!/usr/bin/env python3
"""Peers of `atproof server` that say nothing: each ends after --idle, and then others are
served, however many there were.

    server_idle.py ATPROOF
"""
import select
import socket
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


def is_served(port):
    peer = connect(port)
    peer.sendall(b'GET /status/200 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    ready = select.select([peer], [], [], LIMIT)[0]
    return bool(ready) and peer.recv(100).startswith(b'HTTP/1.1 200')


def main():
    process, ports = start('--idle', '1')
    for name, first in (('http', b''), ('http', b'GET / HTTP/1.1\r\nX'), ('https', b''), ('https', b'\x16\x03\x01'),
                        ('tls', b''), ('tls', b'\x16'), ('tcp', b'')):
        peer = connect(ports[name])
        peer.sendall(first)
        check(f'{name} after {first!r}: ended', is_closed(peer))
    for name in ('http', 'https', 'tcp', 'tls'):
        many = []
        for _ in range(MANY):
            peer = socket.socket()
            peer.setblocking(False)
            peer.connect_ex(('127.0.0.1', ports[name]))
            many.append(peer)
        check(f'after {MANY} idle peers of {name} another is served', is_served(ports['http']))
        for peer in many:
            peer.close()
    process.terminate()
    check('exit', process.wait(LIMIT) == 0)
    sys.exit(len(faults) > 0)


main()
