"""The files of a release and its time, as git has them.

Names and modes come from git's index, bytes from the working tree, the time from
SOURCE_DATE_EPOCH or, without it, the last commit: nothing from the machine."""
import collections
import os
import pathlib
import re
import subprocess
import sys

File = collections.namedtuple('File', 'name mode data')
MODES = {'100644': 0o644, '100755': 0o755}


def fail(text):
    sys.exit(f'{os.path.basename(sys.argv[0])}: {text}')


def git(root, *arguments):
    done = subprocess.run(['git', '-C', root, *arguments], capture_output=True, check=False)
    if done.returncode:
        fail(f'git {arguments[0]}: {done.stderr.decode(errors="replace").strip()}\n'
             'A release is made in a git checkout: what git tracks is what goes into it.')
    return done.stdout


def files(root):
    """All tracked files, sorted by name."""
    found = []
    for entry in git(root, 'ls-files', '--stage', '-z').decode().split('\0')[:-1]:
        info, name = entry.split('\t', 1)
        mode = info.split()[0]
        if mode not in MODES:
            fail(f'{name}: git mode {mode}, expected a plain file')
        try:
            found.append(File(name, MODES[mode], (pathlib.Path(root) / name).read_bytes()))
        except OSError as error:
            fail(f'{name}: git tracks it, but: {error.strerror}')
    if not found:
        fail(f'{root}: git tracks no file here')
    return sorted(found)


def changed(root):
    """What differs from the last commit."""
    return git(root, 'status', '--porcelain', '--untracked-files=no').decode().splitlines()


def epoch(root):
    text = os.environ.get('SOURCE_DATE_EPOCH') or git(root, 'log', '-1', '--format=%ct').decode()
    if not re.fullmatch(r'\d{1,11}\s*', text):
        fail(f'SOURCE_DATE_EPOCH is "{text}", expected seconds since 1970')
    return int(text)


def version(root):
    text = (pathlib.Path(root) / 'CMakeLists.txt').read_text(encoding='utf-8')
    found = re.search(r'^project\(atproof VERSION (\d+\.\d+\.\d+)', text, re.M)
    return found.group(1) if found else fail('CMakeLists.txt: no project(atproof VERSION …)')
