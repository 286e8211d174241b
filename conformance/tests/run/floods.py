#!/usr/bin/python3
"""Modules that answer, and then send 20 MB: memory and disk stay bounded, and the
rule floods has the count of what was dropped.

    floods.py ATPROOF          runs the tests
    floods.py module PATTERN   is such a module, on the standard streams
"""
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile

from checked import SIGNAL, check, finish

MB = 1000 * 1000
SENT = 20 * MB
KEPT = 1 << 20  # bytes of one case, as README.md of conformance/run documents
PATTERNS = {'x': b'x', 'lines': b'X\r\n', 'finals': b'OK\r\n', 'zeros': b'\0'}


def serve(pattern):
    """Answers all; AT+CSQ, once, is followed by the flood."""
    line, flooded = b'', False
    while byte := os.read(0, 1):
        line += byte
        if byte != b'\r':
            continue
        reading = b'\r\n+CSQ: 20,0\r\n' if b'+CSQ' in line else b''
        os.write(1, line + b'\n' + reading + b'\r\nOK\r\n')
        if reading and not flooded:
            flooded = True
            left = memoryview(pattern * (SENT // len(pattern)))
            while left:
                left = left[os.write(1, left):]
        line = b''


if sys.argv[1] == 'module':
    serve(PATTERNS[sys.argv[2]])
    sys.exit()

ATPROOF = sys.argv[1]
folder = tempfile.mkdtemp()


def test(pattern, case):
    run = pathlib.Path(folder, pattern)
    module = f'stdio,{sys.executable} {os.path.abspath(__file__)} module {pattern}'
    done = subprocess.run([ATPROOF, 'run', '-t', module, '-d', 'simcom', '--boot', '5',
                           '--out', run, case], capture_output=True, timeout=120)
    # A second OK ends the case before the flood is read: it fails, and floods none.
    floods = pattern != 'finals'
    check(f'{pattern}: exit', done.returncode == (7 if floods else 1),
          (done.returncode, done.stderr))
    size = sum(path.stat().st_size for path in run.iterdir())
    check(f'{pattern}: disk', size < SENT, size)
    lines = [json.loads(line) for line in (run / 'results.jsonl').read_text().splitlines()]
    cases = [line for line in lines if line['kind'] == 'case']
    check(f'{pattern}: failed', [c['outcome'] for c in cases] == ['failed'], cases[:1])
    seen = [finding['seen'] for c in cases for exchange in c['exchanges']
            for finding in exchange['findings'] if finding['rule'] == 'floods']
    check(f'{pattern}: floods, once', len(seen) == floods, seen)
    dropped = re.match(r'(\d+) bytes more', ''.join(seen))
    # What is over the bound is dropped, but for what the recovery of the module keeps.
    check(f'{pattern}: count', not floods or dropped and SENT - 4 * KEPT < int(dropped[1]) < SENT,
          seen)
    done = subprocess.run([ATPROOF, 'report', '--format', 'summary', '--output', '-', run],
                          capture_output=True, text=True, timeout=60)
    check(f'{pattern}: report', done.returncode == 0 and '1 failed' in done.stdout
          and ('floods' in done.stdout or not floods), (done.returncode, done.stdout, done.stderr))


try:
    written = pathlib.Path(folder, 'signal.at')
    written.write_text(SIGNAL)
    for name in PATTERNS:
        test(name, written)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    check('memory', peak < 300 * MB, peak)
finally:
    shutil.rmtree(folder, ignore_errors=True)
finish()
