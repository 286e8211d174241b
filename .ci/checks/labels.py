"""Each test that ctest knows has a label that names what it is, and no label but those
that are listed here.

usage: labels.py BUILD CTEST"""
import json
import subprocess
import sys

KINDS = {'unit', 'corpus', 'live', 'fuzz', 'tools'}
ALSO = {'slow', 'once'}  # beside one of KINDS


def labels_of(test):
    return {label for one in test.get('properties', []) if one['name'] == 'LABELS'
            for label in one['value']}


def faults(tests):
    """Of TESTS, as `ctest --show-only=json-v1` lists them."""
    for test in tests:
        labels = labels_of(test)
        if not labels & KINDS:
            yield f'{test["name"]}: none of the labels {", ".join(sorted(KINDS))}'
        for label in sorted(labels - KINDS - ALSO):
            yield f'{test["name"]}: unknown label {label}'
        if {'unit', 'slow'} <= labels:
            yield f'{test["name"]}: unit and slow; unit tests are quick'


def test_it_fails():
    def test(*labels):
        return {'name': 't', 'properties': [{'name': 'LABELS', 'value': list(labels)}]}
    assert not list(faults([test('unit'), test('live', 'slow', 'once')]))
    for wrong in (test(), test('once'), test('slow'), test('unit', 'quick'),
                  test('unit', 'slow'), {'name': 't'}):
        assert len(list(faults([wrong]))) == 1, wrong


def main():
    test_it_fails()
    build, ctest = sys.argv[1:3]
    listed = subprocess.run([ctest, '--test-dir', build, '--show-only=json-v1'], check=True,
                            capture_output=True, text=True)
    tests = json.loads(listed.stdout)['tests']
    found = list(faults(tests))
    print(*found, f'{len(tests)} tests, {len(found)} without their labels', sep='\n')
    return 1 if found or not tests else 0


sys.exit(main())
