"""What the tests of recordings share: programs, a host, transcripts."""
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tty

ATPROOF = sys.argv[1]
FOLDER = tempfile.mkdtemp()
RUNNING = []
FAILED = []
PASSED = []
RFC2217 = "telnet(rfc2217),tcp,127.0.0.1,0"
TCP = "tcp,127.0.0.1,0"


def check(what, expected, seen):
    (PASSED if expected == seen else FAILED).append(what)
    if expected != seen:
        print(f"{what}\n  expected: {expected!r:.600}\n  seen:     {seen!r:.600}")


def path(name):
    return os.path.join(FOLDER, name)


def read(name):
    with open(path(name), encoding="utf-8") as file:
        return file.read()


# ---- programs ---------------------------------------------------------------


def start(*arguments):
    errors = open(path("errors"), "w+", encoding="utf-8")
    program = subprocess.Popen([ATPROOF, *arguments], stdout=subprocess.PIPE, stderr=errors)
    program.errors = errors
    RUNNING.append(program)
    program.where = program.stdout.readline().decode().strip()
    return program


def stop(program, number=signal.SIGINT):
    program.send_signal(number)
    code = program.wait(5)
    program.stdout.close()
    program.errors.close()
    return code


def said(program):
    program.errors.seek(0)
    return program.errors.read()


def run(*arguments):
    done = subprocess.run([ATPROOF, *arguments], capture_output=True, text=True, timeout=20,
                          check=False)
    return done.returncode, done.stdout, done.stderr


def target(program):
    where = program.where
    return f"serialdev,{where[4:]},115200n81" if where.startswith("pty ") else where


def record(name, *arguments):
    return start("record", "-d", "simcom", "-o", path(name), *arguments)


# ---- a host -----------------------------------------------------------------


class Host:
    """Opens what a program prints that it listens on. Of RFC 2217 it knows to double FF."""

    def __init__(self, where):
        self.socket = None
        self.is_telnet = where.startswith("telnet")
        self.rest = b""
        if where.startswith("pty "):
            self.fd = os.open(where[4:], os.O_RDWR | os.O_NOCTTY)
            tty.setraw(self.fd)
        else:
            self.socket = socket.create_connection(("127.0.0.1", int(where.split(",")[-1])))
            self.fd = self.socket.fileno()

    def close(self):
        if self.socket:
            self.socket.close()
        else:
            os.close(self.fd)

    def raw(self, data):
        while data:
            select.select([], [self.fd], [], 5)
            data = data[os.write(self.fd, data[:2048]):]

    def send(self, data):
        self.raw(data.replace(b"\xff", b"\xff\xff") if self.is_telnet else data)

    def plain(self, data):
        """Without telnet's commands."""
        self.rest += data
        out = b""
        while self.rest:
            byte = self.rest[:1]
            size = 1
            if self.is_telnet and byte == b"\xff":
                if len(self.rest) < 3 and self.rest != b"\xff\xff":
                    break
                kind = self.rest[1]
                size = 2 if kind == 255 else 3
                if kind == 250:
                    end = self.rest.find(b"\xff\xf0")
                    if end < 0:
                        break
                    size = end + 2
                byte = b"\xff" if kind == 255 else b""
            out += byte
            self.rest = self.rest[size:]
        return out

    def read(self, seconds=5):
        if not select.select([self.fd], [], [], seconds)[0]:
            return None
        return self.plain(os.read(self.fd, 65536))

    def until(self, ends, seconds=10):
        data = b""
        limit = time.monotonic() + seconds
        while not any(data.endswith(end) for end in ends):
            part = self.read(limit - time.monotonic()) if time.monotonic() < limit else None
            if part is None:
                raise TimeoutError(f"{data!r} and no more")
            data += part
        return data

    def say(self, command, *ends):
        self.send(command)
        return self.until(ends or (b"\r\nOK\r\n", b"ERROR\r\n"))


# ---- transcripts ------------------------------------------------------------

ESCAPES = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\", '"': b'"', "e": b"\x1b"}


def strings(text):
    out = b""
    for part in re.findall(r'"((?:[^"\\]|\\.)*)"', text):
        for escape, plain in re.findall(r"\\(x[0-9A-Fa-f]{2}|.)|([^\\]+)", part):
            if plain:
                out += plain.encode()
            else:
                out += bytes.fromhex(escape[1:]) if escape[0] == "x" else ESCAPES[escape]
    return out


def joined(name):
    """What the host and the module said, read by other means than ours."""
    sides = {">": b"", "<": b""}
    for line in read(name).split("\n"):
        side, rest = line[:1], line[3:]
        if side not in sides:
            continue
        if line[1:2] == side:
            sides[side] += strings(rest)
        elif line[1:2] == "=":
            kind, _, value = rest.partition(" ")
            sides[side] += strings(value) if kind == "text" else bytes.fromhex(value)
        else:
            text = line[2:].replace("{{", "{").encode()
            sides[side] += text + b"\r" if side == ">" else b"\r\n" + (text + b"\r\n" if text else b"")
    return sides[">"], sides["<"]


def is_canonical(name):
    check(f"{name} is canonical", (0, ""), run("check", "--format=check", path(name))[:2])
