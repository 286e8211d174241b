#!/usr/bin/python3
"""atproof fuzz: finds nothing in a good module, each planted fault in a bad one,
says nothing without leave, and does the same again for the same seed.

    livefuzz.py ATPROOF [WORKERS]
"""
import filecmp
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

DIALECTS = ('simcom', 'quectel-ugxx', 'quectel-ec200')

# A fault of the virtual module, and rules one of which must tell it.
DEFECTS = (
    ('lf-only', 'bare-lf'),
    ('glued-lines', 'malformed-field missing-final'),
    ('echo-loses-byte', 'echo-differs'),
    ('case-sensitive', 'unexpected missing-line'),
    ('doubled-final', 'doubled'),
    ('late-result', 'late'),
    ('unknown-command-accepted', 'accepted-unknown'),
    ('missing-line', 'missing-line'),
    ('line-after-final', 'wrong-order missing-line'),
    ('comma-for-colon', 'no-colon'),
    ('wrong-prefix', 'missing-line'),
    ('extra-field', 'extra-field'),
    ('empty-field', 'empty-field'),
    ('out-of-range', 'out-of-range'),
    ('stray-quote', 'stray-quote unexpected'),
    ('stale-number', 'other-value'),
    ('missing-result', 'missing-line'),
    ('doubled-result', 'doubled'),
    ('urc-in-line', 'empty-field doubled malformed-field'),
    ('status-zero', 'out-of-range'),
    ('missing-final@6', 'missing-final'),
    ('freeze@5+', 'hang'),
    ('freeze@9+', 'hang'),
    ('reboot@5+', 'reboot'),
    ('reboot@7', 'reboot'),
)
DEFECT_RUNS = 1200
SIMPLE = ('extra-field', 'empty-field', 'out-of-range')  # one command shows them, mostly


def fuzz(*arguments, code=None, target='virtual:simcom'):
    command = [ATPROOF, 'fuzz', '--target', target, *arguments]
    done = subprocess.run(command, capture_output=True, timeout=120)
    done.stdout = done.stdout.decode('latin-1')
    done.stderr = done.stderr.decode('latin-1')
    if code is not None:
        assert done.returncode == code, (command, done.returncode, done.stderr[-2000:])
    return done


def store(folder):
    with open(os.path.join(folder, 'results.jsonl'), encoding='ascii') as file:
        return [json.loads(line) for line in file]


def of_kind(folder, kind):
    return [line for line in store(folder) if line['kind'] == kind]


def sent(path):
    """The command lines of a transcript, without what the fuzzer says of its own."""
    own = ('AT', 'ATE1Q0V1', 'AT+CMEE=1', 'AT+CGMI', 'AT+CGMM', 'AT+CGMR')
    with open(path, encoding='latin-1') as file:
        lines = [line[2:].rstrip('\n') for line in file if line.startswith('> ')]
    return [line for line in lines if line not in own]


def findings(folder):
    inside = os.path.join(folder, 'findings')
    return sorted(os.path.join(inside, name) for name in os.listdir(inside))


# ---- a good module -----------------------------------------------------------


def good_module(folder):
    def one(job):
        dialect, seed = job
        out = os.path.join(folder, f'{dialect}-{seed}')
        fuzz('--seed', str(seed), '--runs', '3000', '--out', out, '-q', code=0,
             target='virtual:' + dialect)
        assert not of_kind(out, 'case') and not findings(out), out
        line, = of_kind(out, 'fuzz')
        assert line['engine'] == 'live' and line['executions'] >= 3000, line
        assert line['edges'] > 120 and line['corpus_count'] > 100, line
        assert [s['edges'] for s in line['samples']] == sorted(s['edges'] for s in line['samples'])
        assert len(os.listdir(os.path.join(out, 'corpus'))) > 100
    return [(one, (dialect, seed)) for dialect in DIALECTS for seed in (1, 2)]


# ---- planted faults ----------------------------------------------------------


def again(target, path, case, code):
    """A finding is judged alike by check, and shown again by --replay."""
    rule = case['id'].split('/')[1]
    own = rule in ('hang', 'reboot', 'echo-differs', 'accepted-unknown', 'no-answer')
    checked = subprocess.run([ATPROOF, 'check', path], capture_output=True, timeout=60)
    if not own:
        assert checked.returncode == 1 and rule.encode() in checked.stdout, (path, checked)
    out = path + '.replay'
    done = fuzz('--replay', path, '--out', out, code=code, target=target)
    assert case['id'] in [c['id'] for c in of_kind(out, 'case')], (path, done.stderr)


def planted(folder):
    def one(job):
        defect, rules = job
        target = 'virtual:simcom,defect=' + defect
        out = os.path.join(folder, defect)
        done = fuzz('--runs', str(DEFECT_RUNS), '--out', out, '-q', target=target)
        faulty = rules in ('hang', 'reboot')
        code = 7 if faulty else 1
        assert done.returncode == code, (defect, done.returncode, done.stderr)
        cases = [c for c in of_kind(out, 'case') if c['id'].split('/')[1] in rules.split()]
        assert cases, (defect, done.stderr)
        case = cases[0]
        path = case['source']
        assert case['outcome'] == 'failed' and os.path.exists(path), case
        assert len(sent(path)) <= 12 and any(e['wire'] for e in case['exchanges']), path
        if defect in SIMPLE:
            counts = sorted(len(sent(found)) for found in findings(out))
            assert counts[len(counts) // 2] == 1 and counts[-1] <= 4, (defect, counts)
        line, = of_kind(out, 'fuzz')
        kinds = {f['kind'] for f in line['findings']}
        assert kinds == ({'timeout'} if rules == 'hang' else {'crash'} if faulty else set()), line
        again(target, path, case, code)
    return [(one, defect) for defect in DEFECTS]


# ---- the same again ----------------------------------------------------------


def same_again(folder):
    def one(_):
        names = []
        for name, seed in (('a', 7), ('b', 7), ('c', 8)):
            out = os.path.join(folder, 'same-' + name)
            fuzz('--seed', str(seed), '--runs', '1500', '--out', out, '-q',
                 target='virtual:quectel-ec200,defect=missing-field')
            names.append(out)
        logs = [os.path.join(name, 'line.at') for name in names]
        bodies = [open(log, 'rb').read() for log in logs]
        assert bodies[0] == bodies[1] and bodies[0] != bodies[2]
        for inside in ('corpus', 'findings'):
            a, b = (os.path.join(name, inside) for name in names[:2])
            assert sorted(os.listdir(a)) == sorted(os.listdir(b)) and os.listdir(a)
            _, differ, wrong = filecmp.cmpfiles(a, b, os.listdir(a), shallow=False)
            assert not differ and not wrong, differ
        before = len(os.listdir(os.path.join(names[0], 'corpus')))
        for out in (os.path.join(folder, 'fresh'), names[0]):
            fuzz('--runs', '1', '--out', out, '-q', target='virtual:quectel-ec200')
        fresh, later = (of_kind(out, 'fuzz')[0]['corpus_count']
                        for out in (os.path.join(folder, 'fresh'), names[0]))
        assert later >= fresh + before, 'what an earlier run kept is not taken up'
    return [(one, None)]


# ---- what is said ------------------------------------------------------------


def what_is_said(folder):
    def leave(_):
        out = os.path.join(folder, 'leave')
        fuzz('--allow', 'unknown', '--runs', '4000', '--out', out, '-q', code=0)
        lines = sent(os.path.join(out, 'line.at'))
        assert len(set(lines)) > 500
        bad = re.compile(r'(?i)cfun *=[^?]|cpin *=[^?]|clck=[^?]|cpwd|httpaction=[^?]|cchopen=[^?]'
                         r'|certdown=[^?]|cgdcont=[^?]|cgact=[^?]|cops=[^?]|^at(d|a$|o|z|&|q[^0]|v0?$)'
                         r'|;\s*[adozqv&]|httpinit$')
        assert not [line for line in lines if bad.search(line)]
        out = os.path.join(folder, 'resets')
        fuzz('--allow', 'unknown,resets', '--runs', '3000', '--out', out, '-q', code=0)
        assert [line for line in sent(os.path.join(out, 'line.at'))
                if re.search(r'(?i)cfun=[^?]', line)]

    def selected(_):
        out = os.path.join(folder, 'select')
        fuzz('--select', '+CS*', '--runs', '600', '--out', out, '-q', '--blind', code=0)
        lines = sent(os.path.join(out, 'line.at'))
        share = sum('+CS' in line.upper() for line in lines) / len(lines)
        assert share > 0.4, share
        assert not os.listdir(os.path.join(out, 'corpus')), 'blind keeps nothing'
        done = fuzz('--select', '+NONE', '--out', out, code=5)
        assert 'nothing was selected' in done.stderr

    def excused(_):
        out = os.path.join(folder, 'excused')
        known = os.path.join(folder, 'known')
        with open(known, 'w', encoding='ascii') as file:
            file.write('2099-01-01 fuzz/extra-field/* the firmware counts so\n')
        target = 'virtual:simcom,defect=extra-field'
        done = fuzz('--expected-failures', known, '--runs', '400', '--out', out, target=target)
        outcomes = {c['outcome'] for c in of_kind(out, 'case') if '/extra-field/' in c['id']}
        assert outcomes == {'expected-failure'}, (outcomes, done.stderr)
    return [(leave, None), (selected, None), (excused, None)]


# ---- ports -------------------------------------------------------------------


def ports(folder):
    modem = f'stdio,{ATPROOF} modem --stdio --offline'

    def missing(_):
        done = fuzz('--out', os.path.join(folder, 'none'), code=4,
                    target='serialdev,/dev/does-not-exist,115200n81')
        assert done.stderr.startswith('atproof: fuzz: '), done.stderr

    def real(_):
        out = os.path.join(folder, 'real')
        fuzz('--runs', '60', '--settle', '20', '--out', out, code=0, target=modem)
        assert of_kind(out, 'fuzz')[0]['executions'] >= 60

    def hangs(_):
        out = os.path.join(folder, 'hangs')
        done = fuzz('--runs', '60', '--timeout', '1', '--boot', '1', '--settle', '20', '--out',
                    out, target=modem + ' --defect freeze@28+')
        assert done.returncode == 7, (done.returncode, done.stderr)
        assert of_kind(out, 'fuzz')[0]['findings'], done.stderr

    def stopped(_):
        out = os.path.join(folder, 'stopped')
        running = subprocess.Popen([ATPROOF, 'fuzz', '--seconds', '600', '--out', out, '-q'],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        corpus = os.path.join(out, 'corpus')
        deadline = time.monotonic() + 30
        while not (os.path.isdir(corpus) and os.listdir(corpus)) and time.monotonic() < deadline:
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 0, running.returncode
        assert store(out)[-1]['kind'] == 'fuzz'
    return [(hangs, None), (missing, None), (real, None), (stopped, None)]


def timed(check, what):
    begun = time.monotonic()
    check(what)
    if os.environ.get('LIVEFUZZ_TIMES'):
        print(f'{time.monotonic() - begun:5.1f} s {check.__qualname__} {what or ""}')


def main():
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    groups = (ports, good_module, planted, same_again, what_is_said)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(workers) as pool:
        jobs = [job for group in groups for job in group(folder)]
        for running in [pool.submit(timed, check, what) for check, what in jobs]:
            running.result()
    print(f'{len(jobs)} checks')


if __name__ == '__main__':
    ATPROOF = os.path.abspath(sys.argv[1])
    main()
