"""Two builds give the same bytes: of the library as it is installed, and of the
release archive, each made twice where everything is different that must not matter.
The library is built from the unpacked archive, so that too is shown: it builds.

usage: reproducible.py ROOT ATPROOF libatproof.a"""
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

ROOT, PROGRAM, LIBRARY = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
sys.path.insert(0, str(ROOT / '.ci/release'))
import compare  # noqa: E402

# Two machines: folder, umask, generator, how many jobs, the sources' time, environment.
HERE = ('a', 0o022, 'Ninja', '2', 1000000000,
        {'TZ': 'UTC', 'LC_ALL': 'C', 'HOME': '/root', 'USER': 'root', 'HOSTNAME': 'one'})
THERE = ('another/folder with a longer name', 0o077, 'Unix Makefiles', '1', 1600000000,
         {'TZ': 'Pacific/Chatham', 'LC_ALL': 'C.UTF-8', 'HOME': '/nonexistent', 'USER': 'builder',
          'HOSTNAME': 'two', 'LANG': 'de_DE.UTF-8', 'COLUMNS': '40', 'ZERO_AR_DATE': '',
          'GIT_CONFIG_COUNT': '1', 'GIT_CONFIG_KEY_0': 'tar.umask', 'GIT_CONFIG_VALUE_0': '0077'})


def run(machine, *command):
    _, umask, _, _, _, settings = machine
    environment = {'PATH': os.environ['PATH'], 'GIT_DIR': git_folder(), 'GIT_OPTIONAL_LOCKS': '0',
                   **settings}
    done = subprocess.run(command, capture_output=True, text=True, umask=umask, env=environment,
                          check=False)
    if done.returncode:
        sys.exit(f'{" ".join(map(str, command))}\n{done.stdout}{done.stderr}')


def git_folder():
    return subprocess.run(['git', '-C', ROOT, 'rev-parse', '--absolute-git-dir'], check=True,
                          capture_output=True, text=True).stdout.strip()


def tracked():
    return subprocess.run(['git', '-C', ROOT, 'ls-files', '-z'], check=True, capture_output=True,
                          text=True).stdout.split('\0')[:-1]


def check_out(machine, work):
    """A copy of what git tracks, with another umask and other times."""
    folder = work / machine[0] / 'checkout'
    before = os.umask(machine[1])
    for name in tracked():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((ROOT / name).read_bytes())
        os.utime(folder / name, (machine[4], machine[4]))
    os.umask(before)
    return folder


def make_archive(machine, work):
    folder = check_out(machine, work)
    out = work / machine[0] / 'release'
    run(machine, '/usr/bin/python3', '-B', folder / '.ci/release/archive.py', '--changed',
        '--out', out, '--program', PROGRAM, '--library', LIBRARY)
    return out


def install_library(machine, work, archive):
    """Builds parser/ of the archive, without git, with debug information, in which
    paths would stand; installs it."""
    folder, _, generator, jobs, _, _ = machine
    sources, build, installed = (work / folder / name for name in ('sources', 'build', 'installed'))
    with tarfile.open(archive) as tar:
        tar.extractall(sources)
    root = next(sources.iterdir())
    run(machine, 'cmake', '-S', root / 'parser', '-B', build, '-G', generator,
        '-DCMAKE_BUILD_TYPE=RelWithDebInfo', '-DBUILD_TESTING=OFF', '-DATP_BUILD_BENCH=OFF')
    run(machine, 'cmake', '--build', build, '-j', jobs)
    run(machine, 'cmake', '--install', build, '--prefix', installed)
    return installed


def same(what, left, right):
    found = compare.differences(left, right)
    if found:
        sys.exit('\n'.join([f'{what}: two builds differ', *found]))
    count = sum(path.is_file() for path in left.rglob('*'))
    print(f'{what}: {count} files, the same bytes twice')


def seen_when_broken(installed, work):
    """The comparison tells a byte of a section, a stamp of the archive, a lost file."""
    bad = work / 'bad'
    shutil.copytree(installed, bad)
    path = next(bad.rglob('libatproof.a'))
    data = bytearray(path.read_bytes())
    name, (_, body) = next(found for found in compare.members(bytes(data)).items()
                           if found[0] == 'frame.c.o')
    text, _ = compare.sections(body)['.text']
    data[bytes(data).index(body) + text + 5] ^= 1
    path.write_bytes(data)
    next(bad.rglob('atproof.pc')).unlink()
    next(bad.rglob('atproof.h')).write_text('other\n')
    told = '\n'.join(compare.differences(installed, bad))
    for expected in (f'member {name}, section .text at 0x5', 'atproof.pc: only in',
                     'atproof.h: offset 0x0 of'):
        if expected not in told:
            sys.exit(f'compare.py does not say "{expected}" of a broken copy, but:\n{told}')


def main():
    with tempfile.TemporaryDirectory(prefix='atproof-') as folder:
        work = pathlib.Path(folder)
        archives = [make_archive(machine, work) for machine in (HERE, THERE)]
        same('release archive', *archives)
        tars = [next(archive.glob('*.tar.gz')) for archive in archives]
        installed = [install_library(machine, work, tar)
                     for machine, tar in zip((HERE, THERE), tars)]
        same('installed library', *installed)
        seen_when_broken(installed[0], work)
        check = subprocess.run(['sha256sum', '--check', '--quiet', 'SHA256SUMS'], cwd=archives[0],
                               check=False)
        if check.returncode:
            sys.exit('SHA256SUMS is wrong')


main()
