#!/usr/bin/env python3
"""Runs of `atproof run` that are ended, and modules that flood: what is kept is read, the
run goes on where it was, and nothing grows without a bound.

    killed.py ATPROOF [flood SIZE PATTERN]     with `flood`: such a module
"""
import contextlib
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time

ATPROOF = sys.argv[1]
LIMIT = 60  # seconds in which what must come comes, on a loaded machine
CASES = ('run', '-t', 'virtual:simcom', '--seed', '7', '--select', 'core/*', '-q')
faults = []


def check(what, expected, seen):
    good = expected == seen
    print(f'{"ok" if good else "FAIL"} {what}' + ('' if good else f'\n  expected: {expected!r:.300}\n  seen:     {seen!r:.300}'),
          flush=True)
    if not good:
        faults.append(what)


def atproof(*words, **options):
    return subprocess.run([ATPROOF, *words], capture_output=True, text=True, timeout=LIMIT, check=False, **options)


def lines(folder):
    store = pathlib.Path(folder, 'results.jsonl')
    with contextlib.suppress(FileNotFoundError):
        return [json.loads(line) for line in store.read_text().splitlines(True) if line.endswith('\n')]
    return []


def cases(folder):
    return [line for line in lines(folder) if line['kind'] == 'case']


def told(folder):
    return sorted((case['id'], case['outcome'], case['verdict']) for case in cases(folder))


# ---- runs that are ended ------------------------------------------------------


def end_when(folder, count, *signals):
    """Ends a run that has kept COUNT cases. Its exit code, and how many it had kept then."""
    process = subprocess.Popen([ATPROOF, *CASES, '-o', folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + LIMIT
    while len(cases(folder)) < count and process.poll() is None and time.monotonic() < end:
        time.sleep(0.005)
    kept = len(cases(folder))
    for number in signals:
        process.send_signal(number)
        time.sleep(0.01)
    return process.wait(LIMIT), kept


def resumed(name, folder, whole, kept):
    report = atproof('report', folder)
    check(f'{name}: report reads what is kept', 0, report.returncode)
    played = [case for case in cases(folder) if case['outcome'] != 'skipped']
    check(f'{name}: no case that had ended is lost', True, len(cases(folder)) >= kept and len(played) <= len(whole))
    done = atproof('run', '--resume', folder, *CASES[1:])
    check(f'{name}: resumed', (0, whole), (done.returncode, told(folder)))


def test_ended(scratch):
    whole = atproof(*CASES, '-o', f'{scratch}/whole')
    check('whole: exit', 0, whole.returncode)
    expected = told(f'{scratch}/whole')
    check('whole: cases', True, len(expected) > 15)
    for name, signals, codes in (('KILL', [signal.SIGKILL], [-9]), ('HUP', [signal.SIGHUP], [6]),
                                 ('TERM', [signal.SIGTERM], [6]),
                                 ('INT twice', [signal.SIGINT] * 2, [6, -2])):
        for count in (1, 8):
            folder = f'{scratch}/{name}{count}'.replace(' ', '-')
            code, kept = end_when(folder, count, *signals)
            good = code in codes or (code == 0 and kept == len(expected))
            check(f'{name} after {count}: exit', codes, codes if good else code)
            resumed(f'{name} after {count}', folder, expected, kept)
    return expected


def test_torn(scratch, expected):
    text = pathlib.Path(scratch, 'whole/results.jsonl').read_bytes()
    last = text.rindex(b'\n', 0, -1) + 1
    for at in (last + 1, last + 20, (last + len(text)) // 2, len(text) - 2):
        folder = pathlib.Path(scratch, f'torn{at}')
        folder.mkdir()
        (folder / 'results.jsonl').write_bytes(text[:at])
        done = atproof('report', str(folder))
        check(f'torn at {at - last}: reported', (0, True), (done.returncode, 'is cut short and left out' in done.stderr))
        done = atproof('diff', f'{scratch}/whole', str(folder))
        check(f'torn at {at - last}: compared, and it lacks a case', True,
              'is cut short and left out' in done.stderr and done.returncode in (0, 1))
        done = atproof('run', '--resume', str(folder), *CASES[1:])
        check(f'torn at {at - last}: resumed', (0, expected), (done.returncode, told(folder)))


def test_refused(scratch):
    folder = f'{scratch}/whole'
    before = pathlib.Path(folder, 'results.jsonl').read_bytes()
    for name, words in (('another seed', ['--seed', '8']), ('other cases', ['--select', 'simcom-http/*']),
                        ('strict', ['--strict']), ('another dialect', ['-t', 'virtual:quectel-ugxx'])):
        done = atproof('run', '--resume', folder, *CASES[1:], *words)
        check(f'{name}: refused', (2, True), (done.returncode, len(done.stderr) > 0))
    done = atproof('run', '--resume', f'{scratch}/none', *CASES[1:])
    check('no folder: refused', (2, True), (done.returncode, len(done.stderr) > 0))
    check('and nothing changed', True, pathlib.Path(folder, 'results.jsonl').read_bytes() == before)


# ---- modules that flood --------------------------------------------------------


def flood():
    """A module that answers, and after AT+CSQ sends SIZE bytes of PATTERN."""
    size, pattern = int(sys.argv[3]), sys.argv[4].encode().decode('unicode_escape').encode()
    line = b''
    while True:
        byte = os.read(0, 1)
        if not byte:
            return
        if byte != b'\r':
            line += byte
            continue
        os.write(1, line + b'\r')
        if line == b'AT+CSQ':
            left = size
            while left > 0:
                left -= os.write(1, pattern * 4096)
        if line.startswith(b'AT+CG'):
            os.write(1, b'\r\nfake\r\n')
        os.write(1, b'\r\nOK\r\n')
        line = b''


def bounded():
    resource.setrlimit(resource.RLIMIT_FSIZE, (48 << 20, 48 << 20))


def test_floods(scratch):
    case = pathlib.Path(scratch, 'csq.at')
    case.write_text('@ dialect: simcom\n@ id: a/1/csq\n\n> AT+CSQ\n< +CSQ: {rssi:int},{ber:int}\n< OK\n')
    for pattern in ('x', 'X\\r\\n', 'OK\\r\\n', '\\r\\n+CREG:\\x201\\r\\n'):
        folder = f'{scratch}/flood{len(pattern)}'
        done = atproof('run', '-d', 'simcom', '-o', folder, '--settle', '50', '--boot', '1',
                       '-t', f'stdio,{sys.executable} {__file__} x flood 20000000 {pattern}', str(case), preexec_fn=bounded)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        disk = sum(path.stat().st_size for path in pathlib.Path(folder).iterdir())
        check(f'{pattern}: fails', True, 0 < done.returncode <= 7)
        check(f'{pattern}: at most 400 MB of memory', True, peak < 400 << 10)
        check(f'{pattern}: at most 32 MB of disk', True, disk < 32 << 20)
        failed = [one for one in cases(folder) if one['outcome'] == 'failed']
        check(f'{pattern}: the case failed', 1, len(failed))
        if 'X' not in pattern and 'OK' not in pattern:  # those differ at once from what is awaited
            check(f'{pattern}: named a flood', True, '"rule": "floods"' in json.dumps(failed))
        check(f'{pattern}: report reads it', 0, atproof('report', folder).returncode)


def main():
    if sys.argv[2:3] == ['flood']:
        flood()
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        expected = test_ended(scratch)
        test_torn(scratch, expected)
        test_refused(scratch)
        test_floods(scratch)
    return len(faults) > 0


if __name__ == '__main__':
    sys.exit(main())
