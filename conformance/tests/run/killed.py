#!/usr/bin/env python3
"""Runs of `atproof run` that are ended: what is kept is read, and the run goes on where it
was. What is no such run is refused.

    killed.py ATPROOF
"""
import contextlib
import json
import pathlib
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
            good = code in codes or (code == 0 and told(folder) == expected)
            check(f'{name} after {count}: exit', codes, codes if good else code)
            resumed(f'{name} after {count}', folder, expected, kept)


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


def main():
    with tempfile.TemporaryDirectory() as scratch:
        test_ended(scratch)
        test_refused(scratch)
    return len(faults) > 0


if __name__ == '__main__':
    sys.exit(main())
