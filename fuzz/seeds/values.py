#!/usr/bin/env python3
"""Makes inputs of the target `values` from what modules say in transcripts.

    values.py FOLDER TRANSCRIPT...          writes one file a line and setting;
                                            of a folder, all *.at below it
    values.py --run PROGRAM TRANSCRIPT...   runs the target on them, and keeps none

Each line that a module says becomes two inputs (fuzz/target/values.c has the
grammar): one that answers nothing, and one that answers a command. A file is
named by its SHA-1. What is in FOLDER already stays there.
"""
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import zlib

DIALECTS = {"auto": 0, "simcom": 1, "quectel-ugxx": 2, "quectel-ec200": 3}
LINE_4096 = 3 << 2
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"(?:\*(\d+))?')
ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|.)")
PLACEHOLDER = re.compile(r"\{\{|\{[^}]*?(?:=(?P<example>[^}]*))?\}")
NAMED = {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "e": "\x1b"}
COUNT_MAX = 4096  # bytes of a repeated string: no line is longer


def unescape(text):
    """The bytes, one a character, of a string of a transcript."""
    def one(match):
        name = match.group(1)
        return chr(int(name[1:], 16)) if len(name) == 3 else NAMED.get(name, name)
    return ESCAPE.sub(one, text)


def fill(pattern):
    """The pattern with its placeholders' examples, or a number, in their place."""
    def one(match):
        return "{" if match.group() == "{{" else match.group("example") or "1"
    return PLACEHOLDER.sub(one, pattern)


def received_lines(path):
    """(dialect, line) of all that the module says in the transcript."""
    dialect = "auto"
    with open(path, encoding="utf-8", newline="\n") as file:
        for item in file.read().split("\n"):
            item = item.rstrip("\r")
            if item.startswith("@ dialect:"):
                dialect = item.partition(":")[2].strip()
            elif item.startswith("@ urc:"):
                yield dialect, fill(item[7:]).encode()
            elif item.startswith("< "):
                yield dialect, fill(item[2:]).encode()
            elif item.startswith("<< "):
                said = "".join(unescape(text) * min(int(count or 1), COUNT_MAX)
                               for text, count in STRING.findall(item))
                for line in re.split("[\r\n]+", said):
                    yield dialect, line.encode("latin-1", "replace")


def transcripts(paths):
    """The files that the arguments stand for, in order."""
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        found = [os.path.join(folder, name) for folder, _, names in os.walk(path)
                 for name in names if name.endswith(".at")]
        yield from sorted(found)


def write(folder, content):
    """One input."""
    name = hashlib.sha1(content).hexdigest()[:16]
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        with open(path, "wb") as file:
            file.write(content)
    return name


def main(folder, paths):
    """Writes the inputs; exit status 1 if there is none."""
    os.makedirs(folder, exist_ok=True)
    names = set()
    for path in transcripts(paths):
        for dialect, line in received_lines(path):
            if not line:
                continue
            setting = DIALECTS.get(dialect, 0) | LINE_4096
            asked = 1 + zlib.crc32(line) % 15
            names.add(write(folder, bytes([setting]) + line))
            names.add(write(folder, bytes([setting | asked << 4]) + line))
    print(f"{len(names)} inputs")
    return 0 if names else 1


def run(program, paths):
    """Runs the target on the inputs; what it said is shown if it failed."""
    memory = "/dev/shm" if os.path.isdir("/dev/shm") else None  # thousands of files
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        if main(folder, paths) != 0:
            return 1
        done = subprocess.run([program, folder], stderr=subprocess.PIPE, check=False)
        print(b"\n".join(done.stderr.splitlines()[-20:]).decode("latin-1"))
        return 0 if done.returncode == 0 else 1


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    if sys.argv[1] == "--run":
        sys.exit(run(sys.argv[2], sys.argv[3:]))
    sys.exit(main(sys.argv[1], sys.argv[2:]))
