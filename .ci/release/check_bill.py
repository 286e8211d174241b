#!/usr/bin/python3
"""Checks a release's bill of materials: against its schema, against itself (all that
is referred to is there), against the archive (each file and its sums, the
verification code) and against the program (each library that it loads is listed).
Prints what is wrong, a line each. Exit 0: nothing.

usage: check_bill.py atproof-VERSION.spdx.json atproof-VERSION.tar.gz ATPROOF"""
import collections
import hashlib
import json
import pathlib
import sys
import tarfile
import uuid

import jsonschema

import debian

SCHEMA = pathlib.Path(__file__).parent / 'spdx.schema.json'
SOURCE, LIBRARY, PROGRAM = (f'SPDXRef-Package-{name}'
                            for name in ('atproof', 'libatproof', 'atproof-program'))
TOOL_KINDS = ('BUILD_TOOL_OF', 'BUILD_DEPENDENCY_OF', 'TEST_TOOL_OF')


def against_schema(bill):
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding='utf-8')))
    for error in validator.iter_errors(bill):
        yield f'{"/".join(map(str, error.absolute_path)) or "."}: {error.message[:200]}'


def against_itself(bill):
    elements = [bill, *bill['packages'], *bill['files']]
    ids = collections.Counter(element['SPDXID'] for element in elements)
    yield from (f'{name}: {count} elements have this id'
                for name, count in ids.items() if count > 1)
    related = {'SPDXRef-DOCUMENT'}
    for relation in bill['relationships']:
        ends = relation['spdxElementId'], relation['relatedSpdxElement']
        related.update(ends)
        yield from (f'{end}: referred to ({relation["relationshipType"]}), but not there'
                    for end in ends if end not in ids and end not in ('NONE', 'NOASSERTION'))
    yield from (f'{name}: stands in no relationship' for name in ids if name not in related)
    facts = {key: value for key, value in bill.items() if key != 'documentNamespace'}
    unique = str(uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(facts, sort_keys=True)))
    if not bill['documentNamespace'].endswith(unique):
        yield f'documentNamespace: {bill["documentNamespace"]}, expected to end in {unique}'


def sums(element):
    return {entry['algorithm']: entry['checksumValue'] for entry in element.get('checksums', [])}


def real_sums(data):
    return {'SHA1': hashlib.sha1(data).hexdigest(), 'SHA256': hashlib.sha256(data).hexdigest()}


def related(bill, element, *kinds):
    return {relation['relatedSpdxElement'] for relation in bill['relationships']
            if relation['spdxElementId'] == element and relation['relationshipType'] in kinds}


def against_archive(bill, archive):
    source = next((package for package in bill['packages'] if package['SPDXID'] == SOURCE), {})
    if sums(source) != real_sums(archive.read_bytes()):
        yield f'{SOURCE}: its checksums are not those of {archive.name}'
    with tarfile.open(archive) as tar:
        files = {f'./{member.name.split("/", 1)[1]}': tar.extractfile(member).read()
                 for member in tar if member.isfile()}
    listed = {file['fileName']: file for file in bill['files']}
    yield from (f'{name}: in the archive, not in the bill' for name in files.keys() - listed.keys())
    yield from (f'{name}: in the bill, not in the archive' for name in listed.keys() - files.keys())
    yield from (f'{name}: its checksums are others in the archive'
                for name in files.keys() & listed.keys()
                if sums(listed[name]) != real_sums(files[name]))
    contained = related(bill, SOURCE, 'CONTAINS')
    yield from (f'{name}: {SOURCE} does not contain it' for name, file in listed.items()
                if file['SPDXID'] not in contained)
    code = hashlib.sha1(''.join(sorted(hashlib.sha1(data).hexdigest()
                                       for data in files.values())).encode()).hexdigest()
    if source.get('packageVerificationCode') != {'packageVerificationCodeValue': code}:
        yield f'{SOURCE}: packageVerificationCode, expected {code}'
    yield from tools_are_listed(bill, files.get('./.ci/packages', b'').decode())


def tools_are_listed(bill, packages):
    tools = {relation['spdxElementId'] for relation in bill['relationships']
             if relation['relationshipType'] in TOOL_KINDS}
    names = {package['name'] for package in bill['packages'] if package['SPDXID'] in tools}
    listed = {line.split()[0] for line in packages.splitlines() if line.strip() and line[0] != '#'}
    yield from (f'{name}: in .ci/packages, no tool of the bill' for name in listed - names)


def reached(bill, element):
    """All packages that ELEMENT loads, by way of others too."""
    users = collections.defaultdict(set)
    for relation in bill['relationships']:
        if relation['relationshipType'] == 'DYNAMIC_LINK':
            users[relation['spdxElementId']].add(relation['relatedSpdxElement'])
    found, ahead = set(), [element]
    while ahead:
        new = users[ahead.pop()] - found
        found |= new
        ahead += new
    return found


def against_program(bill, program):
    if related(bill, LIBRARY, 'DEPENDS_ON', 'DYNAMIC_LINK', 'STATIC_LINK') != {'NONE'}:
        yield f'{LIBRARY}: expected DEPENDS_ON NONE and nothing else'
    if LIBRARY not in related(bill, PROGRAM, 'STATIC_LINK'):
        yield f'{PROGRAM}: expected STATIC_LINK {LIBRARY}'
    loaded = debian.linked(program)
    if not loaded:
        yield f'{program}: loads no library; is it the program?'
    owners = debian.owners(loaded.values())
    known = debian.packages(sorted(set(owners.values())))
    there = {package['name']: package for package in bill['packages']}
    loads = reached(bill, PROGRAM)
    for name, path in sorted(loaded.items()):
        owner = owners.get(path, name)
        package = there.get(owner)
        if not package or package['SPDXID'] not in loads:
            yield f'{name}: the program loads it, the bill lists no DYNAMIC_LINK of {owner}'
        elif owner in known and package.get('versionInfo') != known[owner].version:
            yield f'{owner}: version {package.get("versionInfo")}, installed {known[owner].version}'


def problems(bill, archive, program):
    """Lines; of a bill that breaks its schema no more is asked."""
    found = list(against_schema(bill))
    return found or [*against_itself(bill), *against_archive(bill, archive),
                     *against_program(bill, program)]


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__.rsplit('\n\n', 1)[1])
    bill, archive, program = map(pathlib.Path, sys.argv[1:])
    found = problems(json.loads(bill.read_text(encoding='utf-8')), archive, program)
    if found:
        sys.exit('\n'.join(f'{bill.name}: {line}' for line in found))
    print(f'{bill.name}: describes {archive.name} and {program.name}')


if __name__ == '__main__':
    main()
