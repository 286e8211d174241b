"""The bill of materials of a release, in SPDX 2.3 (JSON): the archive with all its
files, the library, which depends on nothing, the program with each shared library
that it loads, and the tools that build and test it."""
import collections
import hashlib
import json
import re
import time
import urllib.parse
import uuid

import debian
import tree

Release = collections.namedtuple('Release', 'version epoch files archive program library')
# What is needed to build; what else .ci/packages has, tests. The programs stand
# there as a package of packages.
BUILD_TOOLS = {'build-essential', 'cmake', 'ninja-build', 'pkg-config', 'python3'}
# What libatproof may call; the second line is what compilers add.
ALLOWED = (r'mem(chr|cmp|cpy|set|move)$|_GLOBAL_OFFSET_TABLE_$'
           r'|__(asan|ubsan|gcov|sanitizer|stack_chk_fail)')
BUILD_PROGRAMS = ('cc', 'c++', 'as', 'ld')
UNKNOWN = 'NOASSERTION'


def element_id(kind, name):
    """SPDX ids have letters, digits, dots and hyphens alone: the rest by its code."""
    safe = re.sub(r'[^A-Za-z0-9.-]', lambda odd: f'-{ord(odd.group()):x}-', name)
    return f'SPDXRef-{kind}-{safe}'


def digest(algorithm, data):
    return {'algorithm': algorithm.upper(),
            'checksumValue': hashlib.new(algorithm, data).hexdigest()}


def described_file(file):
    return {'SPDXID': element_id('File', file.name), 'fileName': f'./{file.name}',
            'checksums': [digest('sha1', file.data), digest('sha256', file.data)]}


def verification_code(files):
    """As SPDX 2.3 computes it: SHA-1 of the files' SHA-1s, sorted and joined."""
    sums = sorted(hashlib.sha1(file.data).hexdigest() for file in files)
    return hashlib.sha1(''.join(sums).encode()).hexdigest()


def own_package(name, release, purpose, summary):
    return {'SPDXID': element_id('Package', name), 'name': name, 'versionInfo': release.version,
            'downloadLocation': UNKNOWN, 'filesAnalyzed': False, 'licenseConcluded': 'MIT',
            'licenseDeclared': 'MIT', 'copyrightText': copyright_line(release.files),
            'primaryPackagePurpose': purpose, 'summary': summary}


def copyright_line(files):
    licence = next(file.data for file in files if file.name == 'LICENSE').decode()
    return re.search(r'^Copyright .*$', licence, re.M).group()


def own_packages(release):
    source = own_package('atproof', release, 'SOURCE',
                         'Conformance and fuzz harness for AT commands: sources')
    source |= {'packageFileName': f'atproof-{release.version}.tar.gz', 'filesAnalyzed': True,
               'packageVerificationCode':
                   {'packageVerificationCodeValue': verification_code(release.files)},
               'checksums': [digest('sha1', release.archive), digest('sha256', release.archive)]}
    return [source,
            own_package('libatproof', release, 'LIBRARY',
                        'The parser, libatproof.a: freestanding, depends on nothing'),
            own_package('atproof-program', release, 'APPLICATION', 'The command atproof')]


def debian_package(package):
    identity, number = debian.release()
    query = urllib.parse.urlencode({'arch': package.architecture, 'distro': f'{identity}-{number}'})
    purl = f'pkg:deb/{identity}/{package.name}@{urllib.parse.quote(package.version)}?{query}'
    described = {'SPDXID': element_id('Package', package.name), 'name': package.name,
                 'versionInfo': package.version, 'supplier': f'Organization: {identity.title()}',
                 'downloadLocation': UNKNOWN, 'filesAnalyzed': False,
                 'licenseConcluded': UNKNOWN, 'licenseDeclared': UNKNOWN, 'copyrightText': UNKNOWN,
                 'sourceInfo': f'built from the source package {package.source}',
                 'externalRefs': [{'referenceCategory': 'PACKAGE-MANAGER', 'referenceType': 'purl',
                                   'referenceLocator': purl}]}
    if package.homepage:
        described['homepage'] = package.homepage
    return described


def foreign_package(name, why):
    """One that dpkg does not have."""
    return {'SPDXID': element_id('Package', name), 'name': name, 'supplier': UNKNOWN,
            'downloadLocation': UNKNOWN, 'filesAnalyzed': False, 'licenseConcluded': UNKNOWN,
            'licenseDeclared': UNKNOWN, 'copyrightText': UNKNOWN, 'comment': why}


def relation(element, kind, related):
    return {'spdxElementId': element, 'relationshipType': kind, 'relatedSpdxElement': related}


class Libraries:
    """The shared libraries of a program, by the packages that bring them."""

    def __init__(self, program):
        self.program = str(program)
        self.paths = debian.linked(program)
        if not self.paths:
            tree.fail(f'{program}: ldd names no shared library; is it the built program?')
        owners = debian.owners(self.paths.values())
        self.owners = {name: owners.get(path, name) for name, path in self.paths.items()}
        self.known = debian.packages(sorted(set(self.owners.values())))

    def packages(self):
        return [debian_package(self.known[name]) if name in self.known
                else foreign_package(name, 'a shared library that no Debian package brings')
                for name in sorted(set(self.owners.values()))]

    def relations(self):
        """Who loads whom, as the files themselves name it."""
        users = {self.program: 'atproof-program',
                 **{path: self.owners[name] for name, path in self.paths.items()}}
        found = {(users[path], self.owners[name])
                 for path, names in debian.needed(list(users)).items() if path in users
                 for name in names if name in self.owners}
        return [relation(element_id('Package', user), 'DYNAMIC_LINK', element_id('Package', used))
                for user, used in sorted(found) if user != used]

    def sources(self):
        return {package.source for package in self.known.values()}


def ci_packages(files):
    """The names in .ci/packages."""
    listed = next(file.data for file in files if file.name == '.ci/packages').decode()
    return [line.split()[0] for line in listed.splitlines() if line.strip() and line[0] != '#']


def tool_kind(name, known, libraries):
    """What a package is to the program: where its headers come from, or a tool."""
    if name in BUILD_TOOLS:
        return 'BUILD_TOOL_OF'
    if name in known and name.endswith('-dev') and known[name].source in libraries.sources():
        return 'BUILD_DEPENDENCY_OF'
    return 'TEST_TOOL_OF'


def tools(release, libraries):
    """Packages and relations of what .ci/packages lists, and of the compiler."""
    listed = ci_packages(release.files)
    programs = [name for name in debian.owners_of_programs(BUILD_PROGRAMS) if name not in listed]
    names = sorted(listed + programs)
    known = debian.packages(names)
    loaded = set(libraries.owners.values())
    described = [debian_package(known[name]) if name in known
                 else foreign_package(name, 'of .ci/packages, not installed where this was made')
                 for name in names if name not in loaded]
    kinds = {name: 'BUILD_TOOL_OF' if name in programs else tool_kind(name, known, libraries)
             for name in names}
    program = element_id('Package', 'atproof-program')
    return described, [relation(element_id('Package', name), kind, program)
                       for name, kind in kinds.items()]


def needs_nothing(release):
    """Stops if the library calls more than the four functions of memory that a
    freestanding target has anyhow."""
    listed = debian.output('nm', '-g', str(release.library))
    symbols = set(re.findall(r'^ +U (\S+)', listed, re.M))
    own = set(re.findall(r'^\w+ [A-TV-Z] (\S+)', listed, re.M))
    foreign = sorted(name for name in symbols - own if not re.match(ALLOWED, name))
    if not own or foreign:
        tree.fail(f'{release.library}: calls {", ".join(foreign) or "nothing, has nothing"}; the '
                  'bill states that libatproof depends on nothing')


def relations(release, libraries, tool_relations):
    source, library, program = (element_id('Package', name)
                                for name in ('atproof', 'libatproof', 'atproof-program'))
    return [relation('SPDXRef-DOCUMENT', 'DESCRIBES', source),
            relation('SPDXRef-DOCUMENT', 'DESCRIBES', library),
            relation('SPDXRef-DOCUMENT', 'DESCRIBES', program),
            *(relation(source, 'CONTAINS', element_id('File', file.name))
              for file in release.files),
            relation(library, 'GENERATED_FROM', source),
            relation(program, 'GENERATED_FROM', source),
            relation(library, 'DEPENDS_ON', 'NONE'),
            relation(program, 'STATIC_LINK', library),
            *libraries.relations(), *tool_relations]


def document(release):
    needs_nothing(release)
    libraries = Libraries(release.program)
    tool_packages, tool_relations = tools(release, libraries)
    return {'spdxVersion': 'SPDX-2.3', 'dataLicense': 'CC0-1.0', 'SPDXID': 'SPDXRef-DOCUMENT',
            'name': f'atproof-{release.version}',
            'creationInfo': {
                'created': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(release.epoch)),
                'creators': [f'Tool: atproof-{release.version}'],
                'comment': 'The time is that of the last commit. Versions of libraries and tools '
                           'are those of the machine that built the program.'},
            'packages': own_packages(release) + libraries.packages() + tool_packages,
            'files': [described_file(file) for file in release.files],
            'relationships': relations(release, libraries, tool_relations)}


def text(release):
    """The bill as bytes. Its namespace is made of its contents: other facts, other name."""
    bill = document(release)
    facts = json.dumps(bill, sort_keys=True)
    unique = uuid.uuid5(uuid.NAMESPACE_URL, facts)
    bill['documentNamespace'] = f'https://spdx.org/spdxdocs/{bill["name"]}-{unique}'
    return (json.dumps(bill, indent=1) + '\n').encode()


