#!/usr/bin/python3
"""A full disk, at many sizes: atproof run ends with a message and no signal, never
with 0, and report reads the store that is left, if it has the line of its run.

    faults.py ATPROOF
"""
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

ATPROOF = sys.argv[1]
RUN = ['run', '-t', 'virtual:simcom', '--seed', '1', '--select', 'core/27.007-9.1/live-[bgn]*']
counts = {'passed': 0, 'failed': 0}
folder = tempfile.mkdtemp()


def check(what, good, seen):
    counts['passed' if good else 'failed'] += 1
    if not good:
        print(f'{what}\n  seen: {seen!r}')


def atproof(*words, most=None):
    """At most MOST bytes go into a file; a write of more fails (EFBIG)."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    done = subprocess.run([ATPROOF, *map(str, words)], capture_output=True, text=True,
                          timeout=60, preexec_fn=None if most is None else limit)
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


try:
    test_sizes()
    test_places()
finally:
    shutil.rmtree(folder, ignore_errors=True)
print(f"{counts['passed']} passed, {counts['failed']} failed")
sys.exit(counts['failed'] > 0)
