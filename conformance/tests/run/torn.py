#!/usr/bin/python3
"""Stores whose last line is cut short: each reader leaves it out and reports it, run
--resume completes them; and what run --resume refuses. Signals: killed.py.

    torn.py ATPROOF GATE     GATE: the folder of the gate's store.py
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ATPROOF, GATE = sys.argv[1:]
sys.path.insert(0, GATE)
import store as gate_store  # noqa: E402 (of GATE)

from checked import check, finish

SELECT = ['--select', 'core/27.007-9.1/*', '--repeat', '3']  # 18 cases
OPTIONS = ['-t', 'virtual:simcom', '--seed', '1', *SELECT]
WAIT = 60  # seconds; no run takes as long, on a loaded machine neither
CUT = 'the last line is cut short and left out'
folder = tempfile.mkdtemp()


def atproof(*arguments):
    done = subprocess.run([ATPROOF, *map(str, arguments)], capture_output=True, timeout=WAIT)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def store_of(run):
    return pathlib.Path(run, 'results.jsonl')


def ended(run):
    """How many cases its store has, each with its line end."""
    try:
        whole = store_of(run).read_bytes().split(b'\n')[:-1]
    except FileNotFoundError:
        return 0
    return sum(b'"kind":"case"' in line.replace(b' ', b'') for line in whole)


def results(run):
    """What must not differ, of each case in order; a line that is no JSON raises."""
    lines = [json.loads(line) for line in store_of(run).read_text().splitlines()]
    return [(case['id'], case['outcome'],
             [(exchange['verdict'], [finding['rule'] for finding in exchange['findings']])
              for exchange in case['exchanges']])
            for case in lines if case['kind'] == 'case']


def end(run, at, signals):
    """Its exit code, once AT cases stood in its store and SIGNALS were sent."""
    process = subprocess.Popen([ATPROOF, 'run', '--out', run, *OPTIONS],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    limit = time.monotonic() + WAIT
    while ended(run) < at and process.poll() is None and time.monotonic() < limit:
        time.sleep(0.005)
    for number in signals:
        process.send_signal(number)
    return process.wait(timeout=WAIT)


def resume(what, run):
    code, _, errors = atproof('run', '--resume', run, *OPTIONS)
    check(f'{what}: resumed: exit', code == 0, (code, errors))
    check(f'{what}: resumed: as a run that was not ended', results(run) == whole_results,
          results(run))
    names = {path.name for path in pathlib.Path(run).iterdir()} - {'report.html'}
    check(f'{what}: resumed: files', names == whole_names, names ^ whole_names)


def report(what, run, torn=False):
    code, _, errors = atproof('report', run)
    check(f'{what}: report', code == 0 and (CUT in errors) == torn, (code, errors))


def test_torn():
    """Cut within its last line, at the first and last bytes and some between."""
    lines = store_of(whole).read_bytes().splitlines(True)
    before, size = b''.join(lines[:-1]), len(lines[-1])
    for cut in sorted({1, 2, 3, 10, size // 3, size // 2, size - 20, size - 3, size - 2}):
        run = os.path.join(folder, f'torn-{cut}')
        shutil.copytree(whole, run)
        store_of(run).write_bytes(before + lines[-1][:cut])
        report(f'torn at {cut}', run, torn=True)
        code, _, errors = atproof('diff', store_of(whole), store_of(run))
        check(f'torn at {cut}: diff', code in (0, 1) and CUT in errors, (code, errors))
        try:
            seen = gate_store.counted(store_of(run))
        except ValueError as error:
            seen = str(error)
        check(f'torn at {cut}: gate', seen == '17 cases', seen)
        if cut in (1, size // 2, size - 2):
            resume(f'torn at {cut}', run)
    run = os.path.join(folder, 'no-line-end')
    shutil.copytree(whole, run)
    store_of(run).write_bytes(before + lines[-1][:-1])
    report('no line end', run)
    check('no line end: gate', gate_store.counted(store_of(run)) == '18 cases', None)
    resume('no line end', run)


def test_torn_within():
    """No other line may be cut: that is damage, no end of a program."""
    run = os.path.join(folder, 'within')
    shutil.copytree(whole, run)
    lines = store_of(run).read_bytes().splitlines(True)
    lines[-2] = lines[-2][:40] + b'\n'
    store_of(run).write_bytes(b''.join(lines))
    code, _, errors = atproof('report', run)
    check('damaged: report', code == 2 and 'no JSON' in errors, (code, errors))
    try:
        seen = gate_store.counted(store_of(run))
    except ValueError:
        seen = None
    check('damaged: gate', seen is None, seen)
    code, _, errors = atproof('run', '--resume', run, *OPTIONS)
    check('damaged: resume', code == 2 and 'no JSON' in errors, (code, errors))


def test_refused():
    run = os.path.join(folder, 'refused')
    code = end(run, 5, [signal.SIGQUIT])
    check('QUIT: exit', code != 0, code)
    check('QUIT: what ended is kept', ended(run) >= 5, ended(run))
    kept = store_of(run).read_bytes()
    target, seed = ['-t', 'virtual:simcom'], ['--seed', '1']
    for what, options, message in (
            ('dialect', ['-t', 'virtual:quectel-ugxx', *seed, *SELECT], 'dialect'),
            ('seed', [*target, '--seed', '2', *SELECT], '--seed'),
            ('no seed', [*target, *SELECT], '--seed'),
            ('strict', [*OPTIONS, '--strict'], '--strict'),
            ('selection', [*target, *seed, '--select', 'core/27.007-8.5/*', '--repeat', '3'],
             'cases'),
            ('repeat', [*target, *seed, *SELECT[:2], '--repeat', '4'], '--repeat'),
            ('retry', [*OPTIONS, '--retry', '1'], '--retry')):
        code, _, errors = atproof('run', '--resume', run, *options)
        check(f'other {what}: refused', code == 2 and 'cannot resume' in errors
              and message in errors, (code, errors))
        check(f'other {what}: the store stays', store_of(run).read_bytes() == kept, None)
    resume('after what was refused', run)
    empty = os.path.join(folder, 'empty')
    os.mkdir(empty)
    for what, place in (('none', os.path.join(folder, 'none')), ('empty', empty),
                        ('a file', store_of(whole))):
        code, _, errors = atproof('run', '--resume', place, *OPTIONS)
        check(f'folder: {what}', code == 2 and errors.startswith('atproof: '), (code, errors))


try:
    whole = os.path.join(folder, 'whole')
    check('whole: exit', atproof('run', '--out', whole, *OPTIONS)[0] == 0, None)
    whole_results = results(whole)
    whole_names = {path.name for path in pathlib.Path(whole).iterdir()}
    check('whole: cases', len(whole_results) == 18, len(whole_results))
    for test in (test_torn, test_torn_within, test_refused):
        test()
finally:
    shutil.rmtree(folder, ignore_errors=True)
finish()
