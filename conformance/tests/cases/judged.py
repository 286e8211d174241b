"""Each file's cases are judged, and come out as they declare.

usage: judged.py ATPROOF FILE..."""
import json
import subprocess
import sys
import tempfile

ATPROOF, FILES = sys.argv[1], sys.argv[2:]


def judged_files(path):
    with open(path, encoding='utf-8') as lines:
        cases = [one for one in map(json.loads, lines) if one['kind'] == 'case']
    return {case['source'] for case in cases if case['outcome'] == 'passed'}


def main():
    with tempfile.NamedTemporaryFile() as results:
        code = subprocess.run([ATPROOF, 'check', '--quiet', '--results', results.name, *FILES],
                              check=False).returncode
        judged = judged_files(results.name)
    missing = [name for name in FILES if name not in judged]
    for name in missing:
        print(f'{name}:1: no case of it passed')
    print(f'{len(FILES) - len(missing)} of {len(FILES)} files passed')
    return code or (1 if missing or not FILES else 0)


sys.exit(main())
