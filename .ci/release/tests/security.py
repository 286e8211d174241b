"""SECURITY.md is true as far as a program can tell: each test, fuzz target and file that
it names is there, each statement names one that fails, the numbers have no gap, the
bounds are the sources', and no source but those that it names starts a program.

usage: security.py ROOT BUILD CTEST"""
import fnmatch
import json
import pathlib
import re
import subprocess
import sys

ROOT, BUILD, CTEST = (pathlib.Path(argument) for argument in sys.argv[1:4])
INVARIANTS = {f'I{number}' for number in range(1, 10)}
# gensio starts what an address names.
STARTS_A_PROGRAM = (r'\b(?:system|popen|posix_spawnp?|exec[lv]p?e?|v?fork|dlopen'
                    r'|gensio_os_proc_alloc|str_to_gensio\w*)\s*\(')
# A bound as SECURITY.md says it, and the source that has it.
BOUNDS = (
    ('16 MiB', 'conformance/script/script.h', r'SCRIPT_FILE_SIZE_MAX\s+\(\(size_t\)16 << 20\)'),
    ('100,000 cases', 'conformance/script/script.h', r'SCRIPT_CASE_COUNT_MAX\s+\(\(size_t\)100000\)'),
    ('8 groups deep', 'conformance/script/script.h', r'SCRIPT_DEPTH_MAX\s+8\b'),
    ('64 branches of an any-order', 'conformance/script/script.h', r'SCRIPT_ORDER_MAX\s+64\b'),
    ('65,536 items and lines', 'conformance/script/script.h',
     r'SCRIPT_STEP_MAX \(\(size_t\)1 << 16\)'),
    ('take at most 64 MiB', 'conformance/script/transcript.h',
     r'TRANSCRIPT_BYTES_SIZE_MAX \(\(size_t\)64 << 20\)'),
    ('4,194,304 steps', 'conformance/match/match.c', r'STEP_MAX\s+\(\(size_t\)1 << 22\)'),
    ('8 for each of its bytes', 'conformance/match/match.c', r'STEPS_A_BYTE\s+\(\(size_t\)8\)'),
    ('(64 while a module', 'conformance/match/match.c', r'STEPS_A_BYTE_ALIVE\s+\(\(size_t\)64\)'),
    ('256 ways of a case', 'conformance/script/script.h', r'SCRIPT_WAY_COUNT_MAX\s+256\b'),
    ('at most 1 MiB', 'conformance/catalog/model.h', r'CATALOG_FILE_SIZE_MAX \(1u << 20\)'),
    ('16 deep', 'conformance/catalog/yaml.c', r'DEPTH_MAX 16\b'),
    ('2 KiB a line', 'conformance/modem/core/core.h', r'LINE_SIZE_MAX\s+2048\b'),
    ('64 files', 'conformance/modem/common/file.h', r'FILE_MAX\s+64\b'),
    ('4 MiB together', 'conformance/modem/common/file.h', r'FILE_BYTES_MAX \(\(size_t\)4 << 20\)'),
)


def statements(text):
    """Of the tables: number to the whole row."""
    return dict(re.findall(r'^\| (T\d+) (\|.*)$', text, re.M))


def tests():
    listed = subprocess.run([CTEST, '--test-dir', BUILD, '--show-only=json-v1'], check=True,
                            capture_output=True, text=True)
    return [test['name'] for test in json.loads(listed.stdout)['tests']]


def names_that_are_missing(text, known_tests, targets):
    for name in re.findall(r'`test:([^`…]+)`', text):
        if not fnmatch.filter(known_tests, name):
            yield f'`test:{name}`: ctest has none of this name'
    for name in re.findall(r'`fuzz:([^`…]+)`', text):
        if name not in targets or not (ROOT / f'fuzz/target/{name}.c').exists():
            yield f'`fuzz:{name}`: no fuzz target'
    for path in re.findall(r'\]\(([^)#:]+)(?:#[^)]*)?\)', text):
        if not (ROOT / path).exists():
            yield f'{path}: no such file'


def statements_without_proof(rows):
    numbers = [int(number[1:]) for number in rows]
    if numbers != list(range(1, len(numbers) + 1)) or not numbers:
        yield f'the statements are numbered {numbers}'
    yield from (f'{number}: names no test or fuzz target' for number, row in rows.items()
                if not re.search('`(?:test|fuzz):', row))
    proven = set(re.findall(r'\bI\d\b', ' '.join(rows.values())))
    yield from (f'{name}: no statement says what shows it' for name in sorted(INVARIANTS - proven))


def bounds_that_differ(text):
    for said, path, pattern in BOUNDS:
        if said not in text or not re.search(pattern, (ROOT / path).read_text(encoding='utf-8')):
            yield f'"{said}" and {path} differ'


def starters(rows):
    """T14: the sources that start programs are those that it names."""
    named = set(re.findall(r'\]\(([^)]+\.c)\)', rows.get('T14', '')))
    found = {str(path.relative_to(ROOT))
             for folder in ('parser/src', 'conformance', 'reports')
             for path in (ROOT / folder).rglob('*.c')
             if 'tests' not in path.relative_to(ROOT).parts
             and re.search(STARTS_A_PROGRAM, path.read_text(encoding='utf-8'))}
    return [f'{path}: starts programs in {"the sources" if path in found else "SECURITY.md"} alone'
            for path in sorted(named ^ found)]


def problems(text, known_tests, targets):
    rows = statements(text)
    return [*names_that_are_missing(text, known_tests, targets), *statements_without_proof(rows),
            *bounds_that_differ(text), *starters(rows)]


def not_noticed(text, *known):
    """Of a policy that is broken on purpose: what the check does not tell."""
    for old, new, expected in (('`test:parser.args`', '`test:parser.nonesuch`', 'parser.nonesuch'),
                               ('`fuzz:values`', '`fuzz:nonesuch`', 'fuzz:nonesuch'),
                               ('| T4 |', '| T44 |', 'numbered'), ('(I6)', '', 'I6'),
                               ('(.ci/release/README.md)', '(nonesuch.md)', 'nonesuch.md'),
                               ('(conformance/run/recover.c)', '(README.md)', 'recover.c'),
                               ('16 MiB', '17 MiB', '16 MiB'),
                               ('`test:labgrid.job` `test:labgrid.lab`', 'nothing', 'T7')):
        told = problems(text.replace(old, new), *known)
        if not any(expected in line for line in told):
            yield f'"{old}" made "{new}" is not noticed'


def main():
    text = (ROOT / 'SECURITY.md').read_text(encoding='utf-8')
    known = tests(), (BUILD / 'fuzz/targets.txt').read_text(encoding='utf-8').split()
    found = problems(text, *known) + list(not_noticed(text, *known))
    if found:
        sys.exit('\n'.join(f'SECURITY.md: {line}' for line in found))
    print(f'{len(statements(text))} statements, all named tests, fuzz targets and files are there')


main()
