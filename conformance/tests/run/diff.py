#!/usr/bin/python3
"""atproof diff as its users meet it: runs of the virtual module with and without
faults of its firmware, baselines, exit codes, messages.

    diff.py ATPROOF [TEST...]
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

ATPROOF = None
SCRATCH = None
DAY = 86400
TODAY = 1769817600  # 2026-01-31

# Faults, the cases that are played, and one of the clauses that they break.
DEFECTS = {
    'no-space': ('core/27.007-[1589]*', 'core/V.250 5.7.1'),
    'doubled-line': ('core/27.007-[1589]*', 'core/27.007 8.5'),
    'cme-never': ('core/*', 'core/27.007 9.1'),
    'urc-not-asked': ('core/*', 'core/27.007 7.2'),
    'verbose-ignored': ('core/*', 'core/V.250 6.2.6'),
    'result-before-ok': ('simcom-http/2.2.4/live-get', 'simcom-http/2.2.4'),
}


def atproof(*words, today=TODAY):
    return subprocess.run([ATPROOF, *map(str, words)], capture_output=True, check=False,
                          timeout=300, text=True, cwd=SCRATCH,
                          env=os.environ | {'SOURCE_DATE_EPOCH': str(today)})


def play(name, target, select, *options):
    """The folder of a run."""
    done = atproof('run', '--quiet', '--target', target, '--settle', '50', '--out', name,
                   '--select', select, *options)
    if done.returncode not in (0, 1, 7):
        raise AssertionError(f'{name}: exit {done.returncode}: {done.stderr}')
    return name


def play_all():
    modem = f'stdio,{ATPROOF} modem --stdio'
    jobs = {'core': (modem, 'core/*'),
            'net': ('virtual:simcom', 'simcom-http/2.2.4/live-get'),
            'urcs': (f'{modem} --urcs=3', 'core/*'),
            'chunks': (f'{modem} --seed=3', 'core/27.007-*'),
            'slow': (f'{modem} --speed=19200', 'core/27.007-9.1/*')}
    for defect, (select, _) in DEFECTS.items():
        local = select.startswith('core')
        jobs[defect] = (f'{modem} --defect={defect}' if local else
                        f'virtual:simcom,defect={defect}', select)
    with ThreadPoolExecutor(4) as pool:
        for _ in pool.map(lambda job: play(job[0], *job[1]), jobs.items()):
            pass


def compare(old, new, *options, code=0, today=TODAY):
    done = atproof('diff', '--json', '-', *options, old, new, today=today)
    if done.returncode != code:
        raise AssertionError(f'{old} {new}: exit {done.returncode}, expected {code}: {done.stdout}'
                             f'{done.stderr}')
    return json.loads(done.stdout)


def strong(told):
    """Kinds of changes, without what varies by itself."""
    return {one['kind'] for one in told['behaviour']} - {'value', 'sent'}


class Diff(unittest.TestCase):
    def test_each_defect_is_a_regression_at_its_clause(self):
        for defect, (_, clause) in DEFECTS.items():
            old = 'core' if clause.startswith('core') else 'net'
            told = compare(old, defect, '--partial', code=1)
            bad = [one for one in told['cases'] if one['regression']]
            self.assertEqual({one['class'] for one in bad}, {'newly-failing'}, defect)
            broken = {one['fault']['clause'] for one in bad}
            broken |= {one['new'].split(' ', 1)[1] for one in told['behaviour']
                       if one['kind'] == 'finding' and not one['passing'] and one['new']}
            self.assertIn(clause, {one.replace('-', ' ') if one.startswith('core') else one
                                   for one in broken}, defect)
            self.assertTrue(strong(told), defect)
            back = compare(defect, old, code=0)
            self.assertGreaterEqual({one['class'] for one in back['cases']}, {'newly-passing'})

    def test_listed_clauses_are_those(self):
        listed = atproof('modem', '--list-defects').stdout
        for defect, (_, clause) in DEFECTS.items():
            entry = re.search(rf'(?m)^{defect}\n((?: .*\n)+)', listed).group(1)
            self.assertIn(clause, ' '.join(entry.split()), defect)

    def test_run_is_itself(self):
        for name in ('core', 'no-space'):
            told = compare(name, name)
            self.assertEqual(told['behaviour'], [])
            self.assertEqual(told['statistics']['evident'], 0)
            self.assertLessEqual({one['class'] for one in told['cases']}, {'still-failing'})

    def test_other_codes_are_a_change_and_no_regression(self):
        told = compare('core', 'urcs')
        self.assertEqual(told['cases'], [])
        self.assertIn('urc', strong(told))
        self.assertTrue({one['new'].split(':')[0] for one in told['behaviour']
                         if one['kind'] == 'urc'} <= {'+CGEV', '+CREG', '+CGREG', '+CEREG'})

    def test_chunks_are_no_change(self):
        self.assertEqual(strong(compare('core', 'chunks', '--partial')), set())

    def test_slower_answers_are_told_with_evidence(self):
        told = compare('core', 'slow', '--partial')
        slower = [one for one in told['latency'] if one['evident']]
        self.assertTrue(slower)
        self.assertEqual({one['effect'] for one in slower}, {1})
        self.assertEqual(told['cases'][0]['class'], 'not-played')

    def test_every_format_is_written(self):
        done = atproof('diff', '-q', 'core', 'no-space', '--html', 'd.html', '--markdown', 'd.md',
                       '--json', 'd.json')
        self.assertEqual((done.returncode, done.stdout, done.stderr), (1, '', ''))
        heads = {'d.html': '<!DOCTYPE html>', 'd.md': '### ', 'd.json': '{"version":1,'}
        for name, head in heads.items():
            self.assertTrue((SCRATCH / name).read_text().startswith(head), name)
        text = atproof('diff', 'core', 'no-space').stdout
        self.assertLessEqual(len(text.splitlines()), 30)
        self.assertRegex(text, r'(?m)^newly failing: ')
        self.assertNotIn('\x1b', text)
        text = atproof('diff', '--partial', 'net', 'result-before-ok').stdout
        command = re.search(r'(?m)^again: (.*)', text).group(1)
        again = atproof(*command.split()[1:])
        self.assertEqual(again.returncode, 1)
        self.assertIn('1 case: 1 failed', again.stdout)


class Baseline(unittest.TestCase):
    def update(self, name, run, *options, today=TODAY):
        return atproof('diff', '--baseline', name, '--update-baseline', *options, run, today=today)

    def test_life_of_a_baseline(self):
        done = self.update('b.jsonl', 'no-space')
        self.assertEqual(done.returncode, 2)
        self.assertIn('failures would be accepted, expected --reason TEXT', done.stderr)
        self.assertEqual(sorted(p.name for p in SCRATCH.glob('b.jsonl*')), [])
        done = self.update('b.jsonl', 'no-space', '--reason', 'V1 has it', '--expires', '+10d')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r'^b\.jsonl: \d+ cases: \d+ new, 0 changed, 0 as before\n'
                                      r'accepted up to 2026-02-10: \d+ \(V1 has it\)\n  core/')
        def check(run, code, when):
            return atproof('diff', '--baseline', 'b.jsonl', run, today=when).returncode == code
        self.assertTrue(check('no-space', 0, TODAY + 10 * DAY))
        self.assertTrue(check('no-space', 1, TODAY + 11 * DAY))
        self.assertTrue(check('core', 0, TODAY))
        self.assertTrue(check('doubled-line', 1, TODAY))
        before = (SCRATCH / 'b.jsonl').read_bytes()
        self.assertEqual(self.update('b.jsonl', 'no-space').returncode, 0)
        lines = [[line for line in text.splitlines() if b'"kind":"case"' in line]
                 for text in (before, (SCRATCH / 'b.jsonl').read_bytes())]
        self.assertEqual(*lines)
        done = self.update('b.jsonl', 'core')
        self.assertNotIn('accepted', done.stdout)
        self.assertTrue(check('no-space', 1, TODAY))
        self.assertEqual(atproof('report', 'b.jsonl', '-f', 'tap', '-o', '-').returncode, 0)

    def test_baseline_that_cannot_be_written_stays(self):
        self.assertEqual(self.update('/nonexistent/b', 'core').returncode, 2)
        (SCRATCH / 'bad.jsonl').write_text('{')
        self.assertEqual(self.update('bad.jsonl', 'core').returncode, 2)
        self.assertEqual((SCRATCH / 'bad.jsonl').read_text(), '{')

    def test_absent_baseline_says_how_to_make_it(self):
        done = atproof('diff', '--baseline', 'none.jsonl', 'core')
        self.assertEqual((done.returncode, done.stdout), (2, ''))
        self.assertEqual(done.stderr, 'atproof: none.jsonl: No such file or directory; atproof '
                         'diff --baseline none.jsonl --update-baseline NEW makes it\n')


class Usage(unittest.TestCase):
    def test_misuse_is_told_in_a_line(self):
        for words in ([], ['core'], ['core', 'core', 'core'], ['core', 'nowhere'],
                      ['--baseline', 'b'], ['--baseline', 'b', 'core', 'core'],
                      ['core', 'core', '--prune'], ['--update-baseline', 'core'],
                      ['--reason', 'x', 'core', 'core'], ['core', 'core', '--expires', '+1d'],
                      ['core', 'core', '--html', '-', '--json', '-'], ['--what', 'core', 'core'],
                      ['core', 'core', '--html', '/nonexistent/x'], ['core', str(SCRATCH / 'bad')],
                      ['--baseline', 'b', '--update-baseline', '--expires', '2026-02-30', 'core'],
                      ['--baseline', 'b', '--update-baseline', '--expires', '2026-01-30', 'core'],
                      ['--baseline', 'b', '--update-baseline', '--expires', '+0d', 'core'],
                      ['--baseline', 'b', '--update-baseline', '--expires', '10d', 'core']):
            (SCRATCH / 'bad').mkdir(exist_ok=True)
            done = atproof('diff', *words)
            self.assertEqual(done.returncode, 2, words)
            self.assertRegex(done.stderr, r'\A[^\n]+\n\Z', words)

    def test_nothing_common_is_no_pass(self):
        done = atproof('diff', 'result-before-ok', 'core')
        self.assertEqual(done.returncode, 5)
        self.assertIn('nothing to compare', done.stdout)

    def test_standard_input_is_a_store(self):
        with open(SCRATCH / 'core/results.jsonl', encoding='ascii') as store:
            done = subprocess.run([ATPROOF, 'diff', '-', 'core'], stdin=store, cwd=SCRATCH,
                                  capture_output=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 0)

    def test_help_fits_and_names_the_exit_codes(self):
        text = atproof('diff', '--help').stdout
        self.assertLessEqual(max(map(len, text.splitlines())), 80)
        for word in ('--baseline', '--update-baseline', '--expires', 'Exit status'):
            self.assertIn(word, text)


if __name__ == '__main__':
    ATPROOF = str(pathlib.Path(sys.argv.pop(1)).resolve())
    with tempfile.TemporaryDirectory() as folder:
        SCRATCH = pathlib.Path(folder)
        play_all()
        unittest.main()
