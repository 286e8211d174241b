"""What Debian's dpkg knows: which package brings a file, and its version."""
import collections
import os
import pathlib
import re
import shutil
import subprocess

Package = collections.namedtuple('Package', 'name version architecture source homepage')
FIELDS = ('${Package}', '${Version}', '${Architecture}', '${source:Package}', '${Homepage}')


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False,
                          env={**os.environ, 'LC_ALL': 'C'}).stdout


def packages(names):
    """Of those that are installed: name to Package."""
    wanted = '\t'.join(('${db:Status-Status}', *FIELDS)) + '\n'
    lines = output('dpkg-query', '-W', '-f', wanted, *names).splitlines()
    found = [Package(*line.split('\t')[1:]) for line in lines if line.startswith('installed\t')]
    return {package.name: package for package in found}


def needed(paths):
    """Of each file: the shared libraries that it names itself."""
    files = re.split(r'^File: ', output('readelf', '-d', *paths, '/dev/null'), flags=re.M)[1:]
    return {text.split('\n', 1)[0]: re.findall(r'\(NEEDED\).*\[(.+)\]', text) for text in files}


def linked(program):
    """All shared libraries that a program loads: name to path."""
    text = output('ldd', str(program))
    found = dict(re.findall(r'^\s*(\S+) => (/\S+) \(0x', text, re.M))
    found.update((os.path.basename(path), path)
                 for path in re.findall(r'^\s*(/\S+) \(0x', text, re.M))
    return found


def aliases(path):
    """The names that dpkg may have a file under: /usr is merged, links are followed."""
    short = {name.removeprefix('/usr') for name in (path, os.path.realpath(path))}
    return short | {f'/usr{name}' for name in short}


def owners(paths):
    """Path to the name of the package that brings it, where one does."""
    of_name = {name: path for path in paths for name in aliases(path)}
    lines = output('dpkg-query', '-S', *sorted(of_name)).splitlines()
    found = (re.fullmatch(r'([^\s:,]+)(?::\w+)?(?:, .*)?: (/.*)', line) for line in lines)
    return {of_name[match[2]]: match[1] for match in found if match and match[2] in of_name}


def owners_of_programs(names):
    """The packages of programs of the PATH, as far as dpkg has them."""
    return sorted(set(owners([path for path in map(shutil.which, names) if path]).values()))


def release():
    """The distribution and its number, as a purl has them."""
    text = pathlib.Path('/etc/os-release').read_text(encoding='utf-8')
    fields = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', text, re.M))
    return fields.get('ID', 'unknown'), fields.get('VERSION_ID', '')
