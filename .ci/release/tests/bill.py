"""The bill of materials is what the release is, and its check can fail: each break of
it below comes out red, with a line that names the fault.

usage: bill.py ROOT ATPROOF libatproof.a"""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT, PROGRAM, LIBRARY = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
sys.path.insert(0, str(ROOT / '.ci/release'))
import check_bill  # noqa: E402


def package(bill, name):
    return next(entry for entry in bill['packages'] if entry['name'] == name)


def without(bill, key, **facts):
    bill[key] = [entry for entry in bill[key]
                 if any(entry[fact] != value for fact, value in facts.items())]


def drop_library(bill):
    without(bill, 'packages', name='libgensio4')
    bill['relationships'] = [relation for relation in bill['relationships']
                             if 'SPDXRef-Package-libgensio4' not in relation.values()]


def relate(bill, *ends):
    bill['relationships'].append(dict(zip(
        ('spdxElementId', 'relationshipType', 'relatedSpdxElement'), ends)))


# By check: what is broken, and what it must say of that.
SCHEMA_BREAKS = (
    (lambda bill: package(bill, 'libxml2').update(supplier='somebody'), 'somebody'),
    (lambda bill: package(bill, 'libxml2').pop('licenseDeclared'), 'licenseDeclared'),
    (lambda bill: package(bill, 'libxml2')['externalRefs'][0].update(referenceLocator='pkg:deb/x'),
     'pkg:deb/x'),
    (lambda bill: relate(bill, 'SPDXRef-Package-libc6', 'MADE_BY', 'NONE'), 'MADE_BY'),
    (lambda bill: bill['creationInfo'].update(created='now'), 'creationInfo/created'),
)
OWN_BREAKS = (
    (lambda bill: without(bill, 'packages', name='libxml2'),
     'SPDXRef-Package-libxml2: referred to (DYNAMIC_LINK), but not there'),
    (lambda bill: package(bill, 'libxml2').update(SPDXID='SPDXRef-Package-libc6'),
     'SPDXRef-Package-libc6: 2 elements have this id'),
    (lambda bill: without(bill, 'relationships', spdxElementId='SPDXRef-Package-cmake'),
     'SPDXRef-Package-cmake: stands in no relationship'),
    (lambda bill: bill.update(name='other'), 'documentNamespace:'),
)
ARCHIVE_BREAKS = (
    (lambda bill: package(bill, 'atproof')['packageVerificationCode'].update(
        packageVerificationCodeValue='0' * 40), 'packageVerificationCode, expected'),
    (lambda bill: package(bill, 'atproof')['checksums'][0].update(checksumValue='0' * 40),
     'SPDXRef-Package-atproof: its checksums'),
    (lambda bill: bill['files'][7]['checksums'][1].update(checksumValue='0' * 64),
     'its checksums are others in the archive'),
    (lambda bill: bill['files'].pop(), 'in the archive, not in the bill'),
    (lambda bill: without(bill, 'relationships', spdxElementId='SPDXRef-Package-cmake'),
     'cmake: in .ci/packages, no tool of the bill'),
)
PROGRAM_BREAKS = (
    (drop_library, 'libgensio.so.4: the program loads it'),
    (lambda bill: package(bill, 'libxml2').update(versionInfo='0'),
     'libxml2: version 0, installed'),
    (lambda bill: relate(bill, 'SPDXRef-Package-libatproof', 'DEPENDS_ON', 'SPDXRef-Package-libc6'),
     'expected DEPENDS_ON NONE and nothing else'),
    (lambda bill: without(bill, 'relationships', relationshipType='STATIC_LINK'),
     'expected STATIC_LINK'),
)


def not_refused(good, archive):
    """Of the breaks: those that the check does not tell."""
    checks = ((check_bill.against_schema, SCHEMA_BREAKS), (check_bill.against_itself, OWN_BREAKS),
              (lambda bill: check_bill.against_archive(bill, archive), ARCHIVE_BREAKS),
              (lambda bill: check_bill.against_program(bill, PROGRAM), PROGRAM_BREAKS))
    for check, breaks in checks:
        for spoil, expected in breaks:
            bad = copy.deepcopy(good)
            spoil(bad)
            told = list(check(bad))
            if not any(expected in line for line in told):
                yield f'a broken bill is not told ("{expected}"), but: {told[:3]}'


def main():
    with tempfile.TemporaryDirectory(prefix='atproof-') as folder:
        subprocess.run(['/usr/bin/python3', '-B', ROOT / '.ci/release/archive.py', '--changed',
                        '--out', folder, '--program', PROGRAM, '--library', LIBRARY], check=True,
                       stdout=subprocess.DEVNULL)
        archive = next(pathlib.Path(folder).glob('*.tar.gz'))
        good = json.loads(next(pathlib.Path(folder).glob('*.spdx.json')).read_bytes())
        found = check_bill.problems(good, archive, PROGRAM) + list(not_refused(good, archive))
    if found:
        sys.exit('\n'.join(found))
    print(f'{len(good["packages"])} packages, {len(good["files"])} files; broken bills are refused')


main()
