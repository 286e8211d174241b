#!/usr/bin/python3
"""A full disk, at many sizes: atproof run ends with a message and no signal, never
with 0, and report reads the store that is left, if it has the line of its run.

With a SHIM (fault_shim.c) also: one call after the other that opens, renames or makes
a file, or a stream in memory, fails. Of lack of memory the program makes an end (abort).

    faults.py ATPROOF [SHIM]
"""
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

from checked import check, finish

ATPROOF = sys.argv[1]
SHIM = sys.argv[2] if len(sys.argv) > 2 else None
RUN = ['run', '-t', 'virtual:simcom', '--seed', '1', '--select', 'core/27.007-9.1/live-[bgn]*']
folder = tempfile.mkdtemp()


def atproof(*words, most=None):
    """At most MOST bytes go into a file; a write of more fails (EFBIG)."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    done = subprocess.run([ATPROOF, *map(str, words)], capture_output=True, text=True,
                          timeout=60, preexec_fn=None if most is None else limit)
    return done.returncode, done.stderr


def struck(call, at, *words):
    """Exit code and complaints of a program whose AT-th such CALL fails."""
    done = subprocess.run([ATPROOF, *map(str, words)], capture_output=True, text=True, timeout=60, check=False,
                          env={**os.environ, 'LD_PRELOAD': SHIM, 'FAULT_CALL': call, 'FAULT_AT': str(at)})
    return done.returncode, done.stderr


def fails(what, result):
    check(f'{what}: fails with a message', result[0] > 0 and result[1].strip(), result)


def test_sizes():
    whole = pathlib.Path(folder, 'whole')
    check('whole: exit', atproof(*RUN, '--out', whole)[0] == 0, None)
    size = (whole / 'results.jsonl').stat().st_size
    for most in sorted({0, 1, 100, *range(400, size, size // 12), size - 1}):
        run = pathlib.Path(folder, f'most-{most}')
        fails(f'run, {most} of {size} bytes', atproof(*RUN, '--out', run, most=most))
        store = run / 'results.jsonl'
        if store.exists() and b'\n' in store.read_bytes():
            code, errors = atproof('report', run)
            check(f'report of {most} bytes', code == 0, (code, errors))
    for most in (0, 1, 5000):
        fails(f'report, {most} bytes', atproof('report', whole, most=most))
    check('report, after all', atproof('report', whole)[0] == 0, None)


def test_places():
    store = pathlib.Path(folder, 'whole', 'results.jsonl')
    place = pathlib.Path(folder, 'file')
    place.write_text('')
    fails('a file in the place of the folder', atproof(*RUN, '--out', place))
    fails('report to a full device',
          atproof('report', '--format', 'tap', '--output', '/dev/full', store))


def kept(run):
    """The cases of a store, and what became of them; None: there is no store."""
    store = pathlib.Path(run, 'results.jsonl')
    if not store.exists():
        return None
    lines = map(json.loads, store.read_text().splitlines())
    return sorted((line['id'], line['outcome']) for line in lines if line['kind'] == 'case')


def test_calls():
    """A call that fails ends it with a message, or what it was for is there all the same."""
    check_case = pathlib.Path(folder, 'case.at')
    check_case.write_text('@ dialect: simcom\n@ id: a/1/b\n\n> AT\n< OK\n')
    whole = pathlib.Path(folder, 'whole')
    seen = 0
    for call in ('openat', 'renameat', 'fdopen', 'open_memstream', 'mkdirat'):
        for at in range(1, 25):
            out = pathlib.Path(folder, f'{call}-{at}')
            done = [('run', struck(call, at, *RUN, '--server', '127.0.0.1:9', '--out', out)),
                    ('check', struck(call, at, 'check', f'--results={out}.jsonl', check_case)),
                    ('report', struck(call, at, 'report', '-o', f'{out}.html', whole / 'results.jsonl'))]
            for name, (code, errors) in done:
                no_memory = code == -signal.SIGABRT and call in ('open_memstream', 'fdopen')
                check(f'{name}, {call} {at}: no signal', code >= 0 or no_memory, (code, errors))
                check(f'{name}, {call} {at}: a message', code == 0 or no_memory or errors.strip(), (code, errors))
            if done[0][1][0] == 0:
                check(f'run, {call} {at}: whole', kept(out) == kept(whole), kept(out))
            if done[2][1][0] == 0:
                check(f'report, {call} {at}: there', pathlib.Path(f'{out}.html').exists(), None)
            struck_any = any(code != 0 for _, (code, _) in done)
            seen += struck_any
            if at > 6 and not struck_any:
                break
    check('some of them failed', seen > 10, seen)


try:
    test_sizes()
    test_places()
    if SHIM:
        test_calls()
finally:
    shutil.rmtree(folder, ignore_errors=True)
finish()
