#!/usr/bin/env bash
# That the judge can fail: each wrong response of corpus/judge/wrong.at is
# reported as declared, each legal one passes without a finding, each rule is
# broken by one, and of the hostile streams at least twice as many are rejected
# as accepted.
#   judge_table.sh ATPROOF CORPUS
set -eu
atproof=$1 corpus=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$atproof" check -q --strict --as-recorded --results "$work/wrong" "$corpus"/judge/wrong.at \
    > /dev/null && { echo "wrong responses passed"; exit 1; }
"$atproof" check -q --results "$work/declared" "$corpus"/judge/wrong.at > /dev/null
"$atproof" check -q --strict --as-recorded --results "$work/legal" "$corpus"/judge/legal.at \
    > "$work/out" || { cat "$work/out"; exit 1; }
"$atproof" check -q --results "$work/hostile" "$corpus"/hostile/*.at > "$work/out" \
    || { cat "$work/out"; exit 1; }

"$atproof" check --list-rules > "$work/rules"

/usr/bin/python3 - "$work" << 'PYTHON'
import json, sys
work = sys.argv[1]

def cases(name):
    with open(f'{work}/{name}') as lines:
        return [case for case in map(json.loads, lines) if case['kind'] == 'case']

def findings(case):
    return [f for e in case['exchanges'] for f in e['findings'] if f['level'] in ('must', 'should')]

def told(case):
    return sorted((f['rule'], f['clause']) for f in findings(case))

wrong, declared, legal, hostile = map(cases, ('wrong', 'declared', 'legal', 'hostile'))
bad = []
for case, known in zip(wrong, declared):
    row = ', '.join(f'{rule} {clause}' for rule, clause in told(case))
    print(f"{case['id']:45} {case['outcome']:8} {row}")
    if case['outcome'] != 'failed' or not told(case) or told(case) != told(known):
        bad.append(f"{case['id']}: not reported as declared")
bad += [f"{case['id']}: legal, and found {told(case)}" for case in legal
        if findings(case) or case['outcome'] != 'passed']
rejects = sum(1 for case in hostile if findings(case))
accepts = len(hostile) - rejects
print(f'{len(wrong)} wrong, {len(legal)} legal responses; '
      f'{rejects} hostile streams rejected, {accepts} accepted')
if len(wrong) < 40 or len(legal) < 40: bad.append('expected 40 of each at least')
if rejects < 2 * accepts: bad.append('expected twice as many rejects as accepts')
# Of the host, and of what a transcript declares: tests/check has them.
ELSEWHERE = {'argument', 'declared-absent'}
met = {rule for case in wrong + hostile for rule, _ in told(case)}
with open(f'{work}/rules') as lines:
    rules = [line.split()[0] for line in lines if line.split()[1] in ('must', 'should')]
bad += [f'{rule}: no response in corpus/judge/wrong.at breaks this rule; add one'
        for rule in rules if rule not in met | ELSEWHERE]
print(f'{len(met)} rules met')
print(*bad, sep='\n')
sys.exit(1 if bad else 0)
PYTHON
