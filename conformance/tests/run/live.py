#!/usr/bin/python3
"""Every live case against the virtual modules of all three dialects, over real
ports; the three run side by side.

    live.py ATPROOF TRANSPORT...     virtual, pty, tcp, rfc2217 or ser2net

All of a dialect's cases must run, and pass. Where the time goes is printed: what
takes seconds is the silence round `+++`, and silence that a case asks for."""
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import live_lab

ATPROOF = sys.argv[1]
TRANSPORTS = sys.argv[2:]
KNOWN = ('virtual', 'pty', 'tcp', 'rfc2217', 'ser2net')


def try_dialect(transport, dialect, folder):
    """What is wrong, as lines."""
    module = None
    if transport != 'virtual':
        module = live_lab.Module(ATPROOF, dialect, transport, folder)
    target = module.target if module else f'virtual:{dialect}'
    run = live_lab.run(ATPROOF, target, dialect, f'{folder}/{transport}-{dialect}.out')
    wrong = []
    if run.code != 0:
        wrong.append(f'exit code {run.code}\n{run.errors}')
    if module and module.end() != 0:
        wrong.append('the module did not end well')
    wanted = Counter(live_lab.listed(ATPROOF, dialect))
    seen = Counter(case['id'] for case in run.cases)
    if not wanted or wanted != seen:
        wrong.append(f'{sum(seen.values())} cases ran, {sum(wanted.values())} are listed: '
                     f'{sorted((wanted - seen) + (seen - wanted))}')
    wrong += [f'{case["id"]}: {case["outcome"]} {case.get("reason", "")}'
              for case in run.cases if case['outcome'] != 'passed']
    times = sorted(((live_lab.transcript_seconds(case['source']), case['id'])
                    for case in run.cases), reverse=True)
    slow = ', '.join(f'{name} {seconds:.1f} s' for seconds, name in times[:4])
    print(f'{transport:8} {dialect:14} {len(run.cases):4} cases {run.seconds:5.1f} s; {slow}',
          flush=True)
    return [f'{transport} {dialect}: {text}' for text in wrong]


if not TRANSPORTS or any(name not in KNOWN for name in TRANSPORTS):
    sys.exit(__doc__)
wrong = []
with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(3) as pool:
    for transport in TRANSPORTS:
        tries = [pool.submit(try_dialect, transport, dialect, folder)
                 for dialect in live_lab.DIALECTS]
        wrong += [text for done in tries for text in done.result()]
print('\n'.join(wrong))
print(f'{len(TRANSPORTS) * 3} runs, {len(wrong)} faults; {live_lab.load()}')
sys.exit(len(wrong) > 0)
