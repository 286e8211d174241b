#!/usr/bin/python3
"""Each defect of the virtual module makes a live case fail, at its clause.

    defects.py ATPROOF [--dialect D] [NAME...]              are the rows still true?
    defects.py ATPROOF --write [--dialect D] [NAME...]      finds the cases anew

The rows stand in DEFECTS.md (--doc FILE: in another). Without --write each row's
first case alone is run, with its defect, and must fail with a finding at the row's
clause; a defect of --list-defects without a row fails, and so does a row whose
defect is gone. With --write the cases of the clauses that the defect is stated at
run first, and all of them if none of those fails.

A defect that leaves no OK to AT ends a run at its opening. It is given as NAME@N+
then: it strikes from the N-th time on.
"""
import argparse
import contextlib
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
DOC = os.path.join(HERE, '..', '..', 'DEFECTS.md')
DIALECTS = ['simcom', 'quectel-ugxx', 'quectel-ec200']
LAB_FAILED = 6
NO_CASE = 'no case fails at its clause; add one to corpus/live, then build atproof-command'
RUN_LIMIT = 25   # seconds; what a run kept by then is looked at
STARTS = ['', '@40+', '@20+', '@12+', '@10+', '@9+', '@8+', '@7+', '@6+', '@5+', '@3+', '@2+']
INTRODUCTION = '''# Defect by case

`atproof modem --list-defects` names faults that firmware could ship. For each,
and each dialect in which it shows, this table has live cases that fail when the
virtual module has it, with a finding at the clause. Rows are made by

    conformance/tests/run/defects.py build/release/conformance/atproof --write

and proved true by the tests `run.defects-DIALECT`. To see one:

    atproof run --target virtual:simcom,defect=NAME --select CASE

`NAME@N+` strikes from the N-th time on: always, it would leave no `OK` to the `AT`
that a run opens with. Without a defect no case fails: `steady.py` beside the script.
Only cases at the clauses that a defect is stated at were tried where one of
them fails; others may fail as well.
'''


class Defect:
    def __init__(self, name, dialects, clauses, text):
        self.name, self.dialects, self.text = name, dialects.split(), text
        self.anywhere = clauses.endswith(', or of another command')
        self.clauses = clauses.removesuffix(', or of another command').split(', ')


def list_defects(atproof):
    said = subprocess.run([atproof, 'modem', '--list-defects'], capture_output=True, text=True,
                          check=True).stdout
    defects = {}
    for block in re.split(r'\n(?=\S)', said.rstrip('\n')):
        name, dialects, *lines = block.split('\n    ')
        size = next(i for i, line in enumerate(lines) if not line.endswith(',')) + 1
        defects[name] = Defect(name, dialects, ' '.join(lines[:size]), ' '.join(lines[size:]))
    return defects


def findings_of(line):
    """The clauses of what the case broke; true: it is the command's or the case's own."""
    found = {}
    for exchange in line.get('exchanges', []):
        for finding in exchange.get('findings', []):
            if finding.get('clause') and not finding.get('declared'):
                own = finding['clause'] in (exchange.get('clause'), line.get('clause'))
                clause = finding['clause'].replace(' ', '-')
                found[clause] = found.get(clause, False) or own
    return found


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(('127.0.0.1', port))
        except OSError:
            return False
    return True


@contextlib.contextmanager
def server(atproof):
    """One for all runs: the keys that it makes take longer than a case."""
    first = next(port for port in iter(lambda: random.randrange(20000, 30000), None)
                 if all(is_free(port + i) for i in range(8)))
    peer = subprocess.Popen([atproof, 'server', '--key', 'rsa', '--port', str(first)],
                            stdout=subprocess.PIPE, text=True)
    for _ in range(8):
        if not peer.stdout.readline():
            sys.exit('the server did not start')
    try:
        yield f'127.0.0.1:{first}'
    finally:
        peer.terminate()
        peer.wait()


def run(lab, target, selects):
    """Exit code, and the clauses that each failing case breaks."""
    with tempfile.TemporaryDirectory() as out:
        command = [lab[0], 'run', '--quiet', '--target', target, '--server', lab[1], '--out', out,
                   '--timeout', '2', '--settle', '10']
        for select in selects:
            command += ['--select', select]
        done = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            done.wait(RUN_LIMIT)
        except subprocess.TimeoutExpired:
            done.send_signal(signal.SIGINT)
            try:
                done.wait(10)
            except subprocess.TimeoutExpired:
                done.kill()
                done.wait()
        failed = {}
        try:
            with open(os.path.join(out, 'results.jsonl')) as store:
                lines = [json.loads(line) for line in store if line.endswith('\n')]
        except FileNotFoundError:
            lines = []
        for line in lines:
            if line.get('kind') == 'case' and line['outcome'] == 'failed':
                failed[line['id']] = findings_of(line)
        return done.returncode, failed


def good(defect, failed):
    """(clause, cases): the clause that most cases break, of those it is stated at."""
    stated = {clause.replace(' ', '-') for clause in defect.clauses}
    found = {}
    for case, clauses in failed.items():
        for clause, own in clauses.items():
            if clause in stated or (defect.anywhere and own):
                found.setdefault(clause, []).append(case)
    best = sorted(found, key=lambda clause: (clause not in stated, -len(found[clause]), clause))
    return (best[0], found[best[0]]) if best else (None, [])


def search(lab, defect, dialect, selects):
    for start in STARTS:
        code, failed = run(lab, f'virtual:{dialect},defect={defect.name}{start}', selects)
        clause, cases = good(defect, failed)
        if cases:
            return defect.name + start, clause, cases
        if start == '' and code != LAB_FAILED:
            break
    return None


def find(lab, defect, dialect):
    own = [clause.replace(' ', '-') + '/*' for clause in defect.clauses]
    found = search(lab, defect, dialect, own) or search(lab, defect, dialect, [])
    if found and '@' in found[0]:  # the row is proved by its first case alone
        alone = (search(lab, defect, dialect, [case]) for case in found[2][:8])
        found = next(filter(None, alone), None)
    return found


def prove(lab, defect, dialect, row):
    instance, clause, case = row
    for _ in range(2):   # the machine may be too busy for the network's limits
        _, failed = run(lab, f'virtual:{dialect},defect={instance}', [case])
        if clause in failed.get(case, ()):
            return None
    return f'{case} did not fail at {clause}' + (f', but at {sorted(failed[case])}'
                                                 if case in failed else '')


ROW = re.compile(r'^\| `([^`]+)` \| (\S+) \| ([^|]+) \| `([^`]+)`(.*) \| ([^|]*) \|$', re.M)


def read_rows(path):
    try:
        with open(path) as text:
            return {(m[1].split('@')[0], m[2]): (m[1], m[3].replace(' ', '-'), m[4], m[0])
                    for m in ROW.finditer(text.read())}
    except FileNotFoundError:
        return {}


def row_text(defect, dialect, found):
    instance, clause, cases = found
    more = f' and {len(cases) - 2} more' if len(cases) > 2 else ''
    shown = ', '.join(f'`{case}`' for case in cases[:2])
    return f'| `{instance}` | {dialect} | {clause} | {shown}{more} | {defect.text} |'


def write_rows(path, defects, rows):
    with open(path, 'w') as out:
        out.write(INTRODUCTION)
        out.write('\n| defect | dialect | clause | cases that fail | what is wrong |\n'
                  '|---|---|---|---|---|\n')
        for defect in defects.values():
            for dialect in defect.dialects:
                if (defect.name, dialect) in rows:
                    out.write(rows[defect.name, dialect] + '\n')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('atproof')
    parser.add_argument('names', nargs='*')
    parser.add_argument('--write', action='store_true')
    parser.add_argument('--doc', default=DOC)
    parser.add_argument('--dialect', choices=DIALECTS)
    options = parser.parse_intermixed_args()
    defects = list_defects(options.atproof)
    rows = read_rows(options.doc)
    unknown = [name for name in options.names if name not in defects]
    unknown += [key[0] for key in rows if key[0] not in defects and not options.write]
    jobs = [(defect, dialect) for defect in defects.values() for dialect in defect.dialects
            if (not options.names or defect.name in options.names)
            and options.dialect in (None, dialect)]

    def work(lab, job):
        defect, dialect = job
        if options.write:
            found = find(lab, defect, dialect)
            return NO_CASE if found is None else None, found
        row = rows.get((defect.name, dialect))
        if row is None:
            return f'has no row in the table; --write {defect.name} makes it', None
        return prove(lab, defect, dialect, row[:3]), None

    bad = len(unknown)
    for name in unknown:
        print(f'{name}: no such defect')
    texts = {key: row[3] for key, row in rows.items()}
    with server(options.atproof) as address, ThreadPoolExecutor(2) as pool:
        lab = (options.atproof, address)
        done = pool.map(lambda job: work(lab, job), jobs)
        for (defect, dialect), (wrong, found) in zip(jobs, done):
            if wrong:
                bad += 1
                print(f'{defect.name}, {dialect}: {wrong}', flush=True)
                texts.pop((defect.name, dialect), None)
            if found:
                texts[defect.name, dialect] = row_text(defect, dialect, found)
            if options.write:
                write_rows(options.doc, defects, texts)
    print(f'{len(jobs)} defects in their dialects, {bad} wrong')
    return 1 if bad or not jobs else 0


sys.exit(main())
